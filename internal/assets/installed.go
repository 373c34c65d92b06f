package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// lockFile is what package-lock.json says of each package, by the folder it is in. npm writes the same of what it has installed.
type lockFile struct {
	Packages map[string]struct {
		Version string `json:"version"`
	} `json:"packages"`
}

// installed fails where node_modules has another version of a package than package-lock.json: the bundles would not be those of
// everybody else.
func installed(root string) error {
	want, err := readLock(filepath.Join(root, "package-lock.json"))
	if err != nil {
		return err
	}
	have, err := readLock(filepath.Join(root, "node_modules/.package-lock.json"))
	if err != nil {
		return fmt.Errorf("%w: run `npm ci`", err)
	}
	for folder, p := range have.Packages {
		if wanted := want.Packages[folder].Version; p.Version != wanted {
			return fmt.Errorf("%s is %s, package-lock.json wants %q: run `npm ci`", folder, p.Version, wanted)
		}
	}
	return nil
}

func readLock(file string) (lockFile, error) {
	var lock lockFile
	data, err := os.ReadFile(file)
	if err != nil {
		return lock, err
	}
	if err := json.Unmarshal(data, &lock); err != nil {
		return lock, fmt.Errorf("%s: %w", file, err)
	}
	return lock, nil
}
