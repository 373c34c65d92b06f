package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
)

const (
	turnLimit = 40 * time.Second // for an answer; a story's own limits are shorter
	turnTries = 3                // for what is never dropped
	tryAgain  = 2 * time.Second  // before the second try; doubled for each further one
	patience  = 2 * time.Second  // how long a gift that is ready waits for the answer to a comment

	responderOperator = "operator"
)

// turn is what the host answers, and then says.
type turn struct {
	ask    *ask
	story  StoryTurn
	cancel context.CancelFunc
	since  time.Time

	// From the moment the reply is in the log.
	seq    int64 // of the reply
	answer StoryAnswer
	clip   int       // the one being spoken, as overlays tell
	began  time.Time // it began then
	until  time.Time // the voice is done by then
}

// answered is what became of a turn.
type answered struct {
	turn   *turn
	answer StoryAnswer
	err    error
}

// spoken reports whether the host has said it all.
func (t *turn) spoken(now time.Time) bool { return t.seq != 0 && !now.Before(t.until) }

// begin lets the story answer. One goroutine asks, so that the director keeps listening meanwhile.
func (d *directing) begin(ctx context.Context, a *ask, now time.Time) {
	t := &turn{ask: a, since: now}
	d.turn = t
	if a.rank == rankSay {
		t.cancel = func() {}
		d.speak(ctx, t, StoryAnswer{TurnID: fmt.Sprintf("s%d-say-%d", d.session.Info.ID, now.UnixNano()), Clips: a.data.([]Clip), Responder: responderOperator})
		return
	}
	limit := now.Add(turnLimit)
	if a.chat() {
		d.bridge.forget(a)
		d.queue.dropNote(a.seq)
		limit = a.since.Add(d.queue.pacing.chatExpires) // an answer after that would come too late
	}
	asking, cancel := context.WithDeadline(ctx, limit)
	t.cancel, t.story = cancel, d.storyTurn(a, now)
	d.keep(a, ProgramCall{State: CallAsking})
	d.wg.Go(func() {
		defer cancel()
		answer, err := d.story.Answer(asking, t.story, nil)
		select {
		case d.answers <- answered{t, answer, err}:
		case <-ctx.Done():
		}
	})
}

// storyTurn puts an ask into the story's terms.
func (d *directing) storyTurn(a *ask, now time.Time) StoryTurn {
	data, err := json.Marshal(a.storyData())
	if err != nil {
		d.log.Error("cannot encode a story input", "seq", a.seq, "err", err) // metadata of a program holds JSON values only
	}
	name := TurnName(d.session.Info.ID, a.seq)
	if a.seq == 0 {
		name = fmt.Sprintf("s%d-%s-%d", d.session.Info.ID, a.rank, now.UnixMilli())
	}
	return StoryTurn{
		StoryID: d.id, TurnID: name, Input: StoryInput{Type: a.input, Data: data}, ViewerID: a.viewer.Key(), SessionID: d.session.Info.ID,
		Cause: a.seq, Language: d.profile.Language, Also: slices.Clone(a.also), Givers: a.givers, Insist: a.call != nil,
	}
}

// answered takes what the story said. A turn that was cut short meanwhile is forgotten.
func (d *directing) answered(ctx context.Context, r answered) {
	t := r.turn
	if t != d.turn {
		return
	}
	switch {
	case r.err != nil:
		d.failed(t, r.err)
	case t.ask.chat() && time.Since(t.ask.since) > d.queue.pacing.chatExpires:
		d.queue.skip(t.ask, SkipExpired)
		d.turn = nil
	case len(r.answer.Clips) == 0:
		d.queue.skip(t.ask, SkipGuard)
		d.turn = nil
	default:
		d.speak(ctx, t, r.answer)
	}
}

// failed decides what becomes of an ask the story did not answer: chat is given up, what is never dropped is tried again.
func (d *directing) failed(t *turn, err error) {
	d.turn = nil
	a, now := t.ask, time.Now()
	reason := SkipFailed
	switch {
	case CodeOf(err) == CodeForbidden:
		reason = SkipGuard
	case a.chat() && now.Sub(a.since) >= d.queue.pacing.chatExpires:
		reason = SkipExpired
	case !a.chat() && CodeOf(err) != CodeInvalid && a.tries+1 < turnTries && !d.over:
		a.tries++
		again := now.Add(tryAgain << (a.tries - 1))
		d.queue.putBack(a, again)
		d.keep(a, failure(err, now.Sub(t.since), again))
		return
	}
	if reason == SkipFailed {
		d.keep(a, failure(err, now.Sub(t.since), time.Time{}))
	}
	d.log.Warn("a story gave no answer", "seq", a.seq, "type", a.input, "err", err)
	detail := ""
	if _, ok := errors.AsType[*Error](err); ok && reason == SkipFailed { // the other reasons say it all
		detail = MessageOf(err)
	}
	d.queue.dropped = append(d.queue.dropped, skipped{ask: a, reason: reason, detail: detail})
}

// speak writes the answer into the log, and only then counts it as given.
func (d *directing) speak(ctx context.Context, t *turn, answer StoryAnswer) {
	for _, seq := range answer.Also { // an answer from before a crash may have been for more than this turn asks
		if !slices.Contains(t.ask.seqs(), seq) {
			t.ask.also = append(t.ask.also, seq)
			d.queue.forget(seq)
		}
	}
	now := time.Now()
	event := Event{
		Kind: KindReply, Origin: origin(t.ask), Cause: t.ask.seq, At: now,
		Data: Reply{
			TurnID: answer.TurnID, Responder: answer.Responder, Clips: answer.Clips, TookMS: answer.TookMS, Also: t.ask.also,
			Fallback: answer.Fallback, Guarded: answer.Guarded,
		},
	}
	seq, err := d.session.Append(ctx, event)
	if err != nil {
		if ctx.Err() == nil {
			d.log.Warn("an answer could not be recorded", "seq", t.ask.seq, "err", err)
			d.keep(t.ask, ProgramCall{State: CallUnanswered})
		}
		d.turn = nil
		return
	}
	t.seq, t.answer, t.began, t.until = seq, answer, now, speechEnd(answer.Clips, now)
	d.keep(t.ask, ProgramCall{State: CallAnswered, Took: now.Sub(t.since), Answer: answer})
	t.story.TurnID = answer.TurnID
	if d.over {
		t.until = now
	}
	d.queue.spoken(t.ask, now)
}

// origin keeps rehearsals apart. The host's words never enter a statistic either way.
func origin(a *ask) Origin {
	if a.rehearsal {
		return OriginSimulated
	}
	return OriginSystem
}

// finish ends a turn that was spoken.
func (d *directing) finish(now time.Time) {
	if d.turn.ask.rank != rankIdle {
		d.active, d.idle = now, 0
	}
	d.said = d.turn.shown()
	d.turn = nil
}

// urgentAt returns when the answer that is being thought of must give way to a program or gift, or the zero time. Chat comes
// again; a gift that is thanked for late is not worth much.
func (d *directing) urgentAt() time.Time {
	t := d.turn
	if t == nil || t.seq != 0 || t.ask.rank < rankQuestion {
		return time.Time{}
	}
	ready := d.queue.urgent()
	if ready.IsZero() || ready.After(t.since.Add(patience)) {
		return ready
	}
	return t.since.Add(patience)
}

// giveWay puts the ask that is being answered back.
func (d *directing) giveWay() {
	a := d.turn.ask
	d.cutShort()
	if a.chat() {
		d.queue.addChat(a)
	}
}

// cutShort ends the turn at once, whatever it does.
func (d *directing) cutShort() {
	if d.turn == nil {
		return
	}
	if d.turn.seq != 0 {
		d.said = d.turn.shown()
	}
	d.turn.cancel()
	d.turn = nil
}

// writeSkips writes into the log why asks were given up, one event an input.
func (d *directing) writeSkips(ctx context.Context) {
	var events []Event
	now := time.Now()
	for _, s := range d.queue.drain() {
		d.note(s, now)
		if s.reason != SkipFailed {
			d.keep(s.ask, ProgramCall{State: CallSkipped, Detail: string(s.reason)})
		}
		for _, seq := range s.ask.seqs() {
			events = append(events, Event{
				Kind: KindSkip, Origin: origin(s.ask), Cause: seq, At: now, Data: Skip{Reason: string(s.reason), Detail: s.detail},
			})
		}
	}
	if len(events) == 0 || d.session == nil {
		return
	}
	if err := d.session.Deliver(ctx, events); err != nil && ctx.Err() == nil {
		d.log.Debug("what was not answered could not be recorded", "events", len(events), "err", err)
	}
}
