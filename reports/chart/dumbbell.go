package chart

import (
	"fmt"
	"math"
)

// Dumbbell shows two values of each row, such as those of two years or by two
// definitions, as dots with a bar between them. Rows stand as given: sorted by
// the change, as a rule.
type Dumbbell struct {
	Head
	From, To string // what the two dots are, said once over the first row
	Percent  func(float64) string
	Rows     []DumbbellRow
}

// A DumbbellRow has two shares from 0 to 1; NaN means that there is none. Empty
// labels are what Percent says. Open leaves out the bar between the dots: what
// is not known about them is more than what lies between.
type DumbbellRow struct {
	Name                            string
	From, To                        float64
	FromLabel, ToLabel, Counts, Tip string
	Highlight, Open                 bool
	At                              Cell // of the table beside it
}

func (d *Dumbbell) check() error {
	if len(d.Rows) == 0 {
		return errNoRow
	}
	for _, r := range d.Rows {
		for _, v := range []float64{r.From, r.To} {
			if !math.IsNaN(v) && !share(v) {
				return fmt.Errorf("row %q: got %v, want a share from 0 to 1, or NaN for none", clean(r.Name), v)
			}
		}
	}
	return nil
}

// say is label, or what f makes of v.
func say(label string, f func(float64) string, v float64) string {
	switch {
	case math.IsNaN(v):
		return ""
	case clean(label) != "" || f == nil:
		return plain(clean(label))
	}
	return plain(clean(f(v)))
}

// A dumbbellGrid is where things stand, in px of the sheet.
type dumbbellGrid struct {
	name, counts   float64 // widths
	x0, x1, cX     float64 // of the scale, and the left edge of the counts
	lo, hi         float64 // of the scale
	label          float64 // the widest value
	pitch, r, bone float64
}

func (g *dumbbellGrid) x(v float64) float64 { return g.x0 + (g.x1-g.x0)*(v-g.lo)/(g.hi-g.lo) }

func (d *Dumbbell) grid(s *sheet) dumbbellGrid {
	g := dumbbellGrid{pitch: s.px(36), r: s.px(7), bone: s.px(8)}
	label := 0.0
	g.lo, g.hi = math.Inf(1), math.Inf(-1)
	for _, r := range d.Rows {
		g.name = max(g.name, s.width(r.nameStyle(s))(plain(clean(r.Name))))
		g.counts = max(g.counts, s.width(s.countStyle())(plain(clean(r.Counts))))
		for _, v := range []float64{r.From, r.To} {
			if !math.IsNaN(v) {
				g.lo, g.hi = min(g.lo, v), max(g.hi, v)
			}
		}
		label = max(label, s.width(s.valueStyle())(say(r.FromLabel, d.Percent, r.From)), s.width(s.valueStyle())(say(r.ToLabel, d.Percent, r.To)))
	}
	if g.hi < g.lo {
		g.lo, g.hi = 0, 1
	}
	if g.hi-g.lo < 0.05 {
		g.lo, g.hi = max(0, g.lo-0.025), min(1, g.hi+0.025)
	}
	width := s.right() - s.left()
	most := 0.36
	if s.narrow() { // beside the name alone
		most = 0.66
	}
	g.name, g.counts = min(math.Ceil(g.name)+1, 0.28*width), min(math.Ceil(g.counts)+1, most*width)
	g.label = min(label, 0.14*width) + 1
	aside := g.r + s.px(7) + g.label
	g.x0, g.x1, g.cX = s.left()+aside, s.right()-aside, s.right()-g.counts
	if s.narrow() {
		g.name = width - g.counts - 16
		g.pitch = s.px(60)
		return g
	}
	g.x0 += max(g.name, s.px(118)) + s.px(10)
	if g.counts > 1 {
		g.x1 -= g.counts + s.px(14)
	}
	return g
}

func (d *Dumbbell) layout(s *sheet, top, bottom float64) float64 {
	g := d.grid(s)
	if s.bare() {
		return d.thumb(s, g, top, bottom)
	}
	if end := d.draw(s.scratch(), g, top); !s.narrow() && end < bottom {
		most := s.px(56)
		if s.fmt.h >= s.w {
			most = s.px(84)
		}
		g.pitch = half(min(most, g.pitch+(bottom-end)/float64(len(d.Rows))) - 0.25)
	}
	return max(d.draw(s, g, top), bottom)
}

func (d *Dumbbell) draw(s *sheet, g dumbbellGrid, top float64) float64 {
	y := d.dates(s, g, top+s.px(14)) + s.px(4)
	for i := range d.Rows {
		y = d.row(s, g, &d.Rows[i], y)
	}
	return y
}

// tones are the colours of the two dots and of the words of the later one.
func (r *DumbbellRow) tones(s *sheet) (from, to colour) {
	if r.Highlight {
		return s.pal.context, s.pal.high
	}
	return s.pal.context, s.pal.data
}

func (r *DumbbellRow) nameStyle(s *sheet) style {
	st := s.nameStyle().in(s.pal.ink)
	if r.Highlight {
		st = st.as(bold)
	}
	return st
}

// dates names the two dots over the first row that has both.
func (d *Dumbbell) dates(s *sheet, g dumbbellGrid, y float64) float64 {
	at := [2]float64{g.lo, g.hi}
	var first *DumbbellRow
	for i := range d.Rows {
		if r := &d.Rows[i]; !math.IsNaN(r.From) && !math.IsNaN(r.To) {
			at, first = [2]float64{r.From, r.To}, r
			break
		}
	}
	st := s.headingStyle()
	st.size = s.countStyle().size
	styles := [2]style{st.in(s.pal.muted), st.in(s.pal.data)}
	if first != nil {
		_, to := first.tones(s)
		styles[1] = st.in(to)
	}
	if cut := (s.right() - g.x0) / 2; s.width(st)(plain(clean(d.From))) > cut || s.width(st)(plain(clean(d.To))) > cut { // one under the other
		for i, text := range []string{d.From, d.To} {
			y = s.lines(s.left(), y+st.lead, styles[i], s.fit(st, text, s.right()-s.left(), 2))
		}
		return y + st.descent() + s.px(4)
	}
	var all []endLabel
	for i, text := range []string{d.From, d.To} {
		if text = plain(clean(text)); text != "" {
			w := s.width(st)(text) + s.px(14)
			all = append(all, endLabel{series: i, from: pt{0, g.x(at[i])}, lines: []string{one(s.fit(st, text, (s.right()-g.x0)/2, 1))}, h: min(w, (s.right()-g.x0)/2+s.px(14))})
		}
	}
	if len(all) == 0 {
		return y
	}
	if len(all) == 2 && at[0] == at[1] { // the earlier one to the left
		all[0].from.y--
	}
	spread(all, g.x0-s.px(40), g.x1+s.px(40))
	base := y + st.size
	for _, e := range all {
		x := e.at - (e.h-s.px(14))/2
		s.text(min(max(x, s.left()), s.right()-(e.h-s.px(14))), base, styles[e.series], e.lines[0])
	}
	return base + st.descent() + s.px(2)
}

// row draws one row from its top y and returns its end.
func (d *Dumbbell) row(s *sheet, g dumbbellGrid, r *DumbbellRow, y float64) float64 {
	name := s.fit(r.nameStyle(s), r.Name, g.name, 3)
	lead := s.nameStyle().lead
	h := max(g.pitch, float64(len(name))*lead+s.px(8))
	mid := half(y + h/2)
	if s.narrow() {
		base := y + s.nameStyle().ascent() + s.px(6)
		last := s.lines(s.left(), base, r.nameStyle(s), name)
		s.text(g.cX, base, s.countStyle(), one(s.fit(s.countStyle(), r.Counts, g.counts, 1)))
		mid = half(last + s.px(20))
		h = mid + s.px(16) - y
	} else {
		s.lines(s.left(), mid+s.nameStyle().middle()-float64(len(name)-1)*lead/2, r.nameStyle(s), name)
		s.text(g.cX, mid+s.countStyle().middle(), s.countStyle(), one(s.fit(s.countStyle(), r.Counts, g.counts, 1)))
	}
	s.hit(r.Tip, rect{s.left(), y, s.right(), y + h})
	s.row(r.At, rect{s.left(), y, s.right(), y + h})
	d.dots(s, g, r, mid)
	d.labels(s, g, r, mid)
	return y + h
}

// dots draws the bar and the two dots, the later one on top.
func (d *Dumbbell) dots(s *sheet, g dumbbellGrid, r *DumbbellRow, mid float64) {
	from, to := r.tones(s)
	if a, b := g.x(r.From), g.x(r.To); !r.Open && a != b && !math.IsNaN(a) && !math.IsNaN(b) {
		s.fillRect(s.pal.grid, rect{min(a, b), mid - g.bone/2, max(a, b), mid + g.bone/2})
		s.mark("bone", rect{min(a, b), mid - g.bone/2, max(a, b), mid + g.bone/2}, math.Abs(r.To-r.From), (g.x1-g.x0)/(g.hi-g.lo))
	}
	for i, v := range []float64{r.From, r.To} {
		if math.IsNaN(v) {
			continue
		}
		x := g.x(v)
		s.disc([2]colour{from, to}[i], pt{x, mid}, g.r)
		s.mark("dot", rect{x - g.r, mid - g.r, x + g.r, mid + g.r}, v-g.lo, (g.x1-g.x0)/(g.hi-g.lo))
	}
}

// labels sets the values at the outer sides of the dots.
func (d *Dumbbell) labels(s *sheet, g dumbbellGrid, r *DumbbellRow, mid float64) {
	_, to := r.tones(s)
	type word struct {
		x    float64
		text string
		st   style
	}
	var ws []word
	if t := say(r.FromLabel, d.Percent, r.From); t != "" {
		ws = append(ws, word{g.x(r.From), t, s.valueStyle().as(regular).in(s.pal.muted)})
	}
	if t := say(r.ToLabel, d.Percent, r.To); t != "" {
		ws = append(ws, word{g.x(r.To), t, s.valueStyle().in(to)})
	}
	if len(ws) == 2 && ws[1].x < ws[0].x {
		ws[0], ws[1] = ws[1], ws[0]
	}
	for i, w := range ws {
		w.text = one(s.fit(w.st, w.text, g.label, 1))
		y := mid + w.st.middle()
		if i == 0 && len(ws) == 2 {
			s.textRight(w.x-g.r-s.px(6), y, w.st, w.text)
		} else {
			s.text(w.x+g.r+s.px(6), y, w.st, w.text)
		}
	}
}

func (d *Dumbbell) thumb(s *sheet, g dumbbellGrid, top, bottom float64) float64 {
	top += s.px(12)
	st := s.countStyle().in(s.pal.ink)
	g.pitch = min((bottom-top)/float64(len(d.Rows)), s.px(36))
	g.r, g.bone = min(s.px(7), g.pitch*0.36), min(s.px(8), g.pitch*0.3)
	name := 0.0
	if g.pitch >= st.lead {
		for _, r := range d.Rows {
			name = max(name, min(s.width(r.nameStyle(s).sized(st))(plain(clean(r.Name)))+1, 190))
		}
	}
	g.x0, g.x1 = half(s.left()+name+12+g.r), s.right()-g.r
	for i := range d.Rows {
		mid := top + (float64(i)+0.5)*g.pitch
		d.dots(s, g, &d.Rows[i], mid)
		if name > 0 {
			nst := d.Rows[i].nameStyle(s).sized(st)
			s.text(s.left(), mid+st.middle(), nst, one(s.cutTo(nst, d.Rows[i].Name, name)))
		}
	}
	return bottom
}
