package server

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/web/catalog"
	"showcaller/web/templates"
)

const (
	maxOverlayForm = 1 << 20   // custom CSS, and two lists of five hundred lines, percent-encoded
	maxOverlayFile = 256 << 10 // an overlay as a file
	giftsOffered   = 400
)

// overlayPages are the pages of overlays and their forms.
func (s *Server) overlayPages(r chi.Router) {
	r.Get("/overlays", s.page(s.showOverlays))
	r.Post("/overlays", s.page(s.saveNewOverlay))
	r.Get("/overlays/live", s.page(s.liveOverlays))
	r.Post("/overlays/import", s.page(s.formImportOverlay))
	r.Get("/overlays/{id}", s.page(s.showOverlayEditor))
	r.Post("/overlays/{id}", s.page(s.saveOverlay))
	r.Get("/overlays/{id}/live", s.page(s.liveOverlay))
	r.Post("/overlays/{id}/draft", s.page(s.draftOverlay))
	r.Post("/overlays/{id}/control", s.page(s.formControlOverlay))
	r.Post("/overlays/{id}/test", s.page(s.formTestOverlay))
	r.Post("/overlays/{id}/reveal", s.page(s.formRevealOverlay))
	r.Post("/overlays/{id}/loader", s.page(s.downloadLoader))
	r.Post("/overlays/{id}/rotate", s.page(s.formRotateOverlay))
	r.Post("/overlays/{id}/revoke", s.page(s.formRevokeOverlay))
	r.Post("/overlays/{id}/delete", s.page(s.formDeleteOverlay))
	r.Post("/rooms/{unique_id}/overlays", s.page(s.formStage))
}

func overlayPath(id int64) string { return "/overlays/" + strconv.FormatInt(id, 10) }

// overlayInPath returns the overlay a page is about.
func (s *Server) overlayInPath(r *http.Request) (db.Overlay, error) {
	id, err := numberInPath(r, "id")
	if err != nil {
		return db.Overlay{}, err
	}
	return s.db.Overlay(r.Context(), id)
}

// overlayCard is an overlay as lists show it. The request tells which test was sent last.
func (s *Server) overlayCard(r *http.Request, o db.Overlay) (templates.OverlayCard, error) {
	status, err := s.opts.Overlays.Status(r.Context(), o.ID, o.Sighting)
	if err != nil {
		return templates.OverlayCard{}, err
	}
	c := templates.OverlayCard{
		ID: o.ID, Kind: o.Kind, Room: o.Room, Name: o.Name, Size: o.Size, Revoked: o.SecretHash == "", Base: overlayURL(s.address(r), ""),
		State: overlayState(status), Pages: len(status.Pages), Seen: status.Last.Seen, SeenAt: status.Last.At, Drawn: status.Last.Test, DrawnAt: status.Last.Drawn,
	}
	if id, test, ok := strings.Cut(r.URL.Query().Get("tested"), ":"); ok && id == strconv.FormatInt(o.ID, 10) {
		c.Tested = test
	}
	return c, nil
}

// showOverlays handles GET /overlays.
func (s *Server) showOverlays(w http.ResponseWriter, r *http.Request) error {
	return s.renderOverlays(w, r, http.StatusOK, nil)
}

// renderOverlays shows all overlays; a form that does not fit fills in what was typed.
func (s *Server) renderOverlays(w http.ResponseWriter, r *http.Request, status int, fill func(*templates.OverlaysPage)) error {
	v := templates.OverlaysPage{Page: s.view(r, "ov.title"), Once: randomToken(), New: templates.OverlayNew{Kind: live.OverlayChat, Room: r.URL.Query().Get("room")}}
	if r.Method != http.MethodGet {
		v.Path = "/overlays"
	}
	v.FileRoom = v.New.Room
	names := map[string]string{}
	for _, room := range s.engine.Rooms() {
		names[room.UniqueID] = cmp.Or(room.Nickname, room.UniqueID)
		v.Rooms = append(v.Rooms, templates.StoryChoice{ID: room.UniqueID, Name: names[room.UniqueID] + " (@" + room.UniqueID + ")"})
	}
	cards, err := s.overlayCards(r)
	if err != nil {
		return err
	}
	v.Total, v.LiveQuery = len(cards), liveQuery(r)
	for _, c := range cards {
		i := slices.IndexFunc(v.Groups, func(g templates.OverlayRoom) bool { return g.ID == c.Room })
		if i < 0 {
			i, v.Groups = len(v.Groups), append(v.Groups, templates.OverlayRoom{ID: c.Room, Name: cmp.Or(names[c.Room], c.Room)})
		}
		v.Groups[i].Cards = append(v.Groups[i].Cards, c)
	}
	if fill != nil {
		fill(&v)
	}
	s.render(w, r, status, templates.Overlays(v))
	return nil
}

// liveQuery is what a page's live part must know of its address.
func liveQuery(r *http.Request) string {
	if tested := r.URL.Query().Get("tested"); tested != "" {
		return "?" + url.Values{"tested": {tested}}.Encode()
	}
	return ""
}

func (s *Server) overlayCards(r *http.Request) ([]templates.OverlayCard, error) {
	all, err := s.db.Overlays(r.Context(), db.OverlayQuery{})
	if err != nil {
		return nil, err
	}
	cards := make([]templates.OverlayCard, 0, len(all))
	for _, o := range all {
		c, err := s.overlayCard(r, o)
		if live.CodeOf(err) == live.CodeNotFound { // deleted while we looked
			continue
		}
		if err != nil {
			return nil, err
		}
		cards = append(cards, c)
	}
	return cards, nil
}

// liveOverlays handles GET /overlays/live, what moves of the list.
func (s *Server) liveOverlays(w http.ResponseWriter, r *http.Request) error {
	cards, err := s.overlayCards(r)
	if err != nil {
		return err
	}
	s.render(w, r, http.StatusOK, templates.OverlayStates(s.view(r, ""), cards))
	return nil
}

// saveNewOverlay handles POST /overlays: a kind and a room are enough, the rest is set in the editor.
func (s *Server) saveNewOverlay(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	get := r.PostForm.Get
	typed := templates.OverlayNew{Name: get("name"), Room: get("room"), Kind: live.OverlayKind(get("kind"))}
	if !s.onces.first(get("once")) {
		http.Redirect(w, r, "/overlays", http.StatusSeeOther) // a double click: it is there
		return nil
	}
	made, err := s.newOverlay(r, overlayInput{Kind: typed.Kind, Room: typed.Room, Name: strings.TrimSpace(typed.Name)})
	if errs := s.overlayErrors(r, err); errs != nil {
		return s.renderOverlays(w, r, http.StatusUnprocessableEntity, func(v *templates.OverlaysPage) { v.New, v.Errors = typed, errs })
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, overlayPath(made.ID)+"?made=1", http.StatusSeeOther)
	return nil
}

// newOverlay makes an overlay that speaks the language, and reads the clock, of who makes it.
func (s *Server) newOverlay(r *http.Request, in overlayInput) (db.Overlay, error) {
	o, err := s.overlayFrom(in)
	if err != nil {
		return db.Overlay{}, err
	}
	if len(in.Options) == 0 {
		p := s.view(r, "")
		own := map[string]any{"look": map[string]any{"language": p.Printer.Lang()}}
		if p.Zone != nil && (in.Kind == live.OverlayLeaderboard || in.Kind == live.OverlayProgram) {
			own["zone"] = p.Zone.String()
		}
		patch, err := json.Marshal(own)
		if err != nil {
			return db.Overlay{}, err
		}
		if o.Options, err = live.PatchOptions(o.Options, patch); err != nil {
			return db.Overlay{}, err
		}
	}
	made, _, err := s.createOverlay(r.Context(), o)
	return made, err
}

// overlayErrors says in the reader's language what is wrong with the fields of an overlay itself; nil where that is not what is wrong.
func (s *Server) overlayErrors(r *http.Request, err error) templates.Errors {
	e, ok := errors.AsType[*live.Error](err)
	if !ok || e.Code != live.CodeInvalid || e.Field == "" {
		return nil
	}
	p := s.view(r, "").Printer
	errs := templates.Errors{}
	if found, ok := errors.AsType[live.FieldErrors](err); ok {
		for _, f := range found {
			errs[strings.TrimPrefix(f.Path, "size.")] = ruleWords(p, f)
		}
		return errs
	}
	errs[e.Field] = p.T("ov.error." + e.Field) // a kind or a room that is not there
	return errs
}

// formImportOverlay handles POST /overlays/import, a form of a room and a file.
func (s *Server) formImportOverlay(w http.ResponseWriter, r *http.Request) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxOverlayFile+4<<10)
	refuse := func(field, key string) error {
		return s.renderOverlays(w, r, http.StatusUnprocessableEntity, func(v *templates.OverlaysPage) {
			v.FileRoom, v.Errors = r.FormValue("room"), templates.Errors{field: v.Printer.T(key)}
		})
	}
	if err := r.ParseMultipartForm(maxOverlayFile); err != nil {
		return refuse("file", "ov.error.file")
	}
	file, err := overlayFileIn(r)
	if err != nil {
		return refuse("file", "ov.error.file")
	}
	if !s.onces.first(r.PostForm.Get("once")) {
		http.Redirect(w, r, "/overlays", http.StatusSeeOther)
		return nil
	}
	made, err := s.newOverlay(r, overlayInput{Kind: file.Kind, Room: r.PostForm.Get("room"), Name: file.Name, Size: &file.Size, Options: file.Options})
	if errs := s.overlayErrors(r, err); errs != nil {
		if errs["room"] != "" {
			return refuse("file_room", "ov.error.room")
		}
		return s.renderOverlays(w, r, http.StatusUnprocessableEntity, func(v *templates.OverlaysPage) {
			v.FileRoom, v.Errors = r.PostForm.Get("room"), templates.Errors{"file": v.Printer.T("ov.error.file.options", "Why", fileProblem(v.Printer, err))}
		})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, overlayPath(made.ID)+"?made=1", http.StatusSeeOther)
	return nil
}

// fileProblem names the first thing that does not fit in a file.
func fileProblem(p *catalog.Printer, err error) string {
	if found, ok := errors.AsType[live.FieldErrors](err); ok {
		return found[0].Path + ": " + ruleWords(p, found[0])
	}
	return p.T("ov.error.file.kind")
}

// overlayFileIn reads the file of a form.
func overlayFileIn(r *http.Request) (OverlayFile, error) {
	var file OverlayFile
	upload, _, err := r.FormFile("file")
	if err != nil {
		return file, err
	}
	defer upload.Close() //nolint:errcheck // it was read
	raw, err := io.ReadAll(upload)
	if err == nil {
		err = json.Unmarshal(raw, &file)
	}
	if err == nil && (file.Showcaller != "overlay" || len(file.Options) == 0) {
		err = errors.New("it is no overlay")
	}
	return file, err
}

// formStage handles POST /rooms/{unique_id}/overlays: the desk's key that clears the screen, and the one that lets alerts go on.
func (s *Server) formStage(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	room, _, err := s.engine.Room(chi.URLParam(r, "unique_id"))
	if err != nil {
		return err
	}
	switch r.PostForm.Get("action") {
	case "stop":
		err = s.opts.Overlays.StopAll(r.Context(), room.UniqueID)
	case "resume":
		deedOf(r.Context()).action = "screen_resumed"
		err = s.opts.Overlays.ResumeAll(r.Context(), room.UniqueID)
	default:
		err = &live.Error{Code: live.CodeInvalid, Op: "server.formStage", Field: "action"}
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, backTo(r.PostForm.Get("back"), "/rooms/"+room.UniqueID), http.StatusSeeOther)
	return nil
}

// stageKey says whether a room has overlays that the desk's key would clear, and whether it was pressed.
func (s *Server) stageKey(ctx context.Context, room string) (templates.StageKey, error) {
	var key templates.StageKey
	found, err := s.db.Overlays(ctx, db.OverlayQuery{Room: room})
	if err != nil {
		return key, err
	}
	for _, o := range found {
		switch o.Kind {
		case live.OverlayHost:
			key.Overlays = true
		case live.OverlayAlerts:
			key.Overlays = true
			held, err := s.held(ctx, o)
			if err != nil {
				return key, err
			}
			key.Stopped = key.Stopped || held
		}
	}
	return key, nil
}

// held reports whether an overlay's alerts are held back; those of one that was deleted meanwhile, or has none, are not.
func (s *Server) held(ctx context.Context, o db.Overlay) (bool, error) {
	if o.Kind != live.OverlayAlerts {
		return false, nil
	}
	q, err := s.opts.Overlays.Alerts(ctx, o.ID)
	if live.CodeOf(err) == live.CodeNotFound {
		err = nil
	}
	return q.Paused, err
}
