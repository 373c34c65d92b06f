package live

import (
	"context"
	"time"
)

const (
	leadersEvery = 2 * time.Second // a leaderboard is looked up anew at most so often,
	leadersShare = 20              // and so much less often than a look takes, that it costs a twentieth of a core at most
)

// LeaderQuery asks for the first of a room's viewers.
type LeaderQuery struct {
	Room       string
	Session    int64     // only this one; 0 is all of the room
	From       time.Time // of sessions that began then or later, or are the one Open names
	Open       int64
	Metric     LeaderboardMetric
	Rehearsals bool // counts simulated and replayed events too
	Limit      int
}

// leaderView is a leaderboard. The store sums with each event it writes, so the board is looked up, not counted.
type leaderView struct {
	viewBase
	parts   viewParts
	options *LeaderboardOptions
	on      airing
	leaders []Leader
	dirty   bool
	next    time.Time // no look before
	day     time.Time // that the leaders are of
}

func (v *leaderView) configure(_ context.Context, o OverlayOptions) error {
	v.options, v.dirty, v.next = o.(*LeaderboardOptions), true, time.Time{}
	return nil
}

func (v *leaderView) begin(_ context.Context, on airing) (int64, error) {
	v.on, v.dirty, v.next = on, true, time.Time{}
	return on.last, nil
}

func (v *leaderView) hear(e Event, _ time.Time) {
	if e.Kind == KindGift && wanted(e, v.options.Rehearsal) && !DataOf[Gift](e).Streaking {
		v.dirty = true
	}
}

// from returns when the period began; the zero time for one that never did.
func (v *leaderView) from(now time.Time) time.Time {
	zone, err := time.LoadLocation(v.options.Zone)
	if err != nil {
		zone = time.UTC // it was there when the options were checked
	}
	y, m, d := now.In(zone).Date()
	switch v.options.Period {
	case PeriodDay:
		return time.Date(y, m, d, 0, 0, 0, 0, zone)
	case PeriodWeek:
		back := (int(now.In(zone).Weekday()) + 6) % 7
		return time.Date(y, m, d-back, 0, 0, 0, 0, zone)
	}
	return time.Time{}
}

func (v *leaderView) query(now time.Time) LeaderQuery {
	shown := v.on.real
	if v.options.Rehearsal {
		shown = v.on.session
	}
	q := LeaderQuery{Room: v.parts.room, Metric: v.options.Metric, Rehearsals: v.options.Rehearsal, Limit: v.options.Top, From: v.from(now)}
	switch {
	case v.options.Period == PeriodSession:
		q.Session = shown.ID
	case shown.EndedAt.IsZero():
		q.Open = shown.ID
	}
	return q
}

func (v *leaderView) tick(ctx context.Context, now time.Time) error {
	if from := v.from(now); !from.Equal(v.day) {
		v.day, v.dirty = from, true
	}
	if !v.dirty || now.Before(v.next) {
		return nil
	}
	v.dirty, v.next = false, now.Add(leadersEvery)
	q := v.query(now)
	if q.Session == 0 && v.options.Period == PeriodSession {
		v.leaders, v.news.changed = nil, true
		return nil
	}
	began := time.Now()
	leaders, err := v.parts.store.Leaders(ctx, q)
	v.next = now.Add(max(leadersEvery, leadersShare*time.Since(began)))
	if err != nil {
		v.dirty = true
		return err
	}
	for i := range leaders {
		leaders[i].Rank = i + 1
		if i > 0 && leaders[i].Value == leaders[i-1].Value {
			leaders[i].Rank = leaders[i-1].Rank
		}
	}
	v.leaders, v.news.changed = leaders, true
	return nil
}

func (v *leaderView) due() time.Time {
	switch {
	case v.dirty:
		return v.next
	case v.day.IsZero():
		return time.Time{}
	case v.options.Period == PeriodWeek:
		return v.day.AddDate(0, 0, 7)
	}
	return v.day.AddDate(0, 0, 1)
}

func (v *leaderView) state(time.Time) OverlayState {
	o := v.options
	s := LeaderboardState{Title: o.Title, Period: o.Period, Metric: o.Metric, Leaders: []Leader{}}
	if s.Title == "" {
		s.Title = v.parts.words(o.Look.Language, "stage.leaders."+string(o.Period))
	}
	for _, l := range v.leaders {
		s.Leaders = append(s.Leaders, l)
		s.Rehearsal = s.Rehearsal || l.Rehearsal
	}
	return s
}

func (v *leaderView) forget(context.Context, *Forgotten, time.Time) error {
	v.dirty, v.next = true, time.Time{}
	return nil
}
