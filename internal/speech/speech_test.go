package speech_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
	"showcaller/internal/speech"
)

// voice starts a speech server that answers like h, and returns a client of it.
func voice(t *testing.T, path string, h http.HandlerFunc) *speech.Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	c, err := speech.New(speech.Config{URL: server.URL + path, Key: "secret", Model: "kokoro", Voice: "af_sky", HTTP: client})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSpeak(t *testing.T) {
	for _, path := range []string{"", "/", "/v1", "/v1/", "/v1/audio/speech"} {
		var asked map[string]string
		c := voice(t, path, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/v1/audio/speech" || r.Header.Get("Authorization") != "Bearer secret" {
				t.Errorf("%s %q", r.URL.Path, r.Header.Get("Authorization"))
			}
			if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
				t.Error(err)
			}
			_, _ = w.Write(wav(1, 1, 16, 24000, tone(24000, 0.5), 0xffffffff))
		})
		got, err := c.Speak(t.Context(), " xin chào ")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(map[string]string{"model": "kokoro", "voice": "af_sky", "input": "xin chào", "response_format": "wav"}, asked); diff != "" {
			t.Error(diff)
		}
		if got.Length.Seconds() != 1 || len(got.Envelope) != 50 || len(got.WAV) != 44+48000 {
			t.Errorf("%s, %d steps, %d bytes", got.Length, len(got.Envelope), len(got.WAV))
		}
	}
}

func TestSpeakFails(t *testing.T) {
	for _, tc := range []struct {
		name string
		h    http.HandlerFunc
		want string
	}{
		{"refused", func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no such voice", http.StatusBadRequest) }, "refused"},
		{"an MP3", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ID3 something else entirely")) }, "no WAV"},
		{"without end", func(w http.ResponseWriter, _ *http.Request) {
			for range 13 {
				_, _ = w.Write(make([]byte, 1<<20))
			}
		}, "too much"},
		{"cut off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("RIFF"))
		}, "broke off"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := voice(t, "/v1", tc.h).Speak(t.Context(), "hello")
			if live.CodeOf(err) != live.CodeUpstream || !strings.Contains(live.MessageOf(err), tc.want) {
				t.Errorf("err = %v, want %q", err, tc.want)
			}
		})
	}
}

// A server that fails again and again is left alone, and asked again later.
func TestSpeakRests(t *testing.T) {
	asked := 0
	c := voice(t, "/v1", func(w http.ResponseWriter, _ *http.Request) {
		asked++
		http.Error(w, "busy", http.StatusServiceUnavailable)
	})
	for range 6 {
		_, _ = c.Speak(t.Context(), "hello")
	}
	if asked != 3 {
		t.Errorf("asked %d times", asked)
	}
	if _, err := c.Speak(t.Context(), "hello"); live.CodeOf(err) != live.CodeUnavailable {
		t.Errorf("err = %v", err)
	}
}

func TestSpeakRefusesTexts(t *testing.T) {
	c := voice(t, "/v1", func(http.ResponseWriter, *http.Request) { t.Error("asked") })
	for _, text := range []string{"", "  ", strings.Repeat("あ", 601)} {
		if _, err := c.Speak(t.Context(), text); live.CodeOf(err) != live.CodeInvalid {
			t.Errorf("%.10q: %v", text, err)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	for _, url := range []string{"", "localhost:8880", "ftp://x/v1", "http://"} {
		if _, err := speech.New(speech.Config{URL: url}); live.CodeOf(err) != live.CodeInvalid {
			t.Errorf("%q: %v", url, err)
		}
	}
}
