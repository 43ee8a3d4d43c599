package frozen

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"asylum/pipeline/store"
)

// A Shelf is the frozen files that a lake keeps: for each publication an archive
// of those that were new, pages/frozen/SHA.zip.
type Shelf struct {
	lake    *store.Lake
	in      map[string]string // name → archive, relative to the lake
	Damaged []error           // archives that cannot be read; what a site still has of them is kept anew
}

// Open lists what a lake keeps.
func Open(l *store.Lake) *Shelf {
	s := &Shelf{lake: l, in: map[string]string{}}
	for _, name := range l.Kept("pages/" + Dir) {
		z, err := zip.OpenReader(s.path(name))
		if err != nil {
			s.Damaged = append(s.Damaged, fmt.Errorf("%s: %w", s.path(name), err))
			continue
		}
		for _, f := range z.File {
			if Sum(f.Name) != "" {
				s.in[f.Name] = name
			}
		}
		z.Close()
	}
	return s
}

func (s *Shelf) path(name string) string {
	return filepath.Join(s.lake.Dir(), filepath.FromSlash(name))
}

// Names lists the frozen files that are kept, sorted.
func (s *Shelf) Names() []string { return slices.Sorted(maps.Keys(s.in)) }

// Has reports whether a file is kept.
func (s *Shelf) Has(name string) bool { return s.in[name] != "" }

// maxFile bounds one frozen file, in bytes.
const maxFile = 16 << 20

// File reads a kept file; one that is not what its address says is an error.
func (s *Shelf) File(name string) ([]byte, error) {
	z, err := zip.OpenReader(s.path(s.in[name]))
	if err != nil {
		return nil, err
	}
	defer z.Close()
	return member(z, name)
}

func member(z *zip.ReadCloser, name string) ([]byte, error) {
	f, err := z.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if err := Check(name, bytes.NewReader(data)); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return data, nil
}

// Add keeps files of the site in dir that are not kept yet, all of them or none.
func (s *Shelf) Add(dir string, names []string) error {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	var added []string
	for _, name := range slices.Sorted(slices.Values(names)) {
		if s.Has(name) {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
		if err == nil {
			err = Check(name, bytes.NewReader(data))
		}
		if err != nil {
			return err
		}
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate}) // without a time: the same files are the same archive
		if err != nil {
			return err
		}
		if _, err := w.Write(data); err != nil {
			return err
		}
		added = append(added, name)
	}
	if err := z.Close(); err != nil || len(added) == 0 {
		return err
	}
	sum := sha256.Sum256(b.Bytes())
	file, _, err := s.lake.Keep(Dir+"/"+hex.EncodeToString(sum[:])+".zip", "", b.Bytes())
	if err != nil {
		return err
	}
	for _, name := range added {
		s.in[name] = "pages/" + Dir + "/" + filepath.Base(file)
	}
	return nil
}

// Needs names, for each vintage that a frozen page rests on (see store.Key), one
// such page: those that the lake keeps and, where the lake is the one within a
// site, those of the site. A page that cannot be read is an error: what it needs
// cannot be told.
func Needs(l *store.Lake) (map[string]string, error) {
	out := map[string]string{}
	need := func(name string, page []byte) error {
		o, err := Read(page)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for _, v := range o.Vintages {
			if k := v.key(); out[k] == "" {
				out[k] = fmt.Sprintf("the frozen embed of %s (%.12s…)", o.Chart, Sum(name))
			}
		}
		return nil
	}
	for _, archive := range l.Kept("pages/" + Dir) {
		if err := eachPage(filepath.Join(l.Dir(), filepath.FromSlash(archive)), need); err != nil {
			return nil, fmt.Errorf("%s: %w", archive, err)
		}
	}
	site := filepath.Dir(l.Dir())
	entries, err := os.ReadDir(filepath.Join(site, Dir))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	for _, e := range entries {
		name := path.Join(Dir, e.Name())
		if Sum(name) == "" || !strings.HasSuffix(name, ".html") {
			continue
		}
		page, err := os.ReadFile(filepath.Join(site, filepath.FromSlash(name)))
		if err == nil {
			err = need(name, page)
		}
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (v *Vintage) key() string { return v.Source + " " + v.Table + " " + v.SHA256 } // as store.Key

// eachPage reads the pages of an archive, one after the other.
func eachPage(archive string, f func(name string, page []byte) error) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer z.Close()
	for _, x := range z.File {
		if Sum(x.Name) == "" || !strings.HasSuffix(x.Name, ".html") {
			continue
		}
		page, err := member(z, x.Name)
		if err == nil {
			err = f(x.Name, page)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
