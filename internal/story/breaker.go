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

// outcome is what a turn says about the server.
type outcome int

const (
	unknown outcome = iota // the caller gave up
	fine
	failed
)

// enter returns what to call with the outcome, or nil and until when the server rests.
func (b *breaker) enter() (leave func(outcome), until time.Time) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rest == 0 {
		return func(o outcome) { b.leave(o, false) }, time.Time{}
	}
	if b.trying || time.Now().Before(b.until) {
		return nil, b.until
	}
	b.trying = true
	return func(o outcome) { b.leave(o, true) }, time.Time{}
}

// insist is enter for somebody who will not wait: a server that rests is asked all the same. If it answers, the rest is over; if
// not, that is no news.
func (b *breaker) insist() (leave func(outcome)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	resting := b.rest != 0
	return func(o outcome) {
		if !resting || o == fine {
			b.leave(o, false)
		}
	}
}

func (b *breaker) leave(o outcome, trial bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if trial {
		b.trying = false
	}
	switch {
	case o == fine:
		b.failures, b.rest, b.until = 0, 0, time.Time{}
	case o == unknown:
	case b.rest == 0:
		if b.failures++; b.failures >= breakAfter {
			b.rest, b.until = breakFirst, time.Now().Add(breakFirst)
		}
	case trial: // turns that were under way when the rest began say nothing new
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
