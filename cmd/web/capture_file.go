package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	"showcaller/internal/live"
)

// captureFile is a JSON array of events that is valid whenever it is read. The closing bracket is part of each write, which
// begins where the last bracket stands: one write, so a kill leaves the array before it or after it.
type captureFile struct {
	file  *os.File
	older string // what the file that was there before is called now; "" if there was none
	end   int64  // where the closing bracket begins
	count atomic.Int64
}

const arrayEnd = "\n]\n"

// createCapture begins a capture in a file. One that is there already is kept under another name: it may be all there is of a
// LIVE.
func createCapture(name string) (*captureFile, error) {
	older, err := keepOld(name)
	if err != nil {
		return nil, captureError(name, err)
	}
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600) //nolint:gosec // the person names the file
	if err != nil {
		return nil, errors.Join(captureError(name, err), putBack(older, name))
	}
	c := &captureFile{file: f, older: older}
	if _, err := f.WriteAt([]byte("["+arrayEnd), 0); err != nil {
		return nil, errors.Join(captureError(name, err), c.Close())
	}
	c.end = 1
	return c, nil
}

func captureError(name string, err error) error {
	return &live.Error{
		Code: live.CodeUnavailable, Reason: live.ReasonStorage, Op: "capture", Err: err,
		Msg: fmt.Sprintf("%s cannot be written. Name another place with --out.", name),
	}
}

// keepOld renames an older capture to name-1.json, or the next number that is free, and returns that name.
func keepOld(name string) (string, error) {
	if free, err := isFree(name); free || err != nil {
		return "", err
	}
	ext := filepath.Ext(name)
	for n := 1; ; n++ {
		old := fmt.Sprintf("%s-%d%s", strings.TrimSuffix(name, ext), n, ext)
		free, err := isFree(old)
		if free {
			err = os.Rename(name, old)
		}
		if free || err != nil {
			return old, err
		}
	}
}

func isFree(name string) (bool, error) {
	_, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return true, nil
	}
	return false, err
}

// putBack undoes keepOld.
func putBack(older, name string) error {
	if older == "" {
		return nil
	}
	return os.Rename(older, name)
}

// Append adds events to the array.
func (c *captureFile) Append(events []live.Event) error {
	var text []byte
	for i, e := range events {
		if c.count.Load() > 0 || i > 0 {
			text = append(text, ',')
		}
		text = append(text, '\n')
		var err error
		if text, err = e.AppendJSON(text); err != nil {
			return err
		}
	}
	body := len(text)
	if _, err := c.file.WriteAt(append(text, arrayEnd...), c.end); err != nil {
		return errors.Join(err, c.restore())
	}
	c.end += int64(body)
	c.count.Add(int64(len(events)))
	return nil
}

// restore closes the array again after a write that broke off, wherever it did: the disk is full, but there was room for this
// before.
func (c *captureFile) restore() error {
	_, err := c.file.WriteAt([]byte(arrayEnd), c.end)
	return errors.Join(err, c.file.Truncate(c.end+int64(len(arrayEnd))))
}

// Count returns how many events are in the file.
func (c *captureFile) Count() int64 { return c.count.Load() }

// Name returns the file's name.
func (c *captureFile) Name() string { return c.file.Name() }

// Close makes the file safe on the disk and closes it. One without events is taken away again: a host who was not live must not
// cost the capture that was there before its name.
func (c *captureFile) Close() error {
	if c.Count() > 0 {
		return errors.Join(c.file.Sync(), c.file.Close())
	}
	if err := errors.Join(c.file.Close(), os.Remove(c.Name())); err != nil {
		return err
	}
	return putBack(c.older, c.Name())
}
