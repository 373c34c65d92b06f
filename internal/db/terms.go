package db

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Terms returns the search terms of a text, separated by spaces and without repeats: what unicode61 cannot find in a sentence
// without spaces, and what trigram cannot find with two letters. A text becomes its words, compatibility forms unified (NFKC),
// lower case, marks removed (đ is d, so "dep" finds "đẹp"); runs of Han, Kana, Hangul and Thai become one- and two-grams. Terms
// hold letters and digits only, so a viewer's text can never be FTS syntax.
func Terms(text string) string {
	var b strings.Builder
	seen := map[string]struct{}{}
	for _, run := range runs(text) {
		for _, term := range run.terms() {
			if _, ok := seen[term]; ok {
				continue
			}
			seen[term] = struct{}{}
			if b.Len() > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(term)
		}
	}
	return b.String()
}

// query is a search made ready: the terms an index must hold, and the runs a text must contain.
type query struct {
	match string   // FTS5 syntax: quoted terms, all of them required
	runs  []string // folded
}

// newQuery prepares what a person typed. An empty match means that nothing searchable was typed.
func newQuery(text string) query {
	var q query
	var quoted []string
	for _, run := range runs(text) {
		q.runs = append(q.runs, string(run.text))
		quoted = append(quoted, run.required()...)
	}
	q.match = strings.Join(quoted, " ")
	return q
}

// contains reports whether a text holds every run of the query: a word by its beginning, a run without spaces anywhere. The
// index alone cannot say so, because two-grams may lie apart.
func (q query) contains(text string) bool {
	have := runs(text)
	for _, want := range q.runs {
		if !slices.ContainsFunc(have, func(r run) bool { return r.holds(want) }) {
			return false
		}
	}
	return true
}

func (r run) holds(want string) bool {
	if r.grams {
		return strings.Contains(string(r.text), want)
	}
	return strings.HasPrefix(string(r.text), want)
}

// run is a stretch of folded letters of one sort.
type run struct {
	text  []rune
	grams bool // written without spaces between words
}

// runs folds a text and cuts it where words end and where the sort of script changes.
func runs(text string) []run {
	var out []run
	var at run
	flush := func() {
		if len(at.text) > 0 {
			out = append(out, at)
		}
		at = run{}
	}
	for _, r := range unmarked(text) {
		mark := unicode.Is(unicode.M, r)
		switch {
		case !mark && !unicode.IsLetter(r) && !unicode.IsDigit(r):
			flush()
			continue
		case !mark && spaceless(r) != at.grams:
			flush()
			at.grams = spaceless(r)
		}
		at.text = append(at.text, fold(r))
	}
	flush()
	return out
}

// unmarked returns a text in lower case, compatibility forms unified, without accents.
func unmarked(text string) []rune {
	var out []rune
	for _, r := range norm.NFKC.String(strings.ToLower(norm.NFKC.String(text))) {
		if spaceless(r) {
			out = append(out, r) // taking か゛ and 한 apart would not help anybody
			continue
		}
		for _, part := range norm.NFD.String(string(r)) {
			if !accent(part) {
				out = append(out, part)
			}
		}
	}
	return out
}

// accent reports whether r only decorates a letter: the accents of Latin, Greek and Cyrillic, the vowel signs Arabic and Hebrew
// may leave out. The vowels and tones of Thai and the Indic scripts are spelling.
func accent(r rune) bool {
	return unicode.Is(unicode.Mn, r) && unicode.In(r, unicode.Inherited, unicode.Arabic, unicode.Hebrew)
}

// fold maps letters that are no accented ones for Unicode, but are for those who type them.
func fold(r rune) rune {
	switch r {
	case 'đ':
		return 'd'
	case 'ł':
		return 'l'
	case 'ø':
		return 'o'
	}
	return r
}

// spaceless reports whether r belongs to a script without spaces between words. Hangul has them, but its particles stick to
// the words, so it is cut the same way. The long-vowel mark belongs to Kana.
func spaceless(r rune) bool {
	return r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Hangul)
}

// terms returns what the index keeps of a run.
func (r run) terms() []string {
	if !r.grams {
		return []string{string(r.text)}
	}
	var out []string
	for i := range r.text {
		out = append(out, string(r.text[i]))
		if i > 0 {
			out = append(out, string(r.text[i-1:i+1]))
		}
	}
	return out
}

// required returns, quoted for FTS5, the terms that narrow a search for a run best: two-grams, or a word's beginning.
func (r run) required() []string {
	switch {
	case !r.grams:
		return []string{`"` + string(r.text) + `"*`}
	case len(r.text) == 1:
		return []string{`"` + string(r.text) + `"`}
	}
	var out []string
	for i := 1; i < len(r.text); i++ {
		out = append(out, `"`+string(r.text[i-1:i+1])+`"`)
	}
	return out
}
