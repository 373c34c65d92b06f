package storytest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Request is what a model server was asked.
type Request struct {
	Model          string    `json:"model"`
	Messages       []Message `json:"messages"`
	Stream         bool      `json:"stream"`
	MaxTokens      int       `json:"max_tokens"`
	ResponseFormat struct {
		Type string `json:"type"` // "json_schema", "json_object" or ""
	} `json:"response_format"`
	Authorization string `json:"-"`
}

// Message is one message of a Request.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Behaviour plays one answer.
type Behaviour func(w http.ResponseWriter, r *http.Request, req Request)

// Model plays an OpenAI-compatible chat completions server. The first request gets the first behaviour, the last behaviour
// answers all that come after it. It is an http.Handler; NewModel serves it.
type Model struct {
	URL string // what a story calls the base URL

	mu       sync.Mutex
	plays    []Behaviour
	requests []Request
}

// NewModel serves behaviours on a loopback port until the test ends.
func NewModel(t testing.TB, plays ...Behaviour) *Model {
	t.Helper()
	m := &Model{plays: plays}
	s := httptest.NewServer(m)
	t.Cleanup(s.Close)
	m.URL = s.URL + "/v1"
	return m
}

// NewPiped serves behaviours without a socket, for tests with made-up time (testing/synctest). The client is the only way in.
// Both end with the test.
func NewPiped(t testing.TB, plays ...Behaviour) (*Model, *http.Client) {
	t.Helper()
	m := &Model{plays: plays, URL: "http://model.invalid/v1"}
	return m, Piped(t, m)
}

// Piped returns a client that speaks HTTP to a handler over pipes in memory.
func Piped(t testing.TB, h http.Handler) *http.Client {
	t.Helper()
	l := &pipeListener{conns: make(chan net.Conn), done: make(chan struct{})}
	s := &http.Server{Handler: h} //nolint:gosec // no network: the only client is the test's
	go s.Serve(l)                 //nolint:errcheck // ends with Close
	transport := &http.Transport{DialContext: l.dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		_ = s.Close()
	})
	return &http.Client{Transport: transport}
}

// Play replaces what is to come.
func (m *Model) Play(plays ...Behaviour) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.plays = plays
}

// Requests returns what was asked so far.
func (m *Model) Requests() []Request {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]Request(nil), m.requests...)
}

// ServeHTTP implements http.Handler.
func (m *Model) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var req Request
	if err := json.NewDecoder(r.Body).Decode(&req); err != nil || r.Method != http.MethodPost || r.URL.Path != "/v1/chat/completions" {
		http.Error(w, `{"error":{"message":"not a chat completion"}}`, http.StatusNotFound)
		return
	}
	_, _ = io.Copy(io.Discard, r.Body) // to the end, so that the server notices when the client goes away
	req.Authorization = r.Header.Get("Authorization")
	m.next(req)(w, r, req)
}

func (m *Model) next(req Request) Behaviour {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.requests = append(m.requests, req)
	play := m.plays[0]
	if len(m.plays) > 1 {
		m.plays = m.plays[1:]
	}
	return play
}

// Clips is the answer of these speeches, as a model should write it.
func Clips(speeches ...string) string {
	type clip struct {
		Face   string `json:"face"`
		FaceID string `json:"face_id"`
		Body   string `json:"body"`
		BodyID string `json:"body_id"`
		Speech string `json:"speech"`
	}
	var v struct {
		Clips []clip `json:"clips"`
	}
	for _, s := range speeches {
		v.Clips = append(v.Clips, clip{"a big smile", "happy", "waves with both hands", "wave", s})
	}
	data, _ := json.Marshal(v) // strings always marshal
	return string(data)
}

// Says streams a text in small pieces, and what it cost.
func Says(text string) Behaviour { return Slowly(0, text) }

// Slowly streams a text with a pause before each piece.
func Slowly(pause time.Duration, text string) Behaviour {
	return func(w http.ResponseWriter, r *http.Request, _ Request) {
		for _, piece := range pieces(text) {
			if !wait(r.Context(), pause) {
				return
			}
			Delta(w, piece)
		}
		fmt.Fprintf(w, "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":100,\"completion_tokens\":%d}}\n\ndata: [DONE]\n\n", len(text)/4)
	}
}

// pieces cuts a text as a model's tokens would, without regard to what the letters mean.
func pieces(text string) []string {
	var out []string
	runes := []rune(text)
	for len(runes) > 0 {
		n := min(4, len(runes))
		out = append(out, string(runes[:n]))
		runes = runes[n:]
	}
	return out
}

// wait reports whether the client is still there after d.
func wait(ctx context.Context, d time.Duration) bool {
	if d == 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// Delta streams one piece of text at once.
func Delta(w http.ResponseWriter, piece string) { chunk(w, map[string]string{"content": piece}) }

func chunk(w http.ResponseWriter, delta map[string]string) {
	w.Header().Set("Content-Type", "text/event-stream")
	data, _ := json.Marshal(map[string]any{"choices": []any{map[string]any{"index": 0, "delta": delta}}}) // strings always marshal
	fmt.Fprintf(w, "data: %s\n\n", data)
	_ = http.NewResponseController(w).Flush()
}

// Late waits before it answers.
func Late(d time.Duration, then Behaviour) Behaviour {
	return func(w http.ResponseWriter, r *http.Request, req Request) {
		if wait(r.Context(), d) {
			then(w, r, req)
		}
	}
}

// Never answers nothing until the client goes away.
func Never(_ http.ResponseWriter, r *http.Request, _ Request) { <-r.Context().Done() }

// Cut streams a text and breaks the connection.
func Cut(text string) Behaviour {
	return func(w http.ResponseWriter, _ *http.Request, _ Request) {
		for _, piece := range pieces(text) {
			Delta(w, piece)
		}
		panic(http.ErrAbortHandler)
	}
}

// Stalls streams a text and then nothing more, without an end.
func Stalls(text string) Behaviour {
	return func(w http.ResponseWriter, r *http.Request, _ Request) {
		Delta(w, text)
		<-r.Context().Done()
	}
}

// Blanks streams a text and then whitespace for ever: what models held to a JSON grammar do when they lose their way.
func Blanks(text string, every time.Duration) Behaviour {
	return func(w http.ResponseWriter, r *http.Request, _ Request) {
		Delta(w, text)
		for wait(r.Context(), every) {
			Delta(w, " \n\t")
		}
	}
}

// Fenced answers as chat models like to: with words around, and in a fence of Markdown.
func Fenced(text string) Behaviour {
	return Says("Sure! Here is the \"JSON\" you asked for:\n```json\n" + text + "\n```\nHope that helps!")
}

// Empty ends a stream without a word.
func Empty(w http.ResponseWriter, _ *http.Request, _ Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = io.WriteString(w, "data: [DONE]\n\n")
}

// Refuses uses the field made for refusals.
func Refuses(w http.ResponseWriter, _ *http.Request, _ Request) {
	chunk(w, map[string]string{"refusal": "I can't help with that."})
	_, _ = io.WriteString(w, "data: [DONE]\n\n")
}

// Whole answers without streaming, although a stream was asked for.
func Whole(text string) Behaviour {
	return func(w http.ResponseWriter, _ *http.Request, _ Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{
			"choices": []any{map[string]any{"message": map[string]string{"role": "assistant", "content": text}}},
			"usage":   map[string]int{"prompt_tokens": 100, "completion_tokens": 20},
		})
	}
}

// Status answers with an error.
func Status(code int, message string) Behaviour {
	return func(w http.ResponseWriter, _ *http.Request, _ Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		_ = json.NewEncoder(w).Encode(map[string]any{"error": map[string]any{"message": message, "type": "invalid_request_error"}})
	}
}

// Knows answers 400 to every response_format but these: a server that is older than the stricter ones.
func Knows(formats []string, then Behaviour) Behaviour {
	return func(w http.ResponseWriter, r *http.Request, req Request) {
		for _, f := range formats {
			if f == req.ResponseFormat.Type {
				then(w, r, req)
				return
			}
		}
		Status(http.StatusBadRequest, "response_format '"+strings.TrimSpace(req.ResponseFormat.Type)+"' is not supported")(w, r, req)
	}
}

// pipeListener is a listener whose connections are pipes.
type pipeListener struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *pipeListener) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case l.conns <- server:
		return client, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements net.Listener.
func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (l *pipeListener) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr implements net.Listener.
func (l *pipeListener) Addr() net.Addr { return pipeAddr{} }

type pipeAddr struct{}

// Network implements net.Addr.
func (pipeAddr) Network() string { return "pipe" }

// String implements net.Addr.
func (pipeAddr) String() string { return "model.invalid:80" }
