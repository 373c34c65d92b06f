package live_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"showcaller/internal/live"
)

func TestRepeatsAreDropped(t *testing.T) {
	m := &memory{}
	s := session(t, m)
	hello := event(live.Comment{Comment: "hello"})
	hello.SourceID = "7340702509671467807"
	other := event(live.Comment{Comment: "hello"})
	nameless := event(live.Comment{Comment: "no id"})
	add(t, s, hello, other, hello, nameless, nameless)
	if len(m.events) != 4 {
		t.Errorf("%d events recorded, want 4: one repeat dropped, those without an id kept", len(m.events))
	}
	if s.Dropped() != 1 {
		t.Errorf("%d dropped, want 1", s.Dropped())
	}
}

func TestRepeatsOfBeforeARestart(t *testing.T) {
	m := &memory{}
	hello := event(live.Comment{Comment: "hello"})
	hello.SourceID = "7340702509671467807"
	first := live.NewSession(live.SessionInfo{ID: 7}, live.Past{}, m)
	add(t, first, hello)
	first.Close(false)
	second := live.NewSession(live.SessionInfo{ID: 7}, live.Past{LastSeq: 1, Recent: m.events}, m)
	defer second.Close(false)
	replayed := hello
	replayed.History = true
	add(t, second, replayed)
	if len(m.events) != 1 {
		t.Errorf("%d events, want 1: TikTok's replay of an old comment is not new", len(m.events))
	}
}

func TestHistoryIsNeverCounted(t *testing.T) {
	m := &memory{}
	s := session(t, m)
	old, oldGift := event(live.Comment{Comment: "old"}), rose(5, false)
	old.History, oldGift.History = true, true
	add(t, s, old, oldGift, event(live.Comment{Comment: "new"}))
	if diff := cmp.Diff(live.Minute{Comments: 1}, m.totals(false)); diff != "" {
		t.Errorf("counted (-want +got):\n%s", diff)
	}
}

func TestLikes(t *testing.T) {
	m := &memory{}
	s := session(t, m)
	for _, like := range []live.Like{{5, 12_345}, {3, 12_348}, {2, 12_000}, {4, 12_360}, {1, 12_001}} {
		add(t, s, event(like))
	}
	// 5 of the first batch, then the growth of the maximum: TikTok's second counter must not count.
	if got := m.totals(false).Likes; got != 5+3+12 {
		t.Errorf("%d likes, want 20", got)
	}
	if last := m.sums[len(m.sums)-1].Minutes[0].LikesTotal; last != 12_360 {
		t.Errorf("total %d, want 12360", last)
	}
}

func TestAppendTellsEachCallerItsNumber(t *testing.T) {
	m := &memory{block: make(chan struct{})}
	s := session(t, m)
	const n = 20
	seqs := make([]int64, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			var err error
			if seqs[i], err = s.Append(t.Context(), event(live.Comment{Comment: strconv.Itoa(i)})); err != nil {
				t.Error(err)
			}
		})
	}
	close(m.block)
	wg.Wait()
	for i, seq := range seqs {
		if text := live.DataOf[live.Comment](m.events[seq-1]).Comment; text != strconv.Itoa(i) {
			t.Errorf("caller %d was told %d, which is %q", i, seq, text)
		}
	}
}

func TestStorageFailureStopsTheSession(t *testing.T) {
	m := &memory{}
	s := session(t, m)
	add(t, s, event(live.Comment{Comment: "kept"}))
	m.mu.Lock()
	m.fail = errDisk
	m.mu.Unlock()
	_, err := s.Append(t.Context(), event(live.Comment{Comment: "lost"}))
	if !errors.Is(err, errDisk) || live.ReasonOf(err) != live.ReasonStorage {
		t.Fatalf("error %v, want the store's with reason storage", err)
	}
	if err := s.Deliver(t.Context(), []live.Event{event(live.Comment{Comment: "after"})}); live.ReasonOf(err) != live.ReasonStorage {
		t.Errorf("a stopped session took an event: %v", err)
	}
	if s.Log().Last() != 1 {
		t.Errorf("last %d: an event that was not stored was shown", s.Log().Last())
	}
}

func TestBackPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{block: make(chan struct{})}
		s := session(t, m)
		delivered := 0
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for s.Deliver(ctx, []live.Event{event(live.Join{})}) == nil {
			delivered++
		}
		if delivered > 1000 {
			t.Errorf("%d deliveries were taken while the store was stuck: the queue is not bounded", delivered)
		}
		close(m.block)
		s.Close(false)
		if len(m.events) != delivered {
			t.Errorf("%d stored of %d delivered", len(m.events), delivered)
		}
	})
}

// TestFollow has readers that begin anywhere while events arrive; each must get every later event once and in order.
func TestFollow(t *testing.T) {
	m := &memory{}
	s := session(t, m)
	const total, readers = 3000, 8
	var wg sync.WaitGroup
	for r := range readers {
		after := int64(r * 100)
		wg.Go(func() {
			next := after + 1
			for events, err := range s.Log().Follow(t.Context(), after) {
				if err != nil {
					t.Error(err)
					return
				}
				for _, e := range events {
					if e.Seq != next {
						t.Errorf("reader %d got %d, want %d", r, e.Seq, next)
						return
					}
					next++
				}
				if next > total {
					return
				}
			}
			t.Errorf("reader %d ended at %d", r, next)
		})
	}
	for i := range total / 10 {
		batch := make([]live.Event, 10)
		for j := range batch {
			batch[j] = event(live.Comment{Comment: fmt.Sprint(i, j)})
		}
		if err := s.Deliver(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
}

func TestFollowEndsWithTheSession(t *testing.T) {
	m := &memory{}
	s := live.NewSession(live.SessionInfo{ID: 7}, live.Past{}, m)
	add(t, s, event(live.Join{}))
	s.Close(false)
	var got int
	for events, err := range s.Log().Follow(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		got += len(events)
	}
	if got != 1 {
		t.Errorf("%d events of a closed session, want 1", got)
	}
}

// TestRehearsalsNeverCount: whatever is simulated between real events, no number that counts moves.
func TestRehearsalsNeverCount(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		counted, mixed := &memory{}, &memory{}
		a := live.NewSession(live.SessionInfo{ID: 1}, live.Past{}, counted)
		b := live.NewSession(live.SessionInfo{ID: 1}, live.Past{}, mixed)
		at := time.Date(2026, 1, 12, 9, 30, 0, 0, time.UTC)
		for range rapid.IntRange(1, 60).Draw(r, "events") {
			e := anyEvent(r)
			at = at.Add(time.Duration(rapid.IntRange(0, 20).Draw(r, "seconds")) * time.Second)
			e.At = at
			if e.Origin == live.OriginTikTok {
				record(r, a, e)
			}
			record(r, b, e)
		}
		a.Close(true)
		b.Close(true)
		if diff := cmp.Diff(counted.totals(false), mixed.totals(false)); diff != "" {
			r.Fatalf("simulated events moved a number (-without +with):\n%s", diff)
		}
	})
}

func record(r *rapid.T, s *live.Session, e live.Event) {
	if _, err := s.Append(context.Background(), e); err != nil {
		r.Fatal(err)
	}
}

func anyEvent(r *rapid.T) live.Event {
	e := rapid.SampledFrom([]live.Event{
		event(live.Comment{Comment: "hi"}), event(live.Join{}), event(live.Follow{}), event(live.Share{}), single(2),
		event(live.Viewers{Viewers: 10}), event(live.LiveEnd{Reason: "host"}), rose(1, true), rose(4, true), rose(4, false),
		event(live.Like{Count: 3, TotalLikes: int64(rapid.IntRange(0, 500).Draw(r, "likes"))}),
	}).Draw(r, "event")
	e.Origin = rapid.SampledFrom([]live.Origin{live.OriginTikTok, live.OriginSimulated, live.OriginReplay}).Draw(r, "origin")
	return e
}
