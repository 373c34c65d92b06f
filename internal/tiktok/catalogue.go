package tiktok

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"showcaller/internal/live"
)

// A catalogue knows gifts by id: from TikTok's list where it can be had, and from every gift that is sent. It is shared by
// all rooms.
type catalogue struct {
	mu    sync.RWMutex
	gifts map[int64]live.GiftItem
	due   time.Time // when TikTok's list is to be asked for again
}

const (
	listFresh = 24 * time.Hour // the list is several megabytes and changes with the seasons
	listRetry = time.Hour      // it is decoration
)

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

// claim reports whether the list is due, and if so makes the caller the one who asks for it.
func (c *catalogue) claim(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now.Before(c.due) {
		return false
	}
	c.due = now.Add(listRetry)
	return true
}

// add adds TikTok's list.
func (c *catalogue) add(items []live.GiftItem, now time.Time) {
	for _, item := range items {
		c.learn(item)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.due = now.Add(listFresh)
}

// Gifts returns the gifts known so far, the cheapest first: TikTok's list, once a room was listened to, and what was sent since.
func (c *Client) Gifts(context.Context) []live.GiftItem { return c.gifts.all() }

// refreshGifts fetches TikTok's list if it is due. Peers sign this request since 2026-06, others get it unsigned; a failure means
// no list, and messages bring name and price of their gifts anyway.
func (c *Client) refreshGifts(ctx context.Context, roomID string) {
	if !c.gifts.claim(time.Now()) {
		return
	}
	b := c.browser()
	q := b.webcastParams()
	q.Set("room_id", roomID)
	var list giftList
	if err := c.getJSON(ctx, "giftList", b, endpoint(c.webcast, "/webcast/gift/list/", q), maxGiftList, &list); err != nil {
		c.log.Info("no gift list; prices come with the gifts", "err", err)
		return
	}
	c.gifts.add(list.items(), time.Now())
}

// A giftList is the part of TikTok's gift list that we keep.
type giftList struct {
	Data struct {
		Gifts []struct {
			ID           int64  `json:"id"`
			Name         string `json:"name"`
			DiamondCount int    `json:"diamond_count"`
			Type         int    `json:"type"`
			Image        struct {
				URLs []string `json:"url_list"`
			} `json:"image"`
		} `json:"gifts"`
	} `json:"data"`
}

// items returns the gifts that have an id and a name.
func (l *giftList) items() []live.GiftItem {
	var items []live.GiftItem
	for _, g := range l.Data.Gifts {
		if g.ID == 0 || g.Name == "" {
			continue
		}
		item := live.GiftItem{ID: g.ID, Name: g.Name, DiamondCount: g.DiamondCount, Type: g.Type, Streakable: g.Type == giftTypeStreak}
		if len(g.Image.URLs) > 0 {
			item.ImageURL = g.Image.URLs[0]
		}
		items = append(items, item)
	}
	return items
}
