package tiktok

import (
	"strconv"

	"showcaller/internal/live"
)

// This file reads the messages about contests: battles between hosts, goals, polls and rankings.

// LinkMicBattle.action, as observed and as other clients name them.
const (
	battleInvite   = 1
	battleReject   = 2
	battleCancel   = 3
	battleOpen     = 4
	battleFinish   = 5
	battleCutShort = 6
	battleAccept   = 7
)

// battlePhases names what an action does to a battle.
var battlePhases = map[int]string{
	battleInvite:   "invite",
	battleReject:   "cancel",
	battleCancel:   "cancel",
	battleOpen:     "start",
	battleFinish:   "end",
	battleCutShort: "end",
	battleAccept:   "invite",
}

// battleResults names BattleResult.result.
var battleResults = [...]string{"win", "lose", "draw"}

// A battle is a battle message while it is read. Its parts come in three maps with the host's id as key.
type battle struct{ live.Battle }

// side returns the side of the host with that id, in the order in which the hosts are first named.
func (b *battle) side(id string) *live.BattleSide {
	for i := range b.Sides {
		if b.Sides[i].User.UserID == id {
			return &b.Sides[i]
		}
	}
	b.Sides = append(b.Sides, live.BattleSide{User: live.User{UserID: id}})
	return &b.Sides[len(b.Sides)-1]
}

// linkMicBattle reads a WebcastLinkMicBattle: a battle begins, ends, or is only being arranged.
func (d *decoder) linkMicBattle(b []byte) live.Data {
	var to battle
	var action int
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			f.decimal(&to.BattleID)
		case 3:
			d.battleSettings(f.bytes(), &to)
		case 4:
			f.int(&action)
		case 5:
			d.battleResult(f.bytes(), &to)
		case 9:
			d.battleArmies(f.bytes(), &to)
		case 10:
			d.battleAnchor(f.bytes(), &to)
		}
	}
	to.Phase = battlePhases[action]
	if to.Phase == "" {
		to.Phase = "score"
	}
	if to.Phase != "end" {
		for i := range to.Sides {
			to.Sides[i].Result = "" // 0 is "win", and is what protobuf leaves out
		}
	}
	return to.Battle
}

// armiesBattleEnded is the trigger_reason of the last score of a battle.
const armiesBattleEnded = 2

// linkMicArmies reads a WebcastLinkMicArmies: the score of a running battle.
func (d *decoder) linkMicArmies(b []byte) live.Data {
	to := battle{live.Battle{Phase: "score"}}
	var reason int
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			f.decimal(&to.BattleID)
		case 3:
			d.battleArmies(f.bytes(), &to)
		case 7:
			f.int(&reason)
		case 18:
			d.battleSettings(f.bytes(), &to)
		}
	}
	if reason == armiesBattleEnded {
		to.Phase = "end"
	}
	return to.Battle
}

func (d *decoder) battleSettings(b []byte, to *battle) {
	f := d.fields(b)
	for f.next() {
		if f.num == 3 {
			f.int(&to.Seconds)
		}
	}
}

// entry reads a map entry with a 64 bit id as key.
func (d *decoder) entry(b []byte) (id string, value []byte) {
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.decimal(&id)
		case 2:
			f.raw(&value)
		}
	}
	return id, value
}

// battleResult reads an entry of battle_result.
func (d *decoder) battleResult(b []byte, to *battle) {
	id, value := d.entry(b)
	side := to.side(id)
	var result int
	f := d.fields(value)
	for f.next() {
		switch f.num {
		case 2:
			f.int(&result)
		case 3:
			f.int64(&side.Score)
		}
	}
	if result >= 0 && result < len(battleResults) {
		side.Result = battleResults[result]
	}
}

// battleArmies reads an entry of armies: the score of one host, and the viewers who made it, whom we leave out.
func (d *decoder) battleArmies(b []byte, to *battle) {
	id, value := d.entry(b)
	side := to.side(id)
	f := d.fields(value)
	for f.next() {
		if f.num == 2 {
			f.int64(&side.Score)
		}
	}
}

// battleAnchor reads an entry of anchors_info. Its user is not a User: the numbers are different.
func (d *decoder) battleAnchor(b []byte, to *battle) {
	id, value := d.entry(b)
	side := to.side(id)
	f := d.fields(d.text(value, 1))
	for f.next() {
		switch f.num {
		case 2:
			f.string(&side.User.Nickname)
		case 3:
			side.User.ProfilePicture = d.image(f.bytes())
		case 4:
			f.string(&side.User.UniqueID)
		}
	}
}

// goalUpdate reads a WebcastGoalUpdateMessage: the state of TikTok's own LIVE goal, and who brought it forward.
func (d *decoder) goalUpdate(b []byte) live.Data {
	var g live.Goal
	var contributor live.User
	var id int64
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 3:
			d.goal(f.bytes(), &g)
		case 4:
			f.int64(&id)
		case 6:
			f.string(&contributor.UniqueID)
		case 9:
			f.int64(&g.Count)
		}
	}
	contributor.UserID = d.decimal(id)
	g.Contributor = contributor.UserID
	d.sender.viewer = newViewer(contributor, id)
	return g
}

func (d *decoder) goal(b []byte, g *live.Goal) {
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.decimal(&g.GoalID)
		case 3:
			f.int(&g.Status)
		case 4:
			g.Goals = append(g.Goals, d.subGoal(f.bytes()))
		case 5:
			f.string(&g.Description)
		}
	}
}

func (d *decoder) subGoal(b []byte) (g live.SubGoal) {
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 3:
			f.int64(&g.Progress)
		case 4:
			f.int64(&g.Target)
		case 5:
			g.Gift = d.keep(d.text(f.bytes(), 1))
		}
	}
	return g
}

// pollPhases names Poll.message_type.
var pollPhases = [...]string{"start", "end", "votes"}

// poll reads a WebcastPollMessage. Each phase has a part of its own, and all parts have their options in field 2 or 3.
func (d *decoder) poll(b []byte) live.Data {
	var p live.Poll
	var typ int
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			f.int(&typ)
		case 3:
			f.decimal(&p.PollID)
		case 4:
			d.pollStart(f.bytes(), &p)
		case 5, 6:
			d.pollVotes(f.bytes(), &p)
		}
	}
	if typ < 0 || typ >= len(pollPhases) {
		return nil
	}
	p.Phase = pollPhases[typ]
	return p
}

// pollStart reads a PollStart.
func (d *decoder) pollStart(b []byte, p *live.Poll) {
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 3:
			p.Options = append(p.Options, d.pollOption(f.bytes()))
		case 4:
			f.string(&p.Title)
		}
	}
}

// pollVotes reads a PollVotes or a PollEnd.
func (d *decoder) pollVotes(b []byte, p *live.Poll) {
	f := d.fields(b)
	for f.next() {
		if f.num == 2 && f.bytes() != nil {
			p.Options = append(p.Options, d.pollOption(f.bytes()))
		}
	}
}

func (d *decoder) pollOption(b []byte) (o live.PollOption) {
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.int64(&o.Votes)
		case 2:
			f.string(&o.Text)
		}
	}
	return o
}

// rankLists names the rankings we know the number of.
var rankLists = map[int64]string{0: "hourly", 1: "weekly", 8: "daily", 10: "game", 13: "league"}

// rankList names a ranking; others go by TikTok's number.
func rankList(typ int64) string {
	if name := rankLists[typ]; name != "" {
		return name
	}
	return strconv.FormatInt(typ, 10)
}

// rankUpdate reads a WebcastRankUpdateMessage. All 84 real ones hold one update; the last would win.
func (d *decoder) rankUpdate(b []byte) live.Data {
	r := live.Rank{List: rankList(0)}
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			d.rankEntry(f.bytes(), &r)
		}
	}
	return r
}

func (d *decoder) rankEntry(b []byte, r *live.Rank) {
	var typ int64
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.int64(&typ)
		case 2:
			f.int64(&r.Rank)
		case 3:
			r.Text = d.render(f.bytes())
		}
	}
	r.List = rankList(typ)
}

// rankText reads a WebcastRankTextMessage: a viewer, not the host, took a place among the top gifters.
func (d *decoder) rankText(b []byte) live.Data {
	r := live.Rank{List: "viewers"}
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 4:
			f.int64(&r.Rank)
		}
	}
	r.Text = d.render(d.displayText())
	return r
}

// hourlyRank reads a WebcastHourlyRankMessage, the ticker that RankUpdate replaced.
func (d *decoder) hourlyRank(b []byte) live.Data {
	var r live.Rank
	var data []byte
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			f.raw(&data)
		}
	}
	var typ int64
	f = d.fields(data)
	for f.next() {
		switch f.num {
		case 1:
			f.int64(&typ)
		case 4:
			r.Text = d.render(f.bytes())
		}
	}
	r.List = rankList(typ)
	return r
}

// hourlyRankReward reads a WebcastHourlyRankRewardMessage: who won the hour. A winner's field 3 is a message of its own, whose
// common holds the sentence [one real sample].
func (d *decoder) hourlyRankReward(b []byte) live.Data {
	r := live.Rank{List: rankList(0)}
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			r.Text = d.render(d.text(d.text(d.text(f.bytes(), 3), 1), 8))
		}
	}
	return r
}
