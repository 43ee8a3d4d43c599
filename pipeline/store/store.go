// Package store keeps vintages on disk: every raw file for ever, under its own
// SHA-256, and beside it the table read from it as Parquet in the Hive layout
// that DuckDB, Spark and the rest read as it is.
//
//	raw/<source>/<table>/<vintage>/<sha256>.<ext>
//	tables/<source>/<table>/vintage=<date>/part-0.parquet
//	manifest.json
//
// A vintage is in the lake once the manifest names it. The manifest is the
// last thing written, in one rename, so a crash leaves the lake as it was.
package store

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
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

	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// A Lake is a directory of vintages.
type Lake struct {
	dir     string
	entries []entry
	scratch bool // not worth waiting for the disk
}

// An entry is a vintage with its two files, relative to the lake.
type entry struct {
	table.Meta
	Raw     string `json:"raw"`
	Parquet string `json:"parquet"`
	CRC32C  string `json:"parquet_crc32c,omitempty"` // of Parquet: neither Snappy nor plain numbers notice a flipped bit
}

type manifest struct {
	Format   int     `json:"format"` // 1
	Vintages []entry `json:"vintages"`
}

// ErrNoLake reports a directory that holds no manifest.
var ErrNoLake = errors.New("no lake there")

// Open opens the lake in dir. A directory without a manifest gives ErrNoLake.
func Open(dir string) (*Lake, error) {
	data, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoLake)
	}
	if err != nil {
		return nil, err
	}
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return nil, fmt.Errorf("%s: the manifest does not parse: %w", dir, err)
	}
	if m.Format != 1 {
		return nil, fmt.Errorf("%s: the manifest is of format %d, this program knows 1: use the newer asylum", dir, m.Format)
	}
	for _, e := range m.Vintages {
		for _, name := range []string{e.Raw, e.Parquet} {
			if !fs.ValidPath(name) || !strings.HasPrefix(name, "raw/") && !strings.HasPrefix(name, "tables/") {
				return nil, fmt.Errorf("%s: the manifest names %q, which is no file of a lake", dir, name)
			}
		}
	}
	return &Lake{dir: dir, entries: m.Vintages}, nil
}

// Scratch begins a lake that need not outlive a loss of power.
func Scratch(dir string) *Lake { return &Lake{dir: dir, scratch: true} }

// Create opens the lake in dir, or begins one. Nothing is written before the
// first Put.
func Create(dir string) (*Lake, error) {
	l, err := Open(dir)
	if errors.Is(err, ErrNoLake) {
		return &Lake{dir: dir}, nil
	}
	return l, err
}

// Writable tells whether files can be made in the lake, and leaves none behind.
func (l *Lake) Writable() error {
	dir := l.dir
	for {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	f, err := os.CreateTemp(dir, ".tmp-*")
	if err != nil {
		return fmt.Errorf("the lake %s cannot be written to: %w", l.dir, err)
	}
	f.Close()
	return os.Remove(f.Name())
}

// Vintages lists what the lake holds, by source, table and vintage.
func (l *Lake) Vintages() []table.Meta {
	out := make([]table.Meta, len(l.entries))
	for i, e := range l.entries {
		out[i] = e.Meta
		out[i].File = filepath.Join(l.dir, filepath.FromSlash(e.Raw))
	}
	return out
}

// Find is the vintage of a table that was read from a raw file with this sum.
func (l *Lake) Find(table, sha256 string) (table.Meta, bool) {
	for _, e := range l.entries {
		if e.Table == table && e.SHA256 == sha256 {
			return e.Meta, true
		}
	}
	return zero, false
}

var zero table.Meta

func (l *Lake) entry(m table.Meta) (entry, error) {
	for _, e := range l.entries {
		if e.SHA256 == m.SHA256 && e.Table == m.Table {
			return e, nil
		}
	}
	return entry{}, fmt.Errorf("%s %s %s is not in the lake", m.Source, m.Table, m.Vintage)
}

// Load reads a vintage: of the periods wanted all rows, or those about
// everybody where no others are wanted.
func (l *Lake) Load(m table.Meta, want table.Want) (*table.Table, error) {
	e, err := l.entry(m)
	if err != nil {
		return nil, err
	}
	name := filepath.Join(l.dir, filepath.FromSlash(e.Parquet))
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if err := e.check(f); err != nil {
		return nil, err
	}
	t, err := readParquet(f, want)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	t.File = filepath.Join(l.dir, filepath.FromSlash(e.Raw))
	return t, nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// check tells whether the table is as it was written.
func (e *entry) check(f *os.File) error {
	if e.CRC32C == "" {
		return nil
	}
	crc := crc32.New(castagnoli)
	if _, err := io.Copy(crc, f); err != nil {
		return err
	}
	if got := fmt.Sprintf("%08x", crc.Sum32()); got != e.CRC32C {
		return fmt.Errorf("%s is damaged: its crc32c is %s, the manifest says %s\n\thint: bring it back from a copy, or add %s to a new lake", f.Name(), got, e.CRC32C, e.Raw)
	}
	return nil
}

// Describe gives what a vintage holds without reading its cells: the codes of
// each dimension, and the periods.
func (l *Lake) Describe(m table.Meta) ([]table.Dim, []obs.Period, error) {
	e, err := l.entry(m)
	if err != nil {
		return nil, nil, err
	}
	f, err := os.Open(filepath.Join(l.dir, filepath.FromSlash(e.Parquet)))
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	d, err := describe(f)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return d.Dims, d.Periods, nil
}

// A Layout is where the Parquet of a vintage is and which columns it has, for
// engines that read it themselves.
type Layout struct {
	Parquet  string // relative to the lake
	Dims     []table.Dim
	Periods  []obs.Period
	Decimals bool // a period has a column with DecimalsSuffix
	Gathered bool // a period has a column with PosSuffix, 0 where there is no cell
}

// Layout says how a vintage lies on the disk.
func (l *Lake) Layout(m table.Meta) (Layout, error) {
	e, err := l.entry(m)
	if err != nil {
		return Layout{}, err
	}
	f, err := os.Open(filepath.Join(l.dir, filepath.FromSlash(e.Parquet)))
	if err != nil {
		return Layout{}, err
	}
	defer f.Close()
	d, err := describe(f)
	if err != nil {
		return Layout{}, fmt.Errorf("%s: %w", f.Name(), err)
	}
	return Layout{e.Parquet, d.Dims, d.Periods, d.Decimals, !d.Wide}, nil
}

// LayoutOf is how a table lies in a lake that has no other of its day.
func LayoutOf(t *table.Table) Layout {
	return Layout{parquetName(t.Meta, 0), t.Dims, t.Periods, t.Decimals, len(t.Chunks) == 0 || t.Chunks[0].Line == nil}
}

func parquetName(m table.Meta, part int) string {
	return fmt.Sprintf("tables/%s/%s/vintage=%s/part-%d.parquet", m.Source, m.Table, m.Vintage, part)
}

// Raw opens the file that a vintage was read from, as it was received.
func (l *Lake) Raw(m table.Meta) (io.ReadCloser, error) {
	e, err := l.entry(m)
	if err != nil {
		return nil, err
	}
	return os.Open(filepath.Join(l.dir, filepath.FromSlash(e.Raw)))
}

// Put adds a vintage with its raw bytes. The same bytes for the same table
// add nothing, and Put reports false.
func (l *Lake) Put(t *table.Table, raw io.Reader, ext string) (added bool, err error) {
	for _, part := range []string{t.Source, t.Meta.Table, t.Vintage, t.SHA256} {
		if !safe(part) {
			return false, fmt.Errorf("%q cannot be part of a path", part)
		}
	}
	unlock, err := l.lock()
	if err != nil {
		return false, err
	}
	defer unlock()
	if _, ok := l.Find(t.Meta.Table, t.SHA256); ok {
		return false, nil
	}
	named := *t // the directory that a file came from is nobody's business, and differs where the bytes do not
	named.File = filepath.Base(t.File)
	e := entry{Meta: named.Meta}
	e.Raw = strings.Join([]string{"raw", t.Source, t.Meta.Table, t.Vintage, t.SHA256 + ext}, "/")
	part := 0
	for _, o := range l.entries {
		if o.Source == t.Source && o.Table == t.Meta.Table && o.Vintage == t.Vintage {
			part++
		}
	}
	e.Parquet = parquetName(t.Meta, part)

	defer func() {
		if err != nil {
			l.remove(e.Raw)
			l.remove(e.Parquet)
		}
	}()
	if err := l.write(e.Raw, func(w io.Writer) error {
		sum := sha256.New()
		if _, err := io.Copy(io.MultiWriter(w, sum), raw); err != nil {
			return err
		}
		if got := hex.EncodeToString(sum.Sum(nil)); got != t.SHA256 {
			return fmt.Errorf("the raw file's sha256 is %s, when it was read it was %s: it was changed in between", got, t.SHA256)
		}
		return nil
	}); err != nil {
		return false, err
	}
	crc := crc32.New(castagnoli)
	if err := l.write(e.Parquet, func(w io.Writer) error {
		return writeParquet(io.MultiWriter(w, crc), &named) // hides Close: the Parquet writer closes what it can
	}); err != nil {
		return false, err
	}
	e.CRC32C = fmt.Sprintf("%08x", crc.Sum32())
	entries := append(slices.Clone(l.entries), e)
	slices.SortStableFunc(entries, func(a, b entry) int {
		return strings.Compare(a.Source+"\x00"+a.Table+"\x00"+a.Vintage, b.Source+"\x00"+b.Table+"\x00"+b.Vintage)
	})
	data, err := json.MarshalIndent(manifest{1, entries}, "", " ")
	if err != nil {
		return false, err
	}
	if err := l.write("manifest.json", func(w io.Writer) error { _, err := w.Write(append(data, '\n')); return err }); err != nil {
		return false, err
	}
	l.entries = entries
	return true, nil
}

// write makes a file whole or not at all.
func (l *Lake) write(name string, fill func(io.Writer) error) (err error) {
	path := filepath.Join(l.dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".tmp-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if err := fill(f); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if !l.scratch {
		if err := f.Sync(); err != nil {
			return err
		}
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil || l.scratch {
		return err
	}
	syncDir(filepath.Dir(path))
	return nil
}

// syncDir makes a rename last, where the system can: elsewhere it is as good as
// the system makes it.
func syncDir(dir string) {
	if d, err := os.Open(dir); err == nil {
		_ = d.Sync() // not every system lets a directory be synced
		d.Close()
	}
}

// remove takes back a file that no manifest names, and the directories that
// were made for it.
func (l *Lake) remove(name string) {
	for ; name != "."; name = path.Dir(name) {
		if err := os.Remove(filepath.Join(l.dir, filepath.FromSlash(name))); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return // not empty
		}
	}
}

// At is the lake as it will be named once its directory has been moved: the
// same vintages, with file names below dir.
func (l *Lake) At(dir string) *Moved { return &Moved{l, dir} }

// A Moved lake is read where it is and named where it will be.
type Moved struct {
	*Lake
	dir string
}

// Vintages lists what the lake holds, under its name to be.
func (m *Moved) Vintages() []table.Meta {
	out := m.Lake.Vintages()
	for i, e := range m.entries {
		out[i].File = filepath.ToSlash(filepath.Join(m.dir, filepath.FromSlash(e.Raw)))
	}
	return out
}
