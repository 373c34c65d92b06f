package templates

import (
	"bytes"
	"encoding/json"
	"strconv"
	"time"

	"showcaller/internal/live"
	"showcaller/web/catalog"
)

// ProgramDesk is a room's program desk: the run-down of its show, what is on, and what the host was told.
type ProgramDesk struct {
	UniqueID string
	Session  int64 // programs go to it, or went; 0: none is open
	Open     bool  // it takes changes of program
	Now      time.Time
	Show     live.Show
	Items    []live.RunDownItem
	Host     ProgramHost
	Calls    []ProgramCall // the newest first
	Once     string        // a secret of this page's forms: what is sent twice happens once
	Back     string        // where the forms lead back to
}

// ProgramHost is who is told about programs.
type ProgramHost struct {
	StoryID string // "" for nobody
	Name    string
	Paused  bool
	URL     string // where it is told
}

// ProgramCall is a program event and what became of telling the host. Call.State is "" where nobody was told.
type ProgramCall struct {
	Event   live.Event
	Program live.Program
	Call    live.ProgramCall
}

// ProgramPage is the program desk on a page of its own: the run-down to edit, the log of all calls, and the question before one
// program takes another's place.
type ProgramPage struct {
	Page
	ProgramDesk
	Nickname   string
	Form       ProgramForm
	Errors     Errors            // of the form
	Asked      *live.RunDownItem // whose start waits for an answer; nil for none
	Notice     string            // what could not be done, and why
	LogSession int64             // of Log; 0: there never was one
	Log        []ProgramCall     // a page of all calls, the newest first
	Older      int64             // the next page begins below this number; 0: there is none
	Earlier    int64             // the room's session before this one; 0: there is none
}

// ProgramForm is an item of the run-down as it was typed.
type ProgramForm struct {
	Item    int64 // 0: a new one
	Name    string
	Type    string
	Minutes string
}

func (d ProgramDesk) path(rest string) string { return "/rooms/" + d.UniqueID + "/program" + rest }

func (d ProgramDesk) itemPath(i live.RunDownItem) string {
	return d.path("/items/" + strconv.FormatInt(i.ID, 10))
}

func (d ProgramDesk) logPath() string {
	if d.Session == 0 {
		return d.path("")
	}
	return d.path("?session=" + strconv.FormatInt(d.Session, 10))
}

func (v ProgramPage) olderPath() string {
	return v.path("?session="+strconv.FormatInt(v.LogSession, 10)) + "&before=" + strconv.FormatInt(v.Older, 10) + "#log"
}

func (v ProgramPage) name() string {
	if v.Nickname != "" {
		return v.Nickname
	}
	return "@" + v.UniqueID
}

// changes reports whether the reader may change the show now.
func (d ProgramDesk) changes(p Page) bool {
	return d.Open && p.May("POST /rooms/{unique_id}/program")
}

// plans reports whether the reader may change the run-down.
func plans(p Page) bool { return p.May("POST /rooms/{unique_id}/program/items") }

// on reports whether something is on.
func (d ProgramDesk) on() bool { return d.Show.Phase() != live.ProgramIdle }

// next is the first program of the run-down that has not been on; nil if there is none.
func (d ProgramDesk) next() *live.RunDownItem {
	for i := range d.Items {
		if state, _ := d.Show.Of(d.Items[i]); state == "planned" {
			return &d.Items[i]
		}
	}
	return nil
}

// done counts the programs of the run-down that were on.
func (d ProgramDesk) done() (n int) {
	for _, i := range d.Items {
		if state, _ := d.Show.Of(i); state == "done" {
			n++
		}
	}
	return n
}

// planned is how long what is on is planned to take; 0 is not known.
func (d ProgramDesk) planned() time.Duration {
	for _, i := range d.Items {
		if state, _ := d.Show.Of(i); state == "on" {
			return i.Planned
		}
	}
	return 0
}

func (d ProgramDesk) over() bool { return d.planned() > 0 && d.Show.Ran(d.Now) > d.planned() }

func seconds(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) }

// left says how much of the planned time is left, or by how much it is over.
func (d ProgramDesk) left(p Page) string {
	planned, ran := d.planned(), d.Show.Ran(d.Now)
	switch {
	case planned == 0:
		return ""
	case ran > planned:
		return p.t("program.over", "Time", clockTime(ran-planned))
	}
	return p.t("program.left", "Time", clockTime(planned-ran))
}

// clockTime is a length as a clock shows it, 23:41 or 1:24:10. The browser's clockTime is the same.
func clockTime(d time.Duration) string {
	if d < time.Hour {
		return catalog.Stopwatch(d)[2:]
	}
	return catalog.Stopwatch(d)
}

// minutes is a planned length for a form: whole or broken minutes, "" for an open end.
func minutes(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return strconv.FormatFloat(d.Minutes(), 'f', -1, 64)
}

// plannedText is how long an item is planned to take, or took.
func (d ProgramDesk) plannedText(p Page, i live.RunDownItem) string {
	switch state, ran := d.Show.Of(i); {
	case state == "done":
		return clockTime(ran)
	case i.Planned > 0:
		return p.t("program.planned", "Time", clockTime(i.Planned))
	}
	return p.t("program.open_end")
}

// preview is what would be sent now, one input for each thing that may happen next.
func (d ProgramDesk) preview() []ProgramPreview {
	var out []ProgramPreview
	add := func(p live.Program) {
		if changes, err := d.Show.Change(p, false, d.Now); err == nil {
			out = append(out, ProgramPreview{Action: p.Action, Body: programJSON(changes[0])})
		}
	}
	for _, action := range d.Show.Allowed() {
		switch next := d.next(); {
		case action != live.ProgramStart:
			add(live.Program{Action: action})
		case next != nil:
			add(live.Program{Action: action, ProgramName: next.Name, ProgramID: next.ProgramID(), ProgramType: next.Type})
		}
	}
	return out
}

// ProgramPreview is what the host is told when something happens next.
type ProgramPreview struct {
	Action string
	Body   string
}

func programJSON(p live.Program) string {
	data, err := json.Marshal(p)
	if err != nil {
		return "" // metadata of a program holds JSON values only
	}
	return inputJSON(live.StoryInput{Type: live.InputProgram, Data: data})
}

func indented(data []byte) string {
	var b bytes.Buffer
	if json.Indent(&b, data, "", "  ") != nil {
		return string(data)
	}
	return b.String()
}

// ahead is what of the run-down is still ahead, with the one that was done before it. The browser's ahead is the same.
func (d ProgramDesk) ahead() []live.RunDownItem {
	for n, i := range d.Items {
		if itemState(d, i) != "done" {
			return d.Items[max(0, n-1):]
		}
	}
	return d.Items[max(0, len(d.Items)-1):]
}

// callsShown is how many calls the box on the desk shows at most.
const callsShown = 2

// shown are the calls the box on the desk shows: the newest, and what failed.
func (d ProgramDesk) shown() []ProgramCall {
	var out []ProgramCall
	for n, c := range d.Calls {
		if (n == 0 || c.Call.State == live.CallFailed) && len(out) < callsShown {
			out = append(out, c)
		}
	}
	return out
}

// state is what became of a call; "untold" where there is none.
func (c ProgramCall) state() string {
	if c.Call.State == "" {
		return "untold"
	}
	return string(c.Call.State)
}

// tone is the colour of a call's state.
func (c ProgramCall) tone() string {
	switch c.Call.State {
	case live.CallAnswered:
		return "go"
	case live.CallWaiting, live.CallAsking:
		return "wait"
	case live.CallFailed:
		return "hold"
	}
	return "none"
}

// again reports whether the host can be told again by hand.
func (d ProgramDesk) again(p Page, c ProgramCall) bool {
	if !d.changes(p) || d.Host.StoryID == "" || c.Event.SessionID != d.Session || c.Event.Origin == live.OriginReplay {
		return false
	}
	switch c.Call.State {
	case live.CallWaiting, live.CallAsking, live.CallAnswered:
		return false
	}
	return true
}

// said is what the host answered.
func (c ProgramCall) said() string {
	var text string
	for _, clip := range c.Call.Answer.Clips {
		text += " " + clip.Speech
	}
	return text
}

// why says why there is no answer.
func (c ProgramCall) why(p Page) string {
	switch c.Call.State {
	case live.CallFailed:
		if text := p.t("program.why." + c.Call.Why); c.Call.Why != "" && text != "program.why."+c.Call.Why {
			return text
		}
		return ""
	case live.CallSkipped:
		if text := p.t("skip." + c.Call.Detail); text != "skip."+c.Call.Detail {
			return text
		}
		return c.Call.Detail
	}
	return ""
}

// detail is the story's own complaint, in English.
func (c ProgramCall) detail() string {
	if c.Call.State != live.CallFailed {
		return ""
	}
	return c.Call.Detail
}

// took is how long the last try took.
func (c ProgramCall) took(p Page) string {
	switch took := c.Call.Took; {
	case took == 0:
		return ""
	case took < time.Second:
		return p.t("program.took_ms", "Count", took.Milliseconds())
	default:
		return p.t("unit.seconds", "Count", strconv.FormatFloat(took.Round(100*time.Millisecond).Seconds(), 'f', -1, 64))
	}
}

func (v ProgramPage) open(i live.RunDownItem) bool { return v.Form.Item == i.ID }

// itemState is what became of an item of the run-down: "planned", "on" or "done".
func itemState(d ProgramDesk, i live.RunDownItem) string {
	state, _ := d.Show.Of(i)
	return state
}

func itemKey(i *live.RunDownItem) string {
	if i == nil {
		return ""
	}
	return strconv.FormatInt(i.ID, 10)
}

// programIcon is the picture of an action.
func programIcon(action string) string {
	return map[string]string{
		live.ProgramStart: "play", live.ProgramResume: "play", live.ProgramPause: "pause", live.ProgramFinish: "square",
	}[action]
}

// programLook is the look of an action's button: going on is what somebody waits for.
func programLook(action string) string {
	if action == live.ProgramResume {
		return "btn primary"
	}
	return "btn"
}

func fieldID(field string, f ProgramForm) string {
	if f.Item == 0 {
		return field
	}
	return field + "-" + strconv.FormatInt(f.Item, 10)
}

// wrong is what is wrong with a field of the form that was sent.
func (v ProgramPage) wrong(field string, f ProgramForm) string {
	if f.Item != v.Form.Item {
		return ""
	}
	return v.Errors[field]
}
