package db

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"showcaller/internal/live"
)

const selectSessions = `SELECT id, room, live_id, title, origin, started_ms, coalesce(ended_ms, 0), end_reason, last_seq, last_ms FROM sessions `

func scanSession(rows *sql.Rows, s *live.SessionInfo) error {
	var started, ended, heard int64
	var origin string
	err := rows.Scan(&s.ID, &s.Room, &s.RoomID, &s.Title, &origin, &started, &ended, &s.EndReason, &s.LastSeq, &heard)
	s.Origin, s.StartedAt, s.EndedAt, s.LastHeard = live.Origin(origin), fromMS(started), fromMS(ended), fromMS(heard)
	s.Resumed = s.LastSeq > 0
	return err
}

// OpenSession implements live.Store.
func (d *DB) OpenSession(ctx context.Context, room string, info live.RoomInfo, origin live.Origin, at time.Time) (live.SessionInfo, error) {
	var session live.SessionInfo
	err := d.inTx(ctx, "db.OpenSession", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE sessions SET ended_ms = NULL, end_reason = '' WHERE room = $1 AND live_id = $2`, room, info.RoomID)
		if err != nil {
			return err
		}
		found, err := querySessions(ctx, tx, `WHERE room = $1 AND live_id = $2`, room, info.RoomID)
		if err != nil || len(found) > 0 {
			if err == nil {
				session = found[0]
			}
			return err
		}
		session = live.SessionInfo{Room: room, RoomID: info.RoomID, Title: info.Title, Origin: origin, StartedAt: live.Millis(at)}
		// Numbers are never given twice, not even after a session was deleted: a browser may still ask for the old one.
		err = tx.QueryRowContext(ctx, `UPDATE counters SET value = value + 1 WHERE name = 'session' RETURNING value`).Scan(&session.ID)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO sessions (id, room, live_id, title, origin, started_ms) VALUES ($1, $2, $3, $4, $5, $6)`,
			session.ID, room, info.RoomID, info.Title, string(origin), ms(at))
		return err
	})
	return session, err
}

// querier is the database or a transaction.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

func querySessions(ctx context.Context, q querier, where string, args ...any) ([]live.SessionInfo, error) {
	rows, err := q.QueryContext(ctx, selectSessions+where, args...)
	return collect(rows, err, scanSession)
}

// FindSession implements live.ImportStore.
func (d *DB) FindSession(ctx context.Context, room, liveID string) (live.SessionInfo, bool, error) {
	found, err := querySessions(ctx, d.read, `WHERE room = $1 AND live_id = $2`, room, liveID)
	if err != nil || len(found) == 0 {
		return live.SessionInfo{}, false, err
	}
	return found[0], true, nil
}

// OpenSessions implements live.Store.
func (d *DB) OpenSessions(ctx context.Context) ([]live.SessionInfo, error) {
	return querySessions(ctx, d.read, `WHERE ended_ms IS NULL ORDER BY id`)
}

// EndSession implements live.Store.
func (d *DB) EndSession(ctx context.Context, id int64, at time.Time, reason string) error {
	return d.inTx(ctx, "db.EndSession", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE sessions SET ended_ms = $1, end_reason = $2 WHERE id = $3`, ms(at), reason, id); err != nil {
			return err
		}
		return sumSession(ctx, tx, id)
	})
}

// Session returns one session.
func (d *DB) Session(ctx context.Context, id int64) (live.SessionInfo, error) {
	found, err := querySessions(ctx, d.read, `WHERE id = $1`, id)
	if err == nil && len(found) == 0 {
		err = noSession(id)
	}
	if err != nil {
		return live.SessionInfo{}, err
	}
	return found[0], nil
}

func noSession(id int64) error {
	return &live.Error{Code: live.CodeNotFound, Op: "db.Session", Msg: fmt.Sprintf("There is no session %d here. It may have been deleted.", id)}
}

// SessionQuery selects sessions, the newest first. Zero fields select everything.
type SessionQuery struct {
	Room     string
	From, To time.Time // by start
	Before   int64     // only sessions with a smaller id: the next page
	Whole    bool      // only sessions whose events were not deleted
	Limit    int
}

// Sessions returns the sessions a query selects.
func (d *DB) Sessions(ctx context.Context, q SessionQuery) ([]live.SessionInfo, error) {
	before, to := q.Before, ms(q.To)
	if before == 0 {
		before = 1 << 62
	}
	if to == 0 {
		to = 1 << 62
	}
	return querySessions(ctx, d.read, `WHERE ($1 = '' OR room = $1) AND started_ms >= $2 AND started_ms < $3 AND id < $4
		AND ($5 = 0 OR pruned_ms = 0) ORDER BY id DESC LIMIT $6`, q.Room, ms(q.From), to, before, flagInt(q.Whole), q.Limit)
}

// RenameSession gives a session a title.
func (d *DB) RenameSession(ctx context.Context, id int64, title string) error {
	n, err := d.exec(ctx, "db.RenameSession", `UPDATE sessions SET title = $1 WHERE id = $2`, title, id)
	if err == nil && n == 0 {
		err = noSession(id)
	}
	return err
}

// mostPrograms is how many of a session's newest program events are looked at: more than a show can have.
const mostPrograms = 10_000

// Past implements live.Store.
func (d *DB) Past(ctx context.Context, id int64) (live.Past, error) {
	session, err := d.Session(ctx, id)
	if err != nil {
		return live.Past{}, err
	}
	past := live.Past{LastSeq: session.LastSeq, LikesTotal: map[bool]int64{}}
	if past.Recent, err = d.Events(ctx, EventQuery{Session: id, After: session.LastSeq - live.PastEvents, Limit: live.PastEvents}); err != nil {
		return live.Past{}, err
	}
	if past.Programs, err = d.ProgramEvents(ctx, id, 0, mostPrograms); err != nil {
		return live.Past{}, err
	}
	slices.Reverse(past.Programs)
	rows, err := d.read.QueryContext(ctx, `SELECT rehearsal, max(likes_total) FROM minutes WHERE session_id = $1 GROUP BY rehearsal`, id)
	_, err = collect(rows, err, func(rows *sql.Rows, _ *struct{}) error {
		var rehearsal, total int64
		if err := rows.Scan(&rehearsal, &total); err != nil {
			return err
		}
		past.LikesTotal[rehearsal != 0] = total
		return nil
	})
	return past, err
}

// Rooms implements live.Store.
func (d *DB) Rooms(ctx context.Context) ([]live.Room, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT unique_id, nickname, picture, wanted, auto_record, story_id, demo, added_ms FROM rooms ORDER BY added_ms, unique_id`)
	return collect(rows, err, func(rows *sql.Rows, r *live.Room) error {
		var added int64
		err := rows.Scan(&r.UniqueID, &r.Nickname, &r.Picture, &r.Wanted, &r.AutoRecord, &r.StoryID, &r.Demo, &added)
		r.AddedAt = fromMS(added)
		return err
	})
}

// SaveRoom implements live.Store.
func (d *DB) SaveRoom(ctx context.Context, r live.Room) error {
	_, err := d.exec(ctx, "db.SaveRoom", `INSERT INTO rooms (unique_id, nickname, picture, wanted, auto_record, story_id, demo, added_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (unique_id) DO UPDATE SET nickname = excluded.nickname,
		picture = excluded.picture, wanted = excluded.wanted, auto_record = excluded.auto_record, story_id = excluded.story_id`,
		r.UniqueID, r.Nickname, r.Picture, flagInt(r.Wanted), flagInt(r.AutoRecord), r.StoryID, flagInt(r.Demo), ms(r.AddedAt))
	return err
}

// DeleteRoom implements live.Store. The room's sessions stay.
func (d *DB) DeleteRoom(ctx context.Context, uniqueID string) error {
	_, err := d.exec(ctx, "db.DeleteRoom", `DELETE FROM rooms WHERE unique_id = $1`, uniqueID)
	return err
}

// PruneDemo deletes the oldest sessions of a demo room but for the newest keep ones: nobody reviews a rehearsal of last week,
// and the simulator never stops.
func (d *DB) PruneDemo(ctx context.Context, room string, keep int) error {
	sessions, err := d.Sessions(ctx, SessionQuery{Room: room, Limit: 1000})
	if err != nil {
		return err
	}
	for _, s := range sessions {
		if s.EndedAt.IsZero() {
			continue // a replay of one, perhaps: it is in use
		}
		if keep--; keep >= 0 {
			continue
		}
		if err := d.DeleteSession(ctx, s.ID); err != nil {
			return err
		}
	}
	return nil
}

// Attempts returns the record of attempts of one scope, for live.Attempts.
func (d *DB) Attempts() *AttemptLog { return &AttemptLog{d} }

// AttemptLog implements live.Attempts.
type AttemptLog struct{ db *DB }

// attemptMemory is the longest quota there is: a day.
const attemptMemory = 25 * time.Hour

// Record implements live.Attempts.
func (a *AttemptLog) Record(ctx context.Context, kind string, at time.Time) error {
	return a.db.inTx(ctx, "db.Attempts", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM attempts WHERE at_ms < $1`, ms(at.Add(-attemptMemory))); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO attempts (kind, at_ms) VALUES ($1, $2)`, kind, ms(at))
		return err
	})
}

// Since implements live.Attempts.
func (a *AttemptLog) Since(ctx context.Context, kind string, after time.Time) ([]time.Time, error) {
	rows, err := a.db.read.QueryContext(ctx, `SELECT at_ms FROM attempts WHERE kind = $1 AND at_ms > $2 ORDER BY at_ms`, kind, ms(after))
	return collect(rows, err, func(rows *sql.Rows, t *time.Time) error {
		var at int64
		err := rows.Scan(&at)
		*t = fromMS(at)
		return err
	})
}
