package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/google/go-cmp/cmp"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

// bounded are the lists without pages, and what bounds them.
var bounded = map[string]string{
	"/api/rooms/{unique_id}/run-down": "live.MostItems",
	"/api/rooms/{unique_id}/program":  "live.MostItems",
	"/api/sessions/{id}/runs":         "the runs a session keeps",
	"/api/stories/{storyId}/memory":   "its own limit: the best of what fits, not all",
	"/api/sessions/{id}/minutes":      "how long a LIVE lasts",
	"/api/sessions/{id}/marks":        "what a team does by hand in a LIVE",
}

// TestEveryListHasPages reads the API's own document: what answers a list can be asked for a page of it.
func TestEveryListHasPages(t *testing.T) {
	f := start(t)
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name string }
			Responses  map[string]struct {
				Content map[string]struct {
					Schema struct {
						Ref string `json:"$ref"`
					}
				}
			}
		}
		Components struct {
			Schemas map[string]struct{ Properties map[string]any }
		}
	}
	f.api("GET", "/api/openapi.json", nil, &doc)
	lists := 0
	for path, operations := range doc.Paths {
		get := operations["get"]
		name := get.Responses["200"].Content["application/json"].Schema.Ref
		if doc.Components.Schemas[name[strings.LastIndex(name, "/")+1:]].Properties["items"] == nil {
			continue
		}
		lists++
		asks := map[string]bool{}
		for _, p := range get.Parameters {
			asks[p.Name] = true
		}
		if paged := asks["limit"] && (asks["cursor"] || asks["after"]); paged == (bounded[path] != "") {
			t.Errorf("%s: has pages %v, is bounded by %q", path, paged, bounded[path])
		}
	}
	if lists < 15 {
		t.Errorf("only %d lists were found", lists)
	}
}

// TestPagesOfLists reads lists two by two: nothing comes twice, and nothing is left out.
func TestPagesOfLists(t *testing.T) {
	f := start(t)
	session := f.show("ann").ID
	for i := range 5 {
		f.quietRoom(fmt.Sprintf("room%d", i))
		for path, body := range map[string]any{
			"/api/tokens":  map[string]any{"name": fmt.Sprintf("bot %d", i), "role": "reviewer"},
			"/api/shares":  map[string]any{"session": session, "days": 1},
			"/api/stories": map[string]any{"name": fmt.Sprintf("host %d", i)},
		} {
			if res := f.api("POST", path, body, nil); res.StatusCode != http.StatusCreated {
				t.Fatalf("%s: %d", path, res.StatusCode)
			}
		}
		if err := f.db.SaveUser(t.Context(), db.User{Name: fmt.Sprintf("user %d", i), Role: live.RoleReviewer, CreatedAt: time.Now()}); err != nil {
			t.Fatal(err)
		}
	}
	for path, wrong := range map[string]string{"/api/rooms": "x", "/api/users": "", "/api/tokens": "x", "/api/shares": "x", "/api/stories": "x"} {
		whole, pages := f.names(path+"?limit=1000"), f.names(path+"?limit=2")
		if diff := cmp.Diff(whole, pages); diff != "" || len(pages) < 5 {
			t.Errorf("%s, two by two (-whole +pages):\n%s", path, diff)
		}
		if res := f.api("GET", path+"?cursor="+wrong, nil, nil); wrong != "" && res.StatusCode != http.StatusUnprocessableEntity {
			t.Errorf("%s with a made-up cursor: %d", path, res.StatusCode)
		}
	}
}

// names follows a list from page to page and returns what tells its items apart.
func (f *fixture) names(path string) (names []string) {
	f.t.Helper()
	var page struct {
		Items []map[string]any
		Next  string
	}
	for cursor := ""; ; cursor = page.Next {
		if res := f.api("GET", path+"&cursor="+url.QueryEscape(cursor), nil, &page); res.StatusCode != http.StatusOK {
			f.t.Fatalf("%s: %d", path, res.StatusCode)
		}
		for _, item := range page.Items {
			names = append(names, fmt.Sprint(item["unique_id"], item["id"], item["name"]))
		}
		if page.Next == "" {
			return names
		}
	}
}

// TestManyRooms: the page of all rooms has a hundred of them, and leads to the others. A room that is added is shown.
func TestManyRooms(t *testing.T) {
	f := start(t)
	f.setUp()
	for i := range 101 {
		f.quietRoom(fmt.Sprintf("room%03d", i))
	}
	_, doc := f.page("/")
	first := doc.Find(".tile[data-room]").Length()
	if said := doc.Find("header.bar").Text(); first != 100 || doc.Find(".pager a").Length() != 1 || !strings.Contains(said, "101 rooms") {
		t.Fatalf("%d tiles, %s", first, said)
	}
	res, doc := f.submit("/rooms", "name", "@newcomer")
	if n := doc.Find(`.tile[data-room=newcomer]`).Length(); n != 1 || doc.Find(".tile[data-room]").Length() != 2 {
		t.Fatalf("a room that was added is not on %s", res.Request.URL)
	}
	back := doc.Find(`.tile [action="/rooms/newcomer/disconnect"] [name=back]`).AttrOr("value", "")
	if _, doc = f.submit("/rooms/newcomer/disconnect", "back", back); doc.Find(`.tile[data-room=newcomer]`).Length() != 1 {
		t.Errorf("a form of the second page leads back to %s", back)
	}
	follow := doc.Find("ul.tiles").AttrOr("data-follow", "")
	frame, err := f.next(f.socket(follow))
	if err != nil || !cmp.Equal(frame.Order, []string{"room100", "newcomer"}) {
		t.Errorf("%s tells of %v, %v", follow, frame.Order, err)
	}
	if res, _ := f.page("/?rooms=x"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a made-up page: %d", res.StatusCode)
	}
}

// TestTeamHasPages: each list of the team's page has its own pages.
func TestTeamHasPages(t *testing.T) {
	f := start(t)
	f.setUp()
	session := f.show("ann").ID
	for i := range 51 {
		now := time.Now()
		_, err := f.db.AddToken(t.Context(), db.Token{SecretHash: fmt.Sprint("t", i), Name: fmt.Sprintf("bot %d", i), Role: live.RoleReviewer, Author: "admin", CreatedAt: now})
		if err == nil {
			_, err = f.db.AddShare(t.Context(), db.Share{SecretHash: fmt.Sprint("s", i), Session: session, Author: "admin", CreatedAt: now, ExpiresAt: now.Add(time.Hour)})
		}
		if err == nil {
			err = f.db.AddInvite(t.Context(), db.Invite{SecretHash: fmt.Sprint("i", i), Role: live.RoleReviewer, Author: "admin", CreatedAt: now, ExpiresAt: now.Add(time.Hour)})
		}
		if err == nil {
			err = f.db.SaveUser(t.Context(), db.User{Name: fmt.Sprintf("user %02d", i), Role: live.RoleReviewer, CreatedAt: now})
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	rows := func(doc *goquery.Document, list string) int {
		return doc.Find("section:has(#" + list + ") .members li").Length()
	}
	_, doc := f.page("/team")
	for _, list := range []string{"people", "invites", "tokens", "shares"} {
		next := doc.Find("section:has(#"+list+") a[rel=next]").AttrOr("href", "")
		if n := rows(doc, list); n != 50 || next == "" {
			t.Errorf("%s: %d rows, then %q", list, n, next)
			continue
		}
		_, second := f.page(next)
		if n := rows(second, list); n == 0 || n > 2 || second.Find("section:has(#"+list+") .pager a").Length() != 1 {
			t.Errorf("%s: %d rows on the second page", list, n)
		}
	}
	_, doc = f.page(fmt.Sprintf("/sessions/%d/shares", session))
	if n := rows(doc, "shares"); n != 50 || doc.Find("a[rel=next]").Length() != 1 {
		t.Errorf("the session's own page has %d links", n)
	}
	if res, _ := f.page("/team?tokens=x"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a made-up page: %d", res.StatusCode)
	}
}
