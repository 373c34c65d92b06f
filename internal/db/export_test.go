package db

import (
	"context"
	"database/sql"
	"fmt"

	"showcaller/internal/live"
)

// Exec runs a statement on the writing connection, for tests that need a database nobody would make.
func (d *DB) Exec(ctx context.Context, query string) error {
	_, err := d.exec(ctx, "db.Exec", query)
	return err
}

// LimitPages makes SQLite say that the disk is full at so many pages.
func (d *DB) LimitPages(ctx context.Context, pages int) error {
	return d.inTx(ctx, "db.LimitPages", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA max_page_count = %d", pages))
		return err
	})
}

// SaveStoryTurns stores many turns in one transaction.
func (d *DB) SaveStoryTurns(ctx context.Context, messages []live.StoryMessage) error {
	return d.inTx(ctx, "db.SaveStoryTurns", func(tx *sql.Tx) error {
		for _, m := range messages {
			var err error
			if m.ID, err = nextNumber(ctx, tx, "story_message"); err != nil {
				return err
			}
			if err := insertStoryMessage(ctx, tx, m); err != nil {
				return err
			}
		}
		return nil
	})
}
