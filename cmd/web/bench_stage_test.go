package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"

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

// BenchmarkStageFrames shows a chat and alerts the same show at its own pace, in browsers slowed down four times, and reports how
// many pictures a second each drew, and how busy its main thread was: where pictures are put together by the processor, for want of a
// graphics card, they may be fewer than the page would bear.
func BenchmarkStageFrames(b *testing.B) {
	s := newLongShow(b)
	const seconds = 30
	for _, t := range []*tab{s.chat, s.alerts} {
		call(t, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: slowdown})
		t.value(`(() => { window.drawn = []; const note = (at) => { drawn.push(at); requestAnimationFrame(note); }; requestAnimationFrame(note); return ""; })()`)
	}
	chat, alerts, began := s.chat.busy(), s.alerts.busy(), time.Now()
	pace := time.NewTicker(time.Second / stageFrames)
	defer pace.Stop()
	for frame := range seconds * stageFrames {
		<-pace.C
		s.comments()
		if frame%(stagePerGift*stageFrames/stageRate) == 0 {
			s.gift(stagePerGift * 1000 / stageRate)
		}
	}
	took := time.Since(began).Seconds()
	b.ReportMetric(100*(s.chat.busy()-chat)/took, "%chat-main-thread")
	b.ReportMetric(100*(s.alerts.busy()-alerts)/took, "%alerts-main-thread")
	for name, t := range map[string]*tab{"chat": s.chat, "alerts": s.alerts} {
		var drawn []float64
		if err := json.Unmarshal([]byte(t.value(`JSON.stringify(drawn)`)), &drawn); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(len(drawn)-1)*1000/(drawn[len(drawn)-1]-drawn[0]), name+"-frames/s")
	}
	b.ReportMetric(0, "ns/op")
}
