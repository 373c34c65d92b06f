// Command seedlarge builds a large database to measure on: rooms whose past sessions went through the same code as a LIVE's,
// and one session that is far longer than all others. It is for development only.
//
//	go run ./internal/db/seedlarge -file data/large.db -events 10000000
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"time"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

// plan is what is to be built.
type plan struct {
	file     string
	rooms    int
	sessions int // of each room
	events   int // over all
	longest  int // of one session of the first room
	start    time.Time
}

func main() {
	var p plan
	flag.StringVar(&p.file, "file", "data/large.db", "the database to make; it must not exist")
	flag.IntVar(&p.rooms, "rooms", 100, "rooms")
	flag.IntVar(&p.sessions, "sessions", 10, "sessions of each room")
	flag.IntVar(&p.events, "events", 10_000_000, "events over all")
	flag.IntVar(&p.longest, "longest", 0, "events of the longest session; 0 is a tenth of all")
	flag.Parse()
	if p.longest == 0 {
		p.longest = p.events / 10
	}
	p.start = time.Now().Add(-90 * 24 * time.Hour)
	if err := p.build(context.Background()); err != nil {
		fmt.Fprintln(os.Stderr, "seedlarge:", err)
		os.Exit(1)
	}
}

// job is a session to make.
type job struct {
	room, session, events int
	rates                 live.Rates
}

const workers = 8 // sessions written at once: their batches share commits

func (p plan) build(ctx context.Context) error {
	if _, err := os.Stat(p.file); err == nil {
		return fmt.Errorf("%s exists already; name another file, or delete it", p.file)
	}
	began := time.Now()
	d, err := db.Open(ctx, "sqlite:"+p.file, slog.Default())
	if err != nil {
		return err
	}
	for room := range p.rooms {
		r := live.Room{UniqueID: roomName(room), Nickname: "Host " + strconv.Itoa(room+1), AutoRecord: true, StoryID: "1", AddedAt: p.start}
		if err := d.SaveRoom(ctx, r); err != nil {
			return errors.Join(err, d.Close())
		}
	}
	err = errors.Join(p.fill(ctx, d), d.Close())
	if info, statErr := os.Stat(p.file); err == nil && statErr == nil {
		took := time.Since(began)
		fmt.Printf("%d rooms, %d events in %s: %.0f events/s, %.0f bytes an event\n",
			p.rooms, p.events, took.Round(time.Second), float64(p.events)/took.Seconds(), float64(info.Size())/float64(p.events))
	}
	return err
}

func roomName(room int) string { return fmt.Sprintf("host%03d", room+1) }

// fill writes every session, the newest of the first room being the longest.
func (p plan) fill(ctx context.Context, d *db.DB) error {
	jobs := make(chan job)
	failed := make(chan error, workers)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for j := range jobs {
				if err := p.write(ctx, d, j); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	var err error
	others := max(p.rooms*p.sessions-1, 1)
	done := 0
	for session := range p.sessions {
		for room := range p.rooms {
			j := job{room, session, (p.events - p.longest) / others, live.DemoRates}
			if room == 0 && session == p.sessions-1 {
				j.events = p.longest
				j.rates = busy(live.DemoRates)
			}
			select {
			case jobs <- j:
			case err = <-failed:
			}
			if done += j.events; err != nil {
				break
			}
		}
		fmt.Fprintf(os.Stderr, "\r%3d %%", 100*done/p.events)
	}
	fmt.Fprintln(os.Stderr)
	close(jobs)
	wg.Wait()
	select {
	case err = <-failed:
	default:
	}
	return err
}

// busy is a room of some 20,000 viewers.
func busy(r live.Rates) live.Rates {
	const times = 20
	return live.Rates{
		Comments: r.Comments * times, Likes: r.Likes * times, Gifts: r.Gifts * times, Joins: r.Joins * times, Follows: r.Follows * times, Shares: r.Shares * times,
	}
}

// write records a session through live.Session, as a LIVE's.
func (p plan) write(ctx context.Context, d *db.DB, j job) error {
	room := roomName(j.room)
	begin := p.start.Add(time.Duration(j.session)*8*24*time.Hour + time.Duration(j.room)*7*time.Minute)
	info, err := d.OpenSession(ctx, room, live.RoomInfo{RoomID: fmt.Sprintf("73%03d%03d", j.room, j.session), Title: "LIVE " + strconv.Itoa(j.session+1)}, live.OriginTikTok, begin)
	if err != nil {
		return err
	}
	s := live.NewSession(info, live.Past{}, d)
	at, err := p.play(ctx, s, j, begin)
	s.Close(true)
	if err = errors.Join(err, s.Err()); err != nil {
		return err
	}
	return d.EndSession(ctx, info.ID, at, "ended")
}

// passer is one of the many who come and go, an eighth as many as there are events; the script's own viewers are the regulars.
func passer(rng *rand.Rand, j job) *live.User {
	n := rng.IntN(max(j.events/8, 100))
	name := strconv.Itoa(j.room+1) + "_" + strconv.Itoa(n)
	return &live.User{UniqueID: "passer" + name, Nickname: "Passer " + name, UserID: strconv.Itoa(6_900_000_000_000_000_000 + j.room*10_000_000 + n)}
}

// play delivers the events and returns when the last one was.
func (p plan) play(ctx context.Context, s *live.Session, j job, begin time.Time) (time.Time, error) {
	const frame = 4096 // far more than a LIVE delivers at once: what is written in one go costs a tenth
	rng := rand.New(rand.NewPCG(uint64(j.room), uint64(j.session)))
	simulator := live.Simulator{Seed: uint64(j.room*1000 + j.session), Rates: j.rates}
	connect := live.Event{Kind: live.KindConnect, Origin: live.OriginSystem, At: begin, Data: live.Connect{UniqueID: roomName(j.room), RoomID: s.Info.RoomID, Title: s.Info.Title}}
	batch := append(make([]live.Event, 0, frame), connect)
	at, n := begin, 1
	for after, e := range simulator.Script(1) {
		if n == j.events-1 {
			e = live.Event{Kind: live.KindLiveEnd, Data: live.LiveEnd{Reason: "host"}}
		}
		at = begin.Add(after)
		e.Origin, e.At = live.OriginTikTok, at
		e.SourceID = strconv.FormatInt(7_300_000_000_000_000_000+s.Info.ID*10_000_000+int64(n), 10)
		if e.Kind == live.KindJoin || e.Kind == live.KindLike {
			e.User = passer(rng, j)
		}
		if e.User != nil {
			e.User.ProfilePicture = "https://p16-sign-va.tiktokcdn.com/tos-maliva-avt-0068/" + e.User.UserID + "~tplv-tiktok-shrink:72:72.webp?x-expires=1702630800&x-signature=XXXXXXXXXXXXXXXX"
		}
		batch = append(batch, e)
		n++
		last := n == j.events || e.Kind == live.KindLiveEnd
		if last || len(batch) == frame {
			if err := s.Deliver(ctx, batch); err != nil {
				return at, err
			}
			batch = make([]live.Event, 0, frame)
		}
		if last {
			return at, nil
		}
	}
	return at, nil
}
