package story

import "testing"

func TestPick(t *testing.T) {
	tests := []struct{ said, asked, story, names, want string }{
		{"今天天气真好！", "", "", "", "zh"},
		{"今日は雨です", "", "zh", "", "ja"},
		{"Chị hát hay quá", "en", "", "", "vi"},
		{"xin chao moi nguoi", "", "en", "", "vi"},
		{"hello, how are you?", "", "vi", "", "en"},
		{"hello", "", "vi", "", "vi"}, // said everywhere
		{"666", "", "ja", "", "ja"},
		{"666", "", "", "", "en"},
		{"草", "", "ja", "", "ja"}, // Japanese for a laugh, as likely as Chinese
		{"草", "", "", "", "zh"},
		{"今天天气真好", "", "ja", "", "zh"},
		{"", "vi", "ja", "玫瑰", "vi"},
		{"", "ko", "ja", "玫瑰", "ja"},
		{"", "", "", "玫瑰", "zh"},
		{"", "", "fr", "Rose", "en"},
		{"안녕하세요", "", "", "", "en"},
	}
	for _, tt := range tests {
		if got := pick(tt.said, tt.asked, tt.story, tt.names); got != tt.want {
			t.Errorf("pick(%q, %q, %q, %q) = %q, want %q", tt.said, tt.asked, tt.story, tt.names, got, tt.want)
		}
	}
}
