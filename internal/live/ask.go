package live

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// rank orders what waits for the host. The lowest goes first.
type rank int

const (
	rankSay      rank = iota // the operator's own words
	rankProgram              // a change of the show
	rankGift                 // by value
	rankQuestion             // questions and mentions
	rankChat                 // other chat
	rankNotice               // who followed, shared and came
	rankIdle                 // nobody says anything
)

// String returns the word the queue shows.
func (r rank) String() string {
	return [...]string{"say", "program", "gift", "question", "chat", "notice", "idle"}[r]
}

// SkipReason says why something was not answered.
type SkipReason string

const (
	SkipExpired    SkipReason = "expired"    // it waited too long
	SkipBusy       SkipReason = "busy"       // better ones waited
	SkipSuperseded SkipReason = "superseded" // the same viewer wrote a better one
	SkipTooFast    SkipReason = "too_fast"   // the same viewer was answered a moment ago
	SkipMuted      SkipReason = "muted"      // chat, or this viewer, is muted
	SkipPaused     SkipReason = "paused"     // the director is paused
	SkipGuard      SkipReason = "guard"      // the guards refused it
	SkipEmpty      SkipReason = "empty"      // no words: a sticker alone
	SkipHost       SkipReason = "host"       // the streamer wrote it
	SkipFailed     SkipReason = "failed"     // the story could not answer
	SkipOperator   SkipReason = "operator"   // somebody took it out of the queue, or cut the host short
	SkipEnded      SkipReason = "ended"      // the LIVE ended first
	SkipRestart    SkipReason = "restart"    // Showcaller was not running when it was its turn
)

// Limits of the story API on what the bridge passes on.
const (
	nameRunes    = 100
	messageRunes = 2000
)

// ask is something that waits for the host's answer.
type ask struct {
	rank      rank
	seq       int64 // of the event; 0 for what no event caused
	number    int64 // of the operator's words, counted down from -1: they have no seq to be named by
	also      []int64
	since     time.Time // when it was heard
	ready     time.Time // it is not said before: gifts of one viewer are gathered, a failed turn is tried again
	source    string    // TikTok's id of the message; "" where there is none
	viewer    *User     // nil for nobody in particular
	rehearsal bool
	input     string // a type of story input
	data      any    // its data; for gifts it is made when the turn begins
	text      string // in the words of whoever wrote it
	score     int    // of chat: the highest is answered
	givers    []StoryGiver
	note      comment // of a gift: what its viewer wrote shortly before
	parts     []*ask  // of a shared thank-you
	tries     int
	call      *ProgramCall // of a program event: what becomes of it is kept
}

// comment is a viewer's chat line that may go with a gift.
type comment struct {
	seq    int64
	source string // TikTok's id of it; "" where there is none
	viewer *User
	text   string
	at     time.Time
}

// hiddenBy reports whether a Delete takes the comment away.
func (c comment) hiddenBy(gone Event) bool {
	return Hides(gone, Event{Kind: KindComment, Seq: c.seq, SourceID: c.source, User: c.viewer})
}

// value is what the gifts of an ask are worth together.
func (a *ask) value() (sum float64) {
	for _, g := range a.givers {
		sum += g.Value
	}
	return sum
}

// name is what an operator calls the ask by: its seq, or a number below zero for the operator's own words.
func (a *ask) name() int64 {
	if a.rank == rankSay {
		return a.number
	}
	return a.seq
}

// seqs returns every event the ask answers.
func (a *ask) seqs() []int64 {
	if a.seq == 0 {
		return nil
	}
	return append([]int64{a.seq}, a.also...)
}

// hiddenBy reports whether the ask answers something a viewer wrote and a Delete takes away.
func (a *ask) hiddenBy(gone Event) bool {
	return a.chat() && comment{seq: a.seq, source: a.source, viewer: a.viewer}.hiddenBy(gone)
}

// chat reports whether the ask is something a viewer wrote.
func (a *ask) chat() bool { return a.rank == rankQuestion || a.rank == rankChat }

// share makes one thank-you of the gifts of several viewers.
func share(gifts []*ask) *ask {
	if len(gifts) == 1 {
		return gifts[0]
	}
	first := gifts[0]
	group := &ask{rank: rankGift, seq: first.seq, since: first.since, rehearsal: first.rehearsal, input: InputGifts, parts: gifts}
	for i, a := range gifts {
		if i > 0 {
			group.also = append(group.also, a.seq)
		}
		group.also = append(group.also, a.also...)
		group.givers = append(group.givers, a.givers...)
		group.tries = max(group.tries, a.tries)
	}
	return group
}

// storyData returns the data of the story input.
func (a *ask) storyData() any {
	switch {
	case len(a.parts) > 0:
		var group StoryGifts
		for _, part := range a.parts {
			group.Gifts = append(group.Gifts, part.storyGift())
		}
		return group
	case a.rank == rankGift:
		return a.storyGift()
	}
	return a.data
}

// storyGift sums what one viewer gave.
func (a *ask) storyGift() StoryGift {
	value, count := a.value(), 0
	var names []string
	seen := map[string]bool{}
	for _, g := range a.givers {
		count += g.GiftCount
		if g.GiftName != "" && !seen[g.GiftName] {
			seen[g.GiftName] = true
			names = append(names, g.GiftName)
		}
	}
	return StoryGift{
		Username: a.viewerName(), GiftName: cut(strings.Join(names, " + "), nameRunes), GiftCount: min(count, mostPieces), GiftValue: &value,
		Message: a.note.text, FromChat: a.note.text != "",
	}
}

// who names those who are answered.
func (a *ask) who() string {
	if len(a.parts) == 0 {
		return a.viewer.Name()
	}
	names := make([]string, len(a.parts))
	for i, part := range a.parts {
		names[i] = part.viewer.Name()
	}
	return strings.Join(names, ", ")
}

// what says in a few words what is answered.
func (a *ask) what() string {
	if a.rank != rankGift {
		return a.text
	}
	pieces := make([]string, len(a.givers))
	for i, g := range a.givers {
		pieces[i] = strings.TrimSpace(fmt.Sprintf("%s ×%d", g.GiftName, g.GiftCount))
	}
	return cut(strings.Join(pieces, ", "), nameRunes)
}

// mostPieces is the story API's limit on one gift's count.
const mostPieces = 1_000_000

// viewerName is how the story names the viewer. TikTok delivers some gifts without any name: "" leaves it to the story.
func (a *ask) viewerName() string { return cut(a.viewer.Name(), nameRunes) }

// cut shortens a text to so many runes.
func cut(s string, runes int) string {
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return string([]rune(s)[:runes])
}

// isOf reports whether an ask is a viewer's, alone or with others.
func (a *ask) isOf(who *Forgotten) bool {
	return who.Is(a.viewer) || slices.ContainsFunc(a.parts, func(part *ask) bool { return part.isOf(who) })
}
