package templates

import (
	"strings"
	"testing"
	"time"

	"showcaller/internal/live"
)

// programDesk is a desk of three programs: one is over, one is on for longer than planned, one is ahead.
func programDesk() ProgramDesk {
	items := []live.RunDownItem{
		{ID: 1, Name: "Hello", Type: "chatting", Planned: 5 * time.Minute}, {ID: 2, Name: "<b>歌回</b>", Type: "singing", Planned: 30 * time.Minute},
		{ID: 3, Name: "Minecraft", Type: "gaming"},
	}
	change := func(seq int64, after time.Duration, action string, i live.RunDownItem) live.Event {
		data := live.Program{Action: action, ProgramName: i.Name, ProgramID: i.ProgramID(), ProgramType: i.Type}
		return live.Event{Kind: live.KindProgram, Seq: seq, SessionID: 7, Origin: live.OriginSystem, At: noon.Add(after), Data: data}
	}
	events := []live.Event{change(1, 0, "start", items[0]), change(2, 6*time.Minute, "finish", items[0]), change(3, 6*time.Minute, "start", items[1])}
	var calls []ProgramCall
	for n := range events {
		e := events[len(events)-1-n]
		calls = append(calls, ProgramCall{Event: e, Program: live.DataOf[live.Program](e), Call: live.ProgramCall{State: live.CallAnswered, Took: 1234 * time.Millisecond}})
	}
	calls[0].Call = live.ProgramCall{State: live.CallFailed, Code: live.CodeUpstream, Why: "slow", Detail: "The story at example.org took too long.", RetryAt: noon}
	return ProgramDesk{
		UniqueID: "mai", Session: 7, Open: true, Now: noon.Add(37*time.Minute + 30*time.Second), Items: items, Calls: calls,
		Show: live.ShowOf(live.SessionInfo{}, events), Host: ProgramHost{StoryID: "1", URL: "https://example.org/api/stories/1/message"},
	}
}

func TestProgramBox(t *testing.T) {
	v := livePage()
	v.Program = programDesk()
	box := render(t, Live(v)).Find(".program-box")
	for selector, want := range map[string]string{
		"h2 span": "1 of 3 done", ".on-name bdi": "<b>歌回</b>", ".on-clock": "31:30", ".on-left": "01:30 over", ".run-down .done .item-time": "06:00",
		".run-down .planned .item-time": "open end", ".call[data-state=failed] .call-state": "No answer", ".call-why:first-of-type": "The story took too long to begin.",
	} {
		if got := squeezed(box.Find(selector).First().Text()); got != want {
			t.Errorf("%s says %q, not %q", selector, got, want)
		}
	}
	if n := box.Find(".on-air.overtime progress[value='1800'][max='1800']").Length(); n != 1 {
		t.Error("it does not say that the program takes longer than planned")
	}
	if n := box.Find("form").Length(); n != 2+2+1 { // pause and finish, the start of two others, one more try
		t.Errorf("%d things can be done", n)
	}

	v.Permits = func(string) bool { return false }
	box = render(t, Live(v)).Find(".program-box")
	if box.Find("form, button").Length() != 0 || box.Find(".on-clock").Length() != 1 || box.Find("[data-changes]").Length() != 0 {
		t.Error("who may not change the show is offered to, or does not see it")
	}
}

func squeezed(s string) string { return strings.Join(strings.Fields(s), " ") }
