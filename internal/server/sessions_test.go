package server_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

func TestSessionsPage(t *testing.T) {
	f := start(t)
	f.setUp()
	_, doc := f.page("/sessions")
	if doc.Find("main .empty h2").Length() != 1 {
		t.Error("an empty list does not say what will be here")
	}
	short := f.archive("ann", live.OriginTikTok, 10*time.Minute, past(0, "ann", live.Comment{Comment: "hi"}), past(9, "ben", galaxy(9)))
	long := f.show("mailinh")
	made := past(1, "eve", live.Comment{Comment: "made up"})
	made.Origin = live.OriginSimulated
	demo := f.archive("demo", live.OriginSimulated, time.Hour, made)
	ids := func(query string) (out []string) {
		res, doc := f.page("/sessions" + query)
		if res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %d", query, res.StatusCode)
		}
		doc.Find(".sortable tbody input[name=session]").Each(func(_ int, s *goquery.Selection) { out = append(out, s.AttrOr("value", "")) })
		return out
	}
	id := func(sessions ...live.SessionInfo) (out []string) {
		for _, s := range sessions {
			out = append(out, fmt.Sprint(s.ID))
		}
		return out
	}
	for query, want := range map[string][]string{
		"":                               id(demo, long, short),
		"?room=ann":                      id(short),
		"?origin=tiktok":                 id(long, short),
		"?origin=tiktok&sort=diamonds":   id(short, long),
		"?sort=length&order=up":          id(short, long, demo),
		"?length=short":                  id(long, short),
		"?length=middle":                 id(demo),
		"?from=2026-01-12&to=2026-01-12": id(demo, long, short),
		"?from=2026-01-13":               nil,
		"?room=%27+OR+1%3D1":             nil,
		"?sort=%3BDROP+TABLE+s&page=x":   id(demo, long, short),
		"?page=7":                        nil,
	} {
		if diff := cmp.Diff(want, ids(query)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", query, diff)
		}
	}
	_, doc = f.page("/sessions?room=mailinh")
	if got := said(doc.Find(".sortable tbody tr td").Slice(2, 9)); got != "0:20:00 ≥at least: 0:01:00 unknown119110203,10010" {
		t.Errorf("the row says %q", got)
	}
	if got := said(doc.Find(".months tbody tr")); got != "January 2026@mailinh10:20:00119110203,1000" {
		t.Errorf("the month says %q", got)
	}
	if got := doc.Find("th[aria-sort=descending] a").AttrOr("href", ""); got != "/sessions?order=up&room=mailinh&sort=start" && got != "/sessions?order=up&room=mailinh" {
		t.Errorf("the sorted column leads to %s", got)
	}
	if res, doc := f.page("/sessions?from=yesterday"); res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#from[aria-invalid]").AttrOr("value", "") != "yesterday" {
		t.Errorf("a date that is none: %d", res.StatusCode)
	}
}

// An open session is in the list with what it has come to so far.
func TestSessionsPageCountsWhatIsOpen(t *testing.T) {
	f := start(t)
	f.setUp()
	session := f.liveRoom("ann")
	s, err := f.engine.Session(session)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Append(t.Context(), chat("ben", "hi"), chat("eve", "hello"), chat("ann", "third")); err != nil {
		t.Fatal(err)
	}
	_, doc := f.page("/sessions")
	if got := said(doc.Find(".sortable tbody tr td").Eq(5)); got != "3" {
		t.Errorf("%s comments so far, want 3", got)
	}
	if doc.Find(".sortable tbody .tag").Length() != 1 {
		t.Error("nothing says that it is being recorded")
	}
}
