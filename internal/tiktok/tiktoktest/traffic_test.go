package tiktoktest

import (
	"context"
	"fmt"
	"math"
	"os"
	"testing"
	"time"

	"google.golang.org/protobuf/proto"

	"showcaller/internal/tiktok/webcast"
)

const capturesPath = "../../../../shared/captures/messages.jsonl"

// needShared skips a test in a clone, which has no shared folder beside it. Our own machines have it, always.
func needShared(t *testing.T, path string) {
	t.Helper()
	if _, err := os.Stat(path); err == nil {
		return
	}
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing", path)
	}
	t.Skipf("skipped: %s is not part of the repository", path)
}

// giftOf decodes a gift before it is sent.
func giftOf(t *testing.T, m Message) *webcast.WebcastGiftMessage {
	t.Helper()
	return decode[webcast.WebcastGiftMessage](t, &webcast.BaseProtoMessage{Payload: m.payload(1)})
}

func TestTrafficIsTheSameForASeed(t *testing.T) {
	line := func(m Message) string {
		m.ID, m.At = 1, time.Unix(1, 0)
		if m.Kind == kindGift || m.Kind == kindQuestion || m.Kind == kindEnvelope || m.Kind == kindCaption {
			return m.label() // these hold clocks of their own
		}
		return fmt.Sprintf("%s %x", m.label(), m.payload(1))
	}
	host := Named("lan")
	a, b, c := NewTraffic(7, host), NewTraffic(7, host), NewTraffic(8, host)
	differs := false
	for i := range 2000 {
		x := line(a.Next())
		if y := line(b.Next()); x != y {
			t.Fatalf("event %d: %s, then %s", i, x, y)
		}
		differs = differs || x != line(c.Next())
	}
	if !differs {
		t.Error("another seed makes the same events")
	}
}

// TestTrafficMix holds the mix against the middles of the seed document's table.
func TestTrafficMix(t *testing.T) {
	tr, got := NewTraffic(1, Named("lan")), map[string]int{}
	const n = 12_000
	for range n {
		got[tr.Next().Kind]++
	}
	for kind, perMinute := range map[string]float64{
		kindLike: 125, kindJoin: 60, kindComment: 30, kindGift: 12, kindFollow: 5, kindShare: 3,
	} {
		if want := perMinute / 240 * n; math.Abs(float64(got[kind])-want) > 0.15*want {
			t.Errorf("%d of kind %s, want about %.0f", got[kind], kind, want)
		}
	}
}

// TestTrafficStreaks: a streak grows, and its end repeats the last count; gifts that cannot streak have neither group nor end.
func TestTrafficStreaks(t *testing.T) {
	tr, open := NewTraffic(1, Named("lan")), map[string]int32{}
	ended := 0
	for range 8000 {
		m := tr.Next()
		if m.Kind != kindGift {
			continue
		}
		g := giftOf(t, m)
		key := fmt.Sprint(g.User.Id, g.GiftId, g.GroupId)
		switch last := open[key]; {
		case g.Gift.Type != 1:
			if g.GroupId != 0 || g.RepeatEnd != 0 {
				t.Fatalf("type %d has group %d, end %d", g.Gift.Type, g.GroupId, g.RepeatEnd)
			}
		case g.RepeatEnd == 1:
			if g.RepeatCount != last {
				t.Fatalf("the end says %d, the last tap said %d", g.RepeatCount, last)
			}
			delete(open, key)
			ended++
		case g.RepeatCount <= last:
			t.Fatalf("a tap says %d after %d", g.RepeatCount, last)
		default:
			open[key] = g.RepeatCount
		}
	}
	if ended < 50 || len(open) > 8 {
		t.Errorf("%d streaks ended, %d are open", ended, len(open))
	}
}

func TestStreak(t *testing.T) {
	srv := NewServer(t)
	room := srv.Room("lan")
	msgs := room.Streak(Named("minh"), Rose).Messages(1, 3, 7)
	var got []string
	for _, m := range msgs {
		g := giftOf(t, m)
		got = append(got, fmt.Sprint(g.RepeatCount, g.RepeatEnd))
	}
	if want := "[1 0 3 0 7 0 7 1]"; fmt.Sprint(got) != want {
		t.Errorf("streak is %v, want %s", got, want)
	}
	if a, b := room.Streak(Named("minh"), Rose), room.Streak(Named("minh"), Rose); a.Group == b.Group {
		t.Error("two streaks have one group")
	}
}

// TestPlay: what is played arrives, with nothing lost and nothing twice.
func TestPlay(t *testing.T) {
	c, room := inRoom(t)
	ctx, stop := context.WithCancel(t.Context())
	played := make(chan struct{})
	go func() {
		defer close(played)
		room.Play(ctx, NewTraffic(1, room.Host()), 2000)
	}()
	seen := map[int64]bool{}
	for len(seen) < 1000 {
		for _, m := range c.batch().Messages {
			if seen[m.MsgId] {
				t.Fatalf("message %d came twice", m.MsgId)
			}
			seen[m.MsgId] = true
		}
	}
	stop()
	<-played
	room.End(EndedByHost)
	for end := false; !end; {
		for _, m := range c.batch().Messages {
			seen[m.MsgId] = true
			end = m.Method == "WebcastControlMessage"
		}
	}
	sent := 0
	for _, n := range room.Sent() {
		sent += n
	}
	if sent != len(seen) {
		t.Errorf("%d sent, %d arrived", sent, len(seen))
	}
}

func TestPlayEndsWithTheLive(t *testing.T) {
	srv := NewServer(t)
	room := srv.Room("lan").GoLive()
	room.Vanish()
	room.Play(t.Context(), NewTraffic(1, room.Host()), 100) // returns
}

func TestPace(t *testing.T) {
	start := time.Unix(0, 0)
	p := pace{rate: 3, last: start}
	total := 0
	for i := range 100 {
		total += p.due(start.Add(time.Duration(i+1) * 100 * time.Millisecond))
	}
	if total != 30 {
		t.Errorf("%d events in ten seconds, want 30", total)
	}
	if n := p.due(start.Add(time.Hour)); n > 3 {
		t.Errorf("%d events after a standstill, want those of one second", n)
	}
}

// TestCaptures: real payloads get present stamps and keep everything else.
func TestCaptures(t *testing.T) {
	needShared(t, capturesPath)
	captures, err := LoadCaptures(capturesPath)
	if err != nil {
		t.Fatal(err)
	}
	if captures.Len() < 1600 {
		t.Errorf("%d messages", captures.Len())
	}
	_, room := inRoom(t)
	now := time.Now()
	for range captures.Len() {
		m := captures.Next()
		m.At = now
		sent := m.encode(room.server, room.ID())
		if sent.Method != "WebcastChatMessage" {
			continue
		}
		before := decode[webcast.WebcastChatMessage](t, &webcast.BaseProtoMessage{Payload: m.whole})
		after := decode[webcast.WebcastChatMessage](t, sent)
		if c := after.Common; c.CreateTime != now.UnixMilli() || c.MsgId != sent.MsgId || c.RoomId != room.ID() {
			t.Fatalf("stamp is %v", c)
		}
		before.Common, after.Common = nil, nil
		if !proto.Equal(before, after) {
			t.Fatalf("%v became %v", before, after)
		}
	}
}

func TestRestampLeavesTheUnknownAlone(t *testing.T) {
	for _, b := range [][]byte{nil, {0xff}, {0x0a, 0x7f}, {0x12, 0x00}, {0x08, 0x01}} {
		if got := restamp(b, 1, 2, time.Now()); string(got) != string(b) {
			t.Errorf("%x became %x", b, got)
		}
	}
}

// BenchmarkTraffic is what one event costs: made, encoded and compressed in a batch of 500.
func BenchmarkTraffic(b *testing.B) {
	srv, err := Listen("127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	defer srv.Close()
	tr := NewTraffic(1, Named("lan"))
	for b.Loop() {
		batch := make([]*webcast.BaseProtoMessage, frameMax)
		for i, m := range tr.Batch(frameMax) {
			batch[i] = m.encode(srv, 1)
		}
		newBatch(batch, true).zipped()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*frameMax), "ns/event")
}
