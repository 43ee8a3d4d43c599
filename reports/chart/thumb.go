package chart

import (
	"math"
	"strconv"
)

// A thumbnail has room for the title and the marks. What little it says beside
// them is about the highlighted mark.

// thumb draws all bars, thin if they are many, in one column at one scale. Few
// of them have their names; of many, the highlighted one is named at the right.
func (b *Bars) thumb(s *sheet, top, bottom float64) float64 {
	var all []*Bar
	var ref *Reference
	b.each(func(bar *Bar) { all = append(all, bar) })
	for _, p := range b.Panels {
		for _, g := range p.Groups {
			if g.Reference != nil && ref == nil {
				ref = g.Reference
			}
		}
	}
	if len(all) == 0 {
		return bottom
	}
	top += s.px(12)
	st := s.countStyle().in(s.pal.ink)
	pitch := min((bottom-top)/float64(len(all)), s.px(30))
	named := pitch >= st.lead
	track := rect{x0: s.left(), x1: s.right()}
	nameW, sideW := 0.0, 0.0
	for _, bar := range all {
		if named {
			nameW = max(nameW, s.width(bar.nameStyle(s).sized(st))(plain(clean(bar.Name))))
		}
		if named || bar.Highlight {
			sideW = max(sideW, s.width(st.as(black))(clean(bar.Label)))
		}
		if !named && bar.Highlight {
			sideW = max(sideW, s.width(st.as(bold))(plain(clean(bar.Name))))
		}
	}
	nameW, sideW = min(math.Ceil(nameW), 190), min(math.Ceil(sideW)+1, 150)
	if nameW > 0 {
		track.x0 = half(track.x0 + nameW + 12)
	}
	if sideW > 0 {
		track.x1 = half(track.x1 - sideW - 12)
	}
	layers := newLayers(s, ref, track)
	thick := half(pitch * 0.72)
	for i, bar := range all {
		mid := top + (float64(i)+0.5)*pitch
		track.y0 = half(mid - thick/2)
		track.y1 = track.y0 + thick
		plainBar := *bar
		plainBar.Low95, plainBar.High95 = 0, 0
		layers.bar(&plainBar, track)
		if named {
			s.text(s.left(), mid+st.middle(), bar.nameStyle(s).sized(st), one(s.cutTo(bar.nameStyle(s).sized(st), bar.Name, nameW)))
			s.textRight(s.right(), mid+st.middle(), bar.valueStyle(s).sized(st), one(s.cutTo(st.as(black), bar.Label, sideW)))
		}
	}
	layers.line(top-2, top+pitch*float64(len(all))+2)
	layers.finish()
	if !named {
		b.thumbLabel(s, all, track.x1+12, top, pitch, st)
	}
	return bottom
}

// thumbLabel names the highlighted bar beside its row, a little higher or lower
// if it stands at the edge of the sheet.
func (b *Bars) thumbLabel(s *sheet, all []*Bar, x, top, pitch float64, st style) {
	for i, bar := range all {
		if !bar.Highlight {
			continue
		}
		width := s.right() - x
		lines := append(s.cutTo(st.as(bold), bar.Name, width), s.cutTo(st.as(black), bar.Label, width)...)
		y := top + (float64(i)+0.5)*pitch + st.middle() - float64(len(lines)-1)*st.lead/2
		y = min(max(y, top+st.ascent()), s.fmt.h-s.fmt.bottom-float64(len(lines)-1)*st.lead)
		s.lines(x, y, st.as(bold).in(s.pal.high), lines)
		return
	}
}

// cutTo is text on one line, shortened if it must be: a thumbnail leaves out
// most words anyway.
func (s *sheet) cutTo(st style, text string, width float64) []string {
	lines, _ := limit(s.width(st), s.wrap(st, text, width), 1, width)
	return lines
}

// sized is st in the size and lead of o.
func (st style) sized(o style) style {
	st.size, st.lead = o.size, o.lead
	return st
}

// thumb draws the lines over the first and the last year, and the end label of
// the highlighted one.
func (l *Lines) thumb(s *sheet, top, bottom float64) float64 {
	p := l.plan(s, top+s.px(8), bottom-s.px(20))
	st := s.noteStyle()
	for _, t := range p.yTicks {
		y := half(p.y(t.Value))
		c, w := s.pal.grid, 1.0
		if t.Value == 0 {
			c, w = s.pal.axis, 1.25
		}
		s.stroke(c, w, []pt{{p.area.x0, y}, {p.area.x1, y}})
	}
	first, last := strconv.Itoa(int(math.Ceil(p.plot.X.Min))), strconv.Itoa(int(p.plot.X.Max))
	s.text(p.area.x0, p.area.y1+s.px(17), st, first)
	s.textRight(p.area.x1, p.area.y1+s.px(17), st, last)
	for i := range l.Series {
		p.bands(s, &l.Series[i], p.colours[i].line)
	}
	for _, i := range l.order() {
		p.series(s, &l.Series[i], p.colours[i].line)
	}
	p.ends(s, l)
	return bottom
}

// thumb draws the squares on their baseline, as large as the sheet allows, with
// the count over each, and under the decided ones what part was granted.
func (l *Ladder) thumb(s *sheet, top, bottom float64) float64 {
	st := s.countStyle().as(bold).in(s.pal.ink)
	foot := bottom - st.lead
	gap := s.px(16)
	widths := func(pitch float64) (total float64, each []float64) {
		for i := range l.Steps {
			w := max(side(l.cells(l.Steps[i].Count), pitch), s.width(st.as(black))(clean(l.Steps[i].Percent)), s.width(st)(clean(l.Steps[i].CountText)))
			each = append(each, math.Ceil(w))
			total += math.Ceil(w)
		}
		return total + gap*float64(len(l.Steps)-1), each
	}
	most := l.most()
	pitch := 12.0
	for ; pitch > 0.5; pitch -= 0.25 {
		if w, _ := widths(pitch); w <= s.right()-s.left() && tall(most, pitch) <= foot-top-st.lead-s.px(10) {
			break
		}
	}
	_, each := widths(pitch)
	x := s.left()
	for i := range l.Steps {
		step := l.Steps[i]
		l.nest(s, step, x, foot, pitch)
		s.text(x, foot-tall(l.cells(step.Count), pitch)-s.px(6), st, one(s.cutTo(st, step.CountText, each[i]+1)))
		s.text(x, foot+st.lead, s.percentStyle(step).sized(st), one(s.cutTo(st.as(black), step.Percent, each[i]+1)))
		x = half(x + each[i] + gap)
	}
	return bottom
}
