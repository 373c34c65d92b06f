package live

import "time"

const (
	streakTimeout = 15 * time.Second // without a tap or an end: TikTok ends a streak about 3 s after its last tap
	streakMemory  = 60 * time.Second // how long a closed streak is remembered, so that a late end is not booked again
)

// streakKey names a streak. TikTok's group_id is the sender's clock, so it is not unique across viewers.
type streakKey struct {
	origin Origin
	user   string
	gift   int64
	id     string
}

type streak struct {
	last   Event // the newest tap; its Data is a Gift
	booked int   // pieces already counted
	touch  time.Time
	open   bool
}

// streaks makes each gift count once, whatever its messages were: taps are passed on as they come, the end is booked, a
// streak without an end is closed by time, and an end after that books only what is new.
type streaks map[streakKey]*streak

// fold returns e as it is to be recorded, and whether it is to be recorded at all: a second end is a repeat.
func (s streaks) fold(e Event, now time.Time) (Event, bool) {
	gift := DataOf[Gift](e)
	if !gift.Gift.Streakable || e.History {
		gift.Streaking = false
		e.Data = gift
		return e, true
	}
	key := streakKey{e.Origin, e.User.Key(), gift.Gift.ID, gift.StreakID}
	st := s[key]
	if st == nil || (!st.open && st.finished()) {
		st = &streak{}
		s[key] = st
	}
	st.touch = now
	if gift.Streaking {
		if gift.RepeatCount > st.booked {
			st.open, st.last = true, e
		}
		return e, true
	}
	fresh := gift.RepeatCount - st.booked
	st.open, st.last = false, e
	if fresh <= 0 {
		return e, false
	}
	gift.Booked = st.booked
	st.booked = gift.RepeatCount
	gift.RepeatCount, gift.TotalDiamonds = fresh, fresh*gift.Gift.DiamondCount
	e.Data = gift
	return e, true
}

// finished reports whether a streak without an id got its own end: the next gift of that name is then another streak, because
// nothing tells the two apart. One closed by time may still get a late end.
func (st *streak) finished() bool {
	gift := DataOf[Gift](st.last)
	return gift.StreakID == "" && !gift.Streaking
}

// due closes what has been silent for too long and forgets what was closed long ago.
func (s streaks) due(now time.Time) []Event {
	var out []Event
	for key, st := range s {
		switch {
		case st.open && now.Sub(st.touch) >= streakTimeout:
			out = append(out, st.close("timeout", now))
			st.touch = now
		case !st.open && now.Sub(st.touch) >= streakMemory:
			delete(s, key)
		}
	}
	return out
}

// closeAll closes every open streak because the session ends, at a time of TikTok's clock: what was touched when stays by ours.
func (s streaks) closeAll(at time.Time) []Event {
	var out []Event
	for _, st := range s {
		if st.open {
			out = append(out, st.close("session_end", at))
		}
	}
	return out
}

// next returns when due has something to do, or the zero time.
func (s streaks) next() time.Time {
	var next time.Time
	for _, st := range s {
		at := st.touch.Add(streakMemory)
		if st.open {
			at = st.touch.Add(streakTimeout)
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next
}

// close books the last count that was seen.
func (st *streak) close(by string, at time.Time) Event {
	e := st.last
	gift := DataOf[Gift](e)
	fresh := gift.RepeatCount - st.booked
	gift.Booked, st.booked = st.booked, gift.RepeatCount
	gift.RepeatCount, gift.TotalDiamonds = fresh, fresh*gift.Gift.DiamondCount
	gift.Streaking, gift.ClosedBy = false, by
	st.open = false
	e.Cause, e.Seq, e.SourceID, e.At, e.Data, e.encoded = e.Seq, 0, "", Millis(at), gift, nil
	return e
}

// remember rebuilds the table from an event that was recorded before a restart.
func (s streaks) remember(e Event, now time.Time) {
	gift := DataOf[Gift](e)
	if !gift.Gift.Streakable || e.History {
		return
	}
	key := streakKey{e.Origin, e.User.Key(), gift.Gift.ID, gift.StreakID}
	st := s[key]
	if st == nil || (!st.open && st.finished()) {
		st = &streak{}
		s[key] = st
	}
	st.touch = now
	if gift.Streaking && gift.RepeatCount <= st.booked {
		return // it came late: it opened nothing
	}
	st.last, st.open = e, gift.Streaking
	if !gift.Streaking {
		st.booked = gift.Booked + gift.RepeatCount
		if gift.ClosedBy != "" { // as if the end were still to come
			gift.Streaking = true
			st.last.Data = gift
		}
	}
}

// followMost is how many streaks of a replay are followed before those that are over are forgotten.
const followMost = 4096

// follow keeps up with a replay's gifts, which were settled when they were first recorded: at whatever speed and with whatever
// pauses they come again, each books what it booked then. Time does not close them, because the clock of the replay is not theirs.
func (s streaks) follow(e Event, now time.Time) {
	if len(s) >= followMost {
		for key, st := range s {
			if !st.open {
				delete(s, key)
			}
		}
	}
	s.remember(e, now)
}
