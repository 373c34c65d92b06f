package templates

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"showcaller/internal/live"
)

// OverlaysPage lists the overlays room by room, and has forms for another one.
type OverlaysPage struct {
	Page
	Groups    []OverlayRoom
	Total     int
	Rooms     []StoryChoice // ID is the unique_id
	New       OverlayNew
	Errors    Errors // name, room, kind; file and file_room of the import
	FileRoom  string // the room typed into the import
	LiveQuery string // of the address of what moves
	Once      string
}

// OverlayNew is the form for another overlay, as it was filled in.
type OverlayNew struct {
	Name, Room string
	Kind       live.OverlayKind
}

// OverlayRoom is a room's overlays.
type OverlayRoom struct {
	ID, Name string
	Cards    []OverlayCard
}

// OverlayCard is an overlay at a glance: what to type into OBS, and whether OBS shows it.
type OverlayCard struct {
	ID      int64
	Kind    live.OverlayKind
	Room    string
	Name    string // "" for none
	Size    live.OverlaySize
	Revoked bool
	Base    string // what stands before the address's secret
	State   string // never, away, hidden, shown or on_air
	Pages   int    // connected now
	Seen    live.OverlaySeen
	SeenAt  time.Time // zero: no page ever was there
	Drawn   string    // the test a page drew last
	DrawnAt time.Time
	Tested  string // the test that was just sent, and may not be drawn yet; "" for none
}

func (c OverlayCard) path(rest string) string {
	return "/overlays/" + strconv.FormatInt(c.ID, 10) + rest
}

// Title is what to call it.
func (c OverlayCard) Title(p Page) string {
	if c.named() {
		return c.Name
	}
	return p.t("stage.kind." + string(c.Kind))
}

func (c OverlayCard) named() bool { return strings.TrimSpace(c.Name) != "" }

func (c OverlayCard) key() string { return strconv.FormatInt(c.ID, 10) }

// state is "revoked" where there is no address; else whether a page shows it.
func (c OverlayCard) state() string {
	if c.Revoked {
		return "revoked"
	}
	return c.State
}

func (c OverlayCard) tone() string {
	switch c.state() {
	case "on_air":
		return "go"
	case "shown":
		return "ready"
	case "hidden":
		return "wait"
	case "revoked":
		return "hold"
	}
	return "none"
}

// size is what to type into OBS.
func (c OverlayCard) size() string {
	return strconv.Itoa(c.Size.Width) + " × " + strconv.Itoa(c.Size.Height)
}

// seenSize is how large the page last was, if it differs from what was to be typed.
func (c OverlayCard) seenSize() string {
	return strconv.Itoa(c.Seen.Width) + " × " + strconv.Itoa(c.Seen.Height)
}

func (c OverlayCard) wrongSize() bool {
	return c.Seen.OBS != "" && c.Seen.Width > 0 && (c.Seen.Width != c.Size.Width || c.Seen.Height != c.Size.Height)
}

// program is what shows the page: OBS and its browser plugin's version, or a browser.
func (c OverlayCard) program(p Page) string {
	if c.Seen.OBS == "" {
		return p.t("ov.browser")
	}
	return p.t("ov.obs", "Version", c.Seen.OBS)
}

// doing is what OBS does with what it shows; "" where it does not say, or nobody asks it now.
func (c OverlayCard) doing() string {
	streams, records := c.Seen.Streaming, c.Seen.Recording
	switch {
	case c.Pages == 0 || streams == nil && records == nil:
		return ""
	case isSo(streams) && isSo(records):
		return "streams_records"
	case isSo(streams):
		return "streams"
	case isSo(records):
		return "records"
	}
	return "idle"
}

func isSo(told *bool) bool { return told != nil && *told }

// waits reports whether a test was sent that no page has drawn yet.
func (c OverlayCard) waits() bool { return c.Tested != "" && c.Tested != c.Drawn }

// liveQuery is what the live part of the card has to know: whose drawing is waited for, and the secret of the page's forms.
func (c OverlayCard) liveQuery(once string) string {
	q := url.Values{"once": {once}}
	if c.Tested != "" {
		q.Set("tested", c.key()+":"+c.Tested)
	}
	return "?" + q.Encode()
}

// onLoopback reports whether the address leads to this very computer, where TikTok LIVE Studio refuses to look.
func (c OverlayCard) onLoopback() bool {
	u, err := url.Parse(c.Base)
	if err != nil {
		return false
	}
	host := u.Hostname()
	return host == "localhost" || strings.HasPrefix(host, "127.") || host == "::1"
}

var overlayIcons = map[live.OverlayKind]string{
	live.OverlayChat: "message-square", live.OverlayAlerts: "gift", live.OverlayGoal: "target", live.OverlayLeaderboard: "trophy", live.OverlayCounter: "users",
	live.OverlayTicker: "radio", live.OverlayProgram: "list-checks", live.OverlayTimer: "timer", live.OverlayHost: "sparkles",
}

// OverlayPage is the editor of one overlay.
type OverlayPage struct {
	Page
	OverlayCard
	Form         OverlayForm
	Saved        bool
	Made         bool   // it is new
	Secret       string // its address, shown because somebody asked for it
	AddressError string // why it cannot be shown
	Preview      string // the address of the preview
	Demo         bool   // the preview shows the demo room's events
	HasDemo      bool   // there is a demo room, and it is not the overlay's own
	Gifts        []live.GiftItem
	Now          OverlayNow
	Once         string
	Silent       bool      // a host without a voice: no speech server is configured
	VoiceFailed  time.Time // when a host's speech server failed; zero if it works
}

// OverlayNow is what an overlay shows at this moment, and why something that was asked of it was not done.
type OverlayNow struct {
	Queue  *live.AlertQueue  // of alerts
	State  live.OverlayState // of all others
	Notice string
	Amount string // as typed
}

// shownAlerts are the last alerts that are over.
func (n OverlayNow) shownAlerts() []live.AlertRecord {
	return n.Queue.History[:min(len(n.Queue.History), 8)]
}

// controlled reports whether there is something to control in a kind.
func controlled(kind live.OverlayKind) bool {
	switch kind {
	case live.OverlayAlerts, live.OverlayGoal, live.OverlayTimer, live.OverlayProgram:
		return true
	}
	return false
}

// alertText is an alert in a line.
func alertText(a live.Alert) string {
	text := strings.TrimSpace(a.Title + " · " + a.Text)
	if a.Count > 1 {
		text += " ×" + strconv.Itoa(a.Count)
	}
	return text
}

// fateTone is the colour of what became of an alert.
func fateTone(f live.AlertFate) string {
	switch f {
	case live.AlertShown:
		return "go"
	case live.AlertSkipped, live.AlertCleared:
		return "none"
	}
	return "hold"
}

// goalDone is how much of a goal's step is done, as a progress element takes it.
func goalDone(s live.GoalState) string {
	if s.Target <= s.From {
		return "1"
	}
	done := float64(s.Value-s.From) / float64(s.Target-s.From)
	return strconv.FormatFloat(min(1, max(0, done)), 'f', 3, 64)
}

// timerLeft is the time left of a timer.
func timerLeft(s live.TimerState, now time.Time) time.Duration {
	left := time.Duration(s.LeftMS) * time.Millisecond
	if s.Running {
		left = time.UnixMilli(s.EndsMS).Sub(now)
	}
	return max(0, left)
}

// StageKey is the desk's key that clears the screen.
type StageKey struct {
	Overlays bool // the room has overlays that it would clear
	Stopped  bool // alert queues are paused
}
