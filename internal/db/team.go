package db

import (
	"context"
	"database/sql"
	"time"

	"showcaller/internal/live"
)

// Member is a person of the team as a list shows them.
type Member struct {
	Name      string
	Role      live.TeamRole
	CreatedAt time.Time
	SeenAt    time.Time // zero: never signed in, or not for long
	Browsers  int       // signed in now
}

// Team returns up to limit of those who may sign in whose names come behind a name, by name.
func (d *DB) Team(ctx context.Context, now time.Time, after string, limit int) ([]Member, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT u.name, u.role, u.created_ms, coalesce(max(l.seen_ms), 0), count(l.id_hash)
		FROM users u LEFT JOIN logins l ON l.user_name = u.name AND l.expires_ms > $1 WHERE u.name > $2 GROUP BY u.name ORDER BY u.name LIMIT $3`,
		ms(now), after, limit)
	return collect(rows, err, func(rows *sql.Rows, m *Member) error {
		var created, seen int64
		err := rows.Scan(&m.Name, &m.Role, &created, &seen, &m.Browsers)
		m.CreatedAt, m.SeenAt = fromMS(created), fromMS(seen)
		return err
	})
}

// Owners returns the names of those who may give roles.
func (d *DB) Owners(ctx context.Context) ([]string, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT name FROM users WHERE role = $1 ORDER BY created_ms, name LIMIT 5`, string(live.RoleOwner))
	return collect(rows, err, func(rows *sql.Rows, name *string) error { return rows.Scan(name) })
}

// SetRole changes what a person may do. With it goes what only an owner can have made: tokens and open invites. The last owner stays
// one.
func (d *DB) SetRole(ctx context.Context, name string, role live.TeamRole, now time.Time) error {
	return d.inTx(ctx, "db.SetRole", func(tx *sql.Tx) error {
		if role != live.RoleOwner {
			if err := keepAnOwner(ctx, tx, name); err != nil {
				return err
			}
		}
		res, err := tx.ExecContext(ctx, `UPDATE users SET role = $1 WHERE name = $2`, string(role), name)
		if err := changedOne(res, err, noUser()); err != nil {
			return err
		}
		if role == live.RoleOwner {
			return nil
		}
		return endGifts(ctx, tx, name, now)
	})
}

// RemoveUser takes a person's login away, in every browser, with tokens and open invites they made. Somebody who is gone already is no
// error; the last owner stays.
func (d *DB) RemoveUser(ctx context.Context, name string, now time.Time) error {
	return d.inTx(ctx, "db.RemoveUser", func(tx *sql.Tx) error {
		if err := keepAnOwner(ctx, tx, name); err != nil {
			return err
		}
		for _, query := range []string{`DELETE FROM logins WHERE user_name = $1`, `DELETE FROM users WHERE name = $1`} {
			if _, err := tx.ExecContext(ctx, query, name); err != nil {
				return err
			}
		}
		return endGifts(ctx, tx, name, now)
	})
}

// endGifts ends what an owner let others and programs do.
func endGifts(ctx context.Context, tx *sql.Tx, name string, now time.Time) error {
	if _, err := tx.ExecContext(ctx, `UPDATE api_tokens SET revoked_ms = $1 WHERE author = $2 AND revoked_ms = 0`, ms(now), name); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM invites WHERE author = $1 AND used_ms = 0`, name)
	return err
}

// keepAnOwner refuses a change that would leave nobody who can give roles.
func keepAnOwner(ctx context.Context, tx *sql.Tx, name string) error {
	var others, is int
	err := tx.QueryRowContext(ctx, `SELECT count(*) FILTER (WHERE name <> $1), count(*) FILTER (WHERE name = $1) FROM users WHERE role = $2`,
		name, string(live.RoleOwner)).Scan(&others, &is)
	if err == nil && is > 0 && others == 0 {
		err = &live.Error{Code: live.CodeConflict, Op: "db.team", Field: "role", Msg: name + " is the only owner. Make somebody else owner first."}
	}
	return err
}

// EndLogins signs a person out in every browser.
func (d *DB) EndLogins(ctx context.Context, name string) error {
	_, err := d.exec(ctx, "db.EndLogins", `DELETE FROM logins WHERE user_name = $1`, name)
	return err
}

func noUser() error {
	return &live.Error{Code: live.CodeNotFound, Op: "db.team", Msg: "There is no user of that name."}
}

// changedOne returns none where a statement changed nothing.
func changedOne(res sql.Result, err, none error) error {
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err == nil && n == 0 {
		err = none
	}
	return err
}

// Invite lets one person come in.
type Invite struct {
	ID         int64
	SecretHash string
	Role       live.TeamRole
	Author     string
	CreatedAt  time.Time
	ExpiresAt  time.Time
	UsedBy     string // "" while nobody came
}

// AddInvite keeps an invite. One with the same secret is there already if a form was sent twice: it stays as it is.
func (d *DB) AddInvite(ctx context.Context, i Invite) error {
	_, err := d.exec(ctx, "db.AddInvite", `INSERT INTO invites (secret_hash, role, author, created_ms, expires_ms) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (secret_hash) DO NOTHING`, i.SecretHash, string(i.Role), i.Author, ms(i.CreatedAt), ms(i.ExpiresAt))
	return err
}

const selectInvites = `SELECT id, secret_hash, role, author, created_ms, expires_ms, used_by FROM invites `

func scanInvite(rows *sql.Rows, i *Invite) error {
	var created, expires int64
	err := rows.Scan(&i.ID, &i.SecretHash, &i.Role, &i.Author, &created, &expires, &i.UsedBy)
	i.CreatedAt, i.ExpiresAt = fromMS(created), fromMS(expires)
	return err
}

// Invites returns up to limit of those that still let somebody in, the newest first: with an id below before, or all if that is 0.
func (d *DB) Invites(ctx context.Context, now time.Time, before int64, limit int) ([]Invite, error) {
	rows, err := d.read.QueryContext(ctx, selectInvites+`WHERE used_ms = 0 AND expires_ms > $1 AND ($2 = 0 OR id < $2) ORDER BY id DESC LIMIT $3`,
		ms(now), before, limit)
	return collect(rows, err, scanInvite)
}

// Invite returns the invite whose secret hashes so, while it lets somebody in.
func (d *DB) Invite(ctx context.Context, hash string, now time.Time) (Invite, error) {
	rows, err := d.read.QueryContext(ctx, selectInvites+`WHERE secret_hash = $1 AND used_ms = 0 AND expires_ms > $2`, hash, ms(now))
	found, err := collect(rows, err, scanInvite)
	if err == nil && len(found) == 0 {
		err = noInvite()
	}
	if err != nil {
		return Invite{}, err
	}
	return found[0], nil
}

func noInvite() error {
	return &live.Error{Code: live.CodeNotFound, Op: "db.Invite", Msg: "This invite was used, withdrawn, or is too old."}
}

// TakeInvite makes the login of whoever was invited: of two who come by the same link, one does. A name that somebody has is a
// conflict in the field name, and the invite stays.
func (d *DB) TakeInvite(ctx context.Context, hash string, u User, now time.Time) error {
	return d.inTx(ctx, "db.TakeInvite", func(tx *sql.Tx) error {
		var role string
		err := tx.QueryRowContext(ctx, `SELECT role FROM invites WHERE secret_hash = $1 AND used_ms = 0 AND expires_ms > $2`, hash, ms(now)).Scan(&role)
		if err = notFound(err, "db.TakeInvite", "This invite was used, withdrawn, or is too old."); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `INSERT INTO users (name, role, password_hash, language, created_ms) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (name) DO NOTHING`, u.Name, role, u.PasswordHash, u.Language, ms(now))
		taken := &live.Error{Code: live.CodeConflict, Op: "db.TakeInvite", Field: "name", Msg: "Somebody of the team has this name already."}
		if err := changedOne(res, err, taken); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE invites SET used_ms = $1, used_by = $2 WHERE secret_hash = $3`, ms(now), u.Name, hash)
		return err
	})
}

// DeleteInvite withdraws an invite nobody has used. One that is gone is no error.
func (d *DB) DeleteInvite(ctx context.Context, id int64) error {
	_, err := d.exec(ctx, "db.DeleteInvite", `DELETE FROM invites WHERE id = $1 AND used_ms = 0`, id)
	return err
}

// Token is what a program sends in place of a login.
type Token struct {
	ID         int64
	SecretHash string
	Name       string
	Role       live.TeamRole
	Author     string
	CreatedAt  time.Time
	SeenAt     time.Time // zero: never used
}

// AddToken keeps a token and returns its id; of a form that was sent twice, the one that is there.
func (d *DB) AddToken(ctx context.Context, t Token) (int64, error) {
	var id int64
	err := d.inTx(ctx, "db.AddToken", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO api_tokens (secret_hash, name, role, author, created_ms) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (secret_hash) DO NOTHING`, t.SecretHash, t.Name, string(t.Role), t.Author, ms(t.CreatedAt))
		if err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, `SELECT id FROM api_tokens WHERE secret_hash = $1`, t.SecretHash).Scan(&id)
	})
	return id, err
}

const selectTokens = `SELECT id, secret_hash, name, role, author, created_ms, seen_ms FROM api_tokens WHERE revoked_ms = 0 ` //nolint:gosec // hashes only

func scanToken(rows *sql.Rows, t *Token) error {
	var created, seen int64
	err := rows.Scan(&t.ID, &t.SecretHash, &t.Name, &t.Role, &t.Author, &created, &seen)
	t.CreatedAt, t.SeenAt = fromMS(created), fromMS(seen)
	return err
}

// Tokens returns up to limit of the tokens that work, the newest first: with an id below before, or all if that is 0.
func (d *DB) Tokens(ctx context.Context, before int64, limit int) ([]Token, error) {
	rows, err := d.read.QueryContext(ctx, selectTokens+`AND ($1 = 0 OR id < $1) ORDER BY id DESC LIMIT $2`, before, limit)
	return collect(rows, err, scanToken)
}

// Token returns the token whose secret hashes so, if it works.
func (d *DB) Token(ctx context.Context, hash string) (Token, error) {
	rows, err := d.read.QueryContext(ctx, selectTokens+`AND secret_hash = $1`, hash)
	found, err := collect(rows, err, scanToken)
	if err == nil && len(found) == 0 {
		err = &live.Error{Code: live.CodeNotFound, Op: "db.Token", Msg: "There is no such token."}
	}
	if err != nil {
		return Token{}, err
	}
	return found[0], nil
}

// TouchToken notes that a token is used.
func (d *DB) TouchToken(ctx context.Context, id int64, now time.Time) error {
	_, err := d.exec(ctx, "db.TouchToken", `UPDATE api_tokens SET seen_ms = $1 WHERE id = $2`, ms(now), id)
	return err
}

// RevokeToken ends a token. One that has ended is no error.
func (d *DB) RevokeToken(ctx context.Context, id int64, now time.Time) error {
	_, err := d.exec(ctx, "db.RevokeToken", `UPDATE api_tokens SET revoked_ms = $1 WHERE id = $2 AND revoked_ms = 0`, ms(now), id)
	return err
}
