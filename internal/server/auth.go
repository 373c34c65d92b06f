package server

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gorilla/sessions"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

const (
	loginCookie = "showcaller_login"
	loginLength = 30 * 24 * time.Hour
	loginTouch  = time.Hour // how often a login's last use is written
)

// loginStore keeps gorilla's sessions in the database, so that a login can be revoked. The cookie is a random secret; the
// database holds its hash.
type loginStore struct {
	db     *db.DB
	secure bool
}

// overTLS reports whether browsers reach the panel by https, as its configured address says; what ends TLS may stand before it.
func (s *Server) overTLS() bool { return strings.HasPrefix(s.opts.BaseURL, "https:") }

// Get implements sessions.Store.
func (s *loginStore) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(s, name)
}

// New implements sessions.Store.
func (s *loginStore) New(r *http.Request, name string) (*sessions.Session, error) {
	session := sessions.NewSession(s, name)
	session.IsNew = true
	session.Options = &sessions.Options{
		Path: "/", MaxAge: int(loginLength.Seconds()), HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.secure || r.TLS != nil,
	}
	cookie, err := r.Cookie(name)
	if err != nil {
		return session, nil //nolint:nilerr // no cookie is no error: a new login
	}
	login, err := s.db.Login(r.Context(), hashSecret(cookie.Value), time.Now())
	switch {
	case err == nil:
		session.ID, session.IsNew = cookie.Value, false
		session.Values["user"], session.Values["seen"] = login.UserName, login.SeenAt
	case live.CodeOf(err) != live.CodeNotFound:
		return session, err
	}
	return session, nil
}

// Save implements sessions.Store. A MaxAge below zero revokes the login.
func (s *loginStore) Save(r *http.Request, w http.ResponseWriter, session *sessions.Session) error {
	if session.Options.MaxAge < 0 {
		http.SetCookie(w, sessions.NewCookie(session.Name(), "", session.Options))
		return s.db.DeleteLogin(r.Context(), hashSecret(session.ID))
	}
	if session.ID == "" {
		session.ID = randomToken()
	}
	user, _ := session.Values["user"].(string)
	now := time.Now()
	err := s.db.SaveLogin(r.Context(), db.Login{
		IDHash: hashSecret(session.ID), UserName: user, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(loginLength),
	})
	if err != nil {
		return err
	}
	http.SetCookie(w, sessions.NewCookie(session.Name(), session.ID, session.Options))
	return nil
}

func hashSecret(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// identity is who makes a request.
type identity struct {
	user       db.User
	program    bool // by bearer token
	credential credential
}

// credential is what somebody was let in by. It may be asked again later whether it still is one.
type credential struct {
	sort credentialSort
	hash string // of the secret
}

type credentialSort byte

const (
	byLogin       credentialSort = iota
	byToken                      // an API token of the team's
	byEnvironment                // the environment's own token, which lasts as long as it is there
)

// bearer returns who a credential lets in now. That nobody any more is CodeNotFound.
func (s *Server) bearer(ctx context.Context, c credential) (identity, error) {
	switch c.sort {
	case byToken:
		token, err := s.db.Token(ctx, c.hash)
		return ofToken(token), err
	case byEnvironment:
		if id := s.ofEnvironment(); s.opts.APIToken != "" && id.credential == c {
			return id, nil
		}
		return identity{}, &live.Error{Code: live.CodeNotFound, Op: "server.bearer", Msg: "The environment has another token now."}
	}
	login, err := s.db.Login(ctx, c.hash, time.Now())
	if err != nil {
		return identity{}, err
	}
	user, err := s.db.User(ctx, login.UserName)
	return identity{user: user, credential: c}, err
}

// No login can have such names as programs have.

func ofToken(t db.Token) identity {
	return identity{user: db.User{Name: "api:" + t.Name, Role: t.Role}, program: true, credential: credential{byToken, t.SecretHash}}
}

func (s *Server) ofEnvironment() identity {
	return identity{user: db.User{Name: "api", Role: live.RoleOwner}, program: true, credential: credential{byEnvironment, hashSecret(s.opts.APIToken)}}
}

type identityKey struct{}

// whoami returns who makes a request; ok is false for a stranger.
func whoami(ctx context.Context) (identity, bool) {
	id, ok := ctx.Value(identityKey{}).(identity)
	return id, ok
}

// identify finds out who makes each request, by bearer token or by login.
func (s *Server) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if needsNobody(r.URL.Path) {
			next.ServeHTTP(w, r)
			return
		}
		id, ok, err := s.recognise(w, r)
		if err != nil {
			s.showError(w, r, err)
			return
		}
		if ok {
			r = r.WithContext(context.WithValue(r.Context(), identityKey{}, id))
		}
		next.ServeHTTP(w, r)
	})
}

// needsNobody reports whether whoever asks is of no account: the address of an overlay, or of a share, is all it needs.
func needsNobody(path string) bool {
	return strings.HasPrefix(path, "/static/") || strings.HasPrefix(path, "/overlay/") || strings.HasPrefix(path, "/share/")
}

func (s *Server) recognise(w http.ResponseWriter, r *http.Request) (identity, bool, error) {
	if token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok {
		return s.recogniseProgram(r.Context(), token)
	}
	session, err := s.logins.Get(r, loginCookie)
	if err != nil || session.IsNew {
		return identity{}, false, err
	}
	name, _ := session.Values["user"].(string)
	user, err := s.db.User(r.Context(), name)
	if live.CodeOf(err) == live.CodeNotFound {
		return identity{}, false, nil
	}
	if seen, ok := session.Values["seen"].(time.Time); ok && err == nil && time.Since(seen) > loginTouch {
		err = session.Save(r, w)
	}
	return identity{user: user, credential: credential{byLogin, hashSecret(session.ID)}}, err == nil, err
}

// recogniseProgram finds out which program sends a token.
func (s *Server) recogniseProgram(ctx context.Context, token string) (identity, bool, error) {
	if s.isAPIToken(token) {
		return s.ofEnvironment(), true, nil
	}
	found, err := s.db.Token(ctx, hashSecret(token))
	if err != nil {
		return identity{}, false, unlessMissing(err)
	}
	if now := time.Now(); now.Sub(found.SeenAt) > loginTouch {
		err = s.db.TouchToken(ctx, found.ID, now)
	}
	return ofToken(found), err == nil, err
}

func (s *Server) isAPIToken(token string) bool {
	have, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(s.opts.APIToken))
	return s.opts.APIToken != "" && subtle.ConstantTimeCompare(have[:], want[:]) == 1
}

// signIn gives the browser a login of its own; a cookie it had before is worth nothing any more.
func (s *Server) signIn(w http.ResponseWriter, r *http.Request, user string) error {
	session, err := s.logins.Get(r, loginCookie)
	if err != nil {
		return err
	}
	if !session.IsNew {
		if err := s.db.DeleteLogin(r.Context(), hashSecret(session.ID)); err != nil {
			return err
		}
	}
	session.ID = ""
	session.Values["user"] = user
	return session.Save(r, w)
}

// ownPath returns next if it is a path of this site, else "/": a login must not lead elsewhere.
func ownPath(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(next, "/") || strings.HasPrefix(next, "//") || strings.Contains(next, `\`) {
		return "/"
	}
	return next
}
