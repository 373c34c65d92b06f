package live

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// listView is a chat or a ticker: the newest events of some kinds.
type listView struct {
	viewBase
	parts  viewParts
	filter listFilter
	on     airing
	lines  []Event // the oldest first; some may be hidden
	gone   []Event // Deletes that mean one of the lines
}

// listFilter says which events a list shows.
type listFilter struct {
	kind       OverlayKind
	kinds      []Kind
	most       int
	rehearsal  bool
	diamonds   int
	pictures   bool
	fade       time.Duration // after which a line is no longer to be seen; 0 is never
	chat       ChatFilter
	words      []string // lower case
	viewers    []string // lower case, without @
	noStickers bool
	noEmotes   bool
}

func newListFilter(o OverlayOptions) listFilter {
	switch o := o.(type) {
	case *ChatOptions:
		f := listFilter{
			kind: OverlayChat, kinds: append([]Kind{KindComment}, o.Events...), most: o.MaxLines, rehearsal: o.Rehearsal, diamonds: o.MinDiamonds,
			pictures: o.GiftPictures, fade: time.Duration(o.FadeAfter) * time.Second, chat: o.Filter, noStickers: !o.Stickers, noEmotes: !o.Emotes,
		}
		for _, w := range o.Filter.Words {
			if w = strings.ToLower(strings.TrimSpace(w)); w != "" {
				f.words = append(f.words, w)
			}
		}
		for _, name := range o.Filter.Viewers {
			f.viewers = append(f.viewers, strings.TrimPrefix(strings.ToLower(strings.TrimSpace(name)), "@"))
		}
		return f
	case *TickerOptions:
		return listFilter{kind: OverlayTicker, kinds: o.Events, most: o.Max, rehearsal: o.Rehearsal, diamonds: o.MinDiamonds, pictures: o.GiftPictures}
	}
	return listFilter{}
}

// listBacklog is how many of a session's newest events are looked at for the lines to begin with.
const listBacklog = 2000

func (v *listView) configure(ctx context.Context, o OverlayOptions) error {
	first := v.filter.kind == ""
	v.filter = newListFilter(o)
	if first {
		return nil
	}
	v.news.anew = true
	return v.load(ctx)
}

func (v *listView) begin(ctx context.Context, on airing) (int64, error) {
	same := on.session.ID == v.on.session.ID
	v.on = on
	if same && !on.open { // it has ended: what is on screen stays
		return on.last, nil
	}
	v.news.anew = true
	return on.last, v.load(ctx)
}

// load reads the lines that are there already.
func (v *listView) load(ctx context.Context) error {
	if v.lines, v.gone = nil, nil; !v.on.open { // what was said in yesterday's show is not for today's
		return nil
	}
	events, err := v.parts.store.RecentEvents(ctx, v.on.session.ID, append(slices.Clone(v.filter.kinds), KindDelete), v.on.last, listBacklog)
	for _, e := range events {
		v.takeIn(e)
	}
	return err
}

func (v *listView) hear(e Event, _ time.Time) {
	v.on.last = max(v.on.last, e.Seq)
	if shown, ok := v.takeIn(e); ok {
		v.news.events = append(v.news.events, shown)
	}
}

// takeIn adds an event to the lines and returns it as it is shown; false if it is not.
func (v *listView) takeIn(e Event) (Event, bool) {
	if e.Kind == KindDelete && v.filter.kind == OverlayChat && !e.History {
		return e, v.heed(e)
	}
	e, ok := v.filter.shown(e)
	if !ok {
		return e, false
	}
	v.lines = append(v.lines, e)
	if extra := len(v.lines) - v.filter.most; extra > 0 {
		v.lines = slices.Delete(v.lines, 0, extra)
	}
	return e, true
}

// heed hides lines, of which pages are told, or shows them again, for which pages begin anew.
func (v *listView) heed(gone Event) (told bool) {
	v.gone = slices.DeleteFunc(append(v.gone, gone), func(d Event) bool {
		return !slices.ContainsFunc(v.lines, func(line Event) bool { return Means(d, line) })
	})
	again := DataOf[Delete](gone).Shown
	v.news.anew = v.news.anew || again
	return !again
}

func (v *listView) state(now time.Time) OverlayState {
	events := []Event{}
	for _, e := range v.lines {
		if _, hidden := HiddenBy(v.gone, e); !hidden && (v.filter.fade == 0 || now.Sub(e.At) < v.filter.fade) {
			events = append(events, e)
		}
	}
	if v.filter.kind == OverlayTicker {
		return TickerState{v.on.session.ID, events}
	}
	return ChatState{v.on.session.ID, events}
}

// forget reads the lines again. Those of a show that is over stay but for the viewer's: nothing is read of it any more.
func (v *listView) forget(ctx context.Context, who *Forgotten, _ time.Time) error {
	if v.on.open {
		return v.load(ctx)
	}
	v.lines = slices.DeleteFunc(v.lines, func(e Event) bool { return who.Is(e.User) })
	return nil
}

// shown returns an event as the list shows it, and whether it does.
func (f *listFilter) shown(e Event) (Event, bool) {
	if !slices.Contains(f.kinds, e.Kind) || !wanted(e, f.rehearsal) {
		return e, false
	}
	switch e.Kind {
	case KindGift:
		gift := DataOf[Gift](e)
		if gift.Streaking || gift.TotalDiamonds < f.diamonds {
			return e, false
		}
		if !f.pictures && gift.Gift.ImageURL != "" {
			gift.Gift.ImageURL = ""
			e.Data, e.encoded = gift, nil
		}
	case KindComment:
		return f.comment(e)
	case KindQuestion:
		return e, f.allows(e.User, DataOf[Question](e).Question)
	}
	return e, !f.hidden(e.User)
}

var (
	link    = regexp.MustCompile(`(?i)(https?://|www\.)\S|\b[a-z0-9-]+\.(com|net|org|io|gg|tv|me|ly|co|info|xyz|shop|link|live|vn|cn|jp|ru)\b`)
	command = regexp.MustCompile(`^\s*[!/]\S`)
)

func (f *listFilter) comment(e Event) (Event, bool) {
	c := DataOf[Comment](e)
	if !f.allows(e.User, c.Comment) {
		return e, false
	}
	changed := false
	if f.noStickers && len(c.Stickers) > 0 {
		c.Stickers, changed = nil, true
	}
	if f.noEmotes && len(c.Emotes) > 0 {
		c.Emotes, changed = nil, true
	}
	if short := clip(c.Comment, f.chat.MaxRunes); short != c.Comment {
		c.Comment, changed = short, true
		c.Emotes = slices.DeleteFunc(slices.Clone(c.Emotes), func(m Emote) bool { return m.Index > len([]rune(short)) })
	}
	if strings.TrimSpace(c.Comment) == "" && len(c.Emotes) == 0 && len(c.Stickers) == 0 {
		return e, false
	}
	if changed {
		e.Data, e.encoded = c, nil
	}
	return e, true
}

// allows reports whether what a viewer wrote may be shown.
func (f *listFilter) allows(u *User, text string) bool {
	lower := strings.ToLower(text)
	return !f.hidden(u) && !(f.chat.Links && link.MatchString(text)) && !(f.chat.Commands && command.MatchString(text)) &&
		!slices.ContainsFunc(f.words, func(w string) bool { return strings.Contains(lower, w) })
}

// hidden reports whether a viewer is not shown at all.
func (f *listFilter) hidden(u *User) bool {
	if u == nil {
		return false
	}
	if len(f.chat.Roles) > 0 && !slices.ContainsFunc(f.chat.Roles, func(r string) bool { return slices.Contains(u.Roles, r) }) {
		return true
	}
	return slices.Contains(f.viewers, strings.ToLower(u.UniqueID)) || u.UserID != "" && slices.Contains(f.viewers, u.UserID)
}

// clip shortens a text to so many runes, and never in the middle of what looks like one letter: accents, joiners and the halves of
// a flag stay with what they belong to. 0 is no limit.
func clip(s string, most int) string {
	runes := []rune(s)
	if most <= 0 || len(runes) <= most {
		return s
	}
	end := most
	for end > 0 && joined(runes, end) {
		end--
	}
	return strings.TrimSpace(string(runes[:end])) + "…"
}

// joined reports whether the runes before and at i belong together.
func joined(r []rune, i int) bool {
	const zeroWidthJoiner = '\u200d'
	at, before := r[i], r[i-1]
	skin, tag := at >= 0x1f3fb && at <= 0x1f3ff, at >= 0xe0020 && at <= 0xe007f
	mark := at == zeroWidthJoiner || skin || tag || unicode.In(at, unicode.M)
	if mark || before == zeroWidthJoiner {
		return true
	}
	flags := 0
	for j := i - 1; j >= 0 && r[j] >= 0x1f1e6 && r[j] <= 0x1f1ff; j-- {
		flags++
	}
	return at >= 0x1f1e6 && at <= 0x1f1ff && flags%2 == 1
}
