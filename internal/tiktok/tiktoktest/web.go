package tiktoktest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// pass is what a ttwid cookie stands for: who got it, and, where a sign server gave it out, for which socket URL.
type pass struct {
	userAgent string
	used      bool
	issued    time.Time
	ticket    *ticket // nil for a cookie from www.tiktok.com
}

// newPass issues a ttwid. The format is TikTok's, percent-encoding included: a client sends it back as it came.
func (s *Server) newPass(userAgent string, t *ticket) string {
	now := time.Now()
	ttwid := fmt.Sprintf("1%%7C%s%%7C%d%%7C%s", token(43), now.Unix(), token(64))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.passes[ttwid] = &pass{userAgent: userAgent, issued: now, ticket: t}
	return ttwid
}

// checkBrowser holds a request to a TikTok host against the rules for all of them.
func (s *Server) checkBrowser(r *http.Request) {
	if ua := r.UserAgent(); !strings.HasPrefix(ua, "Mozilla/") {
		s.blame(RuleUserAgent, "%s: %q is no browser", r.URL.Path, ua)
	}
	s.checkNoSession(r)
}

// checkNoSession makes sure that nobody's account is in the request.
func (s *Server) checkNoSession(r *http.Request) {
	for _, c := range r.Cookies() {
		if strings.HasPrefix(c.Name, "sessionid") || strings.HasPrefix(c.Name, "sid_") {
			s.blame(RuleCookies, "%s: session cookie %s", r.URL.Path, c.Name)
		}
	}
}

// home serves "GET /", whose only use is the ttwid cookie.
func (s *Server) home(w http.ResponseWriter, r *http.Request) {
	s.checkBrowser(r)
	if ua := r.UserAgent(); ua != "" {
		w.Header().Add("Set-Cookie", "ttwid="+s.newPass(ua, nil)+
			"; Path=/; Domain=tiktok.com; Max-Age=31536000; HttpOnly; Secure; SameSite=None")
	}
	w.Header().Add("Set-Cookie", "tt_csrf_token="+token(20)+"; Path=/; Domain=tiktok.com; HttpOnly; Secure; SameSite=Lax")
	writePage(w, "<!DOCTYPE html><html><body>TikTok - Make Your Day</body></html>")
}

// livePage serves "GET /@name/live".
func (s *Server) livePage(w http.ResponseWriter, r *http.Request) {
	s.checkBrowser(r)
	var info *userRoom
	if room := s.findRoom(strings.TrimPrefix(r.PathValue("at"), "@")); room != nil {
		info = room.userRoom()
	}
	state, err := json.Marshal(map[string]any{"LiveRoom": map[string]any{
		"liveRoomUserInfo": info, "liveRoomStatus": 0, "needLogin": false, "showLiveGate": false, "isAgeGateRoom": false,
	}})
	if err != nil {
		panic(err) // plain structs always marshal
	}
	writePage(w, `<!DOCTYPE html><html><head><title>TikTok LIVE</title></head><body><div id="app"></div>`+
		`<script id="SIGI_STATE" type="application/json">`+string(state)+`</script></body></html>`)
}

func writePage(w http.ResponseWriter, page string) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write([]byte(page))
}

// apiLive serves "GET /api-live/user/room/".
func (s *Server) apiLive(w http.ResponseWriter, r *http.Request) {
	s.checkBrowser(r)
	// The shortest set a shipping client uses; with the name and sourceType alone TikTok answers params_error.
	if missing := absent(r.URL.Query(), "uniqueId", "sourceType", "aid", "app_name", "device_platform", "app_language",
		"browser_language", "region", "user_is_login"); missing != "" {
		s.blame(RuleParams, "api-live: %s is missing", missing)
		apiLiveError(w, 19881005, "params_error")
		return
	}
	var info *userRoom
	if room := roomInQuery(s, r); room != nil {
		info = room.userRoom()
	}
	if info == nil {
		UserNotFound()(w, r)
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"statusCode": 0, "message": "", "data": info, "extra": nowJSON()})
}

func apiLiveError(w http.ResponseWriter, code int, message string) {
	writeJSON(w, http.StatusOK, map[string]any{"data": nil, "extra": nowJSON(), "message": message, "statusCode": code})
}

func nowJSON() map[string]any { return map[string]any{"now": time.Now().UnixMilli()} }

// absent returns the first of keys that has no value, or "".
func absent(values map[string][]string, keys ...string) string {
	for _, k := range keys {
		if v := values[k]; len(v) == 0 || v[0] == "" {
			return k
		}
	}
	return ""
}

// userRoom is what api-live and the page say of a host.
type userRoom struct {
	User     userJSON     `json:"user"`
	Stats    statsJSON    `json:"stats"`
	LiveRoom liveRoomJSON `json:"liveRoom"`
}

type userJSON struct {
	ID           string `json:"id"`
	UniqueID     string `json:"uniqueId"`
	Nickname     string `json:"nickname"`
	SecUID       string `json:"secUid"`
	Signature    string `json:"signature"`
	AvatarThumb  string `json:"avatarThumb"`
	AvatarMedium string `json:"avatarMedium"`
	AvatarLarger string `json:"avatarLarger"`
	Verified     bool   `json:"verified"`
	Secret       bool   `json:"secret"`
	RoomID       string `json:"roomId"`
	Status       int    `json:"status"`
}

type statsJSON struct {
	FollowingCount int `json:"followingCount"`
	FollowerCount  int `json:"followerCount"`
}

type liveRoomJSON struct {
	Title         string        `json:"title"`
	StartTime     int64         `json:"startTime"`
	Status        int           `json:"status"`
	CoverURL      string        `json:"coverUrl"`
	LiveSubOnly   int           `json:"liveSubOnly"`
	LiveRoomStats liveStatsJSON `json:"liveRoomStats"`
}

type liveStatsJSON struct {
	UserCount  int `json:"userCount"`
	EnterCount int `json:"enterCount"`
}

// userRoom describes the account, or returns nil if it has never been live: TikTok does not know those.
func (r *Room) userRoom() *userRoom {
	r.server.mu.Lock()
	defer r.server.mu.Unlock()
	if r.id == 0 {
		return nil
	}
	avatar := avatarURL(r.host.ID)
	return &userRoom{
		User: userJSON{
			ID: itoa(r.host.ID), UniqueID: r.name, Nickname: r.host.Nickname, SecUID: secUID(r.host.ID),
			AvatarThumb: avatar, AvatarMedium: avatar, AvatarLarger: avatar, RoomID: itoa(r.id), Status: int(r.status),
		},
		Stats: statsJSON{FollowingCount: 12, FollowerCount: 3456},
		LiveRoom: liveRoomJSON{
			Title: r.title, StartTime: r.began.Unix(), Status: int(r.status), CoverURL: avatar,
			LiveRoomStats: liveStatsJSON{UserCount: 1000, EnterCount: 5000},
		},
	}
}
