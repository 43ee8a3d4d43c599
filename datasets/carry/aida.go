package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"asylum/datasets"
	"asylum/datasets/collected"
)

// aidaStatistics joins the three files of AIDA figures into one. Labels, heads
// and values stay as printed, blanks and footnote marks included; of the notes
// only the column head and our own code words come along.
func aidaStatistics(data string, c *codes) (export, error) {
	var b bytes.Buffer
	b.WriteString(strings.Join(collected.Columns, ",") + "\n")
	figures, newest := 0, ""
	held := make(map[[2]string][]string) // geo and year, to citizens
	first, last := "9999", "0000"
	for _, f := range collected.Files {
		rows, err := readCSV(strings.Join(f.Columns, ","), data, "aida", f.Table+".csv")
		if err != nil {
			return export{}, err
		}
		for i, r := range rows {
			geo, err := c.byISO("geo", r["country_iso2"])
			if err != nil {
				return export{}, fmt.Errorf("%s.csv:%d: %w", f.Table, i+2, err)
			}
			citizen := "TOTAL" // breakdown and appeals are of all applicants together
			if f.Table == "first_instance" {
				if citizen, err = c.byLabel("citizen", r[f.Label]); err != nil {
					return export{}, fmt.Errorf("%s.csv:%d: %w", f.Table, i+2, err)
				}
			}
			line, _, err := f.Line(func(column string) string { return r[column] })
			if err != nil {
				return export{}, fmt.Errorf("%s.csv:%d: %w", f.Table, i+2, err)
			}
			b.WriteString(csvLine(line...))
			updated := line[len(line)-1]
			if r["value_as_printed"] != "" {
				figures++
			}
			at := [2]string{geo, r["year"]}
			if !slices.Contains(held[at], citizen) {
				held[at] = append(held[at], citizen)
			}
			first, last, newest = min(first, r["year"]), max(last, r["year"]), max(newest, updated)
		}
	}
	return export{placed(datasets.Origin{
		Producer: "AIDA, edited by ECRE and written by national organisations", Source: "aida",
		Table: "statistics", Title: "Asylum Information Database: figures of the country reports", Format: "csv",
		Vintage:     newest,
		VintageNote: "the newest date printed on a page; each line has its own",
		URL:         "https://asylumineurope.org/reports/",
		Licence:     "figures are facts read from the pages that each line names; name ECRE, AIDA and the page",
		LicenceURL:  "https://asylumineurope.org/",
		Flags:       "as published",
		Periods:     first + "/" + last,
		Extent:      aidaExtent(held),
	}), b.Bytes(), figures}, nil
}

// aidaExtent is one box per country and year, with the citizenships printed
// there: a page lists the top countries only, and the rest is unknown.
func aidaExtent(held map[[2]string][]string) []datasets.Extent {
	var boxes []datasets.Extent
	for at, citizens := range held {
		slices.Sort(citizens)
		boxes = append(boxes, datasets.Extent{
			Dims: map[string][]string{"geo": {at[0]}, "citizen": citizens}, From: at[1], To: at[1],
		})
	}
	slices.SortFunc(boxes, func(a, b datasets.Extent) int {
		return strings.Compare(a.Dims["geo"][0]+a.From, b.Dims["geo"][0]+b.From)
	})
	return boxes
}
