package export

import (
	"io"
	"strings"

	"asylum/pipeline/rate"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"
	"github.com/xuri/excelize/v2"
)

// Parquet writes results with the columns of rate.Columns, numbers nullable.
func Parquet(w io.Writer, results []rate.Result) error {
	rows := make([][]value, len(results))
	for i := range results {
		rows[i] = row(&results[i])
	}
	kinds := row(&rate.Result{})
	var fields schema.FieldList
	for c, name := range rate.Columns {
		n, err := field(name, kinds[c].kind)
		if err != nil {
			return err
		}
		fields = append(fields, n)
	}
	root, err := schema.NewGroupNode("results", parquet.Repetitions.Required, fields, -1)
	if err != nil {
		return err
	}
	out := file.NewParquetWriter(struct{ io.Writer }{w}, root, file.WithWriterProps(parquet.NewWriterProperties(
		parquet.WithCompression(compress.Codecs.Snappy), parquet.WithCreatedBy("asylum"))))
	group := out.AppendRowGroup()
	for c := range rate.Columns {
		if err := column(group, rows, c, kinds[c].kind); err != nil {
			return err
		}
	}
	if err := group.Close(); err != nil {
		return err
	}
	return out.Close()
}

func field(name string, kind byte) (schema.Node, error) {
	switch kind {
	case 'n':
		return schema.NewInt64Node(name, parquet.Repetitions.Optional, -1), nil
	case 'f':
		return schema.NewFloat64Node(name, parquet.Repetitions.Optional, -1), nil
	case 'b':
		return schema.NewBooleanNode(name, parquet.Repetitions.Required, -1), nil
	}
	return schema.NewPrimitiveNodeLogical(name, parquet.Repetitions.Required, schema.StringLogicalType{}, parquet.Types.ByteArray, 0, -1)
}

func column(group file.SerialRowGroupWriter, rows [][]value, c int, kind byte) error {
	w, err := group.NextColumn()
	if err != nil {
		return err
	}
	var levels []int16
	var counts []int64
	var shares []float64
	var truths []bool
	var texts []parquet.ByteArray
	for _, r := range rows {
		v := r[c]
		level := int16(0)
		if v.known {
			level = 1
			counts, shares = append(counts, v.n), append(shares, v.f)
		}
		levels = append(levels, level)
		truths, texts = append(truths, v.b), append(texts, parquet.ByteArray(v.s))
	}
	switch w := w.(type) {
	case *file.Int64ColumnChunkWriter:
		_, err = w.WriteBatch(counts, levels, nil)
	case *file.Float64ColumnChunkWriter:
		_, err = w.WriteBatch(shares, levels, nil)
	case *file.BooleanColumnChunkWriter:
		_, err = w.WriteBatch(truths, nil, nil)
	case *file.ByteArrayColumnChunkWriter:
		_, err = w.WriteBatch(texts, nil, nil)
	}
	if err != nil {
		return err
	}
	return w.Close()
}

// XLSX writes a workbook: the results, the definition they follow, and the
// cells that they rest on.
func XLSX(w io.Writer, d rate.Definition, results []rate.Result) error {
	x := excelize.NewFile()
	defer x.Close()
	if err := x.SetSheetName("Sheet1", "data"); err != nil {
		return err
	}
	put := func(sheet string, r int, cells ...any) error {
		at, err := excelize.CoordinatesToCellName(1, r)
		if err != nil {
			return err
		}
		for i, c := range cells {
			if s, ok := c.(string); ok {
				cells[i] = Defuse(s)
			}
		}
		return x.SetSheetRow(sheet, at, &cells)
	}
	head := make([]any, len(rate.Columns))
	for i, c := range rate.Columns {
		head[i] = c
	}
	if err := put("data", 1, head...); err != nil {
		return err
	}
	for i := range results {
		cells := make([]any, len(rate.Columns))
		for c, v := range row(&results[i]) {
			switch {
			case !v.known:
			case v.kind == 'n':
				cells[c] = v.n
			case v.kind == 'f':
				cells[c] = v.f
			case v.kind == 'b':
				cells[c] = v.b
			default:
				cells[c] = v.s
			}
		}
		if err := put("data", i+2, cells...); err != nil {
			return err
		}
	}
	if err := definitionSheet(x, put, d); err != nil {
		return err
	}
	if err := sourceSheet(x, put, results); err != nil {
		return err
	}
	return Workbook(w, x)
}

// Workbook writes a workbook without a clock time: the same cells, the same bytes.
func Workbook(w io.Writer, x *excelize.File) error {
	if err := x.SetDocProps(&excelize.DocProperties{Creator: "asylum", Created: "2000-01-01T00:00:00Z", Modified: "2000-01-01T00:00:00Z"}); err != nil {
		return err
	}
	return x.Write(w)
}

type putter func(sheet string, r int, cells ...any) error

func definitionSheet(x *excelize.File, put putter, d rate.Definition) error {
	if _, err := x.NewSheet("definition"); err != nil {
		return err
	}
	for i, kv := range [][2]string{{"name", d.Name}, {"kind", d.Kind}, {"title", d.Title}, {"formula", d.Formula}, {"class", d.Class.String()},
		{"publisher", d.Publisher}, {"source of the definition", d.Citation}, {"notes", strings.Join(d.Caveats, "; ")}} {
		if err := put("definition", i+1, kv[0], kv[1]); err != nil {
			return err
		}
	}
	return nil
}

func sourceSheet(x *excelize.File, put putter, results []rate.Result) error {
	if _, err := x.NewSheet("source"); err != nil {
		return err
	}
	if err := put("source", 1, "citizen", "geo", "period", "side", "source", "table", "vintage", "file", "line", "count", "flags", "licence", "address"); err != nil {
		return err
	}
	n := 2
	for i := range results {
		r := &results[i]
		for _, in := range r.Inputs {
			o := in.Cell()
			if err := put("source", n, r.Citizen, r.Geo, string(r.Period), in.Side, in.Meta.Source, in.Meta.Table, in.Meta.Vintage,
				in.Meta.File, o.Pos.Line, o.Count, o.Flags, in.Meta.Licence, in.Meta.URL); err != nil {
				return err
			}
			n++
		}
	}
	return nil
}
