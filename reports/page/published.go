package page

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"asylum/pipeline/disk"
	"asylum/pipeline/run"
)

// A Publication is a site that stands in a directory.
type Publication struct {
	dir string
	manifest
}

// Published reads the manifest of a site; nil where none stands, or one whose
// manifest is damaged.
func Published(dir string) (*Publication, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is a file, want a directory for the site: choose another --out", dir)
	}
	data, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p := &Publication{dir: dir}
	if _, err := disk.Unseal(data, &p.manifest); err != nil {
		return nil, nil
	}
	return p, nil
}

// MadeFrom are the inputs of the run that published the site, nil if an older
// version did, or if a file of it is missing: then nothing may be spared.
func (p *Publication) MadeFrom() run.Inputs {
	if p == nil || p.Made == nil {
		return nil
	}
	for name := range p.Files {
		if info, err := os.Lstat(filepath.Join(p.dir, filepath.FromSlash(name))); err != nil || !info.Mode().IsRegular() {
			return nil
		}
	}
	return p.Made
}

// drawn is a file as it was drawn with a key, nil if it was not, or if its bytes
// are no longer what they were.
func (p *Publication) drawn(name, key string) []byte {
	if p == nil || key == "" || p.Drawn[name] != key {
		return nil
	}
	data, err := os.ReadFile(filepath.Join(p.dir, filepath.FromSlash(name)))
	if err != nil || checksum(data) != p.Files[name] {
		return nil
	}
	return data
}
