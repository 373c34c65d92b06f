package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
	"showcaller/internal/tiktok/tiktoktest"
)

// browserOf is a browser that somebody signed in with: it keeps its cookies when the panel goes and comes back at another port.
func (p panel) browserOf(name, password string) *http.Client {
	p.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		p.t.Fatal(err)
	}
	browser := &http.Client{Jar: jar, Transport: direct.Transport}
	res, err := browser.PostForm(p.url+"/login", url.Values{"name": {name}, "password": {password}})
	if err != nil {
		p.t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK || res.Request.URL.Path != "/" {
		p.t.Fatalf("signing in led to %s with %d", res.Request.URL.Path, res.StatusCode)
	}
	return browser
}

// opens fails the test unless a page opens for a browser, and not the login page in its place.
func (p panel) opens(browser *http.Client, path string) {
	p.t.Helper()
	res, err := browser.Get(p.url + path)
	if err != nil {
		p.t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusOK || res.Request.URL.Path != path {
		p.t.Errorf("%s led to %s with %d", path, res.Request.URL.Path, res.StatusCode)
	}
}

// logOf is a session's export.
func (p panel) logOf(session int64) (events []live.Event) {
	p.t.Helper()
	status, answer := p.ask(http.MethodGet, fmt.Sprintf("/api/sessions/%d/export.json", session), nil)
	if err := json.Unmarshal(answer, &events); err != nil || status != http.StatusOK {
		p.t.Fatalf("export: %d, %v", status, err)
	}
	return events
}

// wire is an event as it is sent.
func wire(t *testing.T, events []live.Event) (lines []string) {
	t.Helper()
	for _, e := range events {
		b, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(b))
	}
	return lines
}

// TestRestore does what docs/backup.md says: a backup of a panel that records, the end of its database, the backup in its place. Whatever
// was known at the backup is there, whoever was signed in is, and the LIVE goes on in its session behind a gap.
func TestRestore(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	room := busy(t, srv, "lan", 100)
	environ := settings(t, srv)
	file := strings.TrimPrefix(value(environ, "SHOWCALLER_DATABASE_URL"), "sqlite:")
	door := newGate(t) // the address that browsers and OBS know

	first := serveHere(t, environ)
	door.leadTo(first.url)
	known := panel{t, door.url()}
	first.watch("lan")
	awaitEntries(t, room, 1)
	owner := known.browserOf("admin", "correct horse battery")
	overlay := first.overlay("alerts", "lan")
	page := newFollower(t, "lan")
	var following sync.WaitGroup
	following.Go(func() { page.follow(t.Context(), first.url) })
	page.awaitEvents(100)
	const note = "the song everybody asked for"
	if status, answer := first.ask(http.MethodPost, "/api/sessions/1/program", map[string]any{"action": "start", "programName": note}); status >= http.StatusBadRequest {
		t.Fatalf("a program: %d %s", status, answer)
	}
	page.await("program", func(seen []live.Event) bool {
		return seen[len(seen)-1].Kind != live.KindProgram && seen[len(seen)-1].Seq > 100
	})

	copied := filepath.Join(t.TempDir(), "backup.db")
	execute(t, environ, "", "backup", copied).wants(t, exitOK, copied)
	if info, err := os.Stat(copied); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the backup: %v, %v", info.Mode(), err)
	}
	var saved []live.Event
	if err := json.Unmarshal([]byte(execute(t, append(environ, "SHOWCALLER_DATABASE_URL=sqlite:"+copied), "", "export", "1").out), &saved); err != nil || len(saved) < 100 {
		t.Fatalf("%d events are in the backup, %v", len(saved), err)
	}
	page.awaitEvents(50) // that will be lost
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}
	following.Wait()

	for _, name := range []string{file, file + "-wal"} {
		if err := os.WriteFile(name, []byte(strings.Repeat("a disk that died. ", 4096)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	execute(t, environ, "", "serve").wants(t, exitFailed, file)
	restore(t, copied, file)

	second := serveHere(t, environ)
	door.leadTo(second.url)
	awaitEntries(t, room, 2)
	again := newFollower(t, "lan")
	following.Go(func() { again.follow(t.Context(), second.url) })
	again.awaitEvents(int64(len(saved)) + 20)
	log := second.logOf(1)
	checkLog(t, log)
	for i, e := range saved {
		if e.User != nil && e.User.Nickname == "" { // whom nobody could name then may have spoken since
			log[i].User = e.User
		}
	}
	if diff := cmp.Diff(wire(t, saved), wire(t, log[:len(saved)])); diff != "" {
		t.Errorf("what the backup held is not what is there (-backup +restored):\n%s", diff)
	}
	if next := log[len(saved)]; next.Kind != live.KindGap || live.DataOf[live.Gap](next).Cause != string(live.ReasonRestart) {
		t.Errorf("it goes on with %+v, not with a gap", next)
	}
	known.opens(owner, "/sessions/1")
	known.opens(owner, "/team")
	known.opens(&http.Client{Transport: direct.Transport}, overlay)
	known.browserOf("admin", "correct horse battery")
	var found struct{ Items []live.Event }
	if known.get("/api/sessions/1/events?q="+url.QueryEscape("song everybody"), &found); len(found.Items) != 1 {
		t.Errorf("a search finds %d events", len(found.Items))
	}
	if err := second.stop(); err != nil {
		t.Fatal(err)
	}
	following.Wait()
}

// restore puts a backup where the database was, as docs/backup.md says.
func restore(t *testing.T, backup, file string) {
	t.Helper()
	old := filepath.Join(t.TempDir(), "old")
	if err := os.Mkdir(old, 0o700); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(file + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range left {
		if err := os.Rename(name, filepath.Join(old, filepath.Base(name))); err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile(backup)
	if err == nil {
		err = os.WriteFile(file, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
