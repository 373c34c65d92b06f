-- +goose Up

-- What a list filters by must not be searched for in a million rows. Each index is as small as its question allows: events are
-- the bulk of the file. Kinds that make up most of a session are found soon enough without one; the end of a user id tells as much
-- as the whole of it.
CREATE INDEX events_kind ON events (session_id, kind, seq) WHERE kind NOT IN ('comment', 'gift', 'join', 'like', 'viewers');
CREATE INDEX events_origin ON events (session_id, origin, seq) WHERE origin <> 'tiktok';
CREATE INDEX events_user ON events (session_id, substr(user_id, 14), seq) WHERE user_id IS NOT NULL;

CREATE INDEX session_viewers_diamonds ON session_viewers (session_id, diamonds) WHERE diamonds > 0;
CREATE INDEX session_viewers_gifts ON session_viewers (session_id, gifts) WHERE gifts > 0;
CREATE INDEX session_viewers_comments ON session_viewers (session_id, comments) WHERE comments > 0;

-- +goose Down
DROP INDEX session_viewers_comments;
DROP INDEX session_viewers_gifts;
DROP INDEX session_viewers_diamonds;
DROP INDEX events_user;
DROP INDEX events_origin;
DROP INDEX events_kind;
