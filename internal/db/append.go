package db

import (
	"database/sql"
	"slices"
	"strconv"
	"time"

	"showcaller/internal/live"
)

// appender stores the batches of one transaction. Rows are inserted many at a time: at these rates the price of a statement
// is more than that of a row.
type appender struct{ db *DB }

func (w *appender) store(group []*pending) error {
	for _, step := range []func([]*pending) error{w.sessions, w.viewers, w.events, w.terms, w.attendance, w.arrivals, w.programs, w.gifts} {
		if err := step(group); err != nil {
			return err
		}
	}
	return w.minutes(group)
}

func (w *appender) sessions(group []*pending) error {
	stmt, err := w.statement(`UPDATE sessions SET last_seq = $1, last_ms = $2 WHERE id = $3`)
	if err != nil {
		return err
	}
	for _, p := range group {
		events := p.batch.Events
		if _, err := stmt.Exec(events[len(events)-1].Seq, ms(p.batch.Heard), p.batch.SessionID); err != nil {
			return err
		}
	}
	return nil
}

func (w *appender) events(group []*pending) error {
	in := w.inserter(`INSERT INTO events (session_id, seq, at_ms, kind, origin, source_no, source_text, viewer, roles, gifter_level,
		team_level, top_gifter, history, cause, amount, diamonds, data) VALUES `, 17, ``)
	for _, p := range group {
		for _, e := range p.batch.Events {
			if err := in.add(w.eventRow(e)); err != nil {
				return err
			}
		}
	}
	return in.flush()
}

// eventRow returns the columns of an event. What is zero is NULL: a byte instead of a value.
func (w *appender) eventRow(e live.Event) []any {
	amount, diamonds := amounts(e)
	number, text := splitSource(e.SourceID)
	row := []any{
		e.SessionID, e.Seq, ms(e.At), string(e.Kind), string(e.Origin), null(number), null(text), nil, nil, nil, nil, nil,
		flag(e.History), null(e.Cause), null(amount), null(diamonds), nil,
	}
	if u := e.User; u != nil {
		row[7], row[8] = null(w.db.names.number(u, e.Origin.Rehearsal())), null(roleBits(u.Roles))
		row[9], row[10], row[11] = null(u.GifterLevel), null(u.TeamLevel), null(u.TopGifter)
	}
	if data, err := e.DataJSON(); err == nil && string(data) != "{}" { // the session encoded it already: no error is left
		row[16] = string(data)
	}
	return row
}

// splitSource returns the id of a message as a number, as all of TikTok's are, or else as the text it is.
func splitSource(id string) (number int64, text string) {
	if n, err := strconv.ParseInt(id, 10, 64); err == nil && n > 0 && strconv.FormatInt(n, 10) == id {
		return n, ""
	}
	return 0, id
}

// amounts returns what a query sums: pieces and diamonds of a finished gift, likes, viewers. A streak that goes on counts
// nothing.
func amounts(e live.Event) (amount, diamonds int64) {
	switch d := e.Data.(type) {
	case live.Gift:
		if !d.Streaking {
			return int64(d.RepeatCount), int64(d.TotalDiamonds)
		}
	case live.Like:
		return int64(d.Count), 0
	case live.Viewers:
		return d.Viewers, 0
	}
	return 0, 0
}

// terms indexes what viewers wrote.
func (w *appender) terms(group []*pending) error {
	stmt, err := w.statement(insertTerms)
	if err != nil {
		return err
	}
	for _, p := range group {
		for _, e := range p.batch.Events {
			terms := Terms(searchable(e))
			if terms == "" {
				continue
			}
			if _, err := stmt.Exec(searchRow(e.SessionID, e.Seq), terms); err != nil {
				return err
			}
		}
	}
	return nil
}

// searchable returns the text of an event that a search finds: what people wrote, not what the program says.
func searchable(e live.Event) string {
	if slices.Contains(searchableKinds, e.Kind) {
		return live.Text(e)
	}
	return ""
}

var searchableKinds = []live.Kind{live.KindComment, live.KindQuestion, live.KindProgram, live.KindNote, live.KindReply}

// viewers keeps the names of who acted, where they are new or changed, and learns the numbers of those who are new. Some of
// TikTok's messages name their viewer by id alone: what was known stays known.
func (w *appender) viewers(group []*pending) error {
	names := &w.db.names
	names.trim()
	in := w.inserter(`INSERT INTO viewers (user_id, rehearsal, unique_id, nickname, picture, updated_ms) VALUES `, 6,
		` ON CONFLICT (user_id, rehearsal) DO UPDATE SET
		unique_id = CASE excluded.unique_id WHEN '' THEN viewers.unique_id ELSE excluded.unique_id END,
		nickname = CASE excluded.nickname WHEN '' THEN viewers.nickname ELSE excluded.nickname END,
		picture = CASE excluded.picture WHEN '' THEN viewers.picture ELSE excluded.picture END, updated_ms = excluded.updated_ms
		RETURNING id, user_id, rehearsal`)
	in.returning = func(rows *sql.Rows) error {
		var number int64
		var v viewerKey
		err := rows.Scan(&number, &v.user, &v.rehearsal)
		names.numbered(v, number)
		return err
	}
	for _, p := range group {
		for _, e := range p.batch.Events {
			if !names.changed(e) {
				continue
			}
			u := e.User
			if err := in.add([]any{u.Key(), flagInt(e.Origin.Rehearsal()), u.UniqueID, u.Nickname, u.ProfilePicture, ms(e.At)}); err != nil {
				return err
			}
		}
	}
	return in.flush()
}

func (w *appender) attendance(group []*pending) error {
	in := w.inserter(`INSERT INTO session_viewers (session_id, viewer, rehearsal, first_ms, last_ms, comments, gifts, diamonds,
		likes, joins, follows, shares) VALUES `, 12,
		` ON CONFLICT (session_id, viewer) DO UPDATE SET last_ms = CASE WHEN session_viewers.last_ms < excluded.last_ms THEN excluded.last_ms ELSE session_viewers.last_ms END,
		comments = session_viewers.comments + excluded.comments, gifts = session_viewers.gifts + excluded.gifts,
		diamonds = session_viewers.diamonds + excluded.diamonds, likes = session_viewers.likes + excluded.likes,
		joins = session_viewers.joins + excluded.joins, follows = session_viewers.follows + excluded.follows,
		shares = session_viewers.shares + excluded.shares`)
	for _, p := range group {
		for _, v := range p.batch.Tally.Viewers {
			err := in.add([]any{
				p.batch.SessionID, w.db.names.number(&v.User, v.Rehearsal), flagInt(v.Rehearsal), ms(v.First), ms(v.Last), v.Comments, v.Gifts, v.Diamonds,
				v.Likes, v.Joins, v.Follows, v.Shares,
			})
			if err != nil {
				return err
			}
		}
	}
	return in.flush()
}

// arrivals finds out who is new in a room and who came back, and adds both to the minutes of the batch. The statement answers
// with the number of visits where this is the first sign of the viewer in the session, and with nothing where the session met
// them before a restart.
func (w *appender) arrivals(group []*pending) error {
	in := w.inserter(`INSERT INTO room_viewers (room, viewer, first_ms, last_session, visits) VALUES `, 5,
		` ON CONFLICT (room, viewer) DO UPDATE SET visits = room_viewers.visits + 1, last_session = excluded.last_session
		WHERE room_viewers.last_session <> excluded.last_session RETURNING last_session, viewer, visits`)
	came := map[arrival]int64{}
	in.returning = func(rows *sql.Rows) error {
		var a arrival
		var visits int64
		err := rows.Scan(&a.session, &a.viewer, &visits)
		came[a] = visits
		return err
	}
	for _, p := range group {
		for _, v := range p.batch.Tally.Viewers {
			if !v.Arrived {
				continue
			}
			if err := in.add([]any{p.batch.Room, w.db.names.number(&v.User, v.Rehearsal), ms(v.First), p.batch.SessionID, 1}); err != nil {
				return err
			}
		}
	}
	if err := in.flush(); err != nil {
		return err
	}
	for _, p := range group {
		w.countArrivals(p.batch, came)
	}
	return nil
}

// arrival is a viewer's first sign in a session.
type arrival struct{ session, viewer int64 }

func (w *appender) countArrivals(b live.Batch, came map[arrival]int64) {
	for i := range b.Tally.Minutes {
		m := &b.Tally.Minutes[i]
		m.New, m.Returning = 0, 0 // a transaction before this one may have failed half way
		for _, v := range b.Tally.Viewers {
			if !v.Arrived || v.Rehearsal != m.Rehearsal || !m.Start.Equal(v.First.Truncate(time.Minute)) {
				continue
			}
			switch visits := came[arrival{b.SessionID, w.db.names.number(&v.User, v.Rehearsal)}]; {
			case visits == 1:
				m.New++
			case visits > 1:
				m.Returning++
			}
		}
	}
}

func (w *appender) minutes(group []*pending) error {
	in := w.inserter(`INSERT INTO minutes (session_id, rehearsal, minute_ms, comments, gifts, diamonds, likes, likes_total, joins,
		follows, shares, viewers, viewers_peak, new_viewers, returning_viewers, gap_ms, first_seq, last_seq, viewers_sum, viewers_count,
		viewers_total, followers) VALUES `, 22,
		` ON CONFLICT (session_id, rehearsal, minute_ms) DO UPDATE SET comments = minutes.comments + excluded.comments,
		gifts = minutes.gifts + excluded.gifts, diamonds = minutes.diamonds + excluded.diamonds,
		likes = minutes.likes + excluded.likes, likes_total = CASE WHEN minutes.likes_total < excluded.likes_total THEN excluded.likes_total ELSE minutes.likes_total END,
		joins = minutes.joins + excluded.joins, follows = minutes.follows + excluded.follows,
		shares = minutes.shares + excluded.shares,
		viewers = CASE WHEN excluded.viewers < 0 THEN minutes.viewers ELSE excluded.viewers END,
		viewers_peak = CASE WHEN minutes.viewers_peak < excluded.viewers_peak THEN excluded.viewers_peak ELSE minutes.viewers_peak END,
		new_viewers = minutes.new_viewers + excluded.new_viewers,
		returning_viewers = minutes.returning_viewers + excluded.returning_viewers, gap_ms = minutes.gap_ms + excluded.gap_ms,
		first_seq = CASE WHEN minutes.first_seq = 0 THEN excluded.first_seq ELSE minutes.first_seq END,
		last_seq = CASE WHEN excluded.last_seq = 0 THEN minutes.last_seq ELSE excluded.last_seq END,
		viewers_sum = minutes.viewers_sum + excluded.viewers_sum, viewers_count = minutes.viewers_count + excluded.viewers_count,
		viewers_total = CASE WHEN minutes.viewers_total < excluded.viewers_total THEN excluded.viewers_total ELSE minutes.viewers_total END,
		followers = CASE WHEN minutes.followers < excluded.followers THEN excluded.followers ELSE minutes.followers END`)
	for _, p := range group {
		for _, m := range p.batch.Tally.Minutes {
			err := in.add([]any{
				p.batch.SessionID, flagInt(m.Rehearsal), ms(m.Start), m.Comments, m.Gifts, m.Diamonds, m.Likes, m.LikesTotal,
				m.Joins, m.Follows, m.Shares, m.Viewers, m.ViewersPeak, m.New, m.Returning, m.Gap.Milliseconds(),
				m.FirstSeq, m.LastSeq, m.ViewersSum, m.ViewersCounts, m.ViewersTotal, m.Followers,
			})
			if err != nil {
				return err
			}
		}
	}
	return in.flush()
}

// programs adds up what happened while each program was on.
func (w *appender) programs(group []*pending) error {
	in := w.inserter(`INSERT INTO program_sums (session_id, seq, rehearsal, comments, gifts, diamonds, likes, joins, follows, shares,
		viewers_first, viewers, viewers_peak, viewers_sum, viewers_count) VALUES `, 15,
		` ON CONFLICT (session_id, seq, rehearsal) DO UPDATE SET comments = program_sums.comments + excluded.comments,
		gifts = program_sums.gifts + excluded.gifts, diamonds = program_sums.diamonds + excluded.diamonds, likes = program_sums.likes + excluded.likes,
		joins = program_sums.joins + excluded.joins, follows = program_sums.follows + excluded.follows, shares = program_sums.shares + excluded.shares,
		viewers_first = CASE WHEN program_sums.viewers_first < 0 THEN excluded.viewers_first ELSE program_sums.viewers_first END,
		viewers = CASE WHEN excluded.viewers < 0 THEN program_sums.viewers ELSE excluded.viewers END,
		viewers_peak = CASE WHEN program_sums.viewers_peak < excluded.viewers_peak THEN excluded.viewers_peak ELSE program_sums.viewers_peak END,
		viewers_sum = program_sums.viewers_sum + excluded.viewers_sum, viewers_count = program_sums.viewers_count + excluded.viewers_count`)
	for _, p := range group {
		for _, sum := range p.batch.Tally.Programs {
			m := sum.Sums
			err := in.add([]any{
				p.batch.SessionID, sum.Program, flagInt(m.Rehearsal), m.Comments, m.Gifts, m.Diamonds, m.Likes, m.Joins, m.Follows, m.Shares,
				sum.ViewersFirst, m.Viewers, m.ViewersPeak, m.ViewersSum, m.ViewersCounts,
			})
			if err != nil {
				return err
			}
		}
	}
	return in.flush()
}

// roleBits packs roles in the order of live.Roles.
func roleBits(roles []string) int64 {
	var bits int64
	for _, role := range roles {
		for i, known := range live.Roles {
			if role == known {
				bits |= 1 << i
			}
		}
	}
	return bits
}

func roleNames(bits int64) []string {
	var roles []string
	for i, role := range live.Roles {
		if bits&(1<<i) != 0 {
			roles = append(roles, role)
		}
	}
	return roles
}
