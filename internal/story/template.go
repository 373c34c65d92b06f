package story

import (
	"cmp"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"showcaller/internal/live"
)

// compose answers a turn from written lines. It invents nothing: what it says of a turn is in the turn. The same story, seed and
// history give the same clips.
func compose(w *turn) []live.Clip {
	s := newScript(w)
	w.input.Say(s)
	return s.clips[:min(len(s.clips), MaxClips)]
}

// Slots are what stands in the braces of a line.
type Slots map[string]string

// Script composes an answer from the lines of one language.
type Script struct {
	Viewer live.StoryViewer // what the story knows of who acted

	book   *phrasebook
	host   string
	recent []string // what the host said lately, the newest first
	rng    *rand.Rand
	clips  []live.Clip
}

func newScript(t *turn) *Script {
	s := &Script{
		Viewer: t.viewer, book: phrasebooks()[t.language], host: t.story.Name,
		rng: rand.New(rand.NewPCG(uint64(t.story.Seed), t.ordinal())),
	}
	for _, m := range t.history {
		for _, c := range m.Clips {
			s.recent = append(s.recent, c.Speech)
		}
	}
	return s
}

// ordinal numbers the turn within its story: what the choice of a line depends on beside the seed.
func (t *turn) ordinal() uint64 {
	var last int64
	if len(t.history) > 0 {
		last = t.history[0].ID
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(t.story.ID + "\x00" + t.input.Speaker() + "\x00" + t.input.Text()))
	return h.Sum64() ^ uint64(last)
}

// Line adds a clip from the lines of a key, one that was not said lately if there is one. A key without lines adds nothing.
func (s *Script) Line(key string, slots Slots) {
	l, ok := s.choose(s.book.lines[key])
	if !ok || len(s.clips) == MaxClips {
		return
	}
	all := Slots{"host": s.host}
	maps.Copy(all, slots)
	for slot, word := range s.book.Unnamed {
		all[slot] = cmp.Or(all[slot], word)
	}
	all["thing"] = expand(s.book.Thing, all)
	s.Say(l.face, l.body, begin(expand(l.text, all), slots))
}

// Say adds a clip with a text of one's own; a new type of input can do without lines in the data files.
func (s *Script) Say(face, body, text string) {
	c := live.Clip{Face: stageFaces[face], Body: stageBodies[body], FaceID: face, BodyID: body, Speech: text}
	s.clips = append(s.clips, c)
	s.recent = append([]string{text}, s.recent...)
}

// choose picks a line by the seed among those that were not said lately; if all were, the one that is longest ago.
func (s *Script) choose(lines []line) (line, bool) {
	if len(lines) == 0 {
		return line{}, false
	}
	var fresh []line
	oldest, age := lines[0], -1
	for _, l := range lines {
		at := slices.IndexFunc(s.recent, l.heard)
		if at < 0 {
			fresh = append(fresh, l)
		} else if at > age {
			oldest, age = l, at
		}
	}
	if len(fresh) == 0 {
		return oldest, true
	}
	return fresh[s.rng.IntN(len(fresh))], true
}

// Topic finds what a viewer's text is about: who, farewell, greeting, thanks, praise, question, reaction or other.
func (s *Script) Topic(text string) string {
	for _, topic := range topics {
		if s.book.topics[topic].has(text) {
			return topic
		}
		if topic == "praise" && strings.ContainsAny(text, "?？") {
			return "question"
		}
	}
	if !strings.ContainsFunc(text, unicode.IsLetter) || utf8.RuneCountInString(text) <= 3 {
		return "reaction"
	}
	return "other"
}

// topics are looked for in this order: "hi, who are you?" is a question about the host.
var topics = []string{"who", "farewell", "greeting", "thanks", "praise", "question", "reaction"}

// List joins names as the language does.
func (s *Script) List(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], s.book.Comma) + s.book.And + names[last]
}

// shareRunes is how many runes of names fit into a clip beside what else its line says.
const shareRunes = 80

// Share spreads names over up to three clips, shortening long ones when there are many, and leaving out what still does not
// fit: 24 names always do.
func (s *Script) Share(names []string) [][]string {
	most := max(shareRunes*MaxClips/len(names)-6, 4)
	parts := [][]string{nil}
	room := shareRunes
	for _, name := range names {
		name = cut(name, most)
		need := utf8.RuneCountInString(name) + utf8.RuneCountInString(s.book.Comma)
		if need > room && len(parts[len(parts)-1]) > 0 {
			if len(parts) == MaxClips {
				break
			}
			parts, room = append(parts, nil), shareRunes
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], name)
		room -= need
	}
	return parts
}

// notice adds a line that names the first few of names.
func (s *Script) notice(key string, names []string) {
	if len(names) > 0 {
		s.Line(key, Slots{"names": s.List(s.Share(names)[0])})
	}
}

// Duration says a number of seconds. Seconds are left out beside hours.
func (s *Script) Duration(seconds int) string {
	d := s.book.Duration
	if seconds >= 3600 {
		d[2] = ""
	}
	return spell(seconds, d[0], d[1], d[2], d[3])
}

// expand fills the slots of a text in braces. A part in square brackets disappears if a slot in it is empty.
func expand(text string, slots Slots) string {
	var b strings.Builder
	for text != "" {
		open := strings.IndexByte(text, '[')
		if open < 0 {
			open = len(text)
		}
		part, _ := fill(text[:open], slots)
		b.WriteString(part)
		if open == len(text) {
			break
		}
		inner, rest, _ := strings.Cut(text[open+1:], "]")
		if part, whole := fill(inner, slots); whole {
			b.WriteString(part)
		}
		text = rest
	}
	return strings.TrimSpace(b.String())
}

// fill replaces the slots of a text and reports whether none was empty.
func fill(text string, slots Slots) (string, bool) {
	var b strings.Builder
	whole := true
	for {
		before, rest, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String(), whole
		}
		name, after, _ := strings.Cut(rest, "}")
		b.WriteString(slots[name])
		whole = whole && slots[name] != ""
		text = after
	}
}

// begin makes the first letter a capital, because a line may have lost its beginning with an empty slot, but leaves a name as its
// owner writes it.
func begin(s string, slots Slots) string {
	for _, v := range slots {
		if v != "" && strings.HasPrefix(s, v) {
			return s
		}
	}
	r, size := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(r)) + s[size:]
}

// heard reports whether a speech was made from this line: it holds the longest piece of it that is in no slot.
func (l line) heard(speech string) bool { return strings.Contains(speech, l.literal) }

// literal is the longest piece of a line outside of slots and brackets. A first letter that
// begin may change is left out.
func literal(text string) string {
	pieces := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("{}[]", r) })
	depth := 0
	var outside []string
	at := 0
	for _, p := range pieces {
		i := at + strings.Index(text[at:], p)
		depth += strings.Count(text[at:i], "{") - strings.Count(text[at:i], "}")
		depth += strings.Count(text[at:i], "[") - strings.Count(text[at:i], "]")
		if depth == 0 {
			r, size := utf8.DecodeRuneInString(p)
			if !unicode.IsUpper(r) && !unicode.IsLower(r) {
				size = 0
			}
			outside = append(outside, strings.TrimSpace(p[size:]))
		}
		at = i + len(p)
	}
	return slices.MaxFunc(append(outside, ""), func(a, b string) int { return cmp.Compare(len(a), len(b)) })
}
