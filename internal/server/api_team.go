package server

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

// teamOperations registers who may do what, and who did.
func (s *Server) teamOperations(api huma.API) {
	const user = "/api/users/{name}"
	register(s, api, operation(http.MethodGet, "/api/users", "list-users", "The team, with roles"), s.listUsers)
	register(s, api, empty(http.MethodPatch, user, "change-user", "Give somebody another role"), s.patchUser)
	register(s, api, empty(http.MethodDelete, user, "remove-user", "Take somebody's login away"), s.deleteUser)
	register(s, api, empty(http.MethodPost, user+"/logout", "logout-user", "Sign somebody out in every browser"), s.apiEndLogins)
	register(s, api, created("/api/invites", "invite", "Make a link that lets one person in; the answer alone holds it"), s.apiInvite)
	register(s, api, operation(http.MethodGet, "/api/tokens", "list-tokens", "Tokens of programs, without their secrets"), s.listTokens)
	register(s, api, created("/api/tokens", "add-token", "Make a token for a program; the answer alone holds it"), s.apiAddToken)
	register(s, api, empty(http.MethodDelete, "/api/tokens/{id}", "revoke-token", "End a token"), s.apiRevokeToken)
	register(s, api, operation(http.MethodGet, "/api/shares", "list-shares", "Links to sessions, without their secrets"), s.listShares)
	register(s, api, created("/api/shares", "share", "Make a link to one session, to read; the answer alone holds it"), s.apiShare)
	register(s, api, empty(http.MethodDelete, "/api/shares/{id}", "revoke-share", "End a link"), s.apiRevokeShare)
	register(s, api, operation(http.MethodGet, "/api/audit", "list-audit", "Who did what, the newest first"), s.listAudit)
}

// userBody is a person of the team in an answer.
type userBody struct {
	Name      string        `json:"name"`
	Role      live.TeamRole `json:"role" enum:"owner,operator,moderator,reviewer"`
	CreatedAt string        `json:"created_at"`
	SeenAt    *string       `json:"seen_at" doc:"null: signed in nowhere"`
	Browsers  int           `json:"browsers" doc:"signed in now"`
}

func (s *Server) listUsers(ctx context.Context, in *Paged) (*list[userBody], error) {
	members, err := s.db.Team(ctx, time.Now(), in.Cursor, in.Limit+1)
	if err != nil {
		return nil, err
	}
	members, next := pageOf(members, in.Limit, func(m db.Member) string { return m.Name })
	items := make([]userBody, len(members))
	for i, m := range members {
		items[i] = userBody{m.Name, m.Role, live.Timestamp(m.CreatedAt), stamp(m.SeenAt), m.Browsers}
	}
	return listOf(items, next), nil
}

// UserPath names a person.
type UserPath struct {
	Name string `path:"name" maxLength:"40"`
}

func (s *Server) patchUser(ctx context.Context, in *struct {
	UserPath
	Body struct {
		Role live.TeamRole `json:"role" enum:"owner,operator,moderator,reviewer"`
	}
},
) (*struct{}, error) {
	return s.done(s.setRole(ctx, in.Name, in.Body.Role))
}

// done answers what has no body.
func (s *Server) done(err error) (*struct{}, error) {
	if err != nil {
		return nil, err
	}
	return nil, nil //nolint:nilnil // 204
}

func (s *Server) deleteUser(ctx context.Context, in *UserPath) (*struct{}, error) {
	return s.done(s.db.RemoveUser(ctx, in.Name, time.Now()))
}

func (s *Server) apiEndLogins(ctx context.Context, in *UserPath) (*struct{}, error) {
	return s.done(s.db.EndLogins(ctx, in.Name))
}

type linkAnswer struct {
	Body struct {
		URL string `json:"url" doc:"the secret address; only in this answer"`
	}
}

func (s *Server) apiInvite(ctx context.Context, in *struct {
	Addressed
	Body struct {
		Role live.TeamRole `json:"role" enum:"owner,operator,moderator,reviewer"`
	}
},
) (*linkAnswer, error) {
	secret, err := s.invite(ctx, in.Body.Role, "")
	if err != nil {
		return nil, err
	}
	var out linkAnswer
	out.Body.URL = s.baseOf(in.Addressed) + "/invite/" + secret
	return &out, nil
}

// tokenBody is a token in an answer.
type tokenBody struct {
	ID        int64         `json:"id"`
	Name      string        `json:"name"`
	Role      live.TeamRole `json:"role" enum:"owner,operator,moderator,reviewer"`
	Author    string        `json:"author"`
	CreatedAt string        `json:"created_at"`
	SeenAt    *string       `json:"seen_at" doc:"to the hour; null: never used"`
	Secret    string        `json:"token,omitempty" doc:"only in the answer that makes it"`
}

func (s *Server) listTokens(ctx context.Context, in *Paged) (*list[tokenBody], error) {
	before, err := cursorNumber(in.Cursor)
	if err != nil {
		return nil, err
	}
	tokens, err := s.db.Tokens(ctx, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	tokens, next := numberedPage(tokens, in.Limit, func(t db.Token) int64 { return t.ID })
	items := make([]tokenBody, len(tokens))
	for i, t := range tokens {
		items[i] = tokenBody{ID: t.ID, Name: t.Name, Role: t.Role, Author: t.Author, CreatedAt: live.Timestamp(t.CreatedAt), SeenAt: stamp(t.SeenAt)}
	}
	return listOf(items, next), nil
}

func (s *Server) apiAddToken(ctx context.Context, in *struct {
	Body struct {
		Name string        `json:"name" minLength:"1" maxLength:"60" doc:"which program it is for"`
		Role live.TeamRole `json:"role" enum:"owner,operator,moderator,reviewer"`
	}
},
) (*struct{ Body tokenBody }, error) {
	id, secret, err := s.makeToken(ctx, in.Body.Name, in.Body.Role, "")
	if err != nil {
		return nil, err
	}
	who, _ := whoami(ctx)
	return &struct{ Body tokenBody }{tokenBody{
		ID: id, Name: in.Body.Name, Role: in.Body.Role, Author: who.user.Name, CreatedAt: live.Timestamp(time.Now()), Secret: secret,
	}}, nil
}

// NumberPath names a thing by its number.
type NumberPath struct {
	ID int64 `path:"id" minimum:"1"`
}

func (s *Server) apiRevokeToken(ctx context.Context, in *NumberPath) (*struct{}, error) {
	return s.done(s.db.RevokeToken(ctx, in.ID, time.Now()))
}

// shareBody is a link to a session in an answer.
type shareBody struct {
	ID        int64   `json:"id"`
	Session   int64   `json:"session"`
	Author    string  `json:"author"`
	Password  bool    `json:"password" doc:"it asks for one"`
	Hidden    bool    `json:"hidden" doc:"viewers have numbers in place of names"`
	CreatedAt string  `json:"created_at"`
	ExpiresAt string  `json:"expires_at"`
	Visits    int64   `json:"visits"`
	VisitedAt *string `json:"visited_at"`
	URL       string  `json:"url,omitempty" doc:"the secret address; only in the answer that makes it"`
}

func shareOut(h db.Share) shareBody {
	return shareBody{
		ID: h.ID, Session: h.Session, Author: h.Author, Password: h.PasswordHash != "", Hidden: h.Hidden, CreatedAt: live.Timestamp(h.CreatedAt),
		ExpiresAt: live.Timestamp(h.ExpiresAt), Visits: h.Visits, VisitedAt: stamp(h.VisitedAt),
	}
}

func (s *Server) listShares(ctx context.Context, in *struct {
	Paged
	Session int64 `query:"session" minimum:"0" doc:"only of this session"`
},
) (*list[shareBody], error) {
	before, err := cursorNumber(in.Cursor)
	if err != nil {
		return nil, err
	}
	shares, err := s.db.Shares(ctx, db.ShareQuery{Session: in.Session, Before: before, Limit: in.Limit + 1}, time.Now())
	if err != nil {
		return nil, err
	}
	shares, next := numberedPage(shares, in.Limit, func(h db.Share) int64 { return h.ID })
	items := make([]shareBody, len(shares))
	for i, h := range shares {
		items[i] = shareOut(h)
	}
	return listOf(items, next), nil
}

func (s *Server) apiShare(ctx context.Context, in *struct {
	Addressed
	Body struct {
		Session  int64  `json:"session" minimum:"1"`
		Days     int    `json:"days,omitempty" minimum:"1" maximum:"90" default:"7"`
		Password string `json:"password,omitempty" maxLength:"200"`
		Hidden   bool   `json:"hidden,omitempty" doc:"viewers have numbers in place of names; ids are never shown"`
	}
},
) (*struct{ Body shareBody }, error) {
	deedOf(ctx).target = "/sessions/" + strconv.FormatInt(in.Body.Session, 10)
	id, secret, err := s.share(ctx, newShare{session: in.Body.Session, days: in.Body.Days, password: in.Body.Password, hidden: in.Body.Hidden})
	if err != nil {
		return nil, err
	}
	made, err := s.db.Share(ctx, hashSecret(secret), time.Now())
	if err != nil {
		return nil, err
	}
	out := shareOut(made)
	out.ID, out.URL = id, s.baseOf(in.Addressed)+"/share/"+secret
	return &struct{ Body shareBody }{out}, nil
}

func (s *Server) apiRevokeShare(ctx context.Context, in *NumberPath) (*struct{}, error) {
	return s.done(s.db.RevokeShare(ctx, in.ID, time.Now()))
}

// auditBody is a line of the audit list in an answer.
type auditBody struct {
	ID      int64         `json:"id"`
	At      string        `json:"at"`
	Who     string        `json:"who" doc:"a login, or api: and a token's name; of a login that failed, what was typed"`
	Role    live.TeamRole `json:"role,omitempty" doc:"at that time"`
	Action  string        `json:"action"`
	Target  string        `json:"target,omitempty"`
	Address string        `json:"address" doc:"where the request came from"`
}

func (s *Server) listAudit(ctx context.Context, in *struct {
	Who    string `query:"who"`
	Action string `query:"action"`
	From   string `query:"from" doc:"RFC 3339"`
	To     string `query:"to" doc:"RFC 3339; before this"`
	Paged
},
) (*list[auditBody], error) {
	q := db.AuditQuery{Who: in.Who, Action: in.Action, Limit: in.Limit + 1}
	var err error
	if q.Before, err = cursorNumber(in.Cursor); err == nil {
		q.From, err = timeParam("from", in.From)
	}
	if err == nil {
		q.To, err = timeParam("to", in.To)
	}
	if err != nil {
		return nil, err
	}
	lines, err := s.db.Audit(ctx, q)
	if err != nil {
		return nil, err
	}
	lines, next := numberedPage(lines, in.Limit, func(e db.AuditEntry) int64 { return e.ID })
	items := make([]auditBody, len(lines))
	for i, e := range lines {
		items[i] = auditBody{e.ID, live.Timestamp(e.At), e.Who, e.Role, e.Action, e.Target, e.Address}
	}
	return listOf(items, next), nil
}
