package live

// This file is the vocabulary of `data`, one struct a kind. Keys of the seed document are never renamed or dropped.

// Connect: a socket to the room is open.
type Connect struct {
	UniqueID string `json:"unique_id"`
	RoomID   string `json:"room_id"`
	Title    string `json:"title,omitempty"`
	Way      string `json:"way,omitempty"` // "direct" or "sign": how the socket was reached; "rehearsal" where there is none
}

// Comment is a chat line; with Stickers and no text it is a sticker alone.
type Comment struct {
	Comment  string   `json:"comment"`
	Language string   `json:"language,omitempty"` // TikTok's guess, BCP 47
	ReplyTo  *User    `json:"reply_to,omitempty"`
	Emotes   []Emote  `json:"emotes,omitempty"`   // inside the text
	Stickers []string `json:"stickers,omitempty"` // picture URLs of a sticker sent without text
}

// Emote is a small picture inside a comment.
type Emote struct {
	ID    string `json:"id"`
	Index int    `json:"index"` // runes before it
	Image string `json:"image_url,omitempty"`
}

// Gift is one tap, a growing streak (Streaking) or a finished gift. Only a finished one counts.
type Gift struct {
	Gift          GiftItem `json:"gift"`
	RepeatCount   int      `json:"repeat_count"`   // pieces so far in this streak, those of a multi-send included
	TotalDiamonds int      `json:"total_diamonds"` // Gift.DiamondCount × RepeatCount
	Streaking     bool     `json:"streaking"`
	StreakID      string   `json:"streak_id,omitempty"` // TikTok's group_id: the sender's clock at the first tap, in ms
	ClosedBy      string   `json:"closed_by,omitempty"` // "timeout" or "session_end" where TikTok sent no end
	Booked        int      `json:"already_booked,omitempty"`
	ToUser        *User    `json:"to_user,omitempty"` // a guest who received it in place of the host
}

// GiftItem is an entry of the gift catalogue.
type GiftItem struct {
	ID           int64  `json:"id"`
	Name         string `json:"name"`
	DiamondCount int    `json:"diamond_count"` // price of one
	ImageURL     string `json:"image_url,omitempty"`
	Streakable   bool   `json:"streakable"`
	Type         int    `json:"type"`              // 1 streakable; 2, 4 and others final at once
	Unknown      bool   `json:"unknown,omitempty"` // TikTok sent no name or price and the catalogue has none: worth at least 0
}

// Like is one batch of taps of one viewer. Batches are thinned out in busy rooms; the total is exact.
type Like struct {
	Count      int   `json:"count"`
	TotalLikes int64 `json:"total_likes"`
}

// Join: a viewer came in. Thinned out in busy rooms: a count of joins is a lower bound.
type Join struct {
	Anonymous bool  `json:"anonymous,omitempty"` // a visitor of the web page who is not signed in
	Viewers   int64 `json:"viewers,omitempty"`   // in the room at that moment, as TikTok sampled it
}

// Follow: a viewer follows the host now.
type Follow struct {
	Followers int64 `json:"follower_count,omitempty"` // the host's new total
}

// Share: a viewer passed the LIVE on.
type Share struct {
	Joined int `json:"joined,omitempty"` // viewers who came through that share, where TikTok says so
}

// LiveEnd: the LIVE is over. Not the same as Disconnect.
type LiveEnd struct {
	Reason string `json:"reason,omitempty"` // "host", "suspended" (TikTok ended it), "not_alive" (found by asking), "rehearsal_…"
	Tips   string `json:"tips,omitempty"`   // TikTok's words to the audience
}

// Disconnect: the socket is gone.
type Disconnect struct {
	Cause  string `json:"cause,omitempty"` // a Reason of this package, "ended" or "stopped"
	Detail string `json:"detail,omitempty"`
}

// Viewers is TikTok's counter, every two seconds.
type Viewers struct {
	Viewers   int64    `json:"viewers"`       // now
	Total     int64    `json:"total_viewers"` // everyone since the start
	Anonymous int64    `json:"anonymous,omitempty"`
	Top       []Ranked `json:"top,omitempty"` // at most 16
}

// Ranked is a place in TikTok's list of top viewers; two of three carry nothing but the id.
type Ranked struct {
	Rank  int64 `json:"rank"`
	Score int64 `json:"score"`
	User  *User `json:"user,omitempty"`
}

// Subscribe: a paid subscription began, went on, was given away or became a super fan's.
type Subscribe struct {
	Months int    `json:"months,omitempty"`
	Via    string `json:"via"` // "notify", "barrage", "member", "superfan": which of TikTok's messages told us
	Gifted int    `json:"gifted,omitempty"`
}

// Question was put through TikTok's Q&A box.
type Question struct {
	QuestionID string `json:"question_id"`
	Question   string `json:"question"`
}

// LivePause: the host paused, or left the app.
type LivePause struct {
	By string `json:"by,omitempty"` // "anchor_pause" (the button) or "app_pause" (the app went to the background)
}

// LiveResume: the host is back.
type LiveResume struct{}

// Pin: a moderator pinned or unpinned something, or somebody of the team did, for the team (Method PinnedByTeam).
type Pin struct {
	Action     string `json:"action"` // "pin" or "unpin"
	Method     string `json:"method,omitempty"`
	SourceID   string `json:"pinned_source_id,omitempty"`
	Text       string `json:"text,omitempty"`
	Seconds    int64  `json:"seconds,omitempty"`
	Operator   *User  `json:"operator,omitempty"`
	PinnedUser *User  `json:"pinned_user,omitempty"` // who said it, where the team pinned it
	Author     string `json:"author,omitempty"`      // of the team
}

// Delete: hide these messages, the one named by Cause, and what these viewers have written so far.
type Delete struct {
	SourceIDs []string `json:"source_ids,omitempty"`
	UserIDs   []string `json:"user_ids,omitempty"` // by key, where it is the team's
	Author    string   `json:"author,omitempty"`   // of the team; TikTok's moderators are not named
	Shown     bool     `json:"shown,omitempty"`    // the team shows again what it hid of these
}

// Battle is the state of a match between hosts.
type Battle struct {
	BattleID string       `json:"battle_id"`
	Phase    string       `json:"phase"` // "invite", "start", "score", "end", "cancel"
	Sides    []BattleSide `json:"sides,omitempty"`
	Seconds  int          `json:"seconds,omitempty"`
}

// BattleSide is one host of a battle.
type BattleSide struct {
	User   User   `json:"user"`
	Score  int64  `json:"score"`
	Result string `json:"result,omitempty"` // "win", "lose", "draw", at the end
}

// Goal is TikTok's own LIVE goal.
type Goal struct {
	GoalID      string    `json:"goal_id"`
	Description string    `json:"description,omitempty"`
	Status      int       `json:"status,omitempty"`
	Goals       []SubGoal `json:"goals,omitempty"`
	Contributor string    `json:"contributor_id,omitempty"`
	Count       int64     `json:"contributed,omitempty"`
}

// SubGoal is one line of a goal.
type SubGoal struct {
	Gift     string `json:"gift,omitempty"`
	Progress int64  `json:"progress"`
	Target   int64  `json:"target"`
}

// Envelope is a treasure chest.
type Envelope struct {
	EnvelopeID string `json:"envelope_id"`
	Action     string `json:"action"` // "show" or "hide"
	Sender     string `json:"sender,omitempty"`
	SenderID   string `json:"sender_id,omitempty"`
	Diamonds   int    `json:"diamonds,omitempty"`
	People     int    `json:"people,omitempty"`
	OpensAt    string `json:"opens_at,omitempty"` // RFC 3339
	SuperFan   bool   `json:"super_fan,omitempty"`
}

// Poll is TikTok's poll.
type Poll struct {
	PollID  string       `json:"poll_id"`
	Phase   string       `json:"phase"` // "start", "votes", "end"
	Title   string       `json:"title,omitempty"`
	Options []PollOption `json:"options,omitempty"`
}

// PollOption is one answer of a poll.
type PollOption struct {
	Text  string `json:"text"`
	Votes int64  `json:"votes"`
}

// Rank: the host's place in one of TikTok's rankings changed.
type Rank struct {
	List string `json:"list"` // "hourly", "weekly", "daily", … or TikTok's number
	Rank int64  `json:"rank,omitempty"`
	Text string `json:"text,omitempty"`
}

// Caption is a piece of TikTok's live transcript of the host.
type Caption struct {
	Text     string `json:"text"`
	Language string `json:"language,omitempty"`
	Final    bool   `json:"final"`
	ID       string `json:"sentence_id,omitempty"`
}

// Intro is the host's welcome text.
type Intro struct {
	Text     string `json:"text"`
	Language string `json:"language,omitempty"`
}

// System is a line TikTok shows that fits nowhere else; or one of ours, of topic "alerts": Names are those that were not shown, Key is
// their AlertFate and Level how many they were.
type System struct {
	Topic string   `json:"topic"` // "room", "fan_join", "superfan", "barrage", "level_up", "entrance", "product", "social", "verify", "alerts"
	Text  string   `json:"text,omitempty"`
	Key   string   `json:"key,omitempty"` // TikTok's template key
	Level int      `json:"level,omitempty"`
	Names []string `json:"names,omitempty"`
}

// Program is a change of the show's segment: a program_event of the story API.
type Program struct {
	Action      string         `json:"action"` // "start", "finish", "pause", "resume"
	ProgramName string         `json:"programName"`
	ProgramID   string         `json:"programId,omitempty"`
	ProgramType string         `json:"programType,omitempty"` // "singing", "chatting", "gaming", "drawing", "other"
	Duration    float64        `json:"duration,omitempty"`    // seconds
	Metadata    map[string]any `json:"metadata,omitempty"`
}

// Clip is one beat of the host's answer.
type Clip struct {
	Body   string `json:"body"`
	Face   string `json:"face"`
	Speech string `json:"speech"`
	BodyID string `json:"body_id,omitempty"`
	FaceID string `json:"face_id,omitempty"`
}

// Reply is the host's answer to the event named by Cause, and to those of Also.
type Reply struct {
	TurnID    string  `json:"turn_id"`
	Responder string  `json:"responder"` // "template", "model", or "operator" for words put into the host's mouth
	Clips     []Clip  `json:"clips"`
	TookMS    int64   `json:"took_ms"`
	Also      []int64 `json:"also,omitempty"`     // seqs
	Fallback  string  `json:"fallback,omitempty"` // why the template spoke in place of the model: one of internal/story's codes

	// Guarded is what the guards replaced: "in" (of what came) or "out" (of what would have been said), the reason, and the piece
	// it was found in. It is for the team: whatever is public leaves it out.
	Guarded []string `json:"guarded,omitempty"`
}

// Skip says why the event named by Cause got no answer.
type Skip struct {
	Reason string `json:"reason"`
	Detail string `json:"detail,omitempty"`
}

// Gap says that nothing is known between From and To, and why.
type Gap struct {
	From    string  `json:"from"` // RFC 3339
	To      string  `json:"to"`
	Seconds float64 `json:"seconds"`
	Cause   string  `json:"cause"` // a Reason of this package
	Detail  string  `json:"detail,omitempty"`
}

// Note is a remark of the team, of a replay about itself, or what OBS did.
type Note struct {
	Text    string  `json:"text"`
	Author  string  `json:"author,omitempty"`
	Topic   string  `json:"topic,omitempty"`           // "obs_scene", "obs_on_air", "obs_off_air"; missing of a person's remark
	Scene   string  `json:"scene,omitempty"`           // OBS's, of topic "obs_scene"
	Silence float64 `json:"silence_seconds,omitempty"` // of the past session that a replay leaves out; Text says so in English
}

// The kinds, one line each.
func (Connect) Kind() Kind    { return KindConnect }
func (Comment) Kind() Kind    { return KindComment }
func (Gift) Kind() Kind       { return KindGift }
func (Like) Kind() Kind       { return KindLike }
func (Join) Kind() Kind       { return KindJoin }
func (Follow) Kind() Kind     { return KindFollow }
func (Share) Kind() Kind      { return KindShare }
func (LiveEnd) Kind() Kind    { return KindLiveEnd }
func (Disconnect) Kind() Kind { return KindDisconnect }
func (Viewers) Kind() Kind    { return KindViewers }
func (Subscribe) Kind() Kind  { return KindSubscribe }
func (Question) Kind() Kind   { return KindQuestion }
func (LivePause) Kind() Kind  { return KindLivePause }
func (LiveResume) Kind() Kind { return KindLiveResume }
func (Pin) Kind() Kind        { return KindPin }
func (Delete) Kind() Kind     { return KindDelete }
func (Battle) Kind() Kind     { return KindBattle }
func (Goal) Kind() Kind       { return KindGoal }
func (Envelope) Kind() Kind   { return KindEnvelope }
func (Poll) Kind() Kind       { return KindPoll }
func (Rank) Kind() Kind       { return KindRank }
func (Caption) Kind() Kind    { return KindCaption }
func (Intro) Kind() Kind      { return KindIntro }
func (System) Kind() Kind     { return KindSystem }
func (Program) Kind() Kind    { return KindProgram }
func (Reply) Kind() Kind      { return KindReply }
func (Skip) Kind() Kind       { return KindSkip }
func (Gap) Kind() Kind        { return KindGap }
func (Note) Kind() Kind       { return KindNote }
