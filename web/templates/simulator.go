package templates

import (
	"strconv"
	"time"

	"showcaller/internal/live"
)

// SimulatorPage is the gift simulator without script: a form for one thing, scenarios to run, and past sessions to replay.
type SimulatorPage struct {
	Page
	UniqueID  string
	Nickname  string
	Session   int64 // that takes what is simulated; 0: none is open
	Rehearsal bool  // it is a rehearsal
	Form      SimulatorForm
	Errors    Errors // of the form, by field
	Sent      bool   // the form was sent just now
	Gifts     []live.GiftItem
	Viewers   []string // who was there lately, to choose from
	Scenarios []SimulatorScenario
	Runs      []live.Run
	Past      []PastSession
}

// SimulatorForm is the form as it was filled in.
type SimulatorForm struct {
	Once  string // a secret of this form: what is sent twice happens once
	Kind  string
	Gift  string // an id; "" is the one typed below
	ID    string
	Name  string
	Price string
	Who   string
	Crowd bool
	Text  string
	Count string
	How   string // "once", "streak" or "burst"
	Pace  string // ms
}

// SimulatorScenario is a saved scenario.
type SimulatorScenario struct {
	ID   int64
	Name string
}

// PastSession is a session that can be replayed.
type PastSession struct {
	ID      int64
	At      time.Time
	Length  time.Duration
	Events  int64
	Replays bool // it is a rehearsal or a replay itself
}

// simulatorKinds are what the simulator sends, in the order of its buttons.
var simulatorKinds = []string{"gift", "comment", "like", "follow", "share", "join", "viewers"}

func (v SimulatorPage) path(action string) string { return "/rooms/" + v.UniqueID + "/" + action }

func (v SimulatorPage) name() string {
	if v.Nickname != "" {
		return v.Nickname
	}
	return "@" + v.UniqueID
}

// giftLabel is a gift in a list of words.
func giftLabel(p Page, g live.GiftItem) string {
	return g.Name + " · " + p.Printer.Number(int64(g.DiamondCount)) + " ◆"
}

func (v SimulatorPage) past(s PastSession) string {
	return v.Printer.Date(s.At.In(v.zone())) + " " + v.clock(s.At) + " · " + v.Printer.Duration(s.Length) + " · " + v.t("sim.replay.events", "Count", s.Events)
}

func (v SimulatorPage) described(field string) string {
	return describedBy(field, v.Errors[field] != "", false)
}

// RehearsalBar says on the desk that what it shows is a rehearsal.
type RehearsalBar struct {
	Session int64
	Of      int64   // the session a replay replays; 0 for a rehearsal
	Speed   float64 // of a replay
	Paused  bool
	Open    bool
}

func (b RehearsalBar) state() string {
	switch {
	case !b.Open:
		return "over"
	case b.Of != 0:
		return "replay"
	}
	return "rehearsal"
}

func (b RehearsalBar) text(p Page) string {
	if b.state() == "replay" {
		return p.t("sim.bar.replay", "ID", b.Of, "Speed", strconv.FormatFloat(b.Speed, 'f', -1, 64))
	}
	return p.t("sim.bar." + b.state())
}

func (b RehearsalBar) action(what string) string {
	return "/sessions/" + strconv.FormatInt(b.Session, 10) + "/" + what
}
