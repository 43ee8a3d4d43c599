package ingest

import (
	"fmt"
	"io"
	"os"

	"asylum/pipeline/table"
)

// Files is raw exports to be asked without a lake.
type Files struct{ tables []*table.Table }

// OpenFiles reads exports whole. Files without a date count as
// vintages in the order given: of one table, the last one that holds a cell.
func OpenFiles(names []string, opt Options) (*Files, error) {
	f := &Files{}
	for i, name := range names {
		in, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		t, err := Read(in, name, opt)
		in.Close()
		if err != nil {
			return nil, err
		}
		if t.Vintage == "" {
			t.Vintage = fmt.Sprintf("file-%06d", i+1)
		}
		f.tables = append(f.tables, t)
	}
	return f, nil
}

// Vintages lists the files.
func (f *Files) Vintages() []table.Meta {
	var out []table.Meta
	for _, t := range f.tables {
		out = append(out, t.Meta)
	}
	return out
}

// Load gives the table of a file.
func (f *Files) Load(m table.Meta, _ table.Want) (*table.Table, error) {
	for _, t := range f.tables {
		if t.SHA256 == m.SHA256 && t.Meta.Table == m.Table {
			return t, nil
		}
	}
	return nil, fmt.Errorf("%s is not among the files", m.File)
}

// Raw opens a file again.
func (f *Files) Raw(m table.Meta) (io.ReadCloser, error) { return os.Open(m.File) }
