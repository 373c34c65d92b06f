package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"showcaller/internal/live"
)

func TestViewerHistoryPage(t *testing.T) {
	f := start(t)
	f.setUp()
	old := past(1, "kiet", live.Comment{Comment: "first <b>"})
	old.User.UniqueID, old.User.Nickname = "kiet.old", "Old name"
	f.archive("ann", live.OriginTikTok, time.Hour, old)
	f.archive("mailinh", live.OriginTikTok, time.Hour, past(2, "kiet", live.Comment{Comment: "second"}), past(3, "kiet", galaxy(2)))
	_, doc := f.page("/viewers/68kiet")
	if got := said(doc.Find(".figures")); !strings.HasPrefix(got, "sessions2diamonds2,000gifts2comments2") {
		t.Errorf("figures: %q", got)
	}
	if got := said(doc.Find(".said li span")); got != "secondfirst <b>" {
		t.Errorf("messages: %q", got)
	}
	if got := said(doc.Find(".former li")); got != "Old name @kiet.old until Jan 12, 2026" {
		t.Errorf("names: %q", got)
	}
	if got := said(doc.Find(".numbers tbody .room")); got != "@mailinh@ann" {
		t.Errorf("visits: %q", got)
	}
	if res, doc := f.submit("/viewers/68kiet/note", "note", "a friend"); res.Request.URL.Path != "/viewers/68kiet" || said(doc.Find("#note")) != "a friend" {
		t.Errorf("the note: %d %q", res.StatusCode, said(doc.Find("#note")))
	}
	if res, doc := f.submit("/viewers/68kiet/note", "note", strings.Repeat("x", 1001)); res.StatusCode != http.StatusUnprocessableEntity || len(said(doc.Find("#note"))) != 1001 {
		t.Errorf("a note that is too long: %d", res.StatusCode)
	}
	if res, _ := f.page("/viewers/nobody"); res.StatusCode != http.StatusNotFound {
		t.Errorf("nobody: %d", res.StatusCode)
	}
}

func TestForgetViewerByForm(t *testing.T) {
	f := start(t)
	f.setUp()
	info := f.archive("ann", live.OriginTikTok, time.Hour, past(1, "kiet", live.Comment{Comment: "xylophone"}), past(3, "kiet", galaxy(2)), past(4, "eve", live.Comment{Comment: "me too"}))
	if res, doc := f.submit("/viewers/68kiet/forget"); res.StatusCode != http.StatusUnprocessableEntity || doc.Find("details[open] #sure[aria-invalid]").Length() != 1 {
		t.Fatalf("without being sure: %d", res.StatusCode)
	}
	f.api("POST", "/api/stories/1/director", `{"action":"mute","viewer":"68kiet"}`, nil)
	if res, doc := f.submit("/viewers/68kiet/forget", "sure", "yes"); res.StatusCode != http.StatusOK || doc.Find(".banner").Length() != 1 {
		t.Fatalf("forget: %d at %s", res.StatusCode, res.Request.URL)
	}
	if res, _ := f.submit("/viewers/68kiet/forget", "sure", "yes"); res.StatusCode != http.StatusNotFound {
		t.Errorf("forget again: %d", res.StatusCode)
	}
	var queue live.Queue
	f.api("POST", "/api/stories/1/director", `{"action":"pause"}`, nil) // a change that keeps what the story has
	if f.api("GET", "/api/stories/1/queue", "", &queue); !queue.Paused || len(queue.MutedIDs) != 0 {
		t.Errorf("the host still knows %+v", queue)
	}
	_, doc := f.page("/sessions/" + itoa(info.ID))
	page := said(doc.Find("main"))
	for _, gone := range []string{"xylophone", "kiet"} {
		if strings.Contains(page, gone) {
			t.Errorf("the review still says %q", gone)
		}
	}
	if !strings.Contains(said(doc.Find(".figures .money")), "2,000") || !strings.Contains(page, "forgotten viewer") {
		t.Errorf("the sums are gone, or the list does not say who: %q", page)
	}
}
