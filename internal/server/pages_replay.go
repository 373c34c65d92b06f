package server

import (
	"context"
	"net/http"

	"github.com/go-chi/chi/v5"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/web/static"
	"showcaller/web/templates"
)

// watchPages play a past session in the browser. Nothing is recorded by it: that is the other replay, of api_simulator.go.
func (s *Server) watchPages(r chi.Router) {
	r.Get("/sessions/{id}/replay", s.page(s.showReplay))
	r.Get("/sessions/{id}/replay/stage", s.page(s.showReplayStage))
	r.Get("/sessions/{id}/replay/stage/picture", s.page(s.showPicture))
}

// showReplay handles GET /sessions/{id}/replay, from ?minute on.
func (s *Server) showReplay(w http.ResponseWriter, r *http.Request) error {
	ask, err := s.reviewAsked(r)
	if err != nil {
		return err
	}
	in, err := s.db.Review(r.Context(), ask.session.ID, ask.rehearsals)
	if err != nil {
		return err
	}
	v := templates.ReplayPage{At: ask.minute, ReviewPage: templates.ReviewPage{
		Page: s.view(r, "replay.title"), ID: ask.session.ID, UniqueID: ask.session.Room, Review: live.ReviewOf(in), Rehearsals: ask.rehearsals,
		MadeUp: ask.session.Origin.Rehearsal(),
	}}
	if err := s.fillReview(r.Context(), &v.ReviewPage); err != nil {
		return err
	}
	w.Header().Set("Content-Security-Policy", contentSecurityPolicy+"; frame-src 'self'") // the stage
	s.render(w, r, http.StatusOK, templates.Replay(v))
	return nil
}

// showReplayStage handles GET /sessions/{id}/replay/stage: chat and alerts with the options of the room's first overlays of these kinds,
// or else with the usual ones.
func (s *Server) showReplayStage(w http.ResponseWriter, r *http.Request) error {
	info, err := s.sessionInPath(r)
	if err != nil {
		return err
	}
	chat, err := optionsOf[*live.ChatOptions](r.Context(), s.db, info.Room, live.OverlayChat)
	if err != nil {
		return err
	}
	alerts, err := optionsOf[*live.AlertsOptions](r.Context(), s.db, info.Room, live.OverlayAlerts)
	if err != nil {
		return err
	}
	if info.Origin.Rehearsal() { // or there would be nothing to see
		chat.Rehearsal, alerts.Rehearsal = true, true
	}
	h := w.Header()
	h.Set("Content-Security-Policy", overlayPolicy+"'self'")
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Cache-Control", "no-store")
	s.render(w, r, http.StatusOK, templates.ReplayStageDocument(templates.ReplayStage{
		Language: s.view(r, "").Printer.Lang(), Assets: static.Path, Room: info.Room, Chat: chat, Alerts: alerts,
	}))
	return nil
}

// optionsOf returns the options of a room's oldest overlay of a kind, or those a new one begins with.
func optionsOf[O live.OverlayOptions](ctx context.Context, d *db.DB, room string, kind live.OverlayKind) (O, error) {
	found, err := d.Overlays(ctx, db.OverlayQuery{Room: room, Kind: kind, Limit: 1})
	options := live.DefaultOptions(kind)
	if len(found) > 0 {
		options = found[0].Options
	}
	return options.(O), err //nolint:forcetypeassert // options are of their kind
}
