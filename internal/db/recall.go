package db

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/hex"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"showcaller/internal/live"
)

// A recall finds messages that share any term with a text, so the index alone cannot rank them, and a word like "the" is in half
// of them. It is therefore bounded: the rarest terms are looked up, each for its newest messages, and rare terms weigh more.
const (
	recallTerms  = 48  // of the text that are counted
	recallRarest = 10  // of those that are looked up
	recallNewest = 300 // messages a term
)

// RecallStory returns up to limit messages that share a term with text, the best match first and, between equals, those of
// viewerID first. With an empty text it returns the newest.
func (d *DB) RecallStory(ctx context.Context, storyID, viewerID, text string, limit int) ([]live.StoryMemory, error) {
	if strings.TrimSpace(text) == "" {
		found, err := queryStoryMessages(ctx, d.read, `WHERE story_id = $1 AND recall = 1 ORDER BY id DESC LIMIT $2`, storyID, limit)
		return memoriesOf(found), err
	}
	rarest, err := d.rarest(ctx, askedTerms(text))
	if err != nil {
		return nil, err
	}
	scores := map[int64]float64{}
	for _, t := range rarest {
		if err := d.scoreTerm(ctx, storyID, t, scores); err != nil {
			return nil, err
		}
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

// askedTerms returns the terms of a text that say something: of a run without spaces the two-grams, unless one sign is all.
func askedTerms(text string) []string {
	var out []string
	seen := map[string]bool{}
	for _, run := range runs(text) {
		for _, t := range run.terms() {
			single := run.grams && len(run.text) > 1 && utf8.RuneCountInString(t) == 1
			if single || seen[t] || len(out) == recallTerms {
				continue
			}
			seen[t] = true
			out = append(out, t)
		}
	}
	return out
}

// term is a search term and how many messages hold it.
type term struct {
	text string
	docs int64
}

// weight is how much a shared term says: much for a rare one, little for one that is everywhere.
func (t term) weight() float64 { return 1 / (1 + math.Log1p(float64(t.docs))) }

// rarest returns the terms that are in the index at all, the rarest first.
func (d *DB) rarest(ctx context.Context, terms []string) ([]term, error) {
	if len(terms) == 0 {
		return nil, nil
	}
	args, list := make([]any, len(terms)), make([]string, len(terms))
	for i, t := range terms {
		args[i], list[i] = t, placeholder(i+1)
	}
	rows, err := d.read.QueryContext(ctx, countTerms+`(`+strings.Join(list, `,`)+`)`, args...)
	found, err := collect(rows, err, func(rows *sql.Rows, t *term) error { return rows.Scan(&t.text, &t.docs) })
	slices.SortFunc(found, func(a, b term) int { return cmp.Or(cmp.Compare(a.docs, b.docs), strings.Compare(a.text, b.text)) })
	return found[:min(recallRarest, len(found))], err
}

// scoreTerm adds a term's weight to the newest messages of the story that hold it.
func (d *DB) scoreTerm(ctx context.Context, storyID string, t term, scores map[int64]float64) error {
	rows, err := d.read.QueryContext(ctx, findStoryTerms, `"`+t.text+`" "`+storyTerm(storyID)+`"`, recallNewest)
	_, err = collect(rows, err, func(rows *sql.Rows, _ *struct{}) error {
		var id int64
		err := rows.Scan(&id)
		scores[id] += t.weight()
		return err
	})
	return err
}

// candidates reads the messages with the best scores: more than are wanted, because among equals the viewer decides.
func (d *DB) candidates(ctx context.Context, scores map[int64]float64, limit int) ([]live.StoryMessage, error) {
	ids := make([]int64, 0, len(scores))
	for id := range scores {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b int64) int { return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(b, a)) })
	ids = ids[:min(len(ids), 10*limit)]
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
func indexStoryMessage(ctx context.Context, tx *sql.Tx, storyID string, id int64, text string) error {
	_, err := tx.ExecContext(ctx, insertStoryTerms, id, storyTerm(storyID)+" "+Terms(text))
	return err
}

// storyTerm is a word nobody writes that stands for a story in the index.
func storyTerm(storyID string) string { return "zzstory" + hex.EncodeToString([]byte(storyID)) }
