package tiktoktest

import (
	"bytes"
	"compress/gzip"
	"sync"
	"time"

	"google.golang.org/protobuf/proto"

	"showcaller/internal/tiktok/webcast"
)

// gzipFrom is the size below which TikTok does not bother to compress, so that clients meet both forms.
const gzipFrom = 256

// batch is one fetch result, encoded once for all sockets.
type batch struct {
	internalExt []byte
	needAck     bool
	plain       []byte
	zipped      func() []byte // made when the first client asks for it
}

// newBatch encodes messages as the payload of a push frame.
func newBatch(msgs []*webcast.BaseProtoMessage, needAck bool) *batch {
	return encodeBatch(&webcast.ProtoMessageFetchResult{Messages: msgs, NeedAck: needAck})
}

// firstBatch is what a client gets on entering.
func firstBatch(msgs []*webcast.BaseProtoMessage) *batch {
	r := &webcast.ProtoMessageFetchResult{Messages: msgs, NeedAck: true, IsFirst: true}
	for _, m := range msgs {
		if m.IsHistory {
			r.HistoryCommentCursor = itoa(m.MsgId)
			break
		}
	}
	return encodeBatch(r)
}

func encodeBatch(r *webcast.ProtoMessageFetchResult) *batch {
	r.Now = time.Now().UnixMilli()
	r.FetchInterval = 1000
	r.HeartbeatDuration = 10_000
	r.InternalExt = []byte("internal_src:dim|wss_push_room_id:0|wss_msg_type:r|wrds_v:" + token(19))
	b := mustMarshal(r)
	return &batch{r.InternalExt, r.NeedAck, b, sync.OnceValue(func() []byte { return compress(b) })}
}

// payload returns the batch as it travels to a client, and the compress_type that says how.
func (b *batch) payload(gzipped bool) ([]byte, string) {
	if !gzipped || len(b.plain) < gzipFrom {
		return b.plain, "none"
	}
	return b.zipped(), "gzip"
}

func compress(b []byte) []byte {
	var buf bytes.Buffer
	w, _ := gzip.NewWriterLevel(&buf, gzip.BestSpeed) // the level is valid
	_, _ = w.Write(b)                                 // a Buffer takes everything
	_ = w.Close()
	return buf.Bytes()
}

// frame wraps a payload of type "msg" as the socket carries it.
func frame(seq, log int64, payload []byte, compressType string) []byte {
	return mustMarshal(&webcast.WebcastPushFrame{
		SeqId: seq, LogId: log, Service: 8888, Method: 8,
		Headers:         []*webcast.PushHeader{{Key: "compress_type", Value: compressType}, {Key: "im-now", Value: itoa(time.Now().UnixMilli())}},
		PayloadEncoding: "pb", PayloadType: "msg", Payload: payload,
	})
}

// reply is a frame of one of the other types.
func reply(payloadType string) []byte {
	return mustMarshal(&webcast.WebcastPushFrame{PayloadEncoding: "pb", PayloadType: payloadType})
}

// mustMarshal encodes m. Only a string that is not UTF-8 could fail; those who want one put it into encoded bytes.
func mustMarshal(m proto.Message) []byte {
	b, err := proto.Marshal(m)
	if err != nil {
		panic(err)
	}
	return b
}
