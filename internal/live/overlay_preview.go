package live

import (
	"context"
	"time"
)

func (o *Overlays) previewsOf(id int64) []*overlayRun {
	o.mu.Lock()
	defer o.mu.Unlock()
	var runs []*overlayRun
	for _, run := range o.previews {
		if run.id == id {
			runs = append(runs, run)
		}
	}
	return runs
}

// Preview opens a page of an overlay for the panel, with the events of a room that may be another one. What is shown in a
// preview does not count: it keeps nothing and is not seen by others. Pages of one name share what they show; it ends with the last of them.
func (o *Overlays) Preview(ctx context.Context, name string, overlay Overlay, room string) (*OverlayPage, error) {
	run, revoked, err := o.preview(name, overlay, room)
	if err != nil {
		return nil, err
	}
	page, err := o.join(ctx, run, revoked)
	if err != nil {
		o.unuse(run)
	}
	return page, err
}

// preview returns the preview of a name for one more page, and what is closed when the overlay's address changes.
func (o *Overlays) preview(name string, overlay Overlay, room string) (*overlayRun, <-chan struct{}, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	run := o.previews[name]
	if run == nil {
		if o.ctx.Err() != nil {
			return nil, nil, &Error{Code: CodeUnavailable, Reason: ReasonRestart, Op: "live.Preview", Msg: "Showcaller is shutting down."}
		}
		run = o.start(overlay, room, name)
		o.previews[name] = run
	}
	run.users++
	return run, o.keys[overlay.ID], nil
}

// Draft has the preview of a name, and it alone, show an overlay as somebody is typing it. The options must have been checked. rule is
// the one of an alert queue that is being typed, whose alert is shown at once; -1 if none is. A name that no page has open is no error:
// the page may be about to come back.
func (o *Overlays) Draft(ctx context.Context, name string, overlay Overlay, rule int) error {
	o.mu.Lock()
	run := o.previews[name]
	o.mu.Unlock()
	if run == nil || run.id != overlay.ID {
		return nil
	}
	return run.try(ctx, func(s *running) error {
		s.drafted = true
		err := s.configure(ctx, overlay)
		if v, ok := s.view.(*alertsView); ok {
			v.try(rule, time.Now())
		}
		return err
	})
}

// unuse ends a preview that nobody looks at any more.
func (o *Overlays) unuse(run *overlayRun) {
	if !run.preview {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if run.users--; run.users > 0 {
		return
	}
	run.cancel()
	if o.previews[run.name] == run {
		delete(o.previews, run.name)
	}
}
