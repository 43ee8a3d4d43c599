package audit

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"

	"pgregory.net/rapid"
)

// honest draws a table of applicants in which everything adds up, then rounds
// each cell by itself, as Eurostat does.
func honest(t *rapid.T) []obs.Observation {
	citizens := []string{"AF", "RU", "SY", "UNK"}
	geos := []string{"DE", "FR"}
	sexes := []string{"F", "M", "UNK"}
	ages := []string{"Y_LT14", "Y14-17", "Y18-34", "Y35-64", "Y_GE65", "UNK"}
	apps := []string{"NASY_APP", "SSEQ"}
	counts := map[[5]string]int{}
	draw := rapid.OneOf(rapid.IntRange(0, 8), rapid.IntRange(0, 3000))
	for _, c := range citizens {
		for _, g := range geos {
			for _, s := range sexes {
				for _, a := range ages {
					for _, p := range apps {
						n := draw.Draw(t, "count")
						for _, age := range above(a, "TOTAL", map[string]string{"Y_LT14": "Y_LT18", "Y14-17": "Y_LT18"}) {
							for _, sex := range above(s, "T", nil) {
								for _, app := range above(p, "ASY_APP", nil) {
									for _, citizen := range above(c, "TOTAL", nil) {
										for _, geo := range above(g, "EU27_2020", nil) {
											counts[[5]string{citizen, sex, age, app, geo}] += n
										}
									}
								}
							}
						}
					}
				}
			}
		}
	}
	var out []obs.Observation
	for _, k := range slices.SortedFunc(mapKeys(counts), func(a, b [5]string) int { return slices.Compare(a[:], b[:]) }) {
		out = append(out, obs.Observation{Key: []string{k[0], k[1], "PER", k[2], k[3], k[4]}, Period: "2023", Known: true,
			Count: int32((counts[k] + 2) / 5 * 5), Pos: obs.Pos{File: "f.tsv", Line: len(out) + 2, Col: 1}})
	}
	return out
}

func mapKeys[K comparable, V any](m map[K]V) func(func(K) bool) {
	return func(yield func(K) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// above gives a code and the aggregates that hold it.
func above(code, total string, mid map[string]string) []string {
	out := []string{code, total}
	if m := mid[code]; m != "" {
		out = append(out, m)
	}
	return out
}

var applicantDims = []string{"citizen", "sex", "unit", "age", "asyl_app", "geo"}

func gather(t interface{ Fatal(...any) }, in []obs.Observation) *table.Table {
	tb, err := table.Gather(table.Meta{Source: "eurostat", Table: "migr_asyappctza", File: "f.tsv"}, applicantDims, in)
	if err != nil {
		t.Fatal(err)
	}
	return tb
}

// A table that obeys the identities and is then rounded cell by cell has no
// finding, whatever its counts.
func TestHonestTablesHaveNoFindings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tb := gather(t, honest(t))
		if fs := Table(tb); len(fs) > 0 {
			t.Fatalf("%s: %s", fs[0].Where(), fs[0].Says)
		}
	})
}

// The order of rows does not matter, of sound tables or of spoilt ones.
func TestOrderOfRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := honest(t)
		for range rapid.IntRange(1, 6).Draw(t, "errors") {
			in[rapid.IntRange(0, len(in)-1).Draw(t, "at")].Count = int32(5 * rapid.IntRange(0, 2000).Draw(t, "wrong"))
		}
		want := told(Table(gather(t, in)))
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		shuffled := slices.Clone(in)
		rng.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if a, b := apartFrom(told(Table(gather(t, shuffled))), want); a != b {
			t.Fatalf("shuffled\n%s\nnot\n%s", a, b)
		}
	})
}

// The same of a page of AIDA's, whose figures stand in a line each.
func TestOrderOfFigures(t *testing.T) {
	tb := figures(t)
	var in []obs.Observation
	var dims []string
	for d := range tb.Dims {
		dims = append(dims, tb.Dims[d].Name)
	}
	for c := range tb.Chunks {
		for p := range tb.Periods {
			for r := range tb.Chunks[c].Rows {
				if tb.Chunks[c].Held(r, p) {
					in = append(in, tb.Observation(c, r, p))
				}
			}
		}
	}
	want := told(Table(tb))
	for seed := range uint64(20) {
		rng := rand.New(rand.NewPCG(seed, 2))
		rng.Shuffle(len(in), func(i, j int) { in[i], in[j] = in[j], in[i] })
		again, err := table.Gather(tb.Meta, dims, in)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := apartFrom(told(Table(again)), want); a != b {
			t.Fatalf("shuffled\n%s\nnot\n%s", a, b)
		}
	}
}

// apartFrom gives the first lines in which two texts differ.
func apartFrom(a, b string) (string, string) {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return x[i], y[i]
		}
	}
	return fmt.Sprint(len(x)), fmt.Sprint(len(y))
}

// told writes findings out, with their cells.
func told(fs []Finding) string {
	var b strings.Builder
	for i := range fs {
		f := &fs[i]
		fmt.Fprintln(&b, f.Identity, f.Verdict, f.Where(), f.Says, f.Size, f.Tolerance, f.Cause, f.More)
		if r := f.Repair; r != nil {
			fmt.Fprintln(&b, r.Printed, r.Value, r.Why, r.Cell.Pos)
		}
		for j := range f.Cells {
			c := &f.Cells[j]
			fmt.Fprintln(&b, c.Role, c.Pos, c.Key, c.Period, c.Count)
		}
	}
	return b.String()
}
