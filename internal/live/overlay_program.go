package live

import (
	"context"
	"encoding/json"
	"time"
)

// programView is the title of what is on, a clock and a countdown.
type programView struct {
	viewBase
	parts   viewParts
	options *ProgramOptions
	on      airing
	show    Show
	made    bool // what is on was rehearsed
	kept    programMemory
}

type programMemory struct {
	Until time.Time `json:"until,omitzero"` // of the countdown
}

// programsMost is how many changes of program of one session are read.
const programsMost = 2000

func (v *programView) configure(ctx context.Context, o OverlayOptions) error {
	was := v.options
	v.options, v.news.changed = o.(*ProgramOptions), true
	if was == nil || was.Rehearsal == v.options.Rehearsal {
		return nil
	}
	_, err := v.begin(ctx, v.on)
	return err
}

func (v *programView) begin(ctx context.Context, on airing) (int64, error) {
	v.on, v.show, v.made, v.news.changed = on, Show{}, false, true
	if on.session.ID == 0 {
		return 0, nil
	}
	events, err := v.parts.store.RecentEvents(ctx, on.session.ID, []Kind{KindProgram}, on.last, programsMost)
	for _, e := range events {
		v.apply(e)
	}
	return on.last, err
}

// apply takes a change of program in. What was rehearsed in a LIVE is no part of its show, unless that is wanted.
func (v *programView) apply(e Event) {
	if e.Kind != KindProgram || e.History || e.Origin.Rehearsal() && e.Origin != v.on.session.Origin && !v.options.Rehearsal {
		return
	}
	before := v.show.Seq
	v.show.Apply(e)
	if v.show.Seq != before {
		v.made = e.Origin.Rehearsal()
	}
	v.news.changed = true
}

func (v *programView) hear(e Event, _ time.Time) {
	v.apply(e)
	if v.on.session.endedBy(e) {
		v.show, v.news.changed = Show{}, true
	}
}

func (v *programView) state(now time.Time) OverlayState {
	o := v.options
	s := ProgramState{Label: o.Label}
	if v.show.Phase() != ProgramIdle {
		s.Name, s.Type, s.Paused, s.Rehearsal = v.show.Now.ProgramName, v.show.Now.ProgramType, v.show.Paused, v.made
		ran := v.show.Ran(now)
		if s.Paused {
			s.ElapsedMS = ran.Milliseconds()
		} else {
			s.StartedMS = now.Add(-ran).UnixMilli()
		}
	}
	if !v.kept.Until.IsZero() {
		s.CountdownMS = v.kept.Until.UnixMilli()
	}
	if v.parts.preview && s.Name == "" {
		s = v.sample(s, now)
	}
	return s
}

// sample is what a preview shows while no program is on: the demo room has none, and nobody can see the looks of nothing.
func (v *programView) sample(s ProgramState, now time.Time) ProgramState {
	s.Name, s.Type, s.StartedMS = v.parts.words(v.options.Look.Language, "stage.sample.program"), "singing", now.Add(-sampleRan).UnixMilli()
	if s.CountdownMS == 0 {
		s.CountdownMS = now.Add(sampleLeft).UnixMilli()
	}
	return s
}

func (v *programView) memory() any { return v.kept }

func (v *programView) recall(data json.RawMessage, _ time.Time) error {
	return json.Unmarshal(data, &v.kept)
}

const (
	sampleRan  = 754 * time.Second
	sampleLeft = 5 * time.Minute
)

const countdownMost = 30 * 24 * time.Hour

// control: "countdown" counts down to At, or for Amount seconds; "stop" takes the countdown away.
func (v *programView) control(_ context.Context, c OverlayCommand, now time.Time) error {
	switch c.Do {
	case "countdown":
		until := c.At
		if until.IsZero() {
			until = now.Add(time.Duration(c.Amount) * time.Second)
		}
		if !until.After(now) || until.Sub(now) > countdownMost {
			return &Error{Code: CodeInvalid, Op: "live.Overlay", Field: "at", Msg: "A countdown must end later than now, and within 30 days."}
		}
		v.kept.Until = Millis(until)
	case "stop":
		v.kept.Until = time.Time{}
	default:
		return badCommand(c.Do, "countdown and stop")
	}
	v.news.save, v.news.changed = true, true
	return nil
}
