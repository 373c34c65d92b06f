package server

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/web/catalog"
)

// simulatorOperations registers what one rehearses with: the gift catalogue, rehearsals, scenarios, runs and replays.
func (s *Server) simulatorOperations(api huma.API) {
	const (
		room, session = "/api/rooms/{unique_id}/rehearsal", "/api/sessions/{id}"
		scenario      = "/api/scenarios/{scenario}"
	)
	register(s, api, operation(http.MethodGet, "/api/gifts", "list-gifts", "The gift catalogue, the cheapest first"), s.listGifts)
	register(s, api, operation(http.MethodPost, room, "open-rehearsal", "Open a session to simulate in while the room is not live"), s.openRehearsal)
	register(s, api, operation(http.MethodGet, "/api/rooms/{unique_id}/simulator", "get-simulator", "Where simulated events of a room go, and what runs there"), s.getSimulator)
	register(s, api, empty(http.MethodPost, session+"/end", "end-rehearsal", "End a rehearsal or a replay"), s.endRehearsal)

	register(s, api, operation(http.MethodGet, "/api/scenarios", "list-scenarios", "Saved scenarios"), s.listScenarios)
	register(s, api, created("/api/scenarios", "add-scenario", "Save a scenario"), s.addScenario)
	register(s, api, operation(http.MethodGet, scenario, "get-scenario", "One scenario"), s.getScenario)
	register(s, api, operation(http.MethodPut, scenario, "change-scenario", "Change a scenario"), s.putScenario)
	register(s, api, empty(http.MethodDelete, scenario, "delete-scenario", "Delete a scenario"), s.deleteScenario)

	register(s, api, operation(http.MethodGet, session+"/runs", "list-runs", "What is simulated in a session by itself, the newest first"), s.listRuns)
	register(s, api, created(session+"/runs", "start-run", "Simulate steps without saving them"), s.startRun)
	register(s, api, empty(http.MethodDelete, session+"/runs", "stop-runs", "Stop everything that is simulated in a session"), s.stopRuns)
	register(s, api, empty(http.MethodDelete, session+"/runs/{run}", "stop-run", "Stop one of them"), s.stopRun)
	register(s, api, created(session+"/scenarios/{scenario}/run", "run-scenario", "Run a scenario in an open session"), s.runScenario)
	register(s, api, empty(http.MethodPost, session+"/scenarios/{scenario}/stop", "stop-scenario", "Stop a scenario"), s.stopScenario)

	register(s, api, created(session+"/replay", "replay", "Replay a session, at 1 to 10 times its speed, into a new one"), s.replay)
	register(s, api, operation(http.MethodGet, session+"/playback", "get-playback", "How far a replay is"), s.getPlayback)
	register(s, api, operation(http.MethodPatch, session+"/playback", "change-playback", "Pause a replay, let it go on, change its speed"), s.patchPlayback)
}

// giftBody is a gift of the catalogue.
type giftBody struct {
	ID         int64   `json:"id"`
	Name       string  `json:"name"`
	Diamonds   int     `json:"diamond_count" doc:"price of one"`
	Image      string  `json:"image_url,omitempty"`
	Type       int     `json:"type"`
	Streakable bool    `json:"streakable"`
	SentAt     *string `json:"last_sent_at" doc:"when a viewer last sent one; null is never"`
}

func (s *Server) listGifts(ctx context.Context, in *struct {
	Paged
	Q string `query:"q" maxLength:"100" doc:"a part of the name, or the id"`
},
) (*list[giftBody], error) {
	q := db.GiftQuery{Text: in.Q, Limit: in.Limit + 1}
	if in.Cursor != "" {
		diamonds, id, ok := strings.Cut(in.Cursor, "-")
		var err1, err2 error
		q.AfterDiamonds, err1 = strconv.ParseInt(diamonds, 10, 64)
		q.AfterID, err2 = strconv.ParseInt(id, 10, 64)
		if !ok || err1 != nil || err2 != nil {
			return nil, badCursor()
		}
	}
	found, err := s.db.Gifts(ctx, q)
	if err != nil {
		return nil, err
	}
	found, next := pageOf(found, in.Limit, func(g db.CatalogueGift) string {
		return strconv.Itoa(g.DiamondCount) + "-" + strconv.FormatInt(g.ID, 10)
	})
	items := make([]giftBody, len(found))
	for i, g := range found {
		items[i] = giftBody{g.ID, g.Name, g.DiamondCount, g.ImageURL, g.Type, g.Streakable, stamp(g.Seen)}
	}
	return listOf(items, next), nil
}

func (s *Server) openRehearsal(ctx context.Context, in *RoomPath) (*sessionAnswer, error) {
	info, err := s.engine.Rehearse(ctx, in.UniqueID)
	if err != nil {
		return nil, err
	}
	return s.getSession(ctx, &SessionPath{ID: info.ID})
}

// simulatorBody is all that a simulator's screen must know, in one answer.
type simulatorBody struct {
	Session   *sessionBody  `json:"session" doc:"that takes what is simulated: the one that was asked for, else the room's open one; null if there is none"`
	Open      bool          `json:"open" doc:"the session still takes events"`
	Rehearsal bool          `json:"rehearsal" doc:"the session is a rehearsal or a replay"`
	Runs      []runBody     `json:"runs"`
	Playback  *playbackBody `json:"playback" doc:"null unless the session is a replay that goes on"`
}

type simulatorAnswer struct{ Body simulatorBody }

func (s *Server) getSimulator(ctx context.Context, in *struct {
	RoomPath
	Session int64 `query:"session" minimum:"1" doc:"in place of the room's open one"`
},
) (*simulatorAnswer, error) {
	out := simulatorBody{Runs: []runBody{}}
	id := in.Session
	if id == 0 {
		if _, _, err := s.engine.Room(in.UniqueID); err != nil {
			return nil, err
		}
		info, ok := s.engine.OpenSession(in.UniqueID)
		if !ok {
			return &simulatorAnswer{out}, nil
		}
		id = info.ID
	}
	info, err := s.db.Session(ctx, id)
	if err == nil && info.Room != in.UniqueID {
		err = &live.Error{Code: live.CodeNotFound, Op: "server.getSimulator", Msg: "This session is of another room."}
	}
	if err != nil {
		return nil, err
	}
	session := sessionOf(info)
	out.Session, out.Rehearsal = &session, info.Rehearsal()
	_, err = s.engine.Session(id)
	out.Open = err == nil
	for _, r := range s.engine.Runs(id) {
		out.Runs = append(out.Runs, runOf(r))
	}
	if p, err := s.engine.Playback(id); err == nil {
		body := playbackBody(p)
		out.Playback = &body
	}
	return &simulatorAnswer{out}, nil
}

func (s *Server) endRehearsal(ctx context.Context, in *SessionPath) (*struct{}, error) {
	if err := s.engine.EndRehearsal(ctx, in.ID); err != nil {
		return nil, s.orUnknown(ctx, in.ID, err)
	}
	return nil, nil //nolint:nilnil // huma's form of 204
}

// orUnknown returns err, or that there is no such session at all.
func (s *Server) orUnknown(ctx context.Context, session int64, err error) error {
	if _, unknown := s.db.Session(ctx, session); unknown != nil {
		return unknown
	}
	return err
}

// scenarioBody is a scenario in an answer.
type scenarioBody struct {
	ID      int64               `json:"id"`
	Name    string              `json:"name" doc:"in the reader's language where it came with the program"`
	Shipped bool                `json:"shipped" doc:"came with the program and was not changed"`
	Steps   []live.ScenarioStep `json:"steps"`
	Changed *string             `json:"changed_at"`
}

type scenarioAnswer struct{ Body scenarioBody }

func scenarioOf(p *catalog.Printer, s live.Scenario) scenarioBody {
	return scenarioBody{ID: s.ID, Name: scenarioName(p, s), Shipped: s.Shipped != "", Steps: s.Steps, Changed: stamp(s.Changed)}
}

// scenarioName is a scenario's name in the reader's language, where the catalogue has it.
func scenarioName(p *catalog.Printer, s live.Scenario) string {
	switch s.Shipped {
	case "roses", "lion", "raid", "spam":
		return p.T("sim.scenario." + s.Shipped)
	}
	return s.Name
}

type scenarioInput struct {
	Name  string              `json:"name" maxLength:"300"`
	Steps []live.ScenarioStep `json:"steps" maxItems:"1000"`
}

// checked returns the scenario a request describes.
func (in scenarioInput) checked() (live.Scenario, error) {
	name, err := live.CheckName(in.Name)
	if err == nil {
		err = live.CheckSteps(in.Steps)
	}
	return live.Scenario{Name: name, Steps: in.Steps, Changed: time.Now()}, err
}

// ScenarioPath names a scenario.
type ScenarioPath struct {
	Spoken
	Scenario int64 `path:"scenario" minimum:"1"`
}

func (s *Server) listScenarios(ctx context.Context, in *struct {
	Spoken
	Paged
},
) (*list[scenarioBody], error) {
	after, err := cursorNumber(in.Cursor)
	if err != nil {
		return nil, err
	}
	found, err := s.db.Scenarios(ctx, db.ScenarioQuery{After: after, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	found, next := numberedPage(found, in.Limit, func(sc live.Scenario) int64 { return sc.ID })
	items := make([]scenarioBody, len(found))
	for i, f := range found {
		items[i] = scenarioOf(in.printer(), f)
	}
	return listOf(items, next), nil
}

func (s *Server) addScenario(ctx context.Context, in *struct {
	Spoken
	Body scenarioInput
},
) (*scenarioAnswer, error) {
	scenario, err := in.Body.checked()
	if err == nil {
		scenario, err = s.db.AddScenario(ctx, scenario)
	}
	if err != nil {
		return nil, err
	}
	return &scenarioAnswer{scenarioOf(in.printer(), scenario)}, nil
}

func (s *Server) getScenario(ctx context.Context, in *ScenarioPath) (*scenarioAnswer, error) {
	scenario, err := s.db.Scenario(ctx, in.Scenario)
	if err != nil {
		return nil, err
	}
	return &scenarioAnswer{scenarioOf(in.printer(), scenario)}, nil
}

func (s *Server) putScenario(ctx context.Context, in *struct {
	ScenarioPath
	Body scenarioInput
},
) (*scenarioAnswer, error) {
	scenario, err := in.Body.checked()
	if err == nil {
		scenario.ID = in.Scenario
		err = s.db.SaveScenario(ctx, scenario)
	}
	if err != nil {
		return nil, err
	}
	return &scenarioAnswer{scenarioOf(in.printer(), scenario)}, nil
}

func (s *Server) deleteScenario(ctx context.Context, in *ScenarioPath) (*struct{}, error) {
	if err := s.db.DeleteScenario(ctx, in.Scenario); err != nil {
		return nil, err
	}
	return nil, nil //nolint:nilnil // huma's form of 204
}

// runBody is something that is simulated by itself.
type runBody struct {
	ID       int64         `json:"id"`
	Scenario int64         `json:"scenario,omitempty" doc:"missing where the steps were never saved"`
	Name     string        `json:"name"`
	State    live.RunState `json:"state" enum:"running,done,stopped"`
	Done     int           `json:"done" doc:"events so far"`
	Total    int           `json:"total"`
	Started  string        `json:"started_at"`
}

type runAnswer struct{ Body runBody }

func runOf(r live.Run) runBody {
	return runBody{r.ID, r.Scenario, r.Name, r.State, r.Done, r.Total, live.Timestamp(r.Started)}
}

func (s *Server) listRuns(ctx context.Context, in *SessionPath) (*list[runBody], error) {
	if _, err := s.db.Session(ctx, in.ID); err != nil {
		return nil, err
	}
	var items []runBody
	for _, r := range s.engine.Runs(in.ID) {
		items = append(items, runOf(r))
	}
	return listOf(items, ""), nil
}

func (s *Server) startRun(ctx context.Context, in *struct {
	SessionPath
	Body struct {
		Name  string              `json:"name,omitempty" maxLength:"300" doc:"shown while it runs"`
		Steps []live.ScenarioStep `json:"steps" maxItems:"1000"`
	}
},
) (*runAnswer, error) {
	return s.run(ctx, in.ID, live.Scenario{Name: in.Body.Name, Steps: in.Body.Steps})
}

func (s *Server) run(ctx context.Context, session int64, scenario live.Scenario) (*runAnswer, error) {
	r, err := s.engine.StartRun(session, scenario)
	if err != nil {
		if live.CodeOf(err) == live.CodeConflict {
			err = s.orUnknown(ctx, session, err)
		}
		return nil, err
	}
	return &runAnswer{runOf(r)}, nil
}

// RunScenarioPath names a scenario and the session it runs in.
type RunScenarioPath struct {
	SessionPath
	ScenarioPath
}

func (s *Server) runScenario(ctx context.Context, in *RunScenarioPath) (*runAnswer, error) {
	scenario, err := s.db.Scenario(ctx, in.Scenario)
	if err != nil {
		return nil, err
	}
	scenario.Name = scenarioName(in.printer(), scenario)
	return s.run(ctx, in.ID, scenario)
}

// stop stops what runs in a session. Stopping what is over already is no error.
func (s *Server) stop(ctx context.Context, session int64, which func(live.Run) bool) (*struct{}, error) {
	if _, err := s.db.Session(ctx, session); err != nil {
		return nil, err
	}
	s.engine.StopRuns(session, which)
	return nil, nil //nolint:nilnil // huma's form of 204
}

func (s *Server) stopScenario(ctx context.Context, in *RunScenarioPath) (*struct{}, error) {
	return s.stop(ctx, in.ID, func(r live.Run) bool { return r.Scenario == in.Scenario })
}

func (s *Server) stopRuns(ctx context.Context, in *SessionPath) (*struct{}, error) {
	return s.stop(ctx, in.ID, func(live.Run) bool { return true })
}

func (s *Server) stopRun(ctx context.Context, in *struct {
	SessionPath
	Run int64 `path:"run" minimum:"1"`
},
) (*struct{}, error) {
	return s.stop(ctx, in.ID, func(r live.Run) bool { return r.ID == in.Run })
}

func (s *Server) replay(ctx context.Context, in *struct {
	SessionPath
	Body struct {
		Speed float64 `json:"speed,omitempty" doc:"1 to 10; 1 if it is missing"`
	}
},
) (*sessionAnswer, error) {
	info, err := s.startReplay(ctx, in.ID, in.Body.Speed)
	if err != nil {
		return nil, err
	}
	return s.getSession(ctx, &SessionPath{ID: info.ID})
}

func (s *Server) startReplay(ctx context.Context, session int64, speed float64) (live.SessionInfo, error) {
	of, err := s.db.Session(ctx, session)
	if err != nil {
		return live.SessionInfo{}, err
	}
	pruned, err := s.db.PrunedAt(ctx, session)
	if err != nil {
		return live.SessionInfo{}, err
	}
	if !pruned.IsZero() {
		return live.SessionInfo{}, &live.Error{
			Code: live.CodeConflict, Op: "server.startReplay",
			Msg: "The raw events of this session were deleted, so there is nothing to replay. Its minutes, sums, programs and notes are kept.",
		}
	}
	if speed == 0 {
		speed = 1
	}
	return s.engine.Replay(ctx, of, speed)
}

// playbackBody is how far a replay is.
type playbackBody struct {
	Session int64   `json:"session_id"`
	Of      int64   `json:"of" doc:"the session that is replayed"`
	Speed   float64 `json:"speed"`
	Paused  bool    `json:"paused"`
	Played  int64   `json:"played" doc:"events so far"`
	Total   int64   `json:"total"`
}

type playbackAnswer struct{ Body playbackBody }

func (s *Server) playback(ctx context.Context, session int64, p live.Playback, err error) (*playbackAnswer, error) {
	if err != nil {
		return nil, s.orUnknown(ctx, session, err)
	}
	return &playbackAnswer{playbackBody(p)}, nil
}

func (s *Server) getPlayback(ctx context.Context, in *SessionPath) (*playbackAnswer, error) {
	p, err := s.engine.Playback(in.ID)
	return s.playback(ctx, in.ID, p, err)
}

func (s *Server) patchPlayback(ctx context.Context, in *struct {
	SessionPath
	Body struct {
		Paused *bool    `json:"paused,omitempty"`
		Speed  *float64 `json:"speed,omitempty" doc:"1 to 10"`
	}
},
) (*playbackAnswer, error) {
	p, err := s.engine.ChangePlayback(in.ID, live.PlaybackChange{Paused: in.Body.Paused, Speed: in.Body.Speed})
	if live.CodeOf(err) == live.CodeInvalid {
		return nil, err
	}
	return s.playback(ctx, in.ID, p, err)
}
