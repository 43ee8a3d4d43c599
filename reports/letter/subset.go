package letter

import (
	"maps"
	"slices"
)

// A Subset is a font with some letters of a weight. Glyph 0 is blank; the
// letters follow in the order in which they were added, then the parts they
// are made of. It is not safe for use from several goroutines.
type Subset struct {
	weight Weight
	of     map[rune]uint16   // new ids by rune
	fresh  map[uint16]uint16 // new ids by old ones
	ids    []uint16          // old ids by new ones
	from   *source
}

// New begins a subset without letters.
func (w Weight) New() (*Subset, error) {
	src, err := parsed[w]()
	if err != nil {
		return nil, err
	}
	return &Subset{weight: w, of: map[rune]uint16{}, fresh: map[uint16]uint16{0: 0}, ids: []uint16{0}, from: src}, nil
}

// Cut takes the letters of runes from a weight, in their order.
func (w Weight) Cut(runes map[rune]bool) (*Subset, error) {
	s, err := w.New()
	if err != nil {
		return nil, err
	}
	for _, r := range slices.Sorted(maps.Keys(runes)) {
		s.Add(r)
	}
	return s, nil
}

// Add takes r into the subset and returns its glyph: 0 if the font has none.
// Runes that look alike, as the two spaces do, share a glyph.
func (s *Subset) Add(r rune) uint16 {
	id, ok := s.of[r]
	if !ok {
		id = s.take(s.from.glyph(r))
		s.of[r] = id
	}
	return id
}

func (s *Subset) take(old uint16) uint16 {
	id, ok := s.fresh[old]
	if !ok {
		id = uint16(len(s.ids))
		s.fresh[old] = id
		s.ids = append(s.ids, old)
	}
	return id
}

// complete adds the parts that glyphs are made of.
func (s *Subset) complete() {
	for i := 0; i < len(s.ids); i++ {
		g := s.from.outline(s.ids[i])
		eachPart(g, func(at int, _ uint16) { s.take(be.Uint16(g[at+2:])) })
	}
}

// Glyph is the id of r in the subset; 0 if it is not there.
func (s *Subset) Glyph(r rune) uint16 { return s.of[r] }

// Runes lists the letters by code.
func (s *Subset) Runes() []rune { return slices.Sorted(maps.Keys(s.of)) }

// Weight is the weight from which the letters were taken.
func (s *Subset) Weight() Weight { return s.weight }

// Metrics are ascent, descent (negative) and the height of a capital, in
// thousandths of the em, and the box of the font: left, bottom, right, top.
func (s *Subset) Metrics() (ascent, descent, capital float64, box [4]float64) {
	k := 1000 / float64(s.from.em)
	at := func(table string, i int) float64 { return k * float64(int16(be.Uint16(s.from.tables[table][i:]))) }
	for i := range box {
		box[i] = at("head", 36+2*i)
	}
	return at("hhea", 4), at("hhea", 6), at("OS/2", 88), box
}

// Advances are the widths of the glyphs by id, in thousandths of the em.
func (s *Subset) Advances() []float64 {
	out := make([]float64, len(s.ids))
	for i, old := range s.ids {
		a, _ := s.from.advance(old)
		out[i] = float64(a) * 1000 / float64(s.from.em)
	}
	return out
}

// A table of a font file.
type table struct {
	tag  string
	data []byte
}

// tables are the parts of the cut font, in the order of their tags, which
// both kinds of file keep.
func (s *Subset) tables() []table {
	s.complete()
	glyf, loca, short := s.outlines()
	head := slices.Clone(s.from.tables["head"])
	be.PutUint32(head[8:], 0) // the sum over the file, which each writer sets
	be.PutUint16(head[50:], map[bool]uint16{true: 0, false: 1}[short])
	hhea := slices.Clone(s.from.tables["hhea"])
	be.PutUint16(hhea[34:], uint16(len(s.ids)))
	maxp := slices.Clone(s.from.tables["maxp"])
	be.PutUint16(maxp[4:], uint16(len(s.ids)))
	for at := 16; at < 28; at += 2 { // room for instructions: none are left
		be.PutUint16(maxp[at:], 0)
	}
	var hmtx []byte
	for _, old := range s.ids {
		a, b := s.from.advance(old)
		hmtx = be.AppendUint16(be.AppendUint16(hmtx, a), b)
	}
	post := make([]byte, 32)
	copy(post, s.from.tables["post"][:16])
	be.PutUint32(post, 0x00030000) // no names of glyphs
	return []table{
		{"OS/2", s.from.tables["OS/2"]}, {"cmap", s.cmap()},
		{"gasp", []byte{0, 1, 0, 1, 0xFF, 0xFF, 0, 0x0A}}, // smooth at every size, since nothing is hinted
		{"glyf", glyf}, {"head", head}, {"hhea", hhea}, {"hmtx", hmtx}, {"loca", loca}, {"maxp", maxp},
		{"name", []byte{0, 0, 0, 0, 0, 6}}, {"post", post},
	}
}

// outlines joins the glyphs. Short offsets do for anything a chart sets.
func (s *Subset) outlines() (glyf, loca []byte, short bool) {
	var ends []int
	for id, old := range s.ids {
		if id > 0 { // what stands for a missing letter is left blank
			start := len(glyf)
			glyf = append(glyf, s.from.outline(old)...)
			g := glyf[start:]
			eachPart(g, func(at int, _ uint16) { be.PutUint16(g[at+2:], s.fresh[be.Uint16(g[at+2:])]) })
			if len(glyf)%2 == 1 {
				glyf = append(glyf, 0)
			}
		}
		ends = append(ends, len(glyf))
	}
	short = len(glyf) < 0x20000
	put := func(v int) {
		if short {
			loca = be.AppendUint16(loca, uint16(v/2))
		} else {
			loca = be.AppendUint32(loca, uint32(v))
		}
	}
	put(0)
	for _, v := range ends {
		put(v)
	}
	return glyf, loca, short
}

// cmap maps runes of the basic plane to glyphs, format 4: a segment for every
// run of runes whose ids run along.
func (s *Subset) cmap() []byte {
	type segment struct{ first, last, delta uint16 }
	var segs []segment
	for _, r := range s.Runes() {
		id := s.of[r]
		if r > 0xFFFE || id == 0 {
			continue
		}
		c := uint16(r)
		if n := len(segs); n > 0 && segs[n-1].last+1 == c && segs[n-1].delta == id-c {
			segs[n-1].last = c
			continue
		}
		segs = append(segs, segment{c, c, id - c})
	}
	segs = append(segs, segment{0xFFFF, 0xFFFF, 1})
	n := len(segs)
	pow, log := 1, 0
	for pow*2 <= n {
		pow, log = pow*2, log+1
	}
	out := []byte{0, 0, 0, 1, 0, 3, 0, 1, 0, 0, 0, 12} // one table: Windows, Unicode
	for _, v := range []int{4, 16 + 8*n, 0, 2 * n, 2 * pow, log, 2 * (n - pow)} {
		out = be.AppendUint16(out, uint16(v))
	}
	for _, g := range segs {
		out = be.AppendUint16(out, g.last)
	}
	out = append(out, 0, 0)
	for _, g := range segs {
		out = be.AppendUint16(out, g.first)
	}
	for _, g := range segs {
		out = be.AppendUint16(out, g.delta)
	}
	return append(out, make([]byte, 2*n)...)
}
