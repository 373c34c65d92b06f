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

// night is a session that began some minutes after a moment, so many minutes long, with a comment more in every minute.
func (f *fixture) night(room string, origin live.Origin, start time.Time, minutes int, programs map[int]string) live.SessionInfo {
	f.t.Helper()
	var events []live.Event
	at := func(minute int, user string, data live.Data) {
		e := past(0, user, data)
		e.At, e.Origin = start.Add(time.Duration(minute)*time.Minute), origin
		events = append(events, e)
	}
	for minute := range minutes {
		if name := programs[minute]; name != "" {
			at(minute, "", live.Program{Action: "start", ProgramName: name})
		}
		at(minute, "", live.Viewers{Viewers: int64(100 + minute), Total: 900})
		for range minute {
			at(minute, "ann", live.Comment{Comment: "hi"})
		}
		at(minute, "ben", live.Gift{Gift: live.GiftItem{ID: 1, Name: "Rose", DiamondCount: 1}, RepeatCount: 5, TotalDiamonds: 5})
	}
	return f.archive(room, origin, time.Duration(minutes)*time.Minute, events...)
}

// axis is what the chart of a page draws: the first place, and each session's line.
func axis(t *testing.T, doc *goquery.Document) (from int, lines map[string]string) {
	t.Helper()
	var a struct {
		From  int
		Lines []struct {
			Name   string
			Values []*int64
		}
	}
	if err := json.Unmarshal([]byte(doc.Find("#compare-axis").Text()), &a); err != nil {
		t.Fatal(err)
	}
	lines = map[string]string{}
	for _, line := range a.Lines {
		var values []string
		for _, v := range line.Values {
			if v == nil {
				values = append(values, "-")
				continue
			}
			values = append(values, fmt.Sprint(*v))
		}
		lines[line.Name] = strings.Join(values, " ")
	}
	return a.From, lines
}

func sessions(infos ...live.SessionInfo) string {
	q := url.Values{}
	for _, info := range infos {
		q.Add("session", fmt.Sprint(info.ID))
	}
	return "/compare?" + q.Encode()
}

func TestCompareLaysSessionsOnOneAxis(t *testing.T) {
	f := start(t)
	f.setUp()
	one := f.night("ann", live.OriginTikTok, pastStart, 6, map[int]string{1: "Chat", 3: `Songs & "<b>"`})
	two := f.night("ben", live.OriginTikTok, pastStart.AddDate(0, 0, 1).Add(2*time.Minute), 4, map[int]string{1: `Songs & "<b>"`})
	for _, tt := range []struct {
		query string
		from  int
		want  []string
	}{
		{"", 0, []string{"100 101 102 103 104 105", "100 101 102 103 - -"}},
		{"&metric=comments&align=start", 0, []string{"0 1 2 3 4 5", "0 1 2 3 - -"}},
		{"&metric=comments&count=total", 0, []string{"0 1 3 6 10 15", "0 1 3 6 - -"}},
		{"&metric=diamonds", 0, []string{"5 10 15 20 25 30", "5 10 15 20 - -"}},
		{"&metric=diamonds&count=minute", 0, []string{"5 5 5 5 5 5", "5 5 5 5 - -"}},
		{"&count=total", 0, []string{"100 101 102 103 104 105", "100 101 102 103 - -"}}, // nobody adds viewers up
		{"&align=clock", 570, []string{"100 101 102 103 104 105", "- - 100 101 102 103"}},
		{"&align=" + url.QueryEscape(`program:Songs & "<b>"`), -3, []string{"100 101 102 103 104 105", "- - 100 101 102 103"}},
		{"&align=program:Chat", -1, []string{"100 101 102 103 104 105", "- - - - - -"}},
		{"&align=program:nothing&metric=%27;DROP", 0, []string{"100 101 102 103 104 105", "100 101 102 103 - -"}},
		{fmt.Sprintf("&session=%d", one.ID), 0, []string{"100 101 102 103 104 105", "100 101 102 103 - -"}}, // twice is once
	} {
		res, doc := f.page(sessions(one, two) + tt.query)
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d", tt.query, res.StatusCode)
		}
		from, lines := axis(t, doc)
		want := map[string]string{"Jan 12, 2026 09:30 @ann": tt.want[0], "Jan 13, 2026 09:32 @ben": tt.want[1]}
		if diff := cmp.Diff(want, lines); diff != "" || from != tt.from {
			t.Errorf("%s: from %d, want %d (-want +got):\n%s", tt.query, from, tt.from, diff)
		}
	}
	_, doc := f.page(sessions(one, two) + "&align=program:Chat")
	if got := doc.Find("#align option[selected]").AttrOr("value", ""); got != "program:Chat" {
		t.Errorf("aligned by %q", got)
	}
	if got := said(doc.Find(".lanes thead .lost")); got != "no such program" {
		t.Errorf("the one without the program says %q", got)
	}
	if doc.Find("#align b").Length() > 0 || doc.Find("#align option").Eq(2).Text() != `start of Songs & "<b>"` {
		t.Error("the program in both is not the first to choose")
	}
}

func TestCompareTellsNumbersSideBySide(t *testing.T) {
	f := start(t)
	f.setUp()
	one := f.night("ann", live.OriginTikTok, pastStart.AddDate(0, 0, -1), 6, nil)
	two := f.show("ann") // with a minute's gap
	made := f.night("demo", live.OriginSimulated, pastStart.Add(time.Minute), 3, nil)
	_, doc := f.page(sessions(two, made, one))
	rows := map[string][]string{}
	doc.Find(".lanes tbody tr").Each(func(_ int, row *goquery.Selection) {
		row.Find("td").Each(func(_ int, cell *goquery.Selection) {
			text := said(cell)
			if cell.Find("b").Length() > 0 {
				text += " best"
			}
			rows[said(row.Find("th"))] = append(rows[said(row.Find("th"))], text)
		})
	})
	want := map[string][]string{
		"length":                   {"0:06:00", "0:20:00", "0:03:00"},
		"peak viewers":             {"105", "≥at least 119 best", "102"},
		"average viewers":          {"103", "110 best", "101"},
		"watched, of the show":     {"11%", "12% best", "11%"},
		"comments a minute":        {"2.5 best", "1.1", "1"},
		"diamonds":                 {"30", "≥at least 3,100 best", "15"},
		"diamonds a minute":        {"5", "163 best", "5"},
		"gifters":                  {"1", "≥at least 1", "1"},
		"gifters, of the visitors": {"0.1%", "0.1%", "0.1%"},
		"new followers":            {"0", "≥at least 0", "0"},
		"came back":                {"0%", "100% best", "0%"},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	heads := doc.Find(".lanes thead th")
	if got := said(heads.Eq(1).Find(".lost")); got != "0:01:00 unknown" {
		t.Errorf("the one with a gap says %q", got)
	}
	if got := said(heads.Eq(2).Find(".tag")); got != "rehearsal or demo" {
		t.Errorf("the rehearsal says %q", got)
	}
	if got, want := heads.Eq(1).Find("a.btn").AttrOr("href", ""), fmt.Sprintf("/compare?align=start&count=minute&metric=viewers&session=%d&session=%d", made.ID, one.ID); got != want {
		t.Errorf("the page without it is %s, want %s", got, want)
	}
}

// Too few or too many are not lost: they can be chosen from again.
func TestCompareAsksAgain(t *testing.T) {
	f := start(t)
	f.setUp()
	_, doc := f.page("/compare")
	if doc.Find("main .empty a[href='/sessions']").Length() != 1 || doc.Find("main form, main section").Length() > 0 {
		t.Error("a panel without sessions does not say what will be here")
	}
	var all []live.SessionInfo
	for i := range 7 {
		all = append(all, f.night("ann", live.OriginTikTok, pastStart.AddDate(0, 0, i), 2, nil))
	}
	for _, tt := range []struct {
		path   string
		status int
		ticked int
		says   string
	}{
		{"/compare", http.StatusOK, 0, ""},
		{sessions(all[0]), http.StatusOK, 0, "Tick at least one more"},
		{sessions(all...), http.StatusUnprocessableEntity, 7, "At most 6 sessions"},
		{sessions(all[:6]...), http.StatusOK, 0, ""},
		{"/compare?session=x", http.StatusUnprocessableEntity, 0, ""},
		{"/compare?session=1" + strings.Repeat("&session=2", 20), http.StatusOK, 0, ""},
		{"/compare?session=99&session=1", http.StatusNotFound, 0, ""},
	} {
		res, doc := f.page(tt.path)
		if res.StatusCode != tt.status {
			t.Errorf("%s: %d, want %d", tt.path, res.StatusCode, tt.status)
		}
		if got := doc.Find(".picked input[name=session][checked]").Length(); got != tt.ticked {
			t.Errorf("%s: %d are ticked, want %d", tt.path, got, tt.ticked)
		}
		if got := said(doc.Find(".picked .banner")); !strings.HasPrefix(got, tt.says) || tt.says == "" && got != "" {
			t.Errorf("%s says %q, want %q", tt.path, got, tt.says)
		}
	}
}

// One session alone is compared with another of the room's last ten, though it be older than they are.
func TestCompareTakesOneMoreFromTheTrend(t *testing.T) {
	f := start(t)
	f.setUp()
	var all []live.SessionInfo
	for i := range 11 {
		all = append(all, f.night("ann", live.OriginTikTok, pastStart.AddDate(0, 0, i), 2, nil))
	}
	for i, want := range []struct{ hidden, ticked int }{{1, 0}, {0, 1}} {
		_, doc := f.page(fmt.Sprintf("/sessions/%d", all[i].ID))
		_, doc = f.page(doc.Find(".review-bar a[href^='/compare']").AttrOr("href", "missing"))
		form := doc.Find("form:has(.trend)")
		if got := form.Find("input[type=hidden][name=session]").Length(); got != want.hidden {
			t.Errorf("session %d: %d are sent along, want %d", i, got, want.hidden)
		}
		if got := form.Find("input[type=checkbox][checked]").Length(); got != want.ticked {
			t.Errorf("session %d: %d are ticked, want %d", i, got, want.ticked)
		}
	}
}

// The list of sessions leads here without script: its boxes are a form's.
func TestTheListOfSessionsLeadsToCompare(t *testing.T) {
	f := start(t)
	f.setUp()
	one, two := f.night("ann", live.OriginTikTok, pastStart, 3, nil), f.night("ben", live.OriginTikTok, pastStart.AddDate(0, 0, 1), 3, nil)
	_, doc := f.page("/sessions")
	form := doc.Find("form[action='/compare'][method=get]")
	q := url.Values{}
	form.Find("input[type=checkbox]").Each(func(_ int, s *goquery.Selection) { q.Add(s.AttrOr("name", ""), s.AttrOr("value", "")) })
	if diff := cmp.Diff(url.Values{"session": {fmt.Sprint(two.ID), fmt.Sprint(one.ID)}}, q); diff != "" || form.Find("button").Length() != 1 {
		t.Fatalf("the form (-want +got):\n%s", diff)
	}
	if res, doc := f.page(form.AttrOr("action", "") + "?" + q.Encode()); res.StatusCode != http.StatusOK || doc.Find(".lanes thead th").Length() != 2 {
		t.Errorf("it leads to %d with %d sessions", res.StatusCode, doc.Find(".lanes thead th").Length())
	}
	if _, doc := f.page("/sessions"); doc.Find(".pastnav a[href='/compare']").Length() != 1 {
		t.Error("nothing else leads there")
	}
}

func TestTrendAndWeekOfARoom(t *testing.T) {
	f := start(t)
	f.setUp()
	zone, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		t.Fatal(err)
	}
	today := time.Now().In(zone)
	monday := time.Date(today.Year(), today.Month(), today.Day(), 20, 0, 0, 0, zone).AddDate(0, 0, -int(today.Weekday()+6)%7-7)
	for week := range 3 {
		f.night("ann", live.OriginTikTok, monday.AddDate(0, 0, -7*week), 15-week, nil)
	}
	f.night("ann", live.OriginTikTok, monday.AddDate(0, 0, -7*20).Add(time.Hour), 20, nil) // older than the grid goes back
	f.night("ann", live.OriginSimulated, monday.AddDate(0, 0, 1), 20, nil)
	f.night("zoe", live.OriginTikTok, monday.AddDate(0, 0, 1), 2, nil)
	for i := range 9 {
		f.night("ben", live.OriginTikTok, monday.AddDate(0, 0, -i), 1, nil)
	}
	address, err := url.Parse(f.url)
	if err != nil {
		t.Fatal(err)
	}
	f.client.Jar.SetCookies(address, []*http.Cookie{{Name: "zone", Value: "Asia/Ho_Chi_Minh"}})
	_, doc := f.page("/compare?room=ann")
	var changes []string
	doc.Find(".trend tbody tr").Each(func(_ int, row *goquery.Selection) {
		changes = append(changes, said(row.Find("td small").Not(".lost")))
	})
	if diff := cmp.Diff([]string{"", "−3.2%−35%", "±0%+7.7%", "±0%+7.1%"}, changes); diff != "" {
		t.Errorf("from one to the next (-want +got):\n%s", diff)
	}
	hours := said(doc.Find(".week thead th"))
	if got := said(doc.Find(".week tbody tr").First()); hours != "20" || got != "Mon107" {
		t.Errorf("the week has hours %q and says %q", hours, got)
	}
	if _, doc := f.page("/compare?room=ann&metric=diamonds"); said(doc.Find(".week tbody tr").First()) != "Mon300" {
		t.Errorf("by diamonds an hour it says %q", said(doc.Find(".week tbody tr").First()))
	}
	if _, doc := f.page("/compare"); doc.Find("#room option[selected]").AttrOr("value", "") != "zoe" {
		t.Error("the room that was on last is not the one to begin with")
	}
	_, doc = f.page("/compare?room=nobody")
	if doc.Find(".trend, .week").Length() > 0 || !strings.HasPrefix(said(doc.Find("main section p")), "No LIVE of this room") {
		t.Error("a room without sessions says nothing")
	}
	for i := range 12 {
		f.night("eve", live.OriginTikTok, monday.AddDate(0, 0, -i), 1, nil)
	}
	if _, doc := f.page("/compare?room=eve"); doc.Find(".trend tbody tr").Length() != 10 {
		t.Errorf("%d of the last ten", doc.Find(".trend tbody tr").Length())
	}
}
