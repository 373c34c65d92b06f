package static

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, path string) *http.Response {
	t.Helper()
	w := httptest.NewRecorder()
	http.StripPrefix("/static", Handler()).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Result()
}

func TestHandlerServesWhatPathNames(t *testing.T) {
	for name, kind := range map[string]string{
		"app.js": "text/javascript", "desk.js": "text/javascript", "app.css": "text/css", "vi.js": "text/javascript", "mark.svg": "image/svg+xml",
		"icons.svg": "image/svg+xml",
	} {
		path := Path(name)
		if path == Prefix+name {
			t.Errorf("Path(%q) has no hash", name)
		}
		res := get(t, path)
		if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), kind) {
			t.Errorf("%s: %d %s", path, res.StatusCode, res.Header.Get("Content-Type"))
		}
		if got := res.Header.Get("Cache-Control"); !strings.Contains(got, "immutable") {
			t.Errorf("%s: Cache-Control = %q", path, got)
		}
	}
}

func TestHandlerServesNothingElse(t *testing.T) {
	for _, path := range []string{"/static/", "/static/nothing.js", "/static/../static.go", "/static/sub/app.css", "/static/%2e%2e/static.go"} {
		if res := get(t, path); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, res.StatusCode)
		}
	}
	if got := get(t, "/static/manifest.json").Header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("manifest.json: Cache-Control = %q, its name has no hash", got)
	}
}

// Every file that a page or a style sheet names was built.
func TestEveryNamedAssetExists(t *testing.T) {
	named := regexp.MustCompile(`Assets\("([\w.-]+)"\)`)
	pages, err := filepath.Glob("../templates/*.templ")
	if err != nil || len(pages) == 0 {
		t.Fatal("no templates", err)
	}
	for _, page := range pages {
		source, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllSubmatch(source, -1) {
			if _, ok := manifest()[string(m[1])]; !ok {
				t.Errorf("%s names %s, which is not built", page, m[1])
			}
		}
	}
	css, err := files.ReadFile("dist/" + strings.TrimPrefix(Path("app.css"), Prefix))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`url\("?([^")]+)`).FindAllSubmatch(css, -1) {
		if res := get(t, string(m[1])); res.StatusCode != http.StatusOK {
			t.Errorf("app.css names %s: %d", m[1], res.StatusCode)
		}
	}
}
