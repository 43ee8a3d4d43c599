package unhcr

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// IsJSON reports whether a file begins as an answer of UNHCR's population API.
func IsJSON(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimSpace(head), []byte("{")) && bytes.Contains(head, []byte(`"items"`)) && bytes.Contains(head, []byte(`"coa`))
}

// ReadJSON reads answers of UNHCR's population API, one page or several after
// one another: {"page": …, "items": [{…}]}. Numbers come as numbers or as
// strings, missing ones as "-" or null. The error is an *obs.Refusal that lists
// every bad cell, or one of reading r.
func ReadJSON(r io.Reader, m table.Meta, want table.Want) (*table.Table, error) {
	lines := &lines{r: r}
	dec := json.NewDecoder(lines)
	dec.UseNumber()
	j := &pages{dec: dec, lines: lines, m: m, want: want}
	for n := 0; ; n++ {
		err := j.page()
		if err == io.EOF && n > 0 {
			break
		}
		if err != nil {
			return nil, j.explain(err)
		}
	}
	if j.p == nil {
		return nil, j.bad("no items", "at least one")
	}
	return j.p.table(j.m)
}

// lines remembers where the lines of what was read begin.
type lines struct {
	r    io.Reader
	n    int64
	ends []int64 // offsets behind each line feed
}

func (l *lines) Read(b []byte) (int, error) {
	n, err := l.r.Read(b)
	for i, c := range b[:n] {
		if c == '\n' {
			l.ends = append(l.ends, l.n+int64(i)+1)
		}
	}
	l.n += int64(n)
	return n, err
}

func (l *lines) place(offset int64) (line, col int) {
	i := sort.Search(len(l.ends), func(i int) bool { return l.ends[i] > offset })
	if i == 0 {
		return 1, int(offset) + 1
	}
	return i + 1, int(offset-l.ends[i-1]) + 1
}

type pages struct {
	dec     *json.Decoder
	lines   *lines
	m       table.Meta
	want    table.Want
	p       *reader
	at      map[string]int64 // where the values of an item begin
	columns []string         // of the item
}

func (j *pages) bad(got, want string) error {
	line, col := j.lines.place(j.dec.InputOffset())
	return &obs.ParseError{Pos: obs.Pos{File: j.m.File, Line: line, Col: col}, Got: got, Want: want, Hint: "download the answer again"}
}

func (j *pages) explain(err error) error {
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &syntax):
		return j.bad("JSON that does not parse ("+syntax.Error()+")", "a page of UNHCR's API")
	case errors.Is(err, io.ErrUnexpectedEOF), err == io.EOF:
		return j.bad("an answer that is cut off", "a whole page")
	}
	return err
}

// page reads one answer.
func (j *pages) page() error {
	t, err := j.dec.Token()
	if err != nil {
		return err
	}
	if t != json.Delim('{') {
		return j.bad(fmt.Sprint(t), "a page of UNHCR's API, an object")
	}
	for j.dec.More() {
		key, err := j.dec.Token()
		if err != nil {
			return err
		}
		if key != "items" {
			var skip json.RawMessage
			if err := j.dec.Decode(&skip); err != nil {
				return err
			}
			continue
		}
		if t, err := j.dec.Token(); err != nil {
			return err
		} else if t != json.Delim('[') {
			return j.bad(fmt.Sprintf("items that are %v", t), "a list")
		}
		for j.dec.More() {
			if err := j.item(); err != nil {
				return err
			}
		}
		if _, err := j.dec.Token(); err != nil {
			return err
		}
	}
	_, err = j.dec.Token()
	return err
}

// item reads one record, whatever the order of its fields.
func (j *pages) item() error {
	if t, err := j.dec.Token(); err != nil {
		return err
	} else if t != json.Delim('{') {
		return j.bad(fmt.Sprintf("an item that is %v", t), "an object")
	}
	fields, at := map[string]string{}, map[string]int64{}
	for j.dec.More() {
		key, err := j.dec.Token()
		if err != nil {
			return err
		}
		v, err := j.dec.Token()
		if err != nil {
			return err
		}
		name, text := key.(string), ""
		size := int64(0)
		switch v := v.(type) {
		case string:
			text, size = v, int64(len(v))+2
		case json.Number:
			text, size = v.String(), int64(len(v))
		case nil:
			size = 4
		default:
			return j.bad(fmt.Sprintf("%s: %v", name, v), "a number or a text")
		}
		fields[name], at[name] = text, j.dec.InputOffset()-size
	}
	if _, err := j.dec.Token(); err != nil {
		return err
	}
	columns := make([]string, 0, len(fields))
	for name := range fields {
		columns = append(columns, name)
	}
	slices.Sort(columns)
	s, ok := find(columns)
	switch {
	case !ok:
		return j.bad("an item with the fields "+obs.Quote(strings.Join(columns, ",")), "those of asylum-decisions, asylum-applications or population")
	case j.p == nil && j.m.Table != "" && j.m.Table != s.table:
		return j.bad("an item of "+s.table, "items of "+j.m.Table)
	case j.p == nil:
		j.m.Table = s.table
		j.p = newReader(s, j.m, j.want)
		j.p.place = func(column int) (line, col int) { return j.lines.place(j.at[j.columns[column]]) }
	case j.p.s.table != s.table:
		return j.bad("an item of "+s.table, "items of "+j.p.s.table)
	}
	j.at, j.columns = at, columns
	j.p.columns(columns)
	j.p.rows++
	j.p.record(func(i int) []byte { return []byte(fields[columns[i]]) })
	return nil
}
