package live

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// OverlayWords returns the overlay's own words for a key, in a language of the catalogue.
type OverlayWords func(language, key string) string

// alertMaker turns a session's events into alerts, by an overlay's rules.
type alertMaker struct {
	options *AlertsOptions
	room    string
	words   OverlayWords
	likes   map[bool]int64 // the room's total, by Rehearsal
}

// What is worth keeping when too much waits, beside the diamonds of gifts.
const (
	worthSubscribe = 500
	worthQuestion  = 5
	worthFollow    = 1
)

// make returns the alert an event gives, if it gives one.
func (m *alertMaker) make(e Event, now time.Time) (queuedAlert, bool) {
	rehearsal := e.Origin.Rehearsal()
	if e.History || rehearsal && !m.options.Rehearsal {
		return queuedAlert{}, false
	}
	a := queuedAlert{Seq: e.Seq, Since: now}
	a.Alert = Alert{ID: fmt.Sprintf("s%d-%d", e.SessionID, e.Seq), On: e.Kind, User: e.User, Rehearsal: rehearsal, At: Timestamp(e.At)}
	fields := map[string]string{"nickname": e.User.Name(), "room": m.room}
	if e.User != nil {
		fields["handle"] = e.User.UniqueID
	}
	var rule AlertRule
	var fits bool
	if e.Kind == KindLike {
		rule, fits = m.like(e, &a, fields)
	} else {
		m.fill(e, &a, fields)
		rule, fits = m.rule(a.Alert)
	}
	if !fits {
		return queuedAlert{}, false
	}
	m.dress(&a, rule, fields)
	return a, true
}

// fill adds what is special to the kind.
func (m *alertMaker) fill(e Event, a *queuedAlert, fields map[string]string) {
	switch e.Kind {
	case KindGift:
		gift := DataOf[Gift](e)
		item := gift.Gift
		a.Alert.Gift, a.Alert.Count = &item, gift.Booked+gift.RepeatCount
		a.Alert.Diamonds = int64(a.Alert.Count) * int64(item.DiamondCount)
		a.Worth = a.Alert.Diamonds
		if item.Streakable {
			a.Streak = fmt.Sprintf("%d %s %s %d %s", e.SessionID, e.Origin, e.User.Key(), item.ID, gift.StreakID)
			a.ends = gift.StreakID == "" && !gift.Streaking && gift.ClosedBy == ""
		}
		fields["gift"], fields["count"] = item.Name, strconv.Itoa(a.Alert.Count)
		fields["diamonds"] = strconv.FormatInt(a.Alert.Diamonds, 10)
	case KindSubscribe:
		a.Worth = worthSubscribe
		fields["months"] = strconv.Itoa(max(1, DataOf[Subscribe](e).Months))
	case KindQuestion:
		a.Worth = worthQuestion
		fields["text"] = DataOf[Question](e).Question
	case KindFollow:
		a.Worth = worthFollow
	}
}

// like reports whether the room's total has passed a multiple of a rule's Every.
func (m *alertMaker) like(e Event, a *queuedAlert, fields map[string]string) (AlertRule, bool) {
	like, rehearsal := DataOf[Like](e), e.Origin.Rehearsal()
	before, known := m.likes[rehearsal]
	total := max(before, like.TotalLikes)
	if like.TotalLikes == 0 {
		total = before + int64(like.Count)
	}
	m.likes[rehearsal] = total
	if !known && like.TotalLikes > 0 { // the likes before the first total are not this show's news
		return AlertRule{}, false
	}
	for _, r := range m.options.Rules {
		if r.On == KindLike && r.Enabled && r.Every > 0 && total/r.Every > before/r.Every {
			fields["likes"] = strconv.FormatInt(total/r.Every*r.Every, 10)
			a.Alert.User = nil // it is everybody's doing
			return r, true
		}
	}
	return AlertRule{}, false
}

// rule returns the rule that fits best: the one for this very gift, then the one for the most diamonds, then the first.
func (m *alertMaker) rule(a Alert) (AlertRule, bool) {
	best, found := AlertRule{}, false
	for _, r := range m.options.Rules {
		if r.On != a.On || !r.Enabled || a.Diamonds < int64(r.MinDiamonds) || r.GiftID != 0 && (a.Gift == nil || a.Gift.ID != r.GiftID) {
			continue
		}
		if !found || (r.GiftID != 0) != (best.GiftID != 0) && r.GiftID != 0 || (r.GiftID != 0) == (best.GiftID != 0) && r.MinDiamonds > best.MinDiamonds {
			best, found = r, true
		}
	}
	return best, found
}

// dress gives an alert its rule's looks and words.
func (m *alertMaker) dress(a *queuedAlert, r AlertRule, fields map[string]string) {
	language := m.options.Look.Language
	title, text := r.Title, r.Text
	if title == "" {
		title = m.words(language, "stage.alert.title."+string(r.On))
	}
	if text == "" {
		text = m.words(language, "stage.alert.text."+string(r.On))
	}
	a.Alert.Title, a.Alert.Text = fillIn(title, fields), fillIn(text, fields)
	a.Alert.Sound, a.Alert.Volume = r.Sound, r.Volume*m.options.Volume/100
	a.Alert.Accent, a.Alert.Animation = r.Accent, r.Animation
	a.ShowMS = cmp.Or(r.ShowMS, m.options.Timing.ShowMS)
	if a.Alert.Gift != nil && !m.options.GiftPictures {
		a.Alert.Gift.ImageURL = ""
	}
}

// fillIn puts the fields into a template. What a viewer is called may hold braces too: it is put in once and not looked at again.
func fillIn(template string, fields map[string]string) string {
	return placeholder.ReplaceAllStringFunc(template, func(name string) string {
		return oneLine(fields[strings.Trim(name, "{}")])
	})
}

// oneLine makes a single line of what a viewer wrote.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// testGift is what "send a test" gives: five roses.
var testGift = GiftItem{ID: 5655, Name: "Rose", DiamondCount: 1, Streakable: true, Type: 1}

const testCount = 5

// testRule returns the rule for the gift of "send a test".
func (m *alertMaker) testRule() AlertRule {
	rule, found := m.rule(Alert{On: KindGift, Gift: &testGift, Diamonds: testCount})
	if !found {
		rule = AlertRule{On: KindGift, Sound: SoundChime, Volume: 100}
	}
	return rule
}

// sample is an alert of a rule that nothing in a show gave.
func (m *alertMaker) sample(id string, r AlertRule, now time.Time) queuedAlert {
	language := m.options.Look.Language
	user := &User{UniqueID: "showcaller", Nickname: m.words(language, "stage.test.name")}
	a := queuedAlert{Since: now, Worth: 1 << 41}
	a.Alert = Alert{ID: id, On: r.On, User: user, Test: true, At: Timestamp(now)}
	fields := map[string]string{
		"nickname": user.Nickname, "handle": user.UniqueID, "room": m.room, "months": "3", "text": m.words(language, "stage.test.text"),
		"likes": strconv.FormatInt(max(r.Every, 1), 10),
	}
	switch r.On {
	case KindGift:
		gift := testGift
		gift.ID = cmp.Or(r.GiftID, gift.ID)
		gift.DiamondCount = max(1, (r.MinDiamonds+testCount-1)/testCount)
		a.Alert.Gift, a.Alert.Count, a.Alert.Diamonds = &gift, testCount, int64(testCount*gift.DiamondCount)
		fields["gift"], fields["count"], fields["diamonds"] = gift.Name, strconv.Itoa(testCount), strconv.FormatInt(a.Alert.Diamonds, 10)
	case KindLike:
		a.Alert.User = nil // it is everybody's doing
	}
	m.dress(&a, r, fields)
	return a
}
