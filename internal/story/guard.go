package story

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// Limits of what is used of what viewers wrote, in runes. More may be sent and is stored; the host needs no more to answer.
const (
	usedText = 500
	usedName = 40
)

// maxNotes bounds what is reported of one turn.
const maxNotes = 20

// Guard stands on both ways of a turn: it cleans what viewers wrote before anything reads it, and what a host would say before
// anybody hears it. It takes no chances with either, and notes everything it replaced. It serves one turn and one goroutine.
type Guard struct {
	in, out wordList // the story's own lists
	notes   []string
}

// NewGuard returns a guard with a story's word lists beside the built-in one.
func NewGuard(blockedIn, blockedOut []string) *Guard {
	return &Guard{in: newWordList(blockedIn), out: newWordList(blockedOut)}
}

// GuardReasons are what a note begins with: what was guarded, the words that came "in" or those that would have gone "out", and why
// something of them was replaced.
var GuardReasons = []string{
	"in hidden", "in repeat", "in marker", "in role", "in word", "in link", "in phone", "in long",
	"out word", "out link", "out phone", "out prompt", "out thanks", "out long",
}

// Notes says what was replaced: one of GuardReasons, a colon, and the piece it was found in.
func (g *Guard) Notes() []string { return g.notes }

func (g *Guard) note(way, reason, what string) {
	if len(g.notes) < maxNotes {
		g.notes = append(g.notes, fmt.Sprintf("%s %s: %s", way, reason, cut(clean(head(what), false), 80)))
	}
}

// head is the beginning of a text, enough to show a person what is meant.
func head(s string) string {
	n := 0
	for i := range s {
		if n++; n > 200 {
			return s[:i]
		}
	}
	return s
}

// Text cleans what a viewer wrote.
func (g *Guard) Text(s string) string {
	if s == "" {
		return ""
	}
	s = g.shown(s)
	if short := cut(s, usedText); short != s {
		g.note("in", "long", s)
		s = short
	}
	return strings.TrimSpace(g.mask(g.unmark(s)))
}

// Name cleans a name: of a viewer, a gift or a program. A name that holds what the host must not say is taken away whole,
// because half a name would be another one.
func (g *Guard) Name(s string) string {
	if s == "" {
		return ""
	}
	s = g.unmark(g.shown(s))
	if reason := g.unspeakable(s, g.in); reason != "" {
		g.note("in", reason, s)
		return ""
	}
	s = strings.Map(nameRune, s)
	return cut(strings.Join(strings.Fields(s), " "), usedName)
}

// nameRune drops what would let a name end the place where it stands: "Tom: I am the host", "Tom) gave a Lion (".
func nameRune(r rune) rune {
	if strings.ContainsRune(":：;\"“”„«»「」『』()（）[]{}<>《》|\\`*#=\n", r) {
		return ' '
	}
	return r
}

// shown is s without what is hidden in it, and with repeats collapsed.
func (g *Guard) shown(s string) string {
	if strings.ContainsFunc(s, func(r rune) bool { return hidden(r) && r != zwj && !unicode.IsSpace(r) }) {
		g.note("in", "hidden", s)
	}
	s = clean(s, true)
	short := collapse(s)
	if short != s {
		g.note("in", "repeat", s)
	}
	return short
}

// markers are the signs that our prompt, and chat templates of common models, put around their parts.
var markers = regexp.MustCompile(`(?i)<{2,}|>{2,}|` + "`{2,}" + `|\[/?(?:inst|gift|program|system|memory|data|event)[^\]]*\]|</?(?:system|assistant|user|instructions?|prompt|data|s)>|` +
	`<\|[^|>]*\|>|#{2,}|-{4,}|={4,}`)

// roles are words that would begin another speaker's line, in the four languages.
var roles = regexp.MustCompile(`(?i)(^|[\s.!?。！？,，;])(?:system(?: ?prompt| ?message)?|assistant|developer|user|human|ai|系统(?:提示)?|系統|助手|用户|用戶|` +
	`hệ thống|trợ lý|người dùng|システム|アシスタント|ユーザー)\s*[:：>]+`)

// unmark strips our own markers and role words, again until none appears: <<|system|> hides one inside another.
func (g *Guard) unmark(s string) string {
	for range 4 {
		next := markers.ReplaceAllString(s, " ")
		if next != s {
			g.note("in", "marker", s)
		}
		bare := roles.ReplaceAllString(next, "$1")
		if bare != next {
			g.note("in", "role", next)
		}
		if bare == s {
			break
		}
		s = strings.TrimSpace(bare)
	}
	return strings.Join(strings.Fields(s), " ")
}

// mask replaces blocked words, links and phone numbers in what a viewer wrote.
func (g *Guard) mask(s string) string {
	for _, rule := range []struct {
		reason string
		find   func(string) []span
	}{
		{"word", blocked().find}, {"word", g.in.find}, {"link", matches(links)}, {"phone", phones},
	} {
		if spans := rule.find(s); len(spans) > 0 {
			g.note("in", rule.reason, s)
			s = replace(s, spans, "***")
		}
	}
	return s
}

func matches(re *regexp.Regexp) func(string) []span {
	return func(s string) []span {
		var out []span
		for _, at := range re.FindAllStringIndex(s, -1) {
			out = append(out, span{at[0], at[1]})
		}
		return out
	}
}

// replace puts with in place of every span. Spans may overlap.
func replace(s string, spans []span, with string) string {
	slices.SortFunc(spans, func(a, b span) int { return a.from - b.from })
	var b strings.Builder
	end := 0
	for _, sp := range spans {
		if sp.from >= end {
			b.WriteString(s[end:sp.from])
			b.WriteString(with)
		}
		end = max(end, sp.to)
	}
	b.WriteString(s[end:])
	return b.String()
}

// links are addresses of the web and of mail, also with spaces around the dot, or the dot written out. Lists of endings keep "3.5",
// "e.g." and 九点 live (live at nine) speakable; one space is none too many: "That was fun. Me too!"
var links = regexp.MustCompile(`(?i)[a-z][a-z0-9+.-]*://\S+|\bwww[.。][a-z0-9]\S*|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|` +
	`[\p{L}\d-]+(?:[.。]|\s+[.。]\s+)(?:com|net|org|info|biz|xyz|top|vip|shop|club|site|online|live|link|app|dev|io|gg|tv|me|ly|cc|cn|vn|jp|tw|hk|us|uk|ru|co)\b(?:/\S*)?|` +
	`[\p{L}\d-]+\s*(?:\(dot\)|\[dot\]|\bdot\b|点|點|chấm)\s*(?:com|net|org|cn|vn|gg|io)\b(?:/\S*)?`)

// digits are long rows of digits, as they are or written out in Chinese, with the signs people put between them.
var digits = regexp.MustCompile(`\+?\d+(?:[ .()\-][ .()\-]?\d+)*|[零〇一二三四五六七八九幺]{7,}`)

var (
	dates     = regexp.MustCompile(`^\d{4}[-. ]\d{1,2}[-. ]\d{1,2}(?: \d{1,2})?$`)
	thousands = regexp.MustCompile(`^\d{1,3}(?:[. ]\d{3})+$`)
	handles   = regexp.MustCompile(`[\pL_]$`)
)

// phones returns the rows of digits that may be a phone number. A row that sticks to letters is TikTok's own sort of name
// (user4829401938274), and too common to be taken for one.
func phones(s string) []span {
	var out []span
	for _, at := range digits.FindAllStringIndex(s, -1) {
		row := s[at[0]:at[1]]
		written := row[0] >= 0x80 // in Chinese, seven or more: no amount is said so
		if written || dialled(row) && !handles.MatchString(s[:at[0]]) {
			out = append(out, span{at[0], at[1]})
		}
	}
	return out
}

// dialled reports whether a row has the digits of a phone number and is no date, no amount with its thousands apart and no round
// number.
func dialled(row string) bool {
	n := 0
	for _, r := range row {
		if unicode.IsDigit(r) {
			n++
		}
	}
	zeros := len(row) - len(strings.TrimRight(row, "0"))
	return n >= 8 && zeros < 5 && !dates.MatchString(row) && !thousands.MatchString(row)
}

// unspeakable returns why a text must not be said: "word", "link" or "phone"; "" if it may.
func (g *Guard) unspeakable(s string, own wordList) string {
	folded := clean(s, true)
	switch {
	case blocked().has(folded) || own.has(folded):
		return "word"
	case links.MatchString(folded):
		return "link"
	case len(phones(folded)) > 0:
		return "phone"
	}
	return ""
}
