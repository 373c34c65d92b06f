package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestOverlaysInThePanel makes an overlay in the panel, opens it as OBS does, and changes, tests and rotates it from the editor.
func TestOverlaysInThePanel(t *testing.T) {
	t.Parallel()
	p := serveHere(t, settings(t, nil, "SHOWCALLER_DEMO=true"))
	b := visit(t)
	b.base = p.url
	b.signIn("en", "dark")
	b.open("/overlays")
	b.do(chromedp.Click(chromedp.CSS(".kind [value=goal]")), chromedp.SendKeys(chromedp.CSS("#name"), "Tonight"))
	b.follow(`form[action="/overlays"] .btn.primary`)
	b.until(text(".form-column .banner.go") + `.includes("made")`)

	b.do(chromedp.Click(chromedp.CSS("[data-reveal]")))
	b.until(text("code.secret") + `.includes("/overlay/") && !` + text("code.secret") + `.includes("•")`)
	first := b.value(text("code.secret"))
	b.do(chromedp.Click(chromedp.CSS("[data-reveal]")))
	b.until(text("code.secret") + `.includes("•")`)

	obs := browse(t, p.url)
	waitsForThePanel(t, b, obs, first)
	b.until(`document.querySelector("[data-live=state-1] [data-state=shown]")`)

	accent := `getComputedStyle(document.documentElement).getPropertyValue("--accent").trim()`
	framed := strings.Replace(accent, "document.", `document.querySelector("iframe").contentDocument.`, 1)
	b.until(`document.querySelector("iframe").contentDocument?.querySelector(".goal")`)
	b.do(chromedp.SendKeys(chromedp.CSS(`[id="o-look-accent"]`), "#12ab34"))
	b.until(framed + ` === "#12ab34" && ` + text("[data-note]") + `.includes("not saved")`)
	if got := obs.value(accent); got == "#12ab34" {
		t.Error("the audience sees what nobody saved")
	}
	b.picture("overlay-draft")
	b.do(chromedp.SendKeys(chromedp.CSS(`[id="o-look-text"]`), "red"))
	b.until(`document.querySelector("#o-look-text.unfit")`)
	b.clear("#o-look-text")
	b.until(`!document.querySelector(".unfit")`)
	b.follow(".save-line .btn")
	b.until(text(".form-column .banner.go") + `.includes("Saved")`)
	obs.until(accent + ` === "#12ab34"`)

	b.do(chromedp.Click(chromedp.CSS(`form[action="/overlays/1/test"] button`)))
	b.until(`document.querySelector(".drawn[data-drawn^=test-]") && ` + text(".drawn") + `.includes("Test drawn at")`)
	b.do(chromedp.SendKeys(chromedp.CSS("#amount"), "4321"), chromedp.Click(chromedp.CSS(".amount [value=set]")))
	b.until(text("#now .now-figure") + `.includes("4,321") && document.querySelector("#amount").value === ""`)
	obs.until(text(".goal") + `.includes("4,321")`)
	b.picture("overlay-tested")

	b.do(chromedp.Click(chromedp.CSS(".address-acts details summary")))
	b.follow(`form[action="/overlays/1/rotate"] button`)
	obs.until(`document.querySelector(".goal").hidden`)
	if got := obs.value(`fetch(location.href).then((r) => String(r.status))`); got != "404" {
		t.Errorf("the old address answers %s", got)
	}
	for _, theme := range []string{"dark", "light"} {
		b.look("en", theme)
		for _, path := range []string{"/overlays", "/overlays/1"} {
			b.open(path)
			b.value(`document.querySelectorAll("main details:not(.menu)").forEach((d) => { d.open = true; }), ""`)
			b.audits("overlays-" + theme + strings.ReplaceAll(path, "/", "-"))
		}
	}
	if wrong := b.complaints(); len(wrong) > 0 {
		t.Errorf("the console complains: %q", wrong)
	}
}

// TestOverlayPreviewFollows types what only the server goes by, and the preview follows at once, the audience not. After the overlay's address
// was changed elsewhere it comes back by itself, with what was typed.
func TestOverlayPreviewFollows(t *testing.T) {
	t.Parallel()
	p := serveHere(t, settings(t, nil, "SHOWCALLER_DEMO=true"))
	for _, kind := range []string{"chat", "alerts"} {
		if status, answer := p.ask(http.MethodPost, "/api/overlays", map[string]any{"kind": kind, "room": "demo"}); status != http.StatusCreated {
			t.Fatalf("%d %s", status, answer)
		}
	}
	b := visit(t)
	b.base = p.url
	b.signIn("en", "dark")
	b.open("/overlays/1")
	const comments = `[...(document.querySelector("iframe")?.contentDocument ?? document).querySelectorAll(".line.is-comment .text")].map((e) => [...e.textContent].length)`
	const cut = `((all) => all.length > 0 && all.every((n) => n <= 6))(` + comments + `)`
	b.until(`((all) => all.some((n) => n > 6))(` + comments + `)`)
	const unfold = `document.querySelectorAll(".overlay-form details").forEach((d) => { d.open = true; }), ""`
	b.value(unfold)
	b.clear("#o-filter-max_runes")
	b.do(chromedp.SendKeys(chromedp.CSS("#o-filter-max_runes"), "5"))
	b.until(cut)
	b.picture("overlay-preview-filtered")

	status, answer := p.ask(http.MethodPost, "/api/overlays/1/rotate", nil)
	var made struct{ URL string }
	if err := json.Unmarshal(answer, &made); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s", status, answer)
	}
	before := b.value(`document.querySelector("iframe").getAttribute("src")`)
	b.until(fmt.Sprintf(`document.querySelector("iframe").getAttribute("src") !== %q && `, before) + cut)
	obs := browse(t, p.url)
	obs.do(chromedp.Navigate(made.URL))
	obs.until(`((all) => all.some((n) => n > 6))(` + comments + `)`)
	b.follow(".save-line .btn")
	obs.until(cut)

	b.open("/overlays/2")
	b.until(`document.querySelector("iframe").contentDocument?.querySelector(".alerts")`)
	b.value(unfold)
	b.do(chromedp.SendKeys(chromedp.CSS(`[name="o.rules[1].title"]`), "Look who is here"))
	b.until(`document.querySelector("iframe").contentDocument.querySelector(".alert-title")?.textContent === "Look who is here"`)
	b.picture("overlay-preview-alert")
	passedOver := `String(document.querySelector("[data-css-of]").hidden)`
	for css, quiet := range map[string]string{".alert { opacity: .5 }": "true", ".alert { colour: red }": "false", ".alert { opacity: .5": "false", "opacity: .5": "false", "/* none */": "true"} {
		b.clear("#o-look-css")
		b.do(chromedp.SendKeys(chromedp.CSS("#o-look-css"), css))
		if got := b.value(passedOver); got != quiet {
			t.Errorf("of %s the note is hidden: %s", css, got)
		}
	}
	b.follow(".save-line .btn")
	if wrong := b.complaints(); len(wrong) > 0 {
		t.Errorf("the console complains: %q", wrong)
	}
}

// waitsForThePanel opens an overlay by its loader file, which leads to the overlay's own page.
func waitsForThePanel(t *testing.T, b *visitor, obs *tab, address string) {
	t.Helper()
	loader := b.value(`fetch("/overlays/1/loader", {method: "POST"}).then((r) => r.text())`)
	if !strings.Contains(loader, address) {
		t.Errorf("the loader does not lead to %s: %s", address, loader)
	}
	file := filepath.Join(t.TempDir(), "overlay.html")
	if err := os.WriteFile(file, []byte(loader), 0o600); err != nil {
		t.Fatal(err)
	}
	obs.do(chromedp.Navigate("file://" + file))
	obs.until(fmt.Sprintf(`location.href === %q && document.querySelector(".goal")`, address))
}

// TestStageKey: one press clears the screen, and another lets alerts go on, without leaving the desk.
func TestStageKey(t *testing.T) {
	t.Parallel()
	p := serveHere(t, settings(t, nil, "SHOWCALLER_DEMO=true"))
	p.overlay("alerts", "demo")
	b := browse(t, p.url)
	b.signIn("en", "dark")
	b.open("/rooms/demo")
	paused := func(want bool) {
		t.Helper()
		var queue struct{ Paused bool }
		if p.get("/api/overlays/1/queue", &queue); queue.Paused != want {
			t.Errorf("the queue is paused: %t", queue.Paused)
		}
	}
	b.until(`document.querySelector("live-feed .row")`)
	b.value(`document.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", shiftKey: true, bubbles: true})), ""`)
	b.until(`document.querySelector(".stage-key [value=stop]").hidden`)
	paused(true)
	b.do(chromedp.Click(chromedp.CSS(".stage-key [value=resume]")))
	b.until(`document.querySelector(".stage-key [value=resume]").hidden`)
	paused(false)
	if status, _ := p.ask(http.MethodPost, "/api/rooms/demo/overlays/stop", nil); status != http.StatusNoContent {
		t.Errorf("somebody else's press: %d", status)
	}
	b.until(`(document.dispatchEvent(new Event("visibilitychange")), document.querySelector(".stage-key [value=stop]").hidden)`)
	if status, _ := p.ask(http.MethodDelete, "/api/overlays/1", nil); status != http.StatusNoContent {
		t.Errorf("delete: %d", status)
	}
	b.open("/rooms/demo")
	if got := b.value(`String(!!document.querySelector(".stage-key"))`); got != "false" {
		t.Error("a room without overlays has the key")
	}
}

// TestStageKeyUnanswered: where nobody answers, the desk says that the screen was not cleared and stays where it is.
func TestStageKeyUnanswered(t *testing.T) {
	t.Parallel()
	p := serveHere(t, settings(t, nil, "SHOWCALLER_DEMO=true"))
	p.overlay("alerts", "demo")
	b := browse(t, p.url)
	b.signIn("vi", "dark")
	b.open("/rooms/demo")
	b.until(`document.querySelector("live-feed .row")`)
	b.value(`window.stayed = "yes"`)
	if err := p.stop(); err != nil {
		t.Fatal(err)
	}
	b.value(`document.dispatchEvent(new KeyboardEvent("keydown", {key: "Escape", shiftKey: true, bubbles: true})), ""`)
	b.until(text(".stage-key [data-failed]") + fmt.Sprintf(`.startsWith(%q)`, b.lang.T("live.stage.failed.stop")))
	b.until(`window.stayed === "yes" && !document.querySelector(".stage-key [value=stop]").hidden`)
}
