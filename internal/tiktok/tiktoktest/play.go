package tiktoktest

import (
	"context"
	"time"
)

// Source makes events.
type Source interface{ Next() Message }

// counter is a Source that also keeps the viewer counter.
type counter interface{ Viewers() Message }

const (
	frameMax   = 500                   // messages in one frame
	fastest    = 25 * time.Millisecond // between frames
	slowest    = time.Second
	countEvery = 2 * time.Second // TikTok's viewer counter
)

// Play sends what src makes into the room, at rate events a second, until ctx or the live ends. At high rates many events share a
// frame. A Traffic also tells the number of viewers every two seconds.
//
// If a client is too slow for the rate, Play slows down with it and does not catch up more than a second's worth.
func (r *Room) Play(ctx context.Context, src Source, rate float64) {
	tick := time.NewTicker(min(max(time.Duration(float64(time.Second)/rate), fastest), slowest))
	defer tick.Stop()
	count := time.NewTicker(countEvery)
	defer count.Stop()
	p := pace{rate: rate, last: time.Now()}
	for live := r.ID(); r.alive(live); {
		select {
		case <-ctx.Done():
			return
		case now := <-tick.C:
			r.sendFrom(src, p.due(now))
		case <-count.C:
			if c, ok := src.(counter); ok {
				r.SendUnacked(c.Viewers())
			}
		}
	}
}

// sendFrom sends the next n events of src.
func (r *Room) sendFrom(src Source, n int) {
	for n > 0 {
		batch := make([]Message, min(n, frameMax))
		for i := range batch {
			batch[i] = src.Next()
		}
		r.Send(batch...)
		n -= len(batch)
	}
}

// pace turns time into a number of events.
type pace struct {
	rate float64
	last time.Time
	owed float64
}

// due returns how many events fall due until now.
func (p *pace) due(now time.Time) int {
	p.owed += min(now.Sub(p.last).Seconds(), 1) * p.rate
	p.last = now
	n := int(p.owed)
	p.owed -= float64(n)
	return n
}
