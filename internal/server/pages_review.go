package server

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/web/templates"
)

const (
	topViewers  = 8   // of the lists of who gave and who wrote most
	minuteLines = 100 // of a minute, on one page
)

// reviewPages are the pages of one past session.
func (s *Server) reviewPages(r chi.Router) {
	r.Get("/sessions/{id}", s.page(s.showReview))
	r.Post("/sessions/{id}/notes", s.page(s.saveSessionNote))
	r.Post("/sessions/{id}/notes/{note}/delete", s.page(s.deleteSessionNote))
}

// reviewAsk is what a reader wants to see of a session. Whoever serves a session to somebody who may see nothing else fills it too.
type reviewAsk struct {
	session    live.SessionInfo
	rehearsals bool
	readOnly   bool
	minute     time.Time // the zero time: the one worth reading first
	after      int64     // only events of the minute behind this one
	seq        int64     // an event to point at
	typed      string    // a note that was refused
	errs       templates.Errors
	veil       *veil // what is taken out; nil shows all
}

// showReview handles GET /sessions/{id}. With ?part=minute it answers with one minute alone, for the page's script.
func (s *Server) showReview(w http.ResponseWriter, r *http.Request) error {
	ask, err := s.reviewAsked(r)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("part") == "minute" && !ask.minute.IsZero() {
		return s.renderMinute(w, r, ask)
	}
	return s.renderReview(w, r, http.StatusOK, ask)
}

func (s *Server) reviewAsked(r *http.Request) (reviewAsk, error) {
	info, err := s.sessionInPath(r)
	if err != nil {
		return reviewAsk{}, err
	}
	return askOf(r, info)
}

// askOf reads what a reader wants to see of a session they may see.
func askOf(r *http.Request, info live.SessionInfo) (ask reviewAsk, err error) {
	q := r.URL.Query()
	ask = reviewAsk{session: info, rehearsals: info.Origin.Rehearsal() || q.Get("origin") == "all"}
	if ask.minute, err = timeParam("minute", q.Get("minute")); err != nil {
		return ask, err
	}
	ask.minute = ask.minute.Truncate(time.Minute)
	ask.after, _ = strconv.ParseInt(q.Get("after"), 10, 64) // anything else is the beginning
	ask.seq, _ = strconv.ParseInt(q.Get("seq"), 10, 64)
	return ask, nil
}

func (s *Server) renderReview(w http.ResponseWriter, r *http.Request, status int, ask reviewAsk) error {
	in, err := s.db.Review(r.Context(), ask.session.ID, ask.rehearsals)
	if err != nil {
		return err
	}
	review := live.ReviewOf(in)
	v := templates.ReviewPage{
		Page: s.view(r, ""), ID: ask.session.ID, UniqueID: ask.session.Room, Review: review, Rehearsals: ask.rehearsals,
		MadeUp: ask.session.Origin.Rehearsal(), Open: ask.session.EndedAt.IsZero(), ReadOnly: ask.readOnly,
	}
	v.Name = "@" + ask.session.Room
	room, _, err := s.engine.Room(ask.session.Room)
	if v.Removed = err != nil || room.Removed(); room.Nickname != "" {
		v.Name = room.Nickname
	}
	v.Title = v.Printer.T("review.title", "Name", v.Name, "Date", v.Printer.Date(ask.session.StartedAt))
	v.Past = !ask.readOnly
	if r.Method != http.MethodGet { // where a refused note was sent to is no page
		v.Path = reviewAddress(ask.session.ID, time.Time{})
	}
	if err := s.fillReview(r.Context(), &v); err != nil {
		return err
	}
	if !ask.readOnly && v.Pruned.IsZero() && ask.session.LastSeq > 0 {
		v.Once = randomToken()
	}
	if ask.minute.IsZero() {
		ask.minute = firstMinute(review)
	}
	if v.Minute, err = s.minutePane(r, v.Page, ask, review); err != nil {
		return err
	}
	if ask.veil != nil {
		if err := ask.veil.review(r.Context(), &v); err != nil {
			return err
		}
	}
	s.render(w, r, status, templates.Review(v))
	return nil
}

// fillReview reads what is beside the numbers.
func (s *Server) fillReview(ctx context.Context, v *templates.ReviewPage) error {
	marks, answers, err := s.db.ReviewMarks(ctx, v.ID)
	if err != nil {
		return err
	}
	v.Answers, v.Pins = answers, live.Pinned(ofKind(marks, live.KindPin))
	v.Gaps = ofKind(marks, live.KindGap)
	if v.Tests, err = s.db.Tests(ctx, v.ID, time.Time{}); err != nil {
		return err
	}
	notes, err := s.db.SessionMarks(ctx, v.ID, time.Time{}, time.Time{})
	if err != nil {
		return err
	}
	v.Marks = append(noteEvents(v.Page, marks), marksOf(notes)...)
	if v.Alerts, err = s.db.AlertMinutes(ctx, v.ID); err != nil {
		return err
	}
	if v.Pruned, err = s.db.PrunedAt(ctx, v.ID); err != nil {
		return err
	}
	if v.Gifters, err = s.top(ctx, v, "diamonds", func(a live.Attendance) bool { return a.Diamonds > 0 }); err != nil {
		return err
	}
	if v.Chatters, err = s.top(ctx, v, "comments", func(a live.Attendance) bool { return a.Comments > 0 }); err != nil {
		return err
	}
	for _, spike := range v.Review.Spikes {
		cause, err := s.db.SpikeCause(ctx, v.ID, spike, v.Rehearsals)
		if err != nil {
			return err
		}
		v.Causes = append(v.Causes, templates.SpikeCause(cause))
	}
	return nil
}

// top returns the first of a session's viewers by a column, of those who did anything.
func (s *Server) top(ctx context.Context, v *templates.ReviewPage, by string, did func(live.Attendance) bool) ([]live.Attendance, error) {
	found, err := s.db.Attendance(ctx, v.ID, v.Rehearsals, by, topViewers, 0)
	for i, a := range found {
		if !did(a) {
			return found[:i], err
		}
	}
	return found, err
}

func ofKind(events []live.Event, kind live.Kind) []live.Event {
	var out []live.Event
	for _, e := range events {
		if e.Kind == kind {
			out = append(out, e)
		}
	}
	return out
}

// noteEvents are the notes that came through the log, while the session was open, and what OBS did.
func noteEvents(p templates.Page, marks []live.Event) []templates.Mark {
	var out []templates.Mark
	for _, e := range ofKind(marks, live.KindNote) {
		switch n := live.DataOf[live.Note](e); {
		case n.Topic != "":
			out = append(out, templates.Mark{At: e.At, Kind: "scene", Text: templates.OBSText(p, n)})
		case n.Silence == 0:
			out = append(out, templates.Mark{At: e.At, Kind: db.MarkNote, Text: n.Text, Author: n.Author, Said: e.At})
		}
	}
	return out
}

func marksOf(marks []db.SessionMark) []templates.Mark {
	out := make([]templates.Mark, len(marks))
	for i, m := range marks {
		out[i] = templates.Mark{ID: m.ID, At: m.At, Kind: m.Kind, Text: m.Text, Author: m.Author, Said: m.Changed}
	}
	return out
}

// firstMinute is the minute worth reading first: the greatest spike, or else the one with most people.
func firstMinute(r live.Review) time.Time {
	best, at := 0.0, r.PeakAt
	for _, s := range r.Spikes {
		if s.Times() > best {
			best, at = s.Times(), s.Minute.Start
		}
	}
	if at.IsZero() && len(r.Minutes) > 0 {
		at = r.Minutes[0].Start
	}
	return at
}

// renderMinute answers with a minute alone.
func (s *Server) renderMinute(w http.ResponseWriter, r *http.Request, ask reviewAsk) error {
	in, err := s.db.Review(r.Context(), ask.session.ID, ask.rehearsals)
	if err != nil {
		return err
	}
	p := s.view(r, "")
	p.Past = !ask.readOnly
	pane, err := s.minutePane(r, p, ask, live.ReviewOf(in))
	if err != nil {
		return err
	}
	if ask.veil != nil {
		if err := ask.veil.minute(r.Context(), &pane); err != nil {
			return err
		}
	}
	s.render(w, r, http.StatusOK, templates.Minute(pane))
	return nil
}

func (s *Server) minutePane(r *http.Request, p templates.Page, ask reviewAsk, review live.Review) (templates.MinutePane, error) {
	pane := templates.MinutePane{
		Page: p, ID: ask.session.ID, Rehearsals: ask.rehearsals, MadeUp: ask.session.Origin.Rehearsal(), ReadOnly: ask.readOnly,
		Sums: live.Minute{Start: ask.minute, Viewers: -1}, Once: randomToken(), Typed: ask.typed, Errors: ask.errs, Highlight: ask.seq,
		First: review.Session.StartedAt.Truncate(time.Minute), Last: review.End,
	}
	if ask.minute.IsZero() {
		return pane, nil
	}
	for _, m := range review.Minutes {
		if m.Start.Equal(ask.minute) {
			pane.Sums = m
		}
	}
	ctx := r.Context()
	after := ask.after
	if ask.seq > 0 && after == 0 { // so that the event is on the page, with what was before it
		after = max(0, ask.seq-minuteLines/2)
	}
	events, err := s.db.MinuteEvents(ctx, db.MinuteQuery{Session: pane.ID, Start: ask.minute, Rehearsals: ask.rehearsals, Limit: minuteLines + 1, After: after})
	if err != nil {
		return pane, err
	}
	if len(events) > minuteLines {
		events = events[:minuteLines]
		pane.More = events[minuteLines-1].Seq
	}
	pane.Events = events
	if err := s.heedDeletes(ctx, &pane); err != nil {
		return pane, err
	}
	pruned, err := s.db.PrunedAt(ctx, pane.ID)
	if err != nil {
		return pane, err
	}
	pane.Pruned = !pruned.IsZero()
	marks, err := s.db.SessionMarks(ctx, pane.ID, ask.minute, ask.minute.Add(time.Minute))
	for _, m := range marksOf(marks) {
		if m.Kind == db.MarkNote {
			pane.Notes = append(pane.Notes, m)
		}
	}
	return pane, err
}

// heedDeletes tells a minute what was taken away in its session. Who follows a link to the session does not get to read it.
func (s *Server) heedDeletes(ctx context.Context, pane *templates.MinutePane) error {
	deletes, err := s.db.Deletes(ctx, pane.ID)
	if !pane.ReadOnly {
		pane.Deletes = deletes
		return err
	}
	pane.Events = slices.DeleteFunc(pane.Events, func(e live.Event) bool {
		_, hidden := live.HiddenBy(deletes, e)
		return hidden
	})
	return err
}

// saveSessionNote handles POST /sessions/{id}/notes: what somebody writes about a minute.
func (s *Server) saveSessionNote(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	ask, err := s.reviewAsked(r)
	if err != nil {
		return err
	}
	if ask.minute, err = timeParam("minute", r.PostForm.Get("minute")); err != nil || ask.minute.IsZero() {
		return &live.Error{Code: live.CodeInvalid, Op: "server.saveSessionNote", Field: "minute", Msg: "minute must be a time like 2026-01-12T09:30:00Z."}
	}
	text := strings.TrimSpace(r.PostForm.Get("note"))
	p := s.view(r, "")
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		ask.errs = templates.Errors{"note": p.Printer.T("review.note.empty")}
	case n > maxNote:
		ask.errs = templates.Errors{"note": p.Printer.T("review.note.long", "Max", maxNote)}
	}
	if ask.errs != nil {
		ask.typed = r.PostForm.Get("note")
		return s.renderReview(w, r, http.StatusUnprocessableEntity, ask)
	}
	if s.onces.first(r.PostForm.Get("once")) {
		id, _ := whoami(r.Context())
		_, err = s.db.AddSessionMark(r.Context(), db.SessionMark{
			Session: ask.session.ID, At: ask.minute, Kind: db.MarkNote, Text: text, Author: id.user.Name, Changed: live.Millis(time.Now()),
		})
		if err != nil {
			return err
		}
	}
	http.Redirect(w, r, reviewAddress(ask.session.ID, ask.minute), http.StatusSeeOther)
	return nil
}

// deleteSessionNote handles POST /sessions/{id}/notes/{note}/delete. A note that is gone already is no error.
func (s *Server) deleteSessionNote(w http.ResponseWriter, r *http.Request) error {
	if err := parseForm(w, r); err != nil {
		return err
	}
	info, err := s.sessionInPath(r)
	if err != nil {
		return err
	}
	note, err := strconv.ParseInt(chi.URLParam(r, "note"), 10, 64)
	if err != nil {
		return &live.Error{Code: live.CodeNotFound, Op: "server.deleteSessionNote"}
	}
	if err := s.db.DeleteSessionMark(r.Context(), info.ID, note); err != nil {
		return err
	}
	minute, err := timeParam("minute", r.PostForm.Get("minute"))
	if err != nil {
		return err
	}
	http.Redirect(w, r, reviewAddress(info.ID, minute), http.StatusSeeOther)
	return nil
}

// reviewAddress is a session's page, at a minute unless that is the zero time.
func reviewAddress(id int64, minute time.Time) string {
	address := "/sessions/" + strconv.FormatInt(id, 10)
	if minute.IsZero() {
		return address
	}
	return address + "?" + url.Values{"minute": {live.Timestamp(minute)}}.Encode() + "#minute"
}
