package db

import (
	"context"
	"fmt"
	"slices"

	"showcaller/internal/live"
)

// eventsAtPlaces returns the events at some places, the newest first.
func (d *DB) eventsAtPlaces(ctx context.Context, places []Place) ([]live.Event, error) {
	return d.atPlaces(ctx, eventsAtText, places)
}

// atPlaces runs a query about at most searchChunk places.
func (d *DB) atPlaces(ctx context.Context, text string, places []Place) ([]live.Event, error) {
	args := make([]any, 0, 2*searchChunk)
	for i := range searchChunk { // always as many, so that the statement is compiled once
		p := Place{}
		if i < len(places) {
			p = places[i]
		}
		args = append(args, p.Session, p.Seq)
	}
	rows, err := d.read.QueryContext(ctx, text, args...)
	events, err := collect(rows, err, scanEvent)
	slices.SortFunc(events, newestFirst)
	return events, err
}

var eventsAtText = `WITH places (session_id, seq) AS (VALUES ` + valueRows(searchChunk, 2) + `) ` +
	eventColumnsFrom(`FROM places p CROSS JOIN events e ON e.session_id = p.session_id AND e.seq = p.seq`) + withNames

// reach is how many events before and after one are looked through for what was said next to it.
const reach = 12

var aroundText = `WITH places (session_id, seq) AS (VALUES ` + valueRows(searchChunk, 2) + `) ` +
	eventColumnsFrom(fmt.Sprintf(`FROM places p CROSS JOIN events e ON e.session_id = p.session_id AND e.seq BETWEEN p.seq - %d AND p.seq + %[1]d`, reach)) +
	withNames + `WHERE e.kind IN ('comment', 'question', 'reply')`

// around adds what was said just before and after each event that was found.
func (s *searcher) around(ctx context.Context) error {
	for found := range slices.Chunk(s.page.Found, searchChunk) {
		places := make([]Place, len(found))
		for i, f := range found {
			places[i] = Place{f.Event.SessionID, f.Event.Seq}
		}
		near, err := s.db.atPlaces(ctx, aroundText, places)
		if err != nil {
			return err
		}
		for i := range found {
			found[i].beside(near)
		}
	}
	return nil
}

// beside takes the nearest before and the nearest after of events that are sorted, the newest first.
func (f *Found) beside(near []live.Event) {
	i, _ := slices.BinarySearchFunc(near, f.Event, newestFirst)
	isNear := func(e live.Event) bool {
		return e.SessionID == f.Event.SessionID && max(e.Seq-f.Event.Seq, f.Event.Seq-e.Seq) <= reach
	}
	after := i - 1
	for i < len(near) && near[i].SessionID == f.Event.SessionID && near[i].Seq == f.Event.Seq {
		i++
	}
	if i < len(near) && isNear(near[i]) {
		f.Around = append(f.Around, near[i])
	}
	if after >= 0 && isNear(near[after]) {
		f.Around = append(f.Around, near[after])
	}
}
