package live

import "encoding/json"

// This file is what an overlay's socket carries, in both directions. docs/overlays.md describes it for those who write pages.

// OverlayFrame is a message to an overlay's page. On the wire it has the key type in front of its own.
type OverlayFrame interface{ FrameType() string }

// EncodeFrame returns a frame as it goes over the wire.
func EncodeFrame(f OverlayFrame) ([]byte, error) {
	body, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	head := `{"type":"` + f.FrameType() + `"`
	if len(body) > 2 {
		head += ","
	}
	return append([]byte(head), body[1:]...), nil
}

// OverlayHello is the first frame of every connection.
type OverlayHello struct {
	Build     string `json:"build"`                // of the server: a page that has another one loads itself anew
	NowMS     int64  `json:"now_ms"`               // the server's clock, milliseconds since 1970
	SessionID int64  `json:"session_id,omitempty"` // the session shown; missing while the room never had one
	Last      int64  `json:"last"`                 // the newest seq that what follows has in it
	Preview   bool   `json:"preview,omitempty"`    // of the panel: not on air, makes no sound, is not counted as a page
}

// OverlaySetup is the kind and the options: at once, and whenever they change.
type OverlaySetup struct {
	Kind    OverlayKind    `json:"kind"`
	Room    string         `json:"room"`
	Size    OverlaySize    `json:"size"`
	Options OverlayOptions `json:"options"`
}

// OverlaySnapshot is all a page must know to show the right picture now. It follows hello and setup, and comes again where a page
// fell behind or another session began. The page forgets what it showed before, but for lines and alerts with the same number or id.
type OverlaySnapshot struct {
	Kind  OverlayKind  `json:"kind"`
	State OverlayState `json:"state"`
}

// OverlayChange is a new state in place of the last one: of goal, leaderboard, counter, program, timer, and of a paused alert queue.
type OverlayChange struct {
	Kind  OverlayKind  `json:"kind"`
	State OverlayState `json:"state"`
}

// OverlayEvents are new events, for chat and ticker. Of chat, delete events say what to take away.
type OverlayEvents struct {
	SessionID int64   `json:"session_id"`
	Last      int64   `json:"last"`
	Events    []Event `json:"events"`
}

// Alert is one alert. Title and Text are plain text.
type Alert struct {
	ID        string           `json:"id"`
	On        Kind             `json:"on"`
	Title     string           `json:"title"`
	Text      string           `json:"text,omitempty"`
	User      *User            `json:"user,omitempty"`
	Gift      *GiftItem        `json:"gift,omitempty"`
	Count     int              `json:"count,omitempty"`    // pieces of the gift
	Diamonds  int64            `json:"diamonds,omitempty"` // of all pieces
	Sound     OverlaySound     `json:"sound"`
	Volume    int              `json:"volume"` // percent, the overlay's own included
	Accent    string           `json:"accent,omitempty"`
	Animation OverlayAnimation `json:"animation,omitempty"`
	Rehearsal bool             `json:"rehearsal,omitempty"` // simulated or replayed: shown with a mark
	Test      bool             `json:"test,omitempty"`      // sent by "send a test": shown with a mark
	Again     bool             `json:"again,omitempty"`     // somebody let it show once more
	At        string           `json:"at"`
}

// AlertAction is what a page does with an alert.
type AlertAction string

// The actions.
const (
	AlertShow   AlertAction = "show"   // begin; an id that is on screen already stays where it is
	AlertUpdate AlertAction = "update" // the one on screen: its streak grew, or its time changed
	AlertEnd    AlertAction = "end"    // take it away; it had its time, or somebody skipped it
)

// OverlayAlert shows, changes or takes away the alert on screen. There is never more than one.
type OverlayAlert struct {
	Action  AlertAction `json:"action"`
	ID      string      `json:"id"`
	Alert   *Alert      `json:"alert,omitempty"`    // of show and update
	ShownMS int64       `json:"shown_ms,omitempty"` // how long it has been on screen
	LeftMS  int64       `json:"left_ms,omitempty"`  // how long it stays; end comes then
	Waiting int         `json:"waiting"`            // how many wait behind it
}

// ClipAction is what the host does.
type ClipAction string

// The actions.
const (
	ClipPlay ClipAction = "clip"
	ClipStop ClipAction = "stop" // fall silent at once
)

// OverlayClip has the host say one clip, or fall silent.
type OverlayClip struct {
	Action     ClipAction `json:"action"`
	Turn       string     `json:"turn,omitempty"`
	Clip       int        `json:"clip"`               // from 0
	Clips      int        `json:"clips"`              // of this turn
	FaceID     string     `json:"face_id,omitempty"`  // neutral happy angry sad relaxed surprised shy thinking
	BodyID     string     `json:"body_id,omitempty"`  // idle wave nod bow clap cheer think point heart
	Speech     string     `json:"speech,omitempty"`   // the subtitle
	Language   string     `json:"language,omitempty"` // BCP 47, where it is known
	Host       string     `json:"host,omitempty"`     // the host's name
	DurationMS int64      `json:"duration_ms,omitempty"`
	ShownMS    int64      `json:"shown_ms,omitempty"`  // a page that comes late begins here
	Sound      string     `json:"sound,omitempty"`     // address of a WAV, relative to the page's; missing without speech
	Envelope   []int      `json:"envelope,omitempty"`  // loudness for the mouth, 0 to 100, one number per 20 ms
	Timed      bool       `json:"timed,omitempty"`     // there is no voice: the mouth moves by the length of the text
	Rehearsal  bool       `json:"rehearsal,omitempty"` // answers something simulated or replayed
}

// OverlayTest shows that the page works: a mark, or sample content, for some seconds. The page answers with drawn and this id.
// Alerts get no test frame but an alert with test set.
type OverlayTest struct {
	ID     string `json:"id"`
	ShowMS int64  `json:"show_ms"`
}

// OverlayBeat comes every 15 seconds: a page that has heard nothing for 40 has lost its connection, whatever its browser thinks.
type OverlayBeat struct {
	NowMS int64 `json:"now_ms"` // the server's clock
}

// OverlayBye says that the server closes the socket.
type OverlayBye struct {
	Retry   int  `json:"retry"`             // ms after which to come back
	Revoked bool `json:"revoked,omitempty"` // this address is no longer any overlay's: show nothing
}

// FrameType implements OverlayFrame.
func (OverlayHello) FrameType() string    { return "hello" }
func (OverlaySetup) FrameType() string    { return "overlay" }
func (OverlaySnapshot) FrameType() string { return "snapshot" }
func (OverlayChange) FrameType() string   { return "state" }
func (OverlayEvents) FrameType() string   { return "events" }
func (OverlayAlert) FrameType() string    { return "alert" }
func (OverlayClip) FrameType() string     { return "host" }
func (OverlayTest) FrameType() string     { return "test" }
func (OverlayBeat) FrameType() string     { return "beat" }
func (OverlayBye) FrameType() string      { return "bye" }

// OverlayAck is what a page sends when it has played a clip of the host to its end.
type OverlayAck struct {
	Turn string `json:"turn"`
	Clip int    `json:"clip"`
}

// OverlayDrawn is what a page sends when it has drawn an alert or a test, in the frame after. A page that is told to show an alert
// whose time it has shown already, before the connection was lost, sends it with Done and shows nothing.
type OverlayDrawn struct {
	ID   string `json:"id"`
	Done bool   `json:"done,omitempty"`
}

// OverlaySeen is what a page sends about itself: after hello, and when something of it changes. All but the size is OBS's to know.
type OverlaySeen struct {
	Width     int    `json:"width"`
	Height    int    `json:"height"`
	OBS       string `json:"obs,omitempty"` // window.obsstudio.pluginVersion; missing outside OBS
	Visible   *bool  `json:"visible,omitempty"`
	Active    *bool  `json:"active,omitempty"` // in the program, not only in a preview
	Scene     string `json:"scene,omitempty"`
	Streaming *bool  `json:"streaming,omitempty"`
	Recording *bool  `json:"recording,omitempty"`
}

// OverlayState is what an overlay of one kind shows: ChatState, AlertsState, …
type OverlayState interface{ stateOf() OverlayKind }

// ChatState are the newest lines that are still to be seen, the oldest first.
type ChatState struct {
	SessionID int64   `json:"session_id,omitempty"`
	Events    []Event `json:"events"`
}

// AlertsState is what the queue does.
type AlertsState struct {
	Paused  bool          `json:"paused,omitempty"`
	Now     *OverlayAlert `json:"now,omitempty"` // with action show
	Waiting int           `json:"waiting"`
}

// GoalState is how far a goal is.
type GoalState struct {
	Title     string     `json:"title"`
	Metric    GoalMetric `json:"metric"`
	Gift      *GiftItem  `json:"gift,omitempty"`
	Value     int64      `json:"value"`
	From      int64      `json:"from"`   // where this step of the ladder begins; 0 for the first
	Target    int64      `json:"target"` // of this step
	Step      int        `json:"step"`   // from 1
	Steps     int        `json:"steps"`
	Reached   bool       `json:"reached,omitempty"` // all of it
	Rehearsal bool       `json:"rehearsal,omitempty"`
}

// Leader is a place on a leaderboard.
type Leader struct {
	Rank      int   `json:"rank"`
	User      User  `json:"user"`
	Value     int64 `json:"value"`
	Rehearsal bool  `json:"rehearsal,omitempty"`
}

// LeaderboardState are the first ones, the best first.
type LeaderboardState struct {
	Title     string            `json:"title"`
	Period    LeaderboardPeriod `json:"period"`
	Metric    LeaderboardMetric `json:"metric"`
	Leaders   []Leader          `json:"leaders"`
	Rehearsal bool              `json:"rehearsal,omitempty"`
}

// CounterState are the numbers, by item; one that is unknown is missing.
type CounterState struct {
	Live      bool             `json:"live"` // the session is open
	Values    map[string]int64 `json:"values"`
	Rehearsal bool             `json:"rehearsal,omitempty"`
}

// TickerState are the last events, the oldest first.
type TickerState struct {
	SessionID int64   `json:"session_id,omitempty"`
	Events    []Event `json:"events"`
}

// ProgramState is the program that is on. Clocks run in the page, by the difference of its clock and now_ms.
type ProgramState struct {
	Name        string `json:"name"` // "" while no program is on
	Type        string `json:"program_type,omitempty"`
	Paused      bool   `json:"paused,omitempty"`
	StartedMS   int64  `json:"started_ms,omitempty"` // of the clock, as if it had never been paused
	ElapsedMS   int64  `json:"elapsed_ms,omitempty"` // while it is paused
	CountdownMS int64  `json:"countdown_ms,omitempty"`
	Label       string `json:"label,omitempty"`
	Rehearsal   bool   `json:"rehearsal,omitempty"`
}

// TimerState is a countdown that gifts extend.
type TimerState struct {
	Title     string `json:"title,omitempty"`
	Running   bool   `json:"running"`
	EndsMS    int64  `json:"ends_ms,omitempty"` // while it runs
	LeftMS    int64  `json:"left_ms,omitempty"` // while it stands
	AddedMS   int64  `json:"added_ms"`          // by the newest events
	AddedBy   string `json:"added_by,omitempty"`
	TotalMS   int64  `json:"total_ms"` // added since it was reset
	Over      bool   `json:"over,omitempty"`
	OverText  string `json:"over_text,omitempty"`
	Rehearsal bool   `json:"rehearsal,omitempty"`
}

// HostState is the clip being said.
type HostState struct {
	Clip *OverlayClip `json:"clip,omitempty"`
}

func (ChatState) stateOf() OverlayKind        { return OverlayChat }
func (AlertsState) stateOf() OverlayKind      { return OverlayAlerts }
func (GoalState) stateOf() OverlayKind        { return OverlayGoal }
func (LeaderboardState) stateOf() OverlayKind { return OverlayLeaderboard }
func (CounterState) stateOf() OverlayKind     { return OverlayCounter }
func (TickerState) stateOf() OverlayKind      { return OverlayTicker }
func (ProgramState) stateOf() OverlayKind     { return OverlayProgram }
func (TimerState) stateOf() OverlayKind       { return OverlayTimer }
func (HostState) stateOf() OverlayKind        { return OverlayHost }
