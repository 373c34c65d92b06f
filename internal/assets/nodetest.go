package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/evanw/esbuild/pkg/api"
)

// runTests bundles every *.test.ts into a folder of its own and runs them with node's test runner.
func runTests(root string, out io.Writer) error {
	tests, err := globAll(filepath.Join(root, "web/static/ts/*.test.ts"), filepath.Join(root, "web/static/ts/*/*.test.ts"))
	if err != nil {
		return err
	}
	if len(tests) == 0 {
		return fmt.Errorf("no *.test.ts in web/static/ts")
	}
	dir, err := os.MkdirTemp("", "showcaller-ts")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	result := api.Build(api.BuildOptions{
		AbsWorkingDir: root,
		EntryPoints:   tests,
		Outdir:        dir,
		OutExtension:  map[string]string{".js": ".mjs"},
		Bundle:        true,
		Write:         true,
		Platform:      api.PlatformNode,
		Format:        api.FormatESModule,
		Sourcemap:     api.SourceMapInline,
		Loader:        loaders(),
		Plugins:       plugins(),
		LogLevel:      api.LogLevelWarning,
	})
	if len(result.Errors) > 0 {
		return fmt.Errorf("esbuild: %d errors", len(result.Errors))
	}
	bundles, err := globAll(filepath.Join(dir, "*.test.mjs"), filepath.Join(dir, "*/*.test.mjs"))
	if err != nil {
		return err
	}
	node := exec.Command("node", append([]string{"--test", "--enable-source-maps"}, bundles...)...)
	node.Stdout, node.Stderr = out, out
	return node.Run()
}

// globAll returns the files that any of the patterns matches.
func globAll(patterns ...string) ([]string, error) {
	var all []string
	for _, p := range patterns {
		files, err := filepath.Glob(p)
		if err != nil {
			return nil, err
		}
		all = append(all, files...)
	}
	return all, nil
}
