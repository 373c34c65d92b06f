package tiktok

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"showcaller/internal/live"
)

const (
	dialTimeout  = 10 * time.Second
	writeTimeout = 10 * time.Second

	// heartbeatEvery is how often a heartbeat is due unless the handshake says otherwise.
	heartbeatEvery = 10 * time.Second

	// batchesAhead is how many batches may wait for the listener. Then the socket is not read, and TikTok waits, too.
	batchesAhead = 16
)

// errDeviceBlocked is TikTok's refusal of a cookie or a browser. The next attempt needs new ones.
var errDeviceBlocked = errors.New("DEVICE_BLOCKED")

// errClosed is how a connection ends that nobody wants any more.
var errClosed = errors.New("closed by us")

// A socket is an open connection to a room. One goroutine reads; one owns the writing: entry, heartbeats, acks. What was read
// waits in batches.
type socket struct {
	conn    *websocket.Conn
	roomID  int64
	every   time.Duration // between heartbeats
	batches chan batch    // closed when the connection is over
	acks    chan []byte
	heard   atomic.Int64 // when the last byte came, unix nanoseconds

	ctx     context.Context // of the connection: ends with it, and says why
	end     context.CancelCauseFunc
	running sync.WaitGroup
}

// A batch is a fetch result as it came, or a frame that is none.
type batch struct {
	fetchResult
	arrived time.Time
	odd     *message // a frame nobody knows, to be counted under its type
	broken  bool     // odd cannot even be read
}

// dial opens the socket of a ticket. Failures are *live.Error with the reasons handshake, blocked or network.
func (c *Client) dial(ctx context.Context, t *ticket) (*socket, error) {
	h := t.browser.header()
	h.Set("Cookie", t.cookies)
	dialCtx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	// No subprotocol, which TikTok stopped echoing in 2024, and no compression on top of gzip.
	conn, resp, err := websocket.Dial(dialCtx, t.url, &websocket.DialOptions{
		HTTPClient: c.sockets, HTTPHeader: h, CompressionMode: websocket.CompressionDisabled,
	})
	if err != nil {
		return nil, handshakeError(resp, err)
	}
	conn.SetReadLimit(maxFrame)
	s := &socket{
		conn: conn, roomID: parseID(t.roomID), every: pingInterval(resp.Header.Get("Handshake-Options")),
		batches: make(chan batch, batchesAhead), acks: make(chan []byte, batchesAhead),
	}
	s.heard.Store(time.Now().UnixNano())
	s.ctx, s.end = context.WithCancelCause(ctx)
	s.running.Go(s.read)
	s.running.Go(s.write)
	return s, nil
}

// close ends the connection and returns when nothing of it runs any more.
func (s *socket) close() {
	s.end(errClosed)
	_ = s.conn.CloseNow() // it is over either way
	s.running.Wait()
}

// lastHeard is when the last byte came.
func (s *socket) lastHeard() time.Time { return time.Unix(0, s.heard.Load()) }

// read receives frames, in order, until the connection is over.
func (s *socket) read() {
	defer close(s.batches)
	for {
		_, b, err := s.conn.Read(s.ctx)
		if err != nil {
			s.end(readError(err))
			return
		}
		s.heard.Store(time.Now().UnixNano())
		if !s.receive(b) {
			return
		}
	}
}

// receive deals with one frame and reports whether to go on. It acks before it hands the batch on: a slow listener is no
// reason for TikTok to wait for the ack.
func (s *socket) receive(b []byte) bool {
	out := batch{arrived: time.Now()}
	p, err := parseFrame(b)
	if err == nil && p.typ == frameMessages {
		out.fetchResult, err = parseFetchResult(p.payload)
	}
	switch {
	case err != nil:
		out.odd, out.broken = &message{method: []byte("frame: " + err.Error()), payload: b}, true
	case p.typ == frameHeartbeat, p.typ == frameEntered:
		return true
	case p.typ == frameClose:
		s.end(failed(live.ReasonNetwork, "read", errors.New("close frame"), "TikTok closed the connection."))
		return false
	case p.typ != frameMessages:
		out.odd = &message{method: []byte("frame: " + p.typ), payload: b}
	case out.needAck && p.logID != 0 && len(out.internalExt) > 0:
		if !push(s.ctx, s.acks, ackFrame(p.logID, out.internalExt)) {
			return false
		}
	}
	return push(s.ctx, s.batches, out)
}

// push sends v to c, unless ctx ends before that.
func push[T any](ctx context.Context, c chan<- T, v T) bool {
	select {
	case c <- v:
		return true
	case <-ctx.Done():
		return false
	}
}

// write enters the room and from then on sends what is due, until the connection is over. It never sends WebSocket pings: TikTok
// does not answer them.
func (s *socket) write() {
	due := enterFrame(s.roomID, randomID())
	beat := time.NewTicker(s.every)
	defer beat.Stop()
	for seq := int64(0); ; {
		if err := s.send(due); err != nil {
			_ = s.conn.CloseNow() // the reader notices, and knows better why
			return
		}
		select {
		case due = <-s.acks:
		case <-beat.C:
			seq++
			due = heartbeatFrame(s.roomID, seq)
		case <-s.ctx.Done():
			return
		}
	}
}

func (s *socket) send(frame []byte) error {
	ctx, cancel := context.WithTimeout(s.ctx, writeTimeout)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageBinary, frame)
}

// pingInterval reads ping-interval, in seconds, out of Handshake-Options, which looks like a cookie.
func pingInterval(options string) time.Duration {
	for option := range strings.FieldsFuncSeq(options, func(r rune) bool { return r == ';' || r == ',' || r == ' ' }) {
		value, ok := strings.CutPrefix(option, "ping-interval=")
		if n, err := strconv.Atoi(value); ok && err == nil && n > 0 && n <= 60 {
			return time.Duration(n) * time.Second
		}
	}
	return heartbeatEvery
}

// readError says why a connection is over that we did not end.
func readError(err error) error {
	if errors.Is(err, websocket.ErrMessageTooBig) {
		return failed(live.ReasonProtocol, "read", err, "TikTok sent a message of more than 1 MiB.")
	}
	if code := websocket.CloseStatus(err); code != -1 {
		return failed(live.ReasonNetwork, "read", err, "TikTok closed the connection (code %d).", code)
	}
	return failed(live.ReasonNetwork, "read", err, "The connection to TikTok broke.")
}

// handshakeError says why TikTok did not open the socket: it answers 200 in place of 101, and the reason is in its headers.
func handshakeError(resp *http.Response, err error) error {
	const op = "handshake"
	if resp == nil {
		return failed(live.ReasonNetwork, op, err, "TikTok's socket cannot be reached at the moment.")
	}
	message, status := resp.Header.Get("Handshake-Msg"), resp.Header.Get("Handshake-Status")
	cause := fmt.Errorf("HTTP %d, Handshake-Msg %q, Handshake-Status %q", resp.StatusCode, message, status)
	switch {
	case strings.Contains(message, "DEVICE_BLOCKED"):
		return failed(live.ReasonHandshake, op, fmt.Errorf("%w: %w", errDeviceBlocked, cause), "TikTok refused this browser and cookie (DEVICE_BLOCKED). We try again with others.")
	case message != "":
		return failed(live.ReasonHandshake, op, cause, "TikTok refused the connection: %s (%s).", message, status)
	case resp.StatusCode == http.StatusForbidden || resp.StatusCode == http.StatusTooManyRequests:
		return errBlocked(op, fmt.Sprintf("HTTP %d", resp.StatusCode))
	case resp.StatusCode == http.StatusOK:
		return failed(live.ReasonHandshake, op, cause, "TikTok refused the connection without a reason; it takes us for a program.")
	}
	return failed(live.ReasonHandshake, op, cause, "TikTok refused the connection (HTTP %d).", resp.StatusCode)
}
