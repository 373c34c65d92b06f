package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"showcaller/internal/live"
)

// fileAttempts remembers the attempts of captures, which have no database, in a small file of the user's: a capture that is
// started again and again in a loop must not eat a quota either.
type fileAttempts struct {
	mu   sync.Mutex
	path string
}

const attemptsKept = 25 * time.Hour // the longest quota is a day's

func openAttempts(cache string) (*fileAttempts, error) {
	dir := filepath.Join(cache, "showcaller")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &live.Error{Code: live.CodeUnavailable, Reason: live.ReasonStorage, Msg: dir + " cannot be made.", Err: err}
	}
	return &fileAttempts{path: filepath.Join(dir, "attempts.json")}, nil
}

// cacheDir is where the user's programs keep what they can do without.
func cacheDir(environ []string) string {
	for _, e := range environ {
		if dir, ok := strings.CutPrefix(e, "XDG_CACHE_HOME="); ok && filepath.IsAbs(dir) {
			return dir
		}
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return os.TempDir()
	}
	return dir
}

func (a *fileAttempts) load() (map[string][]time.Time, error) {
	all := map[string][]time.Time{}
	b, err := os.ReadFile(a.path)
	if errors.Is(err, fs.ErrNotExist) {
		return all, nil
	}
	if err == nil && json.Unmarshal(b, &all) != nil {
		all = map[string][]time.Time{} // a broken file only forgets
	}
	return all, err
}

// Record implements live.Attempts.
func (a *fileAttempts) Record(_ context.Context, kind string, at time.Time) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	all, err := a.load()
	if err != nil {
		return err
	}
	for k, times := range all {
		all[k] = after(times, at.Add(-attemptsKept))
	}
	all[kind] = append(all[kind], at)
	b, err := json.Marshal(all)
	if err != nil {
		return err
	}
	return a.save(b)
}

// save replaces the file at once, under a name of its own until then: several captures may run side by side.
func (a *fileAttempts) save(b []byte) error {
	f, err := os.CreateTemp(filepath.Dir(a.path), "attempts-*.json")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), a.path)
	}
	if err != nil {
		err = errors.Join(err, os.Remove(f.Name()))
	}
	return err
}

// Since implements live.Attempts.
func (a *fileAttempts) Since(_ context.Context, kind string, moment time.Time) ([]time.Time, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	all, err := a.load()
	return after(all[kind], moment), err
}

func after(times []time.Time, moment time.Time) []time.Time {
	var out []time.Time
	for _, t := range times {
		if t.After(moment) {
			out = append(out, t)
		}
	}
	return out
}
