package db

import (
	"context"
	"database/sql"
	"time"
)

// Picture is a picture of TikTok's that was fetched once and is kept.
type Picture struct {
	Address   string // without the query, which is a signature that expires
	MediaType string
	Data      []byte
}

const pictureTouch = 24 * time.Hour // how often a picture's last use is written

// Picture returns a kept picture.
func (d *DB) Picture(ctx context.Context, address string, now time.Time) (Picture, error) {
	p := Picture{Address: address}
	var used int64
	err := d.read.QueryRowContext(ctx, `SELECT media_type, data, used_ms FROM pictures WHERE address = $1`, address).Scan(&p.MediaType, &p.Data, &used)
	if err != nil {
		return p, notFound(err, "db.Picture", "This picture is not kept here.")
	}
	if now.Sub(fromMS(used)) > pictureTouch {
		_, err = d.exec(ctx, "db.Picture", `UPDATE pictures SET used_ms = $1 WHERE address = $2`, ms(now), address)
	}
	return p, err
}

// SavePicture keeps a picture, and forgets those not used for longest so that all together stay below limit bytes.
func (d *DB) SavePicture(ctx context.Context, p Picture, now time.Time, limit int64) error {
	return d.inTx(ctx, "db.SavePicture", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO pictures (address, media_type, size, used_ms, data) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (address) DO UPDATE SET media_type = excluded.media_type, size = excluded.size, used_ms = excluded.used_ms, data = excluded.data`,
			p.Address, p.MediaType, len(p.Data), ms(now), p.Data)
		if err != nil {
			return err
		}
		var total int64
		if err := tx.QueryRowContext(ctx, `SELECT coalesce(sum(size), 0) FROM pictures`).Scan(&total); err != nil || total <= limit {
			return err
		}
		return evictPictures(ctx, tx, total-limit*9/10) // some room at once, so that not every new picture has to look
	})
}

// evictPictures deletes the longest unused pictures until at least so many bytes are free.
func evictPictures(ctx context.Context, tx *sql.Tx, bytes int64) error {
	for bytes > 0 {
		rows, err := tx.QueryContext(ctx, `DELETE FROM pictures WHERE address IN (SELECT address FROM pictures ORDER BY used_ms LIMIT 100) RETURNING size`)
		sizes, err := collect(rows, err, func(rows *sql.Rows, size *int64) error { return rows.Scan(size) })
		if err != nil || len(sizes) == 0 {
			return err
		}
		for _, size := range sizes {
			bytes -= size
		}
	}
	return nil
}
