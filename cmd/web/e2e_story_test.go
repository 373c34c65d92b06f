package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
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

// answer is what of a story's answer this test reads.
type answer struct {
	Clips    []struct{ Speech string }
	Fallback string
}
