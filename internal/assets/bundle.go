package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// browserKeys are the prefixes of the catalogue that the browser needs; the rest is only ever printed by the server.
var browserKeys = []string{"pin.", "hide.", "refused.", "unit.", "state.", "health.", "cause.", "reason.", "advice.", "num.", "panel.", "feed.", "chart.", "vital.", "silence.", "viewer.close", "live.keep", "live.stage.failed.", "sim.", "stage.", "review.series.", "review.mark.", "review.axis.", "compare.axis.",
	"skip.", "host.", "fallback.", "guard.", "rule.", "talk.", "program.", "replay.",
}

// build writes dist anew: bundles, pictures and manifest.json, which maps a name ("desk.js") to the file that holds it now
// ("desk.4KQ2XW7A.js"). The same sources give the same bytes.
func build(root, dist string) error {
	if err := installed(root); err != nil {
		return err
	}
	files, manifest, err := bundle(root)
	if err != nil {
		return err
	}
	pictures, err := pictures(root)
	if err != nil {
		return err
	}
	for name, data := range pictures {
		hashed := hashedName(name, data)
		files[hashed], manifest[name] = data, hashed
	}
	if files["licenses.txt"], err = licenses(root); err != nil {
		return err
	}
	if files["manifest.json"], err = json.MarshalIndent(manifest, "", "  "); err != nil {
		return err
	}
	files["manifest.json"] = append(files["manifest.json"], '\n')
	return replaceDir(dist, files)
}

// alone are the modules that other programs' pages load: each is one file without imports, whatever our own pages share of it.
var alone = []string{"web/static/ts/story-client.ts"}

// bundle returns the output files by name, and the manifest of the entry points.
func bundle(root string) (map[string][]byte, map[string]string, error) {
	catalogues, err := filepath.Glob(filepath.Join(root, "web/catalog/*.json"))
	if err != nil {
		return nil, nil, err
	}
	ours := append(slices.Clone(catalogues), "web/static/ts/app.ts", "web/static/ts/desk.ts", "web/static/ts/simulator.ts", "web/static/ts/review.ts", "web/static/ts/compare.ts", "web/static/ts/replay.ts", "web/static/ts/replay-frame.ts", "web/static/ts/stories.ts", "web/static/ts/overlays.ts", "web/static/ts/overlay.ts", "web/static/css/app.css", "web/static/css/overlay.css")
	files, manifest := map[string][]byte{}, map[string]string{}
	for _, options := range []api.BuildOptions{bundling(root, ours, true), bundling(root, alone, false)} {
		result := api.Build(options)
		if len(result.Errors) > 0 {
			return nil, nil, fmt.Errorf("esbuild: %d errors", len(result.Errors))
		}
		for _, f := range result.OutputFiles {
			files[filepath.Base(f.Path)] = f.Contents
		}
		entries, err := entryManifest(result.Metafile)
		if err != nil {
			return nil, nil, err
		}
		maps.Copy(manifest, entries)
	}
	return files, manifest, nil
}

// bundling is how entry points are built; with splitting they share what they have in common.
func bundling(root string, entries []string, splitting bool) api.BuildOptions {
	return api.BuildOptions{
		AbsWorkingDir:     root,
		EntryPoints:       entries,
		Outdir:            "web/static/dist",
		EntryNames:        "[name].[hash]",
		ChunkNames:        "chunk.[hash]",
		AssetNames:        "[name].[hash]",
		PublicPath:        "/static",
		Bundle:            true,
		Splitting:         splitting,
		Format:            api.FormatESModule,
		Target:            api.ES2022,
		Engines:           []api.Engine{{Name: api.EngineChrome, Version: "103"}}, // the oldest OBS still about
		Conditions:        []string{"production"},                                 // lit without its development warnings
		MinifyWhitespace:  true,
		MinifyIdentifiers: true,
		MinifySyntax:      true,
		Charset:           api.CharsetUTF8,
		LegalComments:     api.LegalCommentsNone,
		Loader:            loaders(),
		Plugins:           plugins(),
		Metafile:          true,
		LogLevel:          api.LogLevelWarning,
	}
}

// entryManifest maps each entry point's plain name to its output.
func entryManifest(metafile string) (map[string]string, error) {
	var meta struct {
		Outputs map[string]struct {
			EntryPoint string `json:"entryPoint"`
		} `json:"outputs"`
	}
	if err := json.Unmarshal([]byte(metafile), &meta); err != nil {
		return nil, err
	}
	manifest := map[string]string{}
	for out, o := range meta.Outputs {
		if o.EntryPoint == "" || strings.Contains(o.EntryPoint, "?") { // a chunk, or one that a script loads when it needs it
			continue
		}
		name := filepath.Base(o.EntryPoint)
		name = strings.TrimSuffix(name, filepath.Ext(name)) + filepath.Ext(out)
		manifest[name] = filepath.Base(out)
	}
	return manifest, nil
}

// browserTexts returns the texts whose keys begin with one of the prefixes.
func browserTexts(raw []byte, prefixes []string) ([]byte, error) {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(raw, &all); err != nil {
		return nil, err
	}
	for key := range all {
		if !hasPrefix(key, prefixes) {
			delete(all, key)
		}
	}
	return json.Marshal(all)
}

func hasPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// pictures are our own SVG files and the sprite of icons.
func pictures(root string) (map[string][]byte, error) {
	sprite, err := iconSprite(root)
	if err != nil {
		return nil, err
	}
	out := map[string][]byte{"icons.svg": sprite}
	paths, err := filepath.Glob(filepath.Join(root, "web/static/img/*.svg"))
	if err != nil {
		return nil, err
	}
	for _, p := range paths {
		if out[filepath.Base(p)], err = os.ReadFile(p); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// hashedName puts the content's hash before the extension, in esbuild's alphabet.
func hashedName(name string, data []byte) string {
	sum := sha256.Sum256(data)
	ext := filepath.Ext(name)
	return strings.TrimSuffix(name, ext) + "." + base32.StdEncoding.EncodeToString(sum[:])[:8] + ext
}

// replaceDir makes dir hold exactly files. What is the same is not touched, so that a running server keeps serving it.
func replaceDir(dir string, files map[string][]byte) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	old, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range old {
		if _, ok := files[e.Name()]; !ok {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	for name, data := range files {
		path := filepath.Join(dir, name)
		if have, e := os.ReadFile(path); e == nil && bytes.Equal(have, data) {
			continue
		}
		err = errors.Join(err, os.WriteFile(path, data, 0o644))
	}
	return err
}
