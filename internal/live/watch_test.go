package live_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"showcaller/internal/live"
)

// scripted is a live.Source whose connection does what a test says.
type scripted chan func(context.Context, live.Listener) error

func (s scripted) Listen(ctx context.Context, _ string, l live.Listener) error {
	for {
		select {
		case step := <-s:
			if err := step(ctx, l); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// TestPauseLasts: a host who pauses is not silent, and not live again with the first comment: only a live_resume ends a pause.
func TestPauseLasts(t *testing.T) {
	connected := func(room live.RoomInfo) func(context.Context, live.Listener) error {
		return func(ctx context.Context, l live.Listener) error { return l.Connected(ctx, time.Now(), room) }
	}
	tells := func(s live.ConnState) func(context.Context, live.Listener) error {
		return func(_ context.Context, l live.Listener) error {
			l.Progress(live.Progress{State: s})
			return nil
		}
	}
	says := func(e live.Event) func(context.Context, live.Listener) error {
		return func(ctx context.Context, l live.Listener) error { return l.Events(ctx, []live.Event{e}) }
	}
	finds := func(paused bool) func(context.Context, live.Listener) error {
		return func(_ context.Context, l live.Listener) error {
			l.Progress(live.Progress{State: live.ConnLive, Paused: &paused})
			return nil
		}
	}
	lost := func(ctx context.Context, l live.Listener) error {
		err := errors.New("the socket broke")
		if err := l.Disconnected(ctx, time.Now(), err); err != nil {
			return err
		}
		l.Progress(live.Progress{State: live.ConnRetrying, Err: err})
		return nil
	}
	synctest.Test(t, func(t *testing.T) {
		source := make(scripted)
		engine, stop := watchRooms(t, newArchive("mai"), source)
		defer stop()
		if err := engine.Connect(t.Context(), "mai"); err != nil {
			t.Fatal(err)
		}
		pass(time.Second) // the source listens
		for i, step := range []struct {
			do   func(context.Context, live.Listener) error
			want live.State
		}{
			{connected(live.RoomInfo{RoomID: "73"}), live.StateLive},
			{tells(live.ConnSilent), live.StateSilent},
			{tells(live.ConnLive), live.StateLive},
			{says(event(live.LivePause{})), live.StatePaused},
			{tells(live.ConnSilent), live.StatePaused},
			{says(event(live.Comment{Comment: "where are you?"})), live.StatePaused},
			{tells(live.ConnLive), live.StatePaused},
			{says(event(live.LiveResume{})), live.StateLive},
			{tells(live.ConnSilent), live.StateSilent},
			{lost, live.StateReconnecting},
			{connected(live.RoomInfo{RoomID: "73", Paused: new(true)}), live.StatePaused},
			{tells(live.ConnSilent), live.StatePaused},
			{lost, live.StateReconnecting},
			{connected(live.RoomInfo{RoomID: "73"}), live.StatePaused}, // TikTok did not tell: as it was
			{tells(live.ConnLive), live.StatePaused},
			{finds(false), live.StateLive},
			{finds(true), live.StatePaused},
			{connected(live.RoomInfo{RoomID: "74"}), live.StateLive},
		} {
			source <- step.do
			pass(time.Second)
			if room, _, err := engine.Room("mai"); err != nil || room.Health.State != step.want {
				t.Errorf("step %d: %s, want %s (%v)", i, room.Health.State, step.want, err)
			}
		}
	})
}
