package templates

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"showcaller/internal/live"
)

// rowLimit is how many of the newest events a page shows without script.
const rowLimit = 100

// feedRow is one line of the feed as the server prints it. The browser's <live-feed> takes its place and makes the same rows.
type feedRow struct {
	Seq   int64
	Kind  live.Kind
	Class string // chat, gift, people, crowd, host, system or gap
	At    time.Time
	User  *live.User // nil for a line without a face
	Name  string     // who, before the text
	Tags  []string
	Text  string
	Lang  string
	Worth int64  // diamonds
	Aside string // why the host did not answer it
	Under string // below the text: why the template spoke for the model
	Sim   bool
	Past  bool
	Gone  string // "gone" where TikTok's moderators took it away, "gone struck" where the team hid it

	event live.Event
}

// band is from how many diamonds a gift is a band, and is kept.
const band = 100

// keeps reports whether a row must not be missed: somebody asks, pays much, or subscribes.
func (r feedRow) keeps() bool {
	return !r.Past && r.Gone == "" && (r.Kind == live.KindQuestion || r.Kind == live.KindSubscribe || r.Kind == live.KindGift && r.Worth >= band)
}

// keptRows are the rows that must not be missed, the newest first.
func keptRows(rows []feedRow) []feedRow {
	var out []feedRow
	for _, r := range slices.Backward(rows) {
		if r.keeps() {
			out = append(out, r)
		}
	}
	return out
}

// pinnable reports whether a row is something a viewer did that the team may want to keep.
func (r feedRow) pinnable() bool {
	return r.Gone == "" && (r.Kind == live.KindComment || r.Kind == live.KindQuestion || r.Kind == live.KindGift || r.Kind == live.KindSubscribe)
}

// showable reports whether the team hid a row, and may show it again.
func (r feedRow) showable() bool { return r.Gone == struck }

// hidable reports whether the team may hide a row from the audience.
func (r feedRow) hidable() bool { return r.Gone == "" && live.Written(r.event) }

func (r feedRow) classes() string {
	c := "row " + r.Class
	if r.Class == "gift" && r.Worth >= band {
		c += " big"
	}
	if r.Sim {
		c += " sim"
	}
	if r.Past {
		c += " past"
	}
	if r.Gone != "" {
		c += " " + r.Gone
	}
	return c
}

// feedRows makes rows of events, oldest first: a streak is one row, people who only came in or tapped are one grey line.
func feedRows(p Page, events []live.Event, demo bool) []feedRow {
	if len(events) > rowLimit {
		events = events[len(events)-rowLimit:]
	}
	f := feed{page: p, demo: demo, streaks: map[string]int{}}
	for _, e := range events {
		f.add(e)
	}
	return f.rows
}

// markedRows makes a row of one event, gone if something hides it; none of what is no line.
func markedRows(p Page, e live.Event, deletes []live.Event) []feedRow {
	rows := feedRows(p, []live.Event{e}, false)
	for _, gone := range deletes {
		hideRows(p, rows, gone)
	}
	return rows
}

type feed struct {
	page    Page
	demo    bool // everything is made up: the page says it once, not on each row
	rows    []feedRow
	streaks map[string]int // where a streak's row is
	crowd   *crowd
}

// crowd is the grey line that gathers people who only came in or tapped.
type crowd struct {
	row          int // index
	since        time.Time
	joins, likes int64
}

const gather = 15 * time.Second // for which a grey line gathers people

func (f *feed) add(e live.Event) {
	describe, ok := describers[e.Kind]
	if !ok {
		return // the viewer counter: it is a number of the page, not a line
	}
	row := feedRow{Seq: e.Seq, Kind: e.Kind, At: e.At, User: e.User, Name: e.User.Name(), Past: e.History, Sim: e.Origin.Rehearsal() && !f.demo, Tags: tags(f.page, e, f.demo), event: e}
	describe(f.page, e, &row)
	switch {
	case row.Class == "crowd":
		f.addCrowd(e, row)
		return
	case e.Kind == live.KindSkip && f.skipped(e):
		return
	case e.Kind == live.KindDelete:
		hideRows(f.page, f.rows, e)
	case e.Kind == live.KindGift:
		if i, ok := f.streaks[streakKey(e)]; ok {
			f.rows[i].Text, f.rows[i].Worth = row.Text, row.Worth
			return
		}
		f.streaks[streakKey(e)] = len(f.rows)
	}
	if row.Lang == "" {
		row.Lang = script(row.Text, "")
	}
	f.rows = append(f.rows, row)
}

// Gone is what hides messages, by session.
type Gone map[int64][]live.Event

// What a row that is gone looks like.
const (
	removed = "gone"        // by TikTok's moderators
	struck  = "gone struck" // by the team, which can still read it
)

// hideRows shows on the rows that a Delete takes away that they are gone, or here again.
func hideRows(p Page, rows []feedRow, gone live.Event) {
	d := live.DataOf[live.Delete](gone)
	for i := range rows {
		switch r := &rows[i]; {
		case r.Gone == removed || !live.Means(gone, r.event):
		case d.Shown && r.Gone == struck:
			r.Gone, r.Aside = "", ""
		case d.Shown:
		case d.Author != "":
			r.Gone, r.Aside = struck, p.t("feed.hidden", "Name", d.Author)
		default:
			r.Gone, r.Text, r.Lang, r.Aside = removed, p.t("feed.deleted"), "", ""
		}
	}
}

// skipped says on the row of an event that the host did not answer it; false if that row is not here.
func (f *feed) skipped(e live.Event) bool {
	for i := len(f.rows) - 1; i >= 0; i-- {
		if f.rows[i].Seq == e.Cause && f.rows[i].Class != "crowd" {
			if f.rows[i].Gone == "" {
				f.rows[i].Aside = skipText(f.page, e, f.rows[i].Kind)
			}
			return true
		}
	}
	return false
}

// addCrowd lets the newest grey line grow, or begins one.
func (f *feed) addCrowd(e live.Event, row feedRow) {
	if f.crowd == nil || e.At.Sub(f.crowd.since) >= gather || f.rows[f.crowd.row].Sim != row.Sim || f.rows[f.crowd.row].Past != row.Past {
		f.crowd = &crowd{row: len(f.rows), since: e.At}
		f.rows = append(f.rows, row)
	}
	if e.Kind == live.KindJoin {
		f.crowd.joins++
	} else {
		f.crowd.likes += int64(live.DataOf[live.Like](e).Count)
	}
	e.User = nil
	line := &f.rows[f.crowd.row]
	line.Name, line.User, line.Tags = "", nil, tags(f.page, e, f.demo)
	var parts []string
	if f.crowd.joins > 0 {
		parts = append(parts, f.page.t("feed.joined", "Count", f.crowd.joins))
	}
	if f.crowd.likes > 0 {
		parts = append(parts, f.page.t("feed.liked", "Count", f.crowd.likes))
	}
	line.Text = strings.Join(parts, " · ")
}

func streakKey(e live.Event) string {
	gift := live.DataOf[live.Gift](e)
	if gift.StreakID == "" {
		return strconv.FormatInt(e.Seq, 10)
	}
	return e.User.Key() + "/" + strconv.FormatInt(gift.Gift.ID, 10) + "/" + gift.StreakID
}

// tags are the small words before a name.
func tags(p Page, e live.Event, demo bool) []string {
	var out []string
	switch {
	case demo:
	case e.Origin == live.OriginSimulated:
		out = append(out, p.t("feed.tag.simulated"))
	case e.Origin == live.OriginReplay:
		out = append(out, p.t("feed.tag.replay"))
	}
	if e.Kind == live.KindQuestion {
		out = append(out, p.t("feed.tag.question"))
	}
	if e.User == nil {
		return out
	}
	for _, role := range []string{"host", "moderator", "subscriber"} {
		if slices.Contains(e.User.Roles, role) {
			out = append(out, p.t("feed.tag."+role))
		}
	}
	if e.User.TopGifter > 0 {
		out = append(out, p.t("feed.tag.top", "Rank", e.User.TopGifter))
	}
	return out
}

type describer func(p Page, e live.Event, row *feedRow)

// describers say what a kind of event is in words. Viewers has none: it only moves a number.
var describers = map[live.Kind]describer{
	live.KindComment:    describeComment,
	live.KindQuestion:   describeQuestion,
	live.KindGift:       describeGift,
	live.KindJoin:       says("crowd", ""),
	live.KindLike:       says("crowd", ""),
	live.KindFollow:     says("people", "feed.follow"),
	live.KindShare:      describeShare,
	live.KindSubscribe:  describeSubscribe,
	live.KindConnect:    describeConnect,
	live.KindDisconnect: describeDisconnect,
	live.KindLiveEnd:    describeLiveEnd,
	live.KindLivePause:  says("system", "feed.live_pause"),
	live.KindLiveResume: says("system", "feed.live_resume"),
	live.KindPin:        describePin,
	live.KindDelete:     describeDelete,
	live.KindBattle:     describeBattle,
	live.KindGoal:       describeGoal,
	live.KindEnvelope:   describeEnvelope,
	live.KindPoll:       describePoll,
	live.KindRank:       describeRank,
	live.KindCaption:    describeCaption,
	live.KindIntro:      describeIntro,
	live.KindSystem:     describeSystem,
	live.KindProgram:    describeProgram,
	live.KindReply:      describeReply,
	live.KindSkip:       describeSkip,
	live.KindGap:        describeGap,
	live.KindNote:       describeNote,
}
