package chart

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
)

// Funnel sets the shares of countries against the number of their decisions,
// around one share for all of them, with the limits within which chance alone
// would leave 95 and 99.8 % of them.
type Funnel struct {
	Head
	Reference Reference // the share of all, a line from left to right
	Limits    []Limit   // by N, rising, one for each point at least
	Points    []FunnelPoint

	// Label95 and Label998 name the limits at their right ends: "95% limits".
	Label95, Label998 string

	XTitle  string                 // "decisions, log scale"
	Percent func(v float64) string // names a share; nil: "20%"
	Count   func(n int64) string   // names a number of decisions; nil: the plain number
}

// A Limit is where the limits lie at N decisions: shares from 0 to 1. Between
// numbers that follow each other they are drawn as steps, else joined.
type Limit struct {
	N                        int64
	Lo95, Hi95, Lo998, Hi998 float64
}

// A FunnelPoint is one country. It is named in the picture if it lies outside
// the wider limits, or is highlighted: by its Name, or its Code on a sheet or at
// a place where that has no room.
type FunnelPoint struct {
	Name, Code string
	Note       string  // under the name of a highlighted point: "34%, 20 of 59"
	N          int64   // decisions, 1 at least
	Value      float64 // share, from 0 to 1
	Highlight  bool
	Tip        string // for whoever points at it on a page: name, both counts, limits
	At         Cell   // which says so in the table beside it
}

// A zone is where a point lies.
type zone int

const (
	within95  zone = iota
	within998      // but outside of the 95 % limits
	beyond998
)

var errNoPoint = errors.New("got a funnel without points, want one at least")

func (f *Funnel) check() error {
	if len(f.Points) == 0 {
		return errNoPoint
	}
	if !share(f.Reference.Value) {
		return fmt.Errorf("reference %q: got %v, want a share from 0 to 1", clean(f.Reference.Label), f.Reference.Value)
	}
	for i, l := range f.Limits {
		if l.N < 1 || i > 0 && l.N <= f.Limits[i-1].N {
			return fmt.Errorf("limit %d: got %d decisions, want 1 or more, and rising", i, l.N)
		}
		if !(0 <= l.Lo998 && l.Lo998 <= l.Lo95 && l.Lo95 <= l.Hi95 && l.Hi95 <= l.Hi998 && l.Hi998 <= 1) {
			return fmt.Errorf("limit at %d decisions: got %v %v %v %v, want 0 ≤ lo998 ≤ lo95 ≤ hi95 ≤ hi998 ≤ 1", l.N, l.Lo998, l.Lo95, l.Hi95, l.Hi998)
		}
	}
	for i := range f.Points {
		p := &f.Points[i]
		if !share(p.Value) {
			return fmt.Errorf("point %q: got value %v, want a share from 0 to 1", clean(p.Name), p.Value)
		}
		if _, ok := f.limit(p.N); !ok {
			return fmt.Errorf("point %q: got no limits at %d decisions, want them at each point's number", clean(p.Name), p.N)
		}
	}
	return nil
}

func (f *Funnel) limit(n int64) (Limit, bool) {
	i, ok := slices.BinarySearchFunc(f.Limits, n, func(l Limit, n int64) int { return cmp.Compare(l.N, n) })
	if !ok {
		return Limit{}, false
	}
	return f.Limits[i], true
}

// zone tells where p lies; a share that equals a limit lies inside.
func (f *Funnel) zone(p *FunnelPoint) zone {
	l, _ := f.limit(p.N)
	switch {
	case p.Value < l.Lo998 || p.Value > l.Hi998:
		return beyond998
	case p.Value < l.Lo95 || p.Value > l.Hi95:
		return within998
	}
	return within95
}

func (f *Funnel) count(n int64) string {
	if f.Count == nil {
		return strconv.FormatInt(n, 10)
	}
	return f.Count(n)
}

// decades are the ticks of a log axis, 1, 2 and 5 times the powers of ten.
func decades(lo, hi float64) []int64 {
	var out []int64
	for unit := int64(1); float64(unit) <= hi; unit *= 10 {
		for _, k := range []int64{1, 2, 5} {
			if v := float64(k * unit); v >= lo && v <= hi {
				out = append(out, k*unit)
			}
		}
	}
	return out
}

// A funnelPlan is the measured plot.
type funnelPlan struct {
	area     rect
	lo, hi   float64 // of the log axis
	labelX   float64
	ends     []endLabel
	bare     bool
	size     float64 // radius of a point
	lineName func()  // sets the name of the line where it stands in the area; nil: at its end
}

// x is where n decisions lie. gonum's log scale maps them to 0 to 1.
func (p *funnelPlan) x(n float64) float64 {
	return p.area.x0 + p.area.w()*plot.LogScale{}.Normalize(p.lo, p.hi, n)
}

func (p *funnelPlan) y(v float64) float64 { return p.area.y1 - p.area.h()*v }

func (f *Funnel) layout(s *sheet, top, bottom float64) float64 {
	p := f.plan(s, top, bottom)
	points, tips, calls := f.points(s, &p)
	if !p.bare {
		f.grid(s, &p)
	}
	f.name(s, &p, points, calls)
	f.bands(s, &p)
	if !p.bare {
		f.axis(s, &p)
	} else {
		s.stroke(s.pal.axis, 1.25, []pt{{p.area.x0, p.area.y1}, {p.area.x1, p.area.y1}})
	}
	f.line(s, &p)
	for _, c := range calls {
		c.leader(s)
	}
	for i, d := range points {
		s.tipped(tips[i], func() {
			s.disc(s.pal.paper, d.at, d.r+1.5)
			s.disc(d.col, d.at, d.r)
		})
		s.mark("point", rect{d.at.x, d.at.y, d.at.x, d.at.y}, 0, 0)
	}
	for _, c := range calls {
		c.words(s)
	}
	if p.bare {
		return max(p.area.y1, bottom)
	}
	if p.lineName != nil {
		p.lineName()
	}
	f.endWords(s, &p)
	end := p.area.y1 + f.below(s)
	if s.narrow() {
		l := f.legend(s)
		end = l.row(s.left(), end+s.px(12), s.right()-s.left())
	}
	return max(end, bottom)
}

// line draws the share of all, on to its name.
func (f *Funnel) line(s *sheet, p *funnelPlan) {
	y, end := half(p.y(f.Reference.Value)), p.area.x1
	if len(p.ends) > 0 {
		end = p.labelX - 8
	}
	line := []pt{{p.area.x0, y}, {end, y}}
	s.stroke(s.pal.paper, 4, line)
	s.stroke(s.pal.ink, 1.6, line)
	s.mark("reference", rect{p.area.x0, y - 0.8, end, y + 0.8}, f.Reference.Value, p.area.h())
}

func (f *Funnel) plan(s *sheet, top, bottom float64) funnelPlan {
	p := funnelPlan{bare: s.bare(), size: 5}
	p.lo, p.hi = math.Inf(1), 0
	for i := range f.Points {
		n := float64(f.Points[i].N)
		p.lo, p.hi = min(p.lo, n), max(p.hi, n)
	}
	start := decades(0, p.lo)
	p.lo, p.hi = float64(start[len(start)-1]), p.hi*1.06
	if p.hi < 2*p.lo {
		p.hi = 2 * p.lo
	}
	p.area = rect{s.left(), top + s.px(40), s.right(), bottom - f.below(s)}
	if p.bare {
		p.area.y0, p.area.y1 = top+16, bottom
		return p
	}
	if s.narrow() {
		p.area.y1 = p.area.y0 + 470
	}
	p.area.y1 = max(p.area.y1, p.area.y0+s.px(330))
	st := s.noteStyle()
	w := 0.0
	for v := 0.0; v <= 1; v += 0.25 {
		w = max(w, s.width(st)(clean(percentOf(f.Percent, v))))
	}
	p.area.x0 = half(s.left() + w + s.px(12))
	if !s.narrow() {
		f.endRoom(s, &p)
	}
	return p
}

// below is what the axis takes under the area.
func (f *Funnel) below(s *sheet) float64 {
	if s.bare() {
		return 0
	}
	h := s.px(24)
	if clean(f.XTitle) != "" {
		h += s.noteStyle().lead
	}
	return h
}

// endStyleOf is how line (0) and limits are named.
func (s *sheet) endStyleOf(i int) style {
	if i > 0 {
		return s.endStyle().as(regular).in(s.pal.text)
	}
	return s.endStyle()
}

// endRoom keeps free, at the right, what the names of line and limits need.
func (f *Funnel) endRoom(s *sheet, p *funnelPlan) {
	most := s.px(150)
	w := 0.0
	for i, text := range []string{f.Reference.Label, f.Label95, f.Label998} {
		m := s.width(s.endStyleOf(i))
		lines, cut := limit(m, balance(m, clean(text), most), 3, most)
		if cut {
			s.lost(text)
		}
		w = max(w, widest(m, lines))
		if len(lines) > 0 {
			p.ends = append(p.ends, endLabel{series: i, lines: lines, h: s.blockHeight(len(lines))})
		}
	}
	if w > 0 {
		p.labelX = half(s.right() - w)
		p.area.x1 = half(p.labelX - 26)
	}
}

// grid draws the lines of the shares, and names them.
func (f *Funnel) grid(s *sheet, p *funnelPlan) {
	st := s.noteStyle()
	for i := range 5 {
		v := float64(i) / 4
		y := half(p.y(v))
		s.stroke(s.pal.grid, 1, []pt{{p.area.x0, y}, {p.area.x1, y}})
		s.textRight(p.area.x0-s.px(10), y+st.middle(), st, percentOf(f.Percent, v))
	}
}

func (f *Funnel) axis(s *sheet, p *funnelPlan) {
	st := s.noteStyle()
	y := p.area.y1
	s.stroke(s.pal.axis, 1.25, []pt{{p.area.x0, y}, {p.area.x1, y}})
	free := s.left()
	for _, n := range decades(p.lo, p.hi) {
		x := half(p.x(float64(n)))
		text := clean(f.count(n))
		w := s.width(st)(text)
		s.stroke(s.pal.axis, 1, []pt{{x, y}, {x, y + 6}})
		if at := min(max(x-w/2, s.left()), s.right()-w); at >= free {
			s.text(at, y+s.px(22), st, text)
			free = at + w + s.px(8)
		}
	}
	s.text(p.area.x0, y+s.px(22)+st.lead, st, one(s.fit(st, f.XTitle, s.right()-p.area.x0, 1)))
}

// legend names the areas on a sheet that has no room at their ends.
func (f *Funnel) legend(s *sheet) legend {
	return s.legend(34, 17,
		legendEntry{text: f.Label95, paint: func(s *sheet, r rect) { s.fillRect(s.pal.grid, r) }},
		legendEntry{text: f.Label998, paint: func(s *sheet, r rect) { s.fillRect(s.pal.track, r) }})
}

// bands draws the two areas between the limits, the wider one beneath.
func (f *Funnel) bands(s *sheet, p *funnelPlan) {
	for _, b := range []struct {
		t      tone
		lo, hi func(l Limit) float64
	}{
		{tone{fill: s.pal.track}, func(l Limit) float64 { return l.Lo998 }, func(l Limit) float64 { return l.Hi998 }},
		{tone{fill: s.pal.grid}, func(l Limit) float64 { return l.Lo95 }, func(l Limit) float64 { return l.Hi95 }},
	} {
		ring := f.edge(p, b.hi)
		low := f.edge(p, b.lo)
		slices.Reverse(low)
		if ring = append(ring, low...); len(ring) > 2 {
			s.fill(b.t.fill, ring)
		}
	}
}

// edge is one limit from left to right: at numbers of decisions that follow each
// other a step, half a decision to either side, since between them there are
// none; else a corner of a line. What lies off the area is cut.
func (f *Funnel) edge(p *funnelPlan, v func(Limit) float64) []pt {
	out := make([]pt, 0, 2*len(f.Limits)+1)
	for i, l := range f.Limits {
		n, y := float64(l.N), p.y(v(l))
		if n < p.lo-0.5 || n > p.hi {
			continue
		}
		from, to := n, n
		if i > 0 && f.Limits[i-1].N == l.N-1 {
			from -= 0.5
		}
		if i+1 < len(f.Limits) && f.Limits[i+1].N == l.N+1 {
			to += 0.5
		}
		out = append(out, pt{p.x(max(from, p.lo)), y})
		if to > from {
			out = append(out, pt{p.x(min(to, p.hi)), y})
		}
	}
	if len(out) > 0 && len(f.Limits) > 0 { // on to the end of the area, beyond the last number
		out = append(out, pt{p.area.x1, out[len(out)-1].y})
	}
	return simpler(out, 0.3)
}

// simpler leaves out what lies within d px of the line through its neighbours
// (Douglas and Peucker 1973).
func simpler(line []pt, d float64) []pt {
	keep := make([]bool, len(line))
	var mark func(from, to int)
	mark = func(from, to int) {
		far, at := d, -1
		for i := from + 1; i < to; i++ {
			if v := apart(line[i], line[from], line[to]); v > far {
				far, at = v, i
			}
		}
		if keep[from], keep[to] = true, true; at > 0 {
			mark(from, at)
			mark(at, to)
		}
	}
	if len(line) > 0 {
		mark(0, len(line)-1)
	}
	out := line[:0]
	for i, q := range line {
		if keep[i] {
			out = append(out, q)
		}
	}
	return out
}

// points are the countries, those inside first, with their tips, and the callouts
// of those that lie beyond the limits.
func (f *Funnel) points(s *sheet, p *funnelPlan) (points []disc, tips []string, calls []*callout) {
	order := make([]int, len(f.Points))
	for i := range order {
		order[i] = i
	}
	rank := func(i int) int {
		r := int(f.zone(&f.Points[i]))
		if f.Points[i].Highlight {
			r += 10
		}
		return r
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rank(a), rank(b)) })
	for _, i := range order {
		q := &f.Points[i]
		d := disc{pt{p.x(float64(q.N)), p.y(q.Value)}, p.size, s.pal.middle}
		switch {
		case q.Highlight:
			d.col, d.r = s.pal.high, p.size+1.5
		case f.zone(q) >= within998:
			d.col = s.pal.data
		}
		points, tips = append(points, d), append(tips, q.Tip)
		s.row(q.At, rect{d.at.x - d.r - 3, d.at.y - d.r - 3, d.at.x + d.r + 3, d.at.y + d.r + 3})
		if q.Highlight || !p.bare && f.zone(q) == beyond998 {
			calls = append(calls, f.callout(s, q, d))
		}
	}
	return points, tips, calls
}

func (f *Funnel) callout(s *sheet, q *FunnelPoint, d disc) *callout {
	st := s.st(15, 19, regular, s.pal.ink)
	c := &callout{at: d.at, r: d.r}
	if q.Highlight {
		st = st.as(bold) // in ink: the highlight cannot be read on the areas
	}
	for _, text := range []string{q.Name, q.Code} {
		if clean(text) == "" || s.narrow() && !q.Highlight && text == q.Name && clean(q.Code) != "" {
			continue
		}
		name := callLine{text, st}
		if q.Highlight && clean(q.Note) != "" && !s.bare() {
			c.tries = append(c.tries, []callLine{name, {q.Note, s.countStyle().in(s.pal.text)}})
		}
		c.tries = append(c.tries, []callLine{name})
	}
	return c
}

// name places the callouts, the subject's first, then those with most
// decisions, and parts them from the grid.
func (f *Funnel) name(s *sheet, p *funnelPlan, points []disc, calls []*callout) {
	fl := field{area: rect{p.area.x0 + 4, p.area.y0 - s.px(34), p.area.x1, p.area.y1 - 1}, points: points}
	y := p.y(f.Reference.Value)
	fl.lines = append(fl.lines, [2]pt{{p.area.x0, y}, {p.area.x1, y}})
	order := slices.Clone(calls)
	slices.SortStableFunc(order, func(a, b *callout) int {
		return cmp.Or(cmp.Compare(b.r, a.r), cmp.Compare(b.at.x, a.at.x))
	})
	fl.place(s, order)
	if len(p.ends) == 0 && !p.bare {
		f.nameLine(s, p, &fl)
	}
	for _, c := range order {
		if c.lines == nil && len(c.tries) > 0 {
			s.lost(c.tries[0][0].text)
		}
		c.patch(s)
	}
}

// nameLine names the line at the first place along it, from the right, that is
// free: above it, else below.
func (f *Funnel) nameLine(s *sheet, p *funnelPlan, fl *field) {
	st := s.endStyle()
	text := one(s.fit(st, f.Reference.Label, p.area.w()/2, 1))
	w, y := s.width(st)(text), p.y(f.Reference.Value)
	for x := p.area.x1 - w; x > p.area.x0; x -= 8 {
		for _, base := range []float64{y - s.px(7), y + s.px(6) + 0.74*st.size} {
			r := rect{x, base - st.ascent(), x + w, base + st.descent()}
			if text != "" && fl.free(r) {
				fl.taken = append(fl.taken, r)
				p.lineName = func() { s.text(x, base, st, text) }
				return
			}
		}
	}
	if text != "" {
		s.lost(text)
	}
}

// endWords names the line level with it, and the limits under that, tied to
// where their lower edges end.
func (f *Funnel) endWords(s *sheet, p *funnelPlan) {
	last := f.Limits[len(f.Limits)-1]
	free, lowest := p.area.y0-10, p.area.y1+10
	for _, e := range p.ends {
		lowest -= e.h
	}
	st := s.endStyle()
	for _, e := range p.ends {
		lowest += e.h
		from := p.y([...]float64{f.Reference.Value, last.Lo95, last.Lo998}[e.series])
		at := min(max(from, free+e.h/2), lowest-e.h/2)
		free = at + e.h/2
		if e.series > 0 {
			s.stroke(s.pal.axis, 1, []pt{{p.area.x1 + 2, from}, {p.labelX - 16, at}, {p.labelX - 6, at}})
		}
		s.lines(p.labelX, at-float64(len(e.lines)-1)*st.lead/2+st.middle(), s.endStyleOf(e.series), e.lines)
	}
}
