package tiktok

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"showcaller/internal/live"
)

// codes says what kind of failure each reason is.
var codes = map[live.Reason]live.Code{
	live.ReasonNotFound:   live.CodeNotFound,
	live.ReasonOffline:    live.CodeUnavailable,
	live.ReasonSuspended:  live.CodeUnavailable,
	live.ReasonRestricted: live.CodeForbidden,
	live.ReasonBlocked:    live.CodeUpstream,
	live.ReasonSignLimit:  live.CodeLimited,
	live.ReasonSignAuth:   live.CodeUpstream,
	live.ReasonSignDown:   live.CodeUpstream,
	live.ReasonHandshake:  live.CodeUpstream,
	live.ReasonStale:      live.CodeUpstream,
	live.ReasonNetwork:    live.CodeUpstream,
	live.ReasonProtocol:   live.CodeUpstream,
	live.ReasonStorage:    live.CodeInternal,
}

// failed returns the error of this package's errors: why, where, for a person, and the cause for the log.
func failed(reason live.Reason, op string, cause error, format string, args ...any) *live.Error {
	return &live.Error{Code: codes[reason], Reason: reason, Op: "tiktok." + op, Msg: fmt.Sprintf(format, args...), Err: cause}
}

// until returns e with the time when it makes sense to try again.
func until(e *live.Error, at time.Time) *live.Error {
	e.RetryAt = at
	return e
}

// retryAt returns when it makes sense to try again after err; zero if err does not say, which is before all others.
func retryAt(err error) time.Time {
	if e, ok := errors.AsType[*live.Error](err); ok {
		return e.RetryAt
	}
	return time.Time{}
}

// errNetwork is the error of a request that got no answer.
func errNetwork(op string, cause error) *live.Error {
	return failed(live.ReasonNetwork, op, cause, "TikTok cannot be reached at the moment. Check this computer's connection to the internet.")
}

// errBlocked is the error of an answer that is for somebody TikTok does not want.
func errBlocked(op, detail string) *live.Error {
	return failed(live.ReasonBlocked, op, fmt.Errorf("%s", detail),
		"TikTok refuses this network at the moment (%s). It usually passes; a VPN or a shared connection makes it worse.", detail)
}

// retryAfter reads when to come back from the headers of a 429. Servers give seconds, unix seconds or an HTTP date under several
// names; RateLimit-Remaining, which a peer reads as seconds, is not one of them. Without any it is a minute from now.
func retryAfter(h http.Header, now time.Time) time.Time {
	for _, name := range []string{"Retry-After", "X-RateLimit-Reset", "RateLimit-Reset"} {
		if at, ok := parseClock(h.Get(name), now); ok {
			return at
		}
	}
	return now.Add(time.Minute)
}

// maxClock is the longest a server may make us wait: the longest quota there is.
const maxClock = 24 * time.Hour

// parseClock reads a moment given as seconds from now, as unix seconds or milliseconds, or as an HTTP date.
func parseClock(s string, now time.Time) (time.Time, bool) {
	s = strings.TrimSpace(s)
	at, err := http.ParseTime(s)
	if err != nil {
		n, err := strconv.ParseFloat(s, 64)
		switch {
		case err != nil || !(n >= 0): // not a number, and NaN
			return time.Time{}, false
		case n < 1e8: // three years in seconds: nobody waits that long
			at = now.Add(time.Duration(n * float64(time.Second)))
		case n < 1e11:
			at = time.Unix(int64(n), 0)
		case n < 1e14:
			at = time.UnixMilli(int64(n))
		default:
			return time.Time{}, false
		}
	}
	if at.After(now.Add(maxClock)) {
		at = now.Add(maxClock)
	}
	if at.Before(now.Add(time.Second)) {
		at = now.Add(time.Second)
	}
	return at, true
}
