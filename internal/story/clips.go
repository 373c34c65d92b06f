package story

import (
	"encoding/json"
	"strings"

	"showcaller/internal/live"
)

// clipScanner finds clips in the JSON a model is writing: each is handed out the moment its object closes. What stands around
// the JSON (fences, prose) and around the clips (whatever the list is called) does not matter.
type clipScanner struct {
	text     []byte
	at       int   // read so far
	open     []int // where the objects that are open begin
	depth    int   // of objects and lists
	inString bool
	escape   bool
}

// write adds what has come and returns the clips it completes.
func (s *clipScanner) write(piece string) []live.Clip {
	s.text = append(s.text, piece...)
	var out []live.Clip
	for ; s.at < len(s.text); s.at++ {
		if s.step(s.text[s.at]) {
			if c, ok := clipOf(s.text[s.pop() : s.at+1]); ok {
				out = append(out, c)
			}
		}
	}
	return out
}

// step reads one byte and reports whether it closes an object.
func (s *clipScanner) step(c byte) bool {
	switch {
	case s.escape:
		s.escape = false
	case s.inString:
		s.escape = c == '\\'
		s.inString = c != '"'
	case c == '"':
		s.inString = s.depth > 0 // quotes of the prose before the JSON are none of ours
	case c == '{':
		s.open = append(s.open, s.at)
		s.depth++
	case c == '[':
		s.depth++
	case c == ']':
		s.depth = max(s.depth-1, 0)
	case c == '}':
		s.depth = max(s.depth-1, 0)
		return len(s.open) > 0
	}
	return false
}

func (s *clipScanner) pop() int {
	from := s.open[len(s.open)-1]
	s.open = s.open[:len(s.open)-1]
	return from
}

// clipOf reads an object that has a speech of its own.
func clipOf(object []byte) (live.Clip, bool) {
	var c struct {
		live.Clip
		Speech *string `json:"speech"`
	}
	if json.Unmarshal(object, &c) != nil || c.Speech == nil || strings.TrimSpace(*c.Speech) == "" {
		return live.Clip{}, false
	}
	c.Clip.Speech = *c.Speech
	return c.Clip, true
}

// prose returns what may be spoken of an answer that holds no clip: the text itself if it is none of JSON's, else the longest
// text within the JSON; "" if there is none.
func prose(text string) string {
	text = strings.TrimSpace(text)
	text = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(text, "```json"), "```"), "```"))
	if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") && !strings.HasPrefix(text, `"`) {
		return text
	}
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return ""
	}
	return longestText(v)
}

func longestText(v any) string {
	longest := ""
	keep := func(s string) {
		if len(s) > len(longest) {
			longest = s
		}
	}
	switch v := v.(type) {
	case string:
		keep(v)
	case []any:
		for _, item := range v {
			keep(longestText(item))
		}
	case map[string]any:
		for _, item := range v {
			keep(longestText(item))
		}
	}
	return longest
}
