package tiktok

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	"showcaller/internal/live"
	"showcaller/internal/tiktok/webcast"
)

// decodeOne makes the event of one message; it fails the test if there is none.
func decodeOne(t *testing.T, d *decoder, method string, payload []byte) live.Event {
	t.Helper()
	var e live.Event
	if !d.event(&e, &message{method: []byte(method), payload: payload}, arrival) {
		t.Fatalf("no event of %s; counted: %+v", method, d.unknown)
	}
	return e
}

// encoded is decodeOne for a message of the full schema, whose method is its name.
func encoded(t *testing.T, m proto.Message) live.Event {
	t.Helper()
	b, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return decodeOne(t, testDecoder(), string(m.ProtoReflect().Descriptor().Name()), b)
}

// TestGolden reads the messages that the npm codec wrote.
func TestGolden(t *testing.T) {
	t.Parallel()
	ann := &live.User{
		UniqueID: "ann.live", Nickname: "Ann", UserID: "6800000000000000001", ProfilePicture: "https://p16.example/a.webp",
		Roles: []string{"moderator", "follower"}, GifterLevel: 16,
	}
	chatting := *ann
	chatting.Roles = []string{"moderator", "subscriber"} // UserIdentity says so, and knows better who follows
	for method, want := range map[string]live.Event{
		"WebcastCaptionMessage": {Data: live.Caption{Text: "hello", Language: "en", Final: true}},
		"WebcastChatMessage": {User: &chatting, Data: live.Comment{
			Comment: "hola", Language: "es", Emotes: []live.Emote{{ID: "e1", Index: 2, Image: "https://x/e.png"}},
		}},
		"WebcastControlMessage":   {Data: live.LiveEnd{Reason: "host", Tips: "bye"}},
		"WebcastEmoteChatMessage": {User: ann, Data: live.Comment{Stickers: []string{"https://x/e9.png"}}},
		"WebcastEnvelopeMessage": {Data: live.Envelope{
			EnvelopeID: "E1", Action: "show", Sender: "Bob", Diamonds: 50, People: 5, OpensAt: "2026-09-21T14:15:00Z",
		}},
		"WebcastGiftMessage": {User: ann, Data: live.Gift{
			Gift:        live.GiftItem{ID: 5655, Name: "Rose", DiamondCount: 1, Type: 1, Streakable: true, ImageURL: "https://x/rose.png"},
			RepeatCount: 7, TotalDiamonds: 7, StreakID: "1790000000123",
		}},
		"WebcastImDeleteMessage":    {Data: live.Delete{SourceIDs: []string{"7001", "7002"}, UserIDs: []string{"68"}}},
		"WebcastLikeMessage":        {User: ann, Data: live.Like{Count: 15, TotalLikes: 12345}},
		"WebcastMemberMessage":      {User: ann, Data: live.Join{Viewers: 321}},
		"WebcastQuestionNewMessage": {User: ann, Data: live.Question{QuestionID: "9", Question: "why?"}},
		"WebcastRoomUserSeqMessage": {Data: live.Viewers{
			Viewers: 1500, Total: 90000, Top: []live.Ranked{{Rank: 1, Score: 500, User: ann}},
		}},
		"WebcastSocialMessage":    {User: ann, Data: live.Follow{Followers: 42}},
		"WebcastSubNotifyMessage": {User: ann, Data: live.Subscribe{Months: 3, Via: "notify"}},
	} {
		t.Run(method, func(t *testing.T) {
			t.Parallel()
			got := decodeOne(t, testDecoder(), method, sharedFile(t, "tiktok/golden/"+method+".pb"))
			want.Kind, want.Origin, want.SourceID = want.Data.Kind(), live.OriginTikTok, got.SourceID
			want.At = time.UnixMilli(1790000000000).UTC()
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(live.Event{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if !strings.HasPrefix(got.SourceID, "70") {
				t.Errorf("source id %q", got.SourceID)
			}
		})
	}
}

// TestRealBatch reads the newest real batch there is: the first after a connect, with replayed comments.
func TestRealBatch(t *testing.T) {
	t.Parallel()
	b := sharedFile(t, "captures/batch-2026-08.pb")
	res, err := parseFetchResult(b)
	if err != nil {
		t.Fatal(err)
	}
	var full webcast.ProtoMessageFetchResult
	if err := proto.Unmarshal(b, &full); err != nil {
		t.Fatal(err)
	}
	sameResult(t, res, &full)
	d := testDecoder()
	d.connected = time.UnixMilli(res.now)
	kinds := map[live.Kind]int{}
	for _, e := range d.appendEvents(nil, res.messages, true, arrival) {
		kinds[e.Kind]++
		if e.Kind == live.KindComment && (!e.History || e.User == nil || e.User.UniqueID == "") {
			t.Errorf("comment %+v by %+v", e, e.User)
		}
	}
	for method, u := range d.unknown {
		if u.Failed > 0 {
			t.Errorf("%d of %s failed", u.Failed, method)
		}
	}
	if kinds[live.KindComment] == 0 || kinds[live.KindIntro] != 1 {
		t.Errorf("kinds %v of %d messages", kinds, len(res.messages))
	}
}

func TestBatchOfWrongOnes(t *testing.T) {
	t.Parallel()
	like, err := proto.Marshal(&webcast.WebcastLikeMessage{Count: 1})
	if err != nil {
		t.Fatal(err)
	}
	d := testDecoder()
	events := d.appendEvents(nil, []message{
		{method: []byte("WebcastLikeMessage"), payload: like},
		{method: []byte("WebcastLikeMessage"), payload: []byte{0x0a, 0x7f}},
		{method: []byte("WebcastNeverSeenMessage"), payload: []byte{1, 2, 3}},
		{method: []byte("RoomMessage"), payload: []byte{0x38, 1}}, // is_welcome
		{method: []byte("WebcastLikeMessage"), payload: like, id: 5},
	}, false, arrival)
	if len(events) != 2 || events[1].SourceID != "5" || !events[0].At.Equal(arrival) {
		t.Errorf("events %+v", events)
	}
	want := tally{"WebcastLikeMessage": {Count: 1, Failed: 1, Sample: "0a7f"}, "WebcastNeverSeenMessage": {Count: 1, Sample: "010203"}}
	if diff := cmp.Diff(want, d.unknown); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHistoryByAge(t *testing.T) {
	t.Parallel()
	for age, want := range map[time.Duration]bool{0: false, 9 * time.Second: false, 11 * time.Second: true} {
		payload, err := proto.Marshal(&webcast.WebcastChatMessage{Common: &webcast.Common{CreateTime: arrival.Add(-age).UnixMilli()}})
		if err != nil {
			t.Fatal(err)
		}
		batch := []message{{method: []byte("WebcastChatMessage"), payload: payload}}
		for _, first := range []bool{true, false} {
			if got := testDecoder().appendEvents(nil, batch, first, arrival)[0].History; got != (want && first) {
				t.Errorf("%v old, first batch %v: history %v", age, first, got)
			}
		}
	}
}

// TestGiftRules goes through protocol section 7.2.
func TestGiftRules(t *testing.T) {
	t.Parallel()
	rose := &webcast.Gift{Id: 5655, Name: "Rose", DiamondCount: 2, Type: 1}
	galaxy := &webcast.Gift{Id: 11046, Name: "Galaxy", DiamondCount: 1000, Type: 2}
	for name, test := range map[string]struct {
		m                *webcast.WebcastGiftMessage
		streaking        bool
		count, diamonds  int
		streak, receiver string
	}{
		"growing":       {m: &webcast.WebcastGiftMessage{Gift: rose, RepeatCount: 3, GroupId: 9}, streaking: true, count: 3, diamonds: 6, streak: "9"},
		"final":         {m: &webcast.WebcastGiftMessage{Gift: rose, RepeatCount: 3, GroupId: 9, RepeatEnd: 1}, count: 3, diamonds: 6, streak: "9"},
		"single":        {m: &webcast.WebcastGiftMessage{Gift: galaxy}, count: 1, diamonds: 1000},
		"multi-send":    {m: &webcast.WebcastGiftMessage{Gift: galaxy, RepeatCount: 2, GroupCount: 5}, count: 10, diamonds: 10000},
		"to the host":   {m: &webcast.WebcastGiftMessage{Gift: galaxy, MonitorInfo: &webcast.GiftMonitorInfo{AnchorId: 7, ToUserId: 7}}, count: 1, diamonds: 1000},
		"to a guest":    {m: &webcast.WebcastGiftMessage{Gift: galaxy, MonitorInfo: &webcast.GiftMonitorInfo{AnchorId: 7, ToUserId: 8}}, count: 1, diamonds: 1000, receiver: "8"},
		"guest by name": {m: &webcast.WebcastGiftMessage{Gift: galaxy, ToUser: &webcast.User{Id: 8, Nickname: "Bo"}}, count: 1, diamonds: 1000, receiver: "8"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g, ok := encoded(t, test.m).Data.(live.Gift)
			if !ok || g.Streaking != test.streaking || g.RepeatCount != test.count || g.TotalDiamonds != test.diamonds || g.StreakID != test.streak {
				t.Errorf("gift %+v", g)
			}
			if (g.ToUser == nil) != (test.receiver == "") || g.ToUser != nil && g.ToUser.UserID != test.receiver {
				t.Errorf("receiver %+v, want %q", g.ToUser, test.receiver)
			}
		})
	}
}

// TestGiftWithoutName asks the catalogue, and says so where that does not know either.
func TestGiftWithoutName(t *testing.T) {
	t.Parallel()
	b, err := proto.Marshal(&webcast.WebcastGiftMessage{GiftId: 42, RepeatCount: 3, RepeatEnd: 1})
	if err != nil {
		t.Fatal(err)
	}
	d := testDecoder()
	g := live.DataOf[live.Gift](decodeOne(t, d, "WebcastGiftMessage", b))
	if want := (live.GiftItem{ID: 42, Name: "Gift #42", Unknown: true}); g.Gift != want || g.TotalDiamonds != 0 {
		t.Errorf("gift %+v", g)
	}
	known := live.GiftItem{ID: 42, Name: "Paw", DiamondCount: 5, Type: 1, Streakable: true}
	d.gifts.learn(known)
	g = live.DataOf[live.Gift](decodeOne(t, d, "WebcastGiftMessage", b))
	if g.Gift != known || g.TotalDiamonds != 15 {
		t.Errorf("gift %+v", g)
	}
}

// TestRoles goes through protocol section 7.5.
func TestRoles(t *testing.T) {
	t.Parallel()
	badge := func(scene int32, level, str, text string) *webcast.Badge {
		return &webcast.Badge{
			SceneType: scene, LogExtra: &webcast.PrivilegeLogExtra{Level: level},
			Combine: &webcast.CombineBadge{Str: str, Text: &webcast.BadgeText{DefaultPattern: text}},
		}
	}
	for name, test := range map[string]struct {
		user     *webcast.User
		identity *webcast.UserIdentity
		want     live.User
	}{
		"nobody":              {&webcast.User{}, nil, live.User{}},
		"follower":            {&webcast.User{FollowInfo: &webcast.FollowInfo{FollowStatus: 1}}, nil, live.User{Roles: []string{"follower"}}},
		"follower on gifts":   {&webcast.User{FollowInfo: &webcast.FollowInfo{FollowStatus: 3}}, nil, live.User{Roles: []string{"follower"}}},
		"friend":              {&webcast.User{FollowInfo: &webcast.FollowInfo{FollowStatus: 2}}, nil, live.User{Roles: []string{"friend", "follower"}}},
		"identity is better":  {&webcast.User{FollowInfo: &webcast.FollowInfo{FollowStatus: 1}}, &webcast.UserIdentity{}, live.User{}},
		"all by identity":     {&webcast.User{}, &webcast.UserIdentity{IsGiftGiverOfAnchor: true, IsSubscriberOfAnchor: true, IsMutualFollowingWithAnchor: true, IsFollowerOfAnchor: true, IsModeratorOfAnchor: true, IsAnchor: true}, live.User{Roles: []string{"host", "moderator", "subscriber", "friend", "follower", "gifter"}}},
		"moderator":           {&webcast.User{UserAttr: &webcast.UserAttr{IsAdmin: true}}, &webcast.UserIdentity{}, live.User{Roles: []string{"moderator"}}},
		"moderator by badge":  {&webcast.User{BadgeList: []*webcast.Badge{badge(1, "", "", "")}}, nil, live.User{Roles: []string{"moderator"}}},
		"subscriber by badge": {&webcast.User{BadgeList: []*webcast.Badge{badge(4, "", "", "")}}, nil, live.User{Roles: []string{"subscriber"}}},
		"new subscriber":      {&webcast.User{BadgeList: []*webcast.Badge{badge(7, "", "", "")}}, nil, live.User{Roles: []string{"subscriber"}}},
		"verified":            {&webcast.User{Verified: true}, nil, live.User{Roles: []string{"verified"}}},
		"levels":              {&webcast.User{BadgeList: []*webcast.Badge{badge(8, "27", "", ""), badge(10, "3", "III", "")}}, nil, live.User{GifterLevel: 27, TeamLevel: 3}},
		"level by its text":   {&webcast.User{BadgeList: []*webcast.Badge{badge(8, "", "16", "")}}, nil, live.User{GifterLevel: 16}},
		"top gifter":          {&webcast.User{BadgeList: []*webcast.Badge{badge(6, "0", "", "No. 2")}}, nil, live.User{TopGifter: 2}},
		"host by id":          {&webcast.User{Id: 77}, nil, live.User{UserID: "77", Roles: []string{"host"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.user.Nickname, test.want.Nickname = "Ann", "Ann"
			b, err := proto.Marshal(&webcast.WebcastChatMessage{User: test.user, UserIdentity: test.identity})
			if err != nil {
				t.Fatal(err)
			}
			d := newDecoder(arrival, 77, newCatalogue(), tally{})
			for range 2 { // the second time from memory
				if diff := cmp.Diff(&test.want, decodeOne(t, d, "WebcastChatMessage", b).User); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
			}
		})
	}
}

// TestSharedUsers: events share a viewer, and one that says more of the viewer does not change those that were made before.
func TestSharedUsers(t *testing.T) {
	t.Parallel()
	ann := &webcast.User{Id: 1, Nickname: "Ann"}
	like, err := proto.Marshal(&webcast.WebcastLikeMessage{User: ann})
	if err != nil {
		t.Fatal(err)
	}
	chat, err := proto.Marshal(&webcast.WebcastChatMessage{User: ann, UserIdentity: &webcast.UserIdentity{IsModeratorOfAnchor: true}})
	if err != nil {
		t.Fatal(err)
	}
	d := testDecoder()
	first := decodeOne(t, d, "WebcastLikeMessage", like)
	if again := decodeOne(t, d, "WebcastLikeMessage", like); again.User != first.User {
		t.Error("two likes have a user each")
	}
	moderator := decodeOne(t, d, "WebcastChatMessage", chat)
	if len(first.User.Roles) != 0 || len(moderator.User.Roles) != 1 {
		t.Errorf("roles %v and %v", first.User.Roles, moderator.User.Roles)
	}
}

// TestManyViewers: a room with more viewers than are remembered confuses nobody.
func TestManyViewers(t *testing.T) {
	t.Parallel()
	d := testDecoder()
	for range 2 {
		for i := range int64(5 * len(d.viewers)) {
			b, err := proto.Marshal(&webcast.User{Id: i + 1})
			if err != nil {
				t.Fatal(err)
			}
			if v := d.viewer(b); v.own.UserID != strconv.FormatInt(i+1, 10) {
				t.Fatalf("viewer %d is %q", i+1, v.own.UserID)
			}
		}
	}
}

// TestKinds makes one message of every kind that neither the golden files nor the captures have, and of its variants.
func TestKinds(t *testing.T) {
	t.Parallel()
	text := func(key, pattern string, pieces ...string) *webcast.Text {
		x := &webcast.Text{Key: key, DefaultPattern: pattern}
		for _, p := range pieces {
			x.Pieces = append(x.Pieces, &webcast.TextPiece{Type: 1, StringValue: p})
		}
		return x
	}
	for name, test := range map[string]struct {
		m    proto.Message
		want live.Data
	}{
		"member subscribed": {&webcast.WebcastMemberMessage{Action: 3}, live.Subscribe{Via: "member"}},
		"suspended":         {&webcast.WebcastControlMessage{Action: 4}, live.LiveEnd{Reason: "suspended"}},
		"follow by action":  {&webcast.WebcastSocialMessage{Action: 1, FollowCount: 9}, live.Follow{Followers: 9}},
		"share by action":   {&webcast.WebcastSocialMessage{Action: 3}, live.Share{}},
		"share with guests": {&webcast.WebcastSocialMessage{Common: &webcast.Common{DisplayText: text("pm_mt_guidance_viewer_10_share", "")}}, live.Share{Joined: 10}},
		"other social":      {&webcast.WebcastSocialMessage{Common: &webcast.Common{DisplayText: text("x", "{0:string} did", "Ann")}, Action: 9}, live.System{Topic: "social", Text: "Ann did", Key: "x"}},
		"gifted sub":        {&webcast.WebcastSubNotifyMessage{MessageType: 6, SubMonth: 1}, live.Subscribe{Via: "notify", Months: 1, Gifted: 1}},
		"sub barrage":       {&webcast.WebcastBarrageMessage{MsgType: 4}, live.Subscribe{Via: "barrage"}},
		"gifted barrage":    {&webcast.WebcastBarrageMessage{MsgType: 7, SubscribeGiftParam: &webcast.BarrageSubscribeGift{GiftSubCount: 5}}, live.Subscribe{Via: "barrage", Gifted: 5}},
		"super fan joins":   {&webcast.WebcastBarrageMessage{MsgType: 100, CommonBarrageContent: text("ttlive_superfan_commentnotif_superfanjoined", "")}, live.Subscribe{Via: "superfan"}},
		"super fan else":    {&webcast.WebcastBarrageMessage{MsgType: 100, Content: text("ttlive_superfan_box", "a box")}, live.System{Topic: "superfan", Text: "a box", Key: "ttlive_superfan_box"}},
		"level up":          {&webcast.WebcastBarrageMessage{MsgType: 8, Content: text("k", "up"), UserGradeParam: &webcast.BarrageUserGrade{CurrentGrade: 20}}, live.System{Topic: "level_up", Text: "up", Key: "k", Level: 20}},
		"team entrance":     {&webcast.WebcastBarrageMessage{MsgType: 11, Content: text("k", "in"), FansLevelParam: &webcast.BarrageFansLevel{CurrentGrade: 4}}, live.System{Topic: "entrance", Text: "in", Key: "k", Level: 4}},
		"other barrage":     {&webcast.WebcastBarrageMessage{MsgType: 100, Content: text("k", "hi")}, live.System{Topic: "barrage", Text: "hi", Key: "k"}},
		"super fan box":     {&webcast.WebcastEnvelopeMessage{Display: 2, EnvelopeInfo: &webcast.EnvelopeInfo{EnvelopeId: "E", BusinessType: 19}}, live.Envelope{EnvelopeID: "E", Action: "hide", SuperFan: true}},
		"battle begins": {&webcast.WebcastLinkMicBattle{BattleId: 5, Action: 4, BattleSettings: &webcast.BattleSetting{Duration: 300}, AnchorsInfo: map[int64]*webcast.BattleUserInfo{8: {User: &webcast.BattleBaseUserInfo{NickName: "Bo", DisplayId: "bo"}}}},
			live.Battle{BattleID: "5", Phase: "start", Seconds: 300, Sides: []live.BattleSide{{User: live.User{UserID: "8", Nickname: "Bo", UniqueID: "bo"}}}}},
		"battle ends": {&webcast.WebcastLinkMicBattle{BattleId: 5, Action: 5, BattleResult: map[int64]*webcast.BattleResult{8: {Result: 1, Score: 30}}},
			live.Battle{BattleID: "5", Phase: "end", Sides: []live.BattleSide{{User: live.User{UserID: "8"}, Score: 30, Result: "lose"}}}},
		"battle score": {&webcast.WebcastLinkMicArmies{BattleId: 5, TriggerReason: 1, Armies: map[int64]*webcast.BattleUserArmies{8: {HostScore: 12}}},
			live.Battle{BattleID: "5", Phase: "score", Sides: []live.BattleSide{{User: live.User{UserID: "8"}, Score: 12}}}},
		"goal": {&webcast.WebcastGoalUpdateMessage{Goal: &webcast.Goal{Id: 3, Description: "d", Status: 2, SubGoals: []*webcast.SubGoal{{Progress: 1, Target: 9, Gift: &webcast.SubGoalGift{Name: "Rose"}}}}, ContributorId: 4, ContributeCount: 2},
			live.Goal{GoalID: "3", Description: "d", Status: 2, Goals: []live.SubGoal{{Gift: "Rose", Progress: 1, Target: 9}}, Contributor: "4", Count: 2}},
		"poll begins": {&webcast.WebcastPollMessage{PollId: 2, StartContent: &webcast.PollStart{Title: "?", OptionList: []*webcast.PollOption{{DisplayContent: "a"}}}}, live.Poll{PollID: "2", Phase: "start", Title: "?", Options: []live.PollOption{{Text: "a"}}}},
		"poll votes":  {&webcast.WebcastPollMessage{PollId: 2, MessageType: 2, UpdateVotesContent: &webcast.PollVotes{OptionList: []*webcast.PollOption{{DisplayContent: "a", Votes: 3}}}}, live.Poll{PollID: "2", Phase: "votes", Options: []live.PollOption{{Text: "a", Votes: 3}}}},
		"poll ends":   {&webcast.WebcastPollMessage{PollId: 2, MessageType: 1, EndContent: &webcast.PollEnd{OptionList: []*webcast.PollOption{{DisplayContent: "a", Votes: 4}}}}, live.Poll{PollID: "2", Phase: "end", Options: []live.PollOption{{Text: "a", Votes: 4}}}},
		"rank":        {&webcast.WebcastRankUpdateMessage{Updates: []*webcast.RankUpdate{{RankType: 8, OwnerRank: 14, DefaultContent: text("", "Daily No. {0:string}", "14")}}}, live.Rank{List: "daily", Rank: 14, Text: "Daily No. 14"}},
		"other rank":  {&webcast.WebcastRankUpdateMessage{Updates: []*webcast.RankUpdate{{RankType: 44}}}, live.Rank{List: "44"}},
		"unpin": {&webcast.WebcastRoomPinMessage{Action: 2, Method: "WebcastChatMessage", PinMsgId: 1, DisplayDuration: 60, ChatMessage: &webcast.WebcastChatMessage{Common: &webcast.Common{MsgId: 5}, Content: "hi"}, Operator: &webcast.User{Id: 3}},
			live.Pin{Action: "unpin", Method: "WebcastChatMessage", SourceID: "5", Text: "hi", Seconds: 60, Operator: &live.User{UserID: "3"}}},
		"product":   {&webcast.WebcastOecLiveShoppingMessage{PopProduct: &webcast.PopProduct{Title: "Cup", Price: "$3", Source: "Shop"}}, live.System{Topic: "product", Text: "Cup · $3 · Shop"}},
		"verify":    {&webcast.WebcastRoomVerifyMessage{Content: "c"}, live.System{Topic: "verify", Text: "c"}},
		"room line": {&webcast.WebcastRoomMessage{Content: "hello"}, live.System{Topic: "room", Text: "hello"}},
		"fan joins": {&webcast.WebcastRoomMessage{Content: " ", Scene: "user_join_fans", Common: &webcast.Common{DisplayText: text("k", "No. {0:string} {left", "7")}}, live.System{Topic: "fan_join", Text: "No. 7 {left", Key: "k"}},
		"visitor":   {&webcast.WebcastUnauthorizedMemberMessage{NickNamePrefix: text("", "Viewer%s"), NickName: "12"}, live.Join{Anonymous: true}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, encoded(t, test.m).Data); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// wantedUser says what the full schema makes of a User, without roles.
func wantedUser(u *webcast.User) live.User {
	w := live.User{UniqueID: u.GetDisplayId(), Nickname: u.GetNickname()}
	if u.GetId() != 0 {
		w.UserID = strconv.FormatInt(u.GetId(), 10)
	}
	for _, url := range u.GetAvatarThumb().GetUrlList() {
		if w.ProfilePicture == "" {
			w.ProfilePicture = url
		}
	}
	for _, b := range u.GetBadgeList() {
		level := digits([]byte(b.GetLogExtra().GetLevel()))
		switch b.GetSceneType() {
		case sceneGifterLevel:
			if w.GifterLevel = max(w.GifterLevel, level); w.GifterLevel == 0 {
				w.GifterLevel = digits([]byte(b.GetCombine().GetStr()))
			}
		case sceneTeamLevel:
			w.TeamLevel = max(w.TeamLevel, level)
		}
	}
	return w
}

// wantedOf says what the full schema makes of a message: its data, as far as that is a copy of fields, and its user.
func wantedOf(m proto.Message) (live.Data, *webcast.User) {
	switch m := m.(type) {
	case *webcast.WebcastLikeMessage:
		return live.Like{Count: int(m.Count), TotalLikes: m.Total}, m.User
	case *webcast.WebcastMemberMessage:
		if m.Action == memberJoined {
			return live.Join{Viewers: int64(m.MemberCount)}, m.User
		}
	case *webcast.WebcastChatMessage:
		return live.Comment{Comment: m.Content, Language: m.ContentLanguage}, m.User
	case *webcast.WebcastRoomUserSeqMessage:
		return live.Viewers{Viewers: m.Total, Total: m.TotalUser, Anonymous: m.Anonymous}, nil
	case *webcast.WebcastGiftMessage:
		return live.Gift{RepeatCount: int(max(m.RepeatCount, 1)) * int(max(m.GroupCount, 1))}, m.User
	}
	return nil, nil
}

// comparableData leaves of data what wantedOf fills in.
func comparableData(data live.Data) live.Data {
	switch v := data.(type) {
	case live.Comment:
		return live.Comment{Comment: v.Comment, Language: v.Language}
	case live.Viewers:
		v.Top = nil
		return v
	case live.Gift:
		return live.Gift{RepeatCount: v.RepeatCount}
	}
	return data
}

// FuzzMessages feeds anything to the readers of all methods. What the full schema can read, we read the same.
func FuzzMessages(f *testing.F) {
	user := &webcast.User{
		Id: 6800000000000000001, Nickname: "Ann", DisplayId: "ann", AvatarThumb: &webcast.Image{UrlList: []string{"", "https://x"}},
		BadgeList: []*webcast.Badge{{SceneType: 8, LogExtra: &webcast.PrivilegeLogExtra{Level: "16"}}},
	}
	var methods []string
	for method := range readers {
		methods = append(methods, method)
	}
	for _, m := range []proto.Message{
		&webcast.WebcastChatMessage{User: user, Content: "hi", ContentLanguage: "en", UserIdentity: &webcast.UserIdentity{IsAnchor: true}},
		&webcast.WebcastGiftMessage{User: user, RepeatCount: 2, GroupCount: 3, Gift: &webcast.Gift{Id: 1, Name: "Rose"}},
		&webcast.WebcastLikeMessage{User: user, Count: -1, Total: 1 << 60},
		&webcast.WebcastMemberMessage{User: user, Action: 1, MemberCount: 7},
		&webcast.WebcastRoomUserSeqMessage{Total: 5, Ranks: []*webcast.Contributor{{User: user, Rank: 1}}},
	} {
		b, err := proto.Marshal(m)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(m.ProtoReflect().Descriptor().Name()), b)
	}
	for _, method := range methods {
		f.Add(method, []byte{0x0a, 0x02, 0x10, 0x07, 0x12, 0x00})
	}
	f.Fuzz(func(t *testing.T, method string, b []byte) {
		var e live.Event
		testDecoder().event(&e, &message{method: []byte(method), payload: b}, arrival) // must not panic
		typ, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName("webcast." + method))
		if err != nil || readers[method] == nil {
			return
		}
		full := typ.New().Interface()
		if !readByBoth(b, full) {
			return
		}
		sameMessage(t, method, full)
	})
}

// sameMessage encodes a message of the full schema and compares what we read of it.
func sameMessage(t *testing.T, method string, full proto.Message) {
	t.Helper()
	want, wantUser := wantedOf(full)
	if want == nil {
		return
	}
	b, err := proto.Marshal(full)
	if err != nil {
		t.Fatal(err)
	}
	got := decodeOne(t, testDecoder(), method, b)
	if diff := cmp.Diff(want, comparableData(got.Data)); diff != "" {
		t.Errorf("%x (-want +got):\n%s", b, diff)
	}
	if got.User == nil {
		return
	}
	user := *got.User
	user.Roles, user.TopGifter = nil, 0
	if diff := cmp.Diff(wantedUser(wantUser), user); diff != "" {
		t.Errorf("%x (-want +got):\n%s", b, diff)
	}
}
