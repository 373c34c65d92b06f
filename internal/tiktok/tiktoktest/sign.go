package tiktoktest

import (
	"net/http"
	"strconv"
	"time"

	"showcaller/internal/tiktok/webcast"
)

// ticket is a signed socket URL: what the client has to carry over into its query, unchanged.
type ticket struct {
	room        int64
	cursor      string
	internalExt string
	params      map[string]string
}

// ticketLife is how long a signed URL is good for.
const ticketLife = 30 * time.Second

// sign serves both addresses of the sign server's "give me a socket URL".
func (s *Server) sign(w http.ResponseWriter, r *http.Request) {
	s.checkNoSession(r)
	if !s.signAllowed(r) {
		Status(http.StatusUnauthorized, "The provided API key is invalid.")(w, r)
		return
	}
	id := atoi(r.PathValue("id"))
	if id == 0 {
		id = atoi(r.URL.Query().Get("room_id"))
	}
	ua := r.URL.Query().Get("user_agent")
	if ua == "" || r.URL.Query().Get("client") == "" {
		s.blame(RuleParams, "sign: client and user_agent must be there: %q", r.URL.RawQuery)
	}
	room := s.findLive(id)
	if room == nil {
		Status(http.StatusBadRequest, "Invalid room_id")(w, r)
		return
	}
	s.writeTicket(w, r, room, newTicket(id))
}

func newTicket(room int64) *ticket {
	now := strconv.FormatInt(time.Now().UnixMilli(), 10)
	return &ticket{
		room:        room,
		cursor:      now + "_" + token(19) + "_1_1_0_0",
		internalExt: "fetch_time:" + now + "|start_time:0|ack_ids:,,|flag:0|seq:1|next_cursor:" + token(12),
		// Signatures hold the characters that careless clients leave unencoded.
		params: map[string]string{"imprp": token(16), "wrss": "W+/" + token(40) + "=="},
	}
}

// writeTicket answers with the socket's address, the cookie for it, and the first batch of messages.
func (s *Server) writeTicket(w http.ResponseWriter, r *http.Request, room *Room, t *ticket) {
	result := &webcast.ProtoMessageFetchResult{
		Messages:          room.greeting(t.room, defaultHistory),
		Cursor:            t.cursor,
		FetchInterval:     1000,
		Now:               time.Now().UnixMilli(),
		InternalExt:       []byte(t.internalExt),
		FetchType:         1,
		RouteParams:       t.params,
		HeartbeatDuration: 10_000,
		PushServer:        "ws://" + r.Host + socketPath,
		IsFirst:           true,
	}
	ttwid := s.newPass(r.URL.Query().Get("user_agent"), t)
	w.Header().Set("X-Set-TT-Cookie", "ttwid="+ttwid+"; Path=/; Domain=tiktok.com; Max-Age=31536000; HttpOnly; Secure")
	w.Header().Set("X-Room-Id", itoa(t.room))
	w.Header().Set("X-Request-Id", token(12))
	w.Header().Set("Content-Type", "application/protubuf") // sic: Euler's spelling
	_, _ = w.Write(mustMarshal(result))
}

// signAllowed holds the request's key against the one RequireSignKey wants.
func (s *Server) signAllowed(r *http.Request) bool {
	s.mu.Lock()
	want := s.signKey
	s.mu.Unlock()
	return want == "" || r.Header.Get("X-Api-Key") == want || r.URL.Query().Get("apiKey") == want
}

// signLookup serves "GET /webcast/anchors/{name}/room_id".
func (s *Server) signLookup(w http.ResponseWriter, r *http.Request) {
	room := s.findRoom(r.PathValue("at"))
	if room == nil || room.ID() == 0 {
		Status(http.StatusNotFound, "user not found")(w, r)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"code": http.StatusOK, "message": "ok", "ok": true, "routes_attempted": []string{}, "source": "tiktoktest",
		"is_live": room.alive(room.ID()), "room_id": itoa(room.ID()), "room_status": room.Status(),
	})
}

// signQuota serves "GET /accounts/me/rate_limits" with an anonymous caller's quota, less what was used.
func (s *Server) signQuota(w http.ResponseWriter, _ *http.Request) {
	used := s.Requests(Sign) + s.Requests(SignLegacy)
	span := func(limit int, d time.Duration) map[string]any {
		return map[string]any{"max": limit, "remaining": max(limit-used, 0), "reset_at": time.Now().Add(d).UTC().Format(time.RFC3339)}
	}
	writeJSON(w, http.StatusOK, map[string]any{
		"code": http.StatusOK, "minute": span(5, time.Minute), "hour": span(30, time.Hour), "day": span(100, 24*time.Hour),
	})
}
