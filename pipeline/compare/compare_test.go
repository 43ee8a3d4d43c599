package compare

import (
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// What R printed stands under testdata beside the script that printed it; the
// command is in the script's first lines. The tests need no R.

// fromR reads numbers by name.
func fromR(t *testing.T, file string) map[string][]float64 {
	t.Helper()
	text, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]float64{}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		words := strings.Fields(line)
		from := len(words)
		for from > 1 {
			if _, err := strconv.ParseFloat(words[from-1], 64); err != nil {
				break
			}
			from--
		}
		name := strings.Join(words[:from], " ")
		if strings.HasPrefix(name, "limit") { // its name ends in numbers
			name, from = strings.Join(words[:3], " "), 3
		}
		for _, w := range words[from:] {
			x, err := strconv.ParseFloat(w, 64)
			if err != nil {
				t.Fatalf("%s: %q", file, line)
			}
			out[name] = append(out[name], x)
		}
	}
	return out
}

// number is one that R printed.
func number(t *testing.T, r map[string][]float64, name string) float64 {
	t.Helper()
	if len(r[name]) != 1 {
		t.Fatalf("R printed %v as %q", r[name], name)
	}
	return r[name][0]
}

// same compares with what R printed in 15 digits.
func same(t *testing.T, what string, got, want float64) {
	t.Helper()
	if !(math.Abs(got-want) <= 1e-11*max(1, math.Abs(want))) {
		t.Errorf("%s is %.15g, R says %.15g", what, got, want)
	}
}

// read reads cells, exact ones, from a CSV with a head.
func read(t *testing.T, file string) []Cell {
	t.Helper()
	in, err := os.Open("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	rows, err := csv.NewReader(in).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []Cell
	for _, row := range rows[1:] {
		at := map[string]string{}
		for i, name := range rows[0] {
			at[name] = row[i]
		}
		pos, err1 := strconv.ParseInt(at["pos"], 10, 64)
		all, err2 := strconv.ParseInt(at["all"], 10, 64)
		if err1 != nil || err2 != nil {
			t.Fatalf("%s: %v", file, row)
		}
		out = append(out, Exact(at["citizen"], at["geo"], pos, all))
	}
	return out
}

// mixPeriods are the periods of the rows of mix.csv.
func mixPeriods(t *testing.T) (out []string) {
	t.Helper()
	text, err := os.ReadFile("testdata/mix.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n")[1:] {
		period, _, _ := strings.Cut(line, ",")
		out = append(out, period)
	}
	return out
}

// unhcr gives the true counts behind a printed one, as METHODS 3 says.
func unhcr(n int64) (lo, hi int64) {
	switch n {
	case 0:
		return 0, 4
	case 5:
		return 1, 9
	case 10:
		return 6, 10
	}
	return n, n
}

// coarse is a cell as UNHCR prints it.
func coarse(citizen, geo string, pos, rest int64) Cell {
	c := Exact(citizen, geo, pos, pos+rest)
	r := &c.Reading
	r.PosLo, r.PosHi = unhcr(pos)
	r.RestLo, r.RestHi = unhcr(rest)
	r.AllLo, r.AllHi = r.PosLo+r.RestLo, r.PosHi+r.RestHi
	return c
}

// nearest5 is a cell as Eurostat prints it: positives, rest and whole, each
// rounded by itself.
func nearest5(citizen, geo string, pos, rest int64) Cell {
	round := func(n int64) int64 { return (n + 2) / 5 * 5 }
	c := Exact(citizen, geo, round(pos), round(pos+rest))
	r := &c.Reading
	r.PosLo, r.PosHi = max(0, round(pos)-2), round(pos)+2
	r.RestLo, r.RestHi = max(0, round(rest)-2), round(rest)+2
	r.AllLo, r.AllHi = max(0, round(pos+rest)-2), round(pos+rest)+2
	if c.Pos > c.All {
		c.All = c.Pos
	}
	return c
}

// all lists every reading of a cell.
func all(r Reading) (out []pair) {
	for pos := r.PosLo; pos <= r.PosHi; pos++ {
		for rest := r.RestLo; rest <= r.RestHi; rest++ {
			if r.allows(pair{pos, rest}) {
				out = append(out, pair{pos, rest})
			}
		}
	}
	return out
}

// drawCells draws cells of some citizenships and countries, printed as one of the
// sources does.
func drawCells(t *rapid.T, citizens, geos int, most int64) []Cell {
	as := rapid.SampledFrom([]func(string, string, int64, int64) Cell{coarse, nearest5,
		func(c, g string, pos, rest int64) Cell { return Exact(c, g, pos, pos+rest) }}).Draw(t, "source")
	counts := rapid.OneOf(rapid.Int64Range(0, 12), rapid.Int64Range(0, most))
	var out []Cell
	for c := range citizens {
		for g := range geos {
			out = append(out, as(fmt.Sprintf("c%d", c), fmt.Sprintf("g%02d", g), counts.Draw(t, "pos"), counts.Draw(t, "rest")))
		}
	}
	return out
}

// shuffled gives cells in another order.
func shuffled(cells []Cell, seed uint64) []Cell {
	out := slices.Clone(cells)
	rand.New(rand.NewPCG(seed, 1)).Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}

// scaled multiplies exact counts.
func scaled(cells []Cell, k int64) []Cell {
	var out []Cell
	for _, c := range cells {
		out = append(out, Exact(c.Citizen, c.Geo, k*c.Pos, k*c.All))
	}
	return out
}

// exact takes printed counts as true.
func exact(cells []Cell) []Cell { return scaled(cells, 1) }

// TestCorners checks that what a cell allows lies between its corners, and that
// these are allowed.
func TestCorners(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bounds := func(name string) (lo, hi int64) {
			lo = rapid.Int64Range(0, 12).Draw(t, name)
			return lo, lo + rapid.Int64Range(0, 6).Draw(t, name+" width")
		}
		var r Reading
		r.PosLo, r.PosHi = bounds("pos")
		r.RestLo, r.RestHi = bounds("rest")
		r.AllLo, r.AllHi = bounds("all")
		readings, corners := all(r), r.corners()
		if int64(len(readings)) != r.readings(1<<20) {
			t.Fatalf("%+v has %d readings, counted %d", r, len(readings), r.readings(1<<20))
		}
		if (len(readings) == 0) != (len(corners) == 0) {
			t.Fatalf("%+v has %d readings and corners %v", r, len(readings), corners)
		}
		for _, weights := range [][2]int64{{1, 0}, {0, 1}, {1, 1}, {-1, 2}, {3, -1}, {-1, -1}} {
			most := func(list []pair) int64 {
				best := int64(-1 << 40)
				for _, p := range list {
					best = max(best, weights[0]*p.pos+weights[1]*p.rest)
				}
				return best
			}
			if most(readings) != most(corners) {
				t.Fatalf("%+v: the greatest of %v is %d, of the corners %d", r, weights, most(readings), most(corners))
			}
		}
	})
}

// TestExtreme checks the quotient of two sums against every choice.
func TestExtreme(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		terms := make([]choice, rapid.IntRange(1, 4).Draw(t, "terms"))
		for i := range terms {
			for range rapid.IntRange(1, 4).Draw(t, "choices") {
				terms[i] = append(terms[i], struct{ num, den float64 }{float64(rapid.IntRange(0, 20).Draw(t, "num")), float64(rapid.IntRange(0, 20).Draw(t, "den"))})
			}
		}
		lo, hi, zero := math.Inf(1), math.Inf(-1), false
		var try func(i int, num, den float64)
		try = func(i int, num, den float64) {
			if i == len(terms) {
				if zero = zero || den == 0; den > 0 {
					lo, hi = min(lo, num/den), max(hi, num/den)
				}
				return
			}
			for _, c := range terms[i] {
				try(i+1, num+c.num, den+c.den)
			}
		}
		try(0, 0, 0)
		for dir, want := range map[float64]float64{1: hi, -1: lo} {
			got, ok := extreme(terms, dir)
			if ok == zero {
				t.Fatalf("%v: ok is %v, may the denominator be 0: %v", terms, ok, zero)
			}
			if ok && math.Abs(got-want) > 1e-12*max(1, want) {
				t.Fatalf("%v: %v is %g, want %g", terms, dir, got, want)
			}
		}
	})
}

// TestSpread checks that few true counts are all tried, and many always drawn
// alike and inside what rounding allows.
func TestSpread(t *testing.T) {
	share := func(c []Cell) []float64 { m := Merge(c); x, _ := m.Rate(); return []float64{x} }
	few := []Cell{coarse("AF", "HR", 5, 20), coarse("AF", "SI", 12, 10)}
	got := spread(few, share)[0]
	lo, hi := 1., 0.
	for _, a := range all(few[0].Reading) {
		for _, b := range all(few[1].Reading) {
			x := float64(a.pos+b.pos) / float64(a.pos+b.pos+a.rest+b.rest)
			lo, hi = min(lo, x), max(hi, x)
		}
	}
	if got.How != Exhaustive || got.Tried != 9*5 || got.Lo != lo || got.Hi != hi || !got.Certain() {
		t.Errorf("of two cells: %+v, want %g to %g of all 45", got, lo, hi)
	}
	var many []Cell
	for i := range 30 {
		many = append(many, coarse("AF", fmt.Sprintf("g%02d", i), 5, 10))
	}
	got = spread(many, share)[0]
	m := Merge(many)
	lo, hi = m.Bounds()
	if got.How != Drawn || got.Tried != tries || got.Lo < lo || got.Hi > hi || got.Lo >= got.Hi || got.Certain() {
		t.Errorf("of thirty cells: %+v, rounding allows %g to %g", got, lo, hi)
	}
	if again := spread(many, share)[0]; again != got {
		t.Errorf("drawn again: %+v, before %+v", again, got)
	}
}
