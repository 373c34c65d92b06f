package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"showcaller/internal/live"
)

// parseURL returns the file of sqlite:PATH.
func parseURL(raw string) (string, error) {
	path, ok := strings.CutPrefix(raw, "sqlite:")
	if !ok || path == "" {
		return "", &live.Error{
			Code: live.CodeInvalid, Op: "db.Open",
			Msg: fmt.Sprintf("SHOWCALLER_DATABASE_URL is %q; it must be sqlite: and a file, for example sqlite:data/showcaller.db.", raw),
		}
	}
	return path, nil
}

// prepareFile makes the folder, and finds out before SQLite does whether the file can be written: SQLite opens what it may not
// write as read-only and fails much later.
func prepareFile(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return openError(path, err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600) //nolint:gosec // the operator names the file
	if err != nil {
		return openError(path, err)
	}
	return f.Close()
}

func openPool(path string, readOnly bool) (*sql.DB, error) {
	pragmas := []string{"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(NORMAL)", "foreign_keys(1)", "temp_store(MEMORY)"}
	conns, lock := 1, "immediate"
	if readOnly {
		lock = "deferred" // a reader must not ask for the writer's lock
		pragmas = append(pragmas, "query_only(1)")
		conns = max(4, runtime.NumCPU())
	} else {
		// The writer's cache holds the inner pages of every index; 64 MiB are a few million rows' worth.
		pragmas = append(pragmas, "cache_size(-65536)", "wal_autocheckpoint(4000)")
		pragmas = append(pragmas, "secure_delete(FAST)") // what is forgotten is overwritten where it stood, as far as it costs no reading
	}
	q := url.Values{"_pragma": pragmas, "_txlock": {lock}}
	pool, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
	if err != nil {
		return nil, err
	}
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	return pool, nil
}

// openError says what is wrong with the file and who can mend it.
func openError(path string, err error) error {
	if _, ok := errors.AsType[*live.Error](err); ok {
		return err
	}
	msg := fmt.Sprintf("The database %s cannot be opened.", path)
	switch {
	case errors.Is(err, os.ErrPermission) || sqliteCode(err) == sqlite3.SQLITE_READONLY || strings.Contains(err.Error(), "read-only file system"):
		msg = fmt.Sprintf("The database %s cannot be written: this user may not write there. Give it the right, or set SHOWCALLER_DATABASE_URL to another place.", path)
	case sqliteCode(err) == sqlite3.SQLITE_NOTADB:
		msg = fmt.Sprintf("%s is not an SQLite database. Move it away, or set SHOWCALLER_DATABASE_URL to another file.", path)
	case sqliteCode(err) == sqlite3.SQLITE_CORRUPT:
		msg = fmt.Sprintf("The database %s is damaged. Restore a backup.", path)
	}
	return &live.Error{Code: live.CodeUnavailable, Reason: live.ReasonStorage, Op: "db.Open", Msg: msg, Err: err}
}

// writeError says why the database could not be written.
func writeError(op string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	if _, ok := errors.AsType[*live.Error](err); ok {
		return err
	}
	msg := "The database could not be written. What was stored before is safe."
	switch sqliteCode(err) {
	case sqlite3.SQLITE_FULL:
		msg = "The disk is full. What was stored before is safe; free some space and recording goes on by itself."
	case sqlite3.SQLITE_READONLY:
		msg = "The database became read-only. What was stored before is safe; give the program the right to write again."
	case sqlite3.SQLITE_IOERR:
		msg = "The disk refused to write the database. What was stored before is safe; look at the disk."
	}
	return &live.Error{Code: live.CodeUnavailable, Reason: live.ReasonStorage, Op: op, Msg: msg, Err: err}
}

// sqliteCode returns SQLite's primary result code, or 0.
func sqliteCode(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code() & 0xff
	}
	return 0
}

// searchRow is the row of an event in the search index, which has room for one number only.
func searchRow(session, seq int64) int64 { return session<<32 | seq }

const (
	insertTerms = `INSERT INTO search (rowid, terms) VALUES ($1, $2)`
	deleteTerms = `DELETE FROM search WHERE rowid BETWEEN $1 AND $2`
	// The newest first; the rows say session and seq.
	findNewestTerms       = `SELECT rowid FROM search WHERE search MATCH $1 AND rowid > $2 AND rowid < $3 ORDER BY rowid DESC LIMIT $4`
	findNewestTermsInRoom = `SELECT rowid FROM search WHERE search MATCH $1 AND rowid > $2 AND rowid < $3
		AND rowid >> 32 IN (SELECT id FROM sessions WHERE room = $5) ORDER BY rowid DESC LIMIT $4`
	findTerms = `SELECT rowid & 4294967295 FROM search WHERE search MATCH $1 AND rowid > $2 AND rowid <= $3 ORDER BY rowid LIMIT $4`
)

// The index of what stories may recall.
const (
	insertStoryTerms = `INSERT INTO story_search (rowid, terms) VALUES ($1, $2)`
	forgetTerms      = `DELETE FROM story_search WHERE rowid BETWEEN $1 AND $2`
	findStoryTerms   = `SELECT rowid FROM story_search WHERE story_search MATCH $1 AND rowid BETWEEN $2 AND $3 ORDER BY rowid DESC LIMIT $4`
)

// messageBits is the room for a message's id in a row of that index.
const messageBits = 40

// firstMemory returns the row a story's part of the index begins with.
func firstMemory(ctx context.Context, q rowQuerier, storyID string) (int64, error) {
	var number int64
	err := q.QueryRowContext(ctx, `SELECT number FROM stories WHERE id = $1`, storyID).Scan(&number)
	if errors.Is(err, sql.ErrNoRows) {
		err = noStory(storyID)
	}
	return number << messageBits, err
}

type rowQuerier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func lastMemory(first int64) int64 { return first | (1<<messageBits - 1) }

// by names the index a query is to use. SQLite would guess from how many rows a table usually has, and reads a session of a million
// events from its beginning instead.
func by(index string) string { return " INDEXED BY " + index }

// Backup writes a consistent copy of the database to a new file while it is in use. Only the file's owner may read it: it holds what the
// database does, hashes of passwords and sealed addresses among it. What a backup that failed had written is removed.
func (d *DB) Backup(ctx context.Context, file string) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the operator names the file
	switch {
	case errors.Is(err, os.ErrExist):
		return &live.Error{Code: live.CodeConflict, Op: "db.Backup", Msg: file + " exists already; a backup does not overwrite. Name another file."}
	case err != nil:
		return backupError(file, err)
	}
	if err := f.Close(); err != nil {
		return backupError(file, err)
	}
	// A connection of its own: the readers may write nothing, not even elsewhere, and the writer must not wait for the copy.
	pool, err := openPool(d.path, false)
	if err == nil {
		_, err = pool.ExecContext(ctx, `VACUUM INTO $1`, file) // which takes an empty file for none
		err = errors.Join(err, pool.Close())
	}
	if err != nil {
		return backupError(file, errors.Join(err, os.Remove(file)))
	}
	return nil
}

func backupError(file string, err error) error {
	return &live.Error{
		Code: live.CodeUnavailable, Op: "db.Backup", Err: err,
		Msg: "The backup could not be written to " + file + ". Look whether the folder is there, may be written by this user, and has as much room as the database takes.",
	}
}

// Space is how much of the disk the database takes, in bytes.
type Space struct {
	File int64 // of the database itself, without what waits in its log
	Free int64 // of that, what deleted rows left: new ones go there before the file grows
}

// Space returns how much of the disk the database takes. Deleting makes no file smaller: a backup is, since it leaves the free pages out.
func (d *DB) Space(ctx context.Context) (Space, error) {
	var pages, free, size int64
	err := d.read.QueryRowContext(ctx, `SELECT page_count, freelist_count, page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size`).Scan(&pages, &free, &size)
	return Space{File: pages * size, Free: free * size}, err
}

// valueRows returns the VALUES of a statement that inserts many rows. The parameters have no numbers here, because SQLite looks
// up the name of a numbered one by walking a list, for each of them.
func valueRows(rows, columns int) string {
	row := ",(?" + strings.Repeat(",?", columns-1) + ")"
	return strings.Repeat(row, rows)[1:]
}
