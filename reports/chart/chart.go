package chart

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"gonum.org/v1/plot/vg"
)

// A Span is a stretch of a title. Highlight gives it the highlight colour, so
// that it names the highlighted mark and stands in for a legend. Spans are
// joined as they are: put the space into one of them, and U+00A0 between words
// that must not part.
type Span struct {
	Text      string
	Highlight bool
}

// A Head holds what every figure says around its marks. Empty strings and
// slices take no room.
type Head struct {
	ID       string // such as "HR-RU-2023": the mark at the bottom right, and unique among charts on one page
	Lang     string // BCP 47, such as "en"; "" leaves the attribute out
	Alt      string // text alternative, into <desc>; 200 to 450 characters are usual
	Title    []Span // the finding; at most two lines of about 66 characters
	Subtitle string // measure, people, stage, year
	Notes    []string
	Source   string // the last lines of the sheet

	// These are written into the metadata only.
	Licence     string
	Definitions []string // ids of rate definitions
	Vintage     string
}

// Header returns h itself. It lets every figure that embeds a Head be a [Figure].
func (h *Head) Header() *Head { return h }

// TitleText is the title without its colours.
func (h *Head) TitleText() string {
	var b strings.Builder
	for _, s := range h.Title {
		b.WriteString(s.Text)
	}
	return clean(b.String())
}

// A Figure is something this package can draw: *[Ladder], *[Bars], *[Lines],
// *[Stack], *[Dumbbell], *[Slope], *[Waterfall], *[Multiples], *[Tiles], *[Heat],
// *[Funnel] or *[Intervals].
type Figure interface {
	Header() *Head
	check() error
	// layout puts the figure between top and bottom (px from the top of the
	// sheet) and returns where it really ended; on a phone bottom equals top.
	layout(s *sheet, top, bottom float64) (end float64)
}

// Theme chooses the paper.
type Theme int

const (
	Light Theme = iota
	Dark
)

func (t Theme) String() string { return [...]string{"light", "dark"}[t] }

// Options says how to draw a figure. The zero value is a wide sheet on light paper.
type Options struct {
	Theme Theme
	Size  Size
	Scale float64 // dots of a PNG to one px of the sheet, up to 4; 0 means 2
}

// SVG writes f as one SVG document that needs no other file: the letters it
// uses are embedded. Several may stand inline on one page as long as they
// differ in ID, language, size or theme.
func SVG(w io.Writer, f Figure, o Options) error {
	s, err := compose(f, o)
	if err != nil {
		return err
	}
	return s.svg(w, f.Header())
}

// PNG writes f at [Options.Scale] dots to a px, in at most 200 colours.
func PNG(w io.Writer, f Figure, o Options) error {
	s, err := compose(f, o)
	if err != nil {
		return err
	}
	return writePNG(w, s, f.Header())
}

// Draw plays f onto a canvas of the caller's, whose lower left corner is the
// sheet's; [Measure] tells how large it has to be.
func Draw(c vg.Canvas, f Figure, o Options) error {
	s, err := compose(f, o)
	if err != nil {
		return err
	}
	s.play(c)
	return nil
}

// Measure returns the width and height of f in px, without drawing it.
func Measure(f Figure, o Options) (w, h float64, err error) {
	s, err := compose(f, o)
	if err != nil {
		return 0, 0, err
	}
	return s.w, s.h, nil
}

// errNoFigure reports a nil figure.
var errNoFigure = errors.New("chart: no figure to draw")

func compose(f Figure, o Options) (*sheet, error) {
	if f == nil || f.Header() == nil {
		return nil, errNoFigure
	}
	if err := f.check(); err != nil {
		return nil, fmt.Errorf("chart %s: %w", f.Header().ID, err)
	}
	s, err := newSheet(o)
	if err != nil {
		return nil, err
	}
	head := f.Header()
	foot := s.measureFoot(head)
	top := s.head(head)
	end := f.layout(s, top, s.roomBelow(top, foot))
	s.foot(foot, end)
	if s.err != nil {
		return nil, fmt.Errorf("chart %s: %w", head.ID, s.err)
	}
	if s.h > maxHeight {
		return nil, fmt.Errorf("chart %s: the sheet would be %.0f px high, want %d at most: shorten the texts or split the figure", head.ID, s.h, maxHeight)
	}
	return s, nil
}

// maxHeight bounds the memory a picture takes, whatever its labels.
const maxHeight = 12000
