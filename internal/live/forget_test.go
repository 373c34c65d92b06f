package live_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

var kiet = live.User{UniqueID: "kiet.secret", Nickname: "Kiệt Secret", UserID: "6800000000000000077"}

func ofKiet(e live.Event) live.Event {
	e.User = &kiet
	return e
}

func forgotten() *live.Forgotten {
	who := live.NewForgotten(kiet.Key())
	who.Add("kiet.secret", "Kiệt Secret")
	who.Add("kt", "Kiệt")
	return who
}

func TestForgottenInTexts(t *testing.T) {
	who := forgotten()
	for text, want := range map[string][2]string{ // scrubbed, and without mentions
		"kiet.secret, Kiet.Secret.":      {"…, ….", "kiet.secret, Kiet.Secret."},
		"hi @kiet.secret.":               {"hi ….", "hi …."},
		"@kiet.secret @kiet.secret":      {"… …", "… …"},
		"谢谢@kiet.secret啊":                {"谢谢…啊", "谢谢…啊"},
		"Kiệt Secret and @Kiệt":          {"… and @…", "Kiệt Secret and …"},
		"@kiet.secretary, @kt, my.kiet":  {"@kiet.secretary, @kt, my.kiet", "@kiet.secretary, @kt, my.kiet"},
		"1 tiktok 6800000000000000077 5": {"1 tiktok … 5", "1 tiktok 6800000000000000077 5"},
	} {
		if diff := cmp.Diff(want, [2]string{who.Scrub(text), who.Unmention(text)}); diff != "" {
			t.Errorf("%q (-want +got):\n%s", text, diff)
		}
	}
}

// traces returns the first of several texts that names the viewer.
func traces(texts ...string) string {
	for _, text := range texts {
		lower := strings.ToLower(text)
		if strings.Contains(lower, "kiet") || strings.Contains(lower, "kiệt") || strings.Contains(lower, kiet.UserID) {
			return text
		}
	}
	return ""
}

// lose has the store forget the viewer.
func (g *gallery) lose(session int64) {
	m := g.log(session)
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events = slices.Clone(m.events)
	for i, e := range m.events {
		if e.User != nil && e.User.UserID == kiet.UserID {
			m.events[i] = live.Event{SessionID: e.SessionID, Seq: e.Seq, At: e.At, Kind: e.Kind, Origin: e.Origin, User: &live.User{UserID: "~forgotten-1"}, Data: e.Data}
		}
	}
}

// TestOverlaysForget: a viewer who is on screen, waits, was shown, was left out and is in the chat leaves no trace, whatever is kept
// afterwards.
func TestOverlaysForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t, options(live.OverlayAlerts, func(o *live.AlertsOptions) {
			o.Rules = []live.AlertRule{{On: live.KindGift, Enabled: true, Title: "{nickname}"}, {On: live.KindQuestion, Enabled: true, Title: "{text}"}}
			o.Timing.LeastMS = o.Timing.ShowMS
		}), live.DefaultOptions(live.OverlayChat), live.DefaultOptions(live.OverlayLeaderboard))
		session := s.live().Info.ID
		v, chat := s.open(1, nil), s.open(2, nil)
		s.say(ofKiet(giftOf("Galaxy", 1000)))
		time.Sleep(time.Minute)
		s.say(ofKiet(giftOf("Lion", 2000)), giftOf("Rose", 10), ofKiet(giftOf("Rose", 10)), ofKiet(rose(3, false)),
			event(live.Question{Question: "is @kiet.secret here?"}), ofKiet(event(live.Comment{Comment: "hello"})))
		q, err := s.overlays.Alerts(t.Context(), 1)
		if err != nil || q.Now.Title != "Kiệt Secret" || len(q.Waiting) != 4 || len(q.History) != 1 {
			t.Fatalf("before: %+v, %v", q, err)
		}
		for _, i := range []int{0, 1} { // the first is named in the log at once, the second within a second
			if err := s.overlays.Control(t.Context(), 1, live.OverlayCommand{Do: "skip", ID: q.Waiting[i].ID}); err != nil {
				t.Fatal(err)
			}
		}
		s.store.lose(session)
		_, before := chat.seen()
		if err := s.overlays.Forget(t.Context(), forgotten()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		board := state[live.LeaderboardState](s, 3)
		lines := state[live.ChatState](s, 2)
		if len(board.Leaders) != 2 || len(lines.Events) == 0 {
			t.Errorf("what they did is no longer counted: %+v, %+v", board, lines)
		}
		q, err = s.overlays.Alerts(t.Context(), 1)
		if err != nil || q.Now != nil || len(q.Waiting) != 1 || q.Waiting[0].Title != "is … here?" || len(q.History) != 1 {
			t.Errorf("after: %+v, %v", q, err)
		}
		on, _ := v.seen()
		if _, told := chat.seen(); on != "" || len(told) == len(before) || traces(told[len(before):]...) != "" {
			t.Errorf("pages still show %q, and were told %s", on, told[len(before):])
		}
		time.Sleep(5 * time.Minute)
		v.close()
		chat.close()
		s.stop()
		texts := []string{encoded(t, board), encoded(t, lines)}
		for _, m := range s.store.memories {
			texts = append(texts, string(m.Data))
		}
		for _, e := range s.store.log(session).all() {
			texts = append(texts, live.Text(e), e.User.Name())
		}
		texts = slices.DeleteFunc(texts, func(text string) bool { return text == "is @kiet.secret here?" }) // the store's to clean
		if found := traces(texts...); found != "" {
			t.Errorf("kept: %s", found)
		}
	})
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestForgetRecent: who reads the newest events reads what the store has made of them.
func TestForgetRecent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStudio(t)
		session := s.live()
		s.say(ofKiet(event(live.Comment{Comment: "hello"})), event(live.Comment{Comment: "hi"}))
		s.store.lose(session.Info.ID)
		s.engine.ForgetRecent()
		s.say(event(live.Comment{Comment: "bye"}))
		var said []string
		for events, err := range session.Log().Follow(t.Context(), 0) {
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				said = append(said, e.User.Name()+" "+live.Text(e))
			}
			if slices.Contains(said, "Ann bye") {
				break
			}
		}
		if traces(said...) != "" || !slices.Contains(said, "Ann hi") {
			t.Errorf("read: %q", said)
		}
	})
}

// TestDirectorForgets: the host falls silent to a viewer who is forgotten, and thanks them for nothing.
func TestDirectorForgets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := direct(t, &memory{}, &host{takes: time.Second}, live.StoryProfile{MutedIDs: []string{"77", kiet.Key()}})
		defer s.stop()
		s.add(ofKiet(says(1, "")), ofKiet(gives(1, 1, "Rose", 1)))
		pass(7 * time.Second) // thanked
		s.add(says(1, "hello"), ofKiet(gives(1, 1, "Lion", 1)))
		s.add(ofKiet(live.Event{Kind: live.KindFollow, Origin: live.OriginTikTok, Data: live.Follow{}}))
		if q := s.queue(); traces(encoded(t, q)) == "" || len(q.Waiting) == 0 {
			t.Fatalf("before: %+v", q)
		}
		if err := s.director.Forget(t.Context(), forgotten()); err != nil {
			t.Fatal(err)
		}
		q := s.queue()
		if found := traces(encoded(t, q)); found != "" || !slices.Equal(q.MutedIDs, []string{"77"}) {
			t.Errorf("after: %s", encoded(t, q))
		}
		pass(time.Minute)
		replies, _ := s.told()
		if found := traces(replies[1:]...); found != "" {
			t.Errorf("said later: %s", found)
		}
	})
}
