-- +goose Up

-- In which minutes of a session alerts came on screen: its review marks them.
CREATE TABLE alert_minutes (
  session_id INTEGER NOT NULL,
  minute_ms  INTEGER NOT NULL,
  overlay_id INTEGER NOT NULL,
  shown      INTEGER NOT NULL,
  PRIMARY KEY (session_id, minute_ms, overlay_id)
) STRICT, WITHOUT ROWID;

-- +goose Down
SELECT no_way_back_restore_a_backup;
