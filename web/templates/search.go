package templates

import (
	"net/url"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"showcaller/internal/live"
)

// SearchPage asks what to look for, and shows what was found, the newest first.
type SearchPage struct {
	Page
	Ask       SearchAsk
	Rooms     []string  // there is a session of
	Session   time.Time // when the session began that is looked into; zero for all
	Asked     bool
	Forgotten bool // a viewer was just forgotten
	Results   []SearchResult
	Next      string    // what the address of the next page says; "" if everything was looked at
	SeenTo    time.Time // how far back a search got that looked no further; zero if it ended
	Errors    Errors    // q, from, to, diamonds
}

// SearchAsk is what somebody looks for, as the address says it.
type SearchAsk struct {
	Q, Room, Session, User, Kind, Origin, Diamonds, From, To string
	Before                                                   string // where a page begins
}

// SearchResult is an event that was found.
type SearchResult struct {
	Event  live.Event
	Room   string
	Pieces []Piece // its text, with what was looked for marked
	Around []live.Event
	Gone   []live.Event // what hides messages of the session
	MadeUp bool         // the session is a rehearsal itself
}

// Piece is a part of a text.
type Piece struct {
	Text   string
	Marked bool
}

// searchKinds are the kinds to choose from.
var searchKinds = []string{"comment", "question", "gift", "follow", "share", "subscribe", "reply", "program", "note", "battle", "gap"}

func (a SearchAsk) address(before string) templ.SafeURL {
	q := url.Values{}
	for name, value := range map[string]string{
		"q": a.Q, "room": a.Room, "session": a.Session, "user": a.User, "kind": a.Kind, "origin": a.Origin, "diamonds": a.Diamonds, "from": a.From, "to": a.To,
		"before": before,
	} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return templ.SafeURL("/search?" + q.Encode())
}

// address is the minute of a result, with the line marked.
func (r SearchResult) address() templ.SafeURL {
	rehearsals := r.Event.Origin.Rehearsal() && !r.MadeUp
	return templ.SafeURL(reviewURL(r.Event.SessionID, r.Event.At.Truncate(time.Minute), rehearsals, r.Event.Seq))
}

func (v SearchPage) row(r SearchResult) feedRow {
	rows := markedRows(v.Page, r.Event, r.Gone)
	if len(rows) == 0 {
		return feedRow{Seq: r.Event.Seq, Kind: r.Event.Kind, At: r.Event.At}
	}
	return rows[0]
}

// pieces is the text of a result; what TikTok removed is not told again.
func (r SearchResult) pieces(row feedRow) []Piece {
	if row.Gone == removed {
		return nil
	}
	return r.Pieces
}

func (v SearchPage) around(r SearchResult, before bool) []feedRow {
	var out []feedRow
	for _, e := range r.Around {
		if (e.Seq < r.Event.Seq) == before {
			out = append(out, markedRows(v.Page, e, r.Gone)...)
		}
	}
	return out
}

func seqText(n int64) string { return strconv.FormatInt(n, 10) }
