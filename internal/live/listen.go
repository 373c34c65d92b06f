package live

import (
	"context"
	"slices"
	"time"
)

const (
	pastEvents = 20_000           // of a session's log that are read again to learn what was answered
	pastActs   = 10 * time.Minute // a program or gift that got no answer before a crash is still answered for so long
	pastFresh  = 30 * time.Second // and, where no answer shows that the director was there, only for so long
	absence    = time.Minute      // a director at work leaves a sign more often than that
	readRetry  = 5 * time.Second  // after the store could not be read
)

// hearing is what a director hears of its stage: another session or none, or events of the session at hand.
type hearing struct {
	enter   bool
	session *Session // with enter; nil: there is none now
	upTo    int64    // with enter: events up to this seq were there before
	events  []Event
}

// listen follows the story's room from session to session until ctx ends.
func (d *Director) listen(ctx context.Context) {
	var at *Session
	stop := func() {}
	defer func() { stop() }()
	for ctx.Err() == nil {
		session, changed := d.stage.Stage(d.id)
		if session != at {
			stop()
			at, stop = session, d.follow(ctx, session)
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

// follow passes on what happens in a session, nil for none, until the returned function is called.
func (d *Director) follow(ctx context.Context, s *Session) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if s == nil {
			d.hand(ctx, hearing{enter: true})
			return
		}
		last := s.Log().Last()
		if d.hand(ctx, hearing{enter: true, session: s, upTo: last}) {
			d.read(ctx, s, max(0, last-pastEvents))
		}
	}()
	return func() {
		cancel()
		<-done
	}
}

// read passes on a session's events after a number until the session is closed or ctx ends, whatever the store does meanwhile.
func (d *Director) read(ctx context.Context, s *Session, after int64) {
	for ctx.Err() == nil {
		var broken error
		for events, err := range s.Log().Follow(ctx, after) {
			if broken = err; err != nil || !d.hand(ctx, hearing{events: events}) {
				break
			}
			after = events[len(events)-1].Seq
		}
		if broken == nil || ctx.Err() != nil {
			return
		}
		d.log.Error("a director cannot read its session", "session", s.Info.ID, "err", broken)
		select {
		case <-time.After(readRetry):
		case <-ctx.Done():
		}
	}
}

func (d *Director) hand(ctx context.Context, h hearing) bool {
	select {
	case d.heard <- h:
		return true
	case <-ctx.Done():
		return false
	}
}

// past is what a director learns from the log of before it came: what was answered or skipped, and what was not.
type past struct {
	upTo     int64
	handled  map[int64]bool
	open     []Event        // what asks for an answer
	programs map[int64]bool // those of open whose calls are kept
	first    int64          // the oldest sign of a director at work; 0 for none
	seen     time.Time      // when the newest sign was left
}

// there reports whether a director was at work when an event was recorded.
func (p *past) there(e Event) bool {
	return p.first != 0 && p.first < e.Seq && e.At.Before(p.seen.Add(absence))
}

// hear takes in what the listener brings.
func (d *directing) hear(h hearing) {
	switch {
	case h.enter:
		d.enter(h.session, h.upTo)
		return
	case d.stalled:
		d.behind, d.stalled = d.session.Log().Last(), false
	}
	for _, e := range h.events {
		if d.past != nil {
			d.recall(e)
		} else {
			d.take(e, time.Now())
		}
		d.read = e.Seq
	}
	d.meetAll()
}

// enter begins to direct in a session. What waited for another one is gone with it: its log is closed.
func (d *directing) enter(s *Session, upTo int64) {
	d.abandon()
	d.cutShort()
	d.release()
	d.session, d.past, d.release, d.over, d.behind, d.read = s, nil, func() {}, false, 0, 0
	d.queue = newQueue(d.profile.Pacing.resolve())
	d.active, d.idle = time.Now(), 0
	if s == nil {
		return
	}
	d.said = nil
	d.release = s.Hold()
	d.bridge = newBridge(d.profile.Name, s.Info.Room)
	if upTo > 0 {
		d.past = &past{upTo: upTo, handled: map[int64]bool{}, programs: map[int64]bool{}}
	}
}

// recall reads an event from before the director came.
func (d *directing) recall(e Event) {
	p := d.past
	switch e.Kind {
	case KindReply, KindSkip:
		p.handled[e.Cause] = true
		if p.programs[e.Cause] {
			d.reconcile(e)
		}
		for _, seq := range DataOf[Reply](e).Also {
			p.handled[seq] = true
		}
		if p.seen = e.At; p.first == 0 {
			p.first = e.Seq
		}
	case KindComment, KindQuestion, KindGift, KindProgram, KindConnect, KindLiveEnd:
		if d.acts(e) {
			p.open = append(p.open, e)
			if e.Kind == KindProgram {
				p.programs[e.Seq] = true
			}
		}
	case KindDelete:
		p.open = slices.DeleteFunc(p.open, func(said Event) bool { return Written(said) && Hides(e, said) })
	case KindLike:
		d.bridge.passed(e)
	}
	if e.Seq >= p.upTo {
		d.settle()
	}
}

// settle goes on where the log of before stopped: what was handled stays so, what is fresh enough is asked again, and of the
// rest the log says that nobody was there.
func (d *directing) settle() {
	p, now := d.past, time.Now()
	d.past = nil
	for _, e := range p.open {
		a, reason := d.bridge.ask(e, e.At)
		if a == nil || p.handled[e.Seq] {
			continue
		}
		age, there, limit := now.Sub(e.At), p.there(e), pastActs
		if a.chat() {
			limit = d.queue.pacing.chatExpires
		}
		switch {
		case reason == "" && age < limit && (there || age < pastFresh):
			d.consider(a, "", now)
		case there:
			d.queue.skip(a, SkipRestart)
		}
	}
}

// acts reports whether an event may ask for an answer: never history, never a replay, and no end that ends nothing.
func (d *directing) acts(e Event) bool {
	return !e.History && e.Origin != OriginReplay && (e.Kind != KindLiveEnd || d.session.Info.endedBy(e))
}

// take turns an event into what waits for the host.
func (d *directing) take(e Event, now time.Time) {
	if !d.acts(e) {
		return
	}
	switch e.Kind {
	case KindFollow, KindShare, KindJoin, KindLike:
		d.gather(e, now)
		return
	case KindDelete:
		d.hide(e)
		return
	case KindLiveEnd:
		d.end(now)
	}
	heard := now
	if e.Seq <= d.behind && e.At.Before(now) {
		heard = e.At
	}
	if a, reason := d.bridge.ask(e, heard); a != nil {
		d.consider(a, reason, now)
	}
}

// hide leaves unanswered what was taken away, also if its answer is being thought of. What is being said goes on.
func (d *directing) hide(gone Event) {
	d.bridge.hide(gone)
	d.queue.hide(gone)
	if t := d.turn; t != nil && t.seq == 0 && t.ask.hiddenBy(gone) {
		d.queue.skip(t.ask, SkipOperator)
		d.cutShort()
	}
}

// gather adds an event to the notice.
func (d *directing) gather(e Event, now time.Time) {
	var passed int64
	if e.Kind == KindLike {
		passed = d.bridge.passed(e)
	}
	if d.against() == "" {
		d.queue.notice.add(e, passed, now)
	}
}

// consider takes an ask into the queue, unless something is against it.
func (d *directing) consider(a *ask, reason SkipReason, now time.Time) {
	d.active, d.idle = now, 0
	if reason == "" && a.chat() {
		reason = d.against()
		if d.mutes(a.viewer) {
			reason = SkipMuted
		}
	}
	if reason != "" {
		d.queue.skip(a, reason)
		return
	}
	if a.call != nil {
		d.open(a)
	}
	d.queue.add(a, now)
}

// against returns why no chat is answered now, or "".
func (d *directing) against() SkipReason {
	switch {
	case d.over:
		return SkipEnded
	case d.profile.Paused:
		return SkipPaused
	case d.profile.Muted:
		return SkipMuted
	}
	return ""
}

// end makes room for the last words: the LIVE is over and nobody listens to the rest.
func (d *directing) end(now time.Time) {
	d.over = true
	d.queue.clearChat(SkipEnded)
	for _, a := range d.queue.gifts {
		a.ready = now
	}
	if d.turn != nil && d.turn.seq != 0 {
		d.turn.until = now
	}
}
