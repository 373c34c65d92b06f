// Package tiktok listens to TikTok LIVE rooms: it finds a host's room, opens TikTok's socket to it, in one of two ways, and makes
// live.Events of what comes. TikTok's protocol is unofficial; what is odd here is odd there, and the comments say how we know.
// "Protocol section" in them means our protocol reference.
package tiktok

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"showcaller/internal/live"
)

// The ways to a socket, as Options.Connect and live.RoomInfo.Way name them.
const (
	wayAuto   = "auto" // direct and, where that fails, sign
	wayDirect = "direct"
	waySign   = "sign"
)

// Options configure a Client. The zero value is a client for TikTok itself.
type Options struct {
	Web     string // base URL of the web pages; https://www.tiktok.com
	Webcast string // base URL of the webcast API; https://webcast.tiktok.com
	WS      string // base URL of the socket; wss://webcast-ws.tiktok.com
	Sign    string // base URL of the sign server; https://api.eulerstream.com
	SignKey string // for the sign server; without one it allows 100 connections a day

	Connect  string        // "auto", "direct" or "sign"; "" is auto
	Attempts live.Attempts // remembers attempts across restarts; nil remembers them for this process
	Log      *slog.Logger  // nil logs nothing

	clocks clocks // for tests; zero values are the defaults
}

// clocks are the times that tests shorten.
type clocks struct {
	report  time.Duration // between two looks at a connection's health
	silence time.Duration // without a byte, or without an event, until we ask whether the LIVE goes on
	stable  time.Duration // of a connection, until its predecessors' failures are forgotten
	backoff time.Duration // the unit of the delays between attempts
}

// withDefaults fills in what is zero.
func (k clocks) withDefaults() clocks {
	set := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	set(&k.report, 5*time.Second)
	set(&k.silence, time.Minute) // heartbeats are answered every 10 s, and viewers are counted every 2 s
	set(&k.stable, time.Minute)
	set(&k.backoff, time.Second)
	return k
}

// A Client is a live.Source of TikTok rooms. It may be used by several goroutines, one for each room.
type Client struct {
	web, webcast, ws, signURL *url.URL

	signKey  string
	connect  string
	attempts live.Attempts
	log      *slog.Logger
	clocks   clocks
	http     *http.Client
	sockets  *http.Client // HTTP/1.1 only, and without a timeout of its own
	gifts    *catalogue

	spending sync.Mutex   // held while an attempt is allowed and recorded
	turn     atomic.Int32 // which browser we are
	works    atomic.Value // the way that worked last, a string; unset before the first
}

// New returns a Client. Its error is a *live.Error that names the variable at fault.
func New(o Options) (*Client, error) {
	c := &Client{
		signKey: o.SignKey, connect: o.Connect, attempts: o.Attempts, log: o.Log, clocks: o.clocks.withDefaults(), gifts: newCatalogue(),
	}
	for _, u := range []struct {
		to                      **url.URL
		variable, value, normal string
		schemes                 []string
	}{
		{&c.web, "SHOWCALLER_TIKTOK_WEB_URL", o.Web, "https://www.tiktok.com", httpSchemes},
		{&c.webcast, "SHOWCALLER_TIKTOK_WEBCAST_URL", o.Webcast, "https://webcast.tiktok.com", httpSchemes},
		{&c.ws, "SHOWCALLER_TIKTOK_WS_URL", o.WS, "wss://webcast-ws.tiktok.com", socketSchemes},
		{&c.signURL, "SHOWCALLER_TIKTOK_SIGN_URL", o.Sign, "https://api.eulerstream.com", httpSchemes},
	} {
		var err error
		if *u.to, err = parseBase(u.variable, u.value, u.normal, u.schemes); err != nil {
			return nil, err
		}
	}
	if c.connect == "" {
		c.connect = wayAuto
	}
	if !slices.Contains([]string{wayAuto, wayDirect, waySign}, c.connect) {
		return nil, live.Errorf(live.CodeInvalid, "SHOWCALLER_TIKTOK_CONNECT is %q; it must be auto, direct or sign.", c.connect)
	}
	if c.attempts == nil {
		c.attempts = &memoryAttempts{}
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	c.http, c.sockets = newHTTP(), newHTTP()
	return c, nil
}

var (
	httpSchemes   = []string{"https", "http"}
	socketSchemes = []string{"wss", "ws"}
)

// parseBase reads a base URL that was configured by a variable; "" means normal.
func parseBase(variable, value, normal string, schemes []string) (*url.URL, error) {
	if value == "" {
		value = normal
	}
	u, err := url.Parse(value)
	if err != nil || !slices.Contains(schemes, u.Scheme) || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, &live.Error{
			Code: live.CodeInvalid, Op: "tiktok.New", Field: variable, Err: err,
			Msg: fmt.Sprintf("%s is %q; it must be a URL like %s.", variable, value, normal),
		}
	}
	return u, nil
}

// newHTTP returns a client that follows no redirect, as a redirect is an answer here: to a captcha, or away from an account that
// does not exist. It speaks HTTP/1.1 as TikTok's socket knows nothing newer, keeps no cookies and shares nothing between rooms.
func newHTTP() *http.Client {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Client{
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, Protocols: protocols, MaxIdleConnsPerHost: 2, IdleConnTimeout: time.Minute,
			TLSHandshakeTimeout: requestTimeout, ResponseHeaderTimeout: requestTimeout,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// browser returns who we are at the moment.
func (c *Client) browser() browser { return browsers[int(uint32(c.turn.Load()))%len(browsers)] }

// ways returns the ways to try, in order: with auto the one that worked last, then the other.
func (c *Client) ways() []string {
	if c.connect != wayAuto {
		return []string{c.connect}
	}
	if c.works.Load() == waySign {
		return []string{waySign, wayDirect}
	}
	return []string{wayDirect, waySign}
}

// open opens a socket to the room by the first way that leads there.
func (c *Client) open(ctx context.Context, room *Room) (*socket, *ticket, error) {
	var errs []error
	for _, way := range c.ways() {
		s, t, err := c.openBy(ctx, way, room)
		if err == nil {
			c.works.Store(way)
			return s, t, nil
		}
		if ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		c.log.Info("no way to the socket", "way", way, "room", room.UniqueID, "err", err)
		errs = append(errs, err)
	}
	return nil, nil, worst(errs)
}

// openBy opens a socket by one way.
func (c *Client) openBy(ctx context.Context, way string, room *Room) (*socket, *ticket, error) {
	getTicket := c.direct
	if way == waySign {
		getTicket = c.sign
	}
	t, err := getTicket(ctx, c.browser(), room)
	if err != nil {
		return nil, nil, err
	}
	s, err := c.dial(ctx, t)
	if errors.Is(err, errDeviceBlocked) {
		c.turn.Add(1)
	}
	return s, t, err
}

// worst makes one error of what all ways said: the reason of the first, the words of all, and the earliest time at which one of
// them makes sense again.
func worst(errs []error) error {
	if len(errs) == 1 {
		return errs[0]
	}
	var words []string
	for _, err := range errs {
		words = append(words, live.MessageOf(err))
	}
	e := failed(live.ReasonOf(errs[0]), "open", errors.Join(errs...), "%s", strings.Join(words, " "))
	e.RetryAt = retryAt(slices.MinFunc(errs, func(a, b error) int { return retryAt(a).Compare(retryAt(b)) }))
	return e
}
