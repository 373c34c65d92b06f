package story

import (
	"sync"
	"time"
)

const (
	breakAfter = 3 // failures in a row
	breakFirst = 30 * time.Second
	breakMost  = 5 * time.Minute
)

// breaker keeps a server that fails from being asked: after three failures in a row it rests for 30 s, then one turn tries it,
// and every further failure doubles the rest up to 5 min.
type breaker struct {
	mu       sync.Mutex
	failures int // in a row
	rest     time.Duration
	until    time.Time
	trying   bool // one turn is finding out whether the rest helped
}

// enter reports whether the server may be asked, and until when it rests if not. Who may must call leave.
func (b *breaker) enter() (until time.Time, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rest == 0 {
		return time.Time{}, true
	}
	if b.trying || time.Now().Before(b.until) {
		return b.until, false
	}
	b.trying = true
	return time.Time{}, true
}

// leave reports how it went. A turn its caller gave up says nothing about the server: neither failed nor fine.
func (b *breaker) leave(failed, fine bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	wasTrying := b.trying
	b.trying = false
	switch {
	case fine:
		b.failures, b.rest, b.until = 0, 0, time.Time{}
	case !failed:
	case b.rest == 0:
		if b.failures++; b.failures >= breakAfter {
			b.rest, b.until = breakFirst, time.Now().Add(breakFirst)
		}
	case wasTrying:
		b.failures++
		b.rest = min(2*b.rest, breakMost)
		b.until = time.Now().Add(b.rest)
	}
}

// state returns the failures in a row, and until when the server rests; zero if it does not.
func (b *breaker) state() (failures int, until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.failures, b.until
}
