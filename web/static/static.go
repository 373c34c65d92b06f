// Package static holds what the browser fetches besides pages: scripts, styles, fonts and pictures, built by internal/assets
// from the sources beside this file. The names in dist carry the hash of their content, so they can be kept for ever.
package static

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"sync"
)

//go:embed dist
var files embed.FS

// Prefix is where Handler is mounted, with the prefix stripped.
const Prefix = "/static/"

var manifest = sync.OnceValue(func() map[string]string {
	raw, err := files.ReadFile("dist/manifest.json")
	names := map[string]string{}
	if err == nil {
		err = json.Unmarshal(raw, &names)
	}
	if err != nil {
		panic(fmt.Sprintf("static: manifest.json: %v", err)) // embedded: cannot happen in a build that passed its tests
	}
	return names
})

// Path returns the address of what the sources call name: "desk.js" is "/static/desk.4KQ2XW7A.js".
func Path(name string) string {
	if hashed, ok := manifest()[name]; ok {
		return Prefix + hashed
	}
	return Prefix + name
}

// Handler serves what Path names.
func Handler() http.Handler {
	dist, err := fs.Sub(files, "dist")
	if err != nil {
		panic(err) // a constant path
	}
	server := http.FileServerFS(dist)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := path.Base(r.URL.Path)
		if info, err := fs.Stat(dist, name); err != nil || info.IsDir() || r.URL.Path != "/"+name {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		if name == "manifest.json" || name == "licenses.txt" { // their names carry no hash
			w.Header().Set("Cache-Control", "no-cache")
		}
		w.Header().Set("X-Content-Type-Options", "nosniff")
		server.ServeHTTP(w, r)
	})
}
