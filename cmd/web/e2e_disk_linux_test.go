package main

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"showcaller/internal/live"
	"showcaller/internal/tiktok/tiktoktest"
)

// A disk that fills up is played by the kernel's limit on the size of files: from outside it can be drawn tight and loosened.

// fileLimit is the limit a program in a test gives itself before it starts.
const fileLimit = "SHOWCALLER_TEST_FILE_LIMIT"

func init() {
	if n, err := strconv.ParseUint(os.Getenv(fileLimit), 10, 64); err == nil {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: syscall.RLIM_INFINITY & (1<<63 - 1)}); err != nil {
			panic(err)
		}
	}
}

// limitFiles draws a running program's limit.
func (p *process) limitFiles(n uint64) {
	p.t.Helper()
	limit := unix.Rlimit{}
	if err := unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_FSIZE, nil, &limit); err != nil {
		p.t.Fatal(err)
	}
	limit.Cur = min(n, limit.Max)
	if err := unix.Prlimit(p.cmd.Process.Pid, unix.RLIMIT_FSIZE, &limit, nil); err != nil {
		p.t.Fatal(err)
	}
}

// TestFullDiskCapture: a capture ends where the disk does. What it wrote before is whole.
func TestFullDiskCapture(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	busy(t, srv, "lan", 500)
	for name, test := range map[string]struct{ limit, words string }{
		"in the middle":  {"300000", "could not be written. What was captured before is safe."},
		"from the start": {"2", "cannot be written. Name another place with --out."},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			file := filepath.Join(t.TempDir(), "events.json")
			p := spawn(t, settings(t, srv, fileLimit+"="+test.limit), "capture", "@lan", "--out", file)
			code := p.wait()
			result{code, p.out.String(), p.errs.String()}.wants(t, exitFailed, file+" "+test.words)
			events := readCapture(t, file)
			checkLog(t, events)
			if full := name == "in the middle"; full && len(events) < 50 || !full && len(events) > 0 {
				t.Errorf("%d events are in the file", len(events))
			}
		})
	}
}

// TestFullDiskServe: when the disk is full the session stops and says so, nothing that was stored is hurt, pages are shown, and
// with space again it goes on behind a gap that says why.
func TestFullDiskServe(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	room := busy(t, srv, "lan", 200)
	environ := settings(t, srv)
	p := spawn(t, environ)
	here := panel{t, p.address()}
	here.watch("lan")
	here.awaitState("lan", live.StateLive)
	browser := newFollower(t, "lan")
	ctx, leave := context.WithCancel(t.Context())
	var following sync.WaitGroup
	following.Go(func() { browser.follow(ctx, here.url) })

	database := strings.TrimPrefix(value(environ, "SHOWCALLER_DATABASE_URL"), "sqlite:")
	wal, err := os.Stat(database + "-wal")
	if err != nil {
		t.Fatal(err)
	}
	p.limitFiles(uint64(wal.Size()) + 200_000)
	full := here.awaitState("lan", live.StateStopped)
	if full.Reason != live.ReasonStorage {
		t.Errorf("stopped for %q", full.Reason)
	}
	var stored struct{ Items []json.RawMessage }
	here.get("/api/sessions/1/events?limit=1000", &stored)
	if status, _ := here.ask(http.MethodGet, "/rooms/lan", nil); status != http.StatusOK {
		t.Errorf("the page answers %d", status)
	}

	p.limitFiles(1 << 40)
	if status, answer := here.ask(http.MethodPost, "/api/rooms/lan/connect", nil); status != http.StatusOK {
		t.Fatalf("connect: %d %s", status, answer)
	}
	here.awaitState("lan", live.StateLive)
	awaitEntries(t, room, 2)
	if code := p.interrupt(); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	leave()
	following.Wait()

	check := newChecker(environ)
	check.causes = []live.Reason{live.ReasonStorage}
	check.all(t, browser)
	if check.gaps != 1 {
		t.Errorf("%d gaps", check.gaps)
	}
	t.Logf("%d events seen, %d hellos", check.seen, browser.hellos)
	if browser.hellos > 20 {
		t.Errorf("a session that had stopped was announced %d times", browser.hellos)
	}
}
