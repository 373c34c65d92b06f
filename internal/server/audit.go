package server

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

const (
	auditOften    = time.Minute // for what a program may do many times a second
	failuresPeer  = 10          // failed logins an hour that are listed of one address
	failuresTotal = 100         // and of all: a stranger must not be able to fill the disk
)

// deed is what the audit list will say of a request. The table names the action; a handler may say more.
type deed struct {
	who    string // where it is not whoever is signed in
	role   live.TeamRole
	action string
	target string
	skip   bool // nothing was done after all
}

type deedKey struct{}

// deedOf returns what will be listed of a request, for a handler to fill in. Of one that is not listed nothing comes of it.
func deedOf(ctx context.Context) *deed {
	if d, ok := ctx.Value(deedKey{}).(*deed); ok {
		return d
	}
	return &deed{}
}

// about adds what was done, or to what.
func (d *deed) about(detail string) { d.target = strings.TrimSpace(d.target + " " + detail) }

// serveAudited has a request handled, and lists it if it was not refused.
func (s *Server) serveAudited(next http.Handler, w http.ResponseWriter, r *http.Request, need access, route *chi.Context) {
	if need.action == "" {
		next.ServeHTTP(w, r)
		return
	}
	d := &deed{action: need.action, target: targetOf(r, route)}
	if id, ok := whoami(r.Context()); ok {
		d.who, d.role = id.user.Name, id.user.Role
	}
	ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
	finished := false
	defer func() { // an export that somebody stops in the middle has been under way all the same
		if status := ww.Status(); !d.skip && d.who != "" && status < http.StatusBadRequest && (finished || status != 0) {
			s.audit(r, *d, need.often)
		}
	}()
	next.ServeHTTP(ww, r.WithContext(context.WithValue(r.Context(), deedKey{}, d)))
	finished = true
}

// audit writes a line into the audit list. What was done is done: if the list cannot be written, the log says so.
func (s *Server) audit(r *http.Request, d deed, often bool) {
	address, err := peer(r)
	if err != nil {
		address = r.RemoteAddr
	}
	now := time.Now()
	if often && !s.lately.first(d.who+"\x00"+d.action+"\x00"+d.target, now) {
		return
	}
	err = s.db.AddAudit(context.WithoutCancel(r.Context()), db.AuditEntry{
		At: now, Who: d.who, Role: d.role, Action: d.action, Target: clipped(d.target), Address: address,
	})
	if err != nil {
		s.log.Error("the audit list was not written", "who", d.who, "action", d.action, "target", d.target, "err", err)
	}
}

// auditFailure lists a login that failed, of so many.
func (s *Server) auditFailure(r *http.Request, action, who string) {
	address, err := peer(r)
	if err != nil {
		address = r.RemoteAddr
	}
	if s.failures.allow(address, time.Now()) {
		s.audit(r, deed{who: logSafe(who), action: action}, false)
	}
}

// targetOf is what a request is about: its path as far as that names things. Secrets are left out, and viewers: a list that nobody
// can edit must not remember somebody who is to be forgotten.
func targetOf(r *http.Request, route *chi.Context) string {
	path := strings.TrimPrefix(routePath(r.URL), "/api")
	end := 0
	for i, key := range route.URLParams.Keys {
		value := route.URLParams.Values[i]
		at := strings.Index(path[end:], "/"+value)
		if dot := strings.Index(path[end:], "."+value); at < 0 {
			at = dot
		}
		if key == "*" || at < 0 {
			continue
		}
		if key == "token" || key == "viewer" {
			return path[:end+at] + "/…"
		}
		end += at + 1 + len(value)
	}
	return path[:end]
}

// clipped keeps a target short: parts of it are what people typed.
func clipped(text string) string {
	if r := []rune(text); len(r) > 200 {
		return string(r[:200]) + "…"
	}
	return text
}

// recent remembers what was done in the last minute.
type recent struct {
	mu   sync.Mutex
	seen map[string]time.Time
}

// first reports whether something was not done within a minute.
func (m *recent) first(key string, now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.Sub(m.seen[key]) < auditOften {
		return false
	}
	if m.seen == nil || len(m.seen) >= onceMemory {
		m.seen = map[string]time.Time{}
	}
	m.seen[key] = now
	return true
}

// failures counts failed logins of the hour at hand.
type failures struct {
	mu    sync.Mutex
	since time.Time
	all   int
	peers map[string]int
}

// allow reports whether one more of an address may be listed.
func (f *failures) allow(address string, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now.Sub(f.since) >= time.Hour {
		f.since, f.all, f.peers = now, 0, map[string]int{}
	}
	if f.all >= failuresTotal || f.peers[address] >= failuresPeer {
		return false
	}
	f.all++
	f.peers[address]++
	return true
}
