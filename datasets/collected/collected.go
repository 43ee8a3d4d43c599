// Package collected says what stands in the CSV files in which people collect
// AIDA's figures, a line each: the value as printed, and notes that say from
// which column of which table it is.
package collected

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// ErrFigures reports a line that does not hold what it should.
var ErrFigures = errors.New("source data not as expected")

// A File is one of the three kinds. They differ in the column of the row label.
type File struct {
	Table   string // first_instance, breakdown, appeals
	Label   string // the column of the row label
	Columns []string
}

// Files are the three kinds.
var Files = []File{
	{"first_instance", "citizenship_label", columns("citizenship_label")},
	{"breakdown", "category_label", columns("category_label")},
	{"appeals", "decision_label", columns("decision_label,instance")},
}

func columns(label string) []string {
	return strings.Split("country_iso2,year,"+label+",measure,value_as_printed,page_url,page_updated,notes", ",")
}

// Of tells by its head which kind a file is.
func Of(head []string) (File, bool) {
	for _, f := range Files {
		if slices.Equal(head, f.Columns) {
			return f, true
		}
	}
	return File{}, false
}

// Columns are those that a line gives, in the order of our own CSV.
var Columns = []string{"country", "year", "table", "label", "instance", "measure", "head", "unit", "value", "origin", "mark", "page", "updated"}

// Source is the column of a file in which a column of ours stands, or from which
// it is read.
func (f *File) Source(column string) string {
	switch column {
	case "country":
		return "country_iso2"
	case "label":
		return f.Label
	case "value":
		return "value_as_printed"
	case "page":
		return "page_url"
	case "updated":
		return "page_updated"
	case "head", "unit", "origin", "mark", "table":
		return "notes"
	}
	return column
}

// Line gives what a line holds, parallel to Columns. Labels, heads and values
// stay as printed, blanks and footnote marks included; of the notes only the
// column head and our own code words come along. On an error it is of the
// column that the error names.
func (f *File) Line(get func(column string) string) (line []string, column string, err error) {
	updated, err := pageDate(get("page_updated"))
	if err != nil {
		return nil, "page_updated", err
	}
	origin, err := figureOrigin(get("notes"))
	if err != nil {
		return nil, "notes", err
	}
	instance, category := "", ""
	switch f.Table {
	case "appeals":
		instance = get("instance")
	case "breakdown":
		category = get(f.Label)
	}
	country, measure, notes := get("country_iso2"), get("measure"), get("notes")
	return []string{country, get("year"), f.Table, get(f.Label), instance, measure, printedHead(notes),
		unit(country, measure, category, notes), get("value_as_printed"), origin, marks(measure, notes), get("page_url"), updated}, "", nil
}

// pageDate turns a printed DD/MM/YY into YYYY-MM-DD; a page without a date
// stays without.
func pageDate(printed string) (string, error) {
	if printed == "" {
		return "", nil
	}
	if len(printed) != 8 || printed[2] != '/' || printed[5] != '/' {
		return "", fmt.Errorf("got date %q, want DD/MM/YY: %w", printed, ErrFigures)
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
	return "", fmt.Errorf("got notes %.20q, want src=table or src=narrative first: %w", notes, ErrFigures)
}

var headNote = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`col='([^']*)'`) })

func printedHead(notes string) string {
	if m := headNote().FindStringSubmatch(notes); m != nil {
		return m[1]
	}
	return ""
}

// unit tells what the number counts, which differs between countries and
// sometimes between the columns of one table.
func unit(country, measure, category, notes string) string {
	people := slices.Contains([]string{"applicants", "pending"}, measure)
	switch {
	case strings.HasSuffix(measure, "_rate"), strings.HasPrefix(measure, "protection_rate"), measure == "percentage":
		return "percent"
	case country == "HR" && (measure == "applicants" || category != ""), strings.HasPrefix(measure, "intentions_"):
		return "intentions"
	case measure == "applications_lodged", country == "HR" && strings.HasSuffix(measure, "_applicants"):
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
