package live_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

func TestDefaultOptionsAreValid(t *testing.T) {
	for _, k := range live.OverlayKinds() {
		o := live.DefaultOptions(k)
		if err := live.CheckOptions(o); err != nil || o.Kind() != k || !k.Valid() {
			t.Errorf("%s: %v, of kind %s", k, err, o.Kind())
		}
		if err := live.CheckSize(k.Size()); err != nil {
			t.Errorf("%s: %v", k, err)
		}
		raw, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		again, err := live.StoredOptions(k, raw)
		if diff := cmp.Diff(o, again); diff != "" || err != nil {
			t.Errorf("%s does not come back as it was stored: %v\n%s", k, err, diff)
		}
	}
	if live.OverlayKind("widget").Valid() || live.DefaultOptions("widget") != nil {
		t.Error("a kind that is none")
	}
}

func TestPatchOptions(t *testing.T) {
	base := live.DefaultOptions(live.OverlayAlerts)
	got, err := live.PatchOptions(base, json.RawMessage(`{"look":{"preset":"neon","accent":"#FF00aa"},"timing":{"show_ms":5000},"rules":[{"on":"gift","enabled":true,"sound":"bell","volume":10,"title":"{nickname} ✨"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	o := got.(*live.AlertsOptions)
	if o.Look.Preset != live.PresetNeon || o.Look.Scale != 100 || o.Timing.ShowMS != 5000 || o.Timing.GapMS != 900 || len(o.Rules) != 1 || o.Rules[0].Title != "{nickname} ✨" {
		t.Errorf("%+v", o)
	}
	if len(base.(*live.AlertsOptions).Rules) < 2 {
		t.Error("the base was changed too")
	}
	got, err = live.PatchOptions(got, json.RawMessage(`{"look":{"accent":null},"timing":{"show_ms":null},"volume":null}`))
	if err != nil {
		t.Fatal(err)
	}
	if o := got.(*live.AlertsOptions); o.Look.Accent != "" || o.Timing.ShowMS != 8000 || o.Volume != 70 || o.Look.Preset != live.PresetNeon {
		t.Errorf("null gives %+v", o)
	}
}

// Everything that is wrong is named at once, each with its path.
func TestPatchOptionsRefuses(t *testing.T) {
	for _, tc := range []struct {
		name  string
		kind  live.OverlayKind
		patch string
		want  []string // path and rule
	}{
		{"look", live.OverlayCounter, `{"look":{"preset":"x","scale":9,"text":"red","font":"comic","motion":"wild","radius":99,"css":"` + strings.Repeat("a", 20_001) + `"}}`,
			[]string{"look.preset one_of", "look.scale range", "look.font one_of", "look.motion one_of", "look.radius range", "look.text colour", "look.css css"}},
		{"chat", live.OverlayChat, `{"max_lines":0,"fade_after":601,"events":["gift","gap"],"filter":{"roles":["fan"],"max_runes":-1}}`,
			[]string{"max_lines range", "fade_after range", "events[1] one_of", "filter.roles[0] one_of", "filter.max_runes range"}},
		{"alerts", live.OverlayAlerts, `{"rules":[{"on":"gift","enabled":true,"sound":"none","title":"{name}"},{"on":"like","enabled":true,"sound":"loud","every":1}],"timing":{"show_ms":2000,"least_ms":3000}}`,
			[]string{"rules[0].title placeholder", "rules[1].every range", "rules[1].sound one_of", "timing.least_ms range"}},
		{"goal", live.OverlayGoal, `{"metric":"gift","target":10,"ladder":[20,15]}`, []string{"gift_id range", "ladder[1] ascending"}},
		{"leaderboard", live.OverlayLeaderboard, `{"zone":"Mars/Olympus","top":21,"period":"year"}`, []string{"period one_of", "top range", "zone zone"}},
		{"counter", live.OverlayCounter, `{"items":[]}`, []string{"items count"}},
		{"ticker", live.OverlayTicker, `{"mode":"jump","max":31}`, []string{"mode one_of", "max range"}},
		{"program", live.OverlayProgram, `{"zone":""}`, []string{"zone zone"}},
		{"timer", live.OverlayTimer, `{"per_diamond":-1,"gifts":[{"gift_id":0,"seconds":1}]}`, []string{"per_diamond range", "gifts[0].gift_id range"}},
		{"host", live.OverlayHost, `{"side":"behind","colours":{"hair":"pink"}}`, []string{"side one_of", "colours.hair colour"}},
		{"a type", live.OverlayHost, `{"volume":"loud"}`, []string{"volume type"}},
		{"an option that is none", live.OverlayHost, `{"wings":2}`, []string{"wings unknown"}},
		{"no object", live.OverlayHost, `[1]`, []string{" object"}},
		{"half an object", live.OverlayHost, `{"volume":`, []string{" object"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := live.PatchOptions(live.DefaultOptions(tc.kind), json.RawMessage(tc.patch))
			wrong, ok := errors.AsType[live.FieldErrors](err)
			if !ok || live.CodeOf(err) != live.CodeInvalid {
				t.Fatalf("err = %v", err)
			}
			var got []string
			for _, f := range wrong {
				got = append(got, strings.TrimPrefix(strings.TrimPrefix(f.Path, "options"), ".")+" "+f.Rule)
				if f.Message == "" {
					t.Errorf("%s says nothing", f.Path)
				}
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// What a chat hides is not told to its page, and alerts come with their texts.
func TestPublicOptions(t *testing.T) {
	chat := live.DefaultOptions(live.OverlayChat).(*live.ChatOptions)
	chat.Filter.Words = []string{"secret"}
	raw, err := json.Marshal(chat.Public())
	if err != nil || strings.Contains(string(raw), "secret") || chat.Filter.Words == nil {
		t.Errorf("%s %v", raw, err)
	}
}

// Options of another version of the program are read as far as they are understood.
func TestStoredOptionsOfAnotherVersion(t *testing.T) {
	o, err := live.StoredOptions(live.OverlayGoal, []byte(`{"target":5,"look":{"preset":"candy","wings":2},"shape":"round"}`))
	goal, ok := o.(*live.GoalOptions)
	if err != nil || !ok || goal.Target != 5 || goal.Look.Preset != live.PresetCandy || goal.Look.Scale != 100 || goal.Metric != live.GoalDiamonds {
		t.Errorf("%+v, %v", o, err)
	}
}

func FuzzPatchOptions(f *testing.F) {
	for _, k := range live.OverlayKinds() {
		raw, _ := json.Marshal(live.DefaultOptions(k))
		f.Add(string(k), raw)
	}
	f.Add("alerts", []byte(`{"rules":[{"on":"gift","title":"{{nickname}"}],"look":null}`))
	f.Fuzz(func(t *testing.T, kind string, patch []byte) {
		k := live.OverlayKind(kind)
		if !k.Valid() {
			return
		}
		o, err := live.PatchOptions(live.DefaultOptions(k), patch)
		if err != nil {
			if live.CodeOf(err) != live.CodeInvalid {
				t.Fatalf("%v", err)
			}
			return
		}
		if err := live.CheckOptions(o); err != nil {
			t.Fatalf("accepted, and wrong: %v", err)
		}
		raw, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		again, err := live.StoredOptions(k, raw)
		if diff := cmp.Diff(o, again); diff != "" || err != nil {
			t.Fatalf("%v\n%s", err, diff)
		}
	})
}
