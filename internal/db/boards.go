package db

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"showcaller/internal/live"
)

// Board is a room's newest session in numbers, for the list of rooms.
type Board struct {
	Session     live.SessionInfo // number, room, title, times and last seq only
	Diamonds    int64
	ViewersPeak int64         // -1 if none was told
	Minutes     []live.Minute // since a moment: viewers, diamonds and gaps only
}

const newestSessions = `FROM rooms r JOIN sessions s ON s.id = (SELECT max(n.id) FROM sessions n WHERE n.room = r.unique_id
	AND n.origin <> 'replay' AND n.live_id NOT LIKE 'rehearsal-%')`

// Boards returns the board of every room that has a session, in two queries however many rooms there are. Minutes are those
// since a moment. The demo room counts its simulated events.
func (d *DB) Boards(ctx context.Context, since time.Time) (map[string]*Board, error) {
	boards := map[string]*Board{}
	// Two small subqueries take half the time of a join with a group.
	rows, err := d.read.QueryContext(ctx, `SELECT s.id, s.room, s.title, s.started_ms, coalesce(s.ended_ms, 0), s.last_seq,
		coalesce((SELECT sum(m.diamonds) FROM minutes m WHERE m.session_id = s.id AND m.rehearsal <= r.demo), 0),
		coalesce((SELECT max(m.viewers_peak) FROM minutes m WHERE m.session_id = s.id AND m.rehearsal <= r.demo), -1) `+newestSessions)
	_, err = collect(rows, err, func(rows *sql.Rows, _ *struct{}) error {
		var b Board
		var started, ended int64
		s := &b.Session
		if err := rows.Scan(&s.ID, &s.Room, &s.Title, &started, &ended, &s.LastSeq, &b.Diamonds, &b.ViewersPeak); err != nil {
			return err
		}
		s.StartedAt, s.EndedAt = fromMS(started), fromMS(ended)
		boards[s.Room] = &b
		return nil
	})
	if err != nil {
		return nil, err
	}
	rows, err = d.read.QueryContext(ctx, `SELECT s.room, m.minute_ms, m.viewers, m.diamonds, m.gap_ms `+newestSessions+`
		JOIN minutes m ON m.session_id = s.id AND m.rehearsal IN (0, r.demo) AND m.minute_ms >= $1`, ms(since))
	_, err = collect(rows, err, func(rows *sql.Rows, _ *struct{}) error {
		var room string
		var start, gap int64
		var m live.Minute
		if err := rows.Scan(&room, &start, &m.Viewers, &m.Diamonds, &gap); err != nil {
			return err
		}
		m.Start, m.Gap = fromMS(start), time.Duration(gap)*time.Millisecond
		if b := boards[room]; b != nil {
			b.add(m)
		}
		return nil
	})
	for _, b := range boards {
		slices.SortFunc(b.Minutes, func(a, b live.Minute) int { return a.Start.Compare(b.Start) })
	}
	return boards, err
}

// add adds a minute. That of a demo room may come in two rows, of which one is empty.
func (b *Board) add(m live.Minute) {
	for i := range b.Minutes {
		if old := &b.Minutes[i]; old.Start.Equal(m.Start) {
			old.Viewers, old.Diamonds, old.Gap = max(old.Viewers, m.Viewers), old.Diamonds+m.Diamonds, old.Gap+m.Gap
			return
		}
	}
	b.Minutes = append(b.Minutes, m)
}
