package live

import (
	"fmt"
	"time"
)

// noticeNames is how many people of each sort one notice names.
const noticeNames = 30

// notice gathers what deserves a word but no turn of its own: who followed, shared and came, and how many likes there are.
type notice struct {
	since     time.Time // when the first of it happened; zero while there is nothing
	seq       int64     // of that event
	rehearsal bool
	data      StoryNotice
}

func (n *notice) empty() bool { return n.since.IsZero() }

// add gathers an event. Likes count when they pass a milestone.
func (n *notice) add(e Event, milestone int64, now time.Time) {
	name := cut(e.User.Name(), nameRunes)
	list := map[Kind]*[]string{KindFollow: &n.data.Follows, KindShare: &n.data.Shares, KindJoin: &n.data.Joins}[e.Kind]
	switch {
	case list != nil && (name == "" || len(*list) >= noticeNames):
		return
	case list != nil:
		*list = append(*list, name)
	case milestone > 0:
		n.data.Likes = milestone
	default:
		return
	}
	if n.empty() {
		n.since, n.seq = now, e.Seq
	}
	n.rehearsal = n.rehearsal || e.Origin.Rehearsal()
}

// take returns the notice once it has gathered for long enough, and begins the next one.
func (n *notice) take(now time.Time, every time.Duration) *ask {
	if n.empty() || now.Sub(n.since) < every {
		return nil
	}
	a := n.ask()
	*n = notice{}
	return a
}

func (n *notice) ask() *ask {
	d := n.data
	text := fmt.Sprintf("+%d ♥%d ↗%d →%d", len(d.Follows), d.Likes, len(d.Shares), len(d.Joins))
	return &ask{rank: rankNotice, seq: n.seq, since: n.since, rehearsal: n.rehearsal, input: InputNotice, data: d, text: text}
}

// firstMilestone is the smallest number of likes worth a word.
const firstMilestone = 100

// milestone returns the largest of 100, 200, 500, 1,000, 2,000 … that lies above before and not above now, or 0.
func milestone(before, now int64) int64 {
	var passed int64
	for unit := int64(firstMilestone); unit <= now; unit *= 10 {
		for _, n := range []int64{unit, 2 * unit, 5 * unit} {
			if n > before && n <= now {
				passed = n
			}
		}
	}
	return passed
}
