// Package store keeps vintages on disk: every raw file for ever, under its own
// SHA-256, and beside it the table read from it as Parquet in the Hive layout
// that DuckDB, Spark and the rest read as it is.
//
//	raw/<source>/<table>/<vintage>/<sha256>.<ext>
//	tables/<source>/<table>/vintage=<date>/part-0.parquet
//	pages/...        what was kept and gives no table; pages/frozen/ for embeds (reports/frozen)
//	manifest.json
//	<name>.json      notes whose loss costs no more than time
//	.lock            who writes, or died writing
//
// A vintage is in the lake once the manifest names it. The manifest is the
// last thing written, in one rename, so a crash leaves the lake as it was; what
// a killed process had begun is taken back by the next one that writes.
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
	"path/filepath"
	"slices"
	"strings"

	"asylum/pipeline/disk"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// A Lake is a directory of vintages.
type Lake struct {
	// Each does n jobs of reading that do not rest on each other, and gives the
	// first error by their order; nil does one after the other.
	Each func(n int, job func(i int) error) error

	Program string // what the manifest says of who reads the vintages that are put: the program, its version and Go's

	dir     string
	entries []entry
	kept    []kept
	scratch bool       // not worth waiting for the disk
	held    *disk.Lock // by Hold
}

// An entry is a vintage with its two files, relative to the lake.
type entry struct {
	table.Meta
	Raw     string `json:"raw"`
	Parquet string `json:"parquet"`
	CRC32C  string `json:"parquet_crc32c,omitempty"` // of Parquet: neither Snappy nor plain numbers notice a flipped bit
	Sum     string `json:"parquet_sha256,omitempty"` // of Parquet; older lakes have none
	Program string `json:"program,omitempty"`        // that read the raw file and wrote the Parquet; older lakes do not say
}

// A kept file is one that no table was read from.
type kept struct {
	File   string `json:"file"` // relative to the lake, below pages/
	SHA256 string `json:"sha256"`
	URL    string `json:"url,omitempty"`
}

type manifest struct {
	Format   int     `json:"format"` // 1
	Vintages []entry `json:"vintages"`
	Kept     []kept  `json:"kept,omitempty"`
}

const (
	manifestName = "manifest.json"
	lockName     = ".lock"
)

// ErrNoLake reports a directory that holds no manifest.
var ErrNoLake = errors.New("no lake there")

// Open opens the lake in dir. A directory without a manifest gives ErrNoLake.
func Open(dir string) (*Lake, error) {
	data, err := os.ReadFile(filepath.Join(dir, manifestName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: %w", dir, ErrNoLake)
	}
	if err != nil {
		return nil, err
	}
	m, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: the manifest %w", dir, err)
	}
	return &Lake{dir: dir, entries: m.Vintages, kept: m.Kept}, nil
}

// parse reads a manifest. Its errors go on after "the manifest".
func parse(data []byte) (m manifest, err error) {
	var head struct {
		Format int `json:"format"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return m, fmt.Errorf("does not parse: %w", err)
	}
	if head.Format != 1 {
		return m, fmt.Errorf("is of format %d, this program knows 1: use the newer asylum", head.Format)
	}
	if _, err := disk.Unseal(data, &m); err != nil {
		return m, fmt.Errorf("is damaged: %w\n\thint: bring manifest.json back from a copy, or add the files under raw/ to a new lake", err)
	}
	for name := range m.names() {
		if !ofLake(name) {
			return m, fmt.Errorf("names %q, which is no file of a lake", name)
		}
	}
	return m, nil
}

// ofLake reports whether a name can be that of a file that a manifest names.
func ofLake(name string) bool {
	top, _, _ := strings.Cut(name, "/")
	return fs.ValidPath(name) && slices.Contains([]string{"raw", "tables", "pages"}, top) && name != top
}

// names are the files that the manifest names, with what it says of each.
func (m *manifest) names() map[string]entry {
	out := map[string]entry{}
	for _, e := range m.Vintages {
		out[e.Raw], out[e.Parquet] = e, e
	}
	for _, k := range m.Kept {
		out[k.File] = entry{}
	}
	return out
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

// Writable tells whether files can be made in the lake, and by nobody else just
// now, and leaves none behind.
func (l *Lake) Writable() error {
	if err := disk.Writable(l.dir); err != nil {
		return fmt.Errorf("the lake %s cannot be written to: %w", l.dir, err)
	}
	if l.held != nil {
		return nil
	}
	return disk.Busy(filepath.Join(l.dir, lockName), l.dir)
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
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	each := l.Each
	if each == nil {
		each = inTurn
	}
	var t *table.Table
	err = each(2, func(i int) (err error) {
		if i == 0 { // if the file is damaged this says so, whatever else was seen of it
			return e.check(name, unclosed(f, st.Size()))
		}
		if t, err = readParquet(unclosed(f, st.Size()), want, each); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	t.File = filepath.Join(l.dir, filepath.FromSlash(e.Raw))
	return t, nil
}

// unclosed reads a file of size bytes from its beginning, whoever else reads it,
// and leaves it open: the Parquet library would close it.
func unclosed(f *os.File, size int64) *io.SectionReader { return io.NewSectionReader(f, 0, size) }

type each = func(n int, job func(i int) error) error

// inTurn does one job after the other.
func inTurn(n int, job func(i int) error) error {
	for i := range n {
		if err := job(i); err != nil {
			return err
		}
	}
	return nil
}

// Narrow says how much of what is wanted makes a difference to Load: the periods,
// and whether it is about everybody alone.
func (l *Lake) Narrow(_ table.Meta, want table.Want) table.Want {
	out := table.Want{Periods: want.Periods, Bare: want.Bare}
	for dim, total := range totals {
		if !slices.Equal(want.Codes[dim], []string{total}) {
			return out
		}
	}
	out.Codes = map[string][]string{}
	for dim, total := range totals {
		out.Codes[dim] = []string{total}
	}
	return out
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// check tells whether the table is as it was written.
func (e *entry) check(name string, f io.Reader) error {
	if e.CRC32C == "" {
		return nil
	}
	crc := crc32.New(castagnoli)
	if _, err := io.Copy(crc, f); err != nil {
		return err
	}
	if got := fmt.Sprintf("%08x", crc.Sum32()); got != e.CRC32C {
		return fmt.Errorf("%s is damaged: its crc32c is %s, the manifest says %s\n\thint: bring it back from a copy, or add %s to a new lake", name, got, e.CRC32C, e.Raw)
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
	lock, unlock, err := l.lock()
	if err != nil {
		return false, err
	}
	defer unlock()
	if _, ok := l.Find(t.Meta.Table, t.SHA256); ok {
		return false, nil
	}
	named := *t // the directory that a file came from is nobody's business, and differs where the bytes do not
	named.File = filepath.Base(t.File)
	e := entry{Meta: named.Meta, Program: l.Program}
	e.Raw = strings.Join([]string{"raw", t.Source, t.Meta.Table, t.Vintage, t.SHA256 + ext}, "/")
	part := 0
	for l.names(parquetName(t.Meta, part)) {
		part++
	}
	e.Parquet = parquetName(t.Meta, part)
	err = l.begin(lock, []string{e.Raw, e.Parquet}, func() error {
		if err := l.writeRaw(&e, raw); err != nil {
			return err
		}
		if err := l.writeTable(&e, &named); err != nil {
			return err
		}
		return l.name(append(slices.Clone(l.entries), e), l.kept)
	})
	return err == nil, err
}

// names reports whether the manifest names a file.
func (l *Lake) names(file string) bool {
	return slices.ContainsFunc(l.entries, func(e entry) bool { return e.Raw == file || e.Parquet == file }) ||
		slices.ContainsFunc(l.kept, func(k kept) bool { return k.File == file })
}

// begin makes files and has the manifest name them, or leaves none of them.
func (l *Lake) begin(lock *disk.Lock, files []string, make func() error) error {
	if err := lock.Pending(files...); err != nil {
		return err
	}
	if err := make(); err != nil {
		if !errors.Is(err, disk.ErrUnsure) { // else the manifest may name them
			for _, f := range files {
				disk.RemoveUp(l.dir, filepath.FromSlash(f))
			}
		}
		return err
	}
	return lock.Pending()
}

func (l *Lake) writeRaw(e *entry, raw io.Reader) error {
	return l.write(e.Raw, func(w io.Writer) error {
		sum := sha256.New()
		if _, err := io.Copy(io.MultiWriter(w, sum), raw); err != nil {
			return err
		}
		if got := hex.EncodeToString(sum.Sum(nil)); got != e.SHA256 {
			return fmt.Errorf("the raw file's sha256 is %s, when it was read it was %s: it was changed in between", got, e.SHA256)
		}
		return nil
	})
}

func (l *Lake) writeTable(e *entry, t *table.Table) error {
	crc, sum := crc32.New(castagnoli), sha256.New()
	err := l.write(e.Parquet, func(w io.Writer) error {
		return writeParquet(io.MultiWriter(w, crc, sum), t) // hides Close: the Parquet writer closes what it can
	})
	e.CRC32C, e.Sum = fmt.Sprintf("%08x", crc.Sum32()), hex.EncodeToString(sum.Sum(nil))
	return err
}

// name writes the manifest: what it names is the lake from then on.
func (l *Lake) name(entries []entry, also []kept) error {
	slices.SortStableFunc(entries, func(a, b entry) int {
		return strings.Compare(a.Source+"\x00"+a.Table+"\x00"+a.Vintage, b.Source+"\x00"+b.Table+"\x00"+b.Vintage)
	})
	slices.SortStableFunc(also, func(a, b kept) int { return strings.Compare(a.File, b.File) })
	data, err := disk.Seal(manifest{1, entries, also})
	if err != nil {
		return err
	}
	if err := l.write(manifestName, func(w io.Writer) error { _, err := w.Write(data); return err }); err != nil {
		return err
	}
	l.entries, l.kept = entries, also
	return nil
}

// write makes a file whole or not at all.
func (l *Lake) write(name string, fill func(io.Writer) error) error {
	write := disk.Write
	if l.scratch {
		write = disk.WriteScratch
	}
	if err := write(filepath.Join(l.dir, filepath.FromSlash(name)), fill); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
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
