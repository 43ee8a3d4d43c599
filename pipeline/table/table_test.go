package table_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// cell is what a test believes of a cell; absent where the source has none.
type cell struct {
	obs.Observation
	absent bool
}

var (
	texts   = []string{"", "SY", "DE", "TOTAL", "Y14-17", "a,b", `q"q`, "line\nline", "é", "SY ", "\x00", "<&>", "\u2028", "-"}
	flags   = []string{"", "", "", "b", "p", "bp", "c", "n", "z"}
	printed = []string{"", "", "8,507", "N/A", "\u00a0", "28[3]"}
	counts  = []int32{0, 0, 5, 10, 120, math.MaxInt32}
)

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// random is a table and its cells, row by row, period by period. Each is built
// as a reader would build it: wide from rows, or gathered from single cells.
func random(r *rand.Rand, rows int, wide bool) (*table.Table, [][]cell, error) {
	m := table.Meta{Source: "eurostat", Table: "t", File: "f.tsv"}
	var dims []string
	for d := range 1 + r.IntN(5) {
		dims = append(dims, fmt.Sprintf("d%d", d))
	}
	var periods []obs.Period
	for p := range r.IntN(5) + 1 {
		periods = append(periods, obs.Period(fmt.Sprint(2018+p)))
	}
	some := func(p float64) bool { return r.Float64() < p }
	missing, flagged := pick(r, []float64{0, 0.1, 1}), pick(r, []float64{0, 0.3, 1})
	fraction := pick(r, []float64{0, 0.01, 0.5})

	var cells [][]cell
	for n := range rows {
		key := make([]string, len(dims))
		for d := range key {
			key[d] = pick(r, texts)
		}
		key[0] += fmt.Sprint(n) // distinct
		var row []cell
		for p, period := range periods {
			c := cell{Observation: obs.Observation{Key: key, Period: period, Known: !some(missing)}}
			c.Pos = obs.Pos{File: m.File, Line: n + 2}
			if c.Known {
				c.Count = pick(r, counts)
				if some(fraction) {
					c.Count, c.Decimals = pick(r, []int32{-1, 1, -5, math.MinInt32, math.MaxInt32}), uint8(r.IntN(obs.MaxDecimals+1))
				}
			}
			if some(flagged) {
				c.Flags = pick(r, flags)
			}
			if !wide {
				c.Printed = pick(r, printed)
				c.Pos.Line, c.Pos.Col = 1+n*len(periods)+p, 1+r.IntN(70_000)
				if p > 0 && some(0.2) {
					c = cell{Observation: obs.Observation{Key: key, Period: period, Pos: obs.Pos{File: m.File}}, absent: true}
				}
			}
			row = append(row, c)
		}
		cells = append(cells, row)
	}
	if !wide {
		var in []obs.Observation
		for _, row := range cells {
			for _, c := range row {
				if !c.absent {
					in = append(in, c.Observation)
				}
			}
		}
		got, err := table.Gather(m, dims, in)
		if err != nil {
			return nil, nil, err
		}
		for i := range cells { // a period of no cell is no column
			cells[i] = slices.DeleteFunc(cells[i], func(c cell) bool { return got.Period(c.Period) < 0 })
		}
		return got, cells, nil
	}
	b := table.NewBuilder(m, dims, periods)
	for n, row := range cells {
		b.Start(n + 2)
		for d, v := range row[0].Key {
			c, _ := b.Intern(d, []byte(v))
			b.Set(d, c)
		}
		for p, c := range row {
			if c.Known {
				b.Count(p, c.Count)
				b.Decimals(p, c.Decimals)
			} else {
				b.Missing(p)
			}
			if c.Flags != "" {
				b.Flag(p, []byte(c.Flags))
			}
		}
	}
	got, dups := b.Freeze()
	if len(dups) > 0 {
		return nil, nil, fmt.Errorf("%v", dups)
	}
	return got, cells, nil
}

// sizes of random tables: small ones first, so that the first failure is small.
var sizes = []int{1, 2, 3, 7, 8, 9, 15, 16, 17, 63, 64, 65, 255, 256, 257, 511, 512, 513, 700}

func TestRandomTables(t *testing.T) {
	for seed, rows := range sizes {
		for _, wide := range []bool{true, false} {
			tab, want, err := random(rand.New(rand.NewPCG(uint64(seed), 1)), rows, wide)
			if err != nil {
				t.Fatalf("seed %d: %v", seed, err)
			}
			if tab.Rows != rows {
				t.Fatalf("seed %d: got %d rows, want %d", seed, tab.Rows, rows)
			}
			known := 0
			for r, row := range want {
				for p, c := range row {
					if got := tab.Observation(0, r, p); fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", c.Observation) || tab.Chunks[0].Held(r, p) == c.absent {
						t.Fatalf("seed %d, wide %v, row %d: got\n%+v, want\n%+v", seed, wide, r, got, c)
					}
					if c.Known {
						known++
					}
				}
			}
			for p, col := range tab.Chunks[0].Cols { // no stray bits: equal tables are equal bytes
				if rows%8 != 0 && col.Valid != nil && col.Valid[rows/8]>>(rows%8) != 0 {
					t.Errorf("seed %d, period %d: bits behind the last row", seed, p)
				}
			}
			if tab.Count() != known {
				t.Errorf("seed %d: Count is %d, want %d", seed, tab.Count(), known)
			}
			arrowAgrees(t, tab, want)
		}
	}
}

// arrowAgrees reads the records by column name and type alone, as DuckDB would.
func arrowAgrees(t *testing.T, tab *table.Table, want [][]cell) {
	t.Helper()
	text := func(a arrow.Array, r int) string {
		if a.IsNull(r) {
			return ""
		}
		d := a.(*array.Dictionary)
		return d.Dictionary().(*array.String).Value(d.GetValueIndex(r))
	}
	row := 0
	for _, rec := range tab.Records() {
		column := map[string]arrow.Array{}
		for i := range int(rec.NumCols()) {
			column[rec.ColumnName(i)] = rec.Column(i)
		}
		for r := range int(rec.NumRows()) {
			for d := range tab.Dims {
				if got := text(column[tab.Dims[d].Name], r); got != want[row][0].Key[d] {
					t.Fatalf("row %d: %s is %q, want %q", row, tab.Dims[d].Name, got, want[row][0].Key[d])
				}
			}
			for _, c := range want[row] {
				name := string(c.Period)
				val := column[name].(*array.Int32)
				if val.IsValid(r) != c.Known || c.Known && val.Value(r) != c.Count || text(column[name+"_flags"], r) != c.Flags {
					t.Fatalf("row %d: got %v %q, want %+v", row, val.ValueStr(r), text(column[name+"_flags"], r), c)
				}
				if dec, ok := column[name+"_decimals"]; ok != tab.Decimals || ok && dec.(*array.Uint8).Value(r) != c.Decimals || !ok && c.Decimals > 0 {
					t.Fatalf("row %d: decimals %v, want %+v", row, dec, c)
				}
				if line, ok := column["line"]; ok {
					if got := line.(*array.Int32).Value(r); int(got) != c.Pos.Line {
						t.Fatalf("row %d: line %d, want %d", row, got, c.Pos.Line)
					}
				} else if pos := column[name+"_pos"].(*array.Int64).Value(r); pos != int64(c.Pos.Line)<<32|int64(c.Pos.Col) || text(column[name+"_printed"], r) != c.Printed {
					t.Fatalf("row %d: pos %d, printed %q, want %+v", row, pos, text(column[name+"_printed"], r), c)
				}
			}
			row++
		}
	}
	if row != len(want) {
		t.Errorf("%d rows in records, want %d", row, len(want))
	}
}

// A wide table around the size of a chunk, with a missing cell, a flag and a
// repeated key on either side of the seam.
func TestChunkSeam(t *testing.T) {
	for _, rows := range []int{table.ChunkRows - 1, table.ChunkRows, table.ChunkRows + 1} {
		b := table.NewBuilder(table.Meta{}, []string{"a", "b"}, []obs.Period{"2022", "2023"})
		for n := range rows {
			b.Start(n + 2)
			if n%3 == 0 {
				c, _ := b.Intern(0, fmt.Append(nil, n/30_000))
				b.Set(0, c)
			} else {
				b.Repeat()
			}
			c, _ := b.Intern(1, fmt.Append(nil, n%40_000))
			b.Set(1, c)
			b.Count(0, int32(n))
			if n >= table.ChunkRows-2 {
				b.Missing(1)
				b.Flag(1, []byte("c"))
			} else {
				b.Count(1, 7)
			}
		}
		tab, dups := b.Freeze()
		if len(dups) != 0 {
			t.Fatalf("%d rows: %d duplicates, the first %+v", rows, len(dups), dups[0])
		}
		if tab.Rows != rows || len(tab.Chunks) != (rows+table.ChunkRows-1)/table.ChunkRows {
			t.Fatalf("%d rows: got %d in %d chunks", rows, tab.Rows, len(tab.Chunks))
		}
		for n := range rows {
			c, r := n/table.ChunkRows, n%table.ChunkRows
			o := tab.Observation(c, r, 1)
			if got, want := fmt.Sprint(tab.Observation(c, r, 0).Count, o.Key[0], o.Pos.Line, o.Known, o.Flags), fmt.Sprint(n, fmt.Sprint(n/30_000), n+2, n < table.ChunkRows-2, map[bool]string{true: "c"}[n >= table.ChunkRows-2]); got != want {
				t.Fatalf("row %d of %d: got %s, want %s", n, rows, got, want)
			}
		}
	}
}

// Duplicates are what a map says they are, sorted or not, with short keys and
// with keys too long to be packed into a number.
func TestDuplicatesAgreeWithAMap(t *testing.T) {
	for seed := range uint64(2000) {
		r := rand.New(rand.NewPCG(seed, 2))
		dims := pick(r, []int{1, 2, 3, 9})
		spread := pick(r, []int{2, 3, 5, 300})
		var names []string
		for d := range dims {
			names = append(names, fmt.Sprint("d", d))
		}
		var keys [][]string
		for range 1 + r.IntN([]int{4, 8, 8, 8, 300}[seed%5]) {
			key := make([]string, dims)
			for d := range key {
				key[d] = fmt.Sprintf("%03d", r.IntN(spread))
			}
			keys = append(keys, key)
		}
		if r.IntN(2) == 0 {
			slices.SortFunc(keys, slices.Compare)
		}
		b := table.NewBuilder(table.Meta{}, names, []obs.Period{"2023"})
		seen := map[string]int{}
		var want []string
		for n, key := range keys {
			b.Start(n + 2)
			for d, v := range key {
				c, _ := b.Intern(d, []byte(v))
				b.Set(d, c)
			}
			k := strings.Join(key, ",")
			if first, ok := seen[k]; ok {
				want = append(want, fmt.Sprint(k, first, n+2))
			}
			seen[k] = n + 2
		}
		_, dups := b.Freeze()
		var got []string
		for _, d := range dups {
			got = append(got, fmt.Sprint(strings.Join(d.Key, ","), d.First, d.Line))
		}
		if !slices.Equal(got, want) {
			t.Errorf("seed %d: got %v, want %v", seed, got, want)
		}
	}
}

func TestGatherRefusesTheSecondCell(t *testing.T) {
	o := func(key string, p obs.Period, line int) obs.Observation {
		return obs.Observation{Key: []string{key}, Period: p, Known: true, Pos: obs.Pos{File: "f.csv", Line: line, Col: 3}}
	}
	_, err := table.Gather(table.Meta{File: "f.csv"}, []string{"geo"}, []obs.Observation{o("DE", "2022", 2), o("FR", "2022", 3), o("DE", "2023", 4), o("DE", "2022", 5), o("FR", "2022", 6)})
	want := `f.csv:5:3: got DE 2022 a second time, want each cell once (it stands at f.csv:2:3)
	hint: remove one of the two rows
f.csv:6:3: got FR 2022 a second time, want each cell once (it stands at f.csv:3:3)
	hint: remove one of the two rows`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestLimits(t *testing.T) {
	b := table.NewBuilder(table.Meta{}, []string{"a"}, []obs.Period{"2023"})
	b.Start(2)
	for n := range 256 {
		if ok := b.Flag(0, fmt.Appendf(nil, "%d", n)); ok != (n < 255) {
			t.Errorf("flag %d: %v", n, ok)
		}
	}
	for n := range 1 << 16 {
		if b.Full(0) {
			t.Fatalf("full after %d values", n)
		}
		b.Intern(0, fmt.Appendf(nil, "%d", n))
	}
	if !b.Full(0) {
		t.Error("not full after 65,536 values")
	}
	if c, fresh := b.Intern(0, []byte("65535")); c != 65535 || fresh {
		t.Errorf("the last value is %d, %v", c, fresh)
	}
	defer func() {
		if recover() == nil {
			t.Error("a value too many takes another's code")
		}
	}()
	b.Intern(0, []byte("one more"))
}

func TestCovers(t *testing.T) {
	m := table.Meta{Extent: []table.Extent{
		{Dims: map[string][]string{"geo": {"DE", "FR"}}, From: "2020", To: "2022"},
		{Dims: map[string][]string{"geo": {"HR"}, "age": {"TOTAL"}}},
	}}
	for _, tt := range []struct {
		geo, age string
		p        obs.Period
		want     bool
	}{
		{"DE", "TOTAL", "2020", true}, {"DE", "Y_LT14", "2022", true}, {"DE", "TOTAL", "2019", false}, {"DE", "TOTAL", "2023", false},
		{"DE", "TOTAL", "2022-Q4", true}, {"DE", "TOTAL", "2022-12", true}, {"DE", "TOTAL", "2023-01", false}, {"DE", "TOTAL", "2020-01", true},
		{"HR", "TOTAL", "1999", true}, {"HR", "Y_LT14", "2021", false}, {"AT", "TOTAL", "2021", false},
	} {
		code := func(dim string) string { return map[string]string{"geo": tt.geo, "age": tt.age}[dim] }
		if got := m.Covers(code, tt.p); got != tt.want {
			t.Errorf("%+v: got %v", tt, got)
		}
		if whole := (&table.Meta{}); !whole.Covers(code, tt.p) {
			t.Errorf("%+v: a whole table does not cover it", tt)
		}
	}
}

// Old exports begin with the newest period; a table never does.
func TestPeriodsAscend(t *testing.T) {
	b := table.NewBuilder(table.Meta{}, []string{"geo"}, []obs.Period{"2023", "2021", "2022"})
	for n := range table.ChunkRows + 10 {
		b.Start(n + 2)
		c, _ := b.Intern(0, fmt.Append(nil, n%60_000))
		b.Set(0, c)
		b.Count(0, 2023)
		b.Count(1, 20214)
		b.Decimals(1, 1)
		b.Missing(2)
		b.Flag(2, []byte("c"))
	}
	tab, _ := b.Freeze()
	for c := range tab.Chunks {
		r := tab.Chunks[c].Rows - 1
		var got []string
		for p := range tab.Periods {
			o := tab.Observation(c, r, p)
			got = append(got, fmt.Sprint(o.Period, " ", obs.Number(o.Count, o.Decimals), o.Known, o.Flags))
		}
		if fmt.Sprint(got) != "[2021 2021.4true 2022 0falsec 2023 2023true]" {
			t.Errorf("chunk %d: %v", c, got)
		}
	}
}
