package live

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// A change of program is the one thing somebody waits for: an operator who pressed a button. What becomes of it is therefore kept
// as a ProgramCall, and it can be asked again by hand. This file is all that a director does about that.

// AnswerProgram waits for the host's answer to a program event. One that got none is asked again, one that waits for its next try is
// asked now, and one that was answered is not asked twice. The error is the story's own, or CodeConflict where the host does not speak
// in the event's session.
func (d *Director) AnswerProgram(ctx context.Context, e Event) (StoryAnswer, error) {
	told := make(chan ProgramCall, 1)
	if err := d.demand(ctx, e, told); err != nil {
		return StoryAnswer{}, err
	}
	select {
	case c := <-told:
		return c.outcome()
	case <-ctx.Done():
		_ = d.do(context.WithoutCancel(ctx), func(s *directing) { s.withdraw(e.Seq, told) }) // a director that has ended has no list
		return StoryAnswer{}, ctx.Err()
	case <-d.done:
		return StoryAnswer{}, &Error{Code: CodeUnavailable, Reason: ReasonRestart, Op: "live.AnswerProgram", Msg: "Showcaller is shutting down."}
	}
}

// RetryProgram is AnswerProgram without waiting for the answer.
func (d *Director) RetryProgram(ctx context.Context, e Event) error { return d.demand(ctx, e, nil) }

func (d *Director) demand(ctx context.Context, e Event, told chan<- ProgramCall) error {
	var err error
	if broken := d.do(ctx, func(s *directing) { err = s.demand(e, told) }); broken != nil {
		return broken
	}
	return err
}

// demand is who waits for the answer to a program event.
type demand struct {
	event Event
	told  []chan<- ProgramCall
}

func (d *directing) demand(e Event, told chan<- ProgramCall) error {
	switch {
	case d.session == nil || d.session.Info.ID != e.SessionID:
		return &Error{Code: CodeConflict, Op: "live.AnswerProgram", Msg: "The host does not speak in this session now: it has ended, or the host was given to another room."}
	case e.Kind != KindProgram || !d.acts(e):
		return &Error{Code: CodeConflict, Op: "live.AnswerProgram", Msg: "Only programs of the show itself are answered, not those of a replay."}
	}
	if told != nil {
		if d.demands[e.Seq] == nil {
			d.demands[e.Seq] = &demand{event: e}
		}
		d.demands[e.Seq].told = append(d.demands[e.Seq].told, told)
	}
	if d.past != nil || e.Seq > d.read {
		return nil // it is about to be read
	}
	return d.meet(e)
}

// withdraw forgets somebody who waits no longer.
func (d *directing) withdraw(seq int64, told chan<- ProgramCall) {
	w := d.demands[seq]
	if w == nil {
		return
	}
	for i, t := range w.told {
		if t == told {
			w.told = append(w.told[:i], w.told[i+1:]...)
			break
		}
	}
	if len(w.told) == 0 {
		delete(d.demands, seq)
	}
}

// meet does what a demand asks for, now that the event was read.
func (d *directing) meet(e Event) error {
	if a := d.pendingProgram(e.Seq); a != nil {
		a.ready = time.Time{} // whoever asks by hand need not wait for the next try
		return nil
	}
	c, err := d.programs.ProgramCall(context.Background(), e.SessionID, e.Seq)
	switch {
	case err != nil && CodeOf(err) != CodeNotFound:
		return err
	case c.State == CallAnswered:
		d.tell(c)
		return nil
	}
	if a, _ := d.bridge.ask(e, time.Now()); a != nil {
		d.consider(a, "", time.Now())
	}
	return nil
}

// meetAll looks again at the demands that came before their event was read.
func (d *directing) meetAll() {
	if d.past != nil {
		return
	}
	for seq, w := range d.demands {
		if seq <= d.read && d.pendingProgram(seq) == nil {
			if err := d.meet(w.event); err != nil {
				d.log.Error("what became of a program cannot be read", "seq", seq, "err", err)
			}
		}
	}
}

// pendingProgram returns the ask of a program event that waits or is being asked, or nil.
func (d *directing) pendingProgram(seq int64) *ask {
	if t := d.turn; t != nil && t.seq == 0 && t.ask.call != nil && t.ask.seq == seq {
		return t.ask
	}
	for _, a := range d.queue.programs {
		if a.seq == seq {
			return a
		}
	}
	return nil
}

// open begins the record of a call, or goes on with the one there is.
func (d *directing) open(a *ask) {
	c, err := d.programs.ProgramCall(context.Background(), d.session.Info.ID, a.seq)
	if err != nil && CodeOf(err) != CodeNotFound {
		d.log.Error("what became of a program cannot be read", "seq", a.seq, "err", err)
	}
	c.SessionID, c.Seq, c.StoryID = d.session.Info.ID, a.seq, d.id
	c.Body = d.storyInput(a)
	a.call = &c
	d.keep(a, ProgramCall{State: CallWaiting})
}

// keep writes down what became of a call. It comes before what it tells of. A store that fails is no reason for the host to be
// silent.
func (d *directing) keep(a *ask, now ProgramCall) {
	c := a.call
	if c == nil {
		return
	}
	c.State, c.Since = now.State, Millis(time.Now())
	c.Answer, c.Code, c.Why, c.Detail, c.RetryAt = now.Answer, now.Code, now.Why, now.Detail, now.RetryAt
	switch {
	case now.State == CallAsking:
		c.Tries++
	case now.Took > 0:
		c.Took = now.Took
	}
	// The record outlives the wish of whoever asked, and is written before a director that is told to end has ended.
	if err := d.programs.SaveProgramCall(context.Background(), *c); err != nil {
		d.log.Error("what became of a program cannot be written down", "seq", c.Seq, "state", c.State, "err", err)
	}
	d.tell(*c)
}

// tell passes on what is settled to those who wait for it.
func (d *directing) tell(c ProgramCall) {
	w := d.demands[c.Seq]
	if w == nil || !c.settled() {
		return
	}
	delete(d.demands, c.Seq)
	for _, told := range w.told {
		told <- c // it has room for one, and gets no more
	}
}

// failure is the record of a try that brought nothing. again is when the next one comes, zero for never.
func failure(err error, took time.Duration, again time.Time) ProgramCall {
	if errors.Is(err, context.DeadlineExceeded) {
		err = &Error{Code: CodeUpstream, Op: "live.Director", Msg: fmt.Sprintf("The story did not answer within %d seconds.", int(turnLimit.Seconds())), Err: err}
	}
	c := ProgramCall{State: CallFailed, Code: CodeOf(err), Detail: MessageOf(err), Took: took, RetryAt: again}
	if e, ok := errors.AsType[interface {
		error
		Why() string
	}](err); ok {
		c.Why = e.Why()
	}
	return c
}

// abandon gives up the calls nobody is going to answer, because the director leaves the session.
func (d *directing) abandon() {
	waiting := d.queue.programs
	if t := d.turn; t != nil && t.seq == 0 {
		waiting = append(waiting, t.ask)
	}
	for _, a := range waiting {
		d.keep(a, ProgramCall{State: CallUnanswered})
	}
	for seq := range d.demands {
		d.tell(ProgramCall{Seq: seq, State: CallUnanswered})
	}
	d.demands = map[int64]*demand{}
}

// reconcile corrects the record of a call whose answer reached the log just before a crash.
func (d *directing) reconcile(e Event) {
	c, err := d.programs.ProgramCall(context.Background(), d.session.Info.ID, e.Cause)
	if err != nil || c.State == CallAnswered || e.Kind != KindReply {
		return
	}
	reply := DataOf[Reply](e)
	d.keep(&ask{call: &c}, ProgramCall{State: CallAnswered, Took: time.Duration(reply.TookMS) * time.Millisecond, Answer: StoryAnswer{
		TurnID: reply.TurnID, Clips: reply.Clips, Responder: reply.Responder, TookMS: reply.TookMS, Fallback: reply.Fallback, Guarded: reply.Guarded,
	}})
}

// storyInput returns the JSON of what the story is asked.
func (d *directing) storyInput(a *ask) json.RawMessage {
	data, err := json.Marshal(a.storyData())
	if err == nil {
		data, err = json.Marshal(StoryInput{Type: a.input, Data: data})
	}
	if err != nil {
		d.log.Error("cannot encode a story input", "seq", a.seq, "err", err) // metadata of a program holds JSON values only
	}
	return data
}
