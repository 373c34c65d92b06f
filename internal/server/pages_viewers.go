package server

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"

	"showcaller/internal/live"
	"showcaller/web/templates"
)

// showViewer handles GET /rooms/{unique_id}/viewers/{viewer}: what is known of one viewer. With ?part=card it answers with the
// card alone, for the desk's dialog.
func (s *Server) showViewer(w http.ResponseWriter, r *http.Request) error {
	return s.renderViewer(w, r, http.StatusOK, nil, "")
}

func (s *Server) renderViewer(w http.ResponseWriter, r *http.Request, status int, errs templates.Errors, typed string) error {
	name, key := chi.URLParam(r, "unique_id"), viewerKey(chi.URLParam(r, "viewer"))
	room, _, err := s.engine.Room(name)
	if err != nil {
		return err
	}
	card, err := s.db.ViewerCard(r.Context(), name, key, room.Demo || r.URL.Query().Get("origin") == "all")
	if err != nil {
		return err
	}
	v := templates.ViewerPage{
		Page: s.view(r, ""), Room: name, Key: key, User: card.User, Visits: card.Visits, FirstSeen: card.FirstSeen, LastSeen: card.LastSeen,
		Comments: card.Room.Comments, Gifts: card.Room.Gifts, Diamonds: card.Room.Diamonds, DiamondsTotal: card.All.Diamonds,
		Messages: card.Messages, Note: card.Note.Text, NoteAuthor: card.Note.Author, NoteAt: card.Note.At, Errors: errs,
	}
	if v.Gone, err = s.goneOf(r.Context(), card.Messages); err != nil {
		return err
	}
	v.Title = card.User.Name()
	if p, err := s.db.StoryProfile(r.Context(), room.StoryID); err == nil {
		v.Host, v.Muted = p.ID, slices.Contains(p.MutedIDs, key)
	} else if live.CodeOf(err) != live.CodeNotFound {
		return err
	}
	_, err = s.engine.Session(room.Health.SessionID)
	v.Open = err == nil
	if len(errs) > 0 {
		v.Note = typed
	}
	if r.URL.Query().Get("part") == "card" {
		s.render(w, r, status, templates.ViewerCard(v))
		return nil
	}
	s.render(w, r, status, templates.Viewer(v))
	return nil
}

// saveViewerNote handles POST /rooms/{unique_id}/viewers/{viewer}/note.
func (s *Server) saveViewerNote(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	text, key := r.PostForm.Get("note"), viewerKey(chi.URLParam(r, "viewer"))
	if utf8.RuneCountInString(text) > maxNote {
		p := s.view(r, "")
		errs := templates.Errors{"note": p.Printer.T("viewer.note_long", "Max", maxNote)}
		return s.renderViewer(w, r, http.StatusUnprocessableEntity, errs, text)
	}
	if _, err := s.saveNote(r.Context(), key, text); err != nil {
		return err
	}
	http.Redirect(w, r, "/rooms/"+url.PathEscape(chi.URLParam(r, "unique_id"))+"/viewers/"+url.PathEscape(key), http.StatusSeeOther)
	return nil
}

// pinEvent handles POST /rooms/{unique_id}/pin and …/unpin: a line of the newest session is kept on top for the team.
func (s *Server) pinEvent(action string) func(http.ResponseWriter, *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		return s.changeRoom(w, r, func(name string) error {
			room, _, err := s.engine.Room(name)
			if err != nil {
				return err
			}
			seq, err := strconv.ParseInt(r.PostForm.Get("seq"), 10, 64)
			if err != nil {
				return &live.Error{Code: live.CodeInvalid, Op: "server.pinEvent", Field: "seq", Msg: "seq must be the number of an event."}
			}
			_, err = s.pin(r.Context(), room.Health.SessionID, seq, action)
			return err
		})
	}
}
