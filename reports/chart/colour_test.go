package chart

import (
	"image"
	"image/color"
	"math"
	"testing"
)

// A lab is a colour of CIELAB under D65.
type lab struct{ l, a, b float64 }

// linear is the light of a colour in red, green and blue, from 0 to 1.
func linear(c color.NRGBA) [3]float64 {
	f := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return [3]float64{f(c.R), f(c.G), f(c.B)}
}

func labOf(rgb [3]float64) lab {
	xyz := times([3][3]float64{
		{0.4124564, 0.3575761, 0.1804375},
		{0.2126729, 0.7151522, 0.0721750},
		{0.0193339, 0.1191920, 0.9503041},
	}, rgb)
	f := func(t float64) float64 {
		if t > 216.0/24389 {
			return math.Cbrt(t)
		}
		return (24389.0/27*t + 16) / 116
	}
	x, y, z := f(xyz[0]/0.95047), f(xyz[1]), f(xyz[2]/1.08883)
	return lab{116*y - 16, 500 * (x - y), 200 * (y - z)}
}

func times(m [3][3]float64, v [3]float64) (out [3]float64) {
	for i := range m {
		for j := range v {
			out[i] += m[i][j] * v[j]
		}
	}
	return out
}

// eyes are those of most people and of those who lack one kind of cone: the
// matrices of Machado, Oliveira and Fernandes (2009) at full severity.
var eyes = map[string][3][3]float64{
	"full":   {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protan": {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deutan": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritan": {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

// seen is a colour as an eye sees it.
func seen(c colour, eye string) lab {
	v := times(eyes[eye], linear(c.NRGBA))
	for i := range v {
		v[i] = min(max(v[i], 0), 1)
	}
	return labOf(v)
}

// deltaE is the CIEDE2000 difference.
func deltaE(p, q lab) float64 {
	rad := math.Pi / 180
	cBar := (math.Hypot(p.a, p.b) + math.Hypot(q.a, q.b)) / 2
	g := 0.5 * (1 - math.Sqrt(math.Pow(cBar, 7)/(math.Pow(cBar, 7)+math.Pow(25, 7))))
	a1, a2 := (1+g)*p.a, (1+g)*q.a
	c1, c2 := math.Hypot(a1, p.b), math.Hypot(a2, q.b)
	hue := func(b, a float64) float64 {
		if a == 0 && b == 0 {
			return 0
		}
		h := math.Atan2(b, a) / rad
		if h < 0 {
			h += 360
		}
		return h
	}
	h1, h2 := hue(p.b, a1), hue(q.b, a2)
	dh, hBar := h2-h1, h1+h2
	if c1*c2 == 0 {
		dh = 0
	} else {
		switch {
		case dh > 180:
			dh -= 360
		case dh < -180:
			dh += 360
		}
		switch {
		case math.Abs(h1-h2) <= 180:
			hBar /= 2
		case hBar < 360:
			hBar = (hBar + 360) / 2
		default:
			hBar = (hBar - 360) / 2
		}
	}
	dl, dc, dH := q.l-p.l, c2-c1, 2*math.Sqrt(c1*c2)*math.Sin(dh/2*rad)
	lBar, cc := (p.l+q.l)/2, (c1+c2)/2
	t := 1 - 0.17*math.Cos((hBar-30)*rad) + 0.24*math.Cos(2*hBar*rad) + 0.32*math.Cos((3*hBar+6)*rad) - 0.20*math.Cos((4*hBar-63)*rad)
	sl := 1 + 0.015*(lBar-50)*(lBar-50)/math.Sqrt(20+(lBar-50)*(lBar-50))
	sc, sh := 1+0.045*cc, 1+0.015*cc*t
	rt := -2 * math.Sqrt(math.Pow(cc, 7)/(math.Pow(cc, 7)+math.Pow(25, 7))) * math.Sin(60*math.Exp(-math.Pow((hBar-275)/25, 2))*rad)
	return math.Sqrt(math.Pow(dl/sl, 2) + math.Pow(dc/sc, 2) + math.Pow(dH/sh, 2) + rt*dc/sc*dH/sh)
}

// TestDeltaE: pairs of Sharma, Wu and Dalal (2005), table 1.
func TestDeltaE(t *testing.T) {
	for _, tt := range []struct {
		p, q lab
		want float64
	}{
		{lab{50, 2.6772, -79.7751}, lab{50, 0, -82.7485}, 2.0425},
		{lab{50, 2.8361, -74.0200}, lab{50, 0, -82.7485}, 3.4412},
		{lab{50, -1.3802, -84.2814}, lab{50, 0, -82.7485}, 1.0000},
		{lab{50, 0, 0}, lab{50, -1, 2}, 2.3669},
		{lab{50, 2.5, 0}, lab{50, 0, -2.5}, 4.3065},
		{lab{50, 2.5, 0}, lab{73, 25, -18}, 27.1492},
		{lab{50, 2.5, 0}, lab{61, -5, 29}, 22.8977},
		{lab{50, 2.5, 0}, lab{56, -27, -3}, 31.9030},
		{lab{60.2574, -34.0099, 36.2677}, lab{60.4626, -34.1751, 39.4387}, 1.2644},
		{lab{2.0776, 0.0795, -1.1350}, lab{0.9033, -0.0636, -0.5514}, 0.9082},
	} {
		if got := deltaE(tt.p, tt.q); math.Abs(got-tt.want) > 0.00006 {
			t.Errorf("%v %v: got %.4f, want %.4f", tt.p, tt.q, got, tt.want)
		}
	}
}

// TestEveryEyeTellsThem: what may stand side by side differs by 9 or more to
// every eye.
func TestEveryEyeTellsThem(t *testing.T) {
	for th := range palettes {
		p := &palettes[th]
		check := func(what string, a, b colour) {
			t.Helper()
			for eye := range eyes {
				if d := deltaE(seen(a, eye), seen(b, eye)); d < 9 {
					t.Errorf("%v, %s: %s and %s differ by %.1f to a %s eye, want 9", Theme(th), what, a.part, b.part, d, eye)
				}
			}
		}
		chain := func(what string, ts []tone) {
			for i := 1; i < len(ts); i++ {
				check(what, ts[i-1].fill, ts[i].fill)
			}
		}
		chain("steps", p.seq[:])
		chain("differences", p.div[:])
		chain("outcomes", p.outcomes[:])
		check("outcomes", p.outcomes[0].fill, p.outcomes[2].fill)
		for i, a := range p.series {
			for _, b := range p.series[:i] {
				check("lines", a, b)
			}
			if c := contrast(a, p.paper); c < 3 { // a line of context is told by being half as thick
				t.Errorf("%v: %s has contrast %.1f with paper, want 3", Theme(th), a.part, c)
			}
		}
		check("ladder", p.context, p.middle)
		check("ladder", p.middle, p.high)
		check("ladder", p.context, p.high)
		check("bars", p.data, p.high)
		check("bars", p.data, p.context)
		check("bars", p.data, p.soft)
		check("bars", p.high, p.highSoft)
		check("bars", p.data, p.track)
	}
}

// TestWordsInAColour: what is written in the colour of a line or in grey can be
// read, and is in that colour if it can be.
func TestWordsInAColour(t *testing.T) {
	for th := range palettes {
		p := &palettes[th]
		pairs := [][2]colour{{p.middle, p.middleText}}
		for i := range p.series {
			pairs = append(pairs, [2]colour{p.series[i], p.seriesText[i]})
		}
		for _, k := range pairs {
			want := k[0].NRGBA
			if contrast(k[0], p.paper) < 4.5 {
				want = p.text.NRGBA
			}
			if k[1].NRGBA != want {
				t.Errorf("%v: words of %s are %s, want %s", Theme(th), k[0].part, hex(k[1].NRGBA), hex(want))
			}
		}
	}
}

// marksOnly paints the sheet without its text, a dot to the px.
func marksOnly(s *sheet) *image.RGBA {
	bare := *s
	bare.runs = nil
	c := newRaster(s.w, s.h, 1)
	bare.play(c)
	return c.img
}

// TestOnWhatIsUnderIt looks at the picture without its text. Text has a contrast
// of 4.5 with every colour that fills a fiftieth or more of its box. A bar, a
// cell or a tile has a contrast of 3 with what stands around it or an edge that
// has, else words beside it say it.
func TestOnWhatIsUnderIt(t *testing.T) {
	look := func(t *testing.T, fig Figure, o Options) {
		s := mustCompose(t, fig, o)
		img := marksOnly(s)
		for _, r := range s.runs {
			b := r.box().grow(-1) // letters have some air at their sides
			under := map[color.RGBA]int{}
			n := 0
			for y := int(b.y0); y < int(b.y1); y++ {
				for x := int(b.x0); x < int(b.x1); x++ {
					under[img.RGBAAt(x, y)]++
					n++
				}
			}
			for c, k := range under {
				if got := contrast(r.st.col, colour{NRGBA: color.NRGBA(c)}); got < 4.5 && k*50 >= n {
					t.Errorf("%q in %s has contrast %.1f with %v under %d of its %d px", r.text, r.st.col.part, got, c, k, n)
				}
			}
		}
		if o.Size == Thumb {
			return // names the highlight alone; the picture it stands for has the words
		}
		for _, m := range s.marks {
			if m.filled() && !distinct(img, m.box) && !labelled(s, m.box) {
				t.Errorf("a %s at %s is neither distinct nor labelled", m.kind, m.box)
			}
		}
	}
	each(t, look)
	for name, sample := range kindSamples() {
		for i, o := range everyOption {
			t.Run(name+"-"+o.Size.String()+"-"+o.Theme.String(), func(t *testing.T) { look(t, sample(tongues[i%len(tongues)]), o) })
		}
	}
}

// filled tells areas from lines and points.
func (m mark) filled() bool {
	switch m.kind {
	case "line", "point", "rule", "whisker", "reference", "band":
		return false
	}
	return m.box.w() >= 2 && m.box.h() >= 2
}

// distinct compares the dots along the inside of an edge with those outside.
func distinct(img *image.RGBA, r rect) bool {
	at := func(x, y float64) colour { return colour{NRGBA: color.NRGBA(img.RGBAAt(int(x), int(y)))} }
	good, all := 0, 0
	for k := 0.1; k < 1; k += 0.1 {
		x := r.x0 + k*r.w()
		for _, e := range [][2]float64{{r.y0 + 1, r.y0 - 2}, {r.y1 - 1.5, r.y1 + 1}} {
			all++
			if contrast(at(x, e[0]), at(x, e[1])) >= 3 {
				good++
			}
		}
	}
	return good*2 > all
}

// labelled reports whether words stand within 60 px of r, over or under it, or
// in its row.
func labelled(s *sheet, r rect) bool {
	for _, t := range s.runs {
		b := t.box()
		if b.y0 < r.y1+60 && r.y0-60 < b.y1 && b.x0 < r.x1 && r.x0 < b.x1 || b.y0 < r.y1+40 && r.y0-40 < b.y1 {
			return true
		}
	}
	return false
}
