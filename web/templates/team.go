package templates

import (
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"showcaller/internal/live"
)

// TeamPage is who may sign in, who is invited, which programs have tokens, and which sessions are shared.
type TeamPage struct {
	Page
	Members     []Member
	People      Pager
	Invites     []Invite
	InvitePages Pager
	Tokens      []Token
	TokenPages  Pager
	Shares      []Share
	SharePages  Pager
	Once        string // of the forms: one that is sent twice makes one link
	Base        string // where the panel is reached
	Invited     string // the link that was just made; it is not shown again
	NewToken    string // the same of a token
	TokenName   string // as typed
	Errors      Errors // by a person's name; token_name
}

// Member is a person of the team.
type Member struct {
	Name     string
	Role     live.TeamRole
	Since    time.Time
	Seen     time.Time // zero: not signed in anywhere
	Browsers int
}

// Invite is a link that lets somebody in, and is not used yet.
type Invite struct {
	ID     int64
	Role   live.TeamRole
	Author string
	Until  time.Time
}

// Token is what a program sends in place of a login.
type Token struct {
	ID     int64
	Name   string
	Role   live.TeamRole
	Author string
	Since  time.Time
	Seen   time.Time // zero: never
}

// InvitePage is where somebody who was invited makes their login.
type InvitePage struct {
	Page
	Role   live.TeamRole
	Action string // where the form is sent
	Name   string // as typed
	Errors Errors // name, password, again
	MinLen int
}

// AuditPage is the list of who did what.
type AuditPage struct {
	Page
	Who, Action, From, To string // as asked
	Actions               []string
	Lines                 []AuditLine
	Before                int64 // where the next page begins; 0 on the last
	Errors                Errors
}

// AuditLine is one thing somebody did.
type AuditLine struct {
	At      time.Time
	Who     string
	Role    live.TeamRole
	Action  string
	Target  string
	Address string
}

func memberURL(name, do string) templ.SafeURL {
	return templ.URL("/team/people/" + url.PathEscape(name) + "/" + do)
}

func numberURL(before string, id int64, do string) templ.SafeURL {
	return templ.URL(before + "/" + strconv.FormatInt(id, 10) + "/" + do)
}

// where splits a target into an address of the panel and what is said beside it. Only addresses that have a page are links.
func (l AuditLine) where() (page, rest string) {
	first, rest, _ := strings.Cut(l.Target, " ")
	for _, known := range []string{"/rooms/", "/sessions/", "/stories/"} {
		if name, ok := strings.CutPrefix(first, known); ok && name != "" && !strings.Contains(name, "/") {
			return first, rest
		}
	}
	return "", l.Target
}

func (v AuditPage) next() templ.SafeURL {
	q := url.Values{"before": {strconv.FormatInt(v.Before, 10)}}
	for name, value := range map[string]string{"who": v.Who, "action": v.Action, "from": v.From, "to": v.To} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return templ.SafeURL("/audit?" + q.Encode())
}
