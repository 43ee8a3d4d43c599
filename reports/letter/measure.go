package letter

import (
	"sync"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// metrics remembers, per weight, what gonum's Width answers for single letters
// and for pairs, in units of the em: breaking lines asks thousands of times for
// sums of the same few, and looking up kerning in the font is slow.
type metrics struct {
	sync.RWMutex
	em      font.Face // at one unit to the point
	letters map[rune]float64
	pairs   map[[2]rune]float64 // the kerning alone
}

var known [len(sources)]metrics

// Width measures s as [font.Face.Width] does, kerning included, in fractions of
// the size of the letters.
func (w Weight) Width(s string) float64 {
	m := &known[w]
	if v, ok := m.lookup(s); ok {
		return v
	}
	m.learn(w, s)
	v, _ := m.lookup(s)
	return v
}

// Kern is by how much the pair stands closer (negative) or farther apart than
// the widths of its letters say, in fractions of their size.
func (w Weight) Kern(a, b rune) float64 {
	return w.Width(string([]rune{a, b})) - w.Width(string(a)) - w.Width(string(b))
}

// lookup sums what is known of s; it fails if a letter or a pair is new.
func (m *metrics) lookup(s string) (float64, bool) {
	m.RLock()
	defer m.RUnlock()
	total, prev := 0.0, rune(-1)
	for _, r := range s {
		w, ok := m.letters[r]
		if !ok {
			return 0, false
		}
		total += w
		if prev >= 0 {
			if w, ok = m.pairs[[2]rune{prev, r}]; !ok {
				return 0, false
			}
			total += w
		}
		prev = r
	}
	if total == 0 {
		return 0, true
	}
	return total / float64(m.em.Font.Size), true
}

func (m *metrics) learn(weight Weight, s string) {
	m.Lock()
	defer m.Unlock()
	if m.letters == nil {
		c, err := Cache()
		if err != nil {
			panic(err) // the fonts are part of the program: whoever draws has asked Cache before
		}
		m.letters, m.pairs = map[rune]float64{}, map[[2]rune]float64{}
		m.em = weight.Face(c, 1)
		m.em.Font.Size = vg.Length(m.em.Face.UnitsPerEm())
	}
	prev := rune(-1)
	for _, r := range s {
		if _, ok := m.letters[r]; !ok {
			m.letters[r] = float64(m.em.Width(string(r)))
		}
		if k := [2]rune{prev, r}; prev >= 0 {
			if _, ok := m.pairs[k]; !ok {
				m.pairs[k] = float64(m.em.Width(string(k[:]))) - m.letters[prev] - m.letters[r]
			}
		}
		prev = r
	}
}
