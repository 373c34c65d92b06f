package server_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/server"
)

// measured are what a reader asks for, and how long it may take 95 times of 100.
type measured struct {
	limit time.Duration
	paths []string
}

// everything lists every page and list of a database whose longest session is given.
func everything(longest live.SessionInfo, others []int64) []measured {
	session := fmt.Sprintf("/api/sessions/%d", longest.ID)
	page := fmt.Sprintf("/sessions/%d", longest.ID)
	within := fmt.Sprintf("&session=%d", longest.ID)
	var six strings.Builder
	for _, id := range others {
		fmt.Fprintf(&six, "&session=%d", id)
	}
	minute := longest.StartedAt.Add(30 * time.Minute).UTC().Format(time.RFC3339)
	return []measured{
		{50 * time.Millisecond, []string{
			"/", "/rooms/host001", "/rooms/host050", "/rooms/host001/simulate", "/rooms/host001/program", "/rooms/host001/viewers/6800000000000000000", "/rooms/host001/viewers/6900000000000000077",
			"/sessions", "/sessions?room=host050", "/sessions?sort=diamonds", "/sessions?sort=viewers&page=3", "/compare", "/search", "/stories", "/team", "/audit", "/retention",
			"/api/rooms", "/api/rooms/host001", "/api/rooms/host001/simulator", "/api/gifts", "/api/gifts?q=lion", "/api/scenarios", "/api/stories", "/api/overlays",
			"/api/sessions", "/api/sessions?room=host050", "/api/sessions?from=2020-01-01T00:00:00Z&limit=1000", session,
			session + "/events", fmt.Sprintf("%s/events?after=%d&limit=1000", session, longest.LastSeq/2),
			session + "/events?type=gift", session + "/events?type=live_end", session + "/events?type=battle", session + "/events?origin=simulated",
			session + "/events?user=maianh0", session + "/events?user=passer1_77", session + "/events?user=nobody",
			session + "/events?type=comment&user=maianh0", session + "/events?q=setup", session + "/events?q=trời", session + "/events?q=世界", session + "/events?q=天气",
			session + "/events?q=nothingofthekind", session + "/events?type=gift&user=nobody",
			session + "/minutes", session + "/minutes?origin=all", session + "/summary", session + "/summary?origin=all",
			session + "/viewers", session + "/viewers?sort=comments", session + "/viewers?sort=last", session + "/viewers?sort=likes", session + "/viewers?cursor=5000",
		}},
		{100 * time.Millisecond, []string{
			page, page + "?minute=" + url.QueryEscape(minute), page + "?part=minute&minute=" + url.QueryEscape(minute), page + "?origin=all", "/viewers/6800000000000000000", "/viewers/6900000000000000077",
		}},
		{150 * time.Millisecond, []string{
			"/search?q=setup", "/search?q=" + url.QueryEscape("trời"), "/search?q=troi", "/search?q=" + url.QueryEscape("世界"), "/search?q=" + url.QueryEscape("天气"),
			"/search?q=" + url.QueryEscape(`"good setup"`), "/search?q=nothingofthekind", "/search?q=a", "/search?user=maianh0", "/search?user=nobody&q=setup", "/search?kind=gift&diamonds=1000",
			"/search?kind=gift&diamonds=99999", "/search?kind=gift&user=passer1_77", "/search?q=setup&room=host050", "/search?q=setup&room=host050&from=2020-01-01&to=2030-01-01",
			"/search?q=setup" + within, "/search?user=nobody" + within, "/search?kind=gift&diamonds=99999" + within, "/search?q=setup&origin=simulated", "/search?origin=simulated&kind=gift",
		}},
		{200 * time.Millisecond, []string{
			"/compare?align=start" + six.String(), "/compare?align=clock&metric=comments" + six.String(), "/compare?room=host001", "/compare?room=host050&metric=diamonds",
		}},
	}
}

// TestLargeDatabase measures every page and list on the database `make seed-large` builds, named by SHOWCALLER_LARGE_DATABASE.
func TestLargeDatabase(t *testing.T) {
	file := os.Getenv("SHOWCALLER_LARGE_DATABASE")
	if file == "" {
		t.Skip("SHOWCALLER_LARGE_DATABASE names no database; `make measure-large` does")
	}
	f := large(t, file)
	sessions, err := f.db.Sessions(t.Context(), db.SessionQuery{Room: "host001", Limit: 7})
	if err != nil || len(sessions) != 7 {
		t.Fatalf("no sessions to measure: %v", err)
	}
	longest := slices.MaxFunc(sessions, func(a, b live.SessionInfo) int { return cmp.Compare(a.LastSeq, b.LastSeq) })
	six := []int64{longest.ID}
	for _, s := range sessions {
		if s.ID != longest.ID && len(six) < live.MostCompared {
			six = append(six, s.ID)
		}
	}
	for _, m := range everything(longest, six) {
		for _, path := range m.paths {
			p50, p95 := f.measure(path)
			t.Logf("%-80s p50 %6.1f ms  p95 %6.1f ms", path, p50.Seconds()*1000, p95.Seconds()*1000)
			if p95 > m.limit {
				t.Errorf("%s: p95 %s is more than %s", path, p95.Round(time.Millisecond), m.limit)
			}
		}
	}
}

// BenchmarkLargeExport reads the longest session of the database `make seed-large` builds to its end, as JSONL.
func BenchmarkLargeExport(b *testing.B) {
	file := os.Getenv("SHOWCALLER_LARGE_DATABASE")
	if file == "" {
		b.Skip("SHOWCALLER_LARGE_DATABASE names no database; `make measure-large` does")
	}
	f := large(b, file)
	sessions, err := f.db.Sessions(b.Context(), db.SessionQuery{Room: "host001", Limit: 10})
	if err != nil || len(sessions) == 0 {
		b.Fatalf("no session to measure: %v", err)
	}
	longest := slices.MaxFunc(sessions, func(a, b live.SessionInfo) int { return cmp.Compare(a.LastSeq, b.LastSeq) })
	for _, format := range []string{"json", "jsonl", "csv"} {
		b.Run(format, func(b *testing.B) {
			for b.Loop() {
				f.fetch(fmt.Sprintf("/api/sessions/%d/export.%s", longest.ID, format))
			}
			b.ReportMetric(float64(longest.LastSeq)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

// measure asks for a page many times, and returns how long that took half of the times, and 95 of 100.
func (f *fixture) measure(path string) (p50, p95 time.Duration) {
	f.t.Helper()
	f.fetch(path) // warm
	took := make([]time.Duration, 0, 40)
	for range cap(took) {
		began := time.Now()
		f.fetch(path)
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	return took[len(took)/2], took[len(took)*95/100]
}

func large(t testing.TB, file string) *fixture {
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
