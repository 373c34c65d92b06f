package story

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Languages are those the template speaks, as in StoryProfile.Language.
var Languages = []string{"zh", "en", "vi", "ja"}

// languageOf guesses the language of a text by its script, and of Latin letters by marks and common words. "" means that the text
// gives nothing away, as "666" does.
func languageOf(s string) string {
	var han, kana bool
	for _, r := range s {
		han = han || unicode.Is(unicode.Han, r)
		kana = kana || unicode.In(r, unicode.Hiragana, unicode.Katakana)
	}
	switch {
	case kana:
		return "ja"
	case han:
		return "zh"
	case vietnamese(s):
		return "vi"
	}
	return latinLanguage(strings.ToLower(s))
}

// latinLanguage counts common words; one alone says little, "hello" and "ok" are said everywhere. Vietnamese is often typed
// without marks, so its words are listed without them.
func latinLanguage(s string) string {
	counts := map[string]int{}
	for w := range strings.FieldsFuncSeq(s, func(r rune) bool { return !unicode.IsLetter(r) && r != '\'' }) {
		counts[commonWords[w]]++
	}
	switch en, vi := counts["en"], counts["vi"]; {
	case en > vi && en > 1:
		return "en"
	case vi > en && vi > 1:
		return "vi"
	}
	return ""
}

var commonWords = wordsOf(map[string]string{
	"en": "hello hey how are you your what is this the that it's i'm i who when where why thanks thank good nice love my me we please can do does with and great awesome morning night song stream from lol",
	"vi": "chao xin em anh chi oi nhe nha voi khong ko cam on ban hat bai gi vay hay qua dep roi duoc cho minh moi nguoi ten dau nao yeu thuong",
})

func wordsOf(lists map[string]string) map[string]string {
	out := map[string]string{}
	for language, list := range lists {
		for _, w := range strings.Fields(list) {
			out[w] = language
		}
	}
	return out
}

// vietnamese reports whether a text has letters that only Vietnamese has: ă, ơ, ư, đ, or a vowel with two marks.
func vietnamese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		switch unicode.ToLower(r) {
		case 'ă', 'ơ', 'ư', 'đ':
			return true
		}
		return r >= 0x1EA0 && r <= 0x1EF9
	})
}

// spaceless reports whether r belongs to a script without spaces between words, or, as Hangul, with particles that stick to them.
func spaceless(r rune) bool {
	return r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Hangul)
}

// pick returns the language of a turn: that of what the viewer wrote, else the caller's, else the story's, else that of names.
func pick(said, asked, story, names string) string {
	usual := known(asked, story)
	heard := languageOf(said)
	if heard == "zh" && usual == "ja" && utf8.RuneCountInString(said) <= ambiguousHan {
		heard = usual
	}
	return cmp.Or(known(heard, usual), languageOf(names), "en")
}

// ambiguousHan is up to how many Han characters may well be Japanese: 草, 最高, 応援中.
const ambiguousHan = 4

// known returns the first that is one of ours, or "".
func known(languages ...string) string {
	for _, l := range languages {
		if slices.Contains(Languages, l) {
			return l
		}
	}
	return ""
}
