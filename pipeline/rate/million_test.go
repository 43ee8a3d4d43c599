package rate_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"strings"
	"testing"

	"asylum/datasets/needs"
	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
)

// Applicants and grants over the inhabitants of the country, which Eurostat counts
// for every source of asylum figures.
func TestPerMillion(t *testing.T) {
	_, e := embedded(t)
	for _, tt := range []struct{ name, citizen, geo, period, want string }{
		{"applicants_per_million", "TOTAL", "HR", "2022", "2,730/3,862,305 = 707 per million (706-708)"},
		{"applicants_per_million", "RU", "HR", "2022", "270/3,862,305 = 69.9 per million (69.3-70.5)"},
		{"applicants_per_million", "TOTAL", "EU27_2020", "2022", "955,940/445,972,024 = 2,143 per million (2,143-2,144)"},
		{"grants_per_million", "AF", "AT", "2023", "2,942/9,104,772 = 323 per million"},
		{"grants_per_million", "AF", "CY", "2023", "120/949,084 = 126 per million (126-131)"},
		{"grants_per_million", "AF", "EU27_2020", "2023", "62,094/447,695,350 = 139 per million (138-139)"},
		{"applicants_per_million", "TOTAL", "UK", "2023", "88,025/–, no value: number of inhabitants is missing"},
	} {
		q := cell(tt.citizen, tt.geo, tt.period)
		if tt.citizen == "RU" {
			q.Source = "eurostat" // UNHCR has them too
		}
		rs := evaluate(t, e, tt.name, q)
		if len(rs) != 1 {
			t.Errorf("%s %s %s: %d results", tt.name, tt.citizen, tt.geo, len(rs))
			continue
		}
		r := &rs[0]
		if got := string(r.Append(nil)); got != tt.want {
			t.Errorf("%s %s %s: %s, want %s", tt.name, tt.citizen, tt.geo, got, tt.want)
		}
		if !r.Known {
			continue
		}
		for _, x := range [][3]float64{{r.Value, float64(r.Num), float64(r.Den)}, {r.Lo, float64(r.NumLo), float64(r.DenHi)}, {r.Hi, float64(r.NumHi), float64(r.DenLo)}} {
			if math.Abs(x[0]-1e6*x[1]/x[2]) > 1e-9*x[0] {
				t.Errorf("%s %s %s: %g, want %g over %g", tt.name, tt.citizen, tt.geo, x[0], x[1], x[2])
			}
		}
		var cells []string
		for i := range r.Inputs {
			if in := &r.Inputs[i]; in.Side == "den" {
				cells = append(cells, in.Meta.Table+" "+in.Code("indic_de")+" "+in.Code("geo"))
			}
		}
		if got := strings.Join(cells, ", "); got != "demo_gind JAN "+tt.geo {
			t.Errorf("%s %s %s divides by %s", tt.name, tt.citizen, tt.geo, got)
		}
		if r.Unit() != "per million" {
			t.Errorf("in %s", r.Unit())
		}
	}
}

// Asked beside its members, a union's inhabitants are still its own row, and the
// sum of some countries' is over theirs.
func TestInhabitantsAreNotAddedUp(t *testing.T) {
	_, e := embedded(t)
	q := rate.Query{Citizen: []string{"AF"}, Geo: []string{"EU27_2020", "DE", "FR"}, Periods: []obs.Period{"2023"}}
	for _, r := range evaluate(t, e, "grants_per_million", q) {
		if want := map[string]int64{"EU27_2020": 447695350, "DE": 83118501, "FR": 68277210}[r.Geo]; r.Den != want {
			t.Errorf("%s has %d inhabitants, want %d", r.Geo, r.Den, want)
		}
	}
	q = rate.Query{Citizen: []string{"AF", "SY"}, Geo: []string{"DE", "FR"}, Periods: []obs.Period{"2023"}, By: []string{"period"}}
	if rs := evaluate(t, e, "grants_per_million", q); len(rs) != 1 || rs[0].Den != 83118501+68277210 {
		t.Errorf("two citizenships in two countries: %v", rs)
	}
}

// It is no share of decisions: no interval, no claim that one is higher, no sum
// over years, and nothing of another class beside it.
func TestPerMillionIsNoRate(t *testing.T) {
	set, e := embedded(t)
	d, err := set.Named("applicants_per_million")
	if err != nil {
		t.Fatal(err)
	}
	ask := rate.Query{Citizen: []string{"TOTAL"}, Geo: []string{"DE", "LI"}, Periods: []obs.Period{"2023"}}
	interval, years := ask, ask
	interval.Interval = rate.Wilson95
	years.By, years.Periods = []string{"geo"}, []obs.Period{"2022", "2023"}
	for _, q := range []rate.Query{interval, years} {
		if _, err := rate.Evaluate(d, e, q); !errors.Is(err, rate.ErrQuery) {
			t.Errorf("%+v: %v", q, err)
		}
	}
	rs := evaluate(t, e, "applicants_per_million", ask)
	if len(rs) != 2 || rate.Apart(&rs[0], &rs[1], rate.Usual) {
		t.Errorf("%v are apart", rs)
	}
	share := evaluate(t, e, "share_of_applicants", cell("SY", "DE", "2022"))
	if err := rate.Together(append(rs, share...)); !errors.Is(err, rate.ErrMixed) {
		t.Errorf("beside a share: %v", err)
	}
	sex := cell("RU", "HR", "2022")
	sex.Sex = []string{"F"}
	if rs := evaluate(t, e, "applicants_per_million", sex); len(rs) != 1 || rs[0].Known || !strings.Contains(rs[0].Why, "does not tell inhabitants apart by sex") {
		t.Errorf("of women alone: %v", rs)
	}
}

// Of the tables that hold populations the first at hand is taken, whichever it is;
// two of them do not make twice the people.
func TestTablesOfInhabitants(t *testing.T) {
	small := "freq,indic_de,geo\\TIME_PERIOD\t2016 \r\nA,JAN,HR\t4190669 \r\nA,JAN,EU28\t510278701 b\r\n"
	other := strings.NewReplacer("4190669", "4190670").Replace(small)
	ages := needs.File(t, "data/eurostat/explorer-csv/demo_pjan.2017.csv")
	applicants := "freq,citizen,sex,unit,age,asyl_app,geo\\TIME_PERIOD\t2016 \r\nA,TOTAL,T,PER,TOTAL,ASY_APP,HR\t2235 \r\n"
	for _, tt := range []struct {
		name  string
		files map[string]string
		pjan  bool
		want  string
	}{
		{"demo_gind", map[string]string{"demo_gind": small}, false, "2,235/4,190,669"},
		{"demo_gind before tps00001", map[string]string{"demo_gind": small, "tps00001": other}, false, "2,235/4,190,669"},
		{"tps00001", map[string]string{"tps00001": other}, false, "2,235/4,190,670"},
		{"demo_pjan", nil, true, "2,235/4,190,669"},
		{"tps00001 before demo_pjan", map[string]string{"tps00001": other}, true, "2,235/4,190,670"},
		{"none", nil, false, "2,235/–"},
	} {
		var data scribble
		put := func(table string, in io.Reader) {
			t.Helper()
			tab, err := ingest.Read(in, table, ingest.Options{Table: strings.TrimSuffix(table, ".tsv"), Vintage: "2024-05-01"})
			if err != nil {
				t.Fatal(err)
			}
			data.tables = append(data.tables, tab)
		}
		put("migr_asyappctza.tsv", strings.NewReader(applicants))
		for table, text := range tt.files {
			put(table+".tsv", strings.NewReader(text))
		}
		if tt.pjan {
			put("demo_pjan", bytes.NewReader(ages))
		}
		rs := evaluate(t, data, "applicants_per_million", cell("TOTAL", "HR", "2016"))
		if len(rs) != 1 || rs[0].Counts() != tt.want {
			t.Errorf("%s: %v, want %s", tt.name, rs, tt.want)
		}
	}
}
