package templates

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"
)

// SessionsPage is every past session, filtered and sorted, and their sums by room and month.
type SessionsPage struct {
	Page
	Filter   SessionFilter
	Rooms    []string // there is a session of
	Sessions []SessionRow
	Months   []MonthRow
	Count    int // on all pages
	Pages    int
	Errors   Errors // from, to
	Deleted  bool   // a session was just deleted

	ImportRoom  string // as typed
	ImportError string // why a file was not taken in
}

// SessionFilter is what a reader wants to see, as the address says it.
type SessionFilter struct {
	Room, From, To, Length, Origin string
	Sort                           string
	Ascending                      bool
	Page                           int // from 1
}

// SessionRow is a session in the list.
type SessionRow struct {
	ID                                   int64
	Room, Title, Origin                  string
	Start                                time.Time
	Length, Gap                          time.Duration
	Open                                 bool
	Peak                                 int64   // -1: not told
	Average                              float64 // -1: not told
	Comments, Diamonds, Gifters, Follows int64
}

// MonthRow is what a room's sessions of one month came to.
type MonthRow struct {
	Room                        string
	Month                       time.Time
	Sessions                    int
	Length                      time.Duration
	Peak                        int64   // -1: not told
	Average                     float64 // -1: not told
	Comments, Diamonds, Follows int64
}

// pastPlaces are the pages about the past, by their address; the catalogue has their titles: "sessions.title" and the like.
var pastPlaces = []string{"sessions", "search", "compare", "retention"}

// pastPlaces are those whose page the reader may see.
func (p Page) pastPlaces() []string {
	return slices.DeleteFunc(slices.Clone(pastPlaces), func(name string) bool { return !p.May("GET /" + name) })
}

// atPast reports whether a page is one about the past.
func atPast(where string) bool {
	return where == "review" || where == "replay" || where == "session" || where == "viewers" || slices.Contains(pastPlaces, where)
}

// sessionColumns are the columns that a list can be sorted by, in their order.
var sessionColumns = []string{"start", "length", "peak", "average", "comments", "diamonds", "gifters", "follows"}

// query is the filter as an address says it; what is as usual is left out.
func (f SessionFilter) query() url.Values {
	q := url.Values{}
	for name, value := range map[string]string{"room": f.Room, "from": f.From, "to": f.To, "length": f.Length, "origin": f.Origin} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if f.Sort != "" && f.Sort != "start" {
		q.Set("sort", f.Sort)
	}
	if f.Ascending {
		q.Set("order", "up")
	}
	if f.Page > 1 {
		q.Set("page", strconv.Itoa(f.Page))
	}
	return q
}

func (f SessionFilter) address(path string) templ.SafeURL {
	if q := f.query().Encode(); q != "" {
		path += "?" + q
	}
	return templ.SafeURL(path)
}

// sorted is the same list sorted by a column; by the one it is sorted by already, the other way round.
func (f SessionFilter) sorted(column string) templ.SafeURL {
	f.Ascending = f.sort() == column && !f.Ascending
	f.Sort, f.Page = column, 1
	return f.address("/sessions")
}

func (f SessionFilter) sort() string {
	if f.Sort == "" {
		return "start"
	}
	return f.Sort
}

// direction is the value of aria-sort.
func (f SessionFilter) direction(column string) string {
	switch {
	case f.sort() != column:
		return "none"
	case f.Ascending:
		return "ascending"
	}
	return "descending"
}

func (f SessionFilter) at(page int) templ.SafeURL {
	f.Page = page
	return f.address("/sessions")
}

// file is where the same list can be fetched as a table.
func (f SessionFilter) file(format string) templ.SafeURL {
	f.Page = 1
	return f.address("/api/sessions/export." + format)
}

func (f SessionFilter) narrowed() bool {
	f.Sort, f.Ascending, f.Page = "", false, 1
	return len(f.query()) > 0
}

// average is a mean number of viewers; "–" where it is not known.
func (p Page) average(v float64) string {
	if v < 0 {
		return "–"
	}
	return p.Printer.Number(int64(v + .5))
}

// month is the name of a month.
func (p Page) month(t time.Time) string { return t.Format(p.t("format.month")) }
