package tiktok

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

	"google.golang.org/protobuf/encoding/protowire"
)

// Limits of what TikTok may make us hold. The largest real payload is 50 kB, a first batch 45 kB.
const (
	maxFrame    = 1 << 20
	maxInflated = 8 << 20
)

// Types of push frames.
const (
	frameEnter     = "im_enter_room"
	frameEntered   = "im_enter_room_resp"
	frameHeartbeat = "hb"
	frameAck       = "ack"
	frameMessages  = "msg"
	frameClose     = "close" // mentioned by one source
)

// liveID is the product TikTok LIVE, as opposed to its siblings on the same servers.
const liveID = 12

// errBomb is a payload that inflates to more than anybody could have meant.
var errBomb = errors.New("gzip bomb: payload inflates to more than 8 MiB")

// A pushFrame is a WebcastPushFrame as it comes in: the one thing that travels over the socket, in binary messages.
type pushFrame struct {
	logID   int64
	typ     string
	payload []byte // inflated
}

// parseFrame reads a push frame and inflates its payload. Whether that is compressed is told by its first bytes: the header
// that should say so is not always there (protocol section 5.5).
func parseFrame(b []byte) (pushFrame, error) {
	var r wireReader
	var p pushFrame
	f := r.fields(b)
	for f.next() {
		switch f.num {
		case 2:
			f.int64(&p.logID)
		case 7:
			f.string(&p.typ)
		case 8:
			f.raw(&p.payload)
		}
	}
	if r.err != nil {
		return pushFrame{}, fmt.Errorf("push frame: %w", r.err)
	}
	var err error
	if p.payload, err = inflate(p.payload); err != nil {
		return pushFrame{}, fmt.Errorf("push frame: %w", err)
	}
	return p, nil
}

var gzipMagic = []byte{0x1f, 0x8b, 0x08}

// inflate returns b, unzipped if it is zipped.
func inflate(b []byte) ([]byte, error) {
	if !bytes.HasPrefix(b, gzipMagic) {
		return b, nil
	}
	z, err := gzip.NewReader(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(z, maxInflated+1))
	switch {
	case err != nil:
		return nil, err
	case len(out) > maxInflated:
		return nil, errBomb
	}
	return out, nil
}

// A fetchResult is a ProtoMessageFetchResult: a batch of messages, and in a sign server's answer the way to the socket.
type fetchResult struct {
	messages    []message
	cursor      string
	now         int64 // TikTok's clock, ms
	internalExt []byte
	routeParams [][2]string
	needAck     bool
	pushServer  string // the socket's address without query; signed answers only
	first       bool
}

// parseFetchResult reads a batch. Its messages share b's memory and are not looked into.
func parseFetchResult(b []byte) (fetchResult, error) {
	var r wireReader
	var res fetchResult
	f := r.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			res.messages = append(res.messages, parseMessage(&r, f.bytes()))
		case 2:
			f.string(&res.cursor)
		case 4:
			f.int64(&res.now)
		case 5:
			f.raw(&res.internalExt)
		case 7:
			res.routeParams = append(res.routeParams, parseParam(&r, f.bytes()))
		case 9:
			f.bool(&res.needAck)
		case 10:
			f.string(&res.pushServer)
		case 11:
			f.bool(&res.first)
		}
	}
	if r.err != nil {
		return fetchResult{}, fmt.Errorf("fetch result: %w", r.err)
	}
	return res, nil
}

// parseMessage reads a BaseProtoMessage.
func parseMessage(r *wireReader, b []byte) (m message) {
	f := r.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&m.method)
		case 2:
			f.raw(&m.payload)
		case 3:
			f.int64(&m.id)
		case 6:
			f.bool(&m.history)
		}
	}
	return m
}

// parseParam reads an entry of a map from string to string.
func parseParam(r *wireReader, b []byte) (kv [2]string) {
	f := r.fields(b)
	for f.next() {
		if f.num == 1 || f.num == 2 {
			f.string(&kv[f.num-1])
		}
	}
	return kv
}

// enterFrame asks to be let into a room; nothing comes before. The numbers are those of WebcastImEnterRoomMessage, where live_id
// is 4: notes that put it at 3 are wrong (protocol section 5.4). unique is a random number of the caller's choice.
func enterFrame(roomID, unique int64) []byte {
	var b []byte
	b = appendVarint(b, 1, roomID)
	b = appendVarint(b, 4, liveID)
	b = appendString(b, 5, "audience")
	b = appendVarint(b, 8, unique)
	b = appendString(b, 9, "0") // filter_welcome_msg
	return encodeFrame(0, frameEnter, b)
}

// heartbeatFrame keeps the connection alive; seq counts 1, 2, 3 … from entering the room.
func heartbeatFrame(roomID, seq int64) []byte {
	var b []byte
	b = appendVarint(b, 1, roomID)
	b = appendVarint(b, 2, seq)
	return encodeFrame(0, frameHeartbeat, b)
}

// ackFrame confirms the batch of the frame with that log id. Its payload is the batch's internal_ext, byte for byte.
func ackFrame(logID int64, internalExt []byte) []byte {
	return encodeFrame(logID, frameAck, internalExt)
}

// encodeFrame wraps a payload. Numbers that are zero are absent, as protobuf has it.
func encodeFrame(logID int64, typ string, payload []byte) []byte {
	var b []byte
	if logID != 0 {
		b = appendVarint(b, 2, logID)
	}
	b = appendString(b, 6, "pb")
	b = appendString(b, 7, typ)
	b = protowire.AppendTag(b, 8, protowire.BytesType)
	return protowire.AppendBytes(b, payload)
}

func appendVarint(b []byte, num protowire.Number, v int64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), uint64(v))
}

func appendString(b []byte, num protowire.Number, s string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, num, protowire.BytesType), s)
}

// randomID returns a positive random number, as the app makes one for each entry.
func randomID() int64 { return 1 + rand.Int64N(1<<63-1) }
