package story

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"showcaller/internal/live"
)

const maxCount = 1_000_000

// giftEvent: a viewer gave something.
var giftEvent = InputType{Name: live.InputGift, Read: func(f *Fields) Input { return &giftInput{readGift(f)} }}

func readGift(f *Fields) live.StoryGift {
	return live.StoryGift{
		Username:  f.Name("username"),
		GiftName:  f.Name("giftName"),
		GiftCount: int(f.Int("giftCount", 1, 1, maxCount)),
		GiftValue: f.Number("giftValue"),
		Message:   f.OptionalText("message", maxText),
		FromChat:  f.Bool("messageFromChat"),
	}
}

type giftInput struct{ live.StoryGift }

func (i *giftInput) Speaker() string { return i.Username }

// Senders is who gave.
func (i *giftInput) Senders() []string {
	if i.Username == "" {
		return nil
	}
	return []string{i.Username}
}

// Voice is the note: the only part of a gift its viewer wrote.
func (i *giftInput) Voice() string { return i.Message }

func (i *giftInput) Clean(g *Guard) { cleanGift(&i.StoryGift, g) }

func cleanGift(gift *live.StoryGift, g *Guard) {
	gift.Username = g.Name(gift.Username)
	gift.GiftName = g.Name(gift.GiftName)
	gift.Message = g.Text(gift.Message)
}

func (i *giftInput) Text() string {
	text := things(i.StoryGift)
	if i.GiftValue != nil {
		text += " (" + number(*i.GiftValue) + ")"
	}
	if i.Message != "" {
		text += ": " + i.Message
	}
	return text
}

func (i *giftInput) Context() string { return giftContext(i.StoryGift) }

func giftContext(g live.StoryGift) string {
	name := g.Username
	if name == "" {
		name = "A viewer"
	}
	text := fmt.Sprintf("%s gave %s.", name, things(g))
	if g.GiftValue != nil {
		text += " Value: " + number(*g.GiftValue) + "."
	}
	switch {
	case g.Message == "":
	case g.FromChat:
		text += " Shortly before, the same viewer wrote in chat: " + g.Message
	default:
		text += " Note with the gift: " + g.Message
	}
	return text
}

func (i *giftInput) Memory() Memory { return MemoryViewer }

// Say thanks, by the gift's tier, and adds what else is known: the note first, because somebody waits for a word on it.
func (i *giftInput) Say(s *Script) {
	slots := Slots{"name": i.Username, "gift": i.GiftName, "count": plural(i.GiftCount)}
	s.Line("gift."+tier(i.StoryGift), slots)
	switch {
	case i.Message != "" && !i.FromChat && utf8.RuneCountInString(i.Message) <= readable:
		s.Line("gift.note", Slots{"note": i.Message})
	case s.Viewer.Gifts > 0:
		s.Line("gift.again", Slots{"name": i.Username})
	}
}

// readable is how many runes of a note the template reads out; of a longer one the host would say half a sentence.
const readable = 60

// tier grades a gift by its value, and one without a value by its count. The bounds are diamonds: one Rose, a Doughnut, Hand
// Hearts, a Galaxy.
func tier(g live.StoryGift) string {
	value := float64(g.GiftCount)
	if g.GiftValue != nil {
		value = *g.GiftValue
	}
	switch {
	case value >= 1000:
		return "huge"
	case value >= 100:
		return "large"
	case value >= 10:
		return "medium"
	}
	return "small"
}

// things is the gift with its count.
func things(g live.StoryGift) string {
	name := g.GiftName
	if name == "" {
		name = "a gift"
	}
	if g.GiftCount > 1 {
		return strconv.Itoa(g.GiftCount) + " × " + name
	}
	return name
}

// plural is a count worth mentioning.
func plural(n int) string {
	if n > 1 {
		return strconv.Itoa(n)
	}
	return ""
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
