package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"showcaller/internal/live"
)

// pastShow is a file of four minutes: a comment a second, a great gift in the last minute, a program, and a minute of which nothing is known.
func pastShow() string {
	start := time.Date(2026, 1, 12, 9, 30, 0, 0, time.UTC)
	var lines []string
	add := func(second int, kind, data string) {
		lines = append(lines, fmt.Sprintf(`{"event_type":%q,"data":{%s,"timestamp":%q}}`, kind, data, live.Timestamp(start.Add(time.Duration(second)*time.Second))))
	}
	add(0, "program", `"action":"start","programName":"Songs"`)
	for second := range 240 {
		switch {
		case second >= 60 && second < 120:
		case second == 120:
			add(second, "gap", fmt.Sprintf(`"from":%q,"to":%q,"seconds":60,"cause":"network"`, live.Timestamp(start.Add(time.Minute)), live.Timestamp(start.Add(2*time.Minute))))
		case second == 200:
			add(second, "gift", `"user":{"unique_id":"mai","nickname":"Mai","user_id":"68"},"gift":{"id":11046,"name":"Galaxy","diamond_count":1000,"type":2},"repeat_count":2,"total_diamonds":2000,"streaking":false`)
		default:
			add(second, "comment", fmt.Sprintf(`"user":{"unique_id":"bob","nickname":"<i>Bob</i>","user_id":"69"},"comment":"line %d"`, second))
		}
	}
	return strings.Join(lines, "\n")
}

// imports makes a session of a file.
func (p panel) imports(room, file string) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(soon(p.t), http.MethodPost, p.url+"/api/sessions/import?room="+room, strings.NewReader(file))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := direct.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode >= http.StatusBadRequest {
		p.t.Fatalf("an import: %d", res.StatusCode)
	}
}

const (
	replayComments = `Number(document.querySelector("[data-number=comments] b").textContent)`
	replayClock    = `document.querySelector("[data-clock]").textContent`
	onStage        = `document.querySelector("iframe").contentDocument.body.innerText`
)

// TestReplayInABrowser: a past session plays, jumps, skips what is not known and ends, by mouse and by keyboard, with chat and alerts on
// its stage; it is found from the review, and leaves no session behind. Beside it, what is deleted and how, in two languages.
func TestReplayInABrowser(t *testing.T) {
	t.Parallel()
	here := serveHere(t, settings(t, nil))
	here.imports("lan", pastShow())
	b := visit(t)
	b.base = here.url
	b.signIn("en", "dark")
	b.open("/sessions/1?minute=2026-01-12T09:32:00Z")
	b.follow(".minute header nav a[href^='/sessions/1/replay']")
	b.until(replayComments + ` === 60 && ` + replayClock + `.endsWith("0:02:00")`) // the first minute; of the second nothing is known
	b.until(onStage + `.includes("line 59")`)
	if eval[string](b, `document.querySelector("live-feed").innerText`) == "" || eval[bool](b, `!!document.querySelector("live-feed i")`) {
		t.Error("the feed is empty, or believes what viewers call themselves")
	}

	b.do(chromedp.SetValue(chromedp.CSS("#speed"), "10"), chromedp.Click(chromedp.CSS("[data-play]")))
	b.until(replayComments + ` > 62`)
	b.until(onStage + `.includes("line 122")`)
	b.press(kb.End)
	b.until(replayComments + ` === 178 && document.querySelector("[data-number=diamonds] b").textContent === "2,000"`)
	b.until(`document.querySelector("[data-play]").innerText.trim() === "Play"`) // it has come to its end
	b.press(kb.Home)
	b.until(replayComments + ` <= 1`)
	b.press("]")
	b.until(replayClock + `.endsWith("0:01:00")`) // the gap
	b.press("k")
	b.until(`document.querySelector("[data-state]").textContent.includes("skipped")`)
	b.press("k")
	b.do(chromedp.Click(chromedp.CSS(".moment.mark-program")))
	b.until(replayClock + `.endsWith("0:00:00")`)
	b.press("l")
	b.press("l")
	b.press("l")
	b.until(replayClock + `.endsWith("0:03:00")`)
	b.press(" ")
	b.until(onStage + `.includes("Galaxy") && ` + onStage + `.includes("2,000")`) // the alert
	b.picture("replay-alert")
	b.press(" ")

	var sessions struct{ Items []struct{ ID int64 } }
	if here.get("/api/sessions", &sessions); len(sessions.Items) != 1 {
		t.Errorf("watching left %d sessions", len(sessions.Items))
	}
	for _, language := range []string{"en", "ja"} {
		b.look(language, map[string]string{"en": "dark", "ja": "light"}[language])
		for name, path := range map[string]string{"replay": "/sessions/1/replay", "retention": "/retention", "delete": "/sessions/1/delete"} {
			b.open(path)
			b.until(`!document.querySelector("[data-controls][hidden]")`)
			b.audits(name + "-" + language)
		}
	}
	if wrong := b.complaints(); len(wrong) > 0 {
		t.Errorf("the console says %v", wrong)
	}
}
