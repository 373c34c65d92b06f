package main

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

// giftList has the gifts a client of TikTok's knows.
type giftList interface {
	Gifts(ctx context.Context) []live.GiftItem
}

// learnGifts keeps TikTok's list of gifts for the simulator until ctx ends. What viewers send is learned from the events
// themselves.
func learnGifts(ctx context.Context, client giftList, store *db.DB, log *slog.Logger) error {
	ticker := time.NewTicker(time.Minute)
	defer ticker.Stop()
	var kept []live.GiftItem
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
		gifts := client.Gifts(ctx)
		if slices.Equal(gifts, kept) {
			continue
		}
		if err := store.SaveGifts(ctx, gifts); err != nil {
			if ctx.Err() == nil {
				log.Error("cannot keep the list of gifts", "err", err)
			}
			continue
		}
		kept = gifts
	}
}
