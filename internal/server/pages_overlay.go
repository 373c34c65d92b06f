package server

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/web/templates"
)

// formTestOverlay handles POST /overlays/{id}/test.
func (s *Server) formTestOverlay(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	id, err := numberInPath(r, "id")
	if err != nil {
		return err
	}
	test, err := s.opts.Overlays.Test(r.Context(), id)
	if err != nil {
		return err
	}
	back := backTo(r.PostForm.Get("back"), overlayPath(id))
	http.Redirect(w, r, back+"?"+url.Values{"tested": {strconv.FormatInt(id, 10) + ":" + test}}.Encode(), http.StatusSeeOther)
	return nil
}

// formRevealOverlay handles POST /overlays/{id}/reveal: the answer, and no other page, holds the address.
func (s *Server) formRevealOverlay(w http.ResponseWriter, r *http.Request) error {
	o, err := s.overlayInPath(r)
	if err != nil {
		return err
	}
	secret, err := s.vault.open(r.Context(), o)
	return s.renderOverlay(w, r, o, statusOr(err), func(v *templates.OverlayPage) {
		if err != nil {
			v.AddressError = v.Printer.T("ov.error.address")
			return
		}
		v.Secret = overlayURL(s.address(r), secret)
	})
}

// statusOr is an error's status, or that all is well.
func statusOr(err error) int {
	if err != nil {
		return statusOf(err)
	}
	return http.StatusOK
}

// formRotateOverlay handles POST /overlays/{id}/rotate.
func (s *Server) formRotateOverlay(w http.ResponseWriter, r *http.Request) error {
	return s.changeAddress(w, r, func(ctx context.Context, id int64) error {
		if !s.onces.first(r.PostForm.Get("once")) {
			return nil // a double click must not make the first one's address worthless
		}
		_, err := s.rotateOverlay(ctx, id)
		return err
	})
}

// formRevokeOverlay handles POST /overlays/{id}/revoke.
func (s *Server) formRevokeOverlay(w http.ResponseWriter, r *http.Request) error {
	return s.changeAddress(w, r, s.revokeOverlay)
}

func (s *Server) changeAddress(w http.ResponseWriter, r *http.Request, change func(context.Context, int64) error) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	id, err := numberInPath(r, "id")
	if err == nil {
		err = change(r.Context(), id)
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, overlayPath(id), http.StatusSeeOther)
	return nil
}

// formDeleteOverlay handles POST /overlays/{id}/delete. An overlay that is gone already is no error.
func (s *Server) formDeleteOverlay(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	o, err := s.overlayInPath(r)
	switch {
	case live.CodeOf(err) == live.CodeNotFound:
	case err != nil:
		return err
	case r.PostForm.Get("sure") != "yes":
		return s.renderOverlay(w, r, o, http.StatusUnprocessableEntity, func(v *templates.OverlayPage) {
			v.Form.Errors = templates.Errors{"sure": v.Printer.T("ov.delete.unsure")}
		})
	default:
		if err := s.removeOverlay(r.Context(), o.ID); err != nil && live.CodeOf(err) != live.CodeNotFound {
			return err
		}
	}
	http.Redirect(w, r, "/overlays", http.StatusSeeOther)
	return nil
}

// overlayNow is what an overlay shows at this moment.
func (s *Server) overlayNow(ctx context.Context, o db.Overlay) (now templates.OverlayNow, err error) {
	switch o.Kind {
	case live.OverlayAlerts:
		var q live.AlertQueue
		q, err = s.opts.Overlays.Alerts(ctx, o.ID)
		now.Queue = &q
	case live.OverlayGoal, live.OverlayTimer, live.OverlayProgram:
		now.State, err = s.opts.Overlays.State(ctx, o.ID)
	}
	return now, err
}

// liveOverlay handles GET /overlays/{id}/live, what moves of the editor. once is the secret of the page's forms.
func (s *Server) liveOverlay(w http.ResponseWriter, r *http.Request) error {
	o, err := s.overlayInPath(r)
	if err != nil {
		return err
	}
	card, err := s.overlayCard(r, o)
	if err != nil {
		return err
	}
	now, err := s.overlayNow(r.Context(), o)
	if err != nil {
		return err
	}
	s.render(w, r, http.StatusOK, templates.OverlayLive(s.view(r, ""), card, now, r.URL.Query().Get("once")))
	return nil
}

// formControlOverlay handles POST /overlays/{id}/control. What is sent twice is done once.
func (s *Server) formControlOverlay(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	o, err := s.overlayInPath(r)
	if err != nil {
		return err
	}
	get := r.PostForm.Get
	least := live.RoleOperator
	if o.Kind == live.OverlayAlerts {
		least = alertAction(get("action"))
		deedOf(r.Context()).about(get("action"))
	} else {
		deedOf(r.Context()).skip = true // as in the API, the list has the alerts only
	}
	if err := permit(r.Context(), least); err != nil {
		return err
	}
	amount, err := overlayAmount(o.Kind, get("action"), get("amount"))
	if once := get("once"); err == nil && (once == "" || s.onces.first(once+get("action")+get("alert"))) {
		err = s.opts.Overlays.Control(r.Context(), o.ID, live.OverlayCommand{Do: get("action"), ID: get("alert"), Amount: amount})
	}
	if code := live.CodeOf(err); code == live.CodeConflict || code == live.CodeInvalid {
		return s.renderOverlay(w, r, o, statusOf(err), func(v *templates.OverlayPage) {
			v.Now.Notice, v.Now.Amount = v.Printer.T(controlProblem(o.Kind, code)), get("amount")
		})
	}
	if err != nil {
		return err
	}
	http.Redirect(w, r, overlayPath(o.ID)+"#now", http.StatusSeeOther)
	return nil
}

func controlProblem(kind live.OverlayKind, code live.Code) string {
	switch {
	case kind == live.OverlayAlerts:
		return "ov.error.no_alert"
	case code == live.CodeConflict:
		return "ov.error.no_time"
	case kind == live.OverlayGoal:
		return "ov.error.amount"
	}
	return "ov.error.time"
}

// overlayAmount reads the number of a control: pieces of a goal; else a time, in seconds or as a clock writes it.
func overlayAmount(kind live.OverlayKind, action, typed string) (int64, error) {
	if !slices.Contains([]string{"add", "set", "countdown"}, action) {
		return 0, nil
	}
	n, ok := readClock(typed)
	if !ok || kind == live.OverlayGoal && strings.Contains(typed, ":") {
		return 0, &live.Error{Code: live.CodeInvalid, Op: "server.overlayAmount", Field: "amount"}
	}
	return n, nil
}

// readClock reads a time in seconds, or as a clock writes it: 90, 1:30, -0:01:30.
func readClock(typed string) (seconds int64, ok bool) {
	typed = strings.NewReplacer(" ", "", ",", "", "\u00a0", "").Replace(typed)
	parts := strings.Split(typed, ":")
	if len(parts) > 3 {
		return 0, false
	}
	sign := int64(1)
	if rest, ok := strings.CutPrefix(parts[0], "-"); ok {
		sign, parts[0] = -1, rest
	}
	for _, p := range parts {
		n, err := strconv.ParseInt(p, 10, 64)
		if err != nil || n < 0 || n > 1<<50 || seconds > 1<<40 {
			return 0, false
		}
		seconds = seconds*60 + n
	}
	return sign * seconds, true
}

// renderOverlay shows the editor; fill adds what the request is about.
func (s *Server) renderOverlay(w http.ResponseWriter, r *http.Request, o db.Overlay, status int, fill func(*templates.OverlayPage)) error {
	card, err := s.overlayCard(r, o)
	if err != nil {
		return err
	}
	v := templates.OverlayPage{Page: s.view(r, ""), OverlayCard: card, Once: randomToken()}
	if o.Kind == live.OverlayHost {
		v.Silent, v.VoiceFailed = !s.opts.Overlays.Speaks(), s.opts.Overlays.VoiceFailed()
	}
	v.Page.Title, v.Path = v.OverlayCard.Title(v.Page), overlayPath(o.ID)
	if v.Form, err = overlayForm(o); err != nil {
		return err
	}
	if v.Now, err = s.overlayNow(r.Context(), o); err != nil {
		return err
	}
	if err := s.fillPreview(r, o, &v); err != nil {
		return err
	}
	gifts, err := s.db.Gifts(r.Context(), db.GiftQuery{Limit: giftsOffered})
	if err != nil {
		return err
	}
	for _, g := range gifts {
		v.Gifts = append(v.Gifts, g.GiftItem)
	}
	if fill != nil {
		fill(&v)
	}
	w.Header().Set("Content-Security-Policy", contentSecurityPolicy+"; frame-src 'self'")
	s.render(w, r, status, templates.OverlayEditor(v))
	return nil
}

// fillPreview chooses whose events the preview shows: the room's while it is live, else the demo's, unless the reader chose.
func (s *Server) fillPreview(r *http.Request, o db.Overlay, v *templates.OverlayPage) error {
	demo := s.demoRoom()
	v.HasDemo = demo != "" && demo != o.Room
	_, open := s.engine.OpenSession(o.Room)
	switch r.URL.Query().Get("events") {
	case "demo":
		v.Demo = v.HasDemo
	case "room":
	default:
		v.Demo = v.HasDemo && !open
	}
	reader, _ := whoami(r.Context())
	token, err := s.vault.signPreview(r.Context(), o, v.Demo, reader.credential, time.Now())
	v.Preview = overlayURL("", token)
	return err
}
