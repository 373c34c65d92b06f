package live

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"
)

// EndImported is why a session ended that came out of a file, once all of it was stored.
const EndImported = "imported"

const (
	endImporting = "importing"       // until then; what a crash left is begun anew
	importBatch  = 200               // events delivered at once
	mostCounted  = 1_000_000         // pieces of a gift, diamonds of one piece, likes of a batch
	mostViewers  = 1_000_000_000_000 // of any counter of TikTok's
)

// ReadEvents reads events as files hold them: a JSON array of wire events, as a capture and an export write it, or one event a line.
// unknown is called for each event of a kind this program does not know; it is passed over. An error names the event it is about,
// and ends the reading.
func ReadEvents(r io.Reader, unknown func(kind Kind)) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		buffered := bufio.NewReaderSize(r, 64<<10)
		array, err := beginsArray(buffered)
		if err != nil {
			yield(Event{}, err)
			return
		}
		d := json.NewDecoder(buffered)
		if array {
			_, _ = d.Token() // the bracket that was just seen
		}
		for n := 1; ; n++ {
			if array && !d.More() {
				if _, err := d.Token(); err != nil {
					yield(Event{}, importError(n, "the list is not closed: the file was cut off", err))
				}
				return
			}
			e, err := readEvent(d, unknown)
			switch {
			case errors.Is(err, io.EOF) && !array:
				return
			case err != nil:
				yield(Event{}, importError(n, "it is no event", err))
				return
			}
			if e.Data != nil && !yield(e, nil) {
				return
			}
		}
	}
}

// beginsArray looks at the first byte that is no space, and passes over a byte order mark.
func beginsArray(r *bufio.Reader) (bool, error) {
	for {
		c, _, err := r.ReadRune()
		switch {
		case errors.Is(err, io.EOF):
			return false, BadFile("file_empty", 0, "The file is empty. Choose a capture, or an export as JSON or JSONL.", nil)
		case err != nil:
			return false, err
		case c == '\ufeff' || c == ' ' || c == '\n' || c == '\r' || c == '\t':
			continue
		}
		return c == '[', r.UnreadRune()
	}
}

// readEvent reads the next event; its Data is nil if it is of a kind nobody knows here.
func readEvent(d *json.Decoder, unknown func(Kind)) (Event, error) {
	var raw json.RawMessage
	if err := d.Decode(&raw); err != nil {
		return Event{}, err
	}
	var head struct {
		Kind Kind `json:"event_type"`
	}
	if err := json.Unmarshal(raw, &head); err != nil {
		return Event{}, err
	}
	if _, ok := decoders[head.Kind]; !ok && head.Kind != "" {
		unknown(head.Kind)
		return Event{}, nil
	}
	var e Event
	if err := json.Unmarshal(raw, &e); err != nil {
		return Event{}, err
	}
	return e, sane(e)
}

func importError(n int, what string, err error) error {
	return BadFile("file_event", n, fmt.Sprintf("Event %d of the file cannot be read: %s (%v). Nothing was imported.", n, what, err), err)
}

// sane refuses numbers that no LIVE has: sums of them would say nothing.
func sane(e Event) error {
	ok := e.Origin == "" || e.Origin.Valid()
	within := func(n, most int64) { ok = ok && n >= 0 && n <= most }
	switch d := e.Data.(type) {
	case Gift:
		within(int64(d.RepeatCount), mostCounted)
		within(int64(d.Gift.DiamondCount), mostCounted)
		within(int64(d.TotalDiamonds), mostCounted*mostCounted)
		within(int64(d.Booked), mostCounted)
	case Like:
		within(int64(d.Count), mostCounted)
		within(d.TotalLikes, mostViewers)
	case Viewers:
		within(d.Viewers, mostViewers)
		within(d.Total, mostViewers)
	case Follow:
		within(d.Followers, mostViewers)
	}
	if y := e.At.Year(); !e.At.IsZero() && (y < 2016 || y > 2200) { // TikTok began in 2016
		ok = false
	}
	if !ok {
		return errors.New("a number or a time in it cannot be")
	}
	return nil
}

// ImportStore is what an import needs of a store.
type ImportStore interface {
	SessionStore
	OpenSession(ctx context.Context, room string, info RoomInfo, origin Origin, at time.Time) (SessionInfo, error)
	EndSession(ctx context.Context, id int64, at time.Time, reason string) error
	// FindSession returns the session of a LIVE; ok is false if there is none.
	FindSession(ctx context.Context, room, liveID string) (info SessionInfo, ok bool, err error)
	DeleteSession(ctx context.Context, id int64) error
}

// Imported is what came of an import.
type Imported struct {
	Session SessionInfo
	Events  int          // of the file, that this program knows
	Unknown map[Kind]int // events of kinds it does not know, which were left out
	Again   bool         // the same file was imported before: nothing was done
}

// Import makes a session of a room out of a file of events: they take the way of all others, so whatever is counted and found of a
// LIVE is of this one too. The same file becomes the same session, however often it is imported. The whole file is read before
// anything is stored: of a broken one nothing is.
func Import(ctx context.Context, store ImportStore, room string, file io.ReadSeeker) (Imported, error) {
	look, err := lookOver(file)
	if err != nil {
		return Imported{}, err
	}
	out := Imported{Events: look.events, Unknown: look.unknown}
	liveID := "import-" + look.hash
	old, ok, err := store.FindSession(ctx, room, liveID)
	switch {
	case err != nil:
		return out, err
	case ok && old.EndReason == EndImported:
		out.Session, out.Again = old, true
		return out, nil
	case ok:
		if err := store.DeleteSession(ctx, old.ID); err != nil {
			return out, err
		}
	}
	out.Session, err = store.OpenSession(ctx, room, RoomInfo{UniqueID: room, RoomID: liveID, Title: look.title}, look.origin(), look.first)
	if err != nil {
		return out, err
	}
	// It is over from the beginning: nobody records it, and a restart must not go on with it.
	if err := store.EndSession(ctx, out.Session.ID, look.last, endImporting); err != nil {
		return out, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return out, err
	}
	s := NewSession(out.Session, Past{}, store)
	err = s.deliverFile(ctx, file, look.first)
	s.Close(err == nil)
	if err = errors.Join(err, s.Err()); err != nil {
		return out, err
	}
	return out, store.EndSession(ctx, out.Session.ID, look.last, EndImported)
}

// overview is what a first reading of a file finds out.
type overview struct {
	hash        string
	events      int
	real        bool // something in it is no rehearsal
	title       string
	first, last time.Time
	unknown     map[Kind]int
}

func (o overview) origin() Origin {
	if o.real {
		return OriginTikTok
	}
	return OriginSimulated
}

func lookOver(file io.Reader) (overview, error) {
	o := overview{unknown: map[Kind]int{}}
	sum := sha256.New()
	both := io.TeeReader(file, sum)
	for e, err := range ReadEvents(both, func(k Kind) { o.unknown[k]++ }) {
		if err != nil {
			return o, err
		}
		o.events++
		o.real = o.real || !e.Origin.Rehearsal()
		if c, ok := e.Data.(Connect); ok && c.Title != "" {
			o.title = c.Title
		}
		if e.At.IsZero() || e.History {
			continue
		}
		if o.first.IsZero() || e.At.Before(o.first) {
			o.first = e.At
		}
		if e.At.After(o.last) {
			o.last = e.At
		}
	}
	if _, err := io.Copy(io.Discard, both); err != nil {
		return o, err
	}
	if o.first.IsZero() {
		return o, BadFile("file_events", 0, "There is no event with a time in this file. Choose a capture, or an export as JSON or JSONL.", nil)
	}
	o.hash = hex.EncodeToString(sum.Sum(nil))[:24]
	return o, nil
}

// deliverFile hands a file's events to the session. Those that have a number were settled when they were first recorded; the others
// are as TikTok sends them. What an event answers is known by number, so only a file without holes keeps that.
func (s *Session) deliverFile(ctx context.Context, file io.Reader, at time.Time) error {
	n, whole := int64(0), true
	settled := true
	batch := make([]Event, 0, importBatch)
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		err := s.send(ctx, delivery{events: batch, settled: settled})
		batch = make([]Event, 0, importBatch)
		return err
	}
	for e, err := range ReadEvents(file, func(Kind) { whole = false }) {
		if err != nil {
			return err
		}
		if n++; e.Seq != n {
			whole = false
		}
		if numbered := e.Seq > 0; numbered != settled {
			if err := flush(); err != nil {
				return err
			}
			settled = numbered
		}
		if e.At.IsZero() {
			e.At = at
		}
		at = e.At
		if !whole {
			e.Cause = 0
		}
		if e.Origin == "" {
			e.Origin = OriginTikTok
		}
		e.Seq, e.SessionID = 0, 0
		if batch = append(batch, e); len(batch) == importBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}
