package main

import (
	"encoding/json"
	"fmt"
	"image"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

// This file holds the pages of overlays against a stage that says what it wants. e2e_stage_live_test.go has them with the program.

// stageSizes are those of sources in OBS that overlays must be right at, beside their own.
var stageSizes = []live.OverlaySize{{Width: 800, Height: 600}, {Width: 1920, Height: 1080}, {Width: 1080, Height: 1920}}

// layout finds text that is cut off or runs out of its plate, and returns where something may be painted. What a box hides
// of its content is not seen, so it counts as what is left of it.
const layout = `(() => {
	const wrong = [], painted = [];
	const room = {left: 0, top: 0, right: innerWidth, bottom: innerHeight};
	const cut = (r, by) => ({left: Math.max(r.left, by.left), top: Math.max(r.top, by.top), right: Math.min(r.right, by.right), bottom: Math.min(r.bottom, by.bottom)});
	const inside = (r, by, slack) => r.left >= by.left - slack && r.top >= by.top - slack && r.right <= by.right + slack && r.bottom <= by.bottom + slack;
	const text = document.createTreeWalker(document.querySelector(".stage"), NodeFilter.SHOW_TEXT);
	for (let node; (node = text.nextNode());) {
		if (!node.textContent.trim()) continue;
		const range = document.createRange();
		range.selectNodeContents(node);
		const plate = node.parentElement.closest(".plate"), over = node.parentElement.closest(".mark, .timer-added");
		for (let r of range.getClientRects()) {
			for (let e = node.parentElement; e; e = e.parentElement) {
				if (getComputedStyle(e).overflowX !== "visible") r = cut(r, e.getBoundingClientRect());
			}
			if (r.right - r.left < 1 || r.bottom - r.top < 1) continue;
			if (!inside(r, room, 1)) wrong.push(node.textContent.slice(0, 30) + " leaves the page: " + JSON.stringify(r));
			else if (plate && !over && !inside(r, plate.getBoundingClientRect(), 2)) wrong.push(node.textContent.slice(0, 30) + " leaves its plate: " + JSON.stringify(r));
		}
	}
	for (const e of document.querySelectorAll(".stage .plate, .stage .mark, .stage .face, .stage .alert-art, .stage .figure, .stage .timer-added, .stage .leaderboard, .stage .counter")) {
		const r = e.getBoundingClientRect();
		if (r.width > 0) painted.push([r.left, r.top, r.right, r.bottom].map(Math.round));
	}
	for (const e of [document.documentElement, document.body, document.querySelector(".stage")]) {
		if (getComputedStyle(e).backgroundColor !== "rgba(0, 0, 0, 0)") wrong.push(e.tagName + " is not transparent");
	}
	if (document.documentElement.scrollWidth > innerWidth || document.documentElement.scrollHeight > innerHeight) wrong.push("the page can be scrolled");
	return JSON.stringify({wrong, painted});
})()`

// halo is how far a shadow or a glow reaches beyond its plate, px, at a scale of 100 %.
const halo = 40

// checkLayout fails the test if text is not in its place, or if anything is painted where nothing should be.
func checkLayout(b *tab, name string) *image.NRGBA {
	b.t.Helper()
	var found struct {
		Wrong   []string
		Painted [][4]int
	}
	b.value(`document.getAnimations().forEach((a) => a.pause()), ""`) // what breathes is never twice in the same place
	defer b.value(`document.getAnimations().forEach((a) => a.play()), ""`)
	var shot *image.NRGBA
	var at image.Point
	var spilt bool
	for until := time.Now().Add(patience); ; { // a font that came late moves everything once more, and a picture may be of the moment before
		before := b.value(layout)
		shot = b.photograph()
		raw := b.value(layout)
		if err := json.Unmarshal([]byte(raw), &found); err != nil {
			b.t.Fatal(err)
		}
		if at, spilt = stray(shot, found.Painted); before == raw && !spilt || time.Now().After(until) {
			break
		}
	}
	for _, w := range found.Wrong {
		b.t.Errorf("%s: %s", name, w)
	}
	if len(found.Painted) == 0 && !strings.HasSuffix(name, "-empty") {
		b.t.Errorf("%s: nothing is there", name)
	}
	if spilt {
		b.t.Errorf("%s: something is painted at %v, far from everything", name, at)
	}
	return shot
}

// stray finds a pixel that is not transparent and near none of the boxes.
func stray(shot *image.NRGBA, boxes [][4]int) (at image.Point, found bool) {
	for y := range shot.Rect.Dy() {
		row := shot.Pix[y*shot.Stride : (y+1)*shot.Stride]
		for x := 0; x < shot.Rect.Dx(); x++ {
			if row[4*x+3] <= 3 {
				continue
			}
			end, near := beside(boxes, x, y)
			if !near {
				return image.Pt(x, y), true
			}
			x = end - 1
		}
	}
	return image.Point{}, false
}

// beside returns where the box ends to the right that a pixel is in or near.
func beside(boxes [][4]int, x, y int) (end int, near bool) {
	for _, b := range boxes {
		if x >= b[0]-halo && x < b[2]+halo && y >= b[1]-halo && y < b[3]+halo {
			return b[2] + halo, true
		}
	}
	return 0, false
}

// TestStageLooks shows every kind in every preset and at every size, with an evening as it is and with the longest names there can be.
func TestStageLooks(t *testing.T) {
	t.Parallel()
	for _, kind := range live.OverlayKinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			b := browse(t, s.URL)
			token := string(kind) + "-looks"
			usual, long := evenings(nil)[kind], evenings(longNames)[kind]
			s.opens(token, openingOf(kind, usual)...)
			b.size(kind.Size().Width, kind.Size().Height)
			s.play(b, token, "")
			for _, preset := range presets {
				shown := s.show(b, token, setupOf(kind, looks(func(l *live.OverlayLook) { l.Preset = preset })), usual)
				keepPicture(t, fmt.Sprintf("%s-%s", kind, preset), checkLayout(b, shown+" in "+string(preset)))
				shown = s.show(b, token, setupOf(kind, looks(func(l *live.OverlayLook) { l.Preset = preset })), long)
				keepPicture(t, fmt.Sprintf("%s-%s-long", kind, preset), checkLayout(b, shown+" in "+string(preset)+", long"))
			}
			for _, size := range stageSizes {
				b.size(size.Width, size.Height)
				for name, e := range map[string]evening{"": usual, "-long": long} {
					shown := s.show(b, token, setupOf(kind), e)
					keepPicture(t, fmt.Sprintf("%s-%dx%d%s", kind, size.Width, size.Height, name), checkLayout(b, fmt.Sprintf("%s at %dx%d%s", shown, size.Width, size.Height, name)))
				}
			}
		})
	}
}

// TestStageThai: lines of Thai, which puts marks upon marks, are as high as its letters are: of the line of a long text that is left out nothing is seen.
func TestStageThai(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := browse(t, s.URL)
	e := evenings(longNames)[live.OverlayAlerts]
	s.opens("thai", openingOf(live.OverlayAlerts, e)...)
	b.size(1920, 1080)
	s.play(b, "thai", "")
	for _, preset := range presets {
		s.show(b, "thai", setupOf(live.OverlayAlerts, looks(func(l *live.OverlayLook) { l.Preset = preset })), e)
		b.until(`document.querySelector(".alert-text:lang(th)")`)
		const high = 1.51 // of the font: its ascent and descent, in its own units
		got := b.value(`(({ lineHeight, fontSize }) => (parseFloat(lineHeight) / parseFloat(fontSize)).toFixed(2))(getComputedStyle(document.querySelector(".alert-text:lang(th)")))`)
		if ratio, err := strconv.ParseFloat(got, 64); err != nil || ratio < high {
			t.Errorf("%s: lines are %s times as high as the font's size", preset, got)
		}
	}
}

// show has a page show an evening from the beginning, and returns the kind.
func (s *fakeStage) show(b *tab, token string, setup live.OverlaySetup, e evening) string {
	s.t.Helper()
	nothing := emptyStates()[setup.Kind]
	if a, ok := e.state.(live.AlertsState); ok { // one that was shown to its end is not shown again
		s.alerts++
		again := *a.Now
		again.Alert = ptr(*again.Alert)
		again.ID = fmt.Sprint("show-", s.alerts)
		again.Alert.ID = again.ID
		e.state = live.AlertsState{Now: &again}
	}
	s.send(token, setup, live.OverlaySnapshot{Kind: setup.Kind, State: nothing}, live.OverlaySnapshot{Kind: setup.Kind, State: e.state})
	s.arrived(token)
	b.settled()
	return string(setup.Kind)
}

// emptyStates are those of a room that never had a session.
func emptyStates() map[live.OverlayKind]live.OverlayState {
	return map[live.OverlayKind]live.OverlayState{
		live.OverlayChat: live.ChatState{Events: []live.Event{}}, live.OverlayAlerts: live.AlertsState{}, live.OverlayTicker: live.TickerState{Events: []live.Event{}},
		live.OverlayGoal: live.GoalState{Metric: live.GoalDiamonds, Target: 100, Step: 1, Steps: 1}, live.OverlayProgram: live.ProgramState{}, live.OverlayHost: live.HostState{},
		live.OverlayLeaderboard: live.LeaderboardState{Period: live.PeriodDay, Metric: live.RankGifts, Leaders: []live.Leader{}},
		live.OverlayCounter:     live.CounterState{Values: map[string]int64{}}, live.OverlayTimer: live.TimerState{LeftMS: 3_600_000},
	}
}

// TestStageLeadersCountSomethingElse: who counts gifts in place of diamonds sees no diamonds before them, though the viewers are the same.
func TestStageLeadersCountSomethingElse(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := browse(t, s.URL)
	e := evenings(nil)[live.OverlayLeaderboard]
	s.opens("leaders", openingOf(live.OverlayLeaderboard, e)...)
	s.play(b, "leaders", "")
	b.until(`document.querySelector(".leader .diamonds")`)
	other := setupOf(live.OverlayLeaderboard, looks(func(l *live.OverlayLook) { l.Preset = live.PresetPaper }))
	state := e.state.(live.LeaderboardState)
	state.Metric = live.RankGifts
	s.send("leaders", other, live.OverlayChange{Kind: live.OverlayLeaderboard, State: state})
	b.until(`document.documentElement.dataset.preset === "paper" && document.querySelector(".leader") && !document.querySelector(".leader .diamonds")`)
}

// TestStageEmpty: what has nothing to show paints nothing at all, and what has little does not claim more.
func TestStageEmpty(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := browse(t, s.URL)
	b.size(1920, 1080)
	for kind, state := range emptyStates() {
		token := string(kind) + "-empty"
		setup := setupOf(kind)
		if o, ok := setup.Options.(*live.ProgramOptions); ok {
			o.Clock = false
		}
		if o, ok := setup.Options.(*live.HostOptions); ok {
			o.Puppet = false
		}
		s.opens(token, setup, live.OverlaySnapshot{Kind: kind, State: state})
		s.play(b, token, "")
		shot := checkLayout(b, token)
		if _, painted := stray(shot, nil); painted != slices.Contains([]live.OverlayKind{live.OverlayGoal, live.OverlayLeaderboard, live.OverlayCounter, live.OverlayTimer}, kind) {
			t.Errorf("%s paints something: %v", kind, painted)
		}
	}
	if got := b.value(`document.querySelector(".stage").innerText`); strings.Contains(got, "undefined") || strings.Contains(got, "NaN") {
		t.Errorf("the page says %q", got)
	}
}

// TestStageHost shows the host in every face and every pose, to the end of each clip.
func TestStageHost(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := browse(t, s.URL)
	b.size(480, 560)
	s.opens("host-1", setupOf(live.OverlayHost), live.OverlaySnapshot{Kind: live.OverlayHost, State: live.HostState{}})
	s.play(b, "host-1", "")
	faces := []string{"neutral", "happy", "angry", "sad", "relaxed", "surprised", "shy", "thinking"}
	bodies := []string{"idle", "wave", "nod", "bow", "clap", "cheer", "think", "point", "heart"}
	for i := range max(len(faces), len(bodies)) {
		face, body := faces[i%len(faces)], bodies[i]
		s.send("host-1", live.OverlayClip{
			Action: live.ClipPlay, Turn: "t", Clip: i, Clips: 9, FaceID: face, BodyID: body, Speech: face + ", " + body, DurationMS: 60_000, ShownMS: 59_400, Host: "Mochi", Timed: true,
		})
		b.until(fmt.Sprintf(`document.querySelector(".puppet").dataset.face === %q && document.querySelector(".puppet").dataset.body === %q`, face, body))
		s.heard("host-1", "that it has said "+body, func(r report) bool { return r.Type == "ack" && r.Turn == "t" && r.Clip == i })
		keepPicture(t, "pose-"+body, b.photograph())
	}
	b.until(`document.querySelector(".subtitle").hidden && document.querySelector(".puppet").dataset.body === "idle" && document.querySelector(".puppet").dataset.face === "neutral"`)
	s.send("host-1", live.OverlayClip{Action: live.ClipPlay, Turn: "u", FaceID: "happy", BodyID: "wave", Speech: "ba ba ba ba ba", DurationMS: 60_000, ShownMS: 40_000, Timed: true})
	b.until(`document.querySelector(".puppet").matches(".talking") && document.querySelectorAll(".word.said").length > 2 && document.querySelectorAll(".word:not(.said)").length > 0`)
	s.send("host-1", live.OverlayClip{Action: live.ClipStop})
	b.until(`!document.querySelector(".puppet").matches(".talking") && document.querySelector(".subtitle").hidden`)
	for _, r := range s.reportsOf("host-1") {
		if r.Type == "ack" && r.Turn == "u" {
			t.Error("a clip that was stopped was reported as played")
		}
	}
}

// TestStageAlerts: an alert is drawn once and reported, a streak grows in place, and what was shown does not come again.
func TestStageAlerts(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := browse(t, s.URL)
	b.size(1920, 1080)
	const token = "alerts-1"
	s.opens(token, setupOf(live.OverlayAlerts), live.OverlaySnapshot{Kind: live.OverlayAlerts, State: live.AlertsState{}})
	s.play(b, token, "")
	drawn := func(id string, done bool) func(report) bool {
		return func(r report) bool { return r.Type == "drawn" && r.ID == id && r.Done == done }
	}
	c := &cast{}
	first := c.alert("a")
	s.send(token, first)
	s.heard(token, "that a is drawn", drawn("a", false))
	b.value(`document.querySelector(".alert").id = "same", ""`)
	grown := c.alert("a")
	grown.Action, grown.Alert.Count, grown.Alert.Diamonds = live.AlertUpdate, 99, 99_000
	s.send(token, grown)
	b.until(`document.querySelector("#same .alert-count")?.textContent === "×99"`)
	s.send(token, first) // a page that fell behind is told again
	b.until(`document.querySelector("#same .alert-count")?.textContent === "×3" && document.querySelectorAll(".alert").length === 1`)
	s.await("drawn once more", func() bool { return count(s.reports[token], drawn("a", false)) == 2 })
	s.send(token, live.OverlayAlert{Action: live.AlertEnd, ID: "a"})
	b.until(`!document.querySelector(".alert")`)

	s.send(token, first)
	s.heard(token, "that a is over", drawn("a", true))
	if b.value(`String(document.querySelector(".alert") === null)`) != "true" {
		t.Error("an alert that was shown to its end was shown again")
	}
	s.send(token, c.alert("b"))
	s.heard(token, "that b is drawn", drawn("b", false))
	b.value(`window.bar = document.querySelector(".alert-bar i").getAnimations()[0], bar.playState`)
	s.send(token, live.OverlayAlert{Action: live.AlertEnd, ID: "b"})
	b.until(`!document.querySelector(".alert") && bar.playState === "idle"`) // or it would have the page draw on for nobody

	s.send(token, c.alert("c"))
	s.heard(token, "that c is drawn", drawn("c", false))
	b.value(`document.querySelector(".alert").id = "kept", ""`)
	s.opens(token, setupOf(live.OverlayAlerts), live.OverlaySnapshot{Kind: live.OverlayAlerts, State: live.AlertsState{Now: ptr(c.alert("c"))}})
	s.hangUp()
	s.await("the page comes back", func() bool { return s.visits[token] == 2 })
	s.await("drawn after it came back", func() bool { return count(s.reports[token], drawn("c", false)) == 2 })
	b.until(`document.querySelector("#kept")`)

	s.opens(token, setupOf(live.OverlayAlerts), live.OverlaySnapshot{Kind: live.OverlayAlerts, State: live.AlertsState{}})
	s.hangUp()
	b.until(`!document.querySelector(".alert")`)
}

func ptr[T any](v T) *T { return &v }

func count(all []report, fits func(report) bool) (n int) {
	for _, r := range all {
		if fits(r) {
			n++
		}
	}
	return n
}

func (s *fakeStage) reportsOf(token string) []report {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.reports[token])
}

// TestStageChat: lines come and go, deleted ones at once, never more than fit; a snapshot puts right what was missed.
func TestStageChat(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := browse(t, s.URL)
	b.size(600, 800)
	const token = "chat-1"
	c := &cast{}
	events := c.chat()
	setup := setupOf(live.OverlayChat, func(o live.OverlayOptions) { o.(*live.ChatOptions).MaxLines = 5 })
	s.opens(token, setup, live.OverlaySnapshot{Kind: live.OverlayChat, State: live.ChatState{SessionID: 7, Events: events[:3]}})
	s.play(b, token, "")
	lines := `[...document.querySelectorAll(".line:not(.leaving) .text")].map((e) => e.textContent).join("|")`
	said := func(events ...live.Event) string {
		var all []string
		for _, e := range events {
			all = append(all, live.DataOf[live.Comment](e).Comment)
		}
		return strings.Join(all, "|")
	}
	b.until(lines + " === " + asJSON(said(events[:3]...)))
	s.send(token, live.OverlayEvents{SessionID: 7, Events: events[3:8]})
	b.until(lines + ".includes(" + asJSON(said(events[7])) + ")")
	if n := b.value(`String(document.querySelectorAll(".line").length)`); n != "5" {
		t.Errorf("%s lines, want 5", n)
	}
	b.value(`document.querySelector(".line:last-child").id = "kept", ""`)
	gone := live.Event{SessionID: 7, Seq: 90, Kind: live.KindDelete, Data: live.Delete{SourceIDs: []string{events[5].SourceID}, UserIDs: []string{events[4].User.UserID}}}
	s.send(token, live.OverlayEvents{SessionID: 7, Events: []live.Event{gone}})
	b.until(lines + " === " + asJSON(said(events[3], events[6], events[7])))
	s.send(token, live.OverlaySnapshot{Kind: live.OverlayChat, State: live.ChatState{SessionID: 7, Events: []live.Event{events[7], events[2]}}})
	b.until(lines + " === " + asJSON(said(events[7], events[2])))
	b.until(`document.querySelector("#kept")`)
	setup.Options.(*live.ChatOptions).NewestFirst = true
	s.send(token, setup)
	b.until(lines + " === " + asJSON(said(events[2], events[7])))
	setup.Options.(*live.ChatOptions).FadeAfter = 1
	s.send(token, setup)
	b.until(`document.querySelectorAll(".line").length === 0`)
}

// TestStageChatStays: a new line moves those that must make room for it, and no others.
func TestStageChatStays(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := browse(t, s.URL)
	b.size(600, 800)
	events := (&cast{}).chat()
	for anchor, moved := range map[live.OverlayAnchor]string{live.AnchorTop: "0", live.AnchorBottom: "1"} {
		token := "chat-" + string(anchor)
		setup := setupOf(live.OverlayChat, looks(func(l *live.OverlayLook) { l.Anchor = anchor }))
		s.opens(token, setup, live.OverlaySnapshot{Kind: live.OverlayChat, State: live.ChatState{SessionID: 7, Events: events[:3]}})
		s.play(b, token, "")
		b.value(`(() => {
			const list = document.querySelector(".lines"), animate = list.animate;
			window.slides = 0;
			list.animate = (...how) => { slides++; return animate.apply(list, how); };
			return "";
		})()`)
		s.send(token, live.OverlayEvents{SessionID: 7, Events: events[3:4]})
		b.until(`document.querySelectorAll(".line").length === 4`)
		if got := b.value(`String(slides)`); got != moved {
			t.Errorf("anchored %s: the lines slid %s times, want %s", anchor, got, moved)
		}
	}
}

func asJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string always marshals
	}
	return string(b)
}

// TestStageHostile: names, texts and titles that try to be more are only text, in every kind.
func TestStageHostile(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := browse(t, s.URL)
	var names []string
	for _, h := range hostile {
		names = append(names, h.name, h.text[:min(len(h.text), 200)])
	}
	names = append(names, `</style><style>*{display:none}</style>`, `"><svg onload="window.pwned=1">`, `{{nickname}} ${1}`, `--accent:red;}body{background:red`)
	b.size(1080, 1920)
	for kind, e := range evenings(names) {
		token := string(kind) + "-hostile"
		s.opens(token, openingOf(kind, e)...)
		s.play(b, token, "")
		if kind == live.OverlayChat {
			for _, want := range []string{names[0], names[2], `{{nickname}} ${1}`} {
				if !strings.Contains(b.value(`document.querySelector(".stage").textContent`), want) {
					continue // it may be among the lines that did not fit
				}
				b.until(`[...document.querySelectorAll(".name, .text")].some((e) => e.textContent.includes(` + asJSON(want) + `))`)
			}
		}
		found := b.value(`JSON.stringify([window.pwned, document.querySelector("[onerror], [onload], .stage script, .stage style, img[src=x]")?.outerHTML, getComputedStyle(document.body).backgroundColor, getComputedStyle(document.querySelector(".stage")).display])`)
		if diff := cmp.Diff(`[null,null,"rgba(0, 0, 0, 0)","flex"]`, found); diff != "" {
			t.Errorf("%s (-want +got):\n%s", kind, diff)
		}
		checkLayout(b, token)
	}
}

// TestStageInOBS: what OBS tells the page goes to the server, and the CSS that OBS puts into it wins and stays.
func TestStageInOBS(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := browse(t, s.URL)
	b.size(800, 600)
	call(b, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `window.obsstudio = {
		pluginVersion: "2.26.8", getStatus: (f) => f({streaming: false, recording: true}), getCurrentScene: (f) => f({name: "Opening"}),
	}`})
	const token = "goal-1"
	e := evenings(nil)[live.OverlayGoal]
	s.opens(token, openingOf(live.OverlayGoal, e)...)
	s.play(b, token, "")
	s.heard(token, "its size and OBS", func(r report) bool {
		return r.Type == "seen" && r.Width == 800 && r.Height == 600 && r.OBS == "2.26.8" && r.Scene == "Opening"
	})
	emit := func(event, detail string) {
		b.value(fmt.Sprintf(`dispatchEvent(new CustomEvent(%q, {detail: %s})), ""`, event, detail))
	}
	emit("obsSourceVisibleChanged", `{visible: false}`)
	s.heard(token, "that it is hidden", func(r report) bool { return r.Visible != nil && !*r.Visible })
	emit("obsSourceVisibleChanged", `{visible: true}`)
	emit("obsSourceActiveChanged", `{active: true}`)
	emit("obsSceneChanged", `{name: "Singing"}`)
	emit("obsStreamingStarted", `{}`)
	s.heard(token, "that it is on air", func(r report) bool {
		return r.Visible != nil && *r.Visible && r.Active != nil && *r.Active && r.Scene == "Singing" && r.Streaming != nil && *r.Streaming
	})
	b.value(`dispatchEvent(new PointerEvent("pointermove")), ""`)
	if b.value(`String(document.querySelector(".sound-hint"))`) != "null" {
		t.Error("the hint to click for sound is shown in OBS")
	}

	// What OBS does after load, to the letter.
	b.value(`(() => { const css = document.createElement("style"); css.innerHTML = ".goal { background: rgb(1, 2, 3); } :root { --accent: rgb(4, 5, 6); }"; document.querySelector("head").appendChild(css); return ""; })()`)
	wins := `getComputedStyle(document.querySelector(".goal")).backgroundColor === "rgb(1, 2, 3)" && getComputedStyle(document.querySelector(".goal-fill")).backgroundColor === "rgb(4, 5, 6)"`
	b.until(wins)
	s.send(token, setupOf(live.OverlayGoal, looks(func(l *live.OverlayLook) {
		l.Preset, l.Accent, l.Plate, l.CSS = live.PresetCandy, "#00ff00", "#ff0000", ".goal-title { opacity: .5 }"
	})))
	b.until(`document.documentElement.dataset.preset === "candy" && getComputedStyle(document.querySelector(".goal-title")).opacity === "0.5"`)
	b.until(wins)
}

// TestStageAddress: a query changes a few options for one page, a preview says nothing, and an address that is no longer one shows nothing.
func TestStageAddress(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := browse(t, s.URL)
	b.size(800, 600)
	e := evenings(nil)[live.OverlayGoal]
	s.opens("goal-2", openingOf(live.OverlayGoal, e)...)
	s.play(b, "goal-2", "?scale=200&theme=neon&lang=ja&accent=ff0000&chroma=00ff00&position=bottom")
	b.until(`document.documentElement.dataset.preset === "neon" && document.documentElement.lang === "ja" && document.documentElement.dataset.anchor === "bottom"
		&& getComputedStyle(document.documentElement).backgroundColor === "rgb(0, 255, 0)" && getComputedStyle(document.documentElement).getPropertyValue("--accent") === "#ff0000"`)
	s.send("goal-2", live.OverlayTest{ID: "test-1", ShowMS: 60_000})
	s.heard("goal-2", "that the test is drawn", func(r report) bool { return r.Type == "drawn" && r.ID == "test-1" })
	b.until(`document.querySelector(".test-words").textContent.includes("800 × 600")`)
	s.send("goal-2", live.OverlayBye{Retry: 60_000, Revoked: true})
	b.until(`document.querySelector(".goal").hidden && !document.querySelector(".test-frame")`)

	s.mu.Lock()
	s.preview = true
	s.mu.Unlock()
	s.opens("goal-3", openingOf(live.OverlayGoal, e)...)
	s.play(b, "goal-3", "")
	s.send("goal-3", live.OverlayTest{ID: "test-2", ShowMS: 60_000})
	b.until(`document.querySelector(".test-frame")`)
	if said := s.reportsOf("goal-3"); slices.ContainsFunc(said, func(r report) bool { return r.Type != "drawn" }) {
		t.Errorf("a preview, which is nobody's source, reports %v", said)
	}
}

// TestStageGone: an address that stops being one while nobody is connected shows nothing soon after the server is back.
func TestStageGone(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := browse(t, s.URL)
	e := evenings(nil)[live.OverlayGoal]
	s.opens("goal-4", openingOf(live.OverlayGoal, e)...)
	s.play(b, "goal-4", "")
	s.revoke("goal-4")
	b.until(`document.querySelector(".goal").hidden`)
}

// TestStageNewBuild: a page that was made by another server loads itself anew, once.
func TestStageNewBuild(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := browse(t, s.URL)
	e := evenings(nil)[live.OverlayGoal]
	s.opens("goal-5", openingOf(live.OverlayGoal, e)...)
	s.play(b, "goal-5", "")
	b.value(`window.old = true, ""`)
	s.mu.Lock()
	s.build = "another"
	s.mu.Unlock()
	s.hangUp()
	b.until(`!window.old && document.documentElement?.dataset.build === "another" && document.querySelector(".goal:not([hidden])")`)
	s.mu.Lock()
	s.helloBuild = "a third, whose page is still the second's"
	s.mu.Unlock()
	s.hangUp()
	s.await("it came back twice", func() bool { return s.visits["goal-5"] >= 4 })
	b.until(`document.querySelector(".goal:not([hidden])")`)
	s.heard("goal-5", "itself all the same", func(r report) bool { return r.Type == "seen" })
}

// TestStageCalm: where nothing may move, nothing does: only opacity changes.
func TestStageCalm(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := browse(t, s.URL)
	b.size(800, 600)
	for _, kind := range []live.OverlayKind{live.OverlayChat, live.OverlayAlerts, live.OverlayTicker, live.OverlayHost} {
		token := string(kind) + "-calm"
		setup := setupOf(kind, looks(func(l *live.OverlayLook) { l.Motion, l.Animation = live.MotionReduced, live.AnimationFlip }))
		if o, ok := setup.Options.(*live.TickerOptions); ok {
			o.Mode = live.TickerScroll
		}
		s.opens(token, setup, live.OverlaySnapshot{Kind: kind, State: emptyStates()[kind]})
		s.play(b, token, "")
		b.value(`(() => {
			window.moved = [];
			const look = () => {
				for (const a of document.getAnimations()) {
					for (const k of a.effect.getKeyframes()) {
						if ("transform" in k && k.transform !== "none" && !a.effect.target.closest(".alert-bar")) moved.push(a.animationName ?? a.transitionProperty ?? k.transform);
					}
				}
				setTimeout(look, 20);
			};
			look();
			return "";
		})()`)
		c := &cast{}
		s.send(token, live.OverlaySnapshot{Kind: kind, State: evenings(nil)[kind].state})
		if kind == live.OverlayChat || kind == live.OverlayTicker {
			s.send(token, live.OverlayEvents{SessionID: 7, Events: c.chat()[8:10]})
		}
		b.settled()
		if moved := b.value(`JSON.stringify([...new Set(moved)])`); moved != "[]" {
			t.Errorf("%s: %s move", kind, moved)
		}
	}
}
