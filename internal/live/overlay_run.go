package live

import (
	"context"
	"encoding/json"
	"sync"
	"time"
)

const (
	eventsEvery = 100 * time.Millisecond // frames of events and states leave at most so often, whatever happens
	beatEvery   = 15 * time.Second
	saveEvery   = 2 * time.Second // what need not be kept at once is kept so often
	saveRetry   = 5 * time.Second // after the store refused
	dozing      = time.Hour       // when nothing is due
	unheard     = -1
)

// overlayRun is one overlay at work: it follows its room's sessions, keeps what is shown, and gives frames to its pages. Its
// goroutine owns all state (running); everybody else hands it what to do.
type overlayRun struct {
	hub     *Overlays
	id      int64
	kind    OverlayKind
	room    string
	preview bool
	name    string // of a preview
	frames  *frameLog
	calls   chan func(*running)
	ready   chan struct{} // closed when it has looked for its session once
	done    chan struct{} // closed when the goroutine has ended
	cancel  context.CancelFunc
	users   int // of a preview: pages that look at it; the hub's lock guards it
}

// running is the state an overlayRun's goroutine owns.
type running struct {
	*overlayRun
	overlay Overlay
	view    overlayView
	on      airing
	heard   int64           // of on.session
	past    map[int64]int64 // of other sessions, how far each was heard
	newest  int64           // the highest number of a session that was shown; unheard before the first look
	pages   map[*OverlayPage]*pageReport
	present bool
	drafted bool // of a preview: it shows options that nobody saved

	events   []Event // not sent yet
	changed  bool    // the state was not sent yet
	flushAt  time.Time
	beatAt   time.Time
	unsaved  bool
	saveAt   time.Time // not before
	saved    int64     // heard, when it was last saved
	savedAt  time.Time
	markers  []obsMark // not in the log yet
	markedAt time.Time
	marked   []time.Time
}

// attendant is a view that works only while a page is there.
type attendant interface {
	attend(present bool, now time.Time)
}

func (r *overlayRun) run(ctx context.Context, o Overlay, view overlayView) {
	defer close(r.done)
	defer r.frames.close()
	s := &running{overlayRun: r, overlay: r.own(o), view: view, pages: map[*OverlayPage]*pageReport{}, past: map[int64]int64{}, newest: unheard, beatAt: time.Now().Add(beatEvery)}
	s.recall(ctx)
	listening := make(chan struct{})
	go func() {
		defer close(listening)
		r.listen(ctx)
	}()
	s.loop(ctx)
	r.cancel()
	for { // the listener may be waiting for us
		select {
		case call := <-r.calls:
			call(s)
			continue
		case <-listening:
		}
		break
	}
	s.saveLast()
}

func (s *running) loop(ctx context.Context) {
	timer := time.NewTimer(dozing)
	defer timer.Stop()
	for {
		s.settle(ctx)
		timer.Reset(s.untilDue())
		select {
		case call := <-s.calls:
			call(s)
		case <-timer.C:
		case <-ctx.Done():
			return
		}
	}
}

// do has the goroutine run f and waits for it.
func (r *overlayRun) do(ctx context.Context, f func(*running)) error {
	ran := make(chan struct{})
	call := func(s *running) {
		defer close(ran)
		f(s)
	}
	select {
	case r.calls <- call:
		<-ran
		return nil
	case <-r.done:
		return &Error{Code: CodeUnavailable, Reason: ReasonRestart, Op: "live.Overlay", Msg: "This overlay has ended, or Showcaller is shutting down."}
	case <-ctx.Done():
		return ctx.Err()
	}
}

// ask is do for those who come from outside: it waits until the overlay knows what it is to show.
func (r *overlayRun) ask(ctx context.Context, f func(*running)) error {
	select {
	case <-r.ready:
	case <-r.done:
	case <-ctx.Done():
	}
	return r.do(ctx, f)
}

// try is ask for what may fail.
func (r *overlayRun) try(ctx context.Context, f func(*running) error) error {
	var failed error
	if err := r.ask(ctx, func(s *running) { failed = f(s) }); err != nil {
		return err
	}
	return failed
}

// later has the goroutine run f when it can, without waiting.
func (r *overlayRun) later(ctx context.Context, f func(*running)) {
	select {
	case r.calls <- f:
	case <-r.done:
	case <-ctx.Done():
	}
}

// recall takes back what was kept over a restart, and gives the view its options.
func (s *running) recall(ctx context.Context) {
	if err := s.view.configure(ctx, s.overlay.Options); err != nil {
		s.hub.log.Error("an overlay's options cannot be used", "overlay", s.id, "err", err)
	}
	kept, err := s.hub.store.OverlayMemory(ctx, s.id)
	if err != nil {
		s.hub.log.Error("what an overlay knew cannot be read", "overlay", s.id, "err", err)
		return
	}
	if len(kept.Data) == 0 || s.preview && s.kind == OverlayAlerts {
		return
	}
	if err := s.view.recall(kept.Data, time.Now()); err != nil {
		s.hub.log.Warn("what an overlay knew is not understood; it begins anew", "overlay", s.id, "err", err)
		return
	}
	if !s.preview {
		s.on.session.ID, s.heard, s.newest = kept.Session, kept.Seq, kept.Session
	}
}

// listen follows the room from session to session.
func (r *overlayRun) listen(ctx context.Context) {
	read := airing{last: unheard} // what was read to its end
	ready := sync.OnceFunc(func() { close(r.ready) })
	defer ready()
	for ctx.Err() == nil {
		on, changed, err := r.hub.airing(ctx, r.room)
		if err != nil {
			ready()
			r.hub.log.Error("an overlay cannot find its session", "overlay", r.id, "err", err)
			if !pauseFor(ctx, storeRetry) {
				return
			}
			continue
		}
		if news := on.open || on.session.ID != read.session.ID || on.last != read.last; news && !r.follow(ctx, on, ready) {
			ready()
			if !pauseFor(ctx, saveRetry) {
				return
			}
			continue
		}
		read = airing{session: on.session, last: on.log.Last()}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

func pauseFor(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// follow gives the goroutine a session's events until it is closed. It reports whether all went well.
func (r *overlayRun) follow(ctx context.Context, on airing, began func()) bool {
	after, ok := int64(0), false
	if err := r.do(ctx, func(s *running) { after, ok = s.begin(ctx, on) }); err != nil || !ok {
		return false
	}
	began()
	if on.session.ID == 0 {
		return true
	}
	for events, err := range on.log.Follow(ctx, after) {
		if err != nil {
			r.hub.log.Error("an overlay's log broke", "overlay", r.id, "err", err)
			return false
		}
		if r.do(ctx, func(s *running) { s.hear(events) }) != nil {
			return true
		}
	}
	return true
}

// begin shows a session: another one than before, or the same one that goes on.
func (s *running) begin(ctx context.Context, on airing) (after int64, ok bool) {
	another := on.session.ID != s.on.session.ID
	on.resume = s.resume(on)
	after, err := s.view.begin(ctx, on)
	if err != nil {
		if ctx.Err() == nil {
			s.hub.log.Error("an overlay cannot show its session", "overlay", s.id, "session", on.session.ID, "err", err)
		}
		return 0, false
	}
	if another {
		s.past[s.on.session.ID] = s.heard
		s.skip()
	}
	s.on, s.heard, s.newest = on, after, max(s.newest, on.session.ID)
	s.unsaved = s.unsaved || s.kind.counts() // so that a crash from here on loses nothing
	return after, true
}

// resume returns the seq up to which a session was heard. One that is newer than all others is news from its beginning, unless it
// is the first at all: an overlay that is made during a show begins there.
func (s *running) resume(on airing) int64 {
	heard, known := s.past[on.session.ID]
	switch {
	case on.session.ID == s.on.session.ID && s.newest != unheard:
		return min(s.heard, on.last)
	case known:
		return min(heard, on.last)
	case s.newest != unheard && on.session.ID > s.newest:
		return 0
	}
	return on.last
}

// skip has every page take a snapshot.
func (s *running) skip() {
	s.events, s.changed = nil, false
	s.frames.skip()
}

func (s *running) hear(events []Event) {
	now := time.Now()
	for _, e := range events {
		if e.Seq > s.heard {
			s.view.hear(e, now)
		}
	}
	s.heard = max(s.heard, events[len(events)-1].Seq)
}

// settle does what the time asks for and passes on what came of everything.
func (s *running) settle(ctx context.Context) {
	now := time.Now()
	if err := s.view.tick(ctx, now); err != nil && ctx.Err() == nil {
		s.hub.log.Warn("an overlay could not look something up", "overlay", s.id, "err", err)
	}
	n := s.view.take()
	if n.soon && !s.unsaved && s.savedAt.Add(saveEvery).After(s.saveAt) {
		s.saveAt = s.savedAt.Add(saveEvery)
	}
	s.unsaved = s.unsaved || n.save || n.soon
	if s.unsaved && (n.save || !now.Before(s.saveAt)) {
		s.save(ctx, now)
	}
	if n.stale {
		s.doubtPages(now)
	}
	s.publish(n.frames...)
	s.note(ctx, n.notes)
	s.keepShown(ctx, n.shown)
	if n.anew {
		s.skip()
	}
	s.events = append(s.events, n.events...)
	s.changed = s.changed || n.changed
	if !now.Before(s.flushAt) {
		s.flush(now)
	}
	s.mark(ctx, now)
	if !now.Before(s.beatAt) {
		s.beatAt = now.Add(beatEvery)
		s.unsaved = s.unsaved || s.saved != s.heard && s.kind.counts()
		s.publish(OverlayBeat{now.UnixMilli()})
	}
}

// keepShown keeps in which minutes of the session alerts were on screen.
func (s *running) keepShown(ctx context.Context, shown []time.Time) {
	if s.preview || len(shown) == 0 || s.on.session.ID == 0 {
		return
	}
	if err := s.hub.store.AddAlertsShown(ctx, s.on.session.ID, s.id, shown); err != nil && ctx.Err() == nil {
		s.hub.log.Warn("the session's review will lack alerts that were shown", "overlay", s.id, "session", s.on.session.ID, "alerts", len(shown), "err", err)
	}
}

// flush sends the events and the state that gathered.
func (s *running) flush(now time.Time) {
	if len(s.events) > 0 {
		s.publish(OverlayEvents{s.on.session.ID, s.heard, s.events})
	}
	if s.changed {
		s.publish(OverlayChange{s.kind, s.view.state(now)})
	}
	if len(s.events) > 0 || s.changed {
		s.flushAt = now.Add(eventsEvery)
	}
	s.events, s.changed = nil, false
}

func (s *running) publish(frames ...OverlayFrame) {
	encoded := make([][]byte, 0, len(frames))
	for _, f := range frames {
		b, err := EncodeFrame(f)
		if err != nil {
			s.hub.log.Error("an overlay's frame cannot be encoded", "overlay", s.id, "type", f.FrameType(), "err", err)
			continue
		}
		encoded = append(encoded, b)
	}
	s.frames.publish(encoded...)
}

// save keeps the view's memory. What cannot be kept is shown nevertheless: a show goes on without its database.
func (s *running) save(ctx context.Context, now time.Time) {
	if s.preview {
		s.unsaved = false
		return
	}
	if err := s.store(ctx, now); err != nil {
		s.saveAt = now.Add(saveRetry)
		if ctx.Err() == nil {
			s.hub.log.Error("what an overlay knows cannot be kept", "overlay", s.id, "err", err)
		}
		return
	}
	s.unsaved, s.saved, s.savedAt = false, s.heard, now
}

// counts reports whether a kind's memory is that of events it has heard: the less it lags, the fewer are read again.
func (k OverlayKind) counts() bool { return k == OverlayAlerts || k == OverlayTimer }

func (s *running) store(ctx context.Context, now time.Time) error {
	memory := s.view.memory()
	if memory == nil {
		return nil
	}
	data, err := json.Marshal(memory)
	if err != nil {
		return err
	}
	return s.hub.store.SaveOverlayMemory(ctx, s.id, OverlayMemory{Session: s.on.session.ID, Seq: s.heard, Data: data, At: now})
}

// saveLast keeps the memory once more when the program ends, so that the next start need not read events again.
func (s *running) saveLast() {
	if s.preview {
		return
	}
	if err := s.store(context.Background(), time.Now()); err != nil {
		s.hub.log.Debug("what an overlay knows could not be kept at the end", "overlay", s.id, "err", err)
	}
}

// note writes events into the session's log. A session that is over takes none; they are in the program's log then.
func (s *running) note(ctx context.Context, events []Event) {
	if len(events) == 0 || s.preview {
		return
	}
	session, err := s.hub.engine.Session(s.on.session.ID)
	if err == nil {
		err = session.Deliver(ctx, events)
	}
	if err != nil && ctx.Err() == nil {
		for _, e := range events {
			s.hub.log.Info(Text(e), "overlay", s.id, "session", s.on.session.ID)
		}
	}
}

func (s *running) untilDue() time.Duration {
	due := s.beatAt
	sooner := func(t time.Time) {
		if !t.IsZero() && t.Before(due) {
			due = t
		}
	}
	if len(s.events) > 0 || s.changed {
		sooner(s.flushAt)
	}
	if s.unsaved {
		sooner(s.saveAt)
	}
	if len(s.markers) > 0 {
		sooner(s.markedAt.Add(markersEvery))
	}
	sooner(s.view.due())
	return max(time.Until(due), time.Millisecond) // what is due and cannot be done yet must not spin
}

// configure gives the overlay its new options.
func (s *running) configure(ctx context.Context, o Overlay) error {
	s.overlay = s.own(o)
	err := s.view.configure(ctx, s.overlay.Options)
	s.publish(s.setup())
	return err
}

// own is an overlay as it is run here. A preview with the events of another room shows and counts what is made up: that room is the demo's,
// where all is.
func (r *overlayRun) own(o Overlay) Overlay {
	if !r.preview || r.room == o.Room {
		return o
	}
	if shown, err := PatchOptions(o.Options, json.RawMessage(`{"rehearsal":true}`)); err == nil {
		o.Options = shown
	}
	return o
}

func (s *running) setup() OverlaySetup {
	return OverlaySetup{s.kind, s.room, s.overlay.Size, s.overlay.Options.Public()}
}

// opening returns the frames a page begins with, and the number of the last frame they make up for.
func (s *running) opening() ([][]byte, int64, error) {
	now := time.Now()
	s.flush(now)
	var frames [][]byte
	for _, f := range []OverlayFrame{
		OverlayHello{Build: s.hub.build, NowMS: now.UnixMilli(), SessionID: s.on.session.ID, Last: s.heard, Preview: s.preview},
		s.setup(), OverlaySnapshot{s.kind, s.view.state(now)},
	} {
		b, err := EncodeFrame(f)
		if err != nil {
			return nil, 0, err
		}
		frames = append(frames, b)
	}
	return frames, s.frames.position(), nil
}

// forget has the view forget, and keeps that before it is answered.
func (s *running) forget(ctx context.Context, who *Forgotten) error {
	err := s.view.forget(ctx, who, time.Now())
	s.skip() // frames that pages have not had yet may name the viewer
	s.unsaved, s.saveAt = true, time.Time{}
	s.settle(ctx)
	return err
}
