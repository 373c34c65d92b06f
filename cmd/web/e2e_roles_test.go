package main

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"showcaller/internal/live"
)

// This file drives the pages of past sessions as each who may see them: does what a role is for, and looks whether what it may not do is
// neither offered nor accepted.

// offers are what pages show to a role and those above it. FIRST and SECOND stand for past sessions of the room mai.
var offers = []struct {
	path, ready string // a page, and when its scripts have taken it over
	selectors   map[string]live.TeamRole
}{
	{"/sessions", `document.querySelector(".sortable tbody tr")`, map[string]live.TeamRole{
		`form[action="/compare"] button`: live.RoleReviewer, `form[action="/sessions/import"]`: live.RoleOperator, `.pastnav a[href="/retention"]`: live.RoleOwner,
	}},
	{"/sessions/FIRST", `document.querySelector("review-chart canvas")`, map[string]live.TeamRole{
		`.acts a[href$="/replay"]`: live.RoleReviewer, `.exports a[download]`: live.RoleReviewer, `.acts a[href^="/search"]`: live.RoleReviewer,
		`form.note-form`: live.RoleModerator, `.acts a[href$="/shares"]`: live.RoleOperator, `.acts a[href$="/delete"]`: live.RoleOwner, `nav.rail a[href="/team"]`: live.RoleOwner,
	}},
	{"/sessions/FIRST/replay", `!document.querySelector("[data-controls][hidden]")`, map[string]live.TeamRole{`[data-play]`: live.RoleReviewer}},
	{"/search?q=" + url.QueryEscape("天气"), `document.querySelector(".result")`, map[string]live.TeamRole{`form[role=search]`: live.RoleReviewer}},
	{"/viewers/6811", `document.querySelector(".figures")`, map[string]live.TeamRole{
		`form[action$="/note"]`: live.RoleModerator, `form[action$="/forget"]`: live.RoleOwner,
	}},
	{"/compare?session=FIRST&session=SECOND", `document.querySelector("compare-chart canvas")`, map[string]live.TeamRole{`form.filters`: live.RoleReviewer}},
	{"/compare?room=mai", `document.querySelector("main")`, map[string]live.TeamRole{`form`: live.RoleReviewer}},
	{"/rooms/demo", `document.querySelector("live-feed .row[data-kind=comment]") && document.querySelector("host-panel").hasUpdated`, map[string]live.TeamRole{
		`live-feed button.hide`: live.RoleModerator, `gift-simulator .btn`: live.RoleOperator,
	}},
}

// refusals are what is asked of the panel behind the pages' back, with the least role that is let do it; nobody else is.
var refusals = []struct {
	method, path, body string
	least              live.TeamRole
}{
	{"POST", "/sessions/FIRST/notes", "note=x&minute=2026-01-12T09:30:00Z", live.RoleModerator},
	{"POST", "/rooms/demo/hide", "seq=1", live.RoleModerator},
	{"POST", "/viewers/6811/note", "note=x", live.RoleModerator},
	{"GET", "/sessions/FIRST/shares", "", live.RoleOperator},
	{"POST", "/sessions/FIRST/shares", "days=7", live.RoleOperator},
	{"POST", "/rooms/demo/replay", "session=FIRST", live.RoleOperator},
	{"POST", "/sessions/import", "", live.RoleOperator},
	{"GET", "/sessions/FIRST/delete", "", live.RoleOwner},
	{"POST", "/sessions/FIRST/delete", "sure=yes", live.RoleOwner},
	{"DELETE", "/api/sessions/FIRST", "", live.RoleOwner},
	{"POST", "/viewers/6811/forget", "sure=yes", live.RoleOwner},
	{"GET", "/retention", "", live.RoleOwner},
	{"POST", "/retention/run", "sure=yes", live.RoleOwner},
	{"GET", "/team", "", live.RoleOwner},
	{"GET", "/audit", "", live.RoleOwner},
}

// TestThePastAsEachRole: people of each role, invited by link, and a stranger with a link to one session, do what they are there for.
func TestThePastAsEachRole(t *testing.T) {
	t.Parallel()
	here := serveHere(t, settings(t, nil, "SHOWCALLER_DEMO=true"))
	yesterday := time.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, -1).Add(12 * time.Hour)
	var sessions []int64
	for i, room := range []string{"mai", "mai", "demo", "sakura"} {
		sessions = append(sessions, recorded(here.panel, room, yesterday.AddDate(0, 0, -i)))
	}
	b := visit(t)
	b.base = here.url
	named := strings.NewReplacer("FIRST", fmt.Sprint(sessions[0]), "SECOND", fmt.Sprint(sessions[1]))
	b.signIn("en", "light")
	links := map[live.TeamRole]string{}
	for _, role := range live.TeamRoles() {
		links[role] = b.invites(here.url, role)
	}
	guest, _ := shared(here.panel, sessions[0], map[string]any{"hidden": true})
	for _, role := range live.TeamRoles() {
		b.joins(links[role], role, "en")
		b.isOffered(role, named)
		b.isRefused(role, named)
		b.works(role, sessions)
	}
	b.isAGuest(guest, named)
	expected := func(s string) bool {
		return strings.Contains(s, "403") || strings.Contains(s, "401") || strings.Contains(s, "404")
	}
	if wrong := b.complaints(); slices.ContainsFunc(wrong, func(s string) bool { return !expected(s) }) {
		t.Errorf("the console says %v", wrong)
	}
}

// isOffered looks at what the pages show.
func (b *visitor) isOffered(role live.TeamRole, named *strings.Replacer) {
	b.t.Helper()
	for _, page := range offers {
		b.open(named.Replace(page.path))
		b.until(page.ready)
		for selector, least := range page.selectors {
			if got, want := eval[bool](b, fmt.Sprintf(`!!document.querySelector(%q)`, selector)), role.AtLeast(least); got != want {
				b.t.Errorf("%s sees %s on %s: %t, want %t", role, selector, page.path, got, want)
			}
		}
	}
}

// isRefused asks for what the role may not do, as a page could.
func (b *visitor) isRefused(role live.TeamRole, named *strings.Replacer) {
	b.t.Helper()
	for _, r := range refusals {
		if role.AtLeast(r.least) {
			continue
		}
		if got := b.asks(r.method, named.Replace(r.path), named.Replace(r.body)); got != "403" {
			b.t.Errorf("%s %s as %s is answered with %s", r.method, r.path, role, got)
		}
	}
}

// asks sends a request as the page in the browser could, and returns the status of the answer, or where it leads instead.
func (b *visitor) asks(method, path, body string) string {
	b.t.Helper()
	init := `{method: ` + inScript(method) + `}`
	if method == "POST" {
		init = `{method: "POST", headers: {"Content-Type": "application/x-www-form-urlencoded"}, body: ` + inScript(body) + `}`
	}
	return b.value(`fetch(` + inScript(path) + `, ` + init + `).then((r) => r.redirected ? new URL(r.url).pathname : String(r.status))`)
}

// inScript is a text as a script writes it.
func inScript(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic(err) // a string always marshals
	}
	return string(b)
}

// works does what each role is there for.
func (b *visitor) works(role live.TeamRole, sessions []int64) {
	b.t.Helper()
	review := fmt.Sprintf("/sessions/%d", sessions[0])
	switch role {
	case live.RoleReviewer:
		b.reads(review)
	case live.RoleModerator:
		b.hidesAndNotes(review)
	case live.RoleOperator:
		b.replays(review, sessions[2])
	case live.RoleOwner:
		b.deletes(sessions[3])
		b.looksAtTheAudit("hid messages", "showed messages again", "shared a session", "started a replay", "deleted a session", "exported")
	}
}

// reads goes from a minute to what was said in it, finds it by a word, compares, and takes it home.
func (b *visitor) reads(review string) {
	b.t.Helper()
	b.open(review)
	b.until(`document.querySelector("review-chart canvas")`)
	b.value(`document.querySelector("review-chart [role=slider]").focus(), ""`)
	b.press(kb.Home)
	b.until(`document.querySelector("#minute .rows")?.innerText.includes("今天天气真好 0")`)
	b.value(`document.querySelector("review-chart .sign-program").focus(), ""`) // leads to the program, without a pointer
	b.press(kb.Enter)
	const spoken = `document.querySelector("review-chart [role=slider]").getAttribute("aria-valuetext")`
	b.until(spoken + `.includes("program: Songs") && document.querySelector("review-chart .axis-label").innerText.includes("Songs")`)
	b.follow(`.acts a[href^="/search"]`)
	b.do(chromedp.SendKeys(chromedp.CSS("#q"), "天气"))
	b.follow(`form[role=search] button.primary`)
	b.follow(`.result .where a`)
	b.until(`document.querySelector("#minute .row.found")`)
	got := b.value(`fetch(document.querySelector('.exports a[href*="export.jsonl"]').href).then((r) => r.text()).then((t) => String(t.trim().split("\n").length > 50))`)
	if got != "true" {
		b.t.Error("an export has too few lines")
	}
}

// hidesAndNotes takes a line of the demo's audience off the overlays and brings it back, and writes a note on a minute.
func (b *visitor) hidesAndNotes(review string) {
	b.t.Helper()
	b.open("/rooms/demo")
	b.until(`document.querySelector("live-feed [data-hide]")`)
	id := b.value(`(() => { const b = [...document.querySelectorAll("live-feed [data-hide]")].at(-1); b.click(); return b.dataset.hide; })()`)
	row := `document.querySelector('live-feed .row[data-id="` + id + `"]')`
	b.until(row + `.matches(".struck") && ` + row + `.innerText.includes("the-moderator")`)
	b.value(row + `.querySelector("[data-hide][aria-pressed=true]").click(), ""`)
	b.until(`!` + row + `.matches(".struck")`)
	b.notes(review, "a good start")
}

// notes writes a note on the minute that is read first.
func (b *visitor) notes(review, text string) {
	b.t.Helper()
	b.open(review)
	b.do(chromedp.SendKeys(chromedp.CSS("#note"), text))
	b.follow("form.note-form button")
	b.until(`document.querySelector(".notes").innerText.includes(` + inScript(text) + `)`)
}

// replays writes a note too, shares the session, and lets a past one run again.
func (b *visitor) replays(review string, again int64) {
	b.t.Helper()
	b.notes(review, "sing this again")
	b.follow(`.acts a[href$="/shares"]`)
	b.follow(`form[action$="/shares"] button`)
	b.until(`document.querySelector("#made-secret")?.value.includes("/share/")`)
	b.open("/rooms/demo/simulate")
	b.do(chromedp.SetValue(chromedp.CSS(`form[action="/rooms/demo/replay"] #session`), fmt.Sprint(again)))
	b.follow(`form[action="/rooms/demo/replay"] button`)
	b.until(`document.querySelector("rehearsal-bar progress")`)
}

// deletes takes a session away for good.
func (b *visitor) deletes(session int64) {
	b.t.Helper()
	path := fmt.Sprintf("/sessions/%d", session)
	b.open(path + "/delete")
	b.do(chromedp.Click(chromedp.CSS(`input[name=sure]`)))
	b.follow(`form[action="` + path + `/delete"] button`)
	if got := b.asks("GET", path, ""); got != "404" {
		b.t.Errorf("a session that was deleted answers %s", got)
	}
}

// looksAtTheAudit finds what the others did.
func (b *visitor) looksAtTheAudit(deeds ...string) {
	b.t.Helper()
	b.open("/audit")
	told := eval[string](b, text("table.audit"))
	for _, deed := range deeds {
		if !strings.Contains(told, deed) {
			b.t.Errorf("the audit list does not say that somebody %s:\n%s", deed, told)
		}
	}
}

// isAGuest opens a link to one session, and is let do nothing else.
func (b *visitor) isAGuest(link string, named *strings.Replacer) {
	b.t.Helper()
	b.speaks("en")
	b.do(chromedp.Navigate(link))
	b.until(`document.querySelector("review-chart canvas") && document.querySelector("#minute .row")`)
	const offered = `[...document.querySelectorAll("main form, .acts a, nav.rail a, a[download], #minute a[href*='/viewers/'], #minute a[href*='/replay']")].map((e) => e.outerHTML).join()`
	if got := eval[string](b, offered); got != "" {
		b.t.Errorf("a guest is offered %s", got)
	}
	for _, r := range refusals {
		want := "/login"
		if strings.HasPrefix(r.path, "/api/") {
			want = "401"
		}
		if got := b.asks(r.method, named.Replace(r.path), named.Replace(r.body)); got != want {
			b.t.Errorf("%s %s as a guest is answered with %s", r.method, r.path, got)
		}
	}
}
