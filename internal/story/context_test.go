package story

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

// What a model is told, what history keeps, and what is looked up, by type.
func TestInputContext(t *testing.T) {
	tests := []struct {
		kind, data, context, text string
		memory                    Memory
	}{
		{"user_chat", `{"message":"今天天气真好！","username":"user123"}`, "user123: 今天天气真好!", "今天天气真好!", MemoryText},
		{"user_chat", `{"message":"666"}`, "A viewer: 666", "666", MemoryText},
		{"simple_text", `{"text":"hello"}`, "hello", "hello", MemoryText},
		{
			"gift_event", `{"username":"generous_fan","giftName":"超级火箭","giftCount":3,"giftValue":299.99,"message":"继续加油！"}`,
			"generous_fan gave 3 × 超级火箭. Value: 299.99. Note with the gift: 继续加油!", "3 × 超级火箭 (299.99): 继续加油!", MemoryViewer,
		},
		{
			"gift_event", `{"username":"fan","giftName":"Rose","giftValue":0,"message":"hi","messageFromChat":true}`,
			"fan gave Rose. Value: 0. Shortly before, the same viewer wrote in chat: hi", "Rose (0): hi", MemoryViewer,
		},
		{"gift_event", `{"username":"evil.com","giftName":"evil.com"}`, "A viewer gave a gift.", "a gift", MemoryViewer},
		{
			"program_event", `{"action":"finish","programName":"歌回","programType":"singing","duration":3725}`,
			"Program finished: 歌回. Type: singing. It took 1 h 2 min 5 s.", "finish: 歌回 (singing), 1 h 2 min 5 s", MemoryNone,
		},
		{"program_event", `{"action":"pause","programName":"自由聊天","duration":60}`, "Program paused: 自由聊天.", "pause: 自由聊天", MemoryNone},
		{"program_event", `{"action":"finish","programName":"p","duration":1e300}`, "Program finished: p.", "finish: p", MemoryNone},
		{
			"gift_group", `{"gifts":[{"username":"A","giftName":"Rose"},{"username":"B","giftName":"Lion","giftCount":2}]}`,
			"A gave Rose.\nB gave 2 × Lion.", "A: Rose\nB: 2 × Lion", MemoryNone,
		},
		{"gift_group", `{"gifts":[{},{"username":"B"}]}`, "A viewer gave a gift.\nB gave a gift.", "a gift\nB: a gift", MemoryNone},
		{
			"notice", `{"follows":["A","B"],"shares":["C"],"joins":["D"],"likes":1000}`,
			"Followed: A, B. Shared the LIVE: C. Came in: D. The LIVE reached 1000 likes.", "Followed: A, B. Shared the LIVE: C. Came in: D. The LIVE reached 1000 likes.", MemoryNone,
		},
		{"idle", `{"silence":45}`, "Nobody has written for 45 seconds. Say something of your own; ask for nothing, least of all for gifts.", "", MemoryNone},
	}
	inputs := NewInputs(BuiltinInputs()...)
	for _, tt := range tests {
		kind, err := inputs.lookup(tt.kind, "type", true)
		if err != nil {
			t.Fatal(err)
		}
		in, _, err := kind.read([]byte(tt.data), "data", true)
		if err != nil {
			t.Fatal(err)
		}
		in.Clean(NewGuard(nil, nil))
		if diff := cmp.Diff([]any{tt.context, tt.text, tt.memory}, []any{in.Context(), in.Text(), in.Memory()}); diff != "" {
			t.Errorf("%s %s (-want +got):\n%s", tt.kind, tt.data, diff)
		}
	}
}

func TestPromptKeepsItsBudgets(t *testing.T) {
	w := &turn{story: Default("en"), language: "en", input: &giftInput{live.StoryGift{Username: "Jane", GiftName: "Rose", GiftCount: 1}}}
	w.viewer = live.StoryViewer{Gifts: 12, Value: 340, Visits: 3, FirstGift: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)}
	for range 20 {
		w.memories = append(w.memories, live.StoryMemory{Speaker: "Jane", Text: strings.Repeat("长", 500), Answer: strings.Repeat("long ", 99)})
		w.history = append(w.history, live.StoryMessage{Speaker: "Jane", Text: strings.Repeat("长", 500), Clips: []live.Clip{{Speech: strings.Repeat("x", 120)}}})
	}
	p := newPrompt(w, "NONCE")
	if n := estimate(p.user); n > memoryTokens+historyTokens+400 {
		t.Errorf("about %d tokens:\n%s", n, p.user)
	}
	for _, want := range []string{`"pieces":12`, `"first":"2026-01-02"`, `"visits":3`, "Jane gave Rose."} {
		if !strings.Contains(p.user, want) {
			t.Errorf("%s is not in the prompt", want)
		}
	}
	w.story.Budget.TurnTokens = estimate(p.system) + answerTokens + memoryTokens + 200
	if len(recent(w)) >= len(w.history) || estimate(newPrompt(w, "NONCE").user) >= estimate(p.user) {
		t.Error("a small budget shortens no history")
	}
}

func TestClipScanner(t *testing.T) {
	text := `I'd say "ok" first: {"clips":[{"speech":"a {b} \"c\" \\","face":"f"},{"face":"no speech"},{"speech":" "},{"x":[1,{"speech":"deep"}]}]} bye }`
	for size := 1; size < len(text); size++ {
		var scan clipScanner
		var got []string
		for i := 0; i < len(text); i += size {
			for _, c := range scan.write(text[i:min(i+size, len(text))]) {
				got = append(got, c.Speech)
			}
		}
		if diff := cmp.Diff([]string{`a {b} "c" \`, "deep"}, got); diff != "" {
			t.Fatalf("in pieces of %d bytes (-want +got):\n%s", size, diff)
		}
	}
}

func TestRetryAt(t *testing.T) {
	now := time.Date(2026, 11, 21, 21, 0, 0, 0, time.UTC)
	for header, want := range map[string]time.Duration{
		"7": 7 * time.Second, "": time.Second, "soon": time.Second, "-1": time.Second, "99999999": 24 * time.Hour,
		now.Add(time.Minute).Format(http.TimeFormat): time.Minute,
	} {
		if got := retryAt(header, now).Sub(now); got != want {
			t.Errorf("retryAt(%q) = %s, want %s", header, got, want)
		}
	}
}

func TestValidationErrorNamesEveryField(t *testing.T) {
	err := &ValidationError{Fields: []FieldError{{Message: "Odd."}, {Path: "data.x", Message: "Bad."}}}
	if got := err.Error(); got != "Odd. data.x: Bad." {
		t.Errorf("Error() = %q", got)
	}
}

func BenchmarkClipScanner(b *testing.B) {
	text := `{"clips":[` + strings.Repeat(`{"face":"smile","body":"wave","speech":"Hello there, how are you today?"},`, 3) + `{}]}`
	for b.Loop() {
		var scan clipScanner
		for i := range len(text) {
			scan.write(text[i : i+1])
		}
	}
}
