-- +goose Up
INSERT INTO counters (name, value) VALUES ('story', 0), ('story_number', 0), ('story_message', 0);

-- Lists and groups of settings are small JSON. number is the story's place in the search index; it is never given twice.
CREATE TABLE stories (
  id          TEXT PRIMARY KEY,
  number      INTEGER NOT NULL,
  name        TEXT NOT NULL,
  language    TEXT NOT NULL,
  persona     TEXT NOT NULL,
  rules       TEXT NOT NULL,
  blocked_in  TEXT NOT NULL,
  blocked_out TEXT NOT NULL,
  responder   TEXT NOT NULL,
  seed        INTEGER NOT NULL,
  pacing      TEXT NOT NULL,
  budget      TEXT NOT NULL,
  paused      INTEGER NOT NULL,
  muted       INTEGER NOT NULL,
  muted_ids   TEXT NOT NULL,
  created_ms  INTEGER NOT NULL,
  updated_ms  INTEGER NOT NULL
) STRICT;

-- One row a turn: what came in and what was answered. recall 1: its text may be recalled.
CREATE TABLE story_messages (
  id         INTEGER PRIMARY KEY,
  story_id   TEXT NOT NULL,
  turn_id    TEXT NOT NULL,
  at_ms      INTEGER NOT NULL,
  type       TEXT NOT NULL,
  speaker    TEXT NOT NULL,
  viewer_id  TEXT NOT NULL,
  text       TEXT NOT NULL,
  gift_name  TEXT NOT NULL,
  gift_count INTEGER NOT NULL,
  value      REAL NOT NULL,
  input      TEXT NOT NULL,
  clips      TEXT NOT NULL,
  responder  TEXT NOT NULL,
  fallback   TEXT NOT NULL,
  guarded    TEXT NOT NULL,
  took_ms    INTEGER NOT NULL,
  tokens_in  INTEGER NOT NULL,
  tokens_out INTEGER NOT NULL,
  session_id INTEGER NOT NULL,
  cause      INTEGER NOT NULL,
  also       TEXT NOT NULL,
  recall     INTEGER NOT NULL,
  UNIQUE (story_id, turn_id)
) STRICT;
CREATE INDEX story_messages_story ON story_messages (story_id, id);
CREATE INDEX story_messages_viewer ON story_messages (story_id, viewer_id, session_id);

-- Who gave what. A gift of a session is here once, whatever turns it was part of.
CREATE TABLE story_givers (
  story_id   TEXT NOT NULL,
  viewer_id  TEXT NOT NULL,
  message_id INTEGER NOT NULL,
  session_id INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  name       TEXT NOT NULL,
  gift_name  TEXT NOT NULL,
  gift_count INTEGER NOT NULL,
  value      REAL NOT NULL,
  at_ms      INTEGER NOT NULL
) STRICT;
CREATE INDEX story_givers_viewer ON story_givers (story_id, viewer_id, at_ms);
CREATE UNIQUE INDEX story_givers_event ON story_givers (story_id, session_id, seq) WHERE seq > 0;

-- What a story's model used, by UTC day.
CREATE TABLE story_tokens (
  story_id TEXT NOT NULL,
  day      TEXT NOT NULL,
  tokens   INTEGER NOT NULL,
  PRIMARY KEY (story_id, day)
) STRICT, WITHOUT ROWID;

-- Terms of what may be recalled, made in Go. The rowid is stories.number << 40 | story_messages.id: a search within a story is a
-- range.
CREATE VIRTUAL TABLE story_search USING fts5 (terms, content='', contentless_delete=1, detail='none', tokenize="ascii");

-- +goose Down
DROP TABLE story_search;
DROP TABLE story_tokens;
DROP TABLE story_givers;
DROP TABLE story_messages;
DROP TABLE stories;
DELETE FROM counters WHERE name IN ('story', 'story_number', 'story_message');
