package live

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// Forgotten is a viewer who is to be forgotten, with what they are and were called.
type Forgotten struct {
	Key       string          // User.Key
	whole     map[string]bool // what names them where it stands alone
	words     map[string]bool // what names them as a word of a text, in lower case: the id and handles
	nicknames []string        // what names them anywhere in a text, the longest first
}

// leastName is how many letters a name has at least to be looked for within texts: a shorter one is part of too many words.
const leastName = 3

// NewForgotten returns a viewer by their User.Key; Add tells what they are called.
func NewForgotten(key string) *Forgotten {
	f := &Forgotten{Key: key, whole: map[string]bool{key: true}, words: map[string]bool{}}
	if len(key) >= leastName && !strings.HasPrefix(key, "@") && !strings.HasPrefix(key, "~") {
		f.words[key] = true
	}
	return f
}

// Add adds a handle and a nickname of now or before; either may be empty.
func (f *Forgotten) Add(handle, nickname string) {
	for _, s := range []string{handle, "@" + handle, nickname} {
		if s != "" && s != "@" {
			f.whole[s] = true
		}
	}
	if len(handle) >= leastName {
		f.words[strings.ToLower(handle)] = true
	}
	if utf8.RuneCountInString(nickname) >= leastName {
		f.nicknames = append(f.nicknames, nickname)
		slices.SortFunc(f.nicknames, func(a, b string) int { return len(b) - len(a) })
	}
}

// Is reports whether a user is the viewer. Who has an id is known by that alone: a former handle may be another's by now.
func (f *Forgotten) Is(u *User) bool {
	return u != nil && (u.Key() == f.Key || u.UserID == "" && f.words[strings.ToLower(u.UniqueID)])
}

// Names reports whether a text is nothing but a name or the id of the viewer.
func (f *Forgotten) Names(s string) bool { return f.whole[s] }

// Mentions are the names that Unmention takes out of texts, without the @: handles in lower case, nicknames as they are.
func (f *Forgotten) Mentions() []string {
	return slices.Concat(slices.Sorted(maps.Keys(f.words)), f.nicknames)
}

// Scrub takes the viewer's names and id out of a text.
func (f *Forgotten) Scrub(text string) string {
	for _, name := range f.nicknames {
		text = strings.ReplaceAll(text, name, "…")
	}
	return f.replace(text, "")
}

// Unmention takes out only what is marked as a name by an @.
func (f *Forgotten) Unmention(text string) string {
	if !strings.Contains(text, "@") {
		return text
	}
	for _, name := range f.nicknames {
		text = strings.ReplaceAll(text, "@"+name, "…")
	}
	return f.replace(text, "@")
}

// handleWord is what may be a handle: dots are part of it, and also end sentences.
var handleWord = regexp.MustCompile(`@?[\w.]+`)

func (f *Forgotten) replace(text, mark string) string {
	return handleWord.ReplaceAllStringFunc(text, func(word string) string {
		name := strings.TrimRight(word, ".")
		if strings.HasPrefix(name, mark) && f.words[strings.ToLower(strings.TrimPrefix(name, "@"))] {
			return "…" + word[len(name):]
		}
		return word
	})
}
