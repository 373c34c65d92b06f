package templates

import (
	"encoding/json"
	"strconv"
	"strings"

	"showcaller/internal/live"
	"showcaller/web/catalog"
)

// StoriesPage lists the stories there are, and has a form for another one.
type StoriesPage struct {
	Page
	Stories []StoryItem
	Next    string // cursor of the next page; "" on the last one
	First   bool   // this is the first page
	Name    string // as typed into the form
	Once    string
	Errors  Errors // name
}

// StoryItem is a story in the list.
type StoryItem struct {
	ID        string
	Name      string
	Language  string
	Responder string
	State     StoryState
}

// StoryState is where a story speaks, and whether it does.
type StoryState struct {
	Room   string // unique_id; "" for none
	OnAir  bool   // the room's session is open
	Paused bool
	Muted  bool
}

func (s StoryState) word(p Page) string {
	switch {
	case s.Paused:
		return p.t("story.state.paused")
	case s.OnAir:
		return p.t("story.state.air", "Room", s.Room)
	case s.Room != "":
		return p.t("story.state.bound", "Room", s.Room)
	}
	return p.t("story.state.free")
}

func (s StoryState) tone() string {
	switch {
	case s.Paused:
		return "wait"
	case s.OnAir:
		return "go"
	case s.Room != "":
		return "ready"
	}
	return "none"
}

// StoryHead is what every page of one story has on top.
type StoryHead struct {
	ID    string
	Name  string
	State StoryState
	Tab   string // "settings", "messages" or "memory"
}

func (h StoryHead) path(part string) string {
	if part == "" || part == "settings" {
		return storyURL(h.ID)
	}
	return storyURL(h.ID) + "/" + part
}

var storyTabs = []string{"settings", "messages", "memory"}

// StoryPage is everything that can be set of a story, and a box to talk to it.
type StoryPage struct {
	Page
	StoryHead
	Form   StoryForm
	Errors Errors // of the form, by field; delete
	Saved  bool
	Rooms  []StoryChoice // ID is the unique_id
	Muted  []MutedViewer
	Talk   StoryTalk
}

// MutedViewer is a viewer the host does not answer.
type MutedViewer struct {
	Key  string
	Name string
}

// StoryForm is the form as it was filled in.
type StoryForm struct {
	Name, Language, Persona, Rules, Room string
	Responder, Seed                      string
	BlockedIn, BlockedOut                string            // a word a line
	Numbers                              map[string]string // of storyNumbers, by name
}

// StoryNumber is a number of a story's form.
type StoryNumber struct {
	Name     string // of the field, and behind its group's prefix of its words
	Standard string // what it is when nothing is typed; "" is without a bound
}

// StoryPacing are the numbers of a story's pacing, and StoryBudget those of its budget, in the order of the form.
var (
	StoryPacing = []StoryNumber{
		{"chat_kept", "10"}, {"chat_expires", "30"}, {"viewer_pause", "20"}, {"notice_every", "20"}, {"gift_merge", "5"}, {"gifts_at_once", "3"},
		{"idle_first", "45"}, {"idle_lines", "3"},
	}
	StoryBudget = []StoryNumber{{"turn_tokens", ""}, {"day_tokens", ""}}
)

var storyResponders = []string{"", "template", "model"}

func responderWord(p Page, responder string) string {
	if responder == "" {
		responder = "auto"
	}
	return p.t("story.responder." + responder)
}

// languageName is a language by its own name; "" is each viewer's own.
func languageName(p Page, code string) string {
	for _, l := range catalog.Languages() {
		if l.Code == code {
			return l.Name
		}
	}
	return p.t("host.language.auto")
}

func (v StoryPage) described(field string, hint bool) string {
	return describedBy(field, v.Errors[field] != "", hint)
}

// StoryTalk is the box to talk to a story.
type StoryTalk struct {
	Type   string            // of the input
	Fields map[string]string // as typed
	Dry    bool
	Once   string // a secret of the form: what is sent twice is answered once
	Errors Errors // by field; "" is the whole
	Answer *live.StoryAnswer
}

// TalkTypes are the inputs one can try, in the order of the form.
var TalkTypes = []string{live.InputChat, live.InputGift, live.InputProgram, live.InputText}

// TalkField is a field of an input.
type TalkField struct {
	Name    string // the key in `data`
	Word    string // its key in the catalogue
	Numeric bool
	Long    bool
	Choices []string // a closed list; "" among them is none
	Prefix  string   // of the choices' words
}

var (
	programActions = []string{"start", "finish", "pause", "resume"}
	programTypes   = []string{"", "singing", "chatting", "gaming", "drawing", "other"}
)

// TalkFields are the fields of each type.
var TalkFields = map[string][]TalkField{
	live.InputChat: {{Name: "message", Word: "talk.message", Long: true}, {Name: "username", Word: "talk.username"}},
	live.InputGift: {
		{Name: "username", Word: "talk.username"}, {Name: "giftName", Word: "talk.gift_name"}, {Name: "giftCount", Word: "talk.gift_count", Numeric: true},
		{Name: "giftValue", Word: "talk.gift_value", Numeric: true}, {Name: "message", Word: "talk.note", Long: true},
	},
	live.InputProgram: {
		{Name: "action", Word: "talk.action", Choices: programActions, Prefix: "talk.action."}, {Name: "programName", Word: "talk.program_name"},
		{Name: "programType", Word: "talk.program_type", Choices: programTypes, Prefix: "talk.program_type."},
		{Name: "duration", Word: "talk.duration", Numeric: true},
	},
	live.InputText: {{Name: "text", Word: "talk.text", Long: true}},
}

func choiceWord(p Page, field TalkField, choice string) string {
	if choice == "" {
		choice = "none"
	}
	return p.t(field.Prefix + choice)
}

// inputJSON is an input as a person reads it.
func inputJSON(in live.StoryInput) string {
	b, err := json.MarshalIndent(in, "", "  ")
	if err != nil {
		return string(in.Data) // it came out of a database as JSON
	}
	return string(b)
}

// StoryMessagesPage is what came in and what was answered, the newest first.
type StoryMessagesPage struct {
	Page
	StoryHead
	Messages []live.StoryMessage
	Next     string // cursor of the next page; "" on the last one
	First    bool
}

// messageIcon is the picture of an input's type.
func messageIcon(kind string) string {
	icons := map[string]string{
		live.InputChat: "message-square", live.InputGift: "gem", live.InputGifts: "gem", live.InputProgram: "flag", live.InputText: "pencil",
		live.InputNotice: "users", live.InputIdle: "timer",
	}
	if icon, ok := icons[kind]; ok {
		return icon
	}
	return "ellipsis"
}

// typeWord names a type of input; one that was added beside the contract's is shown as it is.
func typeWord(p Page, kind string) string {
	if word := p.t("talk.type." + kind); word != "talk.type."+kind {
		return word
	}
	return kind
}

// messageText is what came in, in words.
func messageText(p Page, m live.StoryMessage) string {
	if m.Type == live.InputGift {
		return m.GiftName + " ×" + p.Printer.Number(int64(m.GiftCount))
	}
	return m.Text
}

// costs says how long a turn took and what it cost.
func costs(p Page, m live.StoryMessage) string {
	parts := []string{p.t("story.message.took", "Milliseconds", m.TookMS)}
	if m.TokensIn+m.TokensOut > 0 {
		parts = append(parts, p.t("story.message.tokens", "In", m.TokensIn, "Out", m.TokensOut))
	}
	if m.SessionID != 0 && m.Cause != 0 {
		parts = append(parts, p.t("story.message.event", "Session", strconv.FormatInt(m.SessionID, 10), "Seq", m.Cause))
	}
	return strings.Join(parts, " · ")
}

// StoryMemoryPage is what a story would recall.
type StoryMemoryPage struct {
	Page
	StoryHead
	Query  string
	Found  []live.StoryMemory
	Done   string // "changed" or "forgotten"
	Wrong  int64  // the memory whose new text was refused
	Text   string // as typed
	Errors Errors // text
}

func (v StoryMemoryPage) memoryPath(m live.StoryMemory) string {
	return v.path("memory") + "/" + strconv.FormatInt(m.ID, 10)
}

// shownText is what a memory's form holds: what was typed where it was refused.
func (v StoryMemoryPage) shownText(m live.StoryMemory) string {
	if v.Wrong == m.ID {
		return v.Text
	}
	return m.Text
}

func mutedWord(p Page, s StoryState) string {
	if !s.Muted {
		return ""
	}
	return " · " + p.t("story.state.muted")
}

// areaText keeps a text's first line where it begins with an empty one: HTML drops a line break right after <textarea>.
func areaText(s string) string {
	if strings.HasPrefix(s, "\n") {
		return "\n" + s
	}
	return s
}
