package live

import (
	"hash/fnv"
	"strconv"
)

// repeatMemory is how many message ids a session remembers: about a quarter of an hour of the busiest room.
const repeatMemory = 20_000

// repeats tells message ids that came before. TikTok replays old messages at each connect under their old ids.
type repeats struct {
	known map[uint64]struct{}
	order []uint64
	next  int
}

// seen reports whether id came before, and remembers it. An empty id was never seen.
func (r *repeats) seen(id string) bool {
	if id == "" {
		return false
	}
	key := sourceKey(id)
	if _, ok := r.known[key]; ok {
		return true
	}
	if r.known == nil {
		r.known = make(map[uint64]struct{})
	}
	r.known[key] = struct{}{}
	if len(r.order) < repeatMemory {
		r.order = append(r.order, key)
		return false
	}
	delete(r.known, r.order[r.next])
	r.order[r.next] = key
	r.next = (r.next + 1) % repeatMemory
	return false
}

// sourceKey is the id itself where it is a number, as TikTok's are, else a hash: eight bytes instead of a string.
func sourceKey(id string) uint64 {
	if n, err := strconv.ParseUint(id, 10, 64); err == nil {
		return n
	}
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // never fails
	return h.Sum64()
}
