package live

import (
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// NewSimulated makes a simulated event of what a person or a program asked for: any kind, data as on the wire. A missing
// timestamp is now; a missing viewer of something a viewer does is "rehearsal".
func NewSimulated(kind Kind, data json.RawMessage, now time.Time) (Event, error) {
	invalid := func(field, msg string, err error) error {
		return &Error{Code: CodeInvalid, Op: "live.NewSimulated", Field: field, Msg: msg, Err: err}
	}
	if _, ok := decoders[kind]; !ok {
		return Event{}, invalid("event_type", "There is no such event_type. The wire's documentation lists them.", nil)
	}
	if len(data) == 0 || string(data) == "null" {
		data = json.RawMessage("{}")
	}
	wire, err := json.Marshal(map[string]any{"event_type": kind, "data": data})
	if err != nil {
		return Event{}, invalid("data", "data must be a JSON object.", err)
	}
	var e Event
	if err := json.Unmarshal(wire, &e); err != nil {
		field, msg := "data", "data does not fit this event_type."
		if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			field = strings.TrimSuffix("data."+strings.TrimPrefix(wrong.Field, "data."), ".")
			msg = "This must be a " + wrong.Type.String() + ", not a " + wrong.Value + "."
		}
		return Event{}, invalid(field, msg, err)
	}
	e.Origin = OriginSimulated
	if e.At.IsZero() {
		e.At = now
	}
	if e.User.Key() == "" && acted(kind) {
		e.User = &User{UniqueID: "rehearsal", Nickname: "rehearsal"}
	}
	return e, settleGift(&e, invalid)
}

// acted reports whether a kind is something a viewer does.
func acted(kind Kind) bool {
	switch kind {
	case KindComment, KindGift, KindLike, KindJoin, KindFollow, KindShare, KindSubscribe, KindQuestion:
		return true
	}
	return false
}

// settleGift makes a simulated gift's numbers agree, whatever was left out.
func settleGift(e *Event, invalid func(field, msg string, err error) error) error {
	gift, ok := e.Data.(Gift)
	if !ok {
		return nil
	}
	const most = 1_000_000
	switch {
	case gift.RepeatCount < 0 || gift.RepeatCount > most:
		return invalid("data.repeat_count", "A gift's count must be 1 to 1,000,000.", nil)
	case gift.Gift.DiamondCount < 0 || gift.Gift.DiamondCount > most:
		return invalid("data.gift.diamond_count", "A gift's price must be 0 to 1,000,000 diamonds.", nil)
	}
	gift.RepeatCount = max(gift.RepeatCount, 1)
	gift.TotalDiamonds = gift.RepeatCount * gift.Gift.DiamondCount
	if gift.Gift.Type == 0 && gift.Gift.Streakable {
		gift.Gift.Type = 1
	}
	gift.Gift.Streakable = gift.Gift.Streakable || gift.Gift.Type == 1
	gift.Streaking = gift.Streaking && gift.Gift.Streakable
	e.Data = gift
	return nil
}
