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

const (
	trendSessions = 10
	gridWeeks     = 12
)

// showCompare handles GET /compare?session=…&session=…: two to six sessions on one axis, and how a room has done lately.
func (s *Server) showCompare(w http.ResponseWriter, r *http.Request) error {
	ask, err := compareAsked(r.URL.Query())
	if err != nil {
		return err
	}
	v := templates.ComparePage{Page: s.view(r, "compare.title"), Ask: ask}
	status := http.StatusOK
	switch n := len(ask.Sessions); {
	case n == 0:
	case n == 1: // a session's own page leads here, to choose what it is compared with
		err = s.fillPicked(r.Context(), &v)
	case n > live.MostCompared:
		status = http.StatusUnprocessableEntity
		err = s.fillPicked(r.Context(), &v)
	default:
		err = s.fillLanes(r.Context(), &v)
	}
	if err != nil {
		return err
	}
	if err := s.fillTrend(r.Context(), &v); err != nil {
		return err
	}
	s.render(w, r, status, templates.Compare(v))
	return nil
}

// compareAsked reads what somebody wants to compare. A session that is named twice counts once.
func compareAsked(q url.Values) (templates.CompareAsk, error) {
	ask := templates.CompareAsk{Align: q.Get("align"), Metric: live.Metric(q.Get("metric")), Room: q.Get("room")}
	if !slices.Contains(templates.CompareMetrics(), ask.Metric) {
		ask.Metric = live.MetricViewers
	}
	switch ask.Metric {
	case live.MetricViewers: // those of two minutes are mostly the same people
	case live.MetricComments:
		ask.Total = q.Get("count") == "total"
	default: // what comes in bursts says more added up
		ask.Total = q.Get("count") != "minute"
	}
	for _, text := range q["session"] {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil || len(ask.Sessions) == sessionsPage { // as many as one page of the list has boxes for
			return ask, &live.Error{
				Code: live.CodeInvalid, Op: "server.compareAsked", Field: "session",
				Msg: "session must be the number of a session, and be given two to six times.",
			}
		}
		if !slices.Contains(ask.Sessions, id) {
			ask.Sessions = append(ask.Sessions, id)
		}
	}
	return ask, nil
}

// fillLanes lays the sessions on one axis.
func (s *Server) fillLanes(ctx context.Context, v *templates.ComparePage) error {
	var reviews []live.Review
	for _, id := range v.Ask.Sessions {
		info, err := s.db.Session(ctx, id)
		if err != nil {
			return err
		}
		in, err := s.db.Review(ctx, id, info.Origin.Rehearsal())
		if err != nil {
			return err
		}
		reviews = append(reviews, live.ReviewOf(in))
	}
	slices.SortStableFunc(reviews, func(a, b live.Review) int { return a.Session.StartedAt.Compare(b.Session.StartedAt) })
	v.Programs = live.ProgramNames(reviews)
	by, program := alignment(v.Ask.Align, v.Programs)
	if by != live.AlignProgram {
		v.Ask.Align = string(by)
	}
	v.Lanes = live.Compare(reviews, by, program, zoneIn(v.Page))
	if v.Ask.Room == "" {
		v.Ask.Room = reviews[len(reviews)-1].Session.Room
	}
	return nil
}

// alignment reads "start", "clock", or "program:" and a name; what is none of them, or a program that nobody had, is the start.
func alignment(s string, programs []string) (by live.Alignment, program string) {
	if name, ok := strings.CutPrefix(s, "program:"); ok && slices.Contains(programs, name) {
		return live.AlignProgram, name
	}
	if s == string(live.AlignClock) {
		return live.AlignClock, ""
	}
	return live.AlignStart, ""
}

// fillPicked reads the sessions that were chosen, where they are too few or too many, to choose again from.
func (s *Server) fillPicked(ctx context.Context, v *templates.ComparePage) error {
	for _, id := range v.Ask.Sessions {
		info, err := s.db.Session(ctx, id)
		if err != nil {
			return err
		}
		v.Picked = append(v.Picked, templates.SessionRow{ID: id, Room: info.Room, Start: info.StartedAt})
	}
	if v.Ask.Room == "" {
		v.Ask.Room = v.Picked[0].Room
	}
	return nil
}

// fillTrend reads the last sessions of a room and its weeks: of the room asked for, or else of the one that was on last.
func (s *Server) fillTrend(ctx context.Context, v *templates.ComparePage) (err error) {
	if v.Rooms, err = s.db.SessionRooms(ctx); err != nil || len(v.Rooms) == 0 {
		return err
	}
	list := db.SessionList{Room: v.Ask.Room, Origin: live.OriginTikTok, Limit: trendSessions}
	if v.Ask.Room == "" {
		list.Limit = 1
		last, _, err := s.db.SessionSums(ctx, list)
		if err != nil {
			return err
		}
		v.Ask.Room = v.Rooms[0]
		if len(last) > 0 {
			v.Ask.Room = last[0].Room
		}
		list.Room, list.Limit = v.Ask.Room, trendSessions
	}
	found, _, err := s.db.SessionSums(ctx, list)
	if err != nil {
		return err
	}
	slices.Reverse(found)
	for _, f := range found {
		v.Trend = append(v.Trend, sessionRow(f))
	}
	v.Grid, err = s.db.HourGrid(ctx, v.Ask.Room, time.Now().AddDate(0, 0, -7*gridWeeks), zoneIn(v.Page))
	return err
}
