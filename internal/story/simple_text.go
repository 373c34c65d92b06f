package story

import (
	"showcaller/internal/live"
)

// simpleText: a text that nobody in particular wrote.
var simpleText = InputType{Name: live.InputText, Read: func(f *Fields) Input {
	return &textInput{live.StoryText{Text: f.Text("text", maxText)}}
}}

type textInput struct{ live.StoryText }

func (t *textInput) Speaker() string { return "" }
func (t *textInput) Clean(g *Guard)  { t.StoryText.Text = g.Text(t.StoryText.Text) }
func (t *textInput) Text() string    { return t.StoryText.Text }
func (t *textInput) Context() string { return t.StoryText.Text }
func (t *textInput) Memory() Memory  { return MemoryText }
func (t *textInput) Say(s *Script)   { s.Line("chat."+s.Topic(t.StoryText.Text), nil) }
