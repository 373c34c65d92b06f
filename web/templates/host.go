package templates

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"showcaller/internal/live"
	"showcaller/web/catalog"
)

// HostBox is the AI host on the desk: what is said, what waits and why, and what the operator can do about it.
type HostBox struct {
	Queue   *live.Queue   // nil: the room has no host
	More    int           // wait beyond those in Queue
	Stories []StoryChoice // that a room without a host can have
	At      time.Time     // of Queue
	Once    string        // a secret of the form: what is sent twice happens once
	Text    string        // as typed
	Errors  Errors        // text
	Tried   *live.StoryAnswer
}

// StoryChoice is a story in a list of names.
type StoryChoice struct {
	ID   string
	Name string
}

// dropWord says what taking something out of the queue means.
func dropWord(p Page, item live.QueueItem) string {
	if item.Rank == "say" {
		return p.t("host.drop.words")
	}
	return p.t("host.drop", "Name", item.Who)
}

// hostAction is where the forms of a room's host go.
func hostAction(room string) string { return "/rooms/" + url.PathEscape(room) + "/host" }

// hostActionOf is hostAction with what a button adds to its form.
func hostActionOf(room, name, value string) string {
	return hostAction(room) + "?" + url.Values{name: {value}}.Encode()
}

func storyURL(id string) string { return "/stories/" + url.PathEscape(id) }

// spoken is what was said last, or is being said: who speaks and why is told of that.
func (b HostBox) spoken() *live.QueueTurn {
	if now := b.Queue.Now; now != nil && now.Reply != 0 {
		return now
	}
	return b.Queue.Last
}

// by says in a word who speaks: of what was said, or as the story is set.
func (b HostBox) by(p Page) string {
	if t := b.spoken(); t != nil && t.Responder != "" && t.Responder != "operator" {
		return p.t("host.by." + t.Responder)
	}
	if b.Queue.Responder == "" {
		return ""
	}
	return p.t("host.by." + b.Queue.Responder)
}

// fallbackText says why the template spoke in place of the model, in words; a code we have none for is shown as it is.
func fallbackText(p Page, code string) string {
	if text := p.t("fallback." + code); text != "fallback."+code {
		return text
	}
	return code
}

// fallbackAdvice says what to do about it; "" where there is nothing to say.
func fallbackAdvice(p Page, code string) string {
	if text := p.t("fallback.advice." + code); text != "fallback.advice."+code {
		return text
	}
	return ""
}

var guardNote = regexp.MustCompile(`(?s)^(in|out) (\w+): (.*)$`)

// guardText says what the guards replaced and why, and the piece it was found in.
func guardText(p Page, note string) (words, piece string) {
	m := guardNote.FindStringSubmatch(note)
	if m == nil {
		return note, ""
	}
	key := "guard." + m[1] + "." + m[2]
	if words = p.t(key); words == key {
		words = m[2]
	}
	return words, m[3]
}

// position returns which clip is being spoken, from 0, and how much of all is said: 0 to 1. Overlays tell the clip; between their
// words, and without an overlay, the lengths do.
func position(t *live.QueueTurn, now time.Time) (clip int, said float64) {
	began, err := time.Parse(time.RFC3339, t.Began)
	if err != nil || len(t.Lengths) == 0 {
		return t.Clip, 0
	}
	left := now.Sub(began).Seconds()
	clip = min(t.Clip, len(t.Lengths)-1)
	for clip < len(t.Lengths)-1 && left >= t.Lengths[clip] {
		left -= t.Lengths[clip]
		clip++
	}
	total, before := 0.0, 0.0
	for i, n := range t.Lengths {
		if total += n; i < clip {
			before += n
		}
	}
	return clip, min(1, max(0, (before+min(left, t.Lengths[clip]))/total))
}

// itemText is what waits, in a few words.
func itemText(p Page, item live.QueueItem) string {
	switch {
	case item.Action != "":
		name := strings.TrimPrefix(item.Text, item.Action+" ")
		if key := "feed.program." + item.Action; p.t(key) != key {
			return p.t(key, "Name", name)
		}
		return joined(item.Action, name)
	case item.Notice != nil:
		return noticeText(p, *item.Notice)
	case item.Rank == "idle":
		return p.t("host.rank.idle")
	}
	return item.Text
}

func noticeText(p Page, n live.StoryNotice) string {
	var parts []string
	for _, part := range []struct {
		key   string
		count int64
	}{
		{"host.notice.follows", int64(len(n.Follows))}, {"host.notice.shares", int64(len(n.Shares))}, {"host.notice.joins", int64(len(n.Joins))},
		{"host.notice.likes", n.Likes},
	} {
		if part.count > 0 {
			parts = append(parts, p.t(part.key, "Count", part.count))
		}
	}
	return strings.Join(parts, " · ")
}

// waitText says why something waits, and until when.
func waitText(p Page, item live.QueueItem) string {
	why := p.t("host.waits." + item.Why)
	until, err := time.Parse(time.RFC3339, item.Until)
	if err != nil {
		return why
	}
	return joined(why, p.t("host.until.at", "Time", p.clock(until)))
}

// skipWords says why something got no answer.
func skipWords(p Page, s live.SkippedItem) string {
	key := "skip." + string(s.Reason)
	words := p.t(key)
	if words == key {
		words = string(s.Reason)
	}
	if p.Printer.Lang() != "en" { // what a story's error says is English
		return words
	}
	return joined(words, s.Detail)
}

// rankIcon is the picture before what waits.
func rankIcon(rank string) string {
	icons := map[string]string{
		"say": "mic", "program": "flag", "gift": "gem", "question": "circle-question-mark", "chat": "message-square", "notice": "users", "idle": "timer",
	}
	if icon, ok := icons[rank]; ok {
		return icon
	}
	return "ellipsis"
}

// canMute reports whether the host can be told to answer a viewer's chat no more.
func (b HostBox) canMute(item live.QueueItem) bool {
	return item.Viewer != "" && (item.Rank == "chat" || item.Rank == "question") && !slices.Contains(b.Queue.MutedIDs, item.Viewer)
}

// current is the seq that names what is answered or said now; 0 where nothing has one.
func current(t *live.QueueTurn) string {
	if t.Reply != 0 {
		return strconv.FormatInt(t.Reply, 10)
	}
	return strconv.FormatInt(t.Seq, 10)
}

// hostLanguages are those a host can be held to, in the order of the panel's own.
func hostLanguages() []catalog.Language { return catalog.Languages() }

func pause(paused bool) string {
	if paused {
		return "resume"
	}
	return "pause"
}

func mute(muted bool) string {
	if muted {
		return "unmute"
	}
	return "mute"
}

// speeches is all the host says in some clips.
func speeches(clips []live.Clip) string {
	words := make([]string, len(clips))
	for i, c := range clips {
		words[i] = c.Speech
	}
	return strings.Join(words, " ")
}

// stageText is how a clip looks and moves.
func stageText(c live.Clip) string { return joined(c.Face, c.Body) }

func dotBefore(s string) string {
	if s == "" {
		return ""
	}
	return " · " + s
}
