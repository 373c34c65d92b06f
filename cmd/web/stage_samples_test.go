package main

import (
	"fmt"
	"strings"
	"time"

	"showcaller/internal/live"
)

// This file is what overlays show in tests: an evening as it is, and one with the longest names and texts there can be.

func nowMS() int64 { return time.Now().UnixMilli() }

// Names as long as TikTok lets them be, and longer, in scripts that need room to the side, above and below.
var longNames = []string{
	strings.Repeat("龘靐齉爨麤鱻灪麷", 4), strings.Repeat("น้ำผึ้งป่าที่สุดในปฐพี", 2), strings.Repeat("السلامعليكمورحمة", 3),
	strings.Repeat("💜👩‍👩‍👧‍👦🇻🇳👍🏽", 10), "Nguyễn Hoàng Phương Uyên Ngọc Ánh Thuỳ Trâm Bảo Châu", strings.Repeat("W", 48),
	strings.Repeat("z̵̡̢̛a̶͂͜l̷̃̄g̸̅̆o", 6), "\u202eevil\u202c " + strings.Repeat("ラララ", 14),
}

// evening is what one kind shows.
type evening struct {
	state  live.OverlayState
	frames []live.OverlayFrame // after the snapshot
}

// cast makes viewers; an empty list of names gives those of an evening as it is.
type cast struct {
	names []string
	seq   int64
}

var usualNames = []string{"Linh Đan", "小草莓酱", "Jane Smith", "น้องแพรว", "夜の散歩者", "Tuấn Kiệt 🇻🇳", "محمد العربي", "미나리", "Oğuz", "Zoë 🌸"}

func (c *cast) user(i int, roles ...string) *live.User {
	names := c.names
	if names == nil {
		names = usualNames
	}
	u := &live.User{UserID: fmt.Sprint(1000 + i), UniqueID: fmt.Sprint("viewer", i), Nickname: names[i%len(names)], Roles: roles}
	if i%3 == 0 {
		u.ProfilePicture = fmt.Sprintf("https://p16.example/%s.jpg", strings.Repeat("x", i+1))
	}
	return u
}

func (c *cast) event(user *live.User, data live.Data, origin live.Origin) live.Event {
	c.seq++
	return live.Event{SessionID: 7, Seq: c.seq, Kind: data.Kind(), Origin: origin, At: time.Now(), SourceID: fmt.Sprint("src", c.seq), User: user, Data: data}
}

var (
	galaxy = live.GiftItem{ID: 11046, Name: "Galaxy", DiamondCount: 1000, Type: 2}
	rose   = live.GiftItem{ID: 5655, Name: "Rose", DiamondCount: 1, Streakable: true, Type: 1}
)

func (c *cast) chat() []live.Event {
	long := c.names != nil
	texts := []string{
		`chị ơi hát bài "Nàng thơ" đi ạ 🥺`, "今天天气真好！唱得太好听了", "Hello! Amazing stream!", "เพลงนี้ชื่ออะไรคะ?", "初見です、声がすごく好きです💜", "Cố lên chị ơi 🔥🔥", "أحب هذه الأغنية كثيرا", "목소리 너무 좋아요",
	}
	if long {
		texts = []string{strings.Repeat("龘靐齉", 50), strings.Repeat("ก็ที่นี่ปู่", 20), strings.Repeat("🇻🇳👩‍👩‍👧‍👦", 30), strings.Repeat("A", 150), strings.Repeat("السلام عليكم ", 12), strings.Repeat("Ậ̶̈́", 40), "x", strings.Repeat("long words ", 14)}
	}
	roles := [][]string{nil, {"moderator"}, {"subscriber"}, nil, nil, {"host"}, nil, nil}
	var events []live.Event
	for i, text := range texts {
		u := c.user(i, roles[i]...)
		if i == 2 {
			u.TopGifter, u.GifterLevel, u.TeamLevel = 1, 24, 12
		}
		comment := live.Comment{Comment: text, Emotes: nil}
		if i == 4 {
			comment.Emotes = []live.Emote{{ID: "1", Index: 3, Image: "https://p16.example/emote.png"}}
		}
		events = append(events, c.event(u, comment, live.OriginTikTok))
	}
	gift := live.Gift{Gift: rose, RepeatCount: 12, TotalDiamonds: 12}
	return append(events, c.event(c.user(3), gift, live.OriginTikTok), c.event(c.user(4), live.Follow{}, live.OriginTikTok),
		c.event(c.user(5), live.Question{Question: texts[0]}, live.OriginTikTok), c.event(c.user(1), live.Comment{Comment: "đây là diễn tập"}, live.OriginSimulated))
}

func (c *cast) alert(id string) live.OverlayAlert {
	u := c.user(5)
	item := galaxy
	item.ImageURL = "https://p16.example/galaxy.png"
	title, text := u.Nickname, "Galaxy"
	if c.names != nil {
		title, text = c.names[3]+c.names[0], strings.Repeat(c.names[1], 4)
	}
	alert := &live.Alert{ID: id, On: live.KindGift, Title: title, Text: text, User: u, Gift: &item, Count: 3, Diamonds: 3000, Sound: live.SoundChime, Volume: 70, Animation: live.AnimationPop}
	return live.OverlayAlert{Action: live.AlertShow, ID: id, Alert: alert, ShownMS: 2000, LeftMS: 60_000}
}

func (c *cast) leaders() []live.Leader {
	var all []live.Leader
	for i := range 6 {
		all = append(all, live.Leader{Rank: i + 1, User: *c.user(i), Value: int64(182_400 / (i*i + 1))})
	}
	return all
}

func (c *cast) clip() *live.OverlayClip {
	speech := "Trời ơi, ba dải ngân hà luôn! Cảm ơn anh Tuấn Kiệt nhiều lắm 💜"
	if c.names != nil {
		speech = strings.Repeat("龘靐齉爨麤鱻灪麷", 15)
	}
	return &live.OverlayClip{
		Action: live.ClipPlay, Turn: "t1", Clip: 0, Clips: 2, FaceID: "happy", BodyID: "wave", Speech: speech, Host: "Mochi", DurationMS: 60_000, ShownMS: 30_000, Timed: true,
	}
}

// evenings returns what each kind shows; with names, all of them are those.
func evenings(names []string) map[live.OverlayKind]evening {
	c := &cast{names: names}
	title := func(usual string) string {
		if names != nil {
			return strings.Join(names, " ")[:400]
		}
		return usual
	}
	clip := c.clip()
	alert := c.alert("s7-1")
	return map[live.OverlayKind]evening{
		live.OverlayChat:   {state: live.ChatState{SessionID: 7, Events: c.chat()}},
		live.OverlayAlerts: {state: live.AlertsState{Now: &alert}},
		live.OverlayGoal: {state: live.GoalState{
			Title: title("Mục tiêu hôm nay"), Metric: live.GoalDiamonds, Value: 18_420, From: 10_000, Target: 25_000, Step: 2, Steps: 4,
		}},
		live.OverlayLeaderboard: {state: live.LeaderboardState{Title: title(""), Period: live.PeriodSession, Metric: live.RankDiamonds, Leaders: c.leaders()}},
		live.OverlayCounter:     {state: live.CounterState{Live: true, Values: map[string]int64{"viewers": 1284, "likes": 212_480}}},
		live.OverlayTicker:      {state: live.TickerState{SessionID: 7, Events: c.chat()[8:10]}},
		live.OverlayProgram: {state: live.ProgramState{
			Name: title("Hát theo yêu cầu: Nàng thơ"), Type: "singing", StartedMS: nowMS() - 754_000, CountdownMS: nowMS() + 95_000, Label: title(""),
		}},
		live.OverlayTimer: {state: live.TimerState{Title: title("Subathon"), Running: true, EndsMS: nowMS() + 7_384_000, TotalMS: 60_000}},
		live.OverlayHost:  {state: live.HostState{Clip: clip}},
	}
}

// setupOf is the overlay frame of a kind with its default options, changed.
func setupOf(kind live.OverlayKind, change ...func(live.OverlayOptions)) live.OverlaySetup {
	options := live.DefaultOptions(kind)
	if o, ok := options.(*live.ProgramOptions); ok {
		o.Clock, o.Countdown = true, true
	}
	for _, c := range change {
		c(options)
	}
	return live.OverlaySetup{Kind: kind, Room: "mailinh", Size: kind.Size(), Options: options}
}

// looks changes the look of whatever options.
func looks(change func(*live.OverlayLook)) func(live.OverlayOptions) {
	return func(o live.OverlayOptions) {
		switch o := o.(type) {
		case *live.ChatOptions:
			change(&o.Look)
		case *live.AlertsOptions:
			change(&o.Look)
		case *live.GoalOptions:
			change(&o.Look)
		case *live.LeaderboardOptions:
			change(&o.Look)
		case *live.CounterOptions:
			change(&o.Look)
		case *live.TickerOptions:
			change(&o.Look)
		case *live.ProgramOptions:
			change(&o.Look)
		case *live.TimerOptions:
			change(&o.Look)
		case *live.HostOptions:
			change(&o.Look)
		}
	}
}

// openingOf is all that a page of a kind is told first.
func openingOf(kind live.OverlayKind, e evening, change ...func(live.OverlayOptions)) []live.OverlayFrame {
	return append([]live.OverlayFrame{setupOf(kind, change...), live.OverlaySnapshot{Kind: kind, State: e.state}}, e.frames...)
}

var presets = []live.OverlayPreset{live.PresetStudio, live.PresetBroadcast, live.PresetCandy, live.PresetNeon, live.PresetPaper, live.PresetBare}
