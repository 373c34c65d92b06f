package server

import (
	"context"
	"crypto/sha256"
	"net/http"
	"reflect"
	"time"

	"github.com/go-chi/chi/v5"

	"showcaller/internal/live"
)

// HashSecret is how a secret is kept.
func HashSecret(secret string) string { return hashSecret(secret) }

// PingEvery sets how often a follower's socket is asked for a sign of life, and for its login. Call it before any is open.
func (s *Server) PingEvery(d time.Duration) { s.pingEvery = d }

// Access is an entry of the authorisation table.
type Access struct {
	Open, Secret bool
	Least        live.TeamRole
	Action       string
}

// AccessTable returns the authorisation table.
func AccessTable() map[string]Access {
	out := map[string]Access{}
	for address, a := range accessTable {
		out[address] = Access{a.open, a.secret, a.least, a.action}
	}
	return out
}

// AccessTo looks an address up.
func AccessTo(method, pattern string) (Access, bool) {
	a, ok := accessTo(method, pattern)
	return Access{a.open, a.secret, a.least, a.action}, ok
}

// Twin serves the addresses of the program behind the same guard, and each with h: a test that asks all of them as everybody does no harm.
func (s *Server) Twin(h http.Handler) (http.Handler, error) {
	r := chi.NewRouter()
	r.Use(s.identify, s.authorise(r))
	err := chi.Walk(s.Handler().(chi.Routes), func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		r.Method(method, pattern, h)
		return nil
	})
	r.Method(http.MethodGet, "/not-in-the-table", h)
	return r, err
}

// Veiled is an event as a shared page without names shows it.
func Veiled(e live.Event) live.Event {
	h := &veil{session: 1, hidden: true, word: func(string, ...any) string { return "Viewer" }}
	e.Data = withoutIDs(e.Data)
	veiled := eachUser(reflect.ValueOf(e), func(u live.User) live.User { return h.user(make([]byte, 2*sha256.Size), nil, u) })
	return veiled.Interface().(live.Event) //nolint:forcetypeassert // it is a copy
}

// AlertAction is the least role that may ask something of an alert queue.
func AlertAction(action string) live.TeamRole { return alertAction(action) }

// HostAction is the least role that may ask something of a host.
func HostAction(action string) live.TeamRole { return hostAction(action) }

// PreviewAt makes the token of a preview that the environment's own token may see, as of a time.
func (s *Server) PreviewAt(ctx context.Context, id int64, now time.Time) (string, error) {
	o, err := s.db.Overlay(ctx, id)
	if err != nil {
		return "", err
	}
	return s.vault.signPreview(ctx, o, false, s.ofEnvironment().credential, now)
}
