package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"showcaller/internal/live"
	"showcaller/web/catalog"
)

// TestTheTeamInABrowser: the owner invites somebody of each role; each sees what they may do, in two languages, and no more.
func TestTheTeamInABrowser(t *testing.T) {
	t.Parallel()
	b := visit(t)
	for _, language := range []string{"en", "ja"} {
		here := serveHere(t, brandNew(t, nil, "SHOWCALLER_ADMIN_PASSWORD=", "SHOWCALLER_DEMO=true"))
		b.speaks(language)
		b.setUp(here.setup, language)
		links := map[live.TeamRole]string{}
		for _, role := range live.TeamRoles() {
			links[role] = b.invites(here.url, role)
		}
		b.audits("team-" + language)
		b.do(chromedp.Navigate(here.url + "/audit"))
		b.audits("audit-" + language)
		for _, role := range live.TeamRoles() {
			b.joins(links[role], role, language)
			b.seesWhatItMay(here.url, role, language)
		}
	}
	if wrong := b.complaints(); slices.ContainsFunc(wrong, func(s string) bool { return !strings.Contains(s, "403") }) {
		t.Errorf("the console says %v", wrong)
	}
}

// invites makes a link for a role.
func (b *visitor) invites(base string, role live.TeamRole) string {
	b.t.Helper()
	b.do(chromedp.Navigate(base+"/team"), chromedp.SetValue(chromedp.CSS("#invite-role"), string(role)))
	b.follow(`form[action="/team/invites"] button`)
	return eval[string](b, `document.querySelector("#made-secret").value`)
}

// joins makes a login by an invite, as a browser nobody has used.
func (b *visitor) joins(link string, role live.TeamRole, language string) {
	b.t.Helper()
	b.speaks(language)
	b.do(chromedp.Navigate(link))
	if role == live.RoleReviewer { // the page is the same for all
		b.audits("invite-" + language)
	}
	b.do(
		chromedp.SetValue(chromedp.CSS("#name"), "the-"+string(role)), chromedp.SendKeys(chromedp.CSS("#password"), ownersPassword),
		chromedp.SendKeys(chromedp.CSS("#again"), ownersPassword),
	)
	b.follow(`form[action^="/invite/"] button`)
}

// seesWhatItMay looks at the buttons of the panel, and at the pages a role is kept out of.
func (b *visitor) seesWhatItMay(base string, role live.TeamRole, language string) {
	b.t.Helper()
	words := catalog.For(language)
	for _, look := range []struct {
		path, ready string // a page, and when its scripts have taken it over
		buttons     map[string]live.TeamRole
	}{
		{"/", `true`, map[string]live.TeamRole{
			`form[action="/rooms"]`: live.RoleOperator, `a[href="/team"]`: live.RoleOwner, `[data-room=demo] form[action^="/rooms/demo/"]`: live.RoleOperator,
		}},
		{"/stories", `true`, map[string]live.TeamRole{`form[action="/stories"]`: live.RoleOperator}},
		{"/rooms/demo", `document.querySelector("host-panel").hasUpdated && document.querySelector("live-feed .row")`, map[string]live.TeamRole{
			`.host-acts button`: live.RoleModerator, `.host-say`: live.RoleOperator, `#host-language`: live.RoleOperator, `gift-simulator .btn`: live.RoleOperator,
			`.host-foot .settings`: live.RoleReviewer,
		}},
		{"/stories/1", `true`, map[string]live.TeamRole{
			`.story-bar button`: live.RoleModerator, `.story-save button`: live.RoleOperator, `story-talk`: live.RoleOperator, `#persona:enabled`: live.RoleOperator,
		}},
	} {
		b.do(chromedp.Navigate(base + look.path))
		b.until(look.ready)
		for selector, least := range look.buttons {
			if got, want := eval[bool](b, fmt.Sprintf(`!!document.querySelector(%q)`, selector)), role.AtLeast(least); got != want {
				b.t.Errorf("%s sees %s on %s: %t, want %t", role, selector, look.path, got, want)
			}
		}
		if look.path == "/stories/1" && role == live.RoleReviewer {
			b.audits("story-to-read-" + language)
		}
	}
	b.do(chromedp.Navigate(base + "/team"))
	text := eval[string](b, `document.querySelector("main").innerText`)
	if role == live.RoleOwner {
		return
	}
	if !strings.Contains(text, words.T("role.owner")) || !strings.Contains(text, words.T("role."+string(role))) || !strings.Contains(text, "linh") {
		b.t.Errorf("%s is not told who can let them in: %q", role, text)
	}
	if role == live.RoleReviewer {
		b.audits("forbidden-" + language)
	}
}

// audits has axe-core look at a page, on a desk and on a phone.
func (b *visitor) audits(name string) {
	b.t.Helper()
	b.auditsAt(name, onDesk, onPhone)
	b.size(onDesk.width, onDesk.height)
}

// display is how large a screen is, in pixels.
type display struct{ width, height int64 }

var onDesk, onPhone = display{1440, 900}, display{390, 844}

// auditsAt has axe-core look at a page on some screens; it stays as large as the last.
func (b *visitor) auditsAt(name string, screens ...display) {
	b.t.Helper()
	axe, err := os.ReadFile("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		b.t.Fatalf("axe-core is missing, `npm ci` brings it: %v", err)
	}
	for _, screen := range screens {
		b.size(screen.width, screen.height)
		b.value(string(axe) + `;""`)
		wrong := b.value(`axe.run(document, {resultTypes: ["violations"]}).then((r) => JSON.stringify(r.violations
			.filter((v) => v.impact === "serious" || v.impact === "critical").map((v) => [v.id, v.nodes.map((n) => n.html.slice(0, 200))])))`)
		if wrong != "[]" {
			b.t.Errorf("%s at %d: %s", name, screen.width, wrong)
		}
		if wide := eval[bool](b, `document.documentElement.scrollWidth > innerWidth`); wide {
			b.t.Errorf("%s is wider than a screen of %d", name, screen.width)
		}
		b.picture(fmt.Sprintf("%s-%d", name, screen.width))
	}
}

// size gives the page the size of a screen.
func (b *visitor) size(width, height int64) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
	if err != nil {
		b.t.Fatal(err)
	}
}
