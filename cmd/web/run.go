package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/server"
	"showcaller/internal/tiktok"
)

const (
	demoRoom      = "demo"
	demoSessions  = 2 // kept of the demo room
	shutdownLimit = 10 * time.Second
)

// serve is the command that runs the panel.
func serve(ctx context.Context, c command) error {
	if len(c.args) > 0 {
		return usageError{c.printer.T("cli.usage")}
	}
	return Run(ctx, c.config, func(at Address) {
		fmt.Fprintln(c.out, c.printer.T("cli.serve.running", "URL", at.URL))
		if at.SetupURL != "" {
			fmt.Fprintln(c.out, c.printer.T("cli.serve.setup", "URL", at.SetupURL))
		}
		if c.config.Demo {
			fmt.Fprintln(c.out, c.printer.T("cli.serve.demo", "URL", at.URL+"/rooms/"+demoRoom))
		}
	})
}

// Address is where a running panel is found.
type Address struct {
	URL      string
	SetupURL string // the one-time link; "" once somebody can sign in
}

// Run runs the panel until ctx ends: everything is wired here. ready is called once requests are answered.
func Run(ctx context.Context, c Config, ready func(Address)) (err error) {
	log := c.logger()
	listener, err := listen(ctx, "SHOWCALLER_ADDR", c.Addr)
	if err != nil {
		return err
	}
	defer listener.Close() //nolint:errcheck // the server closes it, unless something below failed
	release, err := db.Claim(ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, release()) }()
	store, err := db.Open(ctx, c.DatabaseURL, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	client, err := tiktok.New(c.tiktokOptions(store.Attempts(), log))
	if err != nil {
		return err
	}
	host, done, err := c.storyHost(store, log)
	if err != nil {
		return err
	}
	defer done()
	if err := firstStart(ctx, c, store); err != nil {
		return err
	}

	// The engine outlives the requests: they are answered, or told to come back, before it ends.
	engineCtx, stopEngine := context.WithCancel(context.WithoutCancel(ctx))
	defer stopEngine()
	engine := live.NewEngine(store, client, live.Simulator{Seed: 1, Rates: live.DemoRates}, log)
	if err := engine.Start(engineCtx); err != nil {
		return err
	}
	defer engine.Wait()
	defer stopEngine()
	directors, err := startDirectors(engineCtx, host, store, engine, log)
	if err != nil {
		return err
	}
	defer directors.Wait()
	defer stopEngine()
	overlays, err := c.startOverlays(engineCtx, store, engine, directors, log)
	if err != nil {
		return err
	}
	defer overlays.Wait()
	defer stopEngine()

	panel := server.New(store, engine, server.Options{
		BaseURL: c.BaseURL, APIToken: c.APIToken, ParseName: tiktok.ParseName, Log: log, Version: version(), Story: host, Directors: directors, Overlays: overlays,
	})
	return c.servePanel(ctx, listener, panel, parts{engine, store, client, log}, ready)
}

// parts are what the panel's servers look after.
type parts struct {
	engine *live.Engine
	store  *db.DB
	client *tiktok.Client
	log    *slog.Logger
}

// servePanel answers requests, keeps the demo small, deletes what is old by the owner's rules and learns gifts until ctx ends.
func (c Config) servePanel(ctx context.Context, listener net.Listener, panel *server.Server, p parts, ready func(Address)) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return serveHTTP(ctx, listener, panel.Handler(), panel.Close) })
	if c.AdminAddr != "" {
		admin, err := listen(ctx, "SHOWCALLER_ADMIN_ADDR", c.AdminAddr)
		if err != nil {
			return err
		}
		g.Go(func() error { return serveHTTP(ctx, admin, server.AdminHandler(p.engine), func() {}) })
	}
	g.Go(func() error { return pruneDemo(ctx, p.store, p.log) })
	g.Go(func() error {
		panel.KeepRetention(ctx)
		return nil
	})
	g.Go(func() error { return learnGifts(ctx, p.client, p.store, p.log) })
	at, err := c.address(ctx, p.store, panel, listener)
	if err != nil {
		return err
	}
	ready(at)
	return g.Wait()
}

func (c Config) tiktokOptions(attempts live.Attempts, log *slog.Logger) tiktok.Options {
	return tiktok.Options{
		Connect: c.TikTokConnect, Web: c.TikTokWebURL, Webcast: c.TikTokWebcastURL, WS: c.TikTokWSURL, Sign: c.TikTokSignURL,
		SignKey: c.TikTokSignKey, Attempts: attempts, Log: log,
	}
}

// firstStart makes what a new database lacks: the owner, if a password is configured, and the demo room.
func firstStart(ctx context.Context, c Config, store *db.DB) error {
	users, err := store.UserCount(ctx)
	if err != nil {
		return err
	}
	if users == 0 && c.AdminPassword != "" {
		hash, err := server.HashPassword(c.AdminPassword)
		if err != nil {
			return &live.Error{Code: live.CodeInvalid, Msg: "SHOWCALLER_ADMIN_PASSWORD cannot be used: " + live.MessageOf(err)}
		}
		owner := db.User{Name: "admin", Role: "owner", PasswordHash: hash, CreatedAt: time.Now()}
		if err := store.CreateFirstUser(ctx, owner); err != nil {
			return err
		}
	}
	return demo(ctx, c, store)
}

// demo puts the demo room there, or takes it away, as configured.
func demo(ctx context.Context, c Config, store *db.DB) error {
	if !c.Demo {
		return store.DeleteRoom(ctx, demoRoom)
	}
	rooms, err := store.Rooms(ctx)
	if err != nil {
		return err
	}
	for _, r := range rooms {
		if r.UniqueID == demoRoom {
			return nil
		}
	}
	return store.SaveRoom(ctx, live.Room{
		UniqueID: demoRoom, Nickname: "Demo", Wanted: true, AutoRecord: true, Demo: true, StoryID: "1", AddedAt: time.Now(),
	})
}

// pruneDemo keeps the demo room from filling the disk.
func pruneDemo(ctx context.Context, store *db.DB, log *slog.Logger) error {
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		if err := store.PruneDemo(ctx, demoRoom, demoSessions); err != nil && ctx.Err() == nil {
			log.Error("cannot delete old sessions of the demo room", "err", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// address says where the panel is, for a person to click.
func (c Config) address(ctx context.Context, store *db.DB, panel *server.Server, l net.Listener) (Address, error) {
	at := Address{URL: c.BaseURL}
	if at.URL == "" {
		at.URL = "http://" + l.Addr().String()
		if host, _, err := net.SplitHostPort(c.Addr); err == nil && host != "" && net.ParseIP(host) == nil {
			_, port, _ := net.SplitHostPort(l.Addr().String())
			at.URL = "http://" + net.JoinHostPort(host, port)
		}
	}
	users, err := store.UserCount(ctx)
	if err == nil && users == 0 {
		at.SetupURL = panel.SetupURL(at.URL)
	}
	return at, err
}

func listen(ctx context.Context, variable, addr string) (net.Listener, error) {
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", addr)
	switch {
	case err == nil:
		return l, nil
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, &live.Error{
			Code: live.CodeUnavailable, Err: err,
			Msg: fmt.Sprintf("The address %s is in use: perhaps Showcaller is running already. Stop the other program, or set %s to another port.", addr, variable),
		}
	case errors.Is(err, os.ErrPermission):
		return nil, &live.Error{
			Code: live.CodeUnavailable, Err: err,
			Msg: fmt.Sprintf("This user may not listen on %s. Set %s to a port above 1023.", addr, variable),
		}
	}
	return nil, &live.Error{
		Code: live.CodeInvalid, Err: err,
		Msg: fmt.Sprintf("%s is %q, which is no address to listen on. It must be like localhost:8080 or :8080.", variable, addr),
	}
}

// serveHTTP answers requests until ctx ends, then lets those under way finish. closing is told first: sockets do not end by
// themselves.
func serveHTTP(ctx context.Context, l net.Listener, h http.Handler, closing func()) error {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	done := make(chan error, 1)
	go func() { done <- srv.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	closing()
	limit, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownLimit)
	defer cancel()
	err := srv.Shutdown(limit)
	if served := <-done; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
