package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"showcaller/internal/story"
	"showcaller/internal/story/storytest"
)

// TestStoryURL lets one panel's host answer for another's: the client and the server of the contract are held against each other.
func TestStoryURL(t *testing.T) {
	t.Parallel()
	host := serveHere(t, settings(t, nil))
	guest := serveHere(t, settings(t, nil, "SHOWCALLER_STORY_URL="+host.url, "SHOWCALLER_STORY_TOKEN="+token))
	send := func(p panel, body string) (int, answer) {
		t.Helper()
		var a answer
		status, b := p.ask(http.MethodPost, "/api/stories/1/message", json.RawMessage(body))
		if err := json.Unmarshal(b, &a); err != nil {
			t.Fatalf("%v in %s", err, b)
		}
		return status, a
	}
	gift := `{"type":"gift_event","data":{"username":"generous_fan","giftName":"Rose","giftCount":3}}`
	if status, a := send(guest.panel, gift); status != http.StatusOK || len(a.Clips) == 0 || !strings.Contains(a.Clips[0].Speech, "generous_fan") || a.Fallback != "" {
		t.Fatalf("through the other panel: %d %+v", status, a)
	}
	var kept struct{ Items []struct{ Speaker string } }
	if host.get("/api/stories/1/messages", &kept); len(kept.Items) != 1 || kept.Items[0].Speaker != "generous_fan" {
		t.Errorf("the host remembers %+v", kept)
	}
	if status, _ := send(guest.panel, `{"type":"gift_event","data":{}}`); status != http.StatusUnprocessableEntity {
		t.Errorf("an invalid gift: %d", status)
	}
	if err := host.stop(); err != nil {
		t.Error(err)
	}
	if status, a := send(guest.panel, gift); status != http.StatusOK || len(a.Clips) == 0 || a.Fallback == "" {
		t.Errorf("with the other panel gone: %d %+v", status, a)
	}
}

// TestStoryURLWithAModel: while another program answers, no model of ours is asked, not even when the other one is gone: who waits
// has waited already.
func TestStoryURLWithAModel(t *testing.T) {
	t.Parallel()
	model := storytest.NewModel(t, storytest.Never)
	p := serveHere(t, settings(t, nil, "SHOWCALLER_STORY_URL=http://127.0.0.1:1", "SHOWCALLER_MODEL_URL="+model.URL, "SHOWCALLER_MODEL=m"))
	var a answer
	status, b := p.ask(http.MethodPost, "/api/stories/1/message", json.RawMessage(`{"type":"gift_event","data":{"username":"fan","giftName":"Rose"}}`))
	if err := json.Unmarshal(b, &a); err != nil {
		t.Fatalf("%v in %s", err, b)
	}
	if status != http.StatusOK || len(a.Clips) == 0 || !strings.Contains(a.Clips[0].Speech, "fan") || a.Fallback != story.FallbackRemote {
		t.Errorf("%d %+v", status, a)
	}
	if asked := model.Requests(); len(asked) != 0 {
		t.Errorf("the model was asked %d times", len(asked))
	}
}

// answer is what of a story's answer this test reads.
type answer struct {
	Clips    []struct{ Speech string }
	Fallback string
}
