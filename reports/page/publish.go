package page

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"asylum/pipeline/disk"
	"asylum/reports/frozen"
)

const manifestName = "manifest.json"

// Publish renders the site into dir, whole or not at all: it is written beside
// dir and then exchanged with it. Prepare, if not nil, may add to the new
// directory before the exchange.
//
// The frozen files of the site that it replaces are carried forward, and those of
// the shelf, if not nil, with them; new ones are put on the shelf. One that is not
// what its address says is put aside into dir.damaged. Where none can be had in its
// place, the site is published without it, and an error says so.
func (s *Site) Publish(dir string, shelf *frozen.Shelf, prepare func(next string) error) error {
	if err := Free(dir); err != nil {
		return err
	}
	claim, err := disk.TakeClaim(dir)
	if err != nil {
		return err
	}
	defer claim.Release()
	return s.PublishTo(claim, shelf, prepare)
}

// PublishTo is Publish into a directory that was claimed before.
func (s *Site) PublishTo(claim *disk.Claim, shelf *frozen.Shelf, prepare func(next string) error) error {
	var carried *frozen.Carried
	dir := claim.Dir()
	err := claim.Replace(ours, func(next string) error {
		err := s.print(func(name string, data []byte) error {
			path := filepath.Join(next, filepath.FromSlash(name))
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				return err
			}
			return os.WriteFile(path, data, 0o644)
		}, func(files map[string]printed) (c *frozen.Carried, err error) {
			carried, err = s.carry(dir, next, shelf, files)
			return carried, err
		})
		if err != nil || prepare == nil {
			return err
		}
		return prepare(next)
	})
	if err != nil {
		return err
	}
	return carried.Err(dir)
}

// carry brings the frozen files forward and puts those on the shelf that it lacks.
// A lake that cannot be written to keeps none, and the site is published all the
// same.
func (s *Site) carry(dir, next string, shelf *frozen.Shelf, files map[string]printed) (*frozen.Carried, error) {
	var was manifest
	if data, err := os.ReadFile(filepath.Join(dir, manifestName)); err == nil {
		if err := json.Unmarshal(data, &was); err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Join(dir, manifestName), err)
		}
	}
	has := func(name string) bool { _, ok := files[name]; return ok }
	c, err := frozen.Carry(dir, next, filepath.Clean(dir)+".damaged", slices.Sorted(maps.Keys(was.Files)), was.Lost, shelf, has)
	if err != nil || shelf == nil {
		return c, err
	}
	names := slices.Clone(c.Names)
	for name := range files {
		if frozen.Sum(name) != "" {
			names = append(names, name)
		}
	}
	if err := shelf.Add(next, names); err != nil && s.o.Log != nil {
		s.o.Log.Warn("the lake does not keep the frozen embeds: asylum forget does not know what they need", "why", err)
	}
	return c, nil
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
	data, err := os.ReadFile(filepath.Join(dir, manifestName))
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
		case d.IsDir() || name == manifestName || m.Files[name] != "":
			return nil
		case frozen.Sum(name) != "" && frozen.CheckFile(dir, name) == nil: // brought back by hand
			return nil
		default:
			return fmt.Errorf("%s holds %s, which no run has put there: move it away, or choose another --out", dir, name)
		}
	})
	if err != nil {
		return err
	}
	return oursLake(filepath.Join(dir, "lake"), &m)
}

// oursLake refuses a lake to which somebody has added.
func oursLake(dir string, m *manifest) error {
	return filepath.WalkDir(filepath.Join(dir, "raw"), func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.IsDir() {
			return err
		}
		sum, _, _ := strings.Cut(d.Name(), ".")
		if !slices.Contains(m.Lake, sum) && !slices.ContainsFunc(m.Inputs, func(in input) bool { return in.SHA256 == sum }) {
			return fmt.Errorf("%s was added to the site's own lake: take it to a lake of yours with asylum add, then remove it", path)
		}
		return nil
	})
}
