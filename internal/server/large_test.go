package server_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"testing"
	"time"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/server"
)

// TestLargeDatabase measures every page and list on the database `make seed-large` builds, named by SHOWCALLER_LARGE_DATABASE:
// each must answer within 50 ms, 95 times of 100.
func TestLargeDatabase(t *testing.T) {
	file := os.Getenv("SHOWCALLER_LARGE_DATABASE")
	if file == "" {
		t.Skip("SHOWCALLER_LARGE_DATABASE names no database; `make measure-large` does")
	}
	const limit = 50 * time.Millisecond
	f := large(t, file)
	sessions, err := f.db.Sessions(t.Context(), db.SessionQuery{Room: "host001", Limit: 1})
	if err != nil || len(sessions) != 1 {
		t.Fatalf("no session to measure: %v", err)
	}
	longest := sessions[0]
	session := fmt.Sprintf("/api/sessions/%d", longest.ID)
	middle := longest.LastSeq / 2
	for _, path := range []string{
		"/", "/rooms/host001", "/rooms/host050", "/rooms/host001/simulate",
		"/api/rooms", "/api/rooms/host001", "/api/rooms/host001/simulator", "/api/gifts", "/api/gifts?q=lion", "/api/scenarios",
		"/api/sessions", "/api/sessions?room=host050", "/api/sessions?from=2020-01-01T00:00:00Z&limit=1000", session,
		session + "/events", fmt.Sprintf("%s/events?after=%d&limit=1000", session, middle),
		session + "/events?type=gift", session + "/events?type=live_end", session + "/events?type=battle", session + "/events?origin=simulated",
		session + "/events?user=maianh0", session + "/events?user=passer1_77", session + "/events?user=nobody",
		session + "/events?type=comment&user=maianh0", session + "/events?q=setup", session + "/events?q=trời", session + "/events?q=世界", session + "/events?q=天气",
		session + "/events?q=nothingofthekind", session + "/events?type=gift&user=nobody",
		session + "/minutes", session + "/minutes?origin=all", session + "/summary", session + "/summary?origin=all",
		session + "/viewers", session + "/viewers?sort=comments", session + "/viewers?sort=last", session + "/viewers?sort=likes", session + "/viewers?cursor=5000",
	} {
		took := make([]time.Duration, 0, 40)
		for range cap(took) {
			began := time.Now()
			f.fetch(path)
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		p50, p95 := took[len(took)/2], took[len(took)*95/100]
		t.Logf("%-62s p50 %6.1f ms  p95 %6.1f ms", path, p50.Seconds()*1000, p95.Seconds()*1000)
		if p95 > limit {
			t.Errorf("%s: p95 %s is more than %s", path, p95.Round(time.Millisecond), limit)
		}
	}
}

func large(t *testing.T, file string) *fixture {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	d, err := db.Open(t.Context(), "sqlite:"+file, log)
	if err != nil {
		t.Fatal(err)
	}
	source := newScripted()
	engine := live.NewEngine(d, source, source, log)
	ctx, cancel := context.WithCancel(context.Background())
	if err := engine.Start(ctx); err != nil {
		t.Fatal(err)
	}
	s := server.New(d, engine, server.Options{APIToken: token, ParseName: parseName, Log: log, Version: "test"})
	web := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		s.Close()
		web.Close()
		cancel()
		engine.Wait()
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return &fixture{t: t, url: web.URL, db: d, engine: engine, server: s, source: source, client: web.Client()}
}

// fetch reads a page or a list to its end.
func (f *fixture) fetch(path string) {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), http.MethodGet, f.url+path, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := f.client.Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		f.t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK {
		f.t.Fatalf("%s: %d", path, res.StatusCode)
	}
}
