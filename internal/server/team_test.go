package server_test

import (
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/server"
)

// visitor is another browser.
func (f *fixture) visitor() *fixture {
	f.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		f.t.Fatal(err)
	}
	other := *f
	other.client = &http.Client{Jar: jar, Transport: f.client.Transport}
	return &other
}

// made returns the secret a page shows once, as a path where it is a link.
func (f *fixture) made(doc *goquery.Document) string {
	f.t.Helper()
	value, ok := doc.Find("#made-secret").Attr("value")
	if !ok {
		f.t.Fatalf("the page shows no secret: %s", doc.Find("main").Text())
	}
	return strings.TrimPrefix(value, f.url)
}

// join lets somebody in with a role.
func (f *fixture) join(name string, role live.TeamRole) *fixture {
	f.t.Helper()
	_, doc := f.submit("/team/invites", "role", string(role), "once", "invite "+name)
	other := f.visitor()
	res, _ := other.submit(f.made(doc), "name", name, "password", password, "again", password, "language", "en")
	if res.Request.URL.Path != "/" || res.StatusCode != http.StatusOK {
		f.t.Fatalf("%s was led to %s with %d", name, res.Request.URL, res.StatusCode)
	}
	return other
}

func TestInvites(t *testing.T) {
	f := start(t)
	f.setUp()
	_, doc := f.submit("/team/invites", "role", "moderator", "once", "1")
	link := f.made(doc)
	if _, doc = f.submit("/team/invites", "role", "moderator", "once", "1"); f.made(doc) != link {
		t.Error("a double click makes another link")
	}
	if invites, err := f.db.Invites(t.Context(), time.Now(), 0, 9); err != nil || len(invites) != 1 {
		t.Fatalf("%d invites: %v", len(invites), err)
	}
	if _, doc = f.page("/team"); strings.Contains(doc.Text(), link) || doc.Find("#made-secret").Length() != 0 {
		t.Error("the link is shown again")
	}

	minh := f.visitor()
	res, doc := minh.page(link)
	if res.StatusCode != http.StatusOK || !strings.Contains(doc.Find(".card-head").Text(), "moderator") || doc.Find("nav.rail").Length() != 0 {
		t.Fatalf("the invite: %d %s", res.StatusCode, doc.Find(".card-head").Text())
	}
	for _, tt := range []struct{ name, password, again, field string }{
		{"linh", password, password, "name"}, {"mi nh", password, password, "name"}, {"minh", "short", "short", "password"}, {"minh", password, "other", "again"},
	} {
		res, doc = minh.submit(link, "name", tt.name, "password", tt.password, "again", tt.again, "language", "en")
		if res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#"+tt.field+"-error").Length() != 1 || doc.Find("#name").AttrOr("value", "") != tt.name {
			t.Errorf("%+v: %d", tt, res.StatusCode)
		}
	}
	for range 2 { // a double click
		if res, _ = minh.submit(link, "name", "minh", "password", password, "again", password, "language", "en"); res.Request.URL.Path != "/" || res.StatusCode != http.StatusOK {
			t.Errorf("joining led to %s with %d", res.Request.URL, res.StatusCode)
		}
	}
	for _, path := range []string{link, "/invite/wrong", link + "x"} {
		other := f.visitor()
		if res, _ = other.page(path); res.StatusCode != http.StatusNotFound {
			t.Errorf("an invite that was used, or none: %d", res.StatusCode)
		}
		if res, _ = other.submit(path, "name", "eve", "password", password, "again", password); res.StatusCode != http.StatusNotFound {
			t.Errorf("joining by it: %d", res.StatusCode)
		}
	}
	if res, doc = minh.page("/team"); res.StatusCode != http.StatusForbidden || !strings.Contains(doc.Find("main").Text(), "owner") || !strings.Contains(doc.Find("main").Text(), "linh") {
		t.Errorf("the team as a moderator: %d %s", res.StatusCode, doc.Find("main").Text())
	}
	if _, doc = minh.page("/"); doc.Find(`a[href="/team"]`).Length() != 0 {
		t.Error("a moderator is shown the way to the team")
	}
}

func TestTheLastOwnerStays(t *testing.T) {
	f := start(t)
	f.setUp()
	for _, do := range []func() (*http.Response, *goquery.Document){
		func() (*http.Response, *goquery.Document) { return f.submit("/team/people/linh/remove") },
		func() (*http.Response, *goquery.Document) {
			return f.submit("/team/people/linh/role", "role", "reviewer")
		},
	} {
		if res, doc := do(); res.StatusCode != http.StatusConflict || !strings.Contains(doc.Find("#member-linh-error").Text(), "only owner") {
			t.Errorf("the only owner: %d", res.StatusCode)
		}
	}
	if res := f.api("DELETE", "/api/users/linh", nil, nil); res.StatusCode != http.StatusConflict {
		t.Errorf("through the API: %d", res.StatusCode)
	}
	if res := f.api("PATCH", "/api/users/linh", map[string]string{"role": "operator"}, nil); res.StatusCode != http.StatusConflict {
		t.Errorf("through the API: %d", res.StatusCode)
	}
	if err := f.db.SaveUser(t.Context(), db.User{Name: "linh", Role: live.RoleReviewer, PasswordHash: "x"}); live.CodeOf(err) != live.CodeConflict {
		t.Errorf("on the command line: %v", err)
	}
	minh := f.join("minh", live.RoleOwner)
	if res, _ := minh.submit("/team/people/linh/role", "role", "reviewer"); res.StatusCode != http.StatusOK {
		t.Errorf("one of two owners: %d", res.StatusCode)
	}
	if res, _ := f.page("/team"); res.StatusCode != http.StatusForbidden {
		t.Errorf("the role is not taken at once: %d", res.StatusCode)
	}
	if res, _ := minh.submit("/team/people/minh/remove"); res.StatusCode != http.StatusConflict {
		t.Errorf("the last of two owners: %d", res.StatusCode)
	}
}

// Who leaves takes along what they could give: browsers, tokens, open invites.
func TestWhoIsRemoved(t *testing.T) {
	f := start(t)
	f.setUp()
	minh := f.join("minh", live.RoleOwner)
	_, doc := minh.submit("/team/tokens", "token_name", "bot", "role", "owner", "once", "1")
	bot := minh.made(doc)
	_, doc = minh.submit("/team/invites", "role", "owner", "once", "2")
	invite := minh.made(doc)
	if got := f.as(bot, "GET", "/api/users"); got != http.StatusOK {
		t.Fatalf("the token: %d", got)
	}
	for range 2 {
		if res, _ := f.submit("/team/people/minh/remove"); res.StatusCode != http.StatusOK || res.Request.URL.Path != "/team" {
			t.Errorf("removing: %d", res.StatusCode)
		}
	}
	if res, _ := minh.page("/"); res.Request.URL.Path != "/login" {
		t.Errorf("somebody who was removed sees %s", res.Request.URL)
	}
	if got := f.as(bot, "GET", "/api/rooms"); got != http.StatusUnauthorized {
		t.Errorf("their token: %d", got)
	}
	if res, _ := f.visitor().page(invite); res.StatusCode != http.StatusNotFound {
		t.Errorf("their invite: %d", res.StatusCode)
	}
}

// as asks with a token and returns the status.
func (f *fixture) as(secret, method, path string) int {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), method, f.url+path, http.NoBody)
	if err != nil {
		f.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+secret)
	res, err := (&http.Client{Transport: f.client.Transport}).Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	_ = res.Body.Close()
	return res.StatusCode
}

func TestSignedOutEverywhere(t *testing.T) {
	f := start(t)
	f.setUp()
	minh := f.join("minh", live.RoleReviewer)
	elsewhere := f.visitor()
	if res, _ := elsewhere.submit("/login", "name", "minh", "password", password); res.Request.URL.Path != "/" {
		t.Fatal("no login")
	}
	if res, _ := minh.submit("/logout/everywhere"); res.Request.URL.Path != "/login" {
		t.Errorf("led to %s", res.Request.URL)
	}
	if res, _ := elsewhere.page("/"); res.Request.URL.Path != "/login" {
		t.Error("another browser is still signed in")
	}
	if res, _ := elsewhere.submit("/login", "name", "minh", "password", password); res.Request.URL.Path != "/" {
		t.Fatal("no login")
	}
	f.submit("/team/people/minh/logout")
	if res, _ := elsewhere.page("/"); res.Request.URL.Path != "/login" {
		t.Error("the owner cannot sign somebody out")
	}
}

func TestTokens(t *testing.T) {
	f := start(t)
	f.setUp()
	_, doc := f.submit("/team/tokens", "token_name", " obs bot ", "role", "reviewer", "once", "1")
	secret := f.made(doc)
	if _, doc = f.submit("/team/tokens", "token_name", "obs bot", "role", "reviewer", "once", "1"); f.made(doc) != secret {
		t.Error("a double click makes another token")
	}
	tokens, err := f.db.Tokens(t.Context(), 0, 9)
	if err != nil || len(tokens) != 1 || tokens[0].Name != "obs bot" || tokens[0].SecretHash == secret {
		t.Fatalf("%+v, %v", tokens, err)
	}
	if got := f.as(secret, "GET", "/api/rooms"); got != http.StatusOK {
		t.Errorf("reading: %d", got)
	}
	if got := f.as(secret, "POST", "/api/rooms"); got != http.StatusForbidden {
		t.Errorf("changing: %d", got)
	}
	if tokens, _ = f.db.Tokens(t.Context(), 0, 9); tokens[0].SeenAt.IsZero() {
		t.Error("nobody sees that it is used")
	}
	res, doc := f.submit("/team/tokens", "token_name", strings.Repeat("長", 61), "role", "reviewer", "once", "3")
	if res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#token_name-error").Length() != 1 || len([]rune(doc.Find("#token_name").AttrOr("value", ""))) != 61 {
		t.Errorf("a name that is too long: %d", res.StatusCode)
	}
	f.submit(fmt.Sprintf("/team/tokens/%d/revoke", tokens[0].ID))
	if got := f.as(secret, "GET", "/api/rooms"); got != http.StatusUnauthorized {
		t.Errorf("revoked: %d", got)
	}
}

// A socket outlives neither its token, nor whoever gave the token away, nor its login. The environment's own token cannot be revoked.
func TestRevokedSocketsEnd(t *testing.T) {
	f := start(t)
	f.server.PingEvery(10 * time.Millisecond)
	f.setUp()
	f.liveRoom("ann")
	minh := f.join("minh", live.RoleOwner)
	bearer := func(by *fixture, once string) http.Header {
		_, doc := by.submit("/team/tokens", "token_name", "bot", "role", "reviewer", "once", once)
		return http.Header{"Authorization": {"Bearer " + by.made(doc)}}
	}
	address, err := url.Parse(f.url)
	if err != nil {
		t.Fatal(err)
	}
	var login http.Header
	for _, c := range minh.client.Jar.Cookies(address) {
		login = http.Header{"Cookie": {c.String()}}
	}
	stays := f.socket("/api/rooms/ann/follow")
	revoked := f.socketAs(bearer(f, "1"), "/api/rooms/ann/follow")
	orphan, signedIn := f.socketAs(bearer(minh, "2"), "/api/rooms/follow"), f.socketAs(login, "/api/rooms/ann/follow")
	tokens, err := f.db.Tokens(t.Context(), 0, 9)
	if err != nil || len(tokens) != 2 {
		t.Fatalf("%d tokens: %v", len(tokens), err)
	}

	f.submit(fmt.Sprintf("/team/tokens/%d/revoke", tokens[1].ID))
	if code := f.closes(revoked); code != websocket.StatusPolicyViolation {
		t.Errorf("a revoked token: %v", code)
	}
	f.submit("/team/people/minh/remove")
	if code := f.closes(orphan); code != websocket.StatusPolicyViolation {
		t.Errorf("a token of somebody who was removed: %v", code)
	}
	if code := f.closes(signedIn); code != websocket.StatusPolicyViolation {
		t.Errorf("a login of somebody who was removed: %v", code)
	}
	f.server.Close()
	if code := f.closes(stays); code != websocket.StatusGoingAway {
		t.Errorf("the environment's own token: %v", code)
	}
}

// closes reads a socket to its end and returns how it was closed.
func (f *fixture) closes(conn *websocket.Conn) websocket.StatusCode {
	for {
		if _, err := f.next(conn); err != nil {
			return websocket.CloseStatus(err)
		}
	}
}

type auditLine struct{ Who, Role, Action, Target string }

// listed returns the audit list through the API, the oldest first.
func (f *fixture) listed() []auditLine {
	f.t.Helper()
	var all []auditLine
	for cursor := ""; ; {
		var page struct {
			Items []auditLine
			Next  string
		}
		f.api("GET", "/api/audit?limit=2&cursor="+cursor, nil, &page)
		all = append(all, page.Items...)
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	for i := range len(all) / 2 {
		all[i], all[len(all)-1-i] = all[len(all)-1-i], all[i]
	}
	return all
}

func TestAudit(t *testing.T) {
	f := start(t)
	f.setUp()
	session := f.liveRoom("ann")
	minh := f.join("minh", live.RoleModerator)
	minh.submit("/rooms", "name", "bob")                                               // refused: not listed
	f.visitor().submit("/login", "name", "linh\n<b>", "password", "wrong wrong wrong") // a stranger
	for range 3 {                                                                      // a program does it many times a second
		f.api("POST", fmt.Sprintf("/api/sessions/%d/simulate", session), map[string]any{"event_type": "comment", "data": map[string]any{"comment": "hi"}}, nil)
	}
	f.submit("/team/people/minh/role", "role", "operator")
	f.api("GET", fmt.Sprintf("/api/sessions/%d/export.csv", session), nil, nil)
	f.submit("/rooms/ann/viewers/68bob/note", "note", "hi")
	want := []auditLine{
		{"linh", "owner", "setup", ""}, {"api", "owner", "room_added", ""}, {"linh", "owner", "invite", "moderator"},
		{"minh", "moderator", "joined", "/users/linh"}, {"linh\n<b>", "", "login_failed", ""},
		{"api", "owner", "simulate", fmt.Sprintf("/sessions/%d", session)}, {"linh", "owner", "role", "/team/people/minh operator"},
		{"api", "owner", "export", fmt.Sprintf("/sessions/%d/export.csv", session)},
	}
	got := f.listed()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("the list (-want +got):\n%s", diff)
	}
	res, doc := f.page("/audit?who=linh&action=role")
	if n := doc.Find("table.audit tbody tr").Length(); res.StatusCode != http.StatusOK || n != 1 || !strings.Contains(doc.Find("table.audit").Text(), "changed a role") {
		t.Errorf("the page: %d with %d lines", res.StatusCode, n)
	}
	if res, doc = f.page("/audit?from=yesterday"); res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#from").AttrOr("value", "") != "yesterday" {
		t.Errorf("a day that is none: %d", res.StatusCode)
	}
}

// What takes something away that others may look for is listed, whichever way it goes.
func TestRemovalsAreListed(t *testing.T) {
	f := start(t)
	f.setUp()
	session := f.liveRoom("ann")
	note, minute := fmt.Sprintf("/sessions/%d/notes", session), live.Timestamp(time.Now())
	f.submit(note, "minute", minute, "note", "well done")
	f.submit(note+"/1/delete", "minute", minute)
	for _, name := range []string{"Hello", "Goodbye"} {
		f.api("POST", "/api/rooms/ann/run-down", map[string]any{"name": name}, nil)
	}
	f.submit("/rooms/ann/program/items/1", "do", "down")
	f.submit("/rooms/ann/program/items/1", "do", "remove")
	f.api("DELETE", "/api/rooms/ann/run-down/2", nil, nil)
	f.api("DELETE", "/api/scenarios/1", nil, nil)
	want := []auditLine{
		{"linh", "owner", "note_deleted", note + "/1"}, {"api", "owner", "run_down", "/rooms/ann add Hello"}, {"api", "owner", "run_down", "/rooms/ann add Goodbye"},
		{"linh", "owner", "run_down", "/rooms/ann/program/items/1 down"},
		{"linh", "owner", "run_down", "/rooms/ann/program/items/1 remove"}, {"api", "owner", "run_down", "/rooms/ann/run-down/2 remove"},
		{"api", "owner", "scenario_deleted", "/scenarios/1"},
	}
	f.checkListed(want)
}

// checkListed holds the audit list against what it should say after the set-up.
func (f *fixture) checkListed(want []auditLine) {
	f.t.Helper()
	got := slices.DeleteFunc(f.listed(), func(l auditLine) bool { return l.Action == "setup" || l.Action == "room_added" })
	if diff := cmp.Diff(want, got); diff != "" {
		f.t.Errorf("the list (-want +got):\n%s", diff)
	}
}

// What is changed is listed with what it was changed to, whichever way it goes.
func TestChangesAreListed(t *testing.T) {
	f := start(t)
	f.setUp()
	session := f.liveRoom("ann")
	f.submit("/rooms/ann/auto-record", "auto_record", "false")
	f.api("PATCH", "/api/rooms/ann", map[string]any{"auto_record": true, "story_id": "1"}, nil)
	f.api("PATCH", "/api/rooms/ann", map[string]any{"story_id": "99"}, nil) // there is none: nothing was changed
	f.api("PATCH", fmt.Sprintf("/api/sessions/%d", session), map[string]any{"title": "Songs"}, nil)
	f.checkListed([]auditLine{
		{"linh", "owner", "room_changed", "/rooms/ann auto-record false"}, {"api", "owner", "room_changed", "/rooms/ann auto-record true story 1"},
		{"api", "owner", "session_renamed", fmt.Sprintf("/sessions/%d", session)},
	})
}

// A stranger who fails to sign in again and again does not fill the disk.
func TestFailedLoginsAreListedSparingly(t *testing.T) {
	f := start(t)
	f.setUp()
	handler := f.server.Handler() // each has a limit of tries of its own
	for range 30 {
		if w := post(t, handler, "/login", "name=linh&password=wrong", nil); w.Code == http.StatusTooManyRequests {
			handler = f.server.Handler()
		}
	}
	n := 0
	for _, l := range f.listed() {
		if l.Action == "login_failed" {
			n++
		}
	}
	if n != 10 {
		t.Errorf("%d lines of one address in an hour", n)
	}
}

// post sends a form as somebody.
func post(t *testing.T, h http.Handler, path, form string, header func(http.Header)) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, path, strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if header != nil {
		header(r.Header)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestEveryActionHasWords(t *testing.T) {
	f := start(t)
	f.setUp()
	_, doc := f.page("/audit")
	doc.Find("#action option").Each(func(_ int, o *goquery.Selection) {
		if strings.HasPrefix(o.Text(), "audit.do.") {
			t.Errorf("no words for %s", o.Text())
		}
	})
	named := map[string]bool{}
	doc.Find("#action option").Each(func(_ int, o *goquery.Selection) { named[o.AttrOr("value", "")] = true })
	for address, a := range server.AccessTable() {
		if a.Action != "" && !named[a.Action] {
			t.Errorf("%s is not among the filters", address)
		}
	}
}
