package server

import (
	"cmp"
	"net/http"
	stdpath "path"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"showcaller/internal/live"
	"showcaller/web/templates"
)

// streamed are the addresses that huma does not describe: they answer with streams and sockets.
var streamed = []templates.Operation{
	{Method: "GET", Path: "/api/sessions/{id}/export.json", Summary: "The session as a JSON array of wire events, streamed"},
	{Method: "GET", Path: "/api/sessions/{id}/export.jsonl", Summary: "The session, one wire event a line, streamed"},
	{Method: "GET", Path: "/api/sessions/{id}/export.csv", Summary: "The session as a table, streamed"},
	{Method: "GET", Path: "/api/sessions/{id}/follow", Summary: "WebSocket: hello, then every event after a number, in order", Parameters: followParameters[:2]},
	{Method: "GET", Path: "/api/rooms/{unique_id}/follow", Summary: "WebSocket: as above from session to session, and the room's health", Parameters: followParameters},
}

var followParameters = []templates.Parameter{
	{Name: "after", In: "query", Doc: "the last seq you have; negative: that many before the end"},
	{Name: "types", In: "query", Doc: "only these event_types, separated by commas; the frame's last moves on all the same"},
	{Name: "session", In: "query", Doc: "the session your number belongs to"},
}

// showDocs handles GET /api/docs.
func (s *Server) showDocs(api huma.API) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		v := templates.DocsPage{Page: s.view(r, "docs.title"), Operations: slices.Clone(streamed)}
		for path, item := range api.OpenAPI().Paths {
			for _, op := range operationsOf(item) {
				v.Operations = append(v.Operations, describeOperation(path, op))
			}
		}
		for i, op := range v.Operations {
			v.Operations[i].Role = roleFor(op.Method, op.Path)
		}
		slices.SortFunc(v.Operations, func(a, b templates.Operation) int {
			return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Method, b.Method))
		})
		s.render(w, r, http.StatusOK, templates.Docs(v))
		return nil
	}
}

// roleFor is the least role that may use an address of the API. One that ends in a format is in the table with a placeholder for it.
func roleFor(method, path string) live.TeamRole {
	need, ok := accessTo(method, path)
	if !ok {
		need, _ = accessTo(method, strings.TrimSuffix(path, stdpath.Ext(path))+".{format}")
	}
	return need.least
}

func describeOperation(path string, op *huma.Operation) templates.Operation {
	out := templates.Operation{Method: op.Method, Path: path, Summary: op.Summary}
	for _, p := range op.Parameters {
		doc := p.Description
		if doc == "" && p.Schema != nil {
			doc = p.Schema.Description
		}
		out.Parameters = append(out.Parameters, templates.Parameter{Name: p.Name, In: p.In, Doc: doc})
	}
	return out
}
