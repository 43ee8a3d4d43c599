package obs

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
)

// ErrUnknownCode reports a dimension code that stands in none of the code
// lists. A new code is never dropped: the file is refused until a list has it.
var ErrUnknownCode = errors.New("unknown code")

// ErrNoTable reports a file whose dataset can be told neither from its content
// nor from its name: the user is to say it.
var ErrNoTable = errors.New("which table is this?")

// A ParseError says where a source file does not parse, what came, what was
// wanted and how to mend it.
type ParseError struct {
	Pos  Pos
	Got  string // what came, with its name where it has one: `citizen "SYR"`
	Want string
	Hint string
	Err  error // a sentinel to test for, or nil
}

func (e *ParseError) Error() string {
	s := fmt.Sprintf("%v: got %s, want %s", e.Pos, e.Got, e.Want)
	if e.Hint != "" {
		s += "\n\thint: " + e.Hint
	}
	return s
}

func (e *ParseError) Unwrap() error { return e.Err }

// Shown is how many bad cells of one file are shown; the rest are counted.
const Shown = 20

// A Refusal lists what is wrong with a file that is refused whole.
type Refusal struct {
	File string
	Errs []*ParseError // the first Shown of them, in file order
	More int           // how many further ones were only counted
}

// Add notes e, or counts it if enough are noted.
func (r *Refusal) Add(e *ParseError) {
	if len(r.Errs) < Shown {
		r.Errs = append(r.Errs, e)
	} else {
		r.More++
	}
}

// Err is r if it holds anything, else nil.
func (r *Refusal) Err() error {
	if len(r.Errs) == 0 {
		return nil
	}
	return r
}

func (r *Refusal) Error() string {
	var b strings.Builder
	for i, e := range r.Errs {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(e.Error())
	}
	if r.More > 0 {
		fmt.Fprintf(&b, "\n%s: and %d more", r.File, r.More)
	}
	return b.String()
}

func (r *Refusal) Unwrap() []error {
	errs := make([]error, len(r.Errs))
	for i, e := range r.Errs {
		errs[i] = e
	}
	return errs
}

// CSVError turns an error of encoding/csv into one that says where it is and how
// to mend it, and leaves errors of the reader below as they are.
func CSVError(file string, err error, hint string) error {
	var pe *csv.ParseError
	switch {
	case errors.As(err, &pe):
		return &ParseError{Pos: Pos{File: file, Line: pe.Line, Col: pe.Column}, Got: pe.Err.Error(), Want: "a CSV record with a field for each column", Hint: hint}
	case err == io.EOF:
		return &ParseError{Pos: Pos{File: file, Line: 1, Col: 1}, Got: "an empty file", Want: "a table", Hint: hint}
	}
	return err
}

// Quote quotes what came, cut to a length that a terminal can show.
func Quote[S ~string | ~[]byte](s S) string {
	const most = 60
	if len(s) > most {
		return fmt.Sprintf("%q… (%d bytes)", string(s[:most]), len(s))
	}
	return fmt.Sprintf("%q", string(s))
}
