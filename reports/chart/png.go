package chart

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/klauspost/compress/zlib"
)

const maxColors = 200

func writePNG(w io.Writer, s *sheet, h *Head) error {
	c := newRaster(s.w, s.h, s.scale())
	s.play(c)
	file, err := encode(quantise(c.img, s.pal.all()), h, s.dotsPerMetre())
	if err != nil {
		return err
	}
	_, err = w.Write(file)
	return err
}

// encode writes a picture of indexed colours as a PNG file. No row is filtered,
// as is best for flat areas.
func encode(img *image.Paletted, h *Head, dots uint32) ([]byte, error) {
	size := img.Bounds()
	out := []byte("\x89PNG\r\n\x1a\n")
	header := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, uint32(size.Dx())), uint32(size.Dy()))
	out = chunk(out, "IHDR", append(header, 8, 3, 0, 0, 0))
	out = annotate(out, h, dots)
	var colours []byte
	for _, c := range img.Palette {
		k := c.(color.RGBA)
		colours = append(colours, k.R, k.G, k.B)
	}
	out = chunk(out, "PLTE", colours)
	var b bytes.Buffer
	z := zips.Get().(*zlib.Writer)
	defer zips.Put(z)
	z.Reset(&b)
	row := make([]byte, 1+size.Dx())
	for y := range size.Dy() {
		copy(row[1:], img.Pix[y*img.Stride:])
		if _, err := z.Write(row); err != nil {
			return nil, err
		}
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return chunk(chunk(out, "IDAT", b.Bytes()), "IEND", nil), nil
}

// zips are kept: each holds a megabyte of tables.
var zips = sync.Pool{New: func() any {
	z, err := zlib.NewWriterLevel(io.Discard, 7)
	if err != nil {
		panic(err) // the level is one of the library's own
	}
	return z
}}

// scale is how many dots of a PNG a px has.
func (s *sheet) scale() float64 {
	if s.opt.Scale == 0 {
		return 2
	}
	return s.opt.Scale
}

// dotsPerMetre says how large a PNG is meant to be: as wide as its format in
// print, else 72 px to the inch.
func (s *sheet) dotsPerMetre() uint32 {
	mm := s.fmt.mm
	if mm == 0 {
		mm = s.w / 72 * 25.4
	}
	return uint32(s.w * s.scale() / mm * 1000)
}

// annotate adds what the picture is, and its dots to the metre: pictures travel
// without the page they stood on.
func annotate(out []byte, h *Head, dots uint32) []byte {
	perMetre := binary.BigEndian.AppendUint32(nil, dots)
	out = chunk(out, "pHYs", slices.Concat(perMetre, perMetre, []byte{1}))
	for _, t := range [][2]string{
		{"Title", h.TitleText()}, {"Description", clean(h.Alt)}, {"Copyright", clean(h.Licence)}, {"Source", clean(h.Source)},
		{"Identifier", clean(h.ID)}, {"Definitions", clean(strings.Join(h.Definitions, ", "))}, {"Vintage", clean(h.Vintage)},
	} {
		if t[1] != "" {
			// Keyword, no compression, no language tag, no translated keyword, text.
			out = chunk(out, "iTXt", []byte(t[0]+"\x00\x00\x00\x00\x00"+t[1]))
		}
	}
	return out
}

func chunk(out []byte, kind string, data []byte) []byte {
	out = binary.BigEndian.AppendUint32(out, uint32(len(data)))
	body := append([]byte(kind), data...)
	out = append(out, body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(body))
}

// A tint is a colour of the picture and how many dots have it.
type tint struct {
	c [3]uint8
	n int
}

func key(r, g, b uint8) uint32 { return uint32(r)<<16 | uint32(g)<<8 | uint32(b) }

// quantise maps the picture to at most 200 colours: those of the theme that
// occur, exactly, and for the mixtures at the edges of letters the middles of
// a median cut. Nothing depends on the order of a map, and nothing is dithered.
func quantise(img image.Image, keep []colour) *image.Paletted {
	rgba, ok := img.(*image.RGBA)
	if !ok {
		rgba = image.NewRGBA(img.Bounds())
		draw.Draw(rgba, rgba.Bounds(), img, img.Bounds().Min, draw.Src)
	}
	tints := histogram(rgba)
	pal := make(color.Palette, 0, maxColors)
	index := map[uint32]uint8{}
	for _, k := range keep {
		id := key(k.R, k.G, k.B)
		if _, seen := index[id]; !seen && has(tints, id) {
			index[id] = uint8(len(pal))
			pal = append(pal, color.RGBA{k.R, k.G, k.B, 0xFF})
		}
	}
	tints = slices.DeleteFunc(tints, func(t tint) bool { _, exact := index[key(t.c[0], t.c[1], t.c[2])]; return exact })
	for _, c := range medianCut(tints, maxColors-len(pal)) {
		pal = append(pal, color.RGBA{c[0], c[1], c[2], 0xFF})
	}
	for _, t := range tints {
		index[key(t.c[0], t.c[1], t.c[2])] = uint8(nearest(pal, t.c))
	}
	out := image.NewPaletted(rgba.Bounds(), pal)
	last, at := uint32(0xFFFFFFFF), uint8(0)
	for i := range out.Pix {
		p := rgba.Pix[4*i : 4*i+3 : 4*i+3]
		if k := key(p[0], p[1], p[2]); k != last {
			last, at = k, index[k]
		}
		out.Pix[i] = at
	}
	return out
}

// histogram lists the colours of an opaque picture in the order of their codes.
func histogram(img *image.RGBA) []tint {
	count := map[uint32]int{}
	last, n := uint32(0xFFFFFFFF), 0
	for i := 0; i < len(img.Pix); i += 4 {
		k := key(img.Pix[i], img.Pix[i+1], img.Pix[i+2])
		if k != last {
			count[last] += n
			last, n = k, 0
		}
		n++
	}
	count[last] += n
	delete(count, 0xFFFFFFFF)
	out := make([]tint, 0, len(count))
	for k, n := range count {
		out = append(out, tint{[3]uint8{uint8(k >> 16), uint8(k >> 8), uint8(k)}, n})
	}
	slices.SortFunc(out, func(a, b tint) int {
		return cmp.Compare(key(a.c[0], a.c[1], a.c[2]), key(b.c[0], b.c[1], b.c[2]))
	})
	return out
}

func has(tints []tint, id uint32) bool {
	_, ok := slices.BinarySearchFunc(tints, id, func(t tint, id uint32) int {
		return cmp.Compare(key(t.c[0], t.c[1], t.c[2]), id)
	})
	return ok
}

// medianCut splits the box with the largest sum of squared error along its
// longest side until there are n, and returns their weighted means.
func medianCut(tints []tint, n int) [][3]uint8 {
	if len(tints) == 0 {
		return nil
	}
	boxes := []cutBox{newCutBox(slices.Clone(tints))}
	for len(boxes) < n {
		worst := 0
		for i := range boxes {
			if boxes[i].spread > boxes[worst].spread {
				worst = i
			}
		}
		if boxes[worst].spread == 0 {
			break
		}
		a, b := boxes[worst].split()
		boxes[worst] = a
		boxes = append(boxes, b)
	}
	out := make([][3]uint8, len(boxes))
	for i, b := range boxes {
		out[i] = b.mean
	}
	return out
}

type cutBox struct {
	tints  []tint
	mean   [3]uint8
	spread int // squared error on the worst channel; 0 if the box cannot be split
	axis   int
}

func newCutBox(tints []tint) cutBox {
	b := cutBox{tints: tints}
	var total int
	var sum, sq [3]int
	for _, t := range tints {
		n := min(t.n, 4000) // a large flat area must not starve the small ones
		total += n
		for k, v := range t.c {
			sum[k] += n * int(v)
			sq[k] += n * int(v) * int(v)
		}
	}
	for k := range sum {
		b.mean[k] = uint8((sum[k] + total/2) / total)
		if e := sq[k] - sum[k]*sum[k]/total; len(tints) > 1 && e > b.spread {
			b.spread, b.axis = e, k
		}
	}
	return b
}

// split cuts the box at the mean of its worst channel.
func (b cutBox) split() (lo, hi cutBox) {
	k := b.axis
	slices.SortStableFunc(b.tints, func(x, y tint) int { return cmp.Compare(x.c[k], y.c[k]) })
	i, _ := slices.BinarySearchFunc(b.tints, b.mean[k], func(t tint, m uint8) int {
		if t.c[k] <= m {
			return -1
		}
		return 1
	})
	i = min(max(i, 1), len(b.tints)-1)
	return newCutBox(b.tints[:i]), newCutBox(b.tints[i:])
}

func nearest(pal color.Palette, c [3]uint8) int {
	best, at := 1<<30, 0
	for i, p := range pal {
		q := p.(color.RGBA)
		dr, dg, db := int(q.R)-int(c[0]), int(q.G)-int(c[1]), int(q.B)-int(c[2])
		if d := dr*dr + dg*dg + db*db; d < best {
			best, at = d, i
		}
	}
	return at
}
