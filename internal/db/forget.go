package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"showcaller/internal/live"
)

// forgotten is what a viewer's key becomes: nobody's.
const forgotten = "~forgotten-"

// ForgetViewer removes who a viewer is, named by live.User.Key, and what they wrote: names and pictures of now and before, texts and
// their search terms, where others' events name them, what a host remembers of them or answered them, and the team's note. What they
// did is still counted, as of somebody who is not known. It can be run again after it was broken off.
//
// In sessions they were never in, others' texts are cleaned that the search index finds by a name: those with an @, and hosts' answers.
// What viewers wrote without an @ stays anywhere: a name is also a word.
//
// Backups made before still hold it all. What runs is told by live.Overlays.Forget and its like, before and after.
func (d *DB) ForgetViewer(ctx context.Context, key string) error {
	f := newForgetter(d, key)
	if err := f.learn(ctx); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{f.events, f.elsewhere, f.stories, f.mentions, f.overlays, f.identity} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// WhoIs returns what a viewer, named by live.User.Key, is and was called, for those who are to forget it.
func (d *DB) WhoIs(ctx context.Context, key string) (*live.Forgotten, error) {
	f := newForgetter(d, key)
	return f.who, f.learnNames(ctx)
}

type forgetter struct {
	db       *DB
	who      *live.Forgotten
	numbers  []int64
	sessions []int64
	pictures []string          // addresses without their query
	own      map[int64][]int64 // seqs of the viewer's own events by session, sorted
}

func newForgetter(d *DB, key string) *forgetter {
	return &forgetter{db: d, who: live.NewForgotten(key), own: map[int64][]int64{}}
}

// learn finds out who the viewer is and was, and where.
func (f *forgetter) learn(ctx context.Context) error {
	if err := f.learnNames(ctx); err != nil {
		return err
	}
	for _, number := range f.numbers {
		// Of whom there is only history, nothing was counted: the log itself is asked.
		rows, err := f.db.read.QueryContext(ctx, `SELECT s.id FROM sessions s WHERE EXISTS (SELECT 1 FROM events e`+by("events_viewer")+`
			WHERE e.session_id = s.id AND e.viewer = $1 AND e.viewer IS NOT NULL)`, number)
		ids, err := collect(rows, err, func(rows *sql.Rows, id *int64) error { return rows.Scan(id) })
		if err != nil {
			return err
		}
		f.sessions = append(f.sessions, ids...)
	}
	slices.Sort(f.sessions)
	f.sessions = slices.Compact(f.sessions)
	return nil
}

func (f *forgetter) learnNames(ctx context.Context) error {
	rows, err := f.db.read.QueryContext(ctx, `SELECT id, unique_id, nickname, picture FROM viewers WHERE user_id = $1`, f.who.Key)
	_, err = collect(rows, err, func(rows *sql.Rows, _ *struct{}) error {
		var number int64
		var handle, nickname, picture string
		err := rows.Scan(&number, &handle, &nickname, &picture)
		f.numbers = append(f.numbers, number)
		address, _, _ := strings.Cut(picture, "?")
		f.pictures = append(f.pictures, address)
		f.who.Add(handle, nickname)
		return err
	})
	if err == nil && len(f.numbers) == 0 {
		err = &live.Error{Code: live.CodeNotFound, Op: "db.ForgetViewer", Msg: "This viewer was never seen here, or is forgotten already."}
	}
	if err != nil {
		return err
	}
	for _, number := range f.numbers {
		rows, err = f.db.read.QueryContext(ctx, `SELECT unique_id, nickname FROM viewer_names WHERE viewer = $1`, number)
		_, err = collect(rows, err, func(rows *sql.Rows, _ *struct{}) error {
			var handle, nickname string
			err := rows.Scan(&handle, &nickname)
			f.who.Add(handle, nickname)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// events goes through the sessions the viewer was in. They are read outside of the writer, which only takes the changes.
func (f *forgetter) events(ctx context.Context) error {
	for _, session := range f.sessions {
		if err := f.learnOwn(ctx, session); err != nil {
			return err
		}
		for after := int64(0); ; {
			page, err := f.scan(ctx, session, after)
			if err != nil {
				return err
			}
			if err := f.cleanAll(ctx, page); err != nil {
				return err
			}
			if len(page) < forgetPage {
				break
			}
			after = page[len(page)-1].seq
		}
	}
	return nil
}

// learnOwn finds out which events of a session are the viewer's own.
func (f *forgetter) learnOwn(ctx context.Context, session int64) error {
	for _, number := range f.numbers {
		rows, err := f.db.read.QueryContext(ctx, `SELECT seq FROM events`+by("events_viewer")+` WHERE session_id = $1 AND viewer = $2 AND viewer IS NOT NULL ORDER BY seq`, session, number)
		seqs, err := collect(rows, err, func(rows *sql.Rows, seq *int64) error { return rows.Scan(seq) })
		if err != nil {
			return err
		}
		f.own[session] = append(f.own[session], seqs...)
	}
	slices.Sort(f.own[session])
	return nil
}

// elsewhere goes through what mentions the viewer in sessions they were not in. The search index finds it: a name without a letter
// is in no index.
func (f *forgetter) elsewhere(ctx context.Context) error {
	for _, name := range f.who.Mentions() {
		match := newQuery(name).match
		if match == "" {
			continue
		}
		for after := int64(0); ; {
			page, err := f.found(ctx, match, after)
			if err != nil {
				return err
			}
			if err := f.cleanAll(ctx, page); err != nil {
				return err
			}
			if len(page) < forgetPage {
				break
			}
			last := page[len(page)-1]
			after = searchRow(last.session, last.seq)
		}
	}
	return nil
}

// found returns texts the index finds after a row of it, and in which somebody may be mentioned: by an @, or by a host.
func (f *forgetter) found(ctx context.Context, match string, after int64) ([]eventChange, error) {
	rows, err := f.db.read.QueryContext(ctx, `SELECT e.session_id, e.seq, e.kind, coalesce(e.cause, 0), coalesce(e.data, '') FROM search
		CROSS JOIN events e ON e.session_id = search.rowid >> 32 AND e.seq = search.rowid & 0xffffffff
		WHERE search MATCH $1 AND search.rowid > $2 AND (instr(e.data, '@') > 0 OR e.kind = $3) ORDER BY search.rowid LIMIT $4`, match, after, live.KindReply, forgetPage)
	return collect(rows, err, scanChange)
}

// cleanAll takes the viewer out of some events.
func (f *forgetter) cleanAll(ctx context.Context, events []eventChange) error {
	var changes []eventChange
	for _, e := range events {
		if changed, ok := f.clean(e); ok {
			changes = append(changes, changed)
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return f.write(ctx, changes)
}

const forgetPage = 2000

// eventChange is an event as it is stored, and whether its text is to be found no more.
type eventChange struct {
	session, seq, cause int64
	kind, data          string
	own, terms          bool
}

func (f *forgetter) scan(ctx context.Context, session, after int64) ([]eventChange, error) {
	rows, err := f.db.read.QueryContext(ctx, `SELECT session_id, seq, kind, coalesce(cause, 0), coalesce(data, '') FROM events
		WHERE session_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`, session, after, forgetPage)
	return collect(rows, err, scanChange)
}

func scanChange(rows *sql.Rows, e *eventChange) error {
	return rows.Scan(&e.session, &e.seq, &e.kind, &e.cause, &e.data)
}

// clean returns an event without the viewer; false where it does not name them.
func (f *forgetter) clean(e eventChange) (eventChange, bool) {
	_, e.own = slices.BinarySearch(f.own[e.session], e.seq)
	_, answers := slices.BinarySearch(f.own[e.session], e.cause)
	kind := live.Kind(e.kind)
	old := e.data
	var data map[string]any
	if e.data == "" || unmarshalNumbers(e.data, &data) != nil {
		return e, e.own
	}
	said, _ := data["comment"].(string)
	scrubbed, _ := f.scrub(data, slices.Contains(named, kind)).(map[string]any)
	if e.own || answers && (kind == live.KindReply || kind == live.KindPin) {
		wordless(scrubbed)
	} else if said != "" && scrubbed["comment"] != said { // where they were in the text is no longer so
		delete(scrubbed, "emotes")
	}
	if b, err := json.Marshal(scrubbed); err == nil {
		e.data = string(b)
	}
	e.terms = slices.Contains(searchableKinds, kind) && (e.own || e.data != old)
	return e, e.own || !sameJSON(old, e.data)
}

// named are the kinds whose texts call viewers by name; elsewhere a name counts as one where an @ marks it.
var named = []live.Kind{live.KindReply, live.KindPin, live.KindSystem, live.KindCaption}

// unmarshalNumbers keeps 64-bit numbers as they are.
func unmarshalNumbers(text string, into any) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	return d.Decode(into)
}

// sameJSON compares what was stored with what it became, whatever the order of the keys.
func sameJSON(a, b string) bool {
	var x any
	if unmarshalNumbers(a, &x) != nil {
		return a == b
	}
	again, err := json.Marshal(x)
	return err == nil && string(again) == b
}

// scrub takes the viewer out of a value: whole strings that name them, mentions, and with inside also other names within a text.
func (f *forgetter) scrub(v any, inside bool) any {
	switch v := v.(type) {
	case map[string]any:
		if f.isViewer(v) {
			delete(v, "profile_picture")
		}
		for key, inner := range v {
			v[key] = f.scrub(inner, inside)
		}
	case []any:
		for i := range v {
			v[i] = f.scrub(v[i], inside)
		}
	case string:
		switch {
		case f.who.Names(v):
			return ""
		case inside:
			return f.who.Scrub(v)
		}
		return f.who.Unmention(v)
	}
	return v
}

func (f *forgetter) isViewer(user map[string]any) bool {
	id, _ := user["user_id"].(string)
	handle, _ := user["unique_id"].(string)
	return f.who.Names(id) || f.who.Names(handle)
}

// wordless takes away what was written in an event.
func wordless(data map[string]any) {
	for _, key := range []string{"comment", "question", "text", "description", "title", "sender"} {
		if _, ok := data[key]; ok {
			data[key] = ""
		}
	}
	for _, key := range []string{"emotes", "stickers", "reply_to", "language", "pinned_user", "pinned_source_id"} {
		delete(data, key)
	}
	clips, _ := data["clips"].([]any)
	for _, clip := range clips {
		if c, ok := clip.(map[string]any); ok {
			c["speech"] = ""
		}
	}
}

func (f *forgetter) write(ctx context.Context, changes []eventChange) error {
	return f.db.inTx(ctx, "db.ForgetViewer", func(tx *sql.Tx) error {
		for _, e := range changes {
			data := null(e.data)
			if e.data == "{}" {
				data = nil
			}
			if _, err := tx.ExecContext(ctx, `UPDATE events SET data = $1 WHERE session_id = $2 AND seq = $3`, data, e.session, e.seq); err != nil {
				return err
			}
			if e.own { // TikTok's id of the message would lead to it elsewhere
				if _, err := tx.ExecContext(ctx, `UPDATE events SET source_no = NULL, source_text = NULL WHERE session_id = $1 AND seq = $2`, e.session, e.seq); err != nil {
					return err
				}
			}
			if e.terms {
				if err := reindex(ctx, tx, e); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// reindex has a search find what is left of a text.
func reindex(ctx context.Context, tx *sql.Tx, e eventChange) error {
	row := searchRow(e.session, e.seq)
	if _, err := tx.ExecContext(ctx, deleteTerms, row, row); err != nil {
		return err
	}
	left := live.Event{Kind: live.Kind(e.kind), Data: live.Raw{EventKind: live.Kind(e.kind), JSON: json.RawMessage(e.data)}}
	terms := Terms(searchable(left))
	if terms == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, insertTerms, row, terms)
	return err
}

// overlays takes the viewer out of alerts that wait.
func (f *forgetter) overlays(ctx context.Context) error {
	return f.db.inTx(ctx, "db.ForgetViewer", func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT id, memory FROM overlays WHERE memory <> ''`)
		type kept struct {
			id     int64
			memory string
		}
		found, err := collect(rows, err, func(rows *sql.Rows, k *kept) error { return rows.Scan(&k.id, &k.memory) })
		for _, k := range found {
			clean := f.scrubJSON(k.memory, true)
			if clean == k.memory {
				continue
			}
			if _, err := tx.ExecContext(ctx, `UPDATE overlays SET memory = $1 WHERE id = $2`, clean, k.id); err != nil {
				return err
			}
		}
		return err
	})
}

// newKey is nobody's key, and nobody else's either.
func (f *forgetter) newKey() string { return fmt.Sprintf("%s%d", forgotten, f.numbers[0]) }

// identity makes the viewer's rows nobody's. It comes last: until then the key finds them.
func (f *forgetter) identity(ctx context.Context) error {
	return f.db.inTx(ctx, "db.ForgetViewer", func(tx *sql.Tx) error {
		for _, number := range f.numbers {
			_, err := tx.ExecContext(ctx, `UPDATE viewers SET user_id = $1, unique_id = '', nickname = '', picture = '' WHERE id = $2`, f.newKey(), number)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM viewer_names WHERE viewer = $1`, number); err != nil { // after the trigger
				return err
			}
		}
		for _, address := range f.pictures {
			if _, err := tx.ExecContext(ctx, `DELETE FROM pictures WHERE address = $1`, address); err != nil {
				return err
			}
		}
		f.db.names = newViewerNames() // the writer's: this runs in its goroutine
		_, err := tx.ExecContext(ctx, `DELETE FROM viewer_notes WHERE user_id = $1`, f.who.Key)
		return err
	})
}
