-- +goose Up
-- What the charts mark and the team pins: few of very many events.
CREATE INDEX events_marks ON events (session_id, kind, seq) WHERE kind IN ('gap', 'note', 'pin', 'program');
-- What one viewer said, the newest first.
CREATE INDEX events_said ON events (user_id, session_id, seq) WHERE kind IN ('comment', 'question');
CREATE INDEX session_viewers_user ON session_viewers (user_id);
CREATE INDEX sessions_room ON sessions (room, id);

-- What the team wrote about a viewer. user_id is live.User.Key.
CREATE TABLE viewer_notes (
  user_id    TEXT PRIMARY KEY,
  text       TEXT NOT NULL,
  author     TEXT NOT NULL,
  updated_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Viewers' and gifts' pictures, whose addresses at TikTok expire. address has no query: that is a signature.
CREATE TABLE pictures (
  address    TEXT PRIMARY KEY,
  media_type TEXT NOT NULL,
  size       INTEGER NOT NULL,
  used_ms    INTEGER NOT NULL,
  data       BLOB NOT NULL
) STRICT;
CREATE INDEX pictures_used ON pictures (used_ms, size);

-- +goose Down
DROP TABLE pictures;
DROP TABLE viewer_notes;
DROP INDEX sessions_room;
DROP INDEX session_viewers_user;
DROP INDEX events_said;
DROP INDEX events_marks;
