package db_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

func named(n int, handle, nickname string, data live.Data) live.Event {
	e := by(n, data)
	u := *e.User
	u.UniqueID, u.Nickname = handle, nickname
	e.User = &u
	return e
}

func TestViewerHistory(t *testing.T) {
	d := fresh(t)
	rose := live.Gift{Gift: live.GiftItem{ID: 1, Name: "Rose", DiamondCount: 1}, RepeatCount: 5, TotalDiamonds: 5}
	later := func(e live.Event) live.Event {
		e.At = e.At.Add(48 * time.Hour)
		return e
	}
	record(t, d, "ann", "1", named(1, "first", "First 1", live.Comment{Comment: "one"}), named(1, "first", "First 1", rose))
	record(t, d, "ben", "2", named(1, "second", "Second ✨", live.Comment{Comment: "two"}), by(2, live.Comment{Comment: "not mine"}))
	record(t, d, "ann", "3", later(named(1, "third", "Second ✨", live.Question{Question: "three?"})), later(named(1, "third", "Second ✨", live.Comment{Comment: "four"})))
	h, err := d.ViewerHistory(t.Context(), viewer(1).Key())
	if err != nil {
		t.Fatal(err)
	}
	if h.User.UniqueID != "third" || h.Sessions != 3 || h.Sums.Diamonds != 5 || h.Sums.Comments != 3 || h.MadeUp || h.User.GifterLevel != 16 {
		t.Errorf("%+v", h)
	}
	var names, said, visits []string
	for _, n := range h.Names {
		names = append(names, n.UniqueID+" "+n.Nickname)
	}
	for _, e := range h.Messages {
		said = append(said, live.Text(e))
	}
	for _, v := range h.Visits {
		visits = append(visits, v.Session.Room)
	}
	for what, diff := range map[string]string{
		"names":    cmp.Diff([]string{"second Second ✨", "first First 1"}, names),
		"messages": cmp.Diff([]string{"four", "three?", "two", "one"}, said),
		"visits":   cmp.Diff([]string{"ann", "ben", "ann"}, visits),
	} {
		if diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
	if _, err := d.ViewerHistory(t.Context(), "nobody"); live.CodeOf(err) != live.CodeNotFound {
		t.Errorf("nobody: %v", err)
	}
	if got := places(t, d, db.SearchQuery{User: "first", Limit: 10}); len(got) != 5 {
		t.Errorf("by a former name %d events are found, want 5", len(got))
	}
}

// A show of last month may be imported today: it is no newer for that.
func TestViewerHistoryIsInOrder(t *testing.T) {
	d := fresh(t)
	on := func(day int, said string) live.Event {
		e := by(1, live.Comment{Comment: said})
		e.At = e.At.AddDate(0, 0, day)
		return e
	}
	for i, day := range []int{2, 3, 1} {
		record(t, d, "ann", strconv.Itoa(i+1), on(day, fmt.Sprint("day ", day)))
	}
	h, err := d.ViewerHistory(t.Context(), viewer(1).Key())
	if err != nil {
		t.Fatal(err)
	}
	var visits []int64
	var said []string
	for _, v := range h.Visits {
		visits = append(visits, v.Session.ID)
	}
	for _, e := range h.Messages {
		said = append(said, live.Text(e))
	}
	if diff := cmp.Diff([]int64{2, 1, 3}, visits) + cmp.Diff([]string{"day 3", "day 2", "day 1"}, said); diff != "" {
		t.Errorf("visits and messages, the newest first (-want +got):\n%s", diff)
	}
}

// remembers adds an overlay that keeps a memory, and returns its number.
func remembers(t *testing.T, d *db.DB, memory string) int64 {
	t.Helper()
	o := live.Overlay{Kind: live.OverlayAlerts, Room: "ann", Options: live.DefaultOptions(live.OverlayAlerts)}
	added, err := d.AddOverlay(t.Context(), o, func(int64) (string, string, error) { return "hash", "sealed", nil })
	if err == nil {
		err = d.SaveOverlayMemory(t.Context(), added.ID, live.OverlayMemory{Session: 1, Data: []byte(memory), At: showStart})
	}
	if err != nil {
		t.Fatal(err)
	}
	return added.ID
}

// exported is every byte of a session that anybody can get.
func exported(t *testing.T, d *db.DB, session int64) string {
	t.Helper()
	var out bytes.Buffer
	if err := live.Export(&out, "jsonl", d.All(t.Context(), db.EventQuery{Session: session})); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// kietsShows records two shows of a viewer who is to be forgotten, and one they were never in.
func kietsShows(t *testing.T, d *db.DB) []live.SessionInfo {
	t.Helper()
	secret := named(1, "kiet.secret", "Kiệt Secret", live.Comment{Comment: "my phone is xylophone"})
	secret.User.ProfilePicture = "https://p16.tiktokcdn.com/kiet.webp?x=1"
	secret.SourceID = "7340702509671467809"
	was := named(1, "kiet.before", "Before Kiệt", live.Comment{Comment: "marimba too"})
	past := named(1, "kiet.secret", "Kiệt Secret", live.Comment{Comment: "vibraphone history"})
	past.History = true
	gift := named(1, "kiet.secret", "Kiệt Secret", live.Gift{Gift: live.GiftItem{ID: 1, Name: "Rose", DiamondCount: 1}, RepeatCount: 7, TotalDiamonds: 7})
	answer := by(2, live.Reply{TurnID: "t1", Responder: "template", Clips: []live.Clip{{Speech: "Thanks for xylophone!"}}})
	answer.User, answer.Cause = nil, 2
	thanks := by(2, live.Reply{TurnID: "t2", Responder: "template", Clips: []live.Clip{{Speech: "Welcome Kiệt Secret and all"}}})
	thanks.User = nil
	caption := by(2, live.Caption{Text: "and kiet.secret. Kiệt Secret too", Final: true})
	caption.User = nil
	mention := by(2, live.Comment{Comment: "hey @kiet.secret, @sukiet", Emotes: []live.Emote{{ID: "7", Index: 17}}})
	to := by(2, live.Comment{Comment: "you are right", ReplyTo: secret.User})
	top := by(2, live.Viewers{Viewers: 5, Top: []live.Ranked{{Rank: 1, Score: 9, User: secret.User}, {Rank: 2, User: viewer(2)}}})
	top.User = nil
	praise := by(2, live.Reply{TurnID: "t3", Responder: "template", Clips: []live.Clip{{Speech: "As Kiệt Secret sang"}}})
	praise.User = nil
	return []live.SessionInfo{
		record(t, d, "ann", "1", was, secret, gift, answer, thanks, caption, mention, to, top, by(2, live.Comment{Comment: "glockenspiel"})),
		record(t, d, "ben", "2", past),
		record(t, d, "cara", "9", by(2, live.Comment{Comment: "is @Kiệt Secret there, or @kiet.Before?"}), by(2, live.Comment{Comment: "a secret of kiet, @sukiet"}), praise),
	}
}

// forgottenInTheLog looks at what the shows' events tell still.
func forgottenInTheLog(t *testing.T, d *db.DB, shows []live.SessionInfo, key string) {
	t.Helper()
	var text string
	for _, show := range shows {
		text += exported(t, d, show.ID)
	}
	for _, gone := range []string{"iet.secret", "Kiệt", "kiet.before", "xylophone", "marimba", "vibraphone", key, "kiet.webp", "7340702509671467809"} {
		if strings.Contains(text, gone) {
			t.Errorf("%q is still there:\n%s", gone, text)
		}
	}
	for _, kept := range []string{"glockenspiel", "you are right", "Welcome … and all", "and …. … too", "hey …, @sukiet", "is … there, or …?", "a secret of kiet, @sukiet", "As … sang", `"total_diamonds":7`, viewer(2).UserID} {
		if !strings.Contains(text, kept) {
			t.Errorf("%q is gone too:\n%s", kept, text)
		}
	}
}

// talksToTheHost has a host remember what the viewer said, and another of them.
func talksToTheHost(t *testing.T, d *db.DB, key string) {
	t.Helper()
	_, err := d.SaveStoryTurn(t.Context(), live.StoryMessage{
		StoryID: "1", TurnID: "t1", At: showStart, Type: "user_chat", Speaker: "Kiệt Secret", ViewerID: key, Text: "my phone is xylophone",
		Input: []byte(`{"type":"user_chat","name":"Kiệt Secret"}`), Clips: []live.Clip{{Speech: "Thanks for xylophone!"}}, Recall: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	_, err = d.SaveStoryTurn(t.Context(), live.StoryMessage{
		StoryID: "1", TurnID: "t2", At: showStart, Type: "user_chat", Speaker: "Other", ViewerID: viewer(2).Key(), Text: "ask @kiet.secret for kalimbas",
		Input: []byte(`{"type":"user_chat","text":"ask @kiet.secret for kalimbas","value":9007199254740993}`), Clips: []live.Clip{{Speech: "Kiệt Secret knows"}},
		Guarded: []string{"in word: Kiệt Secret"}, Recall: true,
	})
	if err != nil {
		t.Fatal(err)
	}
}

// forgottenByTheHost looks at what a host remembers still.
func forgottenByTheHost(t *testing.T, d *db.DB) {
	t.Helper()
	messages, err := d.StoryMessages(t.Context(), "1", 0, 10)
	if err != nil || len(messages) != 2 || messages[1].Text+messages[1].Speaker+messages[1].ViewerID != "" || len(messages[1].Clips) != 0 {
		t.Fatalf("the host remembers %+v, %v", messages, err)
	}
	other := messages[0]
	if got, want := other.Text+"|"+other.Speaker+"|"+string(other.Input)+"|"+other.Clips[0].Speech+"|"+other.Guarded[0],
		`ask … for kalimbas|Other|{"text":"ask … for kalimbas","type":"user_chat","value":9007199254740993}|… knows|in word: …`; got != want {
		t.Errorf("of another the host remembers %s, want %s", got, want)
	}
	for word, want := range map[string]int{"kiet": 0, "kalimbas": 1} {
		if found, err := d.RecallStory(t.Context(), "1", "", word, 5); err != nil || len(found) != want {
			t.Errorf("%q recalls %+v, %v", word, found, err)
		}
	}
}

func TestForgetViewer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	d := open(t, path)
	key := viewer(1).Key()
	if err := d.CreateFirstStory(t.Context(), live.StoryProfile{Name: "Mimi", MutedIDs: []string{viewer(2).Key(), key}}); err != nil {
		t.Fatal(err)
	}
	shows := kietsShows(t, d)
	first := shows[0]
	overlay := remembers(t, d, `{"streaks":["1 tiktok `+key+` 5655 1790000000123"],"history":[{"alert":{"title":"@kiet.secret"}}]}`)
	talksToTheHost(t, d, key)
	if err := d.SaveViewerNote(t.Context(), key, db.ViewerNote{Text: "plays the xylophone", Author: "linh", At: showStart}); err != nil {
		t.Fatal(err)
	}
	before, err := d.Totals(t.Context(), first.ID, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.ForgetViewer(t.Context(), key); err != nil {
		t.Fatal(err)
	}

	forgottenInTheLog(t, d, shows, key)
	after, err := d.Totals(t.Context(), first.ID, true)
	if diff := cmp.Diff(before, after); diff != "" || err != nil {
		t.Errorf("totals changed (-before +after), %v:\n%s", err, diff)
	}
	for _, word := range []string{"xylophone", "marimba", "vibraphone", "kiet before", "Kiệt Secret there"} {
		if found := places(t, d, db.SearchQuery{Text: word, Limit: 10}); len(found) > 0 {
			t.Errorf("%q is found at %v", word, found)
		}
	}
	if found := places(t, d, db.SearchQuery{Text: "glockenspiel", Limit: 10}); len(found) != 1 {
		t.Errorf("another's words are found at %v", found)
	}
	if _, err := d.ViewerHistory(t.Context(), key); live.CodeOf(err) != live.CodeNotFound {
		t.Errorf("the history is still there: %v", err)
	}
	if p, err := d.StoryProfile(t.Context(), "1"); err != nil || !slices.Equal(p.MutedIDs, []string{viewer(2).Key()}) {
		t.Errorf("muted: %v, %v", p.MutedIDs, err)
	}
	if m, err := d.OverlayMemory(t.Context(), overlay); err != nil || strings.Contains(string(m.Data), key) || strings.Contains(string(m.Data), "kiet") {
		t.Errorf("the overlay remembers %s, %v", m.Data, err)
	}
	if note, err := d.ViewerNote(t.Context(), key); err != nil || note.Text != "" {
		t.Errorf("the note is still there: %+v, %v", note, err)
	}
	forgottenByTheHost(t, d)
	if err := d.ForgetViewer(t.Context(), key); live.CodeOf(err) != live.CodeNotFound {
		t.Errorf("forgetting again: %v", err)
	}
	// The same person may come again, as somebody new.
	third := record(t, d, "ann", "3", named(1, "kiet.secret", "Kiệt Secret", live.Comment{Comment: "hello again"}))
	if h, err := d.ViewerHistory(t.Context(), key); err != nil || h.Sessions != 1 || len(h.Names) != 0 || h.Visits[0].Session.ID != third.ID {
		t.Errorf("come again: %+v, %v", h, err)
	}
}

// What was forgotten must not lie about in the file either.
func TestForgetViewerOverwrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	d := open(t, path)
	e := named(1, "kiet", "Kiệt Secret", live.Comment{Comment: "xylophonexylophone"})
	record(t, d, "ann", "1", e, by(2, live.Comment{Comment: "other"}))
	if err := d.ForgetViewer(t.Context(), viewer(1).Key()); err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := d.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(copied)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(raw, []byte("Kiệt Secret")) {
		t.Error("the name is still in the file")
	}
}
