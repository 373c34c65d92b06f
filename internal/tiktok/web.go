package tiktok

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"showcaller/internal/live"
)

// requestTimeout bounds every request, its body included.
const requestTimeout = 10 * time.Second

// Limits of bodies. A page is half a megabyte, a gift list several.
const (
	maxPage     = 4 << 20
	maxJSON     = 4 << 20
	maxGiftList = 24 << 20
)

// get asks for a page of TikTok and returns its body, at most limit bytes long.
func (c *Client) get(ctx context.Context, op string, b browser, u *url.URL, limit int64) ([]byte, error) {
	resp, body, err := c.fetch(ctx, op, b.header(), u, limit)
	if err != nil {
		return nil, err
	}
	switch code := resp.StatusCode; {
	case code == http.StatusForbidden || code == http.StatusTooManyRequests:
		e := errBlocked(op, fmt.Sprintf("HTTP %d", code))
		if code == http.StatusTooManyRequests {
			e.RetryAt = retryAfter(resp.Header, time.Now())
		}
		return nil, e
	case code >= http.StatusInternalServerError:
		return nil, failed(live.ReasonNetwork, op, fmt.Errorf("HTTP %d", code), "TikTok has trouble at the moment (HTTP %d).", code)
	}
	return body, nil
}

// fetch sends a GET and reads the answer, whatever its status. It does not follow redirects.
func (c *Client) fetch(ctx context.Context, op string, h http.Header, u *url.URL, limit int64) (*http.Response, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, nil, errNetwork(op, err)
	}
	req.Header = h
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, nil, errNetwork(op, err)
	}
	defer resp.Body.Close() //nolint:errcheck // nothing was written
	body, err := io.ReadAll(io.LimitReader(resp.Body, limit+1))
	switch {
	case err != nil:
		return nil, nil, errNetwork(op, err)
	case int64(len(body)) > limit:
		return nil, nil, failed(live.ReasonProtocol, op, fmt.Errorf("body over %d bytes", limit), "TikTok's answer is too long to be true.")
	}
	return resp, body, nil
}

// getJSON asks TikTok and decodes the answer into v. An answer that is no JSON object is a captcha or nothing at all.
func (c *Client) getJSON(ctx context.Context, op string, b browser, u *url.URL, limit int64, v any) error {
	body, err := c.get(ctx, op, b, u, limit)
	if err != nil {
		return err
	}
	if body = bytes.TrimSpace(body); len(body) == 0 {
		return errBlocked(op, "an empty answer")
	}
	if err := json.Unmarshal(body, v); err != nil {
		e := errBlocked(op, "an answer that is no JSON")
		e.Err = fmt.Errorf("%w: %.60q", err, body)
		return e
	}
	return nil
}

// endpoint returns the address of a path below base with a query.
func endpoint(base *url.URL, path string, q url.Values) *url.URL {
	u := base.JoinPath(path)
	u.RawQuery = encode(q)
	return u
}
