package db

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"showcaller/internal/live"
)

// CatalogueGift is a gift of the catalogue.
type CatalogueGift struct {
	live.GiftItem
	Seen time.Time // when a viewer last sent one; zero is never
}

// GiftQuery selects gifts, the cheapest first. Zero fields select everything.
type GiftQuery struct {
	Text          string // a part of the name, or the id
	AfterDiamonds int64  // the next page: behind a gift of this price and id
	AfterID       int64
	Limit         int
}

// Gifts returns the gifts a query selects.
func (d *DB) Gifts(ctx context.Context, q GiftQuery) ([]CatalogueGift, error) {
	text := strings.TrimSpace(q.Text)
	like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(giftSearch(text)) + "%"
	rows, err := d.read.QueryContext(ctx, `SELECT id, name, diamonds, image, type, streakable, seen_ms FROM gifts
		WHERE (diamonds > $1 OR diamonds = $1 AND id > $2) AND (search LIKE $3 ESCAPE '\' OR CAST(id AS TEXT) = $4)
		ORDER BY diamonds, id LIMIT $5`, q.AfterDiamonds, q.AfterID, like, text, q.Limit)
	return collect(rows, err, scanGift)
}

// Gift returns one gift.
func (d *DB) Gift(ctx context.Context, id int64) (CatalogueGift, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT id, name, diamonds, image, type, streakable, seen_ms FROM gifts WHERE id = $1`, id)
	found, err := collect(rows, err, scanGift)
	if err == nil && len(found) == 0 {
		err = &live.Error{Code: live.CodeNotFound, Op: "db.Gift", Msg: "There is no gift with this id in the catalogue."}
	}
	if err != nil {
		return CatalogueGift{}, err
	}
	return found[0], nil
}

func scanGift(rows *sql.Rows, g *CatalogueGift) error {
	var seen int64
	err := rows.Scan(&g.ID, &g.Name, &g.DiamondCount, &g.ImageURL, &g.Type, &g.Streakable, &seen)
	g.Seen = fromMS(seen)
	return err
}

// giftSearch is a name as a search compares it: without case and accents.
func giftSearch(name string) string {
	folded := unmarked(name)
	for i, r := range folded {
		folded[i] = fold(r)
	}
	return string(folded)
}

// insertGift keeps the newest name, price and picture of a gift; TikTok's list does not say when one was sent.
const (
	insertGift = `INSERT INTO gifts (id, name, search, diamonds, image, type, streakable, seen_ms) VALUES `
	updateGift = ` ON CONFLICT (id) DO UPDATE SET name = excluded.name, search = excluded.search, diamonds = excluded.diamonds,
		image = CASE excluded.image WHEN '' THEN gifts.image ELSE excluded.image END, type = excluded.type, streakable = excluded.streakable,
		seen_ms = CASE WHEN gifts.seen_ms < excluded.seen_ms THEN excluded.seen_ms ELSE gifts.seen_ms END`
)

func giftRow(g live.GiftItem, seen time.Time) []any {
	return []any{g.ID, g.Name, giftSearch(g.Name), g.DiamondCount, g.ImageURL, g.Type, flagInt(g.Streakable), ms(seen)}
}

// SaveGifts keeps a list of TikTok's.
func (d *DB) SaveGifts(ctx context.Context, gifts []live.GiftItem) error {
	if len(gifts) == 0 {
		return nil
	}
	return d.inTx(ctx, "db.SaveGifts", func(*sql.Tx) error {
		w := appender{db: d}
		in := w.inserter(insertGift, 8, updateGift)
		for _, g := range gifts {
			if g.ID == 0 || g.Name == "" || g.Unknown {
				continue
			}
			if err := in.add(giftRow(g, time.Time{})); err != nil {
				return err
			}
		}
		return in.flush()
	})
}

// giftRefresh is how stale "last sent" may be: a busy room must not write the catalogue with each Rose.
const giftRefresh = time.Hour

// knownGift is what the writer knows the table says of a gift.
type knownGift struct {
	item live.GiftItem
	seen time.Time
}

// gifts learns the catalogue from what was sent. What was simulated or replayed teaches nothing: anybody may have typed it.
func (w *appender) gifts(group []*pending) error {
	in := w.inserter(insertGift, 8, updateGift)
	for _, p := range group {
		for _, e := range p.batch.Events {
			if e.Kind != live.KindGift || e.Origin != live.OriginTikTok {
				continue
			}
			g := live.DataOf[live.Gift](e).Gift
			if g.ID == 0 || g.Name == "" || g.Unknown {
				continue
			}
			known, ok := w.db.gifts[g.ID]
			item := g
			item.ImageURL, _, _ = strings.Cut(g.ImageURL, "?") // the query is a signature, new each time
			if ok && known.item == item && e.At.Sub(known.seen) < giftRefresh {
				continue
			}
			w.db.gifts[g.ID] = knownGift{item, e.At}
			if err := in.add(giftRow(g, e.At)); err != nil {
				return err
			}
		}
	}
	return in.flush()
}
