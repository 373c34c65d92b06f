package tiktoktest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"time"

	"google.golang.org/protobuf/encoding/protowire"
)

// Captures is a Source of real messages, over and over. Each time round they are new events: ids, room and time are stamped
// on sending.
type Captures struct {
	msgs []Message
	next int
}

// LoadCaptures reads recorded payloads: one JSON object a line with method and payload, in base64.
func LoadCaptures(path string) (*Captures, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() //nolint:errcheck // it was only read
	c := &Captures{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 4<<20)
	for lines.Scan() {
		var line struct {
			Method  string `json:"method"`
			Payload []byte `json:"payload"`
		}
		if err := json.Unmarshal(lines.Bytes(), &line); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", path, len(c.msgs)+1, err)
		}
		c.add(line.Method, line.Payload)
	}
	if len(c.msgs) == 0 && lines.Err() == nil {
		return nil, errors.New(path + ": no messages")
	}
	return c, lines.Err()
}

// add keeps a message, unless it would end or pause the live it is played in.
func (c *Captures) add(method string, payload []byte) {
	if method != "WebcastControlMessage" {
		c.msgs = append(c.msgs, Recorded(method, payload))
	}
}

// Shuffle puts the messages into an order of their own for each seed: files are often sorted by method.
func (c *Captures) Shuffle(seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 0x5eed))
	rng.Shuffle(len(c.msgs), func(i, j int) { c.msgs[i], c.msgs[j] = c.msgs[j], c.msgs[i] })
}

// Len is how many messages there are.
func (c *Captures) Len() int { return len(c.msgs) }

// Next returns the next message.
func (c *Captures) Next() Message {
	m := c.msgs[c.next]
	c.next = (c.next + 1) % len(c.msgs)
	return m
}

// restamp returns payload with msg_id, room_id and create_time of its common replaced where it has them. A payload that is no
// protobuf is returned as it is: some methods are in no public schema.
func restamp(payload []byte, id, room int64, at time.Time) []byte {
	stamp := map[protowire.Number]int64{2: id, 3: room, 4: at.UnixMilli()}
	inCommon := func(b []byte, num protowire.Number, typ protowire.Type, field []byte) []byte {
		if v, ok := stamp[num]; ok && typ == protowire.VarintType {
			return protowire.AppendVarint(protowire.AppendTag(b, num, typ), uint64(v))
		}
		return append(b, field...)
	}
	return rewrite(payload, func(b []byte, num protowire.Number, typ protowire.Type, field []byte) []byte {
		if num != 1 || typ != protowire.BytesType {
			return append(b, field...)
		}
		_, _, n := protowire.ConsumeTag(field)
		common, _ := protowire.ConsumeBytes(field[n:])
		return protowire.AppendBytes(protowire.AppendTag(b, num, typ), rewrite(common, inCommon))
	})
}

// rewrite returns message with every field passed through f, which appends to b what is to stand in its place. What cannot be
// read to the end is returned as it is.
func rewrite(message []byte, f func(b []byte, num protowire.Number, typ protowire.Type, field []byte) []byte) []byte {
	b := make([]byte, 0, len(message)+8)
	for rest := message; len(rest) > 0; {
		num, typ, n := protowire.ConsumeField(rest)
		if n < 0 {
			return message
		}
		b = f(b, num, typ, rest[:n])
		rest = rest[n:]
	}
	return b
}
