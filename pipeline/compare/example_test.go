package compare_test

import (
	"fmt"

	"asylum/pipeline/compare"
	"asylum/pipeline/ingest"
	"asylum/pipeline/obs"
	"asylum/pipeline/rate"
)

// data and definition are those that come with asylum.
func example(name string) (*rate.Set, rate.Definition, rate.Data) {
	set, err := rate.Definitions("")
	if err != nil {
		panic(err)
	}
	d, err := set.Named(name)
	if err != nil {
		panic(err)
	}
	data, err := ingest.OpenEmbedded()
	if err != nil {
		panic(err)
	}
	return set, d, data
}

// The highest three of the countries that decided on 300 Afghans or more, and
// where they lie in the funnel around the rate of the EU.
func ExampleCountries() {
	_, d, data := example("unhcr_total_protection")
	s, err := compare.Countries(d, data, compare.Question{Citizen: "AF", Period: "2023"})
	if err != nil {
		panic(err)
	}
	fmt.Println(s.Union, s.Line.Counts(), s.Line.Percent())
	for _, c := range s.Ranked()[:3] {
		fmt.Printf("%d (%d-%d) %s %s, %s, z %.1f\n", c.Rank, c.RankLo, c.RankHi, c.Geo, c.Percent(), c.Point.Place, c.Point.Z)
	}
	fmt.Printf("phi %.0f, SD %.1f points\n", s.Funnel.Phi, 100*s.Dispersion.SD)
	// Output:
	// EU27_2020 59,005/69,883 84.4 % (84.3-84.5)
	// 1 (1-1) EL 99.4 % (99.4-99.5), above 99.8 %, z 31.5
	// 2 (2-2) CH 99.4 %, above 99.8 %, z 32.3
	// 3 (3-3) DE 98.6 %, above 99.8 %, z 70.0
	// phi 94, SD 18.5 points
}

// Of all citizenships together, the rates are freed of their mix.
func ExampleCountries_total() {
	_, d, data := example("unhcr_total_protection")
	s, err := compare.Countries(d, data, compare.Question{Citizen: "TOTAL", Period: "2023", Geo: []string{"DE", "FR", "IT"}})
	if err != nil {
		panic(err)
	}
	for _, c := range s.Countries {
		x := c.Adjusted.Indirect
		fmt.Printf("%s raw %.1f %%, adjusted %.1f %% (observed/expected %.2f), directly %.1f %%\n", c.Geo, 100*c.Value, 100*x.Rate, x.Ratio, 100*c.Adjusted.Direct.Rate)
	}
	// Output:
	// DE raw 68.5 %, adjusted 55.9 % (observed/expected 1.04), directly 46.1 %
	// FR raw 32.9 %, adjusted 45.7 % (observed/expected 0.85), directly 44.9 %
	// IT raw 24.2 %, adjusted 53.5 % (observed/expected 0.99), directly 53.0 %
}

// A definition and the one that counts humanitarian status as negative.
func ExampleWithout() {
	set, d, _ := example("eurostat_first_instance")
	other, _, ok := compare.Without(set, d)
	fmt.Println(other.Name, other.Formula, ok)
	// Output: euaa_recognition (G+S)/decisions true
}

// A result of asylum rate as a cell: 20 of 59, of which UNHCR prints each small
// count as 0, 5 or 10.
func ExampleCellOf() {
	_, d, data := example("unhcr_total_protection")
	rs, err := rate.Evaluate(d, data, rate.Query{Citizen: []string{"RU"}, Geo: []string{"HR"}, Periods: []obs.Period{"2023"}})
	if err != nil {
		panic(err)
	}
	c, ok := compare.CellOf(&rs[0])
	lo, hi := c.Bounds()
	fmt.Printf("%d of %d, %.3f to %.3f, %v\n", c.Pos, c.All, lo, hi, ok)
	// Output: 20 of 59, 0.339 to 0.381, true
}

// Cells of two countries added up.
func ExampleMerge() {
	c := compare.Merge([]compare.Cell{compare.Exact("SY", "DE", 80, 100), compare.Exact("SY", "FR", 30, 50)})
	x, _ := c.Rate()
	fmt.Println(c.Citizen, c.Pos, c.All, x)
	// Output: SY 110 150 0.7333333333333333
}

func ExampleNewFunnel() {
	union := compare.Exact("AF", "EU27_2020", 500, 1000)
	f, _ := compare.NewFunnel(union, []compare.Cell{compare.Exact("AF", "DE", 300, 500), compare.Exact("AF", "HR", 12, 20), compare.Exact("AF", "FR", 188, 480)})
	for _, p := range f.Points {
		fmt.Printf("%s %.1f %% z %+.1f %s\n", p.Geo, 100*p.Rate, p.Z, p.Place)
	}
	fmt.Printf("phi %.1f\n", f.Phi)
	// Output:
	// DE 60.0 % z +4.5 above 99.8 %
	// FR 39.2 % z -4.7 below 99.8 %
	// HR 60.0 % z +0.9 inside
	// phi 9.3
}

// Around 50 %, 20 decisions leave 95 % of countries between 6 and 14 positive.
func ExampleLimitAt() {
	fmt.Printf("%+v\n", compare.LimitAt(0.5, 20))
	// Output: {N:20 Lo95:0.3 Hi95:0.7 Lo998:0.15 Hi998:0.85}
}

func ExampleNewDispersion() {
	d, _ := compare.NewDispersion([]compare.Cell{compare.Exact("AF", "DE", 450, 500), compare.Exact("AF", "FR", 350, 500), compare.Exact("AF", "BE", 40, 100)}, 300)
	fmt.Printf("SD %.1f points, tau² %.2f, I² %.0f %%; %s to %s %.0f points\n", 100*d.SD, d.Between.Tau2, 100*d.Between.I2, d.Span.Lowest, d.Span.Highest, 100*d.Span.Value)
	// Output: SD 14.9 points, tau² 1.17, I² 98 %; FR to DE 20 points
}

func ExampleBetweenCountries() {
	b := compare.BetweenCountries([]compare.Cell{compare.Exact("AF", "DE", 30, 90), compare.Exact("AF", "FR", 200, 600)})
	fmt.Println(b.Countries, b.Tau2, b.I2)
	// Output: 2 0 0
}

func ExampleDerSimonianLaird() {
	b := compare.DerSimonianLaird([]float64{0, 1, 2}, []float64{0.1, 0.1, 0.1})
	fmt.Printf("tau² %.1f, Q %.0f of %d, mean %.1f\n", b.Tau2, b.Q, b.DF, b.Mean)
	// Output: tau² 0.9, Q 20 of 2, mean 1.0
}

// The same distance in points is large of few grants and small of many.
func ExampleNewInequality() {
	q, _ := compare.NewInequality([]compare.Cell{compare.Exact("AF", "DE", 90, 100), compare.Exact("AF", "FR", 70, 100)})
	fmt.Printf("CV of grants %.3f, of refusals %.3f\n", q.CV, q.CVRefused)
	// Output: CV of grants 0.125, of refusals 0.500
}

func ExampleStandardise() {
	adjusted, all := compare.Standardise([]compare.Cell{
		compare.Exact("SY", "DE", 60, 100), compare.Exact("RU", "DE", 10, 100),
		compare.Exact("SY", "FR", 30, 40), compare.Exact("RU", "FR", 10, 20)}, nil)
	a := adjusted[0]
	fmt.Printf("%s raw %.1f %%; others would grant %.0f where it granted %d; adjusted %.1f %% of all's %.1f %%; directly %.1f %%\n",
		a.Geo, 100*a.Rate, a.Indirect.Expected, a.Indirect.Observed, 100*a.Indirect.Rate, 100*all.Rate, 100*a.Direct.Rate)
	// Output: DE raw 35.0 %; others would grant 125 where it granted 70; adjusted 23.7 % of all's 42.3 %; directly 36.9 %
}

// The rate fell although every citizenship's rate rose: the mix did it.
func ExampleDecompose() {
	before := []compare.Cell{compare.Exact("SY", "DE", 80, 100), compare.Exact("RU", "DE", 20, 100)}
	after := []compare.Cell{compare.Exact("SY", "DE", 45, 50), compare.Exact("RU", "DE", 45, 150)}
	d, _ := compare.Decompose(before, after, func(c compare.Cell) string { return c.Citizen })
	difference, composition, effect := d.Points(1)
	fmt.Println(difference, "=", composition, "+", effect, "points")
	fmt.Println(d.Difference, "=", d.Composition, "+", d.Effect)
	// Output:
	// -5.0 = -15.0 + 10.0 points
	// -1/20 = -3/20 + 1/10
}

func ExampleNewSigma() {
	s, _ := compare.NewSigma(map[obs.Period][]compare.Cell{
		"2021": {compare.Exact("AF", "DE", 900, 1000), compare.Exact("AF", "FR", 500, 1000)},
		"2022": {compare.Exact("AF", "DE", 850, 1000), compare.Exact("AF", "FR", 550, 1000)},
		"2023": {compare.Exact("AF", "DE", 800, 1000), compare.Exact("AF", "FR", 600, 1000)},
	}, 100)
	fmt.Printf("SD %.0f, %.0f and %.0f points, %+.0f a year\n", 100*s.Years[0].SD, 100*s.Years[1].SD, 100*s.Years[2].SD, 100*s.SD.Slope)
	// Output: SD 20, 15 and 10 points, -5 a year
}

func ExampleNewBeta() {
	before := []compare.Cell{compare.Exact("AF", "DE", 900, 1000), compare.Exact("AF", "FR", 500, 1000), compare.Exact("AF", "BE", 300, 1000)}
	after := []compare.Cell{compare.Exact("AF", "DE", 800, 1000), compare.Exact("AF", "FR", 550, 1000), compare.Exact("AF", "BE", 400, 1000)}
	b, _ := compare.NewBeta(before, after, 100)
	fmt.Printf("slope %.2f, corrected %.2f\n", b.Slope, b.Correct)
	// Output: slope -0.42, corrected -0.42
}

// The last quarter of 2022 against that of 2021.
func ExampleYearBefore() {
	_, d, data := example("eurostat_first_instance")
	rs, err := rate.Evaluate(d, data, rate.Query{Citizen: []string{"TOTAL"}, Geo: []string{"DE", "FR"}, Periods: []obs.Period{"2021-Q4", "2022-Q4"}})
	if err != nil {
		panic(err)
	}
	changes, err := compare.YearBefore(rs, "2022-Q4")
	if err != nil {
		panic(err)
	}
	for _, c := range changes {
		fmt.Printf("%s %s to %s: %+.1f points (%.1f to %.1f), rose %v\n", c.Geo, c.Before, c.Period, 100*c.Value, 100*c.Lo, 100*c.Hi, c.Rose())
	}
	// Output:
	// DE 2021-Q4 to 2022-Q4: +18.2 points (18.2 to 18.2), rose true
	// FR 2021-Q4 to 2022-Q4: +2.1 points (2.1 to 2.1), rose true
}

func ExampleYearAgo() {
	p, _ := compare.YearAgo("2023-Q1")
	fmt.Println(p)
	// Output: 2022-Q1
}

// What was pending in Germany at the end of 2023, in months of its decisions.
func ExampleBacklogs() {
	_, d, data := example("pending_months")
	rs, err := rate.Evaluate(d, data, rate.Query{Citizen: []string{"TOTAL"}, Geo: []string{"DE"}, Periods: []obs.Period{"2023"}})
	if err != nil {
		panic(err)
	}
	backlogs, err := compare.Backlogs(rs, "2023", "2023")
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s %d pending, %.1f months\n", backlogs[0].Geo, backlogs[0].Pending, backlogs[0].Months)
	// Output: DE 239614 pending, 11.0 months
}

// A cell whose counts are as printed has one rate.
func ExampleExact() {
	c := compare.Exact("AF", "DE", 1, 3)
	lo, hi := c.Bounds()
	fmt.Println(lo == hi)
	// Output: true
}
