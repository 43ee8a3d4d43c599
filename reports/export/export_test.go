package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"

	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/xuri/excelize/v2"
)

func results(t *testing.T) (rate.Definition, []rate.Result) {
	t.Helper()
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	e, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Named("unhcr_total_protection")
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rate.Evaluate(d, e, rate.Query{Citizen: []string{"RU"}, Geo: []string{"HR", "LI", "CY"}, Periods: []obs.Period{"2023"}})
	if err != nil || len(rs) != 3 {
		t.Fatal(rs, err)
	}
	return d, rs
}

func TestCSV(t *testing.T) {
	_, rs := results(t)
	rs[0].Why = `=cmd|' /C calc'!A0`
	var b bytes.Buffer
	if err := CSV(&b, rs); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(rows[0], rate.Columns) {
		t.Errorf("head %v", rows[0])
	}
	at := func(r int, col string) string { return rows[r][slices.Index(rate.Columns, col)] }
	for _, tt := range []struct {
		r         int
		col, want string
	}{{1, "geo", "CY"}, {1, "num", "14"}, {2, "geo", "HR"}, {2, "value", "0.3389830508"}, {2, "hi", "0.380952381"}, {3, "geo", "LI"}, {3, "value", ""}, {3, "known", "false"}, {1, "why", `'=cmd|' /C calc'!A0`}} {
		if got := at(tt.r, tt.col); got != tt.want {
			t.Errorf("row %d %s: %q, want %q", tt.r, tt.col, got, tt.want)
		}
	}
}

func TestDefuse(t *testing.T) {
	for in, want := range map[string]string{"": "", "Croatia": "Croatia", "=1+1": "'=1+1", "+49": "+49", "-5": "-5", "-5.5e3": "-5.5e3", "@SUM(A1)": "'@SUM(A1)", "-A1": "'-A1", "\tx": "'\tx", "+HYPERLINK(1)": "'+HYPERLINK(1)"} {
		if got := Defuse(in); got != want {
			t.Errorf("Defuse(%q) = %q, want %q", in, got, want)
		}
	}
}

// The schema of --format json: every field is there, a missing number is null.
func TestJSON(t *testing.T) {
	_, rs := results(t)
	var b bytes.Buffer
	if err := JSON(&b, rs); err != nil {
		t.Fatal(err)
	}
	var got []map[string]any
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"definition", "kind", "class", "source", "citizen", "geo", "period", "stage", "num", "den", "value", "lo", "hi", "text", "counts_only", "vintages", "warnings", "inputs"} {
		for i := range got {
			if _, ok := got[i][field]; !ok {
				t.Errorf("result %d has no %q", i, field)
			}
		}
	}
	if got[2]["value"] != nil || got[2]["why"] != "there are no cases to divide by" || got[0]["counts_only"] != true {
		t.Errorf("LI is %v, CY %v", got[2], got[0])
	}
	in := got[1]["inputs"].([]any)[0].(map[string]any)
	for _, field := range []string{"side", "source", "table", "vintage", "file", "sha256", "line", "column", "key", "period", "count", "lo", "hi", "flags"} {
		if _, ok := in[field]; !ok {
			t.Errorf("an input has no %q", field)
		}
	}
}

func TestParquet(t *testing.T) {
	_, rs := results(t)
	var b bytes.Buffer
	if err := Parquet(&b, rs); err != nil {
		t.Fatal(err)
	}
	r, err := file.NewParquetReader(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if r.NumRows() != 3 || r.MetaData().Schema.NumColumns() != len(rate.Columns) {
		t.Errorf("%d rows of %d columns", r.NumRows(), r.MetaData().Schema.NumColumns())
	}
	c, err := r.RowGroup(0).Column(slices.Index(rate.Columns, "num"))
	if err != nil {
		t.Fatal(err)
	}
	vals, levels := make([]int64, 3), make([]int16, 3)
	if _, n, err := c.(*file.Int64ColumnChunkReader).ReadBatch(3, vals, levels, nil); err != nil || n != 3 || vals[1] != 20 {
		t.Errorf("num is %v of %v: %v", vals, levels, err)
	}
	c, err = r.RowGroup(0).Column(slices.Index(rate.Columns, "value"))
	if err != nil {
		t.Fatal(err)
	}
	if _, n, err := c.(*file.Float64ColumnChunkReader).ReadBatch(3, make([]float64, 3), levels, nil); err != nil || n != 1 || levels[0] != 0 || levels[2] != 0 {
		t.Errorf("value has levels %v: a missing one must be null (%v)", levels, err)
	}
}

func TestXLSX(t *testing.T) {
	d, rs := results(t)
	rs[0].Why = "=1+1"
	var a, b bytes.Buffer
	if err := XLSX(&a, d, rs); err != nil {
		t.Fatal(err)
	}
	if err := XLSX(&b, d, rs); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(a.Bytes(), b.Bytes()) {
		t.Error("two workbooks of one result differ")
	}
	x, err := excelize.OpenReader(&a)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(x.GetSheetList(), " "); got != "data definition source" {
		t.Errorf("sheets are %s", got)
	}
	cell := func(col string, row int) string {
		at, _ := excelize.CoordinatesToCellName(slices.Index(rate.Columns, col)+1, row)
		v, err := x.GetCellValue("data", at)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	if cell("den", 3) != "59" || cell("value", 4) != "" || cell("why", 2) != "'=1+1" {
		t.Errorf("den %q, missing value %q, formula %q", cell("den", 3), cell("value", 4), cell("why", 2))
	}
	if f, _ := x.GetCellFormula("data", "O2"); f != "" {
		t.Errorf("a formula: %s", f)
	}
}

// Fields are quoted as encoding/csv quotes them.
func TestFieldsAreQuotedAsByTheLibrary(t *testing.T) {
	for _, s := range []string{"", "a", "a,b", `a"b`, "\"", "a\nb", "a\r\nb", " a", "\u00a0a", "a ", `\.`, `\`, "=1+1", "'x", "Ж", "\xff", ",", "\t"} {
		var want bytes.Buffer
		w := csv.NewWriter(&want)
		w.Write([]string{s, s})
		w.Flush()
		got := string(appendField(append(appendField(nil, s), ','), s)) + "\n"
		if got != want.String() {
			t.Errorf("%q is written as %q, by the library as %q", s, got, want.String())
		}
	}
}
