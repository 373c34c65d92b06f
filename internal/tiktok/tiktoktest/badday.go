package tiktoktest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"

	"github.com/coder/websocket"
	"google.golang.org/protobuf/encoding/protowire"

	"showcaller/internal/tiktok/webcast"
)

// BadDay is something that goes wrong in a room that is being listened to.
type BadDay struct {
	Name  string
	About string
	Play  func(*Room)
}

// BadDays lists what can go wrong, for those who choose by name.
func BadDays() []BadDay {
	return []BadDay{
		{"cut", "the connection breaks in the middle of a batch", (*Room).Cut},
		{"close", "TikTok closes the socket politely, though the live goes on", (*Room).CloseSockets},
		{"silence", "the sockets stay open and nothing comes, not even answers to heartbeats", (*Room).Silence},
		{"repeats", "the last messages come again, with the same ids", func(r *Room) { r.RepeatLast(20) }},
		{"half", "a push frame that is cut short", (*Room).HalfFrame},
		{"bomb", "a frame that inflates to 16 MiB", (*Room).Bomb},
		{"oversize", "a frame larger than a client should take", (*Room).Oversize},
		{"broken", "a message that cannot be decoded, among good ones", (*Room).BrokenMessage},
		{"utf8", "a name that is not UTF-8", (*Room).BrokenName},
		{"unknown", "messages of methods nobody knows", (*Room).UnknownMethods},
		{"pause", "the host pauses; when it comes round again, goes on", (*Room).PauseOrResume},
		{"blocked", "a cut, then two handshakes are DEVICE_BLOCKED", cutThen(DeviceBlocked(), 2, Socket)},
		{"detected", "a cut, then two handshakes are refused without a reason", cutThen(Handshake("", 0), 2, Socket)},
		{"captcha", "a cut, then api-live and the live page are captchas, twice", cutThen(Captcha(), 2, APILive, LivePage)},
		{"lookup", "a cut, then api-live twice says that there is no such user", cutThen(UserNotFound(), 2, APILive)},
		{"signlimit", "a cut, then the sign server says 429 once", cutThen(SignLimited("Retry-After", "5"), 1, Sign, SignLegacy)},
		{"signdown", "a cut, then the sign server is a stub twice", cutThen(SignOutage(), 2, Sign, SignLegacy)},
		{"vanish", "the live ends and nobody is told", (*Room).Vanish},
		{"suspend", "TikTok ends the live", func(r *Room) { r.End(EndedByTikTok) }},
	}
}

// BadDayNamed returns the bad day with the given name.
func BadDayNamed(name string) (BadDay, error) {
	all := BadDays()
	i := slices.IndexFunc(all, func(d BadDay) bool { return d.Name == name })
	if i < 0 {
		return BadDay{}, fmt.Errorf("there is no bad day called %q", name)
	}
	return all[i], nil
}

// cutThen breaks the connections, after planning trouble for those who come back.
func cutThen(reply http.HandlerFunc, times int, at ...Endpoint) func(*Room) {
	return func(r *Room) {
		for _, e := range at {
			r.Fail(e, reply, times)
		}
		r.Cut()
	}
}

// each queues a job at every socket of the room.
func (r *Room) each(j job) {
	r.order.Lock()
	defer r.order.Unlock()
	for _, k := range r.audience() {
		k.enqueue(j)
	}
}

// errCut ends a socket whose connection was broken on purpose.
var errCut = errors.New("tiktoktest: cut")

// Cut breaks every connection in the middle of a batch: the frame's header promises more bytes than come.
func (r *Room) Cut() {
	r.each(func(_ context.Context, k *socket) error {
		const binaryMessage, length16 = 0x82, 126
		b := append([]byte{binaryMessage, length16, 0x10, 0x00}, make([]byte, 700)...) // 4096 promised
		_, _ = k.raw.Write(b)
		_ = k.raw.Close()
		return errCut
	})
}

// Reset breaks every connection with a TCP reset, as a router does.
func (r *Room) Reset() {
	r.each(func(_ context.Context, k *socket) error {
		if tcp, ok := k.raw.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
		_ = k.raw.Close()
		return errCut
	})
}

// CloseSockets closes every socket with the code TikTok uses now and then in the middle of a live.
func (r *Room) CloseSockets() {
	r.each(func(_ context.Context, k *socket) error { return k.conn.Close(websocket.StatusGoingAway, "") })
}

// Silence keeps every socket open and never writes to it again, nor answers its heartbeats. New sockets are not silent.
func (r *Room) Silence() {
	r.order.Lock()
	defer r.order.Unlock()
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	for k := range r.sockets {
		k.silent = true
	}
	r.server.noteChange()
}

// RepeatLast sends the last n messages again with the ids they had.
func (r *Room) RepeatLast(n int) {
	r.order.Lock()
	defer r.order.Unlock()
	r.broadcast(newBatch(r.newest(n), true))
}

func (r *Room) newest(n int) []*webcast.BaseProtoMessage {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return tail(r.recent, n)
}

// HalfFrame sends the first half of a push frame, as a whole WebSocket message.
func (r *Room) HalfFrame() {
	whole := frame(1, 1, Chat(r.host, "half of this is missing").payload(r.ID()), "none")
	r.each(sendBytes(whole[:len(whole)/2]))
}

// Bomb sends a small frame that inflates to 16 MiB of a valid batch.
func (r *Room) Bomb() {
	r.each(sendBytes(frame(1, 1, bomb(16), "gzip")))
}

// bomb is the gzip form of a batch with one unknown field of so many MiB. A gzip file may have many parts, so one part is
// compressed and repeated.
func bomb(mebibytes int) []byte {
	const unknownField = 99
	head := protowire.AppendTag(nil, unknownField, protowire.BytesType)
	head = protowire.AppendVarint(head, uint64(mebibytes)<<20)
	return append(compress(head), bytes.Repeat(compress(make([]byte, 1<<20)), mebibytes)...)
}

// Oversize sends a frame of 4 MiB that is not compressed.
func (r *Room) Oversize() {
	r.each(sendBytes(frame(1, 1, make([]byte, 4<<20), "none")))
}

// BrokenMessage sends a batch whose second of three comments cannot be decoded.
func (r *Room) BrokenMessage() {
	broken := Raw("WebcastChatMessage", []byte{0x0a, 0xff, 0x01, 0x12}) // field 1 is longer than all there is
	r.Send(Chat(r.host, "before the broken one"), broken, Chat(r.host, "after the broken one"))
}

// BrokenName sends a comment by somebody whose name is not UTF-8.
func (r *Room) BrokenName() {
	const placeholder = "placeholder"
	v := Named("broken_name")
	v.Nickname = placeholder
	m := Chat(v, "my name is not UTF-8")
	m.body = bytes.Replace(m.body, []byte(placeholder), []byte("\xff\xfe\xc3(\xa0\xa1 name"), 1)
	r.Send(m)
}

// UnknownMethods sends messages nobody has a schema for, one of them with bytes that are no protobuf.
func (r *Room) UnknownMethods() {
	r.Send(Unknown("WebcastFutureMessage"), Raw("WebcastOpaqueMessage", []byte{0xff, 0xff, 0xff}), Raw("", nil))
}

// PauseOrResume pauses a live that runs and resumes one that is paused.
func (r *Room) PauseOrResume() {
	if r.Status() == StatusPaused {
		r.Resume()
		return
	}
	r.Pause("anchor_pause")
}
