package chart

import (
	"cmp"
	"math"
	"slices"
)

// An endLabel is the words of a series, between its last point and the edge.
type endLabel struct {
	series int
	from   pt // the last point
	lines  []string
	at, h  float64 // middle and height of the block
}

func (s *sheet) endStyle() style {
	return s.st(15, 18, bold, s.pal.ink)
}

// endRoom keeps free, at the right, what the end labels need.
func (p *linePlan) endRoom(s *sheet, l *Lines) {
	st := s.endStyle()
	most := s.px(250)
	if s.narrow() || s.bare() {
		most = 160
	}
	w := 0.0
	p.labels = make([][]string, len(l.Series))
	for i, se := range l.Series {
		if s.bare() && !se.Highlight {
			continue
		}
		lines, cut := limit(s.width(st), balance(s.width(st), clean(se.EndLabel), most), 4, most)
		if cut {
			s.lost(se.EndLabel)
		}
		p.labels[i] = lines
		w = max(w, widest(s.width(st), lines))
	}
	if w > 0 {
		p.labelX = half(s.right() - w)
		p.area.x1 = half(p.labelX - 26)
	}
}

// blockHeight is what a label of n lines takes, with some air.
func (s *sheet) blockHeight(n int) float64 {
	return float64(n-1)*s.endStyle().lead + s.px(24)
}

func (p *linePlan) labelHeights(s *sheet) float64 {
	h := 0.0
	for _, lines := range p.labels {
		if len(lines) > 0 {
			h += s.blockHeight(len(lines))
		}
	}
	return h
}

// ends sets the end labels in one column, spread so that none touch, each with
// a thin leader from its line.
func (p *linePlan) ends(s *sheet, l *Lines) {
	st := s.endStyle()
	var all []endLabel
	for i, se := range l.Series {
		if len(p.labels[i]) == 0 {
			continue
		}
		parts := pieces(se.Points)
		if len(parts) == 0 {
			continue
		}
		part := parts[len(parts)-1]
		from := pt{p.x(part[len(part)-1].X), p.y(part[len(part)-1].Y)}
		all = append(all, endLabel{i, from, p.labels[i], from.y, s.blockHeight(len(p.labels[i]))})
	}
	spread(all, p.area.y0-10, p.area.y1+10)
	for _, e := range all {
		c := p.colours[e.series]
		elbow := p.labelX - 14
		k := s.stroke(c.line, 1, []pt{{e.from.x + 6, e.from.y}, {max(e.from.x+6, p.area.x1), e.from.y}, {elbow, e.at}, {p.labelX - 6, e.at}})
		if e.from.x < p.area.x1-1 {
			k.dash = []float64{1, 3} // it runs through years without a value: not a line of data
		}
		s.lines(p.labelX, e.at-float64(len(e.lines)-1)*st.lead/2+st.middle(), st.in(c.words), e.lines)
	}
}

// spread moves blocks apart as little as it can: it takes them in the order of
// their places, and those that would overlap move as one about their mean.
func spread(all []endLabel, lo, hi float64) {
	slices.SortStableFunc(all, func(a, b endLabel) int { return cmp.Compare(a.from.y, b.from.y) })
	type group struct {
		first, n int
		top, h   float64
		want     float64 // sum, over its blocks, of the top of the group that would suit the block
	}
	var gs []group
	for i, e := range all {
		g := group{i, 1, 0, e.h, e.from.y - e.h/2}
		for {
			g.top = max(lo, min(g.want/float64(g.n), hi-g.h))
			if len(gs) == 0 || gs[len(gs)-1].top+gs[len(gs)-1].h <= g.top {
				break
			}
			b := gs[len(gs)-1]
			gs = gs[:len(gs)-1]
			g = group{b.first, b.n + g.n, 0, b.h + g.h, b.want + g.want - float64(g.n)*b.h}
		}
		gs = append(gs, g)
	}
	for _, g := range gs {
		y := g.top
		for i := g.first; i < g.first+g.n; i++ {
			all[i].at = y + all[i].h/2
			y += all[i].h
		}
	}
}

// contrast is the ratio of WCAG 2 between two opaque colours, 1 to 21.
func contrast(a, b colour) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(c colour) float64 {
	lin := func(v uint8) float64 {
		f := float64(v) / 255
		if f <= 0.04045 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(c.R) + 0.7152*lin(c.G) + 0.0722*lin(c.B)
}

// annotate sets the words of the marks where they cover least.
func (p *linePlan) annotate(s *sheet, l *Lines) {
	st := s.st(15, 19, regular, s.pal.ink)
	most := min(s.px(215), p.area.w()*0.6)
	for _, m := range l.Marks {
		at := pt{p.x(float64(m.Year)), p.y(m.Value)}
		s.disc(s.pal.paper, at, 6.5)
		s.disc(s.pal.ink, at, 5)
		s.disc(s.pal.paper, at, 3)
		lines, cut := limit(s.width(st), balance(s.width(st), clean(m.Text), most), 5, most)
		if cut {
			s.lost(m.Text)
		}
		if len(lines) == 0 {
			continue
		}
		w, h := widest(s.width(st), lines), float64(len(lines)-1)*st.lead+st.ascent()+st.descent()
		box := p.place(s, at, w, h)
		s.stroke(s.pal.ink, 1, leader(at, box))
		s.fillRect(s.pal.paper, box.grow(3))
		for i, t := range lines {
			s.text(box.x0, box.y0+st.ascent()+float64(i)*st.lead, st, t).halo = true
		}
	}
}

// place tries places around a point, near ones first, and takes the one that
// meets no text and the fewest lines.
func (p *linePlan) place(s *sheet, at pt, w, h float64) rect {
	best, least := rect{}, math.Inf(1)
	for _, d := range []float64{16, 30, 48, 70, 96, 126, 160, 200, 250} {
		for _, r := range []rect{
			{at.x - w - d, at.y - h/2, at.x - d, at.y + h/2},
			{at.x - w - d*0.7, at.y - h - d*0.7, at.x - d*0.7, at.y - d*0.7},
			{at.x - w/2, at.y - h - d, at.x + w/2, at.y - d},
			{at.x + d*0.7, at.y - h - d*0.7, at.x + w + d*0.7, at.y - d*0.7},
			{at.x + d, at.y - h/2, at.x + w + d, at.y + h/2},
			{at.x + d*0.7, at.y + d*0.7, at.x + w + d*0.7, at.y + h + d*0.7},
			{at.x - w/2, at.y + d, at.x + w/2, at.y + h + d},
			{at.x - w - d*0.7, at.y + d*0.7, at.x - d*0.7, at.y + h + d*0.7},
		} {
			if cost := p.cost(s, r) + d; cost < least {
				best, least = r, cost
			}
		}
	}
	return best
}

// cost is what putting words at r would spoil.
func (p *linePlan) cost(s *sheet, r rect) float64 {
	cost := 0.0
	if r.x0 < p.area.x0 || r.x1 > p.area.x1 || r.y0 < p.area.y0-14 || r.y1 > p.area.y1-4 {
		cost += 10000
	}
	for _, t := range s.runs {
		if r.grow(5).meets(t.box()) {
			cost += 100000
		}
	}
	for _, m := range s.marks {
		if m.kind == "line" && crosses(r.grow(6), pt{m.box.x0, m.box.y0}, pt{m.box.x1, m.box.y1}) {
			cost += 300
		}
	}
	return cost
}

// crosses reports whether the segment a b meets r.
func crosses(r rect, a, b pt) bool {
	t0, t1 := 0.0, 1.0
	for _, e := range [...][2]float64{{a.x - b.x, a.x - r.x0}, {b.x - a.x, r.x1 - a.x}, {a.y - b.y, a.y - r.y0}, {b.y - a.y, r.y1 - a.y}} {
		switch d, q := e[0], e[1]; {
		case d == 0 && q < 0:
			return false
		case d < 0:
			t0 = max(t0, q/d)
		case d > 0:
			t1 = min(t1, q/d)
		}
	}
	return t0 <= t1
}

// leader runs from the ring at p to the nearest place of the words.
func leader(p pt, box rect) []pt {
	q := pt{min(max(p.x, box.x0), box.x1), min(max(p.y, box.y0), box.y1)}
	d := math.Hypot(q.x-p.x, q.y-p.y)
	if d < 6 {
		return []pt{p, p}
	}
	return []pt{{p.x + (q.x-p.x)*5/d, p.y + (q.y-p.y)*5/d}, q}
}
