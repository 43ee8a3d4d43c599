package table

import (
	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Records gives the table as Arrow records, one a chunk. They share the
// table's memory and must not be written to.
func (t *Table) Records() []arrow.Record {
	schema := t.Schema()
	dicts := make([]arrow.Array, len(t.Dims))
	for d := range t.Dims {
		dicts[d] = stringArray(t.Dims[d].Values)
	}
	flags, printed := stringArray(t.Flags), stringArray(t.Printed)

	recs := make([]arrow.Record, len(t.Chunks))
	for c := range t.Chunks {
		ch := &t.Chunks[c]
		cols := make([]arrow.Array, 0, schema.NumFields())
		for d := range t.Dims {
			cols = append(cols, dictionary(dimType, indices16(ch.Codes[d], nil), dicts[d]))
		}
		if ch.Line != nil {
			cols = append(cols, array.NewInt32Data(fixed(arrow.PrimitiveTypes.Int32, ch.Rows, arrow.Int32Traits.CastToBytes(ch.Line), nil)))
		}
		for p := range t.Periods {
			col := &ch.Cols[p]
			cols = append(cols,
				array.NewInt32Data(fixed(arrow.PrimitiveTypes.Int32, ch.Rows, arrow.Int32Traits.CastToBytes(col.Val), col.Valid)),
				dictionary(flagType, indices8(col.Flag, ch.Rows), flags))
			if t.Decimals {
				cols = append(cols, decimals(col.Dec, ch.Rows))
			}
			if ch.Line == nil {
				cols = append(cols,
					array.NewInt64Data(fixed(arrow.PrimitiveTypes.Int64, ch.Rows, arrow.Int64Traits.CastToBytes(col.Pos), nil)),
					dictionary(dimType, printedIndices(col.Printed, ch.Rows), printed))
			}
		}
		recs[c] = array.NewRecord(schema, cols, int64(ch.Rows))
	}
	return recs
}

func stringArray(values []string) arrow.Array {
	b := array.NewStringBuilder(memory.DefaultAllocator)
	b.AppendValues(values, nil)
	return b.NewArray()
}

func fixed(typ arrow.DataType, rows int, data, valid []byte) *array.Data {
	bufs := []*memory.Buffer{nil, memory.NewBufferBytes(data)}
	nulls := 0
	if valid != nil {
		bufs[0] = memory.NewBufferBytes(valid)
		nulls = rows - bitutil.CountSetBits(valid, 0, rows)
	}
	return array.NewData(typ, rows, bufs, nil, nulls, 0)
}

func decimals(dec []uint8, rows int) arrow.Array {
	if dec == nil {
		dec = make([]uint8, rows)
	}
	return array.NewUint8Data(fixed(arrow.PrimitiveTypes.Uint8, rows, dec, nil))
}

func indices16(codes []uint16, valid []byte) *array.Data {
	return fixed(arrow.PrimitiveTypes.Uint16, len(codes), arrow.Uint16Traits.CastToBytes(codes), valid)
}

// indices8 turns codes with 0 for none into indices with a null for none.
func indices8(codes []uint8, rows int) *array.Data {
	idx, valid := make([]uint8, rows), make([]byte, (rows+7)/8)
	for i, c := range codes {
		if c > 0 {
			idx[i] = c - 1
			valid[i>>3] |= 1 << (i & 7)
		}
	}
	return fixed(arrow.PrimitiveTypes.Uint8, rows, idx, valid)
}

func printedIndices(codes []uint16, rows int) *array.Data {
	idx, valid := make([]uint16, rows), make([]byte, (rows+7)/8)
	for i, c := range codes {
		if c > 0 {
			idx[i] = c - 1
			valid[i>>3] |= 1 << (i & 7)
		}
	}
	return indices16(idx, valid)
}

func dictionary(typ *arrow.DictionaryType, idx *array.Data, dict arrow.Array) arrow.Array {
	return array.NewDictionaryData(array.NewDataWithDictionary(typ, idx.Len(), idx.Buffers(), idx.NullN(), 0, dict.Data().(*array.Data)))
}
