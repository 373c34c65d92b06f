package live

import (
	"context"
	"log/slog"
	"sync"
	"time"
)

// Director decides for one story who is answered when: it follows the session of the story's room, lets the story answer one
// thing at a time, and writes each answer, and why others got none, into the session's log. What it has done is known from that
// log alone, so that after a crash nothing is answered twice.
//
// Run's goroutine owns all state; the other methods hand it what to do.
type Director struct {
	id    string
	story Story
	stage Stage
	log   *slog.Logger

	programs ProgramCalls

	calls   chan func(*directing)
	looks   chan func(*directing) // change nothing
	heard   chan hearing
	answers chan answered
	done    chan struct{} // closed when Run has ended
	changed signal        // something of what Queue returns may be different
}

// Stage tells a director where it speaks.
type Stage interface {
	// Stage returns the open session of the room a story is bound to, or nil, and a channel that is closed when that may have
	// changed.
	Stage(storyID string) (*Session, <-chan struct{})
}

// NewDirector returns a director of the story called id, which keeps its calls about programs. Run makes it work.
func NewDirector(id string, story Story, stage Stage, programs ProgramCalls, log *slog.Logger) *Director {
	return &Director{
		id: id, story: story, stage: stage, programs: programs, log: log.With("story", id),
		calls: make(chan func(*directing)), looks: make(chan func(*directing)), heard: make(chan hearing), answers: make(chan answered),
		done: make(chan struct{}),
	}
}

// directing is the state Run's goroutine owns.
type directing struct {
	*Director
	profile StoryProfile
	session *Session // nil while there is none
	release func()   // of the hold on session
	bridge  *bridge
	past    *past // while the log of before is read; nil after
	queue   queue
	turn    *turn             // at most one
	active  time.Time         // when anybody last said anything
	idle    int               // idle lines since then
	over    bool              // the LIVE has ended: what is left is said without waiting for the voice
	behind  int64             // events up to this seq were there before they could be read
	read    int64             // the newest event that was read
	demands map[int64]*demand // who waits for the answer to a program event, by seq
	stalled bool              // the queue was full: the log was not read for a while
	skips   []SkippedItem     // the newest ones, for the queue
	said    *QueueTurn        // what was said last; nil before the first words in a session
	spoke   int64             // the number of the operator's newest words
	wg      sync.WaitGroup
}

// Run directs until ctx ends.
func (d *Director) Run(ctx context.Context, profile StoryProfile) {
	defer close(d.done)
	ctx, cancel := context.WithCancel(ctx)
	s := &directing{Director: d, release: func() {}, demands: map[int64]*demand{}}
	defer s.wg.Wait()
	defer cancel()
	defer func() { s.release() }()
	s.configure(profile)
	s.wg.Go(func() { d.listen(ctx) })
	s.run(ctx)
}

func (d *directing) run(ctx context.Context) {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		d.proceed(ctx)
		d.changed.fire()
		timer.Reset(d.untilDue())
		if !d.await(ctx, timer.C) {
			return
		}
	}
}

// await takes in the next thing that may change something, or the time at which something is due. It reports false once ctx has
// ended. Who only looks is answered meanwhile.
func (d *directing) await(ctx context.Context, due <-chan time.Time) bool {
	heard := d.heard
	if d.queue.full() {
		heard, d.stalled = nil, true // back-pressure: the log keeps what the queue cannot
	}
	for {
		select {
		case look := <-d.looks:
			look(d)
			continue
		case h := <-heard:
			d.hear(h)
		case call := <-d.calls:
			call(d)
		case a := <-d.answers:
			d.answered(ctx, a)
		case <-due:
		case <-ctx.Done():
			return false
		}
		return true
	}
}

// proceed does what the time asks for: gives up what waited too long, lets the host finish, and begins the next turn.
func (d *directing) proceed(ctx context.Context) {
	now := time.Now()
	d.queue.expire(now)
	if d.turn != nil && d.turn.spoken(now) {
		d.finish(now)
	}
	if urgent := d.urgentAt(); !urgent.IsZero() && !now.Before(urgent) {
		d.giveWay()
	}
	if d.turn == nil && d.session != nil && d.past == nil && !d.profile.Paused {
		if a := d.next(now); a != nil {
			d.begin(ctx, a, now)
		}
	}
	d.writeSkips(ctx)
	if d.over && d.turn == nil && (d.profile.Paused || len(d.queue.waiting()) == 0) {
		d.release()
	}
}

// next takes what is said now out of the queue, or thinks of an idle line.
func (d *directing) next(now time.Time) *ask {
	if a := d.queue.next(now, d.profile.Muted); a != nil {
		return a
	}
	due := d.idleDue()
	if due.IsZero() || now.Before(due) {
		return nil
	}
	d.idle++
	silence := int(now.Sub(d.active).Seconds())
	return &ask{
		rank: rankIdle, since: now, rehearsal: d.session.Info.Origin.Rehearsal(), input: InputIdle,
		data: StoryIdle{Silence: silence, Line: d.idle},
	}
}

// idleDue returns when the next idle line is due, or the zero time.
func (d *directing) idleDue() time.Time {
	lines := d.queue.pacing.idle
	if d.idle >= len(lines) || d.profile.Muted || d.over {
		return time.Time{}
	}
	return d.active.Add(lines[d.idle])
}

// untilDue returns how long nothing has to be done unless something happens.
func (d *directing) untilDue() time.Duration {
	due := time.Now().Add(time.Hour)
	sooner := func(t time.Time) {
		if !t.IsZero() && t.Before(due) {
			due = t
		}
	}
	switch {
	case d.session == nil:
		return time.Hour
	case d.turn == nil && d.past == nil && !d.profile.Paused:
		sooner(d.queue.due())
		sooner(d.idleDue())
	case d.turn != nil && d.turn.seq != 0:
		sooner(d.turn.until)
	case d.turn != nil:
		sooner(d.urgentAt())
	}
	sooner(d.queue.expiry())
	return max(time.Until(due), time.Millisecond) // what is due and cannot be done yet must not spin
}
