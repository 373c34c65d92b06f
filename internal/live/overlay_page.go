package live

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	markersEvery = 2 * time.Second // of one overlay: a scene that is switched back and forth is told once,
	markersMost  = 30              // and within markersTime so often at most
	markersTime  = 10 * time.Minute
	seenEvery    = 5 * time.Second // what is seen of a page is kept so often
	seenSoon     = time.Second     // or, where something of it changed, so often
	sceneRunes   = 100
)

// OverlayPage is one connection to an overlay: a page in OBS, or a preview. Frames gives what to send, Report takes what it says.
type OverlayPage struct {
	run     *overlayRun
	revoked <-chan struct{} // closed when the address the page came by is no longer the overlay's
	cursor  int64
	opening [][]byte
}

// pageReport is what a page has told about itself.
type pageReport struct {
	seen    OverlaySeen
	told    bool
	joined  time.Time
	doubted bool // it had an alert to draw and did not say that it had: perhaps it is gone and nobody knows yet
}

// shows reports whether somebody would see what the page draws.
func (p *pageReport) shows() bool { return !p.doubted && (p.seen.Visible == nil || *p.seen.Visible) }

// ErrOverlayRevoked ends the frames of a page whose address was rotated, revoked, or deleted with its overlay.
var ErrOverlayRevoked = &Error{Code: CodeNotFound, Op: "live.OverlayPage", Msg: "This address is no longer any overlay's."}

// Frames yields what to send, the opening first, until ctx ends, the address is revoked, or the program ends.
func (p *OverlayPage) Frames(ctx context.Context) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for ctx.Err() == nil {
			select {
			case <-p.revoked: // before anything else: nothing may follow a revocation
				yield(nil, ErrOverlayRevoked)
				return
			default:
			}
			ready := p.opening
			p.opening = nil
			next := p.run.frames.after(p.cursor)
			if len(ready) == 0 && next.behind {
				if err := p.reopen(ctx); err != nil {
					yield(nil, err)
					return
				}
				continue
			}
			if len(ready) == 0 {
				ready, p.cursor = next.frames, next.last
			}
			for _, f := range ready {
				if !yield(f, nil) {
					return
				}
			}
			if len(ready) > 0 {
				continue
			}
			if next.closed {
				return
			}
			select {
			case <-next.wake:
			case <-p.revoked:
			case <-ctx.Done():
			}
		}
	}
}

func (p *OverlayPage) reopen(ctx context.Context) error {
	return p.run.try(ctx, func(s *running) (err error) {
		p.opening, p.cursor, err = s.opening()
		return err
	})
}

// Leave says that the page is gone.
func (p *OverlayPage) Leave() {
	ctx, cancel := context.WithTimeout(context.Background(), seenEvery)
	defer cancel()
	_ = p.run.do(ctx, func(s *running) { s.leave(ctx, p) }) // an overlay that has ended forgot it already
	p.run.hub.unuse(p.run)
}

// Report takes in what a page says. An error means that it says what no page of ours would.
func (p *OverlayPage) Report(ctx context.Context, raw []byte) error {
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return badReport(err)
	}
	switch head.Type {
	case "seen":
		return report(ctx, p, raw, (*running).seen)
	case "drawn":
		return report(ctx, p, raw, (*running).drawn)
	case "ack":
		return report(ctx, p, raw, (*running).ack)
	}
	return badReport(fmt.Errorf("there is no report of type %q", head.Type))
}

func badReport(err error) error {
	return &Error{Code: CodeInvalid, Op: "live.OverlayPage", Msg: "An overlay's page sends seen, drawn and ack only.", Err: err}
}

func report[T any](ctx context.Context, p *OverlayPage, raw []byte, f func(*running, context.Context, *OverlayPage, T)) error {
	var v T
	if err := json.Unmarshal(raw, &v); err != nil {
		return badReport(err)
	}
	return p.run.do(ctx, func(s *running) { f(s, ctx, p, v) })
}

func (s *running) join(p *OverlayPage, now time.Time) {
	s.pages[p] = &pageReport{joined: now}
	s.attend(now)
}

func (s *running) leave(ctx context.Context, p *OverlayPage) {
	report := s.pages[p]
	delete(s.pages, p)
	s.attend(time.Now())
	if report != nil && report.told {
		s.keepSeen(ctx, report.seen)
	}
}

// attend tells the view whether anybody would see it.
func (s *running) attend(now time.Time) {
	present := false
	for _, p := range s.pages {
		present = present || p.shows()
	}
	s.present = present
	if v, ok := s.view.(attendant); ok {
		v.attend(present, now)
	}
}

// doubtPages takes the pages that did not draw what they were told to for gone, until they say something.
func (s *running) doubtPages(now time.Time) {
	for _, p := range s.pages {
		p.doubted = true
	}
	s.attend(now)
}

// believe takes a page for there again.
func (s *running) believe(p *OverlayPage) *pageReport {
	r := s.pages[p]
	if r != nil && r.doubted {
		r.doubted = false
		s.attend(time.Now())
	}
	return r
}

func (s *running) seen(ctx context.Context, p *OverlayPage, seen OverlaySeen) {
	r := s.believe(p)
	if r == nil {
		return
	}
	seen.Scene, seen.OBS = clipLine(seen.Scene, sceneRunes), clipLine(seen.OBS, 40)
	seen.Width, seen.Height = min(max(0, seen.Width), 100_000), min(max(0, seen.Height), 100_000)
	before := r.seen
	r.seen, r.told = seen, true
	s.attend(time.Now())
	s.keepSeen(ctx, seen)
	if !s.preview && seen.OBS != "" {
		s.noticeOBS(before, seen)
	}
}

func clipLine(s string, runes int) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "�")
	}
	return clip(oneLine(s), runes)
}

func (s *running) drawn(ctx context.Context, p *OverlayPage, d OverlayDrawn) {
	if s.believe(p) == nil {
		return
	}
	now := time.Now()
	if v, ok := s.view.(*alertsView); ok {
		v.drawn(d.ID, d.Done, now)
	}
	if strings.HasPrefix(d.ID, "test-") && !s.preview {
		s.hub.drawn(ctx, s.id, d.ID, now)
	}
}

func (s *running) ack(_ context.Context, p *OverlayPage, a OverlayAck) {
	if v, ok := s.view.(*hostView); ok && s.believe(p) != nil {
		v.ack(a, time.Now())
	}
}

// keepSeen remembers when and how the overlay was last seen.
func (s *running) keepSeen(ctx context.Context, seen OverlaySeen) {
	if !s.preview {
		s.hub.seen(ctx, s.id, seen, time.Now())
	}
}

// noticeOBS makes marks in the log of what OBS did: a scene, and going on air. Of several overlays in one OBS, one tells.
func (s *running) noticeOBS(before, now OverlaySeen) {
	if now.Scene != "" && now.Scene != before.Scene && s.hub.news(s.room, obsScene, now.Scene) {
		s.markers = append(s.markers, newOBSMark(obsScene, Note{Topic: "obs_scene", Scene: now.Scene, Text: "OBS scene: " + now.Scene}))
	}
	if now.Streaming == nil {
		return
	}
	note := Note{Topic: "obs_off_air", Text: "OBS stopped streaming"}
	if *now.Streaming {
		note = Note{Topic: "obs_on_air", Text: "OBS started streaming"}
	}
	first := before.Streaming == nil
	if s.hub.news(s.room, obsStreaming, note.Topic) && !(first && !*now.Streaming) { // that it does not stream is no news at the beginning
		s.markers = append(s.markers, newOBSMark(obsStreaming, note))
	}
}

// What OBS tells of, beside the page itself.
const (
	obsScene     = "scene"
	obsStreaming = "streaming"
)

// obsMark is a mark for the log of something OBS did.
type obsMark struct {
	sort string // obsScene or obsStreaming
	note Event
}

func newOBSMark(sort string, n Note) obsMark {
	n.Author = "OBS"
	return obsMark{sort, Event{Kind: KindNote, Origin: OriginSystem, At: time.Now(), Data: n}}
}

// mark writes the marks into the log: what came within two seconds is summed up by the last of its sort.
func (s *running) mark(ctx context.Context, now time.Time) {
	if len(s.markers) == 0 || now.Before(s.markedAt.Add(markersEvery)) {
		return
	}
	s.markedAt = now
	last := map[string]Event{}
	var order []string
	for _, m := range s.markers {
		if _, ok := last[m.sort]; !ok {
			order = append(order, m.sort)
		}
		last[m.sort] = m.note
	}
	s.markers = nil
	s.marked = slices.DeleteFunc(s.marked, func(t time.Time) bool { return now.Sub(t) >= markersTime })
	for _, sort := range order {
		if len(s.marked) < markersMost {
			s.marked = append(s.marked, now)
			s.note(ctx, []Event{last[sort]})
		}
	}
}
