package table

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"math"
	"slices"
	"strings"

	"asylum/pipeline/obs"
)

// A Gatherer builds a table from single cells, as Gather does, for sources with
// many that have nothing to say but a count: no flags, no decimals, nothing
// printed in another way. Rows stand in order of first appearance.
type Gatherer struct {
	m       Meta
	dims    []string
	dicts   []dict
	periods []obs.Period
	keys    []uint16 // the codes of all rows
	rows    int
	slots   []int32 // of rows by hash, plus one; 0 is free
	seed    maphash.Seed
	packed  []byte
	cells   [][]gathered // in pieces: what was added stays where it is
	full    error
}

// A gathered cell waits until all periods are known.
type gathered struct {
	at         int64 // line<<32 | column
	row, count int32
	period     uint16
	known      bool
}

const piece = 1 << 11

// NewGatherer starts a table with these dimensions.
func NewGatherer(m Meta, dims []string) *Gatherer {
	g := &Gatherer{m: m, dims: dims, dicts: make([]dict, len(dims)), seed: maphash.MakeSeed(), packed: make([]byte, 2*len(dims)), slots: make([]int32, 1<<8)}
	for d := range g.dicts {
		g.dicts[d].index = map[string]uint16{}
	}
	return g
}

// Code is the code of a value of dimension d. Of more than 65,536 values Table
// gives an error, with the place where the first of too many stands.
func (g *Gatherer) Code(d int, value string, at obs.Pos) uint16 {
	if di := &g.dicts[d]; len(di.values) > math.MaxUint16 {
		if c, ok := di.index[value]; ok {
			return c
		}
		if g.full == nil {
			g.full = &obs.ParseError{Pos: at, Got: "more than 65,536 different values of " + g.dims[d], Want: "a code list"}
		}
		return 0
	}
	c, _ := intern(&g.dicts[d], value)
	return c
}

// Period is the number of a period.
func (g *Gatherer) Period(p obs.Period) uint16 {
	i := slices.Index(g.periods, p)
	if i < 0 {
		i = len(g.periods)
		g.periods = append(g.periods, p)
	}
	return uint16(i)
}

// Row is the number of the row with these codes.
func (g *Gatherer) Row(codes []uint16) int32 {
	mask := len(g.slots) - 1
	i := g.hash(codes) & mask
	for ; g.slots[i] > 0; i = (i + 1) & mask {
		r := g.slots[i] - 1
		if slices.Equal(g.key(r), codes) {
			return r
		}
	}
	r := int32(g.rows)
	g.rows++
	g.keys = append(g.keys, codes...)
	g.slots[i] = r + 1
	if 2*g.rows > len(g.slots) {
		g.rehash()
	}
	return r
}

func (g *Gatherer) key(row int32) []uint16 {
	return g.keys[int(row)*len(g.dims):][:len(g.dims)]
}

func (g *Gatherer) hash(codes []uint16) int {
	for d, c := range codes {
		g.packed[2*d], g.packed[2*d+1] = byte(c), byte(c>>8)
	}
	return int(maphash.Bytes(g.seed, g.packed) >> 1)
}

func (g *Gatherer) rehash() {
	g.slots = make([]int32, 4*len(g.slots))
	mask := len(g.slots) - 1
	for r := range int32(g.rows) {
		i := g.hash(g.key(r)) & mask
		for g.slots[i] > 0 {
			i = (i + 1) & mask
		}
		g.slots[i] = r + 1
	}
}

// Add adds a cell that stands at a place. Where it is not known its count means
// nothing.
func (g *Gatherer) Add(row int32, period uint16, count int32, known bool, line, col int) {
	if !known {
		count = 0
	}
	last := len(g.cells) - 1
	if last < 0 || len(g.cells[last]) == piece {
		g.cells = append(g.cells, make([]gathered, 0, piece))
		last++
	}
	g.cells[last] = append(g.cells[last], gathered{int64(line)<<32 | int64(col), row, count, period, known})
}

// Table ends the gathering, and puts the periods in ascending order. A bare
// table keeps no places. A cell that stands twice is an error.
func (g *Gatherer) Table(bare bool) (*Table, error) {
	if g.full != nil {
		return nil, g.full
	}
	t := &Table{Meta: g.m, Periods: slices.Sorted(slices.Values(g.periods)), Rows: g.rows}
	for d, name := range g.dims {
		t.Dims = append(t.Dims, Dim{name, g.dicts[d].values})
	}
	column := make([]int, len(g.periods))
	for i, p := range g.periods {
		column[i] = slices.Index(t.Periods, p)
	}
	for from := 0; from < g.rows; from += ChunkRows {
		t.Chunks = append(t.Chunks, g.chunk(from, min(g.rows, from+ChunkRows), len(t.Periods), bare))
	}
	var twice []*gathered
	for _, cells := range g.cells {
		for i := range cells {
			o := &cells[i]
			ch := &t.Chunks[o.row/ChunkRows]
			c, r := &ch.Cols[column[o.period]], int(o.row%ChunkRows)
			if ch.Held(r, column[o.period]) {
				twice = append(twice, o)
				continue
			}
			if bare {
				c.Held[r>>3] |= 1 << (r & 7)
			} else {
				c.Pos[r] = o.at
			}
			if o.known {
				c.Valid[r>>3] |= 1 << (r & 7)
				c.Val[r] = o.count
			}
		}
	}
	return t, g.refuse(twice)
}

// chunk makes room for some rows.
func (g *Gatherer) chunk(from, to, periods int, bare bool) Chunk {
	n := to - from
	ch := Chunk{Rows: n, Codes: make([][]uint16, len(g.dims)), Cols: make([]Column, periods)}
	for d := range ch.Codes {
		codes := make([]uint16, n)
		for r := range codes {
			codes[r] = g.keys[(from+r)*len(g.dims)+d]
		}
		ch.Codes[d] = codes
	}
	for p := range ch.Cols {
		c := &ch.Cols[p]
		c.Val, c.Valid = make([]int32, n), make([]byte, (n+7)/8)
		if bare {
			c.Held = make([]byte, (n+7)/8)
		} else {
			c.Pos = make([]int64, n)
		}
	}
	return ch
}

// refuse names cells that stand a second time, in the order of their rows.
func (g *Gatherer) refuse(twice []*gathered) error {
	slices.SortStableFunc(twice, func(a, b *gathered) int { return cmp.Compare(a.row, b.row) })
	refusal := &obs.Refusal{File: g.m.File}
	pos := func(at int64) obs.Pos {
		return obs.Pos{File: g.m.File, Line: int(at >> 32), Col: int(at & math.MaxUint32)}
	}
	for _, o := range twice[:min(len(twice), obs.Shown)] {
		var first int64
		for _, cells := range g.cells {
			if i := slices.IndexFunc(cells, func(x gathered) bool { return x.row == o.row && x.period == o.period }); i >= 0 {
				first = cells[i].at
				break
			}
		}
		var key []string
		for d, c := range g.key(o.row) {
			key = append(key, g.dicts[d].values[c])
		}
		refusal.Add(&obs.ParseError{
			Pos: pos(o.at), Got: fmt.Sprintf("%s %s a second time", strings.Join(key, ","), g.periods[o.period]),
			Want: fmt.Sprintf("each cell once (it stands at %v)", pos(first)),
			Hint: "remove one of the two rows",
		})
	}
	refusal.More = max(0, len(twice)-obs.Shown)
	return refusal.Err()
}
