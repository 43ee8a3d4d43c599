package page

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Publish writes the site into dir, whole or not at all: it is written beside
// dir and then exchanged with it. Prepare, if not nil, may add to the new
// directory before the exchange.
func (s *Site) Publish(dir string, prepare func(next string) error) error {
	files, err := s.Files()
	if err != nil {
		return err
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return err
	}
	next, err := os.MkdirTemp(parent, filepath.Base(dir)+".next-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(next) // after the exchange, the old site
	if err := os.Chmod(next, 0o755); err != nil {
		return err
	}
	var names []string
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(next, name), files[name], 0o644); err != nil {
			return err
		}
	}
	if prepare != nil {
		if err := prepare(next); err != nil {
			return err
		}
	}
	if err := ours(dir); err != nil {
		return err
	}
	return swap(next, dir)
}

// ours refuses to put a site in the place of a directory that is none.
func ours(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "manifest.json")); err != nil {
		return fmt.Errorf("%s holds files but no site of asylum's: choose another --out, or empty it", dir)
	}
	return nil
}

// replace moves next to dir where the two cannot be exchanged in one step; for
// the moment between the two renames there is no site.
func replace(next, dir string) error {
	old := next + ".old"
	if err := os.Rename(dir, old); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Rename(next, dir); err != nil {
		return errors.Join(err, os.Rename(old, dir))
	}
	return os.RemoveAll(old)
}
