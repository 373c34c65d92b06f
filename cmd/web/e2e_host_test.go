package main

import (
	"log/slog"
	"net/http"
	"testing"
	"time"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/tiktok/tiktoktest"
)

// TestKillHost: however the program dies, nothing is answered twice, and whatever the host remembers to have said was said, or the
// log says why it was not.
func TestKillHost(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	busy(t, srv, "lan", 15)
	environ := settings(t, srv)
	next := moments(t, 3*time.Second)
	first := spawn(t, environ)
	p := panel{t, first.address()}
	p.watch("lan")
	if status, b := p.ask(http.MethodPatch, "/api/stories/1", map[string]any{"room": "lan", "pacing": map[string]int{"gift_merge": 1}}); status != http.StatusOK {
		t.Fatalf("binding the story: %d %s", status, b)
	}
	first.killAfter(next())
	for range 5 {
		again := spawn(t, environ)
		again.killAfter(time.Second + next())
		checkHost(t, environ, false)
	}
	last := spawn(t, environ)
	follower := newFollower(t, "lan")
	go follower.follow(t.Context(), last.address())
	follower.await("skip of what a kill left open, and answers after it", settled)
	if code := last.interrupt(); code != 0 {
		t.Errorf("the program ended with %d", code)
	}
	said := checkHost(t, environ, true)
	t.Logf("%d answers", said)
}

// settled reports whether the host, after the last kill, named what it left open and spoke again.
func settled(seen []live.Event) bool {
	begun, skips, replies := 0, 0, 0
	for _, e := range seen {
		switch e.Kind {
		case live.KindGap:
			begun, skips, replies = begun+1, 0, 0
		case live.KindSkip:
			skips++
		case live.KindReply:
			replies++
		}
	}
	return begun > 0 && skips > 0 && replies > 2
}

// checkHost holds the log against what the story remembers, and returns how many answers there are.
func checkHost(t *testing.T, environ []string, atRest bool) (said int) {
	t.Helper()
	store, err := db.Open(t.Context(), value(environ, "SHOWCALLER_DATABASE_URL"), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close() //nolint:errcheck // it is read only here
	messages, err := store.StoryMessages(t.Context(), "1", 0, 10_000)
	if err != nil {
		t.Fatal(err)
	}
	turns := map[string]live.StoryMessage{}
	for _, m := range messages {
		turns[m.TurnID] = m
	}
	handled := map[int64]int{}
	for e, err := range store.All(t.Context(), db.EventQuery{Session: 1}) {
		if err != nil {
			t.Fatal(err)
		}
		switch e.Kind {
		case live.KindReply:
			said++
			checkReply(t, e, turns, handled)
		case live.KindSkip:
			handled[e.Cause]++
		}
	}
	for seq, n := range handled {
		if seq != 0 && n > 1 {
			t.Errorf("event %d was answered or skipped %d times", seq, n)
		}
	}
	if atRest {
		checkSaid(t, messages, handled)
	}
	return said
}

func checkReply(t *testing.T, e live.Event, turns map[string]live.StoryMessage, handled map[int64]int) {
	t.Helper()
	reply := live.DataOf[live.Reply](e)
	for _, seq := range append([]int64{e.Cause}, reply.Also...) {
		handled[seq]++
	}
	m, ok := turns[reply.TurnID]
	if !ok || len(m.Clips) != len(reply.Clips) || m.Clips[0].Speech != reply.Clips[0].Speech {
		t.Errorf("reply %d says %v, the story remembers %v", e.Seq, reply.Clips, m.Clips)
	}
}

// checkSaid finds turns the story remembers and the log does not. The newest may have been under way when the program ended.
func checkSaid(t *testing.T, messages []live.StoryMessage, handled map[int64]int) {
	t.Helper()
	for i, m := range messages {
		asked := m.Type == live.InputChat || m.Type == live.InputGift || m.Type == live.InputGifts || m.Type == live.InputProgram
		if asked && i > 0 && handled[m.Cause] != 1 {
			t.Errorf("turn %s was stored and neither said nor skipped", m.TurnID)
		}
	}
}
