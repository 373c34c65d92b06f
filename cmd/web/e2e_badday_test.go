package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"showcaller/internal/live"
	"showcaller/internal/tiktok/tiktoktest"
)

// audience says numbered lines in a room and remembers when.
type audience struct {
	room *tiktoktest.Room
	said []line
}

// line is a comment that was sent, at some moment between two.
type line struct {
	id            string
	before, after time.Time
}

// say sends n lines in one batch.
func (a *audience) say(n int) {
	const firstID = 7_400_000_000_000_000_000 // far from the ids the stand-in gives
	lines := make([]line, n)
	batch := make([]tiktoktest.Message, n)
	for i := range batch {
		number := len(a.said) + i + 1
		batch[i] = tiktoktest.Chat(tiktoktest.Named(fmt.Sprintf("viewer%d", number%7)), fmt.Sprintf("line %d", number))
		batch[i].ID = firstID + int64(number)
		lines[i] = line{id: strconv.FormatInt(batch[i].ID, 10), before: time.Now()}
	}
	a.room.Send(batch...)
	for i := range lines {
		lines[i].after = time.Now()
	}
	a.said = append(a.said, lines...)
}

// audit holds a recording against what was said: each line is there once and in order, or lies in a gap that has a name. It
// returns the causes of the gaps.
func (a *audience) audit(t *testing.T, events []live.Event) (causes []string) {
	t.Helper()
	type span struct{ from, to time.Time }
	var gaps []span
	at := map[string]int{}
	for i, e := range events {
		if e.Kind == live.KindGap {
			gap, from, to := gapOf(t, e)
			gaps, causes = append(gaps, span{from, to}), append(causes, gap.Cause)
		}
		if e.SourceID != "" {
			at[e.SourceID] = i
		}
	}
	last := -1
	for _, l := range a.said {
		i, found := at[l.id]
		switch {
		case found && i <= last:
			t.Errorf("line %s is before the one before it", l.id)
		case found:
			last = i
		// A gap begins where the last byte arrived; what was on its way then is in it too.
		case !slices.ContainsFunc(gaps, func(g span) bool { return l.after.Add(time.Second).After(g.from) && l.before.Before(g.to) }):
			t.Errorf("line %s, sent at %s, is missing and in no gap %v", l.id, l.before, gaps)
		}
	}
	return causes
}

// captureRun is a capture inside the test.
type captureRun struct {
	t    *testing.T
	file string
	out  *transcript
	stop context.CancelFunc
	done chan struct{} // closed when it has ended
	end  result        // after done
}

// captureHere begins a capture of a room.
func captureHere(t *testing.T, environ []string, name string, more ...string) *captureRun {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	c := &captureRun{t: t, file: filepath.Join(t.TempDir(), "events.json"), out: newTranscript(), stop: stop, done: make(chan struct{})}
	args := append([]string{"capture", "@" + name, "--out", c.file}, more...)
	go func() {
		defer close(c.done)
		var errs bytes.Buffer
		code := run(ctx, args, environ, strings.NewReader(""), c.out, &errs)
		c.end = result{code, c.out.String(), errs.String()}
	}()
	t.Cleanup(func() {
		stop()
		if <-c.done; t.Failed() {
			t.Logf("the capture ended with %d and said:\n%s%s", c.end.code, c.end.out, c.end.errs)
		}
	})
	return c
}

// result waits for the capture's end.
func (c *captureRun) result() result {
	c.t.Helper()
	select {
	case <-c.done:
		return c.end
	case <-soon(c.t).Done():
		c.t.Fatal("the capture does not end")
		return result{}
	}
}

// awaitEntries waits until the room was entered n times and somebody is in it.
func awaitEntries(t *testing.T, room *tiktoktest.Room, n int) {
	t.Helper()
	ctx := soon(t)
	if err := room.AwaitEntries(ctx, n); err != nil {
		t.Fatal(err)
	}
	if err := room.AwaitSockets(ctx, 1); err != nil {
		t.Fatal(err)
	}
}

// badDay is one way in which TikTok or the line to it misbehaves while a capture runs.
type badDay struct {
	environ []string
	before  func(*tiktoktest.Room) // it is live, and nobody listens yet
	play    func(*tiktoktest.Room) // somebody listens
	lost    bool                   // the connection goes, and comes back
	gaps    string                 // their causes
	ends    bool                   // play ends the LIVE
	says    []string               // what must be in the file
	kinds   []live.Kind            // kinds of events that must be in the file
}

var bySign = []string{"SHOWCALLER_TIKTOK_CONNECT=sign"}

// cutWith breaks the connection and has who comes back find trouble.
func cutWith(reply http.HandlerFunc, times int, at ...tiktoktest.Endpoint) func(*tiktoktest.Room) {
	return func(room *tiktoktest.Room) {
		for _, e := range at {
			room.Fail(e, reply, times)
		}
		room.Cut()
	}
}

var badDays = map[string]badDay{
	"device blocked": {before: func(r *tiktoktest.Room) { r.Fail(tiktoktest.Socket, tiktoktest.DeviceBlocked(), 2) }},
	"captcha":        {play: cutWith(tiktoktest.Captcha(), 1, tiktoktest.APILive, tiktoktest.LivePage), lost: true, gaps: "network"},
	"gated info":     {before: func(r *tiktoktest.Room) { r.Fail(tiktoktest.RoomInfo, tiktoktest.Gated(), tiktoktest.Always) }},
	"sign limit": {
		environ: bySign, play: cutWith(tiktoktest.SignLimited("Retry-After", "1"), 1, tiktoktest.Sign, tiktoktest.SignLegacy),
		lost: true, gaps: "network",
	},
	"sign outage": {environ: bySign, play: cutWith(tiktoktest.SignOutage(), 1, tiktoktest.Sign, tiktoktest.SignLegacy), lost: true, gaps: "network"},
	"half frame":  {play: (*tiktoktest.Room).HalfFrame},
	"gzip bomb":   {play: (*tiktoktest.Room).Bomb},
	"oversize":    {play: (*tiktoktest.Room).Oversize, lost: true, gaps: "protocol"},
	"broken payload": {
		play: (*tiktoktest.Room).BrokenMessage, says: []string{"before the broken one", "after the broken one"},
	},
	"broken name":     {play: (*tiktoktest.Room).BrokenName, says: []string{"my name is not UTF-8"}},
	"unknown methods": {play: (*tiktoktest.Room).UnknownMethods},
	"repeats":         {play: func(r *tiktoktest.Room) { r.RepeatLast(50) }},
	"cut":             {play: (*tiktoktest.Room).Cut, lost: true, gaps: "network"},
	"reset":           {play: (*tiktoktest.Room).Reset, lost: true, gaps: "network"},
	"closed":          {play: (*tiktoktest.Room).CloseSockets, lost: true, gaps: "network"},
	"pause": {
		play: func(r *tiktoktest.Room) {
			r.Pause("anchor_pause")
			r.Resume()
		},
		kinds: []live.Kind{live.KindLivePause, live.KindLiveResume},
	},
	"suspended":           {play: func(r *tiktoktest.Room) { r.End(tiktoktest.EndedByTikTok) }, ends: true},
	"end without control": {play: func(r *tiktoktest.Room) { r.Vanish(); r.CloseSockets() }, ends: true},
}

// TestBadDays: whatever TikTok does to a capture, its file has each event once and in order, and says where one is missing.
func TestBadDays(t *testing.T) {
	t.Parallel()
	for name, day := range badDays {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			playBadDay(t, day)
		})
	}
}

func playBadDay(t *testing.T, day badDay) {
	t.Helper()
	srv := tiktoktest.NewServer(t)
	room := srv.Room("lan").GoLive()
	a := &audience{room: room}
	if day.before != nil {
		day.before(room)
	}
	c := captureHere(t, settings(t, srv, day.environ...), "lan")
	awaitEntries(t, room, 1)
	for range 10 {
		a.say(5)
	}
	streak := room.Streak(tiktoktest.Named("minh"), tiktoktest.Rose)
	room.Send(streak.Tap(1), streak.Tap(3))
	if day.play != nil {
		day.play(room)
	}
	if day.lost {
		a.say(3) // perhaps nobody hears it
		awaitEntries(t, room, 2)
	}
	for !day.ends && len(a.said) < 100 {
		a.say(5)
	}
	if !day.ends {
		room.Send(streak.End())
		room.End(tiktoktest.EndedByHost)
	}
	c.result().wants(t, exitOK, "saved to "+c.file)
	events := readCapture(t, c.file)
	checkLog(t, events)
	if causes := strings.Join(a.audit(t, events), " "); causes != day.gaps {
		t.Errorf("gaps by %q, want %q", causes, day.gaps)
	}
	checkStreak(t, events, 3)
	checkEnd(t, events)
	for _, words := range day.says {
		if !slices.ContainsFunc(events, func(e live.Event) bool { return live.Text(e) == words }) {
			t.Errorf("nobody says %q", words)
		}
	}
	for _, kind := range day.kinds {
		if !slices.ContainsFunc(events, func(e live.Event) bool { return e.Kind == kind }) {
			t.Errorf("no %s", kind)
		}
	}
}

// checkStreak fails the test unless the only streak was booked once, with all its pieces.
func checkStreak(t *testing.T, events []live.Event, pieces int) {
	t.Helper()
	var booked []int
	for _, e := range events {
		if gift := live.DataOf[live.Gift](e); e.Kind == live.KindGift && !gift.Streaking {
			booked = append(booked, gift.RepeatCount)
		}
	}
	if len(booked) != 1 || booked[0] != pieces {
		t.Errorf("the streak of %d was booked as %v", pieces, booked)
	}
}

// checkEnd fails the test unless a recording says once that the LIVE is over, and nothing of TikTok's after that.
func checkEnd(t *testing.T, events []live.Event) {
	t.Helper()
	end := slices.IndexFunc(events, func(e live.Event) bool { return e.Kind == live.KindLiveEnd && !e.History })
	if end < 0 {
		t.Error("no live_end")
		return
	}
	for _, e := range events[end+1:] {
		if e.Kind != live.KindDisconnect {
			t.Errorf("a %s after the end", e.Kind)
		}
	}
}

// TestHistoryInCapture: what was said before the capture began is there, marked, and once, however often TikTok repeats it.
func TestHistoryInCapture(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	room := srv.Room("lan").GoLive()
	a := &audience{room: room}
	a.say(4)
	c := captureHere(t, settings(t, srv), "lan")
	awaitEntries(t, room, 1)
	a.say(2)
	room.CloseSockets()
	awaitEntries(t, room, 2)
	a.say(2)
	room.End(tiktoktest.EndedByHost)
	c.result().wants(t, exitOK)
	events := readCapture(t, c.file)
	checkLog(t, events)
	a.audit(t, events)
	var marked, comments int
	for _, e := range events {
		if e.Kind == live.KindComment {
			comments++
			if e.History {
				marked++
			}
		}
	}
	if marked != 4 || comments != 8 {
		t.Errorf("%d of %d comments are marked as history, want 4 of 8", marked, comments)
	}
}

// TestNextLiveInCapture: the host ends one LIVE and begins another while the line is broken. It is another session.
func TestNextLiveInCapture(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	room := srv.Room("lan").GoLive()
	a := &audience{room: room}
	c := captureHere(t, settings(t, srv), "lan")
	awaitEntries(t, room, 1)
	a.say(5)
	first := room.ID()
	room.CloseSockets()
	if err := room.AwaitSockets(soon(t), 0); err != nil {
		t.Fatal(err)
	}
	room.GoLive()
	awaitEntries(t, room, 2)
	a.say(5)
	room.End(tiktoktest.EndedByHost)
	c.result().wants(t, exitOK)
	bySession := map[int64][]live.Event{}
	for _, e := range readCapture(t, c.file) {
		bySession[e.SessionID] = append(bySession[e.SessionID], e)
	}
	if len(bySession) != 2 {
		t.Fatalf("%d sessions", len(bySession))
	}
	for id, want := range map[int64]int64{1: first, 2: room.ID()} {
		events := bySession[id]
		checkLog(t, events)
		checkEnd(t, events)
		if got := live.DataOf[live.Connect](events[0]).RoomID; got != strconv.FormatInt(want, 10) {
			t.Errorf("session %d is of room %s, want %d", id, got, want)
		}
	}
}

// restrictedPage is TikTok's LIVE page of a host who is shown to people who are signed in.
func restrictedPage(w http.ResponseWriter, _ *http.Request) {
	_, _ = w.Write([]byte(`<script id="SIGI_STATE" type="application/json">{"LiveRoom":{"needLogin":true}}</script>`))
}

// TestCaptureExitCodes: a program that runs captures learns by the code why there is nothing, and a person by the words.
func TestCaptureExitCodes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		environ []string
		prepare func(*tiktoktest.Server, *tiktoktest.Room)
		code    int
		words   string
	}{
		"offline": {prepare: func(_ *tiktoktest.Server, r *tiktoktest.Room) { r.Vanish() }, code: exitOffline, words: "The host is not live."},
		"unknown": {prepare: func(s *tiktoktest.Server, _ *tiktoktest.Room) {
			s.Fail(tiktoktest.APILive, tiktoktest.UserNotFound(), tiktoktest.Always)
			s.Fail(tiktoktest.LivePage, func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte(`<script id="SIGI_STATE" type="application/json">{"LiveRoom":{}}</script>`))
			}, tiktoktest.Always)
		}, code: exitNotFound, words: "TikTok knows no account of this name."},
		"restricted": {prepare: func(s *tiktoktest.Server, _ *tiktoktest.Room) {
			s.Fail(tiktoktest.APILive, tiktoktest.UserNotFound(), tiktoktest.Always)
			s.Fail(tiktoktest.LivePage, restrictedPage, tiktoktest.Always)
		}, code: exitRestricted, words: "This LIVE is open to some viewers only"},
		"blocked": {prepare: func(s *tiktoktest.Server, _ *tiktoktest.Room) {
			s.Fail(tiktoktest.APILive, tiktoktest.Captcha(), tiktoktest.Always)
			s.Fail(tiktoktest.LivePage, tiktoktest.Captcha(), tiktoktest.Always)
		}, code: exitRestricted, words: "TikTok refuses connections from this computer's internet address."},
		"refused": {prepare: func(s *tiktoktest.Server, _ *tiktoktest.Room) {
			s.Fail(tiktoktest.Socket, tiktoktest.Handshake("", 0), tiktoktest.Always)
		}, code: exitRestricted, words: "TikTok did not let the connection open."},
		"sign key": {environ: bySign, prepare: func(s *tiktoktest.Server, _ *tiktoktest.Room) {
			s.RequireSignKey("another")
		}, code: exitSign, words: "The sign service does not accept the key."},
		"sign limit": {environ: bySign, prepare: func(s *tiktoktest.Server, _ *tiktoktest.Room) {
			s.Fail(tiktoktest.Sign, tiktoktest.SignLimited("Retry-After", "3600"), tiktoktest.Always)
		}, code: exitSign, words: "The limit of the sign service is used up."},
		"sign outage": {environ: bySign, prepare: func(s *tiktoktest.Server, _ *tiktoktest.Room) {
			s.Fail(tiktoktest.Sign, tiktoktest.SignOutage(), tiktoktest.Always)
		}, code: exitSign, words: "The sign service does not answer."},
		"no network": {prepare: func(s *tiktoktest.Server, _ *tiktoktest.Room) {
			s.Fail(tiktoktest.APILive, tiktoktest.HangUp(), tiktoktest.Always)
			s.Fail(tiktoktest.LivePage, tiktoktest.HangUp(), tiktoktest.Always)
		}, code: exitFailed, words: "TikTok cannot be reached at the moment."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			srv := tiktoktest.NewServer(t)
			test.prepare(srv, srv.Room("lan").GoLive())
			c := captureHere(t, settings(t, srv, test.environ...), "lan")
			c.result().wants(t, test.code, test.words)
			if events := readCapture(t, c.file); len(events) > 0 {
				t.Errorf("%d events of nothing", len(events))
			}
		})
	}
}

// TestCaptureStops: Ctrl-C ends a capture well: what is under way is booked, the file is whole.
func TestCaptureStops(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	room := srv.Room("lan").GoLive()
	c := captureHere(t, settings(t, srv), "lan")
	awaitEntries(t, room, 1)
	streak := room.Streak(tiktoktest.Named("minh"), tiktoktest.Rose)
	room.Send(streak.Tap(2))
	c.out.await(t, regexp.MustCompile(`Rose ×2`), 1, c.done)
	c.stop()
	c.result().wants(t, exitOK, "saved to "+c.file)
	events := readCapture(t, c.file)
	checkLog(t, events)
	checkStreak(t, events, 2)
}

// TestCaptureFor ends by itself.
func TestCaptureFor(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	srv.Room("lan").GoLive()
	c := captureHere(t, settings(t, srv), "lan", "--for", "2s")
	c.result().wants(t, exitOK)
	checkLog(t, readCapture(t, c.file))
}

// TestSeedEventsInCapture: the events of the document the wire was drawn from are in the file, with every field it names.
func TestSeedEventsInCapture(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	room := srv.Room("lan").GoLive()
	c := captureHere(t, settings(t, srv), "lan")
	awaitEntries(t, room, 1)
	who := tiktoktest.Named("user456")
	streak := room.Streak(who, tiktoktest.Rose)
	room.Send(
		tiktoktest.Chat(who, "Hello! Amazing stream!"), streak.Tap(5), streak.End(), tiktoktest.Like(who, 5, 12345), tiktoktest.Join(who, 30),
		tiktoktest.Follow(who, room.Host(), 100), tiktoktest.Share(who),
	)
	room.End(tiktoktest.EndedByHost)
	c.result().wants(t, exitOK)
	b, err := os.ReadFile(c.file)
	if err != nil {
		t.Fatal(err)
	}
	type wireEvent struct {
		Type string `json:"event_type"`
		Data map[string]any
	}
	var events []wireEvent
	if err := json.Unmarshal(b, &events); err != nil {
		t.Fatal(err)
	}
	user := []string{"user.unique_id", "user.nickname", "user.user_id", "timestamp"}
	for kind, fields := range map[string][]string{
		"connect": {"unique_id", "room_id", "timestamp"},
		"comment": append(user, "user.profile_picture", "comment"),
		"gift": append(user, "gift.id", "gift.name", "gift.diamond_count", "gift.image_url", "gift.streakable", "gift.type", "repeat_count",
			"total_diamonds", "streaking"),
		"like": append(user, "count", "total_likes"), "join": user, "follow": user, "share": user,
		"live_end": {"timestamp"}, "disconnect": {"timestamp"},
	} {
		i := slices.IndexFunc(events, func(e wireEvent) bool { return e.Type == kind })
		if i < 0 {
			t.Errorf("no %s", kind)
			continue
		}
		for _, path := range fields {
			var at any = events[i].Data
			for key := range strings.SplitSeq(path, ".") {
				at = at.(map[string]any)[key]
			}
			if at == nil || at == "" {
				t.Errorf("the %s lacks %s: %v", kind, path, events[i].Data)
			}
		}
	}
}

// TestCapturesSideBySide: captures of several hosts share what the user's programs remember, and do not trip over each other.
func TestCapturesSideBySide(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	environ := settings(t, srv)
	captures := make([]*captureRun, 6)
	for i := range captures {
		name := fmt.Sprint("host", i)
		srv.Room(name).GoLive()
		captures[i] = captureHere(t, environ, name)
	}
	for i, c := range captures {
		room := srv.Room(fmt.Sprint("host", i))
		awaitEntries(t, room, 1)
		room.End(tiktoktest.EndedByHost)
		c.result().wants(t, exitOK)
	}
	kept, err := os.ReadDir(filepath.Join(value(environ, "XDG_CACHE_HOME"), "showcaller"))
	if err != nil || len(kept) != 1 {
		t.Errorf("beside the record of attempts there are %v (%v)", kept, err)
	}
}
