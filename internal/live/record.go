package live

import (
	"context"
	"errors"
	"time"
)

// This file is the Listener side of a watch: what its source reports becomes sessions and events.

// Progress implements Listener.
func (w *watch) Progress(p Progress) {
	w.change(func() {
		h := &w.health
		if p.Way != "" {
			h.Way = p.Way
		}
		if !p.Heard.IsZero() {
			h.HeardAt, w.heardAt = p.Heard, p.Heard
		}
		if p.Quota != nil {
			h.Quota = p.Quota
		}
		if p.Unknown != nil {
			h.Unknown = p.Unknown
		}
		if p.Skew != 0 {
			h.Skew = p.Skew
		}
		if p.Paused != nil {
			w.paused = *p.Paused
		}
		w.health = h.after(w.stateOf(p), p.Err, p.RetryAt)
	})
}

// stateOf translates a connection's state; the caller holds the lock.
func (w *watch) stateOf(p Progress) State {
	switch p.State {
	case ConnLive, ConnSilent:
		switch {
		case w.paused: // until a live_resume: little comes meanwhile, and what comes is no resume
			return StatePaused
		case p.State == ConnSilent:
			return StateSilent
		}
		return StateLive
	case ConnRetrying:
		if s := stateFor(ReasonOf(p.Err)); s == StateBlocked || s == StateLimited {
			return s
		}
		return StateReconnecting
	}
	if w.session != nil && w.lost != nil {
		return StateReconnecting
	}
	if p.State != ConnLooking {
		return StateConnecting
	}
	switch w.health.State {
	case StateWaiting, StateEnded, StateReconnecting, StateBlocked, StateLimited: // asking again is not news
		return w.health.State
	}
	return StateLooking
}

// Connected implements Listener: the same LIVE goes on with its session, after a gap; another one begins a new session.
func (w *watch) Connected(ctx context.Context, at time.Time, room RoomInfo) error {
	s := w.open()
	switch {
	case s == nil:
	case s.Err() != nil: // the store failed it; perhaps it works again
		w.change(func() { w.lost = s.Err() })
		w.closeSession(false)
		s = nil
	case s.Info.RoomID != room.RoomID:
		w.endSession(ctx, "replaced")
		s = nil
	}
	if s == nil {
		var err error
		if s, err = w.openSession(ctx, at, room); err != nil {
			return err
		}
	}
	events := append(w.gap(s, at), Event{
		Kind: KindConnect, Origin: w.origin(), At: at,
		Data: Connect{UniqueID: w.name, RoomID: room.RoomID, Title: room.Title, Way: room.Way},
	})
	if _, err := s.Append(ctx, events...); err != nil {
		return err
	}
	w.remember(ctx, room)
	w.change(func() {
		if room.Paused != nil {
			w.paused = *room.Paused
		} else if w.joined != s { // what is known of the pause is of another LIVE
			w.paused = false
		}
		w.lost, w.heardAt, w.joined = nil, at, s
		w.health = w.health.after(w.stateOf(Progress{State: ConnLive}), nil, time.Time{})
		w.health.SessionID, w.health.Way, w.health.HeardAt = s.Info.ID, room.Way, at
	})
	return nil
}

// origin is what connect, disconnect and gap events of this room come from: the demo's must not count either.
func (w *watch) origin() Origin {
	if w.demo {
		return OriginSimulated
	}
	return OriginSystem
}

// gap returns the event that says what is missing before a socket that opened at a moment, if anything is.
func (w *watch) gap(s *Session, at time.Time) []Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	from, cause := w.heardAt, ReasonOf(w.lost)
	var detail string
	if w.joined != s {
		from = s.Info.LastHeard
	}
	switch {
	case s.Log().Last() == 0 || !from.Before(at):
		return nil
	case w.lost == nil:
		cause, detail = ReasonRestart, "Showcaller was not running."
	default:
		detail = MessageOf(w.lost)
	}
	if cause == "" {
		cause = ReasonNetwork
	}
	return []Event{{
		Kind: KindGap, Origin: w.origin(), At: at,
		Data: Gap{From: Timestamp(from), To: Timestamp(at), Seconds: at.Sub(from).Round(time.Millisecond).Seconds(), Cause: string(cause), Detail: detail},
	}}
}

// remember keeps the host's name and picture for the list of rooms.
func (w *watch) remember(ctx context.Context, room RoomInfo) {
	if room.Host.Nickname == "" {
		return
	}
	err := w.update(ctx, func(r *Room) {
		r.Nickname = room.Host.Nickname
		if room.Host.ProfilePicture != "" {
			r.Picture = room.Host.ProfilePicture
		}
	})
	if err != nil {
		w.log.Warn("cannot keep the host's name", "err", err)
	}
}

// Events implements Listener.
func (w *watch) Events(ctx context.Context, events []Event) error {
	s := w.open()
	if s == nil {
		return Errorf(CodeInternal, "events arrived before a connection")
	}
	if err := s.Deliver(ctx, events); err != nil {
		return err
	}
	for _, e := range events {
		if e.History {
			continue
		}
		switch e.Kind {
		case KindLivePause:
			w.setPaused(true)
		case KindLiveResume:
			w.setPaused(false)
		case KindLiveEnd:
			w.change(func() { w.ended = e.At })
		}
	}
	return nil
}

func (w *watch) setPaused(paused bool) {
	w.change(func() {
		w.paused = paused
		w.health = w.health.after(w.stateOf(Progress{State: ConnLive}), nil, time.Time{})
	})
}

// Disconnected implements Listener.
func (w *watch) Disconnected(ctx context.Context, lastHeard time.Time, err error) error {
	cause := "ended"
	if err != nil {
		cause = string(ReasonOf(err))
		if errors.Is(err, context.Canceled) {
			err = w.canceled(err)
			cause = string(ReasonOf(err))
		}
	}
	w.change(func() {
		w.heardAt, w.lost = lastHeard, err
		if err == nil {
			w.lost = &Error{Reason: ReasonOffline, Msg: "The LIVE had ended."}
		}
	})
	s := w.open()
	if s == nil || s.Err() != nil {
		return nil // nowhere to write it; the gap that follows says as much
	}
	detail := ""
	if err != nil {
		detail = MessageOf(err)
	}
	event := Event{Kind: KindDisconnect, Origin: w.origin(), At: time.Now(), Data: Disconnect{Cause: cause, Detail: detail}}
	return s.Deliver(context.WithoutCancel(ctx), []Event{event})
}

// canceled says who ended a connection that nothing was wrong with: the whole program, or somebody who disconnected the room.
func (w *watch) canceled(err error) error {
	if w.engine.stopping() {
		return &Error{Reason: ReasonRestart, Msg: "Showcaller was stopped.", Err: err}
	}
	return &Error{Reason: ReasonStopped, Msg: "The room was disconnected.", Err: err}
}

// openSession finds or makes the session of a LIVE and starts recording.
func (w *watch) openSession(ctx context.Context, at time.Time, room RoomInfo) (*Session, error) {
	info, err := w.engine.store.OpenSession(ctx, w.name, room, w.sessionOrigin(), at)
	if err != nil {
		return nil, err
	}
	s, err := w.resume(ctx, info)
	w.engine.endFor(w.name, EndLive)
	return s, err
}

func (w *watch) sessionOrigin() Origin {
	if w.demo {
		return OriginSimulated
	}
	return OriginTikTok
}

// resume starts recording into a session, going on where the store says it stopped.
func (w *watch) resume(ctx context.Context, info SessionInfo) (*Session, error) {
	past, err := w.engine.store.Past(ctx, info.ID)
	if err != nil {
		return nil, err
	}
	s := NewSession(info, past, w.engine.store)
	w.change(func() {
		w.session, w.ended = s, time.Time{}
		w.health.SessionID = info.ID
	})
	w.engine.staged.fire()
	return s, nil
}

// reopenLeft goes on with the newest session a crash left open and ends the older ones.
func (w *watch) reopenLeft(ctx context.Context) error {
	for i, info := range w.left {
		if _, err := w.resume(ctx, info); err != nil {
			return err
		}
		if i < len(w.left)-1 {
			w.endSession(ctx, "restart")
		}
	}
	return nil
}

// endLeft ends a session whose LIVE was found to be over, without a socket having said so.
func (w *watch) endLeft(ctx context.Context) {
	if w.open() != nil {
		w.endSession(ctx, "not_alive")
	}
}

// endSession closes the session at hand for good. Where no live_end was recorded, one is, so that open streaks are booked.
func (w *watch) endSession(ctx context.Context, reason string) {
	s := w.open()
	if s == nil {
		return
	}
	at := w.endedAt()
	if at.IsZero() {
		at = s.Info.LastHeard
		if at.IsZero() || s.Log().Last() > s.Info.LastSeq {
			at = time.Now()
		}
		event := Event{Kind: KindLiveEnd, Origin: w.origin(), At: at, Data: LiveEnd{Reason: reason}}
		if _, err := s.Append(ctx, event); err != nil {
			w.log.Error("cannot record the end of the LIVE", "session", s.Info.ID, "err", err)
		}
	}
	w.closeSession(false)
	if err := w.engine.store.EndSession(ctx, s.Info.ID, at, reason); err != nil {
		w.log.Error("cannot end the session", "session", s.Info.ID, "err", err)
	}
}

// stopSession ends the session because nobody wants the room any more. The LIVE itself may go on: connecting to it again opens
// the same session.
func (w *watch) stopSession(ctx context.Context) {
	s := w.open()
	if s == nil {
		return
	}
	w.closeSession(true)
	if err := w.engine.store.EndSession(ctx, s.Info.ID, time.Now(), string(ReasonStopped)); err != nil {
		w.log.Error("cannot end the session", "session", s.Info.ID, "err", err)
	}
}

// closeSession stops recording and leaves the session open in the store: the same LIVE may go on with it.
func (w *watch) closeSession(settle bool) {
	s := w.open()
	if s == nil {
		return
	}
	s.Close(settle)
	w.change(func() { w.session = nil })
	w.engine.staged.fire()
}
