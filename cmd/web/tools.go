package main

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/server"
)

// flags parses a command's flags wherever they stand and returns the other arguments.
func (c command) flags(define func(*flag.FlagSet)) ([]string, error) {
	set := flag.NewFlagSet("web", flag.ContinueOnError)
	set.SetOutput(io.Discard)
	define(set)
	var rest []string
	for args := c.args; ; {
		if err := set.Parse(args); err != nil {
			return nil, usageError{err.Error() + "\n" + c.printer.T("cli.usage")}
		}
		if set.NArg() == 0 {
			return rest, nil
		}
		rest, args = append(rest, set.Arg(0)), set.Args()[1:]
	}
}

// one returns the only argument.
func (c command) one(rest []string, err error) (string, error) {
	if err == nil && len(rest) != 1 {
		err = usageError{c.printer.T("cli.usage")}
	}
	if err != nil {
		return "", err
	}
	return rest[0], nil
}

// withStore opens the database for a command that runs beside the panel.
func (c command) withStore(ctx context.Context, f func(*db.DB) error) error {
	store, err := db.Open(ctx, c.config.DatabaseURL, c.config.logger())
	if err != nil {
		return err
	}
	return errors.Join(f(store), store.Close())
}

// export writes a session to standard output: the bytes of the API's export.
func export(ctx context.Context, c command) error {
	var format string
	arg, err := c.one(c.flags(func(set *flag.FlagSet) { set.StringVar(&format, "format", "json", "") }))
	if err != nil {
		return err
	}
	id, err := strconv.ParseInt(arg, 10, 64)
	if err != nil {
		return usageError{c.printer.T("cli.export.number", "Value", arg)}
	}
	return c.withStore(ctx, func(store *db.DB) error {
		info, err := store.Session(ctx, id)
		if err != nil {
			return err
		}
		return live.Export(c.out, format, store.All(ctx, db.EventQuery{Session: id, UpTo: info.LastSeq}))
	})
}

// backup writes a consistent copy of the database while the panel runs.
func backup(ctx context.Context, c command) error {
	file, err := c.one(c.flags(func(*flag.FlagSet) {}))
	if err != nil {
		return err
	}
	return c.withStore(ctx, func(store *db.DB) error {
		if err := store.Backup(ctx, file); err != nil {
			return err
		}
		fmt.Fprintln(c.out, c.printer.T("cli.backup.done", "File", file))
		return nil
	})
}

// user makes or resets a login: web user add NAME --role owner. Without a role, somebody who has one keeps it, and somebody new is an owner.
func user(ctx context.Context, c command) error {
	var role string
	rest, err := c.flags(func(set *flag.FlagSet) { set.StringVar(&role, "role", "", "") })
	if err != nil {
		return err
	}
	if len(rest) != 2 || rest[0] != "add" {
		return usageError{c.printer.T("cli.usage")}
	}
	name := rest[1]
	if !server.ValidUserName(name) {
		return usageError{c.printer.T("form.name_invalid")}
	}
	if role != "" && !live.TeamRole(role).Valid() {
		return usageError{c.printer.T("cli.user.role")}
	}
	password, err := c.readPassword()
	if err != nil {
		return err
	}
	hash, err := server.HashPassword(password)
	if err != nil {
		return err
	}
	return c.withStore(ctx, func(store *db.DB) error {
		u := db.User{Name: name, Role: live.TeamRole(role), PasswordHash: hash, CreatedAt: time.Now()}
		if u.Role == "" {
			if u.Role, err = roleOf(ctx, store, name); err != nil {
				return err
			}
		}
		if err := store.SaveUser(ctx, u); err != nil {
			return err
		}
		fmt.Fprintln(c.out, c.printer.T("cli.user.done", "Name", name, "Role", c.printer.T("role."+string(u.Role))))
		return nil
	})
}

// roleOf is the role somebody has; an owner's if there is nobody of that name.
func roleOf(ctx context.Context, store *db.DB, name string) (live.TeamRole, error) {
	u, err := store.User(ctx, name)
	if live.CodeOf(err) == live.CodeNotFound {
		return live.RoleOwner, nil
	}
	return u.Role, err
}

// readPassword asks for a password without showing it, or reads the first line of what is not a terminal.
func (c command) readPassword() (string, error) {
	if f, ok := c.in.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		fmt.Fprint(c.errs, c.printer.T("cli.user.password")+" ")
		password, err := term.ReadPassword(int(f.Fd()))
		fmt.Fprintln(c.errs)
		return string(password), err
	}
	line, err := bufio.NewReader(io.LimitReader(c.in, 4096)).ReadString('\n')
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}
