package story

import (
	"fmt"

	"showcaller/internal/live"
)

// idle: nobody has said anything for a while.
var idle = InputType{Name: live.InputIdle, Own: true, Read: func(f *Fields) Input {
	return &idleInput{live.StoryIdle{
		Silence: int(f.Int("silence", 0, 0, maxCount)),
		Line:    int(f.Int("line", 0, 0, maxCount)),
	}}
}}

type idleInput struct{ live.StoryIdle }

func (i *idleInput) Speaker() string { return "" }
func (i *idleInput) Clean(*Guard)    {}
func (i *idleInput) Text() string    { return "" }
func (i *idleInput) Memory() Memory  { return MemoryNone }
func (i *idleInput) Say(s *Script)   { s.Line("idle", nil) }

func (i *idleInput) Context() string {
	return fmt.Sprintf("Nobody has written for %d seconds. Say something of your own; ask for nothing, least of all for gifts.", i.Silence)
}
