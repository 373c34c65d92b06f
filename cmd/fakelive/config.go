package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"showcaller/internal/tiktok/tiktoktest"
)

// config is the command line.
type config struct {
	addr     string
	user     string
	rooms    int
	rate     float64
	seed     uint64
	length   time.Duration
	bad      []tiktoktest.BadDay
	badEvery time.Duration
	captures string
}

// parse reads the command line. Usage goes to out.
func parse(args []string, out io.Writer) (*config, error) {
	c := &config{}
	f := flag.NewFlagSet("fakelive", flag.ContinueOnError)
	f.SetOutput(out)
	f.StringVar(&c.addr, "addr", "127.0.0.1:8090",
		"`address` to listen on; 0.0.0.0:8090 for other machines, and for clients that force TLS on loopback names, as the peer check does")
	f.StringVar(&c.user, "user", "demo", "`name` of the account that is live; several with commas, or see -rooms")
	f.IntVar(&c.rooms, "rooms", 1, "`number` of rooms; where -user names fewer, they are numbered")
	f.Float64Var(&c.rate, "rate", 4, "`events` a second in each room, up to 20000")
	f.Uint64Var(&c.seed, "seed", 1, "the same `number` gives the same audience and events")
	f.DurationVar(&c.length, "for", 0, "how long the live lasts; 0 is for ever")
	f.Func("bad", "`list` of bad days, played in turn: "+badDayNames(), c.setBad)
	f.DurationVar(&c.badEvery, "bad-every", 20*time.Second, "`time` between bad days")
	f.StringVar(&c.captures, "captures", "", "`file` of recorded payloads (messages.jsonl) to play in place of a made-up audience")
	if err := f.Parse(args); err != nil {
		return nil, err
	}
	return c, c.check()
}

func badDayNames() string {
	var names []string
	for _, d := range tiktoktest.BadDays() {
		names = append(names, d.Name)
	}
	return strings.Join(names, " ")
}

func (c *config) setBad(list string) error {
	for name := range strings.SplitSeq(list, ",") {
		d, err := tiktoktest.BadDayNamed(strings.TrimSpace(name))
		if err != nil {
			return err
		}
		c.bad = append(c.bad, d)
	}
	return nil
}

func (c *config) check() error {
	switch {
	case c.rate <= 0 || c.rate > 20_000:
		return fmt.Errorf("-rate %g is not between 0 and 20000", c.rate)
	case c.rooms < 1:
		return errors.New("-rooms must be 1 or more")
	case c.badEvery <= 0:
		return errors.New("-bad-every must be longer than nothing")
	}
	return nil
}

// users names the accounts: those of -user, then the last of them with numbers.
func (c *config) users() []string {
	names := strings.Split(c.user, ",")
	last := names[len(names)-1]
	for n := 2; len(names) < c.rooms; n++ {
		names = append(names, fmt.Sprint(last, n))
	}
	return names
}
