package ingest

import (
	"bufio"
	"bytes"
	"encoding/csv"
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

// Locate reads the raw files again and fills in the column of each cell and
// what stands there. It is an error if a file is not the one that was read, or
// a cell does not say what the table says.
func Locate(d Data, places []*Place) error {
	byFile := map[string][]*Place{}
	for _, p := range places {
		byFile[p.Meta.SHA256] = append(byFile[p.Meta.SHA256], p)
	}
	for _, ps := range byFile {
		if err := locateIn(d, ps); err != nil {
			return err
		}
	}
	return nil
}

func locateIn(d Data, places []*Place) error {
	m := places[0].Meta
	raw, err := d.Raw(*m)
	if err != nil {
		return err
	}
	defer raw.Close()
	in, err := unpack(bufio.NewReaderSize(raw, eurostat.MaxLine), m.File, Options{})
	if err != nil {
		return err
	}
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
		if err := p.find(head, line); err != nil {
			return err
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

// find looks the cell up in its line.
func (p *Place) find(head, line []byte) error {
	o := p.Cell
	if o.Pos.Col > 0 {
		r := csv.NewReader(bytes.NewReader(line[min(o.Pos.Col-1, len(line)):]))
		r.LazyQuotes = true
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			rec, err = []string{""}, nil // the last field of a line, empty
		}
		if err != nil {
			return fmt.Errorf("%v: %w", o.Pos, err)
		}
		p.Raw = rec[0]
		return nil
	}
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
	o.Pos.Col, p.Raw = at, strings.TrimRight(string(fields[col]), " ")
	if got, want := p.Raw, Written(o); got != want {
		return fmt.Errorf("%v: the raw file says %q, the table %q", o.Pos, got, want)
	}
	return nil
}

// Written gives a cell as a bulk TSV writes it, without its trailing blank.
func Written(o *obs.Observation) string {
	s := ":"
	if o.Known {
		s = fmt.Sprint(o.Count)
	}
	if o.Flags != "" {
		s += " " + o.Flags
	}
	return s
}
