package live

import (
	"time"
	"unicode"
)

const (
	clipPause   = 600 * time.Millisecond // before each clip: the voice's start, the body's movement
	slowLetter  = 190 * time.Millisecond // of a script where a sign is a syllable or more
	quickLetter = 65 * time.Millisecond
	speechSlack = time.Second // beyond the computed time an overlay may still acknowledge
)

// speechTime estimates how long a clip takes to be spoken.
func speechTime(c Clip) time.Duration {
	d := clipPause
	for _, r := range c.Speech {
		switch {
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
			d += slowLetter
		case unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsSpace(r):
			d += quickLetter
		}
	}
	return d
}

// speechEnd returns when clips that begin now have been spoken, if nobody says so earlier.
func speechEnd(clips []Clip, now time.Time) time.Time {
	for _, c := range clips {
		now = now.Add(speechTime(c))
	}
	return now.Add(speechSlack)
}
