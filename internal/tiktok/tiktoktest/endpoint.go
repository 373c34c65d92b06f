package tiktoktest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
)

// Endpoint names one of the addresses the stand-in answers at, for scripts and counts.
type Endpoint string

const (
	Home       Endpoint = "home"        // www: where a ttwid cookie comes from
	LivePage   Endpoint = "live page"   // www: HTML with SIGI_STATE
	APILive    Endpoint = "api-live"    // www: name to room id
	RoomInfo   Endpoint = "room info"   // webcast
	CheckAlive Endpoint = "check alive" // webcast
	GiftList   Endpoint = "gift list"   // webcast
	Sign       Endpoint = "sign"        // sign server: a socket URL
	SignLegacy Endpoint = "sign legacy" // sign server: the same at its older address
	SignLookup Endpoint = "sign lookup" // sign server: name to room id
	SignQuota  Endpoint = "sign quota"  // sign server: what is left
	Socket     Endpoint = "socket"      // the WebSocket handshake
)

// socketPath is where TikTok's player opens its socket.
const socketPath = "/webcast/im/ws_proxy/ws_reuse_supplement/"

// route is one row of the table of addresses.
type route struct {
	endpoint Endpoint
	pattern  string
	room     func(*Server, *http.Request) *Room // whom the request is about; nil if it is about nobody
	handle   http.HandlerFunc
}

// routes fills the mux. Everything is a GET. TikTok's paths have a mux of their own, below the caller's: names are their first
// segment, which would clash with whatever Handle adds.
func (s *Server) routes() {
	tiktok := http.NewServeMux()
	s.mux.Handle("/", tiktok)
	for _, r := range []route{
		{Home, "/{$}", nobody, s.home},
		{LivePage, "/{at}/live", roomInPath("at"), s.livePage},
		{APILive, "/api-live/user/room", roomInQuery, s.apiLive},
		{APILive, "/api-live/user/room/{$}", roomInQuery, s.apiLive},
		{RoomInfo, "/webcast/room/info/{$}", liveInQuery("room_id"), s.roomInfo},
		{CheckAlive, "/webcast/room/check_alive/{$}", liveInQuery("room_ids"), s.checkAlive},
		{GiftList, "/webcast/gift/list/{$}", liveInQuery("room_id"), s.giftList},
		{Sign, "/webcast/rooms/{id}/connect", liveInPath, s.sign},
		{SignLegacy, "/webcast/fetch", liveInQuery("room_id"), s.sign},
		{SignLegacy, "/webcast/fetch/{$}", liveInQuery("room_id"), s.sign},
		{SignLookup, "/webcast/anchors/{at}/room_id", roomInPath("at"), s.signLookup},
		{SignQuota, "/accounts/me/rate_limits", nobody, s.signQuota},
		{Socket, socketPath + "{$}", liveInQuery("room_id"), s.socket},
	} {
		tiktok.HandleFunc("GET "+r.pattern, s.scripted(r))
	}
}

// scripted answers with the next scripted reply for the endpoint and room, or properly if there is none.
func (s *Server) scripted(r route) http.HandlerFunc {
	return func(w http.ResponseWriter, req *http.Request) {
		room := r.room(s, req)
		reply := s.takeScript(r.endpoint, room)
		switch {
		case r.endpoint == Socket && reply != nil:
			s.refuse(w, req, reply)
		case reply != nil:
			reply(w, req)
		default:
			r.handle(w, req)
		}
	}
}

func nobody(*Server, *http.Request) *Room { return nil }

func roomInPath(key string) func(*Server, *http.Request) *Room {
	return func(s *Server, r *http.Request) *Room { return s.findRoom(strings.TrimPrefix(r.PathValue(key), "@")) }
}

func roomInQuery(s *Server, r *http.Request) *Room { return s.findRoom(r.URL.Query().Get("uniqueId")) }

func liveInPath(s *Server, r *http.Request) *Room { return s.findLive(atoi(r.PathValue("id"))) }

func liveInQuery(key string) func(*Server, *http.Request) *Room {
	return func(s *Server, r *http.Request) *Room { return s.findLive(atoi(r.URL.Query().Get(key))) }
}

// Requests tells how often an endpoint was asked.
func (s *Server) Requests(e Endpoint) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.requests[e]
}

// AwaitRequests returns once an endpoint was asked at least n times.
func (s *Server) AwaitRequests(ctx context.Context, e Endpoint, n int) error {
	return s.await(ctx, fmt.Sprintf("%d requests to %s", n, e), func() bool { return s.requests[e] >= n })
}
