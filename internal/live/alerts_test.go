package live

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// This file looks into the alert queue, which has no clock and no goroutine: time is what a test says it is.

var alertsBegin = time.Date(2026, 1, 12, 9, 30, 0, 0, time.UTC)

// at is a moment of a test, in ms since it began.
func at(ms int) time.Time { return alertsBegin.Add(time.Duration(ms) * time.Millisecond) }

// newAlerts returns a queue with the usual timing and a page that shows it.
func newAlerts() *alertQueue {
	q := &alertQueue{timing: AlertTiming{alertShowMS, alertGapMS, alertLeastMS, alertShrinkAbove, alertLimit, alertKeepSeconds}}
	q.attend(true, at(0))
	return q
}

func alertOf(id string, worth int64, since time.Time) queuedAlert {
	return queuedAlert{Alert: Alert{ID: id, On: KindGift, Count: 1, Diamonds: worth}, Worth: worth, ShowMS: alertShowMS, Since: since}
}

// streakOf is what a streak has grown to.
func streakOf(key string, count int, since time.Time) queuedAlert {
	a := alertOf(fmt.Sprintf("%s-%d", key, count), int64(count), since)
	a.Streak, a.Alert.Count = key, count
	return a
}

// prompter writes down what pages are told, and draws what they are shown.
type prompter struct {
	q     *alertQueue
	lines []string
	noted []AlertRecord
	draws bool
}

func (s *prompter) told(now time.Time) {
	o := s.q.take()
	s.noted = append(s.noted, o.dropped...)
	for _, f := range o.frames {
		a, ok := f.(OverlayAlert)
		if !ok {
			continue
		}
		line := fmt.Sprintf("%d %s %s", now.Sub(alertsBegin).Milliseconds(), a.Action, a.ID)
		if a.Action != AlertEnd {
			line += fmt.Sprintf(" ×%d %dms", a.Alert.Count, a.LeftMS)
		}
		s.lines = append(s.lines, line)
		if a.Action == AlertShow && s.draws {
			s.q.drawn(a.ID, false, now)
			s.told(now)
		}
	}
}

// run lets time pass up to a moment.
func (s *prompter) run(until time.Time) {
	for {
		due := s.q.due()
		if due.IsZero() || due.After(until) {
			return
		}
		s.q.tick(due)
		s.told(due)
	}
}

func (s *prompter) want(t *testing.T, lines ...string) {
	t.Helper()
	if diff := cmp.Diff(lines, s.lines); diff != "" {
		t.Errorf("pages were told (-want +got):\n%s", diff)
	}
}

func TestAlertsOneAtATime(t *testing.T) {
	q := newAlerts()
	s := &prompter{q: q, draws: true}
	for _, id := range []string{"a", "b"} {
		q.add(alertOf(id, 1, at(0)), at(0))
		s.told(at(0))
	}
	s.run(at(60_000))
	s.want(t, "0 show a ×1 8000ms", "8000 end a", "8900 show b ×1 8000ms", "16900 end b")
}

func TestAlertsHurryInACrowd(t *testing.T) {
	for _, tc := range []struct{ waiting, want int }{{0, 8000}, {3, 8000}, {4, 7286}, {10, 3000}, {20, 3000}} {
		q := newAlerts()
		s := &prompter{q: q, draws: true}
		q.add(alertOf("first", 1, at(0)), at(0))
		for i := range tc.waiting {
			q.add(alertOf(fmt.Sprint(i), 1, at(0)), at(0))
		}
		s.told(at(0))
		q.take()
		if got := q.Now.Until.Sub(at(0)).Milliseconds(); got != int64(tc.want) {
			t.Errorf("with %d waiting the alert stays %d ms, want %d", tc.waiting, got, tc.want)
		}
	}
}

// A crowd that comes while an alert is on screen shortens it, but nothing ends before its least time.
func TestAlertsHurryWhatIsOnScreen(t *testing.T) {
	q := newAlerts()
	s := &prompter{q: q, draws: true}
	q.add(alertOf("a", 1, at(0)), at(0))
	s.told(at(0))
	for i := range 12 {
		q.add(alertOf(fmt.Sprint(i), 1, at(2000)), at(2000))
	}
	s.told(at(2000))
	s.run(at(3100))
	if last := s.lines[len(s.lines)-1]; last != "3000 end a" {
		t.Errorf("the alert ended with %q", last)
	}
}

func TestAlertsMergeStreaks(t *testing.T) {
	q := newAlerts()
	s := &prompter{q: q, draws: true}
	q.add(streakOf("rose", 1, at(0)), at(0))
	s.told(at(0))
	for i, n := range []int{2, 3, 3, 5} {
		q.add(streakOf("rose", n, at(500*i+500)), at(500*i+500))
		s.told(at(500*i + 500))
	}
	q.add(streakOf("heart", 1, at(2500)), at(2500)) // waits
	q.add(streakOf("heart", 9, at(2600)), at(2600)) // and grows where it is
	s.told(at(2600))
	s.run(at(9000))
	q.add(streakOf("rose", 7, at(9000)), at(9000)) // its alert is over: it gives no other
	s.told(at(9000))
	s.run(at(60_000))
	s.want(t, "0 show rose-1 ×1 8000ms", "500 update rose-1 ×2 7500ms", "1000 update rose-1 ×3 7000ms", "2000 update rose-1 ×5 6000ms",
		"8000 end rose-1", "8900 show heart-1 ×9 8000ms", "16900 end heart-1")
}

// An alert that grows stays until it can be read; while others wait, twice its time at most.
func TestAlertsStayWhileTheyGrow(t *testing.T) {
	grow := func(waits bool) string {
		q := newAlerts()
		s := &prompter{q: q, draws: true}
		q.add(streakOf("rose", 1, at(0)), at(0))
		if waits {
			q.add(alertOf("b", 1, at(0)), at(0))
		}
		s.told(at(0))
		for i := 1; i <= 40; i++ {
			s.run(at(500 * i))
			q.add(streakOf("rose", 1+i, at(500*i)), at(500*i))
			s.told(at(500 * i))
		}
		s.run(at(60_000))
		i := slices.IndexFunc(s.lines, func(l string) bool { return strings.Contains(l, "end rose") })
		return s.lines[i]
	}
	if got := grow(false); got != "23000 end rose-1" {
		t.Errorf("alone: %q", got)
	}
	if got := grow(true); got != "16000 end rose-1" {
		t.Errorf("with another waiting: %q", got)
	}
}

// A streak without an id is over with its end: the next one of the same gift is another alert.
func TestAlertsOfStreaksWithoutID(t *testing.T) {
	q := newAlerts()
	first, end, next := streakOf("rose", 1, at(0)), streakOf("rose", 3, at(100)), streakOf("rose", 1, at(200))
	end.ends = true
	for _, a := range []queuedAlert{first, end, next} {
		q.add(a, a.Since)
	}
	if len(q.Waiting) != 1 || q.Now.Alert.Count != 3 {
		t.Errorf("on screen %+v, waiting %+v", q.Now, q.Waiting)
	}
}

func TestAlertsDropTheCheapest(t *testing.T) {
	q := newAlerts()
	q.pause(true, at(0))
	for i := range alertLimit {
		q.add(alertOf(fmt.Sprint("d", i), int64(100+i), at(i)), at(i))
	}
	q.add(alertOf("lion", 29_999, at(50)), at(50))
	q.add(alertOf("rose", 1, at(51)), at(51))
	q.add(streakOf("later", 2, at(52)), at(52))
	q.add(streakOf("later", 5000, at(53)), at(53)) // it had been left out when it was small
	o := q.take()
	var names []string
	for _, r := range o.dropped {
		names = append(names, r.Alert.ID+" "+string(r.Fate))
	}
	want := []string{"d0 full", "rose full", "later-2 full", "d1 full"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("left out (-want +got):\n%s", diff)
	}
	if len(q.Waiting) != alertLimit {
		t.Errorf("%d wait", len(q.Waiting))
	}
}

func TestAlertsControl(t *testing.T) {
	q := newAlerts()
	s := &prompter{q: q, draws: true}
	for _, id := range []string{"a", "b", "c", "d"} {
		q.add(alertOf(id, 1, at(0)), at(0))
	}
	s.told(at(0))
	q.pause(true, at(1000))
	s.run(at(20_000)) // a has its time, nothing follows
	if q.skip("zzz", at(20_000)) || !q.skip("c", at(20_000)) {
		t.Error("skip")
	}
	q.pause(false, at(20_000))
	s.told(at(20_000))
	q.skip("", at(21_000))
	s.told(at(21_000))
	s.run(at(22_000))
	if !q.again("", at(23_000)) {
		t.Error("nothing to show again")
	}
	q.stop(at(24_000))
	s.told(at(24_000))
	s.run(at(60_000))
	q.clear(at(60_000))
	s.want(t, "0 show a ×1 8000ms", "8000 end a", "20000 show b ×1 8000ms", "21000 end b", "21900 show d ×1 8000ms", "24000 end d")
	var fates []string
	for _, r := range q.History {
		fates = append(fates, r.Alert.ID+" "+string(r.Fate))
	}
	if diff := cmp.Diff([]string{"a shown", "c skipped", "b skipped", "d skipped", "again-1 cleared"}, fates); diff != "" {
		t.Errorf("history (-want +got):\n%s", diff)
	}
}

// While nobody shows the overlay alerts wait, and the next page that comes gets them; what waits too long is named.
func TestAlertsWaitForAPage(t *testing.T) {
	q := newAlerts()
	s := &prompter{q: q, draws: true}
	q.attend(false, at(0))
	q.add(alertOf("old", 1, at(0)), at(0))
	q.add(alertOf("new", 1, at(60_000)), at(60_000))
	s.run(at(130_000))
	q.attend(true, at(130_000))
	s.told(at(130_000))
	s.run(at(200_000))
	s.want(t, "130000 show new ×1 8000ms", "138000 end new")
	if len(s.noted) != 1 || s.noted[0].Alert.ID != "old" || s.noted[0].Fate != AlertExpired {
		t.Errorf("noted %+v", s.noted)
	}
}

// An alert that was never drawn is shown again, to pages that come back, and given up after three times.
func TestAlertsThatNobodyDrew(t *testing.T) {
	q := newAlerts()
	s := &prompter{q: q}
	q.add(alertOf("a", 1, at(0)), at(0))
	s.told(at(0))
	for range 2 {
		due := q.due()
		q.tick(due)
		o := q.take()
		if !o.stale {
			t.Error("nobody drew it, and the pages are still believed")
		}
		q.attend(false, due)
		q.attend(true, due.Add(time.Second)) // they come back
		s.told(due.Add(time.Second))
	}
	q.drawn("a", false, q.Now.From)
	s.run(at(120_000))
	s.want(t, "0 show a ×1 8000ms", "11000 show a ×1 8000ms", "22000 show a ×1 8000ms", "30000 end a")
	if q.History[0].Fate != AlertShown {
		t.Errorf("history %+v", q.History)
	}
}

// A page that has shown an alert to its end already says so, and the queue goes on.
func TestAlertsDoneAlready(t *testing.T) {
	q := newAlerts()
	s := &prompter{q: q}
	q.add(alertOf("a", 1, at(0)), at(0))
	q.add(alertOf("b", 1, at(0)), at(0))
	s.told(at(0))
	q.drawn("a", true, at(40))
	s.told(at(40))
	s.run(at(1000))
	s.want(t, "0 show a ×1 8000ms", "40 end a", "940 show b ×1 8000ms")
}

// restarted is the queue as another program finds it.
func restarted(t *testing.T, q *alertQueue, now time.Time) *alertQueue {
	t.Helper()
	b, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	var again alertQueue
	if err := json.Unmarshal(b, &again); err != nil {
		t.Fatal(err)
	}
	again.timing = q.timing
	again.resume(now)
	return &again
}

func TestAlertsAfterARestart(t *testing.T) {
	for _, tc := range []struct {
		name  string
		drawn bool
		back  int // ms
		want  []string
	}{
		{"drawn, and its time not over", true, 4000, []string{"8000 end a", "8900 show b ×1 8000ms"}},
		{"drawn, and its time over", true, 20_000, []string{"20000 end a", "20900 show b ×1 8000ms", "28900 end b"}},
		{"not drawn", false, 20_000, []string{"20000 end a", "20000 show a ×1 8000ms", "28000 end a", "28900 show b ×1 8000ms"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			q := newAlerts()
			q.add(alertOf("a", 1, at(0)), at(0))
			q.add(alertOf("b", 1, at(0)), at(0))
			if tc.drawn {
				q.drawn("a", false, at(50))
			}
			q = restarted(t, q, at(tc.back))
			s := &prompter{q: q, draws: true}
			q.attend(true, at(tc.back))
			s.told(at(tc.back))
			s.run(at(tc.back + 12_000))
			s.want(t, tc.want...)
		})
	}
}

// audience is a page that keeps to the contract: it draws an alert once, whatever happens to the connection or the server.
type audience struct {
	on    string
	ended map[string]bool
	drew  map[string]int
}

func (a *audience) see(q *alertQueue, frames []OverlayFrame, t *rapid.T, now time.Time) {
	for _, f := range frames {
		o, ok := f.(OverlayAlert)
		if !ok {
			continue
		}
		switch o.Action {
		case AlertShow:
			if a.ended[o.ID] {
				q.drawn(o.ID, true, now)
				continue
			}
			if a.on != "" && a.on != o.ID {
				t.Fatalf("%s is shown over %s", o.ID, a.on)
			}
			if a.on != o.ID {
				a.drew[o.ID]++
			}
			a.on = o.ID
			q.drawn(o.ID, false, now)
		case AlertEnd:
			if a.on == o.ID {
				a.on, a.ended[o.ID] = "", true
			}
		}
	}
}

// theatre is a queue with its disk, its log and one page.
type theatre struct {
	t         *rapid.T
	q         *alertQueue
	page      *audience
	connected bool
	now       time.Time
	disk      []byte
	log       []queuedAlert // what came since the disk was written: it is heard again after a restart
	added     map[string]bool
	named     map[string]AlertFate
}

func (x *theatre) add(a queuedAlert) {
	x.log = append(x.log, a)
	x.added[a.Alert.ID] = true
	x.q.add(a, x.now)
}

// settle saves, shows and names, in this order, until nothing comes of it. With killed, the program dies once it has saved.
func (x *theatre) settle(killed bool) {
	for {
		o := x.q.take()
		if o.save {
			x.disk, _ = json.Marshal(x.q)
			x.log = nil
		}
		for _, r := range o.dropped { // the log survives
			x.named[r.Alert.ID] = r.Fate
		}
		if killed {
			x.restart()
			killed = false
			continue
		}
		if x.connected {
			x.page.see(x.q, o.frames, x.t, x.now)
		}
		if len(o.frames) == 0 && !o.save {
			return
		}
	}
}

func (x *theatre) restart() {
	timing := x.q.timing
	x.q, x.connected = &alertQueue{timing: timing}, false
	if err := json.Unmarshal(x.disk, x.q); err != nil {
		x.t.Fatal(err)
	}
	x.q.timing = timing
	x.q.resume(x.now)
	for _, a := range x.log {
		x.q.add(a, x.now)
	}
}

// back connects the page again: a snapshot says what is on screen.
func (x *theatre) back() {
	x.connected = true
	x.q.attend(true, x.now)
	on := x.q.onScreen(AlertShow, x.now)
	if x.page.on != "" && (on == nil || on.ID != x.page.on) {
		x.page.ended[x.page.on], x.page.on = true, ""
	}
	if on != nil {
		x.page.see(x.q, []OverlayFrame{*on}, x.t, x.now)
	}
}

// TestAlertsNeverTwiceNeverLost: whatever comes in whatever order, with a page that goes and comes and a server that is killed at
// any moment, each alert is drawn once, or named with the reason why it was not.
func TestAlertsNeverTwiceNeverLost(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := &theatre{
			t: t, q: newAlerts(), page: &audience{ended: map[string]bool{}, drew: map[string]int{}}, connected: true, now: at(0), disk: []byte("{}"),
			added: map[string]bool{}, named: map[string]AlertFate{},
		}
		x.q.timing.Limit = rapid.IntRange(1, 6).Draw(t, "limit")
		for i := range rapid.IntRange(1, 80).Draw(t, "steps") {
			switch rapid.SampledFrom([]string{"alert", "alert", "streak", "wait", "wait", "wait", "away", "back"}).Draw(t, "do") {
			case "alert":
				x.add(alertOf(fmt.Sprint("a", i), rapid.Int64Range(0, 50).Draw(t, "worth"), x.now))
			case "streak": // its later taps are another alert only if the first was left out
				a := streakOf(rapid.SampledFrom([]string{"x", "y"}).Draw(t, "streak"), i+1, x.now)
				a.Alert.ID = a.Streak
				x.add(a)
			case "wait":
				x.now = x.now.Add(time.Duration(rapid.IntRange(1, 6000).Draw(t, "ms")) * time.Millisecond)
				x.q.tick(x.now)
			case "away":
				x.connected = false
				x.q.attend(false, x.now)
			case "back":
				x.back()
			}
			x.settle(rapid.IntRange(0, 9).Draw(t, "killed") == 0)
		}
		x.back() // now all is well for a long time: what is left is shown
		x.settle(false)
		for due := x.q.due(); !due.IsZero(); due = x.q.due() {
			if due.After(x.now) {
				x.now = due
			}
			x.q.tick(x.now)
			x.settle(false)
		}
		for id := range x.added {
			if x.page.drew[id] > 1 {
				t.Fatalf("%s was drawn %d times", id, x.page.drew[id])
			}
			if x.page.drew[id] == 0 && x.named[id] == "" {
				t.Fatalf("%s was neither drawn nor named", id)
			}
		}
		if x.q.Now != nil || len(x.q.Waiting) > 0 {
			t.Fatalf("%+v is still there", x.q)
		}
	})
}
