package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
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

// formOf is a page's form as a browser would send it.
func formOf(doc *goquery.Document, selector string) url.Values {
	form := url.Values{}
	doc.Find(selector).Find("input[name], select[name], textarea[name]").Each(func(_ int, e *goquery.Selection) {
		name := e.AttrOr("name", "")
		switch {
		case e.Is("textarea"):
			form.Add(name, strings.TrimPrefix(e.Text(), "\n"))
		case e.Is("select"):
			chosen := e.Find("option[selected]").First()
			if chosen.Length() == 0 {
				chosen = e.Find("option").First()
			}
			form.Add(name, chosen.AttrOr("value", ""))
		case e.Is("[type=checkbox], [type=radio]"):
			if _, ticked := e.Attr("checked"); ticked {
				form.Add(name, e.AttrOr("value", "on"))
			}
		default:
			form.Add(name, e.AttrOr("value", ""))
		}
	})
	return form
}

// TestOverlaysWithoutScript makes an overlay of every kind by forms, and saves each form as it is: nothing may change by that.
func TestOverlaysWithoutScript(t *testing.T) {
	f := start(t)
	f.setUp()
	_, doc := f.page("/overlays")
	if doc.Find(`nav.rail a[href="/overlays"][aria-current]`).Length() != 1 || doc.Find(`form[action="/overlays"]`).Length() != 0 {
		t.Error("without a room there is a form")
	}
	f.quietRoom("ann")
	res, doc := f.submit("/overlays", "kind", "widget", "room", "ann")
	if res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#kind-error").Length() != 1 {
		t.Errorf("a kind that is none: %d", res.StatusCode)
	}
	res, doc = f.submit("/overlays", "kind", "goal", "room", "nobody", "name", "My <b>")
	if res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#room-error").Length() != 1 || doc.Find("#name").AttrOr("value", "") != "My <b>" {
		t.Errorf("a room that is none: %d", res.StatusCode)
	}
	for i, kind := range live.OverlayKinds() {
		at := fmt.Sprintf("/overlays/%d", i+1)
		once := "once-" + string(kind)
		res, doc = f.submit("/overlays", "kind", string(kind), "room", "ann", "name", "My <b>"+string(kind), "once", once)
		if res.Request.URL.Path != at || doc.Find("h1").Text() != "My <b>"+string(kind) {
			t.Fatalf("a new %s leads to %s called %q", kind, res.Request.URL, doc.Find("h1").Text())
		}
		before, err := f.db.Overlay(t.Context(), int64(i+1))
		if err != nil {
			t.Fatal(err)
		}
		res, doc = f.post(at, formOf(doc, "form.overlay-form"))
		if res.Request.URL.RequestURI() != at+"?saved=1" {
			t.Errorf("%s, saved as it was, leads to %s with %d: %s", kind, res.Request.URL, res.StatusCode, doc.Find(".wrong").Text())
		}
		after, err := f.db.Overlay(t.Context(), int64(i+1))
		if diff := cmp.Diff(before.Options, after.Options); err != nil || diff != "" || before.Size != after.Size || before.Name != after.Name {
			t.Errorf("%s is another one after it was saved (-before +after):\n%s", kind, diff)
		}
		if res, _ = f.submit("/overlays", "kind", string(kind), "room", "ann", "once", once); res.Request.URL.Path != "/overlays" {
			t.Errorf("a double click leads to %s", res.Request.URL)
		}
	}
	_, doc = f.page("/overlays")
	if n := doc.Find(".overlay-card").Length(); n != len(live.OverlayKinds()) {
		t.Errorf("%d cards", n)
	}
	card := doc.Find("[data-overlay='1']")
	if got := strings.Join(strings.Fields(card.Find(".to-type").Text()), " "); got != "Width600Height800FPS30" {
		t.Errorf("to type into OBS: %q", got)
	}
	if card.Find("[data-state=never]").Length() != 1 || !strings.Contains(card.Find(".secret").Text(), "••••") {
		t.Errorf("the card says %q", card.Text())
	}
}

// TestOverlayForm changes all sorts of fields; what does not fit is told beside its field, and what was typed stays.
func TestOverlayForm(t *testing.T) {
	f := start(t)
	f.setUp()
	f.quietRoom("ann")
	f.submit("/overlays", "kind", "alerts", "room", "ann")
	_, doc := f.page("/overlays/1")
	form := formOf(doc, "form.overlay-form")
	if form.Get("o.rules[0].min_diamonds") != "1000" || form.Get("o.rules[9].on") != "" || form.Has("o.rules[10].on") {
		t.Errorf("the rules are %v", form)
	}
	form.Set("o.rules[0].title", "{nickname}, 1 < 2")
	form.Set("o.rules[1].remove", "on")
	form.Set("o.rules[2].show_ms", "5,5")
	form.Set("o.rules[9].on", "join")
	form.Set("o.rules[9].enabled", "on")
	form.Set("o.look.preset", "neon")
	form.Set("o.look.accent", "#00ff88")
	form.Set("o.look.radius", "0")
	form.Set("o.look.css", ".alert {\r\n  opacity: .5;\r\n}")
	form.Set("o.timing.limit", "")
	form.Del("o.bar")
	form.Set("width", "1080")
	form.Set("name", " Up <i> ")
	if res, doc := f.post("/overlays/1", form); res.Request.URL.Query().Get("saved") == "" {
		t.Fatalf("%d: %s", res.StatusCode, doc.Find(".wrong").Text())
	}
	o, err := f.db.Overlay(t.Context(), 1)
	if err != nil {
		t.Fatal(err)
	}
	a := o.Options.(*live.AlertsOptions)
	zero := 0
	wantLook := live.OverlayLook{Preset: live.PresetNeon, Language: "en", Scale: 100, Accent: "#00ff88", Radius: &zero, CSS: ".alert {\n  opacity: .5;\n}"}
	if diff := cmp.Diff(wantLook, a.Look); diff != "" {
		t.Errorf("the look (-want +got):\n%s", diff)
	}
	if len(a.Rules) != 9 || a.Rules[0].Title != "{nickname}, 1 < 2" || a.Rules[1].ShowMS != 5500 || a.Rules[8].On != live.KindJoin || !a.Rules[8].Enabled || a.Bar ||
		a.Timing.Limit != 20 || o.Size.Width != 1080 || o.Name != "Up <i>" {
		t.Errorf("stored %+v %+v", a, o.Size)
	}

	wrong := url.Values{}
	for name, values := range form {
		wrong[name] = values
	}
	for name, value := range map[string]string{
		"o.look.accent": "red", "o.rules[2].title": "{name}", "o.rules[3].volume": "loud", "o.timing.gap_ms": "-1", "height": "x", "name": strings.Repeat("é", 81), "o.look.css": strings.Repeat("x", 20_001),
	} {
		wrong.Set(name, value)
	}
	res, doc := f.post("/overlays/1", wrong)
	if res.StatusCode != http.StatusUnprocessableEntity {
		t.Fatalf("what does not fit: %d", res.StatusCode)
	}
	for id, says := range map[string]string{
		"o-look-accent": "a colour like", "o-rules-2-title": "no placeholder", "o-rules-3-volume": "must be a number", "o-timing-gap_ms": "from 0 to 10.", "height": "from 50", "name": "80 characters",
		"o-look-css": "20,000 bytes",
	} {
		if got := doc.Find(`[id="` + id + `-error"]`).Text(); !strings.Contains(got, says) {
			t.Errorf("beside %s stands %q, not %q", id, got, says)
		}
	}
	kept := formOf(doc, "form.overlay-form")
	for _, name := range []string{"o.look.accent", "o.rules[1].remove", "o.rules[2].title", "o.rules[3].volume", "o.rules[9].on", "height", "name", "o.look.preset"} {
		if kept.Get(name) != wrong.Get(name) {
			t.Errorf("%s holds %q after it was refused, not %q", name, kept.Get(name), wrong.Get(name))
		}
	}
	if doc.Find("details.alert-rule[open]").Length() != 2 {
		t.Errorf("%d rules are open", doc.Find("details.alert-rule[open]").Length())
	}
	after, err := f.db.Overlay(t.Context(), 1)
	if diff := cmp.Diff(o, after); err != nil || diff != "" {
		t.Errorf("stored all the same (-before +after):\n%s", diff)
	}
	draft(t, f, form, wrong)
}

// Times are read and written as people say them: seconds with a point or a comma, long ones as a clock has them.
func TestOverlayTimesAsTheyAreTyped(t *testing.T) {
	f := start(t)
	f.setUp()
	f.quietRoom("ann")
	f.overlay("timer", "ann", map[string]any{"start_seconds": 5400, "max_seconds": 90, "per_follow": 1.5})
	for _, tt := range []struct {
		typed, wrong string
		want         int64 // seconds
		shown        string
	}{
		{"", "", 3600, "1:00:00"}, {"45", "", 45, "45"}, {"1:30", "", 90, "1:30"}, {"2:00:05", "", 7205, "2:00:05"}, {"7 200", "", 7200, "2:00:00"},
		{"soon", "Type a time like", 7200, ""}, {"1:2:3:4", "Type a time like", 7200, ""}, {"9999:00:00", "to 720:00:00", 7200, ""}, {"-5", "from 0", 7200, ""},
	} {
		_, doc := f.page("/overlays/1")
		form := formOf(doc, "form.overlay-form")
		if form.Get("o.max_seconds") != "1:30" || form.Get("o.per_follow") != "1.5" {
			t.Fatalf("the form is %v", form)
		}
		form.Set("o.start_seconds", tt.typed)
		res, doc := f.post("/overlays/1", form)
		if says := doc.Find("#o-start_seconds-error").Text(); !strings.Contains(says, tt.wrong) || (tt.wrong == "") != (says == "") {
			t.Errorf("%q: %d, %q stands beside it", tt.typed, res.StatusCode, says)
		}
		o, err := f.db.Overlay(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.Options.(*live.TimerOptions).StartSeconds; got != tt.want {
			t.Errorf("%q: %d s are stored, not %d", tt.typed, got, tt.want)
		}
		if got := formOf(doc, "form.overlay-form").Get("o.start_seconds"); tt.shown != "" && got != tt.shown {
			t.Errorf("%q is shown as %q, not %q", tt.typed, got, tt.shown)
		}
	}
}

// draft: the page is told what does not fit; nothing is saved.
func draft(t *testing.T, f *fixture, good, wrong url.Values) {
	t.Helper()
	for want, form := range map[int]url.Values{0: good, 7: wrong} {
		if errs := f.draft(form); len(errs) != want {
			t.Errorf("a draft: %v", errs)
		}
	}
}

// draft sends what is typed for the first overlay, and returns the fields that do not fit.
func (f *fixture) draft(form url.Values) []string {
	f.t.Helper()
	res, err := f.client.PostForm(f.url+"/overlays/1/draft", form)
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct{ Errors []string }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.StatusCode != http.StatusOK {
		f.t.Fatalf("a draft: %d %v", res.StatusCode, err)
	}
	return answer.Errors
}

// TestOverlayListsInOrder: the counter's numbers keep their order, a goal's ladder and a timer's gifts are read, and what is wrong in a
// list is told beside it.
func TestOverlayListsInOrder(t *testing.T) {
	f := start(t)
	f.setUp()
	f.quietRoom("ann")
	for _, kind := range []string{"counter", "goal", "timer"} {
		f.submit("/overlays", "kind", kind, "room", "ann")
	}
	edit := func(id int, change func(url.Values)) (*http.Response, *goquery.Document) {
		_, doc := f.page(fmt.Sprintf("/overlays/%d", id))
		form := formOf(doc, "form.overlay-form")
		change(form)
		return f.post(fmt.Sprintf("/overlays/%d", id), form)
	}
	edit(1, func(form url.Values) { form["o.items"] = []string{"", "likes", "peak", "", "viewers"} })
	edit(2, func(form url.Values) { form.Set("o.target", "1.000"); form.Set("o.ladder", "2000, 5000;9000") })
	edit(3, func(form url.Values) {
		form.Set("o.gifts[0].gift_id", "5655")
		form.Set("o.gifts[0].seconds", "2,5")
		form.Set("o.per_diamond", "0.25")
	})
	want := []live.OverlayOptions{live.DefaultOptions(live.OverlayCounter), live.DefaultOptions(live.OverlayGoal), live.DefaultOptions(live.OverlayTimer)}
	want[0].(*live.CounterOptions).Items = []live.CounterItem{"likes", "peak", "viewers"}
	want[1].(*live.GoalOptions).Target, want[1].(*live.GoalOptions).Ladder = 1000, []int64{2000, 5000, 9000}
	want[2].(*live.TimerOptions).Gifts, want[2].(*live.TimerOptions).PerDiamond = []live.TimerGift{{GiftID: 5655, Seconds: 2.5}}, 0.25
	for i, w := range want {
		o, err := f.db.Overlay(t.Context(), int64(i+1))
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := json.Marshal(map[string]any{"look": map[string]any{"language": "en"}})
		w, err = live.PatchOptions(w, raw)
		if diff := cmp.Diff(w, o.Options); err != nil || diff != "" {
			t.Errorf("%s (-want +got):\n%s", o.Kind, diff)
		}
	}
	res, doc := edit(2, func(form url.Values) { form.Set("o.ladder", "2000, 1500") })
	if got := doc.Find("#o-ladder-error").Text(); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(got, "2,001") {
		t.Errorf("a ladder that goes down: %d %q", res.StatusCode, got)
	}
	res, doc = edit(3, func(form url.Values) { form.Set("o.gifts[1].gift_id", "7"); form.Set("o.gifts[1].seconds", "-1") })
	if got := doc.Find("#o-gifts-1-seconds-error").Text(); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(got, "from 0") {
		t.Errorf("a gift that takes time away: %d %q", res.StatusCode, got)
	}
}

// TestOverlayAddressForms: the address is shown only where it was asked for, rotated once, and revoked.
func TestOverlayAddressForms(t *testing.T) {
	f := start(t)
	f.setUp()
	f.quietRoom("ann")
	f.submit("/overlays", "kind", "chat", "room", "ann")
	_, doc := f.page("/overlays/1")
	if html, _ := doc.Html(); strings.Contains(html, f.url+"/overlay/ ") || doc.Find("input.secret").Length() != 0 {
		t.Error("the address stands on the page")
	}
	shown := func() string {
		res, doc := f.submit("/overlays/1/reveal")
		if res.StatusCode != http.StatusOK {
			t.Fatalf("show: %d", res.StatusCode)
		}
		return doc.Find("input.secret").AttrOr("value", "")
	}
	first := shown()
	if res, _ := f.stranger(first, false); res.StatusCode != http.StatusOK || res.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%s: %d", first, res.StatusCode)
	}
	res, doc := f.submit("/overlays/1/loader")
	if doc.Find("html").AttrOr("data-address", "") != first || !strings.Contains(res.Header.Get("Content-Disposition"), "overlay-chat-1.html") {
		t.Errorf("the loader leads to %q: %s", doc.Find("html").AttrOr("data-address", ""), res.Header.Get("Content-Disposition"))
	}
	for range 2 { // a double click
		if res, _ := f.submit("/overlays/1/rotate", "once", "x"); res.Request.URL.Path != "/overlays/1" || res.StatusCode != http.StatusOK {
			t.Errorf("rotate: %d at %s", res.StatusCode, res.Request.URL)
		}
	}
	second := shown()
	if res, _ := f.stranger(first, true); res.StatusCode != http.StatusNotFound || second == first {
		t.Errorf("the old address: %d", res.StatusCode)
	}
	f.submit("/overlays/1/revoke")
	if res, _ := f.stranger(second, false); res.StatusCode != http.StatusNotFound {
		t.Errorf("a revoked address: %d", res.StatusCode)
	}
	res, doc = f.submit("/overlays/1/reveal")
	if res.StatusCode != http.StatusConflict || !strings.Contains(doc.Find(".in-obs .wrong").Text(), "revoked") || doc.Find("[data-state=revoked]").Length() == 0 {
		t.Errorf("to show a revoked address: %d %q", res.StatusCode, doc.Find(".in-obs").Text())
	}
	res, doc = f.submit("/overlays/1/delete")
	if res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#sure-error").Length() != 1 || doc.Find("details#delete[open]").Length() != 1 {
		t.Errorf("deleted without being sure: %d", res.StatusCode)
	}
	for range 2 {
		if res, _ := f.submit("/overlays/1/delete", "sure", "yes"); res.Request.URL.Path != "/overlays" || res.StatusCode != http.StatusOK {
			t.Errorf("delete: %d at %s", res.StatusCode, res.Request.URL)
		}
	}
	if res, _ = f.page("/overlays/1"); res.StatusCode != http.StatusNotFound {
		t.Errorf("an overlay that is gone: %d", res.StatusCode)
	}
}

// TestOverlayPreviewFrame: the editor's policy lets its own frame in, and the frame shows the overlay to the panel only.
func TestOverlayPreviewFrame(t *testing.T) {
	f := start(t)
	f.setUp()
	f.liveRoom("ann")
	f.submit("/overlays", "kind", "chat", "room", "ann")
	res, doc := f.page("/overlays/1")
	if policy := res.Header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, "frame-src 'self'") {
		t.Errorf("the policy is %q", policy)
	}
	src := doc.Find("iframe").AttrOr("src", "")
	framed, _ := f.stranger(f.url+src, false)
	if policy := framed.Header.Get("Content-Security-Policy"); framed.StatusCode != http.StatusOK || !strings.Contains(policy, "frame-ancestors 'self'") || framed.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("the frame: %d %q", framed.StatusCode, policy)
	}
	if broken, _ := f.stranger(f.url+src[:len(src)-2], false); broken.StatusCode != http.StatusNotFound {
		t.Errorf("a token of somebody's own making: %d", broken.StatusCode)
	}
	page := f.overlayPage(f.url + src)
	if hello := page.ofType("hello"); !hello.Preview {
		t.Error("the page does not know that it is a preview")
	}
	page.ofSession()
	form := formOf(doc, "form.overlay-form")
	form.Set("o.look.text", "#123456")
	f.post("/overlays/1", form)
	page.until("the saved colour", func(o overlayFrame) bool {
		look, _ := o.Options["look"].(map[string]any)
		return o.Type == "overlay" && look["text"] == "#123456"
	})
	_, doc = f.page("/overlays/1")
	if doc.Find("[data-state=never]").Length() != 1 {
		t.Error("a preview counts as a page")
	}
}

// preview returns the address of the frame in an overlay's editor.
func (f *fixture) preview(path string) string {
	f.t.Helper()
	_, doc := f.page(path)
	src := doc.Find("iframe").AttrOr("src", "")
	if !strings.HasPrefix(src, "/overlay/p.") {
		f.t.Fatalf("the frame leads to %q", src)
	}
	return f.url + src
}

// TestOverlayDraftFilters: what is typed filters on the server for the preview of the page it is typed on. What does not fit, or comes for the preview
// of another overlay, changes nothing.
func TestOverlayDraftFilters(t *testing.T) {
	f := start(t)
	f.setUp()
	f.liveRoom("ann")
	for range 2 {
		f.submit("/overlays", "kind", "chat", "room", "ann")
	}
	_, doc := f.page("/overlays/1")
	form := formOf(doc, "form.overlay-form")
	mine, other, second := f.preview("/overlays/1"), f.preview("/overlays/1"), f.preview("/overlays/2")
	pages := map[string]*shown{"mine": f.overlayPage(mine), "other": f.overlayPage(other), "second": f.overlayPage(second)}
	for _, p := range pages {
		p.ofSession()
	}
	typed := func(token, words string) []string {
		form.Set("preview", token[strings.LastIndex(token, "/")+1:])
		form.Set("o.filter.hide_words", words)
		return f.draft(form)
	}
	if errs := typed(mine, "hush"); len(errs) != 0 {
		t.Fatalf("refused: %v", errs)
	}
	if errs := typed(mine, strings.Repeat("x", 1000)); len(errs) != 1 {
		t.Fatalf("a word that is too long: %v", errs)
	}
	typed(second, "hello")
	typed("/p.", "hello")
	f.source.events <- []live.Event{chat("bob", "hush now"), chat("bob", "hello")}
	for name, p := range pages {
		got := p.ofType("events").Events
		if hidden := len(got) == 1 && live.Text(got[0]) == "hello"; hidden != (name == "mine") || !hidden && len(got) != 2 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	o, err := f.db.Overlay(t.Context(), 1)
	if err != nil || len(o.Options.(*live.ChatOptions).Filter.Words) != 0 {
		t.Errorf("what was typed is saved: %+v %v", o.Options, err)
	}
}

// TestOverlayPreviewEnds: a preview's address ends with the overlay's own, with its reader's login, with their right, and after half a day; pages that
// came by it are sent away.
func TestOverlayPreviewEnds(t *testing.T) {
	f := start(t)
	f.server.PingEvery(10 * time.Millisecond)
	f.setUp()
	f.liveRoom("ann")
	f.submit("/overlays", "kind", "chat", "room", "ann")
	gone := func(why, address string, page *shown) {
		t.Helper()
		if bye := page.ofType("bye"); !bye.Revoked {
			t.Errorf("%s: bye %+v", why, bye)
		}
		for _, path := range []string{"", "/follow", "/picture?u=https://p16.tiktokcdn.com/x.webp", "/sound/1.wav"} {
			if res, _ := f.stranger(address+path, true); res.StatusCode != http.StatusNotFound {
				t.Errorf("%s: %s answers %d", why, path, res.StatusCode)
			}
		}
	}
	for n, tc := range []struct {
		why string
		do  func(minh *fixture, name string)
	}{
		{"signed out", func(minh *fixture, _ string) { minh.submit("/logout") }},
		{"signed out everywhere", func(minh *fixture, _ string) { minh.submit("/logout/everywhere") }},
		{"signed out by the owner", func(_ *fixture, name string) { f.submit("/team/people/" + name + "/logout") }},
		{"removed", func(_ *fixture, name string) { f.submit("/team/people/" + name + "/remove") }},
		{"a new address", func(*fixture, string) { f.submit("/overlays/1/rotate") }},
		{"revoked", func(*fixture, string) { f.submit("/overlays/1/revoke") }},
		{"deleted", func(*fixture, string) { f.submit("/overlays/1/delete", "sure", "yes") }},
	} {
		name := "minh" + strconv.Itoa(n)
		minh := f.join(name, live.RoleReviewer)
		address, mine := minh.preview("/overlays/1"), f.preview("/overlays/1")
		page, stays := f.overlayPage(address), f.overlayPage(mine)
		page.ofType("hello")
		stays.ofType("hello")
		tc.do(minh, name)
		gone(tc.why, address, page)
		if res, _ := f.stranger(mine, false); (res.StatusCode == http.StatusOK) != (n < 4) {
			t.Errorf("%s: the preview of somebody else answers %d", tc.why, res.StatusCode)
		}
	}
}

// TestOverlayPreviewOfAProgram: a program that reads the panel by a token sees previews while the token works, and none for longer than half a day.
func TestOverlayPreviewOfAProgram(t *testing.T) {
	f := start(t)
	f.server.PingEvery(10 * time.Millisecond)
	f.setUp()
	f.liveRoom("ann")
	f.overlay("chat", "ann", nil)
	_, doc := f.submit("/team/tokens", "token_name", "bot", "role", "reviewer", "once", "1")
	bot := f.visitor()
	bot.client.Transport = bearing{f.client.Transport, f.made(doc)}
	address := bot.preview("/overlays/1")
	page := f.overlayPage(address)
	page.ofType("hello")
	f.submit("/team/tokens/1/revoke")
	if bye := page.ofType("bye"); !bye.Revoked {
		t.Errorf("bye %+v", bye)
	}
	if res, _ := f.stranger(address, false); res.StatusCode != http.StatusNotFound {
		t.Errorf("after the token was revoked: %d", res.StatusCode)
	}
	for age, want := range map[time.Duration]int{11 * time.Hour: http.StatusOK, 13 * time.Hour: http.StatusNotFound} {
		token, err := f.server.PreviewAt(t.Context(), 1, time.Now().Add(-age))
		if err != nil {
			t.Fatal(err)
		}
		if res, _ := f.stranger(f.url+"/overlay/"+token, false); res.StatusCode != want {
			t.Errorf("after %v: %d", age, res.StatusCode)
		}
	}
}

// bearing sends a token with every request.
type bearing struct {
	http.RoundTripper
	token string
}

func (b bearing) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+b.token)
	return b.RoundTripper.RoundTrip(r)
}

// TestOverlayTestIsDrawn: a test is sent by a form, and the card says when a page has drawn it.
func TestOverlayTestIsDrawn(t *testing.T) {
	f := start(t)
	f.setUp()
	f.quietRoom("ann")
	f.submit("/overlays", "kind", "goal", "room", "ann")
	res, doc := f.submit("/overlays/1/test", "back", "/overlays")
	if res.Request.URL.Path != "/overlays" || !strings.Contains(doc.Find("[data-overlay='1'] .drawn.waits").Text(), "no page is open") {
		t.Errorf("%s: %q", res.Request.URL, doc.Find("[data-overlay='1']").Text())
	}
	_, doc = f.submit("/overlays/1/reveal")
	page := f.overlayPage(doc.Find("input.secret").AttrOr("value", ""))
	page.ofType("snapshot")
	page.say(map[string]any{"type": "seen", "width": 640, "height": 130, "obs": "2.26.8", "visible": true, "active": true, "streaming": true, "recording": true, "scene": "Main <b>"})
	res, _ = f.submit("/overlays/1/test")
	test := page.ofType("test")
	live := "/overlays/1/live?" + res.Request.URL.RawQuery
	_, doc = f.page(live)
	if !strings.Contains(doc.Find(".drawn.waits").Text(), "Waiting") {
		t.Errorf("before it was drawn: %q", doc.Text())
	}
	page.say(map[string]any{"type": "drawn", "id": test.ID})
	f.eventually("drawn", func() bool {
		_, doc = f.page(live)
		return doc.Find(".drawn[data-drawn]").Length() == 1
	})
	for selector, says := range map[string]string{
		"[data-live=state-1]": "On air", "[data-obs=streams_records]": "Streams and records", ".seen": "OBS, browser source 2.26.8", ".seen .off": "640 × 130", ".notice": "700 × 130", ".seen bdi": "Main <b>", ".drawn": "Test drawn at",
	} {
		if got := doc.Find(selector).Text(); !strings.Contains(got, says) {
			t.Errorf("%s says %q, not %q", selector, got, says)
		}
	}
}

// TestOverlayControls: goals, timers, countdowns and alert queues are controlled by forms; twice sent is once done.
func TestOverlayControls(t *testing.T) {
	f := start(t)
	f.setUp()
	f.liveRoom("ann")
	for _, kind := range []string{"goal", "timer", "program", "alerts", "chat"} {
		f.submit("/overlays", "kind", kind, "room", "ann")
	}
	figure := func(id int) string {
		_, doc := f.page(fmt.Sprintf("/overlays/%d", id))
		return strings.Join(strings.Fields(doc.Find("#now .ov-now").Text()), " ")
	}
	for range 2 {
		f.submit("/overlays/1/control", "action", "add", "amount", "1,200", "once", "a")
	}
	if got := figure(1); !strings.HasPrefix(got, "1,200 / 10,000") {
		t.Errorf("the goal says %q", got)
	}
	f.submit("/overlays/2/control", "action", "set", "amount", "1:30:00")
	f.submit("/overlays/2/control", "action", "add", "amount", "-0:30")
	if got := figure(2); !strings.HasPrefix(got, "1:29:30 standing") {
		t.Errorf("the timer says %q", got)
	}
	res, _ := f.submit("/overlays/2/control", "action", "start")
	if got := figure(2); res.StatusCode != http.StatusOK || !strings.Contains(got, "running") {
		t.Errorf("the timer says %q", got)
	}
	f.submit("/overlays/3/control", "action", "countdown", "amount", "5:00")
	if got := figure(3); !strings.Contains(got, "The countdown ends at") {
		t.Errorf("the countdown says %q", got)
	}
	for _, bad := range []struct{ path, action, amount, says string }{
		{"/overlays/1/control", "set", "many", "whole number"}, {"/overlays/2/control", "add", "1:x", "like 5:00"},
		{"/overlays/3/control", "countdown", "0", "like 5:00"}, {"/overlays/4/control", "skip", "", "no such alert"},
	} {
		res, doc := f.submit(bad.path, "action", bad.action, "amount", bad.amount)
		if got := doc.Find("#now .wrong").Text(); res.StatusCode < 400 || !strings.Contains(got, bad.says) || doc.Find("#amount").AttrOr("value", bad.amount) != bad.amount {
			t.Errorf("%s %s: %d %q", bad.action, bad.amount, res.StatusCode, got)
		}
	}
	if res, _ := f.submit("/overlays/5/control", "action", "reset"); res.StatusCode != http.StatusConflict {
		t.Errorf("the controls of a chat: %d", res.StatusCode)
	}
	stage(t, f)
}

// stage: the desk's key stops the alert queues of the room, and lets them go on.
func stage(t *testing.T, f *fixture) {
	t.Helper()
	res, doc := f.submit("/rooms/ann/overlays", "action", "stop")
	if res.Request.URL.Path != "/rooms/ann" || doc.Find(".stage-key [value=stop][hidden]").Length() != 1 || doc.Find(".stage-key [value=resume]:not([hidden])").Length() != 1 {
		t.Errorf("the desk's key: %s", res.Request.URL)
	}
	if q, err := f.overlays.Alerts(t.Context(), 4); err != nil || !q.Paused {
		t.Errorf("the queue goes on: %+v %v", q, err)
	}
	f.submit("/overlays/4/control", "action", "resume")
	if q, err := f.overlays.Alerts(t.Context(), 4); err != nil || q.Paused {
		t.Errorf("the queue stands: %+v %v", q, err)
	}
	if res, _ := f.submit("/rooms/ann/overlays", "action", "dance"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an action that is none: %d", res.StatusCode)
	}
}

// TestOverlayImportForm: an export comes back as another overlay; any other file is refused with a reason.
func TestOverlayImportForm(t *testing.T) {
	f := start(t)
	f.setUp()
	f.quietRoom("ann")
	made := f.overlay("ticker", "ann", map[string]any{"max": 7, "look": map[string]any{"preset": "candy"}})
	res, err := f.client.Get(f.url + "/api/overlays/1/export")
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if _, err := file.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if strings.Contains(file.String(), made.URL) {
		t.Error("the file holds the address")
	}
	send := func(room, content string) (*http.Response, *goquery.Document) {
		var body bytes.Buffer
		w := multipart.NewWriter(&body)
		_ = w.WriteField("room", room)
		part, _ := w.CreateFormFile("file", "overlay.json")
		_, _ = part.Write([]byte(content))
		_ = w.Close()
		res, err := f.client.Post(f.url+"/overlays/import", w.FormDataContentType(), &body)
		if err != nil {
			t.Fatal(err)
		}
		return res, f.tree(res)
	}
	if res, _ := send("ann", file.String()); res.Request.URL.Path != "/overlays/2" {
		t.Errorf("import leads to %s with %d", res.Request.URL, res.StatusCode)
	}
	a, err1 := f.db.Overlay(t.Context(), 1)
	b, err2 := f.db.Overlay(t.Context(), 2)
	if diff := cmp.Diff(a.Options, b.Options); err1 != nil || err2 != nil || diff != "" || b.Name != a.Name || b.SecretHash == a.SecretHash {
		t.Errorf("imported: %s", diff)
	}
	for content, says := range map[string]string{
		"": "no overlay file", "{}": "no overlay file", `[1]`: "no overlay file", strings.Repeat(" ", 300<<10): "no overlay file",
		strings.Replace(file.String(), `"candy"`, `"plaid"`, 1): "look.preset", strings.Replace(file.String(), `"kind":"ticker"`, `"kind":"widget"`, 1): "no such kind",
	} {
		res, doc := send("ann", content)
		if got := doc.Find("#file-error").Text(); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(got, says) {
			t.Errorf("%.40q: %d %q, not %q", content, res.StatusCode, got, says)
		}
	}
	if res, doc := send("nobody", file.String()); res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#file_room-error").Length() != 1 {
		t.Errorf("into a room that is none: %d", res.StatusCode)
	}
}
