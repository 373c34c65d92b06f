package tiktoktest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
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
	defer f.Close()
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

// Len is how many messages there are.
func (c *Captures) Len() int { return len(c.msgs) }

// Next returns the next message.
func (c *Captures) Next() Message {
	m := c.msgs[c.next]
	c.next = (c.next + 1) % len(c.msgs)
	return m
}
