package db_test

import (
	"bytes"
	"context"
	"encoding/csv"
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

func giftNames(gifts []db.CatalogueGift) (names []string) {
	for _, g := range gifts {
		names = append(names, g.Name)
	}
	return names
}

// TestDemoCatalogue: what the demo room sends is in the catalogue of a new database.
func TestDemoCatalogue(t *testing.T) {
	d := fresh(t)
	for _, want := range live.DemoGifts {
		got, err := d.Gift(t.Context(), want.ID)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got.GiftItem); diff != "" || !got.Seen.IsZero() {
			t.Errorf("%s (-demo +catalogue), seen %s:\n%s", want.Name, got.Seen, diff)
		}
	}
	if _, err := d.Gift(t.Context(), 1); live.CodeOf(err) != live.CodeNotFound {
		t.Errorf("an unknown gift: %v", err)
	}
}

func TestCatalogueLearns(t *testing.T) {
	d := fresh(t)
	gift := func(item live.GiftItem, origin live.Origin) live.Event {
		e := by(1, live.Gift{Gift: item, RepeatCount: 1})
		e.Origin = origin
		return e
	}
	vip := live.GiftItem{ID: 900, Name: "Quà Đẹp", DiamondCount: 7, ImageURL: "https://p16.tiktokcdn.com/g.webp?sign=1", Type: 1, Streakable: true}
	dearer, bare := vip, vip
	dearer.DiamondCount = 9
	bare.DiamondCount, bare.ImageURL = 9, ""
	record(t, d, "ann", "1",
		gift(vip, live.OriginTikTok), gift(dearer, live.OriginTikTok), gift(bare, live.OriginTikTok),
		gift(live.GiftItem{ID: 901, Name: "Typed by hand"}, live.OriginSimulated),
		gift(live.GiftItem{ID: 902, Name: "Replayed"}, live.OriginReplay),
		gift(live.GiftItem{ID: 903, Unknown: true}, live.OriginTikTok))
	got, err := d.Gift(t.Context(), 900)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(dearer, got.GiftItem); diff != "" || got.Seen.IsZero() {
		t.Errorf("learned (-sent +kept), seen %s:\n%s", got.Seen, diff)
	}
	for _, id := range []int64{901, 902, 903} {
		if g, err := d.Gift(t.Context(), id); err == nil {
			t.Errorf("%d was learned as %+v", id, g)
		}
	}
	if err := d.SaveGifts(t.Context(), []live.GiftItem{{ID: 904, Name: "From the list", DiamondCount: 3, Type: 2}, {ID: 905}}); err != nil {
		t.Fatal(err)
	}
	for q, want := range map[string][]string{
		"qua dep": {"Quà Đẹp"}, "LION": {"Lion"}, "904": {"From the list"}, "%": nil, "heart": {"Heart Me", "Finger Heart", "Hand Hearts"},
	} {
		found, err := d.Gifts(t.Context(), db.GiftQuery{Text: q, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, giftNames(found)); diff != "" {
			t.Errorf("%q finds (-want +got):\n%s", q, diff)
		}
	}
}

func TestCataloguePages(t *testing.T) {
	d := fresh(t)
	var all []string
	var q db.GiftQuery
	for q.Limit = 3; ; {
		page, err := d.Gifts(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, giftNames(page)...)
		if len(page) < q.Limit {
			break
		}
		q.AfterDiamonds, q.AfterID = int64(page[2].DiamondCount), page[2].ID
	}
	whole, err := d.Gifts(t.Context(), db.GiftQuery{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(giftNames(whole), all); diff != "" || len(all) != len(live.DemoGifts) {
		t.Errorf("page by page (-whole +pages):\n%s", diff)
	}
}

func TestScenarios(t *testing.T) {
	d := fresh(t)
	shipped, err := d.Scenarios(t.Context(), db.ScenarioQuery{Limit: 100})
	if err != nil || len(shipped) != 4 {
		t.Fatalf("%d scenarios came with the program, %v", len(shipped), err)
	}
	for _, s := range shipped {
		if err := live.CheckSteps(s.Steps); err != nil || s.Shipped == "" {
			t.Errorf("%s: %v", s.Name, err)
		}
	}
	own := live.Scenario{Name: "Mine", Steps: []live.ScenarioStep{{Kind: live.KindJoin, Repeat: 3, EveryMS: 100, Crowd: 3}}, Changed: time.Now()}
	own, err = d.AddScenario(t.Context(), own)
	if err != nil {
		t.Fatal(err)
	}
	own.Name, own.Steps = "Mine, changed", append(own.Steps, live.ScenarioStep{Kind: live.KindComment, Data: []byte(`{"comment":"hi"}`), DelayMS: 50})
	if err := d.SaveScenario(t.Context(), own); err != nil {
		t.Fatal(err)
	}
	got, err := d.Scenario(t.Context(), own.ID)
	if diff := cmp.Diff(own, got, cmpopts.IgnoreFields(live.Scenario{}, "Changed")); diff != "" || err != nil {
		t.Errorf("kept (-saved +read), %v:\n%s", err, diff)
	}
	if err := d.SaveScenario(t.Context(), shipped[0]); err != nil {
		t.Fatal(err)
	}
	if got, err := d.Scenario(t.Context(), shipped[0].ID); err != nil || got.Shipped != "" {
		t.Errorf("changed, it still passes for shipped: %+v, %v", got, err)
	}
	for range 2 {
		err = d.DeleteScenario(t.Context(), own.ID)
	}
	if live.CodeOf(err) != live.CodeNotFound {
		t.Errorf("deleted twice: %v", err)
	}
	for err = nil; err == nil; {
		_, err = d.AddScenario(t.Context(), own)
	}
	if live.CodeOf(err) != live.CodeLimited {
		t.Errorf("there is no end to scenarios: %v", err)
	}
}

// TestPruneDemoSparesWhatIsOpen: a replay of the demo room must not cost the demo its session, nor the other way round.
func TestPruneDemoSparesWhatIsOpen(t *testing.T) {
	d := fresh(t)
	open, err := d.OpenSession(t.Context(), "demo", live.RoomInfo{RoomID: "open"}, live.OriginSimulated, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		info := record(t, d, "demo", strconv.Itoa(i), by(1, live.Join{}))
		if err := d.EndSession(t.Context(), info.ID, time.Now(), "ended"); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.PruneDemo(t.Context(), "demo", 2); err != nil {
		t.Fatal(err)
	}
	left, err := d.Sessions(t.Context(), db.SessionQuery{Room: "demo", Limit: 10})
	if err != nil || len(left) != 3 || left[2].ID != open.ID {
		t.Errorf("left are %+v, %v", left, err)
	}
}

// numbers is everything that is counted of a session.
type numbers struct {
	Totals  db.Totals
	Minutes []live.Minute
	Viewers []live.Attendance
	Export  int64 // the sum of the column a spreadsheet would sum
}

func numbersOf(t *testing.T, d *db.DB, session int64, rehearsals bool) (n numbers) {
	t.Helper()
	var err1, err2, err3, err4 error
	n.Totals, err1 = d.Totals(t.Context(), session, rehearsals)
	n.Minutes, err2 = d.Minutes(t.Context(), session, rehearsals)
	n.Viewers, err3 = d.Attendance(t.Context(), session, rehearsals, "diamonds", 1000, 0)
	var b bytes.Buffer
	err4 = live.Export(&b, "csv", d.All(t.Context(), db.EventQuery{Session: session}))
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			t.Fatal(err)
		}
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows[1:] {
		diamonds, _ := strconv.ParseInt(row[11], 10, 64) // an empty cell sums as nothing
		n.Export += diamonds
	}
	return n
}

// TestRehearsalsNeverReachAStatistic goes the whole way, from the session to what the database answers: whatever is simulated
// or replayed between real events, no total, minute, viewer or export moves, and no viewer is renamed.
func TestRehearsalsNeverReachAStatistic(t *testing.T) {
	d := fresh(t)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		open := func(room string) *live.Session {
			info, err := d.OpenSession(t.Context(), fmt.Sprintf("%s%d", room, n), live.RoomInfo{RoomID: "1"}, live.OriginTikTok, time.Now())
			if err != nil {
				r.Fatal(err)
			}
			return live.NewSession(info, live.Past{}, d)
		}
		clean, mixed := open("clean"), open("mixed")
		at := time.Date(2026, 1, 12, 9, 30, 0, 0, time.UTC)
		for range rapid.IntRange(1, 40).Draw(r, "events") {
			at = at.Add(time.Duration(rapid.IntRange(0, 20).Draw(r, "seconds")) * time.Second)
			e := anyEvent(r)
			e.At = at
			if !e.Origin.Rehearsal() {
				add(r, clean, e)
			}
			add(r, mixed, e)
		}
		end := live.Event{Kind: live.KindLiveEnd, Origin: live.OriginTikTok, At: at, Data: live.LiveEnd{}} // books what is open
		add(r, clean, end)
		add(r, mixed, end)
		clean.Close(true)
		mixed.Close(true)
		want := numbersOf(t, d, clean.Info.ID, false)
		if diff := cmp.Diff(want, numbersOf(t, d, mixed.Info.ID, false)); diff != "" {
			r.Fatalf("rehearsals moved a number (-without +with):\n%s", diff)
		}
		if diff := cmp.Diff(want, numbersOf(t, d, clean.Info.ID, true)); diff != "" {
			r.Fatalf("where nothing was rehearsed, counting rehearsals too differs (-without +with):\n%s", diff)
		}
	})
}

func add(r *rapid.T, s *live.Session, e live.Event) {
	if err := s.Deliver(context.Background(), []live.Event{e}); err != nil {
		r.Fatal(err)
	}
}

func anyEvent(r *rapid.T) live.Event {
	rose := live.GiftItem{ID: 5655, Name: "Rose", DiamondCount: 1, Streakable: true, Type: 1}
	count := rapid.IntRange(1, 9).Draw(r, "count")
	e := by(rapid.IntRange(0, 3).Draw(r, "viewer"), rapid.SampledFrom([]live.Data{
		live.Comment{Comment: "hi"}, live.Join{}, live.Follow{}, live.Share{}, live.Viewers{Viewers: int64(count)}, live.LiveEnd{Reason: "host"},
		live.Like{Count: count, TotalLikes: int64(rapid.IntRange(0, 500).Draw(r, "likes"))},
		live.Gift{Gift: live.GiftItem{ID: 6369, Name: "Lion", DiamondCount: 29999, Type: 2}, RepeatCount: 1, TotalDiamonds: 29999},
		live.Gift{Gift: rose, RepeatCount: count, TotalDiamonds: count, Streaking: true, StreakID: "1"},
		live.Gift{Gift: rose, RepeatCount: count, TotalDiamonds: count, StreakID: "1"},
		live.Gap{From: "2026-01-12T09:30:00Z", To: "2026-01-12T09:30:05Z", Seconds: 5, Cause: "network"},
	}).Draw(r, "data"))
	e.Origin = rapid.SampledFrom([]live.Origin{live.OriginTikTok, live.OriginSimulated, live.OriginReplay, live.OriginAPI}).Draw(r, "origin")
	if e.Origin.Rehearsal() {
		e.User.Nickname, e.User.ProfilePicture = "Somebody else", ""
	}
	return e
}

// TestAttendancePages: page by page, whatever the order, every viewer comes once, the most active first.
func TestAttendancePages(t *testing.T) {
	d := fresh(t)
	var events []live.Event
	for n := range 7 {
		events = append(events, by(n, live.Join{}))
	}
	lion := live.GiftItem{ID: 6369, Name: "Lion", DiamondCount: 29999, Type: 2}
	events = append(events, by(5, live.Gift{Gift: lion, RepeatCount: 1, TotalDiamonds: 29999}), by(2, live.Gift{Gift: lion, RepeatCount: 2, TotalDiamonds: 59998}),
		by(3, live.Comment{Comment: "hi"}), by(4, live.Like{Count: 3, TotalLikes: 3}))
	sim := by(6, live.Gift{Gift: lion, RepeatCount: 9, TotalDiamonds: 9})
	sim.Origin = live.OriginSimulated
	info := record(t, d, "ann", "1", append(events, sim)...)
	for sort, first := range map[string]int{"diamonds": 2, "gifts": 2, "comments": 3, "likes": 4, "last": 6} {
		for _, rehearsals := range []bool{false, true} {
			var keys []string
			for offset := 0; ; offset += 2 {
				page, err := d.Attendance(t.Context(), info.ID, rehearsals, sort, 2, offset)
				if err != nil {
					t.Fatal(err)
				}
				for _, a := range page {
					keys = append(keys, a.User.Key()+strconv.FormatBool(a.Rehearsal))
				}
				if len(page) < 2 {
					break
				}
			}
			want := 7
			if rehearsals {
				want = 8
			}
			seen := map[string]bool{}
			for _, key := range keys {
				seen[key] = true
			}
			if len(keys) != want || len(seen) != want {
				t.Errorf("%s, rehearsals %t: %d viewers, %d of them different; want %d", sort, rehearsals, len(keys), len(seen), want)
			}
			if !rehearsals && keys[0] != viewer(first).UserID+"false" {
				t.Errorf("%s: the first is %s", sort, keys[0])
			}
		}
	}
}

// TestFiltersOfEvents: what an index finds is what reading everything finds.
func TestFiltersOfEvents(t *testing.T) {
	d := fresh(t)
	var events []live.Event
	for n := range 50 {
		e := by(n%4, []live.Data{live.Comment{Comment: "hi"}, live.Join{}, live.Follow{}, live.Question{Question: "why"}, live.Like{Count: 1}}[n%5])
		e.Origin = []live.Origin{live.OriginTikTok, live.OriginTikTok, live.OriginSimulated, live.OriginAPI}[n%7%4]
		if n%6 == 0 {
			e.User = &live.User{UniqueID: "bare"} // no id
		}
		events = append(events, e)
	}
	info := record(t, d, "ann", "1", events...)
	all, err := d.Events(t.Context(), db.EventQuery{Session: info.ID, Limit: 1000})
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range []live.Kind{"", live.KindComment, live.KindFollow, live.KindQuestion, live.KindBattle} {
		for _, origin := range []live.Origin{"", live.OriginTikTok, live.OriginSimulated, live.OriginAPI, live.OriginReplay} {
			for _, user := range []string{"", "viewer2", viewer(3).UserID, "bare", "nobody"} {
				for _, after := range []int64{0, 20} {
					var want []int64
					for _, e := range all {
						if e.Seq > after && (kind == "" || e.Kind == kind) && (origin == "" || e.Origin == origin) &&
							(user == "" || e.User.UniqueID == user || e.User.UserID == user) && len(want) < 5 {
							want = append(want, e.Seq)
						}
					}
					q := db.EventQuery{Session: info.ID, After: after, Limit: 5, Kind: kind, Origin: origin, User: user}
					found, err := d.Events(t.Context(), q)
					if err != nil {
						t.Fatalf("%+v: %v", q, err)
					}
					var got []int64
					for _, e := range found {
						got = append(got, e.Seq)
					}
					if diff := cmp.Diff(want, got); diff != "" {
						t.Errorf("%+v (-want +got):\n%s", q, diff)
					}
				}
			}
		}
	}
}
