package server

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/coder/websocket"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/httprate"

	"showcaller/internal/live"
	"showcaller/web/static"
	"showcaller/web/templates"
)

const (
	overlayMisses    = 60      // wrong tokens an address may try in a minute
	overlayReport    = 4 << 10 // bytes of one message of a page
	overlayReports   = 20      // messages a second
	overlayPingEvery = 20 * time.Second
)

// overlayPolicy allows inline styles: OBS puts a streamer's custom CSS into the page as one, and it would be lost without a word.
// Nothing else may come in, and a style cannot reach out.
const overlayPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; connect-src 'self'; " +
	"img-src 'self' data:; media-src 'self' blob:; form-action 'none'; base-uri 'none'; frame-ancestors "

// overlayRoutes are public: the token is the credential. They neither read nor set a cookie.
func (s *Server) overlayRoutes(r chi.Router) {
	s.misses = httprate.NewRateLimiter(overlayMisses, time.Minute)
	r.Group(func(r chi.Router) {
		r.Use(overlayHeaders)
		r.Get("/overlay/{token}", s.withOverlay(s.showOverlay))
		r.Get("/overlay/{token}/follow", s.withOverlay(s.followOverlay))
		r.Get("/overlay/{token}/picture", s.withOverlay(func(w http.ResponseWriter, r *http.Request, _ shownOverlay) error { return s.showPicture(w, r) }))
		r.Get("/overlay/{token}/sound/{sound}", s.withOverlay(s.playSound))
		r.Get("/overlay/*", func(w http.ResponseWriter, _ *http.Request) { notHere(w) })
	})
}

func overlayHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", overlayPolicy+"'none'")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-store")
		h.Set("X-Robots-Tag", "noindex")
		next.ServeHTTP(w, r)
	})
}

// withOverlay finds the overlay a token leads to. What leads to none looks the same whatever is wrong with it.
func (s *Server) withOverlay(h func(http.ResponseWriter, *http.Request, shownOverlay) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		o, ok, err := s.overlayOf(r.Context(), chi.URLParam(r, "token"))
		switch {
		case err != nil:
		case !ok:
			s.missed(w, r)
			return
		default:
			err = h(w, r, o)
		}
		if err == nil || r.Context().Err() != nil {
			return
		}
		if code := live.CodeOf(err); code == live.CodeNotFound {
			notHere(w)
			return
		}
		s.report(r, err)
		http.Error(w, "try again later", statusOf(err))
	}
}

// missed answers a token that leads nowhere.
func (s *Server) missed(w http.ResponseWriter, r *http.Request) {
	from, err := peer(r)
	if err != nil {
		from = r.RemoteAddr
	}
	if s.misses.OnLimit(w, r, from) {
		http.Error(w, "too many requests", http.StatusTooManyRequests)
		return
	}
	notHere(w)
}

func notHere(w http.ResponseWriter) {
	http.Error(w, "not found", http.StatusNotFound)
}

// OverlayBuild names what an overlay's page is made of. A page that was made of something else loads itself anew.
func OverlayBuild() string {
	return path.Base(static.Path("overlay.js")) + " " + path.Base(static.Path("overlay.css"))
}

// showOverlay handles GET /overlay/{token}, the page.
func (s *Server) showOverlay(w http.ResponseWriter, r *http.Request, o shownOverlay) error {
	if o.preview {
		w.Header().Set("Content-Security-Policy", overlayPolicy+"'self'")
		w.Header().Set("X-Frame-Options", "SAMEORIGIN")
	}
	if !o.preview {
		w.Header().Set("Access-Control-Allow-Origin", "*") // for the loader, a file of its own: it must see that the address is one
	}
	language := o.Options.Appearance().Language
	if language == "" {
		language = "en"
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	return templates.Overlay(templates.OverlayDocument{Kind: string(o.Kind), Language: language, Build: OverlayBuild(), Assets: static.Path}).Render(r.Context(), w)
}

// playSound handles GET /overlay/{token}/sound/{id}.wav, what the host says.
func (s *Server) playSound(w http.ResponseWriter, r *http.Request, o shownOverlay) error {
	id, ok := strings.CutSuffix(chi.URLParam(r, "sound"), ".wav")
	if !ok || o.Kind != live.OverlayHost {
		notHere(w)
		return nil
	}
	wav, ok := s.opts.Overlays.Sound(id)
	if !ok {
		notHere(w)
		return nil
	}
	w.Header().Set("Content-Type", "audio/wav")
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(wav)))
	return nil
}

// overlaySocket is one page of an overlay that is connected.
type overlaySocket struct {
	server *Server
	conn   *websocket.Conn
	shown  shownOverlay
	page   *live.OverlayPage
}

// followOverlay handles GET /overlay/{token}/follow.
func (s *Server) followOverlay(w http.ResponseWriter, r *http.Request, o shownOverlay) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer s.sockets.Done()
	page, err := s.joinOverlay(r, o)
	if err != nil {
		return err
	}
	defer page.Leave()
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{CompressionMode: websocket.CompressionDisabled})
	if err != nil {
		return nil //nolint:nilerr // Accept has answered
	}
	defer conn.CloseNow() //nolint:errcheck // closed properly below where it can be
	conn.SetReadLimit(overlayReport)
	f := &overlaySocket{s, conn, o, page}
	f.serve(r.Context())
	return nil
}

func (s *Server) joinOverlay(r *http.Request, o shownOverlay) (page *live.OverlayPage, err error) {
	if o.preview {
		page, err = s.opts.Overlays.Preview(r.Context(), o.token, o.Overlay.Overlay, o.room)
	} else {
		page, err = s.opts.Overlays.Join(r.Context(), o.ID)
	}
	if err != nil {
		return nil, err
	}
	// The address may have been revoked after it was looked up and before the page could be told.
	if err := s.stillShown(r.Context(), o); err != nil {
		page.Leave()
		return nil, err
	}
	return page, nil
}

// stillShown fails with ErrOverlayRevoked when a token no longer leads to the overlay it led to.
func (s *Server) stillShown(ctx context.Context, o shownOverlay) error {
	_, ok, err := s.overlayOf(ctx, o.token)
	if err == nil && !ok {
		return live.ErrOverlayRevoked
	}
	return err
}

var errBadReport = errors.New("the page says what no page of ours would")

// serve sends frames and takes reports until the page leaves, its address is revoked, or the server closes.
func (f *overlaySocket) serve(request context.Context) {
	ctx, cancel := context.WithCancelCause(request)
	defer cancel(nil)
	reading, watching := make(chan struct{}), make(chan struct{})
	go func() { // not with ctx: the library cuts a socket whose read is cancelled, and the bye could not follow
		defer close(reading)
		cancel(f.read(request))
	}()
	go func() {
		defer close(watching)
		f.server.watchSocket(ctx, cancel, min(overlayPingEvery, f.server.pingEvery), f.alive)
	}()
	var ended error
	for frame, err := range f.page.Frames(ctx) {
		if err == nil {
			err = f.write(ctx, frame)
		}
		if err != nil {
			ended = err
			break
		}
	}
	cause := context.Cause(ctx)
	cancel(nil)
	f.bye(ended, cause)
	<-watching
	<-reading
}

// read takes reports in. A page that says too much, or what none of ours would, is sent away.
func (f *overlaySocket) read(ctx context.Context) error {
	allowed, since := overlayReports, time.Now()
	for {
		_, raw, err := f.conn.Read(ctx)
		if err != nil {
			return errLeft
		}
		if now := time.Now(); now.Sub(since) >= time.Second {
			allowed, since = overlayReports, now
		}
		if allowed--; allowed < 0 {
			return fmt.Errorf("%w: too much", errBadReport)
		}
		switch err := f.page.Report(ctx, raw); {
		case err == nil:
		case live.CodeOf(err) == live.CodeInvalid:
			return fmt.Errorf("%w: %w", errBadReport, err)
		default:
			return err
		}
	}
}

// alive says why the socket must end: the page no longer answers, or it is a preview whose reader may not see it any more. That an
// address is no longer the overlay's own pages are told at once.
func (f *overlaySocket) alive(ctx context.Context) error {
	if pinged(ctx, f.conn) != nil {
		return errLeft
	}
	if !f.shown.preview {
		return nil
	}
	if err := f.server.stillShown(ctx, f.shown); errors.Is(err, live.ErrOverlayRevoked) {
		return err
	}
	return nil // a database that does not answer says nothing about the reader
}

// bye says when to come back, and closes.
func (f *overlaySocket) bye(ended, cause error) {
	ctx, cancel := context.WithTimeout(context.Background(), frameTimeout)
	defer cancel()
	switch {
	case errors.Is(cause, errBadReport):
		_ = f.conn.Close(websocket.StatusPolicyViolation, "no such report")
		return
	case errors.Is(cause, errLeft), errors.Is(ended, errLeft):
		_ = f.conn.CloseNow()
		return
	}
	bye := live.OverlayBye{Retry: 500 + rand.IntN(2500), Revoked: errors.Is(ended, live.ErrOverlayRevoked) || errors.Is(cause, live.ErrOverlayRevoked)}
	if frame, err := live.EncodeFrame(bye); err == nil {
		_ = f.conn.Write(ctx, websocket.MessageText, frame)
	}
	_ = f.conn.Close(websocket.StatusGoingAway, "")
}

// write sends a frame; ending the socket does not cancel it, or the bye could not follow.
func (f *overlaySocket) write(ctx context.Context, frame []byte) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), frameTimeout)
	defer cancel()
	if err := f.conn.Write(ctx, websocket.MessageText, frame); err != nil {
		return fmt.Errorf("%w: %w", errLeft, err)
	}
	return nil
}

// masked is a path as a log may hold it: an address that is a secret is none.
func masked(u *url.URL) string {
	for _, place := range []string{"/overlay/", "/share/", "/invite/"} {
		if rest, ok := strings.CutPrefix(u.Path, place); ok {
			_, rest, _ = strings.Cut(rest, "/")
			return place + "…/" + rest
		}
	}
	return u.Path
}
