package server_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

type items struct {
	Items []live.Event `json:"items"`
	Next  string       `json:"next"`
}

func TestAPINeedsSomebody(t *testing.T) {
	f := start(t)
	for _, path := range []string{"/api/rooms", "/api/sessions", "/api/openapi.json", "/api/docs", "/api/sessions/1/follow", "/api/sessions/1/export.csv"} {
		res, err := f.client.Get(f.url + path)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusUnauthorized || res.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %s", path, res.StatusCode, res.Header.Get("Content-Type"))
		}
	}
	f.setUp()
	if res, _ := f.page("/api/rooms"); res.StatusCode != http.StatusOK {
		t.Errorf("signed in: %d", res.StatusCode)
	}
}

func TestProblems(t *testing.T) {
	f := start(t)
	session := f.liveRoom("ann")
	at := "/api/sessions/" + strconv.FormatInt(session, 10)
	for _, tc := range []struct {
		method, path, body string
		status             int
		code, field        string
	}{
		{"GET", "/api/rooms/nobody", "", 404, "not_found", ""},
		{"GET", "/api/nothing", "", 404, "not_found", ""},
		{"GET", "/api/sessions/99", "", 404, "not_found", ""},
		{"GET", "/api/sessions/99/events", "", 404, "not_found", ""},
		{"GET", "/api/sessions/abc", "", 422, "invalid", "path.id"},
		{"GET", at + "/events?limit=0", "", 422, "invalid", "query.limit"},
		{"GET", "/api/sessions?from=yesterday", "", 422, "invalid", "body.from"},
		{"POST", "/api/rooms", `{"unique_id":"not a name"}`, 422, "invalid", "body.unique_id"},
		{"POST", "/api/rooms", `{"unique_id":"@ann"}`, 409, "conflict", "body.unique_id"},
		{"POST", "/api/rooms", `{"unique_id":"@bob","story_id":"99"}`, 422, "invalid", "body.story_id"},
		{"GET", "/api/rooms/bob", "", 404, "not_found", ""}, // it was not added without its story
		{"PATCH", "/api/rooms/ann", `{"story_id":"99","auto_record":false}`, 422, "invalid", "body.story_id"},
		{"POST", "/api/rooms", `{`, 400, "invalid", "body"},
		{"POST", "/api/rooms", `{}`, 422, "invalid", "body"},
		{"POST", at + "/simulate", `{"event_type":"nothing"}`, 422, "invalid", "body.event_type"},
		{"POST", at + "/simulate", `{"event_type":"gift","data":{"repeat_count":"five"}}`, 422, "invalid", "body.data.repeat_count"},
		{"POST", at + "/simulate", `{"event_type":"gift","data":{"repeat_count":-1}}`, 422, "invalid", "body.data.repeat_count"},
		{"POST", "/api/sessions/99/simulate", `{"event_type":"join"}`, 404, "not_found", ""},
		{"DELETE", at, "", 409, "conflict", ""},
	} {
		var p struct {
			Status int
			Code   string
			Detail string
			Errors []struct{ Path string }
		}
		res := f.api(tc.method, tc.path, noBody(tc.body), &p)
		if res.StatusCode != tc.status || p.Code != tc.code || p.Detail == "" || res.Header.Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s %s %s: %d %+v", tc.method, tc.path, tc.body, res.StatusCode, p)
		}
		if tc.field != "" && (len(p.Errors) == 0 || p.Errors[0].Path != tc.field) {
			t.Errorf("%s %s %s: errors %v, want the path %s", tc.method, tc.path, tc.body, p.Errors, tc.field)
		}
	}
	if room, _, err := f.engine.Room("ann"); err != nil || room.StoryID != "" || !room.AutoRecord {
		t.Errorf("a refused change left %+v, %v", room, err)
	}
}

func noBody(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func TestRoomsByAPI(t *testing.T) {
	f := start(t)
	f.liveRoom("ann")
	var room struct {
		UniqueID string `json:"unique_id"`
		Nickname string
		State    string
		Health   struct{ Message, Way string }
		Auto     bool `json:"auto_record"`
	}
	f.api("GET", "/api/rooms/ann", nil, &room)
	if room.State != "live" || room.Health.Message == "" || room.Health.Way != "direct" || room.Nickname != "Host of ann" || !room.Auto {
		t.Errorf("room %+v", room)
	}
	f.api("PATCH", "/api/rooms/ann", `{"auto_record":false}`, &room)
	if room.Auto {
		t.Error("auto_record was not changed")
	}
	f.api("POST", "/api/rooms/ann/disconnect", nil, &room)
	f.await("ann", live.StateIdle)
	f.api("POST", "/api/rooms/ann/connect", nil, &room)
	f.await("ann", live.StateLive)
	if res := f.api("DELETE", "/api/rooms/ann", nil, nil); res.StatusCode != http.StatusNoContent {
		t.Errorf("delete: %d", res.StatusCode)
	}
}

// A room whose last LIVE ended with auto-record off is looked for again once it is turned on.
func TestAutoRecordTurnedOn(t *testing.T) {
	for way, turn := range map[string]func(f *fixture, on string){
		"form": func(f *fixture, on string) { f.submit("/rooms/ann/auto-record", "auto_record", on) },
		"API":  func(f *fixture, on string) { f.api("PATCH", "/api/rooms/ann", `{"auto_record":`+on+`}`, nil) },
	} {
		t.Run(way, func(t *testing.T) {
			f := start(t)
			f.setUp()
			session := f.liveRoom("ann")
			turn(f, "false")    // the LIVE at hand is recorded to its end
			f.source.cut <- nil // which is now
			f.await("ann", live.StateEnded)
			turn(f, "true")
			f.await("ann", live.StateLive)
			turn(f, "true") // again: nothing is cut
			f.source.events <- []live.Event{chat("bob", "hello")}
			f.awaitSeq(session, 6)
			if diff := cmp.Diff([]live.Kind{"connect", "disconnect", "live_end", "gap", "connect", "comment"}, f.kinds(session)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestReconnect: a lost socket leaves a disconnect, a gap with its cause, and a connect, and the session goes on.
func TestReconnect(t *testing.T) {
	f := start(t)
	session := f.liveRoom("ann")
	f.source.events <- []live.Event{chat("bob", "before")}
	f.source.cut <- &live.Error{Code: live.CodeUpstream, Reason: live.ReasonNetwork, Msg: "TikTok closed the socket."}
	f.source.events <- []live.Event{chat("bob", "after")}
	f.awaitSeq(session, 6)
	kinds := f.kinds(session)
	if diff := cmp.Diff([]live.Kind{"connect", "comment", "disconnect", "gap", "connect", "comment"}, kinds); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var gap items
	f.api("GET", "/api/sessions/"+strconv.FormatInt(session, 10)+"/events?type=gap", nil, &gap)
	if g := live.DataOf[live.Gap](gap.Items[0]); g.Cause != "network" || g.From == "" || g.To == "" {
		t.Errorf("gap %+v", g)
	}
}

func (f *fixture) kinds(session int64) (kinds []live.Kind) {
	f.t.Helper()
	var page items
	f.api("GET", "/api/sessions/"+strconv.FormatInt(session, 10)+"/events", nil, &page)
	for _, e := range page.Items {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

func TestSimulateAndNumbers(t *testing.T) {
	f := start(t)
	session := f.liveRoom("ann")
	at := "/api/sessions/" + strconv.FormatInt(session, 10)
	f.source.events <- []live.Event{chat("bob", "hello")}
	f.awaitSeq(session, 2)
	var answer struct{ Seq int64 }
	gift := `{"event_type":"gift","data":{"user":{"unique_id":"user456","nickname":"Jane Smith"},"gift":{"id":5655,"name":"Rose","diamond_count":1,"streakable":true,"type":1},"repeat_count":5,"total_diamonds":5,"streaking":false}}`
	if res := f.api("POST", at+"/simulate", gift, &answer); res.StatusCode != http.StatusOK || answer.Seq != 3 {
		t.Errorf("simulate: %d, seq %d", res.StatusCode, answer.Seq)
	}
	var summary struct {
		Comments, Gifts, Diamonds int64
		LastSeq                   int64 `json:"last_seq"`
		Top                       []struct {
			User     live.User
			Diamonds int64
		} `json:"top_gifters"`
	}
	f.api("GET", at+"/summary", nil, &summary)
	if summary.Comments != 1 || summary.Gifts != 0 || summary.Diamonds != 0 || len(summary.Top) != 0 || summary.LastSeq != 3 {
		t.Errorf("a simulated gift counts: %+v", summary)
	}
	f.api("GET", at+"/summary?origin=all", nil, &summary)
	if summary.Gifts != 5 || summary.Diamonds != 5 || len(summary.Top) != 1 || summary.Top[0].User.UniqueID != "user456" {
		t.Errorf("with origin=all: %+v", summary)
	}
	var minutes struct {
		Items []struct {
			Start    time.Time
			Comments int64
		}
	}
	f.api("GET", at+"/minutes", nil, &minutes)
	if len(minutes.Items) == 0 || minutes.Items[0].Comments != 1 {
		t.Errorf("minutes %+v", minutes)
	}
	var found items
	f.api("GET", at+"/events?q=hel&user=bob", nil, &found)
	if len(found.Items) != 1 || found.Items[0].Seq != 2 {
		t.Errorf("search found %+v", found.Items)
	}
}

func TestExports(t *testing.T) {
	f := start(t)
	session := f.liveRoom("ann")
	f.source.events <- []live.Event{chat("bob", "one"), chat("eve", "=cmd()")}
	f.awaitSeq(session, 3)
	at := "/api/sessions/" + strconv.FormatInt(session, 10)
	read := func(path string) string {
		b, err := io.ReadAll(f.api("GET", path, nil, nil).Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	var array []live.Event
	if err := json.Unmarshal([]byte(read(at+"/export.json")), &array); err != nil || len(array) != 3 {
		t.Errorf("%d events in the JSON export, %v", len(array), err)
	}
	if lines := strings.Count(read(at+"/export.jsonl"), "\n"); lines != 3 {
		t.Errorf("%d lines", lines)
	}
	if table := read(at + "/export.csv"); !strings.Contains(table, ",'=cmd()") {
		t.Errorf("a formula was not defused:\n%s", table)
	}
	if res := f.api("GET", at+"/export.xml", nil, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("an unknown format: %d", res.StatusCode)
	}
}

func TestHealthEndpoints(t *testing.T) {
	f := start(t)
	for _, path := range []string{"/healthz", "/readyz"} {
		if res, _ := f.page(path); res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	f.server.Close()
	if res, _ := f.page("/readyz"); res.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("closing, /readyz says %d", res.StatusCode)
	}
}

var update = flag.Bool("update", false, "write docs/api/openapi.json anew")

// TestOpenAPI holds the committed document against the program's own.
func TestOpenAPI(t *testing.T) {
	f := start(t)
	b, err := io.ReadAll(f.api("GET", "/api/openapi.json", nil, nil).Body)
	if err != nil {
		t.Fatal(err)
	}
	var doc bytes.Buffer
	if err := json.Indent(&doc, b, "", " "); err != nil {
		t.Fatal(err)
	}
	doc.WriteByte('\n')
	file := filepath.Join("..", "..", "docs", "api", "openapi.json")
	if *update {
		if err := os.WriteFile(file, doc.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(committed), doc.String()); diff != "" {
		t.Errorf("docs/api/openapi.json is stale: go test ./internal/server -run TestOpenAPI -update\n%s", diff)
	}
	if res := f.api("GET", "/api/docs", nil, nil); res.StatusCode != http.StatusOK {
		t.Errorf("/api/docs: %d", res.StatusCode)
	}
}
