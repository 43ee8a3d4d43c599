package audit

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"asylum/datasets/needs"
	"asylum/pipeline/aida"
	"asylum/pipeline/table"
)

// An injection is an error that was put into a table: the cells that it changed.
type injection struct {
	fixes []table.Fix
	was   []int64
}

// kinds of error, each made of a cell, or of a row and those beside it.
var kinds = []string{"digits swapped", "cells shifted", "row copied", "zero dropped", "minus lost"}

// An injector puts errors into a table that can be seen to be errors: not where
// something is wrong already.
type injector struct {
	b     book
	x     *index
	rng   *rand.Rand
	spoil map[string]bool // blocks with a finding, or an error
	block func(ref) string
	lines [][]ref // rows of cells as they are printed, for shifts and copies
}

func newInjector(x *index) *injector {
	in := &injector{x: x, spoil: map[string]bool{}}
	if x.t.Source == "aida" {
		b := newBinder(x)
		in.b = b
		in.block = func(at ref) string {
			return fmt.Sprint(b.of[at].geo, at.p, b.of[at].kind, b.x.value(at.row, x.t.Dim("citizen")), b.x.value(at.row, x.t.Dim("category")))
		}
		for _, s := range b.sheets {
			for _, l := range s.lines {
				in.lines = append(in.lines, printedOrder(b, l))
			}
		}
	} else {
		g := newGrid(x)
		in.b = g
		in.block = func(at ref) string { return fmt.Sprint(x.value(at.row, x.t.Dim("geo")), at.p) }
		for row := range int32(x.t.Rows) {
			var l []ref
			for p := range x.t.Periods {
				l = append(l, ref{row, int32(p)})
			}
			in.lines = append(in.lines, l)
		}
	}
	return in
}

// printedOrder gives the counts of a line as they stand on the page.
func printedOrder(b *binder, l *line) (out []ref) {
	for _, m := range keys(l.cell) {
		if at := l.cell[m]; !aida.IsRate(m) {
			if _, ok := b.count(at); ok {
				out = append(out, at)
			}
		}
	}
	slices.SortFunc(out, func(x, y ref) int { return b.cell(x, "").Pos.Line - b.cell(y, "").Pos.Line })
	return out
}

// one makes an error of a kind at a random place, if one can be made there.
func (in *injector) one(kind string) (injection, bool) {
	n := in.rng.IntN(len(in.lines))
	l := in.lines[n]
	if len(l) == 0 {
		return injection{}, false
	}
	at := l[in.rng.IntN(len(l))]
	var out injection
	put := func(at ref, v int64) bool {
		was, ok := in.b.count(at)
		if !ok || was == v {
			return ok
		}
		c, r := in.x.chunk(at.row)
		out.fixes = append(out.fixes, table.Fix{Chunk: c, Row: r, Period: int(at.p), Count: int32(v), Note: kind})
		out.was = append(out.was, was)
		return true
	}
	was, ok := in.b.count(at)
	switch {
	case !ok:
	case kind == "digits swapped":
		if v, ok := swap(was, in.rng); ok {
			put(at, v)
		}
	case kind == "zero dropped" && was >= 10 && was%10 == 0:
		put(at, was/10)
	case kind == "minus lost" && was < 0:
		put(at, -was)
	case kind == "cells shifted":
		for i := 1; i < len(l); i++ {
			if v, ok := in.b.count(l[i-1]); !ok || !put(l[i], v) {
				return injection{}, false
			}
		}
	case kind == "row copied":
		from := in.lines[(n+1)%len(in.lines)]
		if len(from) != len(l) {
			return injection{}, false
		}
		for i := range l {
			if v, ok := in.b.count(from[i]); !ok || !put(l[i], v) {
				return injection{}, false
			}
		}
	}
	if len(out.fixes) == 0 {
		return out, false
	}
	for _, f := range out.fixes {
		if in.spoil[in.block(in.ref(f))] {
			return out, false
		}
	}
	for _, f := range out.fixes {
		in.spoil[in.block(in.ref(f))] = true
	}
	return out, true
}

func (in *injector) ref(f table.Fix) ref {
	return ref{int32(in.x.starts[f.Chunk] + f.Row), int32(f.Period)}
}

// swap changes two neighbouring digits that differ.
func swap(n int64, rng *rand.Rand) (int64, bool) {
	s := []byte(strconv.FormatInt(n, 10))
	var at []int
	for i := 0; i+1 < len(s); i++ {
		if s[i] != s[i+1] && s[i] != '-' && s[i+1] != '-' && (i > 0 || s[i+1] != '0') {
			at = append(at, i)
		}
	}
	if len(at) == 0 {
		return 0, false
	}
	i := at[rng.IntN(len(at))]
	s[i], s[i+1] = s[i+1], s[i]
	v, err := strconv.ParseInt(string(s), 10, 32)
	return v, err == nil
}

// beyond reports whether an error is larger than what rounding allows some sum
// that one of its cells stands in: 2 for each rounded cell of Eurostat's.
func (in *injector) beyond(x injection) bool {
	for i, f := range x.fixes {
		at := in.ref(f)
		for _, e := range in.b.equations(at) {
			if tolerance, ok := in.tolerance(&e); ok && abs(int64(f.Count)-x.was[i]) > tolerance {
				return true
			}
		}
	}
	return false
}

// tolerance is what rounding allows of a sum at worst; of one that is not whole
// nothing is known.
func (in *injector) tolerance(e *equation) (int64, bool) {
	n := int64(0)
	for _, at := range append([]ref{e.whole}, e.parts...) {
		v, ok := in.b.count(at)
		if !ok || e.bound {
			return 0, false
		}
		lo, hi := in.b.allows(at, v)
		n += max(hi-v, v-lo)
	}
	return n, true
}

// A tally counts errors by whether they are found.
type tally struct{ made, found, beyond, beyondFound int }

// bench is a table to put errors into, with what is found in it without.
type bench struct {
	tb   *table.Table
	x    *index
	in   *injector
	bad  map[string]bool // the blocks with a finding
	each bool            // one error at a time: pages are small
}

func newBench(tb *table.Table) *bench {
	b := &bench{tb: tb, x: newIndex(tb), each: tb.Source == "aida"}
	b.in = newInjector(b.x)
	for _, f := range Table(tb) {
		for j := range f.Cells {
			c := &f.Cells[j]
			pos := 0
			for d := range tb.Dims {
				pos += b.x.stride[d] * tb.Dims[d].Code(c.Key[d])
			}
			b.in.spoil[b.in.block(ref{b.x.at(pos), int32(tb.Period(c.Period))})] = true
		}
	}
	b.bad = b.in.spoil
	return b
}

// inject puts n errors of a kind into the table, in places that do not touch,
// and counts those of which some cell is named.
func (b *bench) inject(kind string, n int, seed uint64) (out tally) {
	b.in.rng, b.in.spoil = rand.New(rand.NewPCG(seed, 7)), maps.Clone(b.bad)
	var all []injection
	for try := 0; len(all) < n && try < 2_000_000; try++ {
		if inj, ok := b.in.one(kind); ok {
			all = append(all, inj)
		}
	}
	var named map[string]bool
	if !b.each {
		var fixes []table.Fix
		for _, inj := range all {
			fixes = append(fixes, inj.fixes...)
		}
		named = b.named(fixes)
	}
	for _, inj := range all {
		if b.each {
			named = b.named(inj.fixes)
		}
		found := slices.ContainsFunc(inj.fixes, func(f table.Fix) bool {
			o := b.tb.Observation(f.Chunk, f.Row, f.Period)
			return named[fmt.Sprint(o.Key, o.Period)]
		})
		out.add(found, b.in.beyond(inj))
	}
	return out
}

// named gives the cells that the audit of the table with other counts names.
func (b *bench) named(fixes []table.Fix) map[string]bool {
	out := map[string]bool{}
	for _, f := range Table(b.tb.With(fixes)) {
		for j := range f.Cells {
			out[fmt.Sprint(f.Cells[j].Key, f.Cells[j].Period)] = true
		}
	}
	return out
}

func (t *tally) add(found, beyond bool) {
	for _, x := range []struct {
		n  *int
		is bool
	}{{&t.made, true}, {&t.found, found}, {&t.beyond, beyond}, {&t.beyondFound, found && beyond}} {
		if x.is {
			*x.n++
		}
	}
}

// Errors are put into real tables, with a fixed seed. Of those larger than what
// rounding allows at least 90 % are found, of each kind that a table can have.
func TestInjectedErrors(t *testing.T) {
	tables := []struct {
		name string
		tb   *table.Table
		n    int
		only []string
	}{
		{"AIDA, statistics", figures(t), 40, kinds[:4]},
		{"UNHCR, asylum_decisions", readFile(t, "../../datasets/exports/unhcr/asylum_decisions/2025-12-01/asylum_decisions.csv", "asylum_decisions"), 150, []string{kinds[0], kinds[3]}},
		{"Eurostat, migr_asyappctza 2023", readFile(t, needs.Shared(t, "data/eurostat/tsv-new/migr_asyappctza.bulk-2023.tsv.gz"), "migr_asyappctza"), 150, kinds[:4]},
		{"Eurostat, demo_gind 2023", readFile(t, needs.Shared(t, "data/eurostat/tsv-new/demo_gind.bulk-2023.tsv.gz"), "demo_gind"), 150, kinds},
	}
	byKind := map[string]*tally{}
	for _, kind := range kinds {
		byKind[kind] = &tally{}
	}
	for i, x := range tables {
		b := newBench(x.tb)
		for j, kind := range x.only {
			got := b.inject(kind, x.n, uint64(100*i+j+1))
			t.Logf("%-32s %-15s %3d made, %3d found (%3.0f %%); larger than rounding allows: %3d, found %3d (%3.0f %%)", x.name, kind,
				got.made, got.found, share(got.found, got.made), got.beyond, got.beyondFound, share(got.beyondFound, got.beyond))
			if got.made < 10 || got.beyond < 5 {
				t.Errorf("%s: %s: only %d made, %d of them larger than rounding allows", x.name, kind, got.made, got.beyond)
			}
			if share(got.beyondFound, got.beyond) < 90 {
				t.Errorf("%s: %s: %d of %d are found", x.name, kind, got.beyondFound, got.beyond)
			}
			sum := byKind[kind]
			sum.made, sum.found, sum.beyond, sum.beyondFound = sum.made+got.made, sum.found+got.found, sum.beyond+got.beyond, sum.beyondFound+got.beyondFound
		}
	}
	for _, kind := range kinds {
		s := byKind[kind]
		t.Logf("%-32s %-15s %3d made, %3d found (%3.0f %%); larger than rounding allows: %3d, found %3d (%3.0f %%)", "all", kind,
			s.made, s.found, share(s.found, s.made), s.beyond, s.beyondFound, share(s.beyondFound, s.beyond))
	}
}

func share(n, of int) float64 {
	if of == 0 {
		return 0
	}
	return 100 * float64(n) / float64(of)
}
