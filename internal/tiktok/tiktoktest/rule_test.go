package tiktoktest

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"showcaller/internal/tiktok/webcast"
)

// crime breaks one rule.
type crime struct {
	name string
	rule Rule
	do   func(*client, *Room)
}

// TestViolations breaks each rule once, in every way there is, and wants that rule to be noticed and no other.
func TestViolations(t *testing.T) {
	for _, tt := range slices.Concat(httpCrimes(), handshakeCrimes(), signedCrimes(), frameCrimes(), heartbeatCrimes(), ackCrimes()) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			srv := openServer(t)
			tt.do(newClient(t, srv), srv.Room("lan").GoLive())
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if err := srv.await(ctx, "a violation", func() bool { return len(srv.violations) > 0 }); err != nil {
				t.Fatal(err)
			}
			for _, v := range srv.Violations() {
				if v.Rule != tt.rule {
					t.Errorf("blamed too: %v", v)
				}
			}
			srv.Allow(tt.rule)
			if left := srv.Violations(); len(left) > 0 {
				t.Errorf("allowed, yet there: %v", left)
			}
		})
	}
}

func httpCrimes() []crime {
	return []crime{
		{"no browser", RuleUserAgent, func(c *client, _ *Room) { c.getAs("Go-http-client/1.1", "", "/") }},
		{"session on a page", RuleCookies, func(c *client, _ *Room) { c.getAs(firefox, "sessionid=x", "/@lan/live") }},
		{"session at the sign server", RuleCookies, func(c *client, r *Room) {
			c.getAs(firefox, "sid_tt=x", "/webcast/fetch?client=t&user_agent=x&room_id="+itoa(r.ID()))
		}},
		{"api-live without its parameters", RuleParams, func(c *client, _ *Room) { c.get("/api-live/user/room/?uniqueId=lan&sourceType=54") }},
		{"check_alive without aid", RuleParams, func(c *client, r *Room) { c.get("/webcast/room/check_alive/?room_ids=" + itoa(r.ID())) }},
		{"signature for no browser", RuleParams, func(c *client, r *Room) { c.get("/webcast/rooms/" + itoa(r.ID()) + "/connect?client=t") }},
	}
}

func handshakeCrimes() []crime {
	type headers = http.Header
	type options = websocket.DialOptions
	return []crime{
		{"no ttwid", RuleTTWID, handshake(nil, headers{"Cookie": nil}, options{})},
		{"a ttwid of somebody else's", RuleTTWID, handshake(nil, headers{"Cookie": {"ttwid=1%7Cabc"}}, options{})},
		{"a ttwid for two attempts", RuleTTWID, reuseTTWID},
		{"another browser", RuleUserAgent, handshake(nil, headers{"User-Agent": {firefox + "x"}}, options{})},
		{"a subprotocol", RuleHandshake, handshake(nil, nil, options{Subprotocols: []string{"echo-protocol"}})},
		{"compression twice", RuleHandshake, handshake(nil, nil, options{CompressionMode: websocket.CompressionNoContextTakeover})},
		{"no live_id", RuleQuery, handshake(map[string]string{"live_id": ""}, nil, options{})},
		{"no time zone", RuleQuery, handshake(map[string]string{"tz_name": ""}, nil, options{})},
		{"another browser's version", RuleQuery, handshake(map[string]string{"browser_version": "5.0 (Windows)"}, nil, options{})},
		{"no such room", RuleQuery, handshake(map[string]string{"room_id": "1"}, nil, options{})},
		{"a signed player without signature", RuleQuery, handshake(map[string]string{"ws_direct": "0"}, nil, options{})},
		{"a raw parenthesis", RuleQuery, func(c *client, r *Room) {
			_, _ = c.dial(strings.Replace(query(r.ID(), nil), "%28", "(", 1), headers{"User-Agent": {firefox}}, options{})
		}},
	}
}

func signedCrimes() []crime {
	return []crime{
		{"a changed cursor", RuleTicket, signed(func(q string) string { return strings.Replace(q, "&cursor=", "&cursor=x", 1) })},
		{"a plus that became a space", RuleTicket, signed(func(q string) string { return strings.Replace(q, "W%2B", "W+", 1) })},
		{"one version_code", RuleQuery, signed(func(q string) string { return strings.TrimSuffix(q, "&version_code=270000") })},
		{"a stale signature", RuleTicket, func(c *client, r *Room) {
			q, cookie := c.ticket(r)
			c.srv.agePasses(ticketLife + time.Second)
			_, _ = c.dial(q, http.Header{"User-Agent": {firefox}, "Cookie": {cookie}}, websocket.DialOptions{})
		}},
	}
}

func frameCrimes() []crime {
	return []crime{
		{"text", RuleFrame, entered(func(c *client, _ *Room) { _ = c.conn.Write(c.t.Context(), websocket.MessageText, []byte("{}")) })},
		{"no protobuf", RuleFrame, entered(func(c *client, _ *Room) { _ = c.conn.Write(c.t.Context(), websocket.MessageBinary, []byte{0xff}) })},
		{"unknown payload type", RuleFrame, entered(func(c *client, _ *Room) { c.write("hello", 0, nil) })},
		{"no encoding", RuleFrame, entered(func(c *client, r *Room) { c.writeFrame(beatFrame(r, &webcast.WebcastPushFrame{})) })},
		{"a numbered heartbeat", RuleFrame, entered(func(c *client, r *Room) {
			c.writeFrame(beatFrame(r, &webcast.WebcastPushFrame{PayloadEncoding: "pb", SeqId: 1}))
		})},
		{"a WebSocket ping", RulePing, entered(func(c *client, _ *Room) {
			ctx, cancel := context.WithTimeout(c.t.Context(), time.Millisecond)
			defer cancel()
			_ = c.conn.Ping(ctx)
		})},
		{"heartbeat before entering", RuleEnter, func(c *client, r *Room) { c.connect(r); c.heartbeat() }},
		{"entering twice", RuleEnter, entered(func(c *client, _ *Room) { c.enter() })},
		{"entering another room", RuleEnter, func(c *client, r *Room) { c.connect(r); c.room++; c.enter() }},
		{"live_id in the wrong field", RuleEnter, func(c *client, r *Room) {
			c.connect(r)
			c.write("im_enter_room", 0, mustMarshal(&webcast.WebcastImEnterRoomMessage{
				RoomId: c.room, LiveRegion: "12", Identity: "audience", FilterWelcomeMsg: "0",
			}))
		}},
	}
}

func heartbeatCrimes() []crime {
	return []crime{
		{"heartbeats without count", RuleHeartbeat, entered(func(c *client, _ *Room) { c.write("hb", 0, nil) })},
		{"heartbeats in a hurry", RuleHeartbeat, entered(func(c *client, _ *Room) { c.heartbeat(); c.heartbeat() })},
		{"a late heartbeat", RuleHeartbeat, entered(func(c *client, r *Room) {
			c.only(r).checkBeat(mustMarshal(&webcast.HeartBeatMessage{RoomId: r.ID(), SendPacketSeqId: 1}), time.Now().Add(17*time.Second))
		})},
		{"no heartbeat", RuleHeartbeat, entered(func(c *client, r *Room) {
			c.batch()
			if err := r.AwaitAcked(c.t.Context()); err != nil {
				c.t.Error(err)
			}
			c.only(r).closeBooks(17 * time.Second)
		})},
	}
}

func ackCrimes() []crime {
	return []crime{
		{"an ack for nothing", RuleAck, entered(func(c *client, _ *Room) { c.write("ack", 5, []byte("x")) })},
		{"an ack nobody asked for", RuleAck, entered(func(c *client, r *Room) {
			c.batch()
			r.SendUnacked(Chat(r.Host(), "hello"))
			f, b := c.unacked()
			c.write("ack", f.LogId, b.InternalExt)
		})},
		{"an ack twice", RuleAck, entered(func(c *client, _ *Room) {
			f, b := c.unacked()
			c.write("ack", f.LogId, b.InternalExt)
			c.write("ack", f.LogId, b.InternalExt)
		})},
		{"an ack with a dash", RuleAck, entered(func(c *client, _ *Room) { f, _ := c.unacked(); c.write("ack", f.LogId, []byte("-")) })},
		{"no ack at all", RuleAck, entered(func(c *client, r *Room) { c.unacked(); c.only(r).closeBooks(6 * time.Second) })},
		{"an ack left out", RuleAck, entered(func(c *client, r *Room) {
			c.unacked()
			for range ackReorder {
				r.Send(Chat(r.Host(), "hello"))
				c.batch()
			}
			_ = c.conn.Close(websocket.StatusNormalClosure, "")
		})},
	}
}

// handshake opens a socket with changes to the right query and headers.
func handshake(change map[string]string, header http.Header, opts websocket.DialOptions) func(*client, *Room) {
	return func(c *client, r *Room) {
		h := http.Header{"User-Agent": {firefox}, "Cookie": {"ttwid=" + c.ttwid()}}
		maps.Copy(h, header)
		_, _ = c.dial(query(r.ID(), change), h, opts) // refused or not: what counts is what was noticed
	}
}

// entered does something in the room.
func entered(do func(*client, *Room)) func(*client, *Room) {
	return func(c *client, r *Room) {
		c.listen(r)
		do(c, r)
	}
}

// agePasses makes every cookie older.
func (s *Server) agePasses(by time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.passes {
		p.issued = p.issued.Add(-by)
	}
}

// openServer is NewServer for clients that are meant to break rules.
func openServer(t *testing.T) *Server {
	t.Helper()
	srv, err := Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	return srv
}

func (c *client) getAs(userAgent, cookie, path string) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.srv.URL()+path, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("User-Agent", userAgent)
	if cookie != "" {
		req.Header.Set("Cookie", cookie)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	_ = resp.Body.Close()
}

func reuseTTWID(c *client, r *Room) {
	header := http.Header{"User-Agent": {firefox}, "Cookie": {"ttwid=" + c.ttwid()}}
	for range 2 {
		if _, err := c.dial(query(r.ID(), nil), header, websocket.DialOptions{}); err != nil {
			c.t.Error(err)
		}
	}
}

// signed opens a socket with a signed query that spoil has changed.
func signed(spoil func(string) string) func(*client, *Room) {
	return func(c *client, r *Room) {
		q, cookie := c.ticket(r)
		header := http.Header{"User-Agent": {firefox}, "Cookie": {cookie}}
		if _, err := c.dial(spoil(q), header, websocket.DialOptions{}); err != nil {
			c.t.Error(err)
		}
	}
}

// ticket asks the sign server for a socket and returns the query and cookie it wants.
func (c *client) ticket(r *Room) (q, cookie string) {
	c.t.Helper()
	resp, body := c.get(fmt.Sprintf("/webcast/rooms/%d/connect?client=test&user_agent=%s", r.ID(), url.QueryEscape(firefox)))
	if resp.StatusCode != http.StatusOK {
		c.t.Fatalf("sign: %s: %s", resp.Status, body)
	}
	result := decode[webcast.ProtoMessageFetchResult](c.t, &webcast.BaseProtoMessage{Payload: body})
	change := map[string]string{"ws_direct": "0", "cursor": result.Cursor, "internal_ext": string(result.InternalExt)}
	for k, v := range result.RouteParams {
		change[k] = v
	}
	cookie, _, _ = strings.Cut(resp.Header.Get("X-Set-TT-Cookie"), ";")
	return query(r.ID(), change) + "&version_code=270000", cookie
}

func beatFrame(r *Room, f *webcast.WebcastPushFrame) *webcast.WebcastPushFrame {
	f.PayloadType, f.Payload = "hb", mustMarshal(&webcast.HeartBeatMessage{RoomId: r.ID(), SendPacketSeqId: 1})
	return f
}

// only returns the server's side of the one client in the room.
func (c *client) only(r *Room) *socket {
	c.t.Helper()
	if err := r.AwaitSockets(c.t.Context(), 1); err != nil {
		c.t.Fatal(err)
	}
	return r.audience()[0]
}

// closeBooks checks the balance as if the socket ended later.
func (k *socket) closeBooks(later time.Duration) {
	k.server.mu.Lock()
	defer k.server.mu.Unlock()
	k.checkBalance(time.Now().Add(later))
}
