// Package unhcr reads the asylum tables of UNHCR's Refugee Population
// Statistics Database, in the column names of its public API.
//
// Every level (FI first instance, FA first instance and appeal, AR, RA, JR …)
// and unit (P persons, C cases) stays apart. Countries come as ISO 3166 alpha-3
// and leave as the codes that Eurostat uses, so that sources can be compared.
package unhcr

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"asylum/pipeline/code"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// A shape says which columns of a table are keys and which are measures. Where
// a line holds several measures, the last dimension tells them apart.
type shape struct {
	table    string
	keys     []string
	measures []string
	axis     string // the dimension of the measures, "" for one alone
}

var shapes = []shape{
	{"asylum_decisions", []string{"procedure_type", "dec_level", "dec_pc"},
		[]string{"dec_recognized", "dec_other", "dec_rejected", "dec_closed", "dec_total"}, "decision"},
	{"asylum_applications", []string{"procedure_type", "app_type", "dec_level", "app_pc"}, []string{"applied"}, ""},
	{"population", nil, []string{"refugees", "asylum_seekers", "returned_refugees", "idps", "returned_idps", "stateless", "ooc", "oip", "hst"}, "population_type"},
}

// Recognise gives the table that a CSV header of UNHCR's belongs to.
func Recognise(head []string) (table string, ok bool) {
	s, ok := find(head)
	return s.table, ok
}

// IsCountries reports whether a CSV header is that of UNHCR's list of countries.
func IsCountries(head []string) bool {
	return slices.Contains(head, "iso_code") && slices.Contains(head, "unhcr_code") && slices.Contains(head, "unhcr_region")
}

// RefuseCountries reads UNHCR's list of countries, which holds no figures, and
// says so.
func RefuseCountries(r io.Reader, m table.Meta, _ table.Want) (*table.Table, error) {
	in := csv.NewReader(r)
	head, err := in.Read()
	if err != nil {
		return nil, obs.CSVError(m.File, err, "download it again")
	}
	var unknown []string
	at, n := slices.Index(head, "iso_code"), 0
	for ; ; n++ {
		rec, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, obs.CSVError(m.File, err, "download it again")
		}
		if _, ok := code.Must("citizen").ISO3(rec[at]); !ok && rec[at] != "" {
			unknown = append(unknown, rec[at])
		}
	}
	hint := "there is nothing to add: datasets/codes has these countries already"
	if len(unknown) > 0 {
		hint += ", all but " + strings.Join(unknown, ", ")
	}
	return nil, &obs.ParseError{Pos: obs.Pos{File: m.File, Line: 1, Col: 1}, Got: fmt.Sprintf("UNHCR's list of countries, %d lines", n), Want: "a table of figures", Hint: hint}
}

func find(head []string) (shape, bool) {
	for _, s := range shapes {
		all := append([]string{"year", "coo_iso", "coa_iso"}, append(s.keys, s.measures...)...)
		if !slices.ContainsFunc(all, func(c string) bool { return !slices.Contains(head, c) }) {
			return s, true
		}
	}
	return shape{}, false
}

// ReadCSV reads decisions, applications or population, told apart by their
// columns; r has no byte order mark. The error is an *obs.Refusal that lists every bad cell, or one of reading r.
func ReadCSV(r io.Reader, m table.Meta, want table.Want) (*table.Table, error) {
	in := csv.NewReader(r)
	in.ReuseRecord = true
	head, err := in.Read()
	if err != nil {
		return nil, obs.CSVError(m.File, err, "download it again")
	}
	head = slices.Clone(head)
	s, ok := find(head)
	if !ok {
		return nil, &obs.ParseError{Pos: obs.Pos{File: m.File, Line: 1, Col: 1}, Got: obs.Quote(strings.Join(head, ",")),
			Want: "the columns of UNHCR's asylum-decisions, asylum-applications or population", Hint: "download the table with all its columns"}
	}
	p := newReader(s, head, m, want)
	p.place = func(column string) (line, col int) { return in.FieldPos(p.at[column]) }
	for {
		rec, err := in.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			bad, ok := obs.CSVError(m.File, err, "download it again").(*obs.ParseError)
			if !ok {
				return nil, err
			}
			p.refusal.Add(bad)
			break // the reader cannot tell where the next record begins
		}
		p.rows++
		p.record(rec)
	}
	if p.rows == 0 && p.refusal.Err() == nil {
		p.refusal.Add(&obs.ParseError{Pos: obs.Pos{File: m.File, Line: 2, Col: 1}, Got: "no rows", Want: "at least one below the header", Hint: "download the table again"})
	}
	return p.table(m)
}

func newReader(s shape, columns []string, m table.Meta, want table.Want) *reader {
	p := &reader{s: s, want: want, word: map[string]string{}, refusal: &obs.Refusal{File: m.File}, file: m.File, citizen: code.Must("citizen"), geo: code.Must("geo"), at: map[string]int{}}
	for i, c := range columns {
		p.at[c] = i
	}
	return p
}

// table gathers what was read, or gives what was wrong with it.
func (p *reader) table(m table.Meta) (*table.Table, error) {
	if err := p.refusal.Err(); err != nil {
		return nil, err
	}
	s := p.s
	dims := append([]string{"citizen", "geo"}, s.keys...)
	if s.axis != "" {
		dims = append(dims, s.axis)
	}
	return table.Gather(m, dims, p.out)
}

type reader struct {
	place        func(column string) (line, col int) // of the record being read
	s            shape
	want         table.Want
	word         map[string]string
	at           map[string]int
	file         string
	citizen, geo *code.List
	refusal      *obs.Refusal
	rows         int
	out          []obs.Observation
}

func (p *reader) bad(column, got, want, hint string, err error) {
	line, col := p.place(column)
	p.refusal.Add(&obs.ParseError{Pos: obs.Pos{File: p.file, Line: line, Col: col}, Got: got, Want: want, Hint: hint, Err: err})
}

func (p *reader) record(rec []string) {
	bad := len(p.refusal.Errs) + p.refusal.More
	year, ok := obs.ParsePeriod(rec[p.at["year"]])
	if !ok || year.Freq() != 'A' {
		p.bad("year", "year "+obs.Quote(rec[p.at["year"]]), `a year such as "2023"`, "correct the export", nil)
	}
	if !p.want.HasPeriod(year) {
		return
	}
	year = obs.Period(p.intern(string(year)))
	citizen, geo := p.country("coo_iso", p.citizen, "citizen", rec), p.country("coa_iso", p.geo, "geo", rec)
	if !p.want.Has("citizen", citizen) || !p.want.Has("geo", geo) {
		return
	}
	for _, k := range p.s.keys {
		if !p.want.Has(k, rec[p.at[k]]) {
			return
		}
	}
	key := make([]string, 0, 2+len(p.s.keys))
	key = append(key, citizen, geo)
	for _, k := range p.s.keys {
		key = append(key, p.intern(rec[p.at[k]]))
		if !utf8.ValidString(rec[p.at[k]]) {
			p.bad(k, k+" "+obs.Quote(rec[p.at[k]]), "UTF-8 text", "download the table again", nil)
		}
	}
	keys := make([]string, 0, len(p.s.measures)*(len(key)+1)) // of all measures, in one piece
	for _, m := range p.s.measures {
		if p.s.axis != "" && !p.want.Has(p.s.axis, m) {
			continue
		}
		from := len(keys)
		keys = append(keys, key...)
		if p.s.axis != "" {
			keys = append(keys, m)
		}
		o := obs.Observation{Key: keys[from:len(keys):len(keys)], Period: year}
		o.Pos.File = p.file
		o.Pos.Line, o.Pos.Col = p.place(m)
		switch v := rec[p.at[m]]; v {
		case "", "-": // not reported; never zero
		default:
			n, ok := count(v)
			if !ok {
				p.bad(m, m+" "+obs.Quote(v), fmt.Sprintf("a count up to %d", 1<<31-1), "correct the export, or leave the cell empty if there is no value", nil)
			}
			o.Count, o.Known = n, true
		}
		p.out = append(p.out, o)
	}
	if len(p.refusal.Errs)+p.refusal.More > bad {
		p.out = nil // refused in any case; keep reading for further errors
	}
}

// count reads a count. UNHCR's own package writes round ones as R does: 2e+05.
func count(v string) (n int32, ok bool) {
	if u, err := strconv.ParseUint(v, 10, 31); err == nil {
		return int32(u), true
	}
	digits, power, ok := strings.Cut(v, "e+")
	if !ok {
		return 0, false
	}
	zeros, err := strconv.ParseUint(power, 10, 4)
	whole, fraction, _ := strings.Cut(digits, ".")
	if err != nil || len(whole) != 1 || len(fraction) > int(zeros) {
		return 0, false
	}
	u, err := strconv.ParseUint(whole+fraction+strings.Repeat("0", int(zeros)-len(fraction)), 10, 31)
	return int32(u), err == nil
}

// intern keeps one copy of a text that stands in many lines.
func (p *reader) intern(s string) string {
	w, ok := p.word[s]
	if !ok {
		w = strings.Clone(s)
		p.word[w] = w
	}
	return w
}

func (p *reader) country(column string, l *code.List, dim string, rec []string) string {
	iso3 := rec[p.at[column]]
	c, ok := l.ISO3(iso3)
	if !ok {
		p.bad(column, column+" "+obs.Quote(iso3), "an ISO 3166 alpha-3 code of the list "+code.File(dim),
			"if the code is right, the list lacks it: please report it", obs.ErrUnknownCode)
	}
	return c
}
