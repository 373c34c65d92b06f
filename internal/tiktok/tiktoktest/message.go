package tiktoktest

import (
	"cmp"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"showcaller/internal/tiktok/webcast"
)

// Message is one thing that happens in a room, not yet sent. Room.Send gives it its id, room and time; the same Message may be
// sent many times and is then as many events.
type Message struct {
	Kind    string    // our word for it, for counting; "" for what we have no word for
	Method  string    // TikTok's
	ID      int64     // msg_id; 0 for a fresh one
	At      time.Time // create_time; zero for the moment of sending
	Key     string    // common.display_text.key, which tells a follow from a share
	Text    string    // common.display_text.default_pattern
	History bool      // replayed from before the connect
	Sampled int32     // 2 on state snapshots

	Describe string // common.describe

	inner string // common.method where it differs from Method
	body  []byte // the encoded message without its field 1, common
	whole []byte // or the encoded message with it, to be re-stamped
	asIs  bool   // or not even that
}

// The kinds are the event types of Showcaller's own wire.
const (
	kindComment   = "comment"
	kindGift      = "gift"
	kindLike      = "like"
	kindJoin      = "join"
	kindFollow    = "follow"
	kindShare     = "share"
	kindViewers   = "viewers"
	kindSubscribe = "subscribe"
	kindQuestion  = "question"
	kindEnd       = "live_end"
	kindPause     = "live_pause"
	kindResume    = "live_resume"
	kindPin       = "pin"
	kindDelete    = "delete"
	kindBattle    = "battle"
	kindGoal      = "goal"
	kindEnvelope  = "envelope"
	kindPoll      = "poll"
	kindRank      = "rank"
	kindCaption   = "caption"
	kindIntro     = "intro"
	kindSystem    = "system"
)

// event makes a Message of a body without common. The body is encoded once, here.
func event(kind, method string, body proto.Message) Message {
	return Message{Kind: kind, Method: method, body: mustMarshal(body)}
}

// Raw is a message with a payload of the caller's own, sent as it is.
func Raw(method string, payload []byte) Message {
	return Message{Method: method, whole: payload, asIs: true}
}

// Recorded is a message with a real payload: its id, room and time are replaced on sending, the rest stays as TikTok wrote it.
func Recorded(method string, payload []byte) Message { return Message{Method: method, whole: payload} }

// label is what the message is counted under.
func (m Message) label() string {
	if m.Kind == "" {
		return cmp.Or(m.Method, "without a method")
	}
	return m.Kind
}

// encode stamps the message and wraps it for a fetch result.
func (m Message) encode(s *Server, room int64) *webcast.BaseProtoMessage {
	if m.ID == 0 {
		m.ID = s.ids.next()
	}
	if m.At.IsZero() {
		m.At = time.Now()
	}
	return &webcast.BaseProtoMessage{
		Method: m.Method, Payload: m.payload(room), MsgId: m.ID, IsHistory: m.History, SampleFlag: m.Sampled,
	}
}

// payload returns the encoded message with its stamp.
func (m Message) payload(room int64) []byte {
	switch {
	case m.asIs:
		return m.whole
	case m.whole != nil:
		return restamp(m.whole, m.ID, room, m.At)
	}
	common := mustMarshal(m.common(room))
	b := make([]byte, 0, len(common)+len(m.body)+8)
	b = protowire.AppendTag(b, 1, protowire.BytesType)
	b = protowire.AppendBytes(b, common)
	return append(b, m.body...)
}

// common is field 1 of every message.
func (m Message) common(room int64) *webcast.Common {
	c := &webcast.Common{
		Method: m.Method, MsgId: m.ID, RoomId: room, CreateTime: m.At.UnixMilli(), IsShowMsg: true, Describe: m.Describe,
		FoldType: 2, AnchorFoldType: 2, FromIdc: "my3", ClientSendTime: m.At.UnixMilli() - 800,
	}
	if m.inner != "" {
		c.Method = m.inner
		c.MsgId++ // TikTok's own room messages have an id inside that is not the one outside
	}
	if m.Key != "" || m.Text != "" {
		c.DisplayText = &webcast.Text{Key: m.Key, DefaultPattern: m.Text}
	}
	return c
}
