package letter

import (
	"math"
	"sync"
	"sync/atomic"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// metrics remembers, per weight, what gonum's Width answers for single letters
// and for pairs, in units of the em: breaking lines asks thousands of times for
// sums of the same few, and looking up kerning in the font is slow.
//
// The letters of [Europe] have a place in tables that are read without a lock;
// a pair is learnt when it is first met, and two that learn it at once write
// the same. Other letters are asked for in the font each time.
type metrics struct {
	once  sync.Once
	em    float64
	place [0x2600]uint16 // of a rune, from 1; 0 if it has none
	width []float64      // by place
	kern  []atomic.Int32 // by place of the first, then of the second; unlearnt until met
	n     int
	face  font.Face // at one unit to the point
}

const unlearnt = 0 // kerning is kept with 1<<20 added

var known [len(sources)]metrics

func (m *metrics) begin(w Weight) {
	c, err := Cache()
	if err != nil {
		panic(err) // the fonts are part of the program: whoever draws has asked Cache before
	}
	m.face = w.Face(c, 1)
	m.em = float64(m.face.Face.UnitsPerEm())
	m.face.Font.Size = vg.Length(m.em)
	m.width = []float64{0}
	for _, run := range europe {
		for r := run[0]; r <= run[1]; r++ {
			m.place[r] = uint16(len(m.width))
			m.width = append(m.width, m.ask(string(r)))
		}
	}
	m.n = len(m.width)
	m.kern = make([]atomic.Int32, m.n*m.n)
}

// ask is what gonum answers. Its buffers are its own in each call.
func (m *metrics) ask(s string) float64 {
	f := m.face
	return float64(f.Width(s))
}

// Width measures s as [font.Face.Width] does, kerning included, in fractions of
// the size of the letters.
func (w Weight) Width(s string) float64 {
	m := &known[w]
	m.once.Do(func() { m.begin(w) })
	total, prev := 0.0, 0
	for _, r := range s {
		if r >= rune(len(m.place)) || m.place[r] == 0 {
			return m.ask(s) / m.em
		}
		at := int(m.place[r])
		total += m.width[at]
		if prev > 0 {
			total += m.pair(prev, at)
		}
		prev = at
	}
	return total / m.em
}

// pair is the kerning of the letters at two places, learnt from the font. It
// is a whole number of units.
func (m *metrics) pair(a, b int) float64 {
	cell := &m.kern[a*m.n+b]
	if v := cell.Load(); v != unlearnt {
		return float64(v - 1<<20)
	}
	return m.learn(cell, a, b)
}

func (m *metrics) learn(cell *atomic.Int32, a, b int) float64 {
	k := math.Round(m.ask(string([]rune{m.rune(a), m.rune(b)})) - m.width[a] - m.width[b])
	cell.Store(int32(k) + 1<<20)
	return k
}

// rune is the letter at a place.
func (m *metrics) rune(place int) rune {
	for _, run := range europe {
		n := int(run[1]-run[0]) + 1
		if place <= n {
			return run[0] + rune(place-1)
		}
		place -= n
	}
	return -1
}

// Kern is by how much the pair stands closer (negative) or farther apart than
// the widths of its letters say, in fractions of their size.
func (w Weight) Kern(a, b rune) float64 {
	return w.Width(string([]rune{a, b})) - w.Width(string(a)) - w.Width(string(b))
}
