package main

import (
	"context"
	"log/slog"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/server"
	"showcaller/internal/story"
)

// storyHost returns who answers for all stories: another program if one is configured, else our own host. done lets go of what it
// holds.
func (c Config) storyHost(store *db.DB, log *slog.Logger) (host server.Story, done func(), err error) {
	if c.StoryURL == "" {
		host, err = c.builtinHost(store, log)
		return host, func() {}, err
	}
	if c.ModelURL != "" {
		log.Warn("SHOWCALLER_STORY_URL names who answers, so the model of SHOWCALLER_MODEL_URL is not asked")
	}
	// When the other program fails, the viewer has waited already: the template answers at once, whatever model there is.
	template := story.New(story.Options{Store: store, Log: log})
	remote, err := story.NewRemote(story.RemoteConfig{URL: c.StoryURL, Token: c.StoryToken, Fallback: template, Log: log})
	if err != nil {
		return nil, nil, &live.Error{Code: live.CodeInvalid, Msg: "SHOWCALLER_STORY_URL cannot be used: " + live.MessageOf(err), Err: err}
	}
	return remote, remote.Close, nil
}

// builtinHost returns the host of our own, with a model if one is configured.
func (c Config) builtinHost(store *db.DB, log *slog.Logger) (server.Story, error) {
	options := story.Options{Store: store, Log: log}
	if c.ModelURL != "" {
		model, err := story.NewModel(story.ModelConfig{BaseURL: c.ModelURL, Key: c.ModelKey, Model: c.Model})
		if err != nil {
			return nil, &live.Error{
				Code: live.CodeInvalid, Msg: "SHOWCALLER_MODEL_URL or SHOWCALLER_MODEL cannot be used: " + live.MessageOf(err), Err: err,
			}
		}
		options.Model = model
	}
	return story.New(options), nil
}

// startDirectors makes story 1 in a new database and lets every story direct its room.
func startDirectors(ctx context.Context, host live.Story, store *db.DB, engine *live.Engine, log *slog.Logger) (*live.Directors, error) {
	if err := store.CreateFirstStory(ctx, story.Default("en")); err != nil {
		return nil, err
	}
	profiles, err := store.StoryProfiles(ctx)
	if err != nil {
		return nil, err
	}
	if err := store.LeaveProgramCalls(ctx); err != nil {
		return nil, err
	}
	directors := live.NewDirectors(host, engine, store, log)
	directors.Start(ctx, profiles)
	return directors, nil
}
