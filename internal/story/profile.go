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
	book, ok := phrasebooks()[language]
	if !ok {
		book = phrasebooks()["en"]
	}
	now := live.Millis(time.Now())
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
	fail := func(path, format string, args ...any) {
		errs = append(errs, FieldError{path, fmt.Sprintf(format, args...)})
	}
	if blank(p.Name) {
		fail("name", "This is required and must not be blank.")
	}
	for _, text := range []struct {
		path, text string
		most       int
	}{{"name", p.Name, usedName}, {"persona", p.Persona, maxPersona}, {"rules", p.Rules, maxRules}} {
		if n := utf8.RuneCountInString(text.text); n > text.most {
			fail(text.path, "This has %d characters; %d are allowed.", n, text.most)
		}
	}
	if p.Language != "" && !slices.Contains(Languages, p.Language) {
		fail("language", "This must be empty or one of %s.", strings.Join(Languages, ", "))
	}
	if !slices.Contains([]string{"", ResponderTemplate, ResponderModel}, p.Responder) {
		fail("responder", "This must be empty, template or model.")
	}
	checkWords("blocked_in", p.BlockedIn, fail)
	checkWords("blocked_out", p.BlockedOut, fail)
	if p.Budget.TurnTokens < 0 || p.Budget.DayTokens < 0 {
		fail("budget", "Tokens must be 0 or more.")
	}
	if len(errs) > 0 {
		return invalid(errs...)
	}
	return nil
}

func checkWords(path string, words []string, fail func(path, format string, args ...any)) {
	if len(words) > maxWords {
		fail(path, "This has %d entries; %d are allowed.", len(words), maxWords)
	}
	for i, w := range words {
		if blank(w) || utf8.RuneCountInString(w) > maxWord {
			fail(fmt.Sprintf("%s[%d]", path, i), "A word must have 1 to %d characters.", maxWord)
		}
	}
}
