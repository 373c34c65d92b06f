-- +goose Up
CREATE INDEX session_viewers_likes ON session_viewers (session_id, likes) WHERE likes > 0;

-- +goose Down
DROP INDEX session_viewers_likes;
