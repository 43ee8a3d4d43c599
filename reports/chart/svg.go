package chart

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math"
	"strconv"
	"strings"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// An svgCanvas is a [vg.Canvas] that writes SVG elements with coordinates at
// 0.1 px, which is finer than the eye and coarser than the last bits in which
// processors differ.
type svgCanvas struct {
	h    float64
	buf  bytes.Buffer
	now  svgState
	kept []svgState
	used [len(weights)]map[rune]bool // what has been set, by weight
}

type svgState struct {
	ctm   matrix
	width float64
	dash  []vg.Length
	offs  vg.Length
	col   color.NRGBA
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

func newSVGCanvas(height float64) *svgCanvas {
	c := &svgCanvas{h: height}
	for i := range c.used {
		c.used[i] = map[rune]bool{}
	}
	c.now = svgState{ctm: matrix{1, 0, 0, 1, 0, 0}, width: 1, col: rgb(0)}
	return c
}

func (c *svgCanvas) SetLineWidth(w vg.Length)                  { c.now.width = float64(w) }
func (c *svgCanvas) SetLineDash(d []vg.Length, offs vg.Length) { c.now.dash, c.now.offs = d, offs }
func (c *svgCanvas) Push()                                     { c.kept = append(c.kept, c.now) }
func (c *svgCanvas) Pop()                                      { c.now, c.kept = c.kept[len(c.kept)-1], c.kept[:len(c.kept)-1] }

func (c *svgCanvas) SetColor(col color.Color) {
	if col == nil {
		col = color.Black
	}
	c.now.col = color.NRGBAModel.Convert(col).(color.NRGBA)
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

func (c *svgCanvas) Stroke(p vg.Path) {
	if c.now.width <= 0 || len(p) == 0 {
		return
	}
	fmt.Fprintf(&c.buf, `<path fill="none" stroke="%s"%s stroke-width="%s"`,
		hex(c.now.col), opacity("stroke", c.now.col), fine(c.now.width*c.scale()))
	if len(c.now.dash) > 0 {
		d := make([]string, len(c.now.dash))
		for i, v := range c.now.dash {
			d[i] = fine(float64(v) * c.scale())
		}
		fmt.Fprintf(&c.buf, ` stroke-dasharray="%s"`, strings.Join(d, " "))
		if c.now.offs != 0 {
			fmt.Fprintf(&c.buf, ` stroke-dashoffset="%s"`, fine(float64(c.now.offs)*c.scale()))
		}
	}
	fmt.Fprintf(&c.buf, ` d="%s"/>`+"\n", c.data(p))
}

func (c *svgCanvas) Fill(p vg.Path) {
	if len(p) == 0 {
		return
	}
	fmt.Fprintf(&c.buf, `<path fill="%s"%s d="%s"/>`+"\n", hex(c.now.col), opacity("fill", c.now.col), c.data(p))
}

// data writes a path: absolute, with h and v steps where they are shorter.
func (c *svgCanvas) data(p vg.Path) string {
	var b strings.Builder
	var lx, ly string // where the pen stands, as written
	at := func(q vg.Point) (string, string) {
		x, y := c.to(q)
		return coord(x), coord(y)
	}
	for _, s := range p {
		x, y := at(s.Pos)
		switch s.Type {
		case vg.MoveComp:
			b.WriteString("M" + x + " " + y)
		case vg.LineComp:
			switch {
			case x == lx && y == ly:
			case x == lx:
				b.WriteString("V" + y)
			case y == ly:
				b.WriteString("H" + x)
			default:
				b.WriteString("L" + x + " " + y)
			}
		case vg.CurveComp:
			b.WriteString(map[int]string{1: "Q", 2: "C"}[len(s.Control)])
			for _, q := range s.Control {
				cx, cy := at(q)
				b.WriteString(cx + " " + cy + " ")
			}
			b.WriteString(x + " " + y)
		case vg.ArcComp:
			x, y = c.arc(&b, s, lx == "")
		case vg.CloseComp:
			b.WriteString("Z")
			continue
		}
		lx, ly = x, y
	}
	return b.String()
}

// arc writes an arc as cubic curves of at most a quarter turn, which any
// transform may bend further, and returns where it ends.
func (c *svgCanvas) arc(b *strings.Builder, s vg.PathComp, first bool) (x, y string) {
	n := max(int(math.Ceil(math.Abs(s.Angle)/(math.Pi/2)-1e-9)), 1)
	step := s.Angle / float64(n)
	reach := 4.0 / 3 * math.Tan(step/4) * float64(s.Radius)
	on := func(a, tangent float64) (float64, float64) {
		sin, cos := math.Sincos(a)
		r := float64(s.Radius)
		return c.to(vg.Point{
			X: s.Pos.X + vg.Length(r*cos-tangent*sin),
			Y: s.Pos.Y + vg.Length(r*sin+tangent*cos),
		})
	}
	put := func(cmd string, x, y float64) { b.WriteString(cmd + coord(x) + " " + coord(y)) }
	sx, sy := on(s.Start, 0)
	if first {
		put("M", sx, sy)
	} else {
		put("L", sx, sy)
	}
	for i := range n {
		a := s.Start + float64(i)*step
		x1, y1 := on(a, reach)
		x2, y2 := on(a+step, -reach)
		x3, y3 := on(a+step, 0)
		put("C", x1, y1)
		put(" ", x2, y2)
		put(" ", x3, y3)
		x, y = coord(x3), coord(y3)
	}
	return x, y
}

func (c *svgCanvas) FillString(f font.Face, p vg.Point, text string) {
	if f.Font.Size == 0 || text == "" {
		return
	}
	w := weightOf(f)
	for _, r := range text {
		c.used[w][r] = true
	}
	x, y := c.to(p)
	fmt.Fprintf(&c.buf, `<text x="%s" y="%s" font-size="%s"`, coord(x), coord(y), fine(float64(f.Font.Size)))
	if css := weights[w].css; css != 400 {
		fmt.Fprintf(&c.buf, ` font-weight="%d"`, css)
	}
	if m := c.now.ctm; m.a != 1 || m.b != 0 || m.c != 0 || m.d != 1 {
		// The text's own y runs down, the canvas' up: conjugate with a flip about its start.
		fmt.Fprintf(&c.buf, ` transform="matrix(%s %s %s %s %s %s)"`, fine(m.a), fine(-m.b), fine(-m.c), fine(m.d),
			fine(x-m.a*x+m.c*y), fine(y+m.b*x-m.d*y))
	}
	// The subset has no kerning table, so each run is held to its measured length.
	fmt.Fprintf(&c.buf, ` fill="%s"%s textLength="%s">%s</text>`+"\n",
		hex(c.now.col), opacity("fill", c.now.col), coord(float64(f.Width(text))), escape(text))
}

func weightOf(f font.Face) weight {
	for i, w := range weights {
		if f.Font.Weight == w.weight {
			return weight(i)
		}
	}
	return regular
}

func (c *svgCanvas) DrawImage(r vg.Rectangle, img image.Image) {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		return // an image without pixels; nothing to show
	}
	x0, y1 := c.to(r.Min)
	x1, y0 := c.to(r.Max)
	fmt.Fprintf(&c.buf, `<image x="%s" y="%s" width="%s" height="%s" preserveAspectRatio="none" href="data:image/png;base64,%s"/>`+"\n",
		coord(x0), coord(y0), coord(x1-x0), coord(y1-y0), base64.StdEncoding.EncodeToString(b.Bytes()))
}

// write puts the whole document together: what it is called and what it says
// for those who do not see it, where it comes from, the letters, the drawing.
func (c *svgCanvas) write(w io.Writer, s *sheet, h *Head) error {
	faces, err := c.faces(unique(h, s.opt))
	if err != nil {
		return err
	}
	id := unique(h, s.opt)
	var b bytes.Buffer
	width, height := coord(s.w), coord(s.h)
	if mm := s.fmt.mm; mm > 0 {
		width, height = coord(mm)+"mm", coord(s.h/s.w*mm)+"mm"
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s" viewBox="0 0 %s %s" role="img" aria-labelledby="%s-t %s-d"`,
		width, height, coord(s.w), coord(s.h), id, id)
	if l := clean(h.Lang); l != "" {
		fmt.Fprintf(&b, ` lang="%s" xml:lang="%s"`, escape(l), escape(l))
	}
	fmt.Fprintf(&b, ">\n<title id=\"%s-t\">%s</title>\n<desc id=\"%s-d\">%s</desc>\n", id, escape(h.TitleText()), id, escape(clean(h.Alt)))
	b.WriteString(metadata(h))
	b.WriteString("<style>\n" + faces + "</style>\n")
	fmt.Fprintf(&b, `<g font-family="'%s', Roboto, 'Liberation Sans', Arial, sans-serif" stroke-linejoin="round" text-rendering="geometricPrecision">`+"\n", familyOf(id))
	b.Write(c.buf.Bytes())
	b.WriteString("</g>\n</svg>\n")
	_, err = w.Write(b.Bytes())
	return err
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

// unique names the drawing among all that may share a page with it.
func unique(h *Head, o Options) string {
	id := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			return r
		}
		return '_'
	}, clean(h.ID)+"-"+clean(h.Lang))
	return "c-" + id + "-" + o.Size.String() + "-" + o.Theme.String()
}

func familyOf(id string) string { return family + "-" + strings.TrimPrefix(id, "c-") }

// coord writes a length at 0.1 px, without what need not be written.
func coord(v float64) string {
	s := strconv.FormatFloat(v, 'f', 1, 64)
	s = strings.TrimSuffix(s, ".0")
	if s == "-0" {
		return "0"
	}
	return s
}

// fine writes what 0.1 would spoil: pen widths, dashes, factors.
func fine(v float64) string {
	s := strconv.FormatFloat(v, 'f', 3, 64)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

func hex(c color.NRGBA) string { return fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B) }

func opacity(what string, c color.NRGBA) string {
	if c.A == 0xFF {
		return ""
	}
	return fmt.Sprintf(` %s-opacity="%s"`, what, fine(float64(c.A)/255))
}

func escape(s string) string {
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return ""
	}
	return b.String()
}
