package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"showcaller/internal/live"
)

const selectStories = `SELECT number, id, name, language, persona, rules, blocked_in, blocked_out, responder, seed, pacing, budget, paused, muted,
	muted_ids, created_ms, updated_ms FROM stories `

// NumberedStory is a story with the number that orders the list of them.
type NumberedStory struct {
	live.StoryProfile
	Number int64 // grows with each story that is made
}

func scanStory(rows *sql.Rows, p *live.StoryProfile) error {
	var s NumberedStory
	err := scanNumberedStory(rows, &s)
	*p = s.StoryProfile
	return err
}

func scanNumberedStory(rows *sql.Rows, p *NumberedStory) error {
	var in, out, muted, pacing, budget string
	var created, updated int64
	err := rows.Scan(&p.Number, &p.ID, &p.Name, &p.Language, &p.Persona, &p.Rules, &in, &out, &p.Responder, &p.Seed, &pacing, &budget, &p.Paused,
		&p.Muted, &muted, &created, &updated)
	p.CreatedAt, p.UpdatedAt = fromMS(created), fromMS(updated)
	return errors.Join(err, fromJSON(in, &p.BlockedIn), fromJSON(out, &p.BlockedOut), fromJSON(muted, &p.MutedIDs),
		fromJSON(pacing, &p.Pacing), fromJSON(budget, &p.Budget))
}

// toJSON encodes a group of settings or a list; an empty list is [].
func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil || string(b) == "null" { // err: never, these are plain structs and lists
		return "[]"
	}
	return string(b)
}

func fromJSON(text string, v any) error {
	if text == "" || text == "[]" {
		return nil
	}
	return json.Unmarshal([]byte(text), v)
}

// StoryProfiles returns all stories, the oldest first.
func (d *DB) StoryProfiles(ctx context.Context) ([]live.StoryProfile, error) {
	rows, err := d.read.QueryContext(ctx, selectStories+`ORDER BY created_ms, id`)
	return collect(rows, err, scanStory)
}

// StoriesAfter returns up to limit stories with a number above after, the oldest first.
func (d *DB) StoriesAfter(ctx context.Context, after int64, limit int) ([]NumberedStory, error) {
	rows, err := d.read.QueryContext(ctx, selectStories+`WHERE number > $1 ORDER BY number LIMIT $2`, after, limit)
	return collect(rows, err, scanNumberedStory)
}

// StoryEntry is a story in a list, without what its owner wrote about it.
type StoryEntry struct {
	Number    int64 // of a NumberedStory
	ID        string
	Name      string
	Language  string
	Responder string
	Paused    bool
	Muted     bool
}

// StoryList returns up to limit stories with a number above after, the oldest first.
func (d *DB) StoryList(ctx context.Context, after int64, limit int) ([]StoryEntry, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT number, id, name, language, responder, paused, muted FROM stories WHERE number > $1
		ORDER BY number LIMIT $2`, after, limit)
	return collect(rows, err, func(rows *sql.Rows, e *StoryEntry) error {
		return rows.Scan(&e.Number, &e.ID, &e.Name, &e.Language, &e.Responder, &e.Paused, &e.Muted)
	})
}

// ViewerNames returns what viewers are called, by key. Those never seen are left out.
func (d *DB) ViewerNames(ctx context.Context, keys []string) (map[string]string, error) {
	names := map[string]string{}
	for _, key := range keys {
		u := live.User{UserID: userID(key)}
		err := d.read.QueryRowContext(ctx, `SELECT unique_id, nickname FROM viewers WHERE user_id = $1 ORDER BY rehearsal LIMIT 1`, key).
			Scan(&u.UniqueID, &u.Nickname)
		switch {
		case err == nil:
			names[key] = u.Name()
		case !errors.Is(err, sql.ErrNoRows):
			return nil, err
		}
	}
	return names, nil
}

// StoryProfile returns one story.
func (d *DB) StoryProfile(ctx context.Context, id string) (live.StoryProfile, error) {
	rows, err := d.read.QueryContext(ctx, selectStories+`WHERE id = $1`, id)
	found, err := collect(rows, err, scanStory)
	if err == nil && len(found) == 0 {
		err = noStory(id)
	}
	if err != nil {
		return live.StoryProfile{}, err
	}
	return found[0], nil
}

func noStory(id string) error {
	return &live.Error{Code: live.CodeNotFound, Op: "db.Story", Msg: fmt.Sprintf("There is no story %q here. /api/stories lists them.", id)}
}

// CreateStory stores a new story. An empty ID becomes the next free number; one that is taken is a conflict.
func (d *DB) CreateStory(ctx context.Context, p live.StoryProfile) (live.StoryProfile, error) {
	stampStory(&p)
	err := d.inTx(ctx, "db.CreateStory", func(tx *sql.Tx) error {
		numbered := p.ID == ""
		for {
			if numbered {
				number, err := nextNumber(ctx, tx, "story")
				if err != nil {
					return err
				}
				p.ID = strconv.FormatInt(number, 10)
			}
			created, err := insertStory(ctx, tx, p)
			if err != nil || created {
				return err
			}
			if !numbered {
				return &live.Error{Code: live.CodeConflict, Op: "db.CreateStory", Field: "id", Msg: fmt.Sprintf("There is a story %q already.", p.ID)}
			}
		}
	})
	return p, err
}

// CreateFirstStory makes story 1 in a database that never had a story; one that was deleted stays away.
func (d *DB) CreateFirstStory(ctx context.Context, p live.StoryProfile) error {
	p.ID = "1"
	stampStory(&p)
	return d.inTx(ctx, "db.CreateFirstStory", func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE counters SET value = 1 WHERE name = 'story' AND value = 0 AND NOT EXISTS (SELECT 1 FROM stories)`)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		_, err = insertStory(ctx, tx, p)
		return err
	})
}

func stampStory(p *live.StoryProfile) {
	if p.CreatedAt.IsZero() {
		p.CreatedAt = live.Millis(time.Now())
	}
	p.UpdatedAt = p.CreatedAt
}

// nextNumber returns a number of a sequence that is never given twice.
func nextNumber(ctx context.Context, tx runner, sequence string) (n int64, err error) {
	err = tx.QueryRowContext(ctx, `UPDATE counters SET value = value + 1 WHERE name = $1 RETURNING value`, sequence).Scan(&n)
	return n, err
}

func insertStory(ctx context.Context, tx *sql.Tx, p live.StoryProfile) (created bool, err error) {
	number, err := nextNumber(ctx, tx, "story_number")
	if err != nil {
		return false, err
	}
	res, err := tx.ExecContext(ctx, `INSERT INTO stories (id, name, language, persona, rules, blocked_in, blocked_out, responder, seed, pacing,
		budget, paused, muted, muted_ids, created_ms, updated_ms, number) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15,
		$16, $17) ON CONFLICT (id) DO NOTHING`, append(storyRow(p), number)...)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

func storyRow(p live.StoryProfile) []any {
	return []any{
		p.ID, p.Name, p.Language, p.Persona, p.Rules, toJSON(p.BlockedIn), toJSON(p.BlockedOut), p.Responder, p.Seed, toJSON(p.Pacing),
		toJSON(p.Budget), flagInt(p.Paused), flagInt(p.Muted), toJSON(p.MutedIDs), ms(p.CreatedAt), ms(p.UpdatedAt),
	}
}

// UpdateStory replaces a story's settings.
func (d *DB) UpdateStory(ctx context.Context, p live.StoryProfile) error {
	p.UpdatedAt = time.Now()
	n, err := d.exec(ctx, "db.UpdateStory", `UPDATE stories SET name = $2, language = $3, persona = $4, rules = $5, blocked_in = $6,
		blocked_out = $7, responder = $8, seed = $9, pacing = $10, budget = $11, paused = $12, muted = $13, muted_ids = $14, created_ms = $15,
		updated_ms = $16 WHERE id = $1`, storyRow(p)...)
	if err == nil && n == 0 {
		err = noStory(p.ID)
	}
	return err
}

// DeleteStory removes a story with all its messages, what it knows of viewers, and its token counts.
func (d *DB) DeleteStory(ctx context.Context, id string) error {
	return d.inTx(ctx, "db.DeleteStory", func(tx *sql.Tx) error {
		first, err := firstMemory(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, forgetTerms, first, lastMemory(first)); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM stories WHERE id = $1`, id); err != nil {
			return err
		}
		for _, table := range []string{"story_messages", "story_givers", "story_tokens"} {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE story_id = $1`, id); err != nil {
				return err
			}
		}
		return nil
	})
}

// StoryTokens returns what a story's model used on the UTC day of t.
func (d *DB) StoryTokens(ctx context.Context, storyID string, t time.Time) (int, error) {
	var n int
	err := d.read.QueryRowContext(ctx, `SELECT tokens FROM story_tokens WHERE story_id = $1 AND day = $2`, storyID, day(t)).Scan(&n)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return n, err
}

// AddStoryTokens adds to what StoryTokens returns.
func (d *DB) AddStoryTokens(ctx context.Context, storyID string, t time.Time, tokens int) error {
	_, err := d.exec(ctx, "db.AddStoryTokens", `INSERT INTO story_tokens (story_id, day, tokens) VALUES ($1, $2, $3)
		ON CONFLICT (story_id, day) DO UPDATE SET tokens = story_tokens.tokens + excluded.tokens`, storyID, day(t), tokens)
	return err
}

func day(t time.Time) string { return t.UTC().Format(time.DateOnly) }
