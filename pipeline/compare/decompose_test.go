package compare

import (
	"fmt"
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func byCitizen(c Cell) string { return c.Citizen }
func byGeo(c Cell) string     { return c.Geo }

func only(cells []Cell, keep func(Cell) bool) (out []Cell) {
	for _, c := range cells {
		if keep(c) {
			out = append(out, c)
		}
	}
	return out
}

func TestDecomposeAgainstR(t *testing.T) {
	r := fromR(t, "standard.txt")
	before, after := mixed(t, "2016"), mixed(t, "2023")
	for _, x := range []struct {
		name string
		keep func(Cell) bool
		by   func(Cell) string
	}{{"kitagawa DE", func(c Cell) bool { return c.Geo == "DE" }, byCitizen}, {"kitagawa AF", func(c Cell) bool { return c.Citizen == "AF" }, byGeo}} {
		d, ok := Decompose(only(before, x.keep), only(after, x.keep), x.by)
		if !ok {
			t.Fatal(x.name)
		}
		for i, part := range []*big.Rat{d.Difference, d.Composition, d.Effect} {
			got, _ := part.Float64()
			same(t, fmt.Sprint(x.name, " ", i), got, r[x.name][i])
		}
	}
}

// TestDecomposeByHand: the mix moves from half Syrians to a quarter, and Syrians'
// rate from 80 to 90 %, Russians' from 20 to 10 %.
func TestDecomposeByHand(t *testing.T) {
	d, ok := Decompose([]Cell{Exact("SY", "DE", 80, 100), Exact("RU", "DE", 20, 100)}, []Cell{Exact("SY", "DE", 45, 50), Exact("RU", "DE", 15, 150)}, byCitizen)
	// 50 % to 30 %: the mix (-1/4)(0.85) + (1/4)(0.15), the rates (0.1)(3/8) - (0.1)(5/8).
	if !ok || d.Difference.Cmp(big.NewRat(-1, 5)) != 0 || d.Composition.Cmp(big.NewRat(-7, 40)) != 0 || d.Effect.Cmp(big.NewRat(-1, 40)) != 0 {
		t.Errorf("%v: %v is %v and %v", ok, d.Difference, d.Composition, d.Effect)
	}
	if a, b, c := d.Points(1); a != "-20.0" || b != "-17.5" || c != "-2.5" {
		t.Errorf("in points %s, %s and %s", a, b, c)
	}
	if d.Groups[0].Group != "RU" || d.Groups[1].Group != "SY" || d.Entered+d.Left != 0 {
		t.Errorf("%+v", d.Groups)
	}
}

func TestDecomposeProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := drawCells(t, 4, 1, 3000), drawCells(t, 4, 1, 3000)
		d, ok := Decompose(before, after, byCitizen)
		a, b := Merge(before), Merge(after)
		if ok != (a.All > 0 && b.All > 0) {
			t.Fatalf("ok is %v of %d and %d", ok, a.All, b.All)
		}
		if !ok {
			return
		}
		// Exact: in fractions, and to the last digit that is printed.
		if sum := new(big.Rat).Add(d.Composition, d.Effect); sum.Cmp(d.Difference) != 0 {
			t.Fatalf("%v and %v make %v, not %v", d.Composition, d.Effect, sum, d.Difference)
		}
		if want := new(big.Rat).Sub(big.NewRat(b.Pos, b.All), big.NewRat(a.Pos, a.All)); want.Cmp(d.Difference) != 0 {
			t.Fatalf("the difference is %v, want %v", d.Difference, want)
		}
		for decimals := range 4 {
			var printed [3]*big.Rat
			x, y, z := d.Points(decimals)
			for i, s := range []string{x, y, z} {
				printed[i], _ = new(big.Rat).SetString(s)
				off := new(big.Rat).Sub(new(big.Rat).Mul([]*big.Rat{d.Difference, d.Composition, d.Effect}[i], big.NewRat(100, 1)), printed[i])
				if limit := big.NewRat(1, int64(math.Pow10(decimals))); off.Abs(off).Cmp(limit) > 0 {
					t.Fatalf("%s is printed for %v", s, []*big.Rat{d.Difference, d.Composition, d.Effect}[i])
				}
			}
			if new(big.Rat).Add(printed[1], printed[2]).Cmp(printed[0]) != 0 {
				t.Fatalf("printed: %s and %s make %s", y, z, x)
			}
		}
		sum := [2]float64{}
		for _, g := range d.Groups {
			sum[0], sum[1] = sum[0]+g.Composition, sum[1]+g.Effect
		}
		composition, _ := d.Composition.Float64()
		effect, _ := d.Effect.Float64()
		if math.Abs(sum[0]-composition) > 1e-12 || math.Abs(sum[1]-effect) > 1e-12 {
			t.Fatalf("the groups make %v, all %g and %g", sum, composition, effect)
		}
		for _, m := range []struct {
			x   float64
			may Range
		}{{composition, d.CompositionMay}, {effect, d.EffectMay}} {
			if m.may.Known && (m.x < m.may.Lo-1e-12 || m.x > m.may.Hi+1e-12) {
				t.Fatalf("%g lies outside %+v", m.x, m.may)
			}
		}
		// The other way round it is the opposite; in another order the same; of
		// multiplied counts, or of groups split into alike halves, too.
		back, _ := Decompose(exact(after), exact(before), byCitizen)
		there, _ := Decompose(exact(before), exact(after), byCitizen)
		if back.Composition.Cmp(new(big.Rat).Neg(there.Composition)) != 0 || back.Effect.Cmp(new(big.Rat).Neg(there.Effect)) != 0 {
			t.Fatalf("there %v %v, back %v %v", there.Composition, there.Effect, back.Composition, back.Effect)
		}
		seed := rapid.Uint64().Draw(t, "order")
		other, _ := Decompose(shuffled(before, seed), shuffled(after, seed+1), byCitizen)
		if fmt.Sprint(other.Groups, other.CompositionMay, other.EffectMay) != fmt.Sprint(d.Groups, d.CompositionMay, d.EffectMay) {
			t.Fatalf("in another order:\n%v\n%v", d, other)
		}
		big5, _ := Decompose(scaled(before, 5), scaled(after, 3), byCitizen)
		if big5.Composition.Cmp(there.Composition) != 0 || big5.Effect.Cmp(there.Effect) != 0 {
			t.Fatalf("multiplied: %v and %v, before %v and %v", big5.Composition, big5.Effect, there.Composition, there.Effect)
		}
		halve := func(cells []Cell) (out []Cell) {
			for _, c := range exact(cells) {
				other := c
				other.Citizen += "'"
				out = append(out, c, other)
			}
			return out
		}
		parts, _ := Decompose(halve(before), halve(after), byCitizen)
		if parts.Composition.Cmp(there.Composition) != 0 || parts.Effect.Cmp(there.Effect) != 0 {
			t.Fatalf("in halves: %v and %v, before %v and %v", parts.Composition, parts.Effect, there.Composition, there.Effect)
		}
		merged, _ := Decompose(halve(before), halve(after), func(c Cell) string { return c.Citizen[:2] })
		if merged.Composition.Cmp(there.Composition) != 0 || merged.Effect.Cmp(there.Effect) != 0 {
			t.Fatalf("merged again: %v and %v, before %v and %v", merged.Composition, merged.Effect, there.Composition, there.Effect)
		}
	})
}
