package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

// Whoever adds a variable writes a line about it.
func TestReadmeHasEveryVariable(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	var documented []string
	for _, m := range regexp.MustCompile("(?m)^\\| `(SHOWCALLER_\\w+)` \\|").FindAllSubmatch(readme, -1) {
		documented = append(documented, string(m[1]))
	}
	if diff := cmp.Diff(variables(), documented); diff != "" {
		t.Errorf("README's table is not Config (-config +readme):\n%s", diff)
	}
}

func TestConfigDefaults(t *testing.T) {
	c, err := loadConfig([]string{"PATH=/bin", "SHOWCALLER_ADDR="})
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Addr: "localhost:8080", DatabaseURL: "sqlite:data/showcaller.db", Demo: true,
		TikTokConnect: "auto", TikTokWebURL: "https://www.tiktok.com", TikTokWebcastURL: "https://webcast.tiktok.com",
		TikTokWSURL: "wss://webcast-ws.tiktok.com", TikTokSignURL: "https://api.eulerstream.com",
		SpeechModel: "tts-1", SpeechVoice: "alloy", LogLevel: slog.LevelInfo, LogFormat: "text",
	}
	if diff := cmp.Diff(want, c); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestConfigFromFiles(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(secret, []byte("correct horse \r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := loadConfig([]string{"SHOWCALLER_ADMIN_PASSWORD_FILE=" + secret, "SHOWCALLER_API_TOKEN_FILE=", "SHOWCALLER_API_TOKEN=t"})
	if err != nil {
		t.Fatal(err)
	}
	if c.AdminPassword != "correct horse " {
		t.Errorf("password %q: only the line's end is cut off", c.AdminPassword)
	}
	if c.APIToken != "t" {
		t.Errorf("token %q: an empty _FILE says nothing", c.APIToken)
	}
}

// Every variable has a twin, whatever its type.
func TestConfigFileOfEveryVariable(t *testing.T) {
	values := map[string]string{
		"SHOWCALLER_DEMO": "false", "SHOWCALLER_LOG_LEVEL": "debug", "SHOWCALLER_LOG_FORMAT": "json",
		"SHOWCALLER_TIKTOK_CONNECT": "sign", "SHOWCALLER_BASE_URL": "https://live.example.org",
	}
	dir := t.TempDir()
	var direct, files []string
	for _, name := range variables() {
		value := values[name]
		if value == "" {
			value = "v"
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(value+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		direct, files = append(direct, name+"="+value), append(files, name+"_FILE="+path)
	}
	want, err := loadConfig(direct)
	if err != nil {
		t.Fatal(err)
	}
	got, err := loadConfig(files)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-variables +files):\n%s", diff)
	}
}

func TestConfigRefuses(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(secret, []byte("a"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name    string
		environ []string
		want    []string // each in the message
	}{
		{"both", []string{"SHOWCALLER_API_TOKEN=b", "SHOWCALLER_API_TOKEN_FILE=" + secret}, []string{"SHOWCALLER_API_TOKEN and SHOWCALLER_API_TOKEN_FILE", "one of them"}},
		{"no file", []string{"SHOWCALLER_API_TOKEN_FILE=" + secret + "x"}, []string{"SHOWCALLER_API_TOKEN_FILE", secret + "x"}},
		{"no bool", []string{"SHOWCALLER_DEMO=perhaps"}, []string{"SHOWCALLER_DEMO", `"perhaps"`, "true or false"}},
		{"no level", []string{"SHOWCALLER_LOG_LEVEL=loud"}, []string{"SHOWCALLER_LOG_LEVEL", `"loud"`, "debug, info, warn or error"}},
		{"no format", []string{"SHOWCALLER_LOG_FORMAT=xml"}, []string{"SHOWCALLER_LOG_FORMAT", `"xml"`, "text, json"}},
		{"no way", []string{"SHOWCALLER_TIKTOK_CONNECT=magic"}, []string{"SHOWCALLER_TIKTOK_CONNECT", `"magic"`, "auto, direct, sign"}},
		{"no base", []string{"SHOWCALLER_BASE_URL=live.example.org"}, []string{"SHOWCALLER_BASE_URL", "https://"}},
		{"base without host", []string{"SHOWCALLER_BASE_URL=https:///x"}, []string{"SHOWCALLER_BASE_URL", "https://"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := loadConfig(tc.environ)
			if live.CodeOf(err) != live.CodeInvalid {
				t.Fatalf("err = %v, want one that says the configuration is wrong", err)
			}
			for _, want := range tc.want {
				if !strings.Contains(live.MessageOf(err), want) {
					t.Errorf("%q does not say %q", live.MessageOf(err), want)
				}
			}
			if strings.Contains(live.MessageOf(err), "parse error") {
				t.Errorf("%q speaks of Go", live.MessageOf(err))
			}
		})
	}
}
