package server_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

type answer struct {
	TurnID    string          `json:"turn_id"`
	Event     live.StoryInput `json:"event"`
	Clips     []live.Clip     `json:"clips"`
	Responder string          `json:"responder"`
}

const message = "/api/stories/1/message"

func TestMessageForms(t *testing.T) {
	f := start(t)
	for _, tc := range []struct{ name, body, kind string }{
		{"a string", `"Hello, how are you?"`, "user_chat"},
		{"a legacy object", `{"message":"Hello!"}`, "user_chat"},
		{"unwrapped", `{"input":{"type":"simple_text","data":{"text":"hi"}}}`, "simple_text"},
		{"chat", `{"type":"user_chat","data":{"message":"666","username":"viewer123"}}`, "user_chat"},
		{"a gift", `{"type":"gift_event","data":{"username":"generous_fan","giftName":"超级火箭","giftCount":3}}`, "gift_event"},
		{"a program", `{"type":"program_event","data":{"action":"finish","programName":"游戏时间","programType":"gaming","duration":5400}}`, "program_event"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var a answer
			res := f.api("POST", message, tc.body, &a)
			if res.StatusCode != http.StatusOK || a.Event.Type != tc.kind || len(a.Clips) == 0 || a.Clips[0].Speech == "" || a.Responder != "template" {
				t.Errorf("%d %+v", res.StatusCode, a)
			}
		})
	}
	var messages struct {
		Items []struct {
			Type    string
			Speaker string
			Event   live.StoryInput
		}
		Next string
	}
	f.api("GET", "/api/stories/1/messages?limit=2", nil, &messages)
	if len(messages.Items) != 2 || messages.Next == "" || messages.Items[1].Type != "gift_event" || messages.Items[1].Speaker != "generous_fan" {
		t.Errorf("messages %+v", messages)
	}
	f.api("GET", "/api/stories/1/messages?cursor="+messages.Next, nil, &messages)
	if len(messages.Items) != 4 || messages.Next != "" {
		t.Errorf("the next page %+v", messages)
	}
}

type refusal struct {
	Status int
	Code   string
	Detail string
	Errors []struct{ Path string }
	Retry  int `json:"retry_after"`
}

func (r refusal) paths() string {
	var paths []string
	for _, e := range r.Errors {
		paths = append(paths, e.Path)
	}
	return strings.Join(paths, " ")
}

func TestMessageRefusals(t *testing.T) {
	f := start(t)
	for _, tc := range []struct {
		name, path, body string
		status           int
		paths            string
	}{
		{"no JSON", message, `{"message":`, 400, ""},
		{"nothing", message, ``, 400, ""},
		{"too large", message, `"` + strings.Repeat("x", 70<<10) + `"`, 400, ""},
		{"blank", message, `{"message":" "}`, 422, "body.message"},
		{"a number", message, `7`, 422, "body"},
		{"two fields", message, `{"type":"gift_event","data":{"giftCount":0}}`, 422, "body.data.username body.data.giftName body.data.giftCount"},
		{"an event of the past", message, `{"type":"emotion_event","data":{}}`, 422, "body.type"},
		{"the director's own", message, `{"type":"idle","data":{"silence":5}}`, 422, "body.type"},
		{"no such story", "/api/stories/99/message", `"hi"`, 404, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, accept := range []string{"application/json", "text/event-stream"} {
				var p refusal
				res := f.ask(tc.path, tc.body, accept)
				if err := json.NewDecoder(res.Body).Decode(&p); err != nil {
					t.Fatal(err)
				}
				if res.StatusCode != tc.status || p.Status != tc.status || p.paths() != tc.paths || res.Header.Get("Content-Type") != "application/problem+json" {
					t.Errorf("%d %+v", res.StatusCode, p)
				}
			}
		})
	}
	var kept struct{ Items []any }
	if f.api("GET", "/api/stories/1/messages", nil, &kept); len(kept.Items) != 0 {
		t.Errorf("%d refused messages were stored", len(kept.Items))
	}
}

// ask posts a message.
func (f *fixture) ask(path, body, accept string) *http.Response {
	f.t.Helper()
	return f.askOf(f.server.Handler(), path, body, accept)
}

func (f *fixture) askOf(panel http.Handler, path, body, accept string) *http.Response {
	f.t.Helper()
	req := httptest.NewRequestWithContext(f.t.Context(), http.MethodPost, path, strings.NewReader(body))
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", accept)
	w := httptest.NewRecorder()
	panel.ServeHTTP(w, req)
	return w.Result()
}

func TestMessageStream(t *testing.T) {
	f := start(t)
	res := f.ask(message, `{"type":"user_chat","data":{"message":"hello","username":"Ann"}}`, "text/event-stream")
	if got := res.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("content type %q", got)
	}
	events := readStream(t, res)
	names := make([]string, 0, len(events))
	for _, e := range events {
		if len(names) == 0 || names[len(names)-1] != e.name {
			names = append(names, e.name)
		}
	}
	if diff := cmp.Diff([]string{"start", "thinking", "delta", "clip"}, names[:4]); diff != "" || names[len(names)-1] != "finish" {
		t.Errorf("events %v", names)
	}
	var begun, done answer
	first, last := events[0], events[len(events)-1]
	if err := json.Unmarshal([]byte(first.data), &begun); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(last.data), &done); err != nil {
		t.Fatal(err)
	}
	if begun.TurnID == "" || begun.TurnID != done.TurnID || len(done.Clips) == 0 || begun.Event.Type != "user_chat" {
		t.Errorf("start %s, finish %s", first.data, last.data)
	}
}

type streamed struct{ name, data string }

func readStream(t *testing.T, res *http.Response) (events []streamed) {
	t.Helper()
	var e streamed
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), ": ")
		switch name {
		case "event":
			e.name = value
		case "data":
			e.data = value
		case "":
			events, e = append(events, e), streamed{}
		}
	}
	return events
}

// TestMessageTwice: a client that lost the answer may ask again.
func TestMessageTwice(t *testing.T) {
	f := start(t)
	var answers [2]answer
	for i := range answers {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, message, strings.NewReader(`{"message":"hello","username":"Ann"}`))
		req.Header.Set("Authorization", "Bearer "+token)
		req.Header.Set("Idempotency-Key", "one")
		w := httptest.NewRecorder()
		f.server.Handler().ServeHTTP(w, req)
		if err := json.Unmarshal(w.Body.Bytes(), &answers[i]); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(answers[0], answers[1]); diff != "" || answers[0].TurnID != "api-one" {
		t.Errorf("two answers to one message (-first +second):\n%s", diff)
	}
}

func TestStoriesByAPI(t *testing.T) {
	f := start(t)
	f.liveRoom("ann")
	var story struct {
		ID, Name, Language, Persona, Room, Responder string
		BlockedIn                                    []string `json:"blocked_in"`
		Pacing                                       live.StoryPacing
		Paused                                       bool
	}
	res := f.api("POST", "/api/stories", `{"name":"Kiki","language":"ja","blocked_in":["x"],"room":"ann","pacing":{"chat_kept":5}}`, &story)
	if res.StatusCode != http.StatusCreated || story.ID != "2" || story.Room != "ann" || len(story.BlockedIn) != 1 || story.Pacing.ChatKept != 5 {
		t.Fatalf("%d %+v", res.StatusCode, story)
	}
	f.api("PATCH", "/api/stories/1", `{"room":"ann","persona":"A fox."}`, &story)
	if story.Room != "ann" || story.Persona != "A fox." {
		t.Errorf("story 1: %+v", story)
	}
	f.api("GET", "/api/stories/2", nil, &story)
	if story.Room != "" || story.Language != "ja" {
		t.Errorf("story 2 has lost its room to story 1: %+v", story)
	}
	for _, tc := range []struct {
		method, path, body string
		status             int
		path1              string
	}{
		{"POST", "/api/stories", `{"name":""}`, 422, "body.name"},
		{"PATCH", "/api/stories/1", `{"language":"xx"}`, 422, "body.language"},
		{"PATCH", "/api/stories/1", `{"room":"nobody"}`, 422, "body.room"},
		{"GET", "/api/stories/99", ``, 404, ""},
		{"PATCH", "/api/stories/99", `{"name":"x"}`, 404, ""},
		{"DELETE", "/api/stories/99", ``, 404, ""},
		{"GET", "/api/stories/99/queue", ``, 404, ""},
		{"GET", "/api/stories/99/memory", ``, 404, ""},
		{"GET", "/api/stories/99/messages", ``, 404, ""},
		{"DELETE", "/api/stories/1/memory/5", ``, 404, ""},
		{"POST", "/api/stories/1/director", `{"action":"dance"}`, 422, "body.action"},
		{"POST", "/api/stories/1/director", `{"action":"say","text":" "}`, 422, "body.text"},
		{"POST", "/api/stories/1/director", `{"action":"skip","seq":5}`, 409, ""},
		{"POST", "/api/stories/1/director", `{"action":"dry_run","input":{"type":"gift_event","data":{}}}`, 422, "body.data.username body.data.giftName"},
		{"POST", "/api/stories/99/director", `{"action":"pause"}`, 404, ""},
		{"POST", "/api/sessions/99/program", `{"action":"start","programName":"x"}`, 404, ""},
	} {
		var p refusal
		if res := f.api(tc.method, tc.path, noBody(tc.body), &p); res.StatusCode != tc.status || p.paths() != tc.path1 {
			t.Errorf("%s %s %s: %d %+v", tc.method, tc.path, tc.body, res.StatusCode, p)
		}
	}
	if res := f.api("DELETE", "/api/stories/1", nil, nil); res.StatusCode != http.StatusNoContent {
		t.Errorf("delete: %d", res.StatusCode)
	}
	var list struct{ Items []struct{ ID string } }
	if f.api("GET", "/api/stories", nil, &list); len(list.Items) != 1 || list.Items[0].ID != "2" {
		t.Errorf("stories %+v", list)
	}
}

func TestMemoryByAPI(t *testing.T) {
	f := start(t)
	f.api("POST", message, `{"type":"user_chat","data":{"message":"my cat is called Mochi","username":"Ann"}}`, nil)
	var found struct {
		Items []struct {
			ID                   int64
			Text, Answer, Viewer string
		}
	}
	search := func(q string) int {
		t.Helper()
		f.api("GET", "/api/stories/1/memory?q="+q, nil, &found)
		return len(found.Items)
	}
	if search("mochi") != 1 || found.Items[0].Answer == "" {
		t.Fatalf("found %+v", found)
	}
	at := "/api/stories/1/memory/" + strconv.FormatInt(found.Items[0].ID, 10)
	if res := f.api("PATCH", at, `{"text":"my cat is called Tofu"}`, nil); res.StatusCode != http.StatusNoContent || search("mochi") != 0 || search("tofu") != 1 {
		t.Errorf("edit: %d, found %+v", res.StatusCode, found)
	}
	if res := f.api("DELETE", at, nil, nil); res.StatusCode != http.StatusNoContent || search("tofu") != 0 {
		t.Errorf("forget: %d, found %+v", res.StatusCode, found)
	}
}

// TestHostAnswersARoom goes the whole way: a viewer's gift becomes a reply in the log, a program is announced, and the director
// obeys.
func TestHostAnswersARoom(t *testing.T) {
	f := start(t)
	session := f.liveRoom("ann")
	f.api("PATCH", "/api/stories/1", `{"room":"ann","pacing":{"gift_merge":1}}`, nil)
	at := "/api/sessions/" + strconv.FormatInt(session, 10)
	var q live.Queue
	for q.State == "off" || q.State == "" {
		f.api("GET", "/api/stories/1/queue", nil, &q)
	}
	if q.Room != "ann" || q.SessionID != session {
		t.Errorf("queue %+v", q)
	}
	var seq struct{ Seq int64 }
	if res := f.api("POST", at+"/program", `{"action":"start","programName":"歌回","programType":"singing","new":1}`, &seq); res.StatusCode != http.StatusOK || seq.Seq == 0 {
		t.Errorf("program: %d", res.StatusCode)
	}
	program := f.reply(session, seq.Seq)
	if program.Origin != live.OriginSystem {
		t.Errorf("the reply's origin is %s", program.Origin)
	}
	f.api("POST", at+"/simulate", `{"event_type":"comment","data":{"comment":"hello there","user":{"unique_id":"bob","nickname":"Bob"}}}`, &seq)
	var out struct {
		Queue  live.Queue
		Answer *answer
	}
	if res := f.api("POST", "/api/stories/1/director", `{"action":"dry_run","input":"hello"}`, &out); res.StatusCode != http.StatusOK || len(out.Answer.Clips) == 0 {
		t.Errorf("dry run: %d %+v", res.StatusCode, out)
	}
	f.api("POST", "/api/stories/1/director", `{"action":"skip"}`, nil)
	if chat := f.reply(session, seq.Seq); chat.Origin != live.OriginSimulated {
		t.Errorf("the reply to a rehearsal has the origin %s", chat.Origin)
	}
	f.api("POST", "/api/stories/1/director", `{"action":"pause"}`, &out)
	var p refusal
	if res := f.api("POST", message, `"hello"`, &p); res.StatusCode != http.StatusConflict {
		t.Errorf("a paused story answers %d", res.StatusCode)
	}
	f.api("POST", "/api/stories/1/director", `{"action":"mute","viewer":"68eve"}`, nil)
	f.api("POST", "/api/stories/1/director", `{"action":"resume"}`, nil)
	f.source.events <- []live.Event{chat("eve", "hello?")}
	if skip := f.caused(session, live.KindSkip, func(e live.Event) bool { return live.DataOf[live.Skip](e).Reason == "muted" }); skip.Seq == 0 {
		t.Error("a muted viewer was not skipped")
	}
}

// reply waits for the reply to an event.
func (f *fixture) reply(session, seq int64) live.Event {
	f.t.Helper()
	return f.caused(session, live.KindReply, func(e live.Event) bool { return e.Cause == seq })
}

func (f *fixture) caused(session int64, kind live.Kind, is func(live.Event) bool) live.Event {
	f.t.Helper()
	info := live.SessionInfo{ID: session}
	deadline := time.After(20 * time.Second)
	s, err := f.engine.Session(session)
	if err != nil {
		f.t.Fatal(err)
	}
	found := make(chan live.Event, 1)
	go func() {
		defer close(found)
		for events, err := range s.Log().Follow(f.t.Context(), 0) {
			for _, e := range events {
				if err == nil && e.Kind == kind && is(e) {
					found <- e
					return
				}
			}
		}
	}()
	select {
	case e := <-found:
		return e
	case <-deadline:
		f.t.Fatalf("session %d never got its %s", info.ID, kind)
		return live.Event{}
	}
}

// TestClientLibrary: the address that other programs write down leads to the module of this release.
func TestClientLibrary(t *testing.T) {
	f := start(t)
	res, err := f.client.Get(f.url + "/story-client.js")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }() // it was only read
	module, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/javascript") {
		t.Fatalf("%d %s %v", res.StatusCode, res.Header.Get("Content-Type"), err)
	}
	if !bytes.Contains(module, []byte("LiveStreamClient")) || bytes.Contains(module, []byte("import ")) || bytes.Contains(module, []byte("from\"")) {
		t.Errorf("not a module that stands alone: %.200s", module)
	}
}

// FuzzMessage: whatever is sent, it is the sender's fault at worst.
func FuzzMessage(f *testing.F) {
	for _, seed := range []string{
		`"hello"`, `{"message":"hi"}`, `{"type":"user_chat","data":{"message":"hi"}}`, `{"type":"gift_event","data":{"username":"a","giftName":"b","giftCount":1e6,"giftValue":0}}`,
		`{"type":"program_event","data":{"action":"start","programName":"x","metadata":{"a":[1]}}}`, `{"input":{"input":"x"}}`, `{"type":"simple_text","data":{"text":"\u202e"}}`,
		`null`, `[]`, `{"type":7}`, `{`, "\xff", `{"type":"gift_event","data":{"giftCount":1e400}}`,
	} {
		f.Add(seed)
	}
	panel := start(f)
	f.Fuzz(func(t *testing.T, body string) {
		asking := fixture{t: t, server: panel.server}
		if res := asking.ask(message, body, "application/json"); res.StatusCode >= 500 {
			t.Errorf("%d for %q", res.StatusCode, body)
		}
	})
}

// The list of viewers without an answer has an end, by the API as by a form.
func TestMutedViewersAreBounded(t *testing.T) {
	f := start(t)
	f.setUp()
	p, err := f.db.StoryProfile(t.Context(), "1")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 1_000 {
		p.MutedIDs = append(p.MutedIDs, fmt.Sprint("68", i))
	}
	if err := f.db.UpdateStory(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		action, viewer string
		status         int
	}{
		{"mute", "68999", http.StatusOK}, {"mute", "68eve", http.StatusConflict}, {"mute", strings.Repeat("é", 101), http.StatusUnprocessableEntity},
		{"unmute", "680", http.StatusOK}, {"mute", strings.Repeat("é", 100), http.StatusOK}, {"mute", "68eve", http.StatusConflict},
	} {
		body := map[string]string{"action": tc.action, "viewer": tc.viewer}
		var problem refusal
		if res := f.api("POST", "/api/stories/1/director", body, &problem); res.StatusCode != tc.status {
			t.Errorf("%s %s by the API: %d %+v", tc.action, tc.viewer, res.StatusCode, problem)
		}
		if res, _ := f.submit("/stories/1/director", "action", tc.action, "viewer", tc.viewer, "back", "/stories/1"); res.StatusCode != tc.status {
			t.Errorf("%s %s by the form: %d", tc.action, tc.viewer, res.StatusCode)
		}
	}
	if p, err = f.db.StoryProfile(t.Context(), "1"); err != nil || len(p.MutedIDs) != 1_000 {
		t.Errorf("%d are muted, %v", len(p.MutedIDs), err)
	}
}
