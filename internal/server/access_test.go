package server_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/google/go-cmp/cmp"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/server"
)

type route struct{ method, pattern string }

// routes are all addresses of the program.
func (f *fixture) routes() []route {
	f.t.Helper()
	var all []route
	err := chi.Walk(f.server.Handler().(chi.Routes), func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		all = append(all, route{method, pattern})
		return nil
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return all
}

func TestEveryRouteIsInTheTable(t *testing.T) {
	f := start(t)
	found := map[string]bool{}
	for _, r := range f.routes() {
		if _, ok := server.AccessTo(r.method, r.pattern); !ok {
			t.Errorf("%s %s is missing in the table of access.go: nobody may use it", r.method, r.pattern)
		}
		found[r.method+" "+r.pattern], found["ANY "+r.pattern] = true, true
	}
	for address, a := range server.AccessTable() {
		if !found[address] {
			t.Errorf("%s is in the table, and there is no such address", address)
		}
		if !a.Open && !a.Least.Valid() || a.Open && a.Least != "" {
			t.Errorf("%s is both or neither: %+v", address, a)
		}
	}
}

var parameter = regexp.MustCompile(`\{[^}]+\}|\*`)

// somebody is who may ask: a stranger, a role by cookie or by token, or somebody with a secret of another sort.
type somebody struct {
	name   string
	role   live.TeamRole // "" is a stranger
	header func(http.Header)
}

// everybody are all who may ask, with the secrets they ask by.
func (f *fixture) everybody() []somebody {
	f.t.Helper()
	ctx, now := f.t.Context(), time.Now()
	bearer := func(secret string) func(http.Header) {
		return func(h http.Header) { h.Set("Authorization", "Bearer "+secret) }
	}
	cookie := func(secret string) func(http.Header) {
		return func(h http.Header) { h.Set("Cookie", "showcaller_login="+secret) }
	}
	must := func(err error) {
		f.t.Helper()
		if err != nil {
			f.t.Fatal(err)
		}
	}
	all := []somebody{
		{"a stranger", "", func(http.Header) {}}, {"a wrong token", "", bearer("wrong")}, {"an empty token", "", bearer("")}, {"a wrong cookie", "", cookie("wrong")},
		{"the configured token", live.RoleOwner, bearer(token)},
	}
	for _, role := range live.TeamRoles() {
		name := "the-" + string(role)
		must(f.db.SaveUser(ctx, db.User{Name: name, Role: role, PasswordHash: "x", CreatedAt: now}))
		must(f.db.SaveLogin(ctx, db.Login{IDHash: server.HashSecret("cookie " + name), UserName: name, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(time.Hour)}))
		_, err := f.db.AddToken(ctx, db.Token{SecretHash: server.HashSecret("token " + name), Name: name, Role: role, Author: "linh", CreatedAt: now})
		must(err)
		id, err := f.db.AddToken(ctx, db.Token{SecretHash: server.HashSecret("revoked " + name), Name: name, Role: role, Author: "linh", CreatedAt: now})
		must(err)
		must(f.db.RevokeToken(ctx, id, now))
		all = append(all, somebody{name + " signed in", role, cookie("cookie " + name)}, somebody{name + "'s token", role, bearer("token " + name)},
			somebody{name + "'s revoked token", "", bearer("revoked " + name)}, somebody{"a token as a cookie", "", cookie("token " + name)})
	}
	return all
}

// ask sends a request as somebody, and returns the status and where it was sent.
func ask(t *testing.T, h http.Handler, who somebody, method, pattern string) *httptest.ResponseRecorder {
	t.Helper()
	path := parameter.ReplaceAllString(pattern, "1")
	r := httptest.NewRequestWithContext(t.Context(), method, path, http.NoBody)
	who.header(r.Header)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

// Every address is asked for by everybody. What is let through answers 418 here, so that nothing happens.
func TestWhoMayUseWhat(t *testing.T) {
	f := start(t)
	twin, err := f.server.Twin(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	if err != nil {
		t.Fatal(err)
	}
	panel := f.server.Handler()
	all := f.everybody()
	for _, r := range f.routes() {
		need, _ := server.AccessTo(r.method, r.pattern)
		for _, who := range all {
			want := http.StatusTeapot
			switch {
			case need.Open || who.role.AtLeast(need.Least):
			case who.role != "":
				want = http.StatusForbidden
			case strings.HasPrefix(r.pattern, "/api/"):
				want = http.StatusUnauthorized
			default:
				want = http.StatusSeeOther
			}
			got := ask(t, twin, who, r.method, r.pattern)
			if got.Code != want || want == http.StatusSeeOther && !strings.HasPrefix(got.Header().Get("Location"), "/login") {
				t.Errorf("%s %s as %s: %d, want %d", r.method, r.pattern, who.name, got.Code, want)
			}
			if want == http.StatusTeapot {
				continue
			}
			if got := ask(t, panel, who, r.method, r.pattern); got.Code != want {
				t.Errorf("%s %s as %s: the program itself says %d, want %d", r.method, r.pattern, who.name, got.Code, want)
			}
		}
		if need.Secret {
			if got := ask(t, panel, all[0], r.method, r.pattern); got.Code != http.StatusNotFound {
				t.Errorf("%s %s with a wrong secret: %d", r.method, r.pattern, got.Code)
			}
		}
	}
	for _, who := range all {
		if got := ask(t, twin, who, "GET", "/not-in-the-table"); got.Code != http.StatusForbidden {
			t.Errorf("what is not in the table answers %s with %d", who.name, got.Code)
		}
	}
}

// The table by hand: what a change of it must not do unseen.
func TestRights(t *testing.T) {
	for address, want := range map[string]live.TeamRole{
		"GET /": live.RoleReviewer, "GET /sessions/{id}": live.RoleReviewer, "GET /api/sessions/{id}/export.{format}": live.RoleReviewer,
		"POST /rooms/{unique_id}/pin": live.RoleModerator, "POST /rooms/{unique_id}/hide": live.RoleModerator, "POST /sessions/{id}/notes": live.RoleModerator, "POST /api/overlays/{id}/queue": live.RoleModerator,
		"POST /rooms": live.RoleOperator, "POST /api/sessions/{id}/simulate": live.RoleOperator, "POST /api/overlays/{id}/reveal": live.RoleOperator,
		"DELETE /api/sessions/{id}": live.RoleOwner, "DELETE /api/rooms/{unique_id}": live.RoleOwner,
	} {
		if got := server.AccessTable()[address]; got.Least != want || got.Open {
			t.Errorf("%s needs %q, want %q", address, got.Least, want)
		}
	}
	var open []string
	for address, a := range server.AccessTable() {
		if a.Open && !a.Secret && !strings.HasPrefix(address, "ANY /static/") {
			open = append(open, strings.Fields(address)[1])
		}
	}
	want := map[string]bool{
		"/healthz": true, "/readyz": true, "/story-client.js": true, "/setup": true, "/login": true, "/logout": true, "/language": true, "/theme": true,
	}
	for _, path := range open {
		if !want[path] {
			t.Errorf("%s is open to everybody", path)
		}
	}
}

// unlisted are the addresses that change something of which the audit list says nothing, and why.
var unlisted = map[string]string{
	"POST /language": "of one's own browser", "POST /theme": "of one's own browser",
	"POST /share/{token}":         "opens a link; its visits are counted, and wrong passwords are listed",
	"POST /rooms/{unique_id}/pin": "the pin is an event with its author", "POST /rooms/{unique_id}/unpin": "an event with its author",
	"POST /api/sessions/{id}/pins": "the pin is an event with its author", "DELETE /api/sessions/{id}/pins/{seq}": "an event with its author",
	"POST /sessions/{id}/notes":                        "a note has its author",
	"POST /rooms/{unique_id}/viewers/{viewer}/note":    "a note has its author, and the list must not name viewers",
	"POST /viewers/{viewer}/note":                      "a note has its author, and the list must not name viewers",
	"PUT /api/rooms/{unique_id}/viewers/{viewer}/note": "a note has its author, and the list must not name viewers",
	"POST /overlays/{id}/draft":                        "keeps nothing: it is a preview",
	"POST /api/overlays/{id}/control":                  "a timer or a goal: part of running the show, many times a minute",
	"POST /sessions/{id}/playback":                     "the speed of a replay, whose start is listed", "PATCH /api/sessions/{id}/playback": "the speed of a replay, whose start is listed",
	"POST /stories/{storyId}/talk": "kept among the story's messages", "POST /api/stories/{storyId}/message": "kept among the story's messages",
}

// What changes something is in the audit list, or there is a reason why not.
func TestWhatChangesSomethingIsListed(t *testing.T) {
	writes := map[string]bool{}
	for address, a := range server.AccessTable() {
		method, _, _ := strings.Cut(address, " ")
		if method == http.MethodGet || method == "ANY" {
			continue
		}
		writes[address] = true
		if reason := unlisted[address]; (a.Action == "") != (reason != "") {
			t.Errorf("%s: the list calls it %q, and the reason not to is %q", address, a.Action, reason)
		}
	}
	for address := range unlisted {
		if !writes[address] {
			t.Errorf("%s is no address that changes anything", address)
		}
	}
}

// What depends on what is asked, and not on the address alone: who moderates keeps the host quiet, and does not make it speak.
func TestModeratorsMayNotMakeTheHostSpeak(t *testing.T) {
	f := start(t)
	f.liveRoom("ann")
	f.api("PATCH", "/api/stories/1", map[string]any{"room": "ann"}, nil)
	everybody := f.everybody()
	var who somebody
	for _, e := range everybody {
		if e.name == "the-moderator signed in" {
			who = e
		}
	}
	got := map[string]int{}
	for _, action := range []string{"pause", "resume", "mute", "unmute", "say", "dry_run", "bind", "language", ""} {
		for _, to := range []string{"/rooms/ann/host", "/stories/1/director"} {
			r := httptest.NewRequestWithContext(t.Context(), "POST", to, strings.NewReader("action="+action+"&text=hi"))
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			who.header(r.Header)
			w := httptest.NewRecorder()
			f.server.Handler().ServeHTTP(w, r)
			got[to+" "+action] = w.Code
		}
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/api/stories/1/director", strings.NewReader(fmt.Sprintf(`{"action":%q,"text":"hi"}`, action)))
		r.Header.Set("Content-Type", "application/json")
		who.header(r.Header)
		w := httptest.NewRecorder()
		f.server.Handler().ServeHTTP(w, r)
		got["api "+action] = w.Code
	}
	want := map[string]int{}
	for _, action := range []string{"pause", "resume", "mute", "unmute"} {
		want["/rooms/ann/host "+action], want["/stories/1/director "+action], want["api "+action] = 303, 303, 200
	}
	for _, action := range []string{"say", "dry_run", "bind", "language", ""} {
		want["/rooms/ann/host "+action], want["/stories/1/director "+action], want["api "+action] = 403, 403, 403
	}
	for _, action := range []string{"bind", "language", ""} { // the API has no such action
		want["api "+action] = 422
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("a moderator (-want +got):\n%s", diff)
	}
}
