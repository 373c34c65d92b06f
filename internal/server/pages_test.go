package server_test

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"showcaller/internal/live"
	"showcaller/web/catalog"
)

func TestFirstStart(t *testing.T) {
	f := start(t)
	if res, _ := f.page("/"); res.Request.URL.Path != "/setup" || res.StatusCode != http.StatusForbidden {
		t.Errorf("a stranger's first visit led to %s with %d", res.Request.URL, res.StatusCode)
	}
	link, err := url.Parse(f.server.SetupURL(f.url))
	if err != nil {
		t.Fatal(err)
	}
	res, doc := f.page(link.RequestURI())
	if res.StatusCode != http.StatusOK || doc.Find(`input[name=password]`).Length() != 1 {
		t.Fatalf("the set-up link answers %d", res.StatusCode)
	}
	secret := link.Query().Get("token")
	res, doc = f.submit("/setup", "token", secret, "name", "linh", "password", "short", "again", "short", "language", "vi")
	if res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#password-error").Length() != 1 || doc.Find(`input[name=name]`).AttrOr("value", "") != "linh" {
		t.Errorf("a short password: %d, the field's error or the name is missing", res.StatusCode)
	}
	if lang := doc.Find("html").AttrOr("lang", ""); lang != "vi" {
		t.Errorf("the page came back in %q, not in the language chosen", lang)
	}
	if res, _ = f.submit("/setup", "token", "forged", "name", "eve", "password", password, "again", password); res.StatusCode != http.StatusForbidden {
		t.Errorf("a forged link: %d", res.StatusCode)
	}
	if res, _ = f.submit("/setup", "token", secret, "name", "linh", "password", password, "again", password, "language", "vi"); res.Request.URL.Path != "/" {
		t.Errorf("set-up led to %s", res.Request.URL)
	}
	if res, _ = f.page(link.RequestURI()); res.Request.URL.Path == "/setup" {
		t.Error("the link works twice")
	}
}

func TestLogin(t *testing.T) {
	f := start(t)
	f.setUp()
	if res, _ := f.submit("/logout"); res.Request.URL.Path != "/login" {
		t.Fatalf("logout led to %s", res.Request.URL)
	}
	if res, _ := f.page("/rooms/ann?x=1"); res.Request.URL.Query().Get("next") != "/rooms/ann?x=1" {
		t.Errorf("signed out, a page leads to %s", res.Request.URL)
	}
	for _, wrong := range [][2]string{{"linh", "not the password"}, {"nobody", password}, {"linh", strings.Repeat("x", 10_000)}} {
		if res, doc := f.submit("/login", "name", wrong[0], "password", wrong[1]); res.StatusCode != http.StatusUnprocessableEntity || doc.Find("[role=alert]").Length() != 1 {
			t.Errorf("%q may sign in: %d", wrong[0], res.StatusCode)
		}
	}
	for next, want := range map[string]string{"https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", "/?x=2": "/?x=2"} {
		res, _ := f.submit("/login", "name", "linh", "password", password, "next", next)
		if got := res.Request.URL.RequestURI(); got != want || !strings.HasPrefix(res.Request.URL.String(), f.url) {
			t.Errorf("next=%s led to %s", next, res.Request.URL)
		}
	}
}

func TestLoginIsLimited(t *testing.T) {
	f := start(t)
	f.setUp()
	last := 0
	for range 11 {
		res, _ := f.submit("/login", "name", "linh", "password", "wrong wrong wrong")
		last = res.StatusCode
	}
	if last != http.StatusTooManyRequests {
		t.Errorf("the eleventh wrong try in a minute: %d", last)
	}
}

// TestRevokedLogin: a copied cookie is worth nothing after the logout.
func TestRevokedLogin(t *testing.T) {
	f := start(t)
	f.setUp()
	base, err := url.Parse(f.url)
	if err != nil {
		t.Fatal(err)
	}
	stolen := f.client.Jar.Cookies(base)
	f.submit("/logout")
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	jar.SetCookies(base, stolen)
	f.client.Jar = jar
	if res, _ := f.page("/"); res.Request.URL.Path != "/login" {
		t.Errorf("a revoked login still opens %s", res.Request.URL.Path)
	}
}

func TestCrossOriginPostsAreRefused(t *testing.T) {
	f := start(t)
	f.setUp()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, f.url+"/rooms", strings.NewReader("name=evil"))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Origin", "https://evil.example")
	res, err := f.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusForbidden || len(f.engine.Rooms()) > 0 {
		t.Errorf("another site's form: %d, %d rooms", res.StatusCode, len(f.engine.Rooms()))
	}
}

func TestRoomPages(t *testing.T) {
	f := start(t)
	f.setUp()
	res, doc := f.submit("/rooms", "name", "not a name")
	if res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#name-error").Length() != 1 || doc.Find(`input[name=name]`).AttrOr("value", "") != "not a name" {
		t.Errorf("a wrong name: %d, its error or the value is missing", res.StatusCode)
	}
	f.submit("/rooms", "name", "@ann")
	session := f.await("ann", live.StateLive)
	hostile := `<img src=x onerror=alert(1)>`
	f.source.events <- []live.Event{chat("bob", hostile)}
	f.awaitSeq(session, 2)
	res, doc = f.page("/rooms/ann")
	row := doc.Find(`li[data-kind=comment]`)
	if row.Length() != 1 || !strings.Contains(row.Text(), hostile) || doc.Find("img[onerror]").Length() != 0 {
		t.Errorf("the chat line is not there as text: %q", row.Text())
	}
	if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "script-src 'self';") || strings.Contains(csp, "unsafe") {
		t.Errorf("policy %q", csp)
	}
	if res, _ = f.submit("/rooms", "name", "ann"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("adding a room twice: %d", res.StatusCode)
	}
	if _, doc = f.page("/"); doc.Find(`[data-state=live]`).Length() != 1 {
		t.Error("the list of rooms does not say that ann is live")
	}
	f.submit("/rooms/ann/disconnect", "back", "/")
	f.await("ann", live.StateIdle)
	for range 2 { // a double click is no error
		if res, _ = f.submit("/rooms/ann/remove"); res.StatusCode != http.StatusOK {
			t.Errorf("removing a room: %d", res.StatusCode)
		}
	}
	if res, doc = f.page("/rooms/ann"); res.StatusCode != http.StatusNotFound || doc.Find("h1").Length() != 1 {
		t.Errorf("a removed room: %d", res.StatusCode)
	}
}

func TestLanguageAndTheme(t *testing.T) {
	f := start(t)
	f.setUp()
	for _, language := range []string{"vi", "zh", "ja", "en"} {
		_, doc := f.submit("/language", "language", language, "back", "/")
		if got := doc.Find("html").AttrOr("data-language", ""); got != language {
			t.Errorf("chose %s, got %s", language, got)
		}
	}
	if res, _ := f.submit("/language", "language", "xx"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an unknown language: %d", res.StatusCode)
	}
	if _, doc := f.submit("/theme", "theme", "light", "back", "/"); doc.Find("html").AttrOr("data-theme", "") != "light" {
		t.Error("the light theme was not kept")
	}
}

// awaitSeq waits until a session has an event of a number.
func (f *fixture) awaitSeq(session, seq int64) {
	f.t.Helper()
	s, err := f.engine.Session(session)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, err := range s.Log().Follow(f.t.Context(), seq-1) {
		if err != nil {
			f.t.Fatal(err)
		}
		return
	}
}

// What an error says of itself is English: whoever reads another language is told in that what sort of error it is, and what to do.
func TestErrorPagesSpeakTheReadersLanguage(t *testing.T) {
	f := start(t)
	f.setUp()
	for _, l := range catalog.Languages() {
		f.submit("/language", "language", l.Code, "back", "/")
		for _, path := range []string{"/sessions/9999", "/rooms/nosuch", "/viewers/zz", "/stories/zzz", "/overlays/99"} {
			res, doc := f.page(path)
			words := catalog.For(l.Code)
			said := doc.Find("main").Text()
			if res.StatusCode != http.StatusNotFound || !strings.Contains(said, words.T("error.not_found.title")) || !strings.Contains(said, words.T("error.not_found.advice")) {
				t.Errorf("%s in %s: %d, %q", path, l.Code, res.StatusCode, said)
			}
			if english := strings.Contains(said, "There is no"); english != (l.Code == "en") {
				t.Errorf("%s in %s says %q", path, l.Code, said)
			}
		}
	}
}

func TestSettings(t *testing.T) {
	f := start(t)
	f.setUp()
	f.submit("/theme", "theme", "dark", "back", "/settings")
	res, doc := f.page("/settings")
	if res.StatusCode != http.StatusOK || doc.Find("main [name=language]").Length() != len(catalog.Languages()) ||
		doc.Find("main [name=theme][aria-pressed=true]").AttrOr("value", "") != "dark" {
		t.Errorf("%d %s", res.StatusCode, doc.Find("main").Text())
	}
	said := doc.Find("main").Text()
	for _, want := range []string{"Version", "test", f.url, " MB", "a speech server"} {
		if !strings.Contains(said, want) {
			t.Errorf("the settings do not say %q: %s", want, said)
		}
	}
	if n := doc.Find("nav.rail a[href='/settings']").Length(); n != 1 {
		t.Errorf("%d ways to the settings", n)
	}
}
