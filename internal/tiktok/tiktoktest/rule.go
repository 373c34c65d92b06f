package tiktoktest

import (
	"fmt"
	"slices"
)

// Rule is something TikTok expects of a client and punishes with silence, a closed socket or a ban.
type Rule string

const (
	RuleUserAgent Rule = "user agent" // a browser's, on every request, and the same from cookie or signature to socket
	RuleTTWID     Rule = "ttwid"      // a cookie we issued, used for one attempt
	RuleCookies   Rule = "cookies"    // nothing but ttwid: no session leaves the house
	RuleParams    Rule = "parameters" // of an HTTP endpoint
	RuleQuery     Rule = "query"      // of the socket: complete and percent-encoded
	RuleHandshake Rule = "handshake"  // no subprotocol, no compression extension
	RuleTicket    Rule = "ticket"     // a signed URL is used once, soon, and unchanged
	RuleFrame     Rule = "frame"      // binary push frames, encoding pb, nothing superfluous
	RulePing      Rule = "ping"       // no WebSocket pings: TikTok does not answer them
	RuleEnter     Rule = "enter"      // the room is entered once, first, with the right fields
	RuleHeartbeat Rule = "heartbeat"  // one at every interval, counted from 1
	RuleAck       Rule = "ack"        // every frame that needs one, once, with its log id and internal_ext
)

// Violation is one rule a client broke.
type Violation struct {
	Rule   Rule   `json:"rule"`
	Detail string `json:"detail"`
}

func (v Violation) String() string { return string(v.Rule) + ": " + v.Detail }

// maxViolations bounds what a stand-in that runs for days remembers of a client that never learns.
const maxViolations = 1000

// Violations returns what clients did wrong so far, without what was allowed.
func (s *Server) Violations() []Violation {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := append([]Violation{}, s.violations...) // [] in JSON, never null
	return slices.DeleteFunc(all, func(v Violation) bool { return s.allowed[v.Rule] })
}

// Allow makes the given rules void.
func (s *Server) Allow(rules ...Rule) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, r := range rules {
		s.allowed[r] = true
	}
}

// blame records that a client broke a rule.
func (s *Server) blame(r Rule, format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.blameLocked(r, format, args...)
}

// blameLocked is blame for those who hold s.mu.
func (s *Server) blameLocked(r Rule, format string, args ...any) {
	if len(s.violations) < maxViolations {
		s.violations = append(s.violations, Violation{r, fmt.Sprintf(format, args...)})
		s.noteChange()
	}
}
