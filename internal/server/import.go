package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"showcaller/internal/live"
	"showcaller/web/catalog"
	"showcaller/web/templates"
)

const (
	maxImport    = 2 << 30 // bytes of a file: some ten million events
	maxRoomField = 300     // bytes of the form's room
)

// importRoutes take files of events in.
func (s *Server) importRoutes(r chi.Router) {
	r.Post("/sessions/import", s.page(s.importForm))
	r.Post("/api/sessions/import", s.page(s.importAPI))
}

// importForm handles POST /sessions/import, a form of room and file.
func (s *Server) importForm(w http.ResponseWriter, r *http.Request) error {
	upload, err := receive(w, r)
	if upload != nil {
		defer upload.remove()
	}
	var done live.Imported
	if err == nil {
		done, err = s.importFile(r, upload)
	}
	if code := live.CodeOf(err); code == live.CodeInvalid || code == live.CodeConflict {
		v := templates.SessionsPage{Page: s.view(r, "sessions.title"), Filter: templates.SessionFilter{Page: 1}}
		v.ImportError = importWords(v.Printer, err)
		if upload != nil {
			v.ImportRoom = upload.room
		}
		v.Path = "/sessions"
		return s.renderSessions(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/sessions/"+strconv.FormatInt(done.Session.ID, 10), http.StatusSeeOther)
	return nil
}

// importWords says in the reader's language why a file was not imported.
func importWords(p *catalog.Printer, err error) string {
	if found, ok := errors.AsType[live.FieldErrors](err); ok {
		return ruleWords(p, found[0])
	}
	if live.CodeOf(err) == live.CodeConflict {
		return p.T("sessions.import.busy")
	}
	return p.T("sessions.import.name")
}

// importAPI handles POST /api/sessions/import?room=: the body is the file.
func (s *Server) importAPI(w http.ResponseWriter, r *http.Request) error {
	upload, err := spool(http.MaxBytesReader(w, r.Body, maxImport), r.URL.Query().Get("room"))
	if upload != nil {
		defer upload.remove()
	}
	if err != nil {
		return err
	}
	done, err := s.importFile(r, upload)
	if err != nil {
		return err
	}
	status := http.StatusCreated
	if done.Again {
		status = http.StatusOK
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]any{ // the client may be gone
		"session_id": done.Session.ID, "events": done.Events, "unknown": done.Unknown, "again": done.Again,
	})
	return nil
}

// importFile makes a session of an upload. One import at a time has the writer for itself and the rooms that are live.
func (s *Server) importFile(r *http.Request, u *upload) (live.Imported, error) {
	room, err := s.opts.ParseName(u.room)
	if err != nil {
		return live.Imported{}, &live.Error{Code: live.CodeInvalid, Op: "server.import", Field: "room", Msg: "Name the room the file is of: the host's TikTok name.", Err: err}
	}
	if !s.importing.TryLock() {
		return live.Imported{}, &live.Error{Code: live.CodeConflict, Op: "server.import", Msg: "Another file is being imported. Wait until it is done, then try again."}
	}
	defer s.importing.Unlock()
	done, err := live.Import(r.Context(), s.db, room, u.file)
	if err == nil {
		deedOf(r.Context()).about(fmt.Sprintf("/sessions/%d @%s", done.Session.ID, room))
	}
	return done, err
}

// upload is a file that was sent, on disk: it is read twice, and may be larger than memory.
type upload struct {
	room string
	file *os.File
}

func (u *upload) remove() {
	if u.file == nil {
		return
	}
	_ = u.file.Close()
	_ = os.Remove(u.file.Name()) //nolint:gosec // a name of our own making
}

func spool(from io.Reader, room string) (*upload, error) {
	file, err := os.CreateTemp("", "showcaller-import-*")
	if err != nil {
		return nil, &live.Error{Code: live.CodeUnavailable, Op: "server.import", Msg: "There is no room for the file on the server's disk.", Err: err}
	}
	u := &upload{room, file}
	_, err = io.Copy(file, from)
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		err = live.BadFile("file_large", 0, "The file is larger than 2 GiB.", err)
	}
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	return u, err
}

// receive reads the form part by part, so that its file is never in memory.
func receive(w http.ResponseWriter, r *http.Request) (*upload, error) {
	r.Body = http.MaxBytesReader(w, r.Body, maxImport)
	invalid := func(err error) error {
		return live.BadFile("file_missing", 0, "Choose a file to import.", err)
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, invalid(err)
	}
	room := ""
	for {
		part, err := parts.NextPart()
		if err != nil {
			return nil, invalid(err)
		}
		switch part.FormName() {
		case "room":
			room, err = field(part)
		case "file":
			if part.FileName() == "" {
				return &upload{room: room}, invalid(nil)
			}
			return spool(part, room)
		}
		if err != nil {
			return nil, invalid(err)
		}
	}
}

func field(part *multipart.Part) (string, error) {
	b, err := io.ReadAll(io.LimitReader(part, maxRoomField))
	return strings.TrimSpace(string(b)), err
}
