package catalog

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Where a key is named: p.T("key", …) and v.t("key", …) in Go and templ, t.t("key"), parts("key") and find("prefix." + …) in TypeScript;
// or as a string of its own that is handed on ("num.viewers").
var (
	call    = regexp.MustCompile("(?:\\b|\\.)(?:T|t|find|parts|says)\\((?:\"[a-z ]*\", ?)?[\"`]([a-z][a-z_]*\\.[a-z_.]*)")
	literal = regexp.MustCompile("[\"`]([a-z]+(?:(?:\\.[a-z_]+)+\\.?|\\.))(?:\\$\\{|[\"`])")
)

// sources calls f with every source file that may name a key.
func sources(t *testing.T, f func(path, text string)) {
	t.Helper()
	for _, dir := range []string{"../../cmd", "../../internal", "../../web"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			if !slices.Contains([]string{".go", ".templ", ".ts"}, filepath.Ext(path)) || strings.HasSuffix(path, "_templ.go") ||
				strings.HasSuffix(path, "_test.go") || strings.HasSuffix(path, ".test.ts") || strings.Contains(path, ".gen.") {
				return nil
			}
			text, err := os.ReadFile(path)
			f(path, string(text))
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func exists(keys map[string]map[string]string, key string) bool {
	if _, ok := keys[key]; ok {
		return true
	}
	if !strings.HasSuffix(key, ".") {
		return false
	}
	for k := range keys {
		if strings.HasPrefix(k, key) {
			return true
		}
	}
	return false
}

func TestEveryNamedKeyExists(t *testing.T) {
	keys := forms(t, "en")
	sources(t, func(path, text string) {
		for _, m := range call.FindAllStringSubmatch(text, -1) {
			if !exists(keys, m[1]) {
				t.Errorf("%s: no key %q", path, m[1])
			}
		}
	})
}

// A key nobody names is a text nobody reads.
func TestEveryKeyIsNamed(t *testing.T) {
	named := map[string]bool{}
	var prefixes []string
	sources(t, func(_, text string) {
		for _, re := range []*regexp.Regexp{call, literal} {
			for _, m := range re.FindAllStringSubmatch(text, -1) {
				named[m[1]] = true
				if strings.HasSuffix(m[1], ".") {
					prefixes = append(prefixes, m[1])
				}
			}
		}
	})
	for key := range forms(t, "en") {
		if !named[key] && !slices.ContainsFunc(prefixes, func(p string) bool { return strings.HasPrefix(key, p) }) {
			t.Errorf("nobody names %q", key)
		}
	}
}

// What the program can be in, every language has words for.
func TestEveryStateReasonAndCodeHasWords(t *testing.T) {
	constant := regexp.MustCompile(`\b(State|Reason|Code|Skip)[A-Z]\w*\s+(State|Reason|Code|SkipReason)\s*=\s*"(\w+)"`)
	wanted := map[string][]string{
		"State": {"state.", "health."}, "Reason": {"cause.", "reason.", "advice."}, "Code": {"error."},
		"SkipReason": {"skip."},
	}
	keys := forms(t, "en")
	found := map[string]int{}
	paths, err := filepath.Glob("../../internal/live/*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range constant.FindAllStringSubmatch(string(text), -1) {
			found[m[2]]++
			for _, prefix := range wanted[m[2]] {
				key := prefix + m[3]
				if m[2] == "Code" {
					key += ".title"
				}
				if _, ok := keys[key]; !ok {
					t.Errorf("no key %q", key)
				}
			}
		}
	}
	for kind := range wanted {
		if found[kind] == 0 {
			t.Errorf("found no constants of live.%s", kind)
		}
	}
}
