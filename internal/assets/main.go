// Command assets builds what the browser gets: it bundles web/static/ts and web/static/css into web/static/dist with esbuild's
// Go API, and writes the wire's TypeScript types from the Go structs. It is for development only; its output is committed.
//
//	npm ci                          once: lit, the font and the icons
//	go run ./internal/assets        build
//	go run ./internal/assets -test  bundle *.test.ts and run them with node
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	test := flag.Bool("test", false, "run the TypeScript unit tests instead of building")
	flag.Parse()
	if err := run(*test); err != nil {
		fmt.Fprintln(os.Stderr, "assets:", err)
		os.Exit(1)
	}
}

func run(test bool) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	if err := writeWire(root); err != nil {
		return err
	}
	if test {
		return runTests(root, os.Stdout)
	}
	return build(root, filepath.Join(root, "web/static/dist"))
}

// moduleRoot finds the folder of go.mod, at or above the working directory.
func moduleRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir, nil
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", errors.New("no go.mod here or above")
		}
		dir = parent
	}
}
