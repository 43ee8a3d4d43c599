package figure_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strings"

	"asylum/pipeline/ingest"
	"asylum/pipeline/rate"
	"asylum/reports/chart"
	"asylum/reports/figure"
	"asylum/reports/words"
)

// opened answers what charts ask from the data that comes with asylum.
func opened() *figure.Source {
	set, err := rate.Definitions("")
	if err != nil {
		panic(err)
	}
	data, err := ingest.OpenEmbedded()
	if err != nil {
		panic(err)
	}
	return figure.NewSource(set, data, rate.Usual)
}

// From one specification come four languages. A title is a finding that the
// results bear out.
func ExampleNewSource() {
	draft, err := opened().Gather(figure.Spec{ID: "mine", Kind: "bars", Definition: figure.List{"unhcr_total_protection"},
		Citizen: figure.List{"RU"}, Geo: figure.List{"EU27_2020"}, Period: figure.List{"2023"}, By: "geo", Reference: "EU27_2020"})
	if err != nil {
		panic(err)
	}
	for _, l := range words.Langs {
		c, err := draft.In(l)
		if err != nil {
			panic(err)
		}
		fmt.Println(c.Title())
		var svg bytes.Buffer
		if err := chart.SVG(&svg, c.Figure, chart.Options{}); err != nil {
			panic(err)
		}
	}
	// Output:
	// Citizens of Russia: protection in 88% of decisions in the Netherlands, ≈12% in Sweden and in Poland
	// Ressortissants de Russie : protection dans 88 % des décisions aux Pays-Bas, ≈12 % en Suède et en Pologne
	// Staatsangehörige Russlands: Schutzquote 88 % in den Niederlanden, ≈12 % in Schweden und in Polen
	// Граждане России: защита в 88 % решений в Нидерландах и в ≈12 % — в Швеции и в Польше
}

// What a chart draws, as a row for each mark.
func ExampleDraft_CSV() {
	draft, err := opened().Gather(figure.Spec{ID: "HR-RU-2023", Kind: "ladder", Citizen: figure.List{"RU"}, Geo: figure.List{"HR"}, Period: figure.List{"2023"}})
	if err != nil {
		panic(err)
	}
	var b strings.Builder
	if err := draft.CSV(&b); err != nil {
		panic(err)
	}
	fmt.Print(strings.Join(strings.SplitAfter(b.String(), "\n")[:2], ""))
	// Output:
	// chart,series,definition,source,stage,citizen,geo,period,num,den,value,lo,hi,vintage,note
	// HR-RU-2023,intentions,grants_per_intention,aida,first,RU,HR,2023,23,8507,0.002703655813,0.002703655813,0.002703655813,statistics 2026-03-18,
}

// A specification of what the data at hand does not hold gives no chart.
func ExampleSource_Gather() {
	_, err := opened().Gather(figure.Spec{ID: "mine", Kind: "ladder", Citizen: figure.List{"RU"}, Geo: figure.List{"HR"}, Period: figure.List{"1999"}})
	fmt.Println(errors.Is(err, figure.ErrNothing))
	// Output: true
}

// A file of one's own; what is wrong in it is said with what was wanted.
func ExampleRead() {
	specs, err := figure.Read(strings.NewReader("{id: mine, kind: ladder, citizen: RU, geo: HR, period: 2023}"), "mine.yaml")
	if err != nil {
		panic(err)
	}
	fmt.Println(len(specs), specs[0].Kind, specs[0].Citizen)
	_, err = figure.Read(strings.NewReader("id: mine\nkind: pie\n"), "mine.yaml")
	fmt.Fprintln(os.Stdout, err)
	// Output:
	// 1 ladder [RU]
	// mine.yaml:2:7: got kind "pie", want one of bars, counts, lines, stack, ladder, tiles, heat, funnel, dumbbell, slope, multiples, intervals, change, releases, pact
	// 	hint: datasets/charts/site.yaml explains the keys
}

// The charts of the site.
func ExampleBuiltin() {
	specs, err := figure.Builtin()
	if err != nil {
		panic(err)
	}
	fmt.Println(specs[0].ID, specs[0].Kind)
	// Output: HR-RU-2023 ladder
}
