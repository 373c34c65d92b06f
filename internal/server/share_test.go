package server_test

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/server"
)

// shareOf shares a session and returns the link's path.
func (f *fixture) shareOf(session int64, fields ...string) string {
	f.t.Helper()
	_, doc := f.submit(fmt.Sprintf("/sessions/%d/shares", session), append([]string{"days", "7", "once", "one " + strings.Join(fields, " ")}, fields...)...)
	return f.made(doc)
}

// raw fetches a page as it is.
func (f *fixture) raw(path string) (int, string) {
	f.t.Helper()
	res, err := f.client.Get(f.url + path)
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

func TestAShareShowsOneSession(t *testing.T) {
	f := start(t)
	f.setUp()
	session := f.liveRoom("ann")
	bob := chat("bobhandle", "good evening")
	bob.User.Nickname, bob.User.ProfilePicture = "Bob the Viewer", "https://p16.tiktokcdn.com/bobface.webp"
	reply := chat("eve", "hello back")
	reply.Data = live.Comment{Comment: "hello back", ReplyTo: bob.User}
	gift := live.Event{
		Kind: live.KindGift, Origin: live.OriginTikTok, At: time.Now(), User: bob.User,
		Data: live.Gift{Gift: live.GiftItem{ID: 5655, Name: "Rose", DiamondCount: 1}, RepeatCount: 3, TotalDiamonds: 3},
	}
	unseen := live.Event{
		Kind: live.KindSystem, Origin: live.OriginTikTok, At: time.Now(),
		Data: live.System{Topic: live.TopicAlerts, Key: "skipped", Level: 1, Names: []string{"what the desk skipped"}},
	}
	skipped := live.Event{Kind: live.KindSkip, Origin: live.OriginSystem, At: time.Now(), Cause: 2, Data: live.Skip{Reason: "failed", Detail: "how the host is run"}}
	nameless := chat("noname", "who am I")
	nameless.User.Nickname = ""
	said := live.Event{Kind: live.KindCaption, Origin: live.OriginTikTok, At: time.Now(), Data: live.Caption{Text: "thank you Bob the Viewer", Final: true}}
	events := []live.Event{bob, reply, gift, unseen, said, skipped, nameless}
	for i := range events {
		events[i].At = bob.At // of one minute, whenever the test runs
	}
	f.source.events <- events
	f.awaitSeq(session, 8)
	minute := bob.At.UTC().Truncate(time.Minute)
	f.submit(fmt.Sprintf("/sessions/%d/notes", session), "minute", live.Timestamp(minute), "note", "a secret of the team")
	f.submit("/rooms/ann/pin", "seq", "2", "back", "/rooms/ann")

	for _, tt := range []struct {
		name   string
		fields []string
		shows  []string
	}{
		{"with names", nil, []string{"Bob the Viewer"}}, {"without names", []string{"hidden", "true"}, []string{"Viewer 1"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			link := f.shareOf(session, tt.fields...)
			guest := f.visitor()
			for _, path := range []string{link, link + "?part=minute&minute=" + url.QueryEscape(live.Timestamp(minute)), link + "?minute=" + url.QueryEscape(live.Timestamp(minute)), link + "?origin=all"} {
				status, page := guest.raw(path)
				if status != http.StatusOK {
					t.Fatalf("%s: %d", path, status)
				}
				for _, want := range append(tt.shows, "good evening") {
					if strings.Contains(path, "origin") {
						continue // another minute may be open
					}
					if !strings.Contains(page, want) {
						t.Errorf("%s does not show %q", path, want)
					}
				}
				hidden := []string{"68bobhandle", "bobhandle", "bobface", "68eve", "a secret of the team", "what the desk skipped", "how the host is run", "Not answered", "noname", "linh", `href="/sessions`, `href="/rooms`, `href="/viewers`, `action="/sessions`, "/api/"}
				if len(tt.fields) > 0 {
					hidden = append(hidden, "Bob the Viewer", ">eve<")
				}
				for _, never := range hidden {
					if at := strings.Index(page, never); at >= 0 {
						t.Errorf("%s shows %q: …%s…", path, never, page[max(0, at-80):min(len(page), at+80)])
					}
				}
			}
		})
	}
	shares, err := f.db.Shares(t.Context(), db.ShareQuery{Session: session, Limit: 9}, time.Now())
	if err != nil || len(shares) != 2 || shares[0].Visits != 3 {
		t.Errorf("%+v: %v", shares, err)
	}
}

// A link to a session and an overlay's address open nothing else, wherever they are put.
func TestASecretOpensNothingElse(t *testing.T) {
	f := start(t)
	f.setUp()
	session, other := f.liveRoom("ann"), f.liveRoom("bob")
	link := f.shareOf(session)
	secret := strings.TrimPrefix(link, "/share/")
	const overlay = "AAAAAAAAAAAAAAAAAAAAAA"
	handler := f.server.Handler()
	for _, r := range f.routes() {
		need, _ := server.AccessTo(r.method, r.pattern)
		if need.Open && !need.Secret {
			continue
		}
		for _, secret := range []string{secret, overlay} {
			path := parameter.ReplaceAllString(r.pattern, "1")
			if need.Secret {
				if strings.HasPrefix(r.pattern, "/share/") && secret != overlay {
					continue // its own address
				}
				path = parameter.ReplaceAllString(r.pattern, secret)
			}
			for _, header := range []func(http.Header){
				func(http.Header) {}, func(h http.Header) { h.Set("Authorization", "Bearer "+secret) },
				func(h http.Header) { h.Set("Cookie", "showcaller_login="+secret+"; showcaller_share="+secret) },
			} {
				q := httptest.NewRequestWithContext(t.Context(), r.method, path+"?token="+secret+"&share="+secret, http.NoBody)
				header(q.Header)
				w := httptest.NewRecorder()
				handler.ServeHTTP(w, q)
				switch w.Code {
				case http.StatusUnauthorized, http.StatusNotFound, http.StatusTooManyRequests:
				case http.StatusSeeOther:
					if !strings.HasPrefix(w.Header().Get("Location"), "/login") {
						t.Errorf("%s %s leads to %s", r.method, path, w.Header().Get("Location"))
					}
				default:
					t.Errorf("%s %s with somebody's secret: %d", r.method, path, w.Code)
				}
			}
		}
	}
	guest := f.visitor()
	for _, query := range []string{"?id=", "?session=", "?part=minute&minute=2026-01-01T00:00:00Z&id="} {
		if _, page := guest.raw(link + query + fmt.Sprint(other)); strings.Contains(page, "@bob") {
			t.Errorf("%s reaches another session", query)
		}
	}
	if status, _ := guest.raw(link + "/picture?u=x"); status != http.StatusNotFound {
		t.Errorf("something beneath a link: %d", status)
	}
}

func TestASharesPassword(t *testing.T) {
	f := start(t)
	f.setUp()
	session := f.liveRoom("ann")
	res, doc := f.submit(fmt.Sprintf("/sessions/%d/shares", session), "days", "7", "password", "five5", "hidden", "true")
	if res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#password-error").Length() != 1 {
		t.Errorf("a short password: %d", res.StatusCode)
	}
	res, doc = f.submit(fmt.Sprintf("/sessions/%d/shares", session), "days", "91")
	if res.StatusCode != http.StatusUnprocessableEntity || doc.Find("#days-error").Length() != 1 || doc.Find("#password-error").Length() != 0 {
		t.Errorf("too many days: %d", res.StatusCode)
	}
	link, second := f.shareOf(session, "password", "open sesame"), f.shareOf(session, "password", "open sesame", "hidden", "true")
	guest := f.visitor()
	for _, path := range []string{link, link + "?part=minute&minute=2026-01-01T00:00:00Z"} {
		if res, doc = guest.page(path); res.StatusCode != http.StatusUnauthorized || doc.Find(`input[type="password"]`).Length() != 1 || strings.Contains(doc.Text(), "@ann") {
			t.Errorf("%s without the password: %d", path, res.StatusCode)
		}
	}
	if res, _ = guest.submit(link, "password", "open sesam"); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("a wrong password: %d", res.StatusCode)
	}
	if res, doc = guest.submit(link, "password", "open sesame"); res.StatusCode != http.StatusOK || !strings.Contains(doc.Text(), "@ann") {
		t.Errorf("the password: %d", res.StatusCode)
	}
	if res, _ = guest.page(second); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("another link with the same password: %d", res.StatusCode)
	}
	home, err := url.Parse(f.url + link)
	if err != nil {
		t.Fatal(err)
	}
	stolen := guest.client.Jar.Cookies(home)
	at, err := url.Parse(f.url + second)
	if err != nil {
		t.Fatal(err)
	}
	guest.client.Jar.SetCookies(at, []*http.Cookie{{Name: stolen[0].Name, Value: stolen[0].Value, Path: second}})
	if res, _ = guest.page(second); res.StatusCode != http.StatusUnauthorized {
		t.Errorf("another link with the proof of the first: %d", res.StatusCode)
	}
}

func TestSharesEnd(t *testing.T) {
	f := start(t)
	f.setUp()
	session := f.liveRoom("ann")
	link := f.shareOf(session)
	if again := f.shareOf(session); again != link {
		t.Error("a double click makes another link")
	}
	if shares, err := f.db.Shares(t.Context(), db.ShareQuery{Session: session, Limit: 9}, time.Now().Add(8*24*time.Hour)); err != nil || len(shares) != 0 {
		t.Errorf("after its time: %+v, %v", shares, err)
	}
	shares, err := f.db.Shares(t.Context(), db.ShareQuery{Session: session, Limit: 9}, time.Now())
	if err != nil || len(shares) != 1 {
		t.Fatalf("%+v, %v", shares, err)
	}
	guest := f.visitor()
	if res, _ := guest.page(link); res.StatusCode != http.StatusOK {
		t.Fatalf("the link: %d", res.StatusCode)
	}
	for range 2 {
		f.submit(fmt.Sprintf("/sessions/%d/shares/%d/revoke", session, shares[0].ID))
	}
	if res, doc := guest.page(link); res.StatusCode != http.StatusNotFound || !strings.Contains(doc.Text(), "withdrawn") {
		t.Errorf("a link that was ended: %d", res.StatusCode)
	}
	gone := f.shareOf(session, "hidden", "true")
	if err := f.engine.RemoveRoom(t.Context(), "ann"); err != nil {
		t.Fatal(err)
	}
	if res := f.api("DELETE", fmt.Sprintf("/api/sessions/%d", session), nil, nil); res.StatusCode != http.StatusNoContent {
		t.Fatalf("deleting: %d", res.StatusCode)
	}
	if res, _ := guest.page(gone); res.StatusCode != http.StatusNotFound {
		t.Errorf("a link to a session that is gone: %d", res.StatusCode)
	}
}

// Whatever may hold a viewer, in any event there is, comes out of the veil with another name.
func TestTheVeilCoversEveryKindOfEvent(t *testing.T) {
	secret := live.User{UserID: "123", UniqueID: "secret", Nickname: "Secret", ProfilePicture: "secret.webp"}
	for _, kind := range live.Kinds() {
		e := live.Event{Kind: kind, User: &secret, Data: filled(t, kind, secret)}
		veiled := server.Veiled(e)
		raw, err := veiled.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(bytes.ToLower(raw), []byte("secret")) {
			t.Errorf("%s: %s", kind, raw)
		}
		if secret.Nickname != "Secret" {
			t.Fatalf("%s changed what others hold", kind)
		}
	}
}

// filled puts a user wherever data has room for one.
func filled(t *testing.T, kind live.Kind, u live.User) live.Data {
	t.Helper()
	data, err := live.DecodeData(kind, []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	v := reflect.New(reflect.TypeOf(data)).Elem()
	v.Set(reflect.ValueOf(data))
	fill(v, reflect.ValueOf(u))
	return v.Interface().(live.Data) //nolint:forcetypeassert // it is of data's type
}

func fill(v, user reflect.Value) {
	if v.Type() == user.Type() {
		v.Set(user)
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if v.Type().Elem().Kind() == reflect.Struct {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), user)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Struct {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			fill(v.Index(0), user)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if name := v.Type().Field(i).Name; name == "Sender" || name == "SenderID" {
				v.Field(i).SetString("secret")
			} else if name == "UserIDs" {
				v.Field(i).Set(reflect.ValueOf([]string{"secret"}))
			}
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), user)
			}
		}
	}
}

// A link whose time is over is as good as none, with its password too.
func TestAShareExpires(t *testing.T) {
	f := start(t)
	f.setUp()
	session := f.liveRoom("ann")
	now := time.Now()
	for secret, until := range map[string]time.Duration{"good-for-a-minute": time.Minute, "over-for-a-minute": -time.Minute} {
		_, err := f.db.AddShare(t.Context(), db.Share{
			SecretHash: server.HashSecret(secret), Session: session, Author: "linh", CreatedAt: now.Add(-time.Hour), ExpiresAt: now.Add(until),
		})
		if err != nil {
			t.Fatal(err)
		}
		res, doc := f.visitor().page("/share/" + secret)
		if want := map[bool]int{true: http.StatusOK, false: http.StatusNotFound}[until > 0]; res.StatusCode != want {
			t.Errorf("a link %s: %d, want %d", secret, res.StatusCode, want)
		}
		if until < 0 && (strings.Contains(doc.Text(), "@ann") || !strings.Contains(doc.Text(), "withdrawn")) {
			t.Errorf("it says %q", said(doc.Find("main")))
		}
	}
}
