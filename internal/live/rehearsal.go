package live

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	rehearsalIdle  = 10 * time.Minute // without anything happening a rehearsal is over
	rehearsalLimit = 20               // open at once, over all rooms
)

// Why a rehearsal ended, as its session's EndReason says.
const (
	EndStopped = "stopped" // somebody ended it
	EndIdle    = "idle"    // nothing happened for ten minutes
	EndLive    = "live"    // the room went live, which is not to be mixed with it
	EndRestart = "restart" // the program was stopped, or died
	EndPlayed  = "ended"   // a replay came to its end
)

// rehearsals are the open sessions that no LIVE feeds, and what runs in sessions by itself. The zero value is ready.
type rehearsals struct {
	opening sync.Mutex // of two that open at once, one waits for the other
	mu      sync.Mutex
	open    map[int64]*rehearsal
	runs    map[int64][]*run // of each session, the oldest first
	lastRun int64
}

// rehearsal is a session without TikTok: somebody tries things out in it, or a past session is played again.
type rehearsal struct {
	session *Session
	watch   *watch  // of its room
	player  *player // nil unless it is a replay
	onDesk  bool    // the room shows it: no LIVE was being recorded when it was opened
	stop    chan string
	done    chan struct{} // closed when it has ended, in the store too
}

// Rehearsal reports whether a session was opened to try things out or to replay another, not by a LIVE.
func (s SessionInfo) Rehearsal() bool {
	return strings.HasPrefix(s.RoomID, "rehearsal-") || strings.HasPrefix(s.RoomID, "replay-")
}

// owns reports whether an event is part of what a session shows and tells: what was rehearsed in a LIVE is no part of its show; a
// rehearsal is one as a whole.
func (s SessionInfo) owns(e Event) bool {
	return !e.History && (!e.Origin.Rehearsal() || s.Origin.Rehearsal())
}

// endedBy reports whether with an event the session is over: a live_end somebody simulates ends no LIVE.
func (s SessionInfo) endedBy(e Event) bool { return e.Kind == KindLiveEnd && s.owns(e) }

// Rehearse opens a session for simulated events in a room that is not live. A room that has one open already gets that one.
func (e *Engine) Rehearse(ctx context.Context, room string) (SessionInfo, error) {
	w, err := e.find(room)
	if err != nil {
		return SessionInfo{}, err
	}
	e.rehearse.opening.Lock()
	defer e.rehearse.opening.Unlock()
	switch info, ok := e.OpenSession(room); {
	case ok && info.Rehearsal() && info.Origin == OriginSimulated:
		return info, nil
	case ok:
		return SessionInfo{}, &Error{
			Code: CodeConflict, Op: "live.Rehearse",
			Msg: fmt.Sprintf("The room has a session open, number %d: simulate into that one. What is simulated is never counted.", info.ID),
		}
	}
	at := time.Now()
	r, err := e.openRehearsal(ctx, w, RoomInfo{UniqueID: room, RoomID: fmt.Sprintf("rehearsal-%d", at.UnixNano())}, OriginSimulated, at)
	if err != nil {
		return SessionInfo{}, err
	}
	begin := Event{
		Kind: KindConnect, Origin: OriginSimulated, At: at,
		Data: Connect{UniqueID: room, RoomID: r.session.Info.RoomID, Way: "rehearsal"},
	}
	if _, err := r.session.Append(ctx, begin); err != nil {
		return SessionInfo{}, err
	}
	return r.session.Info, e.startRehearsal(r)
}

// OpenSession returns the session of a room that events go to now: that of its LIVE, else its rehearsal.
func (e *Engine) OpenSession(room string) (SessionInfo, bool) {
	w, err := e.find(room)
	if err != nil {
		return SessionInfo{}, false
	}
	if s := w.open(); s != nil {
		return s.Info, true
	}
	e.rehearse.mu.Lock()
	defer e.rehearse.mu.Unlock()
	var newest SessionInfo
	for _, r := range e.rehearse.open {
		if info := r.session.Info; info.Room == room && r.onDesk && info.ID > newest.ID {
			newest = info
		}
	}
	return newest, newest.ID != 0
}

// EndRehearsal ends a rehearsal or a replay by hand. It returns when the end is stored.
func (e *Engine) EndRehearsal(ctx context.Context, session int64) error {
	r, err := e.findRehearsal(session)
	if err != nil {
		return err
	}
	r.end(EndStopped)
	select {
	case <-r.done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (e *Engine) findRehearsal(session int64) (*rehearsal, error) {
	e.rehearse.mu.Lock()
	defer e.rehearse.mu.Unlock()
	if r := e.rehearse.open[session]; r != nil {
		return r, nil
	}
	return nil, &Error{Code: CodeConflict, Op: "live.Rehearsal", Msg: "This is no rehearsal or replay that is going on. Perhaps it has ended."}
}

// openRehearsal makes the session and starts recording into it.
func (e *Engine) openRehearsal(ctx context.Context, w *watch, room RoomInfo, origin Origin, at time.Time) (*rehearsal, error) {
	e.rehearse.mu.Lock()
	n := len(e.rehearse.open)
	e.rehearse.mu.Unlock()
	if n >= rehearsalLimit {
		return nil, &Error{
			Code: CodeLimited, Op: "live.Rehearsal",
			Msg: fmt.Sprintf("%d rehearsals and replays are open at once already. End one of them first.", rehearsalLimit),
		}
	}
	info, err := e.store.OpenSession(ctx, w.name, room, origin, at)
	if err != nil {
		return nil, err
	}
	return &rehearsal{
		session: NewSession(info, Past{}, e.store), watch: w, onDesk: w.open() == nil, stop: make(chan string, 1), done: make(chan struct{}),
	}, nil
}

// startRehearsal lets a rehearsal go on by itself until it ends.
func (e *Engine) startRehearsal(r *rehearsal) error {
	e.mu.Lock()
	ctx := e.ctx
	if ctx == nil || ctx.Err() != nil {
		e.mu.Unlock()
		e.finish(r, EndRestart)
		return &Error{Code: CodeUnavailable, Reason: ReasonRestart, Op: "live.Rehearsal", Msg: "Showcaller is shutting down."}
	}
	e.wg.Add(1)
	e.mu.Unlock()
	e.rehearse.mu.Lock()
	if e.rehearse.open == nil {
		e.rehearse.open = map[int64]*rehearsal{}
	}
	e.rehearse.open[r.session.Info.ID] = r
	e.rehearse.mu.Unlock()
	e.staged.fire()
	go func() {
		defer e.wg.Done()
		reason := r.attend(ctx)
		e.finish(r, reason)
		e.staged.fire()
		r.watch.signal()
	}()
	if w := r.watch; r.onDesk {
		w.change(func() {
			if w.session == nil { // else a LIVE began just now, and ends what its room rehearsed
				w.health.SessionID = r.session.Info.ID
			}
		})
	}
	return nil
}

// endFor ends the rehearsals a room's page shows, because it is to show something else, and returns when they have ended.
func (e *Engine) endFor(room, reason string) {
	e.rehearse.mu.Lock()
	var ending []*rehearsal
	for _, r := range e.rehearse.open {
		if r.session.Info.Room == room && r.onDesk {
			ending = append(ending, r)
		}
	}
	e.rehearse.mu.Unlock()
	for _, r := range ending {
		r.end(reason)
		<-r.done
	}
}

func (r *rehearsal) end(reason string) {
	select {
	case r.stop <- reason:
	default: // somebody asked already
	}
}

// attend returns why the rehearsal is over, when it is.
func (r *rehearsal) attend(ctx context.Context) string {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var played chan struct{}
	if r.player != nil {
		played = make(chan struct{})
		go func() {
			defer close(played)
			r.player.run(ctx, r.session)
		}()
		defer func() { cancel(); <-played }()
	}
	idle := time.NewTimer(rehearsalIdle)
	defer idle.Stop()
	var seen int64
	for {
		t := r.session.log.after(seen)
		if seen = t.last(seen, r.session.log.Last()); t.stored || slices.ContainsFunc(t.events, fromOutside) {
			idle.Reset(rehearsalIdle)
		}
		if t.stored || len(t.events) > 0 {
			continue
		}
		if t.closed {
			return string(ReasonStorage)
		}
		select {
		case <-t.wake:
		case <-idle.C:
			return EndIdle
		case reason := <-r.stop:
			return reason
		case <-played:
			if ctx.Err() == nil {
				return EndPlayed
			}
			return EndRestart
		case <-ctx.Done():
			return EndRestart
		}
	}
}

// last returns the number of the newest event t knows of.
func (t tail) last(seen, newest int64) int64 {
	if t.stored {
		return newest
	}
	if n := len(t.events); n > 0 {
		return t.events[n-1].Seq
	}
	return seen
}

// fromOutside reports whether an event came from a person or a replay. The host's own talk does not keep a rehearsal going.
func fromOutside(e Event) bool { return e.Kind != KindReply && e.Kind != KindSkip }

// finish records the end of a rehearsal.
func (e *Engine) finish(r *rehearsal, reason string) {
	defer close(r.done)
	s, ctx := r.session, context.Background()
	if r.player == nil || !r.player.over() {
		event := Event{Kind: KindLiveEnd, Origin: s.Info.Origin, At: time.Now(), Data: LiveEnd{Reason: "rehearsal_" + reason}}
		if _, err := s.Append(ctx, event); err != nil {
			e.log.Warn("cannot record the end of a rehearsal", "session", s.Info.ID, "err", err)
		}
	}
	e.rehearse.mu.Lock()
	delete(e.rehearse.open, s.Info.ID)
	e.rehearse.mu.Unlock()
	s.Close(true)
	if err := e.store.EndSession(ctx, s.Info.ID, time.Now(), reason); err != nil {
		e.log.Error("cannot end the rehearsal", "session", s.Info.ID, "err", err)
	}
}

// endLeftRehearsals ends the rehearsals a crash left open: nobody goes on with them. It returns the sessions that are not.
func (e *Engine) endLeftRehearsals(ctx context.Context, open []SessionInfo) ([]SessionInfo, error) {
	var lives []SessionInfo
	for _, info := range open {
		if !info.Rehearsal() {
			lives = append(lives, info)
			continue
		}
		past, err := e.store.Past(ctx, info.ID)
		if err != nil {
			return nil, err
		}
		e.finish(&rehearsal{session: NewSession(info, past, e.store), done: make(chan struct{})}, EndRestart)
	}
	return lives, nil
}

// watchOf returns the watch of a room that has a rehearsal open, or nil.
func (all *rehearsals) watchOf(room string) *watch {
	all.mu.Lock()
	defer all.mu.Unlock()
	for _, r := range all.open {
		if r.session.Info.Room == room {
			return r.watch
		}
	}
	return nil
}

// rehearsalSession returns an open rehearsal's session, or nil.
func (e *Engine) rehearsalSession(id int64) *Session {
	e.rehearse.mu.Lock()
	defer e.rehearse.mu.Unlock()
	if r := e.rehearse.open[id]; r != nil {
		return r.session
	}
	return nil
}

// rehearsedStory returns the rehearsal a story takes part in, or nil. In a replay the host's words are part of what is replayed.
func (e *Engine) rehearsedStory(storyID string) *Session {
	e.rehearse.mu.Lock()
	open := slices.Collect(maps.Values(e.rehearse.open))
	e.rehearse.mu.Unlock()
	slices.SortFunc(open, func(a, b *rehearsal) int { return cmp.Compare(b.session.Info.ID, a.session.Info.ID) })
	for _, r := range open {
		room, _, err := e.Room(r.session.Info.Room)
		if err == nil && room.StoryID == storyID && r.player == nil {
			return r.session
		}
	}
	return nil
}
