package live

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"time"
)

const (
	soundsKept  = 64 << 20 // bytes of speech that are kept for pages to fetch
	soundsTime  = 15 * time.Second
	soundsDepth = 2 // clips of one overlay that are made into speech at once
)

// stagehand does for a host overlay what takes time, so that its goroutine never waits.
type stagehand struct {
	run   *overlayRun
	ctx   context.Context // of the run
	once  sync.Once
	slots chan struct{}
}

func (h *stagehand) speak(text string, done func(sound string, s Speech, err error)) bool {
	hub := h.run.hub
	if hub.voice == nil {
		return false
	}
	h.once.Do(func() { h.slots = make(chan struct{}, soundsDepth) })
	hub.wg.Go(func() {
		select {
		case h.slots <- struct{}{}:
			defer func() { <-h.slots }()
		case <-h.ctx.Done():
			return
		}
		sound, speech, err := hub.spoken(h.ctx, h.run.room, text)
		if err != nil && h.ctx.Err() == nil {
			hub.log.Warn("a clip has no voice", "overlay", h.run.id, "err", err)
		}
		h.run.later(h.ctx, func(*running) { done(sound, speech, err) })
	})
	return true
}

func (h *stagehand) speaking(turn string, clip int, length time.Duration) {
	h.tell(func(ctx context.Context, d *Director) error { return d.Speaking(ctx, turn, clip, length) })
}

func (h *stagehand) spoken(turn string, clip int) {
	h.tell(func(ctx context.Context, d *Director) error { return d.Ack(ctx, turn, clip) })
}

// tell tells the room's director something. The director may be busy, and wait for the log; an overlay does not.
func (h *stagehand) tell(f func(context.Context, *Director) error) {
	hub := h.run.hub
	if hub.directors == nil {
		return
	}
	hub.wg.Go(func() {
		room, _, err := hub.engine.Room(h.run.room)
		if err != nil {
			return
		}
		d, err := hub.directors.Director(room.StoryID)
		if err == nil {
			err = f(h.ctx, d)
		}
		if err != nil && h.ctx.Err() == nil {
			hub.log.Debug("the director was not told what was said", "overlay", h.run.id, "err", err)
		}
	})
}

func (h *stagehand) name(ctx context.Context) string {
	room, _, err := h.run.hub.engine.Room(h.run.room)
	if err != nil || room.StoryID == "" {
		return ""
	}
	story, err := h.run.hub.store.StoryProfile(ctx, room.StoryID)
	if err != nil {
		return ""
	}
	return story.Name
}

// sounds keeps what was spoken lately, so that several pages, and a page that loads anew, fetch the same. The zero value is ready.
type sounds struct {
	mu    sync.Mutex
	kept  map[string]*sound
	order []string // the oldest first
	bytes int

	failed time.Time // when one could not be made; zero if one could since
}

type sound struct {
	ready  chan struct{} // closed when the rest is set
	speech Speech
	err    error
}

// spoken returns a text as the room's host says it, and the id its sound is fetched by. Who asks while it is being made waits.
func (o *Overlays) spoken(ctx context.Context, room, text string) (string, Speech, error) {
	sum := sha256.Sum256([]byte(room + "\x00" + text))
	id := hex.EncodeToString(sum[:16])
	s, mine := o.sounds.claim(id)
	if mine {
		making, cancel := context.WithTimeout(ctx, soundsTime)
		s.speech, s.err = o.voice.Speak(making, text)
		cancel()
		o.sounds.settle(id, s)
		close(s.ready)
	}
	select {
	case <-s.ready:
		return "sound/" + id + ".wav", s.speech, s.err
	case <-ctx.Done():
		return "", Speech{}, ctx.Err()
	}
}

func (k *sounds) claim(id string) (s *sound, mine bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s := k.kept[id]; s != nil {
		return s, false
	}
	if k.kept == nil {
		k.kept = map[string]*sound{}
	}
	s = &sound{ready: make(chan struct{})}
	k.kept[id] = s
	return s, true
}

// settle counts a sound that was made, forgets one that failed, and makes room.
func (k *sounds) settle(id string, s *sound) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if s.err != nil {
		k.failed = time.Now()
		delete(k.kept, id)
		return
	}
	k.failed = time.Time{}
	k.order, k.bytes = append(k.order, id), k.bytes+len(s.speech.WAV)
	for k.bytes > soundsKept && len(k.order) > 1 {
		k.bytes -= len(k.kept[k.order[0]].speech.WAV)
		delete(k.kept, k.order[0])
		k.order = k.order[1:]
	}
}

// VoiceFailed returns when the host's voice last failed; the zero time if it has spoken since, or always did.
func (o *Overlays) VoiceFailed() time.Time {
	o.sounds.mu.Lock()
	defer o.sounds.mu.Unlock()
	return o.sounds.failed
}

// Sound returns a sound of a host overlay by its id.
func (o *Overlays) Sound(id string) ([]byte, bool) {
	o.sounds.mu.Lock()
	s := o.sounds.kept[id]
	o.sounds.mu.Unlock()
	if s == nil {
		return nil, false
	}
	select {
	case <-s.ready:
		return s.speech.WAV, s.err == nil
	default:
		return nil, false
	}
}
