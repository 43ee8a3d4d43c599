package letter

import (
	"sync"

	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// A Piece is a part of an outline: 'm' to begin a ring, 'l' for a line, 'q' for
// a curve with one control point, 'c' for one with two; the last of its points
// is where it leads. Points are in fractions of the size of the letters, from
// the left end of the baseline, y downwards.
type Piece struct {
	Op byte
	P  [3][2]float32
}

// outlines remembers those of each weight by rune.
var outlines [len(sources)]sync.Map

// Outline is the shape of r, nil if it has none.
func (w Weight) Outline(r rune) []Piece {
	if v, ok := outlines[w].Load(r); ok {
		return v.([]Piece)
	}
	v := w.outline(r)
	outlines[w].Store(r, v)
	return v
}

func (w Weight) outline(r rune) []Piece {
	src, err := parsed[w]()
	if err != nil {
		return nil
	}
	em := fixed.Int26_6(src.em) << 6
	var buf sfnt.Buffer
	i, err := src.names.GlyphIndex(&buf, r)
	if err != nil {
		return nil
	}
	segs, err := src.names.LoadGlyph(&buf, i, em, nil)
	if err != nil {
		return nil
	}
	var out []Piece
	for _, s := range segs {
		p := Piece{Op: "mlqc"[s.Op]}
		for k, a := range s.Args {
			p.P[k] = [2]float32{float32(a.X) / float32(em), float32(a.Y) / float32(em)}
		}
		out = append(out, p)
	}
	return out
}
