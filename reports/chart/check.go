package chart

import (
	"fmt"
	"strings"
)

// Faults composes f and lists what a careful eye would object to: text that
// overlaps, leaves the sheet, crosses a mark or is too small, a title with too
// many lines, a line that ends in a word of one or two letters, words lost to an
// ellipsis. A chart fit to print has none.
func Faults(f Figure, o Options) ([]string, error) {
	s, err := compose(f, o)
	if err != nil {
		return nil, err
	}
	return append(s.faults, s.inspect()...), nil
}

func (s *sheet) inspect() []string {
	var out []string
	fault := func(format string, a ...any) { out = append(out, fmt.Sprintf(format, a...)) }
	for i, r := range s.runs {
		b := r.box()
		if b.x0 < s.left()-1.5 || b.x1 > s.right()+1.5 || b.y0 < 0 || b.y1 > s.h {
			fault("off the sheet: %q at %s", r.text, b)
		}
		if r.st.size < s.fmt.least {
			fault("too small: %q at %v px", r.text, r.st.size)
		}
		for _, q := range s.runs[:i] {
			if b.grow(-0.4).meets(q.box()) { // runs of one line meet at half a px
				fault("overlap: %q at %s and %q at %s", q.text, q.box(), r.text, b)
			}
		}
		for _, m := range s.marks {
			if !r.halo && m.edges(b) {
				fault("crosses a %s: %q at %s", m.kind, r.text, b)
			}
		}
	}
	return out
}

func (r rect) String() string { return fmt.Sprintf("%.1f,%.1f–%.1f,%.1f", r.x0, r.y0, r.x1, r.y1) }

func (r rect) within(o rect) bool {
	return o.x0 <= r.x0 && r.x1 <= o.x1 && o.y0 <= r.y0 && r.y1 <= o.y1
}

// edges reports whether text in b would stand on an edge of m or on its line.
func (m mark) edges(b rect) bool {
	switch {
	case m.kind == "line":
		return crosses(b, pt{m.box.x0, m.box.y0}, pt{m.box.x1, m.box.y1})
	case strings.HasSuffix(m.kind, "tile"): // its words stand in it whole
		return b.meets(m.box) && !b.within(m.box)
	case m.kind == "rule" || m.kind == "point":
		return m.box.x0 < b.x1 && b.x0 < m.box.x1 && m.box.y0 < b.y1 && b.y0 < m.box.y1
	}
	return b.meets(m.box)
}
