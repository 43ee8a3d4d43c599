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

// A map of three countries: one with few decisions, one with too few for a share.
func ExampleTiles() {
	fig := &chart.Tiles{
		Head: chart.Head{ID: "AF-2023-map", Lang: "en", Title: []chart.Span{{Text: "Afghans: protection in 99% of decisions in Germany"}}},
		Lead: chart.Lead{Value: "84%", Name: "in the EU", Counts: "59,005 of 69,883 decisions"},
		Tiles: []chart.Tile{
			{Geo: "DE", Value: 31567.0 / 32008, Label: "99%", Counts: "31,567 of 32,008"},
			{Geo: "RO", Value: 46.0 / 97, Label: "47%", Counts: "46 of 97", Weak: true},
			{Geo: "LT", Counts: "10 of 15", CountsOnly: true},
		},
		Key: chart.TilesKey{Weak: "20 to 99 decisions: read with care", CountsOnly: "under 20 decisions: counts only"},
	}
	fmt.Println(chart.Faults(fig, chart.Options{}))

	fig.Tiles[0].Geo = "GER"
	_, err := chart.Faults(fig, chart.Options{})
	fmt.Println(err)
	// Output:
	// [] <nil>
	// chart AF-2023-map: tile 0: got geo "GER", want a country of the map by its code at Eurostat, such as "EL"
}

// Two citizenships in three countries, against each one's share in the EU.
func ExampleHeat() {
	fig := &chart.Heat{
		Head:      chart.Head{ID: "EU-2023-heat", Lang: "en", Title: []chart.Span{{Text: "Where you ask decides"}}},
		Diverging: true, TotalHead: "EU",
		Columns: []chart.HeatColumn{{Code: "DE"}, {Code: "NL"}, {Code: "HR"}},
		Rows: []chart.HeatRow{
			{Name: "Türkiye", Total: "22%", Counts: "6,977 of 32,144", Reference: 6977.0 / 32144, Cells: []chart.HeatCell{
				{Value: 3015.0 / 17315, Label: "17%", Within: true}, {Value: 1046.0 / 1109, Label: "94%"}, {Few: true}}},
			{Name: "Afghanistan", Total: "84%", Counts: "59,005 of 69,883", Reference: 59005.0 / 69883, Cells: []chart.HeatCell{
				{Value: 31567.0 / 32008, Label: "99%"}, {Value: 453.0 / 513, Label: "88%"}, {Missing: true}}},
		},
		Key: chart.HeatKey{Scale: "percentage points from the EU’s share", Few: "under 20 decisions", Missing: "no decision on the merits"},
	}
	fmt.Println(chart.Faults(fig, chart.Options{Size: chart.A4}))
	// Output: [] <nil>
}

// The limits come from the caller, at every point's number of decisions and at
// as many others as the eye needs.
func ExampleFunnel() {
	fig := &chart.Funnel{
		Head:      chart.Head{ID: "RU-2023-funnel", Lang: "en", Title: []chart.Span{{Text: "Croatia lies within what chance makes"}}, Notes: []string{"φ = 40"}},
		Reference: chart.Reference{Value: 0.32, Label: "EU 32%"},
		Label95:   "95% limits", Label998: "99.8% limits", XTitle: "decisions, log scale",
		Limits: []chart.Limit{
			{N: 59, Lo95: 12.0 / 59, Hi95: 26.0 / 59, Lo998: 8.0 / 59, Hi998: 30.0 / 59},
			{N: 1372, Lo95: 405.0 / 1372, Hi95: 473.0 / 1372, Lo998: 386.0 / 1372, Hi998: 493.0 / 1372},
		},
		Points: []chart.FunnelPoint{
			{Name: "Croatia", Code: "HR", Note: "34%, 20 of 59", N: 59, Value: 20.0 / 59, Highlight: true},
			{Name: "Germany", Code: "DE", N: 1372, Value: 378.0 / 1372},
		},
	}
	fmt.Println(chart.Faults(fig, chart.Options{Size: chart.Square}))
	// Output: [] <nil>
}

func ExampleMultiples() {
	fig := &chart.Multiples{
		Head:   chart.Head{ID: "AF-2022-2024", Lang: "en", Title: []chart.Span{{Text: "Protection fell in the Netherlands and in Germany"}}},
		YLabel: func(v float64) string { return fmt.Sprintf("%.0f%%", v*100) },
		Panels: []chart.Multiple{
			{Title: "Germany", Last: "93%", Counts: "30,383 of 32,657", Points: []chart.Point{{Year: 2022, Value: 0.99}, {Year: 2023, Value: 0.99}, {Year: 2024, Value: 0.93}}},
			{Title: "Netherlands", Last: "68%", Counts: "267 of 390", Highlight: true, Points: []chart.Point{{Year: 2022, Value: 0.99}, {Year: 2023, Value: 0.88}, {Year: 2024, Value: 0.68}}},
		},
	}
	fmt.Println(chart.Faults(fig, chart.Options{Size: chart.Phone}))
	// Output: [] <nil>
}

func ExampleIntervals() {
	fig := &chart.Intervals{
		Head:     chart.Head{ID: "RU-2023-intervals", Lang: "en", Title: []chart.Span{{Text: "Few decisions leave much open"}}},
		MinLabel: "0%", MaxLabel: "100%",
		Key: chart.IntervalsKey{Value: "share as printed", Weak: "20 to 99 decisions", Rounding: "what rounding leaves open", Range: "95% range, including rounding"},
		Groups: []chart.Group{{Reference: &chart.Reference{Value: 0.32, Label: "EU 32%"}, Bars: []chart.Bar{
			{Name: "Germany", Value: 378.0 / 1372, Low95: 0.253, High95: 0.3, Label: "28%", Counts: "378 of 1,372"},
			{Name: "Slovenia", Value: 15.0 / 20, Lo: 0.625, Hi: 0.938, Low95: 0.427, High95: 0.989, Label: "≈75%", Counts: "15 of ≈20", Weak: true},
		}}},
	}
	fmt.Println(chart.Faults(fig, chart.Options{}))
	// Output: [] <nil>
}

func ExampleStack() {
	fig := &chart.Stack{
		Head:  chart.Head{ID: "HR-RU-2023-endings", Lang: "en", Title: []chart.Span{{Text: "Croatia ended 274 of 333 cases of Russians without a decision"}}},
		Parts: []chart.Part{{Name: "refugee status", Colour: 0}, {Name: "rejected", Colour: 3}, {Name: "closed without a decision", Colour: 4}},
		Bars: []chart.StackBar{
			{Name: "All cases ended", N: "of 333", Segments: []chart.Segment{
				{Value: 20.0 / 333, Label: "6%", Counts: "20"}, {Value: 39.0 / 333, Label: "12%", Counts: "39"}, {Value: 274.0 / 333, Label: "82%", Counts: "274"},
			}},
			{Name: "Decided on the merits", N: "of 59", Weak: true, Segments: []chart.Segment{
				{Value: 20.0 / 59, Label: "34%", Counts: "20"}, {Value: 39.0 / 59, Label: "66%", Counts: "39"}, {},
			}},
		},
	}
	fmt.Println(chart.Faults(fig, chart.Options{}))

	fig.Bars[1].Segments[0].Value = 0.3
	_, err := chart.Faults(fig, chart.Options{})
	fmt.Println(err)
	// Output:
	// [] <nil>
	// chart HR-RU-2023-endings: bar "Decided on the merits": its segments add up to 0.9610169491525424, want 1
}

func ExampleDumbbell() {
	fig := &chart.Dumbbell{
		Head: chart.Head{ID: "TR-2023", Lang: "en", Title: []chart.Span{{Text: "Turkish citizens: less protection in Germany than in the EU"}}},
		From: "EU", To: "Germany",
		Percent: func(v float64) string { return fmt.Sprintf("%.0f%%", 100*v) },
		Rows: []chart.DumbbellRow{
			{Name: "Türkiye", From: 6977.0 / 32144, To: 3015.0 / 17315, Counts: "3,015 of 17,315", Highlight: true},
			{Name: "Ukraine", From: 0.93, To: math.NaN(), Counts: "15 of 15"},
		},
	}
	fmt.Println(chart.Faults(fig, chart.Options{Size: chart.Phone}))
	// Output: [] <nil>
}

func ExampleSlope() {
	fig := &chart.Slope{
		Head: chart.Head{ID: "DE-EU-2023", Lang: "en", Title: []chart.Span{{Text: "Iraqis: 54% in the EU, 33% in Germany"}}},
		From: "EU", To: "Germany",
		Percent: func(v float64) string { return fmt.Sprintf("%.0f%%", 100*v) },
		Lines:   []chart.SlopeLine{{Name: "Iraq", A: 0.54, B: 0.33, Highlight: true}, {Name: "Iran", A: 0.50, B: 0.43}},
	}
	fmt.Println(chart.Faults(fig, chart.Options{Size: chart.Square}))
	// Output: [] <nil>
}

func ExampleWaterfall() {
	fig := &chart.Waterfall{
		Head:  chart.Head{ID: "EU-change", Lang: "en", Title: []chart.Span{{Text: "The rate rose because other people applied"}}},
		Start: chart.Total{Name: "first year", Value: 0.49, Label: "49%"},
		Steps: []chart.Effect{{Name: "who applied", Value: 0.06, Label: "+6"}, {Name: "how countries decided", Value: -0.02, Label: "−2"}},
		End:   chart.Total{Name: "second year", Value: 0.53, Label: "53%"},
	}
	fmt.Println(chart.Faults(fig, chart.Options{Size: chart.A4}))

	fig.Steps = fig.Steps[:1]
	_, err := chart.Faults(fig, chart.Options{})
	fmt.Println(err)
	// Output:
	// [] <nil>
	// chart EU-change: the effects lead from 0.49 to 0.55, want 0.53
}
