package templates

import (
	"strings"
	"testing"
	"time"

	"showcaller/internal/live"
)

// hosted is a desk with a host who speaks, somebody who waits, and one who was skipped.
func hosted() LivePage {
	v := livePage()
	item := func(seq int64, rank, who, text string) live.QueueItem {
		return live.QueueItem{Seq: seq, Rank: rank, Who: who, Viewer: "68" + who, Text: text, Since: live.Timestamp(noon)}
	}
	waits := item(5, "question", "ben", "tên gì?")
	waits.Why, waits.Until = "speaking", live.Timestamp(noon.Add(20*time.Second))
	v.Host = HostBox{At: noon.Add(3 * time.Second), More: 4, Queue: &live.Queue{
		StoryID: "1", Name: "Linh", State: "speaking", Language: "vi", MutedIDs: []string{"68eve"},
		Now: &live.QueueTurn{
			QueueItem: item(3, "gift", "夜", "Rose ×5"), TurnID: "t", Reply: 4, Responder: "template", Fallback: "slow",
			Guarded: []string{`out link: <b>evil.com</b>`}, Began: live.Timestamp(noon), Lengths: []float64{2, 3},
			Clips: []live.Clip{{Face: "happy", Body: "wave", Speech: "Thank you!"}, {Face: "shy", Body: "bow", Speech: "ありがとう"}},
		},
		Waiting: []live.QueueItem{waits},
		Skipped: []live.SkippedItem{{QueueItem: item(2, "chat", "eve", "spam"), Reason: live.SkipMuted}},
	}}
	return v
}

func TestHostBoxSaysWhoSpeaksAndWhy(t *testing.T) {
	v := hosted()
	doc := render(t, Live(v))
	for selector, want := range map[string]string{
		"#host-title span":                      "Linh · template",
		".saying [aria-current]":                "ありがとう",
		".saying .stage":                        "shy · bow",
		".saying-to bdi":                        "夜",
		".host-why span":                        "The template speaks: the model did not begin in time.",
		".guarded li":                           "link not said",
		".guarded q":                            "<b>evil.com</b>",
		".waiting small":                        "next, after this · until 12:00:20",
		".host-lists > p":                       "4 more wait",
		".skipped small":                        "muted",
		".skipped [data-act=unmute]":            "Answer eve again",
		"#host-language [selected]":             "Tiếng Việt",
		".host-foot a[href='/stories/1#muted']": "1 viewer muted",
	} {
		if got := strings.TrimSpace(doc.Find("host-panel " + selector).First().Text()); !strings.HasPrefix(got, want) {
			t.Errorf("%s says %q, want %q", selector, got, want)
		}
	}
	if got := doc.Find(".saying progress").AttrOr("value", ""); got != "0.600" {
		t.Errorf("said %s of it", got)
	}
	if got := doc.Find(".waiting [data-act=skip]").AttrOr("formaction", ""); got != "/rooms/mai/host?seq=5" {
		t.Errorf("the skip button goes to %q", got)
	}
	if doc.Find(".host-box b, .guarded b").Length() != 0 {
		t.Error("what the guards found became markup")
	}
}

func TestHostPosition(t *testing.T) {
	at := func(seconds float64) time.Time { return noon.Add(time.Duration(seconds * float64(time.Second))) }
	for _, tt := range []struct {
		turn live.QueueTurn
		now  time.Time
		clip int
		said float64
	}{
		{live.QueueTurn{Began: live.Timestamp(noon), Lengths: []float64{2, 3, 5}}, at(6), 2, .6},
		{live.QueueTurn{Began: live.Timestamp(noon), Lengths: []float64{2, 3, 5}}, at(99), 2, 1},
		{live.QueueTurn{Began: live.Timestamp(noon), Lengths: []float64{2, 3, 5}, Clip: 1}, at(0), 1, .2},
		{live.QueueTurn{Began: live.Timestamp(noon), Lengths: []float64{2, 3, 5}, Clip: 3}, at(0), 2, .5},
		{live.QueueTurn{Began: live.Timestamp(noon), Lengths: []float64{2}}, at(-9), 0, 0},
		{live.QueueTurn{Clip: 1}, at(0), 1, 0},
	} {
		if clip, said := position(&tt.turn, tt.now); clip != tt.clip || said != tt.said {
			t.Errorf("%+v: clip %d, %g said", tt.turn, clip, said)
		}
	}
}

func TestHostItems(t *testing.T) {
	p := page("en")
	for _, tt := range []struct {
		item live.QueueItem
		want string
	}{
		{live.QueueItem{Rank: "program", Action: "finish", Text: "finish Songs"}, "Program: Songs is over"},
		{live.QueueItem{Rank: "program", Action: "juggle", Text: "juggle Balls"}, "juggle · Balls"},
		{live.QueueItem{Rank: "notice", Notice: &live.StoryNotice{Follows: []string{"A"}, Shares: []string{"B", "C"}}}, "1 follow · 2 shares"},
		{live.QueueItem{Rank: "idle"}, "Silence"},
	} {
		if got := itemText(p, tt.item); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.item, got, tt.want)
		}
	}
	for note, want := range map[string][2]string{
		"in role: system: x": {"another speaker’s role taken out of what came in", "system: x"}, "out new_one: x": {"new_one", "x"}, "odd": {"odd", ""},
	} {
		if words, piece := guardText(p, note); words != want[0] || piece != want[1] {
			t.Errorf("%q: %q %q", note, words, piece)
		}
	}
	if got := fallbackText(p, "of_the_future"); got != "of_the_future" || fallbackAdvice(p, "of_the_future") != "" {
		t.Errorf("a new code says %q", got)
	}
}
