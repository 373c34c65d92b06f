package db_test

import (
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

// aged stores a session of a comment, a program and a gap that ended so many days before now.
func aged(t *testing.T, d *db.DB, room string, days int, now time.Time) live.SessionInfo {
	t.Helper()
	end := now.Add(-time.Duration(days) * 24 * time.Hour)
	events := []live.Event{
		by(1, live.Comment{Comment: "needle of " + room}), by(2, live.Program{Action: live.ProgramStart, ProgramName: "Songs"}), by(3, live.Comment{Comment: "needle again"}),
	}
	for i := range events {
		events[i].At = end.Add(time.Duration(i-10) * time.Minute)
	}
	info := record(t, d, room, fmt.Sprint(room, days), events...)
	ended(t, d, info.ID, end)
	return info
}

func ended(t *testing.T, d *db.DB, id int64, at time.Time) {
	t.Helper()
	if err := d.EndSession(t.Context(), id, at, "ended"); err != nil {
		t.Fatal(err)
	}
}

// planned is a plan by the ids of its sessions.
type planned struct{ Raw, Whole []int64 }

func idsOf(p db.RetentionPlan) (out planned) {
	for _, h := range p.Raw {
		out.Raw = append(out.Raw, h.ID)
	}
	for _, h := range p.Whole {
		out.Whole = append(out.Whole, h.ID)
	}
	return out
}

func TestRetentionPlans(t *testing.T) {
	d := fresh(t)
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ann3, ann20, ann50, ann400 := aged(t, d, "ann", 3, now), aged(t, d, "ann", 20, now), aged(t, d, "ann", 50, now), aged(t, d, "ann", 400, now)
	ben400 := aged(t, d, "ben", 400, now)
	open := record(t, d, "ann", "open", by(1, live.Comment{Comment: "still on"}))
	importing := aged(t, d, "cat", 900, now)
	if err := d.EndSession(t.Context(), importing.ID, now.Add(-900*24*time.Hour), "importing"); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		rules []db.Retention
		want  planned
	}{
		{"no rule", nil, planned{}},
		{"for ever", []db.Retention{{}}, planned{}},
		{"events", []db.Retention{{EventsDays: 30}}, planned{Raw: []int64{ann400.ID, ben400.ID, ann50.ID}}},
		{"to the day", []db.Retention{{EventsDays: 20}}, planned{Raw: []int64{ann400.ID, ben400.ID, ann50.ID, ann20.ID}}},
		{"sessions", []db.Retention{{SessionsDays: 365}}, planned{Whole: []int64{ann400.ID, ben400.ID}}},
		{"events before sessions", []db.Retention{{EventsDays: 30, SessionsDays: 365}}, planned{Raw: []int64{ann50.ID}, Whole: []int64{ann400.ID, ben400.ID}}},
		{"a room for ever", []db.Retention{{EventsDays: 30, SessionsDays: 365}, {Room: "ben"}}, planned{Raw: []int64{ann50.ID}, Whole: []int64{ann400.ID}}},
		{"a room alone", []db.Retention{{Room: "ben", EventsDays: 2}}, planned{Raw: []int64{ben400.ID}}},
		{"a room sooner", []db.Retention{{SessionsDays: 365}, {Room: "ann", EventsDays: 2, SessionsDays: 30}}, planned{Raw: []int64{ann20.ID, ann3.ID}, Whole: []int64{ann400.ID, ben400.ID, ann50.ID}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, r := range tt.rules {
				if err := d.SaveRetention(t.Context(), r); err != nil {
					t.Fatal(err)
				}
				defer func() {
					if err := d.DropRetention(t.Context(), r.Room); err != nil {
						t.Error(err)
					}
				}()
			}
			plan, err := d.PlanRetention(t.Context(), now)
			if diff := cmp.Diff(tt.want, idsOf(plan)); diff != "" || err != nil {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		})
	}
	if _, err := d.Session(t.Context(), open.ID); err != nil {
		t.Error(err)
	}
}

func TestRetentionRulesThatMakeNoSense(t *testing.T) {
	d := fresh(t)
	for _, tt := range []struct {
		rule  db.Retention
		field string
	}{
		{db.Retention{EventsDays: -1}, "events_days"}, {db.Retention{EventsDays: db.MostDays + 1}, "events_days"},
		{db.Retention{SessionsDays: -1}, "sessions_days"}, {db.Retention{EventsDays: 30, SessionsDays: 30}, "sessions_days"},
		{db.Retention{EventsDays: 30, SessionsDays: 7}, "sessions_days"},
	} {
		err := d.SaveRetention(t.Context(), tt.rule)
		if e, ok := errors.AsType[*live.Error](err); !ok || e.Code != live.CodeInvalid || e.Field != tt.field {
			t.Errorf("%+v: %v", tt.rule, err)
		}
	}
	if rules, err := d.Retentions(t.Context()); err != nil || len(rules) != 0 {
		t.Errorf("%v are kept, %v", rules, err)
	}
}

// What was shown is what is done, to the event, and no more than that.
func TestRetentionDoesWhatItShowed(t *testing.T) {
	d := fresh(t)
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	young, old, oldest := aged(t, d, "ann", 20, now), aged(t, d, "ann", 50, now), aged(t, d, "ann", 400, now)
	opened := aged(t, d, "ben", 400, now)
	if _, err := d.AddSessionMark(t.Context(), db.SessionMark{Session: oldest.ID, At: now, Kind: db.MarkNote, Text: "x", Changed: now}); err != nil {
		t.Fatal(err)
	}
	if err := d.SaveRetention(t.Context(), db.Retention{EventsDays: 30, SessionsDays: 365}); err != nil {
		t.Fatal(err)
	}
	plan, err := d.PlanRetention(t.Context(), now)
	if err != nil || len(plan.Raw) != 1 || len(plan.Whole) != 2 {
		t.Fatalf("%+v, %v", plan, err)
	}
	if _, err := d.OpenSession(t.Context(), "ben", live.RoomInfo{RoomID: "ben400"}, live.OriginTikTok, now); err != nil { // somebody's LIVE goes on
		t.Fatal(err)
	}
	if h := plan.Raw[0]; h.Raw != 2 || h.Events != 3 {
		t.Errorf("of session %d %d events of %d would go", h.ID, h.Raw, h.Events)
	}
	if h := plan.Whole[0]; h.Events != 3 || h.Minutes != 3 || h.Notes != 1 || h.Shares != 0 {
		t.Errorf("with session %d would go: %+v", h.ID, h)
	}
	if plan.Events() != 8 {
		t.Errorf("%d events would go", plan.Events())
	}
	if err := d.RunRetention(t.Context(), plan, now); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[int64]int{young.ID: 3, old.ID: 1, oldest.ID: 0, opened.ID: 3}, map[int64]int{
		opened.ID: len(logOf(t, d, opened.ID)),
		young.ID:  len(logOf(t, d, young.ID)), old.ID: len(logOf(t, d, old.ID)), oldest.ID: len(logOf(t, d, oldest.ID)),
	}); diff != "" {
		t.Errorf("events left (-want +got):\n%s", diff)
	}
	if got := places(t, d, db.SearchQuery{Text: "needle", Limit: 10}); len(got) != 4 {
		t.Errorf("a search still finds %v", got)
	}
	if at, err := d.PrunedAt(t.Context(), old.ID); err != nil || !at.Equal(now) {
		t.Errorf("it says its events went at %v, %v", at, err)
	}
	if _, err := d.Session(t.Context(), oldest.ID); live.CodeOf(err) != live.CodeNotFound {
		t.Errorf("the oldest is still there: %v", err)
	}
	again, err := d.PlanRetention(t.Context(), now)
	if err != nil || !again.Empty() || again.Mark() == plan.Mark() {
		t.Errorf("afterwards %+v, %v", again, err)
	}
	if err := d.RunRetention(t.Context(), plan, now); err != nil { // a plan that others overtook
		t.Error(err)
	}
}

func logOf(t testing.TB, d *db.DB, id int64) (out []live.Event) {
	t.Helper()
	for e, err := range d.All(t.Context(), db.EventQuery{Session: id}) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, e)
	}
	return out
}

// A session that goes on after its events were deleted keeps the new ones, until they are old too.
func TestAPrunedSessionThatGoesOn(t *testing.T) {
	d := fresh(t)
	info := record(t, d, "ann", "1", by(1, live.Comment{Comment: "before"}))
	if err := d.PruneEvents(t.Context(), info.ID, showStart); live.CodeOf(err) != live.CodeConflict {
		t.Fatalf("an open session: %v", err)
	}
	ended(t, d, info.ID, showStart.Add(time.Hour))
	if err := d.PruneEvents(t.Context(), info.ID, showStart); err != nil {
		t.Fatal(err)
	}
	record(t, d, "ann", "1", by(2, live.Comment{Comment: "after"}), by(3, live.Comment{Comment: "after all"}))
	ended(t, d, info.ID, showStart.Add(2*time.Hour))
	h, err := d.Holding(t.Context(), info.ID)
	if got := logOf(t, d, info.ID); err != nil || len(got) != 2 || got[0].Seq != 2 || h.Raw != 2 || h.Events != 2 {
		t.Errorf("%d events, %+v, %v", len(got), h, err)
	}
}

// What a crash left of a deleted session goes with the next sweep; nobody sees it until then.
func TestSweepAfterACrash(t *testing.T) {
	d := fresh(t)
	var events []live.Event
	for i := range 4_500 {
		events = append(events, by(i%3000, live.Comment{Comment: "many"}))
	}
	long, other := record(t, d, "ann", "1", events...), record(t, d, "ann", "2", by(1, live.Comment{Comment: "many"}))
	ended(t, d, long.ID, showStart)
	if err := d.HideSession(t.Context(), long.ID); err != nil {
		t.Fatal(err)
	}
	if got := places(t, d, db.SearchQuery{Text: "many", Limit: 10}); len(got) != 1 {
		t.Errorf("found before the sweep: %v", got)
	}
	if card, err := d.ViewerHistory(t.Context(), viewer(1).UserID); err != nil || card.Sums.Comments != 1 {
		t.Errorf("of a viewer is counted %+v, %v", card.Sums, err)
	}
	if err := d.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := len(logOf(t, d, long.ID)); n != 0 {
		t.Errorf("%d events are left", n)
	}
	if n := len(logOf(t, d, other.ID)); n != 1 {
		t.Errorf("the other session has %d events", n)
	}
}

// known is all that pages say of a session.
type known struct {
	Info    live.SessionInfo
	Sum     db.SessionSum
	Reviews [2]live.Review
	Totals  [2]db.Totals
	Viewers []live.Attendance
}

func knownOf(r *rapid.T, d *db.DB, id int64) (k known) {
	must := func(err error) {
		if err != nil {
			r.Fatal(err)
		}
	}
	var err error
	k.Info, err = d.Session(r.Context(), id)
	must(err)
	list, _, err := d.SessionSums(r.Context(), db.SessionList{Room: k.Info.Room, Limit: 10_000})
	must(err)
	for _, s := range list {
		if s.ID == id {
			k.Sum = s
		}
	}
	for i, all := range []bool{false, true} {
		in, err := d.Review(r.Context(), id, all)
		must(err)
		k.Reviews[i] = live.ReviewOf(in)
		k.Totals[i], err = d.Totals(r.Context(), id, all)
		must(err)
	}
	k.Viewers, err = d.Attendance(r.Context(), id, true, "comments", 100, 0)
	must(err)
	return k
}

// TestDeletingChangesNoOtherNumber deletes the events of a random session, or all of it: every number of all others stays, and in the first
// case every number of its own too.
func TestDeletingChangesNoOtherNumber(t *testing.T) {
	d := fresh(t)
	same := cmp.Options{cmpopts.IgnoreUnexported(live.Event{}, live.Review{}, live.ProgramReview{}), cmpopts.EquateEmpty()}
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		var ids []int64
		for range rapid.IntRange(2, 4).Draw(r, "sessions") {
			n++
			events := make([]live.Event, rapid.IntRange(1, 60).Draw(r, "events"))
			for i := range events {
				events[i] = drawn(r, i)
			}
			info := record(t, d, "room"+strconv.Itoa(n%3), strconv.Itoa(n), events...)
			ended(t, d, info.ID, showStart.Add(20*time.Minute))
			ids = append(ids, info.ID)
		}
		before, logs := map[int64]known{}, map[int64]int{}
		for _, id := range ids {
			before[id], logs[id] = knownOf(r, d, id), len(logOf(t, d, id))
		}
		gone, whole := rapid.SampledFrom(ids).Draw(r, "gone"), rapid.Bool().Draw(r, "whole")
		holding, err := d.Holding(t.Context(), gone)
		if err != nil || holding.Events != int64(logs[gone]) {
			r.Fatalf("%d events are counted of %d, %v", holding.Events, logs[gone], err)
		}
		if whole {
			err = d.DeleteSession(t.Context(), gone)
		} else {
			err = d.PruneEvents(t.Context(), gone, showStart)
		}
		if err != nil {
			r.Fatal(err)
		}
		if left := len(logOf(t, d, gone)); whole && left != 0 || !whole && int64(logs[gone]-left) != holding.Raw {
			r.Fatalf("of %d events %d are left, %d were to go", logs[gone], left, holding.Raw)
		}
		for _, id := range ids {
			if whole && id == gone {
				continue
			}
			after := knownOf(r, d, id)
			if id == gone {
				after.Sum.Pruned = time.Time{}
			} else if left := len(logOf(t, d, id)); left != logs[id] {
				r.Fatalf("session %d lost %d events", id, logs[id]-left)
			}
			if diff := cmp.Diff(before[id], after, same); diff != "" {
				r.Fatalf("session %d after %d (whole: %v) (-before +after):\n%s", id, gone, whole, diff)
			}
		}
	})
}
