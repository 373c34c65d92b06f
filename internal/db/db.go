// Package db is the store on SQLite: events, minutes, viewers, rooms, logins and the search index, all in one file.
//
// The SQL is written so that Postgres reads it too ($1 parameters, ON CONFLICT, RETURNING, integer milliseconds); what is
// SQLite's own (DSN, pragmas, the search index, what its errors mean) is in sqlite.go.
package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"sync"
	"time"

	"github.com/pressly/goose/v3"

	"showcaller/internal/live"
)

//go:embed migrations/*.sql
var migrations embed.FS

// DB is an open database. Its methods may be called from any goroutine.
type DB struct {
	path  string
	write *sql.DB // one connection: SQLite has one writer
	read  *reader
	log   *slog.Logger

	appends chan *pending
	changes chan change
	stop    chan struct{}
	done    chan struct{}
	once    sync.Once

	// Owned by the writer's goroutine.
	conn  *sql.Conn
	names viewerNames
	gifts map[int64]knownGift
	stmts map[stmtKey]*sql.Stmt
}

// Open opens the database a URL of the form sqlite:PATH names, creates it if it is missing, and brings its schema up to date.
// The error says whether the path, the rights, the file or its version is at fault.
func Open(ctx context.Context, url string, log *slog.Logger) (*DB, error) {
	path, err := parseURL(url)
	if err != nil {
		return nil, err
	}
	if err := prepareFile(path); err != nil {
		return nil, err
	}
	d := &DB{
		path: path, log: log, names: newViewerNames(), gifts: map[int64]knownGift{}, stmts: map[stmtKey]*sql.Stmt{},
		appends: make(chan *pending), changes: make(chan change), stop: make(chan struct{}), done: make(chan struct{}),
	}
	if d.write, err = openPool(path, false); err != nil {
		return nil, openError(path, err)
	}
	pool, err := openPool(path, true)
	if err != nil {
		return nil, errors.Join(openError(path, err), d.write.Close())
	}
	d.read = newReader(pool)
	if err := d.migrate(ctx); err != nil {
		return nil, errors.Join(openError(path, err), d.write.Close(), d.read.Close())
	}
	if d.conn, err = d.write.Conn(ctx); err != nil {
		return nil, errors.Join(openError(path, err), d.write.Close(), d.read.Close())
	}
	go d.writer()
	return d, nil
}

// Close ends the writer after what it was given, and closes the file.
func (d *DB) Close() error {
	d.once.Do(func() { close(d.stop) })
	<-d.done
	return errors.Join(d.read.Close(), d.conn.Close(), d.write.Close())
}

// Ping reports whether the database answers.
func (d *DB) Ping(ctx context.Context) error { return d.read.PingContext(ctx) }

func (d *DB) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, d.write, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return err
	}
	have, err := provider.GetDBVersion(ctx)
	if err != nil {
		return err
	}
	sources := provider.ListSources()
	if newest := sources[len(sources)-1].Version; have > newest {
		return &live.Error{
			Code: live.CodeConflict, Op: "db.Open",
			Msg: fmt.Sprintf("The database %s was written by a newer Showcaller (its version is %d, this program knows %d). Install the newer program, or restore a backup from before the update.", d.path, have, newest),
		}
	}
	_, err = provider.Up(ctx)
	return err
}

func ms(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMS(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMilli(n).UTC()
}

// notFound turns the absence of a row into an error a person can read.
func notFound(err error, op, msg string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return &live.Error{Code: live.CodeNotFound, Op: op, Msg: msg}
	}
	return err
}

// collect reads all rows through scan.
func collect[T any](rows *sql.Rows, err error, scan func(*sql.Rows, *T) error) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err below says what matters
	var out []T
	for rows.Next() {
		var v T
		if err := scan(rows, &v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
