package story

import (
	_ "embed"
	"slices"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// wordList finds words of a list in a text that tries to hide them: other letters of the same look, digits for letters, a
// letter repeated, letters with spaces or dots between them. Scripts without spaces are searched anywhere, others by word.
type wordList []word

type word struct {
	plain  []letter // without marks
	marked []letter // as written
	exact  bool     // plain and marked differ: only the marked form counts, as lớn (big) and lồn are two words
	grams  bool     // written without spaces: found anywhere
}

// letter is one folded letter or digit of a text, with the place it was read from.
type letter struct {
	r        rune
	n        int // how often it stands there in a row
	from, to int // bytes
	gap      gap // what stands before it
}

type gap int

const (
	gapNone  gap = iota
	gapPoint     // punctuation or symbols, no space
	gapSpace
)

type span struct{ from, to int }

//go:embed lines/words.txt
var blockedWords string

// blocked is the list that every story has besides its own.
var blocked = sync.OnceValue(func() wordList {
	return newWordList(strings.FieldsFunc(blockedWords, func(r rune) bool { return r == '\n' }))
})

// newWordList compiles a list. Entries without a letter are left out; lines that begin with # are comments.
func newWordList(words []string) wordList {
	var out wordList
	for _, w := range words {
		if strings.HasPrefix(w, "#") {
			continue
		}
		w = clean(w, true)
		plain, marked := letters(w, false, false), letters(w, true, false)
		if len(plain) == 0 {
			continue
		}
		out = append(out, word{
			plain: plain, marked: marked,
			exact: !slices.EqualFunc(plain, marked, func(a, b letter) bool { return a.r == b.r }),
			grams: slices.ContainsFunc(plain, func(l letter) bool { return spaceless(l.r) }),
		})
	}
	return out
}

// has reports whether s, cleaned, holds a word of the list.
func (l wordList) has(s string) bool { return len(l.find(s)) > 0 }

// find returns where words of the list stand in s, which must be clean.
func (l wordList) find(s string) []span {
	if len(l) == 0 {
		return nil
	}
	// In Vietnamese a letter without its mark is another letter; elsewhere marks are decoration, or a disguise.
	keep := vietnamese(s)
	var out []span
	var marked []letter
	for _, disguised := range []bool{false, true} {
		before := marked
		if marked = letters(s, true, disguised); disguised && slices.Equal(before, marked) {
			break // nothing stands for a letter here
		}
		plain := marked
		if !keep {
			plain = letters(s, false, disguised)
		}
		for _, w := range l {
			if w.exact {
				out = append(out, w.find(w.marked, marked)...)
			} else {
				out = append(out, w.find(w.plain, plain)...)
			}
		}
	}
	return out
}

// find returns where a form of the word stands in a text folded the same way.
func (w word) find(form, text []letter) []span {
	var out []span
	for i := range text {
		if text[i].r != form[0].r { // nearly always
			continue
		}
		if end, ok := w.at(form, text, i); ok {
			out = append(out, span{text[i].from, text[end-1].to})
		}
	}
	return out
}

// at reports whether the word stands at text[i:end].
func (w word) at(form, text []letter, i int) (end int, ok bool) {
	if i+len(form) > len(text) || !w.grams && text[i].gap == gapNone && i > 0 {
		return 0, false
	}
	for k, want := range form {
		have := text[i+k]
		if have.r != want.r || have.n != want.n && have.n < 3 {
			return 0, false
		}
	}
	end = i + len(form)
	if w.grams {
		return end, true
	}
	if end < len(text) && text[end].gap == gapNone {
		return 0, false
	}
	return end, fits(form, text[i:end])
}

// fits reports whether what stands between the letters of a hit is what stands between those of the word, or what somebody puts
// there to hide it: points, or a space behind every letter. "pen is" is two words; "p e n i s" is one.
func fits(form, text []letter) bool {
	spaced := len(text) > 2
	same := true
	for k := 1; k < len(text); k++ {
		spaced = spaced && text[k].gap != gapNone
		same = same && (text[k].gap == form[k].gap || text[k].gap == gapPoint)
	}
	return spaced || same
}

// letters folds a text: lower case, look-alikes unified, marks kept or not, digits and signs read as the letters they stand for
// or not.
func letters(s string, marks, disguised bool) []letter {
	var out []letter
	before := gapSpace
	for i, r := range s {
		size := len(string(r))
		if unicode.Is(unicode.Mn, r) && len(out) > 0 {
			out[len(out)-1].to = i + size
			continue
		}
		r = foldLetter(r, marks)
		if d, ok := leet[r]; ok && disguised && (before == gapNone && latin(out[len(out)-1].r) || startsWord(s[i+size:])) {
			r = d
		}
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			before = max(before, gapOf(r))
			continue
		}
		if n := len(out); n > 0 && before == gapNone && out[n-1].r == r {
			out[n-1].n++
			out[n-1].to = i + size
			continue
		}
		out = append(out, letter{r: r, n: 1, from: i, to: i + size, gap: before})
		before = gapNone
	}
	return out
}

func foldLetter(r rune, marks bool) rune {
	r = unicode.ToLower(r)
	if !marks {
		r = unmarked(r)
	}
	if l, ok := lookalikes[r]; ok {
		return l
	}
	return r
}

func gapOf(r rune) gap {
	if unicode.IsSpace(r) {
		return gapSpace
	}
	return gapPoint
}

// startsWord reports whether a Latin letter comes next.
func startsWord(s string) bool {
	for _, r := range s {
		return latin(r)
	}
	return false
}

func latin(r rune) bool { return unicode.Is(unicode.Latin, r) }

// unmarked returns a letter without its accents.
func unmarked(r rune) rune {
	if r == 'đ' {
		return 'd'
	}
	if r < 0x80 || spaceless(r) {
		return r
	}
	for _, base := range norm.NFD.String(string(r)) {
		return base
	}
	return r
}

// leet are digits and signs that stand for letters next to letters.
var leet = map[rune]rune{'0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '8': 'b', '@': 'a', '$': 's', '!': 'i', '|': 'l'}

// lookalikes are letters of other scripts that look like a Latin one.
var lookalikes = map[rune]rune{
	'а': 'a', 'в': 'b', 'с': 'c', 'ԁ': 'd', 'е': 'e', 'ё': 'e', 'һ': 'h', 'н': 'h', 'і': 'i', 'ї': 'i', 'ј': 'j', 'к': 'k', 'ӏ': 'l',
	'м': 'm', 'п': 'n', 'о': 'o', 'р': 'p', 'ԛ': 'q', 'г': 'r', 'ѕ': 's', 'т': 't', 'и': 'u', 'у': 'y', 'х': 'x', 'ԝ': 'w', 'ѵ': 'v',
	'α': 'a', 'β': 'b', 'ϲ': 'c', 'ε': 'e', 'η': 'n', 'ι': 'i', 'κ': 'k', 'ν': 'v', 'ο': 'o', 'ρ': 'p', 'σ': 'o', 'τ': 't', 'υ': 'u', 'χ': 'x',
	'ı': 'i', 'ɑ': 'a', 'ɡ': 'g', 'ɩ': 'i', 'ʋ': 'u', 'ꞵ': 'b', 'ᴀ': 'a', 'ᴇ': 'e', 'ɪ': 'i', 'ᴏ': 'o', 'ᴜ': 'u', 'օ': 'o', 'ո': 'n', 'ս': 'u',
}
