package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"showcaller/internal/live"
	"showcaller/internal/story"
	"showcaller/internal/story/storytest"
	"showcaller/internal/tiktok/tiktoktest"
)

// This file drives the AI host's parts of the panel as a streamer would: the host on the desk, and the stories' pages.

// hostDesk is a desk with a host who speaks through a model that a test plays.
type hostDesk struct {
	*tab
	panel panel
	room  *tiktoktest.Room
	model *storytest.Model
	gifts int
}

// TestHostInABrowser: the streamer sees who speaks and why, what waits and what was skipped and why, and can do something about each.
func TestHostInABrowser(t *testing.T) {
	srv := tiktoktest.NewServer(t)
	model := storytest.NewModel(t, storytest.Says(storytest.Clips("Hello there.")))
	p := serveHere(t, settings(t, srv, "SHOWCALLER_MODEL_URL="+model.URL, "SHOWCALLER_MODEL=m"))
	d := &hostDesk{browse(t, p.url), p.panel, srv.Room("mailinh").GoLive(), model, 0}
	p.watch("mailinh")
	d.signIn("en", "dark")
	for i, language := range []string{"en", "vi"} {
		d.look(language, []string{"dark", "light"}[i])
		d.open("/rooms/mailinh")
		d.until(`document.querySelector("health-line [data-state=live]")`)
		if i == 0 {
			d.choosesAHost()
		}
		d.until(`document.querySelector("host-panel").hasUpdated && document.querySelector("host-panel .host-acts")`)
		d.saysWhy()
		d.obeys()
		d.mutesAViewer(language)
		d.picture("host-" + language)
	}
}

// choosesAHost binds the story that exists from the start, and makes its pace fit a test.
func (d *hostDesk) choosesAHost() {
	d.t.Helper()
	d.until(`document.querySelector(".host-none option")?.innerText === "Linh"`)
	d.picture("host-none")
	d.do(chromedp.Click(chromedp.CSS(".host-none .btn")))
	d.until(`document.querySelector(".saying")`)
	pace := map[string]any{"pacing": map[string]int{"gift_merge": 1, "viewer_pause": 1, "idle_lines": -1}}
	if status, b := d.panel.ask(http.MethodPatch, "/api/stories/1", pace); status != http.StatusOK {
		d.t.Fatalf("pacing: %d %s", status, b)
	}
}

// gives lets a viewer give something and waits until they are thanked.
func (d *hostDesk) gives(play storytest.Behaviour) (name string) {
	d.t.Helper()
	d.gifts++
	d.model.Play(play)
	fan := tiktoktest.Named(fmt.Sprint("fan", d.gifts))
	streak := d.room.Streak(fan, tiktoktest.Rose)
	d.room.Send(streak.Tap(3), streak.End())
	d.until(text(".saying .speech") + fmt.Sprintf(`.toLowerCase().includes(%q)`, strings.ToLower(fan.Nickname)))
	return fan.Nickname
}

// saysWhy lets the model's server fail and recover: a gift is thanked by name all the same, and the panel tells the template from the
// model and says why.
func (d *hostDesk) saysWhy() {
	d.t.Helper()
	for _, fault := range []struct {
		play storytest.Behaviour
		why  string
	}{
		{storytest.Status(http.StatusInternalServerError, "boom"), story.FallbackServer}, {storytest.Status(http.StatusUnauthorized, "bad key"), story.FallbackKey},
	} {
		d.gives(fault.play)
		d.until(fmt.Sprintf(`document.querySelector(".host-why")?.dataset.fallback === %q`, fault.why))
		says := d.value(text(".host-why"))
		for _, want := range []string{d.lang.T("host.why", "Why", d.lang.T("fallback."+fault.why)), d.lang.T("fallback.advice." + fault.why)} {
			if !strings.Contains(says, want) {
				d.t.Errorf("the panel says %q and not %q", says, want)
			}
		}
		if got := d.value(text("#host-title")); !strings.Contains(got, d.lang.T("host.by.template")) {
			d.t.Errorf("who speaks is called %q", got)
		}
		d.picture("host-" + fault.why + "-" + d.lang.Lang())
		d.until(`[...document.querySelectorAll("live-feed .row.host .under")].at(-1)?.innerText === ` + fmt.Sprintf("%q", d.lang.T("feed.reply.why", "Why", d.lang.T("fallback."+fault.why))))
		d.skips()
	}
	d.gives(storytest.Says(storytest.Clips(fmt.Sprintf("Thank you Fan%d for the roses, fan%d!", d.gifts+1, d.gifts+1))))
	d.until(`!document.querySelector(".host-why")`)
	d.until(text("#host-title") + fmt.Sprintf(`.includes(%q)`, d.lang.T("host.by.model")))
	d.skips()
}

// skips cuts the host short.
func (d *hostDesk) skips() {
	d.t.Helper()
	d.do(chromedp.Click(chromedp.CSS(".host-acts button:nth-child(2)")))
	d.until(`document.querySelector(".saying.at-rest")`)
}

// obeys pauses, says, tries out and changes the language.
func (d *hostDesk) obeys() {
	d.t.Helper()
	d.model.Play(storytest.Says(storytest.Clips("Hello there.")))
	pause := ".host-acts button:nth-child(1)"
	d.do(chromedp.Click(chromedp.CSS(pause)))
	d.until(`document.querySelector(".saying.paused")`)
	d.room.Send(tiktoktest.Chat(tiktoktest.Named("ben"), "anybody here?"))
	d.until(text(".skipped li") + fmt.Sprintf(`.includes(%q)`, d.lang.T("skip.paused")))
	d.do(chromedp.Click(chromedp.CSS(pause)))
	d.until(`document.querySelector(".saying.listening")`)

	d.do(chromedp.SendKeys(chromedp.CSS("#host-text"), "how are you?"), chromedp.Click(chromedp.CSS(".host-send .btn.quiet")))
	d.until(text(".tried") + `.includes("Hello there.")`)
	d.do(chromedp.Click(chromedp.CSS(".tried .item-act")))
	d.until(`!document.querySelector(".tried") && document.activeElement.id === "host-text" && document.activeElement.value === "how are you?"`)

	words := "We are back in a minute, " + d.lang.Lang() + "."
	d.clear("#host-text")
	d.do(chromedp.SendKeys(chromedp.CSS("#host-text"), words))
	d.press(kb.Enter)
	d.until(text(".saying.speaking .speech") + fmt.Sprintf(`.trim() === %q`, words))
	d.until(`document.querySelector("#host-text").value === ""`)
	d.skips()

	d.value(`(() => { const s = document.querySelector("#host-language"); s.value = "ja"; s.dispatchEvent(new Event("change")); return ""; })()`)
	for q := (live.Queue{}); q.Language != "ja"; {
		d.panel.get("/api/stories/1/queue", &q)
	}
	d.panel.ask(http.MethodPatch, "/api/stories/1", map[string]any{"language": ""})
}

// mutesAViewer takes one viewer out of the queue, and lets them back in.
func (d *hostDesk) mutesAViewer(language string) {
	d.t.Helper()
	d.panel.ask(http.MethodPost, "/api/stories/1/director", map[string]any{"action": "say", "text": strings.Repeat("This takes a long while to say. ", 11)})
	d.until(`document.querySelector(".saying.speaking")`)
	loud := tiktoktest.Named("loud" + language)
	d.room.Send(tiktoktest.Chat(loud, "look at me, look at me"))
	waits := fmt.Sprintf(`[...document.querySelectorAll(".waiting li")].find((li) => li.innerText.includes(%q))`, loud.Nickname)
	d.until(waits + fmt.Sprintf(`?.querySelector("small").innerText.startsWith(%q)`, d.lang.T("host.waits.speaking")))
	d.value(waits + `.querySelector("[data-act=mute]").click(), ""`)
	skipped := fmt.Sprintf(`[...document.querySelectorAll(".skipped li")].find((li) => li.innerText.includes(%q))`, loud.Nickname)
	d.until(skipped + fmt.Sprintf(`?.innerText.includes(%q)`, d.lang.T("skip.muted")))
	d.until(text(".host-foot") + fmt.Sprintf(`.includes(%q)`, d.lang.T("host.muted.viewers", "Count", 1)))
	d.value(fmt.Sprintf(`[...document.querySelectorAll("live-feed a.who")].find((a) => a.innerText === %q).click(), ""`, loud.Nickname))
	d.until(`document.querySelector("dialog[open] [data-mute] button")?.value === "unmute"`)
	d.picture("host-card-" + language)
	d.do(chromedp.Click(chromedp.CSS("dialog [data-mute] button")))
	d.until(`document.querySelector("dialog[open] [data-mute] button")?.value === "mute" && document.activeElement.value === "mute"`)
	d.do(chromedp.Click(chromedp.CSS("dialog [data-mute] button")))
	d.until(`document.querySelector("dialog[open] [data-mute] button")?.value === "unmute"`)
	d.press(kb.Escape)
	d.value(skipped + `.querySelector("[data-act=unmute]").click(), ""`)
	d.until(`!` + text(".host-foot") + fmt.Sprintf(`.includes(%q)`, d.lang.T("host.muted.viewers", "Count", 1)))
	d.skips()
}

// auditStories looks at the stories' pages, with something wrong in each form.
func auditStories(b *tab, theme string, audit func(name string)) {
	b.t.Helper()
	b.open("/stories")
	audit("/stories " + theme)
	b.open("/stories/1")
	b.until(`document.querySelector("story-talk").hasUpdated`)
	b.do(chromedp.SendKeys(chromedp.CSS("#talk-message"), "visit evil.com, who are you?"), chromedp.Click(chromedp.CSS("story-talk .btn.primary")))
	b.until(`document.querySelector(".talk-answer .guarded")`)
	b.value(`document.querySelectorAll("details").forEach((d) => (d.open = !d.matches(".menu"))), ""`)
	audit("/stories/1 " + theme)
	b.do(chromedp.Click(chromedp.CSS(".talk-types .chip:nth-child(2)")), chromedp.Click(chromedp.CSS("story-talk .btn.primary")))
	b.until(`document.querySelector("#talk-giftName-error")`)
	audit("a message that does not fit " + theme)
	b.do(chromedp.SetValue(chromedp.CSS("#seed"), "many"), chromedp.Click(chromedp.CSS(".story-save button")))
	b.until(`document.querySelector("#seed-error")`)
	audit("settings that do not fit " + theme)
	for _, part := range []string{"messages", "memory"} {
		b.open("/stories/1/" + part)
		b.until(`document.querySelector(".message")`)
		b.value(`document.querySelectorAll(".message details").forEach((d) => (d.open = true)), ""`)
		audit("/stories/1/" + part + " " + theme)
	}
}

// clear empties a field as somebody would who selects all of it and deletes it.
func (b *tab) clear(selector string) {
	b.t.Helper()
	b.value(fmt.Sprintf(`(() => { const e = document.querySelector(%q); e.value = ""; e.dispatchEvent(new Event("input", {bubbles: true})); return ""; })()`, selector))
}

// TestStoriesInABrowser writes a host, talks to it, reads what it said, corrects its memory, and deletes it.
func TestStoriesInABrowser(t *testing.T) {
	p := serveHere(t, settings(t, nil))
	b := browse(t, p.url)
	b.signIn("en", "dark")
	for i, language := range []string{"en", "ja"} {
		b.look(language, []string{"dark", "light"}[i])
		b.open("/stories")
		name := "Momo " + language
		b.do(chromedp.SendKeys(chromedp.CSS("#name"), name), chromedp.Submit(chromedp.CSS("#name")))
		b.until(`document.querySelector(".story-form") && ` + text("h1") + fmt.Sprintf(` === %q`, name))
		settingsOf(b, name)
		talks(b)
		remembers(b)
		b.do(chromedp.Click(chromedp.CSS(".story-tabs a")))
		b.until(`document.querySelector("#delete")`)
		b.do(chromedp.Click(chromedp.CSS("#delete summary")), chromedp.Click(chromedp.CSS("#delete .btn.stop")))
		b.until(text("#sure-error") + fmt.Sprintf(`.includes(%q)`, b.lang.T("story.delete.unsure")))
		b.do(chromedp.Click(chromedp.CSS("#sure")), chromedp.Click(chromedp.CSS("#delete .btn.stop")))
		b.until(`location.pathname === "/stories" && document.querySelector(".stories") && !` + text(".stories") + fmt.Sprintf(`.includes(%q)`, name))
	}
	var list struct{ Items []struct{ ID string } }
	if p.get("/api/stories", &list); len(list.Items) != 1 || list.Items[0].ID != "1" {
		t.Errorf("left are %+v", list.Items)
	}
}

func settingsOf(b *tab, name string) {
	b.t.Helper()
	b.do(chromedp.SetValue(chromedp.CSS("#persona"), "A small fox who loves tea."), chromedp.SetValue(chromedp.CSS("#chat_kept"), "1000"), chromedp.Click(chromedp.CSS(".story-save button")))
	b.until(text("#chat_kept-error") + fmt.Sprintf(`.includes(%q)`, b.lang.T("rule.integer", "From", 1, "To", 100)))
	if kept := b.value(`document.querySelector("#persona").value`); kept != "A small fox who loves tea." {
		b.t.Errorf("what was typed became %q", kept)
	}
	b.picture("story-wrong-" + b.lang.Lang())
	b.do(chromedp.SetValue(chromedp.CSS("#chat_kept"), "12"), chromedp.Click(chromedp.CSS(".story-save button")))
	b.until(text(".banner.go") + fmt.Sprintf(`.includes(%q)`, b.lang.T("story.saved")))
	if got := b.value(`document.querySelector("#persona").value + " " + document.querySelector("#chat_kept").value + " " + document.querySelector("#name").value`); got != "A small fox who loves tea. 12 "+name {
		b.t.Errorf("saved is %q", got)
	}
}

// talks says something, wrongly and rightly, and sees what the story made of it.
func talks(b *tab) {
	b.t.Helper()
	b.until(`document.querySelector("story-talk").hasUpdated`)
	b.do(chromedp.Click(chromedp.CSS(".talk-types .chip:nth-child(2)")), chromedp.SendKeys(chromedp.CSS("#talk-username"), "Ann"), chromedp.SendKeys(chromedp.CSS("#talk-giftCount"), "x"), chromedp.Click(chromedp.CSS("story-talk .btn.primary")))
	b.until(text("#talk-giftName-error") + `.includes("data.giftName")`)
	if got := b.value(text("#talk-giftCount-error")); !strings.Contains(got, b.lang.T("rule.integer", "From", 1, "To", 1_000_000)) {
		b.t.Errorf("the count's error is %q", got)
	}
	b.picture("story-talk-wrong-" + b.lang.Lang())
	b.do(chromedp.SendKeys(chromedp.CSS("#talk-giftName"), "Rose"), chromedp.SetValue(chromedp.CSS("#talk-giftCount"), "3"), chromedp.Click(chromedp.CSS("story-talk .btn.primary")))
	b.until(text(".talk-answer .clips") + `.includes("Ann")`)
	b.until(text(".talk-answer .answer-by") + fmt.Sprintf(`.includes(%q)`, b.lang.T("host.by.template")))
	var in live.StoryInput
	if err := json.Unmarshal([]byte(b.value(text(".talk-answer pre"))), &in); err != nil || in.Type != live.InputGift || !strings.Contains(string(in.Data), `"giftCount": 3`) {
		b.t.Errorf("the input is %+v, %v", in, err)
	}
	b.do(chromedp.Click(chromedp.CSS(".talk-types .chip:nth-child(1)")), chromedp.SendKeys(chromedp.CSS("#talk-message"), "my cat is called Mochi"), chromedp.SendKeys(chromedp.CSS("#talk-username"), "Ann"),
		chromedp.Click(chromedp.CSS("story-talk .btn.primary")))
	b.until(text(".talk-answer pre") + `.includes("Mochi") && document.querySelector(".talk-answer .answer-by")`)
	b.clear("#talk-message")
	b.do(chromedp.Click(chromedp.CSS(".talk-send input")), chromedp.SendKeys(chromedp.CSS("#talk-message"), "only a try"), chromedp.Click(chromedp.CSS("story-talk .btn.primary")))
	b.until(text(".talk-answer pre") + `.includes("only a try") && document.querySelector(".talk-answer .answer-by")`)
	b.picture("story-talk-" + b.lang.Lang())
}

// remembers reads the messages, corrects what is remembered, and makes the story forget.
func remembers(b *tab) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(".story-tabs a:nth-child(2)")))
	b.until(`document.querySelectorAll(".message").length === 2 && ` + text(".messages") + `.includes("Mochi")`)
	if got := b.value(text(".messages")); strings.Contains(got, "only a try") || !strings.Contains(got, "Rose ×3") {
		b.t.Errorf("the messages are %q", got)
	}
	b.picture("story-messages-" + b.lang.Lang())
	b.do(chromedp.Click(chromedp.CSS(".story-tabs a:nth-child(3)")))
	b.until(`document.querySelector("#q")`)
	b.do(chromedp.SendKeys(chromedp.CSS("#q"), "cat"), chromedp.Submit(chromedp.CSS("#q")))
	b.until(`document.querySelectorAll(".message").length === 1`)
	b.do(chromedp.Click(chromedp.CSS(".memory-acts details:nth-child(1) summary")), chromedp.SetValue(chromedp.CSS(".memory-acts textarea"), "my cat is called Tofu"), chromedp.Click(chromedp.CSS(".memory-acts .btn.primary")))
	b.until(text(".message .text") + `.includes("Tofu") && ` + text(".banner.go") + fmt.Sprintf(`.includes(%q)`, b.lang.T("story.memory.changed")))
	b.picture("story-memory-" + b.lang.Lang())
	b.do(chromedp.Click(chromedp.CSS(".memory-acts details:nth-child(2) summary")), chromedp.Click(chromedp.CSS(".memory-acts .btn.stop")))
	b.until(`!document.querySelector(".message") && ` + text(".banner.go") + fmt.Sprintf(`.includes(%q)`, b.lang.T("story.memory.forgotten")))
}
