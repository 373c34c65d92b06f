package db

import (
	"context"
	"database/sql"
)

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
