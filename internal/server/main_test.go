package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"go.uber.org/goleak"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/server"
	"showcaller/internal/story"
	"showcaller/web/catalog"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const token = "a-token-for-programs"

// fixture is a panel on a loopback address, with a scripted room in place of TikTok.
type fixture struct {
	t      testing.TB
	url    string
	db     *db.DB
	engine *live.Engine
	server *server.Server
	source *scripted
	client *http.Client
	log    *slog.Logger

	directors *live.Directors
	overlays  *live.Overlays
}

// start runs a panel; its stories know further types of input.
func start(t testing.TB, inputs ...story.InputType) *fixture {
	t.Helper()
	return startWith(t, func(d *db.DB) server.Story {
		return story.New(story.Options{Store: d, Log: slog.New(slog.DiscardHandler), Inputs: inputs})
	})
}

// startWith runs a panel that another host than the usual one answers for.
func startWith(t testing.TB, host func(*db.DB) server.Story) *fixture {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	d, err := db.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "test.db"), log)
	if err != nil {
		t.Fatal(err)
	}
	source := newScripted()
	engine := live.NewEngine(d, source, source, log)
	ctx, cancel := context.WithCancel(context.Background())
	if err := engine.Start(ctx); err != nil {
		t.Fatal(err)
	}
	stories := host(d)
	if err := d.CreateFirstStory(t.Context(), story.Default("en")); err != nil {
		t.Fatal(err)
	}
	profiles, err := d.StoryProfiles(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	directors := live.NewDirectors(stories, engine, d, log)
	directors.Start(ctx, profiles)
	overlays := live.NewOverlays(live.OverlayParts{
		Engine: engine, Store: d, Directors: directors, Voice: hum{}, Build: server.OverlayBuild(), Log: log,
		Words: func(language, key string) string { return catalog.For(language).T(key) },
	})
	overlays.Start(ctx, nil)
	s := server.New(d, engine, server.Options{
		Story: stories, Directors: directors, Overlays: overlays, APIToken: token, ParseName: parseName, Log: log, Version: "test",
	})
	web := httptest.NewServer(s.Handler())
	t.Cleanup(func() {
		s.Close()
		web.CloseClientConnections()
		web.Close()
		cancel()
		overlays.Wait()
		directors.Wait()
		engine.Wait()
		if err := d.Close(); err != nil {
			t.Error(err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}}
	return &fixture{t, web.URL, d, engine, s, source, client, log, directors, overlays}
}

func parseName(s string) (string, error) {
	name := strings.TrimPrefix(strings.TrimSpace(s), "@")
	if name == "" || strings.ContainsAny(name, " /?") {
		return "", &live.Error{Code: live.CodeInvalid, Reason: live.ReasonBadName, Msg: "not a name", Field: "unique_id"}
	}
	return name, nil
}

// page fetches a page and returns its status and its tree.
func (f *fixture) page(path string) (*http.Response, *goquery.Document) {
	f.t.Helper()
	res, err := f.client.Get(f.url + path)
	if err != nil {
		f.t.Fatal(err)
	}
	return res, f.tree(res)
}

// submit posts a form as a browser would.
func (f *fixture) submit(path string, fields ...string) (*http.Response, *goquery.Document) {
	f.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Set(fields[i], fields[i+1])
	}
	res, err := f.client.PostForm(f.url+path, form)
	if err != nil {
		f.t.Fatal(err)
	}
	return res, f.tree(res)
}

func (f *fixture) tree(res *http.Response) *goquery.Document {
	f.t.Helper()
	defer res.Body.Close()
	doc, err := goquery.NewDocumentFromReader(res.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return doc
}

// setUp makes the owner through the one-time link and leaves the client signed in.
func (f *fixture) setUp() {
	f.t.Helper()
	link, err := url.Parse(f.server.SetupURL(f.url))
	if err != nil {
		f.t.Fatal(err)
	}
	res, _ := f.submit("/setup", "token", link.Query().Get("token"), "name", "linh", "password", password, "again", password, "language", "en")
	if res.Request.URL.Path != "/" || res.StatusCode != http.StatusOK {
		f.t.Fatalf("set-up led to %s with %d", res.Request.URL, res.StatusCode)
	}
}

const password = "correct horse battery"

// api calls the JSON API with the token and decodes the answer into out, if it is not nil.
func (f *fixture) api(method, path string, body, out any) *http.Response {
	f.t.Helper()
	var reader io.Reader
	switch body := body.(type) {
	case nil:
	case string:
		reader = strings.NewReader(body)
	default:
		b, err := json.Marshal(body)
		if err != nil {
			f.t.Fatal(err)
		}
		reader = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(f.t.Context(), method, f.url+path, reader)
	if err != nil {
		f.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if reader != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := (&http.Client{Transport: f.client.Transport}).Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	res.Body = io.NopCloser(bytes.NewReader(b))
	if out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			f.t.Fatalf("%s %s: %v in %s", method, path, err, b)
		}
	}
	return res
}

// scripted is a live.Source that does what a test sends it.
type scripted struct {
	events chan []live.Event
	cut    chan error // ends a socket: nil ends the LIVE, an error is why it was lost
}

func newScripted() *scripted {
	return &scripted{events: make(chan []live.Event), cut: make(chan error)}
}

// Listen implements live.Source.
func (s *scripted) Listen(ctx context.Context, name string, l live.Listener) error {
	info := live.RoomInfo{UniqueID: name, RoomID: "73" + name, Title: "a show", Way: "direct", Host: live.User{Nickname: "Host of " + name}}
	for {
		l.Progress(live.Progress{State: live.ConnConnecting})
		if err := l.Connected(ctx, time.Now(), info); err != nil {
			return err
		}
		err := s.pump(ctx, l)
		if lost := l.Disconnected(ctx, time.Now(), err); lost != nil {
			return lost
		}
		if err == nil || ctx.Err() != nil || live.ReasonOf(err) != live.ReasonNetwork {
			return err
		}
	}
}

func (s *scripted) pump(ctx context.Context, l live.Listener) error {
	for {
		select {
		case events := <-s.events:
			if err := l.Events(ctx, events); err != nil {
				return err
			}
		case err := <-s.cut:
			return err
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func chat(user, text string) live.Event {
	return live.Event{
		Kind: live.KindComment, Origin: live.OriginTikTok, At: time.Now(), Data: live.Comment{Comment: text},
		User: &live.User{UniqueID: user, Nickname: user, UserID: "68" + user},
	}
}

// liveRoom adds a room, waits until it is live, and returns its session.
func (f *fixture) liveRoom(name string) int64 {
	f.t.Helper()
	if res := f.api("POST", "/api/rooms", map[string]any{"unique_id": "@" + name}, nil); res.StatusCode != http.StatusCreated {
		f.t.Fatalf("adding a room: %d", res.StatusCode)
	}
	return f.await(name, live.StateLive)
}

// await waits until a room is in a state and returns its session.
func (f *fixture) await(name string, want live.State) int64 {
	f.t.Helper()
	for {
		room, changed, err := f.engine.Room(name)
		if err != nil {
			f.t.Fatal(err)
		}
		if room.Health.State == want {
			return room.Health.SessionID
		}
		select {
		case <-changed:
		case <-f.t.Context().Done():
			f.t.Fatalf("%s is %s, not %s", name, room.Health.State, want)
		}
	}
}
