package ingest

import (
	"bufio"
	"fmt"
	"io"
	"os"

	"asylum/pipeline/table"
)

// Files is raw exports to be asked without a lake. Of each as little is read as
// a question needs.
type Files struct {
	opt    Options
	metas  []table.Meta
	loaded map[string]*table.Table
}

// OpenFiles recognises exports. Files without a date count as vintages in the
// order given: of one table, the last one that holds a cell.
func OpenFiles(names []string, opt Options) (*Files, error) {
	f := &Files{opt: opt, loaded: map[string]*table.Table{}}
	for i, name := range names {
		m, err := f.recognise(name)
		if err != nil {
			return nil, err
		}
		if m.Vintage == "" {
			m.Vintage = fmt.Sprintf("file-%06d", i+1)
		}
		f.metas = append(f.metas, m)
	}
	return f, nil
}

// recognise tells what a file is. Where only its content tells which table it
// is, it is read.
func (f *Files) recognise(name string) (table.Meta, error) {
	in, err := os.Open(name)
	if err != nil {
		return table.Meta{}, err
	}
	defer in.Close()
	opt := f.opt
	opt.label = beside(name)
	_, m, kind, err := open(bufio.NewReaderSize(in, glance), name, opt)
	if err != nil {
		return m, err
	}
	if kind.table == "" {
		t, err := f.read(m, table.Want{})
		if err != nil {
			return m, err
		}
		return t.Meta, nil
	}
	m.Source, m.Format, m.Table = kind.source, kind.format, kind.table
	return m, nil
}

func (f *Files) read(m table.Meta, want table.Want) (*table.Table, error) {
	in, err := os.Open(m.File)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	opt := f.opt
	opt.Want, opt.label, opt.unsummed = want, beside(m.File), want.Bare
	return Read(in, m.File, opt)
}

// Vintages lists the files.
func (f *Files) Vintages() []table.Meta { return f.metas }

// Load reads a file, or as little of it as holds what is wanted.
func (f *Files) Load(m table.Meta, want table.Want) (*table.Table, error) {
	k := fmt.Sprint(m.File, m.Vintage, want)
	if t, ok := f.loaded[k]; ok {
		return t, nil
	}
	t, err := f.read(m, want)
	if err != nil {
		return nil, err
	}
	t.Vintage = m.Vintage
	f.loaded[k] = t
	return t, nil
}

// Raw opens a file again.
func (f *Files) Raw(m table.Meta) (io.ReadCloser, error) { return os.Open(m.File) }
