package live

import "time"

// OverlayKind is what an overlay shows.
type OverlayKind string

// The nine kinds.
const (
	OverlayChat        OverlayKind = "chat"
	OverlayAlerts      OverlayKind = "alerts"
	OverlayGoal        OverlayKind = "goal"
	OverlayLeaderboard OverlayKind = "leaderboard"
	OverlayCounter     OverlayKind = "counter"
	OverlayTicker      OverlayKind = "ticker"  // the last event, or the last few
	OverlayProgram     OverlayKind = "program" // title, clock, countdown
	OverlayTimer       OverlayKind = "timer"   // a countdown that gifts extend
	OverlayHost        OverlayKind = "host"    // the AI host on stage
)

// OverlayKinds returns all kinds in the order of lists.
func OverlayKinds() []OverlayKind {
	return []OverlayKind{
		OverlayChat, OverlayAlerts, OverlayGoal, OverlayLeaderboard, OverlayCounter, OverlayTicker, OverlayProgram, OverlayTimer, OverlayHost,
	}
}

// Valid reports whether k is one of the kinds.
func (k OverlayKind) Valid() bool { return newOptions(k) != nil }

// OverlaySize is what to type into OBS.
type OverlaySize struct {
	Width  int `json:"width"`
	Height int `json:"height"`
	FPS    int `json:"fps"`
}

// Size returns the size a kind is made for: 60 frames a second where things move, 30 where they stand.
func (k OverlayKind) Size() OverlaySize {
	switch k {
	case OverlayChat:
		return OverlaySize{600, 800, 30}
	case OverlayAlerts:
		return OverlaySize{1920, 1080, 60}
	case OverlayGoal:
		return OverlaySize{700, 130, 30}
	case OverlayLeaderboard:
		return OverlaySize{420, 640, 30}
	case OverlayCounter:
		return OverlaySize{700, 110, 30}
	case OverlayTicker:
		return OverlaySize{800, 130, 30}
	case OverlayProgram:
		return OverlaySize{700, 180, 30}
	case OverlayTimer:
		return OverlaySize{520, 180, 30}
	}
	return OverlaySize{800, 900, 60} // the host
}

// Overlay is a page for OBS, opened by a secret URL, that shows one thing of one room.
type Overlay struct {
	ID        int64
	Kind      OverlayKind
	Room      string // a unique_id
	Name      string // for the team; the audience never sees it
	Size      OverlaySize
	Options   OverlayOptions
	CreatedAt time.Time
	ChangedAt time.Time
}
