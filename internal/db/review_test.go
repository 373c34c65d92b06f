package db_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

var showStart = time.Date(2026, 1, 12, 9, 30, 0, 0, time.UTC)

// drawn is an event of a random session: every kind that counts, of every origin, repeated, out of order and from before the connect.
func drawn(r *rapid.T, n int) live.Event {
	e := live.Event{
		Origin: rapid.SampledFrom([]live.Origin{live.OriginTikTok, live.OriginTikTok, live.OriginTikTok, live.OriginSimulated, live.OriginReplay}).Draw(r, "origin"),
		At:     showStart.Add(time.Duration(n)*4*time.Second + time.Duration(rapid.IntRange(-90, 90).Draw(r, "late"))*time.Second),
		User:   viewer(rapid.IntRange(1, 6).Draw(r, "viewer")), History: rapid.IntRange(0, 9).Draw(r, "history") == 0,
	}
	if rapid.Bool().Draw(r, "numbered") {
		e.SourceID = strconv.Itoa(7_000_000 + rapid.IntRange(0, 200).Draw(r, "source"))
	}
	if rapid.IntRange(0, 20).Draw(r, "host") == 0 {
		e.User = &live.User{UniqueID: "ann", UserID: "1", Roles: []string{"host"}}
	}
	e.Data = drawnData(r)
	e.Kind = e.Data.Kind()
	switch e.Kind {
	case live.KindGap, live.KindViewers, live.KindProgram:
		e.User = nil
	}
	return e
}

func drawnData(r *rapid.T) live.Data {
	count := rapid.IntRange(1, 40).Draw(r, "count")
	switch rapid.IntRange(0, 9).Draw(r, "kind") {
	case 0, 1:
		return live.Comment{Comment: "hello"}
	case 2, 3:
		gift := live.Gift{
			Gift:        live.GiftItem{ID: 1, Name: "Rose", DiamondCount: 3, Streakable: rapid.Bool().Draw(r, "streakable")},
			RepeatCount: count, TotalDiamonds: count * 3, StreakID: strconv.Itoa(rapid.IntRange(0, 3).Draw(r, "streak")),
		}
		gift.Streaking = gift.Gift.Streakable && rapid.Bool().Draw(r, "streaking")
		return gift
	case 4:
		return live.Like{Count: count, TotalLikes: int64(rapid.IntRange(0, 5000).Draw(r, "total"))}
	case 5:
		return rapid.SampledFrom([]live.Data{live.Join{}, live.Share{}, live.Follow{}, live.Follow{Followers: int64(9000 + count)}}).Draw(r, "arrival")
	case 6, 7:
		return live.Viewers{Viewers: int64(rapid.IntRange(0, 900).Draw(r, "viewers")), Total: int64(rapid.IntRange(0, 9000).Draw(r, "all"))}
	case 8:
		from := showStart.Add(time.Duration(rapid.IntRange(0, 1000).Draw(r, "from")) * time.Second)
		to := from.Add(time.Duration(count*5) * time.Second)
		return live.Gap{From: live.Timestamp(from), To: live.Timestamp(to), Seconds: to.Sub(from).Seconds(), Cause: "network"}
	}
	return live.Program{
		Action:      rapid.SampledFrom([]string{live.ProgramStart, live.ProgramStart, live.ProgramFinish, live.ProgramPause, live.ProgramResume}).Draw(r, "action"),
		ProgramName: rapid.SampledFrom([]string{"Songs", "Chat"}).Draw(r, "program"),
	}
}

// recounted is what a review says, counted anew from the raw events by other code.
type recounted struct {
	Comments, Gifts, Diamonds, Likes, Joins, Follows, Shares, Peak, Sum, Counts, Visitors int64
	Gap                                                                                   time.Duration
	Seen, Gifters, Chatters                                                               int
	Minutes                                                                               map[string]int64 // comments by minute
	Followers                                                                             map[string]int64 // the highest count of each minute
	Programs                                                                              map[int64]string
}

func recountEvents(events []live.Event, all bool) recounted {
	c := recounted{Peak: -1, Minutes: map[string]int64{}, Followers: map[string]int64{}, Programs: map[int64]string{}}
	seen, gave, wrote := map[string]bool{}, map[string]bool{}, map[string]bool{}
	likes := map[bool]int64{}
	diamonds := map[int64]int64{}
	on, name := int64(0), ""
	for _, e := range events {
		made := e.Origin == live.OriginSimulated || e.Origin == live.OriginReplay
		if p := live.DataOf[live.Program](e); e.Kind == live.KindProgram && !e.History && !made {
			switch {
			case p.Action == "start":
				on, name = e.Seq, p.ProgramName
			case p.Action == "finish" && p.ProgramName == name:
				on, name = 0, ""
			}
			if on != 0 {
				diamonds[on] += 0
				c.Programs[on] = name
			}
		}
		if e.History || made && !all {
			continue
		}
		who := fmt.Sprint(made, e.User.Key())
		if e.User != nil && !slices.Contains(e.User.Roles, "host") {
			seen[who] = true
		} else {
			who = ""
		}
		switch e.Kind {
		case live.KindComment:
			c.Comments++
			wrote[who] = true
			c.Minutes[e.At.Format("15:04")]++
		case live.KindGift:
			if gift := live.DataOf[live.Gift](e); !gift.Streaking {
				c.Gifts += int64(gift.RepeatCount)
				c.Diamonds += int64(gift.TotalDiamonds)
				gave[who] = true
				if on != 0 {
					diamonds[on] += int64(gift.TotalDiamonds)
				}
			}
		case live.KindLike:
			c.Likes += grownBy(likes, made, live.DataOf[live.Like](e))
		case live.KindJoin:
			c.Joins++
		case live.KindFollow:
			c.Follows++
			if n := live.DataOf[live.Follow](e).Followers; n > 0 {
				c.Followers[e.At.Format("15:04")] = max(n, c.Followers[e.At.Format("15:04")])
			}
		case live.KindShare:
			c.Shares++
		case live.KindViewers:
			v := live.DataOf[live.Viewers](e)
			c.Peak, c.Sum, c.Counts, c.Visitors = max(c.Peak, v.Viewers), c.Sum+v.Viewers, c.Counts+1, max(c.Visitors, v.Total)
		case live.KindGap:
			c.Gap += time.Duration(live.DataOf[live.Gap](e).Seconds) * time.Second
		}
	}
	delete(gave, "")
	delete(wrote, "")
	c.Seen, c.Gifters, c.Chatters = len(seen), len(gave), len(wrote)
	for seq, name := range c.Programs {
		c.Programs[seq] = fmt.Sprint(name, " ", diamonds[seq])
	}
	return c
}

// grownBy is by how much the highest total of likes grew.
func grownBy(highest map[bool]int64, made bool, like live.Like) int64 {
	before := highest[made]
	switch {
	case like.TotalLikes <= 0:
		highest[made] = before + int64(like.Count)
	case like.TotalLikes <= before:
		return 0
	case before == 0:
		highest[made] = like.TotalLikes
		return min(int64(like.Count), like.TotalLikes)
	default:
		highest[made] = like.TotalLikes
	}
	return highest[made] - before
}

func reviewed(r live.Review) recounted {
	t := r.Total
	c := recounted{
		Comments: t.Comments, Gifts: t.Gifts, Diamonds: t.Diamonds, Likes: t.Likes, Joins: t.Joins, Follows: t.Follows, Shares: t.Shares, Peak: t.ViewersPeak,
		Sum: t.ViewersSum, Counts: t.ViewersCounts, Visitors: t.ViewersTotal, Gap: t.Gap, Seen: int(r.Seen()), Gifters: int(r.Gifters),
		Chatters: int(r.Chatters), Minutes: map[string]int64{}, Followers: map[string]int64{}, Programs: map[int64]string{},
	}
	for _, m := range r.Minutes {
		if m.Followers > 0 {
			c.Followers[m.Start.Format("15:04")] = m.Followers
		}
		if m.Comments > 0 {
			c.Minutes[m.Start.Format("15:04")] = m.Comments
		}
	}
	for _, p := range r.Programs {
		c.Programs[p.Seq] = fmt.Sprint(p.ProgramName, " ", p.Counts.Sums.Diamonds)
	}
	return c
}

// TestReviewEqualsARecount holds every number of a review against the events it is about, over random sessions that a restart cuts.
func TestReviewEqualsARecount(t *testing.T) {
	d := fresh(t)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		events := make([]live.Event, rapid.IntRange(1, 120).Draw(r, "events"))
		for i := range events {
			events[i] = drawn(r, i)
		}
		cut := rapid.IntRange(1, len(events)).Draw(r, "cut")
		liveID, room := strconv.Itoa(n), "room"+strconv.Itoa(n%3)
		info := record(t, d, room, liveID, events[:cut]...)
		if cut < len(events) {
			info = record(t, d, room, liveID, events[cut:]...)
		}
		if err := d.EndSession(t.Context(), info.ID, showStart.Add(20*time.Minute), "ended"); err != nil {
			r.Fatal(err)
		}
		var raw []live.Event
		for e, err := range d.All(t.Context(), db.EventQuery{Session: info.ID}) {
			if err != nil {
				r.Fatal(err)
			}
			raw = append(raw, e)
		}
		for _, all := range []bool{false, true} {
			in, err := d.Review(t.Context(), info.ID, all)
			if err != nil {
				r.Fatal(err)
			}
			if diff := cmp.Diff(recountEvents(raw, all), reviewed(live.ReviewOf(in))); diff != "" {
				r.Fatalf("session %d, all %v (-events +review):\n%s", info.ID, all, diff)
			}
		}
		checkList(r, d, info, recountEvents(raw, false))
		checkMinutes(r, d, info, raw)
	})
}

// checkList holds the list of sessions against the same count.
func checkList(r *rapid.T, d *db.DB, info live.SessionInfo, want recounted) {
	list, _, err := d.SessionSums(r.Context(), db.SessionList{Room: info.Room, Limit: 1000})
	if err != nil {
		r.Fatal(err)
	}
	i := slices.IndexFunc(list, func(s db.SessionSum) bool { return s.ID == info.ID })
	if i < 0 {
		r.Fatalf("session %d is not in the list", info.ID)
	}
	s := list[i]
	got := []int64{s.Comments, s.Gifts, s.Diamonds, s.Likes, s.Follows, s.Shares, s.Peak, s.Seen, s.Gifters, int64(s.Gap)}
	if diff := cmp.Diff([]int64{want.Comments, want.Gifts, want.Diamonds, want.Likes, want.Follows, want.Shares, want.Peak, int64(want.Seen), int64(want.Gifters), int64(want.Gap)}, got); diff != "" {
		r.Fatalf("in the list (-events +list):\n%s", diff)
	}
}

// checkMinutes reads every minute and looks for each event that was said or given in it.
func checkMinutes(r *rapid.T, d *db.DB, info live.SessionInfo, raw []live.Event) {
	want, got := map[int64]bool{}, map[int64]bool{}
	starts := map[time.Time]bool{}
	for _, e := range raw {
		starts[e.At.Truncate(time.Minute)] = true
		listed := e.Kind == live.KindComment || e.Kind == live.KindProgram || e.Kind == live.KindGap || e.Kind == live.KindFollow || e.Kind == live.KindShare ||
			e.Kind == live.KindGift && !live.DataOf[live.Gift](e).Streaking
		if listed && !e.History && !e.Origin.Rehearsal() {
			want[e.Seq] = true
		}
	}
	for start := range starts {
		events, err := d.MinuteEvents(r.Context(), db.MinuteQuery{Session: info.ID, Start: start, Limit: 1000})
		if err != nil {
			r.Fatal(err)
		}
		for _, e := range events {
			got[e.Seq] = true
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		r.Fatalf("events of the minutes (-events +minutes):\n%s", diff)
	}
}

func TestSpikesAreNamed(t *testing.T) {
	d := fresh(t)
	var events []live.Event
	at := func(minute, second int, e live.Event) {
		e.At = showStart.Add(time.Duration(minute)*time.Minute + time.Duration(second)*time.Second)
		events = append(events, e)
	}
	galaxy := live.Gift{Gift: live.GiftItem{ID: 2, Name: "Galaxy", DiamondCount: 1000}, RepeatCount: 3, TotalDiamonds: 3000}
	for minute := range 30 {
		for i := range 5 {
			at(minute, i, by(i, live.Comment{Comment: "line " + strconv.Itoa(i)}))
		}
		at(minute, 10, by(1, live.Gift{Gift: live.GiftItem{ID: 1, Name: "Rose", DiamondCount: 1}, RepeatCount: 20, TotalDiamonds: 20}))
		if minute == 12 || minute == 13 {
			for i := range 30 {
				at(minute, 20+i, by(i, live.Comment{Comment: []string{"ĐẸP quá", "đẹp quá", "wow"}[i%3]}))
			}
		}
		if minute == 20 {
			at(minute, 30, by(2, galaxy))
		}
	}
	slices.SortStableFunc(events, func(a, b live.Event) int { return a.At.Compare(b.At) })
	info := record(t, d, "ann", "1", events...)
	if err := d.EndSession(t.Context(), info.ID, showStart.Add(30*time.Minute), "ended"); err != nil {
		t.Fatal(err)
	}
	in, err := d.Review(t.Context(), info.ID, false)
	if err != nil {
		t.Fatal(err)
	}
	in.Session.StartedAt = showStart
	var got []string
	for _, s := range live.ReviewOf(in).Spikes {
		cause, err := d.SpikeCause(t.Context(), info.ID, s, false)
		if err != nil {
			t.Fatal(err)
		}
		name := cause.Text
		if cause.Gift != nil {
			name = live.DataOf[live.Gift](*cause.Gift).Gift.Name + " by " + cause.Gift.User.Name()
		}
		got = append(got, fmt.Sprintf("%s %s ×%.1f %d min: %s", s.Minute.Start.Format("15:04"), s.Metric, s.Times(), int(s.Lasted.Minutes()), name))
	}
	want := []string{"09:42 comments ×5.7 2 min: đẹp quá", "09:50 diamonds ×151.0 1 min: Galaxy by Viewer 2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("spikes (-want +got):\n%s", diff)
	}
}

func TestSessionMarks(t *testing.T) {
	d := fresh(t)
	info := record(t, d, "ann", "1", by(1, live.Comment{Comment: "hi"}))
	note := db.SessionMark{Session: info.ID, At: showStart, Kind: db.MarkNote, Text: "keep this", Author: "linh", Changed: showStart}
	first, err := d.AddSessionMark(t.Context(), note)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := d.AddSessionMark(t.Context(), note); err != nil || again.ID != first.ID {
		t.Errorf("the same note again is %d, %v; want %d", again.ID, err, first.ID)
	}
	marks, err := d.SessionMarks(t.Context(), info.ID, time.Time{}, time.Time{})
	if diff := cmp.Diff([]db.SessionMark{first}, marks); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if err := d.DeleteSessionMark(t.Context(), info.ID+1, first.ID); err != nil {
		t.Fatal(err)
	}
	if marks, err = d.SessionMarks(t.Context(), info.ID, showStart, showStart.Add(time.Minute)); err != nil || len(marks) != 1 {
		t.Errorf("another session's page took the note away: %v, %v", marks, err)
	}
	if err := d.DeleteSessionMark(t.Context(), info.ID, first.ID); err != nil {
		t.Fatal(err)
	}
	if marks, err = d.SessionMarks(t.Context(), info.ID, time.Time{}, time.Time{}); err != nil || len(marks) != 0 {
		t.Errorf("%v, %v", marks, err)
	}
	if _, err := d.AddSessionMark(t.Context(), db.SessionMark{Session: 99}); live.CodeOf(err) != live.CodeNotFound {
		t.Errorf("a mark in no session: %v", err)
	}
}

func TestAlertMinutes(t *testing.T) {
	d := fresh(t)
	info, gone := record(t, d, "ann", "1", by(1, live.Comment{Comment: "hi"})), int64(99)
	at := func(seconds int) time.Time {
		return showStart.Truncate(time.Minute).Add(time.Duration(seconds) * time.Second)
	}
	for overlay, shown := range [][]time.Time{{at(0), at(59), at(60)}, {at(61)}, {at(200)}} {
		if err := d.AddAlertsShown(t.Context(), info.ID, int64(overlay), shown); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.AddAlertsShown(t.Context(), gone, 1, []time.Time{at(0)}); err != nil {
		t.Errorf("a session that is deleted: %v", err)
	}
	got, err := d.AlertMinutes(t.Context(), info.ID)
	if diff := cmp.Diff([]live.AlertMinute{{Start: at(0), Shown: 2}, {Start: at(60), Shown: 2}, {Start: at(180), Shown: 1}}, got); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if got, err := d.AlertMinutes(t.Context(), gone); err != nil || len(got) > 0 {
		t.Errorf("of a session that is deleted: %v, %v", got, err)
	}
}
