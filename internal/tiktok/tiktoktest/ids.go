package tiktoktest

import (
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"
)

// idSource hands out numbers as TikTok makes them: the upper half is the unix second, so ids sort by age and have 19 digits.
type idSource struct{ last atomic.Int64 }

// next returns an id nobody has had before.
func (s *idSource) next() int64 {
	for {
		last := s.last.Load()
		id := max(time.Now().Unix()<<32, last+1)
		if s.last.CompareAndSwap(last, id) {
			return id
		}
	}
}

// token returns n random letters and digits, for cookies and signatures.
func token(n int) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[rand.IntN(len(letters))]
	}
	return string(b)
}

// itoa writes an id the way TikTok's JSON does, as a string.
func itoa(id int64) string { return strconv.FormatInt(id, 10) }

// atoi reads an id; what is not one is 0.
func atoi(s string) int64 {
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return id
}
