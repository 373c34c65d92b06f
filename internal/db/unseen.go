package db

import (
	"context"
	"database/sql"
	"strings"
)

// unmet is true of viewers v who were counted in no session that is still here, and whom the team wrote nothing about.
const unmet = `NOT EXISTS (SELECT 1 FROM session_viewers a WHERE a.viewer = v.id) AND NOT EXISTS (SELECT 1 FROM viewer_notes n WHERE n.user_id = v.user_id)`

// unheard is true of viewers of whom no event is left in the sessions s that follow. History counts nobody, and is in the log all the same.
const unheard = `NOT EXISTS (SELECT 1 FROM sessions s WHERE EXISTS
	(SELECT 1 FROM events e INDEXED BY events_viewer WHERE e.session_id = s.id AND e.viewer = v.id AND e.viewer IS NOT NULL)`

// recountVisits sums up again in which sessions of each room some viewers were. It is written where a session's part of it goes: minutes
// of other sessions keep who was new then.
func recountVisits(ctx context.Context, tx *sql.Tx, viewers []int64) error {
	for _, viewer := range viewers {
		if _, err := tx.ExecContext(ctx, `DELETE FROM room_viewers WHERE viewer = $1`, viewer); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO room_viewers (room, viewer, first_ms, last_session, visits)
			SELECT s.room, a.viewer, min(a.first_ms), max(a.session_id), count(*) FROM session_viewers a`+by("session_viewers_viewer")+`
			JOIN sessions s ON s.id = a.session_id WHERE a.viewer = $1 GROUP BY s.room`, viewer)
		if err != nil {
			return err
		}
	}
	return nil
}

// dropUnseen deletes, piece by piece, viewers who are in no session any more: what is deleted does not go on naming them. Whom the team
// has a note on stays. They are looked for outside of the writer, which only asks again whether they came back.
func (d *DB) dropUnseen(ctx context.Context) error {
	for after := int64(0); ; {
		rows, err := d.read.QueryContext(ctx, `SELECT v.id FROM viewers v WHERE v.id > $1 AND `+unmet+` AND `+unheard+`) ORDER BY v.id LIMIT $2`, after, pruneChunk)
		found, err := collect(rows, err, func(rows *sql.Rows, id *int64) error { return rows.Scan(id) })
		if err != nil || len(found) == 0 {
			return err
		}
		after = found[len(found)-1]
		err = d.inTx(ctx, "db.Sweep", func(tx *sql.Tx) error { return d.dropViewers(ctx, tx, found) })
		if err != nil {
			return err
		}
	}
}

// dropViewers runs in the writer, which then knows their numbers no more.
func (d *DB) dropViewers(ctx context.Context, tx *sql.Tx, viewers []int64) error {
	for _, id := range viewers {
		var was viewerKey
		var picture string
		err := tx.QueryRowContext(ctx, `DELETE FROM viewers AS v WHERE id = $1 AND `+unmet+` AND `+unheard+` AND s.ended_ms IS NULL)
			RETURNING user_id, rehearsal, picture`, id).Scan(&was.user, &was.rehearsal, &picture)
		if err == sql.ErrNoRows { // they came back
			continue
		}
		if err != nil {
			return err
		}
		delete(d.names.known, was)
		address, _, _ := strings.Cut(picture, "?")
		for _, gone := range []struct {
			statement string
			of        any
		}{
			{`DELETE FROM viewer_names WHERE viewer = $1`, id}, {`DELETE FROM room_viewers WHERE viewer = $1`, id}, {`DELETE FROM pictures WHERE address = $1`, address},
		} {
			if _, err := tx.ExecContext(ctx, gone.statement, gone.of); err != nil {
				return err
			}
		}
	}
	return nil
}
