package db_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

// TestUpgrade opens a database of the first version: nothing that was recorded is lost, and what came later works.
func TestUpgrade(t *testing.T) {
	script, err := os.ReadFile(filepath.Join("testdata", "v1.sql"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "v1.db")
	old, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := old.ExecContext(t.Context(), string(script)); err != nil {
		t.Fatal(err)
	}
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	d := open(t, path)
	found, err := d.Events(t.Context(), db.EventQuery{Session: 7, Text: "tên gì", Limit: 10})
	if err != nil || len(found) != 1 || found[0].User.Nickname != "Bob" {
		t.Errorf("search found %v, %v", found, err)
	}
	totals, err := d.Totals(t.Context(), 7, false)
	if err != nil || totals.Gifts != 5 || totals.Comments != 1 {
		t.Errorf("totals %+v, %v", totals, err)
	}
	all, err := d.Events(t.Context(), db.EventQuery{Session: 7, Limit: 10})
	if err != nil || len(all) != 3 || all[2].SourceID != "7340702509671467809" || all[2].User.UserID != "6800000000000000001" || all[0].User != nil {
		t.Errorf("events %v, %v", all, err)
	}
	card, err := d.ViewerCard(t.Context(), "ann", "6800000000000000001", false)
	if err != nil || card.Visits != 1 || card.Room.Diamonds != 5 || len(card.Messages) != 1 {
		t.Errorf("card %+v, %v", card, err)
	}
	if user, err := d.User(t.Context(), "linh"); err != nil || user.Role != "owner" {
		t.Errorf("user %+v, %v", user, err)
	}
	if err := d.CreateFirstStory(t.Context(), live.StoryProfile{Name: "Mimi"}); err != nil {
		t.Fatal(err)
	}
	p, err := d.StoryProfile(t.Context(), "1")
	if diff := cmp.Diff("Mimi", p.Name); diff != "" || err != nil {
		t.Errorf("%s %v", diff, err)
	}
}
