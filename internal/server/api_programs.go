package server

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"showcaller/internal/live"
)

// programOperations registers the program desk: the run-down of a room's show, where the show stands, its changes, and what the
// host was told.
func (s *Server) programOperations(api huma.API) {
	const (
		runDown = "/api/rooms/{unique_id}/run-down"
		calls   = "/api/sessions/{id}/program-calls"
	)
	register(s, api, operation(http.MethodGet, runDown, "get-run-down", "The programs a room's show is planned to have"), s.getRunDown)
	register(s, api, created(runDown, "add-run-down-item", "Put a program at the end of the run-down"), s.addRunDownItem)
	register(s, api, operation(http.MethodPatch, runDown+"/{item}", "change-run-down-item", "Change a program of the run-down, or its place"), s.patchRunDownItem)
	register(s, api, empty(http.MethodDelete, runDown+"/{item}", "remove-run-down-item", "Take a program out of the run-down"), s.deleteRunDownItem)

	register(s, api, operation(http.MethodGet, "/api/rooms/{unique_id}/program", "get-program", "What is on, what may happen next, and what the host was told"), s.getProgram)
	register(s, api, operation(http.MethodPost, "/api/sessions/{id}/program", "change-program", "Add a change of program to the show"), s.changeProgram)
	register(s, api, operation(http.MethodGet, calls, "list-program-calls", "What the host was told about programs and what became of it, the newest first"), s.listProgramCalls)
	register(s, api, empty(http.MethodPost, calls+"/{seq}/retry", "retry-program-call", "Tell the host again about a program that got no answer"), s.apiRetryProgram)
}

// itemBody is a program of a run-down.
type itemBody struct {
	ID        int64  `json:"id"`
	ProgramID string `json:"program_id" doc:"programId of the events about it"`
	Name      string `json:"name"`
	Type      string `json:"type" enum:"singing,chatting,gaming,drawing,other"`
	Planned   int64  `json:"planned_seconds" doc:"0 leaves the end open"`
}

func itemOf(i live.RunDownItem) itemBody {
	return itemBody{i.ID, i.ProgramID(), i.Name, i.Type, int64(i.Planned / time.Second)}
}

func (s *Server) getRunDown(ctx context.Context, in *RoomPath) (*list[itemBody], error) {
	if _, _, err := s.engine.Room(in.UniqueID); err != nil {
		return nil, err
	}
	found, err := s.db.RunDown(ctx, in.UniqueID)
	if err != nil {
		return nil, err
	}
	items := make([]itemBody, len(found))
	for i, f := range found {
		items[i] = itemOf(f)
	}
	return listOf(items, ""), nil
}

type itemAnswer struct{ Body itemBody }

func (s *Server) addRunDownItem(ctx context.Context, in *struct {
	RoomPath
	Body struct {
		Name    string `json:"name" doc:"1 to 100 characters"`
		Type    string `json:"type,omitempty" doc:"singing, chatting, gaming, drawing or other; other if it is missing"`
		Planned int64  `json:"planned_seconds,omitempty" minimum:"0" maximum:"86400"`
	}
},
) (*itemAnswer, error) {
	item := live.RunDownItem{Room: in.UniqueID, Name: in.Body.Name, Type: in.Body.Type, Planned: time.Duration(in.Body.Planned) * time.Second}
	item, err := s.addItem(ctx, item)
	if err != nil {
		return nil, err
	}
	return &itemAnswer{itemOf(item)}, nil
}

// addItem checks an item and puts it at the end of its room's run-down.
func (s *Server) addItem(ctx context.Context, item live.RunDownItem) (live.RunDownItem, error) {
	if _, _, err := s.engine.Room(item.Room); err != nil {
		return item, err
	}
	item, err := item.Check()
	if err != nil {
		return item, err
	}
	deedOf(ctx).about("add " + item.Name)
	return s.db.AddRunDownItem(ctx, item)
}

// ItemPath names a program of a room's run-down.
type ItemPath struct {
	RoomPath
	Item int64 `path:"item" minimum:"1"`
}

func (s *Server) patchRunDownItem(ctx context.Context, in *struct {
	ItemPath
	Body struct {
		Name    *string `json:"name,omitempty"`
		Type    *string `json:"type,omitempty"`
		Planned *int64  `json:"planned_seconds,omitempty" minimum:"0" maximum:"86400"`
		Place   *int    `json:"place,omitempty" minimum:"0" doc:"counted from 0; one beyond the end is the end"`
	}
},
) (*itemAnswer, error) {
	item, err := s.item(ctx, in.UniqueID, in.Item)
	if err != nil {
		return nil, err
	}
	set(&item.Name, in.Body.Name)
	set(&item.Type, in.Body.Type)
	if in.Body.Planned != nil {
		item.Planned = time.Duration(*in.Body.Planned) * time.Second
	}
	if item, err = item.Check(); err == nil {
		err = s.db.SaveRunDownItem(ctx, item)
	}
	if err == nil && in.Body.Place != nil {
		err = s.db.MoveRunDownItem(ctx, in.UniqueID, in.Item, *in.Body.Place)
	}
	if err != nil {
		return nil, err
	}
	return &itemAnswer{itemOf(item)}, nil
}

// item returns one item of a room's run-down.
func (s *Server) item(ctx context.Context, room string, id int64) (live.RunDownItem, error) {
	items, err := s.db.RunDown(ctx, room)
	if err != nil {
		return live.RunDownItem{}, err
	}
	for _, i := range items {
		if i.ID == id {
			return i, nil
		}
	}
	return live.RunDownItem{}, &live.Error{
		Code: live.CodeNotFound, Op: "server.item", Msg: "This program is no longer in the run-down. Somebody may have removed it.",
	}
}

func (s *Server) deleteRunDownItem(ctx context.Context, in *ItemPath) (*struct{}, error) {
	deedOf(ctx).about("remove")
	if err := s.db.RemoveRunDownItem(ctx, in.UniqueID, in.Item); err != nil {
		return nil, err
	}
	return nil, nil //nolint:nilnil // huma's form of 204
}

// deskBody is all that a program desk's screen must know, in one answer.
type deskBody struct {
	Now     string           `json:"now" doc:"of the server's clock"`
	Session int64            `json:"session_id" doc:"programs go to it, or went; 0 if none is open"`
	Open    bool             `json:"open" doc:"it takes changes of program"`
	Phase   string           `json:"phase" enum:"idle,running,paused"`
	Program *onBody          `json:"program" doc:"what is on; null if nothing is"`
	Last    int64            `json:"last" doc:"number of the newest program event, for the next change"`
	Actions []string         `json:"actions" doc:"what may happen next"`
	Items   []itemState      `json:"items" doc:"the run-down"`
	Host    *programHostBody `json:"host" doc:"who is told; null if nobody is"`
	Calls   []callBody       `json:"calls" doc:"the newest ones, the newest first"`
}

// onBody is the program that is on.
type onBody struct {
	ID      string  `json:"program_id"`
	Name    string  `json:"name"`
	Type    string  `json:"type"`
	Seq     int64   `json:"seq" doc:"of the event that started it"`
	Started string  `json:"started_at"`
	Paused  bool    `json:"paused"`
	Ran     float64 `json:"ran_seconds" doc:"without its pauses, as of now"`
	Planned int64   `json:"planned_seconds" doc:"of the run-down; 0 if its end is open"`
}

// itemState is a program of the run-down and what became of it in this session.
type itemState struct {
	itemBody
	State string  `json:"state" enum:"planned,on,done"`
	Ran   float64 `json:"ran_seconds,omitempty" doc:"of done, the last time"`
}

type programHostBody struct {
	StoryID string `json:"story_id"`
	Name    string `json:"name"`
	Paused  bool   `json:"paused"`
	URL     string `json:"url" doc:"where the host is told: an address of another program, or a path of ours"`
}

// callBody is a program event and what became of telling the host.
type callBody struct {
	SessionID int64          `json:"session_id"`
	Seq       int64          `json:"seq" doc:"of the program event"`
	Key       string         `json:"key" doc:"the Idempotency-Key under which POST …/message waits for the host's answer to it, and tells a host again that gave none"`
	At        string         `json:"at" doc:"of the program event"`
	Program   wireProgram    `json:"program"`
	State     string         `json:"state" enum:"untold,waiting,asking,answered,failed,skipped,unanswered"`
	Since     *string        `json:"since" doc:"of the state"`
	StoryID   string         `json:"story_id,omitempty"`
	Body      anyValue       `json:"body,omitempty" doc:"what the host is sent"`
	Tries     int            `json:"tries"`
	TookMS    int64          `json:"took_ms,omitempty" doc:"from sending to the last answer or error"`
	Clips     []live.Clip    `json:"clips,omitempty"`
	Responder string         `json:"responder,omitempty"`
	Fallback  string         `json:"fallback,omitempty" doc:"why the template spoke in place of the model"`
	Error     *callErrorBody `json:"error,omitempty"`
}

type callErrorBody struct {
	Code    live.Code `json:"code,omitempty" doc:"of failed"`
	Why     string    `json:"why,omitempty" doc:"of failed: the story's own word for it; of skipped: the reason of the skip"`
	Detail  string    `json:"detail,omitempty"`
	RetryAt *string   `json:"retry_at,omitempty" doc:"when the host is told again by itself"`
}

// wireProgram is the data of a program event in an answer.
type wireProgram live.Program

// untold is the state of a program event that no host was told of.
const untold = "untold"

func callOf(t toldProgram) callBody {
	c := t.Call
	b := callBody{
		SessionID: t.Event.SessionID, Seq: t.Event.Seq, Key: live.TurnName(t.Event.SessionID, t.Event.Seq), At: live.Timestamp(t.Event.At), Program: wireProgram(t.Program),
		State: cmp.Or(string(c.State), untold), Since: stamp(c.Since), StoryID: c.StoryID, Body: c.Body, Tries: c.Tries, TookMS: c.Took.Milliseconds(),
		Clips: c.Answer.Clips, Responder: c.Answer.Responder, Fallback: c.Answer.Fallback,
	}
	switch c.State {
	case live.CallFailed:
		b.Error = &callErrorBody{Code: c.Code, Why: c.Why, Detail: c.Detail, RetryAt: stamp(c.RetryAt)}
	case live.CallSkipped:
		b.Error = &callErrorBody{Why: c.Detail}
	}
	return b
}

func (s *Server) getProgram(ctx context.Context, in *struct {
	RoomPath
	Session int64 `query:"session" minimum:"1" doc:"in place of the room's open one"`
},
) (*struct{ Body deskBody }, error) {
	d, err := s.programDesk(ctx, in.UniqueID, in.Session)
	if err != nil {
		return nil, err
	}
	return &struct{ Body deskBody }{d.body()}, nil
}

func (d programDesk) body() deskBody {
	b := deskBody{
		Now: live.Timestamp(d.Now), Session: d.Session.ID, Open: d.Open, Phase: string(d.Show.Phase()), Last: d.Show.Last, Actions: d.Show.Allowed(),
		Items: []itemState{}, Calls: []callBody{},
	}
	if d.Show.Phase() != live.ProgramIdle {
		on := d.Show.Now
		b.Program = &onBody{
			ID: on.ProgramID, Name: on.ProgramName, Type: on.ProgramType, Seq: d.Show.Seq, Started: live.Timestamp(d.Show.Started), Paused: d.Show.Paused,
			Ran: d.Show.Ran(d.Now).Seconds(), Planned: int64(d.planned() / time.Second),
		}
	}
	for _, i := range d.Items {
		state, ran := d.Show.Of(i)
		b.Items = append(b.Items, itemState{itemOf(i), state, ran.Seconds()})
	}
	for _, c := range d.Calls {
		b.Calls = append(b.Calls, callOf(c))
	}
	if h := d.Host; h.StoryID != "" {
		b.Host = &programHostBody{h.StoryID, h.Name, h.Paused, h.URL}
	}
	return b
}

// planned returns how long what is on is planned to take; 0 is not known.
func (d programDesk) planned() time.Duration {
	for _, i := range d.Items {
		if i.ProgramID() == d.Show.Now.ProgramID {
			return i.Planned
		}
	}
	return 0
}

// programChange is the data of a program_event. What is not known is ignored, as in every story input.
type programChange struct {
	SessionPath
	Strict bool  `query:"strict" doc:"the change must fit what is on, and last: else it is refused with 409"`
	Last   int64 `query:"last" minimum:"0" doc:"with strict: the newest program event the caller knows of, 0 for none; somebody else may have changed the program since"`
	Finish bool  `query:"finish" doc:"with strict: a start finishes first what is on"`
	Body   struct {
		_           struct{}       `additionalProperties:"true"`
		Action      string         `json:"action" enum:"start,finish,pause,resume"`
		ProgramName string         `json:"programName" minLength:"1" maxLength:"100"`
		ProgramID   string         `json:"programId,omitempty" maxLength:"100"`
		ProgramType string         `json:"programType,omitempty" enum:"singing,chatting,gaming,drawing,other"`
		Duration    *float64       `json:"duration,omitempty" minimum:"0" doc:"seconds; left out, a finish of what is on gets the true length"`
		Metadata    map[string]any `json:"metadata,omitempty" doc:"up to 8 KiB"`
	}
}

// programChanged is what was added to the log.
type programChanged struct {
	Body struct {
		Seq     int64        `json:"seq" doc:"the number the event got in the session's log"`
		StoryID string       `json:"story_id" doc:"who is told; empty for nobody"`
		Changes []changeBody `json:"changes" doc:"every event that was added, in order: a start may finish first what is on"`
	}
}

type changeBody struct {
	Seq   int64           `json:"seq"`
	Key   string          `json:"key" doc:"the Idempotency-Key under which POST …/message waits for the host's answer to this event"`
	Event live.StoryInput `json:"event" doc:"what the host is told"`
}

func (s *Server) changeProgram(ctx context.Context, in *programChange) (*programChanged, error) {
	program, err := programOf(in.Body)
	if err != nil {
		return nil, err
	}
	added, err := s.changeShow(ctx, in.ID, programWish{Program: program, Strict: in.Strict, Last: in.Last, Finish: in.Finish})
	if err != nil {
		return nil, err
	}
	var out programChanged
	out.Body.StoryID = s.toldStory(ctx, in.ID)
	for _, a := range added {
		data, err := json.Marshal(a.Program)
		if err != nil {
			return nil, err
		}
		out.Body.Seq = a.Seq
		out.Body.Changes = append(out.Body.Changes, changeBody{a.Seq, live.TurnName(in.ID, a.Seq), live.StoryInput{Type: live.InputProgram, Data: data}})
	}
	return &out, nil
}

// toldStory returns the story that is told about a session's programs, or "".
func (s *Server) toldStory(ctx context.Context, session int64) string {
	if info, err := s.db.Session(ctx, session); err == nil {
		if room, _, err := s.engine.Room(info.Room); err == nil {
			return room.StoryID
		}
	}
	return ""
}

func (s *Server) listProgramCalls(ctx context.Context, in *struct {
	SessionPath
	Paged
},
) (*list[callBody], error) {
	before, err := cursorNumber(in.Cursor)
	if err == nil {
		_, err = s.db.Session(ctx, in.ID)
	}
	if err != nil {
		return nil, err
	}
	found, err := s.toldPrograms(ctx, in.ID, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	found, next := numberedPage(found, in.Limit, func(p toldProgram) int64 { return p.Event.Seq })
	items := make([]callBody, len(found))
	for i, f := range found {
		items[i] = callOf(f)
	}
	return listOf(items, next), nil
}

func (s *Server) apiRetryProgram(ctx context.Context, in *struct {
	SessionPath
	Seq int64 `path:"seq" minimum:"1" doc:"of the program event"`
},
) (*struct{}, error) {
	if err := s.retryProgram(ctx, in.ID, in.Seq); err != nil {
		return nil, err
	}
	return nil, nil //nolint:nilnil // huma's form of 204
}
