package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
	"showcaller/internal/tiktok/tiktoktest"
	"showcaller/web/catalog"
)

// visitor is a browser whose console is read along.
type visitor struct {
	*tab

	mu      sync.Mutex
	console []chromedp.ConsoleMessage
}

// visit starts a browser.
func visit(t *testing.T) *visitor {
	t.Helper()
	b := &visitor{tab: browse(t, "")}
	messages := chromedp.Console(b.ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			b.mu.Lock()
			b.console = append(b.console, m)
			b.mu.Unlock()
		}
	}()
	return b
}

// speaks makes the browser one that nobody has used yet, and that asks for a language.
func (b *visitor) speaks(language string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	_, err1 := chromedp.Call(ctx, network.ClearBrowserCookies, chromedp.Void{})
	_, err2 := chromedp.Call(ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: network.Headers{"Accept-Language": language}})
	if err := errors.Join(err1, err2); err != nil {
		b.t.Fatal(err)
	}
}

// eval returns what a JavaScript expression is.
func eval[T any](b *visitor, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		b.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// follow clicks what leads to another page, and waits until it is there.
func (b *visitor) follow(selector string) {
	b.t.Helper()
	b.do(func(ctx context.Context, tab *chromedp.Target) (chromedp.Void, error) {
		_, err := chromedp.WaitEvent(page.LoadEventFired, nil, chromedp.Click(chromedp.CSS(selector)))(ctx, tab)
		return chromedp.Void{}, err
	})
}

// complaints returns what the console says that is wrong. That TikTok's pictures cannot be had here is not, nor that a page has
// lost a panel that was not there.
func (b *visitor) complaints() (all []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.console {
		switch {
		case m.Type != chromedp.ConsoleError && m.Type != chromedp.ConsoleWarning && !m.IsException():
		case m.Source == "network" && strings.HasSuffix(m.URL, "/setup") && strings.Contains(m.Text, "403"): // without the link's secret
		case m.Source == "network" && (strings.Contains(m.URL, "/picture?") || strings.Contains(m.Text, "net::ERR_")):
		case strings.HasPrefix(m.Text, "WebSocket connection to 'ws://127.0.0.1:"):
		default:
			all = append(all, fmt.Sprintf("%s (%s %s:%d)", m, m.Source, m.URL, m.Line))
		}
	}
	return all
}

const ownersPassword = "a sentence one remembers"

// setUp goes through the set-up link in a language and ends on the page of all rooms.
func (b *visitor) setUp(link, language string) {
	b.t.Helper()
	words := catalog.For(language)
	b.do(chromedp.Navigate(link))
	if got := eval[string](b, `document.querySelector("h1").innerText`); got != words.T("setup.title") {
		b.t.Errorf("the browser asks for %s and the page is called %q", language, got)
	}
	b.do(
		chromedp.SetValue(chromedp.CSS("#name"), "linh"),
		chromedp.SendKeys(chromedp.CSS("#password"), ownersPassword),
		chromedp.SendKeys(chromedp.CSS("#again"), ownersPassword),
		chromedp.Click(chromedp.CSS(`input[name=language][value=`+language+`]`)),
	)
	b.follow(`form[action="/setup"] button`)
	if got := eval[string](b, `location.pathname + " " + document.documentElement.lang.slice(0, 2) + " " + document.querySelector("h1").innerText`); got != "/ "+language+" "+words.T("rooms.title") {
		b.t.Errorf("the set-up leads to %q", got)
	}
}

// TestSetUp: the one-time link makes a login in the person's language, and works once.
func TestSetUp(t *testing.T) {
	t.Parallel()
	b := visit(t)
	for _, language := range []string{"en", "vi"} {
		here := serveHere(t, brandNew(t, nil, "SHOWCALLER_ADMIN_PASSWORD="))
		b.speaks(language)
		b.do(chromedp.Navigate(here.url))
		if at := eval[string](b, `location.pathname`); at != "/setup" {
			t.Errorf("a new panel leads to %s", at)
		}
		b.setUp(here.setup, language)
		b.do(chromedp.Navigate(here.setup))
		if at := eval[string](b, `location.pathname`); strings.HasPrefix(at, "/setup") {
			t.Error("the link works twice")
		}
	}
	if wrong := b.complaints(); len(wrong) > 0 {
		t.Errorf("the console complains: %q", wrong)
	}
}

// hostile are names and lines that try to be more than text.
var hostile = []struct{ name, text string }{
	{`<img src=x onerror="window.pwned=1">`, `<script>window.pwned=1</script><img src=x onerror=window.pwned=1>`},
	{"\u202eevil\u202c", "\u202egnihton si siht\u202c and this is plain"},
	{"${window.pwned=1}", `{{constructor.constructor("window.pwned=1")()}}`},
	{"z\u0335\u0321\u0322a\u0336\u0301\u0302l\u0337\u0303\u0304g\u0338\u0305\u0306o", strings.Repeat("💜", 10_000)},
	{"javascript:window.pwned=1", "javascript:window.pwned=1 &lt;b&gt; &amp; \x01\x02"},
}

// TestBrowser is the whole program before a person: a LIVE is found, seen and recorded while the panel is stopped, killed and
// started again behind the page's back.
func TestBrowser(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	room := srv.Room("mailinh").GoLive()
	srv.Allow(tiktoktest.RuleAck, tiktoktest.RuleHeartbeat) // a killed panel sends none
	environ := settings(t, srv, "SHOWCALLER_ADMIN_PASSWORD=", "SHOWCALLER_DEMO=true")
	door := newGate(t)
	first := serveHere(t, environ)
	door.leadTo(first.url)

	b := visit(t)
	b.speaks("vi")
	b.setUp(strings.Replace(first.setup, first.url, door.url(), 1), "vi")
	b.do(chromedp.SendKeys(chromedp.CSS("#name"), "https://www.tiktok.com/@MaiLinh/live?is_from_webapp=1&sender_device=pc"))
	b.follow(`form[action="/rooms"] button`)
	awaitEntries(t, room, 1)
	b.follow(`a[href="/rooms/mailinh"]`)
	b.until(`document.querySelector("health-line .pill")?.dataset.state === "live"`)

	seeChatAndGift(t, b, room)
	seeHostile(t, b, room)
	seeWithoutScript(t, b)

	ctx, quiet := context.WithCancel(t.Context())
	var playing sync.WaitGroup
	playing.Go(func() { room.Play(ctx, tiktoktest.NewTraffic(3, room.Host()), 40) })
	t.Cleanup(func() {
		quiet()
		playing.Wait()
	})
	b.sees(50)
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}
	second := spawn(t, environ)
	door.leadTo(second.address())
	awaitEntries(t, room, 2)
	b.sees(30)
	second.kill()
	third := serveHere(t, environ)
	door.leadTo(third.url)
	awaitEntries(t, room, 3)
	b.sees(30)

	quiet()
	playing.Wait()
	room.End(tiktoktest.EndedByHost)
	third.awaitState("mailinh", live.StateEnded)
	compareWithLog(t, b, third.panel)
	if wrong := b.complaints(); len(wrong) > 0 {
		t.Errorf("the console complains: %q", wrong)
	}
}

// sees waits until n events more have come to the page.
func (b *visitor) sees(n int) {
	b.t.Helper()
	b.until(fmt.Sprintf(`document.querySelector("live-feed").seqs.length >= %d`, n+eval[int](b, `document.querySelector("live-feed").seqs.length`)))
}

// row is an expression for the row of the feed that contains a text.
func row(kind, text string) string {
	quoted, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string always marshals
	}
	return fmt.Sprintf(`[...document.querySelectorAll("live-feed li[data-kind=%s]")].find(li => li.innerText.includes(%s))`, kind, quoted)
}

func seeChatAndGift(t *testing.T, b *visitor, room *tiktoktest.Room) {
	t.Helper()
	room.Send(tiktoktest.Chat(tiktoktest.Named("minh"), "xin chào cả nhà 🌸"))
	b.until(row("comment", "xin chào cả nhà 🌸") + ` !== undefined`)

	streak := room.Streak(tiktoktest.Named("minh"), tiktoktest.Rose)
	for _, total := range []int32{1, 4, 9} {
		room.Send(streak.Tap(total))
		b.until(row("gift", fmt.Sprint("×", total)) + ` !== undefined`)
	}
	room.Send(streak.End())
	b.until(`document.querySelector("live-numbers [data-number=diamonds] b")?.innerText.trim() === "9"`)
	if n := eval[int](b, `document.querySelectorAll("live-feed li[data-kind=gift]").length`); n != 1 {
		t.Errorf("one streak makes %d rows", n)
	}
}

// seeHostile: names and lines are shown as the text they are, and nothing else happens.
func seeHostile(t *testing.T, b *visitor, room *tiktoktest.Room) {
	t.Helper()
	for i, h := range hostile {
		room.Send(tiktoktest.Chat(tiktoktest.Viewer{ID: int64(1000 + i), Handle: fmt.Sprint("hostile", i), Nickname: h.name}, h.text))
		li := row("comment", strings.TrimSpace(strings.Trim(h.text, "\x01\x02")[:min(len(h.text), 40)]))
		b.until(li + ` !== undefined`)
		type shown struct{ Name, Text string }
		got := eval[shown](b, `(li => ({Name: li.querySelector(".who").textContent, Text: li.querySelector(".text").textContent}))(`+li+`)`)
		if diff := cmp.Diff(shown{h.name, h.text}, got); diff != "" {
			t.Errorf("(-sent +shown):\n%.600s", diff)
		}
	}
	checkHarmless(t, b)
}

func checkHarmless(t *testing.T, b *visitor) {
	t.Helper()
	for what, expression := range map[string]string{
		"a script of a viewer's ran":        `window.pwned === 1`,
		"a viewer's markup is in the page":  `document.querySelector("[onerror], .feed script, .feed img[src=x]") !== null`,
		"the page became wider than itself": `document.documentElement.scrollWidth > window.innerWidth`,
	} {
		if eval[bool](b, expression) {
			t.Error(what)
		}
	}
}

// seeWithoutScript: the same page for a browser that runs no scripts has the same rows.
func seeWithoutScript(t *testing.T, b *visitor) {
	t.Helper()
	scripts := func(off bool) {
		if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: off}); err != nil {
			t.Fatal(err)
		}
		b.do(chromedp.Reload())
	}
	scripts(true)
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.TextContent(chromedp.CSS("live-feed .rows")))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"xin chào cả nhà 🌸", "×9", hostile[0].name, hostile[0].text, hostile[1].text} {
		if !strings.Contains(text, want) {
			t.Errorf("without script the page lacks %q", want)
		}
	}
	checkHarmless(t, b)
	scripts(false)
	b.until(`document.querySelector("live-feed").seqs?.length > 0`)
}

// compareWithLog: what came to the page is the log, to its end, each number once.
func compareWithLog(t *testing.T, b *visitor, p panel) {
	t.Helper()
	var session struct {
		LastSeq int64 `json:"last_seq"`
	}
	var stored []int64
	id := p.awaitState("mailinh", live.StateEnded).SessionID
	p.get(fmt.Sprintf("/api/sessions/%d", id), &session)
	b.until(fmt.Sprintf(`document.querySelector("live-feed").seqs.at(-1) === %d`, session.LastSeq))
	for after := int64(0); after < session.LastSeq; after = stored[len(stored)-1] {
		var answer struct{ Items []live.Event }
		p.get(fmt.Sprintf("/api/sessions/%d/events?limit=1000&after=%d", id, after), &answer)
		if len(answer.Items) == 0 {
			t.Fatalf("no events after %d", after)
		}
		for _, e := range answer.Items {
			stored = append(stored, e.Seq)
		}
	}
	want := make([]int64, session.LastSeq)
	for i := range want {
		want[i] = int64(i + 1)
	}
	if diff := cmp.Diff(want, stored); diff != "" {
		t.Errorf("the log has holes (-want +stored):\n%s", diff)
	}
	if seen := eval[[]int64](b, `document.querySelector("live-feed").seqs`); !slices.Equal(seen, want) {
		t.Errorf("the page saw something else (-log +page):\n%s", cmp.Diff(want, seen))
	}
	t.Logf("%d events", session.LastSeq)
}
