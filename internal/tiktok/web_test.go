package tiktok

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"showcaller/internal/live"
	"showcaller/internal/tiktok/tiktoktest"
)

func TestNewNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{
		"SHOWCALLER_TIKTOK_WEB_URL":     {Web: "www.tiktok.com"},
		"SHOWCALLER_TIKTOK_WEBCAST_URL": {Webcast: "ftp://webcast.tiktok.com"},
		"SHOWCALLER_TIKTOK_WS_URL":      {WS: "https://webcast-ws.tiktok.com"},
		"SHOWCALLER_TIKTOK_SIGN_URL":    {Sign: "http://[::1"},
		"SHOWCALLER_TIKTOK_CONNECT":     {Connect: "sideways"},
	} {
		_, err := New(o)
		if live.CodeOf(err) != live.CodeInvalid || !strings.Contains(live.MessageOf(err), name) {
			t.Errorf("%+v: %v does not name %s", o, err, name)
		}
	}
	if _, err := New(Options{}); err != nil {
		t.Error(err)
	}
}

// page returns a LIVE page with the given state.
func page(state string) []byte {
	return []byte(`<html><script id="SIGI_STATE" type="application/json">` + state + `</script></html>`)
}

func TestParsePage(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		page []byte
		want live.Reason // "" if there is a room
	}{
		"live":          {page(`{"LiveRoom":{"liveRoomUserInfo":{"user":{"id":"5","roomId":"7664000000000000001","status":2}}}}`), ""},
		"number ids":    {page(`{"LiveRoom":{"liveRoomUserInfo":{"user":{"id":5,"roomId":7664000000000000001,"status":2}}}}`), ""},
		"never live":    {page(`{"LiveRoom":{"liveRoomUserInfo":null}}`), live.ReasonNotFound},
		"no LiveRoom":   {page(`{}`), live.ReasonNotFound},
		"age gate":      {page(`{"LiveRoom":{"isAgeGateRoom":true}}`), live.ReasonRestricted},
		"login":         {page(`{"LiveRoom":{"needLogin":true}}`), live.ReasonRestricted},
		"captcha":       {[]byte(`<div id="tiktok-verify-page">`), live.ReasonBlocked},
		"half a page":   {page("{}")[:60], live.ReasonBlocked},
		"no JSON":       {page(`verify_page`), live.ReasonBlocked},
		"empty":         {nil, live.ReasonBlocked},
		"another shape": {page(`{"LiveRoom":[]}`), live.ReasonBlocked},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			room, err := parsePage(test.page, "lan")
			if got := live.ReasonOf(err); got != test.want {
				t.Fatalf("%v, want reason %q", err, test.want)
			}
			if err == nil && (room.RoomID != "7664000000000000001" || room.Host.UserID != "5" || !room.Status.Live()) {
				t.Errorf("room %+v", room)
			}
		})
	}
}

// TestThinState: a page without title, start and counters is normal; a room that never was is not live.
func TestThinState(t *testing.T) {
	t.Parallel()
	for state, want := range map[string]bool{
		`{"user":{"roomId":"7664000000000000001","status":2}}`:               true,
		`{"user":{"roomId":"7664000000000000001"},"liveRoom":{"status":3}}`:  true,
		`{"user":{"roomId":"7664000000000000001","status":4}}`:               false,
		`{"user":{"roomId":"","status":2}}`:                                  false,
		`{"user":{"roomId":"0","status":2}}`:                                 false,
		`{"user":{"roomId":"7664000000000000001","status":1},"liveRoom":{}}`: false,
	} {
		var h hostRoom
		if err := json.Unmarshal([]byte(state), &h); err != nil {
			t.Fatal(err)
		}
		room := h.room("lan")
		if (room.offline() == nil) != want {
			t.Errorf("%s: %v", state, room.offline())
		}
	}
}

func FuzzParsePage(f *testing.F) {
	f.Add(page(`{"LiveRoom":{"liveRoomUserInfo":{"user":{"id":"5","roomId":"7664000000000000001","status":2}}}}`))
	f.Add([]byte("<script id="))
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := parsePage(b, "lan"); err != nil && live.ReasonOf(err) == "" {
			t.Fatalf("an error without reason: %v", err)
		}
	})
}

// FuzzJSON feeds anything to what reads TikTok's and sign servers' JSON.
func FuzzJSON(f *testing.F) {
	f.Add([]byte(`{"data":{"gifts":[{"id":5655,"name":"Rose","diamond_count":1,"type":1,"image":{"url_list":["https://x"]}}]}}`))
	f.Add([]byte(`{"day":{"max":100,"remaining":95,"reset_at":"2026-11-22T00:00:00Z"},"minute":null}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var list giftList
		if json.Unmarshal(b, &list) == nil {
			for _, g := range list.items() {
				if g.ID == 0 || g.Name == "" {
					t.Fatalf("gift %+v", g)
				}
			}
		}
		if q := parseQuota(b); q != nil && q.Limit <= 0 {
			t.Fatalf("quota %+v", q)
		}
		resp := &http.Response{StatusCode: http.StatusOK, Request: &http.Request{URL: &url.URL{Host: "sign"}}}
		_ = signError(resp, b, arrival)
	})
}

func TestParseClock(t *testing.T) {
	t.Parallel()
	in := arrival.Add(90 * time.Second)
	for s, want := range map[string]time.Time{
		"90":                                  in,
		" 90 ":                                in,
		"89.5":                                in.Add(-500 * time.Millisecond),
		strconv.FormatInt(in.Unix(), 10):      in,
		strconv.FormatInt(in.UnixMilli(), 10): in,
		in.Format(http.TimeFormat):            in,
		"0":                                   arrival.Add(time.Second),
		"31536000":                            arrival.Add(maxClock),
		arrival.AddDate(-1, 0, 0).Format(http.TimeFormat): arrival.Add(time.Second),
	} {
		if got, ok := parseClock(s, arrival); !ok || !got.Equal(want) {
			t.Errorf("parseClock(%q) = %v, %v; want %v", s, got, ok, want)
		}
	}
	for _, s := range []string{"", "soon", "-5", "NaN", "Inf", "1e300"} {
		if got, ok := parseClock(s, arrival); ok {
			t.Errorf("parseClock(%q) = %v", s, got)
		}
	}
	if got := retryAfter(http.Header{"Ratelimit-Remaining": {"3"}}, arrival); !got.Equal(arrival.Add(time.Minute)) {
		t.Errorf("without a clock %v", got)
	}
}

// FuzzRetryAfter: whatever a server says, we wait between a second and a day.
func FuzzRetryAfter(f *testing.F) {
	for _, s := range []string{"60", "1795262400", "Sat, 21 Nov 2026 12:01:00 GMT", "-1", "9e99", "0x10"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := retryAfter(http.Header{"Retry-After": {s}}, arrival)
		if wait := got.Sub(arrival); wait < time.Second || wait > maxClock {
			t.Fatalf("%q: %v", s, wait)
		}
	})
}

func TestParseCookies(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"ttwid=1%7Cabc%7C17; Path=/; Domain=tiktok.com; Max-Age=31536000; HttpOnly; Secure": "ttwid=1%7Cabc%7C17",
		"ttwid=a":              "ttwid=a",
		"ttwid=a; msToken=b==": "ttwid=a; msToken=b==",
		"ttwid=a; Path=/, tt_csrf=c; SameSite=None":                     "ttwid=a; tt_csrf=c",
		"sessionid=secret; ttwid=a; sid_tt=secret; sessionid_ss=secret": "ttwid=a",
		"":                    "",
		"HttpOnly; =x; a b=c": "",
	} {
		if got := parseCookies(header); got != want {
			t.Errorf("parseCookies(%q) = %q, want %q", header, got, want)
		}
	}
}

func TestPushServers(t *testing.T) {
	t.Parallel()
	c, err := New(Options{WS: "ws://127.0.0.1:9"})
	if err != nil {
		t.Fatal(err)
	}
	for address, want := range map[string]bool{
		"wss://webcast-ws.tiktok.com" + socketPath:    true,
		"wss://webcast-ws.eu.tiktok.com" + socketPath: true,
		"ws://127.0.0.1:9" + socketPath:               true,
		"ws://webcast-ws.tiktok.com" + socketPath:     false, // the cookie would travel in clear
		"wss://ws-fallback.eulerstream.com/?token=x":  false,
		"wss://webcast-ws.tiktok.com.evil.example/":   false,
		"":    false,
		"://": false,
	} {
		if got := c.checkPushServer(address); (got == nil) != want {
			t.Errorf("%q: %v", address, got)
		}
	}
}

func TestSignedQuery(t *testing.T) {
	t.Parallel()
	res := fetchResult{cursor: "c 1", internalExt: []byte("ie|a=1"), routeParams: [][2]string{{"wrss", "W+/="}, {"aid", "7"}, {"empty", ""}}}
	query := signedQuery(browsers[0], "7664000000000000001", &res)
	if strings.ContainsAny(query, " +()") || !strings.HasSuffix(query, "&version_code=270000") {
		t.Errorf("query %s", query)
	}
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"wrss": "W+/=", "aid": "7", "cursor": "c 1", "internal_ext": "ie|a=1", "ws_direct": "0", "room_id": "7664000000000000001"} {
		if q.Get(key) != want {
			t.Errorf("%s is %q, want %q", key, q.Get(key), want)
		}
	}
	if q.Has("empty") {
		t.Error("an empty parameter was sent")
	}
}

func TestNextAllowed(t *testing.T) {
	t.Parallel()
	ago := func(seconds ...int) (past []time.Time) {
		for _, s := range seconds {
			past = append(past, arrival.Add(-time.Duration(s)*time.Second))
		}
		return past
	}
	limits := []limit{{2, time.Minute}, {3, time.Hour}}
	for name, test := range map[string]struct {
		past []time.Time
		want time.Duration // from now; 0 for at once
	}{
		"never":           {nil, 0},
		"one":             {ago(1), 0},
		"two in a minute": {ago(50, 10), 10 * time.Second},
		"two long ago":    {ago(100, 70), 0},
		"three an hour":   {ago(1800, 100, 70), 30 * time.Minute},
		"both":            {ago(1800, 50, 10), 30 * time.Minute},
	} {
		got := nextAllowed(test.past, limits, arrival)
		if test.want == 0 && !got.IsZero() || test.want != 0 && !got.Equal(arrival.Add(test.want)) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestPingInterval(t *testing.T) {
	t.Parallel()
	for options, want := range map[string]time.Duration{
		"": 10 * time.Second, "ping-interval=5": 5 * time.Second, "a=b; ping-interval=20; c": 20 * time.Second,
		"ping-interval=0": 10 * time.Second, "ping-interval=x": 10 * time.Second, "ping-interval=99999": 10 * time.Second,
	} {
		if got := pingInterval(options); got != want {
			t.Errorf("pingInterval(%q) = %v, want %v", options, got, want)
		}
	}
}

// TestDelays: failures spread out, and the times others set are kept.
func TestDelays(t *testing.T) {
	t.Parallel()
	blocked := failed(live.ReasonHandshake, "x", errDeviceBlocked, "")
	for name, test := range map[string]struct {
		failures, blocked int
		err               error
		least, most       time.Duration
	}{
		"first":                {1, 0, errNetwork("x", nil), 0, 1100 * time.Millisecond},
		"fourth":               {4, 0, errNetwork("x", nil), 0, 8100 * time.Millisecond},
		"thousandth":           {1000, 0, errNetwork("x", nil), 0, 30100 * time.Millisecond},
		"device blocked":       {1, 1, blocked, 2 * time.Second, 3 * time.Second},
		"device blocked again": {4, 4, blocked, 5 * time.Minute, 6 * time.Minute},
		"blocked":              {1, 0, errBlocked("x", "HTTP 403"), time.Minute, 90 * time.Second},
		"blocked for long":     {99, 0, errBlocked("x", "HTTP 403"), 30 * time.Minute, 31 * time.Minute},
		"told when":            {9, 0, until(errNetwork("x", nil), time.Now().Add(time.Hour)), 59 * time.Minute, 61 * time.Minute},
	} {
		s := &listening{client: &Client{clocks: clocks{}.withDefaults()}, failures: test.failures, blocked: test.blocked}
		for range 100 {
			if d := s.delay(test.err); d < test.least || d > test.most {
				t.Fatalf("%s: %v, want %v to %v", name, d, test.least, test.most)
			}
		}
	}
}

// TestLookupByID listens to a LIVE that is named by its room id.
func TestLookupByID(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	room := srv.Room("lan").GoLive()
	name := roomPrefix + strconv.FormatInt(room.ID(), 10)
	l := listen(t, newClient(t, srv, nil), name)
	goesOn(t, room, l, 1)
	if got := l.rooms[0]; got.Host.UniqueID != "lan" || got.UniqueID != name {
		t.Errorf("room %+v", got)
	}
}
