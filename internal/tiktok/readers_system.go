package tiktok

import (
	"strings"

	"showcaller/internal/live"
)

// This file reads the messages that become a line of text, and those subscriptions that travel as one.

// system returns a line of the given topic that shows the message's own display text.
func (d *decoder) system(topic string) live.System {
	return live.System{Topic: topic, Text: d.render(d.displayText()), Key: d.displayKey()}
}

// displayKey returns the template key of the message's display text.
func (d *decoder) displayKey() string { return d.keep(d.text(d.displayText(), 1)) }

// room reads a WebcastRoomMessage. The greeting that every connection gets, under a new id each time, is dropped.
func (d *decoder) room(b []byte) live.Data {
	var content, scene string
	var welcome bool
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			f.string(&content)
		case 6:
			f.string(&scene)
		case 7:
			f.bool(&welcome)
		}
	}
	if welcome {
		return noEvent{}
	}
	s := d.system("room")
	if scene == "user_join_fans" {
		s.Topic = "fan_join"
	}
	if content = strings.TrimSpace(content); content != "" { // most carry a blank and a display text
		s.Text = content
	}
	return s
}

// roomVerify reads a WebcastRoomVerifyMessage.
func (d *decoder) roomVerify(b []byte) live.Data {
	var content string
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 3:
			f.string(&content)
		}
	}
	s := d.system("verify")
	if content != "" {
		s.Text = content
	}
	return s
}

// shopping reads a WebcastOecLiveShoppingMessage: a product the host shows.
func (d *decoder) shopping(b []byte) live.Data {
	var product []byte
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 4:
			f.raw(&product)
		}
	}
	var parts []string
	for _, num := range []int32{1, 2, 7} { // title, price with currency, name of the shop
		if part := d.keep(d.text(product, num)); part != "" {
			parts = append(parts, part)
		}
	}
	return live.System{Topic: "product", Text: strings.Join(parts, " · ")}
}

// Barrage.msg_type, as observed (4, 9, 11) and as other clients name them.
const (
	barrageSubscribed   = 4
	barrageSubGifted    = 7
	barrageLevelUp      = 8
	barrageEntrance     = 9
	barrageTeamLevelUp  = 10
	barrageTeamEntrance = 11
)

// Template keys of super fans, the paid subscription under its newer name.
const (
	superFanKey    = "ttlive_superfan"
	superFanJoined = "superfanjoined" // ttlive_superfan_commentnotif_superfanjoined
)

// A barrageMessage is a WebcastBarrageMessage while it is read.
type barrageMessage struct {
	typ, level, gifted int
	content, common    []byte // the Texts of fields 5 and 24
}

// barrage reads a WebcastBarrageMessage: a line across the screen.
func (d *decoder) barrage(b []byte) live.Data {
	var m barrageMessage
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 3:
			f.int(&m.typ)
		case 5:
			f.raw(&m.content)
		case 24:
			f.raw(&m.common)
		case 50:
			d.person(&f, &d.sender)
		case 100, 101: // user_grade_param, fans_level_param: alike in what we read
			m.level = d.barrageLevel(f.bytes())
		case 102:
			d.barrageGifted(f.bytes(), &m)
		}
	}
	return d.barrageEvent(&m)
}

// barrageEvent says what a barrage means.
func (d *decoder) barrageEvent(m *barrageMessage) live.Data {
	text := m.content
	key := string(d.text(text, 1))
	if common := string(d.text(m.common, 1)); key == "" || strings.Contains(common, superFanKey) {
		text, key = m.common, common
	}
	s := live.System{Topic: "barrage", Text: d.render(text), Key: key, Level: m.level}
	switch {
	case m.typ == barrageSubscribed:
		return live.Subscribe{Via: "barrage"}
	case m.typ == barrageSubGifted:
		return live.Subscribe{Via: "barrage", Gifted: max(m.gifted, 1)}
	case strings.Contains(key, superFanKey) && strings.Contains(key, superFanJoined):
		return live.Subscribe{Via: "superfan"}
	case strings.Contains(key, superFanKey):
		s.Topic = "superfan"
	case m.typ == barrageLevelUp, m.typ == barrageTeamLevelUp:
		s.Topic = "level_up"
	case m.typ == barrageEntrance, m.typ == barrageTeamEntrance:
		s.Topic = "entrance"
	}
	return s
}

// barrageLevel reads a BarrageUserGrade or a BarrageFansLevel: the level, and whose it is.
func (d *decoder) barrageLevel(b []byte) (level int) {
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.int(&level)
		case 4:
			d.person(&f, &d.sender)
		}
	}
	return level
}

func (d *decoder) barrageGifted(b []byte, m *barrageMessage) {
	f := d.fields(b)
	for f.next() {
		if f.num == 1 {
			f.int(&m.gifted)
		}
	}
}
