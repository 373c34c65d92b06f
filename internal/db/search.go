package db

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"strings"
	"time"

	"showcaller/internal/live"
)

// SearchQuery is what somebody looks for, in one session, in a room's or everywhere. Zero fields select everything, but one of
// Text, User, Kind, Origin and MinDiamonds must say something.
type SearchQuery struct {
	Text        string // words, and phrases between quotes; all of them are wanted
	Session     int64
	Room        string
	User        string // a user id, or a handle of now or before
	Kind        live.Kind
	Origin      live.Origin
	MinDiamonds int64 // only gifts of at least this worth
	From, To    time.Time
	Limit       int
	Before      Place // only what is older: the next page
}

// Place is where a search has got to: events are looked at from the newest to the oldest. The zero Place is before all of them.
type Place struct{ Session, Seq int64 }

// Found is an event that was looked for, with what was said just before and after it.
type Found struct {
	Event   live.Event
	Session live.SessionInfo // number, room, title and times only
	Around  []live.Event     // at most one before and one after, in order
}

// SearchPage is a page of what was found, the newest first.
type SearchPage struct {
	Found []Found
	Next  Place // where the next page begins; the zero Place if everything was looked at
	Seen  Place // the oldest event that was looked at, where nothing more was found so far
}

// A search looks at so much and then gives what it has, with the place where it goes on: it must answer soon whatever is asked.
const (
	searchRows    = 60_000 // hits of the index
	searchEvents  = 1_500  // read, because an index said they may fit
	searchWindow  = 10_000 // events walked over at once, where no index helps
	searchWindows = 5
	searchChunk   = 64
	clockSlack    = time.Hour // between the clocks that sessions and events are dated by
)

// errAsk is the answer to a search for nothing.
func errAsk() error {
	return &live.Error{Code: live.CodeInvalid, Op: "db.Search", Field: "q", Msg: "Type a word, or choose a viewer, a kind, an origin or a least number of diamonds."}
}

// Search finds events.
func (d *DB) Search(ctx context.Context, q SearchQuery) (SearchPage, error) {
	s := searcher{db: d, q: q, words: newSearch(q.Text), events: searchEvents}
	if q.Text != "" && s.words.match == "" {
		return SearchPage{}, nil // nothing that could be found was typed
	}
	if q.Text == "" && q.User == "" && q.Kind == "" && q.Origin == "" && q.MinDiamonds == 0 {
		return SearchPage{}, errAsk()
	}
	var err error
	if q.User != "" {
		if s.viewers, err = d.viewersCalled(ctx, q.User); err != nil || len(s.viewers) == 0 {
			return SearchPage{}, err
		}
	}
	if err = s.scope(ctx); err != nil || len(s.order) == 0 {
		return SearchPage{}, err
	}
	switch {
	case q.Text != "" && q.Kind != "" && !slices.Contains(searchableKinds, q.Kind):
		return SearchPage{}, nil // nobody writes anything with these
	case q.Text != "" && len(s.viewers) == 0 && (q.Kind == "" || common(q.Kind)):
		err = s.byText(ctx)
	default:
		err = s.bySession(ctx)
	}
	if err == nil {
		err = s.around(ctx)
	}
	return s.page, err
}

// viewersCalled returns the viewers of a handle or an id, of now or before.
func (d *DB) viewersCalled(ctx context.Context, name string) ([]int64, error) {
	name = strings.TrimPrefix(strings.TrimSpace(name), "@")
	rows, err := d.read.QueryContext(ctx, `SELECT id FROM viewers WHERE user_id = $1 OR unique_id = $1
		UNION SELECT viewer FROM viewer_names WHERE unique_id = $1 LIMIT $2`, name, sameHandle)
	return collect(rows, err, func(rows *sql.Rows, number *int64) error { return rows.Scan(number) })
}

// searcher is one search on its way.
type searcher struct {
	db       *DB
	q        SearchQuery
	words    search
	viewers  []int64
	sessions map[int64]live.SessionInfo
	order    []int64 // the sessions in scope, the newest first
	events   int     // that may still be read
	page     SearchPage
}

// scope finds the sessions that are looked into: those the question names, not newer than where the page before ended.
func (s *searcher) scope(ctx context.Context) error {
	where := []condition{that(`1 = 1`)}
	if s.q.Session != 0 {
		where = append(where, that(`id = ?`, s.q.Session))
	}
	if s.q.Room != "" {
		where = append(where, that(`room = ?`, s.q.Room))
	}
	if !s.q.To.IsZero() {
		where = append(where, that(`started_ms < ?`, ms(s.q.To.Add(clockSlack))))
	}
	if !s.q.From.IsZero() {
		where = append(where, that(`(ended_ms IS NULL OR ended_ms >= ?)`, ms(s.q.From.Add(-clockSlack))))
	}
	if s.q.Before.Session != 0 {
		where = append(where, that(`id <= ?`, s.q.Before.Session))
	}
	text, args := conditions(where)
	found, err := querySessions(ctx, s.db.read, text+` ORDER BY id DESC`, args...)
	s.sessions = make(map[int64]live.SessionInfo, len(found))
	for _, info := range found {
		s.sessions[info.ID] = info
		s.order = append(s.order, info.ID)
	}
	return err
}

// byText asks the index for the words, and looks at what it names: at few hits first, since a page is soon full.
func (s *searcher) byText(ctx context.Context) error {
	rows := searchRows
	for _, stretch := range s.stretches() {
		done, left, err := s.byTextIn(ctx, stretch, rows)
		if done || err != nil {
			return err
		}
		rows = left
	}
	return nil
}

// stretch is a part of the index: rows of sessions that follow one another, from the first up to but not including the last.
type stretch struct{ from, upTo int64 }

// mostStretches is into how many parts a search of one room is split. Of more, all rooms' hits are gone through.
const mostStretches = 400

// stretches returns the parts of the index that are in scope, the newest first. Where the beginning of a word is looked for there is
// one: the index gathers all hits of such a question first, wherever they are, each time it is asked.
func (s *searcher) stretches() []stretch {
	var all []stretch
	for _, id := range s.order {
		if n := len(all); n > 0 && all[n-1].from == searchRow(id+1, 0) {
			all[n-1].from = searchRow(id, 0)
			continue
		}
		all = append(all, stretch{searchRow(id, 0), searchRow(id+1, 0)})
	}
	if s.words.prefix || len(all) > mostStretches {
		all = []stretch{{all[len(all)-1].from, all[0].upTo}}
	}
	if b := s.q.Before; b.Session != 0 {
		all[0].upTo = min(all[0].upTo, searchRow(b.Session, b.Seq))
	}
	return all
}

// byTextIn looks at a stretch of the index, and at so many of its rows. It reports whether the search is over, and how many rows may
// still be looked at.
func (s *searcher) byTextIn(ctx context.Context, in stretch, most int) (done bool, left int, err error) {
	for _, some := range []int{4 * searchChunk, searchRows} {
		some = min(some, most)
		hits, err := s.hits(ctx, in, some)
		if err != nil {
			return false, 0, err
		}
		full, err := s.take(ctx, hits)
		if full || err != nil {
			return true, 0, err
		}
		if most -= len(hits); len(hits) < some {
			return false, most, nil
		}
		in.upTo = hits[len(hits)-1]
		if s.q.Origin != "" && s.q.Origin != live.OriginTikTok { // common words, said where little is: what was made up has an index
			s.q.Before = Place{in.upTo >> 32, in.upTo & (1<<32 - 1)}
			return true, 0, s.bySession(ctx)
		}
		if most <= 0 {
			break
		}
	}
	s.stop(Place{in.upTo >> 32, in.upTo & (1<<32 - 1)})
	return true, 0, nil
}

// hits asks the index for rows of a stretch, the newest first.
func (s *searcher) hits(ctx context.Context, in stretch, most int) ([]int64, error) {
	text, args := findNewestTerms, []any{s.words.match, in.from, in.upTo, most}
	if s.q.Room != "" {
		text, args = findNewestTermsInRoom, append(args, s.q.Room)
	}
	rows, err := s.db.read.QueryContext(ctx, text, args...)
	return collect(rows, err, func(rows *sql.Rows, row *int64) error { return rows.Scan(row) })
}

// stop ends a search that could go on.
func (s *searcher) stop(at Place) { s.page.Next, s.page.Seen = at, at }

// take looks at hits of the index; it reports whether the page is full, or enough was looked at.
func (s *searcher) take(ctx context.Context, hits []int64) (full bool, err error) {
	var places []Place
	for _, row := range hits {
		at := Place{row >> 32, row & (1<<32 - 1)}
		if _, ok := s.sessions[at.Session]; ok {
			places = append(places, at)
		}
	}
	for chunk := range slices.Chunk(places, searchChunk) {
		events, err := s.db.eventsAtPlaces(ctx, chunk)
		if err != nil {
			return false, err
		}
		for _, e := range events {
			if s.keep(e) {
				return true, nil
			}
		}
		if s.events -= len(chunk); s.events <= 0 {
			s.stop(chunk[len(chunk)-1])
			return true, nil
		}
	}
	return false, nil
}

// keep puts an event on the page if it is wanted; it reports whether the page is full.
func (s *searcher) keep(e live.Event) bool {
	if !s.wants(e) {
		return false
	}
	s.page.Found = append(s.page.Found, Found{Event: e, Session: s.sessions[e.SessionID]})
	if len(s.page.Found) < s.q.Limit {
		return false
	}
	s.page.Next = Place{e.SessionID, e.Seq}
	return true
}

func (s *searcher) wants(e live.Event) bool {
	q := s.q
	switch {
	case q.Kind != "" && e.Kind != q.Kind, q.Origin != "" && e.Origin != q.Origin:
		return false
	case !q.From.IsZero() && e.At.Before(q.From), !q.To.IsZero() && !e.At.Before(q.To):
		return false
	case q.MinDiamonds > 0 && (e.Kind != live.KindGift || worthOf(e) < q.MinDiamonds):
		return false
	}
	return q.Text == "" || s.words.contains(searchable(e))
}

func worthOf(e live.Event) int64 {
	gift := live.DataOf[live.Gift](e)
	if gift.Streaking || e.History {
		return 0
	}
	return int64(gift.TotalDiamonds)
}

// bySession looks for what an index finds in every session, or else walks over the newest events.
func (s *searcher) bySession(ctx context.Context) error {
	index, where := s.narrow()
	if index == "" {
		return s.walk(ctx, where)
	}
	numbers := s.viewers
	if len(numbers) == 0 {
		numbers = []int64{0}
	}
	var found []live.Event
	for _, viewer := range numbers {
		events, err := s.look(ctx, index, where, viewer)
		if err != nil {
			return err
		}
		found = append(found, events...)
	}
	most := s.most()
	slices.SortFunc(found, newestFirst)
	for i, e := range found {
		if s.keep(e) {
			return nil
		}
		if i == most-1 { // of a second viewer there may be more that was not read
			s.stop(Place{e.SessionID, e.Seq})
			return nil
		}
	}
	return nil
}

func newestFirst(a, b live.Event) int {
	return cmp.Or(cmp.Compare(b.SessionID, a.SessionID), cmp.Compare(b.Seq, a.Seq))
}

// most is how many events are read at once: where only the text is left to look at, more than are wanted.
func (s *searcher) most() int {
	if s.q.Text == "" {
		return s.q.Limit
	}
	return s.events
}

// look reads what an index finds, the newest first: session by session, in each by the index.
func (s *searcher) look(ctx context.Context, index string, where []condition, viewer int64) ([]live.Event, error) {
	// Sorted as the loops run, so that nothing is sorted.
	from, order := `FROM sessions s CROSS JOIN events e`+index+` ON e.session_id = s.id`, ` ORDER BY s.id DESC, e.seq DESC LIMIT `
	if viewer != 0 {
		order = ` ORDER BY a.session_id DESC, e.seq DESC LIMIT `
		from = `FROM session_viewers a` + by("session_viewers_viewer") + ` CROSS JOIN sessions s ON s.id = a.session_id
			CROSS JOIN events e` + index + ` ON e.session_id = a.session_id AND e.viewer = a.viewer`
		where = append(slices.Clone(where), that(`a.viewer = ?`, viewer))
	}
	text, args := s.inScope(where)
	args = append(args, s.most())
	rows, err := s.db.read.QueryContext(ctx, eventColumnsFrom(from)+withNames+text+order+placeholder(len(args)), args...)
	return collect(rows, err, scanEvent)
}

// inScope joins conditions to those that say which sessions are meant, and where the page before ended.
func (s *searcher) inScope(where []condition) (string, []any) {
	if s.q.Session != 0 {
		where = append(where, that(`s.id = ?`, s.q.Session))
	}
	if s.q.Room != "" {
		where = append(where, that(`s.room = ?`, s.q.Room))
	}
	if b := s.q.Before; b.Session != 0 {
		where = append(where, that(`s.id <= ? AND (e.session_id < ? OR e.seq < ?)`, b.Session, b.Session, b.Seq))
	}
	if s.q.MinDiamonds >= 100 {
		where = append(where, that(`coalesce((SELECT u.top_gift FROM session_sums u WHERE u.session_id = s.id AND s.ended_ms IS NOT NULL), 1 << 62) >= ?`, s.q.MinDiamonds))
	}
	return conditions(where)
}

// walk goes over the newest events where no index helps, and stops soon: what is asked for is either common, or not worth an index.
func (s *searcher) walk(ctx context.Context, where []condition) error {
	windows := searchWindows
	for _, id := range s.order {
		before := s.sessions[id].LastSeq + 1
		if s.q.Before.Session == id {
			before = min(before, s.q.Before.Seq)
		}
		for ; before > 1; windows-- {
			if windows == 0 {
				s.stop(Place{id, before})
				return nil
			}
			events, err := s.window(ctx, where, id, max(0, before-searchWindow), before)
			if err != nil {
				return err
			}
			for _, e := range events {
				if s.keep(e) {
					return nil
				}
			}
			before -= searchWindow
		}
	}
	return nil
}

// window reads what fits of a stretch of a session, the newest first.
func (s *searcher) window(ctx context.Context, where []condition, session, from, before int64) ([]live.Event, error) {
	text, args := conditions(append([]condition{that(`e.session_id = ? AND e.seq >= ? AND e.seq < ?`, session, from, before)}, where...))
	args = append(args, s.q.Limit-len(s.page.Found))
	rows, err := s.db.read.QueryContext(ctx, eventColumns+withNames+text+` ORDER BY e.seq DESC LIMIT `+placeholder(len(args)), args...)
	return collect(rows, err, scanEvent)
}

// narrow returns the index that helps most, and what is asked of events beside the viewer.
func (s *searcher) narrow() (index string, where []condition) {
	q := s.q
	if q.Kind != "" {
		where = append(where, that(`e.kind = ?`, string(q.Kind)))
	} else if q.Text != "" {
		where = append(where, oneOf(`e.kind`, searchableKinds))
	}
	if q.Origin != "" {
		where = append(where, that(`e.origin = ?`, string(q.Origin)))
	}
	if q.MinDiamonds > 0 {
		where = append(where, that(`e.diamonds >= ?`, q.MinDiamonds))
	}
	if !q.From.IsZero() {
		where = append(where, that(`e.at_ms >= ?`, ms(q.From)))
	}
	if !q.To.IsZero() {
		where = append(where, that(`e.at_ms < ?`, ms(q.To)))
	}
	var words string
	switch {
	case q.Kind != "" && !common(q.Kind):
		index, words = by("events_kind"), rare
	case len(s.viewers) > 0:
		return by("events_viewer"), where
	case q.Origin != "" && q.Origin != live.OriginTikTok:
		index, words = by("events_origin"), `e.origin <> 'tiktok'`
	case q.MinDiamonds >= 100:
		index, words = by("events_worth"), `e.diamonds >= 100`
	default:
		return "", where
	}
	where[0].sql += ` AND ` + words
	return index, where
}
