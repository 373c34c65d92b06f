package db_test

import (
	"log/slog"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"go.uber.org/goleak"

	"showcaller/internal/db"
	"showcaller/internal/live"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// open opens a new database, or the one at path again.
func open(t testing.TB, path string) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), "sqlite:"+path, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func fresh(t testing.TB) *db.DB {
	t.Helper()
	return open(t, filepath.Join(t.TempDir(), "test.db"))
}

// record opens a session of a room and stores events in it.
func record(t testing.TB, d *db.DB, room, liveID string, events ...live.Event) live.SessionInfo {
	t.Helper()
	info, err := d.OpenSession(t.Context(), room, live.RoomInfo{RoomID: liveID}, live.OriginTikTok, events[0].At)
	if err != nil {
		t.Fatal(err)
	}
	past, err := d.Past(t.Context(), info.ID)
	if err != nil {
		t.Fatal(err)
	}
	s := live.NewSession(info, past, d)
	if _, err := s.Append(t.Context(), events...); err != nil {
		t.Fatal(err)
	}
	s.Close(true)
	if info, err = d.Session(t.Context(), info.ID); err != nil {
		t.Fatal(err)
	}
	return info
}

func viewer(n int) *live.User {
	return &live.User{
		UniqueID: "viewer" + strconv.Itoa(n), Nickname: "Viewer " + strconv.Itoa(n), UserID: strconv.Itoa(6_800_000_000_000_000_000 + n),
		ProfilePicture: "https://p16.tiktokcdn.com/a.webp?x-expires=1", Roles: []string{"moderator", "follower"}, GifterLevel: 16, TeamLevel: 3,
	}
}

func by(n int, data live.Data) live.Event {
	return live.Event{Kind: data.Kind(), Origin: live.OriginTikTok, At: time.Date(2026, 1, 12, 9, 30, n, 0, time.UTC), User: viewer(n), Data: data}
}
