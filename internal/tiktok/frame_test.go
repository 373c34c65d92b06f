package tiktok

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"errors"
	"testing"

	"google.golang.org/protobuf/proto"

	"showcaller/internal/tiktok/webcast"
)

// TestGoldenFrames holds our frames against those of the npm codec, byte for byte (protocol section 5.4).
func TestGoldenFrames(t *testing.T) {
	t.Parallel()
	const room = 7664000000000000001
	for name, test := range map[string]struct {
		got  []byte
		want string
	}{
		"im_enter_room": {
			enterFrame(room, 4682412726808724574),
			"320270623a0d696d5f656e7465725f726f6f6d4223088180e0b4cfecffad6a200c2a0861756469656e636540de88cfc990b2d1fd404a0130",
		},
		"hb":  {heartbeatFrame(room, 1), "320270623a026862420c088180e0b4cfecffad6a1001"},
		"ack": {ackFrame(102, []byte("IE102")), "1066320270623a0361636b42054945313032"},
	} {
		if got := hex.EncodeToString(test.got); got != test.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, test.want)
		}
	}
}

func gzipped(t testing.TB, b []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	z := gzip.NewWriter(&out)
	if _, err := z.Write(b); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestParseFrame(t *testing.T) {
	t.Parallel()
	payload := []byte("a batch")
	for name, sent := range map[string][]byte{"plain": payload, "gzip": gzipped(t, payload)} {
		b, err := proto.Marshal(&webcast.WebcastPushFrame{
			SeqId: 1, LogId: 42, Service: 8888, Method: 8, PayloadEncoding: "pb", PayloadType: frameMessages, Payload: sent,
			Headers: []*webcast.PushHeader{{Key: "compress_type", Value: "none"}}, // the magic decides, not the header
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseFrame(b)
		if err != nil || got.logID != 42 || got.typ != frameMessages || !bytes.Equal(got.payload, payload) {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if _, err := parseFrame(b[:len(b)-3]); err == nil {
			t.Errorf("%s: half a frame was read", name)
		}
	}
}

func TestInflateIsCapped(t *testing.T) {
	t.Parallel()
	if _, err := inflate(gzipped(t, make([]byte, maxInflated+1))); !errors.Is(err, errBomb) {
		t.Errorf("a bomb gives %v", err)
	}
	if b, err := inflate(gzipped(t, make([]byte, maxInflated))); err != nil || len(b) != maxInflated {
		t.Errorf("the largest payload gives %d bytes, %v", len(b), err)
	}
	if _, err := inflate(gzipped(t, []byte("abc"))[:15]); err == nil {
		t.Error("half a payload was inflated")
	}
}

// TestGoldenPushFrame reads the frame and the batch that the npm codec made.
func TestGoldenPushFrame(t *testing.T) {
	t.Parallel()
	frame, err := parseFrame(sharedFile(t, "tiktok/golden/push-frame.pb"))
	if err != nil {
		t.Fatal(err)
	}
	got, err := parseFetchResult(frame.payload)
	if err != nil {
		t.Fatal(err)
	}
	var want webcast.ProtoMessageFetchResult
	if err := proto.Unmarshal(sharedFile(t, "tiktok/golden/fetch-result.pb"), &want); err != nil {
		t.Fatal(err)
	}
	sameResult(t, got, &want)
}

// sameResult compares what we read of a batch with the full schema.
func sameResult(t *testing.T, got fetchResult, want *webcast.ProtoMessageFetchResult) {
	t.Helper()
	if len(got.messages) != len(want.Messages) || len(got.routeParams) != len(want.RouteParams) {
		t.Fatalf("%d messages and %d route params, want %d and %d", len(got.messages), len(got.routeParams), len(want.Messages), len(want.RouteParams))
	}
	for i, m := range got.messages {
		w := want.Messages[i]
		if string(m.method) != w.Method || !bytes.Equal(m.payload, w.Payload) || m.id != w.MsgId || m.history != w.IsHistory {
			t.Errorf("message %d is %s %d, want %s %d", i, m.method, m.id, w.Method, w.MsgId)
		}
	}
	for _, kv := range got.routeParams {
		if want.RouteParams[kv[0]] != kv[1] {
			t.Errorf("route param %s is %q", kv[0], kv[1])
		}
	}
	if got.cursor != want.Cursor || got.now != want.Now || !bytes.Equal(got.internalExt, want.InternalExt) ||
		got.needAck != want.NeedAck || got.pushServer != want.PushServer || got.first != want.IsFirst {
		t.Errorf("result %+v, want %v", got, want)
	}
}

// FuzzFrame feeds anything to the outermost parser.
func FuzzFrame(f *testing.F) {
	f.Add(heartbeatFrame(7664000000000000001, 1))
	f.Add(encodeFrame(9, frameMessages, gzipped(f, []byte{0x0a, 0x00})))
	f.Fuzz(func(t *testing.T, b []byte) {
		frame, err := parseFrame(b)
		if err != nil {
			return
		}
		if len(frame.payload) > max(maxInflated, len(b)) {
			t.Fatalf("%d bytes of payload", len(frame.payload))
		}
		_, _ = parseFetchResult(frame.payload)
	})
}

// FuzzFetchResult holds the batch parser against the full schema: what that can read we read the same.
func FuzzFetchResult(f *testing.F) {
	seed, err := proto.Marshal(&webcast.ProtoMessageFetchResult{
		Messages: []*webcast.BaseProtoMessage{{Method: "WebcastChatMessage", Payload: []byte{8, 1}, MsgId: 7, IsHistory: true}},
		Cursor:   "c", Now: 5, InternalExt: []byte("ie"), NeedAck: true, PushServer: "wss://x", IsFirst: true,
		RouteParams: map[string]string{"wrss": "a+/="},
	})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(seed)
	f.Fuzz(func(t *testing.T, b []byte) {
		var want webcast.ProtoMessageFetchResult
		if !readByBoth(b, &want) {
			_, _ = parseFetchResult(b)
			return
		}
		canonical, err := proto.Marshal(&want)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseFetchResult(canonical)
		if err != nil {
			t.Fatalf("%v of %x", err, canonical)
		}
		sameResult(t, got, &want)
	})
}

// readByBoth reads b with the full schema, without fields that are in none. It reports false where even that fails.
func readByBoth(b []byte, m proto.Message) bool {
	return proto.UnmarshalOptions{DiscardUnknown: true}.Unmarshal(b, m) == nil
}
