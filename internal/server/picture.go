package server

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

const (
	pictureLimit   = 1 << 20 // bytes of one picture; TikTok's are below 100 KB
	picturesLimit  = 200 << 20
	pictureTimeout = 10 * time.Second
	pictureFetches = 8 // at once
	pictureMissed  = 5 * time.Minute
	missedLimit    = 1000
)

// pictureDomains are where TikTok's pictures come from: any host below them, and nothing else.
var pictureDomains = []string{"tiktokcdn.com", "tiktokcdn-eu.com", "tiktokcdn-us.com"}

// pictureTypes are what a picture may be, by its first bytes: no SVG, which can hold a script.
var pictureTypes = map[string]bool{"image/png": true, "image/jpeg": true, "image/webp": true, "image/gif": true}

// pictures fetches TikTok's pictures for our own pages and keeps them: their addresses expire, and a panel whose pages load
// nothing from elsewhere tells nobody who looks at it.
type pictures struct {
	db     *db.DB
	client *http.Client
	slots  chan struct{}
	flight singleflight.Group

	mu     sync.Mutex
	missed map[string]time.Time // addresses that gave no picture, and until when they are not asked again
}

func newPictures(d *db.DB, transport http.RoundTripper) *pictures {
	p := &pictures{db: d, slots: make(chan struct{}, pictureFetches), missed: map[string]time.Time{}}
	p.client = &http.Client{Transport: transport, Timeout: pictureTimeout, CheckRedirect: func(r *http.Request, via []*http.Request) error {
		if len(via) >= 3 || !allowedPicture(r.URL) {
			return errors.New("a picture redirects elsewhere")
		}
		return nil
	}}
	return p
}

// allowedPicture reports whether u is a picture of TikTok's, by its address.
func allowedPicture(u *url.URL) bool {
	if u.Scheme != "https" || u.User != nil || u.Port() != "" || u.Opaque != "" {
		return false
	}
	host := strings.ToLower(u.Hostname())
	for _, domain := range pictureDomains {
		if strings.HasSuffix(host, "."+domain) {
			return true
		}
	}
	return false
}

// noPicture is a picture of one pixel nothing is seen of: a page that printed a picture's place shows what lies under it, without script too.
const noPicture = "GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;"

// showPicture handles GET /picture?u=…, the way of a page of ours to a picture of TikTok's. With &blank=1 a picture that is gone is one
// nothing is seen of; without, it is not found.
func (s *Server) showPicture(w http.ResponseWriter, r *http.Request) error {
	u, err := url.Parse(r.URL.Query().Get("u"))
	if err != nil || !allowedPicture(u) {
		return &live.Error{Code: live.CodeForbidden, Op: "server.showPicture", Msg: "Only TikTok's pictures are shown here."}
	}
	p, err := s.pictures.get(r.Context(), u)
	if err != nil {
		w.Header().Set("Cache-Control", "private, max-age=300")
		if live.CodeOf(err) == live.CodeUpstream {
			writeNoPicture(w, r.URL.Query().Has("blank"))
			return nil
		}
		return err
	}
	sum := sha256.Sum256(p.Data)
	h := w.Header()
	h.Set("Content-Type", p.MediaType)
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, max-age=604800, immutable")
	h.Set("ETag", `"`+hex.EncodeToString(sum[:8])+`"`)
	http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(p.Data)))
	return nil
}

// writeNoPicture says that there is no picture. It writes no page: what asks is an <img>.
func writeNoPicture(w http.ResponseWriter, blank bool) {
	if !blank {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "image/gif")
	_, _ = io.WriteString(w, noPicture)
}

// get returns a picture: the kept one, or TikTok's.
func (p *pictures) get(ctx context.Context, u *url.URL) (db.Picture, error) {
	address := u.Scheme + "://" + strings.ToLower(u.Host) + u.EscapedPath()
	kept, err := p.db.Picture(ctx, address, time.Now())
	if err == nil || live.CodeOf(err) != live.CodeNotFound {
		return kept, err
	}
	if p.wasMissed(address) {
		return db.Picture{}, errNoPicture(nil)
	}
	// Whoever asks second waits for the first one's answer. The fetch goes on if that one leaves: somebody else will want it.
	v, err, _ := p.flight.Do(address, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pictureTimeout)
		defer cancel()
		return p.fetch(ctx, address, u)
	})
	if err != nil {
		return db.Picture{}, err
	}
	return v.(db.Picture), nil
}

func (p *pictures) fetch(ctx context.Context, address string, u *url.URL) (db.Picture, error) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return db.Picture{}, errNoPicture(ctx.Err())
	}
	data, err := p.download(ctx, u)
	mediaType := http.DetectContentType(data)
	if err == nil && !pictureTypes[mediaType] {
		err = errors.New("it is " + mediaType)
	}
	if err != nil {
		p.miss(address)
		return db.Picture{}, errNoPicture(err)
	}
	picture := db.Picture{Address: address, MediaType: mediaType, Data: data}
	return picture, p.db.SavePicture(ctx, picture, time.Now(), picturesLimit)
}

func (p *pictures) download(ctx context.Context, u *url.URL) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil) //nolint:gosec // allowedPicture has let it through
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "image/webp,image/png,image/jpeg,image/gif")
	res, err := p.client.Do(req) //nolint:gosec // as above, and so are its redirects
	if err != nil {
		return nil, err
	}
	defer res.Body.Close() //nolint:errcheck // it was only read
	if res.StatusCode != http.StatusOK {
		return nil, errors.New(res.Status)
	}
	data, err := io.ReadAll(io.LimitReader(res.Body, pictureLimit+1))
	if err == nil && len(data) > pictureLimit {
		err = errors.New("it is too large")
	}
	return data, err
}

func errNoPicture(err error) error {
	return &live.Error{Code: live.CodeUpstream, Op: "server.picture", Msg: "TikTok has no such picture any more.", Err: err}
}

func (p *pictures) wasMissed(address string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return time.Now().Before(p.missed[address])
}

func (p *pictures) miss(address string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.missed) >= missedLimit {
		clear(p.missed)
	}
	p.missed[address] = time.Now().Add(pictureMissed)
}
