package templates

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"showcaller/internal/live"
)

// ReplayPage plays a past session again in the browser.
type ReplayPage struct {
	ReviewPage           // Minute is not filled
	At         time.Time // where it begins; the zero time is the beginning
}

// ReplayStage is the frame in which a replay's chat and alerts are drawn, as overlays draw them.
type ReplayStage struct {
	Language string
	Assets   func(name string) string
	Room     string
	Chat     *live.ChatOptions
	Alerts   *live.AlertsOptions
}

type stageOptions struct {
	Room   string              `json:"room"`
	Chat   *live.ChatOptions   `json:"chat"`
	Alerts *live.AlertsOptions `json:"alerts"`
}

func (s ReplayStage) options() stageOptions { return stageOptions{s.Room, s.Chat, s.Alerts} }

// recording is what the page's script knows of the session before it asks for events: the type Recording of replay-player.ts.
type recording struct {
	Session  int64      `json:"session"`
	From     int64      `json:"from"`
	To       int64      `json:"to"`
	Last     int64      `json:"last"`
	All      bool       `json:"all"`
	Pruned   bool       `json:"pruned"`
	Chapters []chapter  `json:"chapters"`
	Marks    []axisMark `json:"marks"`
}

type chapter struct {
	Start      int64  `json:"start"`
	Seq        int64  `json:"seq"`
	Comments   int64  `json:"comments"`
	Diamonds   int64  `json:"diamonds"`
	Gifts      int64  `json:"gifts"`
	Likes      int64  `json:"likes"`
	LikesTotal int64  `json:"likes_total"`
	Follows    int64  `json:"follows"`
	Viewers    *int64 `json:"viewers"`
}

func (v ReplayPage) recording() recording {
	s := v.Review.Session
	r := recording{
		Session: v.ID, From: s.StartedAt.UnixMilli(), To: v.Review.End.UnixMilli(), Last: s.LastSeq, All: v.Rehearsals, Pruned: !v.Pruned.IsZero(), Marks: v.moments(),
	}
	for _, m := range v.Review.Minutes {
		c := chapter{
			Start: m.Start.UnixMilli(), Seq: m.FirstSeq, Comments: m.Comments, Diamonds: m.Diamonds, Gifts: m.Gifts, Likes: m.Likes, LikesTotal: m.LikesTotal,
			Follows: m.Follows,
		}
		if m.Viewers >= 0 {
			c.Viewers = &m.Viewers
		}
		r.Chapters = append(r.Chapters, c)
	}
	return r
}

// moments are the marks somebody may want to see again, in the order of time. Each answer of the host and each alert is too much.
func (v ReplayPage) moments() []axisMark {
	marks := slices.DeleteFunc(v.axisMarks(), func(m axisMark) bool { return slices.Contains([]string{"answer", "alert", "test"}, m.Kind) })
	slices.SortStableFunc(marks, func(a, b axisMark) int { return int(a.From - b.From) })
	return marks
}

func (m axisMark) at() string { return strconv.FormatInt(m.From, 10) }

func (v ReplayPage) momentTime(m axisMark) string { return v.minute(time.UnixMilli(m.From)) }

func (v ReplayPage) seconds() string { return strconv.Itoa(int(v.Review.Length / time.Second)) }

// offset is where the replay begins, in milliseconds of the session.
func (v ReplayPage) offset() string {
	if v.At.IsZero() {
		return "0"
	}
	return strconv.FormatInt(max(0, v.At.Sub(v.Review.Session.StartedAt).Milliseconds()), 10)
}

// replayURL is a session's replay, from a minute on unless that is the zero time.
func replayURL(id int64, minute time.Time) templ.SafeURL {
	address := "/sessions/" + strconv.FormatInt(id, 10) + "/replay"
	if !minute.IsZero() {
		address += "?" + url.Values{"minute": {live.Timestamp(minute)}}.Encode()
	}
	return templ.SafeURL(address)
}

func (v ReplayPage) stageURL() string { return string(replayURL(v.ID, time.Time{})) + "/stage" }
