package chart

// bandLeast is how wide, in px, what rounding leaves open must be to be drawn.
const bandLeast = 3.0

// bar draws one bar into its track, which shows the whole.
func (s *sheet) bar(b *Bar, track rect) {
	if b.Missing {
		s.frame(s.pal.axis, 1, track).dash = []float64{3, 3}
		return
	}
	s.fillRect(s.pal.track, track)
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

// hatch fills r with lines at 45 degrees, step px apart along the edge. There
// is no clip path on a canvas, so each line x+y = k is cut with the edges here.
func (s *sheet) hatch(c colour, width, step float64, r rect) {
	var lines [][]pt
	for k := r.x0 + r.y0 + step; k < r.x1+r.y1; k += step {
		a := pt{min(r.x1, k-r.y0), 0}
		a.y = k - a.x
		b := pt{max(r.x0, k-r.y1), 0}
		b.y = k - b.x
		lines = append(lines, []pt{a, b})
	}
	if len(lines) > 0 {
		s.stroke(c, width, lines...)
	}
}
