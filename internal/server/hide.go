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
	return s.changeHidden(w, r, s.hide)
}

// changeHidden does what a form asks with messages of a room's newest session.
func (s *Server) changeHidden(w http.ResponseWriter, r *http.Request, change func(context.Context, int64, hiding) (int64, error)) error {
	return s.changeRoom(w, r, func(name string) error {
		room, _, err := s.engine.Room(name)
		if err != nil {
			return err
		}
		what := hiding{Viewer: r.PostForm.Get("viewer")}
		what.Seq, _ = strconv.ParseInt(r.PostForm.Get("seq"), 10, 64) // 0 is no number of a message: hide says so
		_, err = change(r.Context(), room.Health.SessionID, what)
		return err
	})
}

func (s *Server) apiHide(ctx context.Context, in *hideRequest) (*hideAnswer, error) {
	var out hideAnswer
	var err error
	if out.Body.Seq, err = s.hide(ctx, in.ID, in.Body); err != nil {
		return nil, err
	}
	return &out, nil
}

// showForm handles POST /rooms/{unique_id}/show: what the team hid in the newest session is back.
func (s *Server) showForm(w http.ResponseWriter, r *http.Request) error {
	return s.changeHidden(w, r, s.showAgain)
}

func (s *Server) apiShow(ctx context.Context, in *struct {
	SessionPath
	Seq    int64  `query:"seq" minimum:"0" doc:"the message; left out with viewer"`
	Viewer string `query:"viewer" maxLength:"200" doc:"the key of the viewer, all of whose messages that the team hid are shown again"`
},
) (*struct{}, error) {
	_, err := s.showAgain(ctx, in.ID, hiding{in.Seq, in.Viewer})
	return s.done(err)
}

// showAgain undoes hiding in an open session; 0 if nothing was hidden.
func (s *Server) showAgain(ctx context.Context, session int64, what hiding) (int64, error) {
	open, hides, hidden, err := s.hidesOf(ctx, session, what, s.someHidden, s.teamHid)
	if err != nil || !hidden {
		return 0, err
	}
	return open.Append(ctx, live.Again(hides))
}

// hidesOf returns the event that hides what is asked for in an open session, and whether that is hidden, as one of two says.
func (s *Server) hidesOf(ctx context.Context, session int64, what hiding, viewerIs func(context.Context, int64, string) (bool, error),
	messageIs func(context.Context, live.Event) (bool, error),
) (open *live.Session, hides live.Event, hidden bool, err error) {
	if open, err = s.engine.Session(session); err != nil {
		return nil, live.Event{}, false, err
	}
	author, origin := teamMark(ctx, open)
	if what.Viewer != "" {
		hidden, err = viewerIs(ctx, session, what.Viewer)
		return open, live.NewHideViewer(what.Viewer, author, origin), hidden, err
	}
	e, err := s.message(ctx, session, what.Seq)
	if err != nil {
		return nil, live.Event{}, false, err
	}
	hidden, err = messageIs(ctx, e)
	return open, live.NewHide(e, author, origin), hidden, err
}

// teamHid reports whether a message is hidden. A conflict: not by the team.
func (s *Server) teamHid(ctx context.Context, e live.Event) (bool, error) {
	deletes, err := s.db.Deletes(ctx, e.SessionID)
	gone, hidden := live.HiddenBy(deletes, e)
	if err == nil && hidden && live.DataOf[live.Delete](gone).Author == "" {
		err = &live.Error{Code: live.CodeConflict, Op: "server.showAgain", Field: "seq", Msg: "TikTok removed this message. Only what the team hid can be shown again."}
	}
	return hidden, err
}

// someHidden reports whether the team hid something of a viewer since all of theirs was shown again.
func (s *Server) someHidden(ctx context.Context, session int64, key string) (bool, error) {
	deletes, err := s.db.Deletes(ctx, session)
	if err != nil {
		return false, err
	}
	for _, gone := range slices.Backward(deletes) {
		switch d := live.DataOf[live.Delete](gone); {
		case d.Author == "":
		case slices.Contains(d.UserIDs, key):
			return !d.Shown, nil
		case gone.Cause != 0 && !d.Shown:
			e, err := s.eventOf(ctx, session, gone.Cause)
			if err == nil && e.User.Key() == key {
				return true, nil
			}
		}
	}
	return false, nil
}

// hide hides messages of an open session; 0 if they were hidden already.
func (s *Server) hide(ctx context.Context, session int64, what hiding) (int64, error) {
	open, hides, hidden, err := s.hidesOf(ctx, session, what, s.viewerHidden, s.messageHidden)
	if err != nil || hidden {
		return 0, err
	}
	return open.Append(ctx, hides)
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
	_, hidden := live.HiddenBy(deletes, e)
	return hidden, err
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
		if d.Shown {
			return false, nil
		}
		since, err := s.db.Events(ctx, db.EventQuery{Session: session, After: gone.Seq, User: key, Limit: 1})
		return len(since) == 0, err
	}
	return false, nil
}
