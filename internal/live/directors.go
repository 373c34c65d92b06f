package live

import (
	"context"
	"log/slog"
	"sync"
)

// Directors run one director a story. Their methods may be called from any goroutine.
type Directors struct {
	story    Story
	stage    Stage
	programs ProgramCalls
	log      *slog.Logger

	mu      sync.Mutex
	ctx     context.Context // Start's
	running map[string]direction
	wg      sync.WaitGroup
}

// direction is a director at work.
type direction struct {
	*Director
	stop context.CancelFunc
}

// NewDirectors returns the directors of all stories that story answers for; programs keeps their calls about programs. Start makes
// them work.
func NewDirectors(story Story, stage Stage, programs ProgramCalls, log *slog.Logger) *Directors {
	return &Directors{story: story, stage: stage, programs: programs, log: log, running: map[string]direction{}}
}

// Start begins to direct the stories there are. Everything ends with ctx; Wait waits for that.
func (d *Directors) Start(ctx context.Context, stories []StoryProfile) {
	d.mu.Lock()
	d.ctx = ctx
	d.mu.Unlock()
	for _, p := range stories {
		d.begin(p)
	}
}

// Wait returns when every director has ended, after the context of Start has.
func (d *Directors) Wait() { d.wg.Wait() }

// begin starts a story's director unless there is one.
func (d *Directors) begin(p StoryProfile) (director *Director, began bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r, ok := d.running[p.ID]; ok {
		return r.Director, false
	}
	ctx, cancel := context.WithCancel(d.ctx)
	r := direction{NewDirector(p.ID, d.story, d.stage, d.programs, d.log), cancel}
	d.running[p.ID] = r
	d.wg.Go(func() {
		defer cancel()
		r.Run(ctx, p)
	})
	return r.Director, true
}

// Put tells the directors of a story that is new or changed.
func (d *Directors) Put(ctx context.Context, p StoryProfile) error {
	director, began := d.begin(p)
	if began {
		return nil
	}
	return director.Configure(ctx, p)
}

// Remove ends the director of a story that was deleted.
func (d *Directors) Remove(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r, ok := d.running[id]; ok {
		r.stop()
		delete(d.running, id)
	}
}

// Director returns the director of a story.
func (d *Directors) Director(id string) (*Director, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r, ok := d.running[id]; ok {
		return r.Director, nil
	}
	return nil, &Error{Code: CodeNotFound, Op: "live.Director", Msg: "There is no such story. /api/stories lists them."}
}

// Forget takes a viewer out of what all directors know and do.
func (d *Directors) Forget(ctx context.Context, who *Forgotten) error {
	d.mu.Lock()
	var all []*Director
	for _, r := range d.running {
		all = append(all, r.Director)
	}
	d.mu.Unlock()
	for _, director := range all {
		if err := director.Forget(ctx, who); err != nil {
			return err
		}
	}
	return nil
}
