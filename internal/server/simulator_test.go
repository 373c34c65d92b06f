package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

type giftsPage struct {
	Items []struct {
		ID       int64  `json:"id"`
		Name     string `json:"name"`
		Diamonds int    `json:"diamond_count"`
	} `json:"items"`
	Next string `json:"next"`
}

func TestGiftsAPI(t *testing.T) {
	f := start(t)
	var names []string
	for cursor := ""; ; {
		var page giftsPage
		if res := f.api("GET", "/api/gifts?limit=4&cursor="+cursor, nil, &page); res.StatusCode != http.StatusOK {
			t.Fatalf("answers %d", res.StatusCode)
		}
		for _, g := range page.Items {
			names = append(names, g.Name)
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	want := []string{"TikTok", "Rose", "Heart Me", "Finger Heart", "Perfume", "Doughnut", "Confetti", "Hand Hearts", "Lion", "Galaxy"}
	want[8], want[9] = want[9], want[8]
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("page by page, the cheapest first (-want +got):\n%s", diff)
	}
	var found giftsPage
	f.api("GET", "/api/gifts?q=LION", nil, &found)
	if len(found.Items) != 1 || found.Items[0].Diamonds != 29999 || found.Next != "" {
		t.Errorf("q=LION finds %+v", found)
	}
	if res := f.api("GET", "/api/gifts?cursor=x", nil, nil); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a made-up cursor: %d", res.StatusCode)
	}
}

type sessionState struct {
	ID        int64   `json:"id"`
	Room      string  `json:"room"`
	Origin    string  `json:"origin"`
	EndedAt   *string `json:"ended_at"`
	EndReason string  `json:"end_reason"`
}

// quietRoom adds a room that nobody connects.
func (f *fixture) quietRoom(name string) {
	f.t.Helper()
	if err := f.engine.AddRoom(f.t.Context(), live.Room{UniqueID: name}); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) summary(session int64, query string) (out struct {
	Diamonds int64 `json:"diamonds"`
	Gifts    int64 `json:"gifts"`
	Joins    int64 `json:"joins"`
},
) {
	f.t.Helper()
	f.api("GET", fmt.Sprintf("/api/sessions/%d/summary%s", session, query), nil, &out)
	return out
}

func TestRehearsalAPI(t *testing.T) {
	f := start(t)
	f.quietRoom("mai")
	if res := f.api("POST", "/api/rooms/nobody/rehearsal", nil, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("a room there is not: %d", res.StatusCode)
	}
	var info, again sessionState
	if res := f.api("POST", "/api/rooms/mai/rehearsal", nil, &info); res.StatusCode != http.StatusOK || info.Origin != "simulated" || info.EndedAt != nil {
		t.Fatalf("opened: %d %+v", res.StatusCode, info)
	}
	f.api("POST", "/api/rooms/mai/rehearsal", nil, &again)
	if again.ID != info.ID {
		t.Error("asked for twice, there are two")
	}
	if res := f.api("POST", fmt.Sprintf("/api/sessions/%d/simulate", info.ID), `{"event_type":"gift","data":{"gift":{"id":1,"name":"Rose","diamond_count":1},"repeat_count":5}}`, nil); res.StatusCode != http.StatusOK {
		t.Fatalf("simulate: %d", res.StatusCode)
	}
	if got := f.summary(info.ID, ""); got.Diamonds != 0 || got.Gifts != 0 {
		t.Errorf("counted: %+v", got)
	}
	if got := f.summary(info.ID, "?origin=all"); got.Diamonds != 5 || got.Gifts != 5 {
		t.Errorf("with rehearsals: %+v", got)
	}
	end := fmt.Sprintf("/api/sessions/%d/end", info.ID)
	if res := f.api("POST", end, nil, nil); res.StatusCode != http.StatusNoContent {
		t.Errorf("end: %d", res.StatusCode)
	}
	if res := f.api("POST", end, nil, nil); res.StatusCode != http.StatusConflict {
		t.Errorf("ended twice: %d", res.StatusCode)
	}
	if res := f.api("POST", "/api/sessions/99/end", nil, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("a session there is not: %d", res.StatusCode)
	}
	f.api("GET", fmt.Sprintf("/api/sessions/%d", info.ID), nil, &info)
	if info.EndReason != "stopped" || info.EndedAt == nil {
		t.Errorf("it is %+v", info)
	}
	if id := f.liveRoom("ann"); f.api("POST", fmt.Sprintf("/api/sessions/%d/end", id), nil, nil).StatusCode != http.StatusConflict {
		t.Error("a LIVE's session can be ended like a rehearsal")
	}
	if res := f.api("POST", "/api/rooms/ann/rehearsal", nil, nil); res.StatusCode != http.StatusConflict {
		t.Errorf("a rehearsal in a room that is live: %d", res.StatusCode)
	}
}

type runState struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	State string `json:"state"`
	Done  int    `json:"done"`
	Total int    `json:"total"`
}

// runs waits until what runs in a session satisfies ok.
func (f *fixture) runs(session int64, ok func([]runState) bool) []runState {
	f.t.Helper()
	for {
		var page struct {
			Items []runState `json:"items"`
		}
		f.api("GET", fmt.Sprintf("/api/sessions/%d/runs", session), nil, &page)
		if ok(page.Items) {
			return page.Items
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-f.t.Context().Done():
			f.t.Fatalf("the runs are %+v", page.Items)
		}
	}
}

func TestScenariosAPI(t *testing.T) {
	f := start(t)
	f.quietRoom("mai")
	var all struct {
		Items []struct {
			ID      int64  `json:"id"`
			Name    string `json:"name"`
			Shipped bool   `json:"shipped"`
		} `json:"items"`
	}
	f.api("GET", "/api/scenarios", nil, &all)
	if len(all.Items) != 4 || !all.Items[0].Shipped {
		t.Fatalf("with the program come %+v", all.Items)
	}
	for body, status := range map[string]int{
		`{"name":"","steps":[{"event_type":"join"}]}`:                     http.StatusUnprocessableEntity,
		`{"name":"x","steps":[]}`:                                         http.StatusUnprocessableEntity,
		`{"name":"x","steps":[{"event_type":"nonsense"}]}`:                http.StatusUnprocessableEntity,
		`{"name":"x","steps":[{"event_type":"join","delay_ms":9999999}]}`: http.StatusUnprocessableEntity,
		`{"name":`: http.StatusBadRequest,
	} {
		if res := f.api("POST", "/api/scenarios", body, nil); res.StatusCode != status {
			t.Errorf("%s: %d, want %d", body, res.StatusCode, status)
		}
	}
	var mine struct {
		ID   int64  `json:"id"`
		Name string `json:"name"`
	}
	if res := f.api("POST", "/api/scenarios", `{"name":" My  show ","steps":[{"event_type":"join","repeat":30,"crowd":30}]}`, &mine); res.StatusCode != http.StatusCreated || mine.Name != "My show" {
		t.Fatalf("added: %d %+v", res.StatusCode, mine)
	}
	path := fmt.Sprintf("/api/scenarios/%d", mine.ID)
	if res := f.api("PUT", path, `{"name":"Ours","steps":[{"event_type":"join","repeat":30,"crowd":30},{"event_type":"comment","data":{"comment":"hi"},"delay_ms":600000}]}`, &mine); res.StatusCode != http.StatusOK || mine.Name != "Ours" {
		t.Fatalf("changed: %d %+v", res.StatusCode, mine)
	}
	var info sessionState
	f.api("POST", "/api/rooms/mai/rehearsal", nil, &info)
	run := fmt.Sprintf("/api/sessions/%d/scenarios/%d/", info.ID, mine.ID)
	var started runState
	if res := f.api("POST", run+"run", nil, &started); res.StatusCode != http.StatusCreated || started.Total != 31 || started.Name != "Ours" {
		t.Fatalf("run: %d %+v", res.StatusCode, started)
	}
	f.runs(info.ID, func(runs []runState) bool { return len(runs) == 1 && runs[0].Done == 30 })
	if res := f.api("POST", run+"run", nil, nil); res.StatusCode != http.StatusConflict {
		t.Errorf("run twice at once: %d", res.StatusCode)
	}
	if res := f.api("POST", run+"stop", nil, nil); res.StatusCode != http.StatusNoContent {
		t.Errorf("stop: %d", res.StatusCode)
	}
	f.runs(info.ID, func(runs []runState) bool { return runs[0].State == "stopped" })
	if got, all := f.summary(info.ID, ""), f.summary(info.ID, "?origin=all"); got.Joins != 0 || all.Joins != 30 {
		t.Errorf("it moved the numbers to %+v; with rehearsals they are %+v", got, all)
	}
	if res := f.api("POST", fmt.Sprintf("/api/sessions/%d/runs", info.ID), `{"steps":[{"event_type":"join"}]}`, &started); res.StatusCode != http.StatusCreated {
		t.Errorf("steps without a name: %d", res.StatusCode)
	}
	f.runs(info.ID, func(runs []runState) bool { return runs[0].State == "done" })
	if res := f.api("DELETE", path, nil, nil); res.StatusCode != http.StatusNoContent {
		t.Errorf("deleted: %d", res.StatusCode)
	}
	if res := f.api("POST", run+"run", nil, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("run after it was deleted: %d", res.StatusCode)
	}
}

func TestReplayAPI(t *testing.T) {
	f := start(t)
	id := f.liveRoom("ann")
	f.source.events <- []live.Event{chat("1", "hello"), chat("2", "there")}
	f.source.cut <- nil
	f.await("ann", live.StateEnded)
	replay := fmt.Sprintf("/api/sessions/%d/replay", id)
	for body, status := range map[string]int{`{"speed":0.5}`: 422, `{"speed":11}`: 422, `{"speed":"fast"}`: 422} {
		if res := f.api("POST", replay, body, nil); res.StatusCode != status {
			t.Errorf("%s: %d", body, res.StatusCode)
		}
	}
	if res := f.api("POST", "/api/sessions/99/replay", `{"speed":1}`, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("a session there is not: %d", res.StatusCode)
	}
	var info sessionState
	if res := f.api("POST", replay, `{"speed":10}`, &info); res.StatusCode != http.StatusCreated || info.Origin != "replay" || info.ID == id || info.Room != "ann" {
		t.Fatalf("replay: %d %+v", res.StatusCode, info)
	}
	for conn := f.socket(fmt.Sprintf("/api/sessions/%d/follow", info.ID)); ; {
		if _, err := f.next(conn); err != nil {
			break // its log is closed: the end is stored next
		}
	}
	for info.EndedAt == nil {
		f.api("GET", fmt.Sprintf("/api/sessions/%d", info.ID), nil, &info)
	}
	if info.EndReason != "ended" {
		t.Errorf("it ended as %+v", info)
	}
	var page struct {
		Items []struct {
			Kind   string `json:"event_type"`
			Origin string `json:"origin"`
			Source string `json:"source_id"`
		} `json:"items"`
	}
	f.api("GET", fmt.Sprintf("/api/sessions/%d/events", info.ID), nil, &page)
	var got []string
	for i, e := range page.Items {
		got = append(got, e.Kind)
		if e.Origin != "replay" || !strings.HasPrefix(e.Source, fmt.Sprintf("%d/", id)) {
			t.Errorf("event %d is %+v", i, e)
		}
	}
	if want := []string{"connect", "comment", "comment", "disconnect", "live_end"}; !cmp.Equal(want, got) {
		t.Errorf("replayed %v, want %v", got, want)
	}
	if res := f.api("GET", fmt.Sprintf("/api/sessions/%d/playback", info.ID), nil, nil); res.StatusCode != http.StatusConflict {
		t.Errorf("the playback of a replay that is over: %d", res.StatusCode)
	}
	if res := f.api("GET", "/api/sessions/99/playback", nil, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("the playback of a session there is not: %d", res.StatusCode)
	}
}

// TestReplayOfAPrunedSession: what was deleted cannot come again; the API says so, and the simulator does not offer it.
func TestReplayOfAPrunedSession(t *testing.T) {
	f := start(t)
	f.setUp()
	id := f.liveRoom("ann")
	f.source.events <- []live.Event{chat("1", "hello")}
	f.source.cut <- nil
	f.await("ann", live.StateEnded)
	offered := func() int {
		_, doc := f.page("/rooms/ann/simulate")
		return doc.Find(fmt.Sprintf(`.sim-replay [name=session] option[value="%d"]`, id)).Length()
	}
	if n := offered(); n != 1 {
		t.Fatalf("the simulator offers it %d times", n)
	}
	if err := f.db.PruneEvents(t.Context(), id, time.Now()); err != nil {
		t.Fatal(err)
	}
	if n := offered(); n != 0 {
		t.Error("the simulator offers what was deleted")
	}
	var problem struct{ Detail string }
	res := f.api("POST", fmt.Sprintf("/api/sessions/%d/replay", id), `{"speed":1}`, &problem)
	if res.StatusCode != http.StatusConflict || !strings.Contains(problem.Detail, "were deleted") {
		t.Errorf("%d, %q", res.StatusCode, problem.Detail)
	}
	if info, open := f.engine.OpenSession("ann"); open {
		t.Errorf("it opened %+v", info)
	}
}

// TestReplayOfARemovedRoom: a session whose room was taken off the list is replayed too; its desk is there for as long as that goes on.
func TestReplayOfARemovedRoom(t *testing.T) {
	f := start(t)
	f.setUp()
	of := f.show("gone")
	for _, path := range []string{"/rooms/gone", fmt.Sprintf("/rooms/gone?session=%d", of.ID+50)} {
		if res, _ := f.page(path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s of a room there is not: %d", path, res.StatusCode)
		}
	}
	_, doc := f.page(fmt.Sprintf("/sessions/%d", of.ID))
	form := doc.Find(`form[action="/rooms/gone/replay"]`)
	if text := form.Text(); !strings.Contains(text, "@gone is no longer in the list") {
		t.Errorf("the form of its session says %q", text)
	}
	sent := []string{"once", form.Find("[name=once]").AttrOr("value", ""), "session", form.Find("[name=session]").AttrOr("value", ""), "speed", "1"}
	res, desk := f.submit("/rooms/gone/replay", sent...)
	if res.Request.URL.Path != "/rooms/gone" || desk.Find("rehearsal-bar form").Length() == 0 {
		t.Fatalf("it leads to %s", res.Request.URL)
	}
	if said := desk.Find("health-note").Text(); !strings.Contains(said, "taken off the list") {
		t.Errorf("its desk says %q", said)
	}
	if n := desk.Find(`form[action$="/connect"], form[action$="/host"] [name=story], .host-none a`).Length(); n > 0 {
		t.Errorf("its desk has %d forms and links that a room must be in the list for", n)
	}
	if again, _ := f.submit("/rooms/gone/replay", sent...); again.Request.URL.String() != res.Request.URL.String() {
		t.Errorf("a double click leads to %s", again.Request.URL)
	}
	replay := res.Request.URL.Query().Get("session")
	for path, want := range map[string]int{"connect": 404, "disconnect": 404, "rehearsal": 409} {
		if res := f.api("POST", "/api/rooms/gone/"+path, nil, nil); res.StatusCode != want {
			t.Errorf("%s of a room that is only replayed: %d", path, res.StatusCode)
		}
	}
	if res := f.api("POST", "/api/sessions/"+replay+"/simulate", `{"event_type":"follow"}`, nil); res.StatusCode != http.StatusOK {
		t.Errorf("simulated into the replay: %d", res.StatusCode)
	}
	status := func(room string) int {
		return f.api("GET", "/api/rooms/"+room+"/simulator?session="+replay, nil, nil).StatusCode
	}
	if got := status("other"); got != http.StatusNotFound {
		t.Errorf("the replay as another room's: %d", got)
	}
	if _, rooms := f.page("/"); rooms.Find(`[data-room=gone]`).Length() > 0 {
		t.Error("the room is back in the list")
	}
	if res := f.api("POST", "/api/sessions/"+replay+"/end", nil, nil); res.StatusCode != http.StatusNoContent {
		t.Errorf("end: %d", res.StatusCode)
	}
	if got := status("gone"); got != http.StatusOK {
		t.Errorf("its desk cannot learn that it is over: %d", got)
	}
	if res, _ := f.page("/rooms/gone?session=" + replay); res.Request.URL.Path != "/sessions/"+replay {
		t.Errorf("the desk of what is over leads to %s", res.Request.URL)
	}
	var info sessionState
	if res := f.api("POST", fmt.Sprintf("/api/sessions/%d/replay", of.ID), `{"speed":10}`, &info); res.StatusCode != http.StatusCreated || info.Room != "gone" {
		t.Errorf("by the API: %d %+v", res.StatusCode, info)
	}
}
