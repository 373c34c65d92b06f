package server_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
	"showcaller/internal/server"
)

// documented are the addresses each line of the table in docs/team.md is about. Those of the AI host name what is asked of it.
var documented = map[string][]string{
	"read every page but the team's: rooms, sessions, search, viewers, comparisons, the AI host and its memory": {
		"GET /", "GET /rooms/{unique_id}", "GET /sessions", "GET /sessions/{id}", "GET /search", "GET /viewers/{viewer}", "GET /compare", "GET /overlays", "GET /stories/{storyId}",
		"GET /stories/{storyId}/memory",
	},
	"fetch exports and follow events over a socket": {"GET /api/sessions/{id}/export.{format}", "GET /api/sessions/{id}/follow", "GET /api/rooms/{unique_id}/follow"},
	"end their own logins in every browser":         {"POST /logout/everywhere"},
	"pin lines, write notes on minutes and on viewers": {
		"POST /rooms/{unique_id}/pin", "POST /rooms/{unique_id}/unpin", "POST /sessions/{id}/notes", "POST /viewers/{viewer}/note", "POST /api/sessions/{id}/pins",
	},
	"hide what viewers wrote from overlays and the AI host, show it again": {
		"POST /rooms/{unique_id}/hide", "POST /api/sessions/{id}/hidden", "POST /rooms/{unique_id}/show", "DELETE /api/sessions/{id}/hidden",
	},
	"pause the AI host, skip what it says, have it answer a viewer no more": {"host pause", "host resume", "host skip", "host mute", "host unmute"},
	"pause and skip alerts, clear what overlays show": {
		"POST /api/overlays/{id}/queue", "POST /overlays/{id}/control", "POST /rooms/{unique_id}/overlays", "POST /api/rooms/{unique_id}/overlays/stop", "POST /api/rooms/{unique_id}/overlays/resume",
	},
	"add rooms, connect and disconnect them": {
		"POST /rooms", "POST /rooms/{unique_id}/connect", "POST /rooms/{unique_id}/disconnect", "POST /api/rooms", "PATCH /api/rooms/{unique_id}",
	},
	"plan the show, start and finish programs": {"POST /rooms/{unique_id}/program", "POST /rooms/{unique_id}/program/items", "POST /api/sessions/{id}/program"},
	"make the AI host speak, set it up, correct what it remembers": {
		"host say", "host dry_run", "host bind", "POST /stories/{storyId}", "POST /stories/{storyId}/memory/{message}", "POST /api/stories/{storyId}/message",
	},
	"make overlays, see and change their addresses": {"POST /overlays", "POST /overlays/{id}", "POST /overlays/{id}/reveal", "POST /api/overlays", "POST /api/overlays/{id}/reveal", "POST /api/overlays/{id}/rotate", "DELETE /api/overlays/{id}"},
	"test, rehearse, replay": {
		"GET /rooms/{unique_id}/simulate", "POST /rooms/{unique_id}/rehearsal", "POST /rooms/{unique_id}/replay", "POST /api/sessions/{id}/simulate", "POST /api/sessions/{id}/replay",
	},
	"import a session":                                 {"POST /sessions/import", "POST /api/sessions/import"},
	"share a session by a link":                        {"POST /sessions/{id}/shares", "POST /sessions/{id}/shares/{share}/revoke", "POST /api/shares", "GET /api/shares"},
	"invite people, change roles, end others' logins":  {"GET /team", "POST /team/invites", "POST /team/people/{name}/role", "POST /team/people/{name}/logout", "GET /api/users"},
	"make and revoke tokens of programs":               {"POST /team/tokens", "POST /team/tokens/{id}/revoke", "GET /api/tokens", "POST /api/tokens"},
	"read the audit list":                              {"GET /audit", "GET /api/audit"},
	"say how long sessions are kept":                   {"GET /retention", "POST /retention", "POST /retention/run", "GET /api/retention", "PUT /api/retention", "DELETE /api/retention", "POST /api/retention/run"},
	"remove a room, delete a session, forget a viewer": {"POST /rooms/{unique_id}/remove", "DELETE /api/rooms/{unique_id}", "DELETE /api/sessions/{id}", "POST /sessions/{id}/delete", "POST /viewers/{viewer}/forget"},
}

// TestTeamDocs holds the table of roles in docs/team.md against the authorisation table.
func TestTeamDocs(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "team.md"))
	if err != nil {
		t.Fatal(err)
	}
	told := map[string][]live.TeamRole{}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 1+len(live.TeamRoles()) || strings.Contains(line, "---") || strings.Contains(line, "reviewer") {
			continue
		}
		what := strings.TrimSpace(cells[0])
		for i, role := range live.TeamRoles() {
			if strings.TrimSpace(cells[i+1]) == "yes" {
				told[what] = append(told[what], role)
			}
		}
	}
	allowed := map[string][]live.TeamRole{}
	for what, addresses := range documented {
		least := leastOf(t, addresses[0])
		for _, address := range addresses[1:] {
			if other := leastOf(t, address); other != least {
				t.Errorf("%q is about %s for a %s and %s for a %s", what, addresses[0], least, address, other)
			}
		}
		for _, role := range live.TeamRoles() {
			if role.AtLeast(least) {
				allowed[what] = append(allowed[what], role)
			}
		}
	}
	if diff := cmp.Diff(allowed, told); diff != "" {
		t.Errorf("docs/team.md (-the program +the table):\n%s", diff)
	}
}

func leastOf(t *testing.T, address string) live.TeamRole {
	t.Helper()
	if action, ok := strings.CutPrefix(address, "host "); ok {
		return server.HostAction(action)
	}
	need, ok := server.AccessTable()[address]
	if !ok {
		t.Errorf("there is no address %s", address)
	}
	return need.Least
}
