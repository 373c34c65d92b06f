package tiktoktest

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"strings"

	"showcaller/internal/tiktok/webcast"
)

// Viewer is somebody who does something in a room.
type Viewer struct {
	ID       int64
	Handle   string // "" for the few that TikTok sends without
	Nickname string

	Host, Moderator, Subscriber, Friend, Follower, Gifter, Verified bool

	GifterLevel int // 1 to 50
	TeamLevel   int // 1 to 50
	TopGifter   int // 1 to 3
}

// Named returns a viewer with the given handle, and an id and nickname that follow from it.
func Named(handle string) Viewer {
	h := fnv.New64a()
	_, _ = h.Write([]byte(handle)) // never fails
	nickname := handle
	if handle != "" {
		nickname = strings.ToUpper(handle[:1]) + handle[1:]
	}
	return Viewer{ID: 6_800_000_000_000_000_000 + int64(h.Sum64()%400_000_000_000_000_000), Handle: handle, Nickname: nickname}
}

// proto returns the viewer as TikTok sends them.
func (v Viewer) proto() *webcast.User {
	return &webcast.User{
		Id:          v.ID,
		Nickname:    v.Nickname,
		AvatarThumb: &webcast.Image{UrlList: []string{avatarURL(v.ID)}, Uri: "100x100/tos-alisg-avt-0068/" + itoa(v.ID)},
		Verified:    v.Verified,
		FollowInfo:  &webcast.FollowInfo{FollowingCount: 120, FollowerCount: 45, FollowStatus: v.followStatus()},
		PayGrade:    &webcast.UserHonor{},
		UserAttr:    &webcast.UserAttr{IsAdmin: v.Moderator},
		DisplayId:   v.Handle,
		SecUid:      secUID(v.ID),
		BadgeList:   v.badges(),
	}
}

func (v Viewer) followStatus() int64 {
	switch {
	case v.Friend:
		return 2
	case v.Follower:
		return 1
	}
	return 0
}

// identity is the viewer's relation to the host, which comments, gifts and stickers carry.
func (v Viewer) identity() *webcast.UserIdentity {
	return &webcast.UserIdentity{
		IsGiftGiverOfAnchor:         v.Gifter,
		IsSubscriberOfAnchor:        v.Subscriber,
		IsMutualFollowingWithAnchor: v.Friend,
		IsFollowerOfAnchor:          v.Follower,
		IsModeratorOfAnchor:         v.Moderator,
		IsAnchor:                    v.Host,
	}
}

// Badge scenes.
const (
	sceneModerator  = 1
	sceneSubscriber = 4
	sceneRank       = 6
	sceneGifter     = 8
	sceneTeam       = 10
)

// badges are the pictures beside the name, which is where TikTok keeps levels.
func (v Viewer) badges() []*webcast.Badge {
	var all []*webcast.Badge
	if v.Moderator {
		all = append(all, badge(sceneModerator, "", &webcast.CombineBadge{}))
	}
	if v.Subscriber {
		all = append(all, badge(sceneSubscriber, "", &webcast.CombineBadge{}))
	}
	if v.TopGifter > 0 {
		text := &webcast.BadgeText{Key: "pm_mt_badeg_notes_profile1", DefaultPattern: fmt.Sprintf("No. %d", v.TopGifter)}
		all = append(all, badge(sceneRank, "", &webcast.CombineBadge{Text: text}))
	}
	if v.GifterLevel > 0 {
		level := strconv.Itoa(v.GifterLevel)
		all = append(all, badge(sceneGifter, level, &webcast.CombineBadge{Str: level}))
	}
	if v.TeamLevel > 0 {
		// The text of a team badge is a roman numeral of its tier, so only the log tells the level.
		all = append(all, badge(sceneTeam, strconv.Itoa(v.TeamLevel), &webcast.CombineBadge{Str: "Ⅲ"}))
	}
	return all
}

// badge returns one badge in the form that is displayed.
func badge(scene int32, level string, c *webcast.CombineBadge) *webcast.Badge {
	const combine = 4
	b := &webcast.Badge{DisplayType: combine, SceneType: scene, Display: true, Combine: c}
	if level != "" {
		b.LogExtra = &webcast.PrivilegeLogExtra{Level: level}
	}
	return b
}

// avatarURL is a signed picture address of the kind TikTok sends; it leads nowhere.
func avatarURL(id int64) string {
	return "https://p16-sign-sg.tiktokcdn.com/tos-alisg-avt-0068/" + itoa(id) +
		"~tplv-tiktok-shrink:72:72.webp?x-expires=1999999999&x-signature=loopback"
}

func secUID(id int64) string { return "MS4wLjABAAAA" + itoa(id) }
