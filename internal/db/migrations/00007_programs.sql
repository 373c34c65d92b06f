-- +goose Up

-- The run-down of a room's show, in the order of position. ids are not given twice: events name programs by them.
CREATE TABLE run_down (
  id        INTEGER PRIMARY KEY AUTOINCREMENT,
  room      TEXT NOT NULL,
  position  INTEGER NOT NULL,
  name      TEXT NOT NULL,
  type      TEXT NOT NULL,
  planned_s INTEGER NOT NULL
) STRICT;
CREATE INDEX run_down_room ON run_down (room, position);

-- What became of telling a story about a program event: live.ProgramCall. body and answer are JSON; took_ms is 0 before the
-- first try has ended, retry_ms 0 where nobody tries again by himself.
CREATE TABLE program_calls (
  session_id INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  story_id   TEXT NOT NULL,
  state      TEXT NOT NULL,
  since_ms   INTEGER NOT NULL,
  body       TEXT NOT NULL,
  tries      INTEGER NOT NULL,
  took_ms    INTEGER NOT NULL,
  answer     TEXT NOT NULL,
  code       TEXT NOT NULL,
  why        TEXT NOT NULL,
  detail     TEXT NOT NULL,
  retry_ms   INTEGER NOT NULL,
  PRIMARY KEY (session_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX program_calls_open ON program_calls (state) WHERE state IN ('waiting', 'asking', 'failed');

-- +goose Down
DROP TABLE program_calls;
DROP TABLE run_down;
