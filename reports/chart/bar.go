package chart

import (
	"math"

	"gonum.org/v1/plot/vg"
)

// bandLeast is how wide, in px, what rounding leaves open must be to be drawn.
const bandLeast = 3.0

// bar draws one bar over its track, which shows the whole and is drawn before.
func (s *sheet) bar(b *Bar, track rect) {
	if b.Missing {
		if b.counted { // a frame as long as the greatest count would look like it
			track.x1 = track.x0 + half(0.12*track.w())
		}
		s.frame(s.pal.axis, 1, track).dash = []float64{3, 3}
		return
	}
	r := track
	r.x1 = track.x0 + half(track.w()*b.Value)
	solid, soft, line := s.barColours(b)
	switch {
	case r.empty(): // a true zero: an edge to see, which a missing value has not
		s.fillRect(solid, rect{r.x0, r.y0, r.x0 + 1.5, r.y1})
	case b.Weak:
		s.fillRect(soft, r)
		s.hatch(line, 1.3, 6, r)
		s.frame(line, 1.3, r)
	default:
		s.fillRect(solid, r)
		s.band(b, track, r.x1, solid, soft)
	}
	s.mark("bar", r, b.Value, track.w())
	if b.Weak {
		s.marks[len(s.marks)-1].kind = "hatched bar"
	}
}

func (s *sheet) barColours(b *Bar) (solid, soft, line colour) {
	switch {
	case b.Highlight:
		return s.pal.high, s.pal.highSoft, s.pal.high
	case b.Context:
		return s.pal.context, s.pal.tile, s.pal.middle
	}
	return s.pal.data, s.pal.soft, s.pal.hatch
}

// band shows what rounding leaves open, as thick as the bar: soft from the
// lowest to the highest possible value, with an edge at the printed one.
func (s *sheet) band(b *Bar, track rect, end float64, solid, soft colour) {
	if !b.bounded() || track.w()*(b.Hi-b.Lo) <= bandLeast {
		return
	}
	r := track
	r.x0, r.x1 = track.x0+half(track.w()*b.Lo), track.x0+half(track.w()*b.Hi)
	s.fillRect(soft, r)
	s.fillRect(solid, rect{end - 1, r.y0, end + 1, r.y1})
	s.mark("band", r, b.Hi-b.Lo, track.w())
}

// A hatching fills a box with lines at 45 degrees, x+y = k for every multiple k
// of step, so that neighbouring boxes are hatched as one.
type hatching struct {
	box         rect
	col         colour
	width, step float64
}

// A hatcher is a canvas that can repeat a pattern; for others each line is cut
// with the edges here, since there is no clip path on a canvas.
type hatcher interface {
	hatch(h *hatching, flip float64)
}

func (h *hatching) paint(c vg.Canvas, flip float64) {
	if k, ok := c.(hatcher); ok {
		k.hatch(h, flip)
		return
	}
	if lines := h.lines(); len(lines) > 0 {
		(&stroke{lines: lines, width: h.width, col: h.col}).paint(c, flip)
	}
}

func (h *hatching) lines() [][]pt {
	var lines [][]pt
	r := h.box
	for k := (math.Floor((r.x0+r.y0)/h.step) + 1) * h.step; k < r.x1+r.y1; k += h.step {
		a := pt{min(r.x1, k-r.y0), 0}
		a.y = k - a.x
		b := pt{max(r.x0, k-r.y1), 0}
		b.y = k - b.x
		lines = append(lines, []pt{a, b})
	}
	return lines
}

// hatch fills r with lines at 45 degrees, step px apart along the edge.
func (s *sheet) hatch(c colour, width, step float64, r rect) {
	if !r.empty() {
		s.items = append(s.items, &hatching{r, c, width, step})
	}
}
