package story

import (
	"slices"
	"strings"

	"showcaller/internal/live"
)

// giftGroup: several gifts that share one thank-you.
var giftGroup = InputType{Name: live.InputGifts, Own: true, Read: func(f *Fields) Input {
	g := &groupInput{}
	f.Each("gifts", 200, func(f *Fields) { g.Gifts = append(g.Gifts, readGift(f)) })
	if len(g.Gifts) == 0 {
		f.Fail("gifts", "This must hold at least one gift.")
	}
	return g
}}

type groupInput struct{ live.StoryGifts }

func (i *groupInput) Speaker() string { return strings.Join(i.Senders(), ", ") }

func (i *groupInput) Clean(g *Guard) {
	for n := range i.Gifts {
		cleanGift(&i.Gifts[n], g)
	}
}

func (i *groupInput) Text() string {
	return i.lines(func(g live.StoryGift) string { return strings.TrimPrefix(g.Username+": "+things(g), ": ") })
}
func (i *groupInput) Context() string { return i.lines(giftContext) }
func (i *groupInput) Memory() Memory  { return MemoryNone }

// Written marks that only the template may answer: it names everybody for certain.
func (i *groupInput) Written() {}

func (i *groupInput) lines(line func(live.StoryGift) string) string {
	out := make([]string, len(i.Gifts))
	for n, g := range i.Gifts {
		out[n] = line(g)
	}
	return strings.Join(out, "\n")
}

// Senders are the names of all who gave, without repeats. Those whose name the guard took away are not among them.
func (i *groupInput) Senders() []string {
	var names []string
	for _, g := range i.Gifts {
		if g.Username != "" && !slices.Contains(names, g.Username) {
			names = append(names, g.Username)
		}
	}
	return names
}

// Say names everybody, in as many clips as it takes. When the names are more than three clips hold they are shortened, so that
// everybody is said as far as [Script.Share] reaches.
func (i *groupInput) Say(s *Script) {
	names := i.Senders()
	if len(names) == 0 {
		s.Line("gift.group", Slots{"names": ""})
		return
	}
	for n, part := range s.Share(names) {
		key := "gift.group"
		if n > 0 {
			key = "gift.more"
		}
		s.Line(key, Slots{"names": s.List(part)})
	}
}
