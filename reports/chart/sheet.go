package chart

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"asylum/reports/letter"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// A pt is a point of the sheet, in px from its top left corner.
type pt struct{ x, y float64 }

// A rect is a box of the sheet; y grows downwards.
type rect struct{ x0, y0, x1, y1 float64 }

func (r rect) w() float64          { return r.x1 - r.x0 }
func (r rect) h() float64          { return r.y1 - r.y0 }
func (r rect) corners() []pt       { return []pt{{r.x0, r.y0}, {r.x1, r.y0}, {r.x1, r.y1}, {r.x0, r.y1}} }
func (r rect) empty() bool         { return r.x1 <= r.x0 || r.y1 <= r.y0 }
func (r rect) grow(d float64) rect { return rect{r.x0 - d, r.y0 - d, r.x1 + d, r.y1 + d} }

func (r rect) meets(o rect) bool {
	const touch = 0.3 // runs that abut are placed at half px
	return r.x0 < o.x1-touch && o.x0 < r.x1-touch && r.y0 < o.y1-touch && o.y0 < r.y1-touch
}

// half rounds to half a px, which is a whole dot of the PNG: edges stay sharp.
func half(v float64) float64 { return math.Round(v*2) / 2 }

// A sheet is a drawing while it is laid out: what to paint, in order, and what
// the tests need to know of it.
type sheet struct {
	opt    Options
	fmt    *format
	pal    *palette
	fonts  *font.Cache
	w, h   float64
	margin float64
	items  []item // the marks
	runs   []*run // the text, on top of them
	marks  []mark
	faults []string
	hits   []hit // on top of everything, for pages
	rows   []row // that stand for a row of the table beside the drawing
	err    error
}

// An item paints itself. flip is the height of the sheet: canvases count y upwards.
type item interface {
	paint(c vg.Canvas, flip float64)
}

// A mark records drawn data for the checks: where it is and what it stands for.
type mark struct {
	kind  string // "bar", "reference", "whisker", "cells", "line", "point", "rule"
	box   rect
	value float64 // what box shows: a share of scale, or a number of cells
	scale float64 // px for a value of 1
}

func newSheet(o Options) (*sheet, error) {
	if o.Theme < Light || o.Theme > Dark {
		return nil, fmt.Errorf("chart: got theme %d, want Light or Dark", int(o.Theme))
	}
	if o.Size < 0 || int(o.Size) >= len(formats) {
		return nil, fmt.Errorf("chart: got size %d, want one of Sizes()", int(o.Size))
	}
	if o.Scale < 0 || o.Scale > 4 || math.IsNaN(o.Scale) {
		return nil, fmt.Errorf("chart: got scale %v, want 0 to 4", o.Scale)
	}
	f, err := letter.Cache()
	if err != nil {
		return nil, err
	}
	z := &formats[o.Size]
	return &sheet{opt: o, fmt: z, pal: &palettes[o.Theme], fonts: f, w: z.w, margin: z.margin}, nil
}

func (s *sheet) left() float64  { return s.margin }
func (s *sheet) right() float64 { return s.w - s.margin }

// The styles of the house, by what they set.
func (s *sheet) titleStyle() style    { return style{s.fmt.title, s.fmt.lead, black, s.pal.ink} }
func (s *sheet) subtitleStyle() style { return s.st(19, 26, regular, s.pal.text) }
func (s *sheet) bigStyle() style      { return s.st(34, 40, black, s.pal.ink) }
func (s *sheet) valueStyle() style    { return s.st(18, 24, black, s.pal.ink) }
func (s *sheet) nameStyle() style     { return s.st(17, 21, regular, s.pal.text) }
func (s *sheet) headingStyle() style  { return s.st(16, 21, bold, s.pal.ink) }
func (s *sheet) countStyle() style    { return s.st(15, 20, regular, s.pal.muted) }
func (s *sheet) noteStyle() style     { return s.st(14, 19, regular, s.pal.muted) }

func (s *sheet) wrap(st style, text string, width float64) []string {
	return wrap(s.width(st), clean(text), width)
}

// settle wraps a paragraph without leaving a stray word or two on its last line.
func (s *sheet) settle(st style, text string, width float64) []string {
	return settle(s.width(st), clean(text), width)
}

// fit returns text on at most n lines and notes it as a fault if words were lost.
func (s *sheet) fit(st style, text string, width float64, n int) []string {
	lines, cut := limit(s.width(st), s.wrap(st, text, width), n, width)
	if cut {
		s.lost(text)
	}
	return lines
}

// lost notes that some of text is not in the picture.
func (s *sheet) lost(text string) {
	s.faults = append(s.faults, fmt.Sprintf("shortened: %q", clean(text)))
}

// one is the first line, if any.
func one(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return lines[0]
}

// A run is one piece of text on one baseline in one style.
type run struct {
	at   pt // left end of the baseline
	w    float64
	text string
	st   style
	halo bool // it stands on paper of its own, so that it may cross marks
	face font.Face
}

func (r *run) box() rect {
	return rect{r.at.x, r.at.y - r.st.ascent(), r.at.x + r.w, r.at.y + r.st.descent()}
}

func (r *run) paint(c vg.Canvas, flip float64) {
	c.SetColor(r.st.col)
	c.FillString(r.face, vg.Point{X: vg.Length(r.at.x), Y: vg.Length(flip - r.at.y)}, r.text)
}

// vet spoils the sheet if a glyph of text is missing, drawn or not.
func (s *sheet) vet(st style, text string) {
	if g, bad := missing(st.face(s.fonts), text); bad && s.err == nil {
		s.err = &GlyphError{Rune: g, Text: text}
	}
}

// text sets one line with its left end at x and returns its right end. A
// missing glyph spoils the whole sheet.
func (s *sheet) text(x, y float64, st style, text string) *run {
	r := &run{at: pt{half(x), half(y)}, text: plain(clean(text)), st: st, face: st.face(s.fonts)}
	if r.text == "" {
		return r
	}
	s.vet(st, r.text)
	r.w = s.width(st)(r.text)
	s.runs = append(s.runs, r)
	return r
}

// textRight sets one line with its right end at x.
func (s *sheet) textRight(x, y float64, st style, text string) *run {
	w := s.width(st)(plain(clean(text)))
	return s.text(math.Floor((x-w)*2)/2, y, st, text)
}

// lines sets lines from the first baseline y and returns the last baseline.
func (s *sheet) lines(x, y float64, st style, lines []string) float64 {
	s.paragraph(lines)
	for i, l := range lines {
		s.text(x, y+float64(i)*st.lead, st, l)
	}
	return y + float64(max(len(lines)-1, 0))*st.lead
}

// paragraph notes as a fault a line that ends in a word of one or two letters,
// unless it is that word alone.
func (s *sheet) paragraph(lines []string) {
	for i := 0; i < len(lines)-1; i++ {
		at := max(lastWord(lines[i]), strings.LastIndexByte(lines[i], ' ')+1)
		if at > 0 && short(lines[i][at:]) {
			s.faults = append(s.faults, fmt.Sprintf("line ends in a short word: %q", lines[i]))
		}
	}
}

// An area is filled; its rings do not overlap.
type area struct {
	rings [][]pt
	col   colour
}

func (a *area) paint(c vg.Canvas, flip float64) {
	c.SetColor(a.col)
	c.Fill(path(a.rings, flip, true))
}

// A stroke is a set of polylines in one pen.
type stroke struct {
	lines  [][]pt
	width  float64
	col    colour
	dash   []float64
	closed bool
}

func (k *stroke) paint(c vg.Canvas, flip float64) {
	c.SetColor(k.col)
	c.SetLineWidth(vg.Length(k.width))
	dash := make([]vg.Length, len(k.dash))
	for i, d := range k.dash {
		dash[i] = vg.Length(d)
	}
	c.SetLineDash(dash, 0)
	c.Stroke(path(k.lines, flip, k.closed))
	c.SetLineDash(nil, 0)
}

// A disc is a filled circle.
type disc struct {
	at  pt
	r   float64
	col colour
}

// A circler is a canvas that knows circles; others get four arcs.
type circler interface {
	circle(at vg.Point, r vg.Length)
}

func (d *disc) paint(c vg.Canvas, flip float64) {
	p := vg.Point{X: vg.Length(d.at.x), Y: vg.Length(flip - d.at.y)}
	if k, ok := c.(circler); ok {
		c.SetColor(d.col)
		k.circle(p, vg.Length(d.r))
		return
	}
	sty := draw.GlyphStyle{Color: d.col, Radius: vg.Length(d.r), Shape: draw.CircleGlyph{}}
	dc := draw.Canvas{Canvas: c}
	dc.DrawGlyphNoClip(sty, p)
}

// A hit is nothing to see, but something to point at on a page: over a mark, or
// its whole row, with words about it.
type hit struct {
	words string
	box   rect
	r     float64 // of a circle in the box; 0: the box itself
}

// hit lets whoever points into r be told words: both counts and bounds, as a
// rule. Empty words leave it out.
func (s *sheet) hit(words string, r rect) {
	if words = plain(clean(words)); words != "" {
		s.hits = append(s.hits, hit{words: words, box: r})
	}
}

// A Cell is a cell of the table that stands beside a drawing on a page, by row and
// column from 1, or those up to column To. Column 0 is the whole row, and row 0 none.
type Cell struct{ Row, Col, To int }

// A row is where a drawing shows what a cell of that table, or a row of it, says in
// words.
type row struct {
	at  Cell
	box rect
}

// row lets whoever points into r be told what the table says of it. A drawing holds
// no more than the place: the numbers stand in the table.
func (s *sheet) row(at Cell, r rect) {
	if at.Row == 0 {
		return
	}
	if n := len(s.rows) - 1; n >= 0 && s.rows[n].at == at && at.Col == 0 { // another part of the same
		b := &s.rows[n].box
		*b = rect{min(b.x0, r.x0), min(b.y0, r.y0), max(b.x1, r.x1), max(b.y1, r.y1)}
		return
	}
	s.rows = append(s.rows, row{at, r})
}

// hitRound is hit for a point.
func (s *sheet) hitRound(words string, at pt, r float64) {
	if words = plain(clean(words)); words != "" {
		s.hits = append(s.hits, hit{words, rect{at.x - r, at.y - r, at.x + r, at.y + r}, r})
	}
}

// A spot takes room for a hit where nothing is drawn.
type spot struct {
	at pt
	r  float64
}

func (d *spot) paint(vg.Canvas, float64) {}

// tipped runs f and lets whoever points at what it draws, text apart, be told
// words.
func (s *sheet) tipped(words string, f func()) {
	n := len(s.items)
	f()
	box := rect{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	take := func(r float64, ps ...pt) {
		for _, p := range ps {
			box = rect{min(box.x0, p.x-r), min(box.y0, p.y-r), max(box.x1, p.x+r), max(box.y1, p.y+r)}
		}
	}
	for _, it := range s.items[n:] {
		switch k := it.(type) {
		case *area:
			take(0, slices.Concat(k.rings...)...)
		case *stroke:
			take(k.width/2, slices.Concat(k.lines...)...)
		case *disc:
			take(k.r, k.at)
		case *spot:
			take(k.r, k.at)
		case *hatching:
			take(0, k.box.corners()...)
		}
	}
	if !box.empty() {
		s.hit(words, box)
	}
}

func path(lines [][]pt, flip float64, closed bool) vg.Path {
	n := len(lines)
	for _, l := range lines {
		n += len(l)
	}
	p := make(vg.Path, 0, n)
	for _, l := range lines {
		for i, q := range l {
			v := vg.Point{X: vg.Length(q.x), Y: vg.Length(flip - q.y)}
			if i == 0 {
				p.Move(v)
			} else {
				p.Line(v)
			}
		}
		if closed {
			p.Close()
		}
	}
	return p
}

func (s *sheet) fill(c colour, rings ...[]pt) {
	s.items = append(s.items, &area{rings, c})
}

func (s *sheet) fillRect(c colour, r rect) {
	if !r.empty() {
		s.fill(c, r.corners())
	}
}

func (s *sheet) stroke(c colour, width float64, lines ...[]pt) *stroke {
	k := &stroke{lines: lines, width: width, col: c}
	s.items = append(s.items, k)
	return k
}

func (s *sheet) frame(c colour, width float64, r rect) *stroke {
	k := s.stroke(c, width, r.grow(-width/2).corners())
	k.closed = true
	return k
}

func (s *sheet) disc(c colour, at pt, r float64) {
	s.items = append(s.items, &disc{at, r, c})
}

func (s *sheet) mark(kind string, r rect, value, scale float64) {
	s.marks = append(s.marks, mark{kind, r, value, scale})
}

// play paints the sheet onto c, the marks first and then all text.
func (s *sheet) play(c vg.Canvas) {
	vg.Initialize(c)
	whole := &area{[][]pt{rect{0, 0, s.w, s.h}.corners()}, s.pal.paper}
	whole.paint(c, s.h)
	for _, it := range s.items {
		it.paint(c, s.h)
	}
	for _, r := range s.runs {
		r.paint(c, s.h)
	}
}

// head sets accent bar, title and subtitle, and returns the lowest px they use.
func (s *sheet) head(h *Head) float64 {
	y := s.fmt.top + 6
	s.fillRect(s.pal.high, rect{s.left(), y - 6, s.left() + 56, y})
	if h.TitleText() != "" {
		y = s.title(h, math.Round(y+1.15*s.fmt.title)) + 7
	}
	if st := s.subtitleStyle(); clean(h.Subtitle) != "" && !s.bare() {
		lines := s.settle(st, h.Subtitle, s.right()-s.left())
		y = s.lines(s.left(), y-7+s.px(32), st, lines) + s.px(6)
	}
	return y
}

// title sets the spans, balanced over their lines, each in its colour, and
// returns the last baseline. A title that needs more lines than allowed is
// drawn whole: a finding without its end could say something else.
func (s *sheet) title(h *Head, y float64) float64 {
	st := s.titleStyle()
	m := s.width(st)
	text, lit := spans(h.Title)
	lines := balance(m, text, s.right()-s.left())
	if n := s.fmt.titleLines; len(lines) > n {
		s.faults = append(s.faults, fmt.Sprintf("title has %d lines, want %d at most", len(lines), n))
	}
	s.paragraph(lines)
	for i, line := range lines {
		base := y + float64(i)*st.lead
		for len(lit) > 0 && lit[0].r == ' ' {
			lit = lit[1:]
		}
		s.colourLine(line, lit, st, base)
		lit = lit[min(utf8.RuneCountInString(line), len(lit)):]
	}
	return y + float64(len(lines)-1)*st.lead
}

// A litRune is a rune of the title and whether it is highlighted.
type litRune struct {
	r   rune
	lit bool
}

// spans joins the spans of a title into one text with single spaces, and tells
// the colour of each of its runes.
func spans(title []Span) (string, []litRune) {
	var out []litRune
	for _, sp := range title {
		t := strings.ReplaceAll(clean("|"+sp.Text+"|"), softHyphen, "")
		for _, r := range t[1 : len(t)-1] {
			if r == ' ' && (len(out) == 0 || out[len(out)-1].r == ' ') {
				continue
			}
			out = append(out, litRune{r, sp.Highlight})
		}
	}
	var b strings.Builder
	for _, l := range out {
		b.WriteRune(l.r)
	}
	return strings.TrimRight(b.String(), " "), out
}

// colourLine sets one line of the title as runs of one colour. Each starts
// where the whole line, measured up to there, ends.
func (s *sheet) colourLine(line string, lit []litRune, st style, y float64) {
	m := s.width(st)
	rs := []rune(line)
	for i := 0; i < len(rs); {
		j := i
		for j < len(rs) && j < len(lit) && lit[j].lit == lit[i].lit {
			j++
		}
		if j == i {
			j = len(rs)
		}
		piece := string(rs[i:j])
		lead := len(piece) - len(strings.TrimLeft(piece, " "))
		sty := st
		if i < len(lit) && lit[i].lit {
			sty = st.in(s.pal.high)
		}
		s.text(s.left()+m(string(rs[:i])+piece[:lead]), y, sty, piece)
		i = j
	}
}

// A footBlock is the measured bottom of the sheet.
type footBlock struct {
	lines  []string
	mark   string
	height float64 // from the top of the first line to the bottom edge
}

// measureFoot wraps notes and source. The last line leaves room for the mark,
// unless the sheet is narrow: there the mark has a line of its own.
func (s *sheet) measureFoot(h *Head) footBlock {
	if s.bare() {
		return footBlock{height: s.fmt.bottom}
	}
	st := s.noteStyle()
	f := footBlock{mark: "asylum"}
	if id := clean(h.ID); id != "" {
		f.mark += " · " + id
	}
	f.mark = s.fit(st.as(bold), f.mark, (s.right()-s.left())*0.6, 1)[0]
	width := s.right() - s.left()
	for _, n := range h.Notes {
		f.lines = append(f.lines, s.settle(st, n, width)...)
	}
	if !s.narrow() {
		width -= s.width(st.as(bold))(f.mark) + 32
	}
	f.lines = append(f.lines, s.settle(st, h.Source, width)...)
	n := max(len(f.lines), 1)
	if s.narrow() && len(f.lines) > 0 {
		n++
	}
	f.height = s.fmt.bottom + float64(n-1)*st.lead + st.ascent()
	if s.narrow() && len(f.lines) > 0 {
		f.height += 6
	}
	return f
}

// footGap is the least distance between the figure and the notes.
func (s *sheet) footGap() float64 {
	switch {
	case s.bare():
		return 0
	case s.narrow():
		return 26
	}
	return s.px(14)
}

// roomBelow is where a figure should end so that the sheet has its usual
// height; top if it has none.
func (s *sheet) roomBelow(top float64, f footBlock) float64 {
	return max(top, s.fmt.h-f.height-s.footGap())
}

// foot sets the bottom block and with it the height of the sheet.
func (s *sheet) foot(f footBlock, end float64) {
	st := s.noteStyle()
	s.h = max(s.fmt.h, math.Ceil(end+s.footGap()+f.height))
	base := s.h - s.fmt.bottom
	if s.narrow() {
		s.text(s.left(), base, st.as(bold), f.mark)
		base -= st.lead + 6
	} else {
		s.textRight(s.right(), base, st.as(bold), f.mark)
	}
	s.lines(s.left(), base-float64(len(f.lines)-1)*st.lead, st, f.lines)
}
