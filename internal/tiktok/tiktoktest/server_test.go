package tiktoktest

import (
	"testing"

	"go.uber.org/goleak"

	"showcaller/internal/tiktok/webcast"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestGoodClient(t *testing.T) {
	srv := NewServer(t)
	room := srv.Room("Lan").GoLive()
	c := newClient(t, srv)
	c.listen(room)

	first := c.batch()
	if !first.IsFirst || first.Messages[0].Method != "RoomMessage" || first.Messages[1].Method != "WebcastLiveIntroMessage" {
		t.Fatalf("first batch is %v", first)
	}
	if err := room.AwaitSockets(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	minh := Named("minh")
	room.Send(Chat(minh, "xin chào"), Join(minh, 7))
	r := c.batch()
	chat := decode[webcast.WebcastChatMessage](t, r.Messages[0])
	if chat.Content != "xin chào" || chat.User.DisplayId != "minh" || chat.Common.MsgId != r.Messages[0].MsgId || chat.Common.RoomId != room.ID() {
		t.Errorf("comment is %v", chat)
	}
	c.heartbeat()
	if f := c.read(); f.PayloadType != "hb" {
		t.Errorf("the answer to a heartbeat is %q", f.PayloadType)
	}
	room.End(EndedByHost)
	if end := decode[webcast.WebcastControlMessage](t, c.batch().Messages[0]); end.Action != 3 {
		t.Errorf("control is %v", end)
	}
	if err := room.AwaitAcked(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := srv.Sent(); got["comment"] != 1 || got["join"] != 1 || got["live_end"] != 1 {
		t.Errorf("sent %v", got)
	}
}
