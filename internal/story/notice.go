package story

import (
	"fmt"
	"strings"

	"showcaller/internal/live"
)

const maxNames = 200

// notice: viewers followed, shared, came in, or the likes reached a milestone.
var notice = InputType{Name: live.InputNotice, Own: true, Read: func(f *Fields) Input {
	return &noticeInput{live.StoryNotice{
		Follows: f.Texts("follows", maxNames, maxName),
		Shares:  f.Texts("shares", maxNames, maxName),
		Joins:   f.Texts("joins", maxNames, maxName),
		Likes:   f.Int("likes", 0, 0, 1<<50),
	}}
}}

type noticeInput struct{ live.StoryNotice }

func (n *noticeInput) Speaker() string { return "" }

func (n *noticeInput) Clean(g *Guard) {
	for _, names := range []*[]string{&n.Follows, &n.Shares, &n.Joins} {
		var kept []string
		for _, name := range *names {
			if name = g.Name(name); name != "" {
				kept = append(kept, name)
			}
		}
		*names = kept
	}
}

func (n *noticeInput) Text() string { return n.Context() }

func (n *noticeInput) Context() string {
	var out []string
	for _, part := range []struct {
		what  string
		names []string
	}{{"Followed", n.Follows}, {"Shared the LIVE", n.Shares}, {"Came in", n.Joins}} {
		if len(part.names) > 0 {
			out = append(out, part.what+": "+strings.Join(part.names, ", ")+".")
		}
	}
	if n.Likes > 0 {
		out = append(out, fmt.Sprintf("The LIVE reached %d likes.", n.Likes))
	}
	if len(out) == 0 {
		return "Somebody came by."
	}
	return strings.Join(out, " ")
}

func (n *noticeInput) Memory() Memory { return MemoryNone }

// Say says what means most, a clip each: follows, shares, the milestone, then who came in.
func (n *noticeInput) Say(s *Script) {
	s.notice("notice.follow", n.Follows)
	s.notice("notice.share", n.Shares)
	if n.Likes > 0 {
		s.Line("notice.like", Slots{"count": fmt.Sprint(n.Likes)})
	}
	s.notice("notice.join", n.Joins)
	if len(s.clips) == 0 {
		s.Line("notice.join", nil)
	}
}
