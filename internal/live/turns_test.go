package live_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"showcaller/internal/live"
)

// shelf is a live.Store of rooms only.
type shelf struct {
	memory
	rooms []live.Room
}

func (s *shelf) Rooms(context.Context) ([]live.Room, error)               { return s.rooms, nil }
func (s *shelf) SaveRoom(context.Context, live.Room) error                { return nil }
func (s *shelf) DeleteRoom(context.Context, string) error                 { return nil }
func (s *shelf) OpenSessions(context.Context) ([]live.SessionInfo, error) { return nil, nil }
func (s *shelf) EndSession(context.Context, int64, time.Time, string) error {
	return nil
}
func (s *shelf) Past(context.Context, int64) (live.Past, error) { return live.Past{}, nil }
func (s *shelf) OpenSession(_ context.Context, room string, _ live.RoomInfo, _ live.Origin, at time.Time) (live.SessionInfo, error) {
	return live.SessionInfo{ID: 1, Room: room, StartedAt: at}, nil
}

// asleep is a live.Source of hosts who are never live. It notes when it was asked about whom.
type asleep struct {
	mu    sync.Mutex
	asked map[string][]time.Time
	all   []time.Time
}

func (a *asleep) Listen(_ context.Context, name string, _ live.Listener) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked[name] = append(a.asked[name], time.Now())
	a.all = append(a.all, time.Now())
	return &live.Error{Reason: live.ReasonOffline}
}

// watching runs an engine with so many rooms that are not live, within a synctest bubble.
func watching(t *testing.T, rooms int) (*live.Engine, *asleep) {
	t.Helper()
	store, source := &shelf{}, &asleep{asked: map[string][]time.Time{}}
	for i := range rooms {
		store.rooms = append(store.rooms, live.Room{UniqueID: fmt.Sprintf("room%d", i), Wanted: true, AutoRecord: true})
	}
	engine := live.NewEngine(store, source, source, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	if err := engine.Start(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		engine.Wait()
	})
	return engine, source
}

func TestWaitingRoomsShareOneBudget(t *testing.T) {
	for _, tt := range []struct {
		rooms   int
		longest time.Duration // between two lookups of one room
	}{{1, 61 * time.Second}, {5, 65 * time.Second}, {50, 65 * time.Second}, {200, 205 * time.Second}} {
		t.Run(fmt.Sprint(tt.rooms), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, source := watching(t, tt.rooms)
				time.Sleep(15 * time.Minute)
				source.mu.Lock()
				defer source.mu.Unlock()
				slices.SortFunc(source.all, time.Time.Compare)
				for i, at := range source.all[1:] {
					if apart := at.Sub(source.all[i]); apart < time.Second {
						t.Fatalf("TikTok was asked twice within %s", apart)
					}
				}
				if len(source.asked) != tt.rooms {
					t.Errorf("%d of %d rooms were asked about", len(source.asked), tt.rooms)
				}
				for name, times := range source.asked {
					for i, at := range times[1:] {
						if apart := at.Sub(times[i]); apart > tt.longest {
							t.Errorf("%s was not asked about for %s", name, apart)
						}
					}
				}
			})
		})
	}
}

func TestWhoIsWaitedForComesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		engine, source := watching(t, 100)
		time.Sleep(10 * time.Second)
		asked := func(name string) int {
			source.mu.Lock()
			defer source.mu.Unlock()
			return len(source.asked[name])
		}
		if err := engine.AddRoom(t.Context(), live.Room{UniqueID: "new", Wanted: true}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if asked("new") != 1 {
			t.Error("a room somebody has just added waits for a hundred others")
		}
		last := ""
		for i := range 100 {
			if name := fmt.Sprintf("room%d", i); asked(name) == 0 {
				last = name
			}
		}
		state, _, err := engine.Room(last)
		if err != nil || state.Health.State != live.StateWaiting || state.Health.RetryAt.IsZero() {
			t.Errorf("a room that has not had its turn is %s until %s, %v", state.Health.State, state.Health.RetryAt, err)
		}
		if err := engine.Connect(t.Context(), last); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if asked(last) != 1 {
			t.Error("a room somebody connects waits for the others")
		}
	})
}
