package server_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"showcaller/internal/live"
)

// frame is what the server sends over a socket.
type frame struct {
	Type      string
	SessionID int64 `json:"session_id"`
	Last      int64
	Retry     int
	Events    []live.Event
	Health    struct{ State live.State }
	Order     []string // of the rooms
}

// socket opens a follower with the environment's token.
func (f *fixture) socket(path string) *websocket.Conn {
	f.t.Helper()
	return f.socketAs(http.Header{"Authorization": {"Bearer " + token}}, path)
}

// socketAs opens a follower with a header that says who it is.
func (f *fixture) socketAs(who http.Header, path string) *websocket.Conn {
	f.t.Helper()
	conn, res, err := websocket.Dial(f.t.Context(), strings.Replace(f.url, "http", "ws", 1)+path, &websocket.DialOptions{HTTPHeader: who})
	if err != nil {
		f.t.Fatalf("%v (%v)", err, res)
	}
	conn.SetReadLimit(1 << 20)
	f.t.Cleanup(func() { _ = conn.CloseNow() })
	return conn
}

func (f *fixture) next(conn *websocket.Conn) (frame, error) {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), 20*time.Second)
	defer cancel()
	_, b, err := conn.Read(ctx)
	if err != nil {
		return frame{}, err
	}
	var out frame
	if err := json.Unmarshal(b, &out); err != nil {
		f.t.Fatalf("%v in %s", err, b)
	}
	return out, nil
}

// until reads events up to a number, and fails on a hole or a repeat.
func (f *fixture) until(conn *websocket.Conn, after, last int64) {
	f.t.Helper()
	for after < last {
		got, err := f.next(conn)
		if err != nil {
			f.t.Fatalf("at %d: %v", after, err)
		}
		for _, e := range got.Events {
			if e.Seq != after+1 {
				f.t.Fatalf("seq %d after %d", e.Seq, after)
			}
			after = e.Seq
		}
	}
}

func TestFollowSessionResumes(t *testing.T) {
	f := start(t)
	session := f.liveRoom("ann")
	path := "/api/sessions/" + strconv.FormatInt(session, 10) + "/follow?after="
	conn := f.socket(path + "0")
	if hello, err := f.next(conn); err != nil || hello.Type != "hello" || hello.SessionID != session {
		t.Fatalf("hello %+v, %v", hello, err)
	}
	for i := range 20 {
		f.source.events <- []live.Event{chat("bob", fmt.Sprint(i))}
	}
	f.until(conn, 0, 21)
	_ = conn.CloseNow()
	for i := range 600 { // more than the log keeps at hand
		f.source.events <- []live.Event{chat("bob", fmt.Sprint("while away ", i))}
	}
	again := f.socket(path + "21")
	f.until(again, 21, 621)
	last := f.socket(path + "-5")
	f.until(last, 616, 621)
}

func TestFollowFiltersKinds(t *testing.T) {
	f := start(t)
	session := f.liveRoom("ann")
	conn := f.socket("/api/sessions/" + strconv.FormatInt(session, 10) + "/follow?types=gift")
	f.source.events <- []live.Event{chat("bob", "not this")}
	var last int64
	for last < 2 {
		got, err := f.next(conn)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Events) > 0 {
			t.Fatalf("got %s", got.Events[0].Kind)
		}
		if got.Type == "events" {
			last = got.Last
		}
	}
}

// TestFollowRoomGoesOn: one socket sees a session end and the next one begin.
func TestFollowRoomGoesOn(t *testing.T) {
	f := start(t)
	first := f.liveRoom("ann")
	conn := f.socket("/api/rooms/ann/follow")
	f.source.events <- []live.Event{chat("bob", "one")}
	f.source.events <- []live.Event{{Kind: live.KindLiveEnd, Origin: live.OriginTikTok, At: time.Now(), Data: live.LiveEnd{Reason: "host"}}}
	f.source.cut <- nil
	seen := f.kindsUntil(conn, live.KindDisconnect)
	if want := "connect comment live_end disconnect"; seen != want {
		t.Errorf("got %q, want %q", seen, want)
	}
	if err := f.db.DeleteSession(t.Context(), first); err != nil { // so that the same LIVE id is a new session
		t.Fatal(err)
	}
	f.api("POST", "/api/rooms/ann/connect", nil, nil)
	f.source.events <- []live.Event{chat("bob", "two")}
	if seen := f.kindsUntil(conn, live.KindComment); seen != "connect comment" {
		t.Errorf("in the next session: %q", seen)
	}
}

// kindsUntil reads events up to one of a kind.
func (f *fixture) kindsUntil(conn *websocket.Conn, last live.Kind) string {
	f.t.Helper()
	var kinds []string
	for {
		got, err := f.next(conn)
		if err != nil {
			f.t.Fatalf("after %v: %v", kinds, err)
		}
		for _, e := range got.Events {
			kinds = append(kinds, string(e.Kind))
			if e.Kind == last {
				return strings.Join(kinds, " ")
			}
		}
	}
}

func TestHealthIsPushed(t *testing.T) {
	f := start(t)
	f.liveRoom("ann")
	conn := f.socket("/api/rooms/ann/follow")
	f.api("POST", "/api/rooms/ann/disconnect", nil, nil)
	for {
		got, err := f.next(conn)
		if err != nil {
			t.Fatal(err)
		}
		if got.Type == "health" && got.Health.State == live.StateIdle {
			return
		}
	}
}

func TestByeOnClose(t *testing.T) {
	f := start(t)
	f.liveRoom("ann")
	conn := f.socket("/api/rooms/ann/follow")
	f.server.Close()
	for {
		got, err := f.next(conn)
		if err != nil {
			t.Fatalf("the socket ended without a bye: %v", err)
		}
		if got.Type == "bye" {
			if got.Retry < 500 || got.Retry > 3000 {
				t.Errorf("retry %d ms", got.Retry)
			}
			return
		}
	}
}

func TestFollowRefusesOtherSites(t *testing.T) {
	f := start(t)
	f.liveRoom("ann")
	_, res, err := websocket.Dial(t.Context(), strings.Replace(f.url, "http", "ws", 1)+"/api/rooms/ann/follow", &websocket.DialOptions{
		HTTPHeader: http.Header{"Authorization": {"Bearer " + token}, "Origin": {"https://evil.example"}},
	})
	if err == nil || res == nil || res.StatusCode != http.StatusForbidden {
		t.Errorf("another site's page may open a socket: %v", err)
	}
}
