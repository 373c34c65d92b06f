package tiktoktest

import (
	"time"

	"showcaller/internal/tiktok/webcast"
)

// This file makes polls and battles, which have a beginning and an end.

// Poll is a vote among the audience.
type Poll struct {
	ID      int64
	Title   string
	Options []string
}

// Start opens the poll.
func (p Poll) Start(operator Viewer) Message {
	now := time.Now()
	return p.message(0, &webcast.WebcastPollMessage{StartContent: &webcast.PollStart{
		StartTime: now.UnixMilli(), EndTime: now.Add(time.Minute).UnixMilli(), OptionList: p.options(nil), Title: p.Title,
		Operator: operator.proto(),
	}})
}

// Votes is the state of the poll.
func (p Poll) Votes(votes ...int64) Message {
	return p.message(2, &webcast.WebcastPollMessage{UpdateVotesContent: &webcast.PollVotes{OptionList: p.options(votes)}})
}

// End closes the poll.
func (p Poll) End(votes ...int64) Message {
	return p.message(1, &webcast.WebcastPollMessage{EndContent: &webcast.PollEnd{EndType: 1, OptionList: p.options(votes)}})
}

func (p Poll) message(phase int64, m *webcast.WebcastPollMessage) Message {
	m.MessageType, m.PollId = phase, p.ID
	return event(kindPoll, "WebcastPollMessage", m)
}

func (p Poll) options(votes []int64) []*webcast.PollOption {
	var all []*webcast.PollOption
	for i, text := range p.Options {
		o := &webcast.PollOption{DisplayContent: text, OptionIdx: int32(i)}
		if i < len(votes) {
			o.Votes = votes[i]
		}
		all = append(all, o)
	}
	return all
}

// Battle is a match between two hosts.
type Battle struct {
	ID       int64
	Host     Viewer
	Opponent Viewer
	Seconds  int32
}

// Battle actions and results.
const (
	battleOpen   = 4
	battleFinish = 5

	battleWin  = 0
	battleLose = 1
	battleDraw = 2
)

// Start opens the battle.
func (b Battle) Start() Message {
	return event(kindBattle, "WebcastLinkMicBattle", &webcast.WebcastLinkMicBattle{
		BattleId: b.ID, Action: battleOpen, BattleSettings: b.settings(1), Armies: b.armies(0, 0), AnchorsInfo: b.anchors(),
		ActionByUserId: b.Host.ID,
	})
}

// Score is the state of the battle.
func (b Battle) Score(host, opponent int64) Message {
	return event(kindBattle, "WebcastLinkMicArmies", &webcast.WebcastLinkMicArmies{
		BattleId: b.ID, Armies: b.armies(host, opponent), TriggerReason: 1, BattleSettings: b.settings(1),
	})
}

// End closes the battle.
func (b Battle) End(host, opponent int64) Message {
	mine, theirs := result(host, opponent), result(opponent, host)
	return event(kindBattle, "WebcastLinkMicBattle", &webcast.WebcastLinkMicBattle{
		BattleId: b.ID, Action: battleFinish, BattleSettings: b.settings(2), Armies: b.armies(host, opponent), AnchorsInfo: b.anchors(),
		BattleResult: map[int64]*webcast.BattleResult{
			b.Host.ID:     {UserId: b.Host.ID, Result: mine, Score: host},
			b.Opponent.ID: {UserId: b.Opponent.ID, Result: theirs, Score: opponent},
		},
	})
}

func result(own, other int64) int32 {
	switch {
	case own > other:
		return battleWin
	case own < other:
		return battleLose
	}
	return battleDraw
}

func (b Battle) settings(status int32) *webcast.BattleSetting {
	return &webcast.BattleSetting{
		BattleId: b.ID, StartTimeMs: time.Now().UnixMilli(), Duration: b.Seconds, Status: status, BattleType: 1,
	}
}

func (b Battle) armies(host, opponent int64) map[int64]*webcast.BattleUserArmies {
	return map[int64]*webcast.BattleUserArmies{
		b.Host.ID:     {HostScore: host, AnchorIdStr: itoa(b.Host.ID)},
		b.Opponent.ID: {HostScore: opponent, AnchorIdStr: itoa(b.Opponent.ID)},
	}
}

func (b Battle) anchors() map[int64]*webcast.BattleUserInfo {
	info := map[int64]*webcast.BattleUserInfo{}
	for _, v := range []Viewer{b.Host, b.Opponent} {
		info[v.ID] = &webcast.BattleUserInfo{User: &webcast.BattleBaseUserInfo{UserId: v.ID, NickName: v.Nickname, DisplayId: v.Handle}}
	}
	return info
}
