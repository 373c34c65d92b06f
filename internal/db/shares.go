package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"showcaller/internal/live"
)

// Share is a link to one session for somebody who may see nothing else.
type Share struct {
	ID           int64
	SecretHash   string
	Session      int64
	Author       string
	PasswordHash string // "" if the link is enough
	Hidden       bool   // viewers have numbers in place of names
	CreatedAt    time.Time
	ExpiresAt    time.Time
	Visits       int64
	VisitedAt    time.Time // zero: never

	Room      string    // of the session; not written
	StartedAt time.Time // the same
}

// AddShare keeps a share and returns its id; of a form that was sent twice, the one that is there.
func (d *DB) AddShare(ctx context.Context, s Share) (int64, error) {
	var id int64
	err := d.inTx(ctx, "db.AddShare", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO shares (secret_hash, session_id, author, password_hash, hidden, created_ms, expires_ms)
			SELECT $1, id, $3, $4, $5, $6, $7 FROM sessions WHERE id = $2 ON CONFLICT (secret_hash) DO NOTHING`,
			s.SecretHash, s.Session, s.Author, s.PasswordHash, s.Hidden, ms(s.CreatedAt), ms(s.ExpiresAt))
		if err != nil {
			return err
		}
		err = tx.QueryRowContext(ctx, `SELECT id FROM shares WHERE secret_hash = $1`, s.SecretHash).Scan(&id)
		return notFound(err, "db.AddShare", "There is no such session.")
	})
	return id, err
}

const selectShares = `SELECT h.id, h.secret_hash, h.session_id, h.author, h.password_hash, h.hidden, h.created_ms, h.expires_ms, h.visits, h.visited_ms,
	s.room, s.started_ms FROM shares h JOIN sessions s ON s.id = h.session_id WHERE h.revoked_ms = 0 AND h.expires_ms > $1 `

func scanShare(rows *sql.Rows, s *Share) error {
	var created, expires, visited, started int64
	err := rows.Scan(&s.ID, &s.SecretHash, &s.Session, &s.Author, &s.PasswordHash, &s.Hidden, &created, &expires, &s.Visits, &visited, &s.Room, &started)
	s.CreatedAt, s.ExpiresAt, s.VisitedAt, s.StartedAt = fromMS(created), fromMS(expires), fromMS(visited), fromMS(started)
	return err
}

// ShareQuery asks for links.
type ShareQuery struct {
	Session int64 // 0 for all
	Before  int64 // only ids below this; 0 for all
	Limit   int
}

// Shares returns the links that work, the newest first.
func (d *DB) Shares(ctx context.Context, q ShareQuery, now time.Time) ([]Share, error) {
	rows, err := d.read.QueryContext(ctx, selectShares+`AND ($2 = 0 OR h.session_id = $2) AND ($3 = 0 OR h.id < $3) ORDER BY h.id DESC LIMIT $4`,
		ms(now), q.Session, q.Before, q.Limit)
	return collect(rows, err, scanShare)
}

// Share returns the link whose secret hashes so, if it works.
func (d *DB) Share(ctx context.Context, hash string, now time.Time) (Share, error) {
	rows, err := d.read.QueryContext(ctx, selectShares+`AND h.secret_hash = $2`, ms(now), hash)
	found, err := collect(rows, err, scanShare)
	if err == nil && len(found) == 0 {
		err = &live.Error{Code: live.CodeNotFound, Op: "db.Share", Msg: "This link has expired, or was withdrawn."}
	}
	if err != nil {
		return Share{}, err
	}
	return found[0], nil
}

// VisitShare counts somebody who came by a link.
func (d *DB) VisitShare(ctx context.Context, id int64, now time.Time) error {
	_, err := d.exec(ctx, "db.VisitShare", `UPDATE shares SET visits = visits + 1, visited_ms = $1 WHERE id = $2`, ms(now), id)
	return err
}

// RevokeShare ends a link. One that has ended is no error.
func (d *DB) RevokeShare(ctx context.Context, id int64, now time.Time) error {
	_, err := d.exec(ctx, "db.RevokeShare", `UPDATE shares SET revoked_ms = $1 WHERE id = $2 AND revoked_ms = 0`, ms(now), id)
	return err
}

const placesQuery = `SELECT u.user_id, p.place FROM json_each($2) k JOIN viewers u ON u.user_id = k.value
	JOIN (SELECT viewer, row_number() OVER (ORDER BY viewer) AS place FROM session_viewers WHERE session_id = $1) p ON p.viewer = u.id`

// ViewerPlaces numbers viewers of a session: a number says nothing about who somebody is in another session.
// keys are live.User.Key; who was not counted has no number.
func (d *DB) ViewerPlaces(ctx context.Context, session int64, keys []string) (map[string]int64, error) {
	list, err := json.Marshal(keys)
	if err != nil {
		return nil, err
	}
	rows, err := d.read.QueryContext(ctx, placesQuery, session, string(list))
	out := map[string]int64{}
	_, err = collect(rows, err, func(rows *sql.Rows, _ *struct{}) error {
		var key string
		var place int64
		err := rows.Scan(&key, &place)
		out[key] = place
		return err
	})
	return out, err
}
