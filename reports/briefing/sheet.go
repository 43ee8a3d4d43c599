package briefing

import (
	"image/color"
	"strings"

	"asylum/reports/chart"
	"asylum/reports/letter"
	"asylum/reports/pdf"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// An A4 page in points. The text is as wide as the charts, 160 mm.
const (
	pageWidth, pageHeight = 595.28, 841.89
	textWidth             = 160 / 25.4 * 72
	margin                = (pageWidth - textWidth) / 2
	top, bottom           = 54.0, 62.0 // over the first and under the last line
	room                  = pageHeight - top - bottom
)

// The colours of the charts on light paper.
var (
	ink   = color.NRGBA{0x1B, 0x27, 0x33, 0xFF}
	text  = color.NRGBA{0x3A, 0x47, 0x53, 0xFF}
	muted = color.NRGBA{0x5B, 0x68, 0x72, 0xFF}
	rule  = color.NRGBA{0xC9, 0xD1, 0xD7, 0xFF}
	high  = color.NRGBA{0xC8, 0x45, 0x1B, 0xFF}
)

// A style is how text is set: size and distance of lines in points.
type style struct {
	weight     letter.Weight
	size, lead float64
	colour     color.NRGBA
}

var (
	kicker  = style{letter.Bold, 8.5, 12, high}
	heading = style{letter.Bold, 20, 25, ink}
	second  = style{letter.Bold, 12.5, 16, ink}
	body    = style{letter.Regular, 9.5, 13.5, text}
	strong  = style{letter.Bold, 9.5, 13.5, ink}
	small   = style{letter.Regular, 7.8, 10.6, muted}
	cell    = style{letter.Regular, 8, 10.6, text}
	head    = style{letter.Bold, 7.8, 10, ink}
	amount  = style{letter.Bold, 21, 25, ink}
)

func (s style) width(t string) float64 { return s.weight.Width(t) * s.size }

// wrap breaks text into lines.
func (s style) wrap(t string, width float64) []string { return chart.Wrap(s.width, t, width) }

// A flow sets blocks one under the other, over as many pages as they need.
type flow struct {
	doc   *pdf.Document
	fonts *font.Cache
	page  *pdf.Page
	pages []*pdf.Page
	y     float64 // from the top of the page
}

func newFlow(info pdf.Info) (*flow, error) {
	c, err := letter.Cache()
	if err != nil {
		return nil, err
	}
	f := &flow{doc: pdf.New(info), fonts: c}
	f.turn()
	return f, nil
}

// turn begins a page.
func (f *flow) turn() {
	f.page = f.doc.Page(pageWidth, pageHeight)
	f.pages = append(f.pages, f.page)
	f.y = top
}

// left is how much of the page is left.
func (f *flow) left() float64 { return pageHeight - bottom - f.y }

// need turns the page unless so much is left of it, and tells whether it did.
func (f *flow) need(h float64) bool {
	if h <= f.left() || f.y == top {
		return false
	}
	f.turn()
	return true
}

// gap leaves room between blocks, none at the top of a page.
func (f *flow) gap(h float64) {
	if f.y > top {
		f.y += h
	}
}

// put sets one line with its baseline a line below y.
func (f *flow) put(s style, x, y float64, t string) {
	f.page.SetColor(s.colour)
	f.page.FillString(s.weight.Face(f.fonts, s.size), vg.Point{X: vg.Length(x), Y: vg.Length(pageHeight - y - 0.5*s.lead - 0.36*s.size)}, t)
}

// lines sets lines one under the other from y on.
func (f *flow) lines(s style, x, y float64, lines []string) {
	for i, t := range lines {
		f.put(s, x, y+float64(i)*s.lead, t)
	}
}

// line draws a rule across the text.
func (f *flow) line(y, width float64, c color.NRGBA) {
	f.page.SetColor(c)
	f.page.SetLineWidth(vg.Length(width))
	f.page.SetLineDash(nil, 0)
	var p vg.Path
	p.Move(vg.Point{X: margin, Y: vg.Length(pageHeight - y)})
	p.Line(vg.Point{X: vg.Length(margin + textWidth), Y: vg.Length(pageHeight - y)})
	f.page.Stroke(p)
}

// paragraph sets text over the width of the page, indented by in.
func (f *flow) paragraph(role string, s style, in float64, t string) {
	lines := s.wrap(t, textWidth-in)
	for len(lines) > 0 {
		n := min(len(lines), int(f.left()/s.lead+1e-9))
		if n < len(lines) && n < 2 || n == 0 { // no line alone at the end of a page
			f.turn()
			continue
		}
		if n == len(lines)-1 && n > 2 { // nor at the top of the next
			n--
		}
		f.page.Begin(role, "")
		f.lines(s, margin+in, f.y, lines[:n])
		f.page.End()
		f.y += float64(n) * s.lead
		lines = lines[n:]
	}
}

// bullet sets a paragraph behind a dot.
func (f *flow) bullet(s style, t string) {
	f.need(s.lead * float64(min(2, len(s.wrap(t, textWidth-12)))))
	f.put(style{s.weight, s.size, s.lead, high}, margin+1, f.y, "•")
	f.paragraph("P", s, 12, t)
	f.y += 3
}

// over and under a heading.
const over, under = 16.0, 5.0

// sectionHeight is how much a heading takes where the page stands.
func (f *flow) sectionHeight(title string) float64 {
	h := float64(len(second.wrap(title, textWidth-90)))*second.lead + under
	if f.y > top {
		h += over
	}
	return h
}

// section sets a heading that stays with so much of what follows. label stands at
// its right.
func (f *flow) section(title, label string, keep float64) {
	lines := second.wrap(title, textWidth-90)
	h := float64(len(lines))*second.lead + under
	f.need(f.sectionHeight(title) + keep)
	f.gap(over)
	f.doc.Bookmark(title, 1, f.page, pageHeight-f.y)
	f.page.Begin("H2", "")
	f.lines(second, margin, f.y, lines)
	f.page.End()
	if label != "" {
		f.put(small, margin+textWidth-small.width(label), f.y+float64(len(lines)-1)*second.lead+3, label)
	}
	f.y += h
}

// figure draws a chart as large as the text is wide; one that is higher than a page
// becomes smaller.
func (f *flow) figure(c chart.Figure, h float64) error {
	k := chart.A4.Points()
	w, px, err := chart.Measure(c, chart.Options{Size: chart.A4})
	if err != nil {
		return err
	}
	k *= min(1, h/(px*k))
	f.page.Begin("Figure", c.Header().Alt)
	f.page.Push()
	f.page.Translate(vg.Point{X: vg.Length(margin + (textWidth-w*k)/2), Y: vg.Length(pageHeight - f.y - px*k)})
	f.page.Scale(k, k)
	err = chart.Draw(f.page, c, chart.Options{Size: chart.A4})
	f.page.Pop()
	f.page.End()
	f.y += px * k
	return err
}

// height is how high a chart is drawn.
func height(c chart.Figure) (float64, error) {
	_, px, err := chart.Measure(c, chart.Options{Size: chart.A4})
	return min(px*chart.A4.Points(), room-second.lead-5), err
}

// A grid is a table in words.
type grid struct {
	head  []string
	rows  [][]string
	right []bool // columns of numbers
	bold  int    // the row that is set in bold, -1 if none
	width []float64
}

const (
	between = 9.0 // columns
	padding = 2.6 // over and under a row
)

// fit gives each column its natural width or, where all do not fit, makes the widest
// ones of words narrower until they do; what is left over goes to the last column of
// words.
func (g *grid) fit() {
	n := len(g.head)
	g.width = make([]float64, n)
	least := make([]float64, n)
	bold := style{letter.Bold, cell.size, cell.lead, ink} // as the row of the subject is set
	for c := range n {
		for _, w := range strings.Split(g.head[c], " ") {
			least[c] = max(least[c], head.width(w))
		}
		g.width[c] = least[c]
		if !g.right[c] {
			g.width[c] = head.width(g.head[c])
		}
		for _, r := range g.rows {
			g.width[c] = max(g.width[c], cell.width(r[c]), bold.width(r[c]))
		}
	}
	much := float64(n-1)*between - textWidth
	for _, w := range g.width {
		much += w
	}
	for much > 0 {
		wide := -1
		for c := range n {
			if !g.right[c] && g.width[c] > max(least[c], 40) && (wide < 0 || g.width[c] > g.width[wide]) {
				wide = c
			}
		}
		if wide < 0 {
			break
		}
		g.width[wide]--
		much--
	}
	if much < 0 {
		for c := n - 1; c >= 0; c-- {
			if !g.right[c] || c == 0 {
				g.width[c] += -much
				break
			}
		}
	}
}

// row sets one row and returns its height; with draw false it only measures.
func (f *flow) row(g *grid, cells []string, s style, draw bool) float64 {
	most, x := 1, margin
	for c, t := range cells {
		lines := s.wrap(t, g.width[c]+0.01)
		most = max(most, len(lines))
		if draw {
			for i, line := range lines {
				at := x
				if g.right[c] {
					at += g.width[c] - s.width(line)
				}
				f.put(s, at, f.y+padding+float64(i)*s.lead, line)
			}
		}
		x += g.width[c] + between
	}
	return float64(most)*s.lead + 2*padding
}

// table sets a grid; where it goes over to another page, its head is repeated
// there under a line that says so.
func (f *flow) table(g *grid, continued string) {
	start := func() {
		f.page.Begin("Table", "")
		h := f.row(g, g.head, head, true)
		f.y += h
		f.line(f.y, 0.9, ink)
	}
	start()
	for i, r := range g.rows {
		s := cell
		if i == g.bold {
			s.weight, s.colour = letter.Bold, high
		}
		if h := f.row(g, r, s, false); h > f.left() {
			f.page.End()
			f.turn()
			f.page.Begin("P", "")
			f.put(small, margin, f.y, continued)
			f.page.End()
			f.y += small.lead + 2
			start()
		}
		f.y += f.row(g, r, s, true)
		f.line(f.y, 0.4, rule)
	}
	f.page.End()
}

// heightOf is how high the head and the first n rows are.
func (f *flow) heightOf(g *grid, n int) float64 {
	h := f.row(g, g.head, head, false)
	for _, r := range g.rows[:min(n, len(g.rows))] {
		h += f.row(g, r, cell, false)
	}
	return h
}

// foot sets the foot of every page: what it is, and which page of how many.
func (f *flow) foot(title string, number func(n, of int) string) {
	for i, p := range f.pages {
		f.page = p
		f.line(pageHeight-44, 0.4, rule)
		f.put(small, margin, pageHeight-40, title)
		n := number(i+1, len(f.pages))
		f.put(small, margin+textWidth-small.width(n), pageHeight-40, n)
	}
}
