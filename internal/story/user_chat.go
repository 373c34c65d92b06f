package story

import (
	"showcaller/internal/live"
)

// maxTimestamp is the last millisecond of the year 9999.
const maxTimestamp = 253_402_300_799_999

// userChat: a viewer wrote something.
var userChat = InputType{Name: live.InputChat, Read: func(f *Fields) Input {
	return &chatInput{live.StoryChat{
		Message:   f.Text("message", maxText),
		Username:  f.OptionalText("username", maxName),
		Timestamp: f.Int("timestamp", 0, 0, maxTimestamp),
	}}
}}

type chatInput struct{ live.StoryChat }

func (c *chatInput) Speaker() string { return c.Username }

func (c *chatInput) Clean(g *Guard) {
	c.Username = g.Name(c.Username)
	c.Message = g.Text(c.Message)
}

func (c *chatInput) Text() string { return c.Message }

func (c *chatInput) Context() string {
	if c.Username == "" {
		return "A viewer: " + c.Message
	}
	return c.Username + ": " + c.Message
}

func (c *chatInput) Memory() Memory { return MemoryText }

func (c *chatInput) Say(s *Script) { s.Line("chat."+s.Topic(c.Message), Slots{"name": c.Username}) }
