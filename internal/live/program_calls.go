package live

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// CallState is what became of telling a story about a change of program.
type CallState string

const (
	CallWaiting    CallState = "waiting"    // for the host's turn
	CallAsking     CallState = "asking"     // it was sent
	CallAnswered   CallState = "answered"   // the answer is in the log
	CallFailed     CallState = "failed"     // the story did not answer; RetryAt says when it is asked again
	CallSkipped    CallState = "skipped"    // it gets no answer: Detail is the SkipReason
	CallUnanswered CallState = "unanswered" // whoever was to ask is gone: a crash, a host that left the room, a LIVE that ended
)

// ProgramCall is the record of telling a story about one program event. It is kept before the story is asked and after each thing
// that becomes of it, so that nothing that was sent is ever unknown.
type ProgramCall struct {
	SessionID int64
	Seq       int64 // of the program event
	StoryID   string
	State     CallState
	Since     time.Time       // of the state
	Body      json.RawMessage // a StoryInput, as the story's API is sent it
	Tries     int             // how often it was sent
	Took      time.Duration   // from sending to the last answer, or error
	Answer    StoryAnswer     // of CallAnswered; Event is left out, it is Body
	Code      Code            // of CallFailed
	Why       string          // of CallFailed: the story's own word for it, one of internal/story's Fallbacks; "" where it has none
	Detail    string          // of CallFailed for a person, in English; of CallSkipped a SkipReason
	RetryAt   time.Time       // of CallFailed: zero where nobody tries again unless told to
}

// ProgramCalls keeps the calls of directors. Its errors are CodeNotFound for a call there is not, and the store's own.
type ProgramCalls interface {
	ProgramCall(ctx context.Context, session, seq int64) (ProgramCall, error)
	SaveProgramCall(ctx context.Context, c ProgramCall) error
}

// settled reports whether nothing more becomes of the call by itself.
func (c ProgramCall) settled() bool {
	return c.State != CallWaiting && c.State != CallAsking
}

// outcome returns the answer, or why there is none.
func (c ProgramCall) outcome() (StoryAnswer, error) {
	failed := func(code Code, msg string) (StoryAnswer, error) {
		return StoryAnswer{}, &Error{Code: code, Op: "live.ProgramCall", Msg: msg, RetryAt: c.RetryAt}
	}
	switch c.State {
	case CallAnswered:
		a := c.Answer
		a.Event = StoryInput{} // its bytes are shared by all who wait, and decoding writes over what it finds
		return a, json.Unmarshal(c.Body, &a.Event)
	case CallFailed:
		return failed(c.Code, c.Detail)
	case CallSkipped:
		return failed(CodeConflict, "The host was not asked, or was cut short: "+c.Detail+".")
	}
	return failed(CodeUnavailable, "Nobody is there any more who could answer: the host left the room, or the session has ended.")
}

// TurnName is how a director calls its answer to an event. It follows from the event, so that a turn which was answered before a
// crash is recognised.
func TurnName(session, seq int64) string { return fmt.Sprintf("s%d-%d", session, seq) }

// ParseTurnName returns the event a turn is named after, or false.
func ParseTurnName(name string) (session, seq int64, ok bool) {
	n, err := fmt.Sscanf(name, "s%d-%d", &session, &seq)
	return session, seq, err == nil && n == 2 && session > 0 && seq > 0 && TurnName(session, seq) == name
}
