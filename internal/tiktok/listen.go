package tiktok

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"sync"
	"time"

	"showcaller/internal/live"
)

// A listening is one call of Listen. Its fields belong to the goroutine of that call.
type listening struct {
	client *Client
	name   string
	to     live.Listener

	room     Room // of the last connection; zero before the first
	failures int  // attempts that failed since the last stable connection
	blocked  int  // of those, how many ended in DEVICE_BLOCKED
	unknown  tally
	counted  int64 // messages in unknown when it was last reported
	running  sync.WaitGroup
}

// errEnded is how a connection ends when the LIVE does.
var errEnded = errors.New("the LIVE ended")

// A listenerError is an error of the Listener: listening stops, and its caller gets it back as it was.
type listenerError struct{ error }

// Listen implements live.Source. It fails with the reasons offline, not_found and restricted, as found by asking TikTok; with
// sign_auth if a sign server is the only way that is allowed; and with storage. Everything else it waits out and tries again.
func (c *Client) Listen(ctx context.Context, name string, l live.Listener) error {
	s := &listening{client: c, name: name, to: l, unknown: tally{}}
	ctx, cancel := context.WithCancel(ctx)
	defer s.running.Wait()
	defer cancel()
	for {
		err := s.attempt(ctx)
		var stop listenerError
		switch {
		case errors.As(err, &stop):
			return stop.error
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, errEnded):
			return nil
		case s.final(err):
			return err
		}
		s.failures++
		if errors.Is(err, errDeviceBlocked) {
			s.blocked++
		}
		if err := s.pause(ctx, err); err != nil {
			return err
		}
	}
}

// final reports whether it is for the caller to decide when to try again, and whether at all.
func (s *listening) final(err error) bool {
	switch live.ReasonOf(err) {
	case live.ReasonOffline, live.ReasonNotFound, live.ReasonRestricted, live.ReasonStorage:
		return true
	case live.ReasonSignAuth:
		return s.client.connect == waySign
	}
	return false
}

// attempt finds the room, opens a socket to it and listens until that is over. It never returns nil.
func (s *listening) attempt(ctx context.Context) error {
	s.to.Progress(live.Progress{State: live.ConnLooking})
	room, err := s.look(ctx)
	if err != nil {
		return err
	}
	if err := room.offline(); err != nil {
		return err
	}
	s.to.Progress(live.Progress{State: live.ConnConnecting})
	k, t, err := s.client.open(ctx, &room)
	if err != nil {
		return err
	}
	defer k.close()
	room.RoomID, room.Way = t.roomID, t.way
	s.room = room
	return s.listen(ctx, k, t)
}

// look asks TikTok about the room. Where it refuses to say anything on a reconnect, it is enough that the room we were in is
// alive: only the lookup by name tells of a new one.
func (s *listening) look(ctx context.Context) (Room, error) {
	c := s.client
	room, err := c.lookup(ctx, c.browser(), s.name)
	if err == nil && room.Status.Live() && s.room.RoomID == "" {
		c.decorate(ctx, c.browser(), &room)
		s.running.Go(func() { c.refreshGifts(ctx, room.RoomID) })
	}
	if err == nil || s.room.RoomID == "" {
		return room, err
	}
	alive, aliveErr := c.checkAlive(ctx, c.browser(), s.room.RoomID)
	if aliveErr == nil && alive[s.room.RoomID] {
		known := s.room
		known.Paused = nil // it may be over by now, and then no live_resume comes: h.askPause finds out
		return known, nil
	}
	return room, err
}

// listen tells the listener of the connection, and hands on what arrives until it is over.
func (s *listening) listen(ctx context.Context, k *socket, t *ticket) error {
	opened := time.Now()
	if err := s.to.Connected(ctx, opened, s.room.RoomInfo); err != nil {
		return listenerError{err}
	}
	s.to.Progress(live.Progress{State: live.ConnLive, Way: t.way, Heard: opened, Quota: t.quota})
	s.client.log.Info("listening", "room", s.name, "room_id", s.room.RoomID, "way", t.way, "restricted", s.room.Restricted)
	h := hearing{
		listening: s, socket: k, lastEvent: opened,
		decoder: newDecoder(opened, parseID(s.room.Host.UserID), s.client.gifts, s.unknown),
	}
	err := h.first(ctx, t)
	if err == nil {
		err = h.run(ctx)
	}
	if time.Since(opened) >= s.client.clocks.stable {
		s.failures, s.blocked = 0, 0
	}
	return s.disconnected(ctx, k, err)
}

// disconnected tells the listener that the connection is gone, and why. The end of the LIVE is no error.
func (s *listening) disconnected(ctx context.Context, k *socket, err error) error {
	cause := err
	var stop listenerError
	switch {
	case errors.Is(err, errEnded):
		cause = nil
	case errors.As(err, &stop):
		cause = stop.error
	case ctx.Err() != nil:
		cause = ctx.Err()
	}
	if told := s.to.Disconnected(ctx, k.lastHeard(), cause); told != nil && !errors.As(err, &stop) {
		return listenerError{told}
	}
	return err
}

// maxBackoff is the longest delay after an ordinary failure, in units of clocks.backoff (seconds).
const maxBackoff = 30

// delay says how long to wait after err. Delays have full jitter: after an outage not everybody shall come back at once.
func (s *listening) delay(err error) time.Duration {
	unit := s.client.clocks.backoff
	spread := rand.N(unit)
	if at := retryAt(err); !at.IsZero() {
		return max(time.Until(at), 0) + spread
	}
	n := max(s.failures-1, 0)
	switch {
	case errors.Is(err, errDeviceBlocked) && s.blocked <= 3: // a new cookie and browser mostly help
		return 2*unit + spread
	case errors.Is(err, errDeviceBlocked):
		return 300*unit + 60*spread
	case live.ReasonOf(err) == live.ReasonBlocked: // asking soon makes it worse
		return min(60*unit<<min(n, 10), 1800*unit) + 30*spread
	}
	return unit/10 + rand.N(min(unit<<min(n, 10), maxBackoff*unit))
}

// pause waits before the next attempt, and says so. It returns ctx's error if that ends first.
func (s *listening) pause(ctx context.Context, err error) error {
	wait := s.delay(err)
	s.to.Progress(live.Progress{State: live.ConnRetrying, Err: err, RetryAt: time.Now().Add(wait)})
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// A hearing is what is known of one connection.
type hearing struct {
	*listening
	socket     *socket
	decoder    *decoder
	begun      bool      // the socket's first batch has come
	lastEvent  time.Time // when the last event came
	asked      time.Time // when we last asked whether the LIVE goes on
	pauseAsked time.Time // when we last asked whether the host has paused it
	silent     bool      // we said that nothing comes
}

// first takes the batch that came with a signed address.
func (h *hearing) first(ctx context.Context, t *ticket) error {
	if t.batch == nil {
		return nil
	}
	return h.take(ctx, batch{fetchResult: *t.batch, arrived: time.Now()}, true)
}

// run hands on batches until the connection or the LIVE is over.
func (h *hearing) run(ctx context.Context) error {
	look := time.NewTicker(h.client.clocks.report)
	defer look.Stop()
	for {
		select {
		case b, ok := <-h.socket.batches:
			if !ok {
				return context.Cause(h.socket.ctx)
			}
			if b.odd != nil {
				h.unknown.add(b.odd, b.broken)
				continue
			}
			first := b.first || !h.begun
			h.begun = true
			if err := h.take(ctx, b, first); err != nil {
				return err
			}
		case <-look.C:
			if err := h.look(ctx); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// take makes events of a batch and hands them on. It returns errEnded if one of them says that the LIVE is over.
func (h *hearing) take(ctx context.Context, b batch, first bool) error {
	if first && b.now > 0 {
		h.decoder.connected = time.UnixMilli(b.now) // what is old is told by TikTok's clock, not by ours
		h.to.Progress(live.Progress{State: live.ConnLive, Skew: b.arrived.Sub(h.decoder.connected)})
	}
	events := h.decoder.appendEvents(make([]live.Event, 0, len(b.messages)), b.messages, first, b.arrived)
	if len(events) == 0 {
		return nil
	}
	h.lastEvent = b.arrived
	if h.silent {
		h.silent = false
		h.to.Progress(live.Progress{State: live.ConnLive, Heard: b.arrived})
	}
	if err := h.to.Events(ctx, events); err != nil {
		return listenerError{err}
	}
	for i := range events {
		if events[i].Kind == live.KindLiveEnd {
			return errEnded
		}
	}
	return nil
}

// look reports how the connection is, and asks whether the LIVE goes on if nothing has come for long.
func (h *hearing) look(ctx context.Context) error {
	if len(h.socket.batches) > 0 {
		return nil // it is the listener who was slow
	}
	now, heard := time.Now(), h.socket.lastHeard()
	limit := h.client.clocks.silence
	h.askPause(ctx, now)
	if now.Sub(h.lastEvent) < limit {
		h.to.Progress(live.Progress{State: live.ConnLive, Heard: heard, Unknown: h.news()})
		return nil
	}
	h.silent = true
	h.to.Progress(live.Progress{State: live.ConnSilent, Heard: heard, Unknown: h.news()})
	mute := now.Sub(heard) >= limit
	if !mute && now.Sub(h.asked) < limit {
		return nil
	}
	h.asked = now
	if over, err := h.over(ctx); over || err != nil {
		return err
	}
	if mute {
		return failed(live.ReasonStale, "listen", nil, "TikTok fell silent. We connect again.")
	}
	return nil // heartbeats are answered: it is just quiet in the room
}

// askPause asks TikTok now and then whether the host has paused the LIVE, for as long as it has not told.
func (h *hearing) askPause(ctx context.Context, now time.Time) {
	if h.room.Paused != nil || now.Sub(h.pauseAsked) < h.client.clocks.silence {
		return
	}
	h.pauseAsked = now
	room, err := h.client.lookup(ctx, h.client.browser(), h.name)
	if err != nil || room.RoomID != h.room.RoomID {
		return
	}
	h.room.Paused = room.Paused
	h.to.Progress(live.Progress{State: live.ConnLive, Paused: room.Paused})
}

// over asks TikTok whether the LIVE is over and, if it is, tells the listener so and returns errEnded.
func (h *hearing) over(ctx context.Context) (bool, error) {
	alive, err := h.client.checkAlive(ctx, h.client.browser(), h.room.RoomID)
	if goesOn, known := alive[h.room.RoomID]; err != nil || !known || goesOn {
		return false, nil //nolint:nilerr // no answer is no reason to end anything
	}
	end := live.Event{
		Kind: live.KindLiveEnd, Origin: live.OriginTikTok, At: live.Millis(time.Now()), Data: live.LiveEnd{Reason: endedNotAlive},
	}
	if err := h.to.Events(ctx, []live.Event{end}); err != nil {
		return true, listenerError{err}
	}
	return true, errEnded
}

// news returns the counters of unknown messages if they have changed since the last time.
func (s *listening) news() map[string]live.Unknown {
	var n int64
	for _, u := range s.unknown {
		n += u.Count
	}
	if n == s.counted {
		return nil
	}
	s.counted = n
	return maps.Clone(s.unknown)
}
