package chart

import (
	"fmt"
	"strings"
	"sync"
	"unicode"

	"eliasnaur.com/font/roboto/robotoblack"
	"eliasnaur.com/font/roboto/robotobold"
	"eliasnaur.com/font/roboto/robotoregular"
	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

const family = "Roboto"

// weights are the ones in use, in the order in which they are embedded.
var weights = [...]struct {
	css    int
	weight xfont.Weight
	ttf    []byte
}{
	regular: {400, xfont.WeightNormal, robotoregular.TTF},
	bold:    {700, xfont.WeightBold, robotobold.TTF},
	black:   {900, xfont.WeightBlack, robotoblack.TTF},
}

type weight int

const (
	regular weight = iota
	bold
	black
)

// fonts is our own cache: gonum's default one belongs to the whole program.
var fonts = sync.OnceValues(func() (*font.Cache, error) {
	var all font.Collection
	for _, w := range weights {
		f, err := opentype.Parse(w.ttf)
		if err != nil {
			return nil, fmt.Errorf("chart: font %s %d: %w", family, w.css, err)
		}
		all = append(all, font.Face{Font: font.Font{Typeface: family, Weight: w.weight}, Face: f})
	}
	return font.NewCache(all), nil
})

// A GlyphError reports text that the font cannot set.
type GlyphError struct {
	Rune rune
	Text string
}

func (e *GlyphError) Error() string {
	return fmt.Sprintf("no glyph for %q (%U) in %q, want Latin, Greek or Cyrillic text", e.Rune, e.Rune, e.Text)
}

// missing returns the first rune of s that f has no glyph for.
func missing(f font.Face, s string) (rune, bool) {
	var buf sfnt.Buffer
	for _, r := range s {
		if i, err := f.Face.GlyphIndex(&buf, r); err != nil || i == 0 {
			return r, true
		}
	}
	return 0, false
}

// clean makes s fit to be set and to stand in XML: composed, white space made
// plain, and without what controls a reader's machine instead of being read
// (control and format characters, among them those that turn the direction of
// writing). The soft hyphen stays, as a place to break.
func clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\u00AD':
			return r
		case r == '\t' || r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029':
			return ' '
		case unicode.Is(unicode.Cc, r), unicode.Is(unicode.Cf, r), r == '\uFFFE', r == '\uFFFF':
			return -1
		}
		return r
	}, s)
	return norm.NFC.String(strings.Trim(s, " "))
}

// A style is how a run of text looks. Sizes are px on the sheet.
type style struct {
	size, lead float64
	weight     weight
	col        colour
}

func (st style) in(c colour) style { st.col = c; return st }
func (st style) as(w weight) style { st.weight = w; return st }
func (st style) ascent() float64   { return 0.74 * st.size }
func (st style) descent() float64  { return 0.20 * st.size }
func (st style) middle() float64   { return 0.355 * st.size } // half the height of a capital
func (st style) face(c *font.Cache) font.Face {
	return c.Lookup(font.Font{Typeface: family, Weight: weights[st.weight].weight}, vg.Length(st.size))
}

// metrics remembers, per weight, what gonum's Width answers for single letters
// and for pairs, in units of the em: breaking lines asks thousands of times for
// sums of the same few, and looking up kerning in the font is slow.
type metrics struct {
	sync.Mutex
	em      font.Face // at one unit to the px
	letters map[rune]float64
	pairs   map[[2]rune]float64 // the kerning alone
}

var known [len(weights)]metrics

// units measures s as [font.Face.Width] does, in units of the em.
func (m *metrics) units(s string) float64 {
	m.Lock()
	defer m.Unlock()
	total, prev := 0.0, rune(-1)
	for _, r := range s {
		total += m.letter(r)
		if prev >= 0 {
			total += m.pair(prev, r)
		}
		prev = r
	}
	return total
}

func (m *metrics) letter(r rune) float64 {
	w, ok := m.letters[r]
	if !ok {
		w = float64(m.em.Width(string(r)))
		m.letters[r] = w
	}
	return w
}

func (m *metrics) pair(a, b rune) float64 {
	k := [2]rune{a, b}
	w, ok := m.pairs[k]
	if !ok {
		w = float64(m.em.Width(string(a)+string(b))) - m.letter(a) - m.letter(b)
		m.pairs[k] = w
	}
	return w
}

// width measures text as it will be drawn, kerning included.
func (s *sheet) width(st style) measure {
	m := &known[st.weight]
	m.Lock()
	if m.letters == nil {
		m.letters, m.pairs = map[rune]float64{}, map[[2]rune]float64{}
		m.em = st.face(s.fonts)
		m.em.Font.Size = vg.Length(m.em.Face.UnitsPerEm())
	}
	em := float64(m.em.Font.Size)
	m.Unlock()
	return func(t string) float64 { return m.units(t) * st.size / em }
}
