package server

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"sync"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

const (
	overlaySecretBytes = 16
	overlayKeySetting  = "overlay_key"
)

// overlayVault makes the secrets of overlay addresses, and shows them again. Addresses are looked up by their hash; what the vault
// seals is for the panel's "show" only. docs/adr/0008 says what that keeps safe, and what not.
type overlayVault struct {
	db *db.DB

	mu  sync.Mutex
	key []byte // of settings; nil before it was needed
}

func (v *overlayVault) load(ctx context.Context) ([]byte, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.key != nil {
		return v.key, nil
	}
	text, err := v.db.Setting(ctx, overlayKeySetting)
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(text)
	if err != nil || len(key) != 2*sha256.Size {
		key = make([]byte, 2*sha256.Size) // one half seals, the other signs
		_, _ = rand.Read(key)             // never fails
		if err := v.db.SetSetting(ctx, overlayKeySetting, hex.EncodeToString(key)); err != nil {
			return nil, err
		}
	}
	v.key = key
	return key, nil
}

// make returns a new secret, the hash it is looked up by, and the secret sealed for an overlay.
func (v *overlayVault) make(ctx context.Context) (secret string, seal func(id int64) (hash, sealed string, err error), err error) {
	var raw [overlaySecretBytes]byte
	_, _ = rand.Read(raw[:]) // never fails
	secret = base64.RawURLEncoding.EncodeToString(raw[:])
	box, err := v.box(ctx)
	if err != nil {
		return "", nil, err
	}
	return secret, func(id int64) (string, string, error) {
		nonce := make([]byte, box.NonceSize())
		_, _ = rand.Read(nonce)
		sealed := box.Seal(nonce, nonce, raw[:], overlayNumber(id))
		return hashSecret(secret), base64.RawURLEncoding.EncodeToString(sealed), nil
	}, nil
}

func (v *overlayVault) box(ctx context.Context) (cipher.AEAD, error) {
	key, err := v.load(ctx)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key[:sha256.Size])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

func overlayNumber(id int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(id)) }

// open returns the secret of an overlay's address.
func (v *overlayVault) open(ctx context.Context, o db.Overlay) (string, error) {
	if o.SecretHash == "" {
		return "", &live.Error{Code: live.CodeConflict, Op: "server.overlay", Msg: "This overlay's address was revoked. Make a new one first."}
	}
	box, err := v.box(ctx)
	if err != nil {
		return "", err
	}
	sealed, err := base64.RawURLEncoding.DecodeString(o.SecretSealed)
	if err == nil && len(sealed) <= box.NonceSize() {
		err = errors.New("it is too short")
	}
	var raw []byte
	if err == nil {
		raw, err = box.Open(nil, sealed[:box.NonceSize()], sealed[box.NonceSize():], overlayNumber(o.ID))
	}
	if err != nil {
		return "", &live.Error{
			Code: live.CodeConflict, Op: "server.overlay", Err: err,
			Msg: "This address still works, but it cannot be shown again: the key it was sealed with is gone. Make a new address.",
		}
	}
	return base64.RawURLEncoding.EncodeToString(raw), nil
}

func sign(key, body []byte) []byte {
	mac := hmac.New(sha256.New, key[sha256.Size:])
	mac.Write(body)
	return mac.Sum(nil)[:overlaySecretBytes]
}

// shownOverlay is what the token of an overlay's page leads to.
type shownOverlay struct {
	db.Overlay
	token   string
	preview bool
	room    string // whose events it shows
}

// overlayOf returns the overlay a token leads to now; false if to none.
func (s *Server) overlayOf(ctx context.Context, token string) (shownOverlay, bool, error) {
	if strings.HasPrefix(token, previewPrefix) {
		return s.previewOf(ctx, token)
	}
	if len(token) != base64.RawURLEncoding.EncodedLen(overlaySecretBytes) {
		return shownOverlay{}, false, nil
	}
	o, err := s.db.OverlayBySecret(ctx, hashSecret(token))
	if err != nil {
		return shownOverlay{}, false, unlessMissing(err)
	}
	return shownOverlay{o, token, false, o.Room}, true, nil
}

// unlessMissing is an error that is not "there is no such thing".
func unlessMissing(err error) error {
	if live.CodeOf(err) == live.CodeNotFound {
		return nil
	}
	return err
}

// demoRoom returns the demo room's name; "" if there is none.
func (s *Server) demoRoom() string {
	for _, r := range s.engine.Rooms() {
		if r.Demo {
			return r.UniqueID
		}
	}
	return ""
}

// address is where this panel is reached, for links that are used elsewhere.
func (s *Server) address(r *http.Request) string { return s.addressAt(r.TLS != nil, r.Host) }

// addressAt is the same of a request to some host, by TLS or not.
func (s *Server) addressAt(secure bool, host string) string {
	switch {
	case s.opts.BaseURL != "":
		return s.opts.BaseURL
	case secure:
		return "https://" + host
	}
	return "http://" + host
}

func overlayURL(base, secret string) string { return base + "/overlay/" + secret }

// createOverlay makes an overlay and runs it. Where the room is the demo's, whose events are all simulated, it shows those.
func (s *Server) createOverlay(ctx context.Context, o live.Overlay) (db.Overlay, string, error) {
	if err := s.checkOverlay(o); err != nil {
		return db.Overlay{}, "", err
	}
	secret, seal, err := s.vault.make(ctx)
	if err != nil {
		return db.Overlay{}, "", err
	}
	added, err := s.db.AddOverlay(ctx, o, seal)
	if err != nil {
		return db.Overlay{}, "", err
	}
	return added, secret, s.opts.Overlays.Put(ctx, added.Overlay)
}

func (s *Server) checkOverlay(o live.Overlay) error {
	if _, _, err := s.engine.Room(o.Room); err != nil {
		return &live.Error{Code: live.CodeInvalid, Op: "server.overlay", Field: "room", Msg: live.MessageOf(err)}
	}
	if err := live.CheckOverlayName(o.Name); err != nil {
		return err
	}
	if err := live.CheckSize(o.Size); err != nil {
		return err
	}
	return live.CheckOptions(o.Options)
}

// changeOverlay stores a changed overlay and shows it at once.
func (s *Server) changeOverlay(ctx context.Context, o live.Overlay) error {
	if err := errors.Join(live.CheckOverlayName(o.Name), live.CheckSize(o.Size)); err != nil {
		return err
	}
	if err := s.db.SaveOverlay(ctx, o); err != nil {
		return err
	}
	return s.opts.Overlays.Put(ctx, o)
}

// rotateOverlay gives an overlay a new address. Pages that came by the old one are sent away.
func (s *Server) rotateOverlay(ctx context.Context, id int64) (string, error) {
	secret, seal, err := s.vault.make(ctx)
	if err != nil {
		return "", err
	}
	hash, sealed, err := seal(id)
	if err == nil {
		err = s.db.SetOverlaySecret(ctx, id, hash, sealed)
	}
	if err != nil {
		return "", err
	}
	s.opts.Overlays.Rekey(id)
	return secret, nil
}

// revokeOverlay takes an overlay's address away.
func (s *Server) revokeOverlay(ctx context.Context, id int64) error {
	if err := s.db.SetOverlaySecret(ctx, id, "", ""); err != nil {
		return err
	}
	s.opts.Overlays.Rekey(id)
	return nil
}

// removeOverlay deletes an overlay.
func (s *Server) removeOverlay(ctx context.Context, id int64) error {
	if err := s.db.DeleteOverlay(ctx, id); err != nil {
		return err
	}
	s.opts.Overlays.Remove(id)
	return nil
}
