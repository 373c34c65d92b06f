package live_test

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"showcaller/internal/live"
)

// TestDirectorUnderLoad plays ten minutes of 1,000 events a minute to a host who takes two seconds to think.
func TestDirectorUnderLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const length = 10 * time.Minute
		s := direct(t, &memory{}, &host{takes: 2 * time.Second}, live.StoryProfile{})
		defer s.stop()
		busy := live.Rates{Comments: 130, Likes: 530, Gifts: 53, Joins: 250, Follows: 23, Shares: 13}
		start, programs, most := time.Now(), 0, 0
		for at, e := range (live.Simulator{Seed: 1, Rates: busy}).Script(1) {
			if at > length {
				break
			}
			pass(time.Until(start.Add(at)))
			if at > time.Duration(programs)*time.Minute {
				programs++
				s.add(changes("start", "Program "+strconv.Itoa(programs)))
			}
			s.add(e)
			most = max(most, len(s.queue().Waiting))
		}
		pass(2 * time.Minute)
		checkShow(t, s)
		if most > 100 {
			t.Errorf("%d things waited at once", most)
		}
		t.Logf("%d events, %d turns, at most %d waiting", len(s.memory.events), len(s.host.turns), most)
	})
}

// checkShow holds a log against what the director promises.
func checkShow(t *testing.T, s *show) {
	t.Helper()
	if s.host.most > 1 {
		t.Errorf("%d turns at once", s.host.most)
	}
	asked, said := map[int64]live.Event{}, map[int64]int{}
	var counts struct{ programs, gifts, shared, answered, skipped int }
	for _, e := range s.memory.events {
		switch d := e.Data.(type) {
		case live.Comment, live.Program:
			asked[e.Seq] = e
		case live.Gift:
			if !d.Streaking {
				asked[e.Seq] = e
			}
		case live.Reply:
			for _, seq := range append([]int64{e.Cause}, d.Also...) {
				said[seq]++
				checkAnswer(t, asked[seq], e, d)
			}
			counts.answered++
			if len(d.Also) > 0 {
				counts.shared++
			}
		case live.Skip:
			said[e.Cause]++
			counts.skipped++
			if q, ok := asked[e.Cause].Data.(live.Comment); !ok || d.Reason == "" {
				t.Errorf("%v %q was skipped for %q", asked[e.Cause].Kind, q.Comment, d.Reason)
			}
			if late := e.At.Sub(asked[e.Cause].At); late > 31*time.Second {
				t.Errorf("a comment was given up after %s", late)
			}
		}
	}
	for seq, e := range asked {
		if said[seq] != 1 {
			t.Errorf("%s %d was answered or skipped %d times", e.Kind, seq, said[seq])
		}
	}
	t.Logf("%+v", counts)
}

func checkAnswer(t *testing.T, asked, reply live.Event, d live.Reply) {
	t.Helper()
	late := reply.At.Sub(asked.At)
	switch asked.Data.(type) {
	case live.Comment:
		if late > 30*time.Second {
			t.Errorf("a comment was answered after %s", late)
		}
	case live.Gift:
		if !strings.Contains(d.Clips[0].Speech, asked.User.Nickname) {
			t.Errorf("%q names not %s", d.Clips[0].Speech, asked.User.Nickname)
		}
		if late > time.Minute {
			t.Errorf("a gift was thanked for after %s", late)
		}
	case live.Program:
		if late > 30*time.Second {
			t.Errorf("a program was announced after %s", late)
		}
	}
}

// TestDirectorHoldsTheLog: what may never be dropped waits in the log, not in memory, when the host does not answer.
func TestDirectorHoldsTheLog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := direct(t, &memory{}, &host{takes: 10 * time.Second}, live.StoryProfile{Paused: true})
		defer s.stop()
		for n := range 3000 {
			s.add(gives(n, 1, "Rose", 1))
		}
		if n := len(s.queue().Waiting); n > 800 {
			t.Errorf("%d gifts in the queue", n)
		}
		if err := s.director.Configure(t.Context(), live.StoryProfile{}); err != nil {
			t.Fatal(err)
		}
		pass(2 * time.Hour)
		thanked := 0
		for _, turn := range s.host.turns {
			if turn.Input.Type == live.InputIdle {
				continue
			}
			thanked += len(turn.Givers)
			var group live.StoryGifts
			if err := json.Unmarshal(turn.Input.Data, &group); err != nil || len(group.Gifts) > 20 {
				t.Errorf("%d names in one answer, %v", len(group.Gifts), err)
			}
		}
		if thanked != 3000 {
			t.Errorf("%d of 3,000 gifts were thanked for", thanked)
		}
	})
}
