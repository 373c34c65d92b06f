package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"showcaller/internal/live"
)

const storyMessageColumns = `id, story_id, turn_id, at_ms, type, speaker, viewer_id, text, gift_name, gift_count, value, input, clips, responder,
	fallback, guarded, took_ms, tokens_in, tokens_out, session_id, cause, also, recall`

func scanStoryMessage(rows *sql.Rows, m *live.StoryMessage) error {
	var at int64
	var input, clips, guarded, also string
	err := rows.Scan(&m.ID, &m.StoryID, &m.TurnID, &at, &m.Type, &m.Speaker, &m.ViewerID, &m.Text, &m.GiftName, &m.GiftCount, &m.Value,
		&input, &clips, &m.Responder, &m.Fallback, &guarded, &m.TookMS, &m.TokensIn, &m.TokensOut, &m.SessionID, &m.Cause, &also, &m.Recall)
	m.At, m.Input = fromMS(at), json.RawMessage(input)
	return errors.Join(err, fromJSON(clips, &m.Clips), fromJSON(guarded, &m.Guarded), fromJSON(also, &m.Also))
}

func queryStoryMessages(ctx context.Context, q querier, where string, args ...any) ([]live.StoryMessage, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+storyMessageColumns+` FROM story_messages `+where, args...)
	return collect(rows, err, scanStoryMessage)
}

// StoryTurn returns the turn stored under turnID, without its givers.
func (d *DB) StoryTurn(ctx context.Context, storyID, turnID string) (live.StoryMessage, error) {
	found, err := queryStoryMessages(ctx, d.read, `WHERE story_id = $1 AND turn_id = $2`, storyID, turnID)
	if err == nil && len(found) == 0 {
		err = &live.Error{Code: live.CodeNotFound, Op: "db.StoryTurn", Msg: "There is no such turn."}
	}
	if err != nil {
		return live.StoryMessage{}, err
	}
	return found[0], nil
}

// StoryMessages returns up to limit messages with an ID below before (0: no bound), the newest first.
func (d *DB) StoryMessages(ctx context.Context, storyID string, before int64, limit int) ([]live.StoryMessage, error) {
	if before == 0 {
		before = 1 << 62
	}
	return queryStoryMessages(ctx, d.read, `WHERE story_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3`, storyID, before, limit)
}

// SaveStoryTurn stores input and answer, their search terms and what they add to the viewers' records in one transaction. If the
// story has a turn of this TurnID already, nothing changes and the stored one is returned.
func (d *DB) SaveStoryTurn(ctx context.Context, m live.StoryMessage) (live.StoryMessage, error) {
	err := d.inTx(ctx, "db.SaveStoryTurn", func(*sql.Tx) error {
		tx := kept{d}
		stored, err := queryStoryMessages(ctx, tx, `WHERE story_id = $1 AND turn_id = $2`, m.StoryID, m.TurnID)
		if err != nil {
			return err
		}
		if len(stored) > 0 {
			m = stored[0]
			return nil
		}
		if m.ID, err = nextNumber(ctx, tx, "story_message"); err != nil {
			return err
		}
		if err := insertStoryMessage(ctx, tx, m); err != nil {
			return err
		}
		return insertGivers(ctx, tx, m)
	})
	return m, err
}

func insertStoryMessage(ctx context.Context, tx runner, m live.StoryMessage) error {
	res, err := tx.ExecContext(ctx, `INSERT INTO story_messages (`+storyMessageColumns+`) SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
		$12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23 WHERE EXISTS (SELECT 1 FROM stories WHERE id = $2)`,
		m.ID, m.StoryID, m.TurnID, ms(m.At), m.Type, m.Speaker, m.ViewerID, m.Text, m.GiftName, m.GiftCount, m.Value, string(m.Input),
		toJSON(m.Clips), m.Responder, m.Fallback, toJSON(m.Guarded), m.TookMS, m.TokensIn, m.TokensOut, m.SessionID, m.Cause, toJSON(m.Also),
		flagInt(m.Recall))
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, noStory(m.StoryID)) // deleted while it answered
	}
	if !m.Recall {
		return nil
	}
	return indexStoryMessage(ctx, tx, m.StoryID, m.ID, m.Text)
}

// insertGivers adds what was given to the viewers' records.
func insertGivers(ctx context.Context, tx runner, m live.StoryMessage) error {
	givers := m.Givers
	if len(givers) == 0 && m.GiftCount > 0 {
		givers = []live.StoryGiver{{
			Seq: m.Cause, ViewerID: m.ViewerID, Name: m.Speaker, GiftName: m.GiftName, GiftCount: m.GiftCount, Value: m.Value,
		}}
	}
	for _, g := range givers {
		if g.ViewerID == "" {
			continue
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO story_givers (story_id, viewer_id, message_id, session_id, seq, name, gift_name, gift_count,
			value, at_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING`,
			m.StoryID, g.ViewerID, m.ID, m.SessionID, g.Seq, g.Name, g.GiftName, g.GiftCount, g.Value, ms(m.At))
		if err != nil {
			return err
		}
	}
	return nil
}

// StoryViewer returns what the story knows of a viewer; the zero StoryViewer for a stranger.
func (d *DB) StoryViewer(ctx context.Context, storyID, viewerID string) (live.StoryViewer, error) {
	if viewerID == "" {
		return live.StoryViewer{}, nil
	}
	var v live.StoryViewer
	var first, last int64
	err := d.read.QueryRowContext(ctx, `SELECT coalesce(sum(gift_count), 0), coalesce(sum(value), 0), coalesce(min(at_ms), 0), coalesce(max(at_ms), 0)
		FROM story_givers WHERE story_id = $1 AND viewer_id = $2`, storyID, viewerID).Scan(&v.Gifts, &v.Value, &first, &last)
	if err != nil {
		return v, err
	}
	v.FirstGift, v.LastGift = fromMS(first), fromMS(last)
	err = d.read.QueryRowContext(ctx, `SELECT count(*) FROM (
		SELECT session_id FROM story_messages WHERE story_id = $1 AND viewer_id = $2 UNION
		SELECT session_id FROM story_givers WHERE story_id = $1 AND viewer_id = $2) AS visits`, storyID, viewerID).Scan(&v.Visits)
	if err != nil || v.Visits == 0 {
		return live.StoryViewer{}, err
	}
	v.ViewerID = viewerID
	v.Name, err = d.storyViewerName(ctx, storyID, viewerID)
	return v, err
}

// storyViewerName returns the last name a viewer used.
func (d *DB) storyViewerName(ctx context.Context, storyID, viewerID string) (name string, err error) {
	err = d.read.QueryRowContext(ctx, `SELECT name FROM (
		SELECT name, at_ms FROM story_givers WHERE story_id = $1 AND viewer_id = $2 UNION ALL
		SELECT speaker, at_ms FROM story_messages WHERE story_id = $1 AND viewer_id = $2) AS names
		WHERE name <> '' ORDER BY at_ms DESC LIMIT 1`, storyID, viewerID).Scan(&name)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return name, err
}

// EditStoryMemory changes the text a story may recall.
func (d *DB) EditStoryMemory(ctx context.Context, storyID string, id int64, text string) error {
	return d.inTx(ctx, "db.EditStoryMemory", func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE story_messages SET text = $3 WHERE story_id = $1 AND id = $2 AND recall = 1`, storyID, id, text)
		if err := changedMemory(res, err, id); err != nil {
			return err
		}
		if err := unindexStoryMessage(ctx, tx, storyID, id); err != nil {
			return err
		}
		return indexStoryMessage(ctx, tx, storyID, id, text)
	})
}

// ForgetStoryMemory deletes a message: neither a search nor the history of later turns knows it any more. What was given stays
// in the viewers' records.
func (d *DB) ForgetStoryMemory(ctx context.Context, storyID string, id int64) error {
	return d.inTx(ctx, "db.ForgetStoryMemory", func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `DELETE FROM story_messages WHERE story_id = $1 AND id = $2`, storyID, id)
		if err := changedMemory(res, err, id); err != nil {
			return err
		}
		return unindexStoryMessage(ctx, tx, storyID, id)
	})
}

func changedMemory(res sql.Result, err error, id int64) error {
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = &live.Error{Code: live.CodeNotFound, Op: "db.StoryMemory", Msg: fmt.Sprintf("The story remembers no message %d. It may have been forgotten.", id)}
	}
	return err
}
