package db

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"showcaller/internal/live"
)

// User is a person who may sign in.
type User struct {
	Name         string
	Role         live.TeamRole
	PasswordHash string // argon2id, encoded
	Language     string // "" as the browser says
	CreatedAt    time.Time
}

// Login is a person's signed-in browser.
type Login struct {
	IDHash    string
	UserName  string
	Data      string // what the cookie library keeps, opaque here
	CreatedAt time.Time
	SeenAt    time.Time
	ExpiresAt time.Time
}

// UserCount returns how many people may sign in; none means that nobody has set the program up yet.
func (d *DB) UserCount(ctx context.Context) (int, error) {
	var n int
	err := d.read.QueryRowContext(ctx, `SELECT count(*) FROM users`).Scan(&n)
	return n, err
}

// User returns one person.
func (d *DB) User(ctx context.Context, name string) (User, error) {
	u := User{Name: name}
	var created int64
	err := d.read.QueryRowContext(ctx, `SELECT role, password_hash, language, created_ms FROM users WHERE name = $1`, name).
		Scan(&u.Role, &u.PasswordHash, &u.Language, &created)
	u.CreatedAt = fromMS(created)
	return u, notFound(err, "db.User", "There is no user of that name.")
}

// CreateFirstUser makes the owner, unless there is somebody already: of two browsers that set up at once, one wins.
func (d *DB) CreateFirstUser(ctx context.Context, u User) error {
	n, err := d.exec(ctx, "db.CreateFirstUser", `INSERT INTO users (name, role, password_hash, language, created_ms)
		SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (SELECT 1 FROM users)`, u.Name, string(u.Role), u.PasswordHash, u.Language, ms(u.CreatedAt))
	if err == nil && n == 0 {
		err = &live.Error{Code: live.CodeConflict, Op: "db.CreateFirstUser", Msg: "Showcaller has been set up already. Sign in instead."}
	}
	return err
}

// SaveUser makes or resets a person's login. Browsers signed in with the old password are signed out; the last owner stays one.
func (d *DB) SaveUser(ctx context.Context, u User) error {
	return d.inTx(ctx, "db.SaveUser", func(tx *sql.Tx) error {
		if u.Role != live.RoleOwner {
			if err := keepAnOwner(ctx, tx, u.Name); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO users (name, role, password_hash, language, created_ms) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (name) DO UPDATE SET role = excluded.role, password_hash = excluded.password_hash`,
			u.Name, string(u.Role), u.PasswordHash, u.Language, ms(u.CreatedAt))
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM logins WHERE user_name = $1`, u.Name)
		return err
	})
}

// SetLanguage keeps the language a person chose.
func (d *DB) SetLanguage(ctx context.Context, name, language string) error {
	_, err := d.exec(ctx, "db.SetLanguage", `UPDATE users SET language = $1 WHERE name = $2`, language, name)
	return err
}

// Login returns the signed-in browser whose cookie hashes to idHash, if it has not expired.
func (d *DB) Login(ctx context.Context, idHash string, now time.Time) (Login, error) {
	l := Login{IDHash: idHash}
	var created, seen, expires int64
	err := d.read.QueryRowContext(ctx, `SELECT user_name, data, created_ms, seen_ms, expires_ms FROM logins WHERE id_hash = $1 AND expires_ms > $2`,
		idHash, ms(now)).Scan(&l.UserName, &l.Data, &created, &seen, &expires)
	l.CreatedAt, l.SeenAt, l.ExpiresAt = fromMS(created), fromMS(seen), fromMS(expires)
	return l, notFound(err, "db.Login", "This browser is not signed in.")
}

// SaveLogin keeps a signed-in browser and forgets the expired ones.
func (d *DB) SaveLogin(ctx context.Context, l Login) error {
	return d.inTx(ctx, "db.SaveLogin", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM logins WHERE expires_ms <= $1`, ms(l.SeenAt)); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO logins (id_hash, user_name, data, created_ms, seen_ms, expires_ms) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (id_hash) DO UPDATE SET user_name = excluded.user_name, data = excluded.data, seen_ms = excluded.seen_ms, expires_ms = excluded.expires_ms`,
			l.IDHash, l.UserName, l.Data, ms(l.CreatedAt), ms(l.SeenAt), ms(l.ExpiresAt))
		return err
	})
}

// DeleteLogin signs a browser out.
func (d *DB) DeleteLogin(ctx context.Context, idHash string) error {
	_, err := d.exec(ctx, "db.DeleteLogin", `DELETE FROM logins WHERE id_hash = $1`, idHash)
	return err
}

// Setting returns a value of the program itself, or "".
func (d *DB) Setting(ctx context.Context, name string) (string, error) {
	var v string
	err := d.read.QueryRowContext(ctx, `SELECT value FROM settings WHERE name = $1`, name).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return v, err
}

// SetSetting keeps a value of the program itself.
func (d *DB) SetSetting(ctx context.Context, name, value string) error {
	_, err := d.exec(ctx, "db.SetSetting", `INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, name, value)
	return err
}
