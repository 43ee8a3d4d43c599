package obs

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"io"
	"slices"
)

// A CSV reads records as encoding/csv does, to the letter of its errors. Lines
// without a quote, nearly all of those that statistics offices write, it cuts at
// their commas where they stand; from the first line with one on it leaves the
// rest of the file to the library.
type CSV struct {
	in      *bufio.Reader
	line    []byte
	ends    []int // of the fields in line
	fields  int   // of the first record; all have as many
	n       int   // lines read
	library *csv.Reader
	before  int // lines read before the library began
	rec     []string
}

// NewCSV begins to read r.
func NewCSV(r io.Reader) *CSV {
	in, ok := r.(*bufio.Reader)
	if !ok {
		in = bufio.NewReaderSize(r, 1<<16)
	}
	return &CSV{in: in}
}

// Read reads the next record: what Field and Pos speak of from then on. The
// error is io.EOF at the end, a *csv.ParseError, or one of the reader below.
func (c *CSV) Read() error {
	for c.library == nil {
		line, err := c.in.ReadSlice('\n')
		if err != nil && err != io.EOF || bytes.IndexByte(line, '"') >= 0 {
			c.leave(line, err)
			break
		}
		if len(line) == 0 {
			return err
		}
		c.n++
		line, ended := bytes.CutSuffix(line, []byte("\n"))
		if line = bytes.TrimSuffix(line, []byte("\r")); len(line) == 0 && (ended || err == io.EOF) {
			continue
		}
		return c.cut(line)
	}
	return c.leaveTo()
}

// cut finds the fields of a line.
func (c *CSV) cut(line []byte) error {
	c.line, c.ends = line, c.ends[:0]
	for at := 0; ; {
		i := bytes.IndexByte(line[at:], ',')
		if i < 0 {
			c.ends = append(c.ends, len(line))
			break
		}
		c.ends = append(c.ends, at+i)
		at += i + 1
	}
	if c.fields == 0 {
		c.fields = len(c.ends)
	}
	if len(c.ends) != c.fields {
		return &csv.ParseError{StartLine: c.n, Line: c.n, Column: 1, Err: csv.ErrFieldCount}
	}
	return nil
}

// leave hands what follows to the library, from a line on of which this part is
// read, and err came with it.
func (c *CSV) leave(line []byte, err error) {
	rest := io.Reader(c.in)
	if err != nil && err != bufio.ErrBufferFull {
		rest = failed{err}
	}
	c.library = csv.NewReader(io.MultiReader(bytes.NewReader(slices.Clone(line)), rest))
	c.library.ReuseRecord, c.library.FieldsPerRecord = true, c.fields
	c.before = c.n
}

// failed gives an error.
type failed struct{ err error }

func (f failed) Read([]byte) (int, error) { return 0, f.err }

// leaveTo has the library read a record.
func (c *CSV) leaveTo() error {
	rec, err := c.library.Read()
	c.rec = rec
	if pe, ok := err.(*csv.ParseError); ok && c.before > 0 {
		moved := *pe
		moved.StartLine, moved.Line = pe.StartLine+c.before, pe.Line+c.before
		err = &moved
	}
	return err
}

// Len is the number of fields of the record.
func (c *CSV) Len() int {
	if c.library != nil {
		return len(c.rec)
	}
	return len(c.ends)
}

// Field is the i-th field of the record, until the next Read.
func (c *CSV) Field(i int) []byte {
	if c.library != nil {
		return []byte(c.rec[i])
	}
	return c.line[c.start(i):c.ends[i]]
}

func (c *CSV) start(i int) int {
	if i == 0 {
		return 0
	}
	return c.ends[i-1] + 1
}

// Pos is where the i-th field of the record begins: its line, and its column in
// bytes, from 1.
func (c *CSV) Pos(i int) (line, col int) {
	if c.library != nil {
		line, col = c.library.FieldPos(i)
		return line + c.before, col
	}
	return c.n, c.start(i) + 1
}

// Strings gives all fields of the record as texts of their own.
func (c *CSV) Strings() []string {
	out := make([]string, c.Len())
	for i := range out {
		out[i] = string(c.Field(i))
	}
	return out
}
