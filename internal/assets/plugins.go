package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/evanw/esbuild/pkg/api"
)

// plugins read the files that are no scripts, for the bundles and for the tests alike.
func plugins() []api.Plugin { return []api.Plugin{catalogPlugin(), facesPlugin()} }

// loaders say what becomes of the rest: a picture that a script imports is its source.
func loaders() map[string]api.Loader {
	return map[string]api.Loader{".woff2": api.LoaderFile, ".svg": api.LoaderText}
}

// stageKeys are the prefixes of the catalogue that overlays need. Theirs are small pages, opened nine times in one OBS.
var stageKeys = []string{"stage."}

// catalogPlugin turns a language file into a module with only what the browser prints, or with "?stage" only what overlays do.
func catalogPlugin() api.Plugin {
	return api.Plugin{Name: "catalog", Setup: func(b api.PluginBuild) {
		b.OnLoad(api.OnLoadOptions{Filter: `web[/\\]catalog[/\\]\w+\.json$`}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			raw, err := os.ReadFile(args.Path)
			if err != nil {
				return api.OnLoadResult{}, err
			}
			keys := browserKeys
			if args.Suffix == "?stage" {
				keys = stageKeys
			}
			kept, err := browserTexts(raw, keys)
			contents := "export default " + string(kept)
			return api.OnLoadResult{Contents: &contents, Loader: api.LoaderJS}, err
		})
	}}
}

var fontFace = regexp.MustCompile(`(?s)src:\s*url\((\./[^)]+\.woff2)\).*?unicode-range:\s*([^;]+);`)

// facesPlugin turns the style sheet of a font that is cut into a hundred pieces into a module with the pieces, for scripts that
// want them only when a text needs them: as a style sheet they would be most of what every page reads.
func facesPlugin() api.Plugin {
	return api.Plugin{Name: "faces", Setup: func(b api.PluginBuild) {
		b.OnLoad(api.OnLoadOptions{Filter: `@fontsource.*\.css$`}, func(args api.OnLoadArgs) (api.OnLoadResult, error) {
			if args.Suffix != "?faces" {
				return api.OnLoadResult{}, nil
			}
			css, err := os.ReadFile(args.Path)
			if err != nil {
				return api.OnLoadResult{}, err
			}
			contents, err := facesModule(string(css))
			return api.OnLoadResult{Contents: &contents, Loader: api.LoaderJS, ResolveDir: filepath.Dir(args.Path)}, err
		})
	}}
}

// facesModule returns a module whose default export is a list of [address, unicode-range].
func facesModule(css string) (string, error) {
	found := fontFace.FindAllStringSubmatch(css, -1)
	if n := strings.Count(css, "@font-face"); len(found) != n || n == 0 {
		return "", fmt.Errorf("%d of %d pieces of the font have a WOFF2 file and a unicode-range", len(found), n)
	}
	var imports, list strings.Builder
	for i, m := range found {
		fmt.Fprintf(&imports, "import f%d from %q;\n", i, m[1])
		fmt.Fprintf(&list, "[f%d, %q],\n", i, m[2])
	}
	return imports.String() + "export default [\n" + list.String() + "];\n", nil
}
