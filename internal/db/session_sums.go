package db

import (
	"context"
	"database/sql"
	"iter"
	"strings"
	"time"

	"showcaller/internal/live"
)

// SessionSum is a session with what it came to. A session of a rehearsal counts what was made up, any other one only what was real.
type SessionSum struct {
	live.SessionInfo
	Comments, Gifts, Diamonds, Likes, Follows, Shares int64
	Peak                                              int64   // of viewers; -1 if TikTok told no count
	Average                                           float64 // of viewers; -1 if TikTok told no count
	Seen                                              int64   // viewers who gave any sign
	Gifters                                           int64   // viewers who gave anything
	Gap                                               time.Duration
	Pruned                                            time.Time // when its events were deleted; zero while they are there
}

// Length is how long the session lasted, or has lasted so far.
func (s SessionSum) Length() time.Duration {
	end := s.EndedAt
	if end.IsZero() {
		end = s.LastHeard
	}
	return max(0, end.Sub(s.StartedAt))
}

// sumColumns adds a session's minutes up; s is the session, m its minutes.
const sumColumns = `s.id AS session_id, coalesce(sum(m.comments), 0) AS comments, coalesce(sum(m.gifts), 0) AS gifts, coalesce(sum(m.diamonds), 0) AS diamonds,
	coalesce(sum(m.likes), 0) AS likes, coalesce(sum(m.follows), 0) AS follows, coalesce(sum(m.shares), 0) AS shares,
	coalesce(max(m.viewers_peak), -1) AS viewers_peak, coalesce(sum(m.viewers_sum), 0) AS viewers_sum, coalesce(sum(m.viewers_count), 0) AS viewers_count,
	coalesce(sum(m.new_viewers + m.returning_viewers), 0) AS viewers_seen,
	(SELECT count(*) FROM session_viewers v WHERE v.session_id = s.id AND v.rehearsal <= (CASE WHEN s.origin IN ('simulated', 'replay') THEN 1 ELSE 0 END) AND v.gifts > 0) AS gifters,
	coalesce(sum(m.gap_ms), 0) AS gap_ms,
	coalesce((SELECT max(e.diamonds) FROM events e INDEXED BY events_worth WHERE e.session_id = s.id AND e.diamonds >= 100), 0) AS top_gift
	FROM sessions s LEFT JOIN minutes m ON m.session_id = s.id AND m.rehearsal <= (CASE WHEN s.origin IN ('simulated', 'replay') THEN 1 ELSE 0 END)`

// sumSession keeps what a session came to.
func sumSession(ctx context.Context, tx *sql.Tx, id int64) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM session_sums WHERE session_id = $1`, id); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO session_sums (session_id, comments, gifts, diamonds, likes, follows, shares, viewers_peak, viewers_sum,
		viewers_count, viewers_seen, gifters, gap_ms, top_gift) SELECT `+sumColumns+` WHERE s.id = $1 GROUP BY s.id`, id)
	return err
}

// SessionList selects and sorts sessions. Zero fields select everything.
type SessionList struct {
	Room          string
	Origin        live.Origin
	From, To      time.Time // by start
	Shorter       time.Duration
	Longer        time.Duration
	Sort          string // a key of sessionOrder; "" is "start"
	Ascending     bool
	Limit, Offset int
}

// sessionOrder is what a list of sessions can be sorted by, and the column of each.
var sessionOrder = map[string]string{
	"start": "s.started_ms", "length": sessionLength, "peak": "u.viewers_peak", "average": "1.0 * u.viewers_sum / max(u.viewers_count, 1)",
	"comments": "u.comments", "diamonds": "u.diamonds", "gifters": "u.gifters", "follows": "u.follows",
}

const (
	sessionLength = "coalesce(s.ended_ms, s.last_ms) - s.started_ms"
	// Those that have ended were summed then; the few that are open are summed now.
	sessionsWithSums = `WITH u AS (SELECT u.* FROM session_sums u JOIN sessions e ON e.id = u.session_id AND e.ended_ms IS NOT NULL
		UNION ALL SELECT ` + sumColumns + ` WHERE s.ended_ms IS NULL GROUP BY s.id) `
	fromSessions = ` FROM sessions s JOIN u ON u.session_id = s.id `
)

// where returns the condition a list stands for.
func (q SessionList) where() (string, []any) {
	conditions, args := []string{"1 = 1"}, []any{}
	and := func(condition string, arg any) {
		args = append(args, arg)
		conditions = append(conditions, condition+placeholder(len(args)))
	}
	if q.Room != "" {
		and("s.room = ", q.Room)
	}
	if q.Origin != "" {
		and("s.origin = ", string(q.Origin))
	}
	if !q.From.IsZero() {
		and("s.started_ms >= ", ms(q.From))
	}
	if !q.To.IsZero() {
		and("s.started_ms < ", ms(q.To))
	}
	if q.Longer > 0 {
		and(sessionLength+" >= ", q.Longer.Milliseconds())
	}
	if q.Shorter > 0 {
		and(sessionLength+" < ", q.Shorter.Milliseconds())
	}
	return "WHERE " + strings.Join(conditions, " AND "), args
}

// SessionSums returns the sessions of a list with their sums, and how many there are on all its pages.
func (d *DB) SessionSums(ctx context.Context, q SessionList) ([]SessionSum, int, error) {
	order, ok := sessionOrder[q.Sort]
	if !ok {
		order = sessionOrder["start"]
	}
	if !q.Ascending {
		order += " DESC"
	}
	where, args := q.where()
	var n int
	if err := d.read.QueryRowContext(ctx, `SELECT count(*) FROM sessions s `+where, args...).Scan(&n); err != nil {
		return nil, 0, err
	}
	args = append(args, q.Limit, q.Offset)
	rows, err := d.read.QueryContext(ctx, sessionsWithSums+`SELECT s.id, s.room, s.live_id, s.title, s.origin, s.started_ms, coalesce(s.ended_ms, 0),
		s.end_reason, s.last_seq, s.last_ms, s.pruned_ms, u.comments, u.gifts, u.diamonds, u.likes, u.follows, u.shares, u.viewers_peak,
		CASE WHEN u.viewers_count = 0 THEN -1.0 ELSE 1.0 * u.viewers_sum / u.viewers_count END, u.viewers_seen, u.gifters, u.gap_ms`+
		fromSessions+where+` ORDER BY `+order+`, s.id DESC LIMIT `+placeholder(len(args)-1)+` OFFSET `+placeholder(len(args)), args...)
	found, err := collect(rows, err, scanSessionSum)
	return found, n, err
}

func scanSessionSum(rows *sql.Rows, s *SessionSum) error {
	var started, ended, heard, pruned, gap int64
	var origin string
	err := rows.Scan(&s.ID, &s.Room, &s.RoomID, &s.Title, &origin, &started, &ended, &s.EndReason, &s.LastSeq, &heard, &pruned, &s.Comments, &s.Gifts,
		&s.Diamonds, &s.Likes, &s.Follows, &s.Shares, &s.Peak, &s.Average, &s.Seen, &s.Gifters, &gap)
	s.Origin, s.StartedAt, s.EndedAt, s.LastHeard = live.Origin(origin), fromMS(started), fromMS(ended), fromMS(heard)
	s.Pruned, s.Gap = fromMS(pruned), time.Duration(gap)*time.Millisecond
	return err
}

// MonthSum is what the sessions of one room that began in one month came to.
type MonthSum struct {
	Room                                              string
	Month                                             time.Time // its first moment, in the zone asked for
	Sessions                                          int
	Length                                            time.Duration
	Comments, Gifts, Diamonds, Likes, Follows, Shares int64
	Peak                                              int64   // -1 if TikTok told no count
	Average                                           float64 // over all counts TikTok told; -1 if none
	counts, viewers                                   int64
}

// monthsOf is how many sessions are looked at for months: more than 25 years of a daily show in ten rooms.
const monthsOf = 100_000

// MonthSums adds the sessions of a list up by room and month, the newest month first. Its limit, offset and order do not matter.
func (d *DB) MonthSums(ctx context.Context, q SessionList, zone *time.Location) ([]MonthSum, error) {
	where, args := q.where()
	args = append(args, monthsOf)
	rows, err := d.read.QueryContext(ctx, sessionsWithSums+`SELECT s.room, s.started_ms, `+sessionLength+`, u.comments, u.gifts, u.diamonds, u.likes, u.follows,
		u.shares, u.viewers_peak, u.viewers_sum, u.viewers_count`+fromSessions+where+` ORDER BY s.started_ms DESC, s.room LIMIT `+placeholder(len(args)), args...)
	var out []MonthSum
	at := map[string]int{}
	_, err = collect(rows, err, func(rows *sql.Rows, _ *struct{}) error {
		var m MonthSum
		var started, length int64
		err := rows.Scan(&m.Room, &started, &length, &m.Comments, &m.Gifts, &m.Diamonds, &m.Likes, &m.Follows, &m.Shares, &m.Peak, &m.viewers, &m.counts)
		if err != nil {
			return err
		}
		begin := fromMS(started).In(zone)
		m.Month, m.Sessions = time.Date(begin.Year(), begin.Month(), 1, 0, 0, 0, 0, zone), 1
		m.Length = time.Duration(max(0, length)) * time.Millisecond
		key := m.Room + "/" + m.Month.Format("2006-01")
		if i, ok := at[key]; ok {
			out[i].add(m)
			return nil
		}
		at[key] = len(out)
		out = append(out, m)
		return nil
	})
	for i := range out {
		out[i].Average = -1
		if out[i].counts > 0 {
			out[i].Average = float64(out[i].viewers) / float64(out[i].counts)
		}
	}
	return out, err
}

func (m *MonthSum) add(o MonthSum) {
	m.Sessions += o.Sessions
	m.Length += o.Length
	m.Comments += o.Comments
	m.Gifts += o.Gifts
	m.Diamonds += o.Diamonds
	m.Likes += o.Likes
	m.Follows += o.Follows
	m.Shares += o.Shares
	m.Peak = max(m.Peak, o.Peak)
	m.viewers += o.viewers
	m.counts += o.counts
}

// Everybody yields all viewers of a session, page by page, in the order they were first met in any session.
func (d *DB) Everybody(ctx context.Context, session int64, rehearsals bool) iter.Seq2[live.Attendance, error] {
	return func(yield func(live.Attendance, error) bool) {
		const page = 1000
		for after := int64(0); ; {
			rows, err := d.read.QueryContext(ctx, `SELECT v.user_id, s.rehearsal, v.unique_id, v.nickname, v.picture,
				s.first_ms, s.last_ms, s.comments, s.gifts, s.diamonds, s.likes, s.joins, s.follows, s.shares, s.viewer
				FROM session_viewers s JOIN viewers v ON v.id = s.viewer
				WHERE s.session_id = $1 AND s.viewer > $2 AND s.rehearsal <= $3 ORDER BY s.viewer LIMIT $4`, session, after, flagInt(rehearsals), page)
			found, err := collect(rows, err, func(rows *sql.Rows, a *live.Attendance) error { return scanAttendance(rows, a, &after) })
			if err != nil {
				yield(live.Attendance{}, err)
				return
			}
			for _, a := range found {
				if !yield(a, nil) {
					return
				}
			}
			if len(found) < page {
				return
			}
		}
	}
}

// SessionRooms returns the names of all rooms there is a session of, sorted.
func (d *DB) SessionRooms(ctx context.Context) ([]string, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT DISTINCT room FROM sessions ORDER BY room`)
	return collect(rows, err, func(rows *sql.Rows, room *string) error { return rows.Scan(room) })
}

// PrunedAt returns when a session's events were deleted and its sums kept; the zero time while they are there.
func (d *DB) PrunedAt(ctx context.Context, session int64) (time.Time, error) {
	var at int64
	err := d.read.QueryRowContext(ctx, `SELECT pruned_ms FROM sessions WHERE id = $1`, session).Scan(&at)
	if err == sql.ErrNoRows {
		return time.Time{}, noSession(session)
	}
	return fromMS(at), err
}
