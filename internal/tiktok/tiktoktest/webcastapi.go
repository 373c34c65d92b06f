package tiktoktest

import (
	"net/http"
	"strings"
)

// roomInfo serves "GET /webcast/room/info/".
func (s *Server) roomInfo(w http.ResponseWriter, r *http.Request) {
	s.checkBrowser(r)
	id := atoi(r.URL.Query().Get("room_id"))
	room := s.findLive(id)
	if room == nil {
		webcastError(w, 10011, map[string]any{"message": "Request params error"})
		return
	}
	writeJSON(w, http.StatusOK, map[string]any{"data": room.info(id), "extra": nowJSON(), "status_code": 0})
}

func webcastError(w http.ResponseWriter, code int, data map[string]any) {
	writeJSON(w, http.StatusOK, map[string]any{"data": data, "extra": nowJSON(), "status_code": code})
}

// info is the data of room info about a present or past live of the room.
func (r *Room) info(id int64) map[string]any {
	s := r.server
	s.mu.Lock()
	defer s.mu.Unlock()
	status := r.status
	if id != r.id {
		status = StatusOver
	}
	avatar := map[string]any{"url_list": []string{avatarURL(r.host.ID)}}
	return map[string]any{
		"id_str": itoa(id), "status": status, "title": r.title, "create_time": r.began.Unix(), "start_time": r.began.Unix(),
		"user_count": 1000, "like_count": 12345, "share_url": s.URL() + "/@" + r.name + "/live",
		"stats": map[string]any{"total_user": 5000, "like_count": 12345, "follow_count": 7, "share_count": 3},
		"cover": avatar, "owner_user_id_str": itoa(r.host.ID), "age_restricted": map[string]any{"restricted": false},
		"hashtag": map[string]any{"title": "Chat"},
		"owner": map[string]any{
			"id_str": itoa(r.host.ID), "display_id": r.name, "nickname": r.host.Nickname, "sec_uid": secUID(r.host.ID),
			"avatar_thumb": avatar, "avatar_medium": avatar, "avatar_large": avatar,
			"follow_info": map[string]any{"follower_count": 3456, "following_count": 12, "follow_status": 0},
		},
	}
}

// checkAlive serves "GET /webcast/room/check_alive/" for one or many room ids.
func (s *Server) checkAlive(w http.ResponseWriter, r *http.Request) {
	s.checkBrowser(r)
	if missing := absent(r.URL.Query(), "aid", "room_ids"); missing != "" {
		s.blame(RuleParams, "check_alive: %s is missing", missing)
	}
	data := []map[string]any{}
	for text := range strings.SplitSeq(r.URL.Query().Get("room_ids"), ",") {
		id := atoi(text)
		if room := s.findLive(id); room != nil {
			data = append(data, map[string]any{"alive": room.alive(id), "room_id": id, "room_id_str": text})
		}
	}
	writeJSON(w, http.StatusOK, map[string]any{"data": data, "extra": nowJSON(), "status_code": 0})
}

// giftList serves "GET /webcast/gift/list/".
func (s *Server) giftList(w http.ResponseWriter, r *http.Request) {
	s.checkBrowser(r)
	gifts := []map[string]any{}
	for _, g := range Gifts() {
		image := map[string]any{"url_list": []string{g.imageURL()}}
		gifts = append(gifts, map[string]any{
			"id": g.ID, "name": g.Name, "describe": "sent " + g.Name, "diamond_count": g.Diamonds, "type": g.Type,
			"combo": g.streakable(), "image": image, "icon": image, "duration": 1000, "is_displayed_on_panel": true,
		})
	}
	data := map[string]any{"gifts": gifts, "pages": []any{}, "gifts_info": map[string]any{}}
	writeJSON(w, http.StatusOK, map[string]any{"data": data, "extra": nowJSON(), "status_code": 0})
}
