package db

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"showcaller/internal/live"
)

// ViewerCard is what is known of one viewer in one room.
type ViewerCard struct {
	User      live.User // with the roles and levels of the newest message
	Visits    int64     // sessions of the room they were seen in
	FirstSeen time.Time // in the room
	LastSeen  time.Time // in the room
	Room      live.Attendance
	All       live.Attendance // over all rooms
	Messages  []live.Event    // the last ones in the room, the newest first
	Note      ViewerNote
}

// ViewerNote is what the team wrote about a viewer.
type ViewerNote struct {
	Text   string
	Author string
	At     time.Time
}

const cardMessages = 10

// ViewerCard returns what is known of a viewer, named by live.User.Key. rehearsals counts simulated and replayed events too.
func (d *DB) ViewerCard(ctx context.Context, room, key string, rehearsals bool) (ViewerCard, error) {
	var c ViewerCard
	var err error
	if c.User, err = d.viewer(ctx, key, rehearsals); err != nil {
		return c, err
	}
	if err := d.cardSums(ctx, &c, room, key, rehearsals); err != nil {
		return c, err
	}
	var first int64
	err = d.read.QueryRowContext(ctx, `SELECT coalesce(sum(r.visits), 0), coalesce(min(r.first_ms), 0) FROM viewers u
		JOIN room_viewers r ON r.viewer = u.id AND r.room = $1 WHERE u.user_id = $2 AND u.rehearsal <= $3`, room, key, flagInt(rehearsals)).Scan(&c.Visits, &first)
	if err != nil {
		return c, err
	}
	c.FirstSeen = fromMS(first)
	if c.Messages, err = d.said(ctx, room, key, rehearsals); err != nil {
		return c, err
	}
	if len(c.Messages) > 0 {
		u := c.Messages[0].User
		c.User.Roles, c.User.GifterLevel, c.User.TeamLevel, c.User.TopGifter = u.Roles, u.GifterLevel, u.TeamLevel, u.TopGifter
	}
	c.Note, err = d.ViewerNote(ctx, key)
	return c, err
}

func (d *DB) viewer(ctx context.Context, key string, rehearsals bool) (live.User, error) {
	u := live.User{UserID: userID(key)}
	err := d.read.QueryRowContext(ctx, `SELECT unique_id, nickname, picture FROM viewers WHERE user_id = $1 AND rehearsal <= $2 ORDER BY rehearsal LIMIT 1`,
		key, flagInt(rehearsals)).Scan(&u.UniqueID, &u.Nickname, &u.ProfilePicture)
	return u, notFound(err, "db.ViewerCard", "This viewer was never seen here.")
}

// cardSums adds up what the viewer did, from one row a session they were in.
func (d *DB) cardSums(ctx context.Context, c *ViewerCard, room, key string, rehearsals bool) error {
	rows, err := d.read.QueryContext(ctx, `SELECT s.room, max(v.last_ms), sum(v.comments), sum(v.gifts), sum(v.diamonds), sum(v.likes)
		FROM viewers u JOIN session_viewers v ON v.viewer = u.id JOIN sessions s ON s.id = v.session_id
		WHERE u.user_id = $1 AND u.rehearsal <= $2 GROUP BY s.room`, key, flagInt(rehearsals))
	_, err = collect(rows, err, func(rows *sql.Rows, _ *struct{}) error {
		var in string
		var last int64
		var a live.Attendance
		if err := rows.Scan(&in, &last, &a.Comments, &a.Gifts, &a.Diamonds, &a.Likes); err != nil {
			return err
		}
		if in == room {
			c.Room, c.LastSeen = a, fromMS(last)
		}
		c.All.Comments += a.Comments
		c.All.Gifts += a.Gifts
		c.All.Diamonds += a.Diamonds
		c.All.Likes += a.Likes
		return nil
	})
	return err
}

// saidIn is in how many of a viewer's sessions their last messages are looked for.
const saidIn = 50

// said returns the last messages of a viewer in a room, the newest first.
func (d *DB) said(ctx context.Context, room, key string, rehearsals bool) ([]live.Event, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT a.session_id, a.viewer FROM viewers u JOIN session_viewers a ON a.viewer = u.id
		JOIN sessions s ON s.id = a.session_id AND s.room = $1 WHERE u.user_id = $2 AND u.rehearsal <= $3 ORDER BY a.session_id DESC LIMIT $4`,
		room, key, flagInt(rehearsals), saidIn)
	visits, err := collect(rows, err, func(rows *sql.Rows, v *visit) error { return rows.Scan(&v.session, &v.viewer) })
	var out []live.Event
	for i := 0; i < len(visits) && err == nil; i++ {
		if len(out) >= cardMessages && visits[i].session != visits[i-1].session {
			break // a session's rehearsed part has a viewer of its own, and may hold what is newer
		}
		var page []live.Event
		page, err = d.saidInSession(ctx, visits[i], cardMessages)
		out = append(out, page...)
	}
	slices.SortFunc(out, newestFirst)
	return out[:min(len(out), cardMessages)], err
}

// visit is a viewer, by our number, in a session.
type visit struct{ session, viewer int64 }

func (d *DB) saidInSession(ctx context.Context, v visit, limit int) ([]live.Event, error) {
	rows, err := d.read.QueryContext(ctx, eventColumns+by("events_viewer")+withNames+`WHERE e.session_id = $1 AND e.viewer = $2
		AND e.kind IN ('comment', 'question') ORDER BY e.seq DESC LIMIT $3`, v.session, v.viewer, limit)
	return collect(rows, err, scanEvent)
}

// ViewerNote returns what the team wrote about a viewer; the zero note if nothing.
func (d *DB) ViewerNote(ctx context.Context, key string) (ViewerNote, error) {
	var n ViewerNote
	var at int64
	err := d.read.QueryRowContext(ctx, `SELECT text, author, updated_ms FROM viewer_notes WHERE user_id = $1`, key).Scan(&n.Text, &n.Author, &at)
	if err == sql.ErrNoRows {
		return ViewerNote{}, nil
	}
	n.At = fromMS(at)
	return n, err
}

// SaveViewerNote keeps what the team wrote about a viewer. An empty text takes the note away.
func (d *DB) SaveViewerNote(ctx context.Context, key string, n ViewerNote) error {
	if n.Text == "" {
		_, err := d.exec(ctx, "db.SaveViewerNote", `DELETE FROM viewer_notes WHERE user_id = $1`, key)
		return err
	}
	_, err := d.exec(ctx, "db.SaveViewerNote", `INSERT INTO viewer_notes (user_id, text, author, updated_ms) VALUES ($1, $2, $3, $4)
		ON CONFLICT (user_id) DO UPDATE SET text = excluded.text, author = excluded.author, updated_ms = excluded.updated_ms`,
		key, n.Text, n.Author, ms(n.At))
	return err
}
