// Package server is the HTTP face of Showcaller: pages and forms, the JSON API, the sockets, and who may use them.
package server

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/httprate"
	"github.com/gorilla/sessions"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/web/static"
)

// Options are what the program's configuration says about its HTTP face.
type Options struct {
	BaseURL   string                       // "" derives it from each request
	APIToken  string                       // a bearer token with the owner's rights; "" for none
	ParseName func(string) (string, error) // makes a room's unique_id of what a person typed
	Log       *slog.Logger
	Version   string
	Story     Story             // answers /api/stories/{storyId}/message
	Directors *live.Directors   // one a story
	Pictures  http.RoundTripper // fetches TikTok's pictures; nil is the usual way
	Overlays  *live.Overlays
}

// Story is what answers messages, and knows which there are.
type Story interface {
	live.Story
	// Parse reads the body of a message in any form the story takes. Its error is a *live.Error with CodeInvalid.
	Parse(body []byte) (live.StoryInput, error)
}

// Server serves the panel. New makes it; Handler serves; Close sends the open sockets away.
type Server struct {
	db     *db.DB
	engine *live.Engine
	opts   Options
	log    *slog.Logger
	logins sessions.Store

	pictures *pictures
	boards   boards
	keeper   *keeper

	importing sync.Mutex // one file at a time
	vault     overlayVault
	misses    *httprate.RateLimiter // of overlay addresses that lead nowhere

	storyChanges   sync.Mutex // one change of a story's settings at a time
	overlayChanges sync.Mutex // and of an overlay's
	programChanges sync.Mutex // one change of a show at a time

	setup setupToken
	onces onces

	lately   recent   // what the audit list has a line of already
	failures failures // logins that failed

	mu        sync.Mutex // held while a socket opens, or the server closes
	closed    chan struct{}
	once      sync.Once
	sockets   sync.WaitGroup // grows only while closed is open
	pingEvery time.Duration  // of a follower's socket
}

// New returns a server on an open database and a started engine.
func New(d *db.DB, engine *live.Engine, opts Options) *Server {
	s := &Server{db: d, engine: engine, opts: opts, log: opts.Log, closed: make(chan struct{}), pictures: newPictures(d, opts.Pictures), vault: overlayVault{db: d}, keeper: newKeeper(), pingEvery: pingEvery}
	s.logins = &loginStore{db: d, secure: s.overTLS()}
	return s
}

// goodbyes is how long Close waits for browsers that may be gone.
const goodbyes = 3 * time.Second

// Close tells every open socket to come back later, and returns when all have been told: http.Server.Shutdown does not know them.
func (s *Server) Close() {
	s.once.Do(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		close(s.closed)
	})
	told := make(chan struct{})
	go func() {
		defer close(told)
		s.sockets.Wait()
	}()
	select {
	case <-told:
	case <-time.After(goodbyes):
	}
}

// enter counts a socket that opens, unless the server closes.
func (s *Server) enter() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.closed:
		return &live.Error{Code: live.CodeUnavailable, Op: "server.enter", Msg: "Showcaller is shutting down."}
	default:
		s.sockets.Add(1)
		return nil
	}
}

// Handler returns everything the public address serves.
func (s *Server) Handler() http.Handler {
	r := chi.NewRouter()
	r.Use(s.recoverPanics, securityHeaders, http.NewCrossOriginProtection().Handler, s.identify, s.authorise(r))
	r.Get("/healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	r.Get("/readyz", s.page(s.ready))
	r.Get("/story-client.js", storyClient)
	r.Mount(static.Prefix, http.StripPrefix(strings.TrimSuffix(static.Prefix, "/"), static.Handler()))
	s.publicPages(r)
	s.overlayRoutes(r)
	s.invitePages(r)
	s.sharePages(r)
	r.Group(func(r chi.Router) {
		r.Get("/settings", s.page(s.showSettings))
		s.panelPages(r)
		s.simulatorPages(r)
		s.storyPages(r)
		s.pastPages(r)
		s.shareForms(r)
		s.teamPages(r)
		s.programPages(r)
		s.overlayPages(r)
	})
	s.api(r)
	r.NotFound(s.page(func(http.ResponseWriter, *http.Request) error {
		return &live.Error{Code: live.CodeNotFound, Op: "server.NotFound"}
	}))
	return r
}

func (s *Server) publicPages(r chi.Router) {
	tries := httprate.LimitBy(10, time.Minute, peer, httprate.WithLimitHandler(s.tooManyTries))
	r.Get("/setup", s.page(s.showSetup))
	r.With(tries).Post("/setup", s.page(s.saveSetup))
	r.Get("/login", s.page(s.showLogin))
	r.With(tries).Post("/login", s.page(s.saveLogin))
	r.Post("/logout", s.page(s.logout))
	r.Post("/language", s.page(s.saveLanguage))
	r.Post("/theme", s.page(s.saveTheme))
}

// peer is the address a request came from, not what a header claims: a stranger could claim a new one for each try. Behind a
// proxy all browsers share one limit, which a login page can bear.
func peer(r *http.Request) (string, error) {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	return host, err
}

func (s *Server) panelPages(r chi.Router) {
	r.Get("/", s.page(s.showRooms))
	r.Post("/rooms", s.page(s.saveRoom))
	r.Get("/rooms/{unique_id}", s.page(s.showRoom))
	r.Post("/rooms/{unique_id}/connect", s.page(s.connectRoom))
	r.Post("/rooms/{unique_id}/disconnect", s.page(s.disconnectRoom))
	r.Post("/rooms/{unique_id}/auto-record", s.page(s.autoRecordRoom))
	r.Post("/rooms/{unique_id}/remove", s.page(s.removeRoom))
	r.Post("/rooms/{unique_id}/pin", s.page(s.pinEvent("pin")))
	r.Post("/rooms/{unique_id}/unpin", s.page(s.pinEvent("unpin")))
	r.Post("/rooms/{unique_id}/hide", s.page(s.hideForm))
	r.Post("/rooms/{unique_id}/show", s.page(s.showForm))
	r.Post("/rooms/{unique_id}/host", s.page(s.formHost))
	r.Get("/rooms/{unique_id}/viewers/{viewer}", s.page(s.showViewer))
	r.Post("/rooms/{unique_id}/viewers/{viewer}/note", s.page(s.saveViewerNote))
	r.Get("/picture", s.page(s.showPicture))
}

func (s *Server) ready(w http.ResponseWriter, r *http.Request) error {
	select {
	case <-s.closed:
		return &live.Error{Code: live.CodeUnavailable, Op: "server.ready", Msg: "shutting down"}
	default:
	}
	if err := s.db.Ping(r.Context()); err != nil {
		return &live.Error{Code: live.CodeUnavailable, Op: "server.ready", Msg: "the database does not answer", Err: err}
	}
	_, _ = w.Write([]byte("ready\n"))
	return nil
}

// contentSecurityPolicy lets nothing in but our own files; TikTok's pictures come through /picture. Live parts style themselves
// with constructed style sheets, which need no exception.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; " +
	"img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func securityHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", contentSecurityPolicy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
		next.ServeHTTP(w, r)
	})
}

// setupToken is the secret of the one-time set-up link, alive while nobody can sign in.
type setupToken struct {
	mu   sync.Mutex
	hash [sha256.Size]byte
	set  bool
}

// SetupURL makes a new one-time link for a program nobody has set up yet; the last one no longer works.
func (s *Server) SetupURL(base string) string {
	secret := randomToken()
	s.setup.mu.Lock()
	defer s.setup.mu.Unlock()
	s.setup.hash, s.setup.set = sha256.Sum256([]byte(secret)), true
	return base + "/setup?token=" + secret
}

func (t *setupToken) valid(secret string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	hash := sha256.Sum256([]byte(secret))
	return t.set && subtle.ConstantTimeCompare(hash[:], t.hash[:]) == 1
}

func (t *setupToken) use() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.set = false
}

// randomToken returns 256 random bits for a URL.
func randomToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	return base64.RawURLEncoding.EncodeToString(b[:])
}
