package live

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	sessionQueue = 64  // deliveries that may wait; a full queue makes the socket's reader wait
	batchLimit   = 256 // events stored at once
)

// Session records one LIVE: it numbers what is delivered, stores it, and then shows it. One goroutine owns its state.
type Session struct {
	Info   SessionInfo
	store  SessionStore
	log    *Log
	in     chan delivery
	done   chan struct{} // closed when the goroutine has ended
	stop   chan struct{} // closed to end it
	once   sync.Once
	settle bool // set before stop is closed

	mu      sync.Mutex
	err     error // why it stopped recording
	dropped int64 // repeats and late ends that were not recorded again
	holds   int
	free    chan struct{} // closed when the last hold is released; nil while there is none
}

type delivery struct {
	events  []Event
	stored  chan<- stored // nil if nobody waits for the commit
	settled bool          // they were recorded before: each gift books what it booked then
}

type stored struct {
	last int64 // seq of the delivery's newest event
	err  error
}

// waiter is who waits for a commit, and how many of its events belong to that delivery and those before it.
type waiter struct {
	stored chan<- stored
	upTo   int
}

// recorder is the state the session's goroutine owns.
type recorder struct {
	*Session
	last    int64
	repeats repeats
	streaks streaks
	replays streaks // of a past session: booked there, followed here only to close what a stop leaves open
	tally   *tallier
}

// NewSession starts recording into info's session, going on where past left off. Close ends it.
func NewSession(info SessionInfo, past Past, store SessionStore) *Session {
	s := &Session{
		Info: info, store: store, log: newLog(info.ID, past.LastSeq, store),
		in: make(chan delivery, sessionQueue), done: make(chan struct{}), stop: make(chan struct{}),
	}
	r := &recorder{Session: s, last: past.LastSeq, streaks: streaks{}, replays: streaks{}, tally: newTallier()}
	r.tally.session, r.tally.show = info, ShowOf(info, past.Programs)
	for rehearsal, total := range past.LikesTotal {
		r.tally.likes[rehearsal] = total
	}
	now := time.Now()
	for _, e := range past.Recent {
		r.repeats.seen(e.SourceID)
		if e.Kind == KindGift && info.LastHeard.Sub(e.At) < streakTimeout+streakMemory {
			r.streaks.remember(e, now)
		}
	}
	go r.run()
	return s
}

// Log returns the session's log.
func (s *Session) Log() *Log { return s.log }

// Deliver hands events to the session in order and returns when they are queued. It waits while the queue is full.
func (s *Session) Deliver(ctx context.Context, events []Event) error {
	return s.send(ctx, delivery{events: events})
}

// Append hands events to the session, waits until they are stored, and returns the seq of the last one.
func (s *Session) Append(ctx context.Context, events ...Event) (int64, error) {
	reply := make(chan stored, 1)
	if err := s.send(ctx, delivery{events: events, stored: reply}); err != nil {
		return 0, err
	}
	select {
	case r := <-reply:
		return r.last, r.err
	case <-s.done:
		select { // the goroutine may have answered just before it ended
		case r := <-reply:
			return r.last, r.err
		default:
			return 0, s.closedErr()
		}
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func (s *Session) send(ctx context.Context, d delivery) error {
	select {
	case <-s.stop: // first: a closed session takes nothing, even if its queue has room
		return s.closedErr()
	default:
	}
	select {
	case s.in <- d:
		return nil
	case <-s.stop:
		return s.closedErr()
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *Session) closedErr() error {
	if err := s.Err(); err != nil {
		return err
	}
	return &Error{Code: CodeConflict, Op: "live.Session", Msg: "This session has ended; nothing can be added to it."}
}

// Err returns why the session stopped recording, or nil.
func (s *Session) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Dropped returns how many repeats were not recorded again.
func (s *Session) Dropped() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.dropped
}

// Hold asks that a LIVE that ended is not closed at once, because somebody has a last word to add. release, or farewell at the
// latest, ends that.
func (s *Session) Hold() (release func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holds++; s.free == nil {
		s.free = make(chan struct{})
	}
	return sync.OnceFunc(s.release)
}

func (s *Session) release() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.holds--; s.holds == 0 {
		close(s.free)
		s.free = nil
	}
}

// held returns a channel that is closed when nobody holds the session any more; nil if nobody does.
func (s *Session) held() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.free
}

// Close stores what is queued and ends the session's goroutine. With settle, open streaks are booked first: nobody is going
// to go on with this session.
func (s *Session) Close(settle bool) {
	s.once.Do(func() {
		s.settle = settle
		close(s.stop)
	})
	<-s.done
}

func (r *recorder) run() {
	defer close(r.done)
	defer r.log.close()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for r.Err() == nil {
		timer.Reset(r.untilDue())
		select {
		case d := <-r.in:
			r.record(d)
		case <-timer.C:
			r.commit(r.streaks.due(time.Now()), nil)
		case <-r.stop:
			r.drain()
			if r.settle && r.Err() == nil {
				r.commit(r.closeStreaks(time.Now()), nil)
			}
			return
		}
	}
	r.drain()
}

func (r *recorder) untilDue() time.Duration {
	next := r.streaks.next()
	if next.IsZero() {
		return time.Hour
	}
	return time.Until(next)
}

// record takes a delivery and all that wait behind it, and commits them together.
func (r *recorder) record(d delivery) {
	events := r.fold(d)
	waiting := []waiter{{d.stored, len(events)}}
	for len(events) < batchLimit {
		select {
		case d := <-r.in:
			events = append(events, r.fold(d)...)
			waiting = append(waiting, waiter{d.stored, len(events)})
			continue
		default:
		}
		break
	}
	r.commit(events, waiting)
}

// drain records what was queued before the session was closed, so that Deliver's promise holds.
func (r *recorder) drain() {
	for {
		select {
		case d := <-r.in:
			if r.Err() != nil {
				answer([]waiter{{d.stored, 0}}, r.last, r.Err())
				continue
			}
			r.record(d)
		default:
			return
		}
	}
}

// fold drops repeats and settles streaks.
func (r *recorder) fold(d delivery) []Event {
	now := time.Now()
	out := make([]Event, 0, len(d.events))
	var dropped int64
	for _, e := range d.events {
		keep := !r.repeats.seen(e.SourceID)
		switch {
		case !keep || e.Kind != KindGift:
		case d.settled, e.Origin == OriginReplay:
			r.replays.follow(e, now)
		default:
			e, keep = r.streaks.fold(e, now)
		}
		if !keep {
			dropped++
			continue
		}
		if r.Info.endedBy(e) {
			out = append(out, r.closeStreaks(e.At)...)
		}
		out = append(out, e)
	}
	r.mu.Lock()
	r.dropped += dropped
	r.mu.Unlock()
	return out
}

// commit numbers the events, stores them, shows them, and tells who waits. A failure ends the session: its numbers were not
// used, so nothing is lost but what could not be stored, and that is what the next session's gap says.
func (r *recorder) commit(events []Event, waiting []waiter) {
	if len(events) == 0 {
		answer(waiting, r.last, nil)
		return
	}
	before, seq := r.last, r.last
	for i := range events {
		seq++
		e := &events[i]
		e.Seq, e.SessionID, e.At = seq, r.Info.ID, Millis(e.At)
		if err := e.encode(); err != nil {
			r.fail(err, waiting)
			return
		}
	}
	batch := Batch{SessionID: r.Info.ID, Room: r.Info.Room, Events: events, Tally: r.tally.fold(events), Heard: time.Now()}
	if err := r.store.Append(context.Background(), batch); err != nil {
		r.fail(err, waiting)
		return
	}
	r.last = seq
	r.relinkStreaks(events)
	r.log.publish(events)
	answer(waiting, before, nil)
}

// closeStreaks closes every open streak because the session ends.
func (r *recorder) closeStreaks(now time.Time) []Event {
	return append(r.streaks.closeAll(now), r.replays.closeAll(now)...)
}

// relinkStreaks tells the streak table the numbers its taps got, so that a closing can name its cause.
func (r *recorder) relinkStreaks(events []Event) {
	for _, e := range events {
		if e.Kind != KindGift || e.History {
			continue
		}
		if gift := DataOf[Gift](e); gift.Streaking {
			key := streakKey{e.Origin, e.User.Key(), gift.Gift.ID, gift.StreakID}
			for _, table := range []streaks{r.streaks, r.replays} {
				if st := table[key]; st != nil {
					st.last.Seq = e.Seq
				}
			}
		}
	}
}

func (r *recorder) fail(err error, waiting []waiter) {
	if _, ok := errors.AsType[*Error](err); !ok {
		err = &Error{
			Code: CodeUnavailable, Reason: ReasonStorage, Op: "live.Session", Err: err,
			Msg: "The database could not be written, so this session stopped recording. What was stored is safe.",
		}
	}
	r.mu.Lock()
	r.err = err
	r.mu.Unlock()
	r.once.Do(func() { close(r.stop) }) // before anybody hears of it: who comes after that is refused, not queued
	answer(waiting, r.last, err)
}

func answer(waiting []waiter, before int64, err error) {
	for _, w := range waiting {
		if w.stored != nil {
			w.stored <- stored{before + int64(w.upTo), err}
		}
	}
}
