package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Heat is a table of shares, citizenships by countries, in which the shade of a
// cell says what its number says. A row has its own total at the left.
type Heat struct {
	Head
	Columns []HeatColumn // at most 14 stand side by side; more are split by region
	Rows    []HeatRow    // at most 16

	// Diverging shades a cell by its distance from the row's Reference; else by
	// its value, in the same five steps as [Tiles].
	Diverging bool

	TotalHead string               // over the totals, such as "EU"
	Cut       func(float64) string // names a cut of the scale; nil: "20%", and "+20" for a difference in points
	Key       HeatKey
}

// A HeatColumn is a country, named by its code.
type HeatColumn struct {
	Code      string
	Region    string // heads a part of the table where it has to be split
	Highlight bool
}

// A HeatRow is a citizenship. Total is its share over all countries, and
// Reference the same as a number, from 0 to 1, for a diverging table.
type HeatRow struct {
	Name          string
	Total, Counts string
	Reference     float64
	Highlight     bool
	Cells         []HeatCell // as many as there are columns
}

// A HeatCell is the share of one citizenship in one country.
type HeatCell struct {
	Value float64 // from 0 to 1
	Label string  // "98%"
	Tip   string  // for whoever points at the cell on a page: both counts, which have no room in it
	At    Cell    // which says so in the table beside it

	Weak    bool // few decisions: hatched
	Few     bool // too few for a share: a dot on grey; Value means nothing
	Missing bool // no decision: an empty frame; Value means nothing
	Within  bool // a diverging table: rounding alone may explain the difference
}

// HeatKey names what the cells show. Entries are listed if they have words and
// at least one cell needs them; Scale stands over the scale.
type HeatKey struct{ Scale, Weak, Few, Missing string }

const (
	heatRows    = 16
	heatColumns = 14 // side by side
	heatMost    = 3 * heatColumns
)

// heatCuts part the steps of a difference, by its size, on either side of the middle.
var heatCuts = [3]float64{0.05, 0.2, 0.4}

// differenceStep is the step of a difference, 0 to 6; 3 is the middle. What
// rounding may explain belongs there, and so does less than 5 points.
func differenceStep(d float64, within bool) int {
	n := 0
	for n < len(heatCuts) && math.Abs(d) >= heatCuts[n]-1e-12 {
		n++
	}
	switch {
	case within:
		return 3
	case d < 0:
		return 3 - n
	}
	return 3 + n
}

func (h *Heat) check() error {
	if r, c := len(h.Rows), len(h.Columns); r < 1 || r > heatRows || c < 1 || c > heatMost {
		return fmt.Errorf("got a table of %d rows and %d columns, want 1 to %d and 1 to %d", r, c, heatRows, heatMost)
	}
	for i := range h.Rows {
		r := &h.Rows[i]
		if len(r.Cells) != len(h.Columns) {
			return fmt.Errorf("row %d (%s): got %d cells, want %d, one to a column", i, clean(r.Name), len(r.Cells), len(h.Columns))
		}
		if h.Diverging && !share(r.Reference) {
			return fmt.Errorf("row %d (%s): got reference %v, want a share from 0 to 1", i, clean(r.Name), r.Reference)
		}
		for j, c := range r.Cells {
			if c.shaded() && !share(c.Value) {
				return fmt.Errorf("row %d (%s), column %s: got value %v, want a share from 0 to 1, or Few or Missing set", i, clean(r.Name), clean(h.Columns[j].Code), c.Value)
			}
		}
	}
	return nil
}

func (c *HeatCell) shaded() bool { return !c.Few && !c.Missing }

// scale is the shades in use and the words for where they part.
func (h *Heat) scale(s *sheet) (tones []tone, cuts []string) {
	if !h.Diverging {
		for _, c := range shareCuts {
			cuts = append(cuts, percentOf(h.Cut, c))
		}
		return s.pal.seq[:], cuts
	}
	for _, c := range []float64{-heatCuts[2], -heatCuts[1], -heatCuts[0], heatCuts[0], heatCuts[1], heatCuts[2]} {
		text := strings.Replace(fmt.Sprintf("%+.0f", c*100), "-", "−", 1)
		if h.Cut != nil {
			text = h.Cut(c)
		}
		cuts = append(cuts, text)
	}
	return s.pal.div[:], cuts
}

func (h *Heat) step(r *HeatRow, c *HeatCell) int {
	if h.Diverging {
		return differenceStep(c.Value-r.Reference, c.Within)
	}
	return shareStep(c.Value)
}

// A heatGrid is the measured table. Lengths are px.
type heatGrid struct {
	name, total  float64 // widths of the columns of words
	counts       float64 // width of the widest counts
	nameX        float64 // the names' left edge
	cell, height float64 // of a cell; a row of many words is higher
	spare        float64 // what a row is higher so that the sheet is filled
	gap          float64 // between cells
	countsX      float64 // right edge of the counts where they stand beside the names; 0: under them
	parts        [][]int // the columns of each part of the table
	tones        []tone
	cuts         []string // where they part
}

func (h *Heat) layout(s *sheet, top, bottom float64) float64 {
	if s.bare() {
		return h.thumb(s, top, bottom)
	}
	g := h.grid(s)
	y := h.key(s, &g, top+s.px(16)) + s.px(12)
	if spare := bottom - y - h.height(s, &g); spare > 0 && !s.narrow() {
		g.spare = min(spare/float64(len(h.Rows)*len(g.parts)), s.px(26))
	}
	for i, part := range g.parts {
		if len(g.parts) > 1 {
			y += s.px(24)
		}
		y = h.part(s, &g, part, y, i)
	}
	return max(y, bottom)
}

// height is what the table takes.
func (h *Heat) height(s *sheet, g *heatGrid) float64 {
	total := 0.0
	for i := range g.parts {
		total += s.headingStyle().size + s.px(9)
		if len(g.parts) > 1 {
			total += s.px(34) + s.headingStyle().size
		}
		for j := range h.Rows {
			total += g.rowHeight(s, &h.Rows[j], i == 0) + g.gap
		}
		total -= g.gap
	}
	return total
}

func (s *sheet) cellStyle() style { return s.st(14, 18, regular, s.pal.ink) }

// grid measures words and decides on the parts: all columns, if they fit.
func (h *Heat) grid(s *sheet) heatGrid {
	g := heatGrid{gap: 2, height: 34, nameX: s.left()}
	g.tones, g.cuts = h.scale(s)
	label, code := s.width(s.cellStyle()), s.width(s.headingStyle())
	total, count := s.width(s.valueStyle()), s.width(s.tileCountStyle())
	counts := 0.0
	g.total = code(clean(h.TotalHead))
	for i := range h.Rows {
		r := &h.Rows[i]
		g.total = max(g.total, total(clean(r.Total)))
		counts = max(counts, count(clean(r.Counts)))
		for j := range r.Cells {
			g.cell = max(g.cell, label(clean(r.Cells[j].Label)))
		}
	}
	for _, c := range h.Columns {
		g.cell = max(g.cell, code(clean(c.Code)))
	}
	g.cell = math.Ceil(min(max(g.cell+s.px(10), s.px(46)), s.px(96)))
	g.total = min(math.Ceil(g.total), s.px(96))
	h.columns(s, &g, min(math.Ceil(counts), (s.right()-s.left())*0.3))
	return g
}

// columns shares the width out. The names take what they need, up to a third;
// the cells take the rest, up to the usual 62 px.
func (h *Heat) columns(s *sheet, g *heatGrid, counts float64) {
	width := s.right() - s.left()
	m := s.width(s.nameStyle())
	longest, word := counts, counts
	for i := range h.Rows {
		name := clean(h.Rows[i].Name)
		longest = max(longest, m(plain(name)))
		for _, w := range words(name) {
			word = max(word, min(m(plain(w)), width*0.3))
		}
	}
	left := func() float64 { return g.name + s.px(14) + g.total + s.px(12) }
	n := float64(len(h.Columns))
	fit := func() float64 { return (width-left()+g.gap)/n - g.gap }
	for g.name = math.Ceil(min(longest, width*0.36)); fit() < s.px(62) && g.name-2 >= word && h.nameLines(s, g.name-2) <= s.mostNameLines(); g.name -= 2 {
	}
	if len(h.Columns) > heatColumns || fit() < g.cell {
		h.split(s, g, width-left())
	} else {
		g.cell = min(fit(), s.px(100))
		g.parts = [][]int{h.all()}
	}
	g.counts = counts
	if counts > 0 {
		if room := width - left() - n*(g.cell+g.gap); len(g.parts) == 1 && room >= counts+s.px(16) {
			g.countsX = s.left() + g.name + s.px(16) + counts
			g.name += s.px(16) + counts
		}
	}
}

// nameLines is the most lines that a name takes in a width.
func (h *Heat) nameLines(s *sheet, width float64) int {
	n := 0
	for i := range h.Rows {
		n = max(n, len(s.wrap(s.nameStyle(), h.Rows[i].Name, width)))
	}
	return n
}

func (s *sheet) mostNameLines() int {
	if s.narrow() {
		return 3
	}
	return 2
}

func (h *Heat) all() []int {
	out := make([]int, len(h.Columns))
	for i := range out {
		out[i] = i
	}
	return out
}

// split makes a part of the table of each region, and of a region too wide for
// the sheet as many parts as it takes, alike in width.
func (h *Heat) split(s *sheet, g *heatGrid, room float64) {
	most := max(1, min(heatColumns, int((room+g.gap)/(g.cell+g.gap))))
	widest := 1
	for from := 0; from < len(h.Columns); {
		to := from
		for to < len(h.Columns) && clean(h.Columns[to].Region) == clean(h.Columns[from].Region) {
			to++
		}
		n := to - from
		parts := (n + most - 1) / most
		for k := range parts {
			part := h.all()[from+k*n/parts : from+(k+1)*n/parts]
			widest = max(widest, len(part))
			g.parts = append(g.parts, part)
		}
		from = to
	}
	g.cell = min(s.px(100), (room+g.gap)/float64(widest)-g.gap)
}

// cellX is the left edge of a part's k-th column.
func (g *heatGrid) cellX(s *sheet, k int) float64 {
	return g.nameX + g.name + s.px(14) + g.total + s.px(12) + float64(k)*(g.cell+g.gap)
}

// part draws one part of the table from top y and returns its end.
func (h *Heat) part(s *sheet, g *heatGrid, part []int, y float64, nth int) float64 {
	hst := s.headingStyle()
	if region := clean(h.Columns[part[0]].Region); len(g.parts) > 1 && region != "" {
		y = s.lines(g.nameX, y+hst.size, hst, s.fit(hst, region, s.right()-s.left(), 2)) + s.px(10)
	}
	base := y + hst.size
	code := hst.in(s.pal.text)
	totalX := g.nameX + g.name + s.px(14) + g.total
	s.textRight(totalX, base, code, one(s.fit(code, h.TotalHead, g.total+1, 1)))
	for k, j := range part {
		st, x := code, g.cellX(s, k)
		if h.Columns[j].Highlight {
			st = st.in(s.pal.high)
		}
		text := one(s.fit(st, h.Columns[j].Code, g.cell, 1))
		s.text(x+(g.cell-s.width(st)(text))/2, base, st, text)
	}
	y = half(base + s.px(9))
	shades := newShades()
	for i := range h.Rows {
		r := &h.Rows[i]
		end := half(y + g.rowHeight(s, r, nth == 0) + g.spare)
		g.rowWords(s, r, y, end, totalX, nth == 0)
		for k, j := range part {
			x := g.cellX(s, k)
			h.cell(s, g.tones, shades, r, &r.Cells[j], rect{half(x), y, half(x + g.cell), end})
		}
		y = end + g.gap
	}
	shades.paint(s)
	return y - g.gap
}

// nameWidth is the room for the name of a row.
func (g *heatGrid) nameWidth(s *sheet, r *HeatRow) float64 {
	if g.countsX == 0 {
		return g.name
	}
	return g.countsX - s.px(16) - g.nameX - min(s.width(s.rowCountStyle())(clean(r.Counts)), g.counts)
}

func (s *sheet) rowCountStyle() style { return s.tileCountStyle().in(s.pal.muted) }

// under reports whether the counts of a row stand under its name.
func (g *heatGrid) under(r *HeatRow, first bool) bool {
	return first && g.countsX == 0 && clean(r.Counts) != ""
}

// rowHeight is what the words of a row take, and its cells.
func (g *heatGrid) rowHeight(s *sheet, r *HeatRow, first bool) float64 {
	name := r.nameStyle(s)
	lines := min(len(s.wrap(name, r.Name, g.nameWidth(s, r))), s.mostNameLines())
	height := float64(max(lines-1, 0))*name.lead + name.size + s.px(8)
	if g.under(r, first) {
		height += s.rowCountStyle().lead
	}
	return max(g.height, height)
}

func (r *HeatRow) nameStyle(s *sheet) style {
	if r.Highlight {
		return s.nameStyle().as(bold).in(s.pal.high)
	}
	return s.nameStyle().in(s.pal.ink)
}

// rowWords sets name, counts and total of a row that lies from y to end. The
// counts stand in the first part of a table only.
func (g *heatGrid) rowWords(s *sheet, r *HeatRow, y, end, totalX float64, first bool) {
	name, count := r.nameStyle(s), s.rowCountStyle()
	lines := s.fit(name, r.Name, g.nameWidth(s, r), s.mostNameLines())
	mid := (y + end) / 2
	block := float64(max(len(lines)-1, 0)) * name.lead
	if g.under(r, first) {
		block += count.lead
	}
	last := s.lines(g.nameX, mid+name.middle()-block/2, name, lines)
	switch {
	case g.under(r, first):
		s.text(g.nameX, last+count.lead, count, one(s.fit(count, r.Counts, g.name+1, 1)))
	case first:
		s.textRight(g.countsX, mid+count.middle(), count, one(s.fit(count, r.Counts, g.counts+1, 1)))
	}
	s.textRight(totalX, mid+s.valueStyle().middle(), s.valueStyle(), one(s.fit(s.valueStyle(), r.Total, g.total+1, 1)))
}

// cell notes the ground of a cell and sets what stands in it.
func (h *Heat) cell(s *sheet, tones []tone, shades *shades, r *HeatRow, c *HeatCell, box rect) {
	st := s.cellStyle()
	s.row(c.At, box)
	if c.Tip != "" {
		shades.words = append(shades.words, func() {
			s.tipped(c.Tip, func() {
				s.items = append(s.items, &spot{pt{(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2}, box.h() / 2})
			})
		})
	}
	switch {
	case c.Missing:
		shades.empty = append(shades.empty, box.grow(-0.5).corners())
		s.mark("empty tile", box, 0, 0)
		return
	case c.Few:
		shades.add(tone{s.pal.tile, s.pal.text, s.pal.tile}, box, false)
		s.mark("counts tile", box, 0, 0)
		shades.words = append(shades.words, func() { s.disc(s.pal.muted, pt{(box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2}, 2) })
		return
	default:
		t := tones[h.step(r, c)]
		shades.add(t, box, c.Weak)
		kind := "tile"
		if c.Weak {
			kind = "hatched tile"
		}
		s.mark(kind, box, c.Value, 0)
		st = st.in(t.text)
	}
	shades.words = append(shades.words, func() {
		text := one(s.fit(st, c.Label, box.w()-2, 1))
		s.text((box.x0+box.x1-s.width(st)(text))/2, (box.y0+box.y1)/2+st.middle(), st, text)
	})
}

// shades gathers the cells of one part of a table, so that each colour is one
// path: a table of 224 cells would else be three times as many elements.
type shades struct {
	tones []tone
	rings map[tone][][]pt
	bands map[tone][][]pt
	empty [][]pt
	words []func()
}

func newShades() *shades {
	return &shades{rings: map[tone][][]pt{}, bands: map[tone][][]pt{}}
}

func (h *shades) add(t tone, box rect, hatched bool) {
	if !slices.Contains(h.tones, t) {
		h.tones = append(h.tones, t)
	}
	h.rings[t] = append(h.rings[t], box.corners())
	if hatched {
		h.bands[t] = append(h.bands[t], stripes(3, 8, box)...)
	}
}

func (h *shades) paint(s *sheet) {
	for _, t := range h.tones {
		s.fill(t.fill, h.rings[t]...)
		if len(h.bands[t]) > 0 {
			s.fill(t.hatch, h.bands[t]...)
		}
	}
	if len(h.empty) > 0 {
		s.stroke(s.pal.context, 1, h.empty...).closed = true
	}
	for _, w := range h.words {
		w()
	}
}

// key draws the scale under its words, and beside it what the cells show
// besides, and returns the last px.
func (h *Heat) key(s *sheet, g *heatGrid, top float64) float64 {
	st := s.countStyle().in(s.pal.text)
	y := top
	if lines := s.wrap(st, h.Key.Scale, s.right()-s.left()); len(lines) > 0 {
		y = s.lines(s.left(), y+0.74*st.size, st, lines) + s.px(9)
	}
	y = half(y)
	width := s.px(52) * float64(len(g.tones))
	end := s.ramp(s.left(), y, width, g.tones, g.cuts)
	l := h.legend(s, g)
	if x := s.left() + width + s.px(36); !s.narrow() && l.rowHeight(s.right()-x) <= s.px(46) {
		return max(end, l.row(x, y+s.px(1), s.right()-x))
	}
	if len(l.entries) == 0 {
		return end
	}
	return l.row(s.left(), end+s.px(12), s.right()-s.left())
}

func (h *Heat) legend(s *sheet, g *heatGrid) legend {
	var has HeatCell
	for i := range h.Rows {
		for _, c := range h.Rows[i].Cells {
			has.Weak = has.Weak || c.Weak && c.shaded()
			has.Few = has.Few || c.Few
			has.Missing = has.Missing || c.Missing
		}
	}
	entry := func(used bool, text string, c HeatCell) legendEntry {
		if !used {
			text = ""
		}
		return legendEntry{text: text, paint: func(s *sheet, r rect) {
			shades := newShades()
			h.cell(s, g.tones, shades, &HeatRow{}, &c, r)
			shades.paint(s)
		}}
	}
	return s.legend(34, 18,
		entry(has.Weak, h.Key.Weak, HeatCell{Value: 0.3, Weak: true}),
		entry(has.Few, h.Key.Few, HeatCell{Few: true}),
		entry(has.Missing, h.Key.Missing, HeatCell{Missing: true}))
}

// thumb draws the shades alone.
func (h *Heat) thumb(s *sheet, top, bottom float64) float64 {
	top += 14
	g := heatGrid{gap: 2, nameX: s.left()}
	g.tones, g.cuts = h.scale(s)
	w := (s.right() - s.left() + g.gap) / float64(len(h.Columns))
	height := max(8, (bottom-top+g.gap)/float64(len(h.Rows)))
	shades := newShades()
	for i := range h.Rows {
		r := &h.Rows[i]
		for j := range r.Cells {
			x, y := s.left()+float64(j)*w, top+float64(i)*height
			c := r.Cells[j]
			c.Label = ""
			h.cell(s, g.tones, shades, r, &c, rect{half(x), half(y), half(x + w - g.gap), half(y + height - g.gap)})
		}
	}
	shades.words = nil
	shades.paint(s)
	return top + height*float64(len(h.Rows)) - g.gap
}
