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

// search is a question with phrases: what is between quotes must stand together and in that order. The index finds whole words.
type search struct {
	match   string
	prefix  bool // whether the index is asked for the beginning of a word
	words   query
	phrases [][]run
}

// newSearch prepares what a person typed into a search box. Only the last word may be the beginning of one, and only from three
// letters on: the words that begin with two are a good part of all that was ever said.
func newSearch(text string) search {
	var s search
	var all []run
	for i, part := range strings.Split(quotes.Replace(text), `"`) {
		found := runs(part)
		if all = append(all, found...); i%2 == 1 && len(found) > 0 {
			s.phrases = append(s.phrases, found)
			continue
		}
		for _, r := range found {
			s.words.runs = append(s.words.runs, string(r.text))
		}
	}
	var quoted []string
	for i, r := range all {
		if r.grams || i == len(all)-1 && len(r.text) >= 3 {
			s.prefix = s.prefix || !r.grams
			quoted = append(quoted, r.required()...)
		} else {
			quoted = append(quoted, `"`+string(r.text)+`"`)
		}
	}
	s.match = strings.Join(quoted, " ")
	return s
}

// quotes are what people put around a phrase, as one sign.
var quotes = strings.NewReplacer("“", `"`, "”", `"`, "„", `"`, "«", `"`, "»", `"`, "「", `"`, "」", `"`, "『", `"`, "』", `"`, "＂", `"`)

// contains reports whether a text holds every word and every phrase.
func (s search) contains(text string) bool {
	if !s.words.contains(text) {
		return false
	}
	have := runs(text)
	for _, phrase := range s.phrases {
		if !holdsPhrase(have, phrase) {
			return false
		}
	}
	return true
}

// holdsPhrase reports whether runs follow each other in a text. The last word of a phrase may be the beginning of one.
func holdsPhrase(have, phrase []run) bool {
	for i := 0; i+len(phrase) <= len(have); i++ {
		fits := true
		for j, want := range phrase {
			fits = fits && phraseFits(have[i+j], want, j == 0, j == len(phrase)-1)
		}
		if fits {
			return true
		}
	}
	return false
}

func phraseFits(have, want run, first, last bool) bool {
	h, w := string(have.text), string(want.text)
	switch {
	case have.grams != want.grams:
		return false
	case first && last && have.grams:
		return strings.Contains(h, w)
	case first && have.grams:
		return strings.HasSuffix(h, w)
	case last:
		return strings.HasPrefix(h, w)
	}
	return h == w
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

// Marker finds in a text what somebody looked for, to show it.
type Marker struct{ wanted []run }

// TextPiece is a part of a text.
type TextPiece struct {
	Text   string
	Marked bool
}

// NewMarker returns the marker of what somebody typed into a search box.
func NewMarker(text string) Marker { return Marker{runs(text)} }

// Mark cuts a text into what was looked for and what was not. It compares letter by letter, so it may miss a word that a search
// finds; it never changes the text.
func (m Marker) Mark(text string) []TextPiece {
	if len(m.wanted) == 0 || text == "" {
		return nil
	}
	letters := []rune(text)
	marked := make([]bool, len(letters))
	folded, at := foldEach(letters)
	for _, want := range m.wanted {
		for i := 0; i+len(want.text) <= len(folded); i++ {
			if !slices.Equal(folded[i:i+len(want.text)], want.text) || !want.grams && i > 0 && wordLetter(folded[i-1]) {
				continue
			}
			for j := range want.text {
				marked[at[i+j]] = true
			}
		}
	}
	var out []TextPiece
	for i, r := range letters {
		if i > 0 && unicode.Is(unicode.M, r) { // a mark stays with its letter
			marked[i] = marked[i-1]
		}
		if n := len(out); n == 0 || out[n-1].Marked != marked[i] {
			out = append(out, TextPiece{Marked: marked[i]})
		}
		out[len(out)-1].Text += string(r)
	}
	return out
}

func wordLetter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// foldEach folds letter by letter, and says of each folded one which it came from.
func foldEach(letters []rune) (folded []rune, at []int) {
	for i, r := range letters {
		for _, part := range unmarked(string(r)) {
			folded = append(folded, fold(part))
			at = append(at, i)
		}
	}
	return folded, at
}
