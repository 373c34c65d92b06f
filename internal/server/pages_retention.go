package server

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/web/templates"
)

// retentionPages are about what is deleted, and when.
func (s *Server) retentionPages(r chi.Router) {
	r.Get("/retention", s.page(s.showRetention))
	r.Post("/retention", s.page(s.saveRetention))
	r.Post("/retention/run", s.page(s.runRetention))
	r.Get("/sessions/{id}/delete", s.page(s.askDeleteSession))
	r.Post("/sessions/{id}/delete", s.page(s.formDeleteSession))
}

// showRetention handles GET /retention: the rules, and what they would delete now.
func (s *Server) showRetention(w http.ResponseWriter, r *http.Request) error {
	return s.renderRetention(w, r, http.StatusOK, func(*templates.RetentionPage) {})
}

func (s *Server) renderRetention(w http.ResponseWriter, r *http.Request, status int, fill func(*templates.RetentionPage)) error {
	ctx := r.Context()
	v := templates.RetentionPage{Page: s.view(r, "retention.title"), Busy: s.keeper.busy(), Done: r.URL.Query().Has("done")}
	v.Path = "/retention"
	rules, err := s.db.Retentions(ctx)
	if err != nil {
		return err
	}
	v.Rules = []templates.RetentionRule{{}}
	for _, rule := range rules {
		shown := templates.RetentionRule{Room: rule.Room, Events: daysText(rule.EventsDays), Sessions: daysText(rule.SessionsDays)}
		if rule.Room == "" {
			v.Rules[0] = shown
		} else {
			v.Rules = append(v.Rules, shown)
		}
	}
	if v.Rooms, err = s.db.SessionRooms(ctx); err != nil {
		return err
	}
	plan, err := s.db.PlanRetention(ctx, time.Now())
	if err != nil {
		return err
	}
	v.Raw, v.Whole, v.Mark = doomedOf(plan.Raw), doomedOf(plan.Whole), plan.Mark()
	if v.Next, err = s.nextRetention(ctx, time.Now()); err != nil {
		return err
	}
	space, err := s.db.Space(ctx)
	if err != nil {
		return err
	}
	v.File, v.Free = space.File, space.Free
	fill(&v)
	s.render(w, r, status, templates.Retention(v))
	return nil
}

func doomedOf(holdings []db.Holding) []templates.Doomed {
	out := make([]templates.Doomed, len(holdings))
	for i, h := range holdings {
		out[i] = doomed(h)
	}
	return out
}

func doomed(h db.Holding) templates.Doomed {
	return templates.Doomed{
		ID: h.ID, Room: h.Room, Title: h.Title, Start: h.StartedAt, End: h.EndedAt, Raw: h.Raw, Events: h.Events, Minutes: h.Minutes, Notes: h.Notes, Shares: h.Shares,
	}
}

// daysText is a number of days as a form has it: nothing is for ever.
func daysText(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// saveRetention handles POST /retention: a rule is kept, or with remove taken away. Nothing is deleted before a day has passed.
func (s *Server) saveRetention(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	typed := templates.RetentionRule{
		Room: strings.TrimPrefix(strings.TrimSpace(r.PostForm.Get("room")), "@"), Events: r.PostForm.Get("events_days"), Sessions: r.PostForm.Get("sessions_days"),
	}
	rule, wrong := readRule(typed)
	remove := r.PostForm.Has("remove")
	if wrong != nil && !remove {
		return s.refuseRule(w, r, typed, wrong)
	}
	err := s.setRule(r.Context(), typed.Room, func(room string) error {
		if remove {
			return s.db.DropRetention(r.Context(), room)
		}
		rule.Room = room
		return s.db.SaveRetention(r.Context(), rule)
	})
	if err != nil {
		return err
	}
	deedOf(r.Context()).about(ruleTarget(typed.Room, typed.Events, typed.Sessions))
	http.Redirect(w, r, "/retention", http.StatusSeeOther)
	return nil
}

// readRule reads a rule as typed; wrong are the catalogue's keys of what is wrong with it, by field.
func readRule(typed templates.RetentionRule) (rule db.Retention, wrong map[string]string) {
	rule.Room, wrong = typed.Room, map[string]string{}
	for _, f := range []struct {
		name, text string
		into       *int
	}{{"events_days", typed.Events, &rule.EventsDays}, {"sessions_days", typed.Sessions, &rule.SessionsDays}} {
		text := strings.TrimSpace(f.text)
		if text == "" {
			continue // for ever
		}
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > db.MostDays {
			wrong[f.name] = "retention.days_wrong"
		}
		*f.into = n
	}
	if e, ok := errors.AsType[*live.Error](rule.Check()); ok && len(wrong) == 0 {
		wrong[e.Field] = "retention.order_wrong"
	}
	if len(wrong) == 0 {
		return rule, nil
	}
	return rule, wrong
}

// refuseRule shows the page again with what was typed.
func (s *Server) refuseRule(w http.ResponseWriter, r *http.Request, typed templates.RetentionRule, wrong map[string]string) error {
	return s.renderRetention(w, r, http.StatusUnprocessableEntity, func(v *templates.RetentionPage) {
		typed.Errors = templates.Errors{}
		for field, key := range wrong {
			typed.Errors[field] = v.Printer.T(key, "Max", int64(db.MostDays))
		}
		for i := range v.Rules {
			if v.Rules[i].Room == typed.Room {
				v.Rules[i] = typed
				return
			}
		}
		v.New = typed
	})
}

// runRetention handles POST /retention/run: what the page showed is deleted, in the background. If the rules or the sessions have changed
// since it was shown, nothing is, and the page shows it anew.
func (s *Server) runRetention(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	again := "" // why it is shown again
	if r.PostForm.Get("sure") == "" {
		again = "viewer.forget.tick"
	} else if err := s.carryOut(r.Context(), r.PostForm.Get("plan")); live.CodeOf(err) == live.CodeConflict {
		again = "retention.changed"
	} else if err != nil {
		return err
	}
	if again != "" {
		return s.renderRetention(w, r, http.StatusUnprocessableEntity, func(v *templates.RetentionPage) {
			v.Errors = templates.Errors{"sure": v.Printer.T(again)}
		})
	}
	http.Redirect(w, r, "/retention?done=1", http.StatusSeeOther)
	return nil
}

// askDeleteSession handles GET /sessions/{id}/delete: what would go, and whether that is meant.
func (s *Server) askDeleteSession(w http.ResponseWriter, r *http.Request) error {
	info, err := s.sessionInPath(r)
	if err != nil {
		return err
	}
	return s.renderDeleteSession(w, r, http.StatusOK, info.ID, nil)
}

func (s *Server) renderDeleteSession(w http.ResponseWriter, r *http.Request, status int, id int64, errs templates.Errors) error {
	h, err := s.db.Holding(r.Context(), id)
	if err != nil {
		return err
	}
	_, err = s.engine.Session(id)
	v := templates.DeleteSessionPage{Page: s.view(r, "delete.title"), Session: doomed(h), Open: err == nil, Errors: errs}
	v.Path = reviewAddress(id, time.Time{}) + "/delete"
	s.render(w, r, status, templates.DeleteSession(v))
	return nil
}

// formDeleteSession handles POST /sessions/{id}/delete. One that is gone already is no error.
func (s *Server) formDeleteSession(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	info, err := s.sessionInPath(r)
	if err != nil {
		if live.CodeOf(err) == live.CodeNotFound {
			deedOf(r.Context()).skip = true
			http.Redirect(w, r, "/sessions", http.StatusSeeOther)
			return nil
		}
		return err
	}
	if r.PostForm.Get("sure") == "" {
		p := s.view(r, "")
		return s.renderDeleteSession(w, r, http.StatusUnprocessableEntity, info.ID, templates.Errors{"sure": p.Printer.T("viewer.forget.tick")})
	}
	if err := s.dropSession(r.Context(), info.ID); err != nil {
		return err
	}
	deedOf(r.Context()).about("@" + info.Room + " " + live.Timestamp(info.StartedAt))
	http.Redirect(w, r, "/sessions?deleted=1", http.StatusSeeOther)
	return nil
}
