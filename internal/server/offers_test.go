package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/go-chi/chi/v5"

	"showcaller/internal/live"
	"showcaller/internal/server"
)

// offer is something a page lets its reader do: an address as the router names it, and what is asked of it where that matters.
type offer struct{ method, pattern, action string }

// least is the role it takes; "" where anybody may.
func (o offer) least(t *testing.T) live.TeamRole {
	t.Helper()
	need, ok := server.AccessTo(o.method, o.pattern)
	if !ok {
		t.Errorf("%v is not in the table", o)
	}
	switch o.pattern {
	case "/rooms/{unique_id}/host", "/stories/{storyId}/director":
		return server.HostAction(o.action)
	case "/overlays/{id}/control":
		return server.AlertAction(o.action)
	}
	return need.Least
}

// offers are what the forms, buttons and links of a page ask of the panel.
func offers(t *testing.T, panel chi.Routes, doc *goquery.Document) []offer {
	t.Helper()
	var out []offer
	add := func(method, address, action string) {
		u, err := url.Parse(address)
		if err != nil || u.Host != "" || !strings.HasPrefix(u.Path, "/") {
			return
		}
		c := chi.NewRouteContext()
		if !panel.Match(c, method, u.Path) {
			t.Errorf("%s %s leads nowhere", method, address)
			return
		}
		out = append(out, offer{method, c.RoutePattern(), action})
	}
	doc.Find("a[href^='/']").Each(func(_ int, a *goquery.Selection) { add(http.MethodGet, a.AttrOr("href", ""), "") })
	doc.Find("form").Each(func(_ int, form *goquery.Selection) {
		method := strings.ToUpper(form.AttrOr("method", "get"))
		buttons := form.Find("button, input[type=submit]")
		if id := form.AttrOr("id", ""); id != "" {
			buttons = buttons.AddSelection(doc.Find("button[form='" + id + "']"))
		}
		buttons.Each(func(_ int, b *goquery.Selection) {
			action := form.Find("input[name=action]").AttrOr("value", "")
			if b.AttrOr("name", "") == "action" {
				action = b.AttrOr("value", "")
			}
			add(method, b.AttrOr("formaction", form.AttrOr("action", "")), action)
		})
	})
	return out
}

// everything fills a panel so that its pages have something of all they can have, and returns them.
func (f *fixture) everything() []string {
	f.t.Helper()
	f.setUp()
	f.hosted("ann")
	f.source.events <- []live.Event{chat("bob", "hello"), chat("eve", "hi"), chat("ida", "be gone")}
	f.awaitSeq(f.await("ann", live.StateLive), 4)
	for i := range 2 {
		f.api("POST", "/api/rooms/ann/run-down", map[string]any{"name": fmt.Sprintf("Songs %d", i), "planned_seconds": 60}, nil)
	}
	f.submit("/rooms/ann/pin", "seq", "2", "back", "/rooms/ann")
	f.submit("/rooms/ann/hide", "seq", "4", "back", "/rooms/ann")
	f.submit("/rooms/ann/host", "action", "mute", "viewer", "68eve", "back", "/rooms/ann")
	f.api("POST", message, map[string]any{"type": "user_chat", "data": map[string]any{"message": "my cat is Mochi", "username": "ann"}}, nil)
	f.quietRoom("mai")
	shown := f.show("mai")
	f.submit(fmt.Sprintf("/sessions/%d/notes", shown.ID), "minute", live.Timestamp(pastStart), "note", "well done")
	f.shareOf(shown.ID)
	res, _ := f.submit("/rooms/mai/replay", "session", itoa(shown.ID), "speed", "1")
	replay := res.Request.URL
	f.submit("/sessions/"+replay.Query().Get("session")+"/playback", "do", "pause", "back", "/rooms/mai")
	f.quietRoom("ben")
	alerts, timer := f.overlay("alerts", "ann", nil), f.overlay("timer", "ann", nil)
	f.submit("/team/invites", "role", "reviewer", "once", "open")
	f.submit("/team/tokens", "token_name", "bot", "role", "reviewer", "once", "token")
	session := fmt.Sprintf("/sessions/%d", shown.ID)
	return []string{
		"/", "/rooms/ann", replay.RequestURI(), "/rooms/ben", "/rooms/ann/program", "/rooms/ann/simulate", "/rooms/mai/simulate", "/rooms/ben/simulate",
		"/rooms/ann/viewers/68bob", "/sessions", session + "?minute=" + url.QueryEscape(live.Timestamp(pastStart)), session + "/shares", "/search?q=line",
		"/compare", "/viewers/68ann", "/stories", "/stories/1", "/stories/1/memory", "/stories/1/messages", "/team", "/audit",
		"/retention", "/settings", session + "/delete", "/overlays", fmt.Sprintf("/overlays/%d", alerts.ID), fmt.Sprintf("/overlays/%d", timer.ID),
	}
}

// TestPagesOfferOnlyWhatARoleMay walks the pages as each role: whatever a form, a button or a link asks for, the table lets them do. That the
// pages have something to offer at all, the owner's walk shows.
func TestPagesOfferOnlyWhatARoleMay(t *testing.T) {
	f := start(t)
	pages := f.everything()
	panel := f.server.Handler().(chi.Routes)
	seen := map[live.TeamRole]map[string]bool{}
	for _, role := range live.TeamRoles() {
		seen[role] = map[string]bool{}
		who := f
		if role != live.RoleOwner {
			who = f.join("the-"+string(role), role)
		}
		for _, path := range pages {
			_, doc := who.page(path)
			for _, o := range offers(t, panel, doc) {
				if least := o.least(t); least != "" && !role.AtLeast(least) {
					t.Errorf("%s offers a %s %s %s %s, which takes a %s", path, role, o.method, o.pattern, o.action, least)
				}
				seen[role][o.method+" "+o.pattern] = true
			}
		}
	}
	notOnPages := map[string]bool{ // what a page asks for only while something is so that is not so here
		"POST /setup": true, "POST /login": true, "POST /share/{token}": true, "POST /invite/{token}": true, "POST /rooms/{unique_id}/program/retry": true,
		"POST /rooms/{unique_id}/stop": true, "POST /retention/run": true,
		"POST /overlays/{id}/draft": true, // the editor's script
	}
	for address, need := range server.AccessTable() {
		if strings.HasPrefix(address, "POST /") && !strings.HasPrefix(address, "POST /api/") && !notOnPages[address] && !seen[live.RoleOwner][address] {
			t.Errorf("no page offers the owner %s (%s): what is missing in the walk?", address, need.Least)
		}
	}
	for role, address := range map[live.TeamRole]string{
		live.RoleModerator: "POST /rooms/{unique_id}/host", live.RoleOperator: "POST /stories/{storyId}", live.RoleReviewer: "GET /compare",
	} {
		if !seen[role][address] {
			t.Errorf("no page offers a %s %s", role, address)
		}
	}
}
