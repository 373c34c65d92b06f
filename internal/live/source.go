package live

import (
	"context"
	"time"
)

// A Source brings the events of one room: TikTok's socket, the simulator, a past session.
type Source interface {
	// Listen connects to the room called name and hands what happens to l until the LIVE ends, nothing more can be done, or
	// ctx ends. It reconnects by itself. It returns nil when the LIVE ended, ctx's error when that ended, and otherwise an
	// *Error whose Reason says why there is nothing to listen to (offline, not_found, sign_auth, …) and whose RetryAt says
	// when to ask again.
	Listen(ctx context.Context, name string, l Listener) error
}

// A Listener is told what a Source does and hears. Calls come from one goroutine at a time.
type Listener interface {
	// Progress reports a change of the connection, for the health line. It never blocks.
	Progress(p Progress)
	// Connected is called each time a socket is open, before its first event. The same RoomID goes on with the session at
	// hand, another one begins a new session.
	Connected(ctx context.Context, at time.Time, room RoomInfo) error
	// Events delivers what arrived, in order, without seq. It blocks while the log is busy: that is the back-pressure.
	Events(ctx context.Context, events []Event) error
	// Disconnected is called when an open socket is gone. lastHeard is when the last byte arrived: a gap begins there.
	Disconnected(ctx context.Context, lastHeard time.Time, err error) error
}

// RoomInfo is what is known about a LIVE when its socket opens. Everything but RoomID may be empty.
type RoomInfo struct {
	UniqueID  string
	RoomID    string // decimal
	Title     string
	Host      User
	StartedAt time.Time
	Paused    *bool  // by the host; the LIVE goes on. nil: TikTok did not tell
	Way       string // "direct" or "sign"
}

// Progress is a change of a connection's state.
type Progress struct {
	State   ConnState
	Way     string    // "direct" or "sign", once known
	Err     error     // why, for ConnRetrying and ConnFailed
	RetryAt time.Time // when the next attempt comes
	Heard   time.Time // when the last byte arrived
	Quota   *Quota    // of the sign server, where it told
	Skew    time.Duration
	Paused  *bool              // by the host, where it was asked again; nil: it was not
	Unknown map[string]Unknown // messages by method that no event was made of; nil if unchanged
}

// ConnState is what a connection does.
type ConnState string

const (
	ConnLooking    ConnState = "looking"    // asking TikTok whether the room is live
	ConnConnecting ConnState = "connecting" // getting a socket
	ConnLive       ConnState = "live"       // a socket is open
	ConnSilent     ConnState = "silent"     // a socket is open and nothing has come for a while
	ConnRetrying   ConnState = "retrying"   // waiting for the next attempt
)

// Quota is what a sign server allows.
type Quota struct {
	Limit     int       `json:"limit"`
	Remaining int       `json:"remaining"`
	ResetAt   time.Time `json:"reset_at"`
}

// Unknown counts messages of a method that no event is made of.
type Unknown struct {
	Count  int64  `json:"count"`
	Failed int64  `json:"failed"`           // of those, how many could not be decoded
	Sample string `json:"sample,omitempty"` // the first one, hex, cut to 512 bytes
}

// Attempts remembers when a room or a sign server was last asked, across restarts, so that a crash loop cannot eat a quota.
type Attempts interface {
	// Record notes an attempt of the given kind ("sign", "direct", …).
	Record(ctx context.Context, kind string, at time.Time) error
	// Since returns the times of the attempts of that kind after a moment, oldest first.
	Since(ctx context.Context, kind string, after time.Time) ([]time.Time, error)
}
