package db

import (
	"hash/maphash"
	"strings"
	"time"

	"showcaller/internal/live"
)

const (
	knownNames     = 200_000        // about 20 MB; then it starts afresh
	pictureRefresh = 12 * time.Hour // TikTok's picture URLs expire after hours to days
)

// viewerNames remembers what the viewers table says of whom, so that a chatty viewer is not written with each line, and the
// number under which the other tables know them.
type viewerNames struct {
	seed  maphash.Seed
	known map[viewerKey]nameState
}

// viewerKey is a viewer by live.User.Key. Those of rehearsals are others, though they may carry a real one's id.
type viewerKey struct {
	user      string
	rehearsal bool
}

type nameState struct {
	hash   uint64
	at     time.Time
	number int64 // viewers.id
}

func newViewerNames() viewerNames {
	return viewerNames{seed: maphash.MakeSeed(), known: map[viewerKey]nameState{}}
}

// trim forgets everybody if they became too many. Between the transactions nobody's number is needed.
func (n *viewerNames) trim() {
	if len(n.known) >= knownNames {
		clear(n.known)
	}
}

// changed reports whether the viewer of e is new, has another name or picture, or was written long ago; it remembers them as
// written.
func (n *viewerNames) changed(e live.Event) bool {
	u := e.User
	key := viewerKey{u.Key(), e.Origin.Rehearsal()}
	if key.user == "" {
		return false // nobody
	}
	picture, _, _ := strings.Cut(u.ProfilePicture, "?") // the query is a signature, new each time
	state := nameState{hash: maphash.String(n.seed, u.UniqueID+"\x00"+u.Nickname+"\x00"+picture), at: e.At}
	old, ok := n.known[key]
	if ok && (old.hash == state.hash || u.Nickname == "") && e.At.Sub(old.at) < pictureRefresh {
		return false
	}
	state.number = old.number
	n.known[key] = state
	return true
}

// numbered remembers the number of a viewer that was written.
func (n *viewerNames) numbered(v viewerKey, number int64) {
	state := n.known[v]
	state.number = number
	n.known[v] = state
}

// number returns the number of a viewer of the group that is being stored; 0 for nobody.
func (n *viewerNames) number(u *live.User, rehearsal bool) int64 {
	return n.known[viewerKey{u.Key(), rehearsal}].number
}
