package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"showcaller/internal/tiktok/tiktoktest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestRun(t *testing.T) {
	var out bytes.Buffer
	args := strings.Fields("-addr 127.0.0.1:0 -user lan,minh -rooms 3 -rate 200 -for 200ms -bad vanish,cut,pause -bad-every 20ms")
	if err := run(t.Context(), args, &out); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"export SHOWCALLER_TIKTOK_WEB_URL=http://127.0.0.1:", "export SHOWCALLER_TIKTOK_WEBCAST_URL=http://", "export SHOWCALLER_TIKTOK_SIGN_URL=http://",
		"export SHOWCALLER_TIKTOK_WS_URL=ws://127.0.0.1:", "go run ./cmd/web capture @lan\n", "Sent:\n", "Clients broke 0 rules.",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the output lacks %q:\n%s", want, out.String())
		}
	}
}

// TestInterrupted: without -for it ends when told to, and not before.
func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	var out bytes.Buffer
	if err := run(ctx, []string{"-addr", "127.0.0.1:0"}, &out); err != nil || ctx.Err() == nil {
		t.Errorf("ended with %v, while the context has %v", err, ctx.Err())
	}
}

func TestBadCommandLines(t *testing.T) {
	for _, line := range []string{"-rate 0", "-rate 20001", "-rooms 0", "-bad nice", "-bad cut,nice", "-bad-every 0s", "-captures /none"} {
		args := append([]string{"-addr", "127.0.0.1:0"}, strings.Fields(line)...)
		if err := run(t.Context(), args, &bytes.Buffer{}); err == nil {
			t.Errorf("%s is accepted", line)
		}
	}
}

func TestControl(t *testing.T) {
	srv := tiktoktest.NewServer(t)
	room := srv.Room("lan")
	h := control(srv)
	for _, step := range []struct {
		method, path string
		code         int
		status       tiktoktest.LiveStatus // of the room, afterwards
	}{
		{"POST", "/_control/rooms/lan/golive", 204, tiktoktest.StatusLive},
		{"POST", "/_control/rooms/lan/chat?from=minh&text=hello", 204, tiktoktest.StatusLive},
		{"POST", "/_control/rooms/lan/gift?from=minh&gift=rose&count=3", 204, tiktoktest.StatusLive},
		{"POST", "/_control/rooms/lan/gift?gift=Galaxy", 204, tiktoktest.StatusLive},
		{"POST", "/_control/rooms/lan/gift?gift=Anvil", 422, tiktoktest.StatusLive},
		{"POST", "/_control/rooms/lan/gift?count=-1", 422, tiktoktest.StatusLive},
		{"POST", "/_control/rooms/lan/like?count=many", 422, tiktoktest.StatusLive},
		{"POST", "/_control/rooms/lan/like", 204, tiktoktest.StatusLive},
		{"POST", "/_control/rooms/lan/follow", 204, tiktoktest.StatusLive},
		{"POST", "/_control/rooms/lan/cut", 204, tiktoktest.StatusLive},
		{"POST", "/_control/rooms/lan/pause", 204, tiktoktest.StatusPaused},
		{"POST", "/_control/rooms/lan/pause", 204, tiktoktest.StatusPaused},
		{"POST", "/_control/rooms/lan/resume", 204, tiktoktest.StatusLive},
		{"POST", "/_control/rooms/lan/end?how=4", 204, tiktoktest.StatusOver},
		{"POST", "/_control/rooms/lan/dance", 404, tiktoktest.StatusOver},
		{"GET", "/_control/rooms/lan/golive", 405, tiktoktest.StatusOver},
		{"GET", "/_control/", 200, tiktoktest.StatusOver},
		{"GET", "/_control/state", 200, tiktoktest.StatusOver},
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(step.method, step.path, http.NoBody))
		if w.Code != step.code || room.Status() != step.status {
			t.Errorf("%s %s: %d, room has status %d, want %d and %d: %s", step.method, step.path, w.Code, room.Status(), step.code, step.status, w.Body)
		}
	}
}
