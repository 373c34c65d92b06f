package main

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
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

func openAttempts() (*fileAttempts, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	dir = filepath.Join(dir, "showcaller")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, &live.Error{Code: live.CodeUnavailable, Reason: live.ReasonStorage, Msg: dir + " cannot be made.", Err: err}
	}
	return &fileAttempts{path: filepath.Join(dir, "attempts.json")}, nil
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
	temp := a.path + ".new"
	return errors.Join(os.WriteFile(temp, b, 0o600), os.Rename(temp, a.path))
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
