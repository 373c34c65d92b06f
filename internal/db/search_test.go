package db_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

// failer is a test, or one case of a random one: that one tells its seed.
type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

// places returns where a search found something, page by page, and fails if a page is out of order or something comes twice.
func places(t failer, d *db.DB, q db.SearchQuery) (out []string) {
	t.Helper()
	var last db.Place
	for range 2000 { // pages of one, of all there is
		page, err := d.Search(context.Background(), q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		for _, f := range page.Found {
			at := db.Place{Session: f.Event.SessionID, Seq: f.Event.Seq}
			if last.Session != 0 && (at.Session > last.Session || at.Session == last.Session && at.Seq >= last.Seq) {
				t.Fatalf("%v comes after %v", at, last)
			}
			if f.Session.ID != at.Session {
				t.Fatalf("event %v is said to be of session %d", at, f.Session.ID)
			}
			last = at
			out = append(out, fmt.Sprintf("%d/%d", at.Session, at.Seq))
		}
		if page.Next == (db.Place{}) {
			return out
		}
		q.Before = page.Next
	}
	t.Fatalf("%+v: no end", q)
	return nil
}

func TestSearchEverywhere(t *testing.T) {
	d := fresh(t)
	said := func(n int, text string) live.Event { return by(n, live.Comment{Comment: text}) }
	galaxy := by(2, live.Gift{Gift: live.GiftItem{ID: 2, Name: "Galaxy", DiamondCount: 1000}, RepeatCount: 3, TotalDiamonds: 3000})
	rose := by(3, live.Gift{Gift: live.GiftItem{ID: 1, Name: "Rose", DiamondCount: 1}, RepeatCount: 30, TotalDiamonds: 30})
	made := said(4, "made up song")
	made.Origin = live.OriginSimulated
	record(t, d, "ann", "1", said(1, "chị ơi hát bài Nàng thơ đi ạ"), said(2, "今天天气真好"), galaxy, said(1, "thơ nàng"))
	record(t, d, "ben", "2", said(1, "nang tho please"), rose, said(3, "เพลงนี้ชื่ออะไรคะ"), made, by(1, live.Question{Question: "which song?"}))
	for name, tc := range map[string]struct {
		q    db.SearchQuery
		want []string
	}{
		"words":              {db.SearchQuery{Text: "nang tho"}, []string{"2/1", "1/4", "1/1"}},
		"a phrase":           {db.SearchQuery{Text: `"nàng thơ"`}, []string{"2/1", "1/1"}},
		"a phrase and more":  {db.SearchQuery{Text: `“nàng thơ” hat`}, []string{"1/1"}},
		"a broken phrase":    {db.SearchQuery{Text: `"nang`}, []string{"2/1", "1/4", "1/1"}},
		"in a Chinese line":  {db.SearchQuery{Text: "天气"}, []string{"1/2"}},
		"a Chinese phrase":   {db.SearchQuery{Text: "「天气真」"}, []string{"1/2"}},
		"letters apart":      {db.SearchQuery{Text: `"天好"`}, nil},
		"Thai":               {db.SearchQuery{Text: "ชื่ออะไร"}, []string{"2/3"}},
		"in a room":          {db.SearchQuery{Text: "tho", Room: "ann"}, []string{"1/4", "1/1"}},
		"in a session":       {db.SearchQuery{Text: "tho", Session: 2}, []string{"2/1"}},
		"of a viewer":        {db.SearchQuery{User: "@viewer1"}, []string{"2/5", "2/1", "1/4", "1/1"}},
		"words of a viewer":  {db.SearchQuery{User: viewer(1).UserID, Text: "nang tho"}, []string{"2/1", "1/4", "1/1"}},
		"a kind":             {db.SearchQuery{Kind: live.KindQuestion}, []string{"2/5"}},
		"words of a kind":    {db.SearchQuery{Kind: live.KindQuestion, Text: "song"}, []string{"2/5"}},
		"a common kind":      {db.SearchQuery{Kind: live.KindGift}, []string{"2/2", "1/3"}},
		"an origin":          {db.SearchQuery{Origin: live.OriginSimulated}, []string{"2/4"}},
		"words of an origin": {db.SearchQuery{Origin: live.OriginTikTok, Text: "song"}, []string{"2/5"}},
		"dear gifts":         {db.SearchQuery{MinDiamonds: 100}, []string{"1/3"}},
		"any gifts":          {db.SearchQuery{MinDiamonds: 20}, []string{"2/2", "1/3"}},
		"gifts of a viewer":  {db.SearchQuery{MinDiamonds: 20, User: "viewer3"}, []string{"2/2"}},
		"too dear":           {db.SearchQuery{MinDiamonds: 5000}, nil},
		"from a time":        {db.SearchQuery{Text: "song", From: made.At}, []string{"2/4"}},
		"before a time":      {db.SearchQuery{User: "viewer1", To: made.At.Add(-time.Hour)}, nil},
		"nobody":             {db.SearchQuery{User: "nobody", Text: "song"}, nil},
		"nothing to find":    {db.SearchQuery{Text: "💜 ?!"}, nil},
		"syntax":             {db.SearchQuery{Text: `song OR * NEAR(tho ' --`}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			for _, limit := range []int{1, 2, 50} {
				tc.q.Limit = limit
				if diff := cmp.Diff(tc.want, places(t, d, tc.q)); diff != "" {
					t.Errorf("by %d (-want +got):\n%s", limit, diff)
				}
			}
		})
	}
	if _, err := d.Search(t.Context(), db.SearchQuery{Room: "ann", Limit: 5}); live.CodeOf(err) != live.CodeInvalid {
		t.Errorf("a search for nothing: %v", err)
	}
}

func TestSearchShowsWhatWasSaidAround(t *testing.T) {
	d := fresh(t)
	record(t, d, "ann", "1", by(1, live.Comment{Comment: "one"}), by(2, live.Join{}), by(2, live.Comment{Comment: "needle"}), by(3, live.Like{Count: 1}), by(1, live.Comment{Comment: "three"}))
	page, err := d.Search(t.Context(), db.SearchQuery{Text: "needle", Limit: 5})
	if err != nil || len(page.Found) != 1 {
		t.Fatalf("%+v, %v", page, err)
	}
	var around []string
	for _, e := range page.Found[0].Around {
		around = append(around, live.Text(e))
	}
	if diff := cmp.Diff([]string{"one", "three"}, around); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestSearchEqualsReadingAll: whatever is asked, a search finds what reading every event finds.
func TestSearchEqualsReadingAll(t *testing.T) {
	d := fresh(t)
	var sessions []live.SessionInfo
	words := []string{"hát", "bài", "song", "天气", "real"}
	for n := range 4 {
		var events []live.Event
		for i := range 150 {
			e := by((i*7+n)%9, live.Comment{Comment: words[(i*3+n)%5] + " " + words[(i+n)%5]})
			switch i % 5 {
			case 1:
				e = by(i%9, live.Gift{Gift: live.GiftItem{ID: 1, DiamondCount: i}, RepeatCount: 2, TotalDiamonds: 2 * i})
			case 2:
				e = by(i%9, live.Follow{})
			}
			if i%11 == 0 {
				e.Origin = live.OriginSimulated
			}
			e.At = showStart.Add(time.Duration(n*1000+i) * time.Second)
			events = append(events, e)
		}
		sessions = append(sessions, record(t, d, "room"+strconv.Itoa(n%2), strconv.Itoa(n), events...))
	}
	rapid.Check(t, func(r *rapid.T) {
		q := db.SearchQuery{
			Text:        rapid.SampledFrom([]string{"", "hat", "song 天气", `"hát bài"`, "nothing"}).Draw(r, "text"),
			Room:        rapid.SampledFrom([]string{"", "room1"}).Draw(r, "room"),
			User:        rapid.SampledFrom([]string{"", "viewer3", viewer(0).UserID}).Draw(r, "user"),
			Kind:        rapid.SampledFrom([]live.Kind{"", live.KindComment, live.KindGift, live.KindFollow}).Draw(r, "kind"),
			Origin:      rapid.SampledFrom([]live.Origin{"", live.OriginSimulated, live.OriginTikTok}).Draw(r, "origin"),
			MinDiamonds: rapid.SampledFrom([]int64{0, 50, 150}).Draw(r, "diamonds"),
			Limit:       rapid.IntRange(1, 40).Draw(r, "limit"),
		}
		if rapid.Bool().Draw(r, "timed") {
			q.From = showStart.Add(time.Duration(rapid.IntRange(0, 3500).Draw(r, "from")) * time.Second)
			q.To = q.From.Add(600 * time.Second)
		}
		if q.Text == "" && q.User == "" && q.Kind == "" && q.Origin == "" && q.MinDiamonds == 0 {
			return
		}
		var want []string
		for i := len(sessions) - 1; i >= 0; i-- {
			want = append(want, readAll(r, d, sessions[i], q)...)
		}
		if diff := cmp.Diff(want, places(r, d, q)); diff != "" {
			r.Fatalf("%+v (-reading all +search):\n%s", q, diff)
		}
	})
}

func readAll(t failer, d *db.DB, info live.SessionInfo, q db.SearchQuery) (out []string) {
	t.Helper()
	if q.Room != "" && q.Room != info.Room {
		return nil
	}
	var events []live.Event
	for e, err := range d.All(context.Background(), db.EventQuery{Session: info.ID}) {
		if err != nil {
			t.Fatalf("reading all: %v", err)
		}
		events = append(events, e)
	}
	for i := len(events) - 1; i >= 0; i-- {
		e := events[i]
		text := live.Text(e)
		fits := (q.Kind == "" || e.Kind == q.Kind) && (q.Origin == "" || e.Origin == q.Origin) &&
			(q.User == "" || e.User.UniqueID == q.User || e.User.UserID == q.User) &&
			(q.MinDiamonds == 0 || e.Kind == live.KindGift && int64(live.DataOf[live.Gift](e).TotalDiamonds) >= q.MinDiamonds) &&
			(q.From.IsZero() || !e.At.Before(q.From) && e.At.Before(q.To))
		switch q.Text {
		case "hat":
			fits = fits && strings.Contains(text, "hát")
		case "song 天气":
			fits = fits && strings.Contains(text, "song") && strings.Contains(text, "天气")
		case `"hát bài"`:
			fits = fits && text == "hát bài"
		case "nothing":
			fits = false
		}
		if fits {
			out = append(out, fmt.Sprintf("%d/%d", e.SessionID, e.Seq))
		}
	}
	return out
}

func FuzzSearchEverywhere(f *testing.F) {
	f.Add(`"a b" c`)
	f.Add(`「天」"*^(){}`)
	f.Add("“”\"\"")
	d := fresh(f)
	record(f, d, "ann", "1", by(1, live.Comment{Comment: "今天天气 hello đẹp a b c"}))
	f.Fuzz(func(t *testing.T, text string) {
		_, err := d.Search(context.Background(), db.SearchQuery{Text: text, Limit: 5})
		if err != nil && live.CodeOf(err) != live.CodeInvalid {
			t.Fatalf("%q: %v", text, err)
		}
	})
}
