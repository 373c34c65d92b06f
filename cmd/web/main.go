// Command web is Showcaller: the control panel and its tools, in one program.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"showcaller/internal/live"
	"showcaller/web/catalog"
)

// Exit codes of all commands.
const (
	exitOK         = 0
	exitFailed     = 1
	exitUsage      = 2
	exitOffline    = 3
	exitNotFound   = 4
	exitRestricted = 5
	exitSign       = 6
)

// command is what a sub-command gets.
type command struct {
	args    []string
	config  Config
	cache   string // a folder for what one can do without
	in      io.Reader
	out     io.Writer
	errs    io.Writer
	printer *catalog.Printer
}

var commands = map[string]func(context.Context, command) error{
	"serve": serve, "capture": capture, "export": export, "backup": backup, "user": user,
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run runs one command line and returns the exit code.
func run(ctx context.Context, args, environ []string, in io.Reader, out, errs io.Writer) int {
	p := catalog.For(systemLanguage(environ))
	name := "serve"
	if len(args) > 0 {
		name, args = args[0], args[1:]
	}
	run, ok := commands[name]
	if !ok {
		fmt.Fprintln(errs, p.T("cli.usage"))
		return exitUsage
	}
	config, err := loadConfig(environ)
	if err == nil {
		err = run(ctx, command{args, config, cacheDir(environ), in, out, errs, p})
	}
	if err != nil {
		fmt.Fprintln(errs, "showcaller: "+describe(p, err))
	}
	return exitCode(err)
}

// describe says what a person should read of an error: the reason in their language, and what is particular about it.
func describe(p *catalog.Printer, err error) string {
	e, ok := errors.AsType[*live.Error](err)
	if !ok {
		return err.Error()
	}
	text := e.Msg
	if e.Reason != "" && e.Reason != live.ReasonStorage {
		text = p.T("reason."+string(e.Reason)) + " " + advice(p, e.Reason)
		if e.Msg != "" {
			text += "\n  " + e.Msg
		}
	}
	if e.Err != nil {
		text += "\n  (" + e.Err.Error() + ")"
	}
	return text
}

// advice says what to do about a reason. What the panel waits for by itself is to be asked for again on a command line.
func advice(p *catalog.Printer, r live.Reason) string {
	switch r {
	case live.ReasonOffline, live.ReasonSignLimit, live.ReasonSignDown, live.ReasonHandshake, live.ReasonNetwork, live.ReasonStale:
		return p.T("cli.again")
	}
	return p.T("advice." + string(r))
}

// usageError is wrong use of a command: its text is a key of the catalogue.
type usageError struct{ text string }

func (e usageError) Error() string { return e.text }

func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	switch live.ReasonOf(err) {
	case live.ReasonBadName:
		return exitUsage
	case live.ReasonOffline, live.ReasonSuspended:
		return exitOffline
	case live.ReasonNotFound:
		return exitNotFound
	case live.ReasonBlocked, live.ReasonRestricted, live.ReasonHandshake:
		return exitRestricted
	case live.ReasonSignAuth, live.ReasonSignDown, live.ReasonSignLimit:
		return exitSign
	}
	return exitFailed
}

// systemLanguage reads the language of a terminal the way programs do.
func systemLanguage(environ []string) string {
	values := map[string]string{}
	for _, e := range environ {
		for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
			if len(e) > len(name) && e[:len(name)+1] == name+"=" {
				values[name] = e[len(name)+1:]
			}
		}
	}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := values[name]; len(v) >= 2 && v != "C" && v != "POSIX" {
			return v[:2]
		}
	}
	return "en"
}
