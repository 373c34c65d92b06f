package db

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"showcaller/internal/live"
)

// Totals are a session's sums over all its minutes.
type Totals struct {
	Comments, Gifts, Diamonds, Joins, Follows, Shares int64
	Likes                                             int64 // TikTok's own total, or what we counted where it told none
	LikesGrown                                        int64 // since we listen
	Viewers                                           int64 // the last count; -1 if none was told
	ViewersPeak                                       int64
	New, Returning                                    int64
	Gap                                               time.Duration
	Minutes                                           int64 // in which anything happened
}

// Totals sums a session from its minutes. rehearsals adds what simulated and replayed events did.
func (d *DB) Totals(ctx context.Context, session int64, rehearsals bool) (Totals, error) {
	return totals(ctx, d.read, session, rehearsals)
}

// Summary returns a session with its totals, both of the same moment: the totals hold every event up to the session's LastSeq
// and none after it.
func (d *DB) Summary(ctx context.Context, session int64, rehearsals bool) (live.SessionInfo, Totals, error) {
	tx, err := d.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return live.SessionInfo{}, Totals{}, err
	}
	defer tx.Rollback() //nolint:errcheck // it only read
	found, err := querySessions(ctx, tx, `WHERE id = $1`, session)
	if err == nil && len(found) == 0 {
		err = noSession(session)
	}
	if err != nil {
		return live.SessionInfo{}, Totals{}, err
	}
	t, err := totals(ctx, tx, session, rehearsals)
	return found[0], t, err
}

func totals(ctx context.Context, q querier, session int64, rehearsals bool) (Totals, error) {
	var t Totals
	var gap int64
	err := q.QueryRowContext(ctx, `SELECT coalesce(sum(comments), 0), coalesce(sum(gifts), 0), coalesce(sum(diamonds), 0),
		coalesce(sum(joins), 0), coalesce(sum(follows), 0), coalesce(sum(shares), 0),
		coalesce(max(CASE WHEN rehearsal = 0 THEN max_likes ELSE 0 END), 0) + coalesce(max(CASE WHEN rehearsal = 1 THEN max_likes ELSE 0 END), 0),
		coalesce(max(viewers_peak), -1), coalesce(sum(new_viewers), 0), coalesce(sum(returning_viewers), 0), coalesce(sum(gap_ms), 0), coalesce(sum(n), 0), coalesce(sum(likes), 0)
		FROM (SELECT rehearsal, sum(comments) AS comments, sum(gifts) AS gifts, sum(diamonds) AS diamonds, sum(joins) AS joins,
			sum(follows) AS follows, sum(shares) AS shares, CASE WHEN max(likes_total) > sum(likes) THEN max(likes_total) ELSE sum(likes) END AS max_likes, max(viewers_peak) AS viewers_peak,
			sum(new_viewers) AS new_viewers, sum(returning_viewers) AS returning_viewers, sum(gap_ms) AS gap_ms, count(*) AS n, sum(likes) AS likes
			FROM minutes WHERE session_id = $1 AND rehearsal <= $2 GROUP BY rehearsal) AS sums`, session, flagInt(rehearsals)).
		Scan(&t.Comments, &t.Gifts, &t.Diamonds, &t.Joins, &t.Follows, &t.Shares, &t.Likes, &t.ViewersPeak, &t.New, &t.Returning, &gap, &t.Minutes, &t.LikesGrown)
	if err != nil {
		return Totals{}, err
	}
	t.Gap = time.Duration(gap) * time.Millisecond
	err = q.QueryRowContext(ctx, `SELECT viewers FROM minutes WHERE session_id = $1 AND rehearsal <= $2 AND viewers >= 0
		ORDER BY minute_ms DESC, rehearsal LIMIT 1`, session, flagInt(rehearsals)).Scan(&t.Viewers)
	if err == sql.ErrNoRows {
		t.Viewers, err = -1, nil
	}
	return t, err
}

// Minutes returns a session's minutes in order. rehearsals adds what simulated and replayed events did.
func (d *DB) Minutes(ctx context.Context, session int64, rehearsals bool) ([]live.Minute, error) {
	return minutesOf(ctx, d.read, session, rehearsals, time.Time{})
}

// MinutesSince returns a session and its minutes from a moment on, both of the same moment: the minutes hold every event up to
// the session's LastSeq and none after it.
func (d *DB) MinutesSince(ctx context.Context, session int64, rehearsals bool, since time.Time) (live.SessionInfo, []live.Minute, error) {
	tx, err := d.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return live.SessionInfo{}, nil, err
	}
	defer tx.Rollback() //nolint:errcheck // it only read
	found, err := querySessions(ctx, tx, `WHERE id = $1`, session)
	if err == nil && len(found) == 0 {
		err = noSession(session)
	}
	if err != nil {
		return live.SessionInfo{}, nil, err
	}
	minutes, err := minutesOf(ctx, tx, session, rehearsals, since)
	return found[0], minutes, err
}

func minutesOf(ctx context.Context, q querier, session int64, rehearsals bool, since time.Time) ([]live.Minute, error) {
	rows, err := q.QueryContext(ctx, `SELECT minute_ms, sum(comments), sum(gifts), sum(diamonds), sum(likes), max(likes_total), sum(joins),
		sum(follows), sum(shares), max(viewers), max(viewers_peak), sum(new_viewers), sum(returning_viewers), sum(gap_ms)
		FROM minutes WHERE session_id = $1 AND rehearsal <= $2 AND minute_ms >= $3 GROUP BY minute_ms ORDER BY minute_ms`, session, flagInt(rehearsals), ms(since))
	return collect(rows, err, func(rows *sql.Rows, m *live.Minute) error {
		var start, gap int64
		err := rows.Scan(&start, &m.Comments, &m.Gifts, &m.Diamonds, &m.Likes, &m.LikesTotal, &m.Joins, &m.Follows, &m.Shares,
			&m.Viewers, &m.ViewersPeak, &m.New, &m.Returning, &gap)
		m.Start, m.Gap = fromMS(start), time.Duration(gap)*time.Millisecond
		return err
	})
}

// Attendance returns the viewers of a session, the first by the column named by sort: "diamonds", "comments", "likes", "gifts"
// or "last". At most limit, beginning behind offset.
func (d *DB) Attendance(ctx context.Context, session int64, rehearsals bool, sort string, limit, offset int) ([]live.Attendance, error) {
	switch sort {
	case "last":
		return d.lately(ctx, session, rehearsals, limit, offset)
	case "diamonds", "comments", "likes", "gifts":
	default:
		return nil, &live.Error{Code: live.CodeInvalid, Op: "db.Attendance", Field: "sort", Msg: "sort must be diamonds, comments, likes, gifts or last."}
	}
	// Few of the many who come do anything: those are found by an index, and the others follow as they lie.
	index := by("session_viewers_" + sort)
	page, err := d.attendance(ctx, session, rehearsals, index, ` AND `+sort+` > 0`, sort+` DESC, viewer`, limit, offset)
	if err != nil || len(page) == limit {
		return page, err
	}
	var active int
	err = d.read.QueryRowContext(ctx, `SELECT count(*) FROM session_viewers`+index+` WHERE session_id = $1 AND rehearsal <= $2 AND `+sort+` > 0`,
		session, flagInt(rehearsals)).Scan(&active)
	if err != nil {
		return nil, err
	}
	rest, err := d.attendance(ctx, session, rehearsals, ``, ` AND `+sort+` = 0`, `viewer`, limit-len(page), max(0, offset-active))
	return append(page, rest...), err
}

// newest is how many of the newest events are looked at for who was there last.
const newest = 2000

// lately returns the viewers of a session, who was there last first: those of the newest events, and only for a page behind them
// all of them.
func (d *DB) lately(ctx context.Context, session int64, rehearsals bool, limit, offset int) ([]live.Attendance, error) {
	const order = `last_ms DESC, viewer`
	page, err := d.attendance(ctx, session, rehearsals, ``, fmt.Sprintf(` AND rehearsal IN (0, $2) AND viewer IN (SELECT viewer FROM events
		WHERE session_id = $1 AND seq > (SELECT last_seq FROM sessions WHERE id = $1) - %d)`, newest), order, limit, offset)
	if err != nil || len(page) == limit {
		return page, err
	}
	return d.attendance(ctx, session, rehearsals, ``, ``, order, limit, offset)
}

// attendance reads a page of a session's viewers. Their names are looked up for the page only.
func (d *DB) attendance(ctx context.Context, session int64, rehearsals bool, index, where, order string, limit, offset int) ([]live.Attendance, error) {
	outer := "s." + strings.ReplaceAll(order, ", ", ", s.")
	rows, err := d.read.QueryContext(ctx, `SELECT v.user_id, s.rehearsal, v.unique_id, v.nickname, v.picture,
		s.first_ms, s.last_ms, s.comments, s.gifts, s.diamonds, s.likes, s.joins, s.follows, s.shares
		FROM (SELECT * FROM session_viewers`+index+` WHERE session_id = $1 AND rehearsal <= $2`+where+` ORDER BY `+order+` LIMIT $3 OFFSET $4) AS s
		JOIN viewers v ON v.id = s.viewer ORDER BY `+outer, session, flagInt(rehearsals), limit, offset)
	return collect(rows, err, func(rows *sql.Rows, a *live.Attendance) error { return scanAttendance(rows, a) })
}

// scanAttendance reads a viewer's row; more is what stands behind its columns.
func scanAttendance(rows *sql.Rows, a *live.Attendance, more ...any) error {
	var key string
	var first, last int64
	err := rows.Scan(append([]any{
		&key, &a.Rehearsal, &a.User.UniqueID, &a.User.Nickname, &a.User.ProfilePicture, &first, &last,
		&a.Comments, &a.Gifts, &a.Diamonds, &a.Likes, &a.Joins, &a.Follows, &a.Shares,
	}, more...)...)
	a.User.UserID, a.First, a.Last = userID(key), fromMS(first), fromMS(last)
	return err
}
