package export

import (
	"io"
	"iter"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"asylum/pipeline/rate"
)

// CSV writes results with the columns of rate.Columns.
func CSV(w io.Writer, results []rate.Result) error {
	return CSVFile(w, [][]byte{CSVRows(rate.Each(results))})
}

// CSVFile writes a head and blocks of rows.
func CSVFile(w io.Writer, blocks [][]byte) error {
	if _, err := io.WriteString(w, strings.Join(rate.Columns, ",")+"\n"); err != nil {
		return err
	}
	for _, b := range blocks {
		if _, err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// CSVRows gives results as rows, without a head.
func CSVRows(results iter.Seq[*rate.Result]) []byte {
	w := writers.Get().(*csvWriter)
	w.buf = w.buf[:0]
	for r := range results {
		w.row(r)
	}
	out := slices.Clone(w.buf)
	writers.Put(w)
	return out
}

// writers are kept for the next rows: what is grown once has room for them.
var writers = sync.Pool{New: func() any { return &csvWriter{last: make([]lastText, len(rate.Columns))} }}

// A csvWriter writes rows. A text that stands in one row stands in the next as
// well, most often: what its field looks like is remembered.
type csvWriter struct {
	buf       []byte
	values    []value
	class     rate.Class
	classText string
	last      []lastText // by column
}

type lastText struct {
	text  string
	field []byte
}

func (w *csvWriter) row(r *rate.Result) {
	if w.classText == "" || r.Class != w.class {
		w.class, w.classText = r.Class, r.Class.String()
	}
	w.values = fields(r, w.classText, w.values[:0])
	for c := range w.values {
		if c > 0 {
			w.buf = append(w.buf, ',')
		}
		v := &w.values[c]
		if v.kind != 's' {
			w.buf = v.append(w.buf)
			continue
		}
		l := &w.last[c]
		if l.text != v.s || l.field == nil {
			l.text, l.field = v.s, appendField(l.field[:0], Defuse(v.s))
		}
		w.buf = append(w.buf, l.field...)
	}
	w.buf = append(w.buf, '\n')
}

// append writes a value; what is missing is nothing.
func (v value) append(b []byte) []byte {
	switch {
	case !v.known:
		return b
	case v.kind == 'n':
		return strconv.AppendInt(b, v.n, 10)
	case v.kind == 'f':
		return strconv.AppendFloat(b, v.f, 'g', 10, 64)
	case v.kind == 'b':
		return strconv.AppendBool(b, v.b)
	}
	return append(b, v.s...)
}

// text is a value as a field of its own.
func (v value) text() string { return string(v.append(nil)) }

// appendField writes a text as a field, in quotes where encoding/csv would put
// it in quotes.
func appendField(b []byte, s string) []byte {
	if first, _ := utf8.DecodeRuneInString(s); s != `\.` && !strings.ContainsAny(s, "\",\r\n") && (s == "" || !unicode.IsSpace(first)) {
		return append(b, s...)
	}
	return append(append(append(b, '"'), strings.ReplaceAll(s, `"`, `""`)...), '"')
}
