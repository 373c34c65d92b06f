package live_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

// stage is a live.Stage with one session at a time.
type stage struct {
	mu      sync.Mutex
	session *live.Session
	changed chan struct{}
}

func (s *stage) Stage(string) (*live.Session, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.session, s.changed
}

func (s *stage) set(session *live.Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.session = session
	close(s.changed)
	s.changed = make(chan struct{})
}

// host is a live.Story that remembers its turns as the contract asks, and takes its time.
type host struct {
	mu    sync.Mutex
	takes time.Duration
	fail  func(live.StoryTurn) error
	turns []live.StoryTurn
	told  map[string]live.StoryAnswer
	why   string // of its answers' Fallback
	busy  int
	most  int
}

func (h *host) Answer(ctx context.Context, t live.StoryTurn, _ func(live.StoryDelta)) (live.StoryAnswer, error) {
	h.mu.Lock()
	h.busy++
	h.most = max(h.most, h.busy)
	h.mu.Unlock()
	defer func() {
		h.mu.Lock()
		h.busy--
		h.mu.Unlock()
	}()
	select {
	case <-time.After(h.takes):
	case <-ctx.Done():
		return live.StoryAnswer{}, ctx.Err()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fail != nil {
		if err := h.fail(t); err != nil {
			return live.StoryAnswer{}, err
		}
	}
	if a, ok := h.told[t.TurnID]; ok {
		return a, nil
	}
	a := live.StoryAnswer{
		TurnID: t.TurnID, Event: t.Input, Responder: "template", TookMS: h.takes.Milliseconds(), Also: t.Also, Fallback: h.why,
		Clips: []live.Clip{{Body: "wave", Face: "happy", Speech: speech(t)}},
	}
	if h.why != "" {
		a.Guarded = []string{"out link: evil.example"}
	}
	h.turns = append(h.turns, t)
	if h.told == nil {
		h.told = map[string]live.StoryAnswer{}
	}
	h.told[t.TurnID] = a
	return a, nil
}

// speech names everyone a turn is for.
func speech(t live.StoryTurn) string {
	switch t.Input.Type {
	case live.InputGifts:
		var group live.StoryGifts
		_ = json.Unmarshal(t.Input.Data, &group)
		var names []string
		for _, g := range group.Gifts {
			names = append(names, g.Username)
		}
		return "Thank you " + strings.Join(names, ", ")
	case live.InputGift:
		var gift live.StoryGift
		_ = json.Unmarshal(t.Input.Data, &gift)
		return fmt.Sprintf("Thank you %s for %d %s", gift.Username, gift.GiftCount, gift.GiftName)
	case live.InputChat:
		var chat live.StoryChat
		_ = json.Unmarshal(t.Input.Data, &chat)
		return "You say " + chat.Message
	}
	return "And now: " + t.Input.Type
}

// show is a director at work in one session.
type show struct {
	t        *testing.T
	memory   *memory
	session  *live.Session
	stage    *stage
	host     *host
	director *live.Director
	stop     func()
}

// direct starts a director on a session that goes on where m stops. The test must run in a bubble.
func direct(t *testing.T, m *memory, h *host, profile live.StoryProfile) *show {
	t.Helper()
	past := live.Past{LastSeq: int64(len(m.events)), Recent: m.events}
	s := &show{
		t: t, memory: m, host: h, stage: &stage{changed: make(chan struct{})},
		session: live.NewSession(live.SessionInfo{ID: 7, Room: "ann"}, past, m),
	}
	s.stage.session = s.session
	s.director = live.NewDirector("1", h, s.stage, m, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		s.director.Run(ctx, profile)
	}()
	s.stop = sync.OnceFunc(func() {
		cancel()
		<-done
		s.session.Close(false)
	})
	synctest.Wait()
	return s
}

func (s *show) add(events ...live.Event) {
	s.t.Helper()
	for _, e := range events {
		e.At = time.Now()
		if _, err := s.session.Append(s.t.Context(), e); err != nil {
			s.t.Fatal(err)
		}
	}
	synctest.Wait()
}

func (s *show) queue() live.Queue {
	s.t.Helper()
	q, err := s.director.Queue(s.t.Context())
	if err != nil {
		s.t.Fatal(err)
	}
	return q
}

// told returns what the log says of the host: "cause[also] words" of replies, "name reason" of skips.
func (s *show) told() (replies, skips []string) {
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	for _, e := range s.memory.events {
		switch d := e.Data.(type) {
		case live.Reply:
			replies = append(replies, fmt.Sprintf("%d%d %s", e.Cause, d.Also, d.Clips[0].Speech))
		case live.Skip:
			skips = append(skips, s.memory.events[e.Cause-1].User.Name()+" "+d.Reason)
		}
	}
	return replies, skips
}

// pass lets time go by and everybody come to rest.
func pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

func viewer(n int) *live.User {
	return &live.User{UniqueID: fmt.Sprint("v", n), Nickname: fmt.Sprint("Viewer", n), UserID: fmt.Sprint(6_800_000_000_000_000_000 + n)}
}

func says(n int, text string) live.Event {
	return live.Event{Kind: live.KindComment, Origin: live.OriginTikTok, User: viewer(n), Data: live.Comment{Comment: text}}
}

func gives(n, count int, item string, diamonds int) live.Event {
	return live.Event{Kind: live.KindGift, Origin: live.OriginTikTok, User: viewer(n), Data: live.Gift{
		Gift: live.GiftItem{ID: int64(diamonds), Name: item, DiamondCount: diamonds, Type: 2}, RepeatCount: count, TotalDiamonds: count * diamonds,
	}}
}

func changes(action, name string) live.Event {
	return live.Event{Kind: live.KindProgram, Origin: live.OriginAPI, Data: live.Program{Action: action, ProgramName: name}}
}

func TestDirectorOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := direct(t, &memory{}, &host{takes: time.Second}, live.StoryProfile{})
		defer s.stop()
		s.add(says(1, "first, so it is answered at once"))
		s.add(says(2, "hello there"), says(3, "what song is this?"), gives(4, 1, "Rose", 1), gives(5, 1, "Lion", 29999), changes("start", "Songs"))
		pass(40 * time.Second)
		replies, skips := s.told()
		want := []string{
			"1[] You say first, so it is answered at once", "6[] And now: program_event", "5[] Thank you Viewer5 for 1 Lion",
			"4[] Thank you Viewer4 for 1 Rose", "3[] You say what song is this?", "2[] You say hello there",
		}
		if diff := cmp.Diff(want, replies); diff != "" {
			t.Errorf("replies (-want +got):\n%s", diff)
		}
		if len(skips) != 0 {
			t.Errorf("skips %v", skips)
		}
	})
}

func TestDirectorMergesGifts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := direct(t, &memory{}, &host{}, live.StoryProfile{})
		defer s.stop()
		s.add(gives(1, 2, "Rose", 1))
		pass(2 * time.Second)
		s.add(gives(1, 1, "Lion", 29999))
		pass(2 * time.Second)
		if replies, _ := s.told(); len(replies) != 0 {
			t.Errorf("thanked before the gifts were gathered: %v", replies)
		}
		pass(time.Minute / 2)
		s.add(gives(2, 1, "Rose", 1), gives(3, 1, "Rose", 1), gives(4, 9, "Rose", 1), gives(5, 1, "Rose", 1))
		pass(time.Minute / 2)
		replies, _ := s.told()
		want := []string{"1[2] Thank you Viewer1 for 3 Rose + Lion", "6[4 5 7] Thank you Viewer4, Viewer2, Viewer3, Viewer5"}
		if diff := cmp.Diff(want, replies); diff != "" {
			t.Errorf("replies (-want +got):\n%s", diff)
		}
		if givers := s.host.turns[1].Givers; len(givers) != 4 || givers[0].Value != 9 || givers[0].Seq != 6 || givers[0].ViewerID == "" {
			t.Errorf("givers %+v", givers)
		}
	})
}

func TestDirectorTakesAGiftsComment(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := direct(t, &memory{}, &host{takes: 6 * time.Second}, live.StoryProfile{})
		defer s.stop()
		s.add(changes("start", "Songs"), says(1, "keep it up"))
		pass(time.Second)
		s.add(gives(1, 1, "Rose", 1))
		pass(20 * time.Second)
		replies, skips := s.told()
		want := []string{"1[] And now: program_event", "3[2] Thank you Viewer1 for 1 Rose"}
		if diff := cmp.Diff(want, replies); diff != "" || len(skips) != 0 {
			t.Errorf("skips %v, replies (-want +got):\n%s", skips, diff)
		}
	})
}

func TestDirectorChat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := direct(t, &memory{}, &host{takes: 29 * time.Second}, live.StoryProfile{Name: "Mimi", MutedIDs: []string{viewer(99).UserID}})
		defer s.stop()
		s.add(changes("start", "Songs"))
		for n := range 12 {
			s.add(says(n, fmt.Sprintf("a remark of some length, number %d", n)))
		}
		s.add(says(3, "Mimi, sing for us"), says(99, "muted"), says(20, ""), says(21, "ok"))
		q := s.queue()
		if q.State != "answering" || len(q.Waiting) != 10 || q.Waiting[0].Who != "Viewer3" || q.Waiting[0].Why != "speaking" {
			t.Errorf("queue %+v", q)
		}
		_, skips := s.told()
		want := []string{"Viewer0 busy", "Viewer1 busy", "Viewer3 superseded", "Viewer99 muted", "Viewer20 empty", "Viewer21 busy"}
		if diff := cmp.Diff(want, skips); diff != "" {
			t.Errorf("skips (-want +got):\n%s", diff)
		}
		pass(29 * time.Second)
		s.host.takes = 0
		pass(5 * time.Second)
		replies, skips := s.told()
		if len(replies) != 1 || len(skips) != 6+10 {
			t.Errorf("after 34 s: %v, skips %v", replies, skips)
		}
		s.add(says(1, "quick one"))
		s.add(says(1, "and another"))
		pass(10 * time.Second)
		s.add(says(1, "and a third"))
		pass(15 * time.Second)
		s.add(says(1, "and a fourth"))
		pass(10 * time.Second)
		replies, skips = s.told()
		if len(replies) != 3 || !slices.Equal(skips[16:], []string{"Viewer1 too_fast", "Viewer1 too_fast"}) {
			t.Errorf("replies %v, skips %v", replies[1:], skips[16:])
		}
	})
}

func TestDirectorIdleAndNotices(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		s := direct(t, &memory{}, &host{}, live.StoryProfile{})
		defer s.stop()
		pass(10 * time.Minute)
		var at []float64
		for _, e := range s.memory.events {
			at = append(at, e.At.Sub(start).Round(time.Second).Seconds())
		}
		if diff := cmp.Diff([]float64{45, 90, 180}, at); diff != "" {
			t.Errorf("idle lines after seconds (-want +got):\n%s", diff)
		}
		for n := range 50 {
			s.add(live.Event{Kind: live.KindJoin, Origin: live.OriginTikTok, User: viewer(n), Data: live.Join{}})
		}
		s.add(live.Event{Kind: live.KindFollow, Origin: live.OriginTikTok, User: viewer(7), Data: live.Follow{}})
		s.add(live.Event{Kind: live.KindLike, Origin: live.OriginTikTok, User: viewer(7), Data: live.Like{Count: 5, TotalLikes: 990}})
		s.add(live.Event{Kind: live.KindLike, Origin: live.OriginTikTok, User: viewer(7), Data: live.Like{Count: 15, TotalLikes: 1005}})
		pass(30 * time.Second)
		if n := len(s.host.turns); n != 4 {
			t.Fatalf("%d turns, want one notice after the idle lines", n)
		}
		var notice live.StoryNotice
		if err := json.Unmarshal(s.host.turns[3].Input.Data, &notice); err != nil {
			t.Fatal(err)
		}
		if len(notice.Joins) != 30 || notice.Likes != 1000 || !slices.Equal(notice.Follows, []string{"Viewer7"}) {
			t.Errorf("notice %+v", notice)
		}
	})
}

func TestDirectorControls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := direct(t, &memory{}, &host{takes: time.Second}, live.StoryProfile{})
		defer s.stop()
		ctx := t.Context()
		check := func(err error) {
			t.Helper()
			if err != nil {
				t.Error(err)
			}
		}
		check(s.director.Configure(ctx, live.StoryProfile{Paused: true}))
		s.add(says(1, "anyone?"), gives(2, 1, "Rose", 1))
		pass(time.Minute)
		if replies, skips := s.told(); len(replies) != 0 || !slices.Equal(skips, []string{"Viewer1 paused"}) {
			t.Errorf("paused: %v, %v", replies, skips)
		}
		check(s.director.Say(ctx, "We are back in a minute."))
		check(s.director.Say(ctx, "Not this after all."))
		if q := s.queue(); len(q.Waiting) != 3 || q.Waiting[1].Rank != "say" || q.Waiting[1].Seq >= 0 {
			t.Errorf("what waits: %+v", q.Waiting)
		} else {
			check(s.director.Skip(ctx, q.Waiting[1].Seq))
		}
		check(s.director.Configure(ctx, live.StoryProfile{}))
		pass(500 * time.Millisecond)
		if q := s.queue(); q.State != "speaking" || q.Now.Text != "We are back in a minute." || len(q.Waiting) != 1 {
			t.Errorf("queue %+v", q)
		}
		reply := s.queue().Now
		check(s.director.Ack(ctx, reply.TurnID, 0))
		pass(100 * time.Millisecond)
		if q := s.queue(); q.State != "answering" || q.Now.Rank != "gift" {
			t.Errorf("after the acknowledgement: %+v", q)
		}
		check(s.director.Skip(ctx, 0))
		if err := s.director.Skip(ctx, 99); live.CodeOf(err) != live.CodeConflict {
			t.Errorf("skipping nothing: %v", err)
		}
		if err := s.director.Say(ctx, " "); live.CodeOf(err) != live.CodeInvalid {
			t.Errorf("saying nothing: %v", err)
		}
		pass(time.Second)
		if _, skips := s.told(); !slices.Contains(skips, "Viewer2 operator") {
			t.Errorf("skips %v", skips)
		}
	})
}

// What is said says who speaks and why, in the log and in the queue, and whoever watches hears of it.
func TestDirectorSaysWhoSpeaks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := direct(t, &memory{}, &host{why: "slow"}, live.StoryProfile{Name: "Linh", Language: "vi", MutedIDs: []string{"77"}})
		defer s.stop()
		if _, changed, err := s.director.Watch(t.Context()); err != nil {
			t.Error(err)
		} else if s.queue(); closed(changed) {
			t.Error("a look counts as a change")
		}
		_, changed, err := s.director.Watch(t.Context())
		if err != nil {
			t.Error(err)
		}
		began := time.Now()
		s.add(says(1, "hello"))
		if !closed(changed) {
			t.Error("nobody is told that the host speaks")
		}
		want := live.Reply{
			TurnID: "s7-1", Responder: "template", Clips: []live.Clip{{Body: "wave", Face: "happy", Speech: "You say hello"}}, Fallback: "slow",
			Guarded: []string{"out link: evil.example"},
		}
		if diff := cmp.Diff(live.Data(want), s.memory.events[1].Data); diff != "" {
			t.Errorf("the reply (-want +got):\n%s", diff)
		}
		now := s.queue().Now
		item := live.QueueItem{
			Seq: 1, Rank: "chat", Who: "Viewer1", Viewer: viewer(1).UserID, Text: "hello", Since: live.Timestamp(began),
			Until: live.Timestamp(began.Add(2445 * time.Millisecond)),
		}
		said := live.QueueTurn{
			QueueItem: item, TurnID: "s7-1", Reply: 2, Clips: want.Clips, Began: live.Timestamp(began), Lengths: []float64{1.445}, Responder: "template",
			Fallback: "slow", Guarded: want.Guarded,
		}
		if diff := cmp.Diff(&said, now); diff != "" {
			t.Errorf("what is said (-want +got):\n%s", diff)
		}
		pass(5 * time.Second)
		q := s.queue()
		rest := live.Queue{
			StoryID: "1", Name: "Linh", Language: "vi", Room: "ann", SessionID: 7, State: "listening", MutedIDs: []string{"77"}, Last: &said,
			Waiting: []live.QueueItem{}, Skipped: []live.SkippedItem{},
		}
		if diff := cmp.Diff(rest, q); diff != "" {
			t.Errorf("afterwards (-want +got):\n%s", diff)
		}
	})
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestDirectorNeverActsOnHistoryOrReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := direct(t, &memory{}, &host{}, live.StoryProfile{Pacing: live.StoryPacing{IdleLines: -1}})
		defer s.stop()
		old, replay, rehearsal := gives(1, 1, "Rose", 1), gives(2, 1, "Rose", 1), gives(3, 1, "Rose", 1)
		old.History, replay.Origin, rehearsal.Origin = true, live.OriginReplay, live.OriginSimulated
		s.add(old, replay, rehearsal)
		pass(time.Minute)
		replies, _ := s.told()
		if diff := cmp.Diff([]string{"3[] Thank you Viewer3 for 1 Rose"}, replies); diff != "" {
			t.Errorf("replies (-want +got):\n%s", diff)
		}
		if last := s.memory.events[len(s.memory.events)-1]; last.Origin != live.OriginSimulated {
			t.Errorf("the answer to a rehearsal has the origin %s", last.Origin)
		}
	})
}

// What was hidden gets no answer, whether it waits or is being thought about, and is not read out with a gift.
func TestDirectorLeavesWhatIsHidden(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := direct(t, &memory{}, &host{takes: time.Second}, live.StoryProfile{Pacing: live.StoryPacing{IdleLines: -1}})
		defer s.stop()
		s.add(says(1, "are you there?"), says(2, "say my name?"), says(3, "what a song?"), says(4, "and me?"), gives(3, 1, "Rose", 1))
		for _, seq := range []int64{1, 2} {
			said := s.memory.events[seq-1]
			said.Seq = seq
			s.add(live.NewHide(said, "linh", live.OriginSystem))
		}
		s.add(live.NewHideViewer(viewer(3).Key(), "linh", live.OriginSystem))
		pass(time.Minute)
		replies, skips := s.told()
		if want := []string{"Viewer1 operator", "Viewer2 operator", "Viewer3 operator"}; !slices.Equal(skips, want) {
			t.Errorf("skips %v, want %v", skips, want)
		}
		for _, r := range replies {
			if strings.Contains(r, "song") || !strings.HasPrefix(r, "4[]") && !strings.HasPrefix(r, "5[]") {
				t.Errorf("the host said %q", r)
			}
		}
		if len(replies) != 2 {
			t.Errorf("replies %v, want those to the other viewer and to the gift", replies)
		}
	})
}

func TestDirectorTriesGiftsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{}
		left := 2
		h.fail = func(live.StoryTurn) error {
			if left--; left >= 0 {
				return errors.New("no host")
			}
			return nil
		}
		s := direct(t, &memory{}, h, live.StoryProfile{})
		defer s.stop()
		s.add(gives(1, 1, "Rose", 1))
		pass(20 * time.Second)
		replies, skips := s.told()
		if len(replies) != 1 || len(skips) != 0 {
			t.Errorf("replies %v, skips %v", replies, skips)
		}
		left = 1
		s.add(says(2, "hello there"))
		pass(20 * time.Second)
		if _, skips := s.told(); !slices.Equal(skips, []string{"Viewer2 failed"}) {
			t.Errorf("skips %v", skips)
		}
	})
}

// TestDirectorAfterACrash kills the program between the story's answer and the log, and after the log.
func TestDirectorAfterACrash(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, h := &memory{}, &host{}
		s := direct(t, m, h, live.StoryProfile{})
		s.add(gives(1, 1, "Rose", 1), says(2, "hello there"))
		pass(7 * time.Second) // the chat was answered, the gift is being spoken
		s.add(gives(3, 1, "Lion", 29999), gives(4, 1, "Rose", 1), says(5, "unanswered"))
		pass(time.Second)
		before := len(m.events)
		s.stop()
		// What the story remembers of a turn whose reply was lost: viewers 3 and 4 were thanked together.
		also := live.StoryAnswer{TurnID: "s7-5", Responder: "template", Clips: []live.Clip{{Speech: "Thank you Viewer3, Viewer4"}}, Also: []int64{6}}
		h.told["s7-5"] = also

		pass(20 * time.Second)
		s = direct(t, m, h, live.StoryProfile{})
		pass(20 * time.Second)
		s.stop()
		_, skips := s.told()
		var replies []string
		for _, e := range m.events[before:] {
			if d, ok := e.Data.(live.Reply); ok {
				replies = append(replies, fmt.Sprintf("%d%d %s", e.Cause, d.Also, d.Clips[0].Speech))
			}
		}
		if diff := cmp.Diff([]string{"5[6] Thank you Viewer3, Viewer4", "7[] You say unanswered"}, replies); diff != "" {
			t.Errorf("after the crash (-want +got):\n%s", diff)
		}
		if len(skips) != 0 {
			t.Errorf("skips %v", skips)
		}
	})
}

// TestDirectorSaysGoodbye: a session waits for the last words of its host.
func TestDirectorSaysGoodbye(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := direct(t, &memory{}, &host{takes: time.Second}, live.StoryProfile{})
		defer s.stop()
		s.add(gives(1, 1, "Rose", 1), says(2, "hello there"), says(3, "and bye"))
		s.add(live.Event{Kind: live.KindLiveEnd, Origin: live.OriginTikTok, Data: live.LiveEnd{}})
		pass(5 * time.Second)
		replies, skips := s.told()
		want := []string{"2[] You say hello there", "4[] And now: program_event", "1[] Thank you Viewer1 for 1 Rose"}
		if diff := cmp.Diff(want, replies); diff != "" {
			t.Errorf("replies (-want +got):\n%s", diff)
		}
		if !slices.Equal(skips, []string{"Viewer3 ended"}) {
			t.Errorf("skips %v", skips)
		}
		s.stage.set(nil)
		synctest.Wait()
		if q := s.queue(); q.State != "off" {
			t.Errorf("without a session the director is %s", q.State)
		}
	})
}

// TestDirectorStaysAfterARehearsedEnd: somebody who simulates the end of a LIVE ends nothing: there is no goodbye, and the host goes on.
func TestDirectorStaysAfterARehearsedEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := direct(t, &memory{}, &host{}, live.StoryProfile{})
		defer s.stop()
		s.add(says(1, "hello there"), says(2, "and you"))
		s.add(live.Event{Kind: live.KindLiveEnd, Origin: live.OriginSimulated, Data: live.LiveEnd{}})
		pass(20 * time.Second)
		s.add(says(3, "still here"))
		pass(20 * time.Second)
		replies, skips := s.told()
		want := []string{"1[] You say hello there", "2[] You say and you", "6[] You say still here"}
		if diff := cmp.Diff(want, replies); diff != "" {
			t.Errorf("replies (-want +got):\n%s", diff)
		}
		if len(skips) != 0 {
			t.Errorf("skips %v", skips)
		}
	})
}

// TestDirectorChatGivesWay: a model that thinks for long about a comment does not keep a gift waiting.
func TestDirectorChatGivesWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &host{takes: 20 * time.Second}
		s := direct(t, &memory{}, h, live.StoryProfile{})
		defer s.stop()
		s.add(says(1, "hello there"))
		pass(time.Second)
		s.add(gives(2, 1, "Rose", 1))
		pass(5 * time.Second)
		h.mu.Lock()
		h.takes = 0
		h.mu.Unlock()
		if q := s.queue(); q.Now == nil || q.Now.Rank != "gift" || len(q.Waiting) != 1 {
			t.Errorf("six seconds later: %+v", q)
		}
		pass(40 * time.Second)
		replies, skips := s.told()
		want := []string{"2[] Thank you Viewer2 for 1 Rose", "1[] You say hello there"}
		if diff := cmp.Diff(want, replies); diff != "" || len(skips) != 0 {
			t.Errorf("skips %v, replies (-want +got):\n%s", skips, diff)
		}
	})
}
