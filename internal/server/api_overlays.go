package server

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

// overlayOperations registers /api/overlays.
func (s *Server) overlayOperations(api huma.API) {
	const one = "/api/overlays/{id}"
	register(s, api, operation(http.MethodGet, "/api/overlays", "list-overlays", "Overlays, without their addresses"), s.listOverlays)
	register(s, api, created("/api/overlays", "add-overlay", "Make an overlay; the answer holds its address, which is a secret"), s.addOverlay)
	register(s, api, operation(http.MethodGet, one, "get-overlay", "One overlay"), s.getOverlay)
	register(s, api, operation(http.MethodPatch, one, "change-overlay", "Change an overlay; pages that show it follow at once"), s.patchOverlay)
	register(s, api, empty(http.MethodDelete, one, "delete-overlay", "Delete an overlay; its address stops working"), s.deleteOverlay)
	register(s, api, operation(http.MethodPost, one+"/reveal", "reveal-overlay", "The address of an overlay"), s.revealOverlay)
	register(s, api, operation(http.MethodPost, one+"/rotate", "rotate-overlay", "Give an overlay a new address; the old one stops working at once"), s.apiRotateOverlay)
	register(s, api, operation(http.MethodPost, one+"/revoke", "revoke-overlay", "Take an overlay's address away"), s.apiRevokeOverlay)
	register(s, api, operation(http.MethodPost, one+"/test", "test-overlay", "Have the overlay's pages show that they are there"), s.testOverlay)
	register(s, api, operation(http.MethodGet, one+"/state", "get-overlay-state", "What an overlay shows now"), s.getOverlayState)
	register(s, api, operation(http.MethodPost, one+"/control", "control-overlay", "Reset a goal, start a timer, count down"), s.controlOverlay)
	register(s, api, operation(http.MethodGet, one+"/queue", "get-alerts", "An alert queue: what is on screen, what waits, what was"), s.getAlerts)
	register(s, api, operation(http.MethodPost, one+"/queue", "control-alerts", "Pause, resume, skip, replay or clear an alert queue"), s.controlAlerts)
	register(s, api, operation(http.MethodGet, one+"/export", "export-overlay", "An overlay as a file, without its address"), s.exportOverlay)
	register(s, api, created("/api/overlays/import", "import-overlay", "Make an overlay of such a file"), s.importOverlay)
	register(s, api, empty(http.MethodPost, "/api/rooms/{unique_id}/overlays/stop", "stop-overlays", "Clear the screen: every alert queue of the room pauses, every host falls silent"), s.stopOverlays)
	register(s, api, empty(http.MethodPost, "/api/rooms/{unique_id}/overlays/resume", "resume-overlays", "Let the alert queues of the room go on"), s.resumeOverlays)
}

// overlayBody is an overlay in an answer.
type overlayBody struct {
	ID        int64            `json:"id"`
	Kind      live.OverlayKind `json:"kind" enum:"chat,alerts,goal,leaderboard,counter,ticker,program,timer,host"`
	Room      string           `json:"room"`
	Name      string           `json:"name"`
	Size      live.OverlaySize `json:"size" doc:"to type into OBS"`
	Options   any              `json:"options" doc:"of the kind; docs/overlays.md and wire.gen.ts describe them"`
	Revoked   bool             `json:"revoked,omitempty" doc:"it has no address"`
	State     string           `json:"state" enum:"never,away,hidden,shown,on_air" doc:"whether a page shows it: no page ever did, none does now, OBS hides it, OBS or a browser shows it, OBS streams it"`
	Paused    bool             `json:"paused,omitempty" doc:"its alerts are held back"`
	Pages     int              `json:"pages" doc:"connected now"`
	Seen      *overlaySeenBody `json:"seen" doc:"what a page last told; null if none ever did"`
	DrawnAt   *string          `json:"drawn_at" doc:"when a page last drew a test"`
	Drawn     string           `json:"drawn,omitempty" doc:"that test's id"`
	CreatedAt string           `json:"created_at"`
	ChangedAt string           `json:"changed_at"`
	URL       string           `json:"url,omitempty" doc:"the secret address; only in the answer that makes it"`
}

type overlaySeenBody struct {
	live.OverlaySeen
	At string `json:"at"`
}

type overlayAnswer struct{ Body overlayBody }

// overlayOut makes the answer of an overlay.
func (s *Server) overlayOut(ctx context.Context, o db.Overlay) (overlayBody, error) {
	b := overlayBody{
		ID: o.ID, Kind: o.Kind, Room: o.Room, Name: o.Name, Size: o.Size, Options: o.Options, Revoked: o.SecretHash == "",
		CreatedAt: live.Timestamp(o.CreatedAt), ChangedAt: live.Timestamp(o.ChangedAt),
	}
	status, err := s.opts.Overlays.Status(ctx, o.ID, o.Sighting)
	if err != nil {
		return b, err
	}
	b.Pages, b.State = len(status.Pages), overlayState(status)
	if last := status.Last; !last.At.IsZero() {
		b.Seen = &overlaySeenBody{last.Seen, live.Timestamp(last.At)}
	}
	b.DrawnAt, b.Drawn = stamp(status.Last.Drawn), status.Last.Test
	b.Paused, err = s.held(ctx, o)
	return b, err
}

// overlayState says in a word whether a page shows an overlay.
func overlayState(status live.OverlayStatus) string {
	state := "away"
	if status.Last.At.IsZero() && len(status.Pages) == 0 {
		return "never"
	}
	for _, p := range status.Pages {
		switch {
		case p.Seen.Active != nil && *p.Seen.Active && p.Seen.Streaming != nil && *p.Seen.Streaming:
			return "on_air"
		case p.Seen.Visible == nil || *p.Seen.Visible:
			state = "shown"
		case state == "away":
			state = "hidden"
		}
	}
	return state
}

// OverlayPath names an overlay.
type OverlayPath struct {
	ID int64 `path:"id" minimum:"1"`
}

func (s *Server) listOverlays(ctx context.Context, in *struct {
	Room   string           `query:"room" doc:"only of this room"`
	Kind   live.OverlayKind `query:"kind" doc:"only of this kind"`
	Limit  int              `query:"limit" minimum:"1" maximum:"500" default:"100"`
	Cursor string           `query:"cursor"`
},
) (*list[overlayBody], error) {
	after, err := cursorNumber(in.Cursor)
	if err != nil {
		return nil, err
	}
	found, err := s.db.Overlays(ctx, db.OverlayQuery{Room: in.Room, Kind: in.Kind, After: after, Limit: in.Limit + 1})
	if err != nil {
		return nil, err
	}
	found, next := numberedPage(found, in.Limit, func(o db.Overlay) int64 { return o.ID })
	items := make([]overlayBody, 0, len(found))
	for _, o := range found {
		item, err := s.overlayOut(ctx, o)
		if live.CodeOf(err) == live.CodeNotFound { // deleted while we looked
			continue
		}
		if err != nil {
			return nil, err
		}
		items = append(items, item)
	}
	return listOf(items, next), nil
}

func (s *Server) getOverlay(ctx context.Context, in *OverlayPath) (*overlayAnswer, error) {
	return s.answerOverlay(ctx, in.ID, "")
}

func (s *Server) answerOverlay(ctx context.Context, id int64, url string) (*overlayAnswer, error) {
	o, err := s.db.Overlay(ctx, id)
	if err != nil {
		return nil, err
	}
	body, err := s.overlayOut(ctx, o)
	if err != nil {
		return nil, err
	}
	body.URL = url
	return &overlayAnswer{body}, nil
}

// Addressed carries where a request was sent to, for links that are used elsewhere.
type Addressed struct {
	secure bool
	host   string
}

// Resolve implements huma.Resolver.
func (a *Addressed) Resolve(ctx huma.Context) []error {
	a.secure, a.host = ctx.TLS() != nil, ctx.Host()
	return nil
}

// baseOf is where the panel is reached.
func (s *Server) baseOf(a Addressed) string { return s.addressAt(a.secure, a.host) }

// overlayInput describes a new overlay.
type overlayInput struct {
	Kind    live.OverlayKind  `json:"kind" enum:"chat,alerts,goal,leaderboard,counter,ticker,program,timer,host"`
	Room    string            `json:"room" maxLength:"100" doc:"a room's unique_id"`
	Name    string            `json:"name,omitempty" maxLength:"300" doc:"for the team; the audience never sees it"`
	Size    *live.OverlaySize `json:"size,omitempty" doc:"the kind's own if it is missing"`
	Options json.RawMessage   `json:"options,omitempty" doc:"what is missing has the kind's default"`
}

func (s *Server) overlayFrom(in overlayInput) (live.Overlay, error) {
	o := live.Overlay{Kind: in.Kind, Room: in.Room, Name: in.Name, Size: in.Kind.Size()}
	if in.Size != nil {
		o.Size = *in.Size
	}
	base := s.firstOptions(in.Kind, in.Room)
	if base == nil {
		return o, &live.Error{Code: live.CodeInvalid, Op: "server.overlay", Field: "kind", Msg: "There is no such kind of overlay."}
	}
	var err error
	if o.Options = base; len(in.Options) > 0 {
		o.Options, err = live.PatchOptions(base, in.Options)
	}
	return o, err
}

// firstOptions are what an overlay begins with. In the demo room all is simulated, so it shows and counts that there.
func (s *Server) firstOptions(kind live.OverlayKind, room string) live.OverlayOptions {
	o := live.DefaultOptions(kind)
	if o == nil || room != s.demoRoom() {
		return o
	}
	if shown, err := live.PatchOptions(o, json.RawMessage(`{"rehearsal":true}`)); err == nil {
		return shown
	}
	return o
}

func (s *Server) addOverlay(ctx context.Context, in *struct {
	Addressed
	Body overlayInput
},
) (*overlayAnswer, error) {
	return s.madeOverlay(ctx, in.Addressed, in.Body)
}

func (s *Server) madeOverlay(ctx context.Context, at Addressed, in overlayInput) (*overlayAnswer, error) {
	o, err := s.overlayFrom(in)
	if err != nil {
		return nil, err
	}
	added, secret, err := s.createOverlay(ctx, o)
	if err != nil {
		return nil, err
	}
	return s.answerOverlay(ctx, added.ID, overlayURL(s.baseOf(at), secret))
}

func (s *Server) patchOverlay(ctx context.Context, in *struct {
	OverlayPath
	Body struct {
		Name    *string           `json:"name,omitempty" maxLength:"300"`
		Size    *live.OverlaySize `json:"size,omitempty"`
		Options json.RawMessage   `json:"options,omitempty" doc:"a JSON merge patch: what is missing stays, null takes a value back to its default"`
	}
},
) (*overlayAnswer, error) {
	s.overlayChanges.Lock()
	defer s.overlayChanges.Unlock()
	o, err := s.db.Overlay(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	set(&o.Name, in.Body.Name)
	set(&o.Size, in.Body.Size)
	if len(in.Body.Options) > 0 {
		if o.Options, err = live.PatchOptions(o.Options, in.Body.Options); err != nil {
			return nil, err
		}
	}
	if err := s.changeOverlay(ctx, o.Overlay); err != nil {
		return nil, err
	}
	return s.answerOverlay(ctx, in.ID, "")
}

func (s *Server) deleteOverlay(ctx context.Context, in *OverlayPath) (*struct{}, error) {
	return s.nothing(s.removeOverlay(ctx, in.ID))
}

// nothing is the answer of what has none.
func (s *Server) nothing(err error) (*struct{}, error) {
	if err != nil {
		return nil, err
	}
	return nil, nil //nolint:nilnil // huma's form of 204
}

type addressAnswer struct {
	Body struct {
		ID  int64  `json:"id"`
		URL string `json:"url" doc:"whoever has it sees the overlay"`
	}
}

type addressedOverlay struct {
	Addressed
	OverlayPath
}

func (s *Server) revealOverlay(ctx context.Context, in *addressedOverlay) (*addressAnswer, error) {
	o, err := s.db.Overlay(ctx, in.ID)
	secret := ""
	if err == nil {
		secret, err = s.vault.open(ctx, o)
	}
	return s.addressOut(in, secret, err)
}

func (s *Server) apiRotateOverlay(ctx context.Context, in *addressedOverlay) (*addressAnswer, error) {
	secret, err := s.rotateOverlay(ctx, in.ID)
	return s.addressOut(in, secret, err)
}

func (s *Server) addressOut(in *addressedOverlay, secret string, err error) (*addressAnswer, error) {
	if err != nil {
		return nil, err
	}
	var out addressAnswer
	out.Body.ID, out.Body.URL = in.ID, overlayURL(s.baseOf(in.Addressed), secret)
	return &out, nil
}

func (s *Server) apiRevokeOverlay(ctx context.Context, in *OverlayPath) (*overlayAnswer, error) {
	if err := s.revokeOverlay(ctx, in.ID); err != nil {
		return nil, err
	}
	return s.answerOverlay(ctx, in.ID, "")
}

type testAnswer struct {
	Body struct {
		Test string `json:"test" doc:"comes back as drawn, once a page has drawn it"`
	}
}

func (s *Server) testOverlay(ctx context.Context, in *OverlayPath) (*testAnswer, error) {
	test, err := s.opts.Overlays.Test(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	var out testAnswer
	out.Body.Test = test
	return &out, nil
}

type stateAnswer struct {
	Body struct {
		Kind  live.OverlayKind `json:"kind"`
		State any              `json:"state" doc:"as the overlay's socket tells it; docs/overlays.md describes it"`
	}
}

func (s *Server) getOverlayState(ctx context.Context, in *OverlayPath) (*stateAnswer, error) {
	o, err := s.db.Overlay(ctx, in.ID)
	var state live.OverlayState
	if err == nil {
		state, err = s.opts.Overlays.State(ctx, in.ID)
	}
	if err != nil {
		return nil, err
	}
	var out stateAnswer
	out.Body.Kind, out.Body.State = o.Kind, state
	return &out, nil
}

func (s *Server) controlOverlay(ctx context.Context, in *struct {
	OverlayPath
	Body struct {
		Action string `json:"action" maxLength:"40" doc:"goal: reset, set, add · timer: start, pause, add, set, reset · program: countdown, stop"`
		Amount int64  `json:"amount,omitempty" doc:"of set and add; seconds of a timer or a countdown"`
		At     string `json:"at,omitempty" doc:"RFC 3339: when a countdown ends, in place of amount"`
	}
},
) (*stateAnswer, error) {
	at, err := timeParam("at", in.Body.At)
	if err == nil {
		err = s.opts.Overlays.Control(ctx, in.ID, live.OverlayCommand{Do: in.Body.Action, Amount: in.Body.Amount, At: at})
	}
	if err != nil {
		return nil, err
	}
	return s.getOverlayState(ctx, &in.OverlayPath)
}

type alertsAnswer struct{ Body live.AlertQueue }

func (s *Server) getAlerts(ctx context.Context, in *OverlayPath) (*alertsAnswer, error) {
	q, err := s.opts.Overlays.Alerts(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &alertsAnswer{q}, nil
}

func (s *Server) controlAlerts(ctx context.Context, in *struct {
	OverlayPath
	Body struct {
		Action string `json:"action" enum:"pause,resume,skip,replay,clear,stop" doc:"stop clears the screen and pauses"`
		Alert  string `json:"alert,omitempty" maxLength:"100" doc:"of skip and replay; the one on screen, or shown last, if it is missing"`
	}
},
) (*alertsAnswer, error) {
	if err := permit(ctx, alertAction(in.Body.Action)); err != nil {
		return nil, err
	}
	deedOf(ctx).about(in.Body.Action)
	if _, err := s.opts.Overlays.Alerts(ctx, in.ID); err != nil {
		return nil, err
	}
	if err := s.opts.Overlays.Control(ctx, in.ID, live.OverlayCommand{Do: in.Body.Action, ID: in.Body.Alert}); err != nil {
		return nil, err
	}
	return s.getAlerts(ctx, &in.OverlayPath)
}

// OverlayFile is an overlay as a file: all but its room and its address. It is exported because huma fills embedded structs only if
// they are.
type OverlayFile struct {
	Showcaller string           `json:"showcaller" enum:"overlay" doc:"what sort of file this is"`
	Kind       live.OverlayKind `json:"kind" enum:"chat,alerts,goal,leaderboard,counter,ticker,program,timer,host"`
	Name       string           `json:"name"`
	Size       live.OverlaySize `json:"size"`
	Options    json.RawMessage  `json:"options"`
}

func overlayFileOf(o live.Overlay) (OverlayFile, error) {
	options, err := json.Marshal(o.Options)
	return OverlayFile{"overlay", o.Kind, o.Name, o.Size, options}, err
}

type overlayFileAnswer struct {
	Disposition string `header:"Content-Disposition"`
	Body        OverlayFile
}

func (s *Server) exportOverlay(ctx context.Context, in *OverlayPath) (*overlayFileAnswer, error) {
	o, err := s.db.Overlay(ctx, in.ID)
	var file OverlayFile
	if err == nil {
		file, err = overlayFileOf(o.Overlay)
	}
	if err != nil {
		return nil, err
	}
	return &overlayFileAnswer{overlayDisposition(o.Overlay), file}, nil
}

func overlayDisposition(o live.Overlay) string {
	return `attachment; filename="overlay-` + string(o.Kind) + "-" + strconv.FormatInt(o.ID, 10) + `.json"`
}

func (s *Server) importOverlay(ctx context.Context, in *struct {
	Addressed
	Body struct {
		OverlayFile
		Room string `json:"room" maxLength:"100" doc:"the room the new overlay is for"`
	}
},
) (*overlayAnswer, error) {
	f := in.Body.OverlayFile
	return s.madeOverlay(ctx, in.Addressed, overlayInput{Kind: f.Kind, Room: in.Body.Room, Name: f.Name, Size: &f.Size, Options: f.Options})
}

func (s *Server) stopOverlays(ctx context.Context, in *RoomPath) (*struct{}, error) {
	return s.allOverlays(in, func() error { return s.opts.Overlays.StopAll(ctx, in.UniqueID) })
}

func (s *Server) resumeOverlays(ctx context.Context, in *RoomPath) (*struct{}, error) {
	return s.allOverlays(in, func() error { return s.opts.Overlays.ResumeAll(ctx, in.UniqueID) })
}

func (s *Server) allOverlays(in *RoomPath, do func() error) (*struct{}, error) {
	if _, _, err := s.engine.Room(in.UniqueID); err != nil {
		return nil, err
	}
	return s.nothing(do())
}
