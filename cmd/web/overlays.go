package main

import (
	"context"
	"log/slog"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/server"
	"showcaller/internal/speech"
	"showcaller/web/catalog"
)

// startOverlays runs the overlays there are, with a voice for the host if one is configured.
func (c Config) startOverlays(ctx context.Context, store *db.DB, engine *live.Engine, directors *live.Directors, log *slog.Logger) (*live.Overlays, error) {
	parts := live.OverlayParts{
		Engine: engine, Store: store, Directors: directors, Build: server.OverlayBuild(), Log: log,
		Words: func(language, key string) string { return catalog.For(language).T(key) },
	}
	if c.SpeechURL != "" {
		voice, err := speech.New(speech.Config{URL: c.SpeechURL, Key: c.SpeechKey, Model: c.SpeechModel, Voice: c.SpeechVoice})
		if err != nil {
			return nil, &live.Error{Code: live.CodeInvalid, Msg: "SHOWCALLER_SPEECH_URL cannot be used: " + live.MessageOf(err), Err: err}
		}
		parts.Voice = voice
	}
	stored, err := store.Overlays(ctx, db.OverlayQuery{})
	if err != nil {
		return nil, err
	}
	all := make([]live.Overlay, len(stored))
	for i, o := range stored {
		all[i] = o.Overlay
	}
	overlays := live.NewOverlays(parts)
	overlays.Start(ctx, all)
	return overlays, nil
}
