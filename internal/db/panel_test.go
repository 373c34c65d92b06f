package db_test

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

func TestPinsAndMarks(t *testing.T) {
	d := fresh(t)
	said := by(1, live.Comment{Comment: "sing it again"})
	asked := by(2, live.Question{QuestionID: "1", Question: "which song?"})
	team := func(seq int64, action string) live.Event {
		e := said
		e.Seq = seq
		pin := live.NewPin(e, action, "linh", live.OriginSystem)
		pin.At = said.At
		return pin
	}
	info := record(t, d, "ann", "1", said, asked, team(1, "pin"), team(2, "pin"), team(1, "unpin"), team(2, "pin"),
		live.Event{Kind: live.KindProgram, At: said.At, Origin: live.OriginAPI, Data: live.Program{Action: "start", ProgramName: "Songs"}},
		by(3, live.Pin{Action: "pin", Method: "moderator", Text: "TikTok's own"}))
	pins, err := d.Pins(t.Context(), info.ID)
	if err != nil || len(pins) != 1 || pins[0].Cause != 2 {
		t.Fatalf("pins %v, %v; want one, of event 2", pins, err)
	}
	pin := live.DataOf[live.Pin](pins[0])
	if pin.Author != "linh" || pin.PinnedUser == nil || pin.Text != "sing it again" {
		t.Errorf("the pin is %+v", pin)
	}
	marks, err := d.Marks(t.Context(), info.ID, time.Time{})
	if err != nil || len(marks) != 6 || marks[4].Kind != live.KindProgram {
		t.Errorf("%d marks, %v; want five pins and a program, in order", len(marks), err)
	}
	if marks, err = d.Marks(t.Context(), info.ID, said.At.Add(time.Minute)); err != nil || len(marks) != 0 {
		t.Errorf("%d marks after the last one, %v", len(marks), err)
	}
}

func TestTestsAreTheMinutesOfARehearsal(t *testing.T) {
	d := fresh(t)
	made := by(1, live.Comment{Comment: "made up"})
	made.Origin = live.OriginSimulated
	info := record(t, d, "ann", "1", by(1, live.Comment{Comment: "real"}), made)
	tests, err := d.Tests(t.Context(), info.ID, time.Time{})
	if err != nil || len(tests) != 1 || !tests[0].Equal(made.At.Truncate(time.Minute)) {
		t.Errorf("tests in %v, %v", tests, err)
	}
}

func TestViewerCard(t *testing.T) {
	d := fresh(t)
	rose := live.Gift{Gift: live.GiftItem{ID: 1, Name: "Rose", DiamondCount: 1}, RepeatCount: 5, TotalDiamonds: 5}
	made := by(1, live.Comment{Comment: "made up"})
	made.Origin = live.OriginSimulated
	record(t, d, "ann", "1", by(1, live.Comment{Comment: "first"}), by(1, rose))
	record(t, d, "ann", "2", by(1, live.Comment{Comment: "second"}), by(2, rose), made)
	record(t, d, "ben", "3", by(1, rose), by(1, live.Comment{Comment: "elsewhere"}))
	key := viewer(1).Key()
	card, err := d.ViewerCard(t.Context(), "ann", key, false)
	if err != nil {
		t.Fatal(err)
	}
	if card.Visits != 2 || card.Room.Diamonds != 5 || card.All.Diamonds != 10 || card.Room.Comments != 2 || card.User.GifterLevel != 16 {
		t.Errorf("the card is %+v", card)
	}
	var said []string
	for _, e := range card.Messages {
		said = append(said, live.Text(e))
	}
	if fmt.Sprint(said) != "[second first]" {
		t.Errorf("last messages %v", said)
	}
	if card, err = d.ViewerCard(t.Context(), "ann", key, true); err != nil || len(card.Messages) != 3 {
		t.Errorf("with rehearsals: %d messages, %v", len(card.Messages), err)
	}
	if _, err := d.ViewerCard(t.Context(), "ann", "nobody", false); live.CodeOf(err) != live.CodeNotFound {
		t.Errorf("nobody's card: %v", err)
	}
	note := db.ViewerNote{Text: "sings along", Author: "linh", At: made.At}
	if err := d.SaveViewerNote(t.Context(), key, note); err != nil {
		t.Fatal(err)
	}
	if card, err = d.ViewerCard(t.Context(), "ben", key, false); err != nil || card.Note != note {
		t.Errorf("the note is %+v, %v", card.Note, err)
	}
	if err := d.SaveViewerNote(t.Context(), key, db.ViewerNote{}); err != nil {
		t.Fatal(err)
	}
	if n, err := d.ViewerNote(t.Context(), key); err != nil || n.Text != "" {
		t.Errorf("a note that was taken away is %+v, %v", n, err)
	}
}

func TestPicturesAreForgottenByLastUse(t *testing.T) {
	d := fresh(t)
	now := time.Date(2026, 1, 12, 9, 0, 0, 0, time.UTC)
	data := bytes.Repeat([]byte("x"), 1000)
	for i := range 500 {
		p := db.Picture{Address: fmt.Sprintf("https://p16.tiktokcdn.com/%d", i), MediaType: "image/png", Data: data}
		if err := d.SavePicture(t.Context(), p, now.Add(time.Duration(i)*time.Minute), 300_000); err != nil {
			t.Fatal(err)
		}
		if i == 150 { // somebody looks at the first one again, two days later
			if _, err := d.Picture(t.Context(), "https://p16.tiktokcdn.com/0", now.Add(48*time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
	}
	for address, kept := range map[string]bool{"0": true, "1": false, "499": true} {
		p, err := d.Picture(t.Context(), "https://p16.tiktokcdn.com/"+address, now)
		if kept && (err != nil || !bytes.Equal(p.Data, data) || p.MediaType != "image/png") {
			t.Errorf("picture %s: %v", address, err)
		}
		if !kept && live.CodeOf(err) != live.CodeNotFound {
			t.Errorf("picture %s is still there: %v", address, err)
		}
	}
}

func TestBoards(t *testing.T) {
	d := fresh(t)
	now := time.Now()
	for i, name := range []string{"ann", "ben", "demo"} {
		room := live.Room{UniqueID: name, Demo: name == "demo", AddedAt: now.Add(time.Duration(i))}
		if err := d.SaveRoom(t.Context(), room); err != nil {
			t.Fatal(err)
		}
	}
	at := func(e live.Event, ago time.Duration) live.Event {
		e.At = now.Add(-ago)
		return e
	}
	rose := live.Gift{Gift: live.GiftItem{ID: 1, Name: "Rose", DiamondCount: 1}, RepeatCount: 5, TotalDiamonds: 5}
	made := by(1, rose)
	made.Origin = live.OriginSimulated
	record(t, d, "ann", "1", at(by(1, rose), 30*time.Hour))
	newest := record(t, d, "ann", "2", at(by(1, rose), 2*time.Hour), at(by(1, rose), time.Minute), at(by(1, live.Viewers{Viewers: 40}), time.Minute), at(made, time.Minute))
	record(t, d, "demo", "3", at(made, time.Minute))
	boards, err := d.Boards(t.Context(), now.Add(-time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	ann := boards["ann"]
	if len(boards) != 2 || ann == nil || ann.Session.ID != newest.ID || ann.Diamonds != 10 || ann.ViewersPeak != 40 || len(ann.Minutes) != 1 || ann.Minutes[0].Viewers != 40 {
		t.Errorf("boards %v, ann's %+v", boards, ann)
	}
	if demo := boards["demo"]; demo == nil || demo.Diamonds != 5 || len(demo.Minutes) != 1 {
		t.Errorf("the demo's board is %+v", demo)
	}
}
