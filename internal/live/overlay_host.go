package live

import (
	"context"
	"time"
)

const (
	hostTurns = 5               // answers that may wait for the host to be done; the oldest leave first
	hostVoice = 6 * time.Second // a clip waits so long for its voice, and is then said without
	hostSlack = time.Second     // beyond a clip's length its "ack" is waited for
)

// Speech is a clip as a voice says it.
type Speech struct {
	WAV      []byte
	Length   time.Duration
	Envelope []int // loudness, 0 to 100, of each 20 ms
}

// Voice makes speech of text. Its limits are its own; an error means that the clip is said without sound.
type Voice interface {
	Speak(ctx context.Context, text string) (Speech, error)
}

// hostStage is what a host overlay reports to, and gets its voice from. Calls return at once.
type hostStage interface {
	// speak has a text spoken; done is called later, in the view's own goroutine. It reports whether there is a voice at all.
	speak(text string, done func(sound string, s Speech, err error)) bool
	// speaking says that a clip takes so long from now on.
	speaking(turn string, clip int, length time.Duration)
	// spoken says that a page has played a clip.
	spoken(turn string, clip int)
	// name returns the host's name.
	name(ctx context.Context) string
}

// hostTurn is an answer the host is to say.
type hostTurn struct {
	seq       int64
	id        string
	rehearsal bool
	clips     []hostClip
}

type hostClip struct {
	Clip
	waits  time.Time // for its voice until then; zero if it does not
	sound  string
	speech Speech
}

// hostView is the AI host: it says the clips of each answer, one after the other.
type hostView struct {
	viewBase
	parts   viewParts
	options *HostOptions
	host    string
	turns   []*hostTurn // the one being said first
	clip    int         // of it
	from    time.Time   // since when it is being said; zero before
	until   time.Time
	present bool // a page is there: else nobody needs a voice, and the director goes by its own reckoning
}

// attend implements attendant.
func (v *hostView) attend(present bool, _ time.Time) { v.present = present }

func (v *hostView) configure(_ context.Context, o OverlayOptions) error {
	v.options = o.(*HostOptions)
	return nil
}

func (v *hostView) begin(ctx context.Context, on airing) (int64, error) {
	if v.parts.stage != nil {
		v.host = v.parts.stage.name(ctx)
	}
	return on.last, nil // what was said before is over
}

func (v *hostView) hear(e Event, now time.Time) {
	switch {
	case e.Kind == KindReply && wanted(e, v.options.Rehearsal):
		v.enqueue(e, now)
	case e.Kind == KindSkip && e.Cause != 0 && DataOf[Skip](e).Reason == string(SkipOperator):
		for i, t := range v.turns {
			if t.seq == e.Cause {
				v.cut(i, now)
				break
			}
		}
	}
}

func (v *hostView) enqueue(e Event, now time.Time) {
	reply := DataOf[Reply](e)
	t := &hostTurn{seq: e.Seq, id: reply.TurnID, rehearsal: e.Origin.Rehearsal()}
	for _, c := range reply.Clips {
		t.clips = append(t.clips, hostClip{Clip: c})
	}
	if len(t.clips) == 0 {
		return
	}
	v.turns = append(v.turns, t)
	if len(v.turns) > hostTurns {
		v.turns = append(v.turns[:1], v.turns[2:]...) // the one being said stays
	}
	for i := range t.clips {
		v.voice(&t.clips[i], now)
	}
	v.proceed(now)
}

// voice has a clip spoken, where there is a voice.
func (v *hostView) voice(c *hostClip, now time.Time) {
	if v.parts.stage == nil || !v.present || !v.options.Sound || c.Speech == "" {
		return
	}
	asked := v.parts.stage.speak(c.Speech, func(sound string, s Speech, err error) {
		c.waits = time.Time{}
		if err == nil {
			c.sound, c.speech = sound, s
		}
		v.proceed(time.Now())
	})
	if asked {
		c.waits = now.Add(hostVoice)
	}
}

// proceed goes on with what is to be said.
func (v *hostView) proceed(now time.Time) {
	for len(v.turns) > 0 {
		t := v.turns[0]
		if !v.from.IsZero() {
			if now.Before(v.until) {
				return
			}
			v.from = time.Time{}
			if v.clip++; v.clip == len(t.clips) {
				v.turns, v.clip = v.turns[1:], 0
				continue
			}
		}
		if c := &t.clips[v.clip]; now.Before(c.waits) {
			return
		}
		v.say(t, now)
	}
}

// say begins a clip.
func (v *hostView) say(t *hostTurn, now time.Time) {
	c := &t.clips[v.clip]
	length := c.speech.Length
	if c.sound == "" {
		length = speechTime(c.Clip)
	}
	v.from, v.until = now, now.Add(length+hostSlack)
	if v.parts.stage != nil && v.present {
		v.parts.stage.speaking(t.id, v.clip, length)
	}
	v.news.frames = append(v.news.frames, *v.saying(now))
}

// saying returns the frame of the clip being said, or nil.
func (v *hostView) saying(now time.Time) *OverlayClip {
	if v.from.IsZero() || len(v.turns) == 0 {
		return nil
	}
	t := v.turns[0]
	c := t.clips[v.clip]
	return &OverlayClip{
		Action: ClipPlay, Turn: t.id, Clip: v.clip, Clips: len(t.clips), FaceID: c.FaceID, BodyID: c.BodyID, Speech: c.Speech, Host: v.host,
		DurationMS: v.until.Add(-hostSlack).Sub(v.from).Milliseconds(), ShownMS: max(0, now.Sub(v.from).Milliseconds()),
		Sound: c.sound, Envelope: c.speech.Envelope, Timed: c.sound == "", Rehearsal: t.rehearsal,
	}
}

// cut ends a turn, and the host's voice if it is the one being said.
func (v *hostView) cut(i int, now time.Time) {
	v.turns = append(v.turns[:i:i], v.turns[i+1:]...)
	if i > 0 {
		return
	}
	if !v.from.IsZero() {
		v.news.frames = append(v.news.frames, OverlayClip{Action: ClipStop})
	}
	v.clip, v.from = 0, time.Time{}
	v.proceed(now)
}

// ack is told that a page has played a clip to its end.
func (v *hostView) ack(a OverlayAck, now time.Time) {
	if len(v.turns) == 0 || v.from.IsZero() || v.turns[0].id != a.Turn || v.clip != a.Clip {
		return // of an earlier one, or another page was faster
	}
	if v.parts.stage != nil {
		v.parts.stage.spoken(a.Turn, a.Clip)
	}
	v.until = now
	v.proceed(now)
}

func (v *hostView) tick(_ context.Context, now time.Time) error {
	v.proceed(now)
	return nil
}

func (v *hostView) due() time.Time {
	switch {
	case len(v.turns) == 0:
		return time.Time{}
	case !v.from.IsZero():
		return v.until
	}
	return v.turns[0].clips[v.clip].waits
}

func (v *hostView) state(now time.Time) OverlayState { return HostState{v.saying(now)} }

// control: "stop" ends what is said and what is to be said.
func (v *hostView) control(_ context.Context, c OverlayCommand, _ time.Time) error {
	if c.Do != "stop" {
		return badCommand(c.Do, "stop")
	}
	v.turns, v.clip, v.from = nil, 0, time.Time{}
	v.news.frames = append(v.news.frames, OverlayClip{Action: ClipStop})
	return nil
}
