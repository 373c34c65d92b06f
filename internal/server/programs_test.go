package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/server"
	"showcaller/internal/story"
)

// desk is what of a program desk the tests read.
type desk struct {
	Session int64 `json:"session_id"`
	Open    bool
	Phase   string
	Last    int64
	Program *struct {
		Name    string
		Ran     float64 `json:"ran_seconds"`
		Planned int64   `json:"planned_seconds"`
	}
	Actions []string
	Items   []struct {
		ID        int64
		ProgramID string `json:"program_id"`
		Name      string
		State     string
	}
	Host  *struct{ URL string }
	Calls []call
}

type call struct {
	Seq     int64
	Program live.Program
	State   string
	Body    live.StoryInput
	Tries   int
	Clips   []live.Clip
	Error   *struct {
		Code, Why, Detail string
		RetryAt           *string `json:"retry_at"`
	}
}

func (f *fixture) desk(room string) (d desk) {
	f.t.Helper()
	if res := f.api("GET", "/api/rooms/"+room+"/program", nil, &d); res.StatusCode != http.StatusOK {
		f.t.Fatalf("the program desk answers %d", res.StatusCode)
	}
	return d
}

// awaitDesk looks at a room's program desk each time its host has done something, until it is as wanted.
func (f *fixture) awaitDesk(room string, is func(desk) bool) (d desk) {
	f.t.Helper()
	f.awaitHost(func(live.Queue) bool {
		d = f.desk(room)
		return is(d)
	})
	return d
}

// awaitHost waits until what the first story's director does is as wanted.
func (f *fixture) awaitHost(is func(live.Queue) bool) {
	f.t.Helper()
	director, err := f.directors.Director("1")
	if err != nil {
		f.t.Fatal(err)
	}
	late := time.After(30 * time.Second)
	for {
		q, changed, err := director.Watch(f.t.Context())
		if err != nil {
			f.t.Fatal(err)
		}
		if is(q) {
			return
		}
		select {
		case <-changed:
		case <-late:
			f.t.Fatalf("the host stays %+v", q)
		}
	}
}

// hosted binds the first story to a room that is live, and waits until its director is there.
func (f *fixture) hosted(room string) (session int64) {
	f.t.Helper()
	session = f.liveRoom(room)
	f.api("PATCH", "/api/stories/1", fmt.Sprintf(`{"room":%q,"pacing":{"idle_lines":-1}}`, room), nil)
	f.awaitHost(func(q live.Queue) bool { return q.SessionID == session })
	return session
}

type changed struct {
	Seq     int64
	StoryID string `json:"story_id"`
	Changes []struct {
		Seq   int64
		Key   string
		Event live.StoryInput
	}
}

func TestRunDownByAPI(t *testing.T) {
	f := start(t)
	f.quietRoom("mai")
	const path = "/api/rooms/mai/run-down"
	var item struct {
		ID      int64
		Name    string
		Type    string
		Planned int64 `json:"planned_seconds"`
	}
	for _, name := range []string{"Hello", "歌回", "Minecraft"} {
		if res := f.api("POST", path, map[string]any{"name": " " + name + " ", "type": "gaming", "planned_seconds": 90}, &item); res.StatusCode != http.StatusCreated || item.Name != name || item.ID == 0 {
			t.Fatalf("%d %+v", res.StatusCode, item)
		}
	}
	at := fmt.Sprintf("%s/%d", path, item.ID)
	if res := f.api("PATCH", at, `{"name":"Roblox","planned_seconds":0,"place":0}`, &item); res.StatusCode != http.StatusOK || item.Name != "Roblox" || item.Planned != 0 || item.Type != "gaming" {
		t.Errorf("%d %+v", res.StatusCode, item)
	}
	for _, tc := range []struct {
		method, path, body string
		status             int
		field              string
	}{
		{"POST", path, `{"name":" "}`, 422, "body.name"},
		{"POST", path, `{"name":"x","type":"dancing"}`, 422, "body.type"},
		{"POST", path, `{"name":"x","planned_seconds":90000}`, 422, "body.planned_seconds"},
		{"POST", "/api/rooms/nobody/run-down", `{"name":"x"}`, 404, ""},
		{"GET", "/api/rooms/nobody/run-down", ``, 404, ""},
		{"GET", "/api/rooms/nobody/program", ``, 404, ""},
		{"PATCH", path + "/99", `{"name":"x"}`, 404, ""},
		{"PATCH", at, `{"name":""}`, 422, "body.name"},
		{"DELETE", path + "/99", ``, 404, ""},
		{"GET", "/api/sessions/99/program-calls", ``, 404, ""},
		{"POST", "/api/sessions/99/program-calls/1/retry", ``, 404, ""},
	} {
		var p refusal
		if res := f.api(tc.method, tc.path, noBody(tc.body), &p); res.StatusCode != tc.status || p.paths() != tc.field {
			t.Errorf("%s %s %s: %d %+v", tc.method, tc.path, tc.body, res.StatusCode, p)
		}
	}
	if res := f.api("DELETE", fmt.Sprintf("%s/%d", path, item.ID-1), nil, nil); res.StatusCode != http.StatusNoContent {
		t.Errorf("delete: %d", res.StatusCode)
	}
	var names []string
	d := f.desk("mai")
	for _, i := range d.Items {
		names = append(names, i.Name+" "+i.State)
	}
	if diff := cmp.Diff([]string{"Roblox planned", "Hello planned"}, names); diff != "" || d.Open || d.Host != nil || d.Phase != "idle" {
		t.Errorf("%+v\n%s", d, diff)
	}
}

// brief is a host of few words, so that a test need not wait for its voice.
type brief struct{}

func (brief) Parse(body []byte) (live.StoryInput, error) { return story.Parse(body) }

func (brief) Answer(_ context.Context, t live.StoryTurn, _ func(live.StoryDelta)) (live.StoryAnswer, error) {
	return live.StoryAnswer{TurnID: t.TurnID, Event: t.Input, Clips: []live.Clip{{Speech: "!"}}, Responder: "template"}, nil
}

// TestShowByAPI goes through a show: what fits is done once, what does not is refused, and the host answers each change once,
// however often it is asked.
func TestShowByAPI(t *testing.T) {
	f := startWith(t, func(*db.DB) server.Story { return brief{} })
	session := f.hosted("ann")
	at := fmt.Sprintf("/api/sessions/%d/program", session)
	change := func(query, body string) (c changed, status int) {
		t.Helper()
		return c, f.api("POST", at+query, body, &c).StatusCode
	}
	songs, games := `{"action":"start","programName":"歌回","programId":"item-1","programType":"singing"}`, `{"action":"start","programName":"Games","programType":"gaming"}`
	if _, status := change("?strict=true&last=0", `{"action":"pause","programName":"歌回"}`); status != http.StatusConflict {
		t.Errorf("pausing nothing: %d", status)
	}
	first, status := change("?strict=true&last=0", songs)
	if status != http.StatusOK || first.StoryID != "1" || len(first.Changes) != 1 || first.Changes[0].Key != live.TurnName(session, first.Seq) {
		t.Fatalf("start: %d %+v", status, first)
	}
	for query, body := range map[string]string{"?strict=true": songs, fmt.Sprintf("?strict=true&last=%d", first.Seq): games, fmt.Sprintf("?strict=true&last=%d&finish=true", first.Seq-1): games} {
		if _, status := change(query, body); status != http.StatusConflict {
			t.Errorf("%s %s: %d", query, body, status)
		}
	}
	paused, status := change(fmt.Sprintf("?strict=true&last=%d", first.Seq), `{"action":"pause","programName":"歌回"}`)
	if d := f.desk("ann"); status != http.StatusOK || d.Phase != "paused" || !cmp.Equal(d.Actions, []string{"resume", "finish"}) || d.Last != paused.Seq {
		t.Errorf("paused: %d %+v", status, d)
	}
	both, status := change(fmt.Sprintf("?strict=true&last=%d&finish=true", paused.Seq), games)
	if status != http.StatusOK || len(both.Changes) != 2 || both.Changes[1].Seq != both.Seq || both.Changes[0].Seq >= both.Seq {
		t.Fatalf("start while another is on: %d %+v", status, both)
	}
	var finish live.Program
	if err := json.Unmarshal(both.Changes[0].Event.Data, &finish); err != nil || finish.Action != "finish" || finish.ProgramName != "歌回" || finish.ProgramType != "singing" || finish.Duration < 1 {
		t.Errorf("finished as %+v, %v", finish, err)
	}
	// A program that knows nothing of all this still adds what it likes, and its finish carries the true length too.
	plain, status := change("", `{"action":"finish","programName":"Games"}`)
	if status != http.StatusOK || plain.Seq == 0 {
		t.Errorf("a plain finish: %d %+v", status, plain)
	}
	var events struct{ Items []live.Event }
	f.api("GET", fmt.Sprintf("/api/sessions/%d/events?type=program", session), nil, &events)
	if last := live.DataOf[live.Program](events.Items[len(events.Items)-1]); last.Duration < 1 || events.Items[0].Origin != live.OriginAPI {
		t.Errorf("the log holds %+v of %s", last, events.Items[0].Origin)
	}
	f.asksOnce(session, first.Changes[0].Key, songs)
	d := f.awaitDesk("ann", func(d desk) bool {
		for _, c := range d.Calls {
			if c.State != "answered" {
				return false
			}
		}
		return len(d.Calls) == 5
	})
	if d.Phase != "idle" || d.Host.URL != message {
		t.Errorf("%+v", d)
	}
	f.repliesOnce(session)
}

// asksOnce asks the message address about a program event as the desk's page does, twice: it is one turn.
func (f *fixture) asksOnce(session int64, key, data string) {
	f.t.Helper()
	body := `{"type":"program_event","data":` + data + `}`
	var names []string
	for range 2 {
		var a answer
		if res := f.keyed(key, body, &a); res.StatusCode != http.StatusOK || len(a.Clips) == 0 {
			f.t.Errorf("a message about an event: %d %+v", res.StatusCode, a)
		}
		names = append(names, a.TurnID)
	}
	if names[0] != key || names[1] != key {
		f.t.Errorf("the turns are %v", names)
	}
	for what, other := range map[string]string{
		"another program":    `{"type":"program_event","data":{"action":"start","programName":"something else"}}`,
		"another type":       `"歌回"`,
		"an event not there": body,
	} {
		k := key
		if what == "an event not there" {
			k = live.TurnName(session, 99999)
		}
		var a answer
		if res := f.keyed(k, other, &a); res.StatusCode != http.StatusOK || a.TurnID != "api-"+k {
			f.t.Errorf("%s: %d %+v", what, res.StatusCode, a)
		}
	}
}

// keyed sends a message under a key.
func (f *fixture) keyed(key, body string, out any) *http.Response {
	f.t.Helper()
	req := httptest.NewRequestWithContext(f.t.Context(), http.MethodPost, message, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Idempotency-Key", key)
	w := httptest.NewRecorder()
	f.server.Handler().ServeHTTP(w, req)
	if err := json.Unmarshal(w.Body.Bytes(), out); err != nil {
		f.t.Fatalf("%v in %s", err, w.Body)
	}
	return w.Result()
}

// repliesOnce checks that every program event of a session has one reply.
func (f *fixture) repliesOnce(session int64) {
	f.t.Helper()
	replies := map[int64]int{}
	for e, err := range f.db.All(f.t.Context(), db.EventQuery{Session: session}) {
		switch {
		case err != nil:
			f.t.Fatal(err)
		case e.Kind == live.KindProgram:
			replies[e.Seq] += 0
		case e.Kind == live.KindReply || e.Kind == live.KindSkip:
			if _, ok := replies[e.Cause]; ok {
				replies[e.Cause]++
			}
		}
	}
	for seq, n := range replies {
		if n != 1 {
			f.t.Errorf("program event %d has %d replies", seq, n)
		}
	}
}

// otherStory is another program's story that can be broken and mended.
type otherStory struct {
	*httptest.Server
	broken atomic.Bool
	bodies chan string
}

func newOtherStory(t *testing.T) *otherStory {
	t.Helper()
	o := &otherStory{bodies: make(chan string, 100)}
	o.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		o.bodies <- string(body)
		if o.broken.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"clips":[{"body":"waves","face":"smiles","speech":"The other story says hello."}]}`)
	}))
	t.Cleanup(o.Close)
	return o
}

// TestStoryThatDoesNotAnswer: the other program's story is asked by HTTP with just what the desk shows; when it fails the desk says
// so and why, nobody speaks in its place, and once it is back the host is told again, once.
func TestStoryThatDoesNotAnswer(t *testing.T) {
	other := newOtherStory(t)
	other.broken.Store(true)
	f := startWith(t, func(d *db.DB) server.Story {
		log := slog.New(slog.DiscardHandler)
		remote, err := story.NewRemote(story.RemoteConfig{URL: other.URL, Fallback: story.New(story.Options{Store: d, Log: log}), Log: log})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(remote.Close)
		return remote
	})
	session := f.hosted("ann")
	var c changed
	f.api("POST", fmt.Sprintf("/api/sessions/%d/program?strict=true", session), `{"action":"start","programName":"歌回","programType":"singing"}`, &c)
	d := f.awaitDesk("ann", func(d desk) bool { return len(d.Calls) == 1 && d.Calls[0].State == "failed" })
	failed := d.Calls[0]
	shown, err := json.Marshal(failed.Body)
	sent := <-other.bodies
	for strings.Contains(sent, "a show") { // the LIVE's own start
		sent = <-other.bodies
	}
	if err != nil || string(shown) != sent || d.Host.URL != other.URL+message {
		t.Errorf("the desk shows %s to %s, %v; sent was %s", shown, d.Host.URL, err, sent)
	}
	if failed.Error.Code != "upstream" || failed.Error.Why != story.FallbackServer || !strings.Contains(failed.Error.Detail, "127.0.0.1") || len(failed.Clips) != 0 {
		t.Errorf("the desk says %+v", failed.Error)
	}
	f.awaitDesk("ann", func(d desk) bool {
		return d.Calls[0].State == "failed" && d.Calls[0].Tries == 3 && d.Calls[0].Error.RetryAt == nil
	})
	var p refusal
	body := `{"type":"program_event","data":{"action":"start","programName":"歌回","programType":"singing"}}`
	if res := f.keyed(c.Changes[0].Key, body, &p); res.StatusCode != http.StatusBadGateway || p.Code != "upstream" {
		t.Errorf("asked again while it is broken: %d %+v", res.StatusCode, p)
	}
	other.broken.Store(false)
	path := fmt.Sprintf("/api/sessions/%d/program-calls", session)
	if res := f.api("POST", fmt.Sprintf("%s/%d/retry", path, c.Seq), nil, nil); res.StatusCode != http.StatusNoContent {
		t.Errorf("retry: %d", res.StatusCode)
	}
	if reply := f.reply(session, c.Seq); live.DataOf[live.Reply](reply).Clips[0].Speech != "The other story says hello." {
		t.Errorf("the reply is %+v", reply)
	}
	d = f.awaitDesk("ann", func(d desk) bool { return d.Calls[0].State == "answered" })
	if len(d.Calls) != 1 || d.Calls[0].Error != nil || len(d.Calls[0].Clips) != 1 {
		t.Errorf("at last the desk shows %+v", d.Calls)
	}
	var list struct {
		Items []call
		Next  string
	}
	if f.api("GET", path+"?limit=1", nil, &list); len(list.Items) != 1 || list.Next != "" || list.Items[0].Tries != d.Calls[0].Tries {
		t.Errorf("the log of calls holds %+v", list)
	}
}
