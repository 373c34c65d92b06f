package db

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"showcaller/internal/live"
)

// ViewerHistory is what is known of one viewer over all sessions.
type ViewerHistory struct {
	User     live.User // with the roles and levels of the newest message
	MadeUp   bool      // never seen but in rehearsals: those are what is counted
	Sessions int       // they were in
	Sums     live.Attendance
	Visits   []ViewerVisit // the newest sessions first
	Names    []FormerName  // the newest first
	Messages []live.Event  // the last ones, the newest first
	Note     ViewerNote
}

// ViewerVisit is a session a viewer was in, and what they did there.
type ViewerVisit struct {
	Session live.SessionInfo
	live.Attendance
}

// FormerName is what a viewer was called until a moment.
type FormerName struct {
	UniqueID, Nickname string
	Until              time.Time
}

const (
	historyVisits   = 100
	historyMessages = 50
	historyNames    = 50
)

// ViewerHistory returns what is known of a viewer, named by live.User.Key. What was made up is counted only of those who were never
// there for real.
func (d *DB) ViewerHistory(ctx context.Context, key string) (ViewerHistory, error) {
	var h ViewerHistory
	var number int64
	h.User.UserID = userID(key)
	err := d.read.QueryRowContext(ctx, `SELECT id, rehearsal, unique_id, nickname, picture FROM viewers WHERE user_id = $1 ORDER BY rehearsal LIMIT 1`, key).
		Scan(&number, &h.MadeUp, &h.User.UniqueID, &h.User.Nickname, &h.User.ProfilePicture)
	if err != nil {
		return h, notFound(err, "db.ViewerHistory", "This viewer was never seen here.")
	}
	for _, read := range []func(context.Context, int64, *ViewerHistory) error{d.historySums, d.historyVisits, d.historyNames, d.historyMessages} {
		if err := read(ctx, number, &h); err != nil {
			return h, err
		}
	}
	if len(h.Messages) > 0 {
		u := h.Messages[0].User
		h.User.Roles, h.User.GifterLevel, h.User.TeamLevel, h.User.TopGifter = u.Roles, u.GifterLevel, u.TeamLevel, u.TopGifter
	}
	h.Note, err = d.ViewerNote(ctx, key)
	return h, err
}

func (d *DB) historySums(ctx context.Context, number int64, h *ViewerHistory) error {
	var first, last int64
	a := &h.Sums
	err := d.read.QueryRowContext(ctx, `SELECT count(*), coalesce(min(first_ms), 0), coalesce(max(v.last_ms), 0), coalesce(sum(comments), 0), coalesce(sum(gifts), 0),
		coalesce(sum(diamonds), 0), coalesce(sum(likes), 0), coalesce(sum(joins), 0), coalesce(sum(follows), 0), coalesce(sum(shares), 0)
		FROM session_viewers v`+by("session_viewers_viewer")+` JOIN sessions s ON s.id = v.session_id WHERE viewer = $1`, number).
		Scan(&h.Sessions, &first, &last, &a.Comments, &a.Gifts, &a.Diamonds, &a.Likes, &a.Joins, &a.Follows, &a.Shares)
	a.User, a.First, a.Last = h.User, fromMS(first), fromMS(last)
	return err
}

func (d *DB) historyVisits(ctx context.Context, number int64, h *ViewerHistory) error {
	rows, err := d.read.QueryContext(ctx, `SELECT s.id, s.room, s.title, s.origin, s.started_ms, coalesce(s.ended_ms, 0), v.first_ms, v.last_ms, v.comments, v.gifts,
		v.diamonds, v.likes, v.joins, v.follows, v.shares FROM session_viewers v`+by("session_viewers_viewer")+` JOIN sessions s ON s.id = v.session_id
		WHERE v.viewer = $1 ORDER BY s.started_ms DESC, s.id DESC LIMIT $2`, number, historyVisits)
	h.Visits, err = collect(rows, err, func(rows *sql.Rows, v *ViewerVisit) error {
		var started, ended, first, last int64
		var origin string
		s := &v.Session
		err := rows.Scan(&s.ID, &s.Room, &s.Title, &origin, &started, &ended, &first, &last, &v.Comments, &v.Gifts, &v.Diamonds, &v.Likes, &v.Joins, &v.Follows, &v.Shares)
		s.Origin, s.StartedAt, s.EndedAt, v.First, v.Last = live.Origin(origin), fromMS(started), fromMS(ended), fromMS(first), fromMS(last)
		return err
	})
	return err
}

func (d *DB) historyNames(ctx context.Context, number int64, h *ViewerHistory) error {
	rows, err := d.read.QueryContext(ctx, `SELECT unique_id, nickname, until_ms FROM viewer_names WHERE viewer = $1 ORDER BY until_ms DESC LIMIT $2`, number, historyNames)
	h.Names, err = collect(rows, err, func(rows *sql.Rows, n *FormerName) error {
		var until int64
		err := rows.Scan(&n.UniqueID, &n.Nickname, &until)
		n.Until = fromMS(until)
		return err
	})
	h.Names = slices.DeleteFunc(h.Names, func(n FormerName) bool { return n.UniqueID == h.User.UniqueID && n.Nickname == h.User.Nickname }) // back to an old name
	return err
}

// historyMessages looks for messages in the newest sessions in which any were counted.
func (d *DB) historyMessages(ctx context.Context, number int64, h *ViewerHistory) error {
	from := `FROM (SELECT v.session_id, v.viewer, s.started_ms FROM session_viewers v` + by("session_viewers_viewer") + ` JOIN sessions s ON s.id = v.session_id
		WHERE v.viewer = $1 AND v.comments > 0 ORDER BY s.started_ms DESC, s.id DESC LIMIT $2) a
		CROSS JOIN events e` + by("events_viewer") + ` ON e.session_id = a.session_id AND e.viewer = a.viewer`
	rows, err := d.read.QueryContext(ctx, eventColumnsFrom(from)+withNames+`WHERE e.kind IN ('comment', 'question') AND e.viewer IS NOT NULL
		ORDER BY a.started_ms DESC, a.session_id DESC, e.seq DESC LIMIT $3`, number, saidIn, historyMessages)
	h.Messages, err = collect(rows, err, scanEvent)
	return err
}
