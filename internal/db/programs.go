package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"showcaller/internal/live"
)

// ProgramEvents returns a session's program events with a seq below before, 0 for all, the newest first.
func (d *DB) ProgramEvents(ctx context.Context, session, before int64, limit int) ([]live.Event, error) {
	if before == 0 {
		before = 1 << 62
	}
	rows, err := d.read.QueryContext(ctx, eventColumns+by("events_kind")+withNames+`WHERE e.session_id = $1 AND e.kind = 'program' AND `+rare+` AND e.seq < $2 ORDER BY e.seq DESC LIMIT $3`,
		session, before, limit)
	return collect(rows, err, scanEvent)
}

// RunDown returns a room's run-down, in its order.
func (d *DB) RunDown(ctx context.Context, room string) ([]live.RunDownItem, error) {
	return runDown(ctx, d.read, room)
}

func runDown(ctx context.Context, q querier, room string) ([]live.RunDownItem, error) {
	rows, err := q.QueryContext(ctx, `SELECT id, room, name, type, planned_s FROM run_down WHERE room = $1 ORDER BY position, id`, room)
	return collect(rows, err, func(rows *sql.Rows, i *live.RunDownItem) error {
		var planned int64
		err := rows.Scan(&i.ID, &i.Room, &i.Name, &i.Type, &planned)
		i.Planned = time.Duration(planned) * time.Second
		return err
	})
}

// AddRunDownItem puts an item at the end of its room's run-down and returns it with its id.
func (d *DB) AddRunDownItem(ctx context.Context, i live.RunDownItem) (live.RunDownItem, error) {
	err := d.inTx(ctx, "db.AddRunDownItem", func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM run_down WHERE room = $1`, i.Room).Scan(&n); err != nil {
			return err
		}
		if n >= live.MostItems {
			return &live.Error{
				Code: live.CodeLimited, Op: "db.AddRunDownItem", Msg: fmt.Sprintf("The run-down has %d programs, which is the most. Remove one first.", n),
			}
		}
		return tx.QueryRowContext(ctx, `INSERT INTO run_down (room, position, name, type, planned_s)
			VALUES ($1, (SELECT coalesce(max(position), 0) + 1 FROM run_down WHERE room = $1), $2, $3, $4) RETURNING id`,
			i.Room, i.Name, i.Type, int64(i.Planned/time.Second)).Scan(&i.ID)
	})
	return i, err
}

// SaveRunDownItem changes an item's name, type and planned length.
func (d *DB) SaveRunDownItem(ctx context.Context, i live.RunDownItem) error {
	n, err := d.exec(ctx, "db.SaveRunDownItem", `UPDATE run_down SET name = $1, type = $2, planned_s = $3 WHERE id = $4 AND room = $5`,
		i.Name, i.Type, int64(i.Planned/time.Second), i.ID, i.Room)
	if err == nil && n == 0 {
		err = noRunDownItem()
	}
	return err
}

// MoveRunDownItem gives an item another place, counted from 0; one beyond the end is the end.
func (d *DB) MoveRunDownItem(ctx context.Context, room string, id int64, place int) error {
	return d.inTx(ctx, "db.MoveRunDownItem", func(tx *sql.Tx) error {
		items, err := runDown(ctx, tx, room)
		if err != nil {
			return err
		}
		var order []int64
		for _, i := range items {
			if i.ID != id {
				order = append(order, i.ID)
			}
		}
		if len(order) == len(items) {
			return noRunDownItem()
		}
		place = min(max(place, 0), len(order))
		order = append(order[:place:place], append([]int64{id}, order[place:]...)...)
		for n, id := range order {
			if _, err := tx.ExecContext(ctx, `UPDATE run_down SET position = $1 WHERE id = $2`, n+1, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// RemoveRunDownItem takes an item out of a room's run-down. What was done of it stays in the sessions' logs.
func (d *DB) RemoveRunDownItem(ctx context.Context, room string, id int64) error {
	n, err := d.exec(ctx, "db.RemoveRunDownItem", `DELETE FROM run_down WHERE id = $1 AND room = $2`, id, room)
	if err == nil && n == 0 {
		err = noRunDownItem()
	}
	return err
}

func noRunDownItem() error {
	return &live.Error{Code: live.CodeNotFound, Op: "db.RunDown", Msg: "This program is no longer in the run-down. Somebody may have removed it."}
}

const selectCalls = `SELECT session_id, seq, story_id, state, since_ms, body, tries, took_ms, answer, code, why, detail, retry_ms FROM program_calls `

func scanCall(rows *sql.Rows, c *live.ProgramCall) error {
	var body, answer string
	var since, took, retry int64
	if err := rows.Scan(&c.SessionID, &c.Seq, &c.StoryID, &c.State, &since, &body, &c.Tries, &took, &answer, &c.Code, &c.Why, &c.Detail, &retry); err != nil {
		return err
	}
	c.Since, c.Took, c.RetryAt = fromMS(since), time.Duration(took)*time.Millisecond, fromMS(retry)
	c.Body = json.RawMessage(body)
	err := fromJSON(answer, &c.Answer)
	c.Answer.Event = live.StoryInput{} // it is the body
	return err
}

// ProgramCall implements live.ProgramCalls.
func (d *DB) ProgramCall(ctx context.Context, session, seq int64) (live.ProgramCall, error) {
	found, err := d.ProgramCallsOf(ctx, session, seq, seq)
	if err == nil && len(found) == 0 {
		err = &live.Error{Code: live.CodeNotFound, Op: "db.ProgramCall", Msg: "No story was told about this program."}
	}
	if err != nil {
		return live.ProgramCall{}, err
	}
	return found[0], nil
}

// ProgramCallsOf returns the calls about a session's events from one to another, in order.
func (d *DB) ProgramCallsOf(ctx context.Context, session, from, to int64) ([]live.ProgramCall, error) {
	rows, err := d.read.QueryContext(ctx, selectCalls+`WHERE session_id = $1 AND seq BETWEEN $2 AND $3 ORDER BY seq`, session, from, to)
	return collect(rows, err, scanCall)
}

// SaveProgramCall implements live.ProgramCalls.
func (d *DB) SaveProgramCall(ctx context.Context, c live.ProgramCall) error {
	answer := ""
	if c.State == live.CallAnswered {
		c.Answer.Event = live.StoryInput{} // it is the body
		answer = toJSON(c.Answer)
	}
	_, err := d.exec(ctx, "db.SaveProgramCall", `INSERT INTO program_calls
		(session_id, seq, story_id, state, since_ms, body, tries, took_ms, answer, code, why, detail, retry_ms)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (session_id, seq) DO UPDATE SET
		story_id = excluded.story_id, state = excluded.state, since_ms = excluded.since_ms, body = excluded.body, tries = excluded.tries,
		took_ms = excluded.took_ms, answer = excluded.answer, code = excluded.code, why = excluded.why, detail = excluded.detail, retry_ms = excluded.retry_ms`,
		c.SessionID, c.Seq, c.StoryID, string(c.State), ms(c.Since), string(c.Body), c.Tries, c.Took.Milliseconds(), answer, string(c.Code), c.Why, c.Detail, ms(c.RetryAt))
	return err
}

// LeaveProgramCalls notes at start that nobody goes on with the calls a process before this one began. The directors take up again
// what is fresh enough.
func (d *DB) LeaveProgramCalls(ctx context.Context) error {
	_, err := d.exec(ctx, "db.LeaveProgramCalls", `UPDATE program_calls SET state = CASE state WHEN 'failed' THEN state ELSE 'unanswered' END, retry_ms = 0
		WHERE state IN ('waiting', 'asking', 'failed') AND (state <> 'failed' OR retry_ms > 0)`)
	return err
}
