package sql_test

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"asylum/datasets/needs"
	"asylum/pipeline/audit"
	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/pipeline/sql"
	"asylum/pipeline/store"
	"asylum/reports/export"
)

// A question is what asylum rate and DuckDB are asked alike.
type question struct {
	name string
	d    rate.Definition
	lake *store.Lake
	dir  string
	q    rate.Query
	by   *audit.Corrections // those in force; nil is none
}

// rate is what asylum rate answers.
func (a *question) rate() ([]rate.Result, error) {
	if a.by == nil {
		return rate.Evaluate(a.d, a.lake, a.q)
	}
	return rate.Evaluate(a.d, audit.Correct(a.lake, a.by), a.q)
}

// sql is what asylum sql writes.
func (a *question) sql(dialect sql.Dialect) (string, error) {
	opt := sql.Options{Dialect: dialect, Root: a.dir}
	if a.by != nil {
		var err error
		if opt.Repairs, err = a.by.Repairs(a.lake); err != nil {
			return "", err
		}
	}
	return sql.Write(a.d, a.lake, a.q, opt)
}

// embedded is a lake of the data that comes with the program.
func embedded(t testing.TB) (*store.Lake, string) {
	t.Helper()
	e, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	l := store.Scratch(dir)
	if err := e.Copy(l); err != nil {
		t.Fatal(err)
	}
	return l, dir
}

func definitions(t testing.TB) []rate.Definition {
	t.Helper()
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	return set.All()
}

// variants are the ways in which every definition is asked: all cells, the
// aggregates that a source leaves to be added up, other stages, sums.
var variants = []struct {
	name string
	q    rate.Query
}{
	{"all", rate.Query{}},
	{"some", rate.Query{Citizen: []string{"RU", "SY"}, Geo: []string{"DE", "HR", "AT"}, Periods: []obs.Period{"2016", "2022", "2023"}}},
	{"aggregates", rate.Query{Citizen: []string{"TOTAL", "RU"}, Geo: []string{"EU27_2020", "EU28", "HR", "DE"}}},
	{"total", rate.Query{Citizen: []string{"TOTAL"}}},
	{"union", rate.Query{Geo: []string{"EU27_2020"}}},
	{"FI", rate.Query{Stage: "FI"}},
	{"FI+RA", rate.Query{Stage: "FI+RA", Citizen: []string{"RU", "AF"}}},
	{"as of", rate.Query{AsOf: "2023-12-31"}},
	{"years", rate.Query{By: []string{"citizen", "geo"}, Periods: []obs.Period{"2019", "2020", "2021", "2022"}}},
	{"quarters", rate.Query{By: []string{"citizen", "geo"}, Periods: []obs.Period{"2022-Q1", "2022-Q2"}}},
	{"countries", rate.Query{By: []string{"citizen", "period"}, Geo: []string{"HR", "AT", "DE", "IT", "ES"}, Citizen: []string{"RU", "SY"}}},
	{"citizens", rate.Query{By: []string{"geo", "period"}, Citizen: []string{"RU", "SY", "AF", "IQ"}}},
	{"by period and country", rate.Query{By: []string{"period", "geo", "citizen"}, Citizen: []string{"RU", "SY"}, Periods: []obs.Period{"2021", "2022", "2023"}}},
	{"by period", rate.Query{By: []string{"period", "citizen"}, Citizen: []string{"SY", "RU"}, Geo: []string{"HR", "AT", "DE"}}},
	{"one number", rate.Query{By: []string{}, Citizen: []string{"RU"}, Geo: []string{"HR", "AT"}, Periods: []obs.Period{"2021", "2022"}}},
	{"summed total", rate.Query{By: []string{"geo", "period"}, Citizen: []string{"TOTAL"}, Geo: []string{"EU27_2020"}}},
}

// Every definition over the embedded data gives the same rows in DuckDB, and one
// of each shape does whichever way it is asked.
func TestEmbeddedInDuckDB(t *testing.T) {
	l, dir := embedded(t)
	var ask []question
	every := []string{"eurostat_first_instance", "unhcr_total_protection", "aida_refugee", "grants_per_applicant", "share_of_applicants"} // one of each shape
	for _, d := range definitions(t) {
		for _, v := range variants {
			if slices.Contains(every, d.Name) || v.name == "all" || v.name == "aggregates" {
				ask = append(ask, question{d.Name + " " + v.name, d, l, dir, v.q, nil})
			}
		}
	}
	compare(t, ask)
}

// Corrected cells are read as corrected, of every source: the built-in ones, and
// those of a user's own over a rounded table and a coarsened one.
func TestCorrectedInDuckDB(t *testing.T) {
	l, dir := embedded(t)
	own := filepath.Join(t.TempDir(), "own.yaml")
	const evidence = `
  why: "it's a test"
  evidence: [{says: "nothing", address: "https://example.org/", date: "2026-01-01"}]
`
	if err := os.WriteFile(own, []byte(`
- id: rejected
  source: eurostat
  table: migr_asydcfsta
  cell: {citizen: EXT_EU28, geo: AT, decision: REJECTED}
  period: "2016"
  printed: "12045"
  corrected: 12545`+evidence+`
- id: recognized
  source: unhcr
  table: asylum_decisions
  cell: {citizen: RU, geo: HR, decision: dec_recognized, dec_level: FI}
  period: "2023"
  printed: "20"
  corrected: 10`+evidence), 0o666); err != nil {
		t.Fatal(err)
	}
	c, err := audit.ReadCorrections(own)
	if err != nil {
		t.Fatal(err)
	}
	repairs, err := c.Repairs(l)
	if err != nil || len(repairs) != len(c.All()) {
		t.Fatalf("%d of %d corrections are made: %v", len(repairs), len(c.All()), err)
	}
	var ask []question
	moved := map[string]bool{}
	for _, d := range definitions(t) {
		for _, q := range []rate.Query{{}, {Citizen: []string{"TOTAL", "RU"}, Geo: []string{"EU27_2020", "HR", "DE"}}} {
			a := question{d.Name + " corrected", d, l, dir, q, c}
			raw, errRaw := rate.Evaluate(d, l, q)
			if mended, err := a.rate(); err == nil && errRaw == nil && !reflect.DeepEqual(table(t, raw), table(t, mended)) {
				ask = append(ask, a, question{d.Name + " raw", d, l, dir, q, nil})
				moved[strings.SplitN(d.Name, "_", 2)[0]] = true
			}
		}
	}
	for _, name := range []string{"aida", "unhcr", "grants", "positives", "de"} {
		if !moved[name] {
			t.Errorf("no correction moves %s: %v", name, moved)
		}
	}
	compareSome(t, ask, sql.DuckDB)
}

// compare puts each question to both, and wants all kinds of answers among them.
func compare(t *testing.T, ask []question) {
	t.Helper()
	if rows, known, bounded, dated := compareSome(t, ask, sql.DuckDB); rows == 0 || known == 0 || bounded == 0 || dated == 0 {
		t.Error("too little was compared")
	}
}

// compareSome puts each question to both, and counts the rows: those with a share,
// with bounds, and as of an older day.
func compareSome(t *testing.T, ask []question, dialect sql.Dialect) (rows, known, bounded, dated int) {
	t.Helper()
	from := needs.DuckDB(t)
	out := t.TempDir()
	var files []string
	var asked []question
	refused := 0
	var want [][]map[string]string
	for i, a := range ask {
		results, err := a.rate()
		if err != nil {
			refused++ // a double count, or a stage that no source tells: asylum sql says so too
			continue
		}
		text, err := a.sql(dialect)
		if err != nil {
			t.Errorf("%s: %v", a.name, err)
			continue
		}
		file := filepath.Join(out, fmt.Sprintf("%d.sql", i))
		if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		files, asked, want = append(files, file), append(asked, a), append(want, table(t, results))
	}
	if dialect.Name == sql.Spark.Name {
		files = translated(t, files)
	}
	duckdb(t, from, files...)
	for i, a := range asked {
		got, err := read(files[i] + ".json")
		if err != nil {
			t.Errorf("%s: %v", a.name, err)
			continue
		}
		for _, row := range want[i] {
			rows++
			if row["known"] == "true" {
				known++
				if strings.Contains(row["warnings"], "later releases at hand hold only some of its cells") {
					dated++
				}
				if row["lo"] != row["hi"] {
					bounded++
				}
			}
		}
		differ(t, a.name, got, want[i])
	}
	t.Logf("%d questions (%d refused), %d rows, %d with a share, %d of them with bounds apart, %d as of an older day", len(asked), refused, rows, known, bounded, dated)
	if rows == 0 {
		t.Error("nothing was compared")
	}
	return rows, known, bounded, dated
}

// duckdb runs files of SQL; what each gives stands beside it.
func duckdb(t *testing.T, from string, files ...string) {
	t.Helper()
	cmd := exec.Command("node", append([]string{"testdata/duckdb.mjs"}, files...)...)
	cmd.Env = append(os.Environ(), "DUCKDB_FROM="+from)
	if msg, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("node: %v\n%s", err, msg)
	}
}

// The row that the README shows is one that DuckDB gives.
func TestREADME(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, shown, _ := strings.Cut(string(readme), "```csv\n")
	shown, _, _ = strings.Cut(shown, "\n```")
	from := needs.DuckDB(t)
	l, dir := embedded(t)
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Named("unhcr_total_protection")
	if err != nil {
		t.Fatal(err)
	}
	text, err := sql.Write(d, l, rate.Query{Citizen: []string{"RU"}, Geo: []string{"HR"}}, sql.Options{Dialect: sql.DuckDB, Root: dir})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "rate.sql")
	if err := os.WriteFile(file, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	duckdb(t, from, file)
	rows, err := read(file + ".json")
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		var fields []string
		for _, c := range sql.Columns {
			fields = append(fields, row[c])
		}
		if strings.Join(fields, ",") == shown {
			return
		}
	}
	t.Errorf("none of the rows is %q: %v", shown, rows)
}

// table gives results as asylum rate --format csv prints them, by column.
func table(t testing.TB, results []rate.Result) []map[string]string {
	t.Helper()
	var b bytes.Buffer
	if err := export.CSV(&b, results); err != nil {
		t.Fatal(err)
	}
	recs, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, rec := range recs[1:] {
		row := map[string]string{}
		for i, c := range recs[0] {
			row[c] = rec[i]
		}
		if strings.HasPrefix(row["why"], "no table at hand holds") || row["source"] == "" {
			continue // an answer to a question, not a row of any table
		}
		rows = append(rows, row)
	}
	return rows
}

// read gives what DuckDB answered.
func read(file string) ([]map[string]string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	if e := (struct{ Error string }{}); json.Unmarshal(data, &e) == nil && e.Error != "" {
		return nil, fmt.Errorf("%s", e.Error)
	}
	var head []string
	var rows []map[string]string
	in := bufio.NewScanner(bytes.NewReader(data))
	in.Buffer(nil, 1<<20)
	for in.Scan() {
		var rec []any
		if err := json.Unmarshal(in.Bytes(), &rec); err != nil {
			return nil, err
		}
		var row map[string]string
		if head != nil {
			row = map[string]string{}
		}
		for i, v := range rec {
			text := ""
			switch v := v.(type) {
			case string:
				text = v
			case float64:
				text = strconv.FormatFloat(v, 'g', -1, 64)
			case bool:
				text = strconv.FormatBool(v)
			}
			if row == nil {
				head = append(head, text)
			} else {
				row[head[i]] = text
			}
		}
		if row != nil {
			rows = append(rows, row)
		}
	}
	if !slices.Equal(head, sql.Columns) {
		return nil, fmt.Errorf("its columns are %v, want %v", head, sql.Columns)
	}
	return rows, in.Err()
}

// differ reports where two answers do: in order, in any cell of any row.
func differ(t *testing.T, name string, got, want []map[string]string) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d rows, asylum rate gives %d", name, len(got), len(want))
	}
	bad := 0
	for i := range min(len(got), len(want)) {
		for _, c := range sql.Columns {
			g, w := got[i][c], want[i][c]
			if g == w || close(c, g, w) || c == "why" && (g != "") == (w != "" || want[i]["known"] == "false") {
				continue
			}
			if bad++; bad <= 3 {
				t.Errorf("%s: row %d: %s is %q, asylum rate gives %q\n got %v\nwant %v", name, i, c, g, w, got[i], want[i])
			}
		}
	}
	if bad > 3 {
		t.Errorf("%s: %d cells differ", name, bad)
	}
}

func close(column, g, w string) bool {
	if column != "value" && column != "lo" && column != "hi" {
		return false
	}
	a, errA := strconv.ParseFloat(g, 64)
	b, errB := strconv.ParseFloat(w, 64)
	return errA == nil && errB == nil && math.Abs(a-b) <= 1e-9*max(1, math.Abs(b))
}

// Numbers that agree with nothing, cells that are not there, and vintages that
// each hold some of a table: over invented tables, the same from the same seed.
func TestInventedInDuckDB(t *testing.T) {
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	var ask []question
	for lake := range 8 {
		dir := t.TempDir()
		l := store.Scratch(dir)
		for v := range 3 {
			for _, tab := range []struct {
				name, axis string
				codes      []string
			}{
				{"migr_asydcfsta", "decision", []string{"TOTAL", "TOTAL_POS", "GENCONV", "SUB_PROT", "HUMSTAT", "TEMP_PROT", "REJECTED"}},
				{"migr_asyappctza", "asyl_app", []string{"ASY_APP", "NASY_APP"}},
			} {
				if v > 0 && random.IntN(4) == 0 {
					continue
				}
				file := filepath.Join(t.TempDir(), tab.name+".tsv")
				if err := os.WriteFile(file, invent(random, tab.axis, tab.codes, v > 0), 0o666); err != nil {
					t.Fatal(err)
				}
				opt := ingest.Options{Table: tab.name, Vintage: fmt.Sprintf("2024-0%d-01", v+1), Whole: random.IntN(6) == 0}
				if _, err := ingest.Add(l, file, opt); err != nil {
					t.Fatal(err)
				}
			}
		}
		for _, name := range []string{"eurostat_first_instance", "euaa_recognition", "refugee_status_share", "share_of_applicants", "grants_per_applicant", "positives_per_first_time_applicant"} {
			d, err := set.Named(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, q := range []rate.Query{{}, {By: []string{"citizen", "geo"}}, {Citizen: []string{"RU", "SY"}, By: []string{"geo"}}} {
				ask = append(ask, question{fmt.Sprint(name, " of lake ", lake, " by ", q.By), d, l, dir, q, nil})
			}
		}
	}
	compare(t, ask)
}

// outcomes draws true counts of decisions, and gives what is printed of them: in
// some cells numbers that agree with nothing, as invented for each.
func outcomes(random *rand.Rand) func(decision string) int {
	if random.IntN(3) == 0 {
		return func(string) int { return 5 * random.IntN(9) }
	}
	n := map[string]int{"GENCONV": random.IntN(14), "SUB_PROT": random.IntN(14), "HUMSTAT": random.IntN(14), "TEMP_PROT": random.IntN(3), "REJECTED": random.IntN(40)}
	n["TOTAL_POS"] = n["GENCONV"] + n["SUB_PROT"] + n["HUMSTAT"] + n["TEMP_PROT"]
	n["TOTAL"] = n["TOTAL_POS"] + n["REJECTED"]
	return func(decision string) int { return (n[decision] + 2) / 5 * 5 }
}

// invent writes a small table; an extract has only some of it.
func invent(random *rand.Rand, axis string, codes []string, extract bool) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "freq,citizen,sex,age,unit,%s,geo\\TIME_PERIOD\t2021 \t2022 \n", axis)
	n := 0
	for _, citizen := range []string{"TOTAL", "RU", "SY", "AF"} {
		if extract && random.IntN(2) == 0 {
			continue
		}
		for _, geo := range []string{"DE", "HR"} {
			printed := []func(string) int{outcomes(random), outcomes(random)}
			for _, c := range codes {
				if extract && random.IntN(3) == 0 || random.IntN(8) == 0 {
					continue
				}
				n++
				fmt.Fprintf(&b, "A,%s,T,TOTAL,PER,%s,%s", citizen, c, geo)
				for _, n := range printed {
					switch {
					case random.IntN(8) == 0:
						b.WriteString("\t: c")
					case axis == "decision":
						fmt.Fprintf(&b, "\t%d ", n(c))
					default:
						fmt.Fprintf(&b, "\t%d ", 5*random.IntN(9))
					}
				}
				b.WriteString("\n")
			}
		}
	}
	if n == 0 {
		fmt.Fprintf(&b, "A,RU,T,TOTAL,PER,%s,HR\t5 \t10 \n", codes[0])
	}
	return b.Bytes()
}

// files are the real exports that rates are computed from, whole where the
// shared data has them whole, with the day of each.
var files = []struct{ name, table, vintage string }{
	{"data/eurostat/explorer-csv/migr_asyappctza.allcitizens-2017.csv", "migr_asyappctza", "2017-06-30"},
	{"data/eurostat/tsv-new/migr_asyappctza.bulk-2023.tsv.gz", "migr_asyappctza", "2023-04-30"},
	{"data/eurostat/sdmx-csv-2/migr_asyappctza.codes-labels-2025.csv", "migr_asyappctza", "2025-03-31"},
	{"data/eurostat/json-stat/migr_asyappctza.ie-2026-09.subset.json", "migr_asyappctza", "2026-09-15"},
	{"data/eurostat/explorer-csv/migr_asydcfsta.2017-04.csv", "migr_asydcfsta", "2017-04-26"},
	{"data/eurostat/sdmx-csv-1/migr_asydcfsta.fr-2021-06.csv", "migr_asydcfsta", "2021-06-30"},
	{"data/eurostat/explorer-csv/migr_asydcfstq.noflags-2018.csv", "migr_asydcfstq", "2018-06-30"},
	{"data/unhcr/asylum_applications.csv.gz", "asylum_applications", "2025-12-01"},
	{"data/unhcr/asylum_decisions.csv.gz", "asylum_decisions", "2025-12-01"},
}

// Over the real exports too: several vintages of a table, some of them
// extracts, so that a share may have cells of two.
func TestRealInDuckDB(t *testing.T) {
	dir := t.TempDir()
	l := store.Scratch(dir)
	for _, f := range files {
		if _, err := ingest.Add(l, needs.Shared(t, f.name), ingest.Options{Table: f.table, Vintage: f.vintage}); err != nil {
			t.Fatal(err)
		}
	}
	var ask []question
	for _, d := range definitions(t) {
		for _, v := range variants {
			if v.name == "all" || v.name == "aggregates" && slices.Contains([]string{"unhcr_total_protection", "grants_per_applicant"}, d.Name) {
				ask = append(ask, question{d.Name + " " + v.name, d, l, dir, v.q, nil})
			}
		}
	}
	compare(t, ask)
}

var inSpark = regexp.MustCompile("parquet\\.`([^`]*)`")

// What is written for Spark is what DuckDB runs, but for
// how names are quoted, files are named, and lists are joined.
func TestSparkSaysTheSame(t *testing.T) {
	l, _ := embedded(t)
	for _, d := range definitions(t) {
		for _, v := range variants {
			var text [2]string
			for i, dialect := range []sql.Dialect{sql.DuckDB, sql.Spark} {
				var err error
				if text[i], err = sql.Write(d, l, v.q, sql.Options{Dialect: dialect, Root: "lake"}); err != nil {
					t.Fatal(err)
				}
			}
			spark := inSpark.ReplaceAllString(text[1], "read_parquet('$1')")
			spark = strings.NewReplacer("`", `"`, "for Spark SQL", "for DuckDB", "AS STRING", "AS VARCHAR").Replace(spark)
			duck := joinedList.ReplaceAllString(text[0], "array_join(sort_array(collect_set($1)), '$2')")
			if spark != duck {
				t.Errorf("%s %s: Spark gets\n%s\nDuckDB\n%s", d.Name, v.name, spark, duck)
			}
		}
	}
}

var joinedList = regexp.MustCompile(`array_to_string\(list_sort\(list\(DISTINCT (.*?)\) FILTER \(WHERE .*? IS NOT NULL\)\), '(.*?)'\)`)
