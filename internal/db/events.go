package db

import (
	"context"
	"database/sql"
	"encoding/json"
	"iter"
	"strconv"
	"strings"
	"sync"

	"showcaller/internal/live"
)

// EventQuery selects events of a session, in order of seq. Zero fields select everything.
type EventQuery struct {
	Session int64
	After   int64
	UpTo    int64 // 0: to the end
	Limit   int
	Kind    live.Kind
	Origin  live.Origin
	User    string // a user id or a handle
	Text    string // what somebody typed into a search box
}

const (
	eventColumns = `SELECT e.session_id, e.seq, e.at_ms, e.kind, e.origin, e.source_no, e.source_text, e.roles, e.gifter_level,
	e.team_level, e.top_gifter, e.history, e.cause, e.data, v.user_id, v.unique_id, v.nickname, v.picture
	FROM events e`
	withNames    = ` LEFT JOIN viewers v ON v.id = e.viewer `
	selectEvents = eventColumns + withNames

	rare = `e.kind NOT IN ('comment', 'gift', 'join', 'like', 'viewers')` // in the words of the index events_kind
)

// eventColumnsFrom reads events, called e, from other places than the whole log.
func eventColumnsFrom(from string) string {
	return strings.Replace(eventColumns, `FROM events e`, from, 1)
}

// EventsAfter implements live.EventReader.
func (d *DB) EventsAfter(ctx context.Context, session, after int64, limit int) ([]live.Event, error) {
	return d.Events(ctx, EventQuery{Session: session, After: after, Limit: limit})
}

// Events returns the events a query selects.
func (d *DB) Events(ctx context.Context, q EventQuery) ([]live.Event, error) {
	if q.Text != "" {
		return d.searchEvents(ctx, q)
	}
	where := []string{`e.session_id = $1`, `e.seq > $2`}
	args := []any{q.Session, q.After, q.Limit}
	and := func(condition string, arg any) {
		args = append(args, arg)
		where = append(where, strings.ReplaceAll(condition, "?", placeholder(len(args))))
	}
	if q.UpTo > 0 {
		and(`e.seq <= ?`, q.UpTo)
	}
	// What a partial index holds is said in its own words: without them it cannot be used.
	index := ""
	if q.Origin != "" {
		and(`e.origin = ?`, string(q.Origin))
		if q.Origin != live.OriginTikTok {
			where = append(where, `e.origin <> 'tiktok'`)
			index = by("events_origin")
		}
	}
	if q.Kind != "" {
		and(`e.kind = ?`, string(q.Kind))
		if !common(q.Kind) {
			where = append(where, rare)
			index = by("events_kind")
		}
	}
	if q.User != "" {
		viewers, err := d.viewerNumbers(ctx, q.User)
		if err != nil || len(viewers) == 0 {
			return nil, err
		}
		list := make([]string, len(viewers))
		for i, number := range viewers {
			args = append(args, number)
			list[i] = placeholder(len(args))
		}
		where, index = append(where, `e.viewer IN (`+strings.Join(list, ", ")+`)`), by("events_viewer")
	}
	query := eventColumns + index + withNames + `WHERE ` + strings.Join(where, ` AND `) + ` ORDER BY e.seq LIMIT $3`
	rows, err := d.read.QueryContext(ctx, query, args...)
	return collect(rows, err, scanEvent)
}

// common reports whether a kind makes up so much of a session that reading it finds enough of them soon.
func common(k live.Kind) bool {
	switch k {
	case live.KindComment, live.KindGift, live.KindJoin, live.KindLike, live.KindViewers:
		return true
	}
	return false
}

// sameHandle is how many viewers of one handle are told apart at most: handles are given away and taken again.
const sameHandle = 50

// viewerNumbers returns the viewers somebody may mean: by id, or by handle.
func (d *DB) viewerNumbers(ctx context.Context, user string) ([]int64, error) {
	rows, err := d.read.QueryContext(ctx, `SELECT id FROM viewers WHERE user_id = $1 OR unique_id = $1 LIMIT $2`, user, sameHandle)
	return collect(rows, err, func(rows *sql.Rows, number *int64) error { return rows.Scan(number) })
}

// searchEvents finds events by their text: the index narrows, the text itself decides.
func (d *DB) searchEvents(ctx context.Context, q EventQuery) ([]live.Event, error) {
	wanted := newQuery(q.Text)
	if wanted.match == "" {
		return nil, nil
	}
	var out []live.Event
	for len(out) < q.Limit {
		seqs, err := d.findSeqs(ctx, wanted.match, q)
		if err != nil || len(seqs) == 0 {
			return out, err
		}
		events, err := d.eventsAt(ctx, q.Session, seqs)
		if err != nil {
			return nil, err
		}
		for _, e := range events {
			if len(out) < q.Limit && q.accepts(e) && wanted.contains(searchable(e)) {
				out = append(out, e)
			}
		}
		q.After = seqs[len(seqs)-1]
	}
	return out, nil
}

// searchPage is how many hits of the index are looked at together.
const searchPage = 200

func (d *DB) findSeqs(ctx context.Context, match string, q EventQuery) ([]int64, error) {
	upTo := q.UpTo
	if upTo == 0 {
		upTo = 1<<32 - 1
	}
	rows, err := d.read.QueryContext(ctx, findTerms, match, searchRow(q.Session, q.After), searchRow(q.Session, upTo), searchPage)
	return collect(rows, err, func(rows *sql.Rows, seq *int64) error { return rows.Scan(seq) })
}

func (d *DB) eventsAt(ctx context.Context, session int64, seqs []int64) ([]live.Event, error) {
	args, list := []any{session}, make([]string, len(seqs))
	for i, seq := range seqs {
		args = append(args, seq)
		list[i] = placeholder(len(args))
	}
	rows, err := d.read.QueryContext(ctx, selectEvents+`WHERE e.session_id = $1 AND e.seq IN (`+strings.Join(list, ",")+`) ORDER BY e.seq`, args...)
	return collect(rows, err, scanEvent)
}

// accepts applies the filters a search does not leave to SQL.
func (q EventQuery) accepts(e live.Event) bool {
	return (q.Kind == "" || e.Kind == q.Kind) && (q.Origin == "" || e.Origin == q.Origin) &&
		(q.User == "" || e.User.Key() == q.User || e.User != nil && e.User.UniqueID == q.User)
}

// exportPage is how many events All reads at once; two pages of them are in memory.
const exportPage = 1000

// All yields every event a query selects, page by page, so that an export needs little memory however long the session is. The next page
// is read while this one is used.
func (d *DB) All(ctx context.Context, q EventQuery) iter.Seq2[live.Event, error] {
	return func(yield func(live.Event, error) bool) {
		reading, stop := context.WithCancel(ctx)
		pages := make(chan eventPage)
		var reader sync.WaitGroup
		defer reader.Wait()
		defer stop()
		reader.Go(func() {
			defer close(pages)
			d.readPages(reading, q, pages)
		})
		for page := range pages {
			for _, e := range page.events {
				if !yield(e, nil) {
					return
				}
			}
			if page.err != nil {
				yield(live.Event{}, page.err)
				return
			}
		}
		if ctx.Err() != nil { // the reader may have had no time to say so
			yield(live.Event{}, ctx.Err())
		}
	}
}

type eventPage struct {
	events []live.Event
	err    error
}

// readPages sends every page of a query until one of them fails or nobody wants them any more.
func (d *DB) readPages(ctx context.Context, q EventQuery, pages chan<- eventPage) {
	q.Limit = exportPage
	for {
		events, err := d.Events(ctx, q)
		select {
		case pages <- eventPage{events, err}:
		case <-ctx.Done():
			return
		}
		if err != nil || len(events) < q.Limit {
			return
		}
		q.After = events[len(events)-1].Seq
	}
}

func scanEvent(rows *sql.Rows, e *live.Event) error {
	var (
		atMS                            int64
		kind, origin                    string
		sourceText, user, data          sql.NullString
		roles, gifter, team, top        sql.NullInt64
		history, cause, sourceNo        sql.NullInt64
		handle, nickname, pictureOfUser sql.NullString
	)
	err := rows.Scan(&e.SessionID, &e.Seq, &atMS, &kind, &origin, &sourceNo, &sourceText, &roles, &gifter, &team, &top, &history, &cause,
		&data, &user, &handle, &nickname, &pictureOfUser)
	if err != nil {
		return err
	}
	e.Kind, e.Origin, e.SourceID = live.Kind(kind), live.Origin(origin), sourceText.String
	if sourceNo.Valid {
		e.SourceID = strconv.FormatInt(sourceNo.Int64, 10)
	}
	e.At, e.History, e.Cause = fromMS(atMS), history.Int64 != 0, cause.Int64
	raw := json.RawMessage("{}")
	if data.Valid {
		raw = json.RawMessage(data.String)
	}
	e.Data = live.Raw{EventKind: e.Kind, JSON: raw}
	if user.Valid {
		e.User = &live.User{
			UserID: userID(user.String), UniqueID: handle.String, Nickname: nickname.String, ProfilePicture: pictureOfUser.String,
			Roles: roleNames(roles.Int64), GifterLevel: int(gifter.Int64), TeamLevel: int(team.Int64), TopGifter: int(top.Int64),
		}
	}
	return nil
}

// userID returns TikTok's id of a viewer's key: keys made of a handle or a name stand for viewers without one.
func userID(key string) string {
	if strings.HasPrefix(key, "@") || strings.HasPrefix(key, "~") {
		return ""
	}
	return key
}

func placeholder(n int) string { return "$" + strconv.Itoa(n) }
