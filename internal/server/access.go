package server

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-chi/chi/v5"

	"showcaller/internal/live"
	"showcaller/web/templates"
)

// access is what an address asks of whoever uses it, and what the audit list calls using it.
type access struct {
	open   bool          // anybody may; the least role is of no account
	secret bool          // as open, but the address itself is the credential: who does not have it finds nothing
	least  live.TeamRole // the least role that may
	action string        // in the audit list; "" is not listed
	often  bool          // a program may do it many times a second: one line a minute tells enough
}

// as is the same access under a name in the audit list.
func (a access) as(action string) access { a.action = action; return a }

// oft is the same access with one line a minute in the audit list.
func (a access) oft() access { a.often = true; return a }

var (
	everybody = access{open: true}
	bySecret  = access{open: true, secret: true}
	reviewer  = access{least: live.RoleReviewer}
	moderator = access{least: live.RoleModerator}
	operator  = access{least: live.RoleOperator}
	owner     = access{least: live.RoleOwner}
)

// accessTable says for every address of the program who may use it. What is not in it is used by nobody: a test walks all routes
// and all entries. ANY stands for every method.
var accessTable = map[string]access{
	"GET /healthz": everybody, "GET /readyz": everybody, "ANY /static/*": everybody, "GET /story-client.js": everybody,
	"GET /setup": everybody, "POST /setup": everybody.as("setup"), "GET /login": everybody, "POST /login": everybody.as("login"), "POST /logout": everybody.as("logout"),
	"POST /language": everybody, "POST /theme": everybody, "GET /settings": reviewer,

	"GET /overlay/*": bySecret, "GET /overlay/{token}": bySecret, "GET /overlay/{token}/follow": bySecret,
	"GET /overlay/{token}/picture": bySecret, "GET /overlay/{token}/sound/{sound}": bySecret,

	"GET /share/{token}": bySecret, "POST /share/{token}": bySecret, "GET /invite/{token}": bySecret, "POST /invite/{token}": bySecret.as("joined"),
	"POST /logout/everywhere": reviewer.as("logged_out"),

	// The team.
	"GET /team": owner, "GET /audit": owner, "POST /team/people/{name}/role": owner.as("role"), "POST /team/people/{name}/remove": owner.as("user_removed"),
	"POST /team/people/{name}/logout": owner.as("logged_out"), "POST /team/invites": owner.as("invite"),
	"POST /team/invites/{id}/delete": owner.as("invite_withdrawn"), "POST /team/tokens": owner.as("token_made"),
	"POST /team/tokens/{id}/revoke": owner.as("token_revoked"),
	"GET /sessions/{id}/shares":     operator, "POST /sessions/{id}/shares": operator.as("shared"),
	"POST /sessions/{id}/shares/{share}/revoke": operator.as("share_revoked"),
	"GET /api/users": owner, "PATCH /api/users/{name}": owner.as("role"), "DELETE /api/users/{name}": owner.as("user_removed"),
	"POST /api/users/{name}/logout": owner.as("logged_out"), "POST /api/invites": owner.as("invite"),
	"GET /api/tokens": owner, "POST /api/tokens": owner.as("token_made"), "DELETE /api/tokens/{id}": owner.as("token_revoked"),
	"GET /api/shares": operator, "POST /api/shares": operator.as("shared"), "DELETE /api/shares/{id}": operator.as("share_revoked"),
	"GET /api/audit":     owner,
	"GET /api/retention": owner, "PUT /api/retention": owner.as("retention"), "DELETE /api/retention": owner.as("retention"), "POST /api/retention/run": owner.as("retention_run"),
	"GET /retention": owner, "POST /retention": owner.as("retention"), "POST /retention/run": owner.as("retention_run"),
	"GET /sessions/{id}/delete": owner, "POST /sessions/{id}/delete": owner.as("session_deleted"),

	// Pages that are read.
	"GET /": reviewer, "GET /rooms/{unique_id}": reviewer, "GET /rooms/{unique_id}/viewers/{viewer}": reviewer, "GET /picture": reviewer,
	"GET /sessions/{id}/replay": reviewer, "GET /sessions/{id}/replay/stage": reviewer, "GET /sessions/{id}/replay/stage/picture": reviewer,
	"GET /sessions": reviewer, "GET /sessions/{id}": reviewer, "GET /search": reviewer, "GET /compare": reviewer, "GET /viewers/{viewer}": reviewer,
	"GET /overlays": reviewer, "GET /overlays/live": reviewer, "GET /overlays/{id}": reviewer, "GET /overlays/{id}/live": reviewer,
	"GET /stories": reviewer, "GET /stories/{storyId}": reviewer, "GET /stories/{storyId}/memory": reviewer, "GET /stories/{storyId}/messages": reviewer,

	// Forms of pages. What a form of the host may ask is finer than its address: see hostAction.
	"POST /rooms/{unique_id}/pin": moderator, "POST /rooms/{unique_id}/unpin": moderator,
	"POST /rooms/{unique_id}/hide":                  moderator.as("hidden"),
	"POST /rooms/{unique_id}/show":                  moderator.as("shown"),
	"POST /rooms/{unique_id}/viewers/{viewer}/note": moderator,
	"POST /viewers/{viewer}/note":                   moderator, "POST /viewers/{viewer}/forget": owner.as("viewer_forgotten"),
	"POST /sessions/import": operator.as("imported"), "POST /api/sessions/import": operator.as("imported"),
	"POST /sessions/{id}/notes": moderator, "POST /sessions/{id}/notes/{note}/delete": moderator.as("note_deleted"),
	"POST /rooms/{unique_id}/host": moderator.as("host"), "POST /stories/{storyId}/director": moderator.as("host"),
	"POST /rooms": operator.as("room_added"), "POST /rooms/{unique_id}/connect": operator.as("room_connected"),
	"POST /rooms/{unique_id}/disconnect": operator.as("room_disconnected"), "POST /rooms/{unique_id}/auto-record": operator.as("room_changed"),
	"GET /rooms/{unique_id}/program": reviewer, "POST /rooms/{unique_id}/program": operator.as("program"), "POST /rooms/{unique_id}/program/retry": operator.as("program"),
	"POST /rooms/{unique_id}/program/items": operator.as("run_down"), "POST /rooms/{unique_id}/program/items/{item}": operator.as("run_down"),
	"GET /rooms/{unique_id}/simulate": operator, "POST /rooms/{unique_id}/simulate": operator.as("simulate").oft(),
	"POST /rooms/{unique_id}/rehearsal": operator.as("rehearsal"), "POST /rooms/{unique_id}/scenario": operator.as("scenario"),
	"POST /rooms/{unique_id}/stop": operator.as("scenario_stopped"), "POST /rooms/{unique_id}/replay": operator.as("replay"),
	"POST /sessions/{id}/end": operator.as("rehearsal_ended"), "POST /sessions/{id}/playback": operator,
	"POST /stories": operator.as("story_added"), "POST /stories/{storyId}": operator.as("story_changed"),
	"POST /stories/{storyId}/delete": operator.as("story_deleted"), "POST /stories/{storyId}/memory/{message}": operator.as("story_memory"),
	"POST /stories/{storyId}/talk":   operator,
	"POST /rooms/{unique_id}/remove": owner.as("room_removed"),
	"POST /overlays":                 operator.as("overlay_added"), "POST /overlays/import": operator.as("overlay_added"),
	"POST /overlays/{id}": operator.as("overlay_changed"), "POST /overlays/{id}/draft": operator, "POST /overlays/{id}/test": operator.as("overlay_tested").oft(),
	"POST /overlays/{id}/control": moderator.as("alerts"), "POST /overlays/{id}/delete": operator.as("overlay_deleted"),
	"POST /overlays/{id}/reveal": operator.as("overlay_revealed"), "POST /overlays/{id}/loader": operator.as("overlay_revealed"),
	"POST /overlays/{id}/rotate": operator.as("overlay_rotated"), "POST /overlays/{id}/revoke": operator.as("overlay_revoked"),
	"POST /rooms/{unique_id}/overlays": moderator.as("screen_cleared"),

	// The API: reading.
	"ANY /api/*": reviewer, "GET /api/docs": reviewer, "GET /api/openapi.json": reviewer, "GET /api/openapi.yaml": reviewer,
	"GET /api/openapi-3.0.json": reviewer, "GET /api/openapi-3.0.yaml": reviewer, "GET /api/gifts": reviewer,
	"GET /api/overlays": reviewer, "GET /api/overlays/{id}": reviewer, "GET /api/overlays/{id}/export": reviewer,
	"GET /api/overlays/{id}/queue": reviewer, "GET /api/overlays/{id}/state": reviewer,
	"GET /api/rooms": reviewer, "GET /api/rooms/{unique_id}": reviewer, "GET /api/rooms/{unique_id}/follow": reviewer,
	"GET /api/rooms/{unique_id}/simulator": reviewer, "GET /api/rooms/{unique_id}/viewers/{viewer}": reviewer,
	"GET /api/rooms/{unique_id}/run-down": reviewer, "GET /api/rooms/{unique_id}/program": reviewer, "GET /api/sessions/{id}/program-calls": reviewer,
	"GET /api/scenarios": reviewer, "GET /api/scenarios/{scenario}": reviewer,
	"GET /api/sessions": reviewer, "GET /api/sessions/{id}": reviewer, "GET /api/sessions/{id}/events": reviewer,
	"GET /api/sessions/{id}/follow": reviewer, "GET /api/sessions/{id}/marks": reviewer, "GET /api/sessions/{id}/minutes": reviewer,
	"GET /api/sessions/{id}/playback": reviewer, "GET /api/sessions/{id}/runs": reviewer, "GET /api/sessions/{id}/summary": reviewer,
	"GET /api/sessions/{id}/viewers":    reviewer,
	"GET /api/sessions/export.{format}": reviewer.as("export"), "GET /api/sessions/{id}/export.{format}": reviewer.as("export"),
	"GET /api/sessions/{id}/minutes.{format}": reviewer.as("export"), "GET /api/sessions/{id}/viewers.{format}": reviewer.as("export"),
	"GET /api/stories": reviewer, "GET /api/stories/{storyId}": reviewer, "GET /api/stories/{storyId}/memory": reviewer,
	"GET /api/stories/{storyId}/messages": reviewer, "GET /api/stories/{storyId}/queue": reviewer,

	// The API: changing. What may be asked of a host and of an alert queue is finer: see hostAction and alertAction.
	"POST /api/sessions/{id}/pins": moderator, "DELETE /api/sessions/{id}/pins/{seq}": moderator,
	"POST /api/sessions/{id}/hidden":                   moderator.as("hidden"),
	"DELETE /api/sessions/{id}/hidden":                 moderator.as("shown"),
	"PUT /api/rooms/{unique_id}/viewers/{viewer}/note": moderator,
	"POST /api/stories/{storyId}/director":             moderator.as("host"), "POST /api/overlays/{id}/queue": moderator.as("alerts"),
	"POST /api/rooms/{unique_id}/overlays/stop": moderator.as("screen_cleared"), "POST /api/rooms/{unique_id}/overlays/resume": moderator.as("screen_resumed"),
	"POST /api/rooms": operator.as("room_added"), "PATCH /api/rooms/{unique_id}": operator.as("room_changed"),
	"POST /api/rooms/{unique_id}/connect": operator.as("room_connected"), "POST /api/rooms/{unique_id}/disconnect": operator.as("room_disconnected"),
	"POST /api/rooms/{unique_id}/rehearsal": operator.as("rehearsal"), "POST /api/sessions/{id}/end": operator.as("rehearsal_ended"),
	"POST /api/overlays": operator.as("overlay_added"), "POST /api/overlays/import": operator.as("overlay_added"),
	"PATCH /api/overlays/{id}": operator.as("overlay_changed"), "DELETE /api/overlays/{id}": operator.as("overlay_deleted"),
	"POST /api/overlays/{id}/control": operator, "POST /api/overlays/{id}/test": operator.as("overlay_tested").oft(),
	"POST /api/overlays/{id}/reveal": operator.as("overlay_revealed"), "POST /api/overlays/{id}/rotate": operator.as("overlay_rotated"),
	"POST /api/overlays/{id}/revoke": operator.as("overlay_revoked"),
	"POST /api/scenarios":            operator.as("scenario_written"), "PUT /api/scenarios/{scenario}": operator.as("scenario_written"), "DELETE /api/scenarios/{scenario}": operator.as("scenario_deleted"),
	"PATCH /api/sessions/{id}": operator.as("session_renamed"), "PATCH /api/sessions/{id}/playback": operator,
	"POST /api/rooms/{unique_id}/run-down": operator.as("run_down"), "PATCH /api/rooms/{unique_id}/run-down/{item}": operator.as("run_down"), "DELETE /api/rooms/{unique_id}/run-down/{item}": operator.as("run_down"),
	"POST /api/sessions/{id}/program-calls/{seq}/retry": operator.as("program"),
	"POST /api/sessions/{id}/program":                   operator.as("program").oft(), "POST /api/sessions/{id}/replay": operator.as("replay"),
	"POST /api/sessions/{id}/runs": operator.as("scenario"), "DELETE /api/sessions/{id}/runs": operator.as("scenario_stopped"),
	"DELETE /api/sessions/{id}/runs/{run}": operator.as("scenario_stopped"), "POST /api/sessions/{id}/scenarios/{scenario}/run": operator.as("scenario"),
	"POST /api/sessions/{id}/scenarios/{scenario}/stop": operator.as("scenario_stopped"), "POST /api/sessions/{id}/simulate": operator.as("simulate").oft(),
	"POST /api/stories": operator.as("story_added"), "PATCH /api/stories/{storyId}": operator.as("story_changed"),
	"DELETE /api/stories/{storyId}":            operator.as("story_deleted"),
	"PATCH /api/stories/{storyId}/memory/{id}": operator.as("story_memory"), "DELETE /api/stories/{storyId}/memory/{id}": operator.as("story_memory"),
	"POST /api/stories/{storyId}/message": operator,
	"DELETE /api/rooms/{unique_id}":       owner.as("room_removed"), "DELETE /api/sessions/{id}": owner.as("session_deleted"),
}

// hostAction is the least role that may ask something of a host: who moderates keeps it quiet, who runs the show makes it speak.
func hostAction(action string) live.TeamRole {
	switch action {
	case "pause", "resume", "skip", "mute", "unmute":
		return live.RoleModerator
	}
	return live.RoleOperator
}

// alertAction is the same for an alert queue.
func alertAction(action string) live.TeamRole {
	switch action {
	case "pause", "resume", "skip", "stop":
		return live.RoleModerator
	}
	return live.RoleOperator
}

// accessTo looks an address up; false where the table does not have it.
func accessTo(method, pattern string) (access, bool) {
	need, ok := accessTable[method+" "+pattern]
	if !ok {
		need, ok = accessTable["ANY "+pattern]
	}
	return need, ok
}

// authorise lets a request through to its handler if the table says so. What leads to no handler is left to the router, which says
// that there is nothing.
func (s *Server) authorise(routes chi.Routes) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			route := chi.NewRouteContext()
			pattern := routes.Find(route, r.Method, routePath(r.URL))
			if pattern == "" {
				next.ServeHTTP(w, r)
				return
			}
			need, known := accessTo(r.Method, pattern)
			id, signedIn := whoami(r.Context())
			switch {
			case !known:
				s.log.Error("an address is missing in the table of who may use what", "method", r.Method, "pattern", pattern)
				s.showError(w, r, &live.Error{Code: live.CodeForbidden, Op: "server.authorise", Msg: "Nobody may use this address: a mistake in Showcaller. Tell whoever makes it."})
			case need.open:
				s.serveAudited(next, w, r, need, route)
			case !signedIn:
				s.askToSignIn(w, r)
			case !id.user.Role.AtLeast(need.least):
				s.forbid(w, r, need.least)
			default:
				if isAPI(r) {
					w.Header().Set("Cache-Control", "no-store")
				}
				s.serveAudited(next, w, r, need, route)
			}
		})
	}
}

// routePath is the path as the router matches it.
func routePath(u *url.URL) string {
	path := u.Path
	if u.RawPath != "" {
		path = u.RawPath
	}
	if path == "" {
		return "/"
	}
	return path
}

func isAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/api/") }

// askToSignIn sends strangers to the login page, or to the set-up page while nobody can sign in. A program is told.
func (s *Server) askToSignIn(w http.ResponseWriter, r *http.Request) {
	if isAPI(r) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="Showcaller"`)
		s.showError(w, r, &live.Error{
			Code: live.CodeUnauthorized, Op: "server.authorise", Msg: "Sign in, or send an API token as Authorization: Bearer TOKEN.",
		})
		return
	}
	users, err := s.db.UserCount(r.Context())
	switch {
	case err != nil:
		s.showError(w, r, err)
	case users == 0:
		http.Redirect(w, r, "/setup", http.StatusSeeOther)
	case r.Method != http.MethodGet:
		http.Redirect(w, r, "/login", http.StatusSeeOther)
	default:
		http.Redirect(w, r, "/login?next="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
	}
}

// forbid says which role is missing, and who can give it.
func (s *Server) forbid(w http.ResponseWriter, r *http.Request, least live.TeamRole) {
	owners, err := s.db.Owners(r.Context())
	if err != nil {
		s.showError(w, r, err)
		return
	}
	id, _ := whoami(r.Context())
	if isAPI(r) {
		s.showError(w, r, &live.Error{Code: live.CodeForbidden, Op: "server.authorise", Msg: "This needs the role " + string(least) + "; " + id.user.Name +
			" is " + string(id.user.Role) + ". An owner of the panel can change that: " + strings.Join(owners, ", ") + "."})
		return
	}
	p := s.view(r, "error.forbidden.title")
	message := p.Printer.T("error.forbidden.role", "Need", p.Printer.T("role."+string(least)), "Have", p.Printer.T("role."+string(id.user.Role)),
		"Owners", strings.Join(owners, ", "))
	s.render(w, r, http.StatusForbidden, templates.Error(templates.ErrorPage{Page: p, Code: live.CodeForbidden, Message: message}))
}

// permit says whether whoever asks may do what needs a role, where that depends on what is asked and not on the address alone.
func permit(ctx context.Context, least live.TeamRole) error {
	id, ok := whoami(ctx)
	if ok && id.user.Role.AtLeast(least) {
		return nil
	}
	return &live.Error{
		Code: live.CodeForbidden, Op: "server.permit",
		Msg: "This needs the role " + string(least) + ". An owner of the panel can give it to you.",
	}
}

// may reports whether somebody with a role may use an address of the table, for pages that hide what is of no use.
func may(role live.TeamRole, address string) bool {
	need, ok := accessTable[address]
	return ok && (need.open || role.AtLeast(need.least))
}
