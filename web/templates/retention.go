package templates

import (
	"strconv"
	"time"

	"github.com/a-h/templ"
)

// RetentionPage is for how long sessions are kept, and what that would delete now.
type RetentionPage struct {
	Page
	Rules  []RetentionRule // the first is for all rooms
	New    RetentionRule   // of a room without one, as typed and refused
	Rooms  []string        // there is a session of
	Raw    []Doomed        // whose raw events would go
	Whole  []Doomed        // that would go as a whole
	Mark   string          // of that plan; the form sends it back
	Next   time.Time       // when it is done by itself; zero without a rule
	Busy   bool            // it is being done
	Done   bool            // somebody has just had it done
	File   int64           // bytes of the database
	Free   int64           // of them, that new events will take
	Errors Errors          // sure
}

// RetentionRule is for one room, or with "" for all. Days are as typed; "" is for ever.
type RetentionRule struct {
	Room     string
	Events   string
	Sessions string
	Errors   Errors // events_days, sessions_days
}

// Doomed is a session of which something would be deleted.
type Doomed struct {
	ID         int64
	Room       string
	Title      string
	Start, End time.Time
	Raw        int64 // events that go if only its raw events go
	Events     int64 // that go with all of it
	Minutes    int64
	Notes      int64
	Shares     int64
}

// DeleteSessionPage asks whether a session is to be deleted.
type DeleteSessionPage struct {
	Page
	Session Doomed
	Open    bool   // it is being recorded, and cannot be
	Errors  Errors // sure
}

// mostDoomed is how many sessions of a plan are listed; all are in its sums.
const mostDoomed = 100

func (v RetentionPage) ruleName(r RetentionRule) string {
	if r.Room == "" {
		return v.t("retention.all")
	}
	return "@" + r.Room
}

// freeRooms are those without a rule of their own.
func (v RetentionPage) freeRooms() []option {
	taken := map[string]bool{}
	for _, r := range v.Rules {
		taken[r.Room] = true
	}
	var out []option
	for _, room := range v.Rooms {
		if !taken[room] {
			out = append(out, option{room, "@" + room})
		}
	}
	return out
}

// rawEvents is how many events would go of sessions whose numbers stay.
func (v RetentionPage) rawEvents() (n int64) {
	for _, d := range v.Raw {
		n += d.Raw
	}
	return n
}

// wholeSum is what would go with whole sessions.
func (v RetentionPage) wholeSum() (sum Doomed) {
	for _, d := range v.Whole {
		sum.Events += d.Events
		sum.Minutes += d.Minutes
		sum.Notes += d.Notes
		sum.Shares += d.Shares
	}
	return sum
}

// megabytes is a size for people.
func (p Page) megabytes(bytes int64) string {
	const million = 1_000_000
	if bytes < 10*million {
		return p.Printer.Decimal(float64(bytes)/million, 1)
	}
	return p.Printer.Number(bytes / million)
}

// holds says what goes with a whole session.
func (d Doomed) holds(p Page) string {
	return p.t("retention.holds", "Events", d.Events, "Minutes", d.Minutes, "Notes", d.Notes, "Shares", d.Shares)
}

func (d Doomed) deleteURL() templ.SafeURL {
	return templ.SafeURL("/sessions/" + strconv.FormatInt(d.ID, 10) + "/delete")
}
