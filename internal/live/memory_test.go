package live_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"showcaller/internal/live"
)

// memory is a live.SessionStore that keeps everything, and fails when told to.
type memory struct {
	mu     sync.Mutex
	events []live.Event
	sums   []live.Tally
	fail   error
	block  chan struct{} // appends wait for it, if it is set

	calls map[int64]live.ProgramCall // by seq
	kept  []string                   // each state a call had, "seq state tries"
}

func (m *memory) ProgramCall(_ context.Context, _, seq int64) (live.ProgramCall, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, ok := m.calls[seq]
	if !ok {
		return c, &live.Error{Code: live.CodeNotFound}
	}
	return c, nil
}

func (m *memory) SaveProgramCall(_ context.Context, c live.ProgramCall) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.calls == nil {
		m.calls = map[int64]live.ProgramCall{}
	}
	m.calls[c.Seq] = c
	m.kept = append(m.kept, fmt.Sprintf("%d %s %d", c.Seq, c.State, c.Tries))
	return nil
}

func (m *memory) Append(_ context.Context, b live.Batch) error {
	if m.block != nil {
		<-m.block
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fail != nil {
		return m.fail
	}
	m.events = append(m.events, b.Events...)
	m.sums = append(m.sums, b.Tally)
	return nil
}

func (m *memory) EventsAfter(_ context.Context, _, after int64, limit int) ([]live.Event, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	i, _ := slices.BinarySearchFunc(m.events, after+1, func(e live.Event, seq int64) int { return int(e.Seq - seq) })
	return slices.Clone(m.events[i:min(i+limit, len(m.events))]), nil
}

// totals adds up the minutes, of rehearsals or of what counts.
func (m *memory) totals(rehearsal bool) (sum live.Minute) {
	for _, t := range m.sums {
		for _, minute := range t.Minutes {
			if minute.Rehearsal == rehearsal {
				sum.Comments += minute.Comments
				sum.Gifts += minute.Gifts
				sum.Diamonds += minute.Diamonds
				sum.Likes += minute.Likes
				sum.Joins += minute.Joins
				sum.Follows += minute.Follows
				sum.Shares += minute.Shares
				sum.Gap += minute.Gap
			}
		}
	}
	return sum
}

var errDisk = errors.New("the disk is full")

var ann = live.User{UniqueID: "ann", Nickname: "Ann", UserID: "6800000000000000001"}

func event(data live.Data) live.Event {
	return live.Event{Kind: data.Kind(), Origin: live.OriginTikTok, At: time.Now(), User: &ann, Data: data}
}

func rose(count int, streaking bool) live.Event {
	return event(live.Gift{
		Gift:        live.GiftItem{ID: 5655, Name: "Rose", DiamondCount: 1, Streakable: true, Type: 1},
		RepeatCount: count, TotalDiamonds: count, Streaking: streaking, StreakID: "1790000000123",
	})
}

func session(t *testing.T, m *memory) *live.Session {
	t.Helper()
	s := live.NewSession(live.SessionInfo{ID: 7, Room: "ann"}, live.Past{}, m)
	t.Cleanup(func() { s.Close(false) })
	return s
}

// add records events one delivery each and returns when they are stored.
func add(t *testing.T, s *live.Session, events ...live.Event) {
	t.Helper()
	for _, e := range events {
		if _, err := s.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	}
}
