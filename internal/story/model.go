package story

import (
	"cmp"
	"context"
	"errors"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"

	"showcaller/internal/live"
)

const (
	turnLimit = 25 * time.Second
	// giftLimit is how long a gift waits for the first clip. The director gathers a viewer's gifts for 5 s before, and 10 s
	// after the gift at the latest it is thanked for.
	giftLimit = 4 * time.Second
)

// ModelConfig names a chat completions server.
type ModelConfig struct {
	BaseURL string       // up to and with the version, https://…/v1
	Key     string       // "" sends none
	Model   string       // the server's name for it
	HTTP    *http.Client // nil: one with our time limits
}

// Model answers through an OpenAI-compatible server. It may be shared by many stories; what it learned of the server (how strict
// a format it takes, whether it is worth asking) is in it.
type Model struct {
	url, key, name string
	http           *http.Client
	format         atomic.Int32
	breaker        breaker
	last           atomic.Pointer[string]
}

// NewModel returns a model. The error is CodeInvalid for an address that is none. Nothing is sent yet.
func NewModel(c ModelConfig) (*Model, error) {
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, &live.Error{
			Code: live.CodeInvalid, Op: "story.NewModel", Field: "base_url", Err: err,
			Msg: "The address of the model server must begin with http:// or https://, for example http://localhost:11434/v1.",
		}
	}
	if c.Model == "" {
		return nil, &live.Error{Code: live.CodeInvalid, Op: "story.NewModel", Field: "model", Msg: "The model needs the name the server knows it by."}
	}
	m := &Model{url: u.JoinPath("chat/completions").String(), key: c.Key, name: c.Model, http: cmp.Or(c.HTTP, newClient())}
	m.format.Store(int32(formatSchema))
	return m, nil
}

// newClient returns a client that gives up connecting in time. How long an answer may take is for its user to say.
func newClient() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // net/http's own
	t.DialContext = (&net.Dialer{Timeout: connectLimit, KeepAlive: 30 * time.Second}).DialContext
	t.TLSHandshakeTimeout = connectLimit
	return &http.Client{Transport: t}
}

// ModelStatus is how a model is doing, for people.
type ModelStatus struct {
	Name      string
	Format    string    // "json_schema", "json_object" or "prompt"
	Failures  int       // in a row
	Resting   time.Time // until when it is not asked; zero if it is
	LastError string    // one of the Fallback constants; "" if the last turn went well
}

// Status returns how the model is doing.
func (m *Model) Status() ModelStatus {
	s := ModelStatus{Name: m.name, Format: format(m.format.Load()).String()}
	s.Failures, s.Resting = m.breaker.state()
	if last := m.last.Load(); last != nil {
		s.LastError = *last
	}
	return s
}

// respond asks the model and says each clip the moment it is whole. Its error is a *modelError, or ctx's if the caller gave up;
// clips that were said before it stay said.
func (m *Model) respond(ctx context.Context, w *turn, say func(live.Clip) bool) (usage, error) {
	p := newPrompt(w, nonce())
	most := answerTokens
	if budget := w.story.Budget.TurnTokens; budget > 0 {
		most = min(most, budget-estimate(p.system)-estimate(p.user))
	}
	if most < leastTokens {
		return usage{}, fail(FallbackBudget, "the turn's budget leaves %d tokens for the answer", most)
	}
	leave, until := m.breaker.enter()
	if leave == nil {
		return usage{}, fail(FallbackResting, "until %s", until.Format(time.TimeOnly))
	}
	limited, spoken, cancel := limits(ctx, w.input)
	defer cancel()
	t := &talk{model: m, most: most, say: say, spoken: spoken}
	err := because(limited, t.run(limited, p))
	if ctx.Err() != nil {
		leave(unknown) // the caller gave up: that says nothing about the server
	} else {
		leave(m.settle(err))
	}
	return t.usage, err
}

// leastTokens is the shortest answer worth asking for.
const leastTokens = 100

// limits bounds a turn as a whole and, if something was given, the wait for its first clip, which ends with spoken.
func limits(ctx context.Context, in Input) (limited context.Context, spoken, cancel func()) {
	limited, stop := context.WithCancelCause(ctx)
	whole := time.AfterFunc(turnLimit, func() { stop(fail(FallbackLate, "the turn took %s", turnLimit)) })
	first := whole
	_, urgent := in.(Giver)
	if urgent {
		first = time.AfterFunc(giftLimit, func() { stop(fail(FallbackLate, "a gift cannot wait longer than %s", giftLimit)) })
	}
	spoken = func() {
		if urgent {
			first.Stop()
		}
	}
	return limited, spoken, func() {
		whole.Stop()
		first.Stop()
		stop(nil)
	}
}

// settle notes how a turn went and says what that means for the breaker.
func (m *Model) settle(err error) outcome {
	reason := reasonOf(err)
	m.last.Store(&reason)
	switch reason {
	case "", FallbackGuard, FallbackRefusal: // the server works; what it says is another matter
		return fine
	}
	return failed
}

// talk is one turn's conversation with the model.
type talk struct {
	model  *Model
	most   int // tokens of an answer
	say    func(live.Clip) bool
	spoken func()

	whole int // clips the model wrote
	heard int // clips the guards let through
	usage usage
}

const repairRequest = "That was not the JSON that was asked for. Write the same answer again.\n" + answerShape

// run asks, asks once more for a better form if nothing can be spoken, and at last speaks whatever text there is.
func (t *talk) run(ctx context.Context, p prompt) error {
	messages := []chatMessage{{"system", p.system}, {"user", p.user}}
	first, err := t.ask(ctx, messages)
	if done, err := t.done(first, err); done {
		return err
	}
	text := first.text.String()
	again := append(messages, chatMessage{"assistant", cut(text, 2000)}, chatMessage{"user", repairRequest}) //nolint:gocritic // messages is not used again
	second, err := t.ask(ctx, again)
	if done, err := t.done(second, err); done && reasonOf(err) != FallbackEmpty {
		return err
	}
	for _, c := range []*completion{second, first} {
		if speech := prose(c.text.String()); speech != "" && t.clip(live.Clip{Speech: speech}) {
			return nil
		}
	}
	return fail(FallbackInvalid, "%.300q", text)
}

// done reports whether there is nothing more to ask for, and how it ended.
func (t *talk) done(c *completion, err error) (bool, error) {
	switch {
	case err != nil:
		return true, err
	case t.heard > 0:
		return true, nil
	case t.whole > 0:
		return true, fail(FallbackGuard, "%d clips were not fit to be said", t.whole)
	case c.refusal || refusals.MatchString(strings.TrimSpace(c.text.String())):
		return true, fail(FallbackRefusal, "%.300q", c.text.String())
	}
	return false, nil
}

// refusals are how a model that does not want to begins, when it does not use the field made for that.
var refusals = regexp.MustCompile(`(?i)^["“]?(?:i[’']?m (?:really )?sorry,? (?:but )?(?:i|as)\b|(?:sorry, )?(?:but )?i (?:cannot|can[’']?t|am unable|won[’']?t)\b|as an ai (?:language )?model|` +
	`(?:很)?抱歉|对不起，我(?:不能|无法)|我(?:不能|无法)|申し訳|ごめんなさい、|xin lỗi,? (?:nhưng )?tôi (?:không|ko))`)

// ask makes a request: a second time with a looser format if the server refuses the strict one, and once more if it failed
// before the first token.
func (t *talk) ask(ctx context.Context, messages []chatMessage) (*completion, error) {
	f := format(t.model.format.Load())
	for retried := false; ; {
		c, err := t.once(ctx, messages, f)
		if err == nil || c.started {
			t.model.format.Store(int32(f))
			return c, err
		}
		switch {
		case ctx.Err() != nil:
			return c, err
		case reasonOf(err) == FallbackRejected && f > formatPrompt:
			f--
		case worthRetry(reasonOf(err)) && !retried:
			retried = true
		default:
			return c, err
		}
	}
}

func worthRetry(reason string) bool {
	switch reason {
	case FallbackUnreachable, FallbackServer, FallbackSlow, FallbackCut, FallbackEmpty:
		return true
	}
	return false
}

// once makes one request and says the clips as they come.
func (t *talk) once(ctx context.Context, messages []chatMessage, f format) (*completion, error) {
	req := chatRequest{Model: t.model.name, Messages: messages, Stream: true, MaxTokens: t.most, Temperature: 0.8}
	req.hold(f)
	var scan clipScanner
	c := &completion{}
	err := t.model.complete(ctx, req, c, func(piece string) error {
		for _, clip := range scan.write(piece) {
			t.whole++
			if t.clip(clip); t.heard == MaxClips {
				return errEnough
			}
		}
		return nil
	})
	t.count(c, messages)
	switch {
	case errors.Is(err, errEnough):
		return c, nil
	case err == nil && !c.refusal && strings.TrimSpace(c.text.String()) == "":
		return c, fail(FallbackEmpty, "no text")
	}
	return c, err
}

func (t *talk) clip(c live.Clip) bool {
	if !t.say(c) {
		return false
	}
	t.heard++
	t.spoken()
	return true
}

// count adds what a request cost; where the server does not say, what it should have.
func (t *talk) count(c *completion, messages []chatMessage) {
	if c.usage == (usage{}) && c.started {
		for _, m := range messages {
			c.usage.In += estimate(m.Content)
		}
		c.usage.Out = estimate(c.text.String())
	}
	t.usage.In += c.usage.In
	t.usage.Out += c.usage.Out
}

// Close lets go of idle connections.
func (m *Model) Close() { m.http.CloseIdleConnections() }
