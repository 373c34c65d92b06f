package main

import (
	"fmt"
	"testing"

	"showcaller/internal/live"
)

// TestStageLooks shows every kind in every preset at the kind's own size.
func TestStageLooks(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := browse(t, s.URL)
	for kind, e := range evenings(nil) {
		size := kind.Size()
		b.size(size.Width, size.Height)
		for _, preset := range presets {
			token := fmt.Sprintf("%s-%s", kind, preset)
			s.opens(token, openingOf(kind, e, looks(func(l *live.OverlayLook) { l.Preset = preset }))...)
			s.play(b, token, "")
			keepPicture(t, token, b.photograph())
		}
	}
}

// TestStageHost shows the host in every face and every pose.
func TestStageHost(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	b := browse(t, s.URL)
	b.size(480, 560)
	s.opens("host-1", setupOf(live.OverlayHost), live.OverlaySnapshot{Kind: live.OverlayHost, State: live.HostState{}})
	s.play(b, "host-1", "")
	faces := []string{"neutral", "happy", "angry", "sad", "relaxed", "surprised", "shy", "thinking"}
	bodies := []string{"idle", "wave", "nod", "bow", "clap", "cheer", "think", "point", "heart"}
	for i := range max(len(faces), len(bodies)) {
		face, body := faces[i%len(faces)], bodies[i]
		s.send("host-1", live.OverlayClip{
			Action: live.ClipPlay, Turn: "t", Clip: i, Clips: 9, FaceID: face, BodyID: body, Speech: face + ", " + body, DurationMS: 60_000, ShownMS: 59_000, Host: "Mochi", Timed: true,
		})
		b.until(fmt.Sprintf(`document.querySelector(".puppet").dataset.face === %q && document.querySelector(".puppet").dataset.body === %q`, face, body))
		s.heard("host-1", "that it has said "+body, func(r report) bool { return r.Type == "ack" && r.Turn == "t" && r.Clip == i })
		keepPicture(t, "pose-"+body, b.photograph())
	}
}
