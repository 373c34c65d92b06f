package story_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"showcaller/internal/live"
	"showcaller/internal/story/storytest"
)

// logbook is a live.SessionStore that keeps what is recorded.
type logbook struct {
	mu     sync.Mutex
	events []live.Event
}

func (l *logbook) Append(_ context.Context, b live.Batch) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, b.Events...)
	return nil
}

func (l *logbook) EventsAfter(_ context.Context, _, after int64, limit int) ([]live.Event, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.events[after:min(after+int64(limit), int64(len(l.events)))]), nil
}

// only is a live.Stage with one session for ever.
type only struct{ session *live.Session }

func (o only) Stage(string) (*live.Session, <-chan struct{}) { return o.session, nil }

// Whatever the model's server does, a viewer who gives something is thanked by name within 10 s, and the log says that the template
// speaks and why: what the panel shows is made of that event.
func TestGiftIsThankedWhateverTheModelDoes(t *testing.T) {
	for _, tt := range failures {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				server, client := storytest.NewPiped(t, tt.play)
				s, _ := newStories(t, pipedModel(t, server, client))
				r := thanks(t, s, live.StoryProfile{ID: "1", Name: "Linh"}, live.Event{
					User: &live.User{UniqueID: "jane", Nickname: "Jane", UserID: "42"},
					Data: live.Gift{Gift: live.GiftItem{ID: 5655, Name: "Rose", DiamondCount: 1}, RepeatCount: 3, TotalDiamonds: 3},
				})
				if r.Responder != "template" || r.Fallback != tt.why || !strings.Contains(r.Clips[0].Speech, "Jane") {
					t.Errorf("%s speaks because of %q, want %q: %+v", r.Responder, r.Fallback, tt.why, r.Clips)
				}
			})
		})
	}
}

// A gift that TikTok delivers without the names of viewer and gift is thanked for in the host's own words, and in no other language.
func TestNamelessGiftIsThankedInTheLanguageOfTheShow(t *testing.T) {
	for language, word := range map[string]string{"zh": "礼物", "vi": "món quà", "ja": "ギフト"} {
		t.Run(language, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, _ := newStories(t, nil)
				profile := live.StoryProfile{ID: "1", Name: "Linh", Language: language}
				r := thanks(t, s, profile, live.Event{Data: live.Gift{Gift: live.GiftItem{ID: 9, DiamondCount: 1}, RepeatCount: 1, TotalDiamonds: 1}})
				if said := r.Clips[0].Speech; !strings.Contains(strings.ToLower(said), word) || strings.Contains(said, "TikTok") || strings.Contains(said, "gift") {
					t.Errorf("the host says %q", said)
				}
			})
		})
	}
}

// thanks lets a gift be given in a show, and returns what the host says to it.
func thanks(t *testing.T, s live.Story, profile live.StoryProfile, gift live.Event) live.Reply {
	t.Helper()
	log := &logbook{}
	session := live.NewSession(live.SessionInfo{ID: 7, Room: "ann"}, live.Past{}, log)
	defer session.Close(false)
	director := live.NewDirector("1", s, only{session}, nil, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		director.Run(ctx, profile)
	}()
	defer func() {
		stop()
		<-done
	}()
	gift.Kind, gift.Origin, gift.At = live.KindGift, live.OriginTikTok, time.Now()
	if _, err := session.Append(ctx, gift); err != nil {
		t.Fatal(err)
	}
	time.Sleep(10 * time.Second)
	synctest.Wait()
	log.mu.Lock()
	defer log.mu.Unlock()
	if len(log.events) < 2 {
		t.Fatal("nobody was thanked within 10 s")
	}
	e := log.events[1]
	if e.Kind != live.KindReply || e.Cause != 1 || e.At.Sub(gift.At) > 10*time.Second {
		t.Fatalf("after %s the log says %+v", e.At.Sub(gift.At), e)
	}
	return live.DataOf[live.Reply](e)
}
