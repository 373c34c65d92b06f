package server_test

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"showcaller/internal/db"
)

// upload sends a file through the form.
func (f *fixture) upload(room, file string) (*http.Response, *goquery.Document) {
	f.t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.WriteField("room", room); err != nil {
		f.t.Fatal(err)
	}
	part, err := form.CreateFormFile("file", "events.json")
	if err != nil {
		f.t.Fatal(err)
	}
	if _, err := io.WriteString(part, file); err != nil {
		f.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		f.t.Fatal(err)
	}
	res, err := f.client.Post(f.url+"/sessions/import", form.FormDataContentType(), &body)
	if err != nil {
		f.t.Fatal(err)
	}
	return res, f.tree(res)
}

func TestImportByForm(t *testing.T) {
	f := start(t)
	f.setUp()
	info := f.show("mailinh")
	answer := f.api("GET", fmt.Sprintf("/api/sessions/%d/export.json", info.ID), nil, nil)
	file, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	res, doc := f.upload("@copy", string(file))
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Request.URL.Path, "/sessions/") || !strings.Contains(said(doc.Find(".figures .money")), "3,100") {
		t.Fatalf("%d at %s: %s", res.StatusCode, res.Request.URL, said(doc.Find(".figures")))
	}
	first := res.Request.URL.Path
	if res, _ = f.upload("@copy", string(file)); res.Request.URL.Path != first {
		t.Errorf("the same file again became %s, not %s", res.Request.URL.Path, first)
	}
	for name, tc := range map[string][2]string{"no room": {"a b", string(file)}, "a broken file": {"@copy", "[{"}, "no events": {"@copy", "[]"}} {
		res, doc := f.upload(tc[0], tc[1])
		if res.StatusCode != http.StatusUnprocessableEntity || doc.Find("details[open] #import-file[aria-invalid]").Length() != 1 || doc.Find("#import-room").AttrOr("value", "") != tc[0] {
			t.Errorf("%s: %d %q", name, res.StatusCode, said(doc.Find(".forget")))
		}
	}
	if res, _ := f.submit("/sessions/import", "room", "x"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("no form with a file: %d", res.StatusCode)
	}
}

func TestImportByAPI(t *testing.T) {
	f := start(t)
	const file = `{"event_type":"comment","data":{"user":{"unique_id":"a","nickname":"A"},"comment":"hi","timestamp":"2026-01-12T09:31:00Z"}}`
	var got struct {
		Session int64 `json:"session_id"`
		Events  int
		Again   bool
	}
	if res := f.api("POST", "/api/sessions/import?room=ann", file, &got); res.StatusCode != http.StatusCreated || got.Events != 1 || got.Session == 0 {
		t.Fatalf("%d %+v", res.StatusCode, got)
	}
	if res := f.api("POST", "/api/sessions/import?room=ann", file, &got); res.StatusCode != http.StatusOK || !got.Again {
		t.Errorf("again: %d %+v", res.StatusCode, got)
	}
	if lines, err := f.db.Audit(t.Context(), db.AuditQuery{Action: "imported", Limit: 1}); err != nil || len(lines) != 1 || lines[0].Target != fmt.Sprintf("/sessions/%d @ann", got.Session) {
		t.Errorf("the audit list: %+v, %v", lines, err)
	}
	if res := f.api("POST", "/api/sessions/import?room=ann", "{", nil); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("broken: %d", res.StatusCode)
	}
	if res := f.api("POST", "/api/sessions/import", file, nil); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("no room: %d", res.StatusCode)
	}
}
