package templates

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"showcaller/internal/live"
	"showcaller/web/catalog"
)

// ComparePage lays sessions on one axis, and shows how a room has done lately.
type ComparePage struct {
	Page
	Ask      CompareAsk
	Lanes    []live.Lane  // the sessions, the oldest first; none if they were none, too few or too many
	Picked   []SessionRow // the sessions that were too few or too many
	Programs []string     // that the sessions can be aligned by
	Rooms    []string     // there is a session of
	Trend    []SessionRow // of Ask.Room, the oldest first
	Grid     live.Grid    // of Ask.Room
}

// CompareAsk is what somebody wants to see, as the address says it.
type CompareAsk struct {
	Sessions []int64
	Align    string      // start, clock, or program: and its name
	Metric   live.Metric // one of CompareMetrics
	Total    bool        // what was counted so far is drawn, not what each minute counted
	Room     string      // whose trend is shown
}

// CompareMetrics are the numbers that can be compared minute by minute.
func CompareMetrics() []live.Metric {
	return []live.Metric{live.MetricViewers, live.MetricComments, live.MetricDiamonds, live.MetricLikes, live.MetricFollows}
}

// alignments are what sessions can be aligned by, to choose from.
func (v ComparePage) alignments() []option {
	out := []option{{"start", v.t("compare.align.start")}, {"clock", v.t("compare.align.clock")}}
	for _, name := range v.Programs {
		out = append(out, option{"program:" + name, v.t("compare.align.program", "Name", name)})
	}
	return out
}

func (v ComparePage) metrics() []option {
	var out []option
	for _, m := range CompareMetrics() {
		out = append(out, option{string(m), v.metricWord(m)})
	}
	return out
}

// counts are the ways to draw what is counted.
func (v ComparePage) counts() []option {
	return []option{{"minute", v.t("compare.count.minute")}, {"total", v.t("compare.count.total")}}
}

// count is the value that says how it is drawn.
func (v ComparePage) count() string {
	if v.Ask.Total {
		return "total"
	}
	return "minute"
}

// chartTitle says what the lines are.
func (v ComparePage) chartTitle() string {
	return v.t("compare.chart."+v.count(), "Metric", v.metricWord(v.Ask.Metric))
}

func (v ComparePage) metricWord(m live.Metric) string { return v.t("review.series." + string(m)) }

// wrong says why there is nothing to compare yet; "" if nobody asked, or there is.
func (v ComparePage) wrong() string {
	switch n := len(v.Picked); {
	case n == 0:
		return ""
	case n < 2:
		return v.t("compare.few")
	}
	return v.t("compare.many", "Max", live.MostCompared)
}

// without is the same page with a session less.
func (v ComparePage) without(id int64) templ.SafeURL {
	q := url.Values{"align": {v.Ask.Align}, "metric": {string(v.Ask.Metric)}, "count": {v.count()}}
	for _, s := range v.Ask.Sessions {
		if s != id {
			q.Add("session", strconv.FormatInt(s, 10))
		}
	}
	return templ.SafeURL("/compare?" + q.Encode())
}

// besides is the one session that was chosen, where it is not among the last ten to be ticked there; 0 for none.
func (v ComparePage) besides() int64 {
	if len(v.Picked) != 1 || slices.ContainsFunc(v.Trend, func(s SessionRow) bool { return s.ID == v.Picked[0].ID }) {
		return 0
	}
	return v.Picked[0].ID
}

func (v ComparePage) chosen(id int64) bool { return slices.Contains(v.Ask.Sessions, id) }

// compareAxis is what the chart draws, in the page itself. Places are minutes, as live.Compare counts them.
type compareAxis struct {
	Align string        `json:"align"`
	From  int           `json:"from"` // the place of the first value of each line
	Lines []compareLine `json:"lines"`
}

type compareLine struct {
	Name   string   `json:"name"`
	Values []*int64 `json:"values"` // one a minute, all lines have as many; null where nothing is known
}

func (v ComparePage) axis() compareAxis {
	first, length := v.places()
	a := compareAxis{Align: v.Ask.Align, From: first, Lines: []compareLine{}}
	for _, lane := range v.Lanes {
		line := compareLine{Name: v.laneName(lane), Values: make([]*int64, length)}
		var sum int64
		for i := range line.Values {
			m, known := lane.Minutes[first+i]
			n := v.Ask.Metric.Of(m)
			if !known || n < 0 {
				continue
			}
			if sum += n; v.Ask.Total {
				n = sum
			}
			line.Values[i] = &n
		}
		a.Lines = append(a.Lines, line)
	}
	return a
}

// places is where the axis begins, and how many minutes it has.
func (v ComparePage) places() (first, length int) {
	var all []int
	for _, lane := range v.Lanes {
		for place := range lane.Minutes {
			all = append(all, place)
		}
	}
	if len(all) == 0 {
		return 0, 0
	}
	first = slices.Min(all)
	return first, slices.Max(all) - first + 1
}

func (v ComparePage) laneName(l live.Lane) string {
	return v.when(l.Review.Session.StartedAt) + " @" + l.Review.Session.Room
}

// compareRow is one number of all sessions.
type compareRow struct {
	Word  string
	Cells []compareCell
}

// compareCell is a session's number.
type compareCell struct {
	Text  string
	Best  bool // the highest of all, where they differ
	Bound bool // at least: some is missing
}

// compareNumber is a number that sessions are compared by: how it is taken, -1 where it is not known, and written.
type compareNumber struct {
	key     string
	of      func(live.Review) float64
	text    func(float64) string
	sum     bool // it was counted up, so a gap makes it a lower bound
	ranking bool // more of it is better
}

func (v ComparePage) compareNumbers() []compareNumber {
	whole := func(f float64) string { return v.viewers(int64(f)) }
	length := func(f float64) string { return catalog.Stopwatch(time.Duration(f) * time.Second) }
	return []compareNumber{
		{"length", func(r live.Review) float64 { return r.Length.Seconds() }, length, false, false},
		{"peak", func(r live.Review) float64 { return float64(r.Total.ViewersPeak) }, whole, true, true},
		{"average", func(r live.Review) float64 { return r.Total.Average() }, v.average, false, true},
		{"through", live.Review.WatchThrough, v.percent, false, true},
		{"comments", func(r live.Review) float64 { return live.PerMinute(r.Total.Comments, r.Known()) }, v.rate, false, true},
		{"diamonds", func(r live.Review) float64 { return float64(r.Total.Diamonds) }, whole, true, true},
		{"rate", func(r live.Review) float64 { return live.PerMinute(r.Total.Diamonds, r.Known()) }, v.rate, false, true},
		{"gifters", func(r live.Review) float64 { return float64(r.Gifters) }, whole, true, true},
		{"gifting", live.Review.GiftingShare, v.percent, false, true},
		{"follows", func(r live.Review) float64 { return float64(r.Total.Follows) }, whole, true, true},
		{"returning", live.Review.ReturningShare, v.percent, false, true},
	}
}

// compareRows are the numbers side by side.
func (v ComparePage) compareRows() []compareRow {
	var out []compareRow
	for _, number := range v.compareNumbers() {
		values := make([]float64, len(v.Lanes))
		for i, lane := range v.Lanes {
			values[i] = number.of(lane.Review)
		}
		best := slices.Max(values)
		row := compareRow{Word: v.t("compare.row." + number.key)}
		for i, value := range values {
			row.Cells = append(row.Cells, compareCell{
				Text: number.text(value), Best: number.ranking && value == best && slices.Min(values) < best,
				Bound: number.sum && value >= 0 && !v.Lanes[i].Review.Complete(),
			})
		}
		out = append(out, row)
	}
	return out
}

// trendCell is one number of a session of the trend, and how it differs from the session before.
type trendCell struct {
	Text   string
	Change string // "+12%"; "" where there is nothing to compare with
	Bar    string // its length, in percent of the longest
	Class  string
}

// trendCells are the numbers of the i-th session of the trend.
func (v ComparePage) trendCells(i int) []trendCell {
	s := v.Trend[i]
	cell := func(class, text string, of func(SessionRow) float64) trendCell {
		return trendCell{text, v.change(i, of), v.bar(i, of), class}
	}
	return []trendCell{
		cell("viewers", v.average(s.Average), func(s SessionRow) float64 { return s.Average }),
		cell("money", v.Printer.Number(s.Diamonds), func(s SessionRow) float64 { return float64(s.Diamonds) }),
		cell("people", v.Printer.Number(s.Follows), func(s SessionRow) float64 { return float64(s.Follows) }),
	}
}

func (v ComparePage) change(i int, of func(SessionRow) float64) string {
	if i == 0 {
		return ""
	}
	before, now := of(v.Trend[i-1]), of(v.Trend[i])
	if before <= 0 || now < 0 {
		return ""
	}
	switch part := now/before - 1; {
	case part > -.005 && part < .005:
		return "±" + v.percent(0)
	case part < 0:
		return "−" + v.percent(-part)
	default:
		return "+" + v.percent(part)
	}
}

func (v ComparePage) bar(i int, of func(SessionRow) float64) string {
	most := 0.0
	for _, s := range v.Trend {
		most = max(most, of(s))
	}
	if most == 0 {
		return "0"
	}
	return strconv.Itoa(int(max(0, of(v.Trend[i])) / most * 100))
}

// warmest is the most that a cell of the grid has.
func (v ComparePage) warmest() float64 {
	most := 0.0
	for _, day := range v.Grid {
		for _, hour := range day {
			most = max(most, hour.Of(v.Ask.Metric))
		}
	}
	return most
}

// heat is how strong a cell of the grid is, in five steps up to the most.
func heat(n, most float64) string {
	switch {
	case n < 0:
		return "heat-none"
	case most == 0:
		return "heat-0"
	default:
		return "heat-" + strconv.Itoa(min(5, int(n/most*5+.5)))
	}
}

// hours are those of the grid that something is known of, from the first to the last, so that it is no wider than it must be.
func (v ComparePage) hours() []int {
	var known []int
	for hour := range 24 {
		for day := range v.Grid {
			if v.Grid[day][hour].Of(v.Ask.Metric) >= 0 {
				known = append(known, hour)
				break
			}
		}
	}
	if len(known) == 0 {
		return nil
	}
	var out []int
	for hour := known[0]; hour <= known[len(known)-1]; hour++ {
		out = append(out, hour)
	}
	return out
}

// weekdays are in the order of a week that begins on Monday.
func weekdays() []time.Weekday {
	return []time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday, time.Saturday, time.Sunday}
}

func (v ComparePage) weekday(d time.Weekday) string { return v.t("weekday." + strconv.Itoa(int(d))) }

// gridNote says what the numbers of the grid are.
func (v ComparePage) gridNote() string {
	if v.Ask.Metric == live.MetricViewers {
		return v.t("compare.grid.average", "Zone", v.zone().String())
	}
	return v.t("compare.grid.rate", "Zone", v.zone().String())
}
