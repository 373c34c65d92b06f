package server_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"showcaller/internal/live"
)

// table fetches a CSV file and returns it by column.
func (f *fixture) table(path string) map[string][]string {
	f.t.Helper()
	res := f.api("GET", path, nil, nil)
	if res.StatusCode != http.StatusOK || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/csv") || !strings.Contains(res.Header.Get("Content-Disposition"), ".csv") {
		f.t.Fatalf("%s: %d %v", path, res.StatusCode, res.Header)
	}
	rows, err := csv.NewReader(res.Body).ReadAll()
	if err != nil {
		f.t.Fatal(err)
	}
	out := map[string][]string{}
	for _, row := range rows[1:] {
		for i, cell := range row {
			out[rows[0][i]] = append(out[rows[0][i]], cell)
		}
	}
	return out
}

func TestExportsOfLists(t *testing.T) {
	f := start(t)
	info := f.show("mailinh")
	formula := past(3, "x", live.Comment{Comment: "hi"})
	formula.User.Nickname = "=cmd|' /C calc'!A0"
	f.archive("ann", live.OriginTikTok, time.Minute, formula)

	sessions := f.table("/api/sessions/export.csv?sort=comments")
	if diff := cmp.Diff([]string{"mailinh", "ann"}, sessions["room"]); diff != "" {
		t.Errorf("rooms (-want +got):\n%s", diff)
	}
	if got := fmt.Sprint(sessions["diamonds"], sessions["gap_seconds"], sessions["viewers_average"]); got != "[3100 0] [60 0] [109.5 ]" {
		t.Errorf("sessions: %s", got)
	}
	minutes := f.table(fmt.Sprintf("/api/sessions/%d/minutes.csv", info.ID))
	if n := len(minutes["start"]); n != 20 || minutes["diamonds"][12] != "3005" || minutes["gap_seconds"][5] != "60" {
		t.Errorf("%d minutes: %v", n, minutes)
	}
	viewers := f.table(fmt.Sprintf("/api/sessions/%d/viewers.csv", info.ID+1))
	if got := viewers["nickname"]; len(got) != 1 || got[0] != "'=cmd|' /C calc'!A0" {
		t.Errorf("a formula came out as %q", got)
	}
	for _, list := range []string{"sessions/export", fmt.Sprintf("sessions/%d/minutes", info.ID), fmt.Sprintf("sessions/%d/viewers", info.ID)} {
		var array []map[string]any
		f.api("GET", "/api/"+list+".json", nil, &array)
		res := f.api("GET", "/api/"+list+".jsonl", nil, nil)
		text, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		if len(lines) != len(array) || len(array) == 0 {
			t.Fatalf("%s: %d lines, %d entries", list, len(lines), len(array))
		}
		var first map[string]any
		if err := json.Unmarshal([]byte(lines[0]), &first); err != nil || cmp.Diff(array[0], first) != "" {
			t.Errorf("%s: %v\n%s", list, err, cmp.Diff(array[0], first))
		}
		if res := f.api("GET", "/api/"+list+".xml", nil, nil); res.StatusCode != http.StatusNotFound {
			t.Errorf("%s.xml: %d", list, res.StatusCode)
		}
	}
	if res := f.api("GET", "/api/sessions/export.csv?from=soon", nil, nil); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a date that is none: %d", res.StatusCode)
	}
	if res := f.api("GET", "/api/sessions/99/viewers.csv", nil, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("no such session: %d", res.StatusCode)
	}
}
