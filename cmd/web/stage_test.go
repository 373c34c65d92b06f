package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/coder/websocket"

	"showcaller/internal/live"
	"showcaller/internal/server"
	"showcaller/web/static"
	"showcaller/web/templates"
)

// fakeStage serves the pages of overlays and speaks their socket frame by frame, as a test says. The pages are the real ones.
type fakeStage struct {
	*httptest.Server
	t testing.TB

	mu      sync.Mutex
	opening map[string][]live.OverlayFrame // by token: what a page is told first
	gone    map[string]bool                // tokens that lead nowhere
	preview bool
	build   string // of the pages
	// What hello says, if it is not build.
	helloBuild string
	alerts     int                        // shown so far
	conns      map[string]*websocket.Conn // by token: the newest
	visits     map[string]int             // by token: sockets so far
	reports    map[string][]report
	news       chan struct{} // closed and replaced when a page comes or says something
}

// report is what a page said.
type report struct {
	Type, ID, Turn, OBS, Scene string
	Done                       bool
	Clip, Width, Height        int
	Visible                    *bool
	Active, Streaming          *bool
}

func newStage(t testing.TB) *fakeStage {
	t.Helper()
	s := &fakeStage{
		t: t, opening: map[string][]live.OverlayFrame{}, gone: map[string]bool{}, conns: map[string]*websocket.Conn{}, visits: map[string]int{}, reports: map[string][]report{},
		news: make(chan struct{}), build: server.OverlayBuild(),
	}
	mux := http.NewServeMux()
	mux.Handle("GET /static/", http.StripPrefix("/static", static.Handler()))
	mux.HandleFunc("GET /overlay/{token}", s.page)
	mux.HandleFunc("GET /overlay/{token}/follow", s.follow)
	mux.HandleFunc("GET /overlay/{token}/picture", func(w http.ResponseWriter, r *http.Request) { servePicture(w, r.FormValue("u")) })
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	t.Cleanup(s.hangUp)
	return s
}

func (s *fakeStage) page(w http.ResponseWriter, r *http.Request) {
	token := r.PathValue("token")
	s.mu.Lock()
	gone, build := s.gone[token], s.build
	s.mu.Unlock()
	if gone {
		http.NotFound(w, r)
		return
	}
	kind, _, _ := strings.Cut(token, "-")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self' blob:")
	document := templates.OverlayDocument{Kind: kind, Language: "en", Build: build, Assets: static.Path}
	if err := templates.Overlay(document).Render(r.Context(), w); err != nil {
		s.t.Error(err)
	}
}

// servePicture draws something for an address: a gift is a star, anybody else a gradient.
func servePicture(w http.ResponseWriter, address string) {
	const size = 96
	img := image.NewRGBA(image.Rect(0, 0, size, size))
	seed := len(path.Base(address)) * 47
	for y := range size {
		for x := range size {
			img.Set(x, y, color.RGBA{uint8(120 + (x+seed)%120), uint8(80 + y), uint8(200 - (seed % 120)), 255})
		}
	}
	w.Header().Set("Content-Type", "image/png")
	_ = png.Encode(w, img) // the browser may have left
}

func (s *fakeStage) follow(w http.ResponseWriter, r *http.Request) {
	token := r.PathValue("token")
	s.mu.Lock()
	gone := s.gone[token]
	s.mu.Unlock()
	if gone {
		http.NotFound(w, r)
		return
	}
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return
	}
	s.mu.Lock()
	opening := s.opening[token]
	s.conns[token] = conn
	s.visits[token]++
	hello := live.OverlayHello{Build: cmp.Or(s.helloBuild, s.build), NowMS: nowMS(), SessionID: 7, Preview: s.preview}
	s.changed()
	s.mu.Unlock()
	for _, f := range append([]live.OverlayFrame{hello}, opening...) {
		if s.write(r.Context(), conn, f) != nil {
			return
		}
	}
	for {
		_, raw, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		var said report
		if err := json.Unmarshal(raw, &said); err != nil {
			s.t.Errorf("the page says %q: %v", raw, err)
		}
		s.mu.Lock()
		s.reports[token] = append(s.reports[token], said)
		s.changed()
		s.mu.Unlock()
	}
}

func (s *fakeStage) changed() {
	close(s.news)
	s.news = make(chan struct{})
}

func (s *fakeStage) write(ctx context.Context, conn *websocket.Conn, f live.OverlayFrame) error {
	raw, err := live.EncodeFrame(f)
	if err != nil {
		s.t.Fatal(err)
	}
	return conn.Write(ctx, websocket.MessageText, raw)
}

// opens says what pages of a token are told first, after hello.
func (s *fakeStage) opens(token string, frames ...live.OverlayFrame) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.opening[token] = frames
}

// send sends frames to the page of a token, which must be there.
func (s *fakeStage) send(token string, frames ...live.OverlayFrame) {
	s.t.Helper()
	s.mu.Lock()
	conn := s.conns[token]
	s.mu.Unlock()
	for _, f := range frames {
		if err := s.write(s.t.Context(), conn, f); err != nil {
			s.t.Fatal(err)
		}
	}
}

// revoke has a token lead nowhere from now on.
func (s *fakeStage) revoke(token string) {
	s.mu.Lock()
	s.gone[token] = true
	s.mu.Unlock()
	s.hangUp()
}

// arrived waits until a page has taken in what was sent to it: a greeting makes it say what it is like, in turn.
func (s *fakeStage) arrived(token string) {
	s.t.Helper()
	seen := func(r report) bool { return r.Type == "seen" }
	before := count(s.reportsOf(token), seen)
	s.send(token, live.OverlayHello{Build: s.build, NowMS: nowMS(), SessionID: 7})
	s.await(token+" greets back", func() bool { return count(s.reports[token], seen) > before })
}

// hangUp closes every socket without a word.
func (s *fakeStage) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, conn := range s.conns {
		_ = conn.CloseNow()
	}
}

// await waits until something is true of the stage.
func (s *fakeStage) await(what string, is func() bool) {
	s.t.Helper()
	late := soon(s.t).Done()
	for {
		s.mu.Lock()
		ok, news := is(), s.news
		s.mu.Unlock()
		if ok {
			return
		}
		select {
		case <-news:
		case <-late:
			s.t.Fatalf("never: %s", what)
		}
	}
}

// heard waits for a report that fits, and returns it.
func (s *fakeStage) heard(token, what string, fits func(report) bool) (found report) {
	s.t.Helper()
	s.await(token+" says "+what, func() bool {
		for _, r := range s.reports[token] {
			if fits(r) {
				found = r
				return true
			}
		}
		return false
	})
	return found
}

// play opens an overlay's page in a browser and waits until what it shows stands still.
func (s *fakeStage) play(b *tab, token, query string) {
	s.t.Helper()
	b.base = s.URL
	b.open("/overlay/" + token + query)
	b.settled()
}

// settled waits until fonts are there, pictures drawn, and nothing moves but what never stops.
func (b *tab) settled() {
	b.t.Helper()
	b.until(`document.querySelector(".stage > *") && document.fonts.status === "loaded" && [...document.images].every((i) => i.complete)
		&& document.getAnimations().every((a) => a.playState === "finished" || a.effect.getComputedTiming().iterations === Infinity || a.effect.getComputedTiming().duration > 1000)`)
}

// size gives the page the size of a source in OBS.
func (b *tab) size(width, height int) {
	b.t.Helper()
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: int64(width), Height: int64(height), DeviceScaleFactor: 1})
}

// photograph returns the page with what is transparent left so.
func (b *tab) photograph() *image.NRGBA {
	b.t.Helper()
	through := &cdp.RGBA{A: .001} // 0 would be left out of the message, and mean white
	call(b, emulation.SetDefaultBackgroundColorOverride, emulation.SetDefaultBackgroundColorOverrideParams{Color: through})
	shot := call(b, page.CaptureScreenshot, page.CaptureScreenshotParams{Format: "png", OptimizeForSpeed: ptr(true)})
	img, err := png.Decode(bytes.NewReader(shot.Data))
	if err != nil {
		b.t.Fatal(err)
	}
	if out, ok := img.(*image.NRGBA); ok {
		return out
	}
	out := image.NewNRGBA(img.Bounds())
	draw.Draw(out, out.Bounds(), img, image.Point{}, draw.Src)
	return out
}

// keepPicture keeps a picture over a checkerboard, if anybody wants some.
func keepPicture(t testing.TB, name string, shot image.Image) {
	t.Helper()
	dir := os.Getenv("SHOWCALLER_TEST_PICTURES")
	if dir == "" {
		return
	}
	const square = 24
	board := image.NewRGBA(shot.Bounds())
	for y := range board.Bounds().Dy() {
		for x := range board.Bounds().Dx() {
			c := color.Gray{0x77}
			if (x/square+y/square)%2 == 0 {
				c = color.Gray{0x99}
			}
			board.Set(x, y, c)
		}
	}
	draw.Draw(board, board.Bounds(), shot, image.Point{}, draw.Over)
	var file bytes.Buffer
	if err := png.Encode(&file, board); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}
