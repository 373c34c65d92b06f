package db_test

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

func export(t testing.TB, d *db.DB, session int64, format string) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := live.Export(&out, format, d.All(t.Context(), db.EventQuery{Session: session})); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// sameSession takes out of an export what must differ: the number of the session.
func sameSession(b []byte, id int64) string {
	return strings.ReplaceAll(string(b), `"session_id":`+strconv.FormatInt(id, 10)+",", "")
}

// TestImportIsExportBackwards: a session that was exported and imported is the same session, event by event and number by number.
func TestImportIsExportBackwards(t *testing.T) {
	from, to := fresh(t), fresh(t)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		events := make([]live.Event, rapid.IntRange(1, 80).Draw(r, "events"))
		for i := range events {
			events[i] = drawn(r, i)
			if events[i].SourceID == "" && i > 0 && rapid.Bool().Draw(r, "answers") {
				events[i].Cause = int64(rapid.IntRange(1, i).Draw(r, "cause"))
			}
		}
		events[0].History, events[0].Origin = false, live.OriginTikTok // a file of a LIVE
		info := record(t, from, "ann", strconv.Itoa(n), events...)
		format := rapid.SampledFrom([]string{"json", "jsonl"}).Draw(r, "format")
		file := export(t, from, info.ID, format)
		got, err := live.Import(t.Context(), to, "ben", bytes.NewReader(file))
		if err != nil {
			r.Fatalf("%v\n%s", err, file)
		}
		again := export(t, to, got.Session.ID, format)
		if diff := cmp.Diff(strings.Split(sameSession(file, info.ID), "\n"), strings.Split(sameSession(again, got.Session.ID), "\n")); diff != "" {
			r.Fatalf("(-exported +imported):\n%s", diff)
		}
		for _, all := range []bool{false, true} {
			if diff := cmp.Diff(reviewOf(r, from, info.ID, all), reviewOf(r, to, got.Session.ID, all)); diff != "" {
				r.Fatalf("numbers (-recorded +imported):\n%s", diff)
			}
		}
		twice, err := live.Import(t.Context(), to, "ben", bytes.NewReader(file))
		if err != nil || !twice.Again || twice.Session.ID != got.Session.ID {
			r.Fatalf("the same file again: %+v, %v", twice, err)
		}
	})
}

func reviewOf(r *rapid.T, d *db.DB, session int64, all bool) recounted {
	in, err := d.Review(r.Context(), session, all)
	if err != nil {
		r.Fatal(err)
	}
	return reviewed(live.ReviewOf(in))
}

// The seed document's events have no numbers: they are as TikTok sends them.
const capture = `[
{"event_type":"connect","data":{"unique_id":"ann","room_id":"7123","title":"my show","timestamp":"2026-01-12T09:30:00"}},
{"event_type":"gift","data":{"user":{"unique_id":"jane","nickname":"Jane"},"gift":{"id":5655,"name":"Rose","diamond_count":1,"streakable":true,"type":1},"repeat_count":2,"total_diamonds":2,"streaking":true,"timestamp":"2026-01-12T09:30:30Z"}},
{"event_type":"gift","data":{"user":{"unique_id":"jane","nickname":"Jane"},"gift":{"id":5655,"name":"Rose","diamond_count":1,"streakable":true,"type":1},"repeat_count":5,"total_diamonds":5,"streaking":false,"timestamp":"2026-01-12T09:30:31Z"}},
{"event_type":"hologram","data":{"timestamp":"2026-01-12T09:30:40Z"}},
{"event_type":"comment","data":{"user":{"unique_id":"jane","nickname":"Jane"},"comment":"xin chào","timestamp":"2026-01-12T09:31:00Z"}}
]`

func TestImportACapture(t *testing.T) {
	d := fresh(t)
	got, err := live.Import(t.Context(), d, "ann", strings.NewReader("\ufeff "+capture))
	if err != nil {
		t.Fatal(err)
	}
	info, err := d.Session(t.Context(), got.Session.ID)
	if err != nil || info.Title != "my show" || info.Origin != live.OriginTikTok || info.EndReason != live.EndImported ||
		!info.StartedAt.Equal(showStart) || info.EndedAt.Sub(showStart) != time.Minute {
		t.Errorf("the session is %+v, %v", info, err)
	}
	if got.Events != 4 || got.Unknown["hologram"] != 1 {
		t.Errorf("%+v", got)
	}
	totals, err := d.Totals(t.Context(), info.ID, false)
	if err != nil || totals.Gifts != 5 || totals.Diamonds != 5 || totals.Comments != 1 {
		t.Errorf("totals %+v, %v", totals, err)
	}
	if found := places(t, d, db.SearchQuery{Text: "xin chao", Limit: 5}); len(found) != 1 {
		t.Errorf("found at %v", found)
	}
	other, err := live.Import(t.Context(), d, "ben", strings.NewReader(capture))
	if err != nil || other.Again || other.Session.ID == info.ID {
		t.Errorf("into another room: %+v, %v", other, err)
	}
}

func TestImportRefusesBrokenFiles(t *testing.T) {
	d := fresh(t)
	comment := `{"event_type":"comment","data":{"user":{"unique_id":"a"},"comment":"x","timestamp":"2026-01-12T09:31:00Z"}}`
	for name, file := range map[string]string{
		"empty": "", "spaces": " \n", "no JSON": "seq,timestamp\n1,2", "cut off": "[" + comment + ",", "a number": "[7]", "no kind": `[{"data":{}}]`,
		"nothing with a time": `[{"event_type":"comment","data":{"comment":"x"}}]`, "an empty list": "[]",
		"a huge gift":         `[` + comment + `,{"event_type":"gift","data":{"repeat_count":2000000000,"timestamp":"2026-01-12T09:31:00Z"}}]`,
		"a negative gift":     `{"event_type":"gift","data":{"repeat_count":-5,"timestamp":"2026-01-12T09:31:00Z"}}`,
		"the year 1":          `{"event_type":"join","data":{"timestamp":"0001-02-12T09:31:00Z"}}`,
		"an origin of no one": `{"event_type":"join","origin":"moon","data":{"timestamp":"2026-01-12T09:31:00Z"}}`,
		"a list of lists":     "[[" + comment + "]]", "text in the list": "[" + comment + " oops]",
	} {
		if _, err := live.Import(t.Context(), d, "ann", strings.NewReader(file)); live.CodeOf(err) != live.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	if sessions, err := d.Sessions(t.Context(), db.SessionQuery{Limit: 10}); err != nil || len(sessions) != 0 {
		t.Errorf("%d sessions came of broken files, %v", len(sessions), err)
	}
}

// failing is a store whose disk is full after some batches.
type failing struct {
	*db.DB
	left int
}

func (f *failing) Append(ctx context.Context, b live.Batch) error {
	if f.left--; f.left < 0 {
		return errors.New("the disk is full")
	}
	return f.DB.Append(ctx, b)
}

// An import that was broken off is begun anew, and leaves nothing twice.
func TestImportAfterACrash(t *testing.T) {
	d := fresh(t)
	var lines []string
	for i := range 1000 {
		lines = append(lines, `{"event_type":"comment","data":{"user":{"unique_id":"a"},"comment":"line `+strconv.Itoa(i)+`","timestamp":"2026-01-12T09:31:00Z"}}`)
	}
	file := strings.Join(lines, "\n")
	if _, err := live.Import(t.Context(), &failing{d, 2}, "ann", strings.NewReader(file)); err == nil {
		t.Fatal("the disk was full")
	}
	if open, err := d.OpenSessions(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("a restart would go on with %v, %v", open, err)
	}
	got, err := live.Import(t.Context(), d, "ann", strings.NewReader(file))
	if err != nil || got.Again {
		t.Fatalf("%+v, %v", got, err)
	}
	totals, err := d.Totals(t.Context(), got.Session.ID, false)
	sessions, _ := d.Sessions(t.Context(), db.SessionQuery{Limit: 10})
	if err != nil || totals.Comments != 1000 || len(sessions) != 1 {
		t.Errorf("%d comments in %d sessions, %v", totals.Comments, len(sessions), err)
	}
}

func FuzzImport(f *testing.F) {
	f.Add([]byte(capture))
	f.Add([]byte(`{"event_type":"gap","data":{"from":"0001-01-01T00:00:00Z","to":"9999-01-01T00:00:00Z","timestamp":"2026-01-12T09:31:00Z"}}`))
	f.Add([]byte(`{"event_type":"program","seq":1,"data":{"action":"start","timestamp":"2026-01-12T09:31:00Z"}}` + "\n" + `{"event_type":"like","data":{"count":1}}`))
	f.Add([]byte("[[[[[[["))
	d := fresh(f)
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := live.Import(context.Background(), d, "ann", bytes.NewReader(file))
		if err != nil {
			if live.CodeOf(err) != live.CodeInvalid {
				t.Fatalf("%v", err)
			}
			return
		}
		again, err := live.Import(context.Background(), d, "ann", bytes.NewReader(file))
		if err != nil || !again.Again || again.Session.ID != got.Session.ID {
			t.Fatalf("again: %+v, %v", again, err)
		}
		if err := d.DeleteSession(context.Background(), got.Session.ID); err != nil {
			t.Fatal(err)
		}
	})
}
