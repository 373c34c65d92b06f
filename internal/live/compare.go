package live

import (
	"slices"
	"time"
)

// MostCompared is how many sessions are compared at once: more lines nobody can tell apart.
const MostCompared = 6

// Alignment is what sessions that are compared have in common.
type Alignment string

// The alignments.
const (
	AlignStart   Alignment = "start"   // each begins at zero
	AlignProgram Alignment = "program" // each stands at zero where its first program of one name began
	AlignClock   Alignment = "clock"   // each minute stands where it is on the clock
)

// Lane is one of the sessions that are compared, minute by minute.
type Lane struct {
	Review  Review
	Minutes map[int]Minute // by their place on the common axis; what is not known is not there
	Missing bool           // it has no program of that name, and so no place on the axis
}

// Compare lays sessions on one axis. Places are minutes from the common zero, below it for what was before a program, or since midnight
// of the day each session began, in a zone: a session that goes on past midnight goes on past 1440. program is looked at only where
// sessions are aligned by one.
func Compare(reviews []Review, by Alignment, program string, zone *time.Location) []Lane {
	lanes := make([]Lane, len(reviews))
	for i, r := range reviews {
		lanes[i] = Lane{Review: r, Minutes: map[int]Minute{}}
		zero, ok := r.zero(by, program, zone)
		if !ok {
			lanes[i].Missing = true
			continue
		}
		for _, m := range r.EveryMinute() {
			if !m.Unknown() {
				lanes[i].Minutes[int(m.Start.Sub(zero)/time.Minute)] = m
			}
		}
	}
	return lanes
}

// zero is the minute that stands at zero; false where a session has no program of that name.
func (r Review) zero(by Alignment, program string, zone *time.Location) (time.Time, bool) {
	start := r.Session.StartedAt
	switch by {
	case AlignClock:
		// By the clock's own minutes: on a day the clocks change, an hour after midnight is not always one.
		local := start.In(zone)
		return start.Truncate(time.Minute).Add(-time.Duration(local.Hour()*60+local.Minute()) * time.Minute), true
	case AlignProgram:
		for _, p := range r.Programs {
			if p.ProgramName == program {
				return p.From.Truncate(time.Minute), true
			}
		}
		return time.Time{}, false
	}
	return start.Truncate(time.Minute), true
}

// ProgramNames returns the names of all programs of some sessions, those that are in most of them first.
func ProgramNames(reviews []Review) []string {
	in := map[string]int{}
	var names []string
	for _, r := range reviews {
		seen := map[string]bool{}
		for _, p := range r.Programs {
			if p.ProgramName == "" || seen[p.ProgramName] {
				continue
			}
			seen[p.ProgramName] = true
			if in[p.ProgramName]++; in[p.ProgramName] == 1 {
				names = append(names, p.ProgramName)
			}
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return in[b] - in[a] })
	return names
}

// Grid is a week by hours: what an hour of each weekday was like. The first index is a time.Weekday, the second the hour of the clock.
type Grid [7][24]GridHour

// GridHour is one hour of the week, over all weeks.
type GridHour struct {
	Sums  Minute        // of all its minutes; Start, Viewers and the numbers of events say nothing
	Heard time.Duration // how much of it was recorded
}

// gridLeast is how much of an hour must have been heard before it is told: two minutes of a show make no hourly rate.
const gridLeast = 10 * time.Minute

// Of is what the hour was like: the average number of viewers, or how much of anything else came in an hour that was heard. -1 where
// too little is known.
func (h GridHour) Of(metric Metric) float64 {
	switch {
	case h.Heard < gridLeast:
		return -1
	case metric == MetricViewers:
		return h.Sums.Average()
	}
	return float64(metric.Of(h.Sums)) / h.Heard.Hours()
}

// Add counts a stretch that began at a moment, in its own zone, and lies within one hour.
func (g *Grid) Add(at time.Time, sums Minute, heard time.Duration) {
	h := &g[at.Weekday()][at.Hour()]
	h.Sums.join(sums)
	h.Heard += heard
}
