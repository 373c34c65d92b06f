package tiktoktest

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"google.golang.org/protobuf/proto"

	"showcaller/internal/tiktok/webcast"
)

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"

// client is a raw client: it does what it is told, right or wrong.
type client struct {
	t    *testing.T
	srv  *Server
	http *http.Client
	conn *websocket.Conn
	room int64
	hbs  int64
}

func newClient(t *testing.T, srv *Server) *client {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	c := &client{t: t, srv: srv, http: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}}
	return c
}

// get asks for a path of the stand-in and returns the answer with its body.
func (c *client) get(path string) (*http.Response, []byte) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.srv.URL()+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("User-Agent", firefox)
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp, body
}

// ttwid fetches a fresh cookie.
func (c *client) ttwid() string {
	c.t.Helper()
	resp, _ := c.get("/")
	for _, k := range resp.Cookies() {
		if k.Name == "ttwid" {
			return k.Value
		}
	}
	c.t.Fatal("no ttwid")
	return ""
}

// query is a correct direct query for a room, with changes.
func query(room int64, change map[string]string) string {
	values := map[string]string{
		"version_code": "180800", "device_platform": "web", "cookie_enabled": "true", "screen_width": "1920", "screen_height": "1080",
		"browser_language": "en-US", "browser_platform": "Linux x86_64", "browser_name": "Mozilla", "browser_version": firefox[8:],
		"browser_online": "true", "tz_name": "Europe/Berlin", "app_name": "tiktok_web", "sup_ws_ds_opt": "1",
		"update_version_code": "2.0.0", "compress": "gzip", "webcast_language": "en", "ws_direct": "1", "aid": "1988", "live_id": "12",
		"app_language": "en", "client_enter": "1", "room_id": itoa(room), "identity": "audience", "history_comment_count": "6",
		"last_rtt": "137.512", "heartbeat_duration": "10000", "resp_content_type": "protobuf", "did_rule": "3",
	}
	for k, v := range change {
		values[k] = v
	}
	q := url.Values{}
	for k, v := range values {
		q.Set(k, v)
	}
	return strings.ReplaceAll(q.Encode(), "+", "%20")
}

// dial opens a socket with the given query and headers.
func (c *client) dial(query string, header http.Header, opts websocket.DialOptions) (*http.Response, error) {
	opts.HTTPClient, opts.HTTPHeader = c.http, header
	conn, resp, err := websocket.Dial(c.t.Context(), c.srv.WSURL()+socketPath+"?"+query, &opts)
	if err == nil {
		conn.SetReadLimit(4 << 20)
		c.conn = conn
		c.t.Cleanup(func() { _ = conn.CloseNow() })
	}
	return resp, err
}

// connect opens a socket the right way.
func (c *client) connect(room *Room) {
	c.t.Helper()
	c.room = room.ID()
	header := http.Header{"User-Agent": {firefox}, "Cookie": {"ttwid=" + c.ttwid()}}
	if _, err := c.dial(query(c.room, nil), header, websocket.DialOptions{}); err != nil {
		c.t.Fatal(err)
	}
}

// listen opens a socket the right way and enters the room.
func (c *client) listen(room *Room) {
	c.t.Helper()
	c.connect(room)
	c.enter()
	if got := c.read().PayloadType; got != "im_enter_room_resp" {
		c.t.Fatalf("the first frame is %q", got)
	}
}

func (c *client) enter() {
	c.t.Helper()
	c.write("im_enter_room", 0, mustMarshal(&webcast.WebcastImEnterRoomMessage{
		RoomId: c.room, LiveId: 12, Identity: "audience", FilterWelcomeMsg: "0",
	}))
}

func (c *client) heartbeat() {
	c.t.Helper()
	c.hbs++
	c.write("hb", 0, mustMarshal(&webcast.HeartBeatMessage{RoomId: c.room, SendPacketSeqId: c.hbs}))
}

func (c *client) write(payloadType string, log int64, payload []byte) {
	c.t.Helper()
	c.writeFrame(&webcast.WebcastPushFrame{LogId: log, PayloadEncoding: "pb", PayloadType: payloadType, Payload: payload})
}

func (c *client) writeFrame(f *webcast.WebcastPushFrame) {
	c.t.Helper()
	if err := c.conn.Write(c.t.Context(), websocket.MessageBinary, mustMarshal(f)); err != nil {
		c.t.Fatal(err)
	}
}

// read returns the next frame.
func (c *client) read() *webcast.WebcastPushFrame {
	c.t.Helper()
	b, err := c.readBytes()
	if err != nil {
		c.t.Fatal(err)
	}
	var f webcast.WebcastPushFrame
	if err := proto.Unmarshal(b, &f); err != nil {
		c.t.Fatal(err)
	}
	return &f
}

func (c *client) readBytes() ([]byte, error) {
	ctx, cancel := context.WithTimeout(c.t.Context(), 5*time.Second)
	defer cancel()
	_, b, err := c.conn.Read(ctx)
	return b, err
}

// batch returns the next batch, and acks it if it wants to be.
func (c *client) batch() *webcast.ProtoMessageFetchResult {
	c.t.Helper()
	f, r := c.unacked()
	if r.NeedAck {
		c.write("ack", f.LogId, r.InternalExt)
	}
	return r
}

// unacked returns the next batch without an ack.
func (c *client) unacked() (*webcast.WebcastPushFrame, *webcast.ProtoMessageFetchResult) {
	c.t.Helper()
	f := c.read()
	if f.PayloadType != "msg" {
		c.t.Fatalf("frame is %q, want msg", f.PayloadType)
	}
	var r webcast.ProtoMessageFetchResult
	if err := proto.Unmarshal(inflate(c.t, f.Payload), &r); err != nil {
		c.t.Fatal(err)
	}
	return f, &r
}

func inflate(t *testing.T, b []byte) []byte {
	t.Helper()
	if !bytes.HasPrefix(b, []byte{0x1f, 0x8b, 8}) {
		return b
	}
	r, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	b, err = io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// decode reads the payload of a message as a T.
func decode[T any, P interface {
	*T
	proto.Message
}](t *testing.T, m *webcast.BaseProtoMessage) P {
	t.Helper()
	var v T
	if err := proto.Unmarshal(m.Payload, P(&v)); err != nil {
		t.Fatalf("%s: %v", m.Method, err)
	}
	return P(&v)
}
