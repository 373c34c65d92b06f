package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"showcaller/internal/tiktok/tiktoktest"
	"showcaller/web/catalog"
)

// This file drives the live desk, the list of rooms and the viewer's card as a streamer would, in Chromium. Set
// SHOWCALLER_TEST_PICTURES to a folder to get a picture of each screen.

// tab is a page of a browser, signed in to a panel.
type tab struct {
	t    testing.TB
	ctx  context.Context
	base string
	lang *catalog.Printer
}

// browse starts a browser, or says why it cannot.
func browse(t testing.TB, base string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(t.Context())
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(1440, 900)); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("no browser to test with, install the package chromium: %v", err)
		}
		t.Skipf("no browser to test with, install the package chromium: %v", err)
	}
	return &tab{t, ctx, base, catalog.For("en")}
}

// do runs steps that must come true soon.
func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

// signIn signs the browser in, which then has a language and a theme.
func (b *tab) signIn(language, theme string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base+"/login"), chromedp.SendKeys("input[name=name]", "admin"),
		chromedp.SendKeys("input[name=password]", "correct horse battery"), chromedp.Submit("input[name=password]"), chromedp.WaitVisible("nav.rail"))
	b.look(language, theme)
}

// look chooses a language and a theme.
func (b *tab) look(language, theme string) {
	b.t.Helper()
	b.lang = catalog.For(language)
	b.value(fmt.Sprintf(`(async () => {
		const post = (path, body) => fetch(path, {method: "POST", headers: {"Content-Type": "application/x-www-form-urlencoded"}, body});
		await post("/language", "language=%s&back=/login"); await post("/theme", "theme=%s&back=/login"); return "";
	})()`, language, theme))
}

// open goes to a page of the panel.
func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// value evaluates a script.
func (b *tab) value(script string) string {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[string](script, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", script, err)
	}
	return v
}

// until waits for a script to be true, through whatever pages come meanwhile: the page itself looks, a page that is left looks no
// more. A script that throws is not true yet: a frame's document has no body while it loads.
func (b *tab) until(script string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	isTrue := `(() => { try { return !!(` + script + `); } catch { return false; } })()`
	look := `new Promise(done => { const look = () => ` + isTrue + ` ? done("true") : setTimeout(look, 50); look(); })`
	for {
		v, err := chromedp.Run(ctx, chromedp.Evaluate[string](look, chromedp.EvalAwaitPromise))
		switch {
		case err == nil && v == "true":
			return
		case ctx.Err() != nil:
			last := `(() => { try { return String(` + script + `); } catch (err) { return String(err); } })()`
			page := `document.querySelector("main")?.innerText.slice(0, 2000) ?? document.body.innerText`
			b.t.Fatalf("never true, now %s: %s\n%s", b.value(last), script, b.value(page))
		case !left(err):
			b.t.Fatalf("%s: %v", script, err)
		}
	}
}

// left reports whether a script ended because its page was left. Chromium has three ways to say so.
func left(err error) bool {
	return slices.ContainsFunc([]string{"navigated or closed", "context was destroyed", "Promise was collected", "Cannot find context"}, func(text string) bool {
		return strings.Contains(err.Error(), text)
	})
}

// press sends a key to what has the focus.
func (b *tab) press(key string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(key))
}

// picture keeps a picture of the page, if anybody wants some.
func (b *tab) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("SHOWCALLER_TEST_PICTURES")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

func text(selector string) string {
	return fmt.Sprintf(`(document.querySelector(%q)?.innerText ?? "")`, selector)
}

func TestDeskInABrowser(t *testing.T) {
	srv := tiktoktest.NewServer(t)
	room := srv.Room("mailinh").GoLive()
	p := serveHere(t, settings(t, srv))
	b, other := browse(t, p.url), browse(t, p.url)
	b.signIn("en", "dark")
	other.signIn("en", "light")
	b.open("/")
	b.do(chromedp.SendKeys("#name", "https://www.tiktok.com/@mailinh/live"), chromedp.Submit("#name"))
	b.until(`document.querySelector('[data-room=mailinh] [data-state=live]')`)
	for _, language := range []string{"en", "vi"} {
		b.look(language, "dark")
		other.look(language, "light")
		b.open("/rooms/mailinh")
		other.open("/rooms/mailinh")
		b.until(`document.querySelector("live-feed .window")`)
		other.until(`document.querySelector("live-feed .window")`)
		feed(b, room, language)
		pins(b, other, room, language)
		card(b, room, language)
		silent(b, room, language)
		if overflow := b.value(`String(document.scrollingElement.scrollHeight - innerHeight) + " " + String(document.scrollingElement.scrollWidth - innerWidth)`); overflow != "0 0" {
			t.Errorf("the desk does not fit on the screen: %s", overflow)
		}
		b.picture("desk-" + language)
	}
}

// feed checks that lines come in, that a streak is one row that grows, and that nothing moves while somebody reads.
func feed(b *tab, room *tiktoktest.Room, language string) {
	b.t.Helper()
	mod := tiktoktest.Named("linh")
	mod.Moderator = true
	streak := room.Streak(tiktoktest.Named("kiet"), tiktoktest.Rose)
	room.Send(tiktoktest.Chat(mod, "hello "+language), tiktoktest.Chat(tiktoktest.Named("ben"), "xin chào "+language), streak.Tap(1))
	b.until(`[...document.querySelectorAll("live-feed .row.gift")].at(-1)?.innerText.includes("×1")`)
	before := b.value(`String(document.querySelectorAll("live-feed .row.gift").length)`)
	room.Send(streak.Tap(7), streak.End())
	b.until(`[...document.querySelectorAll("live-feed .row.gift")].at(-1)?.innerText.includes("×7")`)
	if after := b.value(`String(document.querySelectorAll("live-feed .row.gift").length)`); after != before {
		b.t.Errorf("a streak made %s rows of %s", after, before)
	}

	b.do(chromedp.Click(`live-feed .kinds .chip:nth-child(3)`)) // gifts
	b.until(`![...document.querySelectorAll("live-feed .row")].some((row) => row.dataset.kind === "comment")`)
	b.do(chromedp.Click(`live-feed .kinds .chip:nth-child(1)`), chromedp.Click(`live-feed .roles summary`), chromedp.Click(`live-feed .roles input`)) // moderators
	b.until(`[...document.querySelectorAll("live-feed .row")].length > 0 && [...document.querySelectorAll("live-feed .row")].every((row) => row.innerText.includes("Linh"))`)
	b.do(chromedp.Click(`live-feed .roles input`))
	b.press(kb.Escape)
	b.until(`!document.querySelector("live-feed .roles").open && document.querySelector("live-feed .row.gift")`)
	b.until(marksOf("live-feed .rows") + ` < 2 * document.querySelectorAll("live-feed .row").length + 5`) // rows that left the page took their marks along

	b.value(`document.querySelector("live-feed .rows").focus(), ""`)
	b.press(kb.ArrowUp)
	b.until(`document.activeElement.matches("li.row")`)
	held := b.value(`document.activeElement.dataset.id`)
	room.Send(tiktoktest.Chat(mod, "one"), tiktoktest.Chat(mod, "two"))
	b.until(text("live-feed .jump") + `.includes("2")`)
	if now := b.value(`document.activeElement.dataset.id ?? "lost"`); now != held {
		b.t.Errorf("the keyboard was on row %s and is on %s", held, now)
	}
	b.press(kb.End)
	b.until(`!document.querySelector("live-feed .jump")`)
}

// marksOf is the script that counts the comments by which lit finds the items of a list: two for each, and some for the list.
func marksOf(list string) string {
	return fmt.Sprintf(`[...document.querySelector(%q).childNodes].filter((n) => n instanceof Comment).length`, list)
}

// pins checks that a pinned line stays on top, on every desk, and survives a reload.
func pins(b, other *tab, room *tiktoktest.Room, language string) {
	b.t.Helper()
	said := "pin this " + language
	room.Send(tiktoktest.Chat(tiktoktest.Named("ben"), said))
	b.until(`[...document.querySelectorAll("live-feed .row.chat")].at(-1)?.innerText.includes(` + fmt.Sprintf("%q", said) + `)`)
	b.press(kb.ArrowUp)
	b.until(`document.activeElement.matches("li.row")`)
	b.press("p")
	strip := text("pin-strip") + fmt.Sprintf(`.includes(%q)`, said)
	b.until(strip)
	other.until(strip)
	b.open("/rooms/mailinh")
	b.until(strip + ` && document.querySelector("live-feed .row.pinned")`)
	b.do(chromedp.Click(`pin-strip button`))
	b.until(`!` + strip)
	other.until(`!` + strip)
}

// card checks what a click on a name shows, and that the note is kept.
func card(b *tab, room *tiktoktest.Room, language string) {
	b.t.Helper()
	room.Send(tiktoktest.Chat(tiktoktest.Named("anna"), "who am I"))
	b.until(`[...document.querySelectorAll("live-feed .row.chat")].at(-1)?.innerText.includes("who am I")`)
	b.value(`document.querySelector("live-feed .rows").focus(), ""`)
	b.press(kb.ArrowUp)
	b.until(`document.activeElement.matches("li.row")`)
	b.press(kb.Enter)
	b.until(`document.querySelector("dialog[open] .viewer")`)
	if got := b.value(text("dialog .said")); !strings.Contains(got, "who am I") {
		b.t.Errorf("the card's last messages are %q", got)
	}
	note := "sings along, " + language
	b.do(chromedp.SetValue("dialog #note", note), chromedp.Click("dialog form .btn.primary"))
	b.until(text("dialog form.form [role=status]") + fmt.Sprintf(` === %q`, b.lang.T("viewer.note.saved")))
	b.picture("card-" + language)
	b.press(kb.Escape)
	b.until(`!document.querySelector("dialog[open]") && document.activeElement.matches("li.row")`)
	b.press(kb.Enter)
	b.until(`document.querySelector("dialog[open] #note")?.value === ` + fmt.Sprintf("%q", note))
	b.do(chromedp.Click("dialog [data-close]"))
	b.until(`!document.querySelector("dialog[open]")`)
	b.press(kb.End)
}

// silent checks the alarm: viewers are there and nothing comes. The page's clock is put forward, nobody waits a minute.
func silent(b *tab, room *tiktoktest.Room, language string) {
	b.t.Helper()
	room.Send(tiktoktest.Viewers(240, 1000))
	b.until(text(`[data-number=viewers] b`) + ` === "240"`)
	b.value(`(() => { const now = Date.now.bind(Date); Date.now = () => now() + 61_000; return ""; })()`)
	b.until(text("silence-alarm") + fmt.Sprintf(`.includes(%q)`, b.lang.T("silence.title")))
	b.until(`document.title.startsWith("⚠")`)
	b.picture("silence-" + language)
	room.Send(tiktoktest.Chat(tiktoktest.Named("ben"), "still here"))
	b.until(`!document.querySelector("silence-alarm .alarm") && !document.title.startsWith("⚠")`)
}

func TestRoomsMoveByThemselves(t *testing.T) {
	srv := tiktoktest.NewServer(t)
	room := srv.Room("ann").GoLive()
	room.End(tiktoktest.EndedByHost)
	p := serveHere(t, settings(t, srv, "SHOWCALLER_DEMO=true"))
	b := browse(t, p.url)
	b.signIn("ja", "dark")
	b.open("/")
	b.until(`document.querySelector("[data-room=demo] [data-state=demo]")`)
	p.watch("ann") // by another program: the tile appears
	b.until(`document.querySelector("[data-room=ann] .tone-ready[data-state=waiting]")`)
	b.picture("rooms-waiting-ja")
	room.GoLive()
	if status, answer := p.ask(http.MethodPost, "/api/rooms/ann/connect", nil); status != http.StatusOK {
		t.Fatalf("connect: %d %s", status, answer)
	}
	b.until(`document.querySelector("[data-room=ann] [data-state=live]")`)
	room.Send(tiktoktest.Viewers(77, 100))
	b.until(text("[data-room=ann] .pair") + `.includes("77")`)
	b.do(chromedp.Click(`[data-room=ann] [data-part=acts] button`)) // disconnect
	b.until(`document.querySelector("[data-room=ann] [data-state=idle]")`)
	if status, answer := p.ask(http.MethodDelete, "/api/rooms/ann", nil); status != http.StatusNoContent {
		t.Fatalf("remove: %d %s", status, answer)
	}
	b.until(`!document.querySelector("[data-room=ann]")`)
}

// violation is what axe-core finds wrong.
type violation struct {
	ID, Impact, Help string
	Nodes            []string
}

func TestPagesAreAccessible(t *testing.T) {
	axe, err := os.ReadFile("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("axe-core is missing: %v", err)
		}
		t.Skipf("axe-core is missing, `npm ci` brings it: %v", err)
	}
	empty := serveHere(t, settings(t, nil, "SHOWCALLER_ADMIN_PASSWORD="))
	p := serveHere(t, settings(t, nil, "SHOWCALLER_DEMO=true"))
	p.watch("ann")
	for _, name := range []string{"Songs", "歌回"} {
		if status, answer := p.ask(http.MethodPost, "/api/rooms/demo/run-down", map[string]any{"name": name, "planned_seconds": 60}); status != http.StatusCreated {
			t.Fatalf("planning: %d %s", status, answer)
		}
	}
	b := browse(t, p.url)
	audit := func(name string) {
		t.Helper()
		b.value(string(axe) + `;""`)
		var found []violation
		answer := b.value(`axe.run(document, {resultTypes: ["violations"]}).then((r) => JSON.stringify(r.violations
			.filter((v) => v.impact === "serious" || v.impact === "critical")
			.map((v) => ({id: v.id, impact: v.impact, help: v.help, nodes: v.nodes.slice(0, 5).map((n) => n.html.slice(0, 200) + " " + n.failureSummary)}))))`)
		if err := json.Unmarshal([]byte(answer), &found); err != nil {
			t.Fatal(err)
		}
		for _, v := range found {
			t.Errorf("%s: %s (%s, %s)\n  %s", name, v.Help, v.ID, v.Impact, strings.Join(v.Nodes, "\n  "))
		}
	}
	for _, theme := range []string{"dark", "light"} {
		b.base = empty.url
		b.do(chromedp.Navigate(empty.setup))
		b.look("en", theme)
		b.do(chromedp.Navigate(empty.setup))
		audit("/setup " + theme)
		b.base = p.url
		b.open("/login")
		b.look("en", theme)
		b.open("/login")
		audit("/login " + theme)
		b.signIn("en", theme)
		b.open("/")
		b.until(`document.querySelector("[data-room=demo] [data-state=demo]")`)
		audit("/ " + theme)
		b.open("/rooms/demo")
		b.until(`document.querySelector("live-feed .row") && document.querySelector("live-chart canvas") && document.querySelector("live-numbers .change, live-numbers b")`)
		b.until(`document.querySelectorAll("live-feed a.who").length > 2 && document.querySelector("host-panel").hasUpdated && document.querySelector(".saying.speaking")`)
		b.until(`document.querySelector("program-desk [data-edit]")`)
		b.value(`document.querySelector("program-desk [data-do=start]")?.click(), ""`)
		b.until(`document.querySelector("program-desk [data-state=answered]")`)
		b.do(chromedp.Click(".run-down li:not(.on) button"), chromedp.WaitVisible(".ask"), chromedp.Click("program-desk .preview summary"))
		audit("/rooms/demo " + theme)
		b.do(chromedp.Click("program-desk [data-edit]"), chromedp.WaitVisible("run-down-editor"), chromedp.Click("[data-item^=change-]"))
		audit("the run-down's editor " + theme)
		b.do(chromedp.Click("[data-edit-done]"))
		b.do(chromedp.Click(`gift-simulator > .btn`))
		b.until(`document.querySelector(".gift-tile input:checked")`)
		for _, part := range []string{"send", "scenarios", "replay"} {
			b.do(chromedp.Click("#sim-tab-" + part))
			b.until(`document.querySelector("#sim-panel .form, #sim-panel .sim-list")`)
			audit("the simulator, " + part + " " + theme)
		}
		b.press(kb.Escape)
		b.value(`document.querySelector("live-feed a.who").click(), ""`)
		b.until(`document.querySelector("dialog[open] .viewer")`)
		audit("the viewer's card " + theme)
		b.value(`location.href = document.querySelector("a.who").href, ""`)
		b.until(`document.querySelector("main .viewer")`)
		audit("the viewer's page " + theme)
		b.open("/rooms/demo/simulate")
		audit("the simulator's page " + theme)
		b.open("/rooms/demo/program")
		audit("the program's page " + theme)
		b.open("/rooms/ann") // without a host
		b.until(`document.querySelector(".host-none")`)
		audit("a desk without a host " + theme)
		auditStories(b, theme, audit)
		b.value(`fetch("/logout", {method: "POST"}).then(() => "")`)
	}
}

// TestHistoryStandsInLine: what was said before the connection looks paler than what is said now, and no other way different.
func TestHistoryStandsInLine(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	room := srv.Room("mailinh").GoLive()
	room.Send(tiktoktest.Chat(tiktoktest.Named("ann"), "long ago"))
	p := serveHere(t, settings(t, srv))
	p.watch("mailinh")
	b := browse(t, p.url)
	b.signIn("en", "dark")
	b.open("/rooms/mailinh")
	room.Send(tiktoktest.Chat(tiktoktest.Named("ben"), "just now"))
	b.until(`document.querySelector("live-feed .row.past") && document.querySelector("live-feed .row.chat:not(.past)")`)
	place := func(row, part string) string {
		return b.value(fmt.Sprintf(`String(document.querySelector("live-feed .row%s %s").getBoundingClientRect().x)`, row, part))
	}
	for _, part := range []string{".face", ".body"} {
		if then, now := place(".past", part), place(".chat:not(.past)", part); then != now {
			t.Errorf("%s of an old row is at %s, of a new one at %s", part, then, now)
		}
	}
}
