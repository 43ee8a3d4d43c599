package pdf

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"asylum/reports/letter"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// A Page is a canvas of a document.
type Page struct {
	doc           *Document
	n             int
	width, height float64
	content       bytes.Buffer
	now           state
	kept          []state
	said          state // what the content has set so far
	alphas        map[uint8]bool
	images        []*image.NRGBA
	links         []string
	open          bool // a part is open
}

type state struct {
	ctm   matrix
	width float64
	dash  []vg.Length
	offs  vg.Length
	col   color.NRGBA
	set   bool
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

func (m matrix) apply(p vg.Point) (x, y float64) {
	px, py := float64(p.X), float64(p.Y)
	return m.a*px + m.c*py + m.e, m.b*px + m.d*py + m.f
}

// scale is by how much the matrix widens a pen.
func (m matrix) scale() float64 { return math.Sqrt(math.Abs(m.a*m.d - m.b*m.c)) }

// Size is the size of the page in points.
func (p *Page) Size() (width, height vg.Length) { return vg.Length(p.width), vg.Length(p.height) }

func (p *Page) SetLineWidth(w vg.Length)                  { p.now.width = float64(w) }
func (p *Page) SetLineDash(d []vg.Length, offs vg.Length) { p.now.dash, p.now.offs = d, offs }
func (p *Page) Push()                                     { p.kept = append(p.kept, p.now) }
func (p *Page) Pop()                                      { p.now, p.kept = p.kept[len(p.kept)-1], p.kept[:len(p.kept)-1] }

func (p *Page) SetColor(c color.Color) {
	if c == nil {
		c = color.Black
	}
	p.now.col = color.NRGBAModel.Convert(c).(color.NRGBA)
}

func (p *Page) Rotate(rad float64) {
	sin, cos := math.Sincos(rad)
	p.now.ctm = p.now.ctm.mul(matrix{cos, sin, -sin, cos, 0, 0})
}

func (p *Page) Translate(q vg.Point) {
	p.now.ctm = p.now.ctm.mul(matrix{1, 0, 0, 1, float64(q.X), float64(q.Y)})
}

func (p *Page) Scale(x, y float64) { p.now.ctm = p.now.ctm.mul(matrix{x, 0, 0, y, 0, 0}) }

// number writes v at a hundredth of a point, a third of what a printer sees.
func number(v float64) string {
	s := strconv.FormatFloat(v, 'f', 2, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}

// fine writes factors, of which a hundredth is too much.
func fine(v float64) string {
	return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(v, 'f', 5, 64), "0"), ".")
}

// ink sets the colour, for filling and stroking alike.
func (p *Page) ink() {
	c := p.now.col
	if p.said.set && p.said.col == c {
		return
	}
	rgb := fine(float64(c.R)/255) + " " + fine(float64(c.G)/255) + " " + fine(float64(c.B)/255)
	p.content.WriteString(rgb + " rg " + rgb + " RG\n")
	if !p.said.set && c.A != 0xFF || p.said.set && p.said.col.A != c.A {
		p.alphas[c.A] = true
		fmt.Fprintf(&p.content, "/A%d gs\n", c.A)
	}
	p.said.set, p.said.col = true, c
}

func (p *Page) Stroke(path vg.Path) {
	if p.now.width <= 0 || len(path) == 0 {
		return
	}
	p.ink()
	k := p.now.ctm.scale()
	var dash []string
	for _, d := range p.now.dash {
		dash = append(dash, number(float64(d)*k))
	}
	p.content.WriteString(number(p.now.width*k) + " w [" + strings.Join(dash, " ") + "] " + number(float64(p.now.offs)*k) + " d\n")
	p.path(path)
	p.content.WriteString("S\n")
}

func (p *Page) Fill(path vg.Path) {
	if len(path) == 0 {
		return
	}
	p.ink()
	p.path(path)
	p.content.WriteString("f\n")
}

func (p *Page) path(path vg.Path) {
	var last vg.Point
	put := func(op string, qs ...vg.Point) {
		for _, q := range qs {
			x, y := p.now.ctm.apply(q)
			p.content.WriteString(number(x) + " " + number(y) + " ")
		}
		p.content.WriteString(op + "\n")
	}
	for i, s := range path {
		switch s.Type {
		case vg.MoveComp:
			put("m", s.Pos)
		case vg.LineComp:
			put("l", s.Pos)
		case vg.CurveComp:
			c := s.Control
			if len(c) == 1 { // a quadratic curve is a cubic one
				c = []vg.Point{between(last, c[0]), between(s.Pos, c[0])}
			}
			put("c", c[0], c[1], s.Pos)
		case vg.ArcComp:
			last = arc(s, i == 0, put)
			continue
		case vg.CloseComp:
			p.content.WriteString("h\n")
			continue
		}
		last = s.Pos
	}
}

// between is two thirds of the way from a to b.
func between(a, b vg.Point) vg.Point { return vg.Point{X: a.X + (b.X-a.X)*2/3, Y: a.Y + (b.Y-a.Y)*2/3} }

// arc writes an arc as cubic curves of at most a quarter turn and returns its end.
func arc(s vg.PathComp, first bool, put func(string, ...vg.Point)) vg.Point {
	n := max(int(math.Ceil(math.Abs(s.Angle)/(math.Pi/2)-1e-9)), 1)
	step := s.Angle / float64(n)
	reach := 4.0 / 3 * math.Tan(step/4) * float64(s.Radius)
	on := func(a, tangent float64) vg.Point {
		sin, cos := math.Sincos(a)
		r := float64(s.Radius)
		return vg.Point{X: s.Pos.X + vg.Length(r*cos-tangent*sin), Y: s.Pos.Y + vg.Length(r*sin+tangent*cos)}
	}
	put(map[bool]string{true: "m", false: "l"}[first], on(s.Start, 0))
	for i := range n {
		a := s.Start + float64(i)*step
		put("c", on(a, reach), on(a+step, -reach), on(a+step, 0))
	}
	return on(s.Start+s.Angle, 0)
}

// FillString sets text in the weight of f, kerned as it was measured.
func (p *Page) FillString(f font.Face, at vg.Point, text string) {
	w := letter.Of(f)
	cut := p.doc.font(w)
	if f.Font.Size == 0 || text == "" || cut == nil {
		return
	}
	p.ink()
	m := p.now.ctm.mul(matrix{1, 0, 0, 1, float64(at.X), float64(at.Y)})
	size := float64(f.Font.Size)
	var b strings.Builder
	prev := rune(-1)
	for _, r := range text {
		if prev >= 0 {
			if k := w.Kern(prev, r); math.Abs(k) > 0.0005 {
				b.WriteString(">" + number(-k*1000) + "<")
			}
		}
		fmt.Fprintf(&b, "%04X", cut.Add(r))
		prev = r
	}
	fmt.Fprintf(&p.content, "BT /F%d 1 Tf %s %s %s %s %s %s Tm [<%s>] TJ ET\n", w,
		fine(m.a*size), fine(m.b*size), fine(m.c*size), fine(m.d*size), number(m.e), number(m.f), b.String())
}

func (p *Page) DrawImage(r vg.Rectangle, img image.Image) {
	b := img.Bounds()
	if b.Empty() {
		return
	}
	flat := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	for y := range b.Dy() {
		for x := range b.Dx() {
			flat.Set(x, y, img.At(b.Min.X+x, b.Min.Y+y))
		}
	}
	p.images = append(p.images, flat)
	m := p.now.ctm.mul(matrix{float64(r.Max.X - r.Min.X), 0, 0, float64(r.Max.Y - r.Min.Y), float64(r.Min.X), float64(r.Min.Y)})
	fmt.Fprintf(&p.content, "q %s %s %s %s %s %s cm /I%d Do Q\n", fine(m.a), fine(m.b), fine(m.c), fine(m.d), number(m.e), number(m.f), len(p.images)-1)
}

// write writes the page under number n.
func (p *Page) write(f *file, n, tree int, fonts string) error {
	p.End()
	content, err := f.stream(f.reserve(), "", p.content.Bytes())
	if err != nil {
		return err
	}
	resources := "/Font<<" + fonts + ">>"
	if len(p.alphas) > 0 {
		p.alphas[0xFF] = true
		resources += "/ExtGState<<"
		for _, a := range slices.Sorted(maps.Keys(p.alphas)) {
			resources += fmt.Sprintf("/A%d<</ca %s/CA %s>>", a, fine(float64(a)/255), fine(float64(a)/255))
		}
		resources += ">>"
	}
	if len(p.images) > 0 {
		resources += "/XObject<<"
		for i, img := range p.images {
			k, err := writeImage(f, img)
			if err != nil {
				return err
			}
			resources += fmt.Sprintf("/I%d %s", i, ref(k))
		}
		resources += ">>"
	}
	s := fmt.Sprintf("<</Type/Page/Parent %s/MediaBox[0 0 %s %s]/Contents %s/Resources<<%s>>/StructParents %d/Tabs/S", ref(tree), number(p.width), number(p.height), ref(content), resources, p.n)
	if len(p.links) > 0 {
		s += "/Annots[" + strings.Join(p.links, "") + "]"
	}
	f.object(n, s+">>")
	return nil
}

// writeImage writes the dots and, apart, how much they cover.
func writeImage(f *file, img *image.NRGBA) (int, error) {
	var rgb, alpha []byte
	for i := 0; i < len(img.Pix); i += 4 {
		rgb = append(rgb, img.Pix[i:i+3]...)
		alpha = append(alpha, img.Pix[i+3])
	}
	dict := fmt.Sprintf("/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8", img.Rect.Dx(), img.Rect.Dy())
	mask, err := f.stream(f.reserve(), dict+"/ColorSpace/DeviceGray", alpha)
	if err != nil {
		return 0, err
	}
	return f.stream(f.reserve(), dict+"/ColorSpace/DeviceRGB/SMask "+ref(mask), rgb)
}
