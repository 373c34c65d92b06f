package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"showcaller/internal/live"
)

// hostDesk waits until the desk, as the server prints it, shows something of the host.
func (f *fixture) hostDesk(selector string) *goquery.Document {
	f.t.Helper()
	for f.t.Context().Err() == nil {
		if _, doc := f.page("/rooms/ann"); doc.Find("host-panel "+selector).Length() > 0 {
			return doc
		}
	}
	f.t.Fatalf("the desk never shows %s", selector)
	return nil
}

// TestHostWithoutScript does by forms what the panel does by script: choose a host, pause, mute, skip, say, try, and its language.
func TestHostWithoutScript(t *testing.T) {
	f := start(t)
	f.setUp()
	f.liveRoom("ann")
	tell := func(fields ...string) (*http.Response, *goquery.Document) {
		t.Helper()
		return f.submit("/rooms/ann/host", append(fields, "back", "/rooms/ann")...)
	}
	_, doc := f.page("/rooms/ann")
	if doc.Find("host-panel option[value='1']").Text() != "Linh" || doc.Find(".host-acts").Length() != 0 {
		t.Fatal("a room without a host does not offer the stories, and only them")
	}
	if res, _ := tell("action", "bind", "story", "99"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a story there is not: %d", res.StatusCode)
	}
	if res, _ := tell("action", "bind", "story", "1"); res.Request.URL.Path != "/rooms/ann" || res.StatusCode != http.StatusOK {
		t.Fatalf("bind: %d at %s", res.StatusCode, res.Request.URL)
	}
	f.api("PATCH", "/api/stories/1", `{"pacing":{"idle_lines":-1}}`, nil)
	f.hostDesk(`.saying[data-state="listening"]`)

	if _, doc = tell("action", "pause"); doc.Find(`button[value="resume"]`).Length() != 1 {
		t.Error("paused, it cannot be resumed")
	}
	f.source.events <- []live.Event{chat("bob", "anyone here?")}
	doc = f.hostDesk(`.skipped li`)
	if got := doc.Find(".skipped li").First(); got.AttrOr("data-reason", "") != "paused" || !strings.Contains(got.Text(), "bob") || got.Find("small").Text() != "host paused" {
		t.Errorf("skipped %q", got.Text())
	}
	tell("action", "resume")
	once := doc.Find("[name=once]").AttrOr("value", "")
	for range 2 { // a double click
		if res, _ := tell("action", "say", "text", "Back in a minute.", "once", once); res.StatusCode != http.StatusOK {
			t.Errorf("say: %d", res.StatusCode)
		}
	}
	doc = f.hostDesk(".saying .speech")
	if got := doc.Find(".saying .speech").Text(); !strings.Contains(got, "Back in a minute.") {
		t.Errorf("the host says %q", got)
	}
	if n := doc.Find(".waiting li").Length(); n != 0 {
		t.Errorf("said twice: %d wait", n)
	}
	skip := doc.Find(`.host-acts button[value=skip]`).AttrOr("formaction", "")
	for range 2 {
		if res, _ := f.submit(skip, "action", "skip", "back", "/rooms/ann"); res.StatusCode != http.StatusOK || res.Request.URL.Path != "/rooms/ann" {
			t.Errorf("skip: %d at %s", res.StatusCode, res.Request.URL)
		}
	}
	f.hostDesk(`.saying.at-rest`)

	if _, doc = tell("action", "mute"); doc.Find(`button[value="unmute"]`).Length() != 1 {
		t.Error("muted, it cannot be unmuted")
	}
	tell("action", "unmute")
	if _, doc = tell("action", "mute", "viewer", "68bob"); !strings.Contains(doc.Find(".host-foot").Text(), "1 viewer muted") {
		t.Errorf("the foot says %q", doc.Find(".host-foot").Text())
	}
	if _, doc = tell("action", "unmute", "viewer", "68bob"); strings.Contains(doc.Find(".host-foot").Text(), "muted") {
		t.Error("the viewer is still muted")
	}
	if _, doc = tell("action", "language", "language", "ja"); doc.Find("#host-language option[selected]").AttrOr("value", "") != "ja" {
		t.Error("the language is not kept")
	}
	res, doc := tell("action", "dry_run", "text", "xin chào")
	if res.StatusCode != http.StatusOK || doc.Find(".tried .speech").Text() == "" || doc.Find("#host-text").Text() != "xin chào" {
		t.Errorf("a dry run: %d %q", res.StatusCode, doc.Find(".tried").Text())
	}
	var kept struct{ Items []struct{ Type string } }
	f.api("GET", "/api/stories/1/messages", nil, &kept)
	for _, m := range kept.Items {
		if m.Type == "user_chat" {
			t.Error("a dry run is remembered")
		}
	}
}

// What the host cannot do is said beside what was typed, which is kept.
func TestHostRefusesForms(t *testing.T) {
	f := start(t)
	f.setUp()
	f.quietRoom("ann")
	f.api("PATCH", "/api/stories/1", `{"room":"ann"}`, nil)
	long := strings.Repeat("long ", 80)
	for _, tc := range []struct {
		fields []string
		status int
		says   string
	}{
		{[]string{"action", "say", "text", "hello"}, http.StatusConflict, "The room is not live"},
		{[]string{"action", "say", "text", "  "}, http.StatusUnprocessableEntity, "Write 1 to 360 characters."},
		{[]string{"action", "say", "text", long}, http.StatusUnprocessableEntity, "Write 1 to 360 characters."},
		{[]string{"action", "dry_run", "text", " "}, http.StatusUnprocessableEntity, "Write what a viewer might say."},
	} {
		res, doc := f.submit("/rooms/ann/host", tc.fields...)
		if res.StatusCode != tc.status || !strings.Contains(doc.Find("#host-text-error").Text(), tc.says) || doc.Find("#host-text").Text() != tc.fields[3] {
			t.Errorf("%q: %d %q, typed %q", tc.fields, res.StatusCode, doc.Find("#host-text-error").Text(), doc.Find("#host-text").Text())
		}
		if back := doc.Find(`form[action="/language"] [name=back]`).AttrOr("value", ""); back != "/rooms/ann" {
			t.Errorf("the language form leads back to %q", back)
		}
	}
	for _, fields := range [][]string{{"action", "language", "language", "xx"}, {"action", "dance"}} {
		if res, doc := f.submit("/rooms/ann/host", fields...); res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#host-error").Length() != 1 {
			t.Errorf("%q: %d", fields, res.StatusCode)
		}
	}
	f.api("PATCH", "/api/stories/1", `{"room":""}`, nil)
	if res, _ := f.submit("/rooms/ann/host", "action", "pause"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a room without a host: %d", res.StatusCode)
	}
}
