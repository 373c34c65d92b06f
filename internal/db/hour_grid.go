package db

import (
	"context"
	"database/sql"
	"time"

	"showcaller/internal/live"
)

// HourGrid returns what each hour of the week was like in a room since a moment, by the clock of a zone. Only what was real counts, and
// of it what was heard.
func (d *DB) HourGrid(ctx context.Context, room string, since time.Time, zone *time.Location) (live.Grid, error) {
	var grid live.Grid
	const quarter = 15 * 60_000 // every zone's offset is a multiple of it, so a quarter lies within one hour everywhere
	rows, err := d.read.QueryContext(ctx, `SELECT m.minute_ms / $1 * $1 AS quarter, sum(m.viewers_sum), sum(m.viewers_count), sum(m.comments), sum(m.diamonds),
		sum(m.likes), sum(m.follows), sum(CASE WHEN m.gap_ms < 60000 THEN 60000 - m.gap_ms ELSE 0 END)
		FROM sessions s JOIN minutes m ON m.session_id = s.id AND m.rehearsal = 0
		WHERE s.room = $2 AND s.started_ms >= $3 AND s.origin = 'tiktok' GROUP BY quarter`, quarter, room, ms(since))
	_, err = collect(rows, err, func(rows *sql.Rows, _ *struct{}) error {
		var at, heard int64
		var sums live.Minute
		if err := rows.Scan(&at, &sums.ViewersSum, &sums.ViewersCounts, &sums.Comments, &sums.Diamonds, &sums.Likes, &sums.Follows, &heard); err != nil {
			return err
		}
		grid.Add(fromMS(at).In(zone), sums, time.Duration(heard)*time.Millisecond)
		return nil
	})
	return grid, err
}
