-- +goose Up

-- Up to which of its events a session's raw events were deleted. Programs, gaps and notes below it are kept: its review is made of them.
ALTER TABLE sessions ADD COLUMN pruned_seq INTEGER NOT NULL DEFAULT 0;

-- Sessions that are deleted, and whose events still have to go, a piece at a time. A crash in between loses nothing of it.
CREATE TABLE deleted_sessions (
  session_id INTEGER PRIMARY KEY
) STRICT;

-- +goose Down
SELECT no_way_back_restore_a_backup;
