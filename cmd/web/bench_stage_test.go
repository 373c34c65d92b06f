package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"

	"showcaller/internal/live"
)

// The long show of the overlays: what a chat and an alerts source in OBS go through in one evening.
const (
	stageHours   = 8
	stageRate    = 20  // events a second
	stageGifts   = 600 // an hour
	stageFrames  = 10  // a second: the server gathers events for so long
	stageAlertMS = 60  // on screen, in the hurried show
	stagePerGift = stageRate * 3600 / stageGifts
)

// longShow is a chat's and an alerts page, each in a browser of its own as in OBS.
type longShow struct {
	*fakeStage
	b            *testing.B
	chat, alerts *tab
	cast         *cast
	shown        int
}

func newLongShow(b *testing.B) *longShow {
	b.Helper()
	s := &longShow{fakeStage: newStage(b), b: b, cast: &cast{}}
	for kind, t := range map[live.OverlayKind]**tab{live.OverlayChat: &s.chat, live.OverlayAlerts: &s.alerts} {
		*t = browse(b, s.URL)
		size := kind.Size()
		(*t).size(size.Width, size.Height)
		state := live.OverlayState(live.ChatState{SessionID: 7, Events: []live.Event{}})
		if kind == live.OverlayAlerts {
			state = live.AlertsState{}
		}
		s.opens(string(kind)+"-long", setupOf(kind), live.OverlaySnapshot{Kind: kind, State: state})
		(*t).open("/overlay/" + string(kind) + "-long")
		(*t).until(`document.querySelector(".stage > *")`)
	}
	return s
}

// comments sends the chat a frame of what was said in a tenth of a second.
func (s *longShow) comments() {
	s.b.Helper()
	var events []live.Event
	for range stageRate / stageFrames {
		n := int(s.cast.seq)
		events = append(events, s.cast.event(s.cast.user(n%5000), live.Comment{Comment: fmt.Sprintf("%s %d", usualNames[n%len(usualNames)], n)}, live.OriginTikTok))
	}
	s.send("chat-long", live.OverlayEvents{SessionID: 7, Last: s.cast.seq, Events: events})
}

// gift sends the alerts page one more gift, and the end of the one before.
func (s *longShow) gift(forMS int64) {
	s.b.Helper()
	if s.shown > 0 {
		s.send("alerts-long", live.OverlayAlert{Action: live.AlertEnd, ID: fmt.Sprint("a", s.shown)})
	}
	s.shown++
	alert := s.cast.alert(fmt.Sprint("a", s.shown))
	again := *alert.Alert
	again.ID = alert.ID
	s.send("alerts-long", live.OverlayAlert{Action: live.AlertShow, ID: alert.ID, Alert: &again, LeftMS: forMS})
}

// BenchmarkStageHeap shows a chat and alerts eight hours of show as fast as the pages take it in, and reports their heaps after a
// tenth of it and at its end, and the most nodes they had.
func BenchmarkStageHeap(b *testing.B) {
	s := newLongShow(b)
	const frames = stageHours * 3600 * stageFrames
	var heaps, nodes []float64
	for frame := 1; frame <= frames; frame++ {
		s.comments()
		if frame%(stagePerGift*stageFrames/stageRate) == 0 {
			s.gift(stageAlertMS)
		}
		if frame%1000 == 0 { // no further ahead than the pages can follow
			s.arrived("chat-long")
			s.heard("alerts-long", "what was drawn last", func(r report) bool { return r.Type == "drawn" && r.ID == fmt.Sprint("a", s.shown) })
			s.forget()
		}
		if frame%(frames/10) == 0 {
			heaps = append(heaps, s.chat.heap()+s.alerts.heap())
			nodes = append(nodes, s.chat.nodes()+s.alerts.nodes())
			b.Logf("after %d minutes: %.2f MB, %.0f nodes", frame/stageFrames/60, heaps[len(heaps)-1]/1e6, nodes[len(nodes)-1])
		}
	}
	first, last := heaps[0], heaps[len(heaps)-1]
	b.ReportMetric(first/1e6, "MB-after-48min")
	b.ReportMetric(last/1e6, "MB-after-8h")
	b.ReportMetric(100*(last-first)/first, "%growth")
	b.ReportMetric(slices.Max(nodes), "nodes")
	b.ReportMetric(0, "ns/op")
}

// forget drops the reports so far, which nobody asks for again.
func (s *longShow) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.reports)
}

// BenchmarkStageFrames shows a chat and alerts the same show at its own pace, in browsers slowed down, and reports how many frames
// a second each page drew, how many it owed and did not, in how many its movement went on and a change came a frame late, and which
// part of the time its main thread was at work. In both something moves all the time. Without a graphics card the processor puts the
// frames together too, on the cores that the pages run on.
func BenchmarkStageFrames(b *testing.B) {
	for _, times := range []float64{slowdown / 2, slowdown} {
		b.Run(fmt.Sprintf("slowed-%.0f-times", times), func(b *testing.B) {
			s := newLongShow(b)
			const warm, seconds = 5, 30
			s.run(warm) // fonts are there, the code is compiled, the lines fill the page
			pages := map[string]*tab{"chat": s.chat, "alerts": s.alerts}
			var reports []func(took time.Duration)
			for name, t := range pages {
				reports = append(reports, t.measure(name, times))
			}
			began := time.Now()
			s.run(seconds)
			took := time.Since(began)
			for _, report := range reports {
				report(took)
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// measure slows the page's browser down, and returns what reports how the page did in the time since.
func (b *tab) measure(name string, times float64) (report func(took time.Duration)) {
	b.t.Helper()
	bench := b.t.(*testing.B)
	before := b.working()
	call(b, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: times})
	slower := b.working() / before
	busy, end := b.occupied(), b.film()
	return func(took time.Duration) {
		b.t.Helper()
		working := b.occupied() - busy
		frames := end()
		bench.ReportMetric(slower, name+"-times-slower")
		bench.ReportMetric(100*working/took.Seconds(), "%"+name+"-main-thread")
		bench.ReportMetric(float64(frames.drawn)/took.Seconds(), name+"-frames/s")
		bench.ReportMetric(float64(frames.dropped)/took.Seconds(), name+"-dropped/s")
		bench.ReportMetric(float64(frames.late)/took.Seconds(), name+"-late/s")
	}
}

// working returns how long the page takes to lay out a few hundred lines of text, in ms. The browser slows its main thread down by
// stopping it every 0.2 ms, which costs more than it is asked to where a process is dear to wake.
func (b *tab) working() float64 {
	b.t.Helper()
	took, err := strconv.ParseFloat(b.value(`(async () => {
		const took = [];
		for (let i = 0; i < 15; i++) {
			await new Promise((next) => setTimeout(next, 20));
			const began = performance.now(), box = document.body.appendChild(document.createElement("div"));
			for (let line = 0; line < 200; line++) box.appendChild(document.createElement("p")).textContent = "line " + line + " of " + i;
			box.offsetHeight;
			box.remove();
			took.push(performance.now() - began);
		}
		return String(took.sort((a, b) => a - b)[7]);
	})()`), 64)
	if err != nil {
		b.t.Fatal(err)
	}
	return took
}

// run goes on with the show for so many seconds, at its own pace.
func (s *longShow) run(seconds int) {
	s.b.Helper()
	pace := time.NewTicker(time.Second / stageFrames)
	defer pace.Stop()
	for frame := range seconds * stageFrames {
		<-pace.C
		s.comments()
		if frame%(stagePerGift*stageFrames/stageRate) == 0 {
			s.gift(stagePerGift * 1000 / stageRate)
		}
	}
}

// frameTrace has Chromium's compositor tell each frame it draws, or should have drawn.
const frameTrace = "disabled-by-default-devtools.timeline.frame"

// frameCount is what became of the frames of a page.
type frameCount struct {
	drawn   int
	dropped int // nothing of what was due was drawn
	late    int // what moves was drawn, and what the main thread had changed came a frame later; such a frame is drawn too
}

// film counts the frames that the page's compositor draws from now on, and those it drops, until the function it returns is called.
// A page that counted them itself with requestAnimationFrame would measure its counting: each such call has the main thread make a
// frame, which a layer that only moves does not need.
func (b *tab) film() (end func() frameCount) {
	b.t.Helper()
	var count frameCount
	if err := chromedp.Listen(b.ctx, func(e any) { count.tally(e) }); err != nil {
		b.t.Fatal(err)
	}
	only := &tracing.TraceConfig{IncludedCategories: []string{frameTrace}, ExcludedCategories: []string{"*"}} // else every usual category is in it too
	call(b, tracing.Start, tracing.StartParams{TraceConfig: only})
	return func() frameCount {
		b.t.Helper()
		stop := chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, tracing.End, cdp.Empty{})
			return err
		})
		if _, err := chromedp.Run(b.ctx, chromedp.WaitEvent(tracing.TracingComplete, nil, stop)); err != nil {
			b.t.Fatal(err)
		}
		return count
	}
}

// tally counts what a part of a trace tells.
func (c *frameCount) tally(e any) {
	collected, ok := e.(*tracing.EventDataCollected)
	if !ok {
		return
	}
	for _, raw := range collected.Value {
		var event struct {
			Name string
			Args struct{ HasPartialUpdate bool }
		}
		switch {
		case json.Unmarshal(raw, &event) != nil:
		case event.Name == "DrawFrame":
			c.drawn++
		case event.Name == "DroppedFrame" && event.Args.HasPartialUpdate:
			c.late++
		case event.Name == "DroppedFrame":
			c.dropped++
		}
	}
}
