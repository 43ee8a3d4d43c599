package chart

import (
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Lines shows values over years, from a zero line up.
type Lines struct {
	Head
	YLabel func(v float64) string // names a grid line; nil: the plain number
	Series []Series
	Marks  []Mark
}

// A Series is one line. Points stand in the order of their years.
type Series struct {
	Name     string // who it is, for errors; EndLabel is what is drawn
	Points   []Point
	EndLabel string // beside the last point
	// Highlight draws the line stronger and in the highlight colour, Context
	// thin and grey, Dashed as provisional.
	Highlight, Context, Dashed bool
}

// A Point is a value of one year. NaN is a gap: the line is interrupted and
// tied over with thin dashes; it is never drawn as zero. Lo and Hi are what
// rounding leaves open; both 0, or NaN, means no band.
type Point struct {
	Year          int
	Value, Lo, Hi float64
	Tip           string // for whoever points at it on a page
	At            Cell   // of the table beside it, likewise
}

// A Mark is words beside the point (Year, Value), which gets a ring.
type Mark struct {
	Year  int
	Value float64
	Text  string
}

func (l *Lines) check() error {
	known := 0
	for i, se := range l.Series {
		for j, p := range se.Points {
			if j > 0 && p.Year <= se.Points[j-1].Year {
				return fmt.Errorf("series %d (%s): got year %d after %d, want rising years", i, clean(se.Name), p.Year, se.Points[j-1].Year)
			}
			if math.IsInf(p.Value, 0) {
				return fmt.Errorf("series %d (%s): got an infinite value for %d", i, clean(se.Name), p.Year)
			}
			if p.banded() && !(p.Lo <= p.Value && p.Value <= p.Hi) {
				return fmt.Errorf("series %d (%s): got bounds %v to %v about %v in %d", i, clean(se.Name), p.Lo, p.Hi, p.Value, p.Year)
			}
			if p.known() {
				known++
			}
		}
	}
	if known == 0 {
		return fmt.Errorf("got no point with a value, want one at least")
	}
	for i, m := range l.Marks {
		if math.IsNaN(m.Value) || math.IsInf(m.Value, 0) {
			return fmt.Errorf("mark %d (%s): got value %v", i, clean(m.Text), m.Value)
		}
	}
	return nil
}

func (p Point) known() bool { return !math.IsNaN(p.Value) }

func (p Point) banded() bool {
	return p.known() && !math.IsNaN(p.Lo) && !math.IsNaN(p.Hi) && (p.Lo != 0 || p.Hi != 0)
}

// years are the ticks of a time axis: whole years, evenly spaced back from the
// last one, at most most of them.
type years struct{ most int }

func (y years) Ticks(lo, hi float64) []plot.Tick {
	first, last := int(math.Ceil(lo)), int(math.Floor(hi))
	step := 1
	for _, n := range []int{1, 2, 3, 4, 5, 10, 20, 25, 50, 100, 1000} {
		if step = n; (last-first)/step < y.most {
			break
		}
	}
	var out []plot.Tick
	for v := last; v >= first; v -= step {
		out = append(out, plot.Tick{Value: float64(v), Label: strconv.Itoa(v)})
	}
	return out
}

// steps are the ticks of a value axis: 1, 2, 2.5 or 5 times a power of ten
// apart, at most most steps, from the last one below the data to the first above.
type steps struct{ most int }

func (s steps) Ticks(lo, hi float64) []plot.Tick {
	unit := math.Pow(10, math.Floor(math.Log10((hi-lo)/float64(s.most))))
	step := 10 * unit
	for _, f := range []float64{1, 2, 2.5, 5} {
		if s.count(lo, hi, f*unit) <= s.most && (f != 2.5 || unit >= 10) {
			step = f * unit
			break
		}
	}
	first, last := math.Floor(lo/step+1e-9), math.Ceil(hi/step-1e-9)
	var out []plot.Tick
	for i := first; i <= last; i++ {
		out = append(out, plot.Tick{Value: i * step, Label: strconv.FormatFloat(i*step, 'g', -1, 64)})
	}
	return out
}

func (s steps) count(lo, hi, step float64) int {
	return int(math.Ceil(hi/step-1e-9) - math.Floor(lo/step+1e-9))
}

// A linePlan is the measured plot: gonum's plot carries scales and ticks, area
// is where it lies on the sheet.
type linePlan struct {
	plot    *plot.Plot
	area    rect
	yTicks  []plot.Tick
	labels  [][]string // end labels by series
	labelX  float64
	x, y    func(float64) float64
	colours []lineColour
}

func (l *Lines) layout(s *sheet, top, bottom float64) float64 {
	if s.bare() {
		return l.thumb(s, top, bottom)
	}
	top += s.px(26)
	if s.narrow() {
		bottom = top + 460
	}
	bottom = max(bottom, top+330)
	p := l.plan(s, top, bottom-s.px(30))
	if more := p.labelHeights(s) - p.area.h(); more > 0 {
		bottom += math.Ceil(more)
		p = l.plan(s, top, bottom-s.px(30))
	}
	p.axes(s, l)
	for i := range l.Series {
		p.bands(s, &l.Series[i], p.colours[i].line)
	}
	for _, i := range l.order() {
		p.series(s, &l.Series[i], p.colours[i].line)
	}
	p.ends(s, l)
	p.annotate(s, l)
	p.spots(s, l)
	return bottom
}

// spots lets every point that has something to say be pointed at.
func (p *linePlan) spots(s *sheet, l *Lines) {
	for _, se := range l.Series {
		for _, q := range se.Points {
			if q.known() {
				x, y := p.x(float64(q.Year)), p.y(q.Value)
				s.hitRound(q.Tip, pt{x, y}, 10)
				s.row(q.At, rect{x - 10, y - 10, x + 10, y + 10})
			}
		}
	}
}

// order paints context first and the highlight last.
func (l *Lines) order() []int {
	var out []int
	for _, pass := range []func(*Series) bool{
		func(se *Series) bool { return se.Context && !se.Highlight },
		func(se *Series) bool { return !se.Context && !se.Highlight },
		func(se *Series) bool { return se.Highlight },
	} {
		for i := range l.Series {
			if pass(&l.Series[i]) {
				out = append(out, i)
			}
		}
	}
	return out
}

func (l *Lines) plan(s *sheet, top, bottom float64) *linePlan {
	p := &linePlan{plot: plot.New(), area: rect{s.left(), top, s.right(), bottom}}
	l.scales(p)
	p.colours = l.colours(s.pal)
	st := s.noteStyle()
	w := 0.0
	for _, t := range p.yTicks {
		w = max(w, min(s.width(st)(clean(l.label(t.Value))), 110))
	}
	if !s.bare() {
		p.area.x0 = half(s.left() + w + 12)
	}
	p.endRoom(s, l)
	p.plot.X.Tick.Marker = years{most: l.mostYears(s, p.area.w())}
	p.transforms()
	return p
}

func (l *Lines) label(v float64) string {
	if l.YLabel == nil {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return l.YLabel(v)
}

// mostYears is how many year labels the axis holds, seven at most.
func (l *Lines) mostYears(s *sheet, width float64) int {
	return min(7, max(2, int(width/(s.width(s.noteStyle())("2000")+24))))
}

// scales sets the ranges: zero is always in, and the top is a grid line.
func (l *Lines) scales(p *linePlan) {
	x, y := &p.plot.X, &p.plot.Y
	x.Min, x.Max, y.Min, y.Max = math.Inf(1), math.Inf(-1), 0, 0
	for _, se := range l.Series {
		for _, q := range se.Points {
			x.Min, x.Max = min(x.Min, float64(q.Year)), max(x.Max, float64(q.Year))
			if q.known() {
				y.Min, y.Max = min(y.Min, q.Value), max(y.Max, q.Value)
			}
			if q.banded() {
				y.Min, y.Max = min(y.Min, q.Lo), max(y.Max, q.Hi)
			}
		}
	}
	for _, m := range l.Marks {
		x.Min, x.Max = min(x.Min, float64(m.Year)), max(x.Max, float64(m.Year))
		y.Min, y.Max = min(y.Min, m.Value), max(y.Max, m.Value)
	}
	if x.Min == x.Max {
		x.Min, x.Max = x.Min-1, x.Max+1
	}
	if y.Min == y.Max {
		y.Max = 1
	}
	y.Tick.Marker = steps{most: 5}
	ticks := y.Tick.Marker.Ticks(y.Min, y.Max)
	y.Min, y.Max = ticks[0].Value, ticks[len(ticks)-1].Value
	p.yTicks = ticks
}

// transforms lets gonum map data to the area; its y runs up, ours down.
func (p *linePlan) transforms() {
	c := p.canvas(nil, 0)
	tx, ty := p.plot.Transforms(&c)
	p.x = func(v float64) float64 { return float64(tx(v)) }
	p.y = func(v float64) float64 { return -float64(ty(v)) }
}

func (p *linePlan) canvas(c vg.Canvas, flip float64) draw.Canvas {
	return draw.Canvas{Canvas: c, Rectangle: vg.Rectangle{
		Min: vg.Point{X: vg.Length(p.area.x0), Y: vg.Length(flip - p.area.y1)},
		Max: vg.Point{X: vg.Length(p.area.x1), Y: vg.Length(flip - p.area.y0)},
	}}
}

// A lineColour is that of a line and of the words at its end.
type lineColour struct{ line, words colour }

// colours gives the highlight to the highlighted, grey to context, and the
// categorical ones in their order to the rest, without the highlight's if it is taken.
func (l *Lines) colours(pal *palette) []lineColour {
	free := []int{0, 1, 2, 3, 4}
	for i := range l.Series {
		if l.Series[i].Highlight {
			free = []int{0, 2, 3, 4}
		}
	}
	out, k := make([]lineColour, len(l.Series)), 0
	for i := range l.Series {
		switch se := &l.Series[i]; {
		case se.Highlight:
			out[i] = lineColour{pal.high, pal.high}
		case se.Context:
			out[i] = lineColour{pal.middle, pal.middleText}
		default:
			c := free[k%len(free)]
			out[i] = lineColour{pal.series[c], pal.seriesText[c]}
			k++
		}
	}
	return out
}

func (p *linePlan) axes(s *sheet, l *Lines) {
	st := s.noteStyle()
	for _, t := range p.yTicks {
		y := half(p.y(t.Value))
		c, w := s.pal.grid, 1.0
		if t.Value == 0 {
			c, w = s.pal.axis, 1.25
		}
		s.stroke(c, w, []pt{{p.area.x0, y}, {p.area.x1, y}})
		s.mark("rule", rect{p.area.x0, y, p.area.x1, y}, t.Value, 0)
		s.textRight(p.area.x0-10, y+st.middle(), st, one(s.fit(st, l.label(t.Value), 111, 1)))
	}
	for _, t := range p.plot.X.Tick.Marker.Ticks(p.plot.X.Min, p.plot.X.Max) {
		x := half(p.x(t.Value))
		w := s.width(st)(t.Label)
		s.stroke(s.pal.axis, 1, []pt{{x, p.area.y1}, {x, p.area.y1 + 6}})
		s.text(min(max(x-w/2, s.left()), s.right()-w), p.area.y1+s.px(22), st, t.Label)
	}
}

// plotted lets a gonum plotter paint itself into the area.
type plotted struct {
	plan *linePlan
	what plot.Plotter
}

func (d *plotted) paint(c vg.Canvas, flip float64) {
	d.what.Plot(d.plan.canvas(c, flip), d.plan.plot)
}

// pieces cuts a series at its gaps.
func pieces(points []Point) []plotter.XYs {
	var out []plotter.XYs
	var now plotter.XYs
	for _, q := range points {
		if q.known() {
			now = append(now, plotter.XY{X: float64(q.Year), Y: q.Value})
		} else if len(now) > 0 {
			out, now = append(out, now), nil
		}
	}
	if len(now) > 0 {
		out = append(out, now)
	}
	return out
}

// bands paints what rounding leaves open around a series, where it is banded.
func (p *linePlan) bands(s *sheet, se *Series, c colour) {
	for i := 0; i < len(se.Points); {
		j := i
		for j < len(se.Points) && se.Points[j].banded() {
			j++
		}
		if j-i > 1 {
			var ring plotter.XYs
			for _, q := range se.Points[i:j] {
				ring = append(ring, plotter.XY{X: float64(q.Year), Y: q.Hi})
			}
			for k := j - 1; k >= i; k-- {
				ring = append(ring, plotter.XY{X: float64(se.Points[k].Year), Y: se.Points[k].Lo})
			}
			s.items = append(s.items, &plotted{p, &plotter.Polygon{XYs: []plotter.XYs{ring}, Color: fade(c, 0.18)}})
		}
		i = max(j, i+1)
	}
}

func (se *Series) pen() float64 {
	switch {
	case se.Highlight:
		return 3.5
	case se.Context:
		return 1.25
	}
	return 2.5
}

func (p *linePlan) series(s *sheet, se *Series, c colour) {
	parts := pieces(se.Points)
	sty := draw.LineStyle{Color: c, Width: vg.Length(se.pen())}
	if se.Dashed {
		sty.Dashes = []vg.Length{7, 4}
	}
	for i, part := range parts {
		if i > 0 {
			before := parts[i-1]
			tie := plotter.XYs{before[len(before)-1], part[0]}
			s.items = append(s.items, &plotted{p, &plotter.Line{XYs: tie,
				LineStyle: draw.LineStyle{Color: c, Width: 1.25, Dashes: []vg.Length{2, 4}}}})
		}
		if len(part) > 1 {
			s.items = append(s.items, &plotted{p, &plotter.Line{XYs: part, LineStyle: sty}})
		}
		for k, q := range part {
			at := pt{p.x(q.X), p.y(q.Y)}
			if last := i == len(parts)-1 && k == len(part)-1; last || len(part) == 1 {
				s.disc(c, at, se.pen()/2+2)
			}
			s.mark("point", rect{at.x, at.y, at.x, at.y}, q.Y, 0)
			if k > 0 {
				s.mark("line", rect{p.x(part[k-1].X), p.y(part[k-1].Y), at.x, at.y}, 0, 0)
			}
		}
	}
}
