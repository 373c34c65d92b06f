package server

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"showcaller/internal/live"
	"showcaller/web/catalog"
)

// roomBody is a room in an answer.
type roomBody struct {
	UniqueID   string     `json:"unique_id"`
	Nickname   string     `json:"nickname"`
	Picture    string     `json:"picture,omitempty"`
	Demo       bool       `json:"demo,omitempty"`
	Wanted     bool       `json:"wanted" doc:"connected, or waited for"`
	AutoRecord bool       `json:"auto_record"`
	StoryID    string     `json:"story_id"`
	AddedAt    string     `json:"added_at"`
	State      live.State `json:"state" enum:"idle,waiting,looking,connecting,live,silent,reconnecting,paused,ended,blocked,limited,stopped"`
	Health     healthBody `json:"health"`
}

// healthBody says how a room's connection is doing, in codes and in the reader's words.
type healthBody struct {
	State     live.State              `json:"state"`
	Since     string                  `json:"since"`
	Reason    live.Reason             `json:"reason,omitempty"`
	Message   string                  `json:"message" doc:"what is going on"`
	Advice    string                  `json:"advice,omitempty" doc:"what to do about it"`
	Way       string                  `json:"way,omitempty" enum:"direct,sign" doc:"how the socket was reached"`
	RetryAt   *string                 `json:"retry_at,omitempty" doc:"when something happens by itself"`
	HeardAt   *string                 `json:"heard_at,omitempty" doc:"when TikTok last sent anything"`
	SessionID int64                   `json:"session_id,omitempty"`
	LastSeq   int64                   `json:"last_seq,omitempty" doc:"number of the newest event of the session at hand"`
	Dropped   int64                   `json:"repeats_dropped,omitempty" doc:"repeats TikTok sent that were not recorded again"`
	SkewMS    int64                   `json:"clock_skew_ms,omitempty"`
	Quota     *live.Quota             `json:"quota,omitempty" doc:"of the sign server"`
	Unknown   map[string]live.Unknown `json:"unknown_methods,omitempty" doc:"messages no event is made of, by TikTok's method"`
}

func healthOf(p *catalog.Printer, room live.RoomState) healthBody {
	h := room.Health
	b := healthBody{
		State: h.State, Since: live.Timestamp(h.Since), Reason: h.Reason, Way: h.Way, RetryAt: stamp(h.RetryAt), HeardAt: stamp(h.HeardAt),
		SessionID: h.SessionID, Dropped: h.Dropped, SkewMS: h.Skew.Milliseconds(), Quota: h.Quota, Unknown: h.Unknown,
		Message: p.T("health." + string(h.State)),
	}
	if room.Demo && h.State == live.StateLive {
		b.Message = p.T("health.demo")
	}
	if h.Reason != "" && h.Reason != live.ReasonOffline {
		b.Message, b.Advice = p.T("reason."+string(h.Reason)), p.T("advice."+string(h.Reason))
	}
	return b
}

func roomOf(p *catalog.Printer, room live.RoomState) roomBody {
	return roomBody{
		UniqueID: room.UniqueID, Nickname: room.Nickname, Picture: room.Picture, Demo: room.Demo, Wanted: room.Wanted,
		AutoRecord: room.AutoRecord, StoryID: room.StoryID, AddedAt: live.Timestamp(room.AddedAt), State: room.Health.State,
		Health: healthOf(p, room),
	}
}

type roomAnswer struct{ Body roomBody }

// Spoken carries the language of a request. Exported, like all that is embedded here, because huma fills only such.
type Spoken struct {
	Language string `header:"Accept-Language" doc:"of message and advice"`
}

func (i Spoken) printer() *catalog.Printer { return catalog.For(i.Language) }

// RoomPath names a room.
type RoomPath struct {
	Spoken
	UniqueID string `path:"unique_id" doc:"the name behind the @"`
}

type newRoom struct {
	Spoken
	Body struct {
		UniqueID   string `json:"unique_id" minLength:"1" maxLength:"300" doc:"the name, with or without @, or the address of the profile or LIVE"`
		AutoRecord *bool  `json:"auto_record,omitempty" doc:"record each LIVE by itself; true unless said otherwise"`
		StoryID    string `json:"story_id,omitempty"`
	}
}

type roomChange struct {
	RoomPath
	Body struct {
		AutoRecord *bool   `json:"auto_record,omitempty" doc:"record each LIVE by itself; true connects a room that was not"`
		StoryID    *string `json:"story_id,omitempty"`
	}
}

// roomOperations registers /api/rooms.
func (s *Server) roomOperations(api huma.API) {
	register(s, api, operation(http.MethodGet, "/api/rooms", "list-rooms", "All rooms, with state and health"), s.listRooms)
	register(s, api, created("/api/rooms", "add-room", "Watch a room"), s.addRoom)
	register(s, api, operation(http.MethodGet, "/api/rooms/{unique_id}", "get-room", "One room"), s.getRoom)
	register(s, api, operation(http.MethodPatch, "/api/rooms/{unique_id}", "change-room", "Change a room's settings"), s.patchRoom)
	register(s, api, empty(http.MethodDelete, "/api/rooms/{unique_id}", "remove-room", "Stop watching a room; its sessions stay"), s.deleteRoom)
	register(s, api, operation(http.MethodPost, "/api/rooms/{unique_id}/connect", "connect-room", "Connect now, and again after a restart"), s.apiConnect)
	register(s, api, operation(http.MethodPost, "/api/rooms/{unique_id}/disconnect", "disconnect-room", "Close the socket and leave the room alone"), s.apiDisconnect)
}

func operation(method, path, id, summary string) huma.Operation {
	return huma.Operation{Method: method, Path: path, OperationID: id, Summary: summary}
}

// created is the operation of a POST that makes something.
func created(path, id, summary string) huma.Operation {
	op := operation(http.MethodPost, path, id, summary)
	op.DefaultStatus = http.StatusCreated
	return op
}

func empty(method, path, id, summary string) huma.Operation {
	op := operation(method, path, id, summary)
	op.DefaultStatus = http.StatusNoContent
	return op
}

func (s *Server) listRooms(_ context.Context, in *struct {
	Spoken
	Paged
},
) (*list[roomBody], error) {
	found, err := roomsAfter(s.engine.Rooms(), in.Cursor)
	if err != nil {
		return nil, err
	}
	found, next := pageOf(found, in.Limit, roomCursor)
	items := make([]roomBody, len(found))
	for i, room := range found {
		items[i] = roomOf(in.printer(), room)
	}
	return listOf(items, next), nil
}

// roomCursor is where the list of rooms goes on behind a room, also after that room was removed.
func roomCursor(r live.RoomState) string {
	return strconv.FormatInt(r.AddedAt.UnixMilli(), 10) + "-" + r.UniqueID
}

// roomsAfter returns those of a list of rooms that are behind a cursor.
func roomsAfter(rooms []live.RoomState, cursor string) ([]live.RoomState, error) {
	if cursor == "" {
		return rooms, nil
	}
	added, name, ok := strings.Cut(cursor, "-")
	at, err := strconv.ParseInt(added, 10, 64)
	if !ok || err != nil {
		return nil, badCursor()
	}
	i := slices.IndexFunc(rooms, func(r live.RoomState) bool {
		return cmp.Or(cmp.Compare(r.AddedAt.UnixMilli(), at), cmp.Compare(r.UniqueID, name)) > 0
	})
	if i < 0 {
		return nil, nil
	}
	return rooms[i:], nil
}

func (s *Server) addRoom(ctx context.Context, in *newRoom) (*roomAnswer, error) {
	uniqueID, err := s.opts.ParseName(in.Body.UniqueID)
	if err != nil {
		return nil, err
	}
	if err := s.checkStory(ctx, in.Body.StoryID); err != nil {
		return nil, err
	}
	auto := in.Body.AutoRecord == nil || *in.Body.AutoRecord
	room := live.Room{UniqueID: uniqueID, Wanted: auto, AutoRecord: auto, StoryID: in.Body.StoryID}
	if err := s.engine.AddRoom(ctx, room); err != nil {
		return nil, err
	}
	if room.StoryID != "" {
		if err := s.bindStory(ctx, room.StoryID, uniqueID); err != nil {
			return nil, err
		}
	}
	return s.roomAnswer(in.Spoken, uniqueID)
}

func (s *Server) roomAnswer(in Spoken, uniqueID string) (*roomAnswer, error) {
	room, _, err := s.engine.Room(uniqueID)
	if err != nil {
		return nil, err
	}
	return &roomAnswer{roomOf(in.printer(), room)}, nil
}

func (s *Server) getRoom(_ context.Context, in *RoomPath) (*roomAnswer, error) {
	return s.roomAnswer(in.Spoken, in.UniqueID)
}

// checkStory refuses to bind a story that is not here.
func (s *Server) checkStory(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	_, err := s.db.StoryProfile(ctx, id)
	if live.CodeOf(err) == live.CodeNotFound {
		return &live.Error{Code: live.CodeInvalid, Op: "server.checkStory", Field: "story_id", Msg: live.MessageOf(err), Err: err}
	}
	return err
}

func (s *Server) patchRoom(ctx context.Context, in *roomChange) (*roomAnswer, error) {
	if in.Body.StoryID != nil {
		if err := s.checkStory(ctx, *in.Body.StoryID); err != nil {
			return nil, err
		}
	}
	err := s.engine.UpdateRoom(ctx, in.UniqueID, func(r *live.Room) {
		if in.Body.AutoRecord != nil {
			r.SetAutoRecord(*in.Body.AutoRecord)
		}
		if in.Body.StoryID != nil {
			r.StoryID = *in.Body.StoryID
		}
	})
	if in.Body.AutoRecord != nil {
		deedOf(ctx).about("auto-record " + strconv.FormatBool(*in.Body.AutoRecord))
	}
	if in.Body.StoryID != nil {
		deedOf(ctx).about("story " + *in.Body.StoryID)
	}
	if err == nil && in.Body.StoryID != nil && *in.Body.StoryID != "" {
		err = s.bindStory(ctx, *in.Body.StoryID, in.UniqueID)
	}
	if err != nil {
		return nil, err
	}
	return s.roomAnswer(in.Spoken, in.UniqueID)
}

func (s *Server) deleteRoom(ctx context.Context, in *RoomPath) (*struct{}, error) {
	if err := s.engine.RemoveRoom(ctx, in.UniqueID); err != nil {
		return nil, err
	}
	return nil, nil //nolint:nilnil // huma's form of 204
}

func (s *Server) apiConnect(ctx context.Context, in *RoomPath) (*roomAnswer, error) {
	if err := s.engine.Connect(ctx, in.UniqueID); err != nil {
		return nil, err
	}
	return s.roomAnswer(in.Spoken, in.UniqueID)
}

func (s *Server) apiDisconnect(ctx context.Context, in *RoomPath) (*roomAnswer, error) {
	if err := s.engine.Disconnect(ctx, in.UniqueID); err != nil {
		return nil, err
	}
	return s.roomAnswer(in.Spoken, in.UniqueID)
}
