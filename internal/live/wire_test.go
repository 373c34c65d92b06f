package live_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"showcaller/internal/live"
)

// TestSeedDocument holds our wire against the seed document's nine events: every key it names is there with its value.
func TestSeedDocument(t *testing.T) {
	at := func(clock string) time.Time {
		v, err := time.Parse(time.DateTime, "2026-01-12 "+clock)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	user := func(unique, nick, id string) *live.User {
		return &live.User{UniqueID: unique, Nickname: nick, UserID: id}
	}
	john := user("user123", "John Doe", "123456789")
	john.ProfilePicture = "https://..."
	for _, tc := range []struct {
		event live.Event
		want  string
	}{
		{
			live.Event{At: at("09:30:00"), Data: live.Connect{UniqueID: "username", RoomID: "7123456789012345678"}},
			`{"event_type":"connect","data":{"unique_id":"username","room_id":"7123456789012345678","timestamp":"2026-01-12T09:30:00Z"}}`,
		},
		{
			live.Event{At: at("09:30:15"), User: john, Data: live.Comment{Comment: "Hello! Amazing stream!"}},
			`{"event_type":"comment","data":{"user":{"unique_id":"user123","nickname":"John Doe","user_id":"123456789","profile_picture":"https://..."},"comment":"Hello! Amazing stream!","timestamp":"2026-01-12T09:30:15Z"}}`,
		},
		{
			live.Event{At: at("09:30:30"), User: user("user456", "Jane Smith", "987654321"), Data: live.Gift{
				Gift:        live.GiftItem{ID: 5655, Name: "Rose", DiamondCount: 1, ImageURL: "https://...", Streakable: true, Type: 1},
				RepeatCount: 5, TotalDiamonds: 5,
			}},
			`{"event_type":"gift","data":{"user":{"unique_id":"user456","nickname":"Jane Smith","user_id":"987654321"},"gift":{"id":5655,"name":"Rose","diamond_count":1,"image_url":"https://...","streakable":true,"type":1},"repeat_count":5,"total_diamonds":5,"streaking":false,"timestamp":"2026-01-12T09:30:30Z"}}`,
		},
		{
			live.Event{At: at("09:30:45"), User: user("user789", "Bob Wilson", ""), Data: live.Like{Count: 5, TotalLikes: 12345}},
			`{"event_type":"like","data":{"user":{"unique_id":"user789","nickname":"Bob Wilson"},"count":5,"total_likes":12345,"timestamp":"2026-01-12T09:30:45Z"}}`,
		},
		{
			live.Event{At: at("09:31:00"), User: user("newuser", "Alice Brown", "555666777"), Data: live.Join{}},
			`{"event_type":"join","data":{"user":{"unique_id":"newuser","nickname":"Alice Brown","user_id":"555666777"},"timestamp":"2026-01-12T09:31:00Z"}}`,
		},
		{
			live.Event{At: at("09:31:15"), User: user("follower123", "Charlie Davis", "111222333"), Data: live.Follow{}},
			`{"event_type":"follow","data":{"user":{"unique_id":"follower123","nickname":"Charlie Davis","user_id":"111222333"},"timestamp":"2026-01-12T09:31:15Z"}}`,
		},
		{
			live.Event{At: at("09:31:30"), User: user("sharer456", "Diana Evans", ""), Data: live.Share{}},
			`{"event_type":"share","data":{"user":{"unique_id":"sharer456","nickname":"Diana Evans"},"timestamp":"2026-01-12T09:31:30Z"}}`,
		},
		{live.Event{At: at("10:00:00"), Data: live.LiveEnd{}}, `{"event_type":"live_end","data":{"timestamp":"2026-01-12T10:00:00Z"}}`},
		{live.Event{At: at("10:00:05"), Data: live.Disconnect{}}, `{"event_type":"disconnect","data":{"timestamp":"2026-01-12T10:00:05Z"}}`},
	} {
		tc.event.Kind, tc.event.Seq, tc.event.SessionID, tc.event.Origin = tc.event.Data.Kind(), 1, 7, live.OriginTikTok
		wire, err := json.Marshal(tc.event)
		if err != nil {
			t.Fatal(err)
		}
		want := strings.Replace(tc.want, `,"data"`, `,"seq":1,"session_id":7,"origin":"tiktok","data"`, 1)
		if string(wire) != want {
			t.Errorf("got  %s\nwant %s", wire, want)
		}
		var back live.Event
		if err := json.Unmarshal(wire, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tc.event, back, cmp.AllowUnexported(live.Event{})); diff != "" {
			t.Errorf("read back (-want +got):\n%s", diff)
		}
	}
}

func TestEveryKindSurvivesTheWire(t *testing.T) {
	for _, kind := range live.Kinds() {
		data, err := live.DecodeData(kind, json.RawMessage(`{}`))
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		if data.Kind() != kind {
			t.Errorf("data of %s says it is %s", kind, data.Kind())
		}
	}
}

func FuzzEvent(f *testing.F) {
	f.Add([]byte(`{"event_type":"gift","data":{"gift":{"id":1},"repeat_count":2,"timestamp":"2026-01-12T09:30:30"}}`))
	f.Add([]byte(`{"event_type":"viewers","data":{"top":[{"user":{}}]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var e live.Event
		if json.Unmarshal(b, &e) != nil {
			return
		}
		wire, err := json.Marshal(e)
		if err != nil {
			t.Fatalf("read but not written: %v", err)
		}
		if !json.Valid(wire) {
			t.Fatalf("not JSON: %s", wire)
		}
	})
}

func FuzzNewSimulated(f *testing.F) {
	f.Add("gift", []byte(`{"gift":{"id":1,"diamond_count":5,"streakable":true},"repeat_count":2}`))
	f.Add("comment", []byte(`{"comment":"hi","user":{"unique_id":"ann"}}`))
	f.Add("like", []byte(`[]`))
	f.Fuzz(func(t *testing.T, kind string, data []byte) {
		e, err := live.NewSimulated(live.Kind(kind), data, time.Now())
		if err != nil {
			if live.CodeOf(err) != live.CodeInvalid {
				t.Fatalf("code %s: %v", live.CodeOf(err), err)
			}
			return
		}
		if e.Origin != live.OriginSimulated {
			t.Fatalf("origin %s", e.Origin)
		}
		if _, err := json.Marshal(e); err != nil {
			t.Fatal(err)
		}
	})
}

func TestExport(t *testing.T) {
	formula := event(live.Comment{Comment: "=HYPERLINK(\"http://x\")"})
	formula.User = &live.User{UniqueID: "x", Nickname: "+1+1", UserID: "9"}
	formula.Seq, formula.At = 1, time.Date(2026, 1, 12, 9, 30, 0, 0, time.UTC)
	events := func(n int) iter.Seq2[live.Event, error] {
		return func(yield func(live.Event, error) bool) {
			for i := range n {
				formula.Seq = int64(i + 1)
				if !yield(formula, nil) {
					return
				}
			}
		}
	}
	for _, n := range []int{0, 1, 3} {
		var array bytes.Buffer
		if err := live.Export(&array, "json", events(n)); err != nil {
			t.Fatal(err)
		}
		var back []live.Event
		if err := json.Unmarshal(array.Bytes(), &back); err != nil || len(back) != n {
			t.Errorf("%d events: %d read back, %v:\n%s", n, len(back), err, array.String())
		}
	}
	var table bytes.Buffer
	if err := live.Export(&table, "csv", events(1)); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&table).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"1", "2026-01-12T09:30:00Z", "comment", "tiktok", "false", "9", "x", "'+1+1", "'=HYPERLINK(\"http://x\")", "", "", ""}
	if diff := cmp.Diff(want, rows[1][:12]); diff != "" {
		t.Errorf("row (-want +got):\n%s", diff)
	}
}

// TestUserJSON holds what is written by hand, because every list of events is full of it, against encoding/json.
func TestUserJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.Just(""), rapid.String(), rapid.StringMatching(`[ -~]*`))
		u := live.User{
			UniqueID: text.Draw(t, "unique_id"), Nickname: text.Draw(t, "nickname"), UserID: text.Draw(t, "user_id"),
			ProfilePicture: text.Draw(t, "picture"), Roles: rapid.SliceOfN(rapid.SampledFrom(live.Roles[:]), 0, 3).Draw(t, "roles"),
			GifterLevel: rapid.IntRange(0, 50).Draw(t, "gifter"), TeamLevel: rapid.IntRange(0, 50).Draw(t, "team"), TopGifter: rapid.IntRange(0, 3).Draw(t, "top"),
		}
		want, err := json.Marshal(u)
		if err != nil {
			t.Fatal(err)
		}
		e := live.Event{Kind: live.KindJoin, User: &u, Data: live.Join{}}
		wire, err := e.AppendJSON(nil)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Data struct{ User json.RawMessage }
		}
		if err := json.Unmarshal(wire, &got); err != nil {
			t.Fatal(err, string(wire))
		}
		if diff := cmp.Diff(string(want), string(got.Data.User)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestExportTable(t *testing.T) {
	rows := func(n int) iter.Seq2[[]any, error] {
		return func(yield func([]any, error) bool) {
			for i := range n {
				if !yield([]any{"=1+1", int64(i), 2.5, nil, true}, nil) {
					return
				}
			}
		}
	}
	columns := []string{"name", "n", "rate", "peak", "open"}
	for want, tc := range map[string]struct {
		format string
		rows   int
	}{
		"[]\n": {"json", 0}, "": {"jsonl", 0}, "name,n,rate,peak,open\n": {"csv", 0},
		`[` + "\n" + `{"name":"=1+1","n":0,"rate":2.5,"peak":null,"open":true},` + "\n" + `{"name":"=1+1","n":1,"rate":2.5,"peak":null,"open":true}` + "\n]\n": {"json", 2},
		`{"name":"=1+1","n":0,"rate":2.5,"peak":null,"open":true}` + "\n":                                                                                      {"jsonl", 1},
		"name,n,rate,peak,open\n'=1+1,0,2.5,,true\n":                                                                                                           {"csv", 1},
	} {
		var got bytes.Buffer
		if err := live.ExportTable(&got, tc.format, columns, rows(tc.rows)); err != nil || got.String() != want {
			t.Errorf("%d rows of %s: %v\n%s", tc.rows, tc.format, err, got.String())
		}
	}
	if err := live.ExportTable(&bytes.Buffer{}, "xml", columns, rows(1)); live.CodeOf(err) != live.CodeInvalid {
		t.Errorf("xml: %v", err)
	}
}
