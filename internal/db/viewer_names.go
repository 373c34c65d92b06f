package db

import (
	"hash/maphash"
	"strings"
	"time"

	"showcaller/internal/live"
)

const (
	knownNames     = 200_000        // about 10 MB; then it starts afresh
	pictureRefresh = 12 * time.Hour // TikTok's picture URLs expire after hours to days
)

// viewerNames remembers what the viewers table says of whom, so that a chatty viewer is not written with each line.
type viewerNames struct {
	seed  maphash.Seed
	known map[uint64]nameState
}

type nameState struct {
	hash uint64
	at   time.Time
}

func newViewerNames() viewerNames {
	return viewerNames{seed: maphash.MakeSeed(), known: map[uint64]nameState{}}
}

// changed reports whether the viewer of e is new, has another name or picture, or was written long ago; it remembers them as
// written.
func (n *viewerNames) changed(e live.Event) bool {
	u := e.User
	key := maphash.String(n.seed, u.Key())
	if e.Origin.Rehearsal() {
		key++
	}
	picture, _, _ := strings.Cut(u.ProfilePicture, "?") // the query is a signature, new each time
	state := nameState{maphash.String(n.seed, u.UniqueID+"\x00"+u.Nickname+"\x00"+picture), e.At}
	old, ok := n.known[key]
	if ok && (old.hash == state.hash || u.Nickname == "") && e.At.Sub(old.at) < pictureRefresh {
		return false
	}
	if len(n.known) >= knownNames {
		clear(n.known)
	}
	n.known[key] = state
	return true
}
