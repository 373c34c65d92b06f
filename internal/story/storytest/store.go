// Package storytest holds what tests of stories need: a store in memory, and a server that plays an OpenAI-compatible chat
// completions API over loopback, well or badly.
package storytest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"

	"showcaller/internal/live"
)

// Store keeps stories in memory. It implements story.Store; its search is a simple count of shared terms. Its methods may be
// called from any goroutine.
type Store struct {
	// Fail, if it is set, is asked before every method, by its name, and what it returns is the method's error.
	Fail func(method string) error

	mu       sync.Mutex
	profiles []live.StoryProfile
	messages []live.StoryMessage
	tokens   map[string]int // by story and day
}

// NewStore returns a store with these stories.
func NewStore(profiles ...live.StoryProfile) *Store {
	return &Store{profiles: profiles, tokens: map[string]int{}}
}

// enter locks the store unless the method is to fail.
func (s *Store) enter(method string) (leave func(), err error) {
	if s.Fail != nil {
		if err := s.Fail(method); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	return s.mu.Unlock, nil
}

func notFound(what string) error {
	return &live.Error{Code: live.CodeNotFound, Op: "storytest", Msg: "There is no such " + what + "."}
}

// StoryProfile implements story.Store.
func (s *Store) StoryProfile(_ context.Context, id string) (live.StoryProfile, error) {
	leave, err := s.enter("StoryProfile")
	if err != nil {
		return live.StoryProfile{}, err
	}
	defer leave()
	for _, p := range s.profiles {
		if p.ID == id {
			return p, nil
		}
	}
	return live.StoryProfile{}, notFound("story")
}

// StoryTurn implements story.Store.
func (s *Store) StoryTurn(_ context.Context, storyID, turnID string) (live.StoryMessage, error) {
	leave, err := s.enter("StoryTurn")
	if err != nil {
		return live.StoryMessage{}, err
	}
	defer leave()
	if m, ok := s.turn(storyID, turnID); ok {
		return m, nil
	}
	return live.StoryMessage{}, notFound("turn")
}

func (s *Store) turn(storyID, turnID string) (live.StoryMessage, bool) {
	for _, m := range s.messages {
		if m.StoryID == storyID && m.TurnID == turnID {
			return m, true
		}
	}
	return live.StoryMessage{}, false
}

// SaveStoryTurn implements story.Store.
func (s *Store) SaveStoryTurn(_ context.Context, m live.StoryMessage) (live.StoryMessage, error) {
	leave, err := s.enter("SaveStoryTurn")
	if err != nil {
		return m, err
	}
	defer leave()
	if stored, ok := s.turn(m.StoryID, m.TurnID); ok {
		return stored, nil
	}
	m.ID = int64(len(s.messages) + 1)
	s.messages = append(s.messages, m)
	return m, nil
}

// StoryMessages implements story.Store.
func (s *Store) StoryMessages(_ context.Context, storyID string, before int64, limit int) ([]live.StoryMessage, error) {
	leave, err := s.enter("StoryMessages")
	if err != nil {
		return nil, err
	}
	defer leave()
	var out []live.StoryMessage
	for _, m := range slices.Backward(s.messages) {
		if len(out) == limit {
			break
		}
		if m.StoryID == storyID && (before == 0 || m.ID < before) {
			out = append(out, m)
		}
	}
	return out, nil
}

// RecallStory implements story.Store.
func (s *Store) RecallStory(_ context.Context, storyID, viewerID, text string, limit int) ([]live.StoryMemory, error) {
	leave, err := s.enter("RecallStory")
	if err != nil {
		return nil, err
	}
	defer leave()
	type hit struct {
		live.StoryMemory
		score int
	}
	var hits []hit
	want := terms(text)
	for _, m := range s.messages {
		score := 0
		for _, t := range terms(m.Text) {
			if slices.Contains(want, t) {
				score += 2
			}
		}
		if m.StoryID != storyID || !m.Recall || score == 0 {
			continue
		}
		if m.ViewerID == viewerID {
			score++
		}
		hits = append(hits, hit{memoryOf(m), score})
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return b.score - a.score })
	var out []live.StoryMemory
	for _, h := range hits[:min(limit, len(hits))] {
		out = append(out, h.StoryMemory)
	}
	return out, nil
}

func memoryOf(m live.StoryMessage) live.StoryMemory {
	var said []string
	for _, c := range m.Clips {
		said = append(said, c.Speech)
	}
	return live.StoryMemory{
		ID: m.ID, At: m.At, Type: m.Type, Speaker: m.Speaker, ViewerID: m.ViewerID, Text: m.Text, Answer: strings.Join(said, " "),
	}
}

// terms are the words of a text, and the single letters of scripts without spaces.
func terms(s string) []string {
	var out []string
	for w := range strings.FieldsFuncSeq(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if strings.ContainsFunc(w, func(r rune) bool { return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana) }) {
			out = append(out, strings.Split(w, "")...)
		} else {
			out = append(out, w)
		}
	}
	return out
}

// StoryViewer implements story.Store.
func (s *Store) StoryViewer(_ context.Context, storyID, viewerID string) (live.StoryViewer, error) {
	leave, err := s.enter("StoryViewer")
	if err != nil {
		return live.StoryViewer{}, err
	}
	defer leave()
	v := live.StoryViewer{ViewerID: viewerID}
	sessions := map[int64]bool{}
	for _, m := range s.messages {
		if m.StoryID != storyID || m.ViewerID != viewerID {
			continue
		}
		v.Name = m.Speaker
		sessions[m.SessionID] = true
		v.Visits = int64(len(sessions))
		if m.GiftCount > 0 {
			v.Gifts += int64(m.GiftCount)
			v.Value += m.Value
			v.LastGift = m.At
			if v.FirstGift.IsZero() {
				v.FirstGift = m.At
			}
		}
	}
	return v, nil
}

// StoryTokens implements story.Store.
func (s *Store) StoryTokens(_ context.Context, storyID string, t time.Time) (int, error) {
	leave, err := s.enter("StoryTokens")
	if err != nil {
		return 0, err
	}
	defer leave()
	return s.tokens[day(storyID, t)], nil
}

// AddStoryTokens implements story.Store.
func (s *Store) AddStoryTokens(_ context.Context, storyID string, t time.Time, tokens int) error {
	leave, err := s.enter("AddStoryTokens")
	if err != nil {
		return err
	}
	defer leave()
	s.tokens[day(storyID, t)] += tokens
	return nil
}

func day(storyID string, t time.Time) string { return storyID + " " + t.UTC().Format(time.DateOnly) }
