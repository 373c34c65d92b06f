package db_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

func story(t testing.TB, d *db.DB, p live.StoryProfile) live.StoryProfile {
	t.Helper()
	p, err := d.CreateStory(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// said makes a turn of a viewer's chat.
func said(storyID, turn, viewer, text string) live.StoryMessage {
	return live.StoryMessage{
		StoryID: storyID, TurnID: turn, At: time.Date(2026, 1, 12, 9, 30, 0, 0, time.UTC), Type: live.InputChat, Speaker: "Name of " + viewer,
		ViewerID: viewer, Text: text, Input: json.RawMessage(`{"type":"user_chat","data":{"message":"hi"}}`), SessionID: 7, Recall: true,
		Clips: []live.Clip{{Body: "wave", Face: "happy", Speech: "Hello!"}}, Responder: "template",
	}
}

func save(t testing.TB, d *db.DB, m live.StoryMessage) live.StoryMessage {
	t.Helper()
	m, err := d.SaveStoryTurn(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestStoryProfiles(t *testing.T) {
	d := fresh(t)
	if err := d.CreateFirstStory(t.Context(), live.StoryProfile{Name: "Mimi"}); err != nil {
		t.Fatal(err)
	}
	p := story(t, d, live.StoryProfile{
		Name: "Kiki", Language: "ja", Persona: "a fox", Rules: "be kind", BlockedIn: []string{"a"}, BlockedOut: []string{"b", "c"},
		Responder: "model", Seed: 3, Pacing: live.StoryPacing{ChatKept: 5}, Budget: live.StoryBudget{DayTokens: 1000}, Muted: true,
		MutedIDs: []string{"68"},
	})
	if p.ID != "2" {
		t.Errorf("the second story is %q", p.ID)
	}
	got, err := d.StoryProfile(t.Context(), "2")
	if diff := cmp.Diff(p, got); diff != "" || err != nil {
		t.Errorf("%v (-created +stored):\n%s", err, diff)
	}
	p.Name, p.Paused, p.MutedIDs = "Koko", true, nil
	if err := d.UpdateStory(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	if got, _ = d.StoryProfile(t.Context(), "2"); got.Name != "Koko" || !got.Paused || len(got.MutedIDs) != 0 {
		t.Errorf("changed to %+v", got)
	}
	if _, err := d.CreateStory(t.Context(), live.StoryProfile{ID: "2"}); live.CodeOf(err) != live.CodeConflict {
		t.Errorf("an ID given twice: %v", err)
	}
	if err := d.DeleteStory(t.Context(), "1"); err != nil {
		t.Fatal(err)
	}
	if err := d.CreateFirstStory(t.Context(), live.StoryProfile{}); err != nil {
		t.Fatal(err)
	}
	if all, err := d.StoryProfiles(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("a deleted first story came back: %d stories, %v", len(all), err)
	}
	for name, err := range map[string]error{
		"update": d.UpdateStory(t.Context(), live.StoryProfile{ID: "9"}), "delete": d.DeleteStory(t.Context(), "9"),
	} {
		if live.CodeOf(err) != live.CodeNotFound {
			t.Errorf("%s of no story: %v", name, err)
		}
	}
}

// TestStoryTurnIsStoredOnce: of two that race under one name, one is stored, and both get it.
func TestStoryTurnIsStoredOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	d := open(t, path)
	p := story(t, d, live.StoryProfile{})
	var wg sync.WaitGroup
	answers := make([]live.StoryMessage, 8)
	for i := range answers {
		wg.Go(func() {
			m := said(p.ID, "s7-1", "68", "hello")
			m.Clips[0].Speech = fmt.Sprint("answer ", i)
			answers[i] = save(t, d, m)
		})
	}
	wg.Wait()
	for _, a := range answers {
		if diff := cmp.Diff(answers[0], a); diff != "" {
			t.Errorf("two answers to one turn (-first +other):\n%s", diff)
		}
	}
	stored, err := d.StoryTurn(t.Context(), p.ID, "s7-1")
	if diff := cmp.Diff(answers[0], stored); diff != "" || err != nil {
		t.Errorf("%v (-answered +stored):\n%s", err, diff)
	}
	if _, err := d.StoryTurn(t.Context(), p.ID, "s7-2"); live.CodeOf(err) != live.CodeNotFound {
		t.Errorf("a turn nobody asked for: %v", err)
	}
	if _, err := d.SaveStoryTurn(t.Context(), said("9", "s7-1", "68", "hello")); live.CodeOf(err) != live.CodeNotFound {
		t.Errorf("a turn of no story: %v", err)
	}
	if found, _ := d.RecallStory(t.Context(), p.ID, "", "hello", 10); len(found) != 1 {
		t.Errorf("%d memories of one turn", len(found))
	}
}

// TestStoryTurnIsWholeOrNot fills the disk in the middle of turns: each is there with its search terms and givers, or not at all.
func TestStoryTurnIsWholeOrNot(t *testing.T) {
	d := fresh(t)
	p := story(t, d, live.StoryProfile{})
	if err := d.LimitPages(t.Context(), 120); err != nil {
		t.Fatal(err)
	}
	stored := 0
	for i := range 2000 {
		m := said(p.ID, fmt.Sprint("t", i), "68", fmt.Sprintf("word%d %s", i, strings.Repeat("x", 500)))
		m.Type, m.GiftCount, m.Value, m.Cause = live.InputGift, 1, 1, int64(i+1)
		if _, err := d.SaveStoryTurn(t.Context(), m); err != nil {
			break
		}
		stored++
	}
	messages, err := d.StoryMessages(t.Context(), p.ID, 0, 5000)
	if err != nil || stored == 0 || stored == 2000 || len(messages) != stored {
		t.Fatalf("%d turns were stored, %d are there, %v", stored, len(messages), err)
	}
	v, err := d.StoryViewer(t.Context(), p.ID, "68")
	if err != nil || v.Gifts != int64(stored) {
		t.Errorf("%d turns, %d gifts in the viewer's record, %v", stored, v.Gifts, err)
	}
	for _, i := range []int{0, stored - 1, stored} {
		found, err := d.RecallStory(t.Context(), p.ID, "", fmt.Sprint("word", i), 5)
		if want := i < stored; err != nil || (len(found) == 1) != want {
			t.Errorf("turn %d of %d: recalled %d, %v", i, stored, len(found), err)
		}
	}
}

func TestStoryViewer(t *testing.T) {
	d := fresh(t)
	p := story(t, d, live.StoryProfile{})
	gift := said(p.ID, "s7-1", "68", "thanks")
	gift.Type, gift.GiftName, gift.GiftCount, gift.Value, gift.Cause = live.InputGift, "Rose", 5, 5, 1
	save(t, d, gift)
	group := said(p.ID, "s8-4", "", "")
	group.SessionID, group.At = 8, gift.At.Add(time.Hour)
	group.Givers = []live.StoryGiver{
		{Seq: 4, ViewerID: "68", Name: "New name", GiftName: "Lion", GiftCount: 1, Value: 29999}, {Seq: 5, ViewerID: "69", Name: "Eve", GiftCount: 2, Value: 2},
	}
	save(t, d, group)
	again := group // another turn that thanks for the same gift, after a crash
	again.TurnID = "s8-5"
	save(t, d, again)
	got, err := d.StoryViewer(t.Context(), p.ID, "68")
	want := live.StoryViewer{ViewerID: "68", Name: "New name", Gifts: 6, Value: 30004, FirstGift: gift.At, LastGift: group.At, Visits: 2}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if got, err = d.StoryViewer(t.Context(), p.ID, "stranger"); got != (live.StoryViewer{}) || err != nil {
		t.Errorf("a stranger: %+v, %v", got, err)
	}
}

func TestRecall(t *testing.T) {
	d := fresh(t)
	p, other := story(t, d, live.StoryProfile{}), story(t, d, live.StoryProfile{})
	for i, m := range []struct{ story, viewer, text string }{
		{p.ID, "1", "我从新加坡来看你"}, {p.ID, "2", "今天天气真好"}, {p.ID, "3", "em ở Đà Nẵng nè"}, {p.ID, "4", "my cat is called Mochi"},
		{p.ID, "5", "my dog is called Pepper"}, {p.ID, "6", "my dog is called Pepper"}, {other.ID, "7", "Mochi is mine"}, {p.ID, "8", "東京から見てます"},
	} {
		save(t, d, said(m.story, fmt.Sprint("t", i), m.viewer, m.text))
	}
	silent := said(p.ID, "silent", "9", "Mochi Mochi")
	silent.Recall = false
	save(t, d, silent)
	for _, tc := range []struct{ viewer, ask, want string }{
		{"", "你还记得我在新加坡吗", "1"}, {"", "天气怎么样", "2"}, {"", "da nang dang mua", "3"}, {"", "how is Mochi today?", "4"},
		{"5", "what was my dog's name?", "5"}, {"6", "what was my dog's name?", "6"}, {"", "東京は寒い", "8"}, {"", "zebra", ""}, {"", "?!", ""},
		{"", `" OR NEAR(*`, ""},
	} {
		found, err := d.RecallStory(t.Context(), p.ID, tc.viewer, tc.ask, 5)
		got := ""
		if len(found) > 0 {
			got = found[0].ViewerID
		}
		if got != tc.want || err != nil {
			t.Errorf("%q by %q recalls %q of %q, %v", tc.ask, tc.viewer, got, tc.want, err)
		}
	}
	if found, err := d.RecallStory(t.Context(), p.ID, "", "", 3); err != nil || len(found) != 3 || found[0].ViewerID != "8" || found[0].Answer != "Hello!" {
		t.Errorf("the newest: %+v, %v", found, err)
	}
}

func TestEditAndForget(t *testing.T) {
	d := fresh(t)
	p := story(t, d, live.StoryProfile{})
	m := save(t, d, said(p.ID, "t1", "68", "my cat is called Mochi"))
	recalls := func(text string) int {
		t.Helper()
		found, err := d.RecallStory(t.Context(), p.ID, "", text, 5)
		if err != nil {
			t.Fatal(err)
		}
		return len(found)
	}
	if err := d.EditStoryMemory(t.Context(), p.ID, m.ID, "her cat is called Tofu"); err != nil {
		t.Fatal(err)
	}
	if recalls("Mochi") != 0 || recalls("Tofu") != 1 {
		t.Error("an edited memory is found by its old words")
	}
	if err := d.EditStoryMemory(t.Context(), "9", m.ID, "x"); live.CodeOf(err) != live.CodeNotFound {
		t.Errorf("editing another story's memory: %v", err)
	}
	if err := d.ForgetStoryMemory(t.Context(), p.ID, m.ID); err != nil {
		t.Fatal(err)
	}
	if recalls("Tofu") != 0 {
		t.Error("a forgotten memory is recalled")
	}
	if err := d.ForgetStoryMemory(t.Context(), p.ID, m.ID); live.CodeOf(err) != live.CodeNotFound {
		t.Errorf("forgetting twice: %v", err)
	}
}

func TestStoryTokens(t *testing.T) {
	d := fresh(t)
	at := time.Date(2026, 1, 12, 23, 59, 0, 0, time.UTC)
	for range 2 {
		if err := d.AddStoryTokens(t.Context(), "1", at, 100); err != nil {
			t.Fatal(err)
		}
	}
	today, err1 := d.StoryTokens(t.Context(), "1", at)
	tomorrow, err2 := d.StoryTokens(t.Context(), "1", at.Add(time.Hour))
	if today != 200 || tomorrow != 0 || err1 != nil || err2 != nil {
		t.Errorf("%d today, %d tomorrow, %v %v", today, tomorrow, err1, err2)
	}
}

func TestDeleteStory(t *testing.T) {
	d := fresh(t)
	p := story(t, d, live.StoryProfile{})
	m := said(p.ID, "t1", "68", "hello")
	m.GiftCount = 1
	save(t, d, m)
	if err := d.DeleteStory(t.Context(), p.ID); err != nil {
		t.Fatal(err)
	}
	again := story(t, d, live.StoryProfile{ID: p.ID})
	messages, err1 := d.StoryMessages(t.Context(), again.ID, 0, 10)
	found, err2 := d.RecallStory(t.Context(), again.ID, "", "hello", 10)
	v, err3 := d.StoryViewer(t.Context(), again.ID, "68")
	if len(messages)+len(found) != 0 || v.Gifts != 0 || err1 != nil || err2 != nil || err3 != nil {
		t.Errorf("something is left: %v %v %+v, %v %v %v", messages, found, v, err1, err2, err3)
	}
}
