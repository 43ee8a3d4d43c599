package chart

import "math"

// rows draws the steps one under the other, for a phone.
func (l *Ladder) rows(s *sheet, top float64) float64 {
	y := top + 20
	if es := l.keyEntries(s, s.right()-s.left()); len(es) > 0 {
		s.key(s.left(), y-4, es)
		y += keyHeight(s, es) + 20
	}
	pitch := l.rowPitch(s)
	textX := s.left() + l.gutter(s, pitch) + 24
	for i, st := range l.Steps {
		y = l.section(s, i, y)
		if s.beside(side(l.cells(st.Count), pitch)) {
			y = l.largeRow(s, st, y, pitch)
		} else {
			y = l.smallRow(s, st, y, textX, pitch)
		}
		if i == l.AsideAt && clean(l.Aside) != "" {
			y = l.asideRow(s, y)
		}
		y += 30
	}
	return y - 30
}

// beside tells squares so large that only a narrow column of words is left.
func (s *sheet) beside(side float64) bool { return side > 0.44*(s.right()-s.left()) }

// rowPitch is 8 if all squares are small, less if the largest would leave no
// room for its words.
func (l *Ladder) rowPitch(s *sheet) float64 {
	most := l.most()
	for pitch := 8.0; pitch > 1; pitch -= 0.5 {
		if side(most, pitch) <= 0.69*(s.right()-s.left()) {
			return pitch
		}
	}
	return 1
}

// gutter is the width that the small squares and their copies need.
func (l *Ladder) gutter(s *sheet, pitch float64) float64 {
	w := 0.0
	for _, st := range l.Steps {
		sq := side(l.cells(st.Count), pitch)
		if s.beside(sq) {
			continue
		}
		if lw, _ := l.lens(st, pitch); lw > 0 {
			sq += lensAside + lw
		}
		w = max(w, sq)
	}
	return w
}

const lensAside = 18.0 // from a small square across to its enlarged copy

// section sets the words of a bracket over the first row it holds, and a bare
// rule where the bracketed rows end.
func (l *Ladder) section(s *sheet, i int, y float64) float64 {
	inside := func(i int) bool {
		for _, b := range l.Brackets {
			if i >= b.From && i <= b.To {
				return true
			}
		}
		return false
	}
	var lines []string
	starts := i > 0 && inside(i-1) && !inside(i)
	for _, b := range l.Brackets {
		if b.From == i {
			starts = true
			lines = append(lines, s.settle(s.noteStyle(), b.Text, s.right()-s.left())...)
		}
	}
	if !starts {
		return y
	}
	s.stroke(s.pal.axis, 1.25, []pt{{s.left(), y}, {s.right(), y}})
	s.mark("rule", rect{s.left(), y, s.right(), y}, 0, 0)
	if len(lines) == 0 {
		return y + 26
	}
	return s.lines(s.left(), y+24, s.noteStyle().in(s.pal.text), lines) + 24
}

// largeRow sets a square with a narrow column of words at its right.
func (l *Ladder) largeRow(s *sheet, st Step, y, pitch float64) float64 {
	n := l.cells(st.Count)
	base := math.Round(y + tall(n, pitch))
	l.nest(s, st, s.left(), base, pitch)
	x := s.left() + side(n, pitch) + 18
	w := s.right() - x
	end := s.countAndName(st, x, y, w, w)
	if st.Percent != "" {
		end += 52
		s.text(x-1, end, s.percentStyle(st), one(s.fit(s.percentStyle(st), st.Percent, w+1, 1)))
	}
	end = s.ofAndOther(st, x, end, w)
	return max(base, end+5)
}

// smallRow sets a square, its enlarged copy, the words, and the percentage in
// a column of its own at the right edge.
func (l *Ladder) smallRow(s *sheet, st Step, y, x, pitch float64) float64 {
	n := l.cells(st.Count)
	base := math.Round(y + tall(n, pitch))
	foot := base
	if lw, lh := l.lens(st, pitch); lw > 0 {
		base = math.Round(y + lh)
		small, lx := side(n, pitch), s.left()+side(n, pitch)+lensAside
		s.rays(pt{s.left() + small + 2, base - tall(n, pitch)}, pt{lx, base - lh + 0.5}, pt{s.left() + small + 2, base}, pt{lx, base - 0.5})
		l.magnify(s, st, lx, base, pitch)
		foot = base
		if note := clean(l.Enlarge); note != "" {
			foot = s.lines(s.left(), base+21, s.noteStyle(), s.wrap(s.noteStyle(), note, x-s.left()-16)) + 4
		}
	}
	l.nest(s, st, s.left(), base, pitch)
	percent := one(s.fit(s.percentStyle(st), st.Percent, (s.right()-x)*0.55, 1))
	s.textRight(s.right(), y+s.bigStyle().size*0.711, s.percentStyle(st), percent)
	end := s.countAndName(st, x, y, s.right()-x, s.right()-x-s.width(s.percentStyle(st))(percent)-16)
	end = s.ofAndOther(st, x, end, s.right()-x)
	return max(foot, end+5)
}

func (s *sheet) percentStyle(st Step) style {
	if st.Weak {
		return s.bigStyle().in(s.pal.high).as(regular)
	}
	return s.bigStyle().in(s.pal.high)
}

// countAndName sets both from top y, w and room px wide, and returns the last baseline.
func (s *sheet) countAndName(st Step, x, y, w, room float64) float64 {
	y += s.bigStyle().size * 0.711
	s.text(x-1, y, s.bigStyle(), one(s.fit(s.bigStyle(), st.CountText, room, 1)))
	if name := s.fit(s.nameStyle(), st.Name, w, 8); len(name) > 0 {
		y = s.lines(x, y+33, s.nameStyle(), name)
	}
	return y
}

func (s *sheet) ofAndOther(st Step, x, y, w float64) float64 {
	if of := s.wrap(s.countStyle(), st.Of, w); len(of) > 0 {
		y = s.lines(x, y+26, s.countStyle().in(s.pal.text), of)
	}
	for _, o := range st.Other {
		if o := s.wrap(s.noteStyle(), o, w); len(o) > 0 {
			y = s.lines(x, y+24, s.noteStyle(), o)
		}
	}
	return y
}

func (l *Ladder) asideRow(s *sheet, y float64) float64 {
	st := s.asideStyle()
	lines := balance(s.width(st), clean(l.Aside), s.right()-s.left()-asideIndent)
	y += 24
	h := float64(len(lines)) * st.lead
	s.fillRect(s.pal.high, rect{s.left(), y, s.left() + 4, y + h - 2})
	s.lines(s.left()+asideIndent, y+st.size, st, lines)
	return y + h
}
