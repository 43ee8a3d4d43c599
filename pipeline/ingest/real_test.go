package ingest

import (
	"bufio"
	"compress/gzip"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"

	"asylum/pipeline/obs"
	"asylum/pipeline/store"
	"asylum/pipeline/table"

	"asylum/datasets/needs"
)

// lakeOf adds a file to a new lake, and gives it as read and as loaded again.
func lakeOf(t *testing.T, name string) (read, loaded *table.Table) {
	t.Helper()
	l, err := store.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Add(l, name, Options{Vintage: "2023-04-30"}); err != nil {
		t.Fatal(err)
	}
	if loaded, err = l.Load(l.Vintages()[0], table.Want{}); err != nil {
		t.Fatal(err)
	}
	in, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	if read, err = Read(in, name, Options{Vintage: "2023-04-30"}); err != nil {
		t.Fatal(err)
	}
	return read, loaded
}

// find is the cell with these codes, by dimension.
func find(t *testing.T, tab *table.Table, key map[string]string, p obs.Period) obs.Observation {
	t.Helper()
	want := make([]int, len(tab.Dims))
	for d := range tab.Dims {
		want[d] = -1
		if v, ok := key[tab.Dims[d].Name]; ok {
			want[d] = tab.Dims[d].Code(v)
		}
	}
	var at [][2]int
	for c := range tab.Chunks {
		for r := range tab.Chunks[c].Rows {
			same := true
			for d, w := range want {
				same = same && (w < 0 || int(tab.Chunks[c].Codes[d][r]) == w)
			}
			if same {
				at = append(at, [2]int{c, r})
			}
		}
	}
	if len(at) != 1 {
		t.Fatalf("%v: %d rows", key, len(at))
	}
	return tab.Observation(at[0][0], at[0][1], tab.Period(p))
}

// Every cell of a whole Eurostat table, as read and after a round trip through
// Parquet, against the plainest reading of the file there is.
func TestEveryCellOfARealTable(t *testing.T) {
	name := needs.Shared(t, "data/eurostat/tsv-new/migr_asyappctza.bulk-2023.tsv.gz")
	read, loaded := lakeOf(t, name)
	for _, tab := range []*table.Table{read, loaded} {
		if tab.Rows != 643776 || len(tab.Periods) != 15 {
			t.Fatalf("got %v", tab)
		}
		for _, tt := range []struct {
			citizen, geo string
			want         int32
		}{{"RU", "HR", 2065}, {"TOTAL", "EU27_2020", 962575}} {
			o := find(t, tab, map[string]string{"citizen": tt.citizen, "geo": tt.geo, "sex": "T", "age": "TOTAL", "asyl_app": "ASY_APP"}, "2022")
			if o.Count != tt.want || !o.Known {
				t.Errorf("%s %s: got %+v, want %d", tt.citizen, tt.geo, o, tt.want)
			}
		}
	}

	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	gz, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	places := map[*table.Table][][2]int32{} // chunk and row of each line
	for _, tab := range []*table.Table{read, loaded} {
		at := make([][2]int32, tab.Rows+2)
		for c := range tab.Chunks {
			for r, line := range tab.Chunks[c].Line {
				at[line] = [2]int32{int32(c), int32(r)}
			}
		}
		places[tab] = at
	}
	in := bufio.NewScanner(gz)
	in.Scan() // the header
	n, known, flagged := 0, 0, 0
	for ; in.Scan(); n++ {
		cells := strings.Split(strings.TrimSuffix(in.Text(), "\r"), "\t")
		for _, tab := range []*table.Table{read, loaded} {
			c, r := int(places[tab][n+2][0]), int(places[tab][n+2][1])
			if key := strings.Join(tab.Key(c, r), ","); key != cells[0] {
				t.Fatalf("row %d is %s, want %s", n, key, cells[0])
			}
			if int(tab.Chunks[c].Line[r]) != n+2 {
				t.Fatalf("row %d stands on line %d", n, tab.Chunks[c].Line[r])
			}
		}
		for p, cell := range cells[1:] {
			count, flags, _ := strings.Cut(cell, " ")
			v, err := strconv.ParseInt(count, 10, 32)
			if err != nil && count != ":" {
				t.Fatalf("line %d: %q", n+2, cell)
			}
			if err == nil {
				known++
			}
			if flags != "" {
				flagged++
			}
			for _, tab := range []*table.Table{read, loaded} {
				c, r := int(places[tab][n+2][0]), int(places[tab][n+2][1])
				col := &tab.Chunks[c].Cols[p]
				got := ""
				if col.Flag != nil && col.Flag[r] > 0 {
					got = tab.Flags[col.Flag[r]-1]
				}
				if col.Val[r] != int32(v) || col.Known(r) != (err == nil) || got != flags {
					t.Fatalf("line %d, period %d: got %d %v %q, want %q", n+2, p, col.Val[r], col.Known(r), got, cell)
				}
			}
		}
	}
	if in.Err() != nil || n != 643776 {
		t.Fatalf("read naively: %d rows, %v", n, in.Err())
	}
	if read.Count() != known || loaded.Count() != known || flagged == 0 || known == 0 {
		t.Errorf("%d and %d known cells, want %d; %d flagged", read.Count(), loaded.Count(), known, flagged)
	}
	t.Logf("%d cells known of %d, %d with flags %v", known, n*15, flagged, read.Flags)
}

// The other real exports load, but for one that holds no counts.
func TestRealFiles(t *testing.T) {
	for _, tt := range []struct {
		file string
		rows int
		want string // the first line of a refusal
	}{
		{"migr_asyappctza.bulk-2023.subset.tsv", 3024, ""},
		{"migr_asyappctzm.custom-2020-10.tsv", 210, ""},
		{"demo_gind.bulk-2023.tsv.gz", 1535, ""},
	} {
		name := needs.Shared(t, "data/eurostat/tsv-new/"+tt.file)
		in, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		tab, err := Read(in, name, Options{})
		in.Close()
		if err != nil {
			if got, _, _ := strings.Cut(err.Error(), "\n"); tt.want == "" || got != name+tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		} else if tab.Rows != tt.rows {
			t.Errorf("%s: %d rows, want %d", tt.file, tab.Rows, tt.rows)
		}
	}
}

// The whole of UNHCR's two tables, line by line against the file.
func TestRealUNHCR(t *testing.T) {
	for _, tt := range []struct {
		file     string
		lines    int
		measures []string
	}{
		{"unhcr/asylum_decisions.csv.gz", 113929, []string{"dec_recognized", "dec_other", "dec_rejected", "dec_closed", "dec_total"}},
		{"unhcr/asylum_applications.csv.gz", 120597, []string{"applied"}},
	} {
		name := needs.Shared(t, "data/"+tt.file)
		read, loaded := lakeOf(t, name)
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		gz, err := gzip.NewReader(f)
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(gz)
		f.Close()
		if err != nil {
			t.Fatal(err)
		}
		lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
		if len(lines)-1 != tt.lines {
			t.Fatalf("%s: %d lines, want %d", tt.file, len(lines)-1, tt.lines)
		}
		for _, tab := range []*table.Table{read, loaded} {
			cells, axis := 0, tab.Dim("decision")
			for c := range tab.Chunks {
				for r := range tab.Chunks[c].Rows {
					measure := "applied"
					if axis >= 0 {
						measure = tab.Dims[axis].Values[tab.Chunks[c].Codes[axis][r]]
					}
					for p, period := range tab.Periods {
						if !tab.Chunks[c].Held(r, p) {
							continue
						}
						cells++
						col := &tab.Chunks[c].Cols[p]
						line, at := lines[col.Pos[r]>>32-1], int(col.Pos[r]&0xffffffff)
						v, rest, _ := strings.Cut(line[at-1:], ",")
						if line[at-2] != ',' || !strings.HasPrefix(line, string(period)+",") || strings.Count(rest, ",") != max(0, len(tt.measures)-2-index(tt.measures, measure)) {
							t.Fatalf("%s %s does not stand at %d:%d", measure, period, col.Pos[r]>>32, at)
						}
						if col.Known(r) && fmt.Sprint(col.Val[r]) != v || !col.Known(r) && v != "" && v != "-" {
							t.Fatalf("%d:%d: got %d %v, want %q", col.Pos[r]>>32, at, col.Val[r], col.Known(r), v)
						}
					}
				}
			}
			if cells != tt.lines*len(tt.measures) {
				t.Errorf("%s: %d cells, want %d", tt.file, cells, tt.lines*len(tt.measures))
			}
		}
	}
}

func index(list []string, s string) int {
	for i, v := range list {
		if v == s {
			return i
		}
	}
	return -1
}
