package ledger

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"asylum/datasets/needs"
	"asylum/pipeline/audit"
	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct {
		in   string
		want quantity
	}{
		{"52.78 %", quantity{'=', 52.78, 2, true, 0.01, false}},
		{"16.3%", quantity{'=', 16.3, 1, true, 0.1, false}},
		{"6 %", quantity{'=', 6, 0, true, 1, false}},
		{"less than 2 %", quantity{'<', 2, 0, true, 1, false}},
		{"about 19,000", quantity{'~', 19000, 0, false, 1000, false}},
		{"18,820", quantity{'=', 18820, 0, false, 1, false}},
		{"16,3 %", quantity{'=', 16.3, 1, true, 0.1, false}},
		{" 16.3\u202f% ", quantity{'=', 16.3, 1, true, 0.1, false}},
		{"16.3 per cent", quantity{'=', 16.3, 1, true, 0.1, false}},
		{"16.3 Percent", quantity{'=', 16.3, 1, true, 0.1, false}},
		{"0,163 %", quantity{'=', 0.163, 3, true, 0.001, false}},
		{"1,234.5 %", quantity{'=', 1234.5, 1, true, 0.1, false}},
		{"1.234,5 %", quantity{'=', 1234.5, 1, true, 0.1, false}},
		{"19 000", quantity{'=', 19000, 0, false, 1, false}},
		{"1.234.567", quantity{'=', 1234567, 0, false, 1, false}},
		{"2.5", quantity{'=', 2.5, 1, false, 0.1, false}},
		{"<1%", quantity{'<', 1, 0, true, 1, false}},
		{"≤ 1 %", quantity{'<', 1, 0, true, 1, true}},
		{"at most 1 %", quantity{'<', 1, 0, true, 1, true}},
		{"no more than 1 %", quantity{'<', 1, 0, true, 1, true}},
		{"> 97 %", quantity{'>', 97, 0, true, 1, false}},
		{">=97 %", quantity{'>', 97, 0, true, 1, true}},
		{"at least 97 %", quantity{'>', 97, 0, true, 1, true}},
		{"ca. 16 %", quantity{'~', 16, 0, true, 1, false}},
		{"~16%", quantity{'~', 16, 0, true, 1, false}},
		{"around 1,500", quantity{'~', 1500, 0, false, 100, false}},
	} {
		got, err := parse(tt.in)
		if err != nil || got != tt.want {
			t.Errorf("parse(%q) = %+v, %v; want %+v", tt.in, got, err, tt.want)
		}
	}
	for _, bad := range []string{
		"", "many", "1e400", "%", "NaN %", "-5 %", "−5 %", "1e1 %", "0x10 %", "16-17 %", "16 % 17", "33.9%%", "16.3 ‰", "about half", "aboutish 5 %", "underage 5",
		"2,0", "1,23,456", "12,34", "1 23", ".5", "5.", "33.9\x00 %", // no way of printing thousands, or decimals
		"1,234 %", "16,345 %", "1.234", "19.000", // thousands or decimals
		"99999999999999999999", "10000000 %", "1.0000000001 %",
	} {
		if q, err := parse(bad); err == nil || !strings.Contains(err.Error(), "\n\thint: ") {
			t.Errorf("parse(%q) = %+v, %v, want an error with a hint", bad, q, err)
		}
	}
}

func judge1(t *testing.T, yaml string) Judgement {
	t.Helper()
	figures, err := readYAML([]byte("source: {title: a test}\nfigures:\n  - {"+yaml+"}\n"), "f.yaml")
	if err != nil {
		t.Fatal(err)
	}
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	data, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	js, err := Judge(figures, set, data)
	if err != nil {
		t.Fatal(err)
	}
	return js[0]
}

func TestVerdicts(t *testing.T) {
	const merits = `id: x, citizen: RU, geo: HR, period: "2023", cites: unhcr, claimed: unhcr_total_protection, `
	for _, tt := range []struct{ figure, want string }{
		{merits + `value: 33.9 %`, Reproduced},
		{merits + `value: 34 %`, Reproduced},
		{merits + `value: 33.8 %`, Truncated},
		{merits + `value: 37 %`, WithinRounding},
		{merits + `value: 80 %`, Contradicted},
		{merits + `value: 6.0 %`, OtherDefinition + "unhcr_all_outcomes"},
		{merits + `value: 33.9 %, num: 20, den: 59`, Reproduced},
		{merits + `value: 33.9 %, num: 20, den: 58`, Contradicted},
		{merits + `value: less than 40 %`, Reproduced},
		{merits + `value: less than 30 %`, OtherDefinition + "unhcr_all_outcomes"},
		{`id: x, citizen: RU, geo: HR, period: "2023", cites: aida, claimed: acceptance, value: less than 1 %, num: 23, den: 8507`, OtherDefinition + "grants_per_intention"},
		{`id: x, citizen: RU, geo: FR, period: "2023", cites: eurostat, claimed: eurostat_first_instance, value: 19 %`, NoData},
		{`id: x, citizen: RU, geo: FR, period: "2023", cites: eurostat, claimed: eurostat_first_instance, value: 19 %, num: 19, den: 100`, ArithmeticOnly},
		{`id: x, citizen: RU, geo: FR, period: "2023", cites: eurostat, claimed: eurostat_first_instance, value: 19 %, num: 30, den: 100`, Contradicted},
		{`id: x, citizen: RU, geo: HR, period: "2022", cites: eurostat, counts: applicants, value: "270"`, Reproduced},
		{`id: x, citizen: RU, geo: HR, period: "2022", cites: eurostat, counts: applicants, value: "271"`, WithinRounding},
		{`id: x, citizen: RU, geo: HR, period: "2022", cites: eurostat, counts: applicants, value: "2,065"`, OtherVintage + "2023-04-30"},
		{`id: x, citizen: RU, geo: HR, period: "2022", cites: eurostat, counts: applicants, value: "9,999"`, Contradicted},
		{`id: x, citizen: RU, geo: HR, period: "2022", cites: eurostat, claimed: share_of_applicants, value: 16.0 %`, OtherVintage + "2023-04-30"},
		{`id: x, citizen: TOTAL, geo: DE, period: "2016", cites: eurostat, claimed: eurostat_first_instance, value: 68.7 %`, Reproduced},
	} {
		if j := judge1(t, tt.figure); j.Verdict != tt.want {
			t.Errorf("{%s}: %s (%s), want %s", tt.figure, j.Verdict, j.Why, tt.want)
		}
	}
}

// judged are the built-in figures over the embedded data.
var judged = sync.OnceValues(func() ([]Judgement, error) {
	figures, err := Builtin()
	if err != nil {
		return nil, err
	}
	set, err := rate.Definitions("")
	if err != nil {
		return nil, err
	}
	data, err := ingest.OpenEmbedded()
	if err != nil {
		return nil, err
	}
	c, err := audit.ReadCorrections("")
	if err != nil {
		return nil, err
	}
	return Judge(figures, set, audit.Correct(data, c))
})

// The ledger as a test suite: every verdict that was checked by hand is found
// again, every figure has what METHODS 7 wants, the speech's come first.
func TestBuiltinFigures(t *testing.T) {
	js, err := judged()
	if err != nil {
		t.Fatal(err)
	}
	var expected, speech int
	for i, j := range js {
		if strings.HasPrefix(j.ID, "speech-") {
			speech++
			if i >= 8 {
				t.Errorf("%s does not stand among the first", j.ID)
			}
		}
		if j.Expected != "" {
			expected++
			if j.Verdict != j.Expected {
				t.Errorf("%s: %s (%s), want %s", j.ID, j.Verdict, j.Why, j.Expected)
			}
		}
		if !strings.HasPrefix(j.Address, "http") || j.Statement == "" || j.From.Title == "" || j.Topic == "" {
			t.Errorf("%s has no address, statement, title or topic: %+v", j.ID, j.Figure)
		}
		if !slices.Contains(Kinds, j.Kind()) {
			t.Errorf("%s: there is no verdict %q", j.ID, j.Verdict)
		}
		if (j.Match == nil) != (j.Trace() == "") {
			t.Errorf("%s rests on %v and is traced by %q", j.ID, j.Match, j.Trace())
		}
		for _, id := range j.Beside {
			if !slices.ContainsFunc(js, func(o Judgement) bool { return o.ID == id }) {
				t.Errorf("%s stands beside %s, which does not exist", j.ID, id)
			}
		}
	}
	if speech != 8 || expected < 100 {
		t.Errorf("%d figures of the speech and %d expected verdicts, want 8 and at least 100", speech, expected)
	}
}

// Over the page as printed the same figure is contradicted, and why is said.
func TestAsPrinted(t *testing.T) {
	j := judge1(t, `id: x, citizen: TOTAL, geo: DE, period: "2023", cites: aida, claimed: de_gesamtschutzquote, value: 51.7 %, num: 135277, den: 261601`)
	says := strings.Join(j.Explained, "\n")
	if j.Verdict != Contradicted || strings.Contains(says, "corrected") {
		t.Errorf("%s: %s", j.Verdict, says)
	}
	for _, want := range []string{"61,778 repeats its in merit rejection", "leave 21,462", "135,277/261,601 = 51.7 %, as printed"} {
		if !strings.Contains(says, want) {
			t.Errorf("%q is not among\n%s", want, says)
		}
	}
}

// A row that does not hold is explained by what its counts give, computed.
func TestExplained(t *testing.T) {
	js, err := judged()
	if err != nil {
		t.Fatal(err)
	}
	for id, want := range map[string][]string{
		"de_2023_gsq": {"rests on a corrected cell: DE TOTAL humanitarian_protection 2023: 21,462 in place of 61,778"},
		"el_2020_ref": {"the numerator is the same, 26,371; the figure divides by 81,052 and aida_refugee by 57,146",
			"4 other figures of the same page are reproduced by aida_refugee (el_af_2020_ref, el_cd_2020_ref, el_pk_2020_ref, el_sy_2020_ref)"},
		"cy_sy_2023_sub":           {"2,040/2,084 is 97.889 %; that rounds to 97.9 %, and cut after one decimal it is 97.8 %"},
		"cy_bd_2023_ref":           {"that rounds to 0.58 %, and cut after 2 decimals it is 0.57 %"},
		"nl_2023_overall":          {"is 80.88 %", "add up to 80.83 %, which is not 80.2 %", "would take 14,355 to 14,372", "over it the rate would be 82.8 %, which is not it either"},
		"nl_2023_ref":              {"rounding of the counts to 5 allows 18.356 to 18.383 %"},
		"es_2023_incl_hum":         {"the data at hand has both counts", "add up to 88,042, 3,493 more than the printed total of 84,549", "over it the rate would be 62.3 %"},
		"it_2023_sp":               {"11,152/60,772 is 18.4 %"},
		"be_2021_prot":             {"is 46.07 %", "add up to 43.9 %, which is not 43.5 %"},
		"uk_cohort_2012_known":     {"add up to 22,113, 270 more than the printed total of 21,843"},
		"se_ru_2023_merit":         {"add up to 396, 12 less than the printed total of 408"},
		"estat_eu_granted_2023_v1": {"estat_eu_granted_2023_v2 has 409,530 for it (no data), 45 apart"},
		"estat_eu_granted_2019":    {"295,900, 100 off the printed total, which rounding to 100 allows"},
		"el_2020h1_min":            {"el_2020h1_estat has 69 % for it (contradicted), 25 points apart"},
		"fr_2022_ofpra":            {"add up to 27.4 %, which agrees with 27 %"},
	} {
		i := slices.IndexFunc(js, func(j Judgement) bool { return j.ID == id })
		if i < 0 {
			t.Errorf("the ledger lacks %s", id)
			continue
		}
		says := js[i].Why + "\n" + strings.Join(js[i].Explained, "\n")
		for _, w := range want {
			if !strings.Contains(says, w) {
				t.Errorf("%s (%s) does not say %q:\n%s", id, js[i].Verdict, w, says)
			}
		}
	}
}

// The figures are those of the shared list: same ids, numbers, codes, addresses.
func TestCarriedFigures(t *testing.T) {
	want, err := ReadFile(needs.Shared(t, "data/published/figures.csv"))
	if err != nil {
		t.Fatal(err)
	}
	have, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	byID := map[string]Figure{}
	for _, f := range have {
		byID[f.ID] = f
	}
	num := func(n *int64) int64 {
		if n == nil {
			return -1
		}
		return *n
	}
	if len(want) != 196 {
		t.Errorf("%d rows, want 196", len(want))
	}
	for _, w := range want {
		f, ok := byID[w.ID]
		if !ok {
			t.Errorf("the ledger lacks %s", w.ID)
			continue
		}
		if f.value.number != w.value.number || f.value.decimals != w.value.decimals || f.Unit != w.Unit || f.Citizen != w.Citizen || f.Geo != w.Geo ||
			fmt.Sprint(f.periods) != fmt.Sprint(w.periods) || f.Address != w.Address || f.Tag != w.Tag {
			t.Errorf("%s is %+v\nwant %+v", w.ID, f, w)
		}
		if w.Unit == "percent" && w.Num != nil && num(f.Num) != num(w.Num) || w.Den != nil && num(f.Den) != num(w.Den) {
			t.Errorf("%s: counts %d/%d, want %d/%d", w.ID, num(f.Num), num(f.Den), num(w.Num), num(w.Den))
		}
		if f.Statement == w.Statement || len(w.Note) > 20 && f.Note == w.Note {
			t.Errorf("%s repeats the words of the list", w.ID)
		}
	}
}

func TestSpans(t *testing.T) {
	for in, want := range map[string]string{
		"2023":            "[[2023] [2023-Q1 2023-Q2 2023-Q3 2023-Q4]]",
		"2020-S1":         "[[2020-Q1 2020-Q2]]",
		"2020-H2":         "[[2020-Q3 2020-Q4]]",
		"2023-Q1":         "[[2023-Q1]]",
		"2010/2012":       "[[2010 2011 2012]]",
		"2015-11/2016-02": "[[2015-11 2015-12 2016-01 2016-02]]",
		"2019-Q3/2020-Q1": "[[2019-Q3 2019-Q4 2020-Q1]]",
		"2015/2010":       "[]", "2015/2016-Q1": "[]", "2015-": "[]", "": "[]", "20": "[]", "H": "[]",
	} {
		if got := fmt.Sprint(spans(in)); got != want {
			t.Errorf("spans(%q) = %s, want %s", in, got, want)
		}
	}
}

func TestRecognise(t *testing.T) {
	for _, tt := range []struct{ words, geo, want string }{
		{"positive (GENCONV+SUB_PROT+HUMSTAT) / all first instance decisions", "DE", "eurostat_first_instance"},
		{"positive (GENCONV+SUB_PROT+HUMSTAT) / all final-on-appeal decisions", "AT", "eurostat_final"},
		{"(refugee+subsidiary) / all first instance decisions; humanitarian counted as negative", "EU+", "euaa_recognition"},
		{"GENCONV / all first instance", "EU27_2020", "refugee_status_share"},
		{"ref / (refugee+subsidiary+rejection)", "CY", "aida_refugee"},
		{"rej / (refugee+subsidiary+humanitarian+rejection); inadmissible excluded", "SE", "aida_rejection"},
		{"UNHCR TPR, dec_level FI only", "FR", "unhcr_total_protection"},
		{"(recognised+other)/(recognised+other+rejected+otherwise closed), FI", "HR", "unhcr_all_outcomes"},
		{"refugee grants / persons expressing intention in year (NOT decisions)", "HR", "grants_per_intention"},
		{"FI recognitions / new applications (N, FI) in year", "HR", "grants_per_first_time_applicant"},
		{"bereinigte Schutzquote", "DE", "de_bereinigte_schutzquote"},
		{"Gesamtschutzquote", "DE", "de_gesamtschutzquote"},
		{"CEAR definition", "ES", "aida_gs_all_decisions"},
		{"unhcr_all_outcomes", "HR", "unhcr_all_outcomes"},
		{"(SUB_PROT+HUMSTAT) / all first instance", "EU27_2020", ""},
		{"(refugee+subsidiary) / intentions", "HR", ""},
		{"TOTAL_POS / all decisions first+final", "ES", ""},
		{"Gesamtschutzquote, rolling 12 months", "DE", "de_gesamtschutzquote"},
		{"cohort, outcome known", "UK", ""},
		{"ministry report", "EL", ""},
		{"", "EL", ""},
	} {
		if got := recognise(tt.words, tt.geo); got != tt.want {
			t.Errorf("recognise(%q) = %q, want %q", tt.words, got, tt.want)
		}
	}
}

// Bad input is named by its place, with what came, what was wanted and how to
// mend it.
func TestBadFigures(t *testing.T) {
	for _, tt := range []struct{ name, in, want string }{
		{"f.yaml", "figures:\n  - {id: x, value: many, citizen: RU, geo: HR, period: \"2023\"}\n",
			`f.yaml:2:20: got value "many", want a count or a percentage, such as "16.3 %", "about 19,000" or "less than 2 %"` + "\n\thint: give it as it is printed, with its last digit"},
		{"f.yaml", "figures:\n  - id: x\n    value: 3 %\n    citizen: SYR\n    geo: HR\n    period: \"2023\"\n",
			`f.yaml:4:14: got citizen "SYR", want a code from datasets/codes/citizen.csv, such as SY` + "\n\thint: did you mean SY?"},
		{"f.yaml", "figures:\n  - {id: x, valeu: 3 %}\n", `f.yaml:2:13: got key "valeu", want some of address, beside, cites, citizen, claimed, components, counts, date, den, each, expected, figures, geo, groups, id, note, num, other_den, parts, period, rounding, source, statement, subset, sums, tag, title, tolerance, topic, total, unit, value` + "\n\thint: did you mean value?"},
		{"f.yaml", "groups:\n  - each: {geo: Mars}\n    figures:\n      - {id: x, value: 3 %, citizen: RU, period: \"2023\"}\n",
			`f.yaml:2:17: got geo "Mars", want a code from datasets/codes/geo.csv, such as HR` + "\n\thint: the lists are under datasets/codes"},
		{"f.yaml", "figures: []\n", "f.yaml:1:1: got no figures, want a list under figures\n\thint: datasets/figures holds examples"},
		{"f.yaml", "figures:\n  - {id: x, value: 33.9 %, citizen: RU, geo: HR, period: \"2023\", num: 20, den: 59.5}\n",
			`f.yaml:2:80: got den "59.5", want a whole number in plain digits` + "\n\thint: write 8507, without commas, decimals and leading zeros; leave it out where none is printed"},
		{"f.yaml", "figures:\n  - id: x\n    sums:\n      - {parts: [010, 0x10, 7], total: 1_0}\n",
			`f.yaml:4:18: got parts "010", want a whole number in plain digits` + "\n\thint: write 8507, without commas, decimals and leading zeros; leave it out where none is printed\n" +
				`f.yaml:4:23: got parts "0x10", want a whole number in plain digits` + "\n\thint: write 8507, without commas, decimals and leading zeros; leave it out where none is printed\n" +
				`f.yaml:4:40: got total "1_0", want a whole number in plain digits` + "\n\thint: write 8507, without commas, decimals and leading zeros; leave it out where none is printed"},
		{"f.yaml", "figures:\n  - {id: x, value: 33.9 %, citizen: RU, geo: HR, period: \"2023\", expected: reproducd}\n",
			`f.yaml:2:76: got expected "reproducd", want one of reproduced, within rounding, truncated, other definition, other vintage, arithmetic only, contradicted, no data` + "\n\thint: an other definition is followed by : and its name, an other vintage by : and its date"},
		{"f.yaml", "figures:\n  - {id: x, value: 33.9 %, citizen: RU, geo: HR, period: \"2023\", tolerance: 40}\n",
			`f.yaml:2:77: got a tolerance for "33.9 %", want one of a value in words alone, such as "about 50 %"` + "\n\thint: leave it out: the last printed digit says how exact a value is"},
		{"f.yaml", "figures:\n  - {id: x, value: about 30 %, citizen: RU, geo: HR, period: \"2023\", tolerance: .inf}\n",
			"f.yaml:2:81: got tolerance +Inf, want points from 0 to 5\n\thint: a wider one fits nearly anything"},
		{"f.yaml", "figures: []\n---\nfigures: []\n", "f.yaml:2:1: got a second document, begun with ---, want one document\n\thint: take the --- out, or put the rest into a file of its own"},
		{"f.csv", "id;value;citizen;geo;year\nx;33,9 %;RU;HR;2023\n",
			`f.csv:1:1: got column "id;value;citizen;geo;year", want each once of id, statement_short, value, unit, numerator, denominator, citizen, geo, year, definition, source_url, source_title, confidence_note, cites, counts, rounding, expected` + "\n\thint: put commas between the columns, and quotes around a value that holds one"},
		{"f.csv", "id,value,unit,numerator,citizen,geo,year\nx,33.9,percent,\"2,0\",RU,HR,2023\n", `f.csv:2:16: got numerator "2,0", want a whole number, or nothing` + "\n\thint: leave it empty where none is printed"},
		{"f.csv", "id,value,citizen,geo,year\nx,33.9,RU,HR,2023\n", `f.csv:2:3: got value "33.9", want a count without decimals, or a percentage with a %` + "\n\thint: write 33.9 % if it is a percentage"},
		{"f.csv", "id,value,unit,citizen,geo,year\nx,33.9,percent,RU,HR,2023\ny,33.9,per cent,RU,HR,2023\n",
			`f.csv:3:8: got unit "per cent", want percent, persons or ratio` + "\n\thint: leave it out where the value has a %"},
		{"f.csv", "id,value,unit,numerator,citizen,geo,year\nx,33.9,percent,2O,RU,HR,2023\n", `f.csv:2:16: got numerator "2O", want a whole number, or nothing` + "\n\thint: leave it empty where none is printed"},
		{"f.csv", "id,value,unit,citizen,geo,year\nx,33.9,percent,RU,HR,soon\n", `f.csv:2:22: got period "soon", want one such as 2023, 2023-Q1, 2020-S1 or 2015-01/2015-08` + "\n\thint: write a range with its first and last period"},
		{"f.csv", "id,value,colour\n", "f.csv:1:10: got column \"colour\", want each once of id, statement_short, value, unit, numerator, denominator, citizen, geo, year, definition, source_url, source_title, confidence_note, cites, counts, rounding, expected\n\thint: rename it, or take it out"},
		{"f.csv", "id,value,citizen,geo,year\nx,3 %,RU,HR,2023\nx,4 %,RU,HR,2023\n", `f.csv:3:1: got figure "x" a second time, want an id of its own for each` + "\n\thint: give one of them another id"},
		{"f.csv", "id,value,citizen,geo,year\nx,3 %\n", "f.csv:2:1: got wrong number of fields, want a CSV record with a field for each column\n\thint: quote a field that holds a comma or a quote"},
	} {
		read := readOwn
		if strings.HasSuffix(tt.name, ".csv") {
			read = readCSV
		}
		if _, err := read([]byte(tt.in), tt.name); err == nil || err.Error() != tt.want {
			t.Errorf("%q:\n got %v\nwant %s", tt.in, err, tt.want)
		}
	}
}

// What a reader takes gives figures that can be judged, and never a panic.
func FuzzRead(f *testing.F) {
	f.Add("id,value,unit,citizen,geo,year\nx,33.9,percent,RU,HR,2023\n")
	f.Add("figures:\n  - {id: x, value: 33.9 %, citizen: RU, geo: HR, period: \"2023\"}\n")
	f.Fuzz(func(t *testing.T, in string) {
		for _, read := range []func([]byte, string) ([]Figure, error){readCSV, readOwn} {
			figures, err := read([]byte(in), "f")
			if err != nil {
				continue
			}
			for _, x := range figures {
				if x.ID == "" || x.periods == nil || x.value.unit <= 0 {
					t.Errorf("%q gives %+v", in, x)
				}
			}
		}
	})
}
