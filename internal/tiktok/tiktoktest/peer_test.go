package tiktoktest

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"os"
	"os/exec"
	"testing"
	"time"
)

const peerPath = "../../../../shared/tools/peercheck"

// TestPeer lets a client that none of us wrote listen to the stand-in, so that ours is not merely right by its own lights.
func TestPeer(t *testing.T) {
	needShared(t, peerPath)
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("skipped: the peer needs node")
	}
	srv, err := Listen("0.0.0.0:0") // the peer forces TLS on loopback names
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	room := srv.Room("lan").GoLive()
	peer := startPeer(t, srv, "lan")

	ctx, cancel := context.WithTimeout(t.Context(), 45*time.Second) // the first run installs the peer
	defer cancel()
	if err := room.AwaitEntries(ctx, 1); err != nil {
		t.Fatalf("%v\n%s", err, peer.stderr.String())
	}
	room.Send(oneOfEach(room)...)
	room.sendFrom(NewTraffic(1, room.Host()), 1000)
	if err := room.AwaitAcked(ctx); err != nil {
		t.Fatal(err)
	}
	room.End(EndedByHost)
	read := peer.wait(t)

	if n := read["errors"] + read["error"]; n != 0 {
		t.Errorf("the peer had %d errors", n)
	}
	sent := room.Sent()
	for kind, n := range map[string]int{
		kindComment: read["chat"] + read["emote"],
		kindGift:    read["gift"], kindLike: read["like"], kindFollow: read["follow"], kindShare: read["share"],
		kindJoin:    read["member"] + read["unauthorizedMember"] - 1, // one of the members subscribed
		kindViewers: read["roomUser"], kindQuestion: read["questionNew"], kindEnvelope: read["envelope"], kindGoal: read["goalUpdate"],
		kindPoll: read["pollMessage"], kindPin: read["roomPin"], kindDelete: read["imDelete"], kindCaption: read["captionMessage"],
		kindRank: read["rankUpdate"], kindBattle: read["linkMicBattle"] + read["linkMicArmies"], kindEnd: read["streamEnd"],
	} {
		if n != sent[kind] || n == 0 {
			t.Errorf("%s: %d sent, the peer read %d", kind, sent[kind], n)
		}
	}
	srv.Allow(RuleHandshake) // it offers compression, and TikTok lets it
	for _, v := range srv.Violations() {
		t.Errorf("the peer broke a rule: %v", v)
	}
}

// oneOfEach returns a message of every kind there is.
func oneOfEach(r *Room) []Message {
	host, a, b := r.Host(), Named("minh"), Named("hana")
	battle := Battle{ID: 5, Host: host, Opponent: b, Seconds: 300}
	poll := Poll{ID: 6, Title: "Next song?", Options: []string{"A", "B"}}
	msgs := []Message{
		Chat(a, "xin chào"), ChatReply(b, a, "こんばんは"), ChatIn("en", a, "hi", map[int64]string{2: "rose"}), Sticker(b, "laugh"),
		Like(a, 15, 100), Join(a, 7), JoinAnonymous("123"), Follow(a, host, 8), Share(a), Viewers(7, 9, a, b),
		Once(a, Galaxy, 1), Subscribe(a, 3), SubscribeBanner(a), SubscribeMember(a), SuperFan(b), LevelUp(b, 12),
		Question(a, 1, "where are you from?"), Pin(host, 2, a, "hi"), Unpin(host, 2, a, "hi"), Delete([]int64{2}, a.ID),
		Caption(3, "en", "thank you", true), Notice("be kind"), FanJoin(a), Envelope("4", a, 100, 10), EnvelopeGone("4"),
		Goal(7, "roses", Rose, 3, 10, a), Rank(0, 12, "No. 12"), Product(8, "mug", "$5"), Unknown("WebcastFutureMessage"),
		battle.Start(), battle.Score(10, 20), battle.End(10, 20), poll.Start(host), poll.Votes(1, 2), poll.End(3, 2),
	}
	return append(msgs, r.Streak(a, Rose).Messages(1, 3)...)
}

// peer is the foreign client's process.
type peer struct {
	cmd            *exec.Cmd
	stdout, stderr bytes.Buffer
}

func startPeer(t *testing.T, srv *Server, name string) *peer {
	t.Helper()
	_, port, err := net.SplitHostPort(srv.addr.String())
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{cmd: exec.CommandContext(t.Context(), peerPath, "0.0.0.0:"+port, name)}
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	p.cmd.Env = append(os.Environ(), "LIMIT=15")
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

// wait returns how many events of each name the peer read, once it has ended by itself.
func (p *peer) wait(t *testing.T) map[string]int {
	t.Helper()
	if err := p.cmd.Wait(); err != nil {
		t.Errorf("the peer: %v\n%s", err, p.stderr.String())
	}
	read := map[string]int{}
	if err := json.Unmarshal(p.stdout.Bytes(), &read); err != nil {
		t.Fatalf("the peer said %q: %v", p.stdout.String(), err)
	}
	return read
}
