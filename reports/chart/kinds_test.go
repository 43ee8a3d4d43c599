package chart

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// kindSamples are figures by name and language.
func kindSamples() map[string]func(tongue) Figure {
	return map[string]func(tongue) Figure{
		"tiles":          func(l tongue) Figure { return sampleTiles(l) },
		"tiles-ru":       func(l tongue) Figure { return sampleTilesRU(l) },
		"multiples":      func(l tongue) Figure { return sampleMultiples(l) },
		"intervals":      func(l tongue) Figure { return sampleIntervals(l) },
		"ratios":         func(l tongue) Figure { return sampleRatios(l) },
		"funnel":         func(l tongue) Figure { return sampleFunnel(l) },
		"funnel-ru":      func(l tongue) Figure { return sampleFunnelRU(l) },
		"heat":           func(l tongue) Figure { return sampleHeat(l) },
		"heat-diverging": func(l tongue) Figure { return sampleHeatDiverging(l) },
		"counts":         func(l tongue) Figure { return sampleCounts(l, 16) },
		"grouped":        func(l tongue) Figure { return sampleGrouped(l) },
		"counts-4":       func(l tongue) Figure { return sampleCounts(l, 4) },
		"counts-40":      func(l tongue) Figure { return sampleCounts(l, 40) },
		"endings":        func(l tongue) Figure { return sampleEndings(l) },
		"outcomes":       func(l tongue) Figure { return sampleOutcomes(l, 6) },
		"outcomes-14":    func(l tongue) Figure { return sampleOutcomes(l, 14) },
		"dumbbell":       func(l tongue) Figure { return sampleDumbbell(l) },
		"slope":          func(l tongue) Figure { return sampleSlope(l) },
		"waterfall":      func(l tongue) Figure { return sampleWaterfall(l) },
	}
}

// TestGoldenKinds compares everything but the embedded letters with testdata.
func TestGoldenKinds(t *testing.T) {
	for name, tt := range map[string]struct {
		f Figure
		o Options
	}{
		"tiles-en-wide":          {sampleTiles(english), Options{}},
		"tiles-ru-fr-phone-dark": {sampleTilesRU(french), Options{Theme: Dark, Size: Phone}},
		"heat-fr-wide":           {sampleHeat(french), Options{}},
		"heat-diverging-de-a4":   {sampleHeatDiverging(german), Options{Size: A4}},
		"funnel-en-wide":         {sampleFunnel(english), Options{}},
		"funnel-ru-phone-dark":   {sampleFunnel(russian), Options{Theme: Dark, Size: Phone}},
		"multiples-en-wide":      {sampleMultiples(english), Options{}},
		"multiples-ru-square":    {sampleMultiples(russian), Options{Size: Square}},
		"intervals-de-wide":      {sampleIntervals(german), Options{}},
		"ratios-fr-phone":        {sampleRatios(french), Options{Size: Phone}},
		"counts-en-wide":         {sampleCounts(english, 16), Options{}},
		"endings-ru-wide":        {sampleEndings(russian), Options{}},
		"outcomes-de-phone-dark": {sampleOutcomes(german, 6), Options{Theme: Dark, Size: Phone}},
		"dumbbell-fr-wide":       {sampleDumbbell(french), Options{}},
		"slope-en-square":        {sampleSlope(english), Options{Size: Square}},
		"waterfall-ru-a4":        {sampleWaterfall(russian), Options{Size: A4}},
	} {
		t.Run(name, func(t *testing.T) { golden(t, name, tt.f, tt.o) })
	}
}

// eachKind runs f on every sample in every language, size and theme.
func eachKind(t *testing.T, f func(t *testing.T, fig Figure, o Options)) {
	t.Helper()
	for name, sample := range kindSamples() {
		for _, l := range tongues {
			for _, o := range everyOption {
				t.Run(fmt.Sprintf("%s-%s-%v-%v", name, l.lang, o.Size, o.Theme), func(t *testing.T) { f(t, sample(l), o) })
			}
		}
	}
}

// TestKindsHaveNoFaults looks at every picture as a careful eye would. They stay
// in the directory that CHART_LOOK names.
func TestKindsHaveNoFaults(t *testing.T) {
	dir := os.Getenv("CHART_LOOK")
	eachKind(t, func(t *testing.T, f Figure, o Options) {
		faults, err := Faults(f, o)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range faults {
			t.Error(x)
		}
		if dir == "" {
			return
		}
		var b bytes.Buffer
		o.Scale = 1
		if err := PNG(&b, f, o); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(t.Name())+".png"), b.Bytes(), 0o666); err != nil {
			t.Fatal(err)
		}
	})
}

// grounds are the colours beneath a run of text: at its corners and along its
// middle, the last area painted there, else the paper. Text is painted last.
func grounds(s *sheet, r *run) []colour {
	b := r.box()
	b = rect{b.x0 + 0.5, b.y0 + 0.5, b.x1 - 0.5, b.y1 - 0.5}
	at := b.corners()
	for x := b.x0; x < b.x1; x += 2 {
		at = append(at, pt{x, (b.y0 + b.y1) / 2})
	}
	out := make([]colour, len(at))
	for i := range out {
		out[i] = s.pal.paper
	}
	for _, it := range s.items {
		a, ok := it.(*area)
		if !ok {
			continue
		}
		for i, p := range at {
			if slices.ContainsFunc(a.rings, func(ring []pt) bool { return holds(ring, p) }) {
				out[i] = a.col
			}
		}
	}
	return out
}

func holds(ring []pt, p pt) bool {
	in := false
	for k, a := range ring {
		b := ring[(k+1)%len(ring)]
		if (a.y > p.y) != (b.y > p.y) && p.x < (b.x-a.x)*(p.y-a.y)/(b.y-a.y)+a.x {
			in = !in
		}
	}
	return in
}

// TestKindsAreReadable: text has a contrast of 4.5 on whatever lies under it,
// hatching included.
func TestKindsAreReadable(t *testing.T) {
	on := map[string]bool{}
	for name, sample := range kindSamples() {
		for _, o := range everyOption {
			s := mustCompose(t, sample(english), o)
			for _, r := range s.runs {
				for _, g := range grounds(s, r) {
					on[g.part] = true
					if c := contrast(r.st.col, g); c < 4.5 {
						t.Errorf("%s %v: %q has contrast %.1f on %s, want 4.5", name, o, r.text, c, g.part)
						break
					}
				}
			}
		}
	}
	for i := range 5 {
		if part := fmt.Sprintf("seq-%d", i+1); !on[part] || !on[part+"-hatch"] {
			t.Errorf("no text was found on %s and its hatch: the test looks past it", part)
		}
	}
}

// count counts the marks of a sheet by kind.
func count(s *sheet) map[string]int {
	out := map[string]int{}
	for _, m := range s.marks {
		out[m.kind]++
	}
	return out
}

func says(s *sheet, text string) bool {
	return slices.ContainsFunc(s.runs, func(r *run) bool { return r.text == text })
}

func TestTilesStandInTheirPlaces(t *testing.T) {
	for _, o := range everyOption {
		f := sampleTiles(english)
		s := mustCompose(t, f, o)
		boxes := map[string]rect{}
		for i, m := range slices.DeleteFunc(s.marks, func(m mark) bool { return !strings.HasSuffix(m.kind, "tile") }) {
			boxes[f.Tiles[i].Geo] = m.box
		}
		is, cy := boxes["IS"], boxes["CY"]
		w, h := (cy.x0-is.x0)/7, (cy.y0-is.y0)/7
		for geo, b := range boxes {
			p := places[geo]
			if dx, dy := b.x0-is.x0-float64(p.col)*w, b.y0-is.y0-float64(p.row)*h; math.Abs(dx) > 0.5 || math.Abs(dy) > 0.5 {
				t.Errorf("%v: %s is off its place by %.1f, %.1f", o, geo, dx, dy)
			}
			if math.Abs(b.w()-is.w()) > 0.5 || math.Abs(b.h()-is.h()) > 0.5 {
				t.Errorf("%v: %s is %.1f x %.1f, IS %.1f x %.1f", o, geo, b.w(), b.h(), is.w(), is.h())
			}
		}
		if len(boxes) != len(f.Tiles) {
			t.Errorf("%v: got %d tiles, want %d", o, len(boxes), len(f.Tiles))
		}
	}
}

// TestPlacesOfTiles: no two countries share a place, and all are on the map.
func TestPlacesOfTiles(t *testing.T) {
	seen := map[place]string{}
	for geo, p := range places {
		if other, taken := seen[p]; taken || p.col < 0 || p.col >= tileCols || p.row < 0 || p.row >= tileRows {
			t.Errorf("%s lies at %v, where %q lies", geo, p, other)
		}
		seen[p] = geo
	}
	if len(places) != 31 || !TilePlace("EL") || TilePlace("GR") {
		t.Errorf("got %d places, EL %v, GR %v, want 31, of them EL but not GR", len(places), TilePlace("EL"), TilePlace("GR"))
	}
}

// TestWeakTilesLookWeak: hatched under 100, counts alone under 20, and nothing
// is made of no decision.
func TestWeakTilesLookWeak(t *testing.T) {
	for _, o := range everyOption {
		s := mustCompose(t, sampleTilesRU(english), o)
		got := count(s)
		if got["tile"] != 12 || got["hatched tile"] != 11 || got["counts tile"] != 6 || got["empty tile"] != 2 {
			t.Errorf("%v: got %v, want 12 solid, 11 hatched, 6 of counts, 2 empty", o, got)
		}
	}
	one := func(k Tile) *sheet { return mustCompose(t, &Tiles{Tiles: []Tile{k}}, Options{}) }
	if s := one(Tile{Geo: "HR", CountsOnly: true, Label: "34%", Counts: "5 of 15"}); says(s, "34%") || !says(s, "5 of 15") {
		t.Error("too few for a share: want the counts and no share")
	}
	if s := one(Tile{Geo: "HR", Missing: true, Label: "0%"}); says(s, "0%") || !says(s, "HR") {
		t.Error("missing: want the code and no share")
	}
	if s := one(Tile{Geo: "HR", Label: "0%", Counts: "0 of 200"}); !says(s, "0%") || count(s)["tile"] != 1 {
		t.Error("zero: want a solid tile with its share")
	}
}

func TestShareSteps(t *testing.T) {
	for v, want := range map[float64]int{0: 0, 0.199: 0, 0.2: 1, 0.4: 2, 0.599: 2, 0.6: 3, 0.8: 4, 1: 4} {
		if got := shareStep(v); got != want {
			t.Errorf("%v: got step %d, want %d", v, got, want)
		}
	}
	for d, want := range map[float64]int{0: 3, 0.049: 3, -0.049: 3, 0.05: 4, -0.05: 2, 0.2: 5, -0.25: 1, 0.4: 6, 1: 6, -1: 0} {
		if got := differenceStep(d, false); got != want {
			t.Errorf("difference %v: got step %d, want %d", d, got, want)
		}
	}
	if got := differenceStep(-0.3, true); got != 3 {
		t.Errorf("a difference that rounding may explain: got step %d, want the middle", got)
	}
	if a, b := 0.3-0.1, 0.8-0.6; differenceStep(a, false) != 5 || differenceStep(b, false) != 5 {
		t.Errorf("%v and %v are 20 points: want one step", a, b)
	}
}

// TestRandomTiles draws maps of 4 to 31 countries of all kinds: none may have a fault.
func TestRandomTiles(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	all := slices.Sorted(func(yield func(string) bool) {
		for geo := range places {
			if !yield(geo) {
				return
			}
		}
	})
	for range 60 {
		l := tongues[r.IntN(4)]
		f := sampleTiles(l)
		f.Key = l.tilesKey(l.say("Croatia", "Croatie", "Kroatien", "Хорватия"))
		r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		var cells []cell
		for _, geo := range all[:4+r.IntN(28)] {
			n := int(math.Exp(r.Float64() * 11))
			cells = append(cells, cell{geo, r.IntN(n + 1), n, r.IntN(5) == 0})
		}
		f.Tiles = l.tiles(cells, cells[0].geo)
		for _, o := range everyOption {
			faults, err := Faults(f, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range faults {
				t.Errorf("%s %v, %d tiles: %s", l.lang, o, len(cells), x)
			}
		}
	}
}

func TestPartCounts(t *testing.T) {
	for in, want := range map[string]string{
		"31,567\u00A0of\u00A032,008": "31,567|of\u00A032,008", "8\u00A0507 из 9\u00A0000": "8\u00A0507|из 9\u00A0000", "≈5 of 19": "≈5|of 19",
		"none": "none", "": "", "5": "5", "8\u202F507": "8\u202F507",
	} {
		if got := strings.Join(partCounts(in), "|"); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// TestStripesStayInside: hatching is cut exactly and covers what it should.
func TestStripesStayInside(t *testing.T) {
	for _, r := range []rect{{10, 20, 107, 70}, {0, 0, 62, 34}, {5, 5, 20, 105}, {3, 3, 6, 6}} {
		area := 0.0
		for _, ring := range stripes(3, 8, r) {
			sum := 0.0
			for i, a := range ring {
				b := ring[(i+1)%len(ring)]
				sum += a.x*b.y - b.x*a.y
				if a.x < r.x0 || a.x > r.x1 || a.y < r.y0 || a.y > r.y1 {
					t.Errorf("%v: a corner at %v", r, a)
				}
			}
			area += math.Abs(sum) / 2
		}
		if part := area / (r.w() * r.h()); r.w() > 10 && math.Abs(part-3.0/8) > 0.12 {
			t.Errorf("%v: hatching covers %.2f of it, want %.2f", r, part, 3.0/8)
		}
	}
}

// TestHeatCells: each cell has the shade of its value, in its row and column,
// once over all parts of the table.
func TestHeatCells(t *testing.T) {
	for _, o := range everyOption {
		for _, f := range []*Heat{sampleHeat(french), sampleHeatDiverging(russian)} {
			s := mustCompose(t, f, o)
			want := map[string]int{}
			for _, r := range f.Rows {
				for _, c := range r.Cells {
					switch {
					case c.Missing:
						want["empty tile"]++
					case c.Few:
						want["counts tile"]++
					case c.Weak:
						want["hatched tile"]++
					default:
						want["tile"]++
					}
				}
			}
			got := count(s)
			if !s.bare() { // three in the legend
				got["hatched tile"]--
				got["counts tile"]--
				got["empty tile"]--
			}
			for kind, n := range want {
				if got[kind] != n {
					t.Errorf("%v: got %d of kind %s, want %d", o, got[kind], kind, n)
				}
			}
		}
	}
}

// TestHeatShades: what is painted under each number is the step of its value.
func TestHeatShades(t *testing.T) {
	f := sampleHeatDiverging(english)
	s := mustCompose(t, f, Options{})
	next := 0
	for i := range f.Rows {
		r := &f.Rows[i]
		for j := range r.Cells {
			c := &r.Cells[j]
			if !c.shaded() {
				continue
			}
			for next < len(s.runs) && (s.runs[next].text != c.Label || s.runs[next].st.size != s.cellStyle().size) {
				next++
			}
			if next == len(s.runs) {
				t.Fatalf("%s, %s: no %q", r.Name, f.Columns[j].Code, c.Label)
			}
			tone := s.pal.div[f.step(r, c)]
			for _, g := range grounds(s, s.runs[next]) {
				if g != tone.fill && (g != tone.hatch || !c.Weak) {
					t.Errorf("%s, %s: %s stands on %s, want %s", r.Name, f.Columns[j].Code, c.Label, g.part, tone.fill.part)
					break
				}
			}
			next++
		}
	}
}

func TestFunnelIsTrueToScale(t *testing.T) {
	for _, o := range everyOption {
		f := sampleFunnelRU(english)
		s := mustCompose(t, f, o)
		p := f.plan(s.scratch(), 200, 600)
		if x := p.x(p.lo); math.Abs(x-p.area.x0) > 0.01 {
			t.Errorf("%v: the axis begins at %v, the area at %v", o, x, p.area.x0)
		}
		// A doubling is as wide everywhere, and a tenth as high.
		if a, b := p.x(200)-p.x(100), p.x(2000)-p.x(1000); math.Abs(a-b) > 0.01 {
			t.Errorf("%v: 100 to 200 is %v px, 1,000 to 2,000 %v", o, a, b)
		}
		var points []rect
		for _, m := range s.marks {
			if m.kind == "point" {
				points = append(points, m.box)
			}
		}
		if len(points) != len(f.Points) {
			t.Fatalf("%v: got %d points, want %d", o, len(points), len(f.Points))
		}
		for _, q := range f.Points {
			dx, dy := p.x(float64(q.N))-p.area.x0, q.Value*p.area.h()/p.area.h()
			if !slices.ContainsFunc(points, func(r rect) bool {
				var y0, h float64
				for _, m := range s.marks {
					if m.kind == "reference" {
						y0, h = (m.box.y0+m.box.y1)/2+m.value*m.scale, m.scale
					}
				}
				return math.Abs(r.x0-p.area.x0-dx) < 0.5 && math.Abs((y0-r.y0)/h-dy) < 0.5/h+1e-9
			}) {
				t.Errorf("%v: no point at %d decisions and %v", o, q.N, q.Value)
			}
		}
	}
}

// TestFunnelNames: all beyond the wider limits and the subject are named, no
// other is.
func TestFunnelNames(t *testing.T) {
	for _, f := range []*Funnel{sampleFunnel(english), sampleFunnelRU(english)} {
		s := mustCompose(t, f, Options{})
		named := 0
		for i := range f.Points {
			q := &f.Points[i]
			want := f.zone(q) == beyond998 || q.Highlight
			if want {
				named++
			}
			if got := says(s, q.Name) || says(s, q.Code); got != want {
				t.Errorf("%s, %v of %d: named %v, want %v", q.Name, q.Value, q.N, got, want)
			}
		}
		if named < 10 || named == len(f.Points) {
			t.Errorf("got %d of %d named: the sample is no test", named, len(f.Points))
		}
	}
	f := Funnel{Limits: []Limit{{N: 50, Lo95: .2, Hi95: .8, Lo998: .1, Hi998: .9}}}
	for v, want := range map[float64]zone{.5: within95, .2: within95, .8: within95, .19: within998, .1: within998, .9: within998, .09: beyond998, 1: beyond998} {
		if got := f.zone(&FunnelPoint{N: 50, Value: v}); got != want {
			t.Errorf("%v: got zone %d, want %d", v, got, want)
		}
	}
}

// TestFunnelSteps: at small numbers the limits are steps half a decision to
// either side of each, exactly at the share passed in.
func TestFunnelSteps(t *testing.T) {
	f := &Funnel{Points: []FunnelPoint{{N: 20, Value: .5}, {N: 22, Value: .5}, {N: 40, Value: .5}}}
	for _, n := range []int64{20, 21, 22, 40} {
		f.Limits = append(f.Limits, Limit{N: n, Lo95: .4, Hi95: .6 + float64(n%2)/10, Hi998: 1})
	}
	s := mustCompose(t, f, Options{})
	p := f.plan(s.scratch(), 200, 600)
	var got []string
	for _, q := range f.edge(&p, func(l Limit) float64 { return l.Hi95 }) {
		n := p.lo * math.Pow(p.hi/p.lo, (q.x-p.area.x0)/p.area.w())
		got = append(got, fmt.Sprintf("%.1f:%.2f", n, (p.area.y1-q.y)/p.area.h()))
	}
	if s := strings.Join(got, " "); s != "20.0:0.60 20.5:0.60 20.5:0.70 21.5:0.70 21.5:0.60 42.4:0.60" {
		t.Errorf("got %s", s)
	}
}

func TestDecades(t *testing.T) {
	if got := fmt.Sprint(decades(20, 6000)); got != "[20 50 100 200 500 1000 2000 5000]" {
		t.Errorf("got %s", got)
	}
	if got := fmt.Sprint(decades(1, 9)); got != "[1 2 5]" {
		t.Errorf("got %s", got)
	}
}

// TestRandomFunnels places names on many shapes.
func TestRandomFunnels(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 25 {
		l := tongues[r.IntN(4)]
		p := 0.05 + 0.9*r.Float64()
		var cells []cell
		for _, c := range russians2023[:4+r.IntN(20)] {
			n := 20 + int(math.Exp(r.Float64()*9))
			k := int(float64(n) * min(max(p+(r.Float64()-0.5)*0.6, 0), 1))
			cells = append(cells, cell{c.geo, k, n, false})
		}
		f := l.funnel(cells, p, cells[0].geo)
		for _, o := range everyOption {
			faults, err := Faults(f, o)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range faults {
				t.Errorf("%s %v, %d points: %s", l.lang, o, len(cells), x)
			}
		}
	}
}

func TestMultiplesAreTrueToScale(t *testing.T) {
	for _, o := range everyOption {
		f := sampleMultiples(german)
		s := mustCompose(t, f, o)
		p := multiplePlan{}
		p.first, p.last, p.ticks = f.scales()
		if lo, hi := p.ticks[0].Value, p.ticks[len(p.ticks)-1].Value; lo != 0 || hi != 1 {
			t.Errorf("the scale runs from %v to %v, want 0 to 1", lo, hi)
		}
		known := 0
		for _, k := range f.Panels {
			for _, q := range k.Points {
				if q.known() && (!s.bare() || k.Highlight) {
					known++
				}
			}
		}
		if got := count(s)["point"]; got != known {
			t.Errorf("%v: got %d points, want %d", o, got, known)
		}
	}
	p := multiplePlan{first: 2014, last: 2024}
	_, _, p.ticks = sampleMultiples(german).scales()
	area := rect{100, 200, 300, 350}
	for q, want := range map[Point]pt{{Year: 2014}: {100, 350}, {Year: 2024, Value: 1}: {300, 200}, {Year: 2019, Value: .5}: {200, 275}} {
		if got := p.at(area, q); got != want {
			t.Errorf("%v: got %v, want %v", q, got, want)
		}
	}
}

// TestMultiplesOfAllNumbers: 2 to 20 panels, in as many columns as suit.
func TestMultiplesOfAllNumbers(t *testing.T) {
	for n := 2; n <= maxMultiples; n++ {
		l := tongues[n%4]
		f := sampleMultiples(l)
		for len(f.Panels) < n {
			f.Panels = append(f.Panels, f.Panels...)
		}
		f.Panels = f.Panels[:n]
		for _, z := range Sizes() {
			faults, err := Faults(f, Options{Size: z})
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range faults {
				t.Errorf("%s %v, %d panels: %s", l.lang, z, n, x)
			}
		}
	}
}

// TestMultiplesHaveTheOthersBehind: each panel draws all other lines in grey,
// and none where a value is missing.
func TestMultiplesHaveTheOthersBehind(t *testing.T) {
	f := &Multiples{Panels: []Multiple{
		{Title: "a", Points: points(2020, .1, .2, .3)},
		{Title: "b", Points: points(2020, .1, math.NaN(), .3, .4)},
		{Title: "c", Points: points(2020, math.NaN())},
	}}
	s := mustCompose(t, f, Options{})
	var grey, own, dashed int
	for _, it := range s.items {
		k, ok := it.(*stroke)
		switch {
		case ok && k.col == s.pal.grid:
			grey += len(k.lines)
		case ok && k.col == s.pal.data && k.dash == nil:
			own++
		case ok && k.dash != nil:
			dashed++
		}
	}
	// Behind a: b's second piece; behind b: a's; behind c: both. Ties: b's gap, c's empty frame.
	if grey != 4 || own != 2 || dashed != 2 {
		t.Errorf("got %d grey lines, %d own, %d dashed, want 4, 2, 2", grey, own, dashed)
	}
}

func TestIntervalsAreTrueToScale(t *testing.T) {
	for _, o := range everyOption {
		for _, f := range []*Intervals{sampleIntervals(russian), sampleRatios(french)} {
			s := mustCompose(t, f, o)
			var dots []mark
			for _, m := range s.marks {
				switch m.kind {
				case "dot", "weak dot":
					dots = append(dots, m)
				case "whisker", "band":
					if d := m.box.w() - m.value*m.scale; math.Abs(d) > 0.5+1e-6 {
						t.Errorf("%v: %s of %.3f is %.2f px off", o, m.kind, m.value, d)
					}
				}
			}
			i, lo, hi := 0, f.Min, f.Max
			if lo == hi {
				lo, hi = 0, 1
			}
			for _, g := range f.Groups {
				for _, b := range g.Bars {
					if b.Missing {
						continue
					}
					m := dots[i]
					i++
					want := dots[0].box.x0 + m.scale*(b.Value-f.Groups[0].Bars[0].Value)/(hi-lo)
					if math.Abs(m.box.x0-want) > 0.5 {
						t.Errorf("%v: %s at %.1f, want %.1f", o, b.Name, m.box.x0, want)
					}
					if weak := m.kind == "weak dot"; weak != b.Weak {
						t.Errorf("%v: %s drawn as %s", o, b.Name, m.kind)
					}
				}
			}
			if i != len(dots) {
				t.Errorf("%v: got %d dots, want %d", o, len(dots), i)
			}
		}
	}
}

func TestBadKindsAreRefused(t *testing.T) {
	nan := math.NaN()
	limits := []Limit{{N: 30, Lo95: .2, Hi95: .8, Lo998: .1, Hi998: .9}}
	row := func(b Bar) *Intervals { b.Name = "Croatia"; return &Intervals{Groups: []Group{{Bars: []Bar{b}}}} }
	for _, tt := range []struct {
		f    Figure
		want string
	}{
		{&Tiles{}, "got a map without a tile, want one at least"},
		{&Tiles{Tiles: []Tile{{Geo: "GR"}}}, `tile 0: got geo "GR", want a country of the map by its code at Eurostat, such as "EL"`},
		{&Tiles{Tiles: []Tile{{Geo: "EL"}, {Geo: "EL"}}}, "tile 1: got EL twice"},
		{&Tiles{Tiles: []Tile{{Geo: "EL", Value: nan}}}, "tile EL: got value NaN, want a share from 0 to 1, or CountsOnly or Missing set"},
		{&Tiles{Tiles: []Tile{{Geo: "EL", Value: 1.01}}}, "tile EL: got value 1.01, want a share from 0 to 1, or CountsOnly or Missing set"},
		{&Heat{}, "got a table of 0 rows and 0 columns, want 1 to 16 and 1 to 42"},
		{&Heat{Columns: make([]HeatColumn, 2), Rows: []HeatRow{{Name: "Syria"}}}, "row 0 (Syria): got 0 cells, want 2, one to a column"},
		{&Heat{Columns: []HeatColumn{{Code: "DE"}}, Rows: []HeatRow{{Name: "Syria", Cells: []HeatCell{{Value: -1}}}}}, "row 0 (Syria), column DE: got value -1, want a share from 0 to 1, or Few or Missing set"},
		{&Heat{Columns: make([]HeatColumn, 1), Diverging: true, Rows: []HeatRow{{Name: "Syria", Reference: 98, Cells: make([]HeatCell, 1)}}}, "row 0 (Syria): got reference 98, want a share from 0 to 1"},
		{&Funnel{}, "got a funnel without points, want one at least"},
		{&Funnel{Reference: Reference{Value: 32, Label: "EU"}, Points: make([]FunnelPoint, 1)}, `reference "EU": got 32, want a share from 0 to 1`},
		{&Funnel{Limits: append(limits, limits...), Points: []FunnelPoint{{N: 30}}}, "limit 1: got 30 decisions, want 1 or more, and rising"},
		{&Funnel{Limits: []Limit{{N: 30, Lo95: .9, Hi95: .8, Hi998: 1}}, Points: []FunnelPoint{{N: 30}}}, "limit at 30 decisions: got 0 0.9 0.8 1, want 0 ≤ lo998 ≤ lo95 ≤ hi95 ≤ hi998 ≤ 1"},
		{&Funnel{Limits: limits, Points: []FunnelPoint{{Name: "Croatia", N: 30, Value: nan}}}, `point "Croatia": got value NaN, want a share from 0 to 1`},
		{&Funnel{Limits: limits, Points: []FunnelPoint{{Name: "Croatia", N: 59}}}, `point "Croatia": got no limits at 59 decisions, want them at each point's number`},
		{&Multiples{}, "got 0 panels, want 2 to 20"},
		{&Multiples{Panels: make([]Multiple, 3)}, "got no point with a value, want one at least"},
		{&Multiples{Panels: make([]Multiple, 3), Columns: 9}, "got 9 columns, want 2 to 5, or 0 for as many as suit"},
		{&Multiples{Panels: []Multiple{{Title: "a", Points: []Point{{Year: 2020}, {Year: 2019}}}, {}}}, "panel 0 (a): got year 2019 after 2020, want rising years"},
		{&Multiples{Panels: []Multiple{{Title: "a", Points: []Point{{Year: 2020, Value: .5, Lo: .6, Hi: .7}}}, {}}}, "panel 0 (a): got bounds 0.6 to 0.7 about 0.5 in 2020"},
		{&Intervals{}, "got no row, want one at least"},
		{&Intervals{Min: 2, Max: 1}, "got a scale from 2 to 1, want a lower and a higher end"},
		{row(Bar{Value: 1.2}), `row "Croatia": got value 1.2, want one on the scale from 0 to 1, or Missing set`},
		{row(Bar{Value: .5, Lo: .6, Hi: .7}), `row "Croatia": got bounds 0.6 to 0.7 about 0.5, want them about the value, on the scale from 0 to 1`},
		{row(Bar{Value: .5, Low95: .6, High95: .4}), `row "Croatia": got a range 0.6 to 0.4, want it on the scale from 0 to 1`},
		{&Intervals{Groups: []Group{{Reference: &Reference{2, "EU"}}}}, `reference "EU": got 2, want a value on the scale from 0 to 1`},
	} {
		if _, _, err := Measure(tt.f, Options{}); err == nil || err.Error() != "chart : "+tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
}

// notKeys are the strings of a figure that its own words may be put into: a
// tile's code says where it lies.
func notKeys(path string) bool { return !strings.HasSuffix(path, ".Geo") }

func TestKindsMissingGlyphIsAnError(t *testing.T) {
	notDrawn := regexp.MustCompile(`\.(Lang|Alt|Licence|Definitions|Vintage|Tip|Region|Note|Code)$`) // the last three are drawn where there is need or room
	for name, fresh := range kindSamples() {
		n := 0
		fields(reflect.ValueOf(fresh(english)), "", func(reflect.Value, string) { n++ })
		step := max(1, n/120)
		for i := 0; i < n; i += step {
			f, at, where := fresh(english), 0, ""
			fields(reflect.ValueOf(f), "", func(v reflect.Value, path string) {
				if at == i && v.String() != "" && notKeys(path) {
					v.SetString("х 漢 y")
					where = path
				}
				at++
			})
			if where == "" || notDrawn.MatchString(where) || name == "funnel" || name == "funnel-ru" {
				continue // not every point of a funnel is named
			}
			var g *GlyphError
			if err := SVG(io.Discard, f, Options{}); !errors.As(err, &g) || g.Rune != '漢' {
				if !drawnNever(f, where) {
					t.Errorf("%s%s: got %v, want an error that names the rune", name, where, err)
				}
			}
		}
	}
}

// drawnNever reports whether a text at a path has no place in a figure: the
// share of what is too weak to have one.
func drawnNever(f Figure, path string) bool {
	switch path {
	case ".Tiles.Label", ".Rows.Cells.Label", ".Key.Weak", ".Key.Missing", ".Key.Few", ".Key.Value":
		return true
	}
	return false
}

// TestKindsHostileLabels fills every string with what would break a careless
// writer: the file stays well formed, nothing becomes markup, nothing overlaps.
func TestKindsHostileLabels(t *testing.T) {
	bad := "<script>alert(1)</script> & \"q\" 'a' ]]> \x00\x1b[31m\u202Eevil\u200B\uFEFF <!-- "
	for _, text := range []string{bad, strings.Repeat("Landschaft", 8), strings.Repeat("of the ", 20), strings.Repeat("W", 80), "\u00AD\u00AD", " "} {
		for name, sample := range kindSamples() {
			f := sample(english)
			fields(reflect.ValueOf(f), "", func(v reflect.Value, path string) {
				if notKeys(path) {
					v.SetString(text)
				}
			})
			for _, z := range Sizes() {
				o := Options{Size: z}
				faults, err := Faults(f, o)
				if err != nil { // words that make the sheet too high are refused
					if !strings.Contains(err.Error(), "px high, want") {
						t.Fatal(err)
					}
					continue
				}
				wellFormed(t, name, svgOf(t, f, o))
				for _, x := range faults {
					if !strings.HasPrefix(x, "shortened") && !strings.HasPrefix(x, "title has") {
						t.Errorf("%s %v with %.20q: %.200s", name, o, text, x)
						break
					}
				}
			}
		}
	}
}

// TestKindsInline: on a page a drawing has no colour of its own, hangs on no
// theme, and what a caller says of a mark can be reached.
func TestKindsInline(t *testing.T) {
	class := regexp.MustCompile(`class="([^"]*)"`)
	rules := CSS()
	for name, sample := range kindSamples() {
		f := sample(russian)
		for _, z := range Sizes() {
			doc := inlineOf(t, f, Options{Size: z})
			wellFormed(t, name, doc)
			if len(doc) > 62_000 {
				t.Errorf("%s %v: %d bytes, want 62,000 at most", name, z, len(doc))
			}
			for _, m := range class.FindAllStringSubmatch(doc, -1) {
				if m[1] != "chart" && !strings.Contains(rules, "."+m[1]+"{") {
					t.Errorf("%s %v: no rule for class %s", name, z, m[1])
				}
			}
			s := mustCompose(t, f, Options{Theme: Dark, Size: z})
			c := newSVGCanvas(s.h, unique(f.Header(), Options{Size: z}))
			c.classes = true
			c.paint(s)
			if !strings.Contains(doc, c.buf.String()) {
				t.Errorf("%s %v: the drawing hangs on the theme by more than its colours", name, z)
			}
		}
	}
}

func TestKindsHaveTips(t *testing.T) {
	ti, he, fu, mu, in := sampleTiles(english), sampleHeat(english), sampleFunnel(english), sampleMultiples(english), sampleIntervals(english)
	for i := range ti.Tiles {
		ti.Tiles[i].Tip = ti.Tiles[i].Geo + ": tip"
	}
	for i := range he.Rows {
		for j := range he.Rows[i].Cells {
			he.Rows[i].Cells[j].Tip = "a tip"
		}
	}
	for i := range fu.Points {
		fu.Points[i].Tip = "a tip"
	}
	mu.Panels[3].Points[4].Tip = "a tip"
	in.Groups[1].Bars[2].Tip = "a tip"
	for _, tt := range []struct {
		f    Figure
		want int
	}{{ti, 30}, {he, 16 * 14}, {fu, 22}, {mu, 1}, {in, 1}} {
		for _, z := range []Size{Wide, Phone} {
			if got := strings.Count(inlineOf(t, tt.f, Options{Size: z}), `class="hit"`); got != tt.want {
				t.Errorf("%T %v: got %d tips, want %d", tt.f, z, got, tt.want)
			}
		}
	}
}

// TestKindsAsPDF: on paper and in vectors too, twice the same bytes.
func TestKindsAsPDF(t *testing.T) {
	for name, sample := range kindSamples() {
		var a, b bytes.Buffer
		f := sample(russian)
		if err := errors.Join(PDF(&a, f, Options{Size: A4}), PDF(&b, f, Options{Size: A4})); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if !bytes.HasPrefix(a.Bytes(), []byte("%PDF-")) || !bytes.Equal(a.Bytes(), b.Bytes()) {
			t.Errorf("%s: got %d and %d bytes, want one PDF file", name, a.Len(), b.Len())
		}
		if a.Len() > 120_000 {
			t.Errorf("%s: %d bytes, want 120,000 at most", name, a.Len())
		}
	}
}

// ranking is a long ranking of bars, some weak, one highlighted, with the longest
// names a list of citizenships has.
func (l tongue) ranking(n int) *Bars {
	b := &Bars{Head: sampleTiles(l).Head}
	g := Group{Heading: l.say("All decisions", "Toutes les décisions", "Alle Entscheidungen", "Все решения"), Reference: &Reference{0.32, l.say("EU ", "UE ", "EU ", "ЕС ") + l.share(0.32)}}
	for i := range n {
		r := heat2023[i*7%len(heat2023)]
		v := float64(n-i) / float64(n)
		k := Bar{Name: l.name(r.names), Value: v, Label: l.share(v), Counts: l.counts(int(v*31000), 31000), Highlight: i == n/3}
		if i > n*2/3 {
			k.Weak, k.Low95, k.High95 = true, v*0.7, min(1, v*1.3+0.05)
		}
		g.Bars = append(g.Bars, k)
	}
	b.Panels = []Panel{{Groups: []Group{g}}}
	return b
}

// TestLongRankings: 4 to 40 bars, and the subject is named in full even on a
// thumbnail.
func TestLongRankings(t *testing.T) {
	for _, l := range tongues {
		for _, n := range []int{4, 13, 25, 40} {
			b := l.ranking(n)
			for _, z := range Sizes() {
				faults, err := Faults(b, Options{Size: z})
				if err != nil {
					t.Fatal(err)
				}
				for _, x := range faults {
					t.Errorf("%s %v, %d bars: %s", l.lang, z, n, x)
				}
			}
			subject := b.Panels[0].Groups[0].Bars[n/3].Name
			if s := mustCompose(t, b, Options{Size: Thumb}); !says(s, subject) && s.width(s.countStyle().as(bold))(subject) < 150 {
				t.Errorf("%s, %d bars: the thumbnail does not name %s", l.lang, n, subject)
			}
			s := mustCompose(t, b, Options{})
			if got := count(s); got["bar"]+got["hatched bar"] != n {
				t.Errorf("%s: got %v, want %d bars", l.lang, got, n)
			}
		}
	}
}

func BenchmarkKinds(b *testing.B) {
	for name, sample := range kindSamples() {
		f := sample(english)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if err := SVG(io.Discard, f, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
