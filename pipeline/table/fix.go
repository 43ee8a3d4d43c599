package table

import (
	"slices"

	"asylum/pipeline/obs"
)

// A Fix is a cell that says another count than the source printed: a correction
// that somebody accepted, laid over the table.
type Fix struct {
	Chunk, Row, Period int
	Count              int32
	Note               string // what is to be said beside every number that rests on it
}

// A Repair is a Fix by the codes of its cell, for readers of the table in other
// forms.
type Repair struct {
	Meta   Meta
	Cell   map[string]string // codes of all dimensions
	Period obs.Period
	Count  int32
	Note   string
}

// Repairs gives the fixes of a table by their codes.
func (t *Table) Repairs() []Repair {
	var out []Repair
	for _, f := range t.Fixes {
		r := Repair{Meta: t.Meta, Cell: map[string]string{}, Period: t.Periods[f.Period], Count: f.Count, Note: f.Note}
		for d, code := range t.Key(f.Chunk, f.Row) {
			r.Cell[t.Dims[d].Name] = code
		}
		out = append(out, r)
	}
	return out
}

// With gives the table with other counts in some cells, each marked: its
// Observation has the count, and as printed what the source says. Nothing of t
// changes; what is not touched is shared.
func (t *Table) With(fixes []Fix) *Table {
	out := *t
	out.Chunks, out.Printed = slices.Clone(t.Chunks), slices.Clone(t.Printed)
	out.Fixes = append(slices.Clone(t.Fixes), fixes...)
	for _, f := range fixes {
		o := out.Observation(f.Chunk, f.Row, f.Period)
		ch := &out.Chunks[f.Chunk]
		ch.Cols = slices.Clone(ch.Cols)
		col := &ch.Cols[f.Period]
		col.Val = slices.Clone(col.Val)
		col.Val[f.Row] = f.Count
		if col.Valid != nil {
			col.Valid = slices.Clone(col.Valid)
			col.Valid[f.Row>>3] |= 1 << (f.Row & 7)
		}
		if col.Printed = slices.Clone(col.Printed); col.Printed == nil {
			col.Printed = make([]uint16, ch.Rows)
		}
		col.Printed[f.Row] = out.printed(&o)
	}
	return &out
}

// printed gives the code of what a cell says as printed.
func (t *Table) printed(o *obs.Observation) uint16 {
	s := o.Printed
	if s == "" {
		s = obs.Number(o.Count, o.Decimals)
		if !o.Known {
			s = ":"
		}
		if o.Flags != "" {
			s += " " + o.Flags
		}
	}
	if i := slices.Index(t.Printed, s); i >= 0 {
		return uint16(i + 1)
	}
	t.Printed = append(t.Printed, s)
	return uint16(len(t.Printed))
}

// Fixed gives the fix of a cell, nil of most.
func (t *Table) Fixed(c, r, p int) *Fix {
	for i := range t.Fixes {
		if f := &t.Fixes[i]; f.Chunk == c && f.Row == r && f.Period == p {
			return f
		}
	}
	return nil
}
