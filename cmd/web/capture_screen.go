package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
	"unicode"

	"showcaller/internal/live"
	"showcaller/web/catalog"
)

// screen shows a capture on a terminal: a line an event, and below them a status line that stays. On what is not a terminal it
// writes lines only, without colours.
type screen struct {
	p        *catalog.Printer
	terminal bool

	mu       sync.Mutex
	w        io.Writer
	shown    bool // a status line stands on the last line
	started  time.Time
	events   int64
	diamonds int64
	viewers  int64
	recent   [rateWindow]int64 // events by second, for the rate
	second   int64
}

const rateWindow = 10 // seconds

func newScreen(w io.Writer, p *catalog.Printer) *screen {
	return &screen{p: p, terminal: isTerminal(w), w: w, started: time.Now()}
}

// Colours by what a kind is about, as on the desk: money amber, people blue, the host violet, loss red.
const (
	colourNone = ""
	amber      = "33"
	blue       = "36"
	violet     = "35"
	red        = "31"
	grey       = "90"
)

func colourOf(e live.Event) string {
	switch e.Kind {
	case live.KindGift, live.KindEnvelope:
		return amber
	case live.KindFollow, live.KindShare, live.KindSubscribe:
		return blue
	case live.KindReply, live.KindProgram:
		return violet
	case live.KindGap, live.KindDisconnect, live.KindLiveEnd:
		return red
	case live.KindComment, live.KindQuestion:
		if !e.History {
			return colourNone
		}
	}
	return grey
}

// event writes one event's line.
func (s *screen) event(e live.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(e)
	line := fmt.Sprintf("%s  %-10s  %s", e.At.Local().Format(time.TimeOnly), e.Kind, clean(s.words(e)))
	if c := colourOf(e); s.terminal && c != colourNone {
		line = "\x1b[" + c + "m" + line + "\x1b[0m"
	}
	s.line(line)
}

func (s *screen) count(e live.Event) {
	s.events++
	s.advance(time.Now().Unix())
	s.recent[s.second%rateWindow]++
	switch d := e.Data.(type) {
	case live.Gift:
		if !d.Streaking {
			s.diamonds += int64(d.TotalDiamonds)
		}
	case live.Viewers:
		s.viewers = d.Viewers
	}
}

// advance forgets the seconds that have left the window.
func (s *screen) advance(now int64) {
	if now-s.second >= rateWindow {
		clear(s.recent[:])
	}
	for ; s.second < now && now-s.second < rateWindow; s.second++ {
		s.recent[(s.second+1)%rateWindow] = 0
	}
	s.second = now
}

func (s *screen) rate() float64 {
	s.advance(time.Now().Unix())
	var sum int64
	for _, n := range s.recent {
		sum += n
	}
	return float64(sum) / rateWindow
}

// words says what an event says, in one line.
func (s *screen) words(e live.Event) string {
	who := ""
	if e.User != nil {
		who = e.User.Name()
		if e.User.UniqueID != "" && e.User.UniqueID != who {
			who += " (@" + e.User.UniqueID + ")"
		}
	}
	what := live.Text(e)
	switch d := e.Data.(type) {
	case live.Gift:
		what = fmt.Sprintf("%s ×%d  %d ◆", d.Gift.Name, d.RepeatCount, d.TotalDiamonds)
		if d.Streaking {
			what += " …"
		}
	case live.Like:
		what = fmt.Sprintf("+%d  %s", d.Count, s.p.Number(d.TotalLikes))
	case live.Viewers:
		what = s.p.Number(d.Viewers)
	case live.Connect:
		what = strings.TrimSpace("@" + d.UniqueID + "  " + d.Title)
	case live.Disconnect:
		what = d.Cause
	case live.LiveEnd:
		what = d.Reason
	}
	if what == "" && who == "" || unspoken[e.Kind] {
		if data, err := e.DataJSON(); err == nil && string(data) != "{}" {
			what = shorten(string(data))
		}
	}
	if who != "" && what != "" {
		return who + ": " + what
	}
	return who + what
}

// unspoken are kinds whose data says more than a text of theirs could.
var unspoken = map[live.Kind]bool{
	live.KindRank: true, live.KindGoal: true, live.KindEnvelope: true, live.KindPoll: true, live.KindBattle: true, live.KindPin: true,
	live.KindDelete: true, live.KindSubscribe: true,
}

// shorten keeps a line readable.
func shorten(text string) string {
	const most = 160
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return text
}

// clean keeps a viewer's text on its line and from commanding the terminal: no control characters, no marks that turn the
// direction of writing.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == unicode.ReplacementChar:
			return -1
		}
		return r
	}, text)
}

// say writes a line of ours.
func (s *screen) say(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.line("· " + text)
}

// line writes above the status line.
func (s *screen) line(text string) {
	if s.shown {
		fmt.Fprint(s.w, "\r\x1b[2K")
		s.shown = false
	}
	fmt.Fprintln(s.w, text)
}

// status rewrites the status line.
func (s *screen) status(h live.Health) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.terminal {
		return
	}
	parts := []string{
		s.p.T("state." + string(h.State)), time.Since(s.started).Round(time.Second).String(),
		s.p.T("cli.capture.rate", "Rate", fmt.Sprintf("%.1f", s.rate())), s.p.T("cli.capture.events", "Count", s.events),
		s.p.T("cli.capture.viewers", "Count", s.viewers), s.p.Number(s.diamonds) + " ◆",
	}
	if h.Way != "" {
		parts = append(parts, s.p.T("health.way."+h.Way))
	}
	fmt.Fprint(s.w, "\r\x1b[2K"+strings.Join(parts, " · "))
	s.shown = true
}

// done leaves the status line behind.
func (s *screen) done() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.shown {
		fmt.Fprintln(s.w)
		s.shown = false
	}
}
