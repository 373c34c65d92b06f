package story_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
	"showcaller/internal/story"
)

// Every example of the contract's document, as it stands there, and what it becomes.
var documentExamples = []struct{ name, body, kind, data string }{
	{"legacy string", `"Hello, how are you?"`, "user_chat", `{"message":"Hello, how are you?"}`},
	{"legacy object", `{"prompt":"Hello, how are you?","message":"Hello, how are you?","question":"Hello, how are you?","input":"Hello, how are you?"}`, "user_chat", `{"message":"Hello, how are you?"}`},
	{"user chat", `{"type":"user_chat","data":{"message":"今天天气真好！","username":"user123","timestamp":1635724800000}}`, "user_chat", `{"message":"今天天气真好！","username":"user123","timestamp":1635724800000}`},
	{"regular conversation", `{"type":"user_chat","data":{"message":"今天天气真好！","username":"user123"}}`, "user_chat", `{"message":"今天天气真好！","username":"user123"}`},
	{"danmaku", `{"type":"user_chat","data":{"message":"哈哈哈","username":"viewer456"}}`, "user_chat", `{"message":"哈哈哈","username":"viewer456"}`},
	{"quick reaction", `{"type":"user_chat","data":{"message":"666"}}`, "user_chat", `{"message":"666"}`},
	{"gift", `{"type":"gift_event","data":{"username":"generous_fan","giftName":"超级火箭","giftCount":3,"giftValue":299.99,"message":"继续加油！"}}`, "gift_event", `{"username":"generous_fan","giftName":"超级火箭","giftCount":3,"giftValue":299.99,"message":"继续加油！"}`},
	{"simple gift", `{"type":"gift_event","data":{"username":"fan123","giftName":"玫瑰","giftCount":1}}`, "gift_event", `{"username":"fan123","giftName":"玫瑰","giftCount":1}`},
	{"gifts with message", `{"type":"gift_event","data":{"username":"generous_fan","giftName":"超级火箭","giftCount":3,"message":"继续加油！"}}`, "gift_event", `{"username":"generous_fan","giftName":"超级火箭","giftCount":3,"message":"继续加油！"}`},
	{"high-value donation", `{"type":"gift_event","data":{"username":"whale","giftName":"嘉年华","giftCount":5,"giftValue":1499.95}}`, "gift_event", `{"username":"whale","giftName":"嘉年华","giftCount":5,"giftValue":1499.95}`},
	{"program", `{"type":"program_event","data":{"action":"finish","programName":"歌回","programId":"singing-001","programType":"singing","duration":3600,"metadata":{"songsPerformed":5,"viewersPeak":1200}}}`, "program_event", `{"action":"finish","programName":"歌回","programId":"singing-001","programType":"singing","duration":3600,"metadata":{"songsPerformed":5,"viewersPeak":1200}}`},
	{"program start", `{"type":"program_event","data":{"action":"start","programName":"歌回","programType":"singing"}}`, "program_event", `{"action":"start","programName":"歌回","programType":"singing"}`},
	{"program finish", `{"type":"program_event","data":{"action":"finish","programName":"Minecraft","programType":"gaming","duration":7200}}`, "program_event", `{"action":"finish","programName":"Minecraft","programType":"gaming","duration":7200}`},
	{"program pause", `{"type":"program_event","data":{"action":"pause","programName":"自由聊天"}}`, "program_event", `{"action":"pause","programName":"自由聊天"}`},
	{"program resume", `{"type":"program_event","data":{"action":"resume","programName":"自由聊天"}}`, "program_event", `{"action":"resume","programName":"自由聊天"}`},
	{"REST simple message", `{"message":"Hello!"}`, "user_chat", `{"message":"Hello!"}`},
	{"REST user chat", `{"type":"user_chat","data":{"message":"666","username":"viewer123"}}`, "user_chat", `{"message":"666","username":"viewer123"}`},
	{"REST gift", `{"type":"gift_event","data":{"username":"generous_fan","giftName":"超级火箭","giftCount":3}}`, "gift_event", `{"username":"generous_fan","giftName":"超级火箭","giftCount":3}`},
	{"REST program finished", `{"type":"program_event","data":{"action":"finish","programName":"游戏时间","programType":"gaming","duration":5400}}`, "program_event", `{"action":"finish","programName":"游戏时间","programType":"gaming","duration":5400}`},
	{"client without username", `{"type":"user_chat","data":{"message":"hi"}}`, "user_chat", `{"message":"hi"}`},
	{"client gift", `{"type":"gift_event","data":{"username":"u","giftName":"Rose","giftCount":2,"message":"m","giftValue":0}}`, "gift_event", `{"username":"u","giftName":"Rose","giftCount":2,"giftValue":0,"message":"m"}`},
	{"migration before", `{ "message": "Hello" }`, "user_chat", `{"message":"Hello"}`},
	{"migration after", `{"type":"user_chat","data":{"message":"Hello","username":"viewer123"}}`, "user_chat", `{"message":"Hello","username":"viewer123"}`},
}

func TestParseDocument(t *testing.T) {
	for _, tt := range documentExamples {
		t.Run(tt.name, func(t *testing.T) { wantInput(t, tt.body, tt.kind, tt.data) })
		t.Run(tt.name+" wrapped", func(t *testing.T) { wantInput(t, `{"input":`+tt.body+`}`, tt.kind, tt.data) })
	}
}

func wantInput(t *testing.T, body, kind, data string) {
	t.Helper()
	got, err := story.Parse([]byte(body))
	if err != nil {
		t.Fatalf("Parse(%s): %v", body, err)
	}
	if diff := cmp.Diff([2]string{kind, data}, [2]string{got.Type, string(got.Data)}); diff != "" {
		t.Errorf("Parse(%s) (-want +got):\n%s", body, diff)
	}
}

func TestParseForms(t *testing.T) {
	tests := []struct{ name, body, kind, data string }{
		{"order of the four", `{"input":"d","message":"c","question":"b","prompt":"a"}`, "user_chat", `{"message":"a"}`},
		{"first is blank", `{"prompt":" \u200b ","question":"b"}`, "user_chat", `{"message":"b"}`},
		{"null is absent", `{"prompt":null,"message":"c","type":null}`, "user_chat", `{"message":"c"}`},
		{"unknown keys", `{"message":"c","model":"x","temperature":[1]}`, "user_chat", `{"message":"c"}`},
		{"name beside the text", `{"message":"c","username":"Mai","timestamp":7}`, "user_chat", `{"message":"c","username":"Mai","timestamp":7}`},
		{"bad name beside the text", `{"message":"c","username":7}`, "user_chat", `{"message":"c"}`},
		{"bullet chat", `{"type":"bullet_chat","data":{"message":"弹幕"}}`, "user_chat", `{"message":"弹幕"}`},
		{"simple text", `{"type":"simple_text","data":{"text":"hi"}}`, "simple_text", `{"text":"hi"}`},
		{"count left out", `{"type":"gift_event","data":{"username":"u","giftName":"g"}}`, "gift_event", `{"username":"u","giftName":"g","giftCount":1}`},
		{"count as JavaScript writes it", `{"type":"gift_event","data":{"username":"u","giftName":"g","giftCount":3.0}}`, "gift_event", `{"username":"u","giftName":"g","giftCount":3}`},
		{"value of zero stays", `{"type":"gift_event","data":{"username":"u","giftName":"g","giftValue":0}}`, "gift_event", `{"username":"u","giftName":"g","giftCount":1,"giftValue":0}`},
		{"keys are exact", `{"type":"user_chat","data":{"message":"a","Message":"b","USERNAME":"c"}}`, "user_chat", `{"message":"a"}`},
		{"longest message", `"` + strings.Repeat("长", 2000) + `"`, "user_chat", `{"message":"` + strings.Repeat("长", 2000) + `"}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { wantInput(t, tt.body, tt.kind, tt.data) })
	}
}

func TestParseRefuses(t *testing.T) {
	gift := func(field string) string {
		return `{"type":"gift_event","data":{"username":"u","giftName":"g",` + field + `}}`
	}
	program := func(field string) string {
		return `{"type":"program_event","data":{"action":"finish","programName":"p",` + field + `}}`
	}
	tests := []struct {
		body  string
		paths []string
	}{
		{`""`, []string{""}},
		{`"  \u200b\u202e "`, []string{""}},
		{`7`, []string{""}},
		{`null`, []string{""}},
		{`[]`, []string{""}},
		{`{}`, []string{""}},
		{`{"prompt":""}`, []string{"prompt"}},
		{`{"message":5}`, []string{"message"}},
		{`{"input":[]}`, []string{"input"}},
		{`{"input":{}}`, []string{"input"}},
		{`{"input":{"input":{"input":"x"}}}`, []string{"input.input"}},
		{`{"input":{"type":"user_chat","data":{}}}`, []string{"input.data.message"}},
		{`{"input":{"type":"nonsense","data":{}}}`, []string{"input.type"}},
		{`{"message":"` + strings.Repeat("x", 2001) + `"}`, []string{"message"}},
		{`{"type":7,"data":{}}`, []string{"type"}},
		{`{"type":"user_chat"}`, []string{"data"}},
		{`{"type":"user_chat","data":"hello"}`, []string{"data"}},
		{`{"type":"user_chat","message":"hello"}`, []string{"data"}},
		{`{"type":"user_chat","data":{"message":" "}}`, []string{"data.message"}},
		{`{"type":"user_chat","data":{"message":1,"username":2,"timestamp":"3"}}`, []string{"data.message", "data.username", "data.timestamp"}},
		{`{"type":"user_chat","data":{"message":"m","username":"` + strings.Repeat("名", 101) + `"}}`, []string{"data.username"}},
		{`{"type":"user_chat","data":{"message":"m","timestamp":1.5}}`, []string{"data.timestamp"}},
		{`{"type":"simple_text","data":{"text":""}}`, []string{"data.text"}},
		{`{"type":"gift_event","data":{}}`, []string{"data.username", "data.giftName"}},
		{gift(`"giftCount":0`), []string{"data.giftCount"}},
		{gift(`"giftCount":1000001`), []string{"data.giftCount"}},
		{gift(`"giftCount":1.5`), []string{"data.giftCount"}},
		{gift(`"giftCount":"3"`), []string{"data.giftCount"}},
		{gift(`"giftValue":-1`), []string{"data.giftValue"}},
		{gift(`"giftValue":1e999`), []string{"data.giftValue"}},
		{gift(`"giftValue":"12"`), []string{"data.giftValue"}},
		{`{"type":"program_event","data":{"action":"stop","programName":""}}`, []string{"data.action", "data.programName"}},
		{program(`"programType":"cooking"`), []string{"data.programType"}},
		{program(`"duration":-1`), []string{"data.duration"}},
		{program(`"metadata":[]`), []string{"data.metadata"}},
		{program(`"metadata":{"x":"` + strings.Repeat("y", 8<<10) + `"}`), []string{"data.metadata"}},
		// The director's own types are nobody else's.
		{`{"type":"gift_group","data":{"gifts":[{"username":"u","giftName":"g"}]}}`, []string{"type"}},
		{`{"type":"notice","data":{"follows":["u"]}}`, []string{"type"}},
		{`{"type":"idle","data":{}}`, []string{"type"}},
	}
	for _, tt := range tests {
		t.Run(cut(tt.body), func(t *testing.T) {
			_, err := story.Parse([]byte(tt.body))
			v, ok := errors.AsType[*story.ValidationError](err)
			if !ok || live.CodeOf(err) != live.CodeInvalid || errors.Is(err, story.ErrMalformed) {
				t.Fatalf("Parse = %v, want a *ValidationError", err)
			}
			var paths []string
			for _, f := range v.Fields {
				paths = append(paths, f.Path)
				if f.Message == "" {
					t.Errorf("%s has no message", f.Path)
				}
			}
			if diff := cmp.Diff(tt.paths, paths); diff != "" {
				t.Errorf("paths (-want +got):\n%s\n%v", diff, err)
			}
		})
	}
}

func cut(s string) string { return s[:min(len(s), 60)] }

func TestParseRemovedTypes(t *testing.T) {
	for _, kind := range []string{"user_interaction", "system_event", "emotion_event"} {
		_, err := story.Parse(fmt.Appendf(nil, `{"type":%q,"data":{}}`, kind))
		if live.CodeOf(err) != live.CodeInvalid || !strings.Contains(live.MessageOf(err), kind+" was removed") {
			t.Errorf("%s: %v, want to hear what replaced it", kind, err)
		}
	}
}

func TestParseMalformed(t *testing.T) {
	for _, body := range []string{
		``, ` `, `{`, `hello`, `{"message":"x"} {}`, `{"message":"x",}`, "\"\xff\"", `{"message":NaN}`, `'x'`,
		`"` + strings.Repeat("x", story.MaxBody) + `"`, strings.Repeat("[", 20000),
	} {
		_, err := story.Parse([]byte(body))
		if !errors.Is(err, story.ErrMalformed) || live.CodeOf(err) != live.CodeInvalid {
			t.Errorf("Parse(%.40q) = %v, want ErrMalformed", body, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, tt := range documentExamples {
		f.Add([]byte(tt.body))
		f.Add([]byte(`{"input":` + tt.body + `}`))
	}
	f.Add([]byte(`{"type":"gift_event","data":{"giftCount":1e308}}`))
	stories, _ := newStories(f, nil)
	f.Fuzz(func(t *testing.T, body []byte) {
		in, err := story.Parse(body)
		if err != nil {
			_, unfit := errors.AsType[*story.ValidationError](err)
			if malformed := errors.Is(err, story.ErrMalformed); malformed == unfit || live.CodeOf(err) != live.CodeInvalid {
				t.Fatalf("Parse(%q) = %v, want exactly one of the two classes", body, err)
			}
			return
		}
		// Whatever Parse lets through is answered.
		a := answer(t, stories, live.StoryTurn{Input: in, DryRun: true})
		wantFit(t, a)
	})
}
