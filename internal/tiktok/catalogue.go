package tiktok

import (
	"cmp"
	"maps"
	"slices"
	"sync"

	"showcaller/internal/live"
)

// A catalogue knows gifts by id: from TikTok's list where it can be had, and from every gift that is sent. It is shared by
// all rooms.
type catalogue struct {
	mu    sync.RWMutex
	gifts map[int64]live.GiftItem
}

func newCatalogue() *catalogue { return &catalogue{gifts: map[int64]live.GiftItem{}} }

// gift returns the gift with that id.
func (c *catalogue) gift(id int64) (live.GiftItem, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	item, ok := c.gifts[id]
	return item, ok
}

// learn adds item, or replaces what was known of it: prices and names change.
func (c *catalogue) learn(item live.GiftItem) {
	if known, ok := c.gift(item.ID); ok && known == item {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.gifts[item.ID] = item
}

// all returns the gifts, the cheapest first.
func (c *catalogue) all() []live.GiftItem {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.SortedFunc(maps.Values(c.gifts), func(a, b live.GiftItem) int {
		return cmp.Or(cmp.Compare(a.DiamondCount, b.DiamondCount), cmp.Compare(a.ID, b.ID))
	})
}
