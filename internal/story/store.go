package story

import (
	"context"
	"time"

	"showcaller/internal/live"
)

// Store is what stories need of a store. Its methods may be called from any goroutine. A story or turn that is not there is a
// *live.Error with CodeNotFound; a store that fails returns its own error as it is.
type Store interface {
	// StoryProfile returns a story's settings.
	StoryProfile(ctx context.Context, id string) (live.StoryProfile, error)

	// StoryTurn returns the turn stored under turnID.
	StoryTurn(ctx context.Context, storyID, turnID string) (live.StoryMessage, error)
	// SaveStoryTurn stores input and answer, their search terms and what they add to the viewer's record in one transaction,
	// and returns the message with its ID. If the story has a turn of this TurnID already, nothing changes and the stored
	// one is returned: of two that race, both speak the same answer.
	SaveStoryTurn(ctx context.Context, m live.StoryMessage) (live.StoryMessage, error)
	// StoryMessages returns up to limit messages with an ID below before (0: no bound), the newest first.
	StoryMessages(ctx context.Context, storyID string, before int64, limit int) ([]live.StoryMessage, error)

	// RecallStory returns up to limit messages with Recall set that share a term with text, the best match first and, between
	// equals, those of viewerID first. A match needs any of text's terms, not all: a sentence never repeats whole.
	RecallStory(ctx context.Context, storyID, viewerID, text string, limit int) ([]live.StoryMemory, error)
	// StoryViewer returns what the story knows of a viewer; the zero StoryViewer for a stranger.
	StoryViewer(ctx context.Context, storyID, viewerID string) (live.StoryViewer, error)

	// StoryTokens returns what a story's model used on the UTC day of t, failed and dry turns included.
	StoryTokens(ctx context.Context, storyID string, t time.Time) (int, error)
	// AddStoryTokens adds to what StoryTokens returns.
	AddStoryTokens(ctx context.Context, storyID string, t time.Time, tokens int) error
}
