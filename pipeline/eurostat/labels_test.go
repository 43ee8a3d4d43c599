package eurostat

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"

	"asylum/datasets/needs"
)

// TestRealLabels wants the code of every label that the present statistics
// service writes, in the older spelling where there is one.
func TestRealLabels(t *testing.T) {
	var answer struct {
		Dimension map[string]struct {
			Category struct{ Label map[string]string }
		}
	}
	if err := json.Unmarshal(needs.File(t, "data/eurostat/json-stat/migr_asyappctza.ie-2026-09.subset.json"), &answer); err != nil {
		t.Fatal(err)
	}
	for dim, n := range map[string]int{"freq": 1, "citizen": 206, "applicant": 3, "sex": 4, "unit": 1, "age": 8, "geo": 1} {
		labels := answer.Dimension[dim].Category.Label
		if len(labels) != n {
			t.Errorf("%s: %d labels, want %d", dim, len(labels), n)
		}
		name := dim
		if older := newerDim[dim]; older != "" {
			name = older
		}
		c := axis{name: name, list: code.Must(name), strict: true, renamed: name == "asyl_app"}
		for want, label := range labels {
			if older := c.older(want); older != "" {
				want = older
			}
			if got, ok := c.resolve(label); got != want || !ok {
				t.Errorf("%s %q: got %q, %v, want %q", dim, label, got, ok, want)
			}
		}
	}
}

// csvCells gives every cell that a table holds by its place.
func csvCells(t *table.Table) map[[2]int]obs.Observation {
	cells := map[[2]int]obs.Observation{}
	for c := range t.Chunks {
		for r := range t.Chunks[c].Rows {
			for p := range t.Periods {
				if t.Chunks[c].Held(r, p) {
					o := t.Observation(c, r, p)
					cells[[2]int{o.Pos.Line, o.Pos.Col}] = o
				}
			}
		}
	}
	return cells
}

// compareCSV reads a file with encoding/csv and wants of each line a cell of the
// table, with the value, flags and period written there, and of each dimension
// one code a word.
func compareCSV(t *testing.T, raw []byte, tab *table.Table, period, value, flag string, dims map[string]string) {
	t.Helper()
	in := csv.NewReader(bytes.NewReader(raw))
	head, err := in.Read()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for i, h := range head {
		at[h] = i
	}
	cells, n := csvCells(tab), 0
	words := map[[2]string]string{} // dimension, word → code
	for {
		rec, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		n++
		line, col := in.FieldPos(at[value])
		o, ok := cells[[2]int{line, col}]
		if !ok {
			t.Fatalf("no cell at %d:%d", line, col)
		}
		if want, _ := obs.ParsePeriod(rec[at[period]]); o.Period != want {
			t.Errorf("%v: period %s, want %s", o.Pos, o.Period, want)
		}
		number := strings.ReplaceAll(rec[at[value]], ",", "")
		want, err := strconv.Atoi(number)
		if known := err == nil; o.Known != known || known && (int(o.Count) != want || o.Decimals != 0) {
			t.Errorf("%v: %d %v, want %s", o.Pos, o.Count, o.Known, number)
		}
		if !SameNumber(rec[at[value]], &o) {
			t.Errorf("%v: %s is not the number of the cell", o.Pos, rec[at[value]])
		}
		if flag != "" && o.Flags != rec[at[flag]] {
			t.Errorf("%v: flags %q, want %q", o.Pos, o.Flags, rec[at[flag]])
		}
		for column, dim := range dims {
			word, got := rec[at[column]], o.Key[tab.Dim(dim)]
			if was, ok := words[[2]string{dim, word}]; ok && was != got {
				t.Errorf("%v: %s %q is %s and %s", o.Pos, dim, word, was, got)
			}
			words[[2]string{dim, word}] = got
		}
		if t.Failed() {
			return
		}
	}
	if n != len(cells) {
		t.Errorf("%d cells, want %d", len(cells), n)
	}
	codes := map[[2]string]string{} // and back
	for w, c := range words {
		if other, ok := codes[[2]string{w[0], c}]; ok {
			t.Errorf("%s: both %q and %q are %s", w[0], other, w[1], c)
		}
		codes[[2]string{w[0], c}] = w[1]
	}
}

// csvCell gives the cell of a key written as "citizen=RU geo=FR", in one period.
func csvCell(t *testing.T, tab *table.Table, key string, period obs.Period) string {
	t.Helper()
	for _, o := range csvCells(tab) {
		ok := o.Period == period
		for _, pair := range strings.Fields(key) {
			dim, want, _ := strings.Cut(pair, "=")
			ok = ok && o.Key[tab.Dim(dim)] == want
		}
		if ok {
			return strings.TrimSpace(fmt.Sprintf("%s %v %s", obs.Number(o.Count, o.Decimals), o.Known, o.Flags))
		}
	}
	return "none"
}
