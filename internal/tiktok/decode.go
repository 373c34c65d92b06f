package tiktok

import (
	"encoding/hex"
	"hash/maphash"
	"strings"
	"time"

	"showcaller/internal/live"
)

const (
	// staleBy is how much older than the connection a message of the first batch must be to count as a replay: TikTok flags
	// replayed comments, but not everything else it repeats.
	staleBy = 10 * time.Second

	// sampleBytes is how much of an unknown message is kept.
	sampleBytes = 512
)

// A decoder makes events of the messages of one connection. It belongs to one goroutine.
type decoder struct {
	wireReader
	hostID    int64     // the host's user id; 0 unknown
	connected time.Time // when the socket opened
	gifts     giftNames
	unknown   tally

	// What was read before, by the hash of its bytes. The seed is the decoder's own, so nobody can make two hashes meet.
	seed    maphash.Seed
	viewers viewerCache
	items   map[uint64]live.GiftItem

	// The message at hand.
	common []byte // field 1 of every message: a Common
	sender person
}

// newDecoder returns a decoder for a connection that was opened at connected. hostID is the host's user id, 0 if unknown.
func newDecoder(connected time.Time, hostID int64, gifts giftNames, unknown tally) *decoder {
	return &decoder{
		hostID:    hostID,
		connected: connected,
		gifts:     gifts,
		unknown:   unknown,
		seed:      maphash.MakeSeed(),
		items:     map[uint64]live.GiftItem{},
	}
}

// giftNames knows gifts by id. The decoder asks it where a message brings no gift, and tells it what messages bring.
type giftNames interface {
	gift(id int64) (live.GiftItem, bool)
	learn(item live.GiftItem)
}

// A message is a BaseProtoMessage: the wrapping of every event. It shares the frame's memory.
type message struct {
	method, payload []byte
	id              int64
	history         bool
}

// appendEvents appends the events of a batch that arrived at the given time. A message that cannot be read, or that no event is
// made of, is counted by method and costs nobody but itself.
func (d *decoder) appendEvents(to []live.Event, batch []message, first bool, arrived time.Time) []live.Event {
	for i := range batch {
		n := len(to)
		to = append(to, live.Event{})
		if !d.event(&to[n], &batch[i], arrived) {
			to = to[:n]
			continue
		}
		e := &to[n]
		e.History = e.History || first && e.At.Before(d.connected.Add(-staleBy))
		if e.History && e.Kind == live.KindLiveEnd {
			to = to[:n] // the end of an earlier LIVE is no news and must end nothing
		}
	}
	return to
}

// event makes the event of one message. It reports false where there is none to make.
func (d *decoder) event(e *live.Event, m *message, arrived time.Time) bool {
	read := readers[string(m.method)]
	if read == nil {
		d.unknown.add(m, false)
		return false
	}
	d.err, d.common, d.sender = nil, nil, person{}
	data := read(d, m.payload)
	if data == nil {
		d.unknown.add(m, d.err != nil)
		return false
	}
	e.Origin, e.Kind, e.Data = live.OriginTikTok, data.Kind(), data
	e.SourceID, e.At, e.User = d.sourceID(m), d.at(arrived), d.sender.user()
	e.History = m.history
	if d.err != nil {
		d.unknown.add(m, true)
		return false
	}
	return e.Kind != ""
}

// sourceID prefers the wrapping's id: the one in common differs for "RoomMessage", and it is the former that repeats.
func (d *decoder) sourceID(m *message) string {
	if m.id != 0 {
		return d.decimal(m.id)
	}
	return d.decimal(d.number(d.common, 2))
}

// at is when TikTok made the message, or when it arrived if TikTok does not say.
func (d *decoder) at(arrived time.Time) time.Time {
	if ms := d.number(d.common, 4); ms > 0 {
		return time.UnixMilli(ms).UTC()
	}
	return live.Millis(arrived)
}

// A tally counts the messages that no event is made of, by method.
type tally map[string]live.Unknown

// tallyLimit bounds a tally; methods past it are counted together. 77 methods were ever seen.
const tallyLimit = 500

// add counts m, which could not be read if failed is set.
func (t tally) add(m *message, failed bool) {
	method := strings.ToValidUTF8(string(m.method), "\uFFFD")
	if _, known := t[method]; !known && len(t) >= tallyLimit {
		method = "other"
	}
	u := t[method]
	u.Count++
	if failed {
		u.Failed++
	}
	if u.Sample == "" {
		u.Sample = hex.EncodeToString(m.payload[:min(len(m.payload), sampleBytes)])
	}
	t[method] = u
}

// displayText returns the Text by which TikTok's own client shows the message.
func (d *decoder) displayText() []byte { return d.text(d.common, 8) }
