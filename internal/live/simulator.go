package live

import (
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"
)

// Rates are how often things happen in a simulated LIVE, per minute.
type Rates struct{ Comments, Likes, Gifts, Joins, Follows, Shares float64 }

// DemoRates are the middles of the seed document's table "Event Frequency" for 1,000 viewers.
var DemoRates = Rates{Comments: 30, Likes: 125, Gifts: 12.5, Joins: 60, Follows: 5.5, Shares: 3}

const (
	demoLength     = 2 * time.Hour // a demo LIVE; then the next one begins
	viewersEvery   = 5 * time.Second
	streakEndAfter = 3 * time.Second // TikTok ends a streak about 3 s after its last tap
	simulatedFloor = 40              // viewers at the quietest
	mostLikes      = 15              // in one batch: TikTok's ceiling
	likesMiddle    = (1 + mostLikes) / 2
)

// Simulator is the Source of the demo room: a LIVE that follows from a seed.
type Simulator struct {
	Seed  uint64
	Rates Rates
}

// Listen implements Source. The LIVE of a two-hour slot is one LIVE, so a restart goes on with its session.
func (s Simulator) Listen(ctx context.Context, name string, l Listener) error {
	start := time.Now()
	slot := start.Truncate(demoLength)
	end := slot.Add(demoLength)
	info := RoomInfo{UniqueID: name, RoomID: "demo-" + slot.UTC().Format("20060102-1504"), Title: "Demo LIVE", Host: demoHost, StartedAt: slot}
	// A room's total never falls: somebody liked before we came, too.
	before := int64(start.Sub(slot).Minutes() * s.Rates.Likes * likesMiddle)
	l.Progress(Progress{State: ConnConnecting})
	if err := l.Connected(ctx, start, info); err != nil {
		return err
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for at, event := range s.Script(uint64(start.UnixNano())) {
		event.At = start.Add(at)
		if like, ok := event.Data.(Like); ok {
			like.TotalLikes += before
			event.Data = like
		}
		if event.At.After(end) {
			event = Event{Kind: KindLiveEnd, Origin: OriginSimulated, At: end, Data: LiveEnd{Reason: "host"}}
		}
		timer.Reset(time.Until(event.At))
		select {
		case <-timer.C:
		case <-ctx.Done():
			return s.leave(ctx, l, ctx.Err())
		}
		if err := l.Events(ctx, []Event{event}); err != nil {
			return s.leave(ctx, l, err)
		}
		if event.Kind == KindLiveEnd {
			break
		}
	}
	return l.Disconnected(ctx, time.Now(), nil)
}

func (s Simulator) leave(ctx context.Context, l Listener, err error) error {
	_ = l.Disconnected(ctx, time.Now(), err) // err is what the caller must hear of
	return err
}

// Script yields what happens in a simulated LIVE, without end, each with its time since the start: the same for the same seed
// and run. Events lack At.
func (s Simulator) Script(run uint64) iter.Seq2[time.Duration, Event] {
	return func(yield func(time.Duration, Event) bool) {
		sc := newScript(s, run)
		for {
			step := sc.pop()
			if !yield(step.at, step.event()) {
				return
			}
		}
	}
}

// script is a simulated LIVE in progress: what happens next, in order of time.
type script struct {
	rates   Rates
	rng     *rand.Rand
	steps   []step
	likes   int64
	viewers int64
	visits  int64
}

type step struct {
	at    time.Duration
	event func() Event
}

func newScript(s Simulator, run uint64) *script {
	sc := &script{rates: s.Rates, rng: rand.New(rand.NewPCG(s.Seed, run)), viewers: 1000, visits: 4000}
	for _, p := range []struct {
		perMinute float64
		make      func(at time.Duration) Event
	}{
		{s.Rates.Comments, sc.comment}, {s.Rates.Likes, sc.like}, {s.Rates.Gifts, sc.gift},
		{s.Rates.Joins, sc.join}, {s.Rates.Follows, sc.follow}, {s.Rates.Shares, sc.share},
	} {
		if p.perMinute > 0 {
			sc.repeat(0, p.perMinute, p.make)
		}
	}
	sc.push(time.Second, sc.count(time.Second))
	return sc
}

// repeat plans an event at a random distance, and itself again after it: a Poisson process.
func (sc *script) repeat(from time.Duration, perMinute float64, event func(time.Duration) Event) {
	at := from + time.Duration(sc.rng.ExpFloat64()/perMinute*float64(time.Minute))
	sc.push(at, func() Event {
		sc.repeat(at, perMinute, event)
		return event(at)
	})
}

func (sc *script) push(at time.Duration, event func() Event) {
	i, _ := slices.BinarySearchFunc(sc.steps, at, func(s step, at time.Duration) int {
		if s.at <= at { // behind what happens at the same time
			return -1
		}
		return 1
	})
	sc.steps = slices.Insert(sc.steps, i, step{at, event})
}

func (sc *script) pop() step {
	first := sc.steps[0]
	sc.steps = sc.steps[1:]
	return first
}

func (sc *script) event(data Data) Event {
	u := sc.viewer()
	return Event{Kind: data.Kind(), Origin: OriginSimulated, User: &u, Data: data}
}

// viewer picks one of the crowd; the first ones are the regulars.
func (sc *script) viewer() User {
	n := int(sc.rng.ExpFloat64() * 60)
	name := demoNames[n%len(demoNames)]
	u := User{
		UniqueID: fmt.Sprintf("%s%d", name.handle, n), Nickname: name.nickname,
		UserID: strconv.Itoa(6_800_000_000_000_000_000 + n),
	}
	switch {
	case n == 0:
		u.Roles, u.GifterLevel = []string{"moderator", "follower"}, 28
	case n%7 == 0:
		u.Roles, u.TeamLevel = []string{"subscriber", "follower"}, 5+n%10
	case n%3 == 0:
		u.Roles, u.GifterLevel = []string{"follower"}, 3+n%20
	}
	return u
}

func (sc *script) comment(time.Duration) Event {
	e := sc.event(Comment{})
	line := demoLines[sc.rng.IntN(len(demoLines))]
	e.Data = Comment{Comment: line.text, Language: line.language}
	return e
}

func (sc *script) like(time.Duration) Event {
	n := 1 + sc.rng.IntN(mostLikes)
	sc.likes += int64(n)
	return sc.event(Like{Count: n, TotalLikes: sc.likes})
}

func (sc *script) join(time.Duration) Event   { sc.visits++; return sc.event(Join{}) }
func (sc *script) follow(time.Duration) Event { return sc.event(Follow{}) }
func (sc *script) share(time.Duration) Event  { return sc.event(Share{}) }

// gift sends one, and for a streakable one the taps and the end that follow.
func (sc *script) gift(at time.Duration) Event {
	item := DemoGifts[min(int(sc.rng.ExpFloat64()*2.2), len(DemoGifts)-1)]
	gift := Gift{Gift: item, RepeatCount: 1, TotalDiamonds: item.DiamondCount}
	if !item.Streakable {
		return sc.event(gift)
	}
	taps := 1 + int(sc.rng.ExpFloat64()*4)
	gift.Streaking, gift.StreakID = true, strconv.FormatInt(int64(at/time.Millisecond)+1, 10)
	first := sc.event(gift)
	for n := 2; n <= taps; n++ {
		at += 300*time.Millisecond + time.Duration(sc.rng.IntN(500))*time.Millisecond
		sc.push(at, again(first, n, true))
	}
	sc.push(at+streakEndAfter, again(first, taps, false))
	return first
}

func again(first Event, count int, streaking bool) func() Event {
	return func() Event {
		gift := first.Data.(Gift)
		gift.RepeatCount, gift.TotalDiamonds, gift.Streaking = count, count*gift.Gift.DiamondCount, streaking
		e := first
		e.Data = gift
		return e
	}
}

func (sc *script) count(at time.Duration) func() Event {
	return func() Event {
		sc.viewers = max(simulatedFloor, sc.viewers+int64(sc.rng.NormFloat64()*12))
		sc.push(at+viewersEvery, sc.count(at+viewersEvery))
		return Event{Kind: KindViewers, Origin: OriginSimulated, Data: Viewers{Viewers: sc.viewers, Total: sc.visits}}
	}
}
