package tiktok

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"showcaller/internal/live"
)

// socketPath is where TikTok's socket lives, whatever the host.
const socketPath = "/webcast/im/ws_proxy/ws_reuse_supplement/"

// A ticket is all it takes to open one socket, once and soon: signed addresses are good for some 30 seconds.
type ticket struct {
	way     string // "direct" or "sign"
	url     string
	cookies string // for the Cookie header
	browser browser
	roomID  string
	batch   *fetchResult // what came with it; nil for direct
	quota   *live.Quota  // of the sign server; nil if it did not tell
}

// cookiePages are asked for a ttwid in turn: now and then a page comes without.
func cookiePages(name string) []string {
	return []string{"/", "/live", "/explore", "/@" + name + "/live"}
}

// direct gets a socket the way TikTok's own web player does, without anybody's help: what decides is the cookie ttwid, which
// every visitor is given (protocol section 4.1).
func (c *Client) direct(ctx context.Context, b browser, room *Room) (*ticket, error) {
	if err := c.spend(ctx, "direct "+room.UniqueID, directLimits); err != nil {
		return nil, err
	}
	ttwid, err := c.ttwid(ctx, b, room.UniqueID)
	if err != nil {
		return nil, err
	}
	q := b.socketParams(room.RoomID)
	q.Set("ws_direct", "1")
	return &ticket{
		way: wayDirect, url: endpoint(c.ws, socketPath, q).String(), cookies: "ttwid=" + ttwid, browser: b, roomID: room.RoomID,
	}, nil
}

// ttwid returns a fresh cookie for b.
func (c *Client) ttwid(ctx context.Context, b browser, name string) (string, error) {
	const op = "ttwid"
	var last *http.Response
	for _, page := range cookiePages(name) {
		resp, _, err := c.fetch(ctx, op, b.header(), c.web.JoinPath(page), maxPage)
		if err != nil {
			return "", err
		}
		for _, k := range resp.Cookies() {
			if k.Name == "ttwid" && k.Value != "" {
				return k.Value, nil
			}
		}
		last = resp
	}
	return "", errBlocked(op, fmt.Sprintf("HTTP %d and no cookie", last.StatusCode))
}

// join returns the address of a socket with a query; the address may have one already.
func join(base string, query string) (string, error) {
	u, err := url.Parse(base)
	if err != nil {
		return "", err
	}
	if u.RawQuery != "" {
		query = u.RawQuery + "&" + query
	}
	u.RawQuery = query
	return u.String(), nil
}
