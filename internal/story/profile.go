package story

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"showcaller/internal/live"
)

// DefaultID is the story that exists from the start.
const DefaultID = "1"

// Default returns the story that exists from the start: Linh, who answers viewers in their own language. language is that of the
// persona's text; an unknown one is "en".
func Default(language string) live.StoryProfile {
	book, now := bookOf(language), live.Millis(time.Now())
	return live.StoryProfile{ID: DefaultID, Name: "Linh", Persona: book.Persona, Rules: book.Rules, Seed: 1, CreatedAt: now, UpdatedAt: now}
}

// Bounds of a story, in runes and entries.
const (
	maxPersona = 8000
	maxRules   = 4000
	maxWords   = 1000
	maxWord    = 60
)

// Check reports what does not fit in a story as a *live.Error with a *ValidationError.
func Check(p live.StoryProfile) error {
	var errs []FieldError
	fail := func(path, rule string, args ...any) { errs = append(errs, breaks(path, rule, args...)) }
	if blank(p.Name) {
		fail("name", RuleRequired)
	}
	for _, text := range []struct {
		path, text string
		most       int
	}{{"name", p.Name, usedName}, {"persona", p.Persona, maxPersona}, {"rules", p.Rules, maxRules}} {
		if n := utf8.RuneCountInString(text.text); n > text.most {
			fail(text.path, RuleLong, n, text.most)
		}
	}
	if p.Language != "" && !slices.Contains(Languages, p.Language) {
		fail("language", RuleOneOf, strings.Join(Languages, ", "))
	}
	if !slices.Contains([]string{"", ResponderTemplate, ResponderModel}, p.Responder) {
		fail("responder", RuleOneOf, ResponderTemplate+", "+ResponderModel)
	}
	checkWords("blocked_in", p.BlockedIn, fail)
	checkWords("blocked_out", p.BlockedOut, fail)
	for _, n := range bounded(p) {
		if n.is != 0 && (n.is < n.from || n.is > n.to) {
			fail(n.path, RuleInteger, n.from, n.to)
		}
	}
	if len(errs) > 0 {
		return invalid(errs...)
	}
	return nil
}

// bound is a number of a story and what it may be. Zero always may: it takes the default.
type bound struct {
	path         string
	is, from, to int
}

const maxTokens = 1_000_000_000

func bounded(p live.StoryProfile) []bound {
	return []bound{
		{"pacing.chat_kept", p.Pacing.ChatKept, 1, 100},
		{"pacing.chat_expires", p.Pacing.ChatExpires, 1, 600},
		{"pacing.viewer_pause", p.Pacing.ViewerPause, 1, 3600},
		{"pacing.notice_every", p.Pacing.NoticeEvery, 1, 3600},
		{"pacing.gift_merge", p.Pacing.GiftMerge, 1, 60},
		{"pacing.gifts_at_once", p.Pacing.GiftsAtOnce, 1, 20},
		{"pacing.idle_first", p.Pacing.IdleFirst, 5, 3600},
		{"pacing.idle_lines", p.Pacing.IdleLines, -1, 10},
		{"budget.turn_tokens", p.Budget.TurnTokens, 0, maxTokens},
		{"budget.day_tokens", p.Budget.DayTokens, 0, maxTokens},
	}
}

func checkWords(path string, words []string, fail func(path, rule string, args ...any)) {
	if len(words) > maxWords {
		fail(path, RuleEntries, len(words), maxWords)
	}
	for i, w := range words {
		if blank(w) || utf8.RuneCountInString(w) > maxWord {
			fail(fmt.Sprintf("%s[%d]", path, i), RuleWord, maxWord)
		}
	}
}
