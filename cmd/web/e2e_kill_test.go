package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/tiktok/tiktoktest"
)

// kills is how often each program is killed, at moments nobody chose.
const kills = 10

// moments yields when to kill, up to latest. The seed is printed, so that a failure can be played again.
func moments(t *testing.T, latest time.Duration) func() time.Duration {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 9))
	return func() time.Duration { return 20*time.Millisecond + time.Duration(rng.Int64N(int64(latest))) }
}

// early is how many of the kills come while the program may still be starting.
const early = 3

// killAfter kills a program after some time.
func (p *process) killAfter(d time.Duration) {
	p.t.Helper()
	select {
	case <-time.After(d):
	case <-p.done:
		p.t.Fatalf("the program ended by itself with %d:\n%s", p.code, p.errs.String())
	}
	p.kill()
}

// busy is a LIVE with so many events a second until the test ends.
func busy(t *testing.T, srv *tiktoktest.Server, name string, rate float64) *tiktoktest.Room {
	t.Helper()
	srv.Allow(tiktoktest.RuleHeartbeat, tiktoktest.RuleAck) // the dead send none
	room := srv.Room(name).GoLive()
	ctx, stop := context.WithCancel(t.Context())
	var playing sync.WaitGroup
	playing.Go(func() { room.Play(ctx, tiktoktest.NewTraffic(1, room.Host()), rate) })
	t.Cleanup(func() {
		stop()
		playing.Wait()
	})
	return room
}

var eventLine = regexp.MustCompile(`(?m)^\d\d:\d\d:\d\d  [a-z_]+ `)

// TestKillCapture: however a capture dies, its file is a whole array and has all that was on the screen.
func TestKillCapture(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	busy(t, srv, "lan", 1000)
	next := moments(t, time.Second)
	recorded := 0
	for n := range kills {
		file := filepath.Join(t.TempDir(), "events.json")
		p := spawn(t, settings(t, srv), "capture", "@lan", "--out", file)
		if n >= early {
			p.out.await(t, eventLine, 20*n, p.done) // later each time
		}
		p.killAfter(next())
		shown := len(eventLine.FindAllString(p.out.String(), -1))
		events := readCapture(t, file)
		checkLog(t, events)
		if len(events) < shown {
			t.Errorf("kill %d: %d events were shown, and %d are in the file", n, shown, len(events))
		}
		recorded += len(events)
	}
	if recorded == 0 {
		t.Error("nothing was recorded before any kill")
	}
	t.Logf("%d events recorded", recorded)
}

// follower is a browser in what matters here: it follows a room, remembers what it saw, and comes back with its last number.
type follower struct {
	t    *testing.T
	path string

	mu      sync.Mutex
	session int64
	last    int64
	hellos  int
	byes    int // of the last connection
	news    chan struct{}
	seen    map[int64][]live.Event // by session, in order
}

func newFollower(t *testing.T, room string) *follower {
	t.Helper()
	return &follower{t: t, path: "/api/rooms/" + room + "/follow", seen: map[int64][]live.Event{}, news: make(chan struct{})}
}

// awaitEvents waits until n events more have been seen.
func (f *follower) awaitEvents(n int64) {
	f.t.Helper()
	late := soon(f.t).Done()
	f.mu.Lock()
	defer f.mu.Unlock()
	for want := f.last + n; f.last < want; {
		news := f.news
		f.mu.Unlock()
		select {
		case <-news:
			f.mu.Lock()
		case <-late:
			f.mu.Lock()
			f.t.Fatalf("no more events after %d", f.last)
		}
	}
}

// await waits until what has been seen is enough.
func (f *follower) await(what string, enough func(seen []live.Event) bool) {
	f.t.Helper()
	late := soon(f.t).Done()
	f.mu.Lock()
	defer f.mu.Unlock()
	for !enough(f.seen[f.session]) {
		news := f.news
		f.mu.Unlock()
		select {
		case <-news:
			f.mu.Lock()
		case <-late:
			f.mu.Lock()
			f.t.Fatalf("no %s among %d events", what, f.last)
		}
	}
}

// follow reads events until the server is gone.
func (f *follower) follow(ctx context.Context, url string) {
	f.mu.Lock()
	f.byes = 0
	path := fmt.Sprintf("%s?after=%d&session=%d", f.path, f.last, f.session)
	f.mu.Unlock()
	conn, _, err := websocket.Dial(ctx, strings.Replace(url, "http", "ws", 1)+path, &websocket.DialOptions{
		HTTPClient: direct, HTTPHeader: http.Header{"Authorization": {"Bearer " + token}},
	})
	if err != nil {
		return // killed before it could answer
	}
	defer conn.CloseNow() //nolint:errcheck // it is gone
	conn.SetReadLimit(16 << 20)
	for {
		_, b, err := conn.Read(ctx)
		if err != nil {
			return
		}
		f.take(b)
	}
}

func (f *follower) take(b []byte) {
	var frame struct {
		Type      string
		SessionID int64 `json:"session_id"`
		Events    []live.Event
	}
	if err := json.Unmarshal(b, &frame); err != nil {
		f.t.Errorf("%v in %s", err, b)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	defer func() {
		close(f.news)
		f.news = make(chan struct{})
	}()
	switch frame.Type {
	case "hello":
		f.hellos++
	case "bye":
		f.byes++
	}
	if frame.Type == "hello" && frame.SessionID != f.session {
		f.session, f.last = frame.SessionID, 0
	}
	for _, e := range frame.Events {
		if e.SessionID != f.session || e.Seq != f.last+1 {
			f.t.Errorf("event %d of session %d after %d of %d", e.Seq, e.SessionID, f.last, f.session)
		}
		f.last = e.Seq
	}
	if len(frame.Events) > 0 {
		f.seen[f.session] = append(f.seen[f.session], frame.Events...)
	}
}

// TestKillServe: however the panel dies, its database opens, no number is missing in any session, what a browser saw is there to
// the letter, the minutes are the sum of the events, and the session goes on behind a gap that says why.
func TestKillServe(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	busy(t, srv, "lan", 500)
	environ := brandNew(t, srv, "SHOWCALLER_DEMO=true")
	browser := newFollower(t, "lan")
	check := newChecker(environ)
	added := false
	next := moments(t, time.Second)
	for n := range kills {
		p := spawn(t, environ)
		ctx, gone := context.WithCancel(t.Context())
		var following sync.WaitGroup
		following.Go(func() {
			url := p.address()
			if url == "" {
				return
			}
			if !added {
				added = tryWatch(ctx, url, "lan")
			}
			browser.follow(ctx, url)
		})
		if n >= early {
			browser.awaitEvents(int64(10 * n)) // later each time
		}
		p.killAfter(next())
		gone()
		following.Wait()
		check.all(t, browser)
	}
	if !added || check.gaps == 0 {
		t.Fatalf("room added: %t, restarts seen: %d", added, check.gaps)
	}
	t.Logf("%d events were seen, %d restarts left a gap", check.seen, check.gaps)
}

// tryWatch adds a room at a panel that may die meanwhile.
func tryWatch(ctx context.Context, url, name string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/api/rooms", strings.NewReader(`{"unique_id":"`+name+`"}`))
	if err != nil {
		return false
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := direct.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusCreated || res.StatusCode == http.StatusConflict
}

// checker holds a database against what must be true of it after each kill. It reads each event once.
type checker struct {
	url      string
	sessions map[int64]*recount
	causes   []live.Reason // of gaps that are expected
	seen     int
	gaps     int
}

func newChecker(environ []string) *checker {
	return &checker{url: value(environ, "SHOWCALLER_DATABASE_URL"), sessions: map[int64]*recount{}, causes: []live.Reason{live.ReasonRestart}}
}

func (c *checker) all(t *testing.T, browser *follower) {
	t.Helper()
	store, err := db.Open(t.Context(), c.url, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatalf("after a kill the database does not open: %v", err)
	}
	defer store.Close() //nolint:errcheck // it is read only here
	sessions, err := store.Sessions(t.Context(), db.SessionQuery{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range sessions {
		c.session(t, store, info, browser.seen[info.ID])
		delete(browser.seen, info.ID) // compared
	}
	for id, events := range browser.seen {
		t.Errorf("of session %d, %d events were seen, and there is no such session", id, len(events))
	}
}

// session checks what is new in a session, its minutes, and what somebody saw of it.
func (c *checker) session(t *testing.T, store *db.DB, info live.SessionInfo, seen []live.Event) {
	t.Helper()
	r := c.sessions[info.ID]
	if r == nil {
		r = newRecount()
		c.sessions[info.ID] = r
	}
	for e, err := range store.All(t.Context(), db.EventQuery{Session: info.ID, After: int64(len(r.events))}) {
		if err != nil {
			t.Fatal(err)
		}
		r.add(t, e)
		if e.Kind == live.KindGap {
			c.gaps++
			if gap := live.DataOf[live.Gap](e); !slices.Contains(c.causes, live.Reason(gap.Cause)) {
				t.Errorf("a gap by %s in session %d: %s", gap.Cause, info.ID, gap.Detail)
			}
		}
	}
	if n := int64(len(r.events)); n != info.LastSeq {
		t.Errorf("session %d says its last event is %d, there are %d", info.ID, info.LastSeq, n)
	}
	for _, e := range seen {
		if e.Seq > int64(len(r.events)) {
			t.Errorf("event %d of session %d was seen, and only %d are stored", e.Seq, info.ID, len(r.events))
			break
		}
		c.seen++
		sameEvent(t, e, r.events[e.Seq-1])
	}
	minutes, err := store.Minutes(t.Context(), info.ID, info.Origin.Rehearsal())
	if err != nil {
		t.Fatal(err)
	}
	r.compare(t, minutes)
}

// sameEvent compares an event that was seen with the one that is stored. Names and pictures are stored once per viewer: what the
// message itself left out may have been filled in since.
func sameEvent(t *testing.T, seen, stored live.Event) {
	t.Helper()
	if seen.User != nil && stored.User != nil {
		for _, part := range []struct{ of, from *string }{
			{&seen.User.UniqueID, &stored.User.UniqueID}, {&seen.User.Nickname, &stored.User.Nickname},
			{&seen.User.ProfilePicture, &stored.User.ProfilePicture},
		} {
			if *part.of == "" {
				*part.of = *part.from
			}
		}
	}
	a, err1 := json.Marshal(seen)
	b, err2 := json.Marshal(stored)
	if string(a) != string(b) || err1 != nil || err2 != nil {
		t.Errorf("seen:   %s\nstored: %s", a, b)
	}
}

// recount sums a session's events by itself, as a person with a pencil would.
type recount struct {
	events  []live.Event
	sources map[string]bool
	viewers map[string]bool
	likes   int64
	minutes map[time.Time]*live.Minute
}

func newRecount() *recount {
	return &recount{sources: map[string]bool{}, viewers: map[string]bool{}, minutes: map[time.Time]*live.Minute{}}
}

func (r *recount) minute(at time.Time) *live.Minute {
	start := at.UTC().Truncate(time.Minute)
	if r.minutes[start] == nil {
		r.minutes[start] = &live.Minute{Start: start, Viewers: -1, ViewersPeak: -1}
	}
	return r.minutes[start]
}

// add counts the next event.
func (r *recount) add(t *testing.T, e live.Event) {
	t.Helper()
	if e.Seq != int64(len(r.events)+1) {
		t.Fatalf("seq %d after %d in session %d", e.Seq, len(r.events), e.SessionID)
	}
	if n := len(r.events); e.Kind == live.KindConnect && n > 0 && r.events[n-1].Kind != live.KindGap {
		t.Errorf("event %d of session %d connects again, and the one before is no gap but a %s", e.Seq, e.SessionID, r.events[n-1].Kind)
	}
	if e.SourceID != "" && r.sources[e.SourceID] {
		t.Errorf("source_id %s twice in session %d", e.SourceID, e.SessionID)
	}
	r.events, r.sources[e.SourceID] = append(r.events, e), true
	switch {
	case e.Kind == live.KindGap:
		_, from, to := gapOf(t, e)
		for ; from.Before(to); from = from.Truncate(time.Minute).Add(time.Minute) {
			r.minute(from).Gap += min(to.Sub(from), from.Truncate(time.Minute).Add(time.Minute).Sub(from))
		}
		r.minute(e.At)
	case !e.History:
		r.count(e)
	}
}

func (r *recount) count(e live.Event) {
	m := r.minute(e.At)
	if e.User.Key() != "" && !strings.Contains(strings.Join(e.User.Roles, " "), "host") && !r.viewers[e.User.Key()] {
		r.viewers[e.User.Key()] = true
		m.New++
	}
	switch e.Kind {
	case live.KindComment:
		m.Comments++
	case live.KindJoin:
		m.Joins++
	case live.KindFollow:
		m.Follows++
	case live.KindShare:
		m.Shares++
	case live.KindViewers:
		m.Viewers = live.DataOf[live.Viewers](e).Viewers
		m.ViewersPeak = max(m.ViewersPeak, m.Viewers)
	case live.KindGift:
		if gift := live.DataOf[live.Gift](e); !gift.Streaking {
			m.Gifts += int64(gift.RepeatCount)
			m.Diamonds += int64(gift.TotalDiamonds)
		}
	case live.KindLike:
		like := live.DataOf[live.Like](e)
		if grown := like.TotalLikes - r.likes; grown > 0 {
			if r.likes == 0 {
				grown = int64(like.Count) // the rest is from before we listened
			}
			m.Likes += grown
			r.likes = like.TotalLikes
		}
		m.LikesTotal = r.likes
	}
}

func (r *recount) compare(t *testing.T, minutes []live.Minute) {
	t.Helper()
	for _, m := range minutes {
		want := r.minutes[m.Start]
		if want == nil {
			t.Errorf("a minute at %s without events: %+v", m.Start, m)
			continue
		}
		m.Returning = 0 // the demo's people come back
		if diff := cmp.Diff(*want, m); diff != "" {
			t.Errorf("minute (-recount +stored):\n%s", diff)
		}
	}
	if len(minutes) != len(r.minutes) {
		t.Errorf("%d minutes, recounted %d", len(minutes), len(r.minutes))
	}
}

// TestInterruptServe: a panel that is stopped tells every page when to come back, loses nothing it was given, and says in its
// gap that nobody was listening.
func TestInterruptServe(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	room := busy(t, srv, "lan", 50)
	environ := settings(t, srv)
	check := newChecker(environ)
	browser := newFollower(t, "lan")
	for n := range 2 {
		p := spawn(t, environ)
		url := p.address()
		if n == 0 {
			panel{t, url}.watch("lan")
		}
		awaitEntries(t, room, n+1)
		var following sync.WaitGroup
		pages := []*follower{browser}
		for range 5 {
			pages = append(pages, newFollower(t, "lan"))
		}
		for _, f := range pages {
			following.Go(func() { f.follow(t.Context(), url) })
		}
		for _, f := range pages {
			f.awaitEvents(10)
		}
		if code := p.interrupt(); code != exitOK {
			t.Errorf("exit code %d", code)
		}
		following.Wait()
		for _, f := range pages {
			if f.byes != 1 {
				t.Errorf("a page was told %d times to come back", f.byes)
			}
		}
		check.all(t, browser)
	}
	if check.gaps != 1 {
		t.Errorf("%d gaps", check.gaps)
	}
}
