package server

import (
	"context"
	"net/http"
	"slices"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/story"
)

// storyBody is a story in an answer.
type storyBody struct {
	ID         string           `json:"id"`
	Name       string           `json:"name" doc:"what the host is called"`
	Language   string           `json:"language" doc:"zh, en, vi or ja; empty: each viewer's own"`
	Persona    string           `json:"persona"`
	Rules      string           `json:"rules"`
	BlockedIn  []string         `json:"blocked_in" doc:"words of viewers that get no answer"`
	BlockedOut []string         `json:"blocked_out" doc:"words the host never says"`
	Responder  string           `json:"responder" doc:"template or model; empty: the model where one is configured"`
	Seed       int64            `json:"seed" doc:"of the template's choices"`
	Pacing     live.StoryPacing `json:"pacing" doc:"seconds and counts; what is left out takes the default"`
	Budget     live.StoryBudget `json:"budget" doc:"of a model; 0 is without a bound"`
	Room       string           `json:"room" doc:"unique_id of the room the host speaks in; empty for none"`
	Paused     bool             `json:"paused"`
	Muted      bool             `json:"muted" doc:"chat, notices and idle lines get no answer"`
	MutedIDs   []string         `json:"muted_viewers" doc:"viewers whose chat gets no answer, by key"`
	CreatedAt  string           `json:"created_at"`
	UpdatedAt  string           `json:"updated_at"`
}

func (s *Server) storyOf(p live.StoryProfile) storyBody {
	return storyBody{
		ID: p.ID, Name: p.Name, Language: p.Language, Persona: p.Persona, Rules: p.Rules, BlockedIn: listed(p.BlockedIn), BlockedOut: listed(p.BlockedOut),
		Responder: p.Responder, Seed: p.Seed, Pacing: p.Pacing, Budget: p.Budget, Room: s.roomOfStory(p.ID), Paused: p.Paused, Muted: p.Muted,
		MutedIDs: listed(p.MutedIDs), CreatedAt: live.Timestamp(p.CreatedAt), UpdatedAt: live.Timestamp(p.UpdatedAt),
	}
}

// listed makes an empty list of none: in JSON it must not be null.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

// roomOfStory returns the room a story is bound to, or "".
func (s *Server) roomOfStory(id string) string {
	for _, r := range s.engine.Rooms() {
		if r.StoryID == id {
			return r.UniqueID
		}
	}
	return ""
}

// StoryPath names a story. It is exported because huma fills embedded structs only if they are.
type StoryPath struct {
	StoryID string `path:"storyId" maxLength:"100"`
}

type storyAnswer struct{ Body storyBody }

// storyChange is what a client may set. What it leaves out stays as it is.
type storyChange struct {
	Name       *string           `json:"name,omitempty"`
	Language   *string           `json:"language,omitempty"`
	Persona    *string           `json:"persona,omitempty"`
	Rules      *string           `json:"rules,omitempty"`
	BlockedIn  *[]string         `json:"blocked_in,omitempty"`
	BlockedOut *[]string         `json:"blocked_out,omitempty"`
	Responder  *string           `json:"responder,omitempty"`
	Seed       *int64            `json:"seed,omitempty"`
	Pacing     *live.StoryPacing `json:"pacing,omitempty"`
	Budget     *live.StoryBudget `json:"budget,omitempty"`
	Room       *string           `json:"room,omitempty" doc:"the host speaks there from now on; empty: nowhere"`
}

// apply changes a profile and checks the outcome.
func (c storyChange) apply(p *live.StoryProfile) error {
	set(&p.Name, c.Name)
	set(&p.Language, c.Language)
	set(&p.Persona, c.Persona)
	set(&p.Rules, c.Rules)
	set(&p.BlockedIn, c.BlockedIn)
	set(&p.BlockedOut, c.BlockedOut)
	set(&p.Responder, c.Responder)
	set(&p.Seed, c.Seed)
	set(&p.Pacing, c.Pacing)
	set(&p.Budget, c.Budget)
	return story.Check(*p)
}

func set[T any](to, value *T) {
	if value != nil {
		*to = *value
	}
}

// storyOperations registers /api/stories.
func (s *Server) storyOperations(api huma.API) {
	register(s, api, operation(http.MethodGet, "/api/stories", "list-stories", "All stories"), s.listStories)
	register(s, api, created("/api/stories", "add-story", "Write a story"), s.addStory)
	register(s, api, operation(http.MethodGet, "/api/stories/{storyId}", "get-story", "One story"), s.getStory)
	register(s, api, operation(http.MethodPatch, "/api/stories/{storyId}", "change-story", "Change a story, or the room it is bound to"), s.patchStory)
	register(s, api, empty(http.MethodDelete, "/api/stories/{storyId}", "delete-story", "Delete a story with all it remembers"), s.deleteStory)
	register(s, api, operation(http.MethodGet, "/api/stories/{storyId}/messages", "list-messages", "What came in and what was answered, the newest first"), s.listMessages)
	register(s, api, operation(http.MethodGet, "/api/stories/{storyId}/memory", "search-memory", "What the story would recall"), s.searchMemory)
	register(s, api, empty(http.MethodPatch, "/api/stories/{storyId}/memory/{id}", "edit-memory", "Correct what the story remembers"), s.editMemory)
	register(s, api, empty(http.MethodDelete, "/api/stories/{storyId}/memory/{id}", "forget-memory", "Forget a message"), s.forgetMemory)
	register(s, api, operation(http.MethodGet, "/api/stories/{storyId}/queue", "get-queue", "What the host says, what waits and why, what was skipped and why"), s.getQueue)
	register(s, api, operation(http.MethodPost, "/api/stories/{storyId}/director", "direct", "Pause, resume, skip, say, mute, unmute, or try an input out"), s.direct)
}

func (s *Server) listStories(ctx context.Context, in *Paged) (*list[storyBody], error) {
	after, err := cursorNumber(in.Cursor)
	if err != nil {
		return nil, err
	}
	found, err := s.db.StoriesAfter(ctx, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	found, next := numberedPage(found, in.Limit, func(p db.NumberedStory) int64 { return p.Number })
	items := make([]storyBody, len(found))
	for i, p := range found {
		items[i] = s.storyOf(p.StoryProfile)
	}
	return listOf(items, next), nil
}

func (s *Server) getStory(ctx context.Context, in *StoryPath) (*storyAnswer, error) {
	p, err := s.db.StoryProfile(ctx, in.StoryID)
	if err != nil {
		return nil, err
	}
	return &storyAnswer{s.storyOf(p)}, nil
}

func (s *Server) addStory(ctx context.Context, in *struct{ Body storyChange }) (*storyAnswer, error) {
	var p live.StoryProfile
	if err := in.Body.apply(&p); err != nil {
		return nil, err
	}
	if err := s.checkRoom(in.Body.Room); err != nil {
		return nil, err
	}
	p, err := s.db.CreateStory(ctx, p)
	if err == nil {
		err = s.opts.Directors.Put(ctx, p)
	}
	if err == nil && in.Body.Room != nil {
		err = s.bindStory(ctx, p.ID, *in.Body.Room)
	}
	if err != nil {
		return nil, err
	}
	return s.getStory(ctx, &StoryPath{p.ID})
}

func (s *Server) patchStory(ctx context.Context, in *struct {
	StoryPath
	Body storyChange
},
) (*storyAnswer, error) {
	if err := s.checkRoom(in.Body.Room); err != nil {
		return nil, err
	}
	err := s.changeStory(ctx, in.StoryID, in.Body.apply)
	if err == nil && in.Body.Room != nil {
		err = s.bindStory(ctx, in.StoryID, *in.Body.Room)
	}
	if err != nil {
		return nil, err
	}
	return s.getStory(ctx, &in.StoryPath)
}

// changeStory changes a story's settings and tells its director. Changes go one after another: each begins with what the one
// before left.
func (s *Server) changeStory(ctx context.Context, id string, change func(*live.StoryProfile) error) error {
	s.storyChanges.Lock()
	defer s.storyChanges.Unlock()
	p, err := s.db.StoryProfile(ctx, id)
	if err != nil {
		return err
	}
	if err := change(&p); err != nil {
		return err
	}
	if err := s.db.UpdateStory(ctx, p); err != nil {
		return err
	}
	return s.opts.Directors.Put(ctx, p)
}

// checkRoom refuses a room that is not here.
func (s *Server) checkRoom(room *string) error {
	if room == nil || *room == "" {
		return nil
	}
	if _, _, err := s.engine.Room(*room); err != nil {
		return &live.Error{Code: live.CodeInvalid, Op: "server.bindStory", Field: "room", Msg: live.MessageOf(err), Err: err}
	}
	return nil
}

// bindStory lets a story speak in a room, "" for none. A host has one stage: other rooms lose the story.
func (s *Server) bindStory(ctx context.Context, id, room string) error {
	for _, r := range s.engine.Rooms() {
		want := r.StoryID
		switch {
		case r.UniqueID == room:
			want = id
		case r.StoryID == id:
			want = ""
		}
		if want == r.StoryID {
			continue
		}
		if err := s.engine.UpdateRoom(ctx, r.UniqueID, func(r *live.Room) { r.StoryID = want }); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) deleteStory(ctx context.Context, in *StoryPath) (*struct{}, error) {
	if err := s.removeStory(ctx, in.StoryID); err != nil {
		return nil, err
	}
	return nil, nil //nolint:nilnil // huma's form of 204
}

// removeStory deletes a story, ends its director and leaves its room without a host.
func (s *Server) removeStory(ctx context.Context, id string) error {
	if err := s.db.DeleteStory(ctx, id); err != nil {
		return err
	}
	s.opts.Directors.Remove(id)
	return s.bindStory(ctx, id, "")
}

const (
	maxMuted  = 1_000 // viewers one story does not answer
	maxViewer = 100   // characters of a viewer's key; TikTok's ids and names are shorter
)

// direction is what an operator tells a story's director.
type direction struct {
	StoryPath
	Body struct {
		Action string   `json:"action" enum:"pause,resume,skip,say,mute,unmute,dry_run"`
		Text   string   `json:"text,omitempty" maxLength:"400" doc:"say: what"`
		Seq    int64    `json:"seq,omitempty" doc:"skip: what waits, by the queue's seq; left out, what is answered or said now"`
		Viewer string   `json:"viewer,omitempty" maxLength:"100" doc:"mute, unmute: only this viewer, by key; 1,000 may be muted"`
		Input  anyValue `json:"input,omitempty" doc:"dry_run: any body of the message address; it is answered, but neither said nor remembered"`
	}
}

type directed struct {
	Body struct {
		Queue  live.Queue        `json:"queue"`
		Answer *live.StoryAnswer `json:"answer,omitempty" doc:"of a dry run"`
	}
}

func (s *Server) direct(ctx context.Context, in *direction) (*directed, error) {
	if err := permit(ctx, hostAction(in.Body.Action)); err != nil {
		return nil, err
	}
	deedOf(ctx).about(in.Body.Action)
	director, err := s.opts.Directors.Director(in.StoryID)
	if err != nil {
		return nil, err
	}
	var out directed
	switch in.Body.Action {
	case "say":
		err = director.Say(ctx, in.Body.Text)
	case "skip":
		err = director.Skip(ctx, in.Body.Seq)
	case "dry_run":
		out.Body.Answer, err = s.rehearse(ctx, in.StoryID, in.Body.Input)
	default:
		err = s.changeStory(ctx, in.StoryID, func(p *live.StoryProfile) error {
			return in.apply(p)
		})
	}
	if err == nil {
		out.Body.Queue, err = director.Queue(ctx)
	}
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// lasting reports whether the action is a setting that outlives a restart.
func (d *direction) lasting() bool {
	return slices.Contains([]string{"pause", "resume", "mute", "unmute"}, d.Body.Action)
}

// apply changes the settings that outlive a restart.
func (d *direction) apply(p *live.StoryProfile) error {
	viewer := d.Body.Viewer
	switch d.Body.Action {
	case "pause", "resume":
		p.Paused = d.Body.Action == "pause"
	case "mute", "unmute":
		if viewer == "" {
			p.Muted = d.Body.Action == "mute"
			return nil
		}
		p.MutedIDs = slices.DeleteFunc(p.MutedIDs, func(id string) bool { return id == viewer })
		if d.Body.Action == "mute" {
			return muteViewer(p, viewer)
		}
	}
	return nil
}

// muteViewer adds a viewer to those a story does not answer, unless there are too many.
func muteViewer(p *live.StoryProfile, viewer string) error {
	if utf8.RuneCountInString(viewer) > maxViewer {
		return &live.Error{Code: live.CodeInvalid, Op: "server.muteViewer", Field: "viewer", Msg: "A viewer's key has at most 100 characters."}
	}
	if len(p.MutedIDs) >= maxMuted {
		return &live.Error{
			Code: live.CodeConflict, Op: "server.muteViewer", Field: "viewer", Msg: "1,000 viewers are muted already, which is the most. Unmute some first.",
		}
	}
	p.MutedIDs = append(p.MutedIDs, viewer)
	return nil
}

// rehearse lets a story answer an input without saying or remembering it.
func (s *Server) rehearse(ctx context.Context, id string, body []byte) (*live.StoryAnswer, error) {
	input, err := s.opts.Story.Parse(body)
	if err != nil {
		return nil, err
	}
	answer, err := s.opts.Story.Answer(ctx, live.StoryTurn{StoryID: id, Input: input, DryRun: true}, nil)
	if err != nil {
		return nil, err
	}
	return &answer, nil
}

type queueAnswer struct{ Body live.Queue }

func (s *Server) getQueue(ctx context.Context, in *StoryPath) (*queueAnswer, error) {
	director, err := s.opts.Directors.Director(in.StoryID)
	if err != nil {
		return nil, err
	}
	q, err := director.Queue(ctx)
	if err != nil {
		return nil, err
	}
	return &queueAnswer{q}, nil
}
