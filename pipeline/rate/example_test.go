package rate_test

import (
	"fmt"
	"log"

	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
)

// opened gives the definitions and the data that come with asylum.
func opened() (*rate.Set, rate.Data) {
	set, err := rate.Definitions("")
	if err != nil {
		panic(err)
	}
	data, err := ingest.OpenEmbedded()
	if err != nil {
		panic(err)
	}
	return set, data
}

// asked applies a definition by its name.
func asked(name string, q rate.Query) []rate.Result {
	set, data := opened()
	d, err := set.Named(name)
	if err != nil {
		panic(err)
	}
	results, err := rate.Evaluate(d, data, q)
	if err != nil {
		panic(err)
	}
	return results
}

// Of the Russians whose cases Croatia decided on the merits in 2023, how many
// were protected?
func Example() {
	definitions, err := rate.Definitions("")
	if err != nil {
		log.Fatal(err)
	}
	data, err := ingest.Open("lake") // or what comes with asylum, where there is no lake
	if err != nil {
		log.Fatal(err)
	}
	total, err := definitions.Named("unhcr_total_protection")
	if err != nil {
		log.Fatal(err)
	}
	results, err := rate.Evaluate(total, data, rate.Query{Citizen: []string{"RU"}, Geo: []string{"HR"}, Periods: []obs.Period{"2023"}})
	if err != nil {
		log.Fatal(err)
	}
	for _, r := range results {
		fmt.Println(r.Num, r.Den, r.Percent(), r.Class)
	}
	// Output: 20 59 33.9 % (33.9-38.1) G+O over merits, stage first, persons, all
}

// A definition says what is divided by what, and which results may stand beside
// each other.
func ExampleDefinitions() {
	set, err := rate.Definitions("") // or a file of one's own, over the built-in ones
	if err != nil {
		panic(err)
	}
	d, err := set.Named("unhcr_total_protection")
	if err != nil {
		panic(err)
	}
	fmt.Println(d.Kind, d.Formula, d.Sources())
	fmt.Println(d.Class)
	_, err = set.Named("recognition_rate")
	fmt.Println(err != nil)
	// Output:
	// rate (G+O)/(G+O+R) [unhcr]
	// G+O over merits, stage first, persons, all
	// true
}

// A result carries both counts, what rounding allows, and every cell.
func ExampleEvaluate() {
	set, data := opened()
	d, err := set.Named("unhcr_total_protection")
	if err != nil {
		panic(err)
	}
	results, err := rate.Evaluate(d, data, rate.Query{Citizen: []string{"RU"}, Geo: []string{"HR", "NL"}, Periods: []obs.Period{"2023"}})
	if err != nil {
		panic(err)
	}
	for i := range results {
		fmt.Println(&results[i])
	}
	for _, in := range results[0].Inputs {
		fmt.Println(in.Side, in.Cell().Count, in.Meta.Table, in.Meta.Vintage)
	}
	// Output:
	// unhcr_total_protection RU HR 2023: 20/59 = 33.9 % (33.9-38.1)
	// unhcr_total_protection RU NL 2023: 163/185 = 88.1 %
	// num 20 asylum_decisions 2025-12-01
	// num 0 asylum_decisions 2025-12-01
	// rest 39 asylum_decisions 2025-12-01
}

// What was known on a day: the same question, another answer.
func ExampleEvaluate_asOf() {
	for _, day := range []string{"2023-05-31", ""} {
		for _, r := range asked("share_of_applicants", rate.Query{Citizen: []string{"RU"}, Geo: []string{"HR"}, Periods: []obs.Period{"2022"}, AsOf: day}) {
			fmt.Println(&r, r.Vintages)
		}
	}
	// Output:
	// share_of_applicants RU HR 2022: 2,065/12,870 = 16.0 % (16.0-16.1) [migr_asyappctza 2023-04-30]
	// share_of_applicants RU HR 2022: 270/2,730 = 9.9 % (9.8-10.0) [migr_asyappctza 2024-01-18]
}

// A sum over an axis that holds its own total is refused.
func ExampleEvaluate_doubleCount() {
	set, data := opened()
	d, err := set.Named("eurostat_first_instance")
	if err != nil {
		panic(err)
	}
	_, err = rate.Evaluate(d, data, rate.Query{Geo: []string{"DE"}, By: []string{"geo", "period"}})
	fmt.Println(err)
	// Output:
	// eurostat_first_instance would add cells that differ in citizen (EXT_EU28, TOTAL): it would count people several times
	// 	hint: choose one with --citizen TOTAL, or keep them apart with --by geo,period,citizen
}

// One count of grants over every count that may stand below it.
func ExampleClimb() {
	set, data := opened()
	l, err := rate.Climb(set, data, "RU", "HR", "2023", "")
	if err != nil {
		panic(err)
	}
	for _, s := range l.Steps {
		fmt.Println(s.Name, s.Source, s.Result.Counts(), s.Result.Percent(), s.Result.Kind)
	}
	// Output:
	// intentions aida 23/8,507 0.27 % ratio
	// applications unhcr 20/636 3.1 % (3.1-3.8) ratio
	// ended unhcr 20/333 6.0 % (6.0-7.2) rate
	// merits unhcr 20/59 33.9 % (33.9-38.1) rate
}

// Citizenships by their distance from a line that a law draws. Eurostat's
// decisions are not embedded, so UNHCR's stand in.
func ExampleRank() {
	set, data := opened()
	d, err := set.Named("pact_20")
	if err != nil {
		panic(err)
	}
	g, err := rate.Rank(d, data, rate.Query{By: []string{"citizen"}, StandIns: true})
	if err != nil {
		panic(err)
	}
	fmt.Println(g.Source, g.Period, g.Line.At)
	for _, e := range g.Entries[:3] {
		fmt.Printf("%d %s %s straddles %v\n", e.Rank, e.Citizen, e.Percent(), e.Straddles)
	}
	// Output:
	// unhcr 2023 20
	// 1 AR 19.9 % (19.6-27.1) straddles true
	// 2 SL 20.1 % (19.3-25.3) straddles true
	// 3 TJ 21.0 % (19.2-28.4) straddles true
}

// May two rates be called different? Beyond rounding, few cases and chance.
func ExampleApart() {
	rs := asked("unhcr_total_protection", rate.Query{Citizen: []string{"RU"}, Geo: []string{"DE", "FR", "NL"}, Periods: []obs.Period{"2023"}})
	de, fr, nl := &rs[0], &rs[1], &rs[2]
	fmt.Println(de.Percent(), fr.Percent(), rate.Apart(de, fr, rate.Usual))
	fmt.Println(nl.Percent(), fr.Percent(), rate.Apart(nl, fr, rate.Usual))
	// Output:
	// 27.6 % 26.9 % false
	// 88.1 % 26.9 % true
}

// A difference, with the extremes that the rounding of both allows.
func ExampleDifference() {
	rs := asked("unhcr_total_protection", rate.Query{Citizen: []string{"RU"}, Geo: []string{"HR", "NL"}, Periods: []obs.Period{"2023"}})
	value, lo, hi, ok := rate.Difference(&rs[1], &rs[0])
	fmt.Printf("%.3f (%.3f to %.3f) %v\n", value, lo, hi, ok)
	// Output: 0.542 (0.500 to 0.542) true
}

// What divides different things may not stand together.
func ExampleTogether() {
	q := rate.Query{Citizen: []string{"RU"}, Geo: []string{"HR"}, Periods: []obs.Period{"2023"}, Source: "unhcr"}
	both := append(asked("unhcr_total_protection", q), asked("positives_per_applicant", q)...)
	fmt.Println(rate.Together(both[:1]))
	fmt.Println(rate.Together(both) != nil)
	// Output:
	// <nil>
	// true
}

// Results as a data frame: Namibia stays NA, and a missing number is NaN.
func ExampleFrame() {
	df := rate.Frame(asked("unhcr_total_protection", rate.Query{Citizen: []string{"RU", "NA"}, Geo: []string{"UK"}, Periods: []obs.Period{"2023"}}))
	for _, row := range df.Select([]string{"citizen", "geo", "num", "den", "value"}).Records() {
		fmt.Println(row)
	}
	// Output:
	// [citizen geo num den value]
	// [NA UK 99.000000 730.000000 0.135616]
	// [RU UK 392.000000 593.000000 0.661046]
}

// What UNHCR's 5 may stand for.
func ExampleAllows() {
	of, ok := rate.Allows("unhcr_decisions")
	lo, hi := of(5)
	fmt.Println(lo, hi, ok)
	// Output: 1 9 true
}
