package compare

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

func TestDispersionAgainstR(t *testing.T) {
	r := fromR(t, "funnel.txt")
	_, cells := afghans(t)
	d, ok := NewDispersion(cells, 300)
	if !ok {
		t.Fatal("no dispersion")
	}
	same(t, "the SD", d.SD, number(t, r, "sd"))
	b := d.Between
	same(t, "Q", b.Q, number(t, r, "Q"))
	same(t, "tau²", b.Tau2, number(t, r, "tau2"))
	same(t, "I²", b.I2, number(t, r, "I2"))
	same(t, "the mean", b.Mean, number(t, r, "mean"))
	same(t, "its error", b.SE, number(t, r, "se"))
	if b.Countries != len(cells) || b.DF != len(cells)-1 {
		t.Errorf("%d countries, %d degrees of freedom, of %d", b.Countries, b.DF, len(cells))
	}
	q, ok := NewInequality(cells)
	if !ok {
		t.Fatal("no inequality")
	}
	same(t, "the CV", q.CV, number(t, r, "cv"))
	same(t, "the Gini", q.Gini, number(t, r, "gini"))
	same(t, "the Gini of refusals", q.GiniRefused, number(t, r, "gini refused"))
	if s := d.Span; s.Highest != "EL" || s.Lowest != "BE" || math.Abs(s.Value-(5763./5796-2594./6334)) > 1e-15 {
		t.Errorf("the span is %+v", s)
	}
}

// TestVaccine is a published example: thirteen trials of the BCG vaccine
// (G. Colditz and others, JAMA 271 (1994) 698), the log of the ratio of risks.
// The literature that uses it gives, by DerSimonian and Laird, tau² 0.3088, Q
// 152.23 of 12 degrees of freedom, I² 92.12 % and the mean -0.7141 with the
// error 0.1787 (W. Viechtbauer, the metafor package, dat.bcg).
func TestVaccine(t *testing.T) {
	var effects, variances []float64
	for _, x := range [][4]float64{ // ill and well with the vaccine, ill and well without
		{4, 119, 11, 128}, {6, 300, 29, 274}, {3, 228, 11, 209}, {62, 13536, 248, 12619}, {33, 5036, 47, 5761}, {180, 1361, 372, 1079}, {8, 2537, 10, 619},
		{505, 87886, 499, 87892}, {29, 7470, 45, 7232}, {17, 1699, 65, 1600}, {186, 50448, 141, 27197}, {5, 2493, 3, 2338}, {27, 16886, 29, 17825}} {
		a, n1, c, n2 := x[0], x[0]+x[1], x[2], x[2]+x[3]
		effects = append(effects, math.Log(a/n1/(c/n2)))
		variances = append(variances, 1/a-1/n1+1/c-1/n2)
	}
	b := DerSimonianLaird(effects, variances)
	for _, x := range []struct {
		what      string
		got, want float64
		digits    int
	}{{"tau²", b.Tau2, 0.3088, 4}, {"Q", b.Q, 152.23, 2}, {"I²", 100 * b.I2, 92.12, 2}, {"the mean", b.Mean, -0.7141, 4}, {"its error", b.SE, 0.1787, 4}} {
		if math.Abs(x.got-x.want) > 0.5000001*math.Pow10(-x.digits) {
			t.Errorf("%s is %g, published as %g", x.what, x.got, x.want)
		}
	}
	if b.DF != 12 || b.P > 1e-20 {
		t.Errorf("%d degrees of freedom, P %g", b.DF, b.P)
	}
}

// TestHalf: where all or none are granted, half a decision is added to both
// outcomes, and to no other cell.
func TestHalf(t *testing.T) {
	b := BetweenCountries([]Cell{Exact("AF", "A", 0, 10), Exact("AF", "B", 8, 8), Exact("AF", "C", 3, 9), Exact("AF", "D", 0, 0)})
	want := DerSimonianLaird([]float64{math.Log(0.5 / 10.5), math.Log(8.5 / 0.5), math.Log(3. / 6)},
		[]float64{1/0.5 + 1/10.5, 1/8.5 + 1/0.5, 1./3 + 1./6})
	if b != want {
		t.Errorf("%+v, want %+v", b, want)
	}
}

func TestDispersionProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cells := drawCells(t, 1, rapid.IntRange(2, 6).Draw(t, "countries"), 400)
		d, ok := NewDispersion(cells, 50)
		if !ok {
			if len(decided(cells)) > 1 {
				t.Fatalf("none of %v", cells)
			}
			return
		}
		e, _ := NewDispersion(shuffled(cells, rapid.Uint64().Draw(t, "order")), 50)
		if a, b := fmt.Sprintf("%+v %+v", *d, d.Span), fmt.Sprintf("%+v %+v", *e, e.Span); a != b && (d.Span == nil || *d.Span != *e.Span) {
			t.Fatalf("in another order:\n%s\n%s", a, b)
		}
		if !(d.SD >= 0 && d.SD <= 0.5+1e-12) || d.Between.Tau2 < 0 || d.Between.I2 < 0 || d.Between.I2 >= 1 {
			t.Fatalf("%+v", d)
		}
		if m := d.SDMay; m.Known && (m.Lo > d.SD || m.Hi < d.SD) {
			t.Fatalf("the SD %g lies outside %+v", d.SD, m)
		}
		if s := d.Span; s != nil && (s.May.Lo > s.Value+1e-12 || s.May.Hi < s.Value-1e-12) && withinReadings(cells) {
			t.Fatalf("the span %g lies outside %+v", s.Value, s.May)
		}
		// Countries of one rate may be merged, and all multiplied, without a
		// change of the SD.
		twin := exact(cells)
		twin = append(twin, twin[0], twin[0])
		twin[len(twin)-1].Geo = "h"
		merged := append(exact(cells)[1:], Merge([]Cell{twin[0], twin[0], twin[0]}))
		if a, b := weightedSD(decided(order(twin))), weightedSD(decided(order(merged))); math.Abs(a-b) > 1e-12 {
			t.Fatalf("the SD is %g, with a country in three parts %g", b, a)
		}
		if a := weightedSD(decided(order(scaled(cells, 7)))); math.Abs(a-d.SD) > 1e-12 {
			t.Fatalf("the SD is %g, of seven times the counts %g", d.SD, a)
		}
	})
}

// withinReadings reports whether the printed counts of all cells are themselves
// among those that rounding allows.
func withinReadings(cells []Cell) bool {
	for i := range cells {
		if !cells[i].Reading.allows(pair{cells[i].Pos, cells[i].All - cells[i].Pos}) {
			return false
		}
	}
	return true
}

// TestAlike: rates that are the same lie nowhere apart, and chance explains all.
func TestAlike(t *testing.T) {
	d, ok := NewDispersion([]Cell{Exact("AF", "A", 30, 90), Exact("AF", "B", 200, 600), Exact("AF", "C", 1, 3)}, 300)
	if !ok || d.SD > 1e-15 || d.Between.Tau2 != 0 || d.Between.I2 != 0 || d.Between.P < 0.999 || d.Span != nil {
		t.Errorf("%v %+v", ok, d)
	}
	if _, ok := NewInequality([]Cell{Exact("AF", "A", 9, 9)}); ok {
		t.Error("an inequality of a share that is 1")
	}
	if _, ok := NewDispersion([]Cell{Exact("AF", "A", 9, 9)}, 300); ok {
		t.Error("a dispersion of one country")
	}
}
