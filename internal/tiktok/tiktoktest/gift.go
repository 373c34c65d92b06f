package tiktoktest

import (
	"fmt"
	"time"

	"showcaller/internal/tiktok/webcast"
)

// Gift is an entry of the gift panel.
type Gift struct {
	ID       int64
	Name     string
	Diamonds int32 // price of one
	Type     int32 // 1 is streakable, 2 and 4 are not
}

// Some gifts of the real panel, with their ids and prices.
var (
	Rose        = Gift{5655, "Rose", 1, 1}
	FingerHeart = Gift{5487, "Finger Heart", 5, 1}
	Perfume     = Gift{5658, "Perfume", 20, 1}
	Doughnut    = Gift{5879, "Doughnut", 30, 1}
	HeartMe     = Gift{7934, "Heart Me", 1, 4}
	Galaxy      = Gift{11046, "Galaxy", 1000, 2}
	Lion        = Gift{6369, "Lion", 29999, 2}
)

// Gifts is the panel that the gift list serves.
func Gifts() []Gift { return []Gift{Rose, FingerHeart, Perfume, Doughnut, HeartMe, Galaxy, Lion} }

func (g Gift) streakable() bool { return g.Type == 1 }

func (g Gift) imageURL() string {
	return fmt.Sprintf("https://p19-webcast.tiktokcdn.com/img/maliva/webcast-va/gift-%d.png~tplv-obj.webp", g.ID)
}

func (g Gift) proto() *webcast.Gift {
	image := &webcast.Image{UrlList: []string{g.imageURL()}, Uri: fmt.Sprintf("webcast-va/gift-%d.png", g.ID)}
	return &webcast.Gift{
		Image: image, Icon: image, Describe: "sent " + g.Name, Duration: 1000, Id: g.ID, Combo: g.streakable(), Type: g.Type,
		DiamondCount: g.Diamonds, Name: g.Name, IsDisplayedOnPanel: true,
	}
}

// Streak is one viewer tapping one gift. TikTok sends a message for some of the taps, with the total so far, and when the
// viewer has stopped for about three seconds repeats the last total as the final one.
type Streak struct {
	From  Viewer
	Gift  Gift
	To    *Viewer // a guest who receives it in place of the host
	Group int64   // the viewer's clock at the first tap, in ms: not unique across viewers
	Multi int32   // pieces per tap if more than one
	last  int32
}

// Streak begins a streak in the room. Its group is like no other of this server.
func (r *Room) Streak(from Viewer, g Gift) *Streak {
	return &Streak{From: from, Gift: g, Group: r.server.nextGroup()}
}

// nextGroup returns the present in ms, or a little more if that was taken.
func (s *Server) nextGroup() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lastGroup = max(s.lastGroup+1, time.Now().UnixMilli())
	return s.lastGroup
}

// Tap is the message that total pieces have been given so far.
func (s *Streak) Tap(total int32) Message {
	s.last = total
	return s.message(total, false)
}

// End is the message that closes the streak.
func (s *Streak) End() Message { return s.message(max(s.last, 1), true) }

// Messages is the whole streak: a tap for each total, and the end.
func (s *Streak) Messages(totals ...int32) []Message {
	var all []Message
	for _, n := range totals {
		all = append(all, s.Tap(n))
	}
	return append(all, s.End())
}

// Once is a gift that cannot be streaked, of which count pieces were given at once. TikTok gives it no group and never an end.
func Once(from Viewer, g Gift, count int32) Message {
	s := &Streak{From: from, Gift: g}
	return s.message(count, false)
}

func (s *Streak) message(total int32, end bool) Message {
	m := &webcast.WebcastGiftMessage{
		GiftId: s.Gift.ID, GroupCount: max(s.Multi, 1), RepeatCount: total, ComboCount: total, User: s.From.proto(),
		GroupId: s.Group, Gift: s.Gift.proto(), UserIdentity: s.From.identity(),
		MonitorInfo: &webcast.GiftMonitorInfo{FromPlatform: "android"},
	}
	if end {
		m.RepeatEnd = 1
	} else {
		m.FanTicketCount = int64(total) // absent on final messages
	}
	if s.To != nil {
		m.ToUser = s.To.proto()
		m.MonitorInfo.ToUserId = s.To.ID
	}
	msg := event(kindGift, "WebcastGiftMessage", m)
	msg.Describe = fmt.Sprintf("%s: gifted the host %d %s", s.From.Nickname, total, s.Gift.Name)
	msg.Key = "webcast_aweme_gift_send_message"
	return msg
}
