package server

import (
	"iter"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

// exportTypes are the media types of the formats of live.ExportFormats.
var exportTypes = map[string]string{"json": "application/json", "jsonl": "application/jsonl", "csv": "text/csv; charset=utf-8"}

// exportRoutes are the lists that can be fetched as files, streamed at a constant memory.
func (s *Server) exportRoutes(r chi.Router) {
	r.Get("/api/sessions/export.{format}", s.page(s.exportSessions))
	r.Get("/api/sessions/{id}/export.{format}", s.page(s.exportSession))
	r.Get("/api/sessions/{id}/minutes.{format}", s.page(s.exportMinutes))
	r.Get("/api/sessions/{id}/viewers.{format}", s.page(s.exportViewers))
}

// export sends a file. Once it has begun, only a broken connection tells the client that something went wrong.
func (s *Server) export(w http.ResponseWriter, r *http.Request, name string, write func(format string) error) error {
	format := chi.URLParam(r, "format")
	if exportTypes[format] == "" {
		return live.Errorf(live.CodeNotFound, "There is no export format %q; use json, jsonl or csv.", format)
	}
	w.Header().Set("Content-Type", exportTypes[format])
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+"."+format+`"`)
	if err := write(format); err != nil {
		if r.Context().Err() == nil {
			s.log.Error("an export broke off", "file", name, "err", err)
		}
		panic(http.ErrAbortHandler)
	}
	return nil
}

// exportSession handles GET /api/sessions/{id}/export.{format}: every event in order.
func (s *Server) exportSession(w http.ResponseWriter, r *http.Request) error {
	info, err := s.sessionInPath(r)
	if err != nil {
		return err
	}
	return s.export(w, r, "session-"+strconv.FormatInt(info.ID, 10), func(format string) error {
		return live.Export(w, format, s.db.All(r.Context(), db.EventQuery{Session: info.ID, UpTo: info.LastSeq}))
	})
}

var minuteColumns = []string{
	"start", "comments", "gifts", "diamonds", "likes", "joins", "follows", "shares", "viewers", "viewers_peak", "viewers_average", "new_viewers",
	"returning_viewers", "gap_seconds",
}

// exportMinutes handles GET /api/sessions/{id}/minutes.{format}: the numbers of every minute, with what of it is missing.
func (s *Server) exportMinutes(w http.ResponseWriter, r *http.Request) error {
	info, err := s.sessionInPath(r)
	if err != nil {
		return err
	}
	in, err := s.db.Review(r.Context(), info.ID, info.Origin.Rehearsal() || r.URL.Query().Get("origin") == "all")
	if err != nil {
		return err
	}
	rows := func(yield func([]any, error) bool) {
		for _, m := range live.ReviewOf(in).Minutes {
			row := []any{
				live.Timestamp(m.Start), m.Comments, m.Gifts, m.Diamonds, m.Likes, m.Joins, m.Follows, m.Shares, toldOr(m.Viewers), toldOr(m.ViewersPeak),
				averageOr(m.Average()), m.New, m.Returning, m.Gap.Seconds(),
			}
			if !yield(row, nil) {
				return
			}
		}
	}
	return s.export(w, r, "session-"+strconv.FormatInt(info.ID, 10)+"-minutes", func(format string) error {
		return live.ExportTable(w, format, minuteColumns, rows)
	})
}

// toldOr is a number of viewers in a file; nil where TikTok told none.
func toldOr(n int64) any {
	if n < 0 {
		return nil
	}
	return n
}

func averageOr(v float64) any {
	if v < 0 {
		return nil
	}
	return float64(int64(v*10+.5)) / 10
}

var viewerColumns = []string{
	"user_id", "unique_id", "nickname", "first_seen", "last_seen", "comments", "gifts", "diamonds", "likes", "joins", "follows", "shares",
}

// exportViewers handles GET /api/sessions/{id}/viewers.{format}: everybody who gave a sign, in the order they were first met anywhere.
func (s *Server) exportViewers(w http.ResponseWriter, r *http.Request) error {
	info, err := s.sessionInPath(r)
	if err != nil {
		return err
	}
	all := info.Origin.Rehearsal() || r.URL.Query().Get("origin") == "all"
	return s.export(w, r, "session-"+strconv.FormatInt(info.ID, 10)+"-viewers", func(format string) error {
		return live.ExportTable(w, format, viewerColumns, viewerRows(s.db.Everybody(r.Context(), info.ID, all)))
	})
}

func viewerRows(viewers iter.Seq2[live.Attendance, error]) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for v, err := range viewers {
			row := []any{
				v.User.UserID, v.User.UniqueID, v.User.Nickname, live.Timestamp(v.First), live.Timestamp(v.Last), v.Comments, v.Gifts, v.Diamonds,
				v.Likes, v.Joins, v.Follows, v.Shares,
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

var sessionColumns = []string{
	"id", "room", "title", "origin", "started_at", "ended_at", "seconds", "gap_seconds", "viewers_peak", "viewers_average", "viewers_seen", "comments",
	"gifts", "diamonds", "gifters", "likes", "follows", "shares",
}

// exportSessions handles GET /api/sessions/export.{format}: the list of sessions under the filters of its page.
func (s *Server) exportSessions(w http.ResponseWriter, r *http.Request) error {
	list, wrong := sessionList(sessionFilter(r.URL.Query()), zoneIn(s.view(r, "")))
	for field := range wrong {
		return &live.Error{Code: live.CodeInvalid, Op: "server.exportSessions", Field: field, Msg: field + " must be a date like 2026-01-12."}
	}
	return s.export(w, r, "sessions", func(format string) error {
		return live.ExportTable(w, format, sessionColumns, s.sessionRows(r, list))
	})
}

const exportPage = 500

func (s *Server) sessionRows(r *http.Request, list db.SessionList) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for list.Limit = exportPage; ; list.Offset += exportPage {
			page, _, err := s.db.SessionSums(r.Context(), list)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, f := range page {
				var ended any
				if !f.EndedAt.IsZero() {
					ended = live.Timestamp(f.EndedAt)
				}
				row := []any{
					f.ID, f.Room, f.Title, string(f.Origin), live.Timestamp(f.StartedAt), ended, f.Length().Seconds(), f.Gap.Seconds(), toldOr(f.Peak),
					averageOr(f.Average), f.Seen, f.Comments, f.Gifts, f.Diamonds, f.Gifters, f.Likes, f.Follows, f.Shares,
				}
				if !yield(row, nil) {
					return
				}
			}
			if len(page) < exportPage {
				return
			}
		}
	}
}
