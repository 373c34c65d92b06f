package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"showcaller/internal/live"
	"showcaller/internal/tiktok/tiktoktest"
)

// counted are the numbers of a session that simulated events must never move.
func counted(t *testing.T, p serving, session int64) string {
	t.Helper()
	var out []string
	for _, what := range []string{"summary", "minutes", "viewers"} {
		status, body := p.ask(http.MethodGet, fmt.Sprintf("/api/sessions/%d/%s", session, what), nil)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %s", what, status, body)
		}
		var v map[string]any
		if err := json.Unmarshal(body, &v); err != nil {
			t.Fatal(err)
		}
		delete(v, "last_seq")
		delete(v, "duration_seconds")
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(b))
	}
	return strings.Join(out, "\n")
}

// openSession returns the session a room's simulated events go to.
func openSession(t *testing.T, p serving, room string) int64 {
	t.Helper()
	var v struct {
		Session *struct {
			ID int64 `json:"id"`
		} `json:"session"`
	}
	p.get("/api/rooms/"+room+"/simulator", &v)
	if v.Session == nil {
		return 0
	}
	return v.Session.ID
}

// fill puts a value into a field in place of the one that is there.
func fill(b *tab, selector, v string) {
	b.t.Helper()
	b.value(fmt.Sprintf(`(() => { const e = document.querySelector(%q); e.focus(); e.select(); return ""; })()`, selector))
	b.do(chromedp.SendKeys(selector, v))
}

// sums are the desk's numbers without those by the minute, which change as time goes by.
const sums = `document.querySelector("live-numbers").innerText.replace(/comments\/min\n\S+/, "").replace(/\n\S+\/min/g, "")`

func TestSimulatorInABrowser(t *testing.T) {
	srv := tiktoktest.NewServer(t)
	room := srv.Room("mailinh").GoLive()
	p := serveHere(t, settings(t, srv))
	p.watch("mailinh")
	b := browse(t, p.url)
	b.signIn("en", "dark")
	b.open("/rooms/mailinh")
	b.until(`document.querySelector("live-feed .window")`)
	room.Send(tiktoktest.Chat(tiktoktest.Named("ben"), "hello"))
	b.until(`document.querySelector("live-feed .row.chat")`)
	b.until(text("live-numbers") + `.includes("1 in all")`)
	session := openSession(t, p, "mailinh")
	before, shown := counted(t, p, session), b.value(sums)

	b.do(chromedp.Click(`gift-simulator > .btn`))
	b.until(`document.querySelector(".gift-tile input:checked")`)
	if inside := b.value(`document.activeElement.getAttribute("role")`); inside != "tab" {
		t.Errorf("opened, the focus is on %q", inside)
	}
	b.do(chromedp.SendKeys("#sim-find", "finger"))
	b.until(`document.querySelectorAll(".gift-tile").length === 1`)
	b.do(chromedp.Click(`.gift-tile`), chromedp.Click(`.radios [value=streak]`), chromedp.SendKeys("#sim-who", "Big Fan"))
	fill(b, "#sim-count", "8")
	fill(b, "#sim-pace", "100")
	b.picture("simulator-send-en")
	b.do(chromedp.Click(`.drawer .primary`))
	const row = `[...document.querySelectorAll("live-feed .row.gift")]`
	b.until(row + `.some((r) => r.innerText.includes("×8"))`)
	if rows := b.value(`String(` + row + `.length)`); rows != "1" {
		t.Errorf("a streak of eight made %s rows", rows)
	}
	if said := b.value(row + `[0].innerText`); !strings.Contains(said, "Simulated") || !strings.Contains(said, "Big Fan") || !strings.Contains(said, "Finger Heart") {
		t.Errorf("the row says %q", said)
	}
	if dashed := b.value(`String(` + row + `[0].matches(".sim"))`); dashed != "true" {
		t.Error("the row has no frame of its own")
	}
	b.until(`document.querySelector(".runs li.done")`)
	b.picture("simulator-sent-en")
	if now := b.value(sums); now != shown {
		t.Errorf("the desk's numbers went from %q to %q", shown, now)
	}
	if after := counted(t, p, session); after != before {
		t.Errorf("counted before:\n%s\nand after:\n%s", before, after)
	}

	b.press(kb.Escape)
	b.until(`!document.querySelector(".drawer").open && document.activeElement.matches("gift-simulator > .btn")`)
	b.open("/rooms/mailinh")
	b.until(`document.querySelector("live-feed .window")`)
	b.do(chromedp.Click(`gift-simulator > .btn`))
	b.until(`document.querySelector("#sim-who")?.value === "Big Fan" && document.querySelector("#sim-count").value === "8" && document.querySelector(".radios [value=streak]").checked`)
	if fits := b.value(`String(document.scrollingElement.scrollWidth - innerWidth)`); fits != "0" {
		t.Errorf("the drawer makes the page %s px too wide", fits)
	}
}

func TestRehearsalInABrowser(t *testing.T) {
	srv := tiktoktest.NewServer(t)
	srv.Room("mailinh")
	p := serveHere(t, settings(t, srv))
	p.watch("mailinh")
	b := browse(t, p.url)
	b.signIn("vi", "light")
	b.open("/rooms/mailinh")
	b.do(chromedp.Click(`gift-simulator > .btn`), chromedp.WaitVisible(`.drawer .empty .primary`))
	b.picture("simulator-none-vi")
	b.do(chromedp.Click(`.drawer .empty .primary`), chromedp.WaitVisible(`rehearsal-bar`), chromedp.WaitVisible(`.gift-tile`))

	// What is sent is recorded, saved, and run again.
	b.do(chromedp.Click(`.pick [value=comment]`), chromedp.SendKeys("#sim-text", "xin chào"), chromedp.Click(`.record .btn`))
	for n := range 2 {
		b.do(chromedp.Click(`.drawer .primary`))
		b.until(fmt.Sprintf(`[...document.querySelectorAll("live-feed .row.chat")].length === %d`, n+1))
	}
	b.do(chromedp.Click(`.record.on .btn`), chromedp.WaitVisible(`#sim-name`), chromedp.SendKeys("#sim-name", "Hai lời chào"))
	b.until(`document.querySelectorAll(".steps li").length === 2`)
	b.picture("simulator-edit-vi")
	b.do(chromedp.Click(`.editor .primary`))
	b.until(`[...document.querySelectorAll(".sim-list bdi")].some((e) => e.innerText === "Hai lời chào")`)
	b.picture("simulator-scenarios-vi")
	b.do(chromedp.Click(`.sim-list li:last-child .btn`))
	b.until(`[...document.querySelectorAll("live-feed .row.chat")].length === 4`)
	session := openSession(t, p, "mailinh")
	if got := counted(t, p, session); !strings.Contains(got, `"comments":0`) {
		t.Errorf("a rehearsal counted %s", got)
	}

	// The rehearsal ends by hand, and is replayed.
	b.do(chromedp.Click(`rehearsal-bar .btn`))
	b.until(`!document.querySelector("rehearsal-bar .btn")`)
	b.do(chromedp.Click(`#sim-tab-replay`), chromedp.WaitVisible(`.past input`), chromedp.Click(`.radios.four [value="2"]`))
	b.picture("simulator-replay-vi")
	b.do(chromedp.Click(`.drawer .primary`), chromedp.WaitVisible(`rehearsal-bar`))
	b.until(`location.search.startsWith("?session=")`)
	b.until(`[...document.querySelectorAll("live-feed .row.chat")].length >= 1 && document.querySelector("live-feed .row.chat").dataset.origin === "replay"`)
	b.picture("replay-vi")
	replay, err := strconv.ParseInt(b.value(`new URLSearchParams(location.search).get("session")`), 10, 64) // it may have ended by now
	if err != nil || replay == session {
		t.Fatalf("the replay of session %d is %d, %v", session, replay, err)
	}
	b.until(`[...document.querySelectorAll("live-feed .row.chat")].length === 4`)
	b.until(`!document.querySelector("rehearsal-bar .btn")`)
	var info struct {
		EndReason string `json:"end_reason"`
	}
	if p.get(fmt.Sprintf("/api/sessions/%d", replay), &info); info.EndReason != "ended" {
		t.Errorf("the replay is %+v", info)
	}
}

// TestReplayIsHeld: a replay is paused from the bar, changed in speed, goes on, and is ended by hand.
func TestReplayIsHeld(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	room := srv.Room("mailinh").GoLive()
	p := serveHere(t, settings(t, srv))
	p.watch("mailinh")
	b := browse(t, p.url)
	b.signIn("en", "light")
	b.open("/rooms/mailinh")
	b.until(`document.querySelector("live-feed .window")`)
	start := time.Now()
	for n := range 30 { // each a minute after the last: far longer than a test, at any speed
		m := tiktoktest.Chat(tiktoktest.Named("ben"), fmt.Sprint("line ", n))
		m.At = start.Add(time.Duration(n) * time.Minute)
		room.Send(m)
	}
	b.until(`document.querySelector("live-feed").count >= 30`)
	past := openSession(t, p, "mailinh")
	room.End(tiktoktest.EndedByHost)
	p.awaitState("mailinh", live.StateEnded)
	var replay struct {
		ID int64 `json:"id"`
	}
	if status, body := p.ask(http.MethodPost, fmt.Sprintf("/api/sessions/%d/replay", past), map[string]any{"speed": 1}); status != http.StatusCreated || json.Unmarshal(body, &replay) != nil {
		t.Fatalf("the replay was answered with %d %s", status, body)
	}
	b.open(fmt.Sprintf("/rooms/mailinh?session=%d", replay.ID))
	const button = `rehearsal-bar .acts .btn`
	says := func(key string) string {
		return fmt.Sprintf(`document.querySelector("`+button+`")?.innerText.includes(%q)`, b.lang.T(key))
	}
	b.until(says("sim.bar.pause"))
	b.do(chromedp.Click(button))
	b.until(says("sim.bar.resume"))
	b.picture("replay-paused-en")
	var held live.Playback
	if p.get(fmt.Sprintf("/api/sessions/%d/playback", replay.ID), &held); !held.Paused {
		t.Errorf("paused, it is %+v", held)
	}
	b.value(`(() => { const s = document.querySelector("rehearsal-bar select"); s.value = "10"; s.dispatchEvent(new Event("change")); return ""; })()`)
	b.until(`document.querySelector("rehearsal-bar .says").innerText.includes("10")`)
	b.do(chromedp.Click(button))
	b.until(says("sim.bar.pause"))
	b.do(chromedp.Click(button + `:last-child`))
	b.until(`!document.querySelector("rehearsal-bar .btn")`)
}

// TestReplayOfARemovedRoom: a show of a room that was taken off the list is replayed from its page, on a desk that is there meanwhile.
func TestReplayOfARemovedRoom(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	room := srv.Room("mailinh").GoLive()
	p := serveHere(t, settings(t, srv))
	p.watch("mailinh")
	b := browse(t, p.url)
	b.signIn("ja", "dark")
	b.open("/rooms/mailinh")
	b.until(`document.querySelector("live-feed .window")`)
	session := openSession(t, p, "mailinh")
	for n := range 3 {
		m := tiktoktest.Chat(tiktoktest.Named("ben"), fmt.Sprint("line ", n))
		m.At = time.Now().Add(time.Duration(n) * time.Minute)
		room.Send(m)
	}
	b.until(`document.querySelectorAll("live-feed .row.chat").length >= 3`)
	room.End(tiktoktest.EndedByHost)
	p.awaitState("mailinh", live.StateEnded)
	if status, body := p.ask(http.MethodDelete, "/api/rooms/mailinh", nil); status != http.StatusNoContent {
		t.Fatalf("the room was not removed: %d %s", status, body)
	}
	b.open(fmt.Sprintf("/sessions/%d", session))
	const menu = `details:has(form[action="/rooms/mailinh/replay"])`
	b.size(int(onPhone.width), int(onPhone.height))
	b.do(chromedp.Click(menu+" summary"), chromedp.WaitVisible(menu+" button"))
	b.picture("replay-removed-menu-phone-ja")
	const place = `document.querySelector('.menu[open] .sheet').getBoundingClientRect()`
	if b.value(`String(`+place+`.left >= 0 && `+place+`.right <= innerWidth)`) != "true" {
		t.Error("on a phone the form is not all on the screen")
	}
	b.size(int(onDesk.width), int(onDesk.height))
	b.picture("replay-removed-menu-ja")
	b.do(chromedp.Click(menu + " button"))
	b.until(`location.pathname === "/rooms/mailinh" && document.querySelectorAll("live-feed .row.chat").length > 0`)
	b.until(`document.querySelector("rehearsal-bar .acts")`)
	b.picture("replay-removed-desk-ja")
	b.do(chromedp.Click(`rehearsal-bar .acts .btn:last-child`))
	b.until(`!document.querySelector("rehearsal-bar .btn")`)
	b.do(chromedp.Reload())
	b.until(`/^\/sessions\/\d+$/.test(location.pathname)`)
}
