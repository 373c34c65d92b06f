// Package story is the AI host's brain: it takes what happened in a LIVE (a comment, a gift, a change of program) and answers
// with one to three clips. The contract is docs/story.md.
//
// A turn runs through six steps, each a plain function: normalise → context → recall → prompt → respond → persist. Everything
// a viewer wrote is data on the whole way: it is cleaned before it is used, marked as untrusted where a model reads it, and
// can neither become another type of input nor speak with another's name.
package story

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"time"

	"showcaller/internal/live"
)

// Who answered.
const (
	ResponderTemplate = "template"
	ResponderModel    = "model"
)

const (
	recallLimit  = 5  // memories of one turn
	historyLimit = 20 // messages of one turn; the template repeats no line within them
	turnsAtOnce  = 8  // of one story; more are refused, they would be answered too late to matter
)

// Options configure Stories.
type Options struct {
	Store  Store
	Model  *Model      // nil: every story is answered by the template
	Inputs []InputType // beside the built-in ones
	Log    *slog.Logger
}

// Stories are the built-in stories: it implements live.Story. Its methods may be called from any goroutine.
type Stories struct {
	store  Store
	model  *Model
	inputs *Inputs
	log    *slog.Logger
	desk   desk
}

// New returns the stories that a store keeps.
func New(o Options) *Stories {
	return &Stories{
		store: o.Store, model: o.Model, log: cmp.Or(o.Log, slog.Default()),
		inputs: NewInputs(append(BuiltinInputs(), o.Inputs...)...),
	}
}

// Parse reads the body of a message with the types these stories know. See [Inputs.Parse].
func (s *Stories) Parse(body []byte) (live.StoryInput, error) { return s.inputs.Parse(body) }

// turn is what the steps of one answer add to, one after another.
type turn struct {
	live.StoryTurn
	story    live.StoryProfile
	start    time.Time
	guard    *Guard
	input    Input           // cleaned
	wire     live.StoryInput // canonical, as it came
	language string
	memories []live.StoryMemory
	viewer   live.StoryViewer
	history  []live.StoryMessage // the newest first
}

// Answer answers one turn. Errors are *live.Error: CodeNotFound for a story that is not there, CodeConflict for one that is
// paused, CodeInvalid with a *ValidationError for an input that does not fit, CodeLimited with RetryAt when too many turns of the
// story are under way; a store that fails returns its own error. A model that fails is no error: the template answers and
// Fallback says why. progress gets only what the guards let through.
func (s *Stories) Answer(ctx context.Context, t live.StoryTurn, progress func(live.StoryDelta)) (live.StoryAnswer, error) {
	if progress == nil {
		progress = func(live.StoryDelta) {}
	}
	t.TurnID = cmp.Or(t.TurnID, rand.Text())
	leave, err := s.desk.enter(ctx, t.StoryID, t.TurnID)
	if err != nil {
		return live.StoryAnswer{}, err
	}
	defer leave()
	if m, err := s.store.StoryTurn(ctx, t.StoryID, t.TurnID); err == nil {
		return repeat(m, progress)
	} else if live.CodeOf(err) != live.CodeNotFound {
		return live.StoryAnswer{}, err
	}
	w, err := s.normalise(ctx, t)
	if err != nil {
		return live.StoryAnswer{}, err
	}
	s.recall(ctx, w)
	m := s.respond(ctx, w, progress)
	if len(m.Clips) == 0 {
		return live.StoryAnswer{}, ctx.Err()
	}
	return s.persist(ctx, w, m)
}

// repeat answers a turn from what was stored of it.
func repeat(m live.StoryMessage, progress func(live.StoryDelta)) (live.StoryAnswer, error) {
	a, err := answerOf(m)
	for _, c := range a.Clips {
		progress(live.StoryDelta{Text: c.Speech})
		progress(live.StoryDelta{Clip: &c})
	}
	return a, err
}

func answerOf(m live.StoryMessage) (live.StoryAnswer, error) {
	a := live.StoryAnswer{
		TurnID: m.TurnID, Clips: m.Clips, Responder: m.Responder, TookMS: m.TookMS, Fallback: m.Fallback, Guarded: m.Guarded,
		Also: m.Also,
	}
	return a, json.Unmarshal(m.Input, &a.Event)
}

// normalise finds the story, checks the input against its type and cleans what people wrote in it.
func (s *Stories) normalise(ctx context.Context, t live.StoryTurn) (*turn, error) {
	w := &turn{StoryTurn: t, start: time.Now()}
	var err error
	if w.story, err = s.store.StoryProfile(ctx, t.StoryID); err != nil {
		return nil, err
	}
	kind, err := s.inputs.lookup(t.Input.Type, "type", true)
	if err != nil {
		return nil, err
	}
	if w.input, w.wire, err = kind.read(t.Input.Data, "data", true); err != nil {
		return nil, err
	}
	if w.story.Paused {
		return nil, &live.Error{Code: live.CodeConflict, Op: "story.Answer", Msg: "This story is paused. Resume it to let the host speak again."}
	}
	w.guard = NewGuard(w.story.BlockedIn, w.story.BlockedOut)
	w.input.Clean(w.guard)
	w.language = language(w)
	return w, nil
}

// language chooses the language of the answer: what a viewer wrote tells most, a name least.
func language(w *turn) string {
	said, names := "", w.input.Text()
	if in, ok := w.input.(Voiced); ok {
		said = in.Voice()
	} else if w.input.Memory() == MemoryText {
		said = names
	}
	return pick(said, w.Language, w.story.Language, names)
}

// recall looks up what the type of input remembers by. The host speaks without memories rather than not at all, so a store that
// fails here is logged and no more.
func (s *Stories) recall(ctx context.Context, w *turn) {
	var err error
	if w.history, err = s.store.StoryMessages(ctx, w.StoryID, 0, historyLimit); err != nil {
		s.log.Warn("story: no history", "story", w.StoryID, "err", err)
	}
	switch w.input.Memory() {
	case MemoryText:
		if !s.models(w) {
			break // only a model reads memories, and to search them is most of a template turn's time
		}
		w.memories, err = s.store.RecallStory(ctx, w.StoryID, w.ViewerID, w.input.Text(), recallLimit)
	case MemoryViewer:
		if w.ViewerID != "" {
			w.viewer, err = s.store.StoryViewer(ctx, w.StoryID, w.ViewerID)
		}
	}
	if err != nil {
		s.log.Warn("story: nothing recalled", "story", w.StoryID, "err", err)
	}
}

// models reports whether there is a model and the turn is for it.
func (s *Stories) models(w *turn) bool {
	return s.model != nil && w.story.Responder != ResponderTemplate && !onlyWritten(w)
}

// written is a type of input that only the template answers: it can be relied on to leave nothing out.
type written interface{ Written() }

func onlyWritten(w *turn) bool {
	_, ok := w.input.(written)
	return ok
}

// respond lets the story's responder answer, and the template where that one said nothing. It returns the message to store.
func (s *Stories) respond(ctx context.Context, w *turn, progress func(live.StoryDelta)) live.StoryMessage {
	m := w.message()
	out := newSpeech(w.guard, w.input, systemRules+"\n"+w.story.Rules, progress)
	m.Responder = ResponderModel
	m.Fallback, m.TokensIn, m.TokensOut = s.ask(ctx, w, out)
	if len(out.clips) > 0 {
		m.Fallback = ""
	} else if ctx.Err() == nil {
		m.Responder = ResponderTemplate
		w.script(out.say)
	}
	m.Clips, m.Guarded = out.clips, w.guard.Notes()
	m.TookMS = time.Since(w.start).Milliseconds()
	return m
}

// script lets the template answer. If the story's own word lists forbid the whole of its line, the host only hums.
func (w *turn) script(say func(live.Clip) bool) {
	said := false
	for _, c := range compose(w) {
		said = say(c) || said
	}
	if !said {
		say(live.Clip{Face: stageFaces["relaxed"], FaceID: "relaxed", Body: stageBodies["nod"], BodyID: "nod", Speech: "Mm-hm."})
	}
}

// ask lets the model answer. It returns why nothing was said, one of the Fallback constants, or "" if no model is wanted.
func (s *Stories) ask(ctx context.Context, w *turn, out *speech) (fallback string, tokensIn, tokensOut int) {
	switch {
	case !s.models(w):
		if w.story.Responder == ResponderModel && !onlyWritten(w) {
			return FallbackNoModel, 0, 0
		}
		return "", 0, 0
	case s.spent(ctx, w):
		return FallbackBudget, 0, 0
	}
	used, err := s.model.respond(ctx, w, thankful(w, out))
	if n := used.In + used.Out; n > 0 {
		if err := s.store.AddStoryTokens(context.WithoutCancel(ctx), w.StoryID, w.start, n); err != nil {
			s.log.Error("story: tokens were not counted", "story", w.StoryID, "tokens", n, "err", err)
		}
	}
	if err != nil && ctx.Err() == nil && reasonOf(err) != FallbackResting { // why it rests was said when it failed
		s.log.Warn("story: the model failed", "story", w.StoryID, "turn", w.TurnID, "err", err)
	}
	return reasonOf(err), used.In, used.Out
}

// spent reports whether the day's tokens are used up. If the store cannot tell, they are: money is not spent uncounted.
func (s *Stories) spent(ctx context.Context, w *turn) bool {
	budget := w.story.Budget.DayTokens
	if budget <= 0 {
		return false
	}
	used, err := s.store.StoryTokens(ctx, w.StoryID, w.start)
	return err != nil || used >= budget
}

// thankful returns what a model's clips go through. Whoever gave something is thanked by name in the first clip: if the model
// does not, the template does it first.
func thankful(w *turn, out *speech) func(live.Clip) bool {
	giver, ok := w.input.(Giver)
	if !ok {
		return out.say
	}
	return func(c live.Clip) bool {
		c, ok := out.fit(c)
		if !ok {
			return false
		}
		if len(out.clips) == 0 && !(thankWords.MatchString(c.Speech) && names(c.Speech, giver.Senders())) {
			if lead := compose(w); len(lead) > 0 {
				out.say(lead[0])
			}
		}
		return out.add(c)
	}
}

// names reports whether a speech says every name, whatever it leaves of a name's emoji.
func names(speech string, all []string) bool {
	speech = fold(clean(speech, true))
	return !slices.ContainsFunc(all, func(name string) bool { return !strings.Contains(speech, fold(name)) })
}

// message is the turn as it will be stored, without the answer.
func (w *turn) message() live.StoryMessage {
	m := live.StoryMessage{
		StoryID: w.StoryID, TurnID: w.TurnID, At: live.Millis(w.start), Type: w.wire.Type,
		Speaker: w.input.Speaker(), ViewerID: w.ViewerID, Text: strings.TrimSpace(w.input.Text()),
		SessionID: w.SessionID, Cause: w.Cause, Recall: w.input.Memory() == MemoryText, Also: w.Also, Givers: w.Givers,
	}
	if g, ok := w.input.(*giftInput); ok {
		m.GiftName, m.GiftCount = g.GiftName, g.GiftCount
		if g.GiftValue != nil {
			m.Value = *g.GiftValue
		}
	}
	m.Input, _ = json.Marshal(w.wire) // a string and JSON that was marshalled before
	return m
}

// persist stores input and answer together, unless the turn is a dry run. A turn that was stored meanwhile wins.
func (s *Stories) persist(ctx context.Context, w *turn, m live.StoryMessage) (live.StoryAnswer, error) {
	if w.DryRun {
		return answerOf(m)
	}
	// What was said was said, even if the caller has gone meanwhile: it must not be said again.
	stored, err := s.store.SaveStoryTurn(context.WithoutCancel(ctx), m)
	if err != nil {
		return live.StoryAnswer{}, err
	}
	return answerOf(stored)
}
