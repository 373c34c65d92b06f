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
	return d.through(ctx, d.calls, f)
}

// look is do for an f that changes nothing.
func (d *Director) look(ctx context.Context, f func(*directing)) error {
	return d.through(ctx, d.looks, f)
}

func (d *Director) through(ctx context.Context, calls chan<- func(*directing), f func(*directing)) error {
	ran := make(chan struct{})
	call := func(s *directing) {
		f(s)
		close(ran)
	}
	select {
	case calls <- call:
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
	d.spoke--
	d.queue.add(&ask{rank: rankSay, number: d.spoke, since: now, rehearsal: d.session.Info.Origin.Rehearsal(), data: clips, text: text}, now)
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

// Skip takes an ask out of the queue, by QueueItem.Seq, or, with 0, cuts short what the host answers or says now.
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
	if t == nil || t.seq == 0 || t.story.TurnID != turnID || clip < t.clip || clip >= len(t.answer.Clips) {
		return // of an earlier turn, or a second overlay's
	}
	now := time.Now()
	t.clip, t.began, t.until = clip+1, now, now
	if t.clip < len(t.answer.Clips) {
		t.until = speechEnd(t.answer.Clips[t.clip:], now)
	}
}

// Queue is what a director does and what waits.
type Queue struct {
	StoryID   string        `json:"story_id"`
	Name      string        `json:"name,omitempty" doc:"of the host"`
	Language  string        `json:"language,omitempty" doc:"of the host; left out, each viewer's own"`
	Responder string        `json:"responder,omitempty" doc:"template or model; left out, the model where one is configured"`
	Room      string        `json:"room,omitempty"`
	SessionID int64         `json:"session_id,omitempty"`
	State     string        `json:"state" enum:"off,paused,listening,answering,speaking"`
	Paused    bool          `json:"paused,omitempty" doc:"also while the last turn is still being said"`
	Muted     bool          `json:"muted,omitempty" doc:"chat, notices and idle lines get no answer"`
	MutedIDs  []string      `json:"muted_viewers,omitempty" doc:"viewers whose chat gets no answer, by key"`
	Now       *QueueTurn    `json:"now,omitempty"`
	Last      *QueueTurn    `json:"last,omitempty" doc:"what was said before that"`
	Waiting   []QueueItem   `json:"waiting" doc:"the next one first"`
	Skipped   []SkippedItem `json:"skipped" doc:"the newest first"`
}

// QueueItem is something that asks for an answer.
type QueueItem struct {
	Seq       int64   `json:"seq,omitempty" doc:"of the event; below zero for the operator's own words, which answer none"`
	Also      []int64 `json:"also,omitempty" doc:"events answered together with it"`
	Rank      string  `json:"rank" enum:"say,program,gift,question,chat,notice,idle"`
	Who       string  `json:"who,omitempty"`
	Viewer    string  `json:"viewer,omitempty" doc:"the key of the one viewer it is of"`
	Text      string  `json:"text,omitempty"`
	Value     float64 `json:"value,omitempty" doc:"of gifts, in diamonds"`
	Action    string  `json:"action,omitempty" doc:"of a program; text is this, a space, and its name"`
	Rehearsal bool    `json:"rehearsal,omitempty" doc:"it was simulated"`
	Since     string  `json:"since"`

	Notice *StoryNotice `json:"notice,omitempty" doc:"who did what, of a notice"`

	Why   string `json:"why,omitempty" enum:"next,speaking,paused,muted,gathering,retry,later" doc:"why it waits"`
	Until string `json:"until,omitempty" doc:"when chat expires, or what is gathered is ready; of what is being said, when the voice should be done"`
}

// QueueTurn is what the host answers or says now.
type QueueTurn struct {
	QueueItem
	TurnID string `json:"turn_id"`
	Reply  int64  `json:"reply,omitempty" doc:"seq of the reply, once there is one"`
	Clips  []Clip `json:"clips,omitempty"`
	Clip   int    `json:"clip,omitempty" doc:"the one being spoken, from 0, as overlays tell"`
	Began  string `json:"began,omitempty" doc:"when that one began"`

	Lengths   []float64 `json:"lengths,omitempty" doc:"how long each clip should take to be spoken, in seconds"`
	Responder string    `json:"responder,omitempty" doc:"template, model or operator"`
	Fallback  string    `json:"fallback,omitempty" doc:"why the template spoke in place of the model"`
	Guarded   []string  `json:"guarded,omitempty" doc:"what the guards replaced, each with its reason"`
	TookMS    int64     `json:"took_ms,omitempty"`
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
	err := d.look(ctx, func(s *directing) { q = s.snapshot(time.Now()) })
	return q, err
}

// Watch is Queue with a channel that is closed when something may have changed since. It may have come back to the same, or
// changed in what Queue does not show.
func (d *Director) Watch(ctx context.Context) (Queue, <-chan struct{}, error) {
	changed := d.changed.wait() // before the look, so that no change is missed
	q, err := d.Queue(ctx)
	return q, changed, err
}

func (d *directing) snapshot(now time.Time) Queue {
	p := d.profile
	q := Queue{
		StoryID: d.id, Name: p.Name, Language: p.Language, Responder: p.Responder, State: d.state(), Paused: p.Paused, Muted: p.Muted,
		MutedIDs: slices.Clone(p.MutedIDs), Last: d.said, Waiting: []QueueItem{}, Skipped: []SkippedItem{},
	}
	if d.session != nil {
		q.Room, q.SessionID = d.session.Info.Room, d.session.Info.ID
	}
	if d.turn != nil {
		q.Now = d.turn.shown()
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
	item := QueueItem{
		Seq: a.name(), Also: slices.Clone(a.also), Rank: a.rank.String(), Who: a.who(), Viewer: a.viewer.Key(), Text: a.what(), Value: a.value(),
		Rehearsal: a.rehearsal, Since: Timestamp(a.since),
	}
	switch data := a.data.(type) {
	case Program:
		item.Action = data.Action
	case StoryNotice: // its lists go on growing
		item.Notice = &StoryNotice{
			Follows: slices.Clone(data.Follows), Shares: slices.Clone(data.Shares), Joins: slices.Clone(data.Joins), Likes: data.Likes,
		}
	}
	return item
}

// shown is the turn as the queue shows it.
func (t *turn) shown() *QueueTurn {
	a := t.answer
	out := &QueueTurn{
		QueueItem: itemOf(t.ask), TurnID: t.story.TurnID, Reply: t.seq, Clips: a.Clips, Clip: t.clip, Responder: a.Responder, Fallback: a.Fallback,
		Guarded: a.Guarded, TookMS: a.TookMS,
	}
	if t.seq == 0 {
		return out
	}
	out.Began, out.Until = Timestamp(t.began), Timestamp(t.until)
	for _, c := range a.Clips {
		out.Lengths = append(out.Lengths, speechTime(c).Seconds())
	}
	return out
}

// note remembers what was skipped, for the queue.
func (d *directing) note(s skipped, now time.Time) {
	d.skips = append(d.skips, SkippedItem{QueueItem: itemOf(s.ask), Reason: s.reason, Detail: s.detail, At: Timestamp(now)})
	if extra := len(d.skips) - skippedShown; extra > 0 {
		d.skips = slices.Delete(d.skips, 0, extra)
	}
}

// Forget takes a viewer out of what the director knows and does.
func (d *Director) Forget(ctx context.Context, who *Forgotten) error {
	return d.do(ctx, func(s *directing) { s.forget(ctx, who) })
}

// forget cuts short what is said to a viewer and gives up what they wait for. The log has the skips, which name nobody.
func (d *directing) forget(ctx context.Context, who *Forgotten) {
	if d.turn != nil && d.turn.ask.isOf(who) {
		d.skipNow(0)
	}
	d.queue.forgetViewer(who)
	d.writeSkips(ctx)
	d.skips = slices.DeleteFunc(d.skips, func(i SkippedItem) bool { return i.isOf(who) })
	if d.said != nil && d.said.isOf(who) {
		d.said = nil
	}
	if d.bridge != nil {
		delete(d.bridge.comments, who.Key)
	}
	d.profile.MutedIDs = slices.DeleteFunc(slices.Clone(d.profile.MutedIDs), func(id string) bool { return id == who.Key })
}

// isOf reports whether an item is a viewer's. One of several viewers has only their names.
func (i *QueueItem) isOf(who *Forgotten) bool {
	return i.Viewer == who.Key || who.Scrub(i.Who) != i.Who
}
