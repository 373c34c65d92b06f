package server

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"showcaller/internal/live"
	"showcaller/internal/story"
	"showcaller/web/static"
)

// messageOperation describes POST …/message. huma does not serve it: a body may be a bare JSON string, what does not fit is
// refused with a path for every field by the story's own rules, and the answer may be a stream.
func (s *Server) messageOperation(api huma.API) {
	schema := func(v any) *huma.Schema {
		return huma.SchemaFromType(api.OpenAPI().Components.Schemas, reflect.TypeOf(v))
	}
	refused := &huma.Response{
		Description: "400 no JSON or too large, 404 no such story, 409 paused, 422 does not fit, 429 too fast",
		Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: schema(problem{})}},
	}
	text := &huma.Schema{Type: "string"}
	op := operation(http.MethodPost, "/api/stories/{storyId}/message", "send-message", "Tell the host something and hear the answer")
	op.Description = "A story input {type, data}, a JSON string, or an object with prompt, question, message or input. " +
		"With Accept: text/event-stream the answer comes as events: start, thinking, delta, clip, and finish, or error and finish."
	op.Parameters = []*huma.Param{
		{Name: "storyId", In: "path", Required: true, Schema: text},
		{Name: "Idempotency-Key", In: "header", Schema: text, Description: "a name for this message: sent again, it is answered from what was stored"},
	}
	op.RequestBody = &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/json": {Schema: inputSchema()}}}
	op.Responses = map[string]*huma.Response{
		"200": {Description: "the answer", Content: map[string]*huma.MediaType{
			"application/json": {Schema: schema(live.StoryAnswer{})}, "text/event-stream": {Schema: text},
		}},
		"default": refused,
	}
	api.OpenAPI().AddOperation(&op)
}

// inputSchema describes the forms a message may have.
func inputSchema() *huma.Schema {
	types := []any{live.InputChat, live.InputGift, live.InputProgram, live.InputText}
	text := &huma.Schema{Type: "string"}
	return &huma.Schema{OneOf: []*huma.Schema{
		{Type: "string", Description: "a user_chat"},
		{
			Type: "object", Description: "a story input; docs/story.md has the data of each type", Required: []string{"type", "data"},
			Properties:           map[string]*huma.Schema{"type": {Type: "string", Enum: types}, "data": {Type: "object", AdditionalProperties: true}},
			AdditionalProperties: true,
		},
		{
			Type: "object", Description: "a user_chat: the first of these that is not empty", AdditionalProperties: true,
			Properties: map[string]*huma.Schema{"prompt": text, "question": text, "message": text, "input": {}},
		},
	}}
}

// storyClient handles GET /story-client.js: the address of the client library that other programs write down.
func storyClient(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	http.Redirect(w, r, static.Path("story-client.js"), http.StatusFound)
}

// postMessage handles POST /api/stories/{storyId}/message.
func (s *Server) postMessage(w http.ResponseWriter, r *http.Request) error {
	m, err := s.readMessage(r)
	if err != nil {
		return err
	}
	if strings.Contains(r.Header.Get("Accept"), "text/event-stream") {
		return s.streamAnswer(w, r, m)
	}
	answer, err := s.answer(r.Context(), m, func(live.StoryDelta) {})
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(w).Encode(answer)
}

const maxTurnName = 100

// message is a turn that a client asks for.
type message struct {
	live.StoryTurn
	program *live.Event // the program event it is about; nil for any other message
}

// answer answers a message. One about a program event waits for the answer that event gets from its director: it is one turn,
// whoever asks.
func (s *Server) answer(ctx context.Context, m message, progress func(live.StoryDelta)) (live.StoryAnswer, error) {
	if m.program == nil {
		return s.opts.Story.Answer(ctx, m.StoryTurn, progress)
	}
	director, err := s.opts.Directors.Director(m.StoryID)
	if err != nil {
		return live.StoryAnswer{}, err
	}
	a, err := director.AnswerProgram(ctx, *m.program)
	for _, c := range a.Clips {
		progress(live.StoryDelta{Text: c.Speech})
		progress(live.StoryDelta{Clip: &c})
	}
	return a, err
}

// readMessage makes a turn of a request, or says what is wrong with it before a story is asked.
func (s *Server) readMessage(r *http.Request) (message, error) {
	profile, err := s.db.StoryProfile(r.Context(), chi.URLParam(r, "storyId"))
	if err != nil {
		return message{}, err
	}
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, story.MaxBody))
	if err != nil {
		return message{}, &live.Error{
			Code: live.CodeInvalid, Op: "server.readMessage", Err: errors.Join(err, story.ErrMalformed),
			Msg: "The body did not arrive whole. A message may have 64 KiB.",
		}
	}
	name, key := rand.Text(), r.Header.Get("Idempotency-Key")
	if key != "" && len(key) <= maxTurnName {
		name = "api-" + key
	}
	turn, err := s.turnOf(profile, body, name)
	if err != nil {
		return message{}, err
	}
	if e, ok := s.programNamed(r.Context(), key, turn.Input); ok {
		turn.TurnID = key
		return message{turn, &e}, nil
	}
	return message{StoryTurn: turn}, nil
}

// turnOf makes a turn of a message's body, or says what is wrong with it.
func (s *Server) turnOf(profile live.StoryProfile, body []byte, name string) (live.StoryTurn, error) {
	input, err := s.opts.Story.Parse(body)
	if err != nil {
		return live.StoryTurn{}, err
	}
	if profile.Paused {
		return live.StoryTurn{}, &live.Error{Code: live.CodeConflict, Op: "server.postMessage", Msg: "This story is paused. Resume it on its page, or through its director."}
	}
	var by struct {
		Username string `json:"username"`
	}
	_ = json.Unmarshal(input.Data, &by) // types without a username leave it empty
	return live.StoryTurn{
		StoryID: profile.ID, TurnID: name, Input: input, ViewerID: (&live.User{Nickname: by.Username}).Key(), Language: profile.Language,
	}, nil
}

// streamAnswer answers with server-sent events: each clip is sent the moment it is whole.
func (s *Server) streamAnswer(w http.ResponseWriter, r *http.Request, m message) error {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // a proxy that collects the answer would defeat it
	events := &eventStream{w: w, flush: http.NewResponseController(w).Flush}
	events.send("start", map[string]any{"turn_id": m.TurnID, "event": m.Input})
	events.send("thinking", struct{}{})
	answer, err := s.answer(r.Context(), m, func(d live.StoryDelta) {
		if d.Clip != nil {
			events.send("clip", d.Clip)
			return
		}
		events.send("delta", map[string]any{"text": d.Text})
	})
	switch {
	case err == nil:
		events.send("finish", answer)
	case errors.Is(err, context.Canceled) && r.Context().Err() != nil: // nobody reads on
	default:
		events.send("error", problemOf(err, s.report(r, err)))
		events.send("finish", map[string]any{"turn_id": m.TurnID})
	}
	return nil
}

// eventStream writes server-sent events. After a failed write it writes no more: the client is gone.
type eventStream struct {
	w     io.Writer
	flush func() error
	err   error
}

func (e *eventStream) send(event string, data any) {
	if e.err != nil {
		return
	}
	b, err := json.Marshal(data)
	if err == nil {
		_, err = fmt.Fprintf(e.w, "event: %s\ndata: %s\n\n", event, b)
	}
	if err == nil {
		err = e.flush()
	}
	e.err = err
}
