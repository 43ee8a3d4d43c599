package ingest

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"asylum/pipeline/eurostat"
	"asylum/pipeline/obs"
	"asylum/pipeline/table"
)

// The Data Explorer packed NAME_1_Data.csv and NAME_Label.csv together.
var dataName = obs.Pattern(`(?i)^(.+)_[0-9]+_data\.csv$`)

func isLabel(name string) bool { return strings.HasSuffix(strings.ToLower(name), "_label.csv") }

// LabelOf is how the Label file is called that came with a Data file of the
// Data Explorer; "" where the file is called otherwise.
func LabelOf(file string) string {
	dir, base := filepath.Split(file)
	if m := dataName().FindStringSubmatch(base); m != nil {
		return dir + m[1] + "_Label.csv"
	}
	return ""
}

// alone refuses a Label file that is taken for a table.
func alone(file string) error {
	return &obs.ParseError{Pos: obs.Pos{File: file}, Got: "the Label file of a table", Want: "its Data file, such as migr_asyappctza_1_Data.csv",
		Hint: "give the Data file, with the Label file beside it: then its day is read from there"}
}

// A companion is the Label file that came with a CSV of the Data Explorer. The
// zero value is none.
type companion struct {
	name string // in messages
	text []byte
	err  error // why it cannot be read
}

// beside finds the companion of a file in the same directory.
func beside(file string) companion {
	name := LabelOf(file)
	if st, err := os.Stat(name); name == "" || err != nil || !st.Mode().IsRegular() {
		return companion{}
	}
	in, err := os.Open(name)
	if err != nil {
		return companion{name: name, err: err}
	}
	defer in.Close()
	return companionOf(in, name)
}

// packed reads the companion that stands in a zip.
func packed(f *zip.File, file string) companion {
	in, err := openInner(f, file, Options{MaxBytes: maxLabel})
	if err != nil {
		return companion{name: file + "!" + f.Name, err: err}
	}
	return companionOf(in, file+"!"+f.Name)
}

func companionOf(in io.Reader, name string) companion {
	text, err := io.ReadAll(io.LimitReader(in, maxLabel+1))
	if err == nil && len(text) > maxLabel {
		err = fmt.Errorf("more than %d bytes", maxLabel)
	}
	return companion{name, text, err}
}

// tell completes what is known of a table by what its companion says, and
// gives the reasons to doubt that. What the user said goes before.
func (c *companion) tell(m *table.Meta, kind *reading, opt Options) []*obs.ParseError {
	if c.name == "" {
		return nil
	}
	doubt := func(got, want, hint string) []*obs.ParseError {
		return []*obs.ParseError{{Pos: obs.Pos{File: c.name}, Got: got, Want: want, Hint: hint}}
	}
	if bad := (*obs.ParseError)(nil); errors.As(c.err, &bad) {
		return []*obs.ParseError{bad}
	} else if c.err != nil {
		return doubt("a Label file that cannot be read ("+c.err.Error()+")", "one that can", "nothing is taken from it")
	}
	var doubts []*obs.ParseError
	l, bad := eurostat.ReadLabel(c.text, c.name)
	switch named := kind.table; {
	case l.Dataset == "" || l.Dataset == named:
	case opt.Table != "":
		return doubt("the dataset "+l.Dataset, opt.Table+", as --table says", "it is of another table; nothing is taken from it")
	case named != "":
		doubts = doubt("the dataset "+l.Dataset, named+", as the file is named", "the file is read as "+l.Dataset+"; pass --table if that is wrong")
		fallthrough
	default:
		m.Table, kind.table = l.Dataset, l.Dataset
	}
	switch {
	case m.Vintage != "":
	case bad != nil:
		doubts = append(doubts, bad)
	default:
		m.Vintage, m.Note = l.Updated, "the day of the last update, as the Label file gives it"
	}
	return doubts
}
