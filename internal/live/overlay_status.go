package live

import (
	"context"
	"time"
)

// OverlaySighting is when and how an overlay was last seen.
type OverlaySighting struct {
	At    time.Time // when a page last said something about itself, or left
	Seen  OverlaySeen
	Drawn time.Time // when a test was last drawn; zero if it never was
	Test  string    // its id
}

// OverlayStatus is how an overlay is doing now.
type OverlayStatus struct {
	Pages []OverlayPageStatus
	Last  OverlaySighting
}

// OverlayPageStatus is one page that is connected.
type OverlayPageStatus struct {
	Seen   OverlaySeen
	Told   bool // it has said something about itself
	Joined time.Time
}

// sighting is a sighting and when it was last stored.
type sighting struct {
	OverlaySighting
	storedAt time.Time
}

// Status returns how an overlay is doing: the pages that are connected, and the last one that was. stored is what the store
// remembers of before this program's start.
func (o *Overlays) Status(ctx context.Context, id int64, stored OverlaySighting) (OverlayStatus, error) {
	run, err := o.find(id)
	if err != nil {
		return OverlayStatus{}, err
	}
	status := OverlayStatus{Last: stored}
	o.mu.Lock()
	if s := o.last[id]; s != nil {
		status.Last = s.OverlaySighting
		if status.Last.Drawn.IsZero() {
			status.Last.Drawn, status.Last.Test = stored.Drawn, stored.Test
		}
	}
	o.mu.Unlock()
	err = run.ask(ctx, func(s *running) {
		for _, p := range s.pages {
			status.Pages = append(status.Pages, OverlayPageStatus{p.seen, p.told, p.joined})
		}
	})
	return status, err
}

// seen remembers what a page told about itself, and stores it now and then.
func (o *Overlays) seen(ctx context.Context, id int64, seen OverlaySeen, now time.Time) {
	o.sight(ctx, id, now, func(s *OverlaySighting) (wait time.Duration) {
		changed := s.Seen.OBS != seen.OBS || s.Seen.Width != seen.Width || s.Seen.Height != seen.Height
		s.At, s.Seen = now, seen
		if changed {
			return seenSoon
		}
		return seenEvery
	})
}

func (o *Overlays) drawn(ctx context.Context, id int64, test string, now time.Time) {
	o.sight(ctx, id, now, func(s *OverlaySighting) (wait time.Duration) {
		s.At, s.Drawn, s.Test = now, now, test
		return 0
	})
}

func (o *Overlays) sight(ctx context.Context, id int64, now time.Time, change func(*OverlaySighting) time.Duration) {
	o.mu.Lock()
	s := o.last[id]
	if s == nil {
		s = &sighting{}
		o.last[id] = s
	}
	store := now.Sub(s.storedAt) >= change(&s.OverlaySighting)
	if store {
		s.storedAt = now
	}
	keep := s.OverlaySighting
	o.mu.Unlock()
	if !store {
		return
	}
	if err := o.store.SaveOverlaySeen(ctx, id, keep); err != nil && ctx.Err() == nil {
		o.log.Warn("when an overlay was seen cannot be kept", "overlay", id, "err", err)
	}
}
