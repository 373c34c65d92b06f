package live

import (
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// giftNote is how long before a gift a comment of the same viewer is taken for what they want to say with it.
const giftNote = 10 * time.Second

// bridge turns a session's events into what the host is asked. It remembers what one event does not say by itself.
type bridge struct {
	host     string             // the name viewers may call the host by
	room     string             // the streamer's handle
	comments map[string]comment // the newest one of each viewer, for giftNote
	likes    map[bool]int64     // the room's total, by Rehearsal
	title    string
	started  time.Time
}

func newBridge(host, room string) *bridge {
	return &bridge{host: strings.ToLower(host), room: strings.ToLower(room), comments: map[string]comment{}, likes: map[bool]int64{}}
}

// ask returns what an event asks of the host, or nil. A reason says that it was chat that gets no answer.
func (b *bridge) ask(e Event, now time.Time) (*ask, SkipReason) {
	a := &ask{seq: e.Seq, source: e.SourceID, since: now, viewer: e.User, rehearsal: e.Origin.Rehearsal()}
	switch e.Kind {
	case KindComment:
		return b.chat(a, rankChat, DataOf[Comment](e).Comment)
	case KindQuestion:
		return b.chat(a, rankQuestion, DataOf[Question](e).Question)
	case KindGift:
		return b.gift(a, DataOf[Gift](e)), ""
	case KindProgram:
		a.call = &ProgramCall{}
		return program(a, DataOf[Program](e)), ""
	case KindConnect:
		b.title = DataOf[Connect](e).Title
		if e.Seq > 1 { // a socket that was lost is back: the show went on
			return nil, ""
		}
		b.started = e.At
		return program(a, Program{Action: "start", ProgramName: b.show()}), ""
	case KindLiveEnd:
		return program(a, b.end(e.At)), ""
	}
	return nil, ""
}

func (b *bridge) show() string {
	if title := strings.TrimSpace(cut(b.title, nameRunes)); title != "" {
		return title
	}
	return "LIVE"
}

func (b *bridge) end(at time.Time) Program {
	p := Program{Action: "finish", ProgramName: b.show()}
	if !b.started.IsZero() {
		p.Duration = max(0, at.Sub(b.started).Round(time.Second).Seconds())
	}
	return p
}

func program(a *ask, p Program) *ask {
	a.rank, a.input, a.data, a.text = rankProgram, InputProgram, p, p.Action+" "+p.ProgramName
	return a
}

// gift asks for thanks once a gift is final.
func (b *bridge) gift(a *ask, g Gift) *ask {
	if g.Streaking || g.RepeatCount <= 0 {
		return nil
	}
	name := cut(g.Gift.Name, nameRunes)
	a.rank, a.input, a.text = rankGift, InputGift, name
	a.givers = []StoryGiver{{
		Seq: a.seq, ViewerID: a.viewer.Key(), Name: a.viewerName(), GiftName: name, GiftCount: g.RepeatCount, Value: float64(g.TotalDiamonds),
	}}
	if c, ok := b.comments[a.viewer.Key()]; ok && a.since.Sub(c.at) <= giftNote && a.viewer.Key() != "" {
		a.note = c
	}
	return a
}

// chat asks for an answer to what a viewer wrote.
func (b *bridge) chat(a *ask, r rank, text string) (*ask, SkipReason) {
	text = cut(strings.TrimSpace(text), messageRunes)
	a.rank, a.input, a.text = r, InputChat, text
	a.data = StoryChat{Message: text, Username: cut(a.viewer.Name(), nameRunes), Timestamp: a.since.UnixMilli()}
	switch {
	case text == "":
		return a, SkipEmpty
	case a.viewer != nil && slices.Contains(a.viewer.Roles, "host"):
		return a, SkipHost
	}
	if b.asks(text) {
		a.rank = rankQuestion
	}
	a.score = score(text, a.viewer)
	b.remember(a)
	return a, ""
}

// remember keeps a viewer's newest comment for the gift that may follow, and forgets the old ones.
func (b *bridge) remember(a *ask) {
	for key, c := range b.comments {
		if a.since.Sub(c.at) > giftNote {
			delete(b.comments, key)
		}
	}
	if key := a.viewer.Key(); key != "" {
		b.comments[key] = comment{a.seq, a.source, a.viewer, a.text, a.since}
	}
}

// forget drops a comment that is being answered: a gift that follows has nothing to add to it.
func (b *bridge) forget(a *ask) {
	if b.comments[a.viewer.Key()].seq == a.seq {
		delete(b.comments, a.viewer.Key())
	}
}

// hide drops the comments that a Delete takes away.
func (b *bridge) hide(gone Event) {
	maps.DeleteFunc(b.comments, func(_ string, c comment) bool { return c.hiddenBy(gone) })
}

// asks reports whether a text is a question or speaks to the host by name.
func (b *bridge) asks(text string) bool {
	lower := strings.ToLower(text)
	for _, name := range []string{b.host, b.room} {
		if utf8.RuneCountInString(name) > 1 && strings.Contains(lower, name) {
			return true
		}
	}
	trimmed := strings.TrimRight(text, " .!~。！～")
	for _, end := range []string{"吗", "呢", "ですか", "ますか"} {
		if strings.HasSuffix(trimmed, end) {
			return true
		}
	}
	return strings.ContainsAny(text, "?？")
}

// score says how much an answer to a comment is worth: words rather than noise, and those who are close to the room.
func score(text string, viewer *User) int {
	n := 0
	switch runes := utf8.RuneCountInString(text); {
	case runes < 3:
		n -= 2
	case runes >= 8 && runes <= 120:
		n++
	case runes > 300:
		n--
	}
	if viewer == nil {
		return n
	}
	for _, role := range []string{"moderator", "subscriber", "friend", "follower"} {
		if slices.Contains(viewer.Roles, role) {
			n++
		}
	}
	return n + min(viewer.GifterLevel/10, 3)
}

// passed returns the milestone a like brought the room to, or 0. The likes before the first total are not this show's news.
func (b *bridge) passed(e Event) int64 {
	like, rehearsal := DataOf[Like](e), e.Origin.Rehearsal()
	before, known := b.likes[rehearsal]
	now := max(before, like.TotalLikes)
	if like.TotalLikes == 0 {
		now = before + int64(like.Count)
	}
	b.likes[rehearsal] = now
	if !known && like.TotalLikes > 0 {
		return 0
	}
	return milestone(before, now)
}
