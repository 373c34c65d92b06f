package tiktoktest

import (
	"bytes"
	"context"
	"net/http"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
	"google.golang.org/protobuf/proto"

	"showcaller/internal/tiktok/webcast"
)

// inRoom returns a client that is in a room and has read the first batch.
func inRoom(t *testing.T) (*client, *Room) {
	t.Helper()
	srv := NewServer(t)
	room := srv.Room("lan").GoLive()
	c := newClient(t, srv)
	c.listen(room)
	c.batch()
	return c, room
}

func TestCutInMidBatch(t *testing.T) {
	c, room := inRoom(t)
	room.Cut()
	if _, err := c.readBytes(); err == nil || websocket.CloseStatus(err) != -1 {
		t.Errorf("reading the cut frame: %v, want an end without a close frame", err)
	}
	if err := room.AwaitSockets(t.Context(), 0); err != nil {
		t.Error(err)
	}
}

func TestReset(t *testing.T) {
	c, room := inRoom(t)
	room.Reset()
	if _, err := c.readBytes(); err == nil || websocket.CloseStatus(err) != -1 {
		t.Errorf("reading after a reset: %v, want no close frame", err)
	}
}

func TestPoliteClose(t *testing.T) {
	c, room := inRoom(t)
	room.CloseSockets()
	if _, err := c.readBytes(); websocket.CloseStatus(err) != websocket.StatusGoingAway {
		t.Errorf("reading after the close: %v", err)
	}
}

func TestSilence(t *testing.T) {
	c, room := inRoom(t)
	room.Silence()
	c.heartbeat()
	room.Send(Chat(room.Host(), "anybody there?"))
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, b, err := c.conn.Read(ctx); err == nil {
		t.Errorf("a silent socket said %x", b)
	}
	if n := room.Sent()[kindComment]; n != 0 {
		t.Errorf("%d comments count as sent", n)
	}
}

func TestRepeats(t *testing.T) {
	c, room := inRoom(t)
	room.Send(Chat(room.Host(), "one"), Chat(room.Host(), "two"))
	first := c.batch()
	room.RepeatLast(20)
	again := c.batch()
	for i, m := range first.Messages {
		if !proto.Equal(m, again.Messages[i]) {
			t.Errorf("message %d came back as %v, was %v", i, again.Messages[i], m)
		}
	}
	if n := room.Sent()[kindComment]; n != 2 {
		t.Errorf("%d comments count as sent", n)
	}
}

func TestHalfFrame(t *testing.T) {
	c, room := inRoom(t)
	room.HalfFrame()
	b, err := c.readBytes()
	if err != nil {
		t.Fatal(err)
	}
	if proto.Unmarshal(b, &webcast.WebcastPushFrame{}) == nil {
		t.Error("half a frame can be decoded")
	}
}

func TestBomb(t *testing.T) {
	c, room := inRoom(t)
	room.Bomb()
	payload := c.read().Payload
	if len(payload) > 64<<10 {
		t.Errorf("the bomb has %d bytes", len(payload))
	}
	if n := len(inflate(t, payload)); n < 16<<20 {
		t.Errorf("the bomb inflates to %d bytes", n)
	}
}

func TestOversize(t *testing.T) {
	c, room := inRoom(t)
	c.conn.SetReadLimit(1 << 20)
	room.Oversize()
	if _, err := c.readBytes(); err == nil {
		t.Error("the frame is within a megabyte")
	}
}

func TestBrokenMessage(t *testing.T) {
	c, room := inRoom(t)
	room.BrokenMessage()
	var ok []bool
	for _, m := range c.batch().Messages {
		ok = append(ok, proto.Unmarshal(m.Payload, &webcast.WebcastChatMessage{}) == nil)
	}
	if len(ok) != 3 || !ok[0] || ok[1] || !ok[2] {
		t.Errorf("decodable: %v, want all but the second", ok)
	}
}

func TestBrokenName(t *testing.T) {
	c, room := inRoom(t)
	room.BrokenName()
	payload := c.batch().Messages[0].Payload
	if utf8.Valid(payload) || !bytes.Contains(payload, []byte("my name is not UTF-8")) {
		t.Errorf("payload is %q", payload)
	}
	if proto.Unmarshal(payload, &webcast.WebcastChatMessage{}) == nil {
		t.Error("a strict decoder takes it")
	}
	// Only the name is wrong: the framing around it is whole.
	if err := proto.Unmarshal(payload, &webcast.HeartBeatMessage{}); err != nil {
		t.Errorf("the framing is broken: %v", err)
	}
}

func TestPauseResumeVanish(t *testing.T) {
	c, room := inRoom(t)
	for _, want := range []struct {
		play   func()
		action int32
		status LiveStatus
	}{
		{room.PauseOrResume, 1, StatusPaused},
		{room.PauseOrResume, 2, StatusLive},
		{func() { room.End(EndedByTikTok) }, 4, StatusOver},
	} {
		want.play()
		m := decode[webcast.WebcastControlMessage](t, c.batch().Messages[0])
		if m.Action != want.action || room.Status() != want.status {
			t.Errorf("action %d, status %d, want %d, %d", m.Action, room.Status(), want.action, want.status)
		}
	}
	c.heartbeat() // answered although the live is over
	if f := c.read(); f.PayloadType != "hb" {
		t.Errorf("the answer to a heartbeat is %q", f.PayloadType)
	}
}

// TestDeadRoom: the socket of a live that is over opens, is entered, and then nothing comes.
func TestDeadRoom(t *testing.T) {
	srv := NewServer(t)
	room := srv.Room("lan").GoLive()
	c := newClient(t, srv)
	room.Vanish()
	c.listen(room)
	c.heartbeat()
	if f := c.read(); f.PayloadType != "hb" {
		t.Errorf("after entering comes %q", f.PayloadType)
	}
	if room.Sockets() != 0 {
		t.Error("somebody is in a dead room")
	}
}

func TestHistoryAtReconnect(t *testing.T) {
	c, room := inRoom(t)
	for _, text := range []string{"1", "2", "3", "4", "5", "6", "7", "8"} {
		room.Send(Chat(room.Host(), text))
		c.batch()
	}
	room.Cut()
	if err := room.AwaitSockets(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	c.listen(room)
	first := c.batch()
	var texts []string
	for _, m := range first.Messages {
		if m.IsHistory {
			texts = append(texts, decode[webcast.WebcastChatMessage](t, m).Content)
		}
	}
	if len(texts) != 6 || texts[0] != "3" || texts[5] != "8" {
		t.Errorf("history is %q, want the last six", texts)
	}
	if err := room.AwaitEntries(t.Context(), 2); err != nil {
		t.Error(err)
	}
}

// TestGreet: what is put into the first batch keeps the time it is given.
func TestGreet(t *testing.T) {
	srv := NewServer(t)
	room := srv.Room("lan").GoLive()
	old := Ended(EndedByHost)
	old.At, old.History = time.Now().Add(-time.Hour), true
	room.Greet(old)
	c := newClient(t, srv)
	c.listen(room)
	m := c.batch().Messages[2]
	if got := decode[webcast.WebcastControlMessage](t, m); !m.IsHistory || got.Common.CreateTime != old.At.UnixMilli() {
		t.Errorf("the greeting has %v", m)
	}
}

// TestHandshakeFaults: refusals are HTTP 200 with the reason in headers, and come as often as planned.
func TestHandshakeFaults(t *testing.T) {
	srv := NewServer(t)
	room := srv.Room("lan").GoLive()
	srv.Room("other").Fail(Socket, Handshake("not for lan", 1), Always)
	room.Fail(Socket, DeviceBlocked(), 2)
	room.Fail(Socket, Handshake("illegal secret key", 417), 1)
	c := newClient(t, srv)
	for _, want := range []string{"DEVICE_BLOCKED", "DEVICE_BLOCKED", "illegal secret key"} {
		resp, err := c.dial(query(room.ID(), nil), http.Header{"User-Agent": {firefox}, "Cookie": {"ttwid=" + c.ttwid()}}, websocket.DialOptions{})
		if err == nil || resp.StatusCode != http.StatusOK || resp.Header.Get("Handshake-Msg") != want {
			t.Errorf("handshake: %v, %v, want a 200 with %q", err, resp.Header, want)
		}
	}
	c.listen(room) // the fourth one is let in
}

func TestBadDayNamed(t *testing.T) {
	for _, d := range BadDays() {
		if got, err := BadDayNamed(d.Name); err != nil || got.About != d.About {
			t.Errorf("%s: %v, %v", d.Name, got, err)
		}
	}
	if _, err := BadDayNamed("nice"); err == nil {
		t.Error("a nice day is a bad day")
	}
}

// TestEveryBadDay plays each one on an open socket: none may hang or upset the stand-in itself.
func TestEveryBadDay(t *testing.T) {
	for _, d := range BadDays() {
		t.Run(d.Name, func(t *testing.T) {
			t.Parallel()
			_, room := inRoom(t)
			d.Play(room)
		})
	}
}
