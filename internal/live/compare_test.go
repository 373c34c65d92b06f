package live_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

// reviewAt is a session of so many minutes, of which the third is not known, with programs by the minute they begin in.
func reviewAt(t *testing.T, start string, minutes int, programs map[int]string) live.Review {
	t.Helper()
	at, err := time.Parse(time.RFC3339, start)
	if err != nil {
		t.Fatal(err)
	}
	in := live.ReviewInput{Session: live.SessionInfo{ID: 1, Origin: live.OriginTikTok, StartedAt: at, EndedAt: at.Add(time.Duration(minutes) * time.Minute)}}
	for i := range minutes {
		in.Minutes = append(in.Minutes, live.Minute{Start: at.Truncate(time.Minute).Add(time.Duration(i) * time.Minute), Comments: int64(i), Viewers: -1, ViewersPeak: -1})
	}
	in.Minutes[2].Gap = 40 * time.Second
	for _, minute := range slices.Sorted(maps.Keys(programs)) {
		in.Programs = append(in.Programs, live.Event{
			Kind: live.KindProgram, Seq: int64(minute + 1), At: at.Add(time.Duration(minute) * time.Minute),
			Data: live.Program{Action: "start", ProgramName: programs[minute]},
		})
	}
	return live.ReviewOf(in)
}

func TestCompare(t *testing.T) {
	hanoi, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		t.Fatal(err)
	}
	reviews := []live.Review{
		reviewAt(t, "2026-01-12T12:45:30Z", 5, map[int]string{1: "Chat", 3: "Songs", 4: "Songs"}),
		reviewAt(t, "2026-01-13T16:58:00Z", 4, nil),
	}
	for _, tt := range []struct {
		by      live.Alignment
		program string
		want    [][]int // places of the minutes of each
	}{
		{live.AlignStart, "", [][]int{{0, 1, 3, 4, 5}, {0, 1, 3}}},
		{live.AlignProgram, "Songs", [][]int{{-3, -2, 0, 1, 2}, nil}},
		{live.AlignProgram, "Chat", [][]int{{-1, 0, 2, 3, 4}, nil}},
		{live.AlignProgram, "", [][]int{nil, nil}},
		{live.AlignClock, "", [][]int{{1185, 1186, 1188, 1189, 1190}, {1438, 1439, 1441}}}, // 19:45, and 23:58 into the next day
	} {
		for i, lane := range live.Compare(reviews, tt.by, tt.program, hanoi) {
			if diff := cmp.Diff(tt.want[i], slices.Sorted(maps.Keys(lane.Minutes))); diff != "" {
				t.Errorf("%s %q %d (-want +got):\n%s", tt.by, tt.program, i, diff)
			}
			if lane.Missing != (tt.want[i] == nil) {
				t.Errorf("%s %q %d: missing %v", tt.by, tt.program, i, lane.Missing)
			}
		}
	}
}

// In the morning the clocks go forward, midnight is an hour less ago than the clock says.
func TestCompareByTheClockOnADayTheClocksChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	r := reviewAt(t, "2026-03-29T07:30:00Z", 3, nil) // 9:30 in summer time
	got := slices.Sorted(maps.Keys(live.Compare([]live.Review{r}, live.AlignClock, "", berlin)[0].Minutes))
	if diff := cmp.Diff([]int{570, 571}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestProgramNames(t *testing.T) {
	got := live.ProgramNames([]live.Review{
		reviewAt(t, "2026-01-12T12:45:00Z", 9, map[int]string{1: "Chat", 3: "Quiz", 5: "Chat", 6: ""}),
		reviewAt(t, "2026-01-13T12:45:00Z", 9, map[int]string{2: "Songs"}),
		reviewAt(t, "2026-01-14T12:45:00Z", 9, map[int]string{2: "Songs", 4: "Quiz", 6: "Songs"}),
	})
	if diff := cmp.Diff([]string{"Quiz", "Songs", "Chat"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestGrid(t *testing.T) {
	var g live.Grid
	sunday := time.Date(2026, 1, 11, 20, 15, 0, 0, time.UTC)
	g.Add(sunday, live.Minute{ViewersSum: 300, ViewersCounts: 3, Diamonds: 5, Comments: 10, Likes: 90}, 15*time.Minute)
	g.Add(sunday.AddDate(0, 0, 7).Add(30*time.Minute), live.Minute{ViewersSum: 100, ViewersCounts: 1, Follows: 1}, 5*time.Minute)
	g.Add(sunday.Add(time.Hour), live.Minute{ViewersSum: 100, ViewersCounts: 1}, 9*time.Minute) // too little
	g.Add(sunday.AddDate(0, 0, 1), live.Minute{Diamonds: 7}, time.Hour)                         // no count of viewers
	got := map[live.Metric][]float64{}
	for _, metric := range []live.Metric{live.MetricViewers, live.MetricDiamonds, live.MetricComments, live.MetricLikes, live.MetricFollows} {
		got[metric] = []float64{g[0][20].Of(metric), g[0][21].Of(metric), g[1][20].Of(metric)}
	}
	want := map[live.Metric][]float64{
		live.MetricViewers: {100, -1, -1}, live.MetricDiamonds: {15, -1, 7}, live.MetricComments: {30, -1, 0}, live.MetricLikes: {270, -1, 0},
		live.MetricFollows: {3, -1, 0},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
