package main

import (
	"reflect"

	"showcaller/internal/live"
)

// overlayStates is one value of what an overlay of each kind shows. A test holds it against the kinds of the live package.
var overlayStates = map[live.OverlayKind]live.OverlayState{
	live.OverlayChat: live.ChatState{}, live.OverlayAlerts: live.AlertsState{}, live.OverlayGoal: live.GoalState{},
	live.OverlayLeaderboard: live.LeaderboardState{}, live.OverlayCounter: live.CounterState{}, live.OverlayTicker: live.TickerState{},
	live.OverlayProgram: live.ProgramState{}, live.OverlayTimer: live.TimerState{}, live.OverlayHost: live.HostState{},
}

// overlayFrames are the frames whose shape does not depend on the overlay's kind.
var overlayFrames = []live.OverlayFrame{
	live.OverlayHello{}, live.OverlayEvents{}, live.OverlayAlert{}, live.OverlayClip{}, live.OverlayTest{}, live.OverlayBeat{}, live.OverlayBye{},
}

// overlays writes what an overlay's socket carries.
func (w *wireWriter) overlays() {
	for _, f := range overlayFrames {
		w.structType(reflect.TypeOf(f))
	}
	for _, v := range []any{live.OverlaySize{}, live.OverlayAck{}, live.OverlayDrawn{}, live.OverlaySeen{}} {
		w.structType(reflect.TypeOf(v))
	}
	for _, k := range live.OverlayKinds() {
		w.structType(reflect.TypeOf(live.DefaultOptions(k)).Elem())
		w.structType(reflect.TypeOf(overlayStates[k]))
	}
	w.line("\n/** What belongs to a kind of overlay. */\nexport interface OverlayParts {")
	for _, k := range live.OverlayKinds() {
		w.line("  %s: { options: %s; state: %s };", k, reflect.TypeOf(live.DefaultOptions(k)).Elem().Name(), reflect.TypeOf(overlayStates[k]).Name())
	}
	w.line("}")
	w.perKind("OverlaySetup", live.OverlaySetup{}, `room: string; size: OverlaySize; options: OverlayParts[K]["options"]`)
	w.perKind("OverlaySnapshot", live.OverlaySnapshot{}, `state: OverlayParts[K]["state"]`)
	w.perKind("OverlayChange", live.OverlayChange{}, `state: OverlayParts[K]["state"]`)
	w.line("\n/** What the server sends to an overlay's page; ignore types you do not know. */\nexport type OverlayFrame =")
	for _, f := range overlayFrames {
		w.line("  | ({ type: %q } & %s)", f.FrameType(), reflect.TypeOf(f).Name())
	}
	w.line("  | OverlaySetup | OverlaySnapshot | OverlayChange;")
	w.line("\n/** What a page sends. */\nexport type OverlayReport =")
	w.line("  | ({ type: %q } & OverlayAck)\n  | ({ type: %q } & OverlayDrawn)\n  | ({ type: %q } & OverlaySeen);", "ack", "drawn", "seen")
}

// perKind writes a frame as a union, one shape a kind, so that the kind tells a program what is in it.
func (w *wireWriter) perKind(name string, f live.OverlayFrame, fields string) {
	w.line("\nexport type %s = { [K in OverlayKind]: { type: %q; kind: K; %s } }[OverlayKind];", name, f.FrameType(), fields)
}
