package tiktok

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"showcaller/internal/live"
	"showcaller/internal/tiktok/tiktoktest"
)

// patience is how long a test waits for what must happen soon, on a machine that may be busy.
const patience = 20 * time.Second

// forgetful are live.Attempts without a past, for tests that connect more often than anybody may.
type forgetful struct{}

func (forgetful) Record(context.Context, string, time.Time) error               { return nil }
func (forgetful) Since(context.Context, string, time.Time) ([]time.Time, error) { return nil, nil }

// quick are the clocks of tests: failures are over in milliseconds, and silence is noticed at once.
var quick = clocks{report: 10 * time.Millisecond, silence: 300 * time.Millisecond, stable: time.Minute, backoff: time.Millisecond}

// newClient returns a client of the stand-in.
func newClient(t *testing.T, srv *tiktoktest.Server, change func(*Options)) *Client {
	t.Helper()
	o := Options{
		Web: srv.URL(), Webcast: srv.URL(), WS: srv.WSURL(), Sign: srv.URL(), Connect: wayDirect, Attempts: forgetful{},
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})), clocks: quick,
	}
	o.clocks.silence = time.Minute
	if change != nil {
		change(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.http.CloseIdleConnections()
		c.sockets.CloseIdleConnections()
	})
	return c
}

// A recorder is a Listener that keeps everything and lets a test wait for it.
type recorder struct {
	mu           sync.Mutex
	changed      chan struct{}
	rooms        []live.RoomInfo
	events       []live.Event
	disconnects  []error
	progress     []live.Progress
	refuseEvents error
}

func newRecorder() *recorder { return &recorder{changed: make(chan struct{})} }

func (r *recorder) change(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *recorder) Progress(p live.Progress) { r.change(func() { r.progress = append(r.progress, p) }) }

func (r *recorder) Connected(_ context.Context, _ time.Time, room live.RoomInfo) error {
	r.change(func() { r.rooms = append(r.rooms, room) })
	return nil
}

func (r *recorder) Events(_ context.Context, events []live.Event) error {
	r.change(func() { r.events = append(r.events, events...) })
	return r.refuseEvents
}

func (r *recorder) Disconnected(_ context.Context, _ time.Time, err error) error {
	r.change(func() { r.disconnects = append(r.disconnects, err) })
	return nil
}

// await waits until done reports true; it is called with the lock held.
func (r *recorder) await(t *testing.T, what string, done func() bool) {
	t.Helper()
	late := time.After(patience)
	for {
		r.mu.Lock()
		ok, changed := done(), r.changed
		r.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-changed:
		case <-late:
			r.mu.Lock()
			defer r.mu.Unlock()
			t.Fatalf("no %s; rooms %v, disconnects %v, last progress %+v", what, r.rooms, r.disconnects, r.progress[max(0, len(r.progress)-3):])
		}
	}
}

// comments returns the texts of the comments so far that are no history. The lock is held.
func (r *recorder) comments() (texts []string) {
	for _, e := range r.events {
		if c, ok := e.Data.(live.Comment); ok && !e.History {
			texts = append(texts, c.Comment)
		}
	}
	return texts
}

// awaitComment waits for a comment that is no history.
func (r *recorder) awaitComment(t *testing.T, text string) {
	t.Helper()
	r.await(t, "comment "+text, func() bool { return strings.Contains(strings.Join(r.comments(), "\n"), text) })
}

// awaitConnects waits for the nth connection.
func (r *recorder) awaitConnects(t *testing.T, n int) {
	t.Helper()
	r.await(t, "connection", func() bool { return len(r.rooms) >= n })
}

// awaitReason waits until some progress names a reason.
func (r *recorder) awaitReason(t *testing.T, reason live.Reason) (found live.Progress) {
	t.Helper()
	r.await(t, "progress because of "+string(reason), func() bool {
		for _, p := range r.progress {
			if p.Err != nil && live.ReasonOf(p.Err) == reason {
				found = p
				return true
			}
		}
		return false
	})
	return found
}

// A listened is a running Listen.
type listened struct {
	*recorder
	stop context.CancelFunc
	done chan error
}

// listen starts listening; the test ends only when Listen has returned.
func listen(t *testing.T, c *Client, name string) *listened {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	l := &listened{recorder: newRecorder(), stop: cancel, done: make(chan error, 1)}
	var running sync.WaitGroup
	running.Go(func() { l.done <- c.Listen(ctx, name, l) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return l
}

// result waits until Listen has returned.
func (l *listened) result(t *testing.T) error {
	t.Helper()
	select {
	case err := <-l.done:
		return err
	case <-time.After(patience):
		t.Fatal("Listen does not return")
		return nil
	}
}

// start returns a stand-in with one live room, and somebody who listens to it and is connected.
func start(t *testing.T, change func(*Options)) (*tiktoktest.Server, *tiktoktest.Room, *listened) {
	t.Helper()
	srv := tiktoktest.NewServer(t)
	room := srv.Room("lan").GoLive()
	room.SetTitle("Karaoke")
	l := listen(t, newClient(t, srv, change), "lan")
	awaitSockets(t, room, 1)
	return srv, room, l
}

func awaitSockets(t *testing.T, room *tiktoktest.Room, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := room.AwaitSockets(ctx, n); err != nil {
		t.Fatal(err)
	}
}

var minh = tiktoktest.Named("minh")

// TestListen follows a LIVE from beginning to end, both ways.
func TestListen(t *testing.T) {
	t.Parallel()
	for _, way := range []string{wayDirect, waySign, wayAuto} {
		t.Run(way, func(t *testing.T) {
			t.Parallel()
			_, room, l := start(t, func(o *Options) { o.Connect = way })
			room.Send(tiktoktest.Chat(minh, "xin chào"), tiktoktest.Once(minh, tiktoktest.Galaxy, 1))
			l.awaitComment(t, "xin chào")
			room.End(tiktoktest.EndedByHost)
			if err := l.result(t); err != nil {
				t.Fatal(err)
			}
			got := l.rooms[0]
			if got.UniqueID != "lan" || got.Title != "Karaoke" || got.Host.UserID == "" || got.StartedAt.IsZero() {
				t.Errorf("room %+v", got)
			}
			if want := map[string]string{wayAuto: wayDirect, wayDirect: wayDirect, waySign: waySign}[way]; got.Way != want {
				t.Errorf("way %q, want %q", got.Way, want)
			}
			last := l.events[len(l.events)-1]
			if end, ok := last.Data.(live.LiveEnd); !ok || end.Reason != endedByHost {
				t.Errorf("last event %+v", last)
			}
			if len(l.disconnects) != 1 || l.disconnects[0] != nil {
				t.Errorf("disconnects %v, want one without error", l.disconnects)
			}
		})
	}
}

// TestListenStops ends with the caller's context.
func TestListenStops(t *testing.T) {
	t.Parallel()
	_, _, l := start(t, nil)
	l.stop()
	if err := l.result(t); !errors.Is(err, context.Canceled) {
		t.Errorf("Listen returned %v", err)
	}
	if len(l.disconnects) != 1 || !errors.Is(l.disconnects[0], context.Canceled) {
		t.Errorf("disconnects %v", l.disconnects)
	}
}

// TestListenerErrorStops: what the Listener refuses ends the listening, and the caller gets its words.
func TestListenerErrorStops(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	srv.Room("lan").GoLive()
	r := newRecorder()
	r.refuseEvents = errors.New("the disk is full")
	if err := newClient(t, srv, nil).Listen(t.Context(), "lan", r); err != r.refuseEvents { //nolint:errorlint // the very same
		t.Errorf("Listen returned %v", err)
	}
	if len(r.disconnects) != 1 {
		t.Errorf("disconnects %v", r.disconnects)
	}
}

// TestAttemptsWithoutAMemory: a client that was given none begins with an empty one.
func TestAttemptsWithoutAMemory(t *testing.T) {
	t.Parallel()
	var m memoryAttempts
	if past, err := m.Since(t.Context(), "sign", time.Time{}); err != nil || len(past) != 0 {
		t.Errorf("%v, %v", past, err)
	}
	if err := m.Record(t.Context(), "sign", time.Now()); err != nil {
		t.Fatal(err)
	}
	if past, err := m.Since(t.Context(), "sign", time.Time{}); err != nil || len(past) != 1 {
		t.Errorf("%v, %v", past, err)
	}
}
