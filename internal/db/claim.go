package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"

	sqlite3 "modernc.org/sqlite/lib"

	"showcaller/internal/live"
)

// Claim makes a database this panel's own until release is called or the process dies: two panels on one database would give out
// the same numbers twice. While another one holds it, the error is a conflict. Tools that only read, or change what is not
// numbered, need no claim.
//
// The claim is SQLite's own lock on an empty file beside the database, so it works wherever SQLite does.
func Claim(ctx context.Context, databaseURL string) (release func() error, err error) {
	path, err := parseURL(databaseURL)
	if err != nil {
		return nil, err
	}
	if err := prepareFile(path); err != nil {
		return nil, err
	}
	pool, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path + "-lock"}).EscapedPath())
	if err != nil {
		return nil, openError(path, err)
	}
	pool.SetMaxOpenConns(1) // the lock is its connection's
	if _, err := pool.ExecContext(ctx, `BEGIN EXCLUSIVE`); err != nil {
		if sqliteCode(err) == sqlite3.SQLITE_BUSY {
			err = &live.Error{
				Code: live.CodeConflict, Op: "db.Claim",
				Msg: fmt.Sprintf("The database %s is in use by another Showcaller. Stop that one, or set SHOWCALLER_DATABASE_URL to another file.", path),
			}
		}
		return nil, errors.Join(openError(path, err), pool.Close())
	}
	return pool.Close, nil
}
