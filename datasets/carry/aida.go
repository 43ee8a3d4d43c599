package main

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"asylum/datasets"
)

const aidaColumns = "country,year,table,label,instance,measure,head,unit,value,origin,mark,page,updated"

// aidaFiles name the columns of each file; the figure's label is the third.
var aidaFiles = []struct{ table, columns, label string }{
	{"first_instance", "country_iso2,year,citizenship_label,measure,value_as_printed,page_url,page_updated,notes", "citizenship_label"},
	{"breakdown", "country_iso2,year,category_label,measure,value_as_printed,page_url,page_updated,notes", "category_label"},
	{"appeals", "country_iso2,year,decision_label,instance,measure,value_as_printed,page_url,page_updated,notes", "decision_label"},
}

// aidaStatistics joins the three files of AIDA figures into one. Labels, heads
// and values stay as printed, blanks and footnote marks included; of the notes
// only the column head and our own code words come along.
func aidaStatistics(data string, c *codes) (export, error) {
	var b bytes.Buffer
	b.WriteString(aidaColumns + "\n")
	figures, newest := 0, ""
	held := make(map[[2]string][]string) // geo and year, to citizens
	first, last := "9999", "0000"
	for _, f := range aidaFiles {
		rows, err := readCSV(f.columns, data, "aida", f.table+".csv")
		if err != nil {
			return export{}, err
		}
		for i, r := range rows {
			geo, err := c.byISO("geo", r["country_iso2"])
			if err != nil {
				return export{}, fmt.Errorf("%s.csv:%d: %w", f.table, i+2, err)
			}
			citizen := "TOTAL" // breakdown and appeals are of all applicants together
			if f.table == "first_instance" {
				if citizen, err = c.byLabel("citizen", r[f.label]); err != nil {
					return export{}, fmt.Errorf("%s.csv:%d: %w", f.table, i+2, err)
				}
			}
			updated, err := pageDate(r["page_updated"])
			if err != nil {
				return export{}, fmt.Errorf("%s.csv:%d: %w", f.table, i+2, err)
			}
			origin, err := figureOrigin(r["notes"])
			if err != nil {
				return export{}, fmt.Errorf("%s.csv:%d: %w", f.table, i+2, err)
			}
			b.WriteString(csvLine(r["country_iso2"], r["year"], f.table, r[f.label], r["instance"], r["measure"],
				printedHead(r["notes"]), unit(geo, r), r["value_as_printed"], origin, marks(r["measure"], r["notes"]), r["page_url"], updated))
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

// pageDate turns a printed DD/MM/YY into YYYY-MM-DD; a page without a date
// stays without.
func pageDate(printed string) (string, error) {
	if printed == "" {
		return "", nil
	}
	if len(printed) != 8 || printed[2] != '/' || printed[5] != '/' {
		return "", fmt.Errorf("got date %q, want DD/MM/YY: %w", printed, errSource)
	}
	return "20" + printed[6:] + "-" + printed[3:5] + "-" + printed[:2], nil
}

// figureOrigin tells a figure of a table from one in running text.
func figureOrigin(notes string) (string, error) {
	for _, origin := range []string{"table", "narrative"} {
		if strings.HasPrefix(notes, "src="+origin) {
			return origin, nil
		}
	}
	return "", fmt.Errorf("got notes %.20q, want src=table or src=narrative first: %w", notes, errSource)
}

var headNote = regexp.MustCompile(`col='([^']*)'`)

func printedHead(notes string) string {
	if m := headNote.FindStringSubmatch(notes); m != nil {
		return m[1]
	}
	return ""
}

// unit tells what the number counts, which differs between countries and
// sometimes between the columns of one table.
func unit(geo string, r map[string]string) string {
	measure, notes := r["measure"], r["notes"]
	people := slices.Contains([]string{"applicants", "pending"}, measure)
	switch {
	case strings.HasSuffix(measure, "_rate"), strings.HasPrefix(measure, "protection_rate"), measure == "percentage":
		return "percent"
	case geo == "HR" && (measure == "applicants" || r["category_label"] != ""), strings.HasPrefix(measure, "intentions_"):
		return "intentions"
	case measure == "applications_lodged", geo == "HR" && strings.HasSuffix(measure, "_applicants"):
		return "applications"
	case measure == "pending" && strings.Contains(notes, "is FILES"):
		return "files"
	case measure == "open_cases":
		return "cases"
	case strings.HasPrefix(measure, "preliminary_"):
		return "decisions"
	case strings.Contains(notes, "other columns = decisions") && !people:
		return "decisions"
	}
	return "persons"
}

// markWords are our code words for what a note says about the cell itself.
var markWords = []struct{ note, mark string }{
	{"not recoverable", "not-recoverable"},
	{"infer", "position-inferred"},
	{"not assigned", "values-unassigned"},
	{"column uncertain", "values-unassigned"},
	{"row label lost", "label-lost"},
	{"rounded to 5", "rounded-5"},
	{"number written as a word", "word"},
	{"printed as a word", "word-on-page"},
	{"first AND SECOND instance", "with-appeals"},
}

// marks returns the code words that apply, blank-separated.
func marks(measure, notes string) string {
	var words []string
	if measure == "applicants" && strings.Contains(notes, "FIRST-TIME") {
		words = append(words, "first-time-only")
	}
	for _, w := range markWords {
		if strings.Contains(notes, w.note) && !slices.Contains(words, w.mark) {
			words = append(words, w.mark)
		}
	}
	return strings.Join(words, " ")
}
