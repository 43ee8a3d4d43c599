package rate_test

import (
	"fmt"
	"slices"
	"testing"

	"asylum/pipeline/rate"
	"asylum/pipeline/table"
)

// Which side of 20 % a citizenship lies on, as Eurostat's rounding allows, and
// whether it crossed. A true share of 20 % exactly is "20 % or lower".
func TestSidesOfTheLine(t *testing.T) {
	set, _ := embedded(t)
	d, err := set.Named("pact_20")
	if err != nil {
		t.Fatal(err)
	}
	rows := func(citizen string, years ...[3]string) (out []string) {
		for i, decision := range []string{"TOTAL", "GENCONV", "SUB_PROT"} {
			row := citizen + " " + decision + " EU27_2020"
			for _, y := range years {
				row += "|" + y[i]
			}
			out = append(out, row)
		}
		return out
	}
	none := [3]string{":", ":", ":"}
	var all []string
	for _, r := range [][]string{
		rows("SY", [3]string{"1000", "100", "50"}, [3]string{"1000", "300", "50"}),  // 15 to 35 %
		rows("AF", [3]string{"1000", "300", "50"}, [3]string{"1000", "100", "50"}),  // 35 to 15 %
		rows("NG", [3]string{"1000", "150", "50"}, [3]string{"1000", "300", "50"}),  // 20 % on the line, then 35
		rows("GE", [3]string{"1000", "50", "0"}, [3]string{"1000", "55", "0"}),      // 5 %, both years
		rows("TR", none, [3]string{"1000", "180", "30"}),                            // 21 %: nothing before
		rows("IQ", [3]string{"0", "0", "0"}, [3]string{"1000", "170", "25"}),        // 19.5 %, no cases before
		rows("CU", [3]string{"300", "0", "0"}, [3]string{"295", "0", "0"}),          // under 300
		rows("IR", [3]string{"25", "5", "0"}, [3]string{"25", "5", "0"}),            // under 30
		rows("FR", [3]string{"500", "0", "0"}, [3]string{"500", "0", "0"}),          // the Union's own
		rows("STLS", [3]string{"500", "0", "0"}, [3]string{"500", "0", "0"}),        // of no citizenship
		rows("TOTAL", [3]string{"9999", "500", "0"}, [3]string{"9999", "500", "0"}), // all together
	} {
		all = append(all, r...)
	}
	data := scribble{[]*table.Table{tsv(t, "2024-05-01", nil, "2022 2023", all...)}}
	g, err := rate.Rank(d, data, rate.Query{})
	if err != nil {
		t.Fatal(err)
	}
	if g.Period != "2023" || g.Before != "2022" || g.Geo != "EU27_2020" || g.Source != "eurostat" || g.StandsIn != "" || g.Outside != 1 {
		t.Errorf("ranked %+v", g)
	}
	var got []string
	for i := range g.Entries {
		e := &g.Entries[i]
		got = append(got, fmt.Sprintf("%d %s %+.1f below %v straddles %v few %v crossed %s", e.Rank, e.Citizen, e.Distance*100, e.Below(), e.Straddles, e.Few, e.Crossing))
	}
	want := []string{
		"1 IQ -0.5 below true straddles false few false crossed unknown",
		"2 TR +1.0 below false straddles false few false crossed unknown",
		"3 AF -5.0 below true straddles false few false crossed fell",
		"4 GE -14.5 below true straddles false few false crossed no",
		"5 NG +15.0 below false straddles false few false crossed open",
		"6 SY +15.0 below false straddles false few false crossed rose",
		"0 CU -20.0 below true straddles false few false crossed no",
		"0 IR +0.0 below true straddles true few true crossed open",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%q\nwant\n%q", got, want)
	}
	low, err := rate.Rank(d, data, rate.Query{Limits: &rate.Thresholds{Counts: 20, Few: 100, Rank: 100}})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(low.Entries); low.Entries[n-2].Rank != n-1 || low.Entries[n-1].Rank != 0 {
		t.Errorf("ranked from 100 decisions: %+v", low.Entries)
	}
}

// Of the embedded data UNHCR stands in. The newest year of every citizenship is
// 2023: of 2024 it holds eight.
func TestUNHCRStandsIn(t *testing.T) {
	set, e := embedded(t)
	d, err := set.Named("pact_20")
	if err != nil {
		t.Fatal(err)
	}
	g, err := rate.Rank(d, e, rate.Query{})
	if err != nil {
		t.Fatal(err)
	}
	if g.Period != "2023" || g.Source != "unhcr" || g.StandsIn == "" || len(g.Entries) < 100 {
		t.Errorf("ranked %d of %s, %s (%q)", len(g.Entries), g.Period, g.Source, g.StandsIn)
	}
	for i := range g.Entries {
		r := &g.Entries[i].Result
		if r.Class == d.Class || !r.StandsIn || !slices.Contains(r.Warnings, g.StandsIn) {
			t.Fatalf("%v goes for the law's own", r)
		}
		if i > 0 && g.Entries[i].Rank > 0 && g.Entries[i-1].Rank != g.Entries[i].Rank-1 {
			t.Errorf("%s has rank %d after %d", r.Citizen, g.Entries[i].Rank, g.Entries[i-1].Rank)
		}
	}
	// Unless it is asked for, nothing stands in: the ledger takes pact_20 for
	// what the law means.
	if r := evaluate(t, e, "pact_20", cell("RU", "EU27_2020", "2023")); len(r) != 1 || r[0].Known {
		t.Errorf("pact_20 of UNHCR: %v", r)
	}
}

// Where the source that a definition means has a value, none stands in.
func TestNothingStandsInForWhatIsThere(t *testing.T) {
	_, e := embedded(t)
	eurostat := tsv(t, "2024-05-01", nil, "2023", "RU TOTAL EU27_2020|1000", "RU GENCONV EU27_2020|100", "RU SUB_PROT EU27_2020|50")
	q := cell("RU", "EU27_2020", "2023")
	q.StandIns = true
	rs := evaluate(t, both{e, scribble{[]*table.Table{eurostat}}}, "pact_20", q)
	if len(rs) != 1 || rs[0].Source != "eurostat" || rs[0].Counts() != "150/1,000" {
		t.Errorf("got %v, want Eurostat's alone", rs)
	}
}

// both is two sources of data as one.
type both struct{ a, b rate.Data }

func (s both) Vintages() []table.Meta { return append(s.a.Vintages(), s.b.Vintages()...) }

func (s both) Load(m table.Meta, w table.Want) (*table.Table, error) {
	if t, err := s.b.Load(m, w); err == nil {
		return t, nil
	}
	return s.a.Load(m, w)
}
