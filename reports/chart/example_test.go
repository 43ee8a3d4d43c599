package chart_test

import (
	"bytes"
	"fmt"
	"math"

	"asylum/reports/chart"
)

// A chart of two countries, one of them with few decisions.
func Example() {
	none := math.NaN()
	fig := &chart.Bars{
		Head: chart.Head{
			ID: "RU-2023", Lang: "en",
			Title:    []chart.Span{{Text: "Russians: protection in 34% of decisions ", Highlight: false}, {Text: "in\u00A0Croatia", Highlight: true}},
			Subtitle: "Share of first-instance decisions on the merits that granted protection, 2023",
			Source:   "Source: UNHCR Refugee Data Finder, data as of December 2025.",
		},
		Panels: []chart.Panel{{Groups: []chart.Group{{
			Heading:   "Two countries",
			Reference: &chart.Reference{Value: 0.32, Label: "EU 32%"},
			Bars: []chart.Bar{
				{Name: "Germany", Value: 378.0 / 1372, Low95: none, High95: none, Label: "28%", Counts: "378 of 1,372"},
				{Name: "Croatia", Value: 20.0 / 59, Low95: .231, High95: .51, Label: "34%", Counts: "20 of 59", Weak: true, Highlight: true},
			},
		}}}},
	}
	var svg bytes.Buffer
	if err := chart.SVG(&svg, fig, chart.Options{Theme: chart.Dark, Size: chart.Phone}); err != nil {
		fmt.Println(err)
		return
	}
	faults, err := chart.Faults(fig, chart.Options{})
	fmt.Println(faults, err)

	fig.Panels[0].Groups[0].Bars[0].Name = "ドイツ"
	fmt.Println(chart.PNG(&svg, fig, chart.Options{}))
	// Output:
	// [] <nil>
	// chart RU-2023: no glyph for 'ド' (U+30C9) in "ドイツ", want Latin, Greek or Cyrillic text
}
