package server

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"time"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/story"
)

// This file is what the program desk's pages and its API share: where the show stands, and how it is changed.

const (
	showEvents = 1000 // program events of a session that are read to know where its show stands
	deskCalls  = 5    // of the calls, how many the desk itself shows
	untoldSoon = 10 * time.Second
)

// programDesk is all there is to know of a room's programs.
type programDesk struct {
	Room    live.RoomState
	Session live.SessionInfo // ID 0: none is open
	Open    bool             // programs can be changed
	Now     time.Time        // of the look
	Show    live.Show
	Items   []live.RunDownItem
	Host    programHost
	Calls   []toldProgram // the newest first
}

// programHost is who is told about programs.
type programHost struct {
	StoryID string // "" for nobody
	Name    string
	Paused  bool
	URL     string // where it is told
}

// toldProgram is a program event and what became of telling the host. Call.State is "" where nobody was told.
type toldProgram struct {
	Event   live.Event
	Program live.Program
	Call    live.ProgramCall
}

// programDesk looks at a room's programs in the session of that number, 0 for the one programs go to.
func (s *Server) programDesk(ctx context.Context, uniqueID string, session int64) (programDesk, error) {
	room, _, err := s.engine.Room(uniqueID)
	if err != nil {
		return programDesk{}, err
	}
	d := programDesk{Room: room, Now: time.Now()}
	if d.Session, err = s.programSession(ctx, room, session); err != nil {
		return d, err
	}
	if d.Items, err = s.db.RunDown(ctx, uniqueID); err != nil {
		return d, err
	}
	if d.Host, err = s.programHost(ctx, room); err != nil || d.Session.ID == 0 {
		return d, err
	}
	_, closed := s.engine.Session(d.Session.ID)
	d.Open = closed == nil
	if d.Show, err = s.show(ctx, d.Session); err != nil {
		return d, err
	}
	d.Calls, err = s.toldPrograms(ctx, d.Session.ID, 0, deskCalls)
	d.await(d.Calls)
	return d, err
}

// programSession returns the session a room's program desk is about: a past show is only shown to who asks for it. Its ID is 0 if
// there is none.
func (s *Server) programSession(ctx context.Context, room live.RoomState, session int64) (live.SessionInfo, error) {
	if session == 0 {
		info, _ := s.engine.OpenSession(room.UniqueID)
		return info, nil
	}
	info, err := s.db.Session(ctx, session)
	if err == nil && info.Room != room.UniqueID {
		err = &live.Error{Code: live.CodeNotFound, Op: "server.programSession", Msg: "This session is of another room."}
	}
	return info, err
}

// show returns where a session's programs stand.
func (s *Server) show(ctx context.Context, session live.SessionInfo) (live.Show, error) {
	events, err := s.db.ProgramEvents(ctx, session.ID, 0, showEvents)
	slices.Reverse(events)
	return live.ShowOf(session, events), err
}

// programHost returns who is told about a room's programs; its StoryID is "" if nobody is.
func (s *Server) programHost(ctx context.Context, room live.RoomState) (programHost, error) {
	if room.StoryID == "" {
		return programHost{}, nil
	}
	p, err := s.db.StoryProfile(ctx, room.StoryID)
	if live.CodeOf(err) == live.CodeNotFound {
		return programHost{}, nil // the story was deleted
	}
	return programHost{room.StoryID, p.Name, p.Paused, s.storyURL(room.StoryID)}, err
}

// storyURL is where a story is told: another program's address, or a path of ours.
func (s *Server) storyURL(id string) string {
	if remote, ok := s.opts.Story.(interface{ Address(id string) *url.URL }); ok {
		return remote.Address(id).Redacted()
	}
	return "/api/stories/" + url.PathEscape(id) + "/message"
}

// toldPrograms returns a session's program events below a number, 0 for all, the newest first, with what became of each.
func (s *Server) toldPrograms(ctx context.Context, session, before int64, limit int) ([]toldProgram, error) {
	events, err := s.db.ProgramEvents(ctx, session, before, limit)
	if err != nil || len(events) == 0 {
		return nil, err
	}
	calls, err := s.db.ProgramCallsOf(ctx, session, events[len(events)-1].Seq, events[0].Seq)
	if err != nil {
		return nil, err
	}
	by := map[int64]live.ProgramCall{}
	for _, c := range calls {
		by[c.Seq] = c
	}
	told := make([]toldProgram, len(events))
	for i, e := range events {
		told[i] = toldProgram{e, live.DataOf[live.Program](e), by[e.Seq]}
	}
	return told, nil
}

// await has a program that was added just now wait for the host, who has not heard of it yet.
func (d *programDesk) await(told []toldProgram) {
	for i, t := range told {
		here := d.Open && d.Host.StoryID != "" && t.Event.SessionID == d.Session.ID
		if t.Call.State == "" && here && t.Event.Origin != live.OriginReplay && d.Now.Sub(t.Event.At) < untoldSoon {
			told[i].Call.State = live.CallWaiting
		}
	}
}

// programWish is a change of the show that somebody asks for.
type programWish struct {
	Program live.Program
	Strict  bool  // it must fit what is on
	Last    int64 // and nobody may have changed the show since this program event, 0 for none
	Finish  bool  // a start finishes what is on first
}

// addedProgram is a program event that was added to a log.
type addedProgram struct {
	Seq     int64
	Program live.Program
}

// changeShow puts a change of program, or a finish and a start, into a session's log, where the desk, the overlays and the
// director find it. Changes go one after another: each begins with what the one before left.
func (s *Server) changeShow(ctx context.Context, sessionID int64, wish programWish) ([]addedProgram, error) {
	session, err := s.engine.Session(sessionID)
	if err != nil {
		return nil, s.orUnknown(ctx, sessionID, err)
	}
	s.programChanges.Lock()
	defer s.programChanges.Unlock()
	programs, now, err := s.plan(ctx, session.Info, wish)
	if err != nil {
		return nil, err
	}
	events := make([]live.Event, len(programs))
	for i, p := range programs {
		events[i] = live.Event{Kind: live.KindProgram, Origin: s.originOf(ctx, session), At: now, Data: p}
	}
	last, err := session.Append(ctx, events...)
	if err != nil {
		return nil, err
	}
	deedOf(ctx).about(programs[len(programs)-1].Action + " " + programs[len(programs)-1].ProgramName)
	added := make([]addedProgram, len(programs))
	for i, p := range programs {
		added[i] = addedProgram{last - int64(len(programs)-1-i), p} // one delivery has numbers without a hole
	}
	return added, nil
}

// plan returns the programs a wish comes to. One that need not fit is taken as it is, but a finish of what is on always carries
// its true length.
func (s *Server) plan(ctx context.Context, session live.SessionInfo, wish programWish) ([]live.Program, time.Time, error) {
	show, err := s.show(ctx, session)
	if err != nil {
		return nil, time.Time{}, err
	}
	now := time.Now()
	if wish.Strict {
		if show.Last != wish.Last {
			return nil, now, &live.Error{
				Code: live.CodeConflict, Op: "server.changeShow", Field: "last",
				Msg: "Somebody else has changed the program meanwhile. Look at what is on now, and decide again.",
			}
		}
		programs, err := show.Change(wish.Program, wish.Finish, now)
		return programs, now, err
	}
	p := wish.Program
	if p.Action == live.ProgramFinish && p.Duration == 0 && show.IsOn(p) {
		p.Duration = live.Seconds(show.Ran(now))
	}
	return []live.Program{p}, now, nil
}

// originOf says where an event comes from that somebody adds to a session by hand.
func (s *Server) originOf(ctx context.Context, session *live.Session) live.Origin {
	id, _ := whoami(ctx)
	switch {
	case session.Info.Origin.Rehearsal():
		return live.OriginSimulated
	case id.program:
		return live.OriginAPI
	}
	return live.OriginSystem
}

// retryProgram has the host asked again about a program event that got no answer.
func (s *Server) retryProgram(ctx context.Context, session, seq int64) error {
	e, err := s.programEvent(ctx, session, seq)
	if err != nil {
		return err
	}
	director, err := s.directorOf(ctx, session)
	if err != nil {
		return err
	}
	return director.RetryProgram(ctx, e)
}

// programEvent returns a stored program event.
func (s *Server) programEvent(ctx context.Context, session, seq int64) (live.Event, error) {
	found, err := s.db.Events(ctx, db.EventQuery{Session: session, After: seq - 1, UpTo: seq, Limit: 1})
	if err == nil && (len(found) == 0 || found[0].Kind != live.KindProgram) {
		err = &live.Error{Code: live.CodeNotFound, Op: "server.programEvent", Msg: "There is no program event of this number in the session."}
	}
	if err != nil {
		return live.Event{}, err
	}
	return found[0], nil
}

// directorOf returns the director of the story that speaks in a session's room.
func (s *Server) directorOf(ctx context.Context, session int64) (*live.Director, error) {
	info, err := s.db.Session(ctx, session)
	if err != nil {
		return nil, err
	}
	room, _, err := s.engine.Room(info.Room)
	if err != nil {
		return nil, err
	}
	if room.StoryID == "" {
		return nil, &live.Error{Code: live.CodeConflict, Op: "server.directorOf", Msg: "No host speaks in this room. Let one speak here first."}
	}
	return s.opts.Directors.Director(room.StoryID)
}

// programNamed returns the program event that a message is about: its key is the name of the event's turn, and it says the same.
// The host answers such an event anyway, so a message about it waits for that answer in place of getting one of its own.
func (s *Server) programNamed(ctx context.Context, key string, input live.StoryInput) (live.Event, bool) {
	session, seq, ok := live.ParseTurnName(key)
	if !ok || input.Type != live.InputProgram {
		return live.Event{}, false
	}
	e, err := s.programEvent(ctx, session, seq)
	if err != nil {
		return live.Event{}, false // then it is a message like any other
	}
	var said live.Program
	recorded := live.DataOf[live.Program](e)
	if json.Unmarshal(input.Data, &said) != nil || said.Action != recorded.Action || said.ProgramName != recorded.ProgramName {
		return live.Event{}, false
	}
	return e, true
}

// programOf reads a program by the story's own rules: what is in the log must be an input the story takes.
func programOf(data any) (live.Program, error) {
	var p live.Program
	raw, err := json.Marshal(data)
	if err != nil {
		return p, err
	}
	body, err := json.Marshal(live.StoryInput{Type: live.InputProgram, Data: raw})
	if err != nil {
		return p, err
	}
	input, err := story.Parse(body)
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(input.Data, &p)
}
