package live

import (
	"context"
	"sync"
	"time"
)

// lookupEvery is how far apart TikTok is asked whether a room is live, over all rooms together: a hundred rooms that wait must not
// look like an attack. With up to 60 rooms each is still asked every minute.
const lookupEvery = time.Second

// turns spreads the lookups of all rooms over time: each gets the next free moment, in the order they ask.
type turns struct {
	mu   sync.Mutex
	free time.Time // from when on nobody has a turn yet
}

// take returns when the caller may look. One who is urgent may at once, and the others make room for it afterwards.
func (t *turns) take(now time.Time, urgent bool) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := t.free
	if at.Before(now) {
		at = now
	}
	t.free = at.Add(lookupEvery)
	if urgent {
		return now
	}
	return at
}

// turn waits until the room may ask whether it is live. It reports false if nobody wants to know any more.
func (w *watch) turn(ctx context.Context) bool {
	if w.demo {
		return true // nobody is asked
	}
	at := w.engine.turns.take(time.Now(), w.urgent)
	w.urgent = false
	if d := time.Until(at); d > 0 {
		w.change(func() {
			if w.health.State == StateIdle {
				w.health = w.health.after(StateWaiting, nil, at)
			}
		})
		w.wait(ctx, d) // somebody who asks for the room ends the wait
	}
	return ctx.Err() == nil && w.wanted()
}
