package tiktok

import (
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"showcaller/internal/live"
	_ "showcaller/internal/tiktok/webcast" // registers the schema
)

// arrival is when the messages of these tests arrive.
var arrival = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// testDecoder returns a decoder as a connection to an unknown host would have it.
func testDecoder() *decoder {
	return newDecoder(arrival, 0, newCatalogue(), tally{})
}

// shared is the folder of real traffic and golden files next to the repository. It is no part of it: a user's clone has none.
const shared = "../../../shared"

// sharedFile reads a file of the shared folder. Where there is none the test is skipped, loudly; in CI that is a failure.
func sharedFile(tb testing.TB, name string) []byte {
	tb.Helper()
	b, err := os.ReadFile(filepath.Join(shared, name))
	switch {
	case err == nil:
		return b
	case errors.Is(err, fs.ErrNotExist) && os.Getenv("CI") == "":
		tb.Skipf("NOT TESTED AGAINST REAL TRAFFIC: %s is not here; it lies next to the repository, not in it", name)
	}
	tb.Fatal(err)
	return nil
}

// A capture is one real message with what a correct decoder reads of it.
type capture struct {
	Method  string       `json:"method"`
	Payload []byte       `json:"payload"`
	Expect  *expectation `json:"expect"` // nil where the method is in no public schema
}

// expectation names facts neutrally; fields that a kind does not have are nil.
type expectation struct {
	MsgID        string         `json:"msg_id"`
	CreateTimeMS int64          `json:"create_time_ms"`
	User         *expectedUser  `json:"user"`
	Comment      *string        `json:"comment"`
	EmoteIDs     []string       `json:"emote_ids"`
	GiftID       *int64         `json:"gift_id"`
	Name         string         `json:"name"`
	DiamondCount int            `json:"diamond_count"`
	Type         int            `json:"type"`
	Combo        bool           `json:"combo"`
	RepeatCount  int            `json:"repeat_count"`
	RepeatEnd    int            `json:"repeat_end"`
	GroupID      string         `json:"group_id"`
	Count        int            `json:"count"`
	Total        *int64         `json:"total"`
	MemberCount  *int64         `json:"member_count"`
	Action       int            `json:"action"`
	Kind         string         `json:"kind"`
	Viewers      *int64         `json:"viewers"`
	TotalViewers int64          `json:"total_viewers"`
	Top          []expectedRank `json:"top"`
	Months       *int           `json:"months"`
}

type expectedUser struct {
	UserID   string `json:"user_id"`
	UniqueID string `json:"unique_id"`
	Nickname string `json:"nickname"`
	Picture  string `json:"picture"`
}

type expectedRank struct {
	Rank     int64  `json:"rank"`
	UserID   string `json:"user_id"`
	Nickname string `json:"nickname"`
	Score    int64  `json:"score"`
}

// captured reads captures/messages.jsonl.
func captured(tb testing.TB) (all []capture) {
	tb.Helper()
	for line := range bytes.Lines(sharedFile(tb, "captures/messages.jsonl")) {
		var c capture
		if err := json.Unmarshal(line, &c); err != nil {
			tb.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// message wraps the capture as a batch would.
func (c *capture) message() *message { return &message{method: []byte(c.Method), payload: c.Payload} }

// TestCaptures reads every real message and compares what is in its event with what an independent decoder found.
func TestCaptures(t *testing.T) {
	t.Parallel()
	d := testDecoder()
	for i, c := range captured(t) {
		before := d.unknown[c.Method]
		var e live.Event
		ok := d.event(&e, c.message(), arrival)
		if now := d.unknown[c.Method]; now != before && readers[c.Method] != nil && readable(t, &c) {
			t.Errorf("line %d: no event of %s: %+v", i+1, c.Method, now)
		}
		if c.Expect == nil || !ok {
			continue
		}
		want := *c.Expect
		if diff := cmp.Diff(want, expectationOf(&c, e)); diff != "" {
			t.Errorf("line %d: %s (-want +got):\n%s", i+1, c.Method, diff)
		}
	}
}

// readable reports whether the generated code can read the capture. Five payloads were damaged when names were swapped.
func readable(t *testing.T, c *capture) bool {
	t.Helper()
	typ, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName("webcast." + c.Method))
	if err != nil {
		t.Fatal(err)
	}
	return proto.Unmarshal(c.Payload, typ.New().Interface()) == nil
}

// expectationOf says of an event what the captures say of its message. What an event does not keep (the room id, a gift's
// repeat_end, …) is taken from the expectation.
func expectationOf(c *capture, e live.Event) expectation {
	x := *c.Expect
	x.MsgID = e.SourceID
	if x.CreateTimeMS != 0 {
		x.CreateTimeMS = e.At.UnixMilli()
	}
	if x.User != nil {
		x.User = &expectedUser{e.User.UserID, e.User.UniqueID, e.User.Nickname, e.User.ProfilePicture}
	}
	switch v := e.Data.(type) {
	case live.Comment:
		if x.Comment != nil {
			x.Comment = &v.Comment
		}
		if len(x.EmoteIDs) != len(v.Stickers) {
			x.EmoteIDs = v.Stickers
		}
	case live.Gift:
		x.GiftID, x.Name, x.DiamondCount, x.Type, x.Combo = &v.Gift.ID, v.Gift.Name, v.Gift.DiamondCount, v.Gift.Type, v.Gift.Streakable
		x.RepeatCount, x.GroupID = v.RepeatCount, cmp0(v.StreakID)
		if v.Gift.Type == giftTypeStreak {
			x.RepeatEnd = map[bool]int{true: 0, false: 1}[v.Streaking]
		}
	case live.Like:
		x.Count, x.Total = v.Count, &v.TotalLikes
	case live.Join:
		if x.MemberCount != nil {
			x.MemberCount = &v.Viewers
		}
	case live.Viewers:
		x.Viewers, x.TotalViewers, x.Top = &v.Viewers, v.Total, expectedTop(v.Top)
	case live.Subscribe:
		if x.Months != nil {
			x.Months = &v.Months
		}
	case live.Follow, live.Share:
		x.Kind = string(e.Kind)
	case live.LivePause:
		x.Action = controlPaused
	case live.LiveResume:
		x.Action = controlResumed
	case live.LiveEnd:
		x.Action = controlEnded
	}
	return x
}

// cmp0 writes no streak as the captures do.
func cmp0(streakID string) string {
	if streakID == "" {
		return "0"
	}
	return streakID
}

func expectedTop(top []live.Ranked) []expectedRank {
	all := []expectedRank{}
	for _, r := range top {
		all = append(all, expectedRank{r.Rank, r.User.UserID, r.User.Nickname, r.Score})
	}
	return all
}

// mainKinds are the six kinds that make up nearly all of a LIVE.
var mainKinds = []string{
	"WebcastChatMessage", "WebcastGiftMessage", "WebcastLikeMessage",
	"WebcastMemberMessage", "WebcastSocialMessage", "WebcastRoomUserSeqMessage",
}

// BenchmarkDecode makes complete events of the real messages of the six main kinds, on one goroutine, in batches of eight. The
// viewers come again and again, as those of a LIVE do.
func BenchmarkDecode(b *testing.B) { benchmarkDecode(b, func(*decoder) {}) }

// BenchmarkDecodeStrangers is the worst case: nobody says anything twice, and nothing is remembered.
func BenchmarkDecodeStrangers(b *testing.B) {
	benchmarkDecode(b, func(d *decoder) {
		clear(d.viewers[:])
		clear(d.items)
	})
}

// benchmarkDecode decodes all messages again and again, and calls again before each time.
func benchmarkDecode(b *testing.B, again func(*decoder)) {
	var all []message
	for _, c := range captured(b) {
		if slices.Contains(mainKinds, c.Method) {
			m := c.message()
			m.id = int64(len(all)) + 7_286_185_000_000_000_000 // a batch names the id, so nobody has to look for it
			all = append(all, *m)
		}
	}
	d, events, n := testDecoder(), []live.Event(nil), 0
	b.ReportAllocs()
	for b.Loop() {
		again(d)
		for batch := range slices.Chunk(all, 8) {
			events = d.appendEvents(events[:0], batch, false, arrival)
			n += len(events)
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "msg/s")
	b.ReportMetric(float64(n)/float64(b.N), "events/op")
}

// BenchmarkDecodeEager is what the generated decoder of the full schema needs for the same messages, without making events of
// them: the measure of the machine, so that the other figures can be compared between machines.
func BenchmarkDecodeEager(b *testing.B) {
	var payloads [][]byte
	var types []protoreflect.MessageType
	for _, c := range captured(b) {
		if slices.Contains(mainKinds, c.Method) {
			typ, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName("webcast." + c.Method))
			if err != nil {
				b.Fatal(err)
			}
			if proto.Unmarshal(c.Payload, typ.New().Interface()) == nil { // some were damaged when names were swapped
				payloads, types = append(payloads, c.Payload), append(types, typ)
			}
		}
	}
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		for i, payload := range payloads {
			if err := proto.Unmarshal(payload, types[i].New().Interface()); err != nil {
				b.Fatal(err)
			}
			n++
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "msg/s")
}
