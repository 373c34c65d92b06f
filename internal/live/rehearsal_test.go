package live_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"showcaller/internal/live"
)

// archive is a live.Store in memory.
type archive struct {
	mu       sync.Mutex
	sessions []live.SessionInfo
	logs     map[int64]*memory
	rooms    []live.Room
}

func newArchive(rooms ...string) *archive {
	a := &archive{logs: map[int64]*memory{}}
	for _, name := range rooms {
		a.rooms = append(a.rooms, live.Room{UniqueID: name})
	}
	return a
}

func (a *archive) log(id int64) *memory {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.logs[id] == nil {
		a.logs[id] = &memory{}
	}
	return a.logs[id]
}

func (a *archive) Append(ctx context.Context, b live.Batch) error {
	return a.log(b.SessionID).Append(ctx, b)
}

func (a *archive) EventsAfter(ctx context.Context, session, after int64, limit int) ([]live.Event, error) {
	return a.log(session).EventsAfter(ctx, session, after, limit)
}

func (a *archive) Rooms(context.Context) ([]live.Room, error) { return a.rooms, nil }

func (a *archive) SaveRoom(context.Context, live.Room) error { return nil }

func (a *archive) DeleteRoom(context.Context, string) error { return nil }

func (a *archive) OpenSession(_ context.Context, room string, info live.RoomInfo, origin live.Origin, at time.Time) (live.SessionInfo, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := live.SessionInfo{ID: int64(len(a.sessions) + 1), Room: room, RoomID: info.RoomID, Title: info.Title, Origin: origin, StartedAt: at}
	a.sessions = append(a.sessions, s)
	return s, nil
}

func (a *archive) OpenSessions(context.Context) (open []live.SessionInfo, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, s := range a.sessions {
		if s.EndedAt.IsZero() {
			open = append(open, s)
		}
	}
	return open, nil
}

func (a *archive) EndSession(_ context.Context, id int64, at time.Time, reason string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sessions[id-1].EndedAt, a.sessions[id-1].EndReason = at, reason
	return nil
}

func (a *archive) Past(_ context.Context, id int64) (live.Past, error) {
	events := a.log(id).all()
	return live.Past{LastSeq: int64(len(events)), Recent: events}, nil
}

func (a *archive) session(id int64) live.SessionInfo {
	a.mu.Lock()
	defer a.mu.Unlock()
	s := a.sessions[id-1]
	if log := a.logs[id]; log != nil {
		s.LastSeq = int64(len(log.all()))
	}
	return s
}

func (m *memory) all() []live.Event {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]live.Event(nil), m.events...)
}

// onAir is a live.Source whose room is live while a test says so.
type onAir struct{ begin chan struct{} }

func (o onAir) Listen(ctx context.Context, name string, l live.Listener) error {
	select {
	case <-o.begin:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := l.Connected(ctx, time.Now(), live.RoomInfo{UniqueID: name, RoomID: "73"}); err != nil {
		return err
	}
	<-ctx.Done()
	return l.Disconnected(context.WithoutCancel(ctx), time.Now(), ctx.Err())
}

// watchRooms starts an engine on an archive and returns what stops it.
func watchRooms(t *testing.T, a *archive, source live.Source) (*live.Engine, func()) {
	t.Helper()
	engine := live.NewEngine(a, source, source, slog.New(slog.DiscardHandler))
	ctx, cancel := context.WithCancel(context.Background())
	if err := engine.Start(ctx); err != nil {
		t.Fatal(err)
	}
	return engine, func() {
		cancel()
		engine.Wait()
	}
}

func kinds(events []live.Event) string {
	var out []string
	for _, e := range events {
		out = append(out, string(e.Kind))
	}
	return strings.Join(out, " ")
}

func simulate(t *testing.T, e *live.Engine, session int64, events ...live.Event) {
	t.Helper()
	s, err := e.Session(session)
	if err != nil {
		t.Fatal(err)
	}
	for i := range events {
		events[i].Origin = live.OriginSimulated
	}
	if _, err := s.Append(t.Context(), events...); err != nil {
		t.Fatal(err)
	}
}

func TestRehearsal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newArchive("mai")
		engine, stop := watchRooms(t, a, onAir{})
		defer stop()
		info, err := engine.Rehearse(t.Context(), "mai")
		if err != nil {
			t.Fatal(err)
		}
		if room, _, _ := engine.Room("mai"); room.Health.SessionID != info.ID || info.Origin != live.OriginSimulated {
			t.Errorf("the room shows session %d, the rehearsal is %+v", room.Health.SessionID, info)
		}
		if again, err := engine.Rehearse(t.Context(), "mai"); err != nil || again.ID != info.ID {
			t.Errorf("asked for twice, it is %d and %v", again.ID, err)
		}
		time.Sleep(9 * time.Minute)
		simulate(t, engine, info.ID, rose(3, true))
		time.Sleep(9 * time.Minute)
		simulate(t, engine, info.ID, live.Event{Kind: live.KindReply, At: time.Now(), Data: live.Reply{}}) // the host talks to itself
		if _, err := engine.Session(info.ID); err != nil {
			t.Error("it ended while it was in use")
		}
		time.Sleep(time.Minute + 16*time.Second) // ten minutes after the streak was closed
		if _, err := engine.Session(info.ID); live.CodeOf(err) != live.CodeConflict {
			t.Errorf("ten idle minutes did not end it: %v", err)
		}
		if s := a.session(info.ID); s.EndReason != live.EndIdle || s.EndedAt.IsZero() {
			t.Errorf("stored as %+v", s)
		}
		if got := kinds(a.log(info.ID).all()); got != "connect gift gift reply live_end" {
			t.Errorf("its log is %s", got)
		}
		if sum := a.log(info.ID).totals(false); sum != (live.Minute{}) {
			t.Errorf("it counted %+v", sum)
		}
		other, err := engine.Rehearse(t.Context(), "mai")
		if err != nil || other.ID == info.ID {
			t.Errorf("the next rehearsal is %d, %v", other.ID, err)
		}
		if err := engine.EndRehearsal(t.Context(), other.ID); err != nil || a.session(other.ID).EndReason != live.EndStopped {
			t.Errorf("ended by hand: %v, %+v", err, a.session(other.ID))
		}
		if err := engine.EndRehearsal(t.Context(), other.ID); live.CodeOf(err) != live.CodeConflict {
			t.Errorf("ended twice: %v", err)
		}
	})
}

func TestLiveEndsARehearsal(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newArchive("mai")
		source := onAir{make(chan struct{})}
		engine, stop := watchRooms(t, a, source)
		defer stop()
		info, err := engine.Rehearse(t.Context(), "mai")
		if err != nil {
			t.Fatal(err)
		}
		if err := engine.Connect(t.Context(), "mai"); err != nil {
			t.Fatal(err)
		}
		close(source.begin)
		synctest.Wait()
		open, ok := engine.OpenSession("mai")
		if !ok || open.ID == info.ID || open.Rehearsal() || a.session(info.ID).EndReason != live.EndLive {
			t.Errorf("live, the room's session is %+v; the rehearsal ended as %+v", open, a.session(info.ID))
		}
		if room, _, _ := engine.Room("mai"); room.Health.SessionID != open.ID {
			t.Errorf("the room shows %d, not the LIVE", room.Health.SessionID)
		}
		if _, err := engine.Rehearse(t.Context(), "mai"); live.CodeOf(err) != live.CodeConflict {
			t.Errorf("a rehearsal while live: %v", err)
		}
	})
}

func TestRestartEndsRehearsals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newArchive("mai")
		engine, stop := watchRooms(t, a, onAir{})
		clean, err := engine.Rehearse(t.Context(), "mai")
		if err != nil {
			t.Fatal(err)
		}
		stop()
		if s := a.session(clean.ID); s.EndReason != live.EndRestart {
			t.Errorf("stopped with the program it is %+v", s)
		}
		crashed, err := a.OpenSession(t.Context(), "mai", live.RoomInfo{RoomID: "replay-1-2"}, live.OriginReplay, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		tap := rose(4, true)
		tap.Origin, tap.Seq = live.OriginReplay, 1
		a.log(crashed.ID).events = []live.Event{tap}
		engine, stop = watchRooms(t, a, onAir{})
		defer stop()
		if s := a.session(crashed.ID); s.EndReason != live.EndRestart || s.EndedAt.IsZero() {
			t.Errorf("left by a crash it is %+v", s)
		}
		events := a.log(crashed.ID).all()
		if end := live.DataOf[live.LiveEnd](events[len(events)-1]); end.Reason != "rehearsal_restart" {
			t.Errorf("its log does not say so: %s %+v", kinds(events), end)
		}
		if sum := a.log(crashed.ID).totals(true); sum.Gifts != 4 {
			t.Errorf("its open streak was booked as %d", sum.Gifts)
		}
		if _, ok := engine.OpenSession("mai"); ok {
			t.Error("the room still has it open")
		}
	})
}

// past records a session as a LIVE would, the events at their own times.
func past(t *testing.T, a *archive, events func(add func(time.Duration, live.Event))) live.SessionInfo {
	t.Helper()
	info, err := a.OpenSession(t.Context(), "mai", live.RoomInfo{RoomID: "73", Title: "A show"}, live.OriginTikTok, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	s := live.NewSession(info, live.Past{}, a)
	events(func(after time.Duration, e live.Event) {
		time.Sleep(after)
		e.At, e.Origin = live.Millis(time.Now()), live.OriginTikTok
		if _, err := s.Append(t.Context(), e); err != nil {
			t.Fatal(err)
		}
	})
	s.Close(true)
	if err := a.EndSession(t.Context(), info.ID, time.Now(), "ended"); err != nil {
		t.Fatal(err)
	}
	return a.session(info.ID)
}

func TestReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newArchive("mai")
		of := past(t, a, func(add func(time.Duration, live.Event)) {
			add(0, live.Event{Kind: live.KindConnect, Data: live.Connect{UniqueID: "mai", Title: "A show"}})
			add(time.Second, event(live.Comment{Comment: "hello"}))
			for n := 1; n <= 5; n++ {
				add(2*time.Second, rose(n, true))
			}
			add(20*time.Second, event(live.Join{})) // meanwhile the streak was closed by time
			add(time.Second, rose(7, false))        // its late end books two more
			add(3*time.Second, live.Event{Kind: live.KindReply, Data: live.Reply{TurnID: "t"}})
			add(4*time.Minute, live.Event{Kind: live.KindGap, Data: live.Gap{
				From: live.Timestamp(time.Now()), To: live.Timestamp(time.Now().Add(4 * time.Minute)), Seconds: 240, Cause: "network",
			}})
			add(time.Second, event(live.Comment{Comment: "bye"}))
			add(0, live.Event{Kind: live.KindLiveEnd, Data: live.LiveEnd{Reason: "host"}})
		})
		engine, stop := watchRooms(t, a, onAir{})
		defer stop()
		begin := time.Now()
		info, err := engine.Replay(t.Context(), of, 10)
		if err != nil {
			t.Fatal(err)
		}
		if info.Origin != live.OriginReplay || info.Room != "mai" || info.Title != "A show" {
			t.Errorf("the replay's session is %+v", info)
		}
		for a.session(info.ID).EndedAt.IsZero() {
			time.Sleep(100 * time.Millisecond)
		}
		if s := a.session(info.ID); s.EndReason != live.EndPlayed {
			t.Errorf("it ended as %+v", s)
		}
		// 36 s of show at ten times the speed, and 243 s of silence that became 5.
		if took := time.Since(begin).Round(time.Second); took != 9*time.Second {
			t.Errorf("it took %s", took)
		}
		events := a.log(info.ID).all()
		want := "connect comment gift gift gift gift gift gift join gift reply note gap comment live_end"
		if got := kinds(events); got != want {
			t.Errorf("played\n%s, want\n%s", got, want)
		}
		for _, e := range events {
			if e.Origin != live.OriginReplay {
				t.Errorf("%s has origin %s", e.Kind, e.Origin)
			}
			switch e.Kind {
			case live.KindNote:
				if note := live.DataOf[live.Note](e); note.Silence != 240 {
					t.Errorf("the note about the silence is %+v", note)
				}
			case live.KindGap:
				if gap := live.DataOf[live.Gap](e); gap.Seconds != 240 || gap.To != live.Timestamp(e.At) {
					t.Errorf("the gap is %+v at %s", gap, e.At)
				}
			}
		}
		replay, original := a.log(info.ID).totals(true), a.log(of.ID).totals(false)
		replay.Gap, original.Gap = 0, 0 // on the replay's clock it is shorter
		if diff := cmp.Diff(original, replay); diff != "" {
			t.Errorf("the replay's own numbers differ (-original +replay):\n%s", diff)
		}
		if sum := a.log(info.ID).totals(false); sum != (live.Minute{}) {
			t.Errorf("a replay counted %+v", sum)
		}
	})
}

func TestReplayPausesAndChangesSpeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newArchive("mai")
		of := past(t, a, func(add func(time.Duration, live.Event)) {
			for range 10 {
				add(4*time.Second, event(live.Join{}))
			}
		})
		engine, stop := watchRooms(t, a, onAir{})
		defer stop()
		for _, speed := range []float64{0, 0.5, 11} {
			if _, err := engine.Replay(t.Context(), of, speed); live.CodeOf(err) != live.CodeInvalid {
				t.Errorf("speed %g: %v", speed, err)
			}
		}
		info, err := engine.Replay(t.Context(), of, 1)
		if err != nil {
			t.Fatal(err)
		}
		played := func() int64 {
			t.Helper()
			synctest.Wait()
			p, err := engine.Playback(info.ID)
			if err != nil {
				t.Fatal(err)
			}
			return p.Played
		}
		change := func(c live.PlaybackChange) {
			t.Helper()
			if _, err := engine.ChangePlayback(info.ID, c); err != nil {
				t.Fatal(err)
			}
		}
		yes, no, fast := true, false, 4.0
		time.Sleep(10 * time.Second) // at 0, 4 and 8 s
		if n := played(); n != 3 {
			t.Errorf("%d played after 10 s", n)
		}
		change(live.PlaybackChange{Paused: &yes})
		time.Sleep(5 * time.Minute)
		if n := played(); n != 3 {
			t.Errorf("%d played while it was paused", n)
		}
		change(live.PlaybackChange{Paused: &no})
		time.Sleep(1900 * time.Millisecond)
		if n := played(); n != 3 {
			t.Errorf("the rest of the silence was skipped: %d", n)
		}
		time.Sleep(200 * time.Millisecond)
		if n := played(); n != 4 {
			t.Errorf("%d played after the rest of the silence", n)
		}
		change(live.PlaybackChange{Speed: &fast})
		time.Sleep(3100 * time.Millisecond)
		if n := played(); n != 7 {
			t.Errorf("%d played at four times the speed", n)
		}
		if err := engine.EndRehearsal(t.Context(), info.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := engine.Playback(info.ID); live.CodeOf(err) != live.CodeConflict {
			t.Errorf("ended, it still plays: %v", err)
		}
		if got := kinds(a.log(info.ID).all()); !strings.HasSuffix(got, "join live_end") {
			t.Errorf("stopped, its log is %s", got)
		}
	})
}

// TestReplayBooksStreaksOnce: whatever was sent, at whatever speed, with whatever pauses, a replay's own numbers are the past
// session's, and none of them counts.
func TestReplayBooksStreaksOnce(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		seed := rapid.Uint64().Draw(r, "seed")
		speed := rapid.Float64Range(1, 10).Draw(r, "speed")
		var diff string
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 1))
			a := newArchive("mai")
			of := past(t, a, func(add func(time.Duration, live.Event)) {
				type streak struct {
					count int
					id    string
					touch time.Time
				}
				streaks := map[int]*streak{}
				for range 1 + rng.IntN(40) {
					who := rng.IntN(3)
					var e live.Event
					switch rng.IntN(6) {
					case 0:
						e = event(live.Comment{Comment: "hi"})
					case 1:
						e = single(1 + rng.IntN(3))
					case 2:
						e = event(live.Like{Count: 1 + rng.IntN(9), TotalLikes: int64(rng.IntN(200))})
					default:
						st := streaks[who]
						if st == nil || time.Since(st.touch) > 30*time.Second { // nobody goes on with a streak after so long
							st = &streak{id: strconv.FormatInt(time.Now().UnixNano(), 10)}
							streaks[who] = st
						}
						st.count, st.touch = max(st.count+rng.IntN(4), 1), time.Now()
						e = rose(st.count, rng.IntN(3) > 0)
						gift := live.DataOf[live.Gift](e)
						gift.StreakID = st.id
						e.Data = gift
					}
					e.User = &live.User{UserID: string(rune('1' + who)), UniqueID: "u"}
					add(time.Duration(rng.IntN(20_000))*time.Millisecond, e)
				}
			})
			engine, stop := watchRooms(t, a, onAir{})
			defer stop()
			info, err := engine.Replay(t.Context(), of, speed)
			if err != nil {
				t.Fatal(err)
			}
			paused := false
			for a.session(info.ID).EndedAt.IsZero() {
				time.Sleep(time.Duration(rng.IntN(30_000)) * time.Millisecond)
				paused = !paused && rng.IntN(2) == 0
				if _, err := engine.ChangePlayback(info.ID, live.PlaybackChange{Paused: &paused}); err != nil {
					break
				}
			}
			diff = cmp.Diff(a.log(of.ID).totals(false), a.log(info.ID).totals(true)) +
				cmp.Diff(live.Minute{}, a.log(info.ID).totals(false))
		})
		if diff != "" {
			r.Fatalf("a replay's numbers differ (-original +replay):\n%s", diff)
		}
	})
}
