package live_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

// asked is what became of somebody who waits for an answer.
type asked struct {
	answer live.StoryAnswer
	err    error
}

// ask waits for the answer to a stored program event.
func (s *show) ask(seq int64) <-chan asked {
	s.t.Helper()
	out := make(chan asked, 1)
	e := s.memory.events[seq-1]
	go func() {
		a, err := s.director.AnswerProgram(s.t.Context(), e)
		out <- asked{a, err}
	}()
	synctest.Wait()
	return out
}

func (s *show) call(seq int64) live.ProgramCall {
	s.t.Helper()
	c, err := s.memory.ProgramCall(s.t.Context(), 7, seq)
	if err != nil {
		s.t.Fatalf("no call about event %d", seq)
	}
	return c
}

// failing is a host that does not answer until it is mended.
func failing(broken *bool) *host {
	return &host{fail: func(live.StoryTurn) error {
		if *broken {
			return &live.Error{Code: live.CodeUpstream, Msg: "The story at example.org did not answer."}
		}
		return nil
	}}
}

// TestProgramIsAnsweredOnce: whoever asks, and however often, one change of program is one turn.
func TestProgramIsAnsweredOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := direct(t, &memory{}, &host{takes: 2 * time.Second}, live.StoryProfile{})
		defer s.stop()
		s.add(changes("start", "歌回"))
		first, second := s.ask(1), s.ask(1)
		pass(2 * time.Second)
		for _, waiting := range []<-chan asked{first, second, s.ask(1)} {
			if got := <-waiting; got.err != nil || got.answer.TurnID != "s7-1" || len(got.answer.Clips) != 1 || got.answer.Event.Type != live.InputProgram {
				t.Errorf("%+v", got)
			}
		}
		pass(time.Minute / 2)
		if replies, _ := s.told(); len(replies) != 1 || len(s.host.turns) != 1 || !s.host.turns[0].Insist {
			t.Errorf("replies %v, turns %+v", replies, s.host.turns)
		}
		if diff := cmp.Diff([]string{"1 waiting 0", "1 asking 1", "1 answered 1"}, s.memory.kept); diff != "" {
			t.Errorf("kept (-want +got):\n%s", diff)
		}
		c := s.call(1)
		if body := `{"type":"program_event","data":{"action":"start","programName":"歌回"}}`; string(c.Body) != body || c.Took != 2*time.Second || c.StoryID != "1" {
			t.Errorf("%s %+v", c.Body, c)
		}
	})
}

// TestProgramIsTriedAgain: a story that does not answer is heard of at once, asked again by itself, and by hand for as long as it
// takes; then it has been asked, and answered, once.
func TestProgramIsTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := true
		s := direct(t, &memory{}, failing(&broken), live.StoryProfile{Pacing: live.StoryPacing{IdleLines: -1}})
		defer s.stop()
		s.add(changes("start", "歌回"))
		if c := s.call(1); c.State != live.CallFailed || c.Code != live.CodeUpstream || !strings.Contains(c.Detail, "example.org") || c.RetryAt.IsZero() {
			t.Errorf("after the first try %+v", c)
		}
		early := s.ask(1) // by hand, before the next try comes by itself
		if got := <-early; live.CodeOf(got.err) != live.CodeUpstream || s.call(1).Tries != 2 {
			t.Errorf("%+v after %d tries", got, s.call(1).Tries)
		}
		pass(10 * time.Second)
		if c := s.call(1); c.State != live.CallFailed || c.Tries != 3 || !c.RetryAt.IsZero() {
			t.Errorf("given up, it is %+v", c)
		}
		if _, skips := s.reasons(); !cmp.Equal(skips, []string{"failed"}) {
			t.Errorf("skips %v", skips)
		}
		broken = false
		if err := s.director.RetryProgram(t.Context(), s.memory.events[0]); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if c := s.call(1); c.State != live.CallAnswered || c.Tries != 4 || c.Detail != "" || len(c.Answer.Clips) != 1 {
			t.Errorf("at last it is %+v", c)
		}
		if got := <-s.ask(1); got.err != nil || len(s.host.turns) != 1 {
			t.Errorf("%+v, turns %v", got, s.host.turns)
		}
	})
}

// reasons returns the words of replies and the reasons of skips.
func (s *show) reasons() (replies, skips []string) {
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	for _, e := range s.memory.events {
		switch d := e.Data.(type) {
		case live.Reply:
			replies = append(replies, d.Clips[0].Speech)
		case live.Skip:
			skips = append(skips, d.Reason)
		}
	}
	return replies, skips
}

func TestProgramRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := direct(t, &memory{}, &host{takes: time.Second}, live.StoryProfile{Paused: true})
		defer s.stop()
		s.add(changes("start", "歌回"))
		waiting := s.ask(1)
		if c := s.call(1); c.State != live.CallWaiting {
			t.Errorf("while the host is paused the call is %+v", c)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.director.AnswerProgram(ctx, s.memory.events[0]); !errors.Is(err, context.Canceled) {
			t.Errorf("whoever leaves gets %v", err)
		}
		if err := s.director.Skip(t.Context(), 1); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got := <-waiting; live.CodeOf(got.err) != live.CodeConflict || s.call(1).State != live.CallSkipped || s.call(1).Detail != "operator" {
			t.Errorf("skipped by hand: %+v, %+v", got, s.call(1))
		}
		replay := changes("start", "long ago")
		replay.Origin = live.OriginReplay
		s.add(replay, says(1, "hello"))
		elsewhere := s.memory.events[0]
		elsewhere.SessionID = 8
		for name, e := range map[string]live.Event{"another session": elsewhere, "a replay": s.memory.events[2], "a comment": s.memory.events[3]} {
			if _, err := s.director.AnswerProgram(t.Context(), e); live.CodeOf(err) != live.CodeConflict {
				t.Errorf("%s: %v", name, err)
			}
		}
		s.add(changes("pause", "歌回"))
		left := s.ask(s.memory.events[len(s.memory.events)-1].Seq)
		s.stage.set(nil)
		synctest.Wait()
		if got := <-left; live.CodeOf(got.err) != live.CodeUnavailable || s.call(6).State != live.CallUnanswered {
			t.Errorf("the host was taken away: %+v, %+v", got, s.call(6))
		}
	})
}

// TestProgramAfterACrash kills the program while the story thinks, and between the log and the record of the call.
func TestProgramAfterACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, h := &memory{}, &host{takes: 5 * time.Second}
		s := direct(t, m, h, live.StoryProfile{})
		s.add(changes("start", "歌回"))
		pass(time.Second)
		s.stop()
		if c := m.calls[1]; c.State != live.CallAsking || c.Tries != 1 {
			t.Fatalf("killed, the call is %+v", c)
		}
		s = direct(t, m, h, live.StoryProfile{})
		got := s.ask(1)
		pass(5 * time.Second)
		if a := <-got; a.err != nil || m.calls[1].State != live.CallAnswered || m.calls[1].Tries != 2 {
			t.Errorf("started again: %+v, %+v", a, m.calls[1])
		}
		s.stop()
		lost := m.calls[1]
		lost.State, lost.Answer = live.CallAsking, live.StoryAnswer{}
		m.calls[1] = lost
		s = direct(t, m, h, live.StoryProfile{})
		defer s.stop()
		if a := <-s.ask(1); a.err != nil || m.calls[1].State != live.CallAnswered || len(a.answer.Clips) != 1 || m.calls[1].Tries != 2 {
			t.Errorf("the log knew better: %+v, %+v", a, m.calls[1])
		}
		pass(time.Minute / 2)
		if replies, _ := s.reasons(); len(replies) != 1 || len(h.turns) != 1 {
			t.Errorf("replies %v", replies)
		}
	})
}

func TestTurnNames(t *testing.T) {
	for name, want := range map[string][2]int64{"s7-1042": {7, 1042}, "s1-1": {1, 1}} {
		session, seq, ok := live.ParseTurnName(name)
		if !ok || session != want[0] || seq != want[1] || live.TurnName(session, seq) != name {
			t.Errorf("%s is %d %d %t", name, session, seq, ok)
		}
	}
	for _, name := range []string{"", "s7", "s7-", "s-7-1", "s7-0", "s07-1", "s7-1x", "s7-say-3", "api-s7-1", "s+7-1"} {
		if _, _, ok := live.ParseTurnName(name); ok {
			t.Errorf("%q is taken for the name of an event's turn", name)
		}
	}
}
