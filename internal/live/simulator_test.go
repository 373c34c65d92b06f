package live_test

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

// play returns what a simulated LIVE holds within a time.
func play(seed, run uint64, length time.Duration) (events []live.Event) {
	for at, e := range (live.Simulator{Seed: seed, Rates: live.DemoRates}).Script(run) {
		if at > length {
			break
		}
		e.At = time.Time{}.Add(at)
		events = append(events, e)
	}
	return events
}

// TestSimulatorRates holds ten hours of the simulator against the seed document's table for 1,000 viewers.
func TestSimulatorRates(t *testing.T) {
	const hours = 10
	count := map[live.Kind]float64{}
	for _, e := range play(1, 1, hours*time.Hour) {
		if e.Kind == live.KindGift {
			if g := live.DataOf[live.Gift](e); g.Gift.Streakable && (!g.Streaking || g.RepeatCount > 1) {
				continue // a streak is one gift of a viewer
			}
		}
		count[e.Kind]++
	}
	for kind, want := range map[live.Kind][2]float64{
		live.KindComment: {10, 50}, live.KindLike: {50, 200}, live.KindGift: {5, 20}, live.KindJoin: {20, 100},
		live.KindFollow: {1, 10}, live.KindShare: {1, 5},
	} {
		got := count[kind] / (hours * 60)
		if middle := (want[0] + want[1]) / 2; math.Abs(got-middle) > middle/10 {
			t.Errorf("%s: %.1f a minute, the middle of the table is %.1f", kind, got, middle)
		}
	}
}

func TestSimulatorIsDeterministic(t *testing.T) {
	wire := func(events []live.Event) (out []string) {
		for _, e := range events {
			b, err := e.AppendJSON(nil)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, string(b))
		}
		return out
	}
	first := wire(play(1, 7, 10*time.Minute))
	if diff := cmp.Diff(first, wire(play(1, 7, 10*time.Minute))); diff != "" {
		t.Errorf("the same seed and run differ:\n%s", diff)
	}
	if cmp.Equal(first, wire(play(1, 8, 10*time.Minute))) {
		t.Error("two runs are the same")
	}
}

// TestSimulatorStreaks: every streak has its end, three seconds after the last tap, with the last count.
func TestSimulatorStreaks(t *testing.T) {
	type key struct{ user, id string }
	open := map[key]live.Event{}
	events := play(3, 1, time.Hour)
	for _, e := range events {
		g := live.DataOf[live.Gift](e)
		if e.Kind != live.KindGift || !g.Gift.Streakable {
			continue
		}
		k := key{e.User.Key(), g.StreakID}
		if g.Streaking {
			open[k] = e
			continue
		}
		last, ok := open[k]
		if !ok || live.DataOf[live.Gift](last).RepeatCount != g.RepeatCount || e.At.Sub(last.At) != 3*time.Second {
			t.Fatalf("end %+v after %+v", g, last)
		}
		delete(open, k)
	}
	if len(open) > 5 {
		t.Errorf("%d streaks never ended", len(open))
	}
}

// heard is a live.Listener that counts.
type heard struct {
	events            int
	ended, connected  bool
	disconnected      error
	disconnectedCalls int
}

func (*heard) Progress(live.Progress) {}
func (h *heard) Connected(context.Context, time.Time, live.RoomInfo) error {
	h.connected = true
	return nil
}

func (h *heard) Events(_ context.Context, events []live.Event) error {
	h.events += len(events)
	h.ended = events[len(events)-1].Kind == live.KindLiveEnd
	return nil
}

func (h *heard) Disconnected(_ context.Context, _ time.Time, err error) error {
	h.disconnected = err
	h.disconnectedCalls++
	return nil
}

func TestSimulatorListens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h heard
		if err := (live.Simulator{Seed: 1, Rates: live.DemoRates}).Listen(t.Context(), "demo", &h); err != nil {
			t.Fatal(err)
		}
		if !h.connected || !h.ended || h.disconnectedCalls != 1 || h.disconnected != nil {
			t.Errorf("a demo LIVE did not run from connect to end: %+v", h)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		h = heard{}
		if err := (live.Simulator{Seed: 1, Rates: live.DemoRates}).Listen(ctx, "demo", &h); err == nil || h.ended || h.events < 100 {
			t.Errorf("stopped after a minute: %v, %+v", err, h)
		}
	})
}
