-- +goose Up
CREATE TABLE counters (
  name  TEXT PRIMARY KEY,
  value INTEGER NOT NULL
) STRICT;
INSERT INTO counters (name, value) VALUES ('session', 0);

CREATE TABLE rooms (
  unique_id   TEXT PRIMARY KEY,
  nickname    TEXT NOT NULL,
  picture     TEXT NOT NULL,
  wanted      INTEGER NOT NULL,
  auto_record INTEGER NOT NULL,
  story_id    TEXT NOT NULL,
  demo        INTEGER NOT NULL,
  added_ms    INTEGER NOT NULL
) STRICT;

-- One row a recording of one LIVE. ended_ms is null while it may go on.
CREATE TABLE sessions (
  id         INTEGER PRIMARY KEY,
  room       TEXT NOT NULL,
  live_id    TEXT NOT NULL,
  title      TEXT NOT NULL,
  origin     TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  ended_ms   INTEGER,
  end_reason TEXT NOT NULL DEFAULT '',
  last_seq   INTEGER NOT NULL DEFAULT 0,
  last_ms    INTEGER NOT NULL DEFAULT 0,
  UNIQUE (room, live_id)
) STRICT;
CREATE INDEX sessions_started ON sessions (started_ms);

-- The log. roles is a bit set in the order of live.Roles. A viewer's names and picture are in viewers.
CREATE TABLE events (
  session_id   INTEGER NOT NULL,
  seq          INTEGER NOT NULL,
  at_ms        INTEGER NOT NULL,
  kind         TEXT NOT NULL,
  origin       TEXT NOT NULL,
  source_id    TEXT,
  user_id      TEXT,
  roles        INTEGER,
  gifter_level INTEGER,
  team_level   INTEGER,
  top_gifter   INTEGER,
  history      INTEGER,
  cause        INTEGER,
  amount       INTEGER,
  diamonds     INTEGER,
  data         TEXT,
  PRIMARY KEY (session_id, seq)
) STRICT, WITHOUT ROWID;

-- rehearsal 1: a viewer of simulated or replayed events, who may carry a real one's id and must never rename them.
CREATE TABLE viewers (
  user_id    TEXT NOT NULL,
  rehearsal  INTEGER NOT NULL,
  unique_id  TEXT NOT NULL,
  nickname   TEXT NOT NULL,
  picture    TEXT NOT NULL,
  updated_ms INTEGER NOT NULL,
  PRIMARY KEY (user_id, rehearsal)
) STRICT, WITHOUT ROWID;
CREATE INDEX viewers_handle ON viewers (unique_id);

CREATE TABLE room_viewers (
  room         TEXT NOT NULL,
  rehearsal    INTEGER NOT NULL,
  user_id      TEXT NOT NULL,
  first_ms     INTEGER NOT NULL,
  last_session INTEGER NOT NULL,
  visits       INTEGER NOT NULL,
  PRIMARY KEY (room, rehearsal, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE session_viewers (
  session_id INTEGER NOT NULL,
  rehearsal  INTEGER NOT NULL,
  user_id    TEXT NOT NULL,
  first_ms   INTEGER NOT NULL,
  last_ms    INTEGER NOT NULL,
  comments   INTEGER NOT NULL,
  gifts      INTEGER NOT NULL,
  diamonds   INTEGER NOT NULL,
  likes      INTEGER NOT NULL,
  joins      INTEGER NOT NULL,
  follows    INTEGER NOT NULL,
  shares     INTEGER NOT NULL,
  PRIMARY KEY (session_id, rehearsal, user_id)
) STRICT, WITHOUT ROWID;

-- Sums by minute, written with the events. rehearsal 1 holds what simulated and replayed events add.
CREATE TABLE minutes (
  session_id   INTEGER NOT NULL,
  rehearsal    INTEGER NOT NULL,
  minute_ms    INTEGER NOT NULL,
  comments     INTEGER NOT NULL,
  gifts        INTEGER NOT NULL,
  diamonds     INTEGER NOT NULL,
  likes        INTEGER NOT NULL,
  likes_total  INTEGER NOT NULL,
  joins        INTEGER NOT NULL,
  follows      INTEGER NOT NULL,
  shares       INTEGER NOT NULL,
  viewers      INTEGER NOT NULL,
  viewers_peak INTEGER NOT NULL,
  new_viewers  INTEGER NOT NULL,
  returning_viewers INTEGER NOT NULL,
  gap_ms       INTEGER NOT NULL,
  PRIMARY KEY (session_id, rehearsal, minute_ms)
) STRICT, WITHOUT ROWID;

-- When TikTok and the sign server were asked, so that a crash loop cannot eat a quota.
CREATE TABLE attempts (
  kind  TEXT NOT NULL,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX attempts_kind ON attempts (kind, at_ms);

CREATE TABLE users (
  name          TEXT PRIMARY KEY,
  role          TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  language      TEXT NOT NULL,
  created_ms    INTEGER NOT NULL
) STRICT;

-- A signed-in browser. The cookie holds the id's secret; only its hash is here, so a copy of the file opens no door.
CREATE TABLE logins (
  id_hash    TEXT PRIMARY KEY,
  user_name  TEXT NOT NULL,
  data       TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  seen_ms    INTEGER NOT NULL,
  expires_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX logins_user ON logins (user_name);

-- Small secrets and settings of the program itself: cookie keys, the set-up token's hash.
CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

-- Terms of what viewers wrote, made in Go. The rowid is session_id << 32 | seq, so a search within a session is a range.
CREATE VIRTUAL TABLE search USING fts5 (terms, content='', contentless_delete=1, detail='none', tokenize="ascii");

-- +goose Down
DROP TABLE search;
DROP TABLE settings;
DROP TABLE logins;
DROP TABLE users;
DROP TABLE attempts;
DROP TABLE minutes;
DROP TABLE session_viewers;
DROP TABLE room_viewers;
DROP TABLE viewers;
DROP TABLE events;
DROP TABLE sessions;
DROP TABLE rooms;
DROP TABLE counters;
