package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"image/gif"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"showcaller/internal/live"
	"showcaller/internal/server"
)

// cdn is a stand-in for TikTok's picture hosts.
type cdn struct {
	mu    sync.Mutex
	asked []string
	reply map[string]*http.Response // by path; nil is 404
}

func (c *cdn) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.asked = append(c.asked, r.URL.String())
	res := c.reply[r.URL.Path]
	if res == nil {
		return &http.Response{StatusCode: http.StatusNotFound, Body: http.NoBody, Request: r}, nil
	}
	res.Request = r
	return res, nil
}

func body(status int, data []byte) *http.Response {
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Header: http.Header{"Content-Type": {"text/html"}}, Body: io.NopCloser(bytes.NewReader(data))}
}

var png = append([]byte("\x89PNG\r\n\x1a\n"), bytes.Repeat([]byte{0}, 100)...)

func TestPicturesComeFromOurOwnAddress(t *testing.T) {
	f := start(t)
	f.setUp()
	fake := &cdn{reply: map[string]*http.Response{
		"/a~72.webp": body(http.StatusOK, png), "/page": body(http.StatusOK, []byte("<html><script>alert(1)</script>")), "/svg": body(http.StatusOK, []byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`)),
		"/huge": body(http.StatusOK, append(png, make([]byte, 1<<20)...)),
		"/away": {StatusCode: http.StatusFound, Header: http.Header{"Location": {"https://evil.example/a.png"}}, Body: http.NoBody},
		"/down": {StatusCode: http.StatusFound, Header: http.Header{"Location": {"http://p16.tiktokcdn.com/a~72.webp"}}, Body: http.NoBody},
	}}
	s := server.New(f.db, f.engine, server.Options{Log: slog.New(slog.DiscardHandler), ParseName: parseName, Pictures: fake})
	web := httptest.NewServer(s.Handler())
	t.Cleanup(web.Close)
	home, err := url.Parse(f.url)
	if err != nil {
		t.Fatal(err)
	}
	get := func(address string, signedIn bool, more ...string) (*http.Response, []byte) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, web.URL+"/picture?u="+url.QueryEscape(address)+strings.Join(more, ""), nil)
		if err != nil {
			t.Fatal(err)
		}
		if signedIn {
			for _, c := range f.client.Jar.Cookies(home) {
				req.AddCookie(c)
			}
		}
		client := &http.Client{Transport: f.client.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		res, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res, b
	}
	asked := func() int {
		fake.mu.Lock()
		defer fake.mu.Unlock()
		return len(fake.asked)
	}

	const good = "https://p16-sign-va.tiktokcdn.com/a~72.webp"
	if res, _ := get(good+"?x-expires=1", false); res.StatusCode != http.StatusSeeOther || asked() != 0 {
		t.Errorf("a stranger got %d and made us ask %d times", res.StatusCode, asked())
	}
	res, data := get(good+"?x-expires=1", true)
	if res.StatusCode != http.StatusOK || !bytes.Equal(data, png) || res.Header.Get("Content-Type") != "image/png" {
		t.Errorf("a picture: %d %s, %d bytes", res.StatusCode, res.Header.Get("Content-Type"), len(data))
	}
	if csp := res.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || res.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("a picture is sent with the policy %q", csp)
	}
	delete(fake.reply, "/a~72.webp") // the address has expired
	if res, data = get(good+"?x-expires=2", true); res.StatusCode != http.StatusOK || !bytes.Equal(data, png) || asked() != 1 {
		t.Errorf("a kept picture: %d after %d questions", res.StatusCode, asked())
	}
	for path, why := range map[string]string{
		"/page": "a web page", "/svg": "an SVG", "/huge": "too large", "/away": "a redirect off the list", "/down": "a redirect to http", "/gone": "nothing there",
	} {
		before := asked()
		for range 3 {
			if res, data := get("https://p16.tiktokcdn.com"+path, true); res.StatusCode != http.StatusNotFound || len(data) != 0 {
				t.Errorf("%s: %d with %d bytes", why, res.StatusCode, len(data))
			}
		}
		if n := asked() - before; n != 1 {
			t.Errorf("%s was asked for %d times", why, n)
		}
	}
	res, data = get("https://p16.tiktokcdn.com/gone", true, "&blank=1")
	if blank, err := gif.Decode(bytes.NewReader(data)); res.StatusCode != http.StatusOK || err != nil {
		t.Errorf("in place of a picture that is gone: %d, %v", res.StatusCode, err)
	} else if _, _, _, alpha := blank.At(0, 0).RGBA(); alpha != 0 || blank.Bounds().Dx() != 1 {
		t.Errorf("what stands in place of a picture hides what lies under it: %v, alpha %d", blank.Bounds(), alpha)
	}
	before := asked()
	for _, address := range []string{
		"", "http://p16.tiktokcdn.com/a", "https://tiktokcdn.com/a", "https://eviltiktokcdn.com/a", "https://p16.tiktokcdn.com.evil.example/a",
		"https://p16.tiktokcdn.com:8443/a", "https://user@p16.tiktokcdn.com/a", "https://127.0.0.1/a", "https://localhost/a", "file:///etc/passwd", "//p16.tiktokcdn.com/a",
		"https://evil.example/?.tiktokcdn.com", "https:p16.tiktokcdn.com/a", "\x00",
	} {
		if res, _ := get(address, true); res.StatusCode != http.StatusForbidden {
			t.Errorf("%q: %d", address, res.StatusCode)
		}
	}
	for _, a := range fake.asked[before:] {
		t.Errorf("we asked for %s", a)
	}
}

func TestPins(t *testing.T) {
	f := start(t)
	f.setUp()
	session := f.liveRoom("ann")
	f.source.events <- []live.Event{chat("bob", "sing it again")}
	f.awaitSeq(session, 2)
	pins := fmt.Sprintf("/api/sessions/%d/pins", session)
	var pinned struct{ Seq int64 }
	if res := f.api("POST", pins, map[string]any{"seq": 2}, &pinned); res.StatusCode != http.StatusCreated || pinned.Seq != 3 {
		t.Fatalf("pin: %d, seq %d", res.StatusCode, pinned.Seq)
	}
	if f.api("POST", pins, map[string]any{"seq": 2}, &pinned); pinned.Seq != 0 {
		t.Error("a double click pins twice")
	}
	if res := f.api("POST", pins, map[string]any{"seq": 99}, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("pinning nothing: %d", res.StatusCode)
	}
	_, doc := f.page("/rooms/ann")
	if got := doc.Find("pin-strip li").Text(); !strings.Contains(got, "bob") || !strings.Contains(got, "sing it again") {
		t.Errorf("the desk shows the pin as %q", got)
	}
	var marks struct{ Items []json.RawMessage }
	if f.api("GET", fmt.Sprintf("/api/sessions/%d/marks", session), nil, &marks); len(marks.Items) != 1 {
		t.Errorf("%d marks", len(marks.Items))
	}
	f.submit("/rooms/ann/unpin", "seq", "2", "back", "/rooms/ann") // without script
	if _, doc = f.page("/rooms/ann"); doc.Find("pin-strip li").Length() != 0 {
		t.Error("the pin is still there")
	}
	f.submit("/rooms/ann/pin", "seq", "2", "back", "/rooms/ann")
	if _, doc = f.page("/rooms/ann"); doc.Find("pin-strip li").Length() != 1 {
		t.Error("a form does not pin")
	}
	if res := f.api("DELETE", pins+"/2", nil, nil); res.StatusCode != http.StatusNoContent {
		t.Errorf("unpin: %d", res.StatusCode)
	}
	var summary struct{ Comments, Gifts int64 }
	if f.api("GET", fmt.Sprintf("/api/sessions/%d/summary", session), nil, &summary); summary.Comments != 1 {
		t.Errorf("pins changed the totals to %+v", summary)
	}
}

func TestHide(t *testing.T) {
	f := start(t)
	f.setUp()
	session := f.liveRoom("ann")
	gift := chat("eve", "")
	gift.Kind, gift.Data = live.KindGift, live.Gift{Gift: live.GiftItem{ID: 1, Name: "Rose", DiamondCount: 1}, RepeatCount: 1, TotalDiamonds: 1}
	f.source.events <- []live.Event{chat("bob", "rude words"), chat("eve", "spam"), chat("eve", "more spam"), gift}
	f.awaitSeq(session, 5)
	moderator, reviewer := f.join("minh", live.RoleModerator), f.join("ben", live.RoleReviewer)
	hidden := fmt.Sprintf("/api/sessions/%d/hidden", session)
	for _, c := range []struct {
		ask    map[string]any
		status int
	}{
		{map[string]any{"seq": 5}, http.StatusUnprocessableEntity},
		{map[string]any{"seq": 1}, http.StatusUnprocessableEntity},
		{map[string]any{}, http.StatusUnprocessableEntity},
		{map[string]any{"seq": 99}, http.StatusNotFound},
	} {
		if res := f.api("POST", hidden, c.ask, nil); res.StatusCode != c.status {
			t.Errorf("%v: %d, want %d", c.ask, res.StatusCode, c.status)
		}
	}
	if res, _ := reviewer.submit("/rooms/ann/hide", "seq", "2"); res.StatusCode != http.StatusForbidden {
		t.Errorf("a reviewer hides: %d", res.StatusCode)
	}
	for _, what := range []string{"seq", "viewer"} {
		for range 2 { // a double click
			moderator.submit("/rooms/ann/hide", what, map[string]string{"seq": "2", "viewer": "68eve"}[what], "back", "/rooms/ann")
		}
	}
	var again struct{ Seq int64 }
	if res := f.api("POST", hidden, map[string]any{"viewer": "68eve"}, &again); res.StatusCode != http.StatusCreated || again.Seq != 0 {
		t.Errorf("hidden again: %d, seq %d", res.StatusCode, again.Seq)
	}
	var deletes struct {
		Items []struct {
			Cause int64
			Data  live.Delete
		}
	}
	f.api("GET", fmt.Sprintf("/api/sessions/%d/events?type=delete", session), nil, &deletes)
	if n := len(deletes.Items); n != 2 || deletes.Items[0].Cause != 2 || deletes.Items[0].Data.Author != "minh" || !slices.Equal(deletes.Items[1].Data.UserIDs, []string{"68eve"}) {
		t.Errorf("hidden: %+v", deletes.Items)
	}
	_, doc := moderator.page("/rooms/ann")
	struck := doc.Find("live-feed .row.struck")
	if struck.Length() != 3 || !strings.Contains(struck.First().Text(), "minh") || !strings.Contains(struck.First().Text(), "rude words") {
		t.Errorf("the desk shows %d hidden rows: %s", struck.Length(), struck.Text())
	}
	if doc.Find("live-feed .row button[form=hide-form]").Length() != 0 || doc.Find("live-feed .row.struck button[form=show-form]").Length() != 3 || doc.Find("live-feed .row.gift.struck").Length() != 0 {
		t.Error("what is hidden can be hidden again, or a gift is hidden")
	}
	for path, want := range map[string]int{"/search?q=rude": 1, "/viewers/68bob": 1, "/rooms/ann/viewers/68eve": 2} {
		_, doc := moderator.page(path)
		if by := doc.Find(".struck:not(.near) .aside, .struck + .soft"); doc.Find(".struck:not(.near)").Length() != want || strings.Count(by.Text(), "minh") != want {
			t.Errorf("%s marks %q, by %q", path, doc.Find(".struck").Text(), by.Text())
		}
	}
	if _, doc := moderator.page("/search?q=rude"); doc.Find(".near.struck").Text() != "eve spam" {
		t.Errorf("beside what was found, %q is marked", doc.Find(".near.struck").Text())
	}
}

// What the team hid it shows again, one message or all of a viewer's; what TikTok removed it does not.
func TestShowAgain(t *testing.T) {
	f := start(t)
	f.setUp()
	session := f.liveRoom("ann")
	removed := chat("dan", "never again")
	removed.SourceID = "99"
	f.source.events <- []live.Event{chat("bob", "first"), chat("eve", "second"), chat("eve", "third"), removed, {Kind: live.KindDelete, At: removed.At, Data: live.Delete{SourceIDs: []string{"99"}}}}
	f.awaitSeq(session, 6)
	moderator, reviewer := f.join("minh", live.RoleModerator), f.join("ben", live.RoleReviewer)
	hidden := fmt.Sprintf("/api/sessions/%d/hidden", session)
	last := func() int64 {
		var info struct {
			LastSeq int64 `json:"last_seq"`
		}
		f.api("GET", fmt.Sprintf("/api/sessions/%d", session), nil, &info)
		return info.LastSeq
	}
	struck := func() int {
		_, doc := moderator.page("/rooms/ann")
		return doc.Find("live-feed .row.struck").Length()
	}
	for query, status := range map[string]int{"?seq=2": 204, "?viewer=68eve": 204, "?seq=5": 409, "?seq=1": 422, "?seq=77": 404, "": 422} {
		if res := f.api("DELETE", hidden+query, nil, nil); res.StatusCode != status {
			t.Errorf("with nothing hidden by the team, %q: %d, want %d", query, res.StatusCode, status)
		}
	}
	if last() != 6 {
		t.Error("where nothing was hidden, something was written")
	}
	f.api("POST", hidden, map[string]any{"seq": 2}, nil)
	f.api("POST", hidden, map[string]any{"viewer": "68eve"}, nil)
	if res, _ := reviewer.submit("/rooms/ann/show", "seq", "2"); res.StatusCode != http.StatusForbidden || struck() != 3 {
		t.Errorf("a reviewer: %d; %d are hidden", res.StatusCode, struck())
	}
	for range 2 { // a double click
		moderator.submit("/rooms/ann/show", "seq", "2", "back", "/rooms/ann")
	}
	if n := struck(); n != 2 || last() != 9 {
		t.Errorf("one shown again: %d are hidden, the log has %d", n, last())
	}
	f.api("DELETE", hidden+"?viewer=68eve", nil, nil)
	f.api("DELETE", hidden+"?viewer=68eve", nil, nil)
	if n := struck(); n != 0 || last() != 10 {
		t.Errorf("all shown again: %d are hidden, the log has %d", n, last())
	}
	f.api("POST", hidden, map[string]any{"seq": 3}, nil) // and hidden once more
	f.api("DELETE", hidden+"?viewer=68eve", nil, nil)
	if n := struck(); n != 0 || last() != 12 {
		t.Errorf("hidden and shown once more: %d are hidden, the log has %d", n, last())
	}
	_, doc := moderator.page("/rooms/ann")
	if got := doc.Find("live-feed .row[data-kind=delete]").Text(); !strings.Contains(got, "minh") || !strings.Contains(got, "showed a message again") || strings.Contains(doc.Find("live-feed").Text(), "never again") {
		t.Errorf("the desk says %s", got)
	}
}

func TestViewerCardAndNote(t *testing.T) {
	f := start(t)
	f.setUp()
	session := f.liveRoom("ann")
	f.source.events <- []live.Event{chat("bob", `<b>hi</b>`)}
	f.awaitSeq(session, 2)
	var card struct {
		Visits   int64
		User     live.User
		Messages []json.RawMessage
		Note     struct{ Text, Author string }
	}
	if res := f.api("GET", "/api/rooms/ann/viewers/68bob", nil, &card); res.StatusCode != http.StatusOK || card.Visits != 1 || len(card.Messages) != 1 || card.User.UniqueID != "bob" {
		t.Fatalf("card: %d %+v", res.StatusCode, card)
	}
	if res := f.api("GET", "/api/rooms/ann/viewers/nobody", nil, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("nobody's card: %d", res.StatusCode)
	}
	if res := f.api("PUT", "/api/rooms/ann/viewers/68bob/note", map[string]string{"text": " sings along "}, nil); res.StatusCode != http.StatusOK {
		t.Errorf("note: %d", res.StatusCode)
	}
	if f.api("GET", "/api/rooms/ann/viewers/68bob", nil, &card); card.Note.Text != "sings along" || card.Note.Author != "api" {
		t.Errorf("the note is %+v", card.Note)
	}
	res, doc := f.page("/rooms/ann/viewers/68bob")
	if res.StatusCode != http.StatusOK || doc.Find(".viewer textarea").Text() != "sings along" || doc.Find(".said li span").Text() != "<b>hi</b>" || doc.Find("nav.rail").Length() != 1 {
		t.Errorf("the viewer's page: %d", res.StatusCode)
	}
	if _, part := f.page("/rooms/ann/viewers/68bob?part=card"); part.Find(".viewer").Length() != 1 || part.Find("nav").Length() != 0 {
		t.Error("the card alone is more or less than that")
	}
	res, doc = f.submit("/rooms/ann/viewers/68bob/note", "note", strings.Repeat("長", 1001))
	if res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#note-error").Length() != 1 || len([]rune(doc.Find("textarea").Text())) != 1001 {
		t.Errorf("a note that is too long: %d", res.StatusCode)
	}
	if _, doc = f.submit("/rooms/ann/viewers/68bob/note", "note", "khách quen"); doc.Find("textarea").Text() != "khách quen" || !strings.Contains(doc.Find("#note-hint").Text(), "linh") {
		t.Error("a form does not save the note")
	}
}

func TestMinutesSayUpToWhere(t *testing.T) {
	f := start(t)
	session := f.liveRoom("ann")
	f.source.events <- []live.Event{chat("bob", "one"), chat("bob", "two")}
	f.awaitSeq(session, 3)
	var minutes struct {
		Items []struct {
			Start     time.Time
			Comments  int64
			Returning int64 `json:"returning_viewers"`
		}
		LastSeq int64 `json:"last_seq"`
	}
	path := fmt.Sprintf("/api/sessions/%d/minutes", session)
	f.api("GET", path, nil, &minutes)
	sum := int64(0)
	for _, m := range minutes.Items {
		sum += m.Comments
	}
	if minutes.LastSeq != 3 || sum != 2 {
		t.Errorf("minutes up to %d with %d comments", minutes.LastSeq, sum)
	}
	if f.api("GET", path+"?from="+url.QueryEscape(time.Now().Add(time.Hour).UTC().Format(time.RFC3339)), nil, &minutes); len(minutes.Items) != 0 {
		t.Errorf("%d minutes of the future", len(minutes.Items))
	}
	if res := f.api("GET", path+"?from=yesterday", nil, nil); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a time that is none: %d", res.StatusCode)
	}
}

func TestRoomsAreFollowed(t *testing.T) {
	f := start(t)
	f.liveRoom("ann")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	conn, _, err := websocket.Dial(ctx, f.url+"/api/rooms/follow", &websocket.DialOptions{HTTPHeader: http.Header{"Authorization": {"Bearer " + token}}})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow() //nolint:errcheck // the test is over
	read := func() (frame struct {
		Order []string
		Rooms map[string]map[string]string
	},
	) {
		t.Helper()
		_, data, err := conn.Read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &frame); err != nil {
			t.Fatal(err)
		}
		return frame
	}
	if first := read(); fmt.Sprint(first.Order) != "[ann]" || !strings.Contains(first.Rooms["ann"]["state"], `data-state="live"`) || first.Rooms["ann"]["acts"] == "" {
		t.Fatalf("the first frame is %+v", first)
	}
	f.source.events <- []live.Event{{Kind: live.KindViewers, Origin: live.OriginTikTok, At: time.Now(), Data: live.Viewers{Viewers: 77}}}
	for frame := read(); !strings.Contains(frame.Rooms["ann"]["now"], "77"); frame = read() {
		if _, again := frame.Rooms["ann"]["acts"]; again {
			t.Error("what did not change was sent again")
		}
	}
	if err := f.engine.RemoveRoom(ctx, "ann"); err != nil {
		t.Fatal(err)
	}
	for frame := read(); len(frame.Order) > 0; frame = read() {
	}
	if res := f.api("GET", "/api/rooms/follow", nil, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("a room called follow: %d", res.StatusCode)
	}
}

func TestTimesAreInTheReadersZone(t *testing.T) {
	f := start(t)
	f.setUp()
	base, err := url.Parse(f.url)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ cookie, want string }{
		{"Asia%2FHo_Chi_Minh", "Asia/Ho_Chi_Minh"}, {"Europe/Berlin", "Europe/Berlin"}, {"", "UTC"}, {"Mars%2FOlympus", "UTC"}, {"..%2F..%2Fetc%2Fpasswd", "UTC"}, {"Local", "UTC"},
	} {
		f.client.Jar.SetCookies(base, []*http.Cookie{{Name: "zone", Value: tt.cookie}})
		if _, doc := f.page("/"); !strings.HasSuffix(doc.Find(".zone").Text(), " "+tt.want) {
			t.Errorf("cookie %q: %q", tt.cookie, doc.Find(".zone").Text())
		}
	}
}

// A hundred rooms cost two queries, and the page stays quick.
func TestAHundredRooms(t *testing.T) {
	f := start(t)
	f.setUp()
	for i := range 100 {
		name := fmt.Sprintf("room%03d", i)
		if err := f.engine.AddRoom(t.Context(), live.Room{UniqueID: name}); err != nil {
			t.Fatal(err)
		}
		info, err := f.db.OpenSession(t.Context(), name, live.RoomInfo{RoomID: name}, live.OriginTikTok, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		s := live.NewSession(info, live.Past{}, f.db)
		var events []live.Event
		for m := range 60 {
			at := time.Now().Add(-time.Duration(m) * time.Minute)
			events = append(events, live.Event{Kind: live.KindViewers, Origin: live.OriginTikTok, At: at, Data: live.Viewers{Viewers: int64(100 + m)}})
		}
		if _, err := s.Append(t.Context(), events...); err != nil {
			t.Fatal(err)
		}
		s.Close(true)
	}
	res, doc := f.page("/")
	if n := doc.Find(".tile .spark").Length(); res.StatusCode != http.StatusOK || n != 100 {
		t.Fatalf("%d with %d spark lines", res.StatusCode, n)
	}
}
