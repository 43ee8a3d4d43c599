package compare

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"asylum/pipeline/obs"

	"pgregory.net/rapid"
)

// afghanYears are the decisions on Afghans in the three years of mix.csv.
func afghanYears(t *testing.T) map[obs.Period][]Cell {
	out := map[obs.Period][]Cell{}
	for _, p := range []obs.Period{"2016", "2019", "2023"} {
		out[p] = only(mixed(t, p), func(c Cell) bool { return c.Citizen == "AF" })
	}
	return out
}

func TestConvergenceAgainstR(t *testing.T) {
	r := fromR(t, "standard.txt")
	years := afghanYears(t)
	s, ok := NewSigma(years, 100)
	if !ok || float64(len(s.Countries)) != number(t, r, "countries") {
		t.Fatalf("%v: %+v, R has %v countries", ok, s, r["countries"])
	}
	for i, y := range s.Years {
		same(t, "the SD of "+string(y.Period), y.SD, r["sigma sd"][i])
		same(t, "tau of "+string(y.Period), y.Tau, r["sigma tau"][i])
	}
	for name, x := range map[string]Trend{"trend sd": s.SD, "trend tau": s.Tau} {
		if !x.Known {
			t.Errorf("%s: no error", name)
		}
		for i, got := range []float64{x.Slope, x.SE, x.P} {
			same(t, fmt.Sprint(name, " ", i), got, r[name][i])
		}
	}
	keep := func(c Cell) bool {
		for _, g := range s.Countries {
			if g == c.Geo {
				return true
			}
		}
		return false
	}
	b, ok := NewBeta(only(years["2016"], keep), only(years["2023"], keep), 100)
	if !ok || !b.Known || !b.Corrected {
		t.Fatalf("%v: %+v", ok, b)
	}
	for i, got := range []float64{b.Slope, b.SE, b.P} {
		same(t, fmt.Sprint("beta ", i), got, r["beta"][i])
	}
	same(t, "beta corrected", b.Correct, number(t, r, "beta corrected"))
}

// TestRegressionToTheMean: countries whose true rates stay what they are, but are
// seen through few decisions, have a negative slope all the same. The correction
// takes it away on the average; that is what the warning is about.
func TestRegressionToTheMean(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	draw := func(n int64, p float64) (k int64) {
		for range n {
			if rng.Float64() < p {
				k++
			}
		}
		return k
	}
	slope, corrected, n := 0., 0., 0
	for range 300 {
		var before, after []Cell
		for g := range 20 {
			p := 0.35 + 0.015*float64(g)
			geo := fmt.Sprintf("g%02d", g)
			before, after = append(before, Exact("AF", geo, draw(100, p), 100)), append(after, Exact("AF", geo, draw(100, p), 100))
		}
		if b, ok := NewBeta(before, after, 100); ok && b.Corrected {
			slope, corrected, n = slope+b.Slope, corrected+b.Correct, n+1
		}
	}
	slope, corrected = slope/float64(n), corrected/float64(n)
	if n < 290 || slope > -0.2 || math.Abs(corrected) > 0.06 {
		t.Errorf("of %d draws the slope is %.3f, corrected %.3f; want one well under 0 that the correction takes away", n, slope, corrected)
	}
}

func TestConvergenceProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		years := map[obs.Period][]Cell{}
		for _, p := range []obs.Period{"2020", "2021", "2022"} {
			years[p] = drawCells(t, 1, 4, 90)
		}
		s, ok := NewSigma(years, 20)
		if !ok {
			return
		}
		turned := map[obs.Period][]Cell{}
		for p, cells := range years {
			turned[p] = shuffled(cells, rapid.Uint64().Draw(t, "order"))
		}
		u, _ := NewSigma(turned, 20)
		if fmt.Sprint(s) != fmt.Sprint(u) {
			t.Fatalf("in another order:\n%v\n%v", s, u)
		}
		for _, y := range s.Years {
			for _, c := range years[y.Period] {
				for _, g := range s.Countries {
					if c.Geo == g && c.All < 20 {
						t.Fatalf("%s has %d decisions in %s", g, c.All, y.Period)
					}
				}
			}
		}
		// A constant dispersion has no trend, and one that grows by a step a year
		// has that trend.
		x := []float64{2020, 2021, 2022, 2023}
		if tr := trend(x, []float64{3, 3.5, 4, 4.5}); math.Abs(tr.Slope-0.5) > 1e-12 {
			t.Fatalf("%+v", tr)
		}
	})
}

func TestWhen(t *testing.T) {
	for p, want := range map[obs.Period]float64{"2023": 2023, "2023-Q1": 2023, "2023-Q4": 2023.75, "2023-01": 2023, "2023-07": 2023.5} {
		if got := when(p); got != want {
			t.Errorf("%s is %g, want %g", p, got, want)
		}
	}
}
