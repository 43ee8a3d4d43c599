package chart

import (
	"fmt"
	"math"
)

// Waterfall leads from one value to another by the effects that make up the
// difference, such as those of who applied and of how was decided.
type Waterfall struct {
	Head
	Percent    func(float64) string
	Start, End Total
	Steps      []Effect
}

// A Total is a share from 0 to 1, drawn from zero.
type Total struct {
	Name, Label, Counts string
	Value               float64
}

// An Effect is a part of the difference, a signed share of one. An empty label
// is what Percent says.
type Effect struct {
	Name, Label string
	Value       float64
}

func (f *Waterfall) check() error {
	sum := f.Start.Value
	for _, v := range []float64{f.Start.Value, f.End.Value} {
		if !share(v) {
			return fmt.Errorf("got a total of %v, want a share from 0 to 1", v)
		}
	}
	for _, e := range f.Steps {
		sum += e.Value
		if !(math.Abs(e.Value) <= 1) {
			return fmt.Errorf("effect %q: got %v, want a difference from -1 to 1", clean(e.Name), e.Value)
		}
		if sum < -0.001 || sum > 1.001 {
			return fmt.Errorf("effect %q leads to %v, want a share from 0 to 1", clean(e.Name), sum)
		}
	}
	if math.Abs(sum-f.End.Value) > 0.001 {
		return fmt.Errorf("the effects lead from %v to %v, want %v", f.Start.Value, sum, f.End.Value)
	}
	return nil
}

// A fall is one row: a bar from a to b.
type fall struct {
	name, label, counts string
	a, b                float64
	total               bool
}

func (f *Waterfall) rows() []fall {
	out := []fall{{f.Start.Name, say(f.Start.Label, f.Percent, f.Start.Value), f.Start.Counts, 0, f.Start.Value, true}}
	at := f.Start.Value
	for _, e := range f.Steps {
		out = append(out, fall{e.Name, say(e.Label, f.Percent, e.Value), "", at, at + e.Value, false})
		at += e.Value
	}
	return append(out, fall{f.End.Name, say(f.End.Label, f.Percent, f.End.Value), f.End.Counts, 0, f.End.Value, true})
}

// A fallGrid is where things stand, in px of the sheet.
type fallGrid struct {
	name, counts float64
	x0, x1, cX   float64
	most         float64 // the greatest value of the scale
	label        float64 // the widest value
	pitch, thick float64
}

func (g *fallGrid) x(v float64) float64 { return half(g.x0 + (g.x1-g.x0)*v/g.most) }

func (f *Waterfall) grid(s *sheet, rows []fall) fallGrid {
	g := fallGrid{pitch: s.px(62), thick: s.px(40)}
	label := 0.0
	for _, r := range rows {
		g.name = max(g.name, s.width(s.nameStyle().as(bold))(plain(clean(r.name))))
		g.counts = max(g.counts, s.width(s.countStyle())(plain(clean(r.counts))))
		label = max(label, s.width(s.valueStyle())(r.label))
		g.most = max(g.most, r.a, r.b)
	}
	if g.most == 0 {
		g.most = 1
	}
	width := s.right() - s.left()
	g.name, g.counts = min(math.Ceil(g.name)+1, 0.3*width), min(math.Ceil(g.counts)+1, 0.3*width)
	g.label = min(label, 0.2*width) + 1
	g.x0, g.x1, g.cX = s.left(), s.right()-g.label-s.px(12), s.right()-g.counts
	if s.narrow() {
		g.counts = 0.0
		for _, r := range rows {
			g.counts = max(g.counts, min(math.Ceil(s.width(s.countStyle())(plain(clean(r.counts))))+1, 0.5*width))
		}
		g.cX = s.right() - g.counts
		g.name = width - g.counts - 16
		g.thick = s.px(30)
		return g
	}
	g.x0 = half(g.x0 + max(g.name, s.px(118)) + s.px(14))
	if g.counts > 1 {
		g.x1 -= g.counts + s.px(14)
	}
	g.x1 = half(g.x1)
	return g
}

func (f *Waterfall) layout(s *sheet, top, bottom float64) float64 {
	rows := f.rows()
	g := f.grid(s, rows)
	if s.bare() {
		return f.thumb(s, g, rows, top, bottom)
	}
	if end := f.draw(s.scratch(), g, rows, top); !s.narrow() && end < bottom {
		g.pitch = half(min(s.px(104), g.pitch+(bottom-end)/float64(len(rows))) - 0.25)
		g.thick = half(min(0.64*g.pitch, s.px(58)))
	}
	return max(f.draw(s, g, rows, top), bottom)
}

func (f *Waterfall) draw(s *sheet, g fallGrid, rows []fall, top float64) float64 {
	y := top + s.px(16)
	var bars []rect
	for _, r := range rows {
		var bar rect
		bar, y = f.row(s, g, r, y)
		bars = append(bars, bar)
	}
	f.ties(s, g, rows, bars)
	s.stroke(s.pal.axis, 1.25, []pt{{g.x0, bars[0].y0 - s.px(5)}, {g.x0, bars[len(bars)-1].y1 + s.px(5)}})
	return y
}

// row draws one bar with its words, from the top y of its row.
func (f *Waterfall) row(s *sheet, g fallGrid, r fall, y float64) (rect, float64) {
	st := s.nameStyle().in(s.pal.ink)
	if r.total {
		st = st.as(bold)
	}
	name := s.fit(st, r.name, g.name, 3)
	h := max(g.pitch, float64(len(name))*st.lead+s.px(8))
	mid := half(y + h/2)
	if s.narrow() {
		base := y + st.ascent()
		last := s.lines(s.left(), base, st, name)
		s.text(g.cX, base, s.countStyle(), one(s.fit(s.countStyle(), r.counts, g.counts, 1)))
		mid = half(last + s.px(9) + g.thick/2)
		h = mid + g.thick/2 + s.px(18) - y
	} else {
		s.lines(s.left(), mid+st.middle()-float64(len(name)-1)*st.lead/2, st, name)
		s.text(g.cX, mid+s.countStyle().middle(), s.countStyle(), one(s.fit(s.countStyle(), r.counts, g.counts, 1)))
	}
	bar := f.bar(s, g, r, mid)
	value := s.valueStyle()
	r.label = one(s.fit(value, r.label, g.label, 1))
	if w := s.width(value)(r.label); w+s.px(16) <= bar.w() {
		s.inBar(bar.x0+(bar.w()-w)/2, mid+value.middle(), value.in(s.pal.paper), r.label)
	} else {
		s.text(bar.x1+s.px(8), mid+value.middle(), value, r.label)
	}
	return bar, y + h
}

func (f *Waterfall) bar(s *sheet, g fallGrid, r fall, mid float64) rect {
	bar := rect{g.x(min(r.a, r.b)), mid - g.thick/2, g.x(max(r.a, r.b)), mid + g.thick/2}
	s.mark("bar", bar, math.Abs(r.b-r.a), (g.x1-g.x0)/g.most)
	painted := bar
	if painted.w() < 1.5 { // an edge to see, even of nothing
		painted.x1 = painted.x0 + 1.5
	}
	c := s.pal.data
	if !r.total {
		c = s.pal.high
	}
	s.fillRect(c, painted)
	return bar
}

// ties lead from where one bar ends down to the next.
func (f *Waterfall) ties(s *sheet, g fallGrid, rows []fall, bars []rect) {
	var lines [][]pt
	for i := range bars[:len(bars)-1] {
		x := g.x(rows[i].b)
		lines = append(lines, []pt{{x, bars[i].y1}, {x, bars[i+1].y0}})
	}
	s.stroke(s.pal.axis, 1.25, lines...).dash = []float64{2, 3}
}

func (f *Waterfall) thumb(s *sheet, g fallGrid, rows []fall, top, bottom float64) float64 {
	top += s.px(12)
	g.pitch = min((bottom-top)/float64(len(rows)), s.px(44))
	g.thick = half(0.72 * g.pitch)
	value := s.valueStyle().sized(s.countStyle())
	label := 0.0
	for _, r := range rows {
		label = max(label, min(s.width(value)(r.label), 160))
	}
	g.x0, g.x1 = s.left(), half(s.right()-label-8)
	var bars []rect
	for i, r := range rows {
		mid := half(top + (float64(i)+0.5)*g.pitch)
		bar := f.bar(s, g, r, mid)
		bars = append(bars, bar)
		if g.pitch >= value.lead {
			s.text(bar.x1+6, mid+value.middle(), value, one(s.cutTo(value, r.label, label+1)))
		}
	}
	f.ties(s, g, rows, bars)
	return bottom
}
