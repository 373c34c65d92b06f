package live

import (
	"context"
	"time"
)

// Batch is what a session wants stored at once, or not at all.
type Batch struct {
	SessionID int64
	Room      string
	Events    []Event // their seqs follow the session's last without a hole
	Tally     Tally
	Heard     time.Time // when the batch was put together: a later gap begins no earlier
}

// SessionStore is what a session needs of a store.
type SessionStore interface {
	EventReader
	// Append stores a batch in one transaction. When it returns nil the batch survives the death of the process.
	Append(ctx context.Context, b Batch) error
}

// Store is what the engine needs of a store.
type Store interface {
	SessionStore
	Rooms(ctx context.Context) ([]Room, error)
	SaveRoom(ctx context.Context, r Room) error
	DeleteRoom(ctx context.Context, uniqueID string) error
	// OpenSession returns the session of this LIVE, open, and creates it if there is none.
	OpenSession(ctx context.Context, room string, info RoomInfo, origin Origin, at time.Time) (SessionInfo, error)
	// OpenSessions returns the sessions that were never ended: a crash left them.
	OpenSessions(ctx context.Context) ([]SessionInfo, error)
	EndSession(ctx context.Context, id int64, at time.Time, reason string) error
	Past(ctx context.Context, id int64) (Past, error)
}

// Room is a TikTok host we watch.
type Room struct {
	UniqueID   string
	Nickname   string
	Picture    string
	Wanted     bool // somebody wants it connected: it is waited for, and connected again after a restart
	AutoRecord bool // a LIVE that begins is recorded by itself
	StoryID    string
	Demo       bool
	AddedAt    time.Time
}

// SetAutoRecord turns on or off that each LIVE is recorded by itself. Who turns it on wants the room: nothing looks for the LIVEs
// of one that is not. Turning it off leaves a room connected as it is.
func (r *Room) SetAutoRecord(on bool) {
	r.AutoRecord = on
	r.Wanted = r.Wanted || on
}

// SessionInfo is a session as a list shows it.
type SessionInfo struct {
	ID        int64
	Room      string
	RoomID    string // TikTok's id of the LIVE
	Title     string
	Origin    Origin
	StartedAt time.Time
	EndedAt   time.Time // zero while it is open
	EndReason string
	LastSeq   int64
	LastHeard time.Time // when the newest batch was stored
	Resumed   bool      // it has events from before
}

// Past is what a session must know of what it stored before a restart.
type Past struct {
	LastSeq    int64
	Recent     []Event // the newest events, oldest first: enough to know repeats and streaks again
	LikesTotal map[bool]int64
	Programs   []Event // its program events, oldest first
}

// PastEvents is how many of the newest events Past holds.
const PastEvents = repeatMemory
