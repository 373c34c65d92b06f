package server_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"showcaller/internal/db"
	"showcaller/internal/server"
)

// What fails through no fault of who asked is in the log, under the number that the answer names, whatever operation it was.
func TestAFailingStoreIsLogged(t *testing.T) {
	f := start(t)
	closed, err := db.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "closed.db"), f.log)
	if err != nil {
		t.Fatal(err)
	}
	if err := closed.Close(); err != nil {
		t.Fatal(err)
	}
	var logged bytes.Buffer
	s := server.New(closed, f.engine, server.Options{
		Directors: f.directors, Overlays: f.overlays, APIToken: token, ParseName: parseName, Log: slog.New(slog.NewTextHandler(&logged, nil)), Version: "test",
	})
	t.Cleanup(s.Close)
	for _, path := range []string{"/api/overlays", "/api/sessions", "/api/sessions/1", "/api/stories", "/api/gifts", "/api/scenarios", "/api/audit", "/api/retention"} {
		logged.Reset()
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil)
		req.Header.Set("Authorization", "Bearer "+token)
		answer := httptest.NewRecorder()
		s.Handler().ServeHTTP(answer, req)
		var problem struct{ Detail, Instance string }
		if err := json.Unmarshal(answer.Body.Bytes(), &problem); err != nil {
			t.Fatalf("%s: %v: %s", path, err, answer.Body)
		}
		if answer.Code != http.StatusInternalServerError || problem.Instance == "" || !strings.Contains(logged.String(), "id="+problem.Instance) {
			t.Errorf("%s: %d %s; the log: %s", path, answer.Code, answer.Body, &logged)
		}
		if strings.Contains(problem.Detail, "sql") {
			t.Errorf("%s: the answer tells how the store works: %s", path, problem.Detail)
		}
	}
}
