package tiktoktest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"

	"showcaller/internal/tiktok/webcast"
)

// Always is a count that never runs out.
const Always = -1

// script is a wrong answer waiting for its request.
type script struct {
	endpoint Endpoint
	room     *Room // nil for every room
	reply    http.HandlerFunc
	left     int
}

// Fail makes the next times requests to an endpoint get reply in place of the right answer. Several calls queue up.
func (s *Server) Fail(e Endpoint, reply http.HandlerFunc, times int) {
	s.addScript(e, nil, reply, times)
}

// Fail is Server.Fail for requests about this room alone. Home and the quota are about no room.
func (r *Room) Fail(e Endpoint, reply http.HandlerFunc, times int) {
	r.server.addScript(e, r, reply, times)
}

// Heal forgets what Fail has planned for an endpoint.
func (s *Server) Heal(e Endpoint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripts = slices.DeleteFunc(s.scripts, func(x *script) bool { return x.endpoint == e })
}

func (s *Server) addScript(e Endpoint, r *Room, reply http.HandlerFunc, times int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.scripts = append(s.scripts, &script{endpoint: e, room: r, reply: reply, left: times})
}

// takeScript counts the request and returns the scripted reply for it, or nil.
func (s *Server) takeScript(e Endpoint, r *Room) http.HandlerFunc {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.requests[e]++
	s.noteChange()
	i := slices.IndexFunc(s.scripts, func(x *script) bool { return x.endpoint == e && (x.room == nil || x.room == r) })
	if i < 0 {
		return nil
	}
	next := s.scripts[i]
	if next.left--; next.left == 0 {
		s.scripts = slices.Delete(s.scripts, i, i+1)
	}
	return next.reply
}

// Status answers with a status code and the sign servers' {message}.
func Status(code int, message string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		writeJSON(w, code, map[string]any{"code": code, "message": message})
	}
}

// Empty answers 200 with nothing: "detected".
func Empty() http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }
}

// Captcha answers any request with the verification page.
func Captcha() http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte(`<!DOCTYPE html><html><head><title>Security Check</title></head><body>` +
			`<div id="tiktok-verify-page" class="verify_page"></div><script>window._captcha={"verify_page":1}</script></body></html>`))
	}
}

// Hang answers never: it holds the request until the client gives up or the server closes.
func (s *Server) Hang() http.HandlerFunc {
	return func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-s.ctx.Done():
		}
		panic(http.ErrAbortHandler)
	}
}

// HangUp closes the connection without a word.
func HangUp() http.HandlerFunc {
	return func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
}

// UserNotFound is api-live's answer for a name it does not know, which it also gives, wrongly, for hosts of other regions.
func UserNotFound() http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { apiLiveError(w, 19881007, "user_not_found") }
}

// Gated is room info's answer for an age-restricted, private or suspicious request.
func Gated() http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		webcastError(w, 4003110, map[string]any{"prompts": ""})
	}
}

// LoginRequired is room info's answer for a room that only people who are signed in may see.
func LoginRequired() http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		webcastError(w, 20003, map[string]any{"message": "User doesn't login", "prompts": "Please login first"})
	}
}

// SignLimited is a sign server's 429. Servers say when to come back in many ways, so the caller picks the header: Retry-After
// with seconds, unix seconds or a date, X-RateLimit-Reset, RateLimit-Reset; "" for none.
func SignLimited(header, value string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if header != "" {
			w.Header().Set(header, value)
		}
		w.Header().Set("X-Request-Id", "req-429")
		writeJSON(w, http.StatusTooManyRequests, map[string]any{"message": "Too many connections", "limit_label": "minute"})
	}
}

// SignOutage is the stub of an overloaded sign server: 200, a greeting, and a push server that refuses everybody.
func SignOutage() http.HandlerFunc {
	return signStub("ttwid="+token(32), &webcast.ProtoMessageFetchResult{
		Cursor:      "0",
		PushServer:  "wss://ws-fallback.eulerstream.com/?token=" + token(24),
		RouteParams: map[string]string{"info": "Connected through Euler Stream fallback proxy"},
	})
}

// SignNoCookie is what a sign server answers when TikTok gave it a result and no cookie: nothing one could connect with.
func SignNoCookie() http.HandlerFunc {
	return signStub("", &webcast.ProtoMessageFetchResult{Cursor: "0", PushServer: "wss://webcast-ws.tiktok.com" + socketPath})
}

func signStub(cookie string, result *webcast.ProtoMessageFetchResult) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if cookie != "" {
			w.Header().Set("X-Set-TT-Cookie", cookie)
		}
		_, _ = w.Write(mustMarshal(result))
	}
}

// Handshake refuses the socket as TikTok does: HTTP 200, and the reason in headers. An empty message is plain detection.
func Handshake(message string, status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if message != "" {
			w.Header().Set("Handshake-Msg", message)
			w.Header().Set("Handshake-Status", strconv.Itoa(status))
		}
		w.WriteHeader(http.StatusOK)
	}
}

// DeviceBlocked refuses the socket of a flagged cookie or browser.
func DeviceBlocked() http.HandlerFunc {
	return Handshake("DEVICE_BLOCKED", http.StatusUnsupportedMediaType)
}

func writeJSON(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(code)
	_ = json.NewEncoder(w).Encode(v) // the client hung up: nobody to tell
}
