-- A database as version 1 of the schema left it, frozen: what was recorded with it must survive every update. Never edit it.
CREATE TABLE goose_db_version (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  version_id INTEGER NOT NULL,
  is_applied INTEGER NOT NULL,
  tstamp     TIMESTAMP DEFAULT (datetime('now'))
);
INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, 1), (1, 1);

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

-- What was recorded: a room with one session of three events.
UPDATE counters SET value = 7 WHERE name = 'session';
INSERT INTO rooms VALUES ('ann', 'Ann', '', 1, 1, '1', 0, 1768210000000);
INSERT INTO sessions VALUES (7, 'ann', '7340702509671467807', 'a show', 'tiktok', 1768210200000, 1768213800000, 'ended', 3, 1768213800000);
INSERT INTO events VALUES
  (7, 1, 1768210200000, 'connect', 'system', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{"unique_id":"ann","room_id":"7340702509671467807"}'),
  (7, 2, 1768210201000, 'comment', 'tiktok', '7340702509671467808', '6800000000000000001', 16, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{"comment":"bài này tên gì vậy ạ?"}'),
  (7, 3, 1768210202000, 'gift', 'tiktok', '7340702509671467809', '6800000000000000001', 16, NULL, NULL, NULL, NULL, NULL, 5, 5, '{"gift":{"id":5655,"name":"Rose","diamond_count":1,"streakable":true,"type":1},"repeat_count":5,"total_diamonds":5,"streaking":false}');
INSERT INTO viewers VALUES ('6800000000000000001', 0, 'bob', 'Bob', '', 1768210201000);
INSERT INTO room_viewers VALUES ('ann', 0, '6800000000000000001', 1768210201000, 7, 1);
INSERT INTO session_viewers VALUES (7, 0, '6800000000000000001', 1768210201000, 1768210202000, 1, 5, 5, 0, 0, 0, 0);
INSERT INTO minutes VALUES (7, 0, 1768210200000, 1, 5, 5, 0, 0, 0, 0, 0, -1, -1, 1, 0, 0);
INSERT INTO search (rowid, terms) VALUES (30064771074, 'bai nay ten gi vay a');
INSERT INTO users VALUES ('linh', 'owner', 'x', 'vi', 1768210000000);
INSERT INTO settings VALUES ('cookie', 'secret');
