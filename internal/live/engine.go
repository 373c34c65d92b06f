package live

import (
	"context"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"
)

// Engine watches rooms and keeps their sessions. Its methods may be called from any goroutine while Run runs.
type Engine struct {
	store  Store
	tiktok Source
	demo   Source
	log    *slog.Logger
	turns  turns

	mu    sync.Mutex
	ctx   context.Context // Run's; nil before and after
	rooms map[string]*watch
	wg    sync.WaitGroup

	staged   signal // a room, its story or its session changed
	rehearse rehearsals
}

// NewEngine returns an engine that listens to TikTok through tiktok and to the demo room through demo.
func NewEngine(store Store, tiktok, demo Source, log *slog.Logger) *Engine {
	return &Engine{store: store, tiktok: tiktok, demo: demo, log: log, rooms: map[string]*watch{}}
}

// Start loads the rooms, recovers the sessions a crash left open, and begins to watch. Everything ends with ctx; Wait waits
// for that.
func (e *Engine) Start(ctx context.Context) error {
	rooms, err := e.store.Rooms(ctx)
	if err != nil {
		return err
	}
	open, err := e.store.OpenSessions(ctx)
	if err != nil {
		return err
	}
	if open, err = e.endLeftRehearsals(ctx, open); err != nil {
		return err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ctx = ctx
	for _, r := range rooms {
		w := e.watchLocked(r)
		for _, info := range open {
			if info.Room == r.UniqueID {
				w.left = append(w.left, info)
			}
		}
		e.startLocked(w)
	}
	return nil
}

// Wait returns when every room's goroutine and every session has ended, after the context of Start has.
func (e *Engine) Wait() { e.wg.Wait() }

// stopping reports whether the context of Start has ended.
func (e *Engine) stopping() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ctx != nil && e.ctx.Err() != nil
}

// ending is closed when the context of Start has ended.
func (e *Engine) ending() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.ctx.Done()
}

func (e *Engine) watchLocked(r Room) *watch {
	w := e.newWatch(r)
	if r.Demo {
		w.source = e.demo
	}
	e.rooms[r.UniqueID] = w
	return w
}

func (e *Engine) newWatch(r Room) *watch {
	return &watch{
		engine: e, name: r.UniqueID, demo: r.Demo, room: r, source: e.tiktok, log: e.log.With("room", r.UniqueID), changed: make(chan struct{}),
		health: Health{State: StateIdle, Since: Millis(time.Now())}, kick: make(chan struct{}, 1),
	}
}

func (e *Engine) startLocked(w *watch) {
	if e.ctx == nil {
		return
	}
	ctx, cancel := context.WithCancel(e.ctx)
	w.cancel = cancel
	e.wg.Add(1)
	go func() {
		defer e.wg.Done()
		w.run(ctx)
	}()
}

// AddRoom begins to watch a room. Adding one that is there already is a conflict.
func (e *Engine) AddRoom(ctx context.Context, r Room) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, ok := e.rooms[r.UniqueID]; ok {
		return &Error{Code: CodeConflict, Op: "live.AddRoom", Field: "unique_id", Msg: "@" + r.UniqueID + " is already in the list of rooms."}
	}
	if r.AddedAt.IsZero() {
		r.AddedAt = Millis(time.Now())
	}
	if err := e.store.SaveRoom(ctx, r); err != nil {
		return err
	}
	w := e.watchLocked(r)
	w.urgent = true
	e.startLocked(w)
	e.staged.fire()
	return nil
}

// RemoveRoom stops watching a room. Its sessions stay.
func (e *Engine) RemoveRoom(ctx context.Context, uniqueID string) error {
	w, err := e.watched(uniqueID)
	if err != nil {
		return err
	}
	if err := e.store.DeleteRoom(ctx, uniqueID); err != nil {
		return err
	}
	e.mu.Lock()
	delete(e.rooms, uniqueID)
	e.mu.Unlock()
	w.cancel()
	w.signal()
	e.staged.fire()
	return nil
}

// UpdateRoom changes a room's settings. One that is wanted by them, and was not before, is looked for at once.
func (e *Engine) UpdateRoom(ctx context.Context, uniqueID string, change func(*Room)) error {
	w, err := e.watched(uniqueID)
	if err != nil {
		return err
	}
	before := w.wanted()
	err = w.update(ctx, change)
	if w.wanted() != before {
		w.nudge()
	}
	e.staged.fire()
	return err
}

// Connect wants the room connected, now and after a restart.
func (e *Engine) Connect(ctx context.Context, uniqueID string) error {
	return e.want(ctx, uniqueID, true)
}

// Disconnect closes the room's socket and leaves it alone. The session stays open for the same LIVE until it ends.
func (e *Engine) Disconnect(ctx context.Context, uniqueID string) error {
	return e.want(ctx, uniqueID, false)
}

func (e *Engine) want(ctx context.Context, uniqueID string, wanted bool) error {
	w, err := e.watched(uniqueID)
	if err != nil {
		return err
	}
	if err := w.update(ctx, func(r *Room) { r.Wanted = wanted }); err != nil {
		return err
	}
	w.nudge()
	return nil
}

// RoomState is a room with its health.
type RoomState struct {
	Room
	Health Health
}

// Removed reports whether a room is not in the list, and here only for as long as a session of it is replayed.
func (r RoomState) Removed() bool { return r.Health.Reason == ReasonRemoved }

// Room returns a room's state and a channel that is closed when it changes. A room that was removed is found while a session of it
// is replayed.
func (e *Engine) Room(uniqueID string) (RoomState, <-chan struct{}, error) {
	w, err := e.find(uniqueID)
	if err != nil {
		return RoomState{}, nil, err
	}
	state, changed := w.state()
	return state, changed, nil
}

// Rooms returns all rooms, in the order they were added.
func (e *Engine) Rooms() []RoomState {
	e.mu.Lock()
	watches := make([]*watch, 0, len(e.rooms))
	for _, w := range e.rooms {
		watches = append(watches, w)
	}
	e.mu.Unlock()
	out := make([]RoomState, len(watches))
	for i, w := range watches {
		out[i], _ = w.state()
	}
	slices.SortFunc(out, func(a, b RoomState) int {
		if c := a.AddedAt.Compare(b.AddedAt); c != 0 {
			return c
		}
		return strings.Compare(a.UniqueID, b.UniqueID)
	})
	return out
}

// Session returns an open session, of a LIVE or a rehearsal.
func (e *Engine) Session(id int64) (*Session, error) {
	if s := e.rehearsalSession(id); s != nil {
		return s, nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, w := range e.rooms {
		if s := w.open(); s != nil && s.Info.ID == id {
			return s, nil
		}
	}
	return nil, &Error{
		Code: CodeConflict, Op: "live.Session",
		Msg: "This session is not open: nothing can be added to it. Connect its room, open a rehearsal, or use the demo room.",
	}
}

// Stage implements Stage. Where several rooms name a story, it speaks in the first one that is being recorded, and if none
// is, in a rehearsal.
func (e *Engine) Stage(storyID string) (*Session, <-chan struct{}) {
	changed := e.staged.wait() // before the look, so that no change is missed
	for _, room := range e.Rooms() {
		if room.StoryID != storyID {
			continue
		}
		if w, err := e.find(room.UniqueID); err == nil && w.open() != nil {
			return w.open(), changed
		}
	}
	return e.rehearsedStory(storyID), changed
}

// Follow yields a session's events after a number: live while it is open, from the store up to the last one otherwise.
func (e *Engine) Follow(ctx context.Context, info SessionInfo, after int64) iter.Seq2[[]Event, error] {
	if s, err := e.Session(info.ID); err == nil {
		return s.Log().Follow(ctx, after)
	}
	log := newLog(info.ID, info.LastSeq, e.store)
	log.close()
	return log.Follow(ctx, after)
}

// ForgetRecent has those who follow open sessions read the newest events from the store, as they are by now.
func (e *Engine) ForgetRecent() {
	e.mu.Lock()
	for _, w := range e.rooms {
		if s := w.open(); s != nil {
			s.Log().forget()
		}
	}
	e.mu.Unlock()
	e.rehearse.mu.Lock()
	defer e.rehearse.mu.Unlock()
	for _, r := range e.rehearse.open {
		r.session.Log().forget()
	}
}

// find returns the watch of a room; of one that was removed and has a replay, one that watches nothing.
func (e *Engine) find(uniqueID string) (*watch, error) {
	w, err := e.watched(uniqueID)
	if err != nil {
		if replayed := e.rehearse.watchOf(uniqueID); replayed != nil {
			return replayed, nil
		}
	}
	return w, err
}

// watched returns the watch of a room of the list.
func (e *Engine) watched(uniqueID string) (*watch, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if w, ok := e.rooms[uniqueID]; ok {
		return w, nil
	}
	return nil, &Error{
		Code: CodeNotFound, Op: "live.Room",
		Msg: "There is no room @" + uniqueID + " here. Add it on the page of all rooms first.",
	}
}
