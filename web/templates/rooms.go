package templates

import (
	"slices"
	"strings"

	"github.com/a-h/templ"
)

// RoomsPage is every room we watch, and the form for one more.
type RoomsPage struct {
	Page
	Rooms  []RoomTile // of this page
	Total  int        // of all pages
	Pages  Pager
	Name   string // as typed into the form
	Errors Errors // name
}

// hasOwn reports whether there is a room besides the demo.
func (v RoomsPage) hasOwn() bool {
	return slices.ContainsFunc(v.Rooms, func(r RoomTile) bool { return !r.Demo })
}

// follow is the socket that tells how the tiles of this page move.
func (v RoomsPage) follow() string { return "/api/rooms/follow" + strings.TrimPrefix(v.Path, "/") }

// RoomTile is one room at a glance.
type RoomTile struct {
	UniqueID   string // also the {id} of its forms
	Nickname   string
	Picture    string
	Health     Health
	HasNumbers bool  // there is a session to count
	Over       bool  // it is the last one, not one at hand: Viewers is its peak
	Viewers    int64 // -1: TikTok has not told
	Diamonds   int64
	Spark      Spark
	Wanted     bool // connected or waiting: shows Disconnect in place of Connect
	AutoRecord bool
	Demo       bool
}

// Name is what to call the host.
func (r RoomTile) Name() string {
	if r.Nickname != "" {
		return r.Nickname
	}
	return "@" + r.UniqueID
}

func (r RoomTile) desk() templ.SafeURL { return templ.URL("/rooms/" + r.UniqueID) }

func (r RoomTile) form(action string) templ.SafeURL {
	return templ.URL("/rooms/" + r.UniqueID + "/" + action)
}
