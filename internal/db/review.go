package db

import (
	"context"
	"database/sql"
	"time"

	"showcaller/internal/live"
)

// Review reads what a session's review is summed from, all of one moment. rehearsals adds what was made up.
func (d *DB) Review(ctx context.Context, session int64, rehearsals bool) (live.ReviewInput, error) {
	in := live.ReviewInput{Rehearsals: rehearsals}
	tx, err := d.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return in, err
	}
	defer tx.Rollback() //nolint:errcheck // it only read
	found, err := querySessions(ctx, tx, `WHERE id = $1`, session)
	if err == nil && len(found) == 0 {
		err = noSession(session)
	}
	if err != nil {
		return in, err
	}
	in.Session = found[0]
	for _, read := range []func(context.Context, querier, *live.ReviewInput) error{reviewMinutes, reviewPrograms, reviewViewers} {
		if err := read(ctx, tx, &in); err != nil {
			return in, err
		}
	}
	return in, nil
}

const minuteColumns = `comments, gifts, diamonds, likes, likes_total, joins, follows, shares, viewers, viewers_peak, new_viewers,
	returning_viewers, gap_ms, first_seq, last_seq, viewers_sum, viewers_count, viewers_total, followers`

func reviewMinutes(ctx context.Context, q querier, in *live.ReviewInput) (err error) {
	rows, err := q.QueryContext(ctx, `SELECT minute_ms, rehearsal, `+minuteColumns+` FROM minutes WHERE session_id = $1 AND rehearsal <= $2
		ORDER BY minute_ms, rehearsal`, in.Session.ID, flagInt(in.Rehearsals))
	in.Minutes, err = collect(rows, err, scanMinute)
	return err
}

func scanMinute(rows *sql.Rows, m *live.Minute) error {
	var start, gap int64
	err := rows.Scan(&start, &m.Rehearsal, &m.Comments, &m.Gifts, &m.Diamonds, &m.Likes, &m.LikesTotal, &m.Joins, &m.Follows, &m.Shares, &m.Viewers,
		&m.ViewersPeak, &m.New, &m.Returning, &gap, &m.FirstSeq, &m.LastSeq, &m.ViewersSum, &m.ViewersCounts, &m.ViewersTotal, &m.Followers)
	m.Start, m.Gap = fromMS(start), time.Duration(gap)*time.Millisecond
	return err
}

func reviewPrograms(ctx context.Context, q querier, in *live.ReviewInput) (err error) {
	rows, err := q.QueryContext(ctx, eventColumns+by("events_kind")+withNames+`WHERE e.session_id = $1 AND e.kind = 'program' AND `+rare+`
		ORDER BY e.seq LIMIT $2`, in.Session.ID, mostPrograms)
	if in.Programs, err = collect(rows, err, scanEvent); err != nil {
		return err
	}
	rows, err = q.QueryContext(ctx, `SELECT seq, rehearsal, comments, gifts, diamonds, likes, joins, follows, shares, viewers_first, viewers,
		viewers_peak, viewers_sum, viewers_count FROM program_sums WHERE session_id = $1 AND rehearsal <= $2 ORDER BY seq, rehearsal`,
		in.Session.ID, flagInt(in.Rehearsals))
	in.Sums, err = collect(rows, err, func(rows *sql.Rows, p *live.ProgramSum) error {
		m := &p.Sums
		return rows.Scan(&p.Program, &m.Rehearsal, &m.Comments, &m.Gifts, &m.Diamonds, &m.Likes, &m.Joins, &m.Follows, &m.Shares, &p.ViewersFirst,
			&m.Viewers, &m.ViewersPeak, &m.ViewersSum, &m.ViewersCounts)
	})
	return err
}

// reviewViewers counts who gave and who wrote. A viewer who did both for real and in a rehearsal is two.
func reviewViewers(ctx context.Context, q querier, in *live.ReviewInput) error {
	return q.QueryRowContext(ctx, `SELECT (SELECT count(*) FROM session_viewers`+by("session_viewers_gifts")+` WHERE session_id = $1 AND rehearsal <= $2 AND gifts > 0),
		(SELECT count(*) FROM session_viewers`+by("session_viewers_comments")+` WHERE session_id = $1 AND rehearsal <= $2 AND comments > 0)`,
		in.Session.ID, flagInt(in.Rehearsals)).Scan(&in.Gifters, &in.Chatters)
}

// SessionMark is something on a session's time axis that is no event: what somebody wrote about a moment, or a page reported of it.
type SessionMark struct {
	ID      int64
	Session int64
	At      time.Time // the moment it is about
	Kind    string    // "note"
	Text    string
	Author  string
	Changed time.Time // when it was written
}

// MarkNote is the Kind of what the team wrote.
const MarkNote = "note"

// SessionMarks returns the marks of a session from a moment on, before another one unless that is zero, in the order of time.
func (d *DB) SessionMarks(ctx context.Context, session int64, from, to time.Time) ([]SessionMark, error) {
	until := ms(to)
	if until == 0 {
		until = 1 << 62
	}
	rows, err := d.read.QueryContext(ctx, `SELECT id, session_id, at_ms, kind, text, author, changed_ms FROM session_marks
		WHERE session_id = $1 AND at_ms >= $2 AND at_ms < $3 ORDER BY at_ms, id LIMIT $4`, session, ms(from), until, marksLimit)
	return collect(rows, err, func(rows *sql.Rows, m *SessionMark) error {
		var at, changed int64
		err := rows.Scan(&m.ID, &m.Session, &at, &m.Kind, &m.Text, &m.Author, &changed)
		m.At, m.Changed = fromMS(at), fromMS(changed)
		return err
	})
}

// AddSessionMark keeps a mark and returns it with its id. The same words of the same author at the same moment are kept once: a form
// sent twice does nothing twice.
func (d *DB) AddSessionMark(ctx context.Context, m SessionMark) (SessionMark, error) {
	err := d.inTx(ctx, "db.AddSessionMark", func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT count(*) FROM sessions WHERE id = $1`, m.Session).Scan(&n); err != nil || n == 0 {
			return orNoSession(err, m.Session)
		}
		err := tx.QueryRowContext(ctx, `SELECT id FROM session_marks WHERE session_id = $1 AND at_ms = $2 AND kind = $3 AND text = $4 AND author = $5`,
			m.Session, ms(m.At), m.Kind, m.Text, m.Author).Scan(&m.ID)
		if err != sql.ErrNoRows {
			return err
		}
		return tx.QueryRowContext(ctx, `INSERT INTO session_marks (session_id, at_ms, kind, text, author, changed_ms) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
			m.Session, ms(m.At), m.Kind, m.Text, m.Author, ms(m.Changed)).Scan(&m.ID)
	})
	return m, err
}

// DeleteSessionMark takes a mark of a session away. One that is gone already is no error.
func (d *DB) DeleteSessionMark(ctx context.Context, session, id int64) error {
	_, err := d.exec(ctx, "db.DeleteSessionMark", `DELETE FROM session_marks WHERE session_id = $1 AND id = $2`, session, id)
	return err
}

func orNoSession(err error, session int64) error {
	if err != nil {
		return err
	}
	return noSession(session)
}

// ReviewMarks returns what a review marks beside programs: gaps, notes and pins, the newest if there are very many; and the moments of
// the host's answers.
func (d *DB) ReviewMarks(ctx context.Context, session int64) (marks []live.Event, answers []time.Time, err error) {
	if marks, err = d.Marks(ctx, session, time.Time{}); err != nil {
		return nil, nil, err
	}
	rows, err := d.read.QueryContext(ctx, `SELECT at_ms FROM events e`+by("events_kind")+` WHERE session_id = $1 AND kind = 'reply' AND `+rare+`
		ORDER BY seq DESC LIMIT $2`, session, answersLimit)
	answers, err = collect(rows, err, func(rows *sql.Rows, t *time.Time) error {
		var at int64
		err := rows.Scan(&at)
		*t = fromMS(at)
		return err
	})
	return marks, answers, err
}

const (
	answersLimit = 5000
	minuteReach  = 20_000 // events that are looked through for a minute: more than the busiest LIVE has
)

// MinuteQuery selects what happened in one minute.
type MinuteQuery struct {
	Session    int64
	Start      time.Time // a whole minute
	Rehearsals bool
	Limit      int
	After      int64 // only events with a greater seq: the next page
}

// MinuteEvents returns what people said and gave in a minute and what else is worth a line, in order. Likes, joins and the counter of
// viewers are left out: they are numbers of the minute. A streak is there once it has ended.
func (d *DB) MinuteEvents(ctx context.Context, q MinuteQuery) ([]live.Event, error) {
	var first, last int64
	err := d.read.QueryRowContext(ctx, `SELECT coalesce(min(first_seq), 0), coalesce(max(last_seq), 0) FROM minutes
		WHERE session_id = $1 AND rehearsal <= $2 AND minute_ms = $3 AND first_seq > 0`, q.Session, flagInt(q.Rehearsals), ms(q.Start)).Scan(&first, &last)
	if err != nil || first == 0 {
		return nil, err
	}
	rows, err := d.read.QueryContext(ctx, eventColumns+withNames+`WHERE e.session_id = $1 AND e.seq > $2 AND e.seq <= $3 AND e.at_ms >= $4 AND e.at_ms < $5
		AND e.kind NOT IN ('like', 'join', 'viewers') AND e.history IS NULL AND (e.kind <> 'gift' OR e.amount IS NOT NULL)
		AND ($6 = 1 OR e.origin NOT IN ('simulated', 'replay')) ORDER BY e.seq LIMIT $7`,
		q.Session, max(q.After, first-1), min(last, first+minuteReach), ms(q.Start), ms(q.Start.Add(time.Minute)), flagInt(q.Rehearsals), q.Limit)
	return collect(rows, err, scanEvent)
}

// SpikeCause is what a spike is named by: the gift that made the most of it, or the words that were written most.
type SpikeCause struct {
	Gift  *live.Event // nil where no single gift stands out
	Text  string      // "" where no words stand out
	Times int64       // how often they were written
}

const causeComments = 400 // of a minute, that are looked at for what was written most

// SpikeCause finds out what made a spike.
func (d *DB) SpikeCause(ctx context.Context, session int64, s live.Spike, rehearsals bool) (SpikeCause, error) {
	switch s.Metric {
	case live.MetricDiamonds:
		return d.spikeGift(ctx, session, s, rehearsals)
	case live.MetricComments:
		return d.spikeText(ctx, session, s, rehearsals)
	}
	return SpikeCause{}, nil
}

// spikeGift finds the gift that made at least a quarter of the diamonds.
func (d *DB) spikeGift(ctx context.Context, session int64, s live.Spike, rehearsals bool) (SpikeCause, error) {
	rows, err := d.read.QueryContext(ctx, eventColumns+by("events_worth")+withNames+`WHERE e.session_id = $1 AND e.seq BETWEEN $2 AND $3 AND e.diamonds >= 100
		AND e.history IS NULL AND ($4 = 1 OR e.origin NOT IN ('simulated', 'replay')) ORDER BY e.diamonds DESC, e.seq LIMIT 1`,
		session, s.Minute.FirstSeq, min(s.Minute.LastSeq, s.Minute.FirstSeq+minuteReach), flagInt(rehearsals))
	found, err := collect(rows, err, scanEvent)
	if err != nil || len(found) == 0 {
		return SpikeCause{}, err
	}
	if gift := live.DataOf[live.Gift](found[0]); int64(gift.TotalDiamonds)*4 < s.Value {
		return SpikeCause{}, nil
	}
	return SpikeCause{Gift: &found[0]}, nil
}

// spikeText finds what at least a tenth of the comments say, and three of them.
func (d *DB) spikeText(ctx context.Context, session int64, s live.Spike, rehearsals bool) (SpikeCause, error) {
	rows, err := d.read.QueryContext(ctx, eventColumns+withNames+`WHERE e.session_id = $1 AND e.seq BETWEEN $2 AND $3 AND e.kind = 'comment'
		AND e.history IS NULL AND ($4 = 1 OR e.origin NOT IN ('simulated', 'replay')) ORDER BY e.seq LIMIT $5`,
		session, s.Minute.FirstSeq, min(s.Minute.LastSeq, s.Minute.FirstSeq+minuteReach), flagInt(rehearsals), causeComments)
	said, err := collect(rows, err, scanEvent)
	if err != nil {
		return SpikeCause{}, err
	}
	counts := map[string]int64{}
	best := SpikeCause{}
	for _, e := range said {
		text := live.Text(e)
		key := string(unmarked(text))
		if counts[key]++; key != "" && counts[key] > best.Times {
			best = SpikeCause{Text: text, Times: counts[key]}
		}
	}
	if best.Times < 3 || best.Times*10 < int64(len(said)) {
		return SpikeCause{}, nil
	}
	return best, nil
}
