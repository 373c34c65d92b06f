package live

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	runsAtOnce = 8   // in one session
	runsKept   = 20  // of a session, those that are over included
	runBatch   = 100 // events without a pause between them that are stored together
)

// RunState is what became of a run.
type RunState string

// The three of them.
const (
	RunRunning RunState = "running"
	RunDone    RunState = "done"
	RunStopped RunState = "stopped" // by hand, or because the session ended
)

// Run is a scenario that runs in a session, or ran.
type Run struct {
	ID       int64
	Scenario int64 // 0: steps that were never saved
	Name     string
	State    RunState
	Done     int
	Total    int // events
	Started  time.Time
}

// run is a Run and what it needs to go on. It belongs to the program, not to a browser: a closed tab does not stop it.
type run struct {
	session *Session
	steps   []ScenarioStep
	cancel  context.CancelFunc

	mu    sync.Mutex
	state Run
}

func (r *run) now() Run {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.state
}

// StartRun plays a scenario's steps into an open session.
func (e *Engine) StartRun(session int64, s Scenario) (Run, error) {
	if err := CheckSteps(s.Steps); err != nil {
		return Run{}, err
	}
	open, err := e.Session(session)
	if err != nil {
		return Run{}, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ctx == nil || e.ctx.Err() != nil {
		return Run{}, &Error{Code: CodeUnavailable, Reason: ReasonRestart, Op: "live.StartRun", Msg: "Showcaller is shutting down."}
	}
	ctx, cancel := context.WithCancel(e.ctx)
	r := &run{session: open, steps: s.Steps, cancel: cancel}
	r.state = Run{Scenario: s.ID, Name: s.Name, State: RunRunning, Started: Millis(time.Now())}
	for _, step := range s.Steps {
		r.state.Total += step.times()
		if step.Streak {
			r.state.Total++ // its end
		}
	}
	if err := e.rehearse.add(session, r); err != nil {
		cancel()
		return Run{}, err
	}
	e.wg.Add(1)
	go func() {
		defer e.wg.Done()
		defer cancel()
		r.play(ctx)
	}()
	return r.now(), nil
}

// add keeps a run, and forgets the oldest that are over.
func (all *rehearsals) add(session int64, r *run) error {
	all.mu.Lock()
	defer all.mu.Unlock()
	running := 0
	for _, other := range all.runs[session] {
		state := other.now()
		if state.State != RunRunning {
			continue
		}
		running++
		if state.Scenario != 0 && state.Scenario == r.state.Scenario {
			return &Error{Code: CodeConflict, Op: "live.StartRun", Msg: "This scenario is running in this session already. Stop it first."}
		}
	}
	if running >= runsAtOnce {
		return &Error{Code: CodeLimited, Op: "live.StartRun", Msg: "Enough is being simulated in this session at once. Stop something first, or wait."}
	}
	all.forget(session)
	if all.runs == nil {
		all.runs = map[int64][]*run{}
	}
	all.lastRun++
	r.state.ID = all.lastRun
	kept := all.runs[session]
	kept = append(kept, r)
	if extra := len(kept) - runsKept; extra > 0 {
		kept = slices.DeleteFunc(kept, func(r *run) bool {
			extra--
			return extra >= 0 && r.now().State != RunRunning
		})
	}
	all.runs[session] = kept
	return nil
}

// forget drops the runs of sessions that have ended, but for the session at hand.
func (all *rehearsals) forget(but int64) {
	for id, runs := range all.runs {
		ended := !slices.ContainsFunc(runs, func(r *run) bool {
			select {
			case <-r.session.done:
				return false
			default:
				return true
			}
		})
		if ended && id != but {
			delete(all.runs, id)
		}
	}
}

// Runs returns what runs in a session and what ran lately, the newest first.
func (e *Engine) Runs(session int64) []Run {
	var out []Run
	for _, r := range slices.Backward(e.rehearse.of(session)) {
		out = append(out, r.now())
	}
	return out
}

func (all *rehearsals) of(session int64) []*run {
	all.mu.Lock()
	defer all.mu.Unlock()
	return slices.Clone(all.runs[session])
}

// StopRuns stops what runs in a session and satisfies which. It returns how many that were.
func (e *Engine) StopRuns(session int64, which func(Run) bool) int {
	n := 0
	for _, r := range e.rehearse.of(session) {
		if state := r.now(); state.State == RunRunning && which(state) {
			r.cancel()
			n++
		}
	}
	return n
}

// play delivers the steps in their time.
func (r *run) play(ctx context.Context) {
	due := time.Now()
	state := RunDone
	for _, s := range r.steps {
		if !r.step(ctx, s, &due) {
			state = RunStopped
			break
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.state.State = state
}

// step delivers one step and reports whether the run goes on. A streak that is cut short gets its end at once, so that nobody
// waits for it.
func (r *run) step(ctx context.Context, s ScenarioStep, due *time.Time) bool {
	var batch []Event
	var tap *Event
	whole := s.plan(time.Now(), func(p planned) bool {
		if p.after > 0 && !r.flush(ctx, &batch) {
			return false
		}
		*due = due.Add(p.after)
		if !r.until(ctx, *due) {
			return false
		}
		p.event.At = time.Now()
		batch = append(batch, p.event)
		if tap = nil; s.Streak && !p.last {
			tap = &p.event
		}
		return len(batch) < runBatch || r.flush(ctx, &batch)
	})
	if whole && r.flush(ctx, &batch) {
		return true
	}
	if tap != nil {
		end := *tap
		gift := end.Data.(Gift)
		end.Data, end.At = gift.tapped(gift.RepeatCount, false), time.Now()
		_ = r.session.Deliver(context.WithoutCancel(ctx), append(batch, end)) // a session that is closed has booked it itself
	}
	return false
}

func (r *run) until(ctx context.Context, due time.Time) bool {
	wait := time.Until(due)
	if wait <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.session.stop:
	case <-ctx.Done():
	}
	return false
}

// flush stores what was gathered, and reports whether the session still takes it.
func (r *run) flush(ctx context.Context, batch *[]Event) bool {
	if len(*batch) == 0 {
		return true
	}
	if _, err := r.session.Append(ctx, *batch...); err != nil {
		return false
	}
	r.mu.Lock()
	r.state.Done += len(*batch)
	r.mu.Unlock()
	*batch = nil
	return true
}
