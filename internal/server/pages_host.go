package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"showcaller/internal/live"
	"showcaller/internal/story"
	"showcaller/web/templates"
)

// hostChoices is how many stories a room without a host is offered.
const hostChoices = 100

// hostBox is what the desk shows of a room's host.
func (s *Server) hostBox(ctx context.Context, room live.RoomState) (templates.HostBox, error) {
	host, _ := s.watchHost(ctx, room.StoryID)
	box := templates.HostBox{Queue: host.Queue, More: host.More, At: time.Now(), Once: randomToken()}
	if box.Queue != nil || room.Removed() {
		return box, nil
	}
	stories, err := s.db.StoryList(ctx, 0, hostChoices)
	for _, n := range stories {
		box.Stories = append(box.Stories, templates.StoryChoice{ID: n.ID, Name: n.Name})
	}
	return box, err
}

// formHost handles POST /rooms/{unique_id}/host: what the desk's operator tells the host.
func (s *Server) formHost(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	room, _, err := s.engine.Room(chi.URLParam(r, "unique_id"))
	if err != nil {
		return err
	}
	if err := permit(r.Context(), hostAction(r.Form.Get("action"))); err != nil {
		return err
	}
	deedOf(r.Context()).about(r.Form.Get("action"))
	if action := r.Form.Get("action"); action == "bind" {
		err = s.bindByForm(r, room.UniqueID)
	} else {
		var tried *live.StoryAnswer
		tried, err = s.directByForm(r, room.StoryID)
		if field, text := s.refusedHost(r, action, err); text != "" || tried != nil {
			status := http.StatusOK
			if text != "" {
				status = statusOf(err)
			}
			return s.renderRoom(w, r, status, func(v *templates.LivePage) {
				v.Host.Text, v.Host.Tried = r.Form.Get("text"), tried
				if text != "" {
					v.Host.Errors = templates.Errors{field: text}
				}
			})
		}
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, ownPath(r.PostForm.Get("back")), http.StatusSeeOther)
	return nil
}

// bindByForm lets a story speak in a room.
func (s *Server) bindByForm(r *http.Request, room string) error {
	p, err := s.db.StoryProfile(r.Context(), r.PostForm.Get("story"))
	if err != nil {
		return err
	}
	return s.bindStory(r.Context(), p.ID, room)
}

// directByForm does what a form tells a story's director. Asking for what is so already, as a double click does, is no error.
func (s *Server) directByForm(r *http.Request, id string) (tried *live.StoryAnswer, err error) {
	director, err := s.director(id)
	if err != nil {
		return nil, err
	}
	ctx, get := r.Context(), r.Form.Get
	switch action := get("action"); action {
	case "say":
		if s.onces.first(get("once")) {
			err = director.Say(ctx, get("text"))
		}
	case "skip":
		seq, _ := strconv.ParseInt(get("seq"), 10, 64) // 0 is what is said now
		if err = director.Skip(ctx, seq); live.CodeOf(err) == live.CodeConflict {
			err = nil // it was said, or skipped, a moment ago
		}
	case "dry_run":
		return s.tryByForm(ctx, id, get("text"))
	default:
		err = s.changeStory(ctx, id, func(p *live.StoryProfile) error { return applyForm(p, action, get) })
	}
	return nil, err
}

// tryByForm lets a story answer what a viewer might say, neither said nor remembered.
func (s *Server) tryByForm(ctx context.Context, id, text string) (*live.StoryAnswer, error) {
	body, err := json.Marshal(live.StoryChat{Message: text})
	if err != nil {
		return nil, err
	}
	return s.rehearse(ctx, id, body)
}

// applyForm changes what outlives a restart.
func applyForm(p *live.StoryProfile, action string, get func(string) string) error {
	if action == "language" {
		p.Language = get("language")
		return story.Check(*p)
	}
	var d direction
	d.Body.Action, d.Body.Viewer = action, get("viewer")
	if !d.lasting() {
		return &live.Error{Code: live.CodeInvalid, Op: "server.applyForm", Field: "action"}
	}
	return d.apply(p)
}

// director returns the director of a story.
func (s *Server) director(id string) (*live.Director, error) {
	if id == "" || s.opts.Directors == nil {
		return nil, &live.Error{Code: live.CodeNotFound, Op: "server.director", Msg: "There is no host here."}
	}
	return s.opts.Directors.Director(id)
}

// refusedHost says in the reader's language why an action was refused, and beside which field it stands; no text where the error is
// none of the operator's business or there is none.
func (s *Server) refusedHost(r *http.Request, action string, err error) (field, text string) {
	e, ok := errors.AsType[*live.Error](err)
	if err == nil || !ok || e.Code == live.CodeNotFound || e.Code == live.CodeInternal {
		return "", ""
	}
	t := s.view(r, "").Printer.T
	field = "host"
	if action == "say" || action == "dry_run" {
		field = "text"
	}
	for _, key := range []string{"host.error." + action + "." + string(e.Code), "host.error." + string(e.Code)} {
		if text = t(key); text != key {
			return field, text
		}
	}
	return field, t("host.error.other")
}
