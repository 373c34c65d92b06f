package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"showcaller/internal/live"
)

// overlayLimit is how many overlays there may be: each is a goroutine that follows its room.
const overlayLimit = 500

// Overlay is an overlay as it is stored.
type Overlay struct {
	live.Overlay
	SecretHash   string // of its address; "" while it is revoked
	SecretSealed string // the address itself, encrypted
	Sighting     live.OverlaySighting
}

const selectOverlays = `SELECT id, kind, room, name, width, height, fps, options, coalesce(secret_hash, ''), coalesce(secret_sealed, ''), seen, seen_ms,
	drawn, drawn_ms, created_ms, changed_ms FROM overlays `

func scanOverlay(rows *sql.Rows, o *Overlay) error {
	var kind, options, seen string
	var seenMS, drawn, created, changed int64
	err := rows.Scan(&o.ID, &kind, &o.Room, &o.Name, &o.Size.Width, &o.Size.Height, &o.Size.FPS, &options, &o.SecretHash, &o.SecretSealed,
		&seen, &seenMS, &o.Sighting.Test, &drawn, &created, &changed)
	if err != nil {
		return err
	}
	o.Kind, o.CreatedAt, o.ChangedAt = live.OverlayKind(kind), fromMS(created), fromMS(changed)
	o.Sighting.At, o.Sighting.Drawn = fromMS(seenMS), fromMS(drawn)
	if !o.Kind.Valid() {
		return fmt.Errorf("overlay %d is of the unknown kind %q", o.ID, kind)
	}
	if o.Options, err = live.StoredOptions(o.Kind, []byte(options)); err != nil {
		return fmt.Errorf("options of overlay %d: %w", o.ID, err)
	}
	return fromJSON(seen, &o.Sighting.Seen)
}

// OverlayQuery selects overlays in the order of their ids. Zero fields select everything.
type OverlayQuery struct {
	Room  string
	Kind  live.OverlayKind
	After int64
	Limit int // 0: all
}

// Overlays returns the overlays a query selects.
func (d *DB) Overlays(ctx context.Context, q OverlayQuery) ([]Overlay, error) {
	if q.Limit == 0 {
		q.Limit = overlayLimit
	}
	rows, err := d.read.QueryContext(ctx, selectOverlays+`WHERE ($1 = '' OR room = $1) AND ($2 = '' OR kind = $2) AND id > $3 ORDER BY id LIMIT $4`,
		q.Room, string(q.Kind), q.After, q.Limit)
	return collect(rows, err, scanOverlay)
}

// Overlay returns one overlay.
func (d *DB) Overlay(ctx context.Context, id int64) (Overlay, error) {
	return d.overlay(ctx, `WHERE id = $1`, id)
}

// OverlayBySecret returns the overlay whose address hashes so.
func (d *DB) OverlayBySecret(ctx context.Context, hash string) (Overlay, error) {
	return d.overlay(ctx, `WHERE secret_hash = $1`, hash)
}

func (d *DB) overlay(ctx context.Context, where string, arg any) (Overlay, error) {
	rows, err := d.read.QueryContext(ctx, selectOverlays+where, arg)
	found, err := collect(rows, err, scanOverlay)
	if err == nil && len(found) == 0 {
		err = noOverlay()
	}
	if err != nil {
		return Overlay{}, err
	}
	return found[0], nil
}

func noOverlay() error {
	return &live.Error{Code: live.CodeNotFound, Op: "db.Overlay", Msg: "There is no such overlay here. It may have been deleted."}
}

// AddOverlay keeps a new overlay. seal makes its secret once its number is known.
func (d *DB) AddOverlay(ctx context.Context, o live.Overlay, seal func(id int64) (hash, sealed string, err error)) (Overlay, error) {
	options, err := json.Marshal(o.Options)
	if err != nil {
		return Overlay{}, err
	}
	added := Overlay{Overlay: o}
	added.CreatedAt = live.Millis(time.Now())
	added.ChangedAt = added.CreatedAt
	err = d.inTx(ctx, "db.AddOverlay", func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM overlays`).Scan(&n); err != nil {
			return err
		}
		if n >= overlayLimit {
			return &live.Error{Code: live.CodeLimited, Op: "db.AddOverlay", Msg: fmt.Sprintf("There are %d overlays, which is the most. Delete one first.", overlayLimit)}
		}
		var err error
		if added.ID, err = nextNumber(ctx, tx, "overlay"); err != nil {
			return err
		}
		if added.SecretHash, added.SecretSealed, err = seal(added.ID); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO overlays (id, kind, room, name, width, height, fps, options, secret_hash, secret_sealed, created_ms, changed_ms)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)`, added.ID, string(o.Kind), o.Room, o.Name, o.Size.Width, o.Size.Height,
			o.Size.FPS, string(options), added.SecretHash, added.SecretSealed, ms(added.CreatedAt))
		return err
	})
	return added, err
}

// SaveOverlay changes an overlay's name, size and options.
func (d *DB) SaveOverlay(ctx context.Context, o live.Overlay) error {
	options, err := json.Marshal(o.Options)
	if err != nil {
		return err
	}
	return d.changeOverlay(ctx, "db.SaveOverlay", `UPDATE overlays SET name = $2, width = $3, height = $4, fps = $5, options = $6, changed_ms = $7 WHERE id = $1`,
		o.ID, o.Name, o.Size.Width, o.Size.Height, o.Size.FPS, string(options), ms(time.Now()))
}

// SetOverlaySecret gives an overlay another address. Empty values revoke the one it has.
func (d *DB) SetOverlaySecret(ctx context.Context, id int64, hash, sealed string) error {
	return d.changeOverlay(ctx, "db.SetOverlaySecret", `UPDATE overlays SET secret_hash = $2, secret_sealed = $3 WHERE id = $1`, id, null(hash), null(sealed))
}

// DeleteOverlay removes an overlay. Its number is not given again.
func (d *DB) DeleteOverlay(ctx context.Context, id int64) error {
	return d.changeOverlay(ctx, "db.DeleteOverlay", `DELETE FROM overlays WHERE id = $1`, id)
}

func (d *DB) changeOverlay(ctx context.Context, op, query string, args ...any) error {
	n, err := d.exec(ctx, op, query, args...)
	if err == nil && n == 0 {
		err = noOverlay()
	}
	return err
}

// OverlayMemory implements live.OverlayStore.
func (d *DB) OverlayMemory(ctx context.Context, id int64) (live.OverlayMemory, error) {
	var m live.OverlayMemory
	var data string
	var at int64
	err := d.read.QueryRowContext(ctx, `SELECT memory, memory_session, memory_seq, memory_ms FROM overlays WHERE id = $1`, id).
		Scan(&data, &m.Session, &m.Seq, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return live.OverlayMemory{}, nil
	}
	m.Data, m.At = json.RawMessage(data), fromMS(at)
	return m, err
}

// SaveOverlayMemory implements live.OverlayStore. An overlay that was deleted meanwhile needs none.
func (d *DB) SaveOverlayMemory(ctx context.Context, id int64, m live.OverlayMemory) error {
	_, err := d.exec(ctx, "db.SaveOverlayMemory", `UPDATE overlays SET memory = $2, memory_session = $3, memory_seq = $4, memory_ms = $5 WHERE id = $1`,
		id, string(m.Data), m.Session, m.Seq, ms(m.At))
	return err
}

// SaveOverlaySeen implements live.OverlayStore.
func (d *DB) SaveOverlaySeen(ctx context.Context, id int64, s live.OverlaySighting) error {
	_, err := d.exec(ctx, "db.SaveOverlaySeen", `UPDATE overlays SET seen = $2, seen_ms = $3, drawn = CASE $4 WHEN '' THEN drawn ELSE $4 END,
		drawn_ms = CASE WHEN $5 > drawn_ms THEN $5 ELSE drawn_ms END WHERE id = $1`, id, toJSON(s.Seen), ms(s.At), s.Test, ms(s.Drawn))
	return err
}

// AddAlertsShown implements live.OverlayStore.
func (d *DB) AddAlertsShown(ctx context.Context, session, overlay int64, at []time.Time) error {
	return d.inTx(ctx, "db.AddAlertsShown", func(tx *sql.Tx) error {
		for _, t := range at {
			_, err := tx.ExecContext(ctx, `INSERT INTO alert_minutes (session_id, minute_ms, overlay_id, shown)
				SELECT id, $2, $3, 1 FROM sessions WHERE id = $1
				ON CONFLICT (session_id, minute_ms, overlay_id) DO UPDATE SET shown = shown + 1`, session, ms(t.Truncate(time.Minute)), overlay)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// AlertMinutes returns in which minutes of a session alerts came on screen, in order.
func (d *DB) AlertMinutes(ctx context.Context, session int64) ([]live.AlertMinute, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT minute_ms, sum(shown) FROM alert_minutes WHERE session_id = $1 GROUP BY minute_ms ORDER BY minute_ms`, session)
	return collect(rows, err, func(rows *sql.Rows, m *live.AlertMinute) error {
		var at int64
		err := rows.Scan(&at, &m.Shown)
		m.Start = fromMS(at)
		return err
	})
}

// NewestLive implements live.OverlayStore.
func (d *DB) NewestLive(ctx context.Context, room string) (live.SessionInfo, error) {
	found, err := querySessions(ctx, d.read, `WHERE room = $1 AND origin <> 'replay' AND live_id NOT LIKE 'rehearsal-%' ORDER BY id DESC LIMIT 1`, room)
	if err != nil || len(found) == 0 {
		return live.SessionInfo{}, err
	}
	return found[0], nil
}

// ShowSums implements live.OverlayStore.
func (d *DB) ShowSums(ctx context.Context, session, gift int64) (seq int64, counted, made live.ShowSums, err error) {
	if seq, counted, made, err = d.sumsOf(ctx, session); err != nil || gift == 0 {
		return seq, counted, made, err
	}
	err = d.pieces(ctx, EventQuery{Session: session, UpTo: seq, Kind: live.KindGift}, gift, &counted, &made)
	return seq, counted, made, err
}

// sumsOf reads both halves of a session's sums and its last seq, all of the same moment.
func (d *DB) sumsOf(ctx context.Context, session int64) (seq int64, counted, made live.ShowSums, err error) {
	tx, err := d.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return 0, counted, made, err
	}
	defer tx.Rollback() //nolint:errcheck // it only read
	found, err := querySessions(ctx, tx, `WHERE id = $1`, session)
	if err == nil && len(found) == 0 {
		err = noSession(session)
	}
	if err == nil {
		err = showSums(ctx, tx, session, false, &counted)
	}
	if err == nil {
		err = showSums(ctx, tx, session, true, &made)
	}
	if err != nil {
		return 0, counted, made, err
	}
	return found[0].LastSeq, counted, made, nil
}

func showSums(ctx context.Context, q querier, session int64, rehearsal bool, s *live.ShowSums) error {
	err := q.QueryRowContext(ctx, `SELECT coalesce(sum(comments), 0), coalesce(sum(gifts), 0), coalesce(sum(diamonds), 0), coalesce(sum(follows), 0),
		coalesce(sum(shares), 0), coalesce(sum(likes), 0), coalesce(max(likes_total), 0), coalesce(max(viewers_peak), -1)
		FROM minutes WHERE session_id = $1 AND rehearsal = $2`, session, flagInt(rehearsal)).
		Scan(&s.Comments, &s.Gifts, &s.Diamonds, &s.Follows, &s.Shares, &s.Likes, &s.LikesTotal, &s.Peak)
	if err != nil {
		return err
	}
	err = q.QueryRowContext(ctx, `SELECT viewers FROM minutes WHERE session_id = $1 AND rehearsal = $2 AND viewers >= 0 ORDER BY minute_ms DESC LIMIT 1`,
		session, flagInt(rehearsal)).Scan(&s.Viewers)
	if errors.Is(err, sql.ErrNoRows) {
		s.Viewers, err = -1, nil
	}
	return err
}

// pieces counts one gift. What kind of gift it was is in an event's data only, so the session's gifts are read.
func (d *DB) pieces(ctx context.Context, q EventQuery, gift int64, counted, made *live.ShowSums) error {
	for e, err := range d.All(ctx, q) {
		if err != nil {
			return err
		}
		g := live.DataOf[live.Gift](e)
		if e.History || g.Streaking || g.Gift.ID != gift {
			continue
		}
		if e.Origin.Rehearsal() {
			made.Pieces += int64(g.RepeatCount)
		} else {
			counted.Pieces += int64(g.RepeatCount)
		}
	}
	return nil
}

// Leaders implements live.OverlayStore.
func (d *DB) Leaders(ctx context.Context, q live.LeaderQuery) ([]live.Leader, error) {
	column, err := leaderColumn(q.Metric)
	if err != nil {
		return nil, err
	}
	var sums string
	var args []any
	if q.Session != 0 {
		sums = `SELECT viewer, rehearsal, ` + column + ` AS value FROM session_viewers` + by("session_viewers_"+column) +
			` WHERE session_id = $1 AND ` + column + ` > 0 AND rehearsal <= $2`
		args = []any{q.Session, flagInt(q.Rehearsals)}
	} else {
		sums = `SELECT v.viewer, v.rehearsal, sum(v.` + column + `) AS value FROM sessions s JOIN session_viewers v` + by("session_viewers_"+column) + ` ON v.session_id = s.id
			WHERE s.room = $1 AND v.rehearsal <= $2 AND (s.started_ms >= $3 OR s.id = $4) AND v.` + column + ` > 0
			AND ($2 = 1 OR s.origin <> 'replay' AND s.live_id NOT LIKE 'rehearsal-%') GROUP BY v.viewer, v.rehearsal`
		args = []any{q.Room, flagInt(q.Rehearsals), ms(q.From), q.Open}
	}
	args = append(args, q.Limit)
	rows, err := d.read.QueryContext(ctx, `SELECT u.user_id, u.unique_id, u.nickname, u.picture, b.value, b.rehearsal
		FROM (SELECT viewer, rehearsal, value FROM (`+sums+`) AS sums ORDER BY value DESC, viewer LIMIT `+placeholder(len(args))+`) AS b
		JOIN viewers u ON u.id = b.viewer ORDER BY b.value DESC, b.viewer`, args...)
	return collect(rows, err, func(rows *sql.Rows, l *live.Leader) error {
		var key string
		err := rows.Scan(&key, &l.User.UniqueID, &l.User.Nickname, &l.User.ProfilePicture, &l.Value, &l.Rehearsal)
		l.User.UserID = userID(key)
		return err
	})
}

func leaderColumn(m live.LeaderboardMetric) (string, error) {
	switch m {
	case live.RankDiamonds:
		return "diamonds", nil
	case live.RankGifts:
		return "gifts", nil
	}
	return "", &live.Error{Code: live.CodeInvalid, Op: "db.Leaders", Msg: "A leaderboard ranks by diamonds or gifts."}
}

// RecentEvents implements live.OverlayStore.
func (d *DB) RecentEvents(ctx context.Context, session int64, kinds []live.Kind, upTo int64, look int) ([]live.Event, error) {
	from := upTo - int64(look)
	allRare := true
	args, list := []any{session, upTo}, ""
	for _, k := range kinds {
		allRare = allRare && !common(k)
		args = append(args, string(k))
		list += ", " + placeholder(len(args))
	}
	if len(kinds) == 0 {
		return nil, nil
	}
	index, where := "", ` AND e.seq > `+fmt.Sprint(from)
	if allRare {
		index, where = by("events_kind"), ` AND `+rare
	}
	args = append(args, look)
	rows, err := d.read.QueryContext(ctx, eventColumns+index+withNames+`WHERE e.session_id = $1 AND e.seq <= $2 AND e.kind IN (`+list[2:]+`)`+where+
		` ORDER BY e.seq DESC LIMIT `+placeholder(len(args)), args...)
	events, err := collect(rows, err, scanEvent)
	slices.Reverse(events)
	return events, err
}
