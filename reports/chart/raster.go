package chart

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"asylum/reports/letter"
	"golang.org/x/image/vector"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// A raster is a [vg.Canvas] of dots. It does what gonum's vgimg does, and draws
// as SVG does: round joins, butt ends, letters from their outlines where they
// stand, between two dots too. It is several times as fast, since what a chart
// mostly holds, upright boxes, are filled without tracing their edges.
type raster struct {
	img   *image.RGBA
	now   rasterState
	kept  []rasterState
	trace vector.Rasterizer
}

type rasterState struct {
	ctm   matrix
	width float64
	dash  []vg.Length
	offs  vg.Length
	col   color.NRGBA
}

// newRaster makes a canvas of w by h px with scale dots to each.
func newRaster(w, h, scale float64) *raster {
	r := &raster{img: image.NewRGBA(image.Rect(0, 0, int(math.Round(w*scale)), int(math.Round(h*scale))))}
	r.now = rasterState{ctm: matrix{scale, 0, 0, -scale, 0, h * scale}, width: 1, col: rgb(0)}
	return r
}

func (r *raster) SetLineWidth(w vg.Length)                  { r.now.width = float64(w) }
func (r *raster) SetLineDash(d []vg.Length, offs vg.Length) { r.now.dash, r.now.offs = d, offs }
func (r *raster) Push()                                     { r.kept = append(r.kept, r.now) }
func (r *raster) Pop()                                      { r.now, r.kept = r.kept[len(r.kept)-1], r.kept[:len(r.kept)-1] }

func (r *raster) SetColor(c color.Color) {
	switch k := c.(type) {
	case nil:
		r.now.col = rgb(0)
	case colour:
		r.now.col = k.NRGBA
	default:
		r.now.col = color.NRGBAModel.Convert(c).(color.NRGBA)
	}
}

func (r *raster) Rotate(rad float64) {
	sin, cos := math.Sincos(rad)
	r.now.ctm = r.now.ctm.mul(matrix{cos, sin, -sin, cos, 0, 0})
}

func (r *raster) Translate(p vg.Point) {
	r.now.ctm = r.now.ctm.mul(matrix{1, 0, 0, 1, float64(p.X), float64(p.Y)})
}

func (r *raster) Scale(x, y float64) { r.now.ctm = r.now.ctm.mul(matrix{x, 0, 0, y, 0, 0}) }

// to gives the place of p in dots from the top left.
func (r *raster) to(p vg.Point) pt {
	m := r.now.ctm
	x, y := float64(p.X), float64(p.Y)
	return pt{m.a*x + m.c*y + m.e, m.b*x + m.d*y + m.f}
}

// rings makes straight lines of a path, in dots; closed tells which of them are.
func (r *raster) rings(p vg.Path) (rings [][]pt, closed []bool) {
	var now []pt
	end := func(shut bool) {
		if len(now) > 0 {
			rings, closed = append(rings, now), append(closed, shut)
		}
		now = nil
	}
	for _, s := range p {
		switch s.Type {
		case vg.MoveComp:
			end(false)
			now = []pt{r.to(s.Pos)}
		case vg.LineComp:
			now = append(now, r.to(s.Pos))
		case vg.CurveComp:
			now = r.curve(now, s)
		case vg.ArcComp:
			now = r.arc(now, s)
		case vg.CloseComp:
			if len(now) > 0 {
				first := now[0]
				end(true)
				now = []pt{first} // where the next piece would go on from
			}
		}
	}
	if len(now) > 1 || len(rings) == 0 {
		end(false)
	}
	return rings, closed
}

// curve adds a Bézier curve as sixteen lines, each under a dot long on a chart.
func (r *raster) curve(now []pt, s vg.PathComp) []pt {
	if len(now) == 0 {
		now = append(now, r.to(s.Pos))
	}
	a, d := now[len(now)-1], r.to(s.Pos)
	b := r.to(s.Control[0])
	c := b
	if len(s.Control) > 1 {
		c = r.to(s.Control[1])
	} else { // a quadratic curve is a cubic one
		b, c = pt{a.x + (b.x-a.x)*2/3, a.y + (b.y-a.y)*2/3}, pt{d.x + (b.x-d.x)*2/3, d.y + (b.y-d.y)*2/3}
	}
	const n = 16
	for i := 1; i <= n; i++ {
		t := float64(i) / n
		u := 1 - t
		k0, k1, k2, k3 := u*u*u, 3*u*u*t, 3*u*t*t, t*t*t
		now = append(now, pt{k0*a.x + k1*b.x + k2*c.x + k3*d.x, k0*a.y + k1*b.y + k2*c.y + k3*d.y})
	}
	return now
}

func (r *raster) arc(now []pt, s vg.PathComp) []pt {
	n := max(8, int(math.Abs(s.Angle)*math.Sqrt(float64(s.Radius)*r.scale())*3))
	for i := 0; i <= n; i++ {
		sin, cos := math.Sincos(s.Start + s.Angle*float64(i)/float64(n))
		now = append(now, r.to(vg.Point{X: s.Pos.X + s.Radius*vg.Length(cos), Y: s.Pos.Y + s.Radius*vg.Length(sin)}))
	}
	return now
}

// scale is by how much the current transform widens a pen.
func (r *raster) scale() float64 {
	m := r.now.ctm
	return math.Sqrt(math.Abs(m.a*m.d - m.b*m.c))
}

func (r *raster) Fill(p vg.Path) {
	rings, _ := r.rings(p)
	if r.now.col.A == 0xFF && r.boxes(rings) {
		return
	}
	r.paint(rings)
}

// boxes fills upright boxes if the rings are nothing else.
func (r *raster) boxes(rings [][]pt) bool {
	out := make([]rect, 0, len(rings))
	for _, g := range rings {
		if len(g) == 5 && g[4] == g[0] {
			g = g[:4]
		}
		if len(g) != 4 {
			return false
		}
		b := rect{min(g[0].x, g[2].x), min(g[0].y, g[2].y), max(g[0].x, g[2].x), max(g[0].y, g[2].y)}
		for i, p := range g {
			q := g[(i+1)%4]
			if p.x != q.x && p.y != q.y || (p.x != b.x0 && p.x != b.x1) || (p.y != b.y0 && p.y != b.y1) {
				return false
			}
		}
		out = append(out, b)
	}
	for _, b := range out {
		r.box(b)
	}
	return true
}

// box fills an upright box; dots at its edges get what part of them it covers.
func (r *raster) box(b rect) {
	size := r.img.Rect
	b = rect{max(b.x0, 0), max(b.y0, 0), min(b.x1, float64(size.Dx())), min(b.y1, float64(size.Dy()))}
	if b.empty() {
		return
	}
	var whole []uint8 // a row of dots that are covered whole
	x0, x1 := int(math.Ceil(b.x0-0.002)), int(b.x1+0.002)
	for x := x0; x < x1; x++ {
		whole = append(whole, r.now.col.R, r.now.col.G, r.now.col.B, 0xFF)
	}
	for y := int(b.y0); y < int(math.Ceil(b.y1)); y++ {
		cy := min(b.y1, float64(y+1)) - max(b.y0, float64(y))
		row := r.img.Pix[y*r.img.Stride:]
		edge := func(x int) {
			if cover := cy * (min(b.x1, float64(x+1)) - max(b.x0, float64(x))); cover > 0.002 {
				r.blend(row[4*x:4*x+4], cover)
			}
		}
		from, to := int(b.x0), int(math.Ceil(b.x1))
		if x0 >= x1 || cy < 0.998 {
			for x := from; x < to; x++ {
				edge(x)
			}
			continue
		}
		for x := from; x < x0; x++ {
			edge(x)
		}
		copy(row[4*x0:], whole)
		for x := x1; x < to; x++ {
			edge(x)
		}
	}
}

// blend lays the colour over a dot.
func (r *raster) blend(dot []uint8, cover float64) {
	a := cover * float64(r.now.col.A) / 255
	for i, v := range [3]uint8{r.now.col.R, r.now.col.G, r.now.col.B} {
		dot[i] = uint8(float64(dot[i])*(1-a) + float64(v)*a + 0.5)
	}
	dot[3] = uint8(float64(dot[3])*(1-a) + 255*a + 0.5)
}

// paint traces rings, which may overlap if all go the same way round.
func (r *raster) paint(rings [][]pt) {
	b := rect{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, g := range rings {
		for _, p := range g {
			b = rect{min(b.x0, p.x), min(b.y0, p.y), max(b.x1, p.x), max(b.y1, p.y)}
		}
	}
	box := r.begin(b)
	if box.Empty() {
		return
	}
	ox, oy := float64(box.Min.X), float64(box.Min.Y)
	for _, g := range rings {
		for i, p := range g {
			if x, y := float32(p.x-ox), float32(p.y-oy); i == 0 {
				r.trace.MoveTo(x, y)
			} else {
				r.trace.LineTo(x, y)
			}
		}
		r.trace.ClosePath()
	}
	r.end(box)
}

// begin clears the tracer for what lies in b and gives its whole dots.
func (r *raster) begin(b rect) image.Rectangle {
	if b.x1 < b.x0 {
		return image.Rectangle{}
	}
	box := image.Rect(int(math.Floor(b.x0)), int(math.Floor(b.y0)), int(math.Ceil(b.x1))+1, int(math.Ceil(b.y1))+1).Intersect(r.img.Rect)
	if box.Empty() {
		return box
	}
	r.trace.Reset(box.Dx(), box.Dy())
	r.trace.DrawOp = draw.Over
	return box
}

func (r *raster) end(box image.Rectangle) {
	r.trace.Draw(r.img, box, image.NewUniform(r.now.col), image.Point{})
}

func (r *raster) Stroke(p vg.Path) {
	half := r.now.width * r.scale() / 2
	if half <= 0 || len(p) == 0 {
		return
	}
	rings, closed := r.rings(p)
	var out [][]pt
	for i, g := range rings {
		if closed[i] && len(g) > 1 && g[0] != g[len(g)-1] {
			g = append(g, g[0])
		}
		for _, piece := range r.dashes(g) {
			out = append(out, outlineOf(piece, half, closed[i] && len(r.now.dash) == 0)...)
		}
	}
	if r.now.col.A != 0xFF {
		r.paint(out)
		return
	}
	for _, g := range out { // one by one: a long line is mostly empty room around it
		if one := [][]pt{g}; !r.boxes(one) {
			r.paint(one)
		}
	}
}

// dashes cuts a line by the pattern of the pen.
func (r *raster) dashes(g []pt) [][]pt {
	var pattern []float64
	total := 0.0
	for _, d := range r.now.dash {
		pattern = append(pattern, float64(d)*r.scale())
		total += pattern[len(pattern)-1]
	}
	if total <= 0 {
		return [][]pt{g}
	}
	at := math.Mod(float64(r.now.offs)*r.scale(), total)
	i := 0
	for at >= pattern[i] {
		at -= pattern[i]
		i = (i + 1) % len(pattern)
	}
	left := pattern[i] - at
	var out [][]pt
	now := []pt{g[0]}
	for k := 1; k < len(g); k++ {
		a, b := g[k-1], g[k]
		length := math.Hypot(b.x-a.x, b.y-a.y)
		for done := 0.0; done < length; {
			step := min(left, length-done)
			done += step
			left -= step
			p := pt{a.x + (b.x-a.x)*done/length, a.y + (b.y-a.y)*done/length}
			now = append(now, p)
			if left <= 1e-9 {
				if i%2 == 0 {
					out = append(out, now)
				}
				i = (i + 1) % len(pattern)
				left = pattern[i]
				now = []pt{p}
			}
		}
	}
	if i%2 == 0 && len(now) > 1 {
		out = append(out, now)
	}
	return out
}

// outlineOf makes boxes of the pieces of a line, and discs of its joints, all
// the same way round.
func outlineOf(g []pt, half float64, closed bool) [][]pt {
	var out [][]pt
	for i := 1; i < len(g); i++ {
		a, b := g[i-1], g[i]
		length := math.Hypot(b.x-a.x, b.y-a.y)
		if length == 0 {
			continue
		}
		dx, dy := (b.x-a.x)/length*half, (b.y-a.y)/length*half
		out = append(out, []pt{{a.x + dy, a.y - dx}, {b.x + dy, b.y - dx}, {b.x - dy, b.y + dx}, {a.x - dy, a.y + dx}})
	}
	if half <= 0.4 {
		return out
	}
	for i := 1; i < len(g); i++ {
		if i == len(g)-1 && !closed {
			break
		}
		n := max(8, int(4*math.Sqrt(half)+8))
		ring := make([]pt, n)
		for k := range ring {
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / float64(n))
			ring[k] = pt{g[i].x + half*cos, g[i].y + half*sin}
		}
		out = append(out, ring)
	}
	return out
}

func (r *raster) circle(at vg.Point, radius vg.Length) {
	var p vg.Path
	p.Move(vg.Point{X: at.X + radius, Y: at.Y})
	p.Arc(at, radius, 0, 2*math.Pi)
	p.Close()
	rings, _ := r.rings(p)
	r.paint(rings)
}

// FillString traces the letters of one line, kerned as they were measured.
func (r *raster) FillString(f font.Face, at vg.Point, text string) {
	if f.Font.Size == 0 || text == "" {
		return
	}
	w, size := letter.Of(f), float64(f.Font.Size)
	m := r.now.ctm.mul(matrix{size, 0, 0, -size, float64(at.X), float64(at.Y)})
	place := func(x, y float64) pt { return pt{m.a*x + m.c*y + m.e, m.b*x + m.d*y + m.f} }
	b := rect{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	width := w.Width(text)
	for _, p := range []pt{place(-0.3, -1.2), place(width+0.3, -1.2), place(-0.3, 0.4), place(width+0.3, 0.4)} {
		b = rect{min(b.x0, p.x), min(b.y0, p.y), max(b.x1, p.x), max(b.y1, p.y)}
	}
	box := r.begin(b)
	if box.Empty() {
		return
	}
	ox, oy := float64(box.Min.X), float64(box.Min.Y)
	x, prev := 0.0, rune(-1)
	for _, g := range text {
		if prev >= 0 {
			x += w.Kern(prev, g)
		}
		on := func(p [2]float32) (float32, float32) {
			q := place(x+float64(p[0]), float64(p[1]))
			return float32(q.x - ox), float32(q.y - oy)
		}
		for i, s := range w.Outline(g) {
			ax, ay := on(s.P[0])
			bx, by := on(s.P[1])
			switch s.Op {
			case 'm':
				if i > 0 {
					r.trace.ClosePath()
				}
				r.trace.MoveTo(ax, ay)
			case 'l':
				r.trace.LineTo(ax, ay)
			case 'q':
				r.trace.QuadTo(ax, ay, bx, by)
			case 'c':
				cx, cy := on(s.P[2])
				r.trace.CubeTo(ax, ay, bx, by, cx, cy)
			}
		}
		r.trace.ClosePath()
		x += w.Width(string(g))
		prev = g
	}
	r.end(box)
}

func (r *raster) DrawImage(b vg.Rectangle, img image.Image) {
	p, q := r.to(b.Min), r.to(b.Max)
	box := image.Rect(int(math.Round(p.x)), int(math.Round(p.y)), int(math.Round(q.x)), int(math.Round(q.y))).Canon()
	src := img.Bounds()
	if box.Empty() || src.Empty() {
		return
	}
	clip, kept := box.Intersect(r.img.Rect), r.now.col
	defer func() { r.now.col = kept }()
	for y := clip.Min.Y; y < clip.Max.Y; y++ {
		for x := clip.Min.X; x < clip.Max.X; x++ {
			c := img.At(src.Min.X+(x-box.Min.X)*src.Dx()/box.Dx(), src.Min.Y+(y-box.Min.Y)*src.Dy()/box.Dy())
			r.now.col = color.NRGBAModel.Convert(c).(color.NRGBA)
			r.blend(r.img.Pix[r.img.PixOffset(x, y):][:4], 1)
		}
	}
}
