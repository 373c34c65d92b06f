package story_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"showcaller/internal/live"
	"showcaller/internal/story"
	"showcaller/internal/story/storytest"
)

var _ story.Store = (*storytest.Store)(nil)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// newStories returns stories with the default one, and their store. model may be nil.
func newStories(t testing.TB, model *story.Model, change ...func(*live.StoryProfile)) (*story.Stories, *storytest.Store) {
	t.Helper()
	p := story.Default("en")
	for _, c := range change {
		c(&p)
	}
	store := storytest.NewStore(p)
	return story.New(story.Options{Store: store, Model: model, Log: slog.New(slog.DiscardHandler)}), store
}

// newModel returns a model that talks to a played server.
func newModel(t testing.TB, m *storytest.Model) *story.Model {
	t.Helper()
	model, err := story.NewModel(story.ModelConfig{BaseURL: m.URL, Key: "secret-key", Model: "test-model"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(model.Close)
	return model
}

func input(t testing.TB, kind string, data any) live.StoryInput {
	t.Helper()
	raw, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	return live.StoryInput{Type: kind, Data: raw}
}

// ask answers a body as the API would get it.
func ask(t testing.TB, s *story.Stories, body string) live.StoryAnswer {
	t.Helper()
	in, err := s.Parse([]byte(body))
	if err != nil {
		t.Fatalf("Parse(%s): %v", body, err)
	}
	return answer(t, s, live.StoryTurn{Input: in})
}

func answer(t testing.TB, s *story.Stories, turn live.StoryTurn) live.StoryAnswer {
	t.Helper()
	if turn.StoryID == "" {
		turn.StoryID = story.DefaultID
	}
	a, err := s.Answer(context.Background(), turn, nil)
	if err != nil {
		t.Fatalf("Answer(%s %s): %v", turn.Input.Type, turn.Input.Data, err)
	}
	return a
}

// spoken is everything an answer says.
func spoken(a live.StoryAnswer) string {
	var out []string
	for _, c := range a.Clips {
		out = append(out, c.Speech)
	}
	return strings.Join(out, " | ")
}
