package db

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"showcaller/internal/live"
)

// A recall finds messages that share any term with a text, and a word like "the" is in half of them. It is therefore bounded:
// each of the longest terms is looked up for its newest messages only, and rare terms weigh more.
const (
	recallTerms  = 10
	recallNewest = 120 // messages a term
)

// RecallStory returns up to limit messages that share a term with text, the best match first and, between equals, those of
// viewerID first. With an empty text it returns the newest.
func (d *DB) RecallStory(ctx context.Context, storyID, viewerID, text string, limit int) ([]live.StoryMemory, error) {
	if strings.TrimSpace(text) == "" {
		found, err := queryStoryMessages(ctx, d.read, `WHERE story_id = $1 AND recall = 1 ORDER BY id DESC LIMIT $2`, storyID, limit)
		return memoriesOf(found), err
	}
	first, err := firstMemory(ctx, d.read, storyID)
	if err != nil {
		return nil, err
	}
	scores, err := d.scores(ctx, first, askedTerms(text))
	if err != nil {
		return nil, err
	}
	found, err := d.candidates(ctx, scores, limit)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(found, func(a, b live.StoryMessage) int {
		return cmp.Or(cmp.Compare(scores[b.ID], scores[a.ID]), compareBool(b.ViewerID == viewerID, a.ViewerID == viewerID), cmp.Compare(b.ID, a.ID))
	})
	return memoriesOf(found[:min(limit, len(found))]), nil
}

func compareBool(a, b bool) int { return int(flagInt(a) - flagInt(b)) }

// askedTerms returns the terms of a text that say most: the longest words, and of a run without spaces the two-grams, unless one
// sign is all.
func askedTerms(text string) []string {
	var out []string
	for _, run := range runs(text) {
		for _, t := range run.terms() {
			if single := run.grams && len(run.text) > 1 && utf8.RuneCountInString(t) == 1; !single && !slices.Contains(out, t) {
				out = append(out, t)
			}
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return cmp.Compare(utf8.RuneCountInString(b), utf8.RuneCountInString(a)) })
	return out[:min(recallTerms, len(out))]
}

// scores returns how well messages match some terms. One connection and one statement serve them all: preparing it takes as long as
// running it.
func (d *DB) scores(ctx context.Context, first int64, terms []string) (map[int64]float64, error) {
	conn, err := d.read.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close() //nolint:errcheck // it goes back to the pool
	stmt, err := conn.PrepareContext(ctx, findStoryTerms)
	if err != nil {
		return nil, err
	}
	defer stmt.Close() //nolint:errcheck // it only read
	scores := map[int64]float64{}
	for _, term := range terms {
		ids, err := newestWith(ctx, stmt, first, term)
		if err != nil {
			return nil, err
		}
		weight := rarity(ids)
		for _, id := range ids {
			scores[id] += weight
		}
	}
	return scores, nil
}

// newestWith returns the newest messages that hold a term, the newest first.
func newestWith(ctx context.Context, stmt *sql.Stmt, first int64, term string) ([]int64, error) {
	rows, err := stmt.QueryContext(ctx, `"`+term+`"`, first, lastMemory(first), recallNewest)
	return collect(rows, err, func(rows *sql.Rows, id *int64) error {
		err := rows.Scan(id)
		*id -= first
		return err
	})
}

// rarity is how much a shared term says. Counting all its messages would take longer than the recall may: how close together
// the newest ones lie tells as much.
func rarity(newest []int64) float64 {
	n := len(newest)
	if n < recallNewest {
		return 1 / (1 + math.Log1p(float64(n)))
	}
	apart := float64(newest[0]-newest[n-1]+1) / float64(n)
	return 1 / (1 + math.Log1p(float64(n)) + 10/apart)
}

// candidates reads the messages with the best scores: more than are wanted, because among equals the viewer decides.
func (d *DB) candidates(ctx context.Context, scores map[int64]float64, limit int) ([]live.StoryMessage, error) {
	ids := make([]int64, 0, len(scores))
	for id := range scores {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(b, a)) })
	ids = ids[:min(len(ids), 4*limit)]
	if len(ids) == 0 {
		return nil, nil
	}
	args, list := make([]any, len(ids)), make([]string, len(ids))
	for i, id := range ids {
		args[i], list[i] = id, placeholder(i+1)
	}
	return queryStoryMessages(ctx, d.read, `WHERE id IN (`+strings.Join(list, `,`)+`)`, args...)
}

func memoriesOf(messages []live.StoryMessage) []live.StoryMemory {
	out := make([]live.StoryMemory, len(messages))
	for i, m := range messages {
		said := make([]string, len(m.Clips))
		for j, c := range m.Clips {
			said[j] = c.Speech
		}
		out[i] = live.StoryMemory{
			ID: m.ID, At: m.At, Type: m.Type, Speaker: m.Speaker, ViewerID: m.ViewerID, Text: m.Text, Answer: strings.Join(said, " "),
		}
	}
	return out
}

// indexStoryMessage adds a message to the search index.
func indexStoryMessage(ctx context.Context, tx runner, storyID string, id int64, text string) error {
	first, err := firstMemory(ctx, tx, storyID)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, insertStoryTerms, first+id, Terms(text))
	return err
}

func unindexStoryMessage(ctx context.Context, tx runner, storyID string, id int64) error {
	first, err := firstMemory(ctx, tx, storyID)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, forgetTerms, first+id, first+id)
	return err
}
