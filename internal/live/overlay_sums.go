package live

import (
	"context"
	"encoding/json"
	"time"
)

// ShowSums are a session's numbers, of real events only or of simulated and replayed ones only.
type ShowSums struct {
	Comments, Gifts, Diamonds, Follows, Shares int64
	Likes                                      int64 // that came since we listen
	LikesTotal                                 int64 // TikTok's own total
	Viewers, Peak                              int64 // -1 if none was told
	Pieces                                     int64 // of one gift that was asked for
}

// noSums are those of a session without events.
func noSums() ShowSums { return ShowSums{Viewers: -1, Peak: -1} }

// showSums are both halves of a session's numbers, and go on counting. They sum as the store does, so that a page which is told
// sums and then events has the same numbers as one that comes later.
type showSums struct {
	halves  map[bool]*ShowSums // by Rehearsal
	tallier *tallier
	gift    int64 // whose Pieces are counted
}

func newShowSums(gift int64) *showSums {
	counted, made := noSums(), noSums()
	return &showSums{halves: map[bool]*ShowSums{false: &counted, true: &made}, tallier: newTallier(), gift: gift}
}

// load reads a session's sums and returns the seq of the newest event in them.
func (s *showSums) load(ctx context.Context, store OverlayStore, session int64) (int64, error) {
	seq, counted, made, err := store.ShowSums(ctx, session, s.gift)
	if err != nil {
		return 0, err
	}
	*s.halves[false], *s.halves[true] = counted, made
	s.tallier.likes = map[bool]int64{false: counted.LikesTotal, true: made.LikesTotal}
	return seq, nil
}

// add counts an event and reports whether a number changed.
func (s *showSums) add(e Event) bool {
	if e.History {
		return false
	}
	h := s.halves[e.Origin.Rehearsal()]
	before := *h
	switch e.Kind {
	case KindComment:
		h.Comments++
	case KindGift:
		if gift := DataOf[Gift](e); !gift.Streaking {
			h.Gifts += int64(gift.RepeatCount)
			h.Diamonds += int64(gift.TotalDiamonds)
			if gift.Gift.ID == s.gift {
				h.Pieces += int64(gift.RepeatCount)
			}
		}
	case KindLike:
		h.Likes += s.tallier.likesGrown(e.Origin.Rehearsal(), DataOf[Like](e))
		h.LikesTotal = max(h.LikesTotal, s.tallier.likes[e.Origin.Rehearsal()])
	case KindFollow:
		h.Follows++
	case KindShare:
		h.Shares++
	case KindViewers:
		h.Viewers = DataOf[Viewers](e).Viewers
		h.Peak = max(h.Peak, h.Viewers)
	}
	return *h != before
}

// goalView is a goal. Its value is what earlier sessions left over, and the sums of this one since it was last reset; simulated
// and replayed events are added on top, if at all, and are never carried over.
type goalView struct {
	viewBase
	parts   viewParts
	options *GoalOptions
	on      airing
	counted *showSums // of the newest session of a LIVE
	made    *showSums // of what is on air
	kept    goalMemory
	parked  map[goalCount]goalMemory // of a preview: what was known of what it counted before
}

// goalCount is what a goal counts.
type goalCount struct {
	metric GoalMetric
	gift   int64
}

// goalMemory is what a goal knows beyond the sums. It is kept for one metric: another one begins anew.
type goalMemory struct {
	Metric  GoalMetric `json:"metric"`
	Gift    int64      `json:"gift,omitempty"`
	Session int64      `json:"session"` // the real one that Base belongs to
	Carried int64      `json:"carried"` // from the sessions before
	Base    int64      `json:"base"`    // of Session's sum, what does not count
	Made    int64      `json:"made"`    // the same of what was simulated or replayed, of MadeIn
	MadeIn  int64      `json:"made_in"`
	Preset  bool       `json:"preset,omitempty"` // somebody chose the value between two sessions: the next one begins with it
}

func (v *goalView) configure(ctx context.Context, o OverlayOptions) error {
	options, was := o.(*GoalOptions), v.options
	v.options, v.news.changed = options, true
	if was == nil || was.Metric == options.Metric && was.GiftID == options.GiftID {
		return nil
	}
	v.kept = v.anew(goalCount{options.Metric, options.GiftID})
	_, err := v.load(ctx)
	return err
}

// anew returns the memory to count something else with: none, but in a preview, where people only try what to count, what was known of it.
func (v *goalView) anew(count goalCount) goalMemory {
	if !v.parts.preview {
		return goalMemory{}
	}
	if v.parked == nil {
		v.parked = map[goalCount]goalMemory{}
	}
	v.parked[goalCount{v.kept.Metric, v.kept.Gift}] = v.kept
	return v.parked[count]
}

func (v *goalView) begin(ctx context.Context, on airing) (int64, error) {
	v.on = on
	v.news.changed = true
	return v.load(ctx)
}

// load reads the sums of the sessions at hand and settles what an earlier one leaves over.
func (v *goalView) load(ctx context.Context) (int64, error) {
	counted, made, seq := newShowSums(v.options.GiftID), newShowSums(v.options.GiftID), int64(0)
	if v.on.session.ID != 0 {
		var err error
		if seq, err = made.load(ctx, v.parts.store, v.on.session.ID); err != nil {
			return 0, err
		}
	}
	switch v.on.real.ID {
	case v.on.session.ID:
		counted = made
	case 0:
	default:
		if _, err := counted.load(ctx, v.parts.store, v.on.real.ID); err != nil {
			return 0, err
		}
	}
	v.counted, v.made = counted, made
	return seq, v.turnOver(ctx)
}

// turnOver goes on from the session the memory belongs to with the one at hand.
func (v *goalView) turnOver(ctx context.Context) error {
	k := &v.kept
	if k.Metric != v.options.Metric || k.Gift != v.options.GiftID {
		*k = goalMemory{Metric: v.options.Metric, Gift: v.options.GiftID, Session: v.on.real.ID, MadeIn: v.on.session.ID}
		v.news.save = true
	}
	if k.MadeIn != v.on.session.ID {
		k.Made, k.MadeIn, v.news.save = 0, v.on.session.ID, true
	}
	if k.Session == v.on.real.ID {
		return nil
	}
	switch {
	case !v.options.Carry && !k.Preset:
		k.Carried = 0
	case k.Session != 0:
		old := newShowSums(v.options.GiftID)
		if _, err := old.load(ctx, v.parts.store, k.Session); err != nil && CodeOf(err) != CodeNotFound {
			return err
		}
		k.Carried += v.metric(old.halves[false]) - k.Base
	}
	k.Session, k.Base, k.Preset, v.news.save = v.on.real.ID, 0, false, true
	return nil
}

func (v *goalView) metric(s *ShowSums) int64 {
	switch v.options.Metric {
	case GoalLikes:
		return s.Likes
	case GoalFollows:
		return s.Follows
	case GoalShares:
		return s.Shares
	case GoalGift:
		return s.Pieces
	}
	return s.Diamonds
}

func (v *goalView) hear(e Event, _ time.Time) {
	if v.made.add(e) {
		v.news.changed = true
	}
}

// value returns how far the goal is.
func (v *goalView) value() int64 {
	if v.counted == nil {
		return 0
	}
	n := v.kept.Carried + v.metric(v.counted.halves[false]) - v.kept.Base
	if v.options.Rehearsal {
		n += v.metric(v.made.halves[true]) - v.kept.Made
	}
	return max(0, n)
}

func (v *goalView) state(time.Time) OverlayState {
	o := v.options
	s := GoalState{Title: o.Title, Metric: o.Metric, Value: v.value(), Target: o.Target, Step: 1, Steps: 1 + len(o.Ladder)}
	if s.Title == "" {
		s.Title = v.parts.words(o.Look.Language, "stage.goal."+string(o.Metric))
	}
	if o.Metric == GoalGift {
		s.Gift = &GiftItem{ID: o.GiftID}
	}
	for _, next := range o.Ladder {
		if s.Value < s.Target {
			break
		}
		s.From, s.Target = s.Target, next
		s.Step++
	}
	s.Reached = s.Value >= s.Target
	s.Rehearsal = o.Rehearsal && v.made != nil && v.metric(v.made.halves[true])-v.kept.Made > 0
	return s
}

func (v *goalView) memory() any { return v.kept }

func (v *goalView) recall(data json.RawMessage, _ time.Time) error {
	return json.Unmarshal(data, &v.kept)
}

// control: "reset" begins anew at 0, "set" at Amount, "add" adds Amount, which may be negative.
func (v *goalView) control(_ context.Context, c OverlayCommand, _ time.Time) error {
	now := v.value()
	switch c.Do {
	case "reset":
		v.startFrom(0)
	case "set":
		v.startFrom(max(0, c.Amount))
	case "add":
		v.startFrom(max(0, now+c.Amount))
	default:
		return badCommand(c.Do, "reset, set and add")
	}
	v.news.save, v.news.changed = true, true
	return nil
}

func (v *goalView) startFrom(n int64) {
	v.kept.Carried, v.kept.Base, v.kept.Made, v.kept.Preset = n, 0, 0, !v.on.open
	if v.counted != nil {
		v.kept.Base, v.kept.Made = v.metric(v.counted.halves[false]), v.metric(v.made.halves[true])
	}
}

// counterView is the viewer and like counter.
type counterView struct {
	viewBase
	parts   viewParts
	options *CounterOptions
	on      airing
	sums    *showSums
}

func (v *counterView) configure(ctx context.Context, o OverlayOptions) error {
	options, was := o.(*CounterOptions), v.options
	v.options, v.news.changed = options, true
	if was != nil && was.Rehearsal != options.Rehearsal {
		_, err := v.begin(ctx, v.on)
		return err
	}
	return nil
}

// shown is the session whose numbers are shown: a rehearsal only if that is wanted.
func (v *counterView) shown() SessionInfo {
	if v.options.Rehearsal {
		return v.on.session
	}
	return v.on.real
}

func (v *counterView) begin(ctx context.Context, on airing) (int64, error) {
	v.on, v.sums, v.news.changed = on, newShowSums(0), true
	id := v.shown().ID
	if id == 0 {
		return on.last, nil
	}
	seq, err := v.sums.load(ctx, v.parts.store, id)
	if id != on.session.ID {
		seq = on.last
	}
	return seq, err
}

func (v *counterView) hear(e Event, _ time.Time) {
	if e.SessionID == v.shown().ID && v.sums.add(e) {
		v.news.changed = true
	}
	switch {
	case v.on.session.endedBy(e):
		v.on.session.EndedAt, v.news.changed = e.At, true
	case e.Kind == KindConnect:
		v.on.session.EndedAt, v.news.changed = time.Time{}, true
	}
}

func (v *counterView) state(time.Time) OverlayState {
	s := CounterState{Values: map[string]int64{}}
	if v.sums == nil {
		return s
	}
	counted, made := *v.sums.halves[false], *v.sums.halves[true]
	all := counted
	if v.options.Rehearsal {
		all = counted.plus(made)
		s.Rehearsal = made != noSums()
	}
	shown := v.shown()
	s.Live = shown.ID != 0 && shown.ID == v.on.session.ID && v.on.session.EndedAt.IsZero()
	for _, item := range v.options.Items {
		if n := all.item(item); n >= 0 {
			s.Values[string(item)] = n
		}
	}
	return s
}

// plus adds what was made up to what was real.
func (s ShowSums) plus(made ShowSums) ShowSums {
	s.Comments += made.Comments
	s.Gifts += made.Gifts
	s.Diamonds += made.Diamonds
	s.Follows += made.Follows
	s.Shares += made.Shares
	s.Likes += made.Likes
	s.LikesTotal += made.LikesTotal
	s.Pieces += made.Pieces
	s.Peak = max(s.Peak, made.Peak)
	if made.Viewers >= 0 {
		s.Viewers = made.Viewers
	}
	return s
}

// item returns one of a counter's numbers; -1 if it is unknown.
func (s ShowSums) item(c CounterItem) int64 {
	switch c {
	case CountViewers:
		return s.Viewers
	case CountPeak:
		return s.Peak
	case CountLikes:
		return max(s.Likes, s.LikesTotal)
	case CountDiamonds:
		return s.Diamonds
	case CountGifts:
		return s.Gifts
	case CountFollows:
		return s.Follows
	case CountShares:
		return s.Shares
	}
	return s.Comments
}
