package live_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"showcaller/internal/live"
)

const roseJSON = `{"user":{"unique_id":"fan"},"gift":{"id":5655,"name":"Rose","diamond_count":1,"streakable":true,"type":1}}`

func TestCheckSteps(t *testing.T) {
	for _, tt := range []struct{ steps, field string }{
		{`[]`, "steps"},
		{`[{"event_type":"nonsense"}]`, "steps[0].event_type"},
		{`[{"event_type":"join"},{"event_type":"comment","data":{"comment":7}}]`, "steps[1].data.comment"},
		{`[{"event_type":"gift","data":{"repeat_count":-1}}]`, "steps[0].data.repeat_count"},
		{`[{"event_type":"join","delay_ms":-1}]`, "steps[0].delay_ms"},
		{`[{"event_type":"join","delay_ms":600001}]`, "steps[0].delay_ms"},
		{`[{"event_type":"join","every_ms":600001}]`, "steps[0].every_ms"},
		{`[{"event_type":"join","repeat":20001}]`, "steps[0].repeat"},
		{`[{"event_type":"join","crowd":-1}]`, "steps[0].crowd"},
		{`[{"event_type":"join","streak":true}]`, "steps[0].streak"},
		{`[{"event_type":"gift","data":` + roseJSON + `,"streak":true,"crowd":2}]`, "steps[0].crowd"},
		{`[{"event_type":"join","repeat":15000},{"event_type":"join","repeat":15000}]`, "steps"},
		{`[{"event_type":"join","repeat":100,"every_ms":600000}]`, "steps"},
		{`[{"event_type":"gift","data":` + roseJSON + `,"repeat":100,"every_ms":600,"streak":true}]`, ""},
	} {
		var steps []live.ScenarioStep
		if err := json.Unmarshal([]byte(tt.steps), &steps); err != nil {
			t.Fatal(err)
		}
		field := ""
		if err, ok := live.CheckSteps(steps).(*live.Error); ok { //nolint:errorlint // as it comes
			field = err.Field
		}
		if field != tt.field {
			t.Errorf("%s: at fault is %q, want %q", tt.steps, field, tt.field)
		}
	}
}

func steps(t *testing.T, text string) []live.ScenarioStep {
	t.Helper()
	var out []live.ScenarioStep
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newArchive("mai")
		engine, stop := watchRooms(t, a, onAir{})
		defer stop()
		info, err := engine.Rehearse(t.Context(), "mai")
		if err != nil {
			t.Fatal(err)
		}
		scenario := live.Scenario{ID: 3, Name: "show", Steps: steps(t, `[
			{"event_type":"join","repeat":5,"crowd":3},
			{"event_type":"gift","data":`+roseJSON+`,"delay_ms":1000,"repeat":4,"every_ms":500,"streak":true},
			{"event_type":"comment","data":{"comment":"wow"},"delay_ms":2000}]`)}
		begin := time.Now()
		run, err := engine.StartRun(info.ID, scenario)
		if err != nil || run.State != live.RunRunning || run.Total != 11 {
			t.Fatalf("started as %+v, %v", run, err)
		}
		if _, err := engine.StartRun(info.ID, scenario); live.CodeOf(err) != live.CodeConflict {
			t.Errorf("run twice at once: %v", err)
		}
		time.Sleep(8 * time.Second)
		synctest.Wait()
		if got := engine.Runs(info.ID)[0]; got.State != live.RunDone || got.Done != 11 {
			t.Errorf("it is %+v", got)
		}
		events := a.log(info.ID).all()[1:]
		if got := kinds(events); got != "join join join join join gift gift gift gift gift comment" {
			t.Errorf("recorded %s", got)
		}
		names, at := map[string]bool{}, []int64{0, 0, 0, 0, 0, 1000, 1500, 2000, 2500, 5500, 7500}
		for i, e := range events {
			if e.Origin != live.OriginSimulated {
				t.Errorf("%d is of origin %s", i, e.Origin)
			}
			if e.Kind == live.KindJoin {
				names[e.User.Key()] = true
			}
			if got := e.At.Sub(live.Millis(begin)).Milliseconds(); got != at[i] {
				t.Errorf("%d came after %d ms, want %d", i, got, at[i])
			}
		}
		if len(names) != 3 {
			t.Errorf("a crowd of three is %v", names)
		}
		if sum := a.log(info.ID).totals(true); sum.Gifts != 4 || sum.Joins != 5 {
			t.Errorf("the rehearsal's own numbers are %+v", sum)
		}
	})
}

func TestRunIsStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newArchive("mai")
		engine, stop := watchRooms(t, a, onAir{})
		defer stop()
		info, err := engine.Rehearse(t.Context(), "mai")
		if err != nil {
			t.Fatal(err)
		}
		streak := steps(t, `[{"event_type":"gift","data":`+roseJSON+`,"repeat":100,"every_ms":600,"streak":true}]`)
		run, err := engine.StartRun(info.ID, live.Scenario{Steps: streak})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(1300 * time.Millisecond)
		if n := engine.StopRuns(info.ID, func(r live.Run) bool { return r.ID == run.ID }); n != 1 {
			t.Errorf("%d runs stopped", n)
		}
		synctest.Wait()
		if got := engine.Runs(info.ID)[0]; got.State != live.RunStopped {
			t.Errorf("it is %+v", got)
		}
		// Three taps, and the end at once: nobody waits for the timeout.
		events := a.log(info.ID).all()[1:]
		if sum := a.log(info.ID).totals(true); len(events) != 4 || sum.Gifts != 3 {
			t.Errorf("%s, %d pieces", kinds(events), sum.Gifts)
		}
		for range 8 {
			if _, err := engine.StartRun(info.ID, live.Scenario{Steps: streak}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := engine.StartRun(info.ID, live.Scenario{Steps: streak}); live.CodeOf(err) != live.CodeLimited {
			t.Errorf("a ninth at once: %v", err)
		}
		if err := engine.EndRehearsal(t.Context(), info.ID); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		for _, r := range engine.Runs(info.ID) {
			if r.State == live.RunRunning {
				t.Errorf("the session has ended, and this runs on: %+v", r)
			}
		}
	})
}
