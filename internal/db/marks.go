package db

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"time"

	"showcaller/internal/live"
)

const (
	marksLimit = 1000
	marked     = `e.kind IN ('gap', 'note', 'pin', 'program') AND ` + rare
)

// Marks returns what a chart of the session marks, in order: programs, gaps, notes and pins since a moment, the newest if there
// are very many.
func (d *DB) Marks(ctx context.Context, session int64, since time.Time) ([]live.Event, error) {
	rows, err := d.read.QueryContext(ctx, eventColumns+by("events_kind")+withNames+`WHERE e.session_id = $1 AND `+marked+` AND e.at_ms >= $2 ORDER BY e.seq DESC LIMIT $3`,
		session, ms(since), marksLimit)
	events, err := collect(rows, err, scanEvent)
	slices.Reverse(events)
	return events, err
}

// Pins returns what the team has pinned in a session and not taken off again, the oldest first. The Cause of each is the number
// of the event that is pinned.
func (d *DB) Pins(ctx context.Context, session int64) ([]live.Event, error) {
	events, err := d.RecentEvents(ctx, session, []live.Kind{live.KindPin}, math.MaxInt64, marksLimit)
	return live.Pinned(events), err
}

// Deletes returns what hides messages of a session, in order, the newest if there are very many.
func (d *DB) Deletes(ctx context.Context, session int64) ([]live.Event, error) {
	return d.RecentEvents(ctx, session, []live.Kind{live.KindDelete}, math.MaxInt64, marksLimit)
}

// Tests returns the minutes since a moment in which somebody rehearsed: something was simulated or replayed.
func (d *DB) Tests(ctx context.Context, session int64, since time.Time) ([]time.Time, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT minute_ms FROM minutes WHERE session_id = $1 AND rehearsal = 1 AND minute_ms >= $2 ORDER BY minute_ms LIMIT $3`,
		session, ms(since), marksLimit)
	return collect(rows, err, func(rows *sql.Rows, t *time.Time) error {
		var at int64
		err := rows.Scan(&at)
		*t = fromMS(at)
		return err
	})
}
