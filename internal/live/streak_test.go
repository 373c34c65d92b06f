package live_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

// booking is what one gift event adds to the numbers, and how it is shown.
type booking struct {
	Count     int
	Diamonds  int
	Streaking bool
	ClosedBy  string
	Booked    int
}

func bookings(events []live.Event) (out []booking) {
	for _, e := range events {
		if e.Kind == live.KindGift {
			g := live.DataOf[live.Gift](e)
			out = append(out, booking{g.RepeatCount, g.TotalDiamonds, g.Streaking, g.ClosedBy, g.Booked})
		}
	}
	return out
}

func single(kind int) live.Event {
	return event(live.Gift{Gift: live.GiftItem{ID: 11046, Name: "Galaxy", DiamondCount: 1000, Type: kind}, RepeatCount: 1, TotalDiamonds: 1000})
}

// with returns e with its data changed.
func with(e live.Event, change func(*live.Gift)) live.Event {
	g := e.Data.(live.Gift)
	change(&g)
	e.Data = g
	return e
}

func TestStreaks(t *testing.T) {
	nameless := func(count int, streaking bool) live.Event {
		return with(rose(count, streaking), func(g *live.Gift) { g.StreakID = "" })
	}
	for _, tc := range []struct {
		name  string
		steps []any // events, and durations to wait
		want  []booking
		total int64
	}{
		{
			"a streak counts once, at its end",
			[]any{rose(1, true), rose(3, true), rose(7, true), rose(7, false)},
			[]booking{{1, 1, true, "", 0}, {3, 3, true, "", 0}, {7, 7, true, "", 0}, {7, 7, false, "", 0}},
			7,
		},
		{
			"a second end is a repeat",
			[]any{rose(2, true), rose(2, false), rose(2, false)},
			[]booking{{2, 2, true, "", 0}, {2, 2, false, "", 0}},
			2,
		},
		{
			"types 2 and 4 are final at once, and each is one",
			[]any{single(2), single(4), single(2)},
			[]booking{{1, 1000, false, "", 0}, {1, 1000, false, "", 0}, {1, 1000, false, "", 0}},
			3000,
		},
		{
			"an end that never comes is booked after 15 s",
			[]any{rose(5, true), 16 * time.Second},
			[]booking{{5, 5, true, "", 0}, {5, 5, false, "timeout", 0}},
			5,
		},
		{
			"a late end is not booked again",
			[]any{rose(5, true), 16 * time.Second, rose(5, false)},
			[]booking{{5, 5, true, "", 0}, {5, 5, false, "timeout", 0}},
			5,
		},
		{
			"a late end books what is new",
			[]any{rose(5, true), 16 * time.Second, rose(8, false)},
			[]booking{{5, 5, true, "", 0}, {5, 5, false, "timeout", 0}, {3, 3, false, "", 5}},
			8,
		},
		{
			"a streak that goes on after its timeout books what is new, by timeout again",
			[]any{rose(5, true), 16 * time.Second, rose(9, true), 16 * time.Second, rose(9, false)},
			[]booking{{5, 5, true, "", 0}, {5, 5, false, "timeout", 0}, {9, 9, true, "", 0}, {4, 4, false, "timeout", 5}},
			9,
		},
		{
			"the session's end books what is open",
			[]any{rose(4, true), event(live.LiveEnd{Reason: "host"}), 20 * time.Second},
			[]booking{{4, 4, true, "", 0}, {4, 4, false, "session_end", 0}},
			4,
		},
		{
			"the end somebody simulates books nothing",
			[]any{rose(4, true), made(event(live.LiveEnd{Reason: "host"})), rose(6, false)},
			[]booking{{4, 4, true, "", 0}, {6, 6, false, "", 0}},
			6,
		},
		{
			"streaks without an id: each end is a gift of its own",
			[]any{nameless(3, false), nameless(3, false), nameless(2, true), nameless(2, false)},
			[]booking{{3, 3, false, "", 0}, {3, 3, false, "", 0}, {2, 2, true, "", 0}, {2, 2, false, "", 0}},
			8,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &memory{}
				s := session(t, m)
				for _, step := range tc.steps {
					switch step := step.(type) {
					case live.Event:
						add(t, s, step)
					case time.Duration:
						time.Sleep(step) // simulated time
						synctest.Wait()
					}
				}
				if diff := cmp.Diff(tc.want, bookings(m.events)); diff != "" {
					t.Errorf("bookings (-want +got):\n%s", diff)
				}
				if got := m.totals(false).Diamonds; got != tc.total {
					t.Errorf("%d diamonds counted, want %d", got, tc.total)
				}
			})
		})
	}
}

func TestStreakOfTwoViewersWithOneClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &memory{}
		s := session(t, m)
		bob := live.User{UniqueID: "bob", UserID: "6800000000000000002"}
		other := rose(2, true)
		other.User = &bob
		otherEnd := rose(2, false)
		otherEnd.User = &bob
		add(t, s, rose(3, true), other, rose(3, false), otherEnd)
		if got := m.totals(false).Diamonds; got != 5 {
			t.Errorf("%d diamonds, want 3 of Ann and 2 of Bob", got)
		}
	})
}

// TestStreakOverRestart ends a session in the middle of a streak and goes on with a new one, as after a kill.
func TestStreakOverRestart(t *testing.T) {
	for _, tc := range []struct {
		name  string
		after []live.Event
		total int64
	}{
		{"the end comes", []live.Event{rose(6, false)}, 6},
		{"more taps, then the end", []live.Event{rose(8, true), rose(8, false)}, 8},
		{"nothing comes: closed by time", nil, 5},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &memory{}
				first := live.NewSession(live.SessionInfo{ID: 7}, live.Past{}, m)
				add(t, first, rose(2, true), rose(5, true))
				first.Close(false)
				past := live.Past{LastSeq: 2, Recent: m.events}
				second := live.NewSession(live.SessionInfo{ID: 7, Resumed: true, LastHeard: time.Now()}, past, m)
				defer second.Close(false)
				add(t, second, tc.after...)
				time.Sleep(20 * time.Second)
				synctest.Wait()
				if got := m.totals(false).Diamonds; got != tc.total {
					t.Errorf("%d diamonds, want %d", got, tc.total)
				}
				for i, e := range m.events {
					if e.Seq != int64(i+1) {
						t.Fatalf("event %d has seq %d", i, e.Seq)
					}
				}
			})
		})
	}
}
