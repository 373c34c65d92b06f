package tiktoktest

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// admission is what the checks of a handshake found out.
type admission struct {
	room    *Room
	live    int64
	refusal http.HandlerFunc // nil if the client may come in
}

// admit checks everything a handshake shows, and uses up its cookie.
func (s *Server) admit(r *http.Request) admission {
	s.checkBrowser(r)
	s.checkUpgrade(r)
	values, err := parseQuery(r.URL.RawQuery)
	if err != nil {
		s.blame(RuleQuery, "%v", err)
		return admission{refusal: Status(http.StatusBadRequest, "malformed query")}
	}
	a := admission{live: atoi(values.Get("room_id"))}
	if a.room = s.findLive(a.live); a.room == nil {
		s.blame(RuleQuery, "room_id %q is of no room", values.Get("room_id"))
		a.refusal = Handshake("", 0)
		return a
	}
	p := s.usePass(r)
	switch {
	case p == nil:
		a.refusal = HangUp() // without a ttwid TikTok does not even answer
	case p.userAgent != r.UserAgent():
		s.blame(RuleUserAgent, "the socket's %q is not the %q that got the ttwid", r.UserAgent(), p.userAgent)
		a.refusal = DeviceBlocked()
	default:
		s.checkQuery(values, r.UserAgent())
		s.checkWay(values, r.URL.RawQuery, p)
	}
	return a
}

// checkUpgrade holds the handshake's own headers against what TikTok's proxy can do.
func (s *Server) checkUpgrade(r *http.Request) {
	if p := r.Header.Get("Sec-WebSocket-Protocol"); p != "" {
		s.blame(RuleHandshake, "offers the subprotocol %q, which TikTok stopped echoing", p)
	}
	if x := r.Header.Get("Sec-WebSocket-Extensions"); x != "" {
		s.blame(RuleHandshake, "offers the extension %q on top of gzip", x)
	}
}

// usePass returns what the request's ttwid stands for and marks it as used, or returns nil if it is none of ours.
func (s *Server) usePass(r *http.Request) *pass {
	ttwid := ""
	for _, c := range r.Cookies() {
		if c.Name == "ttwid" {
			ttwid = c.Value
		} else {
			s.blame(RuleCookies, "%s beside ttwid on the socket", c.Name)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.passes[ttwid]
	if p == nil {
		s.blameLocked(RuleTTWID, "%q was not issued here", ttwid)
		return nil
	}
	if p.used {
		s.blameLocked(RuleTTWID, "used for a second attempt")
	}
	p.used = true
	return p
}

// parseQuery reads a query more strictly than net/url: what a browser would have encoded must be.
func parseQuery(raw string) (url.Values, error) {
	for _, c := range []byte(raw) {
		if !strings.ContainsRune("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~*!'%+&=", rune(c)) {
			return nil, fmt.Errorf("%q is not percent-encoded in %q", c, raw)
		}
	}
	return url.ParseQuery(raw)
}

// checkQuery holds the parameters every client sends against what they must be.
func (s *Server) checkQuery(q url.Values, userAgent string) {
	for key, want := range map[string]string{
		"version_code": "180800", "aid": "1988", "app_name": "tiktok_web", "device_platform": "web", "live_id": "12",
		"identity": "audience", "resp_content_type": "protobuf", "update_version_code": "2.0.0", "did_rule": "3",
		"sup_ws_ds_opt": "1", "client_enter": "1", "cookie_enabled": "true", "browser_online": "true",
	} {
		if got := q.Get(key); got != want {
			s.blame(RuleQuery, "%s is %q, want %q", key, got, want)
		}
	}
	if missing := absent(q, "app_language", "webcast_language", "browser_language", "browser_platform", "browser_name",
		"browser_version", "tz_name", "screen_width", "screen_height", "last_rtt", "heartbeat_duration", "history_comment_count",
		"ws_direct"); missing != "" {
		s.blame(RuleQuery, "%s is missing", missing)
	}
	// Some clients send all that follows "Mozilla/", others cut it after the platform: both are the browser's own words.
	if v := strings.TrimSuffix(q.Get("browser_version"), ")"); !strings.Contains(userAgent, v) {
		s.blame(RuleQuery, "browser_version %q is not from the User-Agent %q", v, userAgent)
	}
}

// checkWay checks what tells a direct socket from a signed one.
func (s *Server) checkWay(q url.Values, raw string, p *pass) {
	t := p.ticket
	if t == nil {
		if q.Get("ws_direct") != "1" {
			s.blame(RuleQuery, "ws_direct is %q on a socket without signature", q.Get("ws_direct"))
		}
		return
	}
	if age := time.Since(p.issued); age > ticketLife {
		s.blame(RuleTicket, "used %s after it was signed", age.Round(time.Second))
	}
	if got := q.Get("room_id"); got != itoa(t.room) {
		s.blame(RuleTicket, "signed for room %d, used for %s", t.room, got)
	}
	s.checkTicketValue(q, "cursor", t.cursor)
	s.checkTicketValue(q, "internal_ext", t.internalExt)
	for key, want := range t.params {
		s.checkTicketValue(q, key, want)
	}
	if !strings.HasSuffix(raw, "&version_code=270000") {
		s.blame(RuleQuery, "a signed URL ends with the player's second version_code")
	}
}

// checkTicketValue wants one signed value to arrive as it was given out, which is what percent-encoding is for.
func (s *Server) checkTicketValue(q url.Values, key, want string) {
	if got := q.Get(key); got != want {
		s.blame(RuleTicket, "%s is %q, signed was %q", key, got, want)
	}
}
