package story

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

const (
	zwj       = '\u200d' // joins emoji; between letters it only hides something
	maxMarks  = 4        // on one letter: Thai and Vietnamese need two or three, "zalgo" has dozens
	maxRepeat = 3        // of one letter, emoji or short group: 哈哈哈
	maxDigits = 6        // of one digit: 1000000 must stay a million
)

// clean returns what a text shows, in one line: compatibility forms unified if fold is set, no control, bidi, invisible or
// private characters, no piled-up marks.
func clean(s string, fold bool) string {
	form := norm.NFC
	if fold {
		form = norm.NFKC
	}
	var b strings.Builder
	b.Grow(len(s))
	marks, space := 0, true
	runes := []rune(form.String(s))
	for i, r := range runes {
		switch {
		case unicode.IsSpace(r):
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		case r == zwj && joins(runes, i):
		case hidden(r):
			continue
		case unicode.Is(unicode.M, r):
			if marks++; marks > maxMarks {
				continue
			}
		default:
			marks = 0
		}
		space = false
		b.WriteRune(r)
	}
	return form.String(strings.TrimRight(b.String(), " ")) // a letter and a mark may have been kept apart by what was taken out
}

// joins reports whether the joiner at i stands between two pictures.
func joins(runes []rune, i int) bool {
	return i > 0 && i+1 < len(runes) && (picture(runes[i-1]) || modifier(runes[i-1])) && picture(runes[i+1])
}

// hidden reports whether r shows nothing, or nobody knows what.
func hidden(r rune) bool {
	switch {
	case r == utf8.RuneError:
		return true
	case r >= 0xFE00 && r <= 0xFE0F:
		return r != 0xFE0F // the selector that makes an emoji colourful
	case r >= 0xE0000 && r <= 0xE0FFF: // tags: the classic place to hide instructions
		return true
	case r == 0x34F, r == 0x115F, r == 0x1160, r == 0x17B4, r == 0x17B5, r == 0x2800, r == 0x3164, r == 0xFFA0: // blanks
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs) || !unicode.IsGraphic(r)
}

// blank reports whether a text shows nothing at all.
func blank(s string) bool {
	for _, r := range s {
		if !unicode.IsSpace(r) && !hidden(r) && !unicode.Is(unicode.M, r) {
			return false
		}
	}
	return true
}

func picture(r rune) bool {
	return r >= 0x1F000 && r <= 0x1FAFF || r >= 0x2600 && r <= 0x27BF || r == '\u2640' || r == '\u2642'
}

// modifier reports whether r changes the picture before it.
func modifier(r rune) bool { return r >= 0x1F3FB && r <= 0x1F3FF || r == 0xFE0F || r == 0x20E3 }

func regional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// graphemes splits a text into what a person takes for one character: a letter with its marks, an emoji with its modifiers and
// joined parts, a flag. It is not all of UAX #29, but never cuts what TikTok's users write.
func graphemes(s string) []string {
	var out []string
	start, flags := 0, 0
	var last rune
	for i, r := range s {
		extends := i > start && (unicode.Is(unicode.M, r) || modifier(r) || r == zwj || last == zwj || regional(r) && flags%2 == 1)
		if !extends && i > start {
			out = append(out, s[start:i])
			start, flags = i, 0
		}
		if regional(r) {
			flags++
		}
		last = r
	}
	if start < len(s) {
		out = append(out, s[start:])
	}
	return out
}

// collapse shortens repeats: of one character, and of groups of up to four ("hahaha", "😂🤣😂🤣"), to maxRepeat.
func collapse(s string) string {
	units := graphemes(s)
	for width := 1; width <= 4; width++ {
		units = collapseGroups(units, width)
	}
	return strings.Join(units, "")
}

func collapseGroups(units []string, width int) []string {
	out := units[:0:0]
	for i := 0; i < len(units); {
		n := repeats(units[i:], width)
		keep := min(n, maxRepeat)
		if width == 1 && isDigit(units[i]) && n <= maxDigits {
			keep = n
		}
		if n > keep {
			out = append(out, units[i:i+keep*width]...)
			i += n * width
			continue
		}
		out = append(out, units[i])
		i++
	}
	return out
}

// repeats counts how often the first width units stand there one after another, at least once.
func repeats(units []string, width int) int {
	n := 1
	for ; (n+1)*width <= len(units); n++ {
		for i := range width {
			if units[i] != units[n*width+i] {
				return n
			}
		}
	}
	return n
}

func isDigit(s string) bool { return len(s) == 1 && s[0] >= '0' && s[0] <= '9' }

// cut shortens a text to most runes, at the end of a sentence if one ends in its second half, else between two characters with
// an ellipsis.
func cut(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	var whole string
	for _, sentence := range sentences(s) {
		if utf8.RuneCountInString(strings.TrimSpace(whole+sentence)) > most {
			break
		}
		whole += sentence
	}
	if whole = strings.TrimSpace(whole); utf8.RuneCountInString(whole) > most/2 {
		return whole
	}
	n, end := 0, 0
	for _, g := range graphemes(s) {
		if n += utf8.RuneCountInString(g); n > most-1 {
			break
		}
		end += len(g)
	}
	return strings.TrimRight(s[:end], " ") + "…"
}

// sentences splits a text behind every mark that ends a sentence. Joined they are the text again.
func sentences(s string) []string {
	var out []string
	start := 0
	runes := []rune(s)
	for i := range runes {
		if ends(runes, i) {
			out = append(out, string(runes[start:i+1]))
			start = i + 1
		}
	}
	if start < len(runes) {
		out = append(out, string(runes[start:]))
	}
	return out
}

// ends reports whether a sentence ends behind rune i. A full stop ends one only before a space: 3.5 and evil.com go on.
func ends(runes []rune, i int) bool {
	last := i+1 == len(runes)
	switch runes[i] {
	case '。', '！', '？', '\n':
		return last || !terminal(runes[i+1])
	case '.', '!', '?', '…':
		return last || runes[i+1] == ' ' || !terminal(runes[i+1]) && unicode.Is(unicode.Han, runes[i+1])
	}
	return false
}

func terminal(r rune) bool { return strings.ContainsRune("。！？.!?…”」』\"'", r) }
