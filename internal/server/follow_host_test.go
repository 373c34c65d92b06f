package server_test

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/coder/websocket"

	"showcaller/internal/live"
)

type hostFrame struct {
	Type string
	At   time.Time
	Host *struct {
		live.Queue
		More int
	}
}

// host reads frames until one tells of the host what a test waits for.
func (f *fixture) host(conn *websocket.Conn, is func(hostFrame) bool) hostFrame {
	f.t.Helper()
	ctx, cancel := context.WithTimeout(f.t.Context(), 20*time.Second)
	defer cancel()
	for {
		_, b, err := conn.Read(ctx)
		if err != nil {
			f.t.Fatal(err)
		}
		var got hostFrame
		if err := json.Unmarshal(b, &got); err != nil {
			f.t.Fatalf("%v in %s", err, b)
		}
		if got.Type == "host" && is(got) {
			return got
		}
	}
}

// TestFollowTheHost: a page that asks for it hears of its room's host whenever that does something else, and of none when the room
// has none.
func TestFollowTheHost(t *testing.T) {
	f := start(t)
	session := f.liveRoom("ann")
	conn := f.socket("/api/rooms/ann/follow?after=-1&with=host")
	first := f.host(conn, func(hostFrame) bool { return true })
	if first.Host != nil || time.Since(first.At) > time.Minute {
		t.Errorf("a room without a host: %+v", first)
	}
	f.api("PATCH", "/api/stories/1", `{"room":"ann","pacing":{"idle_lines":-1}}`, nil)
	f.host(conn, func(h hostFrame) bool {
		return h.Host != nil && h.Host.State == "listening" && h.Host.StoryID == "1" && h.Host.Name == "Linh"
	})
	past := f.socket("/api/sessions/" + strconv.FormatInt(session, 10) + "/follow?with=host") // a rehearsal's desk follows its session
	f.host(past, func(h hostFrame) bool { return h.Host != nil && h.Host.SessionID == session })

	f.source.events <- []live.Event{chat("bob", "hello there")}
	said := f.host(conn, func(h hostFrame) bool { return h.Host.State == "speaking" }).Host.Now
	if said.Who != "bob" || said.Responder != "template" || len(said.Clips) == 0 || said.Began == "" || len(said.Lengths) != len(said.Clips) {
		t.Errorf("what is said: %+v", said)
	}
	f.api("POST", "/api/stories/1/director", `{"action":"mute"}`, nil)
	f.source.events <- []live.Event{chat("eve", "hello?")}
	f.host(conn, func(h hostFrame) bool {
		return h.Host.Muted && len(h.Host.Skipped) > 0 && h.Host.Skipped[0].Reason == live.SkipMuted
	})
	var many []live.Event
	for i := range 20 {
		gift := live.Gift{Gift: live.GiftItem{ID: 1, Name: "Rose", DiamondCount: 1}, RepeatCount: 1, TotalDiamonds: 1}
		name := "fan" + strconv.Itoa(i)
		many = append(many, live.Event{Kind: live.KindGift, Origin: live.OriginTikTok, At: time.Now(), User: &live.User{UniqueID: name, UserID: name}, Data: gift})
	}
	f.source.events <- many
	if got := f.host(conn, func(h hostFrame) bool { return h.Host.More > 0 }).Host; len(got.Waiting) != 12 || got.More != 8 {
		t.Errorf("%d waiting and %d more of 20", len(got.Waiting), got.More)
	}
	if res := f.api("DELETE", "/api/stories/1", nil, nil); res.StatusCode != http.StatusNoContent {
		t.Fatalf("delete: %d", res.StatusCode)
	}
	f.host(conn, func(h hostFrame) bool { return h.Host == nil })
}

// Who does not ask hears nothing of the host.
func TestFollowWithoutTheHost(t *testing.T) {
	f := start(t)
	session := f.liveRoom("ann")
	f.api("PATCH", "/api/stories/1", `{"room":"ann"}`, nil)
	conn := f.socket("/api/rooms/ann/follow")
	f.source.events <- []live.Event{chat("bob", "hello there")}
	for {
		got, err := f.next(conn)
		if err != nil || got.Type == "host" {
			t.Fatalf("%+v, %v", got, err)
		}
		for _, e := range got.Events {
			if e.Kind == live.KindReply && e.SessionID == session {
				return
			}
		}
	}
}
