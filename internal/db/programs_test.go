package db_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

func runDownNames(t testing.TB, d *db.DB, room string) (names []string) {
	t.Helper()
	items, err := d.RunDown(t.Context(), room)
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range items {
		names = append(names, i.Name)
	}
	return names
}

func TestRunDown(t *testing.T) {
	d := fresh(t)
	ids := map[string]int64{}
	for _, name := range []string{"Hello", "歌回", "Minecraft"} {
		i, err := d.AddRunDownItem(t.Context(), live.RunDownItem{Room: "ann", Name: name, Type: "other", Planned: 90 * time.Second})
		if err != nil {
			t.Fatal(err)
		}
		ids[name] = i.ID
	}
	if _, err := d.AddRunDownItem(t.Context(), live.RunDownItem{Room: "ben", Name: "Elsewhere", Type: "other"}); err != nil {
		t.Fatal(err)
	}
	changed := live.RunDownItem{ID: ids["歌回"], Room: "ann", Name: "Songs", Type: "singing", Planned: time.Hour}
	if err := d.SaveRunDownItem(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	items, err := d.RunDown(t.Context(), "ann")
	if err != nil || len(items) != 3 || !cmp.Equal(items[1], changed) {
		t.Errorf("%+v, %v", items, err)
	}
	if err := d.RemoveRunDownItem(t.Context(), "ann", ids["Minecraft"]); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"removing twice":           d.RemoveRunDownItem(t.Context(), "ann", ids["Minecraft"]),
		"another room's":           d.RemoveRunDownItem(t.Context(), "ben", ids["Hello"]),
		"changing what is gone":    d.SaveRunDownItem(t.Context(), live.RunDownItem{ID: ids["Minecraft"], Room: "ann", Name: "x"}),
		"moving what is elsewhere": d.MoveRunDownItem(t.Context(), "ben", ids["Hello"], 0),
	} {
		if live.CodeOf(err) != live.CodeNotFound {
			t.Errorf("%s: %v", what, err)
		}
	}
	again, err := d.AddRunDownItem(t.Context(), live.RunDownItem{Room: "ann", Name: "Last", Type: "other"})
	if err != nil || again.ID <= ids["Minecraft"] {
		t.Errorf("an id was given twice: %d after %d, %v", again.ID, ids["Minecraft"], err)
	}
	if diff := cmp.Diff([]string{"Hello", "Songs", "Last"}, runDownNames(t, d, "ann")); diff != "" {
		t.Error(diff)
	}
}

func TestRunDownIsBounded(t *testing.T) {
	d := fresh(t)
	for n := range live.MostItems {
		if _, err := d.AddRunDownItem(t.Context(), live.RunDownItem{Room: "ann", Name: fmt.Sprint(n), Type: "other"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := d.AddRunDownItem(t.Context(), live.RunDownItem{Room: "ann", Name: "one more", Type: "other"}); live.CodeOf(err) != live.CodeLimited {
		t.Errorf("one more: %v", err)
	}
}

// TestRunDownMoves moves items about: the order is what a list of names would be.
func TestRunDownMoves(t *testing.T) {
	d := fresh(t)
	var want []string
	ids := map[string]int64{}
	for n := range 6 {
		i, err := d.AddRunDownItem(t.Context(), live.RunDownItem{Room: "ann", Name: fmt.Sprint("item ", n), Type: "other"})
		if err != nil {
			t.Fatal(err)
		}
		want, ids[i.Name] = append(want, i.Name), i.ID
	}
	rapid.Check(t, func(r *rapid.T) {
		name := rapid.SampledFrom(want).Draw(r, "item")
		place := rapid.IntRange(-2, 9).Draw(r, "place")
		if err := d.MoveRunDownItem(t.Context(), "ann", ids[name], place); err != nil {
			r.Fatal(err)
		}
		want = slices.DeleteFunc(want, func(s string) bool { return s == name })
		want = slices.Insert(want, min(max(place, 0), len(want)), name)
		if got := runDownNames(t, d, "ann"); !slices.Equal(got, want) {
			r.Fatalf("%v, want %v", got, want)
		}
	})
}

func TestProgramCalls(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	d := open(t, path)
	program := func(name string) live.Event {
		return live.Event{Kind: live.KindProgram, At: time.Now(), Origin: live.OriginSystem, Data: live.Program{Action: "start", ProgramName: name}}
	}
	info := record(t, d, "ann", "1", program("A"), by(1, live.Comment{Comment: "between"}), program("B"), program("C"))
	events, err := d.ProgramEvents(t.Context(), info.ID, 0, 2)
	if err != nil || len(events) != 2 || events[0].Seq != 4 || events[1].Seq != 3 {
		t.Fatalf("%+v, %v", events, err)
	}
	if events, err = d.ProgramEvents(t.Context(), info.ID, 3, 2); err != nil || len(events) != 1 || live.DataOf[live.Program](events[0]).ProgramName != "A" {
		t.Errorf("the next page: %+v, %v", events, err)
	}
	if _, err := d.ProgramCall(t.Context(), info.ID, 1); live.CodeOf(err) != live.CodeNotFound {
		t.Errorf("no call yet: %v", err)
	}
	at := live.Millis(time.Now())
	call := live.ProgramCall{
		SessionID: info.ID, Seq: 1, StoryID: "1", State: live.CallAsking, Since: at, Tries: 1, Body: json.RawMessage(`{"type":"program_event","data":{"action":"start","programName":"A"}}`),
	}
	answered, failed, trying, given := call, call, call, call
	answered.State, answered.Took = live.CallAnswered, 430*time.Millisecond
	answered.Answer = live.StoryAnswer{TurnID: "s1-1", Clips: []live.Clip{{Speech: "歌います！"}}, Responder: "template", TookMS: 400, Fallback: "slow", Guarded: []string{"out link: x"}}
	failed.Seq, failed.State, failed.Code, failed.Why, failed.Detail, failed.RetryAt = 3, live.CallFailed, live.CodeUpstream, "slow", "no answer", at.Add(2*time.Second)
	given.Seq, given.State, given.Code = 4, live.CallFailed, live.CodeUpstream
	trying.Seq = 5
	for _, c := range []live.ProgramCall{call, answered, failed, given, trying} {
		if err := d.SaveProgramCall(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	got, err := d.ProgramCallsOf(t.Context(), info.ID, 1, 9)
	if diff := cmp.Diff([]live.ProgramCall{answered, failed, given, trying}, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
		t.Errorf("%v (-saved +read):\n%s", err, diff)
	}

	// The program dies and starts again: whatever was under way is known, and nothing of the rest is touched.
	d = open(t, path)
	if err := d.LeaveProgramCalls(t.Context()); err != nil {
		t.Fatal(err)
	}
	trying.State, failed.RetryAt = live.CallUnanswered, time.Time{}
	got, err = d.ProgramCallsOf(t.Context(), info.ID, 1, 9)
	if diff := cmp.Diff([]live.ProgramCall{answered, failed, given, trying}, got, cmpopts.EquateEmpty()); diff != "" || err != nil {
		t.Errorf("started again, %v (-want +got):\n%s", err, diff)
	}
	if err := d.DeleteSession(t.Context(), info.ID); err != nil {
		t.Fatal(err)
	}
	if got, err = d.ProgramCallsOf(t.Context(), info.ID, 1, 9); err != nil || len(got) != 0 {
		t.Errorf("the session's calls outlive it: %+v, %v", got, err)
	}
}
