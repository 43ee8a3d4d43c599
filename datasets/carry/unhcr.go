package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"asylum/datasets"
)

// asylumCountries are the countries whose UNHCR rows come along: the Union of
// 27, the four of EFTA, and the United Kingdom.
var asylumCountries = strings.Fields("AT BE BG CH CY CZ DE DK EE EL ES FI FR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK UK")

// origins are our citizenships that are countries.
var origins = strings.Fields("RU SY AF UA TR BY GE IQ")

// Every origin comes along for one year, so that totals over origins can be
// computed; our citizenships for eleven.
const allOriginsYear, firstYear, lastYear = "2023", "2014", "2024"

const unhcrKeys = "year,coo_name,coo,coo_iso,coa_name,coa,coa_iso,procedure_type,"

func unhcrDecisions(data string, c *codes) (export, error) {
	return unhcr(data, c, "asylum_decisions", "Asylum decisions",
		unhcrKeys+"dec_level,dec_pc,dec_recognized,dec_other,dec_rejected,dec_closed,dec_total")
}

func unhcrApplications(data string, c *codes) (export, error) {
	return unhcr(data, c, "asylum_applications", "Asylum applications",
		unhcrKeys+"app_type,dec_level,app_pc,applied")
}

// unhcr cuts one table, whose columns are given, to our countries. Words stand
// in quotes and numbers do not, as in the source; a missing number is blank.
func unhcr(data string, c *codes, table, title, columns string) (export, error) {
	rows, err := readCSV(columns, data, "unhcr", table+".csv.gz")
	if err != nil {
		return export{}, err
	}
	names := strings.Split(columns, ",")
	var lines []string
	figures := 0
	for i, r := range rows {
		keep, err := kept(r, c)
		if err != nil {
			return export{}, fmt.Errorf("%s:%d: %w", table, i+2, err)
		}
		if !keep {
			continue
		}
		fields := make([]string, len(names))
		for j, name := range names {
			fields[j] = r[name]
			switch {
			case !numeric(name):
				fields[j] = `"` + strings.ReplaceAll(r[name], `"`, `""`) + `"`
			case name != "year" && r[name] != "":
				figures++
			}
		}
		lines = append(lines, strings.Join(fields, ","))
	}
	slices.Sort(lines) // by year, then origin, then asylum country

	var b bytes.Buffer
	b.WriteString(`"` + strings.Join(names, `","`) + "\"\n")
	for _, line := range lines {
		b.WriteString(line + "\n")
	}
	return export{placed(datasets.Origin{
		Producer: "UNHCR", Source: "unhcr", Table: table, Title: title, Format: "csv",
		Vintage:     "2025-12-01",
		VintageNote: "the date of R package refugees 2025.12.1, in which UNHCR published the table",
		URL:         "https://api.unhcr.org/population/v1/" + strings.ReplaceAll(table, "_", "-") + "/",
		Via:         "https://github.com/PopulationStatistics/refugees at 0c16a6d0c2f3",
		Licence:     "CC BY 4.0", LicenceURL: "https://creativecommons.org/licenses/by/4.0/",
		Flags:   "as published",
		Periods: firstYear + "/" + lastYear,
		Extent: []datasets.Extent{
			{Dims: map[string][]string{"citizen": origins, "geo": asylumCountries}, From: firstYear, To: lastYear},
			{Dims: map[string][]string{"geo": asylumCountries}, From: allOriginsYear, To: allOriginsYear},
		},
	}), b.Bytes(), figures}, nil
}

func numeric(column string) bool {
	return column == "year" || column == "applied" ||
		strings.HasPrefix(column, "dec_") && column != "dec_level" && column != "dec_pc"
}

// kept reports whether a row comes along. Rows of other countries are not
// looked at further, so that only ours need a code.
func kept(r map[string]string, c *codes) (bool, error) {
	geo, err := c.byISO("geo", r["coa_iso"])
	if err != nil || !slices.Contains(asylumCountries, geo) {
		return false, nil
	}
	if r["year"] < firstYear || r["year"] > lastYear {
		return false, nil
	}
	citizen, err := c.byISO("citizen", r["coo_iso"])
	return r["year"] == allOriginsYear || slices.Contains(origins, citizen), err
}
