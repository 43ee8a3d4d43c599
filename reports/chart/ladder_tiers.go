package chart

import "math"

// tierGap is between the first square and the steps under it.
const tierGap = 34.0

// tiers puts the first step on top, its words beside its square, and the others
// in columns under it, all at one scale: on a sheet about as high as wide this
// leaves every column the width its words need. It gives up if even so words
// would be broken.
func (l *Ladder) tiers(s *sheet, top, bottom float64) (end float64, ok bool) {
	first, rest := l.split()
	top += ladderTop
	var p ladderPlan
	var height float64
	pitch := 14.0
	for ; pitch >= 1; pitch -= 0.5 {
		if n := l.cells(first.Count); side(n, pitch) > 0.6*(s.right()-s.left()) || pitch > 2.5 && tall(n, pitch) > bottom-top {
			continue
		}
		p = rest.plan(s, pitch)
		height = max(tall(l.cells(first.Count), pitch), l.firstTier(s.scratch(), first, 0, pitch))
		if !p.wide && (pitch <= 2.5 || height+s.px(tierGap)+p.above+p.below <= bottom-top) {
			break
		}
	}
	if pitch < 1 || p.squeezed {
		return 0, false
	}
	slack := max(0, bottom-top-height-s.px(tierGap)-p.above-p.below)
	top += math.Round(slack / 3)
	l.firstTier(s, first, top, pitch)
	base := math.Round(top + height + s.px(tierGap) + slack/3 + p.above)
	p.draw(s, rest, base-p.above, base)
	return max(base+p.below, bottom), true
}

// split is the first step and a ladder of the others; the key goes with the
// first, and a bracket that holds steps of both is said of both.
func (l *Ladder) split() (Step, *Ladder) {
	rest := &Ladder{Head: l.Head, Steps: l.Steps[1:], Aside: l.Aside, AsideAt: max(l.AsideAt-1, 0), Enlarge: l.Enlarge, Cell: l.cellOf()}
	for _, b := range l.Brackets {
		if b.To > 0 {
			rest.Brackets = append(rest.Brackets, Bracket{max(b.From-1, 0), b.To - 1, b.Text})
		}
	}
	return l.Steps[0], rest
}

// firstTier draws the first step from top down and returns where it ends.
func (l *Ladder) firstTier(s *sheet, st Step, top, pitch float64) float64 {
	n := l.cells(st.Count)
	base := math.Round(top + tall(n, pitch))
	l.nest(s, st, s.left(), base, pitch)
	x := half(s.left() + side(n, pitch) + s.px(26))
	w := s.right() - x
	end := s.countAndName(st, x, top, w, w)
	if st.Percent != "" {
		end += s.px(46)
		s.text(x-1, end, s.percentStyle(st), one(s.fit(s.percentStyle(st), st.Percent, w+1, 1)))
	}
	end = s.ofAndOther(st, x, end, w)
	for _, b := range l.Brackets {
		if b.From == 0 {
			y := end + s.px(15)
			lines := s.settle(s.noteStyle(), b.Text, w)
			width := widest(s.width(s.noteStyle()), lines)
			s.stroke(s.pal.axis, 1.25, []pt{{x + 0.5, y + 5}, {x + 0.5, y}, {x + width, y}, {x + width, y + 5}})
			end = s.lines(x, y+s.noteStyle().lead+2, s.noteStyle().in(s.pal.text), lines)
		}
	}
	if es := l.keyEntries(s, w); len(es) > 0 {
		y := max(end+s.px(18), base-keyHeight(s, es))
		s.key(x, y, es)
		end = y + keyHeight(s, es)
	}
	return max(base, end)
}
