package live_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"showcaller/internal/live"
)

// gallery is a live.OverlayStore over an archive. It sums by reading all events again, so that what overlays count along is held
// against something else.
type gallery struct {
	*archive
	mine     sync.Mutex
	memories map[int64]live.OverlayMemory
	seen     map[int64]live.OverlaySighting
	alerts   map[int64]int // shown, by session
	fail     error
	frozen   bool // the program was killed: what it writes from now on is written nowhere
}

func newGallery(rooms ...string) *gallery {
	return &gallery{archive: newArchive(rooms...), memories: map[int64]live.OverlayMemory{}, seen: map[int64]live.OverlaySighting{}, alerts: map[int64]int{}}
}

// OpenSession goes on with the session of a LIVE that was recorded before.
func (g *gallery) OpenSession(ctx context.Context, room string, info live.RoomInfo, origin live.Origin, at time.Time) (live.SessionInfo, error) {
	for _, s := range g.every() {
		if s.Room == room && s.RoomID == info.RoomID {
			return g.heard(s), g.EndSession(ctx, s.ID, time.Time{}, "")
		}
	}
	return g.archive.OpenSession(ctx, room, info, origin, at)
}

func (g *gallery) OpenSessions(ctx context.Context) ([]live.SessionInfo, error) {
	open, err := g.archive.OpenSessions(ctx)
	for i := range open {
		open[i] = g.heard(g.session(open[i].ID))
	}
	return open, err
}

// every returns all sessions.
func (g *gallery) every() (all []live.SessionInfo) {
	g.mu.Lock()
	n := len(g.sessions)
	g.mu.Unlock()
	for i := range n {
		all = append(all, g.session(int64(i+1)))
	}
	return all
}

func (g *gallery) heard(s live.SessionInfo) live.SessionInfo {
	if events := g.log(s.ID).all(); len(events) > 0 {
		s.LastHeard, s.Resumed = events[len(events)-1].At, true
	}
	return s
}

func (g *gallery) OverlayMemory(_ context.Context, id int64) (live.OverlayMemory, error) {
	g.mine.Lock()
	defer g.mine.Unlock()
	return g.memories[id], nil
}

func (g *gallery) SaveOverlayMemory(_ context.Context, id int64, m live.OverlayMemory) error {
	g.mine.Lock()
	defer g.mine.Unlock()
	if g.fail == nil && !g.frozen {
		g.memories[id] = m
	}
	return g.fail
}

func (g *gallery) SaveOverlaySeen(_ context.Context, id int64, s live.OverlaySighting) error {
	g.mine.Lock()
	defer g.mine.Unlock()
	g.seen[id] = s
	return nil
}

func (g *gallery) AddAlertsShown(_ context.Context, session, _ int64, at []time.Time) error {
	g.mine.Lock()
	defer g.mine.Unlock()
	if !g.frozen {
		g.alerts[session] += len(at)
	}
	return nil
}

func (g *gallery) NewestLive(_ context.Context, room string) (live.SessionInfo, error) {
	var newest live.SessionInfo
	for _, s := range g.every() {
		if s.Room == room && !s.Rehearsal() {
			newest = s
		}
	}
	return newest, nil
}

func (g *gallery) ShowSums(_ context.Context, session, gift int64) (int64, live.ShowSums, live.ShowSums, error) {
	sums := map[bool]*live.ShowSums{false: {Viewers: -1, Peak: -1}, true: {Viewers: -1, Peak: -1}}
	events := g.log(session).all()
	for _, e := range events {
		s := sums[e.Origin.Rehearsal()]
		switch {
		case e.History:
		case e.Kind == live.KindComment:
			s.Comments++
		case e.Kind == live.KindFollow:
			s.Follows++
		case e.Kind == live.KindShare:
			s.Shares++
		case e.Kind == live.KindViewers:
			s.Viewers = live.DataOf[live.Viewers](e).Viewers
			s.Peak = max(s.Peak, s.Viewers)
		case e.Kind == live.KindLike:
			like := live.DataOf[live.Like](e)
			if s.LikesTotal == 0 {
				s.Likes += min(int64(like.Count), like.TotalLikes)
			} else if like.TotalLikes > s.LikesTotal {
				s.Likes += like.TotalLikes - s.LikesTotal
			}
			s.LikesTotal = max(s.LikesTotal, like.TotalLikes)
		case e.Kind == live.KindGift:
			g := live.DataOf[live.Gift](e)
			if g.Streaking {
				continue
			}
			s.Gifts += int64(g.RepeatCount)
			s.Diamonds += int64(g.TotalDiamonds)
			if g.Gift.ID == gift {
				s.Pieces += int64(g.RepeatCount)
			}
		}
	}
	return int64(len(events)), *sums[false], *sums[true], nil
}

func (g *gallery) Leaders(_ context.Context, q live.LeaderQuery) ([]live.Leader, error) {
	values := map[string]*live.Leader{}
	for _, s := range g.every() {
		if s.Room != q.Room || q.Session != 0 && s.ID != q.Session || q.Session == 0 && s.ID != q.Open && s.StartedAt.Before(q.From) {
			continue
		}
		for _, e := range g.log(s.ID).all() {
			gift := live.DataOf[live.Gift](e)
			if e.Kind != live.KindGift || gift.Streaking || e.History || e.Origin.Rehearsal() && !q.Rehearsals {
				continue
			}
			key := fmt.Sprint(e.User.Key(), e.Origin.Rehearsal())
			if values[key] == nil {
				values[key] = &live.Leader{User: *e.User, Rehearsal: e.Origin.Rehearsal()}
			}
			values[key].Value += int64(gift.TotalDiamonds)
		}
	}
	out := []live.Leader{}
	for _, l := range values {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b live.Leader) int { return int(b.Value - a.Value) })
	return out[:min(q.Limit, len(out))], nil
}

func (g *gallery) RecentEvents(_ context.Context, session int64, kinds []live.Kind, upTo int64, look int) (out []live.Event, err error) {
	for _, e := range g.log(session).all() {
		if e.Seq <= upTo && e.Seq > upTo-int64(look) && slices.Contains(kinds, e.Kind) {
			out = append(out, e)
		}
	}
	return out, nil
}

func (g *gallery) StoryProfile(context.Context, string) (live.StoryProfile, error) {
	return live.StoryProfile{Name: "Mimi"}, nil
}

// studio is a room, its overlays, and pages that show them, in a bubble of time.
type studio struct {
	t         *testing.T
	store     *gallery
	engine    *live.Engine
	overlays  *live.Overlays
	directors *live.Directors
	voice     live.Voice
	air       *channel
	all       []live.Overlay
	stop      func()
}

// newStudio starts a room called ann that is not live yet. Overlays have the numbers 1, 2, …
func newStudio(t *testing.T, options ...live.OverlayOptions) *studio {
	t.Helper()
	s := &studio{t: t, store: newGallery("ann")}
	s.store.rooms[0].Wanted, s.store.rooms[0].AutoRecord = true, true
	for i, o := range options {
		s.all = append(s.all, live.Overlay{ID: int64(i + 1), Kind: o.Kind(), Room: "ann", Size: o.Kind().Size(), Options: o})
	}
	s.start()
	t.Cleanup(func() { s.stop() })
	return s
}

func (s *studio) start() {
	s.t.Helper()
	s.air = &channel{roomID: s.air.id(), begin: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	engine := live.NewEngine(s.store, s.air, s.air, slog.New(slog.DiscardHandler))
	if err := engine.Start(ctx); err != nil {
		s.t.Fatal(err)
	}
	s.engine = engine
	s.overlays = live.NewOverlays(live.OverlayParts{
		Engine: engine, Store: s.store, Directors: s.directors, Voice: s.voice, Build: "test", Log: slog.New(slog.DiscardHandler),
	})
	s.overlays.Start(ctx, s.all)
	s.stop = func() {
		cancel()
		s.overlays.Wait()
		engine.Wait()
	}
}

// channel is a live.Source whose room is live from a moment on, with LIVEs of different ids.
type channel struct {
	mu     sync.Mutex
	roomID string
	begin  chan struct{}
}

func (c *channel) id() string {
	if c == nil {
		return "73"
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.roomID
}

func (c *channel) Listen(ctx context.Context, name string, l live.Listener) error {
	select {
	case <-c.begin:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := l.Connected(ctx, time.Now(), live.RoomInfo{UniqueID: name, RoomID: c.id()}); err != nil {
		return err
	}
	<-ctx.Done()
	return l.Disconnected(context.WithoutCancel(ctx), time.Now(), ctx.Err())
}

// live lets the room be live, and returns its session once it records.
func (s *studio) live() *live.Session {
	s.t.Helper()
	close(s.air.begin)
	synctest.Wait()
	session, _ := s.engine.OnAir("ann")
	if session == nil {
		s.t.Fatal("ann is not live")
	}
	return session
}

// kill ends the program as a power cut would: what it did not keep by now it never keeps.
func (s *studio) kill() {
	s.store.mine.Lock()
	s.store.frozen = true
	s.store.mine.Unlock()
	s.stop()
	s.store.mine.Lock()
	s.store.frozen = false
	s.store.mine.Unlock()
}

// say records events, and returns when all overlays have heard them.
func (s *studio) say(events ...live.Event) {
	s.t.Helper()
	session, _ := s.engine.OnAir("ann")
	if session == nil {
		s.t.Fatal("ann is not live")
	}
	add(s.t, session, events...)
	synctest.Wait()
}

// state is what an overlay shows.
func state[T live.OverlayState](s *studio, id int64) T {
	s.t.Helper()
	synctest.Wait()
	got, err := s.overlays.State(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	return got.(T)
}

// viewing is a page in OBS. It remembers what it was sent, and draws alerts as the contract asks.
type viewing struct {
	s      *studio
	page   *live.OverlayPage
	cancel context.CancelFunc
	done   chan struct{}

	mu     sync.Mutex
	frames []string
	on     string
	ended  map[string]bool
	drew   map[string]int
	clips  []live.OverlayClip
	lazy   bool // draws nothing and says nothing
	err    error
}

func (s *studio) open(id int64, like *viewing) *viewing {
	s.t.Helper()
	v := &viewing{s: s, ended: map[string]bool{}, drew: map[string]int{}, done: make(chan struct{})}
	if like != nil { // the same page after its connection was lost
		v.on, v.ended, v.drew, v.frames = like.on, like.ended, like.drew, like.frames
	}
	page, err := s.overlays.Join(s.t.Context(), id)
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	v.page, v.cancel = page, cancel
	go v.watch(ctx)
	synctest.Wait()
	return v
}

func (v *viewing) watch(ctx context.Context) {
	defer close(v.done)
	for raw, err := range v.page.Frames(ctx) {
		if err != nil {
			v.err = err
			return
		}
		v.see(ctx, raw)
	}
}

func (v *viewing) close() {
	v.cancel()
	<-v.done
	v.page.Leave()
	synctest.Wait()
}

func (v *viewing) see(ctx context.Context, raw []byte) {
	var f struct {
		Type string
		live.OverlayAlert
		State struct{ Now *live.OverlayAlert }
	}
	if err := json.Unmarshal(raw, &f); err != nil {
		v.s.t.Errorf("%v in %s", err, raw)
		return
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.frames = append(v.frames, string(raw))
	if f.Type == "host" {
		var c live.OverlayClip
		_ = json.Unmarshal(raw, &c)
		v.clips = append(v.clips, c)
	}
	shown := &f.OverlayAlert
	if f.Type == "snapshot" {
		shown = f.State.Now
		if v.on != "" && (shown == nil || shown.ID != v.on) {
			v.ended[v.on], v.on = true, ""
		}
	}
	if shown == nil || f.Type != "alert" && f.Type != "snapshot" || v.lazy {
		return
	}
	switch {
	case shown.Action == live.AlertEnd && v.on == shown.ID:
		v.ended[v.on], v.on = true, ""
	case shown.Action == live.AlertShow && v.ended[shown.ID]:
		v.report(ctx, "drawn", live.OverlayDrawn{ID: shown.ID, Done: true})
	case shown.Action == live.AlertShow:
		if v.on != shown.ID {
			v.drew[shown.ID]++
		}
		v.on = shown.ID
		v.report(ctx, "drawn", live.OverlayDrawn{ID: shown.ID})
	}
}

func (v *viewing) report(ctx context.Context, kind string, body any) {
	raw, err := json.Marshal(body)
	if err != nil {
		v.s.t.Error(err)
		return
	}
	raw = append([]byte(`{"type":"`+kind+`",`), raw[1:]...)
	if err := v.page.Report(ctx, raw); err != nil && ctx.Err() == nil && live.CodeOf(err) != live.CodeUnavailable {
		v.s.t.Errorf("%s: %v", raw, err)
	}
}

// types are the types of the frames so far.
// seen is the alert a page shows, and what it has been told.
func (v *viewing) seen() (on string, frames []string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.on, slices.Clone(v.frames)
}

func (v *viewing) types() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	var out []string
	for _, f := range v.frames {
		_, rest, _ := strings.Cut(f, `"type":"`)
		name, _, _ := strings.Cut(rest, `"`)
		if name != "beat" {
			out = append(out, name)
		}
	}
	return strings.Join(out, " ")
}

func (v *viewing) last() string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.frames[len(v.frames)-1]
}

func giftOf(name string, diamonds int) live.Event {
	e := event(live.Gift{Gift: live.GiftItem{ID: int64(diamonds), Name: name, DiamondCount: diamonds, Type: 2}, RepeatCount: 1, TotalDiamonds: diamonds})
	return e
}

func made(e live.Event) live.Event {
	e.Origin = live.OriginSimulated
	return e
}

func options[T live.OverlayOptions](k live.OverlayKind, change func(T)) live.OverlayOptions {
	o := live.DefaultOptions(k).(T)
	change(o)
	return o
}

// TestOverlayOpening: a page gets hello, its options and a snapshot, and then what happens, summed up.
func TestOverlayOpening(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, options(live.OverlayChat, func(o *live.ChatOptions) {
			o.MaxLines = 2
			o.Filter.Words = []string{"SPOILER"}
			o.Filter.Links = true
		}))
		s.live()
		early := event(live.Comment{Comment: "early"})
		early.SourceID = "1"
		s.say(early, event(live.Comment{Comment: "a spoiler!"}), event(live.Comment{Comment: "one"}), event(live.Comment{Comment: "two"}))
		v := s.open(1, nil)
		if got := v.types(); got != "hello overlay snapshot" {
			t.Fatalf("opening: %s", got)
		}
		snapshot := v.last()
		if strings.Contains(snapshot, "early") || !strings.Contains(snapshot, `"one"`) || !strings.Contains(snapshot, `"two"`) || strings.Contains(strings.Join(v.frames, ""), "poiler") {
			t.Errorf("snapshot %s of %s", snapshot, v.frames[1])
		}
		s.say(event(live.Comment{Comment: "see www.example.com"}), event(live.Join{}), giftOf("Galaxy", 1000), event(live.Delete{SourceIDs: []string{"1"}}))
		time.Sleep(time.Second)
		synctest.Wait()
		if got := v.types(); got != "hello overlay snapshot events" && got != "hello overlay snapshot events events" {
			t.Errorf("then: %s", got)
		}
		all := strings.Join(v.frames[3:], "")
		if strings.Contains(all, "example.com") || !strings.Contains(all, "Galaxy") || !strings.Contains(all, `"delete"`) || strings.Contains(all, `"join"`) {
			t.Errorf("events %s", all)
		}
		v.close()
	})
}

// TestOverlayHides: a line that the team hides leaves the chat, also one without an id of TikTok's, and what a viewer writes later does not.
func TestOverlayHides(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, options(live.OverlayChat, func(o *live.ChatOptions) { o.Rehearsal = true }))
		session := s.live()
		by := func(id, text string) live.Event {
			e := event(live.Comment{Comment: text})
			e.User = &live.User{UserID: id, Nickname: id}
			return e
		}
		first := session.Log().Last() + 1
		s.say(made(by("1", "rude")), by("1", "sorry"), by("2", "spam"), giftOf("Galaxy", 1000), by("2", "more spam"))
		hide, hideAll := live.NewHide(live.Event{Kind: live.KindComment, Seq: first}, "linh", live.OriginSystem), live.NewHideViewer("2", "linh", live.OriginSystem)
		lines := func() (got []string) {
			for _, e := range state[live.ChatState](s, 1).Events {
				got = append(got, strings.TrimSpace(string(e.Kind)+" "+live.Text(e)))
			}
			return got
		}
		v := s.open(1, nil)
		s.say(hide, hideAll, by("2", "I am good now"))
		if diff := cmp.Diff([]string{"comment sorry", "gift", "comment I am good now"}, lines()); diff != "" {
			t.Errorf("lines (-want +got):\n%s", diff)
		}
		s.say(live.Again(hide), live.Again(hideAll))
		if diff := cmp.Diff([]string{"comment rude", "comment sorry", "comment spam", "gift", "comment more spam", "comment I am good now"}, lines()); diff != "" {
			t.Errorf("shown again (-want +got):\n%s", diff)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if last := v.last(); !strings.Contains(last, `"snapshot"`) || !strings.Contains(last, "more spam") {
			t.Errorf("the page is told %s: %s", v.types(), last)
		}
		v.close()
	})
}

// TestOverlayFollowsOptions: a source that is in OBS gets new options at once, and a snapshot where they change what is shown.
func TestOverlayFollowsOptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, live.DefaultOptions(live.OverlayChat))
		s.live()
		s.say(event(live.Comment{Comment: "hello"}), event(live.Comment{Comment: "!song"}))
		v := s.open(1, nil)
		o := s.all[0]
		o.Options = options(live.OverlayChat, func(o *live.ChatOptions) { o.Filter.Commands, o.Look.Preset = true, live.PresetNeon })
		if err := s.overlays.Put(t.Context(), o); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		last := v.last()
		if !strings.Contains(last, `"snapshot"`) || strings.Contains(last, "!song") || !strings.Contains(last, "hello") {
			t.Errorf("%s: %s", v.types(), last)
		}
		if !strings.Contains(strings.Join(v.frames, ""), `"preset":"neon"`) {
			t.Error("the page was not told its new options")
		}
		v.close()
	})
}

// TestOverlayPageThatLags is given a snapshot in place of frames it can no longer have.
func TestOverlayPageThatLags(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, options(live.OverlayChat, func(o *live.ChatOptions) { o.MaxLines = 3 }))
		s.live()
		page, err := s.overlays.Join(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 200 {
			s.say(event(live.Comment{Comment: fmt.Sprintf("line %d", i)}))
			time.Sleep(200 * time.Millisecond)
		}
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n, last := 0, ""
		for raw, err := range page.Frames(ctx) {
			if err != nil {
				t.Fatal(err)
			}
			n, last = n+1, string(raw)
			if strings.Contains(last, "snapshot") && strings.Contains(last, "line 199") {
				break
			}
		}
		if n > 8 {
			t.Errorf("%d frames until the page was up to date", n)
		}
		page.Leave()
	})
}

// TestOverlayRevoked: an address that is rotated in the middle of a show shows nothing more.
func TestOverlayRevoked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, live.DefaultOptions(live.OverlayChat))
		s.live()
		v, preview := s.open(1, nil), s.preview("one")
		s.overlays.Rekey(1)
		for _, v := range []*viewing{v, preview} {
			<-v.done
			if !errors.Is(v.err, live.ErrOverlayRevoked) {
				t.Errorf("err = %v", v.err)
			}
		}
		preview.close()
		n := len(v.frames)
		s.say(event(live.Comment{Comment: "for the new address only"}))
		if len(v.frames) != n {
			t.Error("the old address was told more")
		}
		v.page.Leave()
		again := s.open(1, nil)
		s.overlays.Remove(1)
		<-again.done
		if _, err := s.overlays.Join(t.Context(), 1); live.CodeOf(err) != live.CodeNotFound {
			t.Errorf("an overlay that was deleted: %v", err)
		}
		if _, err := s.overlays.Preview(t.Context(), "late", s.all[0], "ann"); !errors.Is(err, live.ErrOverlayRevoked) {
			t.Errorf("a preview of it: %v", err)
		}
	})
}

// TestAlertsOverlay: gifts become alerts by the rules, streaks merge, what is simulated is marked.
func TestAlertsOverlay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, options(live.OverlayAlerts, func(o *live.AlertsOptions) {
			o.Rules = []live.AlertRule{
				{On: live.KindGift, Enabled: true, MinDiamonds: 3, Title: "{nickname}: {gift} ×{count} = {diamonds}", Text: "in {room}", Sound: live.SoundCoin, Volume: 50},
				{On: live.KindGift, Enabled: true, MinDiamonds: 500, Title: "BIG {nickname}", Sound: live.SoundFanfare, Volume: 100},
				{On: live.KindFollow, Enabled: true, Title: "hi {handle} {nickname}", Sound: live.SoundPop},
			}
		}))
		s.live()
		v := s.open(1, nil)
		s.say(rose(1, true), rose(2, true)) // not worth an alert yet
		if got := v.types(); got != "hello overlay snapshot" {
			t.Fatal(got)
		}
		s.say(rose(3, true), rose(4, true), rose(5, false))
		evil := event(live.Follow{})
		evil.User = &live.User{UniqueID: "x", Nickname: "{gift} <b>{{handle}}</b>", UserID: "9"}
		s.say(made(giftOf("Galaxy", 1000)), evil)
		q, err := s.overlays.Alerts(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if q.Now.Title != "Ann: Rose ×5 = 5" || q.Now.Text != "in ann" || q.Now.Volume != 35 || q.Now.Rehearsal {
			t.Errorf("now %+v", q.Now)
		}
		if len(q.Waiting) != 2 || q.Waiting[0].Title != "BIG Ann" || !q.Waiting[0].Rehearsal || q.Waiting[1].Title != "hi x {gift} <b>{{handle}}</b>" {
			t.Errorf("waiting %+v", q.Waiting)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := v.types(); got != "hello overlay snapshot alert alert alert alert alert alert alert alert" { // show, two updates, end; show, end; show, end
			t.Errorf("frames %s", got)
		}
		v.close()
	})
}

// TestAlertsKilledTwentyTimes: the server is killed in the thick of a show and comes back, again and again, with one page that lives
// through it all: no alert is drawn twice, and none is missing.
func TestAlertsKilledTwentyTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, options(live.OverlayAlerts, func(o *live.AlertsOptions) {
			o.Rules = []live.AlertRule{{On: live.KindGift, Enabled: true, Title: "{gift}", Sound: live.SoundNone}}
			o.Timing.ShowMS, o.Timing.LeastMS, o.Timing.Limit = 2000, 1000, 100
		}))
		s.live()
		v := s.open(1, nil)
		sent := 0
		for round := range 20 {
			for range 3 {
				s.say(giftOf(fmt.Sprintf("gift %d", sent), 10+sent))
				sent++
				time.Sleep(time.Duration(137*(round+1)) * time.Millisecond)
			}
			if round%2 == 0 { // killed while the page is connected, or after the network was cut
				v.close()
			}
			s.say(giftOf(fmt.Sprintf("gift %d", sent), 10+sent))
			sent++
			if round%2 != 0 {
				v.cancel()
				<-v.done
			}
			s.kill()
			time.Sleep(2 * time.Second)
			s.start()
			s.live()
			v = s.open(1, v)
		}
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		v.close()
		drawn := 0
		for id, n := range v.drew {
			if drawn += n; n != 1 {
				t.Errorf("%s was drawn %d times", id, n)
			}
		}
		marked := 0
		for _, n := range s.store.alerts {
			marked += n
		}
		if drawn != sent || marked != sent {
			t.Errorf("%d alerts drawn and %d marked of %d gifts", drawn, marked, sent)
		}
	})
}

// TestAlertsOfBeforeAreOver: a page that comes, and a server that starts after a long time, show nothing old; the log says so.
func TestAlertsOfBeforeAreOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, live.DefaultOptions(live.OverlayAlerts))
		session := s.live()
		s.say(giftOf("Galaxy", 1000))
		time.Sleep(3 * time.Minute)
		v := s.open(1, nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := v.types(); got != "hello overlay snapshot" {
			t.Errorf("an old alert: %s", got)
		}
		found := ""
		for _, e := range s.store.log(session.Info.ID).all() {
			if e.Kind == live.KindSystem {
				found = live.Text(e)
			}
		}
		if !strings.Contains(found, "Alerts left out (no page showed the overlay)") {
			t.Errorf("the log says %q", found)
		}
		v.close()
	})
}

// TestAlertsNobodySeesAreNamedOnceAMinute: a busy show with an overlay that is in no OBS does not fill its own log.
func TestAlertsNobodySeesAreNamedOnceAMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := live.DefaultOptions(live.OverlayAlerts).(*live.AlertsOptions)
		o.Timing.Limit = 2
		s := newStudio(t, o)
		session := s.live()
		const gifts = 300
		for range gifts { // five minutes of them
			s.say(giftOf("Galaxy", 1000))
			time.Sleep(time.Second)
		}
		time.Sleep(3 * time.Minute)
		synctest.Wait()
		lines, named := 0, 0
		for _, e := range s.store.log(session.Info.ID).all() {
			if e.Kind != live.KindSystem {
				continue
			}
			d := live.DataOf[live.System](e)
			lines, named = lines+1, named+d.Level
			if d.Topic != live.TopicAlerts || len(d.Names) == 0 || len(d.Names) > d.Level {
				t.Errorf("a line without names: %+v", d)
			}
		}
		if named != gifts || lines > 16 { // a minute may have a line of those that waited too long, and one of too many
			t.Errorf("%d of %d alerts are named in %d lines", named, gifts, lines)
		}
	})
}

// TestAlertsHidden: a source that OBS hides shows nothing to anybody, so its alerts wait.
func TestAlertsHidden(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, live.DefaultOptions(live.OverlayAlerts))
		s.live()
		v := s.open(1, nil)
		visible := false
		v.report(t.Context(), "seen", live.OverlaySeen{Width: 800, Height: 600, OBS: "2.26.8", Visible: &visible})
		s.say(giftOf("Galaxy", 1000))
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if len(v.drew) != 0 {
			t.Fatal("shown while hidden")
		}
		visible = true
		v.report(t.Context(), "seen", live.OverlaySeen{Width: 800, Height: 600, OBS: "2.26.8", Visible: &visible})
		synctest.Wait()
		if len(v.drew) != 1 {
			t.Error("not shown when it was to be seen again")
		}
		v.close()
	})
}

// TestAlertsNetworkCut: a connection that is dead without anybody knowing loses no alert.
func TestAlertsNetworkCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, live.DefaultOptions(live.OverlayAlerts))
		s.live()
		dead := s.open(1, nil)
		dead.lazy = true // takes frames, and nobody sees them
		s.say(giftOf("Galaxy", 1000), giftOf("Lion", 29_999))
		time.Sleep(30 * time.Second)
		v := s.open(1, nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(v.drew) != 2 {
			t.Errorf("drawn %v", v.drew)
		}
		dead.close()
		v.close()
	})
}

// TestOverlayStopAll: one key clears the screen and lets nothing more begin.
func TestOverlayStopAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, live.DefaultOptions(live.OverlayAlerts), live.DefaultOptions(live.OverlayHost))
		s.live()
		v, host := s.open(1, nil), s.open(2, nil)
		s.say(giftOf("Galaxy", 1000), giftOf("Lion", 29_999), reply("hello everybody"))
		if err := s.overlays.StopAll(t.Context(), "ann"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if !strings.Contains(host.last(), `"stop"`) {
			t.Errorf("the host goes on: %s", host.last())
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(v.drew) != 1 || v.on != "" {
			t.Errorf("on screen %q after %v", v.on, v.drew)
		}
		if err := s.overlays.ResumeAll(t.Context(), "ann"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if len(v.drew) != 2 {
			t.Error("what waited is gone")
		}
		v.close()
		host.close()
	})
}

func reply(texts ...string) live.Event {
	r := live.Reply{TurnID: "t-" + texts[0], Responder: "template"}
	for _, text := range texts {
		r.Clips = append(r.Clips, live.Clip{Speech: text, FaceID: "happy", BodyID: "wave"})
	}
	return live.Event{Kind: live.KindReply, Origin: live.OriginSystem, At: time.Now(), Data: r}
}

// choir is a live.Voice whose every letter takes 100 ms.
type choir struct{ fail error }

func (c choir) Speak(ctx context.Context, text string) (live.Speech, error) {
	select {
	case <-time.After(300 * time.Millisecond):
	case <-ctx.Done():
		return live.Speech{}, ctx.Err()
	}
	return live.Speech{WAV: []byte("RIFF " + text), Length: time.Duration(len(text)) * 100 * time.Millisecond, Envelope: []int{0, 50, 100}}, c.fail
}

// TestHostOverlay: clips come one at a time, each when the one before was played.
func TestHostOverlay(t *testing.T) {
	for _, tc := range []struct {
		name  string
		voice live.Voice
		sound bool
	}{{"with a voice", choir{}, true}, {"with one that fails", choir{errors.New("no voice today")}, false}, {"without", nil, false}} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStudio(t, live.DefaultOptions(live.OverlayHost))
				s.stop()
				s.voice = tc.voice
				s.start()
				s.live()
				v := s.open(1, nil)
				s.say(reply("hello there", "goodbye"))
				time.Sleep(time.Second)
				synctest.Wait()
				if len(v.clips) != 1 || v.clips[0].Speech != "hello there" || v.clips[0].Clips != 2 || v.clips[0].FaceID != "happy" {
					t.Fatalf("clips %+v", v.clips)
				}
				first := v.clips[0]
				if first.Timed == tc.sound || (first.Sound != "") != tc.sound || tc.sound && (first.DurationMS != 1100 || len(first.Envelope) != 3) {
					t.Errorf("clip %+v", first)
				}
				if tc.sound {
					id := strings.TrimSuffix(strings.TrimPrefix(first.Sound, "sound/"), ".wav")
					if wav, ok := s.overlays.Sound(id); !ok || string(wav) != "RIFF hello there" {
						t.Errorf("sound %q %v", wav, ok)
					}
				}
				v.report(t.Context(), "ack", live.OverlayAck{Turn: first.Turn, Clip: 0})
				v.report(t.Context(), "ack", live.OverlayAck{Turn: first.Turn, Clip: 0}) // a second page, perhaps
				synctest.Wait()
				if len(v.clips) != 2 || v.clips[1].Clip != 1 {
					t.Fatalf("clips %+v", v.clips)
				}
				late := s.open(1, nil)
				if !strings.Contains(late.last(), `"goodbye"`) {
					t.Errorf("a page that comes late sees %s", late.last())
				}
				time.Sleep(time.Minute) // nobody says that it was played: time does
				synctest.Wait()
				if got := state[live.HostState](s, 1); got.Clip != nil {
					t.Errorf("still says %+v", got.Clip)
				}
				v.close()
				late.close()
			})
		})
	}
}

// TestHostIsCutShort: what an operator skips is not said to its end.
func TestHostIsCutShort(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, live.DefaultOptions(live.OverlayHost))
		session := s.live()
		v := s.open(1, nil)
		s.say(reply("a long story that nobody wants to hear to its end"), reply("next"))
		skip := live.Event{Kind: live.KindSkip, Origin: live.OriginSystem, At: time.Now(), Cause: session.Log().Last() - 1, Data: live.Skip{Reason: "operator"}}
		s.say(skip)
		var said []string
		for _, c := range v.clips {
			said = append(said, string(c.Action)+" "+c.Speech)
		}
		if diff := cmp.Diff([]string{"clip a long story that nobody wants to hear to its end", "stop ", "clip next"}, said); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		v.close()
	})
}

func TestGoalLadderAndControl(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, options(live.OverlayGoal, func(o *live.GoalOptions) { o.Target, o.Ladder = 100, []int64{250, 1000} }))
		s.live()
		s.say(giftOf("A", 40))
		at := func(value, from, target int64, step int, reached bool) {
			t.Helper()
			got := state[live.GoalState](s, 1)
			if got.Value != value || got.From != from || got.Target != target || got.Step != step || got.Steps != 3 || got.Reached != reached {
				t.Errorf("%+v", got)
			}
		}
		at(40, 0, 100, 1, false)
		s.say(giftOf("B", 60))
		at(100, 100, 250, 2, false)
		s.say(giftOf("C", 1000))
		at(1100, 250, 1000, 3, true)
		control := func(do string, amount int64) {
			t.Helper()
			if err := s.overlays.Control(t.Context(), 1, live.OverlayCommand{Do: do, Amount: amount}); err != nil {
				t.Fatal(err)
			}
		}
		control("reset", 0)
		at(0, 0, 100, 1, false)
		control("set", 70)
		control("add", -20)
		s.say(giftOf("D", 5))
		at(55, 0, 100, 1, false)
		s.kill()
		s.start()
		at(55, 0, 100, 1, false)
		s.live()
		s.say(giftOf("E", 5))
		at(60, 0, 100, 1, false)
		if err := s.overlays.Control(t.Context(), 1, live.OverlayCommand{Do: "dance"}); live.CodeOf(err) != live.CodeInvalid {
			t.Errorf("err = %v", err)
		}
	})
}

// TestGoalCarriesOver: with carry a goal goes on in the next session, without it begins anew.
func TestGoalCarriesOver(t *testing.T) {
	for _, carry := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := newStudio(t, options(live.OverlayGoal, func(o *live.GoalOptions) { o.Carry = carry }))
			s.live()
			s.say(giftOf("A", 40), made(giftOf("A", 5)))
			s.nextShow()
			s.say(giftOf("B", 7))
			want := int64(7)
			if carry {
				want = 47
			}
			if got := state[live.GoalState](s, 1); got.Value != want {
				t.Errorf("carry %v: %d, want %d", carry, got.Value, want)
			}
		})
	}
}

// TestGoalSetBetweenShows: what somebody chose while the room was not live is where the next show begins.
func TestGoalSetBetweenShows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, live.DefaultOptions(live.OverlayGoal))
		if err := s.overlays.Control(t.Context(), 1, live.OverlayCommand{Do: "set", Amount: 30}); err != nil {
			t.Fatal(err)
		}
		s.live()
		s.say(giftOf("A", 5))
		if got := state[live.GoalState](s, 1); got.Value != 35 {
			t.Errorf("%+v", got)
		}
		s.nextShow()
		if got := state[live.GoalState](s, 1); got.Value != 0 {
			t.Errorf("in the show after that: %+v", got)
		}
	})
}

// nextShow ends the LIVE and begins the next one.
func (s *studio) nextShow() {
	s.t.Helper()
	if err := s.engine.Disconnect(s.t.Context(), "ann"); err != nil {
		s.t.Fatal(err)
	}
	synctest.Wait()
	s.air.mu.Lock()
	s.air.roomID += "1"
	s.air.mu.Unlock()
	if err := s.engine.Connect(s.t.Context(), "ann"); err != nil {
		s.t.Fatal(err)
	}
	synctest.Wait()
}

// TestRehearsalsMoveNoOverlay: simulated and replayed events never move a goal, a leaderboard, a counter or a timer unless asked; where
// they are, the page is told. Real ones always count, and a restart changes nothing.
func TestRehearsalsMoveNoOverlay(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		asked := rapid.Bool().Draw(rt, "rehearsal")
		metric := rapid.SampledFrom([]live.GoalMetric{live.GoalDiamonds, live.GoalLikes, live.GoalFollows, live.GoalShares, live.GoalGift}).Draw(rt, "metric")
		type step struct {
			do     string
			origin live.Origin
			amount int
			past   bool
		}
		steps := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
			return step{
				do:     rapid.SampledFrom([]string{"gift", "like", "follow", "share", "comment", "rehearse", "restart"}).Draw(t, "do"),
				origin: rapid.SampledFrom([]live.Origin{live.OriginTikTok, live.OriginSimulated, live.OriginReplay}).Draw(t, "origin"),
				amount: rapid.IntRange(1, 20).Draw(t, "amount"), past: rapid.IntRange(0, 5).Draw(t, "history") == 0,
			}
		}), 1, 25).Draw(rt, "steps")
		synctest.Test(t, func(t *testing.T) {
			s := newStudio(t,
				options(live.OverlayGoal, func(o *live.GoalOptions) { o.Rehearsal, o.Metric, o.GiftID = asked, metric, 7 }),
				options(live.OverlayLeaderboard, func(o *live.LeaderboardOptions) { o.Rehearsal, o.Top = asked, 20 }),
				options(live.OverlayCounter, func(o *live.CounterOptions) {
					o.Rehearsal, o.Items = asked, []live.CounterItem{live.CountDiamonds, live.CountFollows, live.CountShares}
				}),
				options(live.OverlayTimer, func(o *live.TimerOptions) { o.Rehearsal, o.PerDiamond = asked, 1 }),
			)
			s.live()
			if err := s.overlays.Control(t.Context(), 4, live.OverlayCommand{Do: "start"}); err != nil {
				t.Fatal(err)
			}
			sum := map[string]int64{}
			likes := map[bool]int64{}
			for i, st := range steps {
				rehearsal := st.origin.Rehearsal()
				count := func(what string, n int64) {
					if !st.past && (asked || !rehearsal) {
						sum[what] += n
					}
				}
				var e live.Event
				switch st.do {
				case "gift":
					e = giftOf("G", st.amount)
					count("diamonds", int64(st.amount))
					if st.amount == 7 {
						count("gift", 1)
					}
				case "like":
					if !st.past {
						likes[rehearsal] += int64(st.amount)
					}
					e = event(live.Like{Count: st.amount, TotalLikes: max(1, likes[rehearsal])})
					count("likes", int64(st.amount))
				case "follow":
					e = event(live.Follow{})
					count("follows", 1)
				case "share":
					e = event(live.Share{})
					count("shares", 1)
				case "comment":
					e = event(live.Comment{Comment: "hi"})
				case "restart":
					s.kill()
					s.start()
					s.live()
					continue
				default:
					continue
				}
				e.Origin, e.History, e.SourceID = st.origin, st.past, fmt.Sprint(i)
				s.say(e)
			}
			time.Sleep(10 * time.Second)
			goal, board := state[live.GoalState](s, 1), state[live.LeaderboardState](s, 2)
			counter, timer := state[live.CounterState](s, 3), state[live.TimerState](s, 4)
			if goal.Value != sum[string(metric)] {
				t.Errorf("the goal of %s is at %d, want %d", metric, goal.Value, sum[string(metric)])
			}
			var total int64
			for _, l := range board.Leaders {
				if total += l.Value; l.Rehearsal && !asked {
					t.Errorf("%+v is on the leaderboard", l)
				}
			}
			if total != sum["diamonds"] {
				t.Errorf("the leaderboard has %d diamonds, want %d", total, sum["diamonds"])
			}
			for item, want := range map[string]int64{"diamonds": sum["diamonds"], "follows": sum["follows"], "shares": sum["shares"]} {
				if counter.Values[item] != want {
					t.Errorf("the counter says %d %s, want %d", counter.Values[item], item, want)
				}
			}
			if timer.TotalMS != sum["diamonds"]*1000 {
				t.Errorf("%d ms were added to the timer, want %d", timer.TotalMS, sum["diamonds"]*1000)
			}
			if !asked && (goal.Rehearsal || board.Rehearsal || counter.Rehearsal || timer.Rehearsal) {
				t.Error("something is marked as rehearsed that is not")
			}
		})
		if t.Failed() {
			rt.Fatalf("steps %+v", steps)
		}
	})
}

// TestRehearsalSessionMovesNothing: a rehearsal that is opened after a LIVE leaves goals and boards as they were.
func TestRehearsalSessionMovesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t,
			options(live.OverlayGoal, func(*live.GoalOptions) {}),
			options(live.OverlayLeaderboard, func(*live.LeaderboardOptions) {}),
			options(live.OverlayCounter, func(o *live.CounterOptions) { o.Rehearsal, o.Items = false, []live.CounterItem{live.CountDiamonds} }),
			options(live.OverlayGoal, func(o *live.GoalOptions) { o.Rehearsal = true }),
			live.DefaultOptions(live.OverlayAlerts),
		)
		s.live()
		v := s.open(5, nil)
		s.say(giftOf("A", 40))
		time.Sleep(time.Minute)
		if err := s.engine.Disconnect(t.Context(), "ann"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, err := s.engine.Rehearse(t.Context(), "ann"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		s.say(made(giftOf("Z", 500)))
		time.Sleep(10 * time.Second)
		if got := state[live.GoalState](s, 1); got.Value != 40 || got.Rehearsal {
			t.Errorf("goal %+v", got)
		}
		if got := state[live.LeaderboardState](s, 2); len(got.Leaders) != 1 || got.Leaders[0].Value != 40 {
			t.Errorf("leaderboard %+v", got)
		}
		if got := state[live.CounterState](s, 3); got.Values["diamonds"] != 40 || got.Live {
			t.Errorf("counter %+v", got)
		}
		if got := state[live.GoalState](s, 4); got.Value != 540 || !got.Rehearsal {
			t.Errorf("a goal that rehearses: %+v", got)
		}
		time.Sleep(10 * time.Minute) // the rehearsal ends by itself, and the old show gives no alerts again
		synctest.Wait()
		if len(v.drew) != 2 {
			t.Errorf("alerts %v", slices.Sorted(maps.Keys(v.drew)))
		}
		v.close()
	})
}

func TestTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, options(live.OverlayTimer, func(o *live.TimerOptions) {
			o.StartSeconds, o.MaxSeconds, o.PerDiamond, o.PerFollow = 60, 100, 1, 5
			o.Gifts = []live.TimerGift{{GiftID: 30, Seconds: 2}}
		}))
		control := func(do string, amount int64) {
			t.Helper()
			if err := s.overlays.Control(t.Context(), 1, live.OverlayCommand{Do: do, Amount: amount}); err != nil {
				t.Fatal(err)
			}
		}
		left := func(want time.Duration, running bool) {
			t.Helper()
			got := state[live.TimerState](s, 1)
			have := time.Duration(got.LeftMS) * time.Millisecond
			if got.Running {
				have = time.Until(time.UnixMilli(got.EndsMS))
			}
			if have != want || got.Running != running {
				t.Errorf("%s left, running %v; want %s, %v", have, got.Running, want, running)
			}
		}
		s.live()
		s.say(giftOf("A", 10)) // before it was started
		left(time.Minute, false)
		control("start", 0)
		time.Sleep(20 * time.Second)
		s.say(giftOf("A", 10), event(live.Follow{}), giftOf("own", 30))
		left(57*time.Second, true)
		if got := state[live.TimerState](s, 1); got.AddedMS != 17_000 || got.AddedBy != "Ann" || got.TotalMS != 17_000 {
			t.Errorf("added %+v", got)
		}
		s.say(giftOf("much", 1000))
		left(100*time.Second, true)
		control("pause", 0)
		time.Sleep(time.Hour)
		left(100*time.Second, false)
		control("start", 0)
		time.Sleep(10 * time.Second)
		s.kill()
		time.Sleep(30 * time.Second)
		s.start()
		s.live()
		left(60*time.Second, true)
		control("add", -50)
		left(10*time.Second, true)
		time.Sleep(11 * time.Second)
		left(0, false)
		if got := state[live.TimerState](s, 1); !got.Over {
			t.Errorf("%+v", got)
		}
		s.say(giftOf("late", 10))
		left(0, false)
		if err := s.overlays.Control(t.Context(), 1, live.OverlayCommand{Do: "start"}); live.CodeOf(err) != live.CodeConflict {
			t.Errorf("err = %v", err)
		}
		control("reset", 0)
		left(time.Minute, false)
		control("set", 90)
		for _, tc := range []struct {
			start int64
			want  time.Duration
		}{{60, 90 * time.Second}, {120, 2 * time.Minute}} { // what was set by hand before the start outlives a change of something else
			o := s.all[0]
			o.Options = options(live.OverlayTimer, func(o *live.TimerOptions) { o.StartSeconds, o.Look.Preset = tc.start, live.PresetNeon })
			if err := s.overlays.Put(t.Context(), o); err != nil {
				t.Fatal(err)
			}
			left(tc.want, false)
		}
	})
}

func TestProgramOverlay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, live.DefaultOptions(live.OverlayProgram), live.DefaultOptions(live.OverlayCounter))
		s.live()
		program := func(action string) live.Event {
			e := event(live.Program{Action: action, ProgramName: "Song time", ProgramType: "singing"})
			e.User, e.Origin = nil, live.OriginAPI
			return e
		}
		began := time.Now()
		s.say(program("start"))
		if got := state[live.ProgramState](s, 1); got.Name != "Song time" || got.Type != "singing" || got.StartedMS != began.UnixMilli() {
			t.Errorf("%+v", got)
		}
		s.say(made(event(live.LiveEnd{})))
		if got, counter := state[live.ProgramState](s, 1), state[live.CounterState](s, 2); got.Name != "Song time" || !counter.Live {
			t.Errorf("somebody who rehearses the end of the LIVE ends it: %+v, %+v", got, counter)
		}
		time.Sleep(time.Minute)
		s.say(program("pause"))
		time.Sleep(time.Minute)
		if got := state[live.ProgramState](s, 1); !got.Paused || got.ElapsedMS != 60_000 {
			t.Errorf("%+v", got)
		}
		s.say(program("resume"))
		if got := state[live.ProgramState](s, 1); got.StartedMS != began.Add(time.Minute).UnixMilli() {
			t.Errorf("%+v", got)
		}
		if err := s.overlays.Control(t.Context(), 1, live.OverlayCommand{Do: "countdown", Amount: 90}); err != nil {
			t.Fatal(err)
		}
		s.kill()
		s.start()
		s.live()
		if got := state[live.ProgramState](s, 1); got.Name != "Song time" || got.CountdownMS != time.Now().Add(90*time.Second).UnixMilli() {
			t.Errorf("after a restart %+v", got)
		}
		if err := s.overlays.Control(t.Context(), 1, live.OverlayCommand{Do: "countdown", Amount: -1}); live.CodeOf(err) != live.CodeInvalid {
			t.Errorf("err = %v", err)
		}
		s.say(program("finish"))
		if got := state[live.ProgramState](s, 1); got.Name != "" {
			t.Errorf("%+v", got)
		}
		s.say(program("start"))
		s.say(event(live.LiveEnd{}))
		if got, counter := state[live.ProgramState](s, 1), state[live.CounterState](s, 2); got.Name != "" || counter.Live {
			t.Errorf("after the LIVE: %+v, %+v", got, counter)
		}
	})
}

// TestOBSMarks: what OBS does is marked in the log, once for all overlays of the room, and not as often as it happens.
func TestOBSMarks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, live.DefaultOptions(live.OverlayChat), live.DefaultOptions(live.OverlayGoal))
		session := s.live()
		a, b := s.open(1, nil), s.open(2, nil)
		on, off := true, false
		tell := func(v *viewing, scene string, streaming *bool) {
			v.report(t.Context(), "seen", live.OverlaySeen{Width: 1, Height: 1, OBS: "2.26.8", Scene: scene, Streaming: streaming})
		}
		for _, v := range []*viewing{a, b} {
			tell(v, "Just\nchatting", &off)
		}
		time.Sleep(5 * time.Second)
		for _, v := range []*viewing{a, b} {
			tell(v, "Gaming", &on)
		}
		time.Sleep(5 * time.Second)
		for range 50 {
			tell(a, "Flicker", &on)
			tell(a, "Gaming", &on)
		}
		time.Sleep(5 * time.Second)
		a.report(t.Context(), "seen", live.OverlaySeen{Scene: "no OBS at all"})
		time.Sleep(5 * time.Second)
		synctest.Wait()
		var notes []string
		for _, e := range s.store.log(session.Info.ID).all() {
			if e.Kind == live.KindNote {
				note := live.DataOf[live.Note](e)
				notes = append(notes, note.Topic+": "+note.Text)
			}
		}
		want := []string{"obs_scene: OBS scene: Just chatting", "obs_scene: OBS scene: Gaming", "obs_on_air: OBS started streaming", "obs_scene: OBS scene: Flicker", "obs_scene: OBS scene: Gaming"}
		if diff := cmp.Diff(want, notes); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		a.close()
		b.close()
	})
}

// TestOverlayReports: a page that says what none of ours would is found out.
func TestOverlayReports(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, live.DefaultOptions(live.OverlayChat))
		v := s.open(1, nil)
		for _, raw := range []string{``, `{`, `[]`, `{"type":"gift"}`, `{"type":"seen","width":"wide"}`, `{"type":"drawn","id":7}`, `"seen"`} {
			if err := v.page.Report(t.Context(), []byte(raw)); live.CodeOf(err) != live.CodeInvalid {
				t.Errorf("%s: %v", raw, err)
			}
		}
		id, err := s.overlays.Test(t.Context(), 1)
		synctest.Wait()
		if err != nil || !strings.Contains(v.last(), id) {
			t.Errorf("test %q %v: %s", id, err, v.last())
		}
		v.report(t.Context(), "drawn", live.OverlayDrawn{ID: id})
		status, err := s.overlays.Status(t.Context(), 1, live.OverlaySighting{})
		if err != nil || status.Last.Test != id || len(status.Pages) != 1 {
			t.Errorf("%+v %v", status, err)
		}
		v.close()
	})
}

// TestOverlayPreview: the panel's preview shows the same, counts for nothing, and ends with its last page.
func TestOverlayPreview(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, live.DefaultOptions(live.OverlayAlerts))
		s.live()
		v := s.preview("one")
		s.say(giftOf("Galaxy", 1000))
		synctest.Wait()
		if len(v.drew) != 1 || !strings.Contains(v.frames[0], `"preview":true`) {
			t.Errorf("the preview drew %v", v.drew)
		}
		q, err := s.overlays.Alerts(t.Context(), 1)
		if err != nil || q.Present || len(q.Waiting) != 1 {
			t.Errorf("on air: %+v %v", q, err)
		}
		if status, err := s.overlays.Status(t.Context(), 1, live.OverlaySighting{}); err != nil || len(status.Pages) != 0 || !status.Last.At.IsZero() {
			t.Errorf("%+v %v", status, err)
		}
		v.close()
	})
}

// preview opens a page of the panel's preview of a name.
func (s *studio) preview(name string) *viewing {
	s.t.Helper()
	page, err := s.overlays.Preview(s.t.Context(), name, s.all[0], "ann")
	if err != nil {
		s.t.Fatal(err)
	}
	v := &viewing{s: s, page: page, ended: map[string]bool{}, drew: map[string]int{}, done: make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	v.cancel = cancel
	go v.watch(ctx)
	synctest.Wait()
	return v
}

// draft has a preview show options that nobody saved.
func (s *studio) draft(name string, o live.OverlayOptions, rule int) {
	s.t.Helper()
	typed := s.all[0]
	typed.Options = o
	if err := s.overlays.Draft(s.t.Context(), name, typed, rule); err != nil {
		s.t.Fatal(err)
	}
	time.Sleep(time.Second)
	synctest.Wait()
}

// TestOverlayDraft: what is being typed filters for the page it is typed on, and for no other; what somebody else saves meanwhile does not
// take it away.
func TestOverlayDraft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, live.DefaultOptions(live.OverlayChat))
		s.live()
		s.say(event(live.Comment{Comment: "hello"}), event(live.Comment{Comment: "hush"}))
		air, mine, another := s.open(1, nil), s.preview("mine"), s.preview("another")
		s.draft("mine", options(live.OverlayChat, func(o *live.ChatOptions) { o.Filter.Words = []string{"hush"} }), -1)
		s.draft("nobody's", live.DefaultOptions(live.OverlayChat), -1)
		if last := mine.last(); !strings.Contains(last, `"snapshot"`) || strings.Contains(last, "hush") || !strings.Contains(last, "hello") {
			t.Errorf("the page shows %s", last)
		}
		saved := s.all[0]
		saved.Options = options(live.OverlayChat, func(o *live.ChatOptions) { o.Look.Preset = live.PresetNeon })
		if err := s.overlays.Put(t.Context(), saved); err != nil {
			t.Fatal(err)
		}
		s.say(event(live.Comment{Comment: "hush again"}), event(live.Comment{Comment: "bye"}))
		time.Sleep(time.Second)
		synctest.Wait()
		for name, v := range map[string]*viewing{"air": air, "mine": mine, "another": another} {
			shown := strings.Join(v.frames, "\n")
			if hidden := !strings.Contains(shown, "hush again"); hidden != (v == mine) || !strings.Contains(shown, "bye") {
				t.Errorf("%s: %s", name, shown)
			}
			if follows := strings.Contains(shown, `"preset":"neon"`); follows == (v == mine) {
				t.Errorf("%s follows what was saved: %t", name, follows)
			}
			v.close()
		}
		again := s.preview("mine")
		if !strings.Contains(again.last(), "hush") {
			t.Errorf("what was typed outlives its page: %s", again.last())
		}
		again.close()
	})
}

// TestAlertDraft: the rule that is being typed shows its alert at once, which changes in place while only its words do, and gives alerts.
func TestAlertDraft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, live.DefaultOptions(live.OverlayAlerts))
		s.live()
		v := s.preview("mine")
		rule := live.AlertRule{On: live.KindFollow, Enabled: true, Volume: 100, Sound: live.SoundNone, Title: "{nickname} is he"}
		typed := func() live.OverlayOptions {
			return options(live.OverlayAlerts, func(o *live.AlertsOptions) { o.Rules = []live.AlertRule{rule} })
		}
		s.draft("mine", typed(), 0)
		rule.Title += "re"
		s.draft("mine", typed(), 0)
		if len(v.drew) != 1 || !strings.Contains(v.last(), `"update"`) || !strings.Contains(v.last(), "is here") {
			t.Errorf("drew %v, last %s", v.drew, v.last())
		}
		rule.Animation = live.AnimationPop
		s.draft("mine", typed(), 0)
		if len(v.drew) != 2 {
			t.Errorf("another animation is not played: %v", v.drew)
		}
		rule.Enabled = false
		s.draft("mine", typed(), 0)
		s.draft("mine", typed(), 7)
		s.draft("mine", typed(), -1)
		if len(v.drew) != 2 {
			t.Errorf("a rule that is off is shown: %v", v.drew)
		}
		rule.Enabled = true
		s.draft("mine", typed(), -1)
		time.Sleep(time.Minute)
		s.say(event(live.Follow{}))
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(v.drew) != 3 || !strings.Contains(strings.Join(v.frames, ""), "is here") {
			t.Errorf("what is typed gives no alert: %v", v.drew)
		}
		q, err := s.overlays.Alerts(t.Context(), 1)
		if err != nil || len(q.Waiting)+len(q.History) != 1 {
			t.Errorf("on air: %+v %v", q, err)
		}
		v.close()
	})
}

// TestProgramPreview: while no program is on, a preview shows what one would look like, and what is on air shows nothing.
func TestProgramPreview(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, live.DefaultOptions(live.OverlayProgram))
		s.live()
		v := s.preview("mine")
		if last := v.last(); !strings.Contains(last, "stage.sample.program") {
			t.Errorf("the preview shows %s", last)
		}
		if on := state[live.ProgramState](s, 1); on.Name != "" || on.CountdownMS != 0 {
			t.Errorf("on air: %+v", on)
		}
		s.say(event(live.Program{Action: live.ProgramStart, ProgramName: "Songs"}))
		time.Sleep(time.Second)
		synctest.Wait()
		if last := v.last(); strings.Contains(last, "sample") || !strings.Contains(last, "Songs") {
			t.Errorf("while one is on it shows %s", last)
		}
		v.close()
	})
}

// TestGoalDraft: what somebody only tries to count takes nothing from what was carried over.
func TestGoalDraft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, live.DefaultOptions(live.OverlayGoal))
		s.live()
		if err := s.overlays.Control(t.Context(), 1, live.OverlayCommand{Do: "set", Amount: 4321}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		v := s.preview("mine")
		for _, metric := range []live.GoalMetric{live.GoalFollows, live.GoalDiamonds} {
			s.draft("mine", options(live.OverlayGoal, func(o *live.GoalOptions) { o.Metric = metric }), -1)
		}
		if last := v.last(); !strings.Contains(last, `"value":4321`) {
			t.Errorf("the preview shows %s", last)
		}
		v.close()
	})
}

// TestOverlayGoesOnWithoutItsDatabase: what cannot be kept is shown nevertheless.
func TestOverlayGoesOnWithoutItsDatabase(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, live.DefaultOptions(live.OverlayAlerts))
		s.live()
		v := s.open(1, nil)
		s.store.mine.Lock()
		s.store.fail = errDisk
		s.store.mine.Unlock()
		s.say(giftOf("Galaxy", 1000))
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(v.drew) != 1 || v.on != "" {
			t.Errorf("drawn %v, on screen %q", v.drew, v.on)
		}
		v.close()
	})
}
