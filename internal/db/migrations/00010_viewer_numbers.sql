-- +goose Up

-- The log is the bulk of the file, so what repeats in it becomes a number: a viewer is the id of a row of viewers in place of a
-- text of 19 digits, in every table and index, and so is an id of TikTok's messages. Ids of other makes stay texts. What a viewer
-- said is found through session_viewers and events_viewer, what a chart marks through events_kind: they need no index of their own.

DROP INDEX viewers_handle;
ALTER TABLE viewers RENAME TO old_viewers;
CREATE TABLE viewers (
  id         INTEGER PRIMARY KEY,
  user_id    TEXT NOT NULL,
  rehearsal  INTEGER NOT NULL,
  unique_id  TEXT NOT NULL,
  nickname   TEXT NOT NULL,
  picture    TEXT NOT NULL,
  updated_ms INTEGER NOT NULL,
  UNIQUE (user_id, rehearsal)
) STRICT;
INSERT INTO viewers (user_id, rehearsal, unique_id, nickname, picture, updated_ms)
  SELECT user_id, rehearsal, unique_id, nickname, picture, updated_ms FROM old_viewers WHERE user_id <> '';
DROP TABLE old_viewers;
CREATE INDEX viewers_handle ON viewers (unique_id);

DROP INDEX events_marks;
DROP INDEX events_said;
DROP INDEX events_kind;
DROP INDEX events_origin;
DROP INDEX events_user;
ALTER TABLE events RENAME TO old_events;
CREATE TABLE events (
  session_id   INTEGER NOT NULL,
  seq          INTEGER NOT NULL,
  at_ms        INTEGER NOT NULL,
  kind         TEXT NOT NULL,
  origin       TEXT NOT NULL,
  source_no    INTEGER,
  source_text  TEXT,
  viewer       INTEGER,
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
INSERT INTO events (session_id, seq, at_ms, kind, origin, source_no, source_text, viewer, roles, gifter_level, team_level, top_gifter,
  history, cause, amount, diamonds, data)
  SELECT o.session_id, o.seq, o.at_ms, o.kind, o.origin,
    CASE WHEN CAST(CAST(o.source_id AS INTEGER) AS TEXT) = o.source_id THEN CAST(o.source_id AS INTEGER) END,
    CASE WHEN CAST(CAST(o.source_id AS INTEGER) AS TEXT) <> o.source_id THEN o.source_id END,
    (SELECT v.id FROM viewers v WHERE v.user_id = o.user_id AND v.rehearsal = CASE WHEN o.origin IN ('simulated', 'replay') THEN 1 ELSE 0 END),
    o.roles, o.gifter_level, o.team_level, o.top_gifter, o.history, o.cause, o.amount, o.diamonds, o.data
  FROM old_events o ORDER BY o.session_id, o.seq;
DROP TABLE old_events;
CREATE INDEX events_kind ON events (session_id, kind, seq) WHERE kind NOT IN ('comment', 'gift', 'join', 'like', 'viewers');
CREATE INDEX events_origin ON events (session_id, origin, seq) WHERE origin <> 'tiktok';
CREATE INDEX events_viewer ON events (session_id, viewer, seq) WHERE viewer IS NOT NULL;

ALTER TABLE room_viewers RENAME TO old_room_viewers;
CREATE TABLE room_viewers (
  room         TEXT NOT NULL,
  viewer       INTEGER NOT NULL,
  first_ms     INTEGER NOT NULL,
  last_session INTEGER NOT NULL,
  visits       INTEGER NOT NULL,
  PRIMARY KEY (room, viewer)
) STRICT, WITHOUT ROWID;
INSERT INTO room_viewers (room, viewer, first_ms, last_session, visits)
  SELECT o.room, v.id, o.first_ms, o.last_session, o.visits
  FROM old_room_viewers o JOIN viewers v ON v.user_id = o.user_id AND v.rehearsal = o.rehearsal;
DROP TABLE old_room_viewers;

DROP INDEX session_viewers_user;
DROP INDEX session_viewers_diamonds;
DROP INDEX session_viewers_gifts;
DROP INDEX session_viewers_comments;
DROP INDEX session_viewers_likes;
ALTER TABLE session_viewers RENAME TO old_session_viewers;
CREATE TABLE session_viewers (
  session_id INTEGER NOT NULL,
  viewer     INTEGER NOT NULL,
  rehearsal  INTEGER NOT NULL,
  first_ms   INTEGER NOT NULL,
  last_ms    INTEGER NOT NULL,
  comments   INTEGER NOT NULL,
  gifts      INTEGER NOT NULL,
  diamonds   INTEGER NOT NULL,
  likes      INTEGER NOT NULL,
  joins      INTEGER NOT NULL,
  follows    INTEGER NOT NULL,
  shares     INTEGER NOT NULL,
  PRIMARY KEY (session_id, viewer)
) STRICT, WITHOUT ROWID;
INSERT INTO session_viewers (session_id, viewer, rehearsal, first_ms, last_ms, comments, gifts, diamonds, likes, joins, follows, shares)
  SELECT o.session_id, v.id, o.rehearsal, o.first_ms, o.last_ms, o.comments, o.gifts, o.diamonds, o.likes, o.joins, o.follows, o.shares
  FROM old_session_viewers o JOIN viewers v ON v.user_id = o.user_id AND v.rehearsal = o.rehearsal;
DROP TABLE old_session_viewers;
CREATE INDEX session_viewers_viewer ON session_viewers (viewer);
CREATE INDEX session_viewers_diamonds ON session_viewers (session_id, diamonds) WHERE diamonds > 0;
CREATE INDEX session_viewers_gifts ON session_viewers (session_id, gifts) WHERE gifts > 0;
CREATE INDEX session_viewers_comments ON session_viewers (session_id, comments) WHERE comments > 0;
CREATE INDEX session_viewers_likes ON session_viewers (session_id, likes) WHERE likes > 0;

-- +goose Down
SELECT no_way_back_restore_a_backup;
