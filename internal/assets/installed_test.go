package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is installed must be what package-lock.json names; what is for another system is in the lock file only.
func TestInstalled(t *testing.T) {
	lock := `{"packages":{"":{"version":"1.0.0"},"node_modules/a":{"version":"1.2.3"},"node_modules/other-system":{"version":"9.0.0"}}}`
	for _, c := range []struct{ name, installed, want string }{
		{"the same", `{"packages":{"node_modules/a":{"version":"1.2.3"}}}`, ""},
		{"an older one", `{"packages":{"node_modules/a":{"version":"1.2.2"}}}`, `node_modules/a is 1.2.2, package-lock.json wants "1.2.3": run`},
		{"one more", `{"packages":{"node_modules/a/node_modules/b":{"version":"2.0.0"}}}`, `node_modules/a/node_modules/b is 2.0.0, package-lock.json wants ""`},
		{"nothing", "", "run `npm ci`"},
	} {
		t.Run(c.name, func(t *testing.T) {
			root := t.TempDir()
			write(t, filepath.Join(root, "package-lock.json"), lock)
			if c.installed != "" {
				write(t, filepath.Join(root, "node_modules/.package-lock.json"), c.installed)
			}
			err := installed(root)
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
