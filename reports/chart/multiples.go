package chart

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// Multiples are small pictures of one line each, all at the same scales, with
// the lines of all others in grey behind.
type Multiples struct {
	Head
	YLabel  func(v float64) string // names a grid line; nil: the plain number
	Panels  []Multiple             // in reading order, 2 to 20
	Columns int                    // on the wide sheet, 2 to 5; 0: as suits the number of panels
}

// A Multiple is one of them.
type Multiple struct {
	Title  string
	Counts string  // beside or under the title: both counts of the last value
	Points []Point // as in a [Series]
	Last   string  // names the last value, at the end of the line

	Weak      bool // the last value rests on few decisions: a hollow dot, Last in regular weight
	Highlight bool
}

const maxMultiples = 20 // each is drawn behind all others

var errNoValue = errors.New("got no point with a value, want one at least")

func (m *Multiples) check() error {
	if n := len(m.Panels); n < 2 || n > maxMultiples {
		return fmt.Errorf("got %d panels, want 2 to %d", n, maxMultiples)
	}
	if m.Columns != 0 && (m.Columns < 2 || m.Columns > 5) {
		return fmt.Errorf("got %d columns, want 2 to 5, or 0 for as many as suit", m.Columns)
	}
	known := 0
	for i := range m.Panels {
		p := &m.Panels[i]
		for j, q := range p.Points {
			switch {
			case j > 0 && q.Year <= p.Points[j-1].Year:
				return fmt.Errorf("panel %d (%s): got year %d after %d, want rising years", i, clean(p.Title), q.Year, p.Points[j-1].Year)
			case math.IsInf(q.Value, 0):
				return fmt.Errorf("panel %d (%s): got an infinite value for %d", i, clean(p.Title), q.Year)
			case q.banded() && !(q.Lo <= q.Value && q.Value <= q.Hi):
				return fmt.Errorf("panel %d (%s): got bounds %v to %v about %v in %d", i, clean(p.Title), q.Lo, q.Hi, q.Value, q.Year)
			case q.known():
				known++
			}
		}
	}
	if known == 0 {
		return errNoValue
	}
	return nil
}

// A multiplePlan is the measured figure: its scales and how panels lie.
type multiplePlan struct {
	first, last int // years
	ticks       []plot.Tick
	cols        int
	axis        float64 // what the names of the grid lines take, at the left
	w, gapX     float64 // of a panel
	h           float64 // of a plot
	label       float64 // what the names of last values take, at the right of a plot
	headRows    int     // lines over a plot: title, and counts where they do not fit beside it
}

func (m *Multiples) layout(s *sheet, top, bottom float64) float64 {
	if s.bare() {
		return m.thumb(s, top, bottom)
	}
	top += s.px(20)
	p := m.plan(s)
	rows := (len(m.Panels) + p.cols - 1) / p.cols
	if spare := bottom - top - p.height(s, rows); spare > 0 {
		most := 1.5
		if s.fmt.h >= s.w {
			most = 2.4
		}
		p.h = half(min(p.h*most, p.h+spare/float64(rows)) - 0.25)
	}
	for i := range m.Panels {
		row, col := i/p.cols, i%p.cols
		x := s.left() + p.axis + float64(col)*(p.w+p.gapX)
		y := top + float64(row)*p.pitch(s)
		area := rect{half(x), half(y + p.head(s)), half(x + p.w - p.label), half(y + p.head(s) + p.h)}
		m.panel(s, &p, i, area, x, y)
		if col == 0 {
			m.yNames(s, &p, area)
		}
		if i+p.cols >= len(m.Panels) {
			m.xNames(s, &p, area)
		}
	}
	return max(top+p.height(s, rows), bottom)
}

// head is the height of what stands over a plot.
func (p *multiplePlan) head(s *sheet) float64 {
	h := s.headingStyle().size + s.px(10)
	if p.headRows > 1 {
		h += s.noteStyle().lead
	}
	return h
}

// pitch is from one row of panels to the next.
func (p *multiplePlan) pitch(s *sheet) float64 { return p.head(s) + p.h + s.px(26) }

// height is of all rows, with the years under the last.
func (p *multiplePlan) height(s *sheet, rows int) float64 {
	return float64(rows)*p.pitch(s) - s.px(26) + s.px(24)
}

func (m *Multiples) plan(s *sheet) multiplePlan {
	p := multiplePlan{gapX: s.px(26), h: s.px(112)}
	if !s.narrow() {
		p.h = s.px(150)
	}
	p.first, p.last, p.ticks = m.scales()
	for _, t := range p.ticks {
		p.axis = max(p.axis, math.Ceil(s.width(s.noteStyle())(clean(m.name(t.Value))))+s.px(9))
	}
	title, counts, both := 0.0, 0.0, 0.0
	for i := range m.Panels {
		k := &m.Panels[i]
		t, c := s.width(s.headingStyle())(plain(clean(k.Title))), s.width(s.noteStyle())(clean(k.Counts))
		title, counts, both = max(title, t), max(counts, c), max(both, t+s.px(12)+c)
		p.label = max(p.label, s.width(s.lastStyle(k))(clean(k.Last)))
	}
	if p.label > 0 {
		p.label = math.Ceil(min(p.label, s.px(80))) + s.px(10)
	}
	width := s.right() - s.left() - p.axis
	for p.cols = m.columns(s); p.cols > 1 && width < float64(p.cols)*max(title, counts, p.label+s.px(100))+float64(p.cols-1)*p.gapX; {
		p.cols--
	}
	p.w = (width - float64(p.cols-1)*p.gapX) / float64(p.cols)
	if p.headRows = 1; both > p.w {
		p.headRows = 2
	}
	return p
}

// columns is how many panels should stand side by side.
func (m *Multiples) columns(s *sheet) int {
	switch n := len(m.Panels); {
	case s.narrow():
		return 2
	case s.fmt.h >= s.w && n < 4: // as high as wide, or higher
		return 1
	case s.fmt.h >= s.w && n == 4:
		return 2
	case m.Columns > 0 && s.fmt.h < s.w:
		return m.Columns
	case s.fmt.h >= s.w || n <= 3 || n == 5 || n == 6 || n == 9:
		return min(n, 3)
	}
	return 4
}

// scales gives the years and the grid lines of all panels.
func (m *Multiples) scales() (first, last int, ticks []plot.Tick) {
	first, last = math.MaxInt, math.MinInt
	lo, hi := 0.0, 0.0
	for i := range m.Panels {
		for _, q := range m.Panels[i].Points {
			first, last = min(first, q.Year), max(last, q.Year)
			if q.known() {
				lo, hi = min(lo, q.Value), max(hi, q.Value)
			}
			if q.banded() {
				lo, hi = min(lo, q.Lo), max(hi, q.Hi)
			}
		}
	}
	if hi == lo {
		hi = 1
	}
	return first, last, steps{most: 2}.Ticks(lo, hi)
}

func (m *Multiples) name(v float64) string {
	if m.YLabel == nil {
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return m.YLabel(v)
}

func (s *sheet) lastStyle(k *Multiple) style {
	st := s.endStyle()
	if k.Weak {
		st = st.as(regular)
	}
	if k.Highlight {
		st = st.in(s.pal.high)
	}
	return st
}

// at is where a point lies in an area.
func (p *multiplePlan) at(area rect, q Point) pt {
	x := area.x0
	if p.last > p.first {
		x += area.w() * float64(q.Year-p.first) / float64(p.last-p.first)
	}
	return pt{x, p.y(area, q.Value)}
}

func (p *multiplePlan) y(area rect, v float64) float64 {
	lo, hi := p.ticks[0].Value, p.ticks[len(p.ticks)-1].Value
	return area.y1 - area.h()*(v-lo)/(hi-lo)
}

// runs cuts a line at its gaps.
func (p *multiplePlan) runs(area rect, points []Point) [][]pt {
	var out [][]pt
	open := false
	for _, q := range points {
		if !q.known() {
			open = false
			continue
		}
		if !open {
			out, open = append(out, nil), true
		}
		out[len(out)-1] = append(out[len(out)-1], p.at(area, q))
	}
	return out
}

// panel draws grid, the others' lines, the panel's own, and its words.
func (m *Multiples) panel(s *sheet, p *multiplePlan, i int, area rect, x, y float64) {
	k := &m.Panels[i]
	for _, t := range p.ticks {
		c, w := s.pal.track, 1.0
		if t.Value == 0 {
			c, w = s.pal.axis, 1.25
		}
		at := half(p.y(area, t.Value))
		s.stroke(c, w, []pt{{area.x0, at}, {area.x1, at}})
	}
	m.others(s, p, i, area)
	m.own(s, p, k, area)
	title := s.headingStyle()
	if k.Highlight {
		title = title.in(s.pal.high)
	}
	base := y + title.size*0.8
	s.text(x, base, title, one(s.fit(title, k.Title, p.w+1, 1)))
	if p.headRows > 1 {
		s.text(x, base+s.noteStyle().lead, s.noteStyle(), one(s.fit(s.noteStyle(), k.Counts, p.w+1, 1)))
	} else {
		s.textRight(x+p.w, base, s.noteStyle(), k.Counts)
	}
}

// others draws the lines of all other panels as one path.
func (m *Multiples) others(s *sheet, p *multiplePlan, own int, area rect) {
	var lines [][]pt
	for i := range m.Panels {
		if i == own {
			continue
		}
		for _, run := range p.runs(area, m.Panels[i].Points) {
			if len(run) > 1 {
				lines = append(lines, run)
			}
		}
	}
	if len(lines) > 0 {
		s.stroke(s.pal.grid, 1.25, lines...)
	}
}

// own draws the panel's line over its band, ties its gaps, and names its end.
func (m *Multiples) own(s *sheet, p *multiplePlan, k *Multiple, area rect) {
	c := s.pal.data
	if k.Highlight {
		c = s.pal.high
	}
	p.band(s, k, area, fade(c, 0.18))
	runs := p.runs(area, k.Points)
	for i, run := range runs {
		if i > 0 {
			before := runs[i-1]
			s.stroke(c, 1.25, []pt{before[len(before)-1], run[0]}).dash = []float64{2, 4}
		}
		if len(run) > 1 {
			s.stroke(c, 2.5, run)
		} else {
			s.disc(c, run[0], 2.5)
		}
		for j, q := range run {
			s.mark("point", rect{q.x, q.y, q.x, q.y}, 0, 0)
			if j > 0 {
				s.mark("line", rect{run[j-1].x, run[j-1].y, q.x, q.y}, 0, 0)
			}
		}
	}
	for _, q := range k.Points {
		if q.known() {
			at := p.at(area, q)
			s.row(q.At, rect{at.x - 8, at.y - 8, at.x + 8, at.y + 8})
		}
		if q.known() && q.Tip != "" {
			s.tipped(q.Tip, func() { s.items = append(s.items, &spot{p.at(area, q), 8}) })
		}
	}
	if len(runs) == 0 {
		s.frame(s.pal.axis, 1, area).dash = []float64{3, 3}
		return
	}
	run := runs[len(runs)-1]
	end := run[len(run)-1]
	s.disc(s.pal.paper, end, 5.5)
	s.disc(c, end, 4)
	if k.Weak {
		s.disc(s.pal.paper, end, 2)
	}
	st := s.lastStyle(k)
	s.text(area.x1+s.px(9), min(max(end.y, area.y0), area.y1)+st.middle(), st, one(s.fit(st, k.Last, p.label-s.px(9), 1)))
}

// band paints what rounding leaves open, where it is wide enough to be seen.
func (p *multiplePlan) band(s *sheet, k *Multiple, area rect, c colour) {
	for i := 0; i < len(k.Points); {
		j, wide := i, 0.0
		for j < len(k.Points) && k.Points[j].banded() {
			wide = max(wide, p.y(area, k.Points[j].Lo)-p.y(area, k.Points[j].Hi))
			j++
		}
		if j-i > 1 && wide > bandLeast {
			var ring []pt
			for _, q := range k.Points[i:j] {
				ring = append(ring, pt{p.at(area, q).x, p.y(area, q.Hi)})
			}
			for n := j - 1; n >= i; n-- {
				ring = append(ring, pt{p.at(area, k.Points[n]).x, p.y(area, k.Points[n].Lo)})
			}
			s.fill(c, ring)
		}
		i = max(j, i+1)
	}
}

func (m *Multiples) yNames(s *sheet, p *multiplePlan, area rect) {
	st := s.noteStyle()
	for _, t := range p.ticks {
		s.textRight(area.x0-s.px(9), half(p.y(area, t.Value))+st.middle(), st, m.name(t.Value))
	}
}

func (m *Multiples) xNames(s *sheet, p *multiplePlan, area rect) {
	st := s.noteStyle()
	base := area.y1 + s.px(19)
	first := s.text(area.x0, base, st, strconv.Itoa(p.first))
	if last := strconv.Itoa(p.last); p.last > p.first && area.x1-s.width(st)(last) > area.x0+first.w+s.px(8) {
		s.textRight(area.x1, base, st, last)
	}
}

// thumb draws all lines in one plot, the highlighted one over the others.
func (m *Multiples) thumb(s *sheet, top, bottom float64) float64 {
	p := multiplePlan{}
	p.first, p.last, p.ticks = m.scales()
	own := 0
	for i := range m.Panels {
		if m.Panels[i].Highlight {
			own = i
			break
		}
	}
	k := &m.Panels[own]
	st := s.lastStyle(k)
	p.label = min(max(s.width(st)(clean(k.Last)), s.width(s.headingStyle())(plain(clean(k.Title))))+s.px(10), 190)
	area := rect{s.left(), top + s.px(14), half(s.right() - p.label), max(bottom, top+s.px(90))}
	m.others(s, &p, own, area)
	s.stroke(s.pal.axis, 1.25, []pt{{area.x0, p.y(area, 0)}, {area.x1, p.y(area, 0)}})
	m.own(s, &p, k, area)
	if runs := p.runs(area, k.Points); len(runs) > 0 {
		run := runs[len(runs)-1]
		y := run[len(run)-1].y
		if y-area.y0 > 2*st.lead {
			y -= st.lead
		} else {
			y += st.lead
		}
		s.text(area.x1+s.px(9), y+st.middle(), st.as(bold), one(s.cutTo(st.as(bold), k.Title, p.label-s.px(9))))
	}
	return area.y1
}
