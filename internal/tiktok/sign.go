package tiktok

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"showcaller/internal/live"
)

// signClient is how we introduce ourselves to sign servers.
const signClient = "showcaller"

// sign gets a socket from a sign server: any server that speaks the interface of Euler Stream (protocol section 4.2). With the
// address comes the first batch of messages.
func (c *Client) sign(ctx context.Context, b browser, room *Room) (*ticket, error) {
	if err := c.spend(ctx, waySign, c.signLimits()); err != nil {
		return nil, err
	}
	resp, body, err := c.askSign(ctx, b, room.RoomID)
	if err != nil {
		return nil, err
	}
	t, err := c.signedTicket(resp, body, b, room)
	if err != nil {
		return nil, err
	}
	if t.quota = quotaOf(resp.Header, time.Now()); t.quota == nil {
		t.quota = c.quota(ctx)
	}
	return t, nil
}

// askSign asks at the new address and, where there is none, at the old one.
func (c *Client) askSign(ctx context.Context, b browser, roomID string) (*http.Response, []byte, error) {
	q := url.Values{
		"client": {signClient}, "cursor": {""}, "user_agent": {b.userAgent}, "client_enter": {"true"}, "platform": {"web"},
	}
	resp, body, err := c.signGet(ctx, endpoint(c.signURL, "/webcast/rooms/"+roomID+"/connect", q))
	if err == nil && resp.StatusCode == http.StatusNotFound {
		q.Set("room_id", roomID)
		resp, body, err = c.signGet(ctx, endpoint(c.signURL, "/webcast/fetch", q))
	}
	return resp, body, err
}

// signGet sends a request to the sign server. Without a key it is anonymous, which most servers allow a little of.
func (c *Client) signGet(ctx context.Context, u *url.URL) (*http.Response, []byte, error) {
	h := http.Header{"Accept": {"application/protobuf,application/json"}, "User-Agent": {signClient}}
	if c.signKey != "" {
		h.Set("X-Api-Key", c.signKey)
	}
	resp, body, err := c.fetch(ctx, "sign", h, u, maxInflated)
	if err != nil && ctx.Err() == nil {
		return nil, nil, failed(live.ReasonSignDown, "sign", err, "The sign server %s cannot be reached.", u.Host)
	}
	return resp, body, err
}

// signedTicket makes a ticket of a sign server's answer.
func (c *Client) signedTicket(resp *http.Response, body []byte, b browser, room *Room) (*ticket, error) {
	if err := signError(resp, body, time.Now()); err != nil {
		return nil, err
	}
	res, err := parseFetchResult(body)
	if err != nil {
		return nil, errSignDown(resp, err, "sent something we cannot read")
	}
	if err := c.checkPushServer(res.pushServer); err != nil {
		return nil, errSignDown(resp, err, "has an outage and answers with a stand-in")
	}
	cookies := parseCookies(resp.Header.Get("X-Set-TT-Cookie"))
	if !strings.Contains(cookies, "ttwid=") {
		cause := fmt.Errorf("no ttwid in X-Set-TT-Cookie; handshake-msg %q", resp.Header.Get("Handshake-Msg"))
		return nil, errSignDown(resp, cause, "got no answer from TikTok")
	}
	if ua := resp.Header.Get("X-Set-TT-User-Agent"); ua != "" {
		b = browserOf(ua)
	}
	t := &ticket{way: waySign, cookies: cookies, browser: b, roomID: room.RoomID, batch: &res}
	if id := resp.Header.Get("X-Room-Id"); roomIDPattern.MatchString(id) {
		t.roomID = id
	}
	t.url, err = join(res.pushServer, signedQuery(b, t.roomID, &res))
	return t, err
}

// signedQuery is the query of a signed socket. What was signed wins over what we would say, every value is percent-encoded, and
// the player's second version_code comes last (protocol section 5.1).
func signedQuery(b browser, roomID string, res *fetchResult) string {
	q := b.socketParams(roomID)
	q.Set("ws_direct", "0")
	q.Set("cursor", res.cursor)
	q.Set("internal_ext", string(res.internalExt))
	for _, kv := range res.routeParams {
		if kv[1] != "" {
			q.Set(kv[0], kv[1])
		}
	}
	return encode(q) + "&version_code=270000"
}

// checkPushServer refuses sockets that are not TikTok's. In an outage of 2026-09 a sign server sent clients to a proxy of its own
// that refused all of them. A host the operator configured is as good as TikTok's.
func (c *Client) checkPushServer(address string) error {
	u, err := url.Parse(address)
	switch {
	case err != nil:
		return err
	case u.Host == c.ws.Host && u.Scheme == c.ws.Scheme:
		return nil
	case u.Scheme == "wss" && strings.HasSuffix(u.Hostname(), ".tiktok.com"):
		return nil
	}
	return fmt.Errorf("push server %q is not TikTok's", address)
}

// attributes are the parts of a Set-Cookie header that are no cookies.
var attributes = []string{"path", "domain", "expires", "max-age", "samesite", "secure", "httponly", "priority", "partitioned"}

// parseCookies makes a Cookie header of X-Set-TT-Cookie, which holds one or several Set-Cookie headers in one line. Cookies of
// somebody's account are left out.
func parseCookies(header string) string {
	var kept []string
	for part := range strings.FieldsFuncSeq(header, func(r rune) bool { return r == ';' || r == ',' }) {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		name = strings.TrimSpace(name)
		lower := strings.ToLower(name)
		if !ok || name == "" || slices.Contains(attributes, lower) || strings.HasPrefix(lower, "sessionid") || strings.HasPrefix(lower, "sid_") {
			continue
		}
		if cookie := (&http.Cookie{Name: name, Value: strings.TrimSpace(value)}); cookie.Valid() == nil { //nolint:gosec // one we send, not one we set
			kept = append(kept, cookie.Name+"="+cookie.Value)
		}
	}
	return strings.Join(kept, "; ")
}

// signError returns what a sign server's answer says is wrong, or nil.
func signError(resp *http.Response, body []byte, now time.Time) error {
	code, message := resp.StatusCode, ""
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) { // a batch begins with 0x0a
		var answer struct {
			Code    int    `json:"code"`
			Message string `json:"message"`
			Limit   string `json:"limit_label"`
		}
		if json.Unmarshal(body, &answer) == nil {
			message = strings.TrimSpace(answer.Message + " " + answer.Limit)
			if code == http.StatusOK { // a refusal that only its text calls one
				code = cmp.Or(answer.Code, http.StatusBadGateway)
			}
		}
	}
	host, cause := resp.Request.URL.Host, fmt.Errorf("HTTP %d: %s (request %s)", resp.StatusCode, message, resp.Header.Get("X-Request-Id"))
	switch code {
	case http.StatusOK:
		if len(body) == 0 {
			return errSignDown(resp, errors.New("an empty answer"), "got no answer from TikTok")
		}
		return nil
	case http.StatusTooManyRequests:
		at := retryAfter(resp.Header, now)
		return until(failed(live.ReasonSignLimit, "sign", cause, "The sign server %s allows no more connections until %s UTC.",
			host, at.UTC().Format("15:04")), at)
	case http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden:
		return failed(live.ReasonSignAuth, "sign", cause,
			"The sign server %s does not accept the key, or the key's plan does not include this (HTTP %d). Check SHOWCALLER_TIKTOK_SIGN_KEY.", host, code)
	}
	return errSignDown(resp, cause, fmt.Sprintf("has an outage (HTTP %d)", code))
}

// errSignDown is the error of a sign server that is of no use at the moment.
func errSignDown(resp *http.Response, cause error, what string) *live.Error {
	return failed(live.ReasonSignDown, "sign", cause, "The sign server %s %s. It is not your account; we try again.", resp.Request.URL.Host, what)
}

// quotaOf reads the quota out of an answer's headers; nil if they do not tell.
func quotaOf(h http.Header, now time.Time) *live.Quota {
	for _, prefix := range []string{"X-RateLimit-", "RateLimit-"} {
		limit, err1 := strconv.Atoi(h.Get(prefix + "Limit"))
		remaining, err2 := strconv.Atoi(h.Get(prefix + "Remaining"))
		if err1 == nil && err2 == nil {
			reset, _ := parseClock(h.Get(prefix+"Reset"), now)
			return &live.Quota{Limit: limit, Remaining: remaining, ResetAt: reset}
		}
	}
	return nil
}

// quota asks the sign server what is left, which costs nothing; nil if it does not say. Of its three spans it is the one that
// runs out first.
func (c *Client) quota(ctx context.Context) *live.Quota {
	resp, body, err := c.signGet(ctx, endpoint(c.signURL, "/accounts/me/rate_limits", nil))
	if err != nil || resp.StatusCode != http.StatusOK {
		return nil
	}
	return parseQuota(body)
}

func parseQuota(body []byte) (tightest *live.Quota) {
	type span struct {
		Max       int       `json:"max"`
		Remaining int       `json:"remaining"`
		ResetAt   time.Time `json:"reset_at"`
	}
	var answer struct{ Day, Hour, Minute *span }
	if json.Unmarshal(body, &answer) != nil {
		return nil
	}
	for _, s := range []*span{answer.Day, answer.Hour, answer.Minute} {
		if s != nil && s.Max > 0 && (tightest == nil || s.Remaining < tightest.Remaining) {
			tightest = &live.Quota{Limit: s.Max, Remaining: s.Remaining, ResetAt: s.ResetAt}
		}
	}
	return tightest
}

// signLookup asks the sign server about a host, if there is a key: the last resort when TikTok answers neither way.
func (c *Client) signLookup(ctx context.Context, b browser, name string) (Room, bool) {
	if c.signKey == "" {
		return Room{}, false
	}
	resp, body, err := c.signGet(ctx, endpoint(c.signURL, "/webcast/anchors/"+name+"/room_id", nil))
	if err != nil || resp.StatusCode != http.StatusOK {
		return Room{}, false
	}
	var answer struct {
		Live   bool   `json:"is_live"`
		RoomID text   `json:"room_id"`
		Status Status `json:"room_status"`
	}
	if json.Unmarshal(body, &answer) != nil || !roomIDPattern.MatchString(string(answer.RoomID)) {
		return Room{}, false
	}
	room := Room{Status: StatusOver, RoomInfo: live.RoomInfo{
		UniqueID: name, RoomID: string(answer.RoomID), Host: live.User{UniqueID: name, Roles: roleNames[roleHost]},
	}}
	if alive, err := c.checkAlive(ctx, b, room.RoomID); err == nil && alive[room.RoomID] || err != nil && answer.Live {
		room.Status = StatusLive
	}
	return room, true
}
