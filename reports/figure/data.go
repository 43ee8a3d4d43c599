package figure

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"asylum/pipeline/rate"
	"asylum/reports/export"
	"asylum/reports/words"

	"github.com/xuri/excelize/v2"
)

// Columns are those of a chart's CSV, in order. Counts are in persons or in the
// unit of the definition's class; value, lo and hi are shares of one, empty
// where there are too few cases for a percentage.
var Columns = []string{"chart", "series", "definition", "source", "stage", "citizen", "geo", "period", "num", "den", "value", "lo", "hi", "vintage", "note"}

// Fields gives a mark of a chart parallel to Columns; what is missing is nil.
func (d *Draft) fields(x *Datum) []any {
	r := x.Result
	out := []any{d.Spec.ID, x.Series, r.Definition, r.Source, r.Stage, r.Citizen, r.Geo, string(r.Period), nil, nil, nil, nil, nil,
		strings.Join(r.Vintages, "; "), strings.Join(r.Warnings, "; ")}
	if x.Whole > 0 {
		out[8], out[9], out[10] = x.Num, x.Whole, float64(x.Num)/float64(x.Whole)
		return out
	}
	if r.NumKnown {
		out[8] = r.Num
	}
	if x.CountOnly {
		return out
	}
	if r.DenKnown {
		out[9] = r.Den
	}
	if r.Known && !d.limits.CountsOnly(r) {
		out[10], out[11], out[12] = r.Value, r.Lo, r.Hi
	}
	return out
}

// CSV writes what the chart draws, a row for each mark. It is the same in every language.
func (d *Draft) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(Columns); err != nil {
		return err
	}
	rec := make([]string, len(Columns))
	for i := range d.Data {
		for c, v := range d.fields(&d.Data[i]) {
			rec[c] = text(v)
		}
		if err := out.Write(rec); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func text(v any) string {
	switch v := v.(type) {
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return strconv.FormatFloat(v, 'g', 10, 64)
	case string:
		return export.Defuse(v)
	}
	return ""
}

// A dataJSON is a chart as JSON: what was asked, what its title claims, what is
// drawn, and where each number stands. It is the same in every language.
type dataJSON struct {
	Spec    *Spec            `json:"spec"`        // as a file of one's own writes it, with all that it left open
	Title   Claim            `json:"title"`       // what the title claims
	Mixed   bool             `json:"mixed"`       // what is drawn together divides different things
	Query   string           `json:"query"`       // the command that lists the cells
	Columns []string         `json:"columns"`     // of rows: those of the chart's CSV, without the first
	Rows    [][]any          `json:"rows"`        // what is drawn, a row for each mark: texts, counts and shares of one, null where there is none
	Defs    []definitionJSON `json:"definitions"` // that the rows follow
	Files   []fileJSON       `json:"files"`       // raw files that the cells stand in
	Cells   [][]any          `json:"cells"`       // each as result, file, line, side, count, flags: result counts those behind the chart and file is an index of files, both from 0; side is num, rest, den or part; count is null where the cell holds none
}

// A definitionJSON names a definition.
type definitionJSON struct {
	Name  string     `json:"name"`
	Class rate.Class `json:"class"` // what may stand beside it
}

// A fileJSON is a raw file.
type fileJSON struct {
	Source  string `json:"source"`            // eurostat, unhcr or aida
	Table   string `json:"table"`             // the source's own code
	Vintage string `json:"vintage"`           // the day that the source served it
	File    string `json:"file"`              // where it is kept
	SHA256  string `json:"sha256"`            // of its bytes
	URL     string `json:"url,omitempty"`     // where it is from
	Licence string `json:"licence,omitempty"` // the source's terms
}

// JSON writes the chart's specification, its rows and every cell they rest on.
// It is the same in every language.
func (d *Draft) JSON(w io.Writer) error {
	c, err := d.In(words.Langs[0])
	if err != nil {
		return err
	}
	out := dataJSON{Spec: &d.Spec, Title: c.Claim, Mixed: d.Mixed, Query: d.Query(), Columns: Columns[1:], Rows: [][]any{}, Cells: [][]any{}}
	for i := range d.Data {
		out.Rows = append(out.Rows, d.fields(&d.Data[i])[1:])
	}
	files := map[string]int{}
	for i := range d.Results {
		r := &d.Results[i]
		if !containsDefinition(out.Defs, r.Definition) {
			out.Defs = append(out.Defs, definitionJSON{r.Definition, r.Class})
		}
		for _, in := range r.Inputs { // a copy: the cell is not kept
			f, ok := files[in.Meta.SHA256]
			if !ok {
				f = len(out.Files)
				files[in.Meta.SHA256] = f
				m := in.Meta
				out.Files = append(out.Files, fileJSON{m.Source, m.Table, m.Vintage, m.File, m.SHA256, m.URL, m.Licence})
			}
			o := in.Cell()
			var count any
			if o.Known {
				count = o.Count
			}
			out.Cells = append(out.Cells, []any{i, f, o.Pos.Line, in.Side, count, o.Flags})
		}
	}
	return compact(w, &out)
}

func containsDefinition(defs []definitionJSON, name string) bool {
	for _, d := range defs {
		if d.Name == name {
			return true
		}
	}
	return false
}

// compact writes JSON with a line for each row and each cell: small, and still
// readable by a person.
func compact(w io.Writer, out *dataJSON) error {
	var b strings.Builder
	put := func(name string, v any, last bool) error {
		data, err := marshal(v)
		if err != nil {
			return err
		}
		b.WriteString(`  "` + name + `": ` + data)
		if !last {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		return nil
	}
	lines := func(name string, rows [][]any, last bool) error {
		b.WriteString(`  "` + name + `": [`)
		for i, r := range rows {
			data, err := marshal(r)
			if err != nil {
				return err
			}
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString("\n    " + data)
		}
		b.WriteString("\n  ]")
		if !last {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		return nil
	}
	b.WriteString("{\n")
	for _, err := range []error{
		put("spec", out.Spec, false), put("title", out.Title, false), put("mixed", out.Mixed, false), put("query", out.Query, false), put("columns", out.Columns, false),
		lines("rows", out.Rows, false), put("definitions", out.Defs, false), put("files", out.Files, false), lines("cells", out.Cells, true),
	} {
		if err != nil {
			return err
		}
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func marshal(v any) (string, error) {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return strings.TrimSpace(b.String()), err
}

// XLSX writes a workbook with the chart's rows, its definitions and its sources.
func (d *Draft) XLSX(w io.Writer, set *rate.Set) error {
	x := excelize.NewFile()
	defer x.Close()
	sheet := func(name string, rows [][]any) error {
		if _, err := x.NewSheet(name); err != nil {
			return err
		}
		for i, row := range rows {
			at, err := excelize.CoordinatesToCellName(1, i+1)
			if err != nil {
				return err
			}
			for c, v := range row {
				if s, ok := v.(string); ok {
					row[c] = export.Defuse(s)
				}
			}
			if err := x.SetSheetRow(name, at, &row); err != nil {
				return err
			}
		}
		return nil
	}
	data := [][]any{anys(Columns)}
	for i := range d.Data {
		data = append(data, d.fields(&d.Data[i]))
	}
	defs := [][]any{{"name", "title", "formula", "kind", "publisher", "citation", "class", "caveats"}}
	for _, name := range definitions(d.Results) {
		f, err := set.Named(name)
		if err != nil {
			return err
		}
		defs = append(defs, []any{f.Name, f.Title, f.Formula, f.Kind, f.Publisher, f.Citation, f.Class.String(), strings.Join(f.Caveats, "; ")})
	}
	sources := [][]any{{"source", "table", "vintage", "file", "sha256", "address", "terms"}}
	seen := map[string]bool{}
	for i := range d.Results {
		for _, in := range d.Results[i].Inputs {
			if m := in.Meta; !seen[m.SHA256] {
				seen[m.SHA256] = true
				sources = append(sources, []any{m.Source, m.Table, m.Vintage, m.File, m.SHA256, m.URL, m.Licence})
			}
		}
	}
	for _, s := range []struct {
		name string
		rows [][]any
	}{{"data", data}, {"definition", defs}, {"source", sources}} {
		if err := sheet(s.name, s.rows); err != nil {
			return err
		}
	}
	if err := x.DeleteSheet("Sheet1"); err != nil {
		return err
	}
	return export.Workbook(w, x)
}

func anys(s []string) []any {
	out := make([]any, len(s))
	for i, v := range s {
		out[i] = v
	}
	return out
}
