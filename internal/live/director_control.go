package live

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	skippedShown = 20  // of what was skipped, how much the queue shows
	sayRunes     = 120 // of one clip
	sayClips     = 3
)

// do has Run's goroutine run f and waits for it.
func (d *Director) do(ctx context.Context, f func(*directing)) error {
	ran := make(chan struct{})
	call := func(s *directing) {
		f(s)
		close(ran)
	}
	select {
	case d.calls <- call:
		<-ran
		return nil
	case <-d.done:
		return &Error{Code: CodeUnavailable, Reason: ReasonRestart, Op: "live.Director", Msg: "Showcaller is shutting down."}
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Configure gives the director its story's new settings.
func (d *Director) Configure(ctx context.Context, p StoryProfile) error {
	return d.do(ctx, func(s *directing) { s.configure(p) })
}

func (d *directing) configure(p StoryProfile) {
	d.profile = p
	if d.queue.answered == nil {
		d.queue = newQueue(p.Pacing.resolve())
	}
	d.queue.pacing = p.Pacing.resolve()
	if d.bridge != nil {
		d.bridge.host = strings.ToLower(p.Name)
	}
	if reason := d.against(); reason != "" {
		d.queue.clearChat(reason)
	}
	d.queue.dropChat(d.mutes, SkipMuted)
}

func (d *directing) mutes(u *User) bool { return slices.Contains(d.profile.MutedIDs, u.Key()) }

// Say makes the host say a text before anything else. Nobody's rules apply but the operator's own.
func (d *Director) Say(ctx context.Context, text string) error {
	clips := sayingClips(strings.TrimSpace(text))
	switch {
	case len(clips) == 0:
		return &Error{Code: CodeInvalid, Op: "live.Say", Field: "text", Msg: "There is nothing to say."}
	case len(clips) > sayClips:
		return &Error{Code: CodeInvalid, Op: "live.Say", Field: "text", Msg: "The host can say 360 characters at once. Shorten the text."}
	}
	err := error(nil)
	if e := d.do(ctx, func(s *directing) { err = s.say(text, clips) }); e != nil {
		return e
	}
	return err
}

func (d *directing) say(text string, clips []Clip) error {
	if d.session == nil {
		return &Error{Code: CodeConflict, Op: "live.Say", Msg: "The story's room is not live, so nobody would hear it. Connect the room, or use the demo room."}
	}
	now := time.Now()
	d.queue.add(&ask{rank: rankSay, since: now, rehearsal: d.session.Info.Origin.Rehearsal(), data: clips, text: text}, now)
	return nil
}

// sayingClips cuts a text where it breathes.
func sayingClips(text string) []Clip {
	var clips []Clip
	for text != "" {
		part := text
		if utf8.RuneCountInString(part) > sayRunes {
			part = cut(part, sayRunes)
			if i := strings.LastIndexAny(part, " .,!?。，！？、…"); i > len(part)/2 {
				_, size := utf8.DecodeRuneInString(part[i:])
				part = part[:i+size]
			}
		}
		clips = append(clips, Clip{Body: "talk", Face: "neutral", Speech: strings.TrimSpace(part), BodyID: "idle", FaceID: "neutral"})
		text = strings.TrimSpace(text[len(part):])
	}
	return clips
}

// Skip takes the ask of an event out of the queue, or, with 0, cuts short what the host answers or says now.
func (d *Director) Skip(ctx context.Context, seq int64) error {
	found := false
	if err := d.do(ctx, func(s *directing) { found = s.skipNow(seq) }); err != nil {
		return err
	}
	if !found {
		return &Error{Code: CodeConflict, Op: "live.Skip", Msg: "There is nothing to skip: it was said already, or was never in the queue."}
	}
	return nil
}

func (d *directing) skipNow(seq int64) bool {
	t := d.turn
	switch {
	case seq != 0 && (t == nil || !slices.Contains(append(t.ask.seqs(), t.seq), seq)):
		return d.queue.remove(seq)
	case t == nil:
		return false
	case t.seq == 0:
		d.queue.skip(t.ask, SkipOperator)
	default: // the reply itself is what is skipped: overlays fall silent
		d.queue.skip(&ask{rank: t.ask.rank, seq: t.seq, rehearsal: t.ask.rehearsal, since: t.since, text: t.ask.text, viewer: t.ask.viewer}, SkipOperator)
	}
	d.cutShort()
	d.active, d.idle = time.Now(), 0
	return true
}

// Ack tells the director that an overlay has played a clip, counted from 0, of a turn. Once the last one is played the next
// turn begins; without any the computed time decides.
func (d *Director) Ack(ctx context.Context, turnID string, clip int) error {
	return d.do(ctx, func(s *directing) { s.ack(turnID, clip) })
}

func (d *directing) ack(turnID string, clip int) {
	t := d.turn
	if t == nil || t.seq == 0 || t.story.TurnID != turnID || clip < t.clip || clip >= len(t.clips) {
		return // of an earlier turn, or a second overlay's
	}
	t.clip, t.until = clip+1, time.Now()
	if t.clip < len(t.clips) {
		t.until = speechEnd(t.clips[t.clip:], time.Now())
	}
}

// Queue is what a director does and what waits.
type Queue struct {
	StoryID   string        `json:"story_id"`
	Room      string        `json:"room,omitempty"`
	SessionID int64         `json:"session_id,omitempty"`
	State     string        `json:"state" enum:"off,paused,listening,answering,speaking"`
	Muted     bool          `json:"muted,omitempty" doc:"chat, notices and idle lines get no answer"`
	Now       *QueueTurn    `json:"now,omitempty"`
	Waiting   []QueueItem   `json:"waiting" doc:"the next one first"`
	Skipped   []SkippedItem `json:"skipped" doc:"the newest first"`
}

// QueueItem is something that asks for an answer.
type QueueItem struct {
	Seq   int64   `json:"seq,omitempty" doc:"of the event"`
	Also  []int64 `json:"also,omitempty" doc:"events answered together with it"`
	Rank  string  `json:"rank" enum:"say,program,gift,question,chat,notice,idle"`
	Who   string  `json:"who,omitempty"`
	Text  string  `json:"text,omitempty"`
	Value float64 `json:"value,omitempty" doc:"of gifts, in diamonds"`
	Since string  `json:"since"`
	Why   string  `json:"why,omitempty" enum:"next,speaking,paused,muted,gathering,retry,later" doc:"why it waits"`
	Until string  `json:"until,omitempty" doc:"when chat expires, or what is gathered is ready"`
}

// QueueTurn is what the host answers or says now.
type QueueTurn struct {
	QueueItem
	TurnID string `json:"turn_id"`
	Reply  int64  `json:"reply,omitempty" doc:"seq of the reply, once there is one"`
	Clips  []Clip `json:"clips,omitempty"`
	Clip   int    `json:"clip,omitempty" doc:"the one being spoken, from 0"`
}

// SkippedItem is something that got no answer.
type SkippedItem struct {
	QueueItem
	Reason SkipReason `json:"reason"`
	Detail string     `json:"detail,omitempty"`
	At     string     `json:"at"`
}

// Queue returns what the director does at this moment.
func (d *Director) Queue(ctx context.Context) (Queue, error) {
	var q Queue
	err := d.do(ctx, func(s *directing) { q = s.snapshot(time.Now()) })
	return q, err
}

func (d *directing) snapshot(now time.Time) Queue {
	q := Queue{StoryID: d.id, State: d.state(), Muted: d.profile.Muted, Waiting: []QueueItem{}, Skipped: []SkippedItem{}}
	if d.session != nil {
		q.Room, q.SessionID = d.session.Info.Room, d.session.Info.ID
	}
	if t := d.turn; t != nil {
		item := itemOf(t.ask)
		item.Until = ""
		q.Now = &QueueTurn{QueueItem: item, TurnID: t.story.TurnID, Reply: t.seq, Clips: t.clips, Clip: t.clip}
	}
	first := true
	for _, a := range d.queue.waiting() {
		item := itemOf(a)
		item.Why, item.Until = d.why(a, first, now)
		first = first && item.Why != "next" && item.Why != "speaking"
		q.Waiting = append(q.Waiting, item)
	}
	q.Skipped = append(q.Skipped, d.skips...)
	slices.Reverse(q.Skipped)
	return q
}

func (d *directing) state() string {
	switch {
	case d.session == nil:
		return "off"
	case d.turn != nil && d.turn.seq != 0:
		return "speaking"
	case d.turn != nil:
		return "answering"
	case d.profile.Paused:
		return "paused"
	}
	return "listening"
}

// why says why an ask waits, and until when.
func (d *directing) why(a *ask, first bool, now time.Time) (why, until string) {
	if a.chat() {
		until = Timestamp(a.since.Add(d.queue.pacing.chatExpires))
	}
	if a.ready.After(now) {
		until = Timestamp(a.ready)
	}
	switch {
	case a.ready.After(now) && a.tries > 0:
		return "retry", until
	case a.ready.After(now):
		return "gathering", until
	case d.profile.Paused:
		return "paused", until
	case d.profile.Muted && a.rank >= rankQuestion:
		return "muted", until
	case a.rank == rankNotice && now.Sub(a.since) < d.queue.pacing.noticeEvery:
		return "gathering", Timestamp(a.since.Add(d.queue.pacing.noticeEvery))
	case !first:
		return "later", until
	case d.turn != nil:
		return "speaking", until
	}
	return "next", until
}

func itemOf(a *ask) QueueItem {
	return QueueItem{
		Seq: a.seq, Also: slices.Clone(a.also), Rank: a.rank.String(), Who: a.who(), Text: a.what(), Value: a.value(), Since: Timestamp(a.since),
	}
}

// note remembers what was skipped, for the queue.
func (d *directing) note(s skipped, now time.Time) {
	d.skips = append(d.skips, SkippedItem{QueueItem: itemOf(s.ask), Reason: s.reason, Detail: s.detail, At: Timestamp(now)})
	if extra := len(d.skips) - skippedShown; extra > 0 {
		d.skips = slices.Delete(d.skips, 0, extra)
	}
}
