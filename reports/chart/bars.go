package chart

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Bars shows shares of a whole, each beside its two counts; or counts.
type Bars struct {
	Head

	// Panels are one or two, side by side where there is room, else one under the
	// other. A single one of more than 16 bars is itself set in two columns on a
	// sheet that is wide enough.
	Panels []Panel

	// Counts says that the values are counts, not shares: bars then begin at 0,
	// the greatest is as long as there is room, and no track shows a whole.
	Counts bool
}

// A Panel is a column of groups. All panels share one scale.
type Panel struct {
	Groups []Group
	Note   string // small text under the panel
}

// A Group is a run of bars that may be compared with each other.
type Group struct {
	Heading   string
	Reference *Reference // nil: no line
	Bars      []Bar
}

// A Reference is a line across the bars of a group, at a share from 0 to 1 or at a count.
type Reference struct {
	Value float64
	Label string
}

// A Bar is one share. Value and all bounds are fractions from 0 to 1, or counts
// from 0 up where [Bars.Counts] says so.
type Bar struct {
	Name  string
	Value float64

	// Lo and Hi are certain bounds that rounding leaves; both 0 means none.
	// They show as a soft band if it is wider than 3 px and the bar is solid.
	Lo, Hi float64

	// Low95 and High95 are a 95 % range, drawn as a line on a paper halo.
	// NaN means none, and so do two zeros.
	Low95, High95 float64

	Label  string // "34%", with its ≈ if it needs one
	Counts string // "20 of 59"
	Tip    string // for whoever points at the bar on a page: both counts and bounds
	At     Cell   // which says so in the table beside it

	Weak      bool // few decisions: hatched, label in regular weight
	Highlight bool
	Context   bool // grey: another stage or definition
	Missing   bool // empty frame; Value means nothing and Label is usually empty

	// Follows puts the bar close under the one before it, of which it is another
	// year or definition: bars in groups.
	Follows bool

	counted bool // a count, as a share of the greatest
}

func (b *Bars) check() error {
	if n := len(b.Panels); n < 1 || n > 2 {
		return fmt.Errorf("got %d panels of bars, want 1 or 2", n)
	}
	for _, p := range b.Panels {
		for _, g := range p.Groups {
			if r := g.Reference; r != nil && !b.may(r.Value) {
				return fmt.Errorf("reference %q: got %v, want %s", clean(r.Label), r.Value, b.want())
			}
			for _, bar := range g.Bars {
				if err := bar.check(b); err != nil {
					return fmt.Errorf("bar %q: %w", clean(bar.Name), err)
				}
			}
		}
	}
	return nil
}

// may reports whether v can be drawn, and want says what could be.
func (b *Bars) may(v float64) bool {
	return share(v) || b.Counts && v >= 0 && !math.IsInf(v, 0)
}

func (b *Bars) want() string {
	if b.Counts {
		return "a count from 0 up"
	}
	return "a share from 0 to 1"
}

// drawn is the figure with every value as a share of what the scale shows, and
// a single long panel in two.
func (b *Bars) drawn(s *sheet) *Bars {
	d := &Bars{Head: b.Head, Panels: b.Panels}
	if b.Counts {
		d.Panels = b.shares()
	}
	if len(d.Panels) == 1 && d.Panels[0].rows() > 16 && s.w > 1100 && !s.narrow() {
		d.Panels = d.Panels[0].halves()
	}
	return d
}

// shares are the panels with counts as shares of the greatest.
func (b *Bars) shares() []Panel {
	most := 0.0
	for _, p := range b.Panels {
		for _, g := range p.Groups {
			if g.Reference != nil {
				most = max(most, g.Reference.Value)
			}
			for _, bar := range g.Bars {
				if !bar.Missing {
					most = max(most, bar.Value, bar.Hi)
				}
				if bar.ranged() {
					most = max(most, bar.High95)
				}
			}
		}
	}
	if most == 0 {
		most = 1
	}
	var out []Panel
	for _, p := range b.Panels {
		q := Panel{Note: p.Note}
		for _, g := range p.Groups {
			g.Bars = slices.Clone(g.Bars)
			for i := range g.Bars {
				bar := &g.Bars[i]
				bar.counted = true
				for _, v := range []*float64{&bar.Value, &bar.Lo, &bar.Hi, &bar.Low95, &bar.High95} {
					*v /= most
				}
			}
			if g.Reference != nil {
				g.Reference = &Reference{g.Reference.Value / most, g.Reference.Label}
			}
			q.Groups = append(q.Groups, g)
		}
		out = append(out, q)
	}
	return out
}

// halves cuts a panel after half of its bars. A group that is cut goes on
// without its heading, with its reference.
func (p *Panel) halves() []Panel {
	left, right := Panel{}, Panel{Note: p.Note}
	room := (p.rows() + 1) / 2
	for _, g := range p.Groups {
		n := min(len(g.Bars), max(room, 0))
		for n > 0 && n < len(g.Bars) && g.Bars[n].Follows { // kin stay together
			n++
		}
		if n > 0 {
			a := g
			a.Bars = g.Bars[:n]
			left.Groups = append(left.Groups, a)
		}
		if n < len(g.Bars) {
			b := g
			b.Bars = g.Bars[n:]
			if n > 0 {
				b.Heading = ""
			}
			right.Groups = append(right.Groups, b)
		}
		room -= n
	}
	return []Panel{left, right}
}

func share(v float64) bool { return v >= 0 && v <= 1 }

var errMissingValue = errors.New("got no value, want one, or Missing set")

func (b *Bar) check(of *Bars) error {
	most := " ≤ 1"
	if of.Counts {
		most = ""
	}
	switch {
	case b.Missing:
		return nil
	case math.IsNaN(b.Value):
		return errMissingValue
	case !of.may(b.Value):
		return fmt.Errorf("got value %v, want %s", b.Value, of.want())
	case b.bounded() && !(of.may(b.Lo) && of.may(b.Hi) && b.Lo <= b.Value && b.Value <= b.Hi):
		return fmt.Errorf("got bounds %v to %v about %v, want 0 ≤ lo ≤ value ≤ hi%s", b.Lo, b.Hi, b.Value, most)
	case b.ranged() && !(of.may(b.Low95) && of.may(b.High95) && b.Low95 <= b.High95):
		return fmt.Errorf("got a range %v to %v, want 0 ≤ low ≤ high%s", b.Low95, b.High95, most)
	}
	return nil
}

func (b *Bar) bounded() bool { return b.Lo != 0 || b.Hi != 0 }

func (b *Bar) ranged() bool {
	return !math.IsNaN(b.Low95) && !math.IsNaN(b.High95) && (b.Low95 != 0 || b.High95 != 0)
}

// A barGrid is where the columns of every panel stand, from its left edge.
type barGrid struct {
	panel, gap           float64 // gap is 0 where panels stand one under the other
	name, track, v, c    float64 // widths
	trackX, valueX, cntX float64 // trackX and cntX are left edges, valueX a right edge
	pitch                float64 // from one row to the next
	thick                float64 // of a bar
	headTo               float64 // the least height of the first heading of a panel
}

const panelGap = 56.0

func (b *Bars) layout(s *sheet, top, bottom float64) float64 {
	b = b.drawn(s)
	switch {
	case s.bare():
		return b.thumb(s, top, bottom)
	case s.narrow():
		return b.stack(s, b.grid(s, 1), top+s.px(16))
	}
	top += s.px(16)
	g := b.grid(s, len(b.Panels))
	if len(b.Panels) > 1 {
		one := b.grid(s, 1)
		high := s.fmt.h >= s.w && b.columns(s.scratch(), one, top) <= bottom
		if high || g.track < 100 || !b.namesFit(s, g.name) {
			g = one
		}
	}
	return max(b.columns(s, b.spread(s, g, top, bottom), top), bottom)
}

// spread gives the rows, and then the bars, what room there is to spare.
func (b *Bars) spread(s *sheet, g barGrid, top, bottom float64) barGrid {
	rows, most := b.mostRows(), 42.0
	if g.gap == 0 {
		rows = b.rows()
	}
	if s.fmt.h >= s.w {
		most = 84
	}
	if g.gap > 0 { // rows side by side begin on one line
		for _, p := range b.Panels {
			if len(p.Groups) > 0 {
				rows, _ := p.Groups[0].head(s.scratch(), s.left(), 0, g, rect{x0: s.left() + g.trackX, x1: s.left() + g.trackX + g.track})
				g.headTo = max(g.headTo, rows)
			}
		}
	}
	if end := b.columns(s.scratch(), g, top); rows > 0 && end < bottom {
		g.pitch = half(min(s.px(most), g.pitch+(bottom-end)/float64(rows)) - 0.25)
		g.thick = half(max(g.thick, 0.52*g.pitch))
	}
	return g
}

// scratch is a sheet to measure on: what is drawn there is not seen.
func (s *sheet) scratch() *sheet {
	c := *s
	c.items, c.runs, c.marks, c.faults, c.hits, c.rows = nil, nil, nil, nil, nil, nil
	return &c
}

// mostRows is the number of bars in the longest panel.
func (b *Bars) mostRows() int {
	most := 0
	for i := range b.Panels {
		most = max(most, b.Panels[i].rows())
	}
	return most
}

func (b *Bars) rows() int {
	n := 0
	b.each(func(*Bar) { n++ })
	return n
}

func (p *Panel) rows() int {
	n := 0
	for i := range p.Groups {
		n += len(p.Groups[i].Bars)
	}
	return n
}

// grid measures names, values and counts over all panels, of which columns
// stand side by side, so that the tracks are of one length: bars in two panels
// are compared too.
func (b *Bars) grid(s *sheet, columns int) barGrid {
	g := barGrid{panel: s.right() - s.left(), pitch: s.px(32.5), thick: s.px(21)}
	if n := float64(columns); n > 1 {
		g.gap = panelGap
		g.panel = (g.panel - panelGap*(n-1)) / n
	}
	name, value, count := s.width(s.nameStyle()), s.width(s.valueStyle()), s.width(s.countStyle())
	b.each(func(bar *Bar) {
		g.name = max(g.name, name(plain(clean(bar.Name))))
		g.v = max(g.v, value(clean(bar.Label)))
		g.c = max(g.c, count(clean(bar.Counts)))
	})
	g.v, g.c = min(math.Ceil(g.v), g.panel*0.22), min(math.Ceil(g.c), g.panel*0.32)
	if s.narrow() {
		g.track, g.cntX = g.panel, g.panel-g.c
		g.valueX = g.cntX - 10
		if g.c == 0 {
			g.valueX = g.panel
		}
		g.name = g.valueX - g.v - 16
		return g
	}
	g.name = min(max(math.Ceil(g.name), s.px(118)), 0.34*g.panel)
	g.trackX = half(g.name + s.px(14))
	g.cntX = g.panel - g.c
	g.valueX = g.cntX - s.px(10)
	if g.c == 0 {
		g.valueX = g.panel
	}
	g.track = half(g.valueX - g.v - s.px(18) - g.trackX)
	return g
}

// namesFit reports whether every name stands on three lines of a width.
func (b *Bars) namesFit(s *sheet, width float64) bool {
	fits := true
	b.each(func(bar *Bar) {
		fits = fits && len(s.wrap(s.nameStyle(), bar.Name, width)) <= 3
	})
	return fits
}

func (b *Bars) each(f func(*Bar)) {
	for i := range b.Panels {
		for j := range b.Panels[i].Groups {
			for k := range b.Panels[i].Groups[j].Bars {
				f(&b.Panels[i].Groups[j].Bars[k])
			}
		}
	}
}

// columns draws the panels side by side, or one under the other if the grid
// has no gap between them, and returns the end of the longest.
func (b *Bars) columns(s *sheet, g barGrid, top float64) float64 {
	end, x, y := top, s.left(), top
	for i, p := range b.Panels {
		if i > 0 && g.gap > 0 {
			x, y = half(x+g.panel+g.gap), top
		} else if i > 0 {
			y = end + s.px(30)
		}
		for j := range p.Groups {
			row := g
			if j > 0 {
				y += s.px(22)
				row.headTo = 0
			}
			y = p.Groups[j].wide(s, row, x, y)
		}
		end = max(end, s.panelNote(p, x, y, g.panel))
	}
	return end
}

func (b *Bars) stack(s *sheet, g barGrid, top float64) float64 {
	y := top
	for _, p := range b.Panels {
		for j := range p.Groups {
			y = p.Groups[j].phone(s, g, s.left(), y) + 26
		}
		y = s.panelNote(p, s.left(), y-26, g.panel) + 30
	}
	return y - 30
}

func (s *sheet) panelNote(p Panel, x, y, width float64) float64 {
	st := s.noteStyle()
	lines := s.settle(st, p.Note, width)
	if len(lines) == 0 {
		return y
	}
	return s.lines(x, y+6+st.lead, st, lines) + st.descent()
}

// wide draws a group from top y and returns its end. Names, values and counts
// stand in columns, so no label can meet the reference line.
func (g *Group) wide(s *sheet, grid barGrid, x, y float64) float64 {
	track := rect{x0: x + grid.trackX, x1: x + grid.trackX + grid.track}
	y, refTop := g.head(s, x, y, grid, track)
	layers := newLayers(s, g.Reference, track)
	for i := range g.Bars {
		b := &g.Bars[i]
		name := s.fit(s.nameStyle(), b.Name, grid.name, 3)
		h := max(grid.pitch, float64(len(name))*s.nameStyle().lead+8)
		if b.Follows || g.followed(i) { // close to its kin, apart from others
			h = max(grid.thick+2, float64(len(name))*s.nameStyle().lead+1)
			if !b.Follows && i > 0 {
				y += s.px(12)
			}
		}
		mid := half(y + h/2)
		track.y0, track.y1 = mid-grid.thick/2, mid+grid.thick/2
		layers.bar(b, track)
		st := s.nameStyle()
		first := mid + st.middle() - float64(len(name)-1)*st.lead/2
		s.lines(x, first, b.nameStyle(s), name)
		s.textRight(x+grid.valueX, mid+s.valueStyle().middle(), b.valueStyle(s), one(s.fit(s.valueStyle(), b.Label, grid.v+1, 1)))
		s.text(x+grid.cntX, mid+s.countStyle().middle(), s.countStyle(), one(s.fit(s.countStyle(), b.Counts, grid.c+1, 1)))
		s.hit(b.Tip, rect{x, y, x + grid.panel, y + h})
		s.row(b.At, rect{x, y, x + grid.panel, y + h})
		y += h
	}
	layers.line(refTop, y)
	layers.finish()
	return y
}

// followed reports whether the next bar belongs to bar i.
func (g *Group) followed(i int) bool { return i+1 < len(g.Bars) && g.Bars[i+1].Follows }

func (b *Bar) nameStyle(s *sheet) style {
	st := s.nameStyle().in(s.pal.ink)
	if b.Follows {
		st = st.in(s.pal.muted)
	}
	if b.Highlight {
		st = st.as(bold)
	}
	return st
}

func (b *Bar) valueStyle(s *sheet) style {
	st := s.valueStyle()
	if b.Weak {
		st = st.as(regular)
	}
	if b.Highlight {
		st = st.in(s.pal.high)
	}
	return st
}

// head sets heading and reference label on one line, or on two if they would
// meet, and returns where the rows begin and where the line does.
func (g *Group) head(s *sheet, x, y float64, grid barGrid, track rect) (rows, line float64) {
	width := grid.panel
	hst, rst := s.headingStyle(), s.headingStyle().in(s.pal.ink)
	rst.size = max(s.px(15), s.fmt.least)
	lines := s.wrap(hst, g.Heading, width)
	end := x
	if len(lines) == 1 {
		end += s.width(hst)(lines[0])
	} else if len(lines) > 1 {
		end = x + width
	}
	last := s.lines(x, y+hst.size, hst, lines)
	least := y + grid.headTo
	if g.Reference == nil {
		return max(last+9, least), 0
	}
	label := one(s.fit(rst, g.Reference.Label, width*0.6, 1))
	at := track.x0 + half(track.w()*g.Reference.Value)
	lx := at + 8
	if w := s.width(rst)(label); lx+w > x+width {
		lx = at - 8 - w
	}
	if len(lines) > 0 && min(lx, at)-10 < end {
		last += s.px(22)
	}
	last = max(last, least-9)
	s.text(lx, last, rst, label)
	return last + 9, last - rst.ascent() - 1
}

// layers keeps the order of painting in a group: tracks, bars, the halo of the
// reference, 95 % lines on their halos, then the reference itself, unbroken.
type layers struct {
	s           *sheet
	ref         *Reference
	x           float64
	tracks      [][]pt
	bars        []func()
	refs        [][]pt // pieces of the reference
	halos, rngs [][]pt // 95 % lines and the paper under them
}

func newLayers(s *sheet, ref *Reference, track rect) *layers {
	l := &layers{s: s, ref: ref}
	if ref != nil {
		l.x = track.x0 + half(track.w()*ref.Value)
	}
	return l
}

func (l *layers) bar(b *Bar, track rect) {
	l.bars = append(l.bars, func() { l.s.bar(b, track) })
	if b.Missing {
		return
	}
	if !b.counted {
		l.tracks = append(l.tracks, track.corners())
	}
	if !b.ranged() {
		return
	}
	mid := (track.y0 + track.y1) / 2
	x0, x1 := track.x0+track.w()*b.Low95, track.x0+track.w()*b.High95
	l.halos = append(l.halos, []pt{{x0 - 1.5, mid}, {x1 + 1.5, mid}})
	l.rngs = append(l.rngs, []pt{{x0, mid}, {x1, mid}})
	l.s.mark("whisker", rect{x0, mid - 1, x1, mid + 1}, b.High95-b.Low95, track.w())
}

// line runs the reference from top to bottom.
func (l *layers) line(top, bottom float64) {
	if l.ref != nil {
		l.refs = append(l.refs, []pt{{l.x, top}, {l.x, bottom}})
		l.s.mark("reference", rect{l.x - 0.8, top, l.x + 0.8, bottom}, l.ref.Value, 0)
	}
}

func (l *layers) finish() {
	if len(l.tracks) > 0 {
		l.s.fill(l.s.pal.track, l.tracks...)
	}
	for _, paint := range l.bars {
		paint()
	}
	if len(l.refs) > 0 {
		l.s.stroke(l.s.pal.paper, 5, l.refs...)
	}
	if len(l.rngs) > 0 {
		l.s.stroke(l.s.pal.paper, 5, l.halos...)
		l.s.stroke(l.s.pal.ink, 2, l.rngs...)
	}
	if len(l.refs) > 0 {
		l.s.stroke(l.s.pal.ink, 1.6, l.refs...)
	}
}

// phone draws a group with each bar under its words, as wide as the sheet.
func (g *Group) phone(s *sheet, grid barGrid, x, y float64) float64 {
	y = g.phoneHead(s, x, y)
	l := newLayers(s, g.Reference, rect{x0: x, x1: x + grid.track})
	for i := range g.Bars {
		b := &g.Bars[i]
		name := s.fit(s.nameStyle(), b.Name, grid.name, 3)
		base := y + 20
		last := s.lines(x, base, b.nameStyle(s), name)
		s.textRight(x+grid.valueX, base, b.valueStyle(s), one(s.fit(s.valueStyle(), b.Label, grid.v+1, 1)))
		s.text(x+grid.cntX, base, s.countStyle(), one(s.fit(s.countStyle(), b.Counts, grid.c+1, 1)))
		track := rect{x, half(last + 9), x + grid.track, half(last + 27)}
		l.bar(b, track)
		l.line(track.y0-4, track.y1+4)
		s.hit(b.Tip, rect{x, y, x + grid.panel, track.y1 + 6})
		s.row(b.At, rect{x, y, x + grid.panel, track.y1 + 6})
		if y = track.y1 + 13; g.followed(i) {
			y = track.y1 + 2
		}
	}
	l.finish()
	return y
}

// phoneHead sets the heading, and the reference as a key: a line through the
// words between the bars would strike them out.
func (g *Group) phoneHead(s *sheet, x, y float64) float64 {
	st, width := s.headingStyle(), s.right()-s.left()
	lines := s.wrap(st, g.Heading, width)
	last := s.lines(x, y+st.size, st, lines)
	if len(lines) == 0 {
		last = y
	}
	if g.Reference == nil {
		return last + 14
	}
	label := one(s.fit(st, g.Reference.Label, width-20, 1))
	w := s.width(st)(label)
	lx := s.right() - w
	if len(lines) == 0 || len(lines) > 1 || x+s.width(st)(lines[0])+36 > lx-12 {
		last += st.lead + 3
		lx = x + 12
	}
	s.stroke(s.pal.ink, 1.6, []pt{{half(lx - 9), last - 17}, {half(lx - 9), last + 4}})
	s.text(lx, last, st, label)
	return last + 14
}
