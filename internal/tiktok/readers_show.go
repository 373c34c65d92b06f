package tiktok

import (
	"strings"
	"time"

	"showcaller/internal/live"
)

// This file reads the messages about the show itself: its state, its contests, its texts.

// Reasons of a live.LiveEnd.
const (
	endedByHost   = "host"
	endedByTikTok = "suspended"
	endedNotAlive = "not_alive"
)

// Control.action: what happened to the LIVE. 4 is known from other clients only.
const (
	controlPaused    = 1
	controlResumed   = 2
	controlEnded     = 3
	controlSuspended = 4
)

// control reads a WebcastControlMessage.
func (d *decoder) control(b []byte) live.Data {
	var action int
	var tips, source string
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			f.int(&action)
		case 3:
			f.string(&tips)
		case 4:
			source = d.keep(d.text(f.bytes(), 8))
		}
	}
	switch action {
	case controlPaused:
		return live.LivePause{By: source}
	case controlResumed:
		return live.LiveResume{}
	case controlEnded:
		return live.LiveEnd{Reason: endedByHost, Tips: tips}
	case controlSuspended:
		return live.LiveEnd{Reason: endedByTikTok, Tips: tips}
	}
	return nil
}

// SubNotify.message_type: 0 is a subscription, 6 to 12 are gifted ones, 13 is a text and 14 a perk.
const (
	subGiftedFirst = 6
	subGiftedLast  = 12
)

// subNotify reads a WebcastSubNotifyMessage.
func (d *decoder) subNotify(b []byte) live.Data {
	sub := live.Subscribe{Via: "notify"}
	var typ int
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			d.person(&f, &d.sender)
		case 4:
			f.int(&sub.Months)
		case 7:
			f.int(&typ)
		}
	}
	switch {
	case typ > subGiftedLast:
		return d.system("room")
	case typ >= subGiftedFirst:
		sub.Gifted = 1
	}
	return sub
}

// questionNew reads a WebcastQuestionNewMessage.
func (d *decoder) questionNew(b []byte) live.Data {
	var q live.Question
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			d.question(f.bytes(), &q)
		}
	}
	return q
}

func (d *decoder) question(b []byte, q *live.Question) {
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.decimal(&q.QuestionID)
		case 2:
			f.string(&q.Question)
		case 5:
			d.person(&f, &d.sender)
		}
	}
}

// envelopeHidden is the display value of a treasure chest that is gone; 1 shows it.
const envelopeHidden = 2

// superFanBox is the business_type of a treasure chest for super fans.
const superFanBox = 19

// envelope reads a WebcastEnvelopeMessage: a treasure chest.
func (d *decoder) envelope(b []byte) live.Data {
	e := live.Envelope{Action: "show"}
	var display int
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			d.envelopeInfo(f.bytes(), &e)
		case 3:
			f.int(&display)
		}
	}
	if display == envelopeHidden {
		e.Action = "hide"
	}
	if strings.Contains(d.displayKey(), "ttlive_superfanbox") {
		e.SuperFan = true
	}
	return e
}

func (d *decoder) envelopeInfo(b []byte, e *live.Envelope) {
	var business int
	var opens int64 // unix seconds
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.string(&e.EnvelopeID)
		case 2:
			f.int(&business)
		case 4:
			f.string(&e.Sender)
		case 5:
			f.int(&e.Diamonds)
		case 6:
			f.int(&e.People)
		case 7:
			f.int64(&opens)
		case 8:
			f.string(&e.SenderID)
		}
	}
	e.SuperFan = business == superFanBox
	if opens > 0 {
		e.OpensAt = live.Timestamp(time.Unix(opens, 0))
	}
}

// imDelete reads a WebcastImDeleteMessage: messages and viewers to hide.
func (d *decoder) imDelete(b []byte) live.Data {
	var del live.Delete
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			del.SourceIDs = f.decimals(del.SourceIDs)
		case 3:
			del.UserIDs = f.decimals(del.UserIDs)
		}
	}
	return del
}

// caption reads a WebcastCaptionMessage. Captions without a text open a sentence and say nothing.
func (d *decoder) caption(b []byte) live.Data {
	var c live.Caption
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 4: // one entry a language; the first is what was spoken
			if c.Text == "" {
				content := f.bytes()
				c.Language, c.Text = d.keep(d.text(content, 1)), d.keep(d.text(content, 2))
			}
		case 5:
			f.decimal(&c.ID)
		case 7:
			f.bool(&c.Final)
		}
	}
	if c.Text == "" {
		return noEvent{}
	}
	return c
}

// liveIntro reads a WebcastLiveIntroMessage: the host's welcome text, sent at every connect under the same id.
func (d *decoder) liveIntro(b []byte) live.Data {
	var i live.Intro
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 4:
			f.string(&i.Text)
		case 5:
			d.person(&f, &d.sender)
		case 8:
			f.string(&i.Language)
		}
	}
	d.sender.identity |= roleHost
	return i
}

// unpinned is the action of a RoomPin that takes a pin away; 1 pins.
const unpinned = 2

// roomPin reads a WebcastRoomPinMessage. What is pinned is a whole message of another kind in one of the fields 2 to 6.
func (d *decoder) roomPin(b []byte) live.Data {
	pin := live.Pin{Action: "pin"}
	var action int
	var pinned []byte
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2, 3, 4, 5, 6: // chat, social, gift, member, like
			f.raw(&pinned)
		case 30:
			f.string(&pin.Method)
		case 32:
			pin.Operator = d.userOf(f.bytes())
		case 33:
			f.int(&action)
		case 34:
			f.int64(&pin.Seconds)
		}
	}
	if action == unpinned {
		pin.Action = "unpin"
	}
	d.pinned(pinned, &pin)
	return pin
}

// pinned reads the message that was pinned: its author, its text and its id. The pin's own id (pin_msg_id, field 35) is not
// asked: it names the pin.
func (d *decoder) pinned(b []byte, pin *live.Pin) {
	read := readersOfPinned[pin.Method]
	if read == nil {
		return
	}
	outer := d.common
	d.common = nil
	if c, ok := read(d, b).(live.Comment); ok {
		pin.Text = c.Comment
	} else {
		pin.Text = d.keep(d.text(d.common, 7))
	}
	pin.SourceID = d.decimal(d.number(d.common, 2))
	d.common = outer
}

// readersOfPinned are the readers of what can be pinned: a table of its own, as readers holds roomPin itself.
var readersOfPinned = map[string]func(*decoder, []byte) live.Data{
	"WebcastChatMessage":   (*decoder).chat,
	"WebcastSocialMessage": (*decoder).social,
	"WebcastGiftMessage":   (*decoder).gift,
	"WebcastMemberMessage": (*decoder).member,
	"WebcastLikeMessage":   (*decoder).like,
}
