// Package table holds one vintage of one source table in memory, as Arrow
// columns: a dictionary column for each dimension, then for each period a
// column of counts and a column of flags. Wide tables are ten times cheaper
// than long ones on these exports; Cells walks them cell by cell.
//
//	citizen  geo  decision  2022  2022_flags  2023  2023_flags
//	"SY"     "DE" "GENCONV"  100  ""           120  "bp"
//	"SY"     "MT" "GENCONV"    0  "n"         null  "c"
package table

import (
	"fmt"
	"slices"

	"asylum/pipeline/obs"

	"github.com/apache/arrow/go/v17/arrow"
)

// ChunkRows is how many rows a chunk (an Arrow record, a Parquet row group)
// holds at most.
const ChunkRows = 1 << 17

// A Table is immutable once built. Row numbers run over all chunks.
type Table struct {
	Meta
	Dims    []Dim
	Periods []obs.Period
	Flags   []string // distinct flag strings; index i is code i+1, code 0 is none
	Printed []string // distinct printed forms, likewise
	Sheets  []string // of a workbook, those that cells stand in; nil in older tables, and of other files
	Chunks  []Chunk
	Rows    int

	Decimals bool // some value may have decimals; the records then have a column for them

	Fixes []Fix // the corrections laid over it; not stored

	Doubts []*obs.ParseError // what the export prints that was kept but not understood; not stored
}

// A Dim is a dimension with its dictionary, in order of first appearance.
type Dim struct {
	Name   string
	Values []string
}

// A Chunk is a run of rows. Codes is indexed by dimension, then row. Line is
// the line of the raw file that a row stands on, nil where a row is gathered
// from several lines (then each Column has Pos).
type Chunk struct {
	Rows  int
	Codes [][]uint16
	Line  []int32
	Cols  []Column
}

// A Column is what one period holds in a chunk, indexed by row.
type Column struct {
	Val     []int32  // persons, or as the unit dimension says, times 10^Dec
	Dec     []uint8  // decimals of Val; nil: none
	Valid   []byte   // bit i (from the least significant) is set if row i is known; nil: all are
	Flag    []uint8  // code into Table.Flags; nil: none
	Pos     []int64  // line<<32 | column, where there are Table.Sheets with the sheet<<16; nil where Chunk.Line says the line
	Printed []uint16 // code into Table.Printed; nil: none
	Held    []byte   // in place of Pos, in a table without places: bit i is set if row i has a cell; nil: Pos says so
}

// Known reports whether row r has a value.
func (c *Column) Known(r int) bool { return c.Valid == nil || c.Valid[r>>3]&(1<<(r&7)) != 0 }

// Dim is the index of a dimension, or -1.
func (t *Table) Dim(name string) int {
	for i := range t.Dims {
		if t.Dims[i].Name == name {
			return i
		}
	}
	return -1
}

// Code is the dictionary code of a value, or -1 where the table has none.
func (d *Dim) Code(value string) int {
	for i, v := range d.Values {
		if v == value {
			return i
		}
	}
	return -1
}

// Period is the index of a period, or -1.
func (t *Table) Period(p obs.Period) int {
	for i := range t.Periods {
		if t.Periods[i] == p {
			return i
		}
	}
	return -1
}

// Observation is the cell of row r of chunk c at period index p, with its
// place in the raw file as far as the table knows it: line and column for
// sources with a line a cell, the line alone for wide ones.
func (t *Table) Observation(c, r, p int) obs.Observation {
	ch := &t.Chunks[c]
	col := &ch.Cols[p]
	o := obs.Observation{
		Key: t.Key(c, r), Period: t.Periods[p], Count: col.Val[r], Known: col.Known(r),
		Pos: obs.Pos{File: t.File},
	}
	if col.Dec != nil {
		o.Decimals = col.Dec[r]
	}
	if col.Flag != nil && col.Flag[r] > 0 {
		o.Flags = t.Flags[col.Flag[r]-1]
	}
	if col.Printed != nil && col.Printed[r] > 0 {
		o.Printed = t.Printed[col.Printed[r]-1]
	}
	switch {
	case col.Pos != nil:
		o.Pos = t.pos(col.Pos[r])
	case ch.Line != nil:
		o.Pos.Line = int(ch.Line[r])
	}
	return o
}

// pos is the place that a column holds.
func (t *Table) pos(at int64) obs.Pos {
	p := obs.Pos{File: t.File, Line: int(at >> 32), Col: int(at & 0xffffffff)}
	if sheet := p.Col >> 16; sheet < len(t.Sheets) {
		p.Sheet, p.Col = t.Sheets[sheet], p.Col&0xffff
	}
	return p
}

// pack turns a place into what a column holds. A workbook has fewer than 1<<16
// sheets and columns.
func (t *Table) pack(p obs.Pos) int64 {
	at := int64(p.Line)<<32 | int64(p.Col)
	if p.Sheet == "" {
		return at
	}
	i := len(t.Sheets) - 1
	if i < 0 || t.Sheets[i] != p.Sheet {
		if i = slices.Index(t.Sheets, p.Sheet); i < 0 {
			i = len(t.Sheets)
			t.Sheets = append(t.Sheets, p.Sheet)
		}
	}
	return at | int64(i)<<16
}

// Held reports whether the source wrote anything in the cell; in a table
// gathered from single lines a cell may not exist at all.
func (ch *Chunk) Held(r, p int) bool {
	c := &ch.Cols[p]
	if c.Held != nil {
		return c.Held[r>>3]&(1<<(r&7)) != 0
	}
	return c.Pos == nil || c.Pos[r] != 0
}

// Key gives the codes of row r of chunk c, parallel to Dims.
func (t *Table) Key(c, r int) []string {
	key := make([]string, len(t.Dims))
	for d := range t.Dims {
		key[d] = t.Dims[d].Values[t.Chunks[c].Codes[d][r]]
	}
	return key
}

// Count gives the number of cells that hold a value.
func (t *Table) Count() int {
	n := 0
	for c := range t.Chunks {
		for p := range t.Periods {
			col := &t.Chunks[c].Cols[p]
			for r := range t.Chunks[c].Rows {
				if col.Known(r) {
					n++
				}
			}
		}
	}
	return n
}

// Schema is the Arrow schema of the table's records.
func (t *Table) Schema() *arrow.Schema {
	var fields []arrow.Field
	for _, d := range t.Dims {
		fields = append(fields, arrow.Field{Name: d.Name, Type: dimType})
	}
	wide := len(t.Chunks) > 0 && t.Chunks[0].Line != nil
	if wide {
		fields = append(fields, arrow.Field{Name: "line", Type: arrow.PrimitiveTypes.Int32})
	}
	for _, p := range t.Periods {
		fields = append(fields,
			arrow.Field{Name: string(p), Type: arrow.PrimitiveTypes.Int32, Nullable: true},
			arrow.Field{Name: string(p) + FlagsSuffix, Type: flagType, Nullable: true})
		if t.Decimals {
			fields = append(fields, arrow.Field{Name: string(p) + DecimalsSuffix, Type: arrow.PrimitiveTypes.Uint8})
		}
		if !wide {
			fields = append(fields,
				arrow.Field{Name: string(p) + PosSuffix, Type: arrow.PrimitiveTypes.Int64},
				arrow.Field{Name: string(p) + PrintedSuffix, Type: dimType, Nullable: true})
		}
	}
	md := arrow.NewMetadata(
		[]string{"asylum:source", "asylum:table", "asylum:vintage", "asylum:sha256"},
		[]string{t.Source, t.Table, t.Vintage, t.SHA256})
	return arrow.NewSchema(fields, &md)
}

// Column names beside a period's own.
const (
	FlagsSuffix    = "_flags"
	DecimalsSuffix = "_decimals" // in tables that have any: the value is the number / 10^decimals
	PosSuffix      = "_pos"
	PrintedSuffix  = "_printed"
)

var (
	dimType  = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint16, ValueType: arrow.BinaryTypes.String}
	flagType = &arrow.DictionaryType{IndexType: arrow.PrimitiveTypes.Uint8, ValueType: arrow.BinaryTypes.String}
)

func (t *Table) String() string {
	return fmt.Sprintf("%s %s %s: %d rows x %d periods", t.Source, t.Meta.Table, t.Vintage, t.Rows, len(t.Periods))
}
