package server_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/server"
)

// BenchmarkSockets measures events from the source through the store to 100 browsers' sockets. One operation is one event; the
// latencies are from delivery to the arrival of its frame.
func BenchmarkSockets(b *testing.B) {
	for _, rate := range []int{20, 2000} {
		b.Run(fmt.Sprintf("sockets=100/rate=%d", rate), func(b *testing.B) { benchSockets(b, 100, rate) })
	}
}

func benchSockets(b *testing.B, sockets, rate int) {
	source, url := benchServer(b)
	total := max(rate*3, 60) // three seconds' worth whatever b.N is: a latency needs a steady stream, not a count
	var mu sync.Mutex
	var latencies []time.Duration
	var readers, joined sync.WaitGroup
	joined.Add(sockets)
	for range sockets {
		readers.Go(func() {
			mine := readLatencies(b, url, total, joined.Done)
			mu.Lock()
			defer mu.Unlock()
			latencies = append(latencies, mine...)
		})
	}
	joined.Wait()
	b.ResetTimer()
	source.chatters(total, rate)
	readers.Wait()
	b.StopTimer()
	slices.Sort(latencies)
	b.ReportMetric(float64(latencies[len(latencies)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(latencies[len(latencies)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(len(latencies))/b.Elapsed().Seconds(), "deliveries/s")
}

// chatters sends so many comments, at so many a second. Each says when it was sent, in nanoseconds.
func (s *scripted) chatters(total, rate int) {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for sent, began := 0, time.Now(); sent < total; {
		now := <-ticker.C
		due := min(int(now.Sub(began).Seconds()*float64(rate)), total)
		var events []live.Event
		for ; sent < due; sent++ {
			events = append(events, chat("bob", strconv.FormatInt(time.Now().UnixNano(), 10)))
		}
		if len(events) > 0 {
			s.events <- events
		}
	}
}

func benchServer(b *testing.B) (*scripted, string) {
	log := slog.New(slog.DiscardHandler)
	d, err := db.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "bench.db"), log)
	if err != nil {
		b.Fatal(err)
	}
	source := newScripted()
	engine := live.NewEngine(d, source, source, log)
	ctx, cancel := context.WithCancel(context.Background())
	if err := engine.Start(ctx); err != nil {
		b.Fatal(err)
	}
	s := server.New(d, engine, server.Options{APIToken: token, ParseName: parseName, Log: log})
	web := httptest.NewServer(s.Handler())
	b.Cleanup(func() {
		s.Close()
		web.CloseClientConnections()
		web.Close()
		cancel()
		engine.Wait()
		_ = d.Close()
	})
	if err := engine.AddRoom(ctx, live.Room{UniqueID: "ann", Wanted: true}); err != nil {
		b.Fatal(err)
	}
	return source, web.URL
}

// readLatencies follows the room until it has seen so many comments, and returns how long each was under way.
func readLatencies(b *testing.B, url string, total int, joined func()) []time.Duration {
	conn, _, err := websocket.Dial(b.Context(), strings.Replace(url, "http", "ws", 1)+"/api/rooms/ann/follow", &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err != nil {
		b.Error(err)
		joined()
		return nil
	}
	defer conn.CloseNow() //nolint:errcheck // a benchmark's end
	conn.SetReadLimit(4 << 20)
	var out []time.Duration
	for first := true; len(out) < total; first = false {
		_, text, err := conn.Read(b.Context())
		if first {
			joined()
		}
		if err != nil {
			b.Error(err)
			return out
		}
		now := time.Now().UnixNano()
		for {
			_, rest, ok := bytes.Cut(text, []byte(`"comment":"`)) // no JSON decoder: 100 browsers would not share our two cores
			if !ok {
				break
			}
			sent, err := strconv.ParseInt(string(rest[:19]), 10, 64)
			if err != nil {
				b.Error(err)
				return out
			}
			out, text = append(out, time.Duration(now-sent)), rest
		}
	}
	return out
}

// BenchmarkMessage is a template turn end to end: request, guards, recall, lines, one transaction on disk, answer.
func BenchmarkMessage(b *testing.B) {
	f := start(b)
	panel := f.server.Handler()
	b.ResetTimer()
	for i := range b.N {
		body := fmt.Sprintf(`{"type":"user_chat","data":{"message":"what song is this, number %d?","username":"Ann"}}`, i)
		if res := f.askOf(panel, message, body, "application/json"); res.StatusCode != http.StatusOK {
			b.Fatal(res.StatusCode)
		}
	}
}
