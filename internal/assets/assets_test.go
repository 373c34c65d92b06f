package main

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

func root(t *testing.T) string {
	t.Helper()
	dir, err := moduleRoot()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestWireIsFresh(t *testing.T) {
	dir := root(t)
	want, err := wireSource(dir)
	if err != nil {
		t.Fatal(err)
	}
	have, err := os.ReadFile(filepath.Join(dir, wireFile))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(have, want) {
		t.Errorf("%s is stale: run `go run ./internal/assets`", wireFile)
	}
}

// Every kind of the live package is in the browser's types.
func TestWireHasEveryKind(t *testing.T) {
	kinds, err := constants(filepath.Join(root(t), "internal/live"), "Kind")
	if err != nil {
		t.Fatal(err)
	}
	var have []string
	for _, d := range wireData {
		have = append(have, strconv.Quote(string(d.Kind())))
	}
	slices.Sort(kinds)
	slices.Sort(have)
	if !slices.Equal(kinds, have) {
		t.Errorf("wireData has %v\nthe live package has %v", have, kinds)
	}
}

func TestWireRefusesWhatItCannotName(t *testing.T) {
	w := &wireWriter{done: map[reflect.Type]bool{}}
	w.structType(reflect.TypeFor[struct {
		Naked string
		C     chan int `json:"c"`
	}]())
	if w.err == nil || !strings.Contains(w.err.Error(), "Naked") || !strings.Contains(w.err.Error(), "chan int") {
		t.Errorf("err = %v, want one for Naked and one for the channel", w.err)
	}
}

func TestBrowserTexts(t *testing.T) {
	got, err := browserTexts([]byte(`{"feed.x":{"one":"1","other":"n"},"login.title":"no","num.y":"ý"}`), []string{"feed.", "num."})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"feed.x":{"one":"1","other":"n"},"num.y":"ý"}`; string(got) != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// What is committed in dist is what the sources give. Needs `npm ci`.
func TestDistIsFresh(t *testing.T) {
	dir := root(t)
	if _, err := os.Stat(filepath.Join(dir, "node_modules/lit")); err != nil {
		t.Skip("no node_modules: run `npm ci` to check dist")
	}
	out := t.TempDir()
	if err := build(dir, out); err != nil {
		t.Fatal(err)
	}
	have, want := listing(t, filepath.Join(dir, "web/static/dist")), listing(t, out)
	if !reflect.DeepEqual(have, want) {
		t.Error("web/static/dist is stale: run `go run ./internal/assets`")
	}
}

func listing(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(data)
	}
	return out
}

// A reader's system may ask for light, or the reader may: both must give the same colours.
func TestLightPalettesAreTheSame(t *testing.T) {
	css, err := os.ReadFile(filepath.Join(root(t), "web/static/css/tokens.css"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile(`(?s)/\* light \*/(.*?)/\* end \*/`).FindAllSubmatch(css, -1)
	if len(blocks) != 2 {
		t.Fatalf("tokens.css has %d light palettes, want 2", len(blocks))
	}
	a, b := strings.Join(strings.Fields(string(blocks[0][1])), " "), strings.Join(strings.Fields(string(blocks[1][1])), " ")
	if a != b {
		t.Errorf("the two light palettes of tokens.css differ:\n%s\n%s", a, b)
	}
}

// The lock file must install anywhere, so it names no registry.
func TestLockNamesNoRegistry(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(root(t), "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	var lock struct {
		Packages map[string]struct{ Resolved, Integrity string } `json:"packages"`
	}
	if err := json.Unmarshal(raw, &lock); err != nil {
		t.Fatal(err)
	}
	for name, p := range lock.Packages {
		if p.Resolved != "" {
			t.Errorf("%s names the host it came from", name)
		}
		if name != "" && p.Integrity == "" {
			t.Errorf("%s has no checksum", name)
		}
	}
}

// The browser's own unit tests, so that `go test ./...` is the whole truth. Needs node and `npm ci`.
func TestTypeScript(t *testing.T) {
	dir := root(t)
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("no node")
	}
	if _, err := os.Stat(filepath.Join(dir, "node_modules/lit")); err != nil {
		t.Skip("no node_modules: run `npm ci`")
	}
	var out bytes.Buffer
	if err := runTests(dir, &out); err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
}
