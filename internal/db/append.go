package db

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"time"

	"showcaller/internal/live"
)

// pending is a batch that waits for its commit.
type pending struct {
	batch live.Batch
	done  chan error
}

// commitLimit bounds one transaction, so that no session waits long for the others' events.
const commitLimit = 4096

// Append implements live.SessionStore: batches of all sessions that arrive together share one commit.
func (d *DB) Append(ctx context.Context, b live.Batch) error {
	p := &pending{b, make(chan error, 1)}
	select {
	case d.appends <- p:
		return <-p.done
	case <-d.stop:
		return closing("db.Append")
	case <-ctx.Done():
		return ctx.Err()
	}
}

// writer owns the writing connection: it commits the batches that wait and runs everybody else's changes between them, until
// the database is closed.
func (d *DB) writer() {
	defer close(d.done)
	for {
		select {
		case p := <-d.appends:
			d.commit(d.gather(p))
		case c := <-d.changes:
			c.done <- d.transaction(c.ctx, c.run)
		case <-d.stop:
			return
		}
	}
}

// change is a transaction somebody wants the writer to run.
type change struct {
	ctx  context.Context
	run  func(*sql.Tx) error
	done chan error
}

// inTx has the writer run f in a transaction.
func (d *DB) inTx(ctx context.Context, op string, f func(*sql.Tx) error) error {
	c := change{ctx, f, make(chan error, 1)}
	select {
	case d.changes <- c:
		return writeError(op, <-c.done)
	case <-d.stop:
		return closing(op)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// exec has the writer run one statement and returns how many rows it changed.
func (d *DB) exec(ctx context.Context, op, query string, args ...any) (int64, error) {
	var n int64
	err := d.inTx(ctx, op, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, query, args...)
		if err != nil {
			return err
		}
		n, err = res.RowsAffected()
		return err
	})
	return n, err
}

func closing(op string) error {
	return &live.Error{Code: live.CodeUnavailable, Reason: live.ReasonRestart, Op: op, Msg: "Showcaller is shutting down."}
}

// gather takes what waits behind the first batch.
func (d *DB) gather(first *pending) []*pending {
	group, events := []*pending{first}, len(first.batch.Events)
	for events < commitLimit {
		select {
		case p := <-d.appends:
			group = append(group, p)
			events += len(p.batch.Events)
		default:
			return group
		}
	}
	return group
}

// commit stores a group in one transaction. If that fails, each batch gets its own, so that one that cannot be stored does not
// take the others with it.
func (d *DB) commit(group []*pending) {
	err := d.store(group)
	if err != nil && len(group) > 1 {
		for _, p := range group {
			p.done <- d.store([]*pending{p})
		}
		return
	}
	for _, p := range group {
		p.done <- err
	}
}

func (d *DB) store(group []*pending) error {
	err := d.transaction(context.Background(), func(*sql.Tx) error {
		w := appender{db: d}
		return w.store(group)
	})
	if err != nil {
		d.names = newViewerNames() // it holds names that were not written
		clear(d.gifts)
	}
	return writeError("db.Append", err)
}

// transaction runs f between BEGIN and COMMIT on the writing connection.
func (d *DB) transaction(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := d.conn.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// appender stores the batches of one transaction. Rows are inserted many at a time: at these rates the price of a statement
// is more than that of a row.
type appender struct{ db *DB }

func (w *appender) store(group []*pending) error {
	for _, step := range []func([]*pending) error{w.sessions, w.viewers, w.events, w.terms, w.attendance, w.arrivals, w.programs, w.gifts} {
		if err := step(group); err != nil {
			return err
		}
	}
	return w.minutes(group)
}

func (w *appender) sessions(group []*pending) error {
	stmt, err := w.statement(`UPDATE sessions SET last_seq = $1, last_ms = $2 WHERE id = $3`)
	if err != nil {
		return err
	}
	for _, p := range group {
		events := p.batch.Events
		if _, err := stmt.Exec(events[len(events)-1].Seq, ms(p.batch.Heard), p.batch.SessionID); err != nil {
			return err
		}
	}
	return nil
}

func (w *appender) events(group []*pending) error {
	in := w.inserter(`INSERT INTO events (session_id, seq, at_ms, kind, origin, source_no, source_text, viewer, roles, gifter_level,
		team_level, top_gifter, history, cause, amount, diamonds, data) VALUES `, 17, ``)
	for _, p := range group {
		for _, e := range p.batch.Events {
			if err := in.add(w.eventRow(e)); err != nil {
				return err
			}
		}
	}
	return in.flush()
}

// eventRow returns the columns of an event. What is zero is NULL: a byte instead of a value.
func (w *appender) eventRow(e live.Event) []any {
	amount, diamonds := amounts(e)
	number, text := splitSource(e.SourceID)
	row := []any{
		e.SessionID, e.Seq, ms(e.At), string(e.Kind), string(e.Origin), null(number), null(text), nil, nil, nil, nil, nil,
		flag(e.History), null(e.Cause), null(amount), null(diamonds), nil,
	}
	if u := e.User; u != nil {
		row[7], row[8] = null(w.db.names.number(u, e.Origin.Rehearsal())), null(roleBits(u.Roles))
		row[9], row[10], row[11] = null(u.GifterLevel), null(u.TeamLevel), null(u.TopGifter)
	}
	if data, err := e.DataJSON(); err == nil && string(data) != "{}" { // the session encoded it already: no error is left
		row[16] = string(data)
	}
	return row
}

// splitSource returns the id of a message as a number, as all of TikTok's are, or else as the text it is.
func splitSource(id string) (number int64, text string) {
	if n, err := strconv.ParseInt(id, 10, 64); err == nil && n > 0 && strconv.FormatInt(n, 10) == id {
		return n, ""
	}
	return 0, id
}

// amounts returns what a query sums: pieces and diamonds of a finished gift, likes, viewers. A streak that goes on counts
// nothing.
func amounts(e live.Event) (amount, diamonds int64) {
	switch d := e.Data.(type) {
	case live.Gift:
		if !d.Streaking {
			return int64(d.RepeatCount), int64(d.TotalDiamonds)
		}
	case live.Like:
		return int64(d.Count), 0
	case live.Viewers:
		return d.Viewers, 0
	}
	return 0, 0
}

// terms indexes what viewers wrote.
func (w *appender) terms(group []*pending) error {
	stmt, err := w.statement(insertTerms)
	if err != nil {
		return err
	}
	for _, p := range group {
		for _, e := range p.batch.Events {
			terms := Terms(searchable(e))
			if terms == "" {
				continue
			}
			if _, err := stmt.Exec(searchRow(e.SessionID, e.Seq), terms); err != nil {
				return err
			}
		}
	}
	return nil
}

// searchable returns the text of an event that a search finds: what people wrote, not what the program says.
func searchable(e live.Event) string {
	if slices.Contains(searchableKinds, e.Kind) {
		return live.Text(e)
	}
	return ""
}

var searchableKinds = []live.Kind{live.KindComment, live.KindQuestion, live.KindProgram, live.KindNote, live.KindReply}

// viewers keeps the names of who acted, where they are new or changed, and learns the numbers of those who are new. Some of
// TikTok's messages name their viewer by id alone: what was known stays known.
func (w *appender) viewers(group []*pending) error {
	names := &w.db.names
	names.trim()
	in := w.inserter(`INSERT INTO viewers (user_id, rehearsal, unique_id, nickname, picture, updated_ms) VALUES `, 6,
		` ON CONFLICT (user_id, rehearsal) DO UPDATE SET
		unique_id = CASE excluded.unique_id WHEN '' THEN viewers.unique_id ELSE excluded.unique_id END,
		nickname = CASE excluded.nickname WHEN '' THEN viewers.nickname ELSE excluded.nickname END,
		picture = CASE excluded.picture WHEN '' THEN viewers.picture ELSE excluded.picture END, updated_ms = excluded.updated_ms
		RETURNING id, user_id, rehearsal`)
	in.returning = func(rows *sql.Rows) error {
		var number int64
		var v viewerKey
		err := rows.Scan(&number, &v.user, &v.rehearsal)
		names.numbered(v, number)
		return err
	}
	for _, p := range group {
		for _, e := range p.batch.Events {
			if !names.changed(e) {
				continue
			}
			u := e.User
			if err := in.add([]any{u.Key(), flagInt(e.Origin.Rehearsal()), u.UniqueID, u.Nickname, u.ProfilePicture, ms(e.At)}); err != nil {
				return err
			}
		}
	}
	return in.flush()
}

func (w *appender) attendance(group []*pending) error {
	in := w.inserter(`INSERT INTO session_viewers (session_id, viewer, rehearsal, first_ms, last_ms, comments, gifts, diamonds,
		likes, joins, follows, shares) VALUES `, 12,
		` ON CONFLICT (session_id, viewer) DO UPDATE SET last_ms = CASE WHEN session_viewers.last_ms < excluded.last_ms THEN excluded.last_ms ELSE session_viewers.last_ms END,
		comments = session_viewers.comments + excluded.comments, gifts = session_viewers.gifts + excluded.gifts,
		diamonds = session_viewers.diamonds + excluded.diamonds, likes = session_viewers.likes + excluded.likes,
		joins = session_viewers.joins + excluded.joins, follows = session_viewers.follows + excluded.follows,
		shares = session_viewers.shares + excluded.shares`)
	for _, p := range group {
		for _, v := range p.batch.Tally.Viewers {
			err := in.add([]any{
				p.batch.SessionID, w.db.names.number(&v.User, v.Rehearsal), flagInt(v.Rehearsal), ms(v.First), ms(v.Last), v.Comments, v.Gifts, v.Diamonds,
				v.Likes, v.Joins, v.Follows, v.Shares,
			})
			if err != nil {
				return err
			}
		}
	}
	return in.flush()
}

// arrivals finds out who is new in a room and who came back, and adds both to the minutes of the batch. The statement answers
// with the number of visits where this is the first sign of the viewer in the session, and with nothing where the session met
// them before a restart.
func (w *appender) arrivals(group []*pending) error {
	in := w.inserter(`INSERT INTO room_viewers (room, viewer, first_ms, last_session, visits) VALUES `, 5,
		` ON CONFLICT (room, viewer) DO UPDATE SET visits = room_viewers.visits + 1, last_session = excluded.last_session
		WHERE room_viewers.last_session <> excluded.last_session RETURNING last_session, viewer, visits`)
	came := map[arrival]int64{}
	in.returning = func(rows *sql.Rows) error {
		var a arrival
		var visits int64
		err := rows.Scan(&a.session, &a.viewer, &visits)
		came[a] = visits
		return err
	}
	for _, p := range group {
		for _, v := range p.batch.Tally.Viewers {
			if !v.Arrived {
				continue
			}
			if err := in.add([]any{p.batch.Room, w.db.names.number(&v.User, v.Rehearsal), ms(v.First), p.batch.SessionID, 1}); err != nil {
				return err
			}
		}
	}
	if err := in.flush(); err != nil {
		return err
	}
	for _, p := range group {
		w.countArrivals(p.batch, came)
	}
	return nil
}

// arrival is a viewer's first sign in a session.
type arrival struct{ session, viewer int64 }

func (w *appender) countArrivals(b live.Batch, came map[arrival]int64) {
	for i := range b.Tally.Minutes {
		m := &b.Tally.Minutes[i]
		m.New, m.Returning = 0, 0 // a transaction before this one may have failed half way
		for _, v := range b.Tally.Viewers {
			if !v.Arrived || v.Rehearsal != m.Rehearsal || !m.Start.Equal(v.First.Truncate(time.Minute)) {
				continue
			}
			switch visits := came[arrival{b.SessionID, w.db.names.number(&v.User, v.Rehearsal)}]; {
			case visits == 1:
				m.New++
			case visits > 1:
				m.Returning++
			}
		}
	}
}

func (w *appender) minutes(group []*pending) error {
	in := w.inserter(`INSERT INTO minutes (session_id, rehearsal, minute_ms, comments, gifts, diamonds, likes, likes_total, joins,
		follows, shares, viewers, viewers_peak, new_viewers, returning_viewers, gap_ms, first_seq, last_seq, viewers_sum, viewers_count,
		viewers_total, followers) VALUES `, 22,
		` ON CONFLICT (session_id, rehearsal, minute_ms) DO UPDATE SET comments = minutes.comments + excluded.comments,
		gifts = minutes.gifts + excluded.gifts, diamonds = minutes.diamonds + excluded.diamonds,
		likes = minutes.likes + excluded.likes, likes_total = CASE WHEN minutes.likes_total < excluded.likes_total THEN excluded.likes_total ELSE minutes.likes_total END,
		joins = minutes.joins + excluded.joins, follows = minutes.follows + excluded.follows,
		shares = minutes.shares + excluded.shares,
		viewers = CASE WHEN excluded.viewers < 0 THEN minutes.viewers ELSE excluded.viewers END,
		viewers_peak = CASE WHEN minutes.viewers_peak < excluded.viewers_peak THEN excluded.viewers_peak ELSE minutes.viewers_peak END,
		new_viewers = minutes.new_viewers + excluded.new_viewers,
		returning_viewers = minutes.returning_viewers + excluded.returning_viewers, gap_ms = minutes.gap_ms + excluded.gap_ms,
		first_seq = CASE WHEN minutes.first_seq = 0 THEN excluded.first_seq ELSE minutes.first_seq END,
		last_seq = CASE WHEN excluded.last_seq = 0 THEN minutes.last_seq ELSE excluded.last_seq END,
		viewers_sum = minutes.viewers_sum + excluded.viewers_sum, viewers_count = minutes.viewers_count + excluded.viewers_count,
		viewers_total = CASE WHEN minutes.viewers_total < excluded.viewers_total THEN excluded.viewers_total ELSE minutes.viewers_total END,
		followers = CASE WHEN minutes.followers < excluded.followers THEN excluded.followers ELSE minutes.followers END`)
	for _, p := range group {
		for _, m := range p.batch.Tally.Minutes {
			err := in.add([]any{
				p.batch.SessionID, flagInt(m.Rehearsal), ms(m.Start), m.Comments, m.Gifts, m.Diamonds, m.Likes, m.LikesTotal,
				m.Joins, m.Follows, m.Shares, m.Viewers, m.ViewersPeak, m.New, m.Returning, m.Gap.Milliseconds(),
				m.FirstSeq, m.LastSeq, m.ViewersSum, m.ViewersCounts, m.ViewersTotal, m.Followers,
			})
			if err != nil {
				return err
			}
		}
	}
	return in.flush()
}

// programs adds up what happened while each program was on.
func (w *appender) programs(group []*pending) error {
	in := w.inserter(`INSERT INTO program_sums (session_id, seq, rehearsal, comments, gifts, diamonds, likes, joins, follows, shares,
		viewers_first, viewers, viewers_peak, viewers_sum, viewers_count) VALUES `, 15,
		` ON CONFLICT (session_id, seq, rehearsal) DO UPDATE SET comments = program_sums.comments + excluded.comments,
		gifts = program_sums.gifts + excluded.gifts, diamonds = program_sums.diamonds + excluded.diamonds, likes = program_sums.likes + excluded.likes,
		joins = program_sums.joins + excluded.joins, follows = program_sums.follows + excluded.follows, shares = program_sums.shares + excluded.shares,
		viewers_first = CASE WHEN program_sums.viewers_first < 0 THEN excluded.viewers_first ELSE program_sums.viewers_first END,
		viewers = CASE WHEN excluded.viewers < 0 THEN program_sums.viewers ELSE excluded.viewers END,
		viewers_peak = CASE WHEN program_sums.viewers_peak < excluded.viewers_peak THEN excluded.viewers_peak ELSE program_sums.viewers_peak END,
		viewers_sum = program_sums.viewers_sum + excluded.viewers_sum, viewers_count = program_sums.viewers_count + excluded.viewers_count`)
	for _, p := range group {
		for _, sum := range p.batch.Tally.Programs {
			m := sum.Sums
			err := in.add([]any{
				p.batch.SessionID, sum.Program, flagInt(m.Rehearsal), m.Comments, m.Gifts, m.Diamonds, m.Likes, m.Joins, m.Follows, m.Shares,
				sum.ViewersFirst, m.Viewers, m.ViewersPeak, m.ViewersSum, m.ViewersCounts,
			})
			if err != nil {
				return err
			}
		}
	}
	return in.flush()
}

// runner is what a step of a transaction needs: a *sql.Tx, or kept where the same steps are taken many times a minute.
type runner interface {
	querier
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
}

// kept runs statements in the transaction that is open on the writing connection, and compiles each text once. It is for the
// writer's goroutine only.
type kept struct{ db *DB }

func (k kept) statement(text string) (*sql.Stmt, error) { return (&appender{k.db}).statement(text) }

// ExecContext is sql.Tx's.
func (k kept) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	stmt, err := k.statement(text)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

// QueryContext is sql.Tx's.
func (k kept) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	stmt, err := k.statement(text)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(ctx, args...)
}

// QueryRowContext is sql.Tx's.
func (k kept) QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row {
	stmt, err := k.statement(text)
	if err != nil {
		return k.db.conn.QueryRowContext(ctx, text, args...) // which says what is wrong
	}
	return stmt.QueryRowContext(ctx, args...)
}

// statement returns a statement of one row that is prepared once.
func (w *appender) statement(text string) (*sql.Stmt, error) {
	return w.prepared(text, 0, func() string { return text })
}

// inserter inserts rows many at a time, through statements of 32, 16, … 1 rows that are prepared once.
type inserter struct {
	w          *appender
	head, tail string
	columns    int
	args       []any
	returning  func(*sql.Rows) error // reads what RETURNING gives; nil where there is none
}

const insertRows = 32

func (w *appender) inserter(head string, columns int, tail string) *inserter {
	return &inserter{w: w, head: head, tail: tail, columns: columns, args: make([]any, 0, columns*insertRows)}
}

func (in *inserter) add(row []any) error {
	in.args = append(in.args, row...)
	if len(in.args) < in.columns*insertRows {
		return nil
	}
	return in.flush()
}

// flush inserts what is left.
func (in *inserter) flush() error {
	args := in.args
	for rows := insertRows; rows > 0; rows /= 2 {
		for n := rows * in.columns; len(args) >= n; args = args[n:] {
			if err := in.exec(rows, args[:n]); err != nil {
				return err
			}
		}
	}
	in.args = in.args[:0]
	return nil
}

func (in *inserter) exec(rows int, args []any) error {
	stmt, err := in.w.prepared(in.head, rows, func() string { return in.head + valueRows(rows, in.columns) + in.tail })
	if err != nil {
		return err
	}
	if in.returning == nil {
		_, err = stmt.Exec(args...)
		return err
	}
	result, err := stmt.Query(args...)
	_, err = collect(result, err, func(r *sql.Rows, _ *struct{}) error { return in.returning(r) })
	return err
}

// stmtKey names a prepared statement of the writer.
type stmtKey struct {
	head string
	rows int
}

// prepared returns a statement of the writing connection; run while a transaction is open there, it is part of it.
func (w *appender) prepared(head string, rows int, text func() string) (*sql.Stmt, error) {
	key := stmtKey{head, rows}
	stmt := w.db.stmts[key]
	if stmt == nil {
		var err error
		if stmt, err = w.db.conn.PrepareContext(context.Background(), text()); err != nil {
			return nil, err
		}
		w.db.stmts[key] = stmt
	}
	return stmt, nil
}

func null[T comparable](v T) any {
	var zero T
	if v == zero {
		return nil
	}
	return v
}

func flag(b bool) any { return null(flagInt(b)) }

func flagInt(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// roleBits packs roles in the order of live.Roles.
func roleBits(roles []string) int64 {
	var bits int64
	for _, role := range roles {
		for i, known := range live.Roles {
			if role == known {
				bits |= 1 << i
			}
		}
	}
	return bits
}

func roleNames(bits int64) []string {
	var roles []string
	for i, role := range live.Roles {
		if bits&(1<<i) != 0 {
			roles = append(roles, role)
		}
	}
	return roles
}
