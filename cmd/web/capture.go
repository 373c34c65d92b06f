package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"golang.org/x/term"

	"showcaller/internal/live"
	"showcaller/internal/tiktok"
)

// capture records one LIVE into a file of wire events and prints each event as it comes.
func capture(ctx context.Context, c command) error {
	var file string
	var limit time.Duration
	name, err := c.one(c.flags(func(set *flag.FlagSet) {
		set.StringVar(&file, "out", "livestream_events.json", "")
		set.DurationVar(&limit, "for", 0, "")
	}))
	if err != nil {
		return err
	}
	name, err = tiktok.ParseName(name)
	if err != nil {
		return err
	}
	attempts, err := openAttempts(c.cache)
	if err != nil {
		return err
	}
	client, err := tiktok.New(c.config.tiktokOptions(attempts, slog.New(slog.DiscardHandler)))
	if err != nil {
		return err
	}
	if limit > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, limit)
		defer cancel()
	}
	out, err := createCapture(file)
	if err != nil {
		return err
	}
	screen := newScreen(c.out, c.printer)
	return errors.Join(newCapturing(c, name, client, out, screen).run(ctx), out.Close())
}

// capturing is a capture under way: an engine with one room, whose store is a file.
type capturing struct {
	command
	name   string
	source *onceSource
	file   *captureFile
	screen *screen
	engine *live.Engine
}

func newCapturing(c command, name string, source live.Source, file *captureFile, screen *screen) *capturing {
	store := &captureStore{room: live.Room{UniqueID: name, Wanted: true}, file: file, screen: screen}
	once := &onceSource{Source: source, result: make(chan error, 1)}
	level := max(c.config.LogLevel, slog.LevelWarn) // the screen says what happens; the log is for what goes wrong
	log := slog.New(slog.NewTextHandler(c.errs, &slog.HandlerOptions{Level: level}))
	return &capturing{c, name, once, file, screen, live.NewEngine(store, once, nil, log)}
}

// run captures until the LIVE ends, ctx does, or there is nothing to capture.
func (c *capturing) run(ctx context.Context) error {
	engineCtx, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	c.screen.say(c.printer.T("cli.capture.looking", "Name", c.name))
	if err := c.engine.Start(engineCtx); err != nil {
		return err
	}
	err := c.watch(ctx)
	stop()
	c.engine.Wait()
	c.screen.done()
	if c.file.Count() > 0 {
		c.screen.say(c.printer.T("cli.capture.saved", "Count", c.file.Count(), "File", c.file.Name()))
	}
	return err
}

// watch keeps the status line until the source has nothing more to say.
func (c *capturing) watch(ctx context.Context) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	last := live.Health{State: live.StateIdle} // before the first question there is nothing to say
	for {
		room, changed, err := c.engine.Room(c.name)
		if err != nil {
			return err
		}
		if room.Health.State != last.State || room.Health.Reason != last.Reason {
			c.screen.say(c.stateLine(room.Health))
			last = room.Health
		}
		select {
		case <-changed:
		case <-tick.C:
			c.screen.status(room.Health)
		case err := <-c.source.result:
			return c.finish(engineTimeout(ctx), err)
		case <-ctx.Done():
			return c.stop(engineTimeout(ctx))
		}
		if room.Health.State == live.StateStopped { // the file cannot be written: nobody else will say so
			return &live.Error{Code: live.CodeUnavailable, Reason: live.ReasonStorage, Msg: room.Health.Message}
		}
	}
}

// engineTimeout outlives ctx by as long as putting things in order may take.
func engineTimeout(ctx context.Context) context.Context {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownLimit)
	context.AfterFunc(ctx, cancel)
	return ctx
}

// finish waits until the engine has recorded the end that the source reported, and then sees to it that nothing stays open.
func (c *capturing) finish(ctx context.Context, result error) error {
	err := c.await(ctx, func(h live.Health) bool {
		return h.State == live.StateEnded || !h.RetryAt.IsZero() // it has planned when to listen again, which nobody waits for
	})
	if err == nil {
		err = c.stop(ctx)
	}
	if c.file.Count() > 0 && live.ReasonOf(result) == live.ReasonOffline {
		result = nil // it was live, and is over
	}
	return errors.Join(result, err)
}

// stop disconnects, so that streaks under way are booked.
func (c *capturing) stop(ctx context.Context) error {
	if err := c.engine.Disconnect(ctx, c.name); err != nil {
		return err
	}
	return c.await(ctx, func(h live.Health) bool { return h.State == live.StateIdle || h.State == live.StateEnded })
}

func (c *capturing) await(ctx context.Context, reached func(live.Health) bool) error {
	for {
		room, changed, err := c.engine.Room(c.name)
		if err != nil || reached(room.Health) {
			return err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil // everything that was recorded is in the file
		}
	}
}

func (c *capturing) stateLine(h live.Health) string {
	text := c.printer.T("health." + string(h.State))
	if h.Reason != "" {
		text = c.printer.T("reason."+string(h.Reason)) + " " + c.printer.T("advice."+string(h.Reason))
	}
	if h.State == live.StateLive && h.Way != "" {
		text += " (" + c.printer.T("health.way."+h.Way) + ")"
	}
	if !h.RetryAt.IsZero() && h.State != live.StateWaiting {
		text += " " + c.printer.T("health.next", "Time", c.printer.Clock(h.RetryAt.Local()))
	}
	return text
}

// onceSource listens once: a capture does not wait for the next LIVE, nor for ever for the first connection.
type onceSource struct {
	live.Source
	result chan error
	asked  atomic.Bool
}

// Listen implements live.Source.
func (s *onceSource) Listen(ctx context.Context, name string, l live.Listener) error {
	if s.asked.Swap(true) {
		<-ctx.Done()
		return ctx.Err()
	}
	trying, giveUp := context.WithCancelCause(ctx)
	defer giveUp(nil)
	err := s.Source.Listen(trying, name, &firstContact{Listener: l, giveUp: giveUp})
	if ctx.Err() != nil {
		return err
	}
	if trying.Err() != nil {
		err = context.Cause(trying)
	}
	s.result <- err
	return err
}

// Before the first connection a capture ends after so many attempts, or rather than wait so long for the next: whoever began it
// is there to be told why, and may have better to do. Once it is connected it never gives up.
const (
	firstTries = 4
	firstWait  = 15 * time.Second
)

// firstContact is a Listener that ends what leads to no connection.
type firstContact struct {
	live.Listener
	giveUp    context.CancelCauseFunc
	connected bool
	failures  int
}

// Connected implements live.Listener.
func (f *firstContact) Connected(ctx context.Context, at time.Time, room live.RoomInfo) error {
	f.connected = true
	return f.Listener.Connected(ctx, at, room)
}

// Progress implements live.Listener.
func (f *firstContact) Progress(p live.Progress) {
	if p.State == live.ConnRetrying && !f.connected {
		f.failures++
		if f.failures >= firstTries || time.Until(p.RetryAt) > firstWait {
			f.giveUp(p.Err)
			return // there is no next attempt to announce
		}
	}
	f.Listener.Progress(p)
}

// captureStore is a live.Store of one room whose events go to a file and to the screen.
type captureStore struct {
	room     live.Room
	sessions []live.SessionInfo
	file     *captureFile
	screen   *screen
}

// Append implements live.SessionStore: first the file, then the screen.
func (s *captureStore) Append(_ context.Context, b live.Batch) error {
	if err := s.file.Append(b.Events); err != nil {
		return &live.Error{
			Code: live.CodeUnavailable, Reason: live.ReasonStorage, Op: "capture", Err: err,
			Msg: fmt.Sprintf("%s could not be written. What was captured before is safe.", s.file.Name()),
		}
	}
	for _, e := range b.Events {
		s.screen.event(e)
	}
	return nil
}

// EventsAfter implements live.EventReader. Nobody follows a capture.
func (*captureStore) EventsAfter(context.Context, int64, int64, int) ([]live.Event, error) {
	return nil, nil
}

// Rooms implements live.Store.
func (s *captureStore) Rooms(context.Context) ([]live.Room, error) { return []live.Room{s.room}, nil }

// SaveRoom implements live.Store. A capture has nothing to remember.
func (*captureStore) SaveRoom(context.Context, live.Room) error { return nil }

// DeleteRoom implements live.Store.
func (*captureStore) DeleteRoom(context.Context, string) error { return nil }

// OpenSession implements live.Store.
func (s *captureStore) OpenSession(_ context.Context, room string, info live.RoomInfo, origin live.Origin, at time.Time) (live.SessionInfo, error) {
	session := live.SessionInfo{ID: int64(len(s.sessions) + 1), Room: room, RoomID: info.RoomID, Title: info.Title, Origin: origin, StartedAt: at}
	s.sessions = append(s.sessions, session)
	return session, nil
}

// OpenSessions implements live.Store.
func (*captureStore) OpenSessions(context.Context) ([]live.SessionInfo, error) { return nil, nil }

// EndSession implements live.Store.
func (*captureStore) EndSession(context.Context, int64, time.Time, string) error { return nil }

// Past implements live.Store.
func (*captureStore) Past(context.Context, int64) (live.Past, error) { return live.Past{}, nil }

// isTerminal reports whether w shows what is written to a person, now.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
