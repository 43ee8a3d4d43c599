package chart

import (
	"math"
	"slices"
)

// A callout is a point's words, to be set where they cover nothing.
type callout struct {
	at    pt
	r     float64 // of the point
	tries [][]callLine
	// what placing found
	lines []callLine
	box   rect
	tied  bool // a leader ties the words to their point
}

// A callLine is one line of a callout.
type callLine struct {
	text string
	st   style
}

// size is what lines take, from the top of their first line.
func (s *sheet) callSize(lines []callLine) (w, h float64) {
	for i, l := range lines {
		w = max(w, s.width(l.st)(plain(clean(l.text))))
		if i > 0 {
			h += l.st.lead
		}
	}
	if len(lines) > 0 {
		h += lines[0].st.ascent() + lines[len(lines)-1].st.descent()
	}
	return w, h
}

// A field is a plot with points, in which callouts find their places.
type field struct {
	area   rect // callouts stay inside
	points []disc
	taken  []rect               // words, and what else must not be covered
	lines  [][2]pt              // lines that words must not cross
	ties   [][2]pt              // leaders set so far
	soft   func(r rect) float64 // what it costs to stand at r; nil: nothing
}

// reaches are how far from its point a callout may stand, in px.
var reaches = [...]float64{3, 7, 13, 20, 28, 38, 50, 64, 80, 98, 120, 150}

// directions are the sixteen winds, the right first: that is where words are
// looked for.
var directions = func() (out [16]pt) {
	for i, k := range [16]int{0, 1, 15, 2, 14, 8, 7, 9, 6, 10, 4, 12, 3, 13, 5, 11} {
		sin, cos := math.Sincos(float64(k) * math.Pi / 8)
		out[i] = pt{cos, -sin}
	}
	return out
}()

// place finds places for the callouts, in their order. One that finds none goes
// to the front, and all begin anew, a few times; one that has no place in the
// end keeps no lines.
func (f *field) place(s *sheet, all []*callout) {
	order, taken := slices.Clone(all), len(f.taken)
	for range 8 {
		f.taken, f.ties = f.taken[:taken], nil
		failed := -1
		for i, c := range order {
			if f.set(s, c); c.lines == nil && len(c.tries) > 0 && failed < 0 {
				failed = i
			}
		}
		if failed <= 0 {
			return
		}
		c := order[failed]
		copy(order[1:failed+1], order[:failed])
		order[0] = c
	}
}

// set finds a place for one callout: if there is none that its leader reaches
// past all points and lines, then one where it runs over some.
func (f *field) set(s *sheet, c *callout) {
	c.lines = nil
	for _, strict := range []bool{true, false} {
		for _, lines := range c.tries {
			w, h := s.callSize(lines)
			box, tied, found := f.find(c, w, h, strict)
			if !found {
				continue
			}
			c.lines, c.box, c.tied = lines, box, tied
			f.taken = append(f.taken, box)
			if tied {
				f.ties = append(f.ties, [2]pt{c.at, c.foot()})
			}
			return
		}
	}
}

// find looks for the cheapest place for words of a size: near, to the right,
// and plainly its point's own.
func (f *field) find(c *callout, w, h float64, strict bool) (best rect, tied, found bool) {
	const step, leader = 6.0, 10.0 // what a farther place costs, and a line
	least := math.Inf(1)
	for i, reach := range reaches {
		if float64(i)*step >= least {
			break
		}
		for j, d := range directions {
			r := beside(c.at, d, c.r+reach, w, h)
			cost := float64(i)*step + float64(j)*0.3
			if cost >= least || !f.free(r) {
				continue
			}
			tie := f.doubtful(c, r)
			if tie {
				cost += leader
				try := callout{at: c.at, box: r}
				if reach < 10 || !f.clear(c.at, try.foot(), strict) {
					continue
				}
			}
			if f.soft != nil {
				cost += f.soft(r)
			}
			if cost < least {
				best, tied, least, found = r, tie, cost, true
			}
		}
	}
	return best, tied, found
}

// doubtful reports whether words at r, without a leader, might be taken for
// another point's, or for nobody's.
func (f *field) doubtful(c *callout, r rect) bool {
	own := near(r, c.at) - c.r
	if own > 9 {
		return true
	}
	for _, p := range f.points {
		if p.at != c.at && near(r, p.at)-p.r < own+6 {
			return true
		}
	}
	return false
}

// beside puts a box of a size against the point at a distance d from p.
func beside(p, d pt, reach, w, h float64) rect {
	at := pt{p.x + d.x*reach, p.y + d.y*reach}
	x := at.x - w/2*(1-grow(d.x))
	y := at.y - h/2*(1-grow(d.y))
	return rect{x, y, x + w, y + h}
}

// grow is how far to its side a box stands in a direction's axis: -1 to 1.
func grow(v float64) float64 {
	switch {
	case v > 0.3:
		return 1
	case v < -0.3:
		return -1
	}
	return v / 0.3 * 0.5
}

// free reports whether words at r cover nothing.
func (f *field) free(r rect) bool {
	if r.x0 < f.area.x0 || r.x1 > f.area.x1 || r.y0 < f.area.y0 || r.y1 > f.area.y1 {
		return false
	}
	air := r.grow(2)
	beside := rect{r.x0 - 8, r.y0 - 2, r.x1 + 8, r.y1 + 2} // two names must not read as one
	for _, t := range f.taken {
		if beside.meets(t) {
			return false
		}
	}
	for _, p := range f.points {
		if near(r, p.at) < p.r+1.5 {
			return false
		}
	}
	for _, l := range f.lines {
		if crosses(air, l[0], l[1]) {
			return false
		}
	}
	for _, l := range f.ties {
		if crosses(air, l[0], l[1]) {
			return false
		}
	}
	return true
}

// clear reports whether a leader from a to b passes by all words and leaders,
// and, if it is to be strict, by all lines and other points.
func (f *field) clear(a, b pt, strict bool) bool {
	for _, t := range f.taken {
		if crosses(t, a, b) {
			return false
		}
	}
	for _, l := range f.ties {
		if cross(a, b, l[0], l[1]) {
			return false
		}
	}
	return !strict || f.passes(a, b)
}

func (f *field) passes(a, b pt) bool {
	for _, l := range f.lines {
		if cross(a, b, l[0], l[1]) {
			return false
		}
	}
	for _, p := range f.points {
		d := math.Hypot(p.at.x-a.x, p.at.y-a.y)
		if d == 0 {
			continue
		}
		if d < 2*p.r { // it lies over the point itself: the leader has to lead away
			if math.Hypot(p.at.x-b.x, p.at.y-b.y) < math.Hypot(a.x-b.x, a.y-b.y)+d/2 {
				return false
			}
		} else if apart(p.at, a, b) < p.r+1 {
			return false
		}
	}
	return true
}

// foot is where the leader meets the words.
func (c *callout) foot() pt {
	b := c.box.grow(1)
	mid := (b.y0 + b.y1) / 2
	switch {
	case c.at.x < b.x0:
		return pt{b.x0, min(max(c.at.y, b.y0+4), b.y1-4)}
	case c.at.x > b.x1:
		return pt{b.x1, min(max(c.at.y, b.y0+4), b.y1-4)}
	case c.at.y < mid:
		return pt{min(max(c.at.x, b.x0+4), b.x1-4), b.y0}
	}
	return pt{min(max(c.at.x, b.x0+4), b.x1-4), b.y1}
}

// near is the distance of p from r, 0 inside.
func near(r rect, p pt) float64 {
	return math.Hypot(max(r.x0-p.x, 0, p.x-r.x1), max(r.y0-p.y, 0, p.y-r.y1))
}

// apart is the distance of p from the segment a b.
func apart(p, a, b pt) float64 {
	dx, dy := b.x-a.x, b.y-a.y
	t := 0.0
	if n := dx*dx + dy*dy; n > 0 {
		t = min(max(((p.x-a.x)*dx+(p.y-a.y)*dy)/n, 0), 1)
	}
	return math.Hypot(p.x-a.x-t*dx, p.y-a.y-t*dy)
}

// cross reports whether two segments cross.
func cross(a, b, c, d pt) bool {
	side := func(p, q, r pt) float64 { return (q.x-p.x)*(r.y-p.y) - (q.y-p.y)*(r.x-p.x) }
	return side(a, b, c)*side(a, b, d) < 0 && side(c, d, a)*side(c, d, b) < 0
}

// leader draws the line that ties words to their point, up to its edge.
func (c *callout) leader(s *sheet) {
	if c.lines == nil || !c.tied {
		return
	}
	q := c.foot()
	d := math.Hypot(q.x-c.at.x, q.y-c.at.y)
	from := pt{c.at.x + (q.x-c.at.x)*(c.r+1)/d, c.at.y + (q.y-c.at.y)*(c.r+1)/d}
	s.stroke(s.pal.axis, 1, []pt{from, q})
	s.mark("line", rect{from.x, from.y, q.x, q.y}, 0, 0)
}

// patch parts the words from the grid beneath them.
func (c *callout) patch(s *sheet) {
	if c.lines != nil {
		s.fillRect(s.pal.paper, c.box.grow(1.5))
	}
}

// words sets the callout, flush with its point's side.
func (c *callout) words(s *sheet) {
	y := c.box.y0
	for i, l := range c.lines {
		if i == 0 {
			y += l.st.ascent()
		} else {
			y += l.st.lead
		}
		x := c.box.x0
		if c.at.x > c.box.x1 {
			x = c.box.x1 - s.width(l.st)(plain(clean(l.text)))
		}
		s.text(x, y, l.st, l.text)
	}
}
