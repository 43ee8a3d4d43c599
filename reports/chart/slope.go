package chart

import (
	"fmt"
	"math"
)

// Slope shows where each line stands at two times or by two definitions, and
// which way it went in between.
type Slope struct {
	Head
	From, To string
	Percent  func(float64) string
	Lines    []SlopeLine
}

// A SlopeLine leads from A to B, shares from 0 to 1. Empty labels are what
// Percent says.
type SlopeLine struct {
	Name           string
	A, B           float64
	LabelA, LabelB string
	Highlight      bool
	Tip            string
	At             Cell // of the table beside it
}

const maxSlopes = 24 // more names cannot stand beside each other

func (f *Slope) check() error {
	if n := len(f.Lines); n < 1 || n > maxSlopes {
		return fmt.Errorf("got %d lines, want 1 to %d", n, maxSlopes)
	}
	for _, l := range f.Lines {
		if !share(l.A) || !share(l.B) {
			return fmt.Errorf("line %q: got %v to %v, want shares from 0 to 1", clean(l.Name), l.A, l.B)
		}
	}
	return nil
}

func (l *SlopeLine) style(s *sheet) (words style, line colour, width float64) {
	st := s.st(15, 18, regular, s.pal.text)
	if l.Highlight {
		return st.as(bold).in(s.pal.high), s.pal.high, 3.5
	}
	return st, s.pal.middle, 1.75
}

func (f *Slope) layout(s *sheet, top, bottom float64) float64 {
	top += s.px(14)
	if !s.bare() {
		top += s.px(26)
	}
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, l := range f.Lines {
		lo, hi = min(lo, l.A, l.B), max(hi, l.A, l.B)
	}
	if hi-lo < 0.02 {
		lo, hi = max(0, lo-0.01), min(1, hi+0.01)
	}
	left, right := f.room(s)
	x0, x1 := half(s.left()+left), half(s.right()-right)
	if s.narrow() {
		bottom = top + 420
	}
	lead := s.px(15) * 1.35
	need := lead
	for i := range f.Lines {
		st, _, _ := f.Lines[i].style(s)
		need += lead + float64(max(len(f.name(s.scratch(), &f.Lines[i], x1+s.px(26))), 1)-1)*st.lead
	}
	if !s.bare() {
		bottom = max(bottom, top+need)
	}
	foot := bottom - s.px(14)
	y := func(v float64) float64 { return foot - (foot-top-s.px(8))*(v-lo)/(hi-lo) }
	f.axes(s, x0, x1, top, foot)
	f.lines(s, x0, x1, y)
	if !s.bare() {
		f.side(s, lead, top, bottom, y, false, x0)
	}
	f.side(s, lead, top, bottom, y, true, x1)
	return bottom
}

// room is what the words at the two sides need.
func (f *Slope) room(s *sheet) (left, right float64) {
	for i := range f.Lines {
		l := &f.Lines[i]
		st, _, _ := l.style(s)
		left = max(left, s.width(st)(f.label(s, l, false)))
		right = max(right, s.width(st)(f.right(s, l)))
	}
	gap := s.px(30)
	if s.bare() {
		left = 0
		right = 0
		for i := range f.Lines {
			if l := &f.Lines[i]; l.Highlight {
				st, _, _ := l.style(s)
				right = max(right, s.width(st)(f.right(s, l)))
			}
		}
		return s.px(8), min(right, 0.42*s.w) + gap
	}
	width := s.right() - s.left()
	return min(left, 0.16*width) + gap, min(right, 0.4*width) + gap
}

// right is what stands beside the end of a line.
func (f *Slope) right(s *sheet, l *SlopeLine) string {
	return f.label(s, l, true) + "  " + plain(clean(l.Name))
}

// label is the value at one end.
func (f *Slope) label(s *sheet, l *SlopeLine, end bool) string {
	st, _, _ := l.style(s)
	text, cut := say(l.LabelA, f.Percent, l.A), s.fit
	if end {
		st, text = st.as(black), say(l.LabelB, f.Percent, l.B)
	}
	if s.bare() {
		cut = func(st style, text string, width float64, _ int) []string { return s.cutTo(st, text, width) }
	}
	return one(cut(st, text, 0.16*(s.right()-s.left()), 1))
}

func (f *Slope) axes(s *sheet, x0, x1, top, foot float64) {
	s.stroke(s.pal.grid, 1.25, []pt{{x0, top}, {x0, foot}}, []pt{{x1, top}, {x1, foot}})
	if s.bare() {
		return
	}
	st := s.headingStyle()
	base := top - s.px(12)
	from := one(s.fit(st, f.From, (x1-x0)*0.6, 1))
	s.text(max(s.left(), x0-s.width(st)(from)), base, st, from)
	s.text(x1, base, st, one(s.fit(st, f.To, s.right()-x1, 1)))
}

// lines draws the highlighted ones on top.
func (f *Slope) lines(s *sheet, x0, x1 float64, y func(float64) float64) {
	for _, high := range []bool{false, true} {
		for i := range f.Lines {
			l := &f.Lines[i]
			if l.Highlight != high {
				continue
			}
			_, c, w := l.style(s)
			a, b := pt{x0, y(l.A)}, pt{x1, y(l.B)}
			s.stroke(c, w, []pt{a, b})
			s.disc(c, a, w/2+2.5)
			s.disc(c, b, w/2+2.5)
			s.mark("line", rect{a.x, a.y, b.x, b.y}, 0, 0)
			s.hitRound(l.Tip, b, 10)
			s.row(l.At, rect{b.x - 10, b.y - 10, b.x + 10, b.y + 10})
		}
	}
}

// side sets the words of one end of the lines, spread so that none touch, each
// with a leader.
func (f *Slope) side(s *sheet, lead, top, bottom float64, y func(float64) float64, end bool, x float64) {
	var all []endLabel
	for i := range f.Lines {
		l := &f.Lines[i]
		if s.bare() && !l.Highlight {
			continue
		}
		e := endLabel{series: i, from: pt{x, y(l.A)}, h: lead}
		if end {
			e.from.y = y(l.B)
			e.lines = f.name(s, l, x+s.px(26))
			st, _, _ := l.style(s)
			e.h += float64(max(len(e.lines), 1)-1) * st.lead
		}
		all = append(all, e)
	}
	spread(all, top-lead/2, bottom+lead/2)
	for _, e := range all {
		f.words(s, e, end)
	}
}

// name breaks the name at the end of a line, right of its value at x.
func (f *Slope) name(s *sheet, l *SlopeLine, x float64) []string {
	st, _, _ := l.style(s)
	room := s.right() - x - s.width(st.as(black))(f.label(s, l, true)) - s.px(7)
	if s.bare() {
		return s.cutTo(st, l.Name, room)
	}
	return s.fit(st, l.Name, room, 3)
}

// words sets one label, with a leader if it does not stand beside its point.
func (f *Slope) words(s *sheet, e endLabel, end bool) {
	l := &f.Lines[e.series]
	st, c, _ := l.style(s)
	dir := 1.0
	if !end {
		dir = -1
	}
	first := e.at - float64(max(len(e.lines), 1)-1)*st.lead/2
	at := e.from.x + dir*s.px(26)
	if math.Abs(first-e.from.y) > 1 {
		s.stroke(c, 1, []pt{{e.from.x + dir*6, e.from.y}, {at - dir*s.px(10), first}, {at - dir*4, first}})
	}
	if !end {
		s.textRight(at, first+st.middle(), st, f.label(s, l, false))
		return
	}
	value := st.as(black)
	label := f.label(s, l, true)
	s.text(at, first+st.middle(), value, label)
	s.lines(at+s.width(value)(label)+s.px(7), first+st.middle(), st, e.lines)
}
