package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"showcaller/internal/live"
)

// This file drives the pages about what is over as somebody who comes after the show: lists, a review, comparisons, and what is shared of
// them with people who are not of the team.

// recorded takes a made-up show in as a capture: 25 minutes of talk and gifts, a program, and a minute of which nothing is known.
func recorded(p panel, room string, start time.Time) (session int64) {
	p.t.Helper()
	var events []map[string]any
	add := func(second int, kind string, data map[string]any) {
		data["timestamp"] = live.Timestamp(start.Add(time.Duration(second) * time.Second))
		events = append(events, map[string]any{"event_type": kind, "data": data})
	}
	fan := map[string]any{"unique_id": "bobhandle", "nickname": "Bob the Viewer", "user_id": "6811"}
	other := map[string]any{"unique_id": "sakurahandle", "nickname": "さくら🌸", "user_id": "6812"}
	add(0, "connect", map[string]any{"unique_id": room, "room_id": fmt.Sprint(start.UnixNano())})
	for minute := range 25 {
		second := 60 * minute
		if minute == 9 {
			continue
		}
		add(second+1, "viewers", map[string]any{"viewers": 100 + 7*minute, "total_viewers": 900})
		if minute == 5 {
			add(second+2, "program", map[string]any{"action": "start", "programName": "Songs", "programType": "singing"})
		}
		add(second+3, "comment", map[string]any{"user": other, "comment": fmt.Sprintf("今天天气真好 %d", minute)})
		if minute == 3 { // wider than a phone, without a place to break
			add(second+3, "comment", map[string]any{"user": other, "comment": strings.Repeat("ありがとう", 30)})
		}
		add(second+4, "gift", map[string]any{
			"user": fan, "gift": map[string]any{"id": 5655, "name": "Rose", "diamond_count": 1, "type": 1, "streakable": true}, "repeat_count": minute + 1,
			"total_diamonds": minute + 1, "streaking": false,
		})
		if minute == 10 {
			add(second+5, "gap", map[string]any{
				"from": live.Timestamp(start.Add(9 * time.Minute)), "to": live.Timestamp(start.Add(10 * time.Minute)), "seconds": 60, "cause": "network",
			})
		}
	}
	add(25*60, "live_end", map[string]any{})
	status, answer := p.ask(http.MethodPost, "/api/sessions/import?room="+room, events)
	var done struct {
		Session int64 `json:"session_id"`
	}
	if err := json.Unmarshal(answer, &done); err != nil || status != http.StatusCreated {
		p.t.Fatalf("importing a show: %d %s", status, answer)
	}
	return done.Session
}

// shared makes a link to a session and returns it with its number.
func shared(p panel, session int64, more map[string]any) (link string, id int64) {
	p.t.Helper()
	more["session"] = session
	status, answer := p.ask(http.MethodPost, "/api/shares", more)
	var made struct {
		ID  int64
		URL string
	}
	if err := json.Unmarshal(answer, &made); err != nil || status != http.StatusCreated {
		p.t.Fatalf("sharing: %d %s", status, answer)
	}
	return made.URL, made.ID
}

// pastPanel is a panel with two shows of one room and one of another, and a browser before it.
func pastPanel(t *testing.T) (b *visitor, here serving, sessions []int64) {
	t.Helper()
	here = serveHere(t, settings(t, nil))
	b = visit(t)
	b.base = here.url
	yesterday := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -1).Add(12 * time.Hour)
	for i, room := range []string{"mai", "mai", "sakura"} {
		sessions = append(sessions, recorded(here.panel, room, yesterday.AddDate(0, 0, -i).Add(time.Duration(i)*13*time.Minute)))
	}
	return b, here, sessions
}

// themes are those of the panel with the screens that each is looked at on: what a small screen changes, it changes in both.
var themes = []struct {
	theme   string
	screens []display
}{{"light", []display{onDesk}}, {"dark", []display{onPhone, onDesk}}}

// manners are how the pages of the past are looked at: in both themes, on a desk and on a phone, in all languages.
var manners = []struct {
	language, theme string
	screens         []display
}{
	{"en", "light", []display{onDesk}}, {"en", "dark", []display{onPhone, onDesk}}, {"vi", "light", []display{onPhone}}, {"zh", "dark", []display{onPhone}},
	{"ja", "light", []display{onPhone}},
}

// TestPastPagesAreAccessible has axe-core look at every page about what is over, and at the team's, and reads their words.
func TestPastPagesAreAccessible(t *testing.T) {
	t.Parallel()
	b, _, sessions := pastPanel(t)
	session := fmt.Sprintf("/sessions/%d", sessions[0])
	var compared []string
	for _, id := range sessions {
		compared = append(compared, fmt.Sprintf("session=%d", id))
	}
	for _, look := range manners {
		b.speaks(look.language)
		b.signIn(look.language, look.theme)
		for _, page := range []struct{ name, path, ready string }{
			{"sessions", "/sessions", `document.querySelector(".sortable tbody tr")`},
			{"review", session, `document.querySelector("review-chart canvas")`},
			{"search", "/search?q=" + url.QueryEscape("天气"), `document.querySelector(".result")`},
			{"viewer", "/viewers/6811", `document.querySelector(".figures")`},
			{"compare", "/compare?align=program:Songs&metric=diamonds&" + strings.Join(compared, "&"), `document.querySelector("compare-chart canvas")`},
			{"compare-one", "/compare?" + compared[0], `document.querySelector(".picked")`},
			{"trend", "/compare?room=mai", `document.querySelector("main")`},
			{"replay", session + "/replay", `!document.querySelector("[data-controls][hidden]")`},
			{"shares", session + "/shares", `true`},
			{"delete", session + "/delete", `true`},
			{"retention", "/retention", `true`},
			{"team", "/team", `true`},
			{"settings", "/settings", `true`},
			{"audit", "/audit", `document.querySelector("main")`},
		} {
			b.open(page.path)
			b.until(page.ready)
			b.auditsAt("past-"+page.name+"-"+look.language+"-"+look.theme, look.screens...)
			b.speaksOnly(look.language, page.path)
			if narrow := b.value(crushed); narrow != "[]" {
				t.Errorf("in %s, %s has no room for %s", look.language, page.path, narrow)
			}
		}
	}
	if wrong := b.complaints(); len(wrong) > 0 {
		t.Errorf("the console says %v", wrong)
	}
}

// TestCompareInABrowser goes from the list of sessions to two of them on one axis, and reads it without a pointer.
func TestCompareInABrowser(t *testing.T) {
	t.Parallel()
	b, _, _ := pastPanel(t)
	b.signIn("en", "dark")
	b.open("/sessions")
	b.do(chromedp.Click(chromedp.CSS(".sortable tbody tr:nth-child(1) input")), chromedp.Click(chromedp.CSS(".sortable tbody tr:nth-child(2) input")))
	b.follow(`form[action="/compare"] button`)
	b.until(`document.querySelector("compare-chart canvas")`)
	const slider, keys = `document.querySelector("compare-chart [role=slider]")`, `[...document.querySelectorAll("compare-chart .lane-key b")].map((e) => e.innerText).join(" ")`
	b.value(slider + `.focus(), ""`)
	for _, key := range []string{kb.PageDown, kb.ArrowLeft} {
		b.press(key)
	}
	if got := eval[string](b, slider+`.getAttribute("aria-valuetext") + " " + `+slider+`.getAttribute("aria-valuenow")`); !strings.HasPrefix(got, "0:09: ") || !strings.Contains(got, "–") || !strings.HasSuffix(got, " 9") {
		t.Errorf("in the minute of the gap the axis says %q", got)
	}
	b.press(kb.End)
	if got := eval[string](b, keys); got != "268 268" {
		t.Errorf("at its end the keys say %q", got)
	}
	b.do(chromedp.Click(chromedp.CSS(".lane-key")))
	b.until(`document.querySelector(".lane-key[aria-pressed=false]") && !` + slider + `.getAttribute("aria-valuetext").includes(" and ")`)
	b.value(`document.querySelector("#metric").value = "diamonds", document.querySelector("#align").value = "clock", ""`)
	b.follow(`form.filters button`)
	b.until(`document.querySelector("compare-chart canvas") && document.querySelector("#count").value === "total"`)
	b.value(slider + `.focus(), ""`)
	b.press(kb.End)
	if got := eval[string](b, slider+`.getAttribute("aria-valuetext")`); !strings.HasPrefix(got, "12:37: ") || !strings.Contains(got, "315") {
		t.Errorf("by the clock it ends at %q", got)
	}
	if wrong := b.complaints(); len(wrong) > 0 {
		t.Errorf("the console says %v", wrong)
	}
}

// TestAShareInABrowser: somebody who is signed in nowhere opens links to one session: with a password, without names, and when they are over.
func TestAShareInABrowser(t *testing.T) {
	t.Parallel()
	b, here, sessions := pastPanel(t)
	const names = `["Bob the Viewer", "さくら", "bobhandle", "6811"].filter((n) => document.documentElement.innerHTML.includes(n)).join()`
	for _, look := range themes {
		theme := look.theme
		locked, first := shared(here.panel, sessions[0], map[string]any{"password": "open sesame"})
		nameless, second := shared(here.panel, sessions[0], map[string]any{"hidden": true})
		b.speaks("en")
		b.do(chromedp.Navigate(locked))
		b.look("en", theme)
		b.do(chromedp.Navigate(locked))
		for i, word := range []string{"open sesam", "open sesame"} {
			if eval[bool](b, `document.body.innerText.includes("mai")`) {
				t.Error("before the password it says whose session it is")
			}
			b.auditsAt(fmt.Sprintf("share-locked-%d-%s", i, theme), look.screens...)
			b.do(chromedp.SendKeys(chromedp.CSS("#password"), word))
			b.follow("form.form button")
		}
		b.until(`document.querySelector("review-chart canvas")`)
		if got := eval[string](b, names); got != "Bob the Viewer,さくら" {
			t.Errorf("with names, it shows %q", got)
		}
		b.auditsAt("share-review-"+theme, look.screens...)

		b.do(chromedp.Navigate(nameless))
		b.until(`document.querySelector("review-chart canvas")`)
		minute := eval[string](b, text("#minute-title"))
		b.value(`document.querySelector("review-chart [role=slider]").focus(), ""`)
		b.press(kb.Home)
		b.until(text("#minute-title") + ` !== ` + fmt.Sprintf("%q", minute) + ` && document.querySelector("#minute .row")`)
		if got := eval[string](b, names+` + [...document.querySelectorAll("a, form")].filter((e) => !(e.href ?? e.action).includes("/share/") && !(e.action ?? "").endsWith("/language")).length`); got != "0" {
			t.Errorf("without names it shows, or leads to, %q", got)
		}
		b.auditsAt("share-nameless-"+theme, look.screens...)

		for _, id := range []int64{first, second} {
			if status, answer := here.ask(http.MethodDelete, fmt.Sprintf("/api/shares/%d", id), nil); status != http.StatusNoContent {
				t.Fatalf("ending a link: %d %s", status, answer)
			}
		}
		b.do(chromedp.Navigate(nameless))
		if got := eval[string](b, text("main")); !strings.Contains(got, "withdrawn") {
			t.Errorf("a link that is over says %q", got)
		}
		b.auditsAt("share-over-"+theme, look.screens...)
	}
	expected := func(s string) bool {
		return strings.Contains(s, "401") || strings.Contains(s, "422") || strings.Contains(s, "404")
	}
	if wrong := b.complaints(); slices.ContainsFunc(wrong, func(s string) bool { return !expected(s) }) {
		t.Errorf("the console says %v", wrong)
	}
}
