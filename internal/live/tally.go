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

	FirstSeq, LastSeq         int64 // the lowest and the highest number of its events; 0 if it has none
	ViewersSum, ViewersCounts int64 // of all counts told in this minute: their sum, and how many they are
	ViewersTotal              int64 // everybody who came since the LIVE began, the most TikTok told; 0 if it told none
	Followers                 int64 // the host's followers, the most TikTok told; 0 if it told none
}

// ProgramSum is what happened while one program was on: from the event that started it to the one that ended it, by their numbers.
type ProgramSum struct {
	Program      int64  // seq of the event that started it
	Sums         Minute // without Start, New, Returning, Gap and the numbers of events
	ViewersFirst int64  // the first count told; -1 if none was
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
	Minutes  []Minute
	Viewers  []Attendance
	Programs []ProgramSum
}

// tallier sums batches. It keeps only what a sum needs to know of the past.
type tallier struct {
	session SessionInfo
	likes   map[bool]int64      // the highest total of likes seen, by Rehearsal
	known   map[viewer]struct{} // who was seen in this session
	show    Show                // whose program is on
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
	minutes  map[minuteKey]*Minute
	viewers  map[viewer]*Attendance
	programs map[programKey]*ProgramSum
}

type programKey struct {
	program   int64
	rehearsal bool
}

// fold sums a batch. Events are numbered and repeats and streaks dealt with already.
func (t *tallier) fold(events []Event) Tally {
	s := sums{minutes: map[minuteKey]*Minute{}, viewers: map[viewer]*Attendance{}, programs: map[programKey]*ProgramSum{}}
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
	for _, p := range s.programs {
		out.Programs = append(out.Programs, *p)
	}
	slices.SortFunc(out.Minutes, func(a, b Minute) int { return a.Start.Compare(b.Start) })
	slices.SortFunc(out.Viewers, func(a, b Attendance) int { return a.First.Compare(b.First) })
	return out
}

func (t *tallier) add(s *sums, e Event) {
	rehearsal := e.Origin.Rehearsal()
	m, v := s.minute(e.At, rehearsal), t.viewer(s, e)
	m.holds(e.Seq)
	t.show.follow(t.session, e)
	var grown int64
	if e.Kind == KindLike {
		grown = t.likesGrown(rehearsal, DataOf[Like](e))
	}
	m.add(e, grown, t.likes[rehearsal])
	if t.show.Phase() != ProgramIdle {
		s.program(t.show.Seq, rehearsal).add(e, grown, t.likes[rehearsal])
	}
	v.add(e)
	if e.Kind == KindGap {
		s.gap(DataOf[Gap](e), rehearsal)
	}
}

// holds notes that an event belongs to the minute.
func (m *Minute) holds(seq int64) {
	if m.FirstSeq == 0 || seq < m.FirstSeq {
		m.FirstSeq = seq
	}
	m.LastSeq = max(m.LastSeq, seq)
}

// add counts an event. grown is by how much it let the room's likes grow, total what they come to.
func (m *Minute) add(e Event, grown, total int64) {
	switch e.Kind {
	case KindComment:
		m.Comments++
	case KindGift:
		if gift := DataOf[Gift](e); !gift.Streaking {
			m.Gifts += int64(gift.RepeatCount)
			m.Diamonds += int64(gift.TotalDiamonds)
		}
	case KindLike:
		m.Likes += grown
		m.LikesTotal = max(m.LikesTotal, total)
	case KindJoin:
		m.Joins++
	case KindFollow:
		m.Follows++
		m.Followers = max(m.Followers, DataOf[Follow](e).Followers)
	case KindShare:
		m.Shares++
	case KindViewers:
		told := DataOf[Viewers](e)
		m.Viewers = told.Viewers
		m.ViewersPeak = max(m.ViewersPeak, told.Viewers)
		m.ViewersSum += told.Viewers
		m.ViewersCounts++
		m.ViewersTotal = max(m.ViewersTotal, told.Total)
	}
}

func (p *ProgramSum) add(e Event, grown, total int64) {
	if e.Kind == KindViewers && p.ViewersFirst < 0 {
		p.ViewersFirst = DataOf[Viewers](e).Viewers
	}
	p.Sums.add(e, grown, total)
}

// add counts what a viewer did.
func (v *Attendance) add(e Event) {
	switch e.Kind {
	case KindComment:
		v.Comments++
	case KindGift:
		if gift := DataOf[Gift](e); !gift.Streaking {
			v.Gifts += int64(gift.RepeatCount)
			v.Diamonds += int64(gift.TotalDiamonds)
		}
	case KindLike:
		v.Likes += int64(DataOf[Like](e).Count)
	case KindJoin:
		v.Joins++
	case KindFollow:
		v.Follows++
	case KindShare:
		v.Shares++
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

// program returns what happens while a program is on.
func (s *sums) program(seq int64, rehearsal bool) *ProgramSum {
	key := programKey{seq, rehearsal}
	p := s.programs[key]
	if p == nil {
		p = &ProgramSum{Program: seq, ViewersFirst: -1, Sums: Minute{Rehearsal: rehearsal, Viewers: -1, ViewersPeak: -1}}
		s.programs[key] = p
	}
	return p
}

// gap spreads a gap over the minutes it covers.
func (s *sums) gap(g Gap, rehearsal bool) {
	from, err1 := time.Parse(time.RFC3339, g.From)
	to, err2 := time.Parse(time.RFC3339, g.To)
	if err1 != nil || err2 != nil {
		return
	}
	if longest := from.Add(mostMinutes * time.Minute); to.After(longest) { // a foreign clock must not make a million minutes
		to = longest
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
