package server

import (
	"context"
	"fmt"
	"sync"
	"time"

	"showcaller/internal/db"
)

const (
	retentionLook = time.Hour      // how often it is asked whether a day has passed
	retentionDay  = 24 * time.Hour // between two runs, and after a change of the rules: time to look at what they would delete
	retentionLast = "retention_last"
	retentionWho  = "panel:retention" // in the audit list; no login can be called that
)

// keeper deletes in the background: what the rules say once a day, what somebody wants deleted now, and the events of sessions that are
// gone from the pages already.
type keeper struct {
	wake chan struct{} // holds one: there is something to do now

	mu      sync.Mutex
	wanted  *db.RetentionPlan
	running bool
}

func newKeeper() *keeper { return &keeper{wake: make(chan struct{}, 1)} }

// look makes the keeper look for work.
func (k *keeper) look() {
	select {
	case k.wake <- struct{}{}:
	default: // it will
	}
}

// want has a plan carried out soon.
func (k *keeper) want(plan db.RetentionPlan) {
	k.mu.Lock()
	k.wanted = &plan
	k.mu.Unlock()
	k.look()
}

// begin takes what is wanted, if anything is.
func (k *keeper) begin() *db.RetentionPlan {
	k.mu.Lock()
	defer k.mu.Unlock()
	plan := k.wanted
	k.wanted, k.running = nil, true
	return plan
}

func (k *keeper) end() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.running = false
}

// busy reports whether something is being deleted, or about to be because somebody wants it.
func (k *keeper) busy() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.running || k.wanted != nil
}

// KeepRetention deletes what is old by the rules, a day after the last time, and what people of the panel deleted, until ctx ends. What it
// has not done by then is done after the next start.
func (s *Server) KeepRetention(ctx context.Context) {
	ticker := time.NewTicker(retentionLook)
	defer ticker.Stop()
	for {
		if err := s.keepOnce(ctx, time.Now()); err != nil && ctx.Err() == nil {
			s.log.Error("old sessions could not be deleted; it is tried again in an hour", "err", err)
		}
		select {
		case <-ticker.C:
		case <-s.keeper.wake:
		case <-ctx.Done():
			return
		}
	}
}

// keepOnce does what there is to do.
func (s *Server) keepOnce(ctx context.Context, now time.Time) error {
	wanted := s.keeper.begin()
	defer s.keeper.end()
	if wanted != nil {
		if err := s.db.RunRetention(ctx, *wanted, now); err != nil {
			return err
		}
	}
	if err := s.db.Sweep(ctx); err != nil {
		return err
	}
	next, err := s.nextRetention(ctx, now)
	if err != nil || next.IsZero() || now.Before(next) {
		return err
	}
	plan, err := s.db.PlanRetention(ctx, now)
	if err != nil {
		return err
	}
	if err := s.db.RunRetention(ctx, plan, now); err != nil {
		return err
	}
	if !plan.Empty() {
		s.log.Info("old sessions were deleted as the rules say", "events_of", len(plan.Raw), "sessions", len(plan.Whole), "events", plan.Events())
		entry := db.AuditEntry{At: now, Who: retentionWho, Action: "retention_run", Target: planTarget(plan)}
		if err := s.db.AddAudit(ctx, entry); err != nil {
			return err
		}
	}
	return s.putOffRetention(ctx, now)
}

// planTarget is a plan in the audit list.
func planTarget(p db.RetentionPlan) string {
	return fmt.Sprintf("/retention sessions=%d events_of=%d events=%d", len(p.Whole), len(p.Raw), p.Events())
}

// nextRetention is when the rules are applied next, as seen now; the zero time while there are none.
func (s *Server) nextRetention(ctx context.Context, now time.Time) (time.Time, error) {
	rules, err := s.db.Retentions(ctx)
	if err != nil || len(rules) == 0 {
		return time.Time{}, err
	}
	last, err := s.db.Setting(ctx, retentionLast)
	if err != nil {
		return time.Time{}, err
	}
	at, err := time.Parse(time.RFC3339, last)
	if err != nil { // nobody has put it off yet: it is done now
		return now, nil
	}
	return at.Add(retentionDay), nil
}

// putOffRetention begins a new day.
func (s *Server) putOffRetention(ctx context.Context, now time.Time) error {
	return s.db.SetSetting(ctx, retentionLast, now.UTC().Format(time.RFC3339))
}
