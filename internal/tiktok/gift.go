package tiktok

import (
	"cmp"
	"fmt"
	"hash/maphash"

	"showcaller/internal/live"
)

// giftTypeStreak is the type of gifts that can be tapped in a row. All others, 2 and 4 among them, are final at once: their
// repeat_end stays 0 for ever.
const giftTypeStreak = 1

// A giftMessage is a WebcastGiftMessage while it is read.
type giftMessage struct {
	id, groupID        int64
	group, repeat, end int
	item               live.GiftItem
	toUser             person
	anchorID, toUserID int64 // of monitor_info
}

var giftFields = only(1, 2, 4, 5, 7, 8, 9, 11, 15, 23, 32)

// gift reads a WebcastGiftMessage (protocol section 7.2).
func (d *decoder) gift(b []byte) live.Data {
	var g giftMessage
	f := d.pick(b, giftFields)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			f.int64(&g.id)
		case 4:
			f.int(&g.group)
		case 5:
			f.int(&g.repeat)
		case 7:
			d.person(&f, &d.sender)
		case 8:
			d.person(&f, &g.toUser)
		case 9:
			f.int(&g.end)
		case 11:
			f.int64(&g.groupID)
		case 15:
			g.item = d.giftItem(f.bytes())
		case 23:
			d.giftMonitor(f.bytes(), &g)
		case 32:
			d.identity(f.bytes(), &d.sender)
		}
	}
	return d.giftEvent(&g)
}

// giftEvent says what a gift message means. Multi-sends (group_count, 1 in every real sample) multiply the count.
func (d *decoder) giftEvent(g *giftMessage) live.Gift {
	item := d.priced(g)
	count := max(g.repeat, 1) * max(g.group, 1)
	return live.Gift{
		Gift:          item,
		RepeatCount:   count,
		TotalDiamonds: item.DiamondCount * count,
		Streaking:     item.Streakable && g.end == 0,
		StreakID:      d.decimal(g.groupID),
		ToUser:        d.receiver(g),
	}
}

// priced returns the gift with name and price: from the message, else from the catalogue, else flagged as unknown.
func (d *decoder) priced(g *giftMessage) live.GiftItem {
	if g.item.Name != "" {
		return g.item
	}
	id := cmp.Or(g.id, g.item.ID)
	if item, ok := d.gifts.gift(id); ok {
		return item
	}
	return live.GiftItem{ID: id, Name: fmt.Sprintf("Gift #%d", id), Unknown: true}
}

// receiver returns the guest a gift went to; nil if that was the host.
func (d *decoder) receiver(g *giftMessage) *live.User {
	if g.toUser.viewer == nil && g.toUserID != 0 {
		g.toUser.viewer = newViewer(live.User{UserID: d.decimal(g.toUserID)}, g.toUserID)
	}
	if to := g.toUser.viewer; to == nil || to.id == g.anchorID || to.id == d.hostID {
		return nil
	}
	return g.toUser.user()
}

// itemsKept bounds the gifts a decoder remembers; a LIVE sees a few dozen of TikTok's some 700.
const itemsKept = 1 << 10

// giftItem returns the gift that the Gift b describes. The same bytes come with every gift of a kind, so they are read once;
// that is also when the catalogue hears of them.
func (d *decoder) giftItem(b []byte) live.GiftItem {
	key := maphash.Bytes(d.seed, b)
	item, known := d.items[key]
	if known {
		return item
	}
	item = d.readGift(b)
	if item.Name != "" && d.err == nil {
		if len(d.items) >= itemsKept {
			clear(d.items)
		}
		d.items[key] = item
		d.gifts.learn(item)
	}
	return item
}

var giftItemFields = only(1, 5, 11, 12, 16, 21)

// readGift reads the Gift b.
func (d *decoder) readGift(b []byte) (item live.GiftItem) {
	var image, icon []byte
	f := d.pick(b, giftItemFields)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&image)
		case 5:
			f.int64(&item.ID)
		case 11:
			f.int(&item.Type)
		case 12:
			f.int(&item.DiamondCount)
		case 16:
			f.string(&item.Name)
		case 21:
			f.raw(&icon)
		}
	}
	if item.ImageURL = d.image(image); item.ImageURL == "" {
		item.ImageURL = d.image(icon)
	}
	item.Streakable = item.Type == giftTypeStreak
	return item
}

var giftMonitorFields = only(1, 8)

// giftMonitor reads a GiftMonitorInfo: who the host is, and who received the gift.
func (d *decoder) giftMonitor(b []byte, g *giftMessage) {
	f := d.pick(b, giftMonitorFields)
	for f.next() {
		switch f.num {
		case 1:
			f.int64(&g.anchorID)
		case 8:
			f.int64(&g.toUserID)
		}
	}
}
