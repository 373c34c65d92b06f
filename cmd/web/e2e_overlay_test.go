package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"showcaller/internal/live"
	"showcaller/internal/tiktok/tiktoktest"
)

// source is an overlay's page in OBS in what matters here: it keeps its socket open for ever, and draws an alert once.
type source struct {
	t    *testing.T
	path string // of the overlay

	mu    sync.Mutex
	on    string
	ended map[string]bool
	drew  map[string]int
	gifts map[string]int // by their count
	news  chan struct{}
}

func newSource(t *testing.T, path string) *source {
	t.Helper()
	return &source{t: t, path: path, ended: map[string]bool{}, drew: map[string]int{}, gifts: map[string]int{}, news: make(chan struct{})}
}

// stay shows the overlay until ctx ends, whatever becomes of the server.
func (s *source) stay(ctx context.Context, url string) {
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for ctx.Err() == nil {
		s.show(ctx, url)
		select {
		case <-ticker.C:
		case <-ctx.Done():
		}
	}
}

// show shows the overlay until the server is gone.
func (s *source) show(ctx context.Context, url string) {
	conn, _, err := websocket.Dial(ctx, strings.Replace(url, "http", "ws", 1)+s.path+"/follow", &websocket.DialOptions{HTTPClient: direct})
	if err != nil {
		return
	}
	defer conn.CloseNow() //nolint:errcheck // it is gone
	conn.SetReadLimit(1 << 20)
	for {
		_, b, err := conn.Read(ctx)
		if err != nil {
			return
		}
		if answer := s.take(b); answer != nil {
			if err := conn.Write(ctx, websocket.MessageText, answer); err != nil {
				return
			}
		}
	}
}

// take draws what a frame says and returns what the page answers.
func (s *source) take(b []byte) []byte {
	var f struct {
		Type string
		live.OverlayAlert
		State struct{ Now *live.OverlayAlert }
	}
	if err := json.Unmarshal(b, &f); err != nil {
		s.t.Errorf("%v in %s", err, b)
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	defer func() {
		close(s.news)
		s.news = make(chan struct{})
	}()
	alert := &f.OverlayAlert
	switch f.Type {
	case "hello":
		return []byte(`{"type":"seen","width":1920,"height":1080,"obs":"2.26.8","visible":true}`)
	case "snapshot":
		if alert = f.State.Now; s.on != "" && (alert == nil || alert.ID != s.on) {
			s.ended[s.on], s.on = true, ""
		}
	case "alert":
	default:
		return nil
	}
	if alert == nil {
		return nil
	}
	switch {
	case alert.Action == live.AlertEnd && s.on == alert.ID:
		s.ended[s.on], s.on = true, ""
	case alert.Action == live.AlertShow && s.ended[alert.ID]:
		return fmt.Appendf(nil, `{"type":"drawn","id":%q,"done":true}`, alert.ID)
	case alert.Action == live.AlertShow:
		if s.on != alert.ID {
			s.drew[alert.ID]++
			s.gifts[alert.Alert.Gift.Name]++
		}
		s.on = alert.ID
		return fmt.Appendf(nil, `{"type":"drawn","id":%q}`, alert.ID)
	}
	return nil
}

// await waits until so many different gifts were drawn.
func (s *source) await(names map[string]bool) {
	s.t.Helper()
	late := soon(s.t).Done()
	for {
		s.mu.Lock()
		missing := 0
		for name := range names {
			if s.gifts[name] == 0 {
				missing++
			}
		}
		news := s.news
		s.mu.Unlock()
		if missing == 0 {
			return
		}
		select {
		case <-news:
		case <-late:
			s.t.Fatalf("%d of %d alerts were never drawn", missing, len(names))
		}
	}
}

// TestKillWithOverlay: the panel is killed twenty times in a show, at moments nobody chose, and one page in OBS lives through it: every
// gift that was recorded is drawn, and none is drawn twice.
func TestKillWithOverlay(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	srv.Allow(tiktoktest.RuleHeartbeat, tiktoktest.RuleAck) // the dead send none
	srv.Room("lan").GoLive()
	environ := settings(t, srv)
	door := newGate(t)
	next := moments(t, time.Second)
	ctx, stop := context.WithCancel(t.Context())
	var page *source
	var staying sync.WaitGroup
	sent := map[string]bool{}
	var p *process
	for n := range 2 * kills {
		p = spawn(t, environ)
		door.leadTo(p.address())
		if n == 0 {
			panel{t, door.url()}.watch("lan")
			page = newSource(t, panel{t, door.url()}.overlay("alerts", "lan"))
			staying.Go(func() { page.stay(ctx, door.url()) })
		}
		name := fmt.Sprintf("gift %d", n)
		panel{t, door.url()}.simulateGift("lan", name)
		sent[name] = true
		p.killAfter(next())
	}
	p = spawn(t, environ)
	door.leadTo(p.address())
	page.await(sent)
	stop()
	staying.Wait()
	for id, n := range page.drew {
		if n != 1 {
			t.Errorf("%s was drawn %d times", id, n)
		}
	}
	for name, n := range page.gifts {
		if n != 1 || !sent[name] {
			t.Errorf("%s gave %d alerts", name, n)
		}
	}
}

// overlay makes an overlay whose alerts are short, and returns its path.
func (p panel) overlay(kind, room string) string {
	p.t.Helper()
	status, answer := p.ask(http.MethodPost, "/api/overlays", map[string]any{
		"kind": kind, "room": room, "options": map[string]any{"timing": map[string]int{"show_ms": 1000, "least_ms": 1000, "gap_ms": 0}},
	})
	var made struct{ URL string }
	if err := json.Unmarshal(answer, &made); err != nil || status != http.StatusCreated {
		p.t.Fatalf("an overlay: %d %s", status, answer)
	}
	_, secret, _ := strings.Cut(made.URL, "/overlay/")
	return "/overlay/" + secret
}

// simulateGift has a gift recorded, once the room's session is open.
func (p panel) simulateGift(room, name string) {
	p.t.Helper()
	ticker := time.NewTicker(30 * time.Millisecond)
	defer ticker.Stop()
	for late := soon(p.t).Done(); ; {
		var sessions struct{ Items []struct{ ID int64 } }
		p.get("/api/sessions?room="+room, &sessions)
		if len(sessions.Items) > 0 {
			status, _ := p.ask(http.MethodPost, fmt.Sprintf("/api/sessions/%d/simulate", sessions.Items[0].ID), map[string]any{
				"event_type": "gift", "data": map[string]any{"gift": map[string]any{"id": 7, "name": name, "diamond_count": 50, "type": 2}},
			})
			if status == http.StatusOK || status == http.StatusCreated {
				return
			}
		}
		select {
		case <-ticker.C:
		case <-late:
			p.t.Fatal("no session is open")
		}
	}
}
