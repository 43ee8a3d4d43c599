package chart

import (
	"fmt"
	"math"
)

// Stack shows how wholes are made up: bars of 100 %, each of the same parts in
// the same order. Where the second of two bars is the first without its last
// part, lines lead from one to the other, so that the whole is seen to change
// (on a phone, there is no room for them).
type Stack struct {
	Head
	Parts []Part // at most five; named once, over the first bar
	Bars  []StackBar
}

// A Part is what a segment stands for. Colour is an index in the palette of
// outcomes: 0 Geneva status, 1 subsidiary, 2 humanitarian, 3 rejected, 4 closed.
type Part struct {
	Name   string
	Colour int
}

// A StackBar is one whole; N says how many it is, such as "of 59".
type StackBar struct {
	Name, N  string
	Weak     bool // few decisions: hatched, labels in regular weight
	Segments []Segment
}

// A Segment is a share of its bar, from 0 to 1; a bar adds up to 1. Label and
// Counts stand in it, or over it if it is too narrow; one is never drawn
// without the other if both are given.
type Segment struct {
	Value              float64
	Label, Counts, Tip string
	At                 Cell // of the table beside it
}

func (k *Stack) check() error {
	if n := len(k.Parts); n < 1 || n > len(palette{}.outcomes) {
		return fmt.Errorf("got %d parts, want 1 to %d", n, len(palette{}.outcomes))
	}
	for _, p := range k.Parts {
		if p.Colour < 0 || p.Colour >= len(palette{}.outcomes) {
			return fmt.Errorf("part %q: got colour %d, want 0 to %d", clean(p.Name), p.Colour, len(palette{}.outcomes)-1)
		}
	}
	if len(k.Bars) == 0 {
		return errNoRow
	}
	for _, b := range k.Bars {
		if len(b.Segments) != len(k.Parts) {
			return fmt.Errorf("bar %q: got %d segments, want one for each of %d parts", clean(b.Name), len(b.Segments), len(k.Parts))
		}
		sum := 0.0
		for i, g := range b.Segments {
			if !share(g.Value) {
				return fmt.Errorf("bar %q: got %v for %q, want a share from 0 to 1", clean(b.Name), g.Value, clean(k.Parts[i].Name))
			}
			sum += g.Value
		}
		if math.Abs(sum-1) > 0.001 {
			return fmt.Errorf("bar %q: its segments add up to %v, want 1", clean(b.Name), sum)
		}
	}
	return nil
}

// A stackGrid is where the columns stand, in px of the sheet.
type stackGrid struct {
	name, n      float64 // widths
	x0, x1       float64 // of the bars
	thick, space float64 // of a bar, and from one row to the next
	tall         bool    // a bar holds two lines
}

// tallRows is up to how many bars have two lines each.
const tallRows = 10

func (k *Stack) grid(s *sheet) stackGrid {
	g := stackGrid{x0: s.left(), x1: s.right(), tall: len(k.Bars) <= tallRows, thick: s.px(26), space: s.px(10)}
	if g.tall {
		g.thick, g.space = s.px(46), s.px(18)
	}
	for _, b := range k.Bars {
		g.name = max(g.name, s.width(s.nameStyle())(plain(clean(b.Name))))
		g.n = max(g.n, s.width(s.countStyle())(plain(clean(b.N))))
	}
	width := s.right() - s.left()
	g.name, g.n = min(math.Ceil(g.name), 0.26*width), min(math.Ceil(g.n), 0.2*width)
	if s.narrow() {
		g.n = min(g.n, 0.4*width)
		g.name = width - g.n - 16
		return g
	}
	if g.name > 0 {
		g.x0 = half(s.left() + max(g.name, s.px(118)) + s.px(14))
	}
	if g.n > 0 {
		g.x1 = half(s.right() - g.n - s.px(14))
	}
	return g
}

func (k *Stack) layout(s *sheet, top, bottom float64) float64 {
	g := k.grid(s)
	if s.bare() {
		return k.thumb(s, g, top, bottom)
	}
	if end := k.draw(s.scratch(), g, top); !s.narrow() && end < bottom {
		room := (bottom - end) / float64(len(k.Bars))
		thicker, apart := 0.7*g.thick, s.px(34)
		if len(k.Bars) < 4 {
			thicker, apart = 1.4*g.thick, s.px(90)
		}
		g.thick = half(g.thick + min(room*0.45, thicker))
		g.space = half(g.space + min(room*0.55, apart))
		for k.draw(s.scratch(), g, top) > bottom && g.space > s.px(10) {
			g.space -= 1
		}
	}
	return max(k.draw(s, g, top), bottom)
}

func (k *Stack) draw(s *sheet, g stackGrid, top float64) float64 {
	y := k.names(s, g, top+s.px(14)) + s.px(10)
	var last rect
	for i := range k.Bars {
		if i > 0 {
			y += g.space
		}
		bar, end := k.row(s, g, i, y)
		if i == 1 && k.zooms() && !s.narrow() { // words stand between the bars of a phone
			k.ties(s, last, bar)
		}
		last, y = bar, end
	}
	return y
}

// edges are the places of the segments' ends.
func (k *Stack) edges(b *StackBar, x0, x1 float64) []float64 {
	out := []float64{x0}
	sum := 0.0
	for _, g := range b.Segments {
		sum += g.Value
		out = append(out, half(x0+(x1-x0)*min(sum, 1)))
	}
	return out
}

const swatchSize = 12.0

// names sets what the parts are called: each over the left end of its segment
// in the first bar if that can be, else in a row.
func (k *Stack) names(s *sheet, g stackGrid, y float64) float64 {
	st := s.countStyle().in(s.pal.text)
	indent, air := s.px(swatchSize)+s.px(7), s.px(20)
	edges := k.edges(&k.Bars[0], g.x0, g.x1)
	var all []endLabel
	total := 0.0
	for i, p := range k.Parts {
		if text := clean(p.Name); text != "" {
			w := indent + s.width(st)(plain(text)) + air
			total += w
			all = append(all, endLabel{series: i, from: pt{0, edges[i] + w/2}, lines: []string{plain(text)}, h: w})
		}
	}
	box := func(i int, x, mid float64) {
		h := s.px(swatchSize)
		s.fillRect(s.pal.outcomes[k.Parts[i].Colour].fill, rect{half(x), half(mid - h/2), half(x) + h, half(mid-h/2) + h})
	}
	if total-air > g.x1-g.x0 { // they do not fit over the bar: a row as wide as the sheet
		var entries []legendEntry
		for i, p := range k.Parts {
			entries = append(entries, legendEntry{text: p.Name, paint: func(s *sheet, r rect) { box(i, r.x0, (r.y0+r.y1)/2) }})
		}
		l := s.legend(swatchSize, swatchSize, entries...)
		return l.row(s.left(), y, s.right()-s.left()) + s.px(8)
	}
	if len(all) == 0 {
		return y
	}
	spread(all, g.x0, g.x1+air)
	base := y + st.size
	for _, e := range all {
		x := e.at - e.h/2
		box(e.series, x, base-st.middle())
		s.text(x+indent, base, st, e.lines[0])
	}
	return base + st.descent()
}

// A saying is what is written about a segment.
type saying struct {
	part          int
	label, counts string
	x             float64 // the middle of its segment
	w             float64 // of its words on one line
}

// inside reports whether words of a segment can stand in it. On one of the
// outcomes no words can be read in both themes.
func (k *Stack) inside(s *sheet, g stackGrid, part int, label, counts string, width float64) bool {
	t := s.pal.outcomes[k.Parts[part].Colour]
	if t.text.part == "outcome-2-text" {
		return false
	}
	w := s.width(s.valueStyle())(label)
	c := s.width(s.noteStyle())(counts)
	if !g.tall && counts != "" {
		return w+c+s.px(8)+10 <= width
	}
	return max(w, c)+10 <= width
}

// row draws a bar, from the top y of the row, and returns where the bar stands
// and the row ends.
func (k *Stack) row(s *sheet, g stackGrid, i int, y float64) (rect, float64) {
	b := &k.Bars[i]
	start := y
	edges := k.edges(b, g.x0, g.x1)
	if s.narrow() {
		y = k.phoneName(s, g, b, y)
	}
	var over []saying
	value := s.valueStyle()
	if b.Weak {
		value = value.as(regular)
	}
	for j, seg := range b.Segments {
		label, counts := plain(clean(seg.Label)), plain(clean(seg.Counts))
		s.vet(value, label+counts)
		if w := edges[j+1] - edges[j]; seg.Value > 0 && label+counts != "" && !k.inside(s, g, j, label, counts, w) {
			sy := saying{part: j, x: (edges[j] + edges[j+1]) / 2}
			sy.label = one(s.fit(s.overStyle(value), label, 0.3*(g.x1-g.x0), 1))
			sy.counts = one(s.fit(s.noteStyle(), counts, 0.4*(g.x1-g.x0), 1))
			label, counts = sy.label, sy.counts
			sy.w = s.width(s.overStyle(value))(label) + s.width(s.noteStyle())(counts)
			if label != "" && counts != "" {
				sy.w += s.px(5)
			}
			over = append(over, sy)
		}
	}
	if !g.tall { // no room between the rows: what does not fit is told by the tip alone
		over = nil
	}
	above, below := k.sides(s, g, over)
	if len(above) > 0 {
		y = k.beside(s, g, above, value, y, false)
	}
	bar := rect{g.x0, half(y), g.x1, half(y) + g.thick}
	for j, seg := range b.Segments {
		k.segment(s, g, b, j, seg, rect{edges[j], bar.y0, edges[j+1], bar.y1}, value)
	}
	mid := (bar.y0 + bar.y1) / 2
	end := bar.y1
	if len(below) > 0 {
		end = k.beside(s, g, below, value, bar.y1, true)
	}
	if !s.narrow() {
		name := s.fit(s.nameStyle(), b.Name, g.name+1, 3)
		st := s.nameStyle().in(s.pal.ink)
		first := mid + st.middle() - float64(len(name)-1)*st.lead/2
		last := s.lines(s.left(), max(first, start+st.ascent()), st, name)
		end = max(end, last+st.descent())
		s.textRight(s.right(), mid+s.countStyle().middle(), s.countStyle(), one(s.fit(s.countStyle(), b.N, g.n+1, 1)))
	}
	return bar, end
}

// phoneName sets name and number over the bar.
func (k *Stack) phoneName(s *sheet, g stackGrid, b *StackBar, y float64) float64 {
	st := s.nameStyle().in(s.pal.ink)
	base := y + st.ascent()
	last := base
	if name := s.fit(st, b.Name, g.name, 3); len(name) > 0 {
		last = s.lines(s.left(), base, st, name)
	}
	s.textRight(s.right(), base, s.countStyle(), one(s.fit(s.countStyle(), b.N, g.n+1, 1)))
	return last + s.px(8)
}

// overStyle is that of a label over its segment: smaller than in it.
func (s *sheet) overStyle(value style) style {
	value.size, value.lead = s.countStyle().size, s.countStyle().lead
	return value
}

// sides parts the words that stand outside a bar into those above it, in one
// line, and those for which it has no room, below it. What has room nowhere is
// noted as lost.
func (k *Stack) sides(s *sheet, g stackGrid, all []saying) (above, below []saying) {
	whole := g.x1 - g.x0 + s.px(16)
	room := [2]float64{whole, whole}
	need := 0.0
	for _, o := range all {
		need += o.w + s.px(16)
	}
	for i, o := range all {
		side := 0
		if need > whole && i%2 == 1 { // neighbours on two sides: each has more room
			side = 1
		}
		w := o.w + s.px(16)
		if room[side] < w {
			side = 1 - side
		}
		if room[side] -= w; room[side] < 0 {
			s.lost(o.label + " " + o.counts)
			continue
		}
		if side == 0 {
			above = append(above, o)
		} else {
			below = append(below, o)
		}
	}
	return above, below
}

// beside sets words above a bar, or below it, spread so that none touch, each
// with a leader to its segment. From y, the top of the row or the foot of the
// bar, it returns where the bar may begin, or the row ends.
func (k *Stack) beside(s *sheet, g stackGrid, words []saying, value style, y float64, below bool) float64 {
	st := s.overStyle(value)
	var all []endLabel
	for i, o := range words {
		all = append(all, endLabel{series: i, from: pt{0, o.x}, h: o.w + s.px(16)})
	}
	spread(all, g.x0-s.px(8), g.x1+s.px(8))
	base := y + st.ascent()
	from, to := base+st.descent()+1, half(base+st.descent()+s.px(9))
	end := to
	if below {
		base += s.px(9)
		from, to = base-st.ascent()+1, y
		end = base + st.descent()
	}
	for _, e := range all {
		o := words[e.series]
		x := e.at - o.w/2
		if o.label != "" {
			s.text(x, base, st, o.label)
			x += s.width(st)(o.label) + s.px(5)
		}
		s.text(x, base, s.noteStyle(), o.counts)
		lx := half(min(max(o.x, e.at-o.w/2), e.at+o.w/2))
		s.stroke(s.pal.axis, 1, []pt{{lx, from}, {half(o.x), to}})
	}
	return end
}

// segment fills one share of a bar and sets its words in it if they fit.
func (k *Stack) segment(s *sheet, g stackGrid, b *StackBar, part int, seg Segment, r rect, value style) {
	if r.empty() {
		return
	}
	t := s.pal.outcomes[k.Parts[part].Colour]
	s.mark("segment", r, seg.Value, g.x1-g.x0)
	s.hit(seg.Tip, r)
	s.row(seg.At, r)
	painted := r
	if part < len(b.Segments)-1 && r.x1 < g.x1 && r.w() > 2 {
		painted.x1-- // a line of paper to the next
	}
	s.fillRect(t.fill, painted)
	if b.Weak {
		s.hatch(t.hatch, 2.2, 8, painted)
	}
	label, counts := plain(clean(seg.Label)), plain(clean(seg.Counts))
	if label+counts == "" || !k.inside(s, g, part, label, counts, r.w()) {
		return
	}
	value, note := value.in(t.text), s.noteStyle().in(t.text)
	x, mid := r.x0+s.px(7), (r.y0+r.y1)/2
	if w := max(s.width(value)(label), s.width(note)(counts)); r.w() < w+2*s.px(7) {
		x = r.x0 + (r.w()-w)/2
	}
	switch {
	case label == "" || counts == "":
		s.inBar(x, mid+value.middle(), value, label)
		s.inBar(x, mid+note.middle(), note, counts)
	case g.tall:
		s.inBar(x, mid-s.px(3), value, label)
		s.inBar(x, mid+s.px(15), note, counts)
	default:
		s.inBar(x, mid+value.middle(), value, label)
		s.inBar(x+s.width(value)(label)+s.px(8), mid+value.middle(), note, counts)
	}
}

// inBar sets words in the mark they are about, which they may cover.
func (s *sheet) inBar(x, y float64, st style, text string) {
	s.text(x, y, st, text).halo = true
}

// zooms reports whether the second bar is the first without its last part.
func (k *Stack) zooms() bool {
	if len(k.Bars) != 2 {
		return false
	}
	a, b := k.Bars[0].Segments, k.Bars[1].Segments
	n := len(a) - 1
	rest := 1 - a[n].Value
	if a[n].Value <= 0 || b[n].Value > 0 || rest <= 0 {
		return false
	}
	for i := range n {
		if math.Abs(a[i].Value/rest-b[i].Value) > 0.01 {
			return false
		}
	}
	return true
}

// ties lead from what is left of the first bar to the whole of the second.
func (k *Stack) ties(s *sheet, a, b rect) {
	edges := k.edges(&k.Bars[0], a.x0, a.x1)
	x := edges[len(edges)-2]
	s.stroke(s.pal.axis, 1.25, []pt{{a.x0 + 0.5, a.y1 + 3}, {b.x0 + 0.5, b.y0 - 3}}, []pt{{x, a.y1 + 3}, {b.x1 - 0.5, b.y0 - 3}}).dash = []float64{2, 4}
}

// thumb draws the bars, with their names if there is room.
func (k *Stack) thumb(s *sheet, g stackGrid, top, bottom float64) float64 {
	top += s.px(12)
	st := s.countStyle().in(s.pal.ink)
	pitch := min((bottom-top)/float64(len(k.Bars)), s.px(44))
	x0, name := s.left(), 0.0
	if pitch >= st.lead {
		for _, b := range k.Bars {
			name = max(name, min(s.width(st)(plain(clean(b.Name))), 190))
		}
		x0 = half(x0 + math.Ceil(name) + 12)
	}
	for i := range k.Bars {
		b := &k.Bars[i]
		y := top + float64(i)*pitch
		edges := k.edges(b, x0, s.right())
		for j := range b.Segments {
			r := rect{edges[j], half(y + 0.14*pitch), edges[j+1], half(y + 0.86*pitch)}
			if r.empty() {
				continue
			}
			s.mark("segment", r, b.Segments[j].Value, s.right()-x0)
			if j < len(b.Segments)-1 && r.x1 < s.right() && r.w() > 2 {
				r.x1--
			}
			t := s.pal.outcomes[k.Parts[j].Colour]
			s.fillRect(t.fill, r)
			if b.Weak {
				s.hatch(t.hatch, 2.2, 8, r)
			}
		}
		if name > 0 {
			s.text(s.left(), y+pitch/2+st.middle(), st, one(s.cutTo(st, b.Name, name+1)))
		}
	}
	return bottom
}
