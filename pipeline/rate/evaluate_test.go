package rate_test

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/pipeline/table"
)

func embedded(t testing.TB) (*rate.Set, *ingest.Embedded) {
	t.Helper()
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	e, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	return set, e
}

func evaluate(t testing.TB, data rate.Data, name string, q rate.Query) []rate.Result {
	t.Helper()
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Named(name)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rate.Evaluate(d, data, q)
	if err != nil {
		t.Fatal(err)
	}
	return rs
}

func cell(citizen, geo, period string) rate.Query {
	return rate.Query{Citizen: []string{citizen}, Geo: []string{geo}, Periods: []obs.Period{obs.Period(period)}}
}

func with(q rate.Query, f func(*rate.Query)) rate.Query { f(&q); return q }

// The numbers of METHODS 1 that the embedded data holds.
func TestNumbersOfTheShowcase(t *testing.T) {
	_, e := embedded(t)
	fi := func(q *rate.Query) { q.Stage = "FI" }
	for _, tt := range []struct {
		name string
		q    rate.Query
		want string
	}{
		{"grants_per_intention", cell("RU", "HR", "2023"), "23/8,507 = 0.27 %"},
		{"grants_per_first_time_applicant", cell("RU", "HR", "2023"), "20/636 = 3.1 %"},
		{"grants_per_applicant", cell("RU", "HR", "2023"), "20/636 = 3.1 %"},
		{"positives_per_first_time_applicant", cell("RU", "HR", "2023"), "20/636 = 3.1 % (3.1-3.8)"},
		{"unhcr_all_outcomes", cell("RU", "HR", "2023"), "20/333 = 6.0 % (6.0-7.2)"},
		{"unhcr_total_protection", cell("RU", "HR", "2023"), "20/59 = 33.9 % (33.9-38.1)"},
		{"unhcr_refugee_recognition", cell("RU", "HR", "2023"), "20/59 = 33.9 % (31.7-33.9)"},
		{"unhcr_total_protection", with(cell("RU", "EU27_2020", "2023"), fi), "3,027/9,457 = 32.0 % (31.6-32.8)"},
		{"unhcr_total_protection", with(cell("TOTAL", "EU27_2020", "2023"), fi), "308,524/572,870 = 53.9 % (53.5-54.7)"},
		{"unhcr_total_protection", cell("RU", "EU27_2020", "2023"), "3,355/10,498 = 32.0 % (31.5-32.7)"},
		{"unhcr_total_protection", cell("TOTAL", "EU27_2020", "2023"), "342,892/631,667 = 54.3 % (53.9-55.1)"},
		{"unhcr_total_protection", cell("RU", "FR", "2023"), "955/3,545 = 26.9 %"},
		{"unhcr_total_protection", cell("RU", "ES", "2023"), "657/1,098 = 59.8 % (59.6-59.8)"},
		{"share_of_applicants", with(cell("RU", "HR", "2022"), func(q *rate.Query) { q.AsOf = "2023-12-31" }), "2,065/12,870 = 16.0 % (16.0-16.1)"},
		{"share_of_applicants", cell("RU", "HR", "2022"), "270/2,730 = 9.9 % (9.8-10.0)"},
		{"eurostat_first_instance", cell("TOTAL", "DE", "2016"), "433,910/631,180 = 68.7 % (68.7-68.8)"},
		{"aida_gs_all_decisions", cell("TOTAL", "ES", "2023"), "11,163/88,042 = 12.7 %"}, // 12.68: in circulation as 12
		{"aida_refugee", cell("RU", "DE", "2023"), "368/1,658 = 22.2 %"},
		{"aida_subsidiary", cell("RU", "DE", "2023"), "104/1,658 = 6.3 %"},
		{"aida_humanitarian", cell("RU", "DE", "2023"), "8/1,658 = 0.5 %"},
		{"aida_rejection", cell("RU", "DE", "2023"), "1,178/1,658 = 71.0 %"},
		{"positives_per_intention", cell("RU", "HR", "2023"), "24/8,507 = 0.28 %"},
		{"positives_per_applicant", with(cell("RU", "DE", "2023"), func(q *rate.Query) { q.Source = "unhcr" }), "378/9,028 = 4.2 %"},
		{"pending_months", cell("TOTAL", "CH", "2023"), "15,567/26,667 = 7.0 months"},
	} {
		rs := evaluate(t, e, tt.name, tt.q)
		if len(rs) != 1 {
			t.Errorf("%s %v: %d results, want 1", tt.name, tt.q, len(rs))
			continue
		}
		if got := rs[0].Counts() + " = " + rs[0].Percent(); got != tt.want {
			t.Errorf("%s %s %s: %s, want %s", tt.name, tt.q.Citizen, tt.q.Geo, got, tt.want)
		}
		if len(rs[0].Inputs) == 0 || len(rs[0].Vintages) == 0 || rs[0].Class == (rate.Class{}) {
			t.Errorf("%s: inputs, vintages or class are missing", tt.name)
		}
		for _, in := range rs[0].Inputs {
			if in.Cell().Pos.Line == 0 || in.Meta.SHA256 == "" {
				t.Errorf("%s: the cell %v has no place", tt.name, in.Cell().Key)
			}
		}
	}
}

func TestMissingSaysWhy(t *testing.T) {
	_, e := embedded(t)
	for _, tt := range []struct {
		name string
		q    rate.Query
		why  string
	}{
		{"eurostat_first_instance", cell("RU", "HR", "2023"), "no table at hand holds such a cell (eurostat)"},
		{"eurostat_first_instance", cell("TOTAL", "EU27_2020", "2023-Q1"), "TOTAL_POS is missing"},
		{"aida_refugee", cell("RU", "HR", "2023"), "no in_merit_rejection or rejection is reported"},
		{"grants_per_intention", cell("RU", "HR", "2022"), `refugee_status is printed as "N/A"`},
		{"grants_per_applicant", with(cell("TOTAL", "HR", "2022"), func(q *rate.Query) { q.Source = "aida" }), "no applications_lodged or applicants is reported for such a cell"},
		{"unhcr_total_protection", cell("TOTAL", "HR", "2022"), "not every citizenship is held for 2022 (asylum_decisions), so there is no total"},
		{"unhcr_total_protection", cell("RU", "LI", "2023"), "there are no cases to divide by"},
		{"euaa_recognition", cell("TOTAL", "DE", "2016"), "no GENCONV is reported"},
	} {
		rs := evaluate(t, e, tt.name, tt.q)
		if len(rs) != 1 || rs[0].Known || rs[0].Why != tt.why {
			t.Errorf("%s %v: %v, want no value because %q", tt.name, tt.q, rs, tt.why)
		}
	}
}

// METHODS 2 names the definitions; each is listed, and one without a source says
// what is missing.
func TestEveryDefinitionOfMethods(t *testing.T) {
	set, e := embedded(t)
	for name, lacks := range map[string]bool{
		"eurostat_first_instance": false, "eurostat_final": false, "euaa_recognition": false, "pact_20": false, "refugee_status_share": false,
		"aida_gs_all_decisions": false, "unhcr_refugee_recognition": false, "unhcr_total_protection": false, "unhcr_all_outcomes": false,
		"aida_refugee": false, "aida_subsidiary": false, "aida_humanitarian": false, "aida_rejection": false,
		"de_gesamtschutzquote": false, "de_bereinigte_schutzquote": false, "fr_ofpra": true, "fr_total": true, "ch_bereinigt": true,
		"grants_per_first_time_applicant": false, "grants_per_applicant": false, "grants_per_intention": false,
		"positives_per_first_time_applicant": false, "positives_per_applicant": false, "positives_per_intention": false,
		"cohort_protection": true, "pending_months": false, "share_of_applicants": false,
	} {
		d, err := set.Named(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if (d.Lacks != "") != lacks || lacks != (len(d.From) == 0) {
			t.Errorf("%s: lacks %q, sources %v", name, d.Lacks, d.Sources())
		}
		if !lacks {
			continue
		}
		rs, err := rate.Evaluate(d, e, cell("TOTAL", "FR", "2023"))
		if err != nil || len(rs) != 1 || rs[0].Known || rs[0].NumKnown || rs[0].Why != d.Lacks {
			t.Errorf("%s: %v %v, want no value because %q", name, rs, err, d.Lacks)
		}
	}
}

// Months are no percentage, what is pending is not added up over years, and no
// sampling interval is put on flows.
func TestWhatIsNotAskedOfFlows(t *testing.T) {
	set, e := embedded(t)
	for _, tt := range []struct {
		name, want string
		q          rate.Query
	}{
		{"pending_months", "pending_months would add up what was pending at the end of several periods\n\thint: keep them apart with --by citizen,geo,period",
			rate.Query{Citizen: []string{"TOTAL"}, Geo: []string{"DE"}, By: []string{"citizen", "geo"}}},
		{"pending_months", "pending_months is a backlog of different people, not a share of decisions: no sampling interval can be put on it\n\thint: leave out --interval",
			with(cell("TOTAL", "DE", "2023"), func(q *rate.Query) { q.Interval = rate.Wilson95 })},
		{"grants_per_intention", "grants_per_intention is a ratio of different people, not a share of decisions: no sampling interval can be put on it\n\thint: leave out --interval",
			with(cell("RU", "HR", "2023"), func(q *rate.Query) { q.Interval = rate.Exact95 })},
	} {
		d, err := set.Named(tt.name)
		if err != nil {
			t.Fatal(err)
		}
		if rs, err := rate.Evaluate(d, e, tt.q); !errors.Is(err, rate.ErrQuery) || err.Error() != tt.want {
			t.Errorf("%s: %v %v, want %q", tt.name, rs, err, tt.want)
		}
	}
	r := evaluate(t, e, "pending_months", cell("TOTAL", "CH", "2023"))[0]
	if r.Unit() != "months" || r.Value < 7 || r.Value > 7.01 || r.Lo != r.Value || r.Hi != r.Value {
		t.Errorf("15,567 pending over 26,667 decisions a year: %v %s", r.Value, r.Unit())
	}
}

// The sampling interval is that of the method asked for, around printed counts.
func TestSamplingIntervals(t *testing.T) {
	_, e := embedded(t)
	for method, want := range map[string]string{
		rate.Wilson95: "33.9 % (33.9-38.1), sampling 23.1-46.6",
		rate.Exact95:  "33.9 % (33.9-38.1), sampling 22.1-47.4",
		"":            "33.9 % (33.9-38.1)",
	} {
		r := evaluate(t, e, "unhcr_total_protection", with(cell("RU", "HR", "2023"), func(q *rate.Query) { q.Interval = method }))[0]
		if r.Percent() != want {
			t.Errorf("%s: %s, want %s", method, r.Percent(), want)
		}
	}
	few := evaluate(t, e, "unhcr_total_protection", with(cell("RU", "CY", "2023"), func(q *rate.Query) { q.Interval = rate.Wilson95 }))[0]
	if few.Sampling != nil {
		t.Errorf("14 of 19 has a sampling interval, but no percentage: %v", few.Sampling)
	}
}

// The thresholds are the user's to set.
func TestThresholdsAreSettings(t *testing.T) {
	_, e := embedded(t)
	for _, tt := range []struct {
		limits     rate.Thresholds
		only, weak bool
	}{
		{rate.Usual, false, true}, {rate.Thresholds{Counts: 59, Few: 59, Rank: 59}, false, false},
		{rate.Thresholds{Counts: 60, Few: 60, Rank: 60}, true, true}, {rate.Thresholds{}, false, false},
	} {
		r := evaluate(t, e, "unhcr_total_protection", with(cell("RU", "HR", "2023"), func(q *rate.Query) { q.Limits = &tt.limits }))[0]
		if r.CountsOnly() != tt.only || r.Weak() != tt.weak || strings.Contains(string(r.Append(nil)), "counts only") != tt.only {
			t.Errorf("20 of 59 under %+v: counts only %v, weak %v: %s", tt.limits, r.CountsOnly(), r.Weak(), r.Append(nil))
		}
		if said := slices.Contains(r.Warnings, fmt.Sprintf("under %d: few cases, so chance weighs heavily", tt.limits.Few)); said != (tt.weak && !tt.only) {
			t.Errorf("20 of 59 under %+v: %q", tt.limits, r.Warnings)
		}
	}
}

func TestSumOverAnAxisWithItsTotalIsRefused(t *testing.T) {
	set, e := embedded(t)
	for _, tt := range []struct {
		name string
		q    rate.Query
		want string
	}{
		{"eurostat_first_instance", rate.Query{Geo: []string{"DE"}, By: []string{"geo", "period"}},
			"eurostat_first_instance would add cells that differ in citizen (EXT_EU28, TOTAL): it would count people several times\n\thint: choose one with --citizen TOTAL, or keep them apart with --by geo,period,citizen"},
		{"share_of_applicants", rate.Query{Citizen: []string{"RU"}, Periods: []obs.Period{"2022"}, Source: "eurostat", By: []string{"citizen"}},
			"share_of_applicants would add cells that differ in geo (AT, BE, BG, CH, CY and 29 more): it would count people several times\n\thint: choose one with --geo EU27_2020, or keep them apart with --by citizen,geo"},
	} {
		d, err := set.Named(tt.name)
		if err != nil {
			t.Fatal(err)
		}
		_, err = rate.Evaluate(d, e, tt.q)
		if !errors.Is(err, rate.ErrDoubleCount) || err.Error() != tt.want {
			t.Errorf("%s: %v\nwant %s", tt.name, err, tt.want)
		}
	}
	// Members alone may be summed.
	rs := evaluate(t, e, "unhcr_total_protection", rate.Query{Citizen: []string{"RU"}, Geo: []string{"HR", "SI"}, Periods: []obs.Period{"2023"}, By: []string{"citizen", "period"}})
	if len(rs) != 1 || rs[0].Counts() != "35/79" || rs[0].Geo != "HR+SI" {
		t.Errorf("HR and SI together: %v, want 35/79", rs)
	}
}

// What a hostile user found: each once gave a wrong number.
func TestNobodyIsCountedTwice(t *testing.T) {
	_, e := embedded(t)
	for _, tt := range []struct {
		name string
		q    rate.Query
		want string
	}{
		{"unhcr_total_protection", with(cell("RU", "FR", "2023"), func(q *rate.Query) { q.Citizen = []string{"RU", "RU", "RU"} }), "955/3,545"},
		{"share_of_applicants", rate.Query{Citizen: []string{"SY", "RU"}, Geo: []string{"HR"}, Periods: []obs.Period{"2022"}, By: []string{"geo", "period"}, Source: "eurostat", AsOf: "2023-12-31"}, "2,695/12,870"},
		{"share_of_applicants", rate.Query{Citizen: []string{"RU"}, Geo: []string{"DE", "DE"}, Periods: []obs.Period{"2023"}, Source: "unhcr"}, "9,028/351,871"},
		{"positives_per_first_time_applicant", with(cell("RU", "DE", "2023"), func(q *rate.Query) { q.Stage = "FI+RA" }), "480/7,663"},
		{"de_bereinigte_schutzquote", cell("RU", "DE", "2023"), "480/1,658"},
		{"de_gesamtschutzquote", cell("RU", "DE", "2023"), "480/5,246"},
	} {
		rs := evaluate(t, e, tt.name, tt.q)
		if len(rs) != 1 || rs[0].Counts() != tt.want {
			t.Errorf("%s %+v: %v, want %s", tt.name, tt.q, rs, tt.want)
		}
	}
	set, _ := rate.Definitions("")
	d, _ := set.Named("unhcr_total_protection")
	for _, q := range []rate.Query{
		{Citizen: []string{"RU"}, Geo: []string{"EU27_2020", "FR"}, Periods: []obs.Period{"2023"}, By: []string{"citizen"}},
		{Citizen: []string{"TOTAL", "RU"}, Geo: []string{"FR"}, Periods: []obs.Period{"2023"}, By: []string{"geo"}},
	} {
		if rs, err := rate.Evaluate(d, e, q); !errors.Is(err, rate.ErrDoubleCount) {
			t.Errorf("%+v: %v %v, want a refusal", q, rs, err)
		}
	}
	a, _ := set.Named("aida_refugee")
	if rs, err := rate.Evaluate(a, e, rate.Query{Citizen: []string{"TOTAL"}, Periods: []obs.Period{"2022"}, By: []string{"citizen", "period"}}); !errors.Is(err, rate.ErrQuery) {
		t.Errorf("national figures are added up: %v %v", rs, err)
	}
}

// A share's part and whole come from one release.
func TestOneVintageForPartAndWhole(t *testing.T) {
	_, e := embedded(t)
	for citizen, want := range map[string]string{"SY": "630/12,870", "RU": "270/2,730"} {
		r := evaluate(t, e, "share_of_applicants", with(cell(citizen, "HR", "2022"), func(q *rate.Query) { q.Source = "eurostat" }))[0]
		if r.Counts() != want || len(r.Vintages) != 1 {
			t.Errorf("%s in HR 2022: %s of %v, want %s of one vintage", citizen, r.Counts(), r.Vintages, want)
		}
	}
}

// Who asks for women does not get everybody.
func TestSexThatIsNotToldApart(t *testing.T) {
	_, e := embedded(t)
	q := cell("RU", "DE", "2023")
	q.Sex = []string{"F"}
	r := evaluate(t, e, "unhcr_total_protection", q)[0]
	if r.Known || r.Why != "unhcr does not tell applicants or decisions apart by sex" {
		t.Errorf("women among UNHCR's decisions: %v", &r)
	}
}

// A share of every citizenship, when none is named.
func TestShareOfEveryCitizenship(t *testing.T) {
	_, e := embedded(t)
	sum := int64(0)
	for _, r := range evaluate(t, e, "share_of_applicants", rate.Query{Geo: []string{"DE"}, Periods: []obs.Period{"2023"}, Source: "unhcr"}) {
		if r.Known && r.Den != 351871 {
			t.Errorf("%v divides by another total", &r)
		}
		sum += r.Num
	}
	if sum != 351871 {
		t.Errorf("the parts add up to %d", sum)
	}
}

// scribble is a data source written as a table, for cells that no export has.
type scribble struct{ tables []*table.Table }

func (s scribble) Vintages() (out []table.Meta) {
	for _, t := range s.tables {
		out = append(out, t.Meta)
	}
	return out
}

func (s scribble) Load(m table.Meta, _ table.Want) (*table.Table, error) {
	for _, t := range s.tables {
		if t.SHA256 == m.SHA256 {
			return t, nil
		}
	}
	return nil, errors.New("not here")
}

func (s scribble) Raw(table.Meta) (io.ReadCloser, error) { return nil, errors.New("none") }

// tsv reads rows of "citizen decision geo" and cells, as migr_asydcfsta.
func tsv(t testing.TB, vintage string, extent []table.Extent, periods string, rows ...string) *table.Table {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "freq,citizen,sex,age,decision,unit,geo\\TIME_PERIOD\t%s\n", strings.ReplaceAll(periods, " ", "\t"))
	for _, r := range rows {
		f := strings.Split(r, "|")
		k := strings.Fields(f[0])
		fmt.Fprintf(&b, "A,%s,T,TOTAL,%s,PER,%s\t%s\n", k[0], k[1], k[2], strings.Join(f[1:], "\t"))
	}
	tab, err := ingest.Read(strings.NewReader(b.String()), "migr_asydcfsta.tsv", ingest.Options{Table: "migr_asydcfsta", Vintage: vintage})
	if err != nil {
		t.Fatal(err)
	}
	tab.Extent = extent
	return tab
}

// A table of years and quarters, weeks and half-years: each year once, and no
// sum over periods that overlap.
func TestSeveralFrequencies(t *testing.T) {
	const in = "freq,citizen,sex,age,decision,unit,geo\\TIME_PERIOD\t2023\t2023-Q1\t2023-Q2\t2023-S1\t2023-W05\t2023-01-15\n" +
		"A,SY,T,TOTAL,TOTAL,PER,DE\t60\t:\t:\t:\t:\t:\nA,SY,T,TOTAL,TOTAL_POS,PER,DE\t20\t:\t:\t:\t:\t:\n" +
		"Q,SY,T,TOTAL,TOTAL,PER,DE\t:\t30\t20\t:\t:\t:\nQ,SY,T,TOTAL,TOTAL_POS,PER,DE\t:\t10\t:\t:\t:\t:\n" +
		"S,SY,T,TOTAL,TOTAL,PER,DE\t:\t:\t:\t50\t:\t:\nS,SY,T,TOTAL,TOTAL_POS,PER,DE\t:\t:\t:\t15\t:\t:\n" +
		"W,SY,T,TOTAL,TOTAL,PER,DE\t:\t:\t:\t:\t5\t:\nD,SY,T,TOTAL,TOTAL_POS,PER,DE\t:\t:\t:\t:\t:\t5\n"
	tab, err := ingest.Read(strings.NewReader(in), "migr_asydcfstq.tsv", ingest.Options{Table: "migr_asydcfsta", Vintage: "2024-05-01"})
	if err != nil {
		t.Fatal(err)
	}
	data := scribble{[]*table.Table{tab}}
	var got []string
	for _, r := range evaluate(t, data, "eurostat_first_instance", rate.Query{Citizen: []string{"SY"}, Geo: []string{"DE"}}) {
		got = append(got, fmt.Sprint(r.Period, " ", r.Counts(), " of ", len(r.Inputs), " ", r.Why))
	}
	if want := []string{"2023 20/60 of 2 ", "2023-Q1 10/30 of 2 ", "2023-Q2 –/– of 0 TOTAL_POS is missing"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Named("eurostat_first_instance")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rate.Evaluate(d, data, rate.Query{Citizen: []string{"SY"}, Geo: []string{"DE"}, By: []string{"citizen", "geo"}}); !errors.Is(err, rate.ErrDoubleCount) {
		t.Errorf("a sum over years and quarters: %v", err)
	}
}

// The quarters of a year are checked against the annual table, cell by cell: four
// cells rounded to 5 may differ by 10 from one. A quarter that is missing is said.
func TestQuartersAgainstTheYear(t *testing.T) {
	const head = "freq,citizen,sex,age,decision,unit,geo\\TIME_PERIOD"
	quarters := head + "\t2022-Q1\t2022-Q2\t2022-Q3\t2022-Q4\t2023-Q1\n" +
		"Q,SY,T,TOTAL,TOTAL,PER,DE\t100\t100\t100\t100\t100\nQ,SY,T,TOTAL,TOTAL_POS,PER,DE\t50\t50\t50\t50\t50\n" +
		"Q,AF,T,TOTAL,TOTAL,PER,DE\t100\t100\t100\t100\t:\nQ,AF,T,TOTAL,TOTAL_POS,PER,DE\t50\t50\t50\t50\t:\n" +
		"Q,IQ,T,TOTAL,TOTAL,PER,DE\t100\t100\t:\t100\t:\nQ,IQ,T,TOTAL,TOTAL_POS,PER,DE\t50\t50\t: c\t50\t:\n" +
		"Q,RU,T,TOTAL,TOTAL,PER,DE\t100\t100\t100\t100\t:\nQ,RU,T,TOTAL,TOTAL_POS,PER,DE\t50\t50\t50\t50\t:\n"
	year := head + "\t2022\n" +
		"A,SY,T,TOTAL,TOTAL,PER,DE\t410\nA,SY,T,TOTAL,TOTAL_POS,PER,DE\t190\n" + // as far off as rounding allows
		"A,AF,T,TOTAL,TOTAL,PER,DE\t400\nA,AF,T,TOTAL,TOTAL_POS,PER,DE\t215\n" + // further
		"A,IQ,T,TOTAL,TOTAL,PER,DE\t400\nA,IQ,T,TOTAL,TOTAL_POS,PER,DE\t200\n"
	var data scribble
	for table, text := range map[string]string{"migr_asydcfstq": quarters, "migr_asydcfsta": year} {
		tab, err := ingest.Read(strings.NewReader(text), table+".tsv", ingest.Options{Table: table, Vintage: "2024-05-01"})
		if err != nil {
			t.Fatal(err)
		}
		data.tables = append(data.tables, tab)
	}
	ask := func(citizen string, periods ...obs.Period) rate.Result {
		rs := evaluate(t, data, "eurostat_first_instance", rate.Query{Citizen: []string{citizen}, Geo: []string{"DE"}, By: []string{"citizen", "geo"}, Periods: periods})
		if len(rs) != 1 {
			t.Fatalf("%s %v: %v", citizen, periods, rs)
		}
		return rs[0]
	}
	q := []obs.Period{"2022-Q1", "2022-Q2", "2022-Q3", "2022-Q4"}
	for _, tt := range []struct {
		citizen  string
		periods  []obs.Period
		counts   string
		warnings []string
	}{
		{"SY", q, "200/400", nil},
		{"AF", q, "200/400", []string{"the quarters add up to 200/400, but migr_asydcfsta 2024-05-01 says 215/400 for 2022: more than rounding explains"}},
		{"AF", q[:3], "150/300", nil}, // no whole year
		{"SY", append(slices.Clone(q), "2023-Q1"), "250/500", nil},
		{"RU", q, "200/400", nil}, // no annual cell
		{"IQ", q, "150/300", []string{"left out: DE 2022-Q3 (TOTAL_POS is confidential)",
			"the quarters add up to 150/300, but migr_asydcfsta 2024-05-01 says 200/400 for 2022: more than rounding explains"}},
	} {
		r := ask(tt.citizen, tt.periods...)
		if r.Counts() != tt.counts || !slices.Equal(r.Warnings, tt.warnings) {
			t.Errorf("%s %v: %s %q, want %s %q", tt.citizen, tt.periods, r.Counts(), r.Warnings, tt.counts, tt.warnings)
		}
	}
}

// A cell without a count says which of five it is; zero is a count.
func TestFiveWaysToBeWithoutAValue(t *testing.T) {
	data := scribble{[]*table.Table{tsv(t, "2024-05-01", nil, "2023",
		"SY TOTAL DE|100", "SY TOTAL_POS DE|:", "AF TOTAL DE|100", "AF TOTAL_POS DE|: c", "IQ TOTAL DE|100", "IQ TOTAL_POS DE|: z",
		"IR TOTAL DE|100", "IR TOTAL_POS DE|0", "TR TOTAL DE|0", "TR TOTAL_POS DE|0", "GE TOTAL DE|100", "RU TOTAL DE|100", "RU TOTAL_POS DE|0 n")}}
	seen := map[string]string{}
	for citizen, want := range map[string]string{
		"SY": "–/–, no value: TOTAL_POS is missing",
		"AF": "–/–, no value: TOTAL_POS is confidential",
		"IQ": "–/–, no value: TOTAL_POS is not applicable",
		"IR": "0/100 = 0.0 % (0.0-2.1)",
		"RU": "0/100 = 0.0 % (0.0-2.1)",
		"TR": "0/0, no value: there are no cases to divide by",
		"GE": "–/–, no value: neither TOTAL_POS nor its parts are reported",
		"UA": "–/–, no value: no table at hand holds such a cell (eurostat)",
	} {
		r := evaluate(t, data, "eurostat_first_instance", cell(citizen, "DE", "2023"))[0]
		got := string(r.Append(nil))
		if got != want {
			t.Errorf("%s: %s, want %s", citizen, got, want)
		}
		if other := seen[got]; other != "" && !r.Known {
			t.Errorf("%s and %s say the same", citizen, other)
		}
		seen[got] = citizen
	}
	for citizen, marked := range map[string]bool{"IR": false, "RU": true} {
		r := evaluate(t, data, "eurostat_first_instance", cell(citizen, "DE", "2023"))[0]
		if slices.Contains(r.Warnings, "a cell is marked as not significant (n)") != marked {
			t.Errorf("0 of 100 of %s warns %q", citizen, r.Warnings)
		}
	}
}

func TestEurostatBoundsAndAbsence(t *testing.T) {
	data := scribble{[]*table.Table{tsv(t, "2024-05-01", nil, "2022 2023",
		"SY TOTAL DE|60|60", "SY TOTAL_POS DE|20|:", "SY GENCONV DE|:|10", "SY SUB_PROT DE|:|5", "SY HUMSTAT DE|:|5", "SY REJECTED DE|:|40",
		"AF TOTAL DE|:|:", "AF TOTAL_POS DE|20|20 b", "AF REJECTED DE|40|: c",
		"IQ TOTAL DE|0|0 n", "IQ TOTAL_POS DE|0|0", "IQ REJECTED DE|0|0",
		"TR TOTAL DE|500|60", "TR TOTAL_POS DE|20|20", "TR REJECTED DE|40|40",
		"GE TOTAL DE|100|100", "GE TOTAL_POS DE|: c|: z",
	)}}
	for i := range data.tables {
		data.tables[i].Source = "eurostat"
	}
	for _, tt := range []struct{ citizen, period, want string }{
		{"SY", "2022", "20/60 = 33.3 % (29.0-38.0)"}, // TOTAL and TOTAL_POS alone
		{"SY", "2023", "20/60 = 33.3 % (27.5-38.8)"}, // three parts of two each: 14..26, cut by TOTAL and REJECTED
		{"AF", "2022", "20/60 = 33.3 % (30.0-36.7)"}, // P + REJECTED
		{"AF", "2023", "20/–, no value: REJECTED is confidential"},
		{"IQ", "2022", "0/0, no value: there are no cases to divide by"},
		{"TR", "2023", "20/60 = 33.3 % (30.0-36.7)"}, // all three printed
		{"GE", "2022", "–/–, no value: TOTAL_POS is confidential"},
		{"GE", "2023", "–/–, no value: TOTAL_POS is not applicable"},
	} {
		rs := evaluate(t, data, "eurostat_first_instance", cell(tt.citizen, "DE", tt.period))
		if len(rs) != 1 {
			t.Errorf("%s %s: %d results", tt.citizen, tt.period, len(rs))
			continue
		}
		got := rs[0].Counts() + " = " + rs[0].Percent()
		if !rs[0].Known {
			got = rs[0].Counts() + ", no value: " + rs[0].Why
		}
		if got != tt.want {
			t.Errorf("%s %s: %s, want %s", tt.citizen, tt.period, got, tt.want)
		}
	}
	r := evaluate(t, data, "eurostat_first_instance", cell("TR", "DE", "2022"))[0]
	if r.Counts() != "20/500" || !strings.Contains(strings.Join(r.Warnings, "\n"), "contradict one another beyond rounding") {
		t.Errorf("20 + 40 of a printed 500: %v %v, want a warning", r, r.Warnings)
	}
	odd := scribble{[]*table.Table{tsv(t, "2024-05-01", nil, "2023", "SY TOTAL DE|145", "SY TOTAL_POS DE|40", "SY REJECTED DE|100")}}
	if r := evaluate(t, odd, "eurostat_first_instance", cell("SY", "DE", "2023"))[0]; r.Percent() != "27.6 % (28.6-29.4)" || !strings.Contains(strings.Join(r.Warnings, ""), "lies outside") {
		t.Errorf("40 and 100 of a printed 145: %s %v", r.Percent(), r.Warnings)
	}
	if r := evaluate(t, data, "eurostat_first_instance", cell("AF", "DE", "2022"))[0]; !slices.Equal(r.Warnings, []string{"under 100: few cases, so chance weighs heavily"}) {
		t.Errorf("a clean cell of 60 decisions warns: %v", r.Warnings)
	}
}

func TestAsOfTakesTheNewestVintageThatSpeaksOfTheCell(t *testing.T) {
	old := tsv(t, "2023-04-30", nil, "2021 2022", "RU TOTAL HR|100|200", "RU TOTAL_POS HR|50|60", "SY TOTAL HR|300|400", "SY TOTAL_POS HR|30|40")
	extract := tsv(t, "2024-01-18", []table.Extent{{Dims: map[string][]string{"citizen": {"RU"}}, From: "2022", To: "2022"}}, "2022", "RU TOTAL HR|: ", "RU TOTAL_POS HR|10")
	full := tsv(t, "2025-01-01", nil, "2022", "RU TOTAL HR|80", "RU TOTAL_POS HR|20")
	for _, tt := range []struct {
		data                  []*table.Table
		citizen, period, asOf string
		want                  string
	}{
		{[]*table.Table{old, extract}, "RU", "2022", "", "10/–"},   // the extract says: missing
		{[]*table.Table{old, extract}, "RU", "2021", "", "50/100"}, // outside the extract
		{[]*table.Table{old, extract}, "SY", "2022", "", "40/400"}, // outside the extract
		{[]*table.Table{old, extract}, "RU", "2022", "2023-12-31", "60/200"},
		{[]*table.Table{old, extract, full}, "RU", "2022", "", "20/80"},
		{[]*table.Table{old, extract, full}, "SY", "2022", "", "none"}, // absent from a full table: gone
	} {
		q := cell(tt.citizen, "HR", tt.period)
		q.AsOf = tt.asOf
		rs := evaluate(t, scribble{tt.data}, "eurostat_first_instance", q)
		got := "none"
		if len(rs) == 1 && rs[0].Source != "" {
			got = rs[0].Counts()
		}
		if got != tt.want {
			t.Errorf("%s %s as of %q: %s, want %s", tt.citizen, tt.period, tt.asOf, got, tt.want)
		}
	}
}

func TestLevelsAndUnitsStayApart(t *testing.T) {
	head := "year,coo_name,coo,coo_iso,coa_name,coa,coa_iso,procedure_type,dec_level,dec_pc,dec_recognized,dec_other,dec_rejected,dec_closed,dec_total\n"
	body := `2023,,,RUS,,,BEL,G,FI,P,100,0,100,50,250
2023,,,RUS,,,BEL,G,AR,P,40,0,60,0,100
2023,,,RUS,,,BEL,G,FI,C,77,0,77,0,154
2023,,,RUS,,,BEL,J,FI,P,20,0,20,0,40
2023,,,RUS,,,BEL,U,FI,P,900,0,900,0,1800
2023,,,RUS,,,AUT,G,FA,P,30,0,70,0,100
2023,,,RUS,,,DEU,G,NA,P,25,0,75,0,100
2023,,,RUS,,,DEU,G,FA,P,500,0,500,0,1000
2023,,,RUS,,,DEU,G,RA,P,8,0,12,0,20
2023,,,RUS,,,FIN,G,FI,C,10,0,90,0,100
2023,,,RUS,,,NLD,G,RA,P,7,0,14,0,21
`
	tab, err := ingest.Read(strings.NewReader(head+body), "d.csv", ingest.Options{Vintage: "2025-12-01"})
	if err != nil {
		t.Fatal(err)
	}
	data := scribble{[]*table.Table{tab}}
	for _, tt := range []struct{ geo, stage, want string }{
		{"BE", "", "120/240 FI"}, {"BE", "FI", "120/240 FI"}, {"BE", "AR", "40/100 AR"},
		{"AT", "", "30/100 FA"}, {"AT", "FI", "–/– reported at level FA only"},
		{"BE", "FI+AR", "160/340 FI+AR"}, {"BE", "FI+RA", "120/240 FI+RA"}, {"NL", "FI+RA", "7/21 FI+RA"},
		{"DE", "FI+RA", "–/– reported at level FA, NA, RA only"}, {"DE", "NA+RA", "33/120 NA+RA"}, {"AT", "FI+AR", "–/– reported at level FA only"},
		{"DE", "", "25/100 NA"}, {"FI", "", "–/– counted in cases, not persons"},
	} {
		q := cell("RU", tt.geo, "2023")
		q.Stage = tt.stage
		r := evaluate(t, data, "unhcr_total_protection", q)[0]
		got := r.Counts() + " " + r.Stage
		if !r.Known {
			got = r.Counts() + " " + r.Why
		}
		if got != tt.want {
			t.Errorf("%s %q: %s, want %s", tt.geo, tt.stage, got, tt.want)
		}
	}
	q := cell("RU", "EU27_2020", "2023")
	r := evaluate(t, data, "unhcr_total_protection", q)[0]
	if r.Counts() != "175/440" || strings.Join(r.Countries, " ") != "AT BE DE" || strings.Join(r.WithAppeals, " ") != "AT" {
		t.Errorf("EU: %v of %v, with appeals %v; want 175/440 of AT BE DE, with appeals AT", &r, r.Countries, r.WithAppeals)
	}
	if w := strings.Join(r.Warnings, "\n"); !strings.Contains(w, "left out: FI (counted in cases, not persons)") {
		t.Errorf("warnings are %s", w)
	}
}

// A result is of the stage that was asked for: an appeal is not comparable with
// a first instance.
func TestStagesAreClasses(t *testing.T) {
	_, e := embedded(t)
	for _, tt := range []struct{ name, stage, want string }{
		{"unhcr_total_protection", "", "first"}, {"unhcr_total_protection", "first", "first"}, {"unhcr_total_protection", "FI", "first"},
		{"unhcr_total_protection", "RA", "RA"}, {"unhcr_total_protection", "JR", "JR"}, {"unhcr_total_protection", "FI+RA", "FI+RA"},
		{"pact_20", "JR", "JR"}, {"grants_per_applicant", "RA", "RA"},
	} {
		q := cell("RU", "DE", "2023")
		q.Stage, q.StandIns, q.Source = tt.stage, true, "unhcr"
		for _, r := range evaluate(t, e, tt.name, q) {
			if r.Class.Stage != tt.want {
				t.Errorf("%s --stage %q is of class %v, want stage %s", tt.name, tt.stage, r.Class, tt.want)
			}
		}
	}
	set, _ := rate.Definitions("")
	for _, tt := range []struct {
		name, stage string
		ok          bool
	}{
		{"eurostat_final", "final", true}, {"eurostat_final", "", true}, {"eurostat_final", "first", false}, {"eurostat_first_instance", "first", true},
		{"eurostat_first_instance", "final", false}, {"eurostat_first_instance", "FI", false}, {"unhcr_total_protection", "final", false},
		{"share_of_applicants", "final", false}, {"share_of_applicants", "first", true},
	} {
		d, err := set.Named(tt.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := rate.Evaluate(d, e, rate.Query{Stage: tt.stage, Citizen: []string{"RU"}}); (err == nil) != tt.ok || err != nil && !errors.Is(err, rate.ErrQuery) {
			t.Errorf("%s --stage %q: %v, want an answer: %t", tt.name, tt.stage, err, tt.ok)
		}
	}
}

func TestDefinitionsOfAUserReplaceAndAreChecked(t *testing.T) {
	set, _ := embedded(t)
	if n := len(set.All()); n < 11 {
		t.Errorf("%d definitions, want at least 11", n)
	}
	for _, name := range []string{"eurostat_first_instance", "euaa_recognition", "unhcr_total_protection", "unhcr_refugee_recognition", "unhcr_all_outcomes",
		"aida_refugee", "grants_per_first_time_applicant", "grants_per_applicant", "grants_per_intention", "share_of_applicants"} {
		d, err := set.Named(name)
		if err != nil {
			t.Error(err)
		}
		if strings.HasPrefix(name, "grants_per") != (d.Kind == rate.Ratio) {
			t.Errorf("%s is a %s", name, d.Kind)
		}
	}
}

func TestApartNeedsCountsAndDisjointBounds(t *testing.T) {
	_, e := embedded(t)
	get := func(geo string) *rate.Result {
		return &evaluate(t, e, "unhcr_total_protection", cell("RU", geo, "2023"))[0]
	}
	for _, tt := range []struct {
		a, b string
		want bool
	}{{"NL", "PL", true}, {"PL", "NL", true}, {"DE", "FR", false}, {"SE", "PL", false}, {"NL", "HR", false}} {
		if got := rate.Apart(get(tt.a), get(tt.b), rate.Usual); got != tt.want {
			t.Errorf("Apart(%s, %s) = %v, want %v", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestLadder(t *testing.T) {
	set, e := embedded(t)
	l, err := rate.Climb(set, e, "RU", "HR", "2023", "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range l.Steps {
		got = append(got, fmt.Sprintf("%s %s %d %s", s.Name, s.Source, s.Count, s.Result.Counts()))
	}
	want := "intentions aida 8507 23/8,507; applications unhcr 636 20/636; ended unhcr 333 20/333; merits unhcr 59 20/59"
	if strings.Join(got, "; ") != want {
		t.Errorf("steps are %s\nwant %s", strings.Join(got, "; "), want)
	}
	if l.Closed != 274 || l.Grant("aida").Refugee != 23 || l.Grant("aida").Other != 1 || l.Grant("unhcr").Refugee != 20 {
		t.Errorf("closed %d, grants %+v", l.Closed, l.Grants)
	}
	if x, over, ok := l.PerApplication(); !ok || over.Source != "unhcr" || rate.Percent(x/100, 1) != "13.4" {
		t.Errorf("intentions per application: %v", x)
	}
}

// Results stand in the order of the axes that they are kept apart by, whatever that
// of the file.
func TestOrderOfResults(t *testing.T) {
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Named("eurostat_first_instance")
	if err != nil {
		t.Fatal(err)
	}
	data := scribble{[]*table.Table{tsv(t, "2024-05-01", nil, "2023 2021 2022",
		"SY TOTAL_POS FR|100|100|100", "SY REJECTED FR|100|100|100",
		"SY TOTAL_POS AT|100|:|100", "SY REJECTED AT|100|:|100",
		"AF TOTAL_POS DE|100|100|100", "AF REJECTED DE|100|100|100",
		"AF TOTAL_POS AT|:|100|100", "AF REJECTED AT|:|100|100")}}
	for by, want := range map[string]string{
		"":                   "AF AT 2021, AF AT 2022, AF AT 2023, AF DE 2021, AF DE 2022, AF DE 2023, SY AT 2021, SY AT 2022, SY AT 2023, SY FR 2021, SY FR 2022, SY FR 2023",
		"period":             "AF+SY AT+DE+FR 2021, AF+SY AT+DE+FR 2022, AF+SY AT+DE+FR 2023",
		"citizen,period":     "AF AT+DE 2021, AF AT+DE 2022, AF AT+DE 2023, SY AT+FR 2021, SY AT+FR 2022, SY AT+FR 2023",
		"period,citizen":     "AF AT+DE 2021, SY AT+FR 2021, AF AT+DE 2022, SY AT+FR 2022, AF AT+DE 2023, SY AT+FR 2023",
		"geo":                "AF+SY AT 2021+2022+2023, AF DE 2021+2022+2023, SY FR 2021+2022+2023",
		"geo,citizen":        "AF AT 2021+2022+2023, SY AT 2021+2022+2023, AF DE 2021+2022+2023, SY FR 2021+2022+2023",
		"period,geo,citizen": "AF AT 2021, SY AT 2021, AF DE 2021, SY FR 2021, AF AT 2022, SY AT 2022, AF DE 2022, SY FR 2022, AF AT 2023, SY AT 2023, AF DE 2023, SY FR 2023",
		"sex":                "AF+SY AT+DE+FR 2021+2022+2023",
	} {
		q := rate.Query{}
		if by != "" {
			q.By = strings.Split(by, ",")
		}
		rs, err := rate.Evaluate(d, data, q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i := range rs {
			got = append(got, fmt.Sprint(rs[i].Citizen, " ", rs[i].Geo, " ", rs[i].Period))
		}
		if s := strings.Join(got, ", "); s != want {
			t.Errorf("by %q:\n got %s\nwant %s", by, s, want)
		}
	}
}
