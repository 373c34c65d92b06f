package main

import (
	"database/sql"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/tiktok/tiktoktest"
)

// TestWrongNames: what is no TikTok name is refused at once, with what to type instead, and leaves no file behind.
func TestWrongNames(t *testing.T) {
	t.Parallel()
	environ := settings(t, nil)
	for name, words := range map[string]string{
		"":                                     "Type the TikTok name of the host, like @name.",
		"@":                                    "Type the TikTok name of the host, like @name.",
		"two words":                            "A TikTok name consists of letters a to z, digits, dots and underscores",
		"名前":                                   "A TikTok name consists of letters",
		"@a<script>":                           "A TikTok name consists of letters",
		"../../etc/passwd":                     "is not TikTok",
		"https://youtube.com/@lan":             "youtube.com is not TikTok.",
		"https://tiktok.com.example.org/@lan":  "tiktok.com.example.org is not TikTok.",
		"https://vm.tiktok.com/ZSabc/":         "This is a short link.",
		"https://www.tiktok.com/foryou":        "This TikTok address names no host.",
		"javascript://tiktok.com/@lan":         "This is not the address of a TikTok page.",
		"room:12":                              "A room id has 19 digits and begins with a 7.",
		strings.Repeat("a", 65):                "This is too long for a TikTok name.",
		"lan' OR '1'='1":                       "A TikTok name consists of letters",
		"\u202elan\u202c; rm -rf":              "A TikTok name consists of letters",
		"https://www.tiktok.com/@lan\x00/live": "This is not the address of a TikTok page.",
	} {
		file := filepath.Join(t.TempDir(), "events.json")
		r := execute(t, environ, "", "capture", name, "--out", file)
		r.wants(t, exitUsage, "That is not a TikTok name.", words)
		if _, err := os.Stat(file); err == nil {
			t.Errorf("%q left a file", name)
		}
	}
}

// TestWrongURLs: each address in the configuration is named when it is wrong, whatever the command.
func TestWrongURLs(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"WEB", "WEBCAST", "SIGN", "WS"} {
		variable := "SHOWCALLER_TIKTOK_" + name + "_URL"
		wrong := []string{"tiktok", "ftp://example.org", "http://", "https://example.org?x=1", "https://example.org/#x", "://", "http://[::1"}
		if name == "WS" {
			wrong = append(wrong, "https://example.org")
		} else {
			wrong = append(wrong, "wss://example.org")
		}
		for _, value := range wrong {
			environ := settings(t, nil, variable+"="+value)
			execute(t, environ, "", "capture", "@lan", "--out", filepath.Join(t.TempDir(), "x.json")).wants(t, exitFailed, variable, "must be a URL like")
			if value == wrong[0] {
				execute(t, environ, "", "serve").wants(t, exitFailed, variable, "must be a URL like")
			}
		}
	}
}

// TestWrongDatabases: a database that cannot be used is left alone, and somebody is told why and what to do.
func TestWrongDatabases(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte(strings.Repeat("no database at all ", 99)), 0o600); err != nil {
		t.Fatal(err)
	}
	for url, words := range map[string]string{
		"postgres://localhost/x":                   "it must be sqlite: and a file",
		"data/showcaller.db":                       "it must be sqlite: and a file",
		"sqlite:":                                  "it must be sqlite: and a file",
		"sqlite:" + file:                           "is not an SQLite database. Move it away",
		"sqlite:" + file + "/x.db":                 "cannot be opened",
		"sqlite:" + dir:                            "cannot be opened",
		"sqlite:" + readOnly(t) + "/x.db":          "this user may not write there",
		"sqlite:" + newer(t):                       "was written by a newer Showcaller",
		"sqlite:" + filepath.Join(newer(t), "..."): "cannot be opened",
	} {
		environ := settings(t, nil, "SHOWCALLER_DATABASE_URL="+url)
		for _, args := range [][]string{{"serve"}, {"export", "1"}, {"backup", filepath.Join(dir, "copy.db")}} {
			execute(t, environ, "", args...).wants(t, exitFailed, words)
		}
	}
	if b, err := os.ReadFile(file); err != nil || !strings.HasPrefix(string(b), "no database at all no database") {
		t.Errorf("the file was changed: %v", err)
	}
}

// readOnly is a folder nobody may write to, root included.
func readOnly(t *testing.T) string {
	t.Helper()
	if os.Geteuid() == 0 {
		return "/sys" // where the kernel itself refuses
	}
	dir := filepath.Join(t.TempDir(), "read-only")
	if err := os.Mkdir(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	return dir
}

// newer is a database as a later version of the program leaves it.
func newer(t *testing.T) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "newer.db")
	store, err := db.Open(t.Context(), "sqlite:"+file, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", "file:"+file)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close() //nolint:errcheck // Exec said what matters
	if _, err := raw.ExecContext(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, 1)`); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestWrongPlaces: a capture that cannot be written says so before it asks TikTok anything.
func TestWrongPlaces(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	srv.Room("lan").GoLive()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, out := range []string{filepath.Join(file, "x.json"), filepath.Join(readOnly(t), "x.json"), filepath.Join(t.TempDir(), "no", "such", "x.json")} {
		execute(t, settings(t, srv), "", "capture", "@lan", "--out", out).wants(t, exitFailed, out+" cannot be written. Name another place with --out.")
	}
	if n := srv.Requests(tiktoktest.APILive); n != 0 {
		t.Errorf("TikTok was asked %d times", n)
	}
}

// TestOlderCapture: what is there already is never lost, and a LIVE that is none leaves everything as it was.
func TestOlderCapture(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	room := srv.Room("lan").GoLive()
	dir := t.TempDir()
	file := filepath.Join(dir, "events.json")
	if err := os.WriteFile(file, []byte("all there is"), 0o600); err != nil {
		t.Fatal(err)
	}
	names := func() string {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		var all []string
		for _, e := range entries {
			b, err := os.ReadFile(filepath.Join(dir, e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, e.Name()+": "+string(b[:min(len(b), 12)]))
		}
		return strings.Join(all, ", ")
	}
	room.Vanish()
	execute(t, settings(t, srv), "", "capture", "@lan", "--out", file).wants(t, exitOffline)
	if got := names(); got != "events.json: all there is" {
		t.Errorf("after a LIVE that was none: %s", got)
	}
	room.GoLive()
	ended := make(chan result, 1)
	go func() { ended <- execute(t, settings(t, srv), "", "capture", "@lan", "--out", file) }()
	awaitEntries(t, room, 1)
	room.End(tiktoktest.EndedByHost)
	(<-ended).wants(t, exitOK)
	if got := names(); got != "events-1.json: all there is, events.json: [\n{\"event_ty" {
		t.Errorf("after another LIVE: %s", got)
	}
}

// TestPortInUse: the second program says which port it is, and how to choose another.
func TestPortInUse(t *testing.T) {
	t.Parallel()
	var config net.ListenConfig
	l, err := config.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // nothing is lost
	for _, variable := range []string{"SHOWCALLER_ADDR", "SHOWCALLER_ADMIN_ADDR"} {
		execute(t, settings(t, nil, variable+"="+l.Addr().String()), "", "serve").
			wants(t, exitFailed, "The address "+l.Addr().String()+" is in use", "set "+variable+" to another port")
		execute(t, settings(t, nil, variable+"=nonsense"), "", "serve").wants(t, exitFailed, variable+` is "nonsense", which is no address to listen on`)
	}
}

// TestSecondPanel: two panels on one database would number the same events twice. The second one does not start; tools do.
func TestSecondPanel(t *testing.T) {
	t.Parallel()
	environ := settings(t, nil)
	serveHere(t, environ)
	execute(t, environ, "", "serve").wants(t, exitFailed, "is in use by another Showcaller")
	execute(t, environ, "a good password\n", "user", "add", "linh").wants(t, exitOK)
	p := spawn(t, environ)
	if code := p.wait(); code != exitFailed {
		t.Errorf("another process ends with %d", code)
	}
}

// TestPasswordTooShort: the owner's password is checked as in the form.
func TestPasswordTooShort(t *testing.T) {
	t.Parallel()
	execute(t, settings(t, nil, "SHOWCALLER_ADMIN_PASSWORD=short"), "", "serve").
		wants(t, exitFailed, "SHOWCALLER_ADMIN_PASSWORD cannot be used: A password must have 10 to 200 characters.")
	execute(t, settings(t, nil), "short\n", "user", "add", "linh").wants(t, exitFailed, "A password must have 10 to 200 characters.")
}

// TestWrongUsage: a command line that cannot be meant shows how to write one.
func TestWrongUsage(t *testing.T) {
	t.Parallel()
	environ := settings(t, nil)
	for _, line := range []string{
		"record @lan", "help", "serve now", "capture", "capture @lan @minh", "capture @lan --nonsense", "capture @lan --for soon", "export",
		"export 1 2", "backup", "user", "user add", "user remove linh", "user add linh minh", "export --format",
	} {
		execute(t, environ, "", strings.Fields(line)...).wants(t, exitUsage, "Usage:\n  web [serve]", "web capture @user")
	}
	execute(t, environ, "", "export", "first").wants(t, exitUsage, "“first” is not the number of a session.")
	execute(t, environ, "", "user", "add", "li nh").wants(t, exitUsage, "Use 2 to 40 letters")
	execute(t, environ, "", "user", "add", "linh", "--role", "king").wants(t, exitUsage, "There is no such role. There are owner, operator, moderator and reviewer.")
	execute(t, environ, "", "export", "77").wants(t, exitFailed, "There is no session 77 here.")
	execute(t, append(environ, "LANG=vi_VN.UTF-8"), "", "record").wants(t, exitUsage, "Cách dùng:")
}

// TestTools: export writes the API's bytes, a backup is whole, and a login made on the command line works, all while the panel
// runs.
func TestTools(t *testing.T) {
	t.Parallel()
	srv := tiktoktest.NewServer(t)
	room := srv.Room("lan").GoLive()
	environ := settings(t, srv)
	here := serveHere(t, environ)
	here.watch("lan")
	awaitEntries(t, room, 1)
	room.Send(tiktoktest.NewTraffic(1, room.Host()).Batch(300)...)
	room.Send(tiktoktest.Chat(tiktoktest.Viewer{ID: 1, Handle: "formula", Nickname: "=1+1"}, "=cmd|'/c calc'!A0\n\"quoted\", \u202eback")) // for the table
	room.End(tiktoktest.EndedByHost)
	here.awaitState("lan", live.StateEnded)

	for _, format := range []string{"json", "jsonl", "csv"} {
		status, api := here.ask(http.MethodGet, "/api/sessions/1/export."+format, nil)
		tool := execute(t, environ, "", "export", "1", "--format", format)
		tool.wants(t, exitOK)
		if status != http.StatusOK || tool.out != string(api) || len(api) < 10_000 {
			t.Errorf("%s: the API answers %d with %d bytes, the tool writes %d", format, status, len(api), len(tool.out))
		}
	}
	var events []live.Event
	if err := json.Unmarshal([]byte(execute(t, environ, "", "export", "1").out), &events); err != nil {
		t.Fatal(err)
	}
	checkLog(t, events)
	execute(t, environ, "", "export", "1", "--format", "xml").wants(t, exitFailed, `There is no export format "xml". Use one of json, jsonl, csv.`)

	copied := filepath.Join(t.TempDir(), "copy.db")
	execute(t, environ, "", "backup", copied).wants(t, exitOK, "The database was copied to "+copied)
	execute(t, environ, "", "backup", copied).wants(t, exitFailed, "exists already; a backup does not overwrite")
	fromCopy := execute(t, append(environ, "SHOWCALLER_DATABASE_URL=sqlite:"+copied), "", "export", "1")
	if original := execute(t, environ, "", "export", "1"); fromCopy.out != original.out {
		t.Error("the copy exports something else")
	}

	execute(t, environ, "a good password\n", "user", "add", "linh", "--role", "moderator").wants(t, exitOK, "linh can sign in now. Role: moderator.")
	if !signsIn(t, here.url, "linh", "a good password") || signsIn(t, here.url, "linh", "another password") {
		t.Error("the new login does not work as it should")
	}
	execute(t, environ, "changed password", "user", "add", "linh").wants(t, exitOK, "linh can sign in now. Role: moderator.") // and none is given by the way
	execute(t, environ, "a good password\n", "user", "add", "minh").wants(t, exitOK, "minh can sign in now. Role: owner.")
	if !signsIn(t, here.url, "linh", "changed password") || signsIn(t, here.url, "linh", "a good password") {
		t.Error("the changed password does not work as it should")
	}
}

// health is what tests read of a room's state.
type health struct {
	State     live.State
	Reason    live.Reason
	Message   string
	SessionID int64 `json:"session_id"`
}

// awaitState waits until a room is in a state, as its page is told.
func (p panel) awaitState(name string, want live.State) health {
	p.t.Helper()
	ctx := soon(p.t)
	const nothing = "1000000000000" // no event is of interest
	conn, _, err := websocket.Dial(ctx, strings.Replace(p.url, "http", "ws", 1)+"/api/rooms/"+name+"/follow?after="+nothing,
		&websocket.DialOptions{HTTPClient: direct, HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}})
	if err != nil {
		p.t.Fatal(err)
	}
	defer conn.CloseNow() //nolint:errcheck // nothing more is wanted of it
	for {
		var frame struct{ Health health }
		_, b, err := conn.Read(ctx)
		if err == nil {
			err = json.Unmarshal(b, &frame)
		}
		if err != nil {
			p.t.Fatalf("waiting for @%s to be %s: %v", name, want, err)
		}
		if frame.Health.State == want {
			return frame.Health
		}
	}
}

// signsIn tries a name and a password on the login page.
func signsIn(t *testing.T, url, name, password string) bool {
	t.Helper()
	form := strings.NewReader("name=" + name + "&password=" + strings.ReplaceAll(password, " ", "+"))
	req, err := http.NewRequestWithContext(soon(t), http.MethodPost, url+"/login", form)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := direct.Transport.RoundTrip(req) // without following to where a login leads
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusSeeOther && len(res.Cookies()) > 0
}
