package server

import (
	"context"
	"encoding/json"

	"showcaller/internal/live"
)

// anyValue is JSON of any form.
type anyValue = json.RawMessage

// messageBody is one turn of a story in an answer.
type messageBody struct {
	ID        int64       `json:"id"`
	TurnID    string      `json:"turn_id"`
	At        string      `json:"at"`
	Type      string      `json:"type" doc:"of the input"`
	Speaker   string      `json:"speaker,omitempty"`
	ViewerID  string      `json:"viewer_id,omitempty"`
	Text      string      `json:"text" doc:"what history holds of the input"`
	GiftName  string      `json:"gift_name,omitempty"`
	GiftCount int         `json:"gift_count,omitempty"`
	Value     float64     `json:"value,omitempty"`
	Event     anyValue    `json:"event" doc:"the input, normalised"`
	Clips     []live.Clip `json:"clips"`
	Responder string      `json:"responder"`
	Fallback  string      `json:"fallback,omitempty" doc:"why the template spoke in place of the model"`
	Guarded   []string    `json:"guarded,omitempty" doc:"what the guards replaced, each with its reason"`
	TookMS    int64       `json:"took_ms"`
	TokensIn  int         `json:"tokens_in,omitempty"`
	TokensOut int         `json:"tokens_out,omitempty"`
	SessionID int64       `json:"session_id,omitempty"`
	Cause     int64       `json:"cause,omitempty" doc:"seq of the event that caused the turn"`
	Also      []int64     `json:"also,omitempty" doc:"further events it answered"`
}

func messageOf(m live.StoryMessage) messageBody {
	return messageBody{
		ID: m.ID, TurnID: m.TurnID, At: live.Timestamp(m.At), Type: m.Type, Speaker: m.Speaker, ViewerID: m.ViewerID, Text: m.Text,
		GiftName: m.GiftName, GiftCount: m.GiftCount, Value: m.Value, Event: m.Input, Clips: listed(m.Clips), Responder: m.Responder,
		Fallback: m.Fallback, Guarded: m.Guarded, TookMS: m.TookMS, TokensIn: m.TokensIn, TokensOut: m.TokensOut, SessionID: m.SessionID,
		Cause: m.Cause, Also: m.Also,
	}
}

func (s *Server) listMessages(ctx context.Context, in *struct {
	StoryPath
	Paged
},
) (*list[messageBody], error) {
	before, err := cursorNumber(in.Cursor)
	if err != nil {
		return nil, err
	}
	if _, err := s.db.StoryProfile(ctx, in.StoryID); err != nil {
		return nil, err
	}
	found, err := s.db.StoryMessages(ctx, in.StoryID, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	found, next := numberedPage(found, in.Limit, func(m live.StoryMessage) int64 { return m.ID })
	items := make([]messageBody, len(found))
	for i, m := range found {
		items[i] = messageOf(m)
	}
	return listOf(items, next), nil
}

// memoryBody is a message a story may recall.
type memoryBody struct {
	ID       int64  `json:"id"`
	At       string `json:"at"`
	Type     string `json:"type"`
	Speaker  string `json:"speaker,omitempty"`
	ViewerID string `json:"viewer_id,omitempty"`
	Text     string `json:"text"`
	Answer   string `json:"answer" doc:"what the host said to it"`
}

func (s *Server) searchMemory(ctx context.Context, in *struct {
	StoryPath
	Q      string `query:"q" maxLength:"2000" doc:"a text as a viewer would write it; left out, the newest"`
	Viewer string `query:"viewer" maxLength:"200" doc:"of equals, this viewer's come first"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
},
) (*list[memoryBody], error) {
	found, err := s.db.RecallStory(ctx, in.StoryID, in.Viewer, in.Q, in.Limit)
	if err == nil && len(found) == 0 {
		_, err = s.db.StoryProfile(ctx, in.StoryID)
	}
	if err != nil {
		return nil, err
	}
	items := make([]memoryBody, len(found))
	for i, m := range found {
		items[i] = memoryBody{m.ID, live.Timestamp(m.At), m.Type, m.Speaker, m.ViewerID, m.Text, m.Answer}
	}
	return listOf(items, ""), nil
}

// MemoryPath names a message of a story's memory.
type MemoryPath struct {
	StoryPath
	ID int64 `path:"id" minimum:"1"`
}

func (s *Server) editMemory(ctx context.Context, in *struct {
	MemoryPath
	Body struct {
		Text string `json:"text" minLength:"1" maxLength:"2000"`
	}
},
) (*struct{}, error) {
	if err := s.db.EditStoryMemory(ctx, in.StoryID, in.ID, in.Body.Text); err != nil {
		return nil, err
	}
	return nil, nil //nolint:nilnil // huma's form of 204
}

func (s *Server) forgetMemory(ctx context.Context, in *MemoryPath) (*struct{}, error) {
	if err := s.db.ForgetStoryMemory(ctx, in.StoryID, in.ID); err != nil {
		return nil, err
	}
	return nil, nil //nolint:nilnil // huma's form of 204
}
