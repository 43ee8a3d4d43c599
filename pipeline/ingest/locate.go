package ingest

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"asylum/pipeline/eurostat"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// A Place is a cell to be found again in the raw file that it came from.
type Place struct {
	Meta *table.Meta
	Cell *obs.Observation
	Raw  string // what Locate found there, as printed
}

// Locate reads the raw files again and fills in the column of each cell, in a
// workbook the sheet, and what stands there. It is an error if a file is not the one that was read, or
// a cell does not say what the table says.
func Locate(d Data, places []*Place) error {
	var files []string // in the order of their first place, so that the first error is always the same
	byFile := map[string][]*Place{}
	for _, p := range places {
		if byFile[p.Meta.SHA256] == nil {
			files = append(files, p.Meta.SHA256)
		}
		byFile[p.Meta.SHA256] = append(byFile[p.Meta.SHA256], p)
	}
	for _, f := range files {
		m := *byFile[f][0].Meta
		if err := unchanged(d, m); err != nil {
			return err
		}
		if err := locateIn(d, m, byFile[f]); err != nil {
			return err
		}
	}
	return nil
}

// unchanged reports whether the raw file is still the one that was read.
func unchanged(d Data, m table.Meta) error {
	raw, err := d.Raw(m)
	if err != nil {
		return err
	}
	defer raw.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, raw); err != nil {
		return err
	}
	if got := hex.EncodeToString(sum.Sum(nil)); got != m.SHA256 {
		return fmt.Errorf("%s is not the file that was read: its sha256 is %s, the table's %s\n\thint: bring the file back from a copy", m.File, got, m.SHA256)
	}
	return nil
}

func locateIn(d Data, m table.Meta, places []*Place) error {
	raw, err := d.Raw(m)
	if err != nil {
		return err
	}
	defer raw.Close()
	opened, _, kind, err := open(bufio.NewReaderSize(raw, eurostat.MaxLine), m.File, Options{Table: m.Table})
	if err != nil {
		return err
	}
	in, ok := opened.(*bufio.Reader)
	if !ok || kind.format != "tsv" && kind.format != "unhcr-csv" && kind.format != "aida-csv" {
		return reread(opened, kind, m, places)
	}
	in = bufio.NewReaderSize(in, eurostat.MaxLine) // for a whole line
	slices.SortStableFunc(places, func(a, b *Place) int { return a.Cell.Pos.Line - b.Cell.Pos.Line })
	head, err := readLine(in)
	if err != nil {
		return fmt.Errorf("%s: %w", m.File, err)
	}
	head = slices.Clone(head)
	line, n := head, 1
	for _, p := range places {
		for ; n < p.Cell.Pos.Line; n++ {
			if line, err = readLine(in); err != nil {
				return fmt.Errorf("%s has no line %d: it is not the file that was read", m.File, p.Cell.Pos.Line)
			}
		}
		if p.Cell.Pos.Col > 0 && kind.format != "tsv" {
			err = p.field(line, in)
		} else {
			err = p.find(head, line)
		}
		if err != nil {
			return err
		}
		if got, want := p.Raw, Written(p.Cell); !same(got, p.Cell) {
			return fmt.Errorf("%v: the raw file says %q, the table %q", p.Cell.Pos, got, want)
		}
	}
	return nil
}

// reread finds cells again by reading the file as it was read before: where a
// value stands apart from its flags, or a place is no line of text, the reader
// alone can tell.
func reread(in io.Reader, kind reading, m table.Meta, places []*Place) error {
	t, err := kind.into(in, m, table.Want{})
	if err != nil {
		return err
	}
	cells := map[string]obs.Observation{}
	at := func(o *obs.Observation) string { return strings.Join(o.Key, "\x00") + "\x00" + string(o.Period) }
	for c := range t.Chunks {
		for p := range t.Periods {
			for r := range t.Chunks[c].Rows {
				if t.Chunks[c].Held(r, p) {
					o := t.Observation(c, r, p)
					cells[at(&o)] = o
				}
			}
		}
	}
	for _, p := range places {
		o, ok := cells[at(p.Cell)]
		if !ok || o.Pos.Line != p.Cell.Pos.Line || o.Pos.Col != p.Cell.Pos.Col {
			return fmt.Errorf("%v: no cell for %s", p.Cell.Pos, p.Cell.Period)
		}
		p.Cell.Pos.Sheet = o.Pos.Sheet // which older tables do not hold
		if p.Raw = Written(&o); p.Raw != Written(p.Cell) {
			return fmt.Errorf("%v: the raw file says %q, the table %q", p.Cell.Pos, p.Raw, Written(p.Cell))
		}
		if o.Printed != "" {
			p.Raw = o.Printed
		}
	}
	return nil
}

func readLine(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	if err == io.EOF && len(line) > 0 {
		err = nil
	}
	return bytes.TrimRight(line, "\r\n"), err
}

// field reads the field of a CSV that begins where the cell stands; one in
// quotes may go on in the lines that in gives next.
func (p *Place) field(line []byte, in *bufio.Reader) error {
	line = slices.Clone(line[min(p.Cell.Pos.Col-1, len(line)):])
	rec, err := csv.NewReader(bytes.NewReader(line)).Read()
	if errors.Is(err, csv.ErrQuote) {
		more, _ := in.Peek(in.Size())
		rec, err = csv.NewReader(bytes.NewReader(append(append(line, '\n'), more...))).Read()
	}
	if errors.Is(err, io.EOF) {
		rec, err = []string{""}, nil // the last field of a line, empty
	}
	if err != nil {
		return fmt.Errorf("%v: %w", p.Cell.Pos, err)
	}
	p.Raw = rec[0]
	return nil
}

// find looks the cell of a wide table up in its line.
func (p *Place) find(head, line []byte) error {
	o := p.Cell
	col, at := 0, 1
	for i, f := range strings.Split(string(head), "\t") {
		if q, ok := obs.ParsePeriod(strings.TrimSpace(f)); ok && i > 0 && q == o.Period {
			col = i
		}
	}
	fields := bytes.Split(line, []byte("\t"))
	if col == 0 || col >= len(fields) {
		return fmt.Errorf("%v: no cell for %s", o.Pos, o.Period)
	}
	for _, f := range fields[:col] {
		at += len(f) + 1
	}
	raw := bytes.TrimLeft(fields[col], " ") // the old style has blanks before a cell too
	at += len(fields[col]) - len(raw)
	o.Pos.Col, p.Raw = at, strings.TrimRight(string(raw), " ")
	return nil
}

// same reports whether raw is how a source would print the cell: readers let
// zeros lead a count, and flags follow a colon without a blank.
func same(raw string, o *obs.Observation) bool {
	switch {
	case o.Printed != "":
		return raw == o.Printed
	case raw == "" || raw == "-":
		return !o.Known
	case raw[0] == ':':
		raw = strings.TrimRight(": "+strings.TrimLeft(raw[1:], " "), " ")
	case raw[0] == '0' || raw[0] == '-':
		number, flags, ok := strings.Cut(raw, " ")
		if raw = plain(number); ok {
			raw += " " + flags
		}
	}
	return raw == Written(o)
}

// plain takes zeros that lead off a number, and the sign off a zero.
func plain(number string) string {
	digits, negative := strings.CutPrefix(number, "-")
	if digits = strings.TrimLeft(digits, "0"); digits == "" || digits[0] == '.' {
		digits = "0" + digits
	}
	if negative && strings.Trim(digits, "0.") != "" {
		return "-" + digits
	}
	return digits
}

// Written gives a cell as a bulk TSV writes it, without its trailing blank, or
// as it is printed where that says more.
func Written(o *obs.Observation) string {
	if o.Printed != "" {
		return o.Printed
	}
	s := ":"
	if o.Known {
		s = obs.Number(o.Count, o.Decimals)
	}
	if o.Flags != "" {
		s += " " + o.Flags
	}
	return s
}
