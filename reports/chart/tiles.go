package chart

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// Tiles is a map of Europe in which every country is a tile of one size, near
// where it lies: no border is drawn, and a small country is as easy to read as
// a large one. It shows shares in five fixed steps, so that two maps compare.
type Tiles struct {
	Head
	Lead    Lead
	Percent func(share float64) string // names a cut of the scale; nil: "20%"
	Tiles   []Tile
	Key     TilesKey
}

// A Lead is the one number a picture begins with.
type Lead struct {
	Value  string // "84%"
	Name   string // "in the EU"
	Counts string // "59,005 of 69,883 decisions"
}

// A Tile is one country.
type Tile struct {
	Geo    string // as Eurostat codes it, such as "EL": it says where the tile lies
	Value  float64
	Label  string // "34%"; not drawn if CountsOnly or Missing
	Counts string // "20 of 59"
	Tip    string // for whoever points at the tile on a page: name, both counts, bounds
	At     Cell   // which says so in the table beside it

	Weak       bool // few decisions: hatched, label in regular weight
	CountsOnly bool // too few for a share: grey; Value means nothing
	Missing    bool // no decision: an empty frame; Value means nothing
	Mixed      bool // of another stage or definition: a dot
	Highlight  bool // the subject: a frame in the highlight
}

// TilesKey names what the tiles show besides the scale. An entry is listed if
// it has words and at least one tile needs it.
type TilesKey struct{ Weak, CountsOnly, Missing, Mixed, Highlight string }

// A place is a column and a row of the map, from its top left corner.
type place struct{ col, row int }

const tileCols, tileRows = 8, 8

// places are where countries lie on the map: its layout, by Eurostat code.
var places = map[string]place{
	"IS": {0, 0}, "NO": {4, 0}, "SE": {5, 0}, "FI": {6, 0},
	"EE": {6, 1},
	"IE": {0, 2}, "UK": {1, 2}, "DK": {4, 2}, "LV": {6, 2},
	"NL": {3, 3}, "DE": {4, 3}, "PL": {5, 3}, "LT": {6, 3},
	"BE": {2, 4}, "LU": {3, 4}, "CZ": {4, 4}, "SK": {5, 4},
	"FR": {2, 5}, "CH": {3, 5}, "AT": {4, 5}, "HU": {5, 5}, "RO": {6, 5},
	"PT": {0, 6}, "ES": {1, 6}, "IT": {3, 6}, "SI": {4, 6}, "HR": {5, 6}, "BG": {6, 6},
	"MT": {3, 7}, "EL": {6, 7}, "CY": {7, 7},
}

// TilePlace reports whether the map has a place for a country.
func TilePlace(geo string) bool { _, ok := places[geo]; return ok }

// shareCuts part the five steps of a scale of shares.
var shareCuts = [4]float64{0.2, 0.4, 0.6, 0.8}

// shareStep is the step of v, 0 to 4; a share on a cut belongs to the upper one.
func shareStep(v float64) int {
	n := 0
	for n < len(shareCuts) && v >= shareCuts[n] {
		n++
	}
	return n
}

var errNoTile = errors.New("got a map without a tile, want one at least")

func (t *Tiles) check() error {
	if len(t.Tiles) == 0 {
		return errNoTile
	}
	seen := map[string]bool{}
	for i := range t.Tiles {
		k := &t.Tiles[i]
		switch {
		case !TilePlace(k.Geo):
			return fmt.Errorf("tile %d: got geo %q, want a country of the map by its code at Eurostat, such as \"EL\"", i, clean(k.Geo))
		case seen[k.Geo]:
			return fmt.Errorf("tile %d: got %s twice", i, k.Geo)
		case k.shaded() && !share(k.Value):
			return fmt.Errorf("tile %s: got value %v, want a share from 0 to 1, or CountsOnly or Missing set", k.Geo, k.Value)
		}
		seen[k.Geo] = true
	}
	return nil
}

func (k *Tile) shaded() bool { return !k.CountsOnly && !k.Missing }

// tight takes the per cent sign off a label that has no room for it; the scale
// beside the map has it.
func (s *sheet) tight(st style, label string, width float64) string {
	if s.width(st)(clean(label)) <= width {
		return label
	}
	return strings.TrimRight(strings.TrimSuffix(label, "%"), " \u00a0\u202f")
}

func percentOf(f func(float64) string, v float64) string {
	if f == nil {
		return strconv.FormatFloat(v*100, 'f', -1, 64) + "%"
	}
	return f(v)
}

func (t *Tiles) cuts() []string {
	var out []string
	for _, c := range shareCuts {
		out = append(out, percentOf(t.Percent, c))
	}
	return out
}

func (t *Tiles) layout(s *sheet, top, bottom float64) float64 {
	switch {
	case s.bare():
		return t.thumb(s, top, bottom)
	case s.narrow():
		return t.phone(s, top)
	}
	return t.wide(s, top, bottom)
}

// A tileMap is the grid of a map on a sheet.
type tileMap struct {
	x, y, w, h, gap float64 // left, top, a tile, between two tiles
	pad             float64 // inside a tile
}

func (m *tileMap) at(p place) rect {
	x, y := half(m.x+float64(p.col)*(m.w+m.gap)), half(m.y+float64(p.row)*(m.h+m.gap))
	return rect{x, y, half(x + m.w), half(y + m.h)}
}

// block is the rectangle from one place to another.
func (m *tileMap) block(from, to place) rect {
	a, b := m.at(from), m.at(to)
	return rect{a.x0, a.y0, b.x1, b.y1}
}

func (m *tileMap) height() float64 { return tileRows*m.h + (tileRows-1)*m.gap }

// texts of a tile, in the wide map.
func (s *sheet) codeStyle() style      { return s.st(16, 21, bold, s.pal.ink) }
func (s *sheet) tileCountStyle() style { return s.st(14, 17, regular, s.pal.ink) }

func (k *Tile) labelStyle(s *sheet, size float64) style {
	st := s.valueStyle()
	if k.Weak {
		st = st.as(regular)
	}
	st.size = size
	return st
}

// partCounts breaks "31,567 of 32,008" before its word, whatever space stands
// there: figures are bound together with spaces that do not part.
func partCounts(text string) []string {
	rs := []rune(clean(text))
	for i := 1; i+1 < len(rs); i++ {
		if unicode.IsSpace(rs[i]) && unicode.IsDigit(rs[i-1]) && unicode.IsLetter(rs[i+1]) {
			return []string{string(rs[:i]), string(rs[i+1:])}
		}
	}
	if len(rs) == 0 {
		return nil
	}
	return []string{string(rs)}
}

const tileGap = 5.0

// A tilePlan is the wide map, measured.
type tilePlan struct {
	tileMap
	l         legend
	label     float64 // size of the shares
	parted    bool    // counts stand on two lines
	lead, key rect    // where they stand; heights are not bounding
	under     bool    // the key follows the lead
	over      float64 // height of a key that is a row over the map; 0: it is none
}

// wide draws the map with words in its tiles. Where they fit into tiles of the
// usual width, lead and key stand at the left; else the map takes the whole
// width, and lead and key stand in the seas.
func (t *Tiles) wide(s *sheet, top, bottom float64) float64 {
	p := t.plan(s, top, bottom)
	end := t.lead(s, p.lead)
	switch {
	case p.under:
		p.l.gap = s.px(13)
		end = p.l.list(p.key.x0, end+s.px(28), p.key.w())
	case p.over > 0:
		p.l.row(p.key.x0, p.key.y0, p.key.w())
	default:
		p.l.list(p.key.x0, p.key.y0, p.key.w())
	}
	t.draw(s, &p.tileMap, func(k *Tile, r rect) { k.words(s, r, &p) })
	return max(p.y+p.height(), end, bottom)
}

func (t *Tiles) plan(s *sheet, top, bottom float64) tilePlan {
	p := tilePlan{tileMap: tileMap{gap: tileGap, pad: s.px(9)}, l: t.legend(s)}
	p.label = s.valueStyle().size
	head, counts := t.needs(s, p.label)
	side, least := s.px(290), s.px(7)
	p.span(s.left()+side+s.px(3), s.right())
	if p.under = max(head, counts)+2*least <= p.w; !p.under {
		p.span(s.left(), s.right())
	}
	p.h = s.px(50)
	if p.parted = counts+2*least > p.w; p.parted {
		p.h += s.tileCountStyle().lead
		counts = 0
	}
	usual := p.h
	var sea [2]place
	if !p.under {
		sea, p.over = t.keyPlace(&p)
	}
	p.y = top + min(max(s.px(15), bottom-top-p.over-p.height()), s.px(24))
	p.key = rect{s.left(), p.y, s.right(), p.y + p.over}
	p.y += p.over
	p.h = half(max(p.h, min(p.w, (bottom-p.y-(tileRows-1)*p.gap)/tileRows)) - 0.25)
	for _, size := range []float64{s.px(28), s.px(24)} {
		if large, _ := t.needs(s, size); p.h >= usual+size && large+2*least <= p.w {
			p.label, head = size, large
			break
		}
	}
	p.pad = min(max(least, (p.w-max(head, counts))/2), s.px(9))
	switch {
	case p.under:
		p.lead = rect{s.left(), p.y, s.left() + side - s.px(6), bottom}
		p.key = p.lead
	default:
		p.lead = p.block(place{0, 3}, place{1, 5})
		p.lead.y0 = half((p.lead.y0 + p.lead.y1 - t.lead(s.scratch(), p.lead) + p.lead.y0) / 2)
	}
	if !p.under && p.over == 0 {
		p.key = p.sea(sea)
	}
	return p
}

// span spreads the columns between two edges.
func (m *tileMap) span(x0, x1 float64) {
	m.x, m.w = x0, (x1-x0-(tileCols-1)*m.gap)/tileCols
}

// sea is the room between two places, with a shore of paper where tiles may lie.
func (m *tileMap) sea(at [2]place) rect {
	r, shore := m.block(at[0], at[1]), 2*m.pad
	r.x1 -= shore
	if at[0].col > 0 {
		r.x0 += shore
	}
	return r
}

// needs is the width that the texts of a tile may take: the head of code and
// share, of a size, and the counts on one line.
func (t *Tiles) needs(s *sheet, size float64) (head, counts float64) {
	code, count := s.width(s.codeStyle()), s.width(s.tileCountStyle())
	for i := range t.Tiles {
		k := &t.Tiles[i]
		h := code(k.Geo)
		if k.shaded() {
			h += s.px(6) + s.width(k.labelStyle(s, size))(clean(k.Label))
		}
		c := count(clean(k.Counts))
		if k.Mixed {
			c += s.px(dotRoom)
		}
		head, counts = max(head, h), max(counts, c)
	}
	return head, counts
}

// keyPlace finds a sea without countries that holds the key, or tells how much
// room it takes as a row.
func (t *Tiles) keyPlace(p *tilePlan) (at [2]place, over float64) {
	for _, at := range [][2]place{{{0, 0}, {3, 1}}, {{1, 0}, {3, 1}}, {{2, 0}, {3, 2}}} {
		r := p.sea(at)
		if t.open(at) && p.l.within(r.w(), r.h()) {
			return at, 0
		}
	}
	return at, half(p.l.rowHeight(p.l.s.right()-p.l.s.left()) + p.l.s.px(18))
}

// open reports whether no tile lies between two places.
func (t *Tiles) open(at [2]place) bool {
	for i := range t.Tiles {
		q := places[t.Tiles[i].Geo]
		if q.col >= at[0].col && q.col <= at[1].col && q.row >= at[0].row && q.row <= at[1].row {
			return false
		}
	}
	return true
}

// lead sets the first number with its words, and the scale under it, and
// returns the last px.
func (t *Tiles) lead(s *sheet, r rect) float64 {
	y := r.y0
	big := s.st(44, 50, black, s.pal.ink)
	if v := clean(t.Lead.Value); v != "" {
		base := y + 0.711*big.size
		v = one(s.fit(big, v, r.w()*0.7, 1))
		s.text(r.x0-1, base, big, v)
		x := r.x0 + s.width(big)(v) + s.px(10)
		st := s.subtitleStyle()
		lines := s.fit(st, t.Lead.Name, r.x1-x, 2)
		s.lines(x, base-float64(max(len(lines)-1, 0))*st.lead, st, lines)
		y = base + s.px(8)
	}
	if c := s.countStyle(); clean(t.Lead.Counts) != "" {
		y = s.lines(r.x0, y+c.size, c, s.fit(c, t.Lead.Counts, r.w(), 2)) + s.px(8)
	}
	return s.ramp(r.x0, half(y+s.px(14)), min(r.w()-s.px(6), s.px(248)), s.pal.seq[:], t.cuts())
}

// legend lists what at least one tile shows.
func (t *Tiles) legend(s *sheet) legend {
	var has Tile
	for _, k := range t.Tiles {
		has.Weak = has.Weak || k.Weak && k.shaded()
		has.CountsOnly = has.CountsOnly || k.CountsOnly
		has.Missing = has.Missing || k.Missing
		has.Mixed = has.Mixed || k.Mixed
		has.Highlight = has.Highlight || k.Highlight
	}
	entry := func(used bool, text string, k Tile) legendEntry {
		if !used {
			text = ""
		}
		return legendEntry{text: text, paint: func(s *sheet, r rect) { k.ground(s, r); k.dot(s, r, s.px(5)); k.subject(s, r) }}
	}
	const sample = 0.3 // a share of the second step, on which every sign shows
	return s.legend(34, 17,
		entry(has.Weak, t.Key.Weak, Tile{Value: sample, Weak: true}),
		entry(has.CountsOnly, t.Key.CountsOnly, Tile{CountsOnly: true}),
		entry(has.Missing, t.Key.Missing, Tile{Missing: true}),
		entry(has.Mixed, t.Key.Mixed, Tile{Value: sample, Mixed: true}),
		entry(has.Highlight, t.Key.Highlight, Tile{Missing: true, Highlight: true}))
}

// draw paints every tile, its words, and then the frames of subjects, which
// reach over their neighbours' gaps.
func (t *Tiles) draw(s *sheet, m *tileMap, words func(k *Tile, r rect)) {
	for i := range t.Tiles {
		k := &t.Tiles[i]
		r := m.at(places[k.Geo])
		s.tipped(k.Tip, func() { k.ground(s, r) })
		s.row(k.At, r)
		s.mark(k.kind(), r, k.Value, 0)
		words(k, r)
	}
	for i := range t.Tiles {
		t.Tiles[i].subject(s, m.at(places[t.Tiles[i].Geo]))
	}
}

// kind is what a tile is to the checks.
func (k *Tile) kind() string {
	switch {
	case k.Missing:
		return "empty tile"
	case k.CountsOnly:
		return "counts tile"
	case k.Weak:
		return "hatched tile"
	}
	return "tile"
}

// tone is the fill of a tile and what may stand on it.
func (k *Tile) tone(s *sheet) tone {
	switch {
	case k.Missing:
		return tone{s.pal.paper, s.pal.muted, s.pal.paper}
	case k.CountsOnly:
		return tone{s.pal.tile, s.pal.text, s.pal.tile}
	}
	return s.pal.seq[shareStep(k.Value)]
}

func (k *Tile) ground(s *sheet, r rect) {
	t := k.tone(s)
	s.fillRect(t.fill, r)
	switch {
	case k.Missing && !k.Highlight:
		s.frame(s.pal.context, 1.5, r)
	case k.Weak && k.shaded():
		s.fill(t.hatch, stripes(3, 8, r)...)
	}
}

const (
	dotSize = 3.75 // radius of the dot of a tile of another stage
	dotRoom = 13.0 // what the dot takes beside the counts
)

// dot marks another stage, at the lower right, its middle up px over the edge.
func (k *Tile) dot(s *sheet, r rect, up float64) {
	if k.Mixed {
		s.disc(k.tone(s).text, pt{r.x1 - s.px(8) - dotSize/2, r.y1 - up - dotSize}, dotSize)
	}
}

func (k *Tile) subject(s *sheet, r rect) {
	if k.Highlight {
		s.frame(s.pal.high, 3, r.grow(1.5))
	}
}

// words sets code and share over the counts.
func (k *Tile) words(s *sheet, r rect, p *tilePlan) {
	ink := k.tone(s).text
	room := r.w() - 2*p.pad
	base := r.y0 + s.px(8) + 0.711*p.label
	code := s.codeStyle().in(ink)
	s.text(r.x0+p.pad, base, code, k.Geo)
	if k.shaded() {
		st := k.labelStyle(s, p.label).in(ink)
		s.textRight(r.x1-p.pad+0.5, base, st, one(s.fit(st, k.Label, room-s.width(code)(k.Geo)-s.px(4), 1)))
	}
	if k.Mixed {
		room -= s.px(dotRoom)
	}
	lines := []string{clean(k.Counts)}
	if p.parted {
		lines = partCounts(k.Counts)
	}
	st := s.tileCountStyle().in(ink)
	y := r.y1 - s.px(9) - float64(len(lines)-1)*st.lead
	for i, l := range lines {
		s.text(r.x0+p.pad, y+float64(i)*st.lead, st, one(s.fit(st, l, room+1, 1)))
	}
	k.dot(s, r, s.px(9)+st.middle()-dotSize)
}

// phone draws small square tiles with code and share, and the counts as a list.
func (t *Tiles) phone(s *sheet, top float64) float64 {
	r := rect{s.left(), top + 28, s.right(), top}
	y := t.lead(s, r) + 22
	l := t.legend(s)
	if len(l.entries) > 0 {
		y = l.list(r.x0, y, r.w()) + 24
	}
	m := tileMap{x: s.left(), y: half(y), w: 62, h: 62}
	m.gap = (s.right() - s.left() - tileCols*m.w) / (tileCols - 1)
	t.draw(s, &m, func(k *Tile, r rect) { k.phoneWords(s, r) })
	return t.list(s, m.y+m.height()+30)
}

func (k *Tile) phoneWords(s *sheet, r rect) {
	const pad = 6
	ink := k.tone(s).text
	s.text(r.x0+pad, r.y0+25, s.codeStyle().in(ink), k.Geo)
	if k.shaded() {
		st := k.labelStyle(s, s.px(15)).in(ink)
		s.text(r.x0+pad, r.y0+50, st, one(s.fit(st, s.tight(st, k.Label, r.w()-2*pad+2), r.w()-2*pad+2, 1)))
	}
	if k.Mixed {
		s.disc(ink, pt{r.x1 - 11, r.y0 + 18.5}, dotSize)
	}
}

// list sets code, share and counts of every tile that has counts, in two
// columns where they fit, in the order of the tiles.
func (t *Tiles) list(s *sheet, y float64) float64 {
	code, value, count := s.headingStyle(), s.nameStyle(), s.countStyle()
	var rows []*Tile
	labels, counts := 0.0, 0.0
	for i := range t.Tiles {
		if k := &t.Tiles[i]; clean(k.Counts) != "" {
			rows = append(rows, k)
			labels = max(labels, min(s.width(value)(clean(k.Label)), 120))
			counts = max(counts, s.width(count)(clean(k.Counts)))
		}
	}
	const gap = 24
	labelX := s.px(30) + math.Ceil(labels)
	countX := labelX + s.px(9)
	cols, width := 1, s.right()-s.left()
	if w := (width - gap) / 2; countX+counts <= w {
		cols, width = 2, w
	}
	per := (len(rows) + cols - 1) / cols
	for i, k := range rows {
		x := half(s.left() + float64(i/per)*(width+gap))
		base := y + code.size + float64(i%per)*code.lead
		c := code
		if k.Highlight {
			c = c.in(s.pal.high)
		}
		s.text(x, base, c, k.Geo)
		if k.shaded() {
			s.textRight(x+labelX, base, value.in(s.pal.ink), one(s.fit(value, k.Label, labels+1, 1)))
		}
		s.text(x+countX, base, count, one(s.fit(count, k.Counts, width-countX+1, 1)))
	}
	return y + code.size + float64(per-1)*code.lead
}

// thumb draws the tiles bare beside the first number, or with their codes where
// they are high enough.
func (t *Tiles) thumb(s *sheet, top, bottom float64) float64 {
	m := tileMap{y: top + 14, gap: 3}
	x, end := s.left(), bottom
	big, name := s.st(36, 40, black, s.pal.ink), s.countStyle().in(s.pal.text)
	if v := clean(t.Lead.Value); v != "" {
		width := min(max(s.width(big)(v), s.px(88)), 220)
		base := m.y + 0.711*big.size
		s.text(x-1, base, big, one(s.cutTo(big, v, width+1)))
		lines, _ := limit(s.width(name), s.wrap(name, t.Lead.Name, width), 3, width)
		end = max(end, s.lines(x, base+s.px(22), name, lines)+name.descent())
		x += width + s.px(16)
	}
	m.span(x, s.right())
	m.h = half((bottom-m.y-(tileRows-1)*m.gap)/tileRows - 0.25)
	st := s.codeStyle()
	t.draw(s, &m, func(k *Tile, r rect) {
		if r.h() > st.size && r.w() > 2*st.size {
			s.text(r.x0+6, (r.y0+r.y1)/2+st.middle(), st.in(k.tone(s).text), k.Geo)
		}
	})
	return max(m.y+m.height(), end)
}
