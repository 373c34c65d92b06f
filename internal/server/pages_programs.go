package server

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/web/templates"
)

// programLogPage is how many calls a page of the log shows.
const programLogPage = 50

// programPages are what works of the program desk without script, and the log of all calls.
func (s *Server) programPages(r chi.Router) {
	r.Get("/rooms/{unique_id}/program", s.page(s.showPrograms))
	r.Post("/rooms/{unique_id}/program", s.page(s.formProgram))
	r.Post("/rooms/{unique_id}/program/retry", s.page(s.formRetryProgram))
	r.Post("/rooms/{unique_id}/program/items", s.page(s.formAddItem))
	r.Post("/rooms/{unique_id}/program/items/{item}", s.page(s.formItem))
}

// showPrograms handles GET /rooms/{unique_id}/program. With ?start= it asks whether that item may take the place of what is on.
func (s *Server) showPrograms(w http.ResponseWriter, r *http.Request) error {
	return s.renderPrograms(w, r, http.StatusOK, templates.ProgramPage{Form: templates.ProgramForm{Type: live.ProgramTypes[0]}})
}

// renderPrograms shows the page; v holds what a form said of itself.
func (s *Server) renderPrograms(w http.ResponseWriter, r *http.Request, status int, v templates.ProgramPage) error {
	q := r.URL.Query()
	session, _ := strconv.ParseInt(q.Get("session"), 10, 64) // 0 is the one programs go to
	d, err := s.programDesk(r.Context(), chi.URLParam(r, "unique_id"), session)
	if err != nil {
		return err
	}
	v.Page, v.Nickname, v.ProgramDesk = s.view(r, "program.title"), d.Room.Nickname, d.view("")
	v.Path = "/rooms/" + d.Room.UniqueID + "/program" // also where a form was refused
	if session != 0 {
		v.Path += "?session=" + strconv.FormatInt(session, 10)
	}
	v.Back = v.Path
	if start, err := strconv.ParseInt(q.Get("start"), 10, 64); err == nil && d.Open && d.Show.Phase() != live.ProgramIdle {
		for i := range d.Items {
			if d.Items[i].ID == start {
				v.Asked = &d.Items[i]
			}
		}
	}
	if err := s.fillProgramLog(r, &v, d); err != nil {
		return err
	}
	s.render(w, r, status, templates.Program(v))
	return nil
}

// fillProgramLog adds a page of a session's calls, and the way to those before. Where no session is open it is the newest one's.
func (s *Server) fillProgramLog(r *http.Request, v *templates.ProgramPage, d programDesk) error {
	session := d.Session
	if session.ID == 0 {
		found, err := s.db.Sessions(r.Context(), db.SessionQuery{Room: d.Room.UniqueID, Limit: 1})
		if err != nil || len(found) == 0 {
			return err
		}
		session = found[0]
	}
	v.LogSession = session.ID
	before, _ := strconv.ParseInt(r.URL.Query().Get("before"), 10, 64) // 0 is the first page
	told, err := s.toldPrograms(r.Context(), session.ID, max(before, 0), programLogPage+1)
	if err != nil {
		return err
	}
	if len(told) > programLogPage {
		told = told[:programLogPage]
		v.Older = told[programLogPage-1].Event.Seq
	}
	d.await(told)
	v.Log = callViews(told)
	earlier, err := s.db.Sessions(r.Context(), db.SessionQuery{Room: session.Room, Before: session.ID, Limit: 1})
	if len(earlier) > 0 {
		v.Earlier = earlier[0].ID
	}
	return err
}

// view is the desk as templates show it; back is where its forms lead.
func (d programDesk) view(back string) templates.ProgramDesk {
	return templates.ProgramDesk{
		UniqueID: d.Room.UniqueID, Session: d.Session.ID, Open: d.Open, Now: d.Now, Show: d.Show, Items: d.Items, Host: templates.ProgramHost(d.Host),
		Calls: callViews(d.Calls), Once: randomToken(), Back: back,
	}
}

func callViews(told []toldProgram) []templates.ProgramCall {
	out := make([]templates.ProgramCall, len(told))
	for i, t := range told {
		out[i] = templates.ProgramCall(t)
	}
	return out
}

// formProgram handles POST /rooms/{unique_id}/program: a change of the show. A start that would take the place of something else
// leads to the question whether it may.
func (s *Server) formProgram(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	get, room := r.PostForm.Get, chi.URLParam(r, "unique_id")
	if _, _, err := s.engine.Room(room); err != nil {
		return err
	}
	session, _ := strconv.ParseInt(get("session"), 10, 64) // 0 is none there is
	last, err := strconv.ParseInt(get("last"), 10, 64)
	if err != nil {
		return &live.Error{Code: live.CodeInvalid, Op: "server.formProgram", Field: "last", Msg: "last must be the number of a program event."}
	}
	wish := programWish{Program: live.Program{Action: get("action")}, Strict: true, Last: last, Finish: get("finish") == "true"}
	if wish.Program.Action == live.ProgramStart {
		id, _ := strconv.ParseInt(get("item"), 10, 64)
		item, err := s.item(r.Context(), room, id)
		if err != nil {
			return err
		}
		wish.Program = live.Program{Action: live.ProgramStart, ProgramName: item.Name, ProgramID: item.ProgramID(), ProgramType: item.Type}
	}
	if s.onces.first(get("once")) {
		if _, err := s.changeShow(r.Context(), session, wish); err != nil {
			return s.refuseProgram(w, r, wish, err)
		}
	}
	http.Redirect(w, r, backTo(get("back"), "/rooms/"+room), http.StatusSeeOther)
	return nil
}

// refuseProgram asks before one program takes another's place, or says on the page why a change does not fit.
func (s *Server) refuseProgram(w http.ResponseWriter, r *http.Request, wish programWish, err error) error {
	e, ok := errors.AsType[*live.Error](err)
	if !ok || e.Code != live.CodeConflict {
		return err
	}
	if e.Field == "action" && wish.Program.Action == live.ProgramStart && !wish.Finish {
		http.Redirect(w, r, "/rooms/"+chi.URLParam(r, "unique_id")+"/program?start="+r.PostForm.Get("item"), http.StatusSeeOther)
		return nil
	}
	notice := s.view(r, "").Printer.T("program.changed")
	return s.renderPrograms(w, r, http.StatusConflict, templates.ProgramPage{Notice: notice})
}

// backTo is a page of ours that a form names, or another.
func backTo(back, otherwise string) string {
	if back == "" {
		return otherwise
	}
	return ownPath(back)
}

// formRetryProgram handles POST /rooms/{unique_id}/program/retry.
func (s *Server) formRetryProgram(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	session, _ := strconv.ParseInt(r.PostForm.Get("session"), 10, 64)
	seq, _ := strconv.ParseInt(r.PostForm.Get("seq"), 10, 64) // 0 is none there is
	if err := s.retryProgram(r.Context(), session, seq); err != nil {
		return err
	}
	http.Redirect(w, r, backTo(r.PostForm.Get("back"), "/rooms/"+chi.URLParam(r, "unique_id")+"/program"), http.StatusSeeOther)
	return nil
}

// formAddItem handles POST /rooms/{unique_id}/program/items.
func (s *Server) formAddItem(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	return s.saveItem(w, r, 0, func(item live.RunDownItem) error {
		if !s.onces.first(r.PostForm.Get("once")) {
			deedOf(r.Context()).skip = true
			return nil
		}
		_, err := s.addItem(r.Context(), item)
		return err
	})
}

// formItem handles POST /rooms/{unique_id}/program/items/{item}: do is save, up, down or remove.
func (s *Server) formItem(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	ctx, room := r.Context(), chi.URLParam(r, "unique_id")
	id, _ := strconv.ParseInt(chi.URLParam(r, "item"), 10, 64) // 0 is none there is
	deedOf(ctx).about(r.PostForm.Get("do"))
	if r.PostForm.Get("do") == "save" {
		return s.saveItem(w, r, id, func(item live.RunDownItem) error { return s.db.SaveRunDownItem(ctx, item) })
	}
	if err := s.moveItem(r, room, id); err != nil {
		return err
	}
	http.Redirect(w, r, "/rooms/"+room+"/program#run-down", http.StatusSeeOther)
	return nil
}

// moveItem moves an item up or down, or takes it out. What is gone already needs nothing done.
func (s *Server) moveItem(r *http.Request, room string, id int64) error {
	if r.PostForm.Get("do") == "remove" {
		err := s.db.RemoveRunDownItem(r.Context(), room, id)
		if live.CodeOf(err) == live.CodeNotFound {
			return nil
		}
		return err
	}
	items, err := s.db.RunDown(r.Context(), room)
	if err != nil {
		return err
	}
	for place, i := range items {
		if i.ID != id {
			continue
		}
		if r.PostForm.Get("do") == "up" {
			place--
		} else {
			place++
		}
		return s.db.MoveRunDownItem(r.Context(), room, id, place)
	}
	return nil
}

// saveItem reads an item's form, and does something with it unless it is wrong.
func (s *Server) saveItem(w http.ResponseWriter, r *http.Request, id int64, save func(live.RunDownItem) error) error {
	get, room := r.PostForm.Get, chi.URLParam(r, "unique_id")
	form := templates.ProgramForm{Item: id, Name: get("name"), Type: get("type"), Minutes: get("minutes")}
	t := s.view(r, "").Printer.T
	errs := templates.Errors{}
	planned, ok := readMinutes(form.Minutes)
	if !ok {
		errs["minutes"] = t("program.error.minutes")
	}
	item, err := live.RunDownItem{ID: id, Room: room, Name: form.Name, Type: form.Type, Planned: planned}.Check()
	if e, wrong := errors.AsType[*live.Error](err); wrong {
		field := strings.Replace(e.Field, "planned_seconds", "minutes", 1)
		errs[field] = t("program.error." + field)
	}
	if len(errs) > 0 {
		return s.renderPrograms(w, r, http.StatusUnprocessableEntity, templates.ProgramPage{Form: form, Errors: errs})
	}
	if err := save(item); live.CodeOf(err) == live.CodeLimited {
		errs["name"] = t("program.error.full", "Max", live.MostItems)
		return s.renderPrograms(w, r, http.StatusUnprocessableEntity, templates.ProgramPage{Form: form, Errors: errs})
	} else if err != nil {
		return err
	}
	http.Redirect(w, r, "/rooms/"+room+"/program#run-down", http.StatusSeeOther)
	return nil
}

// readMinutes reads minutes, whole or broken, with a comma or a dot; nothing is an open end.
func readMinutes(text string) (time.Duration, bool) {
	text = strings.ReplaceAll(strings.TrimSpace(text), ",", ".")
	if text == "" {
		return 0, true
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= 0 && n <= live.MostPlanned.Minutes()) {
		return 0, false
	}
	return time.Duration(n * float64(time.Minute)).Round(time.Second), true
}
