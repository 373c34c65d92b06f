package db

import (
	"context"
	"database/sql"
	"errors"

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
