-- +goose Up

-- Pages for OBS. secret_hash is what an address is looked up by, secret_sealed what the address is shown again from; both are null
-- while it is revoked. options is JSON of the kind. memory is what the overlay must know after a restart, as of a seq of a session:
-- alerts that wait, a goal's carry-over, a timer. seen is what a page last told about itself.
CREATE TABLE overlays (
  id             INTEGER PRIMARY KEY,
  kind           TEXT NOT NULL,
  room           TEXT NOT NULL,
  name           TEXT NOT NULL,
  width          INTEGER NOT NULL,
  height         INTEGER NOT NULL,
  fps            INTEGER NOT NULL,
  options        TEXT NOT NULL,
  secret_hash    TEXT UNIQUE,
  secret_sealed  TEXT,
  memory         TEXT NOT NULL DEFAULT '',
  memory_session INTEGER NOT NULL DEFAULT 0,
  memory_seq     INTEGER NOT NULL DEFAULT 0,
  memory_ms      INTEGER NOT NULL DEFAULT 0,
  seen           TEXT NOT NULL DEFAULT '',
  seen_ms        INTEGER NOT NULL DEFAULT 0,
  drawn          TEXT NOT NULL DEFAULT '',
  drawn_ms       INTEGER NOT NULL DEFAULT 0,
  created_ms     INTEGER NOT NULL,
  changed_ms     INTEGER NOT NULL
) STRICT;
CREATE INDEX overlays_room ON overlays (room, id);
INSERT INTO counters (name, value) VALUES ('overlay', 0);

-- +goose Down
DELETE FROM counters WHERE name = 'overlay';
DROP TABLE overlays;
