package tiktok

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"showcaller/internal/live"
)

// Status is TikTok's state of a room. Values that are not here (0 and 1 were seen) are of rooms that are being prepared.
type Status int

// The states that are known.
const (
	StatusLive   Status = 2
	StatusPaused Status = 3 // the LIVE exists and goes on
	StatusOver   Status = 4
)

// Live reports whether there is something to listen to.
func (s Status) Live() bool { return s == StatusLive || s == StatusPaused }

// Room is what TikTok says of the present or last LIVE of a host. A room id alone means nothing: it outlives its LIVE, and a dead
// room still lets you in and is silent.
type Room struct {
	live.RoomInfo
	Status     Status
	Restricted bool // TikTok shows details only to people who are signed in; the events come all the same, or not at all
}

// hostRoom is what api-live and the LIVE page say of a host: the same object from two sources. Since 2026 all but the ids and the
// status may be empty even while the host is live.
type hostRoom struct {
	User struct {
		ID          text   `json:"id"`
		UniqueID    string `json:"uniqueId"`
		Nickname    string `json:"nickname"`
		AvatarThumb string `json:"avatarThumb"`
		Verified    bool   `json:"verified"`
		RoomID      text   `json:"roomId"`
		Status      Status `json:"status"`
	} `json:"user"`
	LiveRoom struct {
		Title     string `json:"title"`
		StartTime int64  `json:"startTime"` // unix seconds
		Status    Status `json:"status"`
	} `json:"liveRoom"`
}

// text is a JSON string that may come as a number.
type text string

// UnmarshalJSON takes the digits of a number as they are, so that 64 bit ids stay whole.
func (t *text) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] != '"' {
		*t = text(strings.TrimPrefix(string(b), "null"))
		return nil
	}
	return json.Unmarshal(b, (*string)(t))
}

// room makes a Room of h.
func (h *hostRoom) room(name string) Room {
	status := h.User.Status
	if status == 0 {
		status = h.LiveRoom.Status
	}
	r := Room{Status: status, RoomInfo: live.RoomInfo{
		UniqueID: name,
		RoomID:   string(h.User.RoomID),
		Title:    h.LiveRoom.Title,
		Host: live.User{
			UniqueID: name, Nickname: h.User.Nickname, UserID: string(h.User.ID), ProfilePicture: h.User.AvatarThumb,
			Roles: roleNames[roleHost],
		},
		Paused: new(status == StatusPaused),
	}}
	if h.LiveRoom.StartTime > 0 {
		r.StartedAt = time.Unix(h.LiveRoom.StartTime, 0).UTC()
	}
	if r.RoomID == "0" || r.RoomID == "" {
		r.RoomID, r.Status = "", StatusOver
	}
	return r
}

// notFoundCode is api-live's statusCode for a name it does not know, for a host who has never been live, and, wrongly, for some
// who are, by region (protocol section 2.1).
const notFoundCode = 19881007

// errNotFound is the error of one source that knows no such host.
func errNotFound(op, name string) *live.Error {
	return failed(live.ReasonNotFound, op, nil, "TikTok knows no LIVE of @%s. Check the spelling; a host who has never been live cannot be found either.", name)
}

// apiLive asks the JSON interface about a host: the cheapest and clearest answer.
func (c *Client) apiLive(ctx context.Context, b browser, name string) (Room, error) {
	const op = "apiLive"
	q := b.webParams()
	q.Set("uniqueId", name)
	var answer struct {
		StatusCode int       `json:"statusCode"`
		Message    string    `json:"message"`
		Data       *hostRoom `json:"data"`
	}
	if err := c.getJSON(ctx, op, b, endpoint(c.web, "/api-live/user/room/", q), maxJSON, &answer); err != nil {
		return Room{}, err
	}
	switch {
	case answer.StatusCode == notFoundCode:
		return Room{}, errNotFound(op, name)
	case answer.StatusCode != 0 || answer.Data == nil:
		return Room{}, errBlocked(op, fmt.Sprintf("%s %d", answer.Message, answer.StatusCode))
	}
	return answer.Data.room(name), nil
}

// livePage asks the LIVE page about a host: the second source.
func (c *Client) livePage(ctx context.Context, b browser, name string) (Room, error) {
	body, err := c.get(ctx, "livePage", b, c.web.JoinPath("@"+name, "live"), maxPage)
	if err != nil {
		return Room{}, err
	}
	return parsePage(body, name)
}

// parsePage reads the state that a LIVE page carries for its own scripts.
func parsePage(page []byte, name string) (Room, error) {
	const op = "livePage"
	_, rest, found := bytes.Cut(page, []byte(`<script id="SIGI_STATE" type="application/json">`))
	state, _, closed := bytes.Cut(rest, []byte(`</script>`))
	if !found || !closed {
		return Room{}, errBlocked(op, "a page without content, perhaps a captcha")
	}
	var s struct {
		LiveRoom struct {
			UserInfo      *hostRoom `json:"liveRoomUserInfo"`
			NeedLogin     bool      `json:"needLogin"`
			IsAgeGateRoom bool      `json:"isAgeGateRoom"`
		} `json:"LiveRoom"`
	}
	if err := json.Unmarshal(state, &s); err != nil {
		e := errBlocked(op, "a page we cannot read, perhaps a captcha")
		e.Err = err
		return Room{}, e
	}
	gated := s.LiveRoom.NeedLogin || s.LiveRoom.IsAgeGateRoom
	switch info := s.LiveRoom.UserInfo; {
	case info == nil && gated:
		return Room{}, failed(live.ReasonRestricted, op, nil, "The LIVE of @%s is shown only to people who are signed in at TikTok.", name)
	case info == nil:
		return Room{}, errNotFound(op, name)
	default:
		r := info.room(name)
		r.Title = html.UnescapeString(r.Title)
		r.Restricted = gated
		return r, nil
	}
}

// Lookup asks TikTok about the LIVE of a host, named as ParseName names them. A Room that is not live is no error.
//
// Api-live answers first. What it says of a host who is not live, or not there, is not believed before the page has said the
// same: hosts of other regions are offline or unknown to it while they are live. The sign server is asked last, and only if
// there is a key. Errors are *live.Error with the reasons not_found (by two sources), restricted, blocked or network.
func (c *Client) Lookup(ctx context.Context, name string) (Room, error) {
	return c.lookup(ctx, c.browser(), name)
}

func (c *Client) lookup(ctx context.Context, b browser, name string) (Room, error) {
	if id, ok := strings.CutPrefix(name, roomPrefix); ok {
		return c.lookupID(ctx, b, id)
	}
	api, apiErr := c.apiLive(ctx, b, name)
	if apiErr == nil && api.Status.Live() {
		return api, nil
	}
	page, pageErr := c.livePage(ctx, b, name)
	switch {
	case pageErr == nil && (apiErr != nil || page.Status.Live()):
		return page, nil
	case apiErr == nil:
		return api, nil // offline, as far as anybody knows
	case live.ReasonOf(apiErr) == live.ReasonNotFound && live.ReasonOf(pageErr) == live.ReasonNotFound:
		return Room{}, apiErr
	case ctx.Err() != nil:
		return Room{}, ctx.Err()
	}
	if room, ok := c.signLookup(ctx, b, name); ok {
		return room, nil
	}
	if live.ReasonOf(apiErr) == live.ReasonNotFound || live.ReasonOf(pageErr) == live.ReasonRestricted {
		return Room{}, pageErr // one source is not enough to say that there is nobody
	}
	return Room{}, apiErr
}

// lookupID asks about a LIVE that is named by its room id.
func (c *Client) lookupID(ctx context.Context, b browser, id string) (Room, error) {
	r := Room{Status: StatusOver, RoomInfo: live.RoomInfo{UniqueID: roomPrefix + id, RoomID: id}}
	alive, err := c.checkAlive(ctx, b, id)
	if err != nil {
		return Room{}, err
	}
	if alive[id] {
		r.Status = StatusLive
	}
	return r, nil
}

// checkAlive asks which of the rooms are alive; at least 50 may be asked about at once. Rooms TikTok does not know are missing
// in the answer.
func (c *Client) checkAlive(ctx context.Context, b browser, ids ...string) (map[string]bool, error) {
	q := b.webcastParams()
	q.Set("room_ids", strings.Join(ids, ","))
	var answer struct {
		Data []struct {
			Alive bool   `json:"alive"`
			ID    string `json:"room_id_str"`
		} `json:"data"`
	}
	if err := c.getJSON(ctx, "checkAlive", b, endpoint(c.webcast, "/webcast/room/check_alive/", q), maxJSON, &answer); err != nil {
		return nil, err
	}
	if len(answer.Data) == 0 {
		return nil, errBlocked("checkAlive", "an empty answer")
	}
	alive := make(map[string]bool, len(answer.Data))
	for _, r := range answer.Data {
		alive[r.ID] = r.Alive
	}
	return alive, nil
}

// Codes of room info for rooms whose details are not for everybody.
const (
	gatedCode = 4003110 // adult, private, or a network of poor repute
	loginCode = 20003   // "User doesn't login"
)

// decorate adds to r what room info says beyond the lookup. It is decoration: nothing depends on it, and nobody waits for it twice.
func (c *Client) decorate(ctx context.Context, b browser, r *Room) {
	q := b.webcastParams()
	q.Set("room_id", r.RoomID)
	var answer struct {
		StatusCode int `json:"status_code"`
		Data       struct {
			Title     string `json:"title"`
			StartTime int64  `json:"start_time"`
			Owner     struct {
				ID        string `json:"id_str"`
				DisplayID string `json:"display_id"`
				Nickname  string `json:"nickname"`
				Avatar    struct {
					URLs []string `json:"url_list"`
				} `json:"avatar_thumb"`
			} `json:"owner"`
		} `json:"data"`
	}
	if err := c.getJSON(ctx, "roomInfo", b, endpoint(c.webcast, "/webcast/room/info/", q), maxJSON, &answer); err != nil {
		c.log.Debug("no room info", "room", r.UniqueID, "err", err)
		return
	}
	if answer.StatusCode == gatedCode || answer.StatusCode == loginCode {
		r.Restricted = true
		return
	}
	d := &answer.Data
	setIfEmpty(&r.Title, d.Title)
	setIfEmpty(&r.Host.UserID, d.Owner.ID)
	setIfEmpty(&r.Host.UniqueID, d.Owner.DisplayID)
	setIfEmpty(&r.Host.Nickname, d.Owner.Nickname)
	if len(d.Owner.Avatar.URLs) > 0 {
		setIfEmpty(&r.Host.ProfilePicture, d.Owner.Avatar.URLs[0])
	}
	if r.StartedAt.IsZero() && d.StartTime > 0 {
		r.StartedAt = time.Unix(d.StartTime, 0).UTC()
	}
}

func setIfEmpty(to *string, s string) {
	if *to == "" {
		*to = s
	}
}

// parseID returns a decimal id as a number; 0 if it is none.
func parseID(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// offline returns the error of a room there is nothing to listen to in, or nil if there is.
func (r *Room) offline() error {
	switch {
	case r.Status.Live() && r.RoomID != "":
		return nil
	case r.Status == StatusOver || r.RoomID == "":
		return failed(live.ReasonOffline, "Listen", nil, "@%s is not live.", r.UniqueID)
	}
	return failed(live.ReasonOffline, "Listen", fmt.Errorf("status %d", r.Status), "@%s is not live yet.", r.UniqueID)
}
