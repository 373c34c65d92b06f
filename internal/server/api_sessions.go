package server

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-chi/chi/v5"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

// sessionBody is a session in an answer.
type sessionBody struct {
	ID        int64       `json:"id"`
	Room      string      `json:"room"`
	RoomID    string      `json:"room_id" doc:"TikTok's id of the LIVE"`
	Title     string      `json:"title"`
	Origin    live.Origin `json:"origin" doc:"simulated for the demo room, replay for a rehearsal, else tiktok"`
	StartedAt string      `json:"started_at"`
	EndedAt   *string     `json:"ended_at" doc:"null while it may go on"`
	EndReason string      `json:"end_reason,omitempty"`
	LastSeq   int64       `json:"last_seq" doc:"number of the newest event; there are no holes below it"`
}

func sessionOf(s live.SessionInfo) sessionBody {
	return sessionBody{
		ID: s.ID, Room: s.Room, RoomID: s.RoomID, Title: s.Title, Origin: s.Origin, StartedAt: live.Timestamp(s.StartedAt),
		EndedAt: stamp(s.EndedAt), EndReason: s.EndReason, LastSeq: s.LastSeq,
	}
}

// SessionPath names a session. It is exported because huma fills embedded structs only if they are.
type SessionPath struct {
	ID int64 `path:"id" minimum:"1"`
}

// Counted says whose events a number counts.
type Counted struct {
	Origin string `query:"origin" enum:"all" doc:"all: count simulated and replayed events too"`
}

func (c Counted) rehearsals() bool { return c.Origin == "all" }

// sessionOperations registers /api/sessions.
func (s *Server) sessionOperations(api huma.API) {
	register(s, api, operation(http.MethodGet, "/api/sessions", "list-sessions", "Sessions, the newest first"), s.listSessions)
	register(s, api, operation(http.MethodGet, "/api/sessions/{id}", "get-session", "One session"), s.getSession)
	register(s, api, operation(http.MethodPatch, "/api/sessions/{id}", "rename-session", "Give a session a title"), s.patchSession)
	register(s, api, empty(http.MethodDelete, "/api/sessions/{id}", "delete-session", "Delete an ended session with all its events"), s.deleteSession)
	register(s, api, operation(http.MethodGet, "/api/sessions/{id}/events", "list-events", "Events in order, filtered and searched"), s.listEvents)
	register(s, api, operation(http.MethodGet, "/api/sessions/{id}/minutes", "list-minutes", "Numbers per minute"), s.listMinutes)
	register(s, api, operation(http.MethodGet, "/api/sessions/{id}/summary", "get-summary", "Totals of a session"), s.getSummary)
	register(s, api, operation(http.MethodGet, "/api/sessions/{id}/viewers", "list-viewers", "Who was there, and what they gave"), s.listViewers)
	register(s, api, operation(http.MethodPost, "/api/sessions/{id}/simulate", "simulate", "Add a simulated event; it is never Counted"), s.simulate)
}

type sessionQuery struct {
	Room string `query:"room"`
	From string `query:"from" doc:"started at or after this time"`
	To   string `query:"to" doc:"started before this time"`
	Paged
}

func (s *Server) listSessions(ctx context.Context, in *sessionQuery) (*list[sessionBody], error) {
	before, err := cursorNumber(in.Cursor)
	if err != nil {
		return nil, err
	}
	q := db.SessionQuery{Room: in.Room, Before: before, Limit: in.Limit + 1}
	if q.From, err = timeParam("from", in.From); err != nil {
		return nil, err
	}
	if q.To, err = timeParam("to", in.To); err != nil {
		return nil, err
	}
	found, err := s.db.Sessions(ctx, q)
	if err != nil {
		return nil, err
	}
	found, next := numberedPage(found, in.Limit, func(i live.SessionInfo) int64 { return i.ID })
	items := make([]sessionBody, len(found))
	for i, f := range found {
		items[i] = sessionOf(f)
	}
	return listOf(items, next), nil
}

type sessionAnswer struct{ Body sessionBody }

func (s *Server) getSession(ctx context.Context, in *SessionPath) (*sessionAnswer, error) {
	info, err := s.db.Session(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &sessionAnswer{sessionOf(info)}, nil
}

type sessionChange struct {
	SessionPath
	Body struct {
		Title string `json:"title" maxLength:"300"`
	}
}

func (s *Server) patchSession(ctx context.Context, in *sessionChange) (*sessionAnswer, error) {
	if err := s.db.RenameSession(ctx, in.ID, in.Body.Title); err != nil {
		return nil, err
	}
	return s.getSession(ctx, &in.SessionPath)
}

func (s *Server) deleteSession(ctx context.Context, in *SessionPath) (*struct{}, error) {
	if err := s.dropSession(ctx, in.ID); err != nil {
		return nil, err
	}
	return nil, nil //nolint:nilnil // huma's form of 204
}

// dropSession takes a session away at once, for all who look; its events are deleted in the background, since a million of them take a
// minute.
func (s *Server) dropSession(ctx context.Context, id int64) error {
	if _, err := s.engine.Session(id); err == nil {
		return &live.Error{
			Code: live.CodeConflict, Op: "server.dropSession", Msg: "This session is being recorded. Disconnect its room first, then delete it.",
		}
	}
	if err := s.db.HideSession(ctx, id); err != nil {
		return err
	}
	s.keeper.look()
	return nil
}

type eventQuery struct {
	SessionPath
	After  int64  `query:"after" minimum:"0" doc:"events with a greater seq"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"100"`
	Type   string `query:"type" doc:"an event_type"`
	User   string `query:"user" doc:"a viewer's user_id or unique_id"`
	Q      string `query:"q" maxLength:"200" doc:"words; a Chinese, Japanese or Thai word is found inside a sentence, a Vietnamese one with or without its marks"`
	Origin string `query:"origin" enum:"tiktok,simulated,replay,api,system"`
}

func (s *Server) listEvents(ctx context.Context, in *eventQuery) (*list[wireEvent], error) {
	if _, err := s.db.Session(ctx, in.ID); err != nil {
		return nil, err
	}
	events, err := s.db.Events(ctx, db.EventQuery{
		Session: in.ID, After: in.After, Limit: in.Limit, Kind: live.Kind(in.Type), Origin: live.Origin(in.Origin), User: in.User, Text: in.Q,
	})
	if err != nil {
		return nil, err
	}
	items := make([]wireEvent, len(events))
	for i, e := range events {
		items[i] = wireEvent{e}
	}
	next := ""
	if len(events) == in.Limit {
		next = strconv.FormatInt(events[len(events)-1].Seq, 10)
	}
	return listOf(items, next), nil
}

// minuteBody is one minute. Joins are a lower bound: TikTok thins them out in busy rooms.
type minuteBody struct {
	Start       string  `json:"start"`
	Comments    int64   `json:"comments"`
	Gifts       int64   `json:"gifts" doc:"pieces; a streak counts in the minute it ends"`
	Diamonds    int64   `json:"diamonds"`
	Likes       int64   `json:"likes" doc:"growth of TikTok's total"`
	Joins       int64   `json:"joins" doc:"a lower bound"`
	Follows     int64   `json:"follows"`
	Shares      int64   `json:"shares"`
	Viewers     *int64  `json:"viewers" doc:"at the end of the minute; null if TikTok told none"`
	ViewersPeak *int64  `json:"viewers_peak"`
	New         int64   `json:"new_viewers"`
	Returning   int64   `json:"returning_viewers"`
	Gap         float64 `json:"gap_seconds" doc:"of this minute, how much is missing"`
}

func told(n int64) *int64 {
	if n < 0 {
		return nil
	}
	return &n
}

// minuteList says up to which event its minutes are, so that a page that follows knows what to add.
type minuteList struct {
	Body struct {
		Items   []minuteBody `json:"items"`
		Next    string       `json:"next" doc:"always empty"`
		LastSeq int64        `json:"last_seq" doc:"the minutes hold every event up to this one"`
	}
}

func (s *Server) listMinutes(ctx context.Context, in *struct {
	SessionPath
	Counted
	From string `query:"from" doc:"only minutes that begin at or after this time"`
},
) (*minuteList, error) {
	since, err := timeParam("from", in.From)
	if err != nil {
		return nil, err
	}
	info, minutes, err := s.db.MinutesSince(ctx, in.ID, in.rehearsals(), since)
	if err != nil {
		return nil, err
	}
	var out minuteList
	out.Body.LastSeq, out.Body.Items = info.LastSeq, make([]minuteBody, len(minutes))
	for i, m := range minutes {
		out.Body.Items[i] = minuteBody{
			Start: live.Timestamp(m.Start), Comments: m.Comments, Gifts: m.Gifts, Diamonds: m.Diamonds, Likes: m.Likes, Joins: m.Joins,
			Follows: m.Follows, Shares: m.Shares, Viewers: told(m.Viewers), ViewersPeak: told(m.ViewersPeak), New: m.New,
			Returning: m.Returning, Gap: m.Gap.Seconds(),
		}
	}
	return &out, nil
}

// summaryBody is a session's totals, under the names of its minutes.
type summaryBody struct {
	SessionID   int64        `json:"session_id"`
	LastSeq     int64        `json:"last_seq" doc:"the totals hold every event up to this one"`
	Comments    int64        `json:"comments"`
	Gifts       int64        `json:"gifts"`
	Diamonds    int64        `json:"diamonds"`
	Likes       int64        `json:"likes" doc:"TikTok's total of the LIVE, those before we listened included"`
	LikesHere   int64        `json:"likes_recorded" doc:"by how much TikTok's total grew while we listened: a lower bound"`
	Joins       int64        `json:"joins" doc:"a lower bound"`
	Follows     int64        `json:"follows"`
	Shares      int64        `json:"shares"`
	Viewers     *int64       `json:"viewers"`
	ViewersPeak *int64       `json:"viewers_peak"`
	New         int64        `json:"new_viewers"`
	Returning   int64        `json:"returning_viewers"`
	Gap         float64      `json:"gap_seconds"`
	Seconds     float64      `json:"duration_seconds"`
	TopGifters  []gifterBody `json:"top_gifters"`
}

type gifterBody struct {
	User     wireUser `json:"user"`
	Diamonds int64    `json:"diamonds"`
	Gifts    int64    `json:"gifts"`
}

type summaryAnswer struct{ Body summaryBody }

const topGifters = 10

func (s *Server) getSummary(ctx context.Context, in *struct {
	SessionPath
	Counted
},
) (*summaryAnswer, error) {
	info, t, err := s.db.Summary(ctx, in.ID, in.rehearsals())
	if err != nil {
		return nil, err
	}
	viewers, err := s.db.Attendance(ctx, in.ID, in.rehearsals(), "diamonds", topGifters, 0)
	if err != nil {
		return nil, err
	}
	end := info.EndedAt
	if end.IsZero() {
		end = time.Now()
	}
	body := summaryBody{
		SessionID: in.ID, LastSeq: info.LastSeq, Comments: t.Comments, Gifts: t.Gifts, Diamonds: t.Diamonds, Likes: t.Likes, LikesHere: t.LikesGrown, Joins: t.Joins,
		Follows: t.Follows, Shares: t.Shares, Viewers: told(t.Viewers), ViewersPeak: told(t.ViewersPeak), New: t.New, Returning: t.Returning,
		Gap: t.Gap.Seconds(), Seconds: end.Sub(info.StartedAt).Round(time.Second).Seconds(), TopGifters: []gifterBody{},
	}
	for _, v := range viewers {
		if v.Diamonds > 0 {
			body.TopGifters = append(body.TopGifters, gifterBody{wireUser(v.User), v.Diamonds, v.Gifts})
		}
	}
	return &summaryAnswer{body}, nil
}

// viewerBody is what one viewer did in a session.
type viewerBody struct {
	User     wireUser `json:"user"`
	First    string   `json:"first_seen"`
	Last     string   `json:"last_seen"`
	Comments int64    `json:"comments"`
	Gifts    int64    `json:"gifts"`
	Diamonds int64    `json:"diamonds"`
	Likes    int64    `json:"likes" doc:"a lower bound"`
	Joins    int64    `json:"joins" doc:"a lower bound"`
	Follows  int64    `json:"follows"`
	Shares   int64    `json:"shares"`
}

func (s *Server) listViewers(ctx context.Context, in *struct {
	SessionPath
	Counted
	Paged
	Sort string `query:"sort" enum:"diamonds,comments,likes,gifts,last" default:"diamonds"`
},
) (*list[viewerBody], error) {
	if _, err := s.db.Session(ctx, in.ID); err != nil {
		return nil, err
	}
	offset, err := cursorNumber(in.Cursor)
	if err != nil {
		return nil, err
	}
	found, err := s.db.Attendance(ctx, in.ID, in.rehearsals(), in.Sort, in.Limit, int(offset))
	if err != nil {
		return nil, err
	}
	items := make([]viewerBody, len(found))
	for i, v := range found {
		items[i] = viewerBody{
			User: wireUser(v.User), First: live.Timestamp(v.First), Last: live.Timestamp(v.Last), Comments: v.Comments, Gifts: v.Gifts,
			Diamonds: v.Diamonds, Likes: v.Likes, Joins: v.Joins, Follows: v.Follows, Shares: v.Shares,
		}
	}
	next := ""
	if len(found) == in.Limit {
		next = strconv.Itoa(int(offset) + in.Limit)
	}
	return listOf(items, next), nil
}

type simulation struct {
	SessionPath
	Body struct {
		Type live.Kind       `json:"event_type"`
		Data json.RawMessage `json:"data,omitempty" doc:"as on the wire; user and timestamp may be missing"`
	}
}

type simulated struct {
	Body struct {
		Seq int64 `json:"seq" doc:"the number the event got in the session's log"`
	}
}

func (s *Server) simulate(ctx context.Context, in *simulation) (*simulated, error) {
	session, err := s.engine.Session(in.ID)
	if err != nil {
		if _, unknown := s.db.Session(ctx, in.ID); unknown != nil {
			err = unknown
		}
		return nil, err
	}
	event, err := live.NewSimulated(in.Body.Type, in.Body.Data, time.Now())
	if err != nil {
		return nil, err
	}
	var out simulated
	if out.Body.Seq, err = session.Append(ctx, event); err != nil {
		return nil, err
	}
	return &out, nil
}

func (s *Server) sessionInPath(r *http.Request) (live.SessionInfo, error) {
	id, err := strconv.ParseInt(chi.URLParam(r, "id"), 10, 64)
	if err != nil {
		return live.SessionInfo{}, &live.Error{Code: live.CodeInvalid, Op: "server.session", Field: "id", Msg: "A session's id is a number."}
	}
	return s.db.Session(r.Context(), id)
}
