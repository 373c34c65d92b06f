package db

import (
	"context"
	"database/sql"
	"sync"
)

// reader is the pool of connections that only read. It keeps the statements it was asked for, compiled: for a question that an
// index answers, compiling takes longer than answering.
type reader struct {
	*sql.DB
	mu    sync.Mutex
	stmts map[string]*sql.Stmt
}

// keptStatements bounds what is kept. The texts are ours and few; only lists of filters and of numbers vary.
const keptStatements = 400

func newReader(pool *sql.DB) *reader { return &reader{DB: pool, stmts: map[string]*sql.Stmt{}} }

// QueryContext is sql.DB's.
func (r *reader) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	stmt, err := r.prepared(ctx, text) //nolint:sqlclosecheck // it is kept; the pool closes it
	if err != nil {
		return nil, err
	}
	if stmt == nil {
		return r.DB.QueryContext(ctx, text, args...)
	}
	return stmt.QueryContext(ctx, args...)
}

// QueryRowContext is sql.DB's.
func (r *reader) QueryRowContext(ctx context.Context, text string, args ...any) *sql.Row {
	stmt, err := r.prepared(ctx, text) //nolint:sqlclosecheck // it is kept; the pool closes it
	if err != nil || stmt == nil {
		return r.DB.QueryRowContext(ctx, text, args...) // which says what is wrong
	}
	return stmt.QueryRowContext(ctx, args...)
}

// prepared returns the statement of a text, or nil where there are too many. They are closed with the pool.
func (r *reader) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	r.mu.Lock()
	stmt, full := r.stmts[text], len(r.stmts) >= keptStatements
	r.mu.Unlock()
	if stmt != nil || full {
		return stmt, nil
	}
	stmt, err := r.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if other := r.stmts[text]; other != nil {
		return other, stmt.Close() //nolint:sqlclosecheck // somebody was faster; the other one is kept
	}
	r.stmts[text] = stmt
	return stmt, nil
}
