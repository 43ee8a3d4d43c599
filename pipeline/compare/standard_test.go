package compare

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"asylum/pipeline/obs"

	"pgregory.net/rapid"
)

// mixed are the decisions of a year that testdata/standard.R takes.
func mixed(t *testing.T, period obs.Period) []Cell {
	t.Helper()
	var out []Cell
	periods := mixPeriods(t)
	for i, c := range read(t, "mix.csv") {
		if periods[i] == string(period) {
			out = append(out, c)
		}
	}
	return out
}

func TestStandardiseAgainstR(t *testing.T) {
	r := fromR(t, "standard.txt")
	adjusted, std := Standardise(mixed(t, "2023"), nil)
	same(t, "the rate of all", std.Rate, number(t, r, "overall"))
	seen := 0
	for _, a := range adjusted {
		if a.All == 0 {
			continue
		}
		seen++
		same(t, "the ratio of "+a.Geo, a.Indirect.Ratio, number(t, r, "ratio "+a.Geo))
		same(t, "the adjusted rate of "+a.Geo, a.Indirect.Rate, number(t, r, "adjusted "+a.Geo))
		same(t, "the coverage of "+a.Geo, a.Indirect.Coverage, number(t, r, "coverage "+a.Geo))
		same(t, "the direct rate of "+a.Geo, a.Direct.Rate, number(t, r, "direct "+a.Geo))
		same(t, "the weights of "+a.Geo, a.Direct.Coverage, number(t, r, "weights "+a.Geo))
		for i, want := range r["ratio95 "+a.Geo] {
			same(t, "the ratio's interval of "+a.Geo, a.Indirect.Ratio95[i], want)
		}
		if a.Indirect.RateKnown != (number(t, r, "adjusted "+a.Geo) < 1) {
			t.Errorf("%s has an adjusted rate: %v of %g", a.Geo, a.Indirect.RateKnown, a.Indirect.Rate)
		}
	}
	if seen == 0 || seen != len(keys(r, "ratio ")) {
		t.Errorf("%d countries, R has %d", seen, len(keys(r, "ratio ")))
	}
}

func keys(r map[string][]float64, prefix string) (out []string) {
	for name := range r {
		if len(name) > len(prefix) && name[:len(prefix)] == prefix {
			out = append(out, name)
		}
	}
	return out
}

// TestByHand is small enough for pen and paper. A grants 6 of 10 Syrians and 1 of
// 10 Russians, B 30 of 40 and 10 of 20, C decides on 5 Afghans alone.
func TestByHand(t *testing.T) {
	adjusted, std := Standardise([]Cell{
		Exact("SY", "A", 6, 10), Exact("RU", "A", 1, 10), Exact("SY", "B", 30, 40), Exact("RU", "B", 10, 20), Exact("AF", "C", 2, 5)}, nil)
	if std.Pos != 49 || std.All != 85 || std.Citizens != 3 {
		t.Errorf("of all: %+v", std)
	}
	a, c := adjusted[0], adjusted[2]
	// Others grant 30/40 of Syrians and 10/20 of Russians: 7.5 + 5 are expected.
	if a.Indirect.Expected != 12.5 || a.Indirect.Ratio != 7/12.5 || a.Indirect.Coverage != 1 || a.Indirect.CitizensClosed != 2 {
		t.Errorf("A: %+v", a.Indirect)
	}
	// Of all 85 decisions 50 are of Syrians and 30 of Russians.
	if want := (50*0.6 + 30*0.1) / 80; math.Abs(a.Direct.Rate-want) > 1e-15 || a.Direct.Coverage != 80./85 || a.Direct.Thin != 1 || a.Direct.Citizens != 2 {
		t.Errorf("A: %+v, want %g", a.Direct, want)
	}
	if c.Indirect.Known || c.Indirect.Coverage != 0 || c.Indirect.CitizensOpen != 1 || c.Direct.Rate != 0.4 || c.Direct.Coverage != 5./85 {
		t.Errorf("C: %+v", c)
	}
	// D is set against A and B, and changes nothing of theirs.
	outside, std2 := Standardise([]Cell{
		Exact("SY", "A", 6, 10), Exact("RU", "A", 1, 10), Exact("SY", "B", 30, 40), Exact("RU", "B", 10, 20), Exact("SY", "D", 9, 10)}, []string{"A", "B"})
	if d := outside[2]; std2.Pos != 47 || std2.All != 80 || outside[0].Indirect != a.Indirect && outside[0].Indirect.Expected != 12.5 ||
		math.Abs(d.Indirect.Expected-7.2) > 1e-12 || d.Direct.Rate != 0.9 || d.Direct.Coverage != 50./80 {
		t.Errorf("D: %+v of %+v", d, std2)
	}
}

// TestRatioBounds tries every set of true counts of a few cells.
func TestRatioBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := drawCells(t, 2, 2, 12)
		if combinations(cells) > tries { // else there would be too many to try
			cells = cells[:3]
			if combinations(cells) > tries {
				cells = cells[:2]
			}
		}
		adjusted, _ := Standardise(cells, nil)
		for _, a := range adjusted {
			if !a.Indirect.RatioMay.Known {
				continue
			}
			var covered []string // the citizenships that are compared
			for _, c := range cells {
				if c.Geo != a.Geo && c.All > 0 {
					covered = append(covered, c.Citizen)
				}
			}
			lo, hi := math.Inf(1), math.Inf(-1)
			enumerate(cells, 0, make([]Cell, len(cells)), func(drawn []Cell) {
				observed, expected := 0., 0.
				for _, c := range drawn {
					if c.Geo != a.Geo || !slices.Contains(covered, c.Citizen) {
						continue
					}
					others := Merge(slices.DeleteFunc(slices.Clone(drawn), func(o Cell) bool { return o.Geo == a.Geo || o.Citizen != c.Citizen }))
					r, _ := others.Rate()
					observed, expected = observed+float64(c.Pos), expected+float64(c.All)*r
				}
				lo, hi = min(lo, observed/expected), max(hi, observed/expected)
			})
			if m := a.Indirect.RatioMay; math.Abs(m.Lo-lo) > 1e-9*max(1, lo) || math.Abs(m.Hi-hi) > 1e-9*max(1, hi) {
				t.Fatalf("%v\n%s: %+v, every set of true counts gives %g to %g", cells, a.Geo, m, lo, hi)
			}
		}
	})
}

// TestDirectBounds checks that no true counts leave the bounds.
func TestDirectBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := drawCells(t, 3, 3, 200)
		adjusted, _ := Standardise(cells, nil)
		for i := range adjusted {
			a := &adjusted[i]
			if !a.Direct.Known || !a.Direct.May.Known {
				continue
			}
			var own []string
			for _, c := range cells {
				if c.Geo == a.Geo && c.All > 0 {
					own = append(own, c.Citizen)
				}
			}
			got := spread(cells, func(drawn []Cell) []float64 {
				sum, weights := 0., 0.
				for _, c := range drawn {
					if c.Geo == a.Geo && slices.Contains(own, c.Citizen) {
						all := Merge(slices.DeleteFunc(slices.Clone(drawn), func(o Cell) bool { return o.Citizen != c.Citizen }))
						x, _ := c.Rate()
						sum, weights = sum+float64(all.All)*x, weights+float64(all.All)
					}
				}
				return []float64{sum / weights}
			})[0]
			if got.Known && withinReadings(cells) && (got.Lo < a.Direct.May.Lo-1e-12 || got.Hi > a.Direct.May.Hi+1e-12) {
				t.Fatalf("%v\n%s: %+v, but true counts give %+v", cells, a.Geo, a.Direct, got)
			}
		}
	})
}

func TestStandardiseProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := drawCells(t, rapid.IntRange(1, 4).Draw(t, "citizens"), rapid.IntRange(1, 4).Draw(t, "countries"), 300)
		adjusted, std := Standardise(cells, nil)
		again, std2 := Standardise(shuffled(cells, rapid.Uint64().Draw(t, "order")), nil)
		if fmt.Sprint(adjusted, std) != fmt.Sprint(again, std2) {
			t.Fatalf("in another order:\n%v\n%v", adjusted, again)
		}
		// Citizenships that every country treats alike may be told apart or
		// not. Here each is split in two of the same rates.
		var halves []Cell
		for _, c := range scaled(exact(cells), 2) {
			half := Exact(c.Citizen, c.Geo, c.Pos/2, c.All/2)
			other := half
			other.Citizen += "'"
			halves = append(halves, half, other)
		}
		whole, _ := Standardise(scaled(exact(cells), 2), nil)
		parts, _ := Standardise(halves, nil)
		big, _ := Standardise(scaled(exact(cells), 6), nil)
		for i, a := range whole {
			for _, b := range []Adjusted{parts[i], big[i]} {
				if a.Indirect.Known != b.Indirect.Known || math.Abs(a.Indirect.Ratio-b.Indirect.Ratio) > 1e-9*max(1, a.Indirect.Ratio) ||
					math.Abs(a.Direct.Rate-b.Direct.Rate) > 1e-9 || math.Abs(a.Indirect.Coverage-b.Indirect.Coverage) > 1e-12 || math.Abs(a.Direct.Coverage-b.Direct.Coverage) > 1e-12 {
					t.Fatalf("%+v\nsplit or scaled: %+v", a, b)
				}
			}
		}
		// A country that grants as the others do, citizenship by citizenship, has
		// ratio 1 whatever its mix is.
		var alike []Cell
		for _, c := range cells {
			if c.Geo == "g00" && c.All > 0 {
				alike = append(alike, Exact(c.Citizen, "x", 3*c.Pos+1, 3*c.All+2), Exact(c.Citizen, "y", 7*(3*c.Pos+1), 7*(3*c.All+2)))
			}
		}
		for _, a := range standardised(alike) {
			if math.Abs(a.Indirect.Ratio-1) > 1e-12 {
				t.Fatalf("%v\n%+v", alike, a)
			}
		}
	})
}

func standardised(cells []Cell) []Adjusted {
	out, _ := Standardise(cells, nil)
	return out
}
