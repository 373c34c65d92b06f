package db

import (
	"context"
	"database/sql"
	"time"

	"showcaller/internal/live"
)

// AuditEntry is a line of the list of who did what. The file refuses to change or to delete one.
type AuditEntry struct {
	ID      int64
	At      time.Time
	Who     string        // a login, "api:" and a token's name, or what a stranger typed
	Role    live.TeamRole // at that time; "" of a stranger
	Action  string
	Target  string // an address of the panel, or a name
	Address string // where the request came from
}

// AddAudit writes a line. Its ID is of no account.
func (d *DB) AddAudit(ctx context.Context, e AuditEntry) error {
	_, err := d.exec(ctx, "db.AddAudit", `INSERT INTO audit (at_ms, who, role, action, target, address) VALUES ($1, $2, $3, $4, $5, $6)`,
		ms(e.At), e.Who, string(e.Role), e.Action, e.Target, e.Address)
	return err
}

// AuditQuery selects lines, the newest first. Zero fields select everything.
type AuditQuery struct {
	Who    string
	Action string
	From   time.Time
	To     time.Time // before this
	Before int64     // only lines of a smaller ID
	Limit  int
}

// Audit returns the lines a query selects.
func (d *DB) Audit(ctx context.Context, q AuditQuery) ([]AuditEntry, error) {
	to, before := int64(1)<<62, int64(1)<<62
	if !q.To.IsZero() {
		to = ms(q.To)
	}
	if q.Before > 0 {
		before = q.Before
	}
	from := int64(0)
	if !q.From.IsZero() {
		from = ms(q.From)
	}
	rows, err := d.read.QueryContext(ctx, `SELECT id, at_ms, who, role, action, target, address FROM audit
		WHERE ($1 = '' OR who = $1) AND ($2 = '' OR action = $2) AND at_ms >= $3 AND at_ms < $4 AND id < $5 ORDER BY id DESC LIMIT $6`,
		q.Who, q.Action, from, to, before, q.Limit)
	return collect(rows, err, func(rows *sql.Rows, e *AuditEntry) error {
		var at int64
		err := rows.Scan(&e.ID, &at, &e.Who, &e.Role, &e.Action, &e.Target, &e.Address)
		e.At = fromMS(at)
		return err
	})
}
