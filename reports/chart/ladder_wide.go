package chart

import "math"

// A ladderCol is one step of the wide ladder, measured.
type ladderCol struct {
	x, w         float64
	square       float64 // height
	lensW, lensH float64 // 0: none
	name         []string
	of           []string
	other        []string
}

// A ladderPlan is the wide ladder at one pitch, measured.
type ladderPlan struct {
	pitch  float64
	cols   []ladderCol
	beside bool // the first step's words stand to the right of its square
	key    []keyEntry
	aside  []string
	asideX float64
	above  float64 // from the top of the plot to the baseline of the squares
	below  float64 // from there to the end
	wide   bool    // it does not fit into the width
}

const (
	colGap   = 26.0
	lensRise = 20.0 // from a small square up to its enlarged copy
	labelGap = 13.0 // from a label down to what it names
	countGap = 29.0 // from a count's baseline to the name's
)

// columns draws the steps side by side. The pitch is the largest at which the
// ladder fits; under 3.5 px cells would run together, so the sheet grows instead.
func (l *Ladder) columns(s *sheet, top, bottom float64) float64 {
	top += 20
	var p ladderPlan
	for pitch := 14.0; pitch >= 1.5; pitch -= 0.5 {
		p = l.plan(s, pitch)
		if !p.wide && (pitch <= 3.5 || p.above+p.below <= bottom-top) {
			break
		}
	}
	slack := max(0, bottom-top-p.above-p.below)
	base := math.Round(top + p.above + slack/2)
	p.draw(s, l, base-p.above, base)
	return max(base+p.below, bottom)
}

func (l *Ladder) plan(s *sheet, pitch float64) ladderPlan {
	p := ladderPlan{pitch: pitch, cols: make([]ladderCol, len(l.Steps))}
	for i, st := range l.Steps {
		c := &p.cols[i]
		c.square = tall(l.cells(st.Count), pitch)
		c.lensW, c.lensH = l.lens(st, pitch)
	}
	p.beside = len(l.Steps) > 1 && p.cols[0].square >= 180
	if p.widths(s, l); p.wide && pitch > 1.5 {
		return p
	}
	p.texts(s, l)
	p.heights(s, l)
	return p
}

// least is the width below which a step's column cannot go.
func (p *ladderPlan) least(s *sheet, l *Ladder, i int) float64 {
	st := l.Steps[i]
	count, name := s.width(s.countStyle()), s.width(s.nameStyle())
	big := s.width(s.bigStyle())
	w := max(side(l.cells(st.Count), p.pitch), p.cols[i].lensW, big(clean(st.Percent)), min(count(clean(st.Of)), 180))
	if p.cols[i].lensW > 0 {
		w = max(w, min(side(l.cells(st.Count), p.pitch)+10+s.width(s.noteStyle())(clean(l.Enlarge)), 180))
	}
	if i == 0 && p.beside {
		return w
	}
	w = max(w, big(clean(st.CountText)))
	for _, word := range words(clean(st.Name)) {
		w = max(w, min(name(plain(word)), 170))
	}
	return w
}

// widths gives every column its least width and the rest of the sheet, little
// by little, to the column whose words stand on the most lines.
func (p *ladderPlan) widths(s *sheet, l *Ladder) {
	rest := s.right() - s.left() - colGap*float64(len(p.cols)-1)
	for i := range p.cols {
		p.cols[i].w = p.least(s, l, i)
		rest -= p.cols[i].w
	}
	p.wide = rest < 0
	first := 0
	if p.beside {
		first = 1
	}
	for ; rest >= 6; rest -= 6 {
		worst, need := first, -1.0
		for i := first; i < len(p.cols); i++ {
			if n := p.need(s, l, i); n > need {
				worst, need = i, n
			}
		}
		p.cols[worst].w += 6
	}
	x := s.left()
	for i := range p.cols {
		p.cols[i].x = half(x)
		x += p.cols[i].w + colGap
	}
}

// need ranks columns by how many lines their words would fill.
func (p *ladderPlan) need(s *sheet, l *Ladder, i int) float64 {
	m := s.width(s.nameStyle())
	text := m(clean(l.Steps[i].Name))
	if i == 1 && p.beside {
		text = max(text, m(clean(l.Steps[0].Name)))
	}
	return text / p.cols[i].w
}

func (p *ladderPlan) texts(s *sheet, l *Ladder) {
	m := s.width(s.nameStyle())
	for i, st := range l.Steps {
		c := &p.cols[i]
		w := c.w
		if i == 0 && p.beside {
			w = p.cols[1].w
		}
		c.name, _ = limit(m, balance(m, clean(st.Name), w), 6, w)
		c.of = s.wrap(s.countStyle(), st.Of, c.w)
		for _, o := range st.Other {
			c.other = append(c.other, s.wrap(s.noteStyle(), o, c.w)...)
		}
	}
	if p.beside {
		p.key = l.keyEntries(s, p.cols[1].w)
	} else {
		p.key = l.keyEntries(s, s.right()-s.left())
	}
}

// labelHeight is from the top of the count's figures to under the name.
func (c *ladderCol) labelHeight(s *sheet) float64 {
	h := s.bigStyle().ascent()
	if len(c.name) > 0 {
		h += countGap + float64(len(c.name)-1)*s.nameStyle().lead + s.nameStyle().descent()
	}
	return h
}

// height is from the top of the label down to the baseline of the squares.
func (c *ladderCol) height(s *sheet) float64 {
	h := c.square + labelGap + c.labelHeight(s)
	if c.lensH > 0 {
		h += c.lensH + lensRise
	}
	return h
}

func (c *ladderCol) belowHeight(s *sheet, percent bool) float64 {
	h := 12.0
	if percent {
		h += 32
	}
	return h + float64(len(c.of))*s.countStyle().lead + float64(len(c.other))*s.noteStyle().lead + 4
}

func (p *ladderPlan) heights(s *sheet, l *Ladder) {
	for i := range p.cols {
		h := p.cols[i].height(s)
		switch {
		case i == 0 && p.beside:
			h = p.cols[0].square
		case i == 1 && p.beside:
			h += p.cols[0].labelHeight(s) + 24
			if len(p.key) > 0 {
				h += keyHeight(s, p.key) + 16
			}
		}
		p.above = max(p.above, h)
		p.below = max(p.below, p.cols[i].belowHeight(s, l.Steps[i].Percent != ""))
	}
	if !p.beside && len(p.key) > 0 {
		p.above += keyHeight(s, p.key) + 20
	}
	p.placeAside(s, l)
	if len(l.Brackets) > 0 {
		p.below += 12 + float64(p.bracketLines(s, l))*s.noteStyle().lead
	}
}

func (s *sheet) asideStyle() style { return s.st(19, 26, bold, s.pal.ink) }

const asideIndent = 16.0

// placeAside looks, from the step it speaks of to the right, for the first
// column over which the aside fits, and makes room if there is none.
func (p *ladderPlan) placeAside(s *sheet, l *Ladder) {
	if clean(l.Aside) == "" || len(p.cols) < 2 {
		return
	}
	first := min(max(l.AsideAt, 1), len(p.cols)-1)
	if p.beside {
		first = min(max(first, 2), len(p.cols)-1)
	}
	st := s.asideStyle()
	for c := first; ; c++ {
		p.asideX = p.cols[c].x
		p.aside = balance(s.width(st), clean(l.Aside), s.right()-p.asideX-asideIndent)
		need := float64(len(p.aside))*st.lead + 24
		under := 0.0
		for _, q := range p.cols[c:] {
			under = max(under, q.height(s))
		}
		if need+under <= p.above {
			return
		}
		if c == len(p.cols)-1 || len(p.aside) > 3 {
			p.asideX = p.cols[first].x
			p.aside = balance(s.width(st), clean(l.Aside), s.right()-p.asideX-asideIndent)
			under = 0
			for _, q := range p.cols[first:] {
				under = max(under, q.height(s))
			}
			p.above = max(p.above, under+float64(len(p.aside))*st.lead+24)
			return
		}
	}
}

func (p *ladderPlan) bracketSpan(s *sheet, b Bracket) (x0, x1 float64) {
	last := p.cols[b.To]
	return p.cols[b.From].x, min(last.x+last.w, s.right())
}

func (p *ladderPlan) bracketText(s *sheet, b Bracket) []string {
	x0, x1 := p.bracketSpan(s, b)
	return s.wrap(s.noteStyle(), b.Text, x1-x0)
}

func (p *ladderPlan) bracketLines(s *sheet, l *Ladder) int {
	n := 0
	for _, b := range l.Brackets {
		n = max(n, len(p.bracketText(s, b)))
	}
	return n
}

func (p *ladderPlan) draw(s *sheet, l *Ladder, top, base float64) {
	for i, st := range l.Steps {
		c := &p.cols[i]
		l.nest(s, st, c.x, base, p.pitch)
		edge := base - c.square
		if c.lensH > 0 {
			edge = p.drawLens(s, l, i, base)
		}
		if i == 0 && p.beside {
			p.label(s, st, c.name, p.cols[1].x, base-c.square+s.bigStyle().size*0.711)
		} else {
			n := max(len(c.name)-1, 0)
			p.label(s, st, c.name, c.x, edge-labelGap-s.nameStyle().descent()-float64(n)*s.nameStyle().lead-countGap)
		}
		p.under(s, st, c, base)
	}
	if p.beside {
		s.key(p.cols[1].x, base-p.cols[0].square+p.cols[0].labelHeight(s)+14, p.key)
	} else {
		s.key(s.left(), top, p.key)
	}
	p.drawAside(s, top)
	p.drawBrackets(s, l, base)
}

// drawLens draws the enlarged copy over a small square and two lines that lead
// from one to the other, and returns its upper edge.
func (p *ladderPlan) drawLens(s *sheet, l *Ladder, i int, base float64) float64 {
	c, st := &p.cols[i], l.Steps[i]
	small := side(l.cells(st.Count), p.pitch)
	foot := half(base - c.square - lensRise)
	s.stroke(s.pal.axis, 1, []pt{{c.x, base - c.square - 2}, {c.x + 0.5, foot}},
		[]pt{{c.x + small, base - c.square - 2}, {c.x + c.lensW - 0.5, foot}})
	l.magnify(s, st, c.x, foot, p.pitch)
	s.text(c.x+small+10, base-1, s.noteStyle(), l.Enlarge)
	return foot - c.lensH
}

// label sets a count and its name; y is the count's baseline.
func (p *ladderPlan) label(s *sheet, st Step, name []string, x, y float64) {
	s.text(x-1, y, s.bigStyle(), st.CountText)
	s.lines(x, y+countGap, s.nameStyle(), name)
}

// under sets what stands below a square.
func (p *ladderPlan) under(s *sheet, st Step, c *ladderCol, base float64) {
	y := base + 12
	if st.Percent != "" {
		sty := s.bigStyle().in(s.pal.high)
		if st.Weak {
			sty = sty.as(regular)
		}
		s.text(c.x-1, y+26, sty, st.Percent)
		y += 32
	}
	if len(c.of) > 0 {
		y = s.lines(c.x, y+16, s.countStyle().in(s.pal.text), c.of) + 4
	}
	s.lines(c.x, y+15, s.noteStyle(), c.other)
}

func (p *ladderPlan) drawAside(s *sheet, top float64) {
	if len(p.aside) == 0 {
		return
	}
	st := s.asideStyle()
	x := p.asideX
	s.fillRect(s.pal.high, rect{x, top, x + 4, top + float64(len(p.aside))*st.lead - 2})
	s.lines(x+asideIndent, top+18.5, st, p.aside)
}

func (p *ladderPlan) drawBrackets(s *sheet, l *Ladder, base float64) {
	lead := s.noteStyle().lead
	y := base + p.below - float64(p.bracketLines(s, l))*lead - 6
	for _, b := range l.Brackets {
		x0, x1 := p.bracketSpan(s, b)
		s.stroke(s.pal.axis, 1.25, []pt{{x0 + 0.5, y - 5}, {x0 + 0.5, y}, {x1 - 0.5, y}, {x1 - 0.5, y - 5}})
		s.lines(x0, y+lead-2, s.noteStyle().in(s.pal.text), p.bracketText(s, b))
	}
}
