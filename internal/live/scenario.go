package live

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	scenarioSteps  = 100
	scenarioEvents = 20_000
	scenarioPause  = 10 * time.Minute // the longest between two events
	scenarioLength = 2 * time.Hour
	scenarioName   = 80 // runes
)

// Scenario is something to rehearse with: events that follow each other at chosen distances.
type Scenario struct {
	ID      int64
	Name    string
	Shipped string // names one that came with the program and was not changed since; the catalogue has its name in every language
	Steps   []ScenarioStep
	Changed time.Time
}

// ScenarioStep is an event of a scenario, or many alike.
type ScenarioStep struct {
	Kind    Kind            `json:"event_type"`
	Data    json.RawMessage `json:"data,omitempty"`     // as on the wire; user and timestamp may be missing
	DelayMS int64           `json:"delay_ms,omitempty"` // after the step before
	Repeat  int             `json:"repeat,omitempty"`   // how often; 0 is once
	EveryMS int64           `json:"every_ms,omitempty"` // between two of them; 0 is all at once
	Streak  bool            `json:"streak,omitempty"`   // a streakable gift: the repeats are the taps of one streak, and its end follows
	Crowd   int             `json:"crowd,omitempty"`    // so many made-up viewers take turns, in place of the one in data
}

func (s ScenarioStep) times() int { return max(s.Repeat, 1) }

// CheckSteps reports what is wrong with a scenario's steps. The error's Field is the path of the value at fault.
func CheckSteps(steps []ScenarioStep) error {
	invalid := func(field, format string, args ...any) error {
		return &Error{Code: CodeInvalid, Op: "live.CheckSteps", Field: field, Msg: fmt.Sprintf(format, args...)}
	}
	if len(steps) == 0 || len(steps) > scenarioSteps {
		return invalid("steps", "A scenario has 1 to %d steps.", scenarioSteps)
	}
	events, length := 0, time.Duration(0)
	for i, s := range steps {
		at := fmt.Sprintf("steps[%d].", i)
		switch {
		case s.DelayMS < 0 || s.DelayMS > scenarioPause.Milliseconds():
			return invalid(at+"delay_ms", "delay_ms must be 0 to %d, which is ten minutes.", scenarioPause.Milliseconds())
		case s.EveryMS < 0 || s.EveryMS > scenarioPause.Milliseconds():
			return invalid(at+"every_ms", "every_ms must be 0 to %d, which is ten minutes.", scenarioPause.Milliseconds())
		case s.Repeat < 0 || s.Repeat > scenarioEvents:
			return invalid(at+"repeat", "repeat must be 1 to %d.", scenarioEvents)
		case s.Crowd < 0 || s.Crowd > scenarioEvents:
			return invalid(at+"crowd", "crowd must be 0 to %d viewers.", scenarioEvents)
		case s.Streak && s.Crowd > 1:
			return invalid(at+"crowd", "A streak is one viewer's.")
		}
		e, err := NewSimulated(s.Kind, s.Data, time.Now())
		if err != nil {
			if wrong, ok := err.(*Error); ok { //nolint:errorlint // NewSimulated's own
				return invalid(at+wrong.Field, "%s", wrong.Msg)
			}
			return err
		}
		if gift, ok := e.Data.(Gift); s.Streak && (!ok || !gift.Gift.Streakable) {
			return invalid(at+"streak", "Only a streakable gift can be a streak.")
		}
		events += s.times()
		length += time.Duration(s.DelayMS+int64(s.times()-1)*s.EveryMS) * time.Millisecond
	}
	switch {
	case events > scenarioEvents:
		return tooMuch("scenario_events", scenarioEvents, "These are %d events; %d is the most.", events, scenarioEvents)
	case length > scenarioLength:
		return tooMuch("scenario_minutes", int64(scenarioLength.Minutes()), "This would take %s; two hours is the most.", length.Round(time.Second))
	}
	return nil
}

// tooMuch says by which rule the steps together are more than may be, for pages to say it in the reader's language.
func tooMuch(rule string, most int64, format string, args ...any) error {
	found := FieldError{Path: "steps", Rule: rule, Max: most, Message: fmt.Sprintf(format, args...)}
	return &Error{Code: CodeInvalid, Op: "live.CheckSteps", Field: found.Path, Msg: found.Message, Err: FieldErrors{found}}
}

// CheckName reports what is wrong with a scenario's name, and returns it without spaces around it.
func CheckName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	if n := utf8.RuneCountInString(name); n == 0 || n > scenarioName {
		return "", &Error{Code: CodeInvalid, Op: "live.CheckName", Field: "name", Msg: fmt.Sprintf("A scenario's name has 1 to %d characters.", scenarioName)}
	}
	return name, nil
}

// planned is an event of a running scenario, and how long after the one before it comes.
type planned struct {
	after time.Duration
	event Event
	last  bool // a streak that was begun is over after this one
}

// plan yields the events of a step in order. Events lack At.
func (s ScenarioStep) plan(now time.Time, yield func(planned) bool) bool {
	first, err := NewSimulated(s.Kind, s.Data, now)
	if err != nil {
		return true // CheckSteps let it in: it cannot happen
	}
	gift, isGift := first.Data.(Gift)
	if isGift && gift.Gift.Streakable && gift.StreakID == "" {
		gift.StreakID = strconv.FormatInt(now.UnixMilli(), 10)
	}
	for n := range s.times() {
		p := planned{after: time.Duration(s.EveryMS) * time.Millisecond, event: first}
		if n == 0 {
			p.after = time.Duration(s.DelayMS) * time.Millisecond
		}
		if s.Crowd > 0 {
			p.event.User = crowd(n % s.Crowd)
		}
		switch {
		case s.Streak:
			p.event.Data = gift.tapped((n+1)*gift.RepeatCount, true)
		case isGift && gift.Gift.Streakable: // each one a streak of its own
			own := gift
			own.StreakID += "-" + strconv.Itoa(n)
			p.event.Data = own
		}
		if !yield(p) {
			return false
		}
	}
	if s.Streak {
		end := planned{after: streakEndAfter, event: first, last: true}
		end.event.Data = gift.tapped(s.times()*gift.RepeatCount, false)
		return yield(end)
	}
	return true
}

// tapped returns g after so many pieces.
func (g Gift) tapped(count int, streaking bool) Gift {
	g.RepeatCount, g.TotalDiamonds, g.Streaking = count, count*g.Gift.DiamondCount, streaking
	return g
}

// crowd returns the nth of a crowd of made-up viewers. They have no id: TikTok's are never taken.
func crowd(n int) *User {
	name := demoNames[n%len(demoNames)]
	return &User{UniqueID: fmt.Sprintf("%s_%d", name.handle, n+1), Nickname: name.nickname}
}
