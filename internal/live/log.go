package live

import (
	"context"
	"iter"
	"sync"
)

const (
	ringSize    = 512 // events a log keeps at hand: some seconds of the busiest room
	followLimit = 256 // events a reader gets at once
)

// EventReader reads a session's stored events.
type EventReader interface {
	// EventsAfter returns up to limit events with a seq greater than after, in order.
	EventsAfter(ctx context.Context, session, after int64, limit int) ([]Event, error)
}

// Log is the live end of one session: the newest events, and the news that there are more. What is older is in the store, so
// a slow reader is a cursor that lags, never a queue that fills.
type Log struct {
	session int64
	store   EventReader

	mu     sync.Mutex
	ring   [ringSize]Event // the event with seq n is at n % ringSize
	first  int64           // the oldest seq in the ring
	last   int64           // the newest committed seq
	closed bool
	wake   chan struct{} // closed and replaced at each change
}

func newLog(session, last int64, store EventReader) *Log {
	return &Log{session: session, store: store, first: last + 1, last: last, wake: make(chan struct{})}
}

// Last returns the newest committed seq.
func (l *Log) Last() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// publish makes committed events visible. Their seqs go on from Last.
func (l *Log) publish(events []Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, e := range events {
		l.ring[e.Seq%ringSize] = e
		l.last = e.Seq
	}
	l.first = max(l.first, l.last-ringSize+1)
	close(l.wake)
	l.wake = make(chan struct{})
}

// close tells the readers that nothing will follow.
func (l *Log) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		close(l.wake)
	}
}

// tail is what a reader at a certain number finds.
type tail struct {
	events []Event // the next ones, if they are in the ring
	stored bool    // there are more, but only in the store
	closed bool
	wake   <-chan struct{}
}

func (l *Log) after(seq int64) tail {
	l.mu.Lock()
	defer l.mu.Unlock()
	t := tail{closed: l.closed, wake: l.wake}
	if seq >= l.last {
		return t
	}
	if seq+1 < l.first {
		t.stored = true
		return t
	}
	t.events = make([]Event, 0, min(l.last-seq, followLimit))
	for n := seq + 1; n <= l.last && len(t.events) < followLimit; n++ {
		t.events = append(t.events, l.ring[n%ringSize])
	}
	return t
}

// Follow yields every event after a number, in order, without gap or repeat, in batches of what is ready: first from the store,
// then as they are committed. It ends when ctx does, when the session is closed and read to its end, or with an error of the
// store. A reader that stops and comes back with its last seq misses nothing.
func (l *Log) Follow(ctx context.Context, after int64) iter.Seq2[[]Event, error] {
	return func(yield func([]Event, error) bool) {
		for ctx.Err() == nil {
			t := l.after(after)
			if t.stored {
				var err error
				if t.events, err = l.store.EventsAfter(ctx, l.session, after, followLimit); err != nil {
					yield(nil, err)
					return
				}
			}
			if len(t.events) > 0 {
				if !yield(t.events, nil) {
					return
				}
				after = t.events[len(t.events)-1].Seq
				continue
			}
			if t.closed {
				return
			}
			select {
			case <-t.wake:
			case <-ctx.Done():
			}
		}
	}
}

// forget leaves what is at hand to the store.
func (l *Log) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.ring[:])
	l.first = l.last + 1
}
