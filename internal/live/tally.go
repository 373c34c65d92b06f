package live

import (
	"slices"
	"time"
)

// Minute is what happened in one minute of a session. Counts are of counted events only (Rehearsal false), or of simulated and
// replayed ones only (Rehearsal true); history is in neither.
type Minute struct {
	Start       time.Time // UTC, a whole minute
	Rehearsal   bool
	Comments    int64
	Gifts       int64 // pieces, in the minute their streak ended
	Diamonds    int64
	Likes       int64 // growth of the room's total
	LikesTotal  int64 // the room's total at the end of the minute; 0 if none was told
	Joins       int64 // a lower bound in busy rooms
	Follows     int64
	Shares      int64
	Viewers     int64 // the last count told in this minute; -1 if none was
	ViewersPeak int64 // -1 if none was told
	New         int64 // viewers never met in this room before
	Returning   int64 // viewers met in an earlier session of this room
	Gap         time.Duration
}

// Attendance is what one viewer did in a batch of events.
type Attendance struct {
	User      User
	Rehearsal bool
	Arrived   bool // the first sign of this viewer since the session was opened
	First     time.Time
	Last      time.Time
	Comments  int64
	Gifts     int64
	Diamonds  int64
	Likes     int64 // a lower bound: TikTok thins likes out
	Joins     int64
	Follows   int64
	Shares    int64
}

// Tally is the sum of a batch of events: what is added to the minutes and the viewers in the transaction that stores them.
type Tally struct {
	Minutes []Minute
	Viewers []Attendance
}

// tallier sums batches. It keeps only what a sum needs to know of the past.
type tallier struct {
	likes map[bool]int64      // the highest total of likes seen, by Rehearsal
	known map[viewer]struct{} // who was seen in this session
}

type viewer struct {
	rehearsal bool
	key       uint64
}

func newTallier() *tallier {
	return &tallier{likes: map[bool]int64{}, known: map[viewer]struct{}{}}
}

type minuteKey struct {
	start     int64
	rehearsal bool
}

// sums is one batch's tally under construction.
type sums struct {
	minutes map[minuteKey]*Minute
	viewers map[viewer]*Attendance
}

// fold sums a batch. Events are numbered and repeats and streaks dealt with already.
func (t *tallier) fold(events []Event) Tally {
	s := sums{minutes: map[minuteKey]*Minute{}, viewers: map[viewer]*Attendance{}}
	for _, e := range events {
		if e.History {
			continue
		}
		t.add(&s, e)
	}
	var out Tally
	for _, m := range s.minutes {
		out.Minutes = append(out.Minutes, *m)
	}
	for _, v := range s.viewers {
		out.Viewers = append(out.Viewers, *v)
	}
	slices.SortFunc(out.Minutes, func(a, b Minute) int { return a.Start.Compare(b.Start) })
	slices.SortFunc(out.Viewers, func(a, b Attendance) int { return a.First.Compare(b.First) })
	return out
}

func (t *tallier) add(s *sums, e Event) {
	m, v := s.minute(e.At, e.Origin.Rehearsal()), t.viewer(s, e)
	switch e.Kind {
	case KindComment:
		m.Comments++
		v.Comments++
	case KindGift:
		gift := DataOf[Gift](e)
		if gift.Streaking {
			return
		}
		m.Gifts += int64(gift.RepeatCount)
		v.Gifts += int64(gift.RepeatCount)
		m.Diamonds += int64(gift.TotalDiamonds)
		v.Diamonds += int64(gift.TotalDiamonds)
	case KindLike:
		like := DataOf[Like](e)
		m.Likes += t.likesGrown(e.Origin.Rehearsal(), like)
		m.LikesTotal = max(m.LikesTotal, t.likes[e.Origin.Rehearsal()])
		v.Likes += int64(like.Count)
	case KindJoin:
		m.Joins++
		v.Joins++
	case KindFollow:
		m.Follows++
		v.Follows++
	case KindShare:
		m.Shares++
		v.Shares++
	case KindViewers:
		m.Viewers = DataOf[Viewers](e).Viewers
		m.ViewersPeak = max(m.ViewersPeak, m.Viewers)
	case KindGap:
		s.gap(DataOf[Gap](e), e.Origin.Rehearsal())
	}
}

// likesGrown returns by how much the room's total grew. TikTok has two counters and jumps between them, so only a new maximum
// counts; the first total of a session holds the likes before it, of which only this batch is ours.
func (t *tallier) likesGrown(rehearsal bool, like Like) int64 {
	before := t.likes[rehearsal]
	if like.TotalLikes <= 0 {
		t.likes[rehearsal] += int64(like.Count)
		return int64(like.Count)
	}
	if like.TotalLikes <= before {
		return 0
	}
	t.likes[rehearsal] = like.TotalLikes
	if before == 0 {
		return min(int64(like.Count), like.TotalLikes)
	}
	return like.TotalLikes - before
}

func (t *tallier) viewer(s *sums, e Event) *Attendance {
	if e.User.Key() == "" || slices.Contains(e.User.Roles, "host") {
		return &Attendance{} // nobody to count
	}
	id := viewer{e.Origin.Rehearsal(), sourceKey(e.User.Key())}
	v := s.viewers[id]
	if v == nil {
		v = &Attendance{User: *e.User, Rehearsal: id.rehearsal, First: e.At}
		if _, ok := t.known[id]; !ok {
			t.known[id] = struct{}{}
			v.Arrived = true
		}
		s.viewers[id] = v
	}
	v.User, v.Last = *e.User, e.At
	return v
}

func (s *sums) minute(at time.Time, rehearsal bool) *Minute {
	start := at.UTC().Truncate(time.Minute)
	key := minuteKey{start.Unix(), rehearsal}
	m := s.minutes[key]
	if m == nil {
		m = &Minute{Start: start, Rehearsal: rehearsal, Viewers: -1, ViewersPeak: -1}
		s.minutes[key] = m
	}
	return m
}

// gap spreads a gap over the minutes it covers.
func (s *sums) gap(g Gap, rehearsal bool) {
	from, err1 := time.Parse(time.RFC3339, g.From)
	to, err2 := time.Parse(time.RFC3339, g.To)
	if err1 != nil || err2 != nil {
		return
	}
	for from.Before(to) {
		next := from.Truncate(time.Minute).Add(time.Minute)
		if next.After(to) {
			next = to
		}
		s.minute(from, rehearsal).Gap += next.Sub(from)
		from = next
	}
}
