package templates

import (
	"time"

	"showcaller/internal/live"
)

// LivePage is the desk of one room: what is going on now.
type LivePage struct {
	Page
	UniqueID  string
	Nickname  string
	Picture   string
	Topic     string // the LIVE's own title
	Demo      bool   // the page counts simulated events too
	Wanted    bool   // shows Disconnect in place of Connect
	Removed   bool   // the room is no longer in the list: there is nothing to connect, and no host to choose
	Health    Health
	SessionID int64 // 0: nothing was ever recorded
	StartedAt time.Time
	Numbers   Numbers
	Gifters   []Gifter      // who gave most, first; may be left out
	Events    []live.Event  // the newest, oldest first
	Pins      []live.Event  // what the team keeps on top, oldest first
	Rehearsal *RehearsalBar // what is shown is a rehearsal: the page counts simulated and replayed events too
	Follow    string        // the socket to follow in place of the room's own
	Host      HostBox
	Program   ProgramDesk
	Stage     StageKey
}

// Gifter is a place in the list of who gave most.
type Gifter struct {
	User     live.User
	Diamonds int64
}

// Numbers are a session's totals, and what is so now.
type Numbers struct {
	Viewers, ViewersPeak        int64
	Diamonds, Gifts             int64
	Comments, CommentsPerMinute int64
	Likes, LikesHere, Joins     int64 // LikesHere: since we listen
	Follows, Shares             int64
}

// Name is what to call the host.
func (v LivePage) Name() string {
	if v.Nickname != "" {
		return v.Nickname
	}
	return "@" + v.UniqueID
}

func (v LivePage) origin() string {
	if v.Demo || v.Rehearsal != nil {
		return "all"
	}
	return ""
}
