package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

var pastStart = time.Date(2026, 1, 12, 9, 30, 0, 0, time.UTC)

// past is an event of a past session, so many seconds after its start.
func past(second int, user string, data live.Data) live.Event {
	e := live.Event{Kind: data.Kind(), Origin: live.OriginTikTok, At: pastStart.Add(time.Duration(second) * time.Second), Data: data}
	if user != "" {
		e.User = &live.User{UniqueID: user, Nickname: "<b>" + user, UserID: "68" + user}
	}
	return e
}

// archive stores a session that is over.
func (f *fixture) archive(room string, origin live.Origin, length time.Duration, events ...live.Event) live.SessionInfo {
	f.t.Helper()
	ctx := f.t.Context()
	info, err := f.db.OpenSession(ctx, room, live.RoomInfo{RoomID: fmt.Sprintf("%s-%d", room, time.Now().UnixNano()), Title: "an <i>old</i> show"}, origin, events[0].At)
	if err != nil {
		f.t.Fatal(err)
	}
	s := live.NewSession(info, live.Past{}, f.db)
	if _, err := s.Append(ctx, events...); err != nil {
		f.t.Fatal(err)
	}
	s.Close(true)
	if err := f.db.EndSession(ctx, info.ID, events[0].At.Add(length), "ended"); err != nil {
		f.t.Fatal(err)
	}
	if info, err = f.db.Session(ctx, info.ID); err != nil {
		f.t.Fatal(err)
	}
	return info
}

func galaxy(pieces int) live.Gift {
	return live.Gift{Gift: live.GiftItem{ID: 11046, Name: "Galaxy", DiamondCount: 1000}, RepeatCount: pieces, TotalDiamonds: 1000 * pieces}
}

// show is a session with something of everything.
func (f *fixture) show(room string) live.SessionInfo {
	events := []live.Event{past(0, "", live.Connect{UniqueID: room})}
	for minute := range 20 {
		events = append(events,
			past(60*minute+1, "", live.Viewers{Viewers: int64(100 + minute), Total: 900}),
			past(60*minute+2, "ann", live.Comment{Comment: fmt.Sprintf("line %d", minute)}),
			past(60*minute+3, "ben", live.Gift{Gift: live.GiftItem{ID: 1, Name: "Rose", DiamondCount: 1}, RepeatCount: 5, TotalDiamonds: 5}))
	}
	gap := live.Gap{From: live.Timestamp(pastStart.Add(5 * time.Minute)), To: live.Timestamp(pastStart.Add(6 * time.Minute)), Seconds: 60, Cause: "network"}
	made := past(61, "eve", live.Comment{Comment: "made up"})
	made.Origin = live.OriginSimulated
	events = append(events,
		past(60, "", live.Program{Action: "start", ProgramName: "Songs"}), past(600, "", live.Program{Action: "finish", ProgramName: "Songs"}),
		past(362, "", gap), past(725, "ben", galaxy(3)), made)
	sortEvents(events)
	return f.archive(room, live.OriginTikTok, 20*time.Minute, events...)
}

func sortEvents(events []live.Event) {
	for i := range events { // few, and nearly sorted
		for j := i; j > 0 && events[j].At.Before(events[j-1].At); j-- {
			events[j], events[j-1] = events[j-1], events[j]
		}
	}
}

// said is a selection's text with single spaces.
func said(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

func TestReviewPage(t *testing.T) {
	f := start(t)
	f.setUp()
	info := f.show("mailinh")
	address := fmt.Sprintf("/sessions/%d", info.ID)
	res, doc := f.page(address)
	if res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d", address, res.StatusCode)
	}
	figures := map[string]string{}
	doc.Find(".figures > div").Each(func(_ int, s *goquery.Selection) { figures[said(s.Find("dt"))] = said(s.Find("dd")) })
	for word, want := range map[string]string{
		"length": "0:20:00 0:01:00 unknown", "peak viewers": "at least 119 at 09:49", "average viewers": "110 each stayed about 2 min, 12% of it",
		"visitors": "900 TikTok says 900we met at least 2", "comments": "at least 20 1 person wrote", "diamonds": "at least 3,100 103 gifts, 5.4/min",
		"gifters": "at least 1 0.1% of the visitors", "came back": "0% 2 new, 0 back",
	} {
		if figures[word] != want {
			t.Errorf("%s: %q, want %q", word, figures[word], want)
		}
	}
	if got := said(doc.Find(".spikes li")); got != "09:42 601× diamonds Galaxy ×3 from <b>ben 3,005" {
		t.Errorf("spikes: %q", got)
	}
	if got := said(doc.Find(".numbers tbody tr").First()); got != "Songs0:09:00101 → 109 +84551" {
		t.Errorf("program: %q", got)
	}
	if got := said(doc.Find("#minute-title")); got != "Minute 09:42" {
		t.Errorf("the first minute to read is %q, not that of the spike", got)
	}
	if got := doc.Find("#minute .row.gift.big").Length(); got != 1 {
		t.Errorf("%d big gifts in the minute, want 1", got)
	}
	if doc.Find("#minute b:contains('ben'), main i:contains('old')").Length() > 0 {
		t.Error("what viewers wrote became markup")
	}
}

func TestReviewCountsTestsOnlyWhereAsked(t *testing.T) {
	f := start(t)
	f.setUp()
	info := f.show("mailinh")
	read := func(query string) (comments, lines string) {
		_, doc := f.page(fmt.Sprintf("/sessions/%d?minute=2026-01-12T09:31:00Z%s", info.ID, query))
		doc.Find(".figures > div").Each(func(_ int, s *goquery.Selection) {
			if said(s.Find("dt")) == "comments" {
				comments = said(s.Find("b"))
			}
		})
		return comments, said(doc.Find("#minute .row .text"))
	}
	comments, lines := read("")
	if comments != "20" || strings.Contains(lines, "made up") {
		t.Errorf("%s comments, %q", comments, lines)
	}
	if comments, lines = read("&origin=all"); comments != "21" || !strings.Contains(lines, "made up") {
		t.Errorf("with tests: %s comments, %q", comments, lines)
	}
	rehearsal := f.archive("demo", live.OriginSimulated, time.Minute, func() live.Event {
		e := past(1, "eve", live.Comment{Comment: "made up"})
		e.Origin = live.OriginSimulated
		return e
	}())
	_, doc := f.page(fmt.Sprintf("/sessions/%d", rehearsal.ID))
	if doc.Find(".banner.made").Length() != 1 || !strings.Contains(said(doc.Find(".figures")), "1 1 person wrote") {
		t.Errorf("a rehearsal's own page: %q", said(doc.Find(".figures")))
	}
}

func TestReviewMinute(t *testing.T) {
	f := start(t)
	f.setUp()
	info := f.show("mailinh")
	part := fmt.Sprintf("/sessions/%d?part=minute&minute=", info.ID)
	_, doc := f.page(part + "2026-01-12T09:33:00Z")
	if doc.Find("nav.rail").Length() != 0 || said(doc.Find(".row.chat .text")) != "line 3" {
		t.Errorf("the part is %q", said(doc.Selection))
	}
	_, doc = f.page(part + "2026-01-12T09:35:00Z")
	if !strings.Contains(said(doc.Find(".minute-gap")), "1 min") {
		t.Errorf("a minute of a gap says %q", said(doc.Selection))
	}
	if _, doc = f.page(part + "2026-01-12T09:30:00Z"); doc.Find("nav a[data-step]").Length() != 1 {
		t.Error("there is a minute before the first")
	}
	if res, _ := f.page(part + "yesterday"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a minute that is none: %d", res.StatusCode)
	}
	if res, _ := f.page("/sessions/99"); res.StatusCode != http.StatusNotFound {
		t.Errorf("no such session: %d", res.StatusCode)
	}
	if res, _ := f.page("/sessions/abc"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("no number: %d", res.StatusCode)
	}
}

func TestReviewNotes(t *testing.T) {
	f := start(t)
	f.setUp()
	info := f.show("mailinh")
	notes := fmt.Sprintf("/sessions/%d/notes", info.ID)
	const minute = "2026-01-12T09:33:00Z"
	_, doc := f.page(fmt.Sprintf("/sessions/%d", info.ID))
	once := doc.Find(".note-form [name=once]").AttrOr("value", "")
	for range 2 { // a double click
		res, doc := f.submit(notes, "minute", minute, "note", " keep <this> ", "once", once)
		if res.StatusCode != http.StatusOK || res.Request.URL.Query().Get("minute") != minute || said(doc.Find("#minute .notes p")) != "keep <this>" {
			t.Fatalf("%d at %s: %q", res.StatusCode, res.Request.URL, said(doc.Find("#minute .notes")))
		}
	}
	long := strings.Repeat("x", 1001)
	res, doc := f.submit(notes, "minute", minute, "note", long, "once", once)
	if res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#note[aria-invalid]").AttrOr("value", "") != long {
		t.Errorf("a note that is too long: %d, %q", res.StatusCode, said(doc.Find(".wrong")))
	}
	if href := doc.Find(".minute nav a[data-step]").First().AttrOr("href", ""); !strings.HasPrefix(href, fmt.Sprintf("/sessions/%d?", info.ID)) {
		t.Errorf("from the refused note a step leads to %s", href)
	}
	if res, _ = f.submit(notes, "minute", minute, "note", "  "); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("an empty note: %d", res.StatusCode)
	}
	if res, _ = f.submit(notes, "minute", "", "note", "x"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a note on no minute: %d", res.StatusCode)
	}
	_, doc = f.page(fmt.Sprintf("/sessions/%d?minute=%s", info.ID, url.QueryEscape(minute)))
	if n := doc.Find("#minute .notes li").Length(); n != 1 {
		t.Errorf("one note sent twice: there are %d", n)
	}
	remove := doc.Find("#minute .notes form").AttrOr("action", "")
	for range 2 {
		if res, doc = f.submit(remove, "minute", minute); res.StatusCode != http.StatusOK || doc.Find(".notes").Length() != 0 {
			t.Errorf("removing: %d, %q", res.StatusCode, said(doc.Find(".notes")))
		}
	}
}

func TestReviewNeedsALogin(t *testing.T) {
	f := start(t)
	f.setUp()
	info := f.show("mailinh")
	f.submit("/logout")
	if res, _ := f.page(fmt.Sprintf("/sessions/%d", info.ID)); res.Request.URL.Path != "/login" {
		t.Errorf("a stranger is at %s", res.Request.URL)
	}
}

// What was on screen and what OBS did stand on the session's axis, in the reader's words; a link for guests does not tell of OBS.
func TestReviewMarksAlertsAndScenes(t *testing.T) {
	f := start(t)
	f.setUp()
	session := f.liveRoom("ann")
	now := time.Now()
	f.source.events <- []live.Event{
		chat("bob", "hello"),
		{Kind: live.KindNote, Origin: live.OriginSystem, At: now, Data: live.Note{Topic: "obs_scene", Scene: "Gaming <1>", Text: "OBS scene: Gaming <1>", Author: "OBS"}},
	}
	f.awaitSeq(session, 3)
	if err := f.db.AddAlertsShown(t.Context(), session, 1, []time.Time{now, now}); err != nil {
		t.Fatal(err)
	}
	marks := func(address string) (got []string) {
		t.Helper()
		_, doc := f.page(address)
		var axis struct {
			Marks []struct{ Kind, Label string }
		}
		if err := json.Unmarshal([]byte(doc.Find("#axis").Text()), &axis); err != nil {
			t.Fatal(err)
		}
		for _, m := range axis.Marks {
			if m.Kind == "alert" || m.Kind == "scene" {
				got = append(got, m.Kind+" "+m.Label)
			}
		}
		return got
	}
	if diff := cmp.Diff([]string{"alert 2 alerts shown", "scene OBS shows the scene Gaming <1>"}, marks(fmt.Sprintf("/sessions/%d", session))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"alert 2 alerts shown"}, marks(f.shareOf(session))); diff != "" {
		t.Errorf("to guests (-want +got):\n%s", diff)
	}
}
