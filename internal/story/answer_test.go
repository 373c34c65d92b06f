package story_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
	"showcaller/internal/story"
	"showcaller/internal/story/storytest"
)

// wantFit checks what is true of every answer.
func wantFit(t testing.TB, a live.StoryAnswer) {
	t.Helper()
	if len(a.Clips) < 1 || len(a.Clips) > story.MaxClips || a.TurnID == "" {
		t.Errorf("%d clips, turn %q", len(a.Clips), a.TurnID)
	}
	for _, c := range a.Clips {
		if n := utf8.RuneCountInString(c.Speech); n < 1 || n > story.MaxSpeech {
			t.Errorf("speech of %d runes: %q", n, c.Speech)
		}
		if !slices.Contains(story.Faces, c.FaceID) || !slices.Contains(story.Bodies, c.BodyID) || c.Face == "" || c.Body == "" {
			t.Errorf("stage directions: %+v", c)
		}
	}
}

// Every example of the document is answered: the host speaks the language of what came, and names who gave.
func TestAnswerDocument(t *testing.T) {
	for _, tt := range documentExamples {
		t.Run(tt.name, func(t *testing.T) {
			s, store := newStories(t, nil)
			a := ask(t, s, tt.body)
			wantFit(t, a)
			if diff := cmp.Diff(live.StoryInput{Type: tt.kind, Data: json.RawMessage(tt.data)}, a.Event); diff != "" {
				t.Errorf("event (-want +got):\n%s", diff)
			}
			if a.Responder != story.ResponderTemplate || a.Fallback != "" {
				t.Errorf("responder %q, fallback %q", a.Responder, a.Fallback)
			}
			stored, err := store.StoryTurn(context.Background(), story.DefaultID, a.TurnID)
			if err != nil || stored.Type != tt.kind {
				t.Errorf("stored %+v, %v", stored, err)
			}
		})
	}
}

func TestAnswerSays(t *testing.T) {
	tests := []struct {
		name, body string
		want       []string
	}{
		{"sender, gift, count and note", `{"type":"gift_event","data":{"username":"generous_fan","giftName":"超级火箭","giftCount":3,"giftValue":299.99,"message":"继续加油！"}}`, []string{"generous_fan", "超级火箭", "3", "继续加油"}},
		{"gift without value", `{"type":"gift_event","data":{"username":"fan123","giftName":"玫瑰","giftCount":1}}`, []string{"fan123", "玫瑰"}},
		{"program and duration", `{"type":"program_event","data":{"action":"finish","programName":"Minecraft","programType":"gaming","duration":7200}}`, []string{"Minecraft"}},
		{"what it is", `{"type":"user_chat","data":{"message":"who are you? are you a robot?","username":"Jane"}}`, []string{"Linh", "AI"}},
		{"viewer's name", `{"type":"user_chat","data":{"message":"hello everyone, how are you","username":"Jane Smith"}}`, []string{""}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, _ := newStories(t, nil)
			said := spoken(ask(t, s, tt.body))
			for _, want := range tt.want {
				if !strings.Contains(said, want) {
					t.Errorf("said %q, want %q in it", said, want)
				}
			}
		})
	}
}

func TestAnswerKeepsHistory(t *testing.T) {
	s, store := newStories(t, nil)
	value := 299.99
	a := answer(t, s, live.StoryTurn{
		TurnID: "t1", ViewerID: "42", SessionID: 7, Cause: 1042, Also: []int64{1043},
		Givers: []live.StoryGiver{{Seq: 1042, ViewerID: "42", GiftCount: 3}},
		Input:  input(t, live.InputGift, live.StoryGift{Username: "fan", GiftName: "Rose", GiftCount: 3, GiftValue: &value, Message: "hi"}),
	})
	got, err := store.StoryTurn(context.Background(), story.DefaultID, "t1")
	if err != nil {
		t.Fatal(err)
	}
	want := live.StoryMessage{
		ID: 1, StoryID: "1", TurnID: "t1", At: got.At, Type: "gift_event", Speaker: "fan", ViewerID: "42", Text: "3 × Rose (299.99): hi",
		GiftName: "Rose", GiftCount: 3, Value: 299.99, Clips: a.Clips, Responder: "template", TookMS: got.TookMS, SessionID: 7, Cause: 1042,
		Input: json.RawMessage(`{"type":"gift_event","data":{"username":"fan","giftName":"Rose","giftCount":3,"giftValue":299.99,"message":"hi"}}`),
		Also:  []int64{1043}, Givers: []live.StoryGiver{{Seq: 1042, ViewerID: "42", GiftCount: 3}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}

func TestAnswerRefuses(t *testing.T) {
	hello := input(t, live.InputChat, live.StoryChat{Message: "hello"})
	paused := func(p *live.StoryProfile) { p.Paused = true }
	tests := []struct {
		name   string
		turn   live.StoryTurn
		change func(*live.StoryProfile)
		want   live.Code
	}{
		{"no such story", live.StoryTurn{StoryID: "7", Input: hello}, nil, live.CodeNotFound},
		{"paused", live.StoryTurn{StoryID: "1", Input: hello}, paused, live.CodeConflict},
		{"unfit comes before paused", live.StoryTurn{StoryID: "1", Input: live.StoryInput{Type: "user_chat"}}, paused, live.CodeInvalid},
		{"unknown type", live.StoryTurn{StoryID: "1", Input: live.StoryInput{Type: "dance"}}, nil, live.CodeInvalid},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s, store := newStories(t, nil)
			if tt.change != nil {
				s, store = newStories(t, nil, tt.change)
			}
			_, err := s.Answer(context.Background(), tt.turn, nil)
			if live.CodeOf(err) != tt.want {
				t.Errorf("err = %v, want %s", err, tt.want)
			}
			if stored, _ := store.StoryMessages(context.Background(), "1", 0, 10); len(stored) > 0 {
				t.Errorf("stored %v", stored)
			}
		})
	}
}

func TestAnswerOnce(t *testing.T) {
	s, store := newStories(t, nil)
	turn := live.StoryTurn{TurnID: "t1", Input: input(t, live.InputChat, live.StoryChat{Message: "hello", Username: "a"}), Also: []int64{3}}
	first := answer(t, s, turn)
	var heard []string
	turn.StoryID = story.DefaultID
	again, err := s.Answer(context.Background(), turn, func(d live.StoryDelta) {
		if d.Clip != nil {
			heard = append(heard, d.Clip.Speech)
		}
	})
	if diff := cmp.Diff(first, again); diff != "" || err != nil {
		t.Errorf("again (-first +again):\n%s%v", diff, err)
	}
	if strings.Join(heard, " | ") != spoken(first) {
		t.Errorf("progress of the repeated turn: %q", heard)
	}
	if m, _ := store.StoryMessages(context.Background(), "1", 0, 10); len(m) != 1 {
		t.Errorf("%d messages are stored", len(m))
	}
}

func TestAnswerOnceAtTheSameTime(t *testing.T) {
	s, store := newStories(t, nil)
	turn := live.StoryTurn{StoryID: "1", TurnID: "t1", Input: input(t, live.InputChat, live.StoryChat{Message: "hello"})}
	answers := make([]live.StoryAnswer, 20)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i], _ = s.Answer(context.Background(), turn, nil) })
	}
	wg.Wait()
	for _, a := range answers[1:] {
		if diff := cmp.Diff(answers[0], a); diff != "" {
			t.Errorf("two answers to one turn:\n%s", diff)
		}
	}
	if m, _ := store.StoryMessages(context.Background(), "1", 0, 100); len(m) != 1 {
		t.Errorf("%d messages are stored", len(m))
	}
}

func TestAnswerTooManyAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		server, client := storytest.NewPiped(t, storytest.Never)
		model, err := story.NewModel(story.ModelConfig{BaseURL: server.URL, Model: "m", HTTP: client})
		if err != nil {
			t.Fatal(err)
		}
		s, _ := newStories(t, model)
		ctx, cancel := context.WithCancel(t.Context())
		turn := live.StoryTurn{StoryID: "1", Input: input(t, live.InputChat, live.StoryChat{Message: "hello"})}
		for range 8 {
			go s.Answer(ctx, turn, nil) //nolint:errcheck // only the next one matters
		}
		synctest.Wait()
		_, err = s.Answer(ctx, turn, nil)
		if e, ok := errors.AsType[*live.Error](err); !ok || e.Code != live.CodeLimited || e.RetryAt.IsZero() {
			t.Errorf("err = %v, want limited with a time", err)
		}
		cancel()
		synctest.Wait()
	})
}

func TestAnswerDryRun(t *testing.T) {
	s, store := newStories(t, nil)
	turn := live.StoryTurn{DryRun: true, Input: input(t, live.InputChat, live.StoryChat{Message: "hello"})}
	first, second := answer(t, s, turn), answer(t, s, turn)
	if diff := cmp.Diff(first.Clips, second.Clips); diff != "" {
		t.Errorf("the same seed and history gave two answers:\n%s", diff)
	}
	if m, _ := store.StoryMessages(context.Background(), "1", 0, 10); len(m) > 0 {
		t.Errorf("a dry run was stored: %v", m)
	}
}

func TestAnswerStoreFails(t *testing.T) {
	broken := errors.New("disk on fire")
	for method, fatal := range map[string]bool{
		"StoryTurn": true, "StoryProfile": true, "SaveStoryTurn": true, "StoryMessages": false, "RecallStory": false, "StoryViewer": false,
	} {
		t.Run(method, func(t *testing.T) {
			s, store := newStories(t, nil)
			store.Fail = func(m string) error {
				if m == method {
					return broken
				}
				return nil
			}
			for _, in := range []live.StoryInput{
				input(t, live.InputChat, live.StoryChat{Message: "hello"}),
				input(t, live.InputGift, live.StoryGift{Username: "u", GiftName: "g", GiftCount: 1}),
			} {
				a, err := s.Answer(context.Background(), live.StoryTurn{StoryID: "1", ViewerID: "9", Input: in}, nil)
				if fatal && !errors.Is(err, broken) || !fatal && (err != nil || len(a.Clips) == 0) {
					t.Errorf("%s: %v, %v", in.Type, a.Clips, err)
				}
			}
		})
	}
}

func TestAnswerGiftGroupNamesEveryone(t *testing.T) {
	for _, language := range story.Languages {
		for _, n := range []int{1, 2, 4, 12, 24} {
			s, _ := newStories(t, nil, func(p *live.StoryProfile) { p.Language = language })
			var group live.StoryGifts
			for i := range n {
				name := string(rune('A'+i)) + " nguyễn thị " + strings.Repeat("x", i%7)
				group.Gifts = append(group.Gifts, live.StoryGift{Username: name, GiftName: "Rose", GiftCount: 1})
			}
			a := answer(t, s, live.StoryTurn{Input: input(t, live.InputGifts, group)})
			wantFit(t, a)
			for _, g := range group.Gifts {
				if !strings.Contains(spoken(a), g.Username[:3]) {
					t.Errorf("%s, %d gifts: %q is not named in %q", language, n, g.Username, spoken(a))
				}
			}
		}
	}
}

func TestAnswerDirectorsInputs(t *testing.T) {
	tests := []struct {
		in   live.StoryInput
		want []string
	}{
		{input(t, live.InputNotice, live.StoryNotice{Follows: []string{"Mai", "Ken"}, Shares: []string{"Bob"}}), []string{"Mai", "Ken", "Bob"}},
		{input(t, live.InputNotice, live.StoryNotice{Likes: 10000}), []string{"10000"}},
		{input(t, live.InputNotice, live.StoryNotice{Joins: []string{"evil.com"}}), nil},
		{input(t, live.InputNotice, live.StoryNotice{}), nil},
		{input(t, live.InputIdle, live.StoryIdle{Silence: 45, Line: 1}), nil},
	}
	for _, tt := range tests {
		s, _ := newStories(t, nil)
		a := answer(t, s, live.StoryTurn{Input: tt.in})
		wantFit(t, a)
		for _, want := range tt.want {
			if !strings.Contains(spoken(a), want) {
				t.Errorf("%s: %q is not in %q", tt.in.Data, want, spoken(a))
			}
		}
	}
}

func TestDefault(t *testing.T) {
	seen := map[string]bool{}
	for _, language := range append(story.Languages, "fr") {
		p := story.Default(language)
		if err := story.Check(p); err != nil || p.ID != story.DefaultID || p.Persona == "" || p.Rules == "" {
			t.Errorf("Default(%q) = %+v, %v", language, p, err)
		}
		seen[p.Persona] = true
	}
	if len(seen) != len(story.Languages) {
		t.Errorf("%d personas, want one a language", len(seen))
	}
}

func TestCheck(t *testing.T) {
	p := live.StoryProfile{
		Language: "fr", Responder: "oracle", Persona: strings.Repeat("x", 8001), BlockedIn: []string{"ok", " "}, Budget: live.StoryBudget{DayTokens: -1},
		Pacing: live.StoryPacing{ChatKept: 101, GiftMerge: -1, IdleLines: -1, IdleFirst: 4},
	}
	v, ok := errors.AsType[*story.ValidationError](story.Check(p))
	if !ok {
		t.Fatal("a bad story passed")
	}
	want := []string{
		"name required map[]", "persona long map[Has:8001 Most:8000]", "language one_of map[Allowed:zh, en, vi, ja]", "responder one_of map[Allowed:template, model]",
		"blocked_in[1] word map[Most:60]", "pacing.chat_kept integer map[From:1 To:100]", "pacing.gift_merge integer map[From:1 To:60]",
		"pacing.idle_first integer map[From:5 To:3600]", "budget.day_tokens integer map[From:0 To:1000000000]",
	}
	var paths []string
	for _, f := range v.Fields {
		if !slices.Contains(story.Rules, f.Rule) || f.Message == "" {
			t.Errorf("%s: no words for %q", f.Path, f.Rule)
		}
		paths = append(paths, fmt.Sprint(f.Path, " ", f.Rule, " ", f.Args))
	}
	if diff := cmp.Diff(want, paths); diff != "" {
		t.Errorf("paths (-want +got):\n%s", diff)
	}
}

func BenchmarkAnswerTemplate(b *testing.B) {
	s, _ := newStories(b, nil)
	inputs := []live.StoryInput{
		input(b, live.InputChat, live.StoryChat{Message: "今天天气真好！你叫什么名字？", Username: "小草莓酱"}),
		input(b, live.InputGift, live.StoryGift{Username: "Nguyễn Đức Phúc", GiftName: "Rose", GiftCount: 5, Message: "cố lên chị ơi"}),
		input(b, live.InputProgram, live.Program{Action: "start", ProgramName: "歌回", ProgramType: "singing"}),
	}
	for i := range 30 { // a history to choose against
		answer(b, s, live.StoryTurn{Input: inputs[i%len(inputs)]})
	}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		answer(b, s, live.StoryTurn{Input: inputs[i%len(inputs)], DryRun: true})
	}
}
