package live

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

const (
	pollOffline  = 60 * time.Second // how often a room is asked whether it is live, the peers' default
	pollNotFound = 10 * time.Minute
	pollBroken   = 30 * time.Second // after a failure that names no time of its own
	storeRetry   = 30 * time.Second // after the database refused
	farewell     = 10 * time.Second // for the last words after a LIVE has ended
)

// watch watches one room: one goroutine that listens while the room is wanted, and the session its events go to. It is the
// Listener its source calls.
type watch struct {
	engine *Engine
	name   string // the room's unique_id
	demo   bool
	source Source
	log    *slog.Logger
	cancel context.CancelFunc
	kick   chan struct{} // the wish changed
	left   []SessionInfo // open sessions a crash left; owned by run
	urgent bool          // somebody is waiting for this room: it is asked about before the others; owned by run

	mu      sync.Mutex
	room    Room
	health  Health
	session *Session
	joined  *Session // the session a socket was opened for: session, or nil before the first
	lost    error    // why the last socket is gone; nil before the first
	heardAt time.Time
	paused  bool      // by the host, as far as TikTok told
	ended   time.Time // when a live_end was recorded in the session at hand; zero if none was
	changed chan struct{}
}

// run listens while the room is wanted, until ctx ends.
func (w *watch) run(ctx context.Context) {
	defer w.closeSession(false)
	if err := w.reopenLeft(ctx); err != nil {
		w.log.Error("cannot go on with the session a restart left open", "err", err)
	}
	for ctx.Err() == nil {
		if !w.wanted() {
			w.rest(ctx)
			continue
		}
		if !w.turn(ctx) {
			continue
		}
		if retry := w.listen(ctx); retry > 0 && w.wanted() {
			w.wait(ctx, retry)
		}
	}
}

// rest waits until somebody wants the room connected.
func (w *watch) rest(ctx context.Context) {
	w.stopSession(ctx)
	if state, _ := w.state(); state.Health.State != StateEnded {
		w.setState(StateIdle, nil, time.Time{})
	}
	w.wait(ctx, 0)
}

// listen runs the source once and returns how long to wait before the next time.
func (w *watch) listen(ctx context.Context) time.Duration {
	ctx, cancel := context.WithCancel(ctx)
	kicked := make(chan bool, 1)
	go func() { // a kick while listening means the wish changed
		select {
		case <-w.kick:
			cancel()
			kicked <- true
		case <-ctx.Done():
			kicked <- false
		}
	}()
	err := w.source.Listen(ctx, w.name, w)
	stopped := ctx.Err() != nil
	cancel()
	if <-kicked || stopped {
		return 0
	}
	return w.settle(context.WithoutCancel(ctx), err)
}

// settle draws the consequences of what the source returned and says how long to wait.
func (w *watch) settle(ctx context.Context, err error) time.Duration {
	if err == nil {
		return w.over(ctx)
	}
	reason := ReasonOf(err)
	if reason == ReasonOffline || reason == ReasonSuspended || reason == ReasonNotFound {
		w.endLeft(ctx)
	}
	retry := retryAfter(err)
	w.setState(stateFor(reason), err, time.Now().Add(retry))
	w.log.Info("not listening", "reason", reason, "retry_in", retry, "err", err)
	return retry
}

func retryAfter(err error) time.Duration {
	if e, ok := errors.AsType[*Error](err); ok && !e.RetryAt.IsZero() {
		return max(time.Until(e.RetryAt), time.Second)
	}
	switch ReasonOf(err) {
	case ReasonOffline, ReasonSuspended:
		return pollOffline
	case ReasonNotFound, ReasonBadName, ReasonSignAuth:
		return pollNotFound
	case ReasonStorage:
		return storeRetry
	}
	return pollBroken
}

// over settles a LIVE that ended: the session is closed, and the room waits for the next one if it is to be recorded.
func (w *watch) over(ctx context.Context) time.Duration {
	w.awaitLastWords()
	w.endSession(ctx, "ended")
	if w.autoRecord() {
		w.setState(StateEnded, nil, time.Now().Add(pollOffline))
		return pollOffline
	}
	if err := w.update(ctx, func(r *Room) { r.Wanted = false }); err != nil {
		w.log.Error("cannot save the room", "err", err)
	}
	w.setState(StateEnded, nil, time.Time{})
	return 0
}

// awaitLastWords gives who holds the session, and has heard that the LIVE ended, a moment to add to it.
func (w *watch) awaitLastWords() {
	s := w.open()
	if s == nil || w.endedAt().IsZero() {
		return
	}
	held := s.held()
	if held == nil {
		return
	}
	timer := time.NewTimer(farewell)
	defer timer.Stop()
	select {
	case <-held:
	case <-timer.C:
	case <-w.engine.ending():
	}
}

// wait returns when the wish changes, ctx ends, or after d; d of 0 waits for the first two only.
func (w *watch) wait(ctx context.Context, d time.Duration) {
	var after <-chan time.Time
	if d > 0 {
		timer := time.NewTimer(d)
		defer timer.Stop()
		after = timer.C
	}
	select {
	case <-after:
	case <-w.kick:
		w.urgent = true
	case <-ctx.Done():
	}
}

func (w *watch) nudge() {
	select {
	case w.kick <- struct{}{}:
	default:
	}
}

func (w *watch) wanted() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.room.Wanted
}

func (w *watch) autoRecord() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.room.AutoRecord
}

func (w *watch) open() *Session {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.session
}

func (w *watch) endedAt() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ended
}

func (w *watch) state() (RoomState, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	h := w.health
	if w.session != nil {
		h.Dropped = w.session.Dropped()
	}
	return RoomState{w.room, h}, w.changed
}

// signal tells the readers of state that it changed. The caller does not hold the lock.
func (w *watch) signal() { w.change(func() {}) }

func (w *watch) change(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f()
	close(w.changed)
	w.changed = make(chan struct{})
}

func (w *watch) setState(state State, err error, retryAt time.Time) {
	w.change(func() { w.health = w.health.after(state, err, retryAt) })
}

func (w *watch) update(ctx context.Context, change func(*Room)) error {
	w.mu.Lock()
	room := w.room
	w.mu.Unlock()
	change(&room)
	if err := w.engine.store.SaveRoom(ctx, room); err != nil {
		return err
	}
	w.change(func() { w.room = room })
	return nil
}
