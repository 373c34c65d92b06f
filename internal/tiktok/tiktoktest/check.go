package tiktoktest

import (
	"bytes"
	"time"

	"google.golang.org/protobuf/proto"

	"showcaller/internal/tiktok/webcast"
)

// checkFrame looks at the envelope of what a client sends.
func (k *socket) checkFrame(f *webcast.WebcastPushFrame) {
	if f.PayloadEncoding != "pb" {
		k.server.blame(RuleFrame, "%s: payload_encoding is %q, want pb", f.PayloadType, f.PayloadEncoding)
	}
	if f.SeqId != 0 || f.Service != 0 || f.Method != 0 || (f.LogId != 0) != (f.PayloadType == "ack") {
		k.server.blame(RuleFrame, "%s: seq_id %d, log_id %d, service %d, method %d; only an ack has a number, its log_id",
			f.PayloadType, f.SeqId, f.LogId, f.Service, f.Method)
	}
	if f.PayloadType != "im_enter_room" && !k.hasEntered() {
		k.server.blame(RuleEnter, "%s before the room was entered", f.PayloadType)
	}
}

// checkEnter reports whether the client may enter with this payload.
func (k *socket) checkEnter(payload []byte) bool {
	var m webcast.WebcastImEnterRoomMessage
	if err := proto.Unmarshal(payload, &m); err != nil {
		k.server.blame(RuleEnter, "%v", err)
		return false
	}
	if k.hasEntered() {
		k.server.blame(RuleEnter, "entered twice")
		return false
	}
	if m.RoomId != k.live {
		k.server.blame(RuleEnter, "room %d on the socket of room %d", m.RoomId, k.live)
		return false
	}
	if m.LiveId != 12 || m.Identity != "audience" || m.FilterWelcomeMsg != "0" || m.AccountType != 0 || m.EnterUniqueId < 0 ||
		m.RoomTag != "" || m.LiveRegion != "" || m.Cursor != "" || m.IsAnchorContinueKeepMsg {
		k.server.blame(RuleEnter, "want live_id 12, identity audience, filter_welcome_msg 0 and little else: %v", &m)
	}
	return true
}

// slack is what a busy machine may add to an interval.
const slack = time.Second

// checkBeat checks one heartbeat and reports whether it is answered.
func (k *socket) checkBeat(payload []byte, now time.Time) bool {
	var m webcast.HeartBeatMessage
	err := proto.Unmarshal(payload, &m)
	k.server.mu.Lock()
	defer k.server.mu.Unlock()
	blame := func(format string, args ...any) { k.server.blameLocked(RuleHeartbeat, format, args...) }
	k.beats++
	if err != nil || m.RoomId != k.live || m.SendPacketSeqId != k.beats {
		blame("number %d names room %d and number %d", k.beats, m.RoomId, m.SendPacketSeqId)
	}
	switch gap := now.Sub(k.lastBeat).Round(time.Millisecond); {
	case !k.entered: // blamed already
	case gap > k.lateBeat():
		blame("%s after the one before, the interval is %s", gap, k.every)
	case gap < k.every/2 && k.beats > 1: // the first may come at once
		blame("only %s after the one before, the interval is %s", gap, k.every)
	}
	k.lastBeat = now
	return k.entered && !k.silent
}

// lateBeat is the gap between heartbeats that nobody can excuse.
func (k *socket) lateBeat() time.Duration { return k.every*3/2 + slack }

// ack checks one ack.
func (k *socket) ack(f *webcast.WebcastPushFrame) {
	k.server.mu.Lock()
	defer k.server.mu.Unlock()
	want, due := k.unacked[f.LogId]
	switch {
	case !due:
		k.server.blameLocked(RuleAck, "log_id %d is of no frame that needs an ack, or was acked before", f.LogId)
	case !bytes.Equal(f.Payload, want.internalExt):
		k.server.blameLocked(RuleAck, "log_id %d carries %q, not its frame's internal_ext %q", f.LogId, f.Payload, want.internalExt)
	}
	delete(k.unacked, f.LogId)
	k.lastAck = max(k.lastAck, f.LogId)
	k.server.noteChange()
}

const (
	ackWithin  = 5 * time.Second // for a client's first ack
	ackSlack   = time.Second     // for an ack that later ones have overtaken: some clients inflate frames side by side
	ackReorder = 4               // frames it may be overtaken by at once
)

// checkBalance looks for what never came, when a socket has ended. server.mu is held. An ack may have been on its way, so it is
// missing only if later ones came in its stead, or none ever.
func (k *socket) checkBalance(now time.Time) {
	if !k.entered || k.silent {
		return
	}
	for log, due := range k.unacked {
		age := now.Sub(due.since)
		switch {
		case k.lastAck == 0 && age > ackWithin:
			k.server.blameLocked(RuleAck, "none within %s", age.Round(time.Second))
			return
		case log < k.lastAck && (age > ackSlack || k.lastAck-log >= ackReorder):
			k.server.blameLocked(RuleAck, "none for frame %d, but one for frame %d", log-k.logBase, k.lastAck-k.logBase)
		}
	}
	if gap := now.Sub(k.lastBeat); gap > k.lateBeat() {
		k.server.blameLocked(RuleHeartbeat, "none for the last %s, the interval is %s", gap.Round(time.Millisecond), k.every)
	}
}
