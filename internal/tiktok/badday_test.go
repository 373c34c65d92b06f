package tiktok

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"showcaller/internal/live"
	"showcaller/internal/tiktok/tiktoktest"
)

// goesOn proves that l listens to the room again: for the nth time, and hears a comment.
func goesOn(t *testing.T, room *tiktoktest.Room, l *listened, n int) {
	t.Helper()
	l.awaitConnects(t, n)
	awaitSockets(t, room, 1)
	room.Send(tiktoktest.Chat(minh, "still here"))
	l.awaitComment(t, "still here")
}

// TestReconnect breaks connections in every way a network knows.
func TestReconnect(t *testing.T) {
	t.Parallel()
	for name, play := range map[string]func(*tiktoktest.Room){
		"closed":   (*tiktoktest.Room).CloseSockets,
		"reset":    (*tiktoktest.Room).Reset,
		"cut":      (*tiktoktest.Room).Cut,
		"oversize": (*tiktoktest.Room).Oversize,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, room, l := start(t, nil)
			l.awaitConnects(t, 1)
			play(room)
			goesOn(t, room, l, 2)
			if l.rooms[0].RoomID != l.rooms[1].RoomID {
				t.Errorf("rooms %v: the same LIVE goes on", l.rooms)
			}
			reason := live.ReasonNetwork
			if name == "oversize" {
				reason = live.ReasonProtocol
			}
			if got := live.ReasonOf(l.disconnects[0]); got != reason {
				t.Errorf("disconnected for %q, want %q: %v", got, reason, l.disconnects[0])
			}
		})
	}
}

// TestBadFrames: what cannot be read costs itself, is counted, and the connection stays.
func TestBadFrames(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		play    func(*tiktoktest.Room)
		counted string // a part of the counter's name
	}{
		"bomb":            {(*tiktoktest.Room).Bomb, "gzip bomb"},
		"half a frame":    {(*tiktoktest.Room).HalfFrame, "malformed"},
		"broken message":  {(*tiktoktest.Room).BrokenMessage, "WebcastChatMessage"},
		"unknown methods": {(*tiktoktest.Room).UnknownMethods, "Webcast"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, room, l := start(t, nil)
			test.play(room)
			goesOn(t, room, l, 1)
			l.await(t, "counter of "+test.counted, func() bool {
				for _, p := range l.progress {
					for method, u := range p.Unknown {
						if strings.Contains(method, test.counted) && u.Count > 0 && u.Sample != "" {
							return true
						}
					}
				}
				return false
			})
		})
	}
}

// TestBrokenMessage: the two comments around one that cannot be decoded arrive.
func TestBrokenMessage(t *testing.T) {
	t.Parallel()
	_, room, l := start(t, nil)
	room.BrokenMessage()
	l.await(t, "both comments", func() bool { return len(l.comments()) == 2 })
}

// TestBrokenName: a name that is not UTF-8 costs its letters and not the comment.
func TestBrokenName(t *testing.T) {
	t.Parallel()
	_, room, l := start(t, nil)
	room.BrokenName()
	l.await(t, "comment", func() bool { return len(l.comments()) == 1 })
	for _, e := range l.events {
		if e.Kind == live.KindComment && !e.History && !strings.Contains(e.User.Nickname, "\uFFFD") {
			t.Errorf("nickname %q", e.User.Nickname)
		}
	}
}

// TestRepeats arrive with the ids they had: the session drops them by that.
func TestRepeats(t *testing.T) {
	t.Parallel()
	_, room, l := start(t, nil)
	room.Send(tiktoktest.Chat(minh, "once"))
	room.RepeatLast(1)
	l.await(t, "repeat", func() bool { return len(l.comments()) == 2 })
	var ids []string
	for _, e := range l.events {
		if e.Kind == live.KindComment && !e.History {
			ids = append(ids, e.SourceID)
		}
	}
	if ids[0] == "" || ids[0] != ids[1] {
		t.Errorf("source ids %q", ids)
	}
}

// TestHistory: what TikTok replays is flagged, and an end in it ends nothing.
func TestHistory(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	room := srv.Room("lan").GoLive()
	room.Send(tiktoktest.Chat(minh, "before you came"))
	l := listen(t, newClient(t, srv, nil), "lan")
	awaitSockets(t, room, 1)
	old := tiktoktest.Ended(tiktoktest.EndedByHost)
	old.History = true
	room.Send(old)
	goesOn(t, room, l, 1)
	for _, e := range l.events {
		if c, ok := e.Data.(live.Comment); ok && c.Comment == "before you came" && !e.History {
			t.Error("a replayed comment counts as new")
		}
		if e.Kind == live.KindLiveEnd {
			t.Error("an old end was delivered")
		}
	}
}

// TestPause is no end, and who connects meanwhile is told of it.
func TestPause(t *testing.T) {
	t.Parallel()
	_, room, l := start(t, nil)
	room.Pause("anchor_pause")
	l.await(t, "pause", func() bool { return has(l.events, live.LivePause{By: "anchor_pause"}) })
	room.Cut()
	goesOn(t, room, l, 2)
	room.Resume()
	l.await(t, "resume", func() bool { return has(l.events, live.LiveResume{}) })
	if *l.rooms[0].Paused || !*l.rooms[1].Paused {
		t.Errorf("rooms %+v: the second is the one that was paused", l.rooms)
	}
}

// TestPauseOfARoomTikTokHides: who connects again while TikTok answers nobody who looks the room up does not know of the pause, says so,
// and asks until it is told.
func TestPauseOfARoomTikTokHides(t *testing.T) {
	t.Parallel()
	srv, room, l := start(t, func(o *Options) { o.clocks.silence = quick.report })
	l.awaitConnects(t, 1)
	for _, lookup := range []tiktoktest.Endpoint{tiktoktest.APILive, tiktoktest.LivePage} {
		srv.Fail(lookup, tiktoktest.Captcha(), tiktoktest.Always)
	}
	room.Cut()
	l.awaitConnects(t, 2)
	room.Pause("anchor_pause")
	srv.Heal(tiktoktest.APILive)
	l.await(t, "pause", func() bool {
		return slices.ContainsFunc(l.progress, func(p live.Progress) bool { return p.Paused != nil && *p.Paused })
	})
	if first, second := l.rooms[0].Paused, l.rooms[1].Paused; first == nil || second != nil {
		t.Errorf("paused: at first %v, then %v", first, second)
	}
}

func has[T interface {
	comparable
	live.Data
}](events []live.Event, want T) bool {
	for _, e := range events {
		if got, ok := e.Data.(T); ok && got == want {
			return true
		}
	}
	return false
}

// impatient makes silence short.
func impatient(o *Options) { o.clocks.silence = quick.silence }

// TestSilence: nothing comes any more, not even answers to heartbeats, while the LIVE goes on.
func TestSilence(t *testing.T) {
	t.Parallel()
	_, room, l := start(t, impatient)
	l.awaitConnects(t, 1)
	room.Silence()
	l.awaitConnects(t, 2)
	l.awaitReason(t, live.ReasonStale)
	l.await(t, "silent state", func() bool {
		for _, p := range l.progress {
			if p.State == live.ConnSilent {
				return true
			}
		}
		return false
	})
}

// TestVanish: the LIVE ends and nobody says so.
func TestVanish(t *testing.T) {
	t.Parallel()
	_, room, l := start(t, impatient)
	l.awaitConnects(t, 1)
	room.Vanish()
	if err := l.result(t); err != nil {
		t.Fatal(err)
	}
	if !has(l.events, live.LiveEnd{Reason: endedNotAlive}) {
		t.Error("no live_end")
	}
}

// TestSuspended: TikTok ends the LIVE.
func TestSuspended(t *testing.T) {
	t.Parallel()
	_, room, l := start(t, nil)
	room.End(tiktoktest.EndedByTikTok)
	if err := l.result(t); err != nil {
		t.Fatal(err)
	}
	if !has(l.events, live.LiveEnd{Reason: endedByTikTok}) {
		t.Error("no live_end")
	}
}

// TestNewLive: while TikTok cannot be reached the LIVE ends and another one begins. It is a new room.
func TestNewLive(t *testing.T) {
	t.Parallel()
	srv, room, l := start(t, nil)
	l.awaitConnects(t, 1)
	outage := []tiktoktest.Endpoint{tiktoktest.APILive, tiktoktest.LivePage, tiktoktest.CheckAlive}
	for _, e := range outage {
		srv.Fail(e, tiktoktest.Status(http.StatusBadGateway, "no"), tiktoktest.Always)
	}
	room.CloseSockets()
	l.awaitReason(t, live.ReasonNetwork)
	room.Vanish()
	room.GoLive()
	for _, e := range outage {
		srv.Heal(e)
	}
	goesOn(t, room, l, 2)
	if l.rooms[0].RoomID == l.rooms[1].RoomID {
		t.Error("the same room id")
	}
}

// TestLookupOutage: TikTok's pages fail at a reconnect, but it says that the room we were in is alive.
func TestLookupOutage(t *testing.T) {
	t.Parallel()
	srv, room, l := start(t, nil)
	l.awaitConnects(t, 1)
	srv.Fail(tiktoktest.APILive, tiktoktest.Captcha(), tiktoktest.Always)
	srv.Fail(tiktoktest.LivePage, tiktoktest.Captcha(), tiktoktest.Always)
	room.CloseSockets()
	goesOn(t, room, l, 2)
}

// TestOfflineAtReconnect: the connection goes, and so did the LIVE.
func TestOfflineAtReconnect(t *testing.T) {
	t.Parallel()
	_, room, l := start(t, nil)
	l.awaitConnects(t, 1)
	room.Vanish()
	room.CloseSockets()
	if err := l.result(t); live.ReasonOf(err) != live.ReasonOffline {
		t.Errorf("Listen returned %v", err)
	}
}

// TestLookup says what is found out about a host before any connection.
func TestLookup(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		prepare func(*tiktoktest.Server, *tiktoktest.Room)
		want    live.Reason // of Listen
	}{
		"never live": {func(*tiktoktest.Server, *tiktoktest.Room) {}, live.ReasonNotFound},
		"over":       {func(_ *tiktoktest.Server, r *tiktoktest.Room) { r.GoLive().Vanish() }, live.ReasonOffline},
		"offline and captcha": {func(s *tiktoktest.Server, r *tiktoktest.Room) {
			r.GoLive().Vanish()
			s.Fail(tiktoktest.LivePage, tiktoktest.Captcha(), tiktoktest.Always)
		}, live.ReasonOffline},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := tiktoktest.NewServer(t)
			test.prepare(srv, srv.Room("lan"))
			err := listen(t, newClient(t, srv, nil), "lan").result(t)
			if got := live.ReasonOf(err); got != test.want {
				t.Errorf("Listen returned %v, want reason %s", err, test.want)
			}
		})
	}
}

// TestLookupDetours: one source fails or is wrong, and the room is found all the same.
func TestLookupDetours(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]http.HandlerFunc{
		"unknown by region":  tiktoktest.UserNotFound(),
		"captcha":            tiktoktest.Captcha(),
		"empty":              tiktoktest.Empty(),
		"forbidden":          tiktoktest.Status(http.StatusForbidden, "no"),
		"offline, wrongly":   offline,
		"trouble at TikTok":  tiktoktest.Status(http.StatusBadGateway, "no"),
		"nothing we can use": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"statusCode":7,"data":null}`)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := tiktoktest.NewServer(t)
			room := srv.Room("lan").GoLive()
			srv.Fail(tiktoktest.APILive, reply, tiktoktest.Always)
			got, err := newClient(t, srv, nil).Lookup(t.Context(), "lan")
			if err != nil || !got.Status.Live() || got.RoomID != strconv.FormatInt(room.ID(), 10) {
				t.Errorf("Lookup = %+v, %v", got, err)
			}
		})
	}
}

// offline is api-live's answer for a host who is not live, room id and all.
func offline(w http.ResponseWriter, _ *http.Request) {
	_, _ = w.Write([]byte(`{"statusCode":0,"data":{"user":{"id":"1","roomId":"7664000000000000001","status":4},"liveRoom":{"status":4}}}`))
}

// TestBlocked: TikTok answers neither way.
func TestBlocked(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	srv.Room("lan").GoLive()
	srv.Fail(tiktoktest.APILive, tiktoktest.Captcha(), 1)
	srv.Fail(tiktoktest.LivePage, tiktoktest.Captcha(), 1)
	l := listen(t, newClient(t, srv, nil), "lan")
	p := l.awaitReason(t, live.ReasonBlocked)
	if p.State != live.ConnRetrying || p.RetryAt.IsZero() {
		t.Errorf("progress %+v", p)
	}
	l.awaitConnects(t, 1)
}

// TestGated: room info is only for people who are signed in. It is decoration.
func TestGated(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]http.HandlerFunc{"gated": tiktoktest.Gated(), "login": tiktoktest.LoginRequired(), "empty": tiktoktest.Empty()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := tiktoktest.NewServer(t)
			room := srv.Room("lan").GoLive()
			srv.Fail(tiktoktest.RoomInfo, reply, tiktoktest.Always)
			l := listen(t, newClient(t, srv, nil), "lan")
			goesOn(t, room, l, 1)
		})
	}
}

// TestHandshakes refuses the socket a few times, and then does not.
func TestHandshakes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reply http.HandlerFunc
		want  live.Reason
		words string
	}{
		"device blocked": {tiktoktest.DeviceBlocked(), live.ReasonHandshake, "DEVICE_BLOCKED"},
		"illegal key":    {tiktoktest.Handshake("illegal secret key", 417), live.ReasonHandshake, "illegal secret key (417)"},
		"detected":       {tiktoktest.Handshake("", 0), live.ReasonHandshake, "takes us for a program"},
		"malformed":      {tiktoktest.Status(http.StatusBadRequest, "no"), live.ReasonHandshake, "HTTP 400"},
		"forbidden":      {tiktoktest.Status(http.StatusForbidden, "no"), live.ReasonBlocked, "HTTP 403"},
		"hang up":        {tiktoktest.HangUp(), live.ReasonNetwork, "cannot be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := tiktoktest.NewServer(t)
			room := srv.Room("lan").GoLive()
			srv.Fail(tiktoktest.Socket, test.reply, 2)
			l := listen(t, newClient(t, srv, nil), "lan")
			p := l.awaitReason(t, test.want)
			if got := live.MessageOf(p.Err); !strings.Contains(got, test.words) {
				t.Errorf("message %q lacks %q", got, test.words)
			}
			goesOn(t, room, l, 1)
		})
	}
}

// TestOtherBrowser: whom TikTok blocks comes back as somebody else.
func TestOtherBrowser(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	srv.Room("lan").GoLive()
	srv.Fail(tiktoktest.Socket, tiktoktest.DeviceBlocked(), 1)
	c := newClient(t, srv, nil)
	before := c.browser()
	listen(t, c, "lan").awaitConnects(t, 1)
	if c.browser() == before {
		t.Error("the same browser again")
	}
}

// TestNoCookie: the first page gives no ttwid, another one does.
func TestNoCookie(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	srv.Room("lan").GoLive()
	srv.Fail(tiktoktest.Home, tiktoktest.Empty(), 1)
	srv.Handle("GET /explore", http.RedirectHandler("/", http.StatusFound))
	l := listen(t, newClient(t, srv, nil), "lan")
	l.awaitReason(t, live.ReasonBlocked)
	l.awaitConnects(t, 1)
}

// TestSignTrouble: what can be wrong with a sign server that is the only way.
func TestSignTrouble(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		reply http.HandlerFunc
		want  live.Reason
	}{
		"outage":       {tiktoktest.SignOutage(), live.ReasonSignDown},
		"empty":        {tiktoktest.Empty(), live.ReasonSignDown},
		"server error": {tiktoktest.Status(http.StatusInternalServerError, "Empty response payload received!"), live.ReasonSignDown},
		"limit":        {tiktoktest.SignLimited("Retry-After", "1"), live.ReasonSignLimit},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := tiktoktest.NewServer(t)
			room := srv.Room("lan").GoLive()
			srv.Fail(tiktoktest.Sign, test.reply, 1)
			l := listen(t, newClient(t, srv, func(o *Options) { o.Connect = waySign }), "lan")
			l.awaitReason(t, test.want)
			goesOn(t, room, l, 1)
		})
	}
}

// TestSignKey: a wrong key is for a person to put right.
func TestSignKey(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	srv.Room("lan").GoLive()
	srv.RequireSignKey("right")
	signed := func(key string) func(*Options) {
		return func(o *Options) { o.Connect, o.SignKey = waySign, key }
	}
	if err := listen(t, newClient(t, srv, signed("wrong")), "lan").result(t); live.ReasonOf(err) != live.ReasonSignAuth {
		t.Errorf("Listen returned %v", err)
	}
	listen(t, newClient(t, srv, signed("right")), "lan").awaitConnects(t, 1)
}

// TestSignLegacy: an older sign server knows only the older address.
func TestSignLegacy(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	room := srv.Room("lan").GoLive()
	srv.Fail(tiktoktest.Sign, http.NotFound, tiktoktest.Always)
	l := listen(t, newClient(t, srv, func(o *Options) { o.Connect = waySign }), "lan")
	goesOn(t, room, l, 1)
	if srv.Requests(tiktoktest.SignLegacy) != 1 {
		t.Errorf("%d requests to the older address", srv.Requests(tiktoktest.SignLegacy))
	}
}

// TestSignLimitClocks honours each way of saying when to come back.
func TestSignLimitClocks(t *testing.T) {
	t.Parallel()
	at := time.Now().Add(2 * time.Hour).Truncate(time.Second)
	for name, header := range map[string][2]string{
		"seconds":      {"Retry-After", "7200"},
		"date":         {"Retry-After", at.UTC().Format(http.TimeFormat)},
		"unix seconds": {"X-RateLimit-Reset", strconv.FormatInt(at.Unix(), 10)},
		"reset":        {"RateLimit-Reset", "7200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := tiktoktest.NewServer(t)
			srv.Room("lan").GoLive()
			srv.Fail(tiktoktest.Sign, tiktoktest.SignLimited(header[0], header[1]), tiktoktest.Always)
			l := listen(t, newClient(t, srv, func(o *Options) { o.Connect = waySign }), "lan")
			p := l.awaitReason(t, live.ReasonSignLimit)
			if late := p.RetryAt.Sub(at); late < -time.Minute || late > time.Minute {
				t.Errorf("next attempt at %v, want about %v", p.RetryAt, at)
			}
		})
	}
}

// TestAuto goes by the sign server where direct does not work, and remembers that.
func TestAuto(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	room := srv.Room("lan").GoLive()
	srv.Fail(tiktoktest.Socket, tiktoktest.Handshake("", 0), 1)
	c := newClient(t, srv, func(o *Options) { o.Connect = wayAuto })
	l := listen(t, c, "lan")
	goesOn(t, room, l, 1)
	room.CloseSockets()
	l.awaitConnects(t, 2)
	for _, r := range l.rooms {
		if r.Way != waySign {
			t.Errorf("way %q", r.Way)
		}
	}
	if n := srv.Requests(tiktoktest.Home); n != 1 {
		t.Errorf("direct was tried %d times", n)
	}
}

// TestQuota is read where the sign server tells it.
func TestQuota(t *testing.T) {
	t.Parallel()
	_, _, l := start(t, func(o *Options) { o.Connect = waySign })
	l.await(t, "quota", func() bool {
		for _, p := range l.progress {
			if p.Quota != nil && p.Quota.Limit > 0 && p.Quota.Remaining < p.Quota.Limit {
				return true
			}
		}
		return false
	})
}

// TestAnonymousQuota: a crash loop does not eat the quota, as the record outlives the process.
func TestAnonymousQuota(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	srv.Room("lan").GoLive()
	record := &memoryAttempts{}
	for range 5 {
		if err := record.Record(t.Context(), waySign, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
	l := listen(t, newClient(t, srv, func(o *Options) { o.Connect, o.Attempts = waySign, record }), "lan")
	p := l.awaitReason(t, live.ReasonSignLimit)
	if wait := time.Until(p.RetryAt); wait < 50*time.Second || wait > 65*time.Second {
		t.Errorf("next attempt in %v, want a minute", wait)
	}
	if n := srv.Requests(tiktoktest.Sign); n != 0 {
		t.Errorf("the sign server was asked %d times", n)
	}
}

// TestGifts: the catalogue comes from TikTok's list, once, and from what is sent.
func TestGifts(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	id := strconv.FormatInt(srv.Room("lan").GoLive().ID(), 10)
	c := newClient(t, srv, nil)
	c.refreshGifts(t.Context(), id)
	c.refreshGifts(t.Context(), id)
	if n := srv.Requests(tiktoktest.GiftList); n != 1 {
		t.Errorf("the list was fetched %d times", n)
	}
	c.gifts.learn(live.GiftItem{ID: 99, Name: "New", DiamondCount: 1 << 20})
	gifts := c.Gifts(t.Context())
	if len(gifts) != len(tiktoktest.Gifts())+1 || gifts[len(gifts)-1].Name != "New" {
		t.Errorf("gifts %v", gifts)
	}
	rose, ok := c.gifts.gift(tiktoktest.Rose.ID)
	if want := (live.GiftItem{ID: 5655, Name: "Rose", DiamondCount: 1, Type: 1, Streakable: true, ImageURL: rose.ImageURL}); !ok || rose != want {
		t.Errorf("gift 5655 is %+v", rose)
	}
}
