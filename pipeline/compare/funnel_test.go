package compare

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// afghans are the decisions of 2023 that testdata/funnel.R takes, and the rate
// of the union's members among them.
func afghans(t *testing.T) (union Cell, cells []Cell) {
	t.Helper()
	cells = read(t, "af2023.csv")
	var members []Cell
	for i := range cells {
		cells[i].Citizen = "AF"
		if !slices.Contains([]string{"CH", "NO", "IS", "LI", "UK"}, cells[i].Geo) {
			members = append(members, cells[i])
		}
	}
	union = Merge(members)
	union.Geo = "EU27_2020"
	return union, cells
}

func TestFunnelAgainstR(t *testing.T) {
	r := fromR(t, "funnel.txt")
	union, cells := afghans(t)
	f, ok := NewFunnel(union, cells)
	if !ok || len(f.Points) != len(cells) {
		t.Fatalf("funnel %v, %+v", ok, f)
	}
	same(t, "the rate", f.Rate, number(t, r, "rate"))
	same(t, "phi", f.Phi, number(t, r, "phi"))
	for _, p := range f.Points {
		same(t, "z of "+p.Geo, p.Z, number(t, r, "z "+p.Geo))
	}
	limits := 0
	for name, want := range r {
		if !strings.HasPrefix(name, "limit ") {
			continue
		}
		words := strings.Fields(name)
		p, _ := strconv.ParseFloat(words[1], 64)
		n, _ := strconv.ParseInt(words[2], 10, 64)
		l := LimitAt(p, n)
		for i, got := range []float64{l.Lo998, l.Lo95, l.Hi95, l.Hi998} {
			same(t, fmt.Sprint(name, " ", i), got, want[i])
		}
		limits++
	}
	if limits != 27 {
		t.Errorf("%d limits of R's, want 27", limits)
	}
}

// TestPlaces checks a country's place against the limits that are drawn, at each
// number of decisions, and against the tails added up term by term.
func TestPlaces(t *testing.T) {
	for _, p := range []float64{0.03, 0.25, 0.5, 0.9} {
		for n := int64(1); n <= 60; n++ {
			l := LimitAt(p, n)
			for k := int64(0); k <= n; k++ {
				x := float64(k) / float64(n)
				want := Inside
				switch below, above := tails(k, n, p); {
				case below < 0.001:
					want = Below998
				case below < 0.025:
					want = Below95
				case above < 0.001:
					want = Above998
				case above < 0.025:
					want = Above95
				}
				drawn := Inside
				switch {
				case x < l.Lo998:
					drawn = Below998
				case x < l.Lo95:
					drawn = Below95
				case x > l.Hi998:
					drawn = Above998
				case x > l.Hi95:
					drawn = Above95
				}
				if got := placed(k, n, p); got != want || drawn != want {
					t.Fatalf("%d of %d around %g: placed %s, drawn %s, want %s", k, n, p, got, drawn, want)
				}
			}
		}
	}
}

// tails are the chances of k or fewer and of k or more of n.
func tails(k, n int64, p float64) (below, above float64) {
	for i := int64(0); i <= n; i++ {
		a, _ := math.Lgamma(float64(n + 1))
		b, _ := math.Lgamma(float64(i + 1))
		c, _ := math.Lgamma(float64(n - i + 1))
		x := math.Exp(a - b - c + float64(i)*math.Log(p) + float64(n-i)*math.Log(1-p))
		if i <= k {
			below += x
		}
		if i >= k {
			above += x
		}
	}
	return below, above
}

// TestSure checks that a place is called sure where every true count of the cell
// and every rate of the union that rounding allows give it, and only there.
func TestSure(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cell := drawCells(t, 1, 1, 40)[0]
		if cell.All == 0 {
			return
		}
		pos := rapid.Int64Range(100, 900).Draw(t, "union")
		union := Exact("c0", "EU", pos, 1000)
		union.Reading.PosHi += 7
		union.Reading.AllHi += 7
		f, ok := NewFunnel(union, []Cell{cell})
		if !ok {
			t.Fatal("no funnel")
		}
		lo, hi := union.Bounds()
		want := true
		for _, k := range all(cell.Reading) {
			for i := range 5 {
				p := lo + float64(i)/4*(hi-lo)
				want = want && placed(k.pos, k.pos+k.rest, p) == f.Points[0].Place
			}
		}
		if f.Points[0].Sure != want {
			t.Fatalf("%+v around %g to %g: %+v, want sure %v", cell, lo, hi, f.Points[0], want)
		}
	})
}

func TestFunnelProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := drawCells(t, 1, rapid.IntRange(2, 8).Draw(t, "countries"), 150)
		union := Merge(cells)
		f, ok := NewFunnel(union, cells)
		if !ok {
			if p, some := union.Rate(); some && p > 0 && p < 1 {
				if lo, hi := union.Bounds(); lo > 0 && hi < 1 {
					t.Fatalf("no funnel around %g", p)
				}
			}
			return
		}
		g, _ := NewFunnel(union, shuffled(cells, rapid.Uint64().Draw(t, "order")))
		if fmt.Sprint(*f) != fmt.Sprint(*g) {
			t.Fatalf("in another order:\n%+v\n%+v", f, g)
		}
		for i := 1; i < len(f.Limits); i++ {
			if f.Limits[i].N <= f.Limits[i-1].N || f.Limits[i].N <= 250 && f.Limits[i].N != f.Limits[i-1].N+1 {
				t.Fatalf("limits at %d after %d", f.Limits[i].N, f.Limits[i-1].N)
			}
		}
		// Four times as many decisions make z twice as great, and phi four times.
		h, ok := NewFunnel(Merge(scaled(cells, 4)), scaled(cells, 4))
		if !ok {
			t.Fatal("no funnel of four times the counts")
		}
		for i := range f.Points {
			if math.Abs(h.Points[i].Z-2*f.Points[i].Z) > 1e-9*max(1, math.Abs(h.Points[i].Z)) {
				t.Fatalf("z is %g, of four times as many %g", f.Points[i].Z, h.Points[i].Z)
			}
		}
		if math.Abs(h.Phi-4*f.Phi) > 1e-9*max(1, h.Phi) {
			t.Fatalf("phi is %g, of four times as many %g", f.Phi, h.Phi)
		}
	})
}

// TestNoFunnel: without a rate between 0 and 1 there are no limits.
func TestNoFunnel(t *testing.T) {
	for _, union := range []Cell{Exact("UA", "EU", 0, 0), Exact("UA", "EU", 0, 50), Exact("UA", "EU", 50, 50), coarse("UA", "EU", 50, 0), coarse("UA", "EU", 0, 0),
		{Citizen: "UA", Geo: "EU", Pos: 5, All: 5, Reading: Reading{PosLo: 3, PosHi: 7, RestLo: 3, RestHi: 7, AllLo: 6, AllHi: 7}}, // 3 of 6, printed as 5 of 5
	} {
		if f, ok := NewFunnel(union, []Cell{Exact("UA", "HR", 1, 2)}); ok {
			t.Errorf("%+v: %+v", union, f)
		}
	}
}
