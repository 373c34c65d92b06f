package server

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/web/templates"
)

const searchPage = 50

// showSearch handles GET /search.
func (s *Server) showSearch(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	v := templates.SearchPage{Page: s.view(r, "search.title"), Ask: templates.SearchAsk{
		Q: q.Get("q"), Room: q.Get("room"), Session: q.Get("session"), User: q.Get("user"), Kind: q.Get("kind"), Origin: q.Get("origin"),
		Diamonds: q.Get("diamonds"), From: q.Get("from"), To: q.Get("to"), Before: q.Get("before"),
	}}
	v.Past, v.Forgotten = true, q.Has("forgotten")
	v.Asked = v.Ask.Q != "" || v.Ask.User != "" || v.Ask.Kind != "" || v.Ask.Origin != "" || v.Ask.Diamonds != ""
	var err error
	if v.Rooms, err = s.db.SessionRooms(r.Context()); err != nil {
		return err
	}
	if err := s.searchedSession(r, &v); err != nil {
		return err
	}
	q.Del("session") // a session's page leads here with it alone, and asks nothing yet
	status := http.StatusOK
	if v.Asked {
		if err := s.search(r, &v); err != nil {
			return err
		}
	} else if len(q) > 0 && !v.Forgotten {
		v.Errors = templates.Errors{"q": v.Printer.T("search.ask")}
	}
	if len(v.Errors) > 0 {
		status = http.StatusUnprocessableEntity
	}
	s.render(w, r, status, templates.Search(v))
	return nil
}

// searchedSession names the session that is looked into. What is no number is no session.
func (s *Server) searchedSession(r *http.Request, v *templates.SearchPage) error {
	id, err := strconv.ParseInt(v.Ask.Session, 10, 64)
	if err != nil {
		v.Ask.Session = ""
		return nil
	}
	info, err := s.db.Session(r.Context(), id)
	v.Session = info.StartedAt
	return err
}

// search fills the page with what was found.
func (s *Server) search(r *http.Request, v *templates.SearchPage) error {
	q, wrong := searchQuery(v)
	if len(wrong) > 0 {
		v.Errors = wrong
		return nil
	}
	page, err := s.db.Search(r.Context(), q)
	if err != nil {
		return err
	}
	marker := db.NewMarker(q.Text)
	deletes := s.deletesOf(r.Context())
	for _, f := range page.Found {
		result := templates.SearchResult{Event: f.Event, Room: f.Session.Room, Around: f.Around, MadeUp: f.Session.Origin.Rehearsal()}
		if result.Gone, err = deletes(f.Session.ID); err != nil {
			return err
		}
		for _, p := range marker.Mark(live.Text(f.Event)) {
			result.Pieces = append(result.Pieces, templates.Piece(p))
		}
		v.Results = append(v.Results, result)
	}
	if page.Next == (db.Place{}) {
		return nil
	}
	v.Next = fmt.Sprintf("%d-%d", page.Next.Session, page.Next.Seq)
	if page.Seen != (db.Place{}) {
		info, err := s.db.Session(r.Context(), page.Seen.Session)
		if err != nil {
			return err
		}
		v.SeenTo = info.StartedAt
	}
	return nil
}

// goneOf returns what hides messages of the sessions that events are of.
func (s *Server) goneOf(ctx context.Context, events []live.Event) (templates.Gone, error) {
	deletes, out := s.deletesOf(ctx), templates.Gone{}
	for _, e := range events {
		var err error
		if out[e.SessionID], err = deletes(e.SessionID); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// deletesOf returns what hides messages of a session, and asks the store once for each.
func (s *Server) deletesOf(ctx context.Context) func(session int64) ([]live.Event, error) {
	known := map[int64][]live.Event{}
	return func(session int64) ([]live.Event, error) {
		if found, ok := known[session]; ok {
			return found, nil
		}
		found, err := s.db.Deletes(ctx, session)
		known[session] = found
		return found, err
	}
}

// searchQuery is what the store is asked, and what is wrong with the form.
func searchQuery(v *templates.SearchPage) (db.SearchQuery, templates.Errors) {
	a, wrong := v.Ask, templates.Errors{}
	q := db.SearchQuery{Text: a.Q, Room: a.Room, User: a.User, Kind: live.Kind(a.Kind), Limit: searchPage}
	if origin := live.Origin(a.Origin); origin.Valid() {
		q.Origin = origin
	}
	q.Session, _ = strconv.ParseInt(a.Session, 10, 64) // "" is all of them
	var err error
	if a.Diamonds != "" {
		if q.MinDiamonds, err = strconv.ParseInt(strings.TrimSpace(a.Diamonds), 10, 64); err != nil || q.MinDiamonds < 0 {
			wrong["diamonds"] = v.Printer.T("search.wrong.diamonds")
		}
	}
	if q.From, err = day(a.From, zoneIn(v.Page)); err != nil {
		wrong["from"] = v.Printer.T("sessions.date_wrong")
	}
	if q.To, err = day(a.To, zoneIn(v.Page)); err != nil {
		wrong["to"] = v.Printer.T("sessions.date_wrong")
	} else if !q.To.IsZero() {
		q.To = q.To.AddDate(0, 0, 1)
	}
	if session, seq, ok := strings.Cut(a.Before, "-"); ok {
		q.Before.Session, _ = strconv.ParseInt(session, 10, 64)
		q.Before.Seq, _ = strconv.ParseInt(seq, 10, 64)
	}
	return q, wrong
}
