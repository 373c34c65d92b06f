package templates

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"golang.org/x/net/html"

	"showcaller/internal/live"
	"showcaller/web/catalog"
)

var noon = time.Date(2026, 1, 12, 12, 0, 0, 0, time.UTC)

func page(lang string) Page {
	return Page{
		Printer: catalog.For(lang), Title: "Title", User: "admin", Path: "/rooms/mai?x=1",
		Assets: func(name string) string { return "/static/" + name },
	}
}

func render(t *testing.T, c templ.Component) *goquery.Document {
	t.Helper()
	var b bytes.Buffer
	if err := c.Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func comment(seq int64, user *live.User, text string) live.Event {
	return live.Event{Kind: live.KindComment, Seq: seq, SessionID: 7, Origin: live.OriginTikTok, At: noon, User: user, Data: live.Comment{Comment: text}}
}

func livePage(events ...live.Event) LivePage {
	return LivePage{
		Page: page("en"), UniqueID: "mai", Nickname: "Mai Linh", Health: Health{State: "live", Way: "direct"}, SessionID: 7, StartedAt: noon,
		Wanted: true, Numbers: Numbers{Viewers: 1284, Diamonds: 212_345}, Events: events,
	}
}

func TestLiveShowsEventsAndNumbersWithoutScript(t *testing.T) {
	mai := &live.User{UniqueID: "mai", Nickname: "محمد", UserID: "1", ProfilePicture: "https://p16.tiktokcdn.com/a.jpg"}
	var events []live.Event
	for i := range int64(130) {
		events = append(events, comment(i+1, mai, fmt.Sprintf("今日は %d", i)))
	}
	doc := render(t, Live(livePage(events...)))
	rows := doc.Find("live-feed li.row")
	if rows.Length() != rowLimit {
		t.Fatalf("%d rows, want %d", rows.Length(), rowLimit)
	}
	last := rows.Last()
	for attr, want := range map[string]string{"data-seq": "130", "data-kind": "comment"} {
		if got := last.AttrOr(attr, ""); got != want {
			t.Errorf("%s = %q, want %q", attr, got, want)
		}
	}
	text := last.Find(".text")
	if text.Text() != "今日は 129" || text.AttrOr("dir", "") != "auto" || text.AttrOr("lang", "") != "ja" {
		html, _ := goquery.OuterHtml(text)
		t.Errorf("the last line is %s", html)
	}
	if got := doc.Find(`[data-number="viewers"] b`).Text(); got != "1,284" {
		t.Errorf("viewers = %q", got)
	}
	if got := doc.Find(`[data-number="diamonds"] b`).Text(); got != "212K" {
		t.Errorf("diamonds = %q", got)
	}
	if got := doc.Find("main.desk").AttrOr("data-session", ""); got != "7" {
		t.Errorf("data-session = %q", got)
	}
}

func TestLiveWithoutSessionTeaches(t *testing.T) {
	v := livePage()
	v.SessionID, v.Nickname, v.Health = 0, "", Health{State: "waiting", Reason: live.ReasonOffline}
	doc := render(t, Live(v))
	if got := doc.Find("h1").Text(); got != "@mai" {
		t.Errorf("the host is called %q", got)
	}
	if got := strings.TrimSpace(doc.Find("live-feed .empty h3").Text()); got != v.t("feed.empty.title") {
		t.Errorf("the empty feed says %q", got)
	}
	if doc.Find(`[data-number="viewers"] .none`).Length() != 1 {
		t.Error("a number that is not known looks like one that is")
	}
	if got := doc.Find("health-note p").First().Text(); got != v.t("health.waiting") {
		t.Errorf("waiting is called %q: it is no fault", got)
	}
}

// A viewer's text is only ever text.
func TestViewersCannotWriteHTML(t *testing.T) {
	evil := `"><img src=x onerror=alert(1)><script>alert(2)</script>`
	user := &live.User{UniqueID: evil, Nickname: evil, UserID: "1", ProfilePicture: "javascript:alert(3)"}
	v := livePage(comment(1, user, evil))
	v.Nickname, v.Topic, v.UniqueID, v.Picture = evil, evil, evil, "javascript:alert(4)"
	doc := render(t, Live(v))
	if n := doc.Find("img[onerror], main script, header script").Length(); n != 0 {
		t.Errorf("%d elements came out of a viewer's text", n)
	}
	if got := doc.Find("live-feed .who").Text(); got != evil {
		t.Errorf("the name is %q", got)
	}
	doc.Find("img, a").Each(func(_ int, s *goquery.Selection) {
		if link := s.AttrOr("src", "") + s.AttrOr("href", ""); strings.Contains(link, "javascript:") {
			t.Errorf("a link leads to %q", link)
		}
	})
}

func gift(seq int64, count int, streaking bool) live.Event {
	return live.Event{
		Kind: live.KindGift, Seq: seq, Origin: live.OriginTikTok, At: noon, User: &live.User{UniqueID: "yoru", Nickname: "夜", UserID: "2"},
		Data: live.Gift{Gift: live.GiftItem{ID: 1, Name: "Galaxy", DiamondCount: 1000}, RepeatCount: count, Streaking: streaking, StreakID: "s"},
	}
}

func TestFeedRows(t *testing.T) {
	join := func(seq int64) live.Event {
		return live.Event{Kind: live.KindJoin, Seq: seq, Origin: live.OriginTikTok, At: noon, User: &live.User{Nickname: "A"}, Data: live.Join{}}
	}
	events := []live.Event{
		gift(1, 1, true), join(2), join(3), gift(4, 3, false), comment(5, nil, "hi"),
		{Kind: live.KindViewers, Seq: 6, At: noon, Data: live.Viewers{Viewers: 5}},
		{Kind: live.KindGap, Seq: 7, At: noon, Data: live.Gap{From: "2026-01-12T11:59:43Z", To: "2026-01-12T12:00:00Z", Seconds: 17, Cause: "network"}},
	}
	events[4].Origin = live.OriginSimulated
	var got []string
	for _, r := range feedRows(page("en"), events, false) {
		got = append(got, r.classes()+"|"+joined(r.Name, r.Text))
	}
	want := []string{
		"row gift big|夜 · sent Galaxy ×3",
		"row crowd|2 people joined",
		"row chat sim|hi",
		"row gap|no data 11:59:43 – 12:00:00 · connection lost · 17 s",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The demo is made up as a whole: its page says so once, and never that it is LIVE.
func TestDemoSaysSoOnce(t *testing.T) {
	event := comment(1, &live.User{Nickname: "a"}, "b")
	event.Origin = live.OriginSimulated
	v := livePage(event)
	v.Demo = true
	doc := render(t, Live(v))
	if doc.Find(".made-up").Length() != 1 || doc.Find("live-feed .tag").Length() != 0 {
		t.Error("the demo does not say so once")
	}
	if got := doc.Find("health-line .pill").AttrOr("data-state", ""); got != "demo" {
		t.Errorf("the demo passes for %q", got)
	}
	if got := doc.Find("main.desk").AttrOr("data-origin", ""); got != "all" {
		t.Errorf("data-origin = %q: the demo's numbers would stay at zero", got)
	}
	v.Demo = false
	if tag := render(t, Live(v)).Find(".row.sim .tag").Text(); tag != v.t("feed.tag.simulated") {
		t.Errorf("a simulated row among real ones says %q", tag)
	}
}

// Each kind has words, but for the counter of viewers.
func TestEveryKindIsDescribed(t *testing.T) {
	for _, d := range []live.Data{
		live.Connect{Title: "x"}, live.Comment{Stickers: []string{"s"}}, live.Gift{}, live.Like{Count: 1}, live.Join{}, live.Follow{}, live.Share{Joined: 1},
		live.LiveEnd{Reason: "suspended"}, live.Disconnect{Cause: "stale"}, live.Subscribe{Months: 2}, live.Question{Question: "?"}, live.LivePause{},
		live.LiveResume{}, live.Pin{Action: "unpin", Operator: &live.User{Nickname: "M"}}, live.Delete{}, live.Battle{Phase: "new"},
		live.Goal{Goals: []live.SubGoal{{}}}, live.Envelope{Action: "hide"}, live.Poll{Phase: "end"}, live.Rank{List: "hourly", Rank: 2},
		live.Caption{Text: "x"}, live.Intro{Text: "x"}, live.System{Topic: "level_up"}, live.Program{Action: "start"},
		live.Reply{Clips: []live.Clip{{Speech: "x"}}}, live.Skip{Reason: "x"}, live.Gap{Cause: "new"}, live.Note{Text: "x"},
	} {
		rows := feedRows(page("ja"), []live.Event{{Kind: d.Kind(), Seq: 1, At: noon, Data: d}}, false)
		if len(rows) != 1 || rows[0].Text == "" || rows[0].Class == "" || strings.Contains(rows[0].Text, "feed.") {
			t.Errorf("%s: %+v", d.Kind(), rows)
		}
	}
	if rows := feedRows(page("ja"), []live.Event{{Kind: live.KindViewers, Data: live.Viewers{}}, {Kind: "of the future", Data: live.Viewers{}}}, false); len(rows) != 0 {
		t.Errorf("the counter is a row: %+v", rows)
	}
}

// Alerts that were not shown are named in the reader's language; TikTok did not say so.
func TestAlertsThatWereNotShown(t *testing.T) {
	for want, d := range map[string]live.System{
		"手动跳过的提醒：Mai Galaxy · Bob Rose 以及另外 3 个": {Topic: live.TopicAlerts, Key: "skipped", Text: "x", Level: 5, Names: []string{"Mai Galaxy", "Bob Rose"}},
		"Alerts left out: Mai Galaxy":            {Topic: live.TopicAlerts, Key: "skipped", Text: "Alerts left out: Mai Galaxy", Level: 1},
	} {
		rows := feedRows(page("zh"), []live.Event{{Kind: live.KindSystem, Seq: 1, At: noon, Data: d}}, false)
		if len(rows) != 1 || rows[0].Text != want || rows[0].Name != "" {
			t.Errorf("%+v, want %s", rows, want)
		}
	}
}

func TestRooms(t *testing.T) {
	v := RoomsPage{Page: page("vi"), Name: "mai linh!", Errors: Errors{"name": "sai"}, Rooms: []RoomTile{
		{UniqueID: "mai", Nickname: "Mai", Health: Health{State: "limited", Reason: live.ReasonSignLimit, RetryAt: noon}, Wanted: true, AutoRecord: true},
		{UniqueID: "demo", Demo: true, Health: Health{State: "demo"}, HasNumbers: true, Viewers: 5},
	}}
	doc := render(t, Rooms(v))
	input := doc.Find("#name")
	if input.AttrOr("value", "") != "mai linh!" || input.AttrOr("aria-invalid", "") != "true" || doc.Find("#name-error").Text() == "" {
		t.Error("what was typed, or what is wrong with it, is lost")
	}
	if !strings.Contains(input.AttrOr("aria-describedby", ""), "name-error") {
		t.Error("the error is not tied to its field")
	}
	tile := doc.Find(`[data-room="mai"]`)
	for _, action := range []string{"/rooms/mai/disconnect", "/rooms/mai/auto-record", "/rooms/mai/remove"} {
		if tile.Find(fmt.Sprintf("form[method=post][action=%q]", action)).Length() != 1 {
			t.Errorf("no form for %s", action)
		}
	}
	if got := tile.Find("[name=auto_record]").AttrOr("value", ""); got != "false" {
		t.Errorf("the toggle sends %q", got)
	}
	says := tile.Find(".says").Text()
	for _, key := range []string{"reason.sign_limit", "advice.sign_limit"} {
		if !strings.Contains(says, v.t(key)) {
			t.Errorf("%q does not say %s", says, key)
		}
	}
	if got := tile.Find(".pill").Text(); got != v.t("state.limited.until", "Time", "12:00") {
		t.Errorf("%q does not say until when", got)
	}
	if doc.Find(`[data-room="demo"] form[action$="/remove"]`).Length() != 0 {
		t.Error("the demo room can be removed")
	}
	if empty := render(t, Rooms(RoomsPage{Page: page("en")})); empty.Find(".empty h2").Length() != 1 {
		t.Error("an empty list teaches nothing")
	}
}

func TestFormsKeepWhatWasTyped(t *testing.T) {
	p := page("zh")
	p.User = ""
	setup := render(t, Setup(SetupPage{Page: p, Token: "secret", Name: "mai", Errors: Errors{"again": "两次"}, MinLen: 10}))
	for selector, want := range map[string]string{"[name=token]": "secret", "#name": "mai", "#password": "", "#again": "", "[name=language][checked]": "zh"} {
		if got := setup.Find(selector).AttrOr("value", "none"); got != want {
			t.Errorf("setup %s = %q, want %q", selector, got, want)
		}
	}
	if setup.Find("#again-error").Length() != 1 || setup.Find("nav").Length() != 0 {
		t.Error("setup: no error beside its field, or a navigation for nobody")
	}
	login := render(t, Login(LoginPage{Page: p, Name: "mai", Next: "/rooms/x", Error: "no"}))
	if login.Find("[name=next]").AttrOr("value", "") != "/rooms/x" || login.Find("[role=alert]").Text() != "no" || login.Find("#password[autofocus]").Length() != 1 {
		t.Error("login lost something")
	}
}

func TestErrorPage(t *testing.T) {
	for _, code := range []live.Code{"", live.CodeInvalid, live.CodeUnauthorized, live.CodeForbidden, live.CodeNotFound, live.CodeConflict, live.CodeLimited, live.CodeUpstream, live.CodeUnavailable, live.CodeInternal} {
		doc := render(t, Error(ErrorPage{Page: page("ja"), Code: code, Message: "x", ID: "abc"}))
		if title := doc.Find("h1").Text(); title == "" || strings.Contains(title, "error.") {
			t.Errorf("%q is called %q", code, title)
		}
		if !strings.Contains(doc.Find("main").Text(), "abc") {
			t.Errorf("%q: nothing to look for in the log", code)
		}
	}
}

// Every page has a language, comes back to itself, and would pass a strict content security policy.
func TestFrame(t *testing.T) {
	pages := func(p Page) map[string]templ.Component {
		alone := p
		alone.User = ""
		v := livePage(gift(1, 1, false), comment(2, &live.User{Nickname: "a"}, "b"))
		v.Page = p
		return map[string]templ.Component{
			"rooms": Rooms(RoomsPage{Page: p, Rooms: []RoomTile{{UniqueID: "mai"}}}), "live": Live(v), "error": Error(ErrorPage{Page: p}),
			"login": Login(LoginPage{Page: alone}), "setup": Setup(SetupPage{Page: alone}), "docs": Docs(DocsPage{Page: p}),
		}
	}
	for _, l := range catalog.Languages() {
		for name, c := range pages(page(l.Code)) {
			doc := render(t, c)
			if got := doc.Find("html").AttrOr("lang", ""); got != l.Tag {
				t.Errorf("%s %s: lang = %q", l.Code, name, got)
			}
			if n := doc.Find("[style], style, script:not([src]), [onclick], [onload]").Length(); n != 0 {
				t.Errorf("%s: %d inline scripts or styles", name, n)
			}
			if doc.Find("main#main").Length() != 1 || doc.Find("h1").Length() != 1 {
				t.Errorf("%s: a page has one main part and one heading", name)
			}
			doc.Find(`form[action="/language"]`).Each(func(_ int, s *goquery.Selection) {
				if got := s.Find("[name=back]").AttrOr("value", ""); got != "/rooms/mai?x=1" {
					t.Errorf("%s: the language form comes back to %q", name, got)
				}
			})
			if key := regexp.MustCompile(`\b(feed|rooms|health|state|nav|num|live|error|setup|login)\.[a-z_.]+\b`).FindString(doc.Find("body").Text()); key != "" {
				t.Errorf("%s %s: shows the key %q", l.Code, name, key)
			}
		}
	}
}

func TestTheme(t *testing.T) {
	p := page("en")
	if _, ok := render(t, Rooms(RoomsPage{Page: p})).Find("html").Attr("data-theme"); ok {
		t.Error("without a wish the system decides")
	}
	p.Theme = "light"
	doc := render(t, Rooms(RoomsPage{Page: p}))
	if doc.Find("html").AttrOr("data-theme", "") != "light" || doc.Find(`[name=theme][aria-pressed=true]`).AttrOr("value", "") != "light" {
		t.Error("the wish for light is lost")
	}
}

func TestFacesWithoutPicture(t *testing.T) {
	for name, want := range map[string]string{"@mai": "M", "đan": "Đ", "夜の": "夜", "👨‍👩‍👧‍👦": "•", "💜 Mai": "M", "": "?"} {
		if got := initial(name); got != want {
			t.Errorf("initial(%q) = %q, want %q", name, got, want)
		}
	}
}

// ours are the only words a template may hold itself: names, and an example of a name.
var ours = []string{"Showcaller", "@mailinh.live", "openapi.json"}

// Every text a person reads comes from the catalogue. The generated code shows what a template writes by itself.
func TestTemplatesHoldNoText(t *testing.T) {
	paths, err := filepath.Glob("*_templ.go")
	if err != nil || len(paths) == 0 {
		t.Fatal("no generated templates", err)
	}
	for _, path := range paths {
		for _, text := range texts(t, written(t, path)) {
			for _, word := range ours {
				text = strings.ReplaceAll(text, word, "")
			}
			if strings.ContainsFunc(text, unicode.IsLetter) {
				t.Errorf("%s: %q is not from the catalogue", strings.Replace(path, "_templ.go", ".templ", 1), strings.TrimSpace(text))
			}
		}
	}
}

// written returns the HTML that generated code writes as it stands.
func written(t *testing.T, path string) string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		if f, ok := call.Fun.(*ast.SelectorExpr); !ok || f.Sel.Name != "WriteString" {
			return true
		}
		for _, arg := range call.Args {
			if lit, ok := arg.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				text, err := strconv.Unquote(lit.Value)
				if err != nil {
					t.Fatal(err)
				}
				b.WriteString(text)
			}
		}
		return true
	})
	return b.String()
}

// texts returns what a person would read or hear of some HTML.
func texts(t *testing.T, source string) []string {
	t.Helper()
	var out []string
	source = strings.NewReplacer("<noscript>", "", "</noscript>", "").Replace(source) // what is inside is text to the tokenizer
	z := html.NewTokenizer(strings.NewReader(source))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.TextToken:
			out = append(out, string(z.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			for _, a := range z.Token().Attr {
				if a.Key == "title" || a.Key == "alt" || a.Key == "placeholder" || a.Key == "aria-label" {
					out = append(out, a.Val)
				}
			}
		}
	}
}

func TestSpark(t *testing.T) {
	now := time.Date(2026, 1, 12, 12, 30, 20, 0, time.UTC)
	at := func(minutesAgo int, viewers int64, gap time.Duration) live.Minute {
		return live.Minute{Start: now.Truncate(time.Minute).Add(-time.Duration(minutesAgo) * time.Minute), Viewers: viewers, Gap: gap}
	}
	s := NewSpark([]live.Minute{at(90, 900, 0), at(59, 100, 0), at(58, 50, 0), at(30, -1, time.Minute), at(1, 100, 0), at(0, 0, 0)}, now)
	if want := "M2 2L6 18M234 2L238 34"; s.Path != want || s.Peak != 100 {
		t.Errorf("path %q, peak %d; want %q", s.Path, s.Peak, want)
	}
	if len(s.Gaps) != 1 || s.Gaps[0].X != 29*sparkStep {
		t.Errorf("gaps %v", s.Gaps)
	}
	if s := NewSpark([]live.Minute{at(0, 5, 0)}, now); s.Path != "" {
		t.Errorf("one count makes the line %q", s.Path)
	}
}

// In the nights the clocks change, a time of day comes twice or not at all; what is stored is UTC, and no minute is lost.
func TestTimesInTheNightsTheClocksChange(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Skipf("this machine knows no time zones: %v", err)
	}
	p := page("en")
	p.Zone = zone
	for _, tt := range []struct {
		utc  time.Time
		want []string // every half hour
	}{
		{time.Date(2026, 10, 25, 0, 30, 0, 0, time.UTC), []string{"02:30", "02:00", "02:30", "03:00"}},
		{time.Date(2026, 3, 29, 0, 30, 0, 0, time.UTC), []string{"01:30", "03:00", "03:30"}},
	} {
		for i, want := range tt.want {
			if got := p.minute(tt.utc.Add(time.Duration(i) * 30 * time.Minute)); got != want {
				t.Errorf("%s and %d half hours: %s, want %s", tt.utc, i, got, want)
			}
		}
	}
	if got := p.when(time.Date(2026, 10, 24, 23, 15, 0, 0, time.UTC)); got != "Oct 25, 2026 01:15" {
		t.Errorf("late in the evening of UTC it is %q", got)
	}
}

func TestStatesSayTheirTime(t *testing.T) {
	p := page("en")
	for _, tt := range []struct {
		health     Health
		word, tone string
	}{
		{Health{State: "waiting"}, p.t("state.waiting"), "tone-ready"},
		{Health{State: "live", Started: noon}, "LIVE since 12:00", "tone-go"},
		{Health{State: "limited", Reason: live.ReasonSignLimit, RetryAt: noon}, "Sign quota until 12:00", "tone-wait"},
		{Health{State: "blocked", Reason: live.ReasonBlocked}, p.t("state.blocked"), "tone-hold"},
	} {
		pill := render(t, TileState(p, RoomTile{Health: tt.health})).Find(".pill")
		if pill.Text() != tt.word || !pill.HasClass(tt.tone) {
			t.Errorf("%s: %q in %q", tt.health.State, pill.Text(), pill.AttrOr("class", ""))
		}
	}
}
