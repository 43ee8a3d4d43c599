package chart

import "math"

// A ladderCol is one step of the wide ladder, measured.
type ladderCol struct {
	x, w         float64
	square       float64 // height
	lensW, lensH float64 // 0: none
	name         []string
	cut          bool // the name lost words
	of           []string
	other        []string
}

// A ladderPlan is the wide ladder at one pitch, measured.
type ladderPlan struct {
	pitch  float64
	cols   []ladderCol
	beside bool // the first step's words stand to the right of its square
	key    []keyEntry
	keyAt  rect // both relative to the left end of the squares' baseline
	keyRow bool // the key is one row over everything
	aside  []string
	asideX float64
	asideW float64
	above  float64 // from the top of the plot to the baseline of the squares
	below  float64 // from there to the end
	wide   bool    // it does not fit into the width

	squeezed bool // columns were made narrower than their longest word
}

const (
	colGap   = 26.0
	lensRise = 20.0 // from a small square up to its enlarged copy
	labelGap = 13.0 // from a label down to what it names
	countGap = 27.0 // from a count's baseline to the name's
)

// ladderTop is from the words above to the highest thing of the ladder.
const ladderTop = 14.0

// fit finds the largest pitch at which the ladder fits with its steps side by
// side; under 3.5 px cells would run together, so the sheet grows instead.
func (l *Ladder) fit(s *sheet, top, bottom float64) ladderPlan {
	var p ladderPlan
	for pitch := 14.0; pitch > 0; pitch -= 0.5 {
		if n := l.most(); pitch > 3.5 && (tall(n, pitch) > bottom-top || side(n, pitch) > s.right()-s.left()) {
			continue // not worth measuring words
		}
		p = l.plan(s, pitch)
		if !p.wide && (pitch <= 3.5 || p.above+p.below <= bottom-top-ladderTop) {
			break
		}
	}
	return p
}

// most is the number of cells of the largest step.
func (l *Ladder) most() int {
	most := 0
	for _, st := range l.Steps {
		most = max(most, l.cells(st.Count))
	}
	return most
}

// columns draws the plan in the middle between top and bottom.
func (l *Ladder) columns(s *sheet, p ladderPlan, top, bottom float64) float64 {
	top += ladderTop
	slack := max(0, bottom-top-p.above-p.below)
	base := math.Round(top + p.above + slack/2)
	p.draw(s, l, base-p.above, base)
	return max(base+p.below, bottom)
}

// plan measures the ladder at a pitch. The first step's words go beside its
// square if that is large enough to have them and the second step's label there.
func (l *Ladder) plan(s *sheet, pitch float64) ladderPlan {
	p := ladderPlan{pitch: pitch, cols: make([]ladderCol, len(l.Steps))}
	for i, st := range l.Steps {
		c := &p.cols[i]
		c.square = tall(l.cells(st.Count), pitch)
		c.lensW, c.lensH = l.lens(st, pitch)
	}
	if p.beside = len(l.Steps) > 1 && p.cols[0].square >= 180; p.beside {
		if p.widths(s, l); p.wide { // the words beside the square take less width than those over it
			return p
		}
		p.texts(s, l)
		p.beside = p.cols[0].square >= p.cols[0].labelHeight(s)+24+p.cols[1].height(s)
	}
	if p.widths(s, l); p.wide {
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
	w := max(side(l.cells(st.Count), p.pitch), p.cols[i].lensW, min(big(clean(st.Percent)), 200), min(count(clean(st.Of)), 180))
	if p.cols[i].lensW > 0 {
		w = max(w, min(side(l.cells(st.Count), p.pitch)+10+s.width(s.noteStyle())(clean(l.Enlarge)), 180))
	}
	if i == 0 && p.beside {
		return w
	}
	w = max(w, min(big(clean(st.CountText)), 200))
	for _, word := range words(clean(st.Name)) {
		w = max(w, min(name(plain(word)), 215))
	}
	return w
}

// widths gives every column its least width. The rest of the sheet goes, little
// by little, to columns whose words stand on more than three lines, then to the
// narrowest one.
func (p *ladderPlan) widths(s *sheet, l *Ladder) {
	rest := s.right() - s.left() - colGap*float64(len(p.cols)-1)
	for i := range p.cols {
		p.cols[i].w = p.least(s, l, i)
		rest -= p.cols[i].w
	}
	if p.pitch <= 3.5 {
		rest = p.squeeze(s, l, rest)
	}
	p.wide = rest < 0
	first := 0
	if p.beside {
		first = 1
	}
	const step = 6
	lines := make([]int, len(p.cols)) // of the words over each column
	for i := range lines {
		lines[i] = p.nameLines(s, l, i)
	}
	for ; rest >= step; rest -= step {
		at, worst := first, math.Inf(-1)
		for i := first; i < len(p.cols); i++ {
			need := -p.cols[i].w
			if lines[i] > 3 {
				need = float64(lines[i]) * 1000
			}
			if need > worst {
				at, worst = i, need
			}
		}
		p.cols[at].w += step
		if lines[at] > 3 {
			lines[at] = p.nameLines(s, l, at)
		}
	}
	x := s.left()
	for i := range p.cols {
		p.cols[i].x = half(x)
		x += p.cols[i].w + colGap
	}
}

// narrowest is how far a column can be squeezed, its texts cut short.
const narrowest = 104.0

// squeeze takes from the columns with the most text what the sheet lacks:
// better a word broken than a square too small to see.
func (p *ladderPlan) squeeze(s *sheet, l *Ladder, rest float64) float64 {
	const step = 4
	for rest < 0 {
		at, most := -1, 0.0
		for i := range p.cols {
			c := &p.cols[i]
			spare := c.w - max(side(l.cells(l.Steps[i].Count), p.pitch), c.lensW, narrowest)
			if spare >= step && c.w > most {
				at, most = i, c.w
			}
		}
		if at < 0 {
			break
		}
		p.cols[at].w -= step
		rest += step
		p.squeezed = true
	}
	return rest
}

// nameLines is on how many lines the words over a column stand.
func (p *ladderPlan) nameLines(s *sheet, l *Ladder, i int) int {
	n := len(s.wrap(s.nameStyle(), l.Steps[i].Name, p.cols[i].w))
	if i == 1 && p.beside {
		n = max(n, len(s.wrap(s.nameStyle(), l.Steps[0].Name, p.cols[i].w)))
	}
	return n
}

// lossy reports whether words of a step are left out.
func (p *ladderPlan) lossy() bool {
	for i := range p.cols {
		if p.cols[i].cut {
			return true
		}
	}
	return false
}

func (p *ladderPlan) texts(s *sheet, l *Ladder) {
	m := s.width(s.nameStyle())
	for i, st := range l.Steps {
		c := &p.cols[i]
		w := c.w
		if i == 0 && p.beside {
			w = p.cols[1].w
		}
		c.name, c.cut = limit(m, balance(m, clean(st.Name), w), 6, w)
		c.of, c.other = s.wrap(s.countStyle(), st.Of, c.w), nil
		for _, o := range st.Other {
			c.other = append(c.other, s.wrap(s.noteStyle(), o, c.w)...)
		}
	}
}

// labelHeight is from the top of the count's figures to under the name.
func (c *ladderCol) labelHeight(s *sheet) float64 {
	h := s.bigStyle().ascent()
	if len(c.name) > 0 {
		h += s.px(countGap) + float64(len(c.name)-1)*s.nameStyle().lead + s.nameStyle().descent()
	}
	return h
}

// height is from the top of the label down to the baseline of the squares.
func (c *ladderCol) height(s *sheet) float64 {
	h := c.square + s.px(labelGap) + c.labelHeight(s)
	if c.lensH > 0 {
		h += c.lensH + lensRise
	}
	return h
}

func (c *ladderCol) belowHeight(s *sheet, percent bool) float64 {
	h := s.px(12)
	if percent {
		h += s.px(32)
	}
	return h + float64(len(c.of))*s.countStyle().lead + float64(len(c.other))*s.noteStyle().lead
}

func (p *ladderPlan) heights(s *sheet, l *Ladder) {
	for i := range p.cols {
		h := p.cols[i].height(s)
		if i == 0 && p.beside {
			h = p.cols[0].square
		}
		p.above = max(p.above, h)
		p.below = max(p.below, p.cols[i].belowHeight(s, l.Steps[i].Percent != ""))
	}
	p.placeAside(s, l)
	p.placeKey(s, l)
	if len(l.Brackets) > 0 {
		p.below += s.px(13) + float64(p.bracketLines(s, l))*s.noteStyle().lead
	}
}

// A taken part of the plot; y counts from the baseline of the squares, upwards negative.
func (p *ladderPlan) taken(s *sheet) []rect {
	var out []rect
	for i, c := range p.cols {
		h := c.height(s)
		if i == 0 && p.beside {
			h = c.square
			x := p.cols[1].x
			out = append(out, rect{x, -h, x + p.cols[1].w, -h + c.labelHeight(s)})
		}
		out = append(out, rect{c.x, -h, c.x + c.w, 0})
	}
	if len(p.aside) > 0 {
		out = append(out, rect{p.asideX, -p.above, p.asideX + p.asideW, -p.above + p.asideHeight(s)})
	}
	return out
}

// free reports whether r, with some air around it, meets nothing.
func free(r rect, taken []rect) bool {
	for _, t := range taken {
		if r.grow(14).meets(t) {
			return false
		}
	}
	return true
}

func (s *sheet) asideStyle() style { return s.st(19, 26, bold, s.pal.ink) }

const asideIndent = 16.0

func (p *ladderPlan) asideHeight(s *sheet) float64 {
	return float64(len(p.aside))*s.asideStyle().lead - 2
}

// placeAside puts the aside at the top, over the step it speaks of or to the
// right of there, on two lines if it can, and raises the top if it fits nowhere.
func (p *ladderPlan) placeAside(s *sheet, l *Ladder) {
	text := clean(l.Aside)
	if text == "" || len(p.cols) < 2 {
		return
	}
	first := min(max(l.AsideAt, 1), len(p.cols)-1)
	if p.beside {
		first = min(max(first, 2), len(p.cols)-1)
	}
	m := s.width(s.asideStyle())
	taken := p.taken(s)
	set := func(c int, width float64) rect {
		p.asideX = p.cols[c].x
		p.aside = balance(m, text, width)
		p.asideW = asideIndent + widest(m, p.aside)
		return rect{p.asideX, -p.above, p.asideX + p.asideW, -p.above + p.asideHeight(s)}
	}
	for c := first; c < len(p.cols); c++ {
		room := s.right() - p.cols[c].x - asideIndent
		for _, width := range []float64{min(room, m(text)*0.62), room} {
			if r := set(c, width); len(p.aside) <= 3 && r.x1 <= s.right()+1 && free(r, taken) {
				return
			}
		}
	}
	r := set(first, s.right()-p.cols[first].x-asideIndent)
	low := r.y0
	for _, t := range taken {
		if t.x0 < r.x1+14 && r.x0 < t.x1+14 {
			low = min(low, t.y0-r.h()-16)
		}
	}
	p.above = -low
}

// placeKey looks for a place for the key near the first square's words, then
// in the room over the small squares; if there is none it becomes a row on top.
func (p *ladderPlan) placeKey(s *sheet, l *Ladder) {
	p.key = l.keyEntries(s, 230)
	if len(p.key) == 0 {
		return
	}
	w, h := keyWidth(s, p.key), keyHeight(s, p.key)
	taken := p.taken(s)
	var tries []pt
	if p.beside {
		tries = append(tries, pt{p.cols[1].x, -p.cols[0].square + p.cols[0].labelHeight(s) + 15})
	}
	if len(p.aside) > 0 {
		tries = append(tries, pt{p.asideX, -p.above + p.asideHeight(s) + 15}, pt{p.asideX + p.asideW + 40, -p.above})
	}
	for i := 1; i < len(p.cols); i++ {
		tries = append(tries, pt{p.cols[i].x, -p.above})
	}
	for _, t := range tries {
		r := rect{t.x, t.y, t.x + w, t.y + h}
		if r.x1 <= s.right() && free(r, taken) {
			p.keyAt = r
			return
		}
	}
	_, row := s.rowPlaces(p.key)
	p.keyRow = true
	p.above += row + 16
	p.keyAt = rect{s.left(), -p.above, s.right(), -p.above + row}
}

func (p *ladderPlan) bracketSpan(s *sheet, b Bracket) (x0, x1 float64) {
	last := p.cols[b.To]
	return p.cols[b.From].x, min(last.x+last.w, s.right())
}

func (p *ladderPlan) bracketText(s *sheet, b Bracket) []string {
	x0, x1 := p.bracketSpan(s, b)
	return s.settle(s.noteStyle(), b.Text, x1-x0)
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
		if c.cut {
			s.lost(st.Name)
		}
		l.nest(s, st, c.x, base, p.pitch)
		edge := base - c.square
		if c.lensH > 0 {
			edge = p.drawLens(s, l, i, base)
		}
		if i == 0 && p.beside {
			p.label(s, st, c.name, p.cols[1].x, p.cols[1].w, base-c.square+s.bigStyle().size*0.711)
		} else {
			n := max(len(c.name)-1, 0)
			p.label(s, st, c.name, c.x, c.w, edge-s.px(labelGap)-s.nameStyle().descent()-float64(n)*s.nameStyle().lead-s.px(countGap))
		}
		p.under(s, st, c, base)
	}
	if p.keyRow {
		s.keyRow(base+p.keyAt.y0, p.key)
		top = base + p.keyAt.y1 + 16
	} else {
		s.key(p.keyAt.x0, base+p.keyAt.y0, p.key)
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
	s.rays(pt{c.x, base - c.square - 2}, pt{c.x + 0.5, foot}, pt{c.x + small, base - c.square - 2}, pt{c.x + c.lensW - 0.5, foot})
	l.magnify(s, st, c.x, foot, p.pitch)
	s.text(c.x+small+10, base-1, s.noteStyle(), one(s.fit(s.noteStyle(), l.Enlarge, c.w-small-10, 1)))
	return foot - c.lensH
}

// label sets a count and its name; y is the count's baseline.
func (p *ladderPlan) label(s *sheet, st Step, name []string, x, w, y float64) {
	s.text(x-1, y, s.bigStyle(), one(s.fit(s.bigStyle(), st.CountText, w+1, 1)))
	s.lines(x, y+s.px(countGap), s.nameStyle(), name)
}

// under sets what stands below a square.
func (p *ladderPlan) under(s *sheet, st Step, c *ladderCol, base float64) {
	y := base + s.px(12)
	if st.Percent != "" {
		sty := s.percentStyle(st)
		s.text(c.x-1, y+s.px(26), sty, one(s.fit(sty, st.Percent, c.w+1, 1)))
		y += s.px(32)
	}
	if len(c.of) > 0 {
		y = s.lines(c.x, y+s.px(16), s.countStyle().in(s.pal.text), c.of) + s.px(4)
	}
	s.lines(c.x, y+s.px(15), s.noteStyle(), c.other)
}

func (p *ladderPlan) drawAside(s *sheet, top float64) {
	if len(p.aside) == 0 {
		return
	}
	st := s.asideStyle()
	x := p.asideX
	s.fillRect(s.pal.high, rect{x, top, x + 4, top + p.asideHeight(s)})
	s.lines(x+asideIndent, top+st.size-0.5, st, p.aside)
}

func (p *ladderPlan) drawBrackets(s *sheet, l *Ladder, base float64) {
	lead := s.noteStyle().lead
	y := base + p.below - float64(p.bracketLines(s, l))*lead - 5
	for _, b := range l.Brackets {
		x0, x1 := p.bracketSpan(s, b)
		s.stroke(s.pal.axis, 1.25, []pt{{x0 + 0.5, y - 5}, {x0 + 0.5, y}, {x1 - 0.5, y}, {x1 - 0.5, y - 5}})
		s.mark("rule", rect{x0, y, x1, y}, 0, 0)
		s.lines(x0, y+lead-2, s.noteStyle().in(s.pal.text), p.bracketText(s, b))
	}
}
