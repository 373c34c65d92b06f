package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

// fieldsOf returns what a browser would send of the form a selector finds.
func fieldsOf(t *testing.T, form *goquery.Selection) (path string, fields []string) {
	t.Helper()
	if form.Length() != 1 {
		t.Fatalf("%d forms", form.Length())
	}
	form.Find("input[name], select[name], button[name]").Each(func(_ int, s *goquery.Selection) {
		fields = append(fields, s.AttrOr("name", ""), s.AttrOr("value", ""))
	})
	return form.AttrOr("action", ""), fields
}

// press sends the form that changes the show by an action.
func (f *fixture) press(t *testing.T, doc *goquery.Document, action string) (*http.Response, *goquery.Document) {
	t.Helper()
	path, fields := fieldsOf(t, doc.Find(`.on-acts form:has([name=action][value=`+action+`])`))
	return f.submit(path, fields...)
}

func texts(s *goquery.Selection) (out []string) {
	s.Each(func(_ int, s *goquery.Selection) { out = append(out, strings.Join(strings.Fields(s.Text()), " ")) })
	return out
}

// TestRunDownPage plans a show without script.
func TestRunDownPage(t *testing.T) {
	f := start(t)
	f.setUp()
	f.quietRoom("mai")
	if res, _ := f.page("/rooms/nobody/program"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a room there is not: %d", res.StatusCode)
	}
	_, doc := f.page("/rooms/mai")
	if href := doc.Find(`program-desk a`).First().AttrOr("href", ""); href != "/rooms/mai/program" || doc.Find(`program-desk form`).Length() != 0 {
		t.Errorf("the box leads to %q, or offers what cannot be done", href)
	}
	const add = "/rooms/mai/program/items"
	for field, fields := range map[string][]string{
		"name":    {"name", "  ", "type", "gaming", "minutes", "40"},
		"type":    {"name", "kept", "type", "dancing", "minutes", "40"},
		"minutes": {"name", "kept", "type", "gaming", "minutes", "soon"},
	} {
		res, doc := f.submit(add, fields...)
		if res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#"+field+"-error").Length() != 1 || doc.Find("#minutes").AttrOr("value", "") != fields[5] {
			t.Errorf("a wrong %s: %d, the reason or what was typed is missing", field, res.StatusCode)
		}
	}
	_, doc = f.page("/rooms/mai/program")
	once := doc.Find(`form[action="`+add+`"] [name=once]`).AttrOr("value", "")
	for range 2 { // a double click
		f.submit(add, "once", once, "name", "歌回", "type", "singing", "minutes", "1,5")
	}
	for _, name := range []string{"Minecraft", "<script>x</script>"} {
		_, doc = f.submit(add, "name", name, "type", "gaming", "minutes", "")
	}
	names := func(doc *goquery.Document) []string { return texts(doc.Find(".run-down-edit .item-name bdi")) }
	if diff := cmp.Diff([]string{"歌回", "Minecraft", "<script>x</script>"}, names(doc)); diff != "" {
		t.Errorf("the run-down (-want +got):\n%s", diff)
	}
	item := func(n int) string {
		action, _ := doc.Find(".run-down-edit > li").Eq(n).Find("details form").Attr("action")
		return action
	}
	first, last := item(0), item(2)
	_, doc = f.submit(first, "do", "down")
	_, doc = f.submit(last, "do", "remove")
	if _, doc = f.submit(last, "do", "remove"); len(names(doc)) != 2 {
		t.Error("removing twice is no error, and removes one")
	}
	if res, doc := f.submit(first, "do", "save", "name", "", "type", "singing", "minutes", "9"); res.StatusCode != http.StatusUnprocessableEntity || doc.Find(`details[open] [aria-invalid]`).Length() != 1 || doc.Find(`details[open] [name=minutes]`).AttrOr("value", "") != "9" {
		t.Errorf("changed to nothing: %d", res.StatusCode)
	}
	_, doc = f.submit(first, "do", "save", "name", "歌", "type", "singing", "minutes", "0")
	if diff := cmp.Diff([]string{"Minecraft", "歌"}, names(doc)); diff != "" {
		t.Errorf("moved and changed (-want +got):\n%s", diff)
	}
}

// TestShowPage runs a show without script: what fits is offered, a double click does nothing twice, and one program takes another's
// place only after a question.
func TestShowPage(t *testing.T) {
	f := start(t)
	f.setUp()
	f.quietRoom("mai")
	for _, name := range []string{"歌回", "Minecraft"} {
		f.submit("/rooms/mai/program/items", "name", name, "type", "singing", "minutes", "40")
	}
	_, doc := f.submit("/rooms/mai/rehearsal", "back", "/rooms/mai")
	if got := texts(doc.Find(".program-box .on-acts button")); !cmp.Equal(got, []string{"Start “歌回”"}) || !strings.Contains(doc.Find(".program-box").Text(), "No AI host in this room") {
		t.Errorf("before it began the box offers %q", got)
	}
	path, fields := fieldsOf(t, doc.Find(".program-box .on-acts form"))
	var res *http.Response
	for range 2 { // a double click
		if res, doc = f.submit(path, fields...); res.StatusCode != http.StatusOK || res.Request.URL.Path != "/rooms/mai" {
			t.Fatalf("started, it leads to %s with %d", res.Request.URL, res.StatusCode)
		}
	}
	info, _ := f.engine.OpenSession("mai")
	events, err := f.db.ProgramEvents(t.Context(), info.ID, 0, 10)
	if err != nil || len(events) != 1 || events[0].Origin != live.OriginSimulated {
		t.Fatalf("started twice: %+v, %v", events, err)
	}
	if got := texts(doc.Find(".program-box .on-acts button")); !cmp.Equal(got, []string{"Pause", "Finish"}) || doc.Find(".on-clock").Text() != "00:00" || doc.Find(`.run-down [aria-current=step]`).Length() != 1 {
		t.Errorf("while it is on the box offers %q", got)
	}
	_, doc = f.press(t, doc, "pause")
	if got := texts(doc.Find(".program-box .on-acts button")); !cmp.Equal(got, []string{"Resume", "Finish"}) {
		t.Errorf("paused, the box offers %q", got)
	}

	// Starting another one asks, and then finishes this one first.
	path, fields = fieldsOf(t, doc.Find(`.run-down form`))
	res, question := f.submit(path, fields...)
	if res.Request.URL.Path != "/rooms/mai/program" || !strings.Contains(question.Find(".ask p").Text(), "“歌回” has been on for 00:0") {
		t.Fatalf("starting another one leads to %s: %q", res.Request.URL, question.Find(".ask").Text())
	}
	path, fields = fieldsOf(t, question.Find(`.ask form`))
	if res, doc = f.submit(path, fields...); res.StatusCode != http.StatusOK || doc.Find(".on-name bdi").First().Text() != "Minecraft" {
		t.Errorf("confirmed, %q is on", doc.Find(".on-name").Text())
	}
	if res, doc := f.press(t, question, "resume"); res.StatusCode != http.StatusConflict || doc.Find("[role=alert]").Length() != 1 {
		t.Errorf("an old page: %d", res.StatusCode)
	}
	if res, _ := f.submit("/rooms/mai/program", "action", "start", "session", itoa(info.ID), "last", "x"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("last that is none: %d", res.StatusCode)
	}
	_, doc = f.page("/rooms/mai/program")
	actions := texts(doc.Find(".call-log .call-name b"))
	if diff := cmp.Diff([]string{"Start", "Finish", "Pause", "Start"}, actions); diff != "" || doc.Find(`.call-log [data-state=untold]`).Length() != 4 {
		t.Errorf("the log of calls (-want +got):\n%s", diff)
	}
	f.submit("/sessions/"+itoa(info.ID)+"/end", "back", "/rooms/mai")
	if _, doc = f.page("/rooms/mai/program"); doc.Find(".on-acts form").Length() != 0 || doc.Find(".call-log > li").Length() != 4 {
		t.Error("after the show something can still be started, or the log is gone")
	}
}
