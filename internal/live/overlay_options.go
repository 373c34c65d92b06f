package live

// This file is what can be chosen for an overlay, one struct a kind. Options live on the server under the overlay's address, so a
// source that is in OBS already follows each change at once.

// OverlayOptions are the options of one kind: ChatOptions, AlertsOptions, …
type OverlayOptions interface {
	Kind() OverlayKind
	// Appearance returns the part that all kinds share.
	Appearance() OverlayLook
	// Rehearses reports whether simulated and replayed events are shown, or counted, with a visible mark.
	Rehearses() bool
	// Public returns the options without what the page need not know.
	Public() OverlayOptions
	check(w *wrong)
}

// OverlayPreset is a whole look. What OverlayLook leaves empty is the preset's own.
type OverlayPreset string

// The six presets.
const (
	PresetStudio    OverlayPreset = "studio"    // soft dark plates, for any picture
	PresetBroadcast OverlayPreset = "broadcast" // square and bold, like a news ticker
	PresetCandy     OverlayPreset = "candy"     // bright, round, pastel
	PresetNeon      OverlayPreset = "neon"      // lines that glow on black
	PresetPaper     OverlayPreset = "paper"     // ink on warm paper
	PresetBare      OverlayPreset = "bare"      // no plates: text with an outline
)

// OverlayFont is a family of the fonts we serve; each covers Latin, Vietnamese, CJK, Thai and emoji by itself or by what follows it.
type OverlayFont string

// The families.
const (
	FontSans      OverlayFont = "sans"
	FontRounded   OverlayFont = "rounded"
	FontCondensed OverlayFont = "condensed"
	FontSerif     OverlayFont = "serif"
	FontMono      OverlayFont = "mono"
)

// OverlayAnimation is how something comes and goes. All move by transform and opacity only.
type OverlayAnimation string

// The animations.
const (
	AnimationNone  OverlayAnimation = "none"
	AnimationFade  OverlayAnimation = "fade"
	AnimationSlide OverlayAnimation = "slide"
	AnimationRise  OverlayAnimation = "rise"
	AnimationPop   OverlayAnimation = "pop"
	AnimationFlip  OverlayAnimation = "flip"
)

// OverlaySound is one of the sounds a page makes by itself; no file is fetched.
type OverlaySound string

// The sounds.
const (
	SoundNone    OverlaySound = "none"
	SoundChime   OverlaySound = "chime"
	SoundBell    OverlaySound = "bell"
	SoundCoin    OverlaySound = "coin"
	SoundPop     OverlaySound = "pop"
	SoundWhoosh  OverlaySound = "whoosh"
	SoundFanfare OverlaySound = "fanfare"
)

// OverlayAlign is where things stand from left to right.
type OverlayAlign string

// The three of them.
const (
	AlignLeft   OverlayAlign = "left"
	AlignCenter OverlayAlign = "center"
	AlignRight  OverlayAlign = "right"
)

// OverlayAnchor is where things stand from top to bottom.
type OverlayAnchor string

// The three of them.
const (
	AnchorTop    OverlayAnchor = "top"
	AnchorMiddle OverlayAnchor = "middle"
	AnchorBottom OverlayAnchor = "bottom"
)

// OverlayMotion is how much may move.
type OverlayMotion string

// The three of them. Whatever is chosen, nothing flashes more than three times a second.
const (
	MotionFull    OverlayMotion = "full"
	MotionReduced OverlayMotion = "reduced" // opacity only
	MotionSystem  OverlayMotion = "system"  // as the computer that runs OBS is set
)

// OverlayLook is what all kinds share. Empty and missing values are the preset's.
type OverlayLook struct {
	Preset       OverlayPreset    `json:"preset"`
	Language     string           `json:"language,omitempty"` // of the overlay's own words: "en", "vi", "zh", "ja"; empty is English
	Scale        int              `json:"scale"`              // percent of everything, 25 to 400
	Align        OverlayAlign     `json:"align,omitempty"`
	Anchor       OverlayAnchor    `json:"anchor,omitempty"`
	Font         OverlayFont      `json:"font,omitempty"`      //
	FontSize     int              `json:"font_size,omitempty"` // px, 8 to 200
	Weight       int              `json:"weight,omitempty"`    // 300 to 900
	Radius       *int             `json:"radius,omitempty"`    // px, 0 to 80
	Text         string           `json:"text,omitempty"`      // colours: #rrggbb
	SoftText     string           `json:"soft_text,omitempty"` // names, labels
	Accent       string           `json:"accent,omitempty"`    // money, the bar of a goal
	Plate        string           `json:"plate,omitempty"`     // behind text
	PlateOpacity *int             `json:"plate_opacity,omitempty"`
	Edge         string           `json:"edge,omitempty"` // the line around a plate, or around letters
	Animation    OverlayAnimation `json:"animation,omitempty"`
	Speed        int              `json:"speed_ms,omitempty"` // of the animation, 100 to 1000
	Motion       OverlayMotion    `json:"motion,omitempty"`   // empty is full
	CSS          string           `json:"css,omitempty"`      // of the streamer's own, added last
}

// ChatOptions are the options of the chat.
type ChatOptions struct {
	Look         OverlayLook `json:"look"`
	Rehearsal    bool        `json:"rehearsal"`
	MaxLines     int         `json:"max_lines"`  // 1 to 60
	FadeAfter    int         `json:"fade_after"` // seconds a line stays, up to 600; 0 is for ever
	NewestFirst  bool        `json:"newest_first"`
	Avatars      bool        `json:"avatars"`
	Badges       bool        `json:"badges"` // of roles and levels
	Emotes       bool        `json:"emotes"` // as pictures; else their text is left out
	Stickers     bool        `json:"stickers"`
	Events       []Kind      `json:"events"` // beside chat lines: gift, follow, share, join, subscribe, question
	MinDiamonds  int         `json:"min_diamonds"`
	GiftPictures bool        `json:"gift_pictures"`
	Filter       ChatFilter  `json:"filter,omitzero"` // works on the server; the page never gets it
}

// ChatFilter says which lines are not shown. What it hides never leaves the server.
type ChatFilter struct {
	Roles    []string `json:"roles,omitempty"`        // only viewers with one of these; none is everybody
	Viewers  []string `json:"hide_viewers,omitempty"` // handles or ids
	Words    []string `json:"hide_words,omitempty"`   // lines that contain one, whatever the case
	Links    bool     `json:"hide_links,omitempty"`
	Commands bool     `json:"hide_commands,omitempty"` // lines that begin with ! or /
	MaxRunes int      `json:"max_runes,omitempty"`     // longer lines are cut; 0 is TikTok's own limit
}

// AlertsOptions are the options of gift and event alerts.
type AlertsOptions struct {
	Look         OverlayLook `json:"look"`
	Rehearsal    bool        `json:"rehearsal"`
	Rules        []AlertRule `json:"rules"` // of those that fit, the one for this very gift wins, then the one for the most diamonds, then the first
	Timing       AlertTiming `json:"timing"`
	Volume       int         `json:"volume"` // percent, of all sounds
	Avatars      bool        `json:"avatars"`
	GiftPictures bool        `json:"gift_pictures"` // TikTok warns hosts for pictures of gifts
	Bar          bool        `json:"bar"`           // shows how long the alert stays
}

// AlertRule says what gives an alert, and how it looks and sounds. Title and Text are templates: {nickname} {handle} {gift} {count}
// {diamonds} {likes} {months} {text} {room}. They give plain text, whatever viewers are called; empty ones are the overlay's own words.
type AlertRule struct {
	On          Kind             `json:"on"` // gift, subscribe, follow, share, like, join, question
	Enabled     bool             `json:"enabled"`
	MinDiamonds int              `json:"min_diamonds,omitempty"` // of gifts, the whole streak
	GiftID      int64            `json:"gift_id,omitempty"`      // of gifts: only this one
	Every       int64            `json:"every,omitempty"`        // of likes: an alert whenever the room's total passes a multiple
	Title       string           `json:"title,omitempty"`
	Text        string           `json:"text,omitempty"`
	Sound       OverlaySound     `json:"sound"`
	Volume      int              `json:"volume"` // percent of the overlay's
	Accent      string           `json:"accent,omitempty"`
	Animation   OverlayAnimation `json:"animation,omitempty"`
	ShowMS      int              `json:"show_ms,omitempty"` // 0 is Timing's
}

// AlertTiming is how the alert queue works.
type AlertTiming struct {
	ShowMS      int `json:"show_ms"`      // of one alert
	GapMS       int `json:"gap_ms"`       // between two
	LeastMS     int `json:"least_ms"`     // what ShowMS shrinks to while many wait
	ShrinkAbove int `json:"shrink_above"` // waiting alerts from which it shrinks
	Limit       int `json:"limit"`        // waiting alerts; the cheapest leaves first
	KeepSeconds int `json:"keep_seconds"` // how long an alert waits while no page shows the overlay
}

// GoalMetric is what a goal counts.
type GoalMetric string

// The metrics.
const (
	GoalDiamonds GoalMetric = "diamonds"
	GoalLikes    GoalMetric = "likes"
	GoalFollows  GoalMetric = "follows"
	GoalShares   GoalMetric = "shares"
	GoalGift     GoalMetric = "gift" // pieces of one gift
)

// GoalOptions are the options of a goal.
type GoalOptions struct {
	Look      OverlayLook `json:"look"`
	Rehearsal bool        `json:"rehearsal"`
	Metric    GoalMetric  `json:"metric"`
	GiftID    int64       `json:"gift_id,omitempty"`
	Title     string      `json:"title,omitempty"`
	Target    int64       `json:"target"`
	Ladder    []int64     `json:"ladder"` // further targets, each above the one before
	Carry     bool        `json:"carry"`  // goes on in the next session; else that begins at 0
	Numbers   bool        `json:"numbers"`
	Percent   bool        `json:"percent"`
}

// LeaderboardPeriod is what a leaderboard sums.
type LeaderboardPeriod string

// The periods. A session belongs to the day it began on; the one that is open belongs to today, whenever it began.
const (
	PeriodSession LeaderboardPeriod = "session"
	PeriodDay     LeaderboardPeriod = "day"
	PeriodWeek    LeaderboardPeriod = "week" // from Monday
	PeriodAll     LeaderboardPeriod = "all"
)

// LeaderboardMetric is what a leaderboard ranks by.
type LeaderboardMetric string

// The metrics.
const (
	RankDiamonds LeaderboardMetric = "diamonds"
	RankGifts    LeaderboardMetric = "gifts" // pieces
)

// LeaderboardOptions are the options of a leaderboard.
type LeaderboardOptions struct {
	Look      OverlayLook       `json:"look"`
	Rehearsal bool              `json:"rehearsal"`
	Period    LeaderboardPeriod `json:"period"`
	Metric    LeaderboardMetric `json:"metric"`
	Top       int               `json:"top"` // 1 to 20
	Title     string            `json:"title,omitempty"`
	Avatars   bool              `json:"avatars"`
	Values    bool              `json:"values"`
	Zone      string            `json:"zone"` // IANA, for day and week
}

// CounterItem is one of a counter's numbers.
type CounterItem string

// The items.
const (
	CountViewers  CounterItem = "viewers"
	CountPeak     CounterItem = "peak"
	CountLikes    CounterItem = "likes"
	CountDiamonds CounterItem = "diamonds"
	CountGifts    CounterItem = "gifts"
	CountFollows  CounterItem = "follows" // new ones in this session
	CountShares   CounterItem = "shares"
	CountComments CounterItem = "comments"
)

// CounterOptions are the options of the viewer and like counter.
type CounterOptions struct {
	Look      OverlayLook   `json:"look"`
	Rehearsal bool          `json:"rehearsal"`
	Items     []CounterItem `json:"items"` // in this order
	Labels    bool          `json:"labels"`
	Icons     bool          `json:"icons"`
}

// TickerMode is how a ticker shows its events.
type TickerMode string

// The modes.
const (
	TickerLast   TickerMode = "last"   // the newest alone
	TickerList   TickerMode = "list"   // one below the other
	TickerScroll TickerMode = "scroll" // a line that moves
)

// TickerOptions are the options of the last event and the ticker.
type TickerOptions struct {
	Look         OverlayLook `json:"look"`
	Rehearsal    bool        `json:"rehearsal"`
	Mode         TickerMode  `json:"mode"`
	Events       []Kind      `json:"events"` // gift, subscribe, follow, share, join, question
	Max          int         `json:"max"`    // events kept in sight, 1 to 30
	MinDiamonds  int         `json:"min_diamonds"`
	Avatars      bool        `json:"avatars"`
	GiftPictures bool        `json:"gift_pictures"`
}

// ProgramOptions are the options of the program's title, the clock and the countdown.
type ProgramOptions struct {
	Look      OverlayLook `json:"look"`
	Rehearsal bool        `json:"rehearsal"`
	Title     bool        `json:"title"`
	Type      bool        `json:"type"`    // "singing", "chatting", …
	Elapsed   bool        `json:"elapsed"` // since the program began
	Clock     bool        `json:"clock"`
	Zone      string      `json:"zone"` // IANA, of the clock
	Hour12    bool        `json:"hour12"`
	Countdown bool        `json:"countdown"`
	Label     string      `json:"label,omitempty"` // beside the countdown
}

// TimerOptions are the options of a countdown that gifts extend.
type TimerOptions struct {
	Look         OverlayLook `json:"look"`
	Rehearsal    bool        `json:"rehearsal"`
	Title        string      `json:"title,omitempty"`
	StartSeconds int64       `json:"start_seconds"`
	MaxSeconds   int64       `json:"max_seconds"`    // what may be left at once; 0 is no limit
	PerDiamond   float64     `json:"per_diamond"`    // seconds that each diamond adds
	PerFollow    float64     `json:"per_follow"`     //
	PerShare     float64     `json:"per_share"`      //
	PerSubscribe float64     `json:"per_subscribe"`  //
	Per100Likes  float64     `json:"per_100_likes"`  //
	Gifts        []TimerGift `json:"gifts"`          // in place of PerDiamond
	ShowAdded    bool        `json:"show_added"`     // "+30 s" beside the time
	OverText     string      `json:"over,omitempty"` // when no time is left
	Revive       bool        `json:"revive"`         // what adds time starts it again after its end
}

// TimerGift is a gift that adds a time of its own.
type TimerGift struct {
	GiftID  int64   `json:"gift_id"`
	Seconds float64 `json:"seconds"` // a piece
}

// HostSide is where the subtitles stand, seen from the puppet.
type HostSide string

// The sides.
const (
	SideBelow HostSide = "below"
	SideAbove HostSide = "above"
	SideLeft  HostSide = "left"
	SideRight HostSide = "right"
)

// HostOptions are the options of the AI host on stage.
type HostOptions struct {
	Look      OverlayLook `json:"look"`
	Rehearsal bool        `json:"rehearsal"`
	Colours   HostColours `json:"colours,omitzero"`
	Puppet    bool        `json:"puppet"` // else subtitles alone
	Subtitles bool        `json:"subtitles"`
	Side      HostSide    `json:"side"`
	Name      bool        `json:"name"` // the host's name beside the subtitles
	Sound     bool        `json:"sound"`
	Volume    int         `json:"volume"` // percent
}

// HostColours are the puppet's colours, #rrggbb; an empty one is its own.
type HostColours struct {
	Hair   string `json:"hair,omitempty"`
	Eyes   string `json:"eyes,omitempty"`
	Skin   string `json:"skin,omitempty"`
	Outfit string `json:"outfit,omitempty"`
}

// Kind implements OverlayOptions.
func (*ChatOptions) Kind() OverlayKind        { return OverlayChat }
func (*AlertsOptions) Kind() OverlayKind      { return OverlayAlerts }
func (*GoalOptions) Kind() OverlayKind        { return OverlayGoal }
func (*LeaderboardOptions) Kind() OverlayKind { return OverlayLeaderboard }
func (*CounterOptions) Kind() OverlayKind     { return OverlayCounter }
func (*TickerOptions) Kind() OverlayKind      { return OverlayTicker }
func (*ProgramOptions) Kind() OverlayKind     { return OverlayProgram }
func (*TimerOptions) Kind() OverlayKind       { return OverlayTimer }
func (*HostOptions) Kind() OverlayKind        { return OverlayHost }

// Appearance implements OverlayOptions.
func (o *ChatOptions) Appearance() OverlayLook        { return o.Look }
func (o *AlertsOptions) Appearance() OverlayLook      { return o.Look }
func (o *GoalOptions) Appearance() OverlayLook        { return o.Look }
func (o *LeaderboardOptions) Appearance() OverlayLook { return o.Look }
func (o *CounterOptions) Appearance() OverlayLook     { return o.Look }
func (o *TickerOptions) Appearance() OverlayLook      { return o.Look }
func (o *ProgramOptions) Appearance() OverlayLook     { return o.Look }
func (o *TimerOptions) Appearance() OverlayLook       { return o.Look }
func (o *HostOptions) Appearance() OverlayLook        { return o.Look }

// Rehearses implements OverlayOptions.
func (o *ChatOptions) Rehearses() bool        { return o.Rehearsal }
func (o *AlertsOptions) Rehearses() bool      { return o.Rehearsal }
func (o *GoalOptions) Rehearses() bool        { return o.Rehearsal }
func (o *LeaderboardOptions) Rehearses() bool { return o.Rehearsal }
func (o *CounterOptions) Rehearses() bool     { return o.Rehearsal }
func (o *TickerOptions) Rehearses() bool      { return o.Rehearsal }
func (o *ProgramOptions) Rehearses() bool     { return o.Rehearsal }
func (o *TimerOptions) Rehearses() bool       { return o.Rehearsal }
func (o *HostOptions) Rehearses() bool        { return o.Rehearsal }

// Public implements OverlayOptions: whom and what a chat hides is the team's business.
func (o *ChatOptions) Public() OverlayOptions {
	shown := *o
	shown.Filter = ChatFilter{}
	return &shown
}

// Public implements OverlayOptions: alerts come with their texts filled in.
func (o *AlertsOptions) Public() OverlayOptions {
	shown := *o
	shown.Rules = []AlertRule{}
	return &shown
}

// Public implements OverlayOptions.
func (o *GoalOptions) Public() OverlayOptions        { return o }
func (o *LeaderboardOptions) Public() OverlayOptions { return o }
func (o *CounterOptions) Public() OverlayOptions     { return o }
func (o *TickerOptions) Public() OverlayOptions      { return o }
func (o *ProgramOptions) Public() OverlayOptions     { return o }
func (o *TimerOptions) Public() OverlayOptions       { return o }
func (o *HostOptions) Public() OverlayOptions        { return o }
