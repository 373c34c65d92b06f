-- +goose Up

-- Who may come in, by a link that works once. Of every secret here only the hash is kept: a copy of the file opens no door.
CREATE TABLE invites (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  secret_hash TEXT NOT NULL UNIQUE,
  role        TEXT NOT NULL,
  author      TEXT NOT NULL,
  created_ms  INTEGER NOT NULL,
  expires_ms  INTEGER NOT NULL,
  used_ms     INTEGER NOT NULL DEFAULT 0,
  used_by     TEXT NOT NULL DEFAULT ''
) STRICT;

-- What programs send in place of a login.
CREATE TABLE api_tokens (
  id          INTEGER PRIMARY KEY AUTOINCREMENT,
  secret_hash TEXT NOT NULL UNIQUE,
  name        TEXT NOT NULL,
  role        TEXT NOT NULL,
  author      TEXT NOT NULL,
  created_ms  INTEGER NOT NULL,
  seen_ms     INTEGER NOT NULL DEFAULT 0,
  revoked_ms  INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Links to one session for somebody who may see nothing else. hidden 1 leaves viewers' names out; ids are never shown.
CREATE TABLE shares (
  id            INTEGER PRIMARY KEY AUTOINCREMENT,
  secret_hash   TEXT NOT NULL UNIQUE,
  session_id    INTEGER NOT NULL,
  author        TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  hidden        INTEGER NOT NULL,
  created_ms    INTEGER NOT NULL,
  expires_ms    INTEGER NOT NULL,
  revoked_ms    INTEGER NOT NULL DEFAULT 0,
  visits        INTEGER NOT NULL DEFAULT 0,
  visited_ms    INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX shares_session ON shares (session_id);
-- +goose StatementBegin
CREATE TRIGGER shares_end AFTER DELETE ON sessions BEGIN
  DELETE FROM shares WHERE session_id = old.id;
END;
-- +goose StatementEnd

-- Who did what, and when. Nobody can edit it: the file itself refuses.
CREATE TABLE audit (
  id      INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms   INTEGER NOT NULL,
  who     TEXT NOT NULL,
  role    TEXT NOT NULL,
  action  TEXT NOT NULL,
  target  TEXT NOT NULL,
  address TEXT NOT NULL
) STRICT;
CREATE INDEX audit_who ON audit (who, id);
CREATE INDEX audit_action ON audit (action, id);
-- +goose StatementBegin
CREATE TRIGGER audit_kept BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit list cannot be edited'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_unchanged BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit list cannot be edited'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER audit_added BEFORE INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = new.id) BEGIN
  SELECT raise(ABORT, 'the audit list cannot be edited');
END;
-- +goose StatementEnd

-- +goose Down
SELECT no_way_back_restore_a_backup;
