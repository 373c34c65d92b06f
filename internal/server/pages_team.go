package server

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/httprate"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/web/catalog"
	"showcaller/web/templates"
)

const (
	inviteLife   = 7 * 24 * time.Hour
	maxTokenName = 60
)

func (s *Server) teamPages(r chi.Router) {
	r.Get("/team", s.page(s.showTeam))
	r.Post("/team/people/{name}/role", s.page(s.formRole))
	r.Post("/team/people/{name}/remove", s.page(s.formRemoveUser))
	r.Post("/team/people/{name}/logout", s.page(s.formEndLogins))
	r.Post("/team/invites", s.page(s.formInvite))
	r.Post("/team/invites/{id}/delete", s.page(s.formDeleteInvite))
	r.Post("/team/tokens", s.page(s.formToken))
	r.Post("/team/tokens/{id}/revoke", s.page(s.formRevokeToken))
	r.Post("/logout/everywhere", s.page(s.logoutEverywhere))
	r.Get("/audit", s.page(s.showAudit))
}

// invitePages are public: the link is the credential.
func (s *Server) invitePages(r chi.Router) {
	tries := httprate.LimitBy(20, time.Minute, peer, httprate.WithLimitHandler(s.tooManyTries))
	r.Get("/invite/{token}", s.page(s.showInvite))
	r.With(tries).Post("/invite/{token}", s.page(s.saveInvite))
}

// derive makes the secret of a link out of what a form holds: a form that is sent twice leads to one link, and shows it again.
func (v *overlayVault) derive(ctx context.Context, purpose, once string) (string, error) {
	key, err := v.load(ctx)
	if err != nil {
		return "", err
	}
	if once == "" {
		once = randomToken()
	}
	return base64.RawURLEncoding.EncodeToString(sign(key, []byte(purpose+"\x00"+once))), nil
}

// showTeam handles GET /team.
func (s *Server) showTeam(w http.ResponseWriter, r *http.Request) error {
	return s.renderTeam(w, r, http.StatusOK, func(*templates.TeamPage) {})
}

// renderTeam shows the team; a form that was sent fills in what came of it.
func (s *Server) renderTeam(w http.ResponseWriter, r *http.Request, status int, fill func(*templates.TeamPage)) error {
	v := templates.TeamPage{Page: s.view(r, "team.title"), Once: randomToken(), Base: s.address(r)}
	v.Path = "/team"
	for _, fill := range []func(*http.Request, *templates.TeamPage) error{s.fillMembers, s.fillInvites, s.fillTokens, s.fillShares} {
		if err := fill(r, &v); err != nil {
			return err
		}
	}
	fill(&v)
	s.render(w, r, status, templates.Team(v))
	return nil
}

// teamRows is how many rows of each list the page of the team has.
const teamRows = 50

func (s *Server) fillMembers(r *http.Request, v *templates.TeamPage) error {
	after := r.URL.Query().Get("people")
	found, err := s.db.Team(r.Context(), time.Now(), after, teamRows+1)
	if err != nil {
		return err
	}
	v.People = templates.Pager{List: "people", First: after == ""}
	found, v.People.Next = pageOf(found, teamRows, func(m db.Member) string { return m.Name })
	for _, m := range found {
		v.Members = append(v.Members, templates.Member{Name: m.Name, Role: m.Role, Since: m.CreatedAt, Seen: m.SeenAt, Browsers: m.Browsers})
	}
	return nil
}

func (s *Server) fillInvites(r *http.Request, v *templates.TeamPage) error {
	before, pager, err := pagerIn(r, "invites")
	if err != nil {
		return err
	}
	found, err := s.db.Invites(r.Context(), time.Now(), before, teamRows+1)
	found, pager.Next = numberedPage(found, teamRows, func(i db.Invite) int64 { return i.ID })
	for _, i := range found {
		v.Invites = append(v.Invites, templates.Invite{ID: i.ID, Role: i.Role, Author: i.Author, Until: i.ExpiresAt})
	}
	v.InvitePages = pager
	return err
}

func (s *Server) fillTokens(r *http.Request, v *templates.TeamPage) error {
	before, pager, err := pagerIn(r, "tokens")
	if err != nil {
		return err
	}
	found, err := s.db.Tokens(r.Context(), before, teamRows+1)
	found, pager.Next = numberedPage(found, teamRows, func(t db.Token) int64 { return t.ID })
	for _, t := range found {
		v.Tokens = append(v.Tokens, templates.Token{ID: t.ID, Name: t.Name, Role: t.Role, Author: t.Author, Since: t.CreatedAt, Seen: t.SeenAt})
	}
	v.TokenPages = pager
	return err
}

func (s *Server) fillShares(r *http.Request, v *templates.TeamPage) (err error) {
	v.Shares, v.SharePages, err = s.sharesPage(r, 0)
	return err
}

// pagerIn reads where a reader is in one of several lists of a page.
func pagerIn(r *http.Request, list string) (before int64, pager templates.Pager, err error) {
	before, err = cursorNumber(r.URL.Query().Get(list))
	return before, templates.Pager{List: list, First: before == 0}, err
}

// formRole handles POST /team/people/{name}/role.
func (s *Server) formRole(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	name, role := chi.URLParam(r, "name"), live.TeamRole(r.PostForm.Get("role"))
	err := s.setRole(r.Context(), name, role)
	return s.backToTeam(w, r, name, err)
}

func (s *Server) setRole(ctx context.Context, name string, role live.TeamRole) error {
	if !role.Valid() {
		return &live.Error{Code: live.CodeInvalid, Op: "server.setRole", Field: "role", Msg: "There is no such role. There are owner, operator, moderator and reviewer."}
	}
	deedOf(ctx).about(string(role))
	return s.db.SetRole(ctx, name, role, time.Now())
}

// formRemoveUser handles POST /team/people/{name}/remove.
func (s *Server) formRemoveUser(w http.ResponseWriter, r *http.Request) error {
	name := chi.URLParam(r, "name")
	return s.backToTeam(w, r, name, s.db.RemoveUser(r.Context(), name, time.Now()))
}

// formEndLogins handles POST /team/people/{name}/logout.
func (s *Server) formEndLogins(w http.ResponseWriter, r *http.Request) error {
	name := chi.URLParam(r, "name")
	return s.backToTeam(w, r, name, s.db.EndLogins(r.Context(), name))
}

// backToTeam leads back to the list, which says beside a person why a change was refused.
func (s *Server) backToTeam(w http.ResponseWriter, r *http.Request, name string, err error) error {
	if live.CodeOf(err) == live.CodeConflict {
		return s.renderTeam(w, r, http.StatusConflict, func(v *templates.TeamPage) {
			v.Errors = templates.Errors{name: v.Printer.T("team.last_owner", "Name", name)}
		})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/team", http.StatusSeeOther)
	return nil
}

// logoutEverywhere handles POST /logout/everywhere: all browsers of whoever asks, this one too.
func (s *Server) logoutEverywhere(w http.ResponseWriter, r *http.Request) error {
	id, _ := whoami(r.Context())
	if !id.program {
		if err := s.db.EndLogins(r.Context(), id.user.Name); err != nil {
			return err
		}
	}
	http.Redirect(w, r, "/login", http.StatusSeeOther)
	return nil
}

// formInvite handles POST /team/invites: the page that follows is the only one that shows the link.
func (s *Server) formInvite(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	secret, err := s.invite(r.Context(), live.TeamRole(r.PostForm.Get("role")), r.PostForm.Get("once"))
	if err != nil {
		return err
	}
	return s.renderTeam(w, r, http.StatusOK, func(v *templates.TeamPage) { v.Invited = s.address(r) + "/invite/" + secret })
}

func (s *Server) invite(ctx context.Context, role live.TeamRole, once string) (string, error) {
	if !role.Valid() {
		return "", &live.Error{Code: live.CodeInvalid, Op: "server.invite", Field: "role", Msg: "There is no such role. There are owner, operator, moderator and reviewer."}
	}
	secret, err := s.vault.derive(ctx, "invite", once)
	if err != nil {
		return "", err
	}
	id, _ := whoami(ctx)
	now := time.Now()
	deedOf(ctx).about(string(role))
	return secret, s.db.AddInvite(ctx, db.Invite{SecretHash: hashSecret(secret), Role: role, Author: id.user.Name, CreatedAt: now, ExpiresAt: now.Add(inviteLife)})
}

// formDeleteInvite handles POST /team/invites/{id}/delete.
func (s *Server) formDeleteInvite(w http.ResponseWriter, r *http.Request) error {
	id, err := numberInPath(r, "id")
	if err != nil {
		return err
	}
	return s.backToTeam(w, r, "", s.db.DeleteInvite(r.Context(), id))
}

func numberInPath(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(chi.URLParam(r, name), 10, 64)
	if err != nil {
		return 0, &live.Error{Code: live.CodeNotFound, Op: "server.path"}
	}
	return n, nil
}

// formToken handles POST /team/tokens: the page that follows is the only one that shows the token.
func (s *Server) formToken(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	typed := r.PostForm.Get("token_name")
	_, secret, err := s.makeToken(r.Context(), typed, live.TeamRole(r.PostForm.Get("role")), r.PostForm.Get("once"))
	if e, ok := errors.AsType[*live.Error](err); ok && e.Field == "name" {
		return s.renderTeam(w, r, http.StatusUnprocessableEntity, func(v *templates.TeamPage) {
			v.TokenName, v.Errors = typed, templates.Errors{"token_name": v.Printer.T("team.token.name_wrong", "Max", maxTokenName)}
		})
	}
	if err != nil {
		return err
	}
	return s.renderTeam(w, r, http.StatusOK, func(v *templates.TeamPage) { v.NewToken = secret })
}

// makeToken makes a token for a program. once is as of derive.
func (s *Server) makeToken(ctx context.Context, name string, role live.TeamRole, once string) (int64, string, error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > maxTokenName {
		return 0, "", &live.Error{Code: live.CodeInvalid, Op: "server.makeToken", Field: "name", Msg: "Say in 1 to 60 characters which program this token is for."}
	}
	if !role.Valid() {
		return 0, "", &live.Error{Code: live.CodeInvalid, Op: "server.makeToken", Field: "role", Msg: "There is no such role. There are owner, operator, moderator and reviewer."}
	}
	secret, err := s.vault.derive(ctx, "token", once)
	if err != nil {
		return 0, "", err
	}
	secret = "sc_" + secret
	who, _ := whoami(ctx)
	deedOf(ctx).about(name + " " + string(role))
	id, err := s.db.AddToken(ctx, db.Token{SecretHash: hashSecret(secret), Name: name, Role: role, Author: who.user.Name, CreatedAt: time.Now()})
	return id, secret, err
}

// formRevokeToken handles POST /team/tokens/{id}/revoke.
func (s *Server) formRevokeToken(w http.ResponseWriter, r *http.Request) error {
	id, err := numberInPath(r, "id")
	if err != nil {
		return err
	}
	return s.backToTeam(w, r, "", s.db.RevokeToken(r.Context(), id, time.Now()))
}

// showInvite handles GET /invite/{token}.
func (s *Server) showInvite(w http.ResponseWriter, r *http.Request) error {
	return s.renderInvite(w, r, http.StatusOK, templates.InvitePage{Page: s.view(r, "invite.title")})
}

// renderInvite shows the form of an invite that lets somebody in; any other looks the same whatever is wrong with it.
func (s *Server) renderInvite(w http.ResponseWriter, r *http.Request, status int, v templates.InvitePage) error {
	secretHeaders(w)
	i, err := s.db.Invite(r.Context(), hashSecret(chi.URLParam(r, "token")), time.Now())
	if live.CodeOf(err) == live.CodeNotFound {
		return s.lost(w, r, "invite.gone")
	}
	if err != nil {
		return err
	}
	v.User, v.Role, v.MinLen = "", i.Role, minPassword
	v.Action = "/invite/" + chi.URLParam(r, "token")
	v.Path = v.Action
	s.render(w, r, status, templates.JoinTeam(v))
	return nil
}

// secretHeaders keep an address that is a secret out of other sites' logs, and out of search engines.
func secretHeaders(w http.ResponseWriter) {
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("X-Robots-Tag", "noindex")
}

// lost answers a link that leads nowhere. An address that tries many is slowed down.
func (s *Server) lost(w http.ResponseWriter, r *http.Request, why string) error {
	from, err := peer(r)
	if err != nil {
		from = r.RemoteAddr
	}
	if s.misses.OnLimit(w, r, from) {
		return &live.Error{Code: live.CodeLimited, Op: "server.lost", RetryAt: time.Now().Add(time.Minute)}
	}
	p := s.view(r, "error.not_found.title")
	p.User, p.Path = "", "/login"
	s.render(w, r, http.StatusNotFound, templates.Error(templates.ErrorPage{Page: p, Code: live.CodeNotFound, Message: p.Printer.T(why)}))
	return nil
}

// saveInvite handles POST /invite/{token}: it makes the login and signs the browser in.
func (s *Server) saveInvite(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	hash := hashSecret(chi.URLParam(r, "token"))
	i, err := s.db.Invite(r.Context(), hash, time.Now())
	if id, ok := whoami(r.Context()); ok && live.CodeOf(err) == live.CodeNotFound && id.user.Name == r.PostForm.Get("name") {
		deedOf(r.Context()).skip = true // a double click: they are in
		http.Redirect(w, r, "/", http.StatusSeeOther)
		return nil
	}
	v := templates.InvitePage{Page: s.view(r, "invite.title"), Name: r.PostForm.Get("name")}
	language := r.PostForm.Get("language")
	if catalog.Known(language) {
		v.Printer = catalog.For(language)
		setCookie(w, r, "language", language)
	}
	if v.Errors = setupErrors(v.Printer, r); err != nil || len(v.Errors) > 0 {
		return s.renderInvite(w, r, http.StatusUnprocessableEntity, v)
	}
	password, err := HashPassword(r.PostForm.Get("password"))
	if err != nil {
		return err
	}
	now := time.Now()
	err = s.db.TakeInvite(r.Context(), hash, db.User{Name: v.Name, PasswordHash: password, Language: language, CreatedAt: now}, now)
	if live.CodeOf(err) == live.CodeConflict {
		v.Errors = templates.Errors{"name": v.Printer.T("invite.name_taken")}
		return s.renderInvite(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	d := deedOf(r.Context())
	d.who, d.role, d.target = v.Name, i.Role, "/users/"+i.Author
	if err := s.signIn(w, r, v.Name); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}

const auditPage = 100

// showAudit handles GET /audit.
func (s *Server) showAudit(w http.ResponseWriter, r *http.Request) error {
	get := r.URL.Query().Get
	v := templates.AuditPage{
		Page: s.view(r, "audit.title"), Who: strings.TrimSpace(get("who")), Action: get("action"), From: get("from"), To: get("to"), Actions: auditActions(),
	}
	q := db.AuditQuery{Who: v.Who, Action: v.Action, Limit: auditPage + 1}
	q.Before, _ = strconv.ParseInt(get("before"), 10, 64) // anything else is the newest page
	status := http.StatusOK
	var wrong [2]error
	q.From, wrong[0] = dayIn(v.From, zoneIn(v.Page))
	q.To, wrong[1] = dayIn(v.To, zoneIn(v.Page))
	if !q.To.IsZero() {
		q.To = q.To.AddDate(0, 0, 1)
	}
	for i, field := range []string{"from", "to"} {
		if wrong[i] != nil {
			status, v.Errors = http.StatusUnprocessableEntity, templates.Errors{field: v.Printer.T("sessions.date_wrong")}
		}
	}
	lines, err := s.db.Audit(r.Context(), q)
	if err != nil {
		return err
	}
	if len(lines) > auditPage {
		lines = lines[:auditPage]
		v.Before = lines[auditPage-1].ID
	}
	for _, e := range lines {
		v.Lines = append(v.Lines, templates.AuditLine{At: e.At, Who: e.Who, Role: e.Role, Action: e.Action, Target: e.Target, Address: e.Address})
	}
	s.render(w, r, status, templates.Audit(v))
	return nil
}

// dayIn reads a day of a form; the zero time for none.
func dayIn(text string, zone *time.Location) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	return time.ParseInLocation(time.DateOnly, text, zone)
}

// auditActions are the names of everything the list may hold, in order.
func auditActions() []string {
	all := []string{"login_failed", "share_failed"}
	for _, a := range accessTable {
		if a.action != "" {
			all = append(all, a.action)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}
