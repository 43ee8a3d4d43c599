package store

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// The key of the table's own description in a Parquet file's metadata.
const metaKey = "asylum"

// description is what the columns alone do not say.
type description struct {
	table.Meta
	Dims    []table.Dim  `json:"dims"`
	Periods []obs.Period `json:"periods"`
	Flags   []string     `json:"flags"`
	// Each period has a column of decimals: the value is the number divided by
	// 10 to the power of what stands there. Older files have none.
	Decimals bool     `json:"decimals,omitempty"`
	Printed  []string `json:"printed,omitempty"`
	Sheets   []string `json:"sheets,omitempty"` // of a workbook; the places in older files are without
	Wide     bool     `json:"wide"`             // a line of the raw file a row
	// The first row groups hold the rows that are about everybody, and no other
	// does. 0: rows stand as in the raw file.
	Everybody int `json:"everybody,omitempty"`
}

// writeParquet writes t with its own Arrow columns: a dictionary column for
// each dimension, then counts and flags (and, for tables gathered from single
// cells, places and printed forms; where values have decimals, their number)
// for each period. Rows about everybody go before those about some. The same
// table gives the same bytes.
func writeParquet(w io.Writer, t *table.Table) error {
	arrowSchema := t.Schema()
	root, err := parquetSchema(arrowSchema)
	if err != nil {
		return err
	}
	if err := check(t, arrowSchema); err != nil {
		return err
	}
	props := []parquet.WriterProperty{
		parquet.WithCompression(compress.Codecs.Snappy), parquet.WithDictionaryDefault(false),
		parquet.WithStats(false), parquet.WithVersion(parquet.V2_LATEST), parquet.WithCreatedBy("asylum"),
		parquet.WithDataPageSize(1 << 20), parquet.WithBatchSize(1 << 16), parquet.WithDictionaryPageSizeLimit(1 << 30),
	}
	for _, f := range arrowSchema.Fields() {
		if f.Type.ID() == arrow.DICTIONARY {
			props = append(props, parquet.WithDictionaryFor(f.Name, true))
		}
	}
	first, others := everybody(t)
	d, err := json.Marshal(description{
		Meta: t.Meta, Dims: t.Dims, Periods: t.Periods, Flags: t.Flags, Decimals: t.Decimals, Printed: t.Printed, Sheets: t.Sheets,
		Wide: len(t.Chunks) > 0 && t.Chunks[0].Line != nil, Everybody: len(first),
	})
	if err != nil {
		return err
	}
	out := file.NewParquetWriter(w, root, file.WithWriterProps(parquet.NewWriterProperties(props...)))
	if err := out.AppendKeyValueMetadata(metaKey, string(d)); err != nil {
		return err
	}
	part := *t // a row group's worth of it
	for _, runs := range slices.Concat(first, others) {
		part.Chunks = []table.Chunk{t.Take(runs)}
		rec := part.Records()[0]
		group := out.AppendRowGroup()
		for i := range int(rec.NumCols()) {
			if err := writeColumn(group, rec.Column(i), arrowSchema.Field(i).Nullable); err != nil {
				return fmt.Errorf("column %s: %w", arrowSchema.Field(i).Name, err)
			}
		}
		if err := group.Close(); err != nil {
			return err
		}
	}
	return out.Close()
}

// totals are the codes for everybody of the dimensions that most questions do
// not tell people apart by.
var totals = map[string]string{"sex": "T", "age": "TOTAL"}

// totalCode is the code of a dimension's total, -1 for other dimensions.
func totalCode(d *table.Dim) int {
	if total, ok := totals[d.Name]; ok {
		return d.Code(total)
	}
	return -1
}

// everybody cuts the rows of a table into those of both totals and the others.
func everybody(t *table.Table) (first, others [][]table.Run) {
	var dims []int
	var codes []uint16
	for d := range t.Dims {
		if c := totalCode(&t.Dims[d]); c >= 0 {
			dims, codes = append(dims, d), append(codes, uint16(c))
		}
	}
	first, others = t.Runs(func(ch *table.Chunk, r int) bool {
		for i, d := range dims {
			if ch.Codes[d][r] != codes[i] {
				return false
			}
		}
		return true
	})
	if len(dims) == 0 || len(others) == 0 {
		return nil, append(first, others...)
	}
	return first, others
}

// onlyEverybody reports whether what is wanted is about everybody alone.
func (d *description) onlyEverybody(want table.Want) bool {
	for i := range d.Dims {
		if c := totalCode(&d.Dims[i]); c >= 0 && !slices.Equal(want.Codes[d.Dims[i].Name], d.Dims[i].Values[c:c+1]) {
			return false
		}
	}
	return true
}

// check refuses what would not come back: columns of one name, and text that
// JSON cannot hold.
func check(t *table.Table, s *arrow.Schema) error {
	seen := map[string]bool{}
	for _, f := range s.Fields() {
		if seen[f.Name] {
			return fmt.Errorf("two columns are called %q", f.Name)
		}
		seen[f.Name] = true
	}
	lists := [][]string{t.Flags, t.Printed, t.Sheets}
	for d := range t.Dims {
		lists = append(lists, t.Dims[d].Values)
	}
	for _, l := range lists {
		for _, v := range l {
			if !utf8.ValidString(v) {
				return fmt.Errorf("%s is not UTF-8 text", obs.Quote(v))
			}
		}
	}
	return nil
}

func parquetSchema(s *arrow.Schema) (*schema.GroupNode, error) {
	var fields schema.FieldList
	for _, f := range s.Fields() {
		rep := parquet.Repetitions.Required
		if f.Nullable {
			rep = parquet.Repetitions.Optional
		}
		var n schema.Node
		var err error
		switch f.Type.ID() {
		case arrow.DICTIONARY:
			n, err = schema.NewPrimitiveNodeLogical(f.Name, rep, schema.StringLogicalType{}, parquet.Types.ByteArray, 0, -1)
		case arrow.UINT8:
			n, err = schema.NewPrimitiveNodeLogical(f.Name, rep, schema.NewIntLogicalType(8, false), parquet.Types.Int32, 0, -1)
		case arrow.INT32:
			n = schema.NewInt32Node(f.Name, rep, -1)
		default:
			n = schema.NewInt64Node(f.Name, rep, -1)
		}
		if err != nil {
			return nil, err
		}
		fields = append(fields, n)
	}
	return schema.NewGroupNode("table", parquet.Repetitions.Required, fields, -1)
}

func writeColumn(group file.SerialRowGroupWriter, a arrow.Array, nullable bool) error {
	w, err := group.NextColumn()
	if err != nil {
		return err
	}
	var levels []int16
	if nullable {
		levels = make([]int16, a.Len())
		for i := range levels {
			if a.IsValid(i) {
				levels[i] = 1
			}
		}
	}
	switch a := a.(type) {
	case *array.Dictionary:
		cw := w.(*file.ByteArrayColumnChunkWriter)
		enc := cw.CurrentEncoder().(interface{ PutDictionary(arrow.Array) error })
		if err := enc.PutDictionary(a.Dictionary()); err != nil {
			return err
		}
		err = cw.WriteDictIndices(a.Indices(), levels, nil)
	case *array.Int32:
		cw := w.(*file.Int32ColumnChunkWriter)
		if a.NullN() == 0 {
			_, err = cw.WriteBatch(a.Int32Values(), levels, nil)
		} else {
			cw.WriteBatchSpaced(a.Int32Values(), levels, nil, a.NullBitmapBytes(), 0)
		}
	case *array.Uint8:
		wider := make([]int32, a.Len())
		for i, v := range a.Uint8Values() {
			wider[i] = int32(v)
		}
		_, err = w.(*file.Int32ColumnChunkWriter).WriteBatch(wider, levels, nil)
	case *array.Int64:
		_, err = w.(*file.Int64ColumnChunkWriter).WriteBatch(a.Int64Values(), levels, nil)
	default:
		err = fmt.Errorf("no Parquet form for %v", a.DataType())
	}
	if err != nil {
		return err
	}
	return w.Close()
}

// maxBuffer bounds what one page of a damaged file may claim to unpack to.
const maxBuffer = 1 << 28

// bounded is an allocator that does not believe everything.
type bounded struct{ memory.Allocator }

func (b bounded) Allocate(size int) []byte {
	if size < 0 || size > maxBuffer {
		panic(errPage)
	}
	return b.Allocator.Allocate(size)
}

func (b bounded) Reallocate(size int, buf []byte) []byte {
	if size < 0 || size > maxBuffer {
		panic(errPage)
	}
	return b.Allocator.Reallocate(size, buf)
}

// open reads the end of a Parquet file, where the table describes itself.
func open(r parquet.ReaderAtSeeker) (in *file.Reader, d description, err error) {
	if in, err = file.NewParquetReader(r, file.WithReadProps(parquet.NewReaderProperties(bounded{memory.DefaultAllocator}))); err != nil {
		return nil, d, err
	}
	v := in.MetaData().KeyValueMetadata().FindValue(metaKey)
	if v == nil {
		return nil, d, fmt.Errorf("no description under the key %q: not a table of this lake", metaKey)
	}
	return in, d, json.Unmarshal([]byte(*v), &d)
}

// refuse turns a panic into an error: the Parquet library panics over damaged
// files.
func refuse(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("the file is damaged: %v", p)
	}
}

// describe reads what a table says of itself.
func describe(r parquet.ReaderAtSeeker) (d description, err error) {
	defer refuse(&err)
	_, d, err = open(r)
	return d, err
}

// readParquet reads a table back: all of it, or no more than the periods and
// the row groups that are wanted. Its columns are read as each says.
func readParquet(r parquet.ReaderAtSeeker, want table.Want, each each) (t *table.Table, err error) {
	defer refuse(&err)
	in, d, err := open(r)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	t = &table.Table{Meta: d.Meta, Dims: d.Dims, Flags: d.Flags, Printed: d.Printed, Sheets: d.Sheets, Decimals: d.Decimals}
	for _, p := range d.Periods {
		if want.HasPeriod(p) {
			t.Periods = append(t.Periods, p)
		}
	}
	column := map[string]int{}
	for i := range in.MetaData().Schema.NumColumns() {
		column[in.MetaData().Schema.Column(i).Name()] = i
	}
	size, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	groups := in.NumRowGroups()
	if d.Everybody > 0 && d.Everybody <= groups && d.onlyEverybody(want) {
		groups = d.Everybody
	}
	var readers [4]group
	for i := range groups {
		meta := in.MetaData().RowGroup(i)
		n := meta.NumRows()
		if n < 1 || n > table.ChunkRows {
			return nil, fmt.Errorf("a row group of %d rows: the file is damaged", n)
		}
		for w := range readers {
			g := &readers[w]
			g.in, g.size, g.column, g.meta, g.rows = r, size, column, meta, int(n)
		}
		ch := table.Chunk{Rows: int(n), Codes: make([][]uint16, len(t.Dims)), Cols: make([]table.Column, len(t.Periods))}
		columns := columns(&ch, t, d.Wide, want.Bare)
		err := each(len(readers), func(w int) (err error) {
			defer refuse(&err)
			for c := w; c < len(columns) && err == nil; c += len(readers) {
				err = columns[c](&readers[w])
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		t.Chunks = append(t.Chunks, ch)
		t.Rows += ch.Rows
	}
	return t, nil
}

// columns gives, for each column of a row group that is wanted, what reads it
// into ch.
func columns(ch *table.Chunk, t *table.Table, wide, bare bool) (read []func(g *group) error) {
	for d := range t.Dims {
		read = append(read, func(g *group) (err error) {
			ch.Codes[d], err = codes[uint16](g, t.Dims[d].Name, t.Dims[d].Values, 0)
			return err
		})
	}
	if wide && !bare {
		read = append(read, func(g *group) (err error) {
			ch.Line, err = numbers[int32](g, "line", nil)
			return err
		})
	}
	for p, period := range t.Periods {
		read = append(read, func(g *group) error { return g.period(&ch.Cols[p], string(period), t, wide, bare) })
	}
	return read
}

// period reads the columns of one period.
func (g *group) period(c *table.Column, name string, t *table.Table, wide, bare bool) (err error) {
	if c.Val, err = numbers[int32](g, name, c); err != nil {
		return err
	}
	if len(t.Flags) > 0 {
		if c.Flag, err = codes[uint8](g, name+table.FlagsSuffix, t.Flags, 1); err != nil {
			return err
		}
	}
	if t.Decimals {
		if c.Dec, err = decimals(g, name+table.DecimalsSuffix); err != nil {
			return err
		}
	}
	if wide {
		return nil
	}
	if bare {
		c.Held, err = held(g, name+table.PosSuffix)
	} else {
		c.Pos, err = numbers[int64](g, name+table.PosSuffix, nil)
	}
	if err != nil || len(t.Printed) == 0 {
		return err
	}
	c.Printed, err = codes[uint16](g, name+table.PrintedSuffix, t.Printed, 1)
	return err
}

// safe reports whether s can be a part of a path.
func safe(s string) bool {
	return s != "" && s != "." && s != ".." && !strings.ContainsAny(s, `/\:`+"\x00")
}
