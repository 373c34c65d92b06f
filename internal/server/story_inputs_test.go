package server_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"showcaller/internal/story"
)

// raid is a type of input that the contract does not have.
type raid struct {
	From    string `json:"from"`
	Viewers int64  `json:"viewers"`
}

func (r *raid) Speaker() string      { return "" }
func (r *raid) Clean(g *story.Guard) { r.From = g.Name(r.From) }
func (r *raid) Text() string         { return r.From }
func (r *raid) Memory() story.Memory { return story.MemoryNone }
func (r *raid) Context() string      { return "A raid from " + r.From }
func (r *raid) Say(s *story.Script) {
	s.Say("happy", "wave", fmt.Sprintf("Welcome, %d people of %s!", r.Viewers, r.From))
}

var raids = story.InputType{Name: "raid", Read: func(f *story.Fields) story.Input {
	return &raid{From: f.Text("from", 100), Viewers: f.Int("viewers", 1, 1, 1_000_000)}
}}

// A type that is registered beside the contract's own is taken by the message address, by its stream and by a dry run, and refused
// with a path for every field.
func TestMessageOfAnAddedType(t *testing.T) {
	f := start(t, raids)
	const good = `{"type":"raid","data":{"from":"Ann","viewers":40,"x":1}}`
	var plain, last answer
	if err := json.NewDecoder(f.ask(message, good, "application/json").Body).Decode(&plain); err != nil {
		t.Fatal(err)
	}
	events := readStream(t, f.ask(message, good, "text/event-stream"))
	if err := json.Unmarshal([]byte(events[len(events)-1].data), &last); err != nil {
		t.Fatal(err)
	}
	var dry struct{ Answer answer }
	f.api("POST", "/api/stories/1/director", `{"action":"dry_run","input":`+good+`}`, &dry)
	for _, a := range []answer{plain, last, dry.Answer} {
		if a.Event.Type != "raid" || len(a.Clips) != 1 || a.Clips[0].Speech != "Welcome, 40 people of Ann!" {
			t.Errorf("%+v", a)
		}
	}
	var p struct {
		Status int
		Errors []struct {
			Path, Rule string
			Args       map[string]any
		}
	}
	f.api("POST", message, `{"type":"raid","data":{"viewers":0}}`, &p)
	if got := fmt.Sprint(p); got != "{422 [{body.data.from required map[]} {body.data.viewers integer map[From:1 To:1e+06]}]}" {
		t.Error(got)
	}
	if res := start(t).ask(message, good, "application/json"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("where it was not added: %d", res.StatusCode)
	}
}
