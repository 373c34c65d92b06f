package db_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

// wires returns events as they go over the wire.
func wires(t *testing.T, events []live.Event) (out []string) {
	t.Helper()
	for _, e := range events {
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, string(b))
	}
	return out
}

// TestReadAgain: what a browser saw live is what the store gives later, byte for byte, for every kind.
func TestReadAgain(t *testing.T) {
	d := fresh(t)
	var events []live.Event
	for i, kind := range live.Kinds() {
		data, err := live.DecodeData(kind, json.RawMessage(`{"text":"<b>\u202e💜","repeat_count":3,"gift":{"id":5,"diamond_count":2},"top":[{"rank":1}]}`))
		if err != nil {
			t.Fatal(err)
		}
		e := by(i, data)
		e.SourceID, e.Cause, e.History = "73407025096714678"+string(rune('0'+i%10))+string(rune('0'+i/10)), int64(i%3), i%5 == 0
		if i%4 == 0 {
			e.User = nil
		}
		events = append(events, e)
	}
	handle, nameless := by(1, live.Join{}), by(2, live.Join{Anonymous: true})
	handle.User = &live.User{UniqueID: "only.handle", Nickname: "No Id"}
	nameless.User = &live.User{Nickname: "Viewer7"}
	events = append(events, handle, nameless)

	info, err := d.OpenSession(t.Context(), "ann", live.RoomInfo{RoomID: "1"}, live.OriginTikTok, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	s := live.NewSession(info, live.Past{}, d)
	defer s.Close(false)
	last, err := s.Append(t.Context(), events...)
	if err != nil {
		t.Fatal(err)
	}
	var seen []live.Event
	for batch, err := range s.Log().Follow(t.Context(), 0) {
		if err != nil {
			t.Fatal(err)
		}
		if seen = append(seen, batch...); seen[len(seen)-1].Seq == last {
			break
		}
	}
	stored, err := d.EventsAfter(t.Context(), info.ID, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wires(t, seen), wires(t, stored)); diff != "" {
		t.Errorf("live and stored differ (-live +stored):\n%s", diff)
	}
}

func TestSearch(t *testing.T) {
	d := fresh(t)
	texts := []string{
		"今天天气真好！唱得太好听了", "chị ơi hát bài Nàng thơ đi ạ", "đẹp quá trời luôn", "東京から見てます", "データがある", "เพลงนี้ชื่ออะไรคะ?",
		"Hello! Amazing stream!", "안녕하세요 여러분", "ＦＵＬＬ ｗｉｄｔｈ", "مَرْحَبًا من القاهرة", `"OR" NEAR( * terms:x`, "<script>alert(1)</script>", "天好",
	}
	events := make([]live.Event, len(texts))
	for i, text := range texts {
		events[i] = by(i, live.Comment{Comment: text})
	}
	info := record(t, d, "ann", "1", events...)
	record(t, d, "bob", "2", by(1, live.Comment{Comment: "今天"}))
	for query, want := range map[string][]int{
		"天气": {0}, "好听": {0}, "天": {0, 12}, "天好": {12}, "真好 今天": {0}, "气天": nil,
		"nang tho": {1}, "Nàng": {1}, "dep": {2}, "đẹp": {2}, "ĐẸP QUÁ": {2},
		"東京": {3}, "見て": {3}, "デー": {4}, "テー": nil, "ชื่ออะไร": {5}, "เพลง": {5},
		"hello": {6}, "amaz": {6}, "mazing": nil, "안녕": {7}, "full WIDTH": {8}, "مرحبا": {9},
		`"or"`: {10}, "near(": {10}, "*": nil, `' OR 1=1 --`: {}, "script": {11}, "💜": nil, "": {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
	} {
		found, err := d.Events(t.Context(), db.EventQuery{Session: info.ID, Text: query, Limit: 100})
		if err != nil {
			t.Errorf("%q: %v", query, err)
			continue
		}
		var got []int
		for _, e := range found {
			got = append(got, int(e.Seq-1))
		}
		if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
			t.Errorf("%q (-want +got):\n%s", query, diff)
		}
	}
}

func TestSearchPages(t *testing.T) {
	d := fresh(t)
	events := make([]live.Event, 1000)
	for i := range events {
		events[i] = by(i%60, live.Comment{Comment: "天 气"}) // holds both letters apart, never the word
		if i%100 == 99 {
			events[i] = by(i%60, live.Comment{Comment: "天气"})
		}
	}
	info := record(t, d, "ann", "1", events...)
	var seqs []int64
	for after := int64(0); ; {
		page, err := d.Events(t.Context(), db.EventQuery{Session: info.ID, Text: "天气", Limit: 3, After: after})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range page {
			seqs = append(seqs, e.Seq)
			after = e.Seq
		}
		if len(page) < 3 {
			break
		}
	}
	if diff := cmp.Diff([]int64{100, 200, 300, 400, 500, 600, 700, 800, 900, 1000}, seqs); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func FuzzSearch(f *testing.F) {
	f.Add("hello", "hello world")
	f.Add(`"*^(){}`, "x")
	f.Add("天气", "今天天气")
	d := fresh(f)
	info := record(f, d, "ann", "1", by(1, live.Comment{Comment: "今天天气 hello đẹp"}))
	f.Fuzz(func(t *testing.T, query, text string) {
		if _, err := d.Events(context.Background(), db.EventQuery{Session: info.ID, Text: query, Limit: 10}); err != nil {
			t.Fatalf("%q: %v", query, err)
		}
		if strings.ContainsAny(db.Terms(text), `"'*^():-+{}`) {
			t.Fatalf("the terms of %q hold FTS syntax: %q", text, db.Terms(text))
		}
	})
}

// TestTermsFindTheirText: any letters of a text are found in it.
func TestTermsFindTheirText(t *testing.T) {
	d := fresh(t)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		text := rapid.StringMatching(`[a-zđẹ ]{0,8}[天气今好東京เพลง]{2,8}[ a-z]{0,4}`).Draw(r, "text")
		runes := []rune(text)
		var han []int
		for i, c := range runes {
			if c >= 0x4e00 && c <= 0x9fff {
				han = append(han, i)
			}
		}
		if len(han) == 0 {
			return
		}
		at := rapid.SampledFrom(han).Draw(r, "at")
		info := record(t, d, "ann", string(rune('a'+n%26))+time.Now().String(), by(1, live.Comment{Comment: text}))
		found, err := d.Events(t.Context(), db.EventQuery{Session: info.ID, Text: string(runes[at]), Limit: 10})
		if err != nil || len(found) != 1 {
			r.Fatalf("%q not found in %q: %v", runes[at], text, err)
		}
	})
}

func TestFilters(t *testing.T) {
	d := fresh(t)
	simulated := by(1, live.Comment{Comment: "rehearsed"})
	simulated.Origin = live.OriginSimulated
	info := record(t, d, "ann", "1", by(1, live.Comment{Comment: "one"}), by(2, live.Join{}), by(2, live.Comment{Comment: "two"}), simulated)
	for name, tc := range map[string]struct {
		q    db.EventQuery
		want []int64
	}{
		"kind":          {db.EventQuery{Kind: live.KindJoin}, []int64{2}},
		"origin":        {db.EventQuery{Origin: live.OriginSimulated}, []int64{4}},
		"user by id":    {db.EventQuery{User: viewer(2).UserID}, []int64{2, 3}},
		"user by name":  {db.EventQuery{User: "viewer2"}, []int64{2, 3}},
		"text and kind": {db.EventQuery{Text: "two", Kind: live.KindComment, User: "viewer2"}, []int64{3}},
		"up to":         {db.EventQuery{UpTo: 2}, []int64{1, 2}},
	} {
		tc.q.Session, tc.q.Limit = info.ID, 10
		found, err := d.Events(t.Context(), tc.q)
		if err != nil {
			t.Fatal(err)
		}
		var seqs []int64
		for _, e := range found {
			seqs = append(seqs, e.Seq)
		}
		if diff := cmp.Diff(tc.want, seqs); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestSimulatedViewerCannotRename: a simulated event with a real viewer's id must not change the real one.
func TestSimulatedViewerCannotRename(t *testing.T) {
	d := fresh(t)
	forged := by(1, live.Comment{Comment: "I am somebody else"})
	forged.Origin, forged.User.Nickname = live.OriginSimulated, "Forged"
	info := record(t, d, "ann", "1", by(1, live.Comment{Comment: "real"}), forged)
	events, err := d.EventsAfter(t.Context(), info.ID, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := events[0].User.Nickname, events[1].User.Nickname; a != "Viewer 1" || b != "Forged" {
		t.Errorf("names %q and %q", a, b)
	}
}

// TestNamelessMessageKeepsTheName: some messages name their viewer by id alone; that must not take the name away.
func TestNamelessMessageKeepsTheName(t *testing.T) {
	path := filepath.Join(t.TempDir(), "names.db")
	d := open(t, path)
	bare, renamed := by(1, live.Goal{GoalID: "1"}), by(2, live.Join{})
	bare.User = &live.User{UserID: viewer(1).UserID}
	renamed.User.Nickname = "Another Name"
	info := record(t, d, "ann", "1", by(1, live.Join{}), by(2, live.Join{}), bare, renamed)
	again := open(t, path) // which does not remember whom it wrote
	record(t, again, "ann", "1", bare)
	events, err := again.EventsAfter(t.Context(), info.ID, 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range events {
		got = append(got, e.User.UniqueID+" is "+e.User.Nickname)
	}
	one, two := "viewer1 is Viewer 1", "viewer2 is Another Name"
	if diff := cmp.Diff([]string{one, two, one, two, one}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNumbers(t *testing.T) {
	d := fresh(t)
	galaxy := live.Gift{Gift: live.GiftItem{ID: 1, Name: "Galaxy", DiamondCount: 1000, Type: 2}, RepeatCount: 2, TotalDiamonds: 2000}
	simulated := by(4, galaxy)
	simulated.Origin = live.OriginSimulated
	record(t, d, "ann", "1", by(1, live.Join{}))
	info := record(t, d, "ann", "2",
		by(1, live.Comment{Comment: "again"}), by(2, live.Comment{Comment: "new here"}), by(2, galaxy), by(1, live.Like{Count: 5, TotalLikes: 100}),
		by(3, live.Viewers{Viewers: 40}), by(3, live.Viewers{Viewers: 30}), by(3, live.Follow{}), by(3, live.Share{}), by(2, live.Join{}), simulated)
	got, err := d.Totals(t.Context(), info.ID, false)
	if err != nil {
		t.Fatal(err)
	}
	want := db.Totals{
		Comments: 2, Gifts: 2, Diamonds: 2000, Joins: 1, Follows: 1, Shares: 1, Likes: 100, LikesGrown: 5, Viewers: 30, ViewersPeak: 40,
		New: 2, Returning: 1, Minutes: 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("totals (-want +got):\n%s", diff)
	}
	session, same, err := d.Summary(t.Context(), info.ID, false)
	if err != nil || session.LastSeq != info.LastSeq || !cmp.Equal(same, got) {
		t.Errorf("summary up to %d of %d: %+v, %v", session.LastSeq, info.LastSeq, same, err)
	}
	if got, err = d.Totals(t.Context(), info.ID, true); err != nil || got.Diamonds != 4000 {
		t.Errorf("with rehearsals %d diamonds, want 4000 (%v)", got.Diamonds, err)
	}
	top, err := d.Attendance(t.Context(), info.ID, false, "diamonds", 1, 0)
	if err != nil || len(top) != 1 || top[0].User.UniqueID != "viewer2" || top[0].Diamonds != 2000 {
		t.Errorf("top gifter %+v, %v", top, err)
	}
}

// TestMinutesAreSumsOfEvents: the minutes say what a recount of the stored events says.
func TestMinutesAreSumsOfEvents(t *testing.T) {
	d := fresh(t)
	var events []live.Event
	start := time.Date(2026, 1, 12, 9, 30, 0, 0, time.UTC)
	for at, e := range (live.Simulator{Seed: 7, Rates: live.DemoRates}).Script(1) {
		e.Origin, e.At = live.OriginTikTok, start.Add(at)
		if events = append(events, e); len(events) == 3000 {
			break
		}
	}
	info := record(t, d, "ann", "1", events...)
	recount := map[string]int64{}
	for e, err := range d.All(t.Context(), db.EventQuery{Session: info.ID}) {
		if err != nil {
			t.Fatal(err)
		}
		recount[string(e.Kind)]++
		if gift := live.DataOf[live.Gift](e); e.Kind == live.KindGift && !gift.Streaking {
			recount["pieces"] += int64(gift.RepeatCount)
			recount["diamonds"] += int64(gift.TotalDiamonds)
		}
		if e.Kind == live.KindLike {
			recount["likes"] = max(recount["likes"], live.DataOf[live.Like](e).TotalLikes)
		}
	}
	totals, err := d.Totals(t.Context(), info.ID, false)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int64{
		"comment": totals.Comments, "pieces": totals.Gifts, "diamonds": totals.Diamonds, "likes": totals.Likes, "join": totals.Joins,
		"follow": totals.Follows, "share": totals.Shares,
	}
	for name, n := range got {
		if recount[name] != n {
			t.Errorf("%s: minutes say %d, events %d", name, n, recount[name])
		}
	}
}

func TestClaim(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "folder", "claimed.db")
	release, err := db.Claim(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Claim(t.Context(), url); live.CodeOf(err) != live.CodeConflict || !strings.Contains(live.MessageOf(err), "in use by another Showcaller") {
		t.Errorf("claimed twice: %v", err)
	}
	if err := release(); err != nil {
		t.Fatal(err)
	}
	again, err := db.Claim(t.Context(), url)
	if err != nil {
		t.Fatalf("not free after its release: %v", err)
	}
	if err := again(); err != nil {
		t.Fatal(err)
	}
}

func TestSessionNumbersAreNeverGivenTwice(t *testing.T) {
	d := fresh(t)
	first := record(t, d, "ann", "1", by(1, live.Comment{Comment: "天气"}))
	if err := d.DeleteSession(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	second := record(t, d, "ann", "2", by(1, live.Join{}))
	if second.ID == first.ID {
		t.Errorf("session %d was given twice", first.ID)
	}
	if found, err := d.Events(t.Context(), db.EventQuery{Session: first.ID, Text: "天气", Limit: 1}); err != nil || len(found) > 0 {
		t.Errorf("a deleted session is still found: %v, %v", found, err)
	}
	if err := d.DeleteSession(t.Context(), first.ID); live.CodeOf(err) != live.CodeNotFound {
		t.Errorf("deleting it again: %v", err)
	}
}

func TestSameLiveGoesOn(t *testing.T) {
	d := fresh(t)
	first := record(t, d, "ann", "1", by(1, live.Join{}))
	if err := d.EndSession(t.Context(), first.ID, time.Now(), "stopped"); err != nil {
		t.Fatal(err)
	}
	second := record(t, d, "ann", "1", by(2, live.Join{}))
	if second.ID != first.ID || second.LastSeq != 2 || !second.EndedAt.IsZero() {
		t.Errorf("reopened as %+v", second)
	}
}

func TestOpenErrors(t *testing.T) {
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage.db")
	if err := os.WriteFile(garbage, []byte(strings.Repeat("this is no database ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	newer := filepath.Join(dir, "newer.db")
	d := open(t, newer)
	if err := d.Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (999, 1)`); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct{ url, want string }{
		"no scheme":        {"data/x.db", "must be sqlite: and a file"},
		"postgres":         {"postgres://x", "must be sqlite: and a file"},
		"not a database":   {"sqlite:" + garbage, "is not an SQLite database"},
		"newer":            {"sqlite:" + newer, "was written by a newer Showcaller"},
		"folder is a file": {"sqlite:" + garbage + "/x.db", "cannot be opened"},
	} {
		_, err := db.Open(t.Context(), tc.url, slog.New(slog.DiscardHandler))
		if err == nil || !strings.Contains(live.MessageOf(err), tc.want) {
			t.Errorf("%s: %v, want %q", name, err, tc.want)
		}
	}
}

// TestFullDisk fills the database to its limit: what was stored stays, the session says why it stopped, and with room again it
// goes on where it was.
func TestFullDisk(t *testing.T) {
	path := filepath.Join(t.TempDir(), "full.db")
	d := open(t, path)
	info := record(t, d, "ann", "1", by(1, live.Comment{Comment: "before"}))
	if err := d.LimitPages(t.Context(), 80); err != nil {
		t.Fatal(err)
	}
	s := live.NewSession(info, live.Past{LastSeq: info.LastSeq}, d)
	defer s.Close(false)
	var err error
	stored := info.LastSeq
	for err == nil {
		var last int64
		if last, err = s.Append(t.Context(), by(2, live.Comment{Comment: strings.Repeat("long ", 100)})); err == nil {
			stored = last
		}
	}
	if live.ReasonOf(err) != live.ReasonStorage || !strings.Contains(live.MessageOf(err), "disk is full") {
		t.Errorf("error %v", err)
	}
	after, err := d.Session(t.Context(), info.ID)
	if err != nil || after.LastSeq != stored {
		t.Errorf("last %d in the store, %d was confirmed (%v)", after.LastSeq, stored, err)
	}
	if err := d.LimitPages(t.Context(), 1<<30); err != nil {
		t.Fatal(err)
	}
	again := record(t, d, "ann", "1", by(3, live.Join{}))
	if again.LastSeq != stored+1 {
		t.Errorf("went on at %d, want %d", again.LastSeq, stored+1)
	}
	assertNoHoles(t, d, info.ID)
}

func assertNoHoles(t *testing.T, d *db.DB, session int64) {
	t.Helper()
	next := int64(1)
	for e, err := range d.All(t.Context(), db.EventQuery{Session: session}) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Seq != next {
			t.Fatalf("seq %d, want %d", e.Seq, next)
		}
		next++
	}
}

func TestBackup(t *testing.T) {
	d := fresh(t)
	info := record(t, d, "ann", "1", by(1, live.Comment{Comment: "kept"}))
	file := filepath.Join(t.TempDir(), "copy.db")
	if err := d.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if err := d.Backup(t.Context(), file); live.CodeOf(err) != live.CodeConflict {
		t.Errorf("a backup overwrote a file: %v", err)
	}
	events, err := open(t, file).EventsAfter(t.Context(), info.ID, 0, 10)
	if err != nil || len(events) != 1 {
		t.Errorf("%d events in the copy, %v", len(events), err)
	}
}

func TestOneBadBatchDoesNotTakeTheOthers(t *testing.T) {
	d := fresh(t)
	a, err := d.OpenSession(t.Context(), "ann", live.RoomInfo{RoomID: "1"}, live.OriginTikTok, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	e := by(1, live.Join{})
	e.SessionID, e.Seq = a.ID, 1
	good := live.Batch{SessionID: a.ID, Room: "ann", Events: []live.Event{e}}
	if err := d.Append(t.Context(), good); err != nil {
		t.Fatal(err)
	}
	next := e
	next.Seq = 2
	results := make(chan error, 2)
	go func() { results <- d.Append(context.Background(), good) }() // seq 1 again: refused
	go func() {
		results <- d.Append(context.Background(), live.Batch{SessionID: a.ID, Room: "ann", Events: []live.Event{next}})
	}()
	failed := 0
	for range 2 {
		if err := <-results; err != nil {
			failed++
			if _, ok := errors.AsType[*live.Error](err); !ok {
				t.Errorf("an error of the library got out: %v", err)
			}
		}
	}
	if failed != 1 {
		t.Errorf("%d batches failed, want the bad one only", failed)
	}
}

// TestAllReadsAhead: whoever stops reading leaves nothing running, and whoever is interrupted is told that it was not all.
func TestAllReadsAhead(t *testing.T) {
	d := fresh(t)
	const most = 2500 // of which two and a half pages are made
	events := make([]live.Event, most)
	for i := range events {
		events[i] = by(1, live.Comment{Comment: strconv.Itoa(i)})
	}
	info := record(t, d, "ann", "1", events...)
	for _, stop := range []int{1, 1000, 1001, most, most + 1} {
		got, last := 0, int64(0)
		for e, err := range d.All(t.Context(), db.EventQuery{Session: info.ID}) {
			if err != nil || e.Seq != last+1 {
				t.Fatalf("after %d: %d, %v", last, e.Seq, err)
			}
			last = e.Seq
			if got++; got == stop {
				break
			}
		}
		if want := min(stop, most); got != want {
			t.Errorf("%d events, want %d", got, want)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var end error
	for e, err := range d.All(ctx, db.EventQuery{Session: info.ID}) {
		if end = err; e.Seq == 500 {
			cancel()
		}
	}
	if !errors.Is(end, context.Canceled) {
		t.Errorf("an interrupted export ended with %v", end)
	}
}
