package server_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/server"
)

// BenchmarkOverlaySockets measures events from the source through the store to 2,000 pages of overlays, at 50 events a second: all
// pages on one chat, and on the chats of ten. The latencies are from delivery to the arrival of the frame; the pages share the
// machine with the server.
func BenchmarkOverlaySockets(b *testing.B) {
	for _, overlays := range []int{1, 10} {
		b.Run(fmt.Sprintf("sockets=2000/overlays=%d/rate=50", overlays), func(b *testing.B) { benchOverlays(b, 2000, overlays, 50) })
	}
}

func benchOverlays(b *testing.B, sockets, overlays, rate int) {
	source, addresses := benchOverlayServer(b, overlays)
	const seconds = 10 // whatever b.N is: a latency needs a steady stream
	total := rate * seconds
	var mu sync.Mutex
	var latencies []time.Duration
	var readers, joined sync.WaitGroup
	joined.Add(sockets)
	gate := make(chan struct{}, 64) // that many shake hands at once
	for i := range sockets {
		readers.Go(func() {
			mine := overlayLatencies(b, addresses[i%len(addresses)], total, gate, joined.Done)
			mu.Lock()
			defer mu.Unlock()
			latencies = append(latencies, mine...)
		})
	}
	joined.Wait()
	runtime.GC()
	b.ResetTimer()
	source.chatters(total, rate)
	readers.Wait()
	b.StopTimer()
	if len(latencies) != sockets*total {
		b.Fatalf("%d deliveries, want %d", len(latencies), sockets*total)
	}
	slices.Sort(latencies)
	for _, p := range []int{50, 99} {
		b.ReportMetric(float64(latencies[len(latencies)*p/100].Microseconds())/1000, fmt.Sprintf("p%d-ms", p))
	}
	b.ReportMetric(float64(latencies[len(latencies)-1].Microseconds())/1000, "max-ms")
	b.ReportMetric(float64(len(latencies))/b.Elapsed().Seconds(), "deliveries/s")
}

// benchOverlayServer runs a panel with chats of one live room, and returns the addresses of their sockets.
func benchOverlayServer(b *testing.B, overlays int) (*scripted, []string) {
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
	all := live.NewOverlays(live.OverlayParts{Engine: engine, Store: d, Log: log})
	all.Start(ctx, nil)
	s := server.New(d, engine, server.Options{APIToken: token, ParseName: parseName, Log: log, Overlays: all})
	web := httptest.NewServer(s.Handler())
	b.Cleanup(func() {
		s.Close()
		web.CloseClientConnections()
		web.Close()
		cancel()
		all.Wait()
		engine.Wait()
		_ = d.Close()
	})
	f := &fixture{t: b, url: web.URL, engine: engine, client: web.Client(), log: log}
	f.liveRoom("ann")
	var addresses []string
	for range overlays {
		o := f.overlay("chat", "ann", nil)
		addresses = append(addresses, strings.Replace(o.URL, "http", "ws", 1)+"/follow")
	}
	return source, addresses
}

// overlayLatencies shows an overlay until so many comments have come, and returns how long each was under way. It reads the bytes
// of the connection as they come: with a library and a decoder, 2,000 pages would leave nothing of our two cores to the server.
func overlayLatencies(b *testing.B, address string, total int, gate chan struct{}, joined func()) []time.Duration {
	gate <- struct{}{}
	conn, err := openRaw(b.Context(), address)
	if err != nil {
		b.Error(err)
		joined()
		return nil
	}
	defer conn.Close() //nolint:errcheck // a benchmark's end
	out := make([]time.Duration, 0, total)
	mark, stamp := []byte(`"comment":"`), 19
	buf := make([]byte, 0, 16<<10)
	for ready := false; len(out) < total; {
		n, err := conn.Read(buf[len(buf):cap(buf)])
		if err != nil {
			b.Error(err)
			return out
		}
		now := time.Now().UnixNano()
		buf = buf[:len(buf)+n]
		if !ready && bytes.Contains(buf, []byte(`"snapshot"`)) {
			ready = true
			<-gate
			joined()
		}
		rest := buf
		for {
			i := bytes.Index(rest, mark)
			if i < 0 || len(rest) < i+len(mark)+stamp {
				break
			}
			rest = rest[i+len(mark):]
			sent, err := strconv.ParseInt(string(rest[:stamp]), 10, 64)
			if err != nil {
				b.Error(err)
				return out
			}
			out = append(out, time.Duration(now-sent))
		}
		keep := rest[max(0, len(rest)-len(mark)-stamp):] // a comment may come in two pieces
		buf = append(buf[:0], keep...)
	}
	return out
}

// openRaw shakes hands for a WebSocket and returns its connection, with the answer read.
func openRaw(ctx context.Context, address string) (net.Conn, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "tcp", u.Host)
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", u.Path, u.Host)
	return conn, err
}
