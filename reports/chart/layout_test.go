package chart

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// each runs f on every sample in every theme and size.
func each(t *testing.T, f func(t *testing.T, fig Figure, o Options)) {
	t.Helper()
	for name, fig := range samples() {
		for _, o := range everyOption {
			t.Run(fmt.Sprintf("%s-%v-%v", name, o.Size, o.Theme), func(t *testing.T) { f(t, fig, o) })
		}
	}
}

func mustCompose(t *testing.T, f Figure, o Options) *sheet {
	t.Helper()
	s, err := compose(f, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSamplesHaveNoFaults(t *testing.T) {
	each(t, func(t *testing.T, fig Figure, o Options) {
		faults, err := Faults(fig, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range faults {
			t.Error(f)
		}
	})
}

func TestUsualHeight(t *testing.T) {
	for name, f := range map[string]Figure{"ladder": sampleLadder(), "bars": sampleBars(), "lines": sampleLines()} {
		if w, h, err := Measure(f, Options{}); w != 1200 || h != 675 || err != nil {
			t.Errorf("%s: got %v x %v (%v), want 1200 x 675", name, w, h, err)
		}
		if w, _, err := Measure(f, Options{Size: Phone}); w != 600 || err != nil {
			t.Errorf("%s on a phone: got width %v (%v), want 600", name, w, err)
		}
	}
}

// TestInspectFinds makes one sheet with one fault of each kind: a check that
// cannot fail is none.
func TestInspectFinds(t *testing.T) {
	blank := func() *sheet {
		s, err := newSheet(Options{})
		if err != nil {
			t.Fatal(err)
		}
		s.h = 675
		return s
	}
	for _, tt := range []struct {
		want string
		draw func(s *sheet)
	}{
		{"overlap", func(s *sheet) { s.text(100, 100, s.nameStyle(), "one"); s.text(110, 108, s.nameStyle(), "two") }},
		{"off the sheet", func(s *sheet) { s.text(1100, 100, s.nameStyle(), "too far to the right") }},
		{"off the sheet", func(s *sheet) { s.text(100, 674, s.nameStyle(), "low") }},
		{"too small", func(s *sheet) { st := s.noteStyle(); st.size = 13; s.text(100, 100, st, "small") }},
		{"crosses a reference", func(s *sheet) {
			s.text(100, 100, s.nameStyle(), "across")
			s.mark("reference", rect{120, 0, 121, 200}, 0, 0)
		}},
		{"crosses a bar", func(s *sheet) {
			s.text(100, 100, s.nameStyle(), "across")
			s.mark("bar", rect{90, 90, 120, 120}, 0, 0)
		}},
		{"crosses a line", func(s *sheet) {
			s.text(100, 100, s.nameStyle(), "across")
			s.mark("line", rect{90, 60, 130, 130}, 0, 0)
		}},
		{"", func(s *sheet) {
			s.text(100, 100, s.nameStyle(), "across").halo = true
			s.mark("line", rect{90, 60, 130, 130}, 0, 0)
		}},
		{"", func(s *sheet) { s.text(100, 100, s.nameStyle(), "one"); s.text(100, 121, s.nameStyle(), "two") }},
	} {
		s := blank()
		tt.draw(s)
		got := strings.Join(s.inspect(), "; ")
		if tt.want == "" && got != "" || !strings.HasPrefix(got, tt.want) {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

func TestLongTitleIsDrawnWholeAndReported(t *testing.T) {
	l := sampleLadder()
	l.Title = []Span{{strings.Repeat("finding ", 40), false}}
	s := mustCompose(t, l, Options{})
	n := 0
	for _, r := range s.runs {
		if r.st.size == 33 {
			n += strings.Count(r.text, "finding")
		}
	}
	if n != 40 {
		t.Errorf("got %d of 40 words of the title", n)
	}
	if len(s.faults) != 1 || !strings.HasPrefix(s.faults[0], "title has ") {
		t.Errorf("got faults %q, want one on the title", s.faults)
	}
}

// TestTitleColours checks that highlighted words, and only they, are in the
// highlight, wherever the lines break.
func TestTitleColours(t *testing.T) {
	each(t, func(t *testing.T, fig Figure, o Options) {
		s := mustCompose(t, fig, o)
		var want, got [2]string
		for _, sp := range fig.Header().Title {
			want[index(sp.Highlight)] += strings.ReplaceAll(sp.Text, " ", "")
		}
		for _, r := range s.runs {
			if r.st == s.titleStyle().in(r.st.col) && r.at.y < s.fmt.top+200 {
				got[index(r.st.col == s.pal.high)] += strings.ReplaceAll(r.text, " ", "")
			}
		}
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func index(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestBarsAreTrueToScale(t *testing.T) {
	for _, b := range []*Bars{sampleBars(), sampleBarsDE()} {
		for _, o := range everyOption {
			s := mustCompose(t, b, o)
			var lengths []mark
			scale := 0.0
			for _, m := range s.marks {
				switch m.kind {
				case "bar", "hatched bar", "whisker", "band":
					lengths = append(lengths, m)
					scale = m.scale
				}
			}
			if least := map[bool]int{false: 30, true: 21}[s.bare()]; len(lengths) < least {
				t.Fatalf("got %d lengths, want bars and ranges", len(lengths))
			}
			for _, m := range lengths {
				if m.scale != scale {
					t.Errorf("%v: %s drawn at %v px to the whole, another at %v", o, m.kind, m.scale, scale)
				}
				if d := m.box.w() - m.value*scale; math.Abs(d) > 0.5 {
					t.Errorf("%v: %s of %.3f is %.2f px off", o, m.kind, m.value, d)
				}
			}
		}
	}
}

// TestWeakBarsLookWeak: hatched, regular value, a range; the strong ones none of it.
func TestWeakBarsLookWeak(t *testing.T) {
	for _, o := range everyOption {
		b := sampleBars()
		s := mustCompose(t, b, o)
		weak, strong := 0, 0
		b.each(func(bar *Bar) {
			if bar.Weak {
				weak++
			} else {
				strong++
			}
			for _, r := range s.runs {
				if r.text == bar.Label && r.st.size == s.valueStyle().size && (r.st.weight == regular) != bar.Weak && !shared(b, bar) {
					t.Errorf("%v: %s %s has weight %d, weak %v", o, bar.Name, bar.Label, r.st.weight, bar.Weak)
				}
			}
		})
		kinds := map[string]int{}
		for _, m := range s.marks {
			kinds[m.kind]++
		}
		if kinds["hatched bar"] != weak || kinds["whisker"] != weak && !s.bare() || kinds["bar"] != strong || kinds["band"] != 1 {
			t.Errorf("%v: got %v, want %d hatched with a range, %d solid, one of them with a band", o, kinds, weak, strong)
		}
	}
}

// shared reports whether another bar has the same label.
func shared(b *Bars, bar *Bar) bool {
	n := 0
	b.each(func(o *Bar) {
		if o.Label == bar.Label {
			n++
		}
	})
	return n > 1
}

// TestFewDecisionsAreHatched reads the counts beside every share: under 100
// decisions the bar is hatched, from 100 on it is not.
func TestFewDecisionsAreHatched(t *testing.T) {
	for _, lang := range []string{"fr", "ru"} {
		b := sampleBarsIn(lang)
		few := 0
		b.each(func(bar *Bar) {
			n, err := strconv.Atoi(bar.Counts[strings.LastIndex(bar.Counts, " ")+1:])
			if err != nil {
				t.Fatal(err)
			}
			if n < 100 {
				few++
			}
			if bar.Weak != (n < 100) {
				t.Errorf("%s: %s has weak %v", bar.Name, bar.Counts, bar.Weak)
			}
		})
		for _, o := range everyOption {
			s := mustCompose(t, b, o)
			hatched := 0
			for _, it := range s.items {
				if h, ok := it.(*hatching); ok {
					for _, m := range marksOf(s, "hatched bar") {
						if h.box == m.box {
							hatched++
						}
					}
				}
			}
			if hatched != few || len(marksOf(s, "hatched bar")) != few {
				t.Errorf("%v: %d bars are hatched, want %d", o.Size, hatched, few)
			}
		}
	}
}

// TestLinesAreTrueToScale: in every series a point stands as high as its value
// says, by the zero line and the highest grid line.
func TestLinesAreTrueToScale(t *testing.T) {
	for _, o := range everyOption {
		if o.Size == Thumb {
			continue // has no grid to measure by; it shares the scales of the others
		}
		s := mustCompose(t, sampleEU(), o)
		rules := marksOf(s, "rule")
		zero, top := rules[0], rules[len(rules)-1]
		scale := (zero.box.y0 - top.box.y0) / (top.value - zero.value)
		points := marksOf(s, "point")
		if len(points) < 40 || zero.value != 0 || scale <= 0 {
			t.Fatalf("%v: %d points on a scale from %v to %v", o.Size, len(points), zero.value, top.value)
		}
		for _, m := range points {
			if d := zero.box.y0 - m.value*scale - m.box.y0; math.Abs(d) > 0.5 {
				t.Errorf("%v: a point of %v is %.2f px off", o.Size, m.value, d)
			}
		}
	}
}

func TestMissingIsNotZero(t *testing.T) {
	count := func(bar Bar) (bars, items int) {
		s := mustCompose(t, &Bars{Panels: []Panel{{Groups: []Group{{Bars: []Bar{bar}}}}}}, Options{})
		for _, m := range s.marks {
			if strings.HasSuffix(m.kind, "bar") {
				bars++
			}
		}
		return bars, len(s.items)
	}
	if n, _ := count(Bar{Name: "x", Missing: true, Counts: "n/a"}); n != 0 {
		t.Errorf("missing: got %d bars, want none", n)
	}
	if n, _ := count(Bar{Name: "x", Label: "0%", Counts: "0 of 200"}); n != 1 {
		t.Errorf("zero: got %d bars, want one", n)
	}
}

// inside counts cells whose middle lies in the polygon.
func inside(poly []pt, x, base, pitch float64, span int) int {
	n := 0
	for i := range span {
		for j := range span {
			c := pt{x + float64(i)*pitch + pitch*0.35, base - float64(j)*pitch - pitch*0.35}
			in := false
			for k, a := range poly {
				b := poly[(k+1)%len(poly)]
				if (a.y > c.y) != (b.y > c.y) && c.x < (b.x-a.x)*(c.y-a.y)/(b.y-a.y)+a.x {
					in = !in
				}
			}
			if in {
				n++
			}
		}
	}
	return n
}

func TestOutlineHoldsExactlyItsCells(t *testing.T) {
	for n := 1; n <= 700; n++ {
		poly := outline(10, 500, n, 3.5)
		if got := inside(poly, 10, 500, 3.5, 40); got != n {
			t.Fatalf("outline of %d holds %d cells: %v", n, got, poly)
		}
	}
	if got := inside(outline(0, 400, 8507, 3.5), 0, 400, 3.5, 100); got != 8507 {
		t.Errorf("outline of 8507 holds %d cells", got)
	}
}

// TestLadderIsTrueToScale: every square, outside the enlarged copies, has one
// scale, and the areas painted are those of the counts.
func TestLadderIsTrueToScale(t *testing.T) {
	for _, o := range everyOption {
		l := sampleLadder()
		s := mustCompose(t, l, o)
		pitch := math.Inf(1)
		for _, m := range s.marks {
			if m.kind == "cells" {
				pitch = min(pitch, m.scale)
			}
		}
		got := map[float64]int{}
		for _, m := range s.marks {
			if m.kind != "cells" {
				continue
			}
			if m.scale != pitch && m.scale != pitch*Enlarged {
				t.Errorf("%v: %v cells at pitch %v, want %v or %d times that", o, m.value, m.scale, pitch, Enlarged)
			}
			if m.scale == pitch {
				got[m.value]++
			}
			cols, rows := square(int(m.value))
			if d := m.box.w() - (float64(cols)*m.scale - gapOf(m.scale)); math.Abs(d) > 0.5 {
				t.Errorf("%v: %v cells are %.2f px too wide", o, m.value, d)
			}
			if d := m.box.h() - (float64(rows)*m.scale - gapOf(m.scale)); math.Abs(d) > 0.5 {
				t.Errorf("%v: %v cells are %.2f px too high", o, m.value, d)
			}
		}
		for n, times := range map[float64]int{8507: 1, 636: 1, 333: 2, 59: 2, 20: 4, 23: 1} {
			if got[n] != times {
				t.Errorf("%v: %v cells drawn %d times, want %d", o, n, got[n], times)
			}
		}
	}
}

// TestRandomLadders draws ladders of all proportions: none may have a fault.
func TestRandomLadders(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 120 {
		l := sampleLadder()
		l.Steps = l.Steps[:1+r.IntN(5)]
		l.Brackets = nil
		if len(l.Steps) > 2 {
			l.Brackets = []Bracket{{0, 1, "Ratios of two yearly counts of different people: not rates"}}
		}
		n := int64(math.Exp(r.Float64() * 12))
		for i := range l.Steps {
			l.Steps[i].Count, l.Steps[i].CountText = n, fmt.Sprint(n)
			next := int64(float64(n) * r.Float64())
			l.Steps[i].Inner, l.Steps[i].Grants = next, next/3
			n = next
		}
		l.AsideAt = r.IntN(6)
		for _, o := range everyOption[1:3] {
			faults, err := Faults(l, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range faults {
				t.Errorf("%v %v: %s", o, l.Steps, f)
			}
		}
	}
}

// TestRandomLines spreads end labels and places marks on many shapes.
func TestRandomLines(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 80 {
		l := sampleLines()
		l.Series, l.Marks = nil, nil
		top := math.Exp(r.Float64() * 14)
		for i := range 1 + r.IntN(6) {
			v := make([]float64, 2+r.IntN(16))
			for k := range v {
				v[k] = math.Round(top * r.Float64())
				if r.IntN(9) == 0 {
					v[k] = math.NaN()
				}
			}
			v[0] = top / 2
			l.Series = append(l.Series, Series{Name: fmt.Sprint(i), Points: points(2008, v...), EndLabel: "a series with some words", Highlight: i == 0, Context: i == 3})
		}
		l.Marks = []Mark{{2008, top / 2, "something happened here"}}
		for _, o := range everyOption[1:3] {
			faults, err := Faults(l, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range faults {
				t.Errorf("%v: %s", o, f)
			}
		}
	}
}

func TestEndLabelsAreSpread(t *testing.T) {
	s := mustCompose(t, sampleEU(), Options{})
	var ys []float64
	for _, r := range s.runs {
		if r.st.size == 15 && r.st.weight == bold {
			ys = append(ys, r.at.y)
		}
	}
	if len(ys) != 5 {
		t.Fatalf("got %d end labels, want 5", len(ys))
	}
	for i, a := range ys {
		for _, b := range ys[:i] {
			if d := math.Abs(a - b); d < 18 {
				t.Errorf("two end labels are %.1f px apart, want 18 at least", d)
			}
		}
	}
}

func TestSpreadKeepsWhatDoesNotTouch(t *testing.T) {
	all := []endLabel{{from: pt{0, 200}, h: 20}, {from: pt{0, 50}, h: 20}, {from: pt{0, 55}, h: 20}}
	spread(all, 0, 300)
	for i, want := range []float64{42.5, 62.5, 200} {
		if all[i].at != want {
			t.Errorf("block %d at %v, want %v", i, all[i].at, want)
		}
	}
}

func TestTextIsReadable(t *testing.T) {
	each(t, func(t *testing.T, fig Figure, o Options) {
		s := mustCompose(t, fig, o)
		for _, r := range s.runs {
			if c := contrast(r.st.col, s.pal.paper); c < 4.5 {
				t.Errorf("%q has contrast %.1f, want 4.5", r.text, c)
			}
		}
	})
}

func TestYearTicks(t *testing.T) {
	for _, tt := range []struct {
		first, last float64
		most        int
		want        string
	}{
		{2014, 2024, 7, "2024 2022 2020 2018 2016 2014"},
		{2008, 2024, 7, "2024 2021 2018 2015 2012 2009"},
		{2020, 2024, 7, "2024 2023 2022 2021 2020"},
		{1999, 2024, 4, "2024 2014 2004"},
		{2023, 2023, 7, "2023"},
	} {
		var got []string
		for _, k := range (years{tt.most}).Ticks(tt.first, tt.last) {
			got = append(got, k.Label)
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%v–%v: got %s, want %s", tt.first, tt.last, s, tt.want)
		}
	}
}

func TestValueTicks(t *testing.T) {
	for _, tt := range []struct {
		lo, hi float64
		want   string
	}{
		{0, 2065, "0 500 1000 1500 2000 2500"},
		{0, 41355, "0 10000 20000 30000 40000 50000"},
		{0, 1, "0 0.2 0.4 0.6000000000000001 0.8 1"},
		{0, 7, "0 2 4 6 8"},
		{-30, 60, "-40 -20 0 20 40 60"},
		{0, 1200, "0 250 500 750 1000 1250"},
	} {
		var got []string
		for _, k := range (steps{5}).Ticks(tt.lo, tt.hi) {
			got = append(got, k.Label)
		}
		if s := strings.Join(got, " "); s != tt.want {
			t.Errorf("%v–%v: got %s, want %s", tt.lo, tt.hi, s, tt.want)
		}
	}
}

// letters measures every rune as one px.
func letters(s string) float64 { return float64(len([]rune(s))) }

func TestWrap(t *testing.T) {
	for _, tt := range []struct {
		in    string
		width float64
		want  string
	}{
		{"one two three", 7, "one two|three"},
		{"shares of the cases", 9, "shares|of the|cases"},        // no line ends in "of"
		{"дел в первой инстанции", 6, "дел в|первой|инстан|ции"}, // unless it must
		{"20\u00A0of\u00A059 were", 9, "20\u00A0of\u00A059|were"},
		{"Flüchtlings\u00ADeigenschaft", 12, "Flüchtlings-|eigenschaft"},
		{"Flüchtlings\u00ADeigenschaft", 40, "Flüchtlingseigenschaft"},
		{"abcdefghij", 4, "abcd|efgh|ij"},
		{"  spaced   out ", 40, "spaced out"},
		{"", 10, ""},
		{"a", 0, "a"},
	} {
		if got := strings.Join(wrap(letters, tt.in, tt.width), "|"); got != tt.want {
			t.Errorf("wrap(%q, %v): got %q, want %q", tt.in, tt.width, got, tt.want)
		}
	}
}

// TestBalanceBreaksNoWord: lines of one length are not worth a broken word.
func TestBalanceBreaksNoWord(t *testing.T) {
	for _, f := range []func(measure, string, float64) []string{balance, settle} {
		if got := strings.Join(f(letters, "new applications lodged", 12), "|"); got != "new|applications|lodged" {
			t.Errorf("got %q", got)
		}
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("one of two\u00A0three", 6.0)
	f.Add("Flüchtlings\u00ADeigenschaft в к с", 1.0)
	f.Add("x", -3.0)
	f.Fuzz(func(t *testing.T, s string, width float64) {
		if math.IsNaN(width) || len(s) > 500 {
			return
		}
		s = clean(s)
		lines := wrap(letters, s, width)
		squeeze := strings.NewReplacer(" ", "", "-", "", softHyphen, "").Replace
		if squeeze(strings.Join(lines, "")) != squeeze(s) {
			t.Errorf("%q at %v lost letters: %q", s, width, lines)
		}
		for _, l := range lines {
			if letters(l) > max(width, 1) && letters(l) > 1 {
				t.Errorf("%q at %v: line %q is too wide", s, width, l)
			}
		}
	})
}

func TestBadFiguresAreRefused(t *testing.T) {
	bars := func(b Bar) *Bars {
		b.Name = "Croatia"
		return &Bars{Head: Head{ID: "X"}, Panels: []Panel{{Groups: []Group{{Bars: []Bar{b}}}}}}
	}
	nan := math.NaN()
	for _, tt := range []struct {
		f    Figure
		want string
	}{
		{nil, "chart: no figure to draw"},
		{&Ladder{Head: Head{ID: "X"}}, "chart X: got a ladder of 0 steps, want 1 to 7"},
		{&Ladder{Steps: []Step{{Count: 5, Grants: 6}}}, "chart : step 0: got count 5, inner 0, grants 6, want 0 ≤ inner, grants ≤ count"},
		{&Ladder{Steps: []Step{{}}, Brackets: []Bracket{{0, 1, ""}}}, "chart : bracket 0: got steps 0 to 1, want them within 0 to 0"},
		{&Bars{}, "chart : got 0 panels of bars, want 1 or 2"},
		{bars(Bar{Value: 1.2}), `chart X: bar "Croatia": got value 1.2, want a share from 0 to 1`},
		{bars(Bar{Value: nan}), `chart X: bar "Croatia": got no value, want one, or Missing set`},
		{bars(Bar{Value: .5, Lo: .6, Hi: .7}), `chart X: bar "Croatia": got bounds 0.6 to 0.7 about 0.5, want 0 ≤ lo ≤ value ≤ hi ≤ 1`},
		{bars(Bar{Value: .5, Low95: .6, High95: .4}), `chart X: bar "Croatia": got a range 0.6 to 0.4, want 0 ≤ low ≤ high ≤ 1`},
		{&Lines{}, "chart : got no point with a value, want one at least"},
		{&Lines{Series: []Series{{Name: "s", Points: []Point{{Year: 2020}, {Year: 2020}}}}}, "chart : series 0 (s): got year 2020 after 2020, want rising years"},
		{&Lines{Series: []Series{{Points: points(2020, nan)}}}, "chart : got no point with a value, want one at least"},
	} {
		if _, _, err := Measure(tt.f, Options{}); err == nil || err.Error() != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
	if _, _, err := Measure(sampleLadder(), Options{Size: 7}); err == nil {
		t.Error("size 7: got no error")
	}
}
