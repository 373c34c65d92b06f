package tiktok

import (
	"context"
	"sync"
	"time"

	"showcaller/internal/live"
)

// A limit allows so many attempts within a span.
type limit struct {
	attempts int
	within   time.Duration
}

// anonymousLimits are Euler Stream's for callers without a key, measured 2026-09. A client that asks five times a minute has used
// up its hour after six minutes and its day after four hours, so this is watched across restarts.
var anonymousLimits = []limit{{5, time.Minute}, {30, time.Hour}, {100, 24 * time.Hour}}

// keyLimits keep a loop of ours from eating a key's day; the smallest plan has 2500.
var keyLimits = []limit{{10, time.Minute}, {120, time.Hour}, {1500, 24 * time.Hour}}

// directLimits keep one room from hammering TikTok. A person who reloads the page a lot stays below.
var directLimits = []limit{{6, time.Minute}, {60, time.Hour}}

func (c *Client) signLimits() []limit {
	if c.signKey == "" {
		return anonymousLimits
	}
	return keyLimits
}

// spend records an attempt, or returns when the next one may be made.
func (c *Client) spend(ctx context.Context, kind string, limits []limit) error {
	c.spending.Lock() // between looking and recording nobody else may spend
	defer c.spending.Unlock()
	now := time.Now()
	longest := limits[len(limits)-1].within
	past, err := c.attempts.Since(ctx, kind, now.Add(-longest))
	if err != nil {
		return failed(live.ReasonStorage, "spend", err, "The record of past attempts cannot be read.")
	}
	if at := nextAllowed(past, limits, now); at.After(now) {
		return until(errTooOften(kind, at), at)
	}
	if err := c.attempts.Record(ctx, kind, now); err != nil {
		return failed(live.ReasonStorage, "spend", err, "The attempt cannot be recorded.")
	}
	return nil
}

// errTooOften is the error of an attempt that our own record forbids.
func errTooOften(kind string, at time.Time) *live.Error {
	clock := at.UTC().Format("15:04:05")
	if kind == waySign {
		return failed(live.ReasonSignLimit, "spend", nil, "What the sign server allows is used up. The next attempt is at %s UTC.", clock)
	}
	return failed(live.ReasonNetwork, "spend", nil, "The connection broke too often. The next attempt is at %s UTC, so that TikTok takes no offence.", clock)
}

// nextAllowed returns when the next attempt keeps within the limits; past is in order.
func nextAllowed(past []time.Time, limits []limit, now time.Time) (at time.Time) {
	for _, l := range limits {
		if len(past) < l.attempts {
			continue
		}
		if free := past[len(past)-l.attempts].Add(l.within); free.After(now) && free.After(at) {
			at = free
		}
	}
	return at
}

// memoryAttempts are live.Attempts that forget everything with the process.
type memoryAttempts struct {
	mu   sync.Mutex
	past map[string][]time.Time
}

// Record implements live.Attempts.
func (m *memoryAttempts) Record(_ context.Context, kind string, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.past == nil {
		m.past = map[string][]time.Time{}
	}
	m.past[kind] = append(m.past[kind], at)
	return nil
}

// Since implements live.Attempts.
func (m *memoryAttempts) Since(_ context.Context, kind string, after time.Time) ([]time.Time, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	past := m.past[kind]
	for len(past) > 0 && !past[0].After(after) {
		past = past[1:]
	}
	if past != nil {
		m.past[kind] = past
	}
	return append([]time.Time(nil), past...), nil
}
