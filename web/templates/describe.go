package templates

import (
	"strings"
	"time"

	"showcaller/internal/live"
)

// says describes an event that is the same words every time.
func says(class, key string) describer {
	return func(p Page, _ live.Event, row *feedRow) {
		row.Class = class
		if key != "" {
			row.Text = p.t(key)
		}
	}
}

func describeComment(p Page, e live.Event, row *feedRow) {
	c := live.DataOf[live.Comment](e)
	row.Class, row.Text, row.Lang = "chat", c.Comment, script(c.Comment, c.Language)
	if c.Comment == "" && len(c.Stickers) > 0 {
		row.Text, row.Lang = p.t("feed.sticker"), ""
	}
}

func describeQuestion(_ Page, e live.Event, row *feedRow) {
	row.Class, row.Text = "chat question", live.DataOf[live.Question](e).Question
}

func describeGift(p Page, e live.Event, row *feedRow) {
	g := live.DataOf[live.Gift](e)
	name := g.Gift.Name
	if name == "" {
		name = p.t("feed.gift.unknown")
	}
	pieces := g.RepeatCount
	if !g.Streaking {
		pieces += g.Booked
	}
	row.Class, row.Worth = "gift", int64(pieces*g.Gift.DiamondCount)
	row.Text = p.t("feed.gift", "Gift", name, "Times", "×"+p.Printer.Number(int64(pieces)))
	if g.ToUser != nil {
		row.Text += " " + p.t("feed.gift.to", "Name", g.ToUser.Name())
	}
}

func describeShare(p Page, e live.Event, row *feedRow) {
	row.Class, row.Text = "people", p.t("feed.share")
	if n := live.DataOf[live.Share](e).Joined; n > 0 {
		row.Text = p.t("feed.share.joined", "Count", n)
	}
}

func describeSubscribe(p Page, e live.Event, row *feedRow) {
	s := live.DataOf[live.Subscribe](e)
	row.Class = "people"
	switch {
	case s.Gifted > 0:
		row.Text = p.t("feed.subscribe.gifted", "Count", s.Gifted)
	case s.Via == "superfan":
		row.Text = p.t("feed.subscribe.superfan")
	case s.Months > 1:
		row.Text = p.t("feed.subscribe.months", "Count", s.Months)
	default:
		row.Text = p.t("feed.subscribe")
	}
}

func describeConnect(p Page, e live.Event, row *feedRow) {
	row.Class, row.Text, row.User, row.Name = "system", p.t("feed.connect"), nil, ""
	switch c := live.DataOf[live.Connect](e); {
	case c.Way == "rehearsal":
		row.Text = p.t("feed.connect.rehearsal")
	case c.Title != "":
		row.Text = p.t("feed.connect.title", "Title", c.Title)
	}
}

func describeDisconnect(p Page, e live.Event, row *feedRow) {
	row.Class, row.Text = "system", p.t("feed.disconnect")
	if cause := live.DataOf[live.Disconnect](e).Cause; cause != "" {
		row.Text = p.t("feed.disconnect.cause", "Cause", causeText(p, cause))
	}
}

// causeText is a reason in a few words; one we have no words for is shown as it is.
func causeText(p Page, cause string) string {
	if text := p.t("cause." + cause); text != "cause."+cause {
		return text
	}
	return cause
}

func describeLiveEnd(p Page, e live.Event, row *feedRow) {
	row.Class, row.Text, row.User, row.Name = "system", p.t("feed.live_end"), nil, ""
	reason := live.DataOf[live.LiveEnd](e).Reason
	switch reason {
	case "rehearsal_stopped", "rehearsal_idle", "rehearsal_live", "rehearsal_restart", "rehearsal_ended":
		row.Text = p.t("feed.live_end." + reason)
	case "host":
		row.Text = p.t("feed.live_end.host")
	case "suspended":
		row.Text = p.t("feed.live_end.suspended")
	}
}

func describePin(p Page, e live.Event, row *feedRow) {
	pin := live.DataOf[live.Pin](e)
	row.Class = "system"
	if pin.Operator != nil {
		row.User, row.Name = pin.Operator, pin.Operator.Name()
	}
	if pin.Method == live.PinnedByTeam {
		row.Name = pin.Author
	}
	if pin.Action == "unpin" {
		row.Text = p.t("feed.unpin")
		return
	}
	text := p.t("feed.pin.message")
	if pin.Text != "" {
		text = "“" + pin.Text + "”"
	}
	row.Text = p.t("feed.pin", "Text", text)
}

func describeDelete(p Page, e live.Event, row *feedRow) {
	gone := live.DataOf[live.Delete](e)
	row.Class, row.Name, row.Text = "system", gone.Author, p.t("feed.delete")
	switch {
	case gone.Author == "":
	case gone.Shown && e.Cause != 0:
		row.Text = p.t("feed.show.one")
	case gone.Shown:
		row.Text = p.t("feed.show.all")
	case e.Cause != 0:
		row.Text = p.t("feed.hide.one")
	default:
		row.Text = p.t("feed.hide.all")
	}
}

func describeBattle(p Page, e live.Event, row *feedRow) {
	b := live.DataOf[live.Battle](e)
	row.Class, row.User, row.Name = "system", nil, ""
	key := "feed.battle." + b.Phase
	row.Text = p.t(key)
	if row.Text == key {
		row.Text = p.t("feed.battle.score")
	}
	var sides []string
	for _, s := range b.Sides {
		sides = append(sides, s.User.Name()+" "+p.Printer.Number(s.Score))
	}
	row.Text = joined(row.Text, strings.Join(sides, " – "))
}

func describeGoal(p Page, e live.Event, row *feedRow) {
	g := live.DataOf[live.Goal](e)
	row.Class, row.User, row.Name = "system", nil, ""
	parts := []string{p.t("feed.goal"), g.Description}
	for _, s := range g.Goals {
		parts = append(parts, strings.TrimSpace(s.Gift+" "+p.t("feed.goal.progress", "Progress", s.Progress, "Target", s.Target)))
	}
	row.Text = joined(parts...)
}

func describeEnvelope(p Page, e live.Event, row *feedRow) {
	chest := live.DataOf[live.Envelope](e)
	row.Class, row.Text, row.Name = "system", p.t("feed.envelope", "Diamonds", chest.Diamonds), chest.Sender
	if chest.Action == "hide" {
		row.Text = p.t("feed.envelope.hide")
	}
}

func describePoll(p Page, e live.Event, row *feedRow) {
	poll := live.DataOf[live.Poll](e)
	row.Class = "system"
	word := p.t("feed.poll.start")
	if poll.Phase == "end" {
		word = p.t("feed.poll.end")
	}
	parts := []string{word, poll.Title}
	for _, o := range poll.Options {
		parts = append(parts, o.Text+" "+p.Printer.Number(o.Votes))
	}
	row.Text = joined(parts...)
}

func describeRank(p Page, e live.Event, row *feedRow) {
	r := live.DataOf[live.Rank](e)
	row.Class = "system"
	if r.Rank == 0 {
		row.Text = p.t("feed.rank.text", "Text", r.Text)
		return
	}
	list := p.t("feed.rank." + r.List)
	if list == "feed.rank."+r.List {
		list = r.List
	}
	row.Text = p.t("feed.rank", "Rank", r.Rank, "List", list)
}

func describeCaption(p Page, e live.Event, row *feedRow) {
	c := live.DataOf[live.Caption](e)
	row.Class, row.Name, row.User, row.Text, row.Lang = "host", p.t("feed.caption"), nil, c.Text, script(c.Text, c.Language)
}

func describeIntro(p Page, e live.Event, row *feedRow) {
	i := live.DataOf[live.Intro](e)
	row.Class, row.Name, row.User, row.Text, row.Lang = "host", p.t("feed.intro"), nil, i.Text, script(i.Text, i.Language)
}

func describeSystem(p Page, e live.Event, row *feedRow) {
	s := live.DataOf[live.System](e)
	row.Class = "system"
	if s.Topic == live.TopicAlerts {
		row.Text = alertsText(p, s)
		return
	}
	key := "feed.system." + s.Topic
	switch text := p.t(key, "Level", s.Level); {
	case s.Text != "":
		row.Text = s.Text
	case text != key:
		row.Text = text
	default:
		row.Text = s.Topic
	}
	if row.Name == "" {
		row.Name = p.t("feed.system")
	}
}

// alertsText names alerts that were not shown. Lines of before the names were kept say it in English.
func alertsText(p Page, s live.System) string {
	key := "feed.alerts." + s.Key
	text := p.t(key, "Names", strings.Join(s.Names, " · "))
	if len(s.Names) == 0 || text == key {
		return s.Text
	}
	if more := s.Level - len(s.Names); more > 0 {
		text += " " + p.t("feed.alerts.more", "Count", more)
	}
	return text
}

func describeProgram(p Page, e live.Event, row *feedRow) {
	prog := live.DataOf[live.Program](e)
	row.Class, row.User, row.Name = "host", nil, ""
	key := "feed.program." + prog.Action
	row.Text = p.t(key, "Name", prog.ProgramName)
	if row.Text == key {
		row.Text = joined(prog.Action, prog.ProgramName)
	}
}

func describeReply(p Page, e live.Event, row *feedRow) {
	reply := live.DataOf[live.Reply](e)
	row.Class, row.Name = "host", p.t("feed.host")
	var speech []string
	for _, c := range reply.Clips {
		speech = append(speech, c.Speech)
	}
	row.Text = strings.Join(speech, " ")
	if reply.Fallback != "" {
		row.Under = p.t("feed.reply.why", "Why", fallbackText(p, reply.Fallback))
	}
}

func describeSkip(p Page, e live.Event, row *feedRow) {
	row.Class, row.Text, row.User, row.Name = "system", skipText(p, e, ""), nil, ""
}

// skipText says why the host did not answer an event of some kind, or, where that is a reply, why it was cut short; a reason we have
// no words for is shown as it is.
func skipText(p Page, e live.Event, of live.Kind) string {
	s := live.DataOf[live.Skip](e)
	reason := p.t("skip." + s.Reason)
	if reason == "skip."+s.Reason {
		reason = s.Reason
	}
	if p.Printer.Lang() == "en" { // what a story's error says is English
		reason = joined(reason, s.Detail)
	}
	key := "feed.skip"
	if of == live.KindReply {
		key = "feed.cut"
	}
	return p.t(key, "Reason", reason)
}

func describeGap(p Page, e live.Event, row *feedRow) {
	g := live.DataOf[live.Gap](e)
	row.Class, row.User, row.Name = "gap", nil, ""
	parts := []string{causeText(p, g.Cause), p.Printer.Duration(time.Duration(g.Seconds * float64(time.Second)))}
	from, err1 := time.Parse(time.RFC3339, g.From)
	to, err2 := time.Parse(time.RFC3339, g.To)
	if err1 == nil && err2 == nil {
		parts = append([]string{p.t("feed.gap", "From", p.clock(from), "To", p.clock(to))}, parts...)
	}
	row.Text = joined(parts...)
}

func describeNote(p Page, e live.Event, row *feedRow) {
	n := live.DataOf[live.Note](e)
	if n.Topic != "" {
		row.Class, row.Name, row.User, row.Text = "system", "", nil, OBSText(p, n)
		return
	}
	row.Class, row.Name, row.User, row.Text = "host", p.t("feed.note"), nil, n.Text
	if n.Author != "" {
		row.Name += " · " + n.Author
	}
	if n.Silence > 0 {
		row.Class, row.Name = "system", ""
		row.Text = p.t("feed.note.silence", "Time", p.Printer.Duration(time.Duration(n.Silence*float64(time.Second))))
	}
}

// OBSText says what OBS did. Notes of before its scenes were kept by name say it in English.
func OBSText(p Page, n live.Note) string {
	key := "feed.note." + n.Topic
	text := p.t(key, "Scene", n.Scene)
	if text == key || n.Topic == "obs_scene" && n.Scene == "" {
		return n.Text
	}
	return text
}

// joined puts a dot between what is not empty.
func joined(parts ...string) string {
	var out []string
	for _, s := range parts {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " · ")
}
