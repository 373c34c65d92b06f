package server_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

func TestSimulatorPage(t *testing.T) {
	f := start(t)
	f.setUp()
	f.quietRoom("mai")
	if res, _ := f.page("/rooms/nobody/simulate"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a room there is not: %d", res.StatusCode)
	}
	_, doc := f.page("/rooms/mai")
	if href := doc.Find("gift-simulator a").AttrOr("href", ""); href != "/rooms/mai/simulate" {
		t.Errorf("the desk's button leads to %q", href)
	}
	if _, doc = f.page("/rooms/mai/simulate"); doc.Find(`form[action="/rooms/mai/rehearsal"]`).Length() != 1 || doc.Find(`[name=kind]`).Length() != 0 {
		t.Fatal("without a session the page does not offer a rehearsal, and that only")
	}
	_, doc = f.submit("/rooms/mai/rehearsal", "back", "/rooms/mai/simulate")
	once := doc.Find(`[name=once]`).AttrOr("value", "")
	if doc.Find(`#gift option`).Length() != len(live.DemoGifts)+1 || once == "" {
		t.Fatal("the form lacks the catalogue, or its secret")
	}
	good := []string{"kind", "gift", "gift", "5655", "who", "@fan", "count", "5", "how", "once", "pace", "300"}
	with := func(changes ...string) []string { return append(append([]string{}, good...), changes...) }
	for field, fields := range map[string][]string{
		"count":      with("count", "0"),
		"pace":       with("how", "burst", "pace", "x"),
		"how":        with("gift", "6369", "how", "streak"),
		"text":       with("kind", "comment", "text", "  "),
		"kind":       with("kind", "connect"),
		"gift_name":  with("gift", "", "gift_id", "7", "gift_price", "3"),
		"gift_price": with("gift", "", "gift_id", "7", "gift_name", "Crown", "gift_price", "-3"),
	} {
		res, doc := f.submit("/rooms/mai/simulate", fields...)
		if res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#"+field+"-error").Length() != 1 || doc.Find("#who").AttrOr("value", "") != "@fan" {
			t.Errorf("a wrong %s: %d, the reason or what was typed is missing", field, res.StatusCode)
		}
	}
	if _, doc := f.submit("/rooms/mai/simulate", with("how", "burst", "count", "10000", "pace", "60000")...); !strings.Contains(doc.Find("#count-error").Text(), "longer than 120 minutes") {
		t.Errorf("what would take a week: %q", doc.Find("#count-error").Text())
	}
	for range 2 { // a double click
		if res, _ := f.submit("/rooms/mai/simulate", with("once", once)...); res.Request.URL.RequestURI() != "/rooms/mai/simulate?sent=1" {
			t.Fatalf("sent, it leads to %s with %d", res.Request.URL, res.StatusCode)
		}
	}
	info, _ := f.engine.OpenSession("mai")
	if runs := f.runs(info.ID, func(runs []runState) bool { return runs[0].State == "done" }); len(runs) != 1 {
		t.Errorf("sent twice it ran %d times", len(runs))
	}
	if got := f.summary(info.ID, "?origin=all"); got.Gifts != 5 {
		t.Errorf("%d pieces were sent", got.Gifts)
	}
	if _, doc = f.page("/rooms/mai"); doc.Find(`rehearsal-bar`).Length() != 1 || doc.Find(`main.desk`).AttrOr("data-origin", "") != "all" {
		t.Error("the desk does not say that it shows a rehearsal, or does not count it for itself")
	}
	if _, doc = f.submit("/rooms/mai/scenario", "scenario", "1", "back", "/rooms/mai/simulate"); doc.Find(`button[name=run]`).Length() != 1 {
		t.Error("a scenario that runs cannot be stopped")
	}
	f.submit("/rooms/mai/stop", "run", "")
	f.runs(info.ID, func(runs []runState) bool { return runs[0].State == "stopped" })
	f.submit("/sessions/"+itoa(info.ID)+"/end", "back", "/rooms/mai/simulate")
	if res, _ := f.submit("/rooms/mai/simulate", good...); res.StatusCode != http.StatusConflict {
		t.Errorf("sent into nothing: %d", res.StatusCode)
	}
	_, doc = f.page("/rooms/mai/simulate")
	once = doc.Find(".sim-replay [name=once]").AttrOr("value", "")
	started, _ := f.submit("/rooms/mai/replay", "session", itoa(info.ID), "speed", "1", "once", once)
	res, doc := f.submit("/rooms/mai/replay", "session", itoa(info.ID), "speed", "1", "once", once)
	if once == "" || res.Request.URL.String() != started.Request.URL.String() {
		t.Errorf("a double click leads to %s, and then to %s", started.Request.URL, res.Request.URL)
	}
	if res.Request.URL.Path != "/rooms/mai" || res.Request.URL.Query().Get("session") == "" || doc.Find(`rehearsal-bar`).Length() != 1 {
		t.Fatalf("a replay leads to %s with %d", res.Request.URL, res.StatusCode)
	}
	if follow := doc.Find("main.desk").AttrOr("data-follow", ""); !strings.HasPrefix(follow, "/api/sessions/") {
		t.Errorf("the desk follows %q", follow)
	}
	replay := res.Request.URL.Query().Get("session")
	f.submit("/sessions/"+replay+"/playback", "do", "pause", "back", "/rooms/mai")
	sessions, err := f.db.Sessions(t.Context(), db.SessionQuery{Room: "mai", Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if p, err := f.engine.Playback(sessions[0].ID); err == nil && !p.Paused {
		t.Errorf("paused, it is %+v", p)
	}
	f.submit("/sessions/"+replay+"/end", "back", "/rooms/mai")
	if res, _ := f.page("/rooms/mai?session=99"); res.StatusCode != http.StatusNotFound {
		t.Errorf("a session there is not: %d", res.StatusCode)
	}
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
