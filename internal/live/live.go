// Package live is the domain of Showcaller: the events of a LIVE, the append-only numbered log they are kept in, and the
// engine that turns what a connection delivers into that log. It imports nothing but the standard library; whatever needs
// another technology (TikTok's protocol, SQLite, HTTP) lives in a package of its own and knows only this one.
package live

import (
	"encoding/json"
	"fmt"
	"strconv"
	"sync"
	"time"
)

// Kind is the wire's event_type.
type Kind string

// The first nine are those of the seed document; the next come from TikTok as well; the last five are ours.
const (
	KindConnect    Kind = "connect"
	KindComment    Kind = "comment"
	KindGift       Kind = "gift"
	KindLike       Kind = "like"
	KindJoin       Kind = "join"
	KindFollow     Kind = "follow"
	KindShare      Kind = "share"
	KindLiveEnd    Kind = "live_end"
	KindDisconnect Kind = "disconnect"

	KindViewers    Kind = "viewers"
	KindSubscribe  Kind = "subscribe"
	KindQuestion   Kind = "question"
	KindLivePause  Kind = "live_pause"
	KindLiveResume Kind = "live_resume"
	KindPin        Kind = "pin"
	KindDelete     Kind = "delete"
	KindBattle     Kind = "battle"
	KindGoal       Kind = "goal"
	KindEnvelope   Kind = "envelope"
	KindPoll       Kind = "poll"
	KindRank       Kind = "rank"
	KindCaption    Kind = "caption"
	KindIntro      Kind = "intro"
	KindSystem     Kind = "system"

	KindProgram Kind = "program"
	KindReply   Kind = "reply"
	KindSkip    Kind = "skip"
	KindGap     Kind = "gap"
	KindNote    Kind = "note"
)

// Origin says where an event came from.
type Origin string

const (
	OriginTikTok    Origin = "tiktok"    // TikTok's socket
	OriginSimulated Origin = "simulated" // the simulator: the demo room, or a gift somebody rehearses with
	OriginReplay    Origin = "replay"    // a past session read again
	OriginAPI       Origin = "api"       // a program that used the JSON API
	OriginSystem    Origin = "system"    // Showcaller itself: gaps, the session's end
)

// Rehearsal reports whether events of this origin are kept out of every statistic, goal and leaderboard.
func (o Origin) Rehearsal() bool { return o == OriginSimulated || o == OriginReplay }

// Valid reports whether o is one of the five origins.
func (o Origin) Valid() bool {
	switch o {
	case OriginTikTok, OriginSimulated, OriginReplay, OriginAPI, OriginSystem:
		return true
	}
	return false
}

// Event is one thing that happened in a session. Its JSON is the wire of the seed document: an envelope, and `data` with the
// user first, what is special to the kind, and the timestamp last.
type Event struct {
	Kind      Kind
	Seq       int64 // 1, 2, 3 … within its session; 0 until the session has numbered it
	SessionID int64
	Origin    Origin
	SourceID  string // TikTok's message id in decimal; "" where there is none
	History   bool   // replayed by TikTok at connect: shown greyed, never counted, never acted on
	Cause     int64  // the seq this event answers; 0 for none
	At        time.Time
	User      *User // nil where nobody acted
	Data      Data  // never nil

	encoded *encoding // set by the session, so that many readers share one encoding; nil elsewhere
}

// encoding holds an event's JSON once somebody wanted it.
type encoding struct {
	data []byte // set before the event is shared
	once sync.Once
	wire []byte
}

// Data is what one kind of event says beyond who and when. Its JSON is an object without the keys `user` and `timestamp`.
type Data interface{ Kind() Kind }

// Raw is data that was read from the store and not decoded: most readers only pass it on.
type Raw struct {
	EventKind Kind
	JSON      json.RawMessage
}

// Kind returns the kind the JSON belongs to.
func (r Raw) Kind() Kind { return r.EventKind }

// MarshalJSON returns the stored bytes.
func (r Raw) MarshalJSON() ([]byte, error) { return r.JSON, nil }

// DataOf returns e's data as a T, decoding it if it is still Raw. The zero T is returned if e is of another kind.
func DataOf[T Data](e Event) T {
	switch d := e.Data.(type) {
	case T:
		return d
	case Raw: //nolint:gocritic // T is hardly ever Raw, and if so the case above is meant
		var v T
		if v.Kind() == d.EventKind {
			_ = json.Unmarshal(d.JSON, &v) // what the store holds was written by Marshal; a foreign byte leaves zeros
		}
		return v
	}
	var zero T
	return zero
}

// User is a viewer or the host, as TikTok named them at the moment of the event.
type User struct {
	UniqueID       string   `json:"unique_id"`
	Nickname       string   `json:"nickname"`
	UserID         string   `json:"user_id,omitempty"` // decimal, 64 bit: the only stable key, handles and names change
	ProfilePicture string   `json:"profile_picture,omitempty"`
	Roles          []string `json:"roles,omitempty"`        // of Roles, in its order
	GifterLevel    int      `json:"gifter_level,omitempty"` // 1 to 50; 0 unknown
	TeamLevel      int      `json:"team_level,omitempty"`   // fan club level, 1 to 50; 0 unknown
	TopGifter      int      `json:"top_gifter,omitempty"`   // 1 to 3: the "No. 1" badge; 0 none
}

// Roles are the relations of a viewer to the host. The order is the bit order of the store: append only.
var Roles = [...]string{"host", "moderator", "subscriber", "friend", "follower", "gifter", "verified"}

// Key is the viewer's identity within Showcaller: the numeric id, or, marked so that it cannot be taken for one, the handle
// where a program gave no id, or the name of a visitor who has neither.
func (u *User) Key() string {
	switch {
	case u == nil:
		return ""
	case u.UserID != "":
		return u.UserID
	case u.UniqueID != "":
		return "@" + u.UniqueID
	case u.Nickname != "":
		return "~" + u.Nickname
	}
	return ""
}

// Name is what to call the viewer: the display name, else the handle, else the id.
func (u *User) Name() string {
	switch {
	case u == nil:
		return ""
	case u.Nickname != "":
		return u.Nickname
	case u.UniqueID != "":
		return u.UniqueID
	}
	return u.UserID
}

// timestamps are RFC 3339 in UTC with as many digits of the millisecond as there are.
const timestampLayout = "2006-01-02T15:04:05.999Z"

// Timestamp formats t as the wire does.
func Timestamp(t time.Time) string { return t.UTC().Format(timestampLayout) }

// Millis rounds t down to the millisecond, the precision of the wire and the store.
func Millis(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }

// MarshalJSON writes the wire form.
func (e Event) MarshalJSON() ([]byte, error) { return e.AppendJSON(nil) }

// AppendJSON appends the wire form of e to b.
func (e Event) AppendJSON(b []byte) ([]byte, error) {
	if e.encoded == nil {
		return e.appendJSON(b)
	}
	var err error
	e.encoded.once.Do(func() { e.encoded.wire, err = e.appendJSON(nil) })
	return append(b, e.encoded.wire...), err
}

// DataJSON returns the JSON of e.Data: what a store keeps beside the columns. The caller must not change it.
func (e Event) DataJSON() ([]byte, error) {
	if e.encoded != nil {
		return e.encoded.data, nil
	}
	if raw, ok := e.Data.(Raw); ok {
		return raw.JSON, nil // the store has it from here
	}
	data, err := json.Marshal(e.Data)
	if err != nil {
		return nil, fmt.Errorf("event %d/%d: %w", e.SessionID, e.Seq, err)
	}
	return data, nil
}

// encode makes e's data JSON now and lets all copies of e share what follows from it.
func (e *Event) encode() error {
	data, err := e.DataJSON()
	e.encoded = &encoding{data: data}
	return err
}

func (e Event) appendJSON(b []byte) ([]byte, error) {
	data, err := e.DataJSON()
	if err != nil {
		return nil, err
	}
	b = appendString(append(b, `{"event_type":`...), string(e.Kind))
	b = strconv.AppendInt(append(b, `,"seq":`...), e.Seq, 10)
	b = strconv.AppendInt(append(b, `,"session_id":`...), e.SessionID, 10)
	b = appendString(append(b, `,"origin":`...), string(e.Origin))
	if e.SourceID != "" {
		b = appendString(append(b, `,"source_id":`...), e.SourceID)
	}
	if e.History {
		b = append(b, `,"history":true`...)
	}
	if e.Cause != 0 {
		b = strconv.AppendInt(append(b, `,"cause":`...), e.Cause, 10)
	}
	b = append(b, `,"data":{`...)
	if e.User != nil {
		b = append(e.User.appendJSON(append(b, `"user":`...)), ',')
	}
	if inner := data[1 : len(data)-1]; len(inner) > 0 {
		b = append(append(b, inner...), ',')
	}
	b = append(b, `"timestamp":"`...)
	b = e.At.UTC().AppendFormat(b, timestampLayout)
	return append(b, `"}}`...), nil
}

// appendJSON appends what json.Marshal returns for u: every list of events is full of users.
func (u *User) appendJSON(b []byte) []byte {
	b = appendString(append(b, `{"unique_id":`...), u.UniqueID)
	b = appendString(append(b, `,"nickname":`...), u.Nickname)
	if u.UserID != "" {
		b = appendString(append(b, `,"user_id":`...), u.UserID)
	}
	if u.ProfilePicture != "" {
		b = appendString(append(b, `,"profile_picture":`...), u.ProfilePicture)
	}
	for i, role := range u.Roles {
		if i == 0 {
			b = append(b, `,"roles":[`...)
		}
		b = append(appendString(b, role), ',')
	}
	if len(u.Roles) > 0 {
		b[len(b)-1] = ']'
	}
	for _, level := range [...]struct {
		key string
		n   int
	}{{`,"gifter_level":`, u.GifterLevel}, {`,"team_level":`, u.TeamLevel}, {`,"top_gifter":`, u.TopGifter}} {
		if level.n != 0 {
			b = strconv.AppendInt(append(b, level.key...), int64(level.n), 10)
		}
	}
	return append(b, '}')
}

// appendString appends s as json.Marshal does.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' || c == '<' || c == '>' || c == '&' {
			q, _ := json.Marshal(s) // a string always marshals
			return append(b, q...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
