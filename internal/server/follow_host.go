package server

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"showcaller/internal/live"
)

const (
	hostPause   = 500 * time.Millisecond // between two frames, however much happens
	hostWaiting = 12                     // of what waits, how much a frame holds
	hostSkipped = 8
)

// hostBody is what a room's host does, in a frame and on a page: the queue of its story, cut to what a desk shows. A room without a
// host has none.
type hostBody struct {
	*live.Queue
	More int `json:"more"` // wait beyond those in the frame
}

func hostOf(q live.Queue) hostBody {
	more := max(0, len(q.Waiting)-hostWaiting)
	q.Waiting = q.Waiting[:len(q.Waiting)-more]
	q.Skipped = q.Skipped[:min(len(q.Skipped), hostSkipped)]
	return hostBody{&q, more}
}

func (h hostBody) json() ([]byte, error) {
	if h.Queue == nil {
		return []byte("null"), nil
	}
	return json.Marshal(h)
}

// watchHost returns what a story's director does, and a channel that is closed when that may have changed. A story that is not
// there does nothing.
func (s *Server) watchHost(ctx context.Context, story string) (hostBody, <-chan struct{}) {
	if story == "" || s.opts.Directors == nil {
		return hostBody{}, nil
	}
	director, err := s.opts.Directors.Director(story)
	if err != nil {
		return hostBody{}, nil
	}
	q, changed, err := director.Watch(ctx)
	if err != nil { // it was deleted a moment ago, or everything ends
		return hostBody{}, nil
	}
	return hostOf(q), changed
}

// sendHost sends what the room's host does now and whenever that has changed, until ctx ends or the room is gone. Frames that would
// say the same are not sent.
func (f *follower) sendHost(ctx context.Context, name string) {
	var sent []byte
	for {
		room, moved, err := f.server.engine.Room(name)
		if err != nil {
			return
		}
		host, changed := f.server.watchHost(ctx, room.StoryID)
		body, err := host.json()
		if err != nil {
			f.server.log.Error("cannot encode what the host does", "room", name, "err", err)
			return
		}
		if !bytes.Equal(body, sent) {
			sent = body
			if f.write(ctx, hostFrame(time.Now(), body)) != nil {
				return
			}
		}
		select {
		case <-changed:
		case <-moved:
		case <-ctx.Done():
			return
		}
		select {
		case <-time.After(hostPause):
		case <-ctx.Done():
			return
		}
	}
}

// hostFrame tells the time too: a page counts down by the server's clock, whatever its own says.
func hostFrame(now time.Time, host []byte) []byte {
	frame := append([]byte(`{"type":"host","at":"`+live.Timestamp(now)+`","host":`), host...)
	return append(frame, '}')
}
