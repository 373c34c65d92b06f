package live

import (
	"context"
	"encoding/json"
	"log/slog"
	"sync"
	"time"
)

// OverlayStore is what overlays need of a store.
type OverlayStore interface {
	// OverlayMemory returns what an overlay kept; the zero value if nothing.
	OverlayMemory(ctx context.Context, id int64) (OverlayMemory, error)
	SaveOverlayMemory(ctx context.Context, id int64, m OverlayMemory) error
	// SaveOverlaySeen keeps when and how an overlay was last seen, and when it last drew a test.
	SaveOverlaySeen(ctx context.Context, id int64, s OverlaySighting) error
	// AddAlertsShown keeps that alerts came on screen at some moments of a session. One that is deleted meanwhile needs none.
	AddAlertsShown(ctx context.Context, session, overlay int64, at []time.Time) error

	// NewestLive returns the newest session of a LIVE of a room: no rehearsal, no replay. Its ID is 0 if there is none.
	NewestLive(ctx context.Context, room string) (SessionInfo, error)
	// ShowSums returns a session's sums, of real events and of simulated and replayed ones, and the newest seq that is in both.
	// Pieces are of one gift, if its id is not 0.
	ShowSums(ctx context.Context, session, gift int64) (seq int64, counted, made ShowSums, err error)
	// Leaders returns the first of a room's viewers, with rank 0.
	Leaders(ctx context.Context, q LeaderQuery) ([]Leader, error)
	// RecentEvents returns those of some kinds among the newest events up to a seq, in order. It looks at so many at most; kinds
	// that are rare are found however far back they are.
	RecentEvents(ctx context.Context, session int64, kinds []Kind, upTo int64, look int) ([]Event, error)
	// StoryProfile returns a story.
	StoryProfile(ctx context.Context, id string) (StoryProfile, error)
}

// OverlayMemory is what an overlay must know after a restart, as of a seq of a session.
type OverlayMemory struct {
	Session int64
	Seq     int64
	Data    json.RawMessage
	At      time.Time
}

// OverlayParts are what overlays are made with. All but Engine, Store and Log may be missing.
type OverlayParts struct {
	Engine    *Engine
	Store     OverlayStore
	Directors *Directors   // hear what host overlays have said
	Voice     Voice        // of the host; nil leaves it at subtitles
	Words     OverlayWords // of the overlays themselves
	Build     string       // of this program
	Log       *slog.Logger
}

// Overlays run one goroutine an overlay. Their methods may be called from any goroutine after Start.
type Overlays struct {
	engine    *Engine
	store     OverlayStore
	directors *Directors
	voice     Voice
	words     OverlayWords
	build     string
	log       *slog.Logger
	sounds    sounds

	mu       sync.Mutex
	ctx      context.Context // Start's
	running  map[int64]*overlayRun
	previews map[string]*overlayRun  // by their names
	keys     map[int64]chan struct{} // of each overlay: closed when its address changes
	last     map[int64]*sighting
	stage    map[string]string // what OBS last told of each room, by room and sort
	wg       sync.WaitGroup
}

// NewOverlays returns overlays that do not run yet.
func NewOverlays(p OverlayParts) *Overlays {
	o := &Overlays{
		engine: p.Engine, store: p.Store, directors: p.Directors, voice: p.Voice, words: p.Words, build: p.Build, log: p.Log,
		running: map[int64]*overlayRun{}, previews: map[string]*overlayRun{}, keys: map[int64]chan struct{}{}, last: map[int64]*sighting{},
		stage: map[string]string{},
	}
	if o.words == nil {
		o.words = func(_, key string) string { return key }
	}
	return o
}

// Speaks reports whether the host has a voice, or only subtitles.
func (o *Overlays) Speaks() bool { return o.voice != nil }

// Start begins to run the overlays there are. Everything ends with ctx; Wait waits for that.
func (o *Overlays) Start(ctx context.Context, all []Overlay) {
	o.mu.Lock()
	o.ctx = ctx
	o.mu.Unlock()
	for _, overlay := range all {
		o.begin(overlay)
	}
}

// Wait returns when every overlay has ended, after the context of Start has.
func (o *Overlays) Wait() { o.wg.Wait() }

// begin runs an overlay unless it runs.
func (o *Overlays) begin(overlay Overlay) (run *overlayRun, began bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if run := o.running[overlay.ID]; run != nil {
		return run, false
	}
	run = o.start(overlay, overlay.Room, "")
	o.running[overlay.ID] = run
	o.keys[overlay.ID] = make(chan struct{})
	return run, true
}

// start runs an overlay with the events of a room, on air or as the preview of a name; the caller holds the lock.
func (o *Overlays) start(overlay Overlay, room, name string) *overlayRun {
	ctx, cancel := context.WithCancel(o.ctx)
	preview := name != ""
	run := &overlayRun{
		hub: o, id: overlay.ID, kind: overlay.Kind, room: room, preview: preview, name: name, frames: newFrameLog(), calls: make(chan func(*running)),
		ready: make(chan struct{}), done: make(chan struct{}), cancel: cancel,
	}
	parts := viewParts{store: o.store, room: room, words: o.words, preview: preview}
	if !preview {
		parts.stage = &stagehand{run: run, ctx: ctx}
	}
	o.wg.Go(func() {
		defer cancel()
		run.run(ctx, overlay, newView(overlay.Kind, parts))
	})
	return run
}

// Put runs a new overlay, or gives one that runs its new options. The room and the kind of an overlay never change.
func (o *Overlays) Put(ctx context.Context, overlay Overlay) error {
	run, began := o.begin(overlay)
	if began {
		return nil
	}
	for _, preview := range o.previewsOf(overlay.ID) {
		_ = preview.try(ctx, func(s *running) error { // it may end any moment, and what it shows is nobody's loss
			if s.drafted { // what somebody is typing there stays
				return nil
			}
			return s.configure(ctx, overlay)
		})
	}
	return run.try(ctx, func(s *running) error { return s.configure(ctx, overlay) })
}

// Rekey sends away the pages that came by an overlay's address so far.
func (o *Overlays) Rekey(id int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if key := o.keys[id]; key != nil {
		close(key)
		o.keys[id] = make(chan struct{})
	}
}

// Remove ends an overlay that was deleted, with its pages.
func (o *Overlays) Remove(id int64) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if key := o.keys[id]; key != nil {
		close(key)
		delete(o.keys, id)
	}
	if run := o.running[id]; run != nil {
		run.cancel()
		delete(o.running, id)
	}
	for name, run := range o.previews {
		if run.id == id {
			run.cancel()
			delete(o.previews, name)
		}
	}
	delete(o.last, id)
}

func (o *Overlays) find(id int64) (*overlayRun, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if run := o.running[id]; run != nil {
		return run, nil
	}
	return nil, &Error{Code: CodeNotFound, Op: "live.Overlays", Msg: "There is no such overlay here. It may have been deleted."}
}

// Join opens a page of an overlay. The caller must Leave it.
func (o *Overlays) Join(ctx context.Context, id int64) (*OverlayPage, error) {
	run, err := o.find(id)
	if err != nil {
		return nil, err
	}
	o.mu.Lock()
	revoked := o.keys[id]
	o.mu.Unlock()
	return o.join(ctx, run, revoked)
}

func (o *Overlays) join(ctx context.Context, run *overlayRun, revoked <-chan struct{}) (*OverlayPage, error) {
	if revoked == nil { // it was deleted just now
		return nil, ErrOverlayRevoked
	}
	p := &OverlayPage{run: run, revoked: revoked}
	return p, run.try(ctx, func(s *running) (err error) {
		s.join(p, time.Now())
		p.opening, p.cursor, err = s.opening()
		return err
	})
}

// airing returns what a room shows, and a channel that is closed when that may have changed.
func (o *Overlays) airing(ctx context.Context, room string) (airing, <-chan struct{}, error) {
	session, changed := o.engine.OnAir(room)
	newest, err := o.store.NewestLive(ctx, room)
	if err != nil {
		return airing{}, changed, err
	}
	on := airing{session: newest, real: newest}
	if session != nil {
		on.session, on.open, on.log = session.Info, true, session.Log()
		if !session.Info.Rehearsal() {
			on.real = session.Info
		}
	} else {
		on.log = newLog(newest.ID, newest.LastSeq, o.engine.store)
		on.log.close()
	}
	on.last = on.log.Last()
	return on, changed, nil
}

// OnAir returns the session of a room that events go to now, of its LIVE or a rehearsal, or nil, and a channel that is closed when
// that may have changed.
func (e *Engine) OnAir(room string) (*Session, <-chan struct{}) {
	changed := e.staged.wait() // before the look, so that no change is missed
	if info, ok := e.OpenSession(room); ok {
		if s, err := e.Session(info.ID); err == nil {
			return s, changed
		}
	}
	return nil, changed
}

// Test has an overlay's pages show that they are there. It returns the id that comes back when one has drawn it.
func (o *Overlays) Test(ctx context.Context, id int64) (string, error) {
	run, err := o.find(id)
	if err != nil {
		return "", err
	}
	var test string
	err = run.ask(ctx, func(s *running) { test = s.test() })
	for _, preview := range o.previewsOf(id) {
		preview.later(ctx, func(s *running) { s.test() })
	}
	return test, err
}

const testShowMS = 5000

func (s *running) test() string {
	now := time.Now()
	if v, ok := s.view.(*alertsView); ok {
		return v.test(now)
	}
	id := "test-" + Timestamp(now)
	s.publish(OverlayTest{ID: id, ShowMS: testShowMS})
	return id
}

// Control does what somebody asks of an overlay.
func (o *Overlays) Control(ctx context.Context, id int64, c OverlayCommand) error {
	run, err := o.find(id)
	if err != nil {
		return err
	}
	if err := run.try(ctx, func(s *running) error { return s.control(ctx, c) }); err != nil {
		return err
	}
	for _, preview := range o.previewsOf(id) {
		if preview.room == run.room && preview.kind != OverlayAlerts { // a preview has alerts of its own
			preview.later(ctx, func(s *running) { _ = s.control(ctx, c) }) // it may be elsewhere: only what is on air can refuse
		}
	}
	return nil
}

// control does what was asked, and keeps it before it is answered: what somebody was told is done survives a crash.
func (s *running) control(ctx context.Context, c OverlayCommand) error {
	err := s.view.control(ctx, c, time.Now())
	s.settle(ctx)
	return err
}

// StopAll clears the screen of every alert queue of a room, lets nothing more begin there, and has the host overlays fall silent.
func (o *Overlays) StopAll(ctx context.Context, room string) error {
	return o.each(ctx, room, OverlayCommand{Do: "stop"}, OverlayAlerts, OverlayHost)
}

// ResumeAll lets the alert queues of a room go on.
func (o *Overlays) ResumeAll(ctx context.Context, room string) error {
	return o.each(ctx, room, OverlayCommand{Do: "resume"}, OverlayAlerts)
}

func (o *Overlays) each(ctx context.Context, room string, c OverlayCommand, kinds ...OverlayKind) error {
	o.mu.Lock()
	var runs []*overlayRun
	for _, run := range o.running {
		for _, k := range kinds {
			if run.room == room && run.kind == k {
				runs = append(runs, run)
			}
		}
	}
	o.mu.Unlock()
	for _, run := range runs {
		if err := run.try(ctx, func(s *running) error { return s.control(ctx, c) }); err != nil {
			return err
		}
	}
	return nil
}

// Alerts returns what an alert queue does at this moment.
func (o *Overlays) Alerts(ctx context.Context, id int64) (AlertQueue, error) {
	run, err := o.find(id)
	if err != nil {
		return AlertQueue{}, err
	}
	if run.kind != OverlayAlerts {
		return AlertQueue{}, &Error{Code: CodeConflict, Op: "live.Alerts", Msg: "This overlay shows no alerts."}
	}
	var q AlertQueue
	err = run.ask(ctx, func(s *running) { q = s.view.(*alertsView).snapshot(time.Now()) })
	return q, err
}

// State returns what an overlay shows now.
func (o *Overlays) State(ctx context.Context, id int64) (OverlayState, error) {
	run, err := o.find(id)
	if err != nil {
		return nil, err
	}
	var state OverlayState
	err = run.ask(ctx, func(s *running) { state = s.view.state(time.Now()) })
	return state, err
}

// news reports whether what OBS tells of a room is new.
func (o *Overlays) news(room, sort, value string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	key := room + " " + sort
	if o.stage[key] == value {
		return false
	}
	o.stage[key] = value
	return true
}

// Forget takes a viewer out of what overlays show and keep, and has their pages begin anew. What overlays read from the store is
// read again: call it once more after the store has forgotten the viewer.
func (o *Overlays) Forget(ctx context.Context, who *Forgotten) error {
	o.mu.Lock()
	var runs, previews []*overlayRun
	for _, run := range o.running {
		runs = append(runs, run)
	}
	for _, run := range o.previews {
		previews = append(previews, run)
	}
	o.mu.Unlock()
	for _, run := range previews {
		run.later(ctx, func(s *running) { _ = s.forget(ctx, who) }) // it keeps nothing, and may end any moment
	}
	for _, run := range runs {
		if err := run.try(ctx, func(s *running) error { return s.forget(ctx, who) }); err != nil {
			return err
		}
	}
	return nil
}
