package live

import (
	"fmt"
	"slices"
	"time"
)

// NewHide returns the event by which somebody of the team hides a message of the same session. Its Cause is the number of the message,
// so that one without an id of TikTok's is hidden too.
func NewHide(message Event, author string, origin Origin) Event {
	gone := Delete{Author: author}
	if message.SourceID != "" {
		gone.SourceIDs = []string{message.SourceID}
	}
	return Event{Kind: KindDelete, Origin: origin, Cause: message.Seq, At: time.Now(), Data: gone}
}

// NewHideViewer returns the event that hides all that a viewer has written in the session so far.
func NewHideViewer(key, author string, origin Origin) Event {
	return Event{Kind: KindDelete, Origin: origin, At: time.Now(), Data: Delete{UserIDs: []string{key}, Author: author}}
}

// Again turns what hides into the event that shows the same again.
func Again(hides Event) Event {
	d := DataOf[Delete](hides)
	d.Shown = true
	hides.Data = d
	return hides
}

// Written reports whether an event is something a viewer wrote, which the team may hide. A gift is not: who paid is thanked.
func Written(e Event) bool { return e.Kind == KindComment || e.Kind == KindQuestion }

// Hides reports whether a Delete event takes an event of its session away. What comes after it stays.
func Hides(gone, e Event) bool { return !DataOf[Delete](gone).Shown && Means(gone, e) }

// HiddenBy returns which of a session's Deletes, in order, hides an event; false if none does any more. The team shows again what it
// hid itself; what TikTok's moderators removed stays removed.
func HiddenBy(deletes []Event, e Event) (Event, bool) {
	shown := false
	for _, gone := range slices.Backward(deletes) {
		switch d := DataOf[Delete](gone); {
		case !Means(gone, e):
		case d.Shown:
			shown = true
		case d.Author == "" || !shown:
			return gone, true
		}
	}
	return Event{}, false
}

// Means reports whether a Delete event is about an event of its session, to hide it or to show it again.
func Means(gone, e Event) bool {
	d := DataOf[Delete](gone)
	switch {
	case gone.Seq < e.Seq, d.Author != "" && !Written(e):
		return false
	case gone.Cause != 0 && gone.Cause == e.Seq, e.SourceID != "" && slices.Contains(d.SourceIDs, e.SourceID):
		return true
	}
	return e.User.Key() != "" && slices.Contains(d.UserIDs, e.User.Key())
}

// replayed is what the Delete of a past session takes away in its replay, where messages are named by where they came from.
func (d Delete) replayed(e Event) Delete {
	if d.SourceIDs = nil; e.Cause != 0 {
		d.SourceIDs = []string{pastName(e.SessionID, e.Cause)}
	}
	return d
}

// pastName names an event of a past session in a replay of it.
func pastName(session, seq int64) string { return fmt.Sprintf("%d/%d", session, seq) }
