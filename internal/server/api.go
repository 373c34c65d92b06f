package server

import (
	"context"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"
	"github.com/go-chi/chi/v5"

	"showcaller/internal/live"
)

const (
	defaultLimit = 100
	maxLimit     = 1000
)

// api mounts the JSON API: huma checks requests against the schema, answers RFC 9457 problems, and writes OpenAPI 3.1.
func (s *Server) api(r chi.Router) huma.API {
	config := huma.DefaultConfig("Showcaller", s.opts.Version)
	config.OpenAPIPath, config.DocsPath, config.SchemasPath = "/api/openapi", "", ""
	config.CreateHooks = nil // no $schema links in answers: the wire is the seed document's, to the letter
	config.Info.Description = "Rooms, sessions and their events. Every event has the form of the wire; a list is {items, next}. " +
		"x-role is the least role of the team, or of a token, that may use an address."
	config.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"bearer": {Type: "http", Scheme: "bearer"},
		"login":  {Type: "apiKey", In: "cookie", Name: loginCookie},
	}
	config.Security = []map[string][]string{{"bearer": {}}, {"login": {}}}

	var api huma.API
	r.Group(func(r chi.Router) {
		r.Use(limitBody, s.followRooms)
		api = humachi.New(r, config)
		s.roomOperations(api)
		s.sessionOperations(api)
		s.viewerOperations(api)
		s.markOperations(api)
		s.storyOperations(api)
		s.programOperations(api)
		s.messageOperation(api)
		r.Post("/api/stories/{storyId}/message", s.page(s.postMessage))
		s.simulatorOperations(api)
		s.overlayOperations(api)
		s.teamOperations(api)
		s.retentionOperations(api)
		r.Get("/api/docs", s.page(s.showDocs(api)))
		s.exportRoutes(r)
		r.Get("/api/sessions/{id}/follow", s.page(s.followSession))
		r.Get("/api/rooms/{unique_id}/follow", s.page(s.followRoom))
	})
	tellRoles(api.OpenAPI())
	r.HandleFunc("/api/*", s.page(func(http.ResponseWriter, *http.Request) error {
		return &live.Error{Code: live.CodeNotFound, Op: "server.api", Msg: "There is no such address in the API. /api/docs lists them all."}
	}))
	return api
}

// tellRoles writes into the document what the authorisation table asks.
func tellRoles(doc *huma.OpenAPI) {
	for path, item := range doc.Paths {
		for _, op := range operationsOf(item) {
			if need, ok := accessTo(op.Method, path); ok {
				op.Extensions = map[string]any{"x-role": need.least}
			}
		}
	}
}

// operationsOf returns what one address can be asked.
func operationsOf(item *huma.PathItem) []*huma.Operation {
	all := []*huma.Operation{item.Get, item.Put, item.Post, item.Patch, item.Delete}
	return slices.DeleteFunc(all, func(op *huma.Operation) bool { return op == nil })
}

func limitBody(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		next.ServeHTTP(w, r)
	})
}

// register adds an operation whose errors become problems: the only place where those of the API do.
func register[I, O any](s *Server, api huma.API, op huma.Operation, handle func(context.Context, *I) (*O, error)) {
	huma.Register(api, op, func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, problemOf(err, s.reportOperation(op.OperationID, err))
		}
		return out, nil
	})
}

// list is the answer of everything that has pages.
type list[T any] struct {
	Body struct {
		Items []T    `json:"items"`
		Next  string `json:"next" doc:"cursor of the next page; empty on the last one"`
	}
}

func listOf[T any](items []T, next string) *list[T] {
	var l list[T]
	l.Body.Items, l.Body.Next = items, next
	if items == nil {
		l.Body.Items = []T{}
	}
	return &l
}

// Paged is what may be asked of a list that has pages. Exported because huma fills embedded structs only if they are.
type Paged struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Cursor string `query:"cursor" doc:"next of the page before"`
}

// pageOf makes a page of what was found, one more than fits if another page follows, and tells the cursor of that.
func pageOf[T any](found []T, limit int, cursor func(T) string) (page []T, next string) {
	if len(found) <= limit {
		return found, ""
	}
	return found[:limit], cursor(found[limit-1])
}

// numberedPage is pageOf for what has a number.
func numberedPage[T any](found []T, limit int, number func(T) int64) (page []T, next string) {
	return pageOf(found, limit, func(item T) string { return strconv.FormatInt(number(item), 10) })
}

// wireEvent is an event in an answer.
type wireEvent struct{ live.Event }

// Schema implements huma.SchemaProvider.
func (wireEvent) Schema(huma.Registry) *huma.Schema {
	kinds := make([]any, 0, len(live.Kinds()))
	for _, k := range live.Kinds() {
		kinds = append(kinds, string(k))
	}
	number, text := &huma.Schema{Type: "integer", Format: "int64"}, &huma.Schema{Type: "string"}
	return &huma.Schema{
		Type: "object", Description: "One event, in the form of the wire. `data` depends on event_type; it always has a timestamp.",
		Required: []string{"event_type", "seq", "session_id", "origin", "data"},
		Properties: map[string]*huma.Schema{
			"event_type": {Type: "string", Enum: kinds}, "seq": number, "session_id": number,
			"origin":    {Type: "string", Enum: []any{"tiktok", "simulated", "replay", "api", "system"}},
			"source_id": text, "history": {Type: "boolean"}, "cause": number,
			"data": {Type: "object", AdditionalProperties: true},
		},
	}
}

var _ huma.SchemaProvider = wireEvent{}

// wireUser is a viewer in an answer.
type wireUser live.User

// Schema implements huma.SchemaProvider.
func (wireUser) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[live.User](), true, "User")
}

// stamp is a time on the wire; nil where there is none.
func stamp(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := live.Timestamp(t)
	return &text
}

// cursorNumber reads a cursor we gave out: a number in decimal.
func cursorNumber(cursor string) (int64, error) {
	if cursor == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(cursor, 10, 64)
	if err != nil || n < 0 {
		return 0, badCursor()
	}
	return n, nil
}

func badCursor() error {
	return &live.Error{Code: live.CodeInvalid, Op: "server.cursor", Field: "cursor", Msg: "cursor must be the value of next in the page before."}
}

func timeParam(name, value string) (time.Time, error) {
	if value == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return time.Time{}, &live.Error{Code: live.CodeInvalid, Op: "server.time", Field: name, Msg: name + " must be a time like 2026-01-12T09:30:00Z."}
	}
	return t, nil
}
