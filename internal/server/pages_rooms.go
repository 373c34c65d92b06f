package server

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/web/templates"
)

// pageEvents is how many events a page shows without script.
const pageEvents = 100

// showRooms handles GET /, the list of rooms.
func (s *Server) showRooms(w http.ResponseWriter, r *http.Request) error {
	return s.renderRooms(w, r, http.StatusOK, "", nil)
}

func (s *Server) renderRooms(w http.ResponseWriter, r *http.Request, status int, name string, errs templates.Errors) error {
	cursor := r.URL.Query().Get("rooms")
	v := templates.RoomsPage{Page: s.view(r, "rooms.title"), Total: len(s.engine.Rooms()), Name: name, Errors: errs}
	v.Path, v.Pages = roomsPath(cursor), templates.Pager{List: "rooms", First: cursor == ""}
	var err error
	if v.Rooms, v.Pages.Next, err = s.tiles(r.Context(), 0, cursor); err != nil {
		return err
	}
	s.render(w, r, status, templates.Rooms(v))
	return nil
}

// roomsPath is the page of the list of rooms behind a cursor.
func roomsPath(cursor string) string {
	if cursor == "" {
		return "/"
	}
	return "/?rooms=" + url.QueryEscape(cursor)
}

// pageWith is the page of the list of rooms that a room is on.
func (s *Server) pageWith(uniqueID string) string {
	rooms := s.engine.Rooms()
	i := slices.IndexFunc(rooms, func(r live.RoomState) bool { return r.UniqueID == uniqueID })
	if i < roomsShown {
		return "/"
	}
	return roomsPath(roomCursor(rooms[i-i%roomsShown-1]))
}

// newestSession returns the session a room's page shows: the one at hand, or the last one.
func (s *Server) newestSession(r *http.Request, room live.RoomState) (live.SessionInfo, bool, error) {
	if id := room.Health.SessionID; id != 0 {
		info, err := s.db.Session(r.Context(), id)
		if err == nil || live.CodeOf(err) != live.CodeNotFound { // else it was deleted since
			return info, err == nil, err
		}
	}
	found, err := s.db.Sessions(r.Context(), db.SessionQuery{Room: room.UniqueID, Limit: 1})
	if err != nil || len(found) == 0 {
		return live.SessionInfo{}, false, err
	}
	return found[0], true, nil
}

func healthView(room live.RoomState) templates.Health {
	h := room.Health
	if room.Demo && h.State == live.StateLive {
		h.State = "demo"
	}
	return templates.Health{
		State: string(h.State), Reason: h.Reason, Since: h.Since, RetryAt: h.RetryAt, HeardAt: h.HeardAt, Way: h.Way,
		Quota: h.Quota, Skew: h.Skew, Dropped: h.Dropped, Unknown: h.Unknown,
	}
}

// saveRoom handles POST /rooms: a handle in any form becomes a watched room.
func (s *Server) saveRoom(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	typed := r.PostForm.Get("name")
	p := s.view(r, "")
	uniqueID, err := s.opts.ParseName(typed)
	if err != nil {
		text := p.Printer.T("reason.bad_name") + " " + p.Printer.T("advice.bad_name")
		return s.renderRooms(w, r, http.StatusUnprocessableEntity, typed, templates.Errors{"name": text})
	}
	err = s.engine.AddRoom(r.Context(), live.Room{UniqueID: uniqueID, Wanted: true, AutoRecord: true})
	if live.CodeOf(err) == live.CodeConflict {
		text := p.Printer.T("form.room_exists", "Name", uniqueID)
		return s.renderRooms(w, r, http.StatusUnprocessableEntity, typed, templates.Errors{"name": text})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, s.pageWith(uniqueID), http.StatusSeeOther)
	return nil
}

// showRoom handles GET /rooms/{unique_id}, the live page.
func (s *Server) showRoom(w http.ResponseWriter, r *http.Request) error {
	return s.renderRoom(w, r, http.StatusOK, nil)
}

// renderRoom shows a room's desk; a form of the desk that was refused puts back what was typed, and why.
func (s *Server) renderRoom(w http.ResponseWriter, r *http.Request, status int, refused func(*templates.LivePage)) error {
	room, _, err := s.engine.Room(chi.URLParam(r, "unique_id"))
	if err != nil {
		return s.insteadOfDesk(w, r, err)
	}
	v := templates.LivePage{
		Page: s.view(r, ""), UniqueID: room.UniqueID, Nickname: room.Nickname, Picture: room.Picture, Demo: room.Demo,
		Wanted: room.Wanted, Removed: room.Removed(), Health: healthView(room),
	}
	v.Title, v.Room = v.Printer.T("live.title", "Name", v.Name()), room.UniqueID
	if r.Method != http.MethodGet {
		v.Path = "/rooms/" + room.UniqueID // where the forms of the page lead back to
	}
	if v.Host, err = s.hostBox(r.Context(), room); err != nil {
		return err
	}
	session, ok, err := s.shownSession(r, room)
	if err != nil {
		return err
	}
	if ok {
		if v.Rehearsal = s.bar(session); r.URL.Query().Has("session") {
			v.Follow = "/api/sessions/" + strconv.FormatInt(session.ID, 10) + "/follow"
		}
		if err := s.fillLive(r, &v, session); err != nil {
			return err
		}
	}
	shown := int64(0)
	if r.URL.Query().Has("session") {
		shown = session.ID
	}
	programs, err := s.programDesk(r.Context(), room.UniqueID, shown)
	if err != nil {
		return err
	}
	v.Program = programs.view(v.Path)
	if v.Stage, err = s.stageKey(r.Context(), room.UniqueID); err != nil {
		return err
	}
	if refused != nil {
		refused(&v)
	}
	s.render(w, r, status, templates.Live(v))
	return nil
}

// insteadOfDesk leads from the desk of a replay that is over to its session, if the room it had the desk of was removed.
func (s *Server) insteadOfDesk(w http.ResponseWriter, r *http.Request, noRoom error) error {
	id, err := strconv.ParseInt(r.URL.Query().Get("session"), 10, 64)
	if err != nil {
		return noRoom
	}
	info, err := s.db.Session(r.Context(), id)
	if err != nil || info.Room != chi.URLParam(r, "unique_id") {
		return noRoom
	}
	http.Redirect(w, r, "/sessions/"+strconv.FormatInt(id, 10), http.StatusSeeOther)
	return nil
}

// shownSession returns the session a room's desk shows: the one its address names, else the newest.
func (s *Server) shownSession(r *http.Request, room live.RoomState) (live.SessionInfo, bool, error) {
	named := r.URL.Query().Get("session")
	if named == "" {
		return s.newestSession(r, room)
	}
	id, err := strconv.ParseInt(named, 10, 64)
	if err != nil {
		return live.SessionInfo{}, false, &live.Error{Code: live.CodeNotFound, Op: "server.showRoom"}
	}
	info, err := s.db.Session(r.Context(), id)
	if err == nil && info.Room != room.UniqueID {
		err = &live.Error{Code: live.CodeNotFound, Op: "server.showRoom"}
	}
	return info, err == nil, err
}

func (s *Server) fillLive(r *http.Request, v *templates.LivePage, session live.SessionInfo) error {
	rehearsals := v.Demo || v.Rehearsal != nil
	totals, err := s.db.Totals(r.Context(), session.ID, rehearsals)
	if err != nil {
		return err
	}
	minutes, err := s.db.Minutes(r.Context(), session.ID, rehearsals)
	if err != nil {
		return err
	}
	v.SessionID, v.StartedAt, v.Topic = session.ID, session.StartedAt, session.Title
	v.Numbers = templates.Numbers{
		Viewers: max(totals.Viewers, 0), ViewersPeak: max(totals.ViewersPeak, 0), Diamonds: totals.Diamonds, Gifts: totals.Gifts,
		Comments: totals.Comments, Likes: totals.Likes, LikesHere: totals.LikesGrown, Joins: totals.Joins, Follows: totals.Follows, Shares: totals.Shares,
	}
	if n := len(minutes); n > 0 && time.Since(minutes[n-1].Start) < 2*time.Minute {
		v.Numbers.CommentsPerMinute = minutes[n-1].Comments
	}
	if v.Pins, err = s.db.Pins(r.Context(), session.ID); err != nil {
		return err
	}
	gifters, err := s.db.Attendance(r.Context(), session.ID, rehearsals, "diamonds", topGifters, 0)
	if err != nil {
		return err
	}
	for _, g := range gifters {
		if g.Diamonds > 0 {
			v.Gifters = append(v.Gifters, templates.Gifter{User: g.User, Diamonds: g.Diamonds})
		}
	}
	v.Events, err = s.db.Events(r.Context(), db.EventQuery{Session: session.ID, After: session.LastSeq - pageEvents, Limit: pageEvents})
	return err
}

// connectRoom handles POST /rooms/{unique_id}/connect.
func (s *Server) connectRoom(w http.ResponseWriter, r *http.Request) error {
	return s.changeRoom(w, r, func(id string) error { return s.engine.Connect(r.Context(), id) })
}

// disconnectRoom handles POST /rooms/{unique_id}/disconnect.
func (s *Server) disconnectRoom(w http.ResponseWriter, r *http.Request) error {
	return s.changeRoom(w, r, func(id string) error { return s.engine.Disconnect(r.Context(), id) })
}

// autoRecordRoom handles POST /rooms/{unique_id}/auto-record.
func (s *Server) autoRecordRoom(w http.ResponseWriter, r *http.Request) error {
	return s.changeRoom(w, r, func(id string) error {
		on := r.PostForm.Get("auto_record") == "true"
		deedOf(r.Context()).about("auto-record " + strconv.FormatBool(on))
		return s.engine.UpdateRoom(r.Context(), id, func(room *live.Room) { room.SetAutoRecord(on) })
	})
}

// removeRoom handles POST /rooms/{unique_id}/remove. Its sessions stay.
func (s *Server) removeRoom(w http.ResponseWriter, r *http.Request) error {
	return s.changeRoom(w, r, func(id string) error { return s.engine.RemoveRoom(r.Context(), id) })
}

// changeRoom does something to the room in the path and leads back to the page the form was on. Doing it twice is no error:
// a double click asks for the same thing.
func (s *Server) changeRoom(w http.ResponseWriter, r *http.Request, change func(uniqueID string) error) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	err := change(chi.URLParam(r, "unique_id"))
	if e, ok := errors.AsType[*live.Error](err); ok && e.Code == live.CodeNotFound && r.PostForm.Get("back") == "" {
		err = nil // removed already
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, ownPath(r.PostForm.Get("back")), http.StatusSeeOther)
	return nil
}
