package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/heapprofiler"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

const (
	slowdown  = 4 // of the browser's processor, where the main thread is measured: a cheap laptop beside the lights
	showRate  = 50
	showHour  = 3600 * showRate // events
	showQuick = 1500            // events a second, so that an hour of them takes two minutes
)

// BenchmarkDeskThread shows the desk fifty events a second and reports which part of the time its main thread was at work, in a
// browser slowed down four times.
func BenchmarkDeskThread(b *testing.B) {
	t := benchDesk(b, showRate)
	call(t, emulation.SetCPUThrottlingRate, emulation.SetCPUThrottlingRateParams{Rate: slowdown})
	t.received(1500) // the window is full, the code compiled
	before, at := t.busy(), time.Now()
	t.received(3000)
	b.ReportMetric(100*(t.busy()-before)/time.Since(at).Seconds(), "%main-thread")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkDeskHeap shows the desk an hour of fifty events a second, faster, and reports the heap after a fifth of it, when the
// rows that the desk keeps are full, and by how much any later tenth is above that.
func BenchmarkDeskHeap(b *testing.B) {
	t := benchDesk(b, showQuick)
	var heaps []float64
	for tenth := 1; tenth <= 10; tenth++ {
		t.received(tenth * showHour / 10)
		heaps = append(heaps, t.heap())
		b.Logf("after %d events: %.2f MB, %.0f nodes", tenth*showHour/10, heaps[tenth-1]/1e6, t.nodes())
	}
	full, most := heaps[1], slices.Max(heaps[2:])
	b.ReportMetric(full/1e6, "MB-after-12min")
	b.ReportMetric(heaps[9]/1e6, "MB-after-1h")
	b.ReportMetric(100*(most-full)/full, "%growth")
	b.ReportMetric(0, "ns/op")
}

// benchDesk opens the desk of a room where so many events a second happen.
func benchDesk(b *testing.B, rate int) *tab {
	b.Helper()
	url := startFakelive(b, 1, rate)
	program := spawn(b, settings(b, nil,
		"SHOWCALLER_TIKTOK_WEB_URL="+url, "SHOWCALLER_TIKTOK_WEBCAST_URL="+url, "SHOWCALLER_TIKTOK_SIGN_URL="+url,
		"SHOWCALLER_TIKTOK_WS_URL="+strings.Replace(url, "http", "ws", 1), "SHOWCALLER_TIKTOK_CONNECT=direct"))
	p := panel{b, program.address()}
	p.watch("bench")
	t := browse(b, p.url)
	t.signIn("en", "dark")
	t.open("/rooms/bench")
	t.until(`document.querySelector("live-feed").count > 0`)
	return t
}

// received waits until the desk has so many events. The page looks once a second: looking is work, too.
func (b *tab) received(events int) {
	b.t.Helper()
	b.value(fmt.Sprintf(`new Promise((done) => {
		const look = () => document.querySelector("live-feed").count >= %d ? done("") : setTimeout(look, 1000);
		look();
	})`, events))
}

// busy returns how long the page's main thread has been at work, in seconds of its own: what it was stopped for does not count.
func (b *tab) busy() float64 {
	b.t.Helper()
	return b.metric("TaskDuration", performance.EnableTimeDomainThreadTicks)
}

// occupied returns how long the page's main thread has been at work, in seconds by the clock. The browser slows a thread down by
// stopping it in the midst of its work, and what comes meanwhile has to wait.
func (b *tab) occupied() float64 {
	b.t.Helper()
	return b.metric("TaskDuration", performance.EnableTimeDomainTimeTicks)
}

// nodes returns how many nodes the page has, those in nobody's sight included.
func (b *tab) nodes() float64 {
	b.t.Helper()
	return b.metric("Nodes", performance.EnableTimeDomainThreadTicks)
}

// metric returns what the browser measures of the page under a name. The clock of times is that of the page's first question.
func (b *tab) metric(name string, clock performance.EnableTimeDomain) float64 {
	b.t.Helper()
	call(b, performance.Enable, performance.EnableParams{TimeDomain: clock})
	for _, m := range call(b, performance.GetMetrics, cdp.Empty{}).Metrics {
		if m.Name == name {
			return m.Value
		}
	}
	b.t.Fatalf("the browser does not tell %s", name)
	return 0
}

// heap returns the bytes of the page's heap after a collection: the least of some readings, for what arrives between the two
// is in it as well.
func (b *tab) heap() float64 {
	b.t.Helper()
	least := math.Inf(1)
	for range 5 {
		call(b, heapprofiler.CollectGarbage, cdp.Empty{})
		least = min(least, call(b, runtime.GetHeapUsage, cdp.Empty{}).UsedSize)
	}
	return least
}

// call sends the browser a command of its debugging protocol.
func call[P, R any](b *tab, command cdp.Command[P, R], params P) R {
	b.t.Helper()
	r, err := chromedp.Call(b.ctx, command, params)
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}
