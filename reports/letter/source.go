package letter

import (
	"encoding/binary"
	"fmt"
	"sync"

	"golang.org/x/image/font/sfnt"
)

var be = binary.BigEndian

// A source is a font taken apart, ready to be cut.
type source struct {
	tables map[string][]byte
	glyphs [][]byte // outlines by glyph id; empty for a blank
	metric int      // how many glyphs have an advance of their own
	em     int
	names  *sfnt.Font // maps runes to glyphs

	mu    sync.Mutex
	plain map[uint16][]byte // outlines without instructions
	runes map[rune]uint16
}

var parsed [len(sources)]func() (*source, error)

func init() {
	for i := range parsed {
		parsed[i] = sync.OnceValues(func() (*source, error) {
			s, err := parse(sources[i].ttf)
			if err != nil {
				return nil, fmt.Errorf("letter: font %s %d: %w", Family, sources[i].css, err)
			}
			return s, nil
		})
	}
}

// parse reads the tables of a TrueType font that cutting needs.
func parse(ttf []byte) (*source, error) {
	names, err := sfnt.Parse(ttf)
	if err != nil {
		return nil, err
	}
	s := &source{tables: map[string][]byte{}, names: names, plain: map[uint16][]byte{}, runes: map[rune]uint16{}}
	for i := range int(be.Uint16(ttf[4:])) {
		r := ttf[12+16*i:]
		at, n := be.Uint32(r[8:]), be.Uint32(r[12:])
		s.tables[string(r[:4])] = ttf[at : at+n]
	}
	for _, t := range []string{"head", "hhea", "maxp", "hmtx", "loca", "glyf", "OS/2", "post"} {
		if s.tables[t] == nil {
			return nil, fmt.Errorf("no table %s", t)
		}
	}
	s.em = int(be.Uint16(s.tables["head"][18:]))
	s.metric = int(be.Uint16(s.tables["hhea"][34:]))
	long := be.Uint16(s.tables["head"][50:]) != 0
	loca, glyf := s.tables["loca"], s.tables["glyf"]
	at := func(i int) uint32 {
		if long {
			return be.Uint32(loca[4*i:])
		}
		return 2 * uint32(be.Uint16(loca[2*i:]))
	}
	n := int(be.Uint16(s.tables["maxp"][4:]))
	s.glyphs = make([][]byte, n)
	for i := range n {
		s.glyphs[i] = glyf[at(i):at(i+1)]
	}
	return s, nil
}

// glyph is the id of the outline for r; 0 if the font has none.
func (s *source) glyph(r rune) uint16 {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, ok := s.runes[r]
	if !ok {
		var buf sfnt.Buffer
		i, err := s.names.GlyphIndex(&buf, r)
		if err == nil {
			id = uint16(i)
		}
		s.runes[r] = id
	}
	return id
}

// advance and bearing are what hmtx says of a glyph, in units of the em.
func (s *source) advance(id uint16) (advance uint16, bearing uint16) {
	t := s.tables["hmtx"]
	if i := int(id); i >= s.metric {
		return be.Uint16(t[4*(s.metric-1):]), be.Uint16(t[4*s.metric+2*(i-s.metric):])
	}
	return be.Uint16(t[4*int(id):]), be.Uint16(t[4*int(id)+2:])
}

// Flags of the parts of a composite glyph.
const (
	wordArguments   = 0x0001
	oneScale        = 0x0008
	moreParts       = 0x0020
	twoScales       = 0x0040
	fourScales      = 0x0080
	hasInstructions = 0x0100
)

// outline is a glyph without the instructions that fit it to coarse screens.
func (s *source) outline(id uint16) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	g, ok := s.plain[id]
	if !ok {
		g = uninstructed(s.glyphs[id])
		s.plain[id] = g
	}
	return g
}

func uninstructed(g []byte) []byte {
	if len(g) == 0 {
		return nil
	}
	contours := int(int16(be.Uint16(g)))
	if contours >= 0 {
		at := 10 + 2*contours
		n := int(be.Uint16(g[at:]))
		out := append([]byte{}, g[:at]...)
		return append(append(out, 0, 0), g[at+2+n:]...)
	}
	end := 0
	out := append([]byte{}, g...)
	eachPart(out, func(at int, flags uint16) {
		be.PutUint16(out[at:], flags&^hasInstructions)
		end = at + partSize(flags)
	})
	return out[:end]
}

func partSize(flags uint16) int {
	n := 6
	if flags&wordArguments != 0 {
		n += 2
	}
	switch {
	case flags&oneScale != 0:
		n += 2
	case flags&twoScales != 0:
		n += 4
	case flags&fourScales != 0:
		n += 8
	}
	return n
}

// eachPart calls f with the place of every part of a composite glyph.
func eachPart(g []byte, f func(at int, flags uint16)) {
	if len(g) == 0 || int16(be.Uint16(g)) >= 0 {
		return
	}
	for at := 10; ; {
		flags := be.Uint16(g[at:])
		f(at, flags)
		if flags&moreParts == 0 {
			return
		}
		at += partSize(flags)
	}
}
