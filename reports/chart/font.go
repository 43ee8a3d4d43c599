package chart

import (
	"fmt"
	"strings"
	"sync"
	"unicode"

	"asylum/reports/letter"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/text/unicode/norm"
	"gonum.org/v1/plot/font"
)

type weight = letter.Weight

const (
	regular = letter.Regular
	bold    = letter.Bold
	black   = letter.Black
)

// A GlyphError reports text that the font cannot set.
type GlyphError struct {
	Rune rune
	Text string
}

func (e *GlyphError) Error() string {
	return fmt.Sprintf("no glyph for %q (%U) in %q, want Latin, Greek or Cyrillic text", e.Rune, e.Rune, e.Text)
}

// glyphs are the buffers that fonts are looked up with.
var glyphs = sync.Pool{New: func() any { return new(sfnt.Buffer) }}

// missing returns the first rune of s that f has no glyph for.
func missing(f font.Face, s string) (rune, bool) {
	buf := glyphs.Get().(*sfnt.Buffer)
	defer glyphs.Put(buf)
	for _, r := range s {
		if i, err := f.Face.GlyphIndex(buf, r); err != nil || i == 0 {
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
	if isClean(s) {
		return s
	}
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

// isClean tells the strings that most labels are, quickly: composed letters of
// Latin and Cyrillic script and common signs, with no space at the ends.
func isClean(s string) bool {
	if s == "" || s[0] == ' ' || s[len(s)-1] == ' ' {
		return s == ""
	}
	for _, r := range s {
		switch {
		case r >= ' ' && r <= '~', r > '\u00A0' && r < '\u0300' && r != '\u00AD', r == '\u00A0', r == '\u202F':
		case r >= '\u0400' && r <= '\u0482', r >= '\u048A' && r < '\u0530', r >= '\u2010' && r <= '\u2027', r == '\u2248':
		default:
			return false
		}
	}
	return true
}

// A style is how a run of text looks. Sizes are px on the sheet.
type style struct {
	size, lead float64
	weight     weight
	col        colour
}

func (st style) in(c colour) style            { st.col = c; return st }
func (st style) as(w weight) style            { st.weight = w; return st }
func (st style) ascent() float64              { return 0.74 * st.size }
func (st style) descent() float64             { return 0.20 * st.size }
func (st style) middle() float64              { return 0.355 * st.size } // half the height of a capital
func (st style) face(c *font.Cache) font.Face { return st.weight.Face(c, st.size) }

// width measures text as it will be drawn, kerning included.
func (s *sheet) width(st style) measure {
	return func(t string) float64 { return st.weight.Width(t) * st.size }
}
