package live

import (
	"context"
	"time"
)

// Speaking tells the director how long a clip, counted from 0, of a turn takes from now on. A voice knows; without one the
// director guesses by the length of the text.
func (d *Director) Speaking(ctx context.Context, turnID string, clip int, length time.Duration) error {
	return d.do(ctx, func(s *directing) { s.speaking(turnID, clip, length) })
}

func (d *directing) speaking(turnID string, clip int, length time.Duration) {
	t := d.turn
	if t == nil || t.seq == 0 || t.story.TurnID != turnID || clip < t.clip || clip >= len(t.answer.Clips) || d.over {
		return
	}
	now := time.Now()
	t.clip, t.began, t.until = clip, now, speechEnd(t.answer.Clips[clip+1:], now.Add(length))
}
