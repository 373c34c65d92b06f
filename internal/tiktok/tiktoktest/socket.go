package tiktoktest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/coder/websocket"
	"google.golang.org/protobuf/proto"

	"showcaller/internal/tiktok/webcast"
)

const (
	queueLen     = 32               // frames a client may lag before Room.Send waits for it
	writeTimeout = 30 * time.Second // a client that reads nothing for so long is gone
	enterWithin  = 5 * time.Second
)

// socket is one client's connection. Its reader goroutine is the HTTP handler; its writer goroutine alone touches the wire.
type socket struct {
	server  *Server
	room    *Room
	live    int64 // room id it was opened for
	conn    *websocket.Conn
	raw     net.Conn // below conn, for breaking it
	gzip    bool
	history int
	every   time.Duration // heartbeat interval announced
	jobs    chan job
	gone    chan struct{} // closed by end

	// Guarded by server.mu.
	entered  bool
	silent   bool // open, but deaf and dumb
	seq      int64
	logBase  int64
	unacked  map[int64]dueAck // by log id
	lastAck  int64
	lastBeat time.Time // or the moment of entering
	beats    int64
}

// dueAck is an ack that has not come yet.
type dueAck struct {
	internalExt []byte
	since       time.Time
}

// job is something the writer does.
type job func(context.Context, *socket) error

// socket serves the WebSocket handshake, and the connection after it.
func (s *Server) socket(w http.ResponseWriter, r *http.Request) {
	a := s.admit(r)
	if a.refusal != nil {
		a.refusal(w, r)
		return
	}
	s.running.Add(1) // the HTTP server does not know of goroutines that took their connection over
	defer s.running.Done()
	every := s.pingInterval()
	w.Header().Set("Handshake-Options", fmt.Sprintf("ping-interval=%d", int(every.Seconds())))
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // the Origin is TikTok's, the host is not
		OnPingReceived: func(context.Context, []byte) bool {
			s.blame(RulePing, "a WebSocket ping")
			return false
		},
	})
	if err != nil {
		s.blame(RuleHandshake, "%v", err)
		return
	}
	k := newSocket(s, a, r.URL.Query())
	k.conn, k.raw, k.every = conn, connOf(r), every
	s.running.Go(k.write)
	k.read()
}

func (s *Server) pingInterval() time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pingEvery
}

// newSocket returns a socket with what the client asked for in its query.
func newSocket(s *Server, a admission, q url.Values) *socket {
	return &socket{
		server:  s,
		room:    a.room,
		live:    a.live,
		gzip:    q.Get("compress") == "gzip",
		history: max(0, int(atoi(q.Get("history_comment_count")))),
		jobs:    make(chan job, queueLen),
		gone:    make(chan struct{}),
		unacked: map[int64]dueAck{},
		logBase: 7_000_000_000_000_000_000 + rand.Int64N(1<<50),
	}
}

// refuse is socket with an answer other than a handshake: what the client asks for is checked all the same.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, answer http.HandlerFunc) {
	s.admit(r)
	answer(w, r)
}

// read receives frames until the connection is over.
func (k *socket) read() {
	defer k.end()
	k.conn.SetReadLimit(64 << 10)
	ctx, cancel := context.WithCancel(k.server.ctx)
	defer cancel()
	// A client that never enters is a client's bug, which would otherwise show as a test that waits for ever.
	late := time.AfterFunc(enterWithin, func() {
		if !k.hasEntered() {
			k.server.blame(RuleEnter, "nobody entered the room within %s", enterWithin)
			cancel()
		}
	})
	defer late.Stop()
	for {
		typ, b, err := k.conn.Read(ctx)
		if err != nil {
			return
		}
		k.receive(typ, b)
	}
}

// write does jobs until the connection is over.
func (k *socket) write() {
	for {
		select {
		case <-k.gone:
			return
		case do := <-k.jobs:
			ctx, cancel := context.WithTimeout(k.server.ctx, writeTimeout)
			err := do(ctx, k)
			cancel()
			if err != nil {
				_ = k.conn.CloseNow() // the reader notices and ends the socket
				return
			}
		}
	}
}

// end takes the socket out of the room and draws up the balance.
func (k *socket) end() {
	close(k.gone)
	_ = k.conn.CloseNow()
	k.server.mu.Lock()
	defer k.server.mu.Unlock()
	delete(k.room.sockets, k)
	k.checkBalance(time.Now())
	k.server.noteChange()
}

// enqueue hands the writer a job; it waits while the queue is full, for as long as the connection lives.
func (k *socket) enqueue(j job) {
	select {
	case k.jobs <- j:
	case <-k.gone:
	}
}

// sendBytes is the job of writing one message.
func sendBytes(b []byte) job {
	return func(ctx context.Context, k *socket) error { return k.conn.Write(ctx, websocket.MessageBinary, b) }
}

// push queues a batch and notes the ack that is due for it.
func (k *socket) push(b *batch) {
	seq, log := k.numberFrame(b)
	payload, how := b.payload(k.gzip)
	k.enqueue(sendBytes(frame(seq, log, payload, how)))
}

// numberFrame gives the next frame its numbers.
func (k *socket) numberFrame(b *batch) (seq, log int64) {
	k.server.mu.Lock()
	defer k.server.mu.Unlock()
	k.seq++
	log = k.logBase + k.seq
	if b.needAck {
		k.unacked[log] = dueAck{b.internalExt, time.Now()}
	}
	return k.seq, log
}

// receive deals with one message of the client.
func (k *socket) receive(typ websocket.MessageType, b []byte) {
	var f webcast.WebcastPushFrame
	if typ != websocket.MessageBinary {
		k.server.blame(RuleFrame, "a text message: %.40q", b)
		return
	}
	if err := proto.Unmarshal(b, &f); err != nil {
		k.server.blame(RuleFrame, "no push frame: %x", b)
		return
	}
	k.checkFrame(&f)
	switch f.PayloadType {
	case "im_enter_room":
		k.enter(f.Payload)
	case "hb":
		k.beat(f.Payload)
	case "ack":
		k.ack(&f)
	default:
		k.server.blame(RuleFrame, "payload type %q", f.PayloadType)
	}
}

// enter lets the client into the room: from here on it hears what is sent, after the greeting and with nothing in between.
func (k *socket) enter(payload []byte) {
	if !k.checkEnter(payload) {
		return
	}
	k.room.order.Lock()
	defer k.room.order.Unlock()
	k.enqueue(sendBytes(reply("im_enter_room_resp")))
	if !k.join() {
		return // a live that is over: the socket stays open and silent
	}
	k.push(firstBatch(k.room.greeting(k.live, k.history)))
}

// join adds the socket to the room's audience and reports whether its live is the present one.
func (k *socket) join() bool {
	s := k.server
	s.mu.Lock()
	defer s.mu.Unlock()
	k.entered, k.lastBeat = true, time.Now()
	s.noteChange()
	if k.live != k.room.id || k.room.status == StatusOver {
		return false
	}
	k.room.sockets[k] = true
	k.room.entries++
	return true
}

func (k *socket) hasEntered() bool {
	k.server.mu.Lock()
	defer k.server.mu.Unlock()
	return k.entered
}

// beat answers a heartbeat.
func (k *socket) beat(payload []byte) {
	if k.checkBeat(payload, time.Now()) {
		k.enqueue(sendBytes(reply("hb")))
	}
}

type connKey struct{}

// withConn keeps the TCP connection within reach, for the bad days that happen below the WebSocket.
func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

func connOf(r *http.Request) net.Conn {
	c, _ := r.Context().Value(connKey{}).(net.Conn)
	return c
}
