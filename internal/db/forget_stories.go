package db

import (
	"context"
	"database/sql"
	"encoding/json"
)

// stories takes the viewer out of what hosts remember: what they said, what they were answered, and what they gave is nobody's. Nobody
// is muted either.
func (f *forgetter) stories(ctx context.Context) error {
	return f.db.inTx(ctx, "db.ForgetViewer", func(tx *sql.Tx) error {
		found, err := queryStoryMessages(ctx, tx, `WHERE viewer_id = $1`, f.who.Key)
		if err != nil {
			return err
		}
		for _, m := range found {
			if err := unindexStoryMessage(ctx, tx, m.StoryID, m.ID); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `UPDATE story_messages SET speaker = '', viewer_id = '', text = '', input = '{}', clips = '[]', recall = 0 WHERE id = $1`, m.ID)
			if err != nil {
				return err
			}
		}
		if err := f.unmute(ctx, tx); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE story_givers SET name = '', viewer_id = $1 WHERE viewer_id = $2`, f.newKey(), f.who.Key)
		return err
	})
}

func (f *forgetter) unmute(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE stories SET muted_ids = (SELECT json_group_array(value) FROM json_each(muted_ids) WHERE value <> $1)
		WHERE EXISTS (SELECT 1 FROM json_each(muted_ids) WHERE value = $2)`, f.who.Key, f.who.Key)
	return err
}

// storyMention is what another viewer's turn with a host holds that may name the viewer.
type storyMention struct {
	id              int64
	story           string
	speaker, text   string
	input           string // JSON, as all that follows
	clips, guarded  string
	recall, unknown bool // whether text can be found; whether nobody knows who spoke
}

// mentions takes the viewer out of what others said to hosts and were answered: the messages are read outside of the writer, which only
// takes the changes.
func (f *forgetter) mentions(ctx context.Context) error {
	for after := int64(0); ; {
		rows, err := f.db.read.QueryContext(ctx, `SELECT id, story_id, speaker, text, input, clips, guarded, recall, viewer_id = '' FROM story_messages
			WHERE id > $1 ORDER BY id LIMIT $2`, after, forgetPage)
		page, err := collect(rows, err, func(rows *sql.Rows, m *storyMention) error {
			return rows.Scan(&m.id, &m.story, &m.speaker, &m.text, &m.input, &m.clips, &m.guarded, &m.recall, &m.unknown)
		})
		if err != nil {
			return err
		}
		var changes []storyMention
		for _, m := range page {
			after = m.id
			if clean := f.unmentioned(m); clean != m {
				changes = append(changes, clean)
			}
		}
		if err := f.writeMentions(ctx, changes); err != nil || len(page) < forgetPage {
			return err
		}
	}
}

// unmentioned is a turn without the viewer: a viewer names another by an @, a host by the name alone.
func (f *forgetter) unmentioned(m storyMention) storyMention {
	if m.unknown && f.who.Names(m.speaker) {
		m.speaker = ""
	}
	if f.who.Names(m.text) {
		m.text = ""
	}
	m.text = f.who.Unmention(m.text)
	m.input, m.clips, m.guarded = f.scrubJSON(m.input, false), f.scrubJSON(m.clips, true), f.scrubJSON(m.guarded, true)
	return m
}

// scrubJSON is scrub for what is stored as JSON; a text that names nobody stays as it is.
func (f *forgetter) scrubJSON(text string, inside bool) string {
	var v any
	if unmarshalNumbers(text, &v) != nil {
		return text
	}
	b, err := json.Marshal(f.scrub(v, inside))
	if err != nil || sameJSON(text, string(b)) {
		return text
	}
	return string(b)
}

func (f *forgetter) writeMentions(ctx context.Context, changes []storyMention) error {
	if len(changes) == 0 {
		return nil
	}
	return f.db.inTx(ctx, "db.ForgetViewer", func(tx *sql.Tx) error {
		for _, m := range changes {
			_, err := tx.ExecContext(ctx, `UPDATE story_messages SET speaker = $1, text = $2, input = $3, clips = $4, guarded = $5 WHERE id = $6`,
				m.speaker, m.text, m.input, m.clips, m.guarded, m.id)
			if err == nil && m.recall {
				if err = unindexStoryMessage(ctx, tx, m.story, m.id); err == nil {
					err = indexStoryMessage(ctx, tx, m.story, m.id, m.text)
				}
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
