package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"showcaller/internal/live"
	"showcaller/internal/tiktok/tiktoktest"
)

// theirs is another program's story: it answers in few words, can be broken, and remembers what it was told about programs.
type theirs struct {
	*httptest.Server
	broken atomic.Bool

	mu   sync.Mutex
	told []string
}

func newTheirs(t *testing.T) *theirs {
	t.Helper()
	s := &theirs{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if s.broken.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		var in live.StoryInput
		var p live.Program
		if json.Unmarshal(body, &in) == nil && in.Type == live.InputProgram && json.Unmarshal(in.Data, &p) == nil {
			s.mu.Lock()
			s.told = append(s.told, p.Action+" "+p.ProgramName)
			s.mu.Unlock()
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, `{"clips":[{"body":"nods","face":"smiles","speech":"Told!"}]}`)
	}))
	t.Cleanup(s.Close)
	return s
}

// about returns what the story was told about programs of a name.
func (s *theirs) about(name string) (told []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, what := range s.told {
		if strings.HasSuffix(what, " "+name) {
			told = append(told, strings.TrimSuffix(what, " "+name))
		}
	}
	return told
}

// plan adds programs to the run-down in its editor, by keyboard.
func plan(b *tab, items ...[2]string) {
	b.t.Helper()
	b.do(chromedp.Click("program-desk [data-edit]"))
	b.until(`document.activeElement.matches("run-down-editor [name=name]")`)
	for n, i := range items {
		b.do(chromedp.SendKeys("run-down-editor #name", i[0]), chromedp.SendKeys("run-down-editor #minutes", i[1]+kb.Enter))
		b.until(fmt.Sprintf(`document.querySelectorAll(".run-down-edit > li").length === %d && document.querySelector("#name").value === ""`, n+1))
	}
}

// programLog returns the session's program events, and how many answers each has.
func programLog(p panel, session int64) (events []live.Event, answers map[int64]int) {
	p.t.Helper()
	answers = map[int64]int{}
	var all struct{ Items []live.Event }
	p.get(fmt.Sprintf("/api/sessions/%d/events?limit=1000", session), &all)
	for _, e := range all.Items {
		switch e.Kind {
		case live.KindProgram:
			events = append(events, e)
		case live.KindReply:
			answers[e.Cause]++
		}
	}
	return events, answers
}

// TestProgramsInABrowser runs a show as a streamer does: planned, started, paused, resumed, one program in place of another, with a
// story that fails in between, over a restart. Nothing of it is lost and nothing is answered twice.
func TestProgramsInABrowser(t *testing.T) {
	srv := tiktoktest.NewServer(t)
	srv.Room("mailinh").GoLive()
	story := newTheirs(t)
	environ := settings(t, srv, "SHOWCALLER_STORY_URL="+story.URL)
	first := serveHere(t, environ)
	first.watch("mailinh")
	if status, answer := first.ask(http.MethodPatch, "/api/stories/1", json.RawMessage(`{"room":"mailinh","pacing":{"idle_lines":-1}}`)); status != http.StatusOK {
		t.Fatalf("binding the story: %d %s", status, answer)
	}
	b := browse(t, first.url)
	b.signIn("en", "dark")
	b.open("/rooms/mailinh")
	b.until(`document.querySelector("health-line [data-state=live]") && document.querySelector("program-desk [data-edit]")`)
	session := openSession(t, first, "mailinh")
	b.picture("program-empty-en")
	plan(b, [2]string{"Songs", "40"}, [2]string{"Minecraft", "0,01"}, [2]string{"Bye", ""})
	b.do(chromedp.Click(`[data-item^=up-]:not(:disabled)`)) // Minecraft before Songs
	b.until(text(".run-down-edit > li:first-child .item-name") + `.includes("Minecraft")`)
	b.until(`document.activeElement.matches("[data-item^=down-]")`) // up is no longer possible
	b.press(kb.Enter)
	b.until(text(".run-down-edit > li:first-child .item-name") + `.includes("Songs")`)
	b.picture("program-edit-en")
	b.do(chromedp.Click("[data-edit-done]"))
	b.until(`document.activeElement.matches("[data-edit]")`)

	b.do(chromedp.Click("program-desk .preview summary"))
	b.until(text("program-desk .preview") + `.includes('"programName": "Songs"')`)
	if shown := b.value(text("program-desk .preview")); !strings.Contains(shown, story.URL+"/api/stories/1/message") {
		t.Errorf("the preview is %q", shown)
	}
	b.do(chromedp.Click("program-desk [data-do=start]"))
	b.until(text("program-desk .call[data-state=answered]") + `.includes("Told!")`)
	b.until(text(".on-name") + `.includes("Songs") && ` + text(".on-clock") + ` > "00:00"`)
	b.picture("program-on-en")
	b.do(chromedp.Click("program-desk [data-do=pause]"))
	b.until(`document.querySelector("program-desk [data-do=resume]")`)
	b.do(chromedp.Click("program-desk [data-do=resume]"))
	b.until(`document.querySelector("program-desk [data-do=pause]")`)

	askFirst(b)
	b.until(`document.querySelector(".on-air.overtime")`)
	b.picture("program-over-en")

	broken(b, story)
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}
	second := serveHere(t, environ)
	b.base = second.url
	b.open("/rooms/mailinh")
	b.until(`document.querySelector("health-line [data-state=live]") && document.querySelector("program-desk [data-edit]")`)
	b.until(`document.querySelector("program-desk .call[data-state=failed] .btn")`)
	b.until(`document.querySelector(".program-box h2").textContent.includes(` + fmt.Sprintf("%q", b.lang.T("program.done_of", "Done", 2, "Total", 3)) + `)`)
	story.broken.Store(false)
	b.value(`document.querySelector("program-desk .call[data-state=failed] .btn")?.click(), ""`) // unless the next try came by itself just now
	b.until(text("program-desk .call[data-state=answered]") + `.includes("Told!")`)

	checkShow(b, second.panel, story, session)
}

// askFirst starts one program while another is on: the desk asks, and no means no.
func askFirst(b *tab) {
	b.t.Helper()
	const other = `.run-down li:nth-child(2) button`
	b.do(chromedp.Click(other))
	b.until(`document.activeElement.matches(".ask .primary")`)
	if asked := b.value(text(".ask p")); !strings.Contains(asked, "“Songs” has been on for 00:") || !strings.Contains(asked, "“Minecraft”") {
		b.t.Errorf("the desk asks %q", asked)
	}
	b.picture("program-ask-en")
	b.press(kb.Escape)
	b.until(`!document.querySelector(".ask") && document.activeElement.matches("` + other + `") && ` + text(".on-name") + `.includes("Songs")`)
	b.do(chromedp.Click(other), chromedp.WaitVisible(".ask .primary"), chromedp.Click(".ask .primary"))
	b.until(text(".on-name") + `.includes("Minecraft") && document.querySelector(".run-down li.done")`)
}

// broken finishes a program while the story does not answer: the desk says what is wrong with whom, and nobody speaks in its place.
func broken(b *tab, story *theirs) {
	b.t.Helper()
	b.until(`!document.querySelector("program-desk .call:not([data-state=answered])")`) // the host has said all of before
	story.broken.Store(true)
	b.do(chromedp.Click("program-desk [data-do=finish]"))
	b.until(`document.querySelector("program-desk .call[data-state=failed]")`)
	said := b.value(text("program-desk .call[data-state=failed]"))
	for _, want := range []string{b.lang.T("program.call.failed"), b.lang.T("program.why.server"), strings.TrimPrefix(story.URL, "http://"), b.lang.T("program.retry")} {
		if !strings.Contains(said, want) {
			b.t.Errorf("the desk lacks %q: %q", want, said)
		}
	}
	b.picture("program-failed-" + b.lang.Lang())
	if phase := b.value(text("program-desk > p")); phase != b.lang.T("program.none") {
		b.t.Errorf("the program is not over: %q", phase)
	}
}

// checkShow holds the log, the chart and the log of calls against what was done.
func checkShow(b *tab, p panel, story *theirs, session int64) {
	b.t.Helper()
	events, answers := programLog(p, session)
	var did []string
	for _, e := range events {
		program := live.DataOf[live.Program](e)
		did = append(did, program.Action+" "+program.ProgramName)
		if program.Action == live.ProgramFinish && (program.Duration < 1 || program.Duration > 600) {
			b.t.Errorf("%s took %v s", program.ProgramName, program.Duration)
		}
		if answers[e.Seq] != 1 {
			b.t.Errorf("%s %s has %d answers", program.Action, program.ProgramName, answers[e.Seq])
		}
	}
	if got := strings.Join(did, ", "); got != "start Songs, pause Songs, resume Songs, finish Songs, start Minecraft, finish Minecraft" {
		b.t.Errorf("the log holds %s", got)
	}
	if got := fmt.Sprint(story.about("Songs"), story.about("Minecraft")); got != "[start pause resume finish] [start finish]" {
		b.t.Errorf("the story was told %s", got)
	}
	b.until(`document.querySelectorAll("live-chart ul.hidden li").length === 6`)
	marks := b.value(`document.querySelector("live-chart ul.hidden").textContent`)
	for _, action := range []string{"start", "pause", "resume", "finish"} {
		if want := b.lang.T("feed.program."+action, "Name", "Songs"); !strings.Contains(marks, want) {
			b.t.Errorf("the chart does not mark %q: %q", want, marks)
		}
	}
	b.open("/rooms/mailinh/program")
	b.until(`document.querySelectorAll(".call-log > [data-state=answered]").length === 6`)
	b.picture("program-log-en")
}

// TestProgramsOnAPhone starts, pauses and finishes from the bar under the thumb, in Japanese, without a host.
func TestProgramsOnAPhone(t *testing.T) {
	srv := tiktoktest.NewServer(t)
	srv.Room("mailinh")
	p := serveHere(t, settings(t, srv))
	p.watch("mailinh")
	for _, body := range []string{`{"name":"歌枠","type":"singing","planned_seconds":2400}`, `{"name":"雑談","type":"chatting"}`} {
		if status, answer := p.ask(http.MethodPost, "/api/rooms/mailinh/run-down", json.RawMessage(body)); status != http.StatusCreated {
			t.Fatalf("planning: %d %s", status, answer)
		}
	}
	if status, answer := p.ask(http.MethodPost, "/api/rooms/mailinh/rehearsal", nil); status != http.StatusOK {
		t.Fatalf("rehearsing: %d %s", status, answer)
	}
	b := browse(t, p.url)
	b.signIn("ja", "light")
	b.do(chromedp.EmulateViewport(390, 844))
	b.open("/rooms/mailinh")
	b.do(chromedp.WaitVisible("program-bar [data-do=start]"), chromedp.Click("program-bar [data-do=start]"))
	b.until(text("program-bar .bar-on") + `.includes("歌枠")`)
	b.picture("program-bar-ja")
	b.do(chromedp.Click("program-bar [data-do=pause]"))
	b.until(text("program-bar [data-do=resume]") + fmt.Sprintf(`.includes(%q)`, b.lang.T("program.resume")))
	b.do(chromedp.Click(".views [data-view=show]"), chromedp.WaitVisible("program-desk .on-clock"))
	b.until(`document.querySelector("program-desk .tag.wait")`)
	if hint := b.value(text("program-desk .hint")); hint != b.lang.T("program.nobody") {
		t.Errorf("nobody is told, and the desk says %q", hint)
	}
	b.picture("program-phone-ja")
	b.do(chromedp.Click("program-desk [data-do=finish]"))
	b.until(text("program-desk .run-down li.done") + `.includes("歌枠")`)
	b.until(text("program-desk .call") + fmt.Sprintf(`.includes(%q)`, b.lang.T("program.call.untold")))
	if wide := b.value(`String(document.scrollingElement.scrollWidth - innerWidth)`); wide != "0" {
		t.Errorf("the page is %s px too wide", wide)
	}
}
