// Package tiktoktest is a stand-in for TikTok LIVE on loopback: it serves TikTok's pages, its webcast API, a sign server and the
// socket, in the real protocol, to one or many clients.
//
// It does three things no recording can. It checks the client: acks, heartbeats, cookies, headers and parameters that TikTok
// punishes silently are violations here, and fail the test. It has bad days on order: refused handshakes, captcha pages, cut
// and silent sockets, broken frames. And it makes traffic, at any rate, that is the same for the same seed.
//
//	srv := tiktoktest.NewServer(t)
//	room := srv.Room("lan").GoLive()
//	// point a client at srv.URL() and srv.WSURL(), then
//	err := room.AwaitSockets(ctx, 1)
//	room.Send(tiktoktest.Chat(tiktoktest.Named("minh"), "xin chào"))
//	room.End(tiktoktest.EndedByHost)
package tiktoktest

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// Server plays www.tiktok.com, webcast.tiktok.com, webcast-ws.tiktok.com and a sign server on one address.
type Server struct {
	addr net.Addr
	mux  *http.ServeMux
	http *http.Server
	ids  idSource

	ctx     context.Context // of every socket; ends with Close
	stop    context.CancelFunc
	running sync.WaitGroup

	mu         sync.Mutex    // guards all below, and the fields of rooms and sockets that say so
	changed    chan struct{} // closed and replaced at every change somebody may wait for
	rooms      map[string]*Room
	lives      map[int64]*Room // by every room id ever given out: old ids go on answering "over"
	passes     map[string]*pass
	scripts    []*script
	requests   map[Endpoint]int
	violations []Violation
	allowed    map[Rule]bool
	lastGroup  int64
	pingEvery  time.Duration
	signKey    string
}

// NewServer returns a Server on a random loopback port that closes when the test ends, and fails the test if a client broke
// a rule that was not allowed.
func NewServer(tb testing.TB) *Server {
	tb.Helper()
	s, err := Listen("127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		s.Close()
		for _, v := range s.Violations() {
			tb.Errorf("the client broke TikTok's rules: %s", v)
		}
	})
	return s
}

// Listen returns a Server on addr. It is NewServer without a test; the caller closes it.
func Listen(addr string) (*Server, error) {
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("tiktoktest: %w", err)
	}
	s := &Server{
		addr:      l.Addr(),
		mux:       http.NewServeMux(),
		changed:   make(chan struct{}),
		rooms:     map[string]*Room{},
		lives:     map[int64]*Room{},
		passes:    map[string]*pass{},
		requests:  map[Endpoint]int{},
		allowed:   map[Rule]bool{},
		pingEvery: 10 * time.Second,
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.http = &http.Server{Handler: s.mux, ReadHeaderTimeout: 10 * time.Second, ConnContext: withConn}
	s.routes()
	s.running.Go(func() { _ = s.http.Serve(l) }) // ends with http.ErrServerClosed, always
	return s, nil
}

// Close ends every socket and waits until nothing of the server runs any more.
func (s *Server) Close() {
	s.stop()
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := s.http.Shutdown(ctx); err != nil {
		_ = s.http.Close() // somebody holds a connection open without asking anything
	}
	s.running.Wait()
}

// URL is the base for web pages, webcast API and sign server alike, without a slash at the end.
func (s *Server) URL() string { return "http://" + s.dialAddr() }

// WSURL is the base of the socket, without path.
func (s *Server) WSURL() string { return "ws://" + s.dialAddr() }

// dialAddr is where to reach a server that may listen on all interfaces.
func (s *Server) dialAddr() string {
	host, port, _ := net.SplitHostPort(s.addr.String())
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}

// Handle adds a handler of the caller's own, for what is not TikTok's.
func (s *Server) Handle(pattern string, h http.Handler) { s.mux.Handle(pattern, h) }

// SetPingInterval changes the heartbeat interval announced at the next handshakes, in whole seconds; 10 s unless told.
func (s *Server) SetPingInterval(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pingEvery = d
}

// RequireSignKey makes the sign server refuse every other key, and requests without one.
func (s *Server) RequireSignKey(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.signKey = key
}

// Room returns the account called uniqueID, creating it if need be. A new account has never been live.
func (s *Server) Room(uniqueID string) *Room {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := strings.ToLower(uniqueID) // handles are case insensitive
	r := s.rooms[name]
	if r == nil {
		r = newRoom(s, name)
		s.rooms[name] = r
	}
	return r
}

// findRoom returns the account called uniqueID, or nil.
func (s *Server) findRoom(uniqueID string) *Room {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rooms[strings.ToLower(uniqueID)]
}

// findLive returns the account a room id belongs or belonged to, or nil.
func (s *Server) findLive(id int64) *Room {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lives[id]
}

// Sent counts the messages that reached at least one socket, by kind ("comment", "gift", …) or, where a message has no kind
// of ours, by method. Repeats are not counted again.
func (s *Server) Sent() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	total := map[string]int{}
	for _, r := range s.rooms {
		for kind, n := range r.sent {
			total[kind] += n
		}
	}
	return total
}

// noteChange wakes whoever awaits. s.mu is held.
func (s *Server) noteChange() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// await returns once done reports true. done is called with s.mu held.
func (s *Server) await(ctx context.Context, what string, done func() bool) error {
	for {
		s.mu.Lock()
		ok, changed := done(), s.changed
		s.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return fmt.Errorf("tiktoktest: waiting for %s: %w", what, ctx.Err())
		}
	}
}
