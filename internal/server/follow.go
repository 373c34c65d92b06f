package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/go-chi/chi/v5"

	"showcaller/internal/live"
	"showcaller/web/catalog"
)

const (
	frameTimeout = 10 * time.Second // a browser that takes longer is gone
	pingEvery    = 30 * time.Second
	mostGathered = 1000 // ms
)

// follower is one browser that follows events over a socket.
type follower struct {
	server  *Server
	conn    *websocket.Conn
	request *http.Request
	printer *catalog.Printer
	kinds   []live.Kind   // only these; empty for all
	host    bool          // what the room's host says and who waits for it, too
	gather  time.Duration // after a frame of events, for how long more are gathered
	session int64         // the session the numbers belong to
	after   int64         // the last seq the browser has; negative: from that many before the end
	frame   []byte
}

// followSession handles GET /api/sessions/{id}/follow.
func (s *Server) followSession(w http.ResponseWriter, r *http.Request) error {
	info, err := s.sessionInPath(r)
	if err != nil {
		return err
	}
	f, err := s.newFollower(r)
	if err != nil {
		return err
	}
	f.session = info.ID
	return f.serve(w, func(ctx context.Context) error {
		defer f.beside(ctx, info.Room)()
		return f.follow(ctx, info)
	})
}

// followRoom handles GET /api/rooms/{unique_id}/follow, which goes from session to session and tells the room's health.
func (s *Server) followRoom(w http.ResponseWriter, r *http.Request) error {
	name := chi.URLParam(r, "unique_id")
	if _, _, err := s.engine.Room(name); err != nil {
		return err
	}
	f, err := s.newFollower(r)
	if err != nil {
		return err
	}
	return f.serve(w, func(ctx context.Context) error { return f.followRoom(ctx, name) })
}

func (s *Server) newFollower(r *http.Request) (*follower, error) {
	f := &follower{server: s, request: r, printer: s.view(r, "").Printer}
	q := r.URL.Query()
	var err1, err2 error
	if v := q.Get("after"); v != "" {
		f.after, err1 = strconv.ParseInt(v, 10, 64)
	}
	if v := q.Get("session"); v != "" {
		f.session, err2 = strconv.ParseInt(v, 10, 64)
	}
	if err := errors.Join(err1, err2); err != nil {
		return nil, &live.Error{Code: live.CodeInvalid, Op: "server.follow", Msg: "after and session must be numbers.", Err: err}
	}
	if types := q.Get("types"); types != "" {
		for _, t := range strings.Split(types, ",") {
			f.kinds = append(f.kinds, live.Kind(t))
		}
	}
	f.host = q.Get("with") == "host"
	if v := q.Get("gather"); v != "" {
		n, err := strconv.Atoi(v)
		if err != nil || n < 0 || n > mostGathered {
			return nil, &live.Error{Code: live.CodeInvalid, Op: "server.follow", Field: "gather", Msg: "gather must be a number of milliseconds from 0 to 1000.", Err: err}
		}
		f.gather = time.Duration(n) * time.Millisecond
	}
	return f, nil
}

// serve opens the socket and runs send until it ends, the browser leaves, its login is revoked, or the server closes.
func (f *follower) serve(w http.ResponseWriter, send func(context.Context) error) error {
	if err := f.server.enter(); err != nil {
		return err
	}
	defer f.server.sockets.Done()
	// The library checks that the page which opens the socket is ours.
	conn, err := websocket.Accept(w, f.request, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return nil //nolint:nilerr // Accept has answered
	}
	defer conn.CloseNow() //nolint:errcheck // closed properly below where it can be
	f.conn = conn
	ctx, cancel := context.WithCancelCause(conn.CloseRead(f.request.Context()))
	defer cancel(nil)
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		f.server.watchSocket(ctx, cancel, f.server.pingEvery, f.alive)
	}()
	err = send(ctx)
	cause := context.Cause(ctx)
	cancel(nil)
	<-watched
	f.bye(err, cause)
	return nil
}

var (
	errServerCloses = errors.New("the server closes")
	errLoginRevoked = errors.New("the login was revoked")
	errLeft         = errors.New("the browser left")
)

// watchSocket ends a socket when the server closes, or as soon as alive, which is asked now and then, says why.
func (s *Server) watchSocket(ctx context.Context, cancel context.CancelCauseFunc, every time.Duration, alive func(context.Context) error) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.closed:
			cancel(errServerCloses)
			return
		case <-ticker.C:
		}
		if err := alive(ctx); err != nil {
			cancel(err)
			return
		}
	}
}

// pinged asks the other end of a socket for a sign of life.
func pinged(ctx context.Context, conn *websocket.Conn) error {
	ctx, stop := context.WithTimeout(ctx, frameTimeout)
	defer stop()
	return conn.Ping(ctx)
}

// alive says why the socket must end: the browser no longer answers, or the login is gone.
func (f *follower) alive(ctx context.Context) error {
	if err := pinged(ctx, f.conn); err != nil {
		return err
	}
	if !f.stillSignedIn(ctx) {
		return errLoginRevoked
	}
	return nil
}

// stillSignedIn asks the database whether the login, or the token, that opened the socket is still there.
func (f *follower) stillSignedIn(ctx context.Context) bool {
	id, _ := whoami(f.request.Context())
	_, err := f.server.bearer(ctx, id.credential)
	return err == nil || live.CodeOf(err) != live.CodeNotFound
}

// bye says when to come back, and closes.
func (f *follower) bye(err, cause error) {
	ctx, cancel := context.WithTimeout(context.Background(), frameTimeout)
	defer cancel()
	switch {
	case errors.Is(cause, errLoginRevoked):
		_ = f.conn.Close(websocket.StatusPolicyViolation, "signed out")
		return
	case errors.Is(err, errLeft), f.request.Context().Err() != nil && !errors.Is(cause, errServerCloses):
		return
	case err != nil && ctx.Err() == nil && cause == nil:
		f.server.log.Error("a follower's log broke", "err", err)
	}
	retry := 500 + rand.IntN(2500) // spread, so that a restart is not a storm
	_ = f.write(ctx, fmtBye(retry))
	_ = f.conn.Close(websocket.StatusGoingAway, "")
}

func fmtBye(retry int) []byte {
	return []byte(`{"type":"bye","retry":` + strconv.Itoa(retry) + `}`)
}

// beside sends what goes beside a room's events, until the returned function is called, which waits for the senders.
func (f *follower) beside(ctx context.Context, room string, senders ...func(context.Context, string)) (stop func()) {
	if f.host {
		senders = append(senders, f.sendHost)
	}
	ctx, cancel := context.WithCancel(ctx)
	var running sync.WaitGroup
	for _, send := range senders {
		running.Go(func() { send(ctx, room) })
	}
	return func() {
		cancel()
		running.Wait()
	}
}

// followRoom goes through the room's sessions, the one the browser was in first.
func (f *follower) followRoom(ctx context.Context, name string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer f.beside(ctx, name, func(ctx context.Context, name string) {
		defer cancel() // the room is gone
		f.sendHealth(ctx, name)
	})()
	for ctx.Err() == nil {
		info, changed, err := f.nextSession(ctx, name)
		if err != nil {
			return err
		}
		if info.ID == 0 || f.hasAll(info) {
			select {
			case <-changed:
			case <-ctx.Done():
			}
			continue
		}
		if err := f.follow(ctx, info); err != nil {
			return err
		}
	}
	return nil
}

// hasAll reports whether there is nothing more to send of a session for now: the browser has what is stored, and nobody records.
// That is so of one that has ended, but also of an open one before the room's first connection after a restart, and while the
// database cannot be written.
func (f *follower) hasAll(info live.SessionInfo) bool {
	if info.ID != f.session || f.after < info.LastSeq {
		return false
	}
	s, err := f.server.engine.Session(info.ID)
	return err != nil || s.Err() != nil
}

// nextSession returns the session to follow now: the one the browser knows until it is read to its end, then the newest.
func (f *follower) nextSession(ctx context.Context, name string) (live.SessionInfo, <-chan struct{}, error) {
	room, changed, err := f.server.engine.Room(name)
	if err != nil {
		return live.SessionInfo{}, nil, err
	}
	newest, ok, err := f.server.newestSession(f.request.WithContext(ctx), room)
	if err != nil || !ok || f.session == newest.ID {
		return newest, changed, err
	}
	if f.session == 0 { // the browser named none: its number is about the newest
		f.session = newest.ID
		return newest, changed, nil
	}
	known, err := f.server.db.Session(ctx, f.session)
	if err == nil && known.Room == name && f.after < known.LastSeq {
		return known, changed, nil
	}
	f.session, f.after = newest.ID, 0
	return newest, changed, nil
}

// follow sends a session's events until it is closed, or ctx ends.
func (f *follower) follow(ctx context.Context, info live.SessionInfo) error {
	last := info.LastSeq
	if s, err := f.server.engine.Session(info.ID); err == nil {
		last = s.Log().Last()
	}
	if f.after < 0 {
		f.after = max(0, last+f.after)
	}
	hello := `{"type":"hello","session_id":` + strconv.FormatInt(info.ID, 10) + `,"last":` + strconv.FormatInt(last, 10) + `}`
	if err := f.write(ctx, []byte(hello)); err != nil {
		return err
	}
	return f.sendEvents(ctx, f.server.engine.Follow(ctx, info, f.after))
}

func (f *follower) sendEvents(ctx context.Context, batches iter.Seq2[[]live.Event, error]) error {
	for events, err := range batches {
		if err != nil {
			return err
		}
		f.after = events[len(events)-1].Seq
		if err := f.encode(events); err != nil {
			return err
		}
		if err := f.write(ctx, f.frame); err != nil {
			return err
		}
		if f.gather > 0 {
			select {
			case <-time.After(f.gather):
			case <-ctx.Done():
			}
		}
	}
	return nil
}

// encode makes one frame of a batch. `last` moves the browser's number past what its filter left out.
func (f *follower) encode(events []live.Event) error {
	f.frame = append(f.frame[:0], `{"type":"events","last":`...)
	f.frame = strconv.AppendInt(f.frame, f.after, 10)
	f.frame = append(f.frame, `,"events":[`...)
	first := true
	for _, e := range events {
		if len(f.kinds) > 0 && !slices.Contains(f.kinds, e.Kind) {
			continue
		}
		if !first {
			f.frame = append(f.frame, ',')
		}
		first = false
		var err error
		if f.frame, err = e.AppendJSON(f.frame); err != nil {
			return err
		}
	}
	f.frame = append(f.frame, `]}`...)
	return nil
}

const healthEvery = 5 * time.Second // also when nothing changed, so that a page knows how far behind it is

// sendHealth sends the room's health now, at each change and every while, until ctx ends or the room is gone.
func (f *follower) sendHealth(ctx context.Context, name string) {
	ticker := time.NewTicker(healthEvery)
	defer ticker.Stop()
	for {
		room, changed, err := f.server.engine.Room(name)
		if err != nil {
			return
		}
		health := healthOf(f.printer, room)
		if s, err := f.server.engine.Session(health.SessionID); err == nil {
			health.LastSeq = s.Log().Last()
		}
		frame, err := json.Marshal(struct {
			Type   string     `json:"type"`
			Health healthBody `json:"health"`
		}{"health", health})
		if err != nil || f.write(ctx, frame) != nil {
			return
		}
		select {
		case <-changed:
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// write sends a frame. Ending the follower does not cancel it: the library would cut the socket, and the bye could not follow.
func (f *follower) write(ctx context.Context, frame []byte) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), frameTimeout)
	defer cancel()
	if err := f.conn.Write(ctx, websocket.MessageText, frame); err != nil {
		return fmt.Errorf("%w: %w", errLeft, err)
	}
	return nil
}
