-- +goose Up

-- Which events a minute holds, so that reading one is no search; how many counts of viewers were told in it and their sum, so that an
-- average is exact; and what TikTok itself tells: everybody who came since the LIVE began, and the host's followers (0: nothing told).
ALTER TABLE minutes ADD COLUMN first_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE minutes ADD COLUMN last_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE minutes ADD COLUMN viewers_sum INTEGER NOT NULL DEFAULT 0;
ALTER TABLE minutes ADD COLUMN viewers_count INTEGER NOT NULL DEFAULT 0;
ALTER TABLE minutes ADD COLUMN viewers_total INTEGER NOT NULL DEFAULT 0;
ALTER TABLE minutes ADD COLUMN followers INTEGER NOT NULL DEFAULT 0;
CREATE TEMP TABLE minutes_of_events (
  session_id INTEGER, rehearsal INTEGER, minute_ms INTEGER, first_seq INTEGER, last_seq INTEGER, viewers_sum INTEGER, viewers_count INTEGER,
  viewers_total INTEGER, followers INTEGER, PRIMARY KEY (session_id, rehearsal, minute_ms)
) WITHOUT ROWID;
INSERT INTO minutes_of_events
  SELECT session_id, CASE WHEN origin IN ('simulated', 'replay') THEN 1 ELSE 0 END AS made, at_ms / 60000 * 60000 AS minute, min(seq), max(seq),
    sum(CASE WHEN kind = 'viewers' THEN coalesce(amount, 0) ELSE 0 END), sum(CASE WHEN kind = 'viewers' THEN 1 ELSE 0 END),
    max(CASE WHEN kind = 'viewers' THEN coalesce(json_extract(data, '$.total_viewers'), 0) ELSE 0 END),
    max(CASE WHEN kind = 'follow' THEN coalesce(json_extract(data, '$.follower_count'), 0) ELSE 0 END)
  FROM events WHERE history IS NULL GROUP BY session_id, made, minute;
UPDATE minutes SET (first_seq, last_seq, viewers_sum, viewers_count, viewers_total, followers) =
  (SELECT m.first_seq, m.last_seq, m.viewers_sum, m.viewers_count, m.viewers_total, m.followers FROM minutes_of_events m
   WHERE m.session_id = minutes.session_id AND m.rehearsal = minutes.rehearsal AND m.minute_ms = minutes.minute_ms)
  WHERE EXISTS (SELECT 1 FROM minutes_of_events m
   WHERE m.session_id = minutes.session_id AND m.rehearsal = minutes.rehearsal AND m.minute_ms = minutes.minute_ms);
DROP TABLE minutes_of_events;

-- What happened while a program was on; seq is that of the event that started it.
CREATE TABLE program_sums (
  session_id    INTEGER NOT NULL,
  seq           INTEGER NOT NULL,
  rehearsal     INTEGER NOT NULL,
  comments      INTEGER NOT NULL,
  gifts         INTEGER NOT NULL,
  diamonds      INTEGER NOT NULL,
  likes         INTEGER NOT NULL,
  joins         INTEGER NOT NULL,
  follows       INTEGER NOT NULL,
  shares        INTEGER NOT NULL,
  viewers_first INTEGER NOT NULL,
  viewers       INTEGER NOT NULL,
  viewers_peak  INTEGER NOT NULL,
  viewers_sum   INTEGER NOT NULL,
  viewers_count INTEGER NOT NULL,
  PRIMARY KEY (session_id, seq, rehearsal)
) STRICT, WITHOUT ROWID;

-- Gifts worth looking for, with their worth: few of very many events.
CREATE INDEX events_worth ON events (session_id, seq, diamonds) WHERE diamonds >= 100;

-- What an ended session came to, so that a list of a thousand need not add up their minutes. A session of a rehearsal counts what
-- was made up, as its own pages do; any other counts only what was real. viewers_peak is -1 if no count was told.
CREATE TABLE session_sums (
  session_id    INTEGER PRIMARY KEY,
  comments      INTEGER NOT NULL,
  gifts         INTEGER NOT NULL,
  diamonds      INTEGER NOT NULL,
  likes         INTEGER NOT NULL,
  follows       INTEGER NOT NULL,
  shares        INTEGER NOT NULL,
  viewers_peak  INTEGER NOT NULL,
  viewers_sum   INTEGER NOT NULL,
  viewers_count INTEGER NOT NULL,
  viewers_seen  INTEGER NOT NULL,
  gifters       INTEGER NOT NULL,
  gap_ms        INTEGER NOT NULL,
  top_gift      INTEGER NOT NULL
) STRICT;
INSERT INTO session_sums
  SELECT s.id, coalesce(sum(m.comments), 0), coalesce(sum(m.gifts), 0), coalesce(sum(m.diamonds), 0), coalesce(sum(m.likes), 0), coalesce(sum(m.follows), 0),
    coalesce(sum(m.shares), 0), coalesce(max(m.viewers_peak), -1), coalesce(sum(m.viewers_sum), 0), coalesce(sum(m.viewers_count), 0),
    coalesce(sum(m.new_viewers + m.returning_viewers), 0),
    (SELECT count(*) FROM session_viewers v WHERE v.session_id = s.id AND v.rehearsal <= (s.origin IN ('simulated', 'replay')) AND v.gifts > 0),
    coalesce(sum(m.gap_ms), 0),
    coalesce((SELECT max(e.diamonds) FROM events e WHERE e.session_id = s.id AND e.diamonds >= 100), 0)
  FROM sessions s LEFT JOIN minutes m ON m.session_id = s.id AND m.rehearsal <= (s.origin IN ('simulated', 'replay'))
  WHERE s.ended_ms IS NOT NULL GROUP BY s.id;

-- What somebody wrote about a moment of a session ("note"), or what a page reports of it. at_ms is the moment, changed_ms when it was written.
CREATE TABLE session_marks (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  session_id INTEGER NOT NULL,
  at_ms      INTEGER NOT NULL,
  kind       TEXT NOT NULL,
  text       TEXT NOT NULL,
  author     TEXT NOT NULL,
  changed_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX session_marks_session ON session_marks (session_id, at_ms);

-- What viewers were called before. A trigger keeps it, so that it is in the transaction of whatever renames somebody.
CREATE TABLE viewer_names (
  viewer    INTEGER NOT NULL,
  unique_id TEXT NOT NULL,
  nickname  TEXT NOT NULL,
  until_ms  INTEGER NOT NULL,
  PRIMARY KEY (viewer, unique_id, nickname)
) STRICT, WITHOUT ROWID;
CREATE INDEX viewer_names_handle ON viewer_names (unique_id);
-- +goose StatementBegin
CREATE TRIGGER viewers_renamed AFTER UPDATE OF unique_id, nickname ON viewers
WHEN (old.unique_id <> new.unique_id OR old.nickname <> new.nickname) AND (old.unique_id <> '' OR old.nickname <> '') BEGIN
  INSERT INTO viewer_names (viewer, unique_id, nickname, until_ms) VALUES (old.id, old.unique_id, old.nickname, new.updated_ms)
    ON CONFLICT (viewer, unique_id, nickname) DO UPDATE SET until_ms = excluded.until_ms;
END;
-- +goose StatementEnd

-- For how long a room's events and whole sessions are kept, in days; 0 is for ever. room '' is for those without a rule of their own.
CREATE TABLE retention (
  room          TEXT PRIMARY KEY,
  events_days   INTEGER NOT NULL,
  sessions_days INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- When a session's events were deleted and its sums kept; 0: they are there.
ALTER TABLE sessions ADD COLUMN pruned_ms INTEGER NOT NULL DEFAULT 0;
CREATE INDEX sessions_room_started ON sessions (room, started_ms);

-- +goose Down
SELECT no_way_back_restore_a_backup;
