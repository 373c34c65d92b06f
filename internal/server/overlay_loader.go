package server

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"strconv"
)

// loaderFile is a small page for OBS's "local file": it waits until the server is there, and then goes to the overlay's page, which heals
// itself. It stands for itself: nothing of it is fetched.
//
//go:embed loader.html
var loaderFile string

var loaderTemplate = template.Must(template.New("loader").Parse(loaderFile))

// downloadLoader handles POST /overlays/{id}/loader. The file holds the overlay's address.
func (s *Server) downloadLoader(w http.ResponseWriter, r *http.Request) error {
	o, err := s.overlayInPath(r)
	if err != nil {
		return err
	}
	secret, err := s.vault.open(r.Context(), o)
	if err != nil {
		return err
	}
	p := s.view(r, "").Printer
	var file bytes.Buffer
	err = loaderTemplate.Execute(&file, struct{ Language, Address, Waits, Unknown string }{
		p.Tag(), overlayURL(s.address(r), secret), p.T("ov.loader.waits"), p.T("ov.loader.unknown"),
	})
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="overlay-`+string(o.Kind)+"-"+strconv.FormatInt(o.ID, 10)+`.html"`)
	h.Set("Cache-Control", "no-store")
	_, _ = file.WriteTo(w) // the browser may be gone
	return nil
}
