package audit

import (
	"bytes"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"asylum/datasets"
	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"

	"github.com/goccy/go-yaml"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func embedded(t testing.TB) *ingest.Embedded {
	t.Helper()
	e, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func builtin(t testing.TB) *Corrections {
	t.Helper()
	c, err := ReadCorrections("")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func germany(t testing.TB, data rate.Data, keep bool) rate.Result {
	t.Helper()
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Named("aida_humanitarian")
	if err != nil {
		t.Fatal(err)
	}
	q := rate.Query{Citizen: []string{"TOTAL"}, Geo: []string{"DE"}, Periods: []obs.Period{"2023"}}
	if keep {
		rs, err := rate.Evaluate(d, data, q)
		if err != nil || len(rs) != 1 {
			t.Fatal(rs, err)
		}
		return rs[0]
	}
	blocks, err := rate.Blocks(d, data, q, func(rs iter.Seq[*rate.Result]) (out rate.Result) {
		for r := range rs {
			out = *r
			out.Warnings = slices.Clone(r.Warnings)
			break
		}
		return out
	})
	if err != nil || len(blocks) != 1 {
		t.Fatal(blocks, err)
	}
	return blocks[0]
}

// A corrected cell is used, and says so wherever its number goes; the data
// beneath is as it was.
func TestCorrectedAndMarked(t *testing.T) {
	data := embedded(t)
	over := Correct(data, builtin(t))
	const note = "DE TOTAL humanitarian_protection 2023: 21,462 in place of 61,778, as the cell repeats the rejections on the merits of its row (de-2023-humanitarian-total)"
	for _, keep := range []bool{true, false} {
		r := germany(t, over, keep)
		if r.Num != 21462 || r.Den != 197055 || !slices.Equal(r.Corrections(), []string{note}) || !slices.Contains(r.Warnings, "corrected: "+note) {
			t.Errorf("%v: %d/%d %q", keep, r.Num, r.Den, r.Warnings)
		}
		if r := germany(t, data, keep); r.Num != 61778 || r.Den != 237371 || r.Corrections() != nil {
			t.Errorf("raw: %d/%d %q", r.Num, r.Den, r.Warnings)
		}
	}
	marked := 0
	r := germany(t, over, true)
	for i := range r.Inputs {
		in := &r.Inputs[i]
		if fix := in.Corrected(); fix != nil {
			marked++
			if o := in.Cell(); fix.Note != note || o.Count != 21462 || o.Printed != "61,778" || in.Side != "num" {
				t.Errorf("%+v %+v", fix, o)
			}
		}
	}
	if marked != 1 {
		t.Errorf("%d cells are marked", marked)
	}
	// The raw file is found again beneath the correction.
	var places []*ingest.Place
	for i := range r.Inputs {
		places = append(places, &ingest.Place{Meta: r.Inputs[i].Meta, Cell: r.Inputs[i].Cell()})
	}
	if err := ingest.Locate(data, places); err != nil {
		t.Error(err)
	}
}

// Each built-in correction is made in the embedded data, mends what was broken
// and breaks nothing.
func TestBuiltInCorrections(t *testing.T) {
	data, c := embedded(t), builtin(t)
	uses, err := c.Uses(Correct(data, c))
	if err != nil {
		t.Fatal(err)
	}
	if len(uses) != len(c.All()) || len(uses) < 2 {
		t.Errorf("%d of %d", len(uses), len(c.All()))
	}
	for _, u := range uses {
		if !u.Made || u.At.Count != *u.Corrected || u.At.Corrected != u.Note() {
			t.Errorf("%s is not made: %+v", u.ID, u)
		}
		if _, err := os.Stat("../../reports/changes/" + u.ID + ".md"); err != nil {
			t.Errorf("%s moves numbers: %v", u.ID, err)
		}
	}
	before, err := Run(data, Options{Tables: []string{"statistics"}})
	if err != nil {
		t.Fatal(err)
	}
	after, err := Run(Correct(data, c), Options{Tables: []string{"statistics"}})
	if err != nil {
		t.Fatal(err)
	}
	if len(after) != len(before)-len(uses) {
		t.Errorf("%d findings, %d without corrections", len(after), len(before))
	}
	for _, f := range after {
		if len(find(before, f.Where(), f.Says)) == 0 {
			t.Errorf("new: %s: %s", f.Where(), f.Says)
		}
	}
	// What the audit proposes is what was accepted.
	for _, u := range uses {
		if !slices.ContainsFunc(before, func(f Finding) bool {
			return f.Repair != nil && f.Repair.Cell.same2(&u.At) && f.Repair.Value == obs.Number(*u.Corrected, 0)
		}) {
			t.Errorf("the audit does not propose %s", u.ID)
		}
	}
}

const mine = `- id: mine
  source: aida
  table: statistics
  cell: {citizen: SY, geo: DE, measure: refugee_status, origin: table}
  period: "2023"
  printed: "10,614"
  corrected: 10615
  why: a test
  evidence: [{says: so, address: "https://example.org/", date: "2024-01-01"}]
`

func write(t testing.TB, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "own.yaml")
	if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestCorrectionsOfOnesOwn(t *testing.T) {
	c, err := ReadCorrections(write(t, mine))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(c.All()); n != len(builtin(t).All())+1 {
		t.Errorf("%d corrections", n)
	}
	uses, err := c.Uses(embedded(t))
	if err != nil || !slices.ContainsFunc(uses, func(u Use) bool { return u.ID == "mine" && u.Made }) {
		t.Errorf("%+v, %v", uses, err)
	}

	// By the same id one is replaced, or taken back.
	data := embedded(t)
	c, err = ReadCorrections(write(t, strings.NewReplacer("mine", "de-2023-humanitarian-total", "citizen: SY, geo: DE, measure: refugee_status", "citizen: TOTAL, geo: DE, measure: humanitarian_protection", "10,614", "61,778", "10615", "20000").Replace(mine)))
	if err != nil {
		t.Fatal(err)
	}
	if r := germany(t, Correct(data, c), true); r.Num != 20000 {
		t.Errorf("replaced: %d", r.Num)
	}
	c, err = ReadCorrections(write(t, strings.NewReplacer("mine", "de-2023-humanitarian-total", "corrected: 10615", "as_printed: true").Replace(mine)))
	if err != nil {
		t.Fatal(err)
	}
	if r := germany(t, Correct(data, c), true); r.Num != 61778 || r.Corrections() != nil {
		t.Errorf("taken back: %d %v", r.Num, r.Corrections())
	}

	// What says anything else than is printed is left alone, and that is told.
	c, err = ReadCorrections(write(t, strings.Replace(mine, "10,614", "10,600", 1)))
	if err != nil {
		t.Fatal(err)
	}
	uses, err = c.Uses(data)
	if err != nil {
		t.Fatal(err)
	}
	if u := uses[len(uses)-1]; u.Made || u.Instead != "10,614" {
		t.Errorf("%+v", u)
	}
	tb, err := Correct(data, c).Load(statistics(t, data), table.Want{})
	if err != nil || len(tb.Fixes) != len(builtin(t).All()) {
		t.Errorf("%v %v", tb.Fixes, err)
	}
}

func statistics(t testing.TB, data rate.Data) table.Meta {
	t.Helper()
	for _, m := range data.Vintages() {
		if m.Table == "statistics" {
			return m
		}
	}
	t.Fatal("no table of AIDA's")
	return table.Meta{}
}

// A correction of two cells, or of a dimension that the table has not, is an
// error that says which.
func TestCorrectionsThatAreOfNoCell(t *testing.T) {
	for _, tt := range []struct{ from, to, want string }{
		{"citizen: SY, geo: DE, measure: refugee_status", "measure: subsidiary_protection", "is about"},
		{"citizen: SY", "nationality: SY", `got dimension "nationality", want one of citizen, geo, table`},
	} {
		text := strings.Replace(mine, tt.from, tt.to, 1)
		if tt.want == "is about" {
			text = strings.Replace(text, "10,614", "0", 1)
		}
		c, err := ReadCorrections(write(t, text))
		if err != nil {
			t.Fatal(err)
		}
		data := embedded(t)
		_, err = Correct(data, c).Load(statistics(t, data), table.Want{})
		if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), `correction "mine"`) {
			t.Errorf("%v, want %q", err, tt.want)
		}
	}
}

// Each fault is named by line and column. The schema of corrections refuses the
// same, but for what it cannot say: one of corrected and as_printed.
func TestFaultsOfCorrections(t *testing.T) {
	for _, tt := range []struct {
		from, to, want string
		schemaLets     bool
	}{
		{"id: mine", "id: My own", `own.yaml:1:7: got id "My own", want lower-case letters, digits and -`, false},
		{"source: aida", "source: euaa", `own.yaml:2:11: got source "euaa", want eurostat, unhcr or aida`, false},
		{"  corrected: 10615\n", "", "own.yaml:1:7: got corrected and as_printed, or neither, want one of them", true},
		{"  corrected: 10615\n", "  corrected: 10615\n  as_printed: true\n", "own.yaml:7:14: got corrected and as_printed, or neither, want one of them", true},
		{"corrected: 10615", "corrected: many", "own.yaml:7:14: ", false},
		{`period: "2023"`, `period: "23"`, `own.yaml:5:11: got period "23", want a period such as "2023", in quotes`, false},
		{"why: a test", `why: ""`, "own.yaml:8:8: got no why, want what is wrong with the cell", false},
		{"https://example.org/", "example.org", `own.yaml:9:34: got address "example.org", want one that begins with http`, false},
		{"2024-01-01", "1 January", `got date "1 January", want a date such as`, false},
		{"  evidence: [{says: so, address: \"https://example.org/\", date: \"2024-01-01\"}]\n", "", "own.yaml:1:7: got no evidence, want what shows it", false},
		{"why: a test", "why: a test\n  reason: a test", "own.yaml:9:3: ", false},
	} {
		text := strings.Replace(mine, tt.from, tt.to, 1)
		if text == mine {
			t.Fatalf("%q does not stand in the file", tt.from)
		}
		t.Chdir(t.TempDir())
		if err := os.WriteFile("own.yaml", []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if _, err := ReadCorrections("own.yaml"); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q: %v, want %q", tt.to, err, tt.want)
		}
		if err := againstSchema(t, text); (err == nil) != tt.schemaLets {
			t.Errorf("%q: the schema says %v", tt.to, err)
		}
	}
	if err := againstSchema(t, mine); err != nil {
		t.Error(err)
	}
	text, err := datasets.FS.ReadFile("corrections.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if err := againstSchema(t, string(text)); err != nil {
		t.Error(err)
	}
	if _, err := ReadCorrections(filepath.Join(t.TempDir(), "none.yaml")); !os.IsNotExist(err) {
		t.Errorf("no file: %v", err)
	}
}

// againstSchema checks corrections with a library for JSON Schema.
func againstSchema(t *testing.T, text string) error {
	t.Helper()
	const name = "corrections.schema.json"
	data, err := datasets.FS.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource(name, doc); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	var corrections any
	if err := yaml.Unmarshal([]byte(text), &corrections); err != nil {
		t.Fatal(err)
	}
	return schema.Validate(corrections)
}

// same2 compares cells of two readings of a table.
func (c *Cell) same2(o *Cell) bool {
	return c.Meta.SHA256 == o.Meta.SHA256 && c.Period == o.Period && slices.Equal(c.Key, o.Key)
}
