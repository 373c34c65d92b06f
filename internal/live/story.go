package live

import (
	"context"
	"encoding/json"
)

// StoryInput is what a story answers: the wire of the story API.
type StoryInput struct {
	Type string          `json:"type"` // "user_chat", "gift_event", "program_event", "simple_text", or a type that was added
	Data json.RawMessage `json:"data"`
}

// StoryTurn asks a story for one answer. Everything beside Input comes from the program, never from a viewer: a viewer's text
// cannot become a gift or another viewer.
type StoryTurn struct {
	StoryID   string
	TurnID    string // chosen by the caller; a turn asked for twice is answered once, from what was stored. "" makes a new one
	Input     StoryInput
	ViewerID  string // the viewer's key, by which the story remembers; "" for nobody in particular
	SessionID int64  // the session and the event that caused the turn; 0 for none
	Cause     int64
	Language  string // "zh", "en", "vi" or "ja"; "" lets the story decide
	DryRun    bool   // answer, but remember nothing
	Insist    bool   // somebody waits for this very story: nobody answers in its place, and it is asked although it rests

	// Also are further events this turn answers. They are stored with the turn and come back with its answer, so that after a
	// crash nobody is thanked a second time.
	Also []int64
	// Givers are who is thanked, for the viewers' records: one entry for a gift_event, one a viewer for a gift_group. Empty
	// where the caller knows no more than Input and ViewerID say.
	Givers []StoryGiver
}

// StoryGiver is what one viewer gave within a turn.
type StoryGiver struct {
	Seq       int64 // of the event; a gift enters a viewer's record once, whatever turn it comes in. 0 for no event
	ViewerID  string
	Name      string
	GiftName  string
	GiftCount int
	Value     float64
}

// StoryAnswer is a story's answer: one to three clips.
type StoryAnswer struct {
	TurnID    string     `json:"turn_id"`
	Event     StoryInput `json:"event"` // the input, normalised
	Clips     []Clip     `json:"clips"`
	Responder string     `json:"responder"` // "template" or "model"
	TookMS    int64      `json:"took_ms"`
	Fallback  string     `json:"fallback,omitempty"` // why the template spoke in place of the model
	Guarded   []string   `json:"guarded,omitempty"`  // what the guards replaced, each with its reason
	Also      []int64    `json:"-"`                  // of the turn, as it was stored
}

// StoryDelta is what becomes known while a story answers: exactly one field is set.
type StoryDelta struct {
	Text string // a piece of the answer as the model writes it
	Clip *Clip  // a clip, the moment it is whole
}

// What a store keeps of stories (StoryProfile, StoryMessage, StoryMemory, StoryViewer) is in story_records.go: internal/story
// declares the interface it needs in terms of those, internal/db implements it without knowing who asks, and neither imports
// the other.

// Story answers turns. The built-in story and the client of another program's are both one.
type Story interface {
	// Answer answers one turn. It calls progress, if that is not nil, from its own goroutine, before it returns. An error with
	// CodeForbidden says that the guards refused the input; the event then becomes a skip with the error's message.
	Answer(ctx context.Context, t StoryTurn, progress func(StoryDelta)) (StoryAnswer, error)
}
