package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"asylum/pipeline/disk"
)

// Publish renders the site into dir, whole or not at all: it is written beside
// dir and then exchanged with it. Prepare, if not nil, may add to the new
// directory before the exchange.
func (s *Site) Publish(dir string, prepare func(next string) error) error {
	return disk.Replace(dir, ours, func(next string) error {
		err := s.print(func(name string, data []byte) error {
			path := filepath.Join(next, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			return os.WriteFile(path, data, 0o644)
		})
		if err != nil {
			return err
		}
		if prepare != nil {
			return prepare(next)
		}
		return nil
	})
}

// Free refuses a directory that a site may not be put into, before the work for
// one is done.
func Free(dir string) error {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	return ours(dir)
}

// ours refuses to put a site in the place of a directory that is none, or that
// holds anything which no run has put there.
func ours(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil
	}
	if err != nil {
		return err
	}
	var m manifest
	data, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil || json.Unmarshal(data, &m) != nil || m.Files["index.html"] == "" {
		return fmt.Errorf("%s holds files but no site of asylum's: choose another --out, or empty it", dir)
	}
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		switch name := filepath.ToSlash(rel); {
		case name == "lake":
			return fs.SkipDir
		case d.IsDir() || name == "manifest.json" || m.Files[name] != "":
			return nil
		default:
			return fmt.Errorf("%s holds %s, which no run has put there: move it away, or choose another --out", dir, name)
		}
	})
	if err != nil {
		return err
	}
	return oursLake(filepath.Join(dir, "lake"), m.Inputs)
}

// oursLake refuses a lake to which somebody has added.
func oursLake(dir string, inputs []input) error {
	return filepath.WalkDir(filepath.Join(dir, "raw"), func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		sum, _, _ := strings.Cut(d.Name(), ".")
		if !slices.ContainsFunc(inputs, func(in input) bool { return in.SHA256 == sum }) {
			return fmt.Errorf("%s was added to the site's own lake: take it to a lake of yours with asylum add, then remove it", path)
		}
		return nil
	})
}
