package live

import (
	"fmt"
	"time"
)

// PinnedByTeam is the Method of a Pin that is our own: a line somebody of the team keeps on top of every desk of the room. TikTok
// knows nothing of it.
const PinnedByTeam = "team"

const pinnedText = 300 // runes kept of what is pinned

// NewPin returns the event that pins an event of the same session for the team, or takes it off again. Its Cause is the number
// of the pinned event.
func NewPin(e Event, action, author string, origin Origin) Event {
	pin := Pin{Action: action, Method: PinnedByTeam, SourceID: e.SourceID, Author: author}
	if action == "pin" {
		pin.Text, pin.PinnedUser = shorten(pinText(e), pinnedText), e.User
	}
	return Event{Kind: KindPin, Origin: origin, Cause: e.Seq, At: time.Now(), Data: pin}
}

func pinText(e Event) string {
	if e.Kind != KindGift {
		return Text(e)
	}
	gift := DataOf[Gift](e)
	return fmt.Sprintf("%s ×%d", gift.Gift.Name, gift.RepeatCount)
}

func shorten(s string, runes int) string {
	r := []rune(s)
	if len(r) <= runes {
		return s
	}
	return string(r[:runes]) + "…"
}

// Pinned returns those of the pin events, in order, that the team has not taken off again.
func Pinned(events []Event) []Event {
	var out []Event
	for _, e := range events {
		pin := DataOf[Pin](e)
		if pin.Method != PinnedByTeam {
			continue
		}
		for i := range out {
			if out[i].Cause == e.Cause {
				out = append(out[:i:i], out[i+1:]...)
				break
			}
		}
		if pin.Action == "pin" {
			out = append(out, e)
		}
	}
	return out
}
