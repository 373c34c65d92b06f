package story

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// This file is the wire of an OpenAI-compatible chat completions server, as far as a story needs it.

// Limits of one request.
const (
	connectLimit = 5 * time.Second
	firstLimit   = 8 * time.Second  // until the first token
	silenceLimit = 10 * time.Second // between two
	maxAnswer    = 16 << 10         // bytes of text
	maxErrorBody = 4 << 10
)

// format is how a model is held to the shape of an answer, the strictest last.
type format int32

const (
	formatPrompt format = iota // by words alone
	formatObject               // response_format json_object
	formatSchema               // response_format json_schema
)

// String returns what a status page shows.
func (f format) String() string { return [...]string{"prompt", "json_object", "json_schema"}[f] }

type chatMessage struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type chatRequest struct {
	Model          string         `json:"model"`
	Messages       []chatMessage  `json:"messages"`
	Stream         bool           `json:"stream"`
	StreamOptions  *streamOptions `json:"stream_options,omitempty"`
	MaxTokens      int            `json:"max_tokens,omitempty"`
	Temperature    float64        `json:"temperature"`
	ResponseFormat any            `json:"response_format,omitempty"`
}

type streamOptions struct {
	IncludeUsage bool `json:"include_usage"`
}

// usage is what a request cost, in tokens.
type usage struct {
	In  int `json:"prompt_tokens"`
	Out int `json:"completion_tokens"`
}

// chatChunk is a chunk of a stream, or, with Message, a whole answer of a server that does not stream.
type chatChunk struct {
	Choices []struct {
		Delta   chatDelta `json:"delta"`
		Message chatDelta `json:"message"`
	} `json:"choices"`
	Usage *usage          `json:"usage"`
	Error json.RawMessage `json:"error"`
}

type chatDelta struct {
	Content   string `json:"content"`
	Refusal   string `json:"refusal"`
	Reasoning string `json:"reasoning_content"` // thinking aloud: a sign of life, never spoken
}

// answerSchema holds a model to answerShape.
var answerSchema = json.RawMessage(`{"type":"json_schema","json_schema":{"name":"clips","strict":true,"schema":{
"type":"object","additionalProperties":false,"required":["clips"],"properties":{"clips":{"type":"array","items":{
"type":"object","additionalProperties":false,"required":["face","face_id","body","body_id","speech"],"properties":{
"face":{"type":"string"},"face_id":{"type":"string","enum":["neutral","happy","angry","sad","relaxed","surprised","shy","thinking"]},
"body":{"type":"string"},"body_id":{"type":"string","enum":["idle","wave","nod","bow","clap","cheer","think","point","heart"]},
"speech":{"type":"string"}}}}}}}}`)

// hold sets what a format asks for. The plainest request also leaves out what only some servers know.
func (r *chatRequest) hold(f format) {
	r.StreamOptions, r.ResponseFormat = nil, nil
	switch f {
	case formatSchema:
		r.StreamOptions, r.ResponseFormat = &streamOptions{IncludeUsage: true}, answerSchema
	case formatObject:
		r.StreamOptions, r.ResponseFormat = &streamOptions{IncludeUsage: true}, map[string]string{"type": "json_object"}
	}
}

// completion is one request and what came of it.
type completion struct {
	text    strings.Builder
	usage   usage // zero if the server did not say
	refusal bool
	started bool // a first token came: the request is not made again
}

// errEnough ends a stream that has said all that is wanted.
var errEnough = errors.New("enough")

// complete sends a request and calls token with every piece of text. Its error is a *modelError, or that of token or ctx.
func (m *Model) complete(ctx context.Context, req chatRequest, c *completion, token func(string) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := newWatchdog(cancel)
	defer watch.stop()

	resp, err := m.post(ctx, req)
	if err != nil {
		return because(ctx, fail(FallbackUnreachable, "%w", err))
	}
	defer resp.Body.Close() //nolint:errcheck // read as far as it matters
	if err := statusError(resp, m.key); err != nil {
		return err
	}
	if kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind == "application/json" {
		err = c.readWhole(resp.Body, watch, token)
	} else {
		err = c.readStream(resp.Body, watch, token)
	}
	return because(ctx, err)
}

func (m *Model) post(ctx context.Context, req chatRequest) (*http.Response, error) {
	body, err := json.Marshal(req)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, m.url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream, application/json")
	if m.key != "" {
		r.Header.Set("Authorization", "Bearer "+m.key)
	}
	return m.http.Do(r)
}

// because returns why ctx ended, if that is what made err.
func because(ctx context.Context, err error) error {
	if err == nil || errors.Is(err, errEnough) || ctx.Err() == nil {
		return err
	}
	return context.Cause(ctx)
}

// statusError reads the error of an answer that is none. Some servers repeat the key in it, which belongs in no log.
func statusError(resp *http.Response, key string) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	reason := FallbackServer
	switch code := resp.StatusCode; {
	case code == http.StatusTooManyRequests:
		reason = FallbackLimited
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		reason = FallbackKey
	case code < 500:
		reason = FallbackRejected
	}
	text := string(body)
	if key != "" {
		text = strings.ReplaceAll(text, key, "***")
	}
	return fail(reason, "%s: %.300s", resp.Status, text)
}

func (c *completion) readStream(body io.Reader, watch *watchdog, token func(string) error) error {
	events := newSSEReader(body)
	for {
		_, data, err := events.next()
		switch {
		case errors.Is(err, io.EOF), data == "[DONE]":
			return nil
		case err != nil:
			return fail(FallbackCut, "%w", err)
		}
		var chunk chatChunk
		if err := json.Unmarshal([]byte(data), &chunk); err != nil {
			return fail(FallbackCut, "%w", err)
		}
		if err := c.take(chunk, watch, token); err != nil {
			return err
		}
	}
}

func (c *completion) readWhole(body io.Reader, watch *watchdog, token func(string) error) error {
	data, err := io.ReadAll(io.LimitReader(body, maxLine))
	if err != nil {
		return fail(FallbackCut, "%w", err)
	}
	var chunk chatChunk
	if err := json.Unmarshal(data, &chunk); err != nil {
		return fail(FallbackServer, "%w", err)
	}
	return c.take(chunk, watch, token)
}

// take reads one chunk.
func (c *completion) take(chunk chatChunk, watch *watchdog, token func(string) error) error {
	if len(chunk.Error) > 0 && string(chunk.Error) != "null" {
		return fail(FallbackServer, "%.300s", chunk.Error)
	}
	if chunk.Usage != nil {
		c.usage = *chunk.Usage
	}
	for _, choice := range chunk.Choices {
		text := choice.Delta.Content + choice.Message.Content
		c.refusal = c.refusal || choice.Delta.Refusal+choice.Message.Refusal != ""
		// Blanks are no life: a model held to JSON that has lost its way writes them for ever.
		if strings.TrimSpace(text+choice.Delta.Reasoning) != "" {
			c.started = true
			watch.alive()
		}
		if text == "" {
			continue
		}
		c.text.WriteString(text)
		if err := token(text); err != nil {
			return err
		}
		if c.text.Len() > maxAnswer {
			return fail(FallbackInvalid, "more than %d bytes of answer", maxAnswer)
		}
	}
	return nil
}

// watchdog ends a request that shows no life in time.
type watchdog struct {
	timer *time.Timer
	seen  atomic.Bool
}

func newWatchdog(cancel context.CancelCauseFunc) *watchdog {
	w := &watchdog{}
	w.timer = time.AfterFunc(firstLimit, func() {
		if w.seen.Load() {
			cancel(fail(FallbackStalled, "silent for %s", silenceLimit))
		} else {
			cancel(fail(FallbackSlow, "no token in %s", firstLimit))
		}
	})
	return w
}

func (w *watchdog) alive() {
	w.seen.Store(true)
	w.timer.Reset(silenceLimit)
}

func (w *watchdog) stop() { w.timer.Stop() }
