// Package letter holds the house's letters: Roboto in three weights. It
// measures text as gonum draws it, and cuts fonts down to the letters that a
// drawing or a page uses, as TrueType for PDF and as WOFF for browsers.
//
// Everything is safe for use from several goroutines, and the same letters give
// the same bytes on every run.
package letter

import (
	"fmt"
	"sync"

	"eliasnaur.com/font/roboto/robotoblack"
	"eliasnaur.com/font/roboto/robotobold"
	"eliasnaur.com/font/roboto/robotoregular"
	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// Family is the name of the typeface.
const Family = "Roboto"

// A Weight is one of the three that are in use.
type Weight int

const (
	Regular Weight = iota
	Bold
	Black
)

// Weights lists them, lightest first.
func Weights() []Weight { return []Weight{Regular, Bold, Black} }

var sources = [...]struct {
	css    int
	weight xfont.Weight
	ttf    []byte
}{
	Regular: {400, xfont.WeightNormal, robotoregular.TTF},
	Bold:    {700, xfont.WeightBold, robotobold.TTF},
	Black:   {900, xfont.WeightBlack, robotoblack.TTF},
}

// CSS is the weight as style sheets write it, such as 700.
func (w Weight) CSS() int { return sources[w].css }

// TTF is the whole font.
func (w Weight) TTF() []byte { return sources[w].ttf }

// Of tells the weight of a face of gonum's; Regular if it is not one of ours.
func Of(f font.Face) Weight {
	for i := range sources {
		if f.Font.Weight == sources[i].weight {
			return Weight(i)
		}
	}
	return Regular
}

// fonts is our own cache: gonum's default one belongs to the whole program.
var fonts = sync.OnceValues(func() (*font.Cache, error) {
	var all font.Collection
	for _, s := range sources {
		f, err := opentype.Parse(s.ttf)
		if err != nil {
			return nil, fmt.Errorf("letter: font %s %d: %w", Family, s.css, err)
		}
		all = append(all, font.Face{Font: font.Font{Typeface: Family, Weight: s.weight}, Face: f})
	}
	return font.NewCache(all), nil
})

// Cache holds the fonts for gonum's drawing.
func Cache() (*font.Cache, error) { return fonts() }

// Face is the weight at a size in points, from a [Cache].
func (w Weight) Face(c *font.Cache, size float64) font.Face {
	return c.Lookup(font.Font{Typeface: Family, Weight: sources[w].weight}, vg.Length(size))
}

// europe is what a site in the languages of Europe sets, Greek and Georgian
// apart: first and last of every run of runes.
var europe = [][2]rune{
	{0x20, 0x7E}, {0xA0, 0x17F}, {0x218, 0x21B}, // Latin
	{0x400, 0x45F}, {0x490, 0x491}, // Cyrillic
	{0x2010, 0x2014}, {0x2018, 0x201E}, {0x2020, 0x2022}, {0x2026, 0x2026}, {0x202F, 0x2030}, {0x2032, 0x2033},
	{0x2039, 0x203A}, {0x2044, 0x2044}, {0x20AC, 0x20AC}, {0x2116, 0x2116}, {0x2122, 0x2122},
	{0x2190, 0x2193}, {0x2212, 0x2212}, {0x2248, 0x2248}, {0x2260, 0x2260}, {0x2264, 0x2265}, {0x25A0, 0x25A0}, {0x25B2, 0x25B2}, {0x25BC, 0x25BC},
}

// Europe lists the letters of Latin and Cyrillic script, and the signs, that a
// weight has and a site needs.
func Europe(w Weight) map[rune]bool {
	out := map[rune]bool{}
	src, err := parsed[w]()
	if err != nil {
		return out
	}
	for _, run := range europe {
		for r := run[0]; r <= run[1]; r++ {
			if src.glyph(r) != 0 {
				out[r] = true
			}
		}
	}
	return out
}
