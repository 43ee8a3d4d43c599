package chart

import (
	"math"
	"strings"
	"testing"
)

// marksOf are the marks of a kind.
func marksOf(s *sheet, kind string) (out []mark) {
	for _, m := range s.marks {
		if m.kind == kind {
			out = append(out, m)
		}
	}
	return out
}

// TestMoreKindsAreTrueToScale: segments, bars and bones are as long as what they
// stand for, within half a px, and of one scale.
func TestMoreKindsAreTrueToScale(t *testing.T) {
	for name, tt := range map[string]struct {
		f    Figure
		kind string
		n    int
	}{
		"counts":    {sampleCounts(english, 16), "bar", 15},
		"endings":   {sampleEndings(english), "segment", 5},
		"outcomes":  {sampleOutcomes(german, 14), "segment", 56},
		"dumbbell":  {sampleDumbbell(french), "bone", 14},
		"waterfall": {sampleWaterfall(russian), "bar", 4},
	} {
		for _, o := range everyOption {
			s := mustCompose(t, tt.f, o)
			ms := marksOf(s, tt.kind)
			if len(ms) < tt.n {
				t.Errorf("%s %v: got %d %ss, want %d", name, o.Size, len(ms), tt.kind, tt.n)
			}
			for _, m := range ms {
				if d := m.box.w() - m.value*m.scale; math.Abs(d) > 0.51 || m.scale != ms[0].scale {
					t.Errorf("%s %v: a %s of %.3f is %.2f px off at scale %v", name, o.Size, tt.kind, m.value, d, m.scale)
				}
			}
		}
	}
}

// TestCountsHaveNoTrack: nothing shows a whole where there is none, and the
// greatest count is as long as there is room.
func TestCountsHaveNoTrack(t *testing.T) {
	s := mustCompose(t, sampleCounts(english, 4), Options{})
	for _, it := range s.items {
		if a, ok := it.(*area); ok && a.col.part == "track" {
			t.Error("bars of counts stand on tracks")
		}
	}
	ms := marksOf(s, "bar")
	if ms[0].value != 1 || math.Abs(ms[1].value-19481.0/32008) > 1e-9 {
		t.Errorf("got bars of %v and %v", ms[0].value, ms[1].value)
	}
}

// TestBarsInGroups: a bar that follows stands closer to its kin than to others.
func TestBarsInGroups(t *testing.T) {
	for _, z := range []Size{Wide, Phone, Square, A4} {
		ms := append(marksOf(mustCompose(t, sampleGrouped(english), Options{Size: z}), "bar"), mark{})
		for i := 0; i+2 < len(ms)-1; i += 2 {
			kin, other := ms[i+1].box.y0-ms[i].box.y1, ms[i+2].box.y0-ms[i+1].box.y1
			if kin < 1 || kin > other-8 {
				t.Errorf("%v: bars %d and %d are %.1f px apart, the next %.1f", z, i, i+1, kin, other)
			}
		}
	}
}

// TestLongPanelIsHalved: twenty bars stand in two columns on the wide sheet, all
// of them, each half with the reference, and in one on the others.
func TestLongPanelIsHalved(t *testing.T) {
	b := sampleCounts(english, 21)
	b.Panels[0].Groups[0].Heading = "all countries"
	b.Panels[0].Groups[0].Reference = &Reference{10000, "10,000"}
	for z, columns := range map[Size]int{Wide: 2, Phone: 1, Square: 1} {
		s := mustCompose(t, b, Options{Size: z})
		lefts := map[float64]bool{}
		for _, m := range append(marksOf(s, "bar"), marksOf(s, "band")...) {
			if m.kind == "bar" {
				lefts[m.box.x0] = true
			}
		}
		if n := len(marksOf(s, "bar")); len(lefts) != columns || n != 20 {
			t.Errorf("%v: %d bars in %d columns, want 20 in %d", z, n, len(lefts), columns)
		}
		said := 0
		for _, r := range s.runs {
			if r.text == "10,000" {
				said++
			}
		}
		if said != columns {
			t.Errorf("%v: the reference is named %d times", z, said)
		}
	}
}

// TestTheWholeIsSeenToChange: lines lead from the first bar to the second where
// the second is the first without its last part, and only there.
func TestTheWholeIsSeenToChange(t *testing.T) {
	ties := func(k *Stack) int {
		n := 0
		for _, it := range mustCompose(t, k, Options{}).items {
			if st, ok := it.(*stroke); ok && len(st.dash) > 0 {
				n += len(st.lines)
			}
		}
		return n
	}
	k := sampleEndings(english)
	if n := ties(k); n != 2 {
		t.Errorf("got %d lines between the bars, want 2", n)
	}
	k.Bars[1].Segments[0].Value, k.Bars[1].Segments[1].Value = k.Bars[1].Segments[1].Value, k.Bars[1].Segments[0].Value
	if n := ties(k); n != 0 {
		t.Errorf("got %d lines between bars of different things", n)
	}
}

// TestNoPercentageAlone: a segment's share is never set without its count.
func TestNoPercentageAlone(t *testing.T) {
	for _, o := range everyOption {
		for _, k := range []*Stack{sampleEndings(english), sampleOutcomes(english, 6), sampleOutcomes(english, 14)} {
			for i := range k.Bars { // no two counts alike, and none like another text
				for j := range k.Bars[i].Segments {
					k.Bars[i].Segments[j].Counts = "#" + k.Bars[i].Segments[j].Counts
				}
			}
			shares, counts := 0, 0
			for _, r := range mustCompose(t, k, o).runs {
				switch {
				case strings.HasSuffix(r.text, "%"):
					shares++
				case strings.HasPrefix(r.text, "#"):
					counts++
				}
			}
			if shares != counts || shares == 0 && o.Size != Thumb {
				t.Errorf("%s %v: %d shares and %d counts are set", k.ID, o.Size, shares, counts)
			}
		}
	}
}

func TestWeakStackIsHatched(t *testing.T) {
	n := 0
	for _, it := range mustCompose(t, sampleEndings(english), Options{}).items {
		if _, ok := it.(*hatching); ok {
			n++
		}
	}
	if n != 2 {
		t.Errorf("got %d hatched segments, want the two of 59 decisions", n)
	}
}

// TestDumbbellRows: a value that is missing has no dot, and an open row no bar.
func TestDumbbellRows(t *testing.T) {
	d := &Dumbbell{Rows: []DumbbellRow{{Name: "a", From: .2, To: .4}, {Name: "b", From: .2, To: math.NaN()}, {Name: "c", From: .3, To: .31, Open: true}}}
	s := mustCompose(t, d, Options{})
	if dots, bones := len(marksOf(s, "dot")), len(marksOf(s, "bone")); dots != 5 || bones != 1 {
		t.Errorf("got %d dots and %d bars, want 5 and 1", dots, bones)
	}
	for _, m := range marksOf(s, "dot") {
		first := marksOf(s, "dot")[0]
		if d := (m.box.x0 - first.box.x0) - (m.value-first.value)*m.scale; math.Abs(d) > 0.5 {
			t.Errorf("a dot is %.2f px off", d)
		}
	}
}

// TestSlopeEndsAreSpread: no two labels of one side touch, in the worst case too.
func TestSlopeEndsAreSpread(t *testing.T) {
	f := sampleSlope(russian)
	for i := range f.Lines {
		f.Lines[i].B = 0.5
	}
	for _, o := range everyOption {
		faults, err := Faults(f, o)
		if err != nil || len(faults) > 0 {
			t.Errorf("%v: %v %v", o, faults, err)
		}
	}
}

func TestBadMoreKindsAreRefused(t *testing.T) {
	nan := math.NaN()
	one := []Part{{"a", 0}}
	for _, tt := range []struct {
		f    Figure
		want string
	}{
		{&Stack{}, "got 0 parts, want 1 to 5"},
		{&Stack{Parts: []Part{{"a", 5}}}, `part "a": got colour 5, want 0 to 4`},
		{&Stack{Parts: one}, "got no row, want one at least"},
		{&Stack{Parts: one, Bars: []StackBar{{Name: "b"}}}, `bar "b": got 0 segments, want one for each of 1 parts`},
		{&Stack{Parts: one, Bars: []StackBar{{Name: "b", Segments: []Segment{{Value: nan}}}}}, `bar "b": got NaN for "a", want a share from 0 to 1`},
		{&Stack{Parts: one, Bars: []StackBar{{Name: "b", Segments: []Segment{{Value: .9}}}}}, `bar "b": its segments add up to 0.9, want 1`},
		{&Dumbbell{}, "got no row, want one at least"},
		{&Dumbbell{Rows: []DumbbellRow{{Name: "r", From: 2}}}, `row "r": got 2, want a share from 0 to 1, or NaN for none`},
		{&Waterfall{Start: Total{Value: nan}}, "got a total of NaN, want a share from 0 to 1"},
		{&Waterfall{Start: Total{Value: .4}, End: Total{Value: .5}}, "the effects lead from 0.4 to 0.4, want 0.5"},
		{&Waterfall{Start: Total{Value: .4}, End: Total{Value: .5}, Steps: []Effect{{Name: "e", Value: .7}}}, `effect "e" leads to 1.1, want a share from 0 to 1`},
		{&Slope{}, "got 0 lines, want 1 to 24"},
		{&Slope{Lines: []SlopeLine{{Name: "l", A: -1}}}, `line "l": got -1 to 0, want shares from 0 to 1`},
		{&Bars{Counts: true, Panels: []Panel{{Groups: []Group{{Bars: []Bar{{Name: "b", Value: -1}}}}}}}, `bar "b": got value -1, want a count from 0 up`},
		{&Bars{Counts: true, Panels: []Panel{{Groups: []Group{{Bars: []Bar{{Name: "b", Value: 5, Lo: 6, Hi: 7}}}}}}}, `bar "b": got bounds 6 to 7 about 5, want 0 ≤ lo ≤ value ≤ hi`},
	} {
		if _, _, err := Measure(tt.f, Options{}); err == nil || strings.TrimPrefix(err.Error(), "chart : ") != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
}
