package ingest

import (
	"errors"
	"fmt"
	"io"
	"path"

	"asylum/datasets"
	"asylum/pipeline/obs"
	"asylum/pipeline/store"
	"asylum/pipeline/table"
)

// Embedded is the data that comes with the program: real exports, cut to what
// shows what the program is for. It answers as a lake does.
type Embedded struct {
	origins []datasets.Origin
	metas   []table.Meta
	loaded  map[string]*table.Table
}

// EmbeddedName stands for the embedded data where a lake's directory would.
const EmbeddedName = "embedded"

// OpenEmbedded opens the embedded data. Tables are read when they are asked for.
func OpenEmbedded() (*Embedded, error) {
	origins, err := datasets.Exports()
	if err != nil {
		return nil, err
	}
	e := &Embedded{origins: origins, loaded: map[string]*table.Table{}}
	for _, o := range origins {
		m := table.Meta{Source: o.Source, Table: o.Table, Vintage: o.Vintage, Note: o.VintageNote,
			File: path.Join("datasets", o.File), SHA256: o.SHA256, Bytes: o.Bytes, Format: o.Format,
			Derived: o.Derived, NoFlags: o.Flags == "unknown", URL: o.URL, Licence: o.Licence}
		for _, x := range o.Extent {
			m.Extent = append(m.Extent, table.Extent{Dims: x.Dims, From: obs.Period(x.From), To: obs.Period(x.To)})
		}
		e.metas = append(e.metas, m)
	}
	return e, nil
}

// Vintages lists the embedded exports.
func (e *Embedded) Vintages() []table.Meta { return e.metas }

// Load reads an embedded export, or as little of it as holds what is wanted.
func (e *Embedded) Load(m table.Meta, want table.Want) (*table.Table, error) {
	whole, part := m.SHA256, fmt.Sprint(m.SHA256, want)
	if t, ok := e.loaded[whole]; ok {
		return t, nil
	}
	if t, ok := e.loaded[part]; ok {
		return t, nil
	}
	in, err := e.Raw(m)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	t, err := Read(in, m.File, Options{Table: m.Table, Vintage: m.Vintage, Want: want})
	if err != nil {
		return nil, err
	}
	if t.SHA256 != m.SHA256 {
		return nil, fmt.Errorf("%s: sha256 is %s, its origin says %s: rebuild it with datasets/carry", m.File, t.SHA256, m.SHA256)
	}
	m.Format = t.Format
	t.Meta = m
	if want.Periods == nil && want.Codes == nil && !want.Bare {
		part = whole
	}
	e.loaded[part] = t
	return t, nil
}

// Raw opens an embedded export as it is.
func (e *Embedded) Raw(m table.Meta) (io.ReadCloser, error) {
	for _, o := range e.origins {
		if o.SHA256 == m.SHA256 {
			return datasets.Open(o.File)
		}
	}
	return nil, fmt.Errorf("%s %s %s is not among the embedded data", m.Source, m.Table, m.Vintage)
}

// Layout says how an export lies in a lake that Copy made.
func (e *Embedded) Layout(m table.Meta) (store.Layout, error) {
	t, err := e.Load(m, table.Want{})
	if err != nil {
		return store.Layout{}, err
	}
	return store.LayoutOf(t), nil
}

// Data is a lake to read from, on disk or embedded.
type Data interface {
	Vintages() []table.Meta
	Load(m table.Meta, want table.Want) (*table.Table, error)
	Raw(m table.Meta) (io.ReadCloser, error)
}

// Open opens the lake in dir or, where there is none, the embedded data. The
// two never mix.
func Open(dir string) (Data, error) {
	l, err := store.Open(dir)
	if errors.Is(err, store.ErrNoLake) {
		return OpenEmbedded()
	}
	if err != nil {
		return nil, err
	}
	return l, nil
}

// Copy puts the embedded data into a lake, as Add would the files.
func (e *Embedded) Copy(l *store.Lake) error {
	for _, m := range e.metas {
		t, err := e.Load(m, table.Want{})
		if err != nil {
			return err
		}
		in, err := e.Raw(m)
		if err != nil {
			return err
		}
		_, err = l.Put(t, in, extension(m.File))
		in.Close()
		if err != nil {
			return err
		}
	}
	return nil
}
