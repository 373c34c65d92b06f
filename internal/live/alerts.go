package live

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	alertTries   = 3               // showings that no page has drawn, before an alert is given up
	alertHistory = 50              // of what was shown or left out, how much is remembered
	alertStreaks = 200             // streaks that are remembered, so that none gives two alerts
	alertGrace   = 2 * time.Second // how long a late "drawn" is waited for
	shrinkOver   = 7               // waiting alerts from ShrinkAbove on over which the time shrinks to its least
	replayMost   = 3               // showings by hand that may wait at once
)

// AlertFate is what became of an alert.
type AlertFate string

// The fates.
const (
	AlertShown   AlertFate = "shown"
	AlertSkipped AlertFate = "skipped" // by hand
	AlertCleared AlertFate = "cleared" // by hand, with all that waited
	AlertFull    AlertFate = "full"    // it was the cheapest of too many
	AlertExpired AlertFate = "expired" // no page showed the overlay for too long
	AlertUndrawn AlertFate = "undrawn" // pages were connected, and none said that it had drawn it
)

// AlertRecord is an alert that is over.
type AlertRecord struct {
	Alert Alert     `json:"alert"`
	Fate  AlertFate `json:"fate"`
	At    string    `json:"at"`
	seq   int64
}

// queuedAlert is an alert that waits, or is on screen.
type queuedAlert struct {
	Alert  Alert     `json:"alert"`
	Seq    int64     `json:"seq,omitempty"` // of its first event
	Streak string    `json:"streak,omitempty"`
	Worth  int64     `json:"worth"`
	ShowMS int       `json:"show_ms"`
	Since  time.Time `json:"since"`
	Tries  int       `json:"tries,omitempty"` // showings that nobody drew
	ends   bool      // a streak that TikTok gave no id: what follows with the same key is another one
}

// shownAlert is the alert on screen.
type shownAlert struct {
	queuedAlert
	From  time.Time `json:"from"`
	Until time.Time `json:"until"`
	Grew  time.Time `json:"grew"` // when its streak last grew
	Drawn bool      `json:"drawn"`
}

// alertQueue is one overlay's alerts: what is on screen, what waits, what was. It has no clock: callers say what time it is. Its
// JSON is what is kept over a restart.
type alertQueue struct {
	Now     *shownAlert   `json:"now,omitempty"`
	Waiting []queuedAlert `json:"waiting,omitempty"` // the next one first
	History []AlertRecord `json:"history,omitempty"` // the oldest first
	Streaks []string      `json:"streaks,omitempty"` // that gave an alert, the oldest first
	Paused  bool          `json:"paused,omitempty"`
	Next    time.Time     `json:"next"`  // none begins before: the gap after the last one
	Shown   time.Time     `json:"alone"` // when a page was last there to show anything
	Count   int64         `json:"count"` // of tests and showings by hand, for their ids

	timing  AlertTiming
	present bool // a page is there to show alerts

	// What came of it, until take.
	out     []OverlayFrame
	dropped []AlertRecord
	shown   []shownAlert
	save    bool // what happens next must not be forgotten
	stale   bool // an alert had its time and no page drew it: the pages are not what they seem
}

// outcome is what a change of the queue asks for, in this order: save, then show.
type outcome struct {
	frames  []OverlayFrame
	dropped []AlertRecord
	shown   []shownAlert
	save    bool
	stale   bool
}

func (q *alertQueue) take() outcome {
	o := outcome{q.out, q.dropped, q.shown, q.save, q.stale}
	q.out, q.dropped, q.shown, q.save, q.stale = nil, nil, nil, false, false
	return o
}

// resume goes on after a restart. An alert that no page is known to have drawn is shown again; pages know whether they have.
func (q *alertQueue) resume(now time.Time) {
	if q.Now == nil {
		return
	}
	if !q.Now.Drawn {
		q.putBack()
		return
	}
	q.tick(now)
}

// add takes in an alert, or what a streak has grown to.
func (q *alertQueue) add(a queuedAlert, now time.Time) {
	if a.ends {
		defer q.forgetStreak(a.Streak)
	}
	if a.Streak != "" {
		if q.grow(a, now) || slices.Contains(q.Streaks, a.Streak) {
			return
		}
		q.Streaks = append(q.Streaks, a.Streak)
		if extra := len(q.Streaks) - alertStreaks; extra > 0 {
			q.Streaks = slices.Delete(q.Streaks, 0, extra)
		}
	}
	if a.Alert.Test {
		q.Waiting = slices.Insert(q.Waiting, 0, a)
	} else {
		q.Waiting = append(q.Waiting, a)
	}
	for len(q.Waiting) > q.timing.Limit {
		q.dropCheapest(now)
	}
	q.hurry(now)
	q.tick(now)
}

// grow merges what a streak has become into the alert it gave, on screen or in the queue, and reports whether there is one.
func (q *alertQueue) grow(a queuedAlert, now time.Time) bool {
	if q.Now != nil && q.Now.Streak == a.Streak {
		if a.Alert.Count <= q.Now.Alert.Count {
			return true
		}
		q.Now.become(a)
		q.Now.Grew = now
		q.stay(now)
		q.show(AlertUpdate, now)
		return true
	}
	for i := range q.Waiting {
		if w := &q.Waiting[i]; w.Streak == a.Streak {
			if a.Alert.Count > w.Alert.Count {
				w.become(a)
			}
			return true
		}
	}
	return false
}

// forgetStreak lets a streak's key begin anew.
func (q *alertQueue) forgetStreak(key string) {
	q.Streaks = slices.DeleteFunc(q.Streaks, func(s string) bool { return s == key })
	if q.Now != nil && q.Now.Streak == key {
		q.Now.Streak = ""
	}
	for i := range q.Waiting {
		if q.Waiting[i].Streak == key {
			q.Waiting[i].Streak = ""
		}
	}
}

// become takes over what a streak has grown to, and stays the alert it was.
func (a *queuedAlert) become(grown queuedAlert) {
	grown.Alert.ID, grown.Alert.At, grown.Alert.Again = a.Alert.ID, a.Alert.At, a.Alert.Again
	grown.Seq, grown.Since, grown.Tries = a.Seq, a.Since, a.Tries
	*a = grown
}

// stay lets an alert that grows stay long enough to be read: as long as it grows while nobody waits, else twice its time at most.
func (q *alertQueue) stay(now time.Time) {
	n := q.Now
	until := now.Add(ms(min(q.timing.LeastMS, n.ShowMS)))
	if most := n.From.Add(2 * ms(n.ShowMS)); len(q.Waiting) > 0 && until.After(most) {
		until = most
	}
	if until.After(n.Until) {
		n.Until = until
	}
}

// hurry shortens what is on screen when many wait.
func (q *alertQueue) hurry(now time.Time) {
	n := q.Now
	if n == nil {
		return
	}
	until := n.From.Add(q.length(n.queuedAlert))
	if read := n.Grew.Add(ms(min(q.timing.LeastMS, n.ShowMS))); !n.Grew.IsZero() && read.After(until) {
		until = read
	}
	if until.Before(n.Until) {
		n.Until = until
		if until.Before(now) {
			n.Until = now
		}
		if n.Until.After(now) {
			q.show(AlertUpdate, now)
		}
	}
}

// length returns how long an alert is shown with so many waiting behind it.
func (q *alertQueue) length(a queuedAlert) time.Duration {
	least := min(q.timing.LeastMS, a.ShowMS)
	over := min(max(len(q.Waiting)-q.timing.ShrinkAbove, 0), shrinkOver)
	return ms(a.ShowMS - (a.ShowMS-least)*over/shrinkOver)
}

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }

// dropCheapest leaves out what is worth least of all that wait; of equals, what came last.
func (q *alertQueue) dropCheapest(now time.Time) {
	cheapest := 0
	for i, a := range q.Waiting {
		if a.Worth <= q.Waiting[cheapest].Worth {
			cheapest = i
		}
	}
	q.drop(cheapest, AlertFull, now)
}

func (q *alertQueue) drop(i int, fate AlertFate, now time.Time) {
	a := q.Waiting[i]
	q.Waiting = slices.Delete(q.Waiting, i, i+1)
	if fate == AlertFull || fate == AlertExpired { // what it may yet grow to deserves an alert
		q.Streaks = slices.DeleteFunc(q.Streaks, func(s string) bool { return s == a.Streak })
	}
	q.over(a, fate, now)
}

// over remembers an alert that is done with, and names it where it was never seen.
func (q *alertQueue) over(a queuedAlert, fate AlertFate, now time.Time) {
	record := AlertRecord{Alert: a.Alert, Fate: fate, At: Timestamp(now), seq: a.Seq}
	q.History = append(q.History, record)
	if extra := len(q.History) - alertHistory; extra > 0 {
		q.History = slices.Delete(q.History, 0, extra)
	}
	if fate != AlertShown && !a.Alert.Test {
		q.dropped = append(q.dropped, record)
	}
	q.save = true
}

// tick does what the time asks for.
func (q *alertQueue) tick(now time.Time) {
	if q.present {
		q.Shown = now
	} else {
		q.expire(now)
	}
	if q.Now != nil && !now.Before(q.Now.Until) {
		q.finish(now)
	}
	if q.Now == nil && len(q.Waiting) > 0 && q.present && !q.Paused && !now.Before(q.Next) {
		q.begin(now)
	}
}

// expire leaves out what has waited too long for a page that shows it. While somebody has paused the queue it is theirs to decide.
func (q *alertQueue) expire(now time.Time) {
	if q.Paused {
		return
	}
	for i := 0; i < len(q.Waiting); {
		if !now.Before(q.expiry(q.Waiting[i])) {
			q.drop(i, AlertExpired, now)
			continue
		}
		i++
	}
}

func (q *alertQueue) expiry(a queuedAlert) time.Time {
	since := a.Since
	if q.Shown.After(since) {
		since = q.Shown
	}
	return since.Add(time.Duration(q.timing.KeepSeconds) * time.Second)
}

// finish ends the time of the alert on screen.
func (q *alertQueue) finish(now time.Time) {
	n := q.Now
	switch {
	case n.Drawn:
		q.end(AlertShown, now)
	case !q.present:
		q.putBack()
	case now.Before(n.Until.Add(alertGrace)): // a page may just be slow
	default:
		q.stale, q.present, q.Shown = true, false, now
		n.Tries++
		if n.Tries >= alertTries {
			q.end(AlertUndrawn, now)
			return
		}
		q.putBack()
	}
}

// putBack lets an alert that nobody drew wait again, before all others.
func (q *alertQueue) putBack() {
	q.out = append(q.out, OverlayAlert{Action: AlertEnd, ID: q.Now.Alert.ID, Waiting: len(q.Waiting) + 1})
	q.Waiting = slices.Insert(q.Waiting, 0, q.Now.queuedAlert)
	q.Now, q.save = nil, true
}

// end takes the alert off the screen.
func (q *alertQueue) end(fate AlertFate, now time.Time) {
	n := q.Now
	q.Now = nil
	q.Next = now.Add(ms(q.timing.GapMS))
	q.out = append(q.out, OverlayAlert{Action: AlertEnd, ID: n.Alert.ID, Waiting: len(q.Waiting)})
	q.over(n.queuedAlert, fate, now)
	if fate == AlertShown && !n.Alert.Test {
		q.shown = append(q.shown, *n)
	}
}

// begin puts the next alert on screen.
func (q *alertQueue) begin(now time.Time) {
	a := q.Waiting[0]
	q.Waiting = slices.Delete(q.Waiting, 0, 1)
	q.Now = &shownAlert{queuedAlert: a, From: now, Until: now.Add(q.length(a))}
	q.save = true
	q.show(AlertShow, now)
}

// try puts an alert on screen before its turn, or in the place of the one before it, if only its words differ.
func (q *alertQueue) try(a queuedAlert, now time.Time) {
	if n := q.Now; n != nil && n.Alert.sameLooks(a.Alert) {
		a.Alert.ID = n.Alert.ID
		n.queuedAlert, n.Until = a, now.Add(ms(a.ShowMS))
		q.show(AlertUpdate, now)
		return
	}
	if q.Now != nil {
		q.end(AlertSkipped, now)
	}
	q.Now = &shownAlert{queuedAlert: a, From: now, Until: now.Add(ms(a.ShowMS))}
	q.show(AlertShow, now)
}

// sameLooks reports whether two samples of rules differ in their words at most.
func (a Alert) sameLooks(b Alert) bool {
	return a.Test && b.Test && a.On == b.On && a.Sound == b.Sound && a.Accent == b.Accent && a.Animation == b.Animation
}

func (q *alertQueue) show(action AlertAction, now time.Time) {
	q.out = append(q.out, *q.onScreen(action, now))
}

// onScreen returns the frame of what is on screen, or nil.
func (q *alertQueue) onScreen(action AlertAction, now time.Time) *OverlayAlert {
	n := q.Now
	if n == nil {
		return nil
	}
	alert := n.Alert
	return &OverlayAlert{
		Action: action, ID: alert.ID, Alert: &alert, ShownMS: now.Sub(n.From).Milliseconds(),
		LeftMS: max(0, n.Until.Sub(now).Milliseconds()), Waiting: len(q.Waiting),
	}
}

// due returns when tick has something to do, or the zero time.
func (q *alertQueue) due() time.Time {
	if n := q.Now; n != nil {
		if !n.Drawn && q.present && n.Tries < alertTries {
			return n.Until.Add(alertGrace)
		}
		return n.Until
	}
	if len(q.Waiting) == 0 || q.Paused {
		return time.Time{}
	}
	if q.present {
		return q.Next
	}
	soonest := q.expiry(q.Waiting[0])
	for _, a := range q.Waiting[1:] {
		if at := q.expiry(a); at.Before(soonest) {
			soonest = at
		}
	}
	return soonest
}

// drawn is told that a page has drawn an alert; done, that it had shown it to the end before.
func (q *alertQueue) drawn(id string, done bool, now time.Time) {
	n := q.Now
	if n == nil || n.Alert.ID != id {
		return
	}
	if !n.Drawn {
		n.Drawn, q.save = true, true
	}
	if done {
		n.Until = now
	}
	q.tick(now)
}

// attend is told whether a page is there to show alerts.
func (q *alertQueue) attend(present bool, now time.Time) {
	if q.present && !present {
		q.Shown = now
	}
	q.present = present
	q.tick(now)
}

// pause keeps what waits where it is; what is on screen has its time.
func (q *alertQueue) pause(paused bool, now time.Time) {
	if q.Paused == paused {
		return
	}
	q.Paused, q.save = paused, true
	q.out = append(q.out, OverlayChange{OverlayAlerts, q.state(now)})
	q.tick(now)
}

// skip takes an alert out: the one on screen, which an empty id means, or one that waits. It reports whether there was one.
func (q *alertQueue) skip(id string, now time.Time) bool {
	if n := q.Now; n != nil && (id == "" || id == n.Alert.ID) {
		q.end(AlertSkipped, now)
		q.tick(now)
		return true
	}
	for i, a := range q.Waiting {
		if a.Alert.ID == id {
			q.drop(i, AlertSkipped, now)
			return true
		}
	}
	return false
}

// again shows an alert of the history once more, after what waits; an empty id means the newest that was shown.
func (q *alertQueue) again(id string, now time.Time) bool {
	waiting := 0
	for _, a := range q.Waiting {
		if a.Alert.Again {
			waiting++
		}
	}
	for _, r := range slices.Backward(q.History) {
		if id == "" && r.Fate != AlertShown || id != "" && r.Alert.ID != id || waiting >= replayMost {
			continue
		}
		a := queuedAlert{Alert: r.Alert, Worth: 1 << 40, ShowMS: q.timing.ShowMS, Since: now}
		a.Alert.ID, a.Alert.Again = q.newID("again"), true
		q.add(a, now)
		return true
	}
	return false
}

// clear empties the queue; what is on screen has its time.
func (q *alertQueue) clear(now time.Time) {
	for len(q.Waiting) > 0 {
		q.drop(0, AlertCleared, now)
	}
	q.save = true
}

// stop clears the screen and begins nothing more until somebody resumes. What waits keeps waiting.
func (q *alertQueue) stop(now time.Time) {
	q.pause(true, now)
	if q.Now != nil {
		q.end(AlertSkipped, now)
	}
}

func (q *alertQueue) newID(kind string) string {
	q.Count++
	q.save = true
	return kind + "-" + strconv.FormatInt(q.Count, 10)
}

func (q *alertQueue) state(now time.Time) AlertsState {
	return AlertsState{Paused: q.Paused, Now: q.onScreen(AlertShow, now), Waiting: len(q.Waiting)}
}

// forget takes a viewer's alerts out without a word, and mentions of them out of others'.
func (q *alertQueue) forget(who *Forgotten, now time.Time) {
	if q.Now != nil && who.Is(q.Now.Alert.User) {
		q.end(AlertSkipped, now)
	}
	if q.Now != nil {
		q.Now.Alert.forget(who)
	}
	q.Waiting = slices.DeleteFunc(q.Waiting, func(a queuedAlert) bool { return who.Is(a.Alert.User) })
	for i := range q.Waiting {
		q.Waiting[i].Alert.forget(who)
	}
	q.History = slices.DeleteFunc(q.History, func(r AlertRecord) bool { return who.Is(r.Alert.User) })
	for i := range q.History {
		q.History[i].Alert.forget(who)
	}
	q.Streaks = slices.DeleteFunc(q.Streaks, func(s string) bool { return strings.Contains(s, " "+who.Key+" ") })
}

// forget takes mentions of a viewer out of another's alert.
func (a *Alert) forget(who *Forgotten) {
	a.Title, a.Text = who.Unmention(a.Title), who.Unmention(a.Text)
}
