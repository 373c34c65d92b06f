package live

import (
	"context"
	"encoding/json"
	"time"
)

// overlayView is what an overlay of one kind makes of a room's events. One goroutine calls it; it has no clock.
type overlayView interface {
	// configure gives it options, of its own kind.
	configure(ctx context.Context, o OverlayOptions) error
	// begin gives it the session to show. It returns the seq after which it wants that session's events.
	begin(ctx context.Context, on airing) (int64, error)
	// hear is told an event. They come in order, each once.
	hear(e Event, now time.Time)
	// tick does what the time asks for; due returns when that is, or the zero time.
	tick(ctx context.Context, now time.Time) error
	due() time.Time
	// state returns what to show now.
	state(now time.Time) OverlayState
	// take returns what came of it since the last time.
	take() viewNews
	// memory returns what must be known after a restart, and recall takes it back; nil where nothing must.
	memory() any
	recall(data json.RawMessage, now time.Time) error
	// control does what somebody asks for.
	control(ctx context.Context, c OverlayCommand, now time.Time) error
	// forget takes a viewer out of what it shows and keeps.
	forget(ctx context.Context, who *Forgotten, now time.Time) error
}

// airing is what a room shows.
type airing struct {
	session SessionInfo // on air now, or the newest of a LIVE; ID 0 if there never was one
	real    SessionInfo // the newest of a LIVE: session itself, unless that is a rehearsal
	log     *Log        // of session
	open    bool        // session is on air
	last    int64       // of session: the newest seq
	resume  int64       // of session: the seq up to which the view has heard it, before a restart too; last if it is older than what was heard
}

// viewNews is what a view wants done.
type viewNews struct {
	save    bool // its memory, before anything is shown
	soon    bool // its memory, within seconds
	frames  []OverlayFrame
	events  []Event     // for chat and ticker
	changed bool        // its state
	anew    bool        // a snapshot is due: what pages show is no longer right
	notes   []Event     // for the session's log
	shown   []time.Time // when alerts that are over came on screen, for the session's review
	stale   bool        // pages that draw nothing are not there
}

// viewBase is what views have in common.
type viewBase struct{ news viewNews }

func (b *viewBase) take() viewNews {
	n := b.news
	b.news = viewNews{}
	return n
}

func (*viewBase) tick(context.Context, time.Time) error               { return nil }
func (*viewBase) due() time.Time                                      { return time.Time{} }
func (*viewBase) memory() any                                         { return nil }
func (*viewBase) recall(json.RawMessage, time.Time) error             { return nil }
func (*viewBase) forget(context.Context, *Forgotten, time.Time) error { return nil }

func (*viewBase) control(context.Context, OverlayCommand, time.Time) error {
	return &Error{Code: CodeConflict, Op: "live.Overlay", Msg: "An overlay of this kind has nothing to control."}
}

// OverlayCommand is something somebody asks of an overlay.
type OverlayCommand struct {
	Do     string    `json:"action"`       // see the kinds' control methods
	ID     string    `json:"id,omitempty"` // of an alert
	Amount int64     `json:"amount,omitempty"`
	At     time.Time `json:"at,omitzero"`
}

func badCommand(do string, known string) error {
	return &Error{
		Code: CodeInvalid, Op: "live.Overlay", Field: "action", Msg: "There is no action “" + do + "” for an overlay of this kind. There are " + known + ".",
	}
}

// wanted reports whether a view that may leave rehearsals out is to take an event in at all.
func wanted(e Event, rehearsals bool) bool {
	return !e.History && (rehearsals || !e.Origin.Rehearsal())
}

// newView returns the view of a kind.
func newView(k OverlayKind, of viewParts) overlayView {
	switch k {
	case OverlayChat:
		return &listView{parts: of}
	case OverlayTicker:
		return &listView{parts: of}
	case OverlayAlerts:
		return &alertsView{parts: of}
	case OverlayGoal:
		return &goalView{parts: of}
	case OverlayCounter:
		return &counterView{parts: of}
	case OverlayLeaderboard:
		return &leaderView{parts: of}
	case OverlayProgram:
		return &programView{parts: of}
	case OverlayTimer:
		return &timerView{parts: of}
	}
	return &hostView{parts: of}
}

// viewParts is what views need of the world.
type viewParts struct {
	store   OverlayStore
	room    string
	words   OverlayWords
	stage   hostStage // of the host; nil for a preview, which has no say
	preview bool
}
