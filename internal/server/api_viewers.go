package server

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

const maxNote = 1000 // characters

// ViewerPath names a viewer of a room: by TikTok's numeric id, or @name where there is none.
type ViewerPath struct {
	RoomPath
	Viewer string `path:"viewer" maxLength:"200" doc:"the user_id; @ and the unique_id of a viewer who has none"`
}

// viewerKey returns the key of the viewer named in a path.
func viewerKey(inPath string) string {
	if key, err := url.PathUnescape(inPath); err == nil {
		return key
	}
	return inPath
}

// cardBody is what is known of one viewer in one room.
type cardBody struct {
	User          wireUser    `json:"user"`
	Visits        int64       `json:"visits" doc:"sessions of this room the viewer was seen in"`
	FirstSeen     *string     `json:"first_seen"`
	LastSeen      *string     `json:"last_seen"`
	Comments      int64       `json:"comments" doc:"in this room"`
	Gifts         int64       `json:"gifts" doc:"in this room, in pieces"`
	Diamonds      int64       `json:"diamonds" doc:"in this room"`
	DiamondsTotal int64       `json:"diamonds_total" doc:"over all rooms watched here"`
	Messages      []wireEvent `json:"messages" doc:"the last ones in this room, the newest first"`
	Note          noteBody    `json:"note"`
}

type noteBody struct {
	Text   string  `json:"text" maxLength:"1000"`
	Author string  `json:"author,omitempty"`
	At     *string `json:"at,omitempty"`
}

func noteOf(n db.ViewerNote) noteBody { return noteBody{n.Text, n.Author, stamp(n.At)} }

type noteChange struct {
	ViewerPath
	Body struct {
		Text string `json:"text" maxLength:"1000" doc:"empty to take the note away"`
	}
}

// viewerOperations registers viewers' cards and the team's notes about them.
func (s *Server) viewerOperations(api huma.API) {
	register(s, api, operation(http.MethodGet, "/api/rooms/{unique_id}/viewers/{viewer}", "get-viewer", "What is known of a viewer in a room"), s.getViewer)
	register(s, api, operation(http.MethodPut, "/api/rooms/{unique_id}/viewers/{viewer}/note", "set-viewer-note", "Write down something about a viewer, for the team"), s.putNote)
}

func (s *Server) getViewer(ctx context.Context, in *struct {
	ViewerPath
	Counted
},
) (*struct{ Body cardBody }, error) {
	card, err := s.db.ViewerCard(ctx, in.UniqueID, viewerKey(in.Viewer), in.rehearsals())
	if err != nil {
		return nil, err
	}
	body := cardBody{
		User: wireUser(card.User), Visits: card.Visits, FirstSeen: stamp(card.FirstSeen), LastSeen: stamp(card.LastSeen),
		Comments: card.Room.Comments, Gifts: card.Room.Gifts, Diamonds: card.Room.Diamonds, DiamondsTotal: card.All.Diamonds,
		Messages: []wireEvent{}, Note: noteOf(card.Note),
	}
	for _, e := range card.Messages {
		body.Messages = append(body.Messages, wireEvent{e})
	}
	return &struct{ Body cardBody }{body}, nil
}

func (s *Server) putNote(ctx context.Context, in *noteChange) (*struct{ Body noteBody }, error) {
	note, err := s.saveNote(ctx, viewerKey(in.Viewer), in.Body.Text)
	if err != nil {
		return nil, err
	}
	return &struct{ Body noteBody }{noteOf(note)}, nil
}

func (s *Server) saveNote(ctx context.Context, key, text string) (db.ViewerNote, error) {
	id, _ := whoami(ctx)
	note := db.ViewerNote{Text: strings.TrimSpace(text), Author: id.user.Name, At: live.Millis(time.Now())}
	if note.Text == "" {
		note = db.ViewerNote{}
	}
	return note, s.db.SaveViewerNote(ctx, key, note)
}

// markList is what a chart of a session marks.
type markList struct {
	Body struct {
		Items []wireEvent `json:"items"`
		Tests []string    `json:"tests" doc:"minutes in which somebody rehearsed with simulated or replayed events"`
		Next  string      `json:"next" doc:"always empty: only the newest 1000 are told"`
	}
}

type pinRequest struct {
	SessionPath
	Body struct {
		Seq int64 `json:"seq" minimum:"1" doc:"the event to pin"`
	}
}

type pinAnswer struct {
	Body struct {
		Seq int64 `json:"seq" doc:"the number of the pin event; 0 if there was nothing to do"`
	}
}

// markOperations registers what the team puts on a session's timeline.
func (s *Server) markOperations(api huma.API) {
	register(s, api, operation(http.MethodGet, "/api/sessions/{id}/marks", "list-marks", "Programs, gaps, notes, pins and tests of a session"), s.listMarks)
	register(s, api, created("/api/sessions/{id}/pins", "pin", "Pin an event for the team; TikTok's viewers do not see it"), s.apiPin)
	register(s, api, empty(http.MethodDelete, "/api/sessions/{id}/pins/{seq}", "unpin", "Take a pin off"), s.apiUnpin)
	register(s, api, created("/api/sessions/{id}/hidden", "hide", "Hide a message, or what a viewer has written so far, from chat overlays and the AI host; TikTok's viewers still see it"), s.apiHide)
	register(s, api, empty(http.MethodDelete, "/api/sessions/{id}/hidden", "show", "Show again what the team hid: on chat overlays too; the AI host leaves it unanswered"), s.apiShow)
}

func (s *Server) listMarks(ctx context.Context, in *struct {
	SessionPath
	From string `query:"from" doc:"only at or after this time"`
},
) (*markList, error) {
	since, err := timeParam("from", in.From)
	if err != nil {
		return nil, err
	}
	if _, err := s.db.Session(ctx, in.ID); err != nil {
		return nil, err
	}
	marks, err := s.db.Marks(ctx, in.ID, since)
	if err != nil {
		return nil, err
	}
	tests, err := s.db.Tests(ctx, in.ID, since)
	if err != nil {
		return nil, err
	}
	var out markList
	out.Body.Items, out.Body.Tests = []wireEvent{}, []string{}
	for _, e := range marks {
		out.Body.Items = append(out.Body.Items, wireEvent{e})
	}
	for _, t := range tests {
		out.Body.Tests = append(out.Body.Tests, live.Timestamp(t))
	}
	return &out, nil
}

func (s *Server) apiPin(ctx context.Context, in *pinRequest) (*pinAnswer, error) {
	var out pinAnswer
	var err error
	if out.Body.Seq, err = s.pin(ctx, in.ID, in.Body.Seq, "pin"); err != nil {
		return nil, err
	}
	return &out, nil
}

func (s *Server) apiUnpin(ctx context.Context, in *struct {
	SessionPath
	Seq int64 `path:"seq" minimum:"1" doc:"the pinned event"`
},
) (*struct{}, error) {
	if _, err := s.pin(ctx, in.ID, in.Seq, "unpin"); err != nil {
		return nil, err
	}
	return nil, nil //nolint:nilnil // huma's form of 204
}

const maxPins = 20 // at once: more is a list nobody looks at

// pin pins an event of a session for the team, or takes it off; 0 if that was so already.
func (s *Server) pin(ctx context.Context, session, seq int64, action string) (int64, error) {
	open, err := s.engine.Session(session)
	if err != nil {
		return 0, err
	}
	pins, err := s.db.Pins(ctx, session)
	if err != nil {
		return 0, err
	}
	pinned := false
	for _, e := range pins {
		pinned = pinned || e.Cause == seq
	}
	switch {
	case pinned == (action == "pin"):
		return 0, nil
	case action == "pin" && len(pins) >= maxPins:
		return 0, &live.Error{Code: live.CodeConflict, Op: "server.pin", Field: "seq", Msg: "There are " + strconv.Itoa(maxPins) + " pins already. Take one off first."}
	}
	e, err := s.eventOf(ctx, session, seq)
	if err != nil {
		return 0, err
	}
	author, origin := teamMark(ctx, open)
	return open.Append(ctx, live.NewPin(e, action, author, origin))
}

// eventOf finds an event of a session by its number.
func (s *Server) eventOf(ctx context.Context, session, seq int64) (live.Event, error) {
	found, err := s.db.Events(ctx, db.EventQuery{Session: session, After: seq - 1, UpTo: seq, Limit: 1})
	if err != nil {
		return live.Event{}, err
	}
	if len(found) == 0 {
		return live.Event{}, &live.Error{Code: live.CodeNotFound, Op: "server.eventOf", Field: "seq", Msg: "There is no event of this number in the session."}
	}
	return found[0], nil
}

// teamMark is who marks something in a session, and the origin of their mark.
func teamMark(ctx context.Context, open *live.Session) (author string, origin live.Origin) {
	id, _ := whoami(ctx)
	origin = live.OriginSystem
	switch {
	case open.Info.Origin.Rehearsal():
		origin = live.OriginSimulated
	case id.program:
		origin = live.OriginAPI
	}
	return id.user.Name, origin
}
