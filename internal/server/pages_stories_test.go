package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

// TestStoriesWithoutScript makes a story, sets everything of it, and deletes it, by forms.
func TestStoriesWithoutScript(t *testing.T) {
	f := start(t)
	f.setUp()
	f.quietRoom("ann")
	_, doc := f.page("/")
	if doc.Find(`nav.rail a[href="/stories"]`).Length() != 1 {
		t.Error("the navigation does not lead to the stories")
	}
	res, doc := f.submit("/stories", "name", "  ")
	if res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#name-error").Length() != 1 || doc.Find("#name").AttrOr("value", "") != "  " {
		t.Errorf("a story without a name: %d", res.StatusCode)
	}
	once := doc.Find("[name=once]").AttrOr("value", "")
	res, doc = f.submit("/stories", "name", "Kiki <b>", "once", once)
	if again, list := f.submit("/stories", "name", "Kiki <b>", "once", once); again.Request.URL.Path != "/stories" || list.Find(".stories li").Length() != 2 {
		t.Errorf("a double click leads to %s with %d stories", again.Request.URL, list.Find(".stories li").Length())
	}
	if res.Request.URL.Path != "/stories/2" || doc.Find("h1").Text() != "Kiki <b>" || doc.Find("#rules").Text() == "" {
		t.Fatalf("a new story leads to %s called %q", res.Request.URL, doc.Find("h1").Text())
	}
	form := url.Values{
		"name": {"Kiki"}, "language": {"ja"}, "persona": {"\r\nA fox.\r\nShy."}, "rules": {"Be kind."}, "room": {"ann"}, "responder": {"template"}, "seed": {"-7"},
		"blocked_in": {"spam\r\n\r\n bad word \r\n"}, "blocked_out": {"x"}, "chat_kept": {"5"}, "idle_lines": {"-1"}, "gift_merge": {" 2 "}, "viewer_pause": {""}, "day_tokens": {"1000"},
	}
	res, doc = f.post("/stories/2", form)
	if res.Request.URL.RequestURI() != "/stories/2?saved=1" || doc.Find(".banner.go").Length() != 1 {
		t.Fatalf("saved, it leads to %s with %d: %s", res.Request.URL, res.StatusCode, doc.Find(".wrong").Text())
	}
	p, err := f.db.StoryProfile(t.Context(), "2")
	if err != nil {
		t.Fatal(err)
	}
	want := live.StoryProfile{
		ID: "2", Name: "Kiki", Language: "ja", Persona: "\nA fox.\nShy.", Rules: "Be kind.", Responder: "template", Seed: -7, BlockedIn: []string{"spam", "bad word"},
		BlockedOut: []string{"x"}, Pacing: live.StoryPacing{ChatKept: 5, IdleLines: -1, GiftMerge: 2}, Budget: live.StoryBudget{DayTokens: 1000},
		CreatedAt: p.CreatedAt, UpdatedAt: p.UpdatedAt,
	}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
	for selector, value := range map[string]string{
		"#room [selected]": "ann", "#language [selected]": "ja", "[name=responder][checked]": "template", "#seed": "-7", "#idle_lines": "-1", "#viewer_pause": "", "#chat_kept": "5",
	} {
		if got := doc.Find(selector).AttrOr("value", "missing"); got != value {
			t.Errorf("%s holds %q, want %q", selector, got, value)
		}
	}
	if got := doc.Find("#persona").Text(); got != "\nA fox.\nShy." {
		t.Errorf("the persona reads %q", got)
	}
	wrongStory(t, f, form)

	res, doc = f.submit("/stories/2/delete")
	if res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#sure-error").Length() != 1 || doc.Find("details#delete[open]").Length() != 1 {
		t.Errorf("deleted without being sure: %d", res.StatusCode)
	}
	for range 2 { // a double click
		if res, doc = f.submit("/stories/2/delete", "sure", "yes"); res.Request.URL.Path != "/stories" || res.StatusCode != http.StatusOK {
			t.Errorf("delete: %d at %s", res.StatusCode, res.Request.URL)
		}
	}
	if n := doc.Find(".stories li").Length(); n != 1 {
		t.Errorf("%d stories are left", n)
	}
	if res, _ = f.page("/stories/2"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a story that is gone: %d", res.StatusCode)
	}
	if room, _, err := f.engine.Room("ann"); err != nil || room.StoryID != "" {
		t.Errorf("the room still has the story %q", room.StoryID)
	}
}

// wrongStory: what does not fit is said beside its field, everything that was typed stays, and nothing is stored.
func wrongStory(t *testing.T, f *fixture, good url.Values) {
	t.Helper()
	before, err := f.db.StoryProfile(t.Context(), "2")
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{}
	for name, value := range good {
		form[name] = value
	}
	for name, value := range map[string]string{
		"name": " ", "language": "xx", "persona": strings.Repeat("長", 8001), "responder": "oracle", "seed": "many", "room": "nobody", "chat_kept": "101", "gift_merge": "1.5",
		"day_tokens": "-1", "blocked_in": "ok\n" + strings.Repeat("y", 61), "idle_first": "4",
	} {
		form.Set(name, value)
	}
	res, doc := f.post("/stories/2", form)
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Fatalf("a story that does not fit: %d", res.StatusCode)
	}
	for field, says := range map[string]string{
		"name": "Write something here.", "language": "one of", "persona": "8,001 characters; 8,000 are allowed.", "responder": "one of", "seed": "must be a number", "room": "no longer here",
		"chat_kept": "from 1 to 100", "gift_merge": "must be a number", "day_tokens": "from 0 to", "blocked_in": "“yyy", "idle_first": "from 5 to 3,600",
	} {
		if got := doc.Find("#" + field + "-error").Text(); !strings.Contains(got, says) {
			t.Errorf("beside %s stands %q, not %q", field, got, says)
		}
	}
	if doc.Find("#persona").Text() != form.Get("persona") || doc.Find("#blocked_in").Text() != form.Get("blocked_in") || doc.Find("#seed").AttrOr("value", "") != "many" ||
		doc.Find("#chat_kept").AttrOr("value", "") != "101" || doc.Find("#blocked_out").Text() != "x" {
		t.Error("what was typed is lost")
	}
	after, err := f.db.StoryProfile(t.Context(), "2")
	if diff := cmp.Diff(before, after); err != nil || diff != "" {
		t.Errorf("stored all the same (-before +after):\n%s", diff)
	}
}

// post sends a form with values that may repeat.
func (f *fixture) post(path string, form url.Values) (*http.Response, *goquery.Document) {
	f.t.Helper()
	res, err := f.client.PostForm(f.url+path, form)
	if err != nil {
		f.t.Fatal(err)
	}
	return res, f.tree(res)
}

// TestTalkWithoutScript says something to a story in each of the ways there are.
func TestTalkWithoutScript(t *testing.T) {
	f := start(t)
	f.setUp()
	for _, tc := range []struct {
		kind   string
		fields []string
		input  string
	}{
		{"user_chat", []string{"message", "hello there", "username", "Ann"}, `"message": "hello there"`},
		{"gift_event", []string{"username", "Ann", "giftName", "Rose", "giftCount", "3", "giftValue", "3"}, `"giftCount": 3`},
		{"program_event", []string{"action", "finish", "programName", "Songs", "programType", "singing", "duration", "90"}, `"duration": 90`},
		{"simple_text", []string{"text", "the cat is on the desk"}, `"text": "the cat`},
	} {
		_, doc := f.page("/stories/1?talk=" + tc.kind)
		once := doc.Find("[name=once]").AttrOr("value", "")
		if doc.Find(`.talk-types [aria-current]`).Length() != 1 || doc.Find("#talk-"+tc.fields[0]).Length() != 1 || once == "" {
			t.Errorf("%s: the box lacks its fields", tc.kind)
		}
		for range 2 { // a double click
			res, doc := f.submit("/stories/1/talk", append([]string{"type", tc.kind, "once", once}, tc.fields...)...)
			if res.Request.URL.Path != "/stories/1" || doc.Find(".talk-answer .speech").Text() == "" || !strings.Contains(doc.Find(".talk-answer pre").Text(), tc.input) {
				t.Errorf("%s: %d at %s: %q", tc.kind, res.StatusCode, res.Request.URL, doc.Find(".talk-answer").Text())
			}
		}
	}
	var kept struct{ Items []struct{ Type string } }
	if f.api("GET", "/api/stories/1/messages", nil, &kept); len(kept.Items) != 4 {
		t.Errorf("%d messages of 4 sent twice", len(kept.Items))
	}
	res, doc := f.submit("/stories/1/talk", "type", "user_chat", "message", "not this", "dry", "true")
	if res.StatusCode != http.StatusOK || doc.Find(".talk-answer .speech").Text() == "" || doc.Find("#talk-message").Text() != "not this" {
		t.Errorf("a dry run: %d", res.StatusCode)
	}
	if f.api("GET", "/api/stories/1/messages", nil, &kept); len(kept.Items) != 4 {
		t.Error("a dry run is remembered")
	}
	res, doc = f.submit("/stories/1/talk", "type", "gift_event", "giftCount", "0", "giftName", "Rose")
	if res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#talk-username-error").Length() != 1 || !strings.Contains(doc.Find("#talk-giftCount-error").Text(), "1 to 1,000,000") ||
		doc.Find("#talk-giftName").AttrOr("value", "") != "Rose" {
		t.Errorf("a gift that does not fit: %d %q", res.StatusCode, doc.Find(".wrong").Text())
	}
	f.submit("/stories/1/director", "action", "pause", "back", "/stories/1")
	res, doc = f.submit("/stories/1/talk", "type", "user_chat", "message", "anyone?")
	if res.StatusCode != http.StatusConflict || !strings.Contains(doc.Find("#talk-error").Text(), "paused") || doc.Find("#talk-message").Text() != "anyone?" {
		t.Errorf("paused: %d %q", res.StatusCode, doc.Find("#talk-error").Text())
	}
	if res, _ := f.submit("/stories/1/talk", "type", "idle"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("the director's own type: %d", res.StatusCode)
	}
}

// TestMemoryWithoutScript searches, corrects and forgets.
func TestMemoryWithoutScript(t *testing.T) {
	f := start(t)
	f.setUp()
	if _, doc := f.page("/stories/1/memory"); doc.Find(".message").Length() != 0 {
		t.Error("a new story remembers something")
	}
	for _, text := range []string{"my cat is called Mochi", "今天天气真好"} {
		f.api("POST", message, map[string]any{"type": "user_chat", "data": map[string]any{"message": text, "username": "Ann <i>"}}, nil)
	}
	found := func(q string) *goquery.Selection {
		t.Helper()
		_, doc := f.page("/stories/1/memory?q=" + url.QueryEscape(q))
		return doc.Find(".message")
	}
	item := found("mochi")
	if item.Length() != 1 || item.Find(".who").Text() != "Ann i" || item.Find(".speech").Text() == "" {
		t.Fatalf("found %d", item.Length())
	}
	at := item.Find("form").First().AttrOr("action", "")
	for _, text := range []string{" ", strings.Repeat("x", 2001)} {
		res, doc := f.submit(at, "action", "edit", "text", text, "q", "mochi")
		if res.StatusCode != http.StatusUnprocessableEntity || doc.Find(".message .wrong").Length() != 1 || doc.Find(".message textarea").Text() != text || doc.Find(".message details[open]").Length() != 1 {
			t.Errorf("a text of %d: %d", len(text), res.StatusCode)
		}
	}
	res, doc := f.submit(at, "action", "edit", "text", "my cat is called Tofu", "q", "mochi")
	if res.Request.URL.Query().Get("q") != "mochi" || doc.Find(".banner.go").Length() != 1 || found("tofu").Length() != 1 || found("mochi").Length() != 0 {
		t.Errorf("corrected: %d at %s", res.StatusCode, res.Request.URL)
	}
	for range 2 {
		if res, doc = f.submit(at, "action", "forget"); res.StatusCode != http.StatusOK || !strings.Contains(doc.Find(".banner.go").Text(), "Forgotten") {
			t.Errorf("forgotten: %d", res.StatusCode)
		}
	}
	if found("tofu").Length() != 0 || found("天气").Length() != 1 {
		t.Error("too much or too little is forgotten")
	}
	if res, _ := f.submit("/stories/1/memory/x", "action", "forget"); res.StatusCode != http.StatusNotFound {
		t.Errorf("no number: %d", res.StatusCode)
	}
}

// TestMessagesPage: who spoke, why, what the guards replaced, what it cost; in pages.
func TestMessagesPage(t *testing.T) {
	f := start(t)
	f.setUp()
	for i := range 45 {
		m := live.StoryMessage{
			StoryID: "1", TurnID: strconv.Itoa(i), At: live.Millis(time.Now()), Type: "user_chat", Speaker: "<b>Eve</b>", Text: fmt.Sprint("line ", i), Input: []byte(`{"type":"user_chat","data":{}}`),
			Clips: []live.Clip{{Face: "happy", Body: "wave", Speech: "hi"}}, Responder: "template", Fallback: "slow", Guarded: []string{"in link: evil.example"}, TookMS: 1234,
			TokensIn: 1000, TokensOut: 20, SessionID: 7, Cause: 1042,
		}
		if _, err := f.db.SaveStoryTurn(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	_, doc := f.page("/stories/1/messages")
	first := doc.Find(".message").First()
	for selector, want := range map[string]string{
		".who": "<b>Eve</b>", ".text": "line 44", ".clips .speech": "hi", ".clips .stage": "happy · wave", ".host-why span": "The template speaks: the model did not begin in time.",
		".went-out .message-head small": "1,234 ms · 1,000 tokens in, 20 out · session 7, event 1,042", ".guarded q": "evil.example",
	} {
		if got := strings.TrimSpace(first.Find(selector).Text()); got != want {
			t.Errorf("%s says %q, want %q", selector, got, want)
		}
	}
	next := doc.Find(".pager [rel=next]").AttrOr("href", "")
	if n := doc.Find(".message").Length(); n != 40 || next == "" {
		t.Fatalf("%d messages on a page, the next is %q", n, next)
	}
	if _, doc = f.page(next); doc.Find(".message").Length() != 5 || doc.Find(".pager [rel=next]").Length() != 0 || doc.Find(`.pager a[href="/stories/1/messages"]`).Length() != 1 {
		t.Error("the last page is not the last one")
	}
	if res, _ := f.page("/stories/1/messages?cursor=x"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("no cursor: %d", res.StatusCode)
	}
	for _, path := range []string{"/stories/99", "/stories/99/messages", "/stories/99/memory"} {
		if res, _ := f.page(path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

// TestMutedViewersHaveNames: those the host does not answer are listed by name and can be let back in.
func TestMutedViewersHaveNames(t *testing.T) {
	f := start(t)
	f.setUp()
	session := f.liveRoom("ann")
	f.source.events <- []live.Event{chat("bob", "hi")}
	f.awaitSeq(session, 2)
	for _, viewer := range []string{"68bob", "~Ghost"} {
		f.api("POST", "/api/stories/1/director", map[string]string{"action": "mute", "viewer": viewer}, nil)
	}
	_, doc := f.page("/stories/1")
	var names []string
	doc.Find(".muted-list bdi").Each(func(_ int, s *goquery.Selection) { names = append(names, s.Text()) })
	if diff := cmp.Diff([]string{"Ghost", "bob"}, names); diff != "" {
		t.Errorf("muted (-want +got):\n%s", diff)
	}
	res, doc := f.submit("/stories/1/director", "action", "unmute", "viewer", "68bob", "back", "/stories/1#muted")
	if res.StatusCode != http.StatusOK || doc.Find(".muted-list li").Length() != 1 {
		t.Errorf("unmuted: %d", res.StatusCode)
	}
	f.api("PATCH", "/api/stories/1", `{"room":"ann"}`, nil)
	for _, action := range []string{"mute", "unmute"} { // on the viewer's own card
		_, doc = f.page("/rooms/ann/viewers/68bob")
		form := doc.Find(".viewer-mute")
		if got := form.Find("button").AttrOr("value", ""); got != action || form.AttrOr("data-mute", "") != "1" {
			t.Fatalf("the card offers %q", got)
		}
		res, _ = f.submit(form.AttrOr("action", ""), "action", action, "viewer", "68bob", "back", form.Find("[name=back]").AttrOr("value", ""))
		if res.Request.URL.Path != "/rooms/ann/viewers/68bob" || res.StatusCode != http.StatusOK {
			t.Errorf("%s: %d at %s", action, res.StatusCode, res.Request.URL)
		}
	}
	if res, _ := f.submit("/stories/1/director", "action", "dance"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("what is no action: %d", res.StatusCode)
	}
}

// The list has pages, however many stories there are.
func TestStoriesList(t *testing.T) {
	f := start(t)
	f.setUp()
	for i := range 60 {
		if _, err := f.db.CreateStory(t.Context(), live.StoryProfile{Name: fmt.Sprint("Host ", i)}); err != nil {
			t.Fatal(err)
		}
	}
	_, doc := f.page("/stories")
	if n := doc.Find(".stories li").Length(); n != 50 || doc.Find(".stories .pill").First().Text() == "" {
		t.Errorf("%d stories on a page", n)
	}
	if _, doc = f.page(doc.Find(".pager [rel=next]").AttrOr("href", "")); doc.Find(".stories li").Length() != 11 {
		t.Errorf("%d on the second", doc.Find(".stories li").Length())
	}
}
