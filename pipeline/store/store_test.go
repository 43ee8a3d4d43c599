package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

func sum(raw string) string {
	s := sha256.Sum256([]byte(raw))
	return hex.EncodeToString(s[:])
}

// random is a table of n rows, wide or gathered, with every kind of cell, as if
// read from these raw bytes.
func random(seed uint64, n int, wide bool, raw string) *table.Table {
	r := rand.New(rand.NewPCG(seed, uint64(n)))
	m := table.Meta{Source: "eurostat", Table: "migr_t", Vintage: "2023-04-30", Note: "a note", File: "t.tsv", SHA256: sum(raw), Bytes: int64(len(raw)), Format: "tsv",
		Licence: "some", Extent: []table.Extent{{Dims: map[string][]string{"geo": {"DE"}}, From: "2020", To: "2023"}}}
	dims, periods := []string{"citizen", "age", "geo"}[:1+r.IntN(3)], []obs.Period{"2020", "2021", "2022", "2023"}[:1+r.IntN(4)]
	missing, flagged := []float64{0, 0.01, 0.5, 1}[r.IntN(4)], []float64{0, 0.01, 1}[r.IntN(3)]
	fraction := []float64{0, 0.01, 0.5}[seed%3]
	number := func() (int32, uint8) {
		return []int32{-1, -123, 5, math.MinInt32, math.MaxInt32}[r.IntN(5)], uint8(r.IntN(obs.MaxDecimals + 1))
	}
	flags, printed := []string{"b", "p", "bp", "c"}, []string{"8,507", "<&>", "\u2028", "é", "N/A", "1 000"}
	key := func(row, d int) string {
		if d == 0 {
			return strconv.Itoa(row / 3) // repeats, as the first codes of exports do
		}
		return []string{"TOTAL", "", "é\"<", "line\nline", "\x00"}[r.IntN(5)]
	}
	if wide {
		b := table.NewBuilder(m, dims, periods)
		for row := range n {
			b.Start(row + 2)
			for d := range dims {
				c, _ := b.Intern(d, []byte(key(row, d)))
				b.Set(d, c)
			}
			for p := range periods {
				if r.Float64() < missing {
					b.Missing(p)
				} else {
					b.Count(p, []int32{0, 5, int32(row), math.MaxInt32}[r.IntN(4)])
					if r.Float64() < fraction {
						n, d := number()
						b.Count(p, n)
						b.Decimals(p, d)
					}
				}
				if r.Float64() < flagged {
					b.Flag(p, []byte(flags[r.IntN(len(flags))]))
				}
			}
		}
		t, _ := b.Freeze() // keys may repeat; nothing here minds
		return t
	}
	var in []obs.Observation
	for row := range n {
		k := make([]string, len(dims))
		for d := range k {
			k[d] = key(row, d)
		}
		k[0] = strconv.Itoa(row)
		for p, period := range periods {
			o := obs.Observation{Key: k, Period: period, Known: r.Float64() >= missing, Pos: obs.Pos{File: m.File, Line: 2 + row*4 + p, Col: 1 + r.IntN(200)}}
			if o.Known {
				o.Count = int32(row)
				if r.Float64() < fraction {
					o.Count, o.Decimals = number()
				}
			}
			if r.Float64() < flagged {
				o.Flags = flags[r.IntN(len(flags))]
			}
			if r.Float64() < 0.5 {
				o.Printed = printed[r.IntN(len(printed))]
			}
			if p == 0 || r.Float64() < 0.8 {
				in = append(in, o)
			}
		}
	}
	t, err := table.Gather(m, dims, in)
	if err != nil {
		panic(err)
	}
	return t
}

// differ tells how two tables answer differently, or "". File aside, which
// names the copy that was read, and the order of rows.
func differ(a, b *table.Table) string {
	am, bm := a.Meta, b.Meta
	am.File, bm.File = "", ""
	if !reflect.DeepEqual(am, bm) || !reflect.DeepEqual(a.Dims, b.Dims) || fmt.Sprint(a.Periods, a.Rows, a.Decimals) != fmt.Sprint(b.Periods, b.Rows, b.Decimals) {
		return fmt.Sprintf("%+v %v against %+v %v", am, a, bm, b)
	}
	as, bs := rows(a), rows(b)
	for i := range as {
		if !reflect.DeepEqual(as[i], bs[i]) {
			return fmt.Sprintf("row %d: %+v against %+v", i, as[i], bs[i])
		}
	}
	return ""
}

// A row is the cells of a row, and which of them are held at all.
type row struct {
	cells []obs.Observation
	held  []bool
}

// rows gives the rows of a table by where they stand in the raw file.
func rows(t *table.Table) []row {
	var out []row
	for c := range t.Chunks {
		for r := range t.Chunks[c].Rows {
			var x row
			for p := range t.Periods {
				o := t.Observation(c, r, p)
				o.Pos.File = ""
				x.cells, x.held = append(x.cells, o), append(x.held, t.Chunks[c].Held(r, p))
			}
			out = append(out, x)
		}
	}
	slices.SortFunc(out, func(a, b row) int { return a.cells[0].Pos.Line - b.cells[0].Pos.Line })
	return out
}

func put(t *testing.T, l *Lake, tab *table.Table, raw string) {
	t.Helper()
	if added, err := l.Put(tab, strings.NewReader(raw), ".tsv"); err != nil || !added {
		t.Fatalf("Put: %v, %v", added, err)
	}
}

// tree is every file of a directory with its bytes, but for the lock.
func tree(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() == ".lock" {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		data, _ := os.ReadFile(path)
		fmt.Fprintf(&b, "%s %x\n", rel, sha256.Sum256(data))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestRoundTrip(t *testing.T) {
	for seed, n := range []int{1, 2, 7, 8, 9, 64, 65, 1000, 3000} {
		for _, wide := range []bool{true, false} {
			raw := fmt.Sprint(seed, wide)
			want := random(uint64(seed), n, wide, raw)
			dir := filepath.Join(t.TempDir(), "lake")
			l, err := Create(dir)
			if err != nil {
				t.Fatal(err)
			}
			put(t, l, want, raw)
			again, err := Open(dir)
			if err != nil {
				t.Fatal(err)
			}
			ms := again.Vintages()
			if len(ms) != 1 {
				t.Fatalf("%d vintages", len(ms))
			}
			got, err := again.Load(ms[0], table.Want{})
			if err != nil {
				t.Fatal(err)
			}
			if d := differ(want, got); d != "" {
				t.Fatalf("%d rows, wide %v: %s", n, wide, d)
			}
			if got.File != ms[0].File {
				t.Errorf("read as %s, listed as %s", got.File, ms[0].File)
			}
			in, err := again.Raw(ms[0])
			if err != nil {
				t.Fatal(err)
			}
			if kept, _ := io.ReadAll(in); string(kept) != raw {
				t.Errorf("raw is %q, want %q", kept, raw)
			}
			in.Close()

			// Some periods, in whatever order they are asked for.
			some := want.Periods[len(want.Periods)/2:]
			part, err := again.Load(ms[0], table.Want{Periods: append([]obs.Period{"1999", want.Periods[len(want.Periods)-1]}, some...)})
			if err != nil || fmt.Sprint(part.Periods) != fmt.Sprint(some) {
				t.Fatalf("periods %v of %v: got %v, %v", some, want.Periods, part, err)
			}
			cells := map[string]obs.Observation{}
			for _, x := range rows(want) {
				for _, o := range x.cells {
					cells[fmt.Sprint(o.Key, o.Period, o.Pos.Line)] = o
				}
			}
			for _, x := range rows(part) {
				for _, o := range x.cells {
					if want := cells[fmt.Sprint(o.Key, o.Period, o.Pos.Line)]; !reflect.DeepEqual(o, want) {
						t.Fatalf("a part: got %+v, want %+v", o, want)
					}
				}
			}
			if none, err := again.Load(ms[0], table.Want{Periods: []obs.Period{}}); err != nil || len(none.Periods) != 0 || none.Rows != n {
				t.Errorf("no period: got %v, %v", none, err)
			}
		}
	}
}

func TestRoundTripAroundAChunk(t *testing.T) {
	for _, n := range []int{table.ChunkRows - 1, table.ChunkRows, table.ChunkRows + 1} {
		b := table.NewBuilder(table.Meta{}, []string{"a", "b"}, []obs.Period{"2022", "2023"})
		for r := range n {
			b.Start(r + 2)
			for d, v := range []string{strconv.Itoa(r / 1000), strconv.Itoa(r % 1000)} {
				c, _ := b.Intern(d, []byte(v))
				b.Set(d, c)
			}
			b.Count(0, int32(r))
			if r == n-1 || r == table.ChunkRows-1 {
				b.Missing(1)
				b.Flag(1, []byte("c"))
			}
		}
		want, dups := b.Freeze()
		if len(dups) > 0 {
			t.Fatal(dups)
		}
		var buf, again bytes.Buffer
		if err := writeParquet(&buf, want); err != nil {
			t.Fatal(err)
		}
		if err := writeParquet(&again, want); err != nil || !bytes.Equal(buf.Bytes(), again.Bytes()) {
			t.Errorf("%d rows: a second writing gives other bytes (%v)", n, err)
		}
		got, err := readParquet(bytes.NewReader(buf.Bytes()), table.Want{}, inTurn)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Chunks) != len(want.Chunks) || got.Rows != n {
			t.Fatalf("got %d rows in %d chunks, want %d in %d", got.Rows, len(got.Chunks), n, len(want.Chunks))
		}
		if d := differ(want, got); d != "" {
			t.Errorf("%d rows: %s", n, d)
		}
	}
}

// Rows about everybody stand in front, and are all that is read where no others
// are wanted; nothing is lost of the rest.
func TestEverybodyGoesFirst(t *testing.T) {
	dims := []string{"citizen", "sex", "age", "geo"}
	b := table.NewBuilder(table.Meta{}, dims, []obs.Period{"2022", "2023"})
	line := 1
	for _, citizen := range []string{"RU", "SY"} {
		for _, sex := range []string{"F", "T", "M"} {
			for _, age := range []string{"TOTAL", "Y_LT18"} {
				for _, geo := range []string{"DE", "HR", "MT"} {
					line++
					b.Start(line)
					for d, v := range []string{citizen, sex, age, geo} {
						c, _ := b.Intern(d, []byte(v))
						b.Set(d, c)
					}
					b.Count(0, int32(line))
					if geo == "MT" {
						b.Missing(1)
						b.Flag(1, []byte("c"))
					}
				}
			}
		}
	}
	want, _ := b.Freeze()
	var buf bytes.Buffer
	if err := writeParquet(&buf, want); err != nil {
		t.Fatal(err)
	}
	byLine := func(tab *table.Table) map[int][]obs.Observation {
		out := map[int][]obs.Observation{}
		for c := range tab.Chunks {
			for r := range tab.Chunks[c].Rows {
				for p := range tab.Periods {
					o := tab.Observation(c, r, p)
					out[o.Pos.Line] = append(out[o.Pos.Line], o)
				}
			}
		}
		return out
	}
	all := byLine(want)
	for _, tt := range []struct {
		codes map[string][]string
		rows  int
	}{
		{nil, 36},
		{map[string][]string{"sex": {"T"}}, 36},
		{map[string][]string{"sex": {"T"}, "age": {"TOTAL", "Y_LT18"}}, 36},
		{map[string][]string{"sex": {"T"}, "age": {"TOTAL"}, "geo": {"HR"}}, 6},
	} {
		got, err := readParquet(bytes.NewReader(buf.Bytes()), table.Want{Codes: tt.codes}, inTurn)
		if err != nil {
			t.Fatal(err)
		}
		if got.Rows != tt.rows {
			t.Errorf("%v: %d rows, want %d", tt.codes, got.Rows, tt.rows)
		}
		for line, o := range byLine(got) {
			if !reflect.DeepEqual(o, all[line]) {
				t.Errorf("%v: line %d is %v, want %v", tt.codes, line, o, all[line])
			}
		}
	}
}

func TestSameTableSameBytes(t *testing.T) {
	for seed := range uint64(6) {
		tab := random(seed, 500, seed%2 == 0, "raw")
		var a, b bytes.Buffer
		if err := writeParquet(&a, tab); err != nil {
			t.Fatal(err)
		}
		back, err := readParquet(bytes.NewReader(a.Bytes()), table.Want{}, inTurn)
		if err != nil {
			t.Fatal(err)
		}
		if err := writeParquet(&b, back); err != nil || !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("seed %d: read and written again the bytes differ (%v)", seed, err)
		}
	}
}

func TestSameBytesAddNothing(t *testing.T) {
	dir := t.TempDir()
	l, _ := Create(dir)
	tab := random(1, 20, true, "raw")
	put(t, l, tab, "raw")
	before := tree(t, dir)
	if added, err := l.Put(tab, strings.NewReader("raw"), ".tsv"); added || err != nil {
		t.Errorf("got %v, %v", added, err)
	}
	other, _ := Open(dir)
	later := *tab
	later.Vintage = "2024-01-01" // the same bytes, said to be of another day
	if added, err := other.Put(&later, strings.NewReader("raw"), ".tsv"); added || err != nil {
		t.Errorf("got %v, %v", added, err)
	}
	if after := tree(t, dir); after != before {
		t.Errorf("the lake changed:\n%s\nwas\n%s", after, before)
	}
}

// Lakes that hold the same files are the same, wherever the files came from.
func TestWhereAFileCameFromIsNotKept(t *testing.T) {
	var trees []string
	for _, file := range []string{"/home/me/t.tsv", "t.tsv"} {
		dir := t.TempDir()
		l, _ := Create(dir)
		tab := random(1, 20, true, "raw")
		tab.File = file
		put(t, l, tab, "raw")
		if tab.File != file {
			t.Errorf("Put made %s of %s", tab.File, file)
		}
		trees = append(trees, tree(t, dir))
	}
	if trees[0] != trees[1] {
		t.Errorf("got\n%s\nand\n%s", trees[0], trees[1])
	}
}

// A second file of one day is kept beside the first, also by a lake that was
// opened before the first came.
func TestTwoFilesOfOneDay(t *testing.T) {
	dir := t.TempDir()
	l, _ := Create(dir)
	stale, _ := Create(dir) // opened before anything was put
	a, b := random(1, 20, true, "a"), random(2, 30, false, "b")
	put(t, l, a, "a")
	put(t, stale, b, "b")
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(again.Vintages()); n != 2 {
		t.Fatalf("%d vintages, want 2: one Put forgot the other's", n)
	}
	for _, want := range []*table.Table{a, b} {
		m, ok := again.Find("migr_t", want.SHA256)
		got, err := again.Load(m, table.Want{})
		if !ok || err != nil {
			t.Fatalf("%v, %v", ok, err)
		}
		if d := differ(want, got); d != "" {
			t.Error(d)
		}
	}
}

func TestPathsStayInTheLake(t *testing.T) {
	for _, bad := range []string{"", ".", "..", "../../x", "/etc/x", `a\b`, "a/b", "a:b", "a\x00b"} {
		for name, set := range map[string]func(*table.Table){
			"source": func(t *table.Table) { t.Source = bad }, "table": func(t *table.Table) { t.Meta.Table = bad },
			"vintage": func(t *table.Table) { t.Vintage = bad }, "sha256": func(t *table.Table) { t.SHA256 = bad },
		} {
			dir := filepath.Join(t.TempDir(), "lake")
			l, _ := Create(dir)
			tab := random(1, 3, true, "raw")
			set(tab)
			added, err := l.Put(tab, strings.NewReader("raw"), ".tsv")
			if want := fmt.Sprintf("%q cannot be part of a path", bad); added || err == nil || err.Error() != want {
				t.Errorf("%s %q: got %v, %v", name, bad, added, err)
			}
			if _, err := os.Stat(dir); err == nil {
				t.Errorf("%s %q: the lake was begun", name, bad)
			}
		}
	}
}

type failing struct{ after int }

func (f *failing) Read(p []byte) (int, error) {
	if f.after--; f.after < 0 {
		return 0, errors.New("the disk is gone")
	}
	return copy(p, "some bytes"), nil
}

func TestFailedPutLeavesTheLakeAsItWas(t *testing.T) {
	bad := random(2, 20, true, "raw2")
	bad.Dims[0].Name = "2020" // also a period
	text := random(2, 20, true, "raw2")
	text.Dims[0].Values[0] = "K\xf6ln"
	for _, tt := range []struct {
		name string
		tab  *table.Table
		raw  io.Reader
		want string
	}{
		{"reading", random(2, 20, true, "raw2"), &failing{3}, "the disk is gone"},
		{"other bytes", random(2, 20, true, "raw2"), strings.NewReader("raw3"), "the raw file's sha256 is " + sum("raw3") + ", when it was read it was " + sum("raw2") + ": it was changed in between"},
		{"columns of one name", bad, strings.NewReader("raw2"), `two columns are called "2020"`},
		{"no text", text, strings.NewReader("raw2"), `"K\xf6ln" is not UTF-8 text`},
	} {
		for _, empty := range []bool{true, false} {
			dir := t.TempDir()
			l, _ := Create(dir)
			if !empty {
				put(t, l, random(1, 20, true, "raw"), "raw")
			}
			before := tree(t, dir)
			added, err := l.Put(tt.tab, tt.raw, ".tsv")
			if added || err == nil || !strings.HasSuffix(err.Error(), ": "+tt.want) {
				t.Errorf("%s: got %v, %v; want %s", tt.name, added, err, tt.want)
			}
			if f, ok := tt.raw.(*failing); ok {
				f.after = 3
			} else {
				tt.raw.(io.Seeker).Seek(0, 0)
			}
			if after := tree(t, dir); after != before {
				t.Errorf("%s: the lake is\n%s\nwas\n%s", tt.name, after, before)
			}
			if !empty && len(l.Vintages()) != 1 {
				t.Errorf("%s: %d vintages", tt.name, len(l.Vintages()))
			}
			put(t, l, random(3, 5, true, "raw4"), "raw4") // and the lock is free
		}
	}
}

// A file is where the manifest should be replaced: everything is written but
// the last thing.
func TestManifestIsTheLastThing(t *testing.T) {
	dir := t.TempDir()
	l, _ := Create(dir)
	if err := os.MkdirAll(filepath.Join(dir, "manifest.json", "x"), 0o777); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Put(random(1, 5, true, "raw"), strings.NewReader("raw"), ".tsv"); err == nil {
		t.Fatal("the manifest was written over a directory")
	}
	if len(l.Vintages()) != 0 {
		t.Error("the vintage is listed")
	}
	if err := os.RemoveAll(filepath.Join(dir, "manifest.json")); err != nil {
		t.Fatal(err)
	}

	// What a crash leaves behind is in nobody's way.
	for _, left := range []string{"raw/eurostat/migr_t/2023-04-30/.tmp-1", ".tmp-2", "tables/eurostat/migr_t/vintage=2023-04-30/part-0.parquet", "raw/eurostat/migr_t/2023-04-30/" + sum("raw") + ".tsv"} {
		p := filepath.Join(dir, left)
		if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte("half"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	want := random(1, 5, true, "raw")
	put(t, l, want, "raw")
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	got, err := again.Load(again.Vintages()[0], table.Want{})
	if err != nil || differ(want, got) != "" {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestWritable(t *testing.T) {
	dir := t.TempDir()
	lakes := []string{dir, filepath.Join(dir, "a", "b")}
	for _, lake := range lakes {
		l, err := Create(lake)
		if err == nil {
			err = l.Writable()
		}
		if left, _ := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%s: %v, left %v", lake, err, left)
		}
	}
	want := fs.ErrPermission
	if os.Geteuid() == 0 { // root may write into any directory, but not below a file
		file := filepath.Join(dir, "file")
		if err := os.WriteFile(file, nil, 0o444); err != nil {
			t.Fatal(err)
		}
		lakes, want = []string{file, filepath.Join(file, "a")}, syscall.ENOTDIR
	} else if err := os.Chmod(dir, 0o555); err != nil {
		t.Fatal(err)
	}
	for _, lake := range lakes {
		l, err := Create(lake)
		if err == nil {
			err = l.Writable()
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: %v", lake, err)
		}
	}
}

func TestLock(t *testing.T) {
	dir := t.TempDir()
	l, _ := Create(dir)
	release, err := l.Hold()
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Writable(); err != nil {
		t.Errorf("the holder's own lake: %v", err)
	}
	other, _ := Create(dir)
	_, err = other.Put(random(1, 5, true, "raw"), strings.NewReader("raw"), ".tsv")
	host, _ := os.Hostname()
	want := regexp.MustCompile("^" + regexp.QuoteMeta(fmt.Sprintf("%s is being written to by process %d on %s, ", dir, os.Getpid(), host)) +
		`".*store.test .*", since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC` + "\n\thint: wait for it, or stop it$")
	if err == nil || !want.MatchString(err.Error()) {
		t.Errorf("got %v\nwant %s", err, want)
	}
	if busy := other.Writable(); busy == nil || busy.Error() != err.Error() {
		t.Errorf("Writable says %v", busy)
	}
	put(t, l, random(2, 5, true, "other"), "other") // who holds the lake writes
	release()
	put(t, other, random(1, 5, true, "raw"), "raw")
	if n := len(other.Vintages()); n != 2 {
		t.Errorf("%d vintages", n)
	}
	if got, err := os.ReadFile(filepath.Join(dir, ".lock")); err != nil || len(got) > 0 {
		t.Errorf("nobody holds the lake, and the lock says %q, %v", got, err)
	}
}

func TestOpenRefusals(t *testing.T) {
	dir := t.TempDir()
	if _, err := Open(dir); !errors.Is(err, ErrNoLake) || err.Error() != dir+": no lake there" {
		t.Errorf("an empty directory gives %v", err)
	}
	if _, err := Open(filepath.Join(dir, "none")); !errors.Is(err, ErrNoLake) {
		t.Errorf("no directory gives %v", err)
	}
	hint := "\n\thint: bring manifest.json back from a copy, or add the files under raw/ to a new lake"
	for in, want := range map[string]string{
		`{"format": 2, "vintages": []}`:                  dir + ": the manifest is of format 2, this program knows 1: use the newer asylum",
		`{"format": 1, "vint`:                            dir + ": the manifest does not parse: unexpected end of JSON input",
		`{"format": 1, "vintages": [], "vintages2": []}`: dir + ": the manifest is damaged: json: unknown field \"vintages2\"" + hint,
		`{"format": 1, "vintages": []}{}`:                dir + ": the manifest does not parse: invalid character '{' after top-level value",
		"{\n \"format\": 1,\n \"vintages\": null,\n \"sealed\": \"" + strings.Repeat("0", 64) + "\"\n}\n": dir + ": the manifest is damaged: it is not as it was written: its sha256 is " +
			sum("{\n \"format\": 1,\n \"vintages\": null") + ", its seal says " + strings.Repeat("0", 64) + hint,
		``: dir + ": the manifest does not parse: unexpected end of JSON input",
	} {
		if err := os.WriteFile(filepath.Join(dir, "manifest.json"), []byte(in), 0o666); err != nil {
			t.Fatal(err)
		}
		for _, open := range []func(string) (*Lake, error){Open, Create} {
			if _, err := open(dir); err == nil || err.Error() != want {
				t.Errorf("%q: got %v, want %s", in, err, want)
			}
		}
		l := &Lake{dir: dir}
		if _, err := l.Put(random(1, 5, true, "raw"), strings.NewReader("raw"), ".tsv"); err == nil || err.Error() != want {
			t.Errorf("Put over %q: got %v, want %s", in, err, want)
		}
	}
}

func TestMoved(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for _, name := range []string{"lake", "./lake", "lake/", filepath.Join(dir, "lake"), dir + "//lake"} {
		l, err := Create(name)
		if err != nil {
			t.Fatal(err)
		}
		tab := random(1, 5, true, "raw")
		if _, err := l.Put(tab, strings.NewReader("raw"), ".tsv"); err != nil {
			t.Fatal(err)
		}
		want := "out/data/raw/eurostat/migr_t/2023-04-30/" + tab.SHA256 + ".tsv"
		if got := l.At("out/data").Vintages()[0].File; got != want {
			t.Errorf("%s: named %s, want %s", name, got, want)
		}
	}
}

func TestVintageThatIsNotThere(t *testing.T) {
	l, _ := Create(t.TempDir())
	m := random(1, 1, true, "raw").Meta
	want := "eurostat migr_t 2023-04-30 is not in the lake"
	if _, err := l.Load(m, table.Want{}); err == nil || err.Error() != want {
		t.Errorf("Load: %v", err)
	}
	if _, err := l.Raw(m); err == nil || err.Error() != want {
		t.Errorf("Raw: %v", err)
	}
}

// A table of counts is written as it was before values could have decimals.
func TestCountsHaveNoDecimals(t *testing.T) {
	for seed := range uint64(6) {
		tab := random(seed, 50, true, "raw")
		var buf bytes.Buffer
		if err := writeParquet(&buf, tab); err != nil {
			t.Fatal(err)
		}
		d, err := describe(bytes.NewReader(buf.Bytes()))
		if err != nil || d.Decimals != tab.Decimals {
			t.Errorf("seed %d: %+v, %v", seed, d, err)
		}
		if got := bytes.Contains(buf.Bytes(), []byte("decimals")); got != tab.Decimals {
			t.Errorf("seed %d: the file speaks of decimals: %v, the table has them: %v", seed, got, tab.Decimals)
		}
	}
}
