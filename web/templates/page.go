// Package templates renders the pages of the control panel. A page is a file with a templ component and its view model: a
// struct with just what is shown. Every text comes from the catalogue; what viewers wrote is only ever text, with dir="auto".
package templates

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"showcaller/internal/live"
	"showcaller/web/catalog"
)

// Page is what every page needs.
type Page struct {
	Printer *catalog.Printer
	Title   string                    // of the window; already in the reader's language
	User    string                    // who is signed in; "" shows no navigation
	Path    string                    // of this page with its query: where the language form comes back to
	Assets  func(name string) string  // static.Path
	Theme   string                    // "dark", "light", or "" for what the system prefers
	Room    string                    // whose viewers and lines the page shows: names lead to cards, lines can be pinned; "" for none
	Past    bool                      // the page is about what is over: names lead to viewers' own pages, nothing can be pinned
	Role    live.TeamRole             // of who is signed in
	Permits func(address string) bool // whether they may use an address of the panel, "POST /rooms"; nil permits all
	Zone    *time.Location            // of times printed by the server: the reader's, as their browser told; nil is UTC
}

// t is short for the printer's T.
func (p Page) t(key string, args ...any) string { return p.Printer.T(key, args...) }

// May reports whether who is signed in may use an address, named as the router names it: "POST /rooms/{unique_id}/pin". What is of no
// use is not shown; the server decides again.
func (p Page) May(address string) bool { return p.Permits == nil || p.Permits(address) }

// orders reports whether who is signed in may make a host speak and set it up. To keep it quiet takes less: see May and the address of
// its form.
func (p Page) orders() bool { return p.May("POST /stories/{storyId}") }

func (p Page) zone() *time.Location {
	if p.Zone == nil {
		return time.UTC
	}
	return p.Zone
}

func (p Page) clock(t time.Time) string { return p.Printer.Clock(t.In(p.zone())) }

// minute is the time of day without seconds, for what is planned or long past.
func (p Page) minute(t time.Time) string { return t.In(p.zone()).Format("15:04") }

// when is a day and a time of day.
func (p Page) when(t time.Time) string { return p.Printer.Date(t.In(p.zone())) + " " + p.minute(t) }

// theme is one of the three that the form knows.
func (p Page) theme() string {
	if p.Theme == "dark" || p.Theme == "light" {
		return p.Theme
	}
	return "system"
}

// Errors holds what is wrong with a form, by the name of the field, in the reader's language.
type Errors map[string]string

// Health is how a room's connection is doing, in codes; the catalogue has the words.
type Health struct {
	State   string // idle waiting connecting live silent reconnecting paused ended blocked limited stopped demo
	Reason  live.Reason
	Since   time.Time
	RetryAt time.Time
	HeardAt time.Time
	Way     string    // "direct" or "sign"
	Started time.Time // of the LIVE at hand, as we know it; zero if unknown

	Quota   *live.Quota
	Skew    time.Duration
	Dropped int64
	Unknown map[string]live.Unknown
}

// word is the state in a pill: with the time that goes with it, where there is one.
func (h Health) word(p Page) string {
	switch {
	case h.state() == "live" && !h.Started.IsZero():
		return p.t("state.live.since", "Time", p.minute(h.Started))
	case h.state() == "limited" && !h.RetryAt.IsZero():
		return p.t("state.limited.until", "Time", p.minute(h.RetryAt))
	case h.state() == "blocked" && h.Reason == live.ReasonNotFound:
		return p.t("state.blocked.not_found")
	}
	return p.t("state." + h.state())
}

// shown is h as a page shows it: what is made up must not pass for a LIVE.
func (h Health) shown(demo bool) Health {
	if demo && h.State == "live" {
		h.State = "demo"
	}
	return h
}

// tone is the colour of a state: go, wait, hold, host or none.
func (h Health) tone() string {
	switch h.State {
	case "live":
		return "go"
	case "waiting": // nothing is wrong: it starts by itself
		return "ready"
	case "looking", "connecting", "silent", "reconnecting", "paused", "limited":
		return "wait"
	case "blocked", "stopped":
		return "hold"
	case "demo":
		return "host"
	}
	return "none"
}

// look is how loud the sentences are: quiet while all is well, told where nothing is being heard, and in colour where
// something went wrong.
func (h Health) look() string {
	switch h.state() {
	case "blocked", "stopped":
		return "told hold"
	case "silent", "reconnecting", "limited":
		return "told wait"
	case "idle", "waiting":
		return "told"
	}
	return ""
}

// message says what is going on, and where something went wrong, what.
func (h Health) message(p Page) string {
	if h.Reason != "" && h.Reason != live.ReasonOffline && h.Reason != live.ReasonStopped {
		return p.t("reason." + string(h.Reason))
	}
	return p.t("health." + h.state())
}

// advice says what to do about it; "" where there is nothing wrong.
func (h Health) advice(p Page) string {
	if h.Reason == "" || h.Reason == live.ReasonOffline || h.Reason == live.ReasonStopped {
		return ""
	}
	return p.t("advice." + string(h.Reason))
}

func (h Health) state() string {
	if h.State == "" {
		return "idle"
	}
	return h.State
}

func iso(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return live.Timestamp(t)
}

// initial is what an avatar without a picture shows: the first letter of a name, or the whole of its first emoji.
func initial(name string) string {
	name = strings.TrimLeft(name, "@ ")
	r, size := utf8.DecodeRuneInString(name)
	if size == 0 {
		return "?"
	}
	if unicode.IsLetter(r) || unicode.IsDigit(r) {
		return string(unicode.ToUpper(r))
	}
	for _, r := range name {
		if unicode.IsLetter(r) {
			return string(unicode.ToUpper(r))
		}
	}
	return "•"
}

// hue is the colour of somebody's avatar: one of eight, always the same for the same key.
func hue(key string) string {
	var sum uint32
	for _, b := range []byte(key) {
		sum = sum*31 + uint32(b)
	}
	return "hue-" + string(rune('0'+sum%8))
}

// script guesses the language of a viewer's text where TikTok did not tell, so that Chinese and Japanese get their own glyphs.
func script(text, told string) string {
	if told != "" && told != "un" {
		return told
	}
	han := false
	for _, r := range text {
		switch {
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			return "ja"
		case unicode.Is(unicode.Hangul, r):
			return "ko"
		case unicode.Is(unicode.Thai, r):
			return "th"
		case unicode.Is(unicode.Arabic, r):
			return "ar"
		case unicode.Is(unicode.Han, r):
			han = true
		}
	}
	if han {
		return "zh"
	}
	return ""
}

// Pager says where a reader is in one of the lists of a page.
type Pager struct {
	List  string // the parameter of the address that holds a cursor, and the id of the list
	Next  string // cursor of the next page; "" on the last
	First bool   // this is the first page
}
