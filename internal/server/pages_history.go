package server

import (
	"context"
	"net/http"
	"net/url"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"

	"showcaller/internal/live"
	"showcaller/web/templates"
)

// historyPages are the pages about one viewer over all sessions.
func (s *Server) historyPages(r chi.Router) {
	r.Get("/viewers/{viewer}", s.page(s.showHistory))
	r.Post("/viewers/{viewer}/note", s.page(s.saveHistoryNote))
	r.Post("/viewers/{viewer}/forget", s.page(s.forgetViewer))
}

// showHistory handles GET /viewers/{viewer}.
func (s *Server) showHistory(w http.ResponseWriter, r *http.Request) error {
	return s.renderHistory(w, r, http.StatusOK, nil, "")
}

func (s *Server) renderHistory(w http.ResponseWriter, r *http.Request, status int, errs templates.Errors, typed string) error {
	key := viewerKey(chi.URLParam(r, "viewer"))
	h, err := s.db.ViewerHistory(r.Context(), key)
	if err != nil {
		return err
	}
	v := templates.HistoryPage{
		Page: s.view(r, ""), Key: key, User: h.User, MadeUp: h.MadeUp, Sessions: h.Sessions, Sums: h.Sums, Messages: h.Messages,
		Note: h.Note.Text, Author: h.Note.Author, NoteAt: h.Note.At, Errors: errs,
	}
	if v.Gone, err = s.goneOf(r.Context(), h.Messages); err != nil {
		return err
	}
	v.Title, v.Past = h.User.Name(), true
	if errs["note"] != "" {
		v.Note = typed
	}
	for _, visit := range h.Visits {
		v.Visits = append(v.Visits, templates.Visit{ID: visit.Session.ID, Room: visit.Session.Room, Started: visit.Session.StartedAt, Attendance: visit.Attendance})
	}
	for _, name := range h.Names {
		v.Names = append(v.Names, templates.FormerName(name))
	}
	if r.Method != http.MethodGet { // where a refused form was sent to is no page
		v.Path = historyAddress(key)
	}
	s.render(w, r, status, templates.History(v))
	return nil
}

func historyAddress(key string) string { return "/viewers/" + url.PathEscape(key) }

// saveHistoryNote handles POST /viewers/{viewer}/note.
func (s *Server) saveHistoryNote(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	text, key := r.PostForm.Get("note"), viewerKey(chi.URLParam(r, "viewer"))
	if utf8.RuneCountInString(text) > maxNote {
		p := s.view(r, "")
		return s.renderHistory(w, r, http.StatusUnprocessableEntity, templates.Errors{"note": p.Printer.T("viewer.note_long", "Max", maxNote)}, text)
	}
	if _, err := s.saveNote(r.Context(), key, text); err != nil {
		return err
	}
	http.Redirect(w, r, historyAddress(key), http.StatusSeeOther)
	return nil
}

// forgetViewer handles POST /viewers/{viewer}/forget. Whoever sends the form twice is told that there is nobody any more.
func (s *Server) forgetViewer(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	if r.PostForm.Get("sure") == "" {
		p := s.view(r, "")
		return s.renderHistory(w, r, http.StatusUnprocessableEntity, templates.Errors{"sure": p.Printer.T("viewer.forget.tick")}, "")
	}
	if err := s.forget(r.Context(), viewerKey(chi.URLParam(r, "viewer"))); err != nil {
		return err
	}
	http.Redirect(w, r, "/search?forgotten=1", http.StatusSeeOther)
	return nil
}

// forget has what runs forget a viewer before the database does, so that nothing is written back, and after, for what came meanwhile
// and what is read from the database.
func (s *Server) forget(ctx context.Context, key string) error {
	s.storyChanges.Lock() // a change begun before would mute them again
	defer s.storyChanges.Unlock()
	who, err := s.db.WhoIs(ctx, key)
	if err != nil {
		return err
	}
	if err := s.forgetRunning(ctx, who); err != nil {
		return err
	}
	if err := s.db.ForgetViewer(ctx, key); err != nil {
		return err
	}
	s.engine.ForgetRecent()
	return s.forgetRunning(ctx, who)
}

func (s *Server) forgetRunning(ctx context.Context, who *live.Forgotten) error {
	if err := s.opts.Directors.Forget(ctx, who); err != nil {
		return err
	}
	return s.opts.Overlays.Forget(ctx, who)
}
