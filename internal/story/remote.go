package story

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"showcaller/internal/live"
)

// RemoteConfig names another program's story API.
type RemoteConfig struct {
	URL   string // what stands before /api/stories
	Token string // "" sends none
	// Fallback answers where the other program fails, so that a gift is thanked for; nil lets the turn fail. It should be one
	// without a model: whoever waits has waited already.
	Fallback live.Story
	HTTP     *http.Client // nil: one with our time limits
	Log      *slog.Logger
}

// Remote is another program's story, spoken to by the contract of docs/story.md. It implements live.Story. What it says goes
// through the guards like everything else; what is remembered is its own affair.
type Remote struct {
	url      *url.URL
	token    string
	fallback live.Story
	http     *http.Client
	log      *slog.Logger
	inputs   *Inputs
	breaker  breaker
}

// NewRemote returns a client of another program's story. The error is CodeInvalid for an address that is none.
func NewRemote(c RemoteConfig) (*Remote, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, &live.Error{
			Code: live.CodeInvalid, Op: "story.NewRemote", Field: "url", Err: err,
			Msg: "The address of the story must begin with http:// or https://, for example http://localhost:3000.",
		}
	}
	return &Remote{
		url: u, token: c.Token, fallback: c.Fallback, http: cmp.Or(c.HTTP, newClient()), log: cmp.Or(c.Log, slog.Default()),
		inputs: NewInputs(BuiltinInputs()...),
	}, nil
}

// Parse reads the body of a message with the types of the contract. See [Inputs.Parse].
func (r *Remote) Parse(body []byte) (live.StoryInput, error) { return r.inputs.Parse(body) }

// Address returns where the story called id is sent what happens.
func (r *Remote) Address(id string) *url.URL {
	return r.url.JoinPath("api", "stories", url.PathEscape(id), "message")
}

// Close lets go of idle connections.
func (r *Remote) Close() { r.http.CloseIdleConnections() }

// Answer asks the other program. Its refusals (CodeInvalid, CodeNotFound, CodeConflict, CodeLimited with RetryAt) are returned as
// its; when it fails the fallback answers, and without one, or for a turn that insists, the error is CodeUpstream, or
// CodeUnavailable while it rests. An error of CodeUpstream has a cause with a method Why, which returns one of the Fallbacks.
func (r *Remote) Answer(ctx context.Context, t live.StoryTurn, progress func(live.StoryDelta)) (live.StoryAnswer, error) {
	kind, err := r.inputs.lookup(t.Input.Type, "type", true)
	if err != nil {
		return live.StoryAnswer{}, err
	}
	in, wire, err := kind.read(t.Input.Data, "data", true)
	if err != nil {
		return live.StoryAnswer{}, err
	}
	w := &exchange{remote: r, turn: t, out: newSpeech(NewGuard(nil, nil), in, "", progress), public: public(in, wire, t.Language)}
	err = w.guarded(ctx, in)
	if err == nil || len(w.out.clips) > 0 {
		return w.answer(), nil
	}
	if r.fallback == nil || t.Insist || live.CodeOf(err) != live.CodeUpstream && live.CodeOf(err) != live.CodeUnavailable || ctx.Err() != nil {
		return live.StoryAnswer{}, err
	}
	if live.CodeOf(err) == live.CodeUpstream { // why it rests was said when it failed
		r.log.Warn("story: the other program failed", "story", t.StoryID, "err", err)
	}
	a, fallbackErr := r.fallback.Answer(ctx, t, progress)
	if fallbackErr != nil {
		return live.StoryAnswer{}, err
	}
	a.Fallback = FallbackRemote
	return a, nil
}

// exchange is one turn with another program.
type exchange struct {
	remote *Remote
	turn   live.StoryTurn
	public live.StoryInput
	out    *speech
	got    live.StoryAnswer // what it said of itself
	start  time.Time
}

// guarded asks within the time limits and tells the breaker how it went.
func (w *exchange) guarded(ctx context.Context, in Input) error {
	w.start = time.Now()
	leave, until := w.remote.breaker.enter()
	if w.turn.Insist && leave == nil {
		leave = w.remote.breaker.insist()
	}
	if leave == nil {
		return &live.Error{
			Code: live.CodeUnavailable, Op: "story.Remote", RetryAt: until,
			Msg: "The other program's story failed several times in a row and is left alone for a while.",
		}
	}
	limited, spoken, cancel := limits(ctx, in)
	defer cancel()
	err := because(limited, w.ask(limited, spoken))
	if reason := reasonOf(err); reason != "" {
		err = &live.Error{Code: live.CodeUpstream, Op: "story.Remote", Msg: w.remote.complaint(reason), Err: err}
	}
	switch {
	case err == nil:
		leave(fine)
	case live.CodeOf(err) == live.CodeUpstream && ctx.Err() == nil:
		leave(failed)
	default:
		leave(unknown)
	}
	return err
}

// ask sends the turn and says the clips as they come. Its error is a *modelError or a refusal.
func (w *exchange) ask(ctx context.Context, spoken func()) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	watch := newWatchdog(cancel)
	defer watch.stop()

	resp, err := w.post(ctx)
	if err != nil {
		return because(ctx, fail(FallbackUnreachable, "%w", err))
	}
	defer resp.Body.Close() //nolint:errcheck // read as far as it matters
	if resp.StatusCode != http.StatusOK {
		return refusalOf(resp)
	}
	say := func(c live.Clip) {
		if w.out.say(c) {
			spoken()
		}
	}
	switch kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type")); kind {
	case "application/json":
		err = w.readJSON(resp.Body, say)
	case "text/event-stream":
		err = w.readEvents(resp.Body, watch, say)
	default:
		err = fail(FallbackInvalid, "an answer of type %.80q", kind)
	}
	if err = because(ctx, err); err == nil && len(w.out.clips) == 0 {
		err = fail(FallbackEmpty, "no clip that could be said")
	}
	return err
}

// complaint says what is wrong with the other program, and what to look at.
func (r *Remote) complaint(reason string) string {
	what, ok := map[string]string{
		FallbackUnreachable: "cannot be reached. Is it running, and is SHOWCALLER_STORY_URL right?",
		FallbackSlow:        "took too long to begin its answer.",
		FallbackStalled:     "fell silent in the middle of its answer.",
		FallbackLate:        "took too long over its answer.",
		FallbackKey:         "does not let us in. Is SHOWCALLER_STORY_TOKEN right?",
		FallbackServer:      "failed with an error of its own. Its log should say why.",
		FallbackCut:         "broke its answer off.",
		FallbackEmpty:       "answered without anything that could be said.",
	}[reason]
	if !ok {
		what = "did not answer as the story API asks."
	}
	return "The story at " + r.url.Host + " " + what
}

func (w *exchange) post(ctx context.Context) (*http.Response, error) {
	body, err := json.Marshal(w.public)
	if err != nil {
		return nil, err
	}
	at := w.remote.Address(w.turn.StoryID)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at.String(), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "text/event-stream, application/json")
	if w.turn.TurnID != "" {
		req.Header.Set("Idempotency-Key", w.turn.TurnID)
	}
	if w.remote.token != "" {
		req.Header.Set("Authorization", "Bearer "+w.remote.token)
	}
	return w.remote.http.Do(req)
}

// refusalOf turns a status into an error: what the other program refuses is refused, everything else is its failure.
func refusalOf(resp *http.Response) error {
	body, _ := io.ReadAll(io.LimitReader(resp.Body, maxErrorBody))
	code, ok := map[int]live.Code{
		http.StatusBadRequest: live.CodeInvalid, http.StatusUnprocessableEntity: live.CodeInvalid, http.StatusNotFound: live.CodeNotFound,
		http.StatusConflict: live.CodeConflict, http.StatusTooManyRequests: live.CodeLimited,
	}[resp.StatusCode]
	switch {
	case ok:
	case resp.StatusCode == http.StatusUnauthorized, resp.StatusCode == http.StatusForbidden:
		return fail(FallbackKey, "%s: %.300s", resp.Status, body)
	default:
		return fail(FallbackServer, "%s: %.300s", resp.Status, body)
	}
	e := &live.Error{
		Code: code, Op: "story.Remote", Err: fmt.Errorf("%s: %.300s", resp.Status, body),
		Msg: "The other program's story refused the message: " + resp.Status + ".",
	}
	if code == live.CodeLimited {
		e.RetryAt = retryAt(resp.Header.Get("Retry-After"), time.Now())
	}
	return e
}

// retryAt reads Retry-After in either of its forms; what cannot be read is a second.
func retryAt(header string, now time.Time) time.Time {
	if n, err := strconv.Atoi(header); err == nil && n >= 0 {
		return now.Add(time.Duration(min(n, 86400)) * time.Second)
	}
	if at, err := http.ParseTime(header); err == nil {
		return at
	}
	return now.Add(time.Second)
}

func (w *exchange) readJSON(body io.Reader, say func(live.Clip)) error {
	data, err := io.ReadAll(io.LimitReader(body, maxLine))
	if err != nil {
		return fail(FallbackCut, "%w", err)
	}
	if err := json.Unmarshal(data, &w.got); err != nil {
		return fail(FallbackInvalid, "%w", err)
	}
	for _, c := range w.got.Clips {
		say(c)
	}
	return nil
}

// readEvents reads start, thinking, delta, clip and finish. Only whole clips are said: a delta has not been through the guards.
func (w *exchange) readEvents(body io.Reader, watch *watchdog, say func(live.Clip)) error {
	events := newSSEReader(body)
	for clips := 0; ; {
		event, data, err := events.next()
		switch {
		case errors.Is(err, io.EOF):
			return fail(FallbackCut, "the stream ended without finish")
		case err != nil:
			return fail(FallbackCut, "%w", err)
		}
		watch.alive()
		switch event {
		case "clip":
			var c live.Clip
			if err := json.Unmarshal([]byte(data), &c); err != nil {
				return fail(FallbackInvalid, "%w", err)
			}
			clips++
			say(c)
		case "error":
			return fail(FallbackServer, "%.300s", data)
		case "finish":
			// The whole answer may stand here too; what it says of clips counts if none came before.
			if json.Unmarshal([]byte(data), &w.got) == nil && clips == 0 {
				for _, c := range w.got.Clips {
					say(c)
				}
			}
			return nil
		}
	}
}

// answer is what the other program said, as far as the guards let it through. Who spoke, and why, it tells in the contract's own
// words or not at all: they are shown to people and kept in the log.
func (w *exchange) answer() live.StoryAnswer {
	a := live.StoryAnswer{
		TurnID: cmp.Or(w.turn.TurnID, w.got.TurnID), Event: w.public, Clips: w.out.clips, Responder: ResponderModel,
		TookMS: time.Since(w.start).Milliseconds(), Guarded: w.out.guard.Notes(), Also: w.turn.Also,
	}
	if w.got.Responder == ResponderTemplate {
		a.Responder = ResponderTemplate
	}
	if slices.Contains(Fallbacks, w.got.Fallback) {
		a.Fallback = w.got.Fallback
	}
	return a
}

// public puts the director's own inputs into the words of the contract, which another program knows.
func public(in Input, wire live.StoryInput, language string) live.StoryInput {
	var data any
	switch in := in.(type) {
	case *giftInput:
		data = named(in.StoryGift, language)
	case *groupInput:
		wire.Type, data = live.InputGift, in.merged(language)
	case *noticeInput, *idleInput:
		wire.Type, data = live.InputText, live.StoryText{Text: in.Context()}
	default:
		return wire
	}
	wire.Data, _ = json.Marshal(data) // strings and finite numbers
	return wire
}

// named is a gift with the names the contract asks for, where TikTok gave none.
func named(g live.StoryGift, language string) live.StoryGift {
	words := bookOf(language).Unnamed
	g.Username, g.GiftName = cmp.Or(g.Username, words["viewer"]), cmp.Or(g.GiftName, words["gift"])
	return g
}

// merged is a group as one gift of everybody: "Mai, Ken" gave "Rose, 3 × Lion".
func (i *groupInput) merged(language string) live.StoryGift {
	var gifts []string
	g := live.StoryGift{Username: cut(i.Speaker(), maxName)}
	value := 0.0
	for _, one := range i.Gifts {
		gifts = append(gifts, things(named(one, language)))
		g.GiftCount += one.GiftCount
		if one.GiftValue != nil {
			value += *one.GiftValue
			g.GiftValue = &value
		}
	}
	g.GiftName = cut(strings.Join(gifts, ", "), maxName)
	g.GiftCount = min(g.GiftCount, maxCount)
	return named(g, language)
}
