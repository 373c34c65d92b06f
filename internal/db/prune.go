package db

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"showcaller/internal/live"
)

// pruneChunk is how many events are deleted in one transaction: the rooms that are live wait for no more.
const pruneChunk = 500

// keptKinds says which events are kept when a session's raw events are deleted: few, and not what viewers wrote. Programs and gaps are
// what a review is made of, notes are the team's own. e is the event.
const keptKinds = `e.kind IN ('program', 'gap', 'note') AND ` + rare

// Holding is what a session holds.
type Holding struct {
	live.SessionInfo
	Raw     int64 // events that go when its raw events are deleted
	Events  int64 // all of its events that are there
	Minutes int64
	Notes   int64 // of the team, beside its log
	Shares  int64 // links to it
}

// holdings selects what sessions hold. Numbers of events have no holes, so they need not be counted one by one.
const holdings = `SELECT s.id, s.room, s.live_id, s.title, s.origin, s.started_ms, coalesce(s.ended_ms, 0), s.end_reason, s.last_seq, s.last_ms,
	s.last_seq - s.pruned_seq,
	(SELECT count(*) FROM events e INDEXED BY events_kind WHERE e.session_id = s.id AND ` + keptKinds + ` AND e.seq <= s.pruned_seq),
	(SELECT count(*) FROM events e INDEXED BY events_kind WHERE e.session_id = s.id AND ` + keptKinds + ` AND e.seq > s.pruned_seq),
	(SELECT count(DISTINCT m.minute_ms) FROM minutes m WHERE m.session_id = s.id),
	(SELECT count(*) FROM session_marks n WHERE n.session_id = s.id), (SELECT count(*) FROM shares h WHERE h.session_id = s.id) FROM sessions s `

func (d *DB) holdings(ctx context.Context, where string, args ...any) ([]Holding, error) {
	rows, err := d.read.QueryContext(ctx, holdings+where, args...)
	return collect(rows, err, func(rows *sql.Rows, h *Holding) error {
		var started, ended, heard, whole, before, after int64
		var origin string
		err := rows.Scan(&h.ID, &h.Room, &h.RoomID, &h.Title, &origin, &started, &ended, &h.EndReason, &h.LastSeq, &heard,
			&whole, &before, &after, &h.Minutes, &h.Notes, &h.Shares)
		h.Origin, h.StartedAt, h.EndedAt, h.LastHeard = live.Origin(origin), fromMS(started), fromMS(ended), fromMS(heard)
		h.Raw, h.Events, h.Resumed = whole-after, whole+before, h.LastSeq > 0
		return err
	})
}

// Holding returns what one session holds.
func (d *DB) Holding(ctx context.Context, id int64) (Holding, error) {
	found, err := d.holdings(ctx, `WHERE s.id = $1`, id)
	if err == nil && len(found) == 0 {
		err = noSession(id)
	}
	if err != nil {
		return Holding{}, err
	}
	return found[0], nil
}

// PruneEvents deletes the raw events of a session that has ended, with their search terms, piece by piece, and keeps its sums. It says so
// on the session with the first piece, so that whoever reads it half way is not misled. A session that is opened again meanwhile keeps
// what is left: a conflict.
func (d *DB) PruneEvents(ctx context.Context, id int64, now time.Time) error {
	for {
		more, err := d.prunePiece(ctx, id, now)
		if err != nil || !more {
			return err
		}
	}
}

// prunePiece deletes the next raw events of a session; more is false if there are none.
func (d *DB) prunePiece(ctx context.Context, id int64, now time.Time) (more bool, err error) {
	err = d.inTx(ctx, "db.PruneEvents", func(tx *sql.Tx) error {
		var from, last int64
		var ended bool
		err := tx.QueryRowContext(ctx, `SELECT pruned_seq, last_seq, ended_ms IS NOT NULL FROM sessions WHERE id = $1`, id).Scan(&from, &last, &ended)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return noSession(id)
		case err != nil:
			return err
		case !ended:
			return &live.Error{Code: live.CodeConflict, Op: "db.PruneEvents", Msg: "This session is being recorded. Its events can be deleted when it has ended."}
		case from >= last:
			return nil
		}
		to := min(from+pruneChunk, last)
		if err := pruneSpan(ctx, tx, id, from, to); err != nil {
			return err
		}
		more = to < last
		_, err = tx.ExecContext(ctx, `UPDATE sessions SET pruned_seq = $1, pruned_ms = $2 WHERE id = $3`, to, ms(now), id)
		return err
	})
	return more, err
}

// pruneSpan deletes the events behind from, up to to, that are not of a kind that is kept.
func pruneSpan(ctx context.Context, tx *sql.Tx, id, from, to int64) error {
	rows, err := tx.QueryContext(ctx, `SELECT e.seq FROM events e`+by("events_kind")+` WHERE e.session_id = $1 AND e.seq > $2 AND e.seq <= $3 AND `+keptKinds+` ORDER BY e.seq`, id, from, to)
	kept, err := collect(rows, err, func(rows *sql.Rows, seq *int64) error { return rows.Scan(seq) })
	if err != nil {
		return err
	}
	for _, end := range append(kept, to+1) { // between one that is kept and the next
		if end-from > 1 {
			if err := deleteEvents(ctx, tx, id, from+1, end-1); err != nil {
				return err
			}
		}
		from = end
	}
	return nil
}

// deleteEvents deletes the events of a span of numbers, both ends included, with what a search finds them by.
func deleteEvents(ctx context.Context, tx *sql.Tx, id, first, last int64) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM events WHERE session_id = $1 AND seq BETWEEN $2 AND $3`, id, first, last); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, deleteTerms, searchRow(id, first), searchRow(id, last))
	return err
}

// DeleteSession removes a session with all that belongs to it: at once for all who look, and then its events, piece by piece. Its number
// is not given again.
func (d *DB) DeleteSession(ctx context.Context, id int64) error {
	if err := d.HideSession(ctx, id); err != nil {
		return err
	}
	return d.Sweep(ctx)
}

// HideSession takes a session away with its sums, notes and links, for all who look. Its events and its viewers' sums wait for Sweep.
func (d *DB) HideSession(ctx context.Context, id int64) error {
	return d.hide(ctx, id, `DELETE FROM sessions WHERE id = $1`)
}

// hideEnded is HideSession for one that has ended: one that is open is not found.
func (d *DB) hideEnded(ctx context.Context, id int64) error {
	return d.hide(ctx, id, `DELETE FROM sessions WHERE id = $1 AND ended_ms IS NOT NULL`)
}

func (d *DB) hide(ctx context.Context, id int64, statement string) error {
	return d.inTx(ctx, "db.DeleteSession", func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, statement, id)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, noSession(id))
		}
		for _, table := range []string{"minutes", "program_calls", "program_sums", "session_sums", "session_marks", "alert_minutes"} {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE session_id = $1`, id); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO deleted_sessions (session_id) VALUES ($1)`, id)
		return err
	})
}

// Sweep deletes what is left of hidden sessions, those of before a crash included, and then the viewers who are in no other.
func (d *DB) Sweep(ctx context.Context) error {
	rows, err := d.read.QueryContext(ctx, `SELECT session_id FROM deleted_sessions ORDER BY session_id`)
	ids, err := collect(rows, err, func(rows *sql.Rows, id *int64) error { return rows.Scan(id) })
	for _, id := range ids {
		if err == nil {
			err = d.sweep(ctx, id)
		}
	}
	if err != nil || len(ids) == 0 {
		return err
	}
	if err := d.dropUnseen(ctx); err != nil {
		return err
	}
	for _, id := range ids {
		if _, err := d.exec(ctx, "db.Sweep", `DELETE FROM deleted_sessions WHERE session_id = $1`, id); err != nil {
			return err
		}
	}
	return nil
}

func (d *DB) sweep(ctx context.Context, id int64) error {
	for _, piece := range []func(context.Context, *sql.Tx, int64) (int64, error){sweepViewers, sweepEvents} {
		for n := int64(1); n > 0; {
			err := d.inTx(ctx, "db.Sweep", func(tx *sql.Tx) (err error) {
				n, err = piece(ctx, tx, id)
				return err
			})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// sweepViewers deletes some of the viewers' sums of a session that is gone, and returns how many. It is one of their visits no more.
func sweepViewers(ctx context.Context, tx *sql.Tx, id int64) (int64, error) {
	rows, err := tx.QueryContext(ctx, `DELETE FROM session_viewers WHERE session_id = $1 AND viewer IN
		(SELECT viewer FROM session_viewers WHERE session_id = $1 ORDER BY viewer LIMIT $2) RETURNING viewer`, id, pruneChunk)
	viewers, err := collect(rows, err, func(rows *sql.Rows, viewer *int64) error { return rows.Scan(viewer) })
	if err != nil {
		return 0, err
	}
	return int64(len(viewers)), recountVisits(ctx, tx, viewers)
}

// sweepEvents does the same with its events.
func sweepEvents(ctx context.Context, tx *sql.Tx, id int64) (n int64, err error) {
	var first, last int64
	err = tx.QueryRowContext(ctx, `SELECT count(*), coalesce(min(seq), 0), coalesce(max(seq), 0) FROM (SELECT seq FROM events WHERE session_id = $1 ORDER BY seq LIMIT $2)`,
		id, pruneChunk).Scan(&n, &first, &last)
	if err != nil || n == 0 {
		return 0, err
	}
	return n, deleteEvents(ctx, tx, id, first, last)
}
