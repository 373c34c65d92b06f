package db_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

const (
	drawnRooms   = 2
	drawnViewers = 6
)

// visits is what the store says of everybody: how often they were in each room, and in how many sessions; -1 of who is not known.
func visits(t testing.TB, d *db.DB) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	for n := range drawnViewers {
		h, err := d.ViewerHistory(t.Context(), viewer(n).Key())
		switch {
		case live.CodeOf(err) == live.CodeNotFound:
			out[fmt.Sprint(n)] = -1
			continue
		case err != nil:
			t.Fatal(err)
		}
		out[fmt.Sprint(n)] = int64(h.Sessions)
		for room := range drawnRooms {
			card, err := d.ViewerCard(t.Context(), fmt.Sprint("room", room), viewer(n).Key(), false)
			if err != nil {
				t.Fatal(err)
			}
			if card.Visits > 0 {
				out[fmt.Sprint(n, " in ", room)] = card.Visits
			}
		}
	}
	return out
}

// A deletion deletes: visits are those of sessions that are left, who was in none of them is not known, and no other session's totals change.
func TestVisitsAfterDeletions(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		d := fresh(t)
		kept := map[int64]db.Totals{}
		want, known := map[string]int64{}, map[int]bool{}
		var doomed []int64
		noted := rapid.IntRange(0, drawnViewers-1).Draw(r, "noted")
		if err := d.SaveViewerNote(t.Context(), viewer(noted).Key(), db.ViewerNote{Text: "sings along", Author: "linh", At: showStart}); err != nil {
			t.Fatal(err)
		}
		met := map[int]bool{}
		for i := range rapid.IntRange(1, 6).Draw(r, "sessions") {
			room := rapid.IntRange(0, drawnRooms-1).Draw(r, "room")
			who := rapid.SliceOfNDistinct(rapid.IntRange(0, drawnViewers-1), 1, 4, rapid.ID).Draw(r, "who")
			history := rapid.Bool().Draw(r, "history")
			var events []live.Event
			for j, n := range who {
				e := by(n, live.Comment{Comment: "hi"})
				e.History = history && j == 0
				events = append(events, e)
				met[n] = true
			}
			info := record(t, d, fmt.Sprint("room", room), fmt.Sprint(i), events...)
			ended(t, d, info.ID, showStart.Add(time.Hour))
			if rapid.Bool().Draw(r, "deleted") {
				doomed = append(doomed, info.ID)
				continue
			}
			totals, err := d.Totals(t.Context(), info.ID, true)
			if err != nil {
				t.Fatal(err)
			}
			kept[info.ID] = totals
			for j, n := range who {
				known[n] = true
				if !events[j].History {
					want[fmt.Sprint(n)]++
					want[fmt.Sprint(n, " in ", room)]++
				}
			}
		}
		for n := range drawnViewers {
			if stays := known[n] || met[n] && (n == noted || len(doomed) == 0); stays {
				want[fmt.Sprint(n)] += 0
			} else {
				want[fmt.Sprint(n)] = -1
			}
		}
		for _, id := range doomed {
			if err := d.DeleteSession(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, visits(t, d)); diff != "" {
			r.Fatalf("visits (-recounted +stored):\n%s", diff)
		}
		for id, before := range kept {
			if after, err := d.Totals(t.Context(), id, true); err != nil || after != before {
				r.Fatalf("session %d had %+v and has %+v, %v", id, before, after, err)
			}
		}
	})
}

// Who is not known any more comes back as somebody new, under whatever name, while the panel runs.
func TestAnUnseenViewerComesBack(t *testing.T) {
	d := fresh(t)
	first := record(t, d, "ann", "1", by(1, live.Comment{Comment: "hi"}))
	ended(t, d, first.ID, showStart)
	if err := d.DeleteSession(t.Context(), first.ID); err != nil {
		t.Fatal(err)
	}
	second := record(t, d, "ann", "2", by(1, live.Comment{Comment: "hello again"}))
	h, err := d.ViewerHistory(t.Context(), viewer(1).Key())
	if err != nil || h.Sessions != 1 || len(h.Messages) != 1 || h.Messages[0].SessionID != second.ID || h.User.Nickname != "Viewer 1" {
		t.Errorf("%+v, %v", h, err)
	}
	if totals, err := d.Totals(t.Context(), second.ID, false); err != nil || totals.New != 1 || totals.Returning != 0 {
		t.Errorf("they count as %+v, %v", totals, err)
	}
}

// By age too: whose last trace was a raw event, as history is, goes with it; whoever was counted stays with the sums.
func TestRetentionDropsTheUnseen(t *testing.T) {
	d := fresh(t)
	past := by(1, live.Comment{Comment: "long ago"})
	past.History = true
	info := record(t, d, "ann", "1", past, by(2, live.Comment{Comment: "hi"}))
	ended(t, d, info.ID, showStart)
	if err := d.SaveRetention(t.Context(), db.Retention{EventsDays: 1}); err != nil {
		t.Fatal(err)
	}
	now := showStart.AddDate(0, 0, 7)
	plan, err := d.PlanRetention(t.Context(), now)
	if err == nil {
		err = d.RunRetention(t.Context(), plan, now)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.ViewerHistory(t.Context(), viewer(1).Key()); live.CodeOf(err) != live.CodeNotFound {
		t.Errorf("of whom nothing is left: %v", err)
	}
	if h, err := d.ViewerHistory(t.Context(), viewer(2).Key()); err != nil || h.Sessions != 1 {
		t.Errorf("who is in the sums: %+v, %v", h, err)
	}
}
