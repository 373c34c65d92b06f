package tiktok

import (
	"slices"
	"strings"

	"showcaller/internal/live"
)

// readers says how a message of each method is read. A reader returns what is special to the event, and leaves who and when in
// the decoder; it returns nil for a message that means nothing to us, which is then counted, and noEvent for one that is
// dropped on purpose. Methods that are not here are counted (protocol section 7).
var readers = map[string]func(*decoder, []byte) live.Data{
	"WebcastChatMessage":               (*decoder).chat,
	"WebcastEmoteChatMessage":          (*decoder).emoteChat,
	"WebcastMemberMessage":             (*decoder).member,
	"WebcastUnauthorizedMemberMessage": (*decoder).unauthorizedMember,
	"WebcastGiftMessage":               (*decoder).gift,
	"WebcastLikeMessage":               (*decoder).like,
	"WebcastSocialMessage":             (*decoder).social,
	"WebcastRoomUserSeqMessage":        (*decoder).roomUserSeq,
	"WebcastControlMessage":            (*decoder).control,
	"WebcastSubNotifyMessage":          (*decoder).subNotify,
	"WebcastBarrageMessage":            (*decoder).barrage,
	"WebcastEnvelopeMessage":           (*decoder).envelope,
	"WebcastQuestionNewMessage":        (*decoder).questionNew,
	"WebcastLinkMicBattle":             (*decoder).linkMicBattle,
	"WebcastLinkMicArmies":             (*decoder).linkMicArmies,
	"WebcastGoalUpdateMessage":         (*decoder).goalUpdate,
	"WebcastPollMessage":               (*decoder).poll,
	"WebcastRankUpdateMessage":         (*decoder).rankUpdate,
	"WebcastRankTextMessage":           (*decoder).rankText,
	"WebcastHourlyRankMessage":         (*decoder).hourlyRank,
	"WebcastHourlyRankRewardMessage":   (*decoder).hourlyRankReward,
	"WebcastRoomPinMessage":            (*decoder).roomPin,
	"WebcastImDeleteMessage":           (*decoder).imDelete,
	"WebcastCaptionMessage":            (*decoder).caption,
	"WebcastLiveIntroMessage":          (*decoder).liveIntro,
	"WebcastRoomMessage":               (*decoder).room,
	"RoomMessage":                      (*decoder).room, // no prefix, and "SystemMessage" in its own common.method
	"WebcastRoomVerifyMessage":         (*decoder).roomVerify,
	"WebcastOecLiveShoppingMessage":    (*decoder).shopping,
}

// noEvent is the data of a message that we understand and drop. It is of no kind.
type noEvent struct{}

// Kind returns "".
func (noEvent) Kind() live.Kind { return "" }

var chatFields = only(1, 2, 3, 12, 13, 14, 18)

// chat reads a WebcastChatMessage.
func (d *decoder) chat(b []byte) live.Data {
	var c live.Comment
	f := d.pick(b, chatFields)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			d.person(&f, &d.sender)
		case 3:
			f.string(&c.Comment)
		case 12:
			c.ReplyTo = d.userOf(f.bytes())
		case 13:
			c.Emotes = append(c.Emotes, d.emoteWithIndex(f.bytes()))
		case 14:
			f.string(&c.Language)
		case 18:
			d.identity(f.bytes(), &d.sender)
		}
	}
	return c
}

func (d *decoder) emoteWithIndex(b []byte) (e live.Emote) {
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.int(&e.Index)
		case 2:
			d.emote(f.bytes(), &e)
		}
	}
	return e
}

func (d *decoder) emote(b []byte, e *live.Emote) {
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.string(&e.ID)
		case 2:
			e.Image = d.image(f.bytes())
		}
	}
}

// emoteChat reads a WebcastEmoteChatMessage: stickers without text.
func (d *decoder) emoteChat(b []byte) live.Data {
	var c live.Comment
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			d.person(&f, &d.sender)
		case 3:
			var e live.Emote
			d.emote(f.bytes(), &e)
			c.Stickers = append(c.Stickers, e.Image)
		case 5:
			d.identity(f.bytes(), &d.sender)
		}
	}
	return c
}

// Member.action, as observed. 26, 27 and 50 were seen by others and mean nothing we know.
const (
	memberJoined     = 1
	memberSubscribed = 3
)

var memberFields = only(1, 2, 3, 10)

// member reads a WebcastMemberMessage.
func (d *decoder) member(b []byte) live.Data {
	var action int
	var viewers int64
	f := d.pick(b, memberFields)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			d.person(&f, &d.sender)
		case 3:
			f.int64(&viewers)
		case 10:
			f.int(&action)
		}
	}
	switch action {
	case memberJoined:
		return live.Join{Viewers: viewers}
	case memberSubscribed:
		return live.Subscribe{Via: "member"}
	}
	return nil
}

// unauthorizedMember reads a WebcastUnauthorizedMemberMessage: a visitor of the web page who is not signed in. The name is
// made of a prefix, "Viewer%s" in the visitor's language, and a number.
func (d *decoder) unauthorizedMember(b []byte) live.Data {
	var prefix, name string
	f := d.fields(b)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 3:
			prefix = d.render(f.bytes())
		case 4:
			f.string(&name)
		}
	}
	if strings.Contains(prefix, "%s") {
		name = strings.Replace(prefix, "%s", name, 1)
	} else {
		name = prefix + name
	}
	d.sender.viewer = newViewer(live.User{Nickname: name}, 0)
	return live.Join{Anonymous: true}
}

var likeFields = only(1, 2, 3, 5)

// like reads a WebcastLikeMessage.
func (d *decoder) like(b []byte) live.Data {
	var l live.Like
	f := d.pick(b, likeFields)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			f.int(&l.Count)
		case 3:
			f.int64(&l.TotalLikes)
		case 5:
			d.person(&f, &d.sender)
		}
	}
	return l
}

// Social.action, as observed: 1 is a follow, 2 to 5 are the ways to share.
const (
	socialFollow    = 1
	socialShareLast = 5
)

var socialFields = only(1, 2, 4, 6)

// social reads a WebcastSocialMessage. The template of its text says what happened; action says the same in all 141 real
// messages and is asked where there is no template (protocol section 7.1).
func (d *decoder) social(b []byte) live.Data {
	var action, followers int64
	f := d.pick(b, socialFields)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			d.person(&f, &d.sender)
		case 4:
			f.int64(&action)
		case 6:
			f.int64(&followers)
		}
	}
	key := string(d.text(d.displayText(), 1))
	switch {
	case strings.Contains(key, "follow"), key == "" && action == socialFollow:
		return live.Follow{Followers: followers}
	case strings.Contains(key, "share"), key == "" && action > socialFollow && action <= socialShareLast:
		return live.Share{Joined: joinedThrough(key)}
	}
	return d.system("social")
}

// joinedThrough reads N out of pm_mt_guidance_viewer_N_share, which TikTok sends once N viewers came through a share.
func joinedThrough(key string) int {
	_, rest, _ := strings.Cut(key, "_viewer_")
	n, _, _ := strings.Cut(rest, "_")
	return digits([]byte(n))
}

// topViewers is how many viewers TikTok ranks at most.
const topViewers = 16

var roomUserSeqFields = only(1, 2, 3, 7, 8)

// roomUserSeq reads a WebcastRoomUserSeqMessage: the viewer counter.
func (d *decoder) roomUserSeq(b []byte) live.Data {
	var v live.Viewers
	f := d.pick(b, roomUserSeqFields)
	for f.next() {
		switch f.num {
		case 1:
			f.raw(&d.common)
		case 2:
			if v.Top == nil {
				v.Top = make([]live.Ranked, 0, topViewers)
			}
			v.Top = slices.Grow(v.Top, 1)[:len(v.Top)+1]
			d.contributor(f.bytes(), &v.Top[len(v.Top)-1])
		case 3:
			f.int64(&v.Viewers)
		case 7:
			f.int64(&v.Total)
		case 8:
			f.int64(&v.Anonymous)
		}
	}
	return v
}

var contributorFields = only(1, 2, 3)

func (d *decoder) contributor(b []byte, r *live.Ranked) {
	f := d.pick(b, contributorFields)
	for f.next() {
		switch f.num {
		case 1:
			f.int64(&r.Score)
		case 2:
			r.User = d.userOf(f.bytes())
		case 3:
			f.int64(&r.Rank)
		}
	}
}
