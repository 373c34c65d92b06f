package live

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// alertsView shows a room's events as alerts, one at a time.
type alertsView struct {
	viewBase
	parts viewParts
	maker alertMaker
	queue alertQueue
	on    airing

	dropped  []AlertRecord // to be named in the log
	namedAt  time.Time
	leftover int // dropped ones beyond those that are named one by one
}

// AlertMinute is a minute of a session in which alerts came on screen.
type AlertMinute struct {
	Start time.Time
	Shown int64 // on all overlays together; no tests, and of rehearsals only in a session that is one
}

// TopicAlerts is the Topic of a System event that names alerts which were not shown.
const TopicAlerts = "alerts"

const (
	namedAtOnce = 20          // alerts that one line of the log names
	namedEvery  = time.Second // so that a wave of spam is not also one of ours
	unseenEvery = time.Minute // between two lines about an overlay that no page shows: somebody may have forgotten it
)

func (v *alertsView) configure(_ context.Context, o OverlayOptions) error {
	options := o.(*AlertsOptions)
	if v.maker.likes == nil {
		v.maker = alertMaker{room: v.parts.room, words: v.parts.words, likes: map[bool]int64{}}
	}
	v.maker.options, v.queue.timing = options, options.Timing
	return nil
}

func (v *alertsView) begin(_ context.Context, on airing) (int64, error) {
	if on.session.ID != v.on.session.ID {
		v.maker.likes = map[bool]int64{}
	}
	v.on = on
	return on.resume, nil
}

func (v *alertsView) hear(e Event, now time.Time) {
	since := now
	if e.Seq <= v.on.last && e.At.Before(now) {
		since = e.At // it happened while we were not running
	}
	a, ok := v.maker.make(e, since)
	switch {
	case !ok:
		return
	case now.Sub(since) >= time.Duration(v.queue.timing.KeepSeconds)*time.Second:
		v.queue.over(a, AlertExpired, now)
	default:
		v.queue.add(a, now)
	}
	v.settle()
}

// settle passes on what the queue did.
func (v *alertsView) settle() {
	o := v.queue.take()
	v.news.save = v.news.save || o.save
	v.news.stale = v.news.stale || o.stale
	v.news.frames = append(v.news.frames, o.frames...)
	v.dropped = append(v.dropped, o.dropped...)
	for _, a := range o.shown {
		if !a.Alert.Rehearsal || v.on.session.Origin.Rehearsal() { // a rehearsal marks no LIVE
			v.news.shown = append(v.news.shown, a.From)
		}
	}
	if extra := len(v.dropped) - namedAtOnce; extra > 0 {
		v.leftover += extra
		v.dropped = v.dropped[:namedAtOnce]
	}
}

func (v *alertsView) tick(_ context.Context, now time.Time) error {
	v.queue.tick(now)
	v.settle()
	v.name(now)
	return nil
}

// name writes into the session's log what alerts were not shown, and why.
func (v *alertsView) name(now time.Time) {
	if len(v.dropped) == 0 || now.Before(v.nextName()) {
		return
	}
	v.namedAt = now
	byFate := map[AlertFate][]AlertRecord{}
	var fates []AlertFate
	for _, r := range v.dropped {
		if byFate[r.Fate] == nil {
			fates = append(fates, r.Fate)
		}
		byFate[r.Fate] = append(byFate[r.Fate], r)
	}
	for _, fate := range fates {
		v.news.notes = append(v.news.notes, droppedEvent(fate, byFate[fate], v.leftover, now))
		v.leftover = 0
	}
	v.dropped = nil
}

// nextName is when alerts that were not shown may be named next.
func (v *alertsView) nextName() time.Time {
	unseen := func(r AlertRecord) bool {
		return r.Fate == AlertExpired || r.Fate == AlertUndrawn || r.Fate == AlertFull && !v.queue.present
	}
	if !slices.ContainsFunc(v.dropped, func(r AlertRecord) bool { return !unseen(r) }) {
		return v.namedAt.Add(unseenEvery)
	}
	return v.namedAt.Add(namedEvery)
}

// droppedEvent is the line of the log that names alerts which were not shown.
func droppedEvent(fate AlertFate, records []AlertRecord, more int, now time.Time) Event {
	reason := map[AlertFate]string{
		AlertFull: "more waited than the queue holds", AlertExpired: "no page showed the overlay", AlertSkipped: "skipped by hand",
		AlertCleared: "cleared by hand", AlertUndrawn: "no page said that it had drawn it",
	}[fate]
	var names []string
	for _, r := range records {
		names = append(names, strings.TrimSpace(r.Alert.Title+" "+r.Alert.Text))
	}
	text := fmt.Sprintf("Alerts left out (%s): %s", reason, strings.Join(names, "; "))
	if more > 0 {
		text += fmt.Sprintf("; and %d more", more)
	}
	return Event{
		Kind: KindSystem, Origin: OriginSystem, Cause: records[0].seq, At: now,
		Data: System{Topic: TopicAlerts, Key: string(fate), Text: text, Level: len(records) + more, Names: names},
	}
}

func (v *alertsView) due() time.Time {
	due := v.queue.due()
	if len(v.dropped) > 0 {
		if at := v.nextName(); due.IsZero() || at.Before(due) {
			return at
		}
	}
	return due
}

func (v *alertsView) state(now time.Time) OverlayState { return v.queue.state(now) }

// attend and drawn implement what the runner asks of views that care for pages.
func (v *alertsView) attend(present bool, now time.Time) {
	v.queue.attend(present, now)
	v.settle()
}

func (v *alertsView) drawn(id string, done bool, now time.Time) {
	v.queue.drawn(id, done, now)
	v.settle()
}

// test puts a sample before all that waits, and returns its id.
func (v *alertsView) test(now time.Time) string {
	id := v.queue.newID("test")
	v.queue.add(v.maker.sample(id, v.maker.testRule(), now), now)
	v.settle()
	return id
}

// try shows the alert of a rule that is being typed, at once: the queue is a preview's, and nobody else's.
func (v *alertsView) try(rule int, now time.Time) {
	rules := v.maker.options.Rules
	if rule < 0 || rule >= len(rules) || !rules[rule].Enabled {
		return
	}
	v.queue.try(v.maker.sample(v.queue.newID("try"), rules[rule], now), now)
	v.settle()
}

func (v *alertsView) memory() any { return v.queue }

func (v *alertsView) recall(data json.RawMessage, now time.Time) error {
	timing := v.queue.timing
	v.queue = alertQueue{}
	if err := json.Unmarshal(data, &v.queue); err != nil {
		return err
	}
	v.queue.timing = timing
	v.queue.resume(now)
	v.settle()
	return nil
}

// control: "pause", "resume", "skip" (ID, or what is on screen), "replay" (ID, or what was shown last), "clear", and "stop", which
// clears the screen and pauses.
func (v *alertsView) control(_ context.Context, c OverlayCommand, now time.Time) error {
	done := true
	switch c.Do {
	case "pause", "resume":
		v.queue.pause(c.Do == "pause", now)
	case "skip":
		done = v.queue.skip(c.ID, now)
	case "replay":
		done = v.queue.again(c.ID, now)
	case "clear":
		v.queue.clear(now)
	case "stop":
		v.queue.stop(now)
	default:
		return badCommand(c.Do, "pause, resume, skip, replay, clear and stop")
	}
	v.settle()
	if !done {
		return &Error{Code: CodeConflict, Op: "live.Overlay", Msg: "There is no such alert any more: it was shown already, or three are waiting to be shown again."}
	}
	return nil
}

// AlertQueue is what an alert queue does at this moment.
type AlertQueue struct {
	Paused  bool          `json:"paused"`
	Present bool          `json:"present" doc:"a page is there to show alerts; while none is they wait"`
	Now     *Alert        `json:"now" doc:"on screen; null if nothing is"`
	LeftMS  int64         `json:"left_ms,omitempty" doc:"how long it stays"`
	Waiting []Alert       `json:"waiting" doc:"the next one first"`
	History []AlertRecord `json:"history" doc:"the newest first: what was shown, and what was not and why"`
}

func (v *alertsView) snapshot(now time.Time) AlertQueue {
	q := &v.queue
	out := AlertQueue{Paused: q.Paused, Present: q.present, Waiting: []Alert{}, History: slices.Clone(q.History)}
	slices.Reverse(out.History)
	if out.History == nil {
		out.History = []AlertRecord{}
	}
	if on := q.onScreen(AlertShow, now); on != nil {
		out.Now, out.LeftMS = on.Alert, on.LeftMS
	}
	for _, a := range q.Waiting {
		out.Waiting = append(out.Waiting, a.Alert)
	}
	return out
}

func (v *alertsView) forget(_ context.Context, who *Forgotten, now time.Time) error {
	v.queue.forget(who, now)
	v.settle()
	v.dropped = slices.DeleteFunc(v.dropped, func(r AlertRecord) bool { return who.Is(r.Alert.User) })
	for i := range v.dropped {
		v.dropped[i].Alert.forget(who)
	}
	v.news.anew = true
	return nil
}
