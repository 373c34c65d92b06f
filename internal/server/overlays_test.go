package server_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/server"
)

// hum is a live.Voice that cannot say one thing.
type hum struct{}

const hoarse = "I am hoarse."

func (hum) Speak(_ context.Context, text string) (live.Speech, error) {
	if text == hoarse {
		return live.Speech{}, errors.New("this is no speech")
	}
	return live.Speech{WAV: []byte("RIFF" + text), Length: time.Second, Envelope: []int{0, 100}}, nil
}

// overlay is an overlay in an answer.
type overlay struct {
	ID      int64
	Kind    string
	Room    string
	Name    string
	Size    live.OverlaySize
	Options map[string]any
	State   string
	Pages   int
	Revoked bool
	Drawn   string
	Seen    *struct {
		Width, Height int
		OBS           string
	}
	URL string
}

// overlay makes an overlay of a room and returns it with its address.
func (f *fixture) overlay(kind, room string, options map[string]any) overlay {
	f.t.Helper()
	var o overlay
	res := f.api("POST", "/api/overlays", map[string]any{"kind": kind, "room": room, "name": "my " + kind, "options": options}, &o)
	if res.StatusCode != http.StatusCreated || !strings.HasPrefix(o.URL, f.url+"/overlay/") {
		f.t.Fatalf("%d %+v", res.StatusCode, o)
	}
	return o
}

// shown is the socket of an overlay's page.
type shown struct {
	t    testing.TB
	conn *websocket.Conn
}

func (f *fixture) overlayPage(address string) *shown {
	f.t.Helper()
	conn, res, err := websocket.Dial(f.t.Context(), strings.Replace(address, "http", "ws", 1)+"/follow", nil)
	if err != nil {
		f.t.Fatalf("%v (%v)", err, res)
	}
	conn.SetReadLimit(1 << 20)
	f.t.Cleanup(func() { _ = conn.CloseNow() })
	return &shown{f.t, conn}
}

// overlayFrame is any frame of an overlay's socket.
type overlayFrame struct {
	Type    string
	Kind    string
	Action  string `json:"action"`
	ID      string `json:"id"`
	Revoked bool
	Preview bool
	Retry   int
	Build   string
	Events  []live.Event
	Alert   *live.Alert
	State   map[string]any
	Options map[string]any
	live.OverlayClip
}

// until reads frames up to one that is enough.
func (s *shown) until(what string, enough func(overlayFrame) bool) overlayFrame {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	for {
		_, b, err := s.conn.Read(ctx)
		if err != nil {
			s.t.Fatalf("no %s: %v", what, err)
		}
		var f overlayFrame
		if err := json.Unmarshal(b, &f); err != nil {
			s.t.Fatalf("%v in %s", err, b)
		}
		if enough(f) {
			return f
		}
	}
}

func (s *shown) ofType(name string) overlayFrame {
	s.t.Helper()
	return s.until(name, func(f overlayFrame) bool { return f.Type == name })
}

// ofSession reads up to the snapshot of a session: an overlay that was made just now looks for it at the same time.
func (s *shown) ofSession() {
	s.t.Helper()
	s.until("session", func(f overlayFrame) bool { return f.Type == "snapshot" && f.State["session_id"] != nil })
}

func (s *shown) say(v any) {
	s.t.Helper()
	b, err := json.Marshal(v)
	if err == nil {
		err = s.conn.Write(s.t.Context(), websocket.MessageText, b)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// stranger fetches an address as OBS does: without a cookie, or with those of a browser that is signed in.
func (f *fixture) stranger(address string, signedIn bool) (*http.Response, string) {
	f.t.Helper()
	client := &http.Client{Transport: f.client.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if signedIn {
		client.Jar = f.client.Jar
	}
	res, err := client.Get(address)
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return res, string(body)
}

// TestOverlayPage: the page is public, sets no cookie, has a head, and its policy allows a streamer's CSS but no script in it.
func TestOverlayPage(t *testing.T) {
	f := start(t)
	f.liveRoom("ann")
	o := f.overlay("chat", "ann", nil)
	res, body := f.stranger(o.URL, false)
	if res.StatusCode != http.StatusOK || len(res.Cookies()) != 0 {
		t.Fatalf("%d, cookies %v", res.StatusCode, res.Cookies())
	}
	policy := res.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self' 'unsafe-inline'", "frame-ancestors 'none'", "connect-src 'self'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("policy %q lacks %q", policy, want)
		}
	}
	if res.Header.Get("Referrer-Policy") != "no-referrer" || res.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("headers %v", res.Header)
	}
	if !strings.Contains(body, "<head>") || strings.Contains(body, "<script>") || strings.Contains(body, "my chat") || !strings.Contains(body, server.OverlayBuild()) {
		t.Errorf("page %s", body)
	}
}

// TestOverlayWrongToken: whatever is wrong with an address, the answer is the same 404, without a cookie and without a hint.
func TestOverlayWrongToken(t *testing.T) {
	f := start(t)
	f.setUp() // a browser that is signed in must not be told more
	f.liveRoom("ann")
	good, revoked, deleted := f.overlay("chat", "ann", nil), f.overlay("chat", "ann", nil), f.overlay("chat", "ann", nil)
	f.api("POST", "/api/overlays/"+strconv.FormatInt(revoked.ID, 10)+"/revoke", nil, nil)
	f.api("DELETE", "/api/overlays/"+strconv.FormatInt(deleted.ID, 10), nil, nil)
	token := good.URL[strings.LastIndex(good.URL, "/")+1:]
	addresses := map[string]string{
		"wrong": f.url + "/overlay/" + strings.Repeat("A", 22), "of another case": f.url + "/overlay/" + strings.ToLower(token),
		"short": f.url + "/overlay/" + token[:21], "long": good.URL + "A", "revoked": revoked.URL, "deleted": deleted.URL,
		"a forged preview": f.url + "/overlay/p." + strings.Repeat("A", 44), "a number": f.url + "/overlay/1", "none": f.url + "/overlay/",
		"something beside it": good.URL + "/secrets", "with a slash": good.URL + "/",
	}
	var first string
	for name, address := range addresses {
		paths := []string{address, address + "/follow", address + "/picture?u=https://p16.tiktokcdn.com/x.webp", address + "/sound/1.wav"}
		if name == "none" || name == "something beside it" || name == "with a slash" {
			paths = paths[:1]
		}
		for _, path := range paths {
			res, body := f.stranger(path, true)
			if res.StatusCode != http.StatusNotFound || len(res.Cookies()) != 0 || res.Header.Get("Set-Cookie") != "" {
				t.Errorf("%s %s: %d, cookies %v", name, path, res.StatusCode, res.Cookies())
			}
			if first == "" {
				first = body
			}
			if body != first {
				t.Errorf("%s answers %q, others %q", name, body, first)
			}
		}
	}
}

// TestOverlayWrongTokensAreLimited: who tries many addresses is told to stop; who has the right one is not disturbed.
func TestOverlayWrongTokensAreLimited(t *testing.T) {
	f := start(t)
	f.liveRoom("ann")
	o := f.overlay("chat", "ann", nil)
	last := 0
	for range 61 {
		res, _ := f.stranger(f.url+"/overlay/"+strings.Repeat("B", 22), false)
		last = res.StatusCode
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the 61st wrong address is answered with %d", last)
	}
	if res, _ := f.stranger(o.URL, false); res.StatusCode != http.StatusOK {
		t.Errorf("the right one: %d", res.StatusCode)
	}
}

// TestOverlayReadsItsOwnRoomOnly: an overlay's address opens nothing else.
func TestOverlayReadsItsOwnRoomOnly(t *testing.T) {
	f := start(t)
	f.liveRoom("ann")
	anns := f.overlay("chat", "ann", map[string]any{"filter": map[string]any{"hide_words": []string{"hush"}}})
	page := f.overlayPage(anns.URL)
	setup := page.ofType("overlay")
	if _, ok := setup.Options["filter"]; ok {
		t.Error("the page is told what is hidden")
	}
	page.ofSession()
	f.source.events <- []live.Event{chat("bob", "hush now"), chat("bob", `<img src=x onerror=alert(1)> {{7*7}} ${7}`)}
	got := page.ofType("events")
	if len(got.Events) != 1 || live.Text(got.Events[0]) != `<img src=x onerror=alert(1)> {{7*7}} ${7}` {
		t.Errorf("events %+v", got.Events)
	}
	token := anns.URL[strings.LastIndex(anns.URL, "/")+1:]
	for _, path := range []string{"/api/rooms", "/api/overlays", "/api/sessions/1/events", "/api/rooms/ann/follow"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.url+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+token)
		res, err := f.client.Transport.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusUnauthorized {
			t.Errorf("%s with an overlay's secret: %d", path, res.StatusCode)
		}
	}
	if res, _ := f.stranger(anns.URL+"/picture?u="+url.QueryEscape("http://127.0.0.1/x"), false); res.StatusCode != http.StatusForbidden {
		t.Errorf("a picture that is not TikTok's: %d", res.StatusCode)
	}
}

// TestOverlayRotatedInMidShow: the old address falls silent at once and is nobody's; the new one goes on.
func TestOverlayRotatedInMidShow(t *testing.T) {
	f := start(t)
	f.liveRoom("ann")
	o := f.overlay("chat", "ann", nil)
	page := f.overlayPage(o.URL)
	page.ofSession()
	f.source.events <- []live.Event{chat("bob", "before")}
	page.ofType("events")
	var rotated struct{ URL string }
	f.api("POST", "/api/overlays/"+strconv.FormatInt(o.ID, 10)+"/rotate", nil, &rotated)
	if bye := page.ofType("bye"); !bye.Revoked {
		t.Errorf("bye %+v", bye)
	}
	if _, _, err := page.conn.Read(t.Context()); err == nil {
		t.Error("the old address is told more")
	}
	if res, _ := f.stranger(o.URL, false); res.StatusCode != http.StatusNotFound {
		t.Errorf("the old address: %d", res.StatusCode)
	}
	again := f.overlayPage(rotated.URL)
	snapshot := again.ofType("snapshot")
	if events, ok := snapshot.State["events"].([]any); !ok || len(events) != 1 {
		t.Errorf("snapshot %+v", snapshot)
	}
	var revealed struct{ URL string }
	f.api("POST", "/api/overlays/"+strconv.FormatInt(o.ID, 10)+"/reveal", nil, &revealed)
	if revealed.URL != rotated.URL {
		t.Errorf("revealed %q, rotated to %q", revealed.URL, rotated.URL)
	}
}

// TestOverlayPageThatMisbehaves is sent away: too much, too large, or nothing a page of ours would say.
func TestOverlayPageThatMisbehaves(t *testing.T) {
	f := start(t)
	f.liveRoom("ann")
	o := f.overlay("chat", "ann", nil)
	for name, say := range map[string]func(*shown){
		"nonsense":  func(s *shown) { _ = s.conn.Write(t.Context(), websocket.MessageText, []byte(`{"type":"gift"}`)) },
		"no JSON":   func(s *shown) { _ = s.conn.Write(t.Context(), websocket.MessageText, []byte(`hello`)) },
		"too large": func(s *shown) { _ = s.conn.Write(t.Context(), websocket.MessageText, make([]byte, 5000)) },
		"too much": func(s *shown) {
			for range 60 {
				_ = s.conn.Write(t.Context(), websocket.MessageText, []byte(`{"type":"ack","turn":"x"}`))
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			page := f.overlayPage(o.URL)
			say(page)
			for {
				if _, _, err := page.conn.Read(t.Context()); err != nil {
					if code := websocket.CloseStatus(err); name != "too large" && code != websocket.StatusPolicyViolation {
						t.Errorf("closed with %v", err)
					}
					return
				}
			}
		})
	}
	_, res, err := websocket.Dial(t.Context(), strings.Replace(o.URL, "http", "ws", 1)+"/follow", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"https://evil.example"}}})
	if err == nil || res == nil || res.StatusCode != http.StatusForbidden {
		t.Errorf("another site's page may open the socket: %v", err)
	}
}

// TestOverlayByeOnClose: pages are told to come back when the server closes.
func TestOverlayByeOnClose(t *testing.T) {
	f := start(t)
	f.liveRoom("ann")
	page := f.overlayPage(f.overlay("goal", "ann", nil).URL)
	page.ofType("snapshot")
	f.server.Close()
	if bye := page.ofType("bye"); bye.Retry < 500 || bye.Retry > 3000 || bye.Revoked {
		t.Errorf("bye %+v", bye)
	}
}

// TestAlertsOverSocket: a gift becomes an alert, the page draws it, the queue and the card say so.
func TestAlertsOverSocket(t *testing.T) {
	f := start(t)
	f.liveRoom("ann")
	o := f.overlay("alerts", "ann", map[string]any{"timing": map[string]any{"show_ms": 1000, "least_ms": 1000, "gap_ms": 0}})
	at := "/api/overlays/" + strconv.FormatInt(o.ID, 10)
	page := f.overlayPage(o.URL)
	page.ofType("snapshot")
	yes := true
	page.say(map[string]any{"type": "seen", "width": 1920, "height": 1080, "obs": "2.26.8", "visible": yes, "active": yes, "streaming": yes})
	gift := chat("bob", "")
	gift.Kind, gift.Data = live.KindGift, live.Gift{Gift: live.GiftItem{ID: 11046, Name: "Galaxy", DiamondCount: 1000, Type: 2}, RepeatCount: 3, TotalDiamonds: 3000}
	f.source.events <- []live.Event{gift}
	alert := page.ofType("alert")
	if alert.Action != "show" || alert.Alert.Title != "bob" || alert.Alert.Text != "Galaxy" || alert.Alert.Count != 3 || alert.Alert.Diamonds != 3000 {
		t.Fatalf("alert %+v %+v", alert, alert.Alert)
	}
	page.say(map[string]any{"type": "drawn", "id": alert.ID})
	var queue live.AlertQueue
	f.api("POST", at+"/queue", map[string]any{"action": "skip"}, &queue)
	page.until("end", func(f overlayFrame) bool { return f.Type == "alert" && f.Action == "end" })
	if queue.Now != nil || len(queue.History) != 1 || queue.History[0].Fate != live.AlertSkipped || !queue.Present {
		t.Errorf("queue %+v", queue)
	}
	if res := f.api("POST", at+"/queue", map[string]any{"action": "skip"}, nil); res.StatusCode != http.StatusConflict {
		t.Errorf("nothing to skip: %d", res.StatusCode)
	}
	var test struct{ Test string }
	f.api("POST", at+"/test", nil, &test)
	page.until("test", func(f overlayFrame) bool {
		return f.Type == "alert" && f.Action == "show" && f.ID == test.Test && f.Alert.Test
	})
	page.say(map[string]any{"type": "drawn", "id": test.Test})
	f.eventually("drawn", func() bool {
		var o overlay
		f.api("GET", at, nil, &o)
		return o.Drawn == test.Test && o.State == "on_air" && o.Pages == 1 && o.Seen.OBS == "2.26.8" && o.Seen.Width == 1920
	})
	if res := f.api("POST", "/api/rooms/ann/overlays/stop", nil, nil); res.StatusCode != http.StatusNoContent {
		t.Errorf("stop-all: %d", res.StatusCode)
	}
	f.api("GET", at+"/queue", nil, &queue)
	if !queue.Paused || queue.Now != nil {
		t.Errorf("after stop-all %+v", queue)
	}
	f.api("POST", "/api/rooms/ann/overlays/resume", nil, nil)
	f.api("GET", at+"/queue", nil, &queue)
	if queue.Paused {
		t.Error("still paused")
	}
}

// eventually waits for what pages cause: they are not waited for by those who tell them.
func (f *fixture) eventually(what string, so func() bool) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), 20*time.Second)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !so() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			f.t.Fatalf("never: %s", what)
		}
	}
}

// TestHostOverSocket: the story's answer is said clip by clip, with its sound, and the director hears when a clip was played.
func TestHostOverSocket(t *testing.T) {
	f := start(t)
	f.liveRoom("ann")
	f.api("PATCH", "/api/rooms/ann", map[string]any{"story_id": "1"}, nil)
	o := f.overlay("host", "ann", nil)
	page := f.overlayPage(o.URL)
	page.ofType("snapshot")
	f.eventually("the host takes the words", func() bool { // once it knows that its room is live
		return f.api("POST", "/api/stories/1/director", map[string]any{"action": "say", "text": "Welcome, everybody!"}, nil).StatusCode < 300
	})
	clip := page.until("the words", func(f overlayFrame) bool {
		if f.Type == "host" && f.Speech != "Welcome, everybody!" { // the host may have begun by itself
			page.say(map[string]any{"type": "ack", "turn": f.Turn, "clip": f.Clip})
		}
		return f.Type == "host" && f.Speech == "Welcome, everybody!"
	})
	if clip.DurationMS != 1000 || clip.Timed || len(clip.Envelope) != 2 || clip.Host == "" {
		t.Fatalf("clip %+v", clip)
	}
	res, body := f.stranger(o.URL+"/"+clip.Sound, false)
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "audio/wav" || body != "RIFFWelcome, everybody!" {
		t.Errorf("sound: %d %q %q", res.StatusCode, res.Header.Get("Content-Type"), body)
	}
	other := f.overlay("chat", "ann", nil)
	if res, _ := f.stranger(other.URL+"/"+clip.Sound, false); res.StatusCode != http.StatusNotFound {
		t.Errorf("a chat overlay fetches the host's voice: %d", res.StatusCode)
	}
	page.say(map[string]any{"type": "ack", "turn": clip.Turn, "clip": 0})
	f.eventually("the director listens again", func() bool {
		var q struct{ State string }
		f.api("GET", "/api/stories/1/queue", nil, &q)
		return q.State == "listening"
	})
}

// TestHostWithoutItsVoice: where the speech server answers nonsense the words are shown all the same, and the editor says why nothing is heard, until it
// speaks again.
func TestHostWithoutItsVoice(t *testing.T) {
	f := start(t)
	f.setUp()
	f.liveRoom("ann")
	f.api("PATCH", "/api/rooms/ann", map[string]any{"story_id": "1"}, nil)
	o := f.overlay("host", "ann", nil)
	page := f.overlayPage(o.URL)
	page.ofType("snapshot")
	for words, failed := range map[string]int{hoarse: 1, "I am well.": 0} {
		f.eventually("the host takes the words", func() bool {
			return f.api("POST", "/api/stories/1/director", map[string]any{"action": "say", "text": words}, nil).StatusCode < 300
		})
		clip := page.until(words, func(f overlayFrame) bool {
			if f.Type == "host" {
				page.say(map[string]any{"type": "ack", "turn": f.Turn, "clip": f.Clip})
			}
			return f.Type == "host" && f.Speech == words
		})
		_, doc := f.page(overlayPathOf(o))
		if clip.Timed != (failed == 1) || doc.Find("[data-voice-failed]").Length() != failed {
			t.Errorf("%s: timed %v, %d notices", words, clip.Timed, doc.Find("[data-voice-failed]").Length())
		}
	}
}

func overlayPathOf(o overlay) string { return "/overlays/" + strconv.FormatInt(o.ID, 10) }

// TestOverlayAPI: make, list, change, export, import, delete.
func TestOverlayAPI(t *testing.T) {
	f := start(t)
	f.liveRoom("ann")
	o := f.overlay("goal", "ann", map[string]any{"target": 500, "look": map[string]any{"preset": "neon"}})
	at := "/api/overlays/" + strconv.FormatInt(o.ID, 10)
	if o.Size != live.OverlayGoal.Size() || o.State != "never" || o.Options["target"] != 500.0 {
		t.Errorf("%+v", o)
	}
	var changed overlay
	f.api("PATCH", at, map[string]any{"name": "Tonight", "size": map[string]any{"width": 900, "height": 200, "fps": 60}, "options": map[string]any{"look": map[string]any{"accent": "#00ff00"}}}, &changed)
	look, _ := changed.Options["look"].(map[string]any)
	if changed.Name != "Tonight" || changed.Size.Width != 900 || changed.Options["target"] != 500.0 || look["preset"] != "neon" || look["accent"] != "#00ff00" || changed.URL != "" {
		t.Errorf("%+v", changed)
	}
	var list struct{ Items []overlay }
	f.api("GET", "/api/overlays?room=ann", nil, &list)
	if len(list.Items) != 1 || list.Items[0].URL != "" {
		t.Errorf("%+v", list)
	}
	var file map[string]any
	res := f.api("GET", at+"/export", nil, &file)
	if !strings.Contains(res.Header.Get("Content-Disposition"), "overlay-goal-") || file["url"] != nil || file["room"] != nil {
		t.Errorf("file %v", file)
	}
	file["room"] = "ann"
	var copied overlay
	if res := f.api("POST", "/api/overlays/import", file, &copied); res.StatusCode != http.StatusCreated {
		t.Fatalf("import: %d", res.StatusCode)
	}
	if diff := cmp.Diff(changed.Options, copied.Options); diff != "" || copied.Name != "Tonight" || copied.ID == o.ID || copied.URL == "" {
		t.Errorf("%+v %s", copied, diff)
	}
	var state struct {
		Kind  string
		State live.GoalState
	}
	f.api("POST", at+"/control", map[string]any{"action": "set", "amount": 120}, &state)
	if state.State.Value != 120 || state.State.Target != 500 {
		t.Errorf("%+v", state)
	}
	if res := f.api("DELETE", at, nil, nil); res.StatusCode != http.StatusNoContent {
		t.Errorf("delete: %d", res.StatusCode)
	}
	if res := f.api("GET", at, nil, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("after that: %d", res.StatusCode)
	}
}

// TestOverlayAPIRefuses names everything that is wrong, by its path.
func TestOverlayAPIRefuses(t *testing.T) {
	f := start(t)
	f.liveRoom("ann")
	for name, tc := range map[string]struct {
		body  map[string]any
		paths []string
	}{
		"options": {map[string]any{"kind": "chat", "room": "ann", "options": map[string]any{"max_lines": 0, "look": map[string]any{"text": "red"}}}, []string{"body.options.look.text", "body.options.max_lines"}},
		"unknown": {map[string]any{"kind": "chat", "room": "ann", "options": map[string]any{"sparkle": true}}, []string{"body.options.sparkle"}},
		"room":    {map[string]any{"kind": "chat", "room": "nobody"}, []string{"body.room"}},
		"kind":    {map[string]any{"kind": "widget", "room": "ann"}, []string{"body.kind"}},
		"size":    {map[string]any{"kind": "chat", "room": "ann", "size": map[string]any{"width": 1, "height": 600, "fps": 30}}, []string{"body.size.width"}},
	} {
		var p struct {
			Errors []struct{ Path string }
		}
		res := f.api("POST", "/api/overlays", tc.body, &p)
		var paths []string
		for _, e := range p.Errors {
			paths = append(paths, e.Path)
		}
		slices.Sort(paths)
		if diff := cmp.Diff(tc.paths, paths); diff != "" || res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, res.StatusCode, diff)
		}
	}
	o := f.overlay("chat", "ann", nil)
	at := "/api/overlays/" + strconv.FormatInt(o.ID, 10)
	if res := f.api("GET", at+"/queue", nil, nil); res.StatusCode != http.StatusConflict {
		t.Errorf("the queue of a chat: %d", res.StatusCode)
	}
	if res := f.api("POST", at+"/control", map[string]any{"action": "reset"}, nil); res.StatusCode != http.StatusConflict {
		t.Errorf("the controls of a chat: %d", res.StatusCode)
	}
	f.api("POST", at+"/revoke", nil, nil)
	if res := f.api("POST", at+"/reveal", nil, nil); res.StatusCode != http.StatusConflict {
		t.Errorf("the address of one that was revoked: %d", res.StatusCode)
	}
}

// TestOverlaySurvivesARestart: addresses, options and what was counted are those of before.
func TestOverlaySurvivesARestart(t *testing.T) {
	f := start(t)
	f.liveRoom("ann")
	o := f.overlay("goal", "ann", nil)
	f.api("POST", "/api/overlays/"+strconv.FormatInt(o.ID, 10)+"/control", map[string]any{"action": "set", "amount": 77}, nil)
	stored, err := f.db.Overlays(t.Context(), db.OverlayQuery{})
	if err != nil || len(stored) != 1 || strings.Contains(stored[0].SecretSealed, o.URL[strings.LastIndex(o.URL, "/")+1:]) {
		t.Fatalf("%+v %v", stored, err)
	}
	// A second panel on the same database, as after a restart.
	ctx, cancel := context.WithCancel(context.Background())
	again := live.NewOverlays(live.OverlayParts{Engine: f.engine, Store: f.db, Log: f.log})
	again.Start(ctx, []live.Overlay{stored[0].Overlay})
	s := server.New(f.db, f.engine, server.Options{APIToken: token, ParseName: parseName, Log: f.log, Overlays: again})
	web := httptest.NewServer(s.Handler())
	defer func() {
		s.Close()
		web.Close()
		cancel()
		again.Wait()
	}()
	page := f.overlayPage(strings.Replace(o.URL, f.url, web.URL, 1))
	snapshot := page.until("value", func(f overlayFrame) bool {
		return (f.Type == "snapshot" || f.Type == "state") && f.State["value"] == 77.0
	})
	if snapshot.Kind != "goal" {
		t.Errorf("%+v", snapshot)
	}
	_ = page.conn.CloseNow()
}
