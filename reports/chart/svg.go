package chart

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"asylum/reports/letter"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// An svgCanvas is a [vg.Canvas] that writes SVG elements. What follows in one
// colour and pen becomes one path, and text of one style one group.
type svgCanvas struct {
	h       float64
	id      string
	classes bool // colours are named by class, for a page's style sheet
	buf     bytes.Buffer
	now     svgState
	kept    []svgState
	used    [3]map[rune]bool // what has been set, by weight

	look  string // attributes of the path being written; "" if there is none
	paths pen
	turn  int    // which way round its rings go: 1, -1, or 0 if it may not be added to
	group string // attributes of the open group of text

	patterns []string // what boxes are hatched with
}

type svgState struct {
	ctm   matrix
	width float64
	dash  []vg.Length
	offs  vg.Length
	col   colour
}

// A matrix maps x, y to a*x+c*y+e, b*x+d*y+f.
type matrix struct{ a, b, c, d, e, f float64 }

func (m matrix) mul(n matrix) matrix {
	return matrix{
		m.a*n.a + m.c*n.b, m.b*n.a + m.d*n.b,
		m.a*n.c + m.c*n.d, m.b*n.c + m.d*n.d,
		m.a*n.e + m.c*n.f + m.e, m.b*n.e + m.d*n.f + m.f,
	}
}

func (m matrix) moves() bool { return m.a == 1 && m.b == 0 && m.c == 0 && m.d == 1 }

// newSVGCanvas makes a canvas whose own names begin with id.
func newSVGCanvas(height float64, id string) *svgCanvas {
	c := &svgCanvas{h: height, id: id}
	for i := range c.used {
		c.used[i] = map[rune]bool{}
	}
	c.now = svgState{ctm: matrix{1, 0, 0, 1, 0, 0}, width: 1, col: colour{NRGBA: rgb(0)}}
	return c
}

func (c *svgCanvas) SetLineWidth(w vg.Length)                  { c.now.width = float64(w) }
func (c *svgCanvas) SetLineDash(d []vg.Length, offs vg.Length) { c.now.dash, c.now.offs = d, offs }
func (c *svgCanvas) Push()                                     { c.kept = append(c.kept, c.now) }
func (c *svgCanvas) Pop()                                      { c.now, c.kept = c.kept[len(c.kept)-1], c.kept[:len(c.kept)-1] }

func (c *svgCanvas) SetColor(col color.Color) {
	switch k := col.(type) {
	case colour:
		c.now.col = k
	case nil:
		c.now.col = colour{NRGBA: rgb(0)}
	default:
		c.now.col = colour{NRGBA: color.NRGBAModel.Convert(col).(color.NRGBA)}
	}
}

func (c *svgCanvas) Rotate(rad float64) {
	sin, cos := math.Sincos(rad)
	c.now.ctm = c.now.ctm.mul(matrix{cos, sin, -sin, cos, 0, 0})
}

func (c *svgCanvas) Translate(p vg.Point) {
	c.now.ctm = c.now.ctm.mul(matrix{1, 0, 0, 1, float64(p.X), float64(p.Y)})
}

func (c *svgCanvas) Scale(x, y float64) {
	c.now.ctm = c.now.ctm.mul(matrix{x, 0, 0, y, 0, 0})
}

// to gives the place of p in px from the top left.
func (c *svgCanvas) to(p vg.Point) (x, y float64) {
	m := c.now.ctm
	px, py := float64(p.X), float64(p.Y)
	return m.a*px + m.c*py + m.e, c.h - (m.b*px + m.d*py + m.f)
}

// scale is by how much the current transform widens a pen.
func (c *svgCanvas) scale() float64 {
	m := c.now.ctm
	return math.Sqrt(math.Abs(m.a*m.d - m.b*m.c))
}

// dye writes the current colour for "fill" or "stroke": by class where the
// colour has a part and the page knows it, else by its code.
func (c *svgCanvas) dye(what string) string {
	k := c.now.col
	s := " " + what + `="` + hex(k.NRGBA) + `"`
	if c.classes && k.part != "" {
		s = ` class="` + what[:1] + "-" + k.part + `"`
	}
	if k.A != 0xFF {
		s += " " + what + `-opacity="` + fine(float64(k.A)/255) + `"`
	}
	return s
}

func (c *svgCanvas) Stroke(p vg.Path) {
	if c.now.width <= 0 || len(p) == 0 {
		return
	}
	look := c.dye("stroke")
	if w := fine(c.now.width * c.scale()); w != "1" {
		look += ` stroke-width="` + w + `"`
	}
	if len(c.now.dash) > 0 {
		d := make([]string, len(c.now.dash))
		for i, v := range c.now.dash {
			d[i] = fine(float64(v) * c.scale())
		}
		look += ` stroke-dasharray="` + strings.Join(d, " ") + `"`
		if c.now.offs != 0 {
			look += ` stroke-dashoffset="` + fine(float64(c.now.offs)*c.scale()) + `"`
		}
	}
	turn := 1
	if c.now.col.A != 0xFF {
		turn = 0
	}
	c.path(look, turn, p)
}

func (c *svgCanvas) Fill(p vg.Path) {
	if len(p) == 0 {
		return
	}
	turn := 0
	if c.now.col.A == 0xFF {
		turn = orientation(p)
	}
	c.path(c.dye("fill"), turn, p)
}

// path adds p to the path being written if that changes nothing in the picture:
// same look, opaque, and rings that go the same way round, so that none becomes
// a hole where two overlap.
func (c *svgCanvas) path(look string, turn int, p vg.Path) {
	if look != c.look || turn == 0 || turn != c.turn {
		c.flush()
		c.look, c.turn = look, turn
	}
	c.paths.path(p, c.to)
}

// orientation is the sign of the area of every ring of p, 0 if they differ or
// p is more than straight rings.
func orientation(p vg.Path) int {
	area, all := 0.0, 0
	var start, last vg.Point
	end := func() bool {
		area += float64(last.X*start.Y - start.X*last.Y)
		sign := 1
		if area < 0 {
			sign = -1
		}
		if all == 0 {
			all = sign
		}
		return sign == all
	}
	for i, s := range p {
		switch s.Type {
		case vg.MoveComp:
			if i > 0 && p[i-1].Type != vg.CloseComp {
				return 0
			}
			start, area = s.Pos, 0
		case vg.LineComp:
			area += float64(last.X*s.Pos.Y - s.Pos.X*last.Y)
		case vg.CloseComp:
			if !end() {
				return 0
			}
			continue
		default:
			return 0
		}
		last = s.Pos
	}
	return all
}

// flush ends the path or the group of text that is being written.
func (c *svgCanvas) flush() {
	if c.look != "" {
		c.buf.WriteString("<path" + c.look + ` d="`)
		c.buf.Write(c.paths.b)
		c.buf.WriteString("\"/>\n")
		c.look, c.paths = "", pen{b: c.paths.b[:0]}
	}
	if c.group != "" {
		c.buf.WriteString("</g>\n")
		c.group = ""
	}
}

func (c *svgCanvas) circle(at vg.Point, r vg.Length) {
	c.flush()
	x, y := c.to(at)
	c.buf.WriteString("<circle" + c.dye("fill") + ` cx="` + coord(x) + `" cy="` + coord(y) + `" r="` + fine(float64(r)*c.scale()) + "\"/>\n")
}

// hatch fills the box with a pattern: a tile of one step with its line and, so
// that the corners are whole, pieces of the next ones.
func (c *svgCanvas) hatch(h *hatching, flip float64) {
	c.SetColor(h.col)
	n, w := fine(h.step), fine(h.step-1)
	pattern := `width="` + n + `" height="` + n + `" patternUnits="userSpaceOnUse"><path` + c.dye("stroke") + ` stroke-width="` + fine(h.width) + `" d="M-1 1 1-1M0 ` + n + ` ` + n + ` 0M` + w + ` ` + fine(h.step+1) + ` ` + fine(h.step+1) + ` ` + w + `"/>`
	i := slices.Index(c.patterns, pattern)
	if i < 0 {
		i = len(c.patterns)
		c.patterns = append(c.patterns, pattern)
	}
	p := path([][]pt{h.box.corners()}, flip, true)
	c.path(` fill="url(#`+c.id+"-h"+strconv.Itoa(i)+`)"`, orientation(p), p)
}

// defs are the patterns that were used.
func (c *svgCanvas) defs() string {
	var b strings.Builder
	for i, p := range c.patterns {
		b.WriteString(`<pattern id="` + c.id + "-h" + strconv.Itoa(i) + `" ` + p + "</pattern>\n")
	}
	return b.String()
}

// hit writes what can be pointed at.
func (c *svgCanvas) hit(h hit) {
	t := escape(h.words)
	c.buf.WriteString(`<path class="hit" tabindex="0" role="img" aria-label="` + t + `" d="`)
	p := pen{}
	x0, y0, x1, y1 := tenths(h.box.x0), tenths(h.box.y0), tenths(h.box.x1), tenths(h.box.y1)
	if r := tenths(h.r); r > 0 {
		p.move(x0, y0+r)
		size := string(appendTenths(nil, r))
		for _, to := range []int{2 * r, -2 * r} {
			p.b = append(p.b, "a"+size+" "+size+" 0 0 1 "...)
			p.b = append(appendTenths(p.b, to), " 0"...)
		}
	} else {
		p.move(x0, y0)
		p.line(x1, y0)
		p.line(x1, y1)
		p.line(x0, y1)
		p.close()
	}
	c.buf.Write(p.b)
	c.buf.WriteString("\"/>\n")
}

func (c *svgCanvas) FillString(f font.Face, p vg.Point, text string) {
	if f.Font.Size == 0 || text == "" {
		return
	}
	w := letter.Of(f)
	for _, r := range text {
		c.used[w][r] = true
	}
	group := c.dye("fill") + ` font-size="` + fine(float64(f.Font.Size)) + `"`
	if css := w.CSS(); css != 400 {
		group += ` font-weight="` + strconv.Itoa(css) + `"`
	}
	if group != c.group {
		c.flush()
		c.group = group
		c.buf.WriteString("<g" + group + ">\n")
	}
	x, y := c.to(p)
	c.buf.WriteString(`<text x="` + coord(x) + `" y="` + coord(y) + `"`)
	if m := c.now.ctm; !m.moves() {
		// The text's own y runs down, the canvas' up: conjugate with a flip about its start.
		fmt.Fprintf(&c.buf, ` transform="matrix(%s %s %s %s %s %s)"`, fine(m.a), fine(-m.b), fine(-m.c), fine(m.d),
			fine(x-m.a*x+m.c*y), fine(y+m.b*x-m.d*y))
	}
	// The fonts that go with it have no kerning, so each run is held to its measured
	// length; on a page, whose fonts are at hand, only where that differs from what
	// its letters add up to.
	size := float64(f.Font.Size)
	if width := w.Width(text) * size; !c.classes || tenths(width) != tenths(unkerned(w, text)*size) {
		c.buf.WriteString(` textLength="` + coord(width) + `"`)
	}
	c.buf.WriteString(">" + escape(text) + "</text>\n")
}

// unkerned is how wide the letters of text are one by one, in fractions of their size.
func unkerned(w weight, text string) (sum float64) {
	for _, r := range text {
		sum += w.Width(string(r))
	}
	return sum
}

func (c *svgCanvas) DrawImage(r vg.Rectangle, img image.Image) {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return // an image without pixels; nothing to show
	}
	c.flush()
	x0, y1 := c.to(r.Min)
	x1, y0 := c.to(r.Max)
	fmt.Fprintf(&c.buf, `<image x="%s" y="%s" width="%s" height="%s" preserveAspectRatio="none" href="data:image/png;base64,%s"/>`+"\n",
		coord(x0), coord(y0), coord(x1-x0), coord(y1-y0), base64.StdEncoding.EncodeToString(b.Bytes()))
}

// paint plays the sheet with its text in the order of its styles, so that
// little has to be said about each.
func (c *svgCanvas) paint(s *sheet) {
	sorted := *s
	sorted.runs = slices.Clone(s.runs)
	slices.SortStableFunc(sorted.runs, func(a, b *run) int {
		return cmp.Or(cmp.Compare(b.st.size, a.st.size), cmp.Compare(b.st.weight, a.st.weight), cmp.Compare(a.st.col.part, b.st.col.part))
	})
	sorted.play(c)
	c.flush()
}

// svg writes the sheet as a document of its own: what it is called and what it
// says for those who do not see it, where it comes from, the letters, the drawing.
func (s *sheet) svg(w io.Writer, h *Head) error {
	id := unique(h, s.opt) + "-" + s.opt.Theme.String()
	c := newSVGCanvas(s.h, id)
	c.paint(s)
	faces, err := c.faces(id)
	if err != nil {
		return err
	}
	width, height := coord(s.w), coord(s.h)
	if mm := s.fmt.mm; mm > 0 {
		width, height = coord(mm)+"mm", coord(s.h/s.w*mm)+"mm"
	}
	var b bytes.Buffer
	b.WriteString(`<svg xmlns="http://www.w3.org/2000/svg" width="` + width + `" height="` + height + `" ` + s.opening(h, id) + ">\n")
	b.WriteString(naming(h, id))
	b.WriteString(metadata(h))
	b.WriteString("<style>\n" + faces + "</style>\n")
	b.WriteString(`<g fill="none" font-family="'` + familyOf(id) + `', Roboto, 'Liberation Sans', Arial, sans-serif" stroke-linejoin="round" text-rendering="geometricPrecision">` + "\n")
	b.WriteString(c.defs())
	b.Write(c.buf.Bytes())
	b.WriteString("</g>\n</svg>\n")
	_, err = w.Write(b.Bytes())
	return err
}

// opening are the attributes that every drawing has.
func (s *sheet) opening(h *Head, id string) string {
	a := `viewBox="0 0 ` + coord(s.w) + " " + coord(s.h) + `" role="img" aria-labelledby="` + id + "-t " + id + `-d"`
	if l := escape(clean(h.Lang)); l != "" {
		a += ` lang="` + l + `" xml:lang="` + l + `"`
	}
	return a
}

// naming is what the drawing is called and what it says.
func naming(h *Head, id string) string {
	return `<title id="` + id + `-t">` + escape(h.TitleText()) + "</title>\n" + `<desc id="` + id + `-d">` + escape(clean(h.Alt)) + "</desc>\n"
}

func metadata(h *Head) string {
	var b strings.Builder
	b.WriteString(`<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">` + "\n")
	put := func(name, v string) {
		if v = clean(v); v != "" {
			fmt.Fprintf(&b, "<dc:%s>%s</dc:%s>\n", name, escape(v), name)
		}
	}
	put("identifier", h.ID)
	put("rights", h.Licence)
	put("source", h.Source)
	put("date", h.Vintage)
	for _, d := range h.Definitions {
		put("subject", d)
	}
	put("language", h.Lang)
	b.WriteString("</metadata>\n")
	return b.String()
}

// unique names the drawing, theme apart, among all that may share a page with it.
func unique(h *Head, o Options) string {
	id := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '_'
	}, clean(h.ID)+"-"+clean(h.Lang))
	return "c-" + id + "-" + o.Size.String()
}

func familyOf(id string) string { return letter.Family + "-" + strings.TrimPrefix(id, "c-") }

// coord writes a length at 0.1 px, without what need not be written.
func coord(v float64) string { return string(appendTenths(nil, tenths(v))) }

// fine writes what 0.1 would spoil: pen widths, dashes, factors.
func fine(v float64) string {
	s := strconv.FormatFloat(v, 'f', 3, 64)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

func hex(c color.NRGBA) string {
	const digits = "0123456789ABCDEF"
	return string([]byte{'#', digits[c.R>>4], digits[c.R&15], digits[c.G>>4], digits[c.G&15], digits[c.B>>4], digits[c.B&15]})
}

func escape(s string) string {
	if !strings.ContainsAny(s, "<>&\"'\t\n\r") && strings.ToValidUTF8(s, "") == s {
		return s
	}
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return ""
	}
	return b.String()
}
