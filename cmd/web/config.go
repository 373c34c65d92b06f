package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"reflect"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"

	"showcaller/internal/live"
)

// Config is what the environment says. Each variable NAME may be given as NAME_FILE, the path of a file that holds the value.
type Config struct {
	Addr          string `env:"SHOWCALLER_ADDR" envDefault:"localhost:8080"`
	BaseURL       string `env:"SHOWCALLER_BASE_URL"`
	DatabaseURL   string `env:"SHOWCALLER_DATABASE_URL" envDefault:"sqlite:data/showcaller.db"`
	AdminPassword string `env:"SHOWCALLER_ADMIN_PASSWORD"`
	APIToken      string `env:"SHOWCALLER_API_TOKEN"`
	Demo          bool   `env:"SHOWCALLER_DEMO" envDefault:"true"`

	TikTokConnect    string `env:"SHOWCALLER_TIKTOK_CONNECT" envDefault:"auto"`
	TikTokWebURL     string `env:"SHOWCALLER_TIKTOK_WEB_URL" envDefault:"https://www.tiktok.com"`
	TikTokWebcastURL string `env:"SHOWCALLER_TIKTOK_WEBCAST_URL" envDefault:"https://webcast.tiktok.com"`
	TikTokWSURL      string `env:"SHOWCALLER_TIKTOK_WS_URL" envDefault:"wss://webcast-ws.tiktok.com"`
	TikTokSignURL    string `env:"SHOWCALLER_TIKTOK_SIGN_URL" envDefault:"https://api.eulerstream.com"`
	TikTokSignKey    string `env:"SHOWCALLER_TIKTOK_SIGN_KEY"`

	StoryURL   string `env:"SHOWCALLER_STORY_URL"`
	StoryToken string `env:"SHOWCALLER_STORY_TOKEN"`
	ModelURL   string `env:"SHOWCALLER_MODEL_URL"`
	Model      string `env:"SHOWCALLER_MODEL"`
	ModelKey   string `env:"SHOWCALLER_MODEL_KEY"`

	SpeechURL   string `env:"SHOWCALLER_SPEECH_URL"`
	SpeechKey   string `env:"SHOWCALLER_SPEECH_KEY"`
	SpeechModel string `env:"SHOWCALLER_SPEECH_MODEL" envDefault:"tts-1"`
	SpeechVoice string `env:"SHOWCALLER_SPEECH_VOICE" envDefault:"alloy"`

	AdminAddr string     `env:"SHOWCALLER_ADMIN_ADDR"`
	LogLevel  slog.Level `env:"SHOWCALLER_LOG_LEVEL" envDefault:"info"`
	LogFormat string     `env:"SHOWCALLER_LOG_FORMAT" envDefault:"text"`
}

// variables returns the names of all variables, in the order of the struct.
func variables() []string {
	var names []string
	for f := range reflect.TypeFor[Config]().Fields() {
		names = append(names, f.Tag.Get("env"))
	}
	return names
}

// loadConfig reads the environment, as os.Environ gives it.
func loadConfig(environ []string) (Config, error) {
	vars := env.ToMap(environ)
	for _, name := range variables() {
		file := vars[name+"_FILE"]
		if file == "" {
			continue
		}
		if vars[name] != "" {
			return Config{}, live.Errorf(live.CodeInvalid, "Both %s and %s_FILE are set. Keep one of them.", name, name)
		}
		value, err := os.ReadFile(file) //nolint:gosec // the operator names the file
		if err != nil {
			return Config{}, &live.Error{Code: live.CodeInvalid, Msg: fmt.Sprintf("%s_FILE names %s, which cannot be read.", name, file), Err: err}
		}
		vars[name] = strings.TrimRight(string(value), "\r\n")
	}
	var c Config
	if err := env.ParseWithOptions(&c, env.Options{Environment: vars}); err != nil {
		return Config{}, live.Errorf(live.CodeInvalid, "%s", wrongValue(err, vars))
	}
	c.BaseURL = strings.TrimRight(c.BaseURL, "/")
	return c, c.check()
}

// wrongValue names the variable the library could not read: it knows the field only.
func wrongValue(err error, vars map[string]string) string {
	wrong, ok := errors.AsType[env.ParseError](err)
	if !ok {
		return "The configuration cannot be read: " + err.Error() + "."
	}
	field, _ := reflect.TypeFor[Config]().FieldByName(wrong.Name)
	must := map[reflect.Type]string{
		reflect.TypeFor[bool]():       "true or false",
		reflect.TypeFor[slog.Level](): "debug, info, warn or error",
	}[field.Type]
	name := field.Tag.Get("env")
	return fmt.Sprintf("%s is %q; it must be %s.", name, vars[name], must)
}

// check refuses what only some words can be, and a base URL that no browser could open. The other URLs are checked by those who
// use them.
func (c Config) check() error {
	for _, v := range []struct {
		name, value string
		allowed     []string
	}{
		{"SHOWCALLER_TIKTOK_CONNECT", c.TikTokConnect, []string{"auto", "direct", "sign"}},
		{"SHOWCALLER_LOG_FORMAT", c.LogFormat, []string{"text", "json"}},
	} {
		if !slices.Contains(v.allowed, v.value) {
			return live.Errorf(live.CodeInvalid, "%s is %q; it must be one of %s.", v.name, v.value, strings.Join(v.allowed, ", "))
		}
	}
	if u, err := url.Parse(c.BaseURL); c.BaseURL != "" && (err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "") {
		return live.Errorf(live.CodeInvalid, "SHOWCALLER_BASE_URL is %q; it must be a URL like https://live.example.org.", c.BaseURL)
	}
	return nil
}

// logger returns the program's log, on standard error.
func (c Config) logger() *slog.Logger {
	options := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(os.Stderr, options))
	}
	return slog.New(slog.NewTextHandler(os.Stderr, options))
}
