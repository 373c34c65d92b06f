package live_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"showcaller/internal/live"
)

// nowhere is a store that keeps nothing: the benchmark is about the session.
type nowhere struct{}

func (nowhere) Append(context.Context, live.Batch) error                             { return nil }
func (nowhere) EventsAfter(context.Context, int64, int64, int) ([]live.Event, error) { return nil, nil }

// BenchmarkFollow measures one writer and 1 to 1,000 readers of one log: deliveries are events × readers.
func BenchmarkFollow(b *testing.B) {
	for _, readers := range []int{1, 10, 100, 1000} {
		b.Run(fmt.Sprintf("readers=%d", readers), func(b *testing.B) {
			s := live.NewSession(live.SessionInfo{ID: 1}, live.Past{}, &memory{}) // a reader that falls behind reads there
			defer s.Close(false)
			var ready, done sync.WaitGroup
			ready.Add(readers)
			for range readers {
				done.Go(func() { readUpTo(b, s, int64(b.N)+1, ready.Done) })
			}
			first := event(live.Comment{Comment: "hello"})
			if _, err := s.Append(b.Context(), first); err != nil {
				b.Fatal(err)
			}
			ready.Wait()
			b.ReportAllocs()
			b.ResetTimer()
			for range b.N {
				if _, err := s.Append(b.Context(), first); err != nil {
					b.Fatal(err)
				}
			}
			done.Wait()
			b.ReportMetric(float64(b.N*readers)/b.Elapsed().Seconds(), "deliveries/s")
		})
	}
}

// readUpTo follows a log to a number, and calls ready with the first event.
func readUpTo(b *testing.B, s *live.Session, last int64, ready func()) {
	seen := int64(0)
	for events, err := range s.Log().Follow(context.Background(), 0) {
		if err != nil {
			b.Error(err)
			return
		}
		if seen == 0 {
			ready()
		}
		if seen += int64(len(events)); seen >= last {
			return
		}
	}
}

// BenchmarkSession measures what a session does to one event: repeats, streaks, numbers, minutes, encoding.
func BenchmarkSession(b *testing.B) {
	s := live.NewSession(live.SessionInfo{ID: 1}, live.Past{}, nowhere{})
	defer s.Close(false)
	var events []live.Event
	for _, e := range (live.Simulator{Seed: 1, Rates: live.DemoRates}).Script(1) {
		e.At = time.Now()
		if events = append(events, e); len(events) == 4096 {
			break
		}
	}
	b.ReportAllocs()
	b.ResetTimer()
	for i := 0; i < b.N; i += 4 {
		at := i % (len(events) - 4)
		if err := s.Deliver(b.Context(), events[at:at+4]); err != nil {
			b.Fatal(err)
		}
	}
}
