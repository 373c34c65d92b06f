package live

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Code is a closed list: what kind of failure an error is. HTTP statuses and exit codes are derived from it in one place each.
type Code string

const (
	CodeInvalid      Code = "invalid"
	CodeUnauthorized Code = "unauthorized"
	CodeForbidden    Code = "forbidden"
	CodeNotFound     Code = "not_found"
	CodeConflict     Code = "conflict"
	CodeLimited      Code = "limited"
	CodeUpstream     Code = "upstream"
	CodeUnavailable  Code = "unavailable"
	CodeInternal     Code = "internal"
)

// Reason is why a room is not being heard, or why a gap exists. The first eleven are the error model of TikTok's protocol
// (section 10 of our protocol reference).
type Reason string

const (
	ReasonBadName    Reason = "bad_name"
	ReasonNotFound   Reason = "not_found"
	ReasonOffline    Reason = "offline"
	ReasonSuspended  Reason = "suspended"
	ReasonRestricted Reason = "restricted"
	ReasonBlocked    Reason = "blocked"
	ReasonSignLimit  Reason = "sign_limit"
	ReasonSignAuth   Reason = "sign_auth"
	ReasonSignDown   Reason = "sign_down"
	ReasonHandshake  Reason = "handshake"
	ReasonStale      Reason = "stale"

	ReasonNetwork  Reason = "network"  // the connection broke, or TikTok closed it
	ReasonRestart  Reason = "restart"  // Showcaller itself was not running
	ReasonStorage  Reason = "storage"  // the database could not be written
	ReasonStopped  Reason = "stopped"  // somebody disconnected the room
	ReasonRemoved  Reason = "removed"  // the room is not in the list: it is here only for as long as a session of it is replayed
	ReasonProtocol Reason = "protocol" // TikTok sent what we cannot read
)

// Error is the one error type of the program. Msg is for a person: what happened, whose fault it is, what to do next, in
// English; the catalogue holds the other languages under Reason. Err is for the log and is never shown.
type Error struct {
	Code    Code
	Reason  Reason // "" where none fits
	Op      string // what was being done, "package.Function"
	Msg     string
	Field   string    // the form field or JSON path at fault
	RetryAt time.Time // when it makes sense to try again; zero if unknown
	Err     error
}

// Error returns the call path, the message and the cause.
func (e *Error) Error() string {
	var parts []string
	for _, p := range []string{e.Op, e.Msg} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	return strings.Join(parts, ": ")
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf returns an Error whose Msg is the formatted text.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Msg: fmt.Sprintf(format, args...)}
}

// CodeOf returns the code of the outermost Error in err's chain, or CodeInternal.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok && e.Code != "" {
		return e.Code
	}
	return CodeInternal
}

// ReasonOf returns the reason of the outermost Error in err's chain, or "".
func ReasonOf(err error) Reason {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Reason
	}
	return ""
}

// MessageOf returns what a person may read of err: an Error's own Msg, or a text that gives nothing away.
func MessageOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok && e.Msg != "" {
		return e.Msg
	}
	return "Something went wrong inside Showcaller. The log has the details."
}
