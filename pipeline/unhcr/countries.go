package unhcr

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// countryColumns are those of UNHCR's list of countries, which are the
// dimensions of its table. The regions may be left out of an export.
var countryColumns = []string{"iso_code", "unhcr_code", "name", "unhcr_region", "unsd_region", "unsd_subregion", "unsd_imregion"}

// IsCountries reports whether a CSV header is that of UNHCR's list of countries.
func IsCountries(head []string) bool {
	return slices.Contains(head, "iso_code") && slices.Contains(head, "unhcr_code") && slices.Contains(head, "unhcr_region")
}

// A countries reads UNHCR's list of countries.
type countries struct {
	file    string
	in      *obs.CSV
	b       *table.Builder
	names   []string // dimensions; the first is iso_code
	at      []int    // column of the file that each stands in
	refusal *obs.Refusal
	doubts  []*obs.ParseError
}

// ReadCountries reads UNHCR's list of countries: a row for each, with codes,
// name and regions as dimensions, and no counts. ISO codes that datasets/codes
// does not know are among the table's doubts. The error is an *obs.Refusal that
// lists every bad cell, or one of reading r.
func ReadCountries(r io.Reader, m table.Meta, _ table.Want) (*table.Table, error) {
	p := &countries{file: m.File, in: obs.NewCSV(r), refusal: &obs.Refusal{File: m.File}}
	if err := p.in.Read(); err != nil {
		return nil, obs.CSVError(m.File, err, "download it again")
	}
	head := p.in.Strings()
	if !IsCountries(head) {
		return nil, &obs.ParseError{Pos: obs.Pos{File: m.File, Line: 1, Col: 1}, Got: obs.Quote(strings.Join(head, ",")), Want: "the columns of UNHCR's list of countries", Hint: "download it again"}
	}
	for _, c := range countryColumns {
		if at := slices.Index(head, c); at >= 0 {
			p.names, p.at = append(p.names, c), append(p.at, at)
		}
	}
	p.b = table.NewBuilder(m, p.names, nil)
	if err := p.records(); err != nil {
		return nil, err
	}
	t, twice := p.b.Freeze()
	for _, d := range twice {
		p.refusal.Add(&obs.ParseError{Pos: obs.Pos{File: p.file, Line: d.Line, Col: 1}, Got: "the row " + obs.Quote(strings.Join(d.Key, ",")) + " again",
			Want: fmt.Sprintf("each row once (it stands on line %d)", d.First), Hint: "remove one of the two, or download the list again"})
	}
	if t.Rows == 0 {
		p.refusal.Add(&obs.ParseError{Pos: obs.Pos{File: p.file, Line: 2, Col: 1}, Got: "no rows", Want: "at least one below the header", Hint: "download the list again"})
	}
	if err := p.refusal.Err(); err != nil {
		return nil, err
	}
	t.Doubts = p.doubts
	return t, nil
}

func (p *countries) records() error {
	for {
		err := p.in.Read()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return obs.CSVError(p.file, err, "download it again")
		}
		line, _ := p.in.Pos(0)
		p.b.Start(line)
		for d := range p.names {
			if p.b.Full(d) {
				p.refusal.Add(p.bad(d, fmt.Sprintf("at most %d of them", math.MaxUint16), "is this UNHCR's list of countries?"))
				return p.refusal
			}
			text := p.in.Field(p.at[d])
			if !utf8.Valid(text) {
				p.refusal.Add(p.bad(d, "UTF-8 text", "download the list again"))
			}
			number, _ := p.b.Intern(d, text)
			p.b.Set(d, number)
		}
		iso := string(p.in.Field(p.at[0]))
		if _, ok := code.Must("citizen").ISO3(iso); !ok && iso != "" {
			p.doubts = append(p.doubts, p.bad(0, "a country of datasets/codes", "a table with figures of it would be refused; please report it"))
		}
	}
}

// bad is what is wrong with dimension d of the record being read.
func (p *countries) bad(d int, want, hint string) *obs.ParseError {
	line, col := p.in.Pos(p.at[d])
	return &obs.ParseError{Pos: obs.Pos{File: p.file, Line: line, Col: col}, Got: p.names[d] + " " + obs.Quote(string(p.in.Field(p.at[d]))), Want: want, Hint: hint}
}
