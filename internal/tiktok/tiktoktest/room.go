package tiktoktest

import (
	"context"
	"fmt"
	"sync"
	"time"

	"showcaller/internal/tiktok/webcast"
)

// LiveStatus is TikTok's state of a room.
type LiveStatus int

const (
	StatusLive   LiveStatus = 2
	StatusPaused LiveStatus = 3
	StatusOver   LiveStatus = 4
)

// Ending is a control action that ends a live.
type Ending int32

const (
	EndedByHost   Ending = 3
	EndedByTikTok Ending = 4 // suspended
)

// Room is a TikTok account and its live of the moment. Its methods may be called from any goroutine.
type Room struct {
	server *Server
	name   string
	host   Viewer

	// order keeps batches in one order for all sockets, and newcomers between two batches. It may be held for long, while a
	// client does not read, so it guards nothing that a request needs. It is taken before server.mu.
	order sync.Mutex

	// Guarded by server.mu.
	id      int64 // of the live, present or last; 0 before the first
	status  LiveStatus
	title   string
	intro   Message
	extra   []Message // of the first batch
	began   time.Time
	sockets map[*socket]bool // that entered the present live
	entries int
	sent    map[string]int

	comments []*webcast.BaseProtoMessage // the last ones, for newcomers
	recent   []*webcast.BaseProtoMessage // the last messages of any kind, for RepeatLast
}

// defaultHistory is how many old comments TikTok's player asks for.
const defaultHistory = 6

func newRoom(s *Server, name string) *Room {
	r := &Room{server: s, name: name, host: Named(name), title: "LIVE of " + name, sockets: map[*socket]bool{}, sent: map[string]int{}}
	r.host.Host = true
	r.intro = Intro(r.host, "Welcome to the room of "+name)
	r.intro.ID = s.ids.next() // the same at every connect
	return r
}

// Name is the account's handle, in lower case.
func (r *Room) Name() string { return r.name }

// Host is the account as the author of messages.
func (r *Room) Host() Viewer { return r.host }

// ID is the room id of the present or last live; 0 if there was none.
func (r *Room) ID() int64 {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return r.id
}

// Status is the state that TikTok's API reports; 0 if the account has never been live.
func (r *Room) Status() LiveStatus {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return r.status
}

// SetTitle names the live.
func (r *Room) SetTitle(title string) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.title = title
}

// GoLive starts a live with a fresh room id. Sockets of the one before stay open and hear nothing, as at TikTok.
func (r *Room) GoLive() *Room {
	r.order.Lock()
	defer r.order.Unlock()
	s := r.server
	s.mu.Lock()
	defer s.mu.Unlock()
	r.comments, r.recent = nil, nil
	r.id, r.status, r.began = s.ids.next(), StatusLive, time.Now()
	s.lives[r.id] = r
	clear(r.sockets)
	s.noteChange()
	return r
}

// End ends the live the way it should be: everybody is told, and afterwards the API says so.
func (r *Room) End(how Ending) {
	r.Send(control(int32(how), ""))
	r.Vanish()
}

// Vanish ends the live without telling the sockets. They stay open and their heartbeats are answered; only the API knows.
func (r *Room) Vanish() { r.setStatus(StatusOver) }

// Pause interrupts the live; source is "anchor_pause" (the button) or "app_pause" (the app went to the background).
func (r *Room) Pause(source string) {
	r.setStatus(StatusPaused)
	r.Send(control(1, source))
}

// Resume goes on after Pause.
func (r *Room) Resume() {
	r.setStatus(StatusLive)
	r.Send(control(2, ""))
}

func (r *Room) setStatus(to LiveStatus) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.status = to
	r.server.noteChange()
}

// alive reports whether id is the live of the moment.
func (r *Room) alive(id int64) bool {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return id == r.id && r.status != StatusOver
}

// Sockets counts the clients that are in the room.
func (r *Room) Sockets() int {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return len(r.sockets)
}

// AwaitSockets returns once exactly n clients are in the room.
func (r *Room) AwaitSockets(ctx context.Context, n int) error {
	return r.server.await(ctx, fmt.Sprintf("%d sockets in @%s", n, r.name), func() bool { return len(r.sockets) == n })
}

// AwaitEntries returns once the room was entered n times in all: 2 is the first reconnect.
func (r *Room) AwaitEntries(ctx context.Context, n int) error {
	return r.server.await(ctx, fmt.Sprintf("%d entries to @%s", n, r.name), func() bool { return r.entries >= n })
}

// AwaitStatus returns once the API reports the given state.
func (r *Room) AwaitStatus(ctx context.Context, want LiveStatus) error {
	return r.server.await(ctx, fmt.Sprintf("@%s to have status %d", r.name, want), func() bool { return r.status == want })
}

// AwaitAcked returns once every client in the room has acked everything that was sent to it.
func (r *Room) AwaitAcked(ctx context.Context) error {
	return r.server.await(ctx, "acks in @"+r.name, func() bool {
		for k := range r.sockets {
			if len(k.unacked) > 0 && !k.silent {
				return false
			}
		}
		return true
	})
}

// Send pushes messages, as one batch, to every client in the room. It waits while a client does not read, so a slow client is
// felt here and nothing is dropped.
func (r *Room) Send(msgs ...Message) { r.send(msgs, true) }

// SendUnacked is Send in a frame that needs no ack. A client that acks it all the same breaks a rule.
func (r *Room) SendUnacked(msgs ...Message) { r.send(msgs, false) }

func (r *Room) send(msgs []Message, needAck bool) {
	r.order.Lock()
	defer r.order.Unlock()
	id := r.ID()
	batch := make([]*webcast.BaseProtoMessage, 0, len(msgs))
	for _, m := range msgs {
		batch = append(batch, m.encode(r.server, id))
	}
	heard := r.broadcast(newBatch(batch, needAck)) > 0
	r.record(msgs, batch, heard)
}

// broadcast queues a batch at every socket and returns how many there were. r.order is held.
func (r *Room) broadcast(b *batch) int {
	all := r.audience()
	for _, k := range all {
		k.push(b)
	}
	return len(all)
}

// audience lists the sockets that get what is sent. r.order is held, so none can enter in between.
func (r *Room) audience() []*socket {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	all := make([]*socket, 0, len(r.sockets))
	for k := range r.sockets {
		if !k.silent {
			all = append(all, k)
		}
	}
	return all
}

// record counts the messages somebody heard, and keeps the newest for newcomers and for RepeatLast.
func (r *Room) record(msgs []Message, batch []*webcast.BaseProtoMessage, heard bool) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	for i, m := range msgs {
		if m.Kind == kindComment {
			r.comments = append(r.comments, batch[i])
		}
		if heard {
			r.sent[m.label()]++
		}
	}
	r.comments = tail(r.comments, 20)
	r.recent = tail(append(r.recent, batch...), 100)
}

// Sent is Server.Sent for this room alone.
func (r *Room) Sent() map[string]int {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	sent := make(map[string]int, len(r.sent))
	for kind, n := range r.sent {
		sent[kind] = n
	}
	return sent
}

// Greet adds messages to the first batch of everybody who connects from now on: snapshots, or old news that must not be taken
// for new. They are not counted as sent.
func (r *Room) Greet(msgs ...Message) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	r.extra = append(r.extra, msgs...)
}

// greeting is the first batch after a connect: TikTok's welcome, the host's intro, old comments, and the state of the room.
func (r *Room) greeting(live int64, history int) []*webcast.BaseProtoMessage {
	msgs, comments := r.past(history)
	var all []*webcast.BaseProtoMessage
	for _, m := range msgs {
		all = append(all, m.encode(r.server, live))
	}
	for _, c := range comments {
		all = append(all, &webcast.BaseProtoMessage{Method: c.Method, Payload: c.Payload, MsgId: c.MsgId, IsHistory: true})
	}
	for _, method := range []string{"WebcastLinkMicLayoutStateMessage", "WebcastGiftPanelUpdateMessage"} {
		state := Unknown(method)
		state.Sampled = 2
		all = append(all, state.encode(r.server, live))
	}
	return all
}

// past returns what greets everybody, and the last n comments.
func (r *Room) past(n int) ([]Message, []*webcast.BaseProtoMessage) {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	return append([]Message{Welcome(), r.intro}, r.extra...), tail(r.comments, n)
}

// tail returns the last n elements in storage of their own, so that what fell off can be freed.
func tail[T any](all []T, n int) []T {
	if len(all) <= n {
		return all
	}
	return append([]T(nil), all[len(all)-n:]...)
}
