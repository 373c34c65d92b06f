// Command fakelive serves a stand-in for TikTok LIVE, with an audience and, on request, bad days, for people and scripts to
// point Showcaller at: demos, screenshots, load tests.
//
//	go run ./cmd/fakelive -rate 4 -bad cut,silence,repeats -bad-every 20s
//
// It prints what to set so that Showcaller finds it, and when it ends, what it sent and what its clients did wrong. While it
// runs it can be told what to do under /_control/.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"showcaller/internal/tiktok/tiktoktest"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "fakelive:", err)
		os.Exit(1)
	}
}

// run is the program without the process around it.
func run(ctx context.Context, args []string, out io.Writer) error {
	c, err := parse(args, out)
	if err != nil {
		return err
	}
	srv, err := tiktoktest.Listen(c.addr)
	if err != nil {
		return err
	}
	defer srv.Close()
	srv.Handle("/_control/", control(srv))
	shows, err := c.shows(srv)
	if err != nil {
		return err
	}
	howTo(out, srv, c)
	playAll(ctx, shows)
	report(out, srv)
	return nil
}

// playAll plays every show and returns when the last one is over.
func playAll(ctx context.Context, shows []*show) {
	var all sync.WaitGroup
	for _, s := range shows {
		all.Go(func() { s.run(ctx) })
	}
	all.Wait()
}

// shows makes a show of every room.
func (c *config) shows(srv *tiktoktest.Server) ([]*show, error) {
	var all []*show
	for i, user := range c.users() {
		room := srv.Room(user)
		src, err := c.source(room, c.seed+uint64(i))
		if err != nil {
			return nil, err
		}
		all = append(all, &show{room: room, src: src, rate: c.rate, length: c.length, bad: c.bad, badEvery: c.badEvery})
	}
	return all, nil
}

// source is what fills a room: recorded messages if there are any, else a made-up audience.
func (c *config) source(room *tiktoktest.Room, seed uint64) (tiktoktest.Source, error) {
	if c.captures == "" {
		return tiktoktest.NewTraffic(seed, room.Host()), nil
	}
	recorded, err := tiktoktest.LoadCaptures(c.captures)
	if err != nil {
		return nil, err
	}
	recorded.Shuffle(seed)
	return recorded, nil
}

// howTo prints what a person has to type to use the server.
func howTo(out io.Writer, srv *tiktoktest.Server, c *config) {
	fmt.Fprintf(out, "A stand-in for TikTok LIVE is at %s. Live: %s, %g events a second each.\n\n",
		srv.URL(), strings.Join(c.users(), ", "), c.rate)
	for _, name := range []string{"WEB", "WEBCAST", "SIGN"} {
		fmt.Fprintf(out, "export SHOWCALLER_TIKTOK_%s_URL=%s\n", name, srv.URL())
	}
	fmt.Fprintf(out, "export SHOWCALLER_TIKTOK_WS_URL=%s\n", srv.WSURL())
	fmt.Fprintf(out, "go run ./cmd/web capture @%s\n\n", c.users()[0])
	fmt.Fprintf(out, "curl -X POST '%s/_control/rooms/%s/chat?from=minh&text=hello'   # more: curl %s/_control/\n\n",
		srv.URL(), c.users()[0], srv.URL())
}

// report prints what was sent and what was wrong with those who listened.
func report(out io.Writer, srv *tiktoktest.Server) {
	sent := srv.Sent()
	fmt.Fprintln(out, "Sent:")
	for _, kind := range slices.Sorted(maps.Keys(sent)) {
		fmt.Fprintf(out, "%8d  %s\n", sent[kind], kind)
	}
	violations := srv.Violations()
	fmt.Fprintf(out, "Clients broke %d rules.\n", len(violations))
	for _, v := range violations {
		fmt.Fprintf(out, "  %s\n", v)
	}
}

// show is what happens in one room.
type show struct {
	room     *tiktoktest.Room
	src      tiktoktest.Source
	rate     float64
	length   time.Duration // 0 for no end
	bad      []tiktoktest.BadDay
	badEvery time.Duration
}

// farewell is how long the end of a live waits for its audience to have heard of it.
const farewell = 5 * time.Second

// run plays the show until its length is over or ctx ends. Either way the live ends as the host would end it.
func (s *show) run(ctx context.Context) {
	if s.length > 0 {
		timed, cancel := context.WithTimeout(ctx, s.length)
		defer cancel()
		ctx = timed
	}
	var spoiler sync.WaitGroup
	s.room.GoLive()
	spoiler.Go(func() { s.spoil(ctx) })
	for ctx.Err() == nil {
		s.room.Play(ctx, s.src, s.rate)
		// Somebody ended it: wait until somebody, perhaps spoil, begins a new one.
		_ = s.room.AwaitStatus(ctx, tiktoktest.StatusLive)
	}
	spoiler.Wait()
	s.room.End(tiktoktest.EndedByHost)
	last, cancel := context.WithTimeout(context.Background(), farewell)
	defer cancel()
	_ = s.room.AwaitSockets(last, 0) // those who stay are cut off
}

// spoil plays the bad days in turn. A live that one of them ended begins anew when the next is due.
func (s *show) spoil(ctx context.Context) {
	if len(s.bad) == 0 {
		return
	}
	tick := time.NewTicker(s.badEvery)
	defer tick.Stop()
	for turn := 0; ; turn++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if s.room.Status() == tiktoktest.StatusOver {
			s.room.GoLive()
			continue
		}
		s.bad[turn%len(s.bad)].Play(s.room)
	}
}
