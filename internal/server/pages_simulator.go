package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/web/templates"
)

const (
	simulatorGifts   = 300 // in the list of the page without script
	simulatorViewers = 50
	simulatorPast    = 50
	simulatorMost    = 10_000 // of anything at once
)

// simulatorPages are what works of the simulator without script.
func (s *Server) simulatorPages(r chi.Router) {
	r.Get("/rooms/{unique_id}/simulate", s.page(s.showSimulator))
	r.Post("/rooms/{unique_id}/simulate", s.page(s.saveSimulator))
	r.Post("/rooms/{unique_id}/rehearsal", s.page(s.formRehearsal))
	r.Post("/rooms/{unique_id}/scenario", s.page(s.formScenario))
	r.Post("/rooms/{unique_id}/stop", s.page(s.formStop))
	r.Post("/rooms/{unique_id}/replay", s.page(s.formReplay))
	r.Post("/sessions/{id}/end", s.page(s.formEnd))
	r.Post("/sessions/{id}/playback", s.page(s.formPlayback))
}

// showSimulator handles GET /rooms/{unique_id}/simulate.
func (s *Server) showSimulator(w http.ResponseWriter, r *http.Request) error {
	form := templates.SimulatorForm{Kind: "gift", Gift: "5655", Count: "1", How: "once", Pace: "300"}
	return s.renderSimulator(w, r, http.StatusOK, form, nil)
}

func (s *Server) renderSimulator(w http.ResponseWriter, r *http.Request, status int, form templates.SimulatorForm, errs templates.Errors) error {
	room, _, err := s.engine.Room(chi.URLParam(r, "unique_id"))
	if err != nil {
		return err
	}
	form.Once = randomToken()
	v := templates.SimulatorPage{
		Page: s.view(r, "sim.title"), UniqueID: room.UniqueID, Nickname: room.Nickname, Form: form, Errors: errs, Sent: r.URL.Query().Has("sent"),
	}
	v.Path = "/rooms/" + room.UniqueID + "/simulate"
	if info, ok := s.engine.OpenSession(room.UniqueID); ok {
		v.Session, v.Rehearsal, v.Runs = info.ID, info.Rehearsal(), s.engine.Runs(info.ID)
		if err := s.fillSimulator(r, &v); err != nil {
			return err
		}
	}
	if v.Past, err = s.pastSessions(r, room.UniqueID); err != nil {
		return err
	}
	s.render(w, r, status, templates.Simulator(v))
	return nil
}

// fillSimulator adds what there is to choose from.
func (s *Server) fillSimulator(r *http.Request, v *templates.SimulatorPage) error {
	gifts, err := s.db.Gifts(r.Context(), db.GiftQuery{Limit: simulatorGifts})
	if err != nil {
		return err
	}
	for _, g := range gifts {
		v.Gifts = append(v.Gifts, g.GiftItem)
	}
	lately, err := s.db.Attendance(r.Context(), v.Session, true, "last", simulatorViewers, 0)
	if err != nil {
		return err
	}
	for _, a := range lately {
		v.Viewers = append(v.Viewers, a.User.Name())
	}
	scenarios, err := s.db.Scenarios(r.Context(), db.ScenarioQuery{Limit: maxLimit})
	for _, sc := range scenarios {
		v.Scenarios = append(v.Scenarios, templates.SimulatorScenario{ID: sc.ID, Name: scenarioName(v.Printer, sc)})
	}
	return err
}

func (s *Server) pastSessions(r *http.Request, room string) ([]templates.PastSession, error) {
	found, err := s.db.Sessions(r.Context(), db.SessionQuery{Room: room, Whole: true, Limit: simulatorPast})
	var out []templates.PastSession
	for _, f := range found {
		end := f.EndedAt
		if end.IsZero() {
			end = time.Now()
		}
		if f.LastSeq > 0 {
			out = append(out, templates.PastSession{ID: f.ID, At: f.StartedAt, Length: end.Sub(f.StartedAt), Events: f.LastSeq, Replays: f.Rehearsal()})
		}
	}
	return out, err
}

// saveSimulator handles POST /rooms/{unique_id}/simulate.
func (s *Server) saveSimulator(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	get := r.PostForm.Get
	form := templates.SimulatorForm{
		Kind: get("kind"), Gift: get("gift"), ID: get("gift_id"), Name: get("gift_name"), Price: get("gift_price"), Who: get("who"),
		Crowd: get("crowd") == "true", Text: get("text"), Count: get("count"), How: get("how"), Pace: get("pace"),
	}
	step, errs, err := s.step(r, form)
	if err != nil {
		return err
	}
	if len(errs) > 0 {
		return s.renderSimulator(w, r, http.StatusUnprocessableEntity, form, errs)
	}
	room := chi.URLParam(r, "unique_id")
	info, ok := s.engine.OpenSession(room)
	if !ok {
		return s.renderSimulator(w, r, http.StatusConflict, form, nil) // it says what to do
	}
	if s.onces.first(get("once")) {
		name := s.view(r, "").Printer.T("sim.kind." + form.Kind)
		if _, err := s.engine.StartRun(info.ID, live.Scenario{Name: name, Steps: []live.ScenarioStep{step}}); err != nil {
			return err
		}
	}
	http.Redirect(w, r, "/rooms/"+room+"/simulate?sent=1", http.StatusSeeOther)
	return nil
}

// simulatorError is a field that cannot be used, and the catalogue's key of why.
type simulatorErrors struct {
	s    templates.Errors
	t    func(key string, args ...any) string
	form templates.SimulatorForm
}

// number reads a field that must be a whole number.
func (e simulatorErrors) number(field, text string, from, to int) int {
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err != nil || n < from || n > to {
		e.s[field] = e.t("sim.error.number", "From", from, "To", to)
		return from
	}
	return n
}

// step makes a step of the form, or says what is wrong with which field.
func (s *Server) step(r *http.Request, form templates.SimulatorForm) (live.ScenarioStep, templates.Errors, error) {
	p := s.view(r, "").Printer
	e := simulatorErrors{templates.Errors{}, p.T, form}
	step := live.ScenarioStep{Kind: live.Kind(form.Kind)}
	data := map[string]any{}
	if name := strings.TrimSpace(form.Who); name != "" {
		data["user"] = simulatedUser(name)
	}
	count := e.number("count", form.Count, 1, simulatorMost)
	pace := 0
	if form.How != "once" {
		pace = e.number("pace", form.Pace, 0, 60_000)
	}
	switch form.Kind {
	case "gift":
		if err := s.giftStep(r, e, &step, data, count, pace); err != nil {
			return step, nil, err
		}
	case "like":
		data["count"] = count
	case "viewers":
		data["viewers"], data["total"] = count, count
	case "comment":
		if strings.TrimSpace(form.Text) == "" {
			e.s["text"] = e.t("sim.error.text")
		}
		data["comment"] = strings.TrimSpace(form.Text)
		step.Repeat, step.EveryMS = count, int64(pace)
	case "follow", "share", "join":
		step.Repeat, step.EveryMS = count, int64(pace)
	default:
		e.s["kind"] = e.t("sim.error.kind")
	}
	if form.Crowd && !step.Streak {
		step.Crowd = max(step.Repeat, 1)
	}
	var err error
	if step.Data, err = json.Marshal(data); err != nil || len(e.s) > 0 {
		return step, e.s, err
	}
	err = live.CheckSteps([]live.ScenarioStep{step})
	if found, ok := errors.AsType[live.FieldErrors](err); ok {
		e.s["count"], err = ruleWords(p, found[0]), nil
	}
	return step, e.s, err
}

func (s *Server) giftStep(r *http.Request, e simulatorErrors, step *live.ScenarioStep, data map[string]any, count, pace int) error {
	item := live.GiftItem{Name: strings.TrimSpace(e.form.Name)}
	if id, err := strconv.ParseInt(e.form.Gift, 10, 64); err == nil {
		known, err := s.db.Gift(r.Context(), id)
		if err != nil {
			return err
		}
		item = known.GiftItem
	} else {
		item.ID = int64(e.number("gift_id", e.form.ID, 1, 1<<31-1))
		item.DiamondCount = e.number("gift_price", e.form.Price, 0, 1_000_000)
		if item.Name == "" {
			e.s["gift_name"] = e.t("sim.error.text")
		}
		if item.Type = 2; e.form.How == "streak" {
			item.Type, item.Streakable = 1, true
		}
	}
	data["gift"] = item
	switch e.form.How {
	case "once":
		data["repeat_count"] = count
	case "streak":
		if !item.Streakable {
			e.s["how"] = e.t("sim.error.streak", "Gift", item.Name)
		}
		step.Streak, step.Repeat, step.EveryMS = true, count, int64(pace)
	default:
		step.Repeat, step.EveryMS = count, int64(pace)
	}
	return nil
}

// simulatedUser is who a typed name stands for.
func simulatedUser(name string) map[string]string {
	handle := strings.TrimPrefix(name, "@")
	return map[string]string{"unique_id": handle, "nickname": handle}
}

// formRehearsal handles POST /rooms/{unique_id}/rehearsal.
func (s *Server) formRehearsal(w http.ResponseWriter, r *http.Request) error {
	return s.changeRoom(w, r, func(id string) error {
		_, err := s.engine.Rehearse(r.Context(), id)
		return err
	})
}

// inRoom does something in a room's open session and leads back to the simulator.
func (s *Server) inRoom(w http.ResponseWriter, r *http.Request, f func(session int64) error) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	room := chi.URLParam(r, "unique_id")
	info, ok := s.engine.OpenSession(room)
	if ok {
		if err := f(info.ID); err != nil {
			return err
		}
	}
	http.Redirect(w, r, "/rooms/"+room+"/simulate", http.StatusSeeOther)
	return nil
}

// formScenario handles POST /rooms/{unique_id}/scenario.
func (s *Server) formScenario(w http.ResponseWriter, r *http.Request) error {
	return s.inRoom(w, r, func(session int64) error {
		id, _ := strconv.ParseInt(r.PostForm.Get("scenario"), 10, 64) // 0 is none there is
		scenario, err := s.db.Scenario(r.Context(), id)
		if err != nil {
			return err
		}
		scenario.Name = scenarioName(s.view(r, "").Printer, scenario)
		if _, err = s.engine.StartRun(session, scenario); live.CodeOf(err) == live.CodeConflict {
			return nil // a double click: it runs
		}
		return err
	})
}

// formStop handles POST /rooms/{unique_id}/stop.
func (s *Server) formStop(w http.ResponseWriter, r *http.Request) error {
	return s.inRoom(w, r, func(session int64) error {
		run := r.PostForm.Get("run")
		s.engine.StopRuns(session, func(r live.Run) bool { return run == "" || run == strconv.FormatInt(r.ID, 10) })
		return nil
	})
}

// formReplay handles POST /rooms/{unique_id}/replay and leads to the desk that shows it.
func (s *Server) formReplay(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	id, _ := strconv.ParseInt(r.PostForm.Get("session"), 10, 64) // 0 is none there is
	speed, err := strconv.ParseFloat(r.PostForm.Get("speed"), 64)
	if err != nil {
		speed = 1
	}
	if !s.onces.first(r.PostForm.Get("once")) {
		return s.toReplay(w, r)
	}
	info, err := s.startReplay(r.Context(), id, speed)
	if err != nil {
		return err
	}
	http.Redirect(w, r, deskPath(info), http.StatusSeeOther)
	return nil
}

// toReplay leads to the replay that was started last in the room of the path, or to the room if none is there yet.
func (s *Server) toReplay(w http.ResponseWriter, r *http.Request) error {
	room := chi.URLParam(r, "unique_id")
	found, err := s.db.Sessions(r.Context(), db.SessionQuery{Room: room, Limit: 1})
	if err != nil {
		return err
	}
	path := "/rooms/" + room
	if len(found) > 0 && found[0].Origin == live.OriginReplay {
		path = deskPath(found[0])
	}
	http.Redirect(w, r, path, http.StatusSeeOther)
	return nil
}

// deskPath is the desk that shows a session.
func deskPath(info live.SessionInfo) string {
	return "/rooms/" + info.Room + "?session=" + strconv.FormatInt(info.ID, 10)
}

// formEnd handles POST /sessions/{id}/end.
func (s *Server) formEnd(w http.ResponseWriter, r *http.Request) error {
	return s.changeSession(w, r, func(id int64) error { return s.engine.EndRehearsal(r.Context(), id) })
}

// formPlayback handles POST /sessions/{id}/playback.
func (s *Server) formPlayback(w http.ResponseWriter, r *http.Request) error {
	return s.changeSession(w, r, func(id int64) error {
		paused := r.PostForm.Get("do") == "pause"
		_, err := s.engine.ChangePlayback(id, live.PlaybackChange{Paused: &paused})
		return err
	})
}

// changeSession does something to a rehearsal and leads back. One that has ended meanwhile needs nothing done.
func (s *Server) changeSession(w http.ResponseWriter, r *http.Request, change func(int64) error) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	info, err := s.sessionInPath(r)
	if err != nil {
		return err
	}
	if err := change(info.ID); err != nil && live.CodeOf(err) != live.CodeConflict {
		return err
	}
	http.Redirect(w, r, ownPath(r.PostForm.Get("back")), http.StatusSeeOther)
	return nil
}

// bar says what a desk that shows a rehearsal must say, or nil.
func (s *Server) bar(info live.SessionInfo) *templates.RehearsalBar {
	if !info.Rehearsal() {
		return nil
	}
	b := templates.RehearsalBar{Session: info.ID, Open: info.EndedAt.IsZero()}
	if p, err := s.engine.Playback(info.ID); err == nil {
		b.Of, b.Speed, b.Paused = p.Of, p.Speed, p.Paused
	}
	return &b
}

// onces remembers the forms that were sent, so that a double click does nothing twice.
type onces struct {
	mu   sync.Mutex
	seen map[string]bool
	past map[string]bool // the generation before, so that memory is bounded
}

const onceMemory = 1000

// first reports whether a form's secret was never seen. A form without one is always new.
func (o *onces) first(secret string) bool {
	if secret == "" {
		return true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.seen[secret] || o.past[secret] {
		return false
	}
	if o.seen == nil || len(o.seen) >= onceMemory {
		o.past, o.seen = o.seen, map[string]bool{}
	}
	o.seen[secret] = true
	return true
}
