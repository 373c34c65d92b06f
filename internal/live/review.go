package live

import (
	"cmp"
	"slices"
	"time"
)

// ReviewInput is what a review is made of, all of one moment.
type ReviewInput struct {
	Session    SessionInfo
	Rehearsals bool         // Minutes and Sums hold what was made up too
	Minutes    []Minute     // in order; real and made-up ones apart
	Sums       []ProgramSum // real and made-up ones apart
	Programs   []Event      // the session's program events, in order
	Gifters    int64        // viewers who gave anything
	Chatters   int64        // viewers who wrote anything
}

// Review is what a session came to. Every number is a sum over its minutes, or over what its programs and viewers were written down
// with; none is taken from its events.
type Review struct {
	Session    SessionInfo
	End        time.Time // when it ended, or its newest event
	Length     time.Duration
	Gap        time.Duration // of it nothing is known
	Minutes    []Minute      // in order, at most one a minute; one in which nothing happened may be missing
	Total      Minute        // of all minutes; its Start is zero, Viewers the last count, the numbers of TikTok's the last as well
	LikesTotal int64         // TikTok's own total where it told one, else what we counted
	PeakAt     time.Time     // the minute of the highest count; zero if none was told
	Gifters    int64
	Chatters   int64
	Programs   []ProgramReview // in the order of their beginning
	Spikes     []Spike         // in the order of time
}

// ProgramReview is one program of a past show.
type ProgramReview struct {
	Program
	Seq    int64 // of the event that started it
	From   time.Time
	To     time.Time
	Ran    time.Duration // without its pauses
	Cut    bool          // it was never finished: another one began, or the session ended
	Counts ProgramSum
}

// ReviewOf sums a session up.
func ReviewOf(in ReviewInput) Review {
	r := Review{Session: in.Session, Gifters: in.Gifters, Chatters: in.Chatters, Minutes: mergeMinutes(in.Minutes)}
	r.End = in.Session.EndedAt
	if r.End.IsZero() {
		r.End = in.Session.LastHeard
	}
	r.Length = max(0, r.End.Sub(in.Session.StartedAt))
	r.Total = Minute{Viewers: -1, ViewersPeak: -1}
	for _, m := range r.Minutes {
		if m.ViewersPeak > r.Total.ViewersPeak {
			r.PeakAt = m.Start
		}
		r.Total.join(m)
	}
	r.LikesTotal = likesTotal(in.Minutes)
	r.Gap = min(r.Total.Gap, r.Length)
	r.Programs = programReviews(in, r.End)
	r.Spikes = spikes(r.Minutes, in.Session.StartedAt, r.End)
	return r
}

// mergeMinutes adds what was made up to the real minutes.
func mergeMinutes(minutes []Minute) []Minute {
	var out []Minute
	for _, m := range minutes {
		m.Rehearsal = false
		if n := len(out); n > 0 && out[n-1].Start.Equal(m.Start) {
			out[n-1].join(m)
			continue
		}
		out = append(out, m)
	}
	return out
}

// join adds a later minute, or the other half of the same one.
func (m *Minute) join(o Minute) {
	m.Comments += o.Comments
	m.Gifts += o.Gifts
	m.Diamonds += o.Diamonds
	m.Likes += o.Likes
	m.LikesTotal = max(m.LikesTotal, o.LikesTotal)
	m.Joins += o.Joins
	m.Follows += o.Follows
	m.Shares += o.Shares
	if o.Viewers >= 0 {
		m.Viewers = o.Viewers
	}
	m.ViewersPeak = max(m.ViewersPeak, o.ViewersPeak)
	m.New += o.New
	m.Returning += o.Returning
	m.Gap += o.Gap
	m.ViewersSum += o.ViewersSum
	m.ViewersCounts += o.ViewersCounts
	m.ViewersTotal = max(m.ViewersTotal, o.ViewersTotal)
	m.Followers = max(m.Followers, o.Followers)
	if o.FirstSeq > 0 && (m.FirstSeq == 0 || o.FirstSeq < m.FirstSeq) {
		m.FirstSeq = o.FirstSeq
	}
	m.LastSeq = max(m.LastSeq, o.LastSeq)
}

// likesTotal is TikTok's total, or what was counted where it told none; what was made up has a total of its own.
func likesTotal(minutes []Minute) int64 {
	var counted, told [2]int64
	for _, m := range minutes {
		half := 0
		if m.Rehearsal {
			half = 1
		}
		counted[half] += m.Likes
		told[half] = max(told[half], m.LikesTotal)
	}
	return max(counted[0], told[0]) + max(counted[1], told[1])
}

func programReviews(in ReviewInput, end time.Time) []ProgramReview {
	show := ShowOf(in.Session, in.Programs)
	if show.Phase() != ProgramIdle {
		show.end(end, true)
	}
	started := map[int64]time.Time{}
	for _, e := range in.Programs {
		started[e.Seq] = e.At
	}
	var out []ProgramReview
	for _, run := range show.Done {
		p := ProgramReview{Program: run.Program, Seq: run.Seq, From: started[run.Seq], To: run.Ended, Ran: run.Ran, Cut: run.Cut}
		p.Counts = ProgramSum{Program: run.Seq, ViewersFirst: -1, Sums: Minute{Viewers: -1, ViewersPeak: -1}}
		for _, sum := range in.Sums {
			if sum.Program != run.Seq {
				continue
			}
			p.Counts.Sums.join(sum.Sums)
			if sum.ViewersFirst >= 0 {
				p.Counts.ViewersFirst = sum.ViewersFirst
			}
		}
		out = append(out, p)
	}
	return out
}

// Average is the mean of all counts of viewers TikTok told: about one every two seconds, none while nothing is known. -1 if it told none.
func (m Minute) Average() float64 {
	if m.ViewersCounts == 0 {
		return -1
	}
	return float64(m.ViewersSum) / float64(m.ViewersCounts)
}

// Known is how much of the session was heard.
func (r Review) Known() time.Duration { return max(0, r.Length-r.Gap) }

// Complete reports whether nothing is missing: what was counted is then exact, and else a lower bound.
func (r Review) Complete() bool { return r.Gap == 0 }

// Seen is how many viewers gave any sign. TikTok leaves out most of who only watches, so it is a lower bound.
func (r Review) Seen() int64 { return r.Total.New + r.Total.Returning }

// Visitors is how many viewers there were: as TikTok told, or those that were seen where that is more.
func (r Review) Visitors() int64 { return max(r.Total.ViewersTotal, r.Seen()) }

// WatchThrough is the part of the show the average viewer stayed for, 0 to 1; -1 where TikTok told too little. Viewers times time
// is what all stays add up to, so the average stay is the average audience over all visitors, in units of the show's length.
func (r Review) WatchThrough() float64 {
	average := r.Total.Average()
	if average < 0 || r.Total.ViewersTotal == 0 {
		return -1
	}
	return min(1, average/float64(r.Visitors()))
}

// Stay is how long the average viewer stayed; 0 where TikTok told too little.
func (r Review) Stay() time.Duration {
	return time.Duration(max(0, r.WatchThrough()) * float64(r.Length))
}

// GiftsPerMinute is how many pieces came in a minute that was heard.
func (r Review) GiftsPerMinute() float64 { return PerMinute(r.Total.Gifts, r.Known()) }

// GiftingShare is the part of the visitors who gave anything, 0 to 1; -1 if nobody came.
func (r Review) GiftingShare() float64 { return portion(r.Gifters, r.Visitors()) }

// ReturningShare is the part of the viewers seen who had been here before, 0 to 1; -1 if nobody was seen.
func (r Review) ReturningShare() float64 { return portion(r.Total.Returning, r.Seen()) }

func portion(part, of int64) float64 {
	if of == 0 {
		return -1
	}
	return min(1, float64(part)/float64(of))
}

// PerMinute is a rate over a length of time; 0 over none.
func PerMinute(n int64, over time.Duration) float64 {
	if over <= 0 {
		return 0
	}
	return float64(n) / over.Minutes()
}

// Change is how many more viewers there were at a program's end than at its beginning; ok is false where TikTok did not tell.
func (p ProgramReview) Change() (change int64, ok bool) {
	if p.Counts.ViewersFirst < 0 || p.Counts.Sums.Viewers < 0 {
		return 0, false
	}
	return p.Counts.Sums.Viewers - p.Counts.ViewersFirst, true
}

// Metric names a number of a minute.
type Metric string

// The metrics. A spike is looked for in the last four: viewers and likes come in floods of their own.
const (
	MetricViewers  Metric = "viewers"
	MetricLikes    Metric = "likes"
	MetricDiamonds Metric = "diamonds"
	MetricComments Metric = "comments"
	MetricFollows  Metric = "follows"
	MetricShares   Metric = "shares"
)

// Of returns a minute's number; of the viewers the last count, -1 if none was told.
func (m Metric) Of(minute Minute) int64 {
	switch m {
	case MetricViewers:
		return minute.Viewers
	case MetricLikes:
		return minute.Likes
	case MetricDiamonds:
		return minute.Diamonds
	case MetricComments:
		return minute.Comments
	case MetricFollows:
		return minute.Follows
	case MetricShares:
		return minute.Shares
	}
	return 0
}

// Spike is a minute in which far more happened than around it.
type Spike struct {
	Metric   Metric
	Minute   Minute
	Value    int64
	Baseline float64       // the average minute around it
	Lasted   time.Duration // whole minutes, of which this one was the highest
}

// Times is how many times the baseline the minute was; a baseline below one counts as one.
func (s Spike) Times() float64 { return float64(s.Value) / max(1, s.Baseline) }

const (
	spikeTimes  = 3  // of the baseline
	spikeAround = 15 // minutes before and after that make the baseline
	spikeLeast  = 5  // of them must be known
	spikeMost   = 12 // that a review tells of
)

// spikeFloor is what a spike comes to at least: three comments after one are none.
var spikeFloor = map[Metric]int64{MetricDiamonds: 50, MetricComments: 15, MetricFollows: 6, MetricShares: 6}

// spikes finds the minutes whose number is three times the average of the quarter hours before and after. A minute of which half
// is missing is neither a spike nor part of a baseline; one that is not stored is one in which nothing happened.
func spikes(minutes []Minute, from, to time.Time) []Spike {
	line := everyMinute(minutes, from, to)
	var out []Spike
	for _, metric := range []Metric{MetricDiamonds, MetricComments, MetricFollows, MetricShares} {
		out = append(out, spikesOf(metric, line)...)
	}
	slices.SortFunc(out, func(a, b Spike) int { return cmp.Compare(b.Times(), a.Times()) })
	out = out[:min(len(out), spikeMost)]
	slices.SortFunc(out, func(a, b Spike) int {
		return cmp.Or(a.Minute.Start.Compare(b.Minute.Start), cmp.Compare(a.Metric, b.Metric))
	})
	return out
}

func spikesOf(metric Metric, line []Minute) []Spike {
	var out []Spike
	last := -2
	for i, m := range line {
		value := metric.Of(m)
		if value < spikeFloor[metric] || m.Unknown() {
			continue
		}
		baseline, ok := baseline(metric, line, i)
		if !ok || float64(value) < spikeTimes*baseline {
			continue
		}
		s := Spike{Metric: metric, Minute: m, Value: value, Baseline: baseline, Lasted: time.Minute}
		if n := len(out); n > 0 && last == i-1 { // one that goes on: its highest minute stands for it
			lasted := out[n-1].Lasted + time.Minute
			if out[n-1].Value < value {
				out[n-1] = s
			}
			out[n-1].Lasted = lasted
		} else {
			out = append(out, s)
		}
		last = i
	}
	return out
}

// baseline is the average of the known minutes around one; ok is false where they are too few.
func baseline(metric Metric, line []Minute, at int) (average float64, ok bool) {
	var sum, n int64
	for i := max(0, at-spikeAround); i < min(len(line), at+spikeAround+1); i++ {
		if i != at && !line[i].Unknown() {
			sum += metric.Of(line[i])
			n++
		}
	}
	if n < spikeLeast {
		return 0, false
	}
	return float64(sum) / float64(n), true
}

// Unknown reports whether at least half of the minute is missing: its numbers then say nothing.
func (m Minute) Unknown() bool { return m.Gap >= 30*time.Second }

// EveryMinute returns all minutes of the session, those that are not stored as empty ones.
func (r Review) EveryMinute() []Minute { return everyMinute(r.Minutes, r.Session.StartedAt, r.End) }

// mostMinutes bounds a line of minutes, whatever clocks say: a LIVE lasts hours.
const mostMinutes = 7 * 24 * 60

// everyMinute returns all minutes of a session, those that are not stored as empty ones.
func everyMinute(minutes []Minute, from, to time.Time) []Minute {
	at := map[int64]Minute{}
	for _, m := range minutes {
		at[m.Start.Unix()] = m
	}
	var out []Minute
	for start := from.Truncate(time.Minute); start.Before(to) && len(out) < mostMinutes; start = start.Add(time.Minute) {
		m, ok := at[start.Unix()]
		if !ok {
			m = Minute{Start: start, Viewers: -1, ViewersPeak: -1}
		}
		out = append(out, m)
	}
	return out
}
