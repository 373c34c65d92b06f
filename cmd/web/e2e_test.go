package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/tiktok/tiktoktest"
)

// This file holds what the end-to-end tests share: the program as a function and as a process, and the world around it.

// asProgram makes the test binary the program, so that a test can start it as a process and kill it.
const asProgram = "SHOWCALLER_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
	}
	flag.Parse()
	if err := flag.Set("test.parallel", "8"); err != nil { // they wait more than they work
		panic(err)
	}
	goleak.VerifyTestMain(m)
}

// patience is how long a test waits for what must happen soon, on a machine that may be busy.
const patience = time.Minute

// soon returns a context that ends with the test, or when what should happen soon has not.
func soon(t testing.TB) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	return ctx
}

// token is the bearer token of programs in tests.
const token = "a-token-for-programs"

// emptyDatabase is a database in which nothing has happened yet, made once: with the race detector that costs half a second.
var emptyDatabase = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "showcaller")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // the system tidies up too
	file := filepath.Join(dir, "empty.db")
	store, err := db.Open(context.Background(), "sqlite:"+file, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	if err := store.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// brandNew is settings without a database: the program makes it, as on a first start.
func brandNew(t testing.TB, srv *tiktoktest.Server, more ...string) []string {
	t.Helper()
	return settings(t, srv, append(more, "SHOWCALLER_DATABASE_URL=sqlite:"+filepath.Join(t.TempDir(), "data", "showcaller.db"))...)
}

// settings is the environment of a program of its own: its folder, its port, its TikTok. srv may be nil. What more holds wins.
func settings(t testing.TB, srv *tiktoktest.Server, more ...string) []string {
	t.Helper()
	dir := t.TempDir()
	empty, err := emptyDatabase()
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "showcaller.db"), empty, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	all := []string{
		"LANG=C", "HOME=" + dir, "XDG_CACHE_HOME=" + dir, "TMPDIR=" + dir,
		"SHOWCALLER_ADDR=127.0.0.1:0", "SHOWCALLER_DATABASE_URL=sqlite:" + filepath.Join(dir, "showcaller.db"), "SHOWCALLER_DEMO=false",
		"SHOWCALLER_API_TOKEN=" + token, "SHOWCALLER_ADMIN_PASSWORD=correct horse battery", "SHOWCALLER_LOG_LEVEL=error",
	}
	tiktok, socket := "http://127.0.0.1:1", "ws://127.0.0.1:1" // nobody is there
	if srv != nil {
		tiktok, socket = srv.URL(), srv.WSURL()
	}
	return append(append(all,
		"SHOWCALLER_TIKTOK_WEB_URL="+tiktok, "SHOWCALLER_TIKTOK_WEBCAST_URL="+tiktok, "SHOWCALLER_TIKTOK_SIGN_URL="+tiktok,
		"SHOWCALLER_TIKTOK_WS_URL="+socket,
	), more...)
}

// value returns what an environment says of a name; the last one counts.
func value(environ []string, name string) string {
	for i := len(environ) - 1; i >= 0; i-- {
		if v, ok := strings.CutPrefix(environ[i], name+"="); ok {
			return v
		}
	}
	return ""
}

// result is what a command line left behind.
type result struct {
	code      int
	out, errs string
}

// command line, run to its end inside the test.
func execute(t *testing.T, environ []string, in string, args ...string) result {
	t.Helper()
	var out, errs bytes.Buffer
	code := run(soon(t), args, environ, strings.NewReader(in), &out, &errs)
	return result{code, out.String(), errs.String()}
}

// wants fails the test unless a command ended with a code and said certain things.
func (r result) wants(t *testing.T, code int, words ...string) {
	t.Helper()
	if r.code != code {
		t.Errorf("exit code %d, want %d\n%s%s", r.code, code, r.out, r.errs)
	}
	for _, w := range words {
		if !strings.Contains(r.out+r.errs, w) {
			t.Errorf("said nothing of %q:\n%s%s", w, r.out, r.errs)
		}
	}
}

// transcript is what a program said so far. It may be read while the program writes.
type transcript struct {
	mu   sync.Mutex
	text []byte
	news chan struct{} // closed and replaced at each write
}

func newTranscript() *transcript { return &transcript{news: make(chan struct{})} }

// Write implements io.Writer.
func (s *transcript) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = append(s.text, b...)
	close(s.news)
	s.news = make(chan struct{})
	return len(b), nil
}

func (s *transcript) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.text)
}

// await returns the nth match of a pattern, or nil if the program ends before there is one.
func (s *transcript) await(t testing.TB, pattern *regexp.Regexp, nth int, ended <-chan struct{}) []string {
	t.Helper()
	late := soon(t).Done()
	for over := false; ; {
		s.mu.Lock()
		found, news := pattern.FindAllStringSubmatch(string(s.text), nth), s.news
		s.mu.Unlock()
		switch {
		case len(found) == nth:
			return found[nth-1]
		case over:
			return nil
		}
		select {
		case <-news:
		case <-ended:
			over = true
		case <-late:
			t.Fatalf("%s matches less than %d times:\n%s", pattern, nth, s)
		}
	}
}

// process is the program in a process of its own.
type process struct {
	t    testing.TB
	cmd  *exec.Cmd
	out  *transcript
	errs bytes.Buffer
	done chan struct{} // closed when it has ended
	code int           // after done
}

// spawn starts the program. It is killed when the test ends, if it still runs then.
func spawn(t testing.TB, environ []string, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: exec.Command(self, args...), out: newTranscript(), done: make(chan struct{})}
	p.cmd.Env = append([]string{asProgram + "=1", "GORACE=exitcode=66"}, environ...)
	p.cmd.Stdout, p.cmd.Stderr = p.out, &p.errs
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // the code says it
		p.code = p.cmd.ProcessState.ExitCode()
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() && p.errs.Len() > 0 {
			t.Logf("the program wrote:\n%s", p.errs.String())
		}
	})
	return p
}

// kill ends the program as a crash does, and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended already
	<-p.done
	if strings.Contains(p.errs.String(), "DATA RACE") {
		p.t.Errorf("a race in the program:\n%s", p.errs.String())
	}
}

// interrupt ends the program as Ctrl-C does, and returns its exit code.
func (p *process) interrupt() int {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGINT); err != nil {
		p.t.Fatal(err)
	}
	return p.wait()
}

// wait returns the exit code of a program that ends by itself.
func (p *process) wait() int {
	p.t.Helper()
	select {
	case <-p.done:
		return p.code
	case <-soon(p.t).Done():
		p.t.Fatalf("the program does not end; it said\n%s", p.out)
		return 0
	}
}

var runningAt = regexp.MustCompile(`is running: (http://\S+)`)

// address is where a panel answers; "" if it ended before it did.
func (p *process) address() string {
	p.t.Helper()
	if m := p.out.await(p.t, runningAt, 1, p.done); m != nil {
		return m[1]
	}
	return ""
}

// panel is a running panel, as a program sees it.
type panel struct {
	t   testing.TB
	url string
}

var direct = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// ask sends a request to the API and returns its status and answer.
func (p panel) ask(method, path string, body any) (int, []byte) {
	p.t.Helper()
	var sent io.Reader
	if body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			p.t.Fatal(err)
		}
		sent = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(soon(p.t), method, p.url+path, sent)
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	res, err := direct.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res.StatusCode, answer
}

// get reads an answer of the API.
func (p panel) get(path string, to any) {
	p.t.Helper()
	status, answer := p.ask(http.MethodGet, path, nil)
	if status != http.StatusOK {
		p.t.Fatalf("%s: %d %s", path, status, answer)
	}
	if err := json.Unmarshal(answer, to); err != nil {
		p.t.Fatalf("%s: %v in %s", path, err, answer)
	}
}

// watch adds a room.
func (p panel) watch(name string) {
	p.t.Helper()
	if status, answer := p.ask(http.MethodPost, "/api/rooms", map[string]any{"unique_id": name}); status != http.StatusCreated {
		p.t.Fatalf("adding @%s: %d %s", name, status, answer)
	}
}

// serving is a panel inside the test.
type serving struct {
	panel
	setup string // the one-time link
	stop  func() error
}

// serveHere runs the panel inside the test until it is stopped or the test ends.
func serveHere(t *testing.T, environ []string) serving {
	t.Helper()
	config, err := loadConfig(environ)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ready, ended := make(chan Address, 1), make(chan error, 1)
	go func() { ended <- Run(ctx, config, func(at Address) { ready <- at }) }()
	stop := sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("the panel ended with %v", err)
		}
	})
	select {
	case at := <-ready:
		return serving{panel{t, at.URL}, at.SetupURL, stop}
	case err := <-ended:
		ended <- nil
		t.Fatalf("the panel does not start: %v", err)
	case <-soon(t).Done():
		t.Fatal("the panel does not start")
	}
	return serving{}
}

// gate is an address that stays while the server behind it comes and goes, as a browser knows it. While there is none it
// hangs up.
type gate struct {
	listener net.Listener
	behind   atomic.Value // address of the server, a string

	mu      sync.Mutex
	open    map[net.Conn]bool
	closed  bool
	running sync.WaitGroup
}

func newGate(t *testing.T) *gate {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gate{listener: l, open: map[net.Conn]bool{}}
	g.behind.Store("")
	g.running.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			g.running.Go(func() { g.pass(conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		g.mu.Lock()
		g.closed = true
		for conn := range g.open {
			_ = conn.Close()
		}
		g.mu.Unlock()
		g.running.Wait()
	})
	return g
}

func (g *gate) url() string { return "http://" + g.listener.Addr().String() }

// leadTo sends who comes from now on to the server at url.
func (g *gate) leadTo(url string) { g.behind.Store(strings.TrimPrefix(url, "http://")) }

// pass connects one visitor with the server until either hangs up.
func (g *gate) pass(visitor net.Conn) {
	defer g.drop(visitor)
	var dialer net.Dialer
	server, err := dialer.Dial("tcp", g.behind.Load().(string))
	if err != nil || !g.keep(visitor) {
		return
	}
	defer g.drop(server)
	if !g.keep(server) {
		return
	}
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(visitor, server)
		_ = visitor.Close()
	})
	_, _ = io.Copy(server, visitor)
	_ = server.Close()
	back.Wait()
}

// keep notes a connection, so that it can be closed when the test ends.
func (g *gate) keep(conn net.Conn) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open[conn] = true
	return !g.closed
}

func (g *gate) drop(conn net.Conn) {
	_ = conn.Close()
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.open, conn)
}

// readCapture returns the events of a capture file, which must be valid whenever it is read.
func readCapture(t *testing.T, file string) []live.Event {
	t.Helper()
	b, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var events []live.Event
	if err := json.Unmarshal(b, &events); err != nil {
		t.Fatalf("%s is no JSON array of events: %v; it ends with %q", file, err, b[max(0, len(b)-300):])
	}
	return events
}

// checkLog fails the test unless events are a session's log: numbered from 1 without a hole, and nothing twice.
func checkLog(t *testing.T, events []live.Event) {
	t.Helper()
	known := map[string]int64{}
	for i, e := range events {
		if e.Seq != int64(i+1) {
			t.Fatalf("seq %d in place of %d", e.Seq, i+1)
		}
		if before, twice := known[e.SourceID]; twice && e.SourceID != "" {
			t.Errorf("source_id %s of event %d came before, in event %d", e.SourceID, e.Seq, before)
		}
		known[e.SourceID] = e.Seq
	}
}

// gapOf returns what a gap event says, with its bounds.
func gapOf(t *testing.T, e live.Event) (gap live.Gap, from, to time.Time) {
	t.Helper()
	gap = live.DataOf[live.Gap](e)
	from, err1 := time.Parse(time.RFC3339, gap.From)
	to, err2 := time.Parse(time.RFC3339, gap.To)
	if err := errors.Join(err1, err2); err != nil || !from.Before(to) || gap.Cause == "" {
		t.Errorf("gap %+v names no time or no cause (%v)", gap, err)
	}
	return gap, from, to
}
