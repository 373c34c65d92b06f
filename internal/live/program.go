package live

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// The actions of a Program.
const (
	ProgramStart  = "start"
	ProgramFinish = "finish"
	ProgramPause  = "pause"
	ProgramResume = "resume"
)

// ProgramTypes are what a program may be, in the order of a list to choose from.
var ProgramTypes = [...]string{"singing", "chatting", "gaming", "drawing", "other"}

const (
	// MostPlanned is the longest a program may be planned to take.
	MostPlanned = 24 * time.Hour
	// MostItems is how many programs a run-down may have.
	MostItems = 100
)

// RunDownItem is a program that a room's show is planned to have.
type RunDownItem struct {
	ID      int64
	Room    string
	Name    string        // 1 to 100 runes
	Type    string        // one of ProgramTypes
	Planned time.Duration // whole seconds; 0 leaves the end open
}

// Check returns the item as it is kept, or what is wrong with it; the error's Field is "name", "type" or "planned_seconds".
func (i RunDownItem) Check() (RunDownItem, error) {
	invalid := func(field, format string, args ...any) (RunDownItem, error) {
		return i, &Error{Code: CodeInvalid, Op: "live.RunDownItem", Field: field, Msg: fmt.Sprintf(format, args...)}
	}
	i.Name, i.Type, i.Planned = strings.TrimSpace(i.Name), cmp.Or(i.Type, "other"), i.Planned.Truncate(time.Second)
	switch n := utf8.RuneCountInString(i.Name); {
	case n == 0:
		return invalid("name", "A program needs a name.")
	case n > nameRunes:
		return invalid("name", "The name has %d characters; %d are allowed.", n, nameRunes)
	case !slices.Contains(ProgramTypes[:], i.Type):
		return invalid("type", "The type must be one of %s.", strings.Join(ProgramTypes[:], ", "))
	case i.Planned < 0 || i.Planned > MostPlanned:
		return invalid("planned_seconds", "The planned length must be between 0 and 24 hours.")
	}
	return i, nil
}

// ProgramID is how the item's programs are named in events.
func (i RunDownItem) ProgramID() string { return fmt.Sprintf("item-%d", i.ID) }

// ProgramPhase is where a show stands.
type ProgramPhase string

// The phases, and what leads from one to the next.
const (
	ProgramIdle    ProgramPhase = "idle"    // start
	ProgramRunning ProgramPhase = "running" // pause, finish
	ProgramPaused  ProgramPhase = "paused"  // resume, finish
)

// Show is where a session's programs stand: the sum of its program events in their order. The log holds all there is to know,
// so after a restart the same events give the same show. The zero Show has not begun.
type Show struct {
	Now     Program      // what is on, as it was started; its Action is "" while nothing is
	Seq     int64        // of the event that started it
	Started time.Time    // when that was
	Paused  bool         // it is not running
	Since   time.Time    // since when it has been running, or paused
	Last    int64        // seq of the newest program event, whatever came of it
	Done    []ProgramRun // what was on before, the oldest first
	ran     time.Duration
}

// ProgramRun is a program that is over.
type ProgramRun struct {
	Program
	Seq   int64 // of the event that started it
	Ended time.Time
	Ran   time.Duration // without its pauses
	Cut   bool          // it was never finished: another one began
}

// ShowOf returns where a session's programs stand.
func ShowOf(session SessionInfo, events []Event) Show {
	var s Show
	for _, e := range events {
		s.follow(session, e)
	}
	return s
}

// follow takes in an event of a session, if it is part of its show.
func (s *Show) follow(session SessionInfo, e Event) {
	if session.owns(e) {
		s.Apply(e)
	}
}

// Phase returns where the show stands.
func (s *Show) Phase() ProgramPhase {
	switch {
	case s.Now.Action == "":
		return ProgramIdle
	case s.Paused:
		return ProgramPaused
	}
	return ProgramRunning
}

// Apply takes in the next program event; events of other kinds change nothing. Programs of other sources need not keep to the
// rules: what does not fit what is on changes nothing either, and a start ends it.
func (s *Show) Apply(e Event) {
	if e.Kind != KindProgram {
		return
	}
	p := DataOf[Program](e)
	s.Last = e.Seq
	switch {
	case p.Action == ProgramStart:
		if s.Phase() != ProgramIdle {
			s.end(e.At, true)
		}
		s.Now, s.Seq, s.Started, s.Since, s.Paused, s.ran = p, e.Seq, e.At, e.At, false, 0
	case !s.IsOn(p):
	case p.Action == ProgramFinish:
		s.end(e.At, false)
	case p.Action == ProgramPause && !s.Paused:
		s.ran, s.Since, s.Paused = s.Ran(e.At), e.At, true
	case p.Action == ProgramResume && s.Paused:
		s.Since, s.Paused = e.At, false
	}
}

// IsOn reports whether a change is one of what is on.
func (s *Show) IsOn(p Program) bool {
	same := p.ProgramName == s.Now.ProgramName || p.ProgramID != "" && p.ProgramID == s.Now.ProgramID
	return s.Phase() != ProgramIdle && same
}

func (s *Show) end(at time.Time, cut bool) {
	s.Done = append(s.Done, ProgramRun{Program: s.Now, Seq: s.Seq, Ended: at, Ran: s.Ran(at), Cut: cut})
	s.Now, s.Seq, s.Started, s.Since, s.Paused, s.ran = Program{}, 0, time.Time{}, time.Time{}, false, 0
}

// Ran returns how long what is on has been running, without its pauses. A clock that was set back takes nothing away.
func (s *Show) Ran(now time.Time) time.Duration {
	if s.Phase() != ProgramRunning {
		return s.ran
	}
	return s.ran + max(0, now.Sub(s.Since))
}

// Of returns what became of an item of the run-down: "planned", "on" or "done", and how long it ran.
func (s *Show) Of(i RunDownItem) (state string, ran time.Duration) {
	id := i.ProgramID()
	if s.Now.ProgramID == id {
		return "on", s.ran
	}
	for _, r := range slices.Backward(s.Done) {
		if r.ProgramID == id {
			return "done", r.Ran
		}
	}
	return "planned", 0
}

// Allowed returns what may happen next to what is on. A start is always possible: something else that is on is asked about.
func (s *Show) Allowed() []string {
	switch s.Phase() {
	case ProgramRunning:
		return []string{ProgramPause, ProgramFinish}
	case ProgramPaused:
		return []string{ProgramResume, ProgramFinish}
	}
	return []string{ProgramStart}
}

// Change returns the program events an operator's wish comes to: a start of p, or another action on what is on, which p may
// name. Where something is on, a start needs finish, which finishes that first. The error is CodeConflict where the wish does not fit.
func (s *Show) Change(p Program, finish bool, now time.Time) ([]Program, error) {
	conflict := func(format string, args ...any) ([]Program, error) {
		return nil, &Error{Code: CodeConflict, Op: "live.Show", Field: "action", Msg: fmt.Sprintf(format, args...)}
	}
	idle := s.Phase() == ProgramIdle
	switch {
	case p.Action == ProgramStart && idle:
		return []Program{p}, nil
	case p.Action == ProgramStart && !finish:
		return conflict("“%s” is still on. Finish it first.", s.Now.ProgramName)
	case p.Action == ProgramStart:
		return []Program{s.of(ProgramFinish, now), p}, nil
	case idle:
		return conflict("No program is on.")
	case p.ProgramName != "" && !s.IsOn(p):
		return conflict("“%s” is on, not “%s”.", s.Now.ProgramName, p.ProgramName)
	case !slices.Contains(s.Allowed(), p.Action):
		return conflict("“%s” is %s: it cannot %s now.", s.Now.ProgramName, s.Phase(), p.Action)
	}
	change := s.of(p.Action, now)
	change.Metadata = p.Metadata
	return []Program{change}, nil
}

// of returns what happens to what is on. A finish carries how long it truly took.
func (s *Show) of(action string, now time.Time) Program {
	p := Program{Action: action, ProgramName: s.Now.ProgramName, ProgramID: s.Now.ProgramID, ProgramType: s.Now.ProgramType}
	if action == ProgramFinish {
		p.Duration = Seconds(s.Ran(now))
	}
	return p
}

// Seconds is a length as events carry it: whole seconds, and at least one, because 0 stands for unknown.
func Seconds(d time.Duration) float64 { return max(1, math.Round(d.Seconds())) }
