package server

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

// hiding says what is hidden: one message, or what a viewer has written so far.
type hiding struct {
	Seq    int64  `json:"seq,omitempty" minimum:"1" doc:"the message; left out with viewer"`
	Viewer string `json:"viewer,omitempty" maxLength:"200" doc:"the key of the viewer, all of whose messages so far are hidden"`
}

type hideRequest struct {
	SessionPath
	Body hiding
}

type hideAnswer struct {
	Body struct {
		Seq int64 `json:"seq" doc:"the number of the delete event; 0 if there was nothing to do"`
	}
}

// hideForm handles POST /rooms/{unique_id}/hide: what was written in the newest session leaves the chat overlays.
func (s *Server) hideForm(w http.ResponseWriter, r *http.Request) error {
	return s.changeRoom(w, r, func(name string) error {
		room, _, err := s.engine.Room(name)
		if err != nil {
			return err
		}
		what := hiding{Viewer: r.PostForm.Get("viewer")}
		what.Seq, _ = strconv.ParseInt(r.PostForm.Get("seq"), 10, 64) // 0 is no number of a message: hide says so
		_, err = s.hide(r.Context(), room.Health.SessionID, what)
		return err
	})
}

func (s *Server) apiHide(ctx context.Context, in *hideRequest) (*hideAnswer, error) {
	var out hideAnswer
	var err error
	if out.Body.Seq, err = s.hide(ctx, in.ID, in.Body); err != nil {
		return nil, problemOf(err, s.reportAPI(err))
	}
	return &out, nil
}

// hide hides messages of an open session; 0 if they were hidden already.
func (s *Server) hide(ctx context.Context, session int64, what hiding) (int64, error) {
	open, err := s.engine.Session(session)
	if err != nil {
		return 0, err
	}
	author, origin := teamMark(ctx, open)
	var gone live.Event
	hidden := false
	if what.Viewer != "" {
		gone = live.NewHideViewer(what.Viewer, author, origin)
		hidden, err = s.viewerHidden(ctx, session, what.Viewer)
	} else {
		var e live.Event
		if e, err = s.message(ctx, session, what.Seq); err == nil {
			gone = live.NewHide(e, author, origin)
			hidden, err = s.messageHidden(ctx, e)
		}
	}
	if err != nil || hidden {
		return 0, err
	}
	return open.Append(ctx, gone)
}

// message finds something a viewer wrote by its number.
func (s *Server) message(ctx context.Context, session, seq int64) (live.Event, error) {
	refused := func(msg string) (live.Event, error) {
		return live.Event{}, &live.Error{Code: live.CodeInvalid, Op: "server.hide", Field: "seq", Msg: msg}
	}
	if seq <= 0 {
		return refused("seq must be the number of a message, or viewer must name whose messages are hidden.")
	}
	e, err := s.eventOf(ctx, session, seq)
	switch {
	case err != nil:
		return live.Event{}, err
	case e.Kind == live.KindGift:
		return refused("A gift cannot be hidden: somebody paid for it. Hide what its viewer wrote instead.")
	case !live.Written(e):
		return refused("Only what a viewer wrote can be hidden.")
	}
	return e, nil
}

func (s *Server) messageHidden(ctx context.Context, e live.Event) (bool, error) {
	deletes, err := s.db.Deletes(ctx, e.SessionID)
	return slices.ContainsFunc(deletes, func(gone live.Event) bool { return live.Hides(gone, e) }), err
}

// viewerHidden reports whether everything a viewer wrote was hidden by the team, and nothing came from them since.
func (s *Server) viewerHidden(ctx context.Context, session int64, key string) (bool, error) {
	deletes, err := s.db.Deletes(ctx, session)
	if err != nil {
		return false, err
	}
	for _, gone := range slices.Backward(deletes) {
		d := live.DataOf[live.Delete](gone)
		if d.Author == "" || !slices.Contains(d.UserIDs, key) {
			continue
		}
		since, err := s.db.Events(ctx, db.EventQuery{Session: session, After: gone.Seq, User: key, Limit: 1})
		return len(since) == 0, err
	}
	return false, nil
}
