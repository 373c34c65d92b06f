package templates

import (
	"strconv"
	"time"

	"github.com/a-h/templ"
)

// Share is a link to one session, for somebody who may see nothing else.
type Share struct {
	ID       int64
	Session  int64
	Room     string
	Start    time.Time // of the session
	Author   string
	Until    time.Time
	Visits   int64
	Visited  time.Time // zero: never
	Password bool
	Hidden   bool // viewers have numbers in place of names
}

// SharesPage is where a session is shared.
type SharesPage struct {
	Page
	Session    int64
	Room       string
	Start      time.Time
	Shares     []Share
	SharePages Pager
	Once       string
	Made       string // the link that was just made
	Days       int    // as chosen
	Hidden     bool
	Errors     Errors // password
}

// shareDays are for how long a link may work.
var shareDays = []int{1, 7, 30, 90}

// SharePage asks for the password of a link.
type SharePage struct {
	Page
	Action string
	Error  string
}

func sessionURL(id int64) templ.SafeURL { return templ.URL("/sessions/" + strconv.FormatInt(id, 10)) }
