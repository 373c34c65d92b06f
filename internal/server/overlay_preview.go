package server

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"time"

	"showcaller/internal/db"
)

const (
	previewLife   = 12 * time.Hour
	previewPrefix = "p." // no secret has a dot
)

// preview is what a preview's token says. Its parts have fixed sizes: binary writes it as it stands.
type preview struct {
	Overlay int64
	Until   int64 // Unix seconds
	Demo    bool  // events of the demo room in place of the overlay's own
	Sort    credentialSort
	Reader  [sha256.Size]byte // the hash of who reads: the token is worth nothing when they are no longer let in
	Nonce   [8]byte           // each page of the panel has a preview of its own
}

var previewBytes = binary.Size(preview{})

// signPreview makes a token by which a reader sees a preview of an overlay, while it has the address it has now.
func (v *overlayVault) signPreview(ctx context.Context, o db.Overlay, demo bool, reader credential, now time.Time) (string, error) {
	key, err := v.load(ctx)
	if err != nil {
		return "", err
	}
	p := preview{Overlay: o.ID, Until: now.Add(previewLife).Unix(), Demo: demo, Sort: reader.sort}
	_, _ = hex.Decode(p.Reader[:], []byte(reader.hash)) // it is one of ours
	_, _ = rand.Read(p.Nonce[:])                        // never fails
	body, err := binary.Append(nil, binary.BigEndian, p)
	if err != nil {
		return "", err
	}
	return previewPrefix + base64.RawURLEncoding.EncodeToString(append(body, signedFor(o, key, body)...)), nil
}

// signedFor is the signature of a preview's token. The overlay's address is in it: whoever makes a new one, or takes it away, ends the
// previews with it.
func signedFor(o db.Overlay, key, body []byte) []byte {
	return sign(key, slices.Concat(body, []byte(o.SecretHash)))
}

// previewOf returns the overlay a preview's token leads to: if we signed it for the address the overlay has now, it is not too old, and
// its reader may still see overlays.
func (s *Server) previewOf(ctx context.Context, token string) (shownOverlay, bool, error) {
	raw, err := base64.RawURLEncoding.DecodeString(strings.TrimPrefix(token, previewPrefix))
	if err != nil || len(raw) != previewBytes+overlaySecretBytes {
		return shownOverlay{}, false, nil
	}
	body, signature := raw[:previewBytes], raw[previewBytes:]
	var p preview
	if _, err := binary.Decode(body, binary.BigEndian, &p); err != nil || p.Until < time.Now().Unix() {
		return shownOverlay{}, false, nil
	}
	o, err := s.db.Overlay(ctx, p.Overlay)
	if err != nil {
		return shownOverlay{}, false, unlessMissing(err)
	}
	key, err := s.vault.load(ctx)
	if err != nil || !hmac.Equal(signedFor(o, key, body), signature) {
		return shownOverlay{}, false, err
	}
	reader, err := s.bearer(ctx, credential{p.Sort, hex.EncodeToString(p.Reader[:])})
	if err != nil || !may(reader.user.Role, "GET /overlays/{id}") {
		return shownOverlay{}, false, unlessMissing(err)
	}
	shown := shownOverlay{o, token, true, o.Room}
	if p.Demo {
		shown.room = s.demoRoom()
	}
	return shown, true, nil
}

// draftPreview has the preview of a page of the panel show an overlay as it is being typed there. A token that is worth nothing any more
// is no error: the page is told by its socket.
func (s *Server) draftPreview(r *http.Request, d overlayDraft) error {
	token := d.form.Values.Get("preview")
	if !strings.HasPrefix(token, previewPrefix) {
		return nil
	}
	o, ok, err := s.previewOf(r.Context(), token)
	if err != nil || !ok || o.ID != d.overlay.ID {
		return err
	}
	return s.opts.Overlays.Draft(r.Context(), token, d.overlay, d.entryAt("rules", d.form.Values.Get("at")))
}
