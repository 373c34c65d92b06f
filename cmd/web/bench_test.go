package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"showcaller/internal/db"
	"showcaller/internal/live"
	"showcaller/internal/tiktok"
)

// BenchmarkMemoryPerRoom connects 200 rooms of ordinary traffic (4 events a second each), served by a process of its own, and
// reports what each costs after ten seconds: live heap and stacks.
func BenchmarkMemoryPerRoom(b *testing.B) {
	const rooms, rate = 200, 4
	url := startFakelive(b, rooms, rate)
	store, err := db.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "bench.db"), slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close() //nolint:errcheck // a benchmark's end
	client, err := tiktok.New(tiktok.Options{Connect: "direct", Web: url, Webcast: url, WS: strings.Replace(url, "http", "ws", 1), Sign: url})
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.Context())
	engine := live.NewEngine(store, client, nil, slog.New(slog.DiscardHandler))
	if err := engine.Start(ctx); err != nil {
		b.Fatal(err)
	}
	defer engine.Wait()
	defer cancel()

	before := memory()
	names := make([]string, rooms)
	for i := range names {
		names[i] = "bench"
		if i > 0 {
			names[i] += fmt.Sprint(i + 1)
		}
		if err := engine.AddRoom(ctx, live.Room{UniqueID: names[i], Wanted: true}); err != nil {
			b.Fatal(err)
		}
	}
	for _, name := range names {
		awaitLive(b, engine, name)
	}
	select {
	case <-time.After(10 * time.Second):
	case <-b.Context().Done():
	}
	b.ReportMetric(float64(memory()-before)/rooms/1024, "KiB/room")
	b.ReportMetric(0, "ns/op")
}

// memory returns the bytes that are in use after a collection.
func memory() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}

func awaitLive(b *testing.B, engine *live.Engine, name string) {
	b.Helper()
	for {
		room, changed, err := engine.Room(name)
		if err != nil {
			b.Fatal(err)
		}
		if room.Health.State == live.StateLive {
			return
		}
		select {
		case <-changed:
		case <-b.Context().Done():
			b.Fatalf("%s is %s", name, room.Health.State)
		}
	}
}

// startFakelive builds and runs the stand-in for TikTok and returns its address.
func startFakelive(b *testing.B, rooms, rate int) string {
	b.Helper()
	binary := filepath.Join(b.TempDir(), "fakelive")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", binary, "showcaller/cmd/fakelive").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.CommandContext(b.Context(), binary, "-addr", "127.0.0.1:0", "-user", "bench", "-rooms", fmt.Sprint(rooms), "-rate", fmt.Sprint(rate))
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, url, ok := strings.Cut(lines.Text(), "SHOWCALLER_TIKTOK_WEB_URL="); ok {
			go func() { // it must not stop at a full pipe
				for lines.Scan() {
				}
			}()
			return url
		}
	}
	b.Fatal("the stand-in for TikTok did not say its address")
	return ""
}
