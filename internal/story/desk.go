package story

import (
	"context"
	"sync"
	"time"

	"showcaller/internal/live"
)

// desk knows which turns are under way. A turn that is asked for while it is being answered waits for that answer; a story that
// has too many open refuses.
type desk struct {
	mu   sync.Mutex
	open map[string]map[string]chan struct{} // story → turn → closed when it is done
}

// enter waits until nobody else answers this turn. The caller must call leave.
func (d *desk) enter(ctx context.Context, story, id string) (leave func(), err error) {
	for {
		busy, err := d.take(story, id)
		if err != nil {
			return nil, err
		}
		if busy == nil {
			return func() { d.leave(story, id) }, nil
		}
		select {
		case <-busy:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// take opens a turn, or returns what is closed when the one who has it is done.
func (d *desk) take(story, id string) (<-chan struct{}, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	turns := d.open[story]
	if busy, ok := turns[id]; ok {
		return busy, nil
	}
	if len(turns) >= turnsAtOnce {
		return nil, &live.Error{
			Code: live.CodeLimited, Op: "story.Answer", RetryAt: time.Now().Add(time.Second),
			Msg: "This story is answering as much as it can. Try again in a second.",
		}
	}
	if turns == nil {
		turns = map[string]chan struct{}{}
		if d.open == nil {
			d.open = map[string]map[string]chan struct{}{}
		}
		d.open[story] = turns
	}
	turns[id] = make(chan struct{})
	return nil, nil
}

func (d *desk) leave(story, id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	close(d.open[story][id])
	delete(d.open[story], id)
	if len(d.open[story]) == 0 {
		delete(d.open, story)
	}
}
