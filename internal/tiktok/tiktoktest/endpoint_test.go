package tiktoktest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"showcaller/internal/tiktok/webcast"
)

const liveQuery = "&sourceType=54&aid=1988&app_name=tiktok_web&device_platform=web_pc&app_language=en&browser_language=en-US" +
	"&region=US&user_is_login=false"

// apiLiveAnswer is what a client reads of api-live.
type apiLiveAnswer struct {
	StatusCode int
	Message    string
	Data       *userRoom
}

func (c *client) apiLive(name string) apiLiveAnswer {
	c.t.Helper()
	_, body := c.get("/api-live/user/room/?uniqueId=" + name + liveQuery)
	var a apiLiveAnswer
	if err := json.Unmarshal(body, &a); err != nil {
		c.t.Fatal(err)
	}
	return a
}

// TestLookup follows an account through its life as the pages and the API show it.
func TestLookup(t *testing.T) {
	srv := NewServer(t)
	c := newClient(t, srv)
	room := srv.Room("lan")
	if a := c.apiLive("lan"); a.StatusCode != 19881007 || a.Data != nil {
		t.Errorf("never live: %+v", a)
	}
	room.GoLive()
	a := c.apiLive("LAN")
	if a.Data == nil || a.Data.User.Status != 2 || a.Data.User.RoomID != itoa(room.ID()) {
		t.Fatalf("live: %+v", a)
	}
	if _, page := c.get("/@lan/live"); !strings.Contains(string(page), `<script id="SIGI_STATE" type="application/json">`) ||
		!strings.Contains(string(page), a.Data.User.RoomID) {
		t.Errorf("live page: %s", page)
	}
	first := room.ID()
	room.Vanish()
	if a := c.apiLive("lan"); a.Data == nil || a.Data.User.Status != 4 || a.Data.User.RoomID != itoa(first) {
		t.Errorf("over, but the room id stays: %+v", a)
	}
	room.GoLive()
	_, body := c.get("/webcast/room/check_alive/?aid=1988&room_ids=" + itoa(first) + "," + itoa(room.ID()))
	for _, want := range []string{`{"alive":false,"room_id":` + itoa(first), `{"alive":true,"room_id":` + itoa(room.ID())} {
		if !strings.Contains(string(body), want) {
			t.Errorf("check_alive lacks %s: %s", want, body)
		}
	}
}

// TestRoomID: room ids have 19 digits, begin with 7, and tell when the live began.
func TestRoomID(t *testing.T) {
	srv := NewServer(t)
	seen := map[int64]bool{}
	for range 100 {
		id := srv.Room("lan").GoLive().ID()
		if text := itoa(id); len(text) != 19 || text[0] != '7' || seen[id] {
			t.Fatalf("room id %s", text)
		}
		if age := time.Since(time.Unix(id>>32, 0)); age < 0 || age > 10*time.Second {
			t.Fatalf("room id %d is %s old", id, age)
		}
		seen[id] = true
	}
}

// TestScriptedAnswers: each kind of trouble is what it claims to be, once, and then all is well.
func TestScriptedAnswers(t *testing.T) {
	unix := strconv.FormatInt(time.Now().Add(time.Minute).Unix(), 10)
	date := time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)
	tests := []struct {
		name     string
		endpoint Endpoint
		reply    http.HandlerFunc
		path     string
		status   int
		header   string // name=value
		body     string // contained
	}{
		{"captcha", LivePage, Captcha(), "/@lan/live", 200, "", "tiktok-verify-page"},
		{"empty", LivePage, Empty(), "/@lan/live", 200, "", ""},
		{"not found", APILive, UserNotFound(), "/api-live/user/room/?uniqueId=lan" + liveQuery, 200, "", "19881007"},
		{"blocked", APILive, Status(403, "blocked"), "/api-live/user/room/?uniqueId=lan" + liveQuery, 403, "", "blocked"},
		{"gated", RoomInfo, Gated(), "/webcast/room/info/?room_id=ROOM", 200, "", "4003110"},
		{"login", RoomInfo, LoginRequired(), "/webcast/room/info/?room_id=ROOM", 200, "", "20003"},
		{"limit in seconds", Sign, SignLimited("Retry-After", "3"), "/webcast/rooms/ROOM/connect", 429, "Retry-After=3", "limit_label"},
		{"limit in unix time", Sign, SignLimited("X-RateLimit-Reset", unix), "/webcast/rooms/ROOM/connect", 429, "X-Ratelimit-Reset=" + unix, ""},
		{"limit with a date", SignLegacy, SignLimited("Retry-After", date), "/webcast/fetch?room_id=ROOM", 429, "Retry-After=" + date, ""},
		{"plan", Sign, Status(402, "upgrade"), "/webcast/rooms/ROOM/connect", 402, "", "upgrade"},
		{"no cookie", Sign, SignNoCookie(), "/webcast/rooms/ROOM/connect", 200, "X-Set-Tt-Cookie=", "wss://webcast-ws."},
		{"outage", Sign, SignOutage(), "/webcast/rooms/ROOM/connect", 200, "", "wss://ws-fallback."},
	}
	srv := NewServer(t)
	room := srv.Room("lan").GoLive()
	c := newClient(t, srv)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			room.Fail(tt.endpoint, tt.reply, 1)
			before := srv.Requests(tt.endpoint)
			resp, body := c.get(strings.ReplaceAll(tt.path, "ROOM", itoa(room.ID())))
			if resp.StatusCode != tt.status || !strings.Contains(string(body), tt.body) {
				t.Errorf("%s: %q", resp.Status, body)
			}
			if name, value, _ := strings.Cut(tt.header, "="); resp.Header.Get(name) != value {
				t.Errorf("header %s is %q, want %q", name, resp.Header.Get(name), value)
			}
			if srv.Requests(tt.endpoint) != before+1 || len(srv.scripts) != 0 {
				t.Errorf("%d requests, %d scripts left", srv.Requests(tt.endpoint), len(srv.scripts))
			}
		})
	}
}

// TestSignedSocket walks the way of clients that ask a sign server first.
func TestSignedSocket(t *testing.T) {
	srv := NewServer(t)
	room := srv.Room("lan").GoLive()
	c := newClient(t, srv)
	q, cookie := c.ticket(room)
	if _, err := c.dial(q, http.Header{"User-Agent": {firefox}, "Cookie": {cookie}}, websocket.DialOptions{}); err != nil {
		t.Fatal(err)
	}
	c.room = room.ID()
	c.enter()
	c.read()
	c.batch()
}

func TestSignKey(t *testing.T) {
	srv := NewServer(t)
	room := srv.Room("lan").GoLive()
	srv.RequireSignKey("K")
	c := newClient(t, srv)
	for query, want := range map[string]int{"": 401, "&apiKey=wrong": 401, "&apiKey=K": 200} {
		resp, body := c.get("/webcast/fetch?client=t&user_agent=Mozilla&room_id=" + itoa(room.ID()) + query)
		if resp.StatusCode != want {
			t.Errorf("%q: %s, want %d", query, resp.Status, want)
		}
		if want == http.StatusOK && decode[webcast.ProtoMessageFetchResult](t, &webcast.BaseProtoMessage{Payload: body}).PushServer == "" {
			t.Error("no push server")
		}
	}
}

func TestHang(t *testing.T) {
	srv := openServer(t)
	srv.Fail(Home, srv.Hang(), 1)
	gone := make(chan error, 1)
	go func() {
		_, err := newClient(t, srv).http.Get(srv.URL() + "/")
		gone <- err
	}()
	if err := srv.AwaitRequests(t.Context(), Home, 1); err != nil {
		t.Fatal(err)
	}
	srv.Close() // frees whoever hangs
	if err := <-gone; err == nil {
		t.Error("the hanging request was answered")
	}
}
