package chart

import (
	"math"
	"testing"
)

// TestTextOnTones: what stands on a step of a palette can be read on its fill
// and on its hatch, and the contrasts are those of CHARTS 4.
func TestTextOnTones(t *testing.T) {
	want := map[Theme][5]float64{Light: {12.4, 9.0, 5.3, 5.2, 10.3}, Dark: {10.8, 6.2, 4.7, 8.1, 13.0}}
	for _, theme := range []Theme{Light, Dark} {
		p := &palettes[theme]
		for i, k := range p.seq {
			if c := contrast(k.text, k.fill); math.Abs(c-want[theme][i]) > 0.06 {
				t.Errorf("%v, step %d: contrast %.2f, want %v", theme, i, c, want[theme][i])
			}
		}
		for name, ts := range map[string][]tone{"sequential": p.seq[:], "diverging": p.div[:], "outcome": p.outcomes[:]} {
			for i, k := range ts {
				if theme == Light && name == "outcome" && i == 1 {
					if c := max(contrast(p.ink, k.fill), contrast(p.paper, k.fill)); c >= 4.5 {
						t.Errorf("%v, outcome 1 can be written on (%.2f): let words stand in it", theme, c)
					}
					continue
				}
				for what, under := range map[string]colour{"fill": k.fill, "hatch": k.hatch} {
					if c := contrast(k.text, under); c < 4.5 {
						t.Errorf("%v, %s %d: text on the %s has contrast %.2f, want 4.5", theme, name, i, what, c)
					}
				}
			}
		}
	}
}

// TestSequentialKeepsOrderInGrey: printed without colour, more is still more.
func TestSequentialKeepsOrderInGrey(t *testing.T) {
	for theme := range palettes {
		seq := &palettes[theme].seq
		for i := 1; i < len(seq); i++ {
			a, b := luminance(seq[i-1].fill), luminance(seq[i].fill)
			if darker := b < a; darker != (Theme(theme) == Light) || contrast(seq[i-1].fill, seq[i].fill) < 1.2 {
				t.Errorf("%v: steps %d and %d have luminance %.3f and %.3f", Theme(theme), i-1, i, a, b)
			}
		}
	}
}
