package tiktok

import (
	"testing"

	"showcaller/internal/live"
)

func TestParseName(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"lan":                         "lan",
		"@lan":                        "lan",
		"  @Lan.Live_99 ":             "lan.live_99",
		"\u200b@lan\u200f\ufeff":      "lan",
		"＠ｌａｎ":                        "lan",
		"12345":                       "12345",
		"https://www.tiktok.com/@lan": "lan",
		"http://tiktok.com/@Lan/live": "lan",
		"https://m.tiktok.com/@lan?lang=en&is_copy_url=1":               "lan",
		"https://www.tiktok.com/@lan/video/7664000000000000001#comment": "lan",
		"www.tiktok.com/@lan/live?enter_from=x":                         "lan",
		"tiktok.com/@lan":                                               "lan",
		"HTTPS://WWW.TIKTOK.COM/@lan":                                   "lan",
		"https://www.tiktok.com/en/@lan/":                               "lan",
		"room:7664000000000000001":                                      "room:7664000000000000001",
		"7664000000000000001":                                           "room:7664000000000000001",
	} {
		if got, err := ParseName(typed); err != nil || got != want {
			t.Errorf("ParseName(%q) = %q, %v; want %q", typed, got, err, want)
		}
	}
}

func TestParseNameRefuses(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{
		"", " ", "@", "@@lan", "la n", "lần", "lan!", "...", "room:", "room:123", "room:8664000000000000001",
		"https://www.tiktok.com/", "https://www.tiktok.com/live", "www.tiktok.com", "tiktok.com",
		"https://vm.tiktok.com/ZMabc/", "https://www.tiktok.com/t/ZTabc/", "https://vt.tiktok.com/ZSabc",
		"https://youtube.com/@lan", "https://tiktok.com.evil.example/@lan", "https://eviltiktok.com/@lan", "ftp://tiktok.com/@lan",
		"https://www.tiktok.com/@", "https://[::1/@lan", "javascript://www.tiktok.com/@lan",
	} {
		got, err := ParseName(typed)
		if live.ReasonOf(err) != live.ReasonBadName || live.CodeOf(err) != live.CodeInvalid || live.MessageOf(err) == "" {
			t.Errorf("ParseName(%q) = %q, %v; want a bad_name", typed, got, err)
		}
	}
}

// FuzzParseName: whatever is typed, a name that is accepted is accepted again as it is.
func FuzzParseName(f *testing.F) {
	for _, seed := range []string{"@lan", "https://www.tiktok.com/@lan/live?x=1", "room:7664000000000000001", "\u200b", "tiktok.com/t/x", "//@"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		name, err := ParseName(typed)
		if err != nil {
			if live.ReasonOf(err) != live.ReasonBadName {
				t.Fatalf("%q: %v", typed, err)
			}
			return
		}
		if again, err := ParseName(name); err != nil || again != name {
			t.Fatalf("%q is %q, and that is %q, %v", typed, name, again, err)
		}
	})
}
