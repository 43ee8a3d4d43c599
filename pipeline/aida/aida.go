// Package aida reads the figures of AIDA, the Asylum Information Database that
// ECRE edits: national statistics, printed by hand in tables of a dozen rows.
//
// Every value is kept as printed beside the number it gives, if it gives one;
// where it does not, the flag says why. A cell that holds prose is not zero.
package aida

import (
	"encoding/csv"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"asylum/datasets/collected"
	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// Columns are those of our own CSV of AIDA's tables, one cell a line. A column
// "mark" may stand beside them: code words for what a page says about a cell,
// of which with-appeals is read.
var Columns = []string{"country", "year", "table", "label", "instance", "measure", "head", "unit", "value", "origin", "page", "updated"}

// Dims are the dimensions of the table. Category is the row label of a table
// that is not by citizenship; instance tells the halves of a comparison apart
// and, elsewhere, decisions WithAppeals; origin tells figures of a table from
// figures of a sentence, and page keeps two pages of one country apart.
var Dims = []string{"citizen", "geo", "table", "category", "instance", "measure", "unit", "origin", "page"}

// Recognise reports whether a CSV header is that of Columns, or of a file in
// which people collect the figures.
func Recognise(head []string) bool {
	_, ok := collected.Of(head)
	return ok || !slices.ContainsFunc(Columns, func(c string) bool { return !slices.Contains(head, c) })
}

// ReadCSV reads our CSV of AIDA's tables, all of it or as little as holds what
// is wanted; r has no byte order mark. The error is an *obs.Refusal that lists
// every bad cell, or one of reading r.
func ReadCSV(r io.Reader, m table.Meta, want table.Want) (*table.Table, error) {
	p := &reader{in: csv.NewReader(r), want: want, at: map[string]int{}, refusal: &obs.Refusal{File: m.File}, file: m.File,
		citizen: code.Must("citizen"), geo: code.Must("geo")}
	head, err := p.in.Read()
	if err != nil {
		return nil, obs.CSVError(p.file, err, "export the table again")
	}
	if !Recognise(head) {
		return nil, &obs.ParseError{Pos: obs.Pos{File: m.File, Line: 1, Col: 1}, Got: obs.Quote(strings.Join(head, ",")),
			Want: "the columns " + strings.Join(Columns, ","), Hint: "rename the columns of the copied table"}
	}
	for i, h := range head {
		p.at[h] = i
	}
	if f, ok := collected.Of(head); ok {
		p.collected, p.columns = &f, p.at
		p.at = map[string]int{}
		for _, c := range collected.Columns {
			p.at[c] = p.columns[f.Source(c)]
		}
	}
	for {
		rec, err := p.in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			bad, ok := obs.CSVError(p.file, err, "export the table again").(*obs.ParseError)
			if !ok {
				return nil, err
			}
			p.refusal.Add(bad)
			break
		}
		p.rows++
		p.record(rec)
	}
	if p.rows == 0 && p.refusal.Err() == nil {
		p.refusal.Add(&obs.ParseError{Pos: obs.Pos{File: m.File, Line: 2, Col: 1}, Got: "no rows", Want: "at least one below the header", Hint: "export the table again"})
	}
	if err := p.refusal.Err(); err != nil {
		return nil, err
	}
	return table.Gather(m, Dims, p.out)
}

type reader struct {
	in           *csv.Reader
	collected    *collected.File // what kind of file it is, nil for our own
	columns      map[string]int  // of that
	want         table.Want
	at           map[string]int
	file         string
	citizen, geo *code.List
	refusal      *obs.Refusal
	rows         int
	out          []obs.Observation
}

func (p *reader) bad(column, got, want, hint string, err error) {
	line, col := p.in.FieldPos(p.at[column])
	p.refusal.Add(&obs.ParseError{Pos: obs.Pos{File: p.file, Line: line, Col: col}, Got: got, Want: want, Hint: hint, Err: err})
}

func (p *reader) record(rec []string) {
	for i, s := range rec { // a table of Excel's, most often
		if !utf8.ValidString(s) {
			line, col := p.in.FieldPos(i)
			p.refusal.Add(&obs.ParseError{Pos: obs.Pos{File: p.file, Line: line, Col: col}, Got: obs.Quote(s), Want: "UTF-8 text", Hint: `save the table as "CSV UTF-8"`})
			return
		}
	}
	get := func(column string) string { return rec[p.at[column]] }
	if p.collected != nil {
		line, column, err := p.collected.Line(func(column string) string { return rec[p.columns[column]] })
		if err != nil {
			line, col := p.in.FieldPos(p.columns[column])
			p.refusal.Add(&obs.ParseError{Pos: obs.Pos{File: p.file, Line: line, Col: col}, Got: column + " " + obs.Quote(rec[p.columns[column]]),
				Want: "a date such as 18/03/26, or none, and notes that begin with src=table or src=narrative", Hint: "correct the line"})
			return
		}
		get = func(column string) string { return line[slices.Index(collected.Columns, column)] }
	}
	year, ok := obs.ParsePeriod(get("year"))
	if !ok || year.Freq() != 'A' {
		p.bad("year", "year "+obs.Quote(get("year")), `a year such as "2023"`, "correct the table's year", nil)
	}
	if !p.want.HasPeriod(year) {
		return
	}
	geo := get("country")
	switch geo {
	case "GR": // AIDA writes ISO 3166, Eurostat does not
		geo = "EL"
	case "GB":
		geo = "UK"
	}
	if _, ok := p.geo.Lookup(geo); !ok {
		p.bad("country", "country "+obs.Quote(get("country")), "an ISO 3166 alpha-2 code of the list "+code.File("geo"), "correct the country", obs.ErrUnknownCode)
	}
	if !p.want.Has("geo", geo) {
		return
	}
	label := Clean(get("label"))
	citizen, category := "TOTAL", label
	if get("table") == "first_instance" {
		if citizen, ok = p.citizen.Label(label); !ok {
			p.bad("label", "label "+obs.Quote(get("label")), "a citizenship that datasets/codes/alias.csv knows",
				"correct the spelling; if it is right, the list lacks it: please report it", obs.ErrUnknownCode)
		}
		category = ""
		if citizen == "OTHER" || citizen == "UNK" {
			category = label
		}
	}
	appeals := geo == countsAppeals
	if _, ok := p.at["mark"]; ok { // our code words for what a page says about a cell
		appeals = appeals || hasWord(get("mark"), "with-appeals")
	}
	o := obs.Observation{
		Key: []string{citizen, geo, get("table"), category, instance(get("instance"), get("table"), get("measure"), appeals),
			get("measure"), get("unit"), get("origin"), get("page")},
		Period: year, Printed: get("value"),
	}
	o.Pos.File = p.file
	o.Pos.Line, o.Pos.Col = p.in.FieldPos(p.at["value"])
	o.Count, o.Flags = Number(get("value"), get("unit") == "percent")
	o.Known = o.Flags == ""
	p.out = append(p.out, o)
}

// Reasons why a printed value gives no count.
const (
	Blank   = "blank"   // nothing stands there
	NA      = "na"      // N/A, a dash, a colon
	Percent = "percent" // a printed rate, kept as a witness
	Words   = "words"   // prose, a bound, or two figures
)

// blanks are the no-break spaces that pages are full of.
var blanks = strings.NewReplacer("\u00a0", " ", "\u2007", " ", "\u202f", " ")

// Clean takes footnote marks and no-break spaces off a printed label.
func Clean(s string) string { return clean(s, true) }

// clean takes marks like [3] and * off, and (1) too where round says so: behind
// a label that is a mark, behind a figure another figure.
func clean(s string, round bool) string {
	if digits(s) {
		return s
	}
	s = strings.TrimSpace(blanks.Replace(s))
	for {
		t := strings.TrimRight(s, "*")
		if open := strings.LastIndexByte(t, '['); open >= 0 && strings.HasSuffix(t, "]") && digits(t[open+1:len(t)-1]) {
			t = t[:open]
		} else if open := strings.LastIndexByte(t, '('); round && open > 0 && strings.HasSuffix(t, ")") && len(t)-open == 3 && digits(t[open+1:len(t)-1]) {
			t = t[:open]
		}
		t = strings.TrimSpace(t)
		if t == s {
			return strings.Join(strings.Fields(s), " ")
		}
		s = t
	}
}

// words are the numbers that some pages write out.
var words = map[string]int32{"zero": 0, "none": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}

// Number gives the count that a printed value holds, and otherwise the reason
// why it holds none. Three digits after a dot or a comma are a group of
// thousands: counts have no decimals, and rates are never read as counts.
func Number(printed string, percent bool) (n int32, reason string) {
	if severalLines(printed) {
		return 0, Words
	}
	s := clean(printed, false)
	switch {
	case s == "":
		return 0, Blank
	case isNA(s):
		return 0, NA
	case percent && !strings.ContainsAny(s, "0123456789"):
		return 0, Words
	case percent || strings.HasSuffix(s, "%"):
		return 0, Percent
	}
	if s[0] < '0' || s[0] > '9' {
		n, ok := words[strings.ToLower(s)]
		if !ok {
			return 0, Words
		}
		return n, ""
	}
	if d, ok := ungroup(s); ok {
		if v, err := strconv.ParseInt(d, 10, 32); err == nil {
			return int32(v), ""
		}
	}
	return 0, Words
}

// severalLines reports whether figures stand on several lines of one cell: two
// figures, which a blank for the line end would make one of.
func severalLines(s string) bool {
	n := 0
	if strings.IndexByte(strings.TrimSpace(s), '\n') >= 0 {
		for l := range strings.SplitSeq(s, "\n") {
			if clean(l, false) != "" {
				n++
			}
		}
	}
	return n > 1
}

func isNA(s string) bool {
	if len(s) > 0 && s[0] >= '0' && s[0] <= '9' {
		return false
	}
	switch strings.ToLower(s) {
	case "n/a", "n.a.", "na", "not available", ":", "-", "–", "—":
		return true
	}
	return false
}

var loose = strings.NewReplacer(", ", ",", ". ", ".")

// ungroup takes the thousands separators out of "8,507", "4.658" or "1, 566".
// Separators of two kinds, or a zero before them, are no thousands.
func ungroup(s string) (string, bool) {
	s = loose.Replace(s)
	at := strings.IndexAny(s, ",. ")
	if at < 0 {
		return s, digits(s)
	}
	groups := strings.Split(s, s[at:at+1])
	for i, g := range groups {
		if !digits(g) || i > 0 && len(g) != 3 || i == 0 && (len(g) > 3 || g[0] == '0') {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
