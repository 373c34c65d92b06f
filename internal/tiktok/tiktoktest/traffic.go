package tiktoktest

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// audienceSize is the room of the seed document's table "Event Frequency".
const audienceSize = 1000

// Traffic makes up what an audience does. The same seed gives the same events by the same viewers in the same order; only
// clocks and ids differ. It is for one room and one goroutine.
type Traffic struct {
	rng     *rand.Rand
	host    Viewer
	viewers []Viewer
	tongue  []*tongue // of each viewer
	streaks []*openStreak

	likes     int64
	followers int64
	now       int64 // viewers in the room
	total     int64 // viewers since the start
	group     int64 // of the newest streak
	count     int64 // rare messages so far: their ids
}

// openStreak is a streak that goes on.
type openStreak struct {
	*Streak
	total, left int32
}

// NewTraffic returns the audience of a host.
func NewTraffic(seed uint64, host Viewer) *Traffic {
	t := &Traffic{
		rng: rand.New(rand.NewPCG(seed, 0x5eed)), host: host, likes: 12_000, followers: 3456, now: audienceSize, total: 5000,
		group: time.Now().UnixMilli(),
	}
	words := tongues()
	for i := range audienceSize {
		w := t.pickTongue(words)
		t.tongue = append(t.tongue, w)
		t.viewers = append(t.viewers, t.newViewer(i, w))
	}
	return t
}

func (t *Traffic) pickTongue(all []tongue) *tongue {
	n := t.rng.IntN(100)
	for i := range all {
		if n -= all[i].weight; n < 0 {
			return &all[i]
		}
	}
	return &all[0]
}

func (t *Traffic) newViewer(i int, w *tongue) Viewer {
	v := Viewer{
		ID:         6_700_000_000_000_000_000 + t.rng.Int64N(900_000_000_000_000_000),
		Handle:     fmt.Sprintf("%s.viewer%d", w.code, i),
		Nickname:   pick(t, w.names),
		Moderator:  t.chance(0.01),
		Subscriber: t.chance(0.04),
		Friend:     t.chance(0.03),
		Follower:   t.chance(0.35),
	}
	if t.chance(0.5) {
		v.GifterLevel = 1 + t.rng.IntN(1+t.rng.IntN(45))
		v.Gifter = true
	}
	if t.chance(0.25) {
		v.TeamLevel = 1 + t.rng.IntN(1+t.rng.IntN(30))
	}
	if i < 3 {
		v.TopGifter, v.Gifter, v.GifterLevel = i+1, true, 40
	}
	return v
}

// pick returns any element of a list.
func pick[T any](t *Traffic, all []T) T { return all[t.rng.IntN(len(all))] }

func (t *Traffic) chance(p float64) bool { return t.rng.Float64() < p }

// who returns a viewer's index. A few viewers do most of what happens.
func (t *Traffic) who() int {
	f := t.rng.Float64()
	return int(f * f * audienceSize)
}

func (t *Traffic) viewer() Viewer { return t.viewers[t.who()] }

// Next returns the next event. The weights are events a minute, the middles of the seed document's table, with a few percent
// of everything else.
func (t *Traffic) Next() Message {
	switch n := t.rng.IntN(125 + 60 + 30 + 12 + 5 + 3 + 5); {
	case n < 125:
		return t.like()
	case n < 185:
		return t.join()
	case n < 215:
		return t.comment()
	case n < 227:
		return t.gift()
	case n < 232:
		t.followers++
		return Follow(t.viewer(), t.host, t.followers)
	case n < 235:
		return Share(t.viewer())
	}
	return t.rare()
}

// Batch returns the next n events.
func (t *Traffic) Batch(n int) []Message {
	all := make([]Message, n)
	for i := range all {
		all[i] = t.Next()
	}
	return all
}

// Viewers returns the viewer counter as it stands.
func (t *Traffic) Viewers() Message { return Viewers(t.now, t.total, t.viewers[:10]...) }

func (t *Traffic) like() Message {
	n := 1 + t.rng.IntN(15) // TikTok takes no more at once
	t.likes += int64(n)
	return Like(t.viewer(), int32(n), t.likes)
}

func (t *Traffic) join() Message {
	t.total++
	t.now = max(1, t.now+t.rng.Int64N(7)-3)
	if t.chance(0.02) {
		return JoinAnonymous(fmt.Sprint(100_000 + t.rng.IntN(900_000)))
	}
	return Join(t.viewer(), int32(t.now))
}

func (t *Traffic) comment() Message {
	i := t.who()
	v, w := t.viewers[i], t.tongue[i]
	switch line := pick(t, w.lines); {
	case t.chance(0.05):
		other := t.viewer()
		return ChatReply(v, other, "@"+other.Handle+" "+line)
	case t.chance(0.03):
		return Sticker(v, "sticker-laugh")
	case t.chance(0.06): // of what is left
		return ChatIn(w.code, v, line, map[int64]string{int64(len([]rune(line))): "emote-rose"})
	default:
		return ChatIn(w.code, v, line, nil)
	}
}

// gift goes on with a streak, begins one, or gives one of the big gifts that are final at once.
func (t *Traffic) gift() Message {
	if t.chance(0.1) {
		return Once(t.viewer(), pick(t, []Gift{HeartMe, HeartMe, HeartMe, Galaxy, Galaxy, Lion}), 1)
	}
	if n := len(t.streaks); n > 0 && (n >= 8 || t.chance(0.75)) {
		return t.goOn(t.rng.IntN(n))
	}
	t.group++
	s := &openStreak{left: t.rng.Int32N(4), total: 1, Streak: &Streak{
		From: t.viewer(), Gift: pick(t, []Gift{Rose, Rose, Rose, FingerHeart, Perfume, Doughnut}), Group: t.group,
	}}
	t.streaks = append(t.streaks, s)
	return s.Tap(s.total)
}

// goOn returns the next message of the i-th open streak.
func (t *Traffic) goOn(i int) Message {
	s := t.streaks[i]
	if s.left == 0 {
		t.streaks = append(t.streaks[:i], t.streaks[i+1:]...)
		return s.End()
	}
	s.left--
	s.total += 1 + t.rng.Int32N(4) // TikTok does not send every tap
	return s.Tap(s.total)
}

// rare returns one of the messages a room sees now and then.
func (t *Traffic) rare() Message {
	t.count++
	v := t.viewer()
	switch id := t.group<<8 + t.count; t.rng.IntN(10) {
	case 0:
		return Question(v, id, pick(t, t.tongue[t.who()].lines))
	case 1:
		return Subscribe(v, 1+t.rng.Int64N(12))
	case 2:
		return FanJoin(v)
	case 3:
		return LevelUp(v, int32(v.GifterLevel+1))
	case 4:
		return Envelope(itoa(id), v, 100, 10)
	case 5:
		return Goal(7_100_000_000_000_000_001, "Road to 100 roses", Rose, min(t.count, 100), 100, v)
	case 6:
		return Rank(0, 1+t.rng.Int64N(99), "Hourly ranking")
	case 7:
		return SuperFan(v)
	case 8:
		return Caption(t.count, "en", "thank you so much everybody", true)
	default:
		return Unknown("WebcastGiftPanelUpdateMessage")
	}
}
