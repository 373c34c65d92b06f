package server

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

// retentionOperations registers what is deleted, and when.
func (s *Server) retentionOperations(api huma.API) {
	const path = "/api/retention"
	register(s, api, operation(http.MethodGet, path, "get-retention", "For how long sessions are kept, and what would be deleted now"), s.getRetention)
	register(s, api, operation(http.MethodPut, path, "put-retention", "Keep a room's sessions for so long; nothing is deleted before a day has passed"), s.putRetention)
	register(s, api, operation(http.MethodDelete, path, "delete-retention", "Take a room's rule away: the one for all rooms is for it again"), s.deleteRetention)
	run := operation(http.MethodPost, path+"/run", "run-retention", "Delete, in the background, what get-retention showed")
	run.DefaultStatus = http.StatusAccepted
	register(s, api, run, s.apiRunRetention)
}

// ruleBody is for how long a room's sessions are kept.
type ruleBody struct {
	Room         string `json:"room" maxLength:"300" doc:"the name behind the @; empty: all rooms without a rule of their own"`
	EventsDays   int    `json:"events_days" minimum:"0" maximum:"36500" doc:"days after its end in which a session keeps its raw events; 0: for ever"`
	SessionsDays int    `json:"sessions_days" minimum:"0" maximum:"36500" doc:"days after its end for which a session is kept; 0: for ever; else more than events_days"`
}

// doomedBody is a session that rules would take something from.
type doomedBody struct {
	Session   int64  `json:"session"`
	Room      string `json:"room"`
	Title     string `json:"title,omitempty"`
	StartedAt string `json:"started_at"`
	EndedAt   string `json:"ended_at"`
	Events    int64  `json:"events" doc:"that go"`
	Minutes   int64  `json:"minutes" doc:"that go"`
	Notes     int64  `json:"notes" doc:"of the team, that go"`
	Shares    int64  `json:"shares" doc:"links, that go"`
}

type retentionAnswer struct {
	Body struct {
		Rules []ruleBody   `json:"rules"`
		Next  *string      `json:"next" doc:"when the rules are applied by themselves; null: there are none"`
		Busy  bool         `json:"busy" doc:"something is being deleted now"`
		Plan  string       `json:"plan" doc:"names what is below; run-retention asks for it"`
		Raw   []doomedBody `json:"raw" doc:"sessions whose raw events would go, and whose numbers stay"`
		Whole []doomedBody `json:"whole" doc:"sessions that would go as a whole"`
	}
}

func (s *Server) getRetention(ctx context.Context, _ *struct{}) (*retentionAnswer, error) {
	now := time.Now()
	rules, err := s.db.Retentions(ctx)
	if err != nil {
		return nil, err
	}
	plan, err := s.db.PlanRetention(ctx, now)
	if err != nil {
		return nil, err
	}
	next, err := s.nextRetention(ctx, now)
	if err != nil {
		return nil, err
	}
	var out retentionAnswer
	out.Body.Rules = make([]ruleBody, len(rules))
	for i, r := range rules {
		out.Body.Rules[i] = ruleBody(r)
	}
	out.Body.Next, out.Body.Busy, out.Body.Plan = stamp(next), s.keeper.busy(), plan.Mark()
	out.Body.Raw, out.Body.Whole = []doomedBody{}, []doomedBody{}
	for _, h := range plan.Raw {
		out.Body.Raw = append(out.Body.Raw, doomedOut(h, doomedBody{Events: h.Raw}))
	}
	for _, h := range plan.Whole {
		out.Body.Whole = append(out.Body.Whole, doomedOut(h, doomedBody{Events: h.Events, Minutes: h.Minutes, Notes: h.Notes, Shares: h.Shares}))
	}
	return &out, nil
}

// doomedOut says of which session it is that so much goes.
func doomedOut(h db.Holding, goes doomedBody) doomedBody {
	goes.Session, goes.Room, goes.Title = h.ID, h.Room, h.Title
	goes.StartedAt, goes.EndedAt = live.Timestamp(h.StartedAt), live.Timestamp(h.EndedAt)
	return goes
}

func (s *Server) putRetention(ctx context.Context, in *struct{ Body ruleBody }) (*retentionAnswer, error) {
	rule := db.Retention(in.Body)
	err := s.setRule(ctx, rule.Room, func(room string) error {
		rule.Room = room
		return s.db.SaveRetention(ctx, rule)
	})
	if err != nil {
		return nil, err
	}
	deedOf(ctx).about(ruleTarget(rule.Room, daysText(rule.EventsDays), daysText(rule.SessionsDays)))
	return s.getRetention(ctx, nil)
}

func (s *Server) deleteRetention(ctx context.Context, in *struct {
	Room string `query:"room" maxLength:"300" doc:"whose rule; empty: the one for all rooms"`
},
) (*retentionAnswer, error) {
	err := s.setRule(ctx, in.Room, func(room string) error {
		in.Room = room
		return s.db.DropRetention(ctx, room)
	})
	if err != nil {
		return nil, err
	}
	deedOf(ctx).about(ruleTarget(in.Room, "", ""))
	return s.getRetention(ctx, nil)
}

func (s *Server) apiRunRetention(ctx context.Context, in *struct {
	Body struct {
		Plan string `json:"plan" minLength:"1" maxLength:"100" doc:"of get-retention: what was looked at, and nothing else, is deleted"`
	}
},
) (*retentionAnswer, error) {
	if err := s.carryOut(ctx, in.Body.Plan); err != nil {
		return nil, err
	}
	return s.getRetention(ctx, nil)
}

// setRule changes the rule of a room, named with or without an @, and gives everybody a day to look at what it would delete.
func (s *Server) setRule(ctx context.Context, room string, change func(room string) error) error {
	var err error
	if room != "" {
		room, err = s.opts.ParseName(room)
	}
	if err == nil {
		err = change(room)
	}
	if err != nil {
		return err
	}
	return s.putOffRetention(ctx, time.Now())
}

// ruleTarget is a rule in the audit list; the days as typed.
func ruleTarget(room, events, sessions string) string {
	return strings.Join([]string{"@" + room, events, sessions}, " ")
}

// carryOut has the plan with a mark carried out in the background. A conflict: that is not what would be deleted now. If nothing would be,
// or something is being deleted, the same was asked for twice, and nothing is done.
func (s *Server) carryOut(ctx context.Context, mark string) error {
	plan, err := s.db.PlanRetention(ctx, time.Now())
	if err != nil {
		return err
	}
	deed := deedOf(ctx)
	if plan.Empty() || s.keeper.busy() {
		deed.skip = true
		return nil
	}
	if plan.Mark() != mark {
		return &live.Error{Code: live.CodeConflict, Op: "server.carryOut", Field: "plan", Msg: "What would be deleted has changed since you looked. Nothing was deleted; look again."}
	}
	deed.target = planTarget(plan)
	s.keeper.want(plan)
	return nil
}
