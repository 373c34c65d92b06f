package live_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"showcaller/internal/live"
)

// stopwatch is the plain model a show is held against: it counts every second by itself.
type stopwatch struct {
	name    string // "" while nothing is on
	paused  bool
	seconds int
}

// TestShowIsAStopwatch lets an operator do what is allowed, and some of what is not, at any time: the show says what is on and for
// how long it ran, a finish carries just that, and the events alone give the same show again.
func TestShowIsAStopwatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Date(2026, 11, 3, 20, 0, 0, 0, time.UTC)
		var log []live.Event
		var show live.Show
		var model stopwatch
		for range rapid.IntRange(1, 40).Draw(t, "actions") {
			passed := rapid.IntRange(0, 4000).Draw(t, "seconds")
			at = at.Add(time.Duration(passed) * time.Second)
			if model.name != "" && !model.paused {
				model.seconds += passed
			}
			wish := live.Program{Action: rapid.SampledFrom([]string{"start", "pause", "resume", "finish"}).Draw(t, "action")}
			finish := rapid.Bool().Draw(t, "finish")
			if wish.Action == live.ProgramStart {
				wish.ProgramName = fmt.Sprint("program ", len(log))
			}
			events, err := show.Change(wish, finish, at)
			if fits := model.fits(wish.Action, finish); (err == nil) != fits {
				t.Fatalf("%s while %+v: %v", wish.Action, model, err)
			}
			for _, p := range events {
				if p.Action == live.ProgramFinish && p.Duration != max(1, float64(model.seconds)) {
					t.Fatalf("finished with %v s after %+v", p.Duration, model)
				}
				e := live.Event{Kind: live.KindProgram, Seq: int64(len(log)) + 1, Origin: live.OriginSystem, At: at, Data: p}
				log = append(log, e)
				show.Apply(e)
				model.apply(p)
			}
			if show.Now.ProgramName != model.name || show.Paused != model.paused || show.Ran(at) != time.Duration(model.seconds)*time.Second {
				t.Fatalf("the show is %+v, ran %s, the model %+v", show, show.Ran(at), model)
			}
		}
		again := live.ShowOf(live.SessionInfo{Origin: live.OriginTikTok}, log)
		if diff := cmp.Diff(show, again, cmp.AllowUnexported(live.Show{}), cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("after a restart (-before +after):\n%s", diff)
		}
	})
}

func (m stopwatch) fits(action string, finish bool) bool {
	switch action {
	case live.ProgramStart:
		return m.name == "" || finish
	case live.ProgramPause:
		return m.name != "" && !m.paused
	case live.ProgramResume:
		return m.name != "" && m.paused
	}
	return m.name != ""
}

func (m *stopwatch) apply(p live.Program) {
	switch p.Action {
	case live.ProgramStart:
		*m = stopwatch{name: p.ProgramName}
	case live.ProgramFinish:
		*m = stopwatch{}
	default:
		m.paused = p.Action == live.ProgramPause
	}
}

// TestShowTakesAnything: programs of other sources come in any order. Whatever they do, what may happen next is what can.
func TestShowTakesAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Date(2026, 11, 3, 20, 0, 0, 0, time.UTC)
		var show live.Show
		starts := 0
		for seq := range rapid.IntRange(1, 60).Draw(t, "events") {
			at = at.Add(time.Duration(rapid.IntRange(-100, 1000).Draw(t, "ms")) * time.Millisecond) // clocks are set back
			p := live.Program{
				Action:      rapid.SampledFrom([]string{"start", "pause", "resume", "finish", "dance"}).Draw(t, "action"),
				ProgramName: rapid.SampledFrom([]string{"A", "B"}).Draw(t, "name"),
				ProgramID:   rapid.SampledFrom([]string{"", "1"}).Draw(t, "id"),
			}
			show.Apply(live.Event{Kind: live.KindProgram, Seq: int64(seq) + 1, At: at, Data: p})
			if p.Action == live.ProgramStart {
				starts++
			}
			on := 0
			if show.Phase() != live.ProgramIdle {
				on = 1
			}
			if show.Last != int64(seq)+1 || show.Ran(at) < 0 || len(show.Done)+on != starts {
				t.Fatalf("after %+v: %+v", p, show)
			}
			for _, action := range show.Allowed() {
				if _, err := show.Change(live.Program{Action: action, ProgramName: show.Now.ProgramName}, false, at); err != nil {
					t.Fatalf("%s is allowed and refused: %v", action, err)
				}
			}
		}
	})
}

func TestShowOfASession(t *testing.T) {
	at := time.Date(2026, 11, 3, 20, 0, 0, 0, time.UTC)
	program := func(minute int, origin live.Origin, action, name string) live.Event {
		return live.Event{
			Kind: live.KindProgram, Seq: int64(minute) + 1, Origin: origin, At: at.Add(time.Duration(minute) * time.Minute),
			Data: live.Program{Action: action, ProgramName: name},
		}
	}
	log := []live.Event{
		program(0, live.OriginSystem, "start", "Songs"), program(5, live.OriginSimulated, "start", "a rehearsal"),
		program(10, live.OriginAPI, "pause", "Songs"), says(1, "a comment"), program(15, live.OriginAPI, "finish", "something else"),
		program(20, live.OriginAPI, "resume", "Songs"), program(30, live.OriginAPI, "start", "Games"), program(31, live.OriginReplay, "finish", "Games"),
	}
	show := live.ShowOf(live.SessionInfo{Origin: live.OriginTikTok}, log)
	cut := live.ProgramRun{Program: live.Program{Action: "start", ProgramName: "Songs"}, Seq: 1, Ended: at.Add(30 * time.Minute), Ran: 20 * time.Minute, Cut: true}
	if diff := cmp.Diff([]live.ProgramRun{cut}, show.Done); diff != "" || show.Now.ProgramName != "Games" || show.Phase() != live.ProgramRunning {
		t.Errorf("on is %+v, done (-want +got):\n%s", show.Now, diff)
	}
	if rehearsed := live.ShowOf(live.SessionInfo{Origin: live.OriginSimulated}, log); len(rehearsed.Done) != 3 || rehearsed.Done[1].ProgramName != "a rehearsal" {
		t.Errorf("in a rehearsal %+v", rehearsed)
	}
}

func TestRunDownItems(t *testing.T) {
	long := string(slices.Repeat([]rune("歌"), 101))
	for _, tc := range []struct {
		name  string
		item  live.RunDownItem
		field string
	}{
		{"whole", live.RunDownItem{Name: " 歌回 ", Type: "singing", Planned: 90 * time.Minute}, ""},
		{"the least", live.RunDownItem{Name: "x"}, ""},
		{"no name", live.RunDownItem{Name: " \t"}, "name"},
		{"a long name", live.RunDownItem{Name: long}, "name"},
		{"no such type", live.RunDownItem{Name: "x", Type: "dancing"}, "type"},
		{"before it began", live.RunDownItem{Name: "x", Planned: -time.Second}, "planned_seconds"},
		{"longer than a day", live.RunDownItem{Name: "x", Planned: 25 * time.Hour}, "planned_seconds"},
	} {
		item, err := tc.item.Check()
		if field := fieldOf(err); field != tc.field || err == nil && (item.Type == "" || item.Name == " 歌回 ") {
			t.Errorf("%s: %+v, %v", tc.name, item, err)
		}
	}
}

func fieldOf(err error) string {
	if e, ok := err.(*live.Error); ok { //nolint:errorlint // Check's own
		return e.Field
	}
	return ""
}
