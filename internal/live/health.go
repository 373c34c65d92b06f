package live

import "time"

// State is what a room does, in one word. The sentence for it is in the message catalogue.
type State string

const (
	StateIdle         State = "idle"         // nobody wants it connected
	StateWaiting      State = "waiting"      // not live yet; starts by itself
	StateLooking      State = "looking"      // asking TikTok, for the first time, whether the host is live
	StateConnecting   State = "connecting"   // live; getting a socket
	StateLive         State = "live"         // events arrive
	StateSilent       State = "silent"       // a socket is open and nothing has come for a minute
	StateReconnecting State = "reconnecting" // the socket was lost; the next attempt is planned
	StatePaused       State = "paused"       // the host paused the LIVE
	StateEnded        State = "ended"        // the LIVE is over; the next one starts by itself only if auto-record is on
	StateBlocked      State = "blocked"      // TikTok or the sign server refuses; Reason says which
	StateLimited      State = "limited"      // a quota is used up until RetryAt
	StateStopped      State = "stopped"      // Showcaller itself cannot go on; Reason says why
)

// Health is a room's state with its reason and what comes next.
type Health struct {
	State     State
	Since     time.Time
	Reason    Reason    // "" where the state says it all
	Message   string    // the words of the error behind Reason, English; the catalogue has them by Reason
	RetryAt   time.Time // when something happens by itself; zero if nothing will
	HeardAt   time.Time // when the last byte arrived
	Way       string    // "direct" or "sign"
	SessionID int64     // the newest session; 0 if there was none
	Dropped   int64     // repeats that were not recorded again, in this session
	Quota     *Quota
	Skew      time.Duration
	Unknown   map[string]Unknown
}

// after returns h in another state. The time of the change is kept while the state stays.
func (h Health) after(state State, err error, retryAt time.Time) Health {
	if h.State != state {
		h.State, h.Since = state, Millis(time.Now())
	}
	h.Reason, h.Message, h.RetryAt = ReasonOf(err), "", retryAt
	if err != nil {
		h.Message = MessageOf(err)
	}
	return h
}

// stateFor names the state of a room whose source gave up with a reason.
func stateFor(reason Reason) State {
	switch reason {
	case ReasonOffline, ReasonSuspended:
		return StateWaiting
	case ReasonSignLimit:
		return StateLimited
	case ReasonBadName, ReasonNotFound, ReasonRestricted, ReasonBlocked, ReasonSignAuth, ReasonSignDown:
		return StateBlocked
	case ReasonStorage:
		return StateStopped
	}
	return StateReconnecting
}
