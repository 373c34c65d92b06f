package server_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/server"
)

// old stores a session of a room that was over so many days ago: two comments and a program.
func (f *fixture) old(room string, days int) live.SessionInfo {
	f.t.Helper()
	events := []live.Event{
		past(0, "ann", live.Comment{Comment: "first of " + room}), past(5, "", live.Program{Action: live.ProgramStart, ProgramName: "Songs"}),
		past(65, "ben", live.Comment{Comment: "second of " + room}),
	}
	ago := (time.Since(pastStart) - time.Duration(days)*24*time.Hour - time.Hour).Truncate(time.Minute) // the same minutes at every second of the clock
	for i := range events {
		events[i].At = events[i].At.Add(ago)
	}
	return f.archive(room, live.OriginTikTok, 10*time.Minute, events...)
}

// keep runs the panel's deleting until the test ends.
func (f *fixture) keep() {
	ctx, cancel := context.WithCancel(f.t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		f.server.KeepRetention(ctx)
	}()
	f.t.Cleanup(func() {
		cancel()
		<-done
	})
}

// kept waits until nothing is being deleted, and returns the page.
func (f *fixture) kept() *goquery.Document {
	f.t.Helper()
	for {
		_, doc := f.page("/retention?done=1")
		if doc.Find(".banner a[href='/retention']").Length() == 0 {
			return doc
		}
		if f.t.Context().Err() != nil {
			f.t.Fatal("it never ends")
		}
	}
}

func (f *fixture) events(id int64) int {
	f.t.Helper()
	events, err := f.db.Events(f.t.Context(), db.EventQuery{Session: id, Limit: 1000})
	if err != nil {
		f.t.Fatal(err)
	}
	return len(events)
}

func TestRetentionRulesByForm(t *testing.T) {
	f := start(t)
	f.setUp()
	f.old("ann", 100)
	for _, tt := range []struct {
		room, events, sessions string
		wrong                  string // the field
	}{
		{"", "soon", "", "#events-of-"}, {"", "0", "", "#events-of-"}, {"", "30", "30", "#sessions-of-"}, {"", "", "36501", "#sessions-of-"},
		{"ann", "-1", "7", "#events-new"}, {"ann", "90", "7", "#sessions-new"},
	} {
		res, doc := f.submit("/retention", "room", tt.room, "events_days", tt.events, "sessions_days", tt.sessions)
		field := doc.Find(tt.wrong + "[aria-invalid]")
		if res.StatusCode != http.StatusUnprocessableEntity || field.Length() != 1 || doc.Find("#"+field.AttrOr("aria-describedby", "none")).Length() != 1 {
			t.Errorf("%+v: %d", tt, res.StatusCode)
		}
		form := field.Closest("form")
		if form.Find("[name=events_days]").AttrOr("value", "") != tt.events || form.Find("[name=sessions_days]").AttrOr("value", "") != tt.sessions ||
			tt.room != "" && form.Find("option[selected]").AttrOr("value", "") != tt.room {
			t.Errorf("%+v: what was typed is lost", tt)
		}
	}
	if rules, err := f.db.Retentions(t.Context()); err != nil || len(rules) != 0 {
		t.Fatalf("%v are kept, %v", rules, err)
	}
	f.submit("/retention", "room", "", "events_days", "30", "sessions_days", "")
	res, doc := f.submit("/retention", "room", "@ann", "events_days", "", "sessions_days", "365")
	if res.StatusCode != http.StatusOK || doc.Find(".rule").Length() != 2 { // no room is left for a third
		t.Errorf("%d, %d rules", res.StatusCode, doc.Find(".rule").Length())
	}
	rules, err := f.db.Retentions(t.Context())
	if diff := cmp.Diff([]db.Retention{{EventsDays: 30}, {Room: "ann", SessionsDays: 365}}, rules); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	f.submit("/retention", "room", "ann", "remove", "yes")
	if rules, err := f.db.Retentions(t.Context()); err != nil || len(rules) != 1 {
		t.Errorf("%v, %v", rules, err)
	}
	if said := f.auditSays("retention"); said != 3 {
		t.Errorf("the audit list has %d lines of it", said)
	}
}

func (f *fixture) auditSays(action string) int {
	f.t.Helper()
	lines, err := f.db.Audit(f.t.Context(), db.AuditQuery{Action: action, Limit: 100})
	if err != nil {
		f.t.Fatal(err)
	}
	return len(lines)
}

func TestRetentionIsShownBeforeItRuns(t *testing.T) {
	f := start(t)
	f.setUp()
	f.keep()
	young, old, oldest := f.old("ann", 3), f.old("ann", 100), f.old("ann", 700)
	_, doc := f.submit("/retention", "room", "", "events_days", "30", "sessions_days", "365")
	if got := doc.Find(".doomed"); got.Length() != 2 || said(got.Eq(0).Find("tbody tr td").Last()) != "2" || said(got.Eq(1).Find("tbody tr td").Slice(1, 5)) != "3200" {
		t.Errorf("it shows %q", said(got))
	}
	plan := doc.Find("[name=plan]").AttrOr("value", "")
	for name, fields := range map[string][]string{"not sure": {"plan", plan}, "another plan": {"plan", "something else", "sure", "yes"}} {
		if res, doc := f.submit("/retention/run", fields...); res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#sure-error").Length() != 1 {
			t.Errorf("%s: %d", name, res.StatusCode)
		}
	}
	if f.events(old.ID) != 3 || f.events(oldest.ID) != 3 {
		t.Fatal("something was deleted before anybody said so")
	}
	f.submit("/retention/run", "plan", plan, "sure", "yes")
	f.submit("/retention/run", "plan", plan, "sure", "yes")
	doc = f.kept()
	if doc.Find(".doomed").Length() != 0 || doc.Find("form[action='/retention/run']").Length() != 0 {
		t.Errorf("afterwards it shows %q", said(doc.Find("main")))
	}
	if diff := cmp.Diff([]int{3, 1, 0}, []int{f.events(young.ID), f.events(old.ID), f.events(oldest.ID)}); diff != "" {
		t.Errorf("events left (-want +got):\n%s", diff)
	}
	if res, _ := f.page(fmt.Sprintf("/sessions/%d", oldest.ID)); res.StatusCode != http.StatusNotFound {
		t.Errorf("the oldest: %d", res.StatusCode)
	}
	if n := f.auditSays("retention_run"); n != 1 {
		t.Errorf("the audit list has %d lines of it", n)
	}
}

// The API shows what would go, and deletes that and nothing else.
func TestRetentionByAPI(t *testing.T) {
	f := start(t)
	f.keep()
	old, oldest := f.old("ann", 100), f.old("ann", 700)
	type shown struct {
		Rules []struct {
			Room   string
			Events int `json:"events_days"`
		}
		Next       *string
		Busy       bool
		Plan       string
		Raw, Whole []struct{ Session, Events, Minutes int64 }
	}
	for _, wrong := range []map[string]any{
		{"room": "", "events_days": 30, "sessions_days": 30}, {"room": "", "events_days": -1, "sessions_days": 0}, {"room": "no room", "events_days": 1, "sessions_days": 0}, {},
	} {
		if res := f.api("PUT", "/api/retention", wrong, nil); res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d", wrong, res.StatusCode)
		}
	}
	var before, set, then shown
	if f.api("GET", "/api/retention", nil, &before); len(before.Rules)+len(before.Raw)+len(before.Whole) != 0 || before.Next != nil {
		t.Errorf("without rules: %+v", before)
	}
	f.api("PUT", "/api/retention", map[string]any{"room": "@ann", "events_days": 1, "sessions_days": 2}, nil)
	f.api("DELETE", "/api/retention?room=@ann", nil, nil)
	f.api("PUT", "/api/retention", map[string]any{"room": "", "events_days": 30, "sessions_days": 365}, &set)
	if len(set.Rules) != 1 || set.Rules[0].Events != 30 || set.Next == nil || len(set.Raw) != 1 || set.Raw[0].Session != old.ID || set.Raw[0].Events != 2 ||
		len(set.Whole) != 1 || set.Whole[0].Session != oldest.ID || set.Whole[0].Events != 3 {
		t.Fatalf("with a rule: %+v", set)
	}
	if res := f.api("POST", "/api/retention/run", map[string]any{"plan": before.Plan}, nil); res.StatusCode != http.StatusConflict {
		t.Errorf("what nobody was shown: %d", res.StatusCode)
	}
	for range 2 { // sent twice
		if res := f.api("POST", "/api/retention/run", map[string]any{"plan": set.Plan}, nil); res.StatusCode != http.StatusAccepted {
			t.Errorf("a run: %d", res.StatusCode)
		}
	}
	for f.api("GET", "/api/retention", nil, &then); then.Busy; f.api("GET", "/api/retention", nil, &then) {
		if f.t.Context().Err() != nil {
			f.t.Fatal("it never ends")
		}
	}
	if len(then.Raw)+len(then.Whole) != 0 || f.events(old.ID) != 1 || f.events(oldest.ID) != 0 {
		t.Errorf("afterwards %+v; %d and %d events", then, f.events(old.ID), f.events(oldest.ID))
	}
	if rules, runs := f.auditSays("retention"), f.auditSays("retention_run"); rules != 3 || runs != 1 {
		t.Errorf("the audit list has %d rules and %d runs", rules, runs)
	}
}

// A review without its events shows all its numbers, and says what is gone and when.
func TestReviewWithoutEvents(t *testing.T) {
	f := start(t)
	f.setUp()
	info := f.show("mailinh")
	address := fmt.Sprintf("/sessions/%d", info.ID)
	minute := address + "?minute=" + live.Timestamp(pastStart.Add(3*time.Minute))
	numbers := func() []string {
		_, doc := f.page(minute)
		return []string{said(doc.Find(".figures")), said(doc.Find(".all-minutes tbody")), said(doc.Find(".rank")), said(doc.Find(".minute header")), said(doc.Find(".gaps"))}
	}
	before := numbers()
	if err := f.db.PruneEvents(t.Context(), info.ID, time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, numbers()); diff != "" {
		t.Errorf("its numbers changed (-before +after):\n%s", diff)
	}
	_, doc := f.page(minute)
	if banner := said(doc.Find(".banner")); !strings.Contains(banner, "deleted on Feb 3, 2026") {
		t.Errorf("it says %q", banner)
	}
	if doc.Find(".minute .rows li").Length() != 0 || !strings.Contains(said(doc.Find(".minute .empty-minute")), "its numbers are kept") {
		t.Errorf("the minute says %q", said(doc.Find(".minute")))
	}
	if doc.Find(".numbers a:contains('Songs')").Length() != 1 {
		t.Error("its program is gone")
	}
}

func TestDeleteSessionByForm(t *testing.T) {
	f := start(t)
	f.setUp()
	f.keep()
	gone, stays := f.show("mailinh"), f.old("ann", 3)
	f.shareOf(gone.ID)
	address := fmt.Sprintf("/sessions/%d/delete", gone.ID)
	if _, doc := f.page(fmt.Sprintf("/sessions/%d", gone.ID)); doc.Find("a[href='"+address+"']").Length() != 1 {
		t.Error("the review does not lead to it")
	}
	_, doc := f.page(address)
	if got := said(doc.Find("main p").First()); got != "This goes: events 66, minutes 20, notes 0, shared links 1." {
		t.Errorf("it says %q", got)
	}
	if res, doc := f.submit(address); res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#sure[aria-invalid]").Length() != 1 {
		t.Errorf("not sure: %d", res.StatusCode)
	}
	if _, err := f.db.Session(t.Context(), gone.ID); err != nil {
		t.Fatal(err)
	}
	for range 2 { // twice does nothing twice
		if res, _ := f.submit(address, "sure", "yes"); res.StatusCode != http.StatusOK || res.Request.URL.Path != "/sessions" {
			t.Errorf("it led to %s with %d", res.Request.URL, res.StatusCode)
		}
	}
	for _, path := range []string{fmt.Sprintf("/sessions/%d", gone.ID), address, fmt.Sprintf("/api/sessions/%d/events", gone.ID)} {
		if res, _ := f.page(path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
	f.kept()
	if f.events(gone.ID) != 0 || f.events(stays.ID) != 3 {
		t.Errorf("%d of its events are left, of the other session %d", f.events(gone.ID), f.events(stays.ID))
	}
	if n := f.auditSays("session_deleted"); n != 1 {
		t.Errorf("the audit list has %d lines of it", n)
	}
	open := f.liveRoom("cat")
	address = fmt.Sprintf("/sessions/%d/delete", open)
	if _, doc := f.page(address); doc.Find("form[action='"+address+"']").Length() != 0 || doc.Find(".banner.hold").Length() != 1 {
		t.Error("a session that is being recorded can be deleted")
	}
	if res, _ := f.submit(address, "sure", "yes"); res.StatusCode != http.StatusConflict {
		t.Errorf("a session that is being recorded: %d", res.StatusCode)
	}
}

// The rules are applied by themselves: not before a day has passed since they were changed, and then every day.
func TestRetentionRunsDaily(t *testing.T) {
	file := filepath.Join(t.TempDir(), "test.db")
	synctest.Test(t, func(t *testing.T) {
		d, err := db.Open(t.Context(), "sqlite:"+file, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		f := &fixture{t: t, db: d}
		first := f.old("ann", 30) // an hour more than that
		if err := d.SaveRetention(t.Context(), db.Retention{EventsDays: 30}); err != nil {
			t.Fatal(err)
		}
		if err := d.SetSetting(t.Context(), "retention_last", time.Now().Format(time.RFC3339)); err != nil {
			t.Fatal(err)
		}
		second := f.old("ben", 28)
		f.server = server.New(d, nil, server.Options{Log: slog.New(slog.DiscardHandler)})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			f.server.KeepRetention(ctx)
		}()
		for _, tt := range []struct {
			after time.Duration
			left  []int
		}{{time.Minute, []int{3, 3}}, {23 * time.Hour, []int{3, 3}}, {2 * time.Hour, []int{1, 3}}, {22 * time.Hour, []int{1, 3}}, {48 * time.Hour, []int{1, 1}}} {
			time.Sleep(tt.after)
			synctest.Wait()
			if diff := cmp.Diff(tt.left, []int{f.events(first.ID), f.events(second.ID)}); diff != "" {
				t.Errorf("events left %v later (-want +got):\n%s", tt.after, diff)
			}
		}
		if n := f.auditSays("retention_run"); n != 2 {
			t.Errorf("the audit list has %d lines of it", n)
		}
		cancel()
		<-done
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
}
