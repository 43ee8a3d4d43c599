package chart

import (
	"math"
	"strconv"

	"gonum.org/v1/plot/vg"
)

// A pen writes path data as short as it can be at 0.1 px, which is finer than
// the eye and coarser than the last bits in which processors differ. It goes
// from place to place in whole tenths, so that rounding never adds up.
type pen struct {
	b      []byte
	x, y   int // where it stands, in tenths
	x0, y0 int // where the ring began
	cmd    byte
}

func tenths(v float64) int { return int(math.Round(v * 10)) }

// number writes v tenths, with a space before it if it would run into the last.
func (p *pen) number(v int) {
	if n := len(p.b); v >= 0 && n > 0 && (p.b[n-1] >= '0' && p.b[n-1] <= '9') {
		p.b = append(p.b, ' ')
	}
	p.b = appendTenths(p.b, v)
}

// appendTenths writes v/10 without what need not be written: 0.5 is ".5".
func appendTenths(b []byte, v int) []byte {
	if v < 0 {
		b, v = append(b, '-'), -v
	}
	if v >= 10 || v == 0 {
		b = strconv.AppendInt(b, int64(v/10), 10)
	}
	if v%10 != 0 {
		b = append(b, '.', byte('0'+v%10))
	}
	return b
}

// command writes a letter, unless it is understood.
func (p *pen) command(c byte) {
	if c != p.cmd || c == 'm' {
		p.b = append(p.b, c)
	}
	p.cmd = c
}

func (p *pen) move(x, y int) {
	if len(p.b) == 0 {
		p.b = append(p.b, 'M')
		p.number(x)
		p.number(y)
		p.cmd = 0
	} else {
		p.command('m')
		p.number(x - p.x)
		p.number(y - p.y)
		p.cmd = 'l' // what more numbers mean, after a relative move
	}
	p.x, p.y, p.x0, p.y0 = x, y, x, y
}

func (p *pen) line(x, y int) {
	dx, dy := x-p.x, y-p.y
	switch {
	case dx == 0 && dy == 0:
		return
	case dx == 0:
		p.command('v')
		p.number(dy)
	case dy == 0:
		p.command('h')
		p.number(dx)
	default:
		p.command('l')
		p.number(dx)
		p.number(dy)
	}
	p.x, p.y = x, y
}

// curve takes one control point or two.
func (p *pen) curve(x, y int, control ...int) {
	p.command(map[int]byte{2: 'q', 4: 'c'}[len(control)])
	for i, v := range append(control, x, y) {
		p.number(v - [2]int{p.x, p.y}[i%2])
	}
	p.x, p.y = x, y
}

func (p *pen) close() {
	p.b = append(p.b, 'z')
	p.x, p.y, p.cmd = p.x0, p.y0, 'z'
}

// path writes q, mapped to px by to.
func (p *pen) path(q vg.Path, to func(vg.Point) (x, y float64)) {
	at := func(v vg.Point) (int, int) {
		x, y := to(v)
		return tenths(x), tenths(y)
	}
	started := false
	for _, s := range q {
		x, y := at(s.Pos)
		switch s.Type {
		case vg.MoveComp:
			p.move(x, y)
			started = true
		case vg.LineComp:
			p.line(x, y)
		case vg.CurveComp:
			var control []int
			for _, c := range s.Control {
				cx, cy := at(c)
				control = append(control, cx, cy)
			}
			p.curve(x, y, control...)
		case vg.ArcComp:
			p.arc(s, at, !started)
			started = true
		case vg.CloseComp:
			p.close()
		}
	}
}

// arc writes an arc as cubic curves of at most a quarter turn, which any
// transform may bend further.
func (p *pen) arc(s vg.PathComp, at func(vg.Point) (int, int), first bool) {
	n := max(int(math.Ceil(math.Abs(s.Angle)/(math.Pi/2)-1e-9)), 1)
	step := s.Angle / float64(n)
	reach := 4.0 / 3 * math.Tan(step/4) * float64(s.Radius)
	on := func(a, tangent float64) (int, int) {
		sin, cos := math.Sincos(a)
		r := float64(s.Radius)
		return at(vg.Point{
			X: s.Pos.X + vg.Length(r*cos-tangent*sin),
			Y: s.Pos.Y + vg.Length(r*sin+tangent*cos),
		})
	}
	x, y := on(s.Start, 0)
	if first {
		p.move(x, y)
	} else {
		p.line(x, y)
	}
	for i := range n {
		a := s.Start + float64(i)*step
		x1, y1 := on(a, reach)
		x2, y2 := on(a+step, -reach)
		x3, y3 := on(a+step, 0)
		p.curve(x3, y3, x1, y1, x2, y2)
	}
}
