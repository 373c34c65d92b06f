// Package speech has text spoken by an OpenAI-compatible server, and reads of the sound how wide a mouth is to open.
package speech

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"showcaller/internal/live"
)

const (
	connectLimit = 3 * time.Second
	speakLimit   = 12 * time.Second
	answerLimit  = 12 << 20 // bytes: a minute of 48 kHz in 16 bits and stereo
	textLimit    = 600      // runes; a clip has 120
	restFirst    = 10 * time.Second
	restMost     = 5 * time.Minute
)

// Config names a speech server.
type Config struct {
	URL   string // up to and with the version, https://…/v1
	Key   string // "" sends none
	Model string // the server's name for it
	Voice string
	HTTP  *http.Client // nil: one with our time limits
}

// Client implements live.Voice. A server that fails is left alone for a while, longer each time: a host without a voice must not
// also be a host who waits.
type Client struct {
	url, key, model, voice string
	http                   *http.Client

	mu      sync.Mutex
	failed  int
	resting time.Time
}

var _ live.Voice = (*Client)(nil)

// New returns a client. The error is CodeInvalid for an address that is none. Nothing is sent yet.
func New(c Config) (*Client, error) {
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, &live.Error{
			Code: live.CodeInvalid, Op: "speech.New", Field: "url", Err: err,
			Msg: "The address of the speech server must begin with http:// or https://, for example http://localhost:8880/v1.",
		}
	}
	switch path := strings.TrimRight(u.Path, "/"); {
	case strings.HasSuffix(path, "/audio/speech"):
	case path == "":
		u = u.JoinPath("v1/audio/speech")
	default:
		u = u.JoinPath("audio/speech")
	}
	return &Client{
		url: u.String(), key: c.Key, model: cmp.Or(c.Model, "tts-1"), voice: cmp.Or(c.Voice, "alloy"), http: cmp.Or(c.HTTP, newHTTP()),
	}, nil
}

func newHTTP() *http.Client {
	t := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // net/http's own
	t.DialContext = (&net.Dialer{Timeout: connectLimit, KeepAlive: 30 * time.Second}).DialContext
	t.TLSHandshakeTimeout = connectLimit
	return &http.Client{Transport: t}
}

// Speak implements live.Voice.
func (c *Client) Speak(ctx context.Context, text string) (live.Speech, error) {
	text = strings.TrimSpace(text)
	if n := len([]rune(text)); n == 0 || n > textLimit {
		return live.Speech{}, live.Errorf(live.CodeInvalid, "A text to speak has 1 to %d characters, not %d.", textLimit, n)
	}
	if until := c.restingUntil(); !until.IsZero() {
		return live.Speech{}, &live.Error{
			Code: live.CodeUnavailable, Op: "speech.Speak", Msg: "The speech server failed and is left alone until " + until.Format(time.TimeOnly) + ".", RetryAt: until,
		}
	}
	asking, cancel := context.WithTimeout(ctx, speakLimit)
	defer cancel()
	speech, err := c.ask(asking, text)
	if ctx.Err() == nil { // a caller who gave up says nothing about the server
		c.settle(err)
	}
	return speech, err
}

func (c *Client) restingUntil() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if time.Now().Before(c.resting) {
		return c.resting
	}
	return time.Time{}
}

// settle notes how the server did.
func (c *Client) settle(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		c.failed = 0
		return
	}
	if c.failed++; c.failed >= 3 {
		c.resting = time.Now().Add(min(restFirst<<min(c.failed-3, 10), restMost))
	}
}

func (c *Client) ask(ctx context.Context, text string) (live.Speech, error) {
	body, err := json.Marshal(map[string]string{"model": c.model, "voice": c.voice, "input": text, "response_format": "wav"})
	if err != nil {
		return live.Speech{}, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.url, bytes.NewReader(body))
	if err != nil {
		return live.Speech{}, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "audio/wav")
	if c.key != "" {
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return live.Speech{}, refused("does not answer", err)
	}
	defer res.Body.Close() //nolint:errcheck // it was only read
	data, err := io.ReadAll(io.LimitReader(res.Body, answerLimit+1))
	switch {
	case err != nil:
		return live.Speech{}, refused("broke off", err)
	case res.StatusCode != http.StatusOK:
		return live.Speech{}, refused("refused", fmt.Errorf("%s: %.200q", res.Status, data))
	case len(data) > answerLimit:
		return live.Speech{}, refused("sent too much", errors.New("more than 12 MB"))
	}
	sound, err := ReadWAV(data)
	if err != nil {
		return live.Speech{}, refused("sent no WAV we can read", err)
	}
	return live.Speech{WAV: sound.WAV(), Length: sound.Length(), Envelope: sound.Envelope()}, nil
}

func refused(what string, err error) error {
	return &live.Error{Code: live.CodeUpstream, Op: "speech.Speak", Msg: "The speech server " + what + ".", Err: err}
}
