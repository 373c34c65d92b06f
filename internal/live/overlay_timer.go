package live

import (
	"context"
	"encoding/json"
	"math"
	"time"
)

const (
	timerNews = 5 * time.Second  // what came within this time is shown as one addition
	timerMost = 30 * 24 * 3600e3 // ms that may be left
)

// timerView is a countdown that gifts extend. It goes on over sessions and restarts until somebody resets it.
type timerView struct {
	viewBase
	parts   viewParts
	options *TimerOptions
	kept    timerMemory
	likes   *tallier
	added   float64 // ms, by the newest events
	addedBy string
	addedAt time.Time
}

type timerMemory struct {
	Started bool      `json:"started"`
	Running bool      `json:"running"`
	Ends    time.Time `json:"ends,omitzero"` // while it runs
	Left    float64   `json:"left_ms"`       // while it stands
	Total   float64   `json:"total_ms"`      // added since it was reset
	Made    bool      `json:"made"`          // of it, something simulated
	Likes   int64     `json:"likes"`         // the room's total, for Per100Likes to go on from
	Unreal  int64     `json:"unreal_likes"`  // the same of what is simulated
}

func (v *timerView) configure(_ context.Context, o OverlayOptions) error {
	was := v.options
	v.options, v.news.changed = o.(*TimerOptions), true
	if !v.kept.Started && (was == nil || was.StartSeconds != v.options.StartSeconds) { // else somebody may have set it by hand
		v.kept.Left = float64(v.options.StartSeconds) * 1000
	}
	return nil
}

func (v *timerView) begin(_ context.Context, on airing) (int64, error) {
	if on.resume == 0 || v.likes == nil {
		v.likes = newTallier()
		if on.resume > 0 {
			v.likes.likes[false], v.likes.likes[true] = v.kept.Likes, v.kept.Unreal
		}
	}
	v.news.changed = true
	return on.resume, nil
}

func (v *timerView) hear(e Event, now time.Time) {
	if !wanted(e, v.options.Rehearsal) {
		return
	}
	if e.At.Before(now) && now.Sub(e.At) > time.Minute { // read again after a restart: it came then
		now = e.At
	}
	v.expire(now)
	if seconds := v.seconds(e); seconds > 0 && v.kept.Started {
		v.add(seconds*1000, e, now)
	}
}

// seconds returns what an event adds.
func (v *timerView) seconds(e Event) float64 {
	o := v.options
	switch e.Kind {
	case KindGift:
		gift := DataOf[Gift](e)
		if gift.Streaking {
			return 0
		}
		for _, g := range o.Gifts {
			if g.GiftID == gift.Gift.ID {
				return g.Seconds * float64(gift.RepeatCount)
			}
		}
		return o.PerDiamond * float64(gift.TotalDiamonds)
	case KindFollow:
		return o.PerFollow
	case KindShare:
		return o.PerShare
	case KindSubscribe:
		return o.PerSubscribe
	case KindLike:
		return o.Per100Likes / 100 * float64(v.likes.likesGrown(e.Origin.Rehearsal(), DataOf[Like](e)))
	}
	return 0
}

func (v *timerView) add(amount float64, e Event, now time.Time) {
	k := &v.kept
	left := v.left(now)
	if left <= 0 && !v.options.Revive {
		return
	}
	most := float64(timerMost)
	if v.options.MaxSeconds > 0 {
		most = math.Max(left, float64(v.options.MaxSeconds)*1000)
	}
	amount = math.Min(amount, most-left)
	if amount <= 0 {
		return
	}
	if left <= 0 {
		k.Running = true
	}
	v.set(left+amount, now)
	k.Total += amount
	k.Made = k.Made || e.Origin.Rehearsal()
	if now.Sub(v.addedAt) > timerNews {
		v.added = 0
	}
	v.added, v.addedAt, v.addedBy = v.added+amount, now, e.User.Name()
	v.news.changed, v.news.soon = true, true
}

// left returns the time that is left, in ms.
func (v *timerView) left(now time.Time) float64 {
	if v.kept.Running {
		return math.Max(0, float64(v.kept.Ends.Sub(now))/float64(time.Millisecond))
	}
	return v.kept.Left
}

func (v *timerView) set(left float64, now time.Time) {
	v.kept.Left = left
	if v.kept.Running {
		v.kept.Ends = now.Add(time.Duration(left * float64(time.Millisecond)))
	}
}

// expire stops a timer whose time is over.
func (v *timerView) expire(now time.Time) {
	if v.kept.Running && !now.Before(v.kept.Ends) {
		v.kept.Running, v.kept.Left, v.kept.Ends = false, 0, time.Time{}
		v.news.changed, v.news.soon = true, true
	}
}

func (v *timerView) tick(_ context.Context, now time.Time) error {
	v.expire(now)
	return nil
}

func (v *timerView) due() time.Time {
	if v.kept.Running {
		return v.kept.Ends
	}
	return time.Time{}
}

func (v *timerView) state(now time.Time) OverlayState {
	k := v.kept
	s := TimerState{
		Title: v.options.Title, Running: k.Running, TotalMS: int64(k.Total), OverText: v.options.OverText, Rehearsal: k.Made,
		Over: k.Started && !k.Running && k.Left <= 0,
	}
	if k.Running {
		s.EndsMS = k.Ends.UnixMilli()
	} else {
		s.LeftMS = int64(k.Left)
	}
	if !v.addedAt.IsZero() && now.Sub(v.addedAt) <= timerNews {
		s.AddedMS, s.AddedBy = int64(v.added), v.addedBy
	}
	return s
}

func (v *timerView) memory() any {
	k := v.kept
	if v.likes != nil {
		k.Likes, k.Unreal = v.likes.likes[false], v.likes.likes[true]
	}
	return k
}

func (v *timerView) recall(data json.RawMessage, _ time.Time) error {
	return json.Unmarshal(data, &v.kept)
}

// control: "start" runs it, "pause" stands it still, "add" adds Amount seconds, which may be negative, "set" leaves Amount seconds,
// "reset" takes it back to its beginning.
func (v *timerView) control(_ context.Context, c OverlayCommand, now time.Time) error {
	v.expire(now)
	k := &v.kept
	switch c.Do {
	case "start":
		if v.left(now) <= 0 {
			return &Error{Code: CodeConflict, Op: "live.Overlay", Msg: "No time is left. Add some, or reset the timer."}
		}
		if !k.Running {
			k.Started, k.Running = true, true
			v.set(k.Left, now)
		}
	case "pause":
		k.Left, k.Running, k.Ends = v.left(now), false, time.Time{}
	case "add", "set":
		left := float64(c.Amount) * 1000
		if c.Do == "add" {
			left += v.left(now)
		}
		v.set(math.Min(math.Max(0, left), timerMost), now)
		v.expire(now)
	case "reset":
		*k = timerMemory{Left: float64(v.options.StartSeconds) * 1000}
		v.added = 0
		v.addedAt = time.Time{}
	default:
		return badCommand(c.Do, "start, pause, add, set and reset")
	}
	v.news.save, v.news.changed = true, true
	return nil
}

func (v *timerView) forget(_ context.Context, who *Forgotten, _ time.Time) error {
	if who.Names(v.addedBy) {
		v.addedBy = ""
	}
	return nil
}
