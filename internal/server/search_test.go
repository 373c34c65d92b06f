package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"showcaller/internal/live"
)

func TestSearchPage(t *testing.T) {
	f := start(t)
	f.setUp()
	info := f.archive("ann", live.OriginTikTok, time.Hour,
		past(1, "ben", live.Comment{Comment: "first"}), past(2, "eve", live.Comment{Comment: "chị hát bài Nàng thơ <b>đi</b>"}),
		past(70, "ben", live.Comment{Comment: "今天天气真好"}), past(80, "eve", galaxy(2)))
	f.archive("mailinh", live.OriginTikTok, time.Hour, past(5, "ben", live.Comment{Comment: "tho tho"}))
	find := func(q string) (texts []string, status int) {
		res, doc := f.page("/search?" + q)
		for i := range doc.Find(".result").Length() {
			texts = append(texts, said(doc.Find(".result .hit .text").Eq(i)))
		}
		return texts, res.StatusCode
	}
	for q, want := range map[string]string{
		"q=nang+tho": "[chị hát bài Nàng thơ <b>đi</b>]", "q=" + url.QueryEscape("天气"): "[今天天气真好]", "q=tho": "[tho tho chị hát bài Nàng thơ <b>đi</b>]",
		"q=tho&room=ann": "[chị hát bài Nàng thơ <b>đi</b>]", "user=%40ben": "[tho tho 今天天气真好 first]", "diamonds=1000": "[sent Galaxy ×2]", "q=nothing": "[]",
		fmt.Sprintf("q=tho&session=%d", info.ID): "[chị hát bài Nàng thơ <b>đi</b>]", "q=tho&to=2026-01-11": "[]", "q=tho&from=2026-01-12&to=2026-01-12": "[tho tho chị hát bài Nàng thơ <b>đi</b>]",
	} {
		if got, status := find(q); fmt.Sprint(got) != want || status != http.StatusOK {
			t.Errorf("%s: %d %v, want %s", q, status, got, want)
		}
	}
	_, doc := f.page("/search?q=" + url.QueryEscape(`nàng "thơ"`))
	if got := said(doc.Find(".hit mark")); got != "Nàngthơ" {
		t.Errorf("marked is %q", got)
	}
	if got := said(doc.Find(".result .near")); !strings.HasPrefix(got, "<b>ben first<b>ben 今天") {
		t.Errorf("around it: %q", got)
	}
	href := doc.Find(".result .where a").AttrOr("href", "")
	if want := fmt.Sprintf("/sessions/%d?minute=2026-01-12T09%%3A30%%3A00Z&seq=2#minute", info.ID); href != want {
		t.Errorf("it leads to %s, want %s", href, want)
	}
	_, doc = f.page(strings.TrimSuffix(href, "#minute"))
	if got := said(doc.Find("#minute .row.found .text")); got != "chị hát bài Nàng thơ <b>đi</b>" {
		t.Errorf("there the line that was found is %q", got)
	}
	for q, field := range map[string]string{"diamonds=many": "#diamonds", "q=x&from=soon": "#from", "room=ann": "#q"} {
		if res, doc := f.page("/search?" + q); res.StatusCode != http.StatusUnprocessableEntity || doc.Find(field+"[aria-invalid]").Length() != 1 {
			t.Errorf("%s: %d", q, res.StatusCode)
		}
	}
	_, doc = f.page(fmt.Sprintf("/sessions/%d", info.ID))
	href = doc.Find(`header .acts a[href^="/search"]`).AttrOr("href", "")
	res, doc := f.page(href)
	if named := doc.Find("label:has([name=session][checked])").Text(); res.StatusCode != http.StatusOK || doc.Find("[aria-invalid]").Length() != 0 || !strings.Contains(named, "2026") {
		t.Errorf("from a session's page %s: %d, named %q", href, res.StatusCode, named)
	}
	if doc.Find("#kind option[value=note]").Length() != 1 {
		t.Error("notes cannot be chosen")
	}
	if res, _ := f.page("/search?session=99"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a session there is not: %d", res.StatusCode)
	}
	if res, doc := f.page("/search?session=x"); res.StatusCode != http.StatusOK || doc.Find("[name=session]").Length() != 0 {
		t.Errorf("no session: %d", res.StatusCode)
	}
	if res, doc := f.page("/search"); res.StatusCode != http.StatusOK || doc.Find(".empty h2").Length() != 1 {
		t.Errorf("an empty form: %d", res.StatusCode)
	}
}

func TestSearchPageGoesOn(t *testing.T) {
	f := start(t)
	f.setUp()
	var events []live.Event
	for i := range 120 {
		events = append(events, past(i, "ben", live.Comment{Comment: fmt.Sprintf("needle %d", i)}))
	}
	f.archive("ann", live.OriginTikTok, time.Hour, events...)
	seen := map[string]bool{}
	address := "/search?q=needle"
	for pages := 0; address != ""; pages++ {
		_, doc := f.page(address)
		for i := range doc.Find(".result").Length() {
			seen[said(doc.Find(".result .hit .text").Eq(i))] = true
		}
		if address = doc.Find(".further a.btn:not(.quiet)").AttrOr("href", ""); pages > 5 {
			t.Fatal("there is no end")
		}
	}
	if len(seen) != 120 {
		t.Errorf("%d of 120 found", len(seen))
	}
}
