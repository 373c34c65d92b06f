package db_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

// TestHourGrid puts two Mondays of a room on a grid: a quarter of an hour each, one of them with a gap, beside what does not belong there.
func TestHourGrid(t *testing.T) {
	d := fresh(t)
	zone, err := time.LoadLocation("Asia/Kathmandu") // UTC+5:45: a quarter is not its quarter of the hour
	if err != nil {
		t.Fatal(err)
	}
	quarter := func(room, liveID string, start time.Time, origin live.Origin, viewers int64, missing time.Duration) {
		var events []live.Event
		for minute := range 15 {
			at := start.Add(time.Duration(minute) * time.Minute)
			for _, data := range []live.Data{live.Viewers{Viewers: viewers}, live.Comment{Comment: "hi"}, live.Gift{RepeatCount: 1, TotalDiamonds: 4}} {
				e := by(1, data)
				e.At, e.Origin = at, origin
				events = append(events, e)
			}
		}
		if missing > 0 {
			gap := by(1, live.Gap{From: live.Timestamp(start), To: live.Timestamp(start.Add(missing)), Seconds: missing.Seconds(), Cause: "network"})
			gap.User, gap.At = nil, start.Add(missing)
			events = append(events, gap)
		}
		record(t, d, room, liveID, events...)
	}
	monday := time.Date(2026, 1, 12, 14, 15, 0, 0, time.UTC) // 20:00 in Kathmandu
	quarter("ann", "1", monday, live.OriginTikTok, 100, 0)
	quarter("ann", "2", monday.AddDate(0, 0, 7), live.OriginTikTok, 200, 5*time.Minute)
	quarter("ann", "3", monday.AddDate(0, 0, -28), live.OriginTikTok, 5000, 0)          // before the moment asked from
	quarter("ben", "4", monday, live.OriginTikTok, 5000, 0)                             // another room
	quarter("ann", "5", monday.AddDate(0, 0, 1), live.OriginSimulated, 5000, 0)         // made up
	quarter("ann", "6", monday.Add(45*time.Minute), live.OriginTikTok, 300, 0)          // 20:45
	quarter("ann", "7", time.Date(2026, 1, 11, 18, 15, 0, 0, time.UTC), "tiktok", 9, 0) // 0:00 on Monday
	grid, err := d.HourGrid(t.Context(), "ann", monday.AddDate(0, 0, -14), zone)
	if err != nil {
		t.Fatal(err)
	}
	type hour struct {
		Day            time.Weekday
		Hour           int
		Viewers        float64
		Diamonds, Chat int64
		Heard          time.Duration
	}
	var got []hour
	for day := range grid {
		for h, cell := range grid[day] {
			if cell.Heard > 0 {
				got = append(got, hour{time.Weekday(day), h, cell.Of(live.MetricViewers), cell.Sums.Diamonds, cell.Sums.Comments, cell.Heard})
			}
		}
	}
	want := []hour{
		{time.Monday, 0, 9, 60, 15, 15 * time.Minute},
		{time.Monday, 20, 200, 180, 45, 40 * time.Minute},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
