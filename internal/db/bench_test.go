package db_test

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

// traffic returns n events of a LIVE with the proportions of the seed's table, as a session delivers them.
func traffic(room int, n int) []live.Event {
	script := live.Simulator{Seed: uint64(room), Rates: live.DemoRates}.Script(1)
	events := make([]live.Event, 0, n)
	start := time.Now().Add(-time.Hour)
	for at, e := range script {
		e.Origin, e.At = live.OriginTikTok, start.Add(at)
		e.SourceID = strconv.Itoa(7_300_000_000_000_000_000 + room*1_000_000 + len(events))
		if e.User != nil {
			e.User.ProfilePicture = "https://p16-sign-va.tiktokcdn.com/tos-maliva-avt-0068/77654958175813347596657772344419~tplv-tiktok-shrink:72:72.webp?x-expires=1702630800&x-signature=XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX"
		}
		if events = append(events, e); len(events) == n {
			break
		}
	}
	return events
}

// BenchmarkAppend measures the group commit: 1,000 sessions that record at once.
func BenchmarkAppend(b *testing.B) {
	const sessions = 1000
	d, path := openBench(b)
	open := make([]*live.Session, sessions)
	for i := range open {
		info, err := d.OpenSession(b.Context(), fmt.Sprintf("room%d", i), live.RoomInfo{RoomID: strconv.Itoa(i)}, live.OriginTikTok, time.Now())
		if err != nil {
			b.Fatal(err)
		}
		open[i] = live.NewSession(info, live.Past{}, d)
	}
	perSession := max(b.N/sessions, 1)
	all := make([][]live.Event, sessions)
	for i := range all {
		all[i] = traffic(i, perSession)
	}
	b.ResetTimer()
	var wg sync.WaitGroup
	for i, s := range open {
		wg.Go(func() {
			for events := all[i]; len(events) > 0; {
				n := min(4, len(events)) // a frame of TikTok's holds a few
				if err := s.Deliver(context.Background(), events[:n]); err != nil {
					b.Error(err)
					return
				}
				events = events[n:]
			}
			s.Close(false)
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(perSession*sessions)/b.Elapsed().Seconds(), "events/s")
	if err := d.Close(); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(info.Size())/float64(perSession*sessions), "B/event")
}

func openBench(b *testing.B) (*db.DB, string) {
	b.Helper()
	path := filepath.Join(b.TempDir(), "bench.db")
	d, err := db.Open(b.Context(), "sqlite:"+path, slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	return d, path
}
