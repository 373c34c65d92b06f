package live

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// decoders makes the data of each kind from JSON.
var decoders = map[Kind]func(json.RawMessage) (Data, error){
	KindConnect: decode[Connect], KindComment: decode[Comment], KindGift: decode[Gift], KindLike: decode[Like],
	KindJoin: decode[Join], KindFollow: decode[Follow], KindShare: decode[Share], KindLiveEnd: decode[LiveEnd],
	KindDisconnect: decode[Disconnect], KindViewers: decode[Viewers], KindSubscribe: decode[Subscribe],
	KindQuestion: decode[Question], KindLivePause: decode[LivePause], KindLiveResume: decode[LiveResume], KindPin: decode[Pin],
	KindDelete: decode[Delete], KindBattle: decode[Battle], KindGoal: decode[Goal], KindEnvelope: decode[Envelope],
	KindPoll: decode[Poll], KindRank: decode[Rank], KindCaption: decode[Caption], KindIntro: decode[Intro],
	KindSystem: decode[System], KindProgram: decode[Program], KindReply: decode[Reply], KindSkip: decode[Skip],
	KindGap: decode[Gap], KindNote: decode[Note],
}

// Kinds returns every kind of event, sorted.
func Kinds() []Kind { return slices.Sorted(maps.Keys(decoders)) }

func decode[T Data](raw json.RawMessage) (Data, error) {
	var v T
	err := json.Unmarshal(raw, &v)
	return v, err
}

// UnmarshalJSON reads the wire form. Unknown keys are ignored; a kind that does not exist is an error.
func (e *Event) UnmarshalJSON(b []byte) error {
	var wire struct {
		Kind      Kind            `json:"event_type"`
		Seq       int64           `json:"seq"`
		SessionID int64           `json:"session_id"`
		Origin    Origin          `json:"origin"`
		SourceID  string          `json:"source_id"`
		History   bool            `json:"history"`
		Cause     int64           `json:"cause"`
		Data      json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(b, &wire); err != nil {
		return err
	}
	var common struct {
		User      *User  `json:"user"`
		Timestamp string `json:"timestamp"`
	}
	if wire.Data == nil {
		wire.Data = json.RawMessage("{}")
	}
	if err := json.Unmarshal(wire.Data, &common); err != nil {
		return err
	}
	data, err := DecodeData(wire.Kind, wire.Data)
	if err != nil {
		return err
	}
	at, err := parseTimestamp(common.Timestamp)
	if err != nil {
		return err
	}
	*e = Event{
		Kind: wire.Kind, Seq: wire.Seq, SessionID: wire.SessionID, Origin: wire.Origin, SourceID: wire.SourceID,
		History: wire.History, Cause: wire.Cause, At: at, User: common.User, Data: data,
	}
	return nil
}

// DecodeData reads the data of one kind.
func DecodeData(kind Kind, raw json.RawMessage) (Data, error) {
	decode, ok := decoders[kind]
	if !ok {
		return nil, fmt.Errorf("there is no event_type %q", kind)
	}
	return decode(raw)
}

// parseTimestamp reads RFC 3339; the seed document's examples lack the zone, which is UTC.
func parseTimestamp(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t, err = time.Parse("2006-01-02T15:04:05.999", s)
	}
	return t.UTC(), err
}
