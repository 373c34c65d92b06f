package catalog

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestForPicksTheWishedLanguage(t *testing.T) {
	for _, tt := range []struct {
		wishes []string
		want   string
	}{
		{nil, "en"},
		{[]string{""}, "en"},
		{[]string{"vi"}, "vi"},
		{[]string{"", "zh-CN,zh;q=0.9,en;q=0.8"}, "zh"},
		{[]string{"zh-TW"}, "zh"},
		{[]string{"ja-JP"}, "ja"},
		{[]string{"de-DE,de;q=0.9"}, "en"},
		{[]string{"de,vi;q=0.5"}, "vi"},
		{[]string{";;;", "ja"}, "ja"},
		{[]string{"xx", "vi"}, "vi"},
	} {
		if got := For(tt.wishes...).Lang(); got != tt.want {
			t.Errorf("For(%q) = %s, want %s", tt.wishes, got, tt.want)
		}
	}
}

func TestT(t *testing.T) {
	for _, tt := range []struct {
		lang, key string
		args      []any
		want      string
	}{
		{"en", "feed.joined", []any{"Count", 1}, "1 person joined"},
		{"en", "feed.joined", []any{"Count", 1284}, "1,284 people joined"},
		{"vi", "feed.joined", []any{"Count", int64(1284)}, "1.284 người đã vào"},
		{"ja", "feed.joined", []any{map[string]any{"Count": 12}}, "12 人が入室"},
		{"en", "form.room_exists", []any{"Name", "mai<b>"}, "@mai<b> is already in the list."},
		{"en", "form.password_short", []any{"Min", 12}, "Too short: at least 12 characters."},
		{"zh", "no.such.key", nil, "no.such.key"},
	} {
		if got := For(tt.lang).T(tt.key, tt.args...); got != tt.want {
			t.Errorf("%s %s = %q, want %q", tt.lang, tt.key, got, tt.want)
		}
	}
}

func TestShort(t *testing.T) {
	for _, tt := range []struct {
		lang string
		n    int64
		want string
	}{
		{"en", 0, "0"}, {"en", 18_412, "18,412"}, {"en", 212_345, "212K"}, {"en", 1_239_999, "1.23M"},
		{"vi", 1_239_999, "1,23\u00a0Tr"}, {"zh", 212_345, "21.2万"}, {"ja", 212_345_678, "2.12億"},
	} {
		if got := For(tt.lang).Short(tt.n); got != tt.want {
			t.Errorf("%s Short(%d) = %q, want %q", tt.lang, tt.n, got, tt.want)
		}
	}
}

func TestTimes(t *testing.T) {
	at := time.Date(2026, 11, 3, 21, 8, 5, 0, time.UTC)
	if got := For("vi").Date(at); got != "03/11/2026" {
		t.Errorf("vi date = %q", got)
	}
	if got := For("ja").Date(at); got != "2026年11月3日" {
		t.Errorf("ja date = %q", got)
	}
	if got := For("en").Duration(17 * time.Second); got != "17 s" {
		t.Errorf("17 s = %q", got)
	}
	if got := For("en").Duration(72 * time.Hour); got != "3 days" {
		t.Errorf("3 days = %q", got)
	}
	if got := Stopwatch(84*time.Minute + 10*time.Second); got != "1:24:10" {
		t.Errorf("stopwatch = %q", got)
	}
}

var placeholder = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

// forms returns the texts of every key: one, or one a plural form.
func forms(t *testing.T, code string) map[string]map[string]string {
	t.Helper()
	raw, err := files.ReadFile(code + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]json.RawMessage
	if err := json.Unmarshal(raw, &keys); err != nil {
		t.Fatalf("%s.json: %v", code, err)
	}
	out := map[string]map[string]string{}
	for key, v := range keys {
		var text string
		var plural map[string]string
		switch {
		case json.Unmarshal(v, &text) == nil:
			out[key] = map[string]string{"": text}
		case json.Unmarshal(v, &plural) == nil:
			out[key] = plural
		default:
			t.Errorf("%s.json: %s is neither a text nor plural forms", code, key)
		}
	}
	return out
}

// Every key exists in every language, says something, and uses the same placeholders; and no placeholder is malformed.
func TestLanguagesAgree(t *testing.T) {
	english := forms(t, "en")
	for _, l := range Languages() {
		texts := forms(t, l.Code)
		for key := range english {
			if _, ok := texts[key]; !ok {
				t.Errorf("%s.json lacks %q", l.Code, key)
			}
		}
		for key, plural := range texts {
			want, ok := english[key]
			if !ok {
				t.Errorf("%s.json has %q, en.json has not", l.Code, key)
				continue
			}
			if (want[""] == "") != (plural[""] == "") {
				t.Errorf("%s.json: %q has plural forms in one language and none in the other", l.Code, key)
			}
			for form, text := range plural {
				if strings.TrimSpace(text) == "" {
					t.Errorf("%s.json: %q is empty", l.Code, key)
				}
				if strings.Contains(placeholder.ReplaceAllString(text, ""), "{{") {
					t.Errorf("%s.json: %q has a placeholder that is not of the form {{.Name}}", l.Code, key)
				}
				reference := want[form] + want["other"]
				if got, exp := names(text), names(reference); !slices.Equal(got, exp) {
					t.Errorf("%s.json: %q uses %v, en.json uses %v", l.Code, key, got, exp)
				}
			}
		}
	}
}

func names(text string) []string {
	var out []string
	for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
		out = append(out, m[1])
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func TestKnown(t *testing.T) {
	for _, l := range Languages() {
		if !Known(l.Code) {
			t.Errorf("%s is not known", l.Code)
		}
	}
	if Known("xx") || Known("") || Known("zh-Hans") {
		t.Error("what a form may not send is known")
	}
}
