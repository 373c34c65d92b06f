package live

import (
	"encoding/json"
	"time"
)

// This file holds what a store keeps of stories. The structs live here, not with the story, because the store and the story
// know this package and never each other.

// StoryProfile is a story as its owner wrote it: who the host is, and how it answers.
type StoryProfile struct {
	ID         string
	Name       string // what the host is called
	Language   string // "zh", "en", "vi", "ja", or "" to answer in the viewer's
	Persona    string // who the host is, in the owner's words
	Rules      string // what the host must and must not do
	BlockedIn  []string
	BlockedOut []string
	Responder  string // "template", "model", or "" for the model where one is configured
	Seed       int64  // of the template's choices
	Pacing     StoryPacing
	Budget     StoryBudget
	Paused     bool     // messages are refused and the director rests
	Muted      bool     // the director leaves chat, notices and idle lines alone
	MutedIDs   []string // viewers whose chat gets no answer, by key
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// StoryPacing is who is answered when, in seconds and counts. Zero takes the default.
type StoryPacing struct {
	ChatKept    int `json:"chat_kept,omitempty"`     // comments that may wait while the host speaks
	ChatExpires int `json:"chat_expires,omitempty"`  // a comment that waited longer gets no answer
	ViewerPause int `json:"viewer_pause,omitempty"`  // between two answers to one viewer
	NoticeEvery int `json:"notice_every,omitempty"`  // follows, shares, joins and likes are merged over this time
	GiftMerge   int `json:"gift_merge,omitempty"`    // gifts of one viewer within this time are one
	GiftsAtOnce int `json:"gifts_at_once,omitempty"` // when more wait, they share one thank-you
	IdleFirst   int `json:"idle_first,omitempty"`    // silence before the first idle line; the next ones take twice and four times as long
	IdleLines   int `json:"idle_lines,omitempty"`    // idle lines before the host waits for somebody; -1 for none
}

// StoryBudget bounds what a model may cost. Zero is without a bound.
type StoryBudget struct {
	TurnTokens int `json:"turn_tokens,omitempty"`
	DayTokens  int `json:"day_tokens,omitempty"`
}

// StoryMessage is one turn: what came in and what was answered, stored together or not at all.
type StoryMessage struct {
	ID        int64
	StoryID   string
	TurnID    string // unique within its story
	At        time.Time
	Type      string // of the input
	Speaker   string // the viewer's name, as history shows it; "" for nobody
	ViewerID  string // the viewer's key; "" for nobody in particular
	Text      string // what history and search hold of the input
	GiftName  string // of a gift_event
	GiftCount int
	Value     float64         // of a gift
	Input     json.RawMessage // the input, normalised: the JSON of a StoryInput
	Clips     []Clip
	Responder string
	Fallback  string   // why the template spoke in place of the model
	Guarded   []string // what the guards replaced, each with its reason
	TookMS    int64
	TokensIn  int
	TokensOut int
	SessionID int64 // the session and the event that caused the turn; 0 for none
	Cause     int64
	Recall    bool         // Text may be recalled later
	Also      []int64      // further events the turn answers
	Givers    []StoryGiver // who gave what: each enters its viewer's record; empty: what GiftCount and Value say is ViewerID's
}

// StoryMemory is a message that a search of the story's memory found.
type StoryMemory struct {
	ID       int64 // of the message
	At       time.Time
	Type     string
	Speaker  string
	ViewerID string
	Text     string
	Answer   string // what the host said to it
}

// StoryViewer is what a story knows of one viewer.
type StoryViewer struct {
	ViewerID  string
	Name      string // the last one
	Gifts     int64  // pieces
	Value     float64
	FirstGift time.Time
	LastGift  time.Time
	Visits    int64 // sessions the viewer wrote or gave in
}
