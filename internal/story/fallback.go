package story

import (
	"errors"
	"fmt"
)

// Why the template spoke in place of the model: the values of StoryAnswer.Fallback.
const (
	FallbackNoModel     = "no_model"    // the story asks for a model and none is configured
	FallbackResting     = "resting"     // the server failed several times in a row and is left alone for a while
	FallbackBudget      = "budget"      // the day's tokens, or the turn's, are used up
	FallbackUnreachable = "unreachable" // no connection
	FallbackSlow        = "slow"        // no first token in time
	FallbackStalled     = "stalled"     // it stopped in the middle, or wrote nothing but blanks
	FallbackLate        = "late"        // the turn took too long as a whole, or a gift could not wait
	FallbackLimited     = "limited"     // 429
	FallbackKey         = "key"         // 401 or 403
	FallbackRejected    = "rejected"    // another 4xx: the model's name or the address is wrong
	FallbackServer      = "server"      // 5xx, or an error in the stream
	FallbackCut         = "cut"         // the stream ended before a clip was whole
	FallbackEmpty       = "empty"       // an answer without text
	FallbackInvalid     = "invalid"     // nothing in it could be spoken, after a repair too
	FallbackRefusal     = "refusal"     // the model did not want to answer
	FallbackGuard       = "guard"       // the guards let nothing of it through
	FallbackRemote      = "remote"      // another program's story failed
)

// Fallbacks are all of these reasons.
var Fallbacks = []string{
	FallbackNoModel, FallbackResting, FallbackBudget, FallbackUnreachable, FallbackSlow, FallbackStalled, FallbackLate, FallbackLimited,
	FallbackKey, FallbackRejected, FallbackServer, FallbackCut, FallbackEmpty, FallbackInvalid, FallbackRefusal, FallbackGuard, FallbackRemote,
}

// modelError is a failure of the model with its reason, one of the above.
type modelError struct {
	reason string
	err    error // for the log
}

func (e *modelError) Error() string {
	if e.err == nil {
		return e.reason
	}
	return fmt.Sprintf("%s: %v", e.reason, e.err)
}

func (e *modelError) Unwrap() error { return e.err }

// Why returns the reason, for whoever shows it in another language.
func (e *modelError) Why() string { return e.reason }

func fail(reason, format string, args ...any) error {
	return &modelError{reason: reason, err: fmt.Errorf(format, args...)}
}

// reasonOf returns the reason of a failure, or "" for an error that is none of the model's.
func reasonOf(err error) string {
	if e, ok := errors.AsType[*modelError](err); ok {
		return e.reason
	}
	return ""
}
