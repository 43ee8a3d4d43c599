package audit

import (
	"slices"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// missing stands for a cell without a value, in an array of a period's counts.
const missing = -1 << 31

// An index finds rows by their codes.
type index struct {
	t      *table.Table
	meta   *table.Meta // a copy: a finding must not keep the whole table
	stride []int
	dense  []int32 // at a row's position its number over all chunks, plus 1
	sparse map[int]int32
	pos    []int    // of each row
	starts []int    // the number of each chunk's first row
	names  []string // of the dimensions
	vals   [][]int32
}

// denseMost is how many positions an index spells out: 128 MB of them.
const denseMost = 1 << 25

func newIndex(t *table.Table) *index {
	meta := t.Meta
	x := &index{t: t, meta: &meta, pos: make([]int, t.Rows), stride: make([]int, len(t.Dims))}
	n := 1
	for d := range t.Dims {
		x.names = append(x.names, t.Dims[d].Name)
	}
	for d := len(t.Dims) - 1; d >= 0; d-- {
		x.stride[d] = n
		n *= max(1, len(t.Dims[d].Values))
	}
	if n <= denseMost {
		x.dense = make([]int32, n)
	} else {
		x.sparse = make(map[int]int32, t.Rows)
	}
	row := 0
	for c := range t.Chunks {
		x.starts = append(x.starts, row)
		ch := &t.Chunks[c]
		pos := x.pos[row : row+ch.Rows]
		for d, s := range x.stride {
			for r, k := range ch.Codes[d] {
				pos[r] += s * int(k)
			}
		}
		row += ch.Rows
	}
	for r, p := range x.pos {
		if x.dense != nil {
			x.dense[p] = int32(r) + 1
		} else {
			x.sparse[p] = int32(r) + 1
		}
	}
	return x
}

// at is the number of the row at a position, or -1.
func (x *index) at(pos int) int32 {
	if x.dense != nil {
		return x.dense[pos] - 1
	}
	return x.sparse[pos] - 1
}

// chunk is where a row lies.
func (x *index) chunk(row int32) (c, r int) {
	c, found := slices.BinarySearch(x.starts, int(row))
	if !found {
		c--
	}
	for x.t.Chunks[c].Rows == 0 {
		c++
	}
	return c, int(row) - x.starts[c]
}

// code is the dictionary code of a row on a dimension.
func (x *index) code(row int32, d int) uint16 {
	c, r := x.chunk(row)
	return x.t.Chunks[c].Codes[d][r]
}

// value is that of a row on a dimension, "" where there is no such dimension.
func (x *index) value(row int32, d int) string {
	if d < 0 {
		return ""
	}
	return x.t.Dims[d].Values[x.code(row, d)]
}

// observation is the cell of a row at a period.
func (x *index) observation(row int32, p int) *obs.Observation {
	c, r := x.chunk(row)
	o := x.t.Observation(c, r, p)
	return &o
}

// cell gives it with its part in an identity.
func (x *index) cell(row int32, p int, role string) Cell {
	out := Cell{Role: role, Meta: x.meta, Dims: x.names, Observation: x.observation(row, p)}
	if len(x.t.Fixes) > 0 {
		c, r := x.chunk(row)
		if fix := x.t.Fixed(c, r, p); fix != nil {
			out.Corrected = fix.Note
		}
	}
	return out
}

// counts writes what a period holds to out, by row: missing where there is no
// value, or one with decimals, which is no count.
func (x *index) counts(p int, out []int32) {
	row := 0
	for c := range x.t.Chunks {
		ch := &x.t.Chunks[c]
		col := &ch.Cols[p]
		part := out[row : row+ch.Rows]
		copy(part, col.Val)
		row += ch.Rows
		if col.Valid == nil && col.Dec == nil {
			continue
		}
		for r := range part {
			if !col.Known(r) || col.Dec != nil && col.Dec[r] > 0 {
				part[r] = missing
			}
		}
	}
}

// all gives the counts of every period.
func (x *index) all() [][]int32 {
	if x.vals == nil {
		x.vals = make([][]int32, len(x.t.Periods))
		for p := range x.vals {
			x.vals[p] = make([]int32, x.t.Rows)
			x.counts(p, x.vals[p])
		}
	}
	return x.vals
}
