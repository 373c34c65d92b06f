package server

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/web/templates"
)

const (
	sessionsPage = 50
	mostMonths   = 60 // lines of the table of months: the newest
)

// pastPages are the pages about sessions that are over.
func (s *Server) pastPages(r chi.Router) {
	r.Get("/sessions", s.page(s.showSessions))
	r.Get("/search", s.page(s.showSearch))
	r.Get("/compare", s.page(s.showCompare))
	s.historyPages(r)
	s.importRoutes(r)
	s.reviewPages(r)
	s.retentionPages(r)
	s.watchPages(r)
}

// showSessions handles GET /sessions.
func (s *Server) showSessions(w http.ResponseWriter, r *http.Request) error {
	return s.renderSessions(w, r, http.StatusOK, templates.SessionsPage{
		Page: s.view(r, "sessions.title"), Filter: sessionFilter(r.URL.Query()), Deleted: r.URL.Query().Has("deleted"),
	})
}

func (s *Server) renderSessions(w http.ResponseWriter, r *http.Request, status int, v templates.SessionsPage) error {
	list, wrong := sessionList(v.Filter, zoneIn(v.Page))
	for field := range wrong {
		status = http.StatusUnprocessableEntity
		v.Errors = templates.Errors{field: v.Printer.T("sessions.date_wrong")}
	}
	list.Limit, list.Offset = sessionsPage, (v.Filter.Page-1)*sessionsPage
	found, n, err := s.db.SessionSums(r.Context(), list)
	if err != nil {
		return err
	}
	v.Count, v.Pages = n, (n+sessionsPage-1)/sessionsPage
	for _, f := range found {
		v.Sessions = append(v.Sessions, sessionRow(f))
	}
	months, err := s.db.MonthSums(r.Context(), list, zoneIn(v.Page))
	if err != nil {
		return err
	}
	for _, m := range months[:min(len(months), mostMonths)] {
		v.Months = append(v.Months, templates.MonthRow{
			Room: m.Room, Month: m.Month, Sessions: m.Sessions, Length: m.Length, Peak: m.Peak, Average: m.Average, Comments: m.Comments,
			Diamonds: m.Diamonds, Follows: m.Follows,
		})
	}
	if v.Rooms, err = s.db.SessionRooms(r.Context()); err != nil {
		return err
	}
	s.render(w, r, status, templates.Sessions(v))
	return nil
}

func sessionRow(f db.SessionSum) templates.SessionRow {
	return templates.SessionRow{
		ID: f.ID, Room: f.Room, Title: f.Title, Origin: string(f.Origin), Start: f.StartedAt, Length: f.Length(), Gap: f.Gap, Open: f.EndedAt.IsZero(),
		Peak: f.Peak, Average: f.Average, Comments: f.Comments, Diamonds: f.Diamonds, Gifters: f.Gifters, Follows: f.Follows,
	}
}

func zoneIn(p templates.Page) *time.Location {
	if p.Zone == nil {
		return time.UTC
	}
	return p.Zone
}

// sessionFilter reads a filter from an address.
func sessionFilter(q url.Values) templates.SessionFilter {
	page, err := strconv.Atoi(q.Get("page"))
	if err != nil {
		page = 1
	}
	return templates.SessionFilter{
		Room: q.Get("room"), From: q.Get("from"), To: q.Get("to"), Length: q.Get("length"), Origin: q.Get("origin"), Sort: q.Get("sort"),
		Ascending: q.Get("order") == "up", Page: min(max(page, 1), 1_000_000),
	}
}

// sessionList is what a filter asks the store for, and which of its fields make no sense; those are passed over.
func sessionList(f templates.SessionFilter, zone *time.Location) (db.SessionList, map[string]error) {
	q := db.SessionList{Room: f.Room, Sort: f.Sort, Ascending: f.Ascending}
	wrong := map[string]error{}
	var err error
	if q.From, err = day(f.From, zone); err != nil {
		wrong["from"] = err
	}
	if q.To, err = day(f.To, zone); err != nil {
		wrong["to"] = err
	} else if !q.To.IsZero() {
		q.To = q.To.AddDate(0, 0, 1) // the day itself is meant too
	}
	switch f.Length {
	case "short":
		q.Shorter = 30 * time.Minute
	case "middle":
		q.Longer, q.Shorter = 30*time.Minute, 2*time.Hour
	case "long":
		q.Longer = 2 * time.Hour
	}
	if origin := live.Origin(f.Origin); origin.Valid() {
		q.Origin = origin
	}
	return q, wrong
}

// day reads a date as the first moment of that day in a zone; "" is the zero time.
func day(s string, zone *time.Location) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return time.ParseInLocation(time.DateOnly, s, zone)
}
