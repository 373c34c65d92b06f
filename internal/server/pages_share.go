package server

import (
	"context"
	"crypto/hmac"
	"encoding/hex"
	"errors"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/httprate"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/web/templates"
)

const (
	shareCookie   = "showcaller_share"
	shareDays     = 7
	mostShareDays = 90
	minShareWord  = 6 // characters of a link's password: it stands beside a secret link
)

// shareForms are where a session is shared.
func (s *Server) shareForms(r chi.Router) {
	r.Get("/sessions/{id}/shares", s.page(s.showShares))
	r.Post("/sessions/{id}/shares", s.page(s.formShare))
	r.Post("/sessions/{id}/shares/{share}/revoke", s.page(s.formRevokeShare))
}

// sharePages are public: the link is the credential, and it opens one session, to read.
func (s *Server) sharePages(r chi.Router) {
	tries := httprate.LimitBy(10, time.Minute, peer, httprate.WithLimitHandler(s.tooManyTries))
	r.Get("/share/{token}", s.page(s.showShare))
	r.With(tries).Post("/share/{token}", s.page(s.unlockShare))
}

// sharesPage returns the links to a session, or to all if it is 0, that a reader asks for.
func (s *Server) sharesPage(r *http.Request, session int64) ([]templates.Share, templates.Pager, error) {
	before, pager, err := pagerIn(r, "shares")
	if err != nil {
		return nil, pager, err
	}
	found, err := s.db.Shares(r.Context(), db.ShareQuery{Session: session, Before: before, Limit: teamRows + 1}, time.Now())
	found, pager.Next = numberedPage(found, teamRows, func(h db.Share) int64 { return h.ID })
	out := make([]templates.Share, len(found))
	for i, h := range found {
		out[i] = templates.Share{
			ID: h.ID, Session: h.Session, Room: h.Room, Start: h.StartedAt, Author: h.Author, Until: h.ExpiresAt, Visits: h.Visits, Visited: h.VisitedAt,
			Password: h.PasswordHash != "", Hidden: h.Hidden,
		}
	}
	return out, pager, err
}

// showShares handles GET /sessions/{id}/shares.
func (s *Server) showShares(w http.ResponseWriter, r *http.Request) error {
	return s.renderShares(w, r, http.StatusOK, func(*templates.SharesPage) {})
}

func (s *Server) renderShares(w http.ResponseWriter, r *http.Request, status int, fill func(*templates.SharesPage)) error {
	info, err := s.sessionInPath(r)
	if err != nil {
		return err
	}
	shares, pages, err := s.sharesPage(r, info.ID)
	if err != nil {
		return err
	}
	v := templates.SharesPage{
		Page: s.view(r, "share.title"), Session: info.ID, Room: info.Room, Start: info.StartedAt, Shares: shares, SharePages: pages,
		Once: randomToken(), Days: shareDays, Hidden: true,
	}
	v.Path = "/sessions/" + strconv.FormatInt(info.ID, 10) + "/shares"
	fill(&v)
	s.render(w, r, status, templates.Shares(v))
	return nil
}

// newShare is what somebody asks of a link.
type newShare struct {
	session  int64
	days     int
	password string // "" for none
	hidden   bool
	once     string
}

// formShare handles POST /sessions/{id}/shares: the page that follows is the only one that shows the link.
func (s *Server) formShare(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	info, err := s.sessionInPath(r)
	if err != nil {
		return err
	}
	ask := newShare{session: info.ID, password: r.PostForm.Get("password"), hidden: r.PostForm.Get("hidden") == "true", once: r.PostForm.Get("once")}
	ask.days, _ = strconv.Atoi(r.PostForm.Get("days")) // 0 is refused below
	_, secret, err := s.share(r.Context(), ask)
	if e, ok := errors.AsType[*live.Error](err); ok && e.Code == live.CodeInvalid {
		return s.renderShares(w, r, http.StatusUnprocessableEntity, func(v *templates.SharesPage) {
			v.Days, v.Hidden = ask.days, ask.hidden
			v.Errors = templates.Errors{e.Field: v.Printer.T("share."+e.Field+".wrong", "Min", minShareWord, "Max", maxPassword, "Days", mostShareDays)}
		})
	}
	if err != nil {
		return err
	}
	return s.renderShares(w, r, http.StatusOK, func(v *templates.SharesPage) { v.Made = s.address(r) + "/share/" + secret })
}

// share makes a link to a session.
func (s *Server) share(ctx context.Context, ask newShare) (int64, string, error) {
	if ask.days < 1 || ask.days > mostShareDays {
		return 0, "", &live.Error{Code: live.CodeInvalid, Op: "server.share", Field: "days", Msg: "A link works for 1 to 90 days."}
	}
	hash := ""
	if ask.password != "" {
		if n := utf8.RuneCountInString(ask.password); n < minShareWord || n > maxPassword {
			return 0, "", &live.Error{Code: live.CodeInvalid, Op: "server.share", Field: "password", Msg: "A link's password must have 6 to 200 characters."}
		}
		var err error
		if hash, err = argon2id.CreateHash(ask.password, argon2id.DefaultParams); err != nil {
			return 0, "", err
		}
	}
	secret, err := s.vault.derive(ctx, "share", ask.once)
	if err != nil {
		return 0, "", err
	}
	who, _ := whoami(ctx)
	now := time.Now()
	id, err := s.db.AddShare(ctx, db.Share{
		SecretHash: hashSecret(secret), Session: ask.session, Author: who.user.Name, PasswordHash: hash, Hidden: ask.hidden, CreatedAt: now,
		ExpiresAt: now.Add(time.Duration(ask.days) * 24 * time.Hour),
	})
	return id, secret, err
}

// formRevokeShare handles POST /sessions/{id}/shares/{share}/revoke.
func (s *Server) formRevokeShare(w http.ResponseWriter, r *http.Request) error {
	id, err := numberInPath(r, "share")
	if err != nil {
		return err
	}
	if err := s.db.RevokeShare(r.Context(), id, time.Now()); err != nil {
		return err
	}
	session, err := numberInPath(r, "id")
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/sessions/"+strconv.FormatInt(session, 10)+"/shares", http.StatusSeeOther)
	return nil
}

// openShare finds the link in the path; false if it has answered already, because the link is none or needs its password.
func (s *Server) openShare(w http.ResponseWriter, r *http.Request) (db.Share, bool, error) {
	secretHeaders(w)
	share, err := s.db.Share(r.Context(), hashSecret(chi.URLParam(r, "token")), time.Now())
	if live.CodeOf(err) == live.CodeNotFound {
		return share, false, s.lost(w, r, "share.gone")
	}
	if err != nil || share.PasswordHash == "" {
		return share, err == nil, err
	}
	proof, err := s.shareProof(r.Context(), share)
	if err != nil {
		return share, false, err
	}
	if hmac.Equal([]byte(cookieValue(r, shareCookie)), []byte(proof)) {
		return share, true, nil
	}
	if r.Method == http.MethodGet {
		s.askPassword(w, r, http.StatusUnauthorized, "")
	}
	return share, false, nil
}

// shareProof is what the browser keeps of whoever knew the password: worth nothing for another link, or another password.
func (s *Server) shareProof(ctx context.Context, share db.Share) (string, error) {
	return s.vault.derive(ctx, "share proof", strconv.FormatInt(share.ID, 10)+" "+share.PasswordHash)
}

func (s *Server) askPassword(w http.ResponseWriter, r *http.Request, status int, wrong string) {
	v := templates.SharePage{Page: s.view(r, "share.ask.title"), Action: "/share/" + chi.URLParam(r, "token")}
	v.Path = v.Action
	if wrong != "" {
		v.Error = v.Printer.T(wrong)
	}
	s.render(w, r, status, templates.SharePassword(v))
}

// unlockShare handles POST /share/{token}: the password of a link.
func (s *Server) unlockShare(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	share, open, err := s.openShare(w, r)
	if err != nil || share.ID == 0 {
		return err
	}
	here := "/share/" + chi.URLParam(r, "token")
	if !open {
		password := r.PostForm.Get("password")
		match := false
		if utf8.RuneCountInString(password) <= maxPassword {
			if match, err = argon2id.ComparePasswordAndHash(password, share.PasswordHash); err != nil {
				return err
			}
		}
		if !match {
			s.auditFailure(r, "share_failed", "")
			s.askPassword(w, r, http.StatusUnprocessableEntity, "share.ask.wrong")
			return nil
		}
		proof, err := s.shareProof(r.Context(), share)
		if err != nil {
			return err
		}
		http.SetCookie(w, &http.Cookie{ //nolint:gosec // a panel on the local network has no TLS
			Name: shareCookie, Value: proof, Path: here, HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.overTLS() || r.TLS != nil, Expires: share.ExpiresAt,
		})
	}
	http.Redirect(w, r, here, http.StatusSeeOther)
	return nil
}

// showShare handles GET /share/{token}: a session's review and nothing else. ?part=minute is as of the review.
func (s *Server) showShare(w http.ResponseWriter, r *http.Request) error {
	share, open, err := s.openShare(w, r)
	if err != nil || !open {
		return err
	}
	info, err := s.db.Session(r.Context(), share.Session)
	if err != nil {
		return err
	}
	ask, err := askOf(r, info)
	if err != nil {
		return err
	}
	ask.readOnly, ask.rehearsals = true, info.Origin.Rehearsal()
	ask.veil = &veil{server: s, session: info.ID, hidden: share.Hidden, word: s.view(r, "").Printer.T}
	if r.URL.Query().Get("part") == "minute" && !ask.minute.IsZero() {
		return s.renderMinute(w, r, ask)
	}
	if err := s.db.VisitShare(r.Context(), share.ID, time.Now()); err != nil {
		return err
	}
	return s.renderReview(w, r, http.StatusOK, ask)
}

// veil takes out of a review what is not for everybody: viewers' ids and pictures, their names if that was wished, and what the team
// wrote for itself.
type veil struct {
	server  *Server
	session int64
	hidden  bool // names too
	word    func(string, ...any) string
}

// review veils a page.
func (h *veil) review(ctx context.Context, v *templates.ReviewPage) error {
	v.Pins, v.Marks = nil, nil
	return h.users(ctx, &v.Gifters, &v.Chatters, &v.Causes, &v.Gaps, &v.Minute)
}

// minute veils a minute alone.
func (h *veil) minute(ctx context.Context, m *templates.MinutePane) error { return h.users(ctx, m) }

// users gives every viewer in what is pointed at another name.
func (h *veil) users(ctx context.Context, pages ...any) error {
	var keys []string
	for _, page := range pages {
		if m, ok := page.(*templates.MinutePane); ok {
			m.Notes = nil
			m.Events = slices.DeleteFunc(m.Events, h.drops)
			for i := range m.Events {
				m.Events[i].Data = withoutIDs(m.Events[i].Data)
			}
		}
		eachUser(reflect.ValueOf(page), func(u live.User) live.User {
			keys = append(keys, u.Key())
			return u
		})
	}
	slices.Sort(keys)
	places, err := h.server.db.ViewerPlaces(ctx, h.session, slices.Compact(keys))
	if err != nil {
		return err
	}
	key, err := h.server.vault.load(ctx)
	if err != nil {
		return err
	}
	for _, page := range pages {
		p := reflect.ValueOf(page)
		p.Elem().Set(eachUser(p, func(u live.User) live.User { return h.user(key, places, u) }).Elem())
	}
	return nil
}

// drops reports whether an event is left out: what is for the team, and where names are hidden, what calls viewers by name in its text.
func (h *veil) drops(e live.Event) bool {
	switch e.Kind {
	case live.KindNote, live.KindPin, live.KindSkip:
		return true
	case live.KindSystem:
		return h.hidden || live.DataOf[live.System](e).Topic == live.TopicAlerts
	case live.KindReply, live.KindCaption:
		return h.hidden
	}
	return false
}

// user is somebody under another name. The new id is the same within a session, so that lines of one viewer still belong together, and
// leads to nobody.
func (h *veil) user(key []byte, places map[string]int64, u live.User) live.User {
	if u.Key() == "" {
		return live.User{}
	}
	body := []byte("viewer\x00" + strconv.FormatInt(h.session, 10) + "\x00" + u.Key())
	out := live.User{UserID: hex.EncodeToString(sign(key, body)[:8]), Nickname: u.Nickname, Roles: u.Roles}
	if h.hidden || out.Nickname == "" { // a handle is an id too
		out.Nickname = h.word("share.viewer")
		if place := places[u.Key()]; place > 0 {
			out.Nickname = h.word("share.viewer.number", "Number", place)
		}
	}
	return out
}

// withoutIDs takes out what names a viewer other than as a live.User, and what is for the team.
func withoutIDs(data live.Data) live.Data {
	switch d := data.(type) {
	case live.Envelope:
		d.Sender, d.SenderID = "", ""
		return d
	case live.Delete:
		d.UserIDs, d.Author = nil, ""
		return d
	case live.Reply:
		d.Fallback = "" // how the host is run
		return d
	}
	return data
}

var userType = reflect.TypeFor[live.User]()

// eachUser returns a copy of what v is in which every user is what change made of them. The rest is shared with v.
func eachUser(v reflect.Value, change func(live.User) live.User) reflect.Value {
	if v.Type() == userType {
		return reflect.ValueOf(change(v.Interface().(live.User))) //nolint:forcetypeassert // it is of that type
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return v
		}
		inner := eachUser(v.Elem(), change)
		if v.Kind() == reflect.Interface {
			return inner
		}
		out := reflect.New(v.Type().Elem())
		out.Elem().Set(inner)
		return out
	case reflect.Struct:
		out := reflect.New(v.Type()).Elem()
		out.Set(v)
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && holdsUsers(f.Type) {
				out.Field(i).Set(eachUser(v.Field(i), change))
			}
		}
		return out
	case reflect.Slice:
		if v.IsNil() || !holdsUsers(v.Type().Elem()) {
			return v
		}
		out := reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(eachUser(v.Index(i), change))
		}
		return out
	}
	return v
}

// holdsUsers reports whether a value of a type of ours is worth looking into.
func holdsUsers(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return holdsUsers(t.Elem())
	case reflect.Struct:
		return t != reflect.TypeFor[templates.Page]() && t != reflect.TypeFor[time.Time]()
	case reflect.Interface:
		return t == reflect.TypeFor[live.Data]()
	}
	return false
}
