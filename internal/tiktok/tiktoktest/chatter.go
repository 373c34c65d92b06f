package tiktoktest

import "showcaller/internal/tiktok/webcast"

// This file makes the messages of an ordinary evening: what viewers do every second.

// Chat is a comment.
func Chat(from Viewer, text string) Message { return chat(from, text, &webcast.WebcastChatMessage{}) }

// ChatReply is a comment that answers another viewer.
func ChatReply(from, to Viewer, text string) Message {
	return chat(from, text, &webcast.WebcastChatMessage{AtUser: to.proto()})
}

// ChatIn is a comment in a language TikTok recognised, with emotes put before the given runes.
func ChatIn(language string, from Viewer, text string, emotes map[int64]string) Message {
	m := &webcast.WebcastChatMessage{ContentLanguage: language}
	for at := range int64(len([]rune(text)) + 1) {
		if id, ok := emotes[at]; ok {
			m.Emotes = append(m.Emotes, &webcast.EmoteWithIndex{Index: at, Emote: emote(id)})
		}
	}
	return chat(from, text, m)
}

func chat(from Viewer, text string, m *webcast.WebcastChatMessage) Message {
	m.User, m.Content, m.UserIdentity = from.proto(), text, from.identity()
	return event(kindComment, "WebcastChatMessage", m)
}

// Sticker is a sticker sent without text.
func Sticker(from Viewer, ids ...string) Message {
	m := &webcast.WebcastEmoteChatMessage{User: from.proto(), UserIdentity: from.identity()}
	for _, id := range ids {
		m.EmoteList = append(m.EmoteList, emote(id))
	}
	return event(kindComment, "WebcastEmoteChatMessage", m)
}

func emote(id string) *webcast.Emote {
	url := "https://p16-webcast.tiktokcdn.com/webcast-sg/" + id + "~tplv-obj.webp"
	return &webcast.Emote{EmoteId: id, Image: &webcast.Image{UrlList: []string{url}}}
}

// Like is a batch of taps; total is the room's.
func Like(from Viewer, count int32, total int64) Message {
	m := event(kindLike, "WebcastLikeMessage", &webcast.WebcastLikeMessage{User: from.proto(), Count: count, Total: total})
	m.Key, m.Text = "pm_mt_msg_viewer", "{0:user} liked the LIVE"
	return m
}

// Join is a viewer coming in; viewers is how many are there now.
func Join(who Viewer, viewers int32) Message {
	m := event(kindJoin, "WebcastMemberMessage", &webcast.WebcastMemberMessage{
		User: who.proto(), MemberCount: viewers, Action: 1, ClientEnterSource: "homepage_hot-live_cell",
	})
	m.Key, m.Text = "live_room_enter_toast", "{0:user} joined"
	return m
}

// JoinAnonymous is a visitor of the web page who is not signed in.
func JoinAnonymous(nickname string) Message {
	return event(kindJoin, "WebcastUnauthorizedMemberMessage", &webcast.WebcastUnauthorizedMemberMessage{
		Action: 1, NickNamePrefix: &webcast.Text{Key: "web_nonlogin_im_1", DefaultPattern: "Viewer"}, NickName: nickname,
		EnterText: &webcast.Text{Key: "web_nonlogin_im_2", DefaultPattern: "{0:string} joined"},
	})
}

// Follow is a viewer following the host, who now has so many followers.
func Follow(who Viewer, host Viewer, followers int64) Message {
	m := event(kindFollow, "WebcastSocialMessage", &webcast.WebcastSocialMessage{
		User: who.proto(), ShareType: 1, Action: 1, ShareTarget: itoa(host.ID), FollowCount: followers,
	})
	m.Key, m.Text = "pm_main_follow_message_viewer_2", "{0:user} followed the host"
	return m
}

// Share is a viewer passing the live on.
func Share(who Viewer) Message {
	m := event(kindShare, "WebcastSocialMessage", &webcast.WebcastSocialMessage{User: who.proto(), Action: 3, ShareTarget: "-1"})
	m.Key, m.Text = "pm_mt_guidance_share", "{0:user} shared the LIVE"
	return m
}

// Viewers is TikTok's counter: in the room now, everybody since the start, and the top viewers. As at TikTok only each third of
// those comes with a name.
func Viewers(now, total int64, top ...Viewer) Message {
	m := &webcast.WebcastRoomUserSeqMessage{Total: now, TotalUser: total, Anonymous: now / 20, PopStr: itoa(now)}
	for i, v := range top {
		user := &webcast.User{Id: v.ID}
		if i%3 == 0 {
			user = v.proto()
			user.IdStr = itoa(v.ID)
		}
		m.Ranks = append(m.Ranks, &webcast.Contributor{Score: int64(1000 / (i + 1)), User: user, Rank: int64(i + 1)})
	}
	return event(kindViewers, "WebcastRoomUserSeqMessage", m)
}
