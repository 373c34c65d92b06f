package live

import "sync"

// frameRing is how many frames a page may be behind before it is given a snapshot in their place.
const frameRing = 64

// frameLog holds the newest frames of an overlay, encoded once for all pages. A page is a cursor into it, as a follower is into
// a Log; what is older than the ring nobody needs, because a snapshot says as much.
type frameLog struct {
	mu     sync.Mutex
	ring   [frameRing][]byte // frame n is at n % frameRing
	last   int64
	closed bool
	wake   chan struct{}
}

func newFrameLog() *frameLog { return &frameLog{wake: make(chan struct{})} }

// publish adds frames and returns the number of the last one.
func (l *frameLog) publish(frames ...[]byte) int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, f := range frames {
		l.last++
		l.ring[l.last%frameRing] = f
	}
	if len(frames) > 0 && !l.closed {
		close(l.wake)
		l.wake = make(chan struct{})
	}
	return l.last
}

// skip makes every page take a snapshot: the frames so far no longer lead to what is right.
func (l *frameLog) skip() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last += frameRing + 1
	clear(l.ring[:])
	if !l.closed {
		close(l.wake)
		l.wake = make(chan struct{})
	}
}

func (l *frameLog) position() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// close tells the pages that nothing will follow.
func (l *frameLog) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		close(l.wake)
	}
}

// framesAfter is what a page at a certain number finds.
type framesAfter struct {
	frames [][]byte
	last   int64
	behind bool // what follows is no longer there
	closed bool
	wake   <-chan struct{}
}

func (l *frameLog) after(n int64) framesAfter {
	l.mu.Lock()
	defer l.mu.Unlock()
	f := framesAfter{last: l.last, closed: l.closed, wake: l.wake, behind: n < l.last-frameRing}
	for i := n + 1; i <= l.last && !f.behind; i++ {
		f.frames = append(f.frames, l.ring[i%frameRing])
	}
	return f
}
