package live

import (
	"cmp"
	"slices"
	"time"
	"unicode/utf8"
)

const (
	queueLimit  = 500 // programs and gifts that may wait; then the director reads the log no further: they are never dropped
	sharedNames = 20  // viewers of one shared thank-you
	sharedRunes = 200 // of their names together, so that three clips can speak them
)

// pacing is a StoryPacing with its defaults filled in.
type pacing struct {
	chatKept, giftsAtOnce                            int
	chatExpires, viewerPause, noticeEvery, giftMerge time.Duration
	idle                                             []time.Duration // of silence before each idle line
}

func (p StoryPacing) resolve() pacing {
	seconds := func(n, standard int) time.Duration { return time.Duration(cmp.Or(n, standard)) * time.Second }
	out := pacing{
		chatKept: cmp.Or(p.ChatKept, 10), giftsAtOnce: cmp.Or(p.GiftsAtOnce, 3), chatExpires: seconds(p.ChatExpires, 30),
		viewerPause: seconds(p.ViewerPause, 20), noticeEvery: seconds(p.NoticeEvery, 20), giftMerge: seconds(p.GiftMerge, 5),
	}
	silence := seconds(p.IdleFirst, 45)
	for range cmp.Or(p.IdleLines, 3) {
		out.idle = append(out.idle, silence)
		silence *= 2
	}
	return out
}

// skipped is an ask that gets no answer, and why.
type skipped struct {
	ask    *ask
	reason SkipReason
	detail string
}

// queue is what waits for the host, in the order of rank. It has no clock: callers say what time it is.
type queue struct {
	pacing   pacing
	says     []*ask
	programs []*ask
	gifts    []*ask // one a viewer
	chats    []*ask // one a viewer, chatKept at most
	notice   notice
	answered map[string]time.Time // when each viewer's chat was last answered
	dropped  []skipped            // since drain
}

func newQueue(p pacing) queue { return queue{pacing: p, answered: map[string]time.Time{}} }

// full reports whether no more may be taken: what is never dropped must wait where it is, in the log.
func (q *queue) full() bool {
	n := len(q.says) + len(q.programs)
	for _, g := range q.gifts {
		n += len(g.givers)
	}
	return n >= queueLimit
}

// drain returns what was given up since the last time.
func (q *queue) drain() []skipped {
	out := q.dropped
	q.dropped = nil
	return out
}

func (q *queue) skip(a *ask, reason SkipReason) {
	q.dropped = append(q.dropped, skipped{ask: a, reason: reason})
}

// add takes an ask in.
func (q *queue) add(a *ask, now time.Time) {
	switch {
	case a.rank == rankSay:
		q.says = append(q.says, a)
	case a.rank == rankProgram:
		q.programs = append(q.programs, a)
	case a.rank == rankGift:
		q.addGift(a)
	case now.Sub(q.answered[a.viewer.Key()]) < q.pacing.viewerPause:
		q.skip(a, SkipTooFast)
	default:
		q.addChat(a)
	}
}

// addGift merges a gift with what its viewer gave before and was not thanked for yet.
func (q *queue) addGift(a *ask) {
	for _, waiting := range q.gifts {
		if waiting.viewer.Key() == a.viewer.Key() && a.viewer.Key() != "" && waiting.rehearsal == a.rehearsal {
			waiting.also = append(waiting.also, a.seqs()...)
			waiting.givers = append(waiting.givers, a.givers...)
			if a.note.text != "" {
				waiting.note = a.note
			}
			return
		}
	}
	a.ready = a.since.Add(q.pacing.giftMerge)
	q.gifts = append(q.gifts, a)
}

// addChat keeps the better one of a viewer's comments, and the best ones of all.
func (q *queue) addChat(a *ask) {
	for i, waiting := range q.chats {
		if key := a.viewer.Key(); key != "" && waiting.viewer.Key() == key {
			if better(waiting, a) {
				waiting, a = a, waiting
			}
			q.chats[i] = a
			q.skip(waiting, SkipSuperseded)
			return
		}
	}
	q.chats = append(q.chats, a)
	if len(q.chats) > q.pacing.chatKept {
		worst := q.worstChat()
		q.skip(q.chats[worst], SkipBusy)
		q.chats = slices.Delete(q.chats, worst, worst+1)
	}
}

// better reports whether a deserves an answer more than b: by rank, then by score. Of equals the newer one wins, because an
// answer to what was said long ago sounds lost.
func better(a, b *ask) bool {
	return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(a.score, b.score), cmp.Compare(a.seq, b.seq)) > 0
}

func (q *queue) worstChat() int {
	worst := 0
	for i, a := range q.chats {
		if better(q.chats[worst], a) {
			worst = i
		}
	}
	return worst
}

// next takes out what is said now, or returns nil. quiet leaves chat and notices alone.
func (q *queue) next(now time.Time, quiet bool) *ask {
	for _, list := range []*[]*ask{&q.says, &q.programs} {
		if i := slices.IndexFunc(*list, func(a *ask) bool { return !a.ready.After(now) }); i >= 0 {
			a := (*list)[i]
			*list = slices.Delete(*list, i, i+1)
			return a
		}
	}
	if a := q.nextGifts(now); a != nil {
		return a
	}
	if quiet {
		return nil
	}
	if len(q.chats) > 0 {
		best := slices.MaxFunc(q.chats, func(a, b *ask) int {
			if better(a, b) {
				return 1
			}
			return -1
		})
		q.chats = slices.DeleteFunc(q.chats, func(a *ask) bool { return a == best })
		return best
	}
	return q.notice.take(now, q.pacing.noticeEvery)
}

// nextGifts takes out the most valuable gift that is ready, with others if too many wait for a thank-you of their own.
func (q *queue) nextGifts(now time.Time) *ask {
	var ready []*ask
	for _, a := range q.gifts {
		if !a.ready.After(now) {
			ready = append(ready, a)
		}
	}
	if len(ready) == 0 {
		return nil
	}
	slices.SortStableFunc(ready, func(a, b *ask) int { return cmp.Compare(b.value(), a.value()) })
	group := ready[:1]
	if len(ready) > q.pacing.giftsAtOnce {
		group = sharing(ready)
	}
	q.gifts = slices.DeleteFunc(q.gifts, func(a *ask) bool { return slices.Contains(group, a) })
	for _, a := range group {
		q.takeNote(a)
	}
	return share(slices.Clone(group))
}

// sharing chooses who is thanked together with the first: rehearsals apart from the real ones, and no more names than an
// answer can hold.
func sharing(gifts []*ask) []*ask {
	var out []*ask
	runes := 0
	for _, a := range gifts {
		n := utf8.RuneCountInString(a.viewerName())
		if a.rehearsal != gifts[0].rehearsal || len(out) > 0 && runes+n > sharedRunes {
			continue
		}
		if out, runes = append(out, a), runes+n; len(out) == sharedNames {
			break
		}
	}
	return out
}

// takeNote lets a gift's thank-you answer the comment that goes with it, if that still waits.
func (q *queue) takeNote(gift *ask) {
	i := slices.IndexFunc(q.chats, func(a *ask) bool { return gift.note.seq != 0 && a.seq == gift.note.seq })
	if i >= 0 {
		gift.also = append(gift.also, gift.note.seq)
		q.chats = slices.Delete(q.chats, i, i+1)
	}
}

// dropNote keeps a comment that gets an answer of its own from being answered again with a gift.
func (q *queue) dropNote(seq int64) {
	for _, a := range q.gifts {
		if a.note.seq == seq {
			a.note = comment{}
		}
	}
}

// putBack returns an ask that could not be answered, to be tried again later.
func (q *queue) putBack(a *ask, at time.Time) {
	switch {
	case a.rank == rankProgram:
		a.ready = at
		q.programs = slices.Insert(q.programs, 0, a)
	case len(a.parts) > 0:
		for _, part := range a.parts {
			part.tries = a.tries
			part.ready = at
			q.gifts = append(q.gifts, part)
		}
	case a.rank == rankGift:
		a.ready = at
		q.gifts = append(q.gifts, a)
	}
}

// spoken notes that a viewer's chat was answered.
func (q *queue) spoken(a *ask, now time.Time) {
	if key := a.viewer.Key(); a.chat() && key != "" {
		q.answered[key] = now
	}
}

// expire gives up what waited too long, and the comments of those who were answered meanwhile.
func (q *queue) expire(now time.Time) {
	for key, at := range q.answered {
		if now.Sub(at) >= q.pacing.viewerPause {
			delete(q.answered, key)
		}
	}
	q.chats = slices.DeleteFunc(q.chats, func(a *ask) bool {
		_, answered := q.answered[a.viewer.Key()]
		switch {
		case answered:
			q.skip(a, SkipTooFast)
		case now.Sub(a.since) >= q.pacing.chatExpires:
			q.skip(a, SkipExpired)
		default:
			return false
		}
		return true
	})
}

// clearChat gives up all chat.
func (q *queue) clearChat(reason SkipReason) {
	for _, a := range q.chats {
		q.skip(a, reason)
	}
	q.chats, q.notice = nil, notice{}
}

// dropChat gives up the chat of some viewers.
func (q *queue) dropChat(of func(*User) bool, reason SkipReason) {
	q.chats = slices.DeleteFunc(q.chats, func(a *ask) bool {
		if of(a.viewer) {
			q.skip(a, reason)
			return true
		}
		return false
	})
}

// hide gives up the chat that a Delete takes away, and does not read it out with a gift either.
func (q *queue) hide(gone Event) {
	q.chats = slices.DeleteFunc(q.chats, func(a *ask) bool {
		hidden := a.hiddenBy(gone)
		if hidden {
			q.skip(a, SkipOperator)
		}
		return hidden
	})
	for _, a := range q.gifts {
		if a.note.hiddenBy(gone) {
			a.note = comment{}
		}
	}
}

// forget takes what an answer covers out of the queue without a word.
func (q *queue) forget(seq int64) {
	for _, list := range []*[]*ask{&q.programs, &q.gifts, &q.chats} {
		*list = slices.DeleteFunc(*list, func(a *ask) bool { return a.seq == seq && len(a.also) == 0 })
	}
}

// remove takes the ask of an event, or the operator's words of that number, out of the queue.
func (q *queue) remove(seq int64) bool {
	for _, list := range []*[]*ask{&q.says, &q.programs, &q.gifts, &q.chats} {
		i := slices.IndexFunc(*list, func(a *ask) bool { return a.name() == seq || slices.Contains(a.also, seq) })
		if i >= 0 {
			q.skip((*list)[i], SkipOperator)
			*list = slices.Delete(*list, i, i+1)
			return true
		}
	}
	return false
}

// due returns when next has something new to say, or the zero time.
func (q *queue) due() time.Time {
	var times []time.Time
	for _, a := range slices.Concat(q.says, q.programs, q.gifts) {
		times = append(times, a.ready)
	}
	if !q.notice.empty() {
		times = append(times, q.notice.since.Add(q.pacing.noticeEvery))
	}
	return earliest(times)
}

// urgent returns when the first program or gift is ready, or the zero time if there is none.
func (q *queue) urgent() time.Time {
	var times []time.Time
	for _, a := range slices.Concat(q.programs, q.gifts) {
		times = append(times, cmp.Or(a.ready, a.since))
	}
	return earliest(times)
}

// expiry returns when the next comment expires, or the zero time.
func (q *queue) expiry() time.Time {
	var times []time.Time
	for _, a := range q.chats {
		times = append(times, a.since.Add(q.pacing.chatExpires))
	}
	return earliest(times)
}

func earliest(times []time.Time) time.Time {
	if len(times) == 0 {
		return time.Time{}
	}
	return slices.MinFunc(times, time.Time.Compare)
}

// waiting returns all asks, the one that is next first.
func (q *queue) waiting() []*ask {
	gifts, chats := slices.Clone(q.gifts), slices.Clone(q.chats)
	slices.SortStableFunc(gifts, func(a, b *ask) int { return cmp.Compare(b.value(), a.value()) })
	slices.SortFunc(chats, func(a, b *ask) int {
		if better(a, b) {
			return -1
		}
		return 1
	})
	out := slices.Concat(q.says, q.programs, gifts, chats)
	if !q.notice.empty() {
		out = append(out, q.notice.ask())
	}
	return out
}

func (q *queue) forgetViewer(who *Forgotten) {
	for _, list := range []*[]*ask{&q.gifts, &q.chats} {
		*list = slices.DeleteFunc(*list, func(a *ask) bool {
			if !a.isOf(who) {
				return false
			}
			q.skip(a, SkipOperator)
			return true
		})
	}
	delete(q.answered, who.Key)
	for _, names := range []*[]string{&q.notice.data.Follows, &q.notice.data.Shares, &q.notice.data.Joins} {
		*names = slices.DeleteFunc(*names, who.Names)
	}
}
