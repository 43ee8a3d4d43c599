// Package unhcr reads the asylum tables of UNHCR's Refugee Population
// Statistics Database, in the column names of its public API.
//
// Every level (FI first instance, FA first instance and appeal, AR, RA, JR …)
// and unit (P persons, C cases) stays apart. Countries come as ISO 3166 alpha-3
// and leave as the codes that Eurostat uses, so that sources can be compared.
package unhcr

import (
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
	in := obs.NewCSV(r)
	if err := in.Read(); err != nil {
		return nil, obs.CSVError(m.File, err, "download it again")
	}
	head := in.Strings()
	s, ok := find(head)
	if !ok {
		return nil, &obs.ParseError{Pos: obs.Pos{File: m.File, Line: 1, Col: 1}, Got: obs.Quote(strings.Join(head, ",")),
			Want: "the columns of UNHCR's asylum-decisions, asylum-applications or population", Hint: "download the table with all its columns"}
	}
	p := newReader(s, m, want)
	p.columns(head)
	p.place = in.Pos
	for {
		err := in.Read()
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
		p.record(in.Field)
	}
	if p.rows == 0 && p.refusal.Err() == nil {
		p.refusal.Add(&obs.ParseError{Pos: obs.Pos{File: m.File, Line: 2, Col: 1}, Got: "no rows", Want: "at least one below the header", Hint: "download the table again"})
	}
	return p.table(m)
}

func newReader(s shape, m table.Meta, want table.Want) *reader {
	p := &reader{s: s, want: want, refusal: &obs.Refusal{File: m.File}, file: m.File}
	p.year.words, p.citizen.words, p.geo.words = map[string]*word{}, map[string]*word{}, map[string]*word{}
	p.citizen.list, p.geo.list = code.Must("citizen"), code.Must("geo")
	dims := append([]string{"citizen", "geo"}, s.keys...)
	for _, k := range s.keys {
		p.keys = append(p.keys, column{name: k, words: map[string]*word{}})
	}
	for _, k := range s.measures {
		p.measures = append(p.measures, measure{name: k, code: -1, want: s.axis == "" || want.Has(s.axis, k)})
	}
	if s.axis != "" {
		dims = append(dims, s.axis)
	}
	p.gather, p.row = table.NewGatherer(m, dims), make([]uint16, len(dims))
	return p
}

// columns notes where the columns of the records to come are.
func (p *reader) columns(head []string) {
	at := func(name string) int { // of two of one name the last counts
		for i := len(head) - 1; i >= 0; i-- {
			if head[i] == name {
				return i
			}
		}
		return -1
	}
	p.year.at, p.citizen.at, p.geo.at = at("year"), at("coo_iso"), at("coa_iso")
	for i := range p.keys {
		p.keys[i].at = at(p.keys[i].name)
	}
	for i := range p.measures {
		p.measures[i].at = at(p.measures[i].name)
	}
}

// table gathers what was read, or gives what was wrong with it.
func (p *reader) table(m table.Meta) (*table.Table, error) {
	if err := p.refusal.Err(); err != nil {
		return nil, err
	}
	t, err := p.gather.Table(p.want.Bare)
	if t != nil {
		t.Meta = m
	}
	return t, err
}

type reader struct {
	place              func(column int) (line, col int) // of the record being read
	s                  shape
	want               table.Want
	file               string
	year, citizen, geo column
	keys               []column
	measures           []measure
	refusal            *obs.Refusal
	rows               int
	gather             *table.Gatherer
	row                []uint16 // the key of the line, then the measure
}

// A column is one that tells lines apart. Its words stand in many lines, most
// often in the next one too: each is looked up once.
type column struct {
	name  string
	at    int        // in the record
	list  *code.List // of countries
	words map[string]*word
	last  *word
}

// A word is what stands in a column, and what it means.
type word struct {
	raw    string
	code   string // of the table
	number int32  // in the table's dictionary, -1 until a line with it is wanted
	period uint16
	want   bool
	bad    bool
}

// A measure is a column of counts.
type measure struct {
	name string
	at   int
	code int32 // in the table's dictionary, -1 until a line is wanted
	want bool
}

func (p *reader) bad(column int, got, want, hint string, err error) {
	line, col := p.place(column)
	p.refusal.Add(&obs.ParseError{Pos: obs.Pos{File: p.file, Line: line, Col: col}, Got: got, Want: want, Hint: hint, Err: err})
}

// word looks up what stands in a column; mean says what a fresh one means.
func (c *column) word(text []byte, mean func(*word)) *word {
	if c.last != nil && c.last.raw == string(text) {
		return c.last
	}
	w, ok := c.words[string(text)]
	if !ok {
		w = &word{raw: string(text), number: -1}
		mean(w)
		c.words[w.raw] = w
	}
	c.last = w
	return w
}

// number is a word's number in the table's dictionary of dimension d.
func (p *reader) number(d, column int, w *word) uint16 {
	if w.number < 0 {
		line, col := p.place(column)
		w.number = int32(p.gather.Code(d, w.code, obs.Pos{File: p.file, Line: line, Col: col}))
	}
	return uint16(w.number)
}

func (p *reader) record(field func(i int) []byte) {
	year := p.year.word(field(p.year.at), func(w *word) {
		period, ok := obs.ParsePeriod(w.raw)
		w.bad, w.want = !ok || period.Freq() != 'A', p.want.HasPeriod(period)
		if w.want && !w.bad {
			w.period = p.gather.Period(period)
		}
	})
	if year.bad {
		p.bad(p.year.at, "year "+obs.Quote(year.raw), `a year such as "2023"`, "correct the export", nil)
	}
	if !year.want {
		return
	}
	citizen, geo := p.country(&p.citizen, "coo_iso", "citizen", field), p.country(&p.geo, "coa_iso", "geo", field)
	if !citizen.want || !geo.want {
		return
	}
	for i := range p.keys {
		k := &p.keys[i]
		if !k.word(field(k.at), func(w *word) { w.code, w.want, w.bad = w.raw, p.want.Has(k.name, w.raw), !utf8.ValidString(w.raw) }).want {
			return
		}
	}
	p.row[0], p.row[1] = p.number(0, p.citizen.at, citizen), p.number(1, p.geo.at, geo)
	for i := range p.keys {
		k := &p.keys[i]
		if p.row[2+i] = p.number(2+i, k.at, k.last); k.last.bad {
			p.bad(k.at, k.name+" "+obs.Quote(k.last.raw), "UTF-8 text", "download the table again", nil)
		}
	}
	for i := range p.measures {
		p.measure(&p.measures[i], field, year.period)
	}
}

// measure adds a count of the record.
func (p *reader) measure(m *measure, field func(i int) []byte, period uint16) {
	if !m.want {
		return
	}
	line, col := p.place(m.at)
	if p.s.axis != "" {
		if m.code < 0 {
			m.code = int32(p.gather.Code(len(p.row)-1, m.name, obs.Pos{File: p.file, Line: line, Col: col}))
		}
		p.row[len(p.row)-1] = uint16(m.code)
	}
	n, v := int32(0), field(m.at)
	known := len(v) > 0 && string(v) != "-" // not reported; never zero
	if known {
		var ok bool
		if n, ok = count(v); !ok {
			p.bad(m.at, m.name+" "+obs.Quote(v), fmt.Sprintf("a count up to %d", 1<<31-1), "correct the export, or leave the cell empty if there is no value", nil)
		}
	}
	if len(p.refusal.Errs) == 0 { // else it is refused in any case; reading goes on for further errors
		p.gather.Add(p.gather.Row(p.row), period, n, known, line, col)
	}
}

// count reads a count. UNHCR's own package writes round ones as R does: 2e+05.
func count(text []byte) (n int32, ok bool) {
	for i, c := range text { // the common one, a few digits
		if c < '0' || c > '9' || i == 9 {
			return countOf(string(text))
		}
		n = 10*n + int32(c-'0')
	}
	return n, len(text) > 0
}

func countOf(v string) (n int32, ok bool) {
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

// country is that of a column.
func (p *reader) country(c *column, name, dim string, field func(i int) []byte) *word {
	w := c.word(field(c.at), func(w *word) {
		iso, ok := c.list.ISO3(w.raw)
		w.code, w.bad, w.want = iso, !ok, p.want.Has(dim, iso)
	})
	if w.bad {
		p.bad(c.at, name+" "+obs.Quote(w.raw), "an ISO 3166 alpha-3 code of the list "+code.File(dim),
			"if the code is right, the list lacks it: please report it", obs.ErrUnknownCode)
	}
	return w
}
