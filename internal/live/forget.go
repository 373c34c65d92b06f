package live

import (
	"context"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Forgotten is a viewer who is to be forgotten, with what they are and were called.
type Forgotten struct {
	Key       string          // User.Key
	whole     map[string]bool // what names them where it stands alone
	words     map[string]bool // what names them as a word of a text, in lower case: the id and handles
	nicknames []string        // what names them anywhere in a text, the longest first
}

// leastName is how many letters a name has at least to be looked for within texts: a shorter one is part of too many words.
const leastName = 3

// NewForgotten returns a viewer by their User.Key; Add tells what they are called.
func NewForgotten(key string) *Forgotten {
	f := &Forgotten{Key: key, whole: map[string]bool{key: true}, words: map[string]bool{}}
	if len(key) >= leastName && !strings.HasPrefix(key, "@") && !strings.HasPrefix(key, "~") {
		f.words[key] = true
	}
	return f
}

// Add adds a handle and a nickname of now or before; either may be empty.
func (f *Forgotten) Add(handle, nickname string) {
	for _, s := range []string{handle, "@" + handle, nickname} {
		if s != "" && s != "@" {
			f.whole[s] = true
		}
	}
	if len(handle) >= leastName {
		f.words[strings.ToLower(handle)] = true
	}
	if utf8.RuneCountInString(nickname) >= leastName {
		f.nicknames = append(f.nicknames, nickname)
		slices.SortFunc(f.nicknames, func(a, b string) int { return len(b) - len(a) })
	}
}

// Is reports whether a user is the viewer. Who has an id is known by that alone: a former handle may be another's by now.
func (f *Forgotten) Is(u *User) bool {
	return u != nil && (u.Key() == f.Key || u.UserID == "" && f.words[strings.ToLower(u.UniqueID)])
}

// Names reports whether a text is nothing but a name or the id of the viewer.
func (f *Forgotten) Names(s string) bool { return f.whole[s] }

// Scrub takes the viewer's names and id out of a text.
func (f *Forgotten) Scrub(text string) string {
	for _, name := range f.nicknames {
		text = strings.ReplaceAll(text, name, "…")
	}
	return f.replace(text, "")
}

// Unmention takes out only what is marked as a name by an @.
func (f *Forgotten) Unmention(text string) string {
	if !strings.Contains(text, "@") {
		return text
	}
	for _, name := range f.nicknames {
		text = strings.ReplaceAll(text, "@"+name, "…")
	}
	return f.replace(text, "@")
}

// handleWord is what may be a handle: dots are part of it, and also end sentences.
var handleWord = regexp.MustCompile(`@?[\w.]+`)

func (f *Forgotten) replace(text, mark string) string {
	return handleWord.ReplaceAllStringFunc(text, func(word string) string {
		name := strings.TrimRight(word, ".")
		if strings.HasPrefix(name, mark) && f.words[strings.ToLower(strings.TrimPrefix(name, "@"))] {
			return "…" + word[len(name):]
		}
		return word
	})
}

// ForgetRecent has those who follow open sessions read the newest events from the store, as they are by now.
func (e *Engine) ForgetRecent() {
	e.mu.Lock()
	for _, w := range e.rooms {
		if s := w.open(); s != nil {
			s.Log().forget()
		}
	}
	e.mu.Unlock()
	e.rehearse.mu.Lock()
	defer e.rehearse.mu.Unlock()
	for _, r := range e.rehearse.open {
		r.session.Log().forget()
	}
}

// forget leaves what is at hand to the store.
func (l *Log) forget() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.ring[:])
	l.first = l.last + 1
}

// Forget takes a viewer out of what overlays show and keep, and has their pages begin anew. What overlays read from the store is
// read again: call it once more after the store has forgotten the viewer.
func (o *Overlays) Forget(ctx context.Context, who *Forgotten) error {
	o.mu.Lock()
	var runs, previews []*overlayRun
	for _, run := range o.running {
		runs = append(runs, run)
	}
	for _, run := range o.previews {
		previews = append(previews, run)
	}
	o.mu.Unlock()
	for _, run := range previews {
		run.later(ctx, func(s *running) { _ = s.forget(ctx, who) }) // it keeps nothing, and may end any moment
	}
	for _, run := range runs {
		if err := run.try(ctx, func(s *running) error { return s.forget(ctx, who) }); err != nil {
			return err
		}
	}
	return nil
}

// forget has the view forget, and keeps that before it is answered.
func (s *running) forget(ctx context.Context, who *Forgotten) error {
	err := s.view.forget(ctx, who, time.Now())
	s.skip() // frames that pages have not had yet may name the viewer
	s.unsaved, s.saveAt = true, time.Time{}
	s.settle(ctx)
	return err
}

func (*viewBase) forget(context.Context, *Forgotten, time.Time) error { return nil }

func (v *alertsView) forget(_ context.Context, who *Forgotten, now time.Time) error {
	v.queue.forget(who, now)
	v.settle()
	v.dropped = slices.DeleteFunc(v.dropped, func(r AlertRecord) bool { return who.Is(r.Alert.User) })
	for i := range v.dropped {
		v.dropped[i].Alert.forget(who)
	}
	v.news.anew = true
	return nil
}

// forget takes a viewer's alerts out without a word, and mentions of them out of others'.
func (q *alertQueue) forget(who *Forgotten, now time.Time) {
	if q.Now != nil && who.Is(q.Now.Alert.User) {
		q.end(AlertSkipped, now)
	}
	if q.Now != nil {
		q.Now.Alert.forget(who)
	}
	q.Waiting = slices.DeleteFunc(q.Waiting, func(a queuedAlert) bool { return who.Is(a.Alert.User) })
	for i := range q.Waiting {
		q.Waiting[i].Alert.forget(who)
	}
	q.History = slices.DeleteFunc(q.History, func(r AlertRecord) bool { return who.Is(r.Alert.User) })
	for i := range q.History {
		q.History[i].Alert.forget(who)
	}
	q.Streaks = slices.DeleteFunc(q.Streaks, func(s string) bool { return strings.Contains(s, " "+who.Key+" ") })
}

// forget takes mentions of a viewer out of another's alert.
func (a *Alert) forget(who *Forgotten) {
	a.Title, a.Text = who.Unmention(a.Title), who.Unmention(a.Text)
}

// forget reads the lines again. Those of a show that is over stay but for the viewer's: nothing is read of it any more.
func (v *listView) forget(ctx context.Context, who *Forgotten, _ time.Time) error {
	if v.on.open {
		return v.load(ctx)
	}
	v.lines = slices.DeleteFunc(v.lines, func(e Event) bool { return who.Is(e.User) })
	return nil
}

func (v *leaderView) forget(context.Context, *Forgotten, time.Time) error {
	v.dirty, v.next = true, time.Time{}
	return nil
}

func (v *timerView) forget(_ context.Context, who *Forgotten, _ time.Time) error {
	if who.Names(v.addedBy) {
		v.addedBy = ""
	}
	return nil
}

// Forget takes a viewer out of what all directors know and do.
func (d *Directors) Forget(ctx context.Context, who *Forgotten) error {
	d.mu.Lock()
	var all []*Director
	for _, r := range d.running {
		all = append(all, r.Director)
	}
	d.mu.Unlock()
	for _, director := range all {
		if err := director.Forget(ctx, who); err != nil {
			return err
		}
	}
	return nil
}

// Forget takes a viewer out of what the director knows and does.
func (d *Director) Forget(ctx context.Context, who *Forgotten) error {
	return d.do(ctx, func(s *directing) { s.forget(ctx, who) })
}

// forget cuts short what is said to a viewer and gives up what they wait for. The log has the skips, which name nobody.
func (d *directing) forget(ctx context.Context, who *Forgotten) {
	if d.turn != nil && d.turn.ask.isOf(who) {
		d.skipNow(0)
	}
	d.queue.forgetViewer(who)
	d.writeSkips(ctx)
	d.skips = slices.DeleteFunc(d.skips, func(i SkippedItem) bool { return i.isOf(who) })
	if d.said != nil && d.said.isOf(who) {
		d.said = nil
	}
	if d.bridge != nil {
		delete(d.bridge.comments, who.Key)
	}
	d.profile.MutedIDs = slices.DeleteFunc(slices.Clone(d.profile.MutedIDs), func(id string) bool { return id == who.Key })
}

// isOf reports whether an ask is a viewer's, alone or with others.
func (a *ask) isOf(who *Forgotten) bool {
	return who.Is(a.viewer) || slices.ContainsFunc(a.parts, func(part *ask) bool { return part.isOf(who) })
}

// isOf reports whether an item is a viewer's. One of several viewers has only their names.
func (i *QueueItem) isOf(who *Forgotten) bool {
	return i.Viewer == who.Key || who.Scrub(i.Who) != i.Who
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
