package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"asylum/datasets/needs"
	"asylum/pipeline/ingest"
	"asylum/pipeline/store"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/xuri/excelize/v2"
)

var update = flag.Bool("update", false, "rewrite the schemas of what commands write as JSON")

// writes is the Go type of what each command writes with --format json; some
// write one of two, by their flags.
var writes = map[string][]string{
	"audit":     {"export.AuditJSON", "[]export.Reconciliation"},
	"chart":     {"figure.dataJSON"},
	"compare":   {"export.Comparison"},
	"countries": {"export.CountriesJSON"},
	"diff":      {"export.DiffJSON"},
	"ladder":    {"export.LadderJSON"},
	"rate":      {"[]export.Result", "export.RankingJSON"},
	"rates":     {"[]export.Definition"},
	"reproduce": {"[]export.Judgement"},
	"solve":     {"export.SolutionJSON"},
	"tables":    {"[]main.tableRow"},
	"trace":     {"[]export.Result"},
	"verify":    {"main.verification"},
}

// leaves is the Go type of the files that a run leaves for programs to read.
var leaves = map[string][]string{"changes": {"changes.Report"}}

// Every command that knows --format json has a schema, which its help names and
// which says what its Go types say.
func TestSchemas(t *testing.T) {
	types := typesOf(t, map[string]string{"main": ".", "export": "../../reports/export", "figure": "../../reports/figure", "rate": "../../pipeline/rate", "disk": "../../pipeline/disk", "changes": "../../reports/changes"})
	known := map[string]bool{}
	for _, c := range (&app{}).root(nil).Commands() {
		f := c.Flags().Lookup("format")
		if f == nil || !strings.Contains(f.Usage, "json") {
			continue
		}
		name := c.Name()
		known[name] = true
		if !strings.Contains(c.Long, schemaFile(name)) {
			t.Errorf("asylum %s --help does not name %s", name, schemaFile(name))
		}
		types.hold(t, name, "asylum "+name+" --format json", writes[name])
	}
	for name, of := range leaves {
		types.hold(t, name, name+".json", of)
	}
	if got, want := slices.Sorted(maps.Keys(known)), slices.Sorted(maps.Keys(writes)); !slices.Equal(got, want) {
		t.Errorf("commands with --format json are %v, want %v", got, want)
	}
	files, err := filepath.Glob("../../datasets/output/*")
	if err != nil || len(files) != len(writes)+len(leaves) {
		t.Errorf("%d schemas of %d commands and %d files, %v", len(files), len(writes), len(leaves), err)
	}
}

// hold checks that a schema is what the types say, or writes it.
func (ts types) hold(t *testing.T, name, title string, of []string) {
	t.Helper()
	file := filepath.Join("..", "..", filepath.FromSlash(schemaFile(name)))
	want := ts.schema(t, title, of)
	if *update {
		if err := os.WriteFile(file, want, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not what the types say (go test ./cmd/asylum -run Schemas -update writes it): %v", schemaFile(name), err)
	}
}

// The changes.json of a first run and of one after a release that revises follow
// their schema. (That of a run that fetched: testdata/fetch/run.txtar.)
func TestChangesFollowTheirSchema(t *testing.T) {
	d := document(t, "changes")
	dir := t.TempDir()
	lake, out := filepath.Join(dir, "lake"), filepath.Join(dir, "out")
	config := write(t, filepath.Join(dir, "asylum.yaml"), small)
	decided := decisions("RU", "AF", "TOTAL")
	for i, text := range []string{decided, strings.NewReplacer("\t600 ", "\t640 ", "AF,", "SY,").Replace(decided)} {
		name := write(t, filepath.Join(dir, "migr_asydcfsta.tsv"), text)
		asylum(t, exitDone, "add", "--lake", lake, "--vintage", fmt.Sprintf("2024-0%d-01", 5+i), name)
		asylum(t, exitDone, "run", "-c", config, "--lake", lake, "--out", out)
		follows(t, d, filepath.Join(out, "changes.json"))
	}
}

func follows(t *testing.T, d *documented, name string) {
	t.Helper()
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err == nil {
		err = d.strict.Validate(doc)
	}
	if err != nil {
		t.Errorf("%v\n%s", err, data)
	}
}

// asked are questions whose answers, together, show every field of every schema.
// @LAKE is a lake of the embedded data, @HURT one in which a file was changed,
// @BOOK one that was filled from a workbook, @YEARS one with all citizenships of
// two years; @CHART and @FIX are a chart and
// corrections of one's own.
var asked = []string{
	"audit statistics --raw --citizen TR --geo DE", "audit statistics --citizen TOTAL --geo DE --corrections @FIX", "audit --lake @BOOK", "audit --against AIDA,UNHCR --citizen RU --geo DE,PL",
	"chart HR-RU-2023", "chart RU-EU-2023", "chart AF-funnel-2023", "chart RU-EU-2014-2024", "chart @CHART",
	"compare speech-overall speech-russians --mix", "compare speech-es speech-fr", "compare hr_ru_2023_unhcr_tpr speech-croatia",
	"countries --citizen AF --period 2023 --since 2019 --cv-gini", "countries --citizen TOTAL --period 2023 --geo DE,FR,BE,EL,RO,AT", "countries --citizen AF --period 1999", "countries --lake @YEARS --citizen TOTAL --period 2023 --since 2022",
	"diff migr_asyappctza 2023-04-30 2024-01-18",
	"ladder --citizen RU --geo HR --period 2023", "ladder --citizen TOTAL --geo HR --period 2022",
	"rate unhcr_total_protection --citizen RU --geo HR,LI,CY --period 2023 --interval wilson", "rate share_of_applicants --citizen RU --geo EU27_2020", "rate pact_20 --by citizen", "rate pact_20 --by citizen --period 1999",
	"rate aida_humanitarian --citizen TOTAL --geo DE", "rate eurostat_first_instance --lake @BOOK", "rate share_of_applicants --citizen RU --geo HR --period 2023 --sex T --age TOTAL --by citizen,sex,age,geo,period",
	"rates", "reproduce",
	"solve 9.1% --citizen RU --geo DE --period 2023 --count 480", "solve 16.3% --citizen RU --geo EU27_2020 --period 2023 --count 3075", "solve 2065 --citizen RU --geo HR --period 2022",
	"tables", "tables --lake @LAKE",
	"trace grants_per_intention --citizen RU --geo HR --period 2023", "trace HR-RU-2023",
	"verify --lake @LAKE", "verify --lake @HURT",
}

// What each command writes is what its schema says, and nothing that the schema
// does not speak of.
func TestOutputsFollowTheirSchemas(t *testing.T) {
	seen := map[string]bool{}
	all := map[string]bool{}
	schemas := map[string]*documented{}
	for name := range writes {
		schemas[name] = document(t, name)
		schemas[name].fields(all)
	}
	places := strings.NewReplacer("@LAKE", embeddedLake(t, false), "@HURT", embeddedLake(t, true), "@BOOK", workbookLake(t), "@YEARS", yearsLake(t),
		"@CHART", ownFile(t, "mine.yaml", ownChart), "@FIX", ownFile(t, "fix.yaml", ownCorrection))
	t.Chdir(t.TempDir())
	for _, line := range asked {
		args := strings.Fields(places.Replace(line))
		var out, log bytes.Buffer
		if status := run(append(args, "--format", "json"), nil, &out, &log); status != exitDone && status != exitFound {
			t.Errorf("asylum %s: exit %d\n%s", line, status, &log)
			continue
		}
		doc, err := jsonschema.UnmarshalJSON(&out)
		if err != nil {
			t.Errorf("asylum %s writes no JSON: %v", line, err)
			continue
		}
		d := schemas[args[0]]
		if err := d.strict.Validate(doc); err != nil {
			t.Errorf("asylum %s: %v", line, err)
		}
		d.see(d.root, doc, "", seen)
	}
	for _, f := range slices.Sorted(maps.Keys(all)) {
		if !seen[f] {
			t.Errorf("none of the answers shows %s: ask a question whose answer does", f)
		}
	}
}

// embeddedLake is a lake of the embedded data. In a hurt one a table is not as it
// was written, another has no sum, and something was begun.
func embeddedLake(t *testing.T, hurt bool) string {
	t.Helper()
	data, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(needs.Memory(t), "lake")
	if err := data.Copy(store.Scratch(dir)); err != nil {
		t.Fatal(err)
	}
	if hurt {
		files, err := filepath.Glob(filepath.Join(dir, "tables", "*", "*", "*", "*.parquet"))
		if err != nil || len(files) == 0 {
			t.Fatal(files, err)
		}
		if err := os.WriteFile(files[0], []byte("something else"), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// workbookLake is a lake of one workbook, as the Data Browser gives them out, whose
// outcomes do not add up.
func workbookLake(t *testing.T) string {
	t.Helper()
	x := excelize.NewFile()
	defer x.Close()
	sheets := map[string]map[string]any{"Summary": {
		"A6": "Decisions [MIGR_ASYDCFSTA__CUSTOM_123]", "A10": "Last update of data: ", "D10": "24/08/2026 11:00",
		"B16": "Source dataset(s)", "C17": "This data product is extracted from", "C18": "MIGR_ASYDCFSTA", "B20": "Sheet 1", "C20": "Annual",
	}, "Structure": {
		"A1": "Structure", "B2": "Dimension", "C2": "Position", "B3": "Label", "C3": "Label",
		"B4": "Time frequency", "C4": "Annual", "B5": "Country of citizenship", "C5": "Russia", "B6": "Type of decision", "C6": "Total",
	}}
	for i, decision := range []string{"Total", "Total positive decisions", "Rejected"} {
		sheets[fmt.Sprintf("Sheet %d", i+1)] = map[string]any{
			"A1": "Data extracted on 03/09/2026 10:00:00 from [ESTAT]",
			"A2": "Dataset: ", "B2": "Decisions [MIGR_ASYDCFSTA__CUSTOM_123]", "A3": "Last updated: ", "B3": "24/08/2026 11:00",
			"A5": "Time frequency", "C5": "Annual", "A6": "Country of citizenship", "C6": "Russia", "A7": "Age class", "C7": "Total",
			"A8": "Type of decision", "C8": decision, "A9": "Unit of measure", "C9": "Person", "A10": "Sex", "C10": "Total",
			"A12": "TIME", "B12": "2024", "A13": "GEO (Labels)", "A14": "Germany", "B14": []int{300, 100, 100}[i],
		}
	}
	for _, sheet := range []string{"Summary", "Structure", "Sheet 1", "Sheet 2", "Sheet 3"} {
		if _, err := x.NewSheet(sheet); err != nil {
			t.Fatal(err)
		}
		for at, v := range sheets[sheet] {
			if err := x.SetCellValue(sheet, at, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := x.DeleteSheet("Sheet1"); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "migr_asydcfsta.xlsx")
	if err := x.SaveAs(file); err != nil {
		t.Fatal(err)
	}
	lake, err := store.Create(filepath.Join(dir, "lake"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ingest.Add(lake, file, ingest.Options{}); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "lake")
}

// yearsLake is a lake of what a few countries decided about two citizenships in
// two years.
func yearsLake(t *testing.T) string {
	t.Helper()
	var items []string
	for year, more := range []int{0, 100} {
		for i, coa := range []string{"DEU", "FRA", "ITA"} {
			for j, coo := range []string{"RUS", "SYR"} {
				items = append(items, fmt.Sprintf(`{"year":%d,"coo_iso":%q,"coa_iso":%q,"procedure_type":"G","dec_level":"FI","dec_pc":"P","dec_recognized":%d,"dec_other":"100","dec_rejected":%d,"dec_closed":"50","dec_total":"-"}`,
					2022+year, coo, coa, 400+100*i+more, 600+200*j))
			}
		}
	}
	file := ownFile(t, "page.json", `{"page":1,"maxPages":1,"items":[`+strings.Join(items, ",")+`]}`)
	dir := filepath.Join(t.TempDir(), "lake")
	lake, err := store.Create(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ingest.Add(lake, file, ingest.Options{Vintage: "2025-12-01"}); err != nil {
		t.Fatal(err)
	}
	return dir
}

const ownChart = `id: mine
kind: lines
definition: [unhcr_total_protection, unhcr_all_outcomes]
source: unhcr
stage: FI
citizen: RU
geo: DE
period: 2019..2023
mix: true
title: {en: Russians in Germany}
note: {en: a note}
`

const ownCorrection = `- id: mine
  source: aida
  table: statistics
  cell: {citizen: TOTAL, geo: DE, table: first_instance, measure: refugee_status, origin: table}
  period: "2023"
  printed: "1"
  corrected: 2
  why: to be tried
  evidence: [{says: nothing, address: "https://example.org/", date: "2024-07-10"}]
`

func ownFile(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	return file
}

// A documented command is its schema: as a document, and as one that takes no
// field that it does not name.
type documented struct {
	root   map[string]any
	strict *jsonschema.Schema
}

func document(t *testing.T, command string) *documented {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(schemaFile(command))))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(b))
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	forbid(doc)
	c := jsonschema.NewCompiler()
	if err := c.AddResource(command, doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile(command)
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	return &documented{doc.(map[string]any), s}
}

// forbid takes fields that no schema names away from what is allowed.
func forbid(x any) {
	switch x := x.(type) {
	case map[string]any:
		if _, ok := x["properties"].(map[string]any); ok {
			x["additionalProperties"] = false
		}
		for _, v := range x {
			forbid(v)
		}
	case []any:
		for _, v := range x {
			forbid(v)
		}
	}
}

// fields are those that a schema names, by type.
func (d *documented) fields(all map[string]bool) {
	defs, _ := d.root["$defs"].(map[string]any)
	for name, def := range defs {
		props, _ := def.(map[string]any)["properties"].(map[string]any)
		for p := range props {
			all[name+"."+p] = true
		}
	}
}

// see notes the fields that a document shows with a value.
func (d *documented) see(s map[string]any, x any, in string, seen map[string]bool) {
	if ref, ok := s["$ref"].(string); ok {
		name := strings.TrimPrefix(ref, "#/$defs/")
		def := d.root["$defs"].(map[string]any)[name].(map[string]any)
		d.see(def, x, name, seen)
		return
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		list, _ := s[key].([]any)
		for _, one := range list {
			d.see(one.(map[string]any), x, in, seen)
		}
	}
	switch x := x.(type) {
	case []any:
		if items, ok := s["items"].(map[string]any); ok {
			for _, y := range x {
				d.see(items, y, in, seen)
			}
		}
	case map[string]any:
		props, _ := s["properties"].(map[string]any)
		for p, y := range x {
			if sub, ok := props[p].(map[string]any); ok && y != nil {
				seen[in+"."+p] = true
				d.see(sub, y, in, seen)
			}
		}
	}
}

// types are the type declarations of packages, by "package.Type".
type types map[string]*declared

type declared struct {
	pkg string
	doc string
	is  ast.Expr
}

func typesOf(t *testing.T, dirs map[string]string) types {
	t.Helper()
	out := types{}
	for pkg, dir := range dirs {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(dir, err)
		}
		for _, name := range files {
			f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range f.Decls {
				g, ok := d.(*ast.GenDecl)
				if !ok {
					continue
				}
				for _, s := range g.Specs {
					s, ok := s.(*ast.TypeSpec)
					if !ok {
						continue
					}
					doc := s.Doc
					if doc == nil {
						doc = g.Doc
					}
					out[pkg+"."+s.Name.Name] = &declared{pkg, oneLine(doc), s.Type}
				}
			}
		}
	}
	return out
}

// oneLine is a comment on one line.
func oneLine(c *ast.CommentGroup) string { return strings.Join(strings.Fields(c.Text()), " ") }

// An object is JSON with its keys in order.
type object []field

type field struct {
	key   string
	value any
}

func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		v, err := plain(f.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "%s:%s", strconv.Quote(f.key), v)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// plain is JSON that leaves < and & as they are.
func plain(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

// schema is what a command writes as JSON Schema.
func (ts types) schema(t *testing.T, title string, roots []string) []byte {
	t.Helper()
	defs := map[string]object{}
	var one []any
	for _, r := range roots {
		expr, err := parser.ParseExpr(r)
		if err != nil {
			t.Fatal(err)
		}
		one = append(one, ts.of(t, expr, "", defs))
	}
	out := object{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", title}}
	if len(one) == 1 {
		out = append(out, one[0].(object)...)
	} else {
		out = append(out, field{"oneOf", one})
	}
	list := object{}
	for _, name := range slices.Sorted(maps.Keys(defs)) {
		list = append(list, field{name, defs[name]})
	}
	b, err := plain(append(out, field{"$defs", list}))
	if err != nil {
		t.Fatal(err)
	}
	var wide bytes.Buffer
	if err := json.Indent(&wide, b, "", "  "); err != nil {
		t.Fatal(err)
	}
	wide.WriteByte('\n')
	return wide.Bytes()
}

// of is the schema of a type that stands in a package.
func (ts types) of(t *testing.T, x ast.Expr, pkg string, defs map[string]object) object {
	t.Helper()
	switch x := x.(type) {
	case *ast.StarExpr:
		s := ts.of(t, x.X, pkg, defs)
		if s[0].key == "type" && s[0].value != "array" {
			return append(object{{"type", []any{s[0].value, "null"}}}, s[1:]...)
		}
		return object{{"anyOf", []any{s, object{{"type", "null"}}}}}
	case *ast.ArrayType:
		s := object{{"type", "array"}, {"items", ts.of(t, x.Elt, pkg, defs)}}
		if n, ok := x.Len.(*ast.BasicLit); ok {
			size, err := strconv.Atoi(n.Value)
			if err != nil {
				t.Fatal(err)
			}
			s = append(s, field{"minItems", size}, field{"maxItems", size})
		}
		return s
	case *ast.MapType:
		return object{{"type", "object"}, {"additionalProperties", ts.of(t, x.Value, pkg, defs)}}
	case *ast.SelectorExpr:
		if name := x.X.(*ast.Ident).Name + "." + x.Sel.Name; name != "json.Number" {
			return ts.named(t, name, defs)
		}
		return object{{"type", "number"}}
	case *ast.Ident:
		switch x.Name {
		case "string", "bool", "any":
			return map[string]object{"string": {{"type", "string"}}, "bool": {{"type", "boolean"}}, "any": {}}[x.Name]
		case "int", "int32", "int64", "uint8":
			return object{{"type", "integer"}}
		case "float64":
			return object{{"type", "number"}}
		}
		return ts.named(t, pkg+"."+x.Name, defs)
	}
	t.Fatalf("%T has no schema", x)
	return nil
}

// named refers to a struct's schema; another type's is written out.
func (ts types) named(t *testing.T, name string, defs map[string]object) object {
	t.Helper()
	d, ok := ts[name]
	if !ok {
		t.Fatalf("there is no type %s", name)
	}
	s, ok := d.is.(*ast.StructType)
	if !ok {
		return ts.of(t, d.is, d.pkg, defs)
	}
	_, short, _ := strings.Cut(name, ".")
	short = strings.TrimSuffix(short, "JSON")
	if _, ok := defs[short]; !ok {
		defs[short] = object{{"description", d.doc}} // while it refers to itself
		defs[short] = ts.fields(t, s, d, defs)
	}
	if defs[short][0].value != d.doc {
		t.Fatalf("two types are called %s", short)
	}
	return object{{"$ref", "#/$defs/" + short}}
}

// glossary describes fields that say the same wherever they stand, for those
// whose declaration leaves it to the name.
var glossary = map[string]string{
	"a":                          "of the first",
	"address":                    "where it stands",
	"age":                        "a code of datasets/codes/age.csv",
	"all":                        "decisions",
	"all_after":                  "decisions after",
	"all_before":                 "decisions before",
	"at_or_below":                "whether the law's test is met",
	"b":                          "of the second",
	"before":                     "the earlier period",
	"cause":                      "what explains it, or may; \"\" where nothing is known",
	"caveats":                    "what is to be known of it",
	"cell":                       "the cell in question",
	"cells":                      "that it rests on",
	"citation":                   "where it is defined",
	"cites":                      "the source that the figure names",
	"citizen":                    "a code of datasets/codes/citizen.csv, such as RU, or TOTAL for everybody",
	"citizens":                   "how many citizenships",
	"claimed":                    "the definition that it claims, by name or in words",
	"class":                      "what it shares with results that may stand beside it",
	"comparable":                 "whether they may stand side by side",
	"composition":                "share of one",
	"composition_may":            "what rounding allows it to be, share of one",
	"composition_points":         "what the mix of groups did",
	"corrected":                  "in place of what is printed",
	"count":                      "as printed",
	"countries":                  "how many, or which, were taken together",
	"counts":                     "as each has it; of a published count, what it counts",
	"cv":                         "coefficient of variation of the shares granted",
	"cv_refused":                 "the same of the shares refused",
	"date":                       "when it was so, YYYY-MM-DD",
	"decimals":                   "to which it is printed",
	"definition":                 "the name of a definition, as asylum rates lists them",
	"den":                        "the count below the line, null if it is not known",
	"den_to":                     "and at most",
	"denominator":                "what stands below it",
	"df":                         "its degrees of freedom",
	"difference_points":          "after less before",
	"differences":                "in what they are not alike",
	"dispersion":                 "how far the rates lie apart, null with fewer than two countries",
	"doubts":                     "what makes it less plausible than others",
	"effect":                     "share of one",
	"effect_may":                 "what rounding allows it to be, share of one",
	"effect_points":              "what the rates within groups did",
	"entries":                    "the nearest to the line first, then those with too few decisions",
	"evidence":                   "what shows it",
	"expected":                   "the verdict that a check is to find; of an adjusted rate, what others would have granted",
	"few":                        "fewer decisions than the law's own test wants",
	"figures":                    "the two, in the order asked for",
	"file":                       "the raw file",
	"flags":                      "as the source prints them, \"\" for none",
	"formula":                    "in the letters of the README",
	"geo":                        "a code of datasets/codes/geo.csv: a country of asylum such as HR, or a union such as EU27_2020",
	"gini":                       "Gini coefficient of the shares granted",
	"gini_refused":               "the same of the shares refused",
	"grants":                     "what each source counts",
	"group":                      "a citizenship or a country",
	"hi":                         "the most that rounding allows",
	"hi95":                       "95 % lie below it, or on it",
	"hi998":                      "99.8 % lie below it, or on it",
	"highest":                    "the geo of the highest rate",
	"how":                        "by which way it was found",
	"i2":                         "the share of the scatter that is not chance",
	"id":                         "by which commands know it",
	"intentions_per_application": "expressed for each application lodged, null where one of the two is not counted",
	"is_definition":              "false: two counts that no definition divides",
	"key":                        "the codes of the cell, by dimension",
	"kind":                       "rate, share, ratio, backlog or per_million",
	"level":                      "of the interval: 0.95",
	"limits":                     "by the number of decisions",
	"line":                       "in the raw file, from 1",
	"lo":                         "the least that rounding allows",
	"lo95":                       "95 % lie above it, or on it",
	"lo998":                      "99.8 % lie above it, or on it",
	"lowest":                     "the geo of the lowest rate",
	"may":                        "what rounding allows it to be",
	"n":                          "how many",
	"name":                       "by which commands know it",
	"new":                        "after, null if there is none",
	"new_flags":                  "its flags now",
	"new_text":                   "after, with both counts",
	"note":                       "what a reader should know",
	"notes":                      "sentences that explain it",
	"num_to":                     "and at most",
	"numerator":                  "what stands above the line",
	"nums":                       "counts of that size at hand",
	"observed":                   "positive decisions on citizenships that others decide on too",
	"old":                        "before, null if there was none",
	"old_flags":                  "its flags then",
	"old_text":                   "before, with both counts",
	"p":                          "how often chance gives such a slope or a steeper one, null where that is not known",
	"pairs":                      "counts that both have",
	"period":                     "a year, quarter or month: 2023, 2023-Q1, 2023-01",
	"phi_may":                    "what rounding allows it to be",
	"place":                      "what the geo was taken for",
	"points":                     "countries",
	"population":                 "who is counted",
	"pos":                        "positive decisions",
	"pos_after":                  "positive decisions after",
	"pos_before":                 "positive decisions before",
	"printed":                    "as the source prints it",
	"prior":                      "the earlier result",
	"published":                  "by whom and when; of an answer to solve, counts that others published",
	"publisher":                  "who defines it so",
	"q":                          "Cochran's Q",
	"quantity":                   "what is counted, in words",
	"rank_from":                  "decisions that a rank wants",
	"rank_lo":                    "the best rank that rounding allows",
	"rate":                       "share of one",
	"rate_may":                   "what rounding allows it to be",
	"rates":                      "that moved",
	"ratio_may":                  "what rounding allows it to be",
	"reason":                     "why it is not compared",
	"refugee_status":             "granted, as printed",
	"result":                     "both counts, what they give, and what they rest on",
	"says":                       "what it says",
	"sd":                         "standard deviation weighted by decisions, share of one",
	"sd_adjusted":                "the same of adjusted rates",
	"sd_countries":               "over how many countries",
	"sd_may":                     "what rounding allows it to be",
	"sd_trend":                   "of the standard deviation, a year",
	"se":                         "its standard error, null with too few points",
	"sentences":                  "what each divides, and what follows",
	"sex":                        "a code of datasets/codes/sex.csv",
	"sha256":                     "of the raw file",
	"slope":                      "a year; of beta, of the change of the log odds on where they began",
	"source":                     "eurostat, unhcr or aida",
	"sources":                    "eurostat, unhcr, aida: those that it can be computed from, or that are compared",
	"stage":                      "levels that were used: first, final, or those of UNHCR such as FI",
	"statement":                  "what the figure is said to be",
	"step":                       "intentions, applications, ended or merits",
	"steps":                      "from the wish to apply to the decision",
	"table":                      "the source's own code of the table",
	"tag":                        "how sure the carried figure is: A, B, C, D, or X for one that does not hold",
	"tau":                        "between countries, on the logit scale",
	"tau_may":                    "what rounding allows tau to be",
	"tau_trend":                  "of tau, a year",
	"title":                      "in words",
	"to":                         "and to",
	"tolerance":                  "what rounding allows at most",
	"tried":                      "sets of true counts",
	"unit":                       "persons, cases, or national where it differs by country; of a published figure percent, persons or ratio",
	"value":                      "as it is, or would be, written; of a measure its value",
	"verdict":                    "what the data at hand says of it",
	"vintage":                    "the day that the source served it, YYYY-MM-DD",
	"vintages":                   "tables and days that it rests on",
	"warning":                    "why it should not be quoted alone",
	"warnings":                   "what is to be said beside the number",
	"why":                        "the reason",
	"with_appeals":               "those of the countries whose figure holds appeals as well",
	"words":                      "what it counts",
	"years":                      "from the first on",
	"z":                          "standard deviations above the line's rate",
}

func (ts types) fields(t *testing.T, s *ast.StructType, d *declared, defs map[string]object) object {
	t.Helper()
	props, required := object{}, []any{}
	for _, f := range s.Fields.List {
		if len(f.Names) != 1 || f.Tag == nil {
			t.Fatalf("%s: a field without a name or a tag has no schema", d.doc)
		}
		tag, err := strconv.Unquote(f.Tag.Value)
		if err != nil {
			t.Fatal(err)
		}
		key, option, _ := strings.Cut(reflect.StructTag(tag).Get("json"), ",")
		if key == "-" {
			continue
		}
		if option == "" {
			required = append(required, key)
		}
		v := ts.of(t, f.Type, d.pkg, defs)
		says := strings.TrimSpace(oneLine(f.Doc) + " " + oneLine(f.Comment))
		if v[0].value == "array" && strings.Contains(says, "null") { // a list may be left out without being empty
			v[0].value = []any{"array", "null"}
		}
		if says == "" {
			says = glossary[key]
		}
		if says == "" {
			t.Errorf("%s: field %s has no comment, and the glossary does not know it", d.doc, key)
		}
		v = append(object{{"description", says}}, v...)
		props = append(props, field{key, v})
	}
	return object{{"description", d.doc}, {"type", "object"}, {"required", required}, {"properties", props}}
}
