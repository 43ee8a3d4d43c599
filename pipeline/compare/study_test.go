package compare_test

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"asylum/datasets/needs"
	"asylum/pipeline/compare"
	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
	"asylum/pipeline/store"

	"pgregory.net/rapid"
)

func named(t testing.TB, name string) (*rate.Set, rate.Definition) {
	t.Helper()
	set, err := rate.Definitions("")
	if err != nil {
		t.Fatal(err)
	}
	d, err := set.Named(name)
	if err != nil {
		t.Fatal(err)
	}
	return set, d
}

func embedded(t testing.TB) rate.Data {
	t.Helper()
	data, err := ingest.OpenEmbedded()
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func study(t testing.TB, definition string, q compare.Question) *compare.Study {
	t.Helper()
	_, d := named(t, definition)
	s, err := compare.Countries(d, embedded(t), q)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func at(s *compare.Study, geo string) *compare.Country {
	for i := range s.Countries {
		if s.Countries[i].Geo == geo {
			return &s.Countries[i]
		}
	}
	return &compare.Country{}
}

// The line of a study is what asylum rate says of the same members, and every
// country stands in it once: compared, or aside with the reason.
func TestAfghans(t *testing.T) {
	s := study(t, "unhcr_total_protection", compare.Question{Citizen: "AF", Period: "2023"})
	_, d := named(t, "unhcr_total_protection")
	rs, err := rate.Evaluate(d, embedded(t), rate.Query{Citizen: []string{"AF"}, Geo: []string{"EU27_2020"}, Periods: []obs.Period{"2023"}, Stage: "FI"})
	if err != nil || len(rs) != 1 {
		t.Fatal(rs, err)
	}
	if got, want := s.Line.String(), rs[0]; s.Line.Num != want.Num || s.Line.Den != want.Den || s.Line.Lo != want.Lo || s.Line.Hi != want.Hi {
		t.Errorf("the line is %s, asylum rate --stage FI says %s", got, want.String())
	}
	if s.Of != 27 || s.Members != 23 || s.OwnRow || s.Partial || s.National || s.Source != "unhcr" {
		t.Errorf("%+v", s)
	}
	var reasons []string
	for _, x := range s.Aside {
		reasons = append(reasons, x.Geo+": "+x.Reason)
	}
	if want := []string{"AT: reports first instance and appeal together", "BG: reports first instance and appeal together",
		"CY: reports first instance and appeal together", "HR: there are no cases to divide by"}; !slices.Equal(reasons, want) {
		t.Errorf("aside are %q", reasons)
	}
	ranked := s.Ranked()
	for i, c := range ranked {
		if c.Rank != i+1 || c.Den < 300 || i > 0 && c.Value > ranked[i-1].Value || c.RankLo > c.Rank || c.RankHi < c.Rank {
			t.Errorf("%d. %s: %+v", i+1, c.Geo, c.Result.String())
		}
	}
	for _, c := range s.Countries[len(ranked):] {
		if c.Rank != 0 || c.Den >= 300 {
			t.Errorf("%s has rank %d of %d decisions", c.Geo, c.Rank, c.Den)
		}
	}
	if p := at(s, "BE").Point; p == nil || p.Place != compare.Below998 || !p.Sure || p.Pos != 2594 || p.All != 6334 {
		t.Errorf("Belgium is %+v", p)
	}
	if p := at(s, "CZ").Point; p == nil || p.Place != compare.Above998 || p.Sure {
		t.Errorf("Czechia is %+v: of 53 decisions rounding decides", p)
	}
	if s.Standard != nil || at(s, "BE").Adjusted != nil {
		t.Error("one citizenship has no mix to adjust for")
	}
	if high, low := s.Highest(), s.Lowest(); len(high) != 2 || high[0].Geo != "EL" || high[1].Geo != "CH" || len(low) != 1 || low[0].Geo != "BE" {
		t.Errorf("the highest are %v, the lowest %v", len(high), len(low))
	}
}

// Of all citizenships the mix is taken out. No country's raw rate is changed by
// that, and what the countries decided together is the same.
func TestAllCitizenships(t *testing.T) {
	s := study(t, "unhcr_total_protection", compare.Question{Citizen: "TOTAL", Period: "2023"})
	if s.Funnel != nil || s.Standard == nil || s.Mixed == nil {
		t.Fatalf("funnel %v, standard %v", s.Funnel, s.Standard)
	}
	for i := range s.Countries {
		c := &s.Countries[i]
		if c.Adjusted == nil {
			t.Errorf("%s is not adjusted", c.Geo)
			continue
		}
		if a := c.Adjusted; a.Pos != c.Num || a.All != c.Den {
			t.Errorf("%s: %d/%d by citizenship, %s in total", c.Geo, a.Pos, a.All, c.Counts())
		}
	}
	if s.Standard.Pos != s.Line.Num || s.Standard.All != s.Line.Den {
		t.Errorf("the standard is %d/%d, the line %s", s.Standard.Pos, s.Standard.All, s.Line.Counts())
	}
	some := study(t, "unhcr_total_protection", compare.Question{Citizen: "TOTAL", Period: "2023", Geo: []string{"DE", "CH"}})
	if a, b := *at(s, "DE").Adjusted, *at(some, "DE").Adjusted; a != b || len(some.Countries) != 2 {
		t.Errorf("Germany beside Switzerland alone: %+v, beside all %+v", b, a)
	}
	// Venezuelans, of whom others grant few, make Spain's ratio.
	if es := at(s, "ES").Adjusted.Indirect; !es.Known || es.RateKnown || es.Ratio < 2 || es.RatioMay.Lo < 1.5 || es.RatioMay.Lo > es.Ratio || es.RatioMay.Hi < es.Ratio {
		t.Errorf("Spain: %+v", es)
	}
	if s.Mixed.Adjusted >= s.Mixed.Raw {
		t.Errorf("%+v: the mix explains nothing", s.Mixed)
	}
}

// A quarter is set against the same one of the year before, and the newest one,
// that few have reported, is not ranked, added up or called a fall (METHODS 9).
func TestQuarters(t *testing.T) {
	s := study(t, "eurostat_first_instance", compare.Question{Citizen: "TOTAL", Period: "2022-Q4"})
	de := at(s, "DE")
	if s.Partial || !s.OwnRow || s.Usable != "2022-Q4" || de.Rank == 0 || de.Change == nil || de.Change.Before != "2021-Q4" || !de.Change.Rose() {
		t.Errorf("%+v\nGermany %+v", s, de)
	}
	if s.Sum == nil || s.Sum.Num == s.Line.Num || s.Members != 27 {
		t.Errorf("the EU's row is %s, its members make %s", s.Line.Counts(), s.Sum.Counts())
	}
	s = study(t, "eurostat_first_instance", compare.Question{Citizen: "TOTAL", Period: "2023-Q1"})
	if !s.Partial || s.Line != nil || s.Dispersion != nil || len(s.Ranked()) > 0 {
		t.Errorf("%+v", s)
	}
	for i := range s.Countries {
		if c := s.Countries[i].Change; c == nil || c.Rose() || c.Fell() || c.Apart || !c.Partial {
			t.Errorf("%s: %+v", s.Countries[i].Geo, c)
		}
	}
}

func TestYearBefore(t *testing.T) {
	_, d := named(t, "eurostat_first_instance")
	rs, err := rate.Evaluate(d, embedded(t), rate.Query{Citizen: []string{"TOTAL"}, Geo: []string{"DE"},
		Periods: []obs.Period{"2021-Q1", "2021-Q3", "2022-Q1", "2022-Q2", "2022-Q3", "2023-Q1"}})
	if err != nil {
		t.Fatal(err)
	}
	changes, err := compare.YearBefore(rs, "2022-Q4")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range changes {
		got = append(got, fmt.Sprintf("%s-%s %v %q", c.Before, c.Period, c.Known, c.Why))
		if !c.Known {
			continue
		}
		if want := c.Now.Value - c.Then.Value; c.Value != want || c.Lo > want || c.Hi < want {
			t.Errorf("%s: %g (%g to %g), want %g", c.Period, c.Value, c.Lo, c.Hi, want)
		}
		if c.Partial != (c.Period == "2023-Q1") || c.Partial && (c.Rose() || c.Fell()) {
			t.Errorf("%s: %+v", c.Period, c)
		}
	}
	if want := []string{`2021-Q1-2022-Q1 true ""`, `2021-Q2-2022-Q2 false "no figure of 2021-Q2 is at hand"`, `2021-Q3-2022-Q3 true ""`, `2022-Q1-2023-Q1 true ""`}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if _, err := compare.YearBefore(append(rs, rs[0]), "2022-Q4"); err == nil || !strings.Contains(err.Error(), "stands there twice") {
		t.Errorf("twice the same: %v", err)
	}
	for p, want := range map[obs.Period]obs.Period{"2023": "2022", "2023-Q4": "2022-Q4", "2023-01": "2022-01", "2023-W05": "", "0000": ""} {
		if got, ok := compare.YearAgo(p); got != want || ok != (want != "") {
			t.Errorf("a year before %s is %q, want %q", p, got, want)
		}
	}
}

// What divides different things is never set side by side.
func TestClasses(t *testing.T) {
	_, total := named(t, "unhcr_total_protection")
	_, refugee := named(t, "unhcr_refugee_recognition")
	q := rate.Query{Citizen: []string{"AF"}, Geo: []string{"DE", "FR"}, Periods: []obs.Period{"2022", "2023"}}
	a, err := rate.Evaluate(total, embedded(t), q)
	if err != nil {
		t.Fatal(err)
	}
	b, err := rate.Evaluate(refugee, embedded(t), q)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := compare.YearBefore(append(a, b...), "2024"); !errors.Is(err, rate.ErrMixed) {
		t.Errorf("two definitions: %v", err)
	}
	if _, err := compare.Backlogs(a, "2023", "2024"); err == nil {
		t.Error("a rate passed for a backlog")
	}
}

// National figures, flows and what is of another level are shown, not ranked.
func TestNotRanked(t *testing.T) {
	for name, period := range map[string]obs.Period{"pending_months": "2023", "aida_refugee": "2023", "grants_per_applicant": "2023"} {
		s := study(t, name, compare.Question{Citizen: "TOTAL", Period: period})
		if len(s.Countries) == 0 || len(s.Ranked()) > 0 || s.Line != nil || s.Funnel != nil || s.Dispersion != nil || s.Standard != nil {
			t.Errorf("%s: %d countries, %d ranked, line %v", name, len(s.Countries), len(s.Ranked()), s.Line)
		}
	}
	s := study(t, "pending_months", compare.Question{Citizen: "TOTAL", Period: "2023"})
	i := slices.IndexFunc(s.Backlogs, func(b compare.Backlog) bool { return b.Geo == "DE" })
	if i < 0 || s.Backlogs[i].Pending != 239614 || s.Backlogs[i].Decisions != 261601 || math.Abs(s.Backlogs[i].Months-12*239614./261601) > 1e-12 {
		t.Errorf("backlogs %+v", s.Backlogs)
	}
}

func TestLevels(t *testing.T) {
	// Asked for by name, a level is one all countries are of.
	s := study(t, "unhcr_total_protection", compare.Question{Citizen: "AF", Period: "2023", Stage: "FA"})
	if at(s, "AT").Geo == "" {
		t.Errorf("Austria is not among %d countries of level FA", len(s.Countries))
	}
}

func TestQuestions(t *testing.T) {
	_, d := named(t, "unhcr_total_protection")
	for _, q := range []compare.Question{
		{Citizen: "AF", Period: "2023", Geo: []string{"XX"}},
		{Citizen: "AF", Period: "2023", Geo: []string{"FX"}},
		{Citizen: "AF", Period: "2023", Since: "2023"},
		{Citizen: "AF", Period: "2023", Since: "2022-Q1"},
		{Citizen: "AF", Period: "2023", Source: "eurostat"},
	} {
		if s, err := compare.Countries(d, embedded(t), q); !errors.Is(err, rate.ErrQuery) {
			t.Errorf("%+v: %v, %v", q, s, err)
		}
	}
	for name, why := range map[string]string{"fr_ofpra": "OFPRA", "eurostat_first_instance": "no table at hand"} {
		if s := study(t, name, compare.Question{Citizen: "AF", Period: "2023"}); !strings.Contains(s.Why, why) || len(s.Countries) > 0 {
			t.Errorf("%s: %q", name, s.Why)
		}
	}
}

// Only the countries asked for are compared, around the rate of the whole union.
func TestSomeCountries(t *testing.T) {
	all := study(t, "unhcr_total_protection", compare.Question{Citizen: "AF", Period: "2023"})
	some := study(t, "unhcr_total_protection", compare.Question{Citizen: "AF", Period: "2023", Geo: []string{"FR", "DE"}})
	if len(some.Countries) != 2 || some.Line.Counts() != all.Line.Counts() || some.Union != "EU27_2020" || len(some.Funnel.Points) != 2 {
		t.Errorf("%d countries around %s, want 2 around %s", len(some.Countries), some.Line.Counts(), all.Line.Counts())
	}
	if some.Members != all.Members {
		t.Errorf("%d members, want %d", some.Members, all.Members)
	}
}

// The change since an earlier year, of one citizenship.
func TestSince(t *testing.T) {
	s := study(t, "unhcr_total_protection", compare.Question{Citizen: "AF", Period: "2023", Since: "2016"})
	if s.Split == nil || s.Sigma == nil || s.Beta == nil || s.LineBefore == nil || len(s.Sigma.Years) != 8 {
		t.Fatalf("%+v", s)
	}
	before, _ := s.Split.Before.Float64()
	after, _ := s.Split.After.Float64()
	if math.Abs(after-s.Line.Value) > 1e-12 || math.Abs(before-s.LineBefore.Value) > 1e-12 {
		t.Errorf("the split is of %g to %g, the line went from %g to %g", before, after, s.LineBefore.Value, s.Line.Value)
	}
	for i := range s.Countries { // a change is of the country that it stands at
		c := &s.Countries[i]
		if c.Change == nil || c.Change.Geo != c.Geo || c.Change.Now.Geo != c.Geo || c.Change.Then != nil && c.Change.Then.Geo != c.Geo {
			t.Errorf("%s: %+v", c.Geo, c.Change)
		}
	}
}

func TestWithout(t *testing.T) {
	set, d := named(t, "eurostat_first_instance")
	if x, bundled, ok := compare.Without(set, d); !ok || bundled || x.Name != "euaa_recognition" {
		t.Errorf("%s %v %v", x.Name, bundled, ok)
	}
	_, d = named(t, "unhcr_total_protection")
	if x, bundled, ok := compare.Without(set, d); !ok || !bundled || x.Name != "unhcr_refugee_recognition" {
		t.Errorf("%s %v %v", x.Name, bundled, ok)
	}
	_, d = named(t, "euaa_recognition")
	if x, _, ok := compare.Without(set, d); ok {
		t.Errorf("euaa_recognition without humanitarian status is %s", x.Name)
	}
}

// Over the whole of UNHCR's table, Kitagawa's split by citizenship adds up in
// every country.
func TestSplitsOfAll(t *testing.T) {
	file := needs.Shared(t, "data/unhcr/asylum_decisions.csv.gz")
	lake, err := store.Create(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ingest.Add(lake, file, ingest.Options{Vintage: "2025-12-01"}); err != nil {
		t.Fatal(err)
	}
	_, d := named(t, "unhcr_total_protection")
	s, err := compare.Countries(d, lake, compare.Question{Citizen: "TOTAL", Period: "2023", Since: "2019"})
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for i := range s.Countries {
		c := &s.Countries[i]
		if c.Split == nil {
			continue
		}
		n++
		difference, _ := c.Split.Difference.Float64()
		if math.Abs(difference-c.Change.Value) > 1e-12 && c.Change.Known {
			t.Errorf("%s: split of %g, changed by %g", c.Geo, difference, c.Change.Value)
		}
	}
	if n < 20 || s.Split == nil {
		t.Errorf("%d countries are split, all together %v", n, s.Split)
	}
}

// Changes and backlogs do not depend on the order in which results come.
func TestOrder(t *testing.T) {
	ask := func(name string, q rate.Query) []rate.Result {
		_, d := named(t, name)
		rs, err := rate.Evaluate(d, embedded(t), q)
		if err != nil || len(rs) < 4 {
			t.Fatal(rs, err)
		}
		return rs
	}
	quarters := ask("eurostat_first_instance", rate.Query{Citizen: []string{"TOTAL"}, Geo: []string{"DE", "FR", "HR"},
		Periods: []obs.Period{"2021-Q3", "2021-Q4", "2022-Q3", "2022-Q4", "2023-Q1"}})
	pending := ask("pending_months", rate.Query{Citizen: []string{"TOTAL"}, Geo: []string{"BE", "DE", "EL", "NL", "PL", "SE"}, Periods: []obs.Period{"2023"}})
	rapid.Check(t, func(t *rapid.T) {
		changes := func(rs []rate.Result) string {
			cs, err := compare.YearBefore(rs, "2022-Q4")
			if err != nil {
				t.Fatal(err)
			}
			out := ""
			for _, c := range cs {
				out += fmt.Sprintln(c.Geo, c.Period, c.Before, c.Known, c.Value, c.Lo, c.Hi, c.Apart, c.Partial, c.Why)
			}
			return out
		}
		backlogs := func(rs []rate.Result) string {
			bs, err := compare.Backlogs(rs, "2023", "2023")
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(bs)
		}
		if a, b := changes(quarters), changes(rapid.Permutation(quarters).Draw(t, "quarters")); a != b {
			t.Fatalf("in another order:\n%s\n%s", a, b)
		}
		if a, b := backlogs(pending), backlogs(rapid.Permutation(pending).Draw(t, "pending")); a != b {
			t.Fatalf("in another order:\n%s\n%s", a, b)
		}
	})
}
