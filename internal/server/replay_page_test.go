package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

// What the page's script is told before it asks for events.
type told struct {
	Session, From, To, Last int64
	All, Pruned             bool
	Chapters                []struct{ Start, Seq, Comments, Diamonds int64 }
	Marks                   []struct{ Kind, Label string }
}

func TestReplayPage(t *testing.T) {
	f := start(t)
	f.setUp()
	info := f.show("mailinh")
	address := fmt.Sprintf("/sessions/%d/replay", info.ID)
	minute := live.Timestamp(pastStart.Add(3 * time.Minute))
	_, doc := f.page(fmt.Sprintf("/sessions/%d?minute=%s", info.ID, minute))
	if n := doc.Find(".review-bar .acts a[href='" + address + "']").Length(); n != 1 {
		t.Errorf("the review leads there %d times", n)
	}
	from, _ := doc.Find(".minute header nav a[href^='" + address + "?minute=']").Attr("href")
	res, doc := f.page(from)
	if res.StatusCode != http.StatusOK || doc.Find("main.replay").AttrOr("data-at", "") != "180000" {
		t.Errorf("%q: %d, it begins at %s", from, res.StatusCode, doc.Find("main.replay").AttrOr("data-at", ""))
	}
	if policy := res.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-src 'self'") || strings.Contains(policy, "unsafe") {
		t.Errorf("its policy is %s", policy)
	}
	var got told
	if err := json.Unmarshal([]byte(doc.Find("#recording").Text()), &got); err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, m := range got.Marks {
		kinds[m.Kind]++
	}
	if diff := cmp.Diff(map[string]int{"program": 1, "gap": 1, "spike": 1}, kinds); diff != "" {
		t.Errorf("marks (-want +got):\n%s", diff)
	}
	if got.Session != info.ID || got.From != pastStart.UnixMilli() || got.To-got.From != (20*time.Minute).Milliseconds() || got.Last != info.LastSeq || len(got.Chapters) != 20 || got.All || got.Pruned {
		t.Errorf("it is told %+v", got)
	}
	if c := got.Chapters[3]; c.Start != pastStart.Add(3*time.Minute).UnixMilli() || c.Seq == 0 || c.Comments != 1 || c.Diamonds != 5 {
		t.Errorf("the fourth minute is %+v", c)
	}
	if n := doc.Find(".moments button[data-moment]").Length(); n != len(got.Marks) {
		t.Errorf("%d moments of %d", n, len(got.Marks))
	}
	if sessions, err := f.db.OpenSessions(t.Context()); err != nil || len(sessions) != 0 {
		t.Errorf("watching opened %v, %v", sessions, err)
	}
	if err := f.db.PruneEvents(t.Context(), info.ID, time.Now()); err != nil {
		t.Fatal(err)
	}
	if _, doc = f.page(address); doc.Find(".banner").Length() != 1 || !strings.Contains(doc.Find("#recording").Text(), `"pruned":true`) {
		t.Error("it does not say that the events are deleted")
	}
}

// The stage has the options of the room's overlays, may be framed by our own pages alone, and says nothing of anybody's secret.
func TestReplayStage(t *testing.T) {
	f := start(t)
	f.setUp()
	info := f.show("mailinh")
	address := fmt.Sprintf("/sessions/%d/replay/stage", info.ID)
	most := func() (lines int) {
		t.Helper()
		res, doc := f.page(address)
		if policy := res.Header.Get("Content-Security-Policy"); res.StatusCode != http.StatusOK || !strings.HasSuffix(policy, "frame-ancestors 'self'") || res.Header.Get("X-Frame-Options") != "SAMEORIGIN" {
			t.Errorf("%d, %s", res.StatusCode, policy)
		}
		var options struct {
			Room   string
			Chat   live.ChatOptions
			Alerts live.AlertsOptions
		}
		if err := json.Unmarshal([]byte(doc.Find("#options").Text()), &options); err != nil || options.Room != "mailinh" || len(options.Alerts.Rules) == 0 {
			t.Errorf("%+v, %v", options, err)
		}
		return options.Chat.MaxLines
	}
	if n := most(); n != 12 {
		t.Errorf("without an overlay it shows %d lines", n)
	}
	if res := f.api("POST", "/api/rooms", map[string]any{"unique_id": "@mailinh"}, nil); res.StatusCode != http.StatusCreated {
		t.Fatalf("a room: %d", res.StatusCode)
	}
	if res := f.api("POST", "/api/overlays", map[string]any{"kind": "chat", "room": "mailinh", "options": map[string]any{"max_lines": 5}}, nil); res.StatusCode != http.StatusCreated {
		t.Fatalf("an overlay: %d", res.StatusCode)
	}
	if n := most(); n != 5 {
		t.Errorf("with an overlay of five lines it shows %d", n)
	}
	if res, _ := f.page("/sessions/77/replay/stage"); res.StatusCode != http.StatusNotFound {
		t.Errorf("of no session: %d", res.StatusCode)
	}
}
