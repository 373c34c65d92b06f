package story_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
	"showcaller/internal/story"
	"showcaller/internal/story/storytest"
)

// otherHost plays another program's story API.
func otherHost(t *testing.T, h http.HandlerFunc) *story.Remote {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	r, err := story.NewRemote(story.RemoteConfig{URL: server.URL, Token: "other-token"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	return r
}

func sse(events ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
		for i := 0; i < len(events); i += 2 {
			fmt.Fprintf(w, "event: %s\ndata: %s\n\n", events[i], events[i+1])
		}
	}
}

func jsonAnswer(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}
}

func TestRemoteAnswers(t *testing.T) {
	hi := `{"body":"waves","face":"smiles","speech":"Hi Jane!"}`
	tests := []struct {
		name string
		h    http.HandlerFunc
	}{
		{"json", jsonAnswer(`{"turn_id":"x","clips":[` + hi + `],"responder":"model"}`)},
		{"json of an old host", jsonAnswer(`{"clips":[` + hi + `]}`)},
		{"sse", sse("start", `{}`, "thinking", `{}`, "delta", `{"text":"Hi"}`, "clip", hi, "finish", `{"turn_id":"x","clips":[`+hi+`]}`)},
		{"sse without clips before the end", sse("start", `{}`, "finish", `{"clips":[`+hi+`]}`)},
		{"sse that breaks after a clip", sse("clip", hi)},
		{"guarded", jsonAnswer(`{"clips":[` + hi + `,{"speech":"Visit evil.com"}]}`)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var heard []string
			turn := chatTurn(t, "hello")
			turn.TurnID, turn.Also = "t1", []int64{7}
			a, err := otherHost(t, tt.h).Answer(context.Background(), turn, func(d live.StoryDelta) {
				if d.Clip != nil {
					heard = append(heard, d.Clip.Speech)
				}
			})
			if err != nil {
				t.Fatal(err)
			}
			wantFit(t, a)
			want := live.Clip{Body: "waves", Face: "smiles", Speech: "Hi Jane!", BodyID: "wave", FaceID: "happy"}
			if diff := cmp.Diff([]live.Clip{want}, a.Clips); diff != "" || len(heard) != 1 || a.TurnID != "t1" || len(a.Also) != 1 {
				t.Errorf("clips (-want +got):\n%s heard %q of turn %q", diff, heard, a.TurnID)
			}
		})
	}
}

func TestRemoteAsks(t *testing.T) {
	three := 3.0
	nameless := live.StoryGift{GiftCount: 1}
	tests := []struct {
		in   live.StoryInput
		want string
	}{
		{input(t, live.InputGift, nameless), `{"type":"gift_event","data":{"username":"bạn khán giả","giftName":"món quà","giftCount":1}}`},
		{
			input(t, live.InputGifts, live.StoryGifts{Gifts: []live.StoryGift{nameless, nameless}}),
			`{"type":"gift_event","data":{"username":"bạn khán giả","giftName":"món quà, món quà","giftCount":2}}`,
		},
		{input(t, "user_chat", live.StoryChat{Message: "hi", Username: "Jane"}), `{"type":"user_chat","data":{"message":"hi","username":"Jane"}}`},
		{
			input(t, live.InputGifts, live.StoryGifts{Gifts: []live.StoryGift{{Username: "A", GiftName: "Rose", GiftCount: 2, GiftValue: &three}, {Username: "B", GiftName: "Lion"}}}),
			`{"type":"gift_event","data":{"username":"A, B","giftName":"2 × Rose, Lion","giftCount":3,"giftValue":3}}`,
		},
		{input(t, live.InputNotice, live.StoryNotice{Follows: []string{"A"}}), `{"type":"simple_text","data":{"text":"Followed: A."}}`},
	}
	for _, tt := range tests {
		var got *http.Request
		var body []byte
		r := otherHost(t, func(w http.ResponseWriter, r *http.Request) {
			got = r
			body, _ = io.ReadAll(r.Body)
			jsonAnswer(`{"clips":[{"speech":"Thank you A and B!"}]}`)(w, r)
		})
		in := tt.in
		if tt.in.Type == live.InputGifts {
			in.Data = []byte(strings.ReplaceAll(string(in.Data), `"giftCount":0`, `"giftCount":1`))
		}
		if _, err := r.Answer(context.Background(), live.StoryTurn{StoryID: "a/b", TurnID: "t1", Input: in, Language: "vi"}, nil); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, string(body)); diff != "" {
			t.Errorf("body (-want +got):\n%s", diff)
		}
		if got.URL.EscapedPath() != "/api/stories/a%2Fb/message" || got.Header.Get("Authorization") != "Bearer other-token" || got.Header.Get("Idempotency-Key") != "t1" {
			t.Errorf("%s %v", got.URL, got.Header)
		}
	}
}

func TestRemoteFails(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(code)
		}
	}
	tests := []struct {
		name string
		h    http.HandlerFunc
		want live.Code
	}{
		{"404", status(404), live.CodeNotFound},
		{"409", status(409), live.CodeConflict},
		{"422", status(422), live.CodeInvalid},
		{"429", status(429), live.CodeLimited},
		{"401", status(401), live.CodeUpstream},
		{"500", status(500), live.CodeUpstream},
		{"html", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }, live.CodeUpstream},
		{"bad json", jsonAnswer(`{"clips":`), live.CodeUpstream},
		{"no clips", jsonAnswer(`{"clips":[]}`), live.CodeUpstream},
		{"error event", sse("start", `{}`, "error", `{"detail":"x"}`, "finish", `{}`), live.CodeUpstream},
		{"no finish", sse("start", `{}`), live.CodeUpstream},
		{"bad clip", sse("clip", `{`), live.CodeUpstream},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := otherHost(t, tt.h).Answer(context.Background(), chatTurn(t, "hello"), nil)
			if live.CodeOf(err) != tt.want {
				t.Fatalf("err = %v, want %s", err, tt.want)
			}
			if e, _ := errors.AsType[*live.Error](err); tt.want == live.CodeLimited && time.Until(e.RetryAt).Round(time.Second) != 7*time.Second {
				t.Errorf("retry at %s", e.RetryAt)
			}
		})
	}
}

// What another program says of itself is shown to people: only the contract's own words are taken over.
func TestRemoteSaysWhoSpoke(t *testing.T) {
	for _, tt := range []struct{ said, responder, fallback string }{
		{`"responder":"template","fallback":"slow"`, "template", "slow"},
		{`"responder":"model"`, "model", ""},
		{`"responder":"<b>me</b>","fallback":"because\u202e"`, "model", ""},
	} {
		a, err := otherHost(t, jsonAnswer(`{"clips":[{"speech":"Hi Jane!"}],`+tt.said+`}`)).Answer(t.Context(), chatTurn(t, "hello"), nil)
		if err != nil || a.Responder != tt.responder || a.Fallback != tt.fallback {
			t.Errorf("%s: by %q (%q), %v", tt.said, a.Responder, a.Fallback, err)
		}
	}
}

// A host that does not answer is left alone, and a gift is still thanked for.
func TestRemoteFallback(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		client := storytest.Piped(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		}))
		own, _ := newStories(t, nil)
		remote, err := story.NewRemote(story.RemoteConfig{URL: "http://model.invalid", HTTP: client, Fallback: own, Log: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		for i := range 5 {
			start := time.Now()
			a, err := remote.Answer(t.Context(), giftTurn(t), nil)
			if err != nil || !strings.Contains(spoken(a), "Jane") || a.Fallback != story.FallbackRemote || time.Since(start) > 5*time.Second {
				t.Errorf("turn %d after %s: %q (%s), %v", i, time.Since(start), spoken(a), a.Fallback, err)
			}
		}
		if n := asked.Load(); n != 3 {
			t.Errorf("asked %d times", n)
		}
	})
}

func TestNewRemoteRefuses(t *testing.T) {
	for _, u := range []string{"", "localhost:3000", "file:///x"} {
		if _, err := story.NewRemote(story.RemoteConfig{URL: u}); live.CodeOf(err) != live.CodeInvalid {
			t.Errorf("NewRemote(%q) = %v", u, err)
		}
	}
}

// Somebody who insists hears what is wrong with this very story, also while it rests, and is the first to hear it again.
func TestRemoteInsists(t *testing.T) {
	var broken atomic.Bool
	broken.Store(true)
	var asked atomic.Int32
	own, _ := newStories(t, nil)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if broken.Load() {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		jsonAnswer(`{"clips":[{"speech":"Here I am!"}]}`)(w, r)
	}))
	t.Cleanup(server.Close)
	r, err := story.NewRemote(story.RemoteConfig{URL: server.URL, Fallback: own, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.Close)
	program := live.StoryTurn{
		StoryID: "1", TurnID: "s7-1", Insist: true, Input: input(t, live.InputProgram, live.Program{Action: "start", ProgramName: "Songs"}),
	}
	for range 5 { // the third failure lets it rest
		_, err := r.Answer(t.Context(), program, nil)
		why, _ := errors.AsType[interface {
			error
			Why() string
		}](err)
		if live.CodeOf(err) != live.CodeUpstream || why == nil || why.Why() != story.FallbackServer || !strings.Contains(live.MessageOf(err), "127.0.0.1") {
			t.Fatalf("err = %v", err)
		}
	}
	if a, err := r.Answer(t.Context(), giftTurn(t), nil); err != nil || a.Fallback != story.FallbackRemote || asked.Load() != 5 {
		t.Errorf("a gift meanwhile: %+v, %v, asked %d times", a, err, asked.Load())
	}
	broken.Store(false)
	if a, err := r.Answer(t.Context(), program, nil); err != nil || spoken(a) != "Here I am!" {
		t.Fatalf("mended: %+v, %v", a, err)
	}
	if a, err := r.Answer(t.Context(), giftTurn(t), nil); err != nil || a.Fallback != "" {
		t.Errorf("the rest is over, and a gift is answered by %+v, %v", a, err)
	}
}
