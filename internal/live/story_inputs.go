package live

// The types of story input. The first four are the story API's; the last three are the director's own and the API refuses
// them, so that nobody can speak for the program.
const (
	InputChat    = "user_chat"     // StoryChat
	InputGift    = "gift_event"    // StoryGift
	InputProgram = "program_event" // Program
	InputText    = "simple_text"   // StoryText

	InputGifts  = "gift_group" // StoryGifts
	InputNotice = "notice"     // StoryNotice
	InputIdle   = "idle"       // StoryIdle
)

// StoryChat is the data of a user_chat: anything a viewer wrote.
type StoryChat struct {
	Message   string `json:"message"` // 1 to 2,000 runes
	Username  string `json:"username,omitempty"`
	Timestamp int64  `json:"timestamp,omitempty"` // Unix milliseconds
}

// StoryGift is the data of a gift_event.
type StoryGift struct {
	Username  string   `json:"username"`            // "" only from the director: TikTok leaves names out of some gifts
	GiftName  string   `json:"giftName"`            // the same
	GiftCount int      `json:"giftCount"`           // 1 to 1,000,000; left out it is 1
	GiftValue *float64 `json:"giftValue,omitempty"` // of all pieces together, diamonds in a room; nil is unknown, 0 is a value
	Message   string   `json:"message,omitempty"`
	FromChat  bool     `json:"messageFromChat,omitempty"` // Message is a comment the viewer wrote shortly before, not a note on the gift
}

// StoryText is the data of a simple_text.
type StoryText struct {
	Text string `json:"text"` // 1 to 2,000 runes
}

// StoryGifts is the data of a gift_group: several gifts that share one thank-you. Every sender is named in the answer.
type StoryGifts struct {
	Gifts []StoryGift `json:"gifts"` // 1 to 200, the most valuable first
}

// StoryNotice is the data of a notice: what happened since the last one.
type StoryNotice struct {
	Follows []string `json:"follows,omitempty"` // names, in order; 200 at most each
	Shares  []string `json:"shares,omitempty"`
	Joins   []string `json:"joins,omitempty"`
	Likes   int64    `json:"likes,omitempty"` // the milestone that was reached; 0 for none
}

// StoryIdle is the data of an idle: nobody has said anything for a while.
type StoryIdle struct {
	Silence int `json:"silence"`        // seconds
	Line    int `json:"line,omitempty"` // 1 for the first idle line of this silence, then 2, 3
}
