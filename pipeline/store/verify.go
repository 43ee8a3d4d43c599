package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"asylum/pipeline/disk"
)

// A Check is what was found of a lake.
type Check struct {
	Faults []disk.Fault // by file
	Files  int          // that are as they were written
	Bytes  int64        // of them
	NoSum  []string     // tables of older lakes, of which nothing says how they were written
	Begun  []string     // what a killed process had begun; the next that writes takes it back
}

// Verify reads every file of the lake in dir and compares it with what the
// manifest says. A file that the manifest does not name is a fault too.
// Progress, if not nil, is told of each file's bytes as they are read.
func Verify(dir string, progress func(bytes int64)) (*Check, error) {
	data, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoLake)
	}
	if err != nil {
		return nil, err
	}
	c := &Check{}
	m, err := parse(data)
	if err != nil {
		c.fault(manifestName, "%v", err)
		return c, nil // what the other files should be cannot be told
	}
	c.Files, c.Bytes = 1, int64(len(data))
	v := &verifier{Check: c, dir: dir, names: m.names(), progress: progress}
	v.pending = disk.Pending(filepath.Join(dir, lockName))
	for _, e := range m.Vintages {
		v.file(e.Raw, e.SHA256)
		v.table(&e)
	}
	for _, k := range m.Kept {
		v.file(k.File, k.SHA256)
	}
	if err := v.others(); err != nil {
		return nil, err
	}
	slices.SortStableFunc(c.Faults, func(a, b disk.Fault) int { return strings.Compare(a.File, b.File) })
	return c, nil
}

func (c *Check) fault(file, format string, args ...any) {
	c.Faults = append(c.Faults, disk.Fault{File: file, What: fmt.Sprintf(format, args...)})
}

type verifier struct {
	*Check
	dir      string
	names    map[string]entry
	pending  []string
	progress func(int64)
}

// file compares a file with its SHA-256.
func (v *verifier) file(name, want string) {
	sum := sha256.New()
	if v.read(name, sum) {
		v.compare(name, "sha256", hex.EncodeToString(sum.Sum(nil)), want)
	}
}

// table compares a table with what sums there are of it.
func (v *verifier) table(e *entry) {
	sum, crc := sha256.New(), crc32.New(castagnoli)
	if !v.read(e.Parquet, io.MultiWriter(sum, crc)) {
		return
	}
	switch {
	case e.Sum != "":
		v.compare(e.Parquet, "sha256", hex.EncodeToString(sum.Sum(nil)), e.Sum)
	case e.CRC32C != "":
		v.compare(e.Parquet, "crc32c", fmt.Sprintf("%08x", crc.Sum32()), e.CRC32C)
	default:
		v.NoSum = append(v.NoSum, e.Parquet)
	}
}

func (v *verifier) compare(name, kind, got, want string) {
	if got != want {
		v.fault(name, "differs: its %s is %s, the manifest says %s", kind, got, want)
		return
	}
	v.Files++
}

func (v *verifier) read(name string, w io.Writer) bool {
	n, err := copyFile(w, filepath.Join(v.dir, filepath.FromSlash(name)))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.fault(name, "is missing")
	case err != nil:
		v.fault(name, "cannot be read: %v", err)
	}
	v.Bytes += n
	if v.progress != nil {
		v.progress(n)
	}
	return err == nil
}

func copyFile(w io.Writer, name string) (int64, error) {
	f, err := os.Open(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return io.Copy(w, f)
}

// others looks for files that the manifest does not name.
func (v *verifier) others() error {
	return fs.WalkDir(os.DirFS(v.dir), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir(), name == manifestName, name == lockName:
			return nil
		}
		if _, ok := v.names[name]; ok {
			return nil
		}
		switch {
		case v.begun(name):
			v.Begun = append(v.Begun, name)
		case !strings.Contains(name, "/") && isNote(name):
			v.note(name)
		default:
			v.fault(name, "is extra: the manifest does not name it")
		}
		return nil
	})
}

// begun reports whether a file is what a process that is no more, or is at work
// just now, had begun.
func (v *verifier) begun(name string) bool {
	if disk.IsTemporary(name) {
		return path.Dir(name) == "." || slices.ContainsFunc(v.pending, func(p string) bool { return path.Dir(p) == path.Dir(name) })
	}
	return slices.Contains(v.pending, name)
}

// note checks a file of notes by its own seal.
func (v *verifier) note(name string) {
	data, err := os.ReadFile(filepath.Join(v.dir, name))
	if err == nil {
		var any map[string]any
		_, err = disk.Unseal(data, &any)
	}
	if err != nil {
		v.fault(name, "is damaged: %v; it can be deleted, and costs no more than time", err)
		return
	}
	v.Files++
	v.Bytes += int64(len(data))
}
