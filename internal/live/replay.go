package live

import (
	"context"
	"fmt"
	"sync"
	"time"
)

const (
	replaySlowest = 1
	replayFastest = 10
	replayPage    = 256
	replayGap     = 5 * time.Second // as long a silence as a replay keeps; what is longer is shortened to it, and it says so
)

// Playback is how far a replay is.
type Playback struct {
	Session int64   // the replay's own
	Of      int64   // the session it replays
	Speed   float64 // 1 to 10
	Paused  bool
	Played  int64 // events so far
	Total   int64
}

// Replay plays a past session again, into a new session of its room. A room that was removed is there for as long as that goes on.
func (e *Engine) Replay(ctx context.Context, of SessionInfo, speed float64) (SessionInfo, error) {
	if err := checkSpeed(speed); err != nil {
		return SessionInfo{}, err
	}
	if s, err := e.Session(of.ID); err == nil { // it is still being recorded: up to here
		of.LastSeq = s.Log().Last()
	}
	if of.LastSeq == 0 {
		return SessionInfo{}, &Error{Code: CodeConflict, Op: "live.Replay", Msg: "Nothing was recorded in this session, so there is nothing to replay."}
	}
	e.rehearse.opening.Lock()
	defer e.rehearse.opening.Unlock()
	w, err := e.find(of.Room)
	if err != nil {
		w = e.newWatch(Room{UniqueID: of.Room})
		w.health.Reason = ReasonRemoved
	}
	if w.open() == nil { // the room's page shows the replay, and one thing at a time
		e.endFor(of.Room, EndStopped)
	}
	at := time.Now()
	room := RoomInfo{UniqueID: of.Room, RoomID: fmt.Sprintf("replay-%d-%d", of.ID, at.UnixNano()), Title: of.Title}
	r, err := e.openRehearsal(ctx, w, room, OriginReplay, at)
	if err != nil {
		return SessionInfo{}, err
	}
	r.player = &player{store: e.store, state: Playback{Session: r.session.Info.ID, Of: of.ID, Speed: speed, Total: of.LastSeq}, changed: make(chan struct{}, 1)}
	return r.session.Info, e.startRehearsal(r)
}

func checkSpeed(speed float64) error {
	if speed >= replaySlowest && speed <= replayFastest { // NaN is neither
		return nil
	}
	return &Error{Code: CodeInvalid, Op: "live.Replay", Field: "speed", Msg: "A replay's speed must be 1 to 10."}
}

// Playback returns how far a replay is.
func (e *Engine) Playback(session int64) (Playback, error) {
	p, err := e.findPlayer(session)
	if err != nil {
		return Playback{}, err
	}
	return p.now(), nil
}

// PlaybackChange is what a person may change about a replay; nil leaves it.
type PlaybackChange struct {
	Paused *bool
	Speed  *float64
}

// ChangePlayback pauses a replay, lets it go on, or changes its speed.
func (e *Engine) ChangePlayback(session int64, c PlaybackChange) (Playback, error) {
	p, err := e.findPlayer(session)
	if err != nil {
		return Playback{}, err
	}
	if c.Speed != nil {
		if err := checkSpeed(*c.Speed); err != nil {
			return Playback{}, err
		}
	}
	p.change(c)
	return p.now(), nil
}

func (e *Engine) findPlayer(session int64) (*player, error) {
	r, err := e.findRehearsal(session)
	if err == nil && r.player == nil {
		err = &Error{Code: CodeConflict, Op: "live.Playback", Msg: "This session is a rehearsal, not a replay of another."}
	}
	if err != nil {
		return nil, err
	}
	return r.player, nil
}

// player reads a past session and delivers it at its own pace, or faster.
type player struct {
	store   EventReader
	changed chan struct{} // the state was changed; holds one

	mu    sync.Mutex
	state Playback
	ended bool // the past session's own live_end was played
}

func (p *player) now() Playback {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state
}

func (p *player) over() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.ended && p.state.Played == p.state.Total
}

func (p *player) change(c PlaybackChange) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c.Paused != nil {
		p.state.Paused = *c.Paused
	}
	if c.Speed != nil {
		p.state.Speed = *c.Speed
	}
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// run plays until the end, or until ctx or the session ends.
func (p *player) run(ctx context.Context, s *Session) {
	var after int64
	var at time.Time // on the past session's clock
	due := time.Now()
	for {
		events, err := p.store.EventsAfter(ctx, p.state.Of, after, replayPage)
		if err != nil || len(events) == 0 {
			return
		}
		for _, e := range events {
			if e.Seq > p.state.Total {
				return
			}
			silence := time.Duration(0)
			if !at.IsZero() {
				silence = max(0, e.At.Sub(at)) // TikTok's clock goes back and forth
			}
			if due, err = p.wait(ctx, s, due, silence); err != nil {
				return
			}
			after = e.Seq
			if e.At.After(at) && !e.History {
				at = e.At
			}
			if err := p.deliver(ctx, s, e); err != nil {
				return
			}
		}
	}
}

// wait lets the silence before an event pass, at the replay's speed and never more than replayGap of it, and returns when
// that was planned to be over.
func (p *player) wait(ctx context.Context, s *Session, due time.Time, silence time.Duration) (time.Time, error) {
	if most := time.Duration(float64(replayGap) * p.now().Speed); silence > most {
		if err := s.Deliver(ctx, []Event{shortened(silence)}); err != nil {
			return due, err
		}
		silence = most
	}
	if lag := time.Since(due); lag > time.Second { // the store was slow: what was missed is not caught up in a rush
		due = due.Add(lag)
	}
	for {
		speed, held, err := p.going(ctx)
		if err != nil {
			return due, err
		}
		if held {
			due = time.Now()
		}
		due = due.Add(time.Duration(float64(silence) / speed))
		changed, err := p.sleep(ctx, due)
		if err != nil || !changed {
			return due, err
		}
		// What is left of the silence passes as is asked for now.
		silence = max(0, time.Duration(float64(time.Until(due))*speed))
		due = time.Now()
	}
}

// going returns the replay's speed once it is not paused, and whether it was.
func (p *player) going(ctx context.Context) (speed float64, held bool, err error) {
	for {
		state := p.now()
		if !state.Paused {
			return state.Speed, held, nil
		}
		held = true
		select {
		case <-p.changed:
		case <-ctx.Done():
			return 0, held, ctx.Err()
		}
	}
}

// sleep returns at a time, or true as soon as the replay was changed.
func (p *player) sleep(ctx context.Context, until time.Time) (changed bool, err error) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
		return false, nil
	case <-p.changed:
		return true, nil
	case <-ctx.Done():
		return false, ctx.Err()
	}
}

// shortened is the note that says how much silence was left out.
func shortened(silence time.Duration) Event {
	return Event{
		Kind: KindNote, Origin: OriginReplay, At: time.Now(),
		Data: Note{Text: fmt.Sprintf("Nothing happened for %s here; the replay goes on after %s.", silence.Round(time.Second), replayGap), Silence: silence.Seconds()},
	}
}

func (p *player) deliver(ctx context.Context, s *Session, e Event) error {
	if err := s.Deliver(ctx, []Event{replayed(e, time.Now(), p.now().Speed)}); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.Played = e.Seq
	p.ended = p.ended || e.Kind == KindLiveEnd
	return nil
}

// replayed returns an event of a past session as the replay has it.
func replayed(e Event, now time.Time, speed float64) Event {
	if raw, ok := e.Data.(Raw); ok {
		if data, err := DecodeData(raw.EventKind, raw.JSON); err == nil { // else a newer program wrote it: it is passed on as it is
			e.Data = data
		}
	}
	if d, ok := e.Data.(Gap); ok { // on the replay's clock, where it is as long as the replay makes it
		length := min(time.Duration(d.Seconds*float64(time.Second)/speed), replayGap)
		d.From, d.To = Timestamp(now.Add(-length)), Timestamp(now)
		e.Data = d
	}
	if d, ok := e.Data.(Delete); ok {
		e.Data = d.replayed(e)
	}
	// The number of the past event makes it one of a kind, and names where it came from.
	e.SourceID = pastName(e.SessionID, e.Seq)
	e.Origin, e.At = OriginReplay, now
	e.Seq, e.SessionID, e.Cause, e.encoded = 0, 0, 0, nil
	return e
}
