package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"fmt"
	"time"

	"showcaller/internal/live"
)

// Retention says for how long a room's sessions are kept, counted from their end. Room "" is for all rooms without a rule of their own;
// 0 days are for ever.
type Retention struct {
	Room         string
	EventsDays   int // after that many days a session's raw events are deleted, and its sums kept
	SessionsDays int // after that many, the whole session
}

// MostDays is the longest a rule can keep anything; longer is for ever.
const MostDays = 36_500

// Check returns an error that names the field, if a rule makes no sense.
func (r Retention) Check() error {
	wrong := func(field, msg string) error {
		return &live.Error{Code: live.CodeInvalid, Op: "db.Retention", Field: field, Msg: msg}
	}
	switch {
	case r.EventsDays < 0 || r.EventsDays > MostDays:
		return wrong("events_days", "Events are kept 1 to 36,500 days, or for ever (0).")
	case r.SessionsDays < 0 || r.SessionsDays > MostDays:
		return wrong("sessions_days", "Sessions are kept 1 to 36,500 days, or for ever (0).")
	case r.SessionsDays > 0 && r.SessionsDays <= r.EventsDays:
		return wrong("sessions_days", "A session goes after its events do, not before.")
	}
	return nil
}

// Retentions returns all rules, the one for all rooms first.
func (d *DB) Retentions(ctx context.Context) ([]Retention, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT room, events_days, sessions_days FROM retention ORDER BY room`)
	return collect(rows, err, func(rows *sql.Rows, r *Retention) error { return rows.Scan(&r.Room, &r.EventsDays, &r.SessionsDays) })
}

// SaveRetention keeps a rule. One that deletes nothing is a rule too: its room is an exception.
func (d *DB) SaveRetention(ctx context.Context, r Retention) error {
	if err := r.Check(); err != nil {
		return err
	}
	_, err := d.exec(ctx, "db.SaveRetention", `INSERT INTO retention (room, events_days, sessions_days) VALUES ($1, $2, $3)
		ON CONFLICT (room) DO UPDATE SET events_days = excluded.events_days, sessions_days = excluded.sessions_days`, r.Room, r.EventsDays, r.SessionsDays)
	return err
}

// DropRetention takes a room's rule away: the one for all rooms is for it again.
func (d *DB) DropRetention(ctx context.Context, room string) error {
	_, err := d.exec(ctx, "db.DropRetention", `DELETE FROM retention WHERE room = $1`, room)
	return err
}

// RetentionPlan is what the rules would delete at a moment: of sessions that have ended, the oldest first.
type RetentionPlan struct {
	Raw   []Holding // whose raw events go, and whose sums stay
	Whole []Holding // that go as a whole
}

// Empty reports whether nothing would be deleted.
func (p RetentionPlan) Empty() bool { return len(p.Raw)+len(p.Whole) == 0 }

// Events is how many events would go.
func (p RetentionPlan) Events() (n int64) {
	for _, h := range p.Raw {
		n += h.Raw
	}
	for _, h := range p.Whole {
		n += h.Events
	}
	return n
}

// Mark is a short text that differs between plans that differ: what somebody was shown, and what would be done now.
func (p RetentionPlan) Mark() string {
	sum := sha256.New()
	for _, h := range p.Raw {
		fmt.Fprintln(sum, "raw", h.ID, h.Raw)
	}
	for _, h := range p.Whole {
		fmt.Fprintln(sum, "whole", h.ID, h.Events, h.Minutes, h.Notes, h.Shares)
	}
	return hex.EncodeToString(sum.Sum(nil)[:12])
}

const retentionDay = 24 * time.Hour

// PlanRetention returns what the rules would delete at a moment. A session that is open, or being imported, is never in it.
func (d *DB) PlanRetention(ctx context.Context, now time.Time) (RetentionPlan, error) {
	var plan RetentionPlan
	rules, err := d.Retentions(ctx)
	if err != nil || len(rules) == 0 {
		return plan, err
	}
	byRoom := map[string]Retention{}
	youngest := MostDays // that any rule could touch
	for _, r := range rules {
		byRoom[r.Room] = r
		for _, days := range []int{r.EventsDays, r.SessionsDays} {
			if days > 0 {
				youngest = min(youngest, days)
			}
		}
	}
	ended, err := d.holdings(ctx, `WHERE s.ended_ms IS NOT NULL AND s.ended_ms <= $1 AND s.end_reason <> 'importing' ORDER BY s.ended_ms, s.id`,
		ms(now.Add(-time.Duration(youngest)*retentionDay)))
	for _, h := range ended {
		rule, ok := byRoom[h.Room]
		if !ok {
			rule = byRoom[""]
		}
		switch {
		case rule.SessionsDays > 0 && now.Sub(h.EndedAt) >= time.Duration(rule.SessionsDays)*retentionDay:
			plan.Whole = append(plan.Whole, h)
		case rule.EventsDays > 0 && now.Sub(h.EndedAt) >= time.Duration(rule.EventsDays)*retentionDay && h.Raw > 0:
			plan.Raw = append(plan.Raw, h)
		}
	}
	return plan, err
}

// RunRetention deletes what a plan says. A session that somebody opened again or deleted in between is left alone. What it has not done
// when ctx ends, the next plan has in it.
func (d *DB) RunRetention(ctx context.Context, plan RetentionPlan, now time.Time) error {
	for _, h := range plan.Raw {
		if err := d.PruneEvents(ctx, h.ID, now); err != nil && !overtaken(err) {
			return err
		}
	}
	for _, h := range plan.Whole {
		if err := d.hideEnded(ctx, h.ID); err != nil && !overtaken(err) {
			return err
		}
	}
	if err := d.Sweep(ctx); err != nil {
		return err
	}
	return d.dropUnseen(ctx) // whose last trace was a raw event
}

// overtaken reports whether somebody else changed a session between the plan and the deed.
func overtaken(err error) bool {
	code := live.CodeOf(err)
	return code == live.CodeNotFound || code == live.CodeConflict
}
