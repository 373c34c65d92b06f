package tiktoktest

import (
	"time"

	"showcaller/internal/tiktok/webcast"
)

// This file makes the rarer messages.

// control is a change of the live's state.
func control(action int32, source string) Message {
	kind := map[int32]string{1: kindPause, 2: kindResume}[action]
	if kind == "" {
		kind = kindEnd
	}
	m := &webcast.WebcastControlMessage{Action: action}
	if source != "" {
		m.Extra = &webcast.ControlExtra{Source: source}
	}
	return event(kind, "WebcastControlMessage", m)
}

// Ended is the message that a live ended, for those who want it without Room.End: in a batch, or as history.
func Ended(how Ending) Message { return control(int32(how), "") }

// Subscribe is a subscription, new or renewed for so many months.
func Subscribe(who Viewer, months int64) Message {
	return event(kindSubscribe, "WebcastSubNotifyMessage", &webcast.WebcastSubNotifyMessage{
		User: who.proto(), SubMonth: months, SubscribeType: 1, SubscribingStatus: 1,
	})
}

// SubscribeBanner is the full-width line TikTok shows for a first subscription.
func SubscribeBanner(who Viewer) Message {
	return event(kindSubscribe, "WebcastBarrageMessage", &webcast.WebcastBarrageMessage{
		MsgType: 4, User: who.proto(), Content: &webcast.Text{
			Key: "pm_mt_subscribe_first_barrage", DefaultPattern: "{0:user} subscribed", Pieces: []*webcast.TextPiece{userPiece(who)},
		},
	})
}

// SubscribeMember is the third way TikTok tells of a subscription.
func SubscribeMember(who Viewer) Message {
	return event(kindSubscribe, "WebcastMemberMessage", &webcast.WebcastMemberMessage{User: who.proto(), Action: 3})
}

// SuperFan is a viewer becoming a super fan.
func SuperFan(who Viewer) Message {
	return event(kindSubscribe, "WebcastBarrageMessage", &webcast.WebcastBarrageMessage{
		MsgType: 100, User: who.proto(), CommonBarrageContent: &webcast.Text{
			Key: "ttlive_superfan_commentnotif_superfanjoined", DefaultPattern: "{0:user} became a Super Fan",
			Pieces: []*webcast.TextPiece{userPiece(who)},
		},
	})
}

// LevelUp is a viewer reaching a gifter level.
func LevelUp(who Viewer, level int32) Message {
	return event(kindSystem, "WebcastBarrageMessage", &webcast.WebcastBarrageMessage{
		MsgType: 8, Content: &webcast.Text{Key: "pm_mt_grade_upgrade", DefaultPattern: "{0:user} reached a new level"},
		UserGradeParam: &webcast.BarrageUserGrade{CurrentGrade: level, UserId: itoa(who.ID), User: who.proto()},
	})
}

func userPiece(v Viewer) *webcast.TextPiece {
	const user = 11
	return &webcast.TextPiece{Type: user, UserValue: &webcast.TextPieceUser{User: v.proto()}}
}

// Question was put through the Q&A box.
func Question(from Viewer, id int64, text string) Message {
	return event(kindQuestion, "WebcastQuestionNewMessage", &webcast.WebcastQuestionNewMessage{
		Question: &webcast.Question{QuestionId: id, Content: text, CreateTime: time.Now().Unix(), User: from.proto()},
	})
}

// Pin is a moderator pinning a comment that was sent with the given id.
func Pin(operator Viewer, id int64, author Viewer, text string) Message {
	return pin(operator, 1, id, author, text)
}

// Unpin takes the pin away.
func Unpin(operator Viewer, id int64, author Viewer, text string) Message {
	return pin(operator, 2, id, author, text)
}

func pin(operator Viewer, action int32, id int64, author Viewer, text string) Message {
	return event(kindPin, "WebcastRoomPinMessage", &webcast.WebcastRoomPinMessage{
		ChatMessage: &webcast.WebcastChatMessage{
			Common: &webcast.Common{Method: "WebcastChatMessage", MsgId: id}, User: author.proto(), Content: text,
		},
		Method: "WebcastChatMessage", PinTime: time.Now().UnixMilli(), Operator: operator.proto(), Action: action,
		DisplayDuration: 60, PinMsgId: id,
	})
}

// Delete hides messages and everything of some viewers.
func Delete(messages []int64, viewers ...int64) Message {
	return event(kindDelete, "WebcastImDeleteMessage", &webcast.WebcastImDeleteMessage{DeleteMsgIds: messages, DeleteUserIds: viewers})
}

// Caption is a piece of the transcript of the host's words; it is final when the sentence no longer changes.
func Caption(sentence int64, language, text string, final bool) Message {
	return event(kindCaption, "WebcastCaptionMessage", &webcast.WebcastCaptionMessage{
		TimestampMs: time.Now().UnixMilli(), DurationMs: 1500, SentenceId: sentence, SequenceId: 1, Definite: final,
		Content: []*webcast.CaptionContent{{Lang: language, Content: text}},
	})
}

// Intro is the host's welcome text. TikTok sends the host without a handle there.
func Intro(host Viewer, text string) Message {
	host.Handle = ""
	return event(kindIntro, "WebcastLiveIntroMessage", &webcast.WebcastLiveIntroMessage{
		Content: text, User: host.proto(), ContentLanguage: "en",
	})
}

// Welcome is TikTok's greeting at each connect. Its id is new every time.
func Welcome() Message {
	m := event(kindSystem, "RoomMessage", &webcast.WebcastRoomMessage{
		Content: "Welcome to TikTok LIVE! Have fun interacting with others in real time.", IsWelcome: true,
	})
	m.inner = "SystemMessage"
	return m
}

// Notice is any other line TikTok shows in a room.
func Notice(text string) Message {
	return event(kindSystem, "WebcastRoomMessage", &webcast.WebcastRoomMessage{Content: text, Scene: "room_notice"})
}

// FanJoin is a viewer joining the host's fan club.
func FanJoin(who Viewer) Message {
	m := event(kindSystem, "WebcastRoomMessage", &webcast.WebcastRoomMessage{
		Content: who.Nickname + " joined the fan club", Scene: "user_join_fans",
	})
	m.Key = "pm_mt_fan_live_joined_comment"
	return m
}

// Envelope is a treasure chest appearing.
func Envelope(id string, from Viewer, diamonds, people int32) Message {
	return envelope(1, &webcast.EnvelopeInfo{
		EnvelopeId: id, BusinessType: 1, SendUserName: from.Nickname, DiamondCount: diamonds, PeopleCount: people,
		UnpackAt: int32(time.Now().Add(3 * time.Minute).Unix()), SendUserId: itoa(from.ID),
	})
}

// EnvelopeGone is a treasure chest disappearing.
func EnvelopeGone(id string) Message {
	return envelope(2, &webcast.EnvelopeInfo{EnvelopeId: id, BusinessType: 1})
}

func envelope(display int32, info *webcast.EnvelopeInfo) Message {
	m := event(kindEnvelope, "WebcastEnvelopeMessage", &webcast.WebcastEnvelopeMessage{EnvelopeInfo: info, Display: display})
	m.Key = "pm_mt_treasure_box_sender_comment"
	return m
}

// Goal is the host's gift goal coming nearer.
func Goal(id int64, description string, gift Gift, progress, target int64, by Viewer) Message {
	sub := &webcast.SubGoal{
		Type: 1, Id: gift.ID, Progress: progress, Target: target,
		Gift: &webcast.SubGoalGift{Name: gift.Name, DiamondCount: int64(gift.Diamonds)},
	}
	return event(kindGoal, "WebcastGoalUpdateMessage", &webcast.WebcastGoalUpdateMessage{
		Goal:          &webcast.Goal{Id: id, Status: 1, SubGoals: []*webcast.SubGoal{sub}, Description: description, IdStr: itoa(id)},
		ContributorId: by.ID, ContributorDisplayId: by.Handle, ContributeCount: 1, ContributeScore: int64(gift.Diamonds), UpdateSource: 2,
	})
}

// Rank is the host's place in one of TikTok's rankings.
func Rank(list, place int64, text string) Message {
	return event(kindRank, "WebcastRankUpdateMessage", &webcast.WebcastRankUpdateMessage{
		Updates: []*webcast.RankUpdate{{RankType: list, OwnerRank: place, DefaultContent: &webcast.Text{DefaultPattern: text}}},
	})
}

// Product is a product the host shows.
func Product(id int64, title, price string) Message {
	return event(kindSystem, "WebcastOecLiveShoppingMessage", &webcast.WebcastOecLiveShoppingMessage{
		ActionType: 1, PopProduct: &webcast.PopProduct{Title: title, Price: price, ProductId: id, Source: "Shop"},
	})
}

// Unknown is a message of a method nobody has a schema for.
func Unknown(method string) Message { return Message{Method: method} }
