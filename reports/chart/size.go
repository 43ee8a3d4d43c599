package chart

import (
	"fmt"
	"math"
	"strings"
)

// Size chooses the sheet. Text never shrinks to fit it: a sheet whose content
// needs more than the height it is named for grows downwards.
type Size int

const (
	Wide     Size = iota // 1200 px wide, 675 px high or more: reports, embeds, social media
	Phone                // 600 px wide, as high as it must be, for places under 640 px
	Square               // 1080 px wide and high
	Portrait             // 1080 px wide, 1350 px high
	A4                   // the text width of an A4 page, 160 mm, and at least a third of its height
	Thumb                // 600 by 338 px: the title and the marks, for lists of charts
)

// A format is what a size asks of its sheet. Lengths are px of the sheet.
type format struct {
	name        string
	w, h        float64 // h is the least height; 0 is as high as the content
	margin      float64 // left and right
	top, bottom float64 // above the accent bar, under the last baseline
	text        float64 // by how much text, and what goes with it, is larger than on the wide sheet
	title, lead float64 // size of the title and distance of its lines
	titleLines  int     // the most the house allows
	least       float64 // the smallest text
	narrow      bool    // one column: rows, not columns, and words over their marks
	bare        bool    // title and marks only
	mm          float64 // width in print; 0: a px is a dot of the screen
}

// On A4 the sheet is drawn in px of 160/976 mm: its text of 14, 17 and 27 px
// then has 6.5, 7.9 and 12.5 points.
var formats = [...]format{
	Wide:     {name: "1200x675", w: 1200, h: 675, margin: 48, top: 32, bottom: 26, text: 1, title: 33, lead: 41, titleLines: 2, least: 14},
	Phone:    {name: "phone", w: 600, margin: 28, top: 32, bottom: 26, text: 1.2, title: 33, lead: 41, titleLines: 4, least: 17, narrow: true},
	Square:   {name: "1080x1080", w: 1080, h: 1080, margin: 56, top: 48, bottom: 40, text: 1.1, title: 37, lead: 46, titleLines: 3, least: 16},
	Portrait: {name: "1080x1350", w: 1080, h: 1350, margin: 56, top: 48, bottom: 40, text: 1.1, title: 37, lead: 46, titleLines: 3, least: 16},
	A4:       {name: "a4", w: 976, h: 560, margin: 0, top: 0, bottom: 4, text: 1, title: 27, lead: 34, titleLines: 2, least: 14, mm: 160},
	Thumb:    {name: "thumb", w: 600, h: 338, margin: 24, top: 20, bottom: 20, text: 1.3, title: 26, lead: 31, titleLines: 4, least: 18, bare: true},
}

// Sizes lists all sizes in their order.
func Sizes() []Size { return []Size{Wide, Phone, Square, Portrait, A4, Thumb} }

// String is the name under which [ParseSize] knows z, such as "1080x1350".
func (z Size) String() string {
	if z < 0 || int(z) >= len(formats) {
		return fmt.Sprintf("size(%d)", int(z))
	}
	return formats[z].name
}

// ParseSize finds a size by its name.
func ParseSize(name string) (Size, error) {
	var names []string
	for _, z := range Sizes() {
		if z.String() == name {
			return z, nil
		}
		names = append(names, z.String())
	}
	return 0, fmt.Errorf("chart: got size %q, want one of %s", name, strings.Join(names, ", "))
}

// narrow reports whether the sheet is a phone's: one column.
func (s *sheet) narrow() bool { return s.fmt.narrow }

// bare reports whether the sheet has room for the title and the marks only.
func (s *sheet) bare() bool { return s.fmt.bare }

// px scales a length that goes with text, to whole px where it changes.
func (s *sheet) px(v float64) float64 {
	if s.fmt.text == 1 {
		return v
	}
	return math.Round(v * s.fmt.text)
}

// st is a style whose size and lead are given for the wide sheet.
func (s *sheet) st(size, lead float64, w weight, c colour) style {
	return style{max(s.px(size), s.fmt.least), s.px(lead), w, c}
}
