package chart

// A legendEntry is a piece of what is drawn, with the words for it.
type legendEntry struct {
	text  string
	paint func(s *sheet, r rect)
	w     float64 // of its piece, on the wide sheet; 0: as wide as the others
}

// A legend explains shades and hatching, and nothing that a mark's own label
// can say. Entries without words are not listed.
type legend struct {
	s       *sheet
	entries []legendEntry
	w, h    float64 // of a piece
	gap     float64 // between two entries, one under the other
}

func (s *sheet) legend(w, h float64, entries ...legendEntry) legend {
	l := legend{s: s, w: half(s.px(w)), h: half(s.px(h)), gap: s.px(8)}
	for _, e := range entries {
		if clean(e.text) != "" {
			l.entries = append(l.entries, e)
		}
	}
	return l
}

func (l *legend) style() style { return l.s.countStyle().in(l.s.pal.text) }

func (l *legend) piece(e legendEntry) float64 {
	if e.w > 0 {
		return half(l.s.px(e.w))
	}
	return l.w
}

// indent is from the left end of a piece to its words.
func (l *legend) indent(e legendEntry) float64 { return l.piece(e) + l.s.px(12) }

func (l *legend) lines(e legendEntry, width float64) []string {
	if lines := l.s.wrap(l.style(), e.text, width-l.indent(e)); len(lines) < 2 {
		return lines
	}
	return balance(l.s.width(l.style()), clean(e.text), width-l.indent(e))
}

// entryHeight is of an entry whose words stand on n lines.
func (l *legend) entryHeight(n int) float64 {
	return max(l.h, float64(n-1)*l.style().lead+l.style().size)
}

// height is of the whole list in a column of the given width.
func (l *legend) height(width float64) float64 {
	h := 0.0
	for _, e := range l.entries {
		h += l.entryHeight(len(l.lines(e, width))) + l.gap
	}
	return max(0, h-l.gap)
}

// within narrows the gap, to a third of a line at most, until the list fits
// into width and height, and reports whether it does.
func (l *legend) within(width, height float64) bool {
	n := float64(len(l.entries) - 1)
	if over := l.height(width) - height; over > 0 && n > 0 {
		l.gap = max(l.gap-over/n, l.s.px(5))
	}
	return l.height(width) <= height+0.01
}

// list draws the entries one under the other and returns where they end.
func (l *legend) list(x, y, width float64) float64 {
	for _, e := range l.entries {
		y = l.entry(e, x, y, width) + l.gap
	}
	if len(l.entries) > 0 {
		y -= l.gap
	}
	return y
}

// entry draws one entry from top y: its piece is level with its first line.
func (l *legend) entry(e legendEntry, x, y, width float64) float64 {
	st, lines := l.style(), l.lines(e, width)
	first := max(l.h, st.size)
	mid := half(y + first/2)
	e.paint(l.s, rect{half(x), mid - l.h/2, half(x) + l.piece(e), mid + l.h/2})
	l.s.lines(x+l.indent(e), mid+st.middle(), st, lines)
	return y + l.entryHeight(len(lines))
}

// rowHeight is of the entries side by side.
func (l legend) rowHeight(width float64) float64 {
	l.s = l.s.scratch()
	return l.row(l.s.left(), 0, width)
}

// row draws the entries side by side from left to right, in as many lines as it
// takes, and returns where they end.
func (l *legend) row(x, y, width float64) float64 {
	const between = 34
	at, end := x, y
	for _, e := range l.entries {
		w := min(l.indent(e)+l.s.width(l.style())(plain(clean(e.text)))+1, width)
		if at > x && at+w > x+width {
			at, y = x, end+l.gap
		}
		end = max(end, l.entry(e, at, y, w))
		at += w + between
	}
	return end
}

// ramp draws the steps of a scale as boxes that touch but for a line of paper,
// with the numbers that part them under their joints. It returns the last px.
func (s *sheet) ramp(x, y, width float64, tones []tone, cuts []string) float64 {
	const gap = 2.0
	n := float64(len(tones))
	h, step := half(s.px(19)), (width+gap)/n
	for i, t := range tones {
		s.fillRect(t.fill, rect{half(x + float64(i)*step), y, half(x + float64(i+1)*step - gap), y + h})
	}
	st := s.noteStyle().in(s.pal.text)
	base := y + h + s.px(19)
	for i, c := range cuts {
		at := x + float64(i+1)*step - gap/2
		c = one(s.fit(st, c, step-4, 1))
		s.text(at-s.width(st)(c)/2, base, st, c)
	}
	return base + st.descent()
}

// stripes are bands at 45 degrees across r, width wide and step apart, both
// measured along an edge of r. Each is cut exactly: strokes would end in teeth
// that stand out of r.
func stripes(width, step float64, r rect) [][]pt {
	n := int((r.w()+r.h())/step) + 1
	bands, corners := make([][]pt, 0, n), make([]pt, 0, 6*n)
	for k := r.x0 + r.y0 + step/2; k < r.x1+r.y1; k += step {
		from := len(corners)
		corners = band(corners, r, k, min(k+width, r.x1+r.y1))
		bands = append(bands, corners[from:len(corners):len(corners)])
	}
	return bands
}

// band appends the corners of the part of r where lo ≤ x+y ≤ hi, clockwise from
// the top right end of its upper edge.
func band(out []pt, r rect, lo, hi float64) []pt {
	ends := func(k float64) (upper, lower pt) {
		upper = pt{min(r.x1, k-r.y0), 0}
		lower = pt{max(r.x0, k-r.y1), 0}
		upper.y, lower.y = k-upper.x, k-lower.x
		return upper, lower
	}
	a, d := ends(lo)
	b, c := ends(hi)
	out = append(out, a)
	if a.x < r.x1 && b.y > r.y0 {
		out = append(out, pt{r.x1, r.y0})
	}
	out = append(out, b, c)
	if d.y < r.y1 && c.x > r.x0 {
		out = append(out, pt{r.x0, r.y1})
	}
	return append(out, d)
}
