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

// ReviewPage is a past session: what it came to, its time axis, and one minute of it to read.
type ReviewPage struct {
	Page
	ID         int64
	Name       string // of the host
	UniqueID   string
	Review     live.Review
	Rehearsals bool      // what was made up is counted
	MadeUp     bool      // the session is a rehearsal itself: there is nothing else to count
	Open       bool      // it is still being recorded
	Once       string    // of the form that replays it; "" where there are no events to replay
	Removed    bool      // its room is no longer in the list
	Pruned     time.Time // when its events were deleted; zero while they are there
	Gifters    []live.Attendance
	Chatters   []live.Attendance
	Causes     []SpikeCause // one for each of Review.Spikes
	Gaps       []live.Event
	Pins       []live.Event
	Marks      []Mark // notes, and what OBS did
	Alerts     []live.AlertMinute
	Tests      []time.Time
	Answers    []time.Time // when the host answered
	Minute     MinutePane
	ReadOnly   bool // somebody else's page, shared: nothing can be written, and nothing leads into the panel
}

// Mark is something on the time axis that is no event.
type Mark struct {
	ID     int64
	At     time.Time
	Kind   string // note or scene
	Text   string
	Author string
	Said   time.Time // when it was written
}

// SpikeCause is what a spike is named by; what is not known is zero.
type SpikeCause struct {
	Gift  *live.Event
	Text  string
	Times int64
}

// MinutePane is one minute of a session: what was said and given in it, and what the team wrote about it.
type MinutePane struct {
	Page
	ID         int64
	Rehearsals bool
	MadeUp     bool
	Pruned     bool
	ReadOnly   bool
	Sums       live.Minute // Start is the minute
	Events     []live.Event
	Deletes    []live.Event // what hides messages of the session, whenever it came
	More       int64        // seq behind which the rest of the minute begins; 0 if this is all
	Highlight  int64        // seq of the event a search led to
	Notes      []Mark
	First      time.Time // minutes of the session
	Last       time.Time
	Once       string
	Typed      string
	Errors     Errors // note
}

// reviewURL is a session's page at a minute; the zero time names none.
func reviewURL(id int64, minute time.Time, rehearsals bool, seq int64) string {
	q := url.Values{}
	if !minute.IsZero() {
		q.Set("minute", live.Timestamp(minute))
	}
	if rehearsals {
		q.Set("origin", "all")
	}
	if seq > 0 {
		q.Set("seq", strconv.FormatInt(seq, 10))
	}
	address := "/sessions/" + strconv.FormatInt(id, 10)
	if len(q) > 0 {
		address += "?" + q.Encode()
	}
	if !minute.IsZero() {
		address += "#minute"
	}
	return address
}

// asked reports whether the reader asked for what was made up, in a session that is real.
func (v ReviewPage) asked() bool { return v.Rehearsals && !v.MadeUp }

// link leads to a minute of the page itself, wherever the page is.
func (v ReviewPage) link(minute time.Time) templ.SafeURL {
	return minuteLink(v.Page, minute, v.asked(), 0)
}

// minuteLink is the same page at another minute: a shared page has another path than the panel's.
func minuteLink(p Page, minute time.Time, rehearsals bool, after int64) templ.SafeURL {
	here, err := url.Parse(p.Path)
	if err != nil {
		return ""
	}
	q := url.Values{"minute": {live.Timestamp(minute)}}
	if rehearsals {
		q.Set("origin", "all")
	}
	if after > 0 {
		q.Set("after", strconv.FormatInt(after, 10))
	}
	return templ.SafeURL((&url.URL{Path: here.Path, RawQuery: q.Encode(), Fragment: "minute"}).String())
}

// span is when the session was: a day, and from when to when.
func (v ReviewPage) span() string {
	from, to := v.Review.Session.StartedAt, v.Review.End
	if v.Printer.Date(from.In(v.zone())) == v.Printer.Date(to.In(v.zone())) {
		return v.when(from) + " – " + v.minute(to)
	}
	return v.when(from) + " – " + v.when(to)
}

// figure is a number of the summary: what it is of, and what stands beside it.
type figure struct {
	Word   string
	Value  string
	Bound  bool // at least: some is missing
	Money  bool
	Beside []string
}

// figures are the numbers of the summary in their order.
func (v ReviewPage) figures() []figure {
	r, t, n := v.Review, v.Review.Total, v.Printer.Number
	missing := !r.Complete()
	out := []figure{{Word: v.t("review.length"), Value: catalog.Stopwatch(r.Length), Beside: []string{v.t("review.no_gap")}}}
	if missing {
		out[0].Beside = []string{v.t("review.gap", "Time", catalog.Stopwatch(r.Gap))}
	}
	out = append(out, v.audience()...)
	out = append(out,
		figure{Word: v.t("review.comments"), Value: n(t.Comments), Bound: missing, Beside: []string{v.t("review.chatters", "Count", r.Chatters)}},
		figure{Word: v.t("review.diamonds"), Value: n(t.Diamonds), Bound: missing, Money: true,
			Beside: []string{v.t("review.gifts", "Count", t.Gifts, "Rate", v.Printer.Decimal(r.GiftsPerMinute(), 1))}},
		figure{Word: v.t("review.gifters"), Value: n(r.Gifters), Bound: missing, Beside: v.shareOf("review.share", r.GiftingShare())},
		figure{Word: v.t("review.follows"), Value: n(t.Follows), Bound: missing},
		figure{Word: v.t("review.likes"), Value: v.Printer.Short(r.LikesTotal), Beside: []string{v.t("review.likes_here", "Count", t.Likes)}},
		figure{Word: v.t("review.returning"), Value: v.percent(r.ReturningShare()), Beside: []string{v.t("review.new", "New", t.New, "Back", t.Returning)}},
	)
	if i := len(out) - 3; t.Followers > 0 {
		out[i].Beside = []string{v.t("review.followers", "Count", t.Followers)}
	}
	return out
}

// audience are the figures about how many watched.
func (v ReviewPage) audience() []figure {
	r, t, n := v.Review, v.Review.Total, v.Printer.Number
	peak := figure{Word: v.t("review.peak"), Value: v.t("review.none")}
	average := figure{Word: v.t("review.average"), Value: v.t("review.none")}
	if t.ViewersPeak >= 0 {
		peak.Value, peak.Bound, peak.Beside = n(t.ViewersPeak), !r.Complete(), []string{v.t("review.peak_at", "Time", v.minute(r.PeakAt))}
		average.Value = n(int64(t.Average() + .5))
	}
	if through := r.WatchThrough(); through >= 0 {
		average.Beside = []string{v.t("review.stay", "Share", v.percent(through), "Time", v.Printer.Duration(r.Stay()))}
	}
	visitors := figure{Word: v.t("review.visitors"), Value: n(r.Seen()), Bound: true}
	if t.ViewersTotal > 0 {
		visitors.Value, visitors.Bound = v.Printer.Short(r.Visitors()), false
		visitors.Beside = []string{v.t("review.tiktok", "Count", t.ViewersTotal), v.t("review.seen", "Count", r.Seen())}
	}
	return []figure{peak, average, visitors}
}

func (v ReviewPage) shareOf(key string, share float64) []string {
	if share < 0 {
		return nil
	}
	return []string{v.t(key, "Share", v.percent(share))}
}

func (p Page) percent(share float64) string {
	if share < 0 {
		return "–"
	}
	return p.Printer.Percent(share)
}

// name is what a spike is called: what made it, or else what was on.
func (v ReviewPage) spikeName(i int) string {
	s := v.Review.Spikes[i]
	switch c := v.Causes[i]; {
	case c.Gift != nil:
		g := live.DataOf[live.Gift](*c.Gift)
		return v.t("review.spike.gift", "Gift", g.Gift.Name, "Count", g.RepeatCount, "Name", c.Gift.User.Name())
	case c.Text != "":
		return v.t("review.spike.text", "Text", shortened(c.Text, 40), "Count", c.Times)
	case s.Metric == live.MetricDiamonds:
		return v.t("review.spike.many", "Count", s.Minute.Gifts)
	}
	return ""
}

// spikeProgram is what was on in the minute of a spike; "" if nothing was.
func (v ReviewPage) spikeProgram(i int) string {
	at := v.Review.Spikes[i].Minute.Start
	for _, p := range v.Review.Programs {
		if p.From.Before(at.Add(time.Minute)) && p.To.After(at) {
			return v.t("review.spike.program", "Name", p.ProgramName)
		}
	}
	return ""
}

func (v ReviewPage) metric(m live.Metric) string {
	if m == live.MetricShares {
		return v.t("review.spike.shares")
	}
	return v.t("review.series." + string(m))
}

// shortened cuts a text behind so many letters.
func shortened(s string, runes int) string {
	if r := []rune(s); len(r) > runes {
		return string(r[:runes]) + "…"
	}
	return s
}

// reviewAxis is what the chart draws, in the page itself: whoever may read the page needs nothing else. Times are milliseconds.
type reviewAxis struct {
	From     int64      `json:"from"`
	To       int64      `json:"to"`
	Starts   []int64    `json:"starts"` // of the minutes
	Viewers  []*int64   `json:"viewers"`
	Comments []*int64   `json:"comments"`
	Diamonds []*int64   `json:"diamonds"`
	Likes    []*int64   `json:"likes"`
	Follows  []*int64   `json:"follows"`
	Marks    []axisMark `json:"marks"`
	Selected int64      `json:"selected"` // the minute that is open; 0 if none
}

// axisMark is something on the axis; To is From but for what has a length.
type axisMark struct {
	Kind  string `json:"kind"` // program, gap, answer, alert, scene, test, note, pin or spike
	From  int64  `json:"from"`
	To    int64  `json:"to"`
	Label string `json:"label,omitempty"`
}

// axis lays the session out by minutes. One in which nothing happened counts nothing; one of which half is missing has no number.
func (v ReviewPage) axis() reviewAxis {
	r := v.Review
	a := reviewAxis{From: r.Session.StartedAt.UnixMilli(), To: r.End.UnixMilli(), Marks: v.axisMarks()}
	if !v.Minute.Sums.Start.IsZero() {
		a.Selected = v.Minute.Sums.Start.UnixMilli()
	}
	for _, m := range r.EveryMinute() {
		a.Starts = append(a.Starts, m.Start.UnixMilli())
		known := !m.Unknown()
		told := func(n int64, ok bool) *int64 {
			if !ok {
				return nil
			}
			return &n
		}
		a.Viewers = append(a.Viewers, told(m.Viewers, known && m.Viewers >= 0))
		a.Comments = append(a.Comments, told(m.Comments, known))
		a.Diamonds = append(a.Diamonds, told(m.Diamonds, known))
		a.Likes = append(a.Likes, told(m.Likes, known))
		a.Follows = append(a.Follows, told(m.Follows, known))
	}
	return a
}

func (v ReviewPage) axisMarks() []axisMark {
	marks := []axisMark{}
	add := func(kind string, from, to time.Time, label string) {
		marks = append(marks, axisMark{kind, from.UnixMilli(), to.UnixMilli(), label})
	}
	for _, p := range v.Review.Programs {
		add("program", p.From, p.To, p.ProgramName)
	}
	for _, e := range v.Gaps {
		if from, to, ok := gapTimes(e); ok {
			add("gap", from, to, causeText(v.Page, live.DataOf[live.Gap](e).Cause))
		}
	}
	for _, at := range perMinute(v.Answers) {
		add("answer", at, at, "")
	}
	for _, m := range v.Alerts {
		add("alert", m.Start, m.Start, v.t("review.alerts", "Count", m.Shown))
	}
	if !v.Rehearsals {
		for _, at := range v.Tests {
			add("test", at, at, "")
		}
	}
	for _, m := range v.Marks {
		add(m.Kind, m.At, m.At, shortened(m.Text, 80))
	}
	for _, e := range v.Pins {
		add("pin", e.At, e.At, shortened(live.DataOf[live.Pin](e).Text, 80))
	}
	for i, s := range v.Review.Spikes {
		add("spike", s.Minute.Start, s.Minute.Start, v.spikeLabel(i))
	}
	return marks
}

func (v ReviewPage) spikeLabel(i int) string {
	s := v.Review.Spikes[i]
	what := v.t("review.spike", "Times", v.Printer.Decimal(s.Times(), 1), "What", v.metric(s.Metric))
	return joined(what, v.spikeName(i))
}

// perMinute keeps one of all moments of the same minute.
func perMinute(times []time.Time) []time.Time {
	var out []time.Time
	for _, t := range times {
		out = append(out, t.Truncate(time.Minute))
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

func gapTimes(e live.Event) (from, to time.Time, ok bool) {
	g := live.DataOf[live.Gap](e)
	from, err1 := time.Parse(time.RFC3339, g.From)
	to, err2 := time.Parse(time.RFC3339, g.To)
	return from, to, err1 == nil && err2 == nil
}

// notes are what the team wrote, in the order of the moments it is about.
func (v ReviewPage) notes() []Mark {
	var out []Mark
	for _, m := range v.Marks {
		if m.Kind == "note" {
			out = append(out, m)
		}
	}
	return out
}

// rate is a number a minute, with a digit behind the point where it is small.
func (p Page) rate(perMinute float64) string {
	if perMinute >= 10 {
		return p.Printer.Number(int64(perMinute + .5))
	}
	return p.Printer.Decimal(perMinute, 1)
}

func (m MinutePane) rows() []feedRow {
	rows := feedRows(m.Page, m.Events, m.Rehearsals && m.MadeUp)
	for _, gone := range m.Deletes {
		hideRows(m.Page, rows, gone)
	}
	return rows
}

// marked shows the line that a search led to.
func (m MinutePane) marked(r feedRow) feedRow {
	if m.Highlight != 0 && r.Seq == m.Highlight {
		r.Class += " found"
	}
	return r
}

func (m MinutePane) link(minute time.Time, after int64) templ.SafeURL {
	return minuteLink(m.Page, minute, m.Rehearsals && !m.MadeUp, after)
}

func (m MinutePane) noteURL() templ.SafeURL {
	return templ.URL("/sessions/" + strconv.FormatInt(m.ID, 10) + "/notes")
}

func (m MinutePane) deleteURL(note int64) templ.SafeURL {
	return templ.URL("/sessions/" + strconv.FormatInt(m.ID, 10) + "/notes/" + strconv.FormatInt(note, 10) + "/delete")
}

// viewers is the last count of the minute; "–" where TikTok told none.
func (p Page) viewers(n int64) string {
	if n < 0 {
		return "–"
	}
	return p.Printer.Number(n)
}

// exportURL is where one of a session's lists can be fetched as a file: "export" are its events.
func exportURL(id int64, list, format string, all bool) templ.SafeURL {
	address := "/api/sessions/" + strconv.FormatInt(id, 10) + "/" + list + "." + format
	if all {
		address += "?origin=all"
	}
	return templ.URL(address)
}

func signed(p Page, n int64) string {
	if n > 0 {
		return "+" + p.Printer.Number(n)
	}
	return "−" + p.Printer.Number(-n)
}

func gapText(p Page, e live.Event) string {
	var row feedRow
	describeGap(p, e, &row)
	return row.Text
}
